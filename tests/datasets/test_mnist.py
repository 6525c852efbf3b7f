"""MNIST: what is read, and what is said when the file is missing, cut off or another one."""

import hashlib
import importlib
import io
import socket

import numpy as np
import pytest

from helpers.datasets import mnist

ours = importlib.import_module("helpers.datasets.mnist")


def _file(train: int = 30, test: int = 10) -> bytes:
    """Return a small file laid out as mnist.npz is."""
    rng = np.random.default_rng(1)
    packed = io.BytesIO()
    np.savez_compressed(
        packed,
        x_train=rng.integers(0, 256, (train, 28, 28), dtype=np.uint8),
        y_train=rng.integers(0, 10, train, dtype=np.uint8),
        x_test=rng.integers(0, 256, (test, 28, 28), dtype=np.uint8),
        y_test=rng.integers(0, 10, test, dtype=np.uint8),
    )
    return packed.getvalue()


CONTENT = _file()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def cache(tmp_path, monkeypatch, server):
    """Keras's folder for data, empty; the file, its sum and its address are those of the test."""
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))
    keras_mnist = importlib.import_module("keras.src.datasets.mnist")
    get_file = keras_mnist.get_file

    def from_here(fname, origin, file_hash):
        assert (origin, file_hash) == (ours.SOURCE, real_hash)
        origin = f"http://127.0.0.1:{server.server_port}/mnist.npz"
        return get_file(fname=fname, origin=origin, file_hash=SHA256)

    real_hash = ours.SHA256
    monkeypatch.setattr(keras_mnist, "get_file", from_here)
    monkeypatch.setattr(ours, "SHA256", SHA256)
    shapes = {name: ((30, 10)["test" in name], *shape[1:]) for name, shape in ours.SHAPES.items()}
    monkeypatch.setattr(ours, "SHAPES", shapes)
    folder = tmp_path / "datasets"
    folder.mkdir()
    return folder


def test_it_is_downloaded_once_scaled_and_kept(cache, server):
    (images, labels), (test_images, test_labels) = mnist()
    with np.load(io.BytesIO(CONTENT)) as raw:
        np.testing.assert_allclose(images * 255, raw["x_train"], rtol=1e-6)
        np.testing.assert_allclose(test_images * 255, raw["x_test"], rtol=1e-6)
        np.testing.assert_array_equal(labels, raw["y_train"])
        np.testing.assert_array_equal(test_labels, raw["y_test"])
    assert (images.dtype, labels.dtype) == (np.float32, np.int64)
    assert (images.min(), images.max()) == (0, 1)
    assert [path.name for path in cache.iterdir()] == ["mnist.npz"]
    mnist()
    assert server.requests == 1


def test_a_file_that_is_there_needs_no_network(cache, server):
    (cache / "mnist.npz").write_bytes(CONTENT)
    assert mnist()[0][0].shape == (30, 28, 28)
    assert server.requests == 0


def test_every_call_returns_fresh_arrays(cache):
    mnist()[0][0][:] = -1
    assert mnist()[0][0].min() == 0


def _refused(cache, *said):
    """Expect an OSError that says all this, and nothing left behind."""
    with pytest.raises(OSError, match="could not be downloaded") as caught:
        mnist()
    assert type(caught.value) is OSError
    for words in (SHA256, "digits()", str(cache / "mnist.npz"), *said):
        assert words in str(caught.value)
    assert list(cache.iterdir()) == []


def test_without_network_it_says_what_to_do(cache, monkeypatch):
    def unreachable(*args, **kwargs):
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket, "create_connection", unreachable)
    _refused(cache, "Network is unreachable")


def test_a_server_without_the_file(cache, server):
    server.content = None
    _refused(cache, "404")


def test_a_download_that_is_cut_off(cache, server):
    server.content, server.promised = CONTENT[:1000], len(CONTENT)
    _refused(cache, "1000")


def test_another_file_than_expected(cache, server):
    server.content = _file(train=29)
    _refused(cache, "corrupted")


def test_a_silent_server_does_not_hold_us_for_ever(cache, server, monkeypatch):
    monkeypatch.setattr("helpers.datasets._keras_cache.PATIENCE", 0.2)
    server.silent = True
    _refused(cache, "timed out")
    assert socket.getdefaulttimeout() is None


def test_an_interrupt_leaves_nothing_behind(cache, monkeypatch):
    def interrupted(name):
        (cache / name).write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(ours, "_load", interrupted)
    with pytest.raises(KeyboardInterrupt):
        mnist()
    assert list(cache.iterdir()) == []
    assert socket.getdefaulttimeout() is None


@pytest.mark.parametrize("content", [CONTENT[:1000], b"", _file(train=29)])
def test_a_damaged_file_is_named_and_left_alone(cache, server, content):
    file = cache / "mnist.npz"
    file.write_bytes(content)
    with pytest.raises(OSError, match="is damaged") as caught:
        mnist()
    for words in (str(file), SHA256, hashlib.sha256(content).hexdigest(), "Delete this file"):
        assert words in str(caught.value)
    assert file.read_bytes() == content
    assert server.requests == 0


def test_keras_still_loads_the_file_whose_sum_we_know():
    source = importlib.import_module("keras.src.datasets.mnist").__loader__.get_data(
        importlib.import_module("keras.src.datasets.mnist").__file__
    )
    assert ours.SHA256.encode() in source


def test_importing_data_sets_does_not_import_keras():
    import subprocess
    import sys

    code = "import sys, helpers.datasets; sys.exit('keras' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
