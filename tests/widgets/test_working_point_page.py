"""Working point in Chromium: every control, by keyboard and by pointer, against Python."""

from __future__ import annotations

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from helpers.widgets.working_point import BINS, WorkingPoint
from tests.widgets.shown import ShownWidget

pytestmark = pytest.mark.slow

# Both plots have axes from 50 to 348 and from 226 up to 10.
LEFT, RIGHT, BOTTOM, TOP = 50, 348, 226, 10
NAMES = ("good", "poor", "coin")


def made(**traits):
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.repeat([1, 0], [1500, 3000]))
    scores = rng.normal(1.5 * labels), -rng.gamma(3 - labels), rng.normal(size=4500)
    return WorkingPoint(dict(zip(NAMES, scores, strict=True)), labels, **traits)


def number(text: str) -> float:
    return float(text.replace(",", "").replace(" %", "").replace("−", "-"))


def places(d: str) -> np.ndarray:
    return np.array(re.findall(r"(-?[\d.]+) (-?[\d.]+)", d), dtype=float).reshape(-1, 2)


class Shown(ShownWidget):
    """What the reader sees, and where to take hold of it."""

    name = "working_point"

    def __init__(self, page):
        super().__init__(page)
        self.status = page.locator(".nj-wp-status")
        self.rows = page.locator(".nj-wp-table tbody tr")
        self.tagger = page.get_by_role("combobox", name="Tagger")
        self.other = page.get_by_role("combobox", name="Compare with")
        self.half = page.get_by_role("button", name="Half of the signal")

    def spot(self, k: int) -> np.ndarray:
        moved = self.page.locator(".nj-wp-spot.nj-wp-" + ("first", "second")[k])
        return np.array(re.findall(r"[\d.]+", moved.get_attribute("transform")), dtype=float)

    def expect(self, **traits) -> None:
        """Check all that is written and drawn against the class in Python."""
        python = made(**traits)
        self.settle()
        point = python.point()
        second = None
        if python.other != "none":
            threshold = python.matched(python.other, point.signal_efficiency)
            second = python.point(python.other, threshold)
        assert self.tagger.input_value() == python.tagger
        assert self.other.input_value() == python.other
        assert float(self.field("Threshold").input_value()) == pytest.approx(python.threshold)
        ratio = float(self.field("Background to signal").input_value())
        assert ratio == pytest.approx(python.ratio, rel=2e-3)
        text = self.status.text_content()
        assert f": {point.signal:,} of 1,500 signal jets and {point.background:,} of" in text
        for k, (name, one) in enumerate(((python.tagger, point), (python.other, second))):
            row = self.rows.nth(k)
            spot = self.page.locator(".nj-wp-spot.nj-wp-" + ("first", "second")[k])
            assert row.is_visible() == spot.is_visible() == (one is not None)
            if one is None:
                continue
            assert row.locator("th").text_content() == name
            cells = row.locator("td").all_text_contents()
            assert number(cells[0]) == pytest.approx(100 * one.signal_efficiency, abs=0.51)
            assert number(cells[1]) == pytest.approx(100 * one.background_efficiency, abs=0.51)
            x, y = self.spot(k)
            assert x == pytest.approx(LEFT + (RIGHT - LEFT) * one.signal_efficiency, abs=0.1)
            if one.background:
                assert number(cells[2]) == pytest.approx(one.rejection, rel=0.005, abs=0.06)
                assert number(cells[3]) == pytest.approx(one.significance, rel=0.01, abs=1e-3)
                height = (BOTTOM - y) / (BOTTOM - TOP) * 3.3
                assert height == pytest.approx(min(np.log10(one.rejection), 3.3), abs=0.01)
            else:
                assert cells[2:] == ["unknown", "unknown"]
                assert spot.get_attribute("data-beyond") is not None
        rule = self.page.locator(".nj-wp-rule").get_attribute("d")
        at = float(re.match(r"M([\d.]+)", rule)[1])
        assert at == pytest.approx(LEFT + (RIGHT - LEFT) * point.threshold, abs=0.06)
        self.expect_histograms(python)

    def expect_histograms(self, python) -> None:
        """The outline's heights are the shares of the jets in five bins each."""
        (given,) = [each for each in python.taggers if each["name"] == python.tagger]
        shares = {
            kind: np.array(given[kind]).reshape(40, -1).sum(axis=1) / sum(given[kind])
            for kind in ("signal", "background")
        }
        highest = max(one.max() for one in shares.values())
        tops = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1)
        top = next(end for end in tops if highest <= 0.97 * end)
        for kind, want in shares.items():
            d = self.page.locator(f".nj-wp-line.nj-wp-{kind}").get_attribute("d")
            corners = re.findall(r"L([\d.]+) ([\d.]+)H", d)
            heights = (BOTTOM - np.array(corners, dtype=float)[:, 1]) / (BOTTOM - TOP) * top
            np.testing.assert_allclose(heights, want, atol=top / 1000)
            filled = self.page.locator(f".nj-wp-area.nj-wp-{kind}").get_attribute("d")
            edge = LEFT + (RIGHT - LEFT) * python.point().threshold
            starts = float(re.match(r"M([\d.]+)", filled)[1]) if filled else RIGHT
            assert starts == pytest.approx(edge, abs=0.1)


