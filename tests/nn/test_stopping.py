"""Early stopping on losses by hand, and epoch for epoch against Keras."""

import math

import numpy as np
import pytest

from helpers.nn.layers import BatchNorm, Dense
from helpers.nn.losses import MeanSquaredError
from helpers.nn.network import Network
from helpers.nn.optimizers import SGD
from helpers.nn.stopping import EarlyStopping

nan = math.nan


def network():
    return Network([Dense(1, 1, rng=np.random.default_rng(1))])


def replay(losses, **settings):
    """Return the stopping after it has seen these losses, and the network it restored.

    After epoch k the weight is k.
    """
    net, stopping = network(), EarlyStopping(**settings)
    for epoch, loss in enumerate(losses):
        net.layers[0].weights[...] = epoch
        if stopping.update(loss, net):
            break
    stopping.restore()
    return stopping, net


@pytest.mark.parametrize(
    ("losses", "settings", "best", "stopped"),
    [
        # Patience 2: the second epoch in a row without an improvement ends it.
        ([5, 4, 6, 6, 3], {"patience": 2}, 1, 3),
        ([5, 4, 6, 3, 6, 6, 1], {"patience": 2}, 3, 5),
        ([5, 4, 3, 2], {"patience": 2}, 3, None),
        ([5, 4, 6, 3], {"patience": 0}, 1, 2),
        ([5, 4, 6, 3], {"patience": 1}, 1, 2),
        # An equal loss is no improvement.
        ([5, 5, 5, 5], {"patience": 3}, 0, 3),
        # Against the best loss so far, not the last one: 4, 3.9, 3.8 all fail to beat 5 by 2.
        ([5, 4, 3.9, 3.8, 0], {"patience": 3, "min_delta": 2}, 0, 3),
        # Beating it by exactly min_delta is not enough.
        ([5, 3, 3], {"patience": 2, "min_delta": 2}, 0, 2),
        ([5, 4, 3, 2, 3, 3], {"patience": 2, "min_delta": 0.5}, 3, 5),
        ([5, nan, 4, nan, nan], {"patience": 2}, 2, 4),
        ([nan, 4, 3], {"patience": 2}, 0, 2),
    ],
)
def test_when_it_stops_and_what_it_restores(losses, settings, best, stopped):
    stopping, net = replay(losses, **settings)
    assert (stopping.best_epoch, stopping.stopped_epoch) == (best, stopped)
    assert net.layers[0].weights == best
    np.testing.assert_array_equal(stopping.best_loss, losses[best])
    np.testing.assert_array_equal(stopping.losses, losses[: len(stopping.losses)])
    assert len(stopping.losses) == len(losses) if stopped is None else stopped + 1


def test_fit_stops_when_it_says_so_and_counts_epochs_from_zero():
    x, calls = np.ones((3, 1)), []

    def after_epoch(epoch, loss):
        calls.append((epoch, loss))
        return epoch == 3

    settings = {"loss": MeanSquaredError(), "epochs": 9, "batch_size": 2}
    history = network().fit(
        x,
        2 * x,
        optimizer=SGD(learning_rate=0.1),
        rng=np.random.default_rng(1),
        after_epoch=after_epoch,
        **settings,
    )
    assert calls == list(enumerate(history))
    assert len(history) == 4


def test_it_watches_what_it_is_given_else_the_training_loss():
    net = network()
    losses = iter([3.0, 1.0, 2.0])
    watched = EarlyStopping(patience=1)
    after = watched.watch(net, lambda: next(losses))
    assert [after(epoch, 0.0) for epoch in range(3)] == [False, False, True]
    assert watched.losses == [3.0, 1.0, 2.0]
    plain = EarlyStopping(patience=1)
    after = plain.watch(net)
    assert [after(epoch, loss) for epoch, loss in enumerate([3.0, 4.0])] == [False, True]


def test_running_statistics_are_restored_too():
    layer = BatchNorm(1)
    net, stopping = Network([layer]), EarlyStopping(patience=1)
    layer.moving_mean[...] = 7
    after = stopping.watch(net)
    after(0, 1.0)
    kept = layer.moving_mean
    layer.moving_mean[...] = 8
    layer.gamma[...] = 9
    assert after(1, 2.0)
    assert layer.moving_mean is kept
    assert (layer.moving_mean, layer.gamma) == (7, 1)


def test_what_makes_no_sense_is_refused():
    for patience in (-1, 1.5, None):
        with pytest.raises(ValueError, match="patience is"):
            EarlyStopping(patience=patience)
    for min_delta in (-1, nan):
        with pytest.raises(ValueError, match="min_delta is"):
            EarlyStopping(patience=1, min_delta=min_delta)
    with pytest.raises(RuntimeError, match="no epoch was watched"):
        EarlyStopping(patience=1).restore()


@pytest.mark.slow
def test_keras_stops_after_the_same_epochs_with_the_same_weights():
    """Multiples of 1/8 are exact in single precision, in which Keras compares."""
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    rng = np.random.default_rng(1)
    ended = set()
    for trial in range(300):
        losses = (rng.integers(0, 20, size=12) + np.linspace(rng.integers(0, 9), 0, 12).round()) / 8
        if trial % 10 == 0:
            losses[rng.integers(0, 12)] = nan
        settings = {
            "patience": int(rng.integers(0, 5)),
            "min_delta": float(rng.choice([0, 0, 0.125, 0.5])),
        }
        theirs = keras.callbacks.EarlyStopping(
            monitor="val_loss", mode="min", restore_best_weights=True, **settings
        )
        theirs.set_model(model)
        model.stop_training = False
        theirs.on_train_begin()
        for epoch, loss in enumerate(losses):
            model.layers[0].set_weights([np.full((1, 1), epoch), np.zeros(1)])
            theirs.on_epoch_end(epoch, {"val_loss": float(loss)})
            if model.stop_training:
                break
        theirs.on_train_end()
        ours, net = replay(losses, **settings)
        last = len(losses) - 1 if ours.stopped_epoch is None else ours.stopped_epoch
        assert (last, ours.best_epoch) == (epoch, theirs.best_epoch), (losses, settings)
        assert bool(ours.stopped_epoch) == bool(model.stop_training)
        assert net.layers[0].weights == model.layers[0].get_weights()[0]
        ended.add(ours.stopped_epoch)
    assert len(ended) > 8
