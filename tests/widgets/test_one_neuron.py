"""One neuron: the JavaScript's numbers against helpers.nn and NumPy, the goals, the traits."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import traitlets

from helpers.nn.activations import Step
from helpers.widgets.one_neuron import _GOALS, OneNeuron, _number

MODULE = "one_neuron.js"
#: Weights and a threshold for each goal: they can all be reached.
SOLUTIONS = {
    "or": ([1, 1], 1),
    "and": ([1, 1], 2),
    "nand": ([-1, -1], -1),
    "two-of-three": ([1, 1, 1], 2),
    "veto": ([1, 1, -2], 1),
    "chief": ([1.5, 0.5, 0.5, 0.5], 1.5),
}


def neurons(count: int, seed: int = 0):
    """Weights and thresholds in steps of 0.1, as the sliders have them."""
    rng = np.random.default_rng(seed)
    for _ in range(60):
        yield (rng.integers(-20, 21, count) / 10).tolist(), float(rng.integers(-40, 41) / 10)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_the_table_is_that_of_numpy(run_js, count):
    cases = list(neurons(count))
    got = run_js(MODULE, "a.map((one) => m.truth(...one))", cases)
    x = np.array(list(itertools.product([0, 1], repeat=count)))
    for (weights, threshold), rows in zip(cases, got, strict=True):
        assert [row["inputs"] for row in rows] == x.tolist()
        np.testing.assert_allclose([row["sum"] for row in rows], x @ weights, atol=1e-12)
        # Tenths in whole numbers: no rounding, so the step of the library decides at 0 too.
        tenths = x @ np.rint(np.multiply(weights, 10)) - round(10 * threshold)
        fires = Step().value(tenths).astype(int).tolist()
        assert [row["output"] for row in rows] == fires
        shown = OneNeuron(weights=weights, threshold=threshold)
        assert shown.outputs == fires
        assert shown.patterns == [tuple(row) for row in x.tolist()]


def test_exactly_at_the_threshold_it_fires(run_js):
    sums = [[1, 1], [0, 0], [-0.3, -0.3], [0.3 + 0.6, 0.9], [0.9, 0.91]]
    assert run_js(MODULE, "a.map(([z, t]) => m.fires(z, t))", sums) == [1, 1, 1, 1, 0]
    assert 0.3 + 0.6 < 0.9
    assert OneNeuron(weights=[0.3, 0.6], inputs=[1, 1], threshold=0.9).output == 1
    assert OneNeuron(weights=[0.3, 0.6], inputs=[1, 1], threshold=0.91).output == 0


def test_goals_ask_for_what_they_say():
    asked = {name: np.array(goal["answers"]) for name, goal in _GOALS.items()}
    x = {d: np.array(list(itertools.product([0, 1], repeat=d))) for d in (2, 3, 4)}
    np.testing.assert_array_equal(asked["or"], x[2].max(axis=1))
    np.testing.assert_array_equal(asked["and"], x[2].min(axis=1))
    np.testing.assert_array_equal(asked["nand"], 1 - x[2].min(axis=1))
    np.testing.assert_array_equal(asked["two-of-three"], x[3].sum(axis=1) >= 2)
    np.testing.assert_array_equal(asked["veto"], (x[3][:, :2].sum(axis=1) > 0) & (x[3][:, 2] == 0))
    np.testing.assert_array_equal(
        asked["chief"], (x[4][:, 0] == 1) | (x[4][:, 1:].sum(axis=1) == 3)
    )


@pytest.mark.parametrize("name", _GOALS)
def test_every_goal_can_be_reached_and_none_is_at_the_start(run_js, name):
    start = OneNeuron(goal=name)
    assert not start.solved
    assert start.weights == [0] * _GOALS[name]["inputs"]
    weights, threshold = SOLUTIONS[name]
    assert OneNeuron(goal=name, weights=weights, threshold=threshold).solved
    goal = _GOALS[name]
    got = run_js(
        MODULE,
        "[m.agreeing(m.truth(a[0], a[1]), a[2]), m.recognised(m.truth(a[0], a[1]), a[3])]",
        [weights, threshold, goal, list(_GOALS.values())],
    )
    assert got == [len(goal["answers"]), f"It computes “{goal['title']}”."]


def test_what_the_neuron_computes_is_recognised(run_js):
    cases = [[[1, 1], 4], [[1, 1], -1], [[1, 0], 1]]
    found = run_js(
        MODULE,
        "a[0].map((one) => m.recognised(m.truth(...one), a[1]))",
        [cases, list(_GOALS.values())],
    )
    assert found == ["It never fires.", "It always fires.", ""]


@pytest.mark.parametrize(
    ("inputs", "weights", "threshold", "total", "verdict"),
    [
        ([1, 0], [0.8, -1], 1, "1 · 0.8 + 0 · (−1) = 0.8", "0.8 < 1: it is silent."),
        ([1, 1], [2, 0.25], -1, "1 · 2 + 1 · 0.25 = 2.25", "2.25 > −1: it fires."),
        ([1, 1], [0.3, 0.6], 0.9, "1 · 0.3 + 1 · 0.6 = 0.9",
         "0.9 = 0.9: exactly at the threshold, it fires."),
    ],
)  # fmt: skip
def test_the_sum_is_written_out(run_js, inputs, weights, threshold, total, verdict):
    got = run_js(MODULE, "m.written(...a)", [inputs, weights, threshold])
    assert got == {"sum": total, "verdict": verdict}


@pytest.mark.parametrize(
    ("x", "text"), [(0, "0"), (-0.001, "0"), (1.5, "1.5"), (-2, "−2"), (0.25, "0.25"), (10, "10")]
)
def test_numbers_are_written_for_people(run_js, x, text):
    assert run_js(MODULE, "m.brief(a)", x) == text
    assert _number(x) == text


def test_missing_inputs_and_weights_are_zero():
    shown = OneNeuron(goal="chief", weights=[1, 2], inputs=[1], threshold=1)
    assert shown.outputs == [0] * 4 + [1] * 12
    assert shown.sum == 1
    assert OneNeuron(goal="and", weights=[1, 1, 2], inputs=[0, 1, 1], threshold=2).sum == 1


def test_sum_and_output_follow_the_traits():
    shown = OneNeuron()
    assert (shown.sum, shown.output) == (0.8, 0)
    shown.inputs = np.array([1, 1, 0])
    assert shown.inputs == [1, 1, 0]
    assert shown.sum == pytest.approx(1.4)
    assert shown.output == 1
    shown.threshold = 1.5
    assert shown.output == 0
    assert not shown.solved


@pytest.mark.parametrize(
    ("trait", "value"),
    [("weights", [1]), ("weights", [1] * 5), ("weights", [1, 2.1]), ("weights", [1, np.nan]),
     ("inputs", [0.5, 1]), ("inputs", [2, 0]), ("inputs", [0] * 5), ("threshold", 4.5),
     ("threshold", np.nan), ("goal", "xor")],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused(trait, value):
    with pytest.raises(traitlets.TraitError):
        OneNeuron(**{trait: value})


@pytest.mark.parametrize("goal", ["free", *_GOALS])
def test_still_shows_sum_threshold_and_table(goal):
    shown = OneNeuron(goal=goal, threshold=0.5)
    cell, table = shown.still().axes
    texts = [text.get_text() for text in cell.texts]
    assert f"sum {_number(shown.sum)}" in texts
    assert "θ 0.5" in texts
    assert ("fires" if shown.output else "silent") in texts
    cells = table.tables[0].get_celld()
    answers = [cells[i + 1, len(shown.weights) + 1].get_text().get_text()
               for i in range(len(shown.patterns))]  # fmt: skip
    assert answers == [str(y) for y in shown.outputs]


def test_still_is_the_same_every_time():
    assert OneNeuron().still_png() == OneNeuron().still_png()
