"""Lay out what the publish workflow pushes to the Colab branch."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat

from helpers.colab.address import Repository
from helpers.colab.notebook import write_notebook
from helpers.colab.setup_cell import is_setup_cell, setup_cell_source

__all__ = ["lay_out", "pin", "with_answers", "write_pinned"]

_README = """\
# Notebooks of *Neurons to Jets*

These notebooks are generated from [the text of the book]({url}){version}: edits here are lost
with the next one. Read the book at <{pages_url}>.

{notebooks}
"""
_BADGE = "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"


def lay_out(chapters: Path, exercises: Path, target: Path, book: Repository) -> list[str]:
    """Write chapters, exercises and a README into a folder, aside first.

    Parameters
    ----------
    chapters : Path
        The folder with the notebooks that Sphinx wrote.
    exercises : Path
        The folder with the released exercises; it may be missing.
    target : Path
        What to write; what was there before is replaced.
    book : Repository
        Its commit is what the set-up cells install; the default branch where it has none.

    Returns
    -------
    list of str
        The notebooks, as paths below the folder.

    Raises
    ------
    ValueError
        When a notebook lacks its set-up cell; the folder then stays as it was.
    """
    aside = target.with_name(target.name + ".partial")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    sources = {p.relative_to(chapters): p for p in chapters.rglob("*.ipynb")}
    sources |= {Path("exercises", p.relative_to(exercises)): p for p in exercises.glob("*/*.ipynb")}
    try:
        for path, source in sources.items():
            write_pinned(source, aside / path, book.commit or None)
    except BaseException:
        shutil.rmtree(aside)
        raise
    version = f", at commit {book.commit}" if book.commit else ""
    (aside / "README.md").write_text(
        _README.format(
            url=book.url,
            version=version,
            pages_url=book.pages_url,
            notebooks="\n".join(_entry(path.as_posix(), book) for path in sorted(sources)),
        ),
        encoding="utf-8",
    )
    shutil.rmtree(target, ignore_errors=True)
    aside.replace(target)
    return sorted(map(Path.as_posix, sources))


def _entry(path: str, book: Repository) -> str:
    """Return a line of the list of notebooks, with a Colab button where Colab can read them."""
    address = book.colab_url(path)
    return f"- [{path}]({path})" + (f" {_BADGE}({address})" if address else "")


def write_pinned(source: Path, target: Path, ref: str | None) -> None:
    """Copy a notebook, with the version of ``helpers`` that it installs.

    Raises
    ------
    ValueError
        When the notebook does not begin with a set-up cell.
    """
    notebook = nbformat.read(source, as_version=nbformat.NO_CONVERT)
    try:
        write_notebook(target, pin(notebook, ref))
    except ValueError as error:
        raise ValueError(f"{source.parent.name}/{source.name}: {error}") from error


def pin(notebook: nbformat.NotebookNode, ref: str | None) -> nbformat.NotebookNode:
    """Return a notebook whose set-up cell installs one version of ``helpers``.

    Raises
    ------
    ValueError
        When the notebook does not begin with a set-up cell: in Colab it could not run.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if not code or not is_setup_cell(code[0].source):
        raise ValueError(
            "the first code cell must be the set-up cell, helpers.colab.setup_cell_source()"
        )
    code[0].source = setup_cell_source(ref)
    return notebook


def with_answers(
    released: nbformat.NotebookNode, solution: nbformat.NotebookNode
) -> nbformat.NotebookNode:
    """Return a released exercise in which the reference solution stands in the answer cells.

    Raises
    ------
    ValueError
        When an answer cell of the release is not in the solution.
    """
    answers = {_grade_id(cell): cell.source for cell in solution.cells if _is_answer(cell)}
    for cell in released.cells:
        if not _is_answer(cell):
            continue
        if _grade_id(cell) not in answers:
            raise ValueError(
                f"the answer cell {_grade_id(cell)!r} of the release is not in the solution; "
                "release the exercise again: make exercises"
            )
        cell.source = answers[_grade_id(cell)]
    return released


def _grade_id(cell: nbformat.NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def _is_answer(cell: nbformat.NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.metadata.get("nbgrader", {}).get("solution"))
