"""Dense and its initialisers against numbers by hand, finite differences, and Keras."""

import numpy as np
import pytest

from helpers.nn import layers
from helpers.nn.activations import ACTIVATIONS, LeakyReLU
from helpers.nn.gradcheck import gradient_error
from helpers.nn.layers import Dense, Layer, glorot_uniform

SMOOTH = sorted(set(ACTIVATIONS) - {"step"})

# How the variance is made: the numerator, and the denominator from (inputs, outputs).
VARIANCES = {
    "glorot_uniform": lambda inputs, outputs: 2 / (inputs + outputs),
    "glorot_normal": lambda inputs, outputs: 2 / (inputs + outputs),
    "he_uniform": lambda inputs, outputs: 2 / inputs,
    "he_normal": lambda inputs, outputs: 2 / inputs,
    "lecun_normal": lambda inputs, outputs: 1 / inputs,
}
INITIALISER = pytest.mark.parametrize("name", VARIANCES)


def dense(inputs=3, outputs=2, seed=1, **settings):
    """Return a layer whose biases are not zero."""
    rng = np.random.default_rng(seed)
    layer = Dense(inputs, outputs, rng=rng, **settings)
    layer.biases = rng.normal(size=outputs)
    return layer


def test_a_layer_worked_by_hand():
    layer = dense(2, 2, activation="relu")
    layer.weights = np.array([[1.0, -2.0], [3.0, 0.5]])
    layer.biases = np.array([0.5, 1.0])
    x = np.array([[1.0, 2.0], [-1.0, 0.0], [0.0, 4.0]])
    # The weighted sums are (7.5, 0), (−0.5, 3), (12.5, 3).
    np.testing.assert_array_equal(layer.forward(x), [[7.5, 0], [0, 3], [12.5, 3]])
    back = layer.backward(np.array([[1.0, 10.0], [1.0, 10.0], [2.0, 1.0]]))
    np.testing.assert_array_equal(back, [[1, 3], [-20, 5], [0, 6.5]])
    weights, biases = layer.grads
    np.testing.assert_array_equal(weights, [[1, -10], [10, 4]])
    np.testing.assert_array_equal(biases, [3, 11])


@pytest.mark.parametrize("activation", SMOOTH)
@pytest.mark.parametrize("batch", [1, 5])
def test_backward_is_the_gradient_by_finite_differences(activation, batch):
    layer = dense(activation=activation)
    rng = np.random.default_rng(2)
    x, towards = rng.normal(size=(batch, 3)), rng.normal(size=(batch, 2))

    def cost_of(name):
        def cost(values):
            if name == "x":
                return float(np.sum(towards * layer.forward(values)))
            kept = getattr(layer, name)
            setattr(layer, name, values)
            value = float(np.sum(towards * layer.forward(x)))
            setattr(layer, name, kept)
            return value

        return cost

    layer.forward(x)
    back = layer.backward(towards)
    for name, point, gradient in (
        ("x", x, back),
        ("weights", layer.weights, layer.grads[0]),
        ("biases", layer.biases, layer.grads[1]),
    ):
        assert gradient_error(cost_of(name), point, gradient) < 1e-9, name


def test_the_parameters_are_changed_in_place_and_counted():
    layer = dense(3, 2)
    params = layer.params
    assert params[0] is layer.weights
    assert params[1] is layer.biases
    params[0] += 1
    np.testing.assert_array_equal(layer.weights, dense(3, 2).weights + 1)
    assert layer.parameter_count == 8


def test_assigned_parameters_are_copied_and_checked():
    layer, own = dense(3, 2), np.ones((3, 2))
    layer.weights = own
    layer.weights[0, 0] = 5
    assert own[0, 0] == 1
    layer.biases = [1, 2]
    assert layer.biases.dtype == np.float64
    with pytest.raises(ValueError, match=r"weights .* shape \(3, 2\), not \(2, 3\)"):
        layer.weights = own.T
    with pytest.raises(ValueError, match=r"biases .* shape \(2,\), not \(1, 2\)"):
        layer.biases = [[1, 2]]
    np.testing.assert_array_equal(layer.biases, [1, 2])


