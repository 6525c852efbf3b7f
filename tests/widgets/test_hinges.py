"""Build a function from hinges: the JavaScript's numbers against NumPy and ``helpers.nn``."""

from __future__ import annotations

import numpy as np
import pytest
import traitlets

from helpers.nn.layers import Dense
from helpers.nn.losses import MeanSquaredError
from helpers.nn.network import Network
from helpers.nn.optimizers import SGD
from helpers.widgets.hinges import SIX_RELUS, TARGETS, Hinges

GRID = np.linspace(-2, 2, 401)
SIX = {**SIX_RELUS, "bias": 0.0}


def some(seed: int, n: int = 5) -> dict:
    rng = np.random.default_rng(seed)
    return {
        "kinks": rng.uniform(-2, 2, n).tolist(),
        "slopes": rng.normal(0, 2, n).tolist(),
        "directions": rng.choice([-1.0, 1.0], n).tolist(),
        "bias": float(rng.normal()),
    }


def matrix(net: dict, x: np.ndarray = GRID) -> np.ndarray:
    """Return a column of ones, and each neuron with slope 1."""
    hinges = [
        np.maximum(0, d * (x - k)) for k, d in zip(net["kinks"], net["directions"], strict=True)
    ]
    return np.stack([np.ones_like(x), *hinges], axis=1)


def run_output(run_js, net, x):
    return np.array(run_js("hinges.js", "a[1].map((x) => m.output(a[0], x))", [net, list(x)]))


@pytest.mark.parametrize("name", TARGETS)
def test_targets_are_those_of_python(run_js, name):
    x = np.linspace(-2, 2, 81)
    computed = run_js("hinges.js", "a[1].map((x) => m.target(a[0], x))", [name, x.tolist()])
    np.testing.assert_allclose(computed, TARGETS[name](x), rtol=1e-12, atol=1e-15)


def test_both_know_the_same_targets(run_js):
    assert run_js("hinges.js", "Object.keys(m.TARGETS)") == list(TARGETS)


