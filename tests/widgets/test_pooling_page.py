"""Pooling in Chromium: every control, by keyboard and by pointer."""

from __future__ import annotations

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from helpers.widgets.pooling import SIZE, Pooling
from tests.widgets.shown import ShownWidget

pytestmark = pytest.mark.slow

CELL = 20


class Shown(ShownWidget):
    """What the reader sees, and where to take hold of it."""

    name = "pooling"

    def __init__(self, page):
        super().__init__(page)
        self.status = page.locator(".nj-po-status")
        self.numbers = page.get_by_role("combobox", name="Map")
        self.kind = page.get_by_role("combobox", name="Keep")
        self.window = page.get_by_role("combobox", name="Window")
        self.stride = page.get_by_role("combobox", name="Stride")
        self.view = page.get_by_role("combobox", name="Show")
        self.pooled = page.get_by_role("application", name="The pooled map")

    def texts(self, name) -> list[str]:
        return self.page.locator(f".nj-po-{name} text").all_text_contents()

    def mark(self, where, name) -> list[float] | None:
        """Top, left, height, width of a mark in cells, or None if it is not seen."""
        found = self.page.locator(f".nj-po-{where} .nj-mark-{name}")
        if not found.count() or not found.is_visible():
            return None
        return [float(found.get_attribute(n)) / CELL for n in ("y", "x", "height", "width")]

    def at(self, row, column, side) -> tuple[float, float]:
        """Where the middle of a pooled number is on the screen."""
        box = self.pooled.bounding_box()
        start = (SIZE - side) / 2
        return tuple(
            low + (start + k + 0.5) * box["width"] / SIZE
            for low, k in ((box["x"], column), (box["y"], row))
        )

    def expect(self, asked=None, **traits) -> None:
        """Check all that is written and drawn against the class in Python."""
        python = Pooling(**traits)
        self.settle()
        pooled, forward = python.pooled, python.view == "forward"
        count = len(pooled)
        steps = min(python.steps, pooled.size)
        texts = self.texts("map")
        want = python.feature_map if forward else python.back
        np.testing.assert_allclose([float(text) for text in texts], want.ravel(), atol=0.051)
        np.testing.assert_allclose(
            [float(t) for t, x in zip(texts, want.flat, strict=True) if x < 1],
            want[want < 1],
            atol=0.0051,
        )
        seen = [k for k in range(pooled.size) if k < steps or (forward and k == asked)]
        texts = self.texts("pooled")
        assert len(texts) == pooled.size
        assert [k for k, text in enumerate(texts) if text] == seen
        want = pooled.ravel()[seen] if forward else np.ones(len(seen))
        np.testing.assert_allclose([float(texts[k]) for k in seen], want, atol=0.051)
        index = steps - 1 if asked is None else asked
        if index < 0:
            assert self.mark("map", "window") is None
            assert self.mark("pooled", "window") is None
            assert not self.page.locator(".nj-beam").is_visible()
        else:
            row, column = divmod(index, count)
            top, left = python.stride * row, python.stride * column
            assert self.mark("map", "window") == [top, left, python.window, python.window]
            start = (SIZE - count) / 2
            assert self.mark("pooled", "window") == [start + row, start + column, 1, 1]
            assert self.page.locator(".nj-beam").is_visible()
            window = python.feature_map[top : top + python.window, left : left + python.window]
            down, right = np.unravel_index(window.argmax(), window.shape)
            ring = [top + down, left + right, 1, 1] if python.kind == "max" else None
            assert self.mark("map", "winner") == ring
        assert self.status.text_content().startswith(f"{steps} of {pooled.size} windows")
        numbers = self.page.locator(".nj-gauge-value").all_text_contents()
        assert numbers == [
            "∞" if np.isinf(share) else f"{100 * share:.0f}" for share in python.changed
        ]
        for control, trait in ((self.numbers, "numbers"), (self.kind, "kind"), (self.view, "view"),
                               (self.window, "window"), (self.stride, "stride")):  # fmt: skip
            assert control.input_value() == str(getattr(python, trait))


@pytest.fixture
def show(page_of):
    return lambda **options: Shown(page_of(Pooling(**options.pop("traits", {})), **options))


@pytest.fixture
def shown(show):
    return show()


def test_windows_come_one_after_the_other(show):
    shown = show(traits={"steps": 0})
    shown.expect(steps=0)
    for _ in range(3):
        shown.button("Step").click()
    shown.expect(steps=3)
    shown.track("Windows done").fill("11")
    shown.expect(steps=11)
    shown.button("Play").click()
    shown.page.wait_for_function(
        "document.querySelector('.nj-po-status').textContent.startsWith('16 of')"
    )
    shown.button("Play").wait_for()
    shown.expect(steps=16)
    shown.button("Reset").click()
    shown.expect(steps=0)


def test_with_reduced_motion_it_jumps(show):
    shown = show(traits={"steps": 0}, reduced_motion="reduce")
    shown.button("Run").click()
    shown.expect()


def test_every_setting(shown):
    shown.expect()
    shown.numbers.select_option("spots")
    shown.expect(numbers="spots")
    shown.track("Moved right").fill("2")
    shown.track("Moved down").fill("1")
    shown.expect(numbers="spots", right=2, down=1)
    shown.kind.select_option("average")
    shown.expect(numbers="spots", right=2, down=1, kind="average")
    assert not shown.track("Seed").is_enabled()
    shown.numbers.select_option("random")
    shown.track("Seed").fill("42")
    shown.window.select_option("3")
    shown.stride.select_option("1")
    traits = {"numbers": "random", "seed": 42, "right": 2, "down": 1, "window": 3, "stride": 1}
    shown.expect(**traits, kind="average")
    shown.kind.select_option("max")
    shown.expect(**traits)
    shown.numbers.select_option("line")
    shown.expect(**traits | {"numbers": "line"})