def test_inputs_and_gradients_are_left_alone():
    layer = dense(activation="sigmoid")
    x, grad = np.ones((4, 3)), np.ones((4, 2))
    layer.forward(x)
    layer.backward(grad)
    np.testing.assert_array_equal(x, 1)
    np.testing.assert_array_equal(grad, 1)


def test_a_second_backward_pass_replaces_the_gradients():
    layer = dense()
    layer.forward(np.ones((4, 3)))
    for _ in range(2):
        layer.backward(np.ones((4, 2)))
        np.testing.assert_array_equal(layer.grads[1], [4, 4])


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_precision_is_that_of_the_input(activation):
    layer = dense(activation=activation)
    for x, dtype in (
        (np.ones((4, 3), dtype=np.float32), np.float32),
        (np.ones((4, 3)), np.float64),
        (np.ones((4, 3), dtype=int), np.float64),
        ([[1, 2, 3]], np.float64),
    ):
        out = layer.forward(x)
        back = layer.backward(np.ones(out.shape))
        assert {a.dtype for a in (out, back, *layer.grads)} == {np.dtype(dtype)}
    assert layer.weights.dtype == np.float64


def test_an_empty_batch_goes_through():
    layer = dense()
    assert layer.forward(np.zeros((0, 3))).shape == (0, 2)
    assert layer.backward(np.zeros((0, 2))).shape == (0, 3)
    assert [a.shape for a in layer.grads] == [(3, 2), (2,)]


@pytest.mark.parametrize("shape", [(3,), (4, 2), (1, 4, 3), ()])
def test_inputs_of_a_wrong_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"Dense\(3, 2, .*\(B, 3\), one row per example"):
        dense().forward(np.zeros(shape))


def test_backward_needs_a_forward_pass_and_a_gradient_of_its_shape():
    layer = dense()
    with pytest.raises(RuntimeError, match="before it went forward"):
        layer.backward(np.zeros((4, 2)))
    layer.forward(np.zeros((4, 3)))
    with pytest.raises(RuntimeError, match="call forward, then backward"):
        _ = layer.grads
    for shape in [(4, 1), (1, 2), (2,), (5, 2)]:
        with pytest.raises(ValueError, match=r"shape \(4, 2\)"):
            layer.backward(np.zeros(shape))


@pytest.mark.parametrize("count", [0, -1, 2.0, "3", None])
def test_sizes_are_whole_numbers(count):
    rng = np.random.default_rng(1)
    with pytest.raises(ValueError, match=r"inputs is .* whole number"):
        Dense(count, 2, rng=rng)
    with pytest.raises(ValueError, match=r"outputs is .* whole number"):
        Dense(2, count, rng=rng)


def test_settings_are_checked():
    with pytest.raises(TypeError, match="rng"):
        Dense(3, 2)
    with pytest.raises(TypeError, match=r"rng is 42; .*default_rng"):
        Dense(3, 2, rng=42)
    with pytest.raises(ValueError, match="choose one of linear"):
        dense(activation="rleu")
    with pytest.raises(ValueError, match=r"shape \(3, 2\), not \(2, 3\)"):
        dense(initialiser=lambda inputs, outputs, rng: np.zeros((outputs, inputs)))
    assert repr(dense(activation=LeakyReLU(slope=0.5))) == (
        "Dense(3, 2, activation=LeakyReLU(slope=0.5))"
    )


def test_the_same_seed_gives_the_same_layer():
    np.testing.assert_array_equal(dense(seed=5).weights, dense(seed=5).weights)
    assert not np.array_equal(dense(seed=5).weights, dense(seed=6).weights)
    np.testing.assert_array_equal(Dense(3, 2, rng=np.random.default_rng(1)).biases, 0)


def test_an_unfinished_layer_cannot_be_made_and_one_without_parameters_has_none():
    class Half(Layer):
        def forward(self, x, training=False):
            return x

    with pytest.raises(TypeError, match="backward"):
        Half()

    class Whole(Half):
        def backward(self, grad):
            return grad

    assert (Whole().params, Whole().grads, Whole().parameter_count) == ([], [], 0)


