"""What the chapter on multilayer perceptrons says in words, checked in numbers."""

import itertools
import math
import re
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest
from sklearn.datasets import load_digits

from helpers import widgets
from helpers.datasets import digits, flats
from helpers.nn.layers import Dense, he_normal
from helpers.nn.losses import MeanSquaredError
from helpers.nn.network import Network
from helpers.nn.optimizers import SGD

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "chapters" / "mlp.md").read_text(encoding="utf-8")
CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = np.array([0.0, 1.0, 1.0, 0.0])


def _relu_net(features, hidden, biases, out, bias):
    """Return the outputs of a 2-2-1 network with ReLUs, neuron by neuron."""
    total = np.full(len(features), float(bias))
    for (w1, w2), b, v in zip(hidden, biases, out, strict=True):
        total += v * np.clip(w1 * features[:, 0] + w2 * features[:, 1] + b, 0, None)
    return total


def _rmse(predicted):
    return math.sqrt(np.mean((flats()[1] / 1000 - predicted) ** 2))


# ── XOR by thought ─────────────────────────────────────────────────────────────────────────


def test_the_two_lines_of_the_figure_say_what_the_table_says():
    below = CORNERS[:, 1] < CORNERS[:, 0] - 0.5  # h1, shaded below its line
    above = CORNERS[:, 1] > CORNERS[:, 0] + 0.5
    np.testing.assert_array_equal(below, [0, 0, 1, 0])
    np.testing.assert_array_equal(above, [0, 1, 0, 0])
    np.testing.assert_array_equal(below | above, XOR)
    # In the hidden plane the line h1 + h2 = 1/2 of the figure separates the classes.
    np.testing.assert_array_equal(below.astype(int) + above > 0.5, XOR)
    # The whole plane lands on three points, the band and both blue corners on the origin.
    plane = np.random.default_rng(0).uniform(-9, 9, (10_000, 2))
    fired = np.column_stack([plane[:, 1] < plane[:, 0] - 0.5, plane[:, 1] > plane[:, 0] + 0.5])
    assert {tuple(pair) for pair in fired.tolist()} == {(0, 0), (1, 0), (0, 1)}
    rows = re.findall(r"^\| ([01]) \| ([01]) \| ([01]) \| ([01]) \| ([01]) \|$", TEXT, re.MULTILINE)
    expected = np.column_stack([CORNERS, below, above, XOR]).astype(int)
    np.testing.assert_array_equal(np.array(rows, dtype=int), expected)


def test_the_other_pair_of_lines_is_or_and_nand():
    either, not_both = CORNERS.any(axis=1), ~CORNERS.all(axis=1)
    np.testing.assert_array_equal(either & not_both, XOR)


def test_the_chapter_prints_no_weights_that_solve_the_graded_parity():
    assert "parity_network" not in TEXT
    assert "relu_interpolant" not in TEXT
    assert "def reorder" not in TEXT
    assert "[:, order]" not in TEXT


def test_the_chapter_prints_no_line_of_the_graded_layer():
    code = TEXT + "".join(
        (ROOT / "helpers" / "nn" / "layers.py").read_text(encoding="utf-8")
        for _ in re.findall(r"literalinclude\}.*nn/layers\.py", TEXT)
    )
    names = r"(\w+)(?:\.T)? @ (\w+) \+ (\w+)"
    found = {match for match in re.findall(names, code) if match != ("V", "X", "c")}
    assert not found  # V @ X + c is an option of an exercise, and fails


# ── Shapes and counts ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("sizes", "count"),
    [
        ((2, 2, 1), 9),
        ((2, 3, 1), 13),
        ((2, 4, 1), 17),
        ((32, 32, 1), 1_089),
        ((64, 16, 16, 10), 1_482),
        ((784, 16, 16, 10), 13_002),
        ((10, 5, 3), 73),
        ((20, 45, 1), 991),
        ((20, 46, 1), 1_013),
        ((20, 22, 22, 1), 991),
        ((20, 23, 23, 1), 1_059),
    ],
)
def test_parameter_counts(sizes, count):
    edges = 0
    for before, neurons in itertools.pairwise(sizes):
        for _ in range(neurons):
            edges += before + 1
    assert edges == count
    if sum(sizes) < 100:
        rng = np.random.default_rng(0)
        layers = [Dense(*pair, rng=rng) for pair in itertools.pairwise(sizes)]
        assert Network(layers).parameter_count == count


