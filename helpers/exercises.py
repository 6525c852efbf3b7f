"""Release the exercises: ``solutions/NAME/NAME.md`` becomes ``exercises/NAME/NAME.ipynb``.

``python -m helpers.exercises --help`` lists the options; ``make exercises`` calls it.

A solution is a MyST notebook with nbgrader's metadata in its cells, in short form: what is left
out there is filled in here. nbgrader then takes out the solutions and the hidden tests. The
result depends on nothing but the solution and the versions of jupytext and nbgrader: it has fixed
cell ids and no dates, and the same bytes each time.

Hidden tests are a function in each region, which is called and deleted. It imports all that it
needs, Python's own names too: by the time that it runs, any name of the notebook can mean
something else, and what it defines must neither replace a student's function nor serve as one.

All notebooks are made in a temporary folder, and moved to their place when all of them are good.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["ExerciseError", "details", "main", "names", "release", "source_notebook"]

ROOT = Path(__file__).resolve().parents[1]
#: The key of a notebook's metadata that holds what the book says about an exercise.
KEY = "neurons_to_jets"
_DEFAULTS = {
    "grade": False,
    "locked": False,
    "schema_version": 3,
    "solution": False,
    "task": False,
}
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


class ExerciseError(Exception):
    """What is wrong, in a sentence for the person who typed the command."""


def names(root: Path = ROOT) -> list[str]:
    """Return the names of all exercises, in alphabetical order.

    Examples
    --------
    >>> "line" in names()
    True
    """
    return sorted(path.stem for path in (root / "solutions").glob("*/*.md") if _is_source(path))


def details(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a notebook's metadata and cells say about its exercise.

    Parameters
    ----------
    notebook : mapping
        A source or a released notebook.

    Returns
    -------
    dict
        ``title``, ``chapter`` (name), ``minutes``, ``points`` and ``tasks``, the number of
        level-two headings that begin with a number.
    """
    stated = notebook["metadata"].get(KEY, {})
    texts = [_text(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    marks = [cell["metadata"].get("nbgrader", {}) for cell in notebook["cells"]]
    headings = [line for text in texts for line in text.splitlines() if line.startswith("#")]
    return {
        "title": next((h.lstrip("# ") for h in headings if h.startswith("# ")), ""),
        "chapter": stated.get("chapter", ""),
        "minutes": stated.get("minutes", 0),
        "points": sum(mark.get("points", 0) for mark in marks if mark.get("grade")),
        "tasks": sum(bool(re.match(r"## \d+\. ", heading)) for heading in headings),
    }


def source_notebook(name: str, root: Path = ROOT) -> Any:
    """Return an exercise's notebook with solutions and hidden tests, ready for nbgrader.

    Parameters
    ----------
    name : str
        Of the exercise.
    root : Path
        The book's folder.

    Returns
    -------
    nbformat.NotebookNode

    Raises
    ------
    ExerciseError
        When there is no such exercise, or its source is not as it must be.
    """
    import jupytext
    import nbformat

    _require_known([name], root)
    path = root / "solutions" / name / f"{name}.md"
    notebook = jupytext.read(path, fmt="md:myst")
    stated = notebook.metadata.get(KEY, {})
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata["nbgrader"] = {**_DEFAULTS, **cell.metadata["nbgrader"]}
            if cell.metadata["nbgrader"]["grade"]:
                cell.metadata["nbgrader"]["locked"] = True
    _require_complete(notebook, name)
    _add_setup(notebook, str(stated["chapter"]))
    _number(notebook)
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": _KERNEL, "language_info": {"name": "python"}, KEY: dict(stated)}
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    nbformat.validate(notebook)
    return notebook


def release(
    which: Iterable[str] = (), root: Path = ROOT, *, check: bool = False, source: bool = False
) -> list[Path]:
    """Make the released notebooks.

    Parameters
    ----------
    which : iterable of str
        Names of exercises; all of them when empty.
    root : Path
        The book's folder.
    check : bool
        Write nothing; compare with what is there.
    source : bool
        Write ``solutions/NAME/NAME.ipynb`` too, for nbgrader's own commands. Git ignores it.

    Returns
    -------
    list of Path
        The notebooks that were out of step, relative to ``root``.

    Raises
    ------
    ExerciseError
        When a name is unknown, or a source is not as it must be.
    """
    import nbformat

    chosen = list(which) or names(root)
    _require_known(chosen, root)
    sources = {name: source_notebook(name, root) for name in chosen}
    texts = {}
    for name, notebook in _without_solutions(sources).items():
        texts[Path("exercises", name, f"{name}.ipynb")] = nbformat.writes(notebook) + "\n"
    if source:
        for name, notebook in sources.items():
            texts[Path("solutions", name, f"{name}.ipynb")] = nbformat.writes(notebook) + "\n"
    changed = [path for path, text in texts.items() if _read(root / path) != text]
    if not list(which):
        changed += _left_over(root)
    if not check:
        for path in changed:
            _put(root / path, texts.get(path))
    return changed


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status.

    Examples
    --------
    >>> main(["no-such-exercise"])
    1
    """
    parser = argparse.ArgumentParser(prog="python -m helpers.exercises", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="exercises; all when left out")
    parser.add_argument("--check", action="store_true", help="only say what is out of step")
    parser.add_argument(
        "--source", action="store_true", help="write notebooks into solutions/ too, for nbgrader"
    )
    parser.add_argument("--root", type=Path, default=ROOT, help="the book's folder")
    options = parser.parse_args(argv)
    try:
        changed = release(
            options.names, options.root.resolve(), check=options.check, source=options.source
        )
    except ExerciseError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted: the exercises are as they were.", file=sys.stderr)
        return 130
    shown = ", ".join(map(str, changed))
    if options.check and changed:
        print(f"Out of step with solutions/: {shown}. Run: make exercises", file=sys.stderr)
        return 1
    print(f"Written: {shown}" if changed else "The exercises are in step with their solutions.")
    return 0


def _without_solutions(sources: Mapping[str, Any]) -> dict[str, Any]:
    """Return notebooks as nbgrader releases them."""
    import logging

    import nbformat
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.preprocessors import SaveCells
    from traitlets.config import PyFileConfigLoader

    config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    released = {}
    with tempfile.TemporaryDirectory(prefix="exercises-") as folder:
        config.CourseDirectory.root = folder
        for name, notebook in sources.items():
            path = Path(folder, config.CourseDirectory.source_directory, name, f"{name}.ipynb")
            path.parent.mkdir(parents=True)
            nbformat.write(notebook, path)
            course = CourseDirectory(config=config, assignment_id=name)
            steps = GenerateAssignment(coursedir=course).preprocessors
            steps = [step for step in steps if step is not SaveCells]
            converter = GenerateAssignment(
                coursedir=course, config=config, no_database=True, preprocessors=steps
            )
            converter.log = logging.getLogger("nbgrader")
            converter.log.setLevel(logging.ERROR)
            try:
                converter.start()
            except Exception as error:
                raise ExerciseError(
                    f"nbgrader cannot release solutions/{name}/{name}.md: {error}"
                ) from error
            written = Path(folder, config.CourseDirectory.release_directory, name, path.name)
            released[name] = nbformat.read(written, as_version=4)
    return released


def _add_setup(notebook: Any, chapter: str) -> None:
    """Put the set-up cell after the title, and under the title where the exercise belongs."""
    from nbformat.v4 import new_code_cell

    from helpers.colab import repository, setup_cell_metadata, setup_cell_source

    facts = details(notebook)
    with _original_addresses():
        page = repository().page_url(f"chapters/{chapter}")
        setup = setup_cell_source()
    first = notebook.cells[0]
    title, _, rest = first.source.partition("\n")
    first.source = (
        f"{title}\n\n*{facts['points']} points, {facts['tasks']} tasks, about {facts['minutes']} "
        f"minutes. It belongs to [this chapter of Neurons to Jets]({page}).*\n{rest}"
    )
    metadata = setup_cell_metadata()
    # The page shows no set-up: a reader of the page has nothing to install.
    metadata["tags"] = [*metadata.get("tags", []), "remove-cell"]
    notebook.cells.insert(1, new_code_cell(setup, metadata=metadata))


@contextmanager
def _original_addresses() -> Any:
    """Leave out what CI says about a fork: the released notebooks are the same in every copy."""
    told = ("GITHUB_REPOSITORY", "CI_PROJECT_URL", "CI_PAGES_URL", "GITHUB_SHA", "CI_COMMIT_SHA")
    kept = {name: os.environ.pop(name) for name in told if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


def _number(notebook: Any) -> None:
    """Give every cell an id that stays: nbgrader's where it has one, else its place."""
    texts = 0
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id:
            cell.id = grade_id
        else:
            texts += 1
            cell.id = f"cell-{texts}"


def _require_known(chosen: Iterable[str], root: Path) -> None:
    known = names(root)
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise ExerciseError(
            f"There is no exercise '{unknown[0]}': there are {', '.join(known) or 'none'}."
        )


def _require_complete(notebook: Any, name: str) -> None:
    """Refuse a source that nbgrader would take without a word, and grade wrongly."""
    where = f"solutions/{name}/{name}.md"
    facts = details(notebook)
    stated = [facts["chapter"], facts["minutes"], facts["points"], facts["tasks"], facts["title"]]
    if not all(stated):
        raise ExerciseError(
            f"{where} must begin with a title and state `{KEY}: {{chapter: NAME, minutes: N}}` in "
            "its header, and have numbered tasks (## 1. …) with points."
        )
    seen: set[str] = set()
    for cell in notebook.cells:
        mark = cell.metadata.get("nbgrader", {})
        grade_id = mark.get("grade_id", "")
        if mark and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", grade_id):
            raise ExerciseError(f"{where}: {grade_id!r} is no grade_id: use letters, digits, - _")
        if mark and grade_id in seen:
            raise ExerciseError(f"{where}: two cells are called {grade_id!r}.")
        seen.add(grade_id)
        for kind, key in (("SOLUTION", "solution"), ("HIDDEN TESTS", "grade")):
            if (f"### BEGIN {kind}" in cell.source) != bool(mark.get(key)):
                raise ExerciseError(
                    f"{where}: the cell {grade_id or cell.source[:40]!r} must have both, or "
                    f"neither, of `{key}: true` and a region ### BEGIN {kind}."
                )
        points = mark.get("points")
        if mark.get("grade") and not (isinstance(points, int) and points > 0):
            raise ExerciseError(f"{where}: {grade_id!r} needs points, a whole number above zero.")


def _is_source(path: Path) -> bool:
    return path.stem == path.parent.name


def _left_over(root: Path) -> list[Path]:
    """Return released notebooks whose solution is gone."""
    known = set(names(root))
    found = sorted((root / "exercises").glob("*/*.ipynb"))
    return [
        path.relative_to(root)
        for path in found
        if not (path.stem == path.parent.name and path.stem in known)
    ]


def _text(cell: Mapping[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _put(path: Path, text: str | None) -> None:
    """Write a file aside and rename it; without a text, remove it."""
    if text is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.partial")
    try:
        aside.write_text(text, encoding="utf-8", newline="\n")
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to end: as with Ctrl-C
    sys.exit(main())
