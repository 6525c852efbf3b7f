"""Draw a digit in Chromium: pointer, finger and keyboard, against Python."""

from __future__ import annotations

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from helpers.datasets.drawings import see
from helpers.nn.activations import softmax
from helpers.widgets.draw_a_digit import DrawADigit
from tests.widgets.test_draw_a_digit import SEVEN, trained

pytestmark = pytest.mark.slow

BAR = [60, 120, 200, 120]


@pytest.fixture(scope="module")
def network():
    return trained()


class Shown:
    """What the reader sees, and where to take hold of it."""

    def __init__(self, page, widget):
        self.page, self.widget = page, widget
        self.sheet = page.locator(".nj-dd-sheet")
        self.grid = page.locator(".nj-dd-grid")
        self.words = page.locator(".nj-dd-words")
        self.note = page.locator(".nj-dd-told .nj-dd-key")
        self.pen = page.get_by_role("slider", name="Pen")
        self.eraser = page.get_by_role("checkbox", name="Eraser")

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def settle(self):
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => "
                           "requestAnimationFrame(done)))")  # fmt: skip

    def picture(self) -> list[int]:
        self.settle()
        return self.grid.locator(".nj-dd-cells rect").evaluate_all(
            "all => all.map((e) => Number(e.dataset.ink))"
        )

    def drawing(self) -> list[list[float]]:
        """The strokes on the canvas, as lists x, y, …."""
        self.settle()
        path = self.sheet.locator(".nj-dd-line").get_attribute("d")
        strokes = [part.replace("L", " ") for part in path.split("M") if part]
        return [[float(number) for number in part.split()] for part in strokes]

    def values(self) -> list[str]:
        self.settle()
        return self.page.locator(".nj-dd-value").all_text_contents()

    def expect(self, pixels) -> None:
        """Check the picture, and the answer to it against the class in Python."""
        pixels = np.asarray(pixels).ravel()
        assert self.picture() == pixels.tolist()
        if not pixels.any():
            assert self.values() == ["–"] * 10
            assert self.words.text_content() == "Nothing is drawn yet."
            return
        p = softmax(self.widget.network().predict(pixels.reshape(1, 64) / 16))[0]
        assert [float(value) for value in self.values()] == pytest.approx(p, abs=0.0051)
        best = self.page.locator(".nj-dd-best .nj-dd-digit").text_content()
        assert best == str(p.argmax())
        assert best in self.words.text_content()

    def expect_drawing(self, pen=0.07) -> None:
        flat = [each for stroke in self.drawing() for each in [-1, *stroke]]
        self.expect(see(flat, pen=pen))

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where in the page a place of the canvas is."""
        box = self.sheet.bounding_box()
        return box["x"] + box["width"] * x / 255, box["y"] + box["height"] * y / 255

    def cell(self, row: int, column: int) -> tuple[float, float]:
        box = self.grid.bounding_box()
        return (
            box["x"] + box["width"] * (column + 0.5) / 8,
            box["y"] + box["height"] * (row + 0.5) / 8,
        )

    def stroke(self, points, steps=12) -> None:
        self.page.mouse.move(*self.at(*points[:2]))
        self.page.mouse.down()
        for x, y in np.reshape(points[2:], (-1, 2)):
            self.page.mouse.move(*self.at(x, y), steps=steps)
        self.page.mouse.up()


@pytest.fixture
def show(widget_page, new_page, served, network):
    def opened(hash_="", width=1280, page_options=None, **traits):
        widget = DrawADigit(network, **traits)
        widget_page(widget)
        page = new_page(width, **(page_options or {}))
        page.goto(f"{served}page.html{hash_}")
        page.locator(".nj-widget").wait_for()
        return Shown(page, widget)

    return opened


@pytest.fixture
def shown(show):
    return show()


def test_it_begins_with_nothing(shown):
    shown.expect([0] * 64)
    for name in ("Undo stroke", "Clear", "Add noise", "Shift left"):
        assert shown.button(name).is_disabled()
    assert shown.sheet.locator(".nj-dd-hint").is_visible()


def test_a_seven_drawn_with_the_mouse_is_read(shown):
    shown.stroke(SEVEN)
    shown.expect_drawing()
    assert "reads a 7" in shown.words.text_content()
    [stroke] = shown.drawing()
    assert stroke[:2] == pytest.approx(SEVEN[:2], abs=1.5)
    assert stroke[-2:] == pytest.approx(SEVEN[-2:], abs=4)
    assert len(stroke) < 20  # straight lines need few points
    assert not shown.sheet.locator(".nj-dd-hint").is_visible()


def test_the_answer_comes_while_the_pen_moves(shown):
    shown.page.mouse.move(*shown.at(60, 40))
    shown.page.mouse.down()
    shown.page.mouse.move(*shown.at(200, 40), steps=8)
    shown.expect_drawing()
    assert any(shown.picture())
    shown.page.mouse.move(*shown.at(110, 220), steps=8)
    shown.expect_drawing()
    shown.page.mouse.up()
    shown.expect_drawing()


def test_strokes_are_undone_one_by_one(shown):
    shown.stroke(SEVEN)
    first = shown.picture()
    shown.stroke(BAR)
    assert len(shown.drawing()) == 2
    shown.expect_drawing()
    shown.button("Undo stroke").click()
    assert shown.picture() == first
    shown.button("Undo stroke").click()
    shown.expect([0] * 64)
    assert shown.button("Undo stroke").is_disabled()


def test_clear_takes_all_away(shown):
    shown.stroke(SEVEN)
    shown.stroke(BAR)
    shown.button("Clear").click()
    shown.expect([0] * 64)
    assert shown.drawing() == []


def test_a_click_is_a_dot_and_leaving_the_canvas_ends_at_its_rim(shown):
    shown.page.mouse.click(*shown.at(100, 100))
    [dot] = shown.drawing()
    assert len(dot) == 4
    shown.expect_drawing()
    shown.button("Clear").click()
    shown.stroke([100, 100, 400, 100])
    [line] = shown.drawing()
    assert max(line) == 255
    shown.expect_drawing()


def test_other_buttons_of_the_mouse_do_not_draw(shown):
    shown.page.mouse.move(*shown.at(60, 60))
    shown.page.mouse.down(button="right")
    shown.page.mouse.move(*shown.at(160, 160))
    shown.page.mouse.up(button="right")
    assert shown.drawing() == []


def test_the_pen_has_a_width(show):
    shown = show(strokes=SEVEN)
    shown.expect(see(SEVEN))
    shown.pen.focus()
    shown.page.keyboard.press("End")
    shown.expect(see(SEVEN, pen=0.2))
    width = float(shown.sheet.locator(".nj-dd-line").get_attribute("stroke-width"))
    assert width == pytest.approx(51)


def test_examples_are_loaded_and_a_stroke_begins_anew(shown):
    for i, one in enumerate(shown.widget.examples):
        article = "an" if one["label"] == 8 else "a"
        shown.button(f"Example {i + 1}: {article} {one['label']}").click()
        shown.expect(one["pixels"])
        assert f"The example is {article} {one['label']}" in shown.words.text_content()
    assert shown.sheet.locator(".nj-dd-hint").is_visible()
    shown.stroke(SEVEN)
    shown.expect_drawing()
    assert "example" not in shown.words.text_content()


def test_the_picture_is_shifted_and_comes_back(show):
    shown = show(strokes=SEVEN)
    picture = see(SEVEN)
    shown.button("Shift down").click()
    down = np.pad(picture, ((1, 0), (0, 0)))[:8]
    shown.expect(down)
    shown.button("Shift left").click()
    shown.expect(np.pad(down, ((0, 0), (0, 1)))[:, 1:])
    assert "changed by hand" in shown.note.text_content()
    shown.stroke([128, 20, 128, 230])  # goes on with the drawing
    assert len(shown.drawing()) == 2
    shown.expect_drawing()
    shown.button("Shift up").click()
    shown.button("Undo stroke").click()
    shown.expect(picture)


def test_noise_changes_the_picture_the_same_way_every_time(show):
    seen = []
    for _ in range(2):
        shown = show(strokes=SEVEN)
        shown.button("Add noise").click()
        noisy = shown.picture()
        shown.expect(noisy)
        assert noisy != see(SEVEN).ravel().tolist()
        seen.append(noisy)
    assert seen[0] == seen[1]


def test_pixels_are_drawn_and_erased_with_the_pointer(show):
    shown = show(strokes=SEVEN)
    picture = see(SEVEN)
    shown.page.mouse.move(*shown.cell(5, 1))
    shown.page.mouse.down()
    shown.page.mouse.move(*shown.cell(5, 4), steps=12)
    shown.page.mouse.up()
    picture[5, 1:5] = 16
    shown.expect(picture)
    shown.eraser.check()
    shown.page.mouse.click(*shown.cell(0, 4))
    picture[0, 4] = 0
    shown.expect(picture)


def test_pixels_are_changed_by_keys(shown):
    shown.grid.focus()
    assert "Row 4, column 4: ink 0 of 16" in shown.grid.get_attribute("aria-label")
    for key in ["ArrowUp", "ArrowLeft", " ", "ArrowDown", "+", "+", "ArrowDown", "Enter", "-"]:
        shown.page.keyboard.press(key)
        shown.settle()
    picture = np.zeros((8, 8), int)
    picture[2, 2], picture[3, 2], picture[4, 2] = 16, 8, 12
    shown.expect(picture)
    assert "Row 5, column 3: ink 12 of 16" in shown.grid.get_attribute("aria-label")
    live = shown.page.locator("p[aria-live=polite]")
    live.filter(has_text="Row 5, column 3: ink 12 of 16. The network").wait_for(state="attached")
    shown.page.keyboard.press("Delete")
    picture[4, 2] = 0
    shown.expect(picture)
    for _ in range(9):
        shown.page.keyboard.press("ArrowRight")
    assert "column 8" in shown.grid.get_attribute("aria-label")


def test_a_digit_is_drawn_with_the_keyboard_alone(shown):
    shown.sheet.focus()
    press = shown.page.keyboard.press
    for key in ["Home"] * 4 + [" "] + ["ArrowRight"] * 8 + ["End"] * 3 + ["ArrowDown"] * 7 + [" "]:
        press(key)
    shown.settle()
    [stroke] = shown.drawing()
    assert stroke[:2] == [64, 64]
    assert stroke[-2:] == [144, 224]
    shown.expect_drawing()
    assert "reads a 7" in shown.words.text_content()
    for key in ["ArrowUp"] * 5 + ["4", "4", "5", "6", "6", "6", "6", "Escape"]:
        press(key)
    assert len(shown.drawing()) == 2
    shown.expect_drawing()
    press("Backspace")
    assert len(shown.drawing()) == 1
    live = shown.page.locator("p[aria-live=polite]")
    live.filter(has_text="Pen up, column 11, row 9 of 15.").wait_for(state="attached")


def test_leaving_the_canvas_lifts_the_pen(shown):
    shown.sheet.focus()
    for key in [" ", "ArrowRight", "Tab"]:
        shown.page.keyboard.press(key)
    shown.sheet.focus()
    shown.page.keyboard.press("ArrowDown")
    assert shown.drawing() == [[128, 128, 144, 128]]


def test_fine_steps_with_shift(shown):
    shown.sheet.focus()
    for key in [" ", "Shift+ArrowRight", "Shift+ArrowDown", " "]:
        shown.page.keyboard.press(key)
    assert shown.drawing() == [[128, 128, 132, 128, 132, 132]]


def test_every_control_is_reached_by_the_tabulator(show):
    shown = show(strokes=SEVEN)
    reached = []
    for _ in range(26):
        shown.page.keyboard.press("Tab")
        reached.append(shown.page.evaluate(
            "(e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent)"
            "(document.activeElement)"))  # fmt: skip
    assert [name.partition(".")[0] for name in reached] == [
        "Canvas to draw on", "Undo stroke", "Clear", "What the network sees, 8 by 8 pixels",
        "Shift left", "Shift up", "Shift down", "Shift right", "Add noise", "Eraser",
        "Pen", "Pen, as a number", *(f"Example {i + 1}: {'an' if one['label'] == 8 else 'a'} "
        f"{one['label']}" for i, one in enumerate(shown.widget.examples)),
    ]  # fmt: skip
    shown.page.keyboard.press("Tab")
    assert shown.button("Copy link to this state").evaluate("e => e === document.activeElement")


def test_keys_do_not_reach_the_host(shown):
    shown.page.evaluate("document.body.addEventListener('keydown', () => { window.taken = true; })")
    for key in ["ArrowRight", " ", "5", "Backspace"]:
        shown.sheet.press(key)
    for key in ["ArrowRight", " ", "+"]:
        shown.grid.press(key)
    shown.button("Clear").press("Enter")
    shown.pen.press("ArrowLeft")
    assert shown.page.evaluate("window.taken") is None
    shown.sheet.press("Control+a")  # but the browser's own do
    assert shown.page.evaluate("window.taken") is True


def test_links_set_the_drawing_or_the_pixels(show):
    shown = show(pixels=[3] * 64)

    def follow(link):
        shown.page.evaluate("link => { location.hash = link }", f"#widget=draw_a_digit&{link}")
        shown.page.wait_for_timeout(60)

    follow("strokes=60,40,200,40,110,220")
    shown.expect(see(SEVEN))
    assert shown.drawing() == [SEVEN]
    follow("pen=0.2&strokes=60,40,200,40,110,220,-1,60,120,200,120")
    shown.expect(see([*SEVEN, -1, *BAR], pen=0.2))
    follow("pixels=" + ",".join(["0", "16", "8", "4"] * 16))
    shown.expect([0, 16, 8, 4] * 16)
    assert shown.drawing() == []
    follow("strokes=&pixels=")
    shown.expect([0] * 64)
    follow("pen=0.1")
    shown.expect([3] * 64)
    follow("strokes=1,2,x&pixels=1,2,3")
    shown.expect([0] * 64)


def test_the_link_button_copies_the_state(shown):
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.stroke(SEVEN)
    seen = shown.picture()
    shown.button("Copy link to this state").click()
    shown.button("Copied").wait_for()
    copied = shown.page.evaluate("navigator.clipboard.readText()")
    shown.button("Clear").click()
    shown.expect([0] * 64)
    shown.page.evaluate("link => { location.hash = new URL(link).hash }", copied)
    shown.page.wait_for_timeout(60)
    shown.expect(seen)


def test_answers_are_told_to_screen_readers_once_the_pen_rests(shown):
    live = shown.page.locator("p[aria-live=polite]")
    live.filter(has_text="Nothing is drawn yet.").wait_for(state="attached")
    shown.page.evaluate(
        "(e => { window.told = 0; new MutationObserver(() => { told += 1; })"
        ".observe(e, { childList: true }); })(document.querySelector('p[aria-live=polite]'))"
    )
    shown.stroke(SEVEN, steps=30)
    live.filter(has_text="The network reads a 7").wait_for(state="attached")
    assert shown.page.evaluate("told") <= 2


TOUCH = {"has_touch": True, "is_mobile": True, "viewport": {"width": 390, "height": 600}}


def swipe(page, start, end):
    """Move a finger, as the system would tell the browser."""
    session = page.context.new_cdp_session(page)
    points = np.linspace(start, end, 12)
    for k, (x, y) in enumerate(points):
        kind = "touchMove" if k else "touchStart"
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        page.wait_for_timeout(16)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(150)


def test_a_finger_draws_and_does_not_scroll_the_page(show):
    shown = show(page_options=TOUCH)
    shown.sheet.scroll_into_view_if_needed()
    shown.page.evaluate("scrollTo(0, 40)")
    shown.page.wait_for_timeout(100)
    before = shown.page.evaluate("scrollY")
    swipe(shown.page, shown.at(120, 220), shown.at(130, 40))
    assert shown.page.evaluate("scrollY") == before
    [stroke] = shown.drawing()
    assert stroke[1] - stroke[-1] > 100
    shown.expect_drawing()
    # Beside the canvas and on the words the page scrolls as ever.
    box = shown.sheet.bounding_box()
    assert box["x"] + box["width"] < 350
    swipe(shown.page, (370, box["y"] + 200), (370, box["y"] + 60))
    assert shown.page.evaluate("scrollY") > before


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_is_accessible_and_fits(widget_page, new_page, served, network, width, scheme):
    hard = DrawADigit(network).examples[-1]["pixels"]
    widget_page(
        DrawADigit(network),
        DrawADigit(network, strokes=SEVEN, name="second"),
        DrawADigit(network, pixels=hard, name="third"),
    )
    page = new_page(width, color_scheme=scheme)
    page.goto(served + "page.html")
    page.locator(f".nj-widget[data-mode={scheme}]").nth(2).wait_for()
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_targets_are_large_enough_for_a_finger(show):
    shown = show(page_options=TOUCH)
    for control in shown.page.locator(".nj-widget button, .nj-widget .nj-toggle").all():
        box = control.bounding_box()
        if "nj-dd-arrow" in (control.get_attribute("class") or ""):
            assert box["width"] > 36
        elif "nj-toggle" not in (control.get_attribute("class") or ""):
            assert box["width"] >= 44
        assert box["height"] >= 44 or "nj-link" in control.get_attribute("class")


@pytest.mark.parametrize("width", [1280, 350])  # columns of 672 and 350 px
def test_the_height_is_reserved_whatever_is_shown(show, width):
    touch = {"has_touch": True, "is_mobile": True} if width < 600 else {}
    shown = show(width=width, page_options=touch)
    frame = shown.page.locator(".nj-view > div")
    reserved = float(frame.evaluate("e => parseFloat(getComputedStyle(e).minHeight)"))
    heights = []
    for i in range(-1, len(shown.widget.examples)):
        if i >= 0:
            shown.page.locator(".nj-dd-example").nth(i).click()
        for name in ("", "Add noise", "Shift left"):
            if name and i >= 0:
                shown.button(name).click()
            shown.settle()
            heights.append(shown.page.locator(".nj-widget").bounding_box()["height"])
    assert max(heights) - min(heights) < 1
    assert heights[0] + 8 <= reserved <= heights[0] + 40


def test_there_is_an_end_to_drawing(show):
    full = [10, 10, 250, 250] * 374  # 1496 numbers
    shown = show(strokes=full)
    assert "full" in shown.note.text_content()
    shown.stroke(BAR)
    assert len(shown.drawing()) == 1
    shown.button("Clear").click()
    shown.stroke(BAR)
    shown.expect_drawing()


def test_what_is_removed_stops_listening(shown):
    shown.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: false}))")
    assert shown.page.locator(".nj-widget").count() == 0
