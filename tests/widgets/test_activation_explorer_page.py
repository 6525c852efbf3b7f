"""Activation explorer in Chromium: every control, by keyboard and by pointer, against Python."""

from __future__ import annotations

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from helpers.widgets.activation_explorer import TITLES, ActivationExplorer

pytestmark = pytest.mark.slow

RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def number(text: str) -> float:
    """Read "−1,234" and "4.86 × 10⁻⁴"."""
    mantissa, _, power = text.replace(",", "").replace("−", "-").partition(" × 10")
    return float(mantissa) * 10.0 ** int(power.translate(RAISED) or 0)


class Shown:
    """What the reader sees, and where to take hold of it."""

    def __init__(self, page):
        self.page = page
        self.function = page.get_by_role("combobox", name="Function")
        self.reset = page.get_by_role("button", name="Reset")
        self.tracks = {
            "w": page.get_by_role("slider", name="Weight w"),
            "b": page.get_by_role("slider", name="Bias b"),
            "x": page.get_by_role("slider", name="Input x"),
            "layers": page.get_by_role("slider", name="Layers"),
        }
        names = {"w": "Weight", "b": "Bias", "x": "Input", "layers": "Layers"}
        self.fields = {
            trait: page.get_by_role("spinbutton", name=f"{name}, as a number")
            for trait, name in names.items()
        }

    def settle(self):
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => "
                           "requestAnimationFrame(done)))")  # fmt: skip

    def state(self) -> dict:
        self.settle()
        values = {trait: float(field.input_value()) for trait, field in self.fields.items()}
        values["layers"] = int(values["layers"])
        return {"function": self.function.input_value(), **values}

    def survives(self) -> float:
        self.settle()
        return number(self.page.locator(".nj-ae-number").text_content())

    def expect(self, **wanted) -> None:
        """Check the controls, and the number and the bars against the class in Python."""
        state = self.state()
        for trait, value in wanted.items():
            assert state[trait] == value, trait
        w = ActivationExplorer(**state)
        assert self.survives() == pytest.approx(w.survival, rel=0.006, abs=1e-99)
        shown = self.page.locator(".nj-ae-bar").evaluate_all(
            "all => all.map((e) => e.getAttribute('d')).filter((d) => d !== '')"
        )
        assert len(shown) == w.layers + 1


@pytest.fixture
def shown(widget_page, new_page, served):
    widget_page(ActivationExplorer())
    page = new_page()
    page.goto(served + "page.html")
    page.locator(".nj-widget").wait_for()
    return Shown(page)


def test_it_starts_where_python_says(shown):
    shown.expect(function="sigmoid", w=1, b=0, x=1, layers=5)


def test_arrow_keys_move_every_slider(shown):
    for trait, step in (("w", 0.05), ("b", 0.05), ("x", 0.05), ("layers", 1)):
        before = shown.state()[trait]
        shown.tracks[trait].focus()
        for _ in range(3):
            shown.page.keyboard.press("ArrowRight")
        shown.page.keyboard.press("ArrowLeft")
        assert shown.state()[trait] == pytest.approx(before + 2 * step)
    shown.expect(w=1.1, b=0.1, x=1.1, layers=7)


@pytest.mark.parametrize("name", TITLES)
def test_every_function_can_be_chosen(shown, name):
    shown.function.select_option(name)
    shown.fields["w"].fill("-1.6")
    shown.fields["b"].fill("0.4")
    shown.expect(function=name, w=-1.6, b=0.4)


def test_the_list_obeys_the_keyboard(shown):
    shown.function.focus()
    shown.page.keyboard.press("ArrowDown")
    shown.expect(function="tanh")


def test_the_point_is_dragged_along_the_curve(shown):
    dot = shown.page.locator(".nj-ae-here .nj-dot")
    box = dot.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    across = shown.page.locator(".nj-plot").first.bounding_box()["width"] * 290 / 340 / 12
    shown.page.mouse.move(x, y)
    shown.page.mouse.down()
    shown.page.mouse.move(x - across, y - 20)
    shown.page.mouse.move(x - 3 * across, y - 30)
    shown.page.mouse.up()
    state = shown.state()
    assert state["x"] == pytest.approx(-2, abs=0.05)
    shown.expect()
    shown.page.mouse.move(x + 300, y)  # let go: it stays
    assert shown.state() == state


def test_curves_pass_through_output_and_slope(shown):
    shown.function.select_option("tanh")
    shown.fields["w"].fill("2")
    shown.fields["b"].fill("-1")
    shown.settle()
    for path, f in (("value", lambda x: np.tanh(2 * x - 1)),
                    ("slope", lambda x: 2 / np.cosh(2 * x - 1) ** 2)):  # fmt: skip
        d = shown.page.locator(f".nj-ae-{path}").get_attribute("d")
        points = np.array([part.split() for part in d[1:].split("L")], dtype=float)
        x = -6 + 12 * (points[:, 0] - 40) / 290
        y = 3.3 - 6.6 * (points[:, 1] - 8) / 228
        np.testing.assert_allclose(y, f(x), atol=0.02)


