"""Rejection, bootstrap and the band of a ROC curve, against scikit-learn and against formulas."""

import math

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from helpers.metrics import bootstrap, rejection, roc_band

LABELS = [1, 1, 1, 1, 0, 0, 0, 0]
SCORES = [0.9, 0.8, 0.6, 0.3, 0.85, 0.5, 0.4, 0.1]


def sample(n, seed=0, decimals=None):
    """Signal uniform; background so that ε_B = ε_S³."""
    rng = np.random.default_rng(seed)
    scores = np.concatenate([rng.uniform(size=n), 1 - rng.uniform(size=n) ** (1 / 3)])
    if decimals is not None:
        scores = scores.round(decimals)
    return np.repeat([1, 0], n), scores


@pytest.mark.parametrize("decimals", [None, 2, 1])
@pytest.mark.parametrize("efficiency", [0.1, 0.3, 0.5, 0.77, 1.0])
def test_rejection_is_that_of_the_first_point_of_scikit_learns_curve(efficiency, decimals):
    for seed in range(5):
        labels, scores = sample(200, seed, decimals)
        false, true, _ = roc_curve(labels, scores, drop_intermediate=False)
        first = np.argmax(true >= efficiency - 1e-12)
        passing = 1 / rejection(labels, scores, efficiency)
        assert passing == pytest.approx(false[first], rel=1e-12)


def test_the_threshold_is_the_highest_that_is_enough_and_ties_pass_together():
    assert rejection(LABELS, SCORES) == 4
    assert rejection(LABELS, SCORES, 0.5001) == 4
    assert rejection(LABELS, SCORES, 0.76) == pytest.approx(4 / 3)
    assert rejection(LABELS, SCORES, 0.25) == math.inf
    assert rejection([1, 1, 0, 0], [1, 1, 1, 0], 0.5) == 2  # the background at the threshold passes
    assert rejection([1, 0], [7, 7]) == 1
    # 0.07 of 100 signal jets are seven, although 0.07 * 100 > 7 in floating point.
    labels, scores = np.repeat([1, 0], 100), np.tile(np.arange(100), 2)
    assert 0.07 * 100 > 7
    assert rejection(labels, scores, 0.07) == pytest.approx(100 / 7)


def test_only_the_order_of_the_scores_matters():
    labels, scores = sample(300)
    order = np.random.default_rng(1).permutation(600)
    assert rejection(labels, np.exp(5 * scores)) == rejection(labels, scores)
    assert rejection(labels[order], scores[order]) == rejection(labels, scores)


@pytest.mark.parametrize(
    ("labels", "scores", "efficiency", "says"),
    [([1, 0], [1.0], 0.5, "shape"), ([[1, 0]], [[1.0, 0]], 0.5, "shape"),
     ([1, 0], [[1.0], [2]], 0.5, "shape"), ([1, 2], [1, 0], 0.5, "labels"),
     ([1, 1], [1, 0], 0.5, "both"), ([0, 0], [1, 0], 0.5, "both"), ([], [], 0.5, "both"),
     ([1, 0], [np.nan, 0], 0.5, "finite"), ([1, 0], [1, 0], 0, "efficiency"),
     ([1, 0], [1, 0], 1.1, "efficiency"), ([1, 0], [1, 0], np.nan, "efficiency")],
)  # fmt: skip
def test_what_cannot_be_judged_is_refused(labels, scores, efficiency, says):
    with pytest.raises(ValueError, match=says):
        rejection(labels, scores, efficiency)


def test_the_error_of_a_share_is_the_binomial_one():
    labels, scores = sample(5000)

    def shares(labels, scores):
        return [np.mean(scores[labels == kind] >= 0.5) for kind in (0, 1)]

    found = bootstrap(shares, labels, scores, rng=np.random.default_rng(0), repeats=600)
    p = np.array(shares(labels, scores))
    np.testing.assert_allclose(found, np.sqrt(p * (1 - p) / 5000), rtol=0.1)


def test_the_error_of_the_auc_is_the_one_by_calculation():
    """A jet's share of the error: how often it wins against the other kind, and how that varies.

    A background jet lies at the ε_S = v with distribution v³. A signal jet at u loses with u³,
    which has mean 1/4 and mean square 1/7; a background jet loses with v, mean 3/4, square 3/5.
    """
    labels, scores = sample(4000)
    exact = math.sqrt((1 / 7 - 1 / 16 + 3 / 5 - 9 / 16) / 4000)
    found = bootstrap(roc_auc_score, labels, scores, rng=np.random.default_rng(0), repeats=400)
    assert found == pytest.approx(exact, rel=0.1)
    assert roc_auc_score(labels, scores) == pytest.approx(3 / 4, abs=4 * exact)


