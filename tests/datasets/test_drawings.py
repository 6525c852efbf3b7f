"""Drawings become pictures like the data, and digits drawn by a rule help to read others."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import ndimage  # comes with scikit-learn

from helpers.datasets import digits, drawn_digits
from helpers.datasets.drawings import bitmap, see
from helpers.nn.activations import softmax
from helpers.nn.layers import Dense, he_uniform
from helpers.nn.network import Network
from helpers.nn.optimizers import SGD

SEVEN = [60, 40, 200, 40, 110, 220]
FOUR = [140, 20, 50, 160, 210, 160, -1, 165, 90, 165, 240]
EIGHT = [180, 50, 120, 15, 70, 50, 100, 100, 170, 150, 190, 200, 130, 240, 70, 210, 90, 150]

#: Ways of writing that nothing was trained on: points in percent, strokes apart by ";".
BY_HAND = [
    ["50,8 30,20 22,45 25,72 42,92 62,90 76,68 77,38 66,14 48,8",
     "62,12 40,8 24,30 20,60 35,88 60,90 78,65 76,35 62,12 52,6"],
    ["50,5 50,95", "35,25 55,8 52,95", "62,5 42,95", "38,20 50,6 50,94;32,94 70,94",
     "22,42 52,6 52,95"],
    ["24,28 35,10 60,8 74,24 66,48 40,72 22,90 50,92 80,90", "22,14 62,10 74,26 24,92 80,92",
     "25,22 45,6 70,16 70,38 45,65 20,88 30,82 55,92 82,84"],
    ["25,14 50,6 72,18 66,38 46,46 68,54 78,72 64,90 40,94 22,82",
     "22,8 74,8 44,42 70,50 76,74 58,92 24,88", "28,12 60,10 68,28 44,46 72,62 66,88 30,92"],
    ["60,6 20,64 84,64;62,40 62,96", "26,8 22,54 80,54;74,10 72,96",
     "30,8 30,50 45,56 75,50;70,8 64,95"],
    ["74,8 30,8 28,42 50,38 74,50 76,74 56,92 24,86",
     "30,10 28,46 60,42 76,62 66,88 26,92;30,10 76,8",
     "72,10 36,12 28,46 58,44 72,66 58,88 26,86"],
    ["66,6 40,28 26,60 32,86 54,94 72,80 68,60 48,54 30,66",
     "50,6 32,40 26,74 44,94 70,84 68,62 44,58 28,74",
     "74,10 46,14 28,46 28,78 50,94 74,80 70,58 46,52 30,60"],
    ["20,10 80,10 46,95", "22,8 78,10 56,50 46,94;36,50 72,50", "20,18 22,8 78,8 50,50 40,94"],
    ["70,18 48,6 28,20 38,40 66,58 74,80 52,94 28,82 36,58 64,38 70,18",
     "50,48 30,32 34,10 62,8 70,28 50,48 26,68 32,90 64,92 76,70 50,48",
     "72,14 40,8 30,26 50,44 74,70 60,92 30,88 28,68 50,48 70,30 72,14"],
    ["72,24 50,6 28,20 30,44 54,50 72,30 72,24 70,60 62,95",
     "70,30 58,8 34,12 26,34 46,50 68,40 70,20 72,70 54,92 28,86",
     "70,10 40,8 26,30 46,50 70,36 70,10 70,95"],
]  # fmt: skip


def by_hand(copies: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return pictures of these drawings, distorted, with thin and thick pens, and their labels."""
    pictures, labels = [], []
    for digit, styles in enumerate(BY_HAND):
        for style in styles * copies:
            stretch = (np.eye(2) + rng.normal(0, 0.09, (2, 2))) * rng.uniform(0.5, 0.9)
            middle, drawing = rng.uniform(0.42, 0.58, 2), []
            for stroke in style.split(";"):
                points = np.array([pair.split(",") for pair in stroke.split()], dtype=float) / 100
                points += rng.normal(0, 0.022, points.shape)
                points = (points - 0.5) @ stretch.T + middle
                drawing += [-1] * bool(drawing) + np.rint(255 * points.clip(0, 1)).ravel().tolist()
            pictures.append(see(drawing, pen=rng.uniform(0.03, 0.12)))
            labels.append(digit)
    return np.array(pictures) / 16, np.array(labels)


