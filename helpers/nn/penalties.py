"""Penalties and caps on weights: what keeps a network from leaning on a few large ones.

A penalty is added to the loss. It has two methods, ``value(w)`` and ``grad(w)``, and is given to a
layer: ``Dense(64, 10, penalty=L2(1e-3), rng=rng)``. It acts on the weights only: biases do not
make a function steep, so they stay free.

A cap, :func:`max_norm`, is no part of the loss. It shortens weights that have become too long,
after each step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["L1", "L2", "Penalty", "max_norm", "require_limit"]

# What Keras adds to a norm before it divides by it.
_EPSILON = 1e-7


@runtime_checkable
class Penalty(Protocol):
    """What every penalty offers."""

    def value(self, w: ArrayLike) -> float:
        """Return what the weights add to the loss."""
        ...

    def grad(self, w: ArrayLike) -> np.ndarray:
        """Return the derivative of :meth:`value` with respect to each weight."""
        ...


@dataclass(frozen=True)
class L1:
    """A price on the size of every weight: λ · sum |w|.

    Its pull on a weight is λ towards 0, however small the weight already is, so under exact
    minimisation many weights end at exactly 0.

    Parameters
    ----------
    strength : float
        The factor λ, zero or more, in the unit of the loss per unit of weight.

    Notes
    -----
    As ``keras.regularizers.L1``: the sum runs over the weights and nothing is divided, neither by
    their number nor by the batch. At a weight of exactly 0 there is a kink; 0 is returned there,
    one of the subgradients and the one that TensorFlow uses.

    Examples
    --------
    >>> L1(0.5).value([[3.0, -1.0]])
    2.0
    >>> L1(0.5).grad([[3.0, -1.0]])
    array([[ 0.5, -0.5]])
    """

    strength: float

    def __post_init__(self) -> None:
        _require_strength(self.strength)

    def value(self, w: ArrayLike) -> float:
        """Return λ · sum |w|.

        Parameters
        ----------
        w : array_like
            Weights, of any shape.

        Returns
        -------
        float
        """
        return float(self.strength * np.abs(np.asarray(w)).sum())

    def grad(self, w: ArrayLike) -> np.ndarray:
        """Return λ · sign(w), shaped like ``w``."""
        return self.strength * np.sign(np.asarray(w))


@dataclass(frozen=True)
class L2:
    """A price on the square of every weight: λ · sum w².

    Its pull on a weight is 2λw: it shrinks a weight by a fixed share per step, and leaves small
    ones almost alone.

    Parameters
    ----------
    strength : float
        The factor λ, zero or more, in the unit of the loss per squared unit of weight.

    Notes
    -----
    As ``keras.regularizers.L2``: no factor ½. Textbooks often write ``(λ/2) sum w²``, with the
    gradient λw; their λ is twice the one here. Nothing is divided by the number of weights or of
    examples.

    With plain gradient descent the penalty multiplies every weight by 1 − 2ηλ at each step, the
    *decay of weights*. With momentum or Adam the two are not the same; see
    ``keras.optimizers.AdamW``.

    Examples
    --------
    >>> L2(0.5).value([[3.0, -1.0]])
    5.0
    >>> L2(0.5).grad([[3.0, -1.0]])
    array([[ 3., -1.]])
    """

    strength: float

    def __post_init__(self) -> None:
        _require_strength(self.strength)

    def value(self, w: ArrayLike) -> float:
        """Return λ · sum w²; see :meth:`L1.value`."""
        return float(self.strength * np.square(np.asarray(w)).sum())

    def grad(self, w: ArrayLike) -> np.ndarray:
        """Return 2 λ w, shaped like ``w``."""
        return 2 * self.strength * np.asarray(w)


def max_norm(w: ArrayLike, limit: float) -> np.ndarray:
    r"""Return weights in which no neuron's weight vector is longer than the limit.

    Parameters
    ----------
    w : array_like, shape (inputs, outputs)
        Weights. Column :math:`k` holds those that lead into neuron :math:`k`.
    limit : float
        The greatest length, more than 0.

    Returns
    -------
    numpy.ndarray, shaped like ``w``
        A new array. Integers become float64, floats keep their precision.

    Raises
    ------
    ValueError
        If ``w`` does not have two axes or the limit is not a positive number.

    Notes
    -----
    As ``keras.constraints.MaxNorm(limit, axis=0)``:

    .. math::

        \mathbf w_k \leftarrow \mathbf w_k\,
        \frac{\min(\lVert\mathbf w_k\rVert, c)}{\lVert\mathbf w_k\rVert + 10^{-7}}

    The small number keeps a neuron without weights from dividing by zero. It also means that a
    neuron below the limit shrinks too, by about :math:`10^{-7}` in length at each call: harmless
    in practice, but not *exactly* a projection.

    Examples
    --------
    >>> max_norm([[3.0, 0.3], [4.0, 0.4]], 1.0).round(6)  # lengths 5 and 0.5
    array([[0.6, 0.3], [0.8, 0.4]])
    """
    w = np.asarray(w)
    if w.ndim != 2:
        raise ValueError(
            f"max_norm takes weights of shape (inputs, outputs), one column per neuron, "
            f"and got {w.shape}."
        )
    require_limit(limit)
    if not np.issubdtype(w.dtype, np.floating):
        w = w.astype(np.float64)
    lengths = np.sqrt(np.square(w).sum(axis=0, keepdims=True))
    return w * (np.minimum(lengths, limit) / (_EPSILON + lengths))


def require_limit(limit: float) -> float:
    """Return a cap on a length as a float, or say what is wrong with it."""
    if not np.isfinite(limit) or limit <= 0:
        raise ValueError(f"the limit is {limit!r}; it must be a finite number, more than 0.")
    return float(limit)


def _require_strength(value: float) -> None:
    if not np.isfinite(value) or value < 0:
        raise ValueError(f"strength is {value!r}; it must be a finite number, zero or more.")
