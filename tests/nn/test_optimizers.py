"""The rules of the optimizers on numbers worked by hand, and against Keras."""

import numpy as np
import pytest

from helpers.nn.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    RMSprop,
    clip_by_global_norm,
    cosine_decay,
    exponential_decay,
    global_norm,
    inverse_time_decay,
    step_decay,
    warm_up,
)

EVERY = {
    "SGD": lambda: SGD(learning_rate=0.1),
    "momentum": lambda: SGD(learning_rate=0.1, momentum=0.9),
    "nesterov": lambda: SGD(learning_rate=0.1, momentum=0.9, nesterov=True),
    "Adagrad": lambda: Adagrad(learning_rate=0.1),
    "Adadelta": lambda: Adadelta(learning_rate=1.0),
    "RMSprop": lambda: RMSprop(learning_rate=0.1),
    "RMSprop with momentum": lambda: RMSprop(learning_rate=0.1, momentum=0.5),
    "Adam": lambda: Adam(learning_rate=0.1),
    "AMSGrad": lambda: Adam(learning_rate=0.1, amsgrad=True),
    "AdamW": lambda: AdamW(learning_rate=0.1, weight_decay=0.1),
}
each_optimizer = pytest.mark.parametrize("make", EVERY.values(), ids=list(EVERY))


def _walk(optimizer, steps):
    """Return the path of two parameter arrays on a fixed, uneven bowl."""
    params = [np.array([1.0, -2.0]), np.array([[3.0]])]
    path = [[p.copy() for p in params]]
    for _ in range(steps):
        optimizer.step(params, [np.array([1.0, 10.0]) * params[0], 4 * params[1]])
        path.append([p.copy() for p in params])
    return path


def test_a_step_goes_against_the_gradient_in_place():
    w = np.array([1.0, 2.0])
    same = w
    SGD(learning_rate=0.5).step([w], [np.array([2.0, -4.0])])
    assert same is w
    np.testing.assert_array_equal(w, [0.0, 4.0])


def test_the_gradient_is_left_alone():
    grad = np.array([1.0, 2.0])
    SGD(learning_rate=0.1, momentum=0.5).step([np.zeros(2)], [grad])
    np.testing.assert_array_equal(grad, [1.0, 2.0])


def test_momentum_repeats_a_share_of_the_last_step():
    w, optimizer = np.array([0.0]), SGD(learning_rate=1.0, momentum=0.5)
    seen = []
    for _ in range(3):
        optimizer.step([w], [np.array([1.0])])
        seen.append(float(w[0]))
    assert seen == [-1.0, -2.5, -4.25]


def test_two_optimizers_share_nothing():
    first, second = SGD(momentum=0.9), SGD(momentum=0.9)
    first.step([np.ones(2)], [np.ones(2)])
    w = np.zeros(2)
    second.step([w], [np.ones(2)])
    np.testing.assert_array_equal(w, [-0.01, -0.01])
    assert (first.steps, second.steps) == (1, 1)


def test_each_parameter_has_its_own_velocity():
    a, b = np.zeros(1), np.zeros(1)
    optimizer = SGD(learning_rate=1.0, momentum=0.5)
    optimizer.step([a, b], [np.ones(1), np.zeros(1)])
    optimizer.step([a, b], [np.zeros(1), np.zeros(1)])
    assert (a[0], b[0]) == (-1.5, 0.0)


def test_a_schedule_is_asked_with_the_number_of_steps_taken():
    asked = []
    optimizer = SGD(learning_rate=lambda t: asked.append(t) or 0.1)
    for _ in range(3):
        optimizer.step([np.zeros(1)], [np.zeros(1)])
    assert asked == [0, 1, 2]


@each_optimizer
def test_float32_stays_float32_all_the_way(make):
    w, optimizer = np.ones(3, dtype=np.float32), make()
    optimizer.step([w], [np.ones(3)])  # a gradient in double precision changes nothing
    assert w.dtype == np.float32
    assert {memory.dtype for memory in optimizer._memory.values()} <= {np.dtype(np.float32)}


