"""Digits drawn with a pen: from the lines of a drawing to a picture like those of ``digits``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

__all__ = ["bitmap", "drawn_digits", "see"]

SIDE = 255  # the canvas goes from 0 to 255 in both directions, y downwards
STRETCH = 3  # how much more one direction may be stretched than the other
PEN = 0.07


def bitmap(drawing: Sequence[float], *, pen: float = PEN) -> np.ndarray:
    """Return a drawing as a bitmap, made as those were that the digits come from.

    Parameters
    ----------
    drawing : sequence of float
        The points x, y, x, y, … of the pen on a square canvas, each coordinate from 0 to 255, y
        downwards; a negative number where the pen is lifted.
    pen : float
        The width of the pen, as a share of the canvas.

    Returns
    -------
    numpy.ndarray of bool, shape (32, 32)
        True where there is ink; all False if nothing is drawn.

    Raises
    ------
    ValueError
        If the drawing is no sequence of finite numbers, a stroke has an x without its y, or the
        pen has no width.

    Notes
    -----
    The steps are those of NIST's programs, with which the digits of the UCI repository were
    extracted from forms:

    1. What was written is stretched until it is 32 pixels high and 20 wide, in the middle of a
       bitmap of 32 × 32, whatever its proportions. (Here neither direction is stretched more than
       three times as much as the other: a 1 drawn with a ruler would become a black rectangle.)
    2. Thick writing, more than 412 dark pixels, loses the pixels at its border: those with a white
       neighbour above, below, left or right. Very thick writing, more than 560, loses two such
       borders. Thin writing, less than 256, grows by one, very thin writing, less than 108, by two.
    3. Slanted writing is straightened: each row is shifted sideways, in proportion to its distance
       from the middle, so that the left ends of the third row and of the third row from below come
       to stand one above the other.

    The data agree: 256 and 412 are where their ink begins and ends, but for a few; their first and
    last rows of blocks begin in the same column for 82 % of them.

    References
    ----------
    Garris et al., *NIST Form-Based Handprint Recognition System*, NISTIR 5469, 1994. The numbers
    are those of ``normaliz.c`` and ``shear.c`` in its release 2.2, 2003.

    Examples
    --------
    >>> seven = [60, 40, 200, 40, 110, 220]
    >>> for row in bitmap(seven)[::4]:
    ...     print("".join("#" if ink else "-" for ink in row))
    ---------######################-
    ------------------------#####---
    ----------------------####------
    -------------------#####--------
    -----------------####-----------
    --------------#####-------------
    ------------####----------------
    ---------#####------------------
    """
    if not pen > 0:
        raise ValueError(f"pen is {pen!r}; the width of a pen is a number above 0.")
    strokes = _strokes(drawing)
    dark = np.zeros((32, 32), dtype=bool)
    if not strokes:
        return dark
    radius = SIDE * pen / 2
    points = np.concatenate(strokes)
    low, high = points.min(axis=0) - radius, points.max(axis=0) + radius
    scale = np.array([20.0, 32.0]) / (high - low)
    scale = np.minimum(scale, STRETCH * scale[::-1])
    middle, centres = (low + high) / 2, np.arange(32) - 15.5
    # The middle of each pixel, on the canvas: there is ink if a line passes near enough.
    x, y = middle[0] + centres[None, :] / scale[0], middle[1] + centres[:, None] / scale[1]
    for stroke in strokes:
        for (a, b), (c, d) in pairwise(stroke):
            length = (c - a) * (c - a) + (d - b) * (d - b)
            along = ((x - a) * (c - a) + (y - b) * (d - b)) / (length or 1.0)
            t = np.minimum(1.0, np.maximum(0.0, along))
            u, v = x - (a + t * (c - a)), y - (b + t * (d - b))
            dark |= u * u + v * v <= radius * radius
    ink = np.count_nonzero(dark)
    if ink > 412:
        dark = _thinner(_thinner(dark)) if ink > 560 else _thinner(dark)
    elif ink < 256:
        dark = _thicker(_thicker(dark)) if ink < 108 else _thicker(dark)
    return _straightened(dark)


def see(drawing: Sequence[float], *, pen: float = PEN) -> np.ndarray:
    """Return the 8 × 8 picture of a drawing: how many pixels of each 4 × 4 block are dark.

    Parameters
    ----------
    drawing, pen
        As :func:`bitmap` takes them.

    Returns
    -------
    numpy.ndarray of int64, shape (8, 8)
        From 0 to 16. Divided by 16, it is a picture like those of :func:`helpers.datasets.digits`.

    Examples
    --------
    >>> see([60, 40, 200, 40, 110, 220])
    array([[ 0,  0, 12, 16, 16, 16, 16, 10],
           [ 0,  0,  0,  0,  0,  2, 15,  2],
           [ 0,  0,  0,  0,  0, 12,  6,  0],
           [ 0,  0,  0,  0,  7, 12,  0,  0],
           [ 0,  0,  0,  2, 13,  2,  0,  0],
           [ 0,  0,  0, 12,  6,  0,  0,  0],
           [ 0,  0,  6, 12,  0,  0,  0,  0],
           [ 0,  1, 13,  3,  0,  0,  0,  0]])
    """
    return bitmap(drawing, pen=pen).reshape(8, 4, 8, 4).sum(axis=(1, 3))


def drawn_digits(copies: int, *, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return pictures of digits drawn by a rule: templates, bent, turned and scaled at random.

    They are no data: nobody wrote them. They show a network ways of writing that are rare in
    :func:`helpers.datasets.digits`, such as a 1 with a long flag or a foot, as they come from a
    mouse or a finger. Train on them beside the written ones, and never say by them how good a
    network is.

    Parameters
    ----------
    copies : int
        How many of each template.
    rng : numpy.random.Generator
        The source of randomness.

    Returns
    -------
    images : numpy.ndarray of float64, shape (24 copies, 8, 8)
        How dark each pixel is, from 0 (paper) to 1 (ink), in steps of 1/16.
    labels : numpy.ndarray of int64, shape (24 copies,)
        The digits, 0 to 9, in this order.

    Raises
    ------
    ValueError
        If ``copies`` is less than 1.

    Examples
    --------
    >>> images, labels = drawn_digits(2, rng=np.random.default_rng(1))
    >>> images.shape, labels[:6]
    ((48, 8, 8), array([0, 0, 0, 0, 1, 1]))
    """
    if copies < 1:
        raise ValueError(f"copies is {copies!r}; there must be at least one of each template.")
    images, labels = [], []
    for digit, styles in enumerate(_templates()):
        for style in styles:
            for _ in range(copies):
                drawing = _scribbled(style, rng)
                images.append(see(drawing, pen=rng.uniform(0.04, 0.11)))
                labels.append(digit)
    return np.array(images) / 16, np.array(labels, dtype=np.int64)


