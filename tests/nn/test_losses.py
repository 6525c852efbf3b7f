"""Losses against finite differences and against Keras."""

import numpy as np
import pytest

from helpers.nn.activations import Sigmoid, softmax
from helpers.nn.layers import Dense
from helpers.nn.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    MeanAbsoluteError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    one_hot,
)
from helpers.nn.network import Network
from helpers.nn.optimizers import SGD

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


# ---- cross-entropies, on logits ------------------------------------------------------------


def _batch(loss, shape, seed=1, scale=3.0):
    """Return logits and targets of a kind that the loss takes: probabilities."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, scale, shape)
    if isinstance(loss, BinaryCrossEntropy):
        return logits, rng.uniform(size=shape)
    return logits, rng.dirichlet(np.ones(shape[1]), size=shape[0])


def _numerical(loss, logits, targets, h=1e-5):
    gradient = np.empty(logits.shape)
    for index in np.ndindex(logits.shape):
        up, down = logits.copy(), logits.copy()
        up[index] += h
        down[index] -= h
        gradient[index] = (loss.value(up, targets) - loss.value(down, targets)) / (2 * h)
    return gradient


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("kind", [BinaryCrossEntropy, CategoricalCrossEntropy])
@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (6, 2), (5, 3)])
def test_the_gradient_on_logits_is_the_derivative(kind, shape, smoothing):
    loss = kind(label_smoothing=smoothing)
    logits, targets = _batch(loss, shape)
    np.testing.assert_allclose(
        loss.grad(logits, targets), _numerical(loss, logits, targets), rtol=1e-6, atol=1e-10
    )


def test_cross_entropies_are_what_their_definitions_say():
    logits, targets = _batch(BinaryCrossEntropy(), (4, 3))
    p = Sigmoid().value(logits)
    expected = -(targets * np.log(p) + (1 - targets) * np.log(1 - p)).mean()
    np.testing.assert_allclose(BinaryCrossEntropy().value(logits, targets), expected, rtol=1e-13)
    np.testing.assert_allclose(
        BinaryCrossEntropy().grad(logits, targets), (p - targets) / 12, rtol=1e-13
    )
    logits, targets = _batch(CategoricalCrossEntropy(), (4, 3))
    p = softmax(logits)
    expected = -(targets * np.log(p)).sum() / 4  # a mean over the examples, not the classes
    loss = CategoricalCrossEntropy()
    np.testing.assert_allclose(loss.value(logits, targets), expected, rtol=1e-13)
    np.testing.assert_allclose(loss.grad(logits, targets), (p - targets) / 4, rtol=1e-13)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64])
def test_integer_labels_and_one_hot_rows_are_the_same(dtype, smoothing):
    loss = CategoricalCrossEntropy(label_smoothing=smoothing)
    logits = np.random.default_rng(3).normal(size=(6, 4))
    labels = np.array([3, 0, 0, 2, 1, 3], dtype=dtype)
    rows = one_hot(labels, 4)
    assert loss.value(logits, labels) == loss.value(logits, rows)
    np.testing.assert_array_equal(loss.grad(logits, labels), loss.grad(logits, rows))
    assert loss.value(logits, rows) == loss.value(logits, rows.astype(int))


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_cross_entropies_at_the_extremes(kind):
    big = np.array([[1000.0, -1000.0], [-1000.0, 1000.0]], dtype=kind)
    right, wrong = np.eye(2), 1 - np.eye(2)
    for loss, price in ((BinaryCrossEntropy(), 1000), (CategoricalCrossEntropy(), 2000)):
        assert loss.value(big, right) == 0
        np.testing.assert_array_equal(loss.grad(big, right), 0)
        assert loss.value(big, wrong) == price
        assert np.abs(loss.grad(big, wrong)).max() == (0.25 if price == 1000 else 0.5)
        for targets in (right, wrong):
            assert loss.grad(big, targets).dtype == kind
    # Next to a perfect answer the loss is small and not 0: exp(−40), which 1 + exp(−40) loses.
    almost = np.array([[40.0]])
    np.testing.assert_allclose(BinaryCrossEntropy().value(almost, [[1]]), np.exp(-40), rtol=1e-12)


def test_smoothing_pulls_the_targets_to_the_middle():
    logits = np.random.default_rng(4).normal(size=(3, 5))
    labels = np.array([0, 4, 2])
    smoothed = 0.9 * one_hot(labels, 5) + 0.1 / 5
    np.testing.assert_allclose(
        CategoricalCrossEntropy(label_smoothing=0.1).grad(logits, labels),
        CategoricalCrossEntropy().grad(logits, smoothed),
    )
    yes = np.array([[1.0, 0.0]])
    np.testing.assert_allclose(
        BinaryCrossEntropy(label_smoothing=0.1).grad(logits[:1, :2], yes),
        BinaryCrossEntropy().grad(logits[:1, :2], [[0.95, 0.05]]),
    )


def test_the_logits_say_the_precision():
    for loss, targets in (
        (BinaryCrossEntropy(), np.ones((2, 3), dtype=np.int64)),
        (BinaryCrossEntropy(label_smoothing=0.1), np.ones((2, 3))),
        (CategoricalCrossEntropy(), np.array([0, 2])),
        (CategoricalCrossEntropy(label_smoothing=0.1), one_hot([0, 2], 3)),
    ):
        assert loss.grad(np.zeros((2, 3), dtype=np.float32), targets).dtype == np.float32
        assert loss.grad(np.zeros((2, 3)), targets).dtype == np.float64
        assert loss.grad(np.zeros((2, 3), dtype=int), targets).dtype == np.float64


def test_cross_entropies_leave_their_inputs_alone():
    logits, labels = np.zeros((2, 3)), np.array([0, 2])
    rows = one_hot(labels, 3)
    for loss in (BinaryCrossEntropy(label_smoothing=0.1), CategoricalCrossEntropy()):
        loss.grad(logits, rows)
    CategoricalCrossEntropy(label_smoothing=0.1).grad(logits, labels)
    np.testing.assert_array_equal(logits, 0)
    np.testing.assert_array_equal(rows, [[1, 0, 0], [0, 0, 1]])
    np.testing.assert_array_equal(labels, [0, 2])


@pytest.mark.parametrize(
    ("targets", "error", "words"),
    [
        (np.zeros((2, 1), int), ValueError, r"\(2, 3\).*\(2,\).*\(2, 1\).*ravel"),
        (np.zeros((3, 2)), ValueError, r"\(3, 2\)"),
        (np.array([0.0, 1.0]), TypeError, r"float64.*astype\(int\)"),
        (np.array([0, 3]), ValueError, "3 classes.* 0 to 2; one is 3"),
        (np.array([-1, 0]), ValueError, "one is -1"),
        (np.array([[1, 0, 1], [1, 0, 0]]), ValueError, "row 0.* 2.*BinaryCrossEntropy"),
        (np.array([[1, 0, 0], [0, 0, 0]]), ValueError, "row 1.* 0"),
        (np.array([[2.0, -1, 0], [1, 0, 0]]), ValueError, "between 0 and 1; one is 2"),
        (np.array([[np.nan, 1, 0], [1, 0, 0]]), ValueError, "between 0 and 1; one is nan"),
    ],
)
def test_categorical_targets_that_do_not_fit_are_refused(targets, error, words):
    for method in ("value", "grad"):
        with pytest.raises(error, match=words):
            getattr(CategoricalCrossEntropy(), method)(np.zeros((2, 3)), targets)


@pytest.mark.parametrize(
    ("logits", "error", "words"),
    [
        (np.zeros(3), ValueError, r"\(n, K\).*\(3,\)"),
        (np.zeros((0, 3)), ValueError, r"\(0, 3\)"),
        (np.zeros((3, 0)), ValueError, r"\(3, 0\)"),
        (np.zeros((3, 2), complex), TypeError, "complex"),
    ],
)
def test_categorical_logits_that_do_not_fit_are_refused(logits, error, words):
    with pytest.raises(error, match=words):
        CategoricalCrossEntropy().value(logits, np.zeros(len(logits), int))


def test_binary_targets_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"logits.*\(3,\).*\(3, 1\).*[Rr]eshape"):
        BinaryCrossEntropy().value(np.ones(3), np.ones((3, 1)))
    with pytest.raises(ValueError, match="empty"):
        BinaryCrossEntropy().value(np.ones(0), np.ones(0))
    with pytest.raises(ValueError, match=r"one is -1.*\(y \+ 1\) / 2"):
        BinaryCrossEntropy().value(np.ones(2), np.array([1, -1]))
    with pytest.raises(TypeError, match="<U1"):
        BinaryCrossEntropy().value(np.array(["a"]), np.ones(1))


@pytest.mark.parametrize("kind", [BinaryCrossEntropy, CategoricalCrossEntropy])
@pytest.mark.parametrize("share", [-0.1, 1.1, np.nan])
def test_the_share_of_smoothing_is_checked(kind, share):
    with pytest.raises(ValueError, match="label_smoothing"):
        kind(label_smoothing=share)
    with pytest.raises(TypeError):
        kind(0.1)


def test_one_hot():
    assert one_hot(np.array([[0, 2], [1, 1]]), 3).shape == (2, 2, 3)
    np.testing.assert_array_equal(one_hot(1, 3), [0, 1, 0])
    assert one_hot([], 3).shape == (0, 3)
    assert one_hot([0], 1).dtype == np.float64
    with pytest.raises(ValueError, match="0 to 2; one is 3"):
        one_hot([0, 3], 3)
    with pytest.raises(TypeError, match="float64"):
        one_hot([0.0], 3)
    for classes in (0, 2.5):
        with pytest.raises(ValueError, match="classes"):
            one_hot([0], classes)


@pytest.mark.parametrize("one_hot_targets", [False, True])
def test_a_network_learns_classes_from_logits(one_hot_targets):
    rng = np.random.default_rng(5)
    labels = np.repeat([0, 1, 2], 20)
    x = np.array([[0.0, 2.0], [2.0, 0.0], [-2.0, -2.0]])[labels] + rng.normal(0, 0.3, (60, 2))
    network = Network([Dense(2, 3, rng=rng)])
    history = network.fit(
        x,
        one_hot(labels, 3) if one_hot_targets else labels,
        loss=CategoricalCrossEntropy(),
        optimizer=SGD(learning_rate=0.5),
        epochs=30,
        batch_size=16,
        rng=rng,
    )
    assert history[-1] < 0.05 < history[0]
    np.testing.assert_array_equal(network.predict(x).argmax(axis=1), labels)


def _keras_value_and_grad(loss, targets, logits):
    import tensorflow as tf

    variable = tf.Variable(logits)
    with tf.GradientTape() as tape:
        value = loss(tf.constant(targets), variable)
    return value.numpy(), tape.gradient(value, variable).numpy()


@pytest.mark.slow
@pytest.mark.parametrize(("dtype", "rtol"), [("float32", 2e-6), ("float64", 1e-13)])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize(
    ("name", "shape"),
    [
        *(("Binary", shape) for shape in [(1, 1), (7, 1), (1, 6), (9, 4), (64, 10)]),
        *(("Categorical", shape) for shape in [(1, 2), (1, 6), (9, 4), (64, 10)]),
    ],
)
def test_keras_agrees_on_logits(name, shape, smoothing, dtype, rtol):
    import keras

    ours = {"Binary": BinaryCrossEntropy, "Categorical": CategoricalCrossEntropy}[name](
        label_smoothing=smoothing
    )
    theirs = getattr(keras.losses, f"{name}Crossentropy")(
        from_logits=True, label_smoothing=smoothing, dtype=dtype
    )
    rng = np.random.default_rng(6)
    soft = _batch(ours, shape, seed=7)[1]
    hard = (soft > 0.5) if name == "Binary" else one_hot(soft.argmax(axis=1), shape[1])
    for scale in (1, 30, 1000):
        logits = (scale * rng.normal(size=shape)).astype(dtype)
        for targets in (soft.astype(dtype), hard.astype(dtype)):
            value, grad = _keras_value_and_grad(theirs, targets, logits)
            np.testing.assert_allclose(ours.value(logits, targets), value, rtol=rtol, atol=1e-30)
            found = ours.grad(logits, targets)
            assert found.dtype == grad.dtype == dtype
            np.testing.assert_allclose(found, grad, rtol=rtol, atol=rtol / 10)


@pytest.mark.slow
@pytest.mark.parametrize(("dtype", "rtol"), [("float32", 2e-6), ("float64", 1e-13)])
def test_keras_agrees_on_integer_labels(dtype, rtol):
    import keras

    theirs = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype=dtype)
    rng = np.random.default_rng(8)
    labels = rng.integers(0, 10, 64)
    for scale in (1, 30, 1000):
        logits = (scale * rng.normal(size=(64, 10))).astype(dtype)
        value, grad = _keras_value_and_grad(theirs, labels, logits)
        ours = CategoricalCrossEntropy()
        np.testing.assert_allclose(ours.value(logits, labels), value, rtol=rtol)
        np.testing.assert_allclose(ours.grad(logits, labels), grad, rtol=rtol, atol=rtol / 10)


@pytest.mark.slow
def test_keras_clips_probabilities_and_we_do_not():
    # What the docstrings say of Keras, when it is given probabilities.
    import keras

    for name, target, p in (
        ("BinaryCrossentropy", [[1.0]], [[0.0]]),
        ("CategoricalCrossentropy", [[1.0, 0.0]], [[0.0, 1.0]]),
    ):
        loss = getattr(keras.losses, name)(dtype="float64")
        wrong = float(loss(np.array(target), np.array(p)))
        np.testing.assert_allclose(wrong, -np.log(1e-7), rtol=1e-6)  # 16.1
        right = float(loss(np.array(target), np.array(target)))
        np.testing.assert_allclose(right, 1e-7, rtol=1e-2)  # not 0


@pytest.mark.slow
def test_keras_takes_rows_of_any_sum_and_we_do_not():
    import keras

    logits, rows = np.array([[1.0, 0.0, -1.0]]), np.array([[1.0, 1.0, 0.0]])
    theirs = keras.losses.CategoricalCrossentropy(from_logits=True, dtype="float64")
    assert float(theirs(rows, logits)) > 0
    with pytest.raises(ValueError, match="sums to 2"):
        CategoricalCrossEntropy().value(logits, rows)