def test_the_first_layer_of_the_digit_network_has_97_per_cent():
    assert (784 + 1) * 16 == 12_560
    assert round(100 * 12_560 / 13_002) == 97


def test_which_of_the_five_expressions_run():
    X, V, c = np.arange(12.0).reshape(4, 3), np.arange(6.0).reshape(2, 3), np.array([1.0, 2.0])
    right = np.array([[V[k] @ x + c[k] for k in range(2)] for x in X])
    with pytest.raises(ValueError, match="matmul"):
        V @ X + c
    with pytest.raises(ValueError, match="broadcast"):
        V @ X.T + c
    np.testing.assert_array_equal(V @ X.T + c[:, None], right.T)
    np.testing.assert_array_equal((V @ X.T).T + c, right)
    np.testing.assert_array_equal(V @ X[0] + c, right[0])
    two = V @ X[:2].T + c  # runs, and is wrong
    assert two.shape == (2, 2)
    assert not np.array_equal(two.T, right[:2])


def test_permutations():
    assert math.factorial(16) ** 2 == pytest.approx(4.4e26, rel=0.01)
    assert len(str(math.factorial(100) ** 2)) == 316


def test_lines_make_seven_regions():
    rng = np.random.default_rng(0)
    points = rng.uniform(-50, 50, (200_000, 2))
    w, b = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]), np.array([0.0, 0.0, -10.0])
    patterns = {tuple(row) for row in (points @ w + b >= 0).tolist()}
    assert len(patterns) == 7 == 1 + 3 + 3
    assert len({pattern[:2] for pattern in patterns}) == 4


# ── The six flats ──────────────────────────────────────────────────────────────────────────

SLIDE = [-2207, -3112, -1557, -6487, -2332, -1947]


def test_only_2_and_minus_4_give_the_predictions_of_the_slide():
    features, _ = flats()
    predicted = _relu_net(features, [(5, 7), (4, 1)], (-8, -2), (2, -9), -4)
    np.testing.assert_array_equal(predicted, SLIDE)
    assert round(_rmse(predicted)) == 3731
    squares = [5793649, 11985444, 2745649, 52374169, 6285049, 4355569]  # as on the slide
    np.testing.assert_array_equal((flats()[1] / 1000 - predicted) ** 2, squares)
    h1 = np.array([424, 606, 299, 1263, 456, 374])
    assert np.linalg.matrix_rank(np.column_stack([h1, np.ones(6)])) == 2  # so no other pair does


def test_the_marks_to_beat():
    features, price = flats()
    design = np.column_stack([features, np.ones(6)])
    residual = price - design @ np.linalg.solve(design.T @ design, design.T @ price)
    assert math.sqrt(np.mean(residual**2)) / 1000 == pytest.approx(22.09, abs=0.005)
    mean = _rmse(np.full(6, price.mean() / 1000))
    assert mean == pytest.approx(221.74, abs=0.005)
    assert round(100 * (1 - mean / 3731.39)) == 94
    assert round(100 * (1 - 22.09 / 3731.39), 1) == 99.4


def test_what_single_sliders_can_do():
    features, _ = flats()

    def game(v1=2.0, v2=-9.0, c=-4.0, area=4.0):
        return _rmse(_relu_net(features, [(5, 7), (area, 1)], (-8, -2), (v1, v2), c))

    assert round(game(v2=-1.8)) == 54
    best = min(np.arange(-15, 15, 0.01), key=lambda v1: game(v1=v1))
    assert best == pytest.approx(7.7, abs=0.05)
    assert game(v1=best) < 52 < min(game(v2=v2) for v2 in np.arange(-15, 15, 0.01)) < 54
    assert 56 < min(game(area=area) for area in np.arange(-15, 15, 0.01)) < 58  # nearly as well
    assert min(game(v2=-1.8, c=c) for c in np.arange(-60, 0, 0.1)) == pytest.approx(41, abs=0.5)


def test_nine_numbers_hit_all_six_prices():
    features, price = flats()
    found = _relu_net(features, [(0.7, -11), (-0.5, 0)], (-41, 59), (5, -5), 245)
    np.testing.assert_allclose(found, price / 1000, atol=1e-9)


