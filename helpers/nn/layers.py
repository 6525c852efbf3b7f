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
from helpers.nn.penalties import Penalty, max_norm, require_limit

__all__ = [
    "BatchNorm",
    "Dense",
    "Dropout",
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
        """The parameter arrays; an optimiser changes them in place."""
        return []

    @property
    def grads(self) -> list[np.ndarray]:
        """The gradients of the last backward pass, one for each array of ``params``."""
        return []

    @property
    def state(self) -> list[np.ndarray]:
        """Arrays that the layer keeps but does not learn by its gradient, to be copied with it."""
        return []

    @property
    def penalty_value(self) -> float:
        """What the parameters add to the loss; its gradient is part of ``grads``."""
        return 0.0

    def constrain(self) -> None:
        """Bring the parameters back within their limits, in place, after a step."""
        return None

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
    penalty : Penalty, optional
        What the weights, but not the biases, add to the loss, such as
        ``helpers.nn.penalties.L2(1e-3)``; ``kernel_regularizer`` in Keras.
    max_norm : float, optional
        The greatest length of a neuron's weight vector; longer ones are shortened after each step
        of :meth:`helpers.nn.network.Network.fit`, by :func:`helpers.nn.penalties.max_norm`.
        In Keras ``kernel_constraint=MaxNorm(...)``.

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

    The mean over the batch is part of :math:`L`, so nothing is divided by :math:`B` here. The
    gradient of a penalty does not come from above; the layer adds it to
    :math:`\partial L/\partial\mathbf W` itself, once per backward pass.

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
        penalty: Penalty | None = None,
        max_norm: float | None = None,
    ) -> None:
        if penalty is not None and (isinstance(penalty, type) or not isinstance(penalty, Penalty)):
            raise TypeError(f"penalty is {penalty!r}; pass one, such as L2(1e-3).")
        self.penalty = penalty
        self.max_norm = None if max_norm is None else require_limit(max_norm)
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
        self._weights = _parameter(values, (self.inputs, self.outputs), "weights", self)

    @property
    def biases(self) -> np.ndarray:
        """The biases b, of shape (outputs,)."""
        return self._biases

    @biases.setter
    def biases(self, values: ArrayLike) -> None:
        self._biases = _parameter(values, (self.outputs,), "biases", self)

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

    @property
    def penalty_value(self) -> float:
        """What the weights add to the loss: 0 without a penalty."""
        return 0.0 if self.penalty is None else self.penalty.value(self.weights)

    def constrain(self) -> None:
        """Shorten, in place, the weight vectors that are longer than ``max_norm``."""
        if self.max_norm is not None:
            self._weights[...] = max_norm(self._weights, self.max_norm)

    def forward(self, x: ArrayLike, training: bool = False) -> np.ndarray:
        """Return σ(X W + b), of shape (B, outputs), for inputs X of shape (B, inputs).

        Raises
        ------
        ValueError
            If ``x`` does not have that shape.
        """
        x = _batch(x, self.inputs, self)
        weights, biases = (array.astype(x.dtype, copy=False) for array in self.params)
        self._x, self._z = x, x @ weights + biases
        return self.activation.value(self._z)

    def backward(self, grad: ArrayLike) -> np.ndarray:
        """Return ∂L/∂X, of shape (B, inputs), from ∂L/∂A, of shape (B, outputs)."""
        if self._x is None:
            raise RuntimeError(f"{self} can't go backward before it went forward.")
        x, z = self._x, self._z
        grad_z = _shaped_like_outputs(grad, z, self) * self.activation.derivative(z)
        self._grads = [x.T @ grad_z, grad_z.sum(axis=0)]
        if self.penalty is not None:
            self._grads[0] += self.penalty.grad(self.weights).astype(z.dtype, copy=False)
        return grad_z @ self.weights.astype(z.dtype, copy=False).T


