"""Backprop stepper in Chromium: every control, by keyboard and by pointer, against Python."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from helpers.widgets.backprop_stepper import _GRAPHS, BackpropStepper, _number

pytestmark = pytest.mark.slow


class Shown:
    """What the reader sees, and where to take hold of it."""

    def __init__(self, page):
        self.page = page
        self.graph = page.get_by_role("combobox", name="Graph")
        self.change = page.get_by_role("combobox", name="Change")
        self.hidden = page.get_by_role("combobox", name="Hidden neurons")
        self.track = page.get_by_role("slider", name="Value")
        self.field = page.get_by_role("spinbutton", name="Value, as a number")
        self.map = page.locator(".nj-bp-graph")

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def settle(self):
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => "
                           "requestAnimationFrame(done)))")  # fmt: skip

    def step(self) -> int:
        self.settle()
        return int(self.page.locator(".nj-bp-number").text_content().split()[1])

    def node(self, name: str) -> list[str]:
        self.settle()
        return self.page.locator(f"[data-id={name}] text").all_text_contents()

    def expect(self, **traits) -> None:
        """Check every number in the graph, after the last step, against the class in Python."""
        stepper = BackpropStepper(**traits)
        self.settle()
        assert self.graph.input_value() == stepper.graph
        assert self.step() == stepper.last_step
        for name, node in stepper._nodes().items():
            texts = " | ".join(self.node(name))
            assert _number(node.data) in texts
            if (stepper.graph, name) != ("network", "y"):
                assert f"grad {_number(node.grad)}" in texts, name


@pytest.fixture
def shown(widget_page, new_page, served):
    widget_page(BackpropStepper())
    page = new_page()
    page.goto(served + "page.html")
    page.locator(".nj-widget").wait_for()
    return Shown(page)


def test_before_the_first_step_only_inputs_are_known(shown):
    assert shown.step() == 0
    assert shown.node("x") == ["x", "1", ""]
    assert shown.node("f") == ["f = q z", "?", ""]
    assert shown.button("Back").is_disabled()


def test_step_and_back_go_edge_by_edge(shown):
    seen = []
    for _ in range(7):
        shown.button("Step").click()
        shown.settle()
        seen.append(shown.page.locator(".nj-bp-title").text_content())
    assert seen == [
        "Forward: compute q", "Forward: compute f", "The way back begins at f",
        "Backward: from f to z", "Backward: from f to q", "Backward: from q to y",
        "Backward: from q to x",
    ]  # fmt: skip
    shown.expect(graph="sum-product")
    shown.button("Step").click()
    assert shown.step() == 7  # there is nothing behind the last one
    shown.button("Back").click()
    assert shown.node("x")[-1] == ""
    assert shown.step() == 6


def test_the_product_of_an_edge_is_written_out(shown):
    for _ in range(5):
        shown.button("Step").click()
    shown.settle()
    cells = shown.page.locator(".nj-bp-table tbody").locator("th, td").all_text_contents()
    assert cells == ["q", "z = −4", "× 1", "= −4"]


@pytest.mark.parametrize("graph", _GRAPHS)
def test_every_graph_can_be_chosen_and_gone_through(shown, graph):
    shown.graph.select_option(graph)
    shown.button("End").click()
    shown.expect(graph=graph)
    shown.button("Reset").click()
    assert shown.step() == 0


@pytest.mark.parametrize("hidden", ["tanh", "sigmoid", "relu"])
def test_hidden_neurons_and_a_weight_can_be_changed(shown, hidden):
    shown.graph.select_option("network")
    shown.button("End").click()
    shown.hidden.select_option(hidden)
    shown.change.select_option("w12")
    shown.field.fill("-3.5")
    values = list(BackpropStepper(graph="network").inputs.values())
    values[3] = -3.5
    shown.expect(graph="network", hidden=hidden, values=values)


def test_arrow_keys_step_through_the_graph(shown):
    shown.map.focus()
    for key, step in [
        ("ArrowRight", 1),
        ("ArrowDown", 2),
        ("ArrowLeft", 1),
        ("End", 7),
        ("Home", 0),
    ]:
        shown.page.keyboard.press(key)
        assert shown.step() == step


def test_arrow_keys_move_the_slider_and_everything_follows(shown):
    shown.button("End").click()
    shown.change.select_option("z")
    shown.track.focus()
    for _ in range(4):
        shown.page.keyboard.press("ArrowRight")
    shown.expect(graph="sum-product", values=[1, 2, -3.8])


def test_a_click_on_an_input_chooses_it(shown):
    shown.page.locator("[data-id=y]").click()
    shown.settle()
    assert shown.change.input_value() == "y"
    assert shown.field.input_value() == "2"
    shown.graph.select_option("network")
    shown.page.locator("[data-id=v1]").click()
    shown.settle()
    assert shown.change.input_value() == "v1"
    assert shown.field.input_value() == "2"


def test_original_values_come_back(shown):
    shown.button("End").click()
    shown.field.fill("4.5")
    shown.expect(values=[4.5])
    shown.button("Original values").click()
    shown.expect()


def test_fan_out_is_ringed_and_added(shown):
    shown.graph.select_option("fan-out")
    shown.settle()
    assert shown.page.locator("[data-id=x] .nj-bp-ring").count() == 1
    assert shown.page.locator(".nj-bp-ring").count() == 1
    for _ in range(4):
        shown.button("Step").click()
    assert shown.node("x")[-1] == "2 + …"
    shown.button("End").click()
    assert shown.node("x")[-1] == "grad 5"
    assert "2 + 3 = 5" in shown.page.locator(".nj-bp-text").text_content()
    assert shown.page.locator(".nj-bp-sum").count() == 1


def test_play_goes_to_the_end_and_stops(widget_page, new_page, served):
    widget_page(BackpropStepper(step=5))
    page = new_page()
    page.goto(served + "page.html")
    shown = Shown(page)
    shown.button("Play").click()
    shown.button("Pause").wait_for()
    page.wait_for_function("document.querySelector('.nj-bp-number').textContent.includes('7 of')")
    shown.button("Play").wait_for()


def test_with_reduced_motion_it_jumps_to_the_end(widget_page, new_page, served):
    widget_page(BackpropStepper(graph="network"))
    page = new_page(reduced_motion="reduce")
    page.goto(served + "page.html")
    shown = Shown(page)
    shown.button("Run").click()
    shown.expect(graph="network")


def test_every_control_is_reached_by_the_tabulator(shown):
    shown.button("Step").click()
    shown.page.evaluate("document.activeElement.blur()")
    shown.graph.select_option("network")
    shown.button("Step").click()
    assert shown.step() == 1  # the button "Back" can be reached once the step is drawn
    shown.map.focus()
    reached = []
    for _ in range(11):
        shown.page.keyboard.press("Tab")
        reached.append(shown.page.evaluate(
            "(e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent)"
            "(document.activeElement)"))  # fmt: skip
    assert reached == [
        "Play", "Back", "Step", "End", "Reset", "Graph", "Change", "Original values", "Value",
        "Value, as a number", "Hidden neurons",
    ]  # fmt: skip


def test_keys_do_not_reach_the_host(shown):
    shown.page.evaluate("document.body.addEventListener('keydown', () => { window.taken = true; })")
    shown.map.press("ArrowRight")
    shown.button("Step").press("Enter")
    shown.track.press("ArrowLeft")
    assert shown.page.evaluate("window.taken") is None


def test_a_link_sets_the_widget_and_nothing_foreign(shown):
    link = "#widget=backprop_stepper&graph=two-products&values=1,2,99&step=3&hidden=gelu"
    shown.page.evaluate("link => { location.hash = link }", link)
    shown.page.wait_for_function("document.querySelector('select').value === 'two-products'")
    assert shown.step() == 3
    assert [shown.node(name)[1] for name in "xywz"] == ["1", "2", "5", "4"]
    shown.page.evaluate("location.hash = '#widget=backprop_stepper&graph=fan-out'")
    shown.page.wait_for_function("document.querySelector('select').value === 'fan-out'")
    assert shown.step() == 0
    assert shown.node("x")[1] == "3"


def test_the_link_button_copies_the_state(shown):
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.field.fill("2.5")
    shown.button("Step").click()
    shown.button("Copy link to this state").click()
    shown.button("Copied").wait_for()
    copied = shown.page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(
        "#widget=backprop_stepper&graph=sum-product&step=1&values=2.5%2C2%2C-4&hidden=tanh"
    )


def test_changes_are_told_to_screen_readers(shown):
    for _ in range(5):
        shown.button("Step").click()
    live = shown.page.locator("p[aria-live=polite]")
    live.filter(has_text="To q: local gradient −4 times 1 is −4.").wait_for(state="attached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_is_accessible_and_fits(widget_page, new_page, served, width, scheme):
    widget_page(
        BackpropStepper(step=5),
        BackpropStepper(graph="network", step=18, name="second"),
        BackpropStepper(graph="fan-out", step=7, name="third"),
    )
    page = new_page(width, color_scheme=scheme)
    page.goto(served + "page.html")
    page.locator(f".nj-widget[data-mode={scheme}]").nth(2).wait_for()
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 350])  # columns of 672 and 350 px
def test_the_height_is_reserved_whatever_is_shown(widget_page, new_page, served, width):
    widget_page(BackpropStepper())
    page = new_page(width, has_touch=width < 600, is_mobile=width < 600)
    page.goto(served + "page.html")
    page.locator(".nj-widget").wait_for()
    frame = page.locator(".nj-view > div")
    reserved = float(frame.evaluate("e => parseFloat(getComputedStyle(e).minHeight)"))
    assert frame.bounding_box()["height"] == pytest.approx(reserved, abs=0.5)
    content = page.locator(".nj-widget").bounding_box()["height"]
    assert content > reserved - 60
    for name in _GRAPHS:
        for step in range(20):
            link = f"#widget=backprop_stepper&graph={name}&step={step}"
            page.evaluate("link => { location.hash = link }", link)
            page.wait_for_timeout(40)
            assert frame.bounding_box()["height"] == pytest.approx(reserved, abs=0.5), link


def test_targets_are_large_enough_for_fingers(widget_page, new_page, served):
    widget_page(BackpropStepper(graph="network"))
    page = new_page(390, has_touch=True, is_mobile=True)
    page.goto(served + "page.html")
    page.locator(".nj-widget").wait_for()
    for box in [
        one.bounding_box()
        for one in page.locator(".nj-track, .nj-field, .nj-button, .nj-select").all()
    ]:
        assert box["height"] >= 44
    for box in [one.bounding_box() for one in page.locator(".nj-touch").all()]:
        assert box["width"] >= 40
        assert box["height"] >= 40


@pytest.mark.parametrize("step", [18, 19])
def test_no_text_of_the_network_lies_on_another(widget_page, new_page, served, step):
    widget_page(BackpropStepper(graph="network", step=step))
    page = new_page(390)
    page.goto(served + "page.html")
    page.locator(".nj-widget").wait_for()
    boxes = [
        (text.text_content(), text.bounding_box())
        for text in page.locator(".nj-bp-graph text").all()
        if text.text_content()
    ]
    for i, (first, a) in enumerate(boxes):
        assert a["height"] >= 11, first
        for second, b in boxes[:i]:
            apart_x = a["x"] + a["width"] <= b["x"] + 1 or b["x"] + b["width"] <= a["x"] + 1
            apart_y = a["y"] + a["height"] <= b["y"] + 3 or b["y"] + b["height"] <= a["y"] + 3
            assert apart_x or apart_y, (first, second)


def test_what_is_removed_stops_listening(widget_page, new_page, served):
    widget_page(BackpropStepper())
    page = new_page()
    page.goto(served + "page.html")
    page.locator(".nj-widget").wait_for()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: false}))")
    assert page.locator(".nj-widget").count() == 0
