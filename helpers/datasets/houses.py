"""Prices of houses and flats: the smallest data sets in the book."""

from __future__ import annotations

import numpy as np

__all__ = ["flats", "houses"]


def houses() -> tuple[np.ndarray, np.ndarray]:
    """Return three houses that were sold: floor area and price.

    Returns
    -------
    area : numpy.ndarray of float64, shape (3,)
        Floor area in square feet.
    price : numpy.ndarray of float64, shape (3,)
        Price in US dollars.

    Notes
    -----
    The three rows are the first three of the Portland housing table that Andrew Ng's machine
    learning course made popular; Jay Alammar's *A Visual and Interactive Guide to the Basics
    of Neural Networks* (2016) uses the same three. They are facts, and carry no licence.

    Examples
    --------
    >>> area, price = houses()
    >>> float(price.sum() / area.sum())  # dollars per square foot  # doctest: +ELLIPSIS
    180.0...
    """
    area = np.array([2104.0, 1600.0, 2400.0])
    price = np.array([399_900.0, 329_900.0, 369_000.0])
    return area, price


def flats() -> tuple[np.ndarray, np.ndarray]:
    """Return six flats: area and number of bathrooms, and price.

    Returns
    -------
    features : numpy.ndarray of float64, shape (6, 2)
        First column: floor area in square metres. Second column: number of bathrooms.
    price : numpy.ndarray of float64, shape (6,)
        Price in euros.

    Notes
    -----
    An invented table, for teaching: six flats are few enough to check by hand.

    Examples
    --------
    >>> features, price = flats()
    >>> features.shape, price.shape
    ((6, 2), (6,))
    """
    features = np.array(
        [[85.0, 1.0], [120.0, 2.0], [60.0, 1.0], [250.0, 3.0], [90.0, 2.0], [75.0, 1.0]]
    )
    price = np.array([200_000.0, 350_000.0, 100_000.0, 750_000.0, 175_000.0, 140_000.0])
    return features, price
