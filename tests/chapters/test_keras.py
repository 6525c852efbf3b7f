"""What the chapter on TensorFlow and Keras says in words, checked in numbers."""

import ast
import importlib.metadata
import math
import re
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest

from helpers import widgets
from helpers.datasets import breast_cancer

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "chapters" / "keras.md").read_text(encoding="utf-8")
CELLS = re.findall(r"^```\{code-cell\} ipython3\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def _solution(label):
    """Return the Python of a folded solution."""
    body = re.search(rf"````\{{solution\}} {label}\n(.*?)^````$", TEXT, re.MULTILINE | re.DOTALL)[1]
    return re.search(r"```python\n(.*?)```", body, re.DOTALL)[1]


def _split():
    """Return the chapter's rows: to train on, to look at, to put away."""
    order = np.random.default_rng(1).permutation(569)
    return order[:369], order[369:469], order[469:]


def _scaled():
    features, labels = breast_cancer()
    train, *_ = _split()
    scaled = (features - features[train].mean(axis=0)) / features[train].std(axis=0)
    return scaled.astype("float32"), labels[:, None].astype("float32")


# ── Counting ───────────────────────────────────────────────────────────────────────────────


def _dense(inputs, outputs):
    return sum(inputs + 1 for _ in range(outputs))


def test_parameter_counts():
    assert _dense(30, 12) + _dense(12, 8) + _dense(8, 1) == 485
    branches = [_dense(30, 12), _dense(12, 8), _dense(30, 4), _dense(8 + 4, 1)]
    assert branches == [372, 104, 124, 13]
    assert sum(branches) == 613
    assert _dense(30, 12) + _dense(24, 1) == 397
    assert 2 * _dense(30, 12) + _dense(24, 1) == 769
    assert _dense(64, 32) + _dense(32, 10) == 2410


def test_steps_and_last_batches():
    assert (math.ceil(369 / 32), 369 % 32, 3 * math.ceil(369 / 32)) == (12, 17, 36)
    assert (math.ceil(1000 / 64), 1000 - 15 * 64, 20 * 16) == (16, 40, 320)
    assert 64 / 40 == 1.6
    assert 369 == 9 * 41  # so 27 steps in three epochs, none of them short
    assert [math.ceil(64 / size) for size in (1, 10, 32, 64)] == [64, 7, 2, 1]
    assert 64 % 10 == 4


def test_what_a_sigmoid_before_a_sigmoid_can_reach():
    def sigmoid(z):
        return 1 / (1 + math.exp(-z))

    assert round(sigmoid(1), 3) == 0.731
    assert round(-math.log(sigmoid(1)), 3) == 0.313
    assert round(-math.log(1 - sigmoid(0)), 3) == 0.693
    assert round(sigmoid(0.5), 2) == 0.62


# ── The data ───────────────────────────────────────────────────────────────────────────────


def test_the_split_leaves_no_row_out_and_uses_none_twice():
    train, val, test = _split()
    assert [len(part) for part in (train, val, test)] == [369, 100, 100]
    assert np.array_equal(np.sort(np.concatenate([train, val, test])), np.arange(569))
    assert "order[:369], order[369:469], order[469:]" in TEXT


def test_the_scaling_knows_the_training_rows_only():
    features, labels = breast_cancer()
    train, val, test = _split()
    code = next(cell for cell in CELLS if "features, labels = breast_cancer()" in cell)
    names = {"breast_cancer": breast_cancer, "np": np}
    exec(code.partition("keras.utils")[0], names)
    np.testing.assert_allclose(names["X"][train].mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(names["X"][train].std(axis=0), 1, atol=1e-5)
    assert np.abs(names["X"][val].mean(axis=0)).max() > 0.02
    # Other rows, however wild, change nothing about a training row.
    spoiled = features.copy()
    spoiled[val] *= 100
    spoiled[test] = 1e6
    names["breast_cancer"] = lambda: (spoiled, labels)
    before = names["X_train"]
    exec(code.partition("keras.utils")[0], names)
    np.testing.assert_array_equal(names["X_train"], before)


def test_the_last_rows_are_no_fair_sample():
    _, labels = breast_cancer()
    assert round(100 * labels.mean()) == 37
    assert math.floor(569 * 0.8) == 569 - 114  # how Keras cuts
    assert labels[-114:].mean() < 0.27
    assert abs(labels[_split()[1]].mean() - labels.mean()) < 0.05


# ── What the text says of Keras ────────────────────────────────────────────────────────────


def _logistic(inputs=3, **compiled):
    import keras

    model = keras.Sequential([keras.Input(shape=(inputs,)), keras.layers.Dense(1)])
    options = {
        "optimizer": keras.optimizers.SGD(learning_rate=0.1),
        "loss": keras.losses.BinaryCrossentropy(from_logits=True),
    }
    model.compile(**options | compiled)
    return model


@pytest.fixture(name="rows")
def _rows():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(50, 3)).astype("float32")
    return x, (x.sum(axis=1, keepdims=True) > 0).astype("float32")


@pytest.mark.slow
def test_compile_makes_no_graph_and_fit_does(rows):
    model = _logistic()
    assert model.train_function is None
    model.fit(*rows, verbose=0)
    assert model.train_function is not None
    assert int(model.optimizer.iterations.numpy()) == 2  # 50 rows, 32 unless told otherwise


@pytest.mark.slow
def test_compile_keeps_the_weights(rows):
    model = _logistic()
    model.fit(*rows, verbose=0)
    weights = model.get_weights()
    model.compile(optimizer="adam", loss="mse")
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    assert int(model.optimizer.iterations.numpy()) == 0


@pytest.mark.slow
def test_validation_split_takes_the_last_rows(rows):
    x, y = rows
    model = _logistic()
    history = model.fit(x, y, validation_split=0.2, shuffle=True, verbose=0).history
    held_out = model.evaluate(x[-10:], y[-10:], verbose=0)
    assert history["val_loss"][0] == pytest.approx(held_out, rel=1e-6)
    assert model.evaluate(x[:10], y[:10], verbose=0) != pytest.approx(held_out, rel=1e-3)


@pytest.mark.slow
def test_the_training_loss_is_a_mean_while_the_weights_change(rows):
    import keras

    x, y = rows
    keras.utils.set_random_seed(0)
    model = _logistic()
    start = model.get_weights()
    history = model.fit(x, y, batch_size=25, shuffle=False, verbose=0).history
    keras.utils.set_random_seed(0)
    same = _logistic()
    same.set_weights(start)
    total = 0
    for part in (slice(0, 25), slice(25, 50)):
        total += same.evaluate(x[part], y[part], verbose=0) / 2
        same.fit(x[part], y[part], batch_size=25, verbose=0)
    assert history["loss"][0] == pytest.approx(total, rel=1e-5)


@pytest.mark.slow
def test_the_name_accuracy_means_a_threshold_of_a_half(rows):
    import keras

    x, y = rows
    at_zero = keras.metrics.BinaryAccuracy(threshold=0, name="at_zero")
    model = _logistic(metrics=["accuracy", at_zero])
    model.set_weights([np.full((3, 1), 0.3), np.zeros(1)])
    z = model.predict(x, verbose=0)
    report = model.evaluate(x, y, verbose=0, return_dict=True)
    assert np.any((z > 0) & (z <= 0.5))
    assert report["accuracy"] == pytest.approx(np.mean((z > 0.5) == y))
    assert report["at_zero"] == pytest.approx(np.mean((z > 0) == y)) == 1


@pytest.mark.slow
def test_early_stopping_keeps_the_last_weights_unless_told(rows):
    import keras

    x, y = rows
    assert keras.callbacks.EarlyStopping().restore_best_weights is False
    for restore in (True, False):
        keras.utils.set_random_seed(0)
        model = _logistic(optimizer=keras.optimizers.SGD(learning_rate=1.0))
        stop = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=restore)
        wrong = (x[:20], 1 - y[:20])  # learning makes this worse, so the first epoch is the best
        history = model.fit(x, y, epochs=9, validation_data=wrong, verbose=0, callbacks=[stop])
        losses = history.history["val_loss"]
        assert len(losses) == 4
        assert stop.best_epoch == 0
        now = model.evaluate(*wrong, verbose=0)
        assert now == pytest.approx(losses[0 if restore else -1], rel=1e-5)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras, NumPy 2
