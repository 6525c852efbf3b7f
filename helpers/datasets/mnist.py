"""MNIST: seventy thousand handwritten digits, downloaded once by Keras and checked."""

from __future__ import annotations

import numpy as np

from helpers.datasets._keras_cache import whole_file

__all__ = ["mnist"]

FILE = "mnist.npz"
SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
SOURCE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
SHAPES = {
    "x_train": (60_000, 28, 28),
    "y_train": (60_000,),
    "x_test": (10_000, 28, 28),
    "y_test": (10_000,),
}


def mnist() -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Return MNIST: 60000 images of handwritten digits to learn from, and 10000 to test with.

    The first call needs the network: Keras downloads 11 MB and keeps them. Later calls read the
    copy. Without a network there is :func:`helpers.datasets.digits`, which is embedded.

    Returns
    -------
    (train_images, train_labels) : tuple of numpy.ndarray
        Images of float32, shape (60000, 28, 28): how dark each pixel is, from 0 (paper) to 1
        (ink), in steps of 1/255. ``train_images[i, 0]`` is the top row of image ``i``.
        Labels of int64, shape (60000,): the digits, 0 to 9.
    (test_images, test_labels) : tuple of numpy.ndarray
        The same for the test set: shapes (10000, 28, 28) and (10000,).

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
    The file is ``datasets/mnist.npz`` in Keras's folder: ``~/.keras``, or the environment variable
    ``KERAS_HOME`` at the time when Keras is imported. To read MNIST on a computer without a
    network, put the file there yourself.

    :func:`keras.datasets.mnist.load_data` checks the SHA-256 of what it downloads and of what it
    finds. But it leaves a download with a wrong sum in place, it deletes a file that it found
    damaged and can't replace, and it waits for a silent server without limit. So this function
    downloads under another name, gives the file its own only when it is whole, refuses a damaged
    file by name, and gives up after 30 seconds of silence.

    LeCun, Cortes and Burges made MNIST from two collections of the National Institute of
    Standards and Technology (NIST). Digits were scaled to fit into 20 × 20 pixels, keeping their
    proportions, and put into a field of 28 × 28 pixels by their centre of mass. Hundreds of people
    wrote them; those of the test set are others than those of the training set.

    Licence: CC BY-SA 3.0, copyright Yann LeCun and Corinna Cortes, as Keras states it.

    References
    ----------
    LeCun, Bottou, Bengio, Haffner, *Gradient-based learning applied to document recognition*,
    Proceedings of the IEEE 86, 2278, 1998, https://doi.org/10.1109/5.726791

    Examples
    --------
    >>> from helpers.datasets import mnist
    >>> (images, labels), (test_images, test_labels) = mnist()  # doctest: +SKIP
    >>> images.shape, labels[:5]  # doctest: +SKIP
    ((60000, 28, 28), array([5, 0, 4, 1, 9]))
    """
    file = whole_file(
        FILE,
        _load,
        title="MNIST",
        loader="mnist()",
        instead="helpers.datasets.digits()",
        source=SOURCE,
        sha256=SHA256,
        suffix=".npz",
    )
    arrays = dict(zip(SHAPES, _load(FILE), strict=True))
    for name, shape in SHAPES.items():
        if arrays[name].shape != shape:
            raise OSError(f"{file} holds {name} of shape {arrays[name].shape}, expected {shape}.")
    train, test = (
        (arrays[f"x_{part}"] / np.float32(255), arrays[f"y_{part}"].astype(np.int64))
        for part in ("train", "test")
    )
    return train, test


def _load(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Let Keras load its file ``name``, downloading it if it is missing."""
    from keras.datasets import mnist  # takes seconds to load, and only this needs it

    train, test = mnist.load_data(name)
    return *train, *test