@pytest.fixture(scope="module", name="thirty")
def _thirty():
    """Return the thirty networks of the chapter, in their own units, trained once."""
    features, price = flats()
    y = price / 1000
    inputs = (features - features.mean(axis=0)) / features.std(axis=0)
    targets = ((y - y.mean()) / y.std())[:, None]
    found = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        hidden = Dense(2, 2, activation="relu", rng=rng, initialiser=he_normal)
        network = Network([hidden, Dense(2, 1, rng=rng)])
        descent = SGD(learning_rate=0.05)
        network.fit(
            inputs,
            targets,
            loss=MeanSquaredError(),
            optimizer=descent,
            epochs=3000,
            batch_size=6,
            rng=rng,
        )
        predicted = y.mean() + y.std() * network.predict(inputs)[:, 0]
        off = (hidden.forward(inputs) == 0).all(axis=1)
        found.append((_rmse(predicted), sorted(features[off, 0].tolist()), network))
    return found


@pytest.mark.slow
def test_what_thirty_starts_reach(thirty):
    reached = np.array([rmse for rmse, *_ in thirty])
    assert np.sum(reached < 22.08) == 20
    assert reached.min() < 0.3
    bad = [off for rmse, off, _ in thirty if rmse > 100]
    assert len(bad) == 5
    assert all(len(off) >= 3 and 250 in off for off in bad)  # both neurons off, the largest too
    small = [rmse for rmse, off, _ in thirty if off == [60, 75, 85]]
    np.testing.assert_allclose(small, [29.1] * 3, atol=0.05)
    assert not any(29.2 > rmse > 28 and off != [60, 75, 85] for rmse, off, _ in thirty)
    price = dict(zip(flats()[0][:, 0], flats()[1] / 1000, strict=True))
    assert np.std([price[area] for area in (60, 75, 85)]) < 45
    assert all(np.std([price[area] for area in off]) > 200 for off in bad)


@pytest.mark.slow
def test_the_best_networks_disagree_on_a_new_flat(thirty):
    features, price = flats()
    y = price / 1000
    flat = (np.array([[180.0, 2.0]]) - features.mean(axis=0)) / features.std(axis=0)
    best = sorted(thirty, key=lambda found: found[0])[:3]
    answers = [y.mean() + y.std() * network.predict(flat)[0, 0] for *_, network in best]
    assert best[2][0] < 2
    assert max(answers) - min(answers) > 80


# ── XOR by descent ─────────────────────────────────────────────────────────────────────────


history_of = {}


def _train(n, seed, epochs=1000, initialiser=None):
    rng = np.random.default_rng(seed)
    how = {"initialiser": initialiser} if initialiser else {}
    network = Network([Dense(2, n, activation="tanh", rng=rng, **how), Dense(n, 1, rng=rng, **how)])
    history = network.fit(
        CORNERS,
        XOR[:, None],
        loss=MeanSquaredError(),
        optimizer=SGD(learning_rate=0.3),
        epochs=epochs,
        batch_size=4,
        rng=rng,
    )
    history_of[n, seed, epochs] = np.array(history)
    return network, history[-1]


def test_the_fold_is_as_the_figure_shows_it():
    network, cost = _train(2, 4)
    assert cost < 1e-20
    layer, output = network.layers
    (p, q), (r, s) = layer.weights.T
    angle = abs(p * s - q * r) / math.hypot(p, q) / math.hypot(r, s)
    assert angle < 0.1  # nearly parallel lines
    assert p * q > 0  # that run across the diagonal from (0, 0) to (1, 1)
    assert r * s > 0
    places = layer.forward(CORNERS)
    assert np.linalg.norm(places[1] - places[2]) < 0.3  # the discs lie close together
    assert np.linalg.norm(places[0] - places[3]) > 1.5  # the squares do not
    assert places[0, 0] < 0 < 0.5 < places[0, 1]  # upper left
    assert places[3, 1] < -0.5  # where the curve leads down
    np.testing.assert_allclose(places[1:3], [[0.92, 0.16]] * 2, atol=0.05)  # the bend, right
    np.testing.assert_allclose(places @ output.weights[:, 0] + output.biases, XOR, atol=1e-9)


