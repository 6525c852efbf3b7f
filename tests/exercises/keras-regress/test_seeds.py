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
    "reference": {"decay": True},
    "learning rate fixed": {},
    "one layer, tanh": {"hidden": [48], "activation": "tanh", "epochs": 60},
    "wide, gelu, AdamW": {
        "hidden": [64, 64],
        "activation": "gelu",
        "optimizer": "AdamW",
        "rate": 0.005,
    },
    "mean absolute error": {"loss": "mae", "decay": True},
}
WRONG = {
    "linear": {"activation": None, "epochs": 15},
    "sigmoid": {"last": "sigmoid"},
    "sigmoid, targets as they are": {"last": "sigmoid", "unit": False, "epochs": 10},
    "relu": {"last": "relu"},
    "cross-entropy": {"loss": keras.losses.BinaryCrossentropy(from_logits=True)},
    "last rows for validation": {"validation_split": 0.2},
    "too few epochs": {"epochs": 3, "rate": 0.001},
}


def predictions(x, y, new, scale="train", unit=True, loss="mse", **how):
    rows = {"train": x, "new": new, "both": np.concatenate([x, new]), "none": np.array([[-1], [1]])}
    mean, std = rows[scale].mean(axis=0), rows[scale].std(axis=0) + 1e-12
    of_new = (new - mean) / std
    if scale == "new":
        mean, std = x.mean(axis=0), x.std(axis=0)
    centre, spread = (y.mean(), y.std()) if unit else (0.0, 1.0)
    z = networks((x - mean) / std, (y - centre) / spread, of_new, loss=loss, **how)
    return centre + spread * z.astype(float)


@pytest.mark.parametrize("cell", [MAIN, SCALES, COMPANY])
@pytest.mark.parametrize("how", RIGHT.values(), ids=RIGHT)
def test_right_networks_pass_for_all_seeds(how, cell):
    assert failures("keras-regress", cell, lambda *data: predictions(*data, **how)) == 0


@pytest.mark.parametrize("how", WRONG.values(), ids=WRONG)
def test_wrong_networks_fail_for_all_seeds(how):
    assert failures("keras-regress", MAIN, lambda *data: predictions(*data, **how)) == SEEDS


@pytest.mark.parametrize(("cell", "scale"), [(SCALES, "none"), (COMPANY, "new"), (COMPANY, "both")])
def test_wrong_scaling_fails_for_all_seeds(cell, scale):
    assert failures("keras-regress", cell, lambda *data: predictions(*data, scale)) == SEEDS
