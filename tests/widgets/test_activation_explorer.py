"""Activation explorer: the JavaScript's numbers against helpers.nn, and the traits in Python."""

from __future__ import annotations

import numpy as np
import pytest
import traitlets

from helpers.nn.activations import ACTIVATIONS, activation
from helpers.widgets.activation_explorer import TITLES, ActivationExplorer

MODULE = "activation_explorer.js"
EXTREMES = [-1000.0, -40.0, 0.0, 40.0, 1000.0]


def values(seed: int = 0) -> list[float]:
    return [*np.random.default_rng(seed).normal(0, 4, size=60), *EXTREMES]


def test_the_list_is_that_of_the_library():
    assert set(TITLES) == set(ACTIVATIONS)


@pytest.mark.parametrize("name", TITLES)
def test_value_and_slope_are_those_of_the_library(run_js, name):
    z = values()
    got = run_js(MODULE, "a[1].map((z) => [m.value(a[0], z), m.derivative(a[0], z)])", [name, z])
    sigma = activation(name)
    expected = np.stack([sigma.value(np.array(z)), sigma.derivative(np.array(z))], axis=1)
    # The slope of tanh is 1 − tanh² in the library, which rounds to 0 where it is tiny.
    np.testing.assert_allclose(got, expected, rtol=1e-11, atol=1e-15 if name == "tanh" else 1e-300)


def test_normal_below_keeps_its_digits_far_to_the_left(run_js):
    z = [-37.0, -8.0, -3.0, -2.999, -1.0, 0.0, 2.5, 3.0, 8.0]
    from math import erfc, sqrt

    expected = [erfc(-one / sqrt(2)) / 2 for one in z]
    got = run_js(MODULE, "a.map((z) => m.normalBelow(z))", z)
    np.testing.assert_allclose(got, expected, rtol=1e-13)


@pytest.mark.parametrize("name", TITLES)
@pytest.mark.parametrize(("x", "w", "b", "layers"), [(1.0, 1.0, 0.0, 5), (-2.5, -1.7, 0.4, 10)])
def test_the_chain_is_that_of_python(run_js, name, x, w, b, layers):
    got = run_js(MODULE, "m.chain(...a)", [name, x, w, b, layers])
    shown = ActivationExplorer(function=name, x=x, w=w, b=b, layers=layers)
    np.testing.assert_allclose(got["slopes"], shown.slopes, rtol=1e-11, atol=1e-300)
    np.testing.assert_allclose(got["survives"][0], shown.survival, rtol=1e-10, atol=1e-300)
    assert got["survives"][-1] == 1
    assert len(got["survives"]) == len(got["activations"]) == layers + 1


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "arctan", "silu", "gelu", "elu"])
def test_what_survives_is_the_slope_of_the_whole_chain(run_js, name):
    h = 1e-5
    arguments = [[name, x, 1.3, -0.2, 4] for x in (0.7, 0.7 + h, 0.7 - h)]
    at, above, below = run_js(MODULE, "a.map((one) => m.chain(...one))", arguments)
    slope = (above["activations"][-1] - below["activations"][-1]) / (2 * h)
    assert at["survives"][0] == pytest.approx(slope, rel=1e-7)


@pytest.mark.parametrize(
    ("x", "text"),
    [(0, "0"), (0.25, "0.250"), (-2, "−2.00"), (1234.5, "1,235"), (59049, "5.90 × 10⁴"),
     (4.86e-4, "4.86 × 10⁻⁴"), (-1e-12, "−1.00 × 10⁻¹²")],
)  # fmt: skip
def test_numbers_are_written_for_people(run_js, x, text):
    assert run_js(MODULE, "m.brief(a)", x) == text


@pytest.mark.parametrize(
    ("survives", "word"),
    [([0, 1], "Nothing"), ([1e-6, 1], "vanished"), ([-1e6, 1], "exploded"), ([0.5, 1], "")],
)
def test_the_verdict_names_what_happened(run_js, survives, word):
    told = run_js(MODULE, "m.verdict({ survives: a })", survives)
    assert word in told if word else told == ""


def test_the_product_is_written_from_the_last_layer(run_js):
    chain = {"slopes": [0.5, -2], "survives": [-1, -2, 1]}
    assert run_js(MODULE, "m.product(a)", chain) == "(−2.00) · 0.500 = −1.00"


def test_ten_sigmoids_let_less_than_a_millionth_through():
    w = ActivationExplorer(function="sigmoid", w=1, b=0, x=0, layers=10)
    assert 0 < w.survival < 0.25**10 < 1e-6


@pytest.mark.parametrize(
    ("trait", "value"),
    [("function", "sine"), ("w", 4), ("w", np.nan), ("b", "1"), ("x", 7), ("layers", 0),
     ("layers", 11), ("layers", 2.5)],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused(trait, value):
    with pytest.raises(traitlets.TraitError):
        ActivationExplorer(**{trait: value})


@pytest.mark.parametrize("name", TITLES)
def test_still_shows_a_bar_for_each_layer_and_the_output(name):
    figure = ActivationExplorer(function=name, layers=7).still()
    bars = figure.axes[1].patches
    assert len(bars) == 8
    assert bars[-1].get_height() == 0  # the output: all of it


def test_heights_of_the_bars_are_powers_of_ten():
    shown = ActivationExplorer(function="linear", w=-2, layers=3)
    bars = shown.still().axes[1].patches
    np.testing.assert_allclose([bar.get_height() for bar in bars], np.log10([8, 4, 2, 1]))


def test_still_is_the_same_every_time():
    assert ActivationExplorer().still_png() == ActivationExplorer().still_png()
