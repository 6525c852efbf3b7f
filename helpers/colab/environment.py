"""A clean environment made of Colab's versions, and notebooks run in it."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ColabError", "Failure", "install_helpers", "make_environment", "run_in"]

_TENSORFLOW = (
    "tensorflow-cpu"
    if sys.platform == "linux" and platform.machine() == "x86_64"
    else "tensorflow"  # elsewhere the plain wheel is the one without CUDA
)
#: What Colab brings that the notebooks use, and what runs them. Not `helpers`, not nbgrader.
PACKAGES = [
    "anywidget", "ipykernel", "ipython", "ipywidgets", "jupyter-client", "keras", "matplotlib",
    "nbclient", "nbformat", "numpy", "scikit-learn", _TENSORFLOW, "traitlets",
]  # fmt: skip


class ColabError(Exception):
    """What went wrong, in a sentence for the person who typed the command."""


@dataclass(frozen=True)
class Failure:
    """A notebook that did not run to its end."""

    notebook: str
    cell: int
    code: str
    error: str

    def __str__(self) -> str:
        code = "\n".join(f"    | {line}" for line in self.code.splitlines()[:12])
        return f"{self.notebook}, cell {self.cell}: {self.error}\n{code}"


def make_environment(folder: Path, constraints: Path) -> Path:
    """Return the interpreter of an environment with Colab's versions, made when needed.

    Parameters
    ----------
    folder : Path
        Where the environment is, or is to be. It is made anew when the constraints or the
        version of Python have changed, or when the last attempt was interrupted.
    constraints : Path
        The file with Colab's versions.

    Raises
    ------
    ColabError
        When there is no such file, or when the packages cannot be installed.
    """
    if not constraints.is_file():
        raise ColabError(f"There is no {constraints}: it holds Colab's versions.")
    wanted = "\n".join([sys.version, *PACKAGES, constraints.read_text(encoding="utf-8")])
    key = hashlib.sha256(wanted.encode()).hexdigest()
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = folder / "ready"
    if ready.is_file() and ready.read_text() == key:
        return python
    print(f"Making {folder.name} with Colab's versions (some minutes, once) ...", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(folder)], "The environment could not be made")
    _run(
        [*_pip(python), "install", "--quiet", "--constraint", str(constraints), *PACKAGES],
        "Colab's packages could not be installed; is there a network connection?",
    )
    ready.write_text(key)
    return python


def install_helpers(python: Path, root: Path) -> None:
    """Install ``helpers`` of a checkout as a wheel, as the set-up cell does it in Colab.

    Raises
    ------
    ColabError
        When the wheel cannot be built, or when it does not go with Colab's versions.
    """
    with tempfile.TemporaryDirectory() as aside:
        wheel = [*_pip(Path(sys.executable)), "wheel", "--quiet", "--no-deps", "--wheel-dir", aside]
        _run([*wheel, "--no-build-isolation", str(root)], "The wheel of helpers could not be built")
        (built,) = Path(aside).glob("*.whl")
        install = [*_pip(python), "install", "--quiet", "--no-deps", "--force-reinstall"]
        _run([*install, str(built)], "The wheel of helpers could not be installed")
    _run([*_pip(python), "check"], "helpers does not go with Colab's versions")


def run_in(python: Path, notebook: Path, name: str) -> Failure | None:
    """Run a copy of a notebook, far from the checkout; return what failed, or None.

    Parameters
    ----------
    python : Path
        The interpreter of the environment.
    notebook : Path
        What to run.
    name : str
        How a failure names it, such as ``"chapters/line"``.
    """
    with tempfile.TemporaryDirectory() as aside:
        work = Path(aside)
        copy, result = work / "content" / notebook.name, work / "result.json"
        copy.parent.mkdir()
        shutil.copyfile(notebook, copy)
        command = [str(python), "-m", "helpers.colab.execute", str(copy), str(result)]
        done = subprocess.run(
            command, cwd=copy.parent, env=_environ(work), capture_output=True, text=True
        )
        if done.returncode != 0 or not result.is_file():
            return Failure(name, 0, "", f"could not be run: {done.stderr[-2000:]}")
        found = json.loads(result.read_text(encoding="utf-8"))
    return Failure(name, found["cell"], found["code"], found["error"]) if found else None


def _environ(work: Path) -> dict[str, str]:
    """Return an environment in which nothing of this checkout or of the user's own is seen."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    for name in ("MPLBACKEND", "JUPYTER_PATH", "VIRTUAL_ENV"):
        ours.pop(name, None)
    return {
        **ours,
        "PYTHONNOUSERSITE": "1",
        "IPYTHONDIR": str(work / "ipython"),
        "JUPYTER_DATA_DIR": str(work / "jupyter"),
        "JUPYTER_CONFIG_DIR": str(work / "jupyter"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


def _pip(python: Path) -> list[str]:
    return [str(python), "-m", "pip", "--disable-pip-version-check"]


def _run(command: Sequence[str], message: str) -> None:
    """Run a command; when it fails, raise an error with the end of what it printed."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise ColabError(f"{message}:\n{(done.stdout + done.stderr)[-3000:]}")
