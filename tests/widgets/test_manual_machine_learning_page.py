"""Manual machine learning in Chromium: every control, by keyboard and by pointer."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from helpers.widgets.manual_machine_learning import _EXACT, _START, ManualMachineLearning

pytestmark = pytest.mark.slow

NAMES = [
    "area to h₁", "area to h₂", "bathrooms to h₁", "bathrooms to h₂", "bias of h₁", "bias of h₂",
    "h₁ to price", "h₂ to price", "bias of the price",
]  # fmt: skip


def number(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-").replace(" %", ""))


class Shown:
    """What the reader sees, and where to take hold of it."""

    def __init__(self, page):
        self.page = page
        self.reveal = page.get_by_role("checkbox", name="Show what is possible")

    def track(self, i):
        return self.page.get_by_role("slider", name=NAMES[i], exact=True)

    def field(self, i):
        return self.page.get_by_role("spinbutton", name=f"{NAMES[i]}, as a number", exact=True)

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def settle(self):
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => "
                           "requestAnimationFrame(done)))")  # fmt: skip

    def facts(self) -> list[float]:
        self.settle()
        return [number(text) for text in self.page.locator(".nj-facts dd").all_text_contents()]

    def expect(self, parameters) -> None:
        """Check what is shown against the class in Python."""
        game = ManualMachineLearning(parameters)
        error, improvement, best = self.facts()
        close = pytest.approx(game.rmse, rel=0.003, abs=0.006)
        assert error == close
        assert improvement == pytest.approx(game.improvement, abs=0.051)
        assert best <= error
        for i, value in enumerate(parameters):
            assert float(self.field(i).input_value()) == pytest.approx(value, abs=5e-4)
        says = self.page.locator(".nj-mm-table tbody td:nth-child(6)").all_text_contents()
        assert [number(text) for text in says] == pytest.approx(game.predictions, abs=0.51)
        errors = self.page.locator(".nj-mm-table tbody td:nth-child(8)").all_text_contents()
        sold = [flat[2] for flat in game.flats]
        wanted = [y - p for y, p in zip(sold, game.predictions, strict=True)]
        assert [number(text) for text in errors] == pytest.approx(wanted, abs=0.51)


@pytest.fixture
def show(page_of):
    return lambda widget=None, **options: Shown(
        page_of(widget or ManualMachineLearning(), **options)
    )


@pytest.fixture
def shown(show):
    return show()


def test_it_starts_with_the_slide(shown):
    shown.expect(_START)
    assert shown.facts() == [3731, 0, 3731]
    numbers = shown.page.locator(".nj-mm-number").all_text_contents()
    assert numbers == ["5", "4", "7", "1", "2", "−9", "bias −8", "bias −2", "bias −4"]
    assert shown.button("Back to the best").is_disabled()


@pytest.mark.parametrize("i", range(9))
def test_every_slider_and_every_field_sets_its_number(shown, i):
    step = 0.1 if i not in (4, 5, 8) else 1
    parameters = list(_START)
    shown.track(i).focus()
    for _ in range(3):
        shown.page.keyboard.press("ArrowRight")
    parameters[i] += 3 * step
    shown.expect(parameters)
    shown.field(i).fill("-3.25")
    parameters[i] = -3.25
    shown.expect(parameters)


def test_a_typed_number_outside_is_brought_inside(shown):
    shown.field(0).fill("99")
    shown.field(0).press("Tab")
    shown.settle()
    assert shown.field(0).input_value() == "15"
    shown.field(8).fill("-1000")
    shown.field(8).press("Tab")
    shown.settle()
    assert shown.field(8).input_value() == "-500"


def test_a_slider_can_be_dragged(shown):
    box = shown.track(7).bounding_box()
    y = box["y"] + box["height"] / 2
    at = lambda value: box["x"] + 10 + (box["width"] - 20) * (value + 15) / 30  # noqa: E731
    shown.page.mouse.move(at(-9), y)
    shown.page.mouse.down()
    shown.page.mouse.move(at(0), y)
    shown.page.mouse.move(at(3), y)
    shown.page.mouse.up()
    shown.settle()
    assert float(shown.field(7).input_value()) == pytest.approx(3, abs=0.3)


def test_the_best_is_remembered_and_comes_back(shown):
    shown.field(7).fill("-1.9")
    good = [*_START[:7], -1.9, -4]
    shown.expect(good)
    best = shown.facts()[2]
    assert best == shown.facts()[0]
    shown.field(7).fill("5")
    shown.expect([*_START[:7], 5, -4])
    assert shown.facts()[2] == best
    shown.button("Back to the best").click()
    shown.expect(good)
    assert shown.button("Back to the best").is_disabled()
    shown.button("Start again").click()
    shown.expect(_START)
    assert shown.facts()[2] == 3731


def test_what_is_possible_is_shown_when_asked_and_can_be_set(shown):
    marks = shown.page.locator(".nj-mm-marks")
    assert not marks.is_visible()
    shown.reveal.check()
    shown.settle()
    assert marks.is_visible()
    assert marks.locator("b").all_text_contents() == ["221.7", "22.1", "0.00"]
    for name, rmse in [
        ("Always the mean price", 221.7),
        ("The best linear function, by least squares", 22.1),
        ("The best 2-2-1 network", 0),
    ]:
        shown.button(f"Set: {name}").click()
        assert shown.facts()[0] == rmse
    shown.expect(_EXACT)
    shown.button("Start again").click()
    shown.settle()
    assert not marks.is_visible()


def test_a_neuron_that_is_off_is_told_and_marked(shown):
    shown.field(1).fill("-4")
    shown.settle()
    assert shown.page.locator(".nj-mm-on").all_text_contents() == ["on 6/6", "off"]
    assert shown.page.locator(".nj-mm-h2[data-off]").count() == 1
    off = shown.page.locator(".nj-mm-table tbody td:nth-child(5)").all_text_contents()
    assert off == ["off"] * 6
    assert "h₂ is dead for these flats" in shown.page.locator(".nj-mm-words").text_content()
    before = shown.facts()
    shown.field(5).fill("-90")
    shown.field(7).fill("12")
    assert shown.facts() == before


def test_a_number_on_the_network_leads_to_its_slider(shown):
    for i in range(9):
        order = [0, 1, 2, 3, 6, 7, 4, 5, 8]
        shown.page.locator(".nj-mm-tag").nth(order.index(i)).click()
        assert shown.track(i).evaluate("e => e === document.activeElement")


def test_every_control_is_reached_by_the_tabulator(shown):
    shown.field(0).fill("5.5")
    shown.field(0).fill("5")  # worse again: there is a best to go back to
    shown.page.evaluate("document.activeElement.blur()")
    shown.track(0).focus()
    reached = []
    for _ in range(21):
        reached.append(shown.page.evaluate(
            "(e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent)"
            "(document.activeElement)"))  # fmt: skip
        shown.page.keyboard.press("Tab")
    sliders = [x for i in (0, 2, 4, 1, 3, 5, 6, 7, 8)
               for x in (NAMES[i], f"{NAMES[i]}, as a number")]  # fmt: skip
    best = [] if shown.button("Back to the best").is_disabled() else ["Back to the best"]
    after = ["Start again", *best, "Show what is possible", "Copy link to this state"]
    assert reached[: 18 + len(after)] == (sliders + after)[: len(reached)]


def test_keys_do_not_reach_the_host(shown):
    shown.page.evaluate("document.body.addEventListener('keydown', () => { window.taken = true; })")
    shown.track(0).press("ArrowLeft")
    shown.field(3).press("ArrowUp")
    shown.button("Start again").press("Enter")
    shown.reveal.press("Space")
    assert shown.page.evaluate("window.taken") is None


def test_a_link_sets_the_widget_within_limits(shown):
    def follow(link):
        full = f"#widget=manual_machine_learning&{link}"
        shown.page.evaluate("link => { location.hash = link }", full)
        shown.page.wait_for_timeout(60)

    follow("parameters=0.7,-0.5,-11,0,-41,59,5,-5,245")
    shown.expect(_EXACT)
    follow("parameters=99,0,0,0,0,0,-99,0,9999&show_possible=true")
    shown.expect([15, 0, 0, 0, 0, 0, -15, 0, 500])
    assert shown.reveal.is_checked()
    assert shown.facts()[2] == shown.facts()[0]  # the best begins anew
    follow("parameters=1,2,x")
    shown.expect(_START)
    follow("parameters=1,2")  # too few: the others are those of the slide
    shown.expect([1, 2, *_START[2:]])


def test_the_link_button_copies_the_state(shown):
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.field(7).fill("1.5")
    shown.button("Copy link to this state").click()
    shown.button("Copied").wait_for()
    copied = shown.page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(
        "#widget=manual_machine_learning&parameters=5%2C4%2C7%2C1%2C-8%2C-2%2C2%2C1.5%2C-4"
        "&show_possible=false"
    )


def test_changes_are_told_to_screen_readers(shown):
    shown.field(7).fill("0")
    live = shown.page.locator("p[aria-live=polite]")
    live.filter(has_text="thousand euros, improvement").wait_for(state="attached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_is_accessible_and_fits(widget_page, new_page, served, width, scheme):
    widget_page(
        ManualMachineLearning(),
        ManualMachineLearning(_EXACT, show_possible=True, name="second"),
        ManualMachineLearning([15, -15, 15, 15, 300, 300, -15, 15, 500], name="third"),
    )
    page = new_page(width, color_scheme=scheme)
    page.goto(served + "page.html")
    page.locator(f".nj-widget[data-mode={scheme}]").nth(2).wait_for()
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 350])  # columns of 672 and 350 px
def test_the_height_is_reserved_whatever_is_set(show, width):
    shown = show(width=width, has_touch=width < 600, is_mobile=width < 600)
    frame = shown.page.locator(".nj-view > div")
    reserved = float(frame.evaluate("e => parseFloat(getComputedStyle(e).minHeight)"))
    heights = []
    for values in [_START, _EXACT, [0] * 8 + [286], [-5, *_START[1:]],
                   [3.123, -3.123, 3.123, 1.234, -10.123, 0, 3.125, 4, 100.125],
                   [15, 15, 15, 15, 300, 300, 15, 15, 500]]:  # fmt: skip
        link = f"#widget=manual_machine_learning&parameters={','.join(map(str, values))}"
        shown.page.evaluate("link => { location.hash = link }", link)
        shown.page.wait_for_timeout(40)
        assert frame.bounding_box()["height"] == pytest.approx(reserved, abs=0.5), link
        heights.append(shown.page.locator(".nj-widget").bounding_box()["height"])
    assert max(heights) > reserved - 60


def test_targets_are_large_enough_for_fingers(show):
    shown = show(
        ManualMachineLearning(show_possible=True), width=390, has_touch=True, is_mobile=True
    )
    for one in shown.page.locator(".nj-track, .nj-field, .nj-button, .nj-toggle").all():
        assert one.bounding_box()["height"] >= 44


def test_no_number_of_the_network_lies_on_another(show):
    shown = show(ManualMachineLearning([-14.5, -12.5, -11.5, -10.5, -250, -299, -14.5, -9.5, -450]),
                 width=390)  # fmt: skip
    boxes = [
        (text.text_content(), text.bounding_box())
        for text in shown.page.locator(".nj-mm-net text").all()
    ]
    for i, (first, a) in enumerate(boxes):
        for second, b in boxes[:i]:
            apart_x = a["x"] + a["width"] <= b["x"] + 1 or b["x"] + b["width"] <= a["x"] + 1
            apart_y = a["y"] + a["height"] <= b["y"] + 4 or b["y"] + b["height"] <= a["y"] + 4
            assert apart_x or apart_y, (first, second)


def test_what_is_removed_stops_listening(shown):
    shown.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: false}))")
    assert shown.page.locator(".nj-widget").count() == 0
