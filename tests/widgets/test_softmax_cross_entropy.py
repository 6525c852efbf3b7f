"""Softmax and cross-entropy: the JavaScript's numbers against NumPy, and the traits."""

from __future__ import annotations

import numpy as np
import pytest
import traitlets

from helpers.nn.activations import softmax
from helpers.nn.gradcheck import numerical_gradient
from helpers.widgets.softmax_cross_entropy import LIMIT, NAMES, SoftmaxCrossEntropy

MODULE = "softmax_cross_entropy.js"
TRAITS = ("logits", "temperature", "target", "label_smoothing", "learning_rate", "twice")


def state(shown, **changed):
    return {trait: getattr(shown, trait) for trait in TRAITS} | {
        "names": shown.names[: len(shown.logits)],
        **changed,
    }


def cases():
    rng = np.random.default_rng(1)
    for classes in (2, 3, 4, 5):
        for temperature in (0.1, 1.0, 3.0):
            for smoothing in (0.0, 0.1, 0.5):
                for twice in (False, True):
                    yield SoftmaxCrossEntropy(
                        logits=rng.uniform(-8, 8, classes).round(2),
                        target=int(rng.integers(classes)),
                        temperature=temperature,
                        label_smoothing=smoothing,
                        twice=twice,
                    )


def test_all_that_is_shown_is_that_of_numpy(run_js):
    every = list(cases())
    found = run_js(MODULE, "a.map(m.evaluate)", [state(shown) for shown in every])
    for shown, js in zip(every, found, strict=True):
        z = np.array(shown.logits) / shown.temperature
        p = softmax(z)
        seen = softmax(p) if shown.twice else p
        np.testing.assert_allclose(js["p"], p, rtol=1e-12)
        np.testing.assert_allclose(js["seen"], seen, rtol=1e-12)
        np.testing.assert_allclose(shown.probabilities, seen, rtol=1e-12)
        onehot = np.eye(len(z))[shown.target]
        y = (1 - shown.label_smoothing) * onehot + shown.label_smoothing / len(z)
        np.testing.assert_allclose(js["y"], y, rtol=1e-12)
        np.testing.assert_allclose(shown.targets, y, rtol=1e-12)
        loss = sum(-a * np.log(b) for a, b in zip(y, seen, strict=True) if a)
        assert js["loss"] == pytest.approx(loss, rel=1e-9, abs=1e-12)
        assert shown.loss == pytest.approx(js["loss"], rel=1e-12, abs=1e-14)
        np.testing.assert_allclose(js["gradient"], shown.gradient, rtol=1e-9, atol=1e-15)
        assert js["floor"] == pytest.approx(shown.floor, abs=1e-12)


def test_without_softmax_twice_the_gradient_is_p_minus_y_over_the_temperature():
    for shown in cases():
        if not shown.twice:
            want = (shown.probabilities - shown.targets) / shown.temperature
            np.testing.assert_allclose(shown.gradient, want, rtol=1e-12)


def test_gradients_agree_with_differences_and_sum_to_zero(run_js):
    for shown in cases():

        def loss(z, shown=shown):
            p = softmax(z / shown.temperature)
            return -shown.targets @ np.log(softmax(p) if shown.twice else p)

        # A smaller scale than the sliders', so that no probability is lost to rounding.
        z = np.array(shown.logits) * min(1, shown.temperature) / 2
        here = SoftmaxCrossEntropy(**state(shown, logits=z, names=NAMES))
        js = run_js(MODULE, "m.evaluate(a)", state(here))
        np.testing.assert_allclose(js["gradient"], numerical_gradient(loss, z), atol=2e-6)
        assert sum(js["gradient"]) == pytest.approx(0, abs=1e-13)
        assert shown.gradient.sum() == pytest.approx(0, abs=1e-13)


def test_nothing_overflows_at_extreme_logits(run_js):
    found = run_js(MODULE, "[m.softmax(a), m.logSoftmax(a)]", [1000, 0, -1000])
    assert found == [[1, 0, 0], [0, -1000, -2000]]
    shown = SoftmaxCrossEntropy(logits=[8, -8], target=1, temperature=0.1)
    assert run_js(MODULE, "m.evaluate(a).loss", state(shown)) == shown.loss == 160


