"""Convolution and pooling against numbers by hand, loops, finite differences, and Keras."""

import numpy as np
import pytest

from helpers.nn.convolution import (
    AveragePool2D,
    Conv2D,
    Flatten,
    MaxPool2D,
    output_size,
    padding_of,
)
from helpers.nn.gradcheck import gradient_error
from helpers.nn.layers import Dense, glorot_normal, he_normal
from helpers.nn.losses import CategoricalCrossEntropy
from helpers.nn.network import Network
from helpers.nn.optimizers import SGD

# (pictures of height × width, window, stride, padding)
SETTINGS = [
    ((6, 6), 3, 1, "valid"),
    ((6, 7), (3, 2), (2, 1), "valid"),
    ((7, 5), (2, 4), 3, "valid"),
    ((6, 7), 3, 1, "same"),
    ((6, 7), (2, 4), 1, "same"),
    ((5, 8), 3, 2, "same"),
    ((7, 7), (4, 3), (3, 2), "same"),
    ((5, 5), 1, 1, "valid"),
    ((6, 6), 1, 3, "same"),
    ((4, 4), 4, 1, "valid"),
    ((3, 3), 5, 1, "same"),
    ((2, 9), (1, 3), 4, "same"),
]
EACH = pytest.mark.parametrize(("size", "window", "stride", "padding"), SETTINGS)
POOLS = pytest.mark.parametrize("pool", [MaxPool2D, AveragePool2D])


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def convolution(rng, channels=(3, 4), **settings):
    """Return a layer whose biases are not zero."""
    layer = Conv2D(*channels, rng=rng, **settings)
    layer.biases = rng.normal(size=channels[1])
    return layer


def scores(layer, name, x, towards):
    """Return the function of which ``backward`` gives the gradient along ``name``."""

    def cost(values):
        if name == "x":
            return float(np.sum(towards * layer.forward(values)))
        kept = getattr(layer, name)
        setattr(layer, name, values)
        value = float(np.sum(towards * layer.forward(x)))
        setattr(layer, name, kept)
        return value

    return cost


@EACH
def test_sizes_are_those_of_counting(size, window, stride, padding):
    windows, strides = (v if isinstance(v, tuple) else (v, v) for v in (window, stride))
    for n, k, s in zip(size, windows, strides, strict=True):
        before, after = padding_of(n, k, stride=s, padding=padding)
        places = [i for i in range(0, n + before + after, s) if i + k <= n + before + after]
        assert output_size(n, k, stride=s, padding=padding) == len(places)
        assert 0 <= after - before <= 1


def test_a_window_that_does_not_fit_has_no_place():
    assert output_size(3, 4) == 0
    assert output_size(3, 9) == 0
    assert output_size(3, 9, padding="same") == 3


def test_a_convolution_worked_by_hand():
    layer = Conv2D(1, 1, kernel=2, rng=np.random.default_rng(1), activation="relu")
    layer.kernels = np.reshape([1.0, 2.0, 0.0, -1.0], (2, 2, 1, 1))
    layer.biases = [-3.0]
    x = np.reshape([1.0, 2.0, 0.0, 3.0, 1.0, 4.0], (1, 2, 3, 1))
    # 1·1 + 2·2 − 1·1 − 3 = 1, and 1·2 + 2·0 − 1·4 − 3 = −5: no turned kernel gives these.
    np.testing.assert_array_equal(layer.forward(x).ravel(), [1, 0])
    back = layer.backward(np.reshape([10.0, 7.0], (1, 1, 2, 1)))
    np.testing.assert_array_equal(back.ravel(), [10, 20, 0, 0, -10, 0])
    np.testing.assert_array_equal(layer.grads[0].ravel(), [10, 20, 30, 10])
    np.testing.assert_array_equal(layer.grads[1], [10])


def test_pools_worked_by_hand():
    x = np.reshape([4.0, 4.0, 1.0, 0.0, 4.0, 2.0], (1, 2, 3, 1))
    largest, mean = MaxPool2D(2, stride=1), AveragePool2D(2, stride=1)
    np.testing.assert_array_equal(largest.forward(x).ravel(), [4, 4])
    np.testing.assert_array_equal(mean.forward(x).ravel(), [3, 2.75])
    grad = np.reshape([8.0, 16.0], (1, 1, 2, 1))
    # The first of equals wins: the upper left 4, and then the one right of it.
    np.testing.assert_array_equal(largest.backward(grad).ravel(), [8, 16, 0, 0, 0, 0])
    np.testing.assert_array_equal(mean.backward(grad).ravel(), [2, 6, 4, 2, 6, 4])


