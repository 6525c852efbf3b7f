"""How long a convolution and a pooling take: with ``helpers.nn``, and with Keras.

Run it with ``make benchmarks`` or ``python benchmarks/convolution.py``. Both do one forward and one
backward pass of the same layer, with the same kernels, on the same pictures in single precision,
and must arrive at the same gradients. Keras's pass is compiled by ``tf.function``. Each goes once
before anything is timed; then they take turns, and the shortest turn of each counts.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from helpers.nn.convolution import Conv2D, MaxPool2D
from helpers.nn.layers import Layer

PICTURES = (64, 28, 28, 16)
CHANNELS_OUT = 32
ROUNDS = 7
TOLERANCE = 1e-3  # of single precision, after sums of thousands of numbers

#: Returns the gradient along the pictures, and those along the parameters.
Pass = Callable[[], list[np.ndarray]]


def ours(layer: Layer, x: np.ndarray, grad: np.ndarray) -> Pass:
    """Return one pass of our layer."""

    def run() -> list[np.ndarray]:
        layer.forward(x)
        return [layer.backward(grad), *(layer.grads if layer.params else [])]

    return run


def theirs(layer: keras.Layer, x: np.ndarray, grad: np.ndarray) -> Pass:
    """Return one pass of Keras's layer."""
    x, grad = tf.constant(x), tf.constant(grad)

    @tf.function
    def step() -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(x)
            out = layer(x)
        return tape.gradient(out, [x, *layer.trainable_variables], output_gradients=grad)

    return lambda: [array.numpy() for array in step()]


def shortest(*passes: Pass) -> list[float]:
    """Return the shortest of several times of each, in seconds, taken by turns."""
    results = [run() for run in passes]
    for one, other in zip(*results, strict=True):
        scale = np.abs(one).max()
        if not np.allclose(one, other, atol=TOLERANCE * scale):
            raise AssertionError("the two passes do not arrive at the same gradients.")
    times = []
    for _ in range(ROUNDS):
        for run in passes:
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
    return np.reshape(times, (ROUNDS, len(passes))).min(axis=0).tolist()


def main() -> None:
    """Print the times and their ratios."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=PICTURES).astype(np.float32)
    channels = PICTURES[-1]
    convolution = Conv2D(channels, CHANNELS_OUT, kernel=3, rng=rng)
    twin = keras.layers.Conv2D(CHANNELS_OUT, 3)
    twin.build(x.shape)
    twin.set_weights(convolution.params)
    pairs = {
        f"convolution 3 × 3, {channels} to {CHANNELS_OUT} channels": (convolution, twin),
        "largest of 2 × 2": (MaxPool2D(2), keras.layers.MaxPooling2D(2)),
        "largest of 3 × 3, stride 2": (MaxPool2D(3, stride=2), keras.layers.MaxPooling2D(3, 2)),
    }
    print(f"One forward and one backward pass on pictures of shape {PICTURES}:\n")
    print(f"{'':42}{'helpers.nn':>12}{'Keras':>12}{'ratio':>8}")
    for name, (our, their) in pairs.items():
        grad = rng.normal(size=our.forward(x).shape).astype(np.float32)
        own, other = shortest(ours(our, x, grad), theirs(their, x, grad))
        print(f"{name:42}{1e3 * own:9.1f} ms{1e3 * other:9.1f} ms{own / other:8.1f}")


if __name__ == "__main__":
    main()
