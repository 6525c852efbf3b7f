"""What the chapter on optimisers says in words, checked in numbers."""

import math
import re
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest

from helpers.nn.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    RMSprop,
    clip_by_global_norm,
    cosine_decay,
    warm_up,
)
from helpers.nn.surfaces import SURFACES, descend
from helpers.widgets import OptimizerRace

TEXT = (Path(__file__).parents[2] / "chapters" / "optimizers.md").read_text(encoding="utf-8")


def _walk(optimizer, gradient, start, steps):
    w = np.array(start, dtype=float)
    path = [w.copy()]
    for _ in range(steps):
        optimizer.step([w], [gradient(w)])
        path.append(w.copy())
    return np.array(path)


# ── Momentum on a quadratic ────────────────────────────────────────────────────────────────


def _slowest(eta, mu, curvatures, *, ahead=False):
    """The largest root over all directions, from the matrix of the recursion."""
    sizes = []
    for lam in curvatures:
        q = 1 - eta * lam
        a, b = ((1 + mu) * q, mu * q) if ahead else (mu + q, mu)
        sizes.append(np.abs(np.linalg.eigvals([[a, -b], [1.0, 0.0]])).max())
    return max(sizes)


@pytest.mark.parametrize("kappa", [2.0, 20.0, 400.0])
def test_the_best_momentum_is_as_the_theorem_says(kappa):
    lam, root = (1.0, kappa), math.sqrt(kappa)
    mu, eta = ((root - 1) / (root + 1)) ** 2, (2 / (root + 1)) ** 2
    best = (root - 1) / (root + 1)
    # Two roots coincide there, so a rounding of 1e-16 shows as 1e-8.
    assert _slowest(eta, mu, lam) == pytest.approx(best, abs=1e-7)
    for other_mu in np.linspace(0, 0.99, 12):
        for other_eta in np.linspace(0.01, 3.9, 20) / kappa:
            assert _slowest(other_eta, other_mu, lam) > best - 1e-7
    for between in np.linspace(1, kappa, 9):
        assert _slowest(eta, mu, [between]) == pytest.approx(best, abs=1e-7)


@pytest.mark.parametrize("mu", [0.0, 0.5, 0.9])
def test_the_limits_of_momentum_and_of_nesterov_are_sharp(mu):
    for ahead, limit in ((False, 2 * (1 + mu)), (True, 2 * (1 + mu) / (1 + 2 * mu))):
        assert _slowest(0.999 * limit, mu, [1e-3, 1.0], ahead=ahead) < 1
        assert _slowest(1.001 * limit, mu, [1e-3, 1.0], ahead=ahead) > 1
    assert f"{2 * 1.9 / 2.8:.2f}" == "1.36"


@pytest.mark.parametrize("kappa", [4.0, 100.0])
def test_the_exercise_on_nesterov(kappa):
    s = 1 / math.sqrt(kappa)
    mu = (1 - s) / (1 + s)
    assert _slowest(1 / kappa, mu, [1.0], ahead=True) == pytest.approx(1 - s, abs=1e-7)
    assert _slowest(1 / kappa, mu, [kappa], ahead=True) == 0
    for lam in np.linspace(1, kappa, 50):
        assert _slowest(1 / kappa, mu, [lam], ahead=True) <= 1 - s + 1e-7


def _variance(eta, mu, h, sigma):
    """The stationary variance from the covariance matrix of (e_t, e_{t-1})."""
    matrix = np.array([[1 + mu - eta * h, -mu], [1.0, 0.0]])
    noise = np.array([[(eta * sigma) ** 2, 0.0], [0.0, 0.0]])
    equations = np.eye(4) - np.kron(matrix, matrix)
    return np.linalg.solve(equations, noise.ravel())[0]