def test_the_rows_of_the_table_on_keras_3(tmp_path, rows):
    import keras
    import tensorflow as tf

    assert tf.keras.layers.Dense is keras.layers.Dense
    with pytest.raises(ValueError, match="lr"):
        keras.optimizers.Adam(lr=0.001)
    with pytest.warns(UserWarning, match="input_dim"):
        assert keras.Sequential([keras.layers.Dense(12, input_dim=8)]).count_params() == 108
    model = _logistic()
    with pytest.raises(ValueError, match="export"):
        model.save(tmp_path / "folder")
    model.save(tmp_path / "m.h5")  # legacy, and works
    keras.saving.load_model(tmp_path / "m.h5", compile=False)
    x = keras.Input(shape=(2,))
    functional = keras.Model(x, keras.layers.Dense(1)(x))
    assert re.fullmatch(r"functional(_\d+)?", functional.name)
    assert re.fullmatch(r"input_layer(_\d+)?", functional.layers[0].name)
    assert functional.output_shape == (None, 1)
    assert keras.optimizers.Adam().epsilon == 1e-7
    assert "ReduceLROnPlateau" in dir(keras.callbacks)
    needed = importlib.metadata.metadata("keras")["Requires-Python"]
    assert needed == ">=3.11"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras, NumPy 2
