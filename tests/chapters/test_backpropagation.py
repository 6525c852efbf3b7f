"""What the chapter on backpropagation says in words, checked in numbers."""

import math
import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest

from helpers.nn.autodiff import Value
from helpers.nn.gradcheck import numerical_gradient
from helpers.nn.layers import Dense
from helpers.nn.losses import MeanSquaredError
from helpers.nn.network import Network
from helpers.widgets import BackpropStepper

TEXT = (Path(__file__).parents[2] / "chapters" / "backpropagation.md").read_text(encoding="utf-8")


def _complex_step(function, point):
    """Return a gradient to rounding, with no difference in it: Im f(x + ih) / h."""
    point = np.asarray(point, dtype=float)
    return np.array([
        function(point + 1e-30j * unit).imag / 1e-30 for unit in np.eye(len(point))
    ])  # fmt: skip


# ── Small graphs ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("graph", "function", "point", "value", "expected"),
    [
        ("sum-product", lambda u: (u[0] + u[1]) * u[2], [1, 2, -4], -12, [-4, -4, 3]),
        ("two-products", lambda u: u[0] * u[1] + u[2] * u[3], [2, 3, -1, 4], 2, [3, 2, 4, -1]),
        ("fan-out", lambda u: (u[0] + u[1]) * u[0], [3, -1], 6, [5, 3]),
    ],
)
def test_the_numbers_of_the_small_graphs(graph, function, point, value, expected):
    stepper = BackpropStepper(graph=graph)
    assert list(stepper.inputs.values()) == point
    assert stepper.result == function(point) == value
    assert [stepper.gradients[name] for name in stepper.inputs] == expected
    np.testing.assert_allclose(_complex_step(function, point), expected, rtol=1e-14)


def test_things_to_try_on_small_graphs():
    no_y = BackpropStepper(graph="two-products", values=[2, 0, -1, 4]).gradients
    assert (no_y["x"], no_y["y"]) == (0, 2)
    assert BackpropStepper(graph="fan-out", values=[0.5, -1]).gradients["x"] == 0


def test_a_share():
    x, y = Value(1.0), Value(3.0)
    (x / (x + y)).backward()
    assert (x.grad, y.grad) == (3 / 16, -1 / 16)


def test_fifty_doublings():
    t = x = Value(1.0)
    for _ in range(50):
        t = t + t
    t.backward()
    assert x.grad == 2.0**50
    assert 1e15 < 2**50 < 1.2e15


def test_the_chain_rule_is_wrong_at_two_kinks():
    x = Value(0.0)
    (x.relu() - (-x).relu()).backward()
    assert x.grad == 0
    slope = numerical_gradient(lambda u: max(u[0], 0) - max(-u[0], 0), np.zeros(1))
    np.testing.assert_allclose(slope, 1)


# ── The network with two hidden neurons ────────────────────────────────────────────────────

NAMES = ("x1", "x2", "w11", "w12", "w21", "w22", "b1", "b2", "v1", "v2", "c")
NUMBERS = (1.0, 2.0, 0.5, -1.0, 0.25, 0.75, -0.5, 0.25, 2.0, -1.0, 0.5)
START = dict(zip(NAMES, NUMBERS, strict=True))


def _loss(u):
    x, W, b, v, c = u[:2], u[2:6].reshape(2, 2), u[6:8], u[8:10], u[10]
    return (np.tanh(x @ W + b) @ v + c) ** 2


def test_the_gradients_of_the_network_edge_by_edge():
    expected = _complex_step(_loss, list(START.values()))
    stepper = BackpropStepper(graph="network")
    assert {name: stepper.inputs[name] for name in START} == START
    assert stepper.inputs["y"] == 0
    np.testing.assert_allclose([stepper.gradients[name] for name in START], expected, rtol=1e-12)
    parameters = dict(list(zip(START, expected, strict=True))[2:])
    assert max(parameters, key=lambda name: abs(parameters[name])) == "w21"
    assert f"{parameters['w21']:.2f}" == "4.96"
    assert f"{math.sqrt(stepper.result):.3f}" == "0.789"


