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
    assert len(path) - 1 == 11 > 2 * 5


def _widest(Z, y, u, free=()):
    """The margin of u, which is shown to be the largest possible.

    It is if u is a sum of examples on its margin, with their labels and weights that are not
    negative (Karush, Kuhn, Tucker). A ``free`` entry has no part in the length of u; it must
    come out as zero.
    """
    from scipy.optimize import nnls

    heights = y * (Z @ u)
    nearest = np.isclose(heights, heights.min())
    wanted = u.astype(float)
    wanted[list(free)] = 0
    _, rest = nnls((y[nearest, None] * Z[nearest]).T, wanted)
    assert rest < 1e-12
    return heights.min() / np.linalg.norm(wanted)


def test_or_and_and_have_equally_much_room_but_different_margins_with_the_one():
    Z = _ones(CORNERS)
    lines = [np.array([1, 1, -0.5]), np.array([1, 1, -1.5])]
    rooms = [_widest(Z, y, u, free=[2]) for y, u in zip((OR, AND), lines, strict=True)]
    assert rooms == pytest.approx([np.sqrt(2) / 4] * 2)
    far = [abs(b) / np.hypot(u, v) for u, v, b in lines]
    assert far[1] == pytest.approx(3 * far[0])  # from the origin
    bounds = [3 / _widest(Z, y, np.array(u)) ** 2 for y, u in ((OR, [2, 2, -1]), (AND, [2, 2, -3]))]
    assert bounds == pytest.approx([27, 51])
    assert 1.8 < bounds[1] / bounds[0] < 2


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


def test_the_bound_is_reached_with_the_constant_input_too():
    Z, y = np.array([[1.0, 1.0], [-1.0, 1.0]]), -np.ones(2)
    path, _ = _learn(Z, y)
    assert len(path) - 1 == 2 == 2 / (y * (Z @ [0, -1])).min() ** 2


def test_a_line_through_examples_can_be_shifted():
    rng = np.random.default_rng(6)
    sets = [(_ones(CORNERS), OR, np.array([1.0, 1.0, -1.0]))]
    for _ in range(20):
        theta = rng.integers(-3, 4, 4).astype(float)
        Z = _ones(rng.integers(-3, 4, (30, 3)).astype(float))
        y = np.where(Z @ theta >= 0, 1, -1)
        if (y < 0).any():
            sets.append((Z, y, theta))
    assert sum((Z @ theta == 0).any() for Z, _, theta in sets) > 10
    for Z, y, theta in sets:
        delta = -(Z @ theta)[y < 0].max() / 2
        assert delta > 0
        theta = theta + delta * np.eye(len(theta))[-1]
        assert (y * (Z @ theta)).min() >= delta


def test_halving_the_margin_about_doubles_the_counts():
    gaps = 0.4 / 2.0 ** np.arange(6)
    found = []
    for gap, seed in itertools.product(gaps, range(20)):
        rng = np.random.default_rng(seed)
        angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-0.5, 0.5)
        normal = np.array([np.cos(angle), np.sin(angle)])
        y = rng.choice([-1, 1], 100)
        away = y * np.append([gap] * 20, rng.uniform(gap, 1, 100)[20:])
        X = np.outer(rng.uniform(-1, 1, 100), [-normal[1], normal[0]])
        Z = _ones(X + np.outer(away - offset, normal))
        gamma = _widest(Z, y, np.array([*normal, offset]))  # and no other is larger
        assert gamma == pytest.approx(gap / np.hypot(1, offset))
        found.append((gamma, (np.linalg.norm(Z, axis=1).max()) ** 2, len(_learn(Z, y)[0]) - 1))
    gamma, square, counted = np.array(found).T
    bound = square / gamma**2
    rows = bound.reshape(6, 20)
    assert np.abs(rows[1:] / rows[:-1] - 4).max() < 0.5
    slope = -np.polyfit(np.log(gamma), np.log(counted), 1)[0]
    assert 0.9 < slope < 1.15
    assert (counted / bound).max() < 0.4


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


