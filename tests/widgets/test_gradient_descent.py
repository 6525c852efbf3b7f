"""The widget gradient descent: its JavaScript against NumPy, its traits, its still figure."""

import json

import numpy as np
import pytest
import traitlets

from helpers.nn.optimizers import step_decay
from helpers.nn.surfaces import FAR, SURFACES, Surface, descend
from helpers.widgets import GradientDescent


@pytest.fixture
def gd_js(run_js):
    """Call a JavaScript function with keyword arguments; ``m`` there is the widget's module."""

    def call(function, **arguments):
        return run_js("gradient_descent.js", f"({function})(...a)", [arguments])

    return call


MIXED = Surface(
    "mixed",
    monomials={(1, 1): 0.7, (3, 2): -0.1, (0, 0): 2.0},
    wells=((1.5, (0.5, -1.0), 0.8), (-0.4, (-1.0, 0.3), 1.3)),
    window=((-2, 2), (-2, 2)),
)
COSTS = [*SURFACES.values(), MIXED]
EACH = pytest.mark.parametrize("cost", COSTS, ids=[cost.name for cost in COSTS])


@EACH
def test_value_gradient_and_hessian_are_those_of_numpy(cost, gd_js, run_js):
    low, high = np.array(cost.window).T
    w = np.random.default_rng(2).uniform(low, high, (50, cost.dimension))
    data = {"cost": cost.to_dict(), "w": w.tolist()}
    value, gradient = run_js(
        "common.js", "[m.costAt, m.gradientAt].map((f) => a.w.map((p) => f(a.cost, p)))", data
    )
    hessian = gd_js("({ cost, w }) => w.map((p) => m.hessian(cost, p))", **data)
    np.testing.assert_allclose(value, cost.value(w), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(gradient, cost.gradient(w), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(hessian, cost.hessian(w), rtol=1e-12, atol=1e-13)


@EACH
def test_the_stability_limit_is_that_of_numpy(cost, gd_js):
    limit = gd_js("(({ cost }) => m.stabilityLimit(cost))", cost=cost.to_dict())
    assert limit == (pytest.approx(cost.stability_limit) if cost.stability_limit else None)


def test_eigenvalues_are_those_of_numpy(gd_js):
    entries = np.random.default_rng(3).normal(size=(20, 3))
    matrices = np.array([[[a, b], [b, d]] for a, b, d in entries])
    got = gd_js("(({ all }) => all.map(m.eigenvalues))", all=matrices.tolist())
    np.testing.assert_allclose(got, np.linalg.eigvalsh(matrices), rtol=1e-12, atol=1e-14)


PATH = """(({ state }) => {
  const { path, costs, end, arrival } = m.derive((trait) => state[trait]);
  return { path, costs, end, arrival };
})"""


def shown(widget, gd_js):
    """What the page derives from the widget's state."""
    state = {k: v for k, v in widget.get_state().items() if not k.startswith("_")}
    return gd_js(PATH, state=json.loads(json.dumps(state)))


@pytest.mark.parametrize("schedule", ["constant", "step decay"])
@pytest.mark.parametrize("name", SURFACES)
def test_page_and_python_walk_the_same_path(name, schedule, gd_js):
    widget = GradientDescent(name, steps=30, schedule=schedule, factor=0.7, every=4)
    got = shown(widget, gd_js)
    np.testing.assert_allclose(got["path"], widget.path, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(got["costs"], widget.loss, rtol=1e-9, atol=1e-11)
    cost = SURFACES[name]
    rate = cost.learning_rate
    if schedule == "step decay":
        rate = step_decay(initial=rate, factor=0.7, every=4)
    want = descend(cost, cost.start, learning_rate=rate, steps=30)
    np.testing.assert_array_equal(widget.path, want)


def test_both_cut_a_diverging_path_at_the_same_step(gd_js):
    widget = GradientDescent("double-well", learning_rate=1.5, start=2.4, steps=100)
    got = shown(widget, gd_js)
    assert got["end"] == "diverged"
    assert len(got["path"]) == len(widget.path) < 20
    assert abs(widget.path[-1][0]) > FAR > abs(widget.path[-2][0])


@pytest.mark.parametrize(
    ("options", "arrival"),
    [
        ({"learning_rate": 0.1}, 75),
        ({"learning_rate": 2.0}, None),
        ({"learning_rate": 2.0, "schedule": "step decay", "factor": 0.5, "every": 4}, 10),
    ],
)
def test_the_crater_arrives_when_the_book_says_so(options, arrival, gd_js):
    got = shown(GradientDescent("crater", steps=120, **options), gd_js)
    assert got["arrival"] == arrival
    assert got["end"] == ("minimum" if arrival else None)


@pytest.mark.parametrize(
    ("name", "start", "rate", "end"),
    [
        ("saddle", (-2.4, 0.0), 0.2, "saddle"),
        ("saddle", (-2.4, 0.01), 0.2, "minimum"),
        ("plateau", (-5.8,), 0.1, None),
        ("double-well", (2.4,), 0.05, "minimum"),
        ("ravine", (-2.6, 1.4), 0.49, None),
    ],
)
def test_how_a_path_ends(name, start, rate, end, gd_js):
    widget = GradientDescent(name, learning_rate=rate, start=start, steps=60)
    assert shown(widget, gd_js)["end"] == end


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"steps": 0}, "Start at w = −2.50, where the cost is 6.25."),
        ({"steps": 1}, "Step 1: w = −2.00, cost 4.00. Length of the gradient 4.00."),
        ({"steps": 1, "learning_rate": 0.5}, "Arrived in 1 step: within 0.001"),
        ({"steps": 9, "learning_rate": 1.2}, "Step 1 leaves the picture, step 9 is at w = 51.7."),
        ({"steps": 9, "learning_rate": 1.2}, "Beyond 2/λmax every step overshoots"),
        ({"steps": 8, "learning_rate": 1.0}, "Exactly at the limit 2/λmax"),
        ({"steps": 60, "learning_rate": 2.0}, "Beyond 2/λmax"),
        ({"surface": "saddle", "start": (0, 0), "steps": 3}, "it is a saddle point, not a minimum"),
        ({"surface": "double-well", "learning_rate": 2, "steps": 5}, "too long for so steep"),
    ],
)
def test_the_status_says_what_happened(options, words, gd_js):
    widget = GradientDescent(**{"surface": "parabola", **options})
    state = {k: v for k, v in widget.get_state().items() if not k.startswith("_")}
    text = gd_js("(({ state }) => m.describe(m.derive((trait) => state[trait])))", state=state)
    assert words in text


