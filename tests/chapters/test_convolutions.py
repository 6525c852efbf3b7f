"""What the chapter on convolutional networks says in words, checked in numbers."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import convolve

from helpers.datasets import windows
from helpers.nn.convolution import AveragePool2D, Conv2D, MaxPool2D, output_size

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "chapters" / "convolutions.md").read_text(encoding="utf-8")
CELLS = re.findall(
    r"^```\{code-cell\} ipython3\n(?:---\n.*?^---\n|:tags:[^\n]*\n)?(.*?)^```$",
    TEXT,
    flags=re.DOTALL | re.MULTILINE,
)
CODE = "\n".join(CELLS)


@pytest.fixture(scope="module")
def page():
    """Return the functions that the page defines, by name."""
    names = {"np": np, "Conv2D": Conv2D}
    for cell in CELLS:
        for part in ast.parse(cell).body:
            if isinstance(part, ast.FunctionDef) and part.name in {
                "glass", "slide", "as_matrix", "field", "three", "moved",
            }:  # fmt: skip
                exec(ast.unparse(part), names)
    return names


@pytest.fixture(scope="module")
def houses():
    return windows(300, np.random.default_rng(14))


# ── Counting by hand ───────────────────────────────────────────────────────────────────────


def test_a_photograph_has_as_many_inputs_as_the_slide_rounds():
    assert 800 * 600 * 3 == 1_440_000
    assert 1000 * (1_440_000 + 1) == 1_440_001_000


CORNER = np.array([[0.0, -1.0], [-1.0, 1.0]])


def test_the_corner_kernel_is_that_of_the_equation_and_counts_every_house(page, houses):
    rows = re.search(r"\\mathbf K = \\begin\{pmatrix\}(.*?)\\end", TEXT)[1]
    numbers = [int(x) for x in re.findall(r"-?\d", rows.replace(r"\phantom{-}", ""))]
    np.testing.assert_array_equal(np.reshape(numbers, (2, 2)), CORNER)
    images, counts = houses
    lit = page["glass"](images)
    for picture, count in zip(lit[:40], counts, strict=False):
        response = page["slide"](picture, CORNER)
        assert np.maximum(response, 0).sum() == count
        # "Only at a corner is the sum positive."
        assert (response > 0).sum() == count


def test_what_the_kernel_gives_inside_a_window_and_at_its_edges(page):
    picture = np.zeros((7, 7))
    picture[2:5, 2:5] = 1
    response = page["slide"](picture, CORNER)
    assert response[1, 1] == 1  # the corner
    assert response[2, 2] == -1  # the middle
    assert response[1, 2] == 0  # the upper edge
    assert response[0, 0] == 0  # the wall


def test_a_window_may_have_four_times_the_pixels_of_another():
    from helpers.datasets.windows import GLASS

    least, most = GLASS
    assert most**2 / least**2 == 4


# ── A dense layer with zeros ───────────────────────────────────────────────────────────────


def test_the_matrix_has_the_zeros_and_the_sharing_that_the_text_counts(page):
    square = page["as_matrix"]((5, 5), np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert square.shape == (25, 16)
    assert (square != 0).sum() == 64
    for neuron, column in enumerate(square.T):
        r, c = divmod(neuron, 4)
        where = [5 * (r + i) + c + j for i in (0, 1) for j in (0, 1)]
        np.testing.assert_array_equal(column[where], [1, 2, 3, 4])
        assert np.count_nonzero(column) == 4
    line = page["as_matrix"]((1, 8), np.array([[1.0, 2.0, 3.0]]))
    assert line.shape == (8, 6)


def test_a_convolution_of_mathematics_turns_the_kernel_by_a_half_turn(page):
    picture = np.random.default_rng(1).normal(size=(9, 7))
    ours = page["slide"](picture, CORNER[::-1, ::-1])
    np.testing.assert_allclose(ours, convolve(picture, CORNER, mode="valid"), atol=1e-12)
    assert not np.allclose(page["slide"](picture, CORNER), ours)


# ── Sizes, parameters, fields ──────────────────────────────────────────────────────────────


def test_sizes_and_parameters_that_the_text_names():
    rng = np.random.default_rng(0)
    assert Conv2D(32, 64, kernel=5, rng=rng).parameter_count == 51_264
    assert Conv2D(3, 12, kernel=3, rng=rng).parameter_count == 336
    assert (output_size(32, 3), output_size(30, 3, stride=2)) == (30, 14)
    assert 3 * 3 * 2 == 18
    assert 5 * 5 == 25
    assert (5 * 9, 11 * 11) == (45, 121)


def test_the_receptive_field_follows_the_formula(page):
    kinds = [(3, 1), (2, 2), (3, 1), (3, 2), (3, 1)]
    rng = np.random.default_rng(0)
    layers, field, jump = [], 1, 1
    for kernel, stride in kinds:
        layers.append(Conv2D(1, 1, kernel=kernel, stride=stride, rng=rng))
        field += (kernel - 1) * jump
        jump *= stride
        assert page["field"](layers) == field
    assert page["field"]([page["three"]() for _ in range(5)]) == 11


def test_pooling_and_its_way_back_are_as_described():
    x = np.zeros((1, 4, 4, 1))
    x[0, 1, 1, 0] = 9
    for pool in (MaxPool2D(2), AveragePool2D(2)):
        out = pool.forward(x).copy()
        np.testing.assert_array_equal(pool.forward(np.roll(x, (-1, -1), axis=(1, 2))), out)
        assert (pool.forward(np.roll(x, 1, axis=2)) != out).sum() == 2
    ties = np.full((1, 2, 2, 1), 2.0)
    pool = MaxPool2D(2)
    pool.forward(ties)
    np.testing.assert_array_equal(pool.backward(np.ones((1, 1, 1, 1))).ravel(), [1, 0, 0, 0])


def test_a_kernel_that_adds_up_to_zero_does_not_see_brightness(page):
    picture = np.random.default_rng(2).normal(size=(6, 6))
    edge = np.array([[-1.0, 1.0]])
    np.testing.assert_allclose(
        page["slide"](picture + 5, edge), page["slide"](picture, edge), atol=1e-12
    )
    mean = np.full((3, 3), 1 / 9)
    np.testing.assert_allclose(page["slide"](picture + 5, mean), page["slide"](picture, mean) + 5)


# ── Exercises and history ──────────────────────────────────────────────────────────────────


def test_the_kernels_of_the_exercise_count_what_they_should(page, houses):
    images, counts = houses
    lit = page["glass"](images[:30])
    bottom_left, left_edge = (
        np.array(kernel) for kernel in ([[-1.0, 1.0], [0.0, -1.0]], [[-1.0, 1.0]])
    )
    for kernel in (bottom_left, left_edge):
        written = repr(kernel.tolist())
        assert f"np.array({written})" in TEXT
    for picture, count in zip(lit, counts, strict=False):
        response = page["slide"](picture, bottom_left)
        assert np.maximum(response, 0).sum() == count
        # The total height: windows have a first column in each of their rows.
        starts = (picture[:, 1:] == 1) & (picture[:, :-1] == 0)
        assert np.maximum(page["slide"](picture, left_edge), 0).sum() == starts.sum()


def test_reshape_tears_neighbours_apart():
    photos = np.arange(2 * 3 * 4 * 4).reshape(2, 3, 4, 4)
    torn = photos.reshape(2, 4, 4, 3)
    np.testing.assert_array_equal(torn[0, 0, 0], photos[0, 0, 0, :3])  # three red neighbours
    np.testing.assert_array_equal(photos.transpose(0, 2, 3, 1)[0, 0, 0], photos[0, :, 0, 0])


def test_the_errors_of_the_figure_are_those_of_the_table_and_of_the_correction():
    figure = ast.literal_eval(re.search(r"winners = (\{.*?\})", CODE, re.DOTALL)[1])
    table = {
        int(year): float(error)
        for year, error in re.findall(r"^\| (20\d\d) \| ([\d.]+)", TEXT, re.MULTILINE)
    }
    assert table == figure
    assert list(figure) == list(range(2010, 2018))
    assert round(figure[2011] - figure[2012], 1) == 9.4
    assert round(26.2 - 15.3, 1) == 10.9
    assert "it was 9.4 points below" in " ".join(TEXT.split())
    assert "it was 10.9 below" in " ".join(TEXT.split())


# ── What is graded does not stand in the page ──────────────────────────────────────────────


def test_the_graded_functions_are_not_solved_here():
    functions = {
        part.name: ast.unparse(part)
        for cell in CELLS
        for part in ast.walk(ast.parse(cell))
        if isinstance(part, ast.FunctionDef)
    }
    asked = {"output_size", "conv2d", "conv2d_backward", "max_pool", "max_pool_backward"}
    assert not asked & set(functions)
    # The one kernel that slides in the page has one channel, stride 1 and no padding.
    for word in ("stride", "pad", "channel"):
        assert word not in functions["slide"].replace("One channel", "")
    # No rule for sizes, no pooling, no Sobel kernel as code.
    for line in ("// stride", "//stride", "argmax(axis=-1)", "[-1, 0, 1]", "[-2", "* 2 * padding"):
        assert line not in CODE


def test_every_figure_has_a_text_and_every_trained_number_is_glued():
    assert TEXT.count("alt: >-") == TEXT.count("name: fig-conv-")
    for name in re.findall(r"\{glue:text\}`([\w-]+)`", TEXT):
        assert f'"{name}"' in CODE or re.search(r'glue\(f"conv-', CODE), name