def test_the_error_of_the_rejection_holds_that_of_the_threshold():
    """ε_B = ε_S³ at 1/2: its own binomial error, and the slope 3/4 times that of ε_S."""
    n, samples = 20_000, 6
    own, threshold = (1 / 8) * (7 / 8) / n, (3 / 4) ** 2 * (1 / 4) / n
    exact = math.sqrt(own + threshold)  # of ε_B; that of 1/ε_B is 8² times as large
    errors = np.zeros((2, samples))
    for seed in range(samples):  # in one sample the jets near the threshold lie by luck
        labels, scores = sample(n, seed)
        rng = np.random.default_rng(seed)
        errors[0, seed] = bootstrap(rejection, labels, scores, rng=rng) / 8**2
        background, error = roc_band(labels, scores, [0.5], rng=rng, repeats=200)
        errors[1, seed] = error[0]
        assert background[0] == pytest.approx(1 / rejection(labels, scores))
        assert background[0] == pytest.approx(1 / 8, abs=4 * exact)
    np.testing.assert_allclose(errors.mean(axis=1), exact, rtol=0.1)
    assert exact > 1.4 * math.sqrt(own)


def test_scores_of_one_jet_stay_together():
    labels, scores = sample(1000)
    near = np.column_stack([scores, scores + np.random.default_rng(2).normal(0, 0.01, 2000)])

    def areas(labels, scores):
        first, second = (roc_auc_score(labels, column) for column in scores.T)
        return [first, second, second - first, first - first]

    errors = bootstrap(areas, labels, near, rng=np.random.default_rng(0))
    assert errors[2] < 0.2 * errors[0]  # the same jets: most of the error drops out
    assert errors[0] == pytest.approx(errors[1], rel=0.1)
    assert errors[3] == 0


def test_signal_and_background_are_drawn_apart_and_their_numbers_are_kept():
    labels = np.repeat([1, 0], [30, 500])
    drawn = []

    def look(labels, scores):
        drawn.append(scores)
        assert (labels == (scores < 30)).all()
        return labels.sum(), len(labels)

    np.testing.assert_array_equal(
        bootstrap(look, labels, np.arange(530), rng=np.random.default_rng(0), repeats=50), 0
    )
    assert len(drawn) == 50
    assert not np.array_equal(drawn[0], drawn[1])
    share = np.mean([len(np.unique(one)) / 530 for one in drawn])
    assert share == pytest.approx(1 - 1 / math.e, abs=0.02)  # with replacement


def test_the_same_generator_gives_the_same_error_and_nothing_is_changed():
    labels, scores = sample(200)
    before = labels.copy(), scores.copy()
    one, two, other = (
        bootstrap(roc_auc_score, labels, scores, rng=np.random.default_rng(seed), repeats=20)
        for seed in (3, 3, 4)
    )
    assert one == two != other
    assert isinstance(one, float)
    np.testing.assert_array_equal(labels, before[0])
    np.testing.assert_array_equal(scores, before[1])
    with pytest.raises(ValueError, match="repeats"):
        bootstrap(roc_auc_score, labels, scores, rng=np.random.default_rng(0), repeats=1)


def test_an_error_that_cannot_be_known_is_no_number():
    labels, scores = np.repeat([1, 0], 20), np.concatenate([np.ones(20), np.zeros(20)])
    assert math.isnan(bootstrap(rejection, labels, scores, rng=np.random.default_rng(0)))


def test_the_band_follows_the_curve():
    labels, scores = sample(500, decimals=2)
    efficiencies = [0.2, 0.5, 0.9, 1]
    background, error = roc_band(labels, scores, efficiencies, rng=np.random.default_rng(0))
    expected = [1 / rejection(labels, scores, share) for share in efficiencies]
    np.testing.assert_allclose(background, expected, rtol=1e-12)
    assert (error > 0).all()
    with pytest.raises(ValueError, match="shape"):
        roc_band(labels, np.column_stack([scores, scores]), [0.5], rng=np.random.default_rng(0))
