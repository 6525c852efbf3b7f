"""Handwritten digits: small grey images that come with scikit-learn."""

from __future__ import annotations

import numpy as np

__all__ = ["digits"]


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return 1797 images of handwritten digits, and which digit each one is.

    Returns
    -------
    images : numpy.ndarray of float64, shape (1797, 8, 8)
        How dark each pixel is, from 0 (paper) to 1 (ink), in steps of 1/16. ``images[i, 0]`` is
        the top row of image ``i``.
    labels : numpy.ndarray of int64, shape (1797,)
        The digits, 0 to 9, between 174 and 183 of each.

    Notes
    -----
    The images of :func:`sklearn.datasets.load_digits`, divided by 16. They are the test set of
    *Optical Recognition of Handwritten Digits* by E. Alpaydin and C. Kaynak (1998), UCI Machine
    Learning Repository, https://doi.org/10.24432/C50P49, licence CC BY 4.0. Thirteen people wrote
    them, none of whom wrote for the training set. Each pixel is a share of ink: how many of
    the 16 pixels in a 4 × 4 block of the scanned image are black.

    Examples
    --------
    >>> images, labels = digits()
    >>> images.shape, labels[:5]
    ((1797, 8, 8), array([0, 1, 2, 3, 4]))
    """
    from sklearn.datasets import load_digits  # takes a second to load, and only this needs it

    loaded = load_digits()
    return loaded.images / 16, loaded.target.astype(np.int64)
