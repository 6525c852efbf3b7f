"""Dropout by hand, in the mean, and mask for mask against Keras."""

import numpy as np
import pytest

from helpers.nn.layers import Dense, Dropout
from helpers.nn.network import Network


def dropout(rate=0.4, seed=1):
    return Dropout(rate, rng=np.random.default_rng(seed))


class Given(Dropout):
    """Drops as it is told."""

    def __init__(self, rate, masks):
        super().__init__(rate, rng=np.random.default_rng(0))
        self.masks = iter(masks)

    def _draw(self, shape):
        mask = next(self.masks)
        assert mask.shape == shape
        return mask


def test_a_mask_by_hand():
    mask = np.array([[True, False], [True, True]])
    layer = Given(0.75, [mask])
    x, grad = np.array([[1.0, 2.0], [3.0, -4.0]]), np.array([[1.0, 1.0], [2.0, 3.0]])
    np.testing.assert_array_equal(layer.forward(x, training=True), [[4, 0], [12, -16]])
    np.testing.assert_array_equal(layer.backward(grad), [[4, 0], [8, 12]])
    np.testing.assert_array_equal(layer.mask, mask)
    np.testing.assert_array_equal(x, [[1, 2], [3, -4]])
    np.testing.assert_array_equal(grad, [[1, 1], [2, 3]])


def test_outside_training_nothing_happens():
    layer, x = dropout(), np.arange(6.0).reshape(2, 3)
    layer.forward(x, training=True)
    for arguments in ({}, {"training": False}):
        np.testing.assert_array_equal(layer.forward(x, **arguments), x)
        np.testing.assert_array_equal(layer.backward(x), x)
        assert layer.mask is None
    assert layer.forward(x) is not x
    np.testing.assert_array_equal(dropout(0.0).forward(x, training=True), x)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_the_share_that_is_dropped_and_the_mean_that_stays(rate):
    layer, n = dropout(rate), 200_000
    out = layer.forward(np.full((n, 1), 3.0), training=True)
    assert (out == 0).mean() == pytest.approx(rate, abs=5 * np.sqrt(rate * (1 - rate) / n))
    assert out.mean() == pytest.approx(3, abs=5 * 3 * np.sqrt(rate / (1 - rate) / n))
    np.testing.assert_array_equal(np.unique(out), [0, 3 / (1 - rate)])


def test_every_pass_drops_anew_and_a_seed_repeats_it():
    x = np.ones((5, 40))
    layer, same = dropout(seed=3), dropout(seed=3)
    first, second = layer.forward(x, training=True), layer.forward(x, training=True)
    assert (first != second).any()
    assert len({row.tobytes() for row in first}) == 5  # every example by itself
    np.testing.assert_array_equal(same.forward(x, training=True), first)
    np.testing.assert_array_equal(same.forward(x, training=True), second)


@pytest.mark.parametrize("shape", [(0, 3), (1, 3), (4,), (2, 3, 4)])
def test_any_shape_goes_through(shape):
    layer = dropout()
    out = layer.forward(np.ones(shape), training=True)
    assert out.shape == layer.backward(np.ones(shape)).shape == shape


def test_precision_is_that_of_the_input():
    layer = dropout()
    for x, dtype in ((np.ones(9, np.float32), np.float32), (np.ones(9, int), np.float64)):
        out = layer.forward(x, training=True)
        assert out.dtype == layer.backward(np.ones(9)).dtype == dtype


def test_a_network_passes_training_on():
    rng = np.random.default_rng(1)
    net = Network([Dense(3, 50, rng=rng), dropout(), Dense(50, 1, rng=rng)])
    x = np.ones((2, 3))
    np.testing.assert_array_equal(net.predict(x), net.predict(x))
    assert (net.forward(x, training=True) != net.forward(x, training=True)).all()
    assert net.parameter_count == 3 * 50 + 50 + 50 + 1
    assert repr(net.layers[1]) == "Dropout(0.4)"


def test_what_makes_no_sense_is_refused():
    for rate in (-0.1, 1, 1.5, np.nan):
        with pytest.raises(ValueError, match="rate is"):
            dropout(rate)
    with pytest.raises(TypeError, match="rng is 1"):
        Dropout(0.5, rng=1)
    with pytest.raises(RuntimeError, match="forward"):
        dropout().backward(np.ones(3))
    layer = dropout()
    layer.forward(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"shape \(2, 3\).* has \(3, 2\)"):
        layer.backward(np.ones((3, 2)))


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.0, 0.25, 0.5, 0.8])
def test_keras_computes_the_same_with_the_same_masks(rate):
    import keras
    import tensorflow as tf

    theirs = keras.layers.Dropout(rate, seed=1, dtype="float64")
    rng = np.random.default_rng(1)
    for shape in [(6, 5), (1, 30), (2, 3, 4)] * 3:
        x, grad = rng.uniform(1, 2, size=shape), rng.normal(size=shape)
        variable = tf.Variable(x)
        with tf.GradientTape() as tape:
            out = theirs(variable, training=True)
        back = tape.gradient(out, variable, output_gradients=tf.constant(grad))
        ours = Given(rate, [out.numpy() != 0])
        np.testing.assert_allclose(ours.forward(x, training=True), out, rtol=1e-14)
        np.testing.assert_allclose(ours.backward(grad), back, rtol=1e-14)
        np.testing.assert_array_equal(ours.forward(x), theirs(x, training=False))
