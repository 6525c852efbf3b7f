"""XOR playground: the JavaScript's training against helpers.nn, and the traits."""

from __future__ import annotations

import numpy as np
import pytest
import traitlets

from helpers.nn.gradcheck import numerical_gradient
from helpers.widgets.xor_playground import _SETS, GATES, TITLES, XorPlayground, first_weights

MODULE = "xor_playground.js"


def trained_in_js(run_js, shown):
    return run_js(
        MODULE,
        "m.train(...a)",
        [
            shown.start,
            shown.activation,
            _SETS[shown.data]["points"],
            _SETS[shown.data]["targets"],
            shown.learning_rate,
            shown.steps,
        ],
    )


@pytest.mark.parametrize("seed", [1, 2, 17, 999])
@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_first_weights_are_the_same_in_both_languages(run_js, seed, n):
    found = run_js(MODULE, "m.initialWeights(...a)", [seed, n])
    assert found == pytest.approx(first_weights(seed, n), rel=1e-15)


def test_first_weights_are_glorots():
    for n in (1, 4, 8):
        draws = np.array([first_weights(seed, n) for seed in range(1, 1000)])
        hidden, biases, output = draws[:, : 2 * n], draws[:, 2 * n : 3 * n], draws[:, 3 * n : 4 * n]
        for weights, fans in ((hidden, 2 + n), (output, n + 1)):
            assert np.abs(weights).max() <= np.sqrt(6 / fans)
            assert weights.var() == pytest.approx(2 / fans, rel=0.1)
        assert not biases.any()
        assert not draws[:, -1].any()
    assert len({tuple(row) for row in draws}) == len(draws)


@pytest.mark.parametrize("data", _SETS)
@pytest.mark.parametrize("activation", TITLES)
@pytest.mark.parametrize(("neurons", "rate"), [(1, 2.0), (2, 2.0), (3, 0.5), (8, 1.0)])
def test_training_is_that_of_the_library(run_js, data, activation, neurons, rate):
    shown = XorPlayground(
        data=data, activation=activation, neurons=neurons, learning_rate=rate, seed=3, steps=300
    )
    found = trained_in_js(run_js, shown)
    network, losses = shown._trained(300)
    np.testing.assert_allclose(found["params"], shown.weights, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found["losses"], losses, rtol=1e-9, atol=1e-12)
    assert len(losses) == 301
    assert shown.loss == losses[-1]
    outputs = run_js(
        MODULE,
        "a[2].map(([x1, x2]) => m.output(a[0], a[1], x1, x2))",
        [found["params"], activation, shown.points.tolist()],
    )
    np.testing.assert_allclose(outputs, network.predict(shown.points).ravel(), atol=1e-9)


@pytest.mark.parametrize("activation", TITLES)
def test_a_long_run_is_that_of_the_library(run_js, activation):
    shown = XorPlayground(activation=activation, steps=5000, seed=1)
    found = trained_in_js(run_js, shown)
    np.testing.assert_allclose(found["params"], shown.weights, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_gradients_agree_with_differences(run_js, activation):
    shown = XorPlayground(activation=activation, neurons=3, data="noisy", seed=5)
    start = np.array(shown.start) + 0.1  # biases off zero, no point on a kink
    points, targets = _SETS["noisy"]["points"], _SETS["noisy"]["targets"]

    def loss(weights):
        hidden = np.array(points) @ weights[:6].reshape(2, 3) + weights[6:9]
        value = {
            "tanh": np.tanh,
            "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
            "relu": lambda z: np.maximum(z, 0),
        }[activation]
        z = value(hidden) @ weights[9:12] + weights[12]
        return np.mean((1 / (1 + np.exp(-z)) - targets) ** 2)

    found = run_js(
        MODULE,
        "((r) => [r.loss, Array.from(r.gradient)])(m.lossAndGradient(...a))",
        [start.tolist(), activation, points, targets],
    )
    assert found[0] == pytest.approx(loss(start), rel=1e-12)
    np.testing.assert_allclose(found[1], numerical_gradient(loss, start), atol=1e-8)


def test_fewer_steps_give_the_same_as_at_the_first_time(run_js):
    shown = XorPlayground(neurons=3)
    found = run_js(
        MODULE,
        "((t) => [50, 400, 50, 51].map((k) => t.to(k).params).concat([t.to(51).losses]))"
        "(m.trainer(...a))",
        [shown.start, "tanh", _SETS["xor"]["points"], _SETS["xor"]["targets"], 2],
    )
    assert found[0] == found[2]
    assert found[3] == trained_in_js(run_js, XorPlayground(neurons=3, steps=51))["params"]
    assert len(found[4]) == 52


def test_one_hidden_neuron_never_solves_xor():
    for activation in TITLES:
        for seed in range(1, 6):
            assert XorPlayground(activation=activation, neurons=1, seed=seed, steps=500).correct < 4


def test_two_neurons_learn_or_get_stuck_as_their_seed_will():
    assert XorPlayground(seed=1, steps=1000).correct == 4
    stuck = XorPlayground(seed=4, steps=3000)
    assert stuck.correct < 4
    assert stuck.loss > 0.1


def test_what_looks_stuck_may_be_a_plateau(run_js):
    """Three neurons, seed 9: flat for thousands of steps, then solved, at the same step in both."""
    shown = XorPlayground(neurons=3, seed=9, steps=8000)
    losses = np.array(shown._trained(8000)[1])
    assert losses[1000:5000].min() > 0.1
    assert shown.correct == 4
    found = np.array(trained_in_js(run_js, shown)["losses"])
    assert np.argmax(found < 0.05) == np.argmax(losses < 0.05)


def test_the_gates_by_hand(run_js):
    shown = XorPlayground(activation="sigmoid", first=GATES)
    assert run_js(MODULE, "m.GATES") == list(GATES)
    assert shown.correct == 4
    assert shown.loss < 1e-3
    hidden = shown.network().layers[0].forward(shown.points).round()
    np.testing.assert_array_equal(hidden, [[0, 1], [1, 1], [1, 1], [1, 0]])  # OR, NAND
    assert shown.weights == list(GATES)


def test_points_on_the_border_fire(run_js):
    zero = [0.0] * 9
    points = [[0, 0], [0, 1], [1, 0]]
    assert run_js(MODULE, "m.correct(...a)", [zero, "tanh", points, [1, 1, 0]]) == 2
    assert XorPlayground(first=zero, data="or").correct == 3


def test_correct_counts_as_in_the_browser(run_js):
    for data in _SETS:
        shown = XorPlayground(data=data, seed=4, steps=40)
        found = trained_in_js(run_js, shown)["params"]
        count = run_js(
            MODULE, "m.correct(...a)",
            [found, "tanh", _SETS[data]["points"], _SETS[data]["targets"]],
        )  # fmt: skip
        assert count == shown.correct


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ((1, 1, -1), {(0, 1), (1, 0)}),
        ((1, 0, -0.5), {(0.5, 0), (0.5, 1)}),
        ((0, 2, -0.5), {(0, 0.25), (1, 0.25)}),
        ((1, -1, 0), {(0, 0), (1, 1)}),  # through two corners
        ((1, 1, -3), None),
        ((0, 0, 1), None),
        ((1, 1, 0), None),  # touches a corner
    ],
)
def test_lines_end_at_the_box(run_js, line, ends):
    found = run_js(MODULE, "m.crossing(...a)", [*line, [0, 1], [0, 1]])
    assert ends is None if found is None else {tuple(end) for end in found} == ends


