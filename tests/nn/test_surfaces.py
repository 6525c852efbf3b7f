"""The surfaces against finite differences, their formulas and what the book says of them."""

import json

import numpy as np
import pytest

from helpers.nn.optimizers import step_decay
from helpers.nn.surfaces import FAR, SURFACES, Surface, descend, mse_surface, surface

EACH = pytest.mark.parametrize("cost", SURFACES.values(), ids=list(SURFACES))

# The formulas a reader sees, written out once more by hand.
FORMULAS = {
    "parabola": lambda w: w**2,
    "double-well": lambda w: w**4 / 4 - w**2 + 0.3 * w + 1.5,
    "plateau": lambda w: 1 + 0.002 * w**2 - np.exp(-(w**2) / 2),
    "crater": lambda w: 6 - 6 * np.exp(-(w**2) / 8) + w**2 / 40,
    "bowl": lambda u, v: u**2 + v**2,
    "ravine": lambda u, v: 0.1 * u**2 + 2 * v**2,
    "two-minima": lambda u, v: u**4 / 4 - u**2 + 0.3 * u + 0.8 * v**2 + 1.5,
    "saddle": lambda u, v: u**2 / 2 - v**2 / 2 + v**4 / 10 + 5 / 8,
    "rosenbrock": lambda u, v: (1 - u) ** 2 + 100 * (v - u**2) ** 2,
    "beale": lambda u, v: (
        (1.5 - u + u * v) ** 2 + (2.25 - u + u * v**2) ** 2 + (2.625 - u + u * v**3) ** 2
    ),
}


def points(cost, n=200, seed=1):
    low, high = np.array(cost.window).T
    return np.random.default_rng(seed).uniform(low, high, (n, cost.dimension))


def walk(cost, start, rate, steps):
    return descend(cost, start, learning_rate=rate, steps=steps)


def differences(function, w, h=1e-5):
    """Central differences along each weight, stacked on a new last axis."""
    steps = h * np.eye(w.shape[-1])
    return np.stack([(function(w + e) - function(w - e)) / (2 * h) for e in steps], axis=-1)


@EACH
def test_value_is_the_formula_that_the_reader_sees(cost):
    w = points(cost)
    np.testing.assert_allclose(cost.value(w), FORMULAS[cost.name](*w.T), rtol=1e-12, atol=1e-12)


@EACH
def test_gradient_matches_central_differences(cost):
    w = points(cost)
    np.testing.assert_allclose(cost.gradient(w), differences(cost.value, w), rtol=1e-6, atol=1e-7)


@EACH
def test_hessian_matches_central_differences_of_the_gradient(cost):
    w = points(cost)
    np.testing.assert_allclose(cost.hessian(w), differences(cost.gradient, w), rtol=1e-6, atol=1e-7)


