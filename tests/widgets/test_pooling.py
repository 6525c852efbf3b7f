"""Pooling: the traits, and the JavaScript against helpers.nn on the same numbers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import traitlets

from helpers.widgets.pooling import SIZE, SPOTS, Pooling

MODULE = "pooling.js"
TRAITS = ("numbers", "seed", "right", "down", "kind", "window", "stride")
SETTINGS = list(itertools.product(("max", "average"), (2, 3), (1, 2, 3)))


def state(shown) -> dict:
    return {trait: getattr(shown, trait) for trait in TRAITS}


@pytest.mark.parametrize(("kind", "window", "stride"), SETTINGS)
@pytest.mark.parametrize("numbers", ["spot", "spots", "random"])
def test_javascript_pools_as_the_library_does(run_js, numbers, kind, window, stride):
    shown = Pooling(
        numbers=numbers, kind=kind, window=window, stride=stride, right=1, down=2, seed=7
    )
    values, found, changed = run_js(
        MODULE,
        "((v) => [v, m.pool(v, a[0]), m.changed(a[0])])(m.featureMap(a[0]))",
        [state(shown)],
    )
    np.testing.assert_array_equal(np.reshape(values, (SIZE, SIZE)), shown.feature_map)
    expected = shown.pooled
    np.testing.assert_allclose(np.reshape(found["pooled"], expected.shape), expected, atol=1e-12)
    np.testing.assert_allclose(np.reshape(found["back"], (SIZE, SIZE)), shown.back, atol=1e-12)
    assert changed == pytest.approx(shown.changed)
    for index, winner in enumerate(found["winners"]):
        row, column = (stride * i for i in np.unravel_index(index, expected.shape))
        seen = shown.feature_map[row : row + window, column : column + window]
        first = np.unravel_index(seen.argmax(), seen.shape)
        assert divmod(winner, SIZE) == (row + first[0], column + first[1])


@pytest.mark.parametrize("numbers", ["spot", "spots", "random"])
def test_a_move_shifts_the_map_and_fills_with_zeros(numbers):
    before = Pooling(numbers=numbers).feature_map
    after = Pooling(numbers=numbers, right=2, down=3).feature_map
    np.testing.assert_array_equal(after[3:, 2:], before[:-3, :-2])
    assert (after[:3] == 0).all()
    assert (after[:, :2] == 0).all()


def test_spots_stay_on_the_map_wherever_they_are_moved():
    for numbers, places in SPOTS.items():
        shown = Pooling(numbers=numbers, right=3, down=2)
        assert np.count_nonzero(shown.feature_map) == len(places)


def test_what_the_chapter_asks_can_be_seen():
    one = Pooling(numbers="spot")
    changes = [Pooling(numbers="spot", right=right).changed[1] for right in range(4)]
    assert changes[:2] == [0, 0]  # within its window
    assert changes[2] > 0
    assert one.changed == (0, 0)
    # Where windows overlap, one pixel can win four of them.
    assert Pooling(numbers="spot", stride=1).back.max() == 4
    # Three spots in one window look like one to the maximum, not to the mean.
    wide = {"window": 3, "stride": 3}
    assert Pooling(numbers="spots", **wide).pooled.max() == 9
    assert Pooling(numbers="spots", kind="average", **wide).pooled.max() <= 17 / 9


def test_the_gradient_adds_up_to_the_number_of_windows():
    for kind, window, stride in SETTINGS:
        shown = Pooling(numbers="random", kind=kind, window=window, stride=stride)
        assert shown.back.sum() == pytest.approx(shown.pooled.size)


@pytest.mark.parametrize(
    ("trait", "value"),
    [
        ("numbers", "many"), ("seed", 0), ("right", 4), ("down", -1), ("kind", "min"),
        ("window", 4), ("stride", 0), ("steps", 65),
    ],
)  # fmt: skip
def test_impossible_values_are_refused(trait, value):
    shown = Pooling()
    before = getattr(shown, trait)
    with pytest.raises(traitlets.TraitError, match=trait):
        setattr(shown, trait, value)
    assert getattr(shown, trait) == before


def test_still_shows_what_is_set():
    shown = Pooling()
    first = shown.still_png()
    assert first == shown.still_png()
    stills = {first}
    for trait, value in (("numbers", "random"), ("kind", "average"), ("right", 1), ("steps", 3)):
        setattr(shown, trait, value)
        stills.add(shown.still_png())
    shown.steps = 0
    assert len(stills | {shown.still_png()}) == 6


def test_words(run_js):
    def told(**settings):
        return run_js(MODULE, "m.describe(a[0], 5)", [state(Pooling(**settings))])

    assert told().startswith("5 of 16 windows; along each side ⌊(8 − 2)/2⌋ + 1 = 4.")
    assert "Move the map" in told()
    moved = told(right=2)
    assert "Moved by 2 to the right and 0 down: 3.1\u00a0% of the map has changed" in moved
    assert moved.endswith("and 13\u00a0% of the pooled map.")
