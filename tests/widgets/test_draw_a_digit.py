"""Draw a digit: the page's picture and network against NumPy, the traits and the still figure."""

from __future__ import annotations

import base64
from itertools import pairwise

import numpy as np
import pytest
import traitlets

from helpers.datasets import digits, drawings, drawn_digits
from helpers.datasets.drawings import bitmap, see
from helpers.nn import layers
from helpers.nn.activations import LeakyReLU, softmax
from helpers.nn.layers import Dense, Layer, he_uniform
from helpers.nn.network import Network
from helpers.nn.optimizers import SGD
from helpers.widgets.draw_a_digit import EXAMPLES, FULL, DrawADigit, quantised

MODULE = "draw_a_digit.js"
SEVEN = [60, 40, 200, 40, 110, 220]
NETWORK_TRAITS = ("sizes", "activations", "weights", "scales", "biases")


class CrossEntropy:
    """The gradient of the mean cross-entropy of a softmax, which is all that training needs."""

    def value(self, logits, targets):
        return float(-np.log(softmax(logits)[targets == 1]).mean())

    def grad(self, logits, targets):
        return (softmax(logits) - targets) / len(logits)


@pytest.fixture(scope="module")
def network():
    """Return a network that has learnt the first 1297 digits and some that were drawn."""
    return trained()


def trained():
    images, labels = digits()
    rng = np.random.default_rng(1)
    more, theirs = drawn_digits(10, rng=rng)
    x = np.concatenate([images[:1297], more]).reshape(-1, 64)
    y = np.eye(10)[np.concatenate([labels[:1297], theirs])]
    hidden = Dense(64, 32, activation="relu", initialiser=he_uniform, rng=rng)
    built = Network([hidden, Dense(32, 10, rng=rng)])
    optimizer = SGD(learning_rate=0.1, momentum=0.9)
    built.fit(
        x, y, loss=CrossEntropy(), optimizer=optimizer, epochs=30, batch_size=32, rng=rng
    )  # fmt: skip
    return built


def untrained(*hidden, activation="relu", seed=1, last="linear"):
    rng = np.random.default_rng(seed)
    sizes = [64, *hidden, 10]
    dense = [
        Dense(i, o, activation=activation if k < len(hidden) else last, rng=rng)
        for k, (i, o) in enumerate(pairwise(sizes))
    ]
    for layer in dense:
        layer.biases = rng.normal(size=layer.outputs)
    return Network(dense)


def scribbles(count, seed=2):
    """Return drawings by the book's templates and by chance, and a pen for each."""
    rng = np.random.default_rng(seed)
    styles = [style for digit in drawings._templates() for style in digit]
    found = []
    for i in range(count):
        if i % 4:
            drawing = drawings._scribbled(styles[i % len(styles)], rng)
        else:  # up to four strokes of up to six points, in whole numbers
            pieces = [rng.integers(0, 256, 2 * n) for n in rng.integers(1, 7, rng.integers(1, 5))]
            drawing = np.concatenate([[-1, *piece] for piece in pieces]).tolist()
        found.append(([int(each) for each in drawing], float(rng.uniform(0.03, 0.2))))
    return found


def test_page_and_python_see_the_same_pixels(run_js):
    cases = [([], 0.07), ([-1], 0.07), ([128, 128], 0.1), ([0, 0, 255, 255], 0.03), (SEVEN, 0.07)]
    cases += scribbles(240)
    got = run_js(MODULE, "a.map(([d, pen]) => m.see(d, pen))", cases)
    for (drawing, pen), pixels in zip(cases, got, strict=True):
        np.testing.assert_array_equal(pixels, see(drawing, pen=pen).ravel())


def test_page_and_python_make_the_same_bitmap(run_js):
    cases = scribbles(40, seed=3)
    got = run_js(MODULE, "a.map(([d, pen]) => [...m.bitmap(d, pen)])", cases)
    for (drawing, pen), dark in zip(cases, got, strict=True):
        np.testing.assert_array_equal(dark, bitmap(drawing, pen=pen).ravel())


def logits_in_page(run_js, widget, pictures):
    traits = {name: getattr(widget, name) for name in NETWORK_TRAITS}
    return np.array(
        run_js(
            MODULE,
            "((net) => a[1].map((p) => m.forward(net, p)))(m.unpack(a[0]))",
            [traits, pictures],
        )
    )


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
@pytest.mark.parametrize("hidden", [(), (7,), (32, 16)])
def test_page_and_python_calculate_the_same(run_js, hidden, activation):
    widget = DrawADigit(untrained(*hidden, activation=activation))
    pictures = np.random.default_rng(3).integers(0, 17, (20, 64))
    pictures[0] = 0
    got = logits_in_page(run_js, widget, pictures.tolist())
    expected = widget.network().predict(pictures / 16)
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12)


