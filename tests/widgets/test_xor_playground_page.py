"""XOR playground in Chromium: every control, by keyboard and by pointer, against Python."""

from __future__ import annotations

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from helpers.widgets.xor_playground import GATES, XorPlayground

pytestmark = pytest.mark.slow

PLANE, SPACE = 0, 1
# The axes run from 46 to 332 and from 294 up to 8 in both.
LEFT, RIGHT, BOTTOM, TOP = 46, 332, 294, 8


class Shown:
    """What the reader sees, and where to take hold of it."""

    def __init__(self, page):
        self.page = page
        self.status = page.locator(".nj-xp-status")
        self.look = page.locator(".nj-xp-look")
        self.points = page.get_by_role("combobox", name="Points")
        self.activation = page.get_by_role("combobox", name="Hidden activation")
        self.horizontal = page.get_by_role("combobox", name="Horizontal")
        self.vertical = page.get_by_role("combobox", name="Vertical")
        self.neurons = page.get_by_role("spinbutton", name="Hidden neurons, as a number")
        self.rate = page.get_by_role("spinbutton", name="Learning rate, as a number")
        self.seed = page.get_by_role("spinbutton", name="Seed of the first weights, as a number")
        self.plots = page.locator(".nj-plot")

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def settle(self):
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => "
                           "requestAnimationFrame(done)))")  # fmt: skip

    def step(self) -> int:
        self.settle()
        return int(re.match(r"Step ([\d,]+)", self.status.text_content())[1].replace(",", ""))

    def places(self, plot: int, target: int) -> np.ndarray:
        """The pixels of the dots of one class, shape (n, 2)."""
        path = self.plots.nth(plot).locator(f".nj-xp-dot[data-class='{target}']")
        found = re.findall(r"M(-?[\d.]+) (-?[\d.]+)h0", path.get_attribute("d"))
        return np.array(found, dtype=float).reshape(-1, 2)

    def follow(self, link: str) -> None:
        self.page.evaluate("link => { location.hash = link }", f"#widget=xor_playground&{link}")
        self.page.wait_for_timeout(60)
        self.settle()

    def expect(self, **traits) -> None:
        """Check all that is written and drawn against the class in Python."""
        python = XorPlayground(**traits)
        self.settle()
        text = self.status.text_content()
        assert f"Step {python.steps:,}: loss " in text
        if python.loss >= 0.001:
            assert f"loss {python.loss:.4f}, " in text
        assert f"{python.correct} of {len(python.points)} points right" in text
        assert self.points.input_value() == python.data
        assert self.activation.input_value() == python.activation
        assert float(self.neurons.input_value()) == python.neurons
        assert float(self.rate.input_value()) == python.learning_rate
        network = python.network()
        hidden = network.layers[0].forward(python.points)
        z = (hidden @ network.layers[1].weights + network.layers[1].biases)[:, 0]
        n, of_one = python.neurons, python.targets.ravel() == 1
        across, up = min(python.across, n), python.up if python.up <= n else 0
        spaced = np.column_stack([hidden[:, across - 1], hidden[:, up - 1] if up else z])
        for target in (0, 1):
            chosen = of_one == (target == 1)
            x = self.places(PLANE, target)
            want = python.points[chosen]
            np.testing.assert_allclose(
                x[:, 0], LEFT + (want[:, 0] + 0.6) / 2.2 * (RIGHT - LEFT), atol=0.06
            )
            np.testing.assert_allclose(
                x[:, 1], BOTTOM - (want[:, 1] + 0.6) / 2.2 * (BOTTOM - TOP), atol=0.06
            )
            found = self.places(SPACE, target)
            if python.activation == "tanh":
                want = LEFT + (spaced[chosen, 0] + 1.15) / 2.3 * (RIGHT - LEFT)
                np.testing.assert_allclose(found[:, 0], want, atol=0.06)
                if up:
                    want = BOTTOM - (spaced[chosen, 1] + 1.15) / 2.3 * (BOTTOM - TOP)
                    np.testing.assert_allclose(found[:, 1], want, atol=0.06)


@pytest.fixture
def shown(widget_page, new_page, served):
    widget_page(XorPlayground())
    page = new_page()
    page.goto(served + "page.html")
    page.locator(".nj-widget").wait_for()
    return Shown(page)


def test_steps_are_those_of_python(shown):
    shown.expect()
    shown.button("Step").click()
    shown.expect(steps=1)
    for _ in range(3):
        shown.button("100 steps").click()
    shown.expect(steps=301)
    assert "folded the plane" in shown.look.text_content()
    shown.button("Reset").click()
    shown.expect()
    assert shown.look.text_content() == ""


