"""Jet explorer: the traits against helpers.jets, and the JavaScript against both."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
import traitlets

from helpers import jets as physics
from helpers.datasets import jets as load
from helpers.widgets.jet_explorer import EACH, JetExplorer, _best_cut

MODULE = "jet_explorer.js"
STEPS = ("centre", "rotate", "flip")


@pytest.fixture(scope="module")
def parts():
    return load()


@pytest.fixture
def shown():
    return JetExplorer()


def test_jets_are_the_first_of_the_test_part_in_its_order(shown, parts):
    test = parts[2]
    labels = [jet["label"] for jet in shown.jets]
    assert sum(labels) == EACH
    assert len(labels) == 2 * EACH
    where = [int(np.flatnonzero(np.isclose(test.mass, jet["mass"], atol=0.006)
                                & np.isclose(test.eta, jet["eta"], atol=6e-4))[0])
             for jet in shown.jets]  # fmt: skip
    assert where == sorted(where)
    for label in (0, 1):
        first = np.flatnonzero(test.labels == label)[:EACH]
        assert [at for at in where if test.labels[at] == label] == first.tolist()
    assert 0 < labels.index(1) + labels.index(0) < 5  # both kinds come soon


def test_particles_are_those_of_the_data(shown, parts):
    test = parts[2]
    first = [np.flatnonzero(test.labels == label)[:EACH] for label in (0, 1)]
    for number, at in enumerate(np.sort(np.concatenate(first)), start=1):
        shown.jet = number
        expected = test.constituents[at, : test.n[at]]
        np.testing.assert_allclose(shown.particles, expected, atol=1e-5)
        assert shown.mass == pytest.approx(test.mass[at], abs=1.5)


@pytest.mark.parametrize("on", list(itertools.product([False, True], repeat=3)))
def test_steps_are_those_of_the_library(shown, on):
    shown.jet = 7
    before = shown.particles
    for step, switched in zip(STEPS, on, strict=True):
        setattr(shown, step, switched)
        before = getattr(physics, step)(before) if switched else before
    np.testing.assert_array_equal(shown.particles, before)
    np.testing.assert_array_equal(shown.image, physics.images(before))
    shown.normalise = True
    np.testing.assert_array_equal(shown.image, physics.normalise(physics.images(before)))


def test_mass_follows_the_particles_that_are_shown(shown):
    before = shown.mass
    shown.centre = True
    assert shown.mass == pytest.approx(before, abs=1e-9)
    shown.rotate = True
    assert abs(shown.mass - before) > 1e-3


def test_guesses_are_counted(shown):
    labels = [jet["label"] for jet in shown.jets]
    tau = [int(jet["tau21"] < shown.cut) for jet in shown.jets]
    shown.guesses = [[1, labels[0]], [2, 1 - labels[1]], [5, labels[4]]]
    assert shown.score == 2
    assert shown.tau_score == sum(tau[i] == labels[i] for i in (0, 1, 4))


def test_cut_is_right_most_often(parts):
    train = parts[0]
    cut = _best_cut(train.tau21, train.labels)

    def right(at):
        return np.mean((train.tau21 < at) == train.labels)

    assert right(cut) >= max(right(cut - 0.02), right(cut + 0.02))
    assert right(cut) > 0.7
    assert JetExplorer().cut == cut
    assert _best_cut(np.array([0.2, 0.4]), np.array([1, 0])) == pytest.approx(0.21)


def test_jets_of_one_s_own(parts):
    own = parts[0].take(slice(3))
    w = JetExplorer(own, jet=3)
    assert [jet["label"] for jet in w.jets] == own.labels.tolist()
    np.testing.assert_allclose(w.particles, own.constituents[2, : own.n[2]], atol=1e-5)
    for wrong in (slice(0), slice(101)):
        with pytest.raises(ValueError, match=r"there are (0|101) jets; give 1 to 100"):
            JetExplorer(parts[0].take(wrong))


@pytest.mark.parametrize(
    ("trait", "value", "message"),
    [
        ("jet", 0, "jet"),
        ("jet", 41, "jet is 41; there are 40, counted from 1"),
        ("show", "some", "show"),
        ("centre", "yes", "centre"),
        ("guesses", [[41, 1]], r"a guess is \[number of the jet"),
        ("guesses", [[1, 2]], r"not \[1, 2\]"),
    ],
)
def test_impossible_values_are_refused(shown, trait, value, message):
    before = getattr(shown, trait)
    with pytest.raises(traitlets.TraitError, match=message):
        setattr(shown, trait, value)
    assert getattr(shown, trait) == before


def test_the_page_stays_light(shown):
    assert len(json.dumps(shown.jets)) < 40_000


def test_still_shows_what_is_set(shown):
    first = shown.still_png()
    assert first == shown.still_png()
    stills = {first}
    for trait, value in (("jet", 2), ("rotate", True), ("normalise", True), ("show", "hidden")):
        setattr(shown, trait, value)
        stills.add(shown.still_png())
    assert len(stills) == 5


@pytest.mark.parametrize("on", [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0), (1, 1, 1), (0, 0, 1)])
def test_javascript_prepares_as_the_library_does(shown, run_js, on):
    steps = dict(zip(STEPS, map(bool, on), strict=True))
    found = run_js(
        MODULE,
        "a[0].map((jet) => { const p = m.prepared(jet, a[1]);"
        " return [p, m.image(p), m.image(p, true), m.massOf(p, jet.eta)]; })",
        [shown.jets, steps],
    )
    for step, switched in steps.items():
        setattr(shown, step, switched)
    for number, (particles, image, shares, mass) in enumerate(found, start=1):
        shown.jet = number
        np.testing.assert_allclose(particles, shown.particles, atol=1e-9)
        assert mass == pytest.approx(shown.mass, rel=1e-9)
        np.testing.assert_allclose(np.reshape(image, (25, 25)), shown.image, atol=1e-9)
        share = physics.normalise(shown.image)
        np.testing.assert_allclose(np.reshape(shares, (25, 25)), share, atol=1e-12)


def test_javascript_counts_what_the_traits_count(shown, run_js):
    shown.guesses = [[1, 1], [2, 0], [9, 1], [30, 0]]
    found = run_js(MODULE, "m.scores(a[0], a[1], a[2])", [shown.jets, shown.guesses, shown.cut])
    assert found == {"reader": shown.score, "tau": shown.tau_score, "all": 4}


def test_next_goes_around_and_keeps_to_the_kind(shown, run_js):
    def after(jet, show, way):
        return run_js(MODULE, "m.next(...a)", [shown.jets, jet, show, way])

    assert [after(40, "both", 1), after(1, "both", -1), after(3, "hidden", 1)] == [1, 40, 4]
    signal = [i + 1 for i, jet in enumerate(shown.jets) if jet["label"]]
    assert after(signal[0], "signal", 1) == signal[1]
    assert after(signal[0], "signal", -1) == signal[-1]
    assert after(signal[-1], "background", 1) not in signal


def test_an_empty_jet_harms_nothing(run_js):
    found = run_js(
        MODULE, "[m.prepared({particles: []}, {centre: true, rotate: true, flip: true}),"
        " Math.max(...m.image([], true)), m.massOf([], 1)]"
    )  # fmt: skip
    assert found == [[], 0, 0]
