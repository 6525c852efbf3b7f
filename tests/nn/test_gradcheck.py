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


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"shape \(1,\) .* \(2,\)"):
        gradient_error(lambda v: 0.0, np.zeros(2), np.zeros(1))
    with pytest.raises(ValueError, match="step"):
        numerical_gradient(lambda v: 0.0, np.zeros(2), step=0.0)
