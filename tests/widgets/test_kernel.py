"""A widget in a kernel, with the installed ipywidgets: 7 as in Colab, 8 elsewhere."""

from __future__ import annotations

import ipywidgets
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from helpers.datasets import houses

pytestmark = pytest.mark.slow

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
CELLS = [
    "from helpers.widgets import FitLine\nw = FitLine(weight=100)\nw",
    'w.weight = 150.0\nw.bias = -21\nprint(f"{w.mse:.0f}")',
    "from IPython.display import display\ndisplay(w)",
    # What the front end sends when the reader moves the line.
    "w.set_state({'weight': 60.5, 'bias': 240, 'through_origin': False})\nprint(w.weight, w.bias)",
    "print(isinstance(w.bias, float), w.best() == FitLine().best())",
    "w.weight = 42.0",
]


@pytest.fixture(scope="module")
def executed():
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    return NotebookClient(notebook, timeout=120, kernel_name="python3").execute()


def printed(cell) -> str:
    return "".join(out.text for out in cell.outputs if out.get("name") == "stdout").strip()


@pytest.mark.parametrize("cell", [0, 2])
def test_output_is_view_and_still(executed, cell):
    [output] = [out for out in executed.cells[cell].outputs if "data" in out]
    assert VIEW in output.data, ipywidgets.__version__
    assert output.data["image/png"].startswith("iVBOR")


def test_state_for_the_page_is_saved(executed):
    [output] = [out for out in executed.cells[0].outputs if "data" in out]
    model = executed.metadata.widgets[STATE]["state"][output.data[VIEW]["model_id"]]
    assert model["model_module"] == "anywidget"
    state = model["state"]
    assert "export default" in state["_esm"]
    assert ".nj-widget" in state["_css"]
    assert state["weight"] == 42.0
    assert state["name"] == "fit_line"


def test_python_and_the_reader_both_move_it(executed):
    area, price = houses()
    expected = np.mean((price / 1000 - (150 * area / 1000 - 21)) ** 2)
    assert printed(executed.cells[1]) == f"{expected:.0f}"
    assert printed(executed.cells[3]) == "60.5 240.0"
    assert printed(executed.cells[4]) == "True True"
