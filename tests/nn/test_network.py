"""Networks: gradients, the training loop, and both against Keras."""

import builtins
import re
import subprocess
import sys

import numpy as np
import pytest

from helpers.nn.gradcheck import gradient_error
from helpers.nn.layers import Dense, Layer
from helpers.nn.losses import MeanAbsoluteError, MeanSquaredError
from helpers.nn.network import Network
from helpers.nn.optimizers import SGD


def network(*sizes, seed=1, hidden="tanh", last="linear"):
    """Return a network of Dense layers with these sizes, and biases that are not zero."""
    rng = np.random.default_rng(seed)
    names = [hidden] * (len(sizes) - 2) + [last]
    made = Network(
        [
            Dense(inputs, outputs, activation=name, rng=rng)
            for inputs, outputs, name in zip(sizes, sizes[1:], names, strict=False)
        ]
    )
    for layer in made.layers:
        layer.biases = rng.normal(size=layer.outputs)
    return made


def data(n=10, inputs=3, outputs=2, seed=2):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, inputs)), rng.normal(size=(n, outputs))


def fit(net, x, y, **settings):
    settings = {
        "loss": MeanSquaredError(),
        "optimizer": SGD(learning_rate=0.1),
        "epochs": 3,
        "batch_size": 4,
        "rng": np.random.default_rng(3),
    } | settings
    return net.fit(x, y, **settings)


class Spy(Layer):
    """Passes everything on and remembers what came by."""

    def __init__(self):
        self.seen = []

    def forward(self, x, training=False):
        self.seen.append((x.copy(), training))
        return x

    def backward(self, grad):
        return grad


@pytest.mark.parametrize("sizes", [(3, 2), (3, 5, 2), (1, 4, 3, 4, 1)])
@pytest.mark.parametrize("hidden", ["tanh", "sigmoid", "gelu"])
def test_gradients_match_finite_differences(sizes, hidden):
    net, loss = network(*sizes, hidden=hidden), MeanSquaredError()
    x, y = data(6, sizes[0], sizes[-1])
    back = net.backward(loss.grad(net.forward(x), y))
    assert gradient_error(lambda v: loss.value(net.predict(v), y), x, back) < 1e-9
    for param, grad in zip(net.params, [g.copy() for g in net.grads], strict=True):
        point = param.copy()

        def cost(values, param=param):
            param[...] = values
            return loss.value(net.predict(x), y)

        assert gradient_error(cost, point, grad) < 1e-9
        param[...] = point


@pytest.mark.parametrize(
    ("sizes", "count"), [((2, 2, 1), 9), ((784, 16, 16, 10), 13_002), ((32, 32, 1), 1_089)]
)
def test_parameters_are_counted(sizes, count):
    assert network(*sizes).parameter_count == count


