"""The page's own loader: anywidget's front-end contract, without a kernel."""

from __future__ import annotations

import base64
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from helpers.book import PageServer

pytestmark = pytest.mark.slow

#: Shows a button that counts, and writes down what the loader does.
COUNTER = """
globalThis.log ??= [];
export default {
  initialize({ model, signal }) {
    log.push("initialize");
    signal.addEventListener("abort", () => log.push("aborted"));
    return () => log.push("initialize cleaned up");
  },
  render({ model, el }) {
    globalThis.model = model;
    const button = document.createElement("button");
    const show = () => { button.textContent = `count ${model.get("count")}`; };
    button.onclick = () => { model.set("count", model.get("count") + 1); model.save_changes(); };
    model.on("change:count", show);
    show();
    el.append(button);
    return () => log.push("cleaned up");
  },
};
"""


def saved(esm: str, **state) -> dict:
    traits = {"_esm": esm, "layout": "IPY_MODEL_1", **state}
    return {"model_name": "AnyModel", "model_module": "anywidget", "state": traits}


@pytest.fixture(params=["http", "file"])
def address(request, served, tmp_path):
    return served + "page.html" if request.param == "http" else f"file://{tmp_path}/page.html"


def test_views_of_one_model_share_it(write_page, new_page, address):
    write_page({"a": saved(COUNTER, count=3), "b": saved(COUNTER, count=7)}, ["a", "b", "a"])
    page = new_page()
    page.goto(address)
    page.get_by_role("button", name="count 7").wait_for()
    page.get_by_role("button", name="count 3").first.click()
    counts = page.get_by_role("button").all_text_contents()
    assert counts == ["count 4", "count 7", "count 4"]
    assert page.evaluate("log") == ["initialize", "initialize"]


def test_a_page_that_goes_is_cleaned_up(write_page, new_page, address):
    write_page({"a": saved(COUNTER, count=0)}, ["a"])
    page = new_page()
    page.goto(address)
    page.get_by_role("button").wait_for()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    assert page.evaluate("log") == ["initialize"]
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: false}))")
    done = page.evaluate("log")
    assert sorted(done[1:]) == ["aborted", "cleaned up", "initialize cleaned up"]


def test_model_keeps_the_contract(write_page, new_page, served):
    write_page({"a": saved(COUNTER, count=0, list=[1, 2], other="x")}, ["a"])
    page = new_page()
    page.goto(served + "page.html")
    page.get_by_role("button").wait_for()
    seen = page.evaluate(
        """() => {
          const seen = [];
          const one = (m, value) => seen.push(["count", value, m === model]);
          const any = () => seen.push(["any"]);
          model.on("change:count", one);
          model.on("change", any);
          model.set("count", 1);
          model.set("count", 1);                    // no change, no event
          model.set("list", [1, 2]);                // equal, no event
          model.set("list", [1, 3]);
          model.off("change:count", one);
          model.set({ count: 2, other: "y" });
          model.off("change", any);
          model.set("count", 3);
          model.off();
          model.set("count", 4);
          model.send({ hello: 1 });
          model.save_changes();
          return [seen, model.get("count"), model.get("other"), model.get("list")];
        }"""
    )
    assert seen == [
        [["count", 1, True], ["any"], ["any"], ["any"], ["any"]], 4, "y", [1, 3],
    ]  # fmt: skip
    assert page.get_by_role("button").text_content() == "count 3"  # off() took its listener too


def test_binary_traits_are_data_views(write_page, new_page, address):
    esm = """export default { render({ model, el }) {
      const view = model.get("nested").bytes;
      el.textContent = view instanceof DataView ? `float ${view.getFloat64(0, true)}` : "none";
    } };"""
    model = saved(esm, nested={})
    data = base64.b64encode(struct.pack("<d", 2.5)).decode()
    model["buffers"] = [{"path": ["nested", "bytes"], "encoding": "base64", "data": data}]
    write_page({"a": model}, ["a"])
    page = new_page()
    page.goto(address)
    page.get_by_text("float 2.5").wait_for()


def test_styles_are_applied_once(write_page, new_page, served):
    models = {name: saved(COUNTER, count=0, _css="button { width: 321px; }") for name in "ab"}
    write_page(models, ["a", "b"])
    page = new_page()
    page.goto(served + "page.html")
    page.get_by_role("button").nth(1).wait_for()
    assert page.evaluate("document.querySelectorAll('head style').length") == 2  # ours, and it
    assert page.get_by_role("button").first.bounding_box()["width"] == 321


def test_a_module_may_export_a_function(write_page, new_page, served):
    esm = "export default async () => ({ render({ el }) { el.textContent = 'made late'; } });"
    write_page({"a": saved(esm)}, ["a"])
    page = new_page()
    page.goto(served + "page.html")
    page.get_by_text("made late").wait_for()


def test_a_failing_widget_says_so_and_leaves_the_others(write_page, new_page, served):
    broken = "export default { render() { throw new Error('planted') } };"
    write_page({"a": saved(broken), "b": saved(COUNTER, count=5)}, ["a", "b"])
    page = new_page(expect_errors=True)
    page.goto(served + "page.html")
    page.get_by_text("This widget could not start: planted").wait_for()
    page.get_by_role("button", name="count 5").wait_for()


def test_text_that_looks_like_markup_stays_text(write_page, new_page, served):
    esm = "export default { render({ model, el }) { el.textContent = model.get('t'); } };"
    write_page({"a": saved(esm, t="</script><b>&amp;<!--<script>")}, ["a"])
    page = new_page()
    page.goto(served + "page.html")
    page.get_by_text("</script><b>&amp;<!--<script>").wait_for()


def test_a_page_without_widgets_needs_no_state(new_page, tmp_path, served, write_page):
    write_page({}, [])
    text = (tmp_path / "page.html").read_text()
    (tmp_path / "page.html").write_text(text.partition("<main>")[0] + "<main><h1>None</h1></main>")
    page = new_page()
    page.goto(served + "page.html")
    assert page.get_by_role("heading").text_content() == "None"


@pytest.fixture
def arriving(write_page, tmp_path) -> Iterator[tuple[str, threading.Event]]:
    """Return the address of a page that stops in the midst of its second view, and what lets go."""
    models = {"a": saved(COUNTER, count=3), "b": saved(COUNTER, count=7)}
    html = write_page(models, ["a", "b"]).read_bytes()
    middle = html.rindex(b'"b"}</script>') + 2
    go_on = threading.Event()

    class Halting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            loader = self.path.endswith(".js")
            body = (tmp_path / "widget-loader.js").read_bytes() if loader else html
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if loader else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if not loader:
                self.wfile.write(body[:middle])
                go_on.wait()
            self.wfile.write(body if loader else body[middle:])

        def log_message(self, *args: object) -> None:
            pass

    server = PageServer(("127.0.0.1", 0), Halting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/page.html", go_on
    go_on.set()
    server.shutdown()
    server.server_close()


def test_a_widget_plays_while_the_page_still_arrives(arriving, new_page):
    address, go_on = arriving
    page = new_page()
    page.goto(address, wait_until="commit")
    page.get_by_role("button", name="count 3").click()
    assert page.evaluate("document.readyState") == "loading"
    assert page.get_by_role("button").all_text_contents() == ["count 4"]
    go_on.set()
    page.get_by_role("button", name="count 7").wait_for()
    page.wait_for_load_state()
    assert page.get_by_role("button").all_text_contents() == ["count 4", "count 7"]
