"""One neuron in Chromium: every control, by keyboard and by pointer, against Python."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from helpers.widgets.one_neuron import _GOALS, OneNeuron, _number
from tests.widgets.test_one_neuron import SOLUTIONS

pytestmark = pytest.mark.slow


class Shown:
    """What the reader sees, and where to take hold of it."""

    def __init__(self, page):
        self.page = page
        self.goal = page.get_by_role("combobox", name="Goal")
        self.count = page.get_by_role("combobox", name="Inputs")
        self.inputs = page.get_by_role("switch")
        self.threshold = page.get_by_role("slider", name="Threshold")
        self.sign = page.locator(".nj-on-sign")

    def weight(self, i):
        return self.page.get_by_role("slider", name=f"Weight w{'₁₂₃₄'[i]}")

    def field(self, name):
        return self.page.get_by_role("spinbutton", name=f"{name}, as a number")

    def settle(self):
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => "
                           "requestAnimationFrame(done)))")  # fmt: skip

    def set(self, weights, threshold):
        for i, w in enumerate(weights):
            self.field(f"Weight w{'₁₂₃₄'[i]}").fill(str(w))
        self.field("Threshold").fill(str(threshold))

    def expect(self, **traits):
        """Check all that is seen against the class in Python."""
        neuron = OneNeuron(**traits)
        self.settle()
        inputs, weights = neuron._shown()
        assert self.goal.input_value() == neuron.goal
        assert self.count.input_value() == str(len(weights))
        assert [one.get_attribute("aria-checked") for one in self.inputs.all()] == [
            "true" if x else "false" for x in inputs
        ]
        assert self.page.locator(".nj-on-weight").all_text_contents() == [
            f"w{'₁₂₃₄'[i]} {_number(w)}" for i, w in enumerate(weights)
        ]
        kinds = ["excites" if w > 0 else "inhibits" if w < 0 else "nothing" for w in weights]
        assert [one.get_attribute("data-kind")
                for one in self.page.locator(".nj-on-synapse").all()] == kinds  # fmt: skip
        for i in range(4):
            assert self.weight(i).is_visible() == (i < len(weights))
        assert self.page.locator(".nj-on-sum").text_content() == f"sum {_number(neuron.sum)}"
        cell = self.page.locator(".nj-on-cell")
        assert cell.get_attribute("data-fires") == str(neuron.output)
        assert self.page.locator(".nj-on-output + text").text_content() == str(neuron.output)
        rows = self.page.locator(".nj-on-table tbody tr")
        seen = [one.locator("td").all_text_contents() for one in rows.all()]
        asked = _GOALS[neuron.goal]["answers"] if neuron.goal != "free" else None
        for i, (pattern, y) in enumerate(zip(neuron.patterns, neuron.outputs, strict=True)):
            total = sum(x * w for x, w in zip(pattern, weights, strict=True))
            row = [*map(str, pattern), _number(total), str(y)]
            if asked:
                row.append(f"{asked[i]} {'✓' if asked[i] == y else '✗'}")
            assert seen[i] == row
        assert len(seen) == 2 ** len(weights)
        marked = self.page.locator(".nj-on-now .nj-on-bit").all_text_contents()
        assert marked == [str(x) for x in inputs]
        assert ("Solved" in self.sign.text_content()) == neuron.solved


@pytest.fixture
def open_widget(widget_page, new_page, served):
    def show(*widgets, width=1280, **options):
        widget_page(*(widgets or (OneNeuron(),)))
        page = new_page(width, **options)
        page.goto(served + "page.html")
        page.locator(".nj-widget").nth(max(len(widgets), 1) - 1).wait_for()
        return Shown(page)

    return show


@pytest.fixture
def shown(open_widget):
    return open_widget()


def test_it_begins_as_python_says(shown):
    shown.expect()


def test_inputs_are_switched_by_click_and_by_keys(shown):
    shown.inputs.nth(1).click()
    shown.expect(inputs=[1, 1, 0])
    shown.inputs.nth(2).press("Space")
    shown.expect(inputs=[1, 1, 1])
    shown.inputs.nth(0).press("Enter")
    shown.expect(inputs=[0, 1, 1])
    assert shown.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Input x₁"


def test_weights_are_dragged_sideways(shown):
    for i, by in [(0, 45), (1, -90), (2, -500)]:
        box = shown.page.locator(".nj-on-chip").nth(i).bounding_box()
        unit = shown.page.locator(".nj-on-cell").bounding_box()["width"] / 360
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        shown.page.mouse.move(x, y)
        shown.page.mouse.down()
        shown.page.mouse.move(x + by * unit, y, steps=4)
        shown.page.mouse.up()
    shown.expect(weights=[1.8, -1.4, -2])


def test_the_threshold_is_dragged_up_and_down(shown):
    dot = shown.page.locator(".nj-on-grip .nj-dot").bounding_box()
    unit = shown.page.locator(".nj-on-cell").bounding_box()["width"] / 360
    x, y = dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2
    shown.page.mouse.move(x, y)
    shown.page.mouse.down()
    # 122 units of the picture for sums from -6 to 6.
    shown.page.mouse.move(x + 3, y + 2 * 122 / 12 * unit, steps=4)
    shown.expect(threshold=-1)
    shown.page.mouse.move(x, y - 400, steps=4)
    shown.page.mouse.up()
    shown.expect(threshold=4)


def test_arrow_keys_move_weights_and_threshold(shown):
    shown.weight(1).focus()
    for _ in range(4):
        shown.page.keyboard.press("ArrowRight")
    shown.weight(2).press("Home")
    shown.threshold.focus()
    for _ in range(3):
        shown.page.keyboard.press("ArrowLeft")
    shown.expect(weights=[0.8, 1, -2], threshold=0.7)


def test_a_number_that_is_typed_is_kept(shown):
    shown.field("Weight w₁").fill("0.25")
    shown.field("Threshold").fill("0.25")
    shown.expect(weights=[0.25, 0.6, -1], threshold=0.25)
    assert shown.page.locator(".nj-on-verdict").text_content() == (
        "0.25 = 0.25: exactly at the threshold, it fires."
    )


@pytest.mark.parametrize("count", [2, 4])
def test_the_number_of_inputs_can_be_changed(shown, count):
    shown.count.select_option(str(count))
    weights = [0.8, 0.6, -1, 0][:count]
    shown.expect(weights=weights, inputs=[1, 0, 0, 0][:count])


@pytest.mark.parametrize("name", _GOALS)
def test_every_goal_can_be_reached(shown, name):
    shown.goal.select_option(name)
    shown.expect(goal=name)
    assert shown.page.locator(".nj-on-ask").text_content() == _GOALS[name]["wanted"]
    weights, threshold = SOLUTIONS[name]
    shown.set(weights, threshold)
    shown.expect(goal=name, weights=weights, threshold=threshold)
    rows = len(_GOALS[name]["answers"])
    assert shown.sign.text_content() == f"✓ Solved: all {rows} rows are as asked."
    shown.goal.select_option("free")
    shown.settle()
    # Free play goes back to what the page began with.
    shown.expect()


def test_changing_the_number_of_inputs_ends_a_goal(shown):
    shown.goal.select_option("veto")
    shown.count.select_option("2")
    shown.expect(weights=[0, 0], inputs=[0, 0])
    assert shown.sign.text_content() == "It never fires."


def test_what_is_built_in_free_play_is_named(shown):
    shown.count.select_option("2")
    shown.set([1, 1], 2)
    shown.settle()
    assert shown.sign.text_content() == "It computes “AND”."


def test_start_again(open_widget):
    shown = open_widget(OneNeuron(goal="and", weights=[1, 0.5], threshold=0.5))
    shown.set([2, -2], 3)
    shown.page.get_by_role("button", name="Start again").click()
    shown.expect(goal="and", weights=[1, 0.5], threshold=0.5)
    shown.goal.select_option("veto")
    shown.set([1, 1, -2], 1)
    shown.page.get_by_role("button", name="Start again").click()
    shown.expect(goal="veto")


def running(page):
    return page.locator(".nj-on-pulse").evaluate("e => e.getAnimations().length")


def test_a_spike_runs_when_it_begins_to_fire(shown):
    assert running(shown.page) == 0
    shown.inputs.nth(1).click()
    shown.settle()
    assert running(shown.page) == 1
    shown.page.wait_for_function(
        "document.querySelector('.nj-on-pulse').getAnimations().length === 0"
    )
    shown.field("Weight w₁").fill("1.9")  # it fires still: no new spike
    shown.settle()
    assert running(shown.page) == 0
    shown.inputs.nth(1).click()
    shown.field("Weight w₁").fill("0")
    shown.settle()
    assert shown.page.locator(".nj-on-cell").get_attribute("data-fires") == "0"


def test_with_reduced_motion_nothing_runs(open_widget):
    shown = open_widget(reduced_motion="reduce")
    shown.inputs.nth(1).click()
    shown.settle()
    assert running(shown.page) == 0
    shown.expect(inputs=[1, 1, 0])


def test_excitation_and_inhibition_differ_without_colour(shown):
    tips = shown.page.locator(".nj-on-tip")
    arrow, bar = tips.nth(0).get_attribute("d"), tips.nth(2).get_attribute("d")
    assert (arrow.count("L"), bar.count("L")) == (2, 3)
    widths = [float(one.get_attribute("stroke-width"))
              for one in shown.page.locator(".nj-on-edge").all()]  # fmt: skip
    assert widths[1] < widths[0] < widths[2]  # 0.6, 0.8, -1
    shown.field("Weight w₁").fill("0")
    shown.settle()
    assert tips.nth(0).get_attribute("d") == ""


def test_the_level_is_at_the_threshold_when_the_sum_is(open_widget):
    shown = open_widget(OneNeuron(weights=[0.5, 1], inputs=[1, 1], threshold=1.5))
    shown.page.wait_for_timeout(300)
    level = shown.page.locator(".nj-on-level").bounding_box()
    line = shown.page.locator(".nj-on-grip .nj-dot").bounding_box()
    assert level["y"] == pytest.approx(line["y"] + line["height"] / 2, abs=1)


def test_every_control_is_reached_by_the_tabulator(shown):
    shown.inputs.first.focus()
    reached = []
    for _ in range(13):
        shown.page.keyboard.press("Tab")
        reached.append(shown.page.evaluate(
            "(e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent)"
            "(document.activeElement)"))  # fmt: skip
    assert reached == [
        "Input x₂", "Input x₃", "Goal", "Inputs", "Start again",
        "Weight w₁", "Weight w₁, as a number", "Weight w₂", "Weight w₂, as a number",
        "Weight w₃", "Weight w₃, as a number", "Threshold θ", "Threshold, as a number",
    ]  # fmt: skip


def test_keys_do_not_reach_the_host(shown):
    shown.page.evaluate("document.body.addEventListener('keydown', () => { window.taken = true; })")
    shown.inputs.first.press("Space")
    shown.weight(0).press("ArrowLeft")
    assert shown.page.evaluate("window.taken") is None


def test_a_link_sets_the_widget_and_nothing_foreign(shown):
    def follow(link):
        shown.page.evaluate("link => { location.hash = link }", f"#widget=one_neuron&{link}")
        shown.page.wait_for_timeout(60)

    shown.inputs.nth(1).click()
    follow("goal=veto&weights=1,1,-9&inputs=1,0.9,0&threshold=0.5&sum=3")
    shown.expect(goal="veto", weights=[1, 1, -2], inputs=[1, 1, 0], threshold=0.5)
    follow("goal=two-of-three")
    shown.expect(goal="two-of-three")
    follow("weights=1,-1,0.5,2")
    shown.expect(weights=[1, -1, 0.5, 2], inputs=[0, 0, 0, 0])
    follow("goal=xor")
    shown.expect()


def test_the_link_button_copies_the_state(shown):
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.goal.select_option("and")
    shown.set([1, 0.5], 1.5)
    shown.inputs.nth(1).click()
    shown.page.get_by_role("button", name="Copy link to this state").click()
    shown.page.get_by_role("button", name="Copied").wait_for()
    copied = shown.page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith("#widget=one_neuron&goal=and&weights=1%2C0.5&inputs=0%2C1&threshold=1.5")


def test_changes_are_told_to_screen_readers(shown):
    shown.inputs.nth(1).click()
    live = shown.page.locator("p[aria-live=polite]")
    live.filter(has_text="Sum 1.4 > 1: it fires.").wait_for(state="attached")


ALL_KINDS = [
    {"goal": "chief", "weights": [-1.85, -0.75, 0, 2], "inputs": [1, 1, 0, 1], "threshold": -2.25},
    {"goal": "veto", "weights": [1, 1, -2], "inputs": [1, 0, 0]},
    {"weights": [-2, -1.75, -1.25, -1.85], "inputs": [1, 1, 1, 1]},
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_is_accessible_and_fits(open_widget, width, scheme):
    kinds = [OneNeuron(name=f"number_{i}", **traits) for i, traits in enumerate(ALL_KINDS)]
    shown = open_widget(*kinds, width=width, color_scheme=scheme)
    page = shown.page
    page.locator(f".nj-widget[data-mode={scheme}]").nth(2).wait_for()
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for table in page.locator(".nj-on-table").all():
        inner, outer = table.bounding_box(), table.locator("../..").bounding_box()
        assert inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 1


@pytest.mark.parametrize("width", [1280, 350])  # columns of 672 and 350 px
def test_the_height_is_reserved_whatever_is_shown(open_widget, width):
    shown = open_widget(width=width, has_touch=width < 600, is_mobile=width < 600)
    page = shown.page
    frame = page.locator(".nj-view > div")
    reserved = float(frame.evaluate("e => parseFloat(getComputedStyle(e).minHeight)"))
    assert frame.bounding_box()["height"] == pytest.approx(reserved, abs=0.5)
    assert page.locator(".nj-widget").bounding_box()["height"] > reserved - 110
    for name in ["free", *_GOALS]:
        for weights in ["", "&weights=-1.25,-1.75,-1.35,-1.85&inputs=1,1,1,1"]:
            link = f"#widget=one_neuron&goal={name}{weights}"
            page.evaluate("link => { location.hash = link }", link)
            page.wait_for_timeout(60)
            assert frame.bounding_box()["height"] == pytest.approx(reserved, abs=0.5), link


def test_targets_are_large_enough_for_fingers(open_widget):
    shown = open_widget(OneNeuron(weights=[1, 1, 1, 1]), width=390, has_touch=True, is_mobile=True)
    for one in shown.page.locator(".nj-track, .nj-field, .nj-button, .nj-select").all():
        assert one.bounding_box()["height"] >= 44
    for one in shown.page.locator(".nj-touch").all():
        box = one.bounding_box()
        assert min(box["width"], box["height"]) >= 44


@pytest.mark.parametrize("traits", ALL_KINDS)
def test_no_text_of_the_picture_lies_on_another(open_widget, traits):
    shown = open_widget(OneNeuron(**traits), width=390)
    boxes = [
        (text.text_content(), text.bounding_box())
        for text in shown.page.locator(".nj-on-cell text").all()
    ]
    for i, (first, a) in enumerate(boxes):
        assert a["height"] >= 11, first
        assert a["x"] >= 0, first
        assert a["x"] + a["width"] <= 390, first
        for second, b in boxes[:i]:
            apart_x = a["x"] + a["width"] <= b["x"] + 1 or b["x"] + b["width"] <= a["x"] + 1
            apart_y = a["y"] + a["height"] <= b["y"] + 3 or b["y"] + b["height"] <= a["y"] + 3
            assert apart_x or apart_y, (first, second)


def test_what_is_removed_stops_listening(shown):
    shown.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: false}))")
    assert shown.page.locator(".nj-widget").count() == 0
