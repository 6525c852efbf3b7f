"""What the tests of the house share: a copy of the repository, and commands run in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def tracked_files(root: Path = ROOT) -> list[Path]:
    """Return every file that belongs to the repository, relative to its root."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    names = filter(None, listed.split("\0"))
    return sorted(Path(name) for name in names if (root / name).is_file())


@pytest.fixture(scope="session")
def files() -> list[Path]:
    """Return every file of the repository, relative to its root."""
    return tracked_files()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of the house, without contents, in a folder whose name has spaces."""
    copy = tmp_path / "a check out"
    for name in ("Makefile", "requirements.lock", "pyproject.toml", "_config.yml", "_toc.yml"):
        copy.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    shutil.copytree(ROOT / ".ci", copy / ".ci")
    (copy / "helpers").mkdir()
    for name in ("__init__.py", "book.py"):
        shutil.copy(ROOT / "helpers" / name, copy / "helpers" / name)
    (copy / "chapters").mkdir()
    for name in ("line", "gradient-descent"):
        (copy / "chapters" / f"{name}.md").write_text("# A chapter\n")
    return copy


@pytest.fixture
def ready(checkout: Path) -> Path:
    """Return the copy with an environment that is set up: this one."""
    programs = checkout / ".venv" / "bin"
    programs.mkdir(parents=True)
    write_script(programs / "python", f'exec "{sys.executable}" "$@"')
    (checkout / ".venv" / "ready").touch()
    return checkout


def write_script(path: Path, *lines: str) -> Path:
    """Write an executable shell script."""
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return path


@pytest.fixture
def python_that(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that makes an interpreter which is this one, but for some Python code."""

    def make(code: str) -> Path:
        runner = tmp_path / "runner.py"
        lines = ["import runpy, sys", code, "sys.argv = sys.argv[1:]"]
        runner.write_text("\n".join([*lines, "runpy.run_path(sys.argv[0], run_name='__main__')"]))
        return write_script(tmp_path / "python", f'exec "{sys.executable}" "{runner}" "$@"')

    return make


@pytest.fixture
def make() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs ``make`` in a folder."""

    def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        # Not the variables of a `make test` that we may be running under.
        keep = {
            k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
        }
        command = ["make", *arguments]
        return subprocess.run(command, cwd=folder, env=keep, capture_output=True, text=True)

    return run
