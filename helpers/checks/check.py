"""Run an answer under supervision, and compare it with what is right."""

from __future__ import annotations

import contextlib
import copy
import inspect
import io
import linecache
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers.checks.calls import MISSING, Call, show
from helpers.checks.elsewhere import Elsewhere
from helpers.checks.failure import CheckFailed, NotWritten
from helpers.checks.guard import forbidden_use, off_limits
from helpers.checks.hints import Wrong, recognise
from helpers.checks.values import (
    NotPlain,
    difference,
    difference_in_count,
    difference_in_dtype,
    plain,
)

__all__ = ["Run", "check", "passed", "run", "supervise"]

# Python shows these to nobody but developers, and no answer is wrong for them.
_QUIET = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)
# What a right formula can raise for unusual data. Other errors have other reasons.
_ABOUT_DATA = (ArithmeticError, IndexError, np.linalg.LinAlgError)
# Longer messages of errors and warnings are cut: an answer writes them.
_MOST_CHARACTERS = 200


def check(
    function: Callable[..., Any],
    calls: Iterable[Call],
    reference: Callable[..., Any] | None = None,
    *,
    rtol: float = 1e-9,
    atol: float = 1e-12,
    part: int | None = None,
    dtypes: bool = False,
    mistakes: Mapping[str, Callable[..., Any]] | None = None,
    hidden: bool = False,
    allow_warnings: bool = False,
    remark: str = "",
) -> None:
    """Call an answer and compare its results with the right ones.

    Each call is made once, with fresh copies of its arguments. The answer must not change
    them, must not warn, and must return numbers or arrays of numbers of the right shape.

    Parameters
    ----------
    function : callable
        The student's.
    calls : iterable of Call
        See :func:`helpers.checks.call`. Without a reference each must tell what it gives.
    reference : callable, optional
        The right function, for hidden tests only.
    rtol, atol : float
        Allowed difference of an entry: ``atol + rtol · max |expected|`` of its array. What is
        expected in float32 is compared to five digits at most.
    part : int, optional
        Compare this part of a tuple only, so that parts can earn points on their own.
    dtypes : bool
        Compare the dtypes of arrays too.
    mistakes : mapping from str to callable, optional
        Hints, and the function as one would get it wrong. For hidden tests only.
    hidden : bool
        Do not tell what was expected.
    allow_warnings : bool
        Let the answer warn, where dead ends belong to the task.
    remark : str
        What is special about these calls; said of values that are wrong, and of errors that data
        can lead to, when no hint explains them.

    Raises
    ------
    CheckFailed
        With a message for the student.
    ValueError
        If there is nothing to compare a call with; the test cell is wrong then.

    Examples
    --------
    >>> from helpers.checks import call
    >>> check(abs, [call(-3.0).gives(3.0)])
    abs: public checks passed.
    >>> check(float, [call(2).gives(-2.0)])
    Traceback (most recent call last):
        ...
    helpers.checks.failure.CheckFailed: float(2) returned 2.0: that is not the right value. Expected was -2.0. The sign is flipped.
    """  # noqa: E501
    wrong: list[Wrong] = []
    first = ""
    for call in calls:
        try:
            done = run(function, call, allow_warnings=allow_warnings)
        except NotWritten:
            raise
        except CheckFailed as error:
            if wrong:
                break  # one thing at a time: the first failure is the one to tell
            raise CheckFailed(f"{error} {remark if error.about_data else ''}".rstrip()) from None
        expected = _expected(call, reference)
        result = done.value
        if part is not None:
            problem = difference_in_count(result, expected)
            done.require(problem is None, f"{problem}.")
            result, expected = result[part], expected[part]
        wanted = "" if hidden else f" Expected was {show(_bare(expected))}."
        problem = difference(result, expected, rtol, atol, tell=not hidden)
        if problem is None:
            problem = difference_in_dtype(result, expected) if dtypes and not wrong else None
            done.require(problem is None, f"{problem}.{wanted}")
            continue
        wrong.append((call, result, expected))
        first = first or f"{done}: {problem}.{wanted}"
    if wrong:
        hint = recognise(wrong, _of_part(mistakes or {}, part))
        if not hint and all(map(_only_values_differ, wrong)):
            hint = remark
        raise CheckFailed(f"{first} {hint}".rstrip()) from None
    passed(function, hidden=hidden)


