"""The rules of the optimizers on numbers worked by hand, and against Keras."""

import numpy as np
import pytest

from helpers.nn.optimizers import SGD, exponential_decay, inverse_time_decay, step_decay


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


def test_float32_stays_float32():
    w = np.ones(3, dtype=np.float32)
    SGD(learning_rate=0.1, momentum=0.9).step([w], [np.ones(3)])
    assert w.dtype == np.float32


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
    with pytest.raises(ValueError, match="factor"):
        exponential_decay(initial=1.0, factor=1.5)
    with pytest.raises(ValueError, match="every"):
        step_decay(initial=1.0, factor=0.5, every=0)
    with pytest.raises(ValueError, match="decay"):
        inverse_time_decay(initial=1.0, decay=-1.0)


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
    ]
    for ours, theirs in pairs:
        for t in range(13):
            assert ours(t) == pytest.approx(float(theirs(t)), rel=1e-6)  # single precision