def test_a_loaded_model_is_the_same_and_an_export_needs_no_keras(tmp_path, rows):
    import keras
    import tensorflow as tf

    x, _ = rows
    scaler = keras.layers.Normalization()
    scaler.adapt(1000 * x + 7)
    model = keras.Sequential([keras.Input(shape=(3,)), scaler, keras.layers.Dense(1)])
    by_hand = (x - x.mean(axis=0)) / x.std(axis=0)
    np.testing.assert_allclose(scaler(1000 * x + 7), by_hand, atol=1e-4)
    expected = model.predict(1000 * x + 7, verbose=0)
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(again.predict(1000 * x + 7, verbose=0), expected)
    model.export(tmp_path / "m", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "m"))
    np.testing.assert_allclose(served.serve(1000 * x + 7), expected, atol=1e-6)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras, NumPy 2
def test_sigmoid_and_from_logits_at_once_is_seen_by_keras_and_neither_is_not(rows):
    import keras
    import tensorflow as tf

    x, y = rows
    model = keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(1, activation="sigmoid")])
    model.set_weights([np.full((3, 1), 0.7), np.full(1, 0.2)])
    z = 0.7 * x.sum(axis=1, keepdims=True) + 0.2
    right = np.mean(np.log1p(np.exp(-np.where(y == 1, z, -z))))
    model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True))
    with pytest.warns(UserWarning, match="from_logits=True"):  # and takes what came before
        found = model.evaluate(x, y, verbose=0)
    assert found == pytest.approx(right, rel=1e-5)

    # TensorFlow's own loss looks at nothing; warnings are errors here.
    p = 1 / (1 + np.exp(-z))
    twice = np.mean(np.log1p(np.exp(-np.where(y == 1, p, -p))))
    found = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y, model(x)))
    assert float(found) == pytest.approx(twice, rel=1e-5) != pytest.approx(right, rel=1e-2)

    # Neither: logits are taken for probabilities, and cut off.
    model = _logistic(loss=keras.losses.BinaryCrossentropy())
    model.set_weights([np.full((3, 1), 0.7), np.full(1, 0.2)])
    cut = np.clip(z, 1e-7, 1 - 1e-7)
    neither = -np.mean(y * np.log(cut) + (1 - y) * np.log(1 - cut))
    assert model.evaluate(x, y, verbose=0) == pytest.approx(neither, rel=1e-2)


# ── Graphs ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_the_traces_of_the_exercise():
    import tensorflow as tf

    exercise = re.search(r"Count the traces\n.*?```python\n(.*?)```", TEXT, re.DOTALL)[1]
    traced = []
    names = {"tf": tf}
    exec(exercise.replace("    return", "    traced.append(1)\n    return"), names | {
        "traced": traced,
    })  # fmt: skip
    assert len(traced) == 3  # Python ran as often


