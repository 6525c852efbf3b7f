"""Losses: how wrong a batch of predictions is, as one number, and its gradient.

Every loss has two methods, ``value(predictions, targets)`` and ``grad(predictions, targets)``.
Both are means over all elements of the batch, as in Keras; ``grad`` is the derivative of
``value`` with respect to each prediction and has the predictions' shape.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

__all__ = [
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
]


class Loss(Protocol):
    """What every loss offers."""

    def value(self, predictions: np.ndarray, targets: np.ndarray) -> float:
        """Return the mean loss of the batch."""
        ...

    def grad(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the derivative of :meth:`value` with respect to the predictions."""
        ...


def _matched(predictions: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return both as floating-point arrays of one shape, or say why that is impossible.

    Shapes are not broadcast: ``(n,)`` against ``(n, 1)`` would silently become ``(n, n)``.
    """
    predictions, targets = np.asarray(predictions), np.asarray(targets)
    if predictions.shape != targets.shape:
        raise ValueError(
            f"predictions have shape {predictions.shape} and targets {targets.shape}; "
            "they must be the same. Reshape one of them, for example with y.reshape(-1, 1)."
        )
    if predictions.size == 0:
        raise ValueError("the batch is empty: a mean needs at least one prediction.")
    dtype = np.result_type(predictions, targets, np.float32)
    if np.issubdtype(predictions.dtype, np.integer) or predictions.dtype == bool:
        dtype = np.float64
    return predictions.astype(dtype, copy=False), targets.astype(dtype, copy=False)


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