def test_page_reads_the_test_digits_as_the_network_does(run_js, network):
    images, labels = digits()
    pictures = np.rint(16 * images[1297:]).astype(int).reshape(-1, 64)
    widget = DrawADigit(network)
    got = logits_in_page(run_js, widget, pictures.tolist())
    np.testing.assert_allclose(got, widget.network().predict(pictures / 16), rtol=1e-11, atol=1e-11)
    right = np.mean(got.argmax(axis=1) == labels[1297:])
    assert right > 0.9
    # What the rounding costs: hardly an example.
    exact = np.mean(network.predict(pictures / 16).argmax(axis=1) == labels[1297:])
    assert abs(right - exact) <= 5 / 500


def test_probabilities_are_the_softmax(run_js):
    logits = [[0, 1, 2, -3, 5, 0, 0, 1, 0, 4], [1000, 0, -1000, 0, 0, 0, 0, 0, 0, 999]]
    got = run_js(MODULE, "a.map(m.softmaxOf)", logits)
    np.testing.assert_allclose(got, softmax(np.array(logits, float)), rtol=1e-14)


@pytest.mark.parametrize("seed", range(5))
def test_rounding_is_within_half_a_step(seed):
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=(64, 9)) * 10.0 ** rng.integers(-6, 6, 9)
    weights[:, 3] = 0
    whole, scales = quantised(weights)
    assert (whole.dtype, scales.dtype) == (np.int8, np.float32)
    step = scales.astype(float)
    assert (np.abs(whole * step - weights) <= 0.5 * step * (1 + 1e-4)).all()
    used = np.abs(whole).max(axis=0)
    assert used[3] == 0
    assert (np.delete(used, 3) == 127).all()


@pytest.mark.parametrize("weights", [[1.0, 2.0], [[np.nan]], [[np.inf, 1]]])
def test_what_cannot_be_rounded_is_refused(weights):
    with pytest.raises(ValueError, match="finite, of shape"):
        quantised(weights)


def test_format_is_the_documented_one():
    network = untrained(5, 4)
    w = DrawADigit(network)
    assert w.sizes == [64, 5, 4, 10]
    assert w.activations == ["relu", "relu", "linear"]
    whole = np.frombuffer(base64.b64decode(w.weights), dtype=np.int8)
    scales = np.frombuffer(base64.b64decode(w.scales), dtype="<f4")
    biases = np.frombuffer(base64.b64decode(w.biases), dtype="<f4")
    assert (len(whole), len(scales), len(biases)) == (64 * 5 + 5 * 4 + 4 * 10, 19, 19)
    second = whole[320:340].reshape(5, 4) * scales[5:9].astype(float)
    np.testing.assert_allclose(second, network.layers[1].weights, atol=scales[5:9].max() / 2 * 1.01)
    np.testing.assert_array_equal(biases[5:9], network.layers[1].biases.astype("<f4"))
    rounded = w.network()
    np.testing.assert_array_equal(rounded.layers[1].weights, second)
    assert [str(layer) for layer in rounded.layers] == [str(layer) for layer in network.layers]


def test_the_network_given_is_not_changed():
    network = untrained(8)
    before = [array.copy() for array in network.params]
    w = DrawADigit(network, strokes=SEVEN)
    w.network().params[0][:] = 0
    assert w.probabilities.sum() == pytest.approx(1)
    for old, new in zip(before, network.params, strict=True):
        np.testing.assert_array_equal(old, new)


class Other(Layer):
    def forward(self, x, training=False):
        return x

    def backward(self, grad):
        return grad


def with_layer(*others):
    rng = np.random.default_rng(1)
    return Network([Dense(64, 8, activation="relu", rng=rng), *others, Dense(8, 10, rng=rng)])


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: [1, 2], TypeError, "not a list"),
        (lambda: with_layer(Other()), TypeError, "Dense layers only"),
        (lambda: untrained(8, activation=LeakyReLU(slope=0.1)), ValueError, "ReLU, tanh or"),
        (lambda: untrained(8, activation="linear"), ValueError, "ReLU, tanh or"),
        (lambda: untrained(8, last="sigmoid"), ValueError, "must be linear"),
        (
            lambda: Network([Dense(784, 10, rng=np.random.default_rng(1))]),
            ValueError,
            r"\[784, 10\]",
        ),
        (lambda: Network([Dense(64, 1, rng=np.random.default_rng(1))]), ValueError, r"\[64, 1\]"),
    ],
)
def test_networks_that_cannot_be_shown_are_refused(make, error, words):
    with pytest.raises(error, match=words):
        DrawADigit(make())


