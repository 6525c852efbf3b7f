"""The digits: shapes, scale and the counts that the docstring states."""

import numpy as np

from helpers.datasets import digits


def test_digits_are_what_the_docstring_says():
    images, labels = digits()
    assert (images.shape, images.dtype) == ((1797, 8, 8), np.float64)
    assert (labels.shape, labels.dtype) == ((1797,), np.int64)
    assert (images.min(), images.max()) == (0, 1)
    np.testing.assert_array_equal(images * 16, np.rint(images * 16))
    counts = np.bincount(labels)
    assert (len(counts), counts.min(), counts.max()) == (10, 174, 183)


def test_images_lie_upright_and_belong_to_their_labels():
    # The mean 0 has a hole in the middle and the mean 1 a stroke; a 7 begins with its bar.
    images, labels = digits()
    zero, one, seven = (images[labels == k].mean(axis=0) for k in (0, 1, 7))
    assert zero[3:5, 3:5].max() < 0.3 < 0.8 < one[3:5, 3:5].max()
    assert seven[0].sum() > 2 * seven[7].sum()


def test_every_call_returns_fresh_arrays():
    digits()[0][:] = -1
    digits()[1][:] = -1
    images, labels = digits()
    assert images.min() == labels.min() == 0
