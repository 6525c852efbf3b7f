"""What runs in a jail: the cells of a notebook, and calls of the functions that they define.

Outputs are collected as a notebook has them, without a Jupyter kernel: no sockets, no threads, so a
process that has a :class:`Shell` can be forked. All that leaves the jail goes over one connection,
and whoever reads it knows that an answer can forge it.
"""

from __future__ import annotations

import base64
import builtins
import contextlib
import io
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from helpers.checks.calls import Call
from helpers.checks.check import supervise
from helpers.checks.failure import CheckFailed, NotWritten
from helpers.grading.wire import Closed, Connection

__all__ = ["MOST_CHARACTERS", "Shell", "serve"]

#: What a cell puts out beyond this is cut off.
MOST_CHARACTERS = 2_000_000
Output = dict[str, Any]


class Shell(InteractiveShell):
    """IPython, with outputs kept in a list as notebooks have them."""

    def __init__(self, **more: Any) -> None:
        config = Config()
        config.HistoryManager.enabled = False  # it keeps a file and a thread
        config.InteractiveShell.colors = "NoColor"
        super().__init__(
            config=config, displayhook_class=_Hook, display_pub_class=_Publisher, **more
        )
        self.outputs: list[Output] = []
        self.characters = 0
        self.enable_matplotlib("inline")

    def run(self, source: str) -> list[Output]:
        """Run a cell and return its outputs."""
        self.outputs, self.characters = [], 0
        with (
            contextlib.redirect_stdout(_Stream(self, "stdout")),
            contextlib.redirect_stderr(_Stream(self, "stderr")),
        ):
            self.run_cell(source, store_history=True)
        return self.outputs

    def put(self, output: Output) -> None:
        """Keep an output, and join text to text before it."""
        size = len(repr(output))
        if self.characters + size > MOST_CHARACTERS:
            return
        self.characters += size
        last = self.outputs[-1] if self.outputs else {}
        stream = output["output_type"] == "stream"
        if stream and last.get("output_type") == "stream" and last["name"] == output["name"]:
            last["text"] += output["text"]
        else:
            self.outputs.append(output)

    def enable_gui(self, gui: str | None = None) -> None:
        """Take no notice: there is no window."""

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.put(
            {
                "output_type": "error",
                "ename": str(etype.__name__),
                "evalue": str(evalue),
                "traceback": [str(line) for line in stb],
            }
        )

    def showtraceback(self, exc_tuple: Any = None, *args: Any, **more: Any) -> None:
        """Show an error; one that ends a program, too, as it ends no notebook here."""
        kind, value, _ = exc_tuple or sys.exc_info()
        if isinstance(value, SystemExit):
            self._showtraceback(kind, value, [f"SystemExit: {value}"])
        else:
            super().showtraceback(exc_tuple, *args, **more)

    def ask_exit(self) -> None:
        """Take no notice of `exit()`: the cells behind it are graded all the same."""


class _Hook(DisplayHook):
    """The value of a cell's last line, as an output."""

    def write_output_prompt(self) -> None:
        """Write no `Out[1]:`."""

    def write_format_data(self, format_dict: dict, md_dict: dict | None = None) -> None:
        self.shell.put(
            {
                "output_type": "execute_result",
                "execution_count": self.prompt_count,
                "data": _as_text(format_dict),
                "metadata": {},
            }
        )

    def finish_displayhook(self) -> None:
        """Write no line end."""


class _Publisher(DisplayPublisher):
    """What `display` shows, as outputs."""

    def publish(self, data: dict, metadata: Any = None, **more: Any) -> None:
        self.shell.put({"output_type": "display_data", "data": _as_text(data), "metadata": {}})

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear()


class _Stream(io.TextIOBase):
    """What is printed, as outputs."""

    encoding = "utf-8"

    def __init__(self, shell: Shell, name: str) -> None:
        self._shell, self._name = shell, name

    def write(self, text: str) -> int:
        if text:
            self._shell.put({"output_type": "stream", "name": self._name, "text": str(text)})
        return len(text)

    def writable(self) -> bool:
        return True


def serve(connection: Connection, shell: Shell) -> None:
    """Run cells and make calls, as the messages of a connection ask, until it closes.

    Parameters
    ----------
    connection : Connection
        To the process that grades. It asks ``{"do": "cell", "source": text}`` and gets outputs, or
        ``{"do": "call", "name": text, "args": tuple, "kwargs": dict, "allow_warnings": bool}`` and
        gets what came back, in plain types, or why it failed.
    shell : Shell
        Where cells run.
    """
    shell.user_ns["__name__"] = "__main__"
    builtins.input = _no_input
    while True:
        try:
            asked = connection.receive()
            with _interruptible():
                if asked["do"] == "cell":
                    answer = {"outputs": shell.run(asked["source"])}
                else:
                    answer = _call(shell, asked)
        except Closed:
            return
        except KeyboardInterrupt:
            answer = {"outputs": [], "failed": "This was stopped.", "not_written": False}
        try:
            connection.send({**answer, "count": shell.execution_count - 1})
        except ValueError:
            connection.send({"outputs": [], "failed": "What came back is too large."})


def _call(shell: Shell, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what a call of an answer gives."""
    call = Call(asked["args"], asked["kwargs"])
    try:
        if asked["name"] not in shell.user_ns:
            raise CheckFailed(
                f"There is no function `{asked['name']}`: is the cell that defines it without "
                "errors?"
            )
        function = shell.user_ns[asked["name"]]
        with contextlib.redirect_stdout(io.StringIO()):
            value = supervise(function, call, allow_warnings=asked["allow_warnings"])
    except CheckFailed as error:
        return {
            "failed": str(error),
            "not_written": isinstance(error, NotWritten),
            "about_data": bool(error.about_data),
        }
    return {"value": value}


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let the process that grades interrupt what runs, and nothing else."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _no_input(prompt: str = "") -> str:
    raise StdinNotImplementedError("Nobody can type here: the notebook is being graded.")


def _as_text(data: dict[str, Any]) -> dict[str, Any]:
    """Return what is shown as JSON has it: pictures as text."""
    return {
        kind: base64.b64encode(part).decode() if isinstance(part, bytes) else part
        for kind, part in data.items()
    }


def devour_input() -> None:
    """Let nothing be read from, and nothing be written to, where this process was started."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
