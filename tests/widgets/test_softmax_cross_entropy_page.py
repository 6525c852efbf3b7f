"""Softmax and cross-entropy in Chromium: every control, by keyboard and by pointer."""

from __future__ import annotations

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from helpers.widgets.softmax_cross_entropy import NAMES, SoftmaxCrossEntropy

pytestmark = pytest.mark.slow

START = [1.0, 2.0, 0.5, -1.0]
# The axes of both column panels run from 46 to 332 and from 220 up to 8.
LEFT, RIGHT, BOTTOM, TOP = 46, 332, 220, 8


def number(text: str) -> float:
    return float(re.sub(r"[^\d.−-]", "", text).replace("−", "-"))


class Shown:
    """What the reader sees, and where to take hold of it."""

    def __init__(self, page):
        self.page = page
        self.status = page.locator(".nj-sc-status")
        self.plots = page.locator(".nj-plot")
        self.target = page.get_by_role("combobox", name="Target")
        self.classes = page.get_by_role("combobox", name="Classes")
        self.twice = page.get_by_role("checkbox", name="Softmax twice")

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def track(self, name):
        return self.page.get_by_role("slider", name=name)

    def field(self, name):
        return self.page.get_by_role("spinbutton", name=f"{name}, as a number")

    def settle(self):
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => "
                           "requestAnimationFrame(done)))")  # fmt: skip

    def follow(self, link: str) -> None:
        self.page.evaluate(
            "link => { location.hash = link }", f"#widget=softmax_cross_entropy&{link}"
        )
        self.page.wait_for_timeout(60)
        self.settle()

    def loss(self) -> float:
        self.settle()
        return number(self.page.locator(".nj-gauge-value").text_content())

    def columns(self, plot: int):
        return self.plots.nth(plot).locator(".nj-sc-column:visible")

    def expect(self, **traits) -> None:
        """Check all that is written and drawn against the class in Python."""
        python = SoftmaxCrossEntropy(**traits)
        self.settle()
        classes, right = len(python.logits), min(python.target, len(python.logits) - 1)
        assert self.loss() == pytest.approx(python.loss, abs=6e-4)
        for plot, values in ((0, python.logits), (1, python.probabilities)):
            columns = self.columns(plot)
            assert columns.count() == classes
            names = columns.locator(".nj-sc-name").all_text_contents()
            assert names == list(NAMES[:classes])
            low, high = ((-8, 8), (0, 1))[plot]
            for k, value in enumerate(values):
                bar = columns.nth(k).locator(".nj-sc-bar")
                y, height = (float(bar.get_attribute(a)) for a in ("y", "height"))
                zero = BOTTOM - (0 - low) / (high - low) * (BOTTOM - TOP)
                end = BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP)
                assert y == pytest.approx(min(zero, end), abs=0.06)
                assert height == pytest.approx(abs(zero - end), abs=0.06)
                marked = columns.nth(k).get_attribute("data-target")
                assert (marked is not None) == (k == right)
        numbers = self.columns(0).locator(".nj-sc-number").all_text_contents()
        assert [number(text) for text in numbers] == pytest.approx(python.gradient, abs=6e-4)
        numbers = self.columns(1).locator(".nj-sc-number").all_text_contents()
        for text, p in zip(numbers, python.probabilities, strict=True):
            if not text.startswith(("<", ">")):
                assert number(text) == pytest.approx(100 * p, abs=0.06)
        for k in range(5):
            field = self.field(f"Logit of {NAMES[k]}")
            if k < classes:
                assert float(field.input_value()) == pytest.approx(python.logits[k], abs=0.006)
        fields = self.page.get_by_role("spinbutton", name=re.compile("^Logit of"))
        assert fields.count() == classes  # the others are hidden
        assert self.target.input_value() == str(right)
        assert self.classes.input_value() == str(classes)
        assert self.twice.is_checked() == python.twice
        for name, trait in (
            ("Temperature", "temperature"),
            ("Label smoothing", "label_smoothing"),
            ("Learning rate", "learning_rate"),
        ):
            value = float(self.field(name).input_value())
            assert value == pytest.approx(getattr(python, trait), rel=0.006)
        mark = self.page.locator(".nj-gauge-marked")
        if python.floor > 0:
            assert number(mark.text_content()) == pytest.approx(python.floor, abs=6e-4)
        else:
            assert not mark.is_visible()
        self.expect_arrows(python)

    def expect_arrows(self, python) -> None:
        """In both panels they point from the bar's end against the difference and gradient."""
        for plot in (0, 1):
            for k, gradient in enumerate(python.gradient):
                d = self.columns(plot).nth(k).locator(".nj-sc-arrow").get_attribute("d")
                if plot == 0:
                    start = BOTTOM - (python.logits[k] + 8) / 16 * (BOTTOM - TOP)
                    end = start + np.clip(52 * gradient, -96, 96)
                    end = np.clip(end, TOP, BOTTOM)
                else:
                    start, end = (
                        BOTTOM - v[k] * (BOTTOM - TOP)
                        for v in (python.probabilities, python.targets)
                    )
                if abs(end - start) < 1:
                    assert d == ""
                else:
                    found = re.match(r"M[\d.]+ ([\d.]+)V([\d.]+)M", d)
                    assert float(found[1]) == pytest.approx(start, abs=0.06)
                    assert float(found[2]) == pytest.approx(end, abs=0.06)

    def stepped(self, steps: int, **traits) -> list[float]:
        """The logits after so many steps, in Python."""
        python = SoftmaxCrossEntropy(**traits)
        for _ in range(steps):
            python.logits = np.array(python.logits) - python.learning_rate * python.gradient
        return python.logits


