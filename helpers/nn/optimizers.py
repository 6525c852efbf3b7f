"""Optimisers: how the gradient becomes a step, and how long the step is.

An optimiser is told the parameters and their gradients, and changes the parameters in place.
What it must remember from one step to the next (how many it has taken, a velocity) it keeps
itself, so two networks need two optimisers.

Names, defaults and conventions are those of ``keras.optimizers``, step for step; where these
differ from the papers, the docstrings say so. One difference remains: Keras rounds some numbers
to single precision even where it computes in double (a momentum, a weight decay, Adagrad's 0.1,
Adam's β in the powers of the bias correction, what a schedule returns). Here they stay double,
so the paths of float64 weights agree to rounding where single precision holds these numbers
exactly, such as 0.875, and to five or six digits otherwise.

A learning rate is a number, or a *schedule*: a function from the number of steps already taken,
0 at the first one, to a number. The schedules here are those of ``keras.optimizers.schedules``.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import numpy as np

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Optimizer",
    "RMSprop",
    "Schedule",
    "clip_by_global_norm",
    "cosine_decay",
    "exponential_decay",
    "global_norm",
    "inverse_time_decay",
    "step_decay",
    "warm_up",
]

#: From the number of steps already taken to the learning rate of the next one.
Schedule = Callable[[int], float]


class Optimizer(ABC):
    """What all optimisers share: the checks, the step count and the learning rate.

    A subclass says in :meth:`_update` how one parameter array moves.

    Parameters
    ----------
    learning_rate : float or Schedule
        The length of a step per unit of gradient. Zero is allowed: nothing moves.

    Attributes
    ----------
    steps : int
        How many steps this optimiser has taken.
    """

    def __init__(self, *, learning_rate: float | Schedule) -> None:
        if not callable(learning_rate):
            _require_rate(learning_rate, "learning_rate")
        self.learning_rate = learning_rate
        self.steps = 0
        self._memory: dict[tuple[int, str], np.ndarray] = {}

    def step(self, params: Sequence[np.ndarray], grads: Sequence[np.ndarray]) -> None:
        """Change every parameter array in place, once.

        Parameters
        ----------
        params : sequence of numpy.ndarray
            Floating-point arrays. Pass the same ones, in the same order, at every step.
        grads : sequence of numpy.ndarray
            The derivative of the loss with respect to each of them, shape for shape. They
            are taken in the precision of their parameter, and left as they are.

        Raises
        ------
        ValueError
            If the numbers of arrays differ, or two shapes that belong together differ, or a
            parameter does not have the shape that it had at the steps before.
        TypeError
            If a parameter is not a floating-point array, and so can't be changed in place.
        """
        _require_pairs(params, grads)
        rate = self.rate()
        for index, (param, grad) in enumerate(zip(params, grads, strict=True)):
            self._update(index, param, np.asarray(grad, dtype=param.dtype), rate)
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

    def _remembered(
        self, index: int, name: str, param: np.ndarray, first: float = 0.0
    ) -> np.ndarray:
        """Return what is remembered under a name for one parameter, to be changed in place."""
        memory = self._memory.get((index, name))
        if memory is None:
            memory = self._memory[index, name] = np.full_like(param, first)
        if memory.shape != param.shape:
            raise ValueError(
                f"parameter {index} has shape {param.shape}, and at the steps before it had "
                f"{memory.shape}; an optimiser belongs to one list of parameters, so make a new "
                "one for a new list."
            )
        return memory


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
    nesterov : bool
        Whether to step as if the gradient had been taken one momentum step ahead. Without
        momentum it changes nothing.

    Raises
    ------
    ValueError
        If the rate is negative or not finite, or the momentum lies outside [0, 1).

    Notes
    -----
    With momentum μ, as in Keras: ``v ← μ v − η g``, then ``w ← w + v``. The velocity contains
    η. Polyak's heavy ball [1]_ is the same rule for a constant rate; where a schedule changes
    the rate, it differs from the form ``v ← μ v + g``, ``w ← w − η v`` of other libraries.

    Nesterov's form: ``v ← μ v − η g``, then ``w ← w + μ v − η g``. It is the method of [2]_,
    written for the point at which the gradient is taken: with ``u = w − μ v`` it reads
    ``v ← μ v − η ∇L(u + μ v)``, ``u ← u + v``, so ``w`` is one look ahead of ``u``. (Again for
    a constant rate.)

    .. [1] B. T. Polyak, Some methods of speeding up the convergence of iteration methods, 1964.
    .. [2] I. Sutskever, J. Martens, G. Dahl, G. Hinton, On the importance of initialization and
       momentum in deep learning, ICML 2013.

    Examples
    --------
    >>> import numpy as np
    >>> w = np.array([1.0, -2.0])
    >>> optimizer = SGD(learning_rate=0.25)
    >>> optimizer.step([w], [2 * w])  # the gradient of |w|² is 2w
    >>> w
    array([ 0.5, -1. ])
    """

    def __init__(
        self,
        *,
        learning_rate: float | Schedule = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(learning_rate=learning_rate)
        self.momentum = _require_share(momentum, "momentum")
        self.nesterov = nesterov

    def _update(self, index: int, param: np.ndarray, grad: np.ndarray, rate: float) -> None:
        if not self.momentum:
            param -= rate * grad
            return
        v = self._remembered(index, "velocity", param)
        v *= self.momentum
        v -= rate * grad
        param += self.momentum * v - rate * grad if self.nesterov else v


class Adagrad(Optimizer):
    """Each weight has a rate of its own, which falls with all the gradients it has ever seen.

    Parameters
    ----------
    learning_rate : float or Schedule
        η. It is not the rate of any weight: see below.
    initial_accumulator_value : float
        What the sum of squares starts from, zero or more.
    epsilon : float
        Keeps the division finite; positive.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Notes
    -----
    ``s ← s + g²``, then ``w ← w − η g / √(s + ε)``, element by element.

    As in Keras, ``s`` starts at 0.1, not at 0, and ε stands *inside* the root; in the paper [1]_
    a small δ is added to the root, and the sum starts at 0, so there each weight's first step
    is about η long, whatever the gradient.

    .. [1] J. Duchi, E. Hazan, Y. Singer, Adaptive subgradient methods for online learning and
       stochastic optimization, JMLR 12, 2121–2159, 2011.

    Examples
    --------
    >>> import numpy as np
    >>> w = np.zeros(2)
    >>> Adagrad(learning_rate=1.0, initial_accumulator_value=0.0).step([w], [np.array([3.0, -1e3])])
    >>> w.round(6)
    array([-1.,  1.])
    """

    def __init__(
        self,
        *,
        learning_rate: float | Schedule = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
    ) -> None:
        super().__init__(learning_rate=learning_rate)
        self.initial_accumulator_value = _require_rate(
            initial_accumulator_value, "initial_accumulator_value"
        )
        self.epsilon = _require_positive(epsilon, "epsilon")

    def _update(self, index: int, param: np.ndarray, grad: np.ndarray, rate: float) -> None:
        s = self._remembered(index, "sum of squares", param, self.initial_accumulator_value)
        s += grad**2
        param -= rate * grad / np.sqrt(s + self.epsilon)


class Adadelta(Optimizer):
    """Steps scaled by the size of past steps over the size of past gradients.

    Parameters
    ----------
    learning_rate : float or Schedule
        What the step is multiplied by at the end. The method was made to need none: 1 is the
        paper's rule. Keras' default is 0.001, with which it crawls.
    rho : float
        How much of the averages is kept at each step, in [0, 1).
    epsilon : float
        Sets the length of the first step, ``√(ε / (1 − ρ))``; positive. The paper takes 1e-6.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Notes
    -----
    Two averages, of ``g²`` and of ``d²``, both from 0:
    ``v ← ρ v + (1 − ρ) g²``, ``d = −√(u + ε) / √(v + ε) · g``, ``u ← ρ u + (1 − ρ) d²``, then
    ``w ← w + η d``. As in Keras, ``u`` averages the steps *before* they are multiplied by η.
    The step has the unit of the weight, which is what the method was made for [1]_.

    .. [1] M. D. Zeiler, ADADELTA: an adaptive learning rate method, arXiv:1212.5701, 2012.

    Examples
    --------
    >>> import numpy as np
    >>> w = np.zeros(1)
    >>> Adadelta(learning_rate=1.0, rho=0.0, epsilon=1e-6).step([w], [np.array([5.0])])
    >>> w.round(6)
    array([-0.001])
    """

    def __init__(
        self,
        *,
        learning_rate: float | Schedule = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
    ) -> None:
        super().__init__(learning_rate=learning_rate)
        self.rho = _require_share(rho, "rho")
        self.epsilon = _require_positive(epsilon, "epsilon")

    def _update(self, index: int, param: np.ndarray, grad: np.ndarray, rate: float) -> None:
        v = self._remembered(index, "mean square gradient", param)
        u = self._remembered(index, "mean square step", param)
        v += (1 - self.rho) * (grad**2 - v)
        change = -np.sqrt(u + self.epsilon) / np.sqrt(v + self.epsilon) * grad
        u += (1 - self.rho) * (change**2 - u)
        param += rate * change


class RMSprop(Optimizer):
    """Each gradient divided by the root of a moving average of its square.

    Parameters
    ----------
    learning_rate : float or Schedule
        η; about the length of a step of one weight.
    rho : float
        How much of the average is kept at each step, in [0, 1).
    momentum : float
        The share of the last step that is repeated, in [0, 1).
    epsilon : float
        Keeps the division finite; positive.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Notes
    -----
    ``v ← ρ v + (1 − ρ) g²`` from 0, then ``w ← w − η g / √(v + ε)``: as in Keras, ε stands
    *inside* the root, and the average is not corrected for its start at 0, so the first step is
    ``1/√(1 − ρ)`` times as long as η. With momentum μ: ``p ← μ p + η g / √(v + ε)``,
    ``w ← w − p``. From T. Tieleman and G. Hinton, lecture 6.5 of *Neural networks for machine
    learning*, Coursera, 2012.

    Examples
    --------
    >>> import numpy as np
    >>> w = np.zeros(2)
    >>> RMSprop(learning_rate=0.1, rho=0.75).step([w], [np.array([3.0, -1e3])])
    >>> w.round(6)
    array([-0.2,  0.2])
    """

    def __init__(
        self,
        *,
        learning_rate: float | Schedule = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
    ) -> None:
        super().__init__(learning_rate=learning_rate)
        self.rho = _require_share(rho, "rho")
        self.momentum = _require_share(momentum, "momentum")
        self.epsilon = _require_positive(epsilon, "epsilon")

    def _update(self, index: int, param: np.ndarray, grad: np.ndarray, rate: float) -> None:
        v = self._remembered(index, "mean square gradient", param)
        v += (1 - self.rho) * (grad**2 - v)
        change = rate * grad / np.sqrt(v + self.epsilon)
        if self.momentum:
            p = self._remembered(index, "step", param)
            p *= self.momentum
            p += change
            change = p
        param -= change


class Adam(Optimizer):
    """A moving average of the gradient over the root of one of its square, both corrected.

    Parameters
    ----------
    learning_rate : float or Schedule
        η; about the longest step of one weight.
    beta_1 : float
        How much of the average of the gradient is kept at each step, in [0, 1).
    beta_2 : float
        The same for the average of its square.
    epsilon : float
        Keeps the division finite; positive.
    amsgrad : bool
        Whether to divide by the root of the *largest* average so far, so that no weight's rate
        ever rises [2]_.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Notes
    -----
    ``m ← β₁ m + (1 − β₁) g`` and ``v ← β₂ v + (1 − β₂) g²``, both from 0. At step t = 1, 2, …:
    ``w ← w − η √(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε)``.

    That is the form at the end of section 2 of [1]_, as in Keras. Its algorithm 1 adds ε to the
    *corrected* root instead, ``m̂ / (√v̂ + ε)`` with ``m̂ = m/(1 − β₁ᵗ)`` and
    ``v̂ = v/(1 − β₂ᵗ)``; so Keras' ε is the algorithm's divided by ``√(1 − β₂ᵗ)``: 32 times
    larger at the first step, the same after some thousand. The default is 1e-7, the paper's 1e-8.
    With ``amsgrad`` the largest ``v`` is kept before it is corrected, as in Keras; the paper [2]_
    has no correction.

    .. [1] D. P. Kingma, J. Ba, Adam: a method for stochastic optimization, ICLR 2015,
       arXiv:1412.6980.
    .. [2] S. J. Reddi, S. Kale, S. Kumar, On the convergence of Adam and beyond, ICLR 2018.

    Examples
    --------
    >>> import numpy as np
    >>> w = np.zeros(2)
    >>> Adam(learning_rate=0.1).step([w], [np.array([3.0, -1e3])])
    >>> w.round(6)  # the first step is η long, whatever the gradient
    array([-0.1,  0.1])
    """

    def __init__(
        self,
        *,
        learning_rate: float | Schedule = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(learning_rate=learning_rate)
        self.beta_1 = _require_share(beta_1, "beta_1")
        self.beta_2 = _require_share(beta_2, "beta_2")
        self.epsilon = _require_positive(epsilon, "epsilon")
        self.amsgrad = amsgrad

    def _update(self, index: int, param: np.ndarray, grad: np.ndarray, rate: float) -> None:
        t = self.steps + 1
        m = self._remembered(index, "mean gradient", param)
        v = self._remembered(index, "mean square gradient", param)
        m += (1 - self.beta_1) * (grad - m)
        v += (1 - self.beta_2) * (grad**2 - v)
        if self.amsgrad:
            largest = self._remembered(index, "largest mean square", param)
            np.maximum(largest, v, out=largest)
            v = largest
        correction = math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        param -= rate * correction * m / (np.sqrt(v) + self.epsilon)


class AdamW(Adam):
    """Adam with decoupled weight decay: the weights shrink beside Adam's step, not through it.

    Parameters
    ----------
    learning_rate : float or Schedule
        η, of the step *and* of the decay.
    weight_decay : float
        λ, zero or more. Each step first multiplies the weights by ``1 − η λ``.
    beta_1, beta_2, epsilon, amsgrad
        As in :class:`Adam`.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Notes
    -----
    ``w ← w − η λ w``, then the step of :class:`Adam`, whose averages never see the decay. As in
    Keras, the decay is multiplied by the learning rate; in the paper [1]_ it is ``ηₜ λ`` with
    ``ηₜ`` a schedule's multiplier only, not the rate itself.

    As in Keras, *every* parameter decays, the biases too, unless you name those that should not:
    see :meth:`exclude_from_weight_decay`.

    .. [1] I. Loshchilov, F. Hutter, Decoupled weight decay regularization, ICLR 2019,
       arXiv:1711.05101.

    Examples
    --------
    >>> import numpy as np
    >>> w = np.array([2.0])
    >>> AdamW(learning_rate=0.1, weight_decay=0.5).step([w], [np.zeros(1)])
    >>> w
    array([1.9])
    """

    def __init__(
        self,
        *,
        learning_rate: float | Schedule = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(
            learning_rate=learning_rate,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            amsgrad=amsgrad,
        )
        self.weight_decay = _require_rate(weight_decay, "weight_decay")
        self._excluded: list[np.ndarray] = []

    def exclude_from_weight_decay(self, params: Sequence[np.ndarray]) -> None:
        """Let these parameter arrays keep their size, for example the biases.

        Parameters
        ----------
        params : sequence of numpy.ndarray
            The arrays themselves, as they will be passed to :meth:`step`; copies are others.

        Raises
        ------
        RuntimeError
            If a step has been taken already. (Keras refuses then, too.)

        Examples
        --------
        >>> import numpy as np
        >>> w, b = np.array([2.0]), np.array([2.0])
        >>> optimizer = AdamW(learning_rate=0.1, weight_decay=0.5)
        >>> optimizer.exclude_from_weight_decay([b])
        >>> optimizer.step([w, b], [np.zeros(1), np.zeros(1)])
        >>> w, b
        (array([1.9]), array([2.]))
        """
        if self.steps:
            raise RuntimeError(
                f"this optimiser has taken {self.steps} steps; say what is not to decay before "
                "the first one."
            )
        self._excluded = list(params)

    def _update(self, index: int, param: np.ndarray, grad: np.ndarray, rate: float) -> None:
        if not any(param is each for each in self._excluded):
            param -= rate * self.weight_decay * param
        super()._update(index, param, grad, rate)


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


def cosine_decay(*, initial: float, steps: int, alpha: float = 0.0) -> Schedule:
    """Return half a wave of the cosine, from ``initial`` down to ``alpha · initial``.

    Parameters
    ----------
    initial : float
        The rate of the first step.
    steps : int
        How many steps the way down takes, 1 or more. The rate stays where it is after that.
    alpha : float
        The last rate as a share of the first, zero or more.

    Notes
    -----
    ``t → initial · (α + (1 − α) (1 + cos(π s/steps)) / 2)`` with ``s = min(t, steps)``: one
    cycle of [1]_, and ``keras.optimizers.schedules.CosineDecay``. With :func:`warm_up` before
    it, it is that schedule with its ``warmup_target`` and ``warmup_steps``.

    .. [1] I. Loshchilov, F. Hutter, SGDR: stochastic gradient descent with warm restarts, ICLR
       2017, arXiv:1608.03983.

    Examples
    --------
    >>> rate = cosine_decay(initial=0.5, steps=10)
    >>> rate(0), round(rate(5), 6), rate(10), rate(99)
    (0.5, 0.25, 0.0, 0.0)
    """
    _require_rate(initial, "initial")
    _require_rate(alpha, "alpha")
    if steps < 1:
        raise ValueError(f"steps is {steps!r}; the way down must take at least one step.")

    def rate(t: int) -> float:
        wave = 0.5 * (1 + math.cos(math.pi * min(t, steps) / steps))
        return initial * (alpha + (1 - alpha) * wave)

    return rate


def warm_up(*, steps: int, then: float | Schedule, start: float = 0.0) -> Schedule:
    """Return a straight way up from ``start`` during the first steps, then another schedule.

    Parameters
    ----------
    steps : int
        How many steps the way up takes, zero or more.
    then : float or Schedule
        What follows: a rate, or a schedule, which counts its own steps from 0.
    start : float
        The rate of the first step.

    Notes
    -----
    ``t → start + (then(0) − start) · t/steps`` while ``t < steps``, then ``then(t − steps)``.
    The idea is that of [1]_. Note that the very first step has the rate ``start``: with 0, as
    usual, it goes nowhere.

    .. [1] P. Goyal et al., Accurate, large minibatch SGD: training ImageNet in 1 hour,
       arXiv:1706.02677, 2017.

    Examples
    --------
    >>> rate = warm_up(steps=4, then=cosine_decay(initial=0.8, steps=10))
    >>> rate(0), rate(2), rate(4), round(rate(9), 6)
    (0.0, 0.4, 0.8, 0.4)
    """
    if steps < 0:
        raise ValueError(f"steps is {steps!r}; there can't be fewer than none.")
    _require_rate(start, "start")
    follow = then if callable(then) else _constant(_require_rate(then, "then"))

    def rate(t: int) -> float:
        if t >= steps:
            return follow(t - steps)
        return start + (follow(0) - start) * t / steps

    return rate


def global_norm(grads: Sequence[np.ndarray]) -> float:
    """Return the length of all gradients together, as one long vector.

    Parameters
    ----------
    grads : sequence of numpy.ndarray
        Arrays of any shapes.

    Returns
    -------
    float
        The root of the sum of all squares; 0 for no arrays. Inf or NaN if an entry is.

    Examples
    --------
    >>> import numpy as np
    >>> global_norm([np.array([3.0]), np.array([[0.0, 4.0]])])
    5.0
    """
    entries = np.concatenate([np.ravel(grad).astype(float) for grad in grads] or [np.zeros(0)])
    largest = float(np.abs(entries).max(initial=0.0))
    if not largest or not math.isfinite(largest):
        return largest
    # Divided by the largest, so that no square is too large or too small to be held.
    return largest * float(np.sqrt(np.sum((entries / largest) ** 2)))


def clip_by_global_norm(grads: Sequence[np.ndarray], limit: float) -> list[np.ndarray]:
    """Shorten all gradients together, so that their common length is ``limit`` at most.

    Parameters
    ----------
    grads : sequence of numpy.ndarray
        The gradients of *all* parameters.
    limit : float
        The longest :func:`global_norm` allowed; positive.

    Returns
    -------
    list of numpy.ndarray
        New arrays of the same shapes and precisions: ``grad · min(1, limit / norm)``. All are
        multiplied by one number, so the direction stays. If an entry is infinite or not a
        number, no multiple is of use, and all become NaN, as in Keras.

    Raises
    ------
    ValueError
        If the limit is not positive.

    Notes
    -----
    The argument ``global_clipnorm`` of the optimisers in Keras. Its ``clipnorm`` shortens each
    array by itself, which changes the direction. From R. Pascanu, T. Mikolov, Y. Bengio, On the
    difficulty of training recurrent neural networks, ICML 2013, arXiv:1211.5063.

    Examples
    --------
    >>> import numpy as np
    >>> clip_by_global_norm([np.array([3.0]), np.array([[0.0, 4.0]])], 2.5)
    [array([1.5]), array([[0., 2.]])]
    """
    _require_positive(limit, "limit")
    arrays = [np.asarray(grad) for grad in grads]
    norm = global_norm(arrays)
    if not math.isfinite(norm):
        return [
            np.full_like(each, np.nan, dtype=np.result_type(each, np.float32)) for each in arrays
        ]
    scale = min(1.0, limit / norm) if norm else 1.0
    return [each * scale for each in arrays]


def _constant(rate: float) -> Schedule:
    return lambda t: rate


def _require_rate(value: float, name: str) -> float:
    """Return a rate as a float, or say what is wrong with it."""
    if not np.isfinite(value) or value < 0:
        raise ValueError(f"{name} is {value!r}; it must be a finite number, zero or more.")
    return float(value)


def _require_positive(value: float, name: str) -> float:
    """Return a positive number as a float, or say what is wrong with it."""
    if not np.isfinite(value) or value <= 0:
        raise ValueError(f"{name} is {value!r}; it must be a finite number, more than zero.")
    return float(value)


def _require_share(value: float, name: str) -> float:
    """Return a number in [0, 1) as a float, or say what is wrong with it."""
    if not 0 <= value < 1:
        raise ValueError(f"{name} is {value!r}; it must lie in [0, 1).")
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