def test_a_network_is_a_layer():
    whole = network(3, 5, 4, 2)
    parts = Network([Network(whole.layers[:2]), whole.layers[2]])
    x, y = data()
    np.testing.assert_array_equal(whole.forward(x), parts.forward(x))
    np.testing.assert_array_equal(whole.backward(y), parts.backward(y))
    for mine, theirs in zip(whole.grads, parts.grads, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_every_epoch_sees_every_example_once_in_a_new_order_with_the_short_batch_last():
    spy = Spy()
    net = Network([spy, *network(1, 1).layers])
    x = np.arange(10.0).reshape(10, 1)
    fit(net, x, x, epochs=3, optimizer=SGD(learning_rate=0.0))
    batches = [seen.ravel() for seen, training in spy.seen if training]
    assert [len(batch) for batch in batches] == [4, 4, 2] * 3
    orders = [tuple(np.concatenate(batches[k : k + 3])) for k in (0, 3, 6)]
    assert all(sorted(order) == list(range(10)) for order in orders)
    assert len({*orders, tuple(range(10))}) == 4
    # What is not a training step says so.
    net.predict(x)
    assert spy.seen[-1][1] is False


def test_examples_stay_with_their_targets():
    spy, targets = Spy(), []

    class Loss(MeanSquaredError):
        def grad(self, predictions, y):
            targets.append(y)
            return super().grad(predictions, y)

    x, _ = data(9, 3)
    fit(Network([spy, *network(3, 1).layers]), x, 7 * x[:, :1], loss=Loss())
    inputs = np.concatenate([seen for seen, training in spy.seen if training])
    np.testing.assert_array_equal(7 * inputs[:, :1], np.concatenate(targets))


@pytest.mark.parametrize("loss", [MeanSquaredError(), MeanAbsoluteError()])
@pytest.mark.parametrize("batch_size", [1, 4, 10, 99])
def test_history_is_the_mean_over_all_examples(loss, batch_size):
    # With a learning rate of 0 nothing moves, so each epoch's mean is that of the whole set.
    net, (x, y) = network(3, 2), data()
    history = fit(net, x, y, loss=loss, batch_size=batch_size, optimizer=SGD(learning_rate=0.0))
    assert all(type(value) is float for value in history)
    np.testing.assert_allclose(history, [loss.value(net.predict(x), y)] * 3, rtol=1e-14)


def test_training_is_repeated_by_the_same_seed_only():
    x, y = data()
    first, second, other = (
        fit(network(3, 4, 2), x, y, rng=np.random.default_rng(seed)) for seed in (7, 7, 8)
    )
    assert first == second
    assert first != other


def test_fitting_again_goes_on():
    x, y = data()
    once, twice = network(3, 4, 2), network(3, 4, 2)
    settings = {"optimizer": SGD(learning_rate=0.1, momentum=0.5), "rng": np.random.default_rng(1)}
    whole = fit(once, x, y, epochs=4, **settings)
    settings = {"optimizer": SGD(learning_rate=0.1, momentum=0.5), "rng": np.random.default_rng(1)}
    parts = fit(twice, x, y, epochs=1, **settings) + fit(twice, x, y, epochs=3, **settings)
    assert whole == parts


def test_training_learns_exclusive_or_and_leaves_the_data_alone():
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = np.array([[0.0], [1.0], [1.0], [0.0]])
    kept = x.copy(), y.copy()
    net = network(2, 4, 1)
    history = fit(net, x, y, epochs=2000)
    assert history[-1] < 1e-3 < history[0]
    np.testing.assert_array_equal(net.predict(x).round(), y)
    np.testing.assert_array_equal(x, kept[0])
    np.testing.assert_array_equal(y, kept[1])


def test_integers_and_lists_are_welcome():
    assert len(fit(network(2, 1), [[0, 1], [1, 0]], [[0], [1]], epochs=2)) == 2


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"epochs": 0}, ValueError, "epochs is 0"),
        ({"epochs": 1.5}, ValueError, "epochs is 1.5"),
        ({"batch_size": 0}, ValueError, "batch_size is 0"),
        ({"rng": 1}, TypeError, "rng is 1; pass a generator"),
        ({"x": np.ones((9, 3))}, ValueError, "9 inputs and 10 targets"),
        ({"x": np.ones((0, 3)), "y": np.ones((0, 2))}, ValueError, "0 inputs and 0 targets"),
        ({"x": np.ones((10, 4))}, ValueError, r"\(B, 3\).*\(1, 4\)"),
        ({"y": np.ones(10)}, ValueError, r"\(1, 2\) and targets \(1,\)"),
        ({"y": np.ones((10, 1))}, ValueError, r"\(1, 2\) and targets \(1, 1\)"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_moves(change, error, words):
    net, (x, y) = network(3, 2), data()
    before = [param.copy() for param in net.params]
    with pytest.raises(error, match=words):
        fit(net, **({"x": x, "y": y} | change))
    for param, kept in zip(net.params, before, strict=True):
        np.testing.assert_array_equal(param, kept)


def test_targets_without_their_second_axis_are_not_broadcast():
    with pytest.raises(ValueError, match="reshape"):
        fit(network(3, 1), np.ones((1, 3)), np.ones(1))


def test_layers_are_checked():
    layer = Dense(2, 2, rng=np.random.default_rng(1))
    with pytest.raises(ValueError, match="at least one layer"):
        Network([])
    with pytest.raises(TypeError, match="'relu' is no layer"):
        Network([layer, "relu"])
    with pytest.raises(ValueError, match="twice"):
        Network([layer, layer])
    with pytest.raises(RuntimeError, match="forward"):
        Network([layer]).backward(np.ones((1, 2)))
    assert repr(Network([layer])) == "Network([Dense(2, 2, activation=Linear())])"


def test_progress_is_shown_when_asked_for(capsys):
    x, y = data()
    plain = fit(network(3, 2), x, y)
    assert capsys.readouterr().err == ""
    assert fit(network(3, 2), x, y, progress=True) == plain
    shown = capsys.readouterr().err
    assert re.search(r"3/3.*loss=" + re.escape(f"{plain[-1]:.4g}"), shown)


def test_progress_without_tqdm_says_what_to_do(monkeypatch):
    def without(name, *rest):
        if name == "tqdm":
            raise ModuleNotFoundError(name)
        return ordinary(name, *rest)

    ordinary = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match="pip install tqdm"):
        fit(network(3, 2), *data(), progress=True)


