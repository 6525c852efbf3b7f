"""Pooling in Chromium: every control, by keyboard and by pointer."""

from __future__ import annotations

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from helpers.widgets.pooling import SIZE, Pooling

pytestmark = pytest.mark.slow

CELL = 30


class Shown:
    """What the reader sees, and where to take hold of it."""

    def __init__(self, page):
        self.page = page
        self.status = page.locator(".nj-po-status")
        self.numbers = page.get_by_role("combobox", name="Map")
        self.kind = page.get_by_role("combobox", name="Keep")

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def track(self, name):
        return self.page.get_by_role("slider", name=name)

    def settle(self):
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => "
                           "requestAnimationFrame(done)))")  # fmt: skip

    def follow(self, link: str) -> None:
        self.page.evaluate("link => { location.hash = link }", f"#widget=pooling&{link}")
        self.page.wait_for_timeout(60)
        self.settle()

    def square(self, name) -> list[str]:
        return self.page.locator(f".nj-po-{name} .nj-po-cell:visible text").all_text_contents()

    def expect(self, **traits) -> None:
        """Check all that is written and drawn against the class in Python."""
        python = Pooling(**traits)
        self.settle()
        steps = min(python.steps, python.pooled.size)
        for name, values, shown in (
            ("map", python.feature_map, SIZE**2),
            ("pooled", python.pooled, steps),
            ("back", python.back, SIZE**2),
        ):
            texts = self.square(name)
            assert len(texts) == values.size
            assert texts[shown:] == [""] * (values.size - shown)
            np.testing.assert_allclose(
                [float(text) for text in texts[:shown]], values.ravel()[:shown], atol=0.0051
            )
        window = self.page.locator(".nj-po-map .nj-po-window")
        ring = self.page.locator(".nj-po-winner")
        assert window.is_visible() == (steps > 0)
        assert ring.is_visible() == (steps > 0 and python.kind == "max")
        if steps:
            row, column = divmod(steps - 1, len(python.pooled))
            top, left = python.stride * row, python.stride * column
            place = [float(window.get_attribute(a)) for a in ("x", "y", "width")]
            assert place == [left * CELL, top * CELL, python.window * CELL]
            seen = python.feature_map[top : top + python.window, left : left + python.window]
            down, right = np.unravel_index(seen.argmax(), seen.shape)
            if python.kind == "max":
                centre = [float(ring.get_attribute(a)) for a in ("cx", "cy")]
                assert centre == [(left + right + 0.5) * CELL, (top + down + 0.5) * CELL]
        assert self.status.text_content().startswith(f"{steps} of {python.pooled.size} windows")


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
    shown.track("Window width").fill("3")
    shown.follow("numbers=random&seed=42&window=3&stride=1&kind=average")
    shown.expect(numbers="random", seed=42, window=3, stride=1, kind="average")
    shown.kind.select_option("max")
    shown.expect(numbers="random", seed=42, window=3, stride=1)


def test_every_control_is_reached_and_moved_by_keys(show):
    shown = show(traits={"numbers": "random"})
    shown.page.evaluate("document.body.addEventListener('keydown', () => { window.taken = true; })")
    shown.button("Play").focus()
    reached = []
    for _ in range(18):
        reached.append(shown.page.evaluate(
            "(e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent)"
            "(document.activeElement)"))  # fmt: skip
        shown.page.keyboard.press("Tab")
    sliders = ["Moved right", "Moved down", "Window width", "Stride", "Windows done", "Seed"]
    assert reached == [
        "Play", "Step", "Reset", "Map", "Keep",
        *[name for label in sliders for name in (label, f"{label}, as a number")],
        "Copy link to this state",
    ]  # fmt: skip
    shown.track("Moved right").press("ArrowRight")
    shown.track("Stride").press("ArrowLeft")
    shown.track("Seed").press("ArrowRight")
    shown.follow("numbers=random&right=1&stride=1&seed=2")
    shown.expect(numbers="random", right=1, stride=1, seed=2)
    assert shown.page.evaluate("window.taken") is None


def test_a_link_sets_the_widget_and_nothing_foreign(shown):
    shown.follow("numbers=spots&right=1&down=3&kind=average&window=3&stride=1&steps=9")
    shown.expect(numbers="spots", right=1, down=3, kind="average", window=3, stride=1, steps=9)
    shown.follow("numbers=many&right=9&down=-2&kind=min&window=7&stride=0&steps=1e9&SIZE=3")
    shown.expect(right=3, window=3, stride=1)


def test_the_link_button_copies_the_state(shown):
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.track("Moved right").fill("1")
    shown.settle()
    shown.button("Copy link to this state").click()
    shown.button("Copied").wait_for()
    copied = shown.page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(
        "#widget=pooling&numbers=spot&seed=1&right=1&down=0&kind=max&window=2&stride=2&steps=64"
    )


def test_changes_are_told_to_screen_readers(shown):
    shown.track("Moved right").fill("2")
    told = shown.page.locator("p[aria-live=polite]")
    told.filter(has_text="Moved by 2 to the right").wait_for(state="attached")


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
    for link in ("", "steps=0", "numbers=random&right=3&down=3&stride=1&kind=average",
                 "numbers=spots&right=1&window=3&stride=3"):  # fmt: skip
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
