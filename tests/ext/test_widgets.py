"""Widgets in the published page: what is kept, what is refused, what is there without scripts."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import nbformat
import pytest
from ipywidgets.embed import dependency_state

from _ext.widgets import frame, problem_with, script_safe, slim
from helpers.widgets import FitLine
from helpers.widgets._base import SEAM

ROOT = Path(__file__).parents[2]
VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
CONF = """
extensions = ["myst_nb", "_ext.widgets"]
nb_execution_mode = "off"
html_static_path = [{assets!r}]
html_theme = "basic"
"""


def anywidget(**state: Any) -> dict[str, Any]:
    traits = {"_esm": "export default {}", "alt": "Look here.", **state}
    return {"model_name": "AnyModel", "model_module": "anywidget", "state": traits}


def view(model_id: str) -> dict[str, Any]:
    return {"text/plain": "w", VIEW: {"model_id": model_id, "version_major": 2}}


def build(folder: Path, outputs: list[dict], models: dict[str, Any]) -> subprocess.CompletedProcess:
    """Build a book of one executed notebook, strictly."""
    cells = [
        nbformat.v4.new_code_cell("w", outputs=[nbformat.v4.new_output("display_data", data)])
        for data in outputs
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Title"), *cells])
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "python"}
    if models:
        saved = {"version_major": 2, "version_minor": 0, "state": models}
        notebook.metadata["widgets"] = {STATE: saved}
    source = folder / "source"
    source.mkdir()
    nbformat.write(notebook, source / "index.ipynb")
    (source / "conf.py").write_text(CONF.format(assets=str(ROOT / "assets")))
    strict = ["-W", "--keep-going", "-n", "-q", "-b", "html"]
    command = [sys.executable, "-m", "sphinx", *strict, str(source), str(folder / "html")]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=source)


def saved_and_views(*shown: FitLine) -> tuple[list[dict], dict[str, Any]]:
    outputs = []
    for widget in shown:
        data, _ = widget._repr_mimebundle_()
        outputs.append({**data, "image/png": b64encode(data["image/png"]).decode()})
    return outputs, json.loads(json.dumps(dependency_state(list(shown), drop_defaults=False)))


def test_what_only_a_kernel_needs_is_left_out():
    models = {"a": anywidget(x=[1.0], layout="IPY_MODEL_b", _dom_classes=[]), "b": {"state": {}}}
    page = slim(models, ["a"])
    assert page["models"] == {
        "a": {"esm": [0], "css": [], "state": {"alt": "Look here.", "x": [1.0]}}
    }


def test_models_that_are_not_shown_are_left_out():
    models = {"a": anywidget(), "b": anywidget()}
    assert set(slim(models, ["b"])["models"]) == {"b"}


def test_shared_code_stands_in_the_page_once():
    models = {
        "a": anywidget(_esm=f"shared{SEAM}one", _css="style"),
        "b": anywidget(_esm=f"shared{SEAM}two", _css="style"),
    }
    page = slim(models, ["a", "b", "a"])
    assert page["parts"] == ["shared", "style", "one", "two"] or sorted(page["parts"]) == [
        "one", "shared", "style", "two",
    ]  # fmt: skip
    for name, own in (("a", "one"), ("b", "two")):
        assert [page["parts"][i] for i in page["models"][name]["esm"]] == ["shared", own]
        assert [page["parts"][i] for i in page["models"][name]["css"]] == ["style"]


def test_binary_state_is_kept():
    buffers = [{"path": ["x"], "encoding": "base64", "data": "AAAA"}]
    models = {"a": anywidget() | {"buffers": buffers}}
    assert slim(models, ["a"])["models"]["a"]["buffers"] == buffers


def test_nothing_in_the_state_ends_a_script():
    text = script_safe({"t": "</script><!--<script>"})
    assert "<" not in text
    assert json.loads(text) == {"t": "</script><!--<script>"}


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ({}, "its state was not saved"),
        ({"m": {"model_name": "SliderModel", "state": {}}}, "SliderModel is not an anywidget"),
        ({"m": anywidget(_esm="")}, "is not an anywidget"),
        ({"m": anywidget(other="IPY_MODEL_x")}, "its trait other is another widget"),
        ({"m": anywidget(many=["IPY_MODEL_x"])}, "its trait many is another widget"),
        ({"m": anywidget(alt=" ")}, "has no alt"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_has_a_reason(models, message):
    assert message in problem_with("m", models)


def test_layout_is_no_obstacle():
    assert problem_with("m", {"m": anywidget(layout="IPY_MODEL_x")}) is None


def test_text_alternative_is_escaped():
    from docutils import nodes

    framed = frame(nodes.raw(text="<script></script>"), {"alt": "<b> & co"}, None)
    assert "&lt;b&gt; &amp; co" in "".join(node.astext() for node in framed)


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ({"m": {"model_name": "IntSliderModel", "model_module": "@jupyter-widgets/controls",
                "state": {"value": 1}}}, "IntSliderModel is not an anywidget"),
        ({"other": anywidget()}, "its state was not saved"),
        ({}, "its state was not saved"),
    ],
)  # fmt: skip
def test_view_that_cannot_be_shown_fails_the_build(tmp_path, models, message):
    done = build(tmp_path, [view("m")], models)
    assert done.returncode != 0
    assert message in done.stderr
    assert "index.ipynb" in done.stderr


def test_page_holds_what_it_needs_and_asks_nobody(tmp_path):
    shown, also, hidden = FitLine(), FitLine(show_best=True, name="second"), FitLine()
    outputs, models = saved_and_views(shown, also)
    models |= json.loads(json.dumps(dependency_state([hidden], drop_defaults=False)))
    done = build(tmp_path, outputs, models)
    assert done.returncode == 0, done.stderr
    html = (tmp_path / "html" / "index.html").read_text()
    assert html.count('<div class="nj-view">') == 2
    assert html.count('src="_static/widget-loader.js') == 1
    assert not re.findall(r'<(?:script|link)[^>]+(?:src|href)="(?:https?:)?//', html)
    [state] = re.findall(rf'<script type="{re.escape(STATE)}">(.*?)</script>', html, re.DOTALL)
    assert set(json.loads(state)["models"]) == {shown.model_id, also.model_id}
    assert html.count("Seeded random numbers in") == 1  # of the shared code
    stills = re.findall(r'<noscript><img [^>]*alt="([^"]+)" src="([^"]+)"', html)
    assert [alt for alt, _ in stills] == [shown.alt, also.alt]
    assert all((tmp_path / "html" / source).is_file() for _, source in stills)


def test_page_without_a_view_loads_nothing(tmp_path):
    _, models = saved_and_views(FitLine())
    done = build(tmp_path, [{"text/plain": "1"}], models)
    assert done.returncode == 0, done.stderr
    html = (tmp_path / "html" / "index.html").read_text()
    assert "widget-loader" not in html
    assert STATE not in html


@pytest.fixture
def chromium():
    from playwright.sync_api import sync_playwright

    named = os.environ.get("CHROMIUM")
    names = ("chromium", "chromium-browser", "google-chrome")
    executable = named or next(filter(None, map(shutil.which, names)), None)
    if executable is None:
        stop = pytest.fail if os.environ.get("CI") else pytest.skip
        stop("browser tests need Chromium: apt-get install chromium, or set CHROMIUM to its path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable)
        yield browser
        browser.close()


@pytest.mark.slow
@pytest.mark.parametrize("scripts", [True, False])
def test_page_opened_from_disk(tmp_path, chromium, scripts):
    outputs, models = saved_and_views(FitLine())
    assert build(tmp_path, outputs, models).returncode == 0
    page = chromium.new_context(java_script_enabled=scripts).new_page()
    page.goto(f"file://{tmp_path}/html/index.html")
    if scripts:
        page.get_by_role("slider", name="Weight w").wait_for()
        assert page.locator("img").count() == 0
    else:
        still = page.get_by_role("img", name="Two pictures side by side.")
        still.wait_for()
        assert still.bounding_box()["width"] > 300
        note = page.locator("noscript p")
        assert note.text_content() == "This figure moves and answers where scripts are allowed."
        assert note.bounding_box()["height"] > 0
