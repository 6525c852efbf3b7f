"""Perceptron: the JavaScript's course against NumPy, the traits and the still figure."""

from __future__ import annotations

import numpy as np
import pytest
import traitlets

from helpers.widgets.perceptron import MOST_POINTS, Perceptron

MODULE = "perceptron.js"
DATA = ["or", "and", "xor", "blobs"]
LEARN = """a.map(([flat, steps]) => {
  const { history, converged, cycle } = m.learn(m.examples(flat), steps);
  const { w, b, epoch, errors, updates } = history.at(-1);
  return { w, b, epoch, errors, updates, taken: history.length - 1, converged, cycle };
})"""


def rosenblatt(x, y, steps):
    """The rule of the chapter, as plainly as it can be written."""
    w, b, updates, mistakes = np.zeros(2), 0.0, 0, []
    for step in range(steps):
        i = step % len(x)
        if i == 0:
            mistakes.append(0)
        answer = 1 if w @ x[i] + b >= 0 else -1
        if answer != y[i]:
            w, b = w + y[i] * x[i], b + y[i]
            updates += 1
            mistakes[-1] += 1
        if i == len(x) - 1 and mistakes[-1] == 0:
            return w, b, updates, mistakes, step + 1, True
    return w, b, updates, mistakes, steps, False


def flat(x, y):
    return np.column_stack([x, y]).ravel().tolist()


def clouds(count):
    rng = np.random.default_rng(5)
    for _ in range(count):
        n = int(rng.integers(1, 20))
        x = rng.integers(-12, 21, (n, 2)) / 8
        if rng.random() < 0.5:
            yield x, rng.choice([-1, 1], n)
        else:
            yield x, np.where(x @ rng.normal(size=2) + 0.3 >= 0, 1, -1)


def test_page_python_and_the_plain_rule_agree_to_the_last_bit(run_js):
    cases = [(x, y, int(steps)) for x, y in clouds(60) for steps in (0, 1, 7, 60, 400)]
    found = run_js(MODULE, LEARN, [[flat(x, y), steps] for x, y, steps in cases])
    for (x, y, steps), got in zip(cases, found, strict=True):
        w, b, updates, mistakes, taken, converged = rosenblatt(x, y, steps)
        assert got["w"] == w.tolist()
        assert got["b"] == b
        assert got["updates"] == updates
        assert got["taken"] == taken
        assert got["epoch"] == len(mistakes)
        assert got["errors"] == (mistakes[-1] if mistakes else 0)
        assert got["converged"] == converged
        p = Perceptron(data="custom", points=flat(x, y), steps=steps)
        assert (p.weights, p.bias, p.updates) == (w.tolist(), b, updates)
        assert (p.mistakes, p.converged) == (mistakes, converged)
        assert p.cycles == (got["cycle"] is not None)


@pytest.mark.parametrize("data", DATA)
def test_the_menu_is_the_same_here_and_there(run_js, data):
    p = Perceptron(data=data, steps=40)
    [got] = run_js(MODULE, LEARN, [[p.sets[data], 40]])
    x, y = p.examples
    w, b, updates, *_ = rosenblatt(x, y, 40)
    assert (got["w"], got["b"], got["updates"]) == (w.tolist(), b, updates)
    assert (p.weights, p.bias, p.updates) == (w.tolist(), b, updates)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        ("or", lambda u, v: u or v),
        ("and", lambda u, v: u and v),
        ("xor", lambda u, v: u != v),
    ],
)
def test_gates_are_what_they_are_called(data, rule):
    x, y = Perceptron(data=data).examples
    assert sorted(map(tuple, x)) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    np.testing.assert_array_equal(y, [1 if rule(*corner) else -1 for corner in x])


@pytest.mark.parametrize("data", ["or", "and", "blobs"])
def test_what_can_be_separated_is_and_stays_so(data):
    p = Perceptron(data=data, steps=2000)
    assert p.converged
    assert not p.cycles
    assert p.mistakes[-1] == 0
    assert all(p.mistakes[:-1])
    x, y = p.examples
    np.testing.assert_array_equal(np.where(x @ p.weights + p.bias >= 0, 1, -1), y)


