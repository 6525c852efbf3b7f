"""Run an exercise's notebook in this process, with some answers replaced, and score it.

A case lies beside its exercise, in ``tests/exercises/NAME/cases.py``: a function whose body is
the text that replaces answers, decorated with :func:`mistake` or :func:`alternative`. Its name is
the case's name.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import copy
import functools
import hashlib
import importlib.util
import inspect
import io
import json
import linecache
import pickle
import sys
import textwrap
import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from helpers import checks, datasets
from helpers.checks import Formula
from helpers.checks.values import plain
from helpers.exercises import source_notebook

ROOT = Path(__file__).resolve().parents[2]
#: What a notebook can do to names: its imports, and Python's own.
SPOILT = dict.fromkeys(
    [*checks.__all__, *datasets.__all__, "np", "plot"]
    + [name for name in vars(builtins) if not name.startswith("_")]
)


@dataclass(frozen=True)
class Case:
    """A patch of a solution, and what it must earn.

    ``says`` is what the student must be told, a regular expression; ``public`` tells whether the
    public checks already say it.
    """

    name: str
    answers: dict[str, str]
    loses: frozenset[str] = frozenset()
    says: str = ""
    public: bool = False


def mistake(loses: Iterable[str], says: str, public: bool = False) -> Callable[..., Case]:
    """Make a case of a function: its body holds answers that must lose these cells' points."""

    def make(function: Callable[[], None]) -> Case:
        return Case(function.__name__, _answers(function), frozenset(loses), says, public)

    return make


def alternative(function: Callable[[], None]) -> Case:
    """Make a case of a function: its body holds other right answers."""
    return Case(function.__name__, _answers(function))


