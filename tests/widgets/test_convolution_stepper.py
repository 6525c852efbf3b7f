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


def correlated(image, kernel, stride, padding):
    """The feature map by its definition, in loops, without the library."""
    size = len(image)
    count = (size - 3) // stride + 1 if padding == "valid" else -(-size // stride)
    total = max((count - 1) * stride + 3 - size, 0) if padding == "same" else 0
    padded = np.zeros((size + total, size + total))
    padded[total // 2 : total // 2 + size, total // 2 : total // 2 + size] = image
    found = np.zeros((count, count))
    for i, j in np.ndindex(count, count):
        window = padded[i * stride : i * stride + 3, j * stride : j * stride + 3]
        found[i, j] = (window * kernel).sum()
    return found


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
        "((maps) => [maps[1].values, m.places(a[1], a[2]), maps[1].values.map((_, i) =>"
        " m.output(a[0], i))])(m.layerMaps(a[0]))",
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


@pytest.mark.parametrize(("stride", "padding"), SETTINGS)
def test_maps_of_all_layers_are_those_of_the_definition(run_js, stride, padding):
    shown = ConvolutionStepper(**drawn(2), stride=stride, padding=padding, layers=3)
    expected = [shown.image]
    kernel = np.reshape(shown.weights, (3, 3))
    for _ in range(3):
        if padding == "same" or len(expected[-1]) >= 3:
            expected.append(correlated(expected[-1], kernel, stride, padding))
    found = run_js(MODULE, "m.layerMaps(a[0])", [state(shown)])
    assert [each["size"] for each in found] == [len(each) for each in expected]
    assert len(shown.maps) == len(expected) - 1
    for in_js, in_python, want in zip(found[1:], shown.maps, expected[1:], strict=True):
        np.testing.assert_allclose(in_js["values"], want.ravel(), rtol=1e-12, atol=1e-9)
        np.testing.assert_allclose(in_python, want, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize(("stride", "padding"), SETTINGS)
def test_the_box_holds_the_pixels_that_move_the_chosen_number_and_no_others(
    run_js, stride, padding, layers
):
    """Every pixel is changed, one after the other, and it is seen which numbers follow."""
    settings = {"stride": stride, "padding": padding, "layers": layers, "weights": [1] * 9}
    last = ConvolutionStepper(**settings).maps[-1]
    moved = np.zeros((SIZE, SIZE, *last.shape), dtype=bool)
    for row, column in np.ndindex(SIZE, SIZE):
        image = np.zeros((SIZE, SIZE))
        image[row, column] = 1
        moved[row, column] = ConvolutionStepper(image, **settings).maps[-1] != 0
    shown = ConvolutionStepper(**settings)
    boxes = run_js(
        MODULE,
        "((maps) => maps.at(-1).values.map((_, i) => m.fieldBoxes(a[0], maps, i)))"
        "(m.layerMaps(a[0]))",
        [state(shown)],
    )
    for index, (box, *_) in enumerate(boxes):
        assert set(box) == {"top", "left", "bottom", "right"}
        assert 0 <= min(box.values()) <= max(box.values()) < SIZE
        inside = np.zeros((SIZE, SIZE), dtype=bool)
        inside[box["top"] : box["bottom"] + 1, box["left"] : box["right"] + 1] = True
        want = moved[:, :, index // len(last), index % len(last)]
        np.testing.assert_array_equal(inside, want)
        shown.chosen = index
        np.testing.assert_array_equal(shown.seen, want)
        assert max(box["bottom"] - box["top"], box["right"] - box["left"]) < shown.field


@pytest.mark.parametrize(("stride", "layers"), list(itertools.product((1, 2, 3), (1, 2, 3))))
def test_the_width_of_the_field_is_that_of_a_picture_without_borders(run_js, stride, layers):
    size = 1 + 2 * (1 + stride + stride**2) + 4 * stride**3
    rng = np.random.default_rng(1)
    stack = [Conv2D(1, 1, kernel=3, stride=stride, rng=rng) for _ in range(layers)]
    x = np.zeros((1, size, size, 1))
    for layer in stack:
        layer.kernels = np.ones((3, 3, 1, 1))
        x = layer.forward(x)
    grad = np.zeros_like(x)
    grad[0, 1, 1, 0] = 1
    for layer in reversed(stack):
        grad = layer.backward(grad)
    columns = np.flatnonzero(grad[0, :, :, 0].any(axis=0))
    expected = columns[-1] - columns[0] + 1
    assert run_js(MODULE, "m.fieldWidth(...a)", [stride, layers]) == expected
    shown = ConvolutionStepper(stride=stride, layers=layers, padding="same")
    assert shown.field == expected


def test_a_layer_that_does_not_fit_is_left_out(run_js):
    shown = ConvolutionStepper(stride=3, layers=3)
    assert [len(each) for each in shown.maps] == [4, 1]
    assert shown.field == 9
    told = run_js(MODULE, "m.describe(a[0], 7, 0)", [state(shown)])
    assert told.startswith("12 → 4 → 1 along a side.")
    assert "The next layer does not fit: its kernel is wider than a map of 1 × 1." in told


def test_without_a_choice_the_last_output_or_the_middle_is_looked_at():
    shown = ConvolutionStepper(steps=12)
    rows, columns = np.nonzero(shown.seen)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (1, 3, 1, 3)
    shown.layers = 2
    rows, columns = np.nonzero(shown.seen)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (4, 8, 4, 8)


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
        ("chosen", -2, "chosen"),
        ("chosen", 144, "chosen"),
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
    def told(index=13, **settings):
        shown = ConvolutionStepper(**settings)
        return run_js(
            MODULE, "[m.describe(a[0], 7, a[1]), m.sizeText(a[0])]", [state(shown), index]
        )

    words, size = told()
    assert words == "7 of 100 outputs. The frame shows the window of row 2, column 4."
    assert size == "⌊(n + p − k)/s⌋ + 1 = ⌊(12 + 0 − 3)/1⌋ + 1 = 10"
    assert told(stride=2, padding="same")[1].endswith("⌊(12 + 1 − 3)/2⌋ + 1 = 6")
    words, _ = told(layers=3, stride=2, padding="same", index=3)
    assert words == (
        "12 → 6 → 3 → 2 along a side. A number of layer 3 sees 1 + 2 + 2·2 + 2·4 = 15 pixels along "
        "a side. That in row 2, column 2 lies at the border: 8 × 8 of them are in the picture."
    )
    assert told(layers=2)[0].endswith("That in row 2, column 6 sees the 5 × 5 in the frame.")
    seen = {"seen": [1, 0, 0.5, 0, 0, 0, 0, 0, 1], "sum": -0.75}
    text = run_js(MODULE, "m.sumText(a[0], a[1])", [seen, [1, 2, -1.5, 0, 0, 0, 0, 0, -1]])
    assert text == "1·1 + 0.5·(−1.5) + 1·(−1) = −0.75"
    nothing = {"seen": [0] * 9, "sum": 0}
    assert "the sum is 0" in run_js(MODULE, "m.sumText(a[0], a[1])", [nothing, [1] * 9])
