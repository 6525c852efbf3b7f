"""Layers: the parts of a network, each with its forward and its backward pass.

A layer turns a batch of inputs into a batch of outputs (``forward``). Told how the cost depends
on its outputs, it says how the cost depends on its inputs and on its own parameters
(``backward``). Everything that a network needs for learning follows from these two.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike

from helpers.nn import activations

__all__ = [
    "Dense",
    "Initialiser",
    "Layer",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "lecun_normal",
]

#: From (inputs, outputs, rng) to weights of shape (inputs, outputs).
Initialiser = Callable[[int, int, np.random.Generator], np.ndarray]


class Layer(ABC):
    """What every layer offers; a whole network is a layer too."""

    @abstractmethod
    def forward(self, x: ArrayLike, training: bool = False) -> np.ndarray:
        """Return the outputs for a batch, and remember what ``backward`` will need.

        Parameters
        ----------
        x : array_like
            One example per entry of the first axis.
        training : bool
            Whether this pass belongs to a training step; some layers act differently then.
        """

    @abstractmethod
    def backward(self, grad: ArrayLike) -> np.ndarray:
        """Return ∂L/∂x, and keep the gradients of the parameters in ``grads``.

        Parameters
        ----------
        grad : array_like
            ∂L/∂(outputs) of the last forward pass, shaped like its outputs.

        Raises
        ------
        RuntimeError
            If there was no forward pass.
        ValueError
            If ``grad`` does not have the shape of the outputs.
        """

    @property
    def params(self) -> list[np.ndarray]:
        """The parameter arrays; an optimizer changes them in place."""
        return []

    @property
    def grads(self) -> list[np.ndarray]:
        """The gradients of the last backward pass, one for each array of ``params``."""
        return []

    @property
    def parameter_count(self) -> int:
        """How many numbers this layer learns."""
        return sum(array.size for array in self.params)


def glorot_uniform(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    """Return weights from a uniform distribution with variance 2 / (inputs + outputs).

    Parameters
    ----------
    inputs, outputs : int
        The numbers of neurons before and behind the weights.
    rng : numpy.random.Generator
        The source of randomness.

    Returns
    -------
    numpy.ndarray of float64, shape (inputs, outputs)

    Notes
    -----
    Keras's default. Between −r and r the variance is r²/3, so r = √(6 / (inputs + outputs)).

    References
    ----------
    Glorot, Bengio, *Understanding the difficulty of training deep feedforward neural networks*,
    2010, https://proceedings.mlr.press/v9/glorot10a.html

    Examples
    --------
    >>> weights = glorot_uniform(2, 4, np.random.default_rng(1))
    >>> weights.shape, bool(np.abs(weights).max() <= 1)
    ((2, 4), True)
    """
    return _uniform(2, inputs + outputs, (inputs, outputs), rng)


def glorot_normal(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    """Return weights from a normal distribution with variance 2 / (inputs + outputs).

    Draws beyond two standard deviations are replaced and the rest is widened to keep the
    variance, as in Keras; see :func:`glorot_uniform`.
    """
    return _normal(2, inputs + outputs, (inputs, outputs), rng)


def he_uniform(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    """Return weights from a uniform distribution with variance 2 / inputs, made for ReLU.

    References
    ----------
    He, Zhang, Ren, Sun, *Delving Deep into Rectifiers*, 2015, https://arxiv.org/abs/1502.01852
    """
    return _uniform(2, inputs, (inputs, outputs), rng)


def he_normal(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    """Return weights from a normal distribution with variance 2 / inputs, made for ReLU.

    Draws beyond two standard deviations are replaced and the rest is widened to keep the
    variance, as in Keras; see :func:`he_uniform`.
    """
    return _normal(2, inputs, (inputs, outputs), rng)


def lecun_normal(inputs: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    """Return weights from a normal distribution with variance 1 / inputs.

    Draws beyond two standard deviations are replaced and the rest is widened to keep the
    variance, as in Keras.

    References
    ----------
    LeCun, Bottou, Orr, Müller, *Efficient BackProp*, 1998,
    https://doi.org/10.1007/3-540-49430-8_2
    """
    return _normal(1, inputs, (inputs, outputs), rng)


def _uniform(
    scale: float, fan: int, shape: tuple[int, int], rng: np.random.Generator
) -> np.ndarray:
    """Draw from a uniform distribution with mean 0 and variance ``scale / fan``."""
    _require_drawable(shape, rng)
    limit = np.sqrt(3 * scale / fan)
    return rng.uniform(-limit, limit, shape)


# The standard deviation of a standard normal distribution without what lies beyond ±2.
_STD_WITHIN_TWO = 0.87962566103423978


def _normal(scale: float, fan: int, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Draw from a truncated normal distribution with mean 0 and variance ``scale / fan``."""
    _require_drawable(shape, rng)
    draws = rng.standard_normal(shape)
    while (beyond := np.abs(draws) > 2).any():
        draws[beyond] = rng.standard_normal(np.count_nonzero(beyond))
    return draws * (np.sqrt(scale / fan) / _STD_WITHIN_TWO)


