"""The step of grading that runs a notebook: answers in a jail, tests outside of it."""

from __future__ import annotations

import ast
import atexit
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_output
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Float, Integer

from helpers.grading.jail import Limits, why_not
from helpers.grading.warm import Fork, Warm, WarmError
from helpers.grading.wire import Closed, WireError

__all__ = ["ExecuteSafely", "NotebookRun"]

Resources = dict[str, Any]
#: Packages that are imported beforehand where the cells of an exercise name them.
_SLOW_TO_IMPORT = {"tensorflow", "keras", "sklearn", "pandas", "torch"}
#: How often a notebook is started again when an answer has ended it.
_MOST_STARTS = 5
_warm: dict[tuple[Any, ...], Warm] = {}


class ExecuteSafely(NbGraderPreprocessor):
    """Run a notebook as nbgrader's ``Execute`` does, and trust nothing that was handed in.

    The cells of the student run in a jail. A test cell runs in a clean process outside, in the
    folder of the solution, where its hidden files are; the functions that it calls are the
    student's, in the jail, and only plain values go to and fro.
    """

    timeout = Float(60.0, help="seconds for one cell").tag(config=True)
    notebook_timeout = Float(900.0, help="seconds for all cells of a notebook").tag(config=True)
    memory = Integer(2048, help="MiB of data for a notebook's process").tag(config=True)
    disk = Integer(256, help="MiB for the files that a notebook writes").tag(config=True)
    unsafe = Bool(False, help="run without a jail: answers can do whatever this user can do").tag(
        config=True
    )

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Run all cells and keep what they put out.

        Raises
        ------
        WarmError
            If no jail can be made, and none of the settings allows to do without.
        """
        course = CourseDirectory(config=self.config)
        name = resources["nbgrader"]["assignment"]
        source = Path(course.format_path(course.source_directory, ".", name))
        with NotebookRun(self._process(course, nb), source, self) as run:
            for cell in nb.cells:
                if cell.cell_type == "code":
                    outputs, cell.execution_count = run.cell(cell)
                    cell.outputs = [from_dict(output) for output in outputs]
        return nb, resources

    def _process(self, course: CourseDirectory, nb: NotebookNode) -> Warm:
        """Return the warm process for such a notebook, the same one for the next."""
        if not self.unsafe and (reason := why_not()):
            raise WarmError(
                f"Nothing was graded: no jail can be made here, since {reason}. Grade on Linux, or "
                "set ExecuteSafely.unsafe = True if you trust all who handed in."
            )
        modules = tuple(sorted(_imported(nb) & _SLOW_TO_IMPORT))
        limits = Limits(memory=self.memory * 2**20, disk=self.disk * 2**20)
        hide = (Path(course.root).resolve(),)
        key = (modules, limits, hide, self.unsafe)
        if key not in _warm:
            _warm[key] = Warm(modules, limits, hide, jailed=not self.unsafe)
        return _warm[key]


class NotebookRun:
    """One notebook, cell by cell.

    Parameters
    ----------
    warm : Warm
        What its processes are forked from.
    source : Path
        The folder of the solution.
    settings
        With ``timeout`` and ``notebook_timeout`` in seconds.
    """

    def __init__(self, warm: Warm, source: Path, settings: Any) -> None:
        self._warm, self._source = warm, source
        self._timeout = settings.timeout
        self._end = time.monotonic() + settings.notebook_timeout
        self._notebook: Fork | None = None
        self._verifier: Fork | None = None
        self._done: list[str] = []
        self._starts = 0

    def __enter__(self) -> NotebookRun:
        return self

    def __exit__(self, *reason: object) -> None:
        for fork in (self._notebook, self._verifier):
            if fork:
                fork.end()

    def cell(self, cell: NotebookNode) -> tuple[list[dict[str, Any]], int | None]:
        """Run a cell; return its outputs and its number."""
        mark = cell.metadata.get("nbgrader", {})
        if mark.get("grade") and not mark.get("solution"):
            return self._test(cell.source), None
        return self._own(cell.source)

    def _own(self, source: str) -> tuple[list[dict[str, Any]], int | None]:
        try:
            told = self._ask({"do": "cell", "source": source})
        except _Ended as error:
            return [_error("NotebookEnded", str(error))], None
        self._done.append(source)
        outputs = honest(told.get("outputs"))
        if told.get("interrupted"):
            outputs = [output for output in outputs if output["output_type"] != "error"]
            outputs.append(_error("CellTimeoutError", ""))
        count = told.get("count")
        return outputs, count if type(count) is int else None

    def _test(self, source: str) -> list[dict[str, Any]]:
        """Let the verifier run a test cell, and carry its calls to the jail and back."""
        if self._verifier is None or not self._verifier.alive:
            self._verifier = self._warm.verifier(self._source)
        verifier, end = self._verifier, time.monotonic() + self._timeout
        verifier.connection.send({"test": source})
        while True:
            told = verifier.wait(self._timeout + 60)
            if "outputs" in told:
                return told["outputs"]
            try:
                answer = self._ask(told, max(end - time.monotonic(), 0.0))
            except _Ended as error:
                answer = {"failed": str(error)}
            try:
                verifier.connection.send(answer)
            except WireError as error:
                verifier.connection.send({"failed": f"What came back cannot be read: {error}."})

    def _ask(self, message: dict[str, Any], seconds: float | None = None) -> dict[str, Any]:
        """Ask the notebook's process; start it anew where it has been ended."""
        if self._notebook is None or not self._notebook.alive:
            self._start()
        left = self._end - time.monotonic()
        if left <= 0:
            raise _Ended("The notebook as a whole takes too long: it was stopped before this.")
        try:
            return self._notebook.ask(
                message, min(self._timeout if seconds is None else seconds, left)
            )
        except TimeoutError:
            raise _Ended("This took too long and had to be ended.") from None
        except (Closed, WireError):
            self._notebook.end()
            raise _Ended(
                "This ended the whole process: is there a call of `os._exit`, or does it need more "
                "memory than there is?"
            ) from None

    def _start(self) -> None:
        """Start the notebook's process, and run what has been run before."""
        if self._starts == _MOST_STARTS:
            raise _Ended(f"The notebook has been ended {_MOST_STARTS} times; it was not run on.")
        self._starts += 1
        self._notebook = self._warm.notebook()
        for source in self._done:
            self._ask({"do": "cell", "source": source})


