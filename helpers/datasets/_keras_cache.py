"""Files in the folder in which Keras keeps data sets: whole or not at all, and checked."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError

PATIENCE = 30.0  # seconds without a sign of life from the server


def whole_file(
    name: str,
    fetch: Callable[[str], object],
    *,
    title: str,
    loader: str,
    instead: str,
    source: str,
    sha256: str,
    suffix: str,
) -> Path:
    """Return the path of a file that is there and has the right sum; download it if it is missing.

    Parameters
    ----------
    name : str
        The file in Keras's folder.
    fetch : callable
        Lets Keras download the file under the name that it is given, and compare its sum.
    title, loader, instead : str
        For messages: the data set, the call that loads it, and one that needs no network.
    source, sha256 : str
        Where the file comes from, and its sum.
    suffix : str
        How a download is called at its end, so that Keras knows what it is.

    Raises
    ------
    OSError
        If the file can't be downloaded, or what is there, or what came, is not this file. What is
        damaged is left alone, and a download has the file's name only when it is whole.
    """
    file = _folder() / name
    if not file.exists():
        part = file.with_name(f"{name.split('.')[0]}-download-{os.getpid()}{suffix}")
        try:
            with _patience(PATIENCE):
                fetch(part.name)
            part.replace(file)
        except Exception as error:  # Keras raises a bare Exception when there is no network
            if isinstance(error.__context__, HTTPError):
                error.__context__.close()  # or its connection would stay open for a while
            raise OSError(
                f"{title} is not on this computer, and could not be downloaded: expected {source} "
                f"with the SHA-256 {sha256}; what came instead: {error or type(error).__name__}. "
                f"Use {instead}, which needs no network; or try again with one; or get the file on "
                f"another computer and put it to {file}."
            ) from error
        finally:
            part.unlink(missing_ok=True)
    if (found := _sha256(file)) != sha256:
        raise OSError(
            f"{file} is damaged: its SHA-256 should be {sha256}, and is {found} "
            f"({file.stat().st_size:,} bytes). Delete this file, and call {loader} again to "
            f"download it anew; {instead} needs no download."
        )
    return file


def _folder() -> Path:
    """Return the folder in which Keras keeps data sets."""
    from keras.src.backend.config import keras_home

    home = Path(keras_home()).expanduser()
    if not os.access(home, os.W_OK):  # what Keras does then
        temporary = Path(os.sep, "tmp")
        home = (temporary if temporary.is_dir() else Path(tempfile.gettempdir())) / ".keras"
    return home / "datasets"


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
