"""Networks that must pass the hidden tests for twenty first weights of twenty, or fail."""

import keras
import numpy as np
import pytest

from tests.exercises.many_seeds import SEEDS, failures, networks

pytestmark = pytest.mark.slow

MAIN = "hidden-fit_and_predict"
SCALES = "hidden-fit_and_predict-scales"
COMPANY = "hidden-fit_and_predict-company"

RIGHT = {
    "reference": {},
    "one layer, tanh": {"hidden": [48], "activation": "tanh", "rate": 0.02, "epochs": 60},
    "wide, gelu, AdamW": {
        "hidden": [64, 64],
        "activation": "gelu",
        "optimizer": "AdamW",
        "rate": 0.005,
    },
}
WRONG = {
    "linear": {"activation": None, "epochs": 15},
    "not shuffled": {"shuffle": False},
    "last rows for validation": {"validation_split": 0.2},
    "too few epochs": {"epochs": 3, "rate": 0.001},
}


def probabilities(x, y, new, scale="train", **how):
    rows = {"train": x, "new": new, "both": np.concatenate([x, new]), "none": np.array([[-1], [1]])}
    mean, std = rows[scale].mean(axis=0), rows[scale].std(axis=0) + 1e-12
    of_new = (new - mean) / std
    if scale == "new":
        mean, std = x.mean(axis=0), x.std(axis=0)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    logits = networks((x - mean) / std, y, of_new, loss=loss, **how)
    return 1 / (1 + np.exp(-np.clip(logits.astype(float), -30, 30)))


@pytest.mark.parametrize("cell", [MAIN, SCALES, COMPANY])
@pytest.mark.parametrize("how", RIGHT.values(), ids=RIGHT)
def test_right_networks_pass_for_all_seeds(how, cell):
    assert failures("keras-classify", cell, lambda *data: probabilities(*data, **how)) == 0


@pytest.mark.parametrize("how", WRONG.values(), ids=WRONG)
def test_wrong_networks_fail_for_all_seeds(how):
    assert failures("keras-classify", MAIN, lambda *data: probabilities(*data, **how)) == SEEDS


@pytest.mark.parametrize(("cell", "scale"), [(SCALES, "none"), (COMPANY, "new"), (COMPANY, "both")])
def test_wrong_scaling_fails_for_all_seeds(cell, scale):
    assert failures("keras-classify", cell, lambda *data: probabilities(*data, scale)) == SEEDS
