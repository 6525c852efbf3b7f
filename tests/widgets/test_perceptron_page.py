"""Perceptron in Chromium: every control, by keyboard and by pointer, against Python."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from helpers.widgets.perceptron import Perceptron

pytestmark = pytest.mark.slow

GATE = [0, 0, -1, 0, 1, 1, 1, 0, 1, 1, 1, 1]  # OR


def number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".").replace("-", "−") or "0"


class Shown:
    """What the reader sees, and where to take hold of it."""

    def __init__(self, page):
        self.page = page
        self.data = page.get_by_role("combobox", name="Points", exact=True)
        self.fresh = page.get_by_role("combobox", name="New points are")
        self.which = page.get_by_role("combobox", name="Point", exact=True)
        self.kind = page.get_by_role("combobox", name="Class")
        self.x1 = page.get_by_role("slider", name="Place x₁")
        self.field = page.get_by_role("spinbutton", name="x₂, as a number")
        self.plane = page.locator(".nj-pc-plane")
        self.points = page.locator(".nj-pc-point")

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def settle(self):
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => "
                           "requestAnimationFrame(done)))")  # fmt: skip

    def counts(self) -> list[str]:
        self.settle()
        return self.page.locator(".nj-facts dd").all_text_contents()

    def verdict(self) -> str:
        self.settle()
        return self.page.locator(".nj-pc-verdict").text_content()

    def expect(self, **traits) -> None:
        """Check what is shown against the class in Python."""
        p = Perceptron(**traits)
        _, _, mistakes, updates, weights, bias = self.counts()
        assert self.data.input_value() == p.data
        assert mistakes == str(p.mistakes[-1] if p.mistakes else 0)
        assert updates == str(p.updates)
        assert weights == f"({', '.join(map(number, p.weights))})"
        assert bias == number(p.bias)
        assert self.points.count() == len(p.examples[0])
        signs = [int(one.get_attribute("data-y")) for one in self.points.all()]
        assert signs == p.examples[1].tolist()
        # The crosses are where the present line is wrong.
        x, y = p.examples
        wrong = [(1 if one @ p.weights + p.bias >= 0 else -1) != each
                 for one, each in zip(x, y, strict=True)]  # fmt: skip
        crosses = self.points.locator(".nj-pc-wrong").evaluate_all(
            "all => all.map(e => e.getAttribute('visibility') !== 'hidden')"
        )
        assert crosses == wrong

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where in the page a place of the plane is."""
        box = self.plane.bounding_box()
        scale = box["width"] / 340
        return (
            box["x"] + scale * (46 + 286 * (x + 1.5) / 4),
            box["y"] + scale * (8 + 286 * (2.5 - y) / 4),
        )


@pytest.fixture
def show(page_of):
    return lambda widget=None, **options: Shown(page_of(widget or Perceptron(), **options))


@pytest.fixture
def shown(show):
    return show()


def test_it_starts_with_zeros_and_without_a_line(shown):
    shown.expect()
    assert shown.page.locator(".nj-pc-line").get_attribute("d") == ""
    assert shown.button("Back").is_disabled()


def test_step_and_back_take_one_example(shown):
    for steps in range(1, 8):
        shown.button("Step").click()
        shown.expect(steps=steps)
    assert shown.counts()[:2] == ["2", "3 of 4"]
    shown.button("Back").click()
    shown.expect(steps=6)
    shown.button("Reset").click()
    shown.expect()


@pytest.mark.parametrize("data", ["or", "and", "blobs"])
def test_epoch_after_epoch_it_converges(shown, data):
    shown.data.select_option(data)
    epochs = len(Perceptron(data=data, steps=2000).mistakes)
    for _ in range(epochs):
        assert "done" not in shown.verdict()
        shown.button("Epoch").click()
    shown.expect(data=data, steps=2000)
    assert f"Epoch {epochs} passed without a mistake: done" in shown.verdict()
    assert shown.button("Step").is_disabled()
    assert shown.button("Epoch").is_disabled()
    shown.button("Back").click()
    assert "done" not in shown.verdict()


def test_next_update_goes_to_the_next_mistake(shown):
    shown.data.select_option("and")
    total = Perceptron(data="and", steps=999).updates
    for updates in range(1, total + 1):
        shown.button("Next update").click()
        assert shown.counts()[3] == str(updates)
        assert "wrong" in shown.page.locator(".nj-pc-step").text_content()
        assert shown.page.locator(".nj-pc-added").get_attribute("data-y") in ("1", "-1")
    shown.button("Next update").click()
    assert "done" in shown.verdict()


