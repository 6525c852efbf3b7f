"""What the chapter on neurons says in words and draws, checked in numbers."""

import itertools
import math

import numpy as np
import pytest

from helpers.datasets import shapes20


def template(images, labels):
    """Return the difference of the mean pictures, and the threshold half-way."""
    x = images.reshape(len(images), -1)
    one, zero = x[labels == 1].mean(axis=0), x[labels == 0].mean(axis=0)
    return one - zero, (one @ one - zero @ zero) / 2


@pytest.fixture(name="neuron", scope="module")
def _neuron():
    return template(*shapes20(1000, np.random.default_rng(1958)))


@pytest.fixture(name="fresh", scope="module")
def _fresh():
    images, labels = shapes20(10_000, np.random.default_rng(20))
    return images.reshape(-1, 400), labels


def test_counting_black_pixels_is_right_for_57_percent():
    images, labels = shapes20(1000, np.random.default_rng(1958))
    black = images.sum(axis=(1, 2))
    right = [np.mean((black >= t) == labels) for t in np.arange(60.5, 130)]
    assert round(100 * max(*right, 1 - min(right))) == 57


def test_the_twelve_pictures_are_sorted(neuron):
    # "a single one … sorts every picture of" the first figure
    images, labels = shapes20(1000, np.random.default_rng(1958))
    w, threshold = neuron
    np.testing.assert_array_equal((images.reshape(-1, 400) @ w >= threshold)[:12], labels[:12])
    assert 0 < labels[:12].sum() < 12


def test_the_model_cell_fires_at_48_and_96_milliseconds():
    # The sum of decaying pushes in closed form, since the last spike or the beginning.
    threshold, tau = 16.0, 20.0
    pushes = [(t, 7.0) for t in (10, 40, 44, 48, 90, 93, 96, 99, 140, 142, 144, 146)]
    pushes = sorted([*pushes, (141, -7.0), (143, -7.0)])
    since, spikes = [], []
    for t, size in pushes:
        since.append((t, size))
        if sum(s * math.exp(-(t - at) / tau) for at, s in since) >= threshold:
            spikes.append(t)
            since = []
    assert spikes == [48, 96]
    # "Two inhibitory inputs can keep four … below": without them there is a third spike.
    lifted = [sum(7 * math.exp(-(t - at) / tau) for at in range(140, t + 1, 2)) for t in (144, 146)]
    assert max(lifted) >= threshold


def test_umbrella_neuron_fires_at_the_threshold():
    table = {x: int(2 * x[0] + x[1] - 2 * x[2] >= 1) for x in itertools.product((0, 1), repeat=3)}
    assert [x for x, fires in table.items() if fires] == [
        (0, 1, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1)
    ]  # fmt: skip
    assert 2 + 1 - 2 == 1  # rain, forecast and lift: exactly at the threshold


def test_network_takes_an_umbrella_in_bad_weather_without_a_lift():
    for rain, clouds, forecast, lift in itertools.product((0, 1), repeat=4):
        bad = 2 * rain + clouds + forecast >= 2
        assert bad == bool(rain or (clouds and forecast))
        assert (2 * bad - 3 * lift >= 2) == (bad and not lift)


def test_a_not_needs_the_weight_minus_one_and_the_threshold_zero():
    assert [int(-x >= 0) for x in (0, 1)] == [1, 0]


def test_counts():
    synapses = 150e12
    assert [round(synapses / n, -3) for n in (21e9, 10.2e9)] == [7000, 15000]
    assert round(21 / 10.2) == 2  # "careful counts still differ by a factor of two"
    # "millions of them fire", in ten milliseconds, at the smaller of the two rates below
    assert f"{16e9 * 0.16 * 0.01:.1e}" == "2.6e+07"
    assert 1e-3 * 2e9 == 2e6  # "a spike lasts millions of ticks"


def test_energies():
    synapses = 150e12
    assert f"{20 / (synapses * 0.16):.0e}" == "8e-13"
    assert f"{20 / (synapses * 4):.0e}" == "3e-14"
    assert f"{700 / 989e12:.0e}" == "7e-13"
    assert round(1e-7 / (700 / 989e12), -4) == 140_000
    assert f"{20 / 1e16:.0e}" == "2e-15"
    assert 700 / 989e12 < 1e-8 < 1e-7  # "the second lies between our two chips"
    # "at 0.16 spikes per second the two cost about the same, at 4 the brain is … 20 times cheaper"
    lead = [700 / 989e12 * synapses * rate / 20 for rate in (0.16, 4)]
    assert 0.8 < lead[0] < 1.25
    assert round(lead[1]) == 21
    assert 2 * lead[1] < 100  # "one or two at most", even if an event counts as two operations
    # The summary: 10⁻¹⁴ to 10⁻¹² joules for an event, about 10⁻¹² for an operation.
    assert 1e-14 < 20 / (synapses * 4) < 20 / (synapses * 0.16) < 1e-12
    assert round(math.log10(700 / 989e12)) == -12
    landauer = 1.380649e-23 * 310.15 * math.log(2)  # at 37 degrees Celsius
    assert f"{landauer:.0e}" == "3e-21"
    assert min(20 / (synapses * 4), 700 / 989e12) > 1e6 * landauer
    # The exercise: 3.6 watts, one spike per second, a sum of 400 products on the chip.
    event, chip = 3.6 / synapses, 800 * 700 / 989e12
    assert f"{event:.1e}" == "2.4e-14"
    assert f"{chip:.1e}" == "5.7e-10"
    assert f"{400 * event:.1e}" == "9.6e-12"
    assert round(chip / (400 * event)) == 59  # "about 60"
    assert round(chip / (400 * event / 0.16)) == 9


