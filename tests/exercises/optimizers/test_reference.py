"""What the exercise ``optimizers`` says of Keras and of its race, against ``helpers.nn``.

The optimizers there are compared with Keras itself in ``tests/nn``.
"""

import numpy as np
import pytest

from helpers.nn import optimizers
from helpers.nn.surfaces import SURFACES
from tests.exercises import harness

STEPS = 50


@pytest.fixture(scope="module")
def answers():
    """The reference's functions, by name."""
    names = {"np": np}
    for source in harness.solutions("optimizers").values():
        exec(source, names)
    return names


@pytest.fixture
def params():
    rng = np.random.default_rng(1)
    return [rng.normal(size=shape) for shape in [(3,), (2, 4), ()]]


def gradients(params, t):
    return [np.cos(3 * w + t) + w for w in params]


STEP_FUNCTIONS = {
    "momentum_step": (
        {"learning_rate": 0.1, "momentum": 0.9},
        optimizers.SGD,
        lambda zeros: zeros,
    ),
    "momentum_step, ahead": (
        {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True},
        optimizers.SGD,
        lambda zeros: zeros,
    ),
    "adagrad_step": (
        {"learning_rate": 0.1, "epsilon": 1e-3},
        optimizers.Adagrad,
        lambda zeros: [z + 0.1 for z in zeros],
    ),
    "rmsprop_step": (
        {"learning_rate": 0.1, "rho": 0.8, "epsilon": 1e-3},
        optimizers.RMSprop,
        lambda zeros: zeros,
    ),
    "adam_step": (
        {"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.99, "epsilon": 1e-3},
        optimizers.Adam,
        lambda zeros: (0, zeros, zeros),
    ),
    "adamw_step": (
        {"learning_rate": 0.1, "weight_decay": 0.3, "epsilon": 1e-3},
        optimizers.AdamW,
        lambda zeros: (0, zeros, zeros),
    ),
}


@pytest.mark.parametrize("name", STEP_FUNCTIONS)
def test_fifty_steps_are_those_of_the_library(answers, params, name):
    settings, kind, first = STEP_FUNCTIONS[name]
    step, optimizer = answers[name.split(",")[0]], kind(**settings)
    theirs = [w.copy() for w in params]
    state = first([np.zeros(w.shape) for w in params])
    for t in range(STEPS):
        params, state = step(params, gradients(params, t), state, **settings)
        optimizer.step(theirs, gradients(theirs, t))
    for ours, other in zip(params, theirs, strict=True):
        np.testing.assert_allclose(ours, other, rtol=1e-9)


def test_defaults_are_those_of_the_library(answers, params):
    for name, kind in {"adam_step": optimizers.Adam, "adamw_step": optimizers.AdamW}.items():
        theirs = [w.copy() for w in params]
        zeros = [np.zeros(w.shape) for w in params]
        ours, _ = answers[name](params, gradients(params, 0), (0, zeros, zeros), 0.1)
        kind(learning_rate=0.1).step(theirs, gradients(theirs, 0))
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)


def test_schedule_and_clipping_are_those_of_the_library(answers, params):
    rate = optimizers.cosine_decay(initial=0.3, steps=20, alpha=0.1)
    ours = answers["cosine_rate"](0.3, 20, np.arange(30), 0.1)
    np.testing.assert_allclose(ours, [rate(t) for t in range(30)], rtol=1e-12)
    for limit in (0.1, 1.0, 100.0):
        ours = answers["clip_gradients"](params, limit)
        for one, other in zip(ours, optimizers.clip_by_global_norm(params, limit), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)


RUNNERS = ("momentum", "Nesterov", "Adagrad", "RMSProp", "Adam")
RATES = np.geomspace(1e-3, 10, 2001)  # 500 for each factor of ten


def final_costs(name, rates):
    """The cost after 200 steps for each rate: all of them walk at once, as one array."""
    surface = SURFACES["beale"]
    make = {
        "momentum": lambda schedule: optimizers.SGD(learning_rate=schedule, momentum=0.9),
        "Nesterov": lambda schedule: optimizers.SGD(
            learning_rate=schedule, momentum=0.9, nesterov=True
        ),
        "Adagrad": lambda schedule: optimizers.Adagrad(learning_rate=schedule),
        "RMSProp": lambda schedule: optimizers.RMSprop(learning_rate=schedule),
        "Adam": lambda schedule: optimizers.Adam(learning_rate=schedule),
    }[name]
    wave = optimizers.cosine_decay(initial=1.0, steps=200)
    w = np.tile([1.0, 1.6], (len(rates), 1))
    # A rate for each row: η enters every rule as a factor of the step, and of the velocity.
    optimizer = make(wave)
    optimizer.rate = lambda: rates[:, None] * wave(optimizer.steps)
    for _ in range(200):
        slope = surface.gradient(w)
        length = np.linalg.norm(slope, axis=1, keepdims=True)
        optimizer.step([w], [slope * np.minimum(1.0, 5.0 / length)])
    return surface.value(w)


@pytest.fixture(scope="module")
def arrived():
    return {name: final_costs(name, RATES) < 0.001 for name in RUNNERS}


@pytest.mark.parametrize("name", RUNNERS)
def test_good_rates_fill_an_interval(arrived, name):
    longest = max(np.split(arrived[name], np.flatnonzero(np.diff(arrived[name])) + 1), key=np.sum)
    assert longest.all()
    assert (RATES[1] / RATES[0]) ** (len(longest) - 1) > 5


def test_no_rate_is_good_for_all(arrived):
    assert not np.all(list(arrived.values()), axis=0).any()


def test_reference_stands_well_inside(answers):
    for name, rate in zip(RUNNERS, answers["tuned_rates"](), strict=True):
        assert (final_costs(name, rate * np.geomspace(0.6, 1.6, 9)) < 0.001).all(), name


def test_usual_rate_of_adam_does_not_get_far():
    assert final_costs("Adam", np.array([0.001]))[0] > 1