@pytest.mark.parametrize("data", ["or", "and", "noisy", "circle"])
def test_points_can_be_chosen(shown, data):
    shown.button("100 steps").click()
    shown.points.select_option(data)
    shown.expect(data=data)  # and training begins again
    shown.button("100 steps").click()
    shown.expect(data=data, steps=100)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
@pytest.mark.parametrize("neurons", [1, 3, 8])
def test_neurons_activation_rate_and_seed(shown, activation, neurons):
    shown.activation.select_option(activation)
    shown.neurons.fill(str(neurons))
    shown.rate.fill("0.7")
    shown.seed.fill("12")
    shown.button("100 steps").click()
    shown.expect(activation=activation, neurons=neurons, learning_rate=0.7, seed=12, steps=100)
    names = shown.plots.nth(PLANE).locator(".nj-xp-line:not([d=''])")
    assert 1 <= names.count() <= neurons
    vertical = shown.vertical.locator("option").all_text_contents()
    assert vertical == [f"h{'₁₂₃₄₅₆₇₈'[j]}" for j in range(neurons)] + ["z"]


def test_new_first_weights_take_the_next_seed(shown):
    shown.button("100 steps").click()
    shown.button("New first weights").click()
    shown.expect(seed=2)
    assert shown.seed.input_value() == "2"
    shown.seed.fill("999")
    shown.button("New first weights").click()
    shown.expect(seed=1)


def test_the_gates_by_hand(shown):
    shown.points.select_option("circle")
    shown.neurons.fill("5")
    shown.button("By hand: OR, NAND, AND").click()
    shown.expect(activation="sigmoid", first=GATES)
    assert "First weights given" in shown.status.text_content()
    assert "folded the plane" in shown.look.text_content()
    shown.page.get_by_text("The network in numbers").click()
    expect(shown.page.locator(".nj-xp-formulas")).to_contain_text(
        "h₁ = sigmoid(10.00 x₁ + 10.00 x₂ − 5.00)"
    )
    expect(shown.page.locator(".nj-xp-formulas")).to_contain_text("ŷ: 00 → 0.01, 01 → 0.99")
    shown.seed.fill("3")  # back to chance
    shown.expect(activation="sigmoid", seed=3)


def test_the_lines_are_where_the_weighted_sums_are_zero(shown):
    shown.follow("steps=400&neurons=3&seed=6")
    weights = np.array(XorPlayground(neurons=3, seed=6, steps=400).weights)
    hidden, biases = weights[:6].reshape(2, 3), weights[6:9]
    for j in range(3):
        path = shown.plots.nth(PLANE).locator("path[d][data-axis]").nth(j)
        numbers = np.array(re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.get_attribute("d")), float)
        x = np.column_stack([(numbers[:, 0] - LEFT) / (RIGHT - LEFT),
                             (BOTTOM - numbers[:, 1]) / (BOTTOM - TOP)]) * 2.2 - 0.6  # fmt: skip
        z = x @ hidden[:, j] + biases[j]
        steep = np.linalg.norm(hidden[:, j])
        np.testing.assert_allclose(z[:3] / steep, 0, atol=0.002)
        assert z[3] / steep == pytest.approx(9 * 2.2 / (RIGHT - LEFT), abs=0.002)  # the tick


def test_the_border_separates_the_points_in_both_panels(shown):
    shown.follow("steps=1000")
    for plot in (PLANE, SPACE):
        border = shown.plots.nth(plot).locator(".nj-border")
        assert border.is_visible()
        # The region of class 0 holds the squares, and not the discs.
        for target in (0, 1):
            for x, y in shown.places(plot, target):
                inside = border.evaluate(
                    "(e, [x, y]) => { const p = e.ownerSVGElement.createSVGPoint();"
                    " p.x = x; p.y = y; return e.isPointInFill(p); }", [x, y],
                )  # fmt: skip
                assert inside == (target == 0)


def test_more_than_two_hidden_neurons_show_the_border_on_z_only(shown):
    shown.neurons.fill("4")
    shown.settle()
    border = shown.plots.nth(SPACE).locator(".nj-border")
    assert not border.is_visible()
    shown.vertical.select_option("0")
    shown.settle()
    assert border.is_visible()
    assert "z, the weighted sum" in shown.plots.nth(SPACE).text_content()
    shown.horizontal.select_option("3")
    shown.button("100 steps").click()
    shown.expect(neurons=4, across=3, up=0, steps=100)
    shown.vertical.select_option("4")
    shown.expect(neurons=4, across=3, up=4, steps=100)


def numbers(path) -> np.ndarray:
    """The points of a drawn path, in pixels, shape (n, 2)."""
    return np.array(re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.get_attribute("d")), dtype=float)


def inside(pixels: np.ndarray) -> np.ndarray:
    """Those that lie inside the axes: a border is closed outside of them."""
    x, y = pixels.T
    return pixels[(x > LEFT + 1) & (x < RIGHT - 1) & (y > TOP + 1) & (y < BOTTOM - 1)]


