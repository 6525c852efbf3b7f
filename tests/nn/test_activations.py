"""Activation functions against known values, finite differences, and TensorFlow to rounding."""

import math

import numpy as np
import pytest

from helpers.nn.activations import (
    ACTIVATIONS,
    ELU,
    GELU,
    Activation,
    LeakyReLU,
    Linear,
    Sigmoid,
    activation,
    log_softmax,
    softmax,
)

# Those of the table, and others with settings of their own.
CASES = {
    **ACTIVATIONS,
    "leaky_relu 0.01": LeakyReLU(slope=0.01),
    "elu 0.5": ELU(alpha=0.5),
    "gelu approximate": GELU(approximate=True),
}
EACH = pytest.mark.parametrize("sigma", CASES.values(), ids=list(CASES))

# Without 0, and with the extremes.
GRID = np.concatenate([np.linspace(-8, 8, 160), [-1000, -100, -40, -20, 20, 40, 100, 1000]])

# At z = 0.5 and z = −0.5, from the definitions, with Python's own mathematics.
BY_HAND = {
    "linear": (0.5, -0.5),
    "step": (1, 0),
    "sigmoid": (1 / (1 + math.exp(-0.5)), 1 / (1 + math.exp(0.5))),
    "tanh": (math.tanh(0.5), -math.tanh(0.5)),
    "arctan": (math.atan(0.5), -math.atan(0.5)),
    "relu": (0.5, 0),
    "leaky_relu": (0.5, -0.15),
    "elu": (0.5, math.exp(-0.5) - 1),
    "silu": (0.5 / (1 + math.exp(-0.5)), -0.5 / (1 + math.exp(0.5))),
    "gelu": (0.25 * (1 + math.erf(0.5**1.5)), -0.25 * (1 - math.erf(0.5**1.5))),
    "leaky_relu 0.01": (0.5, -0.005),
    "elu 0.5": (0.5, 0.5 * (math.exp(-0.5) - 1)),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_values_follow_from_the_definition(name):
    np.testing.assert_allclose(
        CASES[name].value(np.array([0.5, -0.5])), BY_HAND[name], rtol=1e-14, atol=0
    )


@EACH
def test_derivative_is_the_slope_of_the_value(sigma):
    z = np.linspace(-6, 6, 100)  # 0 is not among them
    h = 1e-5
    slope = (sigma.value(z + h) - sigma.value(z - h)) / (2 * h)
    np.testing.assert_allclose(sigma.derivative(z), slope, rtol=1e-8, atol=1e-9)


def test_derivatives_at_zero_are_those_from_the_left():
    at_zero = {name: float(sigma.derivative(0.0)) for name, sigma in CASES.items()}
    assert at_zero == {
        "linear": 1, "step": 0, "sigmoid": 0.25, "tanh": 1, "arctan": 1, "relu": 0,
        "leaky_relu": 0.3, "elu": 1, "silu": 0.5, "gelu": 0.5,
        "leaky_relu 0.01": 0.01, "elu 0.5": 0.5, "gelu approximate": 0.5,
    }  # fmt: skip


def test_values_at_zero():
    at_zero = {name: float(sigma.value(0.0)) for name, sigma in CASES.items()}
    assert at_zero == dict.fromkeys(CASES, 0) | {"sigmoid": 0.5, "step": 1}


def test_the_approximate_gelu_differs_as_little_as_its_docstring_says():
    z = np.linspace(-10, 10, 20_001)
    apart = np.abs(GELU().value(z) - GELU(approximate=True).value(z)).max()
    assert 0.0004 < apart < 0.0005


@EACH
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nothing_overflows_and_floats_keep_their_precision(sigma, dtype):
    z = np.array([-1000, -1, 0, 1, 1000], dtype=dtype)
    for result in (sigma.value(z), sigma.derivative(z)):
        assert result.dtype == dtype
        assert np.isfinite(result).all()


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Sigmoid().derivative(40.0), math.exp(-40)),
        (Sigmoid().value(-40.0), math.exp(-40)),
        (GELU().value(-20.0), -10 * math.erfc(20 / 2**0.5)),
        (ELU().value(-1e-12), -1e-12 + 0.5e-24),
    ],
)
def test_tails_keep_their_digits(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=0)


@EACH
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0), (2, 3, 4)])
def test_any_shape_goes_and_the_input_is_left_alone(sigma, shape):
    z = np.full(shape, -0.5)
    for result in (sigma.value(z), sigma.derivative(z)):
        assert np.shape(result) == shape
        assert not np.shares_memory(result, z)
    np.testing.assert_array_equal(z, -0.5)


@EACH
@pytest.mark.parametrize("z", [[-2, 0, 3], [True, False], np.array([1, 2], dtype=np.int32)])
def test_integers_and_lists_become_float64(sigma, z):
    for result, of_floats in (
        (sigma.value(z), sigma.value(np.array(z, dtype=float))),
        (sigma.derivative(z), sigma.derivative(np.array(z, dtype=float))),
    ):
        assert result.dtype == np.float64
        np.testing.assert_array_equal(result, of_floats)


def test_an_activation_is_found_by_its_name_or_is_itself():
    assert activation("linear") == Linear()
    own = LeakyReLU(slope=0.5)
    assert activation(own) is own
    for name, sigma in ACTIVATIONS.items():
        assert isinstance(sigma, Activation)
        assert activation(name) is sigma


@pytest.mark.parametrize("name", ["Relu", "", None, ["relu"]])
def test_an_unknown_name_gets_the_list_of_known_ones(name):
    with pytest.raises(ValueError, match=r"choose one of linear, .*gelu"):
        activation(name)


