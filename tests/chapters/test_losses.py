"""What the chapter on losses says in words, checked in numbers."""

import itertools
import math
import re
import warnings
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest
from scipy import optimize, stats

from helpers import widgets
from helpers.nn.losses import BinaryCrossEntropy, CategoricalCrossEntropy

TEXT = (Path(__file__).parents[2] / "chapters" / "losses.md").read_text(encoding="utf-8")
TIMES = [0.43, 0.44, 0.45, 0.46, 0.64]


def _softmax(z):
    """Return softmax, number by number, in plain Python."""
    total = sum(math.exp(each) for each in z)
    return np.array([math.exp(each) / total for each in z])


def _sigmoid(z):
    return 1 / (1 + math.exp(-z))


def _lowest(function, low, high):
    return optimize.minimize_scalar(function, bounds=(low, high), method="bounded").x


# ── likelihoods ────────────────────────────────────────────────────────────────────────────


def test_the_most_probable_time_is_the_mean_or_the_median():
    assert str(TIMES) in TEXT
    gauss = _lowest(lambda c: -stats.norm(c, 0.05).logpdf(TIMES).sum(), 0.4, 0.6)
    laplace = _lowest(lambda c: -stats.laplace(c, 0.05).logpdf(TIMES).sum(), 0.4, 0.6)
    np.testing.assert_allclose([gauss, laplace], [np.mean(TIMES), np.median(TIMES)], atol=1e-5)
    np.testing.assert_allclose([gauss, laplace], [0.484, 0.45], atol=1e-5)  # as in the alt text


@pytest.mark.parametrize(
    ("belief", "measure", "factor"),
    [
        (stats.norm, lambda y, f: (y - f) ** 2, 1 / (2 * 0.3**2)),
        (stats.laplace, lambda y, f: abs(y - f), 1 / 0.3),
    ],
)
def test_minus_the_log_likelihood_is_the_measure_times_a_factor_plus_a_constant(
    belief, measure, factor
):
    y, f = np.random.default_rng(1).normal(size=(2, 50))
    surprise = -belief(f, 0.3).logpdf(y)
    rest = surprise - factor * measure(y, f)
    np.testing.assert_allclose(rest, rest[0], rtol=1e-10)
    constant = 0.3 * math.sqrt(2 * math.pi) if belief is stats.norm else 2 * 0.3
    np.testing.assert_allclose(rest[0], math.log(constant))


def test_gaussian_errors_of_the_logarithm_give_the_msle():
    # ln(1 + y) is normal about ln(1 + f): then 1 + y is log-normal, and y has one factor more.
    y, f = np.random.default_rng(2).uniform(0, 9, size=(2, 50))
    surprise = -stats.lognorm(0.3, loc=-1, scale=1 + f).logpdf(y)
    rest = surprise - (np.log1p(y) - np.log1p(f)) ** 2 / (2 * 0.3**2) - np.log1p(y)
    np.testing.assert_allclose(rest, rest[0], rtol=1e-10)


def test_squares_of_class_numbers_lead_to_the_class_in_the_middle():
    classes = np.array([0, 2])
    assert abs(_lowest(lambda f: np.mean((classes - f) ** 2), 0, 2) - 1) < 1e-5
    absolute = [np.mean(abs(classes - f)) for f in (0, 0.5, 1, 2)]
    assert absolute == [1, 1, 1, 1]  # all the same, so the chapter says "by squares"
    ratios = _lowest(lambda f: np.mean((np.log1p(classes) - np.log1p(f)) ** 2), 0, 2)
    assert abs(ratios - (math.sqrt(3) - 1)) < 1e-5  # no class at all


# ── yes or no ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("p", [0.001, 0.3, 0.5, 0.75, 0.999])
def test_the_sigmoid_undoes_the_logit(p):
    z = math.log(p / (1 - p))
    assert math.isclose(_sigmoid(z), p)
    assert math.isclose(math.log((1 - p) / p), -z)


def test_three_to_one_is_75_percent():
    assert 0.75 / (1 - 0.75) == 3