@pytest.mark.slow
def test_two_neurons_are_enough_and_three_make_it_easy():
    costs = {n: np.array([_train(n, seed)[1] for seed in range(20)]) for n in (1, 2, 3, 4)}
    assert [int(np.sum(costs[n] < 0.01)) for n in (1, 2, 3, 4)] == [0, 15, 20, 20]
    late = np.flatnonzero(costs[2] >= 0.01).tolist()
    assert len(late) == 5
    ends = {seed: _train(2, seed, epochs=20_000) for seed in late}
    arrived = [seed for seed in late if ends[seed][1] < 0.01]
    assert len(arrived) == 3
    for seed in arrived:
        assert (history_of[2, seed, 20_000][:5_000] > 0.12).sum() > 4_000  # after a long plateau
    network, cost = ends[late[0]]
    assert cost > 0.12  # the one that is quoted does not arrive
    np.testing.assert_allclose(network.predict(CORNERS)[:, 0], [0, 1, 0.5, 0.5], atol=0.02)


def test_equal_neurons_stay_equal():
    equal, cost = _train(2, 0, initialiser=lambda a, b, rng: np.full((a, b), 0.5))
    weights, biases, out, _ = equal.params
    np.testing.assert_allclose(weights[:, 0], weights[:, 1], rtol=1e-12)
    np.testing.assert_allclose(biases[0], biases[1], rtol=1e-12)
    np.testing.assert_allclose(out[0], out[1], rtol=1e-12)
    assert cost == pytest.approx(0.170, abs=0.001)
    zero, cost = _train(2, 0, initialiser=lambda a, b, rng: np.zeros((a, b)))
    assert cost == pytest.approx(0.25)
    assert all(not np.any(array) for array in zero.params[:3])
    np.testing.assert_allclose(zero.params[3], 0.5)


def test_the_mean_of_two_good_networks_is_bad():
    code = re.search(r"```python\n(hidden_layer, output_layer = solved.*?)```", TEXT, re.DOTALL)[1]
    solved, _ = _train(2, 4)
    shown = []
    names = {"np": np, "Dense": Dense, "Network": Network, "solved": solved, "corners": CORNERS}
    exec(code, names | {"print": shown.append})
    assert not np.array_equal(shown[0] > 0.5, XOR)
    # It is the mean of the network and its copy with the neurons exchanged.
    (W, b, v, c), flip = solved.params, slice(None, None, -1)
    z = CORNERS @ (W + W[:, flip]) / 2 + (b + b[flip]) / 2
    np.testing.assert_allclose(shown[0], (np.tanh(z) @ (v + v[flip]) / 2 + c)[:, 0])
    # No threshold makes it XOR: both classes would have to lie on two sides of one line.
    ones, zeros = shown[0][XOR == 1], shown[0][XOR == 0]
    assert min(ones) <= max(zeros)


# ── Ten classes ────────────────────────────────────────────────────────────────────────────


def test_the_enlarged_digits_are_the_digits():
    images, _ = digits()
    large = np.pad(np.kron(images, np.ones((1, 3, 3))), ((0, 0), (2, 2), (2, 2)))
    assert large.shape == (1797, 28, 28)
    np.testing.assert_array_equal(large[:, 3:27:3, 3:27:3], images)
    assert large.sum() == pytest.approx(9 * images.sum())


def test_a_tenth_of_the_digits_are_fours():
    assert np.mean(digits()[1] == 4) == pytest.approx(0.101, abs=0.0005)


def test_all_digits_are_from_thirteen_writers():
    described = " ".join(load_digits().DESCR.split())
    assert "copy of the test set" in described
    assert "30 contributed to the training set and different 13 to the test set" in described


@pytest.mark.slow
def test_tanh_and_relu_read_digits_alike_and_sigmoids_are_slower():
    images, labels = digits()
    flat, order = images.reshape(-1, 64), np.random.default_rng(0).permutation(1797)
    learn, aside = order[:1297], order[1297:]

    def right(activation, epochs):
        shares = []
        for seed in range(8):
            rng = np.random.default_rng(seed)
            kinds = {"activation": activation, "rng": rng}
            layers = [Dense(64, 16, **kinds), Dense(16, 16, **kinds), Dense(16, 10, rng=rng)]
            network = Network(layers)
            network.fit(
                flat[learn],
                np.eye(10)[labels[learn]],
                loss=MeanSquaredError(),
                optimizer=SGD(learning_rate=0.3),
                epochs=epochs,
                batch_size=32,
                rng=rng,
            )
            shares.append(np.mean(network.predict(flat[aside]).argmax(axis=1) == labels[aside]))
        return np.array(shares)

    tanh, relu, sigmoid = (right(name, 40) for name in ("tanh", "relu", "sigmoid"))
    deviation = math.sqrt(2 * tanh.mean() * (1 - tanh.mean()) / 500)  # of a difference
    assert abs(tanh.mean() - relu.mean()) < deviation
    assert tanh.min() < relu.max()
    assert sigmoid.max() < 0.8
    assert right("sigmoid", 120).min() > 0.87