@each_optimizer
def test_every_optimizer_steps_downhill_in_place_and_leaves_the_gradient_alone(make):
    w, grad, optimizer = np.array([1.0, -2.0]), np.array([0.5, -3.0]), make()
    same = w
    for _ in range(3):
        optimizer.step([w], [grad])
    assert same is w
    assert (w < [1, np.inf]).all()
    assert (w > [-np.inf, -2]).all()
    np.testing.assert_array_equal(grad, [0.5, -3.0])
    assert optimizer.steps == 3


@each_optimizer
def test_parameters_do_not_share_what_is_remembered(make):
    """Two parameters together walk as they would alone, also with equal shapes."""
    rng = np.random.default_rng(4)
    grads = rng.normal(size=(20, 2, 3)) * np.array([[[1.0]], [[100.0]]]).reshape(2, 1)
    together, optimizer = [np.ones(3), np.ones(3)], make()
    alone, optimizers = [np.ones(3), np.ones(3)], [make(), make()]
    for pair in grads:
        optimizer.step(together, list(pair))
        for w, one, grad in zip(alone, optimizers, pair, strict=True):
            one.step([w], [grad])
    np.testing.assert_array_equal(together, alone)


@each_optimizer
def test_empty_and_single_parameters_are_taken(make):
    params = [np.zeros((0, 3)), np.array(2.0)]
    make().step(params, [np.zeros((0, 3)), np.array(1.0)])
    assert params[0].shape == (0, 3)
    assert params[1].shape == ()
    assert params[1] < 2


@each_optimizer
def test_a_zero_gradient_from_the_start_moves_nothing_but_the_decay(make):
    w = np.array([2.0])
    make().step([w], [np.zeros(1)])
    np.testing.assert_allclose(w, 2.0 - 0.1 * 0.1 * 2.0 if make is EVERY["AdamW"] else 2.0)


def test_other_shapes_in_the_middle_are_refused():
    optimizer = Adam()
    optimizer.step([np.zeros(2)], [np.zeros(2)])
    with pytest.raises(ValueError, match=r"\(1,\), and at the steps before it had \(2,\)"):
        optimizer.step([np.zeros(1)], [np.zeros(1)])


def test_steps_worked_by_hand():
    def walk(optimizer, grads):
        w = np.zeros(1)
        for g in grads:
            optimizer.step([w], [np.array([g])])
        return w[0]

    # v = -2, w = -2 - ... : look ahead by half the velocity.
    nesterov = SGD(learning_rate=1.0, momentum=0.5, nesterov=True)
    assert walk(nesterov, [2.0, 4.0]) == (-1 - 2) + (-2.5 - 4)
    # Sums 9 and 25.
    adagrad = Adagrad(learning_rate=1.0, initial_accumulator_value=0.0, epsilon=1e-30)
    assert walk(adagrad, [3.0, 4.0]) == pytest.approx(-1 - 0.8)
    # Averages 4.5 and 10.25.
    rms = RMSprop(learning_rate=1.0, rho=0.5, epsilon=1e-30)
    assert walk(rms, [3.0, 4.0]) == pytest.approx(-3 / 4.5**0.5 - 4 / 10.25**0.5)
    # Corrected averages (3, 9) and ((0.75 + 2) / 0.75, (2.25 + 8) / 0.75).
    adam = Adam(learning_rate=1.0, beta_1=0.5, beta_2=0.5, epsilon=1e-30)
    assert walk(adam, [3.0, 4.0]) == pytest.approx(-1 - (2.75 / 0.75) / (10.25 / 0.75) ** 0.5)