def test_dropout_is_left_out(monkeypatch):
    # It does nothing unless the network is training.
    monkeypatch.setattr(layers, "Dropout", Other, raising=False)
    network = with_layer(Other())
    w = DrawADigit(network, strokes=SEVEN)
    assert w.sizes == [64, 8, 10]
    expected = softmax(network.predict(w.picture.reshape(1, 64)))[0]
    np.testing.assert_allclose(w.probabilities, expected, atol=0.02)


def test_a_network_that_diverged_is_refused():
    network = untrained(8)
    network.layers[1].biases[0] = np.nan
    with pytest.raises(ValueError, match="diverge"):
        DrawADigit(network)
    network.layers[0].weights[0, 0] = np.inf
    with pytest.raises(ValueError, match="finite"):
        DrawADigit(network)


@pytest.mark.parametrize(
    ("trait", "value", "words"),
    [
        ("strokes", [1, 2, 3], "lacks its y"),
        ("strokes", [1, 256], "from -1 to 255"),
        ("strokes", [-2, 1, 2], "from -1 to 255"),
        ("strokes", [1, 2] * 751, "at most 1500"),
        ("strokes", [1.5, 2], "strokes"),
        ("pixels", [1] * 63, "64 whole numbers"),
        ("pixels", [17] * 64, "64 whole numbers"),
        ("pen", 0.5, "from 0.03 to 0.2"),
        ("sizes", [64, 10], "read-only"),
    ],
)
def test_what_cannot_be_shown_is_refused(trait, value, words):
    w = DrawADigit(untrained(8))
    with pytest.raises(traitlets.TraitError, match=words):
        setattr(w, trait, value)


@pytest.mark.parametrize(
    ("examples", "words"),
    [([1797], "from 0 to 1796"), ([-1], "from 0"), (range(15), "at most 14"), ([0.5], "whole")],
)
def test_examples_that_are_not_there_are_refused(examples, words):
    with pytest.raises(ValueError, match=words):
        DrawADigit(untrained(8), examples=examples)


def test_examples_are_those_of_the_data():
    images, labels = digits()
    w = DrawADigit(untrained(8))
    assert [one["label"] for one in w.examples] == labels[list(EXAMPLES)].tolist()
    assert [one["label"] for one in w.examples][:10] == list(range(10))
    for i, one in zip(EXAMPLES, w.examples, strict=True):
        assert one["pixels"] == (16 * images[i]).ravel().tolist()
    assert DrawADigit(untrained(8), examples=[]).examples == []


def test_drawing_counts_unless_pixels_are_given(network):
    w = DrawADigit(network)
    assert (w.answer, w.picture.shape) == (None, (8, 8))
    w.strokes = SEVEN
    np.testing.assert_array_equal(w.picture, see(SEVEN) / 16)
    assert w.answer == 7
    w.pen = 0.2
    np.testing.assert_array_equal(w.picture, see(SEVEN, pen=0.2) / 16)
    w.pixels = w.examples[0]["pixels"]
    assert w.answer == 0
    np.testing.assert_allclose(
        w.probabilities, softmax(w.network().predict(w.picture.reshape(1, 64)))[0]
    )
    w.pixels = []
    assert w.answer == 7


def test_what_the_front_end_sends_is_taken(network):
    w = DrawADigit(network, pixels=[3] * 64)
    assert {"weights", "scales", "biases", "sizes", "activations", "examples"} <= set(w.get_state())
    w.set_state({"strokes": SEVEN, "pixels": []})
    assert (w.answer, w.strokes) == (7, SEVEN)


def test_easy_examples_are_read_and_hard_ones_are_not_all(network):
    w = DrawADigit(network)
    right = []
    for one in w.examples:
        w.pixels = one["pixels"]
        right.append(w.answer == one["label"])
    assert all(right[:10])
    assert not all(right[10:])


def test_strokes_there_and_back(run_js):
    cases = [drawing for drawing, _ in scribbles(30)]
    again = run_js(MODULE, "a.map((d) => m.see(m.drawingOf(m.strokesOf(d)), 0.07))", cases)
    for drawing, pixels in zip(cases, again, strict=True):
        np.testing.assert_array_equal(pixels, see(drawing).ravel())


def test_what_a_link_may_hold_is_tidied(run_js):
    odd = [[3], [-1, -1, 5], [1, 2, 3], [-1, 10.4, 20, 30, 40.2, -0.5]]
    got = run_js(MODULE, "a.map((d) => m.drawingOf(m.strokesOf(d)))", odd)
    assert got == [[], [], [1, 2, 1, 2], [10, 20, 30, 40]]


