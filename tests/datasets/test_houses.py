"""The smallest data sets: the numbers that the book and its sources print."""

import numpy as np

from helpers.datasets import flats, houses


def test_houses_are_the_three_sales_of_the_lecture():
    area, price = houses()
    assert area.tolist() == [2104, 1600, 2400]
    assert price.tolist() == [399_900, 329_900, 369_000]
    assert round(price.sum() / area.sum(), 2) == 180.01
    assert round(float(np.mean(price / area)), 1) == 183.3


def test_flats_are_the_six_of_the_lecture():
    features, price = flats()
    assert features.shape == (6, 2)
    assert price.shape == (6,)
    assert price.sum() == 1_715_000
    assert features[:, 0].sum() == 680
    assert features[:, 1].tolist() == [1, 2, 1, 3, 2, 1]


def test_every_call_returns_fresh_arrays():
    for load in (houses, flats):
        load()[1][0] = -1
        assert load()[1][0] > 0
