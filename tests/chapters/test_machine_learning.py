"""What the appendix on machine learning says, checked by other means than its own cells."""

import re
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest

from helpers.widgets import Overfitting

TEXT = (Path(__file__).parents[2] / "chapters" / "machine-learning.md").read_text(encoding="utf-8")


def truth(x):
    return np.sin(4 * x) + (x > 0.3)


def test_bias_variance_and_noise_add_up_to_the_error():
    # the mean of 20 noisy values as an estimate, shrunk by 0.8: bias and variance are known
    rng = np.random.default_rng(0)
    mean, noise, n, shrink = 2.0, 0.5, 20, 0.8
    estimates = shrink * (mean + rng.normal(0, noise, size=(200_000, n))).mean(axis=1)
    fresh = mean + rng.normal(0, noise, size=200_000)
    expected = (shrink * mean - mean) ** 2 + shrink**2 * noise**2 / n + noise**2
    assert np.mean((fresh - estimates) ** 2) == pytest.approx(expected, rel=0.01)


def test_variance_along_a_direction_is_a_weighted_mean_of_eigenvalues():
    rng = np.random.default_rng(1)
    data = rng.normal(size=(50, 4)) @ rng.normal(size=(4, 4))
    data -= data.mean(axis=0)
    values, vectors = np.linalg.eigh(data.T @ data / len(data))
    u = rng.normal(size=4)
    u /= np.linalg.norm(u)
    weights = (vectors.T @ u) ** 2
    assert weights.sum() == pytest.approx(1)
    assert np.mean((data @ u) ** 2) == pytest.approx(weights @ values)
    singular = np.linalg.svd(data, compute_uv=False)
    np.testing.assert_allclose(np.sort(singular**2 / len(data)), values)


def test_variance_of_a_mean_of_correlated_trees():
    rng = np.random.default_rng(2)
    rho, trees = 0.4, 10
    common = rng.normal(size=(400_000, 1))
    own = rng.normal(size=(400_000, trees))
    predictions = np.sqrt(rho) * common + np.sqrt(1 - rho) * own
    expected = rho + (1 - rho) / trees
    assert expected == pytest.approx(0.46)
    assert predictions.mean(axis=1).var() == pytest.approx(expected, rel=0.01)


def test_the_exercise_on_averaging():
    def variance(rho, trees):
        return rho + (1 - rho) / trees

    assert variance(0.4, 100) == pytest.approx(0.406)
    assert variance(0.2, 10) == pytest.approx(0.28)
    assert variance(0.2, 100) == pytest.approx(0.208)


def test_out_of_the_bag():
    left_out = (1 - 1 / 10_000) ** 10_000
    different = 80 * (1 - (79 / 80) ** 80)
    assert left_out == pytest.approx(np.exp(-1), rel=1e-3)
    assert different == pytest.approx(50.8, abs=0.05)


def test_no_first_split_helps_xor():
    x = np.array([[0, 0], [1, 1], [0, 1], [1, 0]])
    y = np.array([0.0, 0.0, 1.0, 1.0])
    for feature in (0, 1):
        halves = [y[x[:, feature] == value] for value in (0, 1)]
        assert sum(half.var() * len(half) for half in halves) / 4 == y.var() == 0.25


def test_residuals_are_the_negative_gradient():
    rng = np.random.default_rng(3)
    y, predictions, h = rng.normal(size=6), rng.normal(size=6), 1e-6
    for i in range(6):
        step = np.eye(6)[i] * h
        up, down = ((y - predictions - s) ** 2 for s in (step, -step))
        slope = (up.mean() - down.mean()) / (2 * h)
        assert slope == pytest.approx(-2 / 6 * (y - predictions)[i], abs=1e-8)


def test_ceiling_of_the_island_is_ninety_percent():
    rng = np.random.default_rng(4)
    x = rng.uniform(-1, 1, size=(100_000, 2))
    inside = ((x - [0.2, 0.1]) ** 2).sum(axis=1) < 0.3
    labels = inside ^ (rng.uniform(size=len(x)) < 0.1)
    assert np.mean(inside == labels) == pytest.approx(0.9, abs=0.005)
    # the island lies wholly within the square, so it is no accident of the border
    assert 0.2 + np.sqrt(0.3) < 1


def test_trees_do_not_care_about_units():
    from sklearn.tree import DecisionTreeRegressor

    rng = np.random.default_rng(5)
    x = rng.uniform(-1, 1, size=(60, 2))
    y = truth(x[:, 0]) + x[:, 1]
    metres = DecisionTreeRegressor(max_depth=4, random_state=0).fit(x, y).predict(x)
    x = x * [1024, 0.5]
    other = DecisionTreeRegressor(max_depth=4, random_state=0).fit(x, y).predict(x)
    np.testing.assert_allclose(metres, other)


def test_a_point_is_six_patients():
    assert round(0.01 * 569) == 6


def _widget():
    made = re.search(r"^Overfitting\((.*)\)$", TEXT, re.MULTILINE)[1]
    return eval(f"Overfitting({made})", {"Overfitting": Overfitting})


def test_links_set_the_widget_to_what_it_has():
    links = re.findall(r"\{button-link\} #(\S+)", TEXT)
    assert len(links) == 3
    for link in links:
        widget = _widget()
        wanted = {key: values[0] for key, values in parse_qs(link).items()}
        assert wanted.pop("widget") == widget.name
        for trait, text in wanted.items():
            kind = type(getattr(widget, trait))
            value = text == "true" if kind is bool else kind(text)
            setattr(widget, trait, value)
            assert getattr(widget, trait) == value


def test_what_the_reader_should_have_seen_in_the_polynomials():
    widget = _widget()
    assert (widget.degree, widget.examples, widget.target) == (1, 20, "sine")  # as the text says
    assert (widget.penalty, widget.noise, widget.against) == (0, 0.3, "degree")
    training, validation = np.transpose([widget.errors(degree) for degree in range(15)])
    assert np.all(np.diff(training) <= 1e-12)
    assert np.all(np.round(validation[3:8], 2) == 0.11)
    assert np.all(np.diff(validation[7:11]) > 0)
    assert validation[14] > 100 * 0.11
    fits = widget._fits(1, 0.0)
    bias, variance = widget.bias_and_variance(1)
    assert np.var(fits, axis=0).mean() == pytest.approx(variance)
    assert variance < 0.1 * bias  # the lines differ far less than they are wrong
    penalties = 10 ** np.linspace(-6, 1, 57)
    sums = [sum(widget.bias_and_variance(14, penalty)) for penalty in penalties]
    assert 0.1 < penalties[int(np.argmin(sums))] < 0.4
    flat = widget._fits(14, 10.0)
    assert np.ptp(flat, axis=1).max() < 0.5  # the wave goes from -1 to 1
