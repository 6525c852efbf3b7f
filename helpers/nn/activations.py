r"""Activation functions: what a neuron does with its weighted sum, and the slope of that.

Each is an object with two methods that act on every element of an array, ``value(z)`` and
``derivative(z)``. Both take the weighted sum ``z``, in any shape, and return an array of that
shape; floats keep their precision, integers become float64. Neither overflows for large ``z``.

Where a function has a kink there is no derivative. Then the slope from the left is returned, as
TensorFlow does: 0 for ReLU at 0.

:func:`softmax` and its logarithm, :func:`log_softmax`, stand apart: each of their outputs depends
on *all* inputs.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

__all__ = [
    "ACTIVATIONS",
    "ELU",
    "GELU",
    "Activation",
    "Arctan",
    "LeakyReLU",
    "Linear",
    "ReLU",
    "SiLU",
    "Sigmoid",
    "Step",
    "Tanh",
    "activation",
    "log_softmax",
    "softmax",
]


class Activation(ABC):
    """What every activation function offers."""

    @abstractmethod
    def value(self, z: ArrayLike) -> np.ndarray:
        """Return the activation a = σ(z), shaped like ``z``."""

    @abstractmethod
    def derivative(self, z: ArrayLike) -> np.ndarray:
        """Return the slope σ'(z), shaped like ``z``. It is a function of z, not of a."""


def _floats(z: ArrayLike) -> np.ndarray:
    """Return ``z`` as an array of floats: floats as they are, integers as float64."""
    z = np.asarray(z)
    if np.issubdtype(z.dtype, np.floating):
        return z
    if np.issubdtype(z.dtype, np.integer) or z.dtype == bool:
        return z.astype(np.float64)
    raise TypeError(f"an activation function takes real numbers, and got an array of {z.dtype}.")


def _require_number(value: float, name: str) -> None:
    if not np.isfinite(value):
        raise ValueError(f"{name} is {value!r}; it must be a finite number.")


@dataclass(frozen=True)
class Linear(Activation):
    """The identity, σ(z) = z: no activation at all.

    Examples
    --------
    >>> Linear().value([-2.0, 3.0])
    array([-2.,  3.])
    """

    def value(self, z: ArrayLike) -> np.ndarray:
        """Return a copy of ``z``."""
        return _floats(z).copy()

    def derivative(self, z: ArrayLike) -> np.ndarray:
        """Return ones."""
        return np.ones_like(_floats(z))


@dataclass(frozen=True)
class Step(Activation):
    """The step: 1 where z ≥ 0, else 0.

    Its derivative is 0 wherever it exists, and it does not exist at 0; 0 is returned there too.
    So nothing is learned through a step.

    Examples
    --------
    >>> Step().value([-0.1, 0.0, 0.1])
    array([0., 1., 1.])
    """

    def value(self, z: ArrayLike) -> np.ndarray:
        """Return 1 where z ≥ 0, else 0."""
        z = _floats(z)
        return (z >= 0).astype(z.dtype)

    def derivative(self, z: ArrayLike) -> np.ndarray:
        """Return zeros."""
        return np.zeros_like(_floats(z))


@dataclass(frozen=True)
class Sigmoid(Activation):
    r"""The logistic function, from 0 to 1: σ(z) = 1 / (1 + exp(−z)).

    Notes
    -----
    For z = −1000, exp(−z) overflows. With :math:`e = \exp(-|z|)`, which never does,

    .. math::

        \sigma(z) = \frac{1}{1 + e} \;\text{for}\; z \ge 0, \qquad
        \sigma(z) = \frac{e}{1 + e} \;\text{for}\; z < 0, \qquad
        \sigma'(z) = \sigma(z)\,(1 - \sigma(z)) = \frac{e}{(1 + e)^2}.

    The last form keeps its digits where σ is so close to 1 that 1 − σ rounds to 0.

    Examples
    --------
    >>> Sigmoid().value([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ])
    >>> float(Sigmoid().derivative(0.0))
    0.25
    """

    def value(self, z: ArrayLike) -> np.ndarray:
        """Return 1 / (1 + exp(−z))."""
        z = _floats(z)
        e = np.exp(-np.abs(z))
        return np.where(z >= 0, 1, e) / (1 + e)

    def derivative(self, z: ArrayLike) -> np.ndarray:
        """Return σ(z) (1 − σ(z)), at most 1/4."""
        e = np.exp(-np.abs(_floats(z)))
        return e / (1 + e) ** 2


@dataclass(frozen=True)
class Tanh(Activation):
    """The hyperbolic tangent, from −1 to 1: a sigmoid stretched, tanh z = 2σ(2z) − 1.

    Examples
    --------
    >>> Tanh().value([-1000.0, 0.0, 1000.0])
    array([-1.,  0.,  1.])
    """

    def value(self, z: ArrayLike) -> np.ndarray:
        """Return tanh z."""
        return np.tanh(_floats(z))

    def derivative(self, z: ArrayLike) -> np.ndarray:
        """Return 1 − tanh² z, at most 1."""
        return 1 - np.tanh(_floats(z)) ** 2


