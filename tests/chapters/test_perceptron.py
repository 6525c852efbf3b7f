"""What the chapter on the perceptron says in words, checked in numbers."""

import itertools
import re
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest

from helpers.datasets import shapes20

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "chapters" / "perceptron.md").read_text(encoding="utf-8")

CORNERS = np.array(list(itertools.product([0.0, 1.0], repeat=2)))
OR, AND, XOR = (np.array(y) for y in ([-1, 1, 1, 1], [-1, -1, -1, 1], [-1, 1, 1, -1]))


def _ones(X):
    return np.column_stack([X, np.ones(len(X))])


def _learn(Z, y, epochs=1000):
    """Rosenblatt's rule, written anew: parameters after each mistake, and at each epoch's end."""
    path, ends = [np.zeros(Z.shape[1])], []
    for _ in range(epochs):
        mistakes = 0
        for z, label in zip(Z, y, strict=True):
            answer = 1 if np.dot(path[-1], z) >= 0 else -1
            if answer != label:
                path.append(path[-1] + label * z)
                mistakes += 1
        ends.append((mistakes, path[-1]))
        if not mistakes:
            break
    return np.array(path), ends


def _cloud():
    rng = np.random.default_rng(8)
    cloud = rng.uniform(-3, 3, (200, 2))
    height = cloud @ [-0.6, 0.8] + 0.9
    apart = np.abs(height) > 0.25
    return cloud[apart][:60], np.where(height > 0, 1, -1)[apart][:60]


# ── Lines ──────────────────────────────────────────────────────────────────────────────────


def test_the_quiz_on_distances():
    w, b = np.array([3.0, 4.0]), -10.0
    assert (w @ [4, 2] + b) / np.linalg.norm(w) == 2
    assert b / np.linalg.norm(w) == -2


def test_weights_that_make_or_with_the_bias_minus_one():
    rng = np.random.default_rng(0)
    for w in rng.uniform(-1, 4, (2000, 2)):
        assert ((CORNERS @ w - 1 >= 0) == (OR > 0)).all() == (w >= 1).all()
    for w in ((1, 1), (1.1, 1.1), (2, 2), (1, 500)):
        assert ((CORNERS @ w - 1 >= 0) == (OR > 0)).all()


# ── The rule ───────────────────────────────────────────────────────────────────────────────


def test_or_takes_five_corrections_and_ends_on_the_edge():
    path, ends = _learn(_ones(CORNERS), OR)
    np.testing.assert_array_equal(
        path[1:], [[0, 0, -1], [0, 1, 0], [0, 1, -1], [1, 1, 0], [1, 1, -1]]
    )
    assert [mistakes for mistakes, _ in ends] == [2, 2, 1, 0]


def test_without_a_bias_or_is_never_learned():
    path, ends = _learn(CORNERS, OR, epochs=100)
    assert [mistakes for mistakes, _ in ends] == [1] * 100
    assert not path.any()


def test_and_takes_more_than_twice_as_many():
    path, _ = _learn(_ones(CORNERS), AND)
    assert len(path) - 1 > 2 * 5


def test_or_and_and_have_equally_much_room_but_different_margins_with_the_one():
    def room(theta, y):
        return (y * (_ones(CORNERS) @ theta)).min()

    for length, equal in ((np.sqrt(2), True), (None, False)):
        rooms = [
            room(np.array([1, 1, b]), y) / (length or np.linalg.norm([1, 1, b]))
            for b, y in ((-0.5, OR), (-1.5, AND))
        ]
        assert (abs(rooms[0] - rooms[1]) < 1e-12) == equal
        assert rooms[1] <= rooms[0] + 1e-12


def test_the_sixty_points():
    X, y = _cloud()
    path, ends = _learn(_ones(X), y)
    assert len(path) - 1 == 21
    assert len(ends) == 5
    u = np.array([-0.6, 0.8, 0.9])
    u /= np.linalg.norm(u)
    gamma = (y * (_ones(X) @ u)).min()
    R = np.linalg.norm(_ones(X), axis=1).max()
    assert round((R / gamma) ** 2) == 450
    k = np.arange(len(path))
    assert (path @ u >= k * gamma - 1e-9).all()
    assert (np.linalg.norm(path, axis=1) <= np.sqrt(k) * R + 1e-9).all()