def _require_drawable(shape: tuple[int, int], rng: np.random.Generator) -> None:
    require_positive(shape[0], "inputs")
    require_positive(shape[1], "outputs")
    require_generator(rng)


class Dense(Layer):
    r"""A layer in which every neuron sees every input.

    Parameters
    ----------
    inputs : int
        How many numbers an example brings, :math:`d_{\text{in}}`.
    outputs : int
        How many neurons there are, :math:`d_{\text{out}}`.
    activation : str or Activation
        What happens to the weighted sums; a name from :mod:`helpers.nn.activations`, or an object
        such as ``LeakyReLU(slope=0.01)``.
    rng : numpy.random.Generator
        Draws the first weights. The first biases are 0.
    initialiser : Initialiser
        How the weights are drawn.

    Attributes
    ----------
    weights : numpy.ndarray, shape (inputs, outputs)
        What is assigned must have this shape, and is copied.
    biases : numpy.ndarray, shape (outputs,)
        Likewise.

    Notes
    -----
    Forward, for a batch of :math:`B` examples:

    .. math::

        \underset{(B,\,d_{\text{out}})}{\mathbf Z}
        = \underset{(B,\,d_{\text{in}})}{\mathbf X}\;
          \underset{(d_{\text{in}},\,d_{\text{out}})}{\mathbf W}
        + \underset{(d_{\text{out}})}{\mathbf b}, \qquad \mathbf A = \sigma(\mathbf Z)

    Backward, from :math:`\partial L/\partial\mathbf A`, with :math:`\odot` for the product element
    by element:

    .. math::

        \frac{\partial L}{\partial\mathbf Z}
        = \frac{\partial L}{\partial\mathbf A} \odot \sigma'(\mathbf Z), \quad
        \frac{\partial L}{\partial\mathbf W}
        = \mathbf X^{\mathsf T} \frac{\partial L}{\partial\mathbf Z}, \quad
        \frac{\partial L}{\partial\mathbf b}
        = \sum_{i=1}^{B} \frac{\partial L}{\partial\mathbf z_i}, \quad
        \frac{\partial L}{\partial\mathbf X}
        = \frac{\partial L}{\partial\mathbf Z} \mathbf W^{\mathsf T}

    The mean over the batch is part of :math:`L`, so nothing is divided by :math:`B` here.

    The layer computes in the precision of its input, so float32 stays float32.

    Examples
    --------
    >>> layer = Dense(2, 3, activation="relu", rng=np.random.default_rng(1))
    >>> layer
    Dense(2, 3, activation=ReLU())
    >>> layer.weights = [[1.0, 0.0, -1.0], [0.0, 1.0, 1.0]]
    >>> layer.forward([[2.0, 1.0]])
    array([[2., 1., 0.]])
    >>> layer.backward([[1.0, 10.0, 100.0]])  # the last neuron is off, and passes nothing back
    array([[ 1., 10.]])
    >>> layer.grads
    [array([[ 2., 20.,  0.], [ 1., 10.,  0.]]), array([ 1., 10.,  0.])]
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        activation: str | activations.Activation = "linear",
        rng: np.random.Generator,
        initialiser: Initialiser = glorot_uniform,
    ) -> None:
        self.inputs = require_positive(inputs, "inputs")
        self.outputs = require_positive(outputs, "outputs")
        self.activation = activations.activation(activation)
        self.weights = initialiser(self.inputs, self.outputs, require_generator(rng))
        self.biases = np.zeros(self.outputs)
        self._x: np.ndarray | None = None
        self._grads: list[np.ndarray] | None = None

    def __repr__(self) -> str:
        return f"Dense({self.inputs}, {self.outputs}, activation={self.activation})"

    @property
    def weights(self) -> np.ndarray:
        """The weights W, of shape (inputs, outputs)."""
        return self._weights

    @weights.setter
    def weights(self, values: ArrayLike) -> None:
        self._weights = self._parameter(values, (self.inputs, self.outputs), "weights")

    @property
    def biases(self) -> np.ndarray:
        """The biases b, of shape (outputs,)."""
        return self._biases

    @biases.setter
    def biases(self, values: ArrayLike) -> None:
        self._biases = self._parameter(values, (self.outputs,), "biases")

    @property
    def params(self) -> list[np.ndarray]:
        """The weights and the biases."""
        return [self.weights, self.biases]

    @property
    def grads(self) -> list[np.ndarray]:
        """∂L/∂W and ∂L/∂b of the last backward pass."""
        if self._grads is None:
            raise RuntimeError(f"{self} has no gradients yet: call forward, then backward.")
        return self._grads

    def forward(self, x: ArrayLike, training: bool = False) -> np.ndarray:
        """Return σ(X W + b), of shape (B, outputs), for inputs X of shape (B, inputs).

        Raises
        ------
        ValueError
            If ``x`` does not have that shape.
        """
        x = np.asarray(x)
        if x.ndim != 2 or x.shape[1] != self.inputs:
            raise ValueError(
                f"{self} takes an array of shape (B, {self.inputs}), one row per example, "
                f"and got {x.shape}."
            )
        if not np.issubdtype(x.dtype, np.floating):
            x = x.astype(np.float64)
        weights, biases = (array.astype(x.dtype, copy=False) for array in self.params)
        self._x, self._z = x, x @ weights + biases
        return self.activation.value(self._z)

    def backward(self, grad: ArrayLike) -> np.ndarray:
        """Return ∂L/∂X, of shape (B, inputs), from ∂L/∂A, of shape (B, outputs)."""
        if self._x is None:
            raise RuntimeError(f"{self} can't go backward before it went forward.")
        x, z = self._x, self._z
        grad = np.asarray(grad, dtype=z.dtype)
        if grad.shape != z.shape:
            raise ValueError(
                f"the outputs of {self} had shape {z.shape}, and so must their gradient; "
                f"it has {grad.shape}."
            )
        grad_z = grad * self.activation.derivative(z)
        self._grads = [x.T @ grad_z, grad_z.sum(axis=0)]
        return grad_z @ self.weights.astype(z.dtype, copy=False).T

    def _parameter(self, values: ArrayLike, shape: tuple[int, ...], name: str) -> np.ndarray:
        """Return the values as an array of our own, or say why they do not fit."""
        values = np.array(values)
        if values.shape != shape:
            raise ValueError(f"the {name} of {self} have shape {shape}, not {values.shape}.")
        return values if np.issubdtype(values.dtype, np.floating) else values.astype(np.float64)


def require_positive(value: int, name: str) -> int:
    """Return a count as an int, or say what is wrong with it."""
    if not isinstance(value, Integral) or value < 1:
        raise ValueError(f"{name} is {value!r}; it must be a whole number, at least 1.")
    return int(value)


def require_generator(rng: np.random.Generator) -> np.random.Generator:
    """Return a generator of random numbers, or say that it is none."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {rng!r}; pass a generator, such as np.random.default_rng(1).")
    return rng
