"""Pooling: the traits, and the JavaScript against helpers.nn on the same numbers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import traitlets

from helpers.widgets.pooling import SIZE, SPOTS, Pooling

MODULE = "pooling.js"
TRAITS = ("numbers", "seed", "right", "down", "kind", "window", "stride", "view")
NUMBERS = ("spot", "spots", "line", "random")
SETTINGS = list(itertools.product(("max", "average"), (2, 3), (1, 2, 3)))


def state(shown) -> dict:
    return {trait: getattr(shown, trait) for trait in TRAITS}


def by_definition(values, kind, window, stride, steps):
    """Pooled numbers, winners and what comes back, in loops, without the library."""
    count = (SIZE - window) // stride + 1
    pooled, winners, back = np.zeros((count, count)), [], np.zeros((SIZE, SIZE))
    for index, (i, j) in enumerate(np.ndindex(count, count)):
        places = [
            (i * stride + u, j * stride + v) for u, v in itertools.product(range(window), repeat=2)
        ]
        seen = [values[place] for place in places]
        winners.append(places[seen.index(max(seen))])
        pooled[i, j] = max(seen) if kind == "max" else sum(seen) / len(seen)
        if index >= steps:
            continue
        for place in [winners[-1]] if kind == "max" else places:
            back[place] += 1 if kind == "max" else 1 / len(seen)
    return pooled, winners, back


@pytest.mark.parametrize("steps", [5, 64])
@pytest.mark.parametrize(("kind", "window", "stride"), SETTINGS)
@pytest.mark.parametrize("numbers", NUMBERS)
def test_javascript_pools_as_the_library_and_the_definition_do(
    run_js, numbers, kind, window, stride, steps
):
    shown = Pooling(
        numbers=numbers,
        kind=kind,
        window=window,
        stride=stride,
        right=1,
        down=2,
        seed=7,
        steps=steps,
    )
    values, found, changed = run_js(
        MODULE,
        "((v) => [v, m.pool(v, a[0], a[1]), m.changed(a[0])])(m.featureMap(a[0]))",
        [state(shown), steps],
    )
    np.testing.assert_array_equal(np.reshape(values, (SIZE, SIZE)), shown.feature_map)
    pooled, winners, back = by_definition(shown.feature_map, kind, window, stride, steps)
    np.testing.assert_allclose(np.reshape(found["pooled"], pooled.shape), pooled, atol=1e-12)
    np.testing.assert_allclose(shown.pooled, pooled, atol=1e-12)
    np.testing.assert_allclose(np.reshape(found["back"], (SIZE, SIZE)), back, atol=1e-12)
    np.testing.assert_allclose(shown.back, back, atol=1e-12)
    assert [divmod(winner, SIZE) for winner in found["winners"]] == winners
    changed = [np.inf if share is None else share for share in changed]  # JSON knows no infinity
    assert changed == pytest.approx(shown.changed)


@pytest.mark.parametrize("numbers", NUMBERS)
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
    assert Pooling(numbers="spot").changed == (0, 0)
    changes = [Pooling(numbers="spot", right=right).changed for right in range(4)]
    assert changes[:2] == [(0, 0), (2, 0)]  # within its window
    assert changes[2] == (2, 2)  # a spot that is gone, and one that is new
    # Where windows overlap, one pixel can win four of them.
    assert Pooling(numbers="spot", stride=1).back.max() == 4
    # Three spots in one window look like one to the maximum, not to the mean.
    wide = {"window": 3, "stride": 3}
    assert Pooling(numbers="spots", **wide).pooled.max() == 9
    assert Pooling(numbers="spots", kind="average", **wide).pooled.max() <= 17 / 9


def test_pooling_forgives_a_part_of_a_move_and_not_all_of_it():
    """By one pixel: random numbers, some hundred maps, every window as wide as its stride."""
    for kind, window in itertools.product(("max", "average"), (2, 3)):
        pairs = np.array([
            Pooling(
                numbers="random", seed=seed, right=1, kind=kind, window=window, stride=window
            ).changed
            for seed in range(1, 101)
        ])  # fmt: skip
        assert (pairs[:, 1] < pairs[:, 0]).all()
        assert np.median(pairs[:, 1]) > 0  # of most maps, not all: 9s are many, and large windows


def test_a_change_from_nothing_has_no_size():
    shown = Pooling(window=2, stride=3)  # the spot lies between the windows
    assert shown.pooled.max() == 0
    assert shown.changed == (0, 0)
    shown.set_trait("right", 1)
    shown.set_trait("down", 1)
    assert shown.changed == (2, np.inf)


def test_the_gradient_adds_up_to_the_number_of_windows():
    for kind, window, stride in SETTINGS:
        shown = Pooling(numbers="random", kind=kind, window=window, stride=stride)
        assert shown.back.sum() == pytest.approx(shown.pooled.size)
        shown.steps = 3
        assert shown.back.sum() == pytest.approx(3)


@pytest.mark.parametrize(
    ("trait", "value"),
    [
        ("numbers", "many"), ("seed", 0), ("right", 4), ("down", -1), ("kind", "min"),
        ("window", 4), ("stride", 0), ("steps", 65), ("view", "sideways"),
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
    def told(index=0, **settings):
        shown = Pooling(**settings)
        return run_js(
            MODULE,
            "[m.describe(a[0], 5), m.windowText(m.featureMap(a[0]), a[0], a[1]), m.moveText(a[0])]",
            [state(shown), index],
        )

    where, words, move = told(index=5)
    assert where == "5 of 16 windows; along each side ⌊(n − k)/s⌋ + 1 = ⌊(8 − 2)/2⌋ + 1 = 4."
    assert words == "The largest of 9, 0, 0, 0 is 9."
    assert move.startswith("Move the map by one pixel.")
    assert told(index=5, kind="average")[1] == "The mean is (9 + 0 + 0 + 0)/4 = 9/4 = 2.25."
    assert told(index=5, view="back")[1].startswith("A gradient of 1 goes back to the largest")
    assert "1/9 = 0.111 for each of the 9" in told(view="back", kind="average", window=3)[1]
    assert "is the same as before" in told(right=1)[2]
    assert "as much as the map" in told(right=2)[2]
    assert "changes less than the map" in told(right=1, numbers="spots")[2]


def test_numbers_have_at_most_three_characters(run_js):
    numbers = [0, 9, 0.25, 1 / 9, 2 / 3, 2.5, 26 / 9, 3.0000000001]
    texts = run_js(MODULE, "a.map(m.short)", numbers)
    assert texts == ["0", "9", ".25", ".11", ".67", "2.5", "2.9", "3"]