@pytest.mark.parametrize(("eta", "mu"), [(0.1, 0.0), (0.01, 0.9), (0.3, 0.5)])
def test_the_cloud_of_momentum(eta, mu):
    h, sigma = 2.0, 1.5
    expected = eta * sigma**2 / (h * (1 - mu)) * (1 + mu) / (2 * (1 + mu) - eta * h)
    assert _variance(eta, mu, h, sigma) == pytest.approx(expected, rel=1e-9)
    if not mu:
        assert expected == pytest.approx(eta * sigma**2 / (h * (2 - eta * h)))


def test_the_heavy_ball_circles_where_nesterov_and_descent_arrive():
    def slope(w):
        return np.where(w < 1, 25 * w, np.where(w < 2, w + 24, 25 * w - 24))

    ball = _walk(SGD(learning_rate=1 / 9, momentum=4 / 9), slope, [3.3], 300)
    assert len(np.unique(ball[-60:].round(6))) == 3
    assert math.isclose((5 - 1) ** 2 / (5 + 1) ** 2, 4 / 9)
    assert math.isclose((2 / (5 + 1)) ** 2, 1 / 9)
    for optimizer in (
        SGD(learning_rate=1 / 25, momentum=4 / 6, nesterov=True),
        SGD(learning_rate=0.06),
    ):
        assert abs(_walk(optimizer, slope, [3.3], 300)[-1, 0]) < 1e-6


def test_the_walker_of_the_first_page_is_at_the_limit_of_the_rate():
    valley = SURFACES["rosenbrock"]
    low, high = np.linalg.eigvalsh(valley.hessian([1.0, 1.0]))
    assert (f"{low:.1f}", f"{high:,.0f}", f"{2 / high:.3f}") == ("0.4", "1,002", "0.002")
    slow = descend(valley, (-1.2, 1.0), learning_rate=0.002, steps=2000)
    assert np.linalg.norm(slow[-1] - 1) > 0.1
    fast = descend(valley, (-1.2, 1.0), learning_rate=0.01, steps=2000)
    assert not np.linalg.norm(fast[-1] - 1) < 0.1


# ── A rate for every weight ────────────────────────────────────────────────────────────────


def test_adagrad_decays_and_rmsprop_recovers():
    g = np.where(np.arange(200) < 50, 10.0, 1.0)
    w, steps = np.zeros(1), {"adagrad": [], "rmsprop": []}
    for name, optimizer in (
        ("adagrad", Adagrad(learning_rate=1.0, initial_accumulator_value=0.0)),
        ("rmsprop", RMSprop(learning_rate=1.0)),
    ):
        for each in g:
            before = w.copy()
            optimizer.step([w], [np.array([each])])
            steps[name].append(before[0] - w[0])
    assert 1 / steps["adagrad"][-1] == pytest.approx(math.sqrt(50 * 100 + 150), rel=1e-6)
    assert steps["rmsprop"][50] < 0.11
    assert steps["rmsprop"][-1] == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("slope", [0.1, 7.0, 1e4])
def test_the_first_step_of_adadelta_is_set_by_epsilon(slope):
    w = np.zeros(1)
    Adadelta(learning_rate=1.0, rho=0.95, epsilon=1e-6).step([w], [np.array([slope])])
    assert -w[0] == pytest.approx(math.sqrt(1e-6 / 0.05), rel=2e-3)


def test_without_the_correction_adams_steps_are_too_long():
    t = np.arange(1, 10_001)
    factor = (1 - 0.9**t) / np.sqrt(1 - 0.999**t)
    assert f"{factor[0]:.2f}" == "3.16"
    assert (f"{factor.max():.1f}", t[factor.argmax()]) == ("6.6", 12)
    assert "up to 6.6 times too long" in TEXT