def test_which_losses_are_honest():
    def average(yes, no):
        return lambda p: 0.7 * yes(p) + 0.3 * no(p)

    log = average(lambda p: -math.log(p), lambda p: -math.log(1 - p))
    squares = average(lambda p: (1 - p) ** 2, lambda p: p**2)
    absolute = average(lambda p: 1 - p, lambda p: p)
    for loss, cheapest in ((log, 0.7), (squares, 0.7), (absolute, 1.0)):
        assert abs(_lowest(loss, 1e-9, 1 - 1e-9) - cheapest) < 1e-4


def test_what_nobody_needs_to_learn():
    nines = -0.1 * math.log(0.1) - 0.9 * math.log(0.9)
    assert f"{nines:.3f}" == "0.325"
    assert f"{math.log(10):.3f}" == "2.303"
    assert f"{math.log(100):.3f}" == "4.605"
    for number in ("0.325", "2.303", "4.605"):
        assert number in TEXT


@pytest.mark.parametrize("y", [0, 1])
def test_the_gradient_of_yes_or_no_and_of_squares(y):
    h = 1e-6
    for z in (-3.0, -0.5, 0.0, 2.0):
        p = _sigmoid(z)

        def log_loss(z):
            return -math.log(_sigmoid(z) if y else 1 - _sigmoid(z))

        def squares(z):
            return (_sigmoid(z) - y) ** 2

        slope = (log_loss(z + h) - log_loss(z - h)) / (2 * h)
        assert abs(slope - (p - y)) < 1e-8
        slope = (squares(z + h) - squares(z - h)) / (2 * h)
        assert abs(slope - 2 * (p - y) * p * (1 - p)) < 1e-8


def test_squares_cannot_cost_more_than_one_and_a_sigmoid_far_out_has_no_slope():
    p = _sigmoid(-8)
    assert (p - 1) ** 2 < 1
    assert f"{2 * (1 - p) * p * (1 - p):.4f}" == "0.0007"  # the chapter prints this


def test_a_neuron_that_is_sure_and_wrong_takes_long_with_squares():
    def steps(factor, z):
        count = 0
        while (p := _sigmoid(z)) <= 0.9:
            z -= 2 * (p - 1) * factor(p)  # weight and bias move alike, and the input is 1
            count += 1
        return count

    for start, expected in ((0, (5, 17)), (-8, (9, 772))):
        assert steps(lambda p: 1, start) == expected[0]
        assert steps(lambda p: 2 * p * (1 - p), start) == expected[1]


# ── one of K ───────────────────────────────────────────────────────────────────────────────


def test_honesty_is_cheapest_for_any_number_of_classes():
    rng = np.random.default_rng(3)
    for classes in (2, 3, 10):
        for q, p in rng.dirichlet(np.ones(classes), size=(200, 2)):
            assert -(q * np.log(p)).sum() > -(q * np.log(q)).sum()


def test_softmax_turns_differences_into_ratios_and_ignores_a_shift():
    z = np.array([0.3, -1.2, 2.0])
    p = _softmax(z)
    for k, m in itertools.product(range(3), repeat=2):
        assert math.isclose(p[k] / p[m], math.exp(z[k] - z[m]))
    np.testing.assert_allclose(_softmax(z + 5), p)
    assert math.isclose(_softmax([1.3, 0.4])[0], _sigmoid(0.9))


def test_the_gradient_is_prediction_minus_target():
    z, h = np.array([0.3, -1.2, 2.0, 0.0]), 1e-6
    for right in range(4):
        found = [
            (-math.log(_softmax(z + h * e)[right]) + math.log(_softmax(z - h * e)[right])) / (2 * h)
            for e in np.eye(4)
        ]
        np.testing.assert_allclose(found, _softmax(z) - np.eye(4)[right], atol=1e-9)
        assert abs(sum(found)) < 1e-9


def test_the_derivative_of_a_softmax():
    z, h = np.array([0.3, -1.2, 2.0]), 1e-6
    p = _softmax(z)
    found = np.stack(
        [(_softmax(z + h * e) - _softmax(z - h * e)) / (2 * h) for e in np.eye(3)], axis=1
    )
    np.testing.assert_allclose(found, p[:, None] * (np.eye(3) - p), atol=1e-9)