def _strokes(drawing: Sequence[float]) -> list[np.ndarray]:
    """Return the strokes of a drawing, each of shape (points, 2), with at least two points."""
    flat = np.asarray(drawing, dtype=float)
    if flat.ndim != 1 or not np.isfinite(flat).all():
        raise ValueError(
            f"a drawing is a sequence of finite numbers x, y, x, y, …; got {drawing!r}."
        )
    strokes = []
    for piece in np.split(flat, np.flatnonzero(flat < 0)):
        points = piece[piece >= 0]
        if len(points) % 2:
            raise ValueError("every point of a drawing has an x and a y, and one lacks its y.")
        if len(points):
            # A dot is a stroke without length.
            strokes.append(np.resize(points, max(4, len(points))).reshape(-1, 2))
    return strokes


def _thicker(dark: np.ndarray) -> np.ndarray:
    """Add the neighbours above, below, left and right of the dark pixels."""
    grown = dark.copy()
    grown[1:] |= dark[:-1]
    grown[:-1] |= dark[1:]
    grown[:, 1:] |= dark[:, :-1]
    grown[:, :-1] |= dark[:, 1:]
    return grown


def _thinner(dark: np.ndarray) -> np.ndarray:
    """Take away the dark pixels with such a neighbour that is white; all around is white."""
    return ~_thicker(np.pad(~dark, 1, constant_values=True))[1:-1, 1:-1]


def _straightened(dark: np.ndarray) -> np.ndarray:
    """Shift the rows until the left ends of the third row and the third from below agree."""
    rows = np.flatnonzero(dark.any(axis=1))
    if len(rows) == 0 or rows[-1] - rows[0] < 5:
        return dark
    top, bottom = rows[0] + 2, rows[-1] - 2
    if not (dark[top].any() and dark[bottom].any()):
        return dark
    slope = int(dark[top].argmax()) - int(dark[bottom].argmax())
    straight = np.zeros_like(dark)
    for row in range(32):
        shift = (row - 16) * slope / (bottom - top)
        shift = int(np.copysign(np.floor(abs(shift) + 0.5), shift))  # halves away from zero
        from_, to = max(0, -shift), max(0, shift)
        straight[row, to : 32 - from_] = dark[row, from_ : 32 - to]
    return straight


def _arc(
    x: float, y: float, width: float, height: float, start: float, stop: float
) -> list[tuple[float, float]]:
    """Return points on an ellipse; degrees from the right, clockwise on the page."""
    turns = np.radians(np.linspace(start, stop, max(4, int(abs(stop - start) / 18))))
    return [(x + width * np.cos(t), y + height * np.sin(t)) for t in turns]


