"""What the appendix on mathematics says, checked by other means than its own cells."""

from fractions import Fraction

import numpy as np
import pytest

# What the prose states; each is derived anew below.
X_CUBED_AT_2 = 12
DIE_VARIANCE = Fraction(35, 12)


def test_the_line_through_x_cubed_and_what_it_misses():
    def missed(h):
        return (2 + h) ** 3 - (2**3 + X_CUBED_AT_2 * h)

    h = Fraction(1, 10)
    assert 8 + X_CUBED_AT_2 * h == Fraction(92, 10)
    assert 8 + X_CUBED_AT_2 * h / 10 == Fraction(812, 100)
    # f''(2)/2 = 6, and what is left is h³ alone
    assert missed(h) == 6 * h**2 + h**3


def test_products_in_two_orders():
    n = 1000
    left = n * n * n + n * n
    right = 2 * n * n
    assert (n**3, n**2, right) == (10**9, 10**6, 2 * 10**6)
    assert left // right == 500


def test_all_pairs_cost_twice_the_variance():
    y = np.random.default_rng(3).normal(size=200)
    pairs = np.mean([(a - b) ** 2 for a in y for b in y])
    assert pairs == pytest.approx(2 * np.var(y), rel=1e-12)


def test_underflow_and_overflow():
    assert 1000 * np.log10(0.4) == pytest.approx(-397.94, abs=0.01)
    smallest = np.nextafter(0, 1)
    assert 4.9e-324 <= smallest <= 5e-324
    assert np.exp(709.0) < np.inf
    with np.errstate(over="ignore"):
        assert np.exp(710.0) == np.inf


def test_machine_epsilon_and_digits():
    assert np.finfo(np.float64).eps == 2.0**-52 == pytest.approx(2.2e-16, rel=0.01)
    assert np.finfo(np.float32).eps == 2.0**-23 == pytest.approx(1.2e-7, rel=0.01)
    # near 1e16 neighbours are 2 apart
    assert np.spacing(1.0e16) == 2.0


def test_variance_of_a_die():
    faces = range(1, 7)
    mean = Fraction(sum(faces), 6)
    assert sum((f - mean) ** 2 for f in faces) / 6 == DIE_VARIANCE


def test_rare_signal():
    signal, background = Fraction(99, 100) / 10**4, Fraction(1, 100) * (1 - Fraction(1, 10**4))
    assert signal / (signal + background) == pytest.approx(0.0098, abs=5e-5)


def test_quiz_four_the_error_of_the_difference():
    error = 0.02 / np.sqrt(10)
    assert error == pytest.approx(0.006, abs=5e-4)
    assert np.hypot(error, 0.006) == pytest.approx(0.009, abs=5e-4)


def test_the_singular_matrix_of_the_figure_is_singular():
    assert np.linalg.matrix_rank([[1.0, 0.5], [0.5, 0.25]]) == 1
