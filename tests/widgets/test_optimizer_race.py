"""The widget optimiser race: its JavaScript against helpers.nn, its traits, its still figure."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
import traitlets

from helpers.nn.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, RMSprop
from helpers.nn.surfaces import SURFACES, Surface
from helpers.widgets import OptimizerRace
from helpers.widgets.optimizer_race import RATES, TITLES, minima, normals

MODULE = "optimizer_race.js"
ALL = list(TITLES)

RULES = {
    "gd": lambda rate: SGD(learning_rate=rate),
    "sgd": lambda rate: SGD(learning_rate=rate),
    "momentum": lambda rate: SGD(learning_rate=rate, momentum=0.8),
    "nesterov": lambda rate: SGD(learning_rate=rate, momentum=0.8, nesterov=True),
    "adagrad": lambda rate: Adagrad(learning_rate=rate),
    "adadelta": lambda rate: Adadelta(learning_rate=rate, rho=0.93),
    "rmsprop": lambda rate: RMSprop(learning_rate=rate, rho=0.93),
    "adam": lambda rate: Adam(learning_rate=rate, beta_1=0.85, beta_2=0.99),
    "adamw": lambda rate: AdamW(learning_rate=rate, beta_1=0.85, beta_2=0.99, weight_decay=0.2),
}
SETTINGS = {"momentum": 0.8, "rho": 0.93, "beta_1": 0.85, "beta_2": 0.99, "weight_decay": 0.2}


@pytest.mark.parametrize("name", RULES)
def test_every_step_is_that_of_the_library(name, run_js):
    """Gradients that do not depend on the weights: no rounding error can grow."""
    grads = np.random.default_rng(1).normal(size=(200, 3)) * [1, 100, 1e-4]
    w = np.array([1.0, -2.0, 0.5])
    want, optimizer = [], RULES[name](0.03)
    for grad in grads:
        optimizer.step([w], [grad])
        want.append(w.copy())
    got = run_js(
        MODULE,
        """(() => {
          let w = [1, -2, 0.5];
          let memory = m.memoryOf(a.name, 3);
          return a.grads.map((g) => {
            [w, memory] = m.update(a.name, w, g, memory, a.settings);
            return w;
          });
        })()""",
        {"name": name, "grads": grads.tolist(), "settings": SETTINGS | {"learning_rate": 0.03}},
    )
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-13)


def test_a_step_changes_nothing_that_it_is_given(run_js):
    kept = run_js(
        MODULE,
        """m.NAMES.map((name) => {
          const given = [[1, 2], [3, 4], m.memoryOf(name, 2)];
          const before = JSON.stringify(given);
          m.update(name, ...given, { ...a, learning_rate: 0.1 });
          return JSON.stringify(given) === before;
        })""",
        SETTINGS,
    )
    assert kept == [True] * len(ALL)


def test_names_and_their_order_are_those_of_python(run_js):
    titles = run_js(MODULE, "m.NAMES.map((name) => [name, m.OPTIMIZERS[name].title])")
    assert dict(titles) == TITLES
    assert [name for name, _ in titles] == ALL == list(RULES)


def shown(widget, run_js):
    """What the page derives from the widget's state."""
    state = {k: v for k, v in widget.get_state().items() if not k.startswith("_")}
    return run_js(
        MODULE,
        """(() => {
          const state = m.starter()((trait) => a[trait]);
          const upTo = (all, r) => all.slice(0, r.at + 1);
          const runs = Object.fromEntries(state.runners.map((r) =>
            [r.name, { ...r, path: upTo(r.path, r), costs: upTo(r.costs, r) }]));
          return { runs, words: m.describe(state) };
        })()""",
        json.loads(json.dumps(state)),
    )


@pytest.mark.parametrize("noise", [0.0, 0.7])
@pytest.mark.parametrize("name", RATES)
def test_page_and_python_run_the_same_race(name, noise, run_js):
    widget = OptimizerRace(name, ALL, steps=40, noise=noise, seed=3, weight_decay=0.1)
    got = shown(widget, run_js)["runs"]
    assert list(got) == ALL
    losses = widget.losses
    for each, path in widget.paths.items():
        np.testing.assert_allclose(got[each]["path"], path, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(got[each]["costs"], losses[each], rtol=1e-5, atol=1e-9)
        assert got[each]["rate"] == widget.learning_rates[each]
    assert {k: r["arrival"] for k, r in got.items()} == widget.arrivals
    assert (got["sgd"]["path"] == got["gd"]["path"]) == (noise == 0)


def test_the_noise_is_the_same_for_everybody_and_normal(run_js):
    draw = normals(5)
    want = [[next(draw), next(draw)] for _ in range(2000)]
    got = run_js(MODULE, "((z) => [...Array(2000).keys()].map(z))(m.noiseOf(5))")
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-14)
    assert np.abs(np.mean(want, axis=0)).max() < 0.1
    np.testing.assert_allclose(np.std(want, axis=0), 1, atol=0.07)
    # One step of SGD with rate 1 from the minimum is the noise itself, with opposite sign.
    race = OptimizerRace(
        "bowl", ["sgd", "nesterov", "gd"], 0.25, start=(0, 0), steps=1, noise=2.0, seed=5
    )
    moved = {name: np.array(path[1]) for name, path in race.paths.items()}
    np.testing.assert_allclose(moved["sgd"], -0.25 * 2 * np.array(want[0]))
    np.testing.assert_allclose(moved["nesterov"], 1.9 * moved["sgd"])
    np.testing.assert_array_equal(moved["gd"], 0)