def test_the_loss_is_that_of_the_library(run_js):
    losses = pytest.importorskip("helpers.nn.losses")
    if not hasattr(losses, "CategoricalCrossEntropy"):
        pytest.skip("the library has no cross-entropy yet")
    for shown in cases():
        z = np.array(shown.logits) / shown.temperature
        z = (softmax(z) if shown.twice else z)[None]
        loss = losses.CategoricalCrossEntropy(label_smoothing=shown.label_smoothing)
        js = run_js(MODULE, "m.evaluate(a)", state(shown))
        onehot = np.eye(z.shape[1])[[shown.target]]
        assert js["loss"] == pytest.approx(loss.value(z, onehot), rel=1e-12, abs=1e-14)
        grad = loss.grad(z, onehot)[0]
        np.testing.assert_allclose(js["difference"], grad, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
def test_steps_go_against_the_gradient_and_make_the_loss_fall(run_js, twice, temperature):
    shown = SoftmaxCrossEntropy(twice=twice, temperature=temperature, learning_rate=0.3)
    z, losses, chances = np.array(shown.logits), [shown.loss], [shown.probabilities]
    path = run_js(
        MODULE,
        "((z) => Array.from({length: 25}, () => (z = m.stepped({...a, logits: z}))))(a.logits)",
        state(shown),
    )
    for found in path:
        z = z - 0.3 * shown.gradient
        np.testing.assert_allclose(found, z, rtol=1e-12)
        assert sum(found) == pytest.approx(sum(path[0]))  # the gradient's sum is 0
        shown.logits = z
        losses.append(shown.loss)
        chances.append(shown.probabilities)
    assert (np.diff(losses) < 0).all()
    assert (np.diff(np.array(chances)[:, 0]) > 0).all()


def test_the_floor_is_reached_and_never_passed():
    rng = np.random.default_rng(2)
    for smoothing in (0.0, 0.1, 0.3, 0.5):
        for twice in (False, True):
            for classes in (2, 3, 5):
                shown = SoftmaxCrossEntropy(
                    logits=np.zeros(classes), label_smoothing=smoothing, twice=twice, target=1
                )
                best = np.full(classes, -8.0)
                best[1] = 8
                if smoothing and not twice:
                    best = np.log(shown.targets)
                shown.logits = best
                assert shown.loss == pytest.approx(shown.floor, abs=1e-5)
                for _ in range(200):
                    shown.logits = rng.uniform(-8, 8, classes)
                    shown.temperature = float(rng.uniform(0.1, 2))
                    assert shown.loss >= shown.floor - 1e-9
    assert SoftmaxCrossEntropy().floor == 0
    assert SoftmaxCrossEntropy(twice=True).floor == pytest.approx(np.log(1 + 3 / np.e))


@pytest.mark.parametrize("classes", [2, 3, 4, 5])
def test_softmax_of_probabilities_is_within_its_reach(run_js, classes):
    low, high = run_js(MODULE, "m.reach(a)", classes)
    draws = np.random.default_rng(classes).dirichlet(np.full(classes, 0.2), size=5000)
    seen = softmax(draws)
    assert low - 1e-12 <= seen.min() < low + 0.01
    assert high + 1e-12 >= seen.max() > high - 0.01
    corner = softmax(np.eye(classes)[0])
    assert (corner[0], corner[1]) == pytest.approx((high, low))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.0 %"),
        (1, "100.0 %"),
        (0.2237, "22.4 %"),
        (0.9996, "99.96 %"),
        (0.99999, "> 99.99 %"),
        (0.0005, "0.050 %"),
        (1e-7, "< 0.001 %"),
    ],
)
def test_chances_are_never_said_to_be_certain_that_are_not(run_js, value, text):
    assert run_js(MODULE, "m.percent(a)", value) == text


def test_odds_are_one_over_p(run_js):
    losses = -np.log([0.5, 0.25, 1 / 3.3, 1 / 12, 1 / 5000])
    assert run_js(MODULE, "a.map(m.oneIn)", losses.tolist()) == [
        "one in 2.0", "one in 4.0", "one in 3.3", "one in 12", "one in 5,000",
    ]  # fmt: skip