def test_padding_is_never_the_largest_nor_part_of_the_mean():
    x = np.full((1, 3, 3, 2), -5.0)
    for pool in (MaxPool2D, AveragePool2D):
        out = pool(2, padding="same").forward(x)
        np.testing.assert_array_equal(out, np.full((1, 2, 2, 2), -5.0))


@EACH
@pytest.mark.parametrize("activation", ["linear", "tanh"])
def test_backward_is_the_gradient_by_finite_differences(
    rng, size, window, stride, padding, activation
):
    layer = convolution(
        rng, (2, 3), kernel=window, stride=stride, padding=padding, activation=activation
    )
    x = rng.normal(size=(2, *size, 2))
    towards = rng.normal(size=layer.forward(x).shape)
    back = layer.backward(towards)
    for name, point, gradient in (
        ("x", x, back),
        ("kernels", layer.kernels, layer.grads[0]),
        ("biases", layer.biases, layer.grads[1]),
    ):
        assert gradient_error(scores(layer, name, x, towards), point, gradient) < 1e-8, name


@EACH
@POOLS
def test_backward_of_pools_is_the_gradient_by_finite_differences(
    rng, pool, size, window, stride, padding
):
    layer = pool(window, stride=stride, padding=padding)
    x = rng.normal(size=(2, *size, 3))
    towards = rng.normal(size=layer.forward(x).shape)
    back = layer.backward(towards)
    assert gradient_error(scores(layer, "x", x, towards), x, back) < 1e-8


def test_one_pixel_kernels_are_a_dense_layer_at_every_pixel(rng):
    layer = convolution(rng, (3, 5), kernel=1, activation="relu")
    dense = Dense(3, 5, activation="relu", rng=rng)
    dense.weights, dense.biases = layer.kernels[0, 0], layer.biases
    x, grad = rng.normal(size=(2, 4, 6, 3)), rng.normal(size=(2, 4, 6, 5))
    np.testing.assert_allclose(
        layer.forward(x), dense.forward(x.reshape(-1, 3)).reshape(grad.shape)
    )
    back = dense.backward(grad.reshape(-1, 5)).reshape(x.shape)
    np.testing.assert_allclose(layer.backward(grad), back)
    np.testing.assert_allclose(layer.grads[0][0, 0], dense.grads[0])


def test_kernels_of_the_picture_s_size_are_a_dense_layer(rng):
    layer, dense = convolution(rng, (3, 5), kernel=(4, 6)), Dense(72, 5, rng=rng)
    dense.weights, dense.biases = layer.kernels.reshape(72, 5), layer.biases
    x = rng.normal(size=(2, 4, 6, 3))
    flat = Flatten().forward(x)
    np.testing.assert_allclose(layer.forward(x)[:, 0, 0], dense.forward(flat))


def test_a_shifted_picture_gives_shifted_features(rng):
    layer = convolution(rng, kernel=3)
    x = rng.normal(size=(1, 9, 9, 3))
    np.testing.assert_allclose(layer.forward(x[:, 1:, 2:]), layer.forward(x)[:, 1:, 2:])


@pytest.mark.parametrize("initialiser", [glorot_normal, he_normal])
def test_first_kernels_have_the_variance_of_their_connections(initialiser):
    rng = np.random.default_rng(1)
    layer = Conv2D(8, 200, kernel=(3, 5), rng=rng, initialiser=initialiser)
    inputs, outputs = 3 * 5 * 8, 3 * 5 * 200
    expected = 2 / inputs if initialiser is he_normal else 2 / (inputs + outputs)
    assert layer.kernels.var() == pytest.approx(expected, rel=0.03)
    assert (layer.biases == 0).all()
    assert layer.parameter_count == 3 * 5 * 8 * 200 + 200


