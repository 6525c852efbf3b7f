"""Both widgets in Chromium: by pointer and by keyboard, their numbers against NumPy.

The host is a bare page with a model of its own, as anywidget's front-end module spec has it.
"""

import functools
import json
import re
import threading
from http.server import SimpleHTTPRequestHandler

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from helpers.book import PageServer
from helpers.nn.surfaces import SURFACES, descend
from helpers.widgets import BatchSize, GradientDescent
from helpers.widgets.batch_size import RUNS

pytestmark = pytest.mark.slow

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A widget</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<style>
:root {{ background: #fff; color: #1f2328; }} main {{ margin: auto; max-width: 42rem; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --pst-color-background: #14181d; color-scheme: dark; }}
  :root {{ background: #14181d; color: #e6e9ec; }}
}}
{css}</style>
<main><h1>A widget</h1><div class="nj-view"></div></main>
<script type="module">
import widget from "./widget.js";
const state = {state};
const listeners = {{}};
window.model = {{
  get: (trait) => state[trait],
  set(trait, value) {{
    if (JSON.stringify(state[trait]) === JSON.stringify(value)) return;
    state[trait] = value;
    for (const listener of listeners[`change:${{trait}}`] ?? []) listener();
  }},
  on: (event, listener) => (listeners[event] ??= []).push(listener),
  off: (event, listener) => {{
    listeners[event] = listeners[event].filter((one) => one !== listener);
  }},
  save_changes: () => {{ window.saved = (window.saved ?? 0) + 1; }},
}};
const el = document.querySelector(".nj-view");
window.cleanUp = await widget.render({{ model, el, signal: new AbortController().signal }});
window.ready = true;
</script></html>"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def show(browser, tmp_path):
    """Open a widget in a page; what the console complains of fails the test."""
    handler = functools.partial(Quiet, directory=str(tmp_path))
    server = PageServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    complaints, contexts = [], []

    def open_page(widget, width=1280, scheme="light", hash="", **options):
        state = {k: v for k, v in widget.get_state().items() if not k.startswith("_")}
        (tmp_path / "widget.js").write_text(widget._esm, encoding="utf-8")
        html = PAGE.format(css=widget._css, state=json.dumps(state))
        (tmp_path / "index.html").write_text(html, encoding="utf-8")
        viewport = {"width": width, "height": 900}
        context = browser.new_context(viewport=viewport, color_scheme=scheme, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda thrown: complaints.append(str(thrown)))
        page.goto(f"http://127.0.0.1:{server.server_port}/index.html{hash}")
        page.wait_for_function("window.ready")
        return page

    yield open_page
    for context in contexts:
        context.close()
    server.shutdown()
    server.server_close()
    assert complaints == []


def trait(page, name):
    return page.evaluate("(name) => model.get(name)", name)


def dots(page, selector):
    """The pixels of the dots that a path draws, shape (n, 2)."""
    d = page.locator(selector).first.get_attribute("d")
    return np.array(re.findall(r"M(-?[\d.]+) (-?[\d.]+)h0", d), dtype=float)


def pixels(cost, path):
    """Where a path lies on the map, whose axes run from 46 to 332 and from 294 up to 8."""
    low, high = np.array(cost.window).T
    part = (np.asarray(path) - low) / (high - low)
    return np.column_stack([46 + part[:, 0] * (332 - 46), 294 - part[:, 1] * (294 - 8)])


WIDGETS = {
    "bowl": functools.partial(GradientDescent, "bowl", steps=3),
    "crater": functools.partial(
        GradientDescent, "crater", steps=10, schedule="step decay", log_scale=True
    ),
    "diverging": functools.partial(GradientDescent, "parabola", learning_rate=1.1, steps=20),
    "batch": functools.partial(BatchSize, 4, epochs=2, cloud=True),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("name", WIDGETS)
def test_accessible_and_never_wider_than_the_page(name, width, scheme, show):
    page = show(WIDGETS[name](), width, scheme)
    expect(page.locator(".nj-widget")).to_have_attribute("data-mode", scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    violations = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in violations] == []


@pytest.mark.parametrize("name", ["ravine", "saddle", "two-minima"])
def test_the_path_on_the_map_is_that_of_numpy(name, show):
    cost = SURFACES[name]
    page = show(GradientDescent(name))
    for _ in range(12):
        page.get_by_role("button", name="Step").click()
    expect(page.locator(".nj-gd-status")).to_contain_text("Step 12")
    want = descend(cost, cost.start, learning_rate=cost.learning_rate, steps=12)
    np.testing.assert_allclose(
        dots(page, ".nj-gd-map .nj-gd-points"), pixels(cost, want), atol=0.06
    )


def test_a_click_moves_the_start(show):
    page = show(GradientDescent("bowl", steps=2))
    cost = SURFACES["bowl"]
    target = [1.5, -0.9]
    box = page.locator(".nj-gd-map").bounding_box()
    x, y = pixels(cost, [target])[0] * box["width"] / 340
    page.mouse.click(box["x"] + x, box["y"] + y)
    np.testing.assert_allclose(trait(page, "start"), target, atol=0.03)
    page.wait_for_function("window.saved >= 1")  # and Python is told
    want = descend(cost, trait(page, "start"), learning_rate=0.1, steps=2)
    np.testing.assert_allclose(
        dots(page, ".nj-gd-map .nj-gd-points"), pixels(cost, want), atol=0.06
    )


def test_the_start_can_be_dragged_and_stays_in_the_window(show):
    page = show(GradientDescent("bowl"))
    handle = page.locator(".nj-gd-start .nj-dot").bounding_box()
    page.mouse.move(handle["x"] + 5, handle["y"] + 5)
    page.mouse.down()
    page.mouse.move(handle["x"] - 500, handle["y"] + 60, steps=5)
    page.mouse.up()
    w1, w2 = trait(page, "start")
    assert w1 == -3
    assert 0 < w2 < 1.6


def test_arrow_keys_move_the_start_and_stay_in_the_widget(show):
    page = show(GradientDescent("bowl", start=(0.0, 0.0)))
    page.evaluate("window.heard = 0; document.addEventListener('keydown', () => heard++)")
    page.locator(".nj-gd-map").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    np.testing.assert_allclose(trait(page, "start"), [0.06, 0.6])
    page.evaluate("model.set('surface', 'parabola'); model.set('start', [1])")
    expect(page.locator(".nj-gd-map")).to_have_attribute("aria-label", re.compile("^Curve"))
    page.locator(".nj-gd-map").focus()
    page.keyboard.press("ArrowLeft")
    np.testing.assert_allclose(trait(page, "start"), [0.94])
    page.get_by_role("slider", name="Learning rate").focus()
    before = trait(page, "learning_rate")
    page.keyboard.press("ArrowRight")
    assert trait(page, "learning_rate") > before
    assert page.evaluate("heard") == 1  # Shift alone, before the arrow


def test_the_map_keeps_the_focus_while_arrows_are_pressed(show):
    page = show(GradientDescent("ravine"))
    page.locator(".nj-gd-map").focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.classList.contains('nj-gd-map')")
    np.testing.assert_allclose(trait(page, "start"), [-2.9, 1.4])


def test_playing_stops_where_the_path_arrives(show):
    page = show(GradientDescent("crater", learning_rate=2.0, schedule="step decay", every=4))
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".nj-gd-status")).to_contain_text("Arrived in 10 steps")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    assert trait(page, "steps") == 10
    page.get_by_role("button", name="Reset").click()
    assert trait(page, "steps") == 0


def test_playing_stops_when_the_path_is_gone(show):
    page = show(GradientDescent("parabola", learning_rate=1.6))
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(page.locator(".nj-gd-status")).to_contain_text("leaves the picture")
    assert trait(page, "steps") < 10


def test_less_motion_runs_to_the_end_at_once(show):
    page = show(GradientDescent("bowl"), reduced_motion="reduce")
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".nj-gd-status")).to_contain_text("Arrived in")