def passed(function: Callable[..., Any], *, hidden: bool = False) -> None:
    """Print that the checks of a function passed. Public ones do not prove it correct.

    Examples
    --------
    >>> passed(abs)
    abs: public checks passed.
    """
    print(f"{_name(function)}: {'hidden' if hidden else 'public'} checks passed.")


@dataclass(frozen=True)
class Run:
    """A call that an answer survived.

    Attributes
    ----------
    name : str
        Of the function.
    call : Call
        What it was called with.
    value
        What it returned, in plain types (see :func:`helpers.checks.values.plain`).
    """

    name: str
    call: Call
    value: Any

    def __str__(self) -> str:
        return f"{self.call.shown(self.name)} returned {show(_bare(self.value))}"

    def require(self, condition: bool, message: str) -> None:
        """Fail with a message about this call unless a condition holds.

        Parameters
        ----------
        condition : bool
            What must be true of :attr:`value`.
        message : str
            One or two sentences that go on from "f(x) returned y: ".

        Raises
        ------
        CheckFailed
        """
        if not condition:
            raise CheckFailed(f"{self}: {message}")


def run(function: Callable[..., Any], call: Call, *, allow_warnings: bool = False) -> Run:
    """Call an answer once, under supervision.

    Parameters
    ----------
    function : callable
        The student's.
    call : Call
        What to call it with.
    allow_warnings : bool
        Let it warn.

    Returns
    -------
    Run
        With the result in plain types.

    Raises
    ------
    CheckFailed
        If the answer is missing, uses :data:`~helpers.checks.guard.OFF_LIMITS`, raises, warns,
        changes its arguments, or returns something that is not made of numbers.

    Examples
    --------
    >>> from helpers.checks import call
    >>> run(max, call(1.0, 2.0)).value
    array(2.)
    """
    value = supervise(function, call, allow_warnings=allow_warnings)
    return Run(_name(function), call, value)


def supervise(function: Callable[..., Any], call: Call, *, allow_warnings: bool = False) -> Any:
    """Call an answer once and return what :attr:`Run.value` is; see :func:`run`.

    This is the part that happens where the answer lives.
    """
    if isinstance(function, Elsewhere):
        return function.supervised(call, allow_warnings)
    if not callable(function):
        raise CheckFailed(
            f"A function was expected, and {show(function)} was found. Did a variable get the "
            "name of your function? Run the cell with your answer again."
        )
    name = _name(function)
    if used := forbidden_use(function):
        raise CheckFailed(
            f"`{name}` uses `{used}`. The package {off_limits(used)} is off limits in answers: "
            "this exercise is about building it yourself."
        )
    args, kwargs = call.arguments()
    before = copy.deepcopy((args, kwargs))
    shown = call.shown(name)
    try:
        with (
            warnings.catch_warnings(record=True) as caught,
            np.errstate(all="warn", under="ignore"),
            # A word on stderr would cost all the points of the cell in nbgrader.
            contextlib.redirect_stderr(io.StringIO()),
            _exit_as_in_python(function),
        ):
            warnings.simplefilter("always")
            returned = function(*args, **kwargs)
            value = plain(returned)
    except CheckFailed:  # of an answer that the function calls elsewhere
        raise
    except NotImplementedError as error:
        raise NotWritten(_not_written(error, name)) from None
    except NotPlain as error:
        if returned is None:
            word = "a `yield`" if "\nYields\n" in _lines(function) else "a `return`"
            raise CheckFailed(f"{shown} returned {error}: is there {word}?") from None
        end = "" if str(error).endswith("?") else "."
        raise CheckFailed(f"{shown} returned {error}{end}") from None
    except KeyboardInterrupt:
        raise CheckFailed(
            f"{shown} was stopped before it came to an end: is there a loop that does not end?"
        ) from None
    except (Exception, SystemExit) as error:
        told = _error(error, function)
        raise CheckFailed(
            f"{shown} raised {told}{'' if told[-1] in '.?!…' else '.'}",
            about_data=isinstance(error, _ABOUT_DATA),
        ) from None
    if changed := _changed(before, (args, kwargs)):
        raise CheckFailed(
            f"{shown} changed its argument {changed}. The caller still needs it: work on a copy, "
            "and beware of `+=`, `-=` and `*=` on arrays."
        )
    loud = [w for w in caught if not issubclass(w.category, _QUIET)]
    if loud and not allow_warnings:
        warning = f"{loud[0].category.__name__}: {_cut(str(loud[0].message))}"
        place = _line(function, loud[0].filename, loud[0].lineno)
        raise CheckFailed(f"{shown} warned: {warning}{place}.")
    return value


