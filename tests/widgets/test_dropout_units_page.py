"""Dropout in Chromium: every control, by keyboard and by pointer, against Python."""

from __future__ import annotations

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from helpers.widgets.dropout_units import DropoutUnits

pytestmark = pytest.mark.slow

# The axes of a map run from 26 to 210 and from 190 up to 6, both for -2 to 2.
LEFT, RIGHT, BOTTOM, TOP = 26, 210, 190, 6


class Shown:
    """What the reader sees, and where to take hold of it."""

    def __init__(self, page):
        self.page = page
        self.status = page.locator(".nj-du-status")
        self.look = page.locator(".nj-du-look")
        self.maps = page.locator(".nj-du-map")
        self.rate = page.get_by_role("spinbutton", name="Dropout rate, as a number")
        self.seed = page.get_by_role("spinbutton", name="Seed of the masks, as a number")
        self.network = page.get_by_role("combobox", name="Trained")
        self.average = page.get_by_role("combobox", name="Average of the")
        self.scaled = page.get_by_role("checkbox", name="Multiply what is kept")

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def settle(self):
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => "
                           "requestAnimationFrame(done)))")  # fmt: skip

    def masks(self) -> int:
        self.settle()
        return int(re.match(r"Mask ([\d,]+)", self.status.text_content())[1].replace(",", ""))

    def follow(self, link: str) -> None:
        self.page.evaluate("link => { location.hash = link }", f"#widget=dropout_units&{link}")
        self.page.wait_for_timeout(60)
        self.settle()

    def expect(self, **traits) -> None:
        """Check all that is written and drawn against the class in Python."""
        python = DropoutUnits(**traits)
        self.settle()
        kept, gap = python.kept[-1], python.gap
        text = self.status.text_content()
        assert text.startswith(f"Mask {python.masks:,}: {kept.sum()} of {len(kept)} units")
        assert f"network is {gap:.{4 if gap < 0.01 else 3}f}." in text
        assert ("not scaled" in text) == (not python.scaled and python.rate > 0)
        units = self.page.locator(".nj-du-unit:visible")
        off = [unit.get_attribute("data-off") is not None for unit in units.all()]
        np.testing.assert_array_equal(off, ~kept)
        assert float(self.rate.input_value()) == pytest.approx(python.rate)
        assert self.seed.input_value() == str(python.seed)
        assert self.network.input_value() == python.network
        assert self.average.input_value() == python.average
        assert self.scaled.is_checked() == python.scaled
        x, y = np.array(python.points)[:, :2], np.array(python.points)[:, 2]
        average = python.averaged(x)[:, -1] >= 0.5
        answers = (python.sums(x, python.kept)[:, -1] >= 0, average, python.sums(x) >= 0)
        told = self.page.locator(".nj-du-right").all_text_contents()
        assert told == [f"{np.sum(one == y)} of {len(x)} points right" for one in answers]
        titles = self.maps.locator(".nj-panel-title").all_text_contents()
        assert titles == ["This mask", f"Average of {python.masks:,}", "Evaluated, no mask"]
        curve = self.page.locator(".nj-du-gap").get_attribute("d")
        assert curve.count("L") == python.masks - 1
        number = self.page.locator(".nj-gauge-value").text_content()
        assert float(number) == pytest.approx(gap, abs=6e-4)
        self.expect_borders(python)

    def expect_borders(self, python) -> None:
        """On its border each of the three networks says 1/2."""
        says = (
            lambda x: python.sums(x, python.kept)[:, -1],
            lambda x: 4 * (python.averaged(x)[:, -1] - 0.5),
            python.sums,
        )
        for k, z in enumerate(says):
            d = self.maps.nth(k).locator(".nj-border").get_attribute("d")
            pixels = np.array(re.findall(r"(-?[\d.]+) (-?[\d.]+)", d), dtype=float).reshape(-1, 2)
            x = np.column_stack([pixels[:, 0] - LEFT, BOTTOM - pixels[:, 1]]) / (RIGHT - LEFT)
            x = x[((x > 0.01) & (x < 0.99)).all(axis=1)] * 4 - 2
            if len(x):
                answers = 1 / (1 + np.exp(-z(x)))
                assert np.median(np.abs(answers - 0.5)) < 0.02