@dataclass(frozen=True)
class Arctan(Activation):
    """The arc tangent, from −π/2 to π/2. It saturates slowly: its slope falls as 1/z².

    Examples
    --------
    >>> float(Arctan().derivative(3.0))
    0.1
    """

    def value(self, z: ArrayLike) -> np.ndarray:
        """Return arctan z, in radians."""
        return np.arctan(_floats(z))

    def derivative(self, z: ArrayLike) -> np.ndarray:
        """Return 1 / (1 + z²), at most 1."""
        return 1 / (1 + _floats(z) ** 2)


@dataclass(frozen=True)
class ReLU(Activation):
    """The rectified linear unit: z where it is positive, else 0.

    Examples
    --------
    >>> ReLU().value([-2.0, 0.0, 3.0])
    array([0., 0., 3.])
    >>> ReLU().derivative([-2.0, 0.0, 3.0])
    array([0., 0., 1.])
    """

    def value(self, z: ArrayLike) -> np.ndarray:
        """Return max(z, 0)."""
        return np.maximum(_floats(z), 0)

    def derivative(self, z: ArrayLike) -> np.ndarray:
        """Return 1 where z > 0, else 0."""
        z = _floats(z)
        return (z > 0).astype(z.dtype)


@dataclass(frozen=True)
class LeakyReLU(Activation):
    """A ReLU that lets a little through: z where it is positive, else slope · z.

    Parameters
    ----------
    slope : float
        The slope for negative z. The default is that of ``keras.layers.LeakyReLU``; the function
        that Keras calls ``"leaky_relu"`` has 0.2.

    Examples
    --------
    >>> LeakyReLU(slope=0.1).value([-2.0, 0.0, 3.0])
    array([-0.2,  0. ,  3. ])
    """

    slope: float = 0.3

    def __post_init__(self) -> None:
        _require_number(self.slope, "slope")

    def value(self, z: ArrayLike) -> np.ndarray:
        """Return z where z > 0, else slope · z."""
        z = _floats(z)
        return np.where(z > 0, z, self.slope * z)

    def derivative(self, z: ArrayLike) -> np.ndarray:
        """Return 1 where z > 0, else the slope."""
        z = _floats(z)
        return np.where(z > 0, 1, self.slope).astype(z.dtype)


@dataclass(frozen=True)
class ELU(Activation):
    """The exponential linear unit: z where it is positive, else α (exp(z) − 1).

    Parameters
    ----------
    alpha : float
        For very negative z the value tends to −α. With α = 1 there is no kink at 0.

    References
    ----------
    Clevert, Unterthiner, Hochreiter, *Fast and Accurate Deep Network Learning by Exponential
    Linear Units*, 2016, https://arxiv.org/abs/1511.07289

    Examples
    --------
    >>> ELU().value([-1000.0, 0.0, 2.0])
    array([-1.,  0.,  2.])
    """

    alpha: float = 1.0

    def __post_init__(self) -> None:
        _require_number(self.alpha, "alpha")

    def value(self, z: ArrayLike) -> np.ndarray:
        """Return z where z > 0, else α (exp(z) − 1)."""
        z = _floats(z)
        # np.where evaluates both sides everywhere, so large z must not reach the exponential.
        return np.where(z > 0, z, self.alpha * np.expm1(np.minimum(z, 0)))

    def derivative(self, z: ArrayLike) -> np.ndarray:
        """Return 1 where z > 0, else α exp(z)."""
        z = _floats(z)
        return np.where(z > 0, 1, self.alpha * np.exp(np.minimum(z, 0)))


@dataclass(frozen=True)
class SiLU(Activation):
    """The sigmoid linear unit, also called swish: z σ(z), with the sigmoid σ.

    References
    ----------
    Ramachandran, Zoph, Le, *Searching for Activation Functions*, 2017,
    https://arxiv.org/abs/1710.05941

    Examples
    --------
    >>> SiLU().value([-1000.0, 0.0, 1000.0])
    array([  -0.,    0., 1000.])
    """

    def value(self, z: ArrayLike) -> np.ndarray:
        """Return z σ(z)."""
        z = _floats(z)
        return z * Sigmoid().value(z)

    def derivative(self, z: ArrayLike) -> np.ndarray:
        """Return σ(z) + z σ'(z), by the product rule."""
        z = _floats(z)
        return Sigmoid().value(z) + z * Sigmoid().derivative(z)


