"""Convolution stepper: the traits, and the JavaScript against helpers.nn on the same numbers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import traitlets

from helpers.nn.convolution import Conv2D, output_size, padding_of
from helpers.widgets.convolution_stepper import KERNELS, PICTURES, SIZE, ConvolutionStepper

MODULE = "convolution_stepper.js"
SETTINGS = list(itertools.product((1, 2, 3), ("valid", "same")))


def drawn(seed=1):
    rng = np.random.default_rng(seed)
    return {
        "picture": "own",
        "pixels": rng.integers(0, 5, SIZE**2) / 4,
        "weights": rng.integers(-9, 10, 9) / 2,
    }


def state(shown) -> dict:
    return {
        "pixels": shown.image.ravel().tolist(),
        "weights": shown.weights,
        "stride": shown.stride,
        "padding": shown.padding,
        "layers": shown.layers,
    }


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_have_their_size_and_some_of_each(name):
    image = ConvolutionStepper(picture=name).image
    assert image.shape == (SIZE, SIZE)
    assert 0 < image.mean() < 1
    assert set(np.unique(image)) <= {0, 0.5, 1}


def test_kernels_do_what_they_are_called():
    found = {}
    for name, (_, weights) in KERNELS.items():
        w = ConvolutionStepper(picture="house", weights=weights, padding="same")
        found[name] = w.feature_map
    image = ConvolutionStepper(picture="house").image
    np.testing.assert_array_equal(found["same"], image)
    assert sum(KERNELS["blur"][1]) == pytest.approx(1)
    assert sum(KERNELS["sharpen"][1]) == 1
    for flat in ("right", "down", "outline"):
        assert sum(KERNELS[flat][1]) == 0
    # From white at the left to the wall at column 1.
    assert found["right"][7, 0] > 0
    assert found["right"][7, 2] < 0
    # The windows' upper left corners are where "corner" is largest inside the house.
    best = np.argwhere(found["corner"] == found["corner"].max()).tolist()
    assert [6, 3] in best
    assert [9, 3] in best


@pytest.mark.parametrize(("stride", "padding"), SETTINGS)
def test_javascript_finds_what_the_library_finds(run_js, stride, padding):
    shown = ConvolutionStepper(**drawn(), stride=stride, padding=padding)
    found = run_js(
        MODULE,
        "[m.featureMap(a[0]), m.places(a[1], a[2]), m.featureMap(a[0]).map((_, i) =>"
        " m.output(a[0], i))]",
        [state(shown), stride, padding],
    )
    expected = shown.feature_map
    np.testing.assert_allclose(np.reshape(found[0], expected.shape), expected, atol=1e-12)
    ends = padding_of(SIZE, 3, stride=stride, padding=padding)
    assert found[1] == {
        "count": output_size(SIZE, 3, stride=stride, padding=padding),
        "before": ends[0],
        "total": sum(ends),
    }
    padded = np.pad(shown.image, [ends, ends])
    for index, place in enumerate(found[2]):
        row, column = (stride * i for i in np.unravel_index(index, expected.shape))
        assert (place["row"] + ends[0], place["column"] + ends[0]) == (row, column)
        np.testing.assert_array_equal(
            place["seen"], padded[row : row + 3, column : column + 3].ravel()
        )
        assert place["sum"] == pytest.approx(expected.flat[index])


@pytest.mark.parametrize(("stride", "layers"), list(itertools.product((1, 2), (1, 2, 3))))
def test_field_is_what_moves_the_last_neuron(run_js, stride, layers):
    size = 40
    rng = np.random.default_rng(1)
    stack = [Conv2D(1, 1, kernel=3, stride=stride, rng=rng) for _ in range(layers)]

    def last(x):
        for layer in stack:
            x = layer.forward(x)
        return x

    x = np.zeros((1, size, size, 1))
    grad = np.zeros_like(last(x))
    grad[0, 1, 1, 0] = 1
    for layer in reversed(stack):
        layer.kernels = np.ones((3, 3, 1, 1))
        grad = layer.backward(grad)
    columns = np.flatnonzero(grad[0, :, :, 0].any(axis=0))
    expected = columns[-1] - columns[0] + 1
    assert ConvolutionStepper(stride=stride, layers=layers).field == expected
    assert run_js(MODULE, "m.fieldWidth(...a)", [stride, layers]) == expected


@pytest.mark.parametrize(
    ("trait", "value", "message"),
    [
        ("picture", "cat", "picture"),
        ("pixels", [0.0] * 143, "pixels must be 144 numbers from 0 to 1; got 143"),
        ("pixels", [2.0] * 144, "from 0 to 1; got 144, from 2 to 2"),
        ("weights", [10.0] * 9, "weights must be 9 numbers from -9 to 9"),
        ("stride", 4, "stride"),
        ("padding", "full", "padding"),
        ("steps", 145, "steps"),
        ("layers", 0, "layers"),
    ],
)
def test_impossible_values_are_refused(trait, value, message):
    shown = ConvolutionStepper()
    before = getattr(shown, trait)
    with pytest.raises(traitlets.TraitError, match=message):
        setattr(shown, trait, value)
    assert getattr(shown, trait) == before


def test_a_picture_of_one_s_own():
    image = np.eye(SIZE)
    shown = ConvolutionStepper(image)
    assert shown.picture == "own"
    np.testing.assert_array_equal(shown.image, image)
    with pytest.raises(ValueError, match=r"image has shape \(3, 3\); expected \(12, 12\)"):
        ConvolutionStepper(np.eye(3))


def test_still_shows_what_is_set():
    shown = ConvolutionStepper(steps=40)
    first = shown.still_png()
    assert first == shown.still_png()
    stills = {first}
    for trait, value in (("steps", 60), ("picture", "ring"), ("stride", 2), ("weights", [1.0] * 9)):
        setattr(shown, trait, value)
        stills.add(shown.still_png())
    shown.steps = 0
    assert len(stills | {shown.still_png()}) == 6


def test_words(run_js):
    def told(**settings):
        shown = ConvolutionStepper(**settings)
        return run_js(MODULE, "m.describe(a[0], 7)", [state(shown)])

    assert told() == "7 of 100 outputs. Along each side: ⌊(12 − 3)/1⌋ + 1 = 10."
    assert "⌊(12 + 1 − 3)/2⌋ + 1 = 6" in told(stride=2, padding="same")
    assert told(layers=2, stride=2).endswith(
        "2 such layers up, centred here, sees 7 × 7 pixels (dashed)."
    )
    seen = {"seen": [1, 0, 0.5, 0, 0, 0, 0, 0, 1], "sum": -0.75}
    text = run_js(MODULE, "m.sumText(a[0], a[1])", [seen, [1, 2, -1.5, 0, 0, 0, 0, 0, -1]])
    assert text == "1·1 + 0.5·(−1.5) + 1·(−1) = −0.75"
    nothing = {"seen": [0] * 9, "sum": 0}
    assert "the sum is 0" in run_js(MODULE, "m.sumText(a[0], a[1])", [nothing, [1] * 9])
