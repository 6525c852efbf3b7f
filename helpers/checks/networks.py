"""Neurons and networks as answers: weights and biases, checked by what they compute."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.checks.check import Run

__all__ = ["relu_network", "weights_and_bias"]


def relu_network(found: Run, inputs: int, outputs: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function of a network whose weights and biases an answer returned.

    The hidden layers have ReLU neurons, the last layer is linear.

    Parameters
    ----------
    found : Run
        Its value should be ``(weights, biases)``, two lists with one array for each layer, of
        shapes ``(neurons before, neurons)`` and ``(neurons,)``.
    inputs, outputs : int
        The number of inputs and of outputs that the network must have.

    Returns
    -------
    callable
        From an array of shape ``(n, inputs)`` to one of shape ``(n, outputs)``.

    Raises
    ------
    CheckFailed
        With what is wrong with the lists or with the shapes in them.

    Examples
    --------
    >>> from helpers.checks import call, run
    >>> found = run(lambda: ([np.array([[2.0]])], [np.array([1.0])]), call())
    >>> relu_network(found, inputs=1, outputs=1)(np.array([[3.0]]))
    array([[7.]])
    """
    weights, biases = _two_lists(found)
    arriving = inputs
    for number, (W, b) in enumerate(zip(weights, biases, strict=True), 1):
        found.require(
            W.ndim == 2 and W.shape[0] == arriving,
            f"the weights of layer {number} have shape {W.shape}; {arriving} numbers arrive there, "
            f"so the shape must be ({arriving}, number of neurons).",
        )
        arriving = W.shape[1]
        found.require(
            b.shape == (arriving,),
            f"the biases of layer {number} have shape {b.shape}; the layer has {arriving} neurons, "
            f"so the shape must be ({arriving},).",
        )
        finite = bool(np.isfinite(W).all() and np.isfinite(b).all())
        found.require(finite, f"layer {number} holds a number that is not finite.")
    found.require(
        arriving == outputs, f"the last layer has {arriving} neurons, where {outputs} were asked."
    )

    def compute(X: np.ndarray) -> np.ndarray:
        A = X
        for W, b in zip(weights[:-1], biases[:-1], strict=True):
            A = np.maximum(A @ W + b, 0)
        return A @ weights[-1] + biases[-1]

    return compute


def weights_and_bias(found: Run, inputs: int) -> tuple[np.ndarray, float]:
    """Return the weights and the bias of a neuron that an answer returned.

    Parameters
    ----------
    found : Run
        Its value should be ``(w, b)``, an array of shape ``(inputs,)`` and a number.
    inputs : int
        How many inputs the neuron must have.

    Returns
    -------
    w : numpy.ndarray, shape (inputs,)
        Weights.
    b : float
        Bias.

    Raises
    ------
    CheckFailed
        With what is wrong with them.

    Examples
    --------
    >>> from helpers.checks import call, run
    >>> weights_and_bias(run(lambda: (np.array([1, 2]), -3), call()), inputs=2)
    (array([1., 2.]), -3.0)
    """
    pair = isinstance(found.value, tuple) and len(found.value) == 2
    found.require(pair, "weights and a bias were expected: `return w, b`.")
    w, b = found.value
    found.require(
        isinstance(w, np.ndarray),
        f"the weights are a {type(w).__name__}, where an array was expected: `np.array(…)` makes "
        "one.",
    )
    found.require(
        w.shape == (inputs,),
        f"the weights have shape {w.shape}, where ({inputs},) was expected: one for each input.",
    )
    number = isinstance(b, np.ndarray) and b.shape == ()
    found.require(number, "the bias must be one number.")
    finite = bool(np.isfinite(w).all() and np.isfinite(b))
    found.require(finite, "the weights and the bias must be finite numbers.")
    return w.astype(float), float(b)


def _two_lists(found: Run) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return the arrays of weights and those of biases, the same number of each."""
    value = found.value
    pair = isinstance(value, list | tuple) and len(value) == 2
    found.require(pair, "a pair was expected: the list of weights and the list of biases.")
    weights, biases = (_arrays(found, part) for part in value)
    found.require(
        0 < len(weights) == len(biases),
        f"there are {len(weights)} arrays of weights and {len(biases)} of biases; "
        "each layer has one of both.",
    )
    return weights, biases


def _arrays(found: Run, part: Any) -> list[np.ndarray]:
    listed = isinstance(part, list | tuple) or np.ndim(part) > 0
    found.require(listed, "the weights and the biases must come in two lists of arrays.")
    try:
        return [np.array(array, dtype=float) for array in part]
    except ValueError:
        found.require(False, "each layer needs one array of weights and one of biases.")
        raise
