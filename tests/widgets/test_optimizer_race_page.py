"""The optimiser race in Chromium: every control, by keyboard and by pointer."""

from __future__ import annotations

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from helpers.nn.surfaces import SURFACES
from helpers.widgets import OptimizerRace
from helpers.widgets.optimizer_race import RATES, TITLES

pytestmark = pytest.mark.slow

ALL = list(TITLES)


class Shown:
    """What the reader sees, and where to take hold of it."""

    def __init__(self, page):
        self.page = page
        self.map = page.locator(".nj-or-map")
        self.status = page.locator(".nj-or-status")
        self.surface = page.get_by_role("combobox", name="Surface")

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def runner(self, title):
        return self.page.get_by_role("checkbox", name=title, exact=True)

    def rate(self, title):
        return self.page.get_by_role("spinbutton", name=f"Learning rate of {title}", exact=True)

    def track(self, name):
        return self.page.get_by_role("slider", name=name)

    def field(self, name):
        return self.page.get_by_role("spinbutton", name=f"{name}, as a number")

    def row(self, title):
        return self.page.get_by_role("row").filter(has=self.runner(title))

    def settle(self):
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => "
                           "requestAnimationFrame(done)))")  # fmt: skip

    def pixels(self, name, points):
        """Where points lie on the map, whose axes run from 46 to 332 and from 294 up to 8."""
        low, high = np.array(SURFACES[name].window).T
        part = (np.asarray(points) - low) / (high - low)
        return np.stack([46 + part[..., 0] * 286, 294 - part[..., 1] * 286], axis=-1)

    def ends(self, title):
        """The first and the last point of a runner's path, in the map's units."""
        self.settle()
        d = self.map.locator(".nj-or-line").nth(ALL.index(title)).get_attribute("d")
        points = np.array(re.findall(r"(-?[\d.]+) (-?[\d.]+)", d), dtype=float)
        return points[[0, -1]] if len(points) else points

    def expect(self, race, atol=0.06):
        """Check every path's ends against the class in Python, and that nobody else runs."""
        for name in ALL:
            got = self.ends(name)
            if name in race.optimizers:
                path = np.array(race.paths[name])[[0, -1]]
                np.testing.assert_allclose(got, self.pixels(race.surface, path), atol=atol)
            else:
                assert not got.size


@pytest.fixture
def open_with(page_of):
    return lambda widget=None, **options: Shown(page_of(widget or OptimizerRace(), **options))


@pytest.mark.parametrize("name", ["rosenbrock", "saddle"])
def test_steps_are_those_of_python(name, open_with):
    shown = open_with(OptimizerRace(name, ALL))
    for _ in range(5):
        shown.button("Step").click()
    expect(shown.status).to_contain_text("Step 5.")
    shown.expect(OptimizerRace(name, ALL, steps=5))


def test_who_runs_is_chosen_in_the_table(open_with):
    shown = open_with(OptimizerRace("bowl", ["gd", "adam"], steps=4))
    shown.runner("Adam").press("Space")
    shown.runner("Nesterov").check()
    shown.expect(OptimizerRace("bowl", ["gd", "nesterov"], steps=4))
    assert not shown.row("Adam").locator(".nj-or-result").text_content()
    assert shown.row("Nesterov").locator(".nj-or-result").text_content() == "since 2"
    for title in ("GD", "Nesterov"):
        shown.runner(title).uncheck()
    expect(shown.status).to_have_text("Nobody runs. Tick a name in the table.")


def test_rates_are_set_one_by_one_or_for_all(open_with):
    shown = open_with(OptimizerRace("bowl", ["gd", "adam"], steps=4))
    assert shown.rate("GD").input_value() == "0.5"
    assert shown.track("Learning rate").is_disabled()
    shown.rate("GD").fill("0.05")
    shown.expect(OptimizerRace("bowl", ["gd", "adam"], {"gd": 0.05}, steps=4))
    shown.rate("GD").fill("-3")  # ignored
    shown.rate("GD").press("Tab")
    assert shown.rate("GD").input_value() == "0.05"
    shown.page.get_by_label("The same η for all").check()
    shown.settle()
    assert shown.rate("GD").is_disabled()
    shown.field("Learning rate").fill("0.2")
    shown.expect(OptimizerRace("bowl", ["gd", "adam"], 0.2, steps=4))
    assert shown.rate("Adam").input_value() == "0.2"
    shown.page.get_by_label("The same η for all").uncheck()
    shown.expect(OptimizerRace("bowl", ["gd", "adam"], {"gd": 0.05}, steps=4))