@pytest.fixture
def show(page_of):
    return lambda widget=None, **options: Shown(page_of(widget or DropoutUnits(), **options))


@pytest.fixture
def shown(show):
    return show()


def test_masks_are_those_of_python(shown):
    shown.expect()
    shown.button("New mask").click()
    shown.expect(masks=2)
    for _ in range(3):
        shown.button("New mask").click()
    shown.expect(masks=5)
    assert shown.look.text_content() == ""
    shown.button("Reset").click()
    shown.expect()


@pytest.mark.parametrize("rate", [0, 0.2, 0.8])
def test_the_rate_can_be_chosen(shown, rate):
    shown.follow("masks=60")
    shown.rate.fill(str(rate))
    shown.expect(masks=60, rate=rate)


def test_networks_averages_scaling_and_seed(shown):
    shown.follow("masks=80")
    shown.network.select_option("plain")
    shown.expect(masks=80, network="plain")
    shown.average.select_option("answers")
    shown.expect(masks=80, network="plain", average="answers")
    assert "stops at some distance" in shown.look.text_content()
    shown.scaled.uncheck()
    shown.expect(masks=80, network="plain", average="answers", scaled=False)
    assert "none speaks louder" in shown.look.text_content()
    shown.seed.fill("42")
    shown.expect(masks=80, network="plain", average="answers", scaled=False, seed=42)


def test_the_average_comes_to_be_the_evaluated_network(shown):
    shown.follow("masks=1000")
    shown.expect(masks=1000)
    assert "has come to be" in shown.look.text_content()
    shown.scaled.uncheck()
    shown.expect(masks=1000, scaled=False)


def test_points_are_drawn_where_they_are(shown):
    python = np.array(DropoutUnits().points)
    for k in range(3):
        for target in (0, 1):
            path = shown.maps.nth(k).locator(f".nj-du-dot[data-class='{target}']")
            found = re.findall(r"M(-?[\d.]+) (-?[\d.]+)h0", path.get_attribute("d"))
            want = python[python[:, 2] == target, :2]
            np.testing.assert_allclose(
                np.array(found, dtype=float),
                np.column_stack([LEFT + 46 * (want[:, 0] + 2), BOTTOM - 46 * (want[:, 1] + 2)]),
                atol=0.06,
            )


def test_a_network_of_ones_own_is_in_the_menu(show):
    shown = show(DropoutUnits([1, -1, 0.5, 2, 0, 0.5, 1, -2, 0.3], [[0.5, 1], [-1, -1]], [0, 1]))
    assert shown.network.locator("option").all_text_contents()[0] == "your network"
    assert shown.page.locator(".nj-du-unit:visible").count() == 2
    assert "of 2 points right" in shown.page.locator(".nj-du-right").first.text_content()
    shown.network.select_option("dropout")
    shown.settle()
    assert shown.page.locator(".nj-du-unit:visible").count() == 16


def test_play_gathers_more_and_more_masks_and_pauses(shown):
    shown.button("Play").click()
    shown.page.wait_for_function(
        "parseInt(document.querySelector('.nj-du-status').textContent.slice(5)) >= 8"
    )
    shown.follow("masks=300")  # a link stops what plays
    assert shown.button("Play").is_visible()
    shown.button("Play").click()
    shown.page.wait_for_function(
        "parseInt(document.querySelector('.nj-du-status').textContent.slice(5)) >= 340"
    )
    shown.button("Pause").click()
    stopped = shown.masks()
    shown.page.wait_for_timeout(400)
    assert shown.masks() == stopped
    shown.expect(masks=stopped)


def test_play_stops_at_the_last_mask(shown):
    shown.follow("masks=970")
    shown.button("Play").click()
    shown.button("Play").wait_for()
    expect(shown.status).to_contain_text("Mask 1,000")
    shown.button("New mask").click()
    assert shown.masks() == 1000


def test_at_most_five_masks_flicker_in_a_second(shown):
    """More than that would be hard to watch, and three flashes are where harm may begin."""
    # Counted by the page's own clock: a busy machine lets this test wait too long.
    shown.page.evaluate("""() => {
      window.changes = [];
      new MutationObserver(() => { window.changes.push(performance.now()); })
        .observe(document.querySelector('.nj-du-status'),
          { childList: true, characterData: true, subtree: true });
    }""")
    shown.button("Play").click()
    shown.page.wait_for_function("window.changes.length > 8")
    shown.button("Pause").click()
    changes = shown.page.evaluate("window.changes")[:9]
    assert changes[-1] - changes[0] > 0.9 * 8 * 200


