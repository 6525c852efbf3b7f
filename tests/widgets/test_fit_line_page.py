"""Fit a line in Chromium: every control, by keyboard and by pointer, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from helpers.widgets.fit_line import FitLine

pytestmark = pytest.mark.slow


def number(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


class Shown:
    """What the reader sees, and where to take hold of it."""

    def __init__(self, page):
        self.page = page
        self.weight = page.get_by_role("slider", name="Weight w")
        self.bias = page.get_by_role("slider", name="Bias b")
        self.weight_field = page.get_by_role("spinbutton", name="Weight, as a number")
        self.bias_field = page.get_by_role("spinbutton", name="Bias, as a number")
        self.origin = page.get_by_role("checkbox", name="Through the origin")
        self.best = page.get_by_role("checkbox", name="Show the best possible")
        self.reset = page.get_by_role("button", name="Reset")
        self.dot = page.locator(".nj-here .nj-dot")

    def settle(self):
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => "
                           "requestAnimationFrame(done)))")  # fmt: skip

    def mse(self) -> float:
        self.settle()
        return number(self.page.locator(".nj-gauge-value").text_content())

    def line(self) -> tuple[float, float]:
        self.settle()
        return float(self.weight_field.input_value()), float(self.bias_field.input_value())

    def expect(self, weight: float, bias: float) -> None:
        assert self.line() == (pytest.approx(weight), pytest.approx(bias))
        w = FitLine(weight=weight, bias=bias)
        assert self.mse() == pytest.approx(w.mse, abs=0.51)  # shown without decimals

    def drag(self, target, by: tuple[float, float]) -> None:
        box = target.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + by[0] / 2, y + by[1] / 2)
        self.page.mouse.move(x + by[0], y + by[1])
        self.page.mouse.up()


@pytest.fixture
def shown(widget_page, new_page, served):
    widget_page(FitLine())
    page = new_page()
    page.goto(served + "page.html")
    page.locator(".nj-widget").wait_for()
    return Shown(page)


def test_it_starts_where_python_says(shown):
    shown.expect(180, 0)


def test_arrow_keys_move_weight_and_bias(shown):
    shown.weight.focus()
    for _ in range(3):
        shown.page.keyboard.press("ArrowLeft")
    shown.expect(177, 0)
    shown.bias.focus()
    for _ in range(2):
        shown.page.keyboard.press("ArrowRight")
    shown.expect(177, 4)


def test_numbers_can_be_typed(shown):
    shown.weight_field.fill("58.5")
    shown.bias_field.fill("247.3")
    shown.expect(58.5, 247.3)


def test_a_typed_number_outside_is_brought_inside(shown):
    shown.weight_field.fill("9999")
    shown.weight_field.press("Tab")
    assert shown.line()[0] == FitLine().weight_range[1]
    shown.weight_field.fill("")
    shown.weight_field.press("Tab")
    assert shown.line()[0] == FitLine().weight_range[1]


def test_every_control_is_reached_by_the_tabulator(shown):
    reached = []
    for _ in range(8):
        shown.page.keyboard.press("Tab")
        reached.append(shown.page.evaluate(
            "(e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent)"
            "(document.activeElement)"))  # fmt: skip
    assert reached == [
        "Weight w ($ per sq ft)", "Weight, as a number", "Bias b (1000 $)", "Bias, as a number",
        "Through the origin", "Show the best possible", "Reset", "Copy link to this state",
    ]  # fmt: skip


def test_keys_do_not_reach_the_host(shown):
    shown.page.evaluate("document.body.addEventListener('keydown', () => { window.taken = true; })")
    shown.weight.press("ArrowLeft")
    shown.bias_field.press("ArrowUp")
    shown.origin.press("Space")
    assert shown.page.evaluate("window.taken") is None


def test_dragging_the_line_moves_the_bias(shown):
    scale = 246 / 500 * shown.page.locator(".nj-plot").first.bounding_box()["width"] / 360
    shown.drag(shown.page.locator(".nj-low .nj-dot"), (0, -50))
    weight, bias = shown.line()
    assert weight == 180
    assert bias == pytest.approx(50 / scale, abs=1)
    shown.expect(weight, bias)


def test_dragging_its_end_turns_the_line(shown):
    shown.drag(shown.page.locator(".nj-high .nj-dot"), (0, 60))
    weight, bias = shown.line()
    assert weight < 160
    shown.expect(weight, 0)
    assert bias == 0


def test_dragging_the_dot_moves_both(shown):
    box = shown.page.locator(".nj-plot").nth(1).bounding_box()
    shown.drag(shown.dot, (-0.2 * box["width"], -0.2 * box["height"]))
    weight, bias = shown.line()
    w = FitLine()
    across = np.ptp(w.weight_range) / (296 / 360)
    up = np.ptp(w.bias_range) / (246 / 300)
    assert weight == pytest.approx(180 - 0.2 * across, abs=0.5)
    assert bias == pytest.approx(0.2 * up, abs=1)
    shown.expect(weight, bias)


def test_a_click_on_the_map_goes_there(shown):
    ground = shown.page.locator(".nj-ground")
    box = ground.bounding_box()
    x, y = round(box["x"] + box["width"] / 2), round(box["y"] + box["height"] / 3)
    shown.page.mouse.click(x, y)
    w = FitLine()
    across, down = (x - box["x"]) / box["width"], (y - box["y"]) / box["height"]
    weight, bias = shown.line()
    assert weight == pytest.approx(w.weight_range[0] + across * np.ptp(w.weight_range), abs=0.06)
    assert bias == pytest.approx(w.bias_range[1] - down * np.ptp(w.bias_range), abs=0.06)
    shown.expect(weight, bias)


def test_squares_are_squares_of_the_errors(shown):
    shown.settle()
    squares = shown.page.locator(".nj-square")
    w = FitLine()
    per_unit = 246 / 500  # of the view box
    for i in range(3):
        width, height = (float(squares.nth(i).get_attribute(a)) for a in ("width", "height"))
        assert width == height
        assert height / per_unit == pytest.approx(abs(w.y[i] - 180 * w.x[i]), rel=1e-6)
    mean = float(shown.page.locator(".nj-mean").get_attribute("width"))
    assert (mean / per_unit) ** 2 == pytest.approx(w.mse, rel=1e-6)


def test_through_the_origin_the_bias_is_zero_and_comes_back(shown):
    shown.bias_field.fill("100")
    shown.origin.check()
    shown.expect(180, 0)
    assert shown.bias.is_disabled()
    shown.drag(shown.dot, (-30, -60))
    weight, _ = shown.line()
    assert weight < 170
    shown.expect(weight, 0)
    shown.origin.uncheck()
    shown.expect(weight, 100)


def test_the_best_possible_is_that_of_numpy(shown):
    assert shown.page.locator(".nj-best").get_attribute("opacity") == "0"
    shown.best.check()
    shown.settle()
    assert shown.page.locator(".nj-best").get_attribute("opacity") == "1"
    w = FitLine()
    weight, bias = w.best()
    w.weight, w.bias = weight, bias
    live = shown.page.locator("p[aria-live=polite]")
    live.filter(has_text=f"The best possible is {w.mse:.0f}, with weight {weight:.1f}").wait_for(
        state="attached"
    )
    shown.weight_field.fill(str(weight))
    shown.bias_field.fill(str(bias))
    assert shown.mse() == round(w.mse)


def test_the_best_is_given_as_a_number_in_its_unit(shown):
    given = shown.page.locator(".nj-gauge-number")
    assert given.inner_text().split() == ["2,058", "(1000", "$)²"]
    shown.best.check()
    shown.settle()
    assert given.inner_text().split() == ["best", "447", "2,058", "(1000", "$)²"]


def test_the_gauge_tells_large_errors_apart(shown):
    bar = shown.page.locator(".nj-gauge-bar")

    def part() -> float:
        return bar.evaluate("e => e.offsetWidth / e.parentElement.offsetWidth")

    for weight, bias in ((180, 0), (180, -120), (200, -200)):
        shown.weight_field.fill(str(weight))
        shown.bias_field.fill(str(bias))
        want = np.sqrt(shown.mse() / 60_000)
        assert part() == pytest.approx(want, abs=0.005)
    assert "nj-beyond" not in bar.get_attribute("class")
    shown.weight_field.fill("20")
    assert shown.mse() > 60_000
    assert "nj-beyond" in bar.get_attribute("class")


@pytest.mark.parametrize(("weight", "bias"), [(58.5, 247.3), (180, 0), (180, -200), (-60, 0)])
def test_no_label_leaves_the_plot(shown, weight, bias):
    shown.weight_field.fill(str(weight))
    shown.bias_field.fill(str(bias))
    shown.settle()
    frame = shown.page.locator(".nj-plot clipPath rect").first
    left, top, width, height = (
        float(frame.get_attribute(a)) for a in ("x", "y", "width", "height")
    )
    boxes = shown.page.locator(".nj-mean-label, .nj-square-label").evaluate_all(
        "all => all.filter(e => e.textContent).map(e => e.getBBox())"
        ".map(b => [b.x, b.y, b.x + b.width, b.y + b.height])"
    )
    for x0, y0, x1, y1 in boxes:
        assert left <= x0 < x1 <= left + width
        assert top <= y0 < y1 <= top + height


def test_a_line_that_enters_from_below_is_held_where_it_enters(shown):
    shown.bias_field.fill("-200")
    shown.settle()
    dot = shown.page.locator(".nj-low .nj-dot").bounding_box()
    plot = shown.page.locator(".nj-plot").first.bounding_box()
    scale = plot["width"] / 360
    x = (dot["x"] + dot["width"] / 2 - plot["x"]) / scale
    y = (dot["y"] + dot["height"] / 2 - plot["y"]) / scale
    at, height = 3 * (x - 52) / 296, 500 * (256 - y) / 246  # in the data's units
    assert height == pytest.approx(0, abs=1.5)
    assert 180 * at - 200 == pytest.approx(height, abs=1.5)


def test_a_click_on_the_mark_of_the_best_goes_there(shown):
    shown.best.check()
    shown.settle()
    box = shown.page.locator(".nj-star").bounding_box()
    shown.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    weight, bias = FitLine().best()
    got = shown.line()
    assert got[0] == pytest.approx(weight, abs=1.5)
    assert got[1] == pytest.approx(bias, abs=3)


def test_squares_cut_by_the_frame_are_marked(shown):
    cut = shown.page.locator(".nj-cut")
    shown.settle()
    assert not cut.get_attribute("d")
    shown.weight_field.fill("20")
    shown.bias_field.fill("-100")
    shown.settle()
    assert cut.get_attribute("d").count("M") == 5  # three from below, two on the left


def test_reset_goes_back_to_the_start(shown):
    shown.weight_field.fill("20")
    shown.origin.check()
    shown.best.check()
    shown.reset.click()
    shown.expect(180, 0)
    assert not shown.origin.is_checked()
    assert not shown.best.is_checked()


def test_changes_are_told_to_screen_readers(shown):
    shown.weight.press("ArrowLeft")
    live = shown.page.locator("p[aria-live=polite]")
    live.filter(has_text="Weight 179.0, bias 0.0: mean squared error 2,").wait_for(state="attached")


def test_a_link_sets_the_widget_of_its_name(widget_page, new_page, served):
    widget_page(FitLine(), FitLine(name="second"))
    page = new_page(viewport={"width": 1280, "height": 400})
    page.goto(served + "page.html#widget=second&weight=60&bias=240&show_best=true&x=1")
    fields = page.get_by_role("spinbutton", name="Weight, as a number")
    fields.nth(1).wait_for()
    page.wait_for_function("document.querySelectorAll('input[type=number]')[2].value === '60'")
    assert fields.nth(0).input_value() == "180"
    page.wait_for_function("scrollY > 100")
    page.evaluate("location.hash = '#widget=fit_line&weight=99'")
    page.wait_for_function("document.querySelectorAll('input[type=number]')[0].value === '99'")


def test_a_link_shows_the_same_each_time(shown):
    link = "#widget=fit_line&weight=99&show_best=true"
    shown.page.evaluate(
        """link => {
          const a = Object.assign(document.createElement("a"), { href: link, textContent: "Try" });
          document.body.prepend(a);
        }""",
        link,
    )
    shown.bias_field.fill("30")
    shown.page.get_by_role("link", name="Try").click()
    shown.page.wait_for_function("document.querySelectorAll('input[type=number]')[0].value == 99")
    shown.expect(99, 0)  # the bias that was played with is not named
    shown.weight_field.fill("50")
    shown.origin.check()
    shown.page.get_by_role("link", name="Try").click()  # the address stays: no hashchange
    shown.page.wait_for_function("document.querySelectorAll('input[type=number]')[0].value == 99")
    shown.expect(99, 0)
    assert not shown.origin.is_checked()
    assert shown.best.is_checked()


def test_the_link_button_copies_the_state(shown):
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.weight_field.fill("77")
    shown.page.get_by_role("button", name="Copy link to this state").click()
    shown.page.get_by_role("button", name="Copied").wait_for()
    copied = shown.page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(
        "page.html#widget=fit_line&weight=77&bias=0&through_origin=false&show_best=false"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_is_accessible_and_fits(widget_page, new_page, served, width, scheme):
    widget_page(FitLine(show_best=True), FitLine(through_origin=True, name="second"))
    page = new_page(width, color_scheme=scheme)
    page.goto(served + "page.html")
    page.locator(".nj-widget").nth(1).wait_for()
    page.locator(f".nj-widget[data-mode={scheme}]").nth(1).wait_for()
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 350])  # columns of 672 and 350 px
def test_the_height_is_reserved(widget_page, new_page, served, width):
    widget_page(FitLine())
    page = new_page(width, has_touch=width < 600, is_mobile=width < 600)
    page.goto(served + "page.html")
    page.locator(".nj-widget").wait_for()
    frame = page.locator(".nj-view > div")
    reserved = float(frame.evaluate("e => parseFloat(getComputedStyle(e).minHeight)"))
    assert frame.bounding_box()["height"] == pytest.approx(reserved, abs=0.5)
    content = page.locator(".nj-widget").bounding_box()["height"]
    assert content > reserved - 100  # at most two rows of controls: they wrap by the font


def test_targets_are_large_enough_for_fingers(widget_page, new_page, served):
    widget_page(FitLine())
    page = new_page(390, has_touch=True, is_mobile=True)
    page.goto(served + "page.html")
    page.locator(".nj-widget").wait_for()
    selector = ".nj-track, .nj-field, .nj-button, .nj-toggle"
    for box in [one.bounding_box() for one in page.locator(selector).all()]:
        assert box["height"] >= 44


def test_reduced_motion_stops_fading(widget_page, new_page, served):
    widget_page(FitLine())
    for motion, duration in (("no-preference", "0.25s"), ("reduce", "0s")):
        page = new_page(reduced_motion=motion)
        page.goto(served + "page.html")
        best = page.locator(".nj-best")
        best.wait_for(state="attached")
        assert best.evaluate("e => getComputedStyle(e).transitionDuration") == duration


def test_what_is_removed_stops_listening(widget_page, new_page, served):
    widget_page(FitLine())
    page = new_page()
    page.goto(served + "page.html")
    page.locator(".nj-widget").wait_for()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: false}))")
    assert page.locator(".nj-widget").count() == 0
