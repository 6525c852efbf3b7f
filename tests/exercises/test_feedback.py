"""What the steps of the feedback make of a notebook's cells."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers.grading.preprocessors import HideTests, ShortenTracebacks

TEST = "# Hidden checks.\n### BEGIN HIDDEN TESTS\nassert secret == 41\n### END HIDDEN TESTS\n"
MARK = {"grade": True, "solution": False, "grade_id": "hidden-find_rate-scales", "points": 1}


def test_cell(*outputs):
    return new_code_cell(TEST, outputs=list(outputs), metadata={"nbgrader": dict(MARK)})


test_cell.__test__ = False  # the name is the field's


def feedback(*cells):
    """Return the cells as the feedback shows them."""
    notebook = new_notebook(cells=list(cells))
    for step in (HideTests(), ShortenTracebacks()):
        notebook, _ = step.preprocess(notebook, {})
    nbformat.validate(notebook)
    return notebook.cells


def error(name, message=""):
    return new_output("error", ename=name, evalue=message, traceback=["In [7]", TEST])


def test_region_is_hidden_and_the_line_above_stays():
    (cell,) = feedback(test_cell())
    assert cell.source.startswith("# Hidden checks.")
    assert "secret" not in cell.source


def test_only_the_line_of_the_check_stays_of_what_was_printed():
    printed = new_output(
        "stream", name="stdout", text=f"{TEST}find_rate: hidden checks passed.\nx: secret\n"
    )
    drawn = new_output("display_data", data={"text/plain": TEST})
    shown = new_output("execute_result", data={"text/plain": TEST}, execution_count=1)
    complaint = new_output("stream", name="stderr", text=TEST)
    (cell,) = feedback(test_cell(printed, drawn, shown, complaint))
    assert [output.text for output in cell.outputs] == ["find_rate: hidden checks passed.\n"]


def test_what_an_own_cell_printed_stays():
    own = new_code_cell("print('hm')", outputs=[new_output("stream", text="hm\n")])
    assert feedback(own)[0].outputs[0].text == "hm\n"


@pytest.mark.parametrize("new_cell", [new_markdown_cell, new_code_cell])
def test_own_cell_with_the_marks_of_a_region_stays_as_it_is(new_cell):
    for text in ("What does ### BEGIN HIDDEN TESTS mean?", "### END HIDDEN TESTS", TEST):
        assert feedback(new_cell(text))[0].source == text


def test_error_is_its_name_and_message():
    (cell,) = feedback(test_cell(error("CheckFailed", "mae(1.0) returned 2.0")))
    assert cell.outputs[0].traceback == ["CheckFailed: mae(1.0) returned 2.0"]


def test_long_message_is_cut():
    (cell,) = feedback(test_cell(error("Oops", "x" * 5000)))
    assert len(cell.outputs[0].traceback[0]) < 1100


@pytest.mark.parametrize("name", ["CellTimeoutError", "KeyboardInterrupt"])
def test_cell_without_end_is_told_as_such(name):
    (cell,) = feedback(test_cell(error(name)))
    assert cell.outputs[0].traceback == [
        "This cell took too long and was stopped: is there a loop that does not end?"
    ]
