"""Which notebooks to run: all, those named, or what changed plus one in turn."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

__all__ = ["changed", "commit_count", "files_changed_since", "in_turn", "named"]

#: A change of these concerns every notebook.
_EVERYTHING = (
    "constraints-colab.txt",
    "pyproject.toml",
    "_ext/colab.py",
    "helpers/__init__.py",
    "helpers/colab/",
)


def named(names: Sequence[str], notebooks: Sequence[str]) -> list[str]:
    """Return the notebooks that names mean: ``line``, ``chapters/line`` or ``exercises/line``.

    Raises
    ------
    ValueError
        When a name fits none.

    Examples
    --------
    >>> named(["line"], ["chapters/line.ipynb", "exercises/line/line.ipynb"])
    ['chapters/line.ipynb', 'exercises/line/line.ipynb']
    """
    found: list[str] = []
    for name in names:
        folder, _, stem = name.removesuffix(".ipynb").removesuffix(".md").rpartition("/")
        top = folder.split("/")[0]
        fits = [n for n in notebooks if Path(n).stem == stem and n.startswith(top)]
        if not fits:
            known = ", ".join(sorted({Path(n).stem for n in notebooks}))
            raise ValueError(f"There is no notebook '{name}'. There are: {known}.")
        found += fits
    return sorted(set(found))


def changed(files: Iterable[str], notebooks: Sequence[str], root: Path) -> list[str]:
    """Return the notebooks that changed files concern.

    Parameters
    ----------
    files : iterable of str
        Changed files, as paths below the root.
    notebooks : sequence of str
        All notebooks, such as ``"chapters/line.ipynb"``.
    root : Path
        The checkout; the parts of ``helpers`` that a source names are looked up in it.
    """
    files = list(files)
    if any(file.startswith(_EVERYTHING) for file in files):
        return list(notebooks)
    parts = _dependants({_part(f) for f in files if f.startswith("helpers/")}, root)
    return [n for n in notebooks if _is_concerned(_source(n, root), files, parts, root)]


def in_turn(chapters: Sequence[str], count: int) -> str:
    """Return the chapter whose turn it is: with each commit the next one."""
    return sorted(chapters)[count % len(chapters)]


def files_changed_since(ref: str, root: Path) -> list[str]:
    """Return what differs from the point where this branch left another, uncommitted work too.

    Raises
    ------
    ValueError
        When git does not know the reference.
    """
    base = _git(root, "merge-base", ref, "HEAD").strip()
    listed = _git(root, "diff", "--name-only", base)
    return (listed + _git(root, "ls-files", "--others", "--exclude-standard")).split("\n")[:-1]


def commit_count(root: Path) -> int:
    """Return how many commits lead to this one."""
    return int(_git(root, "rev-list", "--count", "HEAD"))


def _git(root: Path, *command: str) -> str:
    done = subprocess.run(["git", *command], cwd=root, capture_output=True, text=True)
    if done.returncode:
        raise ValueError(f"git {' '.join(command)} failed: {done.stderr.strip()}")
    return done.stdout


def _part(file: str) -> str:
    """Return the part of ``helpers`` that a file belongs to, such as ``plot``."""
    return Path(file).parts[1].removesuffix(".py")


def _source(notebook: str, root: Path) -> Path:
    if notebook.startswith("exercises/"):
        stem = Path(notebook).stem
        return root / "solutions" / stem / f"{stem}.md"
    return (root / notebook).with_suffix(".md")


def _is_concerned(source: Path, files: list[str], parts: set[str], root: Path) -> bool:
    folder = source.parent.relative_to(root).as_posix() + "/"
    prefix = folder if folder.startswith("solutions/") else f"{folder}{source.name}"
    released = prefix.replace("solutions/", "exercises/", 1)
    if any(file.startswith((prefix, released)) for file in files):
        return True
    return bool(parts & _named_parts(source.read_text(encoding="utf-8"))) if parts else False


def _named_parts(text: str) -> set[str]:
    """Return the parts of ``helpers`` that a source names."""
    found = set(re.findall(r"\bhelpers[./](\w+)", text))
    for names in re.findall(r"\bfrom helpers import ([\w, ]+)", text):
        found |= {name.split()[0] for name in names.split(",") if name.strip()}
    return found


def _dependants(parts: set[str], root: Path) -> set[str]:
    """Return parts of ``helpers`` with those that use them, and so on."""
    uses: dict[str, set[str]] = {}
    for file in (root / "helpers").rglob("*.py"):
        part = _part(file.relative_to(root).as_posix())
        uses.setdefault(part, set()).update(_named_parts(file.read_text(encoding="utf-8")))
    while more := {part for part, used in uses.items() if used & parts} - parts:
        parts = parts | more
    return parts
