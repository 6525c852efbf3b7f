"""What the chapter on generalisation says in words, checked in numbers."""

import inspect
import itertools
import math
import re
from pathlib import Path
from urllib.parse import parse_qs

import jupytext
import numpy as np
import pytest

from helpers import widgets
from helpers.datasets import digits
from helpers.nn.activations import softmax

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "chapters" / "generalisation.md"
TEXT = PAGE.read_text(encoding="utf-8")
X = np.linspace(-1, 1, 20)
NOISE = 0.3


def cell(words):
    """Return the source of the one code cell that holds these words."""
    cells = [each.source for each in jupytext.read(PAGE).cells if each.cell_type == "code"]
    (found,) = [source for source in cells if words in source]
    return found


def powers(x, degree):
    """A basis of polynomials that is not the chapter's: Chebyshev's, by their cosines."""
    return np.cos(np.arange(degree + 1) * np.arccos(np.clip(x, -1, 1))[:, None])


def predictor(degree, at):
    """Return the matrix from the twenty targets to the least-squares curve at some points."""
    q, r = np.linalg.qr(powers(X, degree))
    return powers(at, degree) @ np.linalg.solve(r, q.T)


def rmse(a, b):
    return math.sqrt(np.mean((a - b) ** 2))


# ── The graded functions do not stand in the page ──────────────────────────────────────────


def test_the_chapter_prints_none_of_the_graded_functions():
    code = "\n".join(
        each.source for each in jupytext.read(PAGE).cells if each.cell_type == "code"
    ) + "".join(re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL))
    assert "literalinclude" not in TEXT
    for words in (
        "array_split",  # folds
        ">= rate",
        "> rate",
        ">= p",
        "/ (1 - rate)",  # dropout
        "momentum *",
        "epsilon",
        ".var(axis=0)\n",  # batch normalisation
        "patience:",
        "patience -",
        "wait",  # early stopping
        "- X.mean",
        ".std(axis=0)\n",  # standardise
        "strength *",
        "np.sign(w",  # penalties
    ):
        allowed = {"- X.mean": 1}.get(words, 0)  # a correlation, not a standardisation
        assert code.count(words) == allowed, words


# ── Curves, errors, sets ───────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def curves():
    namespace = {}
    start = cell("def measure").replace("Legendre.fit(x, y, degree)", "None")
    exec("import numpy as np\n" + start, namespace)
    y = namespace["y"]
    rng = np.random.default_rng(2)
    x_new = rng.uniform(-1, 1, 1000)
    y_new = np.sin(np.pi * x_new) + NOISE * rng.normal(size=1000)
    return y, x_new, y_new


def test_three_curves_and_their_errors(curves):
    y, x_new, y_new = curves
    old = {d: rmse(predictor(d, X) @ y, y) for d in range(20)}
    new = {d: rmse(predictor(d, x_new) @ y, y_new) for d in range(20)}
    assert old[19] < 1e-8
    assert new[3] < new[1] < new[19]
    assert new[19] > 10
    assert abs(old[1] - new[1]) < 0.05  # "about the same on old and new"
    assert all(old[d + 1] <= old[d] + 1e-9 for d in range(19))
    best = min(new, key=new.get)
    assert 3 <= best <= 5  # what the alternative text says
    assert old[best] < NOISE < new[best]


def test_the_best_of_two_hundred_coin_tossers():
    k = np.arange(101)
    at_most = np.cumsum([math.comb(100, each) / 2**100 for each in k]) ** 200
    expected = np.sum(k * np.diff(np.concatenate([[0], at_most]))) / 100
    assert expected == pytest.approx(0.637, abs=0.002)


def test_wrong_labels_are_one_in_five_and_stay_out_of_the_test():
    namespace = {"np": np, "digits": digits, "CategoricalCrossEntropy": lambda: None}
    source = cell("def draw").split("def mlp")[0]
    exec(source, namespace)
    shares = []
    for seed in range(20):
        training, validation, test, given = namespace["draw"](seed)
        parts = np.concatenate([training, validation, test])
        assert [len(training), len(validation), len(test)] == [300, 100, 1397]
        np.testing.assert_array_equal(np.sort(parts), np.arange(1797))
        wrong = given != namespace["digit"]
        assert not wrong[test].any()
        shares.append(wrong[parts[:400]].mean())
        assert set(given) == set(range(10))
    assert np.mean(shares) == pytest.approx(0.2, abs=0.01)