@pytest.fixture
def show(page_of):
    return lambda widget=None, **options: Shown(page_of(widget or SoftmaxCrossEntropy(), **options))


@pytest.fixture
def shown(show):
    return show()


def test_steps_go_against_the_gradient_and_reset_leads_back(shown):
    shown.expect()
    shown.button("Step").click()
    shown.expect(logits=shown.stepped(1))
    assert shown.status.text_content().startswith("1 step. The target, horse")
    for _ in range(4):
        shown.button("Step").click()
    shown.expect(logits=shown.stepped(5))
    assert shown.status.text_content().startswith("5 steps. The target, horse")
    trail = shown.plots.nth(2).locator(".nj-sc-trail")
    assert trail.get_attribute("d").count("M") == 6  # the start, and every step
    shown.button("Reset").click()
    shown.expect()
    assert shown.status.text_content().startswith("The target, horse")
    assert trail.get_attribute("d") == ""


def test_the_dots_can_be_dragged(shown):
    grip = shown.columns(0).nth(2).locator(".nj-dot")
    box = grip.bounding_box()
    plot = shown.plots.first.bounding_box()
    x, scale = box["x"] + box["width"] / 2, plot["width"] / 340
    shown.page.mouse.move(x, box["y"] + box["height"] / 2)
    shown.page.mouse.down()
    shown.page.mouse.move(x, plot["y"] + 60 * scale, steps=4)
    shown.page.mouse.up()
    z = round(8 - (60 - TOP) / (BOTTOM - TOP) * 16, 1)
    shown.expect(logits=[1, 2, z, -1])
    shown.button("Step").click()
    shown.button("Reset").click()  # to where the reader had put it
    shown.expect(logits=[1, 2, z, -1])
    shown.page.mouse.move(x, plot["y"] + 60 * scale)
    shown.page.mouse.down()
    shown.page.mouse.move(x, plot["y"] - 500, steps=4)
    shown.page.mouse.up()
    shown.expect(logits=[1, 2, 8, -1])


@pytest.mark.parametrize("k", range(4))
def test_every_logit_has_a_slider_and_a_field(shown, k):
    name, logits = f"Logit of {NAMES[k]}", list(START)
    shown.track(name).press("ArrowRight")
    logits[k] += 0.1
    shown.expect(logits=logits)
    shown.field(name).fill("-3.25")
    logits[k] = -3.25
    shown.expect(logits=logits)
    shown.field(name).fill("99")
    shown.field(name).press("Tab")
    logits[k] = 8
    shown.expect(logits=logits)


