"""Losses against finite differences and against Keras."""

import numpy as np
import pytest

from helpers.nn.losses import (
    MeanAbsoluteError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
)

LOSSES = {
    "mean_squared_error": MeanSquaredError(),
    "mean_absolute_error": MeanAbsoluteError(),
    "mean_squared_logarithmic_error": MeanSquaredLogarithmicError(),
}


@pytest.fixture(params=LOSSES, name="loss")
def _loss(request):
    return LOSSES[request.param]


@pytest.mark.parametrize("shape", [(1,), (7,), (5, 3)])
def test_gradient_is_the_derivative_of_the_value(loss, shape):
    rng = np.random.default_rng(1)
    predictions, targets = rng.uniform(0.5, 3, shape), rng.uniform(0.5, 3, shape)
    h = 1e-6
    numerical = np.empty(shape)
    for index in np.ndindex(shape):
        up, down = predictions.copy(), predictions.copy()
        up[index] += h
        down[index] -= h
        numerical[index] = (loss.value(up, targets) - loss.value(down, targets)) / (2 * h)
    np.testing.assert_allclose(loss.grad(predictions, targets), numerical, rtol=1e-7, atol=1e-9)


def test_a_perfect_prediction_costs_nothing(loss):
    y = np.array([0.0, 1.0, 4.0])
    assert loss.value(y, y) == 0
    np.testing.assert_array_equal(loss.grad(y, y), 0)


def test_shapes_are_not_broadcast(loss):
    with pytest.raises(ValueError, match=r"\(3,\).*\(3, 1\).*[Rr]eshape"):
        loss.value(np.ones(3), np.ones((3, 1)))


def test_an_empty_batch_is_an_error(loss):
    with pytest.raises(ValueError, match="empty"):
        loss.value(np.ones(0), np.ones(0))


def test_inputs_are_left_alone_and_integers_are_welcome(loss):
    predictions, targets = np.array([1, 2]), np.array([3, 1])
    loss.grad(predictions, targets)
    np.testing.assert_array_equal(predictions, [1, 2])
    assert loss.value(predictions, targets) == loss.value(predictions / 1.0, targets / 1.0)


def test_float32_stays_float32(loss):
    ones = np.ones(3, dtype=np.float32)
    assert loss.grad(ones, 2 * ones).dtype == np.float32


def test_the_logarithm_refuses_what_it_cannot_take():
    with pytest.raises(ValueError, match="-2"):
        MeanSquaredLogarithmicError().value(np.array([-2.0]), np.array([1.0]))


@pytest.mark.slow
@pytest.mark.parametrize("name", LOSSES)
def test_keras_agrees_forward_and_backward(name):
    import keras
    import tensorflow as tf

    rng = np.random.default_rng(2)
    predictions, targets = rng.uniform(0, 5, (6, 2)), rng.uniform(0, 5, (6, 2))
    variable = tf.Variable(predictions)
    with tf.GradientTape() as tape:
        value = tf.reduce_mean(getattr(keras.losses, name)(tf.constant(targets), variable))
    np.testing.assert_allclose(LOSSES[name].value(predictions, targets), value, rtol=1e-12)
    np.testing.assert_allclose(
        LOSSES[name].grad(predictions, targets), tape.gradient(value, variable), rtol=1e-12
    )
