"""Neurons and networks as answers."""

import numpy as np
import pytest

from helpers.checks import CheckFailed, call, relu_network, run, weights_and_bias

W1, B1 = np.array([[1.0, -1.0], [2.0, 0.5]]), np.array([0.5, -0.25])
W2, B2 = np.array([[1.0], [-3.0]]), np.array([2.0])


def network(value, inputs=2, outputs=1):
    return relu_network(run(lambda: value, call()), inputs, outputs)


def test_network_is_computed():
    X = np.array([[1.0, 2.0], [-1.0, 3.0], [-4.0, 0.0]])
    expected = [[2 + 5.5 - 0], [2 + 5.5 - 3 * 2.25], [2 + 0 - 3 * 3.75]]
    np.testing.assert_allclose(network(([W1, W2], [B1, B2]))(X), expected)
    assert network(([W1, W2], [B1, B2]))(X[:0]).shape == (0, 1)


def test_the_last_layer_is_linear():
    assert network(([W1[:, :1]], [B1[:1]]))(np.array([[-3.0, 0.0]])) == [[-2.5]]


def test_plain_lists_are_understood():
    listed = ([W1.tolist(), W2.tolist()], [B1.tolist(), B2.tolist()])
    X = np.array([[1.0, 2.0]])
    np.testing.assert_array_equal(network(listed)(X), network(([W1, W2], [B1, B2]))(X))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (3.0, "a pair was expected"),
        (([W1, W2],), "a pair was expected"),
        ((1.0, 2.0), "two lists of arrays"),
        (([W1, W2], [B1]), "2 arrays of weights and 1 of biases"),
        (([], []), "0 arrays"),
        (([W1.T[:, :1], W2], [B1, B2]), r"biases of layer 1 have shape \(2,\)"),
        (([W1, W2.T], [B1, B2]), r"weights of layer 2 have shape \(1, 2\); 2 numbers arrive"),
        (([W1[0], W2], [B1, B2]), r"weights of layer 1 have shape \(2,\)"),
        (([W1, W2], [B1[:, None], B2]), r"biases of layer 1 have shape \(2, 1\)"),
        (([W1], [B1]), "2 neurons, where 1 were asked"),
        (([W1, np.nan * W2], [B1, B2]), "layer 2 holds a number that is not finite"),
        (([[[1.0], [1.0, 2.0]], W2], [B1, B2]), "each layer needs one array"),
    ],
)
def test_what_is_no_network_is_told(value, told):
    with pytest.raises(CheckFailed, match=told):
        network(value)


def test_weights_and_bias_become_floats():
    w, b = weights_and_bias(run(lambda: (np.array([1, 2, 3]), np.array(4)), call()), inputs=3)
    np.testing.assert_array_equal(w, [1.0, 2.0, 3.0])
    assert w.dtype == float
    assert type(b) is float


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (np.ones(2), "weights and a bias were expected"),
        ([np.ones(2), 1.0], "weights and a bias were expected"),
        ((np.ones(2), 1.0, 2.0), "weights and a bias were expected"),
        (([1.0, 2.0], 1.0), "the weights are a list, where an array"),
        ((np.ones((2, 1)), 1.0), r"shape \(2, 1\), where \(2,\) was expected"),
        ((1.0, np.ones(2)), r"shape \(\), where \(2,\) was expected"),
        ((np.ones(2), np.ones(1)), "the bias must be one number"),
        ((np.ones(2), [1.0]), "the bias must be one number"),
        ((np.array([1.0, np.nan]), 1.0), "must be finite"),
        ((np.ones(2), np.inf), "must be finite"),
    ],
)
def test_what_is_no_neuron_is_told(value, told):
    with pytest.raises(CheckFailed, match=told):
        weights_and_bias(run(lambda: value, call()), inputs=2)
