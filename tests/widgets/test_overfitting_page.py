"""Overfitting in Chromium: every control, by keyboard and by pointer."""

from __future__ import annotations

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from helpers.widgets import Overfitting
from helpers.widgets.overfitting import SAMPLES, VALIDATION

pytestmark = pytest.mark.slow


def points(path):
    d = path.get_attribute("d")
    return np.array(re.findall(r"(-?[\d.]+) (-?[\d.]+)", d), dtype=float)


class Shown:
    """What the reader sees, and where to take hold of it."""

    def __init__(self, page):
        self.page = page
        self.status = page.locator(".nj-ov-status")
        self.gauges = page.locator(".nj-gauge-value")
        self.many = page.get_by_role("checkbox", name="20 samples at once")
        self.against = page.get_by_role("combobox", name="Errors against")
        self.target = page.get_by_role("combobox", name="True function")

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def track(self, name):
        return self.page.get_by_role("slider", name=name)

    def field(self, name):
        return self.page.get_by_role("spinbutton", name=f"{name}, as a number")

    def settle(self):
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => "
                           "requestAnimationFrame(done)))")  # fmt: skip

    def expect(self, **traits):
        """Check the gauges, the curve, and the error curves against the class in Python."""
        self.settle()
        widget = Overfitting(**traits)
        shown = [float(text.replace(",", "")) for text in self.gauges.all_text_contents()]
        np.testing.assert_allclose(
            shown, [widget.training_error, widget.validation_error], atol=0.00051
        )
        # The left axes run from 40 to 332 and from 266 (y = −2.2) up to 8 (y = 2.2).
        curve = points(self.page.locator(".nj-ov-line"))
        y = widget.predict(np.linspace(-1, 1, 101))
        np.testing.assert_allclose(curve[:, 0], np.linspace(40, 332, 101), atol=0.06)
        np.testing.assert_allclose(curve[:, 1], 266 - (y + 2.2) / 4.4 * 258, atol=0.06)
        x, y = widget.training
        dots = points(self.page.locator(".nj-ov-points"))
        np.testing.assert_allclose(dots[:, 0], 40 + (x + 1) / 2 * 292, atol=0.06)
        np.testing.assert_allclose(dots[:, 1], 266 - (y + 2.2) / 4.4 * 258, atol=0.06)
        # The right ones from 186 (10⁻⁴) up to 8 (10²).
        for name, which in (("training", 0), ("validation", 1)):
            line = points(self.page.locator(f".nj-ov-{name}").first)
            at = [
                (d, widget.penalty) if widget.against == "degree" else (widget.degree, p)
                for d, p in zip(range(15), [0, *10 ** np.linspace(-6, -2.75, 14)], strict=True)
            ]
            errors = np.array([widget.errors(*each)[which] for each in at])
            want = 186 - (np.log10(np.maximum(errors, 1e-12)) + 4) / 6 * 178
            np.testing.assert_allclose(line[:15, 1], want, atol=0.06)


@pytest.fixture
def open_with(page_of):
    return lambda widget=None, **options: Shown(page_of(widget or Overfitting(), **options))


@pytest.fixture
def shown(open_with):
    return open_with()


def test_it_starts_as_in_python(shown):
    shown.expect()
    assert shown.page.locator("circle.nj-ov-unseen").count() == VALIDATION


def test_sliders_move_by_keyboard(shown):
    shown.track("Degree").press("ArrowRight")
    shown.track("Examples").press("ArrowRight")
    shown.track("Noise").press("ArrowLeft")
    shown.expect(degree=4, examples=21, noise=0.29)


def test_the_penalty_begins_with_zero(shown):
    track = shown.track("Penalty")
    assert track.get_attribute("aria-valuetext") == "0"
    track.press("ArrowRight")
    assert shown.field("Penalty").input_value() == "0"  # between 0 and the smallest there is
    shown.field("Penalty").fill("0.02")
    shown.expect(penalty=0.02)
    assert track.get_attribute("aria-valuetext") == "0.0200"
    track.press("End")
    shown.expect(penalty=10)
    track.press("Home")
    shown.expect(penalty=0)
    for _ in range(26):
        track.press("ArrowRight")
    value = float(shown.field("Penalty").input_value())
    assert 1e-6 <= value < 1.2e-6


def test_numbers_can_be_typed_and_are_brought_inside(shown):
    shown.field("Degree").fill("99")
    shown.field("Degree").press("Tab")
    shown.field("Examples").fill("40")
    shown.field("Noise").fill("0.5")
    shown.expect(degree=14, examples=40, noise=0.5)


@pytest.mark.parametrize("target", ["bump", "line"])
def test_function_and_axis_are_chosen(shown, target):
    shown.target.select_option(target)
    shown.expect(target=target)
    shown.against.select_option("penalty")
    shown.expect(target=target, against="penalty")
    expect(shown.status).to_contain_text("Of all λ with degree 3 the validation error is lowest")


def test_a_new_sample_is_drawn(shown):
    shown.button("New sample").press("Enter")
    shown.expect(seed=2)


