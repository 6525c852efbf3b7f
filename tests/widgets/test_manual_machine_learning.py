"""Manual machine learning: the slide's numbers, the JavaScript against helpers.nn, the traits."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import traitlets

from helpers.datasets import flats
from helpers.widgets import manual_machine_learning as module
from helpers.widgets.manual_machine_learning import ManualMachineLearning

MODULE = "manual_machine_learning.js"
FEATURES, PRICE = flats()
PRICE = PRICE / 1000
TABLE = np.column_stack([FEATURES, PRICE]).tolist()
NOBODY = [0.0] * 9

#: What the lecture's spreadsheet shows.
H1 = [424, 606, 299, 1263, 456, 374]
H2 = [339, 480, 239, 1001, 360, 299]
PREDICTED = [-2207, -3112, -1557, -6487, -2332, -1947]
SQUARED = [5_793_649, 11_985_444, 2_745_649, 52_374_169, 6_285_049, 4_355_569]


def random_parameters(count, seed=3):
    rng = np.random.default_rng(seed)
    return (rng.uniform(-1, 1, (count, 9)) * module._LIMITS).tolist()


def test_the_start_is_the_spreadsheet_of_the_lecture():
    game = ManualMachineLearning()
    hidden, _ = game.network().layers
    assert hidden.forward(FEATURES).T.tolist() == [H1, H2]
    assert game.predictions == PREDICTED
    assert [(p - y) ** 2 for p, y in zip(game.predictions, PRICE, strict=True)] == SQUARED
    assert game.rmse == pytest.approx(np.sqrt(np.mean(SQUARED)), rel=1e-14)
    assert f"{game.rmse:,.0f}" == "3,731"
    assert (game.baseline, game.improvement) == (game.rmse, 0.0)


def test_no_other_order_of_the_outputs_numbers_gives_it():
    found = {}
    for v1, v2, c in itertools.permutations([2, -9, -4]):
        errors = v1 * np.array(H1) + v2 * np.array(H2) + c - PRICE
        found[v1, v2, c] = round(float(np.sqrt(np.mean(errors**2))))
    assert [order for order, rmse in found.items() if rmse == 3731] == [(2, -9, -4)]
    # Bias first instead of last, in the hidden neurons: other sums than those of the slide.
    for bias, *weights in [(5, 7, -8), (4, 1, -2)]:
        assert (FEATURES @ weights + bias).tolist() not in (H1, H2)


def test_relu_and_linear_neurons_agree_on_the_slide():
    # All sums are positive, so that the RMSE alone could not tell; the slide says ReLU.
    assert min(H1 + H2) > 0
    sums = FEATURES @ [[5, 4], [7, 1]] + [-8, -2]
    assert sums.T.tolist() == [H1, H2]


def test_nine_numbers_hit_six_prices():
    game = ManualMachineLearning(module._EXACT)
    assert game.predictions == pytest.approx(PRICE.tolist(), abs=1e-10)
    assert game.rmse < 1e-10
    # Found again: with these flats on, six linear equations for seven unknowns, a line of answers.
    on = FEATURES @ np.reshape(module._EXACT[:4], (2, 2)) + module._EXACT[4:6] > 1e-9
    assert on[:, 0].tolist() == [True, True, False, True, False, True]
    assert on[:, 1].tolist() == [True, False, True, False, True, True]
    ones = np.column_stack([FEATURES, np.ones(6)])
    system = np.column_stack([ones * on[:, :1], ones * on[:, 1:], np.ones(6)])
    assert np.linalg.matrix_rank(system) == 6
    v1, v2, c = module._EXACT[6:]
    w = np.array(module._EXACT[:6])
    unknowns = np.r_[v1 * w[[0, 2, 4]], v2 * w[[1, 3, 5]], c]
    np.testing.assert_allclose(system @ unknowns, PRICE, rtol=1e-12)


@pytest.mark.parametrize("parameters", [module._START, module._EXACT, *random_parameters(25)])
def test_page_and_helpers_nn_say_the_same_prices(run_js, parameters):
    game = ManualMachineLearning(parameters)
    prices, error, alive = run_js(
        MODULE,
        "[a[1].map((flat) => m.predict(a[0], flat).price), m.rmse(...a), m.alive(...a)]",
        [game.parameters, TABLE],
    )
    assert prices == pytest.approx(game.predictions, rel=1e-12, abs=1e-9)
    assert error == pytest.approx(game.rmse, rel=1e-12, abs=1e-9)
    hidden, _ = game.network().layers
    assert alive == (hidden.forward(FEATURES) > 1e-9).sum(axis=0).tolist()
    # Written out once more, without helpers.nn.
    p = parameters
    h = [np.maximum(0, FEATURES @ [p[k], p[2 + k]] + p[4 + k]) for k in (0, 1)]
    np.testing.assert_allclose(p[6] * h[0] + p[7] * h[1] + p[8], game.predictions, atol=1e-9)


def test_least_squares_is_that_of_numpy(run_js):
    x = np.column_stack([FEATURES, np.ones(6)])
    expected, *_ = np.linalg.lstsq(x, PRICE)
    assert run_js(MODULE, "m.leastSquares(a)", TABLE) == pytest.approx(expected.tolist(), rel=1e-9)


def test_what_is_possible_is_what_numpy_finds(run_js):
    found = run_js(MODULE, "m.possible(...a)", [TABLE, list(module._EXACT)])
    x = np.column_stack([FEATURES, np.ones(6)])
    expected, *_ = np.linalg.lstsq(x, PRICE)
    linear = np.sqrt(np.mean((x @ expected - PRICE) ** 2))
    assert [each["rmse"] for each in found] == pytest.approx([PRICE.std(), linear, 0], abs=1e-9)
    for each in found:
        game = ManualMachineLearning(each["parameters"])  # within the limits of the sliders
        assert game.rmse == pytest.approx(each["rmse"], abs=1e-9)


def test_what_is_linear_is_told_as_what_it_is(run_js):
    networks = [list(module._START), *random_parameters(60, seed=8)]
    counts = [
        [int((FEATURES @ [p[k], p[2 + k]] + p[4 + k] > 0).sum()) for k in (0, 1)] for p in networks
    ]
    told = run_js(
        MODULE,
        "a[0].map((p, i) => [m.describe(p, a[1]), m.asLinear(p, a[2][i].map((c) => c === 6))])",
        [networks, TABLE, counts],
    )
    kinds = set()
    for p, on, (text, coefficients) in zip(networks, counts, told, strict=True):
        linear = all(count in (0, 6) for count in on)
        kinds.add((linear, 0 in on))
        assert ("linear: price =" in text) == (linear and any(on))
        assert ("kink" in text) == (not linear)
        assert ("dead" in text) == (0 in on)
        if linear:
            x = np.column_stack([FEATURES, np.ones(6)])
            np.testing.assert_allclose(
                x @ coefficients, ManualMachineLearning(p).predictions, atol=1e-9
            )
    assert len(kinds) == 4


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (module._START, [
            "h₁ is on for all 6 flats, h₂ for all 6 flats. No ReLU cuts anything off here",
            "price = −26·area + 5·bathrooms − 2.",
        ]),
        (module._EXACT, ["h₁ is on for 4 of the 6 flats, h₂ for 4 of the 6 flats. ReLU cuts"]),
        ([-5, 4, 7, 1, -8, -2, 2, 1, -4], [
            "h₁ is on for none of the 6 flats", "h₁ is dead for these flats",
            "What is left is linear: price = 4·area + 1·bathrooms − 6.",
        ]),
        ([*NOBODY[:8], 286], ["Both are dead: the price is the last bias, 286"]),
        # h₁ is bent, but leads nowhere.
        ([1, 4, 0, 1, -100, -2, 0, 1, 0], [
            "h₁ is on for 2 of the 6 flats", "What is left is linear: price = 4·area + 1·bath",
        ]),
    ],
)  # fmt: skip
def test_words(run_js, p, words):
    text = run_js(MODULE, "m.describe(...a)", [list(p), TABLE])
    for word in words:
        assert word in text


@pytest.mark.parametrize(
    ("value", "text"),
    [(3731.39, "3,731"), (221.74, "221.7"), (22.087, "22.1"), (1e-14, "0.00"), (9.994, "9.99"),
     (9.996, "10.0"), (999.7, "1,000")],
)  # fmt: skip
def test_money(run_js, value, text):
    assert run_js(MODULE, "m.money(a)", value) == text


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ([100, 750], [0, 800]),
        ([0, 779], [0, 800]),
        (PREDICTED, [-7000, 800]),
        ([-3, 900], [-50, 1000]),
        ([100, 24000], [0, 30000]),
        ([1e6, -1e6], [-1.5e6, 1.5e6]),
    ],
)
def test_the_axis_holds_every_prediction(run_js, values, ends):
    assert run_js(MODULE, "m.reach(a)", values) == pytest.approx(ends)


def test_python_sets_and_reads():
    game = ManualMachineLearning()
    game.parameters = [*NOBODY[:8], float(PRICE.mean())]
    assert game.rmse == pytest.approx(PRICE.std())
    assert game.improvement == pytest.approx(100 * (1 - PRICE.std() / 3731.3877892), rel=1e-9)
    assert ManualMachineLearning(baseline=100, parameters=game.parameters).improvement < 0
    network = game.network()
    assert network.parameter_count == 9
    flat = np.concatenate([array.ravel() for array in network.params])
    assert flat.tolist() == game.parameters


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"parameters": [1] * 8}, "nine numbers; got 8"),
        ({"parameters": [16, *NOBODY[1:]]}, r"parameters\[0\] must be from -15 to 15"),
        ({"parameters": [*NOBODY[:8], -501]}, r"parameters\[8\] must be from -500 to 500"),
        ({"parameters": [float("nan")] * 9}, "finite"),
        ({"baseline": 0}, "at least"),
    ],
)
def test_bad_input_says_what_to_do(options, words):
    with pytest.raises(traitlets.TraitError, match=words):
        ManualMachineLearning(**options)


def test_the_still_figure_shows_the_network_and_its_prices():
    game = ManualMachineLearning()
    left, right = game.still().axes
    texts = [text.get_text() for text in left.texts]
    for number in ["5", "4", "7", "1", "2", "−9", "bias −8", "bias −2", "bias −4"]:
        assert number in texts
    np.testing.assert_allclose(right.lines[-1].get_ydata(), PREDICTED)
    assert right.get_title() == "RMSE 3,731 thousand €"
    assert game.still_png() == ManualMachineLearning().still_png()