def test_the_mean_of_both_losses_is_over_what_the_card_says():
    logits = np.zeros((4, 5))
    one, many = np.eye(5)[[0, 1, 2, 3]], np.ones((4, 5))
    np.testing.assert_allclose(CategoricalCrossEntropy().grad(logits, one), (0.2 - one) / 4)
    np.testing.assert_allclose(BinaryCrossEntropy().grad(logits, many), (0.5 - many) / (4 * 5))


def test_a_temperature_keeps_the_order():
    z = np.array([2.0, 1.0, 0.0])
    for T in (0.1, 1, 10, 1000):
        assert (np.diff(_softmax(z / T)) < 0).all()
    np.testing.assert_allclose(_softmax(z / 1000), 1 / 3, atol=1e-3)
    assert _softmax(z / 0.1)[0] > 0.9999


def test_between_ln_two_and_ln_k_the_loss_does_not_tell_right_from_wrong():
    p = np.random.default_rng(4).dirichlet(np.full(4, 0.7), size=200_000)
    loss, right = -np.log(p[:, 0]), p.argmax(axis=1) == 0
    assert math.log(4) - 0.1 < loss[right].max() < math.log(4)
    assert math.log(2) < loss[~right].min() < math.log(2) + 0.02
    assert (f"{math.log(4):.2f}", f"{math.log(2):.2f}") == ("1.39", "0.69")


@pytest.mark.parametrize("classes", [1, 2, 10])
def test_log_sum_exp_is_a_soft_maximum(classes):
    for z in np.random.default_rng(5).normal(0, 3, (100, classes)):
        lse = math.log(sum(math.exp(each) for each in z))
        assert z.max() - 1e-12 <= lse <= z.max() + math.log(classes) + 1e-12
    equal = [1.7] * classes
    assert math.isclose(math.log(sum(map(math.exp, equal))), 1.7 + math.log(classes))


@pytest.mark.parametrize("z", [-3.0, 0.0, 2.5])
def test_yes_and_no_are_log_sum_exps(z):
    for sign, p in ((-1, _sigmoid(z)), (1, 1 - _sigmoid(z))):
        assert math.isclose(-math.log(p), math.log(math.exp(0) + math.exp(sign * z)))


# ── several labels ─────────────────────────────────────────────────────────────────────────


def test_the_table_of_targets():
    rows = re.findall(r"^\| \w+ picture \| ([01 ]+) \| ([01 ]+) \|$", TEXT, re.MULTILINE)
    multi_class, multi_label = (
        np.array([[int(bit) for bit in row[column].split()] for row in rows]) for column in (0, 1)
    )
    assert multi_class.shape == multi_label.shape == (3, 3)
    assert (multi_class.sum(axis=1) == 1).all()
    assert sorted(multi_label.sum(axis=1)) == [1, 2, 3]


def test_a_softmax_never_says_yes_twice():
    p = np.random.default_rng(6).dirichlet(np.full(3, 0.3), size=10_000)
    assert ((p > 0.5).sum(axis=1) <= 1).all()


@pytest.mark.slow
def test_keras_takes_p_minus_y_for_a_derivative_even_where_it_is_none():
    import keras
    import tensorflow as tf

    loss = keras.losses.CategoricalCrossentropy(from_logits=True, dtype="float64")
    z, rows, h = np.array([[1.0, 0.0, -1.0]]), np.array([[1.0, 1.0, 0.0]]), 1e-5
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # without a word
        logits = tf.Variable(z)
        with tf.GradientTape() as tape:
            value = loss(rows, logits)
        found = tape.gradient(value, logits).numpy()
        slopes = [
            float(loss(rows, z + h * e) - loss(rows, z - h * e)) / (2 * h)
            for e in np.eye(3)[:, None]
        ]
    np.testing.assert_allclose(found[0], _softmax(z[0]) - rows[0], rtol=1e-12)
    np.testing.assert_allclose(slopes, 2 * _softmax(z[0]) - rows[0], rtol=1e-8)


