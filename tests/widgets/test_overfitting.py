"""The widget overfitting: its JavaScript against NumPy, its traits, its still figure."""

from __future__ import annotations

import json

import numpy as np
import pytest
import traitlets
from numpy.polynomial import Legendre
from sklearn.linear_model import Ridge

from helpers.widgets import Overfitting
from helpers.widgets.overfitting import SAMPLES, TARGETS, basis, examples, ridge

MODULE = "overfitting.js"


def test_the_basis_is_orthonormal_and_the_same_in_both_languages(run_js):
    x = np.linspace(-1, 1, 41)
    got = run_js(MODULE, "a.map((x) => m.basis(x, 14))", x.tolist())
    np.testing.assert_allclose(got, basis(x, 14), rtol=1e-12, atol=1e-12)
    for k in range(15):  # another way to Legendre's polynomials
        np.testing.assert_allclose(basis(x, 14)[:, k], np.sqrt(2 * k + 1) * Legendre.basis(k)(x))
    nodes, weights = np.polynomial.legendre.leggauss(20)
    gram = basis(nodes, 14).T @ (basis(nodes, 14) * weights[:, None]) / 2
    np.testing.assert_allclose(gram, np.eye(15), atol=1e-12)
    assert run_js(MODULE, "[m.basis(0.3, 0), m.basis(0.3, 1).length]") == [[1], 2]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("seed", "n"), [(1000, 15), (7020, 60), (2**21 * 1000 + 19, 100)])
def test_examples_are_the_same_in_both_languages(target, seed, n, run_js):
    got = run_js(MODULE, "m.examples(...a)", [seed, n, 0.4, target])
    want = examples(seed, n, noise=0.4, target=target)
    np.testing.assert_allclose([got["xs"], got["ys"]], want, rtol=1e-12, atol=1e-14)


def test_examples_are_a_function_plus_normal_noise():
    drawn = [examples(seed, 100, noise=0.5, target="bump") for seed in range(50)]
    x, y = np.array(drawn).swapaxes(0, 1).reshape(2, -1)
    assert x.min() >= -1
    assert x.max() <= 1
    assert np.histogram(x, 10, (-1, 1))[0].tolist() == [500] * 10
    noise = (y - (1.5 * np.exp(-8 * x**2) - 0.5)) / 0.5
    assert abs(noise.mean()) < 0.05
    assert abs(noise.std() - 1) < 0.05
    np.testing.assert_allclose(TARGETS["sine"]([0.5, -0.5, 1]), [1, -1, 0], atol=1e-15)
    np.testing.assert_allclose(TARGETS["line"]([0.5]), [0.4])


FIT = """(({ xs, ys, settings }) => {
  const part = m.reduced({ xs, ys });
  const before = JSON.stringify(part);
  const fits = settings.map(([d, penalty]) => m.fit(part, d, penalty));
  return [fits, JSON.stringify(part) === before];
})(a)"""


@pytest.mark.parametrize("n", [15, 20, 100])
def test_fits_are_those_of_numpy(n, run_js):
    settings = [[d, penalty] for d in range(15) for penalty in (0.0, 1e-6, 1e-3, 0.1, 10.0)]
    x, y = examples(5, n, noise=0.3)
    data = {"xs": x.tolist(), "ys": y.tolist(), "settings": settings}
    got, kept = run_js(MODULE, FIT, data)
    assert kept
    grid = np.linspace(-1, 1, 50)
    for c, (degree, penalty) in zip(got, settings, strict=True):
        want = ridge(x, y, degree=degree, penalty=penalty)
        # With 15 examples and degree 14 the system's condition number is about 1e4.
        np.testing.assert_allclose(c, want, rtol=1e-8, atol=1e-9)
        np.testing.assert_allclose(
            basis(grid, degree) @ c, basis(grid, degree) @ want, rtol=1e-7, atol=1e-8
        )