def test_the_drawn_losses_include_first_and_last(run_js):
    assert run_js(MODULE, "m.sampled(4)") == [0, 1, 2, 3]
    drawn = run_js(MODULE, "m.sampled(10001)")
    assert len(drawn) == 300
    assert drawn[0] == 0
    assert drawn[-1] == 10000
    assert drawn == sorted(set(drawn))


def test_the_network_is_written_in_formulas(run_js):
    assert run_js(MODULE, "m.formulas(...a)", [list(GATES), "sigmoid"]) == [
        "h₁ = sigmoid(10.00 x₁ + 10.00 x₂ − 5.00)",
        "h₂ = sigmoid(−10.00 x₁ − 10.00 x₂ + 15.00)",
        "ŷ = sigmoid(10.00 h₁ + 10.00 h₂ − 15.00)",
    ]


def test_data_sets():
    for name, data in _SETS.items():
        points = np.array(data["points"])
        assert points.shape == (len(data["targets"]), 2)
        assert points.min() > -0.6
        assert points.max() < 1.6
        assert set(data["targets"]) == {0, 1}
        assert XorPlayground(data=name).points.shape == points.shape
    noisy = _SETS["noisy"]
    nearest = np.array(noisy["points"]).round().clip(0, 1)
    assert np.array_equal(nearest[:, 0] != nearest[:, 1], np.array(noisy["targets"]) == 1)
    radius = np.hypot(*(np.array(_SETS["circle"]["points"]) - 0.5).T)
    assert np.array_equal(radius < 0.5, np.array(_SETS["circle"]["targets"]) == 1)


@pytest.mark.parametrize("data", _SETS)
def test_what_is_said_of_a_line_in_the_plane_is_true(data):
    """The remark calls OR and AND separable by one line, and nothing else."""
    linprog = pytest.importorskip("scipy.optimize").linprog
    shown = XorPlayground(data=data)
    sign = 1 - 2 * shown.targets  # -1 for class 1: w·x + b must be at least 1 there
    found = linprog(
        np.zeros(3),
        A_ub=sign * np.column_stack([shown.points, np.ones(len(shown.points))]),
        b_ub=-np.ones(len(shown.points)),
        bounds=(None, None),
    )
    assert found.success == (data in ("or", "and"))


def test_first_weights_of_another_length_are_left_aside():
    shown = XorPlayground(first=GATES, neurons=3, seed=8)
    assert shown.start == first_weights(8, 3)
    shown.neurons = 2
    assert shown.start == list(GATES)


@pytest.mark.parametrize(
    ("trait", "value"),
    [("data", "nand"), ("activation", "step"), ("neurons", 0), ("neurons", 9), ("seed", 0),
     ("steps", -1), ("steps", 10_001), ("learning_rate", 0), ("learning_rate", 21),
     ("first", [1, 2]), ("first", [np.nan] * 9), ("first", [101] * 9), ("up", 9), ("across", 0)],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused(trait, value):
    with pytest.raises(traitlets.TraitError):
        XorPlayground(**{trait: value})


@pytest.mark.parametrize(
    "traits",
    [{}, {"neurons": 1}, {"neurons": 5, "data": "circle", "steps": 50}, {"up": 0},
     {"activation": "relu", "steps": 20}, {"activation": "sigmoid", "first": GATES},
     {"first": [0] * 9}, {"across": 2, "up": 2}],
)  # fmt: skip
def test_still_shows_plane_hidden_space_and_loss(traits):
    figure = XorPlayground(**traits).still()
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["The plane", "The hidden space", "The loss", ""]
    assert XorPlayground(**traits).still_png() == XorPlayground(**traits).still_png()