def test_xor_cycles_and_says_so(shown):
    shown.data.select_option("xor")
    shown.button("Play").click()
    shown.page.locator(".nj-pc-verdict[data-end=cycle]").wait_for(timeout=15000)
    shown.button("Play").wait_for()  # it stops to say so
    steps = 4 * (int(shown.counts()[0]) - 1) + int(shown.counts()[1].split()[0])
    shown.expect(data="xor", steps=steps)
    assert not Perceptron(data="xor", steps=steps - 1).cycles
    shown.button("Play").click()  # and goes on, if it is told to
    shown.page.wait_for_function(
        f"document.querySelectorAll('.nj-facts dd')[0].textContent > {shown.counts()[0]}"
    )
    shown.button("Pause").click()


def test_with_reduced_motion_it_runs_to_the_end(show):
    shown = show(Perceptron(data="and"), reduced_motion="reduce")
    shown.button("Run").click()
    shown.expect(data="and", steps=500)
    assert "done" in shown.verdict()


def test_a_click_places_a_point_of_the_chosen_class(shown):
    shown.fresh.select_option("-1")
    shown.button("Epoch").click()
    shown.page.mouse.click(*shown.at(2, -0.5))
    shown.expect(data="custom", points=[*GATE, 2, -0.5, -1])
    assert shown.which.input_value() == "5"
    assert shown.field.input_value() == "-0.5"
    shown.button("Epoch").click()
    shown.expect(data="custom", points=[*GATE, 2, -0.5, -1], steps=5)


def test_a_point_can_be_dragged(shown):
    shown.page.mouse.move(*shown.at(0, 0))
    shown.page.mouse.down()
    shown.page.mouse.move(*shown.at(0.4, 0.4))
    shown.page.mouse.move(*shown.at(0.5, 0.75))
    shown.page.mouse.up()
    shown.expect(data="custom", points=[0.5, 0.75, *GATE[2:]])
    assert shown.which.input_value() == "1"
    shown.page.mouse.move(*shown.at(1, 1))
    shown.page.mouse.down()
    shown.page.mouse.move(*shown.at(9, 1))  # not beyond the window
    shown.page.mouse.up()
    shown.expect(data="custom", points=[0.5, 0.75, *GATE[2:9], 2.5, 1, 1])


def test_a_touch_alone_moves_nothing(shown):
    shown.page.mouse.click(*shown.at(1.02, 1.03))
    shown.expect()
    assert shown.which.input_value() == "4"


def test_arrow_keys_move_the_chosen_point_and_delete_removes_it(shown):
    shown.which.select_option("3")
    shown.plane.focus()
    for key in ["ArrowRight", "ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown", "ArrowDown"]:
        shown.page.keyboard.press(key)
        shown.settle()
    shown.expect(data="custom", points=[*GATE[:6], 1.125, -0.125, 1, *GATE[9:]])
    shown.page.keyboard.press("Delete")
    shown.expect(data="custom", points=[*GATE[:6], *GATE[9:]])


def test_everything_works_without_a_pointer(shown):
    shown.which.select_option("2")
    shown.x1.focus()
    shown.page.keyboard.press("ArrowLeft")
    shown.field.fill("1.5")
    shown.kind.select_option("-1")
    points = [0, 0, -1, -0.125, 1.5, -1, *GATE[6:]]
    shown.expect(data="custom", points=points)
    shown.button("Add a point").press("Enter")
    shown.expect(data="custom", points=[*points, 0.5, 0.5, 1])
    shown.button("Remove it").press("Enter")
    shown.expect(data="custom", points=points)
    shown.button("Remove all").press("Enter")
    shown.expect(data="custom")
    assert shown.verdict() == "Click in the plane to place some."
    assert shown.x1.is_disabled()
    shown.button("Add a point").press("Enter")
    shown.expect(data="custom", points=[0.5, 0.5, 1])


def test_there_is_an_end_to_adding_points(show):
    shown = show(Perceptron(data="custom", points=[0, 0, 1] * 29))
    shown.button("Add a point").click()
    shown.settle()
    assert shown.button("Add a point").is_disabled()
    shown.page.mouse.click(*shown.at(2, 2))
    shown.settle()
    assert shown.points.count() == 30


def test_your_own_points_begin_as_those_shown_and_stay(shown):
    shown.data.select_option("and")
    shown.data.select_option("custom")
    shown.kind.select_option("1")
    points = [0, 0, 1, 0, 1, -1, 1, 0, -1, 1, 1, 1]
    shown.expect(data="custom", points=points)
    shown.data.select_option("xor")
    shown.expect(data="xor")
    shown.data.select_option("custom")
    shown.expect(data="custom", points=points)


