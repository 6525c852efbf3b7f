"""Recognise common mistakes by what they make of the right result.

A recogniser gets a wrong result, the right one and the sizes of the arguments, and says whether
its mistake would explain the result. It must explain every wrong result of a check to be told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from helpers.checks.calls import Call
from helpers.checks.values import SINGLE, difference, plain, same_values

__all__ = ["Wrong", "recognise"]

#: A wrong call: the call, its plain result, and the plain result that was right.
Wrong = tuple[Call, Any, Any]
_RTOL = 1e-7
_Test = Callable[[np.ndarray, np.ndarray, int], bool]


def recognise(wrong: Sequence[Wrong], mistakes: Mapping[str, Callable[..., Any]]) -> str:
    """Return a hint that explains all the wrong results, or an empty string.

    Parameters
    ----------
    wrong : sequence of Wrong
        The calls that went wrong.
    mistakes : mapping from str to callable
        What to say, and the function as one would get it wrong. Those of the exercise come
        before the general ones.
    """
    for hint, mistaken in mistakes.items():
        if all(_made(_result(mistaken, call), result, right) for call, result, right in wrong):
            return hint
    for hint in wrong[0][0].mistakes:  # of the call that the message shows
        told = [item for item in wrong if hint in item[0].mistakes]
        if all(_same(result, plain(call.mistakes[hint])) for call, result, _ in told):
            return hint
    if all(map(_swapped, wrong)):
        return "The two are swapped."
    for hint, test in _GENERAL.items():
        if _explains(test, wrong):
            return hint
    return ""


def _result(function: Callable[..., Any], call: Call) -> Any:
    args, kwargs = call.arguments()
    with np.errstate(all="ignore"):
        try:
            return plain(function(*args, **kwargs))
        except (ArithmeticError, ValueError, TypeError, IndexError, np.linalg.LinAlgError):
            return None  # the mistake cannot be made with these arguments


def _made(mistaken: Any, result: Any, right: Any) -> bool:
    """Tell whether a mistake leads to a result, and does not lead to the right one as well."""
    return _same(result, mistaken) and not _same(mistaken, right, rtol=1e-9)


def _same(result: Any, mistaken: Any, rtol: float = _RTOL) -> bool:
    if mistaken is None or isinstance(result, list | tuple) != isinstance(mistaken, list | tuple):
        return False
    return difference(result, mistaken, rtol, 1e-12) is None


def _swapped(wrong: Wrong) -> bool:
    _, result, expected = wrong
    pair = isinstance(expected, tuple | list) and len(expected) == 2
    if not pair or (isinstance(result, np.ndarray) and result.ndim == 0):
        return False
    # an array of two may stand for the pair
    return _same(list(result)[::-1], list(expected))


def _explains(test: _Test, wrong: Sequence[Wrong]) -> bool:
    """Tell whether a mistake explains every wrong result, and at least one that is not zero."""
    telling = False
    for call, result, expected in wrong:
        size = _examples(call)
        for part, right in _arrays(result, expected):
            close = SINGLE if right.dtype == np.float32 else 1e-9
            if part.shape == right.shape and same_values(part, right, close, 0.0):
                continue  # this part of a pair is right
            if not test(part.astype(np.float64), right.astype(np.float64), size):
                return False
            telling = telling or (part.size > 0 and bool(np.any(right != 0)))
    return telling


def _arrays(result: Any, expected: Any) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    if isinstance(expected, tuple | list):
        if isinstance(result, np.ndarray):
            result = list(result) if result.ndim else [result]
        for part, right in zip(result, expected, strict=False):
            yield from _arrays(part, right)
    elif isinstance(result, np.ndarray):
        yield result, expected


def _examples(call: Call) -> int:
    """Return the number of examples in a call: the length of its longest array."""
    arguments = (*call.args, *call.kwargs.values())
    return max((len(value) for value in arguments if _is_row_of_numbers(value)), default=1)


def _is_row_of_numbers(argument: Any) -> bool:
    """Tell whether an argument is an array, or a list of numbers; not a list of arrays."""
    if isinstance(argument, list | tuple):
        return all(isinstance(item, int | float | np.number) for item in argument)
    return isinstance(argument, np.ndarray) and argument.ndim > 0


def _times(factor: Callable[[int], float]) -> _Test:
    """Return a test for results that are the right ones, multiplied by a factor."""

    def test(result: np.ndarray, right: np.ndarray, n: int) -> bool:
        if result.shape != right.shape or abs(factor(n) - 1) < 1e-6:
            return False
        return same_values(result, factor(n) * right, _RTOL, 0.0)

    return test


def _is(change: Callable[[np.ndarray], np.ndarray]) -> _Test:
    """Return a test for results that are the right ones, changed like this."""

    def test(result: np.ndarray, right: np.ndarray, n: int) -> bool:
        if right.size == 0:
            return False
        with np.errstate(all="ignore"):
            changed = change(right)
        if changed.shape == right.shape and same_values(changed, right, _RTOL, 0.0):
            return False  # one entry, or symmetric: the change would not be seen
        return result.shape == changed.shape and same_values(result, changed, _RTOL, 0.0)

    return test


def _power(change: Callable[[np.ndarray], np.ndarray]) -> _Test:
    """Return a test for powers of the right results. Those of labels, -1 and 1, tell nothing."""

    def test(result: np.ndarray, right: np.ndarray, n: int) -> bool:
        labels = np.isin(right, [-1, 0, 1]).all()
        return not labels and _is(change)(result, right, n)

    return test


def _lost_axis(result: np.ndarray, right: np.ndarray, n: int) -> bool:
    return result.ndim != right.ndim and result.size == right.size and result.size > 0


def _square(result: np.ndarray, right: np.ndarray, n: int) -> bool:
    return result.ndim == 2 and result.shape == (n, n) and right.ndim < 2 and n > 1


def _repeated(result: np.ndarray, right: np.ndarray, n: int) -> bool:
    moved = right.ndim == 2 and len(right) > 1 and result.shape == right.shape
    return moved and same_values(result, np.broadcast_to(right[-1], right.shape), _RTOL, 0.0)


def _over_all(result: np.ndarray, right: np.ndarray, n: int) -> bool:
    if result.ndim != 0 or right.ndim != 1 or right.size == 0:
        return False
    whole = (np.mean(right), np.sqrt(np.mean(right**2)))  # of means, and of roots of means
    return any(same_values(result, np.array(value), _RTOL, 0.0) for value in whole)


def _single(result: np.ndarray, right: np.ndarray, n: int) -> bool:
    return result.shape == right.shape and same_values(result, right, 1e-5, 0.0)


_GENERAL: dict[str, _Test] = {
    "This looks like the transpose of what was asked.": lambda result, right, n: (
        right.ndim > 1 and _is(np.transpose)(result, right, n)
    ),
    "This looks like the end point only: return the whole path, from the start on.": (
        lambda result, right, n: right.ndim == 2 and _is(lambda r: r[-1])(result, right, n)
    ),
    "Every row is the end point. This looks like one array, changed in place and stored again and "
    "again: make a new array at every step.": _repeated,
    "The first row is missing: the start belongs to it.": (
        lambda result, right, n: right.ndim == 2 and _is(lambda r: r[1:])(result, right, n)
    ),
    "The last row is missing.": (
        lambda result, right, n: right.ndim == 2 and _is(lambda r: r[:-1])(result, right, n)
    ),
    "A square array like this comes from mixing the shapes (n,) and (n, 1).": _square,
    "The numbers are right in count, not in shape: an axis is missing or one too many.": _lost_axis,
    "The sign is flipped.": _times(lambda n: -1.0),
    "A factor of two is missing.": _times(lambda n: 0.5),
    "This is twice too large.": _times(lambda n: 2.0),
    "The sign is flipped, and a factor of two is missing.": _times(lambda n: -0.5),
    "This looks like a sum where a mean was asked: the factor 1/n is missing.": _times(float),
    "This looks divided by n once too often.": _times(lambda n: 1 / n),
    "The factor 2 and the factor 1/n are missing.": _times(lambda n: n / 2),
    "This looks divided by n - 1: divide by n.": _times(lambda n: n / (n - 1) if n > 1 else 1.0),
    "The square root is missing.": _power(np.square),
    "There is a square root too many.": _power(np.sqrt),
    "The fractional part is cut off: this looks like integer division, or an array of integers.": (
        lambda result, right, n: _is(np.floor)(result, right, n) or _is(np.trunc)(result, right, n)
    ),
    "The order is reversed.": lambda result, right, n: (
        right.ndim > 0 and _is(lambda r: r[::-1])(result, right, n)
    ),
    "The mean runs over the whole table: it must run over the examples, axis 0.": _over_all,
    "Right to about 5–7 digits only: an approximation, or a calculation in float32?": _single,
}