def test_derivatives_of_off_centre_wells_and_mixed_monomials():
    cost = Surface(
        "mixed",
        monomials={(1, 1): 0.7, (3, 2): -0.1, (0, 0): 2.0},
        wells=((1.5, (0.5, -1.0), 0.8), (-0.4, (-1.0, 0.3), 1.3)),
        window=((-2, 2), (-2, 2)),
    )
    w = points(cost)
    np.testing.assert_allclose(cost.gradient(w), differences(cost.value, w), rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(cost.hessian(w), differences(cost.gradient, w), rtol=1e-6, atol=1e-7)


@EACH
def test_shapes(cost):
    d = cost.dimension
    for lead in [(), (0,), (1,), (4, 3)]:
        w = np.zeros((*lead, d))
        assert cost.value(w).shape == lead
        assert cost.gradient(w).shape == (*lead, d)
        assert cost.hessian(w).shape == (*lead, d, d)


@EACH
def test_the_start_lies_in_the_window_and_the_input_is_left_alone(cost):
    low, high = np.array(cost.window).T
    assert (low < cost.start).all()
    assert (cost.start < high).all()
    w = points(cost)
    before = w.copy()
    cost.value(w), cost.gradient(w), cost.hessian(w)
    np.testing.assert_array_equal(w, before)


@EACH
def test_survives_json(cost):
    assert json.loads(json.dumps(cost.to_dict())) == cost.to_dict()


QUADRATICS = ["parabola", "bowl", "ravine"]


@pytest.mark.parametrize("name", QUADRATICS)
def test_the_stability_limit_parts_convergence_from_divergence(name):
    cost = SURFACES[name]
    start = np.array(cost.start)
    below = walk(cost, start, 0.98 * cost.stability_limit, 2000)[-1]
    above = walk(cost, start, 1.02 * cost.stability_limit, 2000)[-1]
    assert np.abs(below).max() < 1e-6
    assert np.abs(above).max() > FAR


def test_only_quadratics_with_a_minimum_have_a_stability_limit():
    assert [name for name, cost in SURFACES.items() if cost.stability_limit] == QUADRATICS
    hyperbolic = Surface("x", monomials={(2, 0): 1, (0, 2): -1}, window=((-1, 1), (-1, 1)))
    assert hyperbolic.is_quadratic
    assert hyperbolic.stability_limit is None
    assert SURFACES["parabola"].stability_limit == 1
    assert SURFACES["ravine"].stability_limit == 0.5


def test_the_crater_takes_the_promised_number_of_steps():
    cost = SURFACES["crater"]

    def steps_needed(rate):
        arrived = np.abs(walk(cost, cost.start, rate, 400)[:, 0]) < 0.001
        return int(np.argmax(arrived)) if arrived.any() else None

    assert steps_needed(0.1) == 75
    assert steps_needed(2.0) is None
    assert steps_needed(step_decay(initial=2.0, factor=0.5, every=4)) == 10
    last = np.sort(walk(cost, cost.start, 2.0, 400)[-2:, 0])
    np.testing.assert_allclose(last, [-1.91, 1.91], atol=0.005)


def test_what_the_captions_say():
    def end(name, start, rate, steps=400):
        return walk(SURFACES[name], start, rate, steps)[-1]

    # One step is enough on the parabola at 0.5.
    assert end("parabola", (-2.5,), 0.5, 1) == pytest.approx(0)
    # From the right the double well keeps the path in its higher valley.
    well = SURFACES["double-well"]
    right, left = end("double-well", (2.4,), 0.05), end("double-well", (-2.4,), 0.05)
    assert right > 1 > -1 > left
    assert well.value(right) > well.value(left)
    # On the ridge of the saddle the path stays; a hair beside it, it leaves.
    np.testing.assert_allclose(end("saddle", (-2.4, 0.0), 0.2), [0, 0], atol=1e-12)
    np.testing.assert_allclose(end("saddle", (-2.4, 0.01), 0.2), [0, 2.5**0.5], atol=1e-9)


def test_descend_returns_every_point_and_follows_the_schedule():
    path = walk(SURFACES["parabola"], [2.0], lambda step: [0.25, 0.5][step], 2)
    np.testing.assert_array_equal(path, [[2.0], [1.0], [0.0]])
    assert walk(SURFACES["bowl"], (1.0, 2.0), 0.1, 0).shape == (1, 2)
    with pytest.raises(ValueError, match="negative"):
        walk(SURFACES["bowl"], (1.0, 2.0), 0.1, -1)


def test_a_diverging_path_ends_at_its_first_point_beyond_far():
    path = walk(SURFACES["double-well"], [2.4], 1.5, 1000)
    assert len(path) < 20
    assert np.isfinite(path).all()
    assert np.abs(path[-1]) > FAR > np.abs(path[-2])


def test_mse_surface_is_the_mean_squared_error():
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(2, 30))
    cost = mse_surface(x, y, name="line")
    for w, b in rng.normal(size=(20, 2)):
        error = w * x + b - y
        assert cost.value([w, b]) == pytest.approx(np.mean(error**2), rel=1e-12)
        gradient = [np.mean(2 * error * x), np.mean(2 * error)]
        np.testing.assert_allclose(cost.gradient([w, b]), gradient, rtol=1e-11, atol=1e-12)
    best = np.polyfit(x, y, 1)
    np.testing.assert_allclose(cost.gradient(best), 0, atol=1e-12)
    np.testing.assert_allclose(np.mean(cost.window, axis=1), best)
    assert cost.name == "line"


def test_bad_input_says_what_to_do():
    with pytest.raises(ValueError, match=r"choose one of parabola, .*saddle"):
        surface("bowel")
    with pytest.raises(ValueError, match="2 weight"):
        SURFACES["bowl"].value([1.0])
    with pytest.raises(ValueError, match="2 weight"):
        SURFACES["bowl"].value(1.0)
    with pytest.raises(ValueError, match="one per weight"):
        Surface("x", monomials={(2,): 1.0}, window=((-1, 1), (-1, 1)))
    with pytest.raises(ValueError, match="one or two"):
        Surface("x", monomials={(2,): 1.0})
    with pytest.raises(ValueError, match="low < high"):
        Surface("x", monomials={(2,): 1.0}, window=((1, -1),))
    with pytest.raises(ValueError, match="neither"):
        Surface("x", window=((-1, 1),))
    with pytest.raises(ValueError, match="width > 0"):
        Surface("x", wells=((1.0, (0.0,), 0.0),), window=((-1, 1),))
    with pytest.raises(ValueError, match="start"):
        Surface("x", monomials={(2,): 1.0}, window=((-1, 1),), start=(0.0, 1.0))
    with pytest.raises(ValueError, match="same length"):
        mse_surface([1.0, 2.0], [1.0])
    assert surface(SURFACES["bowl"]) is SURFACES["bowl"]


def test_the_surfaces_of_the_race_have_their_minima_where_they_are_known():
    for name, minimum in (("rosenbrock", (1.0, 1.0)), ("beale", (3.0, 0.5))):
        cost = SURFACES[name]
        assert cost.value(minimum) == pytest.approx(0, abs=1e-12)
        np.testing.assert_allclose(cost.gradient(minimum), [0, 0], atol=1e-12)
        assert (np.linalg.eigvalsh(cost.hessian(minimum)) > 0).all()
        end = walk(cost, cost.start, cost.learning_rate, 20_000)[-1]
        np.testing.assert_allclose(end, minimum, atol=0.001)


def test_the_floor_of_rosenbrocks_valley_is_reached_long_before_its_minimum():
    path = walk(SURFACES["rosenbrock"], (-1.2, 1.0), 0.001, 2000)
    assert abs(path[10, 1] - path[10, 0] ** 2) < 0.01
    assert np.linalg.norm(path[2000] - 1) > 0.1