@pytest.mark.parametrize("scale", [1e-2, 1e3])
def test_who_cares_about_the_unit_of_the_cost(scale):
    """Quiz 3, and what Adam can't see."""
    tiny = {"epsilon": 1e-30}

    def end(make, factor):
        return _walk(make(), lambda w: factor * SURFACES["ravine"].gradient(w), [-2.6, 1.4], 50)[-1]

    for make in (
        lambda: Adam(learning_rate=0.1, **tiny),
        lambda: RMSprop(learning_rate=0.1, **tiny),
        lambda: Adagrad(learning_rate=0.1, initial_accumulator_value=0.0, **tiny),
    ):
        np.testing.assert_allclose(end(make, scale), end(make, 1.0), rtol=1e-9)
    keras_like = end(lambda: Adagrad(learning_rate=0.1), scale)
    assert not np.allclose(keras_like, end(lambda: Adagrad(learning_rate=0.1), 1.0), rtol=1e-3)


def _until_right(make, scale):
    """Steps of a fit of ``y = x`` until it is 1 % off, where the input's numbers are scaled."""
    mean_square = 0.96 * scale**2
    w, optimizer = np.zeros(1), make()
    while abs(scale * w[0] - 1) > 0.01:
        optimizer.step([w], [2 * mean_square * (w - 1 / scale)])
    return optimizer.steps


def test_an_input_in_other_units_counts_once_for_adam_and_twice_for_descent():
    for make, power in (
        (lambda: SGD(learning_rate=0.0005), 2),
        (lambda: Adam(learning_rate=0.001), 1),
    ):
        ratio = _until_right(make, 1.0) / _until_right(make, 10.0)
        assert ratio == pytest.approx(10.0**power, rel=0.1)


def test_where_epsilon_matters():
    """Inside the root for gradients of about its root, beside it for those of its own size."""
    for size, inside, beside in ((1e-2, 0.99, 0.99), (3e-4, 0.7, 0.99), (1e-5, 0.04, 0.98)):
        w = np.zeros(2)
        optimizers = RMSprop(learning_rate=1.0), Adam(learning_rate=1.0)
        for j, optimizer in enumerate(optimizers):
            for _ in range(10_000):
                before = w[j]
                optimizer.step([w[j : j + 1]], [np.array([size])])
            step = before - w[j]
            assert step == pytest.approx((inside, beside)[j], abs=0.02)


def test_only_adagrad_shrinks_the_cloud_by_itself():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(2000, 1000))
    shrunk = {}
    for make in (SGD, Adagrad, RMSprop, Adam):
        w, optimizer, clouds = np.zeros(1000), make(learning_rate=0.1), []
        for t, kick in enumerate(noise, start=1):
            optimizer.step([w], [2 * w + kick])
            if t in (100, 2000):
                clouds.append(w.std())
        shrunk[make] = clouds[1] / clouds[0]
    assert shrunk.pop(Adagrad) < 0.5  # about 20 ** -1/4
    np.testing.assert_allclose(list(shrunk.values()), 1, atol=0.1)


def test_adam_walks_to_the_worst_place_and_amsgrad_does_not():
    for amsgrad, place in ((False, 1.0), (True, -1.0)):
        optimizer = Adam(
            learning_rate=1.0, beta_1=0.0, beta_2=1 / 17, epsilon=1e-30, amsgrad=amsgrad
        )
        w = np.zeros(1)
        for t in range(1, 20_001):
            # Uncorrected, as in the paper: undo the correction with the rate.
            optimizer.learning_rate = 0.5 / math.sqrt(t) / math.sqrt(1 - 17.0**-t)
            optimizer.step([w], [np.array([4.0 if t % 3 == 1 else -1.0])])
            np.clip(w, -1, 1, out=w)
        assert w[0] == pytest.approx(place, abs=0.01)


# ── Schedules and clipping ─────────────────────────────────────────────────────────────────


def test_a_third_of_the_time_each():
    rate = cosine_decay(initial=1.0, steps=9000)
    assert rate(3000) == pytest.approx(0.75)
    assert rate(6000) == pytest.approx(0.25)


