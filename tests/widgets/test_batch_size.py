"""The widget batch size: its JavaScript against NumPy, its traits, its still figure."""

import itertools

import numpy as np
import pytest
import traitlets

from helpers.nn.surfaces import mse_surface
from helpers.widgets import BatchSize
from helpers.widgets.batch_size import RUNS, mulberry32, points, sgd_path, shuffled


@pytest.fixture
def bs_js(run_js):
    """Call a JavaScript function with keyword arguments; ``m`` there is the widget's module."""

    def call(function, **arguments):
        return run_js("batch_size.js", f"({function})(...a)", [arguments])

    return call


def data(n=64, seed=3):
    x, y = points(n, seed=seed)
    return {"x": x.tolist(), "y": y.tolist()}


def test_the_points_are_standardised_and_seeded():
    x, y = points(50, seed=8)
    np.testing.assert_allclose([x.mean(), y.mean()], 0, atol=1e-14)
    np.testing.assert_allclose([x.std(), y.std()], 1)
    np.testing.assert_array_equal(points(50, seed=8), (x, y))
    with pytest.raises(ValueError, match="at least 3"):
        points(2)


@pytest.mark.parametrize("seed", [0, 1, 1000, 2**31, 2**32 - 1])
def test_python_and_javascript_draw_the_same_random_numbers(seed, run_js):
    mine = list(itertools.islice(mulberry32(seed), 500))
    theirs = run_js("common.js", "Array.from({ length: 500 }, m.random(a[0]))", [seed])
    assert mine == theirs
    assert 0 <= min(mine) < 0.02 < 0.98 < max(mine) < 1


def test_python_and_javascript_shuffle_alike_and_keep_every_example(run_js):
    order = shuffled(64, mulberry32(5))
    theirs = run_js("common.js", "m.shuffled(a[0], m.random(5))", [list(range(64))])
    assert order.tolist() == theirs
    assert sorted(order) == list(range(64))


RUN = """({ x, y, options, seed, epochs }) => {
  const order = m.orders(seed, x.length, epochs);
  return [...m.sgd(x, y, { ...options, order })];
}"""


