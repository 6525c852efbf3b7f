"""Convolution stepper in Chromium: every control, by keyboard and by pointer."""

from __future__ import annotations

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from helpers.widgets.convolution_stepper import KERNELS, SIZE, ConvolutionStepper
from tests.widgets.shown import ShownWidget

pytestmark = pytest.mark.slow

CELL = 20
SPAN = 14  # cells along a side of the picture, with its rim


class Shown(ShownWidget):
    """What the reader sees, and where to take hold of it."""

    name = "convolution_stepper"

    def __init__(self, page):
        super().__init__(page)
        self.paper = page.get_by_role("application", name="The picture")
        self.map = page.get_by_role("application", name="The map of")
        self.size = page.locator(".nj-cs-size")
        self.status = page.locator(".nj-cs-status")
        self.sum = page.locator(".nj-cs-sum")
        self.picture = page.get_by_role("combobox", name="Picture")
        self.kernel = page.get_by_role("combobox", name="Kernel")
        self.padding = page.get_by_role("combobox", name="Padding")
        self.stride = page.get_by_role("combobox", name="Stride")
        self.layers = page.get_by_role("combobox", name="Layers")

    def weight(self, row, column):
        return self.page.get_by_role("spinbutton", name=f"Weight in row {row}, column {column}")

    def cells(self, selector) -> list[float]:
        """The signed strength of the colour of each cell, row by row."""
        return self.page.locator(f"{selector} .nj-cell").evaluate_all(
            "all => all.map(e => Number(e.getAttribute('fill-opacity'))"
            " * (e.dataset.tone === 'minus' ? -1 : 1))"
        )

    def mark(self, where, name) -> list[float] | None:
        """Top, left, height, width of a mark in cells, or None if it is not seen."""
        found = self.page.locator(f"{where} .nj-mark-{name}")
        if not found.count() or not found.is_visible():
            return None
        return [float(found.get_attribute(n)) / CELL for n in ("y", "x", "height", "width")]

    def at(self, grid, row, column, side=SIZE) -> tuple[float, float]:
        """Where the middle of a cell is on the screen."""
        box = grid.bounding_box()
        start = (SPAN - side) / 2
        return tuple(
            low + (start + k + 0.5) * box["width"] / SPAN
            for low, k in ((box["x"], column), (box["y"], row))
        )

    def expect(self, pointed=None, **traits) -> None:
        """Check all that is written and drawn against the class in Python."""
        python = ConvolutionStepper(**traits)
        self.settle()
        steps = min(python.steps, python.feature_map.size)
        found = python.maps[-1]
        n, single = len(found), python.layers == 1
        shown = self.cells(".nj-cs-map")
        assert len(shown) == found.size
        want = 0.9 * found.ravel() / max(np.abs(found).max(), 1e-9)
        if single:
            want[steps:] = 0
        np.testing.assert_allclose(shown, want, atol=6e-4)
        weights = [float(self.weight(i, j).input_value()) for i in (1, 2, 3) for j in (1, 2, 3)]
        np.testing.assert_allclose(weights, python.weights, atol=6e-4)
        np.testing.assert_allclose(
            self.cells(".nj-cs-paper"), 0.85 * python.image.ravel(), atol=6e-4
        )
        if pointed is not None:
            python.chosen = pointed
        if not 0 <= python.chosen < found.size:
            python.chosen = max(steps - 1, 0) if single else n // 2 * (n + 1)
        row, column = divmod(python.chosen, n)
        known = not single or steps > 0 or traits.get("chosen", -1) >= 0 or pointed is not None
        start = (SPAN - n) / 2
        one = [start + row, start + column, 1, 1]
        assert self.mark(".nj-cs-map", "window") == (one if known else None)
        # What the number depends on, as the library has it.
        rows, columns = np.nonzero(python.seen)
        box = [rows.min() + 1, columns.min() + 1, np.ptp(rows) + 1, np.ptp(columns) + 1]
        assert self.mark(".nj-cs-paper", "field") == (None if single else box)
        m = len(python.feature_map)
        total = 0 if python.padding == "valid" else max((m - 1) * python.stride + 3 - SIZE, 0)
        if single:
            corner = [python.stride * k - total // 2 for k in (row, column)]
            window = self.mark(".nj-cs-paper", "window")
            assert window == [corner[0] + 1, corner[1] + 1, 3, 3]
            ends = (total // 2, total - total // 2)
            padded = np.pad(python.image, [ends, ends])
            top, left = (k + total // 2 for k in corner)
            seen = padded[top : top + 3, left : left + 3].ravel()
            for slot, values in (("before", seen), ("after", seen * python.weights)):
                texts = self.page.locator(f".nj-cs-{slot} text").all_text_contents()
                if slot == "after" and not known:
                    assert texts == ["?"] * 9
                    continue
                numbers = [float(text.replace("−", "-")) for text in texts]
                np.testing.assert_allclose(numbers, values, atol=0.0051)
            assert self.status.text_content().startswith(f"{steps} of {found.size} outputs.")
        else:
            number = f"{box[2]} × {box[3]}"
            words = self.status.text_content()
            assert f"sees the {number} in" in words or f"border: {number} of" in words
        around = [1 - total // 2, 1 - total // 2, SIZE + total, SIZE + total]
        assert self.mark(".nj-cs-paper", "pad") == (around if total else None)
        assert f"(12 + {total} − 3)/{python.stride}⌋ + 1 = {m}" in self.size.text_content()
        self.expect_beam([*(window if single else box)], one if known else None)

    def expect_beam(self, window, one) -> None:
        """The beam goes from the right side of the window to the left side of the number."""
        beam = self.page.locator(".nj-beam")
        assert beam.is_visible() == (one is not None)
        if one is None:
            return
        found = [float(n) for n in re.findall(r"-?[\d.]+", beam.get_attribute("d"))]
        far = SPAN + 1.4
        top, left, height, width = window
        want = [left + width, top, far + one[1], one[0], one[0] + 1, left + width, top + height]
        np.testing.assert_allclose(np.array(found) / CELL, want, atol=0.006)


@pytest.fixture
def show(page_of):
    return lambda **options: Shown(page_of(ConvolutionStepper(), **options))


@pytest.fixture
def shown(show):
    return show()


def test_steps_fill_the_map(shown):
    shown.expect()
    for _ in range(3):
        shown.button("Step").click()
    shown.expect(steps=4)
    fourth = ConvolutionStepper().feature_map[0, 3]
    assert shown.sum.text_content().endswith(f"= {fourth:g}")
    shown.track("Outputs").fill("57")
    shown.expect(steps=57)
    shown.button("Reset").click()
    shown.expect(steps=0)
    assert "predict the sum" in shown.sum.text_content()


def test_the_pointer_shows_the_window_of_the_number_below_it(shown):
    shown.track("Outputs").fill("20")
    shown.page.mouse.move(*shown.at(shown.map, 7, 2, 10))
    shown.expect(steps=20, pointed=72)
    shown.page.mouse.move(*shown.at(shown.map, 0, 9, 10))
    shown.expect(steps=20, pointed=9)
    shown.page.mouse.move(*shown.at(shown.paper, 0, 0))
    shown.expect(steps=20)
    shown.page.mouse.click(*shown.at(shown.map, 3, 3, 10))
    shown.page.mouse.move(*shown.at(shown.paper, 0, 0))
    shown.expect(steps=20, chosen=33)
    shown.button("Step").click()
    shown.expect(steps=21)


def test_keys_choose_a_number_of_the_map(shown):
    shown.page.evaluate("document.body.addEventListener('keydown', () => { window.taken = true; })")
    shown.track("Outputs").fill("20")
    shown.map.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowLeft", "ArrowUp"):
        shown.page.keyboard.press(key)
    shown.expect(steps=20, chosen=28)
    shown.page.keyboard.press("End")
    shown.page.keyboard.press("ArrowRight")
    shown.expect(steps=20, chosen=99)
    shown.page.keyboard.press("Home")
    shown.expect(steps=20, chosen=0)
    assert shown.page.evaluate("window.taken") is None


@pytest.mark.parametrize(
    ("stride", "padding", "layers"),
    [
        (1, "valid", 2), (1, "valid", 3), (2, "same", 2), (2, "same", 3), (3, "same", 2),
        (3, "valid", 3),
    ],
)  # fmt: skip
def test_deeper_layers_see_more(shown, stride, padding, layers):
    traits = {"stride": stride, "padding": padding, "layers": layers}
    shown.stride.select_option(str(stride))
    shown.padding.select_option(padding)
    shown.layers.select_option(str(layers))
    shown.expect(**traits)
    assert shown.button("Play").is_disabled()
    python = ConvolutionStepper(**traits)
    n = len(python.maps[-1])
    for row, column in {(0, 0), (n - 1, 0), (n // 2, n - 1)}:
        shown.page.mouse.move(*shown.at(shown.map, row, column, n))
        shown.expect(**traits, pointed=row * n + column)
    shown.page.mouse.move(*shown.at(shown.paper, 0, 0))
    # The layers in between, small.
    between = python.maps[:-1]
    for slot, layer in zip(("before", "after"), between, strict=False):
        most = np.abs(layer).max()
        np.testing.assert_allclose(
            shown.cells(f".nj-cs-{slot} svg:visible"), 0.9 * layer.ravel() / most, atol=6e-4
        )
    shown.layers.select_option("1")
    shown.expect(stride=stride, padding=padding)


def test_play_runs_to_the_last_place_and_stops(shown):
    shown.follow("steps=97")
    shown.button("Play").click()
    shown.button("Play").wait_for()
    shown.page.wait_for_function(
        "document.querySelector('.nj-cs-status').textContent.startsWith('100 of')"
    )
    shown.expect(steps=100)
    shown.button("Step").click()
    shown.expect(steps=100)


def test_with_reduced_motion_it_jumps(show):
    shown = show(reduced_motion="reduce")
    shown.button("Run").click()
    shown.expect(steps=100)


@pytest.mark.parametrize("picture", ["seven", "ring", "edge", "dot"])
def test_pictures(shown, picture):
    shown.picture.select_option(picture)
    shown.follow("")
    shown.picture.select_option(picture)
    shown.track("Outputs").fill("100")
    shown.expect(picture=picture, steps=100)


def test_kernels_are_chosen_and_typed(shown):
    shown.track("Outputs").fill("100")
    for name, (_, weights) in KERNELS.items():
        shown.kernel.select_option(name)
        shown.expect(steps=100, weights=weights)
        assert shown.kernel.input_value() == name
    shown.weight(2, 3).fill("-2.5")
    weights = [0, 0, 0, 0, 1, -2.5, 0, 0, 0]
    shown.expect(steps=100, weights=weights)
    assert shown.kernel.input_value() == "own"
    shown.weight(2, 3).fill("77")
    shown.weight(2, 3).blur()
    shown.expect(steps=100, weights=[0, 0, 0, 0, 1, 9, 0, 0, 0])
    shown.weight(1, 1).fill("")
    shown.weight(1, 1).blur()
    shown.expect(steps=100, weights=[0, 0, 0, 0, 1, 9, 0, 0, 0])


def test_stride_and_padding(shown):
    shown.padding.select_option("same")
    shown.track("Outputs").fill("144")
    shown.expect(steps=144, padding="same")
    for stride in ("2", "3"):
        shown.stride.select_option(stride)
        shown.expect(steps=144, padding="same", stride=int(stride))
    shown.padding.select_option("valid")
    shown.expect(steps=144, stride=3)


def test_pixels_are_switched_by_pointer(shown):
    house = ConvolutionStepper().image
    shown.track("Outputs").fill("100")
    for row, column in ((0, 0), (6, 3), (11, 11)):
        shown.page.mouse.click(*shown.at(shown.paper, row, column))
        house[row, column] = 1 - house[row, column]
    shown.expect(picture="own", pixels=house.ravel(), steps=100)
    box = shown.paper.bounding_box()
    shown.page.mouse.click(box["x"] + 3, box["y"] + 3)  # the rim is no pixel
    shown.expect(picture="own", pixels=house.ravel(), steps=100)


def test_a_stroke_draws_what_its_first_pixel_became(shown):
    image = ConvolutionStepper(picture="edge").image
    shown.picture.select_option("edge")
    for row, first, last in ((2, 3, 8), (5, 8, 3)):
        shown.page.mouse.move(*shown.at(shown.paper, row, first))
        shown.page.mouse.down()
        shown.page.mouse.move(*shown.at(shown.paper, row, last), steps=25)
        shown.page.mouse.up()
        image[row, 3:9] = 1 if first < last else 0
    shown.expect(picture="own", pixels=image.ravel())


def test_pixels_are_switched_by_keys(shown):
    house = ConvolutionStepper().image
    shown.paper.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowUp", "Space", "ArrowDown", "Enter"):
        shown.page.keyboard.press(key)
    house[0, 2] = 1 - house[0, 2]
    house[1, 2] = 1 - house[1, 2]
    shown.expect(picture="own", pixels=house.ravel())
    for _ in range(20):
        shown.page.keyboard.press("ArrowLeft")
    assert shown.mark(".nj-cs-paper", "cursor") == [2, 1, 1, 1]


def test_every_control_is_reached_and_moved_by_keys(shown):
    shown.paper.focus()
    reached = []
    for _ in range(22):
        reached.append(shown.page.evaluate(
            "(e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent)"
            "(document.activeElement)"))  # fmt: skip
        shown.page.keyboard.press("Tab")
    assert reached[0].startswith("The picture. Arrow keys")
    assert reached[1].startswith("The map of the layer")
    assert reached[2:] == [
        *[f"Weight in row {i}, column {j}" for i in (1, 2, 3) for j in (1, 2, 3)],
        "Play", "Step", "Reset", "Outputs", "Outputs, as a number",
        "Picture", "Kernel", "Stride", "Layers", "Padding", "Copy link to this state",
    ]  # fmt: skip
    shown.page.evaluate("document.body.addEventListener('keydown', () => { window.taken = true; })")
    for control in (shown.stride, shown.track("Outputs"), shown.kernel, shown.padding):
        control.press("ArrowDown" if control in (shown.kernel, shown.padding) else "ArrowRight")
    shown.expect(stride=2, padding="same", steps=2, weights=KERNELS["down"][1])
    shown.layers.press("ArrowDown")
    shown.picture.press("ArrowDown")
    shown.weight(1, 1).press("ArrowUp")
    weights = [float(shown.weight(1, 1).input_value()), *KERNELS["down"][1][1:]]
    assert weights[0] != -1
    shown.expect(stride=2, padding="same", steps=2, layers=2, picture="seven", weights=weights)
    shown.button("Copy link to this state").focus()
    assert shown.page.evaluate("window.taken") is None


def test_a_link_sets_the_widget_and_nothing_foreign(shown):
    shown.follow("picture=ring&stride=2&padding=same&steps=12&layers=2&weights=1,2,3,4,5,6,7,8,-9")
    shown.expect(
        picture="ring", stride=2, padding="same", steps=12, layers=2,
        weights=[1, 2, 3, 4, 5, 6, 7, 8, -9],
    )  # fmt: skip
    shown.follow("layers=3&chosen=8&padding=same")
    shown.expect(layers=3, chosen=8, padding="same")
    shown.follow("layers=2&stride=3&chosen=140")  # no such number: the one in the middle
    shown.expect(layers=2, stride=3)
    shown.follow("picture=cat&stride=9&padding=full&steps=1e9&layers=0&weights=1,2&kernels=1")
    shown.expect(stride=3, steps=144, weights=[1, 2, 0, 0, 0, 0, 0, 0, 0])


def test_the_link_button_copies_a_state_that_can_be_read_back(shown):
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.paper.focus()
    shown.page.keyboard.press("Space")
    shown.settle()
    shown.button("Copy link to this state").click()
    shown.button("Copied").wait_for()
    copied = shown.page.evaluate("navigator.clipboard.readText()")
    shown.picture.select_option("ring")
    shown.follow(copied.partition("#widget=convolution_stepper&")[2])
    house = ConvolutionStepper().image
    house[0, 0] = 1
    shown.expect(picture="own", pixels=house.ravel())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_is_accessible_and_fits(widget_page, new_page, served, width, scheme):
    widget_page(
        ConvolutionStepper(steps=70, layers=2), ConvolutionStepper(padding="same", name="second")
    )
    page = new_page(width, color_scheme=scheme)
    page.goto(served + "page.html")
    page.locator(f".nj-widget[data-mode={scheme}]").nth(1).wait_for()
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 350])  # columns of 672 and 350 px
def test_the_height_is_reserved_whatever_is_shown(show, width):
    shown = show(width=width, has_touch=width < 600, is_mobile=width < 600)
    frame = shown.page.locator(".nj-view > div")
    reserved = float(frame.evaluate("e => parseFloat(getComputedStyle(e).minHeight)"))
    tallest = 0
    long = "weights=-1.25,-2.25,-3.25,-4.25,-6.25,-7,-8.25,-8.75,-9"
    for link in ("", "steps=0", "steps=144&padding=same", "stride=3&padding=same&layers=3",
                 "layers=3&padding=same&chosen=0", "layers=3&stride=3", "layers=3&stride=2",
                 f"picture=ring&steps=60&{long}", f"picture=edge&steps=9&{long}"):  # fmt: skip
        shown.follow(link)
        tallest = max(tallest, shown.page.locator(".nj-widget").bounding_box()["height"])
        assert frame.bounding_box()["height"] == pytest.approx(reserved, abs=0.5), (link, tallest)
    assert reserved - 60 < tallest, tallest


def test_targets_are_large_enough_for_fingers(show):
    shown = show(width=390, has_touch=True, is_mobile=True)
    for one in shown.page.locator(".nj-track, .nj-field, .nj-button, .nj-select, .nj-toggle").all():
        assert one.bounding_box()["height"] >= 44


def test_what_is_removed_stops_listening(shown):
    shown.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: false}))")
    assert shown.page.locator(".nj-widget").count() == 0