def slow_bitmap(drawing, pen):
    """Rasterise with many discs, and let SciPy do the borders."""
    discs, stroke = [], []
    for each in [*drawing, -1]:
        if each >= 0:
            stroke.append(each)
            continue
        points = np.reshape(stroke, (-1, 2))
        if len(points) == 1:
            discs += [points]
        for start, end in pairwise(points):
            discs.append(start + np.linspace(0, 1, 3000)[:, None] * (end - start))
        stroke = []
    discs, radius = np.concatenate(discs), 255 * pen / 2
    low, high = discs.min(axis=0) - radius, discs.max(axis=0) + radius
    x_scale, y_scale = 20 / (high[0] - low[0]), 32 / (high[1] - low[1])
    x_scale, y_scale = min(x_scale, 3 * y_scale), min(y_scale, 3 * x_scale)
    dark = np.zeros((32, 32), dtype=bool)
    for row in range(32):
        for column in range(32):
            at = (low + high) / 2 + [(column - 15.5) / x_scale, (row - 15.5) / y_scale]
            dark[row, column] = ((discs - at) ** 2).sum(axis=1).min() <= radius**2
    ink = dark.sum()
    borders = 2 if ink < 108 else 1 if ink < 256 else 0 if ink <= 412 else -1 if ink <= 560 else -2
    if borders < 0:
        dark = ndimage.binary_erosion(dark, iterations=-borders)
    if borders > 0:
        dark = ndimage.binary_dilation(dark, iterations=borders)
    return dark, borders


def sheared(dark):
    """Straighten, row by row, by hand."""
    rows = [row for row in range(32) if dark[row].any()]
    top, bottom = rows[0] + 2, rows[-1] - 2
    left = [np.flatnonzero(dark[row])[0] for row in (top, bottom)]
    out = np.zeros((32, 32), dtype=bool)
    for row in range(32):
        exact = (row - 16) * (left[0] - left[1]) / (bottom - top)
        shift = int(exact + 0.5) if exact >= 0 else -int(-exact + 0.5)
        for column in np.flatnonzero(dark[row]):
            if 0 <= column + shift < 32:
                out[row, column + shift] = True
    return out


@pytest.mark.parametrize("pen", [0.03, 0.07, 0.2])
@pytest.mark.parametrize("drawing", [SEVEN, FOUR, EIGHT])
def test_bitmap_is_what_the_steps_give_when_done_slowly(drawing, pen):
    expected = sheared(slow_bitmap(drawing, pen)[0])
    # A pixel on the very border may fall to the other side between two discs.
    assert np.sum(bitmap(drawing, pen=pen) != expected) <= 1


def test_every_rule_of_thickness_is_used():
    line, blot = [128, 10, 128, 250], [60, 40, 200, 40, 60, 220, 200, 220, 60, 100, 200, 150]
    slash = [100, 10, 150, 250]  # 102 dark pixels: two borders more
    blot += [*blot[::-1], -1, 60, 40, 60, 220, 130, 40, 130, 220, 200, 40, 200, 220]
    used = set()
    for drawing, pen in [
        (line, 0.03),
        (slash, 0.036),
        (SEVEN, 0.07),
        (EIGHT, 0.12),
        (blot, 0.07),
        (blot, 0.2),
    ]:
        expected, borders = slow_bitmap(drawing, pen)
        used.add(borders)
        assert np.sum(bitmap(drawing, pen=pen) != sheared(expected)) <= 1
    assert used == {2, 1, 0, -1, -2}


def test_place_and_size_on_the_canvas_do_not_matter():
    moved = [each + 15 for each in SEVEN]
    np.testing.assert_array_equal(see(moved), see(SEVEN))
    half = [each / 2 for each in SEVEN]
    np.testing.assert_array_equal(see(half, pen=0.035), see(SEVEN, pen=0.07))


def test_slanted_writing_is_straightened():
    slanted = bitmap([200, 10, 60, 245])
    rows = np.flatnonzero(slanted.any(axis=1))
    left = slanted[rows[2:-2]].argmax(axis=1)
    assert left.max() - left.min() <= 1


def test_a_one_drawn_with_a_ruler_is_no_black_rectangle():
    picture = see([128, 20, 128, 235])
    assert picture[1:-1, [0, 1, 6, 7]].max() == 0
    assert picture[1:-1, 3:5].min() == 16


