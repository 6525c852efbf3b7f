"""Dropout: the JavaScript's forward pass against helpers.nn with the same masks, and the traits."""

from __future__ import annotations

import json
from itertools import islice

import numpy as np
import pytest
import traitlets

from helpers.nn.layers import Dense, Dropout
from helpers.nn.network import Network
from helpers.widgets.batch_size import mulberry32
from helpers.widgets.dropout_units import DropoutUnits, _grid, _sigmoid, moons, trained

MODULE = "dropout_units.js"


class Given(np.random.Generator):
    """A generator that hands out given numbers, the same ones to every example of the batch."""

    def __new__(cls, rows):
        return super().__new__(cls, np.random.PCG64(0))

    def __init__(self, rows):
        super().__init__(np.random.PCG64(0))
        self.rows = iter(rows)

    def random(self, shape):
        return np.broadcast_to(next(self.rows), shape)


def library(shown) -> Network:
    """The network of the library whose Dropout draws the masks of the widget."""
    w, rng = shown.weights, np.random.default_rng(0)  # what it draws is replaced
    n = (len(w) - 1) // 4
    rows = np.array(list(islice(mulberry32(shown.seed), shown.masks * n))).reshape(-1, n)
    hidden, output = Dense(2, n, activation="tanh", rng=rng), Dense(n, 1, rng=rng)
    hidden.weights, hidden.biases = w[: 2 * n].reshape(2, n), w[2 * n : 3 * n]
    output.weights, output.biases = w[3 * n : 4 * n, None], w[4 * n :]
    return Network([hidden, Dropout(shown.rate, rng=Given(rows)), output])


def state(shown) -> dict:
    traits = {trait: getattr(shown, trait) for trait in ("rate", "seed", "scaled", "average")}
    return traits | {"weights": shown.weights.tolist()}


def in_js(run_js, shown, points, masks=None):
    """What the module makes of these points: masked sums, average, evaluation, gaps, mask."""
    return run_js(
        MODULE,
        "((e) => (({kept, z, average, evaluated, gaps, factor}) => ({kept, gaps, factor,"
        " z: [...z], average: [...average], evaluated: [...evaluated]}))(e.to(a[2])))"
        "(m.ensemble(a[0], a[1]))",
        [state(shown), points.tolist(), masks or shown.masks],
    )


