"""Numbers and their signs, formulas and their punctuation stay on one line."""

import pytest
from docutils import nodes
from docutils.utils import new_document

from _ext.typography import KeepTogether, glued

SPACE = "\N{NO-BREAK SPACE}"


def kept(*content):
    """Return a paragraph of these nodes after the transform."""
    document = new_document("page")
    paragraph = nodes.paragraph("", "", *content)
    document += paragraph
    KeepTogether(document).run()
    return paragraph


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("48 % of them", "48_% of them"),
        (" % of what a cell has computed", "_% of what a cell has computed"),
        ("0.5 ± 0.1 points", "0.5_±_0.1 points"),
        ("a gain of −0.5 ± −0.1", "a gain of −0.5_±_−0.1"),
        (" ± ", "_±_"),
        ("28 × 28 pixels", "28_×_28 pixels"),
        ("the ± is the spread", "the_± is the spread"),
        ("5 apples, a × b", "5 apples, a × b"),
    ],
)
def test_spaces_that_do_not_break(typed, shown):
    assert glued(typed) == shown.replace("_", SPACE)
    assert kept(nodes.Text(typed)).astext() == shown.replace("_", SPACE)


def test_code_is_left_alone():
    assert kept(nodes.literal("", "n % 2")).astext() == "n % 2"


@pytest.mark.parametrize(
    ("before", "after", "inside", "left", "right"),
    [
        ("with ", ". Then", "x.", "with ", " Then"),
        ("with (", ") ", "(x)", "with ", " "),
        ("with “", "”, a", "“x”,", "with ", " a"),
        ("", "", None, "", ""),
        ("with ", " and. ", None, "with ", " and. "),
    ],
)
def test_a_formula_takes_the_marks_that_touch_it(before, after, inside, left, right):
    formula = nodes.math("", "x")
    texts = [nodes.Text(before)] if before else []
    paragraph = kept(*texts, formula, *([nodes.Text(after)] if after else []))
    assert paragraph.astext() == f"{before}x{after}"
    if inside is None:
        assert formula.parent is paragraph
    else:
        assert formula.parent.astext() == inside
        assert formula.parent["classes"] == ["together"]
        at = paragraph.index(formula.parent)
        assert (paragraph[at - 1].astext(), paragraph[at + 1].astext()) == (left, right)


def test_two_formulas_side_by_side():
    first, second = nodes.math("", "x"), nodes.math("", "y")
    paragraph = kept(first, nodes.Text(", "), second, nodes.Text("."))
    assert [node.astext() for node in paragraph if node.astext()] == ["x,", " ", "y."]
