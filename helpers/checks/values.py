"""Results as plain values: only numbers and arrays of numbers are ever compared.

An answer may return anything. What it returns is copied into plain arrays of floating-point
numbers, int64 or bool first, so an object that says it equals everything does not get as far as a
comparison.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from helpers.checks.calls import MOST_ENTRIES, show

__all__ = [
    "SINGLE",
    "NotPlain",
    "difference",
    "difference_in_count",
    "difference_in_dtype",
    "plain",
    "same_values",
]

#: An iterator that gives more than this many items is taken for an endless one.
MOST_ITEMS = 10_000
#: The relative difference that is allowed where the expected numbers are in float32, at least.
SINGLE = 1e-5


class NotPlain(TypeError):
    """A result holds something that is not a number; the message says what."""


def plain(value: Any) -> Any:
    """Return a copy of a result in plain types.

    Parameters
    ----------
    value
        Numbers, arrays of numbers, and tuples, lists or iterators of these.

    Returns
    -------
    numpy.ndarray, tuple or list
        Numbers become arrays of shape ``()``. Floating-point numbers keep their dtype, up to
        float64; whole numbers become int64, truth values stay what they are. An iterator becomes
        a list.

    Raises
    ------
    NotPlain
        If there is something else in it.

    Examples
    --------
    >>> plain((1.5, [2, 3]))
    (array(1.5), [array(2), array(3)])
    """
    kind = type(value)
    if kind is np.ndarray or (isinstance(value, np.generic) and kind.__module__ == "numpy"):
        return _plain_array(np.array(value))
    if kind in (bool, int, float):
        try:
            return _plain_array(np.array(value))
        except OverflowError:
            raise NotPlain("a whole number with too many digits for NumPy") from None
    if issubclass(kind, tuple):  # a namedtuple too; its own ways are not asked
        return tuple(_plain_part(*item) for item in enumerate(tuple.__iter__(value), 1))
    if kind is list:
        return [_plain_part(*item) for item in enumerate(value, 1)]
    if hasattr(kind, "__next__"):
        return _plain_items(value)
    raise NotPlain(_describe(value))


def _plain_array(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind == "f":
        kept = array.dtype.type if array.dtype.itemsize <= 8 else np.float64
        return array.astype(kept)  # in this machine's byte order
    if array.dtype.kind == "b":
        return array
    if array.dtype.kind in "iu":
        return array.astype(np.float64 if array.dtype == np.uint64 else np.int64)
    if array.dtype.kind == "c":
        raise NotPlain("complex numbers")
    raise NotPlain(f"an array of dtype {array.dtype}, not of numbers")


def _plain_part(number: int, value: Any) -> Any:
    try:
        return plain(value)
    except NotPlain as error:
        raise NotPlain(f"a value whose part {number} is {error}") from None


def _plain_items(iterator: Iterator[Any]) -> list[Any]:
    items = [plain(item) for item in itertools.islice(iterator, MOST_ITEMS + 1)]
    if len(items) > MOST_ITEMS:
        raise NotPlain(f"an iterator that does not end (more than {MOST_ITEMS:,} items)")
    return items


def _describe(value: Any) -> str:
    """Return what a value is, without trusting its own words about itself."""
    kind = type(value)
    if value is None:
        return "nothing (None)"
    if isinstance(value, np.ndarray):
        return f"a {kind.__name__}; turn it into a plain array with np.asarray"
    if kind in (str, dict, set, complex, range):
        return f"a {kind.__name__}, {show(value)}, where numbers were expected"
    if callable(value):
        return "a function: did you forget to call it?"
    return f"an object of type {kind.__module__}.{kind.__name__}"


def difference(
    result: Any, expected: Any, rtol: float, atol: float, *, tell: bool = False
) -> str | None:
    """Return what is different between two plain values, or None if they agree.

    Two arrays agree if they have one shape and no entry differs by more than
    ``atol + rtol · max |expected|``. Where the expected ones are in float32, ``rtol`` is at least
    :data:`SINGLE`.

    Parameters
    ----------
    result, expected
        What :func:`plain` returned.
    rtol, atol : float
        The allowed difference.
    tell : bool
        Say what a wrong entry should have been.
    """
    if isinstance(expected, tuple | list):
        return _difference_of_sequences(result, expected, rtol, atol, tell)
    if isinstance(result, tuple | list):
        word = "a tuple" if isinstance(result, tuple) else "a list"
        wanted = "one number" if expected.ndim == 0 else "an array"
        return f"that is {word} of {len(result)}, where {wanted} was expected"
    if result.shape != expected.shape:
        return f"that has shape {result.shape}, where {_shape(expected)} was expected"
    if expected.dtype == np.float32:
        rtol = max(rtol, SINGLE)
    if not same_values(result, expected, rtol, atol):
        return _wrong_entry(result, expected, rtol, atol, tell)
    return None


def difference_in_dtype(result: Any, expected: Any) -> str | None:
    """Return which dtype is another one in two plain values that agree else, or None."""
    if isinstance(expected, tuple | list):
        for number, pair in enumerate(zip(result, expected, strict=True), 1):
            if text := difference_in_dtype(*pair):
                return f"in part {number}, {text}"
        return None
    if result.dtype == expected.dtype:
        return None
    return (
        f"the dtype is {result.dtype}, where {expected.dtype} was expected; `.astype(…)` makes an "
        "array of another dtype"
    )


def _wrong_entry(
    result: np.ndarray, expected: np.ndarray, rtol: float, atol: float, tell: bool
) -> str:
    """Return where two arrays of one shape differ first."""
    if np.isnan(result).any() and not np.isnan(expected).any():
        return "that is not a number (NaN)" if result.ndim == 0 else "there is a NaN in it"
    alike = show(result) == show(expected)  # as far as the digits go that are shown
    if result.size <= MOST_ENTRIES and not alike:
        return "that is not the right value" if result.ndim == 0 else "the values are not right"
    shown, wanted = result, expected
    result, expected = result.astype(np.float64), expected.astype(np.float64)
    size = np.max(np.abs(expected[np.isfinite(expected)]), initial=0.0)
    with np.errstate(invalid="ignore"):
        bad = ~(np.abs(result - expected) <= atol + rtol * size) & ~(result == expected)
    where = tuple(int(i) for i in np.argwhere(bad)[0])
    place = f"the entry [{', '.join(map(str, where))}]" if where else "that"
    text = f"{place} is {show(shown[where])}"
    return text + (f", not {show(wanted[where])}" if tell else ", which is not right")


def _difference_of_sequences(
    result: Any, expected: tuple | list, rtol: float, atol: float, tell: bool
) -> str | None:
    if text := difference_in_count(result, expected):
        return text
    for number, pair in enumerate(zip(result, expected, strict=True), 1):
        if text := difference(*pair, rtol, atol, tell=tell):
            return f"in part {number}, {text}"
    return None


def difference_in_count(result: Any, expected: tuple | list) -> str | None:
    """Return that two plain values have not the same number of parts, or None.

    An array of two will do for a pair.
    """
    wanted = "a pair was" if len(expected) == 2 else f"{len(expected)} were"
    if isinstance(result, np.ndarray) and result.ndim == 0:
        return f"that is one number, where {wanted} expected"
    if len(result) != len(expected):
        parts = "1 part" if len(result) == 1 else f"{len(result)} parts"
        return f"that has {parts}, where {wanted} expected"
    return None


def _shape(array: np.ndarray) -> str:
    return "one number" if array.ndim == 0 else f"shape {array.shape}"


def same_values(result: np.ndarray, expected: np.ndarray, rtol: float, atol: float) -> bool:
    """Tell whether two arrays of one shape agree; a NaN agrees with a NaN only."""
    if expected.size == 0:
        return True
    result, expected = result.astype(np.float64), expected.astype(np.float64)
    finite = np.isfinite(expected)
    if not np.array_equal(result[~finite], expected[~finite], equal_nan=True):
        return False
    size = np.max(np.abs(expected[finite]), initial=0.0)
    return bool(np.all(np.abs(result[finite] - expected[finite]) <= atol + rtol * size))
