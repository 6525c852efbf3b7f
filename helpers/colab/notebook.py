"""Put Markdown blocks and code cells together into a plain notebook."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers.colab.markdown import Block, CodeCell
from helpers.colab.setup_cell import setup_cell_metadata, setup_cell_source

__all__ = ["make_notebook", "write_notebook"]

#: Tags of cells whose code the page folds away or leaves out.
_HIDDEN = {"hide-input", "hide-cell", "remove-input", "remove-cell", "remove_input", "remove_cell"}


def make_notebook(
    blocks: Sequence[Block],
    cells: Sequence[nbformat.NotebookNode],
    ref: str | None = None,
    name: str = "",
) -> nbformat.NotebookNode:
    """Return a notebook without outputs: the set-up cell, then text and code in order.

    Parameters
    ----------
    blocks : sequence of str or CodeCell
        What :func:`helpers.colab.markdown.write_markdown` returns.
    cells : sequence of NotebookNode
        The cells of the source. Its code cells that the page leaves out stand in the notebook
        as well, in their place among the others, since later code may need them.
    ref : str, optional
        The version of ``helpers`` that the set-up cell installs.
    name : str
        The chapter, for Colab's title bar.

    Raises
    ------
    ValueError
        When a code cell appears twice or out of order.
    """
    made = [new_code_cell(setup_cell_source(ref), metadata=setup_cell_metadata(), id="setup")]
    for number, part in enumerate(_cells_and_texts(blocks, cells), 1):
        cell_id = f"cell-{number}"
        if isinstance(part, str):
            made.append(new_markdown_cell(part, id=cell_id))
        else:
            made.append(new_code_cell(part.source, metadata=_metadata(part), id=cell_id))
    metadata = {
        "colab": {"name": f"{Path(name).name}.ipynb", "provenance": [], "toc_visible": True},
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook = new_notebook(cells=made, metadata=metadata)
    notebook.nbformat_minor = 5
    nbformat.validate(notebook)
    return notebook


def write_notebook(path: Path, notebook: nbformat.NotebookNode) -> None:
    """Write a notebook aside, then rename it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(path.name + ".partial")
    aside.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    os.replace(aside, path)


def _cells_and_texts(
    blocks: Sequence[Block], cells: Sequence[nbformat.NotebookNode]
) -> Iterator[str | nbformat.NotebookNode]:
    """Yield texts, a new one at each heading, and code cells, those left out included."""
    text: list[str] = []
    next_index = 0
    for block in [*blocks, CodeCell(len(cells))]:
        cut = isinstance(block, CodeCell) or block.startswith("#")
        if cut and text:
            yield "\n\n".join(text)
            text = []
        if not isinstance(block, CodeCell):
            text.append(block)
            continue
        if block.index < next_index:
            raise ValueError(f"code cell {block.index} appears twice or out of order")
        for cell in cells[next_index : block.index + 1]:
            if cell.cell_type == "code":
                yield cell
        next_index = block.index + 1


def _metadata(cell: nbformat.NotebookNode) -> dict[str, Any]:
    """Return a cell's metadata; code that the page hides is folded in the notebook."""
    metadata = dict(cell.metadata)
    if _HIDDEN & set(metadata.get("tags", [])):
        metadata["jupyter"] = {**metadata.get("jupyter", {}), "source_hidden": True}
        metadata["cellView"] = "form"
    return metadata
