"""Losses: how wrong a batch of predictions is, as one number, and its gradient.

Every loss has two methods, ``value(predictions, targets)`` and ``grad(predictions, targets)``.
Both are means over the batch, as in Keras; ``grad`` is the derivative of ``value`` with respect to
each prediction and has the predictions' shape. A mean over what, exactly:

- the squared, absolute and logarithmic errors and :class:`BinaryCrossEntropy` are means over all
  *elements*, so over the examples and, where there are several, over the outputs of each;
- :class:`CategoricalCrossEntropy` is a mean over the *examples*: the K outputs of an example make
  one answer, and have one loss.

The two cross-entropies take logits: the outputs of a linear layer, *before* any sigmoid or softmax.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from helpers.nn.activations import Sigmoid, log_softmax, softmax

__all__ = [
    "BinaryCrossEntropy",
    "CategoricalCrossEntropy",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "one_hot",
]


class Loss(Protocol):
    """What every loss offers."""

    def value(self, predictions: np.ndarray, targets: np.ndarray) -> float:
        """Return the mean loss of the batch."""
        ...

    def grad(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the derivative of :meth:`value` with respect to the predictions."""
        ...


def _matched(predictions: ArrayLike, targets: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return both as floating-point arrays of one shape, or say why that is impossible."""
    predictions, targets = np.asarray(predictions), np.asarray(targets)
    _require_same_shape(predictions, targets, "predictions")
    dtype = np.result_type(predictions, targets, np.float32)
    if np.issubdtype(predictions.dtype, np.integer) or predictions.dtype == bool:
        dtype = np.float64
    return predictions.astype(dtype, copy=False), targets.astype(dtype, copy=False)


def _require_same_shape(predictions: np.ndarray, targets: np.ndarray, name: str) -> None:
    """Refuse an empty batch and different shapes.

    Shapes are not broadcast: ``(n,)`` against ``(n, 1)`` would silently become ``(n, n)``.
    """
    if predictions.shape != targets.shape:
        raise ValueError(
            f"{name} have shape {predictions.shape} and targets {targets.shape}; "
            "they must be the same. Reshape one of them, for example with y.reshape(-1, 1)."
        )
    if predictions.size == 0:
        raise ValueError("the batch is empty: a mean needs at least one prediction.")


class MeanSquaredError:
    """The mean of the squared errors, in the squared unit of the target.

    Examples
    --------
    >>> import numpy as np
    >>> MeanSquaredError().value(np.array([1.0, 2.0]), np.array([0.0, 4.0]))
    2.5
    >>> MeanSquaredError().grad(np.array([1.0, 2.0]), np.array([0.0, 4.0]))
    array([ 1., -2.])
    """

    def value(self, predictions: np.ndarray, targets: np.ndarray) -> float:
        """Return ``mean((predictions - targets)**2)``.

        Parameters
        ----------
        predictions, targets : numpy.ndarray
            Of the same shape, with the batch along the first axis.

        Returns
        -------
        float

        Raises
        ------
        ValueError
            If the shapes differ or the batch is empty.
        """
        predictions, targets = _matched(predictions, targets)
        return float(np.mean((predictions - targets) ** 2))

    def grad(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return ``2 (predictions - targets) / size``, shaped like the predictions."""
        predictions, targets = _matched(predictions, targets)
        return 2 * (predictions - targets) / predictions.size


class MeanAbsoluteError:
    """The mean size of the errors, in the unit of the target.

    Examples
    --------
    >>> import numpy as np
    >>> MeanAbsoluteError().value(np.array([1.0, 2.0]), np.array([0.0, 4.0]))
    1.5
    """

    def value(self, predictions: np.ndarray, targets: np.ndarray) -> float:
        """Return ``mean(abs(predictions - targets))``; see :meth:`MeanSquaredError.value`."""
        predictions, targets = _matched(predictions, targets)
        return float(np.mean(np.abs(predictions - targets)))

    def grad(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return ``sign(predictions - targets) / size``.

        At an error of exactly zero the loss has a kink; 0 is returned there, one of its
        subgradients and the one that TensorFlow uses.
        """
        predictions, targets = _matched(predictions, targets)
        return np.sign(predictions - targets) / predictions.size


class MeanSquaredLogarithmicError:
    """The mean squared difference of ``log(1 + prediction)`` and ``log(1 + target)``.

    It measures *ratios*: predicting 200 for 100 costs about as much as 2 million for 1 million.

    Examples
    --------
    >>> import numpy as np
    >>> round(MeanSquaredLogarithmicError().value(np.array([3.0]), np.array([1.0])), 4)
    0.4805
    """

    def value(self, predictions: np.ndarray, targets: np.ndarray) -> float:
        """Return ``mean((log1p(predictions) - log1p(targets))**2)``.

        Raises
        ------
        ValueError
            If a prediction or target is −1 or less, where the logarithm does not exist.
        """
        predictions, targets = self._checked(predictions, targets)
        return float(np.mean((np.log1p(predictions) - np.log1p(targets)) ** 2))

    def grad(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the derivative of :meth:`value`, shaped like the predictions."""
        predictions, targets = self._checked(predictions, targets)
        difference = np.log1p(predictions) - np.log1p(targets)
        return 2 * difference / (1 + predictions) / predictions.size

    @staticmethod
    def _checked(predictions: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        predictions, targets = _matched(predictions, targets)
        lowest = min(predictions.min(), targets.min())
        if lowest <= -1:
            raise ValueError(
                f"log(1 + y) needs y > -1, and the smallest value here is {lowest:g}. "
                "This loss is for quantities that cannot be negative, such as prices."
            )
        return predictions, targets


def one_hot(labels: ArrayLike, classes: int) -> np.ndarray:
    """Return a row for each label, with a 1 at the place of its class and 0 elsewhere.

    Parameters
    ----------
    labels : array_like of int
        Classes, numbered from 0, in any shape; for a batch ``(n,)``.
    classes : int
        How many classes there are, K. It is not guessed from the labels: a batch need not contain
        the last class.

    Returns
    -------
    numpy.ndarray of float64, shape (..., classes)
        One axis more than the labels.

    Raises
    ------
    TypeError
        If the labels are not whole numbers.
    ValueError
        If ``classes`` is not positive, or a label is not one of 0, …, K − 1.

    Examples
    --------
    >>> one_hot([2, 0], 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    labels = np.asarray(labels)
    if classes != int(classes) or classes < 1:
        raise ValueError(f"classes is {classes!r}; it must be a whole number, 1 or more.")
    if labels.size == 0:  # an empty list is an array of floats
        labels = labels.astype(np.intp)
    if not np.issubdtype(labels.dtype, np.integer):
        raise TypeError(
            f"labels must be whole numbers, and are {labels.dtype}; if they number classes, "
            "convert them with labels.astype(int)."
        )
    _require_labels(labels, int(classes))
    return (labels[..., None] == np.arange(int(classes))).astype(np.float64)


@dataclass(frozen=True, kw_only=True)
class BinaryCrossEntropy:
    r"""The mean surprise at yes-or-no answers: one logit and one target for each of them.

    For one class that is there or not, and for several labels that do not exclude each other
    (*multi-label*), each with a logit of its own.

    Parameters
    ----------
    label_smoothing : float
        Between 0 and 1: with s, a target y becomes :math:`y (1 - s) + s/2`.

    Notes
    -----
    With the probability p = σ(z) that a logit z stands for, the loss of one element is

    .. math::

        \ell = -y \ln p - (1 - y) \ln(1 - p) = \max(z, 0) - y z + \ln(1 + e^{-|z|}), \qquad
        \frac{\partial \ell}{\partial z} = p - y .

    The last form of the loss is the same number, and cannot overflow or take the logarithm of 0.

    The mean is taken over all elements, as in
    ``keras.losses.BinaryCrossentropy(from_logits=True)``. With C labels per example the gradient of
    an element is therefore (p − y) / (n C). Given probabilities instead of logits, Keras first
    clips them to [10⁻⁷, 1 − 10⁻⁷]: no loss is then above 16.2, and none is 0. On logits neither
    Keras nor this class clips.

    Examples
    --------
    >>> import numpy as np
    >>> loss = BinaryCrossEntropy()
    >>> round(loss.value(np.array([0.0]), np.array([1.0])), 4)  # undecided: log 2
    0.6931
    >>> loss.value(np.array([1000.0, -1000.0]), np.array([1.0, 1.0]))  # right, and very wrong
    500.0
    >>> loss.grad(np.array([1000.0, -1000.0]), np.array([1.0, 1.0]))
    array([ 0. , -0.5])
    """

    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        _require_share(self.label_smoothing)

    def value(self, logits: ArrayLike, targets: ArrayLike) -> float:
        """Return the mean cross-entropy of the batch.

        Parameters
        ----------
        logits : array_like
            Finite real numbers, with the batch along the first axis.
        targets : array_like
            Shaped like the logits: 0 for no, 1 for yes, or a probability between them.

        Returns
        -------
        float
            In nats, so with natural logarithms.

        Raises
        ------
        ValueError
            If the shapes differ, the batch is empty, or a target is not between 0 and 1.
        """
        z, y = self._checked(logits, targets)
        return float(np.mean(np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))))

    def grad(self, logits: ArrayLike, targets: ArrayLike) -> np.ndarray:
        """Return ``(sigmoid(logits) - targets) / size``, shaped like the logits."""
        z, y = self._checked(logits, targets)
        return (Sigmoid().value(z) - y) / z.size

    def _checked(self, logits: ArrayLike, targets: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        z, y = _logits(logits), np.asarray(targets)
        _require_same_shape(z, y, "logits")
        y = y.astype(z.dtype, copy=False)
        _require_probabilities(y, "Labels of -1 and 1 become 0 and 1 by (y + 1) / 2.")
        if self.label_smoothing:
            y = y * (1 - self.label_smoothing) + self.label_smoothing / 2
        return z, y


@dataclass(frozen=True, kw_only=True)
class CategoricalCrossEntropy:
    r"""The mean surprise at the class of each example: K logits, exactly one class true.

    Parameters
    ----------
    label_smoothing : float
        Between 0 and 1: with s, a target row y becomes :math:`y (1 - s) + s/K`.

    Notes
    -----
    With the probabilities p = softmax(z) that the logits z of an example stand for, its loss is

    .. math::

        \ell = -\sum_{k=1}^K y_k \ln p_k, \qquad \frac{\partial \ell}{\partial z_k} = p_k - y_k .

    The logarithms are those of :func:`helpers.nn.activations.log_softmax`, which neither overflows
    nor meets the logarithm of 0.

    The mean is taken over the examples, as in
    ``keras.losses.CategoricalCrossentropy(from_logits=True)`` for one-hot rows, and in
    ``SparseCategoricalCrossentropy`` for integer labels. Two differences: Keras smooths one-hot
    targets only, this class smooths integer labels too; and Keras takes target rows of any sum,
    for which the gradient is not p − y, while this class refuses them. Given probabilities instead
    of logits, Keras first clips them to [10⁻⁷, 1 − 10⁻⁷].

    Examples
    --------
    >>> import numpy as np
    >>> loss = CategoricalCrossEntropy()
    >>> logits = np.array([[2.0, 1.0, 0.0]])
    >>> round(loss.value(logits, np.array([0])), 4)
    0.4076
    >>> loss.value(logits, np.array([[1.0, 0.0, 0.0]])) == loss.value(logits, np.array([0]))
    True
    >>> loss.grad(logits, np.array([0])).round(3)
    array([[-0.335,  0.245,  0.09 ]])
    """

    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        _require_share(self.label_smoothing)

    def value(self, logits: ArrayLike, targets: ArrayLike) -> float:
        """Return the mean cross-entropy of the batch.

        Parameters
        ----------
        logits : array_like, shape (n, K)
            Finite real numbers.
        targets : array_like, shape (n,) or (n, K)
            Integer labels from 0 to K − 1, or a row of probabilities for each example, such as
            a one-hot row.

        Returns
        -------
        float
            In nats, so with natural logarithms.

        Raises
        ------
        ValueError
            If the shapes do not fit, the batch is empty, a label is not one of 0, …, K − 1, or a
            row has a negative number or does not sum to 1.
        TypeError
            If labels of shape (n,) are not whole numbers.
        """
        z, y = self._checked(logits, targets)
        return float(np.mean((y * -log_softmax(z)).sum(axis=1)))

    def grad(self, logits: ArrayLike, targets: ArrayLike) -> np.ndarray:
        """Return ``(softmax(logits) - targets) / n``, of shape (n, K), targets as one-hot rows."""
        z, y = self._checked(logits, targets)
        return (softmax(z) - y) / len(z)

    def _checked(self, logits: ArrayLike, targets: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """Return logits and target rows, both of shape (n, K)."""
        z, y = _logits(logits), np.asarray(targets)
        if z.ndim != 2 or 0 in z.shape:
            raise ValueError(
                f"logits must have shape (n, K), a row for each of n examples and a column for "
                f"each of K classes, with at least one of both; they have shape {z.shape}."
            )
        classes = z.shape[1]
        if y.shape == z.shape:
            y = y.astype(z.dtype, copy=False)
            _require_probabilities(y, "A row must hold the probabilities of the classes.")
            off = np.abs(y.sum(axis=1) - 1) > 1e-3
            if off.any():
                row = int(off.argmax())
                raise ValueError(
                    f"row {row} of the targets sums to {y[row].sum():g}, and must sum to 1: one "
                    "class is true. If several labels can be, use BinaryCrossEntropy."
                )
        elif y.shape == z.shape[:1]:
            y = one_hot(y, classes).astype(z.dtype)
        else:
            raise ValueError(
                f"for logits of shape {z.shape} the targets must be integer labels of shape "
                f"{z.shape[:1]} or rows of shape {z.shape}; they have shape {y.shape}."
                + (" Make labels flat with y.ravel()." if y.shape == (len(z), 1) else "")
            )
        if self.label_smoothing:
            y = y * (1 - self.label_smoothing) + self.label_smoothing / classes
        return z, y


def _logits(logits: ArrayLike) -> np.ndarray:
    """Return the logits as floats of single precision at least; integers become float64."""
    z = np.asarray(logits)
    if np.issubdtype(z.dtype, np.floating):
        return z.astype(np.result_type(z, np.float32), copy=False)
    if np.issubdtype(z.dtype, np.integer):
        return z.astype(np.float64)
    raise TypeError(f"logits must be real numbers, and are {z.dtype}.")


def _require_share(label_smoothing: float) -> None:
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing is {label_smoothing!r}; it must be between 0 and 1.")


def _require_probabilities(y: np.ndarray, advice: str) -> None:
    outside = ~((y >= 0) & (y <= 1))  # also true where y is not a number
    if outside.any():
        raise ValueError(f"targets must be between 0 and 1; one is {y[outside][0]:g}. {advice}")


def _require_labels(labels: np.ndarray, classes: int) -> None:
    outside = (labels < 0) | (labels >= classes)
    if outside.any():
        raise ValueError(
            f"with {classes} classes the labels are 0 to {classes - 1}; one is "
            f"{labels[outside][0]}."
        )