def test_play_stops_at_xor_after_nine_examples():
    from helpers.widgets import Perceptron

    assert not Perceptron(data="xor", steps=8).cycles
    assert Perceptron(data="xor", steps=9).cycles
    for steps in range(8, 100, 4):
        p = Perceptron(data="xor", steps=steps)
        assert (p.weights, p.bias) == ([-1, 0], 0)


# ── Squares ────────────────────────────────────────────────────────────────────────────────


def test_least_squares_for_or_in_both_codes():
    theta = np.linalg.lstsq(_ones(CORNERS), OR, rcond=None)[0]
    np.testing.assert_allclose(theta, [1, 1, -0.5], atol=1e-12)
    targets = (OR + 1) / 2
    outputs = _ones(CORNERS) @ np.linalg.lstsq(_ones(CORNERS), targets, rcond=None)[0]
    np.testing.assert_allclose(outputs, [0.25, 0.75, 0.75, 1.25])
    assert np.mean((outputs - targets) ** 2) == pytest.approx(0.0625)


def test_the_squares_leave_or_more_room():
    for theta, room in (([1, 1, -0.5], np.sqrt(2) / 4), ([1, 1, -1], 0)):
        assert (OR * (_ones(CORNERS) @ theta)).min() / np.sqrt(2) == pytest.approx(room)


def test_scikit_learn_at_zero():
    from sklearn.linear_model import Perceptron as Theirs

    model = Theirs(shuffle=False, tol=None, max_iter=1)
    for y in (1, -1):  # the second example is then answered rightly
        model.fit([[1.0, 0.0], [-9.0, 1.0]], [y, -y])
        assert [*model.coef_[0], *model.intercept_] == [y, 0, y]
    model.coef_[:] = model.intercept_[:] = 0
    assert model.predict([[1.0, 1.0]]) == -1


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


def test_which_of_both_is_better_on_pictures():
    def pictures(n, seed):
        images, labels = shapes20(n, np.random.default_rng(seed))
        return images, labels, _ones(images.reshape(n, -1))

    def lying(images):
        return images.any(axis=1).sum(axis=1) > images.any(axis=2).sum(axis=1)

    new, kinds, Z_new = pictures(5000, 1)
    shares, biased = {}, 0
    for n, seed in itertools.product((50, 100, 300), range(20)):
        images, labels, Z = pictures(n, 100 + seed)
        circle, rectangle = Z[labels == 1, :-1].mean(0), Z[labels == 0, :-1].mean(0)
        w = circle - rectangle
        learned = _learn(Z, 2 * labels - 1)[0][-1]
        template = np.append(w, -(circle + rectangle) @ w / 2)
        wrong = [(Z_new @ theta >= 0) != (kinds == 1) for theta in (learned, template)]
        shares.setdefault(n, []).append([one.mean() for one in wrong])
        if n == 100 and wrong[1].any():
            biased += 1
            common = lying(images[labels == 0]).mean() > 0.5
            assert not (kinds[wrong[1]] == 1).any()
            assert (lying(new[wrong[1]]) != common).all()
    means = {n: np.mean(found, axis=0) for n, found in shares.items()}
    clean = {n: np.sum(np.array(found) == 0, axis=0).tolist() for n, found in shares.items()}
    assert biased == 2
    assert means[50][0] < means[50][1]
    assert means[100][0] < means[100][1]
    assert clean == {50: [6, 13], 100: [11, 18], 300: [12, 20]}
    assert np.max(shares[100], axis=0)[0] < 0.03 < 0.1 < np.max(shares[100], axis=0)[1]


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


def test_the_preset_clouds_end_with_a_line_close_to_one_of_them():
    from helpers.widgets import Perceptron

    widget = Perceptron(data="blobs", steps=2000)
    x, y = widget.examples
    room = y * (x @ widget.weights + widget.bias) / np.linalg.norm(widget.weights)
    assert widget.converged
    assert room[y < 0].min() > 10 * room[y > 0].min() > 0


def test_the_chapter_does_not_print_the_answers_of_its_exercise():
    for name in ("def fit", "def predict", "def gate", "def margin", "def separates", "NAND"):
        assert name not in TEXT
