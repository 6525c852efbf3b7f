"""Networks: layers one behind the other, and the loop that trains them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from helpers.nn.layers import Layer, require_generator, require_positive
from helpers.nn.losses import Loss
from helpers.nn.optimizers import Optimizer

__all__ = ["Network"]


class Network(Layer):
    """Layers in a row: the outputs of each are the inputs of the next.

    Parameters
    ----------
    layers : sequence of Layer
        From the first to the last. A network is a layer itself, so it can stand here too.

    Examples
    --------
    >>> from helpers.nn.layers import Dense
    >>> from helpers.nn.losses import MeanSquaredError
    >>> from helpers.nn.optimizers import SGD
    >>> rng = np.random.default_rng(1)
    >>> network = Network([Dense(2, 4, activation="tanh", rng=rng), Dense(4, 1, rng=rng)])
    >>> network.parameter_count
    17
    >>> x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> y = np.array([[0.0], [1.0], [1.0], [0.0]])
    >>> history = network.fit(
    ...     x, y, loss=MeanSquaredError(), optimizer=SGD(learning_rate=0.3), epochs=500,
    ...     batch_size=4, rng=rng,
    ... )
    >>> (network.predict(x) > 0.5).astype(int).ravel()  # exclusive or
    array([0, 1, 1, 0])
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = list(layers)
        if not self.layers:
            raise ValueError("a network needs at least one layer.")
        for layer in self.layers:
            if not isinstance(layer, Layer):
                raise TypeError(f"{layer!r} is no layer; make one, such as Dense(2, 1, rng=rng).")
        if len(set(map(id, self.layers))) < len(self.layers):
            raise ValueError("the same layer stands in the network twice; make two of them.")

    def __repr__(self) -> str:
        return f"Network({self.layers})"

    @property
    def params(self) -> list[np.ndarray]:
        """The parameter arrays of all layers, in order."""
        return [array for layer in self.layers for array in layer.params]

    @property
    def grads(self) -> list[np.ndarray]:
        """The gradients of the last backward pass, one for each array of ``params``."""
        return [array for layer in self.layers for array in layer.grads]

    @property
    def state(self) -> list[np.ndarray]:
        """What the layers keep but do not learn by a gradient, in order."""
        return [array for layer in self.layers for array in layer.state]

    @property
    def penalty_value(self) -> float:
        """What the parameters of all layers add to the loss."""
        return sum((layer.penalty_value for layer in self.layers), 0.0)

    def constrain(self) -> None:
        """Bring the parameters of all layers back within their limits, in place."""
        for layer in self.layers:
            layer.constrain()

    def forward(self, x: ArrayLike, training: bool = False) -> np.ndarray:
        """Return the outputs of the last layer for a batch of inputs of the first."""
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def backward(self, grad: ArrayLike) -> np.ndarray:
        """Pass ∂L/∂(outputs) back through all layers, and return ∂L/∂x."""
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad

    def predict(self, x: ArrayLike) -> np.ndarray:
        """Return the outputs for a batch of inputs, one row per example."""
        return self.forward(x, training=False)

    def fit(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        loss: Loss,
        optimizer: Optimizer,
        epochs: int,
        batch_size: int,
        rng: np.random.Generator,
        progress: bool = False,
        after_epoch: Callable[[int, float], bool | None] | None = None,
    ) -> list[float]:
        """Train the network, and return how the loss fell.

        Parameters
        ----------
        x : array_like, shape (n, ...)
            The inputs of all examples.
        y : array_like, shape (n, ...)
            Their targets, shaped like the network's outputs.
        loss : Loss
            What to make small.
        optimizer : Optimizer
            How to change the parameters. It keeps its state, so a second call goes on.
        epochs : int
            How often to go through all examples.
        batch_size : int
            How many examples make a step. If it does not divide n, the last batch is shorter.
        rng : numpy.random.Generator
            Shuffles the examples before each epoch.
        progress : bool
            Whether to show a progress bar.
        after_epoch : callable, optional
            Called after each epoch with its number, from 0, and its loss. If it returns True, the
            training stops; see :class:`helpers.nn.stopping.EarlyStopping`.

        Returns
        -------
        list of float
            For each epoch the mean of the loss over all examples, each taken when its batch had
            its turn: the parameters changed in between. The penalties of the layers are part of
            it, as they are of ``loss`` in the history of Keras.

        Raises
        ------
        ValueError
            If there are no examples, ``x`` and ``y`` have different numbers of them, the shapes
            do not fit the network or each other, or a count is not a positive whole number.
        TypeError
            If ``rng`` is no generator.
        """
        x, y = np.asarray(x), np.asarray(y)
        require_positive(epochs, "epochs")
        require_positive(batch_size, "batch_size")
        require_generator(rng)
        n = len(x)
        if n != len(y) or n == 0:
            raise ValueError(
                f"there are {n} inputs and {len(y)} targets; give one target for each input, "
                "and at least one of them."
            )
        # One example goes first, so that what does not fit is refused before anything changes.
        loss.value(self.predict(x[:1]), y[:1])

        history = []
        turns = _progress_bar(epochs) if progress else range(epochs)
        for epoch in turns:
            order = rng.permutation(n)
            total = 0.0
            for start in range(0, n, batch_size):
                batch = order[start : start + batch_size]
                predictions, targets = self.forward(x[batch], training=True), y[batch]
                value = loss.value(predictions, targets) + self.penalty_value
                total += value * len(batch)
                self.backward(loss.grad(predictions, targets))
                optimizer.step(self.params, self.grads)
                self.constrain()
            history.append(total / n)
            if progress:
                turns.set_postfix(loss=f"{history[-1]:.4g}")
            if after_epoch is not None and after_epoch(epoch, history[-1]):
                break
        if progress:
            turns.close()
        return history


def _progress_bar(epochs: int) -> Any:
    """Return a progress bar that can be looped over as ``range(epochs)`` can."""
    try:
        from tqdm import tqdm
    except ImportError:
        raise ImportError(
            "progress=True shows a progress bar of tqdm, which is not installed: "
            "run `pip install tqdm`, or leave progress out."
        ) from None
    return tqdm(range(epochs), unit="epoch")