def test_the_other_settings_belong_to_those_who_use_them(open_with):
    shown = open_with(OptimizerRace("ravine", ["momentum", "adamw"], steps=20))
    assert shown.field("RMSProp, Adadelta ρ").is_disabled()
    for name, value in (
        ("Momentum μ", "0.5"), ("Adam β₁", "0.7"), ("Adam β₂", "0.95"), ("AdamW, decay λ", "0.8")
    ):  # fmt: skip
        shown.field(name).fill(value)
    settings = {"momentum": 0.5, "beta_1": 0.7, "beta_2": 0.95, "weight_decay": 0.8}
    shown.expect(OptimizerRace("ravine", ["momentum", "adamw"], steps=20, **settings))
    shown.runner("RMSProp").check()
    shown.settle()
    shown.field("RMSProp, Adadelta ρ").fill("0.6")
    names = ["momentum", "rmsprop", "adamw"]
    shown.expect(OptimizerRace("ravine", names, steps=20, rho=0.6, **settings))
    shown.track("Momentum").press("ArrowRight")
    shown.settle()
    assert shown.field("Momentum μ").input_value() == "0.51"


def test_noise_is_seeded_and_can_be_drawn_anew(open_with):
    shown = open_with(OptimizerRace("bowl", ["gd", "sgd", "adam"], 0.1, steps=30))
    assert shown.button("New noise").is_disabled()
    shown.field("Noise σ").fill("2")
    shown.expect(OptimizerRace("bowl", ["gd", "sgd", "adam"], 0.1, steps=30, noise=2))
    shown.button("New noise").click()
    shown.expect(OptimizerRace("bowl", ["gd", "sgd", "adam"], 0.1, steps=30, noise=2, seed=2))


def test_another_surface_has_its_own_start_and_rates(open_with):
    shown = open_with(OptimizerRace("bowl", ["gd", "rmsprop"], start=(1, 1), steps=9))
    shown.rate("GD").fill("0.05")
    shown.surface.select_option("beale")
    shown.settle()
    assert shown.rate("GD").input_value() == str(RATES["beale"][0])
    expect(shown.status).to_contain_text("The start: w₁ = 1.00, w₂ = 1.60")
    shown.button("Step").click()
    shown.expect(OptimizerRace("beale", ["gd", "rmsprop"], steps=1))


def test_a_click_a_drag_and_arrow_keys_move_the_start(open_with):
    shown = open_with(OptimizerRace("bowl", ["gd"], 0.1, steps=3))
    box = shown.map.bounding_box()
    x, y = shown.pixels("bowl", [1.5, -0.9]) * box["width"] / 340
    shown.page.mouse.click(box["x"] + x, box["y"] + y)
    got = shown.ends("gd")[0]
    np.testing.assert_allclose(got, shown.pixels("bowl", [1.5, -0.9]), atol=1)
    dot = shown.page.locator(".nj-or-start .nj-dot").bounding_box()
    shown.page.mouse.move(dot["x"] + 5, dot["y"] + 5)
    shown.page.mouse.down()
    shown.page.mouse.move(box["x"] - 300, dot["y"] + 5, steps=4)
    shown.page.mouse.up()
    assert shown.ends("gd")[0][0] == 46  # the left edge
    shown = open_with(OptimizerRace("bowl", ["gd"], 0.1, start=(0, 0), steps=3))
    shown.page.evaluate("window.heard = 0; document.addEventListener('keydown', () => heard++)")
    shown.map.focus()
    shown.page.keyboard.press("ArrowRight")
    shown.page.keyboard.press("Shift+ArrowUp")
    shown.expect(OptimizerRace("bowl", ["gd"], 0.1, start=(0.06, 0.6), steps=3))
    assert shown.page.evaluate("heard") == 1  # Shift alone, before the arrow
    assert shown.map.evaluate("e => e === document.activeElement")


