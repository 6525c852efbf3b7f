"""What the chapter on the line says in words, checked in numbers."""

import itertools

import numpy as np
import pytest

from helpers.datasets import flats, houses


@pytest.fixture(name="line")
def _line():
    """Return X, y of the houses, in thousands, with a column of ones."""
    area, price = houses()
    return np.column_stack([area / 1000, np.ones(3)]), price / 1000


def test_one_hundred_and_eighty_dollars_per_square_foot(line):
    X, y = line
    predicted = 180 * X[:, 0]
    np.testing.assert_allclose(predicted, [378.72, 288.0, 432.0])
    np.testing.assert_array_equal(np.round(y - predicted), [21, 42, -63])
    assert round(np.mean((y - predicted) ** 2)) == 2058


def test_errors_of_the_ratio_of_totals_cancel(line):
    X, y = line
    w = y.sum() / X[:, 0].sum()
    np.testing.assert_allclose(np.sum(y - w * X[:, 0]), 0, atol=1e-12)


@pytest.mark.parametrize(
    ("power", "weight"),
    [
        (0, lambda x, y: (x @ y) / (x @ x)),
        (1, lambda x, y: y.sum() / x.sum()),
        (2, lambda x, y: np.mean(y / x)),
    ],
)
def test_each_ratio_minimises_its_own_weighted_squares(line, power, weight):
    x, y = line[0][:, 0], line[1]

    def weighted(w):
        return np.sum((y - w * x) ** 2 / x**power)

    best = weight(x, y)
    assert weighted(best) < min(weighted(best * 1.001), weighted(best * 0.999))


def test_slip_in_the_table_of_flats():
    _, price = flats()
    guess = np.array([190, 390, 105, 660, 150, 145]) * 1000.0
    assert round(np.mean((price - guess) ** 2)) == 1_745_833_333
    assert round(np.sqrt(np.mean((price - guess) ** 2))) == 41_783
    guess[3] = 600_000
    assert price[3] - guess[3] == 150_000
    assert round(np.mean((price - guess) ** 2)) == 4_145_833_333
    assert round(np.sqrt(np.mean((price - guess) ** 2))) == 64_388


def test_a_line_of_least_absolute_error_passes_through_two_points(line):
    X, y = line
    pairs = (list(pair) for pair in itertools.combinations(range(3), 2))
    best = min(np.mean(abs(y - X @ np.linalg.solve(X[p], y[p]))) for p in pairs)
    w, b = np.meshgrid(np.linspace(-150, 300, 451), np.linspace(0, 650, 651))
    grid = np.mean(abs(y[:, None, None] - (np.multiply.outer(X[:, 0], w) + b)), axis=0)
    assert best <= grid.min() < best + 1


def test_best_constants_are_mean_and_median(line):
    _, y = line
    constants = np.linspace(300, 450, 150_001)
    errors = y - constants[:, None]
    assert round(float(constants[np.argmin(np.mean(errors**2, axis=1))]), 3) == 366.267
    np.testing.assert_allclose(constants[np.argmin(np.mean(abs(errors), axis=1))], 369)


def test_three_equal_houses_have_a_shortest_solution():
    X, y = np.array([[2.0, 1.0]] * 3), np.array([340.0, 360.0, 380.0])
    np.testing.assert_allclose(np.linalg.lstsq(X, y, rcond=None)[0], [144, 72])
    with pytest.raises(np.linalg.LinAlgError):
        np.linalg.solve(X.T @ X, X.T @ y)


def test_standardising_makes_the_condition_number_one():
    area, _ = houses()
    z = (area - area.mean()) / area.std()
    np.testing.assert_allclose(np.linalg.cond(np.column_stack([z, np.ones(3)])), 1)