class Dropout(Layer):
    r"""A layer that drops a random share of its inputs while it is trained.

    Parameters
    ----------
    rate : float
        The probability :math:`p` with which a number is dropped, in [0, 1).
    rng : numpy.random.Generator
        Draws who is dropped: every number of every example by itself, anew at each pass.

    Attributes
    ----------
    mask : numpy.ndarray of bool, or None
        Who was kept in the last forward pass, shaped like its input; None if all were, because
        the pass did not belong to a training step.

    Notes
    -----
    *Inverted* dropout, as in Keras and PyTorch. In a training step, with :math:`m = 1` with
    probability :math:`1 - p` and else 0,

    .. math::

        a = \frac{m}{1 - p}\,x, \qquad
        \frac{\partial L}{\partial x} = \frac{m}{1 - p}\,\frac{\partial L}{\partial a},

    so that the mean of :math:`a` over the masks is :math:`x`. Otherwise nothing happens,
    :math:`a = x`. The paper does it the other way round: no factor in training, and weights that
    are multiplied by its *probability of being kept*, there called :math:`p`, at test time.

    Keras also accepts a rate of 1 and then returns zeros; here that is refused.

    References
    ----------
    Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, *Dropout: A Simple Way to Prevent
    Neural Networks from Overfitting*, 2014, https://jmlr.org/papers/v15/srivastava14a.html

    Examples
    --------
    >>> layer = Dropout(0.5, rng=np.random.default_rng(1))
    >>> layer.forward([[1.0, 2.0, 3.0, 4.0]], training=True)
    array([[2., 4., 0., 8.]])
    >>> layer.backward([[1.0, 1.0, 1.0, 1.0]])
    array([[2., 2., 0., 2.]])
    >>> layer.forward([[1.0, 2.0, 3.0, 4.0]])
    array([[1., 2., 3., 4.]])
    """

    def __init__(self, rate: float, *, rng: np.random.Generator) -> None:
        if not 0 <= rate < 1:
            raise ValueError(
                f"rate is {rate!r}; it is the probability of being dropped, and must lie in [0, 1)."
            )
        self.rate = float(rate)
        self.rng = require_generator(rng)
        self.mask: np.ndarray | None = None
        self._out: np.ndarray | None = None

    def __repr__(self) -> str:
        return f"Dropout({self.rate:g})"

    def forward(self, x: ArrayLike, training: bool = False) -> np.ndarray:
        """Return the batch, in a training step with a share of its numbers dropped."""
        x = _floats(x)
        self.mask = self._draw(x.shape) if training and self.rate > 0 else None
        self._out = x.copy() if self.mask is None else self._masked(x)
        return self._out

    def backward(self, grad: ArrayLike) -> np.ndarray:
        """Return ∂L/∂x: what was dropped gets nothing back."""
        if self._out is None:
            raise RuntimeError(f"{self} can't go backward before it went forward.")
        grad = _shaped_like_outputs(grad, self._out, self)
        return grad.copy() if self.mask is None else self._masked(grad)

    def _draw(self, shape: tuple[int, ...]) -> np.ndarray:
        """Return who is kept."""
        return self.rng.random(shape) >= self.rate

    def _masked(self, values: np.ndarray) -> np.ndarray:
        """Return what is kept, made larger, and 0 elsewhere."""
        return np.where(self.mask, values / (1 - self.rate), 0).astype(values.dtype, copy=False)