def test_playing_rests_when_all_have_arrived_and_then_goes_on(open_with):
    shown = open_with(OptimizerRace("bowl", ["gd", "nesterov"]))
    shown.button("Play").click()
    expect(shown.status).to_contain_text("First to stay within 0.05 of the minimum: GD, since")
    shown.button("Play").wait_for()
    expect(shown.status).to_contain_text("Step 52.")
    shown.button("Play").click()
    expect(shown.status).to_contain_text(re.compile(r"Step (5[3-9]|[6-9]\d)"))
    shown.button("Pause").click()
    shown.button("Reset").click()
    expect(shown.status).to_contain_text("The start:")


def test_playing_stops_when_all_have_left(open_with):
    shown = open_with(OptimizerRace("bowl", ["gd", "momentum"], learning_rate=2))
    shown.button("Play").click()
    expect(shown.status).to_contain_text("Left for good")
    shown.button("Play").wait_for()
    assert "left at" in shown.row("GD").text_content()


def test_less_motion_runs_a_hundred_steps_at_once(open_with):
    shown = open_with(reduced_motion="reduce")
    shown.button("Run").click()
    expect(shown.status).to_contain_text("Step 100.")
    assert shown.button("Pause").count() == 0


def test_a_link_sets_the_race_and_nothing_foreign(open_with):
    shown = open_with(OptimizerRace("bowl", ["gd"], start=(1, 1)))
    link = (
        "#widget=optimizer_race&surface=saddle&optimizers=adam,sgd&learning_rate=0.2&noise=1&seed=4"
        "&steps=7&beta_1=0.5&height=3"
    )
    shown.page.evaluate("link => { location.hash = link }", link)
    expect(shown.status).to_contain_text("Step 7.")
    settings = {"noise": 1, "seed": 4, "steps": 7, "beta_1": 0.5}
    shown.expect(OptimizerRace("saddle", ["sgd", "adam"], 0.2, **settings))
    shown.page.evaluate("location.hash = '#widget=optimizer_race&steps=2'")
    expect(shown.status).to_contain_text("Step 2.")
    shown.expect(OptimizerRace("bowl", ["gd"], start=(1, 1), steps=2))


def test_the_link_button_copies_the_state(open_with):
    shown = open_with(OptimizerRace("bowl", ["gd", "adam"], {"gd": 0.25}, steps=3))
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.button("Copy link to this state").click()
    shown.button("Copied").wait_for()
    copied = shown.page.evaluate("navigator.clipboard.readText()")
    assert "surface=bowl&optimizers=gd%2Cadam&learning_rate=0&rates=0.25%2C0%2C" in copied


def test_keys_do_not_reach_the_host(open_with):
    shown = open_with()
    shown.page.evaluate("document.body.addEventListener('keydown', () => { window.taken = true; })")
    shown.track("Momentum").press("ArrowLeft")
    shown.rate("GD").press("ArrowUp")
    shown.runner("Adam").press("Space")
    shown.surface.press("ArrowDown")
    assert shown.page.evaluate("window.taken") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_is_accessible_and_fits(widget_page, new_page, served, width, scheme):
    widget_page(
        OptimizerRace("beale", ALL, steps=300, noise=1),
        OptimizerRace("bowl", ALL, 1.5, steps=40, name="second"),
    )
    page = new_page(width, color_scheme=scheme)
    page.goto(served + "page.html")
    page.locator(f".nj-widget[data-mode={scheme}]").nth(1).wait_for()
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 366])  # columns of 672 and 350 px
def test_the_height_is_reserved_whatever_is_shown(open_with, width):
    touch = width < 600
    shown = open_with(
        OptimizerRace("two-minima", ALL, steps=60), width=width, has_touch=touch, is_mobile=touch
    )
    frame = shown.page.locator(".nj-view > div")
    reserved = float(frame.evaluate("e => parseFloat(getComputedStyle(e).minHeight)"))
    shown.page.get_by_label("The same η for all").check()
    shown.field("Learning rate").fill("1.5")
    shown.settle()
    assert "Nearest of the others" in shown.status.text_content()
    assert "Left for good" in shown.status.text_content()
    assert frame.bounding_box()["height"] == pytest.approx(reserved, abs=0.5)
    assert reserved - 110 < shown.page.locator(".nj-widget").bounding_box()["height"] < reserved - 8