def test_the_neuron_sorts_ten_thousand_new_pictures(neuron, fresh):
    w, threshold = neuron
    x, labels = fresh
    np.testing.assert_array_equal(x @ w >= threshold, labels == 1)


def test_the_neuron_asks_which_mean_is_nearer(fresh):
    images, labels = shapes20(30, np.random.default_rng(5))  # few: so that it errs at times
    w, threshold = template(images, labels)
    flat = images.reshape(-1, 400)
    one, zero = flat[labels == 1].mean(axis=0), flat[labels == 0].mean(axis=0)
    x = fresh[0][:2000]
    difference = ((x - zero) ** 2).sum(axis=1) - ((x - one) ** 2).sum(axis=1)
    np.testing.assert_allclose(difference, 2 * (x @ w - threshold), atol=1e-10)


def test_few_examples_make_a_rougher_template(fresh):
    x, labels = fresh[0][:2000], fresh[1][:2000]

    def scores(size):
        found = []
        for draw in range(50):
            w, threshold = template(*shapes20(size, np.random.default_rng(draw)))
            found.append(np.mean((x @ w >= threshold) == labels))
        return np.array(found)

    assert f"{100 * scores(4).mean():.1f}" == "85.5"
    assert f"{100 * scores(20).mean():.1f}" == "90.1"
    assert f"{100 * scores(20).min():.1f}" == "75.4"
    assert (scores(20) < 0.8).sum() == 9  # "about one draw in five"
    assert scores(500).min() == 1


def test_with_eight_of_ten_rectangles_standing_the_lying_ones_are_taken_for_circles(fresh):
    x, new_labels = fresh
    pictures = x.reshape(-1, 20, 20)
    lies = pictures.any(axis=1).sum(axis=1) > pictures.any(axis=2).sum(axis=1)
    seen = 0
    for draw in range(50):
        images, labels = shapes20(20, np.random.default_rng(draw))
        boxes = images[labels == 0]
        if (boxes.any(axis=2).sum(axis=1) > boxes.any(axis=1).sum(axis=1)).sum() == 8:
            w, threshold = template(images, labels)
            assert (x @ w >= threshold)[(new_labels == 0) & lies].mean() > 0.95
            seen += 1
    assert seen >= 3


def test_rectangles_have_about_as_many_pixels_as_circles():
    # "in seven combinations … chosen so that": the means differ by less than either spreads
    images, labels = shapes20(10_000, np.random.default_rng(20))
    boxes = images[labels == 0]
    sides = np.sort([boxes.any(axis=2).sum(axis=1), boxes.any(axis=1).sum(axis=1)], axis=0)
    assert len(np.unique(sides, axis=1).T) == 7
    counts = [images[labels == k].sum(axis=(1, 2)) for k in (0, 1)]
    assert abs(counts[0].mean() - counts[1].mean()) < min(c.std() for c in counts)


def test_lying_rectangles_are_taken_for_circles_if_most_of_the_examples_stand(fresh):
    images, labels = shapes20(400, np.random.default_rng(1))
    stands = images.any(axis=2).sum(axis=1) > images.any(axis=1).sum(axis=1) + 2
    w, threshold = template(images[stands | (labels == 1)], labels[stands | (labels == 1)])
    x, new_labels = fresh
    pictures = x.reshape(-1, 20, 20)
    lies = pictures.any(axis=1).sum(axis=1) > pictures.any(axis=2).sum(axis=1) + 2
    assert (x @ w >= threshold)[(new_labels == 0) & lies].mean() > 0.9


def test_negatives(neuron, fresh):
    w, threshold = neuron
    x, _ = fresh
    assert not ((1 - x) @ w >= threshold).any()  # "it takes them all for rectangles"
    # The first exercise: some neuron sorts them perfectly.
    same = (1 - x) @ -w >= threshold - w.sum() - 1e-9
    np.testing.assert_array_equal(same, x @ w >= threshold)


def test_no_neuron_sorts_pictures_and_negatives():
    # The theorem, on the smallest pictures there are and thousands of neurons.
    rng = np.random.default_rng(3)
    c, r = np.array([1.0, 0.0, 0.0]), np.array([1.0, 1.0, 0.0])
    w, threshold = rng.normal(size=(5000, 3)), rng.normal(size=5000)
    fires = [w @ x >= threshold for x in (c, 1 - c, r, 1 - r)]
    assert (fires[0] & fires[1]).any()
    assert not (fires[0] & fires[1] & ~fires[2] & ~fires[3]).any()


def test_signs_of_the_weights_are_enough(neuron, fresh):
    images, labels = shapes20(1000, np.random.default_rng(1958))
    flat = images.reshape(-1, 400)
    half_way = (flat[labels == 1].mean(axis=0) + flat[labels == 0].mean(axis=0)) / 2
    signs = np.sign(neuron[0])
    assert set(np.unique(signs)) == {-1, 0, 1}
    np.testing.assert_array_equal(fresh[0] @ signs >= half_way @ signs, fresh[1] == 1)


def test_moved_circles_are_not_recognised(neuron, fresh):
    w, threshold = neuron
    moved = np.roll(fresh[0].reshape(-1, 20, 20), 3, axis=2).reshape(-1, 400)
    fires = moved @ w >= threshold
    assert round(100 * fires[fresh[1] == 1].mean()) == 5
    assert not fires[fresh[1] == 0].any()


def test_quiz():
    fires = [x for x in itertools.product((0, 1), repeat=3) if 3 * x[0] - x[1] - x[2] >= 2]
    assert fires == [(1, 0, 0), (1, 0, 1), (1, 1, 0)]