def _templates() -> list[list[list[list[tuple[float, float]]]]]:
    """Return for each digit its styles: strokes of points in the unit square, y downwards."""
    flag, stem = [(0.3, 0.28), (0.54, 0.05)], [(0.54, 0.05), (0.54, 0.95)]
    bar, leg = [(0.2, 0.08), (0.8, 0.08)], [(0.8, 0.08), (0.42, 0.95)]
    belly = _arc(0.46, 0.67, 0.3, 0.26, -110, 140)
    return [
        [[_arc(0.5, 0.5, 0.28, 0.42, -90, 270)], [_arc(0.5, 0.5, 0.34, 0.4, -60, 300)]],
        [
            [stem],
            [[*flag, *stem]],
            [[(0.42, 0.16), *stem]],
            [[*flag, *stem], [(0.3, 0.94), (0.78, 0.94)]],
        ],
        [
            [[*_arc(0.5, 0.3, 0.27, 0.25, -170, 40), (0.22, 0.93), (0.8, 0.93)]],
            [[*_arc(0.5, 0.28, 0.28, 0.23, -160, 60), (0.25, 0.9), (0.38, 0.85), (0.8, 0.9)]],
        ],
        [
            [_arc(0.45, 0.28, 0.28, 0.22, -150, 80) + _arc(0.45, 0.72, 0.32, 0.23, -80, 150)],
            [[(0.25, 0.07), (0.72, 0.07), (0.45, 0.4), *_arc(0.45, 0.67, 0.3, 0.27, -80, 140)]],
        ],
        [
            [[(0.55, 0.05), (0.18, 0.62), (0.85, 0.62)], [(0.65, 0.35), (0.65, 0.95)]],
            [[(0.28, 0.06), (0.24, 0.5), (0.78, 0.5)], [(0.72, 0.05), (0.7, 0.95)]],
            [[(0.68, 0.95), (0.68, 0.05), (0.2, 0.65), (0.85, 0.65)]],
        ],
        [
            [[(0.75, 0.07), (0.32, 0.07), (0.28, 0.44), *belly]],
            [[(0.32, 0.08), (0.28, 0.44), *belly], [(0.32, 0.08), (0.78, 0.07)]],
        ],
        [
            [[(0.68, 0.06), (0.42, 0.25), (0.28, 0.55), *_arc(0.5, 0.7, 0.24, 0.24, 180, -180)]],
            [[(0.5, 0.05), (0.34, 0.3), (0.27, 0.6), *_arc(0.5, 0.72, 0.23, 0.22, 170, -190)]],
        ],
        [[bar + leg], [bar + leg, [(0.35, 0.5), (0.75, 0.5)]]],
        [
            [_arc(0.5, 0.28, 0.22, 0.22, 90, -270) + _arc(0.5, 0.73, 0.27, 0.24, -90, 270)],
            [
                [
                    (0.72, 0.18),
                    *_arc(0.5, 0.27, 0.2, 0.2, -50, -230),
                    *_arc(0.5, 0.74, 0.24, 0.22, -20, 200),
                    (0.66, 0.34),
                    (0.72, 0.18),
                ]
            ],
        ],
        [
            [[*_arc(0.48, 0.3, 0.24, 0.24, 0, -350), (0.72, 0.3), (0.7, 0.6), (0.62, 0.95)]],
            [[*_arc(0.48, 0.3, 0.25, 0.23, -20, -360), *_arc(0.46, 0.68, 0.27, 0.26, -10, 140)]],
            [[*_arc(0.46, 0.3, 0.24, 0.24, 0, -350), (0.7, 0.05), (0.7, 0.95)]],
        ],
    ]


def _scribbled(style: list[list[tuple[float, float]]], rng: np.random.Generator) -> list[float]:
    """Return a template as a drawing: shaken, bent, slanted, turned, scaled and moved."""
    shake, bend = rng.normal(0, 0.015), rng.normal(0, 0.04, 2)
    phase, turn = rng.uniform(0, 2 * np.pi, 2), rng.normal(0, 0.12)
    slant, size = rng.normal(0, 0.12), rng.uniform(0.45, 0.85) * rng.uniform(0.75, 1.15, 2)
    middle = rng.uniform(0.45, 0.55, 2)
    drawing: list[float] = []
    for stroke in style:
        points = np.array(stroke) - 0.5
        points = points + rng.normal(0, abs(shake), points.shape)
        points = points + bend * np.sin(3 * points[:, ::-1] + phase)
        points = points * size
        points[:, 0] -= slant * points[:, 1]
        c, s = np.cos(turn), np.sin(turn)
        points = points @ np.array([[c, s], [-s, c]]) + middle
        drawing += [-1.0] * bool(drawing) + np.rint(SIDE * np.clip(points, 0, 1)).ravel().tolist()
    return drawing