def test_where_epsilon_stands():
    """A gradient as small as ε tells the places apart."""

    def first(optimizer, g):
        w = np.zeros(1)
        optimizer.step([w], [np.array([g])])
        return -w[0]

    inside = Adagrad(learning_rate=1.0, initial_accumulator_value=0.0, epsilon=1e-4)
    assert first(inside, 0.01) == pytest.approx(0.5**0.5)
    inside = RMSprop(learning_rate=1.0, rho=0.0, epsilon=1e-4)
    assert first(inside, 0.01) == pytest.approx(0.5**0.5)
    # Adam adds it to the root that is not corrected yet: √v is 0.005 here, and so is ε.
    adam = Adam(learning_rate=1.0, beta_1=0.0, beta_2=0.75, epsilon=0.005)
    assert first(adam, 0.01) == pytest.approx(0.5)


def test_without_decay_adamw_is_adam():
    one, other = np.array([1.0, -3.0]), np.array([1.0, -3.0])
    adam, adamw = Adam(learning_rate=0.1), AdamW(learning_rate=0.1, weight_decay=0.0)
    for g in np.random.default_rng(0).normal(size=(10, 2)):
        adam.step([one], [g])
        adamw.step([other], [g])
    np.testing.assert_array_equal(one, other)


def test_what_is_excluded_is_known_by_identity_and_named_in_time():
    w, b = np.array([2.0]), np.array([2.0])
    optimizer = AdamW(learning_rate=0.1, weight_decay=0.5)
    optimizer.exclude_from_weight_decay([b])
    optimizer.step([w, b], [np.zeros(1), np.zeros(1)])
    assert (w[0], b[0]) == (1.9, 2.0)
    with pytest.raises(RuntimeError, match="taken 1 steps"):
        optimizer.exclude_from_weight_decay([w])


def test_warm_up_rises_straight_and_hands_over():
    rate = warm_up(steps=4, then=step_decay(initial=0.8, factor=0.5, every=2), start=0.4)
    assert [rate(t) for t in range(8)] == pytest.approx([0.4, 0.5, 0.6, 0.7, 0.8, 0.8, 0.4, 0.4])
    assert [warm_up(steps=2, then=0.5)(t) for t in range(4)] == [0, 0.25, 0.5, 0.5]
    assert warm_up(steps=0, then=0.5, start=9.0)(0) == 0.5


def test_the_global_norm_holds_the_largest_and_the_smallest_numbers():
    assert global_norm([]) == 0
    assert global_norm([np.zeros(3), np.zeros((0, 2))]) == 0
    assert global_norm([np.array([3e200]), np.array(4e200)]) == pytest.approx(5e200)
    assert global_norm([np.array([3e-200]), np.array(4e-200)]) == pytest.approx(5e-200)
    assert global_norm([np.array([1.0, -np.inf])]) == np.inf
    assert np.isnan(global_norm([np.array([1.0, np.nan])]))


def test_clipping_keeps_the_direction_the_shapes_and_the_input():
    grads = [np.array([[3.0, 0.0]]), np.float32([4.0])]
    clipped = clip_by_global_norm(grads, 1.0)
    np.testing.assert_allclose(clipped[0], [[0.6, 0.0]])
    np.testing.assert_allclose(clipped[1], [0.8], rtol=1e-6)
    assert [each.dtype for each in clipped] == [np.float64, np.float32]
    np.testing.assert_array_equal(grads[0], [[3.0, 0.0]])
    for short, same in zip(clip_by_global_norm(grads, 5.0), grads, strict=True):
        np.testing.assert_array_equal(short, same)
        assert short is not same
    assert clip_by_global_norm([np.zeros(2)], 1.0)[0].tolist() == [0, 0]
    assert np.isnan(clip_by_global_norm([np.zeros(2), np.array([np.inf])], 1.0)[0]).all()