class _Ended(Exception):
    """The process of a notebook has ended; the message is for the student."""


def honest(outputs: Any) -> list[NotebookNode]:
    """Return outputs as a notebook may have them; what a jail says may be anything.

    Examples
    --------
    >>> honest([{"output_type": "stream", "name": "stdout", "text": "1"}, {"output_type": "?"}, 5])
    [{'output_type': 'stream', 'name': 'stdout', 'text': '1'}]
    """
    kept = []
    for output in outputs if type(outputs) is list else ():
        kind = output.get("output_type") if type(output) is dict else None
        if kind == "stream" and output.get("name") in ("stdout", "stderr"):
            kept.append(new_output(kind, name=output["name"], text=str(output.get("text"))))
        elif kind == "error":
            told = [str(output.get(part)) for part in ("ename", "evalue")]
            kept.append(_error(*told, output.get("traceback")))
        elif kind in ("display_data", "execute_result") and type(output.get("data")) is dict:
            shown = output["data"].items()
            data = {key: part for key, part in shown if type(key) is type(part) is str}
            kept.append(new_output(kind, data=data))
    return kept


def _error(name: str, message: str, lines: Any = None) -> NotebookNode:
    told = f"{name}: {message}" if message else name
    traceback = [str(line) for line in lines] if type(lines) is list else [told]
    return new_output("error", ename=name, evalue=message, traceback=traceback)


def _imported(nb: NotebookNode) -> set[str]:
    """Return the packages that the cells of the exercise itself import."""
    found: set[str] = set()
    for cell in nb.cells:
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("locked"):
            found |= _imports(cell.source)
    return found


def _imports(source: str) -> set[str]:
    try:
        nodes: Iterable[ast.AST] = ast.walk(ast.parse(source))
    except (SyntaxError, ValueError):
        return set()
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


@atexit.register
def _close() -> None:
    for warm in _warm.values():
        warm.close()