# ── decisions, smoothing ───────────────────────────────────────────────────────────────────


def test_when_to_raise_an_alarm():
    for false, miss in ((1, 1), (1, 9), (5, 1)):
        border = false / (false + miss)
        for p in (border - 0.01, border + 0.01):
            assert ((1 - p) * false < p * miss) == (p > border)


def test_smoothed_targets():
    y = np.full(10, 0.1 / 10) + 0.9 * np.eye(10)[0]
    np.testing.assert_allclose(y, [0.91] + [0.01] * 9)
    assert math.isclose(math.log(y[0] / y[1]), math.log(91))
    assert f"{math.log(91):.1f}" == "4.5"
    assert f"{-(y * np.log(y)).sum():.3f}" == "0.500"
    assert f"{-math.log(0.91):.3f}" == "0.094"
    loss = CategoricalCrossEntropy(label_smoothing=0.1)
    best = np.log(y)[None]
    np.testing.assert_allclose(loss.grad(best, [0]), 0, atol=1e-15)
    np.testing.assert_allclose(loss.value(best, [0]), -(y * np.log(y)).sum())


# ── find the bug ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("classes", "floor"), [(2, "0.313"), (4, "0.744"), (10, "1.461")])
def test_two_softmaxes_have_a_floor_and_a_ceiling(classes, floor):
    lowest = math.log(1 + (classes - 1) / math.e)
    assert f"{lowest:.3f}" == floor
    perfect, wrong = np.eye(classes)[0], np.eye(classes)[1]
    assert math.isclose(-math.log(_softmax(perfect)[0]), lowest)
    highest = -math.log(_softmax(wrong)[0])
    assert math.isclose(highest, math.log(math.e + classes - 1))
    rows = np.random.default_rng(7).dirichlet(np.full(classes, 0.2), size=2000)
    losses = [-math.log(_softmax(row)[0]) for row in rows]
    assert lowest - 1e-12 <= min(losses) <= max(losses) <= highest + 1e-12
    if classes == 10:
        assert f"{highest:.2f}" == "2.46"


def _softmax_model(*more):
    import keras

    keras.utils.set_random_seed(1)
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax"), *more])


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["CategoricalCrossentropy", "SparseCategoricalCrossentropy"])
def test_keras_notices_a_softmax_right_before_the_loss(kind):
    import keras

    x = np.random.default_rng(8).normal(size=(6, 4)).astype("float32")
    numbers = np.array([0, 1, 2, 2, 1, 0])
    y = np.eye(3, dtype="float32")[numbers] if kind.startswith("C") else numbers
    on_logits = getattr(keras.losses, kind)(from_logits=True)
    on_probabilities = getattr(keras.losses, kind)()

    model = _softmax_model()
    truth = float(on_probabilities(y, model(x).numpy()))
    with pytest.warns(UserWarning, match="Was this intended"):
        assert math.isclose(float(on_logits(y, model(x))), truth, rel_tol=1e-5)

    # With a layer between, or from the result of predict, it does not notice.
    between = _softmax_model(keras.layers.Reshape((3,)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        unnoticed = float(on_logits(y, between(x)))
        # NumPy 2 warns of TensorFlow's arrays here, in predict itself.
        warnings.filterwarnings("ignore", message="__array__ implementation")
        predicted = model.predict(x, verbose=0)
        from_predict = float(on_logits(y, predicted))
    assert abs(unnoticed - truth) > 0.01
    assert math.isclose(from_predict, unnoticed, rel_tol=1e-5)


@pytest.mark.slow
def test_clipped_probabilities_have_no_gradient():
    import keras
    import tensorflow as tf

    for from_logits, value, slope in ((False, 16.118, 0), (True, 20, -1)):
        z = tf.Variable(np.float32([[-20.0]]))
        with tf.GradientTape() as tape:
            out = z if from_logits else 1 / (1 + tf.exp(-z))
            loss = keras.losses.BinaryCrossentropy(from_logits=from_logits)(tf.ones((1, 1)), out)
        np.testing.assert_allclose(loss, value, rtol=1e-4)
        np.testing.assert_allclose(tape.gradient(loss, z), slope, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("activation", "kind"),
    [("sigmoid", "BinaryCrossentropy"), ("softmax", "CategoricalCrossentropy")],
)
def test_keras_finds_the_logits_of_a_last_activation_and_does_not_clip(activation, kind):
    import keras
    import tensorflow as tf

    units = 1 if activation == "sigmoid" else 2
    target = tf.constant(np.eye(units, dtype="float32")[:1])
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(units, activation=activation)])
    kernel = np.zeros((1, units), dtype="float32")
    kernel[0, 0] = -20  # sure and wrong: e to the -20
    model.layers[0].set_weights([kernel, np.zeros(units, dtype="float32")])
    loss = getattr(keras.losses, kind)()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with tf.GradientTape() as tape:
            value = loss(target, model(tf.ones((1, 1))))
        slope = tape.gradient(value, model.layers[0].bias)[0]
        np.testing.assert_allclose([value, slope], [20, -1], rtol=1e-5)
    clipped = loss(target, tf.Variable(model(tf.ones((1, 1)))))  # nothing remembers the logits
    model.compile(optimizer=keras.optimizers.SGD(1.0), loss=loss)
    model.fit(np.ones((1, 1)), target.numpy(), verbose=0)
    np.testing.assert_allclose(model.layers[0].get_weights()[1][0], 1, rtol=1e-5)  # one step of 1
    np.testing.assert_allclose(clipped, -math.log(1e-7), rtol=1e-4)


