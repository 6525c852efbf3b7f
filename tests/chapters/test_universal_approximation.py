"""What the chapter on universal approximation says in words and numbers, checked another way."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from helpers.nn.layers import Dense, he_normal
from helpers.nn.network import Network
from helpers.widgets.hinges import SIX_RELUS, TARGETS

CHAPTER = (Path(__file__).parents[2] / "chapters" / "universal-approximation.md").read_text()
GRID = np.linspace(-2, 2, 401)


def rms(error):
    return np.sqrt(np.mean(error**2))


def cubic(x):
    return ((x + 1) * x - 1) * x - 1


def six(x):
    terms = [
        (-1, -5, -7.7),
        (-1, -1.2, -1.3),
        (-1, 1.2, 1),
        (1, 1.2, -0.2),
        (1, 2, -1.1),
        (1, 5, -5),
    ]
    return sum(sign * np.clip(w * x + b, 0, None) for sign, w, b in terms)


def functions(*names):
    """Run the chapter's own definitions of these functions, and return them."""
    found = {"np": np, "Dense": Dense, "Network": Network}
    for name in names:
        source = re.search(rf"^def {name}\(.*?(?=^\S)", CHAPTER, re.M | re.S).group()
        exec(source, found)
    return [found[name] for name in names]


def test_the_six_and_their_errors():
    error = six(GRID) - cubic(GRID)
    assert round(rms(error), 3) == 0.418
    assert np.argmax(abs(error)) == 400
    assert error[400] == pytest.approx(-2.3)
    assert rms(error[abs(GRID) <= 1.5]) < 0.09


def test_least_squares_of_the_output_brings_about_half_and_no_more():
    slopes = np.array(SIX_RELUS["directions"]) * (GRID[:, None] - np.array(SIX_RELUS["kinks"]))
    A = np.maximum(slopes, 0)  # columns may be scaled: the best sum stays
    left = cubic(GRID) - A @ np.linalg.solve(A.T @ A, A.T @ cubic(GRID))
    assert 0.5 < rms(left) / rms(six(GRID) - cubic(GRID)) < 0.6
    np.testing.assert_allclose(A.T @ left, 0, atol=1e-8)


def test_only_neuron_six_alone_can_halve_the_error():
    kinks, slopes, directions = (np.array(SIX_RELUS[t]) for t in SIX_RELUS)
    parts = slopes * np.maximum(0, directions * (GRID[:, None] - kinks))

    def best(j, side):
        rest = cubic(GRID) - (parts.sum(axis=1) - parts[:, j])
        tried = []
        for kink in np.linspace(-1.99, 1.99, 399):
            hinge = np.maximum(0, side * (GRID - kink))
            slope = np.clip(hinge @ rest / (hinge @ hinge), -15, 15)  # as the widget's slider
            tried.append(rms(rest - slope * hinge))
        return min(tried)

    kept = [best(j, directions[j]) for j in range(6)]
    turned = [best(j, -directions[j]) for j in range(6)]
    assert 0.2095 < kept[5] < 0.211  # a little above half of 0.4178
    assert min(kept[:5]) > 0.28
    assert 0.23 < min(turned) < 0.28  # "unless you turn it to its other side"
    moved = six(GRID) - parts[:, 5] + 7.7 * np.maximum(0, GRID - 1.15)
    assert round(rms(moved - cubic(GRID)), 3) == 0.211
    seventh = six(GRID) + 5.3 * np.maximum(0, GRID - 1.6)
    assert round(rms(seventh - cubic(GRID)), 2) == 0.14


def test_the_link_of_the_first_task_does_not_choose_the_neuron():
    (link,) = re.findall(r"#widget=hinges&target=cubic\S*", CHAPTER)
    assert "selected" not in link


def test_two_ways_to_write_the_absolute_value():
    np.testing.assert_allclose(2 * np.maximum(0, GRID) - np.maximum(0, GRID + 2) + 2, abs(GRID))


def test_a_minute_of_descent_stays_behind_best_slopes():
    goal, kinks = TARGETS["bumps"](GRID), np.linspace(-2, 2, 13)[:-1]
    w, b, v, c = np.full(12, 0.3), -0.3 * kinks, np.zeros(12), 0.0
    A = np.column_stack([np.ones(401), np.maximum(0, GRID[:, None] - kinks)])
    best = rms(A @ np.linalg.lstsq(A, goal, rcond=None)[0] - goal)
    for _ in range(18_000):
        z = np.outer(GRID, w) + b
        error = np.maximum(z, 0) @ v + c - goal
        back = 2 / 401 * error[:, None] * (z > 0) * v
        step = 2 / 401 * np.maximum(z, 0).T @ error
        c -= 0.01 * 2 * np.mean(error)
        w, b, v = w - 0.01 * GRID @ back, b - 0.01 * back.sum(axis=0), v - 0.01 * step
    assert rms(error) > 3 * best