# ── Bias and variance ──────────────────────────────────────────────────────────────────────


def test_bias_falls_variance_grows_and_the_best_degree_is_between():
    fine = np.linspace(-1, 1, 401)
    right, at = np.sin(np.pi * X), np.sin(np.pi * fine)
    bias, variance = [], []
    for degree in range(14):
        to_curve = predictor(degree, fine)
        bias.append(np.mean((to_curve @ right - at) ** 2))
        variance.append(NOISE**2 * np.mean((to_curve**2).sum(axis=1)))
    assert bias[1] > 0.2 > 0.01 > variance[1]
    assert bias[13] < 1e-10
    assert variance[13] > 0.1
    assert np.argmin(np.add(bias, variance)) == 3
    for even in (2, 4, 6):  # "a wave is odd, so even degrees add variance and no use"
        assert bias[even] == pytest.approx(bias[even - 1], rel=1e-6)


def test_a_thousand_fits_show_no_squared_bias_below_the_scatter_of_their_mean():
    fine = np.linspace(-1, 1, 401)
    to_curve = predictor(13, fine)
    scatter = NOISE**2 * np.mean((to_curve**2).sum(axis=1)) / 1000  # of the mean, squared
    rng = np.random.default_rng(1)
    measured = []
    for _ in range(5):
        targets = np.sin(np.pi * X) + NOISE * rng.normal(size=(1000, 20))
        average = targets.mean(axis=0) @ to_curve.T
        measured.append(np.mean((average - np.sin(np.pi * fine)) ** 2))
    assert scatter / 3 < np.mean(measured) < 3 * scatter  # and the bias itself is below 1e-10


@pytest.mark.parametrize("degree", [0, 3, 9])
def test_what_parameters_cost(degree):
    hat, p, n = predictor(degree, X), degree + 1, 20
    np.testing.assert_allclose(hat, hat.T, atol=1e-12)
    np.testing.assert_allclose(hat @ hat, hat, atol=1e-12)
    assert np.trace(hat) == pytest.approx(p)
    assert np.mean((hat**2).sum(axis=1)) == pytest.approx(p / n)
    rest = np.eye(n) - hat
    assert np.mean((rest**2).sum(axis=1)) == pytest.approx(1 - p / n)


def test_an_average_of_independent_models_divides_the_variance():
    rng = np.random.default_rng(1)
    fits = rng.normal(3.0, 2.0, size=(20_000, 5)).mean(axis=1)
    assert fits.var() == pytest.approx(4 / 5, rel=0.05)


def test_beyond_the_peak_of_double_descent_variance_and_weights_are_smaller():
    images, digit = digits()
    pictures, wanted = images.reshape(-1, 64), np.eye(10)
    variance, length = {}, {}
    for m in (40, 210, 1800):
        rng = np.random.default_rng(0)
        v, b = rng.normal(size=(64, m)) / 1.5, rng.uniform(0, 2 * np.pi, m)
        features, answers, lengths = np.cos(pictures @ v + b), [], []
        for _ in range(4):
            few = rng.permutation(1797)[:200]
            given = digit[few].copy()
            wrong = rng.random(200) < 0.2
            given[wrong] = (given[wrong] + rng.integers(1, 10, wrong.sum())) % 10
            w = np.linalg.pinv(features[few]) @ wanted[given]
            answers.append(features @ w)
            lengths.append(np.linalg.norm(w))
        variance[m], length[m] = np.var(answers, axis=0).mean(), np.mean(lengths)
    assert variance[210] > 10 * max(variance[40], variance[1800])
    assert length[210] > 5 * max(length[40], length[1800])


# ── Standardising ──────────────────────────────────────────────────────────────────────────


def test_the_toy_peak_has_the_place_and_the_width_that_the_text_says():
    source = cell("def toy_pairs")
    assert "91.19 + 1.25 * rng.standard_cauchy" in source  # a Cauchy's half width at half maximum
    assert 2 * 1.25 == 2.50
    assert "near 91.19 GeV, with a natural width of 2.50 GeV" in TEXT
    assert "resolution of 1.5 GeV" in TEXT
    assert "1.5 * rng.normal" in source


