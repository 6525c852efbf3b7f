"""The figures: legible colours, the same file twice, clear errors."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers import plot


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def luminance(colour: str) -> float:
    """Relative luminance of a hexadecimal colour (WCAG 2.2)."""
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", sorted(set(plot.COLOURS) - {"paper", "faint"}))
def test_colours_stand_out_on_a_white_page(name):
    least = 4.5 if name in {"ink", "grey"} else 3.0
    assert contrast(plot.COLOURS[name], plot.COLOURS["paper"]) >= least


def test_colours_are_distinct():
    assert len(set(plot.COLOURS.values())) == len(plot.COLOURS)


def drawn() -> bytes:
    plot.use_style()
    ax = plot.axes(xlabel="x")
    ax.set(xlim=(-1, 1), ylim=(-1, 1))
    plot.contours(ax, lambda x, y: x**2 + y**2, levels=[0.25, 0.5])
    file = io.BytesIO()
    ax.figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


def test_the_same_code_gives_the_same_file():
    assert drawn() == drawn()


def test_contours_lie_where_the_function_has_their_level():
    ax = plot.axes()
    ax.set(xlim=(-2, 2), ylim=(-2, 2))
    plot.contours(ax, lambda x, y: x**2 + 4 * y**2, levels=[1.0, 2.0])
    for level, path in zip([1.0, 2.0], ax.collections[0].get_paths(), strict=True):
        x, y = path.vertices.T
        np.testing.assert_allclose(x**2 + 4 * y**2, level, rtol=1e-3)


def test_panels_share_their_labels():
    left, right = plot.axes(columns=2, ylabel="cost")
    assert left.get_ylabel() == right.get_ylabel() == "cost"


def test_network_draws_every_connection_but_none_into_a_constant():
    ax = plot.network([["a", "b", "1"], ["h", "1"], ["y"]])
    assert len(ax.lines) == 3 * 1 + 2 * 1


def test_network_refuses_a_weight_that_joins_nothing():
    with pytest.raises(ValueError, match="'x', 'z'"):
        plot.network([["x"], ["y"]], {("x", "z"): "w"})


def test_pixels_draw_a_square_for_each_number():
    ax = plot.axes()
    numbers = np.array([[1.0, 0.0, 0.25], [-0.5, 0.0, 4.0]])
    assert plot.pixels(ax, numbers, at=(10, 20), largest=1.0) is ax
    positive, negative = ax.patches
    assert len(positive.get_path().vertices) == 3 * 5
    assert len(negative.get_path().vertices) == 5
    corners = positive.get_path().vertices.reshape(3, 5, 2)
    np.testing.assert_allclose(corners[0].min(axis=0), [10, 20])
    np.testing.assert_allclose(np.ptp(corners, axis=1)[:, 0], [1, 0.5, 1])  # 4 is cut to 1
    np.testing.assert_allclose(corners.mean(axis=1)[1], [12.5, 20.5], atol=0.2)
    np.testing.assert_allclose(np.ptp(negative.get_path().vertices[:, 1]), np.sqrt(0.5))


def test_pixels_of_an_empty_picture_are_nothing():
    ax = plot.axes()
    plot.pixels(ax, np.zeros((2, 3)))
    plot.pixels(ax, np.zeros((0, 3)))
    assert len(ax.patches) == 0