def test_warm_up_and_clipping_save_the_walk_on_beales_surface():
    beale = SURFACES["beale"]
    assert f"{2 / np.linalg.eigvalsh(beale.hessian([3.0, 0.5]))[-1]:.3f}" == "0.041"
    with np.errstate(all="ignore"):
        cold = _walk(SGD(learning_rate=0.035), beale.gradient, beale.start, 50)[-1]
        free = _walk(SGD(learning_rate=0.01), beale.gradient, (3.5, 1.8), 3)
    assert not np.abs(cold).max() < 1e6
    assert np.abs(free[2]).max() > 1e4
    rate = warm_up(steps=20, then=0.035)
    warm = _walk(SGD(learning_rate=rate), beale.gradient, beale.start, 500)[-1]
    np.testing.assert_allclose(warm, [3, 0.5], atol=0.01)
    clipped = _walk(
        SGD(learning_rate=0.01),
        lambda w: clip_by_global_norm([beale.gradient(w)], 5.0)[0],
        (3.5, 1.8),
        2000,
    )
    np.testing.assert_allclose(clipped[-1], [3, 0.5], atol=0.01)


# ── The race ───────────────────────────────────────────────────────────────────────────────


def _race(surface, names, rate, steps=250, **options):
    return OptimizerRace(surface, names.split(), learning_rate=rate, steps=steps, **options)


def test_what_was_to_be_seen_on_bowl_and_ravine():
    three = "gd momentum nesterov"
    assert _race("bowl", three, 0.1).arrivals == {"gd": 18, "momentum": 76, "nesterov": 22}
    assert _race("ravine", three, 0.3).arrivals == {"gd": 64, "momentum": 77, "nesterov": 43}
    for rate, gone in ((0.45, {"nesterov"}), (0.6, {"gd", "nesterov"})):
        arrivals = _race("ravine", three, rate).arrivals
        assert {name for name, step in arrivals.items() if step is None} == gone


def test_what_was_to_be_seen_in_rosenbrocks_valley():
    same = _race("rosenbrock", "gd momentum adam", 0.002, 2000).arrivals
    assert same == {"gd": None, "momentum": 408, "adam": None}
    high = _race("rosenbrock", "gd momentum adam", 0.05, 1300)
    assert high.arrivals == {"gd": None, "momentum": None, "adam": 1160}
    assert all(len(high.paths[name]) <= 3 for name in ("gd", "momentum"))


def test_what_was_to_be_seen_at_the_saddle_and_at_the_wall():
    near = _race("saddle", "gd momentum adam", 0.1, start=(-2.4, 1e-6)).arrivals
    assert near == {"gd": 162, "momentum": 100, "adam": 62}
    far = _race("saddle", "gd momentum adam", 0.1, start=(-2.4, 0.01)).arrivals
    assert far["gd"] < 80
    assert abs(far["adam"] - 62) <= 10
    wall = _race("beale", "gd momentum rmsprop adam", 0.02, start=(3.5, 1.8)).paths
    assert {name for name, path in wall.items() if len(path) <= 3} == {"gd", "momentum"}


def test_what_was_to_be_seen_in_the_noise():
    paths = _race("bowl", "gd sgd momentum rmsprop adam", 0.1, 2000, noise=1.0).paths
    cloud = {
        name: math.sqrt(np.mean(np.sum(np.array(path)[500:] ** 2, axis=1)))
        for name, path in paths.items()
    }
    assert cloud["gd"] < 1e-9
    assert cloud["momentum"] / cloud["sgd"] == pytest.approx(math.sqrt(10), rel=0.1)
    assert min(cloud["rmsprop"], cloud["adam"]) > 0.8 * cloud["sgd"]


def test_every_link_sets_what_the_widget_has():
    links = re.findall(r"\{button-link\} #(widget=optimizer_race\S+)", TEXT)
    assert len(links) == 8
    for link in links:
        values = dict(parse_qsl(link, strict_parsing=True))
        assert values.pop("widget") == "optimizer_race"
        numbers = {"learning_rate": float, "noise": float, "steps": int}
        options = {key: numbers.get(key, str)(value) for key, value in values.items()}
        options["optimizers"] = options["optimizers"].split(",")
        if "start" in options:
            options["start"] = [float(w) for w in options["start"].split(",")]
            assert set(options) <= set(OptimizerRace.class_trait_names())
        race = OptimizerRace(**options)
        assert race.optimizers == options["optimizers"]