def _network(**changed):
    hidden = changed.pop("hidden", "tanh")
    numbers = {**START, "y": 0.0, **changed}
    return BackpropStepper(graph="network", values=list(numbers.values()), hidden=hidden).gradients


def test_things_to_try_on_the_network():
    right = math.sqrt(BackpropStepper(graph="network").result)
    at_the_target = _network(y=right)
    np.testing.assert_allclose([at_the_target[name] for name in START], 0, atol=1e-14)
    saturated = _network(b1=5.0)
    assert 0 < saturated["w11"] < 2e-4
    assert saturated["v1"] > 1
    off = _network(hidden="relu", b1=-1.5)
    assert {name for name in off if off[name] == 0} == {"w11", "w21", "b1", "z1", "v1"}
    cut = _network(v2=0.0)
    assert cut["w12"] == cut["w22"] == cut["b2"] == 0 != cut["v2"]


def test_two_neurons_alike_stay_alike_and_zeros_stay_zero():
    alike = _network(w12=0.5, w22=0.25, b2=-0.5, v2=2.0)
    for one, other in (("w11", "w12"), ("w21", "w22"), ("b1", "b2"), ("v1", "v2")):
        assert alike[one] == alike[other] != 0
    zeros = dict.fromkeys(list(START)[2:], 0.0)
    assert {name for name, g in _network(**zeros, y=1.0).items() if g and name in zeros} == {"c"}
    nothing = _network(**zeros)
    assert not any(nothing[name] for name in START)


def test_too_eager():
    g = _network()
    wrong = g["c"] * (2.0 - 0.1 * g["v1"]) * (1 - math.tanh(0.5) ** 2) * 2.0
    assert (f"{wrong:.3f}", f"{g['w21']:.3f}") == ("4.784", "4.965")
    assert "4.784 instead of 4.965" in TEXT


# ── Layers ─────────────────────────────────────────────────────────────────────────────────


def test_the_derivatives_of_the_five_equations():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(5, 2)), rng.normal(size=(5, 4))
    W1, W2 = rng.normal(size=(2, 3)), rng.normal(size=(3, 4))
    theta = np.concatenate([W1.ravel(), W2.ravel()])

    def J(theta):
        hidden = np.tanh(X @ theta[:6].reshape(2, 3))
        return np.sum((y - np.tanh(hidden @ theta[6:].reshape(3, 4))) ** 2) / 2

    a2 = np.tanh(X @ W1)
    y_hat = np.tanh(a2 @ W2)
    delta3 = -(y - y_hat) * (1 - y_hat**2)
    delta2 = delta3 @ W2.T * (1 - a2**2)
    found = np.concatenate([(X.T @ delta2).ravel(), (a2.T @ delta3).ravel()])
    np.testing.assert_allclose(found, _complex_step(J, theta), rtol=1e-12)
    with pytest.raises(ValueError, match="mismatch"):  # what the slide multiplies
        delta2 @ W2.T


def test_the_gradient_of_a_batch_is_the_mean_of_those_of_its_examples():
    rng = np.random.default_rng(1)
    network = Network([Dense(3, 4, activation="tanh", rng=rng), Dense(4, 2, rng=rng)])
    X, Y, loss = rng.normal(size=(6, 3)), rng.normal(size=(6, 2)), MeanSquaredError()

    def gradient(rows):
        network.backward(loss.grad(network.forward(X[rows]), Y[rows]))
        return np.concatenate([grad.ravel() for grad in network.grads])

    single = np.mean([gradient([i]) for i in range(6)], axis=0)
    np.testing.assert_allclose(gradient(range(6)), single, rtol=1e-12, atol=1e-15)