def test_the_limit_is_marked_where_it_is(show):
    page = show(GradientDescent("ravine", learning_rate=0.5))
    text = page.locator(".nj-gd-limit-text")
    expect(text).to_have_text("Converges below 2/λmax = 0.5: this one is on the edge")
    thumb = page.get_by_role("slider", name="Learning rate")
    box, zone = thumb.bounding_box(), page.locator(".nj-gd-zone").bounding_box()
    part = float(thumb.input_value()), float(thumb.get_attribute("min"))
    top = float(thumb.get_attribute("max"))
    centre = box["x"] + 10 + (box["width"] - 20) * (part[0] - part[1]) / (top - part[1])
    assert zone["x"] == pytest.approx(centre, abs=1.5)  # the track has 200 steps
    page.get_by_label("Learning rate, as a number").fill("0.6")
    expect(text).to_have_text("Converges below 2/λmax = 0.5: this one diverges")
    page.get_by_label("Surface").select_option("saddle")
    expect(text).to_have_text(re.compile("No single limit"))
    assert trait(page, "learning_rate") == SURFACES["saddle"].learning_rate
    assert not page.locator(".nj-gd-zone").is_visible()


def test_a_link_sets_gradient_descent(show):
    link = "#widget=gradient_descent&surface=ravine&learning_rate=0.3&start=1,-2&steps=4"
    page = show(GradientDescent("bowl"), hash=link)
    expect(page.locator(".nj-gd-status")).to_contain_text("Step 4")
    want = descend(SURFACES["ravine"], [1, -2], learning_rate=0.3, steps=4)
    np.testing.assert_allclose(
        dots(page, ".nj-gd-map .nj-gd-points"), pixels(SURFACES["ravine"], want), atol=0.06
    )


