"""Optimizers: how the gradient becomes a step, and how long the step is.

An optimizer is told the parameters and their gradients, and changes the parameters in place.
What it must remember from one step to the next (how many it has taken, a velocity) it keeps
itself, so two networks need two optimizers.

A learning rate is a number, or a *schedule*: a function from the number of steps already taken,
0 at the first one, to a number. The schedules here are those of ``keras.optimizers.schedules``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import numpy as np

__all__ = [
    "SGD",
    "Optimizer",
    "Schedule",
    "exponential_decay",
    "inverse_time_decay",
    "step_decay",
]

#: From the number of steps already taken to the learning rate of the next one.
Schedule = Callable[[int], float]


class Optimizer(ABC):
    """What all optimizers share: the checks, the step count and the learning rate.

    A subclass says in :meth:`_update` how one parameter array moves.

    Parameters
    ----------
    learning_rate : float or Schedule
        The length of a step per unit of gradient. Zero is allowed: nothing moves.

    Attributes
    ----------
    steps : int
        How many steps this optimizer has taken.
    """

    def __init__(self, *, learning_rate: float | Schedule) -> None:
        if not callable(learning_rate):
            _require_rate(learning_rate, "learning_rate")
        self.learning_rate = learning_rate
        self.steps = 0

    def step(self, params: Sequence[np.ndarray], grads: Sequence[np.ndarray]) -> None:
        """Change every parameter array in place, once.

        Parameters
        ----------
        params : sequence of numpy.ndarray
            Floating-point arrays. Pass the same ones, in the same order, at every step.
        grads : sequence of numpy.ndarray
            The derivative of the loss with respect to each of them, shape for shape.

        Raises
        ------
        ValueError
            If the numbers of arrays differ, or two shapes that belong together differ.
        TypeError
            If a parameter is not a floating-point array, and so can't be changed in place.
        """
        _require_pairs(params, grads)
        rate = self.rate()
        for index, (param, grad) in enumerate(zip(params, grads, strict=True)):
            self._update(index, param, np.asarray(grad), rate)
        self.steps += 1

    def rate(self) -> float:
        """Return the learning rate of the next step.

        Raises
        ------
        ValueError
            If a schedule gives a rate that is negative or not finite.
        """
        if not callable(self.learning_rate):
            return float(self.learning_rate)
        rate = self.learning_rate(self.steps)
        return _require_rate(rate, f"the schedule's rate at step {self.steps}")

    @abstractmethod
    def _update(self, index: int, param: np.ndarray, grad: np.ndarray, rate: float) -> None:
        """Move the parameter array number ``index`` in place."""


class SGD(Optimizer):
    """Gradient descent: a step against the gradient, with momentum if asked.

    It is called *stochastic* when the gradients come from a batch drawn at random; the rule
    is the same.

    Parameters
    ----------
    learning_rate : float or Schedule
        The step per unit of gradient, η.
    momentum : float
        The share of the last step that is repeated, in [0, 1). 0 is plain gradient descent.

    Notes
    -----
    With momentum μ, as in Keras: ``v ← μ v − η g``, then ``w ← w + v``.

    Examples
    --------
    >>> import numpy as np
    >>> w = np.array([1.0, -2.0])
    >>> optimizer = SGD(learning_rate=0.25)
    >>> optimizer.step([w], [2 * w])  # the gradient of |w|² is 2w
    >>> w
    array([ 0.5, -1. ])
    """

    def __init__(self, *, learning_rate: float | Schedule = 0.01, momentum: float = 0.0) -> None:
        super().__init__(learning_rate=learning_rate)
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum is {momentum!r}; it must lie in [0, 1).")
        self.momentum = momentum
        self._velocity: dict[int, np.ndarray] = {}

    def _update(self, index: int, param: np.ndarray, grad: np.ndarray, rate: float) -> None:
        change = -rate * grad
        if self.momentum:
            change = change + self.momentum * self._velocity.get(index, 0.0)
            self._velocity[index] = change
        param += change


def inverse_time_decay(*, initial: float, decay: float) -> Schedule:
    """Return the schedule ``t → initial / (1 + decay · t)``.

    Parameters
    ----------
    initial : float
        The rate of the first step.
    decay : float
        How fast it falls: after ``1 / decay`` steps the rate is half the initial one.

    Examples
    --------
    >>> rate = inverse_time_decay(initial=2.0, decay=0.5)
    >>> rate(0), rate(2)
    (2.0, 1.0)
    """
    _require_rate(initial, "initial")
    _require_rate(decay, "decay")
    return lambda t: initial / (1 + decay * t)


def exponential_decay(*, initial: float, factor: float) -> Schedule:
    """Return the schedule ``t → initial · factor**t``.

    Parameters
    ----------
    initial : float
        The rate of the first step.
    factor : float
        What each step multiplies the rate by, in (0, 1].

    Examples
    --------
    >>> rate = exponential_decay(initial=1.0, factor=0.5)
    >>> rate(0), rate(3)
    (1.0, 0.125)
    """
    return step_decay(initial=initial, factor=factor, every=1)


def step_decay(*, initial: float, factor: float, every: int) -> Schedule:
    """Return the schedule ``t → initial · factor**(t // every)``: flat, then a drop, then flat.

    Parameters
    ----------
    initial : float
        The rate of the first ``every`` steps.
    factor : float
        What each drop multiplies the rate by, in (0, 1].
    every : int
        Steps between drops.

    Examples
    --------
    >>> rate = step_decay(initial=1.0, factor=0.5, every=10)
    >>> rate(9), rate(10)
    (1.0, 0.5)
    """
    _require_rate(initial, "initial")
    if not 0 < factor <= 1:
        raise ValueError(f"factor is {factor!r}; it must lie in (0, 1].")
    if every < 1:
        raise ValueError(f"every is {every!r}; there must be at least one step between drops.")
    return lambda t: initial * factor ** (t // every)


def _require_rate(value: float, name: str) -> float:
    """Return a rate as a float, or say what is wrong with it."""
    if not np.isfinite(value) or value < 0:
        raise ValueError(f"{name} is {value!r}; it must be a finite number, zero or more.")
    return float(value)


def _require_pairs(params: Sequence[np.ndarray], grads: Sequence[np.ndarray]) -> None:
    """Check that every parameter can be changed in place by its gradient."""
    if len(params) != len(grads):
        raise ValueError(
            f"there are {len(params)} parameter arrays and {len(grads)} gradients; "
            "give one gradient for each."
        )
    for index, (param, grad) in enumerate(zip(params, grads, strict=True)):
        if not isinstance(param, np.ndarray) or not np.issubdtype(param.dtype, np.floating):
            kind = getattr(param, "dtype", type(param).__name__)
            raise TypeError(
                f"parameter {index} is {kind}, and a step changes it in place; "
                "make it a floating-point array, for example np.array(w, dtype=float)."
            )
        if param.shape != np.shape(grad):
            raise ValueError(
                f"parameter {index} has shape {param.shape} and its gradient {np.shape(grad)}; "
                "they must be the same."
            )