def test_the_border_is_where_the_output_is_one_half(shown):
    shown.follow("steps=60&neurons=3")
    x = inside(numbers(shown.plots.nth(PLANE).locator(".nj-border")))
    x = np.column_stack([x[:, 0] - LEFT, BOTTOM - x[:, 1]]) / (RIGHT - LEFT) * 2.2 - 0.6
    assert len(x) > 10
    outputs = XorPlayground(neurons=3, steps=60).network().predict(x)
    np.testing.assert_allclose(outputs, 0.5, atol=0.01)
    # In the hidden space: for two neurons the line of the output neuron, and z = 0.
    shown.follow("steps=1000")
    h = inside(numbers(shown.plots.nth(SPACE).locator(".nj-border")))
    h = np.column_stack([h[:, 0] - LEFT, BOTTOM - h[:, 1]]) / (RIGHT - LEFT) * 2.3 - 1.15
    output = XorPlayground(steps=1000).network().layers[1]
    assert len(h) >= 2
    np.testing.assert_allclose(output.forward(h), 0.5, atol=0.01)
    shown.vertical.select_option("0")
    shown.settle()
    z = numbers(shown.plots.nth(SPACE).locator(".nj-border"))
    across = z[np.abs(z[:, 1] - (TOP + BOTTOM) / 2) < 0.1, 0]
    assert across.min() <= LEFT
    assert across.max() >= RIGHT


def test_points_on_the_wrong_side_have_a_rim_and_a_stuck_run_is_called_one(shown):
    shown.follow("seed=4&steps=2000&activation=relu")
    python = XorPlayground(seed=4, steps=2000, activation="relu")
    python_fires = python.network().predict(python.points).ravel() >= 0.5
    assert python.correct == 3
    for target in (0, 1):
        rim = shown.plots.first.locator(f".nj-xp-wrong[data-class='{target}']")
        of_target = python.targets.ravel() == target
        wrong = python.points[of_target & (python_fires != target)]
        pixels = LEFT + (wrong[:, 0] + 0.6) / 2.2 * (RIGHT - LEFT)
        assert len(numbers(rim)) == len(wrong)
        np.testing.assert_allclose(numbers(rim)[:, 0] if len(wrong) else [], pixels, atol=0.06)
    assert "almost flat" in shown.look.text_content()


def test_one_neuron_is_asked_about(shown):
    shown.follow("neurons=1&steps=150")
    assert shown.look.text_content() == ""  # first the reader predicts
    shown.button("100 steps").click()
    shown.settle()
    assert "Can one line separate" in shown.look.text_content()


def test_play_goes_on_and_pauses(shown):
    shown.button("Play").click()
    shown.page.wait_for_function(
        "document.querySelector('.nj-xp-status').textContent.match(/Step (\\d+)/)[1] > 20"
    )
    shown.button("New first weights").click()  # goes on with others
    assert shown.button("Pause").is_visible()
    shown.button("Pause").click()
    stopped = shown.step()
    shown.page.wait_for_timeout(150)
    assert shown.step() == stopped
    shown.expect(seed=2, steps=stopped)


def test_a_link_stops_what_plays(shown):
    shown.button("Play").click()
    shown.page.wait_for_timeout(100)
    shown.follow("steps=40")
    assert shown.button("Play").is_visible()
    shown.expect(steps=40)


def test_play_stops_at_the_last_step(shown):
    shown.follow("steps=9990")
    shown.button("Play").click()
    shown.button("Play").wait_for()
    expect(shown.status).to_contain_text("Step 10,000")
    shown.button("Step").click()
    assert shown.step() == 10000


def test_with_reduced_motion_it_jumps(widget_page, new_page, served):
    widget_page(XorPlayground())
    page = new_page(reduced_motion="reduce")
    page.goto(served + "page.html")
    shown = Shown(page)
    shown.button("Run").click()
    shown.expect(steps=500)


def test_every_control_is_reached_and_moved_by_keys(shown):
    shown.page.evaluate("document.body.addEventListener('keydown', () => { window.taken = true; })")
    shown.button("Play").focus()
    reached = []
    for _ in range(18):
        reached.append(shown.page.evaluate(
            "(e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent)"
            "(document.activeElement)"))  # fmt: skip
        shown.page.keyboard.press("Tab")
    assert reached == [
        "Play", "Step", "100 steps", "Reset", "Horizontal", "Vertical", "New first weights",
        "By hand: OR, NAND, AND", "Points", "Hidden activation", "Hidden neurons m",
        "Hidden neurons, as a number", "Learning rate η", "Learning rate, as a number",
        "First weights", "Seed of the first weights, as a number", "The network in numbers",
        "Copy link to this state",
    ]  # fmt: skip
    shown.button("100 steps").press("Enter")
    assert shown.step() == 100
    shown.page.get_by_role("slider", name="Hidden neurons").press("ArrowRight")
    shown.expect(neurons=3)
    shown.page.get_by_role("slider", name="First weights").press("ArrowRight")
    shown.expect(neurons=3, seed=2)
    shown.page.locator("summary").press("Enter")
    expect(shown.page.locator(".nj-xp-formulas")).to_be_visible()
    assert shown.page.evaluate("window.taken") is None


