"""Calls as data: what a function is called with, and how a message shows it."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

__all__ = ["MISSING", "Call", "Formula", "Seed", "call", "show"]

#: The expected result of a call that was given none.
MISSING = object()
#: Larger arrays are shown by their shape.
MOST_ENTRIES = 12


@dataclass(frozen=True)
class Call:
    """One call of a function, without the function. Make it with :func:`call`.

    Attributes
    ----------
    args, kwargs
        The arguments, plain values each.
    expected
        The result that is right, if :meth:`gives` told it.
    mistakes : dict from str to object
        Results of known mistakes, by what to say about them.
    """

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    expected: Any = MISSING
    mistakes: Mapping[str, Any] = field(default_factory=dict)

    def gives(self, expected: Any) -> Call:
        """Return this call with the result that is right."""
        return replace(self, expected=expected)

    def but(self, result: Any, hint: str) -> Call:
        """Return this call with the result of a known mistake, and what to say about it."""
        return replace(self, mistakes={**self.mistakes, hint: result})

    def arguments(self) -> tuple[list[Any], dict[str, Any]]:
        """Return fresh copies of the arguments; a seed becomes a generator."""
        args = [_fresh(value) for value in self.args]
        return args, {name: _fresh(value) for name, value in self.kwargs.items()}

    def shown(self, name: str) -> str:
        """Return the call as one would type it.

        Examples
        --------
        >>> call(2, b=[1.0]).shown("predict")
        'predict(2, b=[1.0])'
        """
        parts = [show(value) for value in self.args]
        parts += [f"{key}={show(value)}" for key, value in self.kwargs.items()]
        return f"{name}({', '.join(parts)})"


def call(*args: Any, **kwargs: Any) -> Call:
    """Return a call with these arguments, to be checked later.

    Examples
    --------
    >>> call(3.0).gives(9.0).but(6.0, "squared is not doubled").expected
    9.0
    """
    return Call(args, kwargs)


class Formula:
    """A function as text: a message can show it, and another process can be sent it.

    Parameters
    ----------
    text : str
        An expression in ``theta``, in ``np`` and in the constants.
    **constants
        Numbers and arrays that the expression names.

    Examples
    --------
    >>> f = Formula("theta[0] ** 2 + c", c=1.0)
    >>> f(np.array([3.0, 0.0]))
    np.float64(10.0)
    >>> f
    Formula('theta[0] ** 2 + c', c=1.0)
    """

    def __init__(self, text: str, **constants: Any) -> None:
        self.text = text
        self.constants = constants
        # The author of an exercise writes the text; it is not a reader's input.
        self._code = compile(text, "<formula>", "eval")

    def __call__(self, theta: Any) -> Any:
        """Return the value of the expression at ``theta``."""
        # New containers at each call: an answer cannot change a later value.
        names = {"np": np, **copy.deepcopy(self.constants), "theta": theta}
        # With Python's own builtins: NumPy imports parts of itself when it first needs them, and
        # finds ``__import__`` through the frame that called it.
        return eval(self._code, names)

    def __repr__(self) -> str:
        constants = "".join(f", {name}={show(value)}" for name, value in self.constants.items())
        return f"Formula({self.text!r}{constants})"

    def __deepcopy__(self, memo: dict[int, Any]) -> Formula:
        return Formula(self.text, **copy.deepcopy(self.constants, memo))


@dataclass(frozen=True)
class Seed:
    """Stands for ``numpy.random.default_rng(value)`` in a call: made anew for each call.

    Examples
    --------
    >>> call(Seed(7)).shown("shuffled")
    'shuffled(default_rng(7))'
    """

    value: int

    def __repr__(self) -> str:
        return f"default_rng({self.value})"


def show(value: Any) -> str:
    """Return a value as a message shows it: short, and as one would type it.

    Examples
    --------
    >>> show(np.array([1.0, 2.5]))
    'array([1. , 2.5])'
    >>> show(np.zeros((100, 3)))
    'an array of shape (100, 3)'
    >>> show([np.zeros((100, 3)), np.zeros(3)])
    '[arrays of shapes (100, 3), (3,)]'
    """
    if isinstance(value, np.ndarray):
        if value.size > MOST_ENTRIES:
            return f"an array of shape {value.shape}"
        text = np.array2string(value, separator=", ", precision=6, max_line_width=200)
        kind = "" if value.dtype.name in ("float64", "int64", "bool") else value.dtype.name
        if value.size == 0:
            text = f"[], shape={value.shape}"
        return f"array({' '.join(text.split())}{', ' + kind if kind else ''})"
    if isinstance(value, np.generic):
        return show(value.item())
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e16:
            return repr(value)
        text = f"{value:.10g}"
        # What is only nearly a whole number must not look like one.
        return repr(value) if text.lstrip("-").isdigit() else text
    if isinstance(value, list | tuple):
        arrays = [item for item in value if isinstance(item, np.ndarray)]
        if len(arrays) == len(value) > 0 and sum(array.size for array in arrays) > MOST_ENTRIES:
            shapes = []
            for shape, same in itertools.groupby(array.shape for array in arrays[:MOST_ENTRIES]):
                times = len(list(same))
                shapes += [f"{times} × {shape}"] if times > 4 else times * [str(shape)]
            if len(arrays) > MOST_ENTRIES:
                shapes.append("…")
            return f"[arrays of shapes {', '.join(shapes)}]"
        shown = [show(item) for item in value[:MOST_ENTRIES]]
        if len(value) > MOST_ENTRIES:
            shown.append("…")
        inner = ", ".join(shown)
        if isinstance(value, list):
            return f"[{inner}]"
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    text = repr(value)
    return text if len(text) <= 200 else text[:197] + "..."


def _fresh(value: Any) -> Any:
    if isinstance(value, Seed):
        return np.random.default_rng(value.value)
    return copy.deepcopy(value)