def test_a_link_starts_where_its_surface_starts(show):
    page = show(GradientDescent("bowl", start=(1.0, 1.0), learning_rate=0.3))
    page.evaluate("model.set('start', [2, 2]); model.set('schedule', 'step decay')")
    page.evaluate("location.hash = '#widget=gradient_descent&steps=2'")
    page.wait_for_function("model.get('steps') === 2")
    assert trait(page, "start") == [1, 1]  # as the page began
    assert trait(page, "schedule") == "constant"
    page.evaluate("model.set('start', [2, 2])")
    page.evaluate("location.hash = '#widget=gradient_descent&surface=ravine&steps=4'")
    page.wait_for_function("model.get('steps') === 4")
    assert trait(page, "start") == []  # the start of another surface is that surface's own
    assert trait(page, "learning_rate") == SURFACES["ravine"].learning_rate


def test_a_link_stops_what_plays(show):
    page = show(BatchSize())
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("model.get('examples') > 2")
    page.evaluate("location.hash = '#widget=batch_size&examples=64'")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    assert trait(page, "examples") == 64


def test_nothing_is_explained_before_it_has_been_seen(show):
    page = show(GradientDescent("ravine"))
    look = page.locator(".nj-gd-look")
    expect(look).to_have_text("")
    for _ in range(4):
        page.get_by_role("button", name="Step").click()
    expect(page.locator(".nj-gd-status")).to_contain_text("Step 4")
    expect(look).to_have_text("")
    page.get_by_role("button", name="Step").click()
    expect(look).to_have_text(SURFACES["ravine"].look)
    page.get_by_role("button", name="Reset").click()
    expect(look).to_have_text("")
    page.evaluate("model.set('surface', 'parabola')")  # arrives in one step
    page.evaluate("model.set('learning_rate', 0.5)")
    page.get_by_role("button", name="Step").click()
    expect(look).to_have_text(SURFACES["parabola"].look)
    page = show(BatchSize(epochs=1))
    expect(page.locator(".nj-bs-look")).to_have_text("")
    page.evaluate("model.set('examples', 128)")
    expect(page.locator(".nj-bs-look")).to_contain_text("fourfold")


def test_step_decay_stands_in_one_line(show):
    page = show(GradientDescent("crater", schedule="step decay"))
    fields = page.locator(".nj-gd-inline")
    boxes = [fields.nth(k).bounding_box() for k in range(2)]
    assert boxes[0]["y"] == boxes[1]["y"]
    assert max(box["width"] for box in boxes) < 80