def test_for_one_example_the_gradients_of_all_neurons_are_that_example():
    rng = np.random.default_rng(2)
    network = Network([Dense(6, 5, activation="tanh", rng=rng), Dense(5, 2, rng=rng)])
    x = rng.normal(size=(1, 6))
    network.backward(MeanSquaredError().grad(network.forward(x), np.ones((1, 2))))
    ratios = network.layers[0].grads[0] / x.T
    np.testing.assert_allclose(ratios, np.broadcast_to(ratios[0], (6, 5)), rtol=1e-12)


# ── Learning XOR, with right and with wrong gradients ──────────────────────────────────────


def _trained(hidden, seeds, slip=None, steps=2000, eta=5.0):
    """Train many networks at once on XOR.

    Return which of them learned it, and for each the smallest cosine of the angle between the
    gradient that was used and the right one.
    """
    X = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 1.0]])
    Y = np.array([[0.0], [1.0], [1.0], [0.0]])
    generators = [np.random.default_rng(seed) for seed in range(seeds)]
    A = np.array([rng.normal(size=(3, hidden)) for rng in generators])
    B = np.array([rng.normal(size=(hidden + 1, 1)) for rng in generators])

    def gradients(slip):
        back = B[:, 1:] if slip == "row" else B[:, :-1]
        G2 = (P - Y) / 2 * (1 if slip == "output" else P * (1 - P)) / (4 if slip == "mean" else 1)
        G1 = G2 @ back.swapaxes(1, 2) * ((1 - H**2) if slip == "tanh" else H * (1 - H))
        return X.T @ G1 * (-1 if slip == "sign" else 1), H1.swapaxes(1, 2) @ G2

    def scalar(one, two):
        return sum(np.sum(u * v, axis=(1, 2)) for u, v in zip(one, two, strict=True))

    lowest = np.ones(seeds)
    for _ in range(steps):
        H = (1 + np.tanh(X @ A / 2)) / 2
        H1 = np.concatenate([H, np.ones((seeds, 4, 1))], axis=2)
        P = (1 + np.tanh(H1 @ B / 2)) / 2
        used, right = gradients(slip), gradients(None)
        cosine = scalar(used, right) / np.sqrt(scalar(used, used) * scalar(right, right))
        lowest = np.minimum(lowest, cosine)
        A, B = A - eta * used[0], B - eta * used[1]
    return np.all((P > 0.5) == (Y > 0.5), axis=(1, 2)), lowest


def test_not_every_start_learns_xor_with_two_hidden_neurons():
    assert _trained(2, 20)[0].sum() == 15
    assert _trained(4, 20)[0].sum() == 20


@pytest.mark.parametrize(
    ("slip", "at_least", "uphill"),
    [("output", 10, 0), ("mean", 10, 0), ("tanh", 7, 10), ("row", 7, 9)],
)
def test_four_slips_learn_xor_all_the_same_two_of_them_uphill(slip, at_least, uphill):
    learned, lowest = _trained(4, 10, slip)
    assert learned.sum() >= at_least
    assert np.sum(lowest < 0) == uphill
    if slip == "mean":
        np.testing.assert_allclose(lowest, 1, rtol=1e-12)


def test_one_slip_does_not():
    learned, lowest = _trained(4, 10, "sign")
    assert learned.sum() == 0
    assert np.all(lowest < 0)


def test_the_forgotten_slope_belongs_to_another_cost():
    # The cross-entropy of the chapter on losses, times 2.
    rng = np.random.default_rng(0)
    H, y, w = rng.normal(size=(4, 3)), np.array([0.0, 1.0, 1.0, 0.0]), rng.normal(size=3)

    def cross_entropy(w):
        p = 1 / (1 + np.exp(-H @ w))
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    p = 1 / (1 + np.exp(-H @ w))
    forgotten = H.T @ (2 / 4 * (p - y))
    np.testing.assert_allclose(forgotten, 2 * _complex_step(cross_entropy, w), rtol=1e-12)


# ── What it costs ──────────────────────────────────────────────────────────────────────────