def test_temperature_smoothing_rate_target_and_twice(shown):
    shown.field("Temperature").fill("2.5")
    shown.expect(temperature=2.5)
    assert "(p − y)/T" in shown.page.locator(".nj-sc-key").first.text_content()
    shown.field("Label smoothing").fill("0.2")
    shown.expect(temperature=2.5, label_smoothing=0.2)
    shown.target.select_option("3")
    shown.expect(temperature=2.5, label_smoothing=0.2, target=3)
    shown.field("Learning rate").fill("3")
    shown.twice.check()
    traits = {"temperature": 2.5, "label_smoothing": 0.2, "target": 3, "learning_rate": 3,
              "twice": True}  # fmt: skip
    shown.expect(**traits)
    assert "through both softmaxes" in shown.page.locator(".nj-sc-key").first.text_content()
    assert shown.columns(1).first.locator(".nj-sc-ghost").is_visible()
    shown.button("Step").click()
    shown.expect(**traits, logits=shown.stepped(1, **traits))


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_the_number_of_classes_can_be_chosen(shown, classes):
    shown.target.select_option("3")
    shown.classes.select_option(str(classes))
    logits = [*START, 0.0][:classes]
    shown.expect(logits=logits, target=min(3, classes - 1))
    assert shown.target.locator("option").all_text_contents() == list(NAMES[:classes])


def test_what_a_softmax_of_probabilities_cannot_reach_is_shaded(shown):
    shades = shown.plots.nth(2).locator(".nj-sc-outside:visible")
    assert shades.count() == 0
    shown.follow("twice=true&logits=8,-8,-8,-8")
    assert shades.count() == 2
    point = shown.plots.nth(2).locator(".nj-sc-point[data-target]")
    edge = float(shades.nth(1).get_attribute("x"))
    assert float(point.get_attribute("cx")) == pytest.approx(edge, abs=0.1)
    assert edge == pytest.approx(46 + (328 - 46) * np.e / (np.e + 3), abs=0.1)


def test_dots_lie_on_the_curve_and_weigh_as_their_targets(shown):
    shown.follow("label_smoothing=0.3")
    python = SoftmaxCrossEntropy(label_smoothing=0.3)
    points = shown.plots.nth(2).locator(".nj-sc-point:visible")
    assert points.count() == 4
    for k, p in enumerate(python.probabilities):
        cx, cy, r = (float(points.nth(k).get_attribute(a)) for a in ("cx", "cy", "r"))
        assert cx == pytest.approx(46 + 282 * p, abs=0.06)
        assert cy == pytest.approx(200 + 192 / 6 * np.log(p), abs=0.06)
        assert r == pytest.approx(2.5 + 5 * np.sqrt(python.targets[k]), abs=0.06)


def test_a_loss_beyond_the_axis_lengthens_it(shown):
    shown.follow("logits=-8,8,0,0")
    shown.expect(logits=[-8, 8, 0, 0])
    ticks = shown.plots.nth(2).locator(".nj-y-tick").all_text_contents()
    assert number(ticks[-1]) > 16
    shown.follow("logits=-8,8&temperature=0.1")
    shown.expect(logits=[-8, 8], temperature=0.1)  # a loss of 160


def test_play_makes_the_loss_fall_and_pauses(shown):
    shown.button("Play").click()
    shown.page.wait_for_function(
        "parseInt(document.querySelector('.nj-sc-status').textContent) >= 6"
    )
    shown.button("Pause").click()
    assert shown.loss() < 0.6
    stopped = shown.status.text_content()
    shown.page.wait_for_timeout(300)
    assert shown.status.text_content() == stopped
    steps = int(stopped.split()[0])
    shown.expect(logits=shown.stepped(steps))


@pytest.mark.parametrize(
    "act",
    [
        lambda shown: shown.follow("logits=0,0,0"),
        lambda shown: shown.track("Logit of dog").press("ArrowLeft"),
        lambda shown: shown.classes.select_option("3"),
    ],
)
def test_what_the_reader_sets_stops_what_plays(shown, act):
    shown.button("Play").click()
    shown.page.wait_for_timeout(100)
    act(shown)
    assert shown.button("Play").is_visible()


def test_play_ends_where_nothing_moves_any_more_or_the_picture_ends(shown):
    shown.follow("logits=5,-5,-5&learning_rate=5")
    shown.button("Play").click()
    expect(shown.button("Play")).to_be_visible()
    shown.follow("logits=7.9,8&learning_rate=5&temperature=0.5")
    shown.button("Step").click()
    shown.expect(logits=[7.9, 8], learning_rate=5, temperature=0.5)
    assert "beyond ±8" in shown.status.text_content()