def test_simpler_lines_stay_near_the_old_ones(run_js):
    t = np.linspace(0, 2 * np.pi, 90)
    circle = np.column_stack([128 + 90 * np.cos(t), 128 + 100 * np.sin(t)]).round()
    few = np.array(run_js(MODULE, "m.simplified(a)", circle.tolist()))
    assert 10 < len(few) < 60
    assert few[[0, -1]].tolist() == circle[[0, -1]].tolist()
    for point in circle:
        start, step = few[:-1], np.diff(few, axis=0)
        along = np.clip(((point - start) * step).sum(1) / (step**2).sum(1), 0, 1)
        assert np.hypot(*(start + along[:, None] * step - point).T).min() <= 0.8 + 1e-9
    assert run_js(MODULE, "m.simplified(a)", [[1, 1], [5, 5]]) == [[1, 1], [5, 5]]
    assert run_js(MODULE, "m.simplified(a)", [[9, 9], [30, 9], [9, 9]]) == [[9, 9], [30, 9], [9, 9]]


@pytest.mark.parametrize(("right", "down"), [(1, 0), (-1, 0), (0, 1), (0, -1)])
def test_shifting_loses_what_leaves(run_js, right, down):
    picture = np.arange(64).reshape(8, 8) % 17
    expected = np.pad(picture, 1)[1 - down : 9 - down, 1 - right : 9 - right]
    got = run_js(MODULE, "m.shifted(...a)", [picture.ravel().tolist(), right, down])
    assert got == expected.ravel().tolist()


def test_noise_is_seeded_and_stays_within_range(run_js):
    expression = "m.noisy(a, (await import('./common.js')).random(1))"
    one = run_js(MODULE, expression, [8] * 64)
    assert one == run_js(MODULE, expression, [8] * 64)
    assert len(one) == 64
    assert {*map(float, one)} <= set(range(17))
    assert 1.5 < np.std(one) < 4.5
    assert 7 < np.mean(one) < 9


def test_keys_are_directions(run_js):
    keys = ["ArrowLeft", "ArrowDown", "Home", "PageDown", "7", "6", "a", "5", "toString"]
    got = run_js(MODULE, "a.map(m.direction)", keys)
    assert got == [[-1, 0], [0, 1], [-1, -1], [1, 1], [-1, -1], [1, 0], None, None, None]


def test_words(run_js):
    def told(picture, probabilities, label=None):
        return run_js(MODULE, "m.describe(...a)", [picture, probabilities, label])

    ink = [0] * 63 + [5]
    sure = [0, 0, 0, 0.999, 0.001, 0, 0, 0, 0, 0]
    fair = [0, 0.25, 0, 0, 0, 0, 0, 0.75, 0, 0]
    torn = [0.1, 0, 0, 0, 0.4, 0, 0, 0, 0.1, 0.4]
    assert told([0] * 64, []) == "Nothing is drawn yet."
    assert told(ink, sure) == "The network reads a 3, with probability more than 0.99."
    assert (
        told(ink, fair) == "The network reads a 7, with probability 0.75. Next comes 1, with 0.25."
    )
    assert told(ink, torn) == "The network is not sure: 4 with probability 0.40, 9 with 0.40."
    assert told(ink, fair, 7).endswith("The example is a 7: right.")
    assert told(ink, fair, 8).endswith("The example is an 8: wrong.")


def test_still_shows_what_is_drawn(network):
    w = DrawADigit(network, strokes=[*SEVEN, -1, 80, 120, 160, 120])
    canvas, grid, bars = w.still().axes
    assert [len(line.get_xdata()) for line in canvas.lines] == [3, 2]
    np.testing.assert_array_equal(grid.images[0].get_array(), w.picture)
    np.testing.assert_allclose([bar.get_width() for bar in bars.patches], w.probabilities)
    assert bars.get_title() == "Its answer: 7"
    assert w.still_png() == w.still_png()


def test_still_of_nothing_shows_an_example(network):
    w = DrawADigit(network)
    canvas, grid, bars = w.still().axes
    assert not canvas.lines
    np.testing.assert_array_equal(16 * grid.images[0].get_array().ravel(), w.examples[0]["pixels"])
    assert bars.get_title() == "Its answer: 0"
    assert DrawADigit(network, examples=[]).still().axes[2].get_title() == "Its answer: 7"
    assert not w.picture.any()


def test_the_same_limits_here_and_there(run_js):
    assert run_js(MODULE, "[m.MOST_NUMBERS, m.CANVAS]") == [FULL, drawings.SIDE]