def test_the_learning_rate_changes_no_answer_from_zero():
    X, y = _cloud()
    path, _ = _learn(_ones(X), y)
    for eta in (0.25, 4.0):  # powers of two, so that nothing is rounded
        theta, scaled = np.zeros(3), [np.zeros(3)]
        for _ in range(10):
            for z, label in zip(_ones(X), y, strict=True):
                if (theta @ z >= 0) != (label > 0):
                    theta = theta + eta * label * z
                    scaled.append(theta)
        np.testing.assert_array_equal(scaled, eta * path)


def test_orders_of_the_sixty_points():
    X, y = _cloud()
    rng = np.random.default_rng(0)
    counts = []
    for _ in range(100):
        order = rng.permutation(60)
        counts.append(len(_learn(_ones(X[order]), y[order])[0]) - 1)
    assert (min(counts), max(counts)) == (3, 48)


def test_not_by_pencil():
    path, ends = _learn(_ones(np.array([[0.0], [1.0]])), np.array([1, -1]))
    np.testing.assert_array_equal(path, [[0, 0], [-1, -1], [-1, 0]])
    assert len(ends) == 3


# ── The theorem ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("d", [1, 5, 50])
def test_the_bound_is_reached(d):
    path, _ = _learn(np.eye(d), -np.ones(d))
    assert len(path) - 1 == d
    u = -np.ones(d) / np.sqrt(d)
    gamma = (-np.ones(d) * (np.eye(d) @ u)).min()
    assert (1 / gamma) ** 2 == pytest.approx(d)


def test_the_bound_holds_in_any_order_and_dimension():
    rng = np.random.default_rng(5)
    for d in (1, 2, 5, 20):
        for _ in range(20):
            u = rng.normal(size=d + 1)
            u /= np.linalg.norm(u)
            Z = _ones(rng.normal(size=(80, d)))
            Z = Z[np.abs(Z @ u) > 0.1]
            y = np.where(Z @ u > 0, 1, -1)
            bound = np.max(np.sum(Z**2, axis=1)) / np.min(np.abs(Z @ u)) ** 2
            theta, count = np.zeros(d + 1), 0
            for _ in range(3000):  # examples at random, with repetition
                i = rng.integers(len(y))
                if (theta @ Z[i] >= 0) != (y[i] > 0):
                    theta, count = theta + y[i] * Z[i], count + 1
            assert count <= bound
            assert len(_learn(Z, y)[0]) - 1 <= bound


def test_margin_and_distance():
    rng = np.random.default_rng(2)
    w = rng.normal(size=3)
    w /= np.linalg.norm(w)
    b, x = 0.7, rng.normal(size=3)
    u = np.append(w, b) / np.linalg.norm(np.append(w, b))
    assert u @ np.append(x, 1) == pytest.approx((w @ x + b) / np.sqrt(1 + b**2))


# ── XOR ────────────────────────────────────────────────────────────────────────────────────


def test_xor_comes_back_after_every_epoch():
    _, ends = _learn(_ones(CORNERS), XOR, epochs=50)
    assert [mistakes for mistakes, _ in ends] == [3, 3] + [4] * 48
    for _, theta in ends[1:]:
        np.testing.assert_array_equal(theta, [-1, 0, 0])


def test_no_weights_on_a_fine_grid_make_xor():
    steps = np.linspace(-3, 3, 61)
    w1, w2, b = np.meshgrid(steps, steps, steps)
    right = np.ones(w1.shape, dtype=bool)
    for (x1, x2), y in zip(CORNERS, XOR, strict=True):
        right &= (w1 * x1 + w2 * x2 + b >= 0) == (y > 0)
    assert not right.any()


@pytest.mark.parametrize(("d", "separable"), [(2, 14), (3, 104)])
def test_how_many_tables_one_neuron_can_do(d, separable):
    """By enumeration of small whole weights, not by the rule; they suffice for d = 2 and 3."""
    cube = np.array(list(itertools.product([0, 1], repeat=d)))
    weights = np.array(list(itertools.product(range(-2, 3), repeat=d)))
    halves = np.arange(-7, 8) / 2
    tables = (weights @ cube.T)[:, None, :] + halves[:, None] >= 0
    found = np.unique(tables.reshape(-1, 2**d), axis=0)
    assert len(found) == separable


