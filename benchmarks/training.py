"""How fast a small network learns: with ``helpers.nn``, with Keras, and with TensorFlow by hand.

Run it with ``make benchmarks`` or ``python benchmarks/training.py``. All three train the network
64-32-10 on the digits, from the same weights, on the same batches in the same order, in double
precision, and must arrive at the same weights: then they have done the same work.

- ``helpers.nn``: ``Network.fit``, which shuffles while the clock runs;
- Keras: ``model.fit``, with its usual settings; all epochs were shuffled and joined to one before;
- ``tf.function``: a compiled training step, called in a loop on batches that were cut before.

Each trains once before anything is timed, since TensorFlow compiles in the first call. Then they
take turns, and the shortest turn of each counts. The second table is the cost of one gradient.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from helpers.datasets import digits
from helpers.nn.gradcheck import numerical_gradient
from helpers.nn.layers import Dense
from helpers.nn.losses import MeanSquaredError
from helpers.nn.network import Network
from helpers.nn.optimizers import SGD

SIZES = (64, 32, 10)
BATCH = 32
EPOCHS = 10
RATE = 0.5  # exact in single precision, in which Keras keeps it
MOMENTUM = 0.875
ROUNDS = 5
TOLERANCE = 1e-10  # of the final weights

#: Trains from the first weights; returns the seconds that it took and the last weights.
Contestant = Callable[[], tuple[float, list[np.ndarray]]]


def data() -> tuple[np.ndarray, np.ndarray]:
    """Return digits as rows of 64 numbers, and their labels as rows of one 1 and nine 0.

    As many as make whole batches, since Keras is given all epochs in one.
    """
    images, labels = digits()
    n = len(images) // BATCH * BATCH
    return images[:n].reshape(n, -1), np.eye(10)[labels[:n]]


def ours() -> Network:
    """Return the network with its first weights."""
    rng = np.random.default_rng(1)
    inputs, hidden, outputs = SIZES
    return Network(
        [
            Dense(inputs, hidden, activation="relu", rng=rng),
            Dense(hidden, outputs, activation="sigmoid", rng=rng),
        ]
    )


def theirs() -> keras.Model:
    """Return the same network in Keras, with the same weights."""
    inputs, hidden, outputs = SIZES
    model = keras.Sequential(
        [
            keras.Input((inputs,)),
            keras.layers.Dense(hidden, activation="relu"),
            keras.layers.Dense(outputs, activation="sigmoid"),
        ]
    )
    model.set_weights(ours().params)
    return model


def batches() -> tuple[np.ndarray, np.ndarray]:
    """Return all batches of all epochs, (steps, BATCH, 64) and (steps, BATCH, 10)."""
    x, y = data()
    rng = np.random.default_rng(2)
    order = np.concatenate([rng.permutation(len(x)) for _ in range(EPOCHS)])
    return x[order].reshape(-1, BATCH, SIZES[0]), y[order].reshape(-1, BATCH, SIZES[-1])


def with_numpy() -> Contestant:
    """Return what trains with ``helpers.nn``."""
    x, y = data()

    def train() -> tuple[float, list[np.ndarray]]:
        network, optimizer = ours(), SGD(learning_rate=RATE, momentum=MOMENTUM)
        start = time.perf_counter()
        network.fit(
            x,
            y,
            loss=MeanSquaredError(),
            optimizer=optimizer,
            epochs=EPOCHS,
            batch_size=BATCH,
            rng=np.random.default_rng(2),
        )
        return time.perf_counter() - start, network.params

    return train


def with_keras() -> Contestant:
    """Return what trains with ``model.fit``."""
    x, y = (array.reshape(-1, array.shape[-1]) for array in batches())
    model = theirs()
    optimizer = keras.optimizers.SGD(learning_rate=RATE, momentum=MOMENTUM)
    model.compile(optimizer=optimizer, loss="mean_squared_error")

    def train() -> tuple[float, list[np.ndarray]]:
        model.set_weights(ours().params)
        for variable in optimizer.variables[2:]:  # behind the step count and the learning rate
            variable.assign(np.zeros(variable.shape))
        start = time.perf_counter()
        model.fit(x, y, batch_size=BATCH, epochs=1, shuffle=False, verbose=0)
        return time.perf_counter() - start, model.get_weights()

    return train


def with_tensorflow() -> Contestant:
    """Return what trains with a training step written by hand and compiled."""
    steps = [tuple(map(tf.constant, step)) for step in zip(*batches(), strict=True)]
    first = ours().params
    weights = [tf.Variable(array) for array in first]
    velocities = [tf.Variable(np.zeros_like(array)) for array in first]

    @tf.function
    def step(x: tf.Tensor, y: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            hidden = tf.nn.relu(x @ weights[0] + weights[1])
            predictions = tf.sigmoid(hidden @ weights[2] + weights[3])
            loss = tf.reduce_mean((predictions - y) ** 2)
        for weight, velocity, grad in zip(
            weights, velocities, tape.gradient(loss, weights), strict=True
        ):
            velocity.assign(MOMENTUM * velocity - RATE * grad)
            weight.assign_add(velocity)

    def train() -> tuple[float, list[np.ndarray]]:
        for weight, velocity, array in zip(weights, velocities, first, strict=True):
            weight.assign(array)
            velocity.assign(np.zeros_like(array))
        start = time.perf_counter()
        for x, y in steps:
            step(x, y)
        return time.perf_counter() - start, [weight.numpy() for weight in weights]

    return train


def loss_of(weights: list[np.ndarray]) -> float:
    """Return the loss over all examples of the network with these weights."""
    x, y = data()
    network = ours()
    for param, array in zip(network.params, weights, strict=True):
        param[...] = array
    return MeanSquaredError().value(network.predict(x), y)


def race() -> None:
    """Print how long each takes, after making sure that they did the same."""
    contestants = {
        "helpers.nn": with_numpy(),
        "Keras, fit": with_keras(),
        "tf.function, a loop": with_tensorflow(),
    }
    for train in contestants.values():
        train()  # compiles
    seconds = dict.fromkeys(contestants, np.inf)
    weights = {}
    for _ in range(ROUNDS):
        for name, train in contestants.items():
            taken, weights[name] = train()
            seconds[name] = min(seconds[name], taken)

    reference = "helpers.nn"
    for name, found in weights.items():
        for mine, their in zip(weights[reference], found, strict=True):
            np.testing.assert_allclose(mine, their, rtol=0, atol=TOLERANCE, err_msg=name)
    steps = EPOCHS * len(data()[0]) // BATCH
    print(f"  {'':<22}{'seconds':>9}{'µs a step':>11}{'ratio':>8}   final loss")
    for name, taken in seconds.items():
        ratio = taken / seconds[reference]
        loss = loss_of(weights[name])
        print(f"  {name:<22}{taken:9.3f}{1e6 * taken / steps:11.0f}{ratio:8.2f}   {loss:.12f}")
    print(f"  All weights agree to {TOLERANCE:g}.")


def fastest(call: Callable[[], object], times: int) -> float:
    """Return the shortest of some calls, in seconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return min(taken)