@pytest.fixture
def show(page_of):
    return lambda widget=None, **options: Shown(page_of(widget or made(), **options))


@pytest.fixture
def shown(show):
    return show()


def test_it_begins_at_half_of_the_signal(shown):
    shown.expect()


@pytest.mark.parametrize("threshold", [0, 0.25, 0.6, 0.9, 1])
def test_the_threshold_can_be_typed(shown, threshold):
    shown.field("Threshold").fill(str(threshold))
    shown.expect(threshold=threshold)
    shown.half.click()
    shown.expect()


def test_the_threshold_can_be_dragged(shown):
    box = shown.page.locator(".nj-wp-scores .nj-plot").bounding_box()
    scale = box["width"] / 360
    at = made().threshold
    grip = shown.page.locator(".nj-wp-grip")
    grip.hover()
    shown.page.mouse.down()
    x = box["x"] + scale * (LEFT + (RIGHT - LEFT) * 0.8)
    shown.page.mouse.move(x, box["y"] + 100, steps=4)
    shown.page.mouse.up()
    shown.expect(threshold=0.8)
    assert at != 0.8


def test_another_tagger_lets_the_same_share_of_the_signal_through(shown):
    efficiency = made().point().signal_efficiency
    shown.tagger.select_option("coin")
    shown.expect(tagger="coin", other="poor", threshold=made().matched("coin", efficiency))
    shown.tagger.select_option("poor")  # the one that it was compared with: they change places
    again = made().point("coin", made().matched("coin", efficiency)).signal_efficiency
    shown.expect(tagger="poor", other="coin", threshold=made().matched("poor", again))
    shown.other.select_option("none")
    shown.expect(tagger="poor", other="none", threshold=made().matched("poor", again))
    assert "At this signal efficiency" not in shown.status.text_content()


def test_two_taggers_are_compared_with_what_is_known(show):
    assert "good rejects" in show().status.text_content()
    rng = np.random.default_rng(1)
    labels = np.tile([0, 1], 500)
    score = rng.normal(labels)
    twins = WorkingPoint({"one": score, "two": score + rng.normal(0, 0.1, 1000)}, labels)
    assert "one and two can't be told apart" in show(twins).status.text_content()


@pytest.mark.parametrize("ratio", [1, 30, 10_000])
def test_the_ratio_changes_the_significance_only(shown, ratio):
    before = shown.rows.first.locator("td").all_text_contents()
    shown.field("Background to signal").fill(str(ratio))
    shown.expect(ratio=ratio)
    assert shown.rows.first.locator("td").all_text_contents()[:3] == before[:3]