def test_a_third_input_makes_xor_possible():
    X = np.column_stack([CORNERS, CORNERS[:, 0] * CORNERS[:, 1]])
    assert ((X @ [1, 1, -2] - 0.5 >= 0) == (XOR > 0)).all()
    path, ends = _learn(_ones(X), XOR)
    assert len(path) - 1 == 17
    assert [mistakes > 0 for mistakes, _ in ends].count(True) == 7
    np.testing.assert_array_equal(path[-1], [1, 1, -3, -1])


# ── Squares ────────────────────────────────────────────────────────────────────────────────


def test_least_squares_for_or_in_both_codes():
    theta = np.linalg.lstsq(_ones(CORNERS), OR, rcond=None)[0]
    np.testing.assert_allclose(theta, [1, 1, -0.5], atol=1e-12)
    targets = (OR + 1) / 2
    outputs = _ones(CORNERS) @ np.linalg.lstsq(_ones(CORNERS), targets, rcond=None)[0]
    np.testing.assert_allclose(outputs, [0.25, 0.75, 0.75, 1.25])
    assert np.mean((outputs - targets) ** 2) == pytest.approx(0.0625)


def test_the_slide_s_numbers_belong_to_another_gate():
    printed = np.array([-0.25007164, 0.24998784, 0.24999022, 0.7500497])
    fits = []
    for y in itertools.product([0, 1], repeat=4):
        best = _ones(CORNERS) @ np.linalg.lstsq(_ones(CORNERS), np.array(y), rcond=None)[0]
        if np.allclose(best, printed, atol=1e-3):
            fits.append(y)
    assert fits == [(0, 0, 0, 1)]  # not (0, 1, 1, 1)
    for y in ((0, 1, 1, 1), (0, 0, 0, 1)):
        assert abs(np.mean((printed - y) ** 2) - 0.4043288) > 0.05


def test_rosenblatt_s_rule_in_the_form_of_widrow_and_hoff():
    for y, answer in itertools.product([-1, 1], repeat=2):
        assert (y - answer) / 2 == (0 if y == answer else y)


def test_where_the_squares_give_up_the_example_at_two():
    y = np.array([-1, -1, 1, 1, 1])

    def threshold(far):
        slope, intercept = np.polyfit([0, 1, 2, 3, far], y, 1)
        return -intercept / slope

    assert threshold(4) == pytest.approx(5 / 3)
    assert threshold(9) == pytest.approx(2)
    assert threshold(8.99) < 2 < threshold(9.01) < threshold(20)
    for far in (4.0, 9.0, 20.0):
        path, _ = _learn(_ones(np.array([[0.0], [1.0], [2.0], [3.0], [far]])), y)
        np.testing.assert_array_equal(path[-1], [1, -2])


# ── Pictures ───────────────────────────────────────────────────────────────────────────────


def test_pictures_are_learned_from_few_corrections():
    images, labels = shapes20(300, np.random.default_rng(0))
    path, ends = _learn(_ones(images.reshape(300, -1)), 2 * labels - 1)
    assert len(path) - 1 == 15
    assert len(ends) == 2
    new, kinds = shapes20(5000, np.random.default_rng(1))
    answers = _ones(new.reshape(5000, -1)) @ path[-1] >= 0
    assert (answers == (kinds == 1)).all()


# ── The page ───────────────────────────────────────────────────────────────────────────────


def test_links_set_the_widget_to_what_it_has():
    from helpers.widgets import Perceptron

    links = re.findall(r"\{button-link\} #(\S+)", TEXT)
    assert len(links) == 4
    for link in links:
        wanted = {key: values[0] for key, values in parse_qs(link).items()}
        assert wanted.pop("widget") == Perceptron().name
        widget = Perceptron(data=wanted.pop("data"), steps=int(wanted.pop("steps")))
        assert not wanted
        assert widget.steps == 0


def test_the_widget_agrees_with_the_table_of_or():
    from helpers.widgets import Perceptron

    widget = Perceptron(data="or", steps=100)
    assert widget.converged
    assert (widget.updates, widget.weights, widget.bias) == (5, [1.0, 1.0], -1.0)
    assert Perceptron(data="xor", steps=100).cycles


def test_the_chapter_does_not_print_the_answers_of_its_exercise():
    for name in ("def fit", "def predict", "def gate", "def margin", "def separates", "NAND"):
        assert name not in TEXT