@pytest.mark.parametrize(
    ("params", "grads", "error", "words"),
    [
        ([np.zeros(2)], [], ValueError, "1 parameter arrays and 0 gradients"),
        ([np.zeros(2)], [np.zeros((2, 1))], ValueError, r"shape \(2,\) .* \(2, 1\)"),
        ([np.zeros(2, dtype=int)], [np.zeros(2)], TypeError, "int64"),
        ([1.0], [1.0], TypeError, "float"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_moves(params, grads, error, words):
    optimizer = SGD()
    with pytest.raises(error, match=words):
        optimizer.step(params, grads)
    assert optimizer.steps == 0


@pytest.mark.parametrize("rate", [-0.1, np.nan, np.inf])
def test_an_impossible_learning_rate_is_refused(rate):
    with pytest.raises(ValueError, match="learning_rate"):
        SGD(learning_rate=rate)
    with pytest.raises(ValueError, match="step 0"):
        SGD(learning_rate=lambda t: rate).rate()


def test_an_impossible_momentum_or_schedule_is_refused():
    with pytest.raises(ValueError, match="momentum"):
        SGD(momentum=1.0)
    for make in (RMSprop, Adadelta):
        with pytest.raises(ValueError, match="rho"):
            make(rho=1.0)
    for beta in ("beta_1", "beta_2"):
        with pytest.raises(ValueError, match=beta):
            AdamW(**{beta: -0.1})
    for make in (Adagrad, Adadelta, RMSprop, Adam, AdamW):
        with pytest.raises(ValueError, match="epsilon"):
            make(epsilon=0.0)
    with pytest.raises(ValueError, match="weight_decay"):
        AdamW(weight_decay=-1.0)
    with pytest.raises(ValueError, match="initial_accumulator_value"):
        Adagrad(initial_accumulator_value=-1.0)
    with pytest.raises(ValueError, match="limit"):
        clip_by_global_norm([np.ones(1)], 0.0)
    with pytest.raises(ValueError, match="steps"):
        cosine_decay(initial=1.0, steps=0)
    with pytest.raises(ValueError, match="alpha"):
        cosine_decay(initial=1.0, steps=1, alpha=-0.1)
    with pytest.raises(ValueError, match="steps"):
        warm_up(steps=-1, then=1.0)
    with pytest.raises(ValueError, match="then"):
        warm_up(steps=1, then=-1.0)
    with pytest.raises(ValueError, match="factor"):
        exponential_decay(initial=1.0, factor=1.5)
    with pytest.raises(ValueError, match="every"):
        step_decay(initial=1.0, factor=0.5, every=0)
    with pytest.raises(ValueError, match="decay"):
        inverse_time_decay(initial=1.0, decay=-1.0)


SHAPES = [(), (3,), (2, 3), (4, 1, 2)]
STEPS = 80

#: Name in Keras, arguments of ours. All numbers that
#: Keras rounds to single precision are exact in it.
PAIRS = {
    "sgd": ("SGD", {"learning_rate": 0.125}),
    "momentum": ("SGD", {"learning_rate": 0.0625, "momentum": 0.875}),
    "nesterov": ("SGD", {"learning_rate": 0.0625, "momentum": 0.875, "nesterov": True}),
    "nesterov without momentum": ("SGD", {"learning_rate": 0.125, "nesterov": True}),
    "adagrad": ("Adagrad", {"learning_rate": 0.3, "initial_accumulator_value": 0.125}),
    "adagrad from zero": (
        "Adagrad",
        {"learning_rate": 0.3, "initial_accumulator_value": 0.0, "epsilon": 1e-3},
    ),
    "adadelta": ("Adadelta", {"learning_rate": 1.0}),
    "adadelta of the paper": ("Adadelta", {"learning_rate": 1.0, "epsilon": 1e-6, "rho": 0.9}),
    "rmsprop": ("RMSprop", {"learning_rate": 0.01}),
    "rmsprop with momentum": ("RMSprop", {"learning_rate": 0.01, "momentum": 0.7, "rho": 0.8}),
    "adam": ("Adam", {"learning_rate": 0.03, "beta_1": 0.875, "beta_2": 1 - 2**-10}),
    "adam with a large epsilon": (
        "Adam",
        {"learning_rate": 0.03, "beta_1": 0.75, "beta_2": 0.9375, "epsilon": 0.1},
    ),
    "amsgrad": (
        "Adam",
        {"learning_rate": 0.03, "beta_1": 0.875, "beta_2": 0.9375, "amsgrad": True},
    ),
    "adamw": (
        "AdamW",
        {"learning_rate": 0.03, "beta_1": 0.875, "beta_2": 1 - 2**-10, "weight_decay": 0.125},
    ),
}


def _gradients(params, step):
    """Return a gradient that depends on the weights, on the entry and, noisily, on the step."""
    rng = np.random.default_rng(step)
    grads = []
    for w in params:
        scale = 10.0 ** (np.arange(w.size).reshape(w.shape) % 4 - 2)
        grads.append((scale * np.sin(w) + 0.1 * scale * rng.normal(size=w.shape)).astype(w.dtype))
    return grads


def _both_paths(ours, theirs, dtype, excluded=()):
    """Yield the parameters of both optimizers after each of many steps."""
    import keras

    rng = np.random.default_rng(0)
    mine = [rng.normal(size=shape).astype(dtype) for shape in SHAPES]
    variables = [keras.Variable(w.copy(), dtype=dtype) for w in mine]
    if excluded:
        ours.exclude_from_weight_decay([mine[i] for i in excluded])
        theirs.exclude_from_weight_decay(var_list=[variables[i] for i in excluded])
    for step in range(STEPS):
        ours.step(mine, _gradients(mine, step))
        now = [np.asarray(v) for v in variables]
        theirs.apply(_gradients(now, step), variables)
        yield mine, [np.asarray(v) for v in variables]


@pytest.fixture
def in_double():
    """Let Keras keep learning rates in double precision."""
    import keras

    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    yield
    keras.config.set_floatx(before)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "options"), PAIRS.values(), ids=list(PAIRS))
def test_every_optimizer_walks_the_path_of_keras(name, options, in_double):
    import keras

    from helpers.nn import optimizers

    ours, theirs = getattr(optimizers, name), getattr(keras.optimizers, name)
    for mine, other in _both_paths(ours(**options), theirs(**options), "float64"):
        for a, b in zip(mine, other, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-13)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "options"), PAIRS.values(), ids=list(PAIRS))
