"""The tests of a notebook, in a clean process that no answer can reach.

Where a test cell names a function of the notebook, it finds an :class:`Answer`: a call of it goes
to the jail, and plain values come back. So a test compares numbers with numbers, whatever an answer
has done to NumPy, to the tests' tools or to Python in its own process.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
from typing import Any

from nbformat.v4 import new_output

from helpers.checks.calls import Call
from helpers.checks.elsewhere import Elsewhere
from helpers.checks.failure import CheckFailed, NotWritten
from helpers.grading.wire import Connection

__all__ = ["Answer", "serve", "wanted_names"]


class Answer(Elsewhere):
    """A function that a notebook defines, called from here and run in its jail."""

    def __init__(self, name: str, connection: Connection) -> None:
        self.__name__ = name
        self._connection = connection

    def supervised(self, call: Call, allow_warnings: bool) -> Any:
        """Return what the call gives, in plain types, or raise CheckFailed."""
        self._connection.send(
            {
                "do": "call",
                "name": self.__name__,
                "args": tuple(call.args),
                "kwargs": dict(call.kwargs),
                "allow_warnings": bool(allow_warnings),
            }
        )
        told = self._connection.receive()
        if "value" in told:
            return told["value"]
        kind = NotWritten if told.get("not_written") is True else CheckFailed
        raise kind(str(told.get("failed", "")), about_data=told.get("about_data") is True)


def serve(connection: Connection) -> None:
    """Run test cells as the messages of a connection ask, until it closes.

    A message is ``{"test": source}``. While the cell runs, its calls are sent, and their results
    expected; at the end ``{"outputs": list}`` is sent.
    """
    while True:
        connection.send({"outputs": run_test(connection.receive()["test"], connection)})


def run_test(source: str, connection: Connection) -> list[dict[str, Any]]:
    """Run a test cell and return its outputs, as a notebook has them."""
    names: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
    names |= {name: Answer(name, connection) for name in wanted_names(source)}
    printed = io.StringIO()
    outputs = []
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        try:
            exec(compile(source, "<test cell>", "exec"), names)
        except ConnectionError:
            raise
        except BaseException as error:
            outputs.append(_told(error))
    if text := printed.getvalue():
        outputs.insert(0, new_output("stream", name="stdout", text=text))
    return outputs


def wanted_names(source: str) -> set[str]:
    r"""Return the names that a cell finds in the notebook: neither its own nor Python's.

    Examples
    --------
    >>> sorted(wanted_names("import numpy as np\ndef f(x): return g(x, np.pi) + len(y)\nf(2)"))
    ['g', 'y']
    """
    used, own = set(), set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else own).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            own.add(node.name)
        elif isinstance(node, ast.arg):
            own.add(node.arg)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            own |= {(each.asname or each.name).partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ExceptHandler) and node.name:
            own.add(node.name)
    return used - own - set(vars(builtins))


def _told(error: BaseException) -> dict[str, Any]:
    """Return an error as a notebook has it. A traceback would quote the test."""
    name = type(error).__name__
    return new_output("error", ename=name, evalue=str(error), traceback=[f"{name}: {error}"])