@pytest.mark.parametrize("network", ["dropout", "plain"])
@pytest.mark.parametrize("rate", [0.05, 0.3, 0.5, 0.8])
def test_the_forward_pass_is_that_of_the_library_with_the_same_masks(run_js, network, rate):
    shown = DropoutUnits(rate=rate, masks=6, seed=9, network=network)
    x = np.random.default_rng(1).uniform(-2, 2, (50, 2))
    reference = library(shown)
    for k in range(1, 7):
        z = reference.forward(x, training=True)[:, 0]
        found = in_js(run_js, shown, x, k)
        np.testing.assert_array_equal(found["kept"], shown.kept[k - 1])
        np.testing.assert_array_equal(reference.layers[1].mask[0], shown.kept[k - 1])
        np.testing.assert_allclose(found["z"], z, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(shown.sums(x, shown.kept)[:, k - 1], z, rtol=1e-9, atol=1e-12)
    evaluated = reference.predict(x)[:, 0]
    np.testing.assert_allclose(shown.sums(x), evaluated, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found["evaluated"], _sigmoid(evaluated), rtol=1e-9)


@pytest.mark.parametrize("average", ["sums", "answers"])
@pytest.mark.parametrize("scaled", [True, False])
@pytest.mark.parametrize("rate", [0, 0.4, 0.8])
def test_averages_and_gaps_are_the_same_in_both_languages(run_js, average, scaled, rate):
    shown = DropoutUnits(rate=rate, masks=70, scaled=scaled, average=average, seed=2)
    grid = _grid()
    found = in_js(run_js, shown, grid)
    np.testing.assert_allclose(found["average"], shown.averaged(grid)[:, -1], rtol=1e-9)
    np.testing.assert_allclose(found["gaps"], shown.gaps, rtol=1e-7, atol=1e-14)
    assert len(found["gaps"]) == 70
    assert shown.gap == shown.gaps[-1]
    # Once more, from the library: all masks one after the other.
    network = library(shown)
    z = np.column_stack([network.forward(grid, training=True)[:, 0] for _ in range(70)])
    if not scaled:
        bias = shown.weights[-1]
        z = (z - bias) * (1 - rate) + bias
    mean = _sigmoid(z.mean(axis=1)) if average == "sums" else _sigmoid(z).mean(axis=1)
    np.testing.assert_allclose(found["average"], mean, rtol=1e-9)
    gap = np.abs(mean - _sigmoid(network.predict(grid)[:, 0])).mean()
    assert shown.gap == pytest.approx(gap, rel=1e-7, abs=1e-14)


def test_fewer_masks_give_the_same_as_at_the_first_time(run_js):
    shown = DropoutUnits(masks=40)
    found = run_js(
        MODULE,
        "((e, pick) => [3, 40, 3, 41].map((k) => pick(e.to(k))))"
        "(m.ensemble(...a), (f) => [[...f.average], [...f.gaps], f.kept])",
        [state(shown), _grid()[:20].tolist()],
    )
    assert found[0] == found[2]
    assert found[3][1][:40] == found[1][1]


def test_the_average_of_the_sums_tends_to_the_evaluation_and_unscaled_ones_do_not():
    """The mean over all 2^n masks, weighted by their probability: exact, without drawing."""
    n = 6
    x, y = moons(40, np.random.default_rng(1))
    shown = DropoutUnits(trained(x, y, rate=0.3, units=n, steps=200), x, y, rate=0.3)
    kept = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    chance = np.prod(np.where(kept, 0.7, 0.3), axis=1)
    assert chance.sum() == pytest.approx(1)
    np.testing.assert_allclose(shown.sums(x, kept) @ chance, shown.sums(x), rtol=1e-12, atol=1e-12)
    shown.scaled = False
    bias = shown.weights[-1]
    want = 0.7 * (shown.sums(x) - bias) + bias
    np.testing.assert_allclose(shown.sums(x, kept) @ chance, want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("network", ["dropout", "plain"])
def test_the_gap_falls_as_one_over_the_root_of_the_number_of_masks(network):
    gaps = np.array(
        [DropoutUnits(masks=900, network=network, seed=s).gaps for s in range(1, 11)]
    ).mean(axis=0)
    slope = np.polyfit(np.log([30, 100, 300, 900]), np.log(gaps[[29, 99, 299, 899]]), 1)[0]
    assert slope == pytest.approx(-0.5, abs=0.12)


def test_what_the_remarks_say_of_the_gap_is_true():
    """Answers stop at a distance, scaled sums get below 0.01, unscaled ones stay away."""
    for seed in (1, 5, 17):
        made = {"masks": 1000, "seed": seed}
        assert DropoutUnits(**made).gap < 0.01
        answers = DropoutUnits(**made, average="answers").gaps
        assert answers[-1] > 0.02
        assert np.ptp(answers[500:]) < 0.01
        assert DropoutUnits(**made, scaled=False).gap > 5 * DropoutUnits(**made).gap
        plain = DropoutUnits(**made, average="answers", network="plain")
        assert plain.gap > 2 * answers[-1]


def test_the_networks_have_learned_the_moons_and_dropout_makes_masks_matter_less():
    right = {}
    for network in ("dropout", "plain"):
        shown = DropoutUnits(network=network, masks=300)
        x, y = np.array(shown.points)[:, :2], np.array(shown.points)[:, 2]
        evaluated = np.mean((shown.sums(x) >= 0) == y)
        right[network] = np.mean((shown.sums(x, shown.kept) >= 0) == y[:, None])
        assert evaluated > 0.95
        assert right[network] < evaluated
    assert right["dropout"] > 0.9 > right["plain"]


def test_training_repeats_itself():
    x, y = moons(30, np.random.default_rng(3))
    first = trained(x, y, rate=0.5, units=4, steps=50, seed=7)
    assert trained(x, y, rate=0.5, units=4, steps=50, seed=7) == first
    assert trained(x, y, rate=0.5, units=4, steps=50, seed=8) != first
    assert len(first) == 17


def test_masks_drop_the_share_that_was_asked_for():
    for rate in (0, 0.2, 0.5, 0.8):
        kept = DropoutUnits(rate=rate, masks=1000, seed=4).kept
        error = 5 * np.sqrt(rate * (1 - rate) / kept.size)
        assert kept.mean() == pytest.approx(1 - rate, abs=error + 1e-12)


def test_moons_are_two_half_circles_that_reach_into_one_another():
    x, y = moons(2001, np.random.default_rng(1), noise=0)
    assert x.shape == (2001, 2)
    assert y.shape == (2001, 1)
    upper, lower = x[y[:, 0] == 0], x[y[:, 0] == 1]
    assert (len(upper), len(lower)) == (1000, 1001)
    np.testing.assert_allclose(np.hypot(*(upper + np.array([0.5, 0.25])).T), 1)
    np.testing.assert_allclose(np.hypot(*(lower - np.array([0.5, 0.25])).T), 1)
    assert upper[:, 1].min() >= -0.25
    assert lower[:, 1].max() <= 0.25
    np.testing.assert_allclose(x.min(axis=0) + x.max(axis=0), 0, atol=0.02)
    noisy, _ = moons(4000, np.random.default_rng(1), noise=0.1)
    radius = np.hypot(*(noisy[:2000] + np.array([0.5, 0.25])).T)
    assert radius.std() == pytest.approx(0.1, rel=0.1)
    for bad in ({"n": 1}, {"n": 10, "noise": -1}):
        with pytest.raises(ValueError, match="at least"):
            moons(rng=np.random.default_rng(1), **bad)


def test_places_are_the_grid_and_a_ring_round_it(run_js):
    found = run_js(
        MODULE,
        "((p) => [p.points, p.measured, p.points.map(([x, y]) => p.index(x, y))])(m.places())",
    )
    points, measured, numbers = found
    assert measured == 37**2
    assert len(points) == 39**2
    np.testing.assert_allclose(points[:measured], _grid(), atol=1e-12)
    assert numbers == list(range(len(points)))


def test_the_logit_undoes_the_sigmoid(run_js):
    z = [-29.0, -3.0, 0.0, 1.5, 20.0]
    found = run_js(MODULE, "a.map((z) => m.logit(m.sigmoid(z)))", z)
    np.testing.assert_allclose(found, z, rtol=1e-6)
    assert run_js(MODULE, "[0, 1].map(m.logit)") == [-30, 30]


def test_what_is_said_follows_from_the_numbers(run_js):
    def said(gaps, kept=(1, 0, 1, 1), factor=2.0, **traits):
        what = {"scaled": True, "rate": 0.5, "average": "sums", **traits}
        found = {"kept": list(kept), "gaps": gaps, "factor": factor}
        return run_js(MODULE, "[m.describe(...a), m.remark(...a)]", [found, what])

    told, hint = said([0.1, 0.05])
    assert told == (
        "Mask 2: 3 of 4 units are kept, each multiplied by 2.00. The mean gap between the "
        "average so far and the evaluated network is 0.050."
    )
    assert hint == ""  # first the reader predicts
    assert "not scaled" in said([0.1], scaled=False)[0]
    assert "0.0042" in said([0.1, 0.0042])[0]
    assert "one over the root" in said([0.02] * 60)[1]
    assert "has come to be" in said([0.002] * 60)[1]
    assert "none speaks louder" in said([0.1] * 60, scaled=False)[1]
    assert "stops at some distance" in said([0.03] * 60, average="answers")[1]
    assert "nothing is dropped" in said([0.0], rate=0)[1]


def test_a_network_of_ones_own_comes_first():
    x, y = moons(20, np.random.default_rng(1))
    weights = np.linspace(-1, 1, 21)
    shown = DropoutUnits(weights, x, y.ravel().astype(int))
    assert shown.network == "yours"
    assert [each["name"] for each in shown.networks] == ["yours", "dropout", "plain"]
    np.testing.assert_array_equal(shown.weights, weights)
    assert len(shown.points) == 20
    assert shown.kept.shape == (1, 5)
    shown.network = "plain"
    assert shown.kept.shape == (1, 16)
    json.dumps(shown.get_state()["points"])


@pytest.mark.parametrize(
    "arguments",
    [([1.0, 2.0],), (np.zeros((4, 4)),), ([np.nan] * 9,), (np.zeros(69),),
     (np.zeros(9), [[0.0, 0.0]]), (np.zeros(9), [[0.0, 0.0]], [2]), (np.zeros(9), [0.0], [1]),
     (np.zeros(9), [[0.0, 0.0]], [0, 1])],
)  # fmt: skip
def test_networks_and_points_that_do_not_fit_are_refused(arguments):
    with pytest.raises(ValueError, match=r"weights must|x must|together"):
        DropoutUnits(*arguments)


@pytest.mark.parametrize(
    ("trait", "value"),
    [("rate", -0.1), ("rate", 0.9), ("masks", 0), ("masks", 1001), ("seed", 0),
     ("average", "median"), ("network", "yours")],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused(trait, value):
    with pytest.raises(traitlets.TraitError):
        DropoutUnits(**{trait: value})


@pytest.mark.parametrize(
    "traits",
    [{}, {"masks": 40, "scaled": False}, {"average": "answers", "rate": 0.8},
     {"network": "plain", "rate": 0}],
)  # fmt: skip
def test_still_shows_three_maps_and_the_gap(traits):
    shown = DropoutUnits(**traits)
    figure = shown.still()
    titles = [axes.get_title() for axes in figure.axes]
    masks = traits.get("masks", 100)
    assert titles == ["One mask", f"Average of {masks}", "Evaluated", ""]
    assert shown.masks == traits.get("masks", 1)
    assert DropoutUnits(**traits).still_png() == DropoutUnits(**traits).still_png()