def test_softmax_as_an_activation_is_told_apart():
    with pytest.raises(ValueError, match=r"activations\.softmax"):
        activation("softmax")


def test_settings_and_numbers_are_checked():
    with pytest.raises(ValueError, match="slope"):
        LeakyReLU(slope=np.nan)
    with pytest.raises(ValueError, match="alpha"):
        ELU(alpha=np.inf)
    with pytest.raises(TypeError, match="complex"):
        activation("relu").value([1j])
    with pytest.raises(TypeError, match="<U1"):
        activation("relu").value("z")


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax_is_exponentials_over_their_sum(axis):
    z = np.random.default_rng(1).normal(size=(4, 3))
    expected = np.exp(z) / np.exp(z).sum(axis=axis, keepdims=True)
    np.testing.assert_allclose(softmax(z, axis=axis), expected, rtol=1e-14)
    np.testing.assert_allclose(softmax(z + 1000, axis=axis), expected, rtol=1e-12)


def test_softmax_at_the_extremes():
    np.testing.assert_array_equal(softmax([1000, -1000, 1000]), [0.5, 0, 0.5])
    assert softmax(np.zeros(2, dtype=np.float32)).dtype == np.float32
    assert softmax(np.zeros((0, 3))).shape == (0, 3)
    for empty in (np.zeros((3, 0)), np.float64(1)):
        with pytest.raises(ValueError, match="at least one class"):
            softmax(empty)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_log_softmax_is_the_logarithm_of_softmax(axis):
    z = np.random.default_rng(1).normal(size=(4, 3))
    for shift in (0, 1000, -1000):
        np.testing.assert_allclose(
            log_softmax(z + shift, axis=axis), np.log(softmax(z, axis=axis)), rtol=1e-12
        )


def test_log_softmax_at_the_extremes():
    np.testing.assert_array_equal(log_softmax([1000, -1000]), [0, -2000])
    np.testing.assert_array_equal(log_softmax([0.0, -1e-20, -800.0])[2], -800 - np.log(2))
    np.testing.assert_allclose(log_softmax(np.float32([88, 89, 90])).sum(), -4.222819, rtol=1e-6)
    assert log_softmax(np.zeros(2, dtype=np.float32)).dtype == np.float32
    assert log_softmax(np.zeros((0, 3))).shape == (0, 3)
    for empty in (np.zeros((3, 0)), np.float64(1)):
        with pytest.raises(ValueError, match="log_softmax needs at least one class"):
            log_softmax(empty)


def _with_tape(function, z):
    """Return the values of a TensorFlow function and its derivatives."""
    import tensorflow as tf

    z = tf.Variable(z)
    with tf.GradientTape() as tape:
        value = function(z)
    return value.numpy(), tape.gradient(value, z).numpy()


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["linear", "sigmoid", "tanh", "arctan", "relu", "leaky", "elu", "elu 0.5", "silu"]
)
def test_tensorflow_agrees_forward_and_backward(name):
    import keras
    import tensorflow as tf

    # TensorFlow keeps the slope in single precision, where 1/8 is exact.
    sigma = LeakyReLU(slope=0.125) if name == "leaky" else CASES[name]
    theirs = {
        "arctan": tf.math.atan,
        "leaky": lambda z: keras.activations.leaky_relu(z, negative_slope=0.125),
        "elu 0.5": lambda z: keras.activations.elu(z, alpha=0.5),
    }.get(name) or keras.activations.get(name)
    z = np.append(GRID, 0.0)
    value, slope = _with_tape(theirs, z)
    # The absolute tolerance is a rounding error of 1: TensorFlow's derivative of the sigmoid
    # is σ(1 − σ), which loses its last digits in the tails.
    np.testing.assert_allclose(sigma.value(z), value, rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(sigma.derivative(z), slope, rtol=1e-14, atol=1e-15)


@pytest.mark.slow
@pytest.mark.parametrize("approximate", [False, True])
def test_tensorflow_agrees_on_gelu(approximate):
    """TensorFlow's own GELU keeps √2 in single precision, so its formula is written out too."""
    import keras
    import tensorflow as tf

    def written_out(z):
        if approximate:
            return 0.5 * z * (1 + tf.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))
        return 0.5 * z * (1 + tf.math.erf(z / np.sqrt(2)))

    def own(z):
        return keras.activations.gelu(z, approximate=approximate)

    sigma, z = GELU(approximate=approximate), np.append(GRID, 0.0)
    # The tape takes 1 − tanh² and multiplies its rounding error by z u'(z), by 60 where it counts.
    for theirs, tolerance in ((written_out, 1e-13 if approximate else 1e-14), (own, 1e-7)):
        value, slope = _with_tape(theirs, z)
        np.testing.assert_allclose(sigma.value(z), value, rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(sigma.derivative(z), slope, rtol=tolerance, atol=tolerance)


@pytest.mark.slow
def test_default_settings_are_those_of_keras_layers():
    import keras

    assert keras.layers.LeakyReLU().negative_slope == LeakyReLU().slope
    assert keras.layers.ELU().alpha == ELU().alpha


@pytest.mark.slow
def test_tensorflow_agrees_on_softmax():
    import tensorflow as tf

    z = np.random.default_rng(2).normal(size=(5, 4)) * 1000
    for axis in (0, 1):
        np.testing.assert_allclose(
            softmax(z, axis=axis), tf.nn.softmax(tf.constant(z), axis=axis), rtol=1e-13, atol=1e-300
        )
        np.testing.assert_allclose(
            log_softmax(z, axis=axis), tf.nn.log_softmax(tf.constant(z), axis=axis), rtol=1e-13
        )
