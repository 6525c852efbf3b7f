"""The medical table: shapes, counts, meaning of the labels and the traps of the docstring."""

import numpy as np
import pytest

from helpers.datasets import breast_cancer


def test_the_table_is_what_the_docstring_says():
    features, labels = breast_cancer()
    assert (features.shape, features.dtype) == ((569, 30), np.float64)
    assert (labels.shape, labels.dtype) == ((569,), np.int64)
    assert np.isfinite(features).all()
    assert features.min() >= 0
    assert len(np.unique(features, axis=0)) == 569
    assert np.bincount(labels).tolist() == [357, 212]


def test_one_means_malignant_against_scikit_learn():
    from sklearn.datasets import load_breast_cancer

    loaded = load_breast_cancer()
    features, labels = breast_cancer()
    np.testing.assert_array_equal(features, loaded.data)
    assert loaded.target_names[loaded.target[labels == 1]].tolist() == ["malignant"] * 212
    # Malignant nuclei are larger: the meaning, whatever the names say.
    assert features[labels == 1, 0].mean() > 17 > 13 > features[labels == 0, 0].mean()


def test_columns_are_ten_properties_three_times():
    from sklearn.datasets import load_breast_cancer

    names = [str(name) for name in load_breast_cancer().feature_names]
    ten = ["radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity"]
    ten += ["concave points", "symmetry", "fractal dimension"]
    assert names[:10] == [f"mean {name}" for name in ten]
    assert names[10:20] == [f"{name} error" for name in ten]
    assert names[20:] == [f"worst {name}" for name in ten]
    features, _ = breast_cancer()
    assert (features[:, 20:] >= features[:, :10]).all()  # the three largest, against all
    # An area is a length squared: nuclei are nearly round.
    ratio = features[:, 3] / features[:, 0] ** 2
    assert np.median(ratio) == pytest.approx(np.pi, rel=0.05)
    assert np.median(features[:, 2] / features[:, 0]) == pytest.approx(2 * np.pi, rel=0.06)


def test_the_rows_are_not_shuffled_and_the_columns_not_scaled():
    features, labels = breast_cancer()
    assert labels[:100].sum() == 65
    assert labels[-100:].sum() == 23
    spread = features.std(axis=0)
    assert spread.max() / spread.min() > 10_000


def test_every_call_returns_fresh_arrays():
    breast_cancer()[0][:] = -1
    breast_cancer()[1][:] = -1
    features, labels = breast_cancer()
    assert features.min() == labels.min() == 0
