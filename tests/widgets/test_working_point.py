"""Working point: what the JavaScript counts, against scikit-learn on the same scores; traits."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import traitlets
from sklearn.metrics import roc_curve

from helpers.metrics import rejection
from helpers.widgets.working_point import BINS, WorkingPoint

MODULE = "working_point.js"


def sample(n=1500, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat([1, 0], [n, 2 * n]))
    good = rng.normal(1.5 * labels)
    return {"good": good, "poor": -rng.gamma(3 - labels), "coin": rng.normal(size=3 * n)}, labels


def rescaled(scores):
    """From 0 to 1, and at the edges of bins, as the widget counts."""
    low, high = scores.min(), scores.max()
    return np.minimum(np.floor((scores - low) / (high - low) * BINS), BINS - 1) / BINS


@pytest.fixture(scope="module")
def data():
    return sample()


@pytest.fixture(scope="module")
def shown(data):
    return WorkingPoint(*data)


@pytest.mark.parametrize("tagger", ["good", "poor", "coin"])
def test_what_passes_is_counted_alike_by_numpy_python_and_javascript(run_js, data, shown, tagger):
    scores, labels = data
    binned = rescaled(scores[tagger])
    thresholds = [0, 0.1, 0.335, 0.3374, 0.3376, 0.5, 0.72, 0.995, 1]
    given = next(each for each in shown.taggers if each["name"] == tagger)
    found = run_js(
        MODULE,
        "((t) => a[1].map((x) => m.working(t, x, a[2], a[3])))(m.prepared(a[0]))",
        [given, thresholds, 250, 40],
    )
    w = WorkingPoint(*data, ratio=250, signal_jets=40, tagger=tagger, other="none")
    for threshold, js in zip(thresholds, found, strict=True):
        point = w.point(threshold=threshold)
        edge = round(threshold * BINS) / BINS - 1e-9  # the nearest
        signal = np.sum(binned[labels == 1] >= edge)
        background = np.sum(binned[labels == 0] >= edge)
        assert (point.signal, point.background) == (signal, background)
        assert (js["signal"], js["background"]) == (signal, background)
        shares = signal / 1500, background / 3000
        assert point.signal_efficiency == pytest.approx(shares[0])
        assert js["backgroundEfficiency"] == pytest.approx(shares[1])
        if background:
            assert point.rejection == pytest.approx(1 / shares[1])
            assert js["rejection"] == pytest.approx(1 / shares[1])
            want = 40 * shares[0] / math.sqrt(250 * 40 * shares[1])
            assert js["significance"] == pytest.approx(want)
            assert point.significance == pytest.approx(want)
        else:
            assert js["rejection"] is None  # infinite, which JSON does not know
            assert point.rejection == math.inf
    assert w.point(threshold=0).signal_efficiency == w.point(threshold=0).rejection == 1
    assert w.point(threshold=1).significance == 0


@pytest.mark.parametrize("tagger", ["good", "poor", "coin"])
def test_the_curve_is_that_of_scikit_learn_on_the_same_scores(run_js, data, shown, tagger):
    scores, labels = data
    false, true, _ = roc_curve(labels, rescaled(scores[tagger]), drop_intermediate=False)
    given = next(each for each in shown.taggers if each["name"] == tagger)
    points = np.array(run_js(MODULE, "m.curve(m.prepared(a[0]))", [given]))
    want = np.column_stack([true[false > 0], -np.log10(false[false > 0])])
    assert len(points) > 20
    np.testing.assert_allclose(
        np.unique(points.round(9), axis=0), np.unique(want.round(9), axis=0), atol=2e-9
    )


@pytest.mark.parametrize("efficiency", [0.01, 0.3, 0.5, 0.9, 1])
@pytest.mark.parametrize("tagger", ["good", "poor"])
def test_a_matched_threshold_is_the_highest_that_is_enough(run_js, data, shown, tagger, efficiency):
    scores, labels = data
    given = next(each for each in shown.taggers if each["name"] == tagger)
    js = run_js(MODULE, "m.matched(m.prepared(a[0]), a[1])", [given, efficiency])
    threshold = shown.matched(tagger, efficiency)
    assert js == threshold
    point = shown.point(tagger, threshold)
    assert point.signal_efficiency >= efficiency
    assert shown.point(tagger, threshold + 1 / BINS).signal_efficiency < efficiency
    assert point.rejection == pytest.approx(rejection(labels, rescaled(scores[tagger]), efficiency))


def test_it_begins_at_half_of_the_signal_with_the_first_two(shown):
    assert (shown.tagger, shown.other) == ("good", "poor")
    assert shown.threshold == shown.matched("good", 0.5)
    assert 0.5 <= shown.point().signal_efficiency < 0.52
    alone = WorkingPoint({"only": [0, 1, 2, 3]}, [0, 1, 0, 1])
    assert alone.other == "none"
    assert WorkingPoint(*sample(50), tagger="poor").other == "good"
    assert WorkingPoint(*sample(50), threshold=0.2).threshold == 0.2


def test_every_jet_is_in_one_bin_and_the_extremes_are_in_the_outer_ones(data, shown):
    for given in shown.taggers:
        assert len(given["signal"]) == len(given["background"]) == BINS
        assert (sum(given["signal"]), sum(given["background"])) == (1500, 3000)
        assert given["signal"][0] + given["background"][0] > 0
        assert given["signal"][-1] + given["background"][-1] > 0
    assert len(json.dumps(shown.get_state()["taggers"])) < 6000  # the page stays light


def test_only_the_order_of_the_scores_matters_for_what_is_shown(data):
    scores, labels = data
    moved = WorkingPoint({"good": 3 * scores["good"] - 7}, labels)
    same = WorkingPoint({"good": scores["good"]}, labels)
    counts = np.array([moved.taggers[0]["signal"], same.taggers[0]["signal"]])
    assert np.abs(np.diff(counts, axis=0)).sum() <= 2  # rounding at an edge
    assert moved.point().signal_efficiency == pytest.approx(same.point().signal_efficiency)


def test_histograms_and_their_outline(run_js):
    shares = run_js(MODULE, "m.shares(a[0], 2)", [[1, 2, 3, 4]])
    assert shares == [0.3, 0.7]
    chart = "{x: (v) => 100 * v, y: (v) => 10 - 10 * v}"
    assert run_js(MODULE, f"m.outline([0.3, 0.7], {chart})") == (
        "M0.0 10.0L0.0 7.0H50.0L50.0 3.0H100.0V10.0"
    )
    assert (
        run_js(MODULE, f"m.outline([0.3, 0.7], {chart}, 0.75)") == "M75.0 10.0L75.0 3.0H100.0V10.0"
    )
    assert run_js(MODULE, f"m.outline([0.3, 0.7], {chart}, 1)") == ""
    assert run_js(MODULE, "[0.02, 0.19, 0.2, 0.99].map(m.roof)") == [0.05, 0.2, 0.3, 1]


def test_what_is_said_follows_from_the_numbers(run_js, data):
    w = WorkingPoint(*data)
    given = [each for each in w.taggers if each["name"] in ("good", "poor")]

    def said(threshold):
        return run_js(
            MODULE,
            "((t, at) => m.describe(at(t, a[1]), at(t, 0).significance, t))"
            "(m.prepared(a[0]), (t, x) => m.working(t, x, 100, 100))",
            [given[0], threshold],
        )

    point = w.point()
    text = said(w.threshold)
    assert f"{point.signal} of 1,500 signal jets and {point.background} of 3,000" in text
    assert f"One background jet in {point.rejection:.1f}" in text
    assert f"± {100 / math.sqrt(point.background):.1f} %" in text
    assert f"S/√B = {point.significance:.2f}; before the cut it was 1.00." in text
    assert "can't be known" in said(1)
    assert "Nothing is rejected." in said(0)

    def compared(a, b):
        points = [{"background": count, "rejection": 1000 / max(count, 1)} for count in (a, b)]
        return run_js(MODULE, "m.compare(a[0], a[1], 'second', 'first')", points)

    assert "can't be told apart" in compared(40, 50)
    assert compared(40, 160) == "At this signal efficiency first rejects 4.0 times as well."
    assert compared(160, 40) == "At this signal efficiency second rejects 4.0 times as well."
    assert compared(0, 40) == ""
    assert run_js(MODULE, "[12.34, 99.94, 250, 1/0].map(m.times)") == [
        "12.3", "99.9", "250", "unknown",
    ]  # fmt: skip


def test_a_link_to_another_tagger_keeps_the_signal_efficiency(run_js, shown):
    initial = {"tagger": "good", "threshold": shown.threshold}
    found = run_js(MODULE, "m.followed({tagger: 'poor'}, a[0], a[1])", [initial, shown.taggers])
    assert found["threshold"] == shown.matched("poor", shown.point().signal_efficiency)
    assert run_js(MODULE, "m.followed({ratio: 5}, a[0], a[1])", [initial, shown.taggers]) == {}


@pytest.mark.parametrize(
    ("scores", "labels"),
    [({"a": [1, 2]}, None), (None, [1, 0]), ({"a": [1, 2]}, [1, 1]), ({"a": [1, 2]}, [1, 2]),
     ({"a": [1, 2, 3]}, [1, 0]), ({"a": [1, np.nan]}, [1, 0]), ({"a": [1, 1]}, [1, 0]),
     ({}, [1, 0]), ({"none": [1, 2]}, [1, 0]), ({"": [1, 2]}, [1, 0]),
     ({str(k): [1, 2] for k in range(9)}, [1, 0]), ({"a": [1, 2]}, [[1, 0]])],
)  # fmt: skip
def test_scores_and_labels_that_do_not_fit_are_refused(scores, labels):
    with pytest.raises(ValueError, match=r"scores|labels"):
        WorkingPoint(scores, labels)


@pytest.mark.parametrize(
    ("trait", "value"),
    [("threshold", -0.1), ("threshold", 1.1), ("ratio", 0), ("ratio", 20_000), ("signal_jets", 0),
     ("tagger", "none"), ("tagger", "better"), ("other", "better"), ("taggers", [])],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused(trait, value):
    with pytest.raises(traitlets.TraitError):
        WorkingPoint(*sample(50), **{trait: value})


def test_without_scores_it_shows_those_of_the_books_jets():
    from helpers.datasets import jets

    test = jets()[2]
    shown = WorkingPoint()
    assert [each["name"] for each in shown.taggers] == ["τ₂₁", "mass"]
    below = test.tau21 <= np.median(test.tau21[test.labels == 1])
    assert shown.point().rejection == pytest.approx(1 / below[test.labels == 0].mean(), rel=0.1)


@pytest.mark.parametrize("traits", [{}, {"other": "none"}, {"threshold": 1}, {"tagger": "poor"}])
def test_still_shows_scores_and_curves(data, traits):
    shown = WorkingPoint(*data, **traits)
    left, right = shown.still().axes
    assert left.get_xlabel() == f"score of {shown.tagger}"
    drawn = {line.get_label() for line in right.lines} & {"good", "poor", "coin"}
    assert drawn == {shown.tagger, shown.other} - {"none"}
    assert WorkingPoint(*data, **traits).still_png() == shown.still_png()
