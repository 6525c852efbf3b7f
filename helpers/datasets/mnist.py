"""MNIST: seventy thousand handwritten digits, downloaded once by Keras and checked."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError

import numpy as np

__all__ = ["mnist"]

FILE = "mnist.npz"
SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
SOURCE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
PATIENCE = 30.0  # seconds without a sign of life from the server
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
    file = _cache() / FILE
    if not file.exists():
        _download(file)
    if (found := _sha256(file)) != SHA256:
        raise OSError(
            f"{file} is damaged: its SHA-256 should be {SHA256}, and is {found} "
            f"({file.stat().st_size:,} bytes). Delete this file, and call mnist() again to download"
            " it anew; helpers.datasets.digits() needs no download."
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


def _cache() -> Path:
    """Return the folder in which Keras keeps data sets."""
    from keras.src.backend.config import keras_home

    home = Path(keras_home()).expanduser()
    if not os.access(home, os.W_OK):  # what Keras does then
        temporary = Path(os.sep, "tmp")
        home = (temporary if temporary.is_dir() else Path(tempfile.gettempdir())) / ".keras"
    return home / "datasets"


def _download(file: Path) -> None:
    """Download the file, which is not there, whole or not at all."""
    part = file.with_name(f"{file.stem}-download-{os.getpid()}.npz")
    try:
        with _patience(PATIENCE):
            _load(part.name)
        part.replace(file)
    except Exception as error:  # Keras raises a bare Exception when there is no network
        if isinstance(error.__context__, HTTPError):
            error.__context__.close()  # or its connection would stay open for a while
        raise OSError(
            f"MNIST is not on this computer, and could not be downloaded: expected {SOURCE} with "
            f"the SHA-256 {SHA256}; what came instead: {error or type(error).__name__}. "
            "Use helpers.datasets.digits(), which needs no network; or try again with one; or get "
            f"the file on another computer and put it to {file}."
        ) from error
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def _patience(seconds: float) -> Iterator[None]:
    """Let sockets that are opened meanwhile give up after so many seconds of silence."""
    before = socket.getdefaulttimeout()
    if before is None:
        socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _sha256(file: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
