"""Batch normalisation by hand, by finite differences, and step for step against Keras."""

import numpy as np
import pytest

from helpers.nn.gradcheck import gradient_error
from helpers.nn.layers import BatchNorm, Dense
from helpers.nn.losses import MeanSquaredError
from helpers.nn.network import Network
from helpers.nn.optimizers import SGD
from helpers.nn.penalties import L1, L2


def rng(seed=1):
    return np.random.default_rng(seed)


def norm(size=3, seed=1, **settings):
    """Return a layer whose parameters and statistics are not the first ones."""
    layer, draw = BatchNorm(size, **settings), rng(seed)
    layer.gamma, layer.beta = draw.normal(size=size), draw.normal(size=size)
    layer.moving_mean, layer.moving_variance = draw.normal(size=size), draw.uniform(1, 2, size)
    return layer


def test_a_batch_by_hand():
    layer = BatchNorm(2, momentum=0.75, epsilon=0.25)
    layer.gamma, layer.beta = [2.0, 1.0], [10.0, 0.0]
    # Means 2 and 5, variances 2 and 0; with ε their roots are 1.5 and 0.5.
    x = np.array([[2 - np.sqrt(2), 5.0], [2 + np.sqrt(2), 5.0]])
    step = 2 * np.sqrt(2) / 1.5
    np.testing.assert_allclose(layer.forward(x, training=True), [[10 - step, 0], [10 + step, 0]])
    np.testing.assert_allclose(layer.moving_mean, [0.5, 1.25])
    np.testing.assert_allclose(layer.moving_variance, [0.75 + 0.5, 0.75])  # biased: 2, not 4
    # Now with the running statistics.
    root = np.sqrt([1.5, 1.0])
    np.testing.assert_allclose(
        layer.forward([[1.0, 1.0]]), [[10 + 2 * 0.5 / root[0], -0.25 / root[1]]]
    )
    np.testing.assert_allclose(layer.moving_mean, [0.5, 1.25])


def test_training_normalises_and_the_statistics_follow():
    layer, draw = BatchNorm(1), rng()
    for _ in range(2000):
        out = layer.forward(draw.normal(5, 3, size=(64, 1)), training=True)
        assert out.mean() == pytest.approx(0, abs=1e-12)
    assert layer.moving_mean == pytest.approx(5, abs=0.15)
    assert layer.moving_variance == pytest.approx(9 * 63 / 64, abs=0.6)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("batch", [1, 2, 7])
def test_backward_is_the_gradient_by_finite_differences(training, batch):
    x, towards = rng(2).normal(size=(batch, 3)), rng(3).normal(size=(batch, 3))
    layer = norm()
    layer.forward(x, training)
    back = layer.backward(towards)

    def cost_of(name):
        def cost(values):
            other = norm()
            if name != "x":
                setattr(other, name, values)
            return float(np.sum(towards * other.forward(values if name == "x" else x, training)))

        return cost

    fresh = norm()
    for name, point, gradient in (
        ("x", x, back),
        ("gamma", fresh.gamma, layer.grads[0]),
        ("beta", fresh.beta, layer.grads[1]),
    ):
        assert gradient_error(cost_of(name), point, gradient) < 1e-9, name


def test_parameters_are_learned_and_statistics_are_not():
    layer = norm()
    assert layer.params[0] is layer.gamma
    assert layer.params[1] is layer.beta
    assert layer.state[0] is layer.moving_mean
    assert layer.state[1] is layer.moving_variance
    assert layer.parameter_count == 6
    whole = Network([Dense(2, 3, rng=rng()), layer, Network([norm()])])
    assert len(whole.params) == 6
    assert [array.shape for array in whole.state] == [(3,)] * 4
    kept = layer.state
    layer.forward(np.ones((4, 3)), training=True)
    assert all(now is before for now, before in zip(layer.state, kept, strict=True))


def test_inputs_gradients_and_precision_are_left_alone():
    layer = norm()
    for dtype, out in ((np.float32, np.float32), (np.float64, np.float64), (int, np.float64)):
        x, grad = np.arange(12).reshape(4, 3).astype(dtype), np.ones((4, 3))
        for training in (True, False):
            assert layer.forward(x, training).dtype == out
            assert layer.backward(grad).dtype == out
            assert {array.dtype for array in layer.grads} == {np.dtype(out)}
            np.testing.assert_array_equal(x, np.arange(12).reshape(4, 3))
            np.testing.assert_array_equal(grad, 1)
    assert layer.moving_mean.dtype == np.float64