def _expected(call: Call, reference: Callable[..., Any] | None) -> Any:
    if reference is not None:
        args, kwargs = call.arguments()
        return plain(reference(*args, **kwargs))
    if call.expected is MISSING:
        raise ValueError("the test cell gives neither a reference nor what the call gives")
    return plain(call.expected)


def _only_values_differ(wrong: Wrong) -> bool:
    _, result, expected = wrong
    return not isinstance(expected, np.ndarray) or np.shape(expected) == _shape(result)


def _shape(value: Any) -> tuple[int, ...] | None:
    return value.shape if isinstance(value, np.ndarray) else None


def _of_part(
    mistakes: Mapping[str, Callable[..., Any]], part: int | None
) -> Mapping[str, Callable[..., Any]]:
    """Return the mistaken functions, cut down to the part that is compared."""
    if part is None:
        return mistakes

    def cut(mistaken: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args, **kwargs: mistaken(*args, **kwargs)[part]

    return {hint: cut(mistaken) for hint, mistaken in mistakes.items()}


def _name(function: Any) -> str:
    name = getattr(function, "__name__", None)
    if not isinstance(name, str):
        return type(function).__name__
    if name == "<lambda>":  # the name that it was given afterwards
        known = getattr(function, "__globals__", {}).items()
        return next((key for key, value in known if value is function), "your function")
    return name


def _lines(function: Any) -> str:
    """Return a function's docstring without indentation."""
    return inspect.cleandoc(getattr(function, "__doc__", None) or "")


def _not_written(error: NotImplementedError, name: str) -> str:
    """Return that an answer is not written, or another one that it calls."""
    *_, last = traceback.walk_tb(error.__traceback__)
    missing = last[0].f_code.co_name
    if missing != name and missing.isidentifier():
        return (
            f"`{name}` calls `{missing}`, which is not written yet. Write that one first, then run "
            "this cell again."
        )
    return (
        f"`{name}` is not written yet. Replace `raise NotImplementedError` by your code, run "
        "that cell, then this one again."
    )


@contextlib.contextmanager
def _exit_as_in_python(function: Any) -> Iterator[None]:
    """Let `exit()` and `quit()` in an answer raise SystemExit, as they do outside of a notebook.

    There they end the kernel, and all later cells of a graded notebook would be lost. In a cell,
    outside of a function, they still do.
    """
    names = getattr(function, "__globals__", {})
    ours = {
        name: names[name]
        for name in ("exit", "quit")
        if type(names.get(name)).__module__.startswith("IPython.")
    }
    names.update(dict.fromkeys(ours, sys.exit))
    try:
        yield
    finally:
        names.update(ours)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + "…"


def _bare(value: Any) -> Any:
    """Return a plain value for showing: arrays of shape () as numbers."""
    if isinstance(value, tuple | list):
        return type(value)(_bare(item) for item in value)
    return value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value


def _error(error: BaseException, function: Any) -> str:
    """Return an error's name and message, and the line of the answer that led to it."""
    message = _cut(str(error))
    text = f"{type(error).__name__}: {message}" if message else type(error).__name__
    places = [_line(function, *place) for place in _places(error)]
    return text + next(filter(None, reversed(places)), "")


def _places(error: BaseException) -> list[tuple[str, int | None]]:
    return [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]


def _line(function: Any, file: str, number: int | None) -> str:
    """Return a line of the answer's cell in brackets, or nothing if it is not of that cell."""
    own = getattr(getattr(function, "__code__", None), "co_filename", None)
    if not number or file != own:
        return ""
    source = linecache.getline(file, number).strip()
    return f" (in line {number} of your cell: `{source}`)" if source else ""


def _changed(before: tuple[list, dict], after: tuple[list, dict]) -> str | None:
    """Return which argument is not what it was, or None."""
    ordinals = ("1st", "2nd", "3rd", *(f"{number}th" for number in range(4, 20)))
    for ordinal, old, new in zip(ordinals, before[0], after[0], strict=False):
        if not _same(old, new):
            return f"({ordinal})"
    for name, old in before[1].items():
        if not _same(old, after[1][name]):
            return f"`{name}`"
    return None


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, np.ndarray):
        return old.dtype == new.dtype and np.array_equal(old, new, equal_nan=old.dtype.kind == "f")
    if isinstance(old, list | tuple):
        return len(old) == len(new) and all(map(_same, old, new))
    if isinstance(old, int | float | str | bool | type(None)):
        return old == new
    return True  # a generator is there to be used, a formula copies its constants