def test_pictures_are_like_the_data():
    # The numbers that the docstring states, and the margins: nothing in the first column, little
    # in the last one, ink in every row.
    images, _ = digits()
    ink = np.rint(16 * images).sum(axis=(1, 2))
    assert np.mean((ink >= 250) & (ink <= 412)) > 0.985
    left = (images > 0).argmax(axis=2)
    assert round(np.mean(left[:, 0] == left[:, 7]), 2) == 0.82
    drawn, _ = drawn_digits(20, rng=np.random.default_rng(1))
    for pictures in (images, drawn):
        assert (pictures.max(axis=2) > 0).all()
        used = (pictures.max(axis=1) > 0).mean(axis=0)
        assert used[0] < 0.03
        assert (used[1:7] > 0.75).all()
        assert used[7] < 0.3
        assert 18 < pictures.sum(axis=(1, 2)).mean() < 21


def test_nothing_and_dots_can_be_drawn_too():
    for nothing in ([], [-1], [-1, -1]):
        assert see(nothing).shape == (8, 8)
        assert not bitmap(nothing).any()
    np.testing.assert_array_equal(see([128, 128]), see([128, 128, 128, 128]))
    assert see([128, 128]).sum() > 0
    assert see([0, 100, 255, 100]).sum() > 0  # a dash
    np.testing.assert_array_equal(see([*SEVEN, -1]), see(SEVEN))


@pytest.mark.parametrize(
    ("drawing", "pen", "words"),
    [
        ([1, 2, 3], 0.07, "lacks its y"),
        ([1, 2, -1, 3], 0.07, "lacks its y"),
        ([1, np.nan], 0.07, "finite"),
        ([[1, 2]], 0.07, "x, y, x, y"),
        (SEVEN, 0, "above 0"),
        (SEVEN, np.nan, "above 0"),
    ],
)
def test_what_cannot_be_drawn_is_refused(drawing, pen, words):
    with pytest.raises(ValueError, match=words):
        bitmap(drawing, pen=pen)


def test_drawn_digits_are_what_the_docstring_says():
    images, labels = drawn_digits(3, rng=np.random.default_rng(4))
    assert (images.shape, images.dtype) == ((72, 8, 8), np.float64)
    assert (labels.shape, labels.dtype) == ((72,), np.int64)
    assert (images.min(), images.max()) == (0, 1)
    np.testing.assert_array_equal(images * 16, np.rint(images * 16))
    assert labels.tolist() == sorted(labels)
    assert set(labels) == set(range(10))
    again, _ = drawn_digits(3, rng=np.random.default_rng(4))
    np.testing.assert_array_equal(images, again)
    assert (images != drawn_digits(3, rng=np.random.default_rng(5))[0]).any()
    with pytest.raises(ValueError, match="at least one"):
        drawn_digits(0, rng=np.random.default_rng(1))


class CrossEntropy:
    """The gradient of the mean cross-entropy of a softmax, which is all that training needs."""

    def value(self, logits, targets):
        return float(-np.log(softmax(logits)[targets == 1]).mean())

    def grad(self, logits, targets):
        return (softmax(logits) - targets) / len(logits)


def trained(images, labels, seed):
    rng = np.random.default_rng(seed)
    hidden = Dense(64, 32, activation="relu", initialiser=he_uniform, rng=rng)
    network = Network([hidden, Dense(32, 10, rng=rng)])
    network.fit(
        images.reshape(-1, 64), np.eye(10)[labels], loss=CrossEntropy(), epochs=30, batch_size=32,
        optimizer=SGD(learning_rate=0.1, momentum=0.9), rng=rng,
    )  # fmt: skip
    return network


def test_drawn_digits_help_to_read_drawings_that_were_drawn_otherwise():
    images, labels = digits()
    order = np.random.default_rng(0).permutation(len(labels))
    train, test = order[:1297], order[1297:]
    pictures, drawn = by_hand(10, np.random.default_rng(1))
    assert len(drawn) == 310
    scores = {}
    for copies in (0, 10):
        for seed in range(3):
            x, y = images[train], labels[train]
            if copies:
                more, their = drawn_digits(copies, rng=np.random.default_rng(seed))
                x, y = np.concatenate([x, more]), np.concatenate([y, their])
            network = trained(x, y, seed)
            for name, seen, right in [
                ("drawn", pictures, drawn),
                ("written", images[test], labels[test]),
            ]:
                answers = network.predict(seen.reshape(-1, 64)).argmax(axis=1)
                scores.setdefault((copies, name), []).append(np.mean(answers == right))
    mean = {key: np.mean(values) for key, values in scores.items()}
    assert mean[10, "drawn"] > max(0.95, mean[0, "drawn"] + 0.04)
    assert mean[10, "written"] > mean[0, "written"] - 0.01  # and cost nothing with real ones
