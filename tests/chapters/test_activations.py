"""What the chapter on activation functions says in words, checked in numbers."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from helpers.datasets import houses
from helpers.nn.activations import ACTIVATIONS, LeakyReLU, activation
from helpers.nn.layers import Dense, glorot_normal, he_normal

TEXT = (Path(__file__).parents[2] / "chapters" / "activations.md").read_text(encoding="utf-8")
Z = np.linspace(-40, 40, 80_001)


def test_a_line_of_a_line_is_a_line():
    x = np.linspace(-5, 5, 11)
    np.testing.assert_allclose(2 * (5 * x - 8) - 4, 10 * x - 20)


def test_the_first_figure_counts_its_parameters_rightly():
    sizes = [1, 20, 20, 20, 20, 20, 1]
    count = sum((before + 1) * after for before, after in itertools.pairwise(sizes))
    assert f"the same {count:,} weights and biases" in TEXT


def test_a_line_cannot_be_xor():
    # The best plane through the four corners is level: it answers one half everywhere.
    corners = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
    theta = np.linalg.lstsq(corners, [0, 1, 1, 0], rcond=None)[0]
    np.testing.assert_allclose(corners @ theta, 0.5)


@pytest.mark.parametrize(
    ("name", "largest", "place"), [("sigmoid", 0.25, 0), ("tanh", 1, 0), ("silu", 1.0998, 2.399)]
)
def test_largest_slopes(name, largest, place):
    slopes = activation(name).derivative(Z)
    np.testing.assert_allclose(slopes.max(), largest, atol=5e-5)
    np.testing.assert_allclose(Z[slopes.argmax()], place, atol=2e-3)


def test_only_those_between_two_levels_saturate_on_both_sides():
    flat = {
        name: [bool(abs(sigma.derivative(z)) < 0.01) for z in (-30.0, 30.0)]
        for name, sigma in ACTIVATIONS.items()
    }
    both = {name for name, sides in flat.items() if sides == [True, True]}
    left = {name for name, sides in flat.items() if sides == [True, False]}
    assert both == {"step", "sigmoid", "tanh", "arctan"}
    assert left == {"relu", "elu", "silu", "gelu"}


def test_tanh_is_a_sigmoid_in_disguise():
    sigmoid, tanh = activation("sigmoid"), activation("tanh")
    np.testing.assert_allclose(tanh.value(Z), 2 * sigmoid.value(2 * Z) - 1, atol=1e-15)
    # 1 − tanh² is rounded as numbers near 1 are.
    np.testing.assert_allclose(tanh.derivative(Z), 4 * sigmoid.derivative(2 * Z), atol=1e-15)


def test_the_cost_of_a_step_is_level_and_that_of_a_sigmoid_is_not():
    X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 1])

    def cost(name, w2):
        return np.mean((activation(name).value(X @ [1.0, w2] - 0.5) - y) ** 2)

    h = 1e-6
    assert cost("step", -1 + h) == cost("step", -1 - h)
    assert (cost("sigmoid", -1 + h) - cost("sigmoid", -1 - h)) / (2 * h) < -0.01


@pytest.mark.parametrize(
    ("setting", "least", "most"),
    [
        (("sigmoid", 1, 0, 0), 0, 0.25**10),
        (("sigmoid", 3, -1.5, 0.5), 0.75**10 - 1e-12, 0.75**10 + 1e-12),
        (("relu", 0.5, 0, 1), 2.0**-10, 2.0**-10),
        (("relu", 2, 0, 1), 2.0**10, 2.0**10),
        (("step", 2, -1, 1), 0, 0),
    ],
)
def test_what_survives_ten_neurons(setting, least, most):
    name, w, b, a = setting
    sigma, product = activation(name), 1.0
    for _ in range(10):
        z = w * a + b
        a, product = sigma.value(z), product * w * sigma.derivative(z)
    assert least <= product <= most


@pytest.mark.parametrize(
    ("name", "initialiser", "low", "high"),
    [
        ("sigmoid", glorot_normal, 0.2, 0.25),
        ("relu", glorot_normal, 0.68, 0.73),
        ("relu", he_normal, 0.97, 1.03),
        ("tanh", glorot_normal, 0.9, 1),
    ],
)
def test_the_factor_of_a_layer(name, initialiser, low, high):
    rng = np.random.default_rng(1)
    layers = [Dense(300, 300, activation=name, rng=rng, initialiser=initialiser) for _ in range(20)]
    a = rng.normal(size=(64, 300))
    for layer in layers:
        a = layer.forward(a)
    grad = rng.normal(size=a.shape)
    before = np.linalg.norm(grad)
    for layer in reversed(layers):
        grad = layer.backward(grad)
    assert low < (np.linalg.norm(grad) / before) ** (1 / 20) < high


@pytest.mark.parametrize("slope", [0.0, 0.3, 1.0])
def test_weights_for_a_leaky_relu(slope):
    # A normal sum is as often negative as positive, so the mean square of the slope is known.
    z = np.random.default_rng(2).normal(size=1_000_000)
    mean_square = np.mean(LeakyReLU(slope=slope).derivative(z) ** 2)
    np.testing.assert_allclose(mean_square * 2 / (1 + slope**2), 1, atol=0.005)


def test_one_long_step_kills_a_relu_and_not_a_leaky_one():
    area, price = houses()
    x, y = (area - area.mean()) / area.std(), price / 1000
    w, b = 0.0, 500.0
    residual = y - (w * x + b)
    w, b = w + 3 * 2 / 3 * residual @ x, b + 3 * 2 / 3 * residual.sum()
    assert (w * x + b < 0).all()
    assert (activation("relu").derivative(w * x + b) == 0).all()
    assert (LeakyReLU(slope=0.1).derivative(w * x + b) == 0.1).all()


def test_always_a_tenth_costs_nine_hundredths():
    np.testing.assert_allclose(np.mean((0.1 - np.eye(10)) ** 2), 0.09)


def test_a_sigmoid_in_place_of_a_tanh():
    w, b, v, c = 1.7, -0.4, 2.5, 0.3
    x = np.linspace(-3, 3, 61)
    before = v * activation("sigmoid").value(w * x + b) + c
    after = v / 2 * np.tanh(w / 2 * x + b / 2) + c + v / 2
    np.testing.assert_allclose(after, before)
