"""Houses with windows: what the docstring promises, and what can't be counted too easily."""

import numpy as np
import pytest
from scipy import ndimage

from helpers.datasets import windows
from helpers.datasets.windows import COLOURS, NOISE


def glass_of(images):
    """Return which pixels are glass, by their colour."""
    return np.minimum(images[..., 0], images[..., 1]) - images[..., 2] > 0.3


@pytest.fixture(scope="module")
def many():
    """Return pictures, counts, and where there is glass."""
    images, counts = windows(12_000, np.random.default_rng(3))
    return images, counts, glass_of(images)


@pytest.mark.parametrize("n", [0, 1, 2, 7, 100, np.int64(4)])
def test_shapes_and_types_are_what_the_docstring_says(n):
    images, counts = windows(n, np.random.default_rng(3))
    assert (images.shape, images.dtype) == ((n, 32, 32, 3), np.float32)
    assert (counts.shape, counts.dtype) == ((n,), np.int64)


def test_colours_are_whole_numbers_of_255(many):
    images = many[0][:500]
    assert 0 <= images.min() < 0.1
    assert 0.9 < images.max() <= 1
    np.testing.assert_array_equal(images, (np.rint(images * 255) / 255).astype(np.float32))


@pytest.mark.parametrize("n", [0, 1, 5, 6, 8, 60])
def test_each_number_of_windows_is_as_frequent_as_the_others(n):
    for seed in range(3):
        found = np.bincount(windows(n, np.random.default_rng(seed))[1], minlength=7)
        assert found[0] == 0
        assert len(found) == 7
        assert found[1:].max() - found[1:].min() <= 1


def test_the_order_is_random():
    counts = np.array([windows(12, np.random.default_rng(seed))[1] for seed in range(150)])
    assert np.abs(counts.mean(axis=0) - 3.5).max() < 0.6  # four standard deviations


def test_the_same_seed_gives_the_same_pictures_and_another_gives_others():
    a, b, other = (windows(20, np.random.default_rng(seed)) for seed in (8, 8, 9))
    np.testing.assert_array_equal(a[0], b[0])
    np.testing.assert_array_equal(a[1], b[1])
    assert (a[0] != other[0]).any()


def test_a_generator_goes_on():
    rng = np.random.default_rng(8)
    assert (windows(20, rng)[0] != windows(20, rng)[0]).any()


def test_a_seed_gives_the_same_pictures_for_ever():
    # The chapter speaks of these pictures. All arithmetic is of whole numbers, up to the last.
    images, counts = windows(200, np.random.default_rng(1958))
    whole = np.rint(images * 255).astype(np.int64)
    weights = np.arange(1, 3073).reshape(32, 32, 3)
    assert (int(whole.sum()), int((whole * weights).sum()), int(counts @ np.arange(200))) == (
        80173973,
        111203999637,
        69831,
    )


@pytest.mark.parametrize("n", [2.0, "3", None, True, np.array([3])])
def test_a_number_that_is_not_whole_is_refused(n):
    with pytest.raises(TypeError, match=r"n is .* whole number"):
        windows(n, np.random.default_rng(0))


def test_a_negative_number_is_refused():
    with pytest.raises(ValueError, match="n is -1; it must be 0 or more"):
        windows(-1, np.random.default_rng(0))


@pytest.mark.parametrize("rng", [None, 3, np.random.RandomState(0), np.random])
def test_what_is_no_generator_is_refused(rng):
    with pytest.raises(TypeError, match=r"rng is .*default_rng"):
        windows(3, rng)


def test_only_glass_has_the_colour_of_glass():
    # The most that any other thing can reach, and the least that glass can fall to.
    def yellow(red, green, blue):
        return min(red, green) - blue

    others = {
        name: yellow(*most[:2], least[2])
        for name, (least, most) in COLOURS.items()
        if name != "glass"
    }
    least, most = COLOURS["glass"]
    assert (max(others.values()) + 1 + 2 * NOISE) / 255 < 0.3
    assert (0.85 * yellow(*least[:2], most[2]) - 1 - 2 * NOISE) / 255 > 0.3


def test_windows_are_as_many_as_the_label_says_and_none_touch(many):
    _, counts, glass = many
    neighbours = np.zeros((3, 3, 3), dtype=int)
    neighbours[1] = 1  # also across a corner, but never from one picture to the next
    regions, found = ndimage.label(glass, neighbours)
    assert found == counts.sum()
    each = ndimage.find_objects(regions)
    np.testing.assert_array_equal(np.bincount([place[0].start for place in each]), counts)
    sides = np.array([[place[k].stop - place[k].start for k in (1, 2)] for place in each])
    assert (sides.min(), sides.max()) == (2, 4)
    areas = np.bincount(regions.ravel())[1:]
    np.testing.assert_array_equal(areas, sides.prod(axis=1))  # filled
    assert np.bincount(3 * sides[:, 0] + sides[:, 1])[8:].min() > 0
    assert len(np.unique(sides, axis=0)) == 9


def test_around_each_window_there_is_wall(many):
    images, _, glass = many
    ring = ndimage.binary_dilation(glass, np.ones((1, 3, 3))) & ~glass
    for picture, round_about in zip(images[:300], ring[:300], strict=True):
        colours = picture[round_about] * 255
        # One colour, give or take the noise: no sky, roof, door or ground.
        assert (colours.max(axis=0) - colours.min(axis=0) <= 2 * NOISE + 0.1).all()


def test_windows_are_spread_over_the_picture(many):
    _, _, glass = many
    often = glass.mean(axis=0)
    assert (often[10:27, 4:28] > 0.01).all()
    assert often.max() < 0.16
    # In each half of the picture there are as many.
    assert abs(often[:, :16].sum() / often.sum() - 0.5) < 0.02


def test_corners_count_the_windows(many):
    _, counts, glass = many
    padded = np.pad(glass, ((0, 0), (1, 0), (1, 0)))
    corners = glass & ~padded[:, :-1, 1:] & ~padded[:, 1:, :-1]
    np.testing.assert_array_equal(corners.sum(axis=(1, 2)), counts)


def test_the_number_of_glass_pixels_is_not_enough(many):
    _, counts, glass = many
    area = glass.sum(axis=(1, 2))
    table = np.zeros((100, 7))
    np.add.at(table, (area[:9000], counts[:9000]), 1)
    right = np.mean(table.argmax(axis=1)[area[9000:]] == counts[9000:])
    assert 0.58 < right < 0.65


def test_a_straight_line_through_all_pixels_is_no_better_than_a_guess(many):
    images, counts, _ = many
    rows = images.reshape(len(images), -1)
    rows = np.column_stack([rows, np.ones(len(rows), dtype=np.float32)])
    weights = np.linalg.lstsq(rows[:9000], counts[:9000], rcond=None)[0]
    right = np.mean(np.clip(np.rint(rows[9000:] @ weights), 1, 6) == counts[9000:])
    assert right < 0.3
