"""Circles and rectangles: what the docstring promises, and that one neuron can tell them apart."""

import numpy as np
import pytest

from helpers.datasets import shapes20
from helpers.datasets.shapes20 import SIDES

ROWS, COLUMNS = np.mgrid[:20, :20]
DISTANCE = np.hypot(ROWS - 9.5, COLUMNS - 9.5)  # of a pixel from the middle of the picture


@pytest.fixture(scope="module")
def many():
    """Return circles and rectangles, thousands of each, from five seeds."""
    parts = [shapes20(4000, np.random.default_rng(seed)) for seed in range(5)]
    images, labels = (np.concatenate(part) for part in zip(*parts, strict=True))
    return images[labels == 1], images[labels == 0]


@pytest.mark.parametrize("n", [0, 1, 2, 7, 100, np.int64(4)])
def test_shapes_and_types_are_what_the_docstring_says(n):
    images, labels = shapes20(n, np.random.default_rng(3))
    assert (images.shape, images.dtype) == ((n, 20, 20), np.float64)
    assert (labels.shape, labels.dtype) == ((n,), np.int64)
    assert set(np.unique(images)) <= {0.0, 1.0}


@pytest.mark.parametrize("n", [0, 1, 2, 3, 10, 101])
def test_half_of_them_are_circles(n):
    for seed in range(5):
        labels = shapes20(n, np.random.default_rng(seed))[1]
        assert np.bincount(labels, minlength=2).tolist() == [n - n // 2, n // 2]


def test_the_order_is_random():
    labels = np.array([shapes20(10, np.random.default_rng(seed))[1] for seed in range(400)])
    assert np.abs(labels.mean(axis=0) - 0.5).max() < 0.1  # four standard deviations


def test_the_same_seed_gives_the_same_pictures_and_another_gives_others():
    a, b, other = (shapes20(50, np.random.default_rng(seed)) for seed in (8, 8, 9))
    np.testing.assert_array_equal(a[0], b[0])
    np.testing.assert_array_equal(a[1], b[1])
    assert (a[0] != other[0]).any()


def test_a_generator_goes_on():
    rng = np.random.default_rng(8)
    first, second = shapes20(50, rng)[0], shapes20(50, rng)[0]
    assert (first != second).any()


def test_a_seed_gives_the_same_pictures_for_ever():
    # The chapter and the exercise speak of these pictures. Exact on every machine: no pixel
    # lies so near to the edge of a circle that rounding could decide.
    images, labels = shapes20(200, np.random.default_rng(1958))
    weights = np.arange(1, 401).reshape(20, 20)
    assert (int(images.sum()), int((images * weights).sum()), int(labels @ np.arange(200))) == (
        19456,
        3917905,
        10491,
    )


@pytest.mark.parametrize("n", [2.0, "3", None, True, np.array([3])])
def test_a_number_that_is_not_whole_is_refused(n):
    with pytest.raises(TypeError, match=r"n is .* whole number"):
        shapes20(n, np.random.default_rng(0))


def test_a_negative_number_is_refused():
    with pytest.raises(ValueError, match="n is -1; it must be 0 or more"):
        shapes20(-1, np.random.default_rng(0))


@pytest.mark.parametrize("rng", [None, 3, np.random.RandomState(0), np.random])
def test_what_is_no_generator_is_refused(rng):
    with pytest.raises(TypeError, match=r"rng is .*default_rng"):
        shapes20(3, rng)


def test_nothing_touches_the_border(many):
    for images in many:
        edge = images.copy()
        edge[:, 1:-1, 1:-1] = 0
        assert edge.sum() == 0


def test_rectangles_are_rectangles_of_the_sizes_promised(many):
    _, rectangles = many
    heights = rectangles.any(axis=2).sum(axis=1)
    widths = rectangles.any(axis=1).sum(axis=1)
    np.testing.assert_array_equal(rectangles.sum(axis=(1, 2)), heights * widths)  # filled
    sizes = set(zip(heights.tolist(), widths.tolist(), strict=True))
    assert sizes == set(SIDES) | {(b, a) for a, b in SIDES}
    for axis in (1, 2):  # the middle, from the first and last row (column) in use
        used = rectangles.any(axis=axis)
        middle = (used.argmax(axis=1) + 19 - used[:, ::-1].argmax(axis=1)) / 2
        assert np.abs(middle - 9.5).max() == 1
    assert len(np.unique(rectangles.reshape(-1, 400), axis=0)) == 82


def test_circles_are_round(many):
    circles, _ = many
    area = circles.sum(axis=(1, 2))
    assert np.pi * 4.8**2 < area.min() < np.pi * 5.2**2
    assert np.pi * 5.8**2 < area.max() < np.pi * 6.2**2
    row, column = ((circles * grid).sum(axis=(1, 2)) / area for grid in (ROWS, COLUMNS))
    for middle in (row, column):
        assert 0.9 < np.abs(middle - 9.5).max() < 1.1
        assert abs(middle.mean() - 9.5) < 0.05
    away = np.hypot(ROWS - row[:, None, None], COLUMNS - column[:, None, None])
    radius = np.sqrt(area / np.pi)[:, None, None]
    assert not (circles.astype(bool) & (away > radius + 0.9)).any()
    assert not (~circles.astype(bool) & (away < radius - 0.9)).any()


def test_the_number_of_pixels_gives_little_away(many):
    circles, rectangles = (images.sum(axis=(1, 2)) for images in many)
    assert (circles.min(), circles.max()) == (75, 116)
    assert (rectangles.min(), rectangles.max()) == (80, 112)
    right = [((circles >= t).mean() + (rectangles < t).mean()) / 2 for t in range(70, 120)]
    assert 0.55 < max(*right, 1 - min(right)) < 0.57


def test_one_linear_neuron_can_tell_all_circles_from_all_rectangles(many):
    # The proof of the docstring: a circle never reaches so far from the middle, a rectangle
    # always does. So the weights -1 far away and 0 nearer, and a bias of 2.5 do it.
    circles, rectangles = many
    assert DISTANCE[circles.any(axis=0)].max() <= 6 + np.sqrt(2) < 7.5
    far = DISTANCE >= 7.5
    assert (circles * far).sum(axis=(1, 2)).max() == 0
    assert (rectangles * far).sum(axis=(1, 2)).min() == 6


def test_the_gap_is_as_wide_as_the_docstring_says(many):
    from scipy.optimize import linprog

    circles, rectangles = (np.unique(images.reshape(-1, 400), axis=0) for images in many)
    x = np.concatenate([circles, rectangles])
    sign = np.concatenate([np.ones(len(circles)), -np.ones(len(rectangles))])[:, None]
    # Maximise m with sign * (x @ w + b) >= m and |w| <= 1: the gap is 2 m.
    found = linprog(
        np.concatenate([np.zeros(401), [-1.0]]),
        A_ub=np.hstack([-sign * x, -sign, np.ones_like(sign)]),
        b_ub=np.zeros(len(x)),
        bounds=[(-1, 1)] * 400 + [(None, None), (0, None)],
    )
    assert found.success
    assert 28 < 2 * found.x[-1] < 29