def test_concise_numbers(run_js):
    got = run_js("common.js", "a.map(m.concise)", [0, 1, -2.345, 12.34, 1234.5, 0.00123, -4.56e-5])
    assert got == ["0", "1.00", "−2.35", "12.3", "1,235", "0.0012", "−4.6 × 10⁻⁵"]


def test_python_sets_and_reads():
    widget = GradientDescent("parabola", learning_rate=0.25, start=2.0, steps=3)
    assert widget.path == [[2.0], [1.0], [0.5], [0.25]]
    assert widget.loss == [4.0, 1.0, 0.25, 0.0625]
    widget.learning_rate = 0.5
    widget.steps = 1
    assert widget.path == [[2.0], [0.0]]
    widget.surface = "bowl"  # its start has two weights: the bowl's own is taken
    assert widget.path[0] == list(SURFACES["bowl"].start)
    widget.start = (1.0, -1.0)
    assert widget.path == [[1.0, -1.0], [0.0, 0.0]]


def test_a_surface_of_your_own_joins_the_menu():
    widget = GradientDescent(MIXED, learning_rate=12.0)
    names = [name for name in SURFACES if name not in ("rosenbrock", "beale")]
    assert [each["name"] for each in widget.surfaces] == ["mixed", *names]
    assert widget.surface == "mixed"
    assert widget.rates == [0.005, 12.0]
    short = GradientDescent("ravine", surfaces=["bowl", "ravine"])
    assert [each["name"] for each in short.surfaces] == ["bowl", "ravine"]


def test_bad_input_says_what_to_do():
    with pytest.raises(ValueError, match="choose one of parabola"):
        GradientDescent("bowel")
    with pytest.raises(ValueError, match="same name"):
        GradientDescent(Surface("bowl", monomials={(2,): 1.0}, window=((-1, 1),)))
    with pytest.raises(ValueError, match="positive"):
        GradientDescent(rates=(0, 1))
    widget = GradientDescent()
    for trait, value, words in [
        ("surface", "bowel", "one of the menu"),
        ("learning_rate", -1, "at least 0"),
        ("learning_rate", "fast", "learning_rate must be"),
        ("start", [1.0, 2.0, 3.0], "one number per weight"),
        ("start", [float("nan")], "finite"),
        ("steps", 501, "not be greater than 500"),
        ("schedule", "cosine", "constant"),
    ]:
        with pytest.raises(traitlets.TraitError, match=words):
            setattr(widget, trait, value)


@pytest.mark.parametrize("name", ["crater", "ravine"])
def test_the_still_figure_shows_path_and_loss(name):
    widget = GradientDescent(name, steps=12)
    left, right = widget.still().axes
    line = left.lines[-1].get_xydata()
    np.testing.assert_allclose(line[:, 0], np.array(widget.path)[:, 0])
    np.testing.assert_allclose(right.lines[0].get_ydata(), widget.loss)
    assert widget.still_png() == widget.still_png()
    assert len(GradientDescent(name).still().axes[1].lines[0].get_ydata()) == 31