@pytest.mark.parametrize("name", RATES)
def test_minima_are_minima(name):
    cost = SURFACES[name]
    found = np.array(minima(cost))
    np.testing.assert_allclose(cost.gradient(found), 0, atol=1e-6)
    assert (np.linalg.eigvalsh(cost.hessian(found)) > 0).all()
    rng = np.random.default_rng(0)
    points = rng.uniform(*np.array(cost.window).T, (20_000, 2))
    assert cost.value(points).min() >= cost.value(found).min()
    number = {"saddle": 2, "two-minima": 2}
    assert len(found) == number.get(name, 1)


def test_the_rates_that_suit_are_those_that_arrive_first(run_js):
    """The docstring's rule, over again: 1, 2, 5 times powers of ten, from the surface's start."""
    rates = [float(f"{c}e{k}") for k, c in itertools.product(range(-4, 1), (1, 2, 5))] + [10.0]
    widget = OptimizerRace()
    keys = ("momentum", "rho", "beta_1", "beta_2", "weight_decay", "noise")
    settings = {key: getattr(widget, key) for key in keys}
    arrivals = run_js(
        MODULE,
        """a.surfaces.map((surface) => m.NAMES.map((name) => a.rates.map((learning_rate) => {
          const run = m.run(name, surface, surface.start, { ...a.settings, learning_rate }, null)
            .until(6000);
          const inside = ([x, y]) => x >= surface.window[0][0] && x <= surface.window[0][1]
            && y >= surface.window[1][0] && y <= surface.window[1][1];
          if (!run.path.every(inside)) return null;
          return m.arrivalOf(run.distances, 6000, 0.05);
        })))""",
        {"surfaces": widget.surfaces, "rates": rates, "settings": settings},
    )
    for surface, of_surface in zip(widget.surfaces, arrivals, strict=True):
        for k, found in enumerate(of_surface):
            steps = [np.inf if arrival is None else arrival for arrival in found]
            best = rates[int(np.argmin(steps))]
            assert RATES[surface["name"]][k] == best, (surface["name"], ALL[k])


def test_an_arrival_lasts(run_js):
    arrival = "a.map((distances) => m.arrivalOf(distances, 4, 0.5))"
    got = run_js(
        MODULE,
        arrival,
        [[9, 9, 9, 9, 9], [9, 0, 9, 9, 0], [9, 0, 0, 0.5, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 1]],
    )
    assert got == [None, 4, 1, 0, None]
    race = OptimizerRace("rosenbrock", ["momentum"], steps=30)
    distance = np.linalg.norm(np.array(race.paths["momentum"]) - 1, axis=1)
    assert distance.min() < 0.05 < distance[-1]  # it flies past
    assert race.arrivals == {"momentum": None}
    race.steps = 500
    since = race.arrivals["momentum"]
    distance = np.linalg.norm(np.array(race.paths["momentum"]) - 1, axis=1)
    assert (distance[since:] <= 0.05).all()
    assert distance[since - 1] > 0.05


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "The start: w₁ = −1.20, w₂ = 1.00, cost 24.2. Click, drag"),
        ({"optimizers": []}, "Nobody runs."),
        ({"steps": 450}, "First to stay within 0.05 of the minimum: Momentum, since step 408."),
        ({"steps": 450}, "Nearest of the others: Adam, 0.891 away."),
        ({"steps": 30}, "Nobody stays within 0.05 of the minimum yet. Nearest: Momentum"),
        (
            {"surface": "bowl", "steps": 80, "optimizers": ["adam", "gd", "sgd"]},
            "of the minimum: GD and SGD, since step 1; then Adam (67).",
        ),
        (
            {"surface": "bowl", "learning_rate": 1.2, "steps": 60, "optimizers": ["gd"]},
            "Left for good, by steps too long for the slope: GD (step ",
        ),
        (
            {"surface": "bowl", "learning_rate": 1.2, "steps": 2, "optimizers": ["gd"]},
            "Outside the picture: GD.",
        ),
        ({"surface": "saddle", "steps": 3}, "within 0.05 of a minimum yet"),
    ],
)
def test_who_is_first_is_said(options, words, run_js):
    assert words in shown(OptimizerRace(**options), run_js)["words"]


