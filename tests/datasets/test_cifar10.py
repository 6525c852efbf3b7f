"""CIFAR-10: what is read, and what is said when the file is missing, cut off or another one."""

import hashlib
import importlib
import io
import pickle
import socket
import subprocess
import sys
import tarfile

import numpy as np
import pytest

from helpers.datasets import cifar10

ours = importlib.import_module("helpers.datasets.cifar10")


def _file(seed: int = 1) -> bytes:
    """Return a small file laid out as cifar-10-python.tar.gz is, with 20 pictures in a part."""
    rng = np.random.default_rng(seed)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in (*ours.PARTS["train"], *ours.PARTS["test"]):
            content = {
                b"data": rng.integers(0, 256, (20, 3072), dtype=np.uint8),
                b"labels": rng.integers(0, 10, 20).tolist(),
            }
            member = pickle.dumps(content)
            entry = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            entry.size = len(member)
            archive.addfile(entry, io.BytesIO(member))
    return packed.getvalue()


CONTENT = _file()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def cache(tmp_path, monkeypatch, server):
    """Keras's folder for data, empty; the file, its sum and its address are those of the test."""
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))
    monkeypatch.setattr(ours, "SOURCE", f"http://127.0.0.1:{server.server_port}/cifar.tar.gz")
    monkeypatch.setattr(ours, "SHA256", SHA256)
    monkeypatch.setattr(ours, "IN_A_PART", 20)
    folder = tmp_path / "datasets"
    folder.mkdir()
    return folder


def test_it_is_downloaded_once_scaled_and_kept(cache, server):
    (images, labels), (test_images, test_labels) = cifar10()
    assert (images.shape, images.dtype) == ((100, 32, 32, 3), np.float32)
    assert (test_images.shape, test_labels.shape) == ((20, 32, 32, 3), (20,))
    assert (labels.dtype, test_labels.dtype) == (np.int64, np.int64)
    assert (images.min(), images.max()) == (0, 1)
    assert [path.name for path in cache.iterdir()] == [ours.FILE]
    cifar10()
    assert server.requests == 1


def test_it_reads_what_keras_reads(cache, monkeypatch):
    keras_cifar10 = importlib.import_module("keras.src.datasets.cifar10")
    ((images, labels), (test_images, test_labels)) = cifar10()
    load = keras_cifar10.load_batch
    unpacked = cache / "unpacked"
    with tarfile.open(cache / ours.FILE) as archive:
        archive.extractall(unpacked, filter="data")
    for part, (pictures, names) in {
        "train": (images, labels),
        "test": (test_images, test_labels),
    }.items():
        for i, name in enumerate(ours.PARTS[part]):
            data, their_names = load(str(unpacked / "cifar-10-batches-py" / name))
            here = slice(20 * i, 20 * (i + 1))
            np.testing.assert_allclose(
                255 * pictures[here], data.transpose(0, 2, 3, 1), rtol=0, atol=1e-4
            )
            np.testing.assert_array_equal(names[here], their_names)


def test_a_file_that_is_there_needs_no_network(cache, server):
    (cache / ours.FILE).write_bytes(CONTENT)
    assert cifar10()[0][0].shape == (100, 32, 32, 3)
    assert server.requests == 0


def _refused(cache, *said):
    """Expect an OSError that says all this, and nothing left behind."""
    with pytest.raises(OSError, match="could not be downloaded") as caught:
        cifar10()
    assert type(caught.value) is OSError
    for words in (SHA256, "windows()", str(cache / ours.FILE), *said):
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
    server.content = _file(seed=2)
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

    monkeypatch.setattr(ours, "_fetch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        cifar10()
    assert list(cache.iterdir()) == []
    assert socket.getdefaulttimeout() is None


@pytest.mark.parametrize("content", [CONTENT[:1000], b"", _file(seed=2)])
def test_a_damaged_file_is_named_and_left_alone(cache, server, content, monkeypatch):
    monkeypatch.setattr(pickle, "load", None)  # nothing may be read of it
    file = cache / ours.FILE
    file.write_bytes(content)
    with pytest.raises(OSError, match="is damaged") as caught:
        cifar10()
    for words in (str(file), SHA256, hashlib.sha256(content).hexdigest(), "Delete this file"):
        assert words in str(caught.value)
    assert file.read_bytes() == content
    assert server.requests == 0


def test_keras_still_loads_the_file_whose_name_and_sum_we_know():
    module = importlib.import_module("keras.src.datasets.cifar10")
    source = module.__loader__.get_data(module.__file__)
    assert ours.SHA256.encode() in source
    assert ours.SOURCE.encode() in source
    assert f'"{ours.FILE.removesuffix("_archive")}"'.encode() in source


def test_importing_data_sets_does_not_import_keras():
    code = "import sys, helpers.datasets; sys.exit('keras' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
