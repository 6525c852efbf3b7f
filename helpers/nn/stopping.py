"""Early stopping: end a training when the validation loss no longer falls, and go back."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral

import numpy as np

from helpers.nn.layers import Layer

__all__ = ["EarlyStopping"]


class EarlyStopping:
    """Watch a loss, say when to stop, and restore the weights of the best epoch.

    Parameters
    ----------
    patience : int
        How many epochs in a row may pass without an improvement. The training stops at the end of
        the last of them. With 0 and with 1 it stops at the first such epoch, as in Keras.
    min_delta : float
        By how much the loss must fall below the best one so far to count as an improvement.

    Attributes
    ----------
    losses : list of float
        What was watched, epoch by epoch.
    best_epoch : int or None
        The epoch with the best loss, counted from 0.
    best_loss : float or None
        The loss of that epoch.
    stopped_epoch : int or None
        The epoch after which it said stop, counted from 0; None if it did not.

    Notes
    -----
    It stops after the same epoch, and restores the same weights, as ``keras.callbacks
    .EarlyStopping(restore_best_weights=True)`` on the same losses. An epoch improves if
    ``loss + min_delta < best``. Keras makes this comparison in single precision, so there two
    losses that agree to seven digits are equal; here it is made in double precision.

    The weights are kept as copies, with the running statistics of
    :class:`~helpers.nn.layers.BatchNorm`: a network without them would not be the one that was
    measured. One object watches one training; make a new one for the next.

    Examples
    --------
    Most often it watches examples that the training does not see:

    >>> from helpers.nn.layers import Dense
    >>> from helpers.nn.losses import MeanSquaredError
    >>> from helpers.nn.network import Network
    >>> from helpers.nn.optimizers import SGD
    >>> rng = np.random.default_rng(1)
    >>> x = rng.uniform(-1, 1, size=(40, 1))
    >>> y = x + rng.normal(size=(40, 1))
    >>> network = Network([Dense(1, 20, activation="tanh", rng=rng), Dense(20, 1, rng=rng)])
    >>> loss, stopping = MeanSquaredError(), EarlyStopping(patience=20)
    >>> def validation_loss():
    ...     return loss.value(network.predict(x[20:]), y[20:])
    >>> history = network.fit(
    ...     x[:20], y[:20], loss=loss, optimizer=SGD(learning_rate=0.2), epochs=2000,
    ...     batch_size=20, rng=rng,
    ...     after_epoch=stopping.watch(network, validation_loss),
    ... )
    >>> len(history) == stopping.stopped_epoch + 1 == stopping.best_epoch + 21
    True
    >>> validation_loss() == stopping.best_loss
    True
    """

    def __init__(self, *, patience: int, min_delta: float = 0.0) -> None:
        if not isinstance(patience, Integral) or patience < 0:
            raise ValueError(f"patience is {patience!r}; it must be a whole number, at least 0.")
        if not np.isfinite(min_delta) or min_delta < 0:
            raise ValueError(f"min_delta is {min_delta!r}; it must be a number, zero or more.")
        self.patience, self.min_delta = int(patience), float(min_delta)
        self.losses: list[float] = []
        self.best_epoch: int | None = None
        self.best_loss: float | None = None
        self.stopped_epoch: int | None = None
        self._wait = 0
        self._kept: list[np.ndarray] = []
        self._network: Layer | None = None

    def watch(
        self, network: Layer, measure: Callable[[], float] | None = None
    ) -> Callable[[int, float], bool]:
        """Return the function for ``after_epoch`` of :meth:`helpers.nn.network.Network.fit`.

        It restores the best weights when it stops the training. If instead the training runs out
        of epochs, call :meth:`restore`; Keras does that by itself, and here it does no harm to
        call it in any case.

        Parameters
        ----------
        network : Layer
            The network that is trained.
        measure : callable, optional
            Called after each epoch without arguments; returns the loss to watch. Without it the
            training loss is watched, which says nothing about new examples.

        Returns
        -------
        callable
            From the number of an epoch and its training loss to whether to stop.
        """

        def after_epoch(epoch: int, loss: float) -> bool:
            stop = self.update(loss if measure is None else measure(), network)
            if stop:
                self.restore()
            return stop

        return after_epoch

    def update(self, loss: float, network: Layer) -> bool:
        """Take note of one epoch, and return whether to stop after it.

        Parameters
        ----------
        loss : float
            The loss after this epoch. NaN is never an improvement, and nothing improves on it if
            it comes first, as in Keras.
        network : Layer
            The network whose weights belong to this loss; the same one every time.

        Returns
        -------
        bool
        """
        loss, epoch = float(loss), len(self.losses)
        self.losses.append(loss)
        self._network = network
        self._wait += 1
        if self.best_loss is None or loss + self.min_delta < self.best_loss:
            self.best_loss, self.best_epoch, self._wait = loss, epoch, 0
            self._kept = [array.copy() for array in network.params + network.state]
        elif self._wait >= self.patience:
            self.stopped_epoch = epoch
            return True
        return False

    def restore(self) -> None:
        """Give the network the weights and the running statistics of the best epoch.

        Raises
        ------
        RuntimeError
            If no epoch was watched.
        """
        if self._network is None:
            raise RuntimeError("there are no best weights yet: no epoch was watched.")
        for array, kept in zip(self._network.params + self._network.state, self._kept, strict=True):
            array[...] = kept
