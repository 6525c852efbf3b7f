"""Penalties and max-norm on numbers by hand, by finite differences, and against Keras."""

import numpy as np
import pytest

from helpers.nn.gradcheck import gradient_error
from helpers.nn.layers import Dense
from helpers.nn.losses import MeanSquaredError
from helpers.nn.network import Network
from helpers.nn.optimizers import SGD
from helpers.nn.penalties import L1, L2, max_norm


def rng(seed=1):
    return np.random.default_rng(seed)


def test_values_and_gradients_by_hand():
    w = np.array([[1.0, -2.0], [0.0, 4.0]])
    assert L1(0.1).value(w) == pytest.approx(0.7)
    assert L2(0.1).value(w) == pytest.approx(2.1)
    np.testing.assert_allclose(L1(0.1).grad(w), [[0.1, -0.1], [0.0, 0.1]])
    np.testing.assert_allclose(L2(0.1).grad(w), [[0.2, -0.4], [0.0, 0.8]])


@pytest.mark.parametrize("penalty", [L1(0.3), L2(0.3), L1(0.0), L2(0.0)])
@pytest.mark.parametrize("shape", [(3, 2), (1, 1), (4,), (2, 3, 4), ()])
def test_grad_is_the_derivative_of_value(penalty, shape):
    w = rng().normal(size=shape)
    kept = w.copy()
    assert penalty.grad(w).shape == shape
    assert gradient_error(penalty.value, w, penalty.grad(w)) < 1e-9
    np.testing.assert_array_equal(w, kept)


@pytest.mark.parametrize("strength", [-1e-3, np.nan, np.inf])
@pytest.mark.parametrize("kind", [L1, L2])
def test_a_strength_that_makes_no_sense_is_refused(kind, strength):
    with pytest.raises(ValueError, match="strength is"):
        kind(strength)


def test_max_norm_by_hand():
    w = np.array([[3.0, 0.3, 0.0], [4.0, 0.4, 0.0]])
    capped = max_norm(w, 2.0)
    np.testing.assert_allclose(capped, [[1.2, 0.3, 0], [1.6, 0.4, 0]], rtol=3e-7)
    np.testing.assert_array_equal(w[0], [3.0, 0.3, 0.0])
    assert max_norm(w.astype(np.float32), 2.0).dtype == np.float32
    assert max_norm(np.array([[3], [4]]), 1).dtype == np.float64


@pytest.mark.parametrize("limit", [0, -1, np.nan, np.inf])
def test_max_norm_refuses_what_is_no_limit(limit):
    with pytest.raises(ValueError, match="the limit is"):
        max_norm(np.ones((2, 2)), limit)
    with pytest.raises(ValueError, match="the limit is"):
        Dense(2, 2, rng=rng(), max_norm=limit)


def test_max_norm_refuses_other_shapes():
    with pytest.raises(ValueError, match=r"\(inputs, outputs\).*got \(3,\)"):
        max_norm(np.ones(3), 1.0)


@pytest.mark.parametrize("penalty", [L1, L2(0.1).value, "l2", 0.1])
def test_a_layer_refuses_what_is_no_penalty(penalty):
    with pytest.raises(TypeError, match="penalty is"):
        Dense(2, 2, rng=rng(), penalty=penalty)


@pytest.mark.parametrize("penalty", [L1(0.2), L2(0.2)])
@pytest.mark.parametrize("activation", ["linear", "tanh"])
def test_a_layer_adds_the_penalty_to_the_gradient_of_its_weights_only(penalty, activation):
    plain = Dense(3, 2, rng=rng(), activation=activation)
    layer = Dense(3, 2, rng=rng(), activation=activation, penalty=penalty)
    x, grad = rng(2).normal(size=(5, 3)), rng(3).normal(size=(5, 2))
    for each in (plain, layer):
        each.biases = [1.0, -2.0]
        each.forward(x)
    np.testing.assert_array_equal(layer.backward(grad), plain.backward(grad))
    np.testing.assert_allclose(layer.grads[0], plain.grads[0] + penalty.grad(layer.weights))
    np.testing.assert_array_equal(layer.grads[1], plain.grads[1])
    assert layer.penalty_value == penalty.value(layer.weights)
    assert plain.penalty_value == 0
    layer.backward(grad)  # a second pass does not add it twice
    np.testing.assert_allclose(layer.grads[0], plain.grads[0] + penalty.grad(layer.weights))