@pytest.mark.parametrize("width", [1280, 405, 390, 350])
@pytest.mark.parametrize("surface", ["bowl", "rosenbrock"])
def test_the_longest_numbers_do_not_push_anything_out(open_with, surface, width):
    shown = open_with(OptimizerRace(surface, ALL, 0.004, steps=400), width=width)
    page = shown.page
    if surface == "bowl":  # costs like 1.0 × 10⁻¹⁷; on the other one they are like 618,326,224
        page.get_by_label("The same η for all").uncheck()
        shown.settle()
    table = page.locator(".nj-or-table").bounding_box()
    room = page.locator(".nj-or-below").bounding_box()
    assert table["x"] + table["width"] <= room["x"] + room["width"]
    if width == 1280:
        assert table["x"] + table["width"] < page.locator(".nj-or-sliders").bounding_box()["x"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 390])
def test_every_number_fits_its_box_and_every_box_the_widget(open_with, width):
    shown = open_with(OptimizerRace("rosenbrock", ALL, steps=400), width=width)
    shown.field("AdamW, decay λ").fill("0.004")
    for title in TITLES.values():
        shown.rate(title).fill("0.0025")
    shown.settle()
    cut = """e => [...e.querySelectorAll('.nj-field')]
      .filter(e => e.scrollWidth > e.clientWidth).map(e => e.value)"""
    widget = shown.page.locator(".nj-widget")
    assert widget.evaluate(cut) == []
    frame, table = widget.bounding_box(), shown.page.locator(".nj-or-table").bounding_box()
    for slider in shown.page.locator(".nj-or-sliders .nj-field").all():
        box = slider.bounding_box()
        assert box["x"] + box["width"] <= frame["x"] + frame["width"] - 4
        assert box["x"] >= table["x"] + table["width"] or box["y"] >= table["y"] + table["height"]


def test_targets_are_large_enough_for_fingers(open_with):
    shown = open_with(width=390, has_touch=True, is_mobile=True)
    selector = ".nj-track, .nj-field, .nj-button, .nj-select, .nj-toggle, .nj-touch"
    boxes = [one.bounding_box() for one in shown.page.locator(selector).all()]
    assert len(boxes) > 25
    for box in boxes:
        assert box["height"] >= 44
        assert box["width"] >= 44


def test_nine_runners_keep_sixty_frames_a_second(open_with):
    """The time of a frame's own work must be a part of 16.7 ms, late in a long noisy race."""
    shown = open_with(OptimizerRace("rosenbrock", ALL, steps=1000, noise=3))
    page = shown.page
    shown.settle()
    page.evaluate("""() => {
      window.spent = [];
      const ask = window.requestAnimationFrame.bind(window);
      window.requestAnimationFrame = (action) => ask((now) => {
        const begin = performance.now();
        action(now);
        const last = window.spent.at(-1);
        if (last?.now === now) last.work += performance.now() - begin;
        else window.spent.push({ now, work: performance.now() - begin });
      });
    }""")
    shown.button("Play").click()
    page.wait_for_function("window.spent.length > 90")
    work = sorted(frame["work"] for frame in page.evaluate("window.spent"))
    assert work[len(work) // 2] < 8


def test_what_is_removed_stops_listening(open_with):
    page = open_with().page
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: false}))")
    assert page.locator(".nj-widget").count() == 0