@pytest.mark.parametrize("batch", [1, 4, 10, 16, 64])  # 10 leaves a short batch
def test_page_and_python_make_the_same_run(batch, bs_js):
    sample = data()
    options = {"batch": batch, "rate": 0.1, "start": [-0.6, 1.2]}
    run = bs_js(RUN, **sample, options=options, seed=7, epochs=3)
    want = sgd_path(
        np.array(sample["x"]),
        np.array(sample["y"]),
        batch_size=batch,
        learning_rate=0.1,
        start=(-0.6, 1.2),
        seed=7,
        epochs=3,
    )
    assert len(want) == 1 + 3 * -(-64 // batch)
    np.testing.assert_allclose(np.reshape(run, (-1, 2)), want, rtol=1e-10, atol=1e-12)


def test_the_full_batch_is_gradient_descent():
    x, y = points()
    path = sgd_path(x, y, batch_size=64, learning_rate=0.2, start=(1, 1), seed=1, epochs=5)
    cost = mse_surface(x, y)
    for before, after in itertools.pairwise(path):
        np.testing.assert_allclose(after, before - 0.2 * cost.gradient(before))


def test_an_epoch_of_single_examples_uses_each_once():
    x, y = points(5)
    # With a tiny learning rate an epoch adds up the gradients of all examples.
    path = sgd_path(x, y, batch_size=1, learning_rate=1e-9, start=(0.5, 0.5), seed=1, epochs=1)
    total = (path[0] - path[-1]) / 1e-9
    want = 5 * mse_surface(x, y).gradient([0.5, 0.5])
    np.testing.assert_allclose(total, want, rtol=1e-6)


def test_both_stop_a_diverging_run_at_the_same_update(bs_js):
    sample = data()
    options = {"batch": 1, "rate": 3.0, "start": [-0.6, 1.2]}
    run = bs_js(RUN, **sample, options=options, seed=7, epochs=3)
    assert len(run) == 2 * (1 + 3 * 64)
    want = sgd_path(
        np.array(sample["x"]),
        np.array(sample["y"]),
        batch_size=1,
        learning_rate=3.0,
        start=(-0.6, 1.2),
        seed=7,
        epochs=3,
    )
    finite = [v for v in run if v is not None]  # NaN is null in JSON
    np.testing.assert_allclose(np.reshape(finite, (-1, 2)), want, rtol=1e-9)


def test_loss_and_best_fit_are_those_of_numpy(bs_js):
    sample = data(30, 9)
    x, y = np.array(sample["x"]) + 0.3, 2 * np.array(sample["y"]) - 1  # not standardised
    lines = np.random.default_rng(1).normal(size=(20, 2))
    loss, best = bs_js(
        """({ x, y, lines }) => {
          const means = m.moments(x, y);
          return [lines.map(([w, b]) => m.loss(means, w, b)), m.bestFit(means)];
        }""",
        x=x.tolist(),
        y=y.tolist(),
        lines=lines.tolist(),
    )
    want = [np.mean((w * x + b - y) ** 2) for w, b in lines]
    np.testing.assert_allclose(loss, want, rtol=1e-12)
    np.testing.assert_allclose(best, np.polyfit(x, y, 1), rtol=1e-10)


@pytest.mark.parametrize("batch", [1, 2, 3, 6])
def test_gradient_noise_is_the_spread_over_all_batches(batch, bs_js):
    sample = data(6)
    x, y = np.array(sample["x"]), np.array(sample["y"])
    at = [0.3, -0.2]
    noise = bs_js(
        "({ x, y, batch, at }) => m.gradientNoise(x, y, batch, at)", **sample, batch=batch, at=at
    )
    gradients = []
    for subset in itertools.combinations(range(6), batch):  # every batch that can be drawn
        k = list(subset)
        error = at[0] * x[k] + at[1] - y[k]
        gradients.append([np.mean(2 * error * x[k]), np.mean(2 * error)])
    assert noise == pytest.approx(np.sqrt(np.var(gradients, axis=0).sum()), abs=1e-12)


def test_noise_halves_with_each_fourfold_batch(bs_js):
    # What the text says: about 1/√batch, as long as the batch is a small part of the data.
    noise = bs_js(
        "({ x, y }) => [1, 4, 16].map((batch) => m.gradientNoise(x, y, batch, [0.8, 0]))",
        **data(1600),
    )
    np.testing.assert_allclose(np.divide(noise[1:], noise[:-1]), 0.5, atol=0.003)


def test_examples_and_updates_translate_into_each_other(bs_js):
    got = bs_js(
        """() => [1, 4, 10, 64].map((batch) => [0, 1, 7, 33].map((updates) => {
          const examples = m.examplesAt(updates, 64, batch);
          return [examples, m.updatesAt(examples, 64, batch)];
        }))"""
    )
    assert [[back for _, back in row] for row in got] == 4 * [[0, 1, 7, 33]]
    # Batch 10 has seven updates an epoch, the last one short.
    assert [examples for examples, _ in got[2]] == [0, 10, 64, 4 * 64 + 50]


def test_a_constant_learning_rate_leaves_a_cloud_smaller_for_larger_batches():
    x, y = points()
    best = np.polyfit(x, y, 1)
    options = {"learning_rate": 0.1, "start": (-0.6, 1.2), "epochs": 20}
    spread = []
    for batch in (1, 4, 16):
        ends = [sgd_path(x, y, batch_size=batch, seed=1000 + r, **options)[-1] for r in range(RUNS)]
        spread.append(np.sqrt(np.mean(np.sum((np.array(ends) - best) ** 2, axis=1))))
    assert spread[0] > 2 * spread[1] > 4 * spread[2] > 0


def test_python_reads_what_the_page_shows():
    widget = BatchSize(batch_size=16, learning_rate=0.2, epochs=1.5)
    assert widget.examples == 96
    assert len(widget.path) == 7
    want = sgd_path(
        np.array(widget.x),
        np.array(widget.y),
        batch_size=16,
        learning_rate=0.2,
        start=widget.start,
        seed=1000,
        epochs=2,
    )
    np.testing.assert_array_equal(widget.path, want[:7])
    w, b = widget.path[-1]
    error = w * np.array(widget.x) + b - np.array(widget.y)
    assert widget.loss[-1] == pytest.approx(np.mean(error**2))
    widget.batch_size = 64
    assert len(widget.path) == 2
    widget.seed = 2
    widget.batch_size = 1
    assert len(widget.path) == 97


def test_data_of_your_own():
    x, y = points(10)
    widget = BatchSize(batch_size=10, x=x, y=y)
    assert widget.batch_sizes == [1, 4, 10]
    assert BatchSize(batch_size=2, x=x, y=y, batch_sizes=[5, 2]).batch_sizes == [2, 5]


def test_bad_input_says_what_to_do():
    for options, words in [
        ({"x": [1, 2, 3]}, "both x and y"),
        ({"x": [1, 2, 3], "y": [1, 2]}, "same length"),
        ({"x": [1, 1, 1], "y": [1, 2, 3]}, "x must vary"),
        ({"batch_sizes": [0, 4]}, "from 1 to"),
        ({"batch_sizes": [65]}, "from 1 to"),
        ({"epochs": 21}, "from 0 to 20"),
        ({"rates": (0, 1)}, "positive"),
    ]:
        with pytest.raises(ValueError, match=words):
            BatchSize(**options)
    with pytest.raises(traitlets.TraitError, match="one of"):
        BatchSize(batch_size=3)
    with pytest.raises(traitlets.TraitError, match=r"\(w, b\)"):
        BatchSize(start=(1.0,))


def test_the_still_figure_shows_every_batch_size():
    widget = BatchSize(batch_size=16, epochs=2)
    left, right = widget.still().axes
    drawn = [line.get_xydata() for line in left.lines]
    np.testing.assert_allclose(drawn[2], widget.path)  # 1, 4, 16, 64, then the minimum
    np.testing.assert_allclose(drawn[4], [np.polyfit(widget.x, widget.y, 1)])
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["1", "4", "16", "64"]
    assert widget.still_png() == widget.still_png()