def gradient() -> None:
    """Print what a gradient costs, by backpropagation and by finite differences."""
    network, loss = ours(), MeanSquaredError()
    x, y = (array[:BATCH] for array in data())

    def backpropagation() -> list[np.ndarray]:
        network.backward(loss.grad(network.forward(x), y))
        return network.grads

    def differences() -> list[np.ndarray]:
        return [numerical_gradient(lambda values, p=p: cost(p, values), p) for p in network.params]

    def cost(param: np.ndarray, values: np.ndarray) -> float:
        kept = param.copy()
        param[...] = values
        value = loss.value(network.forward(x), y)
        param[...] = kept
        return value

    for exact, numerical in zip(backpropagation(), differences(), strict=True):
        np.testing.assert_allclose(exact, numerical, rtol=0, atol=1e-9)
    forward = fastest(lambda: loss.value(network.forward(x), y), 1000)
    print(f"Gradient of {network.parameter_count:,} parameters, for one batch")
    print(f"  {'':<22}{'seconds':>9}{'ratio':>8}")
    for name, seconds in (
        ("forward pass and loss", forward),
        ("forward and backward", fastest(backpropagation, 1000)),
        ("finite differences", fastest(differences, 3)),
    ):
        print(f"  {name:<22}{seconds:9.6f}{seconds / forward:8,.1f}")


def main() -> int:
    """Print both tables."""
    keras.config.set_floatx("float64")
    print(
        f"Training {'-'.join(map(str, SIZES))} on {len(data()[0])} digits, {EPOCHS} epochs, "
        f"batches of {BATCH}, on {os.cpu_count()} cores; Python {platform.python_version()}, "
        f"NumPy {np.__version__}, TensorFlow {tf.__version__}, Keras {keras.__version__}"
    )
    race()
    gradient()
    return 0


if __name__ == "__main__":
    sys.exit(main())