@pytest.mark.parametrize(
    ("function", "second"), [(cubic, 14), (lambda x: np.sin(3 * x), 9), (np.exp, np.exp(2))]
)
def test_the_bound_holds_and_is_nearly_reached(function, second):
    x = np.linspace(-2, 2, 100_001)
    for m in (6, 43, 500):
        knots = np.linspace(-2, 2, m + 1)
        error = np.max(abs(np.interp(x, knots, function(knots)) - function(x)))
        assert error <= 16 / (8 * m**2) * second * (1 + 1e-9)
    assert error > 0.98 * 2 * second / m**2


def test_how_many_pieces_for_a_hundredth():
    x = np.linspace(-2, 2, 100_001)

    def error(m):
        knots = np.linspace(-2, 2, m + 1)
        return np.max(abs(np.interp(x, knots, np.sin(3 * knots)) - np.sin(3 * x)))

    assert int(np.ceil(np.sqrt(1800))) == 43
    assert next(m for m in range(1, 100) if error(m) <= 0.01) == 43


def test_rates_of_a_corner_and_of_a_root_are_exact():
    x = np.linspace(-2, 2, 3 * 2**15 + 1)  # holds the corner, a third
    for m in (8, 64, 512):
        side = 4 / m
        knots = np.linspace(-2, 2, m + 1)
        corner = np.max(abs(np.interp(x, knots, abs(knots - 1 / 3)) - abs(x - 1 / 3)))
        assert corner == pytest.approx(4 / 9 * side, rel=0.01)
        root = np.max(abs(np.interp(x, knots, np.sqrt(knots + 2)) - np.sqrt(x + 2)))
        assert root == pytest.approx(np.sqrt(side) / 4, rel=1e-3)


def test_a_corner_at_another_place_gains_nothing_or_everything():
    def error(corner, m):  # largest at the corner itself
        knots = np.linspace(-2, 2, m + 1)
        return np.interp(corner, knots, abs(knots - corner))

    assert error(1 / 3, 12) < 1e-15  # a kink at the corner
    assert error(0.01, 16) > 0.95 * error(0.01, 8)
    assert error(0.25, 16) < 1e-15 < 0.2 < error(0.25, 8)
    for corner in np.random.default_rng(0).uniform(-2, 2, 20):
        for m in (8, 16, 100, 512):
            assert error(corner, m) <= (1 + 1e-9) * 2 / m


def test_a_polynomial_activation_spans_polynomials_only():
    rng = np.random.default_rng(3)
    z = np.outer(GRID, rng.normal(size=50)) + rng.normal(size=50)
    for power in (2, 3):
        A = np.column_stack([np.ones(401), z**power])
        assert np.linalg.matrix_rank(A, tol=1e-9 * np.linalg.norm(A)) == power + 1


def test_the_condition_number_grows_like_the_fourth_power():
    samples = np.linspace(-2, 2, 201)
    kappa = []
    for m in (16, 32, 64):
        hinges = np.maximum(0, samples[:, None] - np.linspace(-2, 2, m + 1)[:-1])
        kappa.append(np.linalg.cond(np.column_stack([hinges, np.ones(201)])) ** 2)
    powers = np.log2(np.array(kappa[1:]) / kappa[:-1])
    assert np.all((powers > 3.5) & (powers < 4.5))


def tents(x, k):
    for _ in range(k):
        x = 1 - abs(2 * x - 1)
    return x


def test_sawtooth_and_parabola_are_what_the_text_says():
    sawtooth, parabola, count = functions("sawtooth", "parabola", "count_pieces")
    x = np.linspace(0, 1, 2**12 + 1)
    for k in (1, 2, 3, 7):
        np.testing.assert_array_equal(sawtooth(k).predict(x[:, None])[:, 0], tents(x, k))
        assert sawtooth(k).parameter_count == 6 * k + 1
        assert count(sawtooth(k), 0, 1, 2**12) == 2**k
        slopes = np.diff(tents(x, k))
        assert 1 + np.count_nonzero(np.diff(slopes)) == 2**k
        knots = np.linspace(0, 1, 2**k + 1)
        wanted = np.interp(x, knots, knots**2)
        np.testing.assert_allclose(parabola(k).predict(x[:, None])[:, 0], wanted, atol=1e-15)
        series = x - sum(tents(x, s) / 4**s for s in range(1, k + 1))
        np.testing.assert_allclose(series, wanted, atol=1e-15)
    assert sawtooth(10).parameter_count == 61
    assert 3 * 1024 + 1 == 3073


