"""Fit a line: the JavaScript's numbers against NumPy, and the traits in Python."""

from __future__ import annotations

import numpy as np
import pytest
import traitlets
from matplotlib.colors import to_rgb

from helpers import widgets
from helpers.datasets import houses
from helpers.nn.layers import Dense
from helpers.nn.losses import MeanSquaredError
from helpers.nn.network import Network
from helpers.plot import COLOURS
from helpers.widgets.fit_line import FitLine, _around


def data(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(3, 2, size=8)
    return x, 1.5 * x - 4 + rng.normal(size=8)


@pytest.mark.parametrize("seed", range(3))
def test_mse_is_that_of_the_library(run_js, seed):
    x, y = data(seed)
    weight, bias = 0.7, -1.2
    computed = run_js("fit_line.js", "m.mse(...a)", [x.tolist(), y.tolist(), weight, bias])
    np.testing.assert_allclose(computed, MeanSquaredError().value(weight * x + bias, y), rtol=1e-12)
    shown = FitLine(x, y, weight=weight, bias=bias)
    np.testing.assert_allclose(shown.mse, computed, rtol=1e-12)


@pytest.mark.parametrize("origin", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_best_line_is_that_of_numpy(run_js, seed, origin):
    x, y = data(seed)
    computed = run_js("fit_line.js", "m.leastSquares(...a)", [x.tolist(), y.tolist(), origin])
    columns = [x] if origin else [x, np.ones_like(x)]
    expected = np.linalg.lstsq(np.stack(columns, axis=1), y, rcond=None)[0]
    np.testing.assert_allclose(computed[: len(expected)], expected, rtol=1e-10)
    if origin:
        assert computed[1] == 0
    np.testing.assert_allclose(FitLine(x, y, through_origin=origin).best(), computed, rtol=1e-10)


def test_best_line_far_from_zero_keeps_its_digits(run_js):
    x = 1e7 + np.arange(5.0)
    y = 2 * (x - 1e7) + 1
    weight, _ = run_js("fit_line.js", "m.leastSquares(...a)", [x.tolist(), y.tolist()])
    assert weight == 2


def test_levels_rise_from_the_valley_to_the_highest_corner(run_js):
    w = FitLine()
    arguments = [w.x, w.y, w.weight_range, w.bias_range]
    levels = run_js("fit_line.js", "m.levels(...a)", arguments)
    assert levels == sorted(levels)
    lowest = MeanSquaredError().value(np.array(w.x) * w.best()[0] + w.best()[1], np.array(w.y))
    assert lowest < levels[0] < 2 * lowest


@pytest.mark.parametrize("values", [[1, 2], [-3, 4.2], [-8, -1], [399.9, 12], [0.03, 0.011]])
def test_axes_hold_the_data_and_zero(run_js, values):
    low, high = run_js("fit_line.js", "m.around(a)", values)
    assert low <= min(0, *values)
    assert high >= max(0, *values)
    np.testing.assert_allclose(_around(np.array(values)), (low, high))


def test_the_houses_are_the_default():
    area, price = houses()
    w = FitLine()
    np.testing.assert_allclose(w.x, area / 1000)
    np.testing.assert_allclose(w.y, price / 1000)
    assert w.weight == 180.0
    assert w.bias == 0.0
    assert round(w.mse) == 2058


def test_ranges_hold_the_lines_worth_seeing():
    w = FitLine()
    free, bound = w.best(), FitLine(through_origin=True).best()
    for weight, bias in (free, bound, (0.0, float(np.mean(w.y)))):
        assert w.weight_range[0] < weight < w.weight_range[1]
        assert w.bias_range[0] < bias < w.bias_range[1]


def test_through_the_origin_the_bias_counts_as_zero_and_is_kept():
    w = FitLine(weight=100, bias=50)
    before = w.mse
    w.through_origin = True
    assert w.mse == FitLine(weight=100).mse != before
    w.through_origin = False
    assert w.mse == before


def test_mse_is_read_only():
    w = FitLine()
    with pytest.raises(AttributeError):
        w.mse = 0.0


@pytest.mark.parametrize("value", ["a", None, np.nan, np.inf, [1.0], "3"])
def test_weight_must_be_a_finite_number(value):
    w = FitLine()
    with pytest.raises(traitlets.TraitError, match="weight must be a finite number"):
        w.weight = value


def test_numpy_numbers_are_numbers():
    w = FitLine()
    w.weight = np.float32(2.5)
    assert w.weight == 2.5
    assert type(w.weight) is float


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([1, 2], None, "give both x and y"),
        ([1, 2], [1, 2, 3], r"one shape, \(n,\); got \(2,\) and \(3,\)"),
        ([[1, 2]], [[1, 2]], "one shape"),
        ([1, np.nan], [1, 2], "finite"),
        ([1, 1], [1, 2], "two points with different x"),
        ([1], [1], "two points"),
        (["a", "b"], [1, 2], "sequences of numbers"),
    ],
)
def test_data_that_have_no_line_are_refused(x, y, message):
    with pytest.raises(ValueError, match=message):
        FitLine(x, y)