def test_xor_comes_back_at_the_same_place_of_the_epoch_and_never_ends(run_js):
    x, y = Perceptron(data="xor").examples
    [got] = run_js(MODULE, LEARN, [[flat(x, y), 40]])
    start, again = got["cycle"]["from"], got["cycle"]["to"]
    assert (again - start) % 4 == 0
    first, second = rosenblatt(x, y, start), rosenblatt(x, y, again)
    assert first[0].tolist() == second[0].tolist()
    assert first[1] == second[1]
    assert first[2] < second[2]
    # The first time: no state before it had been there, at its place in the epoch.
    states = [(k % 4, *rosenblatt(x, y, k)[0], rosenblatt(x, y, k)[1]) for k in range(again + 1)]
    assert len(set(states[:again])) == again
    assert not Perceptron(data="xor", steps=again - 1).cycles
    assert Perceptron(data="xor", steps=again).cycles
    assert Perceptron(data="xor", steps=2000).cycles
    assert not Perceptron(data="xor", steps=2000).converged


def test_a_stretch_without_a_mistake_is_no_cycle():
    # Four right answers in a row that begin inside an epoch: the same weights, but no update.
    p = Perceptron(data="or")
    for steps in range(25):
        p.steps = steps
        assert not p.cycles


def test_no_line_does_what_cycles():
    from scipy.optimize import linprog  # comes with scikit-learn

    found = 0
    for x, y in clouds(40):
        p = Perceptron(data="custom", points=flat(x, y), steps=2000)
        assert not (p.cycles and p.converged)
        if p.converged:
            np.testing.assert_array_equal(np.where(x @ p.weights + p.bias >= 0, 1, -1), y)
        if p.cycles:
            found += 1
            # Separable? Ask linear programming: y (w·x + b) >= 1 for all.
            rows = -y[:, None] * np.column_stack([x, np.ones(len(x))])
            answer = linprog(np.zeros(3), rows, -np.ones(len(x)), bounds=[(None, None)] * 3)
            assert answer.status == 2  # infeasible
    assert found > 5


WEIGHTS = [([1, 1], -1), ([0, 2], 1), ([-1, 0], 0.5), ([3, -1], -9), ([0, 0], 1), ([0, 0], -1)]


@pytest.mark.parametrize(("w", "b"), WEIGHTS)
def test_half_plane_and_line_lie_where_the_sum_changes_sign(run_js, w, b):
    weights = {"w": w, "b": b}
    side, ends, corners = run_js(
        MODULE, "[m.positiveSide(a), m.boundary(a), [1, -1].map((s) => m.farCorner(a, s))]", weights
    )
    if ends:
        np.testing.assert_allclose(np.array(ends) @ w + b, 0, atol=1e-12)
        assert np.abs(np.array(ends) - 0.5).max(axis=1) == pytest.approx([2, 2])
    for corner, sign in zip(corners, (1, -1), strict=True):
        assert corner is None or (np.dot(corner, w) + b >= 0) == (sign > 0)
    # The area of the polygon against a count of grid points.
    grid = np.stack(np.meshgrid(*2 * [np.linspace(-1.5, 2.5, 401)[:-1] + 0.005]), axis=-1)
    share = np.mean(grid @ np.array(w, float) + b >= 0)
    u, v = np.array(side).reshape(-1, 2).T
    area = 0.5 * abs(np.sum(u * np.roll(v, -1) - v * np.roll(u, -1)))
    assert area / 16 == pytest.approx(share, abs=0.005)


def test_the_words_are_those_of_the_rule(run_js):
    def told(data, steps):
        p = Perceptron(data=data)
        return run_js(
            MODULE,
            "((p) => m.describe(p, m.learn(p, a[1])))(m.examples(a[0]))",
            [p.sets[data], steps],
        )

    assert "every point is answered +1" in told("or", 0)["step"]
    first = told("or", 1)
    assert first["step"] == (
        "Example 1: x = (0, 0), label −1. z = 0, so the answer is +1: wrong. "
        "w = (0, 0) − (0, 0) = (0, 0), b = 0 − 1 = −1."
    )
    assert first["verdict"] == "3 points of 4 would now be answered wrongly."
    p = Perceptron(data="or", steps=99)
    assert told("or", 99)["verdict"] == (
        f"Epoch {len(p.mistakes)} passed without a mistake: done, after {p.updates} updates. "
        "This line separates the classes."
    )
    assert "it cycles for ever" in told("xor", 30)["verdict"]