def test_python_moves_what_is_seen_and_leaving_cleans_up(show):
    page = show(GradientDescent("bowl"))
    page.evaluate("model.set('steps', 7)")
    expect(page.locator(".nj-gd-status")).to_contain_text("Step 7")
    page.evaluate("cleanUp()")
    assert page.locator(".nj-widget").count() == 0
    page.evaluate("model.set('steps', 9)")  # nobody listens; an error would fail the test


def status_numbers(page):
    text = page.locator(".nj-bs-status").inner_text().replace("−", "-")
    w, b, mse, _ = re.findall(r"(?<=[=E ])-?\d+\.\d+(?=[,;.])", text.split("epochs:")[1] + ";")
    return float(w), float(b), float(mse)


@pytest.mark.parametrize("batch", [1, 16, 64])
def test_steps_of_a_batch_are_those_of_numpy(batch, show):
    page = show(BatchSize())
    page.get_by_role("radio", name=str(batch), exact=True).check()
    for _ in range(5):
        page.get_by_role("button", name="Step").click()
    expect(page.locator(".nj-bs-status")).to_contain_text("5 updates")
    assert trait(page, "examples") == 5 * batch
    same = BatchSize(batch_size=batch, epochs=5 * batch / 64)
    got, want = status_numbers(page), (*same.path[-1], same.loss[-1])
    np.testing.assert_allclose(got[:2], want[:2], atol=0.006)
    assert got[2] == pytest.approx(want[2], abs=0.0006)


def test_batch_sizes_by_keyboard_shuffles_and_cloud(show):
    page = show(BatchSize(epochs=1))
    page.get_by_role("radio", name="1", exact=True).focus()
    page.keyboard.press("ArrowDown")
    assert trait(page, "batch_size") == 4
    expect(page.locator(".nj-bs-status")).to_contain_text("16 updates, 64 examples")
    page.get_by_role("button", name="New shuffle").click()
    assert trait(page, "seed") == 2
    same = BatchSize(batch_size=4, epochs=1, seed=2)
    expect(page.locator(".nj-bs-status")).to_contain_text(f"MSE {same.loss[-1]:.3f}")
    assert dots(page, ".nj-bs-cloud").size == 0
    page.get_by_label("24 shuffles at once").check()
    page.wait_for_function("document.querySelector('.nj-bs-cloud').getAttribute('d').length > 99")
    assert len(dots(page, ".nj-bs-cloud")) == RUNS


def test_the_table_gives_the_distance_of_all_shuffles(show):
    widget = BatchSize(batch_size=16, epochs=3)
    page = show(widget)
    best = np.polyfit(widget.x, widget.y, 1)
    ends = np.array([widget._run(shuffle)[-1] for shuffle in range(RUNS)])
    want = np.sqrt(np.mean(np.sum((ends - best) ** 2, axis=1)))
    assert page.locator("thead th").last.inner_text() == "RMS distance, 24 shuffles"
    row = page.locator(".nj-bs-picked td").last
    expect(row).to_have_text(f"{want:.3f}")


def test_batch_size_plays_to_the_end_and_says_when_it_diverges(show):
    page = show(BatchSize(batch_size=64, epochs=19))
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("model.get('examples') === 20 * 64")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page = show(BatchSize(batch_size=1, learning_rate=2.0, epochs=2))
    expect(page.locator(".nj-bs-status")).to_contain_text("Diverged after")
    expect(page.locator(".nj-bs-picked td").last).to_have_text("diverged")


def test_a_link_sets_batch_size(show):
    link = "#widget=batch_size&batch_size=16&examples=128&axis=updates&seed=3&cloud=true"
    page = show(BatchSize(), hash=link)
    expect(page.locator(".nj-bs-status")).to_contain_text("8 updates, 128 examples")
    expect(page.get_by_label("Against")).to_have_value("updates")
    same = BatchSize(batch_size=16, epochs=2, seed=3)
    expect(page.locator(".nj-bs-status")).to_contain_text(f"MSE {same.loss[-1]:.3f}")