def test_with_reduced_motion_it_jumps(show):
    shown = show(reduced_motion="reduce")
    shown.button("Run").click()
    shown.expect(logits=shown.stepped(60))


def test_every_control_is_reached_and_moved_by_keys(shown):
    shown.page.evaluate("document.body.addEventListener('keydown', () => { window.taken = true; })")
    shown.button("Play").focus()
    reached = []
    for _ in range(20):
        reached.append(shown.page.evaluate(
            "(e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent)"
            "(document.activeElement)"))  # fmt: skip
        shown.page.keyboard.press("Tab")
    logits = [f"Logit of {name}{end}" for name in NAMES[:4] for end in ("", ", as a number")]
    assert reached == [
        "Play", "Step", "Reset", "Target", "Classes", "Softmax twice (a common mistake)", *logits,
        "Temperature T", "Temperature, as a number", "Label smoothing ε",
        "Label smoothing, as a number", "Learning rate η", "Learning rate, as a number",
    ]  # fmt: skip
    shown.button("Step").press("Enter")
    shown.expect(logits=shown.stepped(1))
    shown.button("Reset").press("Enter")
    shown.twice.press("Space")
    shown.expect(twice=True)
    shown.page.get_by_role("slider", name="Label smoothing").press("ArrowRight")
    shown.expect(twice=True, label_smoothing=0.01)
    assert shown.page.evaluate("window.taken") is None


def test_a_link_sets_the_widget_and_nothing_foreign(shown):
    shown.follow("logits=0,3,1.5&target=1&temperature=2&label_smoothing=0.1&twice=true"
                 "&learning_rate=1")  # fmt: skip
    shown.expect(logits=[0, 3, 1.5], target=1, temperature=2, label_smoothing=0.1, twice=True,
                 learning_rate=1)  # fmt: skip
    shown.follow("logits=99,-99,x")  # nothing that could be read as logits
    shown.expect()
    shown.follow("logits=99,-99&target=4&temperature=0&label_smoothing=7&names=a,b")
    shown.expect(logits=[8, -8], target=4, temperature=0.1, label_smoothing=0.5)
    shown.follow("logits=3")  # one logit is none
    shown.expect(logits=[3, 0])


def test_the_link_button_copies_the_state(shown):
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.target.select_option("1")
    shown.button("Copy link to this state").click()
    shown.button("Copied").wait_for()
    copied = shown.page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(
        "#widget=softmax_cross_entropy&logits=1%2C2%2C0.5%2C-1&target=1&temperature=1"
        "&label_smoothing=0&learning_rate=0.5&twice=false"
    )


def test_changes_are_told_to_screen_readers(shown):
    shown.button("Step").click()
    live = shown.page.locator("p[aria-live=polite]")
    live.filter(has_text="1 step. The target, horse, gets").wait_for(state="attached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_is_accessible_and_fits(widget_page, new_page, served, width, scheme):
    widget_page(
        SoftmaxCrossEntropy(),
        SoftmaxCrossEntropy(logits=[1, 2, 3, 4, 5], twice=True, label_smoothing=0.1, name="second"),
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
    for link in ("", "logits=-8,8,0,0,0&twice=true&label_smoothing=0.5&temperature=0.3",
                 "logits=-8,8,0,0,0&twice=true", "logits=1,1,0,0,0&temperature=4",
                 "logits=7.9,8,0,0,0&learning_rate=5&twice=true&label_smoothing=0.1",
                 "logits=8,-8,-8,-8,-8&twice=true&label_smoothing=0.1"):  # fmt: skip
        shown.follow(link)
        shown.button("Step").click()
        shown.settle()
        tallest = max(tallest, page.locator(".nj-widget").bounding_box()["height"])
        assert frame.bounding_box()["height"] == pytest.approx(reserved, abs=0.5), link
    assert tallest > reserved - 60


def test_targets_are_large_enough_for_fingers(show):
    shown = show(width=390, has_touch=True, is_mobile=True)
    for one in shown.page.locator(
        ".nj-track:visible, .nj-field:visible, .nj-button, .nj-select, .nj-toggle"
    ).all():
        assert one.bounding_box()["height"] >= 44
    for one in shown.page.locator(".nj-touch:visible").all():
        assert one.bounding_box()["width"] >= 44


def test_what_is_removed_stops_listening(shown):
    shown.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: false}))")
    assert shown.page.locator(".nj-widget").count() == 0
