"""Build a function from hinges in Chromium: every control, by keyboard and by pointer."""

from __future__ import annotations

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from helpers.widgets.hinges import SIX_RELUS, TARGETS, Hinges

pytestmark = pytest.mark.slow

TRAITS = ("kinks", "slopes", "directions", "bias")


def number(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


class Shown:
    """What the reader sees, and where to take hold of it."""

    def __init__(self, page):
        self.page = page
        self.target = page.get_by_role("combobox", name="Target")
        self.tracks = {n: page.get_by_role("slider", name=n) for n in ("Kink", "Slope", "Output")}
        self.left = page.get_by_role("checkbox", name="Rises to the left")
        self.chart, self.parts = page.locator(".nj-plot").nth(0), page.locator(".nj-plot").nth(1)
        self.told = page.locator(".nj-hg-told")

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def pick(self, number):
        return self.button(f"Neuron {number}")

    def field(self, name):
        return self.page.get_by_role("spinbutton", name=f"{name}, as a number")

    def settle(self):
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => "
                           "requestAnimationFrame(done)))")  # fmt: skip

    def errors(self) -> list[float]:
        """Return the root mean square and the largest error, as shown."""
        self.settle()
        return [number(t) for t in self.page.locator(".nj-hg-number").all_text_contents()]

    def count(self) -> int:
        self.settle()
        return self.page.locator(".nj-hg-pick:visible").count()

    def state(self) -> dict:
        """Return kink, slope, direction and bias of every neuron, read from the controls."""
        found = {trait: [] for trait in TRAITS}
        for j in range(self.count()):
            self.pick(j + 1).click()
            self.settle()
            found["kinks"].append(float(self.field("Kink").input_value()))
            found["slopes"].append(float(self.field("Slope").input_value()))
            found["directions"].append(-1.0 if self.left.is_checked() else 1.0)
        return found | {"bias": float(self.field("Output bias").input_value())}

    def expect(self, **traits) -> None:
        """Check the numbers below the picture, and the controls, against the class in Python."""
        widget = Hinges(**traits)
        shown = self.errors()
        for got, wanted in zip(shown, (widget.rms, widget.largest_error), strict=True):
            assert got == pytest.approx(wanted, rel=0.01, abs=1e-6)
        state = self.state()
        for trait in TRAITS:
            np.testing.assert_allclose(state[trait], getattr(widget, trait), atol=0.0051)

    def at(self, chart, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the window from −2 to 2 is, y from 0 (below) to 1 (above)."""
        box = chart.bounding_box()
        scale = box["width"] / 400
        return (
            box["x"] + scale * (40 + (x + 2) / 4 * (400 - 40 - 12)),
            box["y"] + scale * (290 - 44 - y * (290 - 44 - 8)),
        )

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        self.page.mouse.move(*end)
        self.page.mouse.up()


@pytest.fixture
def open_with(page_of):
    return lambda widget=None, **options: Shown(page_of(widget or Hinges(), **options))


@pytest.fixture
def shown(open_with):
    return open_with()


def test_it_starts_with_the_six_of_the_lecture(shown):
    assert shown.target.input_value() == "cubic"
    assert shown.count() == 6
    shown.expect()


def test_arrow_keys_move_kink_slope_and_bias(shown):
    for name, presses in (("Kink", 3), ("Slope", 2), ("Output", 4)):
        shown.tracks[name].focus()
        for _ in range(presses):
            shown.page.keyboard.press("ArrowRight")
    kinks, slopes = [list(SIX_RELUS[trait]) for trait in ("kinks", "slopes")]
    kinks[0], slopes[0] = -1.51, -4.9
    shown.expect(kinks=kinks, slopes=slopes, directions=SIX_RELUS["directions"], bias=0.2)


def test_numbers_can_be_typed_and_are_brought_inside(shown):
    shown.pick(5).click()
    shown.settle()
    shown.field("Kink").fill("0.7")
    shown.field("Slope").fill("99")
    shown.field("Slope").press("Tab")
    kinks, slopes = [list(SIX_RELUS[trait]) for trait in ("kinks", "slopes")]
    kinks[4], slopes[4] = 0.7, 15
    shown.expect(kinks=kinks, slopes=slopes, directions=SIX_RELUS["directions"])


def test_a_neuron_is_chosen_and_turned_by_keyboard(shown):
    shown.pick(3).focus()
    shown.page.keyboard.press("Enter")
    shown.settle()
    assert shown.pick(3).get_attribute("aria-pressed") == "true"
    assert shown.pick(1).get_attribute("aria-pressed") == "false"
    assert not shown.left.is_checked()
    shown.left.press("Space")
    directions = list(SIX_RELUS["directions"])
    directions[2] = -1.0
    shown.expect(**{**SIX_RELUS, "directions": directions})


def test_a_kink_can_be_dragged(shown):
    kink = SIX_RELUS["kinks"][4]
    height = (Hinges().predict([kink])[0] + 4.5) / 14.5
    shown.drag(shown.at(shown.chart, kink, height), shown.at(shown.chart, 1.5, 0.8))
    shown.settle()
    assert shown.pick(5).get_attribute("aria-pressed") == "true"
    kinks = list(SIX_RELUS["kinks"])
    kinks[4] = float(shown.field("Kink").input_value())
    assert kinks[4] == pytest.approx(1.5, abs=0.02)
    shown.expect(**{**SIX_RELUS, "kinks": kinks})


def test_a_slope_can_be_dragged(shown):
    shown.pick(6).click()
    shown.settle()
    start, end = [shown.at(shown.parts, 2, (y + 6) / 12) for y in (5, -3)]
    shown.drag(start, end)
    shown.settle()
    slopes = list(SIX_RELUS["slopes"])
    slopes[5] = float(shown.field("Slope").input_value())
    assert slopes[5] == pytest.approx(-3, abs=0.06)
    shown.expect(**{**SIX_RELUS, "slopes": slopes})


def test_a_neuron_is_added_where_the_error_is_largest_and_removed(shown):
    before = shown.errors()
    shown.button("Add").click()
    assert shown.count() == 7
    assert shown.pick(7).get_attribute("aria-pressed") == "true"
    assert shown.field("Kink").input_value() == "1.8"  # the error is largest at the right end
    assert shown.errors() == before  # its slope is 0 yet
    turn = shown.parts.locator(".nj-hg-turn")
    assert turn.get_attribute("visibility") == "visible"  # and there is room to turn it
    shown.drag(*[shown.at(shown.parts, 2, (y + 6) / 12) for y in (0, 2)])
    shown.settle()
    assert float(shown.field("Slope").input_value()) == pytest.approx(10, abs=0.5)
    assert shown.errors()[0] < before[0]
    for _ in range(5):
        shown.button("Add").press("Enter")
        shown.settle()
    assert shown.count() == 12
    assert shown.button("Add").is_disabled()
    for left in range(11, 0, -1):
        shown.button("Remove").press("Enter")
        assert shown.count() == left
    assert shown.button("Remove").is_disabled()


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_can_be_chosen_and_joined_up(shown, name):
    shown.target.select_option(name)
    shown.expect(target=name)
    shown.button("Spread evenly").click()
    shown.button("Interpolate").press("Enter")
    knots = np.linspace(-2, 2, 7)
    x = np.linspace(-2, 2, 401)
    error = np.interp(x, knots, TARGETS[name](knots)) - TARGETS[name](x)
    assert shown.errors()[1] == pytest.approx(abs(error).max(), rel=0.01, abs=1e-6)


def test_best_slopes_are_those_of_numpy_and_the_six_come_back(shown):
    shown.target.select_option("sine")
    shown.button("Best slopes").click()
    x = np.linspace(-2, 2, 401)
    columns = [np.ones_like(x)] + [
        np.maximum(0, d * (x - k))
        for k, d in zip(SIX_RELUS["kinks"], SIX_RELUS["directions"], strict=True)
    ]
    left = np.linalg.lstsq(np.stack(columns, axis=1), np.sin(3 * x), rcond=None)[1][0]
    assert shown.errors()[0] == pytest.approx(np.sqrt(left / len(x)), rel=0.01)
    shown.button("The lecture's six").click()
    shown.settle()
    assert shown.target.input_value() == "cubic"
    shown.expect()


def test_steps_of_the_descent_lower_the_error_and_reset_goes_back(shown):
    before = shown.errors()[0]
    for _ in range(3):
        shown.button("Step").press("Enter")
        shown.settle()
    assert shown.told.text_content() == " After 30 updates."
    assert shown.errors()[0] < before
    shown.button("Reset").click()
    shown.settle()
    assert shown.told.text_content() == ""
    shown.expect()


def test_a_descent_that_diverges_says_so_and_stops(open_with):
    shown = open_with(Hinges(learning_rate=0.3))
    shown.button("Play").click()
    shown.told.filter(has_text="The descent diverged: lower the rate.").wait_for()
    shown.button("Play").wait_for()
    assert all(np.isfinite(shown.errors()))


def test_the_rate_is_set_by_keys_and_as_a_number(shown):
    rate = shown.page.get_by_role("slider", name="Learning rate")
    rate.press("ArrowRight")
    assert float(shown.field("Learning rate").input_value()) > 0.01
    shown.field("Learning rate").fill("0.002")
    shown.settle()
    assert rate.get_attribute("aria-valuetext") == "0.0020"


def test_with_reduced_motion_nothing_plays(open_with):
    shown = open_with(reduced_motion="reduce")
    before = shown.errors()[0]
    shown.button("Run").click()
    assert shown.told.text_content() == " After 600 updates."
    assert shown.errors()[0] < before
    assert shown.button("Pause").count() == 0


def test_every_control_is_reached_by_the_tabulator(shown):
    reached = []
    for _ in range(26):
        shown.page.keyboard.press("Tab")
        reached.append(shown.page.evaluate(
            "(e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent)"
            "(document.activeElement)"))  # fmt: skip
    assert [name.split("x³")[0] for name in reached] == [
        "Target", *[f"Neuron {j}" for j in range(1, 7)], "Add", "Remove",
        "Kink k", "Kink, as a number", "Slope a", "Slope, as a number", "Rises to the left",
        "Output bias c", "Output bias, as a number",
        "Spread evenly", "Best slopes", "Interpolate", "The lecture's six",
        "Play", "Step", "Reset", "Learning rate η", "Learning rate, as a number",
        "Copy link to this state",
    ]  # fmt: skip


def test_keys_do_not_reach_the_host(shown):
    shown.page.evaluate("document.body.addEventListener('keydown', () => { window.taken = true; })")
    shown.tracks["Kink"].press("ArrowLeft")
    shown.field("Slope").press("ArrowUp")
    shown.left.press("Space")
    shown.pick(2).press("Enter")
    shown.target.press("ArrowDown")
    assert shown.page.evaluate("window.taken") is None


def test_a_link_sets_the_widget_and_nothing_foreign(shown):
    link = (
        "#widget=hinges&target=absolute&kinks=0,0.5&slopes=1,1&directions=-1,1&bias=0.25"
        "&selected=2&learning_rate=5&rms=0"
    )
    shown.page.evaluate("link => { location.hash = link }", link)
    shown.page.wait_for_function("document.querySelector('select').value === 'absolute'")
    assert shown.count() == 2
    assert shown.pick(2).get_attribute("aria-pressed") == "true"
    assert shown.field("Learning rate").input_value() == "0.3"
    shown.expect(
        target="absolute", kinks=[0, 0.5], slopes=[1, 1], directions=[-1, 1], bias=0.25
    )  # fmt: skip
    shown.page.evaluate("location.hash = '#widget=hinges&target=sine'")
    shown.page.wait_for_function("document.querySelector('select').value === 'sine'")
    shown.expect(target="sine")


def test_a_link_stops_the_descent_and_is_what_reset_goes_back_to(shown):
    shown.button("Play").click()
    shown.told.filter(has_text="updates").wait_for()
    shown.page.evaluate("location.hash = '#widget=hinges&kinks=0&slopes=2'")
    shown.button("Play").wait_for()
    shown.button("Step").click()
    shown.settle()
    shown.button("Reset").click()
    shown.settle()
    assert shown.count() == 1
    assert shown.field("Slope").input_value() == "2"


def test_the_link_button_copies_the_state(shown):
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.field("Output bias").fill("1.25")
    shown.button("Copy link to this state").click()
    shown.button("Copied").wait_for()
    copied = shown.page.evaluate("navigator.clipboard.readText()")
    assert "#widget=hinges&target=cubic&kinks=-1.54%2C" in copied
    assert "&bias=1.25&selected=1&learning_rate=0.01" in copied


def test_changes_are_told_to_screen_readers(shown):
    shown.tracks["Kink"].press("ArrowRight")
    live = shown.page.locator("p[aria-live=polite]")
    told = "Neuron 1: kink −1.53, slope −5.00, rises to the left."
    live.filter(has_text=told).wait_for(state="attached")


@pytest.mark.parametrize("name", TARGETS)
def test_the_error_is_the_area_between_the_two_lines(shown, name):
    shown.target.select_option(name)
    shown.settle()
    area = shown.page.evaluate("""() => {
      const d = document.querySelector('.nj-hg-area').getAttribute('d');
      const at = d.slice(1, -1).split('L').map((pair) => pair.split(' ').map(Number));
      const half = (at.length - 1) / 2;
      return { count: at.length, first: at[0], last: at.at(-1) };
    }""")
    assert area["count"] == 2 * 241 + 6  # the sum with its six kinks there, the target back
    assert area["first"][0] == area["last"][0] == 40


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_is_accessible_and_fits(widget_page, new_page, served, width, scheme):
    many = np.linspace(-2, 1.6, 12).tolist()
    widget_page(Hinges(), Hinges(name="second", target="bumps", kinks=many, slopes=[1.0] * 12))
    page = new_page(width, color_scheme=scheme)
    page.goto(served + "page.html")
    page.locator(f".nj-widget[data-mode={scheme}]").nth(1).wait_for()
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 350])  # columns of 672 and 350 px
def test_the_height_is_reserved_whatever_is_shown(open_with, width):
    shown = open_with(width=width, has_touch=width < 600, is_mobile=width < 600)
    page = shown.page
    frame = page.locator(".nj-view > div")
    reserved = float(frame.evaluate("e => parseFloat(getComputedStyle(e).minHeight)"))
    assert frame.bounding_box()["height"] == pytest.approx(reserved, abs=0.5)
    for _ in range(6):
        shown.button("Add").click()
    shown.button("Step").click()
    assert shown.count() == 12
    assert frame.bounding_box()["height"] == pytest.approx(reserved, abs=0.5)
    assert page.locator(".nj-widget").bounding_box()["height"] > reserved - 75
    shown.field("Learning rate").fill("0.3")
    for _ in range(20):
        shown.button("Step").click()
    assert "diverged" in shown.told.text_content()
    assert frame.bounding_box()["height"] == pytest.approx(reserved, abs=0.5)


def test_targets_are_large_enough_for_fingers(open_with):
    shown = open_with(width=390, has_touch=True, is_mobile=True)
    selector = ".nj-track, .nj-field, .nj-button, .nj-select, .nj-toggle, .nj-touch"
    for box in [one.bounding_box() for one in shown.page.locator(selector).all()]:
        if box:  # of the neurons that are there
            assert box["height"] >= 44
    for box in [one.bounding_box() for one in shown.page.locator(".nj-hg-pick:visible").all()]:
        assert box["width"] >= 44


def test_the_descent_keeps_sixty_frames_a_second(open_with):
    """With the most neurons, the time of a frame's own work must be a part of 16.7 ms."""
    many = np.linspace(-2, 1.6, 12).tolist()
    shown = open_with(Hinges(target="bumps", kinks=many, slopes=[0.1] * 12))
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
    shown.button("Pause").click()
    work = sorted(frame["work"] for frame in page.evaluate("window.spent"))
    assert work[len(work) // 2] < 8
    assert number(shown.told.text_content().split()[1]) > 100


def test_what_is_removed_stops_listening(open_with):
    page = open_with().page
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: false}))")
    assert page.locator(".nj-widget").count() == 0