def test_same_seed_gives_the_same_kernels():
    first, second, other = (
        Conv2D(2, 3, kernel=3, rng=np.random.default_rng(seed)).kernels for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)


def all_layers(rng):
    return [
        convolution(rng, kernel=3, stride=2, padding="same", activation="sigmoid"),
        MaxPool2D(3, stride=2),
        AveragePool2D(2, padding="same"),
        Flatten(),
    ]


def test_inputs_and_gradients_are_left_alone_and_outputs_are_one_s_own(rng):
    for layer in all_layers(rng):
        x = rng.normal(size=(2, 6, 5, 3))
        kept = x.copy()
        out = layer.forward(x)
        grad = np.ones_like(out)
        expected = layer.backward(grad)
        np.testing.assert_array_equal(x, kept)
        np.testing.assert_array_equal(grad, 1)
        if not isinstance(layer, Flatten):  # which makes no copy
            out[...] = 7
        np.testing.assert_array_equal(layer.backward(grad), expected)


def test_precision_is_that_of_the_input(rng):
    for layer in all_layers(rng):
        for kind, expected in ((np.float32, np.float32), (np.int64, np.float64)):
            out = layer.forward(np.ones((2, 6, 5, 3), dtype=kind))
            back = layer.backward(np.ones(out.shape, dtype=expected))
            grads = layer.grads if layer.params else []
            assert {a.dtype for a in (out, back, *grads)} == {np.dtype(expected)}, layer


def test_an_empty_batch_goes_through(rng):
    for layer in all_layers(rng):
        out = layer.forward(np.zeros((0, 6, 5, 3)))
        assert len(out) == 0
        assert layer.backward(np.zeros(out.shape)).shape == (0, 6, 5, 3)
    assert (convolution(rng, kernel=3).forward(np.zeros((0, 6, 5, 3)))).shape == (0, 4, 3, 4)


def test_parameters_are_changed_in_place_copied_and_checked(rng):
    layer = convolution(rng, kernel=(3, 2))
    assert layer.params[0] is layer.kernels
    assert layer.params[1] is layer.biases
    own = np.ones((3, 2, 3, 4))
    layer.kernels = own
    layer.kernels[0] = 5
    assert (own == 1).all()
    with pytest.raises(ValueError, match=r"kernels .* shape \(3, 2, 3, 4\), not \(2, 3, 3, 4\)"):
        layer.kernels = np.ones((2, 3, 3, 4))
    with pytest.raises(ValueError, match=r"biases .* shape \(4,\), not \(3,\)"):
        layer.biases = [1, 2, 3]


def test_what_does_not_fit_is_refused(rng):
    layer = convolution(rng, kernel=3)
    for shape in ((2, 6, 5), (2, 6, 5, 2), (2, 3, 6, 5)):
        with pytest.raises(ValueError, match=r"\(B, height, width, 3\), and got "):
            layer.forward(np.zeros(shape))
    with pytest.raises(ValueError, match=r"window of Conv2D.* does not fit .* 2 × 6 pixels"):
        layer.forward(np.zeros((1, 2, 6, 3)))
    with pytest.raises(ValueError, match=r"window of MaxPool2D.* does not fit"):
        MaxPool2D(3).forward(np.zeros((1, 6, 2, 3)))
    for wrong in (layer, MaxPool2D(2), Flatten()):
        with pytest.raises(RuntimeError, match="can't go backward before it went forward"):
            wrong.backward(np.zeros((1, 4, 4, 4)))
        wrong.forward(np.zeros((1, 6, 6, 3)))
        with pytest.raises(ValueError, match="so must their gradient"):
            wrong.backward(np.zeros((1, 4, 4, 5)))
    with pytest.raises(RuntimeError, match="no gradients yet"):
        _ = convolution(rng, kernel=3).grads


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kernel": 0}, "kernel is 0; it must be a whole number"),
        ({"kernel": (3, 2, 1)}, "kernel is .*; it must be one whole number, or two"),
        ({"kernel": 2.5}, "kernel is 2.5; it must be a whole number"),
        ({"kernel": 3, "stride": 0}, "stride is 0"),
        ({"kernel": 3, "padding": "full"}, "padding is 'full'; it must be 'valid' or 'same'"),
    ],
)
def test_impossible_settings_are_refused(rng, settings, message):
    with pytest.raises(ValueError, match=message):
        Conv2D(1, 1, rng=rng, **settings)


