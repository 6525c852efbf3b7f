"""Taggers that must pass the hidden test for twenty seeds of twenty, or fail."""

import contextlib
import io

import numpy as np
import pytest

from helpers.checks import CheckFailed
from helpers.datasets import Jets
from tests.exercises import harness

pytestmark = pytest.mark.slow

SEEDS = 20


def failures(tag_jets, cell="hidden-tag_jets"):
    """Return how many of twenty seeds a hidden test refuses."""
    source = compile(harness.hidden("jets")[cell], cell, "exec")
    failed = 0
    for number in range(SEEDS):

        def seeded(train, validation, new, seed, number=number):
            return tag_jets(train, validation, new, number)

        try:
            with harness.beside("jets"), contextlib.redirect_stdout(io.StringIO()):
                exec(source, {"tag_jets": seeded})
        except CheckFailed as error:
            failed += "the AUC on the hidden jets is" in str(error) or cell.endswith("alone")
    return failed


def table(some):
    return np.stack([some.tau21, some.tau32, some.mass, some.n, some.pt], axis=1)


def network(train, validation, new, seed, *, shuffled=False, columns=slice(None), steps=20):
    """Train a small network of scikit-learn; with no steps, keep its first weights."""
    from sklearn.neural_network import MLPClassifier

    train, new = Jets(*train), Jets(*new)
    x, x_new = table(train)[:, columns], table(new)[:, columns]
    mean, std = x.mean(axis=0), x.std(axis=0)
    y = np.random.default_rng(seed).permutation(train.labels) if shuffled else train.labels
    rate = 0.001 if steps else 1e-12
    model = MLPClassifier((16,), learning_rate_init=rate, max_iter=max(steps, 1), random_state=seed)
    model.fit((x - mean) / std, y)
    return model.predict_proba((x_new - mean) / std)[:, 1]


def reference(*arguments):
    names = {"np": np, "Jets": Jets}
    exec(harness.solutions("jets")["tag_jets"], names)
    return names["tag_jets"](*arguments)


def forest(train, validation, new, seed):
    from sklearn.ensemble import ExtraTreesClassifier

    train, new = Jets(*train), Jets(*new)
    model = ExtraTreesClassifier(30, min_samples_leaf=5, random_state=seed)
    model.fit(table(train), train.labels)
    return model.predict_proba(table(new))[:, 1]


RIGHT = {"reference": reference, "network": network, "forest": forest}
WRONG = {
    "untrained": lambda *arguments: network(*arguments, steps=0),
    "shuffled labels": lambda *arguments: network(*arguments, shuffled=True),
    "pT only": lambda *arguments: network(*arguments, columns=[4]),
    "τ₂₁ only": lambda *arguments: network(*arguments, columns=[0]),
    "mass only": lambda *arguments: network(*arguments, columns=[2]),
    "sign flipped": lambda *arguments: -network(*arguments),
}


@pytest.fixture(autouse=True)
def quiet_training():
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # training stops before it converges
        yield


@pytest.mark.parametrize("tag_jets", RIGHT.values(), ids=RIGHT)
@pytest.mark.parametrize("cell", ["hidden-tag_jets", "hidden-tag_jets-alone"])
def test_right_taggers_pass_for_all_seeds(tag_jets, cell):
    assert failures(tag_jets, cell) == 0


@pytest.mark.parametrize("tag_jets", WRONG.values(), ids=WRONG)
def test_wrong_taggers_fail_for_all_seeds(tag_jets):
    assert failures(tag_jets) == SEEDS