@INITIALISER
def test_initialisers_have_the_promised_variance_and_limit(name):
    inputs, outputs = 200, 1000
    weights = getattr(layers, name)(inputs, outputs, np.random.default_rng(3))
    assert (weights.shape, weights.dtype) == ((inputs, outputs), np.float64)
    std = VARIANCES[name](inputs, outputs) ** 0.5
    assert abs(weights.mean()) < 0.01 * std  # four standard errors of 200,000 draws
    assert weights.std() == pytest.approx(std, rel=0.01)
    # Uniform up to √3 standard deviations; normal up to two of those before the cut.
    limit = std * (3**0.5 if "uniform" in name else 2 / 0.8796256610342398)
    assert 0.999 * limit < np.abs(weights).max() <= limit
    # In the inner half of the range lies a half of a uniform distribution, more of a normal one.
    inner = np.mean(np.abs(weights) < limit / 2)
    assert inner == pytest.approx(0.5 if "uniform" in name else 0.6827 / 0.9545, abs=0.01)


@INITIALISER
def test_initialisers_check_what_they_are_given(name):
    draw = getattr(layers, name)
    with pytest.raises(ValueError, match="inputs is 0"):
        draw(0, 2, np.random.default_rng(1))
    with pytest.raises(ValueError, match="outputs is -2"):
        draw(3, -2, np.random.default_rng(1))
    with pytest.raises(TypeError, match="rng is 1"):
        draw(3, 2, 1)


def test_the_default_initialiser_is_that_of_keras():
    default = Dense(4, 3, rng=np.random.default_rng(1)).weights
    np.testing.assert_array_equal(default, glorot_uniform(4, 3, np.random.default_rng(1)))


@pytest.mark.slow
@INITIALISER
def test_keras_draws_from_the_same_distribution(name):
    import keras

    ours = getattr(layers, name)(200, 1000, np.random.default_rng(4)).ravel()
    theirs = getattr(keras.initializers, name)(seed=4)((200, 1000), dtype="float64")
    theirs = np.asarray(theirs).ravel()
    # The largest distance between two empirical distribution functions of n draws each exceeds
    # 1.95 √(2/n) once in a thousand times (Kolmogorov and Smirnov).
    n, both = ours.size, np.concatenate([ours, theirs])
    shares = [np.searchsorted(np.sort(draws), both, side="right") / n for draws in (ours, theirs)]
    assert np.abs(shares[0] - shares[1]).max() < 1.95 * (2 / n) ** 0.5


@pytest.mark.slow
@pytest.mark.parametrize("activation", sorted(set(SMOOTH) - {"gelu"}))
def test_keras_agrees_forward_and_backward(activation):
    """Not on GELU, where TensorFlow keeps √2 in single precision; see the activations' test."""
    import keras
    import tensorflow as tf

    theirs = {
        "arctan": tf.math.atan,
        "leaky_relu": lambda z: keras.activations.leaky_relu(z, negative_slope=0.125),
    }.get(activation, activation)
    ours = LeakyReLU(slope=0.125) if activation == "leaky_relu" else activation
    layer = dense(7, 4, activation=ours)
    rng = np.random.default_rng(5)
    x, towards = rng.normal(size=(6, 7)), rng.normal(size=(6, 4))
    keras_layer = keras.layers.Dense(4, activation=theirs, dtype="float64")
    keras_layer.build((None, 7))
    keras_layer.set_weights(layer.params)
    variable = tf.Variable(x)
    with tf.GradientTape() as tape:
        out = keras_layer(variable)
        cost = tf.reduce_sum(towards * out)
    back, *grads = tape.gradient(cost, [variable, *keras_layer.trainable_variables])

    close = {"rtol": 1e-12, "atol": 1e-14}
    np.testing.assert_allclose(layer.forward(x), out, **close)
    np.testing.assert_allclose(layer.backward(towards), back, **close)
    for mine, their in zip(layer.grads, grads, strict=True):
        np.testing.assert_allclose(mine, their, **close)