def test_a_penalty_leaves_the_precision_to_the_input():
    layer = Dense(3, 2, rng=rng(), penalty=L2(0.1))
    layer.forward(np.ones((4, 3), dtype=np.float32))
    layer.backward(np.ones((4, 2)))
    assert {grad.dtype for grad in layer.grads} == {np.dtype(np.float32)}


def test_a_network_sums_the_penalties_and_its_gradient_is_that_of_the_sum():
    net = Network(
        [
            Dense(3, 4, activation="tanh", rng=rng(), penalty=L1(0.05)),
            Network([Dense(4, 2, rng=rng(2), penalty=L2(0.02))]),
        ]
    )
    first, second = net.layers[0].weights, net.layers[1].layers[0].weights
    expected = 0.05 * np.abs(first).sum() + 0.02 * (second**2).sum()
    assert net.penalty_value == pytest.approx(expected, rel=1e-15)
    loss, x, y = MeanSquaredError(), rng(3).normal(size=(6, 3)), rng(4).normal(size=(6, 2))
    net.backward(loss.grad(net.forward(x), y))
    for param, grad in zip(net.params, [g.copy() for g in net.grads], strict=True):
        point = param.copy()

        def cost(values, param=param):
            param[...] = values
            return loss.value(net.predict(x), y) + net.penalty_value

        assert gradient_error(cost, point, grad) < 1e-9
        param[...] = point


def test_the_reported_loss_includes_the_penalty():
    net = Network([Dense(2, 1, rng=rng(), penalty=L2(0.5))])
    x, y, loss = rng(2).normal(size=(7, 2)), rng(3).normal(size=(7, 1)), MeanSquaredError()
    still = SGD(learning_rate=0.0)
    history = net.fit(x, y, loss=loss, optimizer=still, epochs=2, batch_size=3, rng=rng())
    expected = loss.value(net.predict(x), y) + 0.5 * (net.params[0] ** 2).sum()
    np.testing.assert_allclose(history, [expected] * 2, rtol=1e-14)


def test_fit_caps_the_weights_after_every_step():
    net = Network([Dense(3, 4, rng=rng(), max_norm=0.5), Network([Dense(4, 1, rng=rng(2))])])
    seen = []

    class Step(SGD):
        def step(self, params, grads):
            seen.append(np.linalg.norm(params[0], axis=0).max())
            super().step(params, grads)

    x, y = rng(3).normal(size=(8, 3)), rng(4).normal(size=(8, 1))
    settings = {"epochs": 5, "batch_size": 4, "rng": rng()}
    net.fit(x, y, loss=MeanSquaredError(), optimizer=Step(learning_rate=0.1), **settings)
    assert seen[0] > 0.5  # as it was drawn
    assert max(seen[1:]) <= 0.5
    assert np.linalg.norm(net.params[0], axis=0).max() == pytest.approx(0.5, rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("strength", [0.0, 1e-3, 0.25, 3.0])
@pytest.mark.parametrize("shape", [(3, 2), (1, 1), (20, 10)])
def test_keras_computes_the_same_penalties_and_caps(strength, shape):
    import keras
    import tensorflow as tf

    w = rng().normal(size=shape)
    w[0, 0] = 0.0
    # Its own class L1 keeps the strength in single precision, and so can't take double weights.
    for ours, theirs in (
        (L1(strength), keras.regularizers.L1L2(l1=strength)),
        (L2(strength), keras.regularizers.L2(strength)),
    ):
        variable = tf.Variable(w)
        with tf.GradientTape() as tape:
            value = theirs(variable)
        slope = tape.gradient(value, variable, unconnected_gradients="zero")
        assert ours.value(w) == pytest.approx(float(value), rel=1e-14)
        np.testing.assert_allclose(ours.grad(w), slope, rtol=1e-14)
    for limit in (0.5, 1.0, 2.0, 100.0):
        theirs = keras.constraints.MaxNorm(limit)(tf.constant(w))
        np.testing.assert_allclose(max_norm(w, limit), theirs, rtol=1e-14)