def test_many_samples_lie_on_top_of_each_other(shown):
    shown.many.check()
    shown.settle()
    widget = Overfitting(many=True)
    fits = widget._fits(3, 0)
    one = points(shown.page.locator("path.nj-ov-one").nth(7))
    np.testing.assert_allclose(one[:, 1], 266 - (fits[7] + 2.2) / 4.4 * 258, atol=0.06)
    mean = points(shown.page.locator("path.nj-ov-mean"))
    np.testing.assert_allclose(mean[:, 1], 266 - (fits.mean(axis=0) + 2.2) / 4.4 * 258, atol=0.06)
    assert shown.page.locator("path.nj-ov-one:visible").count() == SAMPLES
    assert not shown.page.locator("path.nj-ov-line").is_visible()
    assert not points(shown.page.locator("path.nj-ov-training")).size
    parts = np.array([widget.bias_and_variance(d) for d in range(15)])
    for name, values in (("bias", parts[:, 0]), ("sum", parts.sum(axis=1) + 0.09)):
        line = points(shown.page.locator(f"path.nj-ov-{name}"))
        np.testing.assert_allclose(line[:, 1], 186 - (np.log10(values) + 4) / 6 * 178, atol=0.06)
    expect(shown.status).to_contain_text("bias² 0.0050")
    shown.many.uncheck()
    shown.expect()


def test_playing_raises_the_degree_to_the_end(shown):
    shown.button("Reset").click()
    shown.expect(degree=0)
    shown.button("Step").click()
    shown.expect(degree=1)
    shown.field("Degree").fill("12")
    shown.button("Play").click()
    expect(shown.field("Degree")).to_have_value("14")
    shown.button("Play").wait_for()
    shown.expect(degree=14)


def test_with_reduced_motion_nothing_plays(open_with):
    shown = open_with(reduced_motion="reduce")
    shown.button("Run").click()
    shown.expect(degree=14)
    assert shown.button("Pause").count() == 0


def test_a_link_sets_the_widget_and_nothing_foreign(shown):
    link = "#widget=overfitting&degree=9&penalty=0.5&examples=999&noise=0.1&target=bump&height=3"
    shown.page.evaluate("link => { location.hash = link }", link)
    expect(shown.status).to_contain_text("Degree 9, λ = 0.5, 100 examples")
    shown.expect(degree=9, penalty=0.5, examples=100, noise=0.1, target="bump")
    shown.page.evaluate("location.hash = '#widget=overfitting&seed=5'")
    expect(shown.status).to_contain_text("Degree 3, λ = 0, 20 examples")
    shown.expect(seed=5)


def test_keys_do_not_reach_the_host(shown):
    shown.page.evaluate("document.body.addEventListener('keydown', () => { window.taken = true; })")
    shown.track("Degree").press("ArrowLeft")
    shown.field("Penalty").press("ArrowUp")
    shown.many.press("Space")
    shown.target.press("ArrowDown")
    shown.button("New sample").press("Enter")
    assert shown.page.evaluate("window.taken") is None


def test_changes_are_told_to_screen_readers(shown):
    shown.track("Degree").press("ArrowRight")
    live = shown.page.locator("p[aria-live=polite]")
    live.filter(has_text="Degree 4, λ = 0, 20 examples").wait_for(state="attached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_is_accessible_and_fits(widget_page, new_page, served, width, scheme):
    second = Overfitting(14, name="second", many=True, against="penalty", examples=15)
    widget_page(Overfitting(9), second)
    page = new_page(width, color_scheme=scheme)
    page.goto(served + "page.html")
    page.locator(f".nj-widget[data-mode={scheme}]").nth(1).wait_for()
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 366])  # columns of 672 and 350 px
def test_the_height_is_reserved_whatever_is_shown(open_with, width):
    touch = width < 600
    shown = open_with(width=width, has_touch=touch, is_mobile=touch)
    frame = shown.page.locator(".nj-view > div")
    reserved = float(frame.evaluate("e => parseFloat(getComputedStyle(e).minHeight)"))
    for many, against, penalty in ((False, "penalty", "0.0000023"), (True, "degree", "0.123")):
        shown.many.set_checked(many)
        shown.against.select_option(against)
        shown.field("Penalty").fill(penalty)
        shown.field("Examples").fill("100")
        shown.settle()
        assert frame.bounding_box()["height"] == pytest.approx(reserved, abs=0.5)
        height = shown.page.locator(".nj-widget").bounding_box()["height"]
        assert reserved - 110 < height < reserved - 8


def test_targets_are_large_enough_for_fingers(open_with):
    shown = open_with(width=390, has_touch=True, is_mobile=True)
    selector = ".nj-track, .nj-field, .nj-button, .nj-select, .nj-toggle"
    boxes = [one.bounding_box() for one in shown.page.locator(selector).all()]
    assert len(boxes) > 12
    for box in boxes:
        assert box["height"] >= 44
        assert box["width"] >= 44


def test_dragging_keeps_sixty_frames_a_second(shown):
    """One fit and its error curves, anew in every frame: a part of 16.7 ms."""
    work = shown.page.evaluate("""async () => {
      const spent = [];
      const ask = window.requestAnimationFrame.bind(window);
      window.requestAnimationFrame = (action) => ask((now) => {
        const begin = performance.now();
        action(now);
        spent.push(performance.now() - begin);
      });
      const field = [...document.querySelectorAll('.nj-field')].at(-1); // the noise
      for (let k = 0; k < 40; k++) {
        field.value = (0.2 + k / 100).toFixed(2);
        field.dispatchEvent(new Event('input'));
        await new Promise((done) => ask(() => ask(done)));
      }
      return spent.sort((a, b) => a - b);
    }""")
    assert len(work) >= 40
    assert work[len(work) // 2] < 8


def test_what_is_removed_stops_listening(shown):
    page = shown.page
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: false}))")
    assert page.locator(".nj-widget").count() == 0