def test_every_control_is_reached_by_the_tabulator(show):
    shown = show(Perceptron(steps=1))
    reached = []
    for _ in range(19):
        shown.page.keyboard.press("Tab")
        reached.append(shown.page.evaluate(
            "(e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent)"
            "(document.activeElement)"))  # fmt: skip
    assert reached == [
        "Play", "Back", "Step", "Next update", "Epoch", "Reset", "Points",
        "The plane with 4 points. A click places a new one. Arrow keys move point 1, "
        "Delete removes it.",
        "New points are", "Add a point", "Remove all", "Point", "Class", "Remove it",
        "Place x₁", "x₁, as a number", "Place x₂", "x₂, as a number", "Copy link to this state",
    ]  # fmt: skip


def test_keys_do_not_reach_the_host(shown):
    shown.page.evaluate("document.body.addEventListener('keydown', () => { window.taken = true; })")
    shown.plane.press("ArrowRight")
    shown.plane.press("Delete")
    shown.button("Step").press("Enter")
    shown.x1.press("ArrowLeft")
    assert shown.page.evaluate("window.taken") is None


def test_a_link_sets_the_widget(shown):
    def follow(link):
        shown.page.evaluate("link => { location.hash = link }", f"#widget=perceptron&{link}")
        shown.page.wait_for_timeout(60)

    follow("data=xor&steps=9")
    shown.expect(data="xor", steps=9)
    follow("data=and")
    shown.expect(data="and")
    follow("points=0,0,1,1,1,-1,2,0.3,-1")
    shown.expect(data="custom", points=[0, 0, 1, 1, 1, -1, 2, 0.25, -1])
    follow("data=custom&points=0,0,1,1,1,-1&steps=3")
    shown.expect(data="custom", points=[0, 0, 1, 1, 1, -1], steps=3)
    follow("data=nor&points=1,2,3,x&steps=99999")
    shown.expect(steps=2000)


def test_the_link_button_copies_the_state(shown):
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.kind.select_option("1")
    shown.button("Step").click()
    shown.button("Copy link to this state").click()
    shown.button("Copied").wait_for()
    copied = shown.page.evaluate("navigator.clipboard.readText()")
    points = "%2C".join(map(str, [0, 0, 1, *GATE[3:]]))
    assert copied.endswith(f"#widget=perceptron&data=custom&points={points}&steps=1")


def test_changes_are_told_to_screen_readers(shown):
    shown.button("Step").click()
    live = shown.page.locator("p[aria-live=polite]")
    live.filter(has_text="so the answer is +1: wrong.").wait_for(state="attached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_is_accessible_and_fits(widget_page, new_page, served, width, scheme):
    widget_page(
        Perceptron(steps=6),
        Perceptron(data="xor", steps=30, name="second"),
        Perceptron(data="blobs", steps=2000, name="third"),
    )
    page = new_page(width, color_scheme=scheme)
    page.goto(served + "page.html")
    page.locator(f".nj-widget[data-mode={scheme}]").nth(2).wait_for()
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 350])  # columns of 672 and 350 px
def test_the_height_is_reserved_whatever_is_shown(show, width):
    shown = show(width=width, has_touch=width < 600, is_mobile=width < 600)
    frame = shown.page.locator(".nj-view > div")
    reserved = float(frame.evaluate("e => parseFloat(getComputedStyle(e).minHeight)"))
    heights = []
    for data, steps in [("or", 0), ("or", 6), ("or", 99), ("xor", 10), ("xor", 30),
                        ("xor", 1998), ("blobs", 30), ("blobs", 99)]:  # fmt: skip
        link = f"#widget=perceptron&data={data}&steps={steps}"
        shown.page.evaluate("link => { location.hash = link }", link)
        shown.page.wait_for_timeout(40)
        assert frame.bounding_box()["height"] == pytest.approx(reserved, abs=0.5), link
        heights.append(shown.page.locator(".nj-widget").bounding_box()["height"])
    assert max(heights) > reserved - 60


def test_targets_are_large_enough_for_fingers(show):
    shown = show(width=390, has_touch=True, is_mobile=True)
    for one in shown.page.locator(".nj-track, .nj-field, .nj-button, .nj-select").all():
        assert one.bounding_box()["height"] >= 44
    for box in [one.bounding_box() for one in shown.page.locator(".nj-pc-point .nj-touch").all()]:
        assert box["width"] >= 44


def test_what_is_removed_stops_listening(shown):
    shown.button("Play").click()
    shown.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: false}))")
    assert shown.page.locator(".nj-widget").count() == 0
