"""Numerical gradients against derivatives known exactly."""

import numpy as np
import pytest

from helpers.nn.gradcheck import gradient_error, numerical_gradient


def test_a_quadratic_is_differentiated_to_rounding():
    a = np.array([[2.0, 1.0], [1.0, 6.0]])
    w = np.array([0.3, -4.0])
    np.testing.assert_allclose(numerical_gradient(lambda v: v @ a @ v / 2, w), a @ w, rtol=1e-9)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0,)])
def test_the_gradient_has_the_shape_of_the_point(shape):
    x = np.full(shape, 0.5)
    gradient = numerical_gradient(lambda v: float(np.sum(np.sin(v))), x)
    assert gradient.shape == shape
    np.testing.assert_allclose(gradient, np.cos(x), rtol=1e-9)


def test_the_point_is_not_changed_and_the_function_may_keep_it():
    x, seen = np.array([1.0, 2.0]), []
    numerical_gradient(lambda v: float(len(seen.append(v) or [0])), x)
    np.testing.assert_array_equal(x, [1.0, 2.0])
    assert len({v.tobytes() for v in seen}) == 4


def test_integers_are_taken_as_numbers():
    np.testing.assert_allclose(
        numerical_gradient(lambda v: float(v @ v), np.array([1, 2])), [2, 4], rtol=1e-9
    )


def test_a_large_coordinate_takes_a_large_step():
    x = np.array([1e6])
    assert abs(numerical_gradient(lambda v: float(v[0] ** 2), x)[0] / 2e6 - 1) < 1e-9


def test_differences_are_central():
    # A forward difference of w² with step 0.1 is off by 0.1; a central one is exact.
    assert numerical_gradient(lambda v: float(v[0] ** 2), np.array([1.0]), step=0.1) == (
        pytest.approx(2.0, abs=1e-12)
    )


def test_a_correct_gradient_passes_and_typical_mistakes_do_not():
    w = np.array([0.5, -1.5, 2.0])

    def f(v):
        return float(np.sum(v**3))

    right = 3 * w**2
    assert gradient_error(f, w, right) < 1e-9
    for wrong in (-right, right / 3, right + np.array([0, 0, 1e-2])):
        assert gradient_error(f, w, wrong) > 1e-4


@pytest.mark.parametrize("unit", [1e-12, 1e-6, 1.0, 1e6, 1e12])
def test_the_unit_of_the_function_does_not_matter(unit):
    w = np.array([0.5, -1.5, 2.0])

    def f(v):
        return unit * float(np.sum(v**2))

    assert gradient_error(f, w, 2 * unit * w) < 1e-9
    for wrong, error in ((-2 * w, 2), (3 * w, 1 / 3), (np.zeros(3), 1)):
        size = max(np.linalg.norm(wrong), np.linalg.norm(2 * w), w @ w)
        expected = np.linalg.norm(wrong - 2 * w) / size
        assert gradient_error(f, w, unit * wrong) == pytest.approx(expected, rel=1e-8)
        assert expected >= 0.7 * error


def test_where_the_gradient_is_zero_the_error_is_measured_by_the_value():
    # The gradient is 0 at 0.3, and a difference finds h², some 1e-11, instead.
    def f(v):
        return 1 + float(np.sum((v - 0.3) ** 3))

    assert gradient_error(f, np.full(3, 0.3), np.zeros(3)) < 1e-9
    assert gradient_error(f, np.full(3, 0.3), np.full(3, 1e-3)) > 1e-4


def test_where_all_is_zero_there_is_no_error():
    assert gradient_error(lambda v: float(v @ v), np.zeros(2), np.zeros(2)) == 0
    assert gradient_error(lambda v: 0.0, np.zeros(0), np.zeros(0)) == 0


def test_no_number_is_not_taken_for_a_right_one():
    assert not gradient_error(lambda v: 0.0, np.zeros(1), np.array([np.nan])) < 1e-7
    assert not gradient_error(lambda v: float("nan"), np.zeros(1), np.zeros(1)) < 1e-7


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"shape \(1,\) .* \(2,\)"):
        gradient_error(lambda v: 0.0, np.zeros(2), np.zeros(1))
    with pytest.raises(ValueError, match="step"):
        numerical_gradient(lambda v: 0.0, np.zeros(2), step=0.0)