@pytest.mark.slow
def test_tensors_behave_as_the_text_says():
    import tensorflow as tf

    assert tf.constant([1.0]).dtype == tf.float32
    assert tf.constant(np.array([1.0])).dtype == tf.float64
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.constant([1.0]) + tf.constant(np.array([1.0]))
    with pytest.raises(TypeError):
        tf.constant([1.0])[0] = 2.0
    assert (tf.zeros(100) - tf.zeros((100, 1))).shape == (100, 100)
    assert np.finfo(np.float32).precision == 6  # so six digits for sure, about seven
    import keras

    # Keras' own loss puts such shapes right.
    y, p = np.arange(4.0), np.arange(4.0)[:, None] + 1
    assert float(keras.losses.MeanSquaredError()(y, p)) == pytest.approx(1)


# ── Exercises, links, PyTorch ──────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_the_shared_layer_is_counted_once(capsys):
    import keras

    exec(_solution("keras-ex-shared"), {"keras": keras})
    assert capsys.readouterr().out == "397\n"


@pytest.mark.slow
def test_good_enough_stops_below_its_limit():
    import keras

    code = next(cell for cell in CELLS if "def build(seed)" in cell).partition("\n\nmodel =")[0]
    names = {"keras": keras}
    exec(code, names)
    scaled, column = _scaled()
    train, val, _ = _split()
    names |= {"X_train": scaled[train], "y_train": column[train]}
    names |= {"X_val": scaled[val], "y_val": column[val]}
    exec(_solution("keras-ex-callback"), names)
    losses = names["run"].history["val_loss"]
    assert losses[-1] < 0.1 <= losses[-2]
    assert len(losses) < 100


def test_links_set_widgets_to_what_they_have():
    made = re.search(r"^BatchSize\((name=.*)\)$", TEXT, re.MULTILINE)[1]
    links = re.findall(r"\{button-link\} #(\S+)", TEXT)
    assert len(links) == 2
    for link in links:
        widget = eval(f"BatchSize({made})", {"BatchSize": widgets.BatchSize})
        wanted = {key: values[0] for key, values in parse_qs(link).items()}
        assert wanted.pop("widget") == widget.name == "fit_batch"
        for trait, text in wanted.items():
            kind = type(getattr(widget, trait))
            value = text == "true" if kind is bool else kind(text)
            setattr(widget, trait, value)
            assert getattr(widget, trait) == value


def test_what_the_reader_should_have_seen_in_the_widget():
    def loss(size, examples):
        widget = widgets.BatchSize(
            batch_size=size, batch_sizes=[1, 10, 32, 64], epochs=examples / 64
        )
        return widget.loss

    after_epoch = {size: loss(size, 64)[-1] for size in (1, 10, 32, 64)}
    assert min(after_epoch, key=after_epoch.get) in (1, 10)
    assert after_epoch[64] > after_epoch[32] > after_epoch[10]
    after_ten = {size: loss(size, 10 * min(size, 64))[10] for size in (1, 10, 32, 64)}
    assert after_ten[64] < after_ten[1]
    assert after_ten[32] < after_ten[1]


def test_both_tabs_hold_the_same_network():
    torch_code, keras_code = re.findall(r"\{tab-item\} \w+\n~~~python\n(.*?)~~~", TEXT, re.DOTALL)
    for code in (torch_code, keras_code):
        ast.parse(code)
        assert "30" in code
    assert re.findall(r"nn\.Linear\((\d+), (\d+)\)", torch_code) == [
        ("30", "12"),
        ("12", "8"),
        ("8", "1"),
    ]
    assert re.findall(r"Dense\((\d+)", keras_code) == ["12", "8", "1"]
    for setting in ("split(10)", "range(30)", "lr=1e-3"):
        assert setting in torch_code
    for setting in ("batch_size=10", "epochs=30", "Adam(1e-3)"):
        assert setting in keras_code


def test_the_graded_exercises_are_not_solved_here():
    lowered = TEXT.lower()
    for word in ("uniform(-1, 1", "x1**2", "hist(", "residuals"):
        assert word not in lowered
    assert "def sigmoid" not in TEXT
    assert "def binary_cross_entropy" not in TEXT
    assert "literalinclude" not in TEXT