def test_a_link_sets_the_widget_and_nothing_foreign(shown):
    shown.follow("data=noisy&neurons=3&activation=sigmoid&learning_rate=5&seed=7&steps=250&up=3")
    shown.expect(data="noisy", neurons=3, activation="sigmoid", learning_rate=5, seed=7,
                 steps=250, up=3)  # fmt: skip
    shown.follow("data=spiral&neurons=99&steps=1e9&activation=step&learning_rate=-1")
    shown.expect(neurons=8, steps=10000, learning_rate=0.01)
    weights = ",".join(map(str, GATES))
    shown.follow(f"activation=sigmoid&first={weights}&steps=3")
    shown.expect(activation="sigmoid", first=GATES, steps=3)
    shown.follow("first=1,2,3&steps=3")  # no network has three
    shown.expect(steps=3)


def test_a_link_to_a_seed_is_not_stopped_by_weights_given_before(widget_page, new_page, served):
    widget_page(XorPlayground(activation="sigmoid", first=GATES))
    page = new_page()
    page.goto(served + "page.html")
    shown = Shown(page)
    shown.expect(activation="sigmoid", first=GATES)
    shown.follow("seed=5&steps=10")
    shown.expect(activation="sigmoid", seed=5, steps=10)
    shown.follow("steps=10")
    shown.expect(activation="sigmoid", first=GATES, steps=10)


def test_the_link_button_copies_the_state(shown):
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.neurons.fill("1")
    shown.button("Step").click()
    shown.button("Copy link to this state").click()
    shown.button("Copied").wait_for()
    copied = shown.page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(
        "#widget=xor_playground&data=xor&neurons=1&activation=tanh&learning_rate=2&seed=1&steps=1"
        "&across=1&up=2&first="
    )


def test_changes_are_told_to_screen_readers(shown):
    shown.button("100 steps").click()
    live = shown.page.locator("p[aria-live=polite]")
    live.filter(has_text="Step 100: loss").wait_for(state="attached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_is_accessible_and_fits(widget_page, new_page, served, width, scheme):
    widget_page(
        XorPlayground(seed=4, steps=400),
        XorPlayground(data="circle", neurons=8, steps=400, name="second"),
        XorPlayground(data="noisy", activation="relu", neurons=1, steps=400, name="third"),
    )
    page = new_page(width, color_scheme=scheme)
    page.goto(served + "page.html")
    page.locator(f".nj-widget[data-mode={scheme}]").nth(2).wait_for()
    page.locator("summary").first.click()
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 350])  # columns of 672 and 350 px
def test_the_height_is_reserved_whatever_is_shown(widget_page, new_page, served, width):
    widget_page(XorPlayground())
    page = new_page(width, has_touch=width < 600, is_mobile=width < 600)
    page.goto(served + "page.html")
    page.locator(".nj-widget").wait_for()
    shown = Shown(page)
    frame = page.locator(".nj-view > div")
    reserved = float(frame.evaluate("e => parseFloat(getComputedStyle(e).minHeight)"))
    assert page.locator(".nj-widget").bounding_box()["height"] > reserved - 60
    for link in ("seed=4&steps=2000", "steps=10000", "neurons=1&steps=300", "data=or&steps=1000",
                 "data=circle&neurons=8&steps=9000&seed=999&activation=sigmoid&learning_rate=20",
                 f"activation=sigmoid&first={','.join(map(str, GATES))}"):  # fmt: skip
        shown.follow(link)
        assert frame.bounding_box()["height"] == pytest.approx(reserved, abs=0.5), link


def test_targets_are_large_enough_for_fingers(widget_page, new_page, served):
    widget_page(XorPlayground())
    page = new_page(390, has_touch=True, is_mobile=True)
    page.goto(served + "page.html")
    page.locator(".nj-widget").wait_for()
    for one in page.locator(".nj-track, .nj-field, .nj-button, .nj-select, summary").all():
        assert one.bounding_box()["height"] >= 44


def test_what_is_removed_stops_listening(widget_page, new_page, served):
    widget_page(XorPlayground())
    page = new_page()
    page.goto(served + "page.html")
    page.locator(".nj-widget").wait_for()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: false}))")
    assert page.locator(".nj-widget").count() == 0