@pytest.mark.parametrize(
    ("points", "verdict"),
    [
        ([], "Click in the plane"),
        ([0, 0, 1, 1, 1, 1], "All points are of one class, so no line is needed."),
        ([0, 0, 1, 0, 0, -1], "it cycles for ever"),
        ([1, 0, -1], "Epoch 2 passed without a mistake: done, after 1 update."),
    ],
)
def test_odd_sets_of_points_have_words_too(run_js, points, verdict):
    words = run_js(MODULE, "((p) => m.describe(p, m.learn(p, 100)))(m.examples(a))", points)
    assert verdict in words["verdict"]
    p = Perceptron(data="custom", points=points, steps=100)
    assert p.converged == ("done" in verdict or "one class" in verdict)
    p.still_png()


def test_examples_out_of_a_link_are_tidied(run_js):
    got = run_js(MODULE, "m.examples(a)", [0.3, -0.06, -1, 9, -9, 0, 1, 2])
    assert got == [{"x": [0.25, 0], "y": -1}, {"x": [2.5, -1.5], "y": 1}]


@pytest.mark.parametrize(("x", "text"), [(0, "0"), (-0.125, "−0.125"), (2, "2"), (1.5, "1.5")])
def test_numbers_are_written_exactly(run_js, x, text):
    assert run_js(MODULE, "m.brief(a)", x) == text


def test_points_are_put_on_eighths():
    p = Perceptron(data="custom", points=[0.3, -0.06, -1, 1.99, 0.0625, 1])
    assert p.points == [0.25, 0.0, -1.0, 2.0, 0.125, 1.0]
    x, y = p.examples
    assert x.tolist() == [[0.25, 0.0], [2.0, 0.125]]
    assert y.tolist() == [-1, 1]


@pytest.mark.parametrize(
    ("trait", "value", "words"),
    [
        ("data", "NOR", "xor"),
        ("points", [0, 0], "three numbers"),
        ("points", [0, 0, 2], "-1 or \\+1"),
        ("points", [0, 3, 1], "from -1.5 to 2.5"),
        ("points", [0, 0, 1] * (MOST_POINTS + 1), "at most 30"),
        ("points", [[0, 0, 1]], "shape"),
        ("steps", -1, "not"),
        ("steps", 2001, "not"),
    ],
)
def test_what_cannot_be_shown_is_refused(trait, value, words):
    with pytest.raises(traitlets.TraitError, match=words):
        Perceptron(**{trait: value})


@pytest.mark.parametrize("seed", range(30))
def test_clouds_can_be_separated_and_differ_by_seed(seed):
    p = Perceptron(data="blobs", seed=seed, steps=2000)
    assert p.converged
    x, y = p.examples
    assert len(x) == 14
    assert y.sum() == 0
    assert len(np.unique(x, axis=0)) == 14
    assert p.sets["blobs"] == Perceptron(seed=seed).sets["blobs"]
    assert p.sets["blobs"] != Perceptron(seed=seed + 1).sets["blobs"]


@pytest.mark.parametrize("data", DATA)
def test_still_shows_the_line_that_was_learnt(data):
    p = Perceptron(data=data, steps=40)
    left, right = p.still().axes
    path = right.lines[0].get_xydata()
    assert path[-1].tolist() == p.weights
    assert len(path) == p.updates + 1
    assert sum(len(line.get_xdata()) for line in left.lines) == len(p.examples[0])
    assert p.still_png() == Perceptron(data=data, steps=40).still_png()


def test_still_of_the_start_shows_what_becomes_of_it():
    p = Perceptron(data="and")
    assert p.still().axes[1].lines[0].get_xydata()[-1].tolist() == [2, 1]
    assert p.steps == 0
