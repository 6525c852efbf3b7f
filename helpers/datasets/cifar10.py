"""CIFAR-10: sixty thousand small photographs of ten kinds of things, through Keras."""

from __future__ import annotations

import pickle
import tarfile

import numpy as np

from helpers.datasets._keras_cache import whole_file

__all__ = ["CIFAR10_NAMES", "cifar10"]

FILE = "cifar-10-batches-py-target_archive"  # as Keras calls it
SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"
SOURCE = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
PARTS = {"train": [f"data_batch_{i}" for i in range(1, 6)], "test": ["test_batch"]}
IN_A_PART = 10_000  # pictures

#: What the labels 0 to 9 mean.
CIFAR10_NAMES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip


def cifar10() -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Return CIFAR-10: 50000 small photographs to learn from, and 10000 to test with.

    The first call needs the network: Keras downloads 170 MB and keeps them. Later calls read the
    copy. Without a network there is :func:`helpers.datasets.windows`, which draws its pictures.

    Returns
    -------
    (train_images, train_labels) : tuple of numpy.ndarray
        Images of float32, shape (50000, 32, 32, 3), 614 MB: red, green and blue from 0 to 1, in
        steps of 1/255. ``train_images[i, 0, 0]`` is the pixel at the top left of image ``i``.
        Labels of int64, shape (50000,): 0 to 9; ``CIFAR10_NAMES`` says what they mean.
    (test_images, test_labels) : tuple of numpy.ndarray
        The same for the test set: shapes (10000, 32, 32, 3) and (10000,).

    Raises
    ------
    OSError
        If the file is not there and can't be downloaded, or if what is there, or what came, is
        not the file that it should be (by its SHA-256). The message names the file and says what
        to do. Nothing is left behind under the file's name that is not the whole file.
    ImportError
        If Keras is not installed.

    Notes
    -----
    The file is ``datasets/cifar-10-batches-py-target_archive`` in Keras's folder: ``~/.keras``, or
    the environment variable ``KERAS_HOME`` at the time when Keras is imported. To read CIFAR-10
    on a computer without a network, put the file there yourself.

    It is the file that :func:`keras.datasets.cifar10.load_data` keeps, so neither downloads it a
    second time. Keras also unpacks it, and later reads what it unpacked without a check; this
    function reads the packed file, once its sum is right. As in :func:`helpers.datasets.mnist`, a
    download has another name until it is whole, and gives up after 30 seconds of silence.

    There are as many pictures of each kind: 5000 to learn from, 1000 to test with. They were found
    on the web and labelled by students; a few labels are wrong, and a few test pictures have a
    near twin among the others.

    Licence: none is stated. The makers ask to cite the report below.

    References
    ----------
    Krizhevsky, *Learning Multiple Layers of Features from Tiny Images*, 2009,
    https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf

    Examples
    --------
    >>> from helpers.datasets import cifar10
    >>> (images, labels), (test_images, test_labels) = cifar10()  # doctest: +SKIP
    >>> images.shape, CIFAR10_NAMES[labels[0]]  # doctest: +SKIP
    ((50000, 32, 32, 3), 'frog')
    """
    file = whole_file(
        FILE,
        _fetch,
        title="CIFAR-10",
        loader="cifar10()",
        instead="helpers.datasets.windows()",
        source=SOURCE,
        sha256=SHA256,
        suffix=".tar.gz",
    )
    with tarfile.open(file) as archive:
        train, test = (_read(archive, PARTS[part]) for part in ("train", "test"))
    return train, test


def _read(archive: tarfile.TarFile, parts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the images and labels of some parts, one behind the other."""
    images = np.empty((len(parts) * IN_A_PART, 32, 32, 3), dtype=np.float32)
    labels = np.empty(len(images), dtype=np.int64)
    for i, name in enumerate(parts):
        here = slice(i * IN_A_PART, (i + 1) * IN_A_PART)
        # A pickle can run code when it is read. This one has been recognised by its sum.
        content = pickle.load(archive.extractfile(f"cifar-10-batches-py/{name}"), encoding="bytes")
        # Kept colour by colour, and each colour row by row.
        images[here] = content[b"data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        labels[here] = content[b"labels"]
    images /= np.float32(255)
    return images, labels


def _fetch(name: str) -> None:
    """Let Keras download the file, under this name in its folder, and compare its sum."""
    from keras.utils import get_file  # takes seconds to load, and only this needs it

    get_file(name, SOURCE, file_hash=SHA256)