def test_with_reduced_motion_it_jumps(show):
    shown = show(reduced_motion="reduce")
    shown.button("Run").click()
    shown.expect(masks=201)


def test_every_control_is_reached_and_moved_by_keys(shown):
    shown.page.evaluate("document.body.addEventListener('keydown', () => { window.taken = true; })")
    shown.button("Play").focus()
    reached = []
    for _ in range(11):
        reached.append(shown.page.evaluate(
            "(e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent)"
            "(document.activeElement)"))  # fmt: skip
        shown.page.keyboard.press("Tab")
    assert reached == [
        "Play", "New mask", "Reset", "Dropout rate", "Dropout rate, as a number",
        "Seed of the masks", "Seed of the masks, as a number", "Trained", "Average of the",
        "Multiply what is kept by 1/(1 − rate)", "Copy link to this state",
    ]  # fmt: skip
    shown.button("New mask").press("Enter")
    shown.page.get_by_role("slider", name="Dropout rate").press("ArrowLeft")
    shown.page.get_by_role("slider", name="Seed of the masks").press("ArrowRight")
    shown.scaled.press("Space")
    shown.expect(masks=2, rate=0.45, seed=6, scaled=False)
    assert shown.page.evaluate("window.taken") is None


def test_a_link_sets_the_widget_and_nothing_foreign(shown):
    shown.follow("rate=0.3&masks=25&seed=7&scaled=false&average=answers&network=plain")
    shown.expect(rate=0.3, masks=25, seed=7, scaled=False, average="answers", network="plain")
    shown.follow("rate=7&masks=1e9&seed=-4&scaled=maybe&average=median&network=none&weights=1")
    shown.expect(rate=0.8, masks=1000, seed=1)
    shown.follow("masks=2.4")
    shown.expect(masks=2)


def test_the_link_button_copies_the_state(shown):
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.button("New mask").click()
    shown.button("Copy link to this state").click()
    shown.button("Copied").wait_for()
    copied = shown.page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(
        "#widget=dropout_units&rate=0.5&masks=2&seed=5&scaled=true&average=sums&network=dropout"
    )


def test_changes_are_told_to_screen_readers(shown):
    shown.button("New mask").click()
    live = shown.page.locator("p[aria-live=polite]")
    live.filter(has_text="Mask 2: ").wait_for(state="attached")
    label = shown.page.locator(".nj-du-net .nj-plot").get_attribute("aria-label")
    dropped = np.flatnonzero(~DropoutUnits(masks=2).kept[-1]) + 1
    assert label.endswith("dropped: " + ", ".join(map(str, dropped)))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_is_accessible_and_fits(widget_page, new_page, served, width, scheme):
    widget_page(
        DropoutUnits(masks=60),
        DropoutUnits(masks=60, network="plain", scaled=False, name="second"),
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
    page = shown.page
    frame = page.locator(".nj-view > div")
    reserved = float(frame.evaluate("e => parseFloat(getComputedStyle(e).minHeight)"))
    tallest = 0
    for link in ("", "masks=60&scaled=false", "masks=1000", "masks=1000&average=answers",
                 "masks=1000&average=answers&network=plain&rate=0.8",
                 "rate=0&masks=70", "masks=60&rate=0.8"):  # fmt: skip
        shown.follow(link)
        tallest = max(tallest, page.locator(".nj-widget").bounding_box()["height"])
        assert frame.bounding_box()["height"] == pytest.approx(reserved, abs=0.5), link
    assert tallest > reserved - 60


def test_targets_are_large_enough_for_fingers(show):
    shown = show(width=390, has_touch=True, is_mobile=True)
    for one in shown.page.locator(".nj-track, .nj-field, .nj-button, .nj-select, .nj-toggle").all():
        assert one.bounding_box()["height"] >= 44


def test_what_is_removed_stops_listening(shown):
    shown.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: false}))")
    assert shown.page.locator(".nj-widget").count() == 0
