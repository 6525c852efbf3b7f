"""Notice when an answer uses the library that the exercise is about.

``helpers.nn``, ``helpers.jets`` and ``helpers.metrics`` hold what the chapters build, so they are
off limits in answers. This looks at the code of the answer and of the functions that it calls: a
module that was imported elsewhere in the notebook, to compare with, is not held against it.
"""

from __future__ import annotations

import dis
import functools
import re
import types
from collections.abc import Iterator
from typing import Any

__all__ = ["OFF_LIMITS", "forbidden_use", "off_limits"]

#: What answers must not use: parts of one package.
OFF_LIMITS = ("helpers.nn", "helpers.jets", "helpers.metrics")
_PARENT = "helpers"
_CHILDREN = {name.removeprefix(_PARENT + ".") for name in OFF_LIMITS}
_MODULE_NAME = re.compile("(" + "|".join(map(re.escape, OFF_LIMITS)) + r")(\.\w+)*")


def forbidden_use(function: Any) -> str | None:
    """Return the name by which a function reaches :data:`OFF_LIMITS`, or None.

    Parameters
    ----------
    function : callable
        The answer. Something without Python code, such as a proxy, is let pass.

    Examples
    --------
    >>> forbidden_use(lambda x: x + 1) is None
    True
    """
    home = getattr(_unwrapped(function), "__globals__", None)
    waiting, seen = [function], set()
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if name := _comes_from_there(thing):
            return name
        thing = _unwrapped(thing)
        if isinstance(thing, types.FunctionType) and thing.__globals__ is home:
            if name := _forbidden_import(thing.__code__):
                return name
            waiting += _reached(thing)
        elif isinstance(thing, type) and thing.__module__ == "__main__":
            waiting += vars(thing).values()
    return None


def _comes_from_there(thing: Any) -> str | None:
    """Return the name of a module, class, function or instance that comes from off limits."""
    if isinstance(thing, types.ModuleType):
        name = thing.__name__
        return name if off_limits(name) else None
    for owner in (thing, type(thing)):
        module = getattr(owner, "__module__", None)
        if isinstance(module, str) and off_limits(module):
            return f"{module}.{getattr(owner, '__name__', type(owner).__name__)}"
    return None


def off_limits(name: str) -> str | None:
    """Return which part of :data:`OFF_LIMITS` a dotted name belongs to, or None.

    Examples
    --------
    >>> off_limits("helpers.nn.losses")
    'helpers.nn'
    """
    parts = (part for part in OFF_LIMITS if name == part or name.startswith(part + "."))
    return next(parts, None)


def _unwrapped(thing: Any) -> Any:
    while isinstance(thing, functools.partial | types.MethodType | staticmethod | classmethod):
        thing = thing.func if isinstance(thing, functools.partial) else thing.__func__
    return getattr(thing, "__wrapped__", thing) if callable(thing) else thing


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """Yield a code object and those of the functions defined inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _forbidden_import(code: types.CodeType) -> str | None:
    """Return what an import inside the code reaches, if it is off limits."""
    for part in _codes(code):
        before: list[Any] = [None, None]
        for step in dis.get_instructions(part):
            if step.opname == "IMPORT_NAME":
                names = before[-1] if isinstance(before[-1], tuple) else ()
                reached = [step.argval, *(f"{step.argval}.{name}" for name in names or ())]
                if found := next(filter(None, map(off_limits, reached)), None):
                    return found
            if step.opname in ("LOAD_CONST", "LOAD_SMALL_INT"):
                before.append(step.argval)
        # importlib.import_module("helpers.nn"): the bare name of a module as a constant
        for constant in part.co_consts:
            if isinstance(constant, str) and _MODULE_NAME.fullmatch(constant):
                return constant
    return None


def _reached(function: types.FunctionType) -> Iterator[Any]:
    """Yield what a function's code names: globals, closure cells and default values."""
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet
            continue
    yield from function.__defaults__ or ()
    yield from (function.__kwdefaults__ or {}).values()
    for code in _codes(function.__code__):
        for name in code.co_names:
            thing = function.__globals__.get(name)
            if isinstance(thing, types.ModuleType) and thing.__name__ == _PARENT:
                for child in sorted(_CHILDREN & set(_attributes(code))):
                    yield getattr(thing, child, None)
            else:
                yield thing


def _attributes(code: types.CodeType) -> Iterator[str]:
    """Yield the attributes that code looks up, but for what it finds in the data sets.

    ``helpers.datasets.jets`` loads data, and ``helpers.jets`` is off limits.
    """
    before = None
    for step in dis.get_instructions(code):
        name = step.argval if step.opname in ("LOAD_ATTR", "LOAD_METHOD") else None
        if name and before != "datasets":
            yield name
        before = name