# ── Exercises ──────────────────────────────────────────────────────────────────────────────


def test_how_long_until_full_speed():
    steps = {}
    for mu in (0.5, 0.9, 0.99):
        path = _walk(SGD(learning_rate=1.0, momentum=mu), lambda w: -np.ones(1), [0.0], 400)[:, 0]
        steps[mu] = 1 + int(np.argmax(np.diff(path) >= 0.9 / (1 - mu)))
    assert steps == {0.5: 4, 0.9: 22, 0.99: 230}


def test_the_best_heavy_ball_for_the_ravine():
    counts = []
    for eta, mu in ((2 / 4.2, 0.0), (0.668, 0.4026)):
        optimizer = SGD(learning_rate=eta, momentum=mu)
        path = _walk(optimizer, SURFACES["ravine"].gradient, (-2.6, 1.4), 200)
        far = np.linalg.norm(path, axis=1)
        counts.append(int(np.argmax(far < 1e-3 * far[0])))
    assert counts == [70, 22]
    root = math.sqrt(20)
    assert f"{(root - 1) / (root + 1):.4f}" == "0.6345"
    assert f"{(2 / (2 + math.sqrt(0.2))) ** 2:.3f}" == "0.668"
    assert round(math.log(1000) / -math.log(0.6345)) == 15


def test_how_far_adagrad_gets():
    optimizer = Adagrad(learning_rate=0.1, initial_accumulator_value=0.0)
    path = _walk(optimizer, lambda w: np.full(1, 3.0), [0.0], 10_000)[:, 0]
    assert -path[-1] == pytest.approx(2 * 0.1 * 100, rel=0.01)


def test_three_ways_to_clip():
    old = np.array([3.0, 4, 0, 12])

    def angle(new):
        return math.degrees(math.acos(new @ old / np.linalg.norm(new) / np.linalg.norm(old)))

    whole = np.concatenate(clip_by_global_norm([old[:2], old[2:]], 6.5))
    np.testing.assert_allclose(whole, [1.5, 2, 0, 6])
    each = np.concatenate([clip_by_global_norm([part], 5.0)[0] for part in (old[:2], old[2:])])
    np.testing.assert_allclose(each, [3, 4, 0, 5])
    assert (round(angle(each)), round(angle(np.clip(old, -4, 4)))) == (22, 29)


# ── The page ───────────────────────────────────────────────────────────────────────────────


def test_what_is_graded_is_not_printed():
    assert "literalinclude" not in TEXT
    cells = "\n".join(re.findall(r"```\{code-cell\}.*?\n```", TEXT, flags=re.DOTALL))
    for line in (
        r"np\.cos\(",
        r"math\.cos",
        r"min\(1",
        r"\bm = b1 \* m",
        r"s \+= g",
        r"v = mu \* v",
    ):
        assert not re.search(line, cells), line


@pytest.mark.slow
def test_the_call_of_keras_runs():
    import keras
    from keras.optimizers.schedules import CosineDecay

    optimizer = keras.optimizers.AdamW(
        learning_rate=CosineDecay(0.0, 4000, warmup_target=0.001, warmup_steps=200),
        weight_decay=0.004,
        global_clipnorm=1.0,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    model = keras.Sequential([keras.Input(shape=(2,)), keras.layers.Dense(1)])
    model.compile(optimizer=optimizer, loss="mean_squared_error")
    model.train_on_batch(np.ones((4, 2)), np.ones((4, 1)))
    names = [variable.name for variable in model.trainable_variables]
    assert names == ["kernel", "bias"]
    assert [optimizer._use_weight_decay(v) for v in model.trainable_variables] == [True, False]
