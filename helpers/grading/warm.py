"""A process that has imported what notebooks import, and forks one process for each notebook.

Starting a kernel and importing TensorFlow takes most of the time of grading a notebook. A fork
takes some milliseconds, and what it inherits is clean: the warm process itself runs no answer and
no test, and knows neither a notebook nor the gradebook.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from helpers.grading.jail import JailError, Limits, enter
from helpers.grading.wire import Closed, Connection, WireError

__all__ = ["Fork", "Warm", "WarmError"]

#: One thread for each notebook: several are graded at a time.
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "CUDA_VISIBLE_DEVICES": "",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONHASHSEED": "0",
}
#: What is imported for every notebook, where it is installed.
_ALWAYS = ("numpy", "scipy", "matplotlib.pyplot", "helpers.plot", "helpers.datasets")
#: Seconds that a process gets to take notice of an interrupt.
_GRACE = 3.0


class WarmError(RuntimeError):
    """No process could be forked, or not be jailed."""


class Warm:
    """The warm process, seen from outside.

    Parameters
    ----------
    modules : iterable of str
        What to import beforehand.
    limits : Limits
        What a jailed process may use.
    hide : iterable of Path
        Folders that no jailed process must see.
    jailed : bool
        Without a jail, answers run with all that this user may do.

    Examples
    --------
    ::

        with Warm() as warm, warm.notebook() as notebook:
            notebook.ask({"do": "cell", "source": "print(6 * 7)"}, seconds=10)["outputs"]
    """

    def __init__(
        self,
        modules: Iterable[str] = (),
        limits: Limits | None = None,
        hide: Iterable[Path] = (),
        *,
        jailed: bool = True,
    ) -> None:
        ours, theirs = socket.socketpair()
        settings = {
            "modules": [*_ALWAYS, *modules],
            "limits": asdict(limits or Limits()) if jailed else None,
            "hide": [str(path) for path in hide],
        }
        command = [sys.executable, "-m", "helpers.grading.warm", str(theirs.fileno())]
        root = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        with theirs:
            self._process = subprocess.Popen(
                [*command, json.dumps(settings)],
                pass_fds=[theirs.fileno()],
                env={**os.environ, **_ENVIRONMENT, "PYTHONPATH": path},
                stdin=subprocess.DEVNULL,
            )
        self._control = ours

    def __enter__(self) -> Warm:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def notebook(self) -> Fork:
        """Return a new process, jailed, for the cells of one notebook."""
        return self._fork({"kind": "notebook"})

    def verifier(self, folder: Path) -> Fork:
        """Return a new process for the tests of one notebook, which works in a folder."""
        return self._fork({"kind": "verifier", "folder": str(folder)})

    def close(self) -> None:
        """End the warm process and all that it has forked."""
        self._control.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _fork(self, wish: dict[str, str]) -> Fork:
        ours, theirs = socket.socketpair()
        connection = Connection(ours)
        try:
            with theirs:
                socket.send_fds(self._control, [json.dumps(wish).encode()], [theirs.fileno()])
            told = connection.receive(timeout=120)
        except (OSError, WireError) as error:
            connection.close()
            raise WarmError(f"the warm process does not answer: {error}") from error
        if "failed" in told:
            connection.close()
            raise WarmError(told["failed"])
        return Fork(connection, told["pid"])


class Fork:
    """A process that the warm one has forked, seen from outside."""

    def __init__(self, connection: Connection, pid: int) -> None:
        self.connection = connection
        self.pid = pid

    def __enter__(self) -> Fork:
        return self

    def __exit__(self, *reason: object) -> None:
        self.end()

    def ask(self, message: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send a message and wait for the answer.

        Parameters
        ----------
        message : dict
            See :func:`helpers.grading.session.serve`.
        seconds : float
            After this time the process is interrupted; if it takes no notice, it is ended.

        Returns
        -------
        dict
            The answer; with ``interrupted`` true if there was an interrupt.

        Raises
        ------
        TimeoutError
            If it took no notice of the interrupt; it is ended.
        Closed
            If it is gone.
        WireError
            If it does not keep to the protocol; it is ended.
        """
        self.connection.send(message)
        return self.wait(seconds)

    def wait(self, seconds: float) -> dict[str, Any]:
        """Wait for a message; see :meth:`ask`."""
        try:
            try:
                return self.connection.receive(seconds)
            except TimeoutError:
                self._signal(signal.SIGINT)
                return {**self.connection.receive(_GRACE), "interrupted": True}
        except (TimeoutError, WireError, Closed):
            self.end()
            raise

    @property
    def alive(self) -> bool:
        """Whether the process can be asked."""
        return self.connection.end.fileno() >= 0

    def end(self) -> None:
        """End the process, with all that it has started."""
        if self.alive:
            self.connection.close()
            self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)


# -- in the warm process -------------------------------------------------------------------------


def main(descriptor: int, settings: dict[str, Any]) -> None:
    """Import, then fork whenever it is asked, until nobody is there to ask."""
    # What each fork needs is imported here, once.
    from helpers.grading import session, verify  # noqa: F401

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that grades
    control = socket.socket(fileno=descriptor)
    for name in settings["modules"]:
        try:
            importlib.import_module(name)
        except ImportError:  # the notebook says what it lacks
            continue
    shell = session.Shell.instance()  # the one that `display` finds
    gc.collect()
    gc.freeze()  # or collections write into pages that forks could share
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    while True:
        text, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        if not text:
            os._exit(0)
        if os.fork() == 0:
            control.close()
            _child(
                Connection(socket.socket(fileno=descriptors[0])), json.loads(text), settings, shell
            )
        os.close(descriptors[0])


def _child(
    connection: Connection, wish: dict[str, Any], settings: dict[str, Any], shell: Any
) -> None:
    """Be what was wished for, and never return."""
    from helpers.grading import session, verify

    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        session.devour_input()
        if wish["kind"] == "verifier":
            os.chdir(wish["folder"])
            connection.send({"pid": os.getpid()})
            verify.serve(connection)
        else:
            _jailed(connection, settings)
            session.serve(connection, shell)
    except (Closed, KeyboardInterrupt):
        pass
    finally:
        os._exit(0)


def _jailed(connection: Connection, settings: dict[str, Any]) -> None:
    """Jail this process, and tell its number."""
    if settings["limits"] is None:
        connection.send({"pid": os.getpid()})
        return
    reading, writing = os.pipe()
    try:
        enter(Limits(**settings["limits"]), map(Path, settings["hide"]), tell=writing)
    except (JailError, OSError) as error:
        connection.send({"failed": f"no jail can be made: {error}"})
        os._exit(1)
    os.environ.update(HOME=os.getcwd(), TMPDIR="/tmp", MPLCONFIGDIR=os.getcwd())
    pid = int(os.read(reading, 20))
    os.close(reading)
    os.close(writing)
    connection.send({"pid": pid})


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(sys.argv[2]))