@pytest.mark.parametrize("k", [1, 2, 3])
def test_one_layer_draws_the_sawtooth_with_a_neuron_for_each_piece_and_not_with_one_less(k):
    x = np.linspace(0, 1, 2**7 + 1)

    def left_over(kinks, directions):
        hinges = np.maximum(0, np.array(directions) * (x[:, None] - kinks))
        A = np.column_stack([hinges, np.ones_like(x)])
        return np.max(abs(A @ np.linalg.lstsq(A, tents(x, k), rcond=None)[0] - tents(x, k)))

    assert left_over(np.arange(2**k) / 2**k, 2**k * [1]) < 1e-12
    tips = np.arange(1, 2**k) / 2**k  # where 2**k - 1 neurons would have to bend
    assert all(left_over(tips, d) > 0.05 for d in product((-1, 1), repeat=len(tips)))


def test_no_line_is_closer_to_a_square_than_an_eighth():
    for length in (1.0, 0.3):
        s = np.linspace(0, length, 1001)
        for slope in np.linspace(0, 2 * length, 201):
            rest = s**2 - slope * s
            assert np.ptp(rest) / 2 >= length**2 / 8 * (1 - 1e-9)  # the best constant halves it
        best = s**2 - length * s
        assert np.ptp(best) / 2 == pytest.approx(length**2 / 8)


def test_what_the_text_says_of_the_worst_run_and_of_a_smaller_rate():
    samples = np.linspace(-2, 2, 201)
    goal = np.sin(3 * samples)

    def descend(rate, seed=0, steps=3000):
        rng = np.random.default_rng(seed)
        w = Dense(1, 64, activation="relu", rng=rng, initialiser=he_normal).weights[0]
        b = -w * rng.uniform(-2, 2, 64)
        v, c, costs = Dense(64, 1, rng=rng).weights[:, 0], 0.0, []
        for _ in range(steps):
            z = np.outer(samples, w) + b
            error = np.maximum(z, 0) @ v + c - goal
            costs.append(np.mean(error**2))
            back = 2 / 201 * error[:, None] * (z > 0) * v
            step = 2 / 201 * np.maximum(z, 0).T @ error
            c -= rate * 2 * np.mean(error)
            w, b, v = w - rate * samples @ back, b - rate * back.sum(axis=0), v - rate * step
        on = np.any(np.outer(samples, w) + b > 0, axis=0)
        return np.array(costs), np.sort((-b / w)[on]), rms(error)

    costs, kinks, error = descend(0.02)
    assert error > 0.5
    assert max(costs) > 3000
    assert len(kinks) == 33
    gap = np.argmax(np.diff(kinks))
    assert kinks[gap] < -0.9
    assert kinks[gap + 1] > 1
    costs, _, error = descend(0.005, seed=2)  # the best of the five
    assert max(costs) == costs[0]
    assert round(error, 2) == 0.10


def test_pieces_are_counted_and_stay_below_the_bound():
    (count,) = functions("count_pieces")
    rng = np.random.default_rng(5)
    hidden, output = Dense(1, 6, activation="relu", rng=rng), Dense(6, 1, rng=rng)
    hidden.weights, hidden.biases = [[-5, -1.2, 1.2, 1.2, 2, 5]], [-7.7, -1.3, 1, -0.2, -1.1, -5]
    assert count(Network([hidden, output]), -2, 2, 1000) == 7
    for sizes in ((3, 3), (2, 4, 2)):
        layers = [
            Dense(before, m, activation="relu", rng=rng)
            for before, m in zip((1, *sizes), sizes, strict=False)
        ]
        for layer in layers:
            layer.biases = rng.normal(size=layer.outputs)
        pieces = count(Network([*layers, Dense(sizes[-1], 1, rng=rng)]), -9, 9, 20_000)
        assert 1 < pieces <= np.prod(np.array(sizes) + 1)


def test_the_ramp_and_the_jump():
    def relu(z):
        return np.maximum(z, 0)

    x = np.linspace(-1, 5, 6001)
    np.testing.assert_allclose(relu(x) - relu(x - 1), np.clip(x, 0, 1), atol=1e-12)
    trapezium = relu(x) - relu(x - 1) - relu(x - 3) + relu(x - 4)
    np.testing.assert_allclose(trapezium, np.interp(x, [0, 1, 3, 4], [0, 1, 1, 0]), atol=1e-12)
    width = 0.4
    x = np.linspace(-1, 1, 200_001)
    ramp = np.clip(x / width + 0.5, 0, 1)
    integral = np.mean((ramp - (x >= 0)) ** 2) * 2
    assert integral == pytest.approx(width / 12, rel=1e-3)
