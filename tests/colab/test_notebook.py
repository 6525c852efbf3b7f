"""Blocks and cells become one plain notebook."""

import json

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from helpers.colab import setup_cell_source
from helpers.colab.markdown import CodeCell
from helpers.colab.notebook import make_notebook, write_notebook

CELLS = [
    new_markdown_cell("source text"),
    new_code_cell("a = 1", metadata={"tags": ["hide-input", "mine"], "other": 3}),
    new_code_cell("b = 2", metadata={"tags": ["remove-cell"]}),
    new_code_cell("c = 3"),
    new_code_cell("d = 4"),
]
BLOCKS = ["# Title", "Text.", CodeCell(1), "## Two", "More.", "## Three", CodeCell(3)]


def sources(notebook):
    return [cell.source for cell in notebook.cells[1:]]


def test_set_up_cell_is_first_and_pinned():
    first = make_notebook(BLOCKS, CELLS, ref="c0ffee").cells[0]
    assert first.source == setup_cell_source("c0ffee")
    assert first.metadata.tags == ["setup"]


def test_text_and_code_keep_their_order_and_headings_begin_cells():
    assert sources(make_notebook(BLOCKS, CELLS)) == [
        "# Title\n\nText.",
        "a = 1",
        "## Two\n\nMore.",
        "## Three",
        "b = 2",
        "c = 3",
        "d = 4",
    ]


def test_hidden_code_is_folded_in_jupyterlab_and_colab_and_keeps_its_metadata():
    cell = make_notebook(BLOCKS, CELLS).cells[2]
    assert cell.metadata == {
        "tags": ["hide-input", "mine"],
        "other": 3,
        "jupyter": {"source_hidden": True},
        "cellView": "form",
    }
    assert CELLS[1].metadata == {"tags": ["hide-input", "mine"], "other": 3}


def test_cell_in_the_wrong_place_is_an_error():
    with pytest.raises(ValueError, match="code cell 1 appears twice or out of order"):
        make_notebook([CodeCell(3), CodeCell(1)], CELLS)


def test_file_is_byte_stable_and_nothing_is_left_beside_it(tmp_path):
    for name in ("one", "two"):
        write_notebook(tmp_path / name / "n.ipynb", make_notebook(BLOCKS, CELLS, name="n"))
    one, two = tmp_path / "one/n.ipynb", tmp_path / "two/n.ipynb"
    assert one.read_bytes() == two.read_bytes()
    assert [p.name for p in one.parent.iterdir()] == ["n.ipynb"]
    stored = json.loads(one.read_text())
    assert stored["nbformat"] == 4
    assert all(not cell.get("outputs") for cell in stored["cells"])