def test_a_change_from_nothing(shown):
    shown.stride.select_option("3")
    shown.expect(stride=3)
    shown.track("Moved right").fill("1")
    shown.track("Moved down").fill("1")
    shown.expect(stride=3, right=1, down=1)


@pytest.mark.parametrize("kind", ["max", "average"])
@pytest.mark.parametrize(("window", "stride"), [(2, 2), (3, 1), (2, 3)])
def test_gradients_come_back_window_by_window(show, kind, window, stride):
    traits = {"numbers": "random", "kind": kind, "window": window, "stride": stride, "seed": 3}
    shown = show(traits=traits | {"steps": 2})
    shown.view.select_option("back")
    shown.expect(**traits, steps=2, view="back")
    shown.button("Step").click()
    shown.expect(**traits, steps=3, view="back")
    shown.track("Windows done").fill("64")
    shown.expect(**traits, steps=64, view="back")
    shown.button("Reset").click()
    shown.expect(**traits, steps=0, view="back")


def test_a_pooled_number_shows_its_window(show):
    shown = show(traits={"steps": 3})
    shown.page.evaluate("document.body.addEventListener('keydown', () => { window.taken = true; })")
    shown.page.mouse.move(*shown.at(2, 1, 4))
    shown.expect(steps=3, asked=9)
    shown.page.mouse.move(0, 0)
    shown.expect(steps=3)
    shown.page.mouse.click(*shown.at(1, 1, 4))
    shown.page.mouse.move(0, 0)
    shown.expect(steps=3, asked=5)
    shown.pooled.press("ArrowRight")
    shown.expect(steps=3, asked=6)
    shown.pooled.press("End")
    shown.expect(steps=3, asked=15)
    shown.button("Step").click()
    shown.expect(steps=4)
    shown.pooled.press("ArrowLeft")
    shown.expect(steps=4, asked=2)
    assert shown.page.evaluate("window.taken") is None


def test_every_control_is_reached_and_moved_by_keys(show):
    shown = show(traits={"numbers": "random"})
    shown.pooled.focus()
    reached = []
    for _ in range(18):
        reached.append(shown.page.evaluate(
            "(e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent)"
            "(document.activeElement)"))  # fmt: skip
        shown.page.keyboard.press("Tab")
    assert reached[0].startswith("The pooled map")
    sliders = ["Moved right", "Moved down", "Windows done", "Seed"]
    assert reached[1:] == [
        "Play", "Step", "Reset", "Map", "Keep", "Window", "Stride", "Show",
        *[name for label in sliders for name in (label, f"{label}, as a number")],
        "Copy link to this state",
    ]  # fmt: skip
    shown.page.evaluate("document.body.addEventListener('keydown', () => { window.taken = true; })")
    shown.track("Moved right").press("ArrowRight")
    shown.track("Moved down").press("ArrowRight")
    shown.track("Seed").press("ArrowRight")
    shown.stride.press("ArrowUp")
    shown.window.press("ArrowDown")
    shown.kind.press("ArrowDown")
    traits = {"numbers": "random", "right": 1, "down": 1, "stride": 1, "seed": 2, "window": 3}
    shown.expect(**traits, kind="average")
    shown.track("Windows done").press("ArrowLeft")
    shown.view.press("ArrowDown")
    shown.expect(**traits, kind="average", steps=35, view="back")
    shown.numbers.press("ArrowUp")
    shown.expect(**traits | {"numbers": "line"}, kind="average", steps=35, view="back")
    assert shown.page.evaluate("window.taken") is None


def test_a_link_sets_the_widget_and_nothing_foreign(shown):
    link = "numbers=spots&right=1&down=3&kind=average&window=3&stride=1&steps=9"
    traits = {"numbers": "spots", "right": 1, "down": 3, "kind": "average", "window": 3}
    shown.follow(link)
    shown.expect(**traits, stride=1, steps=9)
    shown.follow(f"{link}&view=back")
    shown.expect(**traits, stride=1, steps=9, view="back")
    shown.follow("numbers=many&right=9&down=-2&kind=min&window=7&stride=0&steps=1e9&view=up&SIZE=3")
    shown.expect(right=3, window=3, stride=1)


def test_the_link_button_copies_the_state(shown):
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.track("Moved right").fill("1")
    shown.settle()
    shown.button("Copy link to this state").click()
    shown.button("Copied").wait_for()
    copied = shown.page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(
        "#widget=pooling&numbers=spot&seed=1&right=1&down=0&kind=max&window=2&stride=2"
        "&steps=64&view=forward"
    )


def test_changes_are_told_to_screen_readers(shown):
    shown.track("Moved right").fill("2")
    told = shown.page.locator("p[aria-live=polite]")
    told.filter(has_text="what is pooled by 200 per cent").wait_for(state="attached")
    shown.view.select_option("back")
    told.filter(has_text="A gradient of 1 goes back").wait_for(state="attached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_is_accessible_and_fits(widget_page, new_page, served, width, scheme):
    widget_page(Pooling(numbers="random", stride=1), Pooling(kind="average", name="second"))
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
    for link in (
        "",
        "steps=0",
        "numbers=random&right=3&down=3&stride=1&kind=average",
        "numbers=random&right=1&window=3&stride=1&kind=average&view=back",
        "right=1&view=back",
        "right=2",
        "numbers=spots&window=3&stride=3&right=1",
    ):
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