# ── exercises, quiz, links ─────────────────────────────────────────────────────────────────


def test_counting():
    z, y, h = 0.7, 3, 1e-6

    def surprise(z):
        return -stats.poisson(math.exp(z)).logpmf(y)

    rest = [surprise(z) - (math.exp(z) - y * z) for z in (-1.0, 0.0, 2.0)]
    np.testing.assert_allclose(rest, math.log(math.factorial(y)))
    slope = (surprise(z + h) - surprise(z - h)) / (2 * h)
    assert abs(slope - (math.exp(z) - y)) < 1e-7


def test_two_logits_move_twice_as_fast_as_one():
    z1, z2, y, eta = 0.4, -0.9, 1, 0.1
    p = _sigmoid(z1 - z2)
    np.testing.assert_allclose(_softmax([z1, z2]), [p, 1 - p])
    two = CategoricalCrossEntropy().grad([[z1, z2]], [0])[0]  # class 0 is the yes
    one = BinaryCrossEntropy().grad([z1 - z2], [y])[0]
    np.testing.assert_allclose(-eta * (two[0] - two[1]), 2 * -eta * one)


def test_the_quiz():
    assert f"{-math.log(0.3):.3f}" == "1.204"
    np.testing.assert_allclose(np.array([0.2, 0.5, 0.3]) - [0, 0, 1], [0.2, 0.5, -0.7])
    assert f"{math.log(2):.3f}" == "0.693"


def test_what_the_graded_exercise_asks_does_not_stand_in_the_page():
    defined = set(re.findall(r"def (\w+)\(", TEXT))
    assert not {name for name in defined if re.search("softmax|entropy|one_hot|accuracy|bce", name)}
    assert "literalinclude" not in TEXT


def test_links_open_the_widget_as_the_text_says():
    links = re.findall(r"#widget=(\S+)", TEXT)
    assert len(links) == 2
    states = []
    for link in links:
        name, *settings = link.split("&")
        assert name == "softmax_cross_entropy"
        (traits,) = [parse_qs("&".join(settings))]
        states.append(
            widgets.SoftmaxCrossEntropy(
                logits=[float(z) for z in traits["logits"][0].split(",")],
                target=int(traits["target"][0]),
                temperature=float(traits["temperature"][0]),
            )
        )
    undecided, sure = states
    assert undecided.probabilities.argmax() == undecided.target
    assert 1.3 < undecided.loss < math.log(4)
    assert sure.probabilities.max() > 0.98
    assert sure.loss > 9