def test_the_curves_are_drawn_where_they_are(shown):
    python = made()
    for k, name in enumerate(("good", "poor")):
        curve = shown.page.locator(".nj-wp-roc.nj-wp-" + ("first", "second")[k])
        found = places(curve.get_attribute("d"))
        points = [python.point(name, edge / BINS) for edge in range(BINS + 1)]
        want = np.array([
            [LEFT + (RIGHT - LEFT) * one.signal_efficiency,
             BOTTOM - (BOTTOM - TOP) * np.log10(one.rejection) / 3.3]
            for one in points if one.background
        ])  # fmt: skip
        np.testing.assert_allclose(found, want, atol=0.06)
    ticks = shown.page.locator(".nj-wp-curves .nj-y-tick").all_text_contents()
    assert {"10⁰", "10¹", "10²", "10³"} <= set(ticks)


def test_every_control_is_reached_and_moved_by_keys(shown):
    shown.page.evaluate("document.body.addEventListener('keydown', () => { window.taken = true; })")
    shown.tagger.focus()
    reached = []
    for _ in range(8):
        reached.append(shown.page.evaluate(
            "(e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent)"
            "(document.activeElement)"))  # fmt: skip
        shown.page.keyboard.press("Tab")
    assert reached == [
        "Tagger", "Compare with", "Half of the signal", "Threshold", "Threshold, as a number",
        "Background jets for each signal jet", "Background to signal, as a number",
        "Copy link to this state",
    ]  # fmt: skip
    shown.track("Threshold").press("ArrowRight")
    shown.expect(threshold=made().threshold + 1 / BINS)
    shown.half.press("Enter")
    shown.expect()
    assert shown.page.evaluate("window.taken") is None


def test_a_link_sets_the_widget_and_nothing_foreign(shown):
    shown.follow("tagger=poor&other=coin&threshold=0.7&ratio=50")
    shown.expect(tagger="poor", other="coin", threshold=0.7, ratio=50)
    shown.follow("tagger=best&other=worst&threshold=7&ratio=1e9&taggers=1")
    shown.expect(threshold=1, ratio=10_000)
    shown.follow("tagger=coin")
    efficiency = made().point().signal_efficiency
    shown.expect(tagger="coin", other="poor", threshold=made().matched("coin", efficiency))


def test_the_link_button_copies_the_state(shown):
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.field("Threshold").fill("0.5")
    shown.page.get_by_role("button", name="Copy link to this state").click()
    shown.page.get_by_role("button", name="Copied").wait_for()
    copied = shown.page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith("#widget=working_point&tagger=good&other=poor&threshold=0.5&ratio=100")


def test_changes_are_told_to_screen_readers(shown):
    shown.field("Threshold").fill("0.9")
    live = shown.page.locator("p[aria-live=polite]")
    live.filter(has_text="At or above 0.900: ").wait_for(state="attached")


def test_a_tagger_alone_and_one_with_a_long_name_can_be_shown(show):
    labels = np.tile([0, 1], 50)
    name = "logistic regression with the distance from the mass of the W"
    shown = show(WorkingPoint({name: np.arange(100) + 30 * labels}, labels), width=350)
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 350
    assert shown.rows.nth(1).is_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_is_accessible_and_fits(widget_page, new_page, served, width, scheme):
    widget_page(made(), made(threshold=1, tagger="coin", name="second"))
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
    for link in ("", "threshold=0.9", "threshold=1", "threshold=0", "other=none",
                 "threshold=0.3&ratio=10000", "other=good", "tagger=coin&ratio=1"):  # fmt: skip
        shown.follow(link)
        tallest = max(tallest, page.locator(".nj-widget").bounding_box()["height"])
        assert frame.bounding_box()["height"] == pytest.approx(reserved, abs=0.5), link
    assert tallest > reserved - 60


def test_targets_are_large_enough_for_fingers(show):
    shown = show(width=390, has_touch=True, is_mobile=True)
    for one in shown.page.locator(".nj-track, .nj-field, .nj-button, .nj-select").all():
        assert one.bounding_box()["height"] >= 44


def test_what_is_removed_stops_listening(shown):
    shown.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: false}))")
    assert shown.page.locator(".nj-widget").count() == 0