def test_impossible_sizes_are_refused():
    for wrong in ((0, 3), (3, 0), (3.0, 2)):
        with pytest.raises(ValueError, match="must be a whole number"):
            output_size(*wrong)
    with pytest.raises(ValueError, match="stride is 0"):
        output_size(3, 2, stride=0)


# --- Keras --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keras():
    """Keras in double precision."""
    import keras

    usual = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    yield keras
    keras.config.set_floatx(usual[0])
    keras.config.set_dtype_policy(usual[1])


def both_ways(twin, x, towards):
    """Return what TensorFlow gives: outputs, and gradients of x and of the parameters."""
    import tensorflow as tf

    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        out = twin(x)
        total = tf.reduce_sum(towards(out.shape) * out)
    back, grads = tape.gradient(total, [x, twin.trainable_variables])
    return out.numpy(), back.numpy(), [grad.numpy() for grad in grads]


def assert_alike(layer, twin, x, rng):
    drawn = {}

    def towards(shape):
        return drawn.setdefault("towards", rng.normal(size=shape))

    out, back, grads = both_ways(twin, x, towards)
    np.testing.assert_allclose(layer.forward(x), out, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(layer.backward(drawn["towards"]), back, rtol=1e-12, atol=1e-12)
    for ours, theirs in zip(layer.grads if layer.params else [], grads, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-11)


@pytest.mark.slow
@EACH
def test_convolution_is_that_of_keras(keras, rng, size, window, stride, padding):
    layer = convolution(rng, kernel=window, stride=stride, padding=padding, activation="relu")
    twin = keras.layers.Conv2D(4, window, strides=stride, padding=padding, activation="relu")
    x = rng.normal(size=(2, *size, 3))
    twin.build(x.shape)
    twin.set_weights(layer.params)
    assert_alike(layer, twin, x, rng)


@pytest.mark.slow
@EACH
@pytest.mark.parametrize("ties", [False, True])
def test_pools_are_those_of_keras(keras, rng, size, window, stride, padding, ties):
    x = rng.normal(size=(2, *size, 3))
    if ties:
        x = np.rint(x)
    for ours, theirs in (
        (MaxPool2D, keras.layers.MaxPooling2D),
        (AveragePool2D, keras.layers.AveragePooling2D),
    ):
        layer = ours(window, stride=stride, padding=padding)
        assert_alike(layer, theirs(window, strides=stride, padding=padding), x, rng)


@pytest.mark.slow
def test_training_step_for_step_is_that_of_keras(keras, rng):
    x = rng.normal(size=(24, 8, 9, 2))
    labels = rng.integers(0, 3, 24)
    net = Network(
        [
            convolution(rng, (2, 4), kernel=3, padding="same", activation="relu"),
            MaxPool2D(2),
            convolution(rng, (4, 5), kernel=(2, 3), activation="tanh"),
            AveragePool2D(2, stride=1),
            Flatten(),
            Dense(10, 3, rng=rng),
        ]
    )
    twin = keras.Sequential(
        [
            keras.Input((8, 9, 2)),
            keras.layers.Conv2D(4, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(5, (2, 3), activation="tanh"),
            keras.layers.AveragePooling2D(2, strides=1),
            keras.layers.Flatten(),
            keras.layers.Dense(3),
        ]
    )
    twin.set_weights([array.copy() for array in net.params])
    twin.compile(
        optimizer=keras.optimizers.SGD(learning_rate=0.125),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    loss, optimizer = CategoricalCrossEntropy(), SGD(learning_rate=0.125)
    targets = np.eye(3)[labels]
    for _ in range(10):
        twin.reset_metrics()  # or the loss would be the mean of all steps so far
        theirs = twin.train_on_batch(x, labels)
        logits = net.forward(x, training=True)
        assert loss.value(logits, targets) == pytest.approx(float(theirs), rel=1e-6)
        net.backward(loss.grad(logits, targets))
        optimizer.step(net.params, net.grads)
    for ours, theirs in zip(net.params, twin.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(net.predict(x), twin.predict(x, verbose=0), rtol=1e-8)
