"""Plain values go over a connection, and nothing else does."""

import json
import socket
import struct

import numpy as np
import pytest

from helpers.checks import Formula, Seed
from helpers.grading.wire import Closed, Connection, WireError, pack, unpack


@pytest.mark.parametrize(
    "value",
    [None, True, 3, -2.5, "η", [1, (2, [])], {"a": {"b": 1}, 2: ()}, float("inf"), 10**40],
)
def test_values_come_as_they_went(value):
    assert unpack(pack({"x": value}))["x"] == value
    assert type(unpack(pack({"x": value}))["x"]) is type(value)


@pytest.mark.parametrize("dtype", ["f4", "f8", "i4", "i8", "u1", "?", "U3"])
@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (2, 3)])
def test_arrays_come_as_they_went(dtype, shape):
    array = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    got = unpack(pack({"x": array, "y": array.T}))
    for name, right in (("x", array), ("y", array.T)):
        assert got[name].dtype == right.dtype
        np.testing.assert_array_equal(got[name], right)
    assert got["x"].flags.writeable


def test_formulas_and_seeds_are_made_anew():
    got = unpack(pack({"f": Formula("theta @ A", A=np.eye(2)), "s": Seed(7)}))
    np.testing.assert_array_equal(got["f"](np.array([1.0, 2.0])), [1, 2])
    assert got["s"] == Seed(7)


@pytest.mark.parametrize("value", [object(), np.array([None]), lambda: 0, {1, 2}, b"", 1j])
def test_what_is_not_plain_is_refused(value):
    with pytest.raises(WireError, match="is no plain value"):
        pack({"x": value})


def raw(told, behind=b""):
    text = json.dumps(told).encode()
    return struct.pack(">QQ", len(text), len(behind)) + text + behind


@pytest.mark.parametrize(
    "told",
    [
        [1],
        {"array": 0, "dtype": "O", "shape": [1]},
        {"dict": [["x", {"array": 0, "dtype": "V8", "shape": [1]}]]},
        {"dict": [["x", {"array": 0, "dtype": "O", "shape": [1]}]]},
        {"dict": [["x", {"array": 0, "dtype": "f8", "shape": [10**12]}]]},
        {"dict": [["x", {"array": -8, "dtype": "f8", "shape": [-1]}]]},
        {"dict": [["x", {"array": 0, "dtype": "f8"}]]},
        {"dict": [["x"]]},
        {"dict": [[[1], 2]]},
    ],
)
def test_forged_messages_are_refused(told):
    with pytest.raises(WireError):
        unpack(raw(told, b"12345678"))


def test_a_deep_message_is_refused():
    text = b"[" * 100_000 + b"]" * 100_000
    with pytest.raises(WireError):
        unpack(struct.pack(">QQ", len(text), 0) + text)


@pytest.fixture
def ends():
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def test_too_long_a_message_is_refused_before_it_is_read(ends):
    ends[0].sendall(struct.pack(">QQ", 2**60, 0))
    with pytest.raises(WireError, match="are the most"):
        Connection(ends[1]).receive(1)


def test_an_end_in_the_middle_is_told(ends):
    ends[0].sendall(pack({"x": 1})[:-2])
    ends[0].close()
    with pytest.raises(Closed):
        Connection(ends[1]).receive(1)
    with pytest.raises(Closed):
        Connection(ends[1]).send({"x": np.zeros(10**6)})
