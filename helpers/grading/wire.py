"""Plain values on their way between the jail of an answer and the tests.

What comes from a jail was written by somebody unknown. So only numbers, text, tuples, lists, dicts
and arrays of these are read, and an array is its bytes, its dtype and its shape: nothing is
unpickled, and nothing larger than what arrived is allocated.
"""

from __future__ import annotations

import json
import math
import socket
import struct
from typing import Any

import numpy as np

from helpers.checks import Formula, Seed

__all__ = ["MOST_BYTES", "Closed", "Connection", "WireError"]

#: Larger messages are refused: the largest arrays of the book's exercises have some 20 MB.
MOST_BYTES = 256 * 2**20
_LENGTHS = struct.Struct(">QQ")  # of the text, of the arrays behind it
_KINDS = "biufU"  # truth values, integers, floating-point numbers, text


class WireError(ValueError):
    """A message is not one of ours."""


class Closed(ConnectionError):
    """The other side is gone."""


class Connection:
    """One end of a socket that carries messages, dicts of plain values.

    Parameters
    ----------
    end : socket.socket
        A connected stream socket.

    Examples
    --------
    >>> one, other = map(Connection, socket.socketpair())
    >>> one.send({"args": (1, [2.5, None]), "x": np.arange(3)})
    >>> other.receive()
    {'args': (1, [2.5, None]), 'x': array([0, 1, 2])}
    >>> one.close(), other.close()
    (None, None)
    """

    def __init__(self, end: socket.socket) -> None:
        self.end = end

    def send(self, message: dict[str, Any]) -> None:
        """Send a message.

        Raises
        ------
        WireError
            If something in it is not plain, or there is too much of it.
        Closed
            If nobody is there to read it.
        """
        self.send_packed(pack(message))

    def receive(self, timeout: float | None = None) -> dict[str, Any]:
        """Wait for a message.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait between two parts of it.

        Raises
        ------
        WireError
            If what comes is not a message.
        Closed
            If the other side closes, also in the middle of a message.
        TimeoutError
        """
        return unpack(self.receive_packed(timeout))

    def send_packed(self, packed: bytes) -> None:
        """Send what :func:`pack` or :meth:`receive_packed` returned."""
        try:
            self.end.sendall(packed)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Closed("the other side is gone") from error

    def receive_packed(self, timeout: float | None = None) -> bytes:
        """Wait for a message, and do not look into it."""
        self.end.settimeout(timeout)
        try:
            head = self._exactly(_LENGTHS.size)
            length = sum(_LENGTHS.unpack(head))
            if length > MOST_BYTES:
                raise WireError(f"a message of {length:,} bytes, where {MOST_BYTES:,} are the most")
            return head + self._exactly(length)
        finally:
            self.end.settimeout(None)

    def close(self) -> None:
        """Close this end."""
        self.end.close()

    def _exactly(self, count: int) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            try:
                part = self.end.recv(min(count - len(parts), 2**20))
            except ConnectionResetError as error:
                raise Closed("the other side is gone") from error
            if not part:
                raise Closed("the other side is gone")
            parts += part
        return bytes(parts)


def pack(message: dict[str, Any]) -> bytes:
    """Return a message as bytes.

    Examples
    --------
    >>> unpack(pack({"f": Formula("theta + c", c=1.0)}))["f"](2.0)
    3.0
    """
    arrays: list[bytes] = []
    text = json.dumps(_packed(message, arrays)).encode()
    behind = b"".join(arrays)
    if len(text) + len(behind) > MOST_BYTES:
        raise WireError(f"a message of more than {MOST_BYTES:,} bytes")
    return _LENGTHS.pack(len(text), len(behind)) + text + behind


def unpack(packed: bytes) -> dict[str, Any]:
    """Return the message that :func:`pack` was given.

    Raises
    ------
    WireError
        If it was not packed by :func:`pack`.
    """
    length, _ = _LENGTHS.unpack_from(packed)
    begin = _LENGTHS.size + length
    try:
        told = json.loads(packed[_LENGTHS.size : begin])
        message = _unpacked(told, memoryview(packed)[begin:])
    except (KeyError, TypeError, ValueError, IndexError, RecursionError, SyntaxError) as error:
        raise WireError(f"not a message: {type(error).__name__}") from error
    if type(message) is not dict:
        raise WireError("not a message: no dict")
    return message


def _packed(value: Any, arrays: list[bytes]) -> Any:
    """Return a value as JSON has it; arrays go behind, and leave a note where they are."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) is list:
        return [_packed(item, arrays) for item in value]
    if type(value) is tuple:
        return {"tuple": [_packed(item, arrays) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[_packed(part, arrays) for part in item] for item in value.items()]}
    if type(value) is Formula:
        return {"formula": value.text, "constants": _packed(value.constants, arrays)}
    if type(value) is Seed:
        return {"seed": value.value}
    if isinstance(value, np.generic):
        return {"scalar": _packed(np.array(value), arrays)}
    if type(value) is np.ndarray and value.dtype.kind in _KINDS:
        begin = sum(map(len, arrays))
        arrays.append(np.ascontiguousarray(value).tobytes())
        return {"array": begin, "dtype": value.dtype.str, "shape": list(value.shape)}
    raise WireError(f"a {type(value).__name__} is no plain value")


def _unpacked(told: Any, behind: memoryview) -> Any:
    if type(told) is list:
        return [_unpacked(item, behind) for item in told]
    if type(told) is not dict:
        return told
    if "tuple" in told:
        return tuple(_unpacked(item, behind) for item in told["tuple"])
    if "dict" in told:
        return {_unpacked(key, behind): _unpacked(item, behind) for key, item in told["dict"]}
    if "formula" in told:
        return Formula(told["formula"], **_unpacked(told["constants"], behind))
    if "seed" in told:
        return Seed(told["seed"])
    if "scalar" in told:
        return _unpacked(told["scalar"], behind)[()]
    dtype, shape = np.dtype(told["dtype"]), tuple(told["shape"])
    if dtype.kind not in _KINDS or not all(type(n) is int and n >= 0 for n in shape):
        raise WireError("an array of another kind")
    size, begin = dtype.itemsize * math.prod(shape), told["array"]
    return np.frombuffer(behind[begin : begin + size], dtype).reshape(shape).copy()
