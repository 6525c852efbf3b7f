"""Circles and rectangles on 20 × 20 pixels, as many as the eye of the Mark I perceptron had."""

from __future__ import annotations

from numbers import Integral

import numpy as np

__all__ = ["shapes20"]

SIZE = 20  # pixels in a row, and in a column
DIAMETERS = (10.0, 12.0)
SIDES = ((15, 6), (15, 7), (16, 5), (16, 6), (16, 7), (17, 5), (17, 6))  # areas like the circles'
SHIFT = 1.0  # the middle of a shape lies at most so far from the middle of the picture


def shapes20(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw circles and rectangles, each in a picture of 20 × 20 pixels.

    Parameters
    ----------
    n : int
        How many pictures, 0 or more.
    rng : numpy.random.Generator
        Where chance comes from: the same generator state gives the same pictures.

    Returns
    -------
    images : numpy.ndarray of float64, shape (n, 20, 20)
        1 where the shape is, 0 elsewhere. ``images[i, 0]`` is the top row of picture ``i``.
    labels : numpy.ndarray of int64, shape (n,)
        1 for a circle, 0 for a rectangle. Half of them are circles; if `n` is odd, there is
        one rectangle more. The order is random.

    Raises
    ------
    TypeError
        If `n` is not a whole number, or `rng` not a generator.
    ValueError
        If `n` is negative.

    Notes
    -----
    All shapes are filled, and none touches the border.
    A circle has any diameter from 10 to 12 pixels. Its middle lies anywhere up to one pixel
    above or below, and up to one pixel left or right of the picture's middle. A pixel belongs to
    the circle if the pixel's middle does.
    A rectangle is 15 × 6, 15 × 7, 16 × 5, 16 × 6, 16 × 7, 17 × 5 or 17 × 6 pixels, upright or
    lying, and its middle is also at most one pixel off in each direction. That makes 82
    different pictures. No square is among them.

    To count pixels is of little help: a rectangle has 80 to 112 of them, a circle 75 to 116. The
    best threshold on the count is right for about 56 % of the pictures.

    One linear neuron can separate *all* circles from *all* rectangles that this function can
    draw, since the ends of a rectangle always reach farther from the middle of the picture than
    any circle does. There is room to err: among all weights between −1 and 1, the best leave a
    gap of about 28 between the smallest weighted sum of a circle and the largest of a rectangle
    (a linear program found 28.5 for 10000 circles, from five seeds, and the 82 rectangles).

    The pictures are made up here, so there is no source to name and no licence to follow.
    Pictures of this size are what the Mark I perceptron of Rosenblatt's laboratory looked at, with
    20 × 20 photocells.

    Examples
    --------
    >>> images, labels = shapes20(5, np.random.default_rng(1))
    >>> images.shape, labels
    ((5, 20, 20), array([0, 0, 1, 0, 1]))
    """
    if not isinstance(n, Integral) or isinstance(n, bool):
        raise TypeError(f"n is {n!r}; it must be a whole number, how many pictures to draw.")
    if n < 0:
        raise ValueError(f"n is {n!r}; it must be 0 or more.")
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {rng!r}; pass a generator, such as np.random.default_rng(1).")
    labels = rng.permutation(np.arange(n, dtype=np.int64) % 2)
    images = np.where(labels[:, None, None] == 1, _circles(n, rng), _rectangles(n, rng))
    return images.astype(np.float64), labels


def _circles(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return the pixels of n circles, booleans of shape (n, 20, 20)."""
    radius = rng.uniform(*DIAMETERS, n) / 2
    middle = (SIZE - 1) / 2 + rng.uniform(-SHIFT, SHIFT, (2, n))
    pixel = np.arange(SIZE)
    y = pixel[None, :, None] - middle[0, :, None, None]
    x = pixel[None, None, :] - middle[1, :, None, None]
    return y**2 + x**2 <= radius[:, None, None] ** 2


def _rectangles(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return the pixels of n rectangles, booleans of shape (n, 20, 20)."""
    sides = rng.permuted(rng.choice(SIDES, n), axis=1)  # height and width, shape (n, 2)
    # A first row (column) is a whole number, and leaves the middle at most SHIFT off.
    centred = (SIZE - sides) / 2
    least, most = np.ceil(centred - SHIFT), np.floor(centred + SHIFT)
    first = least + np.floor(rng.random((n, 2)) * (most - least + 1))
    pixel = np.arange(SIZE)
    inside = (pixel >= first[..., None]) & (pixel < (first + sides)[..., None])  # (n, 2, 20)
    return inside[:, 0, :, None] & inside[:, 1, None, :]
