"""Convolution stepper in Chromium: every control, by keyboard and by pointer."""

from __future__ import annotations

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from helpers.widgets.convolution_stepper import KERNELS, SIZE, ConvolutionStepper

pytestmark = pytest.mark.slow

CELL = 22


class Shown:
    """What the reader sees, and where to take hold of it."""

    def __init__(self, page):
        self.page = page
        self.paper = page.get_by_role("application")
        self.status = page.locator(".nj-cs-status")
        self.sum = page.locator(".nj-cs-sum")
        self.picture = page.get_by_role("combobox", name="Picture")
        self.kernel = page.get_by_role("combobox", name="Kernel")
        self.padding = page.get_by_role("combobox", name="Padding")

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def track(self, name):
        return self.page.get_by_role("slider", name=name)

    def weight(self, row, column):
        return self.page.get_by_role("spinbutton", name=f"Weight in row {row}, column {column}")

    def settle(self):
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => "
                           "requestAnimationFrame(done)))")  # fmt: skip

    def follow(self, link: str) -> None:
        self.page.evaluate(
            "link => { location.hash = link }", f"#widget=convolution_stepper&{link}"
        )
        self.page.wait_for_timeout(60)
        self.settle()

    def box(self, selector) -> list[float]:
        names = ("x", "y", "width", "height")
        found = self.page.locator(selector)
        return [float(found.get_attribute(name)) for name in names]

    def expect(self, **traits) -> None:
        """Check all that is written and drawn against the class in Python."""
        python = ConvolutionStepper(**traits)
        self.settle()
        found = python.feature_map
        steps = min(python.steps, found.size)
        shown = self.page.locator(".nj-panel:last-child .nj-cs-cell:visible").evaluate_all(
            "all => all.map(e => e.getAttribute('data-value'))"
        )
        assert len(shown) == found.size
        assert all(value is None for value in shown[steps:])
        np.testing.assert_allclose([float(v) for v in shown[:steps]], found.flat[:steps], atol=1e-5)
        weights = [float(self.weight(i, j).input_value()) for i in (1, 2, 3) for j in (1, 2, 3)]
        np.testing.assert_allclose(weights, python.weights, atol=6e-4)
        pixels = self.page.locator(".nj-cs-paper .nj-cs-cell").evaluate_all(
            "all => all.map(e => Number(e.style.fillOpacity))"
        )
        np.testing.assert_allclose(pixels, 0.85 * python.image.ravel(), atol=0.006)
        assert self.status.text_content().startswith(f"{steps} of {found.size} outputs.")
        n = len(found)
        total = 0 if python.padding == "valid" else max((n - 1) * python.stride + 3 - SIZE, 0)
        row, column = divmod(max(steps - 1, 0), n)
        corner = [(python.stride * i - total // 2 + 1) * CELL for i in (column, row)]
        assert self.box(".nj-cs-paper .nj-cs-window") == [*corner, 3 * CELL, 3 * CELL]
        field = self.page.locator(".nj-cs-field")
        assert field.is_visible() == (python.layers > 1)
        if python.layers > 1:
            outwards = (python.field - 3) / 2 * CELL
            width = python.field * CELL
            expected = [corner[0] - outwards, corner[1] - outwards, width, width]
            assert self.box(".nj-cs-field") == expected


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
    assert shown.sum.text_content().endswith("= 2") or "sum is" in shown.sum.text_content()
    shown.track("Outputs").fill("57")
    shown.expect(steps=57)
    shown.button("Reset").click()
    shown.expect(steps=0)
    assert "Press Step" in shown.sum.text_content()


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


def test_stride_padding_and_layers(shown):
    shown.follow("steps=144")
    shown.padding.select_option("same")
    shown.follow("steps=144&padding=same")
    shown.expect(steps=144, padding="same")
    shown.track("Stride").fill("2")
    shown.expect(steps=144, padding="same", stride=2)
    shown.track("Layers up").fill("3")
    shown.expect(steps=144, padding="same", stride=2, layers=3)
    shown.track("Stride").fill("3")
    shown.padding.select_option("valid")
    shown.expect(steps=144, stride=3, layers=3)


def test_pixels_are_switched_by_pointer(shown):
    house = ConvolutionStepper().image
    shown.track("Outputs").fill("100")
    box = shown.paper.bounding_box()
    for row, column in ((0, 0), (6, 3), (11, 11)):
        side = box["width"] / (SIZE + 2)
        shown.page.mouse.click(box["x"] + (column + 1.5) * side, box["y"] + (row + 1.5) * side)
        house[row, column] = 1 - house[row, column]
    shown.expect(picture="own", pixels=house.ravel(), steps=100)
    shown.page.mouse.click(box["x"] + 3, box["y"] + 3)  # the rim is no pixel
    shown.expect(picture="own", pixels=house.ravel(), steps=100)


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
    assert shown.box(".nj-cs-cursor")[0] == CELL


def test_every_control_is_reached_and_moved_by_keys(shown):
    shown.paper.focus()
    reached = []
    for _ in range(23):
        reached.append(shown.page.evaluate(
            "(e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent)"
            "(document.activeElement)"))  # fmt: skip
        shown.page.keyboard.press("Tab")
    assert reached[0].startswith("The picture. Arrow keys")
    assert reached[1:] == [
        *[f"Weight in row {i}, column {j}" for i in (1, 2, 3) for j in (1, 2, 3)],
        "Play", "Step", "Reset", "Picture", "Kernel", "Padding", "Outputs", "Outputs, as a number",
        "Stride", "Stride, as a number", "Layers up", "Layers up, as a number",
        "Copy link to this state",
    ]  # fmt: skip
    shown.page.evaluate("document.body.addEventListener('keydown', () => { window.taken = true; })")
    shown.track("Stride").press("ArrowRight")
    shown.track("Outputs").press("ArrowRight")
    shown.expect(stride=2, steps=2)
    shown.paper.press("ArrowDown")
    assert shown.page.evaluate("window.taken") is None


def test_a_link_sets_the_widget_and_nothing_foreign(shown):
    shown.follow("picture=ring&stride=2&padding=same&steps=12&layers=2&weights=1,2,3,4,5,6,7,8,-9")
    shown.expect(
        picture="ring", stride=2, padding="same", steps=12, layers=2,
        weights=[1, 2, 3, 4, 5, 6, 7, 8, -9],
    )  # fmt: skip
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
    for link in ("", "steps=0", "steps=144&padding=same&layers=3", "stride=3&padding=same&layers=3",
                 "picture=ring&steps=60&weights=1.25,2.25,3.25,4.25,5.25,6.25,7.25,8.25,-8.75",
                 "picture=edge&steps=9&weights=-1.25,-2.25,-3.25,-4,-6.25,-7,-8,-9"):  # fmt: skip
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