# ── Penalties ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("a", [-2.0, -0.3, 0.0, 0.2, 0.5, 1.7])
@pytest.mark.parametrize("strength", [0.0, 0.5, 2.0])
def test_one_weight_under_both_penalties(a, strength):
    w = np.linspace(-3, 3, 600_001)
    by_square = w[np.argmin((w - a) ** 2 + strength * w**2)]
    by_size = w[np.argmin((w - a) ** 2 + strength * np.abs(w))]
    assert by_square == pytest.approx(a / (1 + strength), abs=2e-5)
    assert by_size == pytest.approx(math.copysign(max(abs(a) - strength / 2, 0), a), abs=2e-5)


def test_the_strength_from_the_belief_is_the_best_one():
    rng, n, p, s, tau = np.random.default_rng(1), 20, 10, 1.0, 0.5
    factors = [0.25, 0.5, 0.8, 1, 1.25, 2, 4]
    lost = np.zeros(len(factors))
    for _ in range(50):
        x = rng.normal(size=(n, p))
        for k, factor in enumerate(factors):
            # The expected squared error of w, over weights and noise, in closed form.
            shrink = np.linalg.inv(x.T @ x + factor * s**2 / tau**2 * np.eye(p))
            bias, noise = shrink @ x.T @ x - np.eye(p), shrink @ x.T
            lost[k] += tau**2 * (bias**2).sum() + s**2 * (noise**2).sum()
    assert factors[lost.argmin()] == 1


def test_a_step_of_descent_on_l2_is_decay():
    w, gradient, rate, strength = 1.7, 0.4, 0.1, 0.3
    stepped = w - rate * (gradient + 2 * strength * w)
    assert stepped == pytest.approx((1 - 2 * rate * strength) * w - rate * gradient)


# ── Dropout ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("p", [0.2, 0.5, 0.8])
def test_the_mean_over_all_masks(p):
    rng, d = np.random.default_rng(3), 6
    x, weights, bias = rng.normal(size=d), rng.normal(size=(d, 4)), rng.normal(size=4)
    probability, sums = [], []
    for mask in itertools.product([False, True], repeat=d):
        probability.append(math.prod(1 - p if kept else p for kept in mask))
        sums.append((x * mask / (1 - p)) @ weights + bias)
    probability, sums = np.array(probability), np.array(sums)
    whole = x @ weights + bias
    assert probability.sum() == pytest.approx(1)
    np.testing.assert_allclose(probability @ sums, whole)
    relu = probability @ np.maximum(sums, 0)
    assert (relu >= np.maximum(whole, 0) - 1e-12).all()
    assert (relu > np.maximum(whole, 0) + 1e-3).any()
    geometric = np.prod(softmax(sums) ** probability[:, None], axis=0)
    np.testing.assert_allclose(geometric / geometric.sum(), softmax(whole))
    # Dropout in front of linear regression is an L2 penalty in the mean.
    y, w = 0.7, weights[:, 0]
    costs = (y - (sums[:, 0] - bias[0])) ** 2
    expected = (y - x @ w) ** 2 + p / (1 - p) * np.sum(x**2 * w**2)
    assert probability @ costs == pytest.approx(expected)


def test_the_numbers_of_the_quiz_on_dropout():
    p = 0.8
    values, chances = np.array([0, 1 / (1 - p)]), np.array([p, 1 - p])
    assert values[1] == pytest.approx(5)
    mean = chances @ values
    assert chances @ (values - mean) ** 2 == pytest.approx(4)


# ── Running statistics and stopping ────────────────────────────────────────────────────────


def test_how_long_a_running_mean_remembers():
    for rho, batches in ((0.99, 459), (0.9, 44)):
        running, count = 0.0, 0
        while running < 0.99:
            running, count = rho * running + (1 - rho), count + 1
        assert count == batches
    assert math.ceil(300 / 32) == 10
    assert round(0.99**20, 2) == 0.82
    assert math.ceil(459 / 10) == 46
    assert math.ceil(44 / 10) == 5


@pytest.mark.parametrize(("steps", "strength"), [(10, 0.54), (50, 0.0052)])
def test_stopping_is_shrinking(steps, strength):
    a, w = 3.0, 0.0
    for _ in range(steps):
        w -= 0.05 * 2 * (w - a)
    assert w == pytest.approx(a * (1 - 0.9**steps))
    assert a / w - 1 == pytest.approx(strength, rel=0.01)


# ── Widgets ────────────────────────────────────────────────────────────────────────────────