def test_every_optimizer_walks_the_path_of_keras_in_single_precision(name, options):
    import keras

    from helpers.nn import optimizers

    ours, theirs = getattr(optimizers, name), getattr(keras.optimizers, name)
    for mine, other in _both_paths(ours(**options), theirs(**options), "float32"):
        for a, b in zip(mine, other, strict=True):
            assert a.dtype == np.float32
            np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-5)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SGD", "Adagrad", "Adadelta", "RMSprop", "Adam", "AdamW"])
def test_the_defaults_are_those_of_keras(name, in_double):
    import keras

    from helpers.nn import optimizers

    ours, theirs = getattr(optimizers, name)(), getattr(keras.optimizers, name)()
    config = theirs.get_config()
    for key, value in vars(ours).items():
        if not key.startswith("_") and key != "steps":
            assert config[key] == value, key
    for mine, other in _both_paths(ours, theirs, "float64"):
        for a, b in zip(mine, other, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


@pytest.mark.slow
def test_what_is_excluded_from_the_decay_is_excluded_as_in_keras(in_double):
    import keras

    options = PAIRS["adamw"][1]
    pair = AdamW(**options), keras.optimizers.AdamW(**options)
    for mine, other in _both_paths(*pair, "float64", excluded=(1, 3)):
        for a, b in zip(mine, other, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-13)


@pytest.mark.slow
def test_a_schedule_and_clipping_go_with_every_step_as_in_keras(in_double):
    """Keras computes schedules in single precision: the paths agree to some digits less."""
    import keras
    from keras.optimizers.schedules import CosineDecay

    options = {"beta_1": 0.875, "beta_2": 1 - 2**-10, "weight_decay": 0.125}
    ours = AdamW(
        learning_rate=warm_up(steps=10, then=cosine_decay(initial=0.05, steps=50, alpha=0.1)),
        **options,
    )
    theirs = keras.optimizers.AdamW(
        CosineDecay(0.0, 50, alpha=0.1, warmup_target=0.05, warmup_steps=10),
        **options,
        global_clipnorm=0.5,
    )
    step = ours.step
    ours.step = lambda params, grads: step(params, clip_by_global_norm(grads, 0.5))
    for mine, other in _both_paths(ours, theirs, "float64"):
        for a, b in zip(mine, other, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("limit", [0.01, 1.0, 1e3])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_clipping_is_that_of_keras(limit, dtype):
    from keras.src.optimizers.base_optimizer import clip_by_global_norm as theirs

    rng = np.random.default_rng(1)
    grads = [rng.normal(size=shape).astype(dtype) for shape in SHAPES]
    tight = {"float32": 1e-6, "float64": 1e-14}[dtype]
    for a, b in zip(clip_by_global_norm(grads, limit), theirs(grads, limit), strict=True):
        assert a.dtype == dtype
        np.testing.assert_allclose(a, np.asarray(b), rtol=tight)


@pytest.mark.slow
@pytest.mark.parametrize("momentum", [0.0, 0.875])
@pytest.mark.parametrize("schedule", ["constant", "exponential"])
def test_sgd_walks_the_path_of_keras(momentum, schedule):
    """Keras keeps rates in single precision; these are all exact in it, so paths must agree."""
    import keras

    ours, theirs = {
        "constant": (0.125, 0.125),
        "exponential": (
            exponential_decay(initial=0.125, factor=0.5),
            keras.optimizers.schedules.ExponentialDecay(0.125, decay_steps=1, decay_rate=0.5),
        ),
    }[schedule]
    path = _walk(SGD(learning_rate=ours, momentum=momentum), 30)

    params = [keras.Variable(p, dtype="float64") for p in path[0]]
    optimizer = keras.optimizers.SGD(learning_rate=theirs, momentum=momentum)
    for point in path[1:]:
        optimizer.apply_gradients(
            [(np.array([1.0, 10.0]) * params[0], params[0]), (4 * params[1], params[1])]
        )
        for mine, theirs_now in zip(point, params, strict=True):
            np.testing.assert_allclose(mine, np.asarray(theirs_now), rtol=1e-12, atol=1e-14)


@pytest.mark.slow
def test_schedules_are_those_of_keras():
    from keras.optimizers import schedules

    pairs = [
        (
            inverse_time_decay(initial=0.3, decay=0.7),
            schedules.InverseTimeDecay(0.3, decay_steps=1, decay_rate=0.7),
        ),
        (
            exponential_decay(initial=0.3, factor=0.7),
            schedules.ExponentialDecay(0.3, decay_steps=1, decay_rate=0.7),
        ),
        (
            step_decay(initial=0.3, factor=0.7, every=4),
            schedules.ExponentialDecay(0.3, decay_steps=4, decay_rate=0.7, staircase=True),
        ),
        (cosine_decay(initial=0.3, steps=9), schedules.CosineDecay(0.3, 9)),
        (cosine_decay(initial=0.3, steps=9, alpha=0.2), schedules.CosineDecay(0.3, 9, alpha=0.2)),
        (
            warm_up(steps=5, then=cosine_decay(initial=0.3, steps=6, alpha=0.1)),
            schedules.CosineDecay(0.0, 6, alpha=0.1, warmup_target=0.3, warmup_steps=5),
        ),
        (
            warm_up(steps=4, then=cosine_decay(initial=0.3, steps=6), start=0.1),
            schedules.CosineDecay(0.1, 6, warmup_target=0.3, warmup_steps=4),
        ),
    ]
    for ours, theirs in pairs:
        for t in range(20):
            # Single precision, and a wave that ends at zero.
            assert ours(t) == pytest.approx(float(theirs(t)), rel=1e-6, abs=1e-8)