@dataclass(frozen=True)
class GELU(Activation):
    r"""The Gaussian error linear unit: z Φ(z), with Φ the cumulative normal distribution.

    Parameters
    ----------
    approximate : bool
        Whether to replace Φ by a hyperbolic tangent, as some published networks do. The values
        differ by less than 0.0005.

    Notes
    -----
    .. math::

        \Phi(z) = \tfrac12 \left(1 + \operatorname{erf}\tfrac{z}{\sqrt 2}\right)
        \approx \tfrac12 (1 + \tanh u) = \sigma(2u), \qquad
        u = \sqrt{2/\pi}\,(z + 0.044715\,z^3)

    with the sigmoid σ.

    References
    ----------
    Hendrycks, Gimpel, *Gaussian Error Linear Units (GELUs)*, 2016,
    https://arxiv.org/abs/1606.08415

    Examples
    --------
    >>> GELU().value([-1000.0, 0.0, 1.0]).round(4)
    array([-0.    , 0.    , 0.8413])
    """

    approximate: bool = False

    def value(self, z: ArrayLike) -> np.ndarray:
        """Return z Φ(z)."""
        z = _floats(z)
        return z * self._share(z)

    def derivative(self, z: ArrayLike) -> np.ndarray:
        """Return Φ(z) + z Φ'(z), by the product rule."""
        z = _floats(z)
        if self.approximate:
            slope_of_u = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * z**2)
            density = Sigmoid().derivative(2 * self._u(z)) * 2 * slope_of_u
        else:
            density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
        return self._share(z) + z * density

    def _share(self, z: np.ndarray) -> np.ndarray:
        """Return Φ(z), the share of z that passes."""
        if self.approximate:
            return Sigmoid().value(2 * self._u(z))
        from scipy.special import ndtr  # slow to load, and needed only here

        return ndtr(z)

    @staticmethod
    def _u(z: np.ndarray) -> np.ndarray:
        return math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)


#: The activation functions by name, with their default settings.
ACTIVATIONS: dict[str, Activation] = {
    "linear": Linear(),
    "step": Step(),
    "sigmoid": Sigmoid(),
    "tanh": Tanh(),
    "arctan": Arctan(),
    "relu": ReLU(),
    "leaky_relu": LeakyReLU(),
    "elu": ELU(),
    "silu": SiLU(),
    "gelu": GELU(),
}


def activation(which: str | Activation) -> Activation:
    """Return the activation function of that name, or the activation function itself.

    Raises
    ------
    ValueError
        If nothing is called so; the message lists what there is.

    Examples
    --------
    >>> activation("leaky_relu")
    LeakyReLU(slope=0.3)
    >>> activation(LeakyReLU(slope=0.01))
    LeakyReLU(slope=0.01)
    """
    if isinstance(which, Activation):
        return which
    if which == "softmax":
        raise ValueError(
            "softmax does not act on each element by itself: leave the layer linear and apply "
            "helpers.nn.activations.softmax to its outputs."
        )
    if not isinstance(which, str) or which not in ACTIVATIONS:
        raise ValueError(
            f"no activation function is called {which!r}: choose one of "
            f"{', '.join(ACTIVATIONS)}, or pass an object such as LeakyReLU(slope=0.01)."
        )
    return ACTIVATIONS[which]


def softmax(z: ArrayLike, axis: int = -1) -> np.ndarray:
    r"""Return positive numbers that sum to 1 along an axis: probabilities, made of logits.

    Parameters
    ----------
    z : array_like
        Logits, of any shape with at least one axis; for a batch ``(n, classes)``.
    axis : int
        The axis that runs over the classes.

    Returns
    -------
    numpy.ndarray, shaped like ``z``

    Raises
    ------
    ValueError
        If there are no classes along the axis.

    Notes
    -----
    .. math::

        p_k = \frac{\exp z_k}{\sum_m \exp z_m}
            = \frac{\exp(z_k - \max z)}{\sum_m \exp(z_m - \max z)}

    The second form is the same number, and its exponentials never overflow.

    Examples
    --------
    >>> softmax([0.0, 0.0]), softmax([1000.0, 0.0])
    (array([0.5, 0.5]), array([1., 0.]))
    """
    z = _floats(z)
    _require_classes(z, axis, "softmax")
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def log_softmax(z: ArrayLike, axis: int = -1) -> np.ndarray:
    r"""Return the logarithms of :func:`softmax`: log probabilities, made of logits.

    Parameters
    ----------
    z : array_like
        Finite logits, of any shape with at least one axis; for a batch ``(n, classes)``.
    axis : int
        The axis that runs over the classes.

    Returns
    -------
    numpy.ndarray, shaped like ``z``
        Numbers that are 0 or less, and finite even where the softmax rounds to 0.

    Raises
    ------
    ValueError
        If there are no classes along the axis.

    Notes
    -----
    .. math::

        \ln p_k = z_k - \ln \sum_m \exp z_m
                = (z_k - \max z) - \ln \sum_m \exp(z_m - \max z)

    In the second form every exponential is at most 1, and one of them is 1, so nothing overflows
    and the logarithm never meets 0.

    Examples
    --------
    >>> log_softmax([1000.0, 0.0])  # the softmax is [1, 0], and log 0 would be -inf
    array([    0., -1000.])
    """
    z = _floats(z)
    _require_classes(z, axis, "log_softmax")
    shifted = z - z.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def _require_classes(z: np.ndarray, axis: int, name: str) -> None:
    if z.ndim == 0 or z.shape[axis] == 0:
        raise ValueError(f"{name} needs at least one class; the logits have shape {z.shape}.")
