"""Houses with one to six windows, on 32 × 32 pixels, to be counted."""

from __future__ import annotations

from numbers import Integral

import numpy as np

__all__ = ["windows"]

SIZE = 32  # pixels in a row, and in a column
MOST = 6  # windows
GLASS = (2, 4)  # the least and the greatest side of a window
LIGHT = 85  # the least, in per cent of the brightest
NOISE = 6  # the most that is added to or taken from a pixel, of 255
#: The least and the greatest red, green and blue, of 255. Each house draws its own.
COLOURS = {
    "sky": ((110, 150, 190), (190, 215, 255)),
    "ground": ((60, 100, 50), (110, 160, 90)),
    "wall": ((110, 80, 90), (180, 150, 160)),
    "roof": ((90, 40, 30), (180, 90, 90)),
    "door": ((40, 30, 20), (110, 80, 90)),
    "leaves": ((20, 70, 20), (70, 140, 60)),
    "glass": ((235, 210, 60), (255, 235, 100)),
}


def windows(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw houses, each in a picture of 32 × 32 pixels, and count their windows.

    Parameters
    ----------
    n : int
        How many pictures, 0 or more.
    rng : numpy.random.Generator
        Where chance comes from: the same generator state gives the same pictures.

    Returns
    -------
    images : numpy.ndarray of float32, shape (n, 32, 32, 3)
        Red, green and blue from 0 to 1, in steps of 1/255. ``images[i, 0, 0]`` is the pixel at
        the top left of picture ``i``.
    counts : numpy.ndarray of int64, shape (n,)
        The numbers of windows, 1 to 6: each as often as the others, or once more. The order is
        random.

    Raises
    ------
    TypeError
        If `n` is not a whole number, or `rng` not a generator.
    ValueError
        If `n` is negative.

    Notes
    -----
    A wall is 18 to 26 pixels wide and 12 to 17 high, and stands anywhere with room for the roof
    and at least one row of ground. Every house has a door at the foot of the wall. In half of the
    pictures a tree stands behind the house, or hides behind it. The colours of sky, ground, wall,
    roof, door and leaves are drawn anew for each picture, and so is the light, from 85 to 100 %
    of the brightest. At last each red, green and blue gets a whole number from −6 to 6 more (of
    255).

    A window is a rectangle of lit, yellow glass, 2 to 4 pixels wide and 2 to 4 high, each drawn by
    itself. It stands anywhere on the wall where all its neighbours are wall, so no two touch, nor
    does one touch the door or an edge of the wall. Among the places that are left, all are alike.

    Glass can be told by its colour: only there the smaller of red and green exceeds blue by more
    than 0.3. But the number of these pixels is not the number of windows, since windows have 4 to
    16 of them. Whoever knew it exactly would be right for about 62 % of the pictures, and a guess
    for 17 %. It is the corners that count: every window has exactly one pixel of glass with no
    glass above it and none to its left.

    The pictures are made up here, so there is no source to name and no licence to follow. They
    are much tidier than photographs: seen from the front, upright, with edges that follow the
    pixels, and nothing stands in front of a window.

    Examples
    --------
    >>> images, counts = windows(7, np.random.default_rng(1))
    >>> images.shape, counts
    ((7, 32, 32, 3), array([6, 1, 2, 5, 3, 1, 4]))
    """
    if not isinstance(n, Integral) or isinstance(n, bool):
        raise TypeError(f"n is {n!r}; it must be a whole number, how many pictures to draw.")
    if n < 0:
        raise ValueError(f"n is {n!r}; it must be 0 or more.")
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {rng!r}; pass a generator, such as np.random.default_rng(1).")
    counts = rng.permutation(np.arange(n, dtype=np.int64) % MOST + 1)
    images = np.zeros((n, SIZE, SIZE, 3), dtype=np.int64)
    todo = np.arange(n)
    while len(todo):  # where there was no room for all windows, another house is built
        images[todo], fits = _houses(counts[todo], rng)
        todo = todo[~fits]
    return (images / 255).astype(np.float32), counts


def _houses(counts: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return pictures, whole numbers of shape (n, 32, 32, 3), and which have all their windows."""
    n = len(counts)
    width, height, roof = (rng.integers(*sides, n) for sides in ((18, 27), (12, 18), (4, 8)))
    left = _between(1, SIZE - 1 - width, rng)
    top = _between(roof + 1, SIZE - 1 - height, rng)
    wall = _box(top, left, height, width)
    tall, wide = rng.integers(5, 8, n), rng.integers(3, 5, n)
    door = _box(top + height - tall, left + _between(1, width - 1 - wide, rng), tall, wide)

    image = _paint(_colour("sky", n, rng), np.ones((n, SIZE, SIZE), dtype=bool))
    ground = np.broadcast_to(
        np.arange(SIZE)[:, None] >= (top + height - rng.integers(0, 3, n))[:, None, None],
        (n, SIZE, SIZE),
    )
    for colour, part in (
        ("ground", ground),
        ("leaves", _tree(top + height, rng)),
        ("roof", _roof(top, left, width, roof)),
        ("wall", wall),
        ("door", door),
    ):
        image = _paint(_colour(colour, n, rng), part, image)

    fits = np.ones(n, dtype=bool)
    free = wall & ~door
    for number in range(MOST):
        wanted = counts > number
        glass, found = _window(free, rng)
        glass &= wanted[:, None, None]
        image = _paint(_colour("glass", n, rng), glass, image)
        free &= ~glass
        fits &= found | ~wanted
    light = rng.integers(LIGHT, 101, (n, 1, 1, 1))
    noise = rng.integers(-NOISE, NOISE + 1, image.shape)
    return np.clip(image * light // 100 + noise, 0, 255), fits


def _window(free: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return one window for each picture, with free pixels all round, and whether it has a place.

    Both arguments and windows are booleans of shape (n, 32, 32).
    """
    n = len(free)
    sides = rng.integers(GLASS[0], GLASS[1] + 1, (2, n))
    # How many free pixels lie above and to the left of a corner, so that those of any rectangle
    # are the sum of two such numbers less two others.
    before = np.zeros((n, SIZE + 1, SIZE + 1), dtype=np.int64)
    before[:, 1:, 1:] = free.cumsum(axis=1).cumsum(axis=2)
    chance = rng.random((n, SIZE, SIZE))
    best = np.zeros((3, n))  # chance, row and column of the best place
    for height in range(GLASS[0], GLASS[1] + 1):
        for width in range(GLASS[0], GLASS[1] + 1):
            mine = np.flatnonzero((sides[0] == height) & (sides[1] == width))
            h, w = height + 2, width + 2  # with the neighbours
            part = before[mine]
            inside = part[:, h:, w:] - part[:, :-h, w:] - part[:, h:, :-w] + part[:, :-h, :-w]
            places = inside.shape[1:]
            score = np.where(inside == h * w, chance[mine][:, : places[0], : places[1]], -1.0)
            score = score.reshape(len(mine), places[0] * places[1])
            best[0, mine] = score.max(axis=1)
            best[1:, mine] = np.unravel_index(score.argmax(axis=1), places)
    row, column = best[1:].astype(np.int64) + 1
    found = best[0] >= 0
    return _box(row, column, *sides) & found[:, None, None], found


def _between(least: np.ndarray | int, most: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return whole numbers, each from its least to its most, both included."""
    return rng.integers(least, most + 1)


def _box(top: np.ndarray, left: np.ndarray, height: np.ndarray, width: np.ndarray) -> np.ndarray:
    """Return the pixels of rectangles, booleans of shape (n, 32, 32)."""
    pixel = np.arange(SIZE)
    rows = (pixel >= top[:, None]) & (pixel < (top + height)[:, None])
    columns = (pixel >= left[:, None]) & (pixel < (left + width)[:, None])
    return rows[:, :, None] & columns[:, None, :]


def _roof(top: np.ndarray, left: np.ndarray, width: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Return the pixels of roofs, one pixel wider than the wall at the eaves, and pointed."""
    pixel = np.arange(SIZE)
    above = top[:, None, None] - pixel[:, None]  # 1 in the lowest row of the roof
    off = np.abs(2 * pixel + 1 - (2 * left + width)[:, None, None])  # twice, from the middle
    wide = (width + 2)[:, None, None] * (height[:, None, None] + 1 - above)
    return (above >= 1) & (off * (height[:, None, None]) < wide) & (above <= height[:, None, None])


def _tree(foot: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the pixels of round trees; half of the pictures have none."""
    n = len(foot)
    radius = rng.integers(3, 6, n)[:, None, None]
    pixel = np.arange(SIZE)
    down = pixel[:, None] - (foot - rng.integers(4, 10, n))[:, None, None]
    right = pixel - rng.integers(0, SIZE, n)[:, None, None]
    crown = down**2 + right**2 <= radius**2
    trunk = (np.abs(right) < 1) & (down >= 0) & (pixel[:, None] < foot[:, None, None])
    return (crown | trunk) & (rng.random(n) < 0.5)[:, None, None]


def _colour(name: str, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return a colour of that kind for each picture, shape (n, 3)."""
    least, most = COLOURS[name]
    return rng.integers(least, np.add(most, 1), (n, 3))


def _paint(colour: np.ndarray, part: np.ndarray, image: np.ndarray | int = 0) -> np.ndarray:
    """Return the pictures with a part of each painted over."""
    return np.where(part[..., None], colour[:, None, None, :], image)
