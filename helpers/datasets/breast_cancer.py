"""Cell nuclei of breast tumours, measured under the microscope: a medical table of scikit-learn."""

from __future__ import annotations

import numpy as np

__all__ = ["breast_cancer"]


def breast_cancer() -> tuple[np.ndarray, np.ndarray]:
    """Return 30 measurements of each of 569 breast tumours, and which of them were malignant.

    Returns
    -------
    features : numpy.ndarray of float64, shape (569, 30)
        Ten properties of the cell nuclei in an image of the sample. Columns 0 to 9 are their means
        over the nuclei of the image, columns 10 to 19 the standard errors of these means, and
        columns 20 to 29 the "worst", which are means over the three largest values. The ten, in
        order: radius, texture (standard deviation of the grey values), perimeter, area,
        smoothness, compactness (perimeter² / area − 1), concavity, concave points, symmetry,
        fractal dimension. Radius and perimeter are lengths, area is a length squared, in a unit
        that the table does not name; texture is in steps of grey; the others have no unit. Their
        sizes differ by a factor of many thousands, so standardise before you train.
    labels : numpy.ndarray of int64, shape (569,)
        1 for malignant (212 of them), 0 for benign (357). This is the convention of medicine, in
        which the class that is looked for is called positive. **scikit-learn has it the other way
        round**: its ``target`` is 0 for malignant.

    Notes
    -----
    The table of :func:`sklearn.datasets.load_breast_cancer`, a copy of *Breast Cancer Wisconsin
    (Diagnostic)* by W. Wolberg, O. Mangasarian, N. Street and W. Street (1995), UCI Machine
    Learning Repository, https://doi.org/10.24432/C5DW2B, licence CC BY 4.0. The samples were taken
    with a fine needle and photographed; a person marked the nuclei roughly, and a program found
    their outlines (W. N. Street, W. H. Wolberg and O. L. Mangasarian, 1993, *Nuclear feature
    extraction for breast tumor diagnosis*, Proc. SPIE 1905, 861-870).

    Nothing is missing, and no row stands in the table twice. Two traps:

    - The rows are *not* in random order: of the first hundred 65 are malignant, of the last
      hundred 23. Shuffle before you split.
    - Nothing is scaled here, on purpose. Mean and standard deviation must come from the rows that
      you train on alone, or the test rows have a say in the model:

      >>> features, labels = breast_cancer()
      >>> order = np.random.default_rng(1).permutation(len(features))
      >>> train, test = order[:469], order[469:]
      >>> mean, std = features[train].mean(axis=0), features[train].std(axis=0)
      >>> z_train, z_test = ((features[rows] - mean) / std for rows in (train, test))
      >>> bool(np.allclose(z_train.mean(axis=0), 0)), bool(np.allclose(z_test.mean(axis=0), 0))
      (True, False)

    It is a table to learn on. Nobody should be diagnosed by what is trained on it.

    Examples
    --------
    >>> features, labels = breast_cancer()
    >>> features.shape, np.bincount(labels)
    ((569, 30), array([357, 212]))
    """
    from sklearn.datasets import load_breast_cancer  # takes a second, and only this needs it

    loaded = load_breast_cancer()
    return loaded.data.astype(np.float64), (loaded.target == 0).astype(np.int64)