def test_the_six_are_those_of_the_lecture(run_js):
    x = np.linspace(-3, 3, 61)
    weights = np.array([-5, -1.2, 1.2, 1.2, 2, 5])
    biases = np.array([-7.7, -1.3, 1, -0.2, -1.1, -5])
    by_hand = np.maximum(0, np.outer(x, weights) + biases) @ [-1, -1, -1, 1, 1, 1]
    np.testing.assert_allclose(Hinges().predict(x), by_hand, atol=1e-12)
    got = run_js("hinges.js", "a.map((x) => m.output(m.SIX, x))", x.tolist())
    np.testing.assert_allclose(got, by_hand, atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_output_and_errors_are_those_of_the_library(run_js, seed):
    net = some(seed)
    widget = Hinges(target="sine", **net)
    by_library = widget.network().predict(GRID[:, None])[:, 0]
    np.testing.assert_allclose(run_output(run_js, net, GRID), by_library, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(widget.predict(GRID), by_library, rtol=1e-12, atol=1e-12)
    told = run_js("hinges.js", "m.errors(...a)", [net, "sine"])
    error = by_library - np.sin(3 * GRID)
    mse = MeanSquaredError().value(by_library, np.sin(3 * GRID))
    np.testing.assert_allclose([told["rms"], widget.rms], np.sqrt(mse), rtol=1e-12)
    np.testing.assert_allclose([told["largest"], widget.largest_error], abs(error).max())
    assert told["at"] == pytest.approx(GRID[abs(error).argmax()])


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("seed", range(3))
def test_best_slopes_are_those_of_numpy(run_js, seed, name):
    net = some(seed, n=8)
    fitted = run_js("hinges.js", "m.leastSquares(...a)", [net, name])
    A, y = matrix(net), TARGETS[name](GRID)
    best = np.linalg.lstsq(A, y, rcond=None)[0]
    got = A @ [fitted["bias"], *fitted["slopes"]]
    np.testing.assert_allclose(got, A @ best, atol=1e-9)
    np.testing.assert_allclose([fitted["bias"], *fitted["slopes"]], best, rtol=1e-6, atol=1e-7)
    assert fitted["kinks"] == net["kinks"]


def test_neurons_that_say_the_same_do_no_harm(run_js):
    net = {"kinks": [0, 0, 0, 1, 2], "slopes": [1] * 5, "directions": [1, 1, -1, 1, 1], "bias": 0}
    fitted = run_js("hinges.js", "m.leastSquares(...a)", [net, "absolute"])
    np.testing.assert_allclose(run_output(run_js, fitted, GRID), abs(GRID), atol=1e-12)
    assert np.max(np.abs(fitted["slopes"])) < 10


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("seed", range(3))
def test_the_interpolant_is_that_of_numpy(run_js, seed, name):
    net = some(seed, n=7)
    made = run_js("hinges.js", "m.interpolant(...a)", [net, name])
    knots = np.array([-2, *sorted(net["kinks"])[1:], 2])
    wanted = np.interp(GRID, knots, TARGETS[name](knots))
    np.testing.assert_allclose(run_output(run_js, made, GRID), wanted, atol=1e-12)
    np.testing.assert_allclose(made["kinks"], knots[:-1])
    assert made["directions"] == [1] * 7


def test_an_interpolant_through_equal_or_outer_kinks_has_fewer_pieces(run_js):
    net = {"kinks": [5, 0, 0, -7], "slopes": [0] * 4, "directions": [1] * 4, "bias": 0}
    made = run_js("hinges.js", "m.interpolant(...a)", [net, "sine"])
    assert made["kinks"] == [-2, 0]


def test_even_kinks(run_js):
    np.testing.assert_allclose(run_js("hinges.js", "m.evenly(4)"), [-2, -1, 0, 1])


@pytest.mark.parametrize("seed", range(3))
def test_a_net_survives_the_way_to_weights_and_back(run_js, seed):
    net = some(seed)
    weights = run_js("hinges.js", "m.toNetwork(a)", net)
    library = np.maximum(0, np.outer(GRID, weights["w"]) + weights["b"]) @ weights["v"]
    np.testing.assert_allclose(library + weights["c"], Hinges(**net).predict(GRID), atol=1e-12)
    back = run_js("hinges.js", "m.fromNetwork(m.toNetwork(a))", net)
    for trait in ("kinks", "slopes", "directions"):
        np.testing.assert_allclose(back[trait], net[trait], atol=1e-12)
    assert back["bias"] == net["bias"]


def test_a_neuron_without_a_slope_can_still_learn(run_js):
    weights = run_js("hinges.js", "m.toNetwork(a)", {**SIX, "slopes": [0] * 6})
    assert np.min(np.abs(weights["w"])) > 0.2


@pytest.mark.parametrize("name", ["cubic", "bumps"])
def test_the_descent_is_that_of_the_library(run_js, name):
    net = some(4)
    weights = run_js("hinges.js", "m.toNetwork(a)", net)
    got = run_js("hinges.js", "m.descend(a[0], a[1], 0.01, 30)", [weights, name])
    rng = np.random.default_rng(0)
    hidden, output = Dense(1, 5, activation="relu", rng=rng), Dense(5, 1, rng=rng)
    hidden.weights, hidden.biases = [weights["w"]], weights["b"]
    output.weights, output.biases = np.array(weights["v"])[:, None], [weights["c"]]
    network, x = Network([hidden, output]), GRID[:, None]
    network.fit(
        x,
        TARGETS[name](x),
        loss=MeanSquaredError(),
        optimizer=SGD(learning_rate=0.01),
        epochs=30,
        batch_size=len(x),
        rng=rng,
    )
    np.testing.assert_allclose(got["w"], hidden.weights[0], rtol=1e-9)
    np.testing.assert_allclose(got["b"], hidden.biases, rtol=1e-9)
    np.testing.assert_allclose(got["v"], output.weights[:, 0], rtol=1e-9)
    np.testing.assert_allclose(got["c"], output.biases[0], rtol=1e-9)


def test_traits_of_any_length_make_a_net(run_js):
    traits = {"kinks": [0, 1, 2], "slopes": [3], "directions": [-1, 1, 1, 1], "bias": 2}
    got = run_js("hinges.js", "m.fromTraits((trait) => a[trait])", traits)
    assert got == {"kinks": [0, 1, 2], "slopes": [3, 0, 0], "directions": [-1, 1, 1], "bias": 2}
    widget = Hinges(**traits)
    np.testing.assert_allclose(widget.predict([-1.0, 5.0]), [5, 2])


@pytest.mark.parametrize(
    ("traits", "message"),
    [
        ({"kinks": []}, "1 to 12 numbers"),
        ({"kinks": [0.0] * 13}, "1 to 12 numbers"),
        ({"kinks": [np.nan]}, "finite"),
        ({"directions": [0.5]}, "must each be 1"),
        ({"target": "square"}, "square"),
        ({"bias": "a"}, "finite number"),
        ({"learning_rate": 0}, "0.0003 to 0.3"),
    ],
)
def test_bad_values_are_refused(traits, message):
    with pytest.raises(traitlets.TraitError, match=message):
        Hinges(**traits)


def test_the_still_shows_target_sum_and_neurons():
    figure = Hinges().still()
    left, right = figure.axes
    np.testing.assert_allclose(left.lines[1].get_ydata(), Hinges().predict(GRID))
    assert len(right.lines) == 7  # six neurons, the chosen one twice
    assert Hinges().still_png() == Hinges().still_png()