def replaced(
    name: str,
    answer: str,
    text: str,
    changes: Iterable[tuple[str, str]],
    loses: Iterable[str] = (),
    says: str = "",
    public: bool = False,
) -> Case:
    """Make a case of an answer's text, with some of it replaced; without changes, of itself."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return Case(name, {answer: text}, frozenset(loses), says, public)


def cases(name: str) -> list[Case]:
    """Return the cases of an exercise, in the order of their file."""
    return [value for value in vars(_module(name)).values() if isinstance(value, Case)]


def remembered(name: str) -> tuple[str, ...]:
    """Return the answers of an exercise that train: see :func:`_remembering`."""
    return getattr(_module(name), "REMEMBERED", ())


@functools.cache
def _module(name: str) -> types.ModuleType:
    path = Path(__file__).parent / name / "cases.py"
    spec = importlib.util.spec_from_file_location(f"cases_of_{name.replace('-', '_')}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


#: What a reference that trains has returned, by exercise, function and arguments.
_RETURNED: dict[tuple, object] = {}


def _remembering(name: str, function: Callable) -> Callable:
    """Return the reference's function, which trains once only for each set of arguments.

    Cases that leave such an answer alone need not wait for it. It must depend on its arguments
    only; ``REMEMBERED`` in an exercise's cases lists these answers.
    """

    @functools.wraps(function)
    def once(*args):
        key = (name, function.__name__, hashlib.sha256(pickle.dumps(args)).digest())
        if key not in _RETURNED:
            _RETURNED[key] = function(*args)
        return copy.deepcopy(_RETURNED[key])

    return once


@dataclass
class Score:
    """What a run earned.

    ``errors`` holds the message of each cell that failed, by its id; ``output`` what was printed.
    """

    points: dict[str, int] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    output: str = ""

    @property
    def total(self) -> int:
        return sum(self.points.values())

    @property
    def lost(self) -> set[str]:
        return {cell for cell in self.points if cell in self.errors}


def score(name: str, answers: dict[str, str] | None = None, *, figures: bool = False) -> Score:
    """Run an exercise with its hidden tests, cell by cell, and score it as nbgrader would.

    Parameters
    ----------
    name
        Of the exercise.
    answers
        Sources in place of the solution's, by grade_id.
    figures
        Run the cells tagged `figure` too.
    """
    answers = answers or {}
    kept = remembered(name)
    unknown = set(answers) - set(solutions(name))
    assert not unknown, f"{name} has no answers called {unknown}"
    module = types.ModuleType("__main__")
    result = Score()
    with _main(module), beside(name), contextlib.redirect_stdout(io.StringIO()) as printed:
        for cell in _code(name):
            if "figure" in cell["tags"] and not figures:
                continue
            source = answers.get(cell["id"], cell["source"])
            error = _run(source, f"<{name}:{cell['id']}>", module.__dict__)
            if cell["id"] in kept and cell["id"] not in answers:
                vars(module)[cell["id"]] = _remembering(name, vars(module)[cell["id"]])
            if error:
                result.errors[cell["id"]] = error
            if cell["points"]:
                result.points[cell["id"]] = 0 if error else cell["points"]
    result.output = printed.getvalue()
    return result


def score_apart(name: str, answers: dict[str, str] | None = None) -> Score:
    """Score with the answers in one namespace and the hidden tests in another, clean one.

    The tests get stand-ins, which let nothing through but plain arguments and plain results, as a
    grader does that runs answers in a process of their own. All other names that a test could
    look for are taken, as if the student had used them for something else.
    """
    answers = answers or {}
    student, clean = types.ModuleType("__main__"), types.ModuleType("__main__")
    result = Score()
    with beside(name), contextlib.redirect_stdout(io.StringIO()) as printed:
        for cell in _code(name):
            source = answers.get(cell["id"], cell["source"])
            if cell["id"] == "imports":
                _run(source, "<imports>", vars(student))
                vars(clean).update(SPOILT)
            elif cell["solution"]:
                _run(source, f"<{name}:{cell['id']}>", student.__dict__)
                vars(clean)[cell["id"]] = StandIn(vars(student)[cell["id"]])
            elif cell["points"]:
                before = set(vars(clean))
                error = _run(source, f"<{name}:{cell['id']}>", vars(clean))
                if error:
                    result.errors[cell["id"]] = error
                elif left := set(vars(clean)) - before - {"__builtins__"}:
                    result.errors[cell["id"]] = f"it leaves names behind: {left}"
                result.points[cell["id"]] = 0 if error else cell["points"]
    result.output = printed.getvalue()
    return result


class StandIn:
    """Calls an answer with plain arguments, and hands back plain results."""

    def __init__(self, function: Callable) -> None:
        self._function = function
        self.__name__ = function.__name__

    def __call__(self, *args, **kwargs):
        for value in (*args, *kwargs.values()):
            assert _is_plain(value), f"{value!r} is not a plain argument"
        return plain(self._function(*args, **kwargs))


def _is_plain(value: object) -> bool:
    """Tell whether an argument can be sent to another process as text and arrays."""
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    kinds = (bool, int, float, str, np.generic, np.ndarray, Formula, np.random.Generator)
    return isinstance(value, kinds)


def beside(name: str) -> contextlib.chdir:
    """Work in the folder of a solution: its hidden tests read files there, as when graded."""
    return contextlib.chdir(ROOT / "solutions" / name)


def solutions(name: str) -> dict[str, str]:
    """Return the solution of each answer, by grade_id."""
    return {cell["id"]: cell["source"] for cell in _code(name) if cell["solution"]}


def points(name: str) -> dict[str, int]:
    """Return the points of each hidden test cell, by grade_id."""
    return {cell["id"]: cell["points"] for cell in _code(name) if cell["points"]}


def hidden(name: str) -> dict[str, str]:
    """Return the source of each hidden test cell, by grade_id."""
    return {cell["id"]: cell["source"] for cell in _code(name) if cell["points"]}


def public(name: str) -> dict[str, str]:
    """Return the source of each public test cell, by grade_id."""
    return {c["id"]: c["source"] for c in _code(name) if c["id"].startswith("public-")}


def released(name: str) -> dict[str, str]:
    """Return what the students get as each answer, by grade_id."""
    text = (ROOT / "exercises" / name / f"{name}.ipynb").read_text(encoding="utf-8")
    return {
        cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"])
        for cell in json.loads(text)["cells"]
        if cell["metadata"].get("nbgrader", {}).get("solution")
    }


@functools.cache
def _code(name: str) -> tuple[dict, ...]:
    """Return the code cells of an exercise with solutions and hidden tests."""
    found = []
    for cell in source_notebook(name).cells:
        mark = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and "setup" not in cell.metadata.get("tags", []):
            found.append(
                {
                    "id": mark.get("grade_id", cell.id),
                    "source": cell.source,
                    "tags": cell.metadata.get("tags", []),
                    "points": mark.get("points", 0) if mark.get("grade") else 0,
                    "solution": bool(mark.get("solution")),
                }
            )
    return tuple(found)


def _run(source: str, file: str, namespace: dict) -> str:
    """Run a cell. Return its error's message, or that it wrote to stderr, or nothing."""
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    with contextlib.redirect_stderr(io.StringIO()) as complaints:
        try:
            exec(compile(source, file, "exec"), namespace)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
    return f"stderr: {complaints.getvalue()}" if complaints.getvalue() else ""


@contextlib.contextmanager
def _main(module: types.ModuleType):
    """Let the notebook's namespace be the main module's, as in a kernel."""
    before = sys.modules["__main__"]
    sys.modules["__main__"] = module
    try:
        yield
    finally:
        sys.modules["__main__"] = before


def _answers(function: Callable[[], None]) -> dict[str, str]:
    """Return the statements in a function's body as answers, by the function that each defines.

    What is not a function (an import, a constant) belongs to the next one.
    """
    text = textwrap.dedent(inspect.getsource(function))
    definition = ast.parse(text).body[0]
    lines = text.splitlines()
    answers, begin = {}, definition.body[0].lineno
    for statement in definition.body:
        if isinstance(statement, ast.FunctionDef):
            part = "\n".join(lines[begin - 1 : statement.end_lineno])
            answers[statement.name] = textwrap.dedent(part)
            begin = statement.end_lineno + 1
    return answers