# ── The playground and the game ────────────────────────────────────────────────────────────


def _playground(steps=2000, **traits):
    return widgets.XorPlayground(steps=steps, **traits)


@pytest.mark.slow
def test_what_the_reader_should_have_seen_in_the_playground():
    assert _playground(30, seed=1).correct == 3
    assert all(_playground(steps, seed=1).correct == 4 for steps in range(40, 400, 40))
    stuck = _playground(seed=4)
    np.testing.assert_allclose(stuck.network().predict(CORNERS)[:, 0], [0, 1, 0.5, 0.5], atol=0.02)
    places = stuck.network().layers[0].forward(CORNERS)
    np.testing.assert_allclose(places[2], places[3], atol=0.01)
    layer = stuck.network().layers[0]
    crossing = np.linalg.solve(layer.weights.T, -layer.biases)
    assert np.all((crossing > -0.6) & (crossing < 1.6))  # the two lines, within the window
    sums = CORNERS[2:] @ layer.weights + layer.biases
    assert np.all(np.abs(sums) > 4)  # far from both
    assert np.all(sums[0] * sums[1] > 0)
    assert _playground(seed=4, neurons=3).correct == 4
    assert _playground(seed=9, neurons=3).correct < 4
    far = _playground(seed=1, learning_rate=8)
    places = far.network().layers[0].forward(CORNERS)
    np.testing.assert_allclose(places[1], places[3], atol=0.01)  # 01 and 11, a disc and a square


@pytest.mark.slow
def test_most_starts_with_two_relus_fail():
    right = [_playground(seed=seed, activation="relu").correct for seed in range(1, 21)]
    assert right.count(4) <= 5
    hidden = _playground(seed=1, activation="relu").network().layers[0].forward(CORNERS)
    assert np.sum((hidden == 0).all(axis=0)) == 1
    plane = np.stack(np.meshgrid(*[np.linspace(-0.6, 1.6, 89)] * 2), axis=-1).reshape(-1, 2)

    def sides(seed):
        """Return which points of the plane are orange, and on which neurons they depend."""
        network = _playground(seed=seed, activation="relu").network()
        return network.predict(plane)[:, 0] >= 0.5, network.layers[0].forward(plane) > 0

    orange, on = sides(1)  # one straight line: where it is orange one and the same neuron is on
    alive = int(np.flatnonzero(~(hidden == 0).all(axis=0))[0])
    assert on[orange].tolist() == np.eye(2, dtype=bool)[[alive] * orange.sum()].tolist()
    orange, on = sides(2)  # two straight lines: each neuron alone on one side, none on both
    assert _playground(seed=2, activation="relu").correct == 4
    assert set(map(tuple, on[orange].tolist())) == {(True, False), (False, True)}


@pytest.mark.slow
def test_three_neurons_fence_the_disc_in():
    def right(neurons):
        games = [_playground(3000, data="circle", neurons=neurons, seed=s) for s in range(1, 6)]
        return [game.correct for game in games]

    points = len(_playground(0, data="circle").points)
    assert max(right(2)) < points
    assert right(3) == [points] * 5


def test_links_set_widgets_to_what_they_have():
    links = re.findall(r"\{button-link\} #(\S+)", TEXT)
    assert len(links) >= 5
    classes = {
        "xor_playground": "XorPlayground",
        "manual_machine_learning": "ManualMachineLearning",
    }
    for link in links:
        wanted = {key: values[0] for key, values in parse_qs(link).items()}
        widget = getattr(widgets, classes[wanted.pop("widget")])()
        for trait, text in wanted.items():
            kind = type(getattr(widget, trait))
            value = [float(n) for n in text.split(",")] if kind is list else kind(text)
            setattr(widget, trait, value)  # the widget refuses what it cannot show
            assert getattr(widget, trait) == value


def test_the_game_begins_with_the_slide_and_can_be_exchanged():
    game = widgets.ManualMachineLearning()
    np.testing.assert_allclose(game.predictions, SLIDE)
    link = re.search(r"manual_machine_learning&parameters=(\S+)", TEXT)[1]
    game.parameters = [float(number) for number in link.split(",")]
    np.testing.assert_allclose(game.predictions, SLIDE)