def test_the_library_loads_nothing_but_numpy():
    modules = (
        *("activations", "autodiff", "gradcheck", "layers", "losses", "network"),
        *("optimizers", "penalties", "stopping"),
    )
    code = f"import sys; from helpers.nn import {', '.join(modules)}; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    loaded = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert {"helpers.nn.network", "numpy"} <= loaded
    assert loaded & {"keras", "matplotlib", "scipy", "sklearn", "tensorflow", "tqdm"} == set()


@pytest.fixture(name="twin")
def _twin():
    """Return a function that makes a network of Keras with the layers and weights of ours."""
    import keras

    def twin(net):
        theirs = keras.Sequential([keras.Input((net.layers[0].inputs,))])
        for layer in net.layers:
            name = type(layer.activation).__name__.lower()
            theirs.add(keras.layers.Dense(layer.outputs, activation=name))
            theirs.layers[-1].set_weights(layer.params)
        return theirs

    # The policy is for layers and the other for data; a policy once used no longer follows it.
    usual = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    yield twin
    keras.config.set_floatx(usual[0])
    keras.config.set_dtype_policy(usual[1])


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(3, 2), (2, 2, 1), (64, 32, 10), (5, 7, 6, 4)])
@pytest.mark.parametrize("hidden", ["relu", "sigmoid", "tanh", "silu"])
def test_keras_computes_the_same_gradients(sizes, hidden, twin):
    import tensorflow as tf

    net, loss = network(*sizes, hidden=hidden, last="sigmoid"), MeanSquaredError()
    theirs = twin(net)
    x, y = data(8, sizes[0], sizes[-1])
    variable = tf.Variable(x)
    with tf.GradientTape() as tape:
        cost = tf.reduce_mean((theirs(variable) - y) ** 2)
    back, *grads = tape.gradient(cost, [variable, *theirs.trainable_variables])

    out = net.forward(x)
    assert loss.value(out, y) == pytest.approx(float(cost), rel=1e-13)
    close = {"rtol": 1e-11, "atol": 1e-15}
    np.testing.assert_allclose(net.backward(loss.grad(out, y)), back, **close)
    for mine, their in zip(net.grads, grads, strict=True):
        np.testing.assert_allclose(mine, their, **close)


@pytest.mark.slow
@pytest.mark.parametrize("momentum", [0.0, 0.875])
def test_keras_takes_the_same_twenty_steps(momentum, twin):
    """Keras keeps the learning rate in single precision, where 1/8 is exact."""
    import keras

    net, (x, y) = network(4, 6, 2, hidden="relu"), data(18, 4, 2)
    theirs = twin(net)
    theirs.compile(
        optimizer=keras.optimizers.SGD(learning_rate=0.125, momentum=momentum),
        loss="mean_squared_error",
    )
    # Four epochs of five batches, the last of two examples, in the order in which fit shuffles.
    rng, losses = np.random.default_rng(5), []
    for _ in range(4):
        order = rng.permutation(18)
        for start in range(0, 18, 4):
            batch = order[start : start + 4]
            theirs.train_on_batch(x[batch], y[batch])
        losses.append(float(np.mean((theirs(x).numpy() - y) ** 2)))
    optimizer = SGD(learning_rate=0.125, momentum=momentum)
    rng = np.random.default_rng(5)
    for expected in losses:
        fit(net, x, y, epochs=1, optimizer=optimizer, rng=rng)
        value = MeanSquaredError().value(net.predict(x), y)
        assert value == pytest.approx(expected, rel=1e-10)
    assert optimizer.steps == 20
    for mine, their in zip(net.params, theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, their, rtol=1e-10, atol=1e-10)