def test_ridge_is_that_of_scikit_learn_and_least_squares_that_of_polyfit():
    x, y = examples(3, 30, noise=0.3)
    for penalty in (1e-3, 0.1, 5.0):
        want = Ridge(alpha=30 * penalty, solver="svd").fit(basis(x, 8)[:, 1:], y)
        got = ridge(x, y, degree=8, penalty=penalty)
        np.testing.assert_allclose(got[1:], want.coef_, rtol=1e-9, atol=1e-11)
        assert got[0] == pytest.approx(want.intercept_, rel=1e-9)
    grid = np.linspace(-1, 1, 20)
    want = np.polyval(np.polyfit(x, y, 6), grid)
    np.testing.assert_allclose(basis(grid, 6) @ ridge(x, y, degree=6), want, rtol=1e-8)


def test_the_triangle_is_that_of_qr(run_js):
    rows = np.random.default_rng(4).normal(size=(12, 6))
    rows[3:, 0] = 0  # rows that a reflection leaves alone
    got = run_js(MODULE, "m.triangle(a, 5)", rows.tolist())
    r, z = np.array(got["r"]), np.array(got["z"])
    np.testing.assert_allclose(np.tril(r, -1), 0, atol=1e-14)
    np.testing.assert_allclose(np.abs(r), np.abs(np.linalg.qr(rows[:, :5])[1]), atol=1e-12)
    np.testing.assert_allclose(r.T @ r, rows[:, :5].T @ rows[:, :5], atol=1e-12)
    np.testing.assert_allclose(r.T @ z, rows[:, :5].T @ rows[:, 5], atol=1e-12)