def _forward_and_backward(sizes):
    """Count the multiplications of a forward and of both passes, for one example."""
    forward = backward = 0
    for layer, (before, after) in enumerate(pairwise(sizes)):
        forward += before * after
        backward += before * after  # for the weights
        backward += before * after if layer else 0  # for the layer before
    return forward, forward + backward


@pytest.mark.parametrize("sizes", [[5, 3], [64, 32, 10], [64] * 9 + [10], [784, 16, 16, 10]])
def test_a_gradient_costs_two_to_three_forward_passes(sizes):
    forward, both = _forward_and_backward(sizes)
    np.testing.assert_allclose(both / forward, 3 - sizes[0] * sizes[1] / forward)
    assert 2 <= both / forward < 3


def test_between_a_minute_and_nine_days():
    forward, both = _forward_and_backward([784, 16, 16, 10])
    days = 2 * 13_002 * forward / both / 60 / 24  # if backpropagation takes a minute
    assert round(days) == 9


def test_with_a_column_of_ones_the_biases_count_as_well():
    forward = 65 * 32 + 33 * 10
    assert forward == 2410
    assert f"{(2 * forward + 32 * 10) / forward:.3f}" == "2.133"
    forward, both = _forward_and_backward([64, 32, 10])
    assert f"{both / forward:.3f}" == "2.135"


def test_the_library_also_calculates_the_gradient_at_the_data():
    # "helpers.nn does not save it: there the count is 3."
    layer = Dense(3, 2, rng=np.random.default_rng(0))
    layer.forward(np.ones((5, 3)))
    assert layer.backward(np.ones((5, 2))).shape == (5, 3)


def test_more_is_kept_of_35_examples_than_of_the_network():
    kept = (64 + 32) + (32 + 10)  # inputs and weighted sums of two layers
    assert 34 * kept < 2 * 2410 < 35 * kept


def test_eight_for_six_in_the_small_network():
    forward, both = _forward_and_backward([2, 2, 1])
    assert (forward, both - forward) == (6, 8)


def test_by_trying_it_costs_two_passes_for_each_of_2410_parameters():
    assert 64 * 32 + 32 + 32 * 10 + 10 == 2410
    calls = []
    numerical_gradient(lambda u: calls.append(0) or 0.0, np.zeros(2410))
    assert len(calls) == 4820


# ── The page ───────────────────────────────────────────────────────────────────────────────


def _presets():
    return [dict(parse_qsl(link)) for link in re.findall(r"\{button-link\} #(\S+)", TEXT)]


def test_every_preset_is_one_that_its_widget_takes():
    assert len(_presets()) == 6
    for preset in _presets():
        assert preset.pop("widget") in {"backprop_stepper", "network_stepper"}
        step = int(preset.pop("step"))
        values = [float(value) for value in preset.pop("values", "").split(",") if value]
        stepper = BackpropStepper(values=values, **preset)
        assert 0 <= step <= stepper.last_step


def test_the_fan_out_preset_stands_where_one_message_has_arrived():
    preset = next(preset for preset in _presets() if preset["graph"] == "fan-out")
    # Two values forward, the 1 at the result, and one step back.
    assert int(preset["step"]) == 2 + 1 + 1


def test_the_page_prints_no_answer_of_the_exercise():
    exercise = Path(__file__).parents[2] / "solutions/backpropagation/backpropagation.md"
    names = re.findall(r"grade_id: (\w+), solution: true", exercise.read_text(encoding="utf-8"))
    assert len(names) == 8
    for name in names:
        assert not re.search(rf"\b{name}\(", TEXT), name
    # Nor does it show how the library does what the exercise asks for.
    assert "literalinclude" not in TEXT
    assert "class Value" not in TEXT
    cells = "".join(re.findall(r"^```{code-cell}.*?^```$", TEXT, flags=re.DOTALL | re.MULTILINE))
    assert len(cells) > 10_000
    for answer in ("def backward", ".sum(axis=0)", "_local", "parents", "G @ W.T"):
        assert answer not in cells