def test_what_makes_no_sense_is_refused():
    for settings, words in (
        ({"size": 0}, "size is 0"),
        ({"size": 2, "momentum": 1.5}, "momentum is 1.5"),
        ({"size": 2, "epsilon": 0}, "epsilon is 0"),
    ):
        with pytest.raises(ValueError, match=words):
            BatchNorm(**settings)
    layer = BatchNorm(3)
    with pytest.raises(ValueError, match=r"gamma of BatchNorm\(3\) .*\(3,\), not \(2,\)"):
        layer.gamma = [1, 2]
    with pytest.raises(ValueError, match=r"BatchNorm\(3\) takes .*\(B, 3\).*got \(4, 2\)"):
        layer.forward(np.ones((4, 2)))
    with pytest.raises(ValueError, match="empty batch"):
        layer.forward(np.ones((0, 3)), training=True)
    assert layer.forward(np.ones((0, 3))).shape == (0, 3)
    with pytest.raises(RuntimeError, match="forward"):
        BatchNorm(3).backward(np.ones((1, 3)))
    with pytest.raises(RuntimeError, match="no gradients yet"):
        _ = BatchNorm(3).grads
    with pytest.raises(ValueError, match=r"shape \(0, 3\).* has \(1, 3\)"):
        layer.backward(np.ones((1, 3)))


@pytest.fixture(name="float64")
def _float64():
    import keras

    # The policy is for layers and the other for data; a policy once used no longer follows it.
    usual = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_floatx(usual[0])
    keras.config.set_dtype_policy(usual[1])


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 3, 16])
@pytest.mark.parametrize("settings", [{}, {"momentum": 0.8, "epsilon": 1e-5}, {"momentum": 0.0}])
def test_keras_computes_the_same_over_many_batches(size, settings, float64):
    import keras
    import tensorflow as tf

    ours = norm(size, **settings)
    theirs = keras.layers.BatchNormalization(**settings)
    theirs.build((None, size))
    theirs.set_weights([ours.gamma, ours.beta, ours.moving_mean, ours.moving_variance])
    draw, close = rng(), {"rtol": 1e-10, "atol": 1e-12}
    for turn in range(60):
        training, batch = turn % 3 != 2, int(draw.choice([1, 2, 5, 32]))
        x = draw.normal(draw.normal(), draw.uniform(0.5, 3), size=(batch, size))
        grad, variable = draw.normal(size=x.shape), tf.Variable(x)
        with tf.GradientTape() as tape:
            out = theirs(variable, training=training)
        sources = [variable, theirs.gamma.value, theirs.beta.value]
        back, *grads = tape.gradient(out, sources, output_gradients=tf.constant(grad))
        np.testing.assert_allclose(ours.forward(x, training), out, **close)
        np.testing.assert_allclose(ours.backward(grad), back, **close)
        for mine, their in zip(ours.grads, grads, strict=True):
            np.testing.assert_allclose(mine, their, **close)
        np.testing.assert_allclose(ours.moving_mean, theirs.moving_mean, **close)
        np.testing.assert_allclose(ours.moving_variance, theirs.moving_variance, **close)


@pytest.mark.slow
@pytest.mark.parametrize("momentum", [0.0, 0.875])
def test_keras_trains_the_same_network_with_penalties_caps_and_batch_norm(momentum, float64):
    """Learning rate and strengths are exact in single precision, in which Keras keeps some."""
    import keras

    net = Network(
        [
            Dense(4, 8, rng=rng(), penalty=L2(2**-6)),
            norm(8, momentum=0.75),
            Dense(8, 6, activation="tanh", rng=rng(2), penalty=L1(2**-8), max_norm=0.75),
            Dense(6, 2, rng=rng(3)),
        ]
    )
    theirs = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(8, kernel_regularizer=keras.regularizers.L2(2**-6)),
            keras.layers.BatchNormalization(momentum=0.75),
            keras.layers.Dense(
                6,
                activation="tanh",
                kernel_regularizer=keras.regularizers.L1L2(l1=2**-8),
                kernel_constraint=keras.constraints.MaxNorm(0.75),
            ),
            keras.layers.Dense(2),
        ]
    )
    for mine, their in zip(net.layers, theirs.layers, strict=True):
        their.set_weights(mine.params + mine.state)
    theirs.compile(keras.optimizers.SGD(0.125, momentum=momentum), "mean_squared_error")

    x, y = rng(4).normal(2, 3, size=(18, 4)), rng(5).normal(size=(18, 2))
    shuffle, optimizer, loss = rng(6), SGD(learning_rate=0.125, momentum=momentum), []
    settings = {"loss": MeanSquaredError(), "optimizer": optimizer, "batch_size": 5}
    loss += net.fit(x, y, epochs=12, rng=rng(6), **settings)
    for epoch in range(12):
        order = shuffle.permutation(18)
        theirs.reset_metrics()
        # Keras reports the loss of each step, penalties included, averaged over the examples.
        history = theirs.fit(x[order], y[order], batch_size=5, shuffle=False, verbose=0).history
        assert history["loss"][0] == pytest.approx(loss[epoch], rel=1e-6)
    assert optimizer.steps == 48
    expected = [array for layer in theirs.layers for array in layer.get_weights()]
    actual = [array for layer in net.layers for array in layer.params + layer.state]
    for mine, their in zip(actual, expected, strict=True):
        np.testing.assert_allclose(mine, their, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(net.predict(x), theirs.predict(x, verbose=0), rtol=1e-8, atol=1e-10)
