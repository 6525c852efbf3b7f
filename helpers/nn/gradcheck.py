"""Gradient checking: compare the derivative that you wrote down with the function itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["gradient_error", "numerical_gradient"]

# The error of a central difference is about h² from the curve and ε/h from rounding; their sum
# is smallest for h near the cube root of ε, about 6e-6 in double precision.
_STEP = float(np.cbrt(np.finfo(np.float64).eps))


def numerical_gradient(
    f: Callable[[np.ndarray], float], x: np.ndarray, *, step: float = _STEP
) -> np.ndarray:
    """Return the gradient of a function at a point, by central differences.

    Each coordinate costs two calls of the function, so this is for checking, not for training.

    Parameters
    ----------
    f : callable
        From an array shaped like ``x`` to a number.
    x : numpy.ndarray
        The point, of any shape. It is not changed.
    step : float
        The half width of the difference for coordinates up to 1 in size; larger coordinates
        take a proportionally larger one.

    Returns
    -------
    numpy.ndarray of float64, shaped like ``x``

    Raises
    ------
    ValueError
        If ``step`` is not a positive number.

    Notes
    -----
    ``(f(x + h) − f(x − h)) / 2h`` differs from the derivative by ``h² f‴/6`` plus rounding.

    Examples
    --------
    >>> import numpy as np
    >>> numerical_gradient(lambda w: float(w[0] ** 2 + 3 * w[1]), np.array([2.0, 5.0])).round(6)
    array([4., 3.])
    """
    if not (np.isfinite(step) and step > 0):
        raise ValueError(f"step is {step!r}; it must be a positive number.")
    point = np.array(x, dtype=np.float64)
    gradient = np.empty_like(point)
    for index in np.ndindex(point.shape):
        centre = point[index]
        h = step * max(1.0, abs(centre))
        point[index] = centre + h
        above = float(f(point.copy()))
        point[index] = centre - h
        below = float(f(point.copy()))
        point[index] = centre
        # The step that was really taken: centre ± h is rounded to the nearest float.
        gradient[index] = (above - below) / ((centre + h) - (centre - h))
    return gradient


def gradient_error(
    f: Callable[[np.ndarray], float], x: np.ndarray, gradient: np.ndarray, *, step: float = _STEP
) -> float:
    """Return how far a gradient is from the numerical one, relative to the size of both.

    Parameters
    ----------
    f : callable
        From an array shaped like ``x`` to a number.
    x : numpy.ndarray
        The point.
    gradient : numpy.ndarray, shaped like ``x``
        The gradient to check.
    step : float
        As in :func:`numerical_gradient`.

    Returns
    -------
    float
        ``‖g − ĝ‖ / max(‖g‖, ‖ĝ‖, |f(x)|)``, where ĝ is the numerical gradient; 0 if all of these
        are 0. About 1e-8 or less for a correct gradient of a smooth function; 1e-4 and more is a
        mistake, or a kink at the point.

    Raises
    ------
    ValueError
        If the gradient does not have the shape of the point.

    Notes
    -----
    It does not matter in which unit ``f`` is measured: the error of ``c * f`` is that of ``f``. The
    value of the function stands in the denominator because its rounding limits what a difference
    can see: a gradient much shorter than ``1e-7 |f(x)|`` passes, whether it is right or not.

    Examples
    --------
    >>> import numpy as np
    >>> w = np.array([2.0, 5.0])
    >>> gradient_error(lambda w: float(w @ w), w, 2 * w) < 1e-8
    True
    """
    gradient = np.asarray(gradient, dtype=np.float64)
    if gradient.shape != np.shape(x):
        raise ValueError(
            f"the gradient has shape {gradient.shape} and the point {np.shape(x)}; "
            "they must be the same."
        )
    expected = numerical_gradient(f, x, step=step)
    difference = float(np.linalg.norm(gradient - expected))
    value = abs(float(f(np.array(x, dtype=np.float64))))
    size = max(value, float(np.linalg.norm(gradient)), float(np.linalg.norm(expected)))
    return difference / size if size > 0 else difference