@pytest.mark.parametrize("bad", [(1, 1), (2, 1), (0, np.inf), 3, (1, 2, 3)])
def test_range_must_be_increasing(bad):
    with pytest.raises(ValueError, match="weight_range must be two"):
        FitLine(weight_range=bad)
    w = FitLine()
    with pytest.raises((traitlets.TraitError, ValueError), match="weight_range must be"):
        w.weight_range = bad


def test_squares_of_the_still_are_square():
    w = FitLine()
    figure = w.still()
    figure.draw_without_rendering()
    squares = figure.axes[0].patches
    assert len(squares) == len(w.x)
    for square, x, y in zip(squares, w.x, w.y, strict=True):
        box = square.get_window_extent()
        np.testing.assert_allclose(box.width, box.height, rtol=1e-6)
        np.testing.assert_allclose(square.get_height(), abs(y - w.weight * x), rtol=1e-12)


def test_still_shows_the_best_line_when_asked():
    def colours(figure):
        return {to_rgb(line.get_color()) for line in figure.axes[0].lines}

    green = to_rgb(COLOURS["green"])
    assert green not in colours(FitLine().still())
    assert green in colours(FitLine(show_best=True).still())


def test_still_is_the_same_every_time():
    assert FitLine().still_png() == FitLine().still_png()


def test_output_carries_view_and_still():
    w = FitLine()
    data, _ = w._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == w.model_id
    assert data["image/png"].startswith(b"\x89PNG")


def test_every_widget_says_what_to_look_for():
    reader = Network([Dense(64, 10, rng=np.random.default_rng(1))])
    needed = {"DrawADigit": [reader]}  # the other widgets can be shown without arguments
    for name in widgets.__all__:
        kind = getattr(widgets, name)
        if kind is not widgets.Widget:
            shown = kind(*needed.get(name, []))
            assert len(shown.alt) > 100, name
            assert shown.title, name
            assert shown.name, name


def test_unknown_widget_is_named():
    with pytest.raises(AttributeError, match=r"has no FitCurve; it has .*FitLine"):
        _ = widgets.FitCurve


def test_sliders_and_error_carry_units():
    houses, own = FitLine(), FitLine([0, 1], [1, 3], weight_label="Slope w (V/m)", mse_unit="V²")
    assert houses.weight_label == "Weight w ($ per sq ft)"
    assert houses.bias_label == "Bias b (1000 $)"
    assert houses.mse_unit == "(1000 $)²"
    assert (own.weight_label, own.bias_label, own.mse_unit) == ("Slope w (V/m)", "Bias b", "V²")


@pytest.mark.parametrize(
    ("weight", "bias", "place"),
    [(180, 20, [0, 20]), (180, -90, [0.5, 0]), (-100, 600, [1, 500]), (20, -100, [0, 0])],
)
def test_the_handle_stands_where_the_line_enters(run_js, weight, bias, place):
    got = run_js("fit_line.js", "m.entry(...a)", [weight, bias, [0, 3], [0, 500]])
    assert got == pytest.approx(place)