def test_links_set_what_the_widgets_have():
    names = {"overfitting": "Overfitting", "dropout_units": "DropoutUnits"}
    links = re.findall(r"\{button-link\} #(\S+)", TEXT)
    assert len(links) >= 4
    for link in links:
        wanted = {key: values[0] for key, values in parse_qs(link, strict_parsing=True).items()}
        widget = getattr(widgets, names[wanted.pop("widget")])()
        for trait, text in wanted.items():
            value = {"true": True, "false": False}.get(text, text)
            if isinstance(value, str) and re.fullmatch(r"[\d.]+", value):
                value = type(getattr(widget, trait))(float(value))
            setattr(widget, trait, value)
            assert getattr(widget, trait) == value


def test_what_there_is_to_see_in_overfitting():
    widget = widgets.Overfitting()
    errors = [widget.errors(degree) for degree in range(15)]
    falls = [before[1] - after[1] for before, after in itertools.pairwise(errors)]
    assert min(falls[0], falls[2]) > 0.15  # to degree 1 and to degree 3
    assert all(abs(falls[degree - 1]) < 0.005 for degree in (2, 4, 5, 6))
    assert all(errors[d + 1][1] > errors[d][1] for d in (7, 8, 9, 10, 11))
    assert errors[14][1] > 10 * errors[3][1]
    for n, close in ((50, 0.05), (100, 0.02)):
        widget.examples = n
        assert all(abs(error - 0.09) < close for error in widget.errors(14))
    widget.examples = 20
    strengths = 10.0 ** np.arange(-6, 2)
    by_strength = [widget.errors(14, strength)[1] for strength in strengths]
    assert strengths[np.argmin(by_strength)] == pytest.approx(0.1)
    assert by_strength[-1] > 0.5
    widget.noise = 0.0
    assert all(widget.errors(d)[1] < 1e-4 for d in range(5, 15))
    widget.noise, widget.target = 0.3, "line"
    assert np.argmin([widget.errors(d)[1] for d in range(15)]) in (1, 2)


def test_what_there_is_to_see_in_dropout():
    gaps = {}
    for network, average, scaled in itertools.product(
        ("dropout", "plain"), ("sums", "answers"), (True, False)
    ):
        widget = widgets.DropoutUnits(
            network=network, average=average, scaled=scaled, rate=0.5, masks=1000
        )
        gaps[network, average, scaled] = widget.gaps
    sums = gaps["dropout", "sums", True]
    assert 5 < sums[9] / sums[999] < 20
    answers = gaps["dropout", "answers", True]
    assert 0.01 < answers[999] < 0.06
    assert answers[999] > 0.7 * answers[99]
    without = gaps["dropout", "sums", False]
    assert without[999] > 0.9 * without[99] > 10 * sums[999]
    assert gaps["plain", "answers", True][999] > 3 * answers[999]


# ── Keras ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_what_the_text_says_of_keras():
    import keras

    layer = keras.layers.BatchNormalization()
    assert (layer.momentum, layer.epsilon) == (0.99, 1e-3)
    batch = np.array([[0.0], [2.0]])
    layer(batch, training=True)  # biased variance 1, unbiased 2; it starts at 1
    np.testing.assert_allclose(layer.moving_variance, [1.0], rtol=1e-6)
    default = inspect.signature(keras.callbacks.EarlyStopping).parameters["restore_best_weights"]
    assert default.default is False
    np.testing.assert_allclose(
        keras.constraints.MaxNorm(9.0)(np.array([[1.0]])), 1 / (1 + 1e-7), rtol=1e-7
    )
    model = keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(1, kernel_regularizer=keras.regularizers.L2(0.5))]
    )
    model.set_weights([np.array([[2.0]]), np.array([1.0])])
    model.compile(keras.optimizers.SGD(0.0), "mean_squared_error")
    x, y = np.ones((4, 1)), np.ones((4, 1))
    # The error is 2² = 4 and the penalty 0.5 · 2² = 2, for training and for validation.
    history = model.fit(x, y, validation_data=(x, y), verbose=0).history
    assert history["loss"][0] == pytest.approx(6)
    assert history["val_loss"][0] == pytest.approx(6)
    noisy = keras.Sequential([keras.Input((100,)), keras.layers.Dropout(0.5)])
    ones = np.ones((1, 100))
    np.testing.assert_array_equal(noisy(ones), ones)
    np.testing.assert_array_equal(noisy.predict(ones, verbose=0), ones)
    assert set(np.unique(noisy(ones, training=True))) == {0.0, 2.0}