def test_who_leaves_ends_early_on_both_sides(run_js):
    widget = OptimizerRace("bowl", ["gd", "adam"], learning_rate=1.2, steps=100)
    got = shown(widget, run_js)["runs"]
    assert got["gd"]["left"] == len(widget.paths["gd"]) - 1 < 20
    assert got["adam"]["left"] is None
    assert len(widget.paths["adam"]) == 101
    assert widget.arrivals["gd"] is None


def test_python_sets_and_reads():
    race = OptimizerRace("bowl", ["Adam", "GD"], learning_rate=0.25, start=(2.0, 0.0), steps=2)
    assert race.optimizers == ["gd", "adam"]
    assert race.paths["gd"] == [[2.0, 0.0], [1.0, 0.0], [0.5, 0.0]]
    assert race.losses["gd"] == [4.0, 1.0, 0.25]
    np.testing.assert_allclose(race.paths["adam"][1], [1.75, 0.0], rtol=1e-6)
    race.learning_rate = 0
    assert race.learning_rates == dict(zip(ALL, RATES["bowl"], strict=True))
    own = OptimizerRace("bowl", learning_rate={"Adam": 0.3})
    assert own.learning_rates["adam"] == 0.3
    assert own.learning_rates["gd"] == 0.5
    assert own.rates == [0.0] * 7 + [0.3, 0.0]
    own.optimizers = ("nesterov", "nesterov", "sgd")
    assert own.optimizers == ["sgd", "nesterov"]


def test_a_surface_of_your_own_joins_the_menu():
    mine = Surface(
        "mine", monomials={(2, 0): 1.0, (0, 2): 3.0}, window=((-1, 1), (-1, 1)), learning_rate=0.2
    )
    race = OptimizerRace(mine, steps=50)
    assert [each["name"] for each in race.surfaces] == ["mine", *RATES]
    assert race.surfaces[0]["minima"] == [[0.0, 0.0]]
    assert race.learning_rates["gd"] == 0.2
    assert all(np.isfinite(path).all() for path in race.paths.values())
    slope = Surface("slope", monomials={(1, 0): 1.0}, window=((-1, 1), (-1, 1)))
    race = OptimizerRace(slope, ["gd"], steps=3)
    assert race.arrivals == {"gd": None}
    assert race.still_png()


def test_bad_input_says_what_to_do():
    with pytest.raises(ValueError, match="choose one of parabola"):
        OptimizerRace("bowel")
    with pytest.raises(ValueError, match="two weights; parabola has one"):
        OptimizerRace("parabola")
    with pytest.raises(ValueError, match="same name"):
        OptimizerRace(Surface("bowl", monomials={(2, 0): 1.0}, window=((-1, 1), (-1, 1))))
    with pytest.raises(traitlets.TraitError, match="'adams' cannot run: choose among gd"):
        OptimizerRace(optimizers=["adams"])
    with pytest.raises(traitlets.TraitError, match="'lion' cannot run"):
        OptimizerRace(learning_rate={"lion": 0.1})
    race = OptimizerRace()
    for trait, value, words in [
        ("surface", "parabola", "one of the menu"),
        ("learning_rate", -1, "from 0 to 10"),
        ("rates", [0.1, 0.2], "9 numbers from 0 to 100"),
        ("start", [1.0], "two numbers, or none"),
        ("steps", 2001, "not be greater than 2000"),
        ("momentum", 1.0, "from 0 to 0.99"),
        ("noise", float("nan"), "from 0 to 5"),
    ]:
        with pytest.raises(traitlets.TraitError, match=words):
            setattr(race, trait, value)


@pytest.mark.parametrize("name", ["rosenbrock", "saddle"])
def test_the_still_figure_shows_every_path_and_cost(name):
    race = OptimizerRace(name, steps=12)
    left, right = race.still().axes
    drawn = {line.get_label(): line.get_xydata() for line in left.lines}
    curves = {line.get_label(): line.get_ydata() for line in right.lines}
    lowest = SURFACES[name].value(minima(SURFACES[name])[0])
    for each, path in race.paths.items():
        np.testing.assert_allclose(drawn[TITLES[each]], path)
        want = np.array(race.losses[each]) - lowest
        np.testing.assert_allclose(curves[TITLES[each]], want, atol=1e-9)
    assert race.still_png() == race.still_png()
    race = OptimizerRace(name, ["gd"])
    assert len(race.still().axes[1].lines[0].get_ydata()) == 101


def test_a_link_names_some_of_the_runners(run_js):
    hashes = [f"#widget=race&optimizers={some}" for some in ("adam,gd", "adam,x")]
    read = "a.hashes.map((hash) => m.preset(hash, 'race', { optimizers: a.all }))"
    got = run_js("common.js", read, {"hashes": hashes, "all": ALL})
    assert got == [{"optimizers": ["gd", "adam"]}, {}]
    made = run_js("common.js", "m.presetHash('race', { optimizers: a }, () => ['gd', 'adam'])", ALL)
    assert made == "#widget=race&optimizers=gd%2Cadam"