class BatchNorm(Layer):
    r"""A layer that gives each of its inputs mean 0 and variance 1 over the batch, then rescales.

    Parameters
    ----------
    size : int
        How many numbers an example brings, :math:`d`.
    momentum : float
        The share of the running statistics that one batch leaves, in [0, 1].
    epsilon : float
        Added to the variance before its root is taken, more than 0.

    Attributes
    ----------
    gamma, beta : numpy.ndarray, shape (size,)
        The learned scale and shift, at first 1 and 0. What is assigned must have this shape, and
        is copied.
    moving_mean, moving_variance : numpy.ndarray, shape (size,)
        The running statistics, at first 0 and 1: not learned by a gradient, but followed. They
        are used when a pass does not belong to a training step.

    Notes
    -----
    In a training step, for a batch of :math:`B` examples, for each column:

    .. math::

        \mu = \frac1B \sum_i x_i, \qquad
        v = \frac1B \sum_i (x_i - \mu)^2, \qquad
        \hat x_i = \frac{x_i - \mu}{\sqrt{v + \varepsilon}}, \qquad
        a_i = \gamma\,\hat x_i + \beta

    and the running statistics move, with the momentum :math:`\rho`:
    :math:`\mu_{\text{run}} \leftarrow \rho\,\mu_{\text{run}} + (1 - \rho)\,\mu`, and likewise
    :math:`v_{\text{run}}` with :math:`v`. Otherwise :math:`\mu_{\text{run}}` and
    :math:`v_{\text{run}}` stand in the place of :math:`\mu` and :math:`v`.

    Backward through a training step, where :math:`\mu` and :math:`v` depend on every example:

    .. math::

        \frac{\partial L}{\partial\gamma} = \sum_i g_i\,\hat x_i, \quad
        \frac{\partial L}{\partial\beta} = \sum_i g_i, \quad
        \frac{\partial L}{\partial x_i} = \frac{\gamma}{\sqrt{v + \varepsilon}} \left(
        g_i - \frac1B \frac{\partial L}{\partial\beta}
        - \frac{\hat x_i}{B} \frac{\partial L}{\partial\gamma} \right), \qquad
        g_i = \frac{\partial L}{\partial a_i}

    All of it as ``keras.layers.BatchNormalization``. Conventions differ elsewhere: the paper and
    PyTorch put the *unbiased* variance, :math:`v\,B/(B-1)`, into the running statistics; Keras 3
    puts :math:`v` itself. PyTorch's ``momentum`` is :math:`1 - \rho`, by default 0.1, and its
    :math:`\varepsilon` is 10⁻⁵.

    References
    ----------
    Ioffe, Szegedy, *Batch Normalization: Accelerating Deep Network Training by Reducing Internal
    Covariate Shift*, 2015, https://arxiv.org/abs/1502.03167

    Examples
    --------
    >>> layer = BatchNorm(1, momentum=0.5, epsilon=1e-6)
    >>> layer.forward([[1.0], [3.0]], training=True).round(3)  # mean 2, variance 1
    array([[-1.], [ 1.]])
    >>> layer.moving_mean, layer.moving_variance
    (array([1.]), array([1.]))
    >>> layer.forward([[1.0], [3.0]]).round(3)
    array([[0.], [2.]])
    """

    def __init__(self, size: int, *, momentum: float = 0.99, epsilon: float = 1e-3) -> None:
        self.size = require_positive(size, "size")
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum is {momentum!r}; it must lie in [0, 1].")
        if not np.isfinite(epsilon) or epsilon <= 0:
            raise ValueError(f"epsilon is {epsilon!r}; it must be a finite number, more than 0.")
        self.momentum, self.epsilon = float(momentum), float(epsilon)
        self.gamma, self.beta = np.ones(self.size), np.zeros(self.size)
        self.moving_mean, self.moving_variance = np.zeros(self.size), np.ones(self.size)
        self._normalised: np.ndarray | None = None
        self._grads: list[np.ndarray] | None = None

    def __repr__(self) -> str:
        return f"BatchNorm({self.size})"

    def __setattr__(self, name: str, value: ArrayLike) -> None:
        if name in ("gamma", "beta", "moving_mean", "moving_variance"):
            value = _parameter(value, (self.size,), name, self)
        super().__setattr__(name, value)

    @property
    def params(self) -> list[np.ndarray]:
        """The scale γ and the shift β."""
        return [self.gamma, self.beta]

    @property
    def state(self) -> list[np.ndarray]:
        """The running mean and the running variance."""
        return [self.moving_mean, self.moving_variance]

    @property
    def grads(self) -> list[np.ndarray]:
        """∂L/∂γ and ∂L/∂β of the last backward pass."""
        if self._grads is None:
            raise RuntimeError(f"{self} has no gradients yet: call forward, then backward.")
        return self._grads

    def forward(self, x: ArrayLike, training: bool = False) -> np.ndarray:
        """Return the normalised batch, of shape (B, size); in training, move the statistics.

        Raises
        ------
        ValueError
            If ``x`` does not have that shape, or a training step has no examples.
        """
        x = _batch(x, self.size, self)
        if training:
            if len(x) == 0:
                raise ValueError(f"{self} can't take the mean of an empty batch in training.")
            mean, variance = x.mean(axis=0), x.var(axis=0)
            for running, now in zip(self.state, (mean, variance), strict=True):
                running[...] = self.momentum * running + (1 - self.momentum) * now
        else:
            mean, variance = (array.astype(x.dtype, copy=False) for array in self.state)
        gamma, beta = (array.astype(x.dtype, copy=False) for array in self.params)
        self._training = training
        self._slope = 1 / np.sqrt(variance + np.asarray(self.epsilon, dtype=x.dtype))
        self._normalised = (x - mean) * self._slope
        return gamma * self._normalised + beta

    def backward(self, grad: ArrayLike) -> np.ndarray:
        """Return ∂L/∂X, of shape (B, size), from ∂L/∂A, of the same shape."""
        if self._normalised is None:
            raise RuntimeError(f"{self} can't go backward before it went forward.")
        normalised = self._normalised
        grad = _shaped_like_outputs(grad, normalised, self)
        self._grads = [(grad * normalised).sum(axis=0), grad.sum(axis=0)]
        if self._training:  # the mean and the variance depend on the inputs too
            along_gamma, along_beta = (array / len(grad) for array in self._grads)
            grad = grad - along_beta - normalised * along_gamma
        return grad * (self.gamma.astype(grad.dtype, copy=False) * self._slope)


def _floats(x: ArrayLike) -> np.ndarray:
    """Return ``x`` as an array of floats: floats as they are, anything else as float64."""
    x = np.asarray(x)
    return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)


def _batch(x: ArrayLike, size: int, layer: Layer) -> np.ndarray:
    """Return a batch of examples with that many numbers each, or say what does not fit."""
    x = np.asarray(x)
    if x.ndim != 2 or x.shape[1] != size:
        raise ValueError(
            f"{layer} takes an array of shape (B, {size}), one row per example, and got {x.shape}."
        )
    return _floats(x)


def _shaped_like_outputs(grad: ArrayLike, outputs: np.ndarray, layer: Layer) -> np.ndarray:
    """Return a gradient in the precision of the outputs, or say that it does not fit them."""
    grad = np.asarray(grad, dtype=outputs.dtype)
    if grad.shape != outputs.shape:
        raise ValueError(
            f"the outputs of {layer} had shape {outputs.shape}, and so must their gradient; "
            f"it has {grad.shape}."
        )
    return grad


def _parameter(values: ArrayLike, shape: tuple[int, ...], name: str, layer: Layer) -> np.ndarray:
    """Return the values as an array of the layer's own, or say why they do not fit."""
    values = np.array(values)
    if values.shape != shape:
        raise ValueError(f"the {name} of {layer} have shape {shape}, not {values.shape}.")
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