def shown(widget, run_js):
    """What the page derives from the widget's state."""
    state = {k: v for k, v in widget.get_state().items() if not k.startswith("_")}
    return run_js(
        MODULE,
        "((s) => ({ ...s, words: m.describe(s) }))(m.laboratory()((trait) => a[trait]))",
        json.loads(json.dumps(state)),
    )


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"degree": 14, "examples": 15},
        {"degree": 0, "penalty": 0.5},
        {"degree": 9, "penalty": 0.01, "noise": 0.8, "examples": 50, "target": "bump", "seed": 9},
        {"degree": 2, "noise": 0.0, "target": "line"},
    ],
)
def test_page_and_python_show_the_same(options, run_js):
    widget = Overfitting(**options)
    got = shown(widget, run_js)
    np.testing.assert_allclose(got["coefficients"], widget.coefficients, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(got["curve"], widget.predict(np.linspace(-1, 1, 101)), atol=1e-7)
    assert got["trainingError"] == pytest.approx(widget.training_error, rel=1e-6, abs=1e-12)
    assert got["validationError"] == pytest.approx(widget.validation_error, rel=1e-6, abs=1e-12)
    want = [widget.errors(d, widget.penalty) for d in range(15)]
    errors = [got["errors"][name] for name in ("training", "validation")]
    np.testing.assert_allclose(np.transpose(errors), want, rtol=1e-6, atol=1e-10)
    widget.against = "penalty"
    errors = [shown(widget, run_js)["errors"][name] for name in ("training", "validation")]
    penalties = [0, *10 ** np.linspace(-6, 1, 29)]
    want = [widget.errors(widget.degree, penalty) for penalty in penalties]
    np.testing.assert_allclose(np.transpose(errors), want, rtol=1e-6, atol=1e-10)


@pytest.mark.parametrize("against", ["degree", "penalty"])
def test_bias_and_variance_are_those_of_numpy(against, run_js):
    widget = Overfitting(7, penalty=0.003, many=True, against=against, noise=0.4, seed=2)
    got = shown(widget, run_js)
    x = np.linspace(-1, 1, 101)
    samples = [widget.sample(k) for k in range(SAMPLES)]
    fits = np.array([basis(x, 7) @ ridge(*one, degree=7, penalty=0.003) for one in samples])
    np.testing.assert_allclose(got["curves"], fits, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(got["spread"]["mean"], fits.mean(axis=0), rtol=1e-7, atol=1e-8)
    want = widget.bias_and_variance()
    bias, variance = want
    assert [got["spread"]["bias"], got["spread"]["variance"]] == pytest.approx(want, rel=1e-6)
    # What they are for: together they are the fits' mean squared distance from the truth.
    assert bias + variance == pytest.approx(np.mean((fits - np.sin(np.pi * x)) ** 2), rel=1e-9)
    parts = [got["errors"][name] for name in ("bias", "variance")]
    settings = (
        [(d, 0.003) for d in (0, 3, 14)]
        if against == "degree"
        else [(7, 0.0), (7, 1e-6), (7, 10.0)]
    )
    places = [0, 3, 14] if against == "degree" else [0, 1, 29]
    for k, setting in zip(places, settings, strict=True):
        want = widget.bias_and_variance(*setting)
        assert [parts[0][k], parts[1][k]] == pytest.approx(want, rel=1e-6)


def test_samples_are_all_different_and_the_first_is_shown():
    widget = Overfitting()
    drawn = [widget.sample(k)[1] for k in range(SAMPLES)] + [widget.validation[1][:20]]
    assert len({tuple(y) for y in drawn}) == SAMPLES + 1
    np.testing.assert_array_equal(widget.training[1], drawn[0])
    assert not np.isclose(Overfitting(seed=2).training[1], drawn[0]).any()
    with pytest.raises(ValueError, match="0 to 19"):
        widget.sample(20)


@pytest.mark.parametrize("seed", range(1, 21))
def test_the_lesson_holds_for_every_sample(seed):
    """The training error only falls; the validation error of the last degree is far too high."""
    widget = Overfitting(seed=seed)
    training, validation = np.transpose([widget.errors(d) for d in range(15)])
    assert (np.diff(training) <= 1e-12).all()
    assert training[14] < widget.noise**2 < validation.min() * 1.6
    assert validation[14] > 3 * validation.min()
    assert validation[0] > 3 * validation.min()
    # A penalty takes much of that back.
    assert min(widget.errors(14, 10**power)[1] for power in range(-6, 2)) < 0.6 * validation[14]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "Degree 3, λ = 0, 20 examples: training error 0.0646, validation error 0.109."),
        ({}, "Of all degrees with λ = 0 the validation error is lowest at degree 7, 0.107."),
        ({"against": "penalty", "degree": 14}, "Of all λ with degree 14 the validation error is"),
        ({"penalty": 0.05}, "Degree 3, λ = 0.05, 20 examples"),
        ({"penalty": 2e-6}, "Degree 3, λ = 2.0 × 10⁻⁶, 20 examples"),
        (
            {"many": True},
            "over 20 samples bias² 0.0050, variance 0.0193, noise s² 0.0900: together",
        ),
        ({"many": True}, "Of all degrees with λ = 0 it is lowest at degree 3, 0.114."),
    ],
)
def test_the_errors_are_said(options, words, run_js):
    assert words in shown(Overfitting(**options), run_js)["words"]


def test_bad_input_says_what_to_do():
    widget = Overfitting()
    for trait, value, words in [
        ("degree", 15, "not be greater than 14"),
        ("penalty", -1, "from 0 to 10"),
        ("noise", 2, "from 0 to 1"),
        ("examples", 14, "not be less than 15"),
        ("target", "cosine", "sine"),
        ("against", "noise", "degree"),
    ]:
        with pytest.raises(traitlets.TraitError, match=words):
            setattr(widget, trait, value)


@pytest.mark.parametrize("against", ["degree", "penalty"])
def test_the_still_figure_shows_fit_and_errors(against):
    widget = Overfitting(5, penalty=0.01, against=against)
    left, right = widget.still().axes
    fit = left.lines[1].get_xydata()
    np.testing.assert_allclose(fit[:, 1], widget.predict(fit[:, 0]))
    for line, which in zip(right.lines[:2], (0, 1), strict=True):
        x, error = line.get_xydata()[5]
        setting = (int(x), 0.01) if against == "degree" else (5, x)
        assert error == pytest.approx(widget.errors(*setting)[which])
    assert widget.still_png() == widget.still_png()
    many = Overfitting(5, many=True, against=against, noise=0.2).still().axes
    assert len(many[0].lines) == SAMPLES + 2
    assert many[1].get_legend().get_texts()[0].get_text() == "bias²"