def test_what_is_said_follows_from_the_numbers(run_js):
    def said(steps=0, **traits):
        return run_js(MODULE, "m.describe(...a)", [state(SoftmaxCrossEntropy(**traits)), steps])

    text = said()
    assert text.startswith("horse gets 22.4 %. The largest probability is that of dog: wrong.")
    assert "Loss 1.495 nats, as for a right answer that was given a chance of one in 4.5." in text
    assert said(target=1, steps=3).startswith("3 steps. dog gets 60.9 %. The largest probability")
    assert "first place is shared" in said(logits=[1, 1, 0])
    assert "the lowest possible is 0.291" in said(label_smoothing=0.1, logits=[0, 0, 0], steps=1)
    assert "never gives more than 47.5 %" in said(twice=True)
    assert "hardly a gradient" in said(twice=True, logits=[-7.9, 7.9, 0, 0])
    assert "hardly a gradient" not in said(logits=[-7.9, 7.9, 0, 0], learning_rate=0.05)
    assert "beyond ±8" in said(logits=[7.9, 8, 0, 0], learning_rate=5)
    assert "little left to learn" in said(logits=[7.5, -7.5, -7.5])


def test_smoothed_entropy_in_the_sentence_is_right():
    y = np.array([0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3])
    assert f"{-y @ np.log(y):.3f}" == "0.291"
    assert SoftmaxCrossEntropy(label_smoothing=0.1, logits=[0, 0, 0]).floor == pytest.approx(
        -y @ np.log(y)
    )


def test_an_arrow_ends_where_it_should(run_js):
    assert run_js(MODULE, "m.arrow(10, 50, 50.5)") == ""
    assert run_js(MODULE, "m.arrow(10, 50, 20)").startswith("M10.0 50.0V20.0M")
    assert run_js(MODULE, "m.arrow(10, 50, 54)") == "M10.0 50.0V54.0M6.0 50.0L10.0 54.0L14.0 50.0"


def test_targets_have_names_and_a_missing_one_is_the_last():
    shown = SoftmaxCrossEntropy(target="cat")
    assert shown.target == 2
    shown.target = "dog"
    assert shown.target == 1
    shown.target = 4
    assert shown.targets.tolist() == [0, 0, 0, 1]  # there are only four
    own = SoftmaxCrossEntropy(names=["W", "QCD"], target="QCD", logits=[0.0, 1.0])
    assert own.target == 1
    assert len(SoftmaxCrossEntropy(names=["W", "QCD"]).logits) == 2


@pytest.mark.parametrize(
    ("trait", "value"),
    [("logits", [1.0]), ("logits", [0.0] * 6), ("logits", [0.0, LIMIT + 1]),
     ("logits", [0.0, np.nan]), ("target", -1), ("target", 5), ("target", "cow"),
     ("temperature", 0), ("temperature", 11), ("label_smoothing", 0.6), ("learning_rate", 0),
     ("names", ["only"]), ("names", ["a"] * 6)],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused(trait, value):
    with pytest.raises(traitlets.TraitError):
        SoftmaxCrossEntropy(**{trait: value})


def test_what_it_does_not_have_is_refused():
    with pytest.raises(TypeError, match="no 'logit'"):
        SoftmaxCrossEntropy(logit=[1, 2])


@pytest.mark.parametrize(
    "traits",
    [{}, {"twice": True}, {"label_smoothing": 0.2}, {"logits": [8, -8], "target": 1},
     {"logits": [1, 2, 3, 4, 5], "temperature": 0.1}],
)  # fmt: skip
def test_still_shows_logits_probabilities_and_loss(traits):
    figure = SoftmaxCrossEntropy(**traits).still()
    first, second, third = (axes.get_title() for axes in figure.axes)
    assert first == "Logits z"
    assert second == ("Softmax twice" if traits.get("twice") else "Probabilities p")
    assert third.startswith("Loss ")
    assert SoftmaxCrossEntropy(**traits).still_png() == SoftmaxCrossEntropy(**traits).still_png()