def test_bars_are_powers_of_ten(shown):
    shown.function.select_option("linear")
    shown.fields["w"].fill("-3")
    shown.fields["layers"].fill("4")
    shown.settle()
    paths = shown.page.locator(".nj-ae-bar").evaluate_all(
        "all => all.map((e) => e.getAttribute('d')).filter((d) => d !== '')"
    )
    per_power = 228 / 18
    for k, d in enumerate(paths[:-1]):
        base, top = (float(part) for part in d.replace("H", "V").split(" ")[1].split("V")[:2])
        assert (base - top) / per_power == pytest.approx((4 - k) * np.log10(3), abs=0.02)


@pytest.mark.parametrize(
    ("state", "word", "kind"),
    [
        ({"function": "step"}, "Nothing arrives", "nj-ae-none"),
        ({"function": "sigmoid", "b": 5, "w": 3, "layers": 10}, "vanished", "nj-ae-beyond"),
        ({"function": "linear", "w": 3, "layers": 10}, "exploded", None),
        ({"function": "linear"}, "", None),
    ],
)
def test_what_happened_is_said_and_marked(shown, state, word, kind):
    state = dict(state)
    shown.function.select_option(state.pop("function"))
    for trait, value in state.items():
        shown.fields[trait].fill(str(value))
    shown.settle()
    told = shown.page.locator(".nj-ae-verdict").text_content()
    assert word in told if word else told == ""
    first = shown.page.locator(".nj-ae-bar").first.get_attribute("class")
    assert kind in first if kind else first == "nj-ae-bar"


def test_reset_goes_back_to_the_start(shown):
    shown.function.select_option("relu")
    shown.fields["w"].fill("-2")
    shown.fields["layers"].fill("9")
    shown.reset.click()
    shown.expect(function="sigmoid", w=1, b=0, x=1, layers=5)


def test_changes_are_told_to_screen_readers(shown):
    shown.tracks["layers"].press("ArrowRight")
    live = shown.page.locator("p[aria-live=polite]")
    live.filter(has_text="Sigmoid, weight 1.00, bias 0.00, input 1.00: output 0.731").wait_for(
        state="attached"
    )
    live.filter(has_text="Through 6 layers").wait_for(state="attached")


def test_a_link_sets_the_widget_and_nothing_foreign(shown):
    link = "#widget=activation_explorer&function=relu&w=2&b=99&layers=10&x=1"
    shown.page.evaluate("link => { location.hash = link }", link)
    shown.page.wait_for_function("document.querySelector('select').value === 'relu'")
    shown.expect(function="relu", w=2, b=5, x=1, layers=10)  # b within its range
    shown.page.evaluate("location.hash = '#widget=activation_explorer&function=sine&layers=2'")
    shown.page.wait_for_function("document.querySelector('select').value === 'sigmoid'")
    shown.expect(function="sigmoid", layers=2, w=1)


def test_the_link_button_copies_the_state(shown):
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.fields["w"].fill("2.5")
    shown.page.get_by_role("button", name="Copy link to this state").click()
    shown.page.get_by_role("button", name="Copied").wait_for()
    copied = shown.page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith("#widget=activation_explorer&function=sigmoid&w=2.5&b=0&x=1&layers=5")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_is_accessible_and_fits(widget_page, new_page, served, width, scheme):
    widget_page(
        ActivationExplorer(),
        ActivationExplorer(function="step", layers=10, b=0.5, name="second"),
        ActivationExplorer(function="linear", w=3, layers=10, name="third"),
    )
    page = new_page(width, color_scheme=scheme)
    page.goto(served + "page.html")
    page.locator(f".nj-widget[data-mode={scheme}]").nth(2).wait_for()
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 350])  # columns of 672 and 350 px
def test_the_height_is_reserved_whatever_is_shown(widget_page, new_page, served, width):
    widget_page(ActivationExplorer())
    page = new_page(width, has_touch=width < 600, is_mobile=width < 600)
    page.goto(served + "page.html")
    page.locator(".nj-widget").wait_for()
    frame = page.locator(".nj-view > div")
    reserved = float(frame.evaluate("e => parseFloat(getComputedStyle(e).minHeight)"))
    assert frame.bounding_box()["height"] == pytest.approx(reserved, abs=0.5)
    content = page.locator(".nj-widget").bounding_box()["height"]
    assert content > reserved - 60
    for link in ("function=step&layers=10", "function=sigmoid&layers=10&b=5&w=3", "layers=1"):
        page.evaluate("link => { location.hash = link }", f"#widget=activation_explorer&{link}")
        page.wait_for_timeout(100)
        assert frame.bounding_box()["height"] == pytest.approx(reserved, abs=0.5), link


def test_targets_are_large_enough_for_fingers(widget_page, new_page, served):
    widget_page(ActivationExplorer())
    page = new_page(390, has_touch=True, is_mobile=True)
    page.goto(served + "page.html")
    page.locator(".nj-widget").wait_for()
    selector = ".nj-track, .nj-field, .nj-button, .nj-select"
    for box in [one.bounding_box() for one in page.locator(selector).all()]:
        assert box["height"] >= 44
    assert page.locator(".nj-ae-here .nj-touch").bounding_box()["width"] >= 40


def test_what_is_removed_stops_listening(widget_page, new_page, served):
    widget_page(ActivationExplorer())
    page = new_page()
    page.goto(served + "page.html")
    page.locator(".nj-widget").wait_for()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: false}))")
    assert page.locator(".nj-widget").count() == 0
