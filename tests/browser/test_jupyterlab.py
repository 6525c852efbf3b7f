"""The widgets with a kernel: JupyterLab shows them, and Python and the reader move the same one."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from helpers.nn.surfaces import SURFACES, descend

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a-token-for-tests"
CELLS = [
    "from helpers.widgets import BatchSize, FitLine, GradientDescent",
    "fit = FitLine(weight=150, bias=20)\nfit",
    "descent = GradientDescent('bowl', learning_rate=0.01)\ndescent",
    "batches = BatchSize(16)\nbatches",
    "",
]

#: JupyterLab asks for news and for newer versions of itself unless told otherwise.
SETTINGS = {"notification": {"fetchNews": "false", "checkForUpdates": False}}

RUN_ALL = """async () => {
    const { context, sessionContext } = jupyterapp.shell.currentWidget;
    await Promise.all([context.ready, sessionContext.ready]);
    await jupyterapp.commands.execute("notebook:run-all-cells");
}"""

#: The kernel answers after it has dealt with all that the page sent before.
ASK = """async (expression) => {
    const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
    const answer = `__import__("json").dumps(${expression})`;
    const request = { code: "", silent: true, user_expressions: { answer } };
    const { content } = await kernel.requestExecute(request).done;
    return content.user_expressions.answer;
}"""


RUN_LAST = """async (code) => {
    const { content } = jupyterapp.shell.currentWidget;
    content.activeCellIndex = content.widgets.length - 1;
    content.activeCell.model.sharedModel.setSource(code);
    await jupyterapp.commands.execute("notebook:run-cell");
}"""

#: Changes are drawn in the next frame.
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass
class Notebook:
    """A notebook with the widgets, open in JupyterLab, all of its cells run."""

    page: Page

    def ask(self, expression: str) -> Any:
        """Return the value of an expression in the kernel."""
        answer = self.page.evaluate(ASK, expression)
        assert answer["status"] == "ok", answer
        return json.loads(answer["data"]["text/plain"].strip("'"))

    def tell(self, trait: str, value: Any) -> None:
        """Set a trait from Python: ``tell("fit.weight", 120)``."""
        owner, name = trait.split(".")
        self.ask(f"setattr({owner}, {name!r}, {value!r})")

    def run(self, code: str) -> Locator:
        """Run code in the last cell, as a reader does; return the cell."""
        self.page.evaluate(RUN_LAST, code)
        return self.page.locator(".jp-Notebook .jp-CodeCell").last

    def pause(self, widget: Locator) -> None:
        """Press a widget's Pause and wait until what it did last is drawn."""
        widget.get_by_role("button", name="Pause").click()
        self.page.evaluate(TWO_FRAMES)

    def widget(self, name: str) -> Locator:
        """Return a widget's element, in view."""
        element = self.page.get_by_role("group", name=name, exact=True)
        element.scroll_into_view_if_needed()
        return element

    @property
    def active_cell(self) -> int:
        """Index of the selected cell."""
        return self.page.evaluate("jupyterapp.shell.currentWidget.content.activeCellIndex")

    def expect_kernel(self, expression: str, value: Any) -> None:
        """Wait until Python knows; the page tells it within a fraction of a second."""
        deadline = time.monotonic() + 20
        while (found := self.ask(expression)) != value and time.monotonic() < deadline:
            self.page.wait_for_timeout(50)
        assert found == value


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that JupyterLab shows."""
    return tmp_path_factory.mktemp("notebooks")


@pytest.fixture(scope="module")
def lab(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a JupyterLab that knows nothing of the user's own settings."""
    home = tmp_path_factory.mktemp("jupyter")
    settings = home / "config" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    for name, values in SETTINGS.items():
        (settings / f"{name}.jupyterlab-settings").write_text(json.dumps(values))
    places = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA")}
    environ = os.environ | places | {"JUPYTER_RUNTIME_DIR": str(home / "run")}
    environ["PYTHONPATH"] = str(ROOT)
    options = {
        "ServerApp.ip": "127.0.0.1", "ServerApp.port": 0, "ServerApp.root_dir": folder,
        "ServerApp.open_browser": False, "ServerApp.allow_root": True,
        "IdentityProvider.token": TOKEN, "LabApp.expose_app_in_browser": True,
    }  # fmt: skip
    command = [sys.executable, "-m", "jupyterlab", *(f"--{k}={v}" for k, v in options.items())]
    log = home / "log"
    with log.open("w") as said:
        server = subprocess.Popen(
            command, env=environ, cwd=home, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
    try:
        yield address_of(server, home / "run", log)
    finally:
        server.terminate()
        server.wait(60)


def address_of(server: subprocess.Popen, runtime: Path, log: Path) -> str:
    """Return the address of a server once it listens; that is when it writes its file."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        for found in runtime.glob("jpserver-*.json"):
            with contextlib.suppress(ValueError):  # half written
                return json.loads(found.read_text())["url"]
        time.sleep(0.1)
    pytest.fail(f"JupyterLab does not start:\n{log.read_text()[-3000:]}")


@pytest.fixture
def notebook(
    lab: str, folder: Path, new_page: Callable[..., Page], request: pytest.FixtureRequest
) -> Iterator[Notebook]:
    """Return the widgets' notebook, open and run; errors on the console fail the test."""
    path = folder / f"{request.node.name}.ipynb"
    # Without a kernel's name JupyterLab asks for one.
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)
    page = new_page()
    page.goto(f"{lab}lab/tree/{path.name}?reset&token={TOKEN}")
    page.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext")
    page.evaluate(RUN_ALL)
    expect(page.locator(".nj-widget")).to_have_count(3)
    yield Notebook(page)
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")


def drag(page: Page, handle: Locator, right: float, down: float) -> None:
    """Take hold of an element in its middle and move it."""
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y + down, steps=5)
    page.mouse.up()


def test_keys_move_a_slider_and_not_the_selected_cell(notebook: Notebook) -> None:
    slider = notebook.widget("Fit a line").get_by_role("slider", name="Weight")
    slider.focus()
    selected = notebook.active_cell
    before, step = float(slider.input_value()), float(slider.get_attribute("step"))
    for key, steps in [("ArrowRight", 1), ("ArrowUp", 2), ("ArrowLeft", 1), ("ArrowDown", 0)]:
        notebook.page.keyboard.press(key)
        assert float(slider.input_value()) == pytest.approx(before + steps * step)
    notebook.page.keyboard.press("ArrowUp")
    assert notebook.active_cell == selected
    expect(slider).to_be_focused()
    notebook.expect_kernel("fit.weight", pytest.approx(before + step))


def test_typed_numbers_stay_numbers(notebook: Notebook) -> None:
    field = notebook.widget("Fit a line").get_by_role("spinbutton", name="Bias, as a number")
    field.focus()
    cells = notebook.page.locator(".jp-Notebook .jp-Cell").count()
    notebook.page.keyboard.press("Control+a")
    notebook.page.keyboard.type("-12.5")  # JupyterLab's own keys: 1, 2, 5 make headings
    notebook.page.keyboard.press("Enter")
    assert field.input_value() == "-12.5"
    notebook.expect_kernel("fit.bias", -12.5)
    assert notebook.page.locator(".jp-Notebook .jp-Cell").count() == cells
    assert notebook.page.locator(".jp-MarkdownCell").count() == 0


def test_fit_line_by_mouse_and_from_python(notebook: Notebook) -> None:
    widget = notebook.widget("Fit a line")
    slider = widget.get_by_role("slider", name="Weight")
    box = slider.bounding_box()
    notebook.page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + box["height"] / 2)
    low, high = notebook.ask("fit.weight_range")
    clicked = float(slider.input_value())
    assert clicked == pytest.approx(low + 0.75 * (high - low), abs=0.05 * (high - low))
    notebook.expect_kernel("fit.weight", clicked)

    drag(notebook.page, widget.locator(".nj-high .nj-touch"), 0, 40)
    field = widget.get_by_role("spinbutton", name="Weight, as a number")
    dragged = float(field.input_value())  # finer than the slider's steps
    assert dragged < clicked
    notebook.expect_kernel("fit.weight", dragged)
    shown = widget.locator(".nj-gauge-value").inner_text().replace(",", "")
    assert float(shown) == pytest.approx(notebook.ask("fit.mse"), abs=0.5)

    line = widget.locator(".nj-curve").get_attribute("d")
    notebook.tell("fit.weight", 120.0)
    expect(slider).to_have_value("120")
    expect(widget.locator(".nj-curve")).not_to_have_attribute("d", line)


def test_gradient_descent_by_buttons_and_from_python(notebook: Notebook) -> None:
    widget = notebook.widget("Gradient descent")
    step = widget.get_by_role("button", name="Step")
    step.click()
    step.focus()
    notebook.page.keyboard.press("Space")
    notebook.expect_kernel("descent.steps", 2)
    bowl = next(surface for surface in SURFACES.values() if surface.name == "bowl")
    expected = descend(bowl, bowl.start, learning_rate=lambda _: 0.01, steps=2)
    np.testing.assert_allclose(notebook.ask("descent.path"), expected)

    widget.get_by_role("button", name="Play").click()
    points = widget.locator(".nj-gd-map .nj-gd-points")
    expect(points).to_have_attribute("d", re.compile(r"(M[^M]+){10}"))
    notebook.pause(widget)
    drawn = points.get_attribute("d").count("M")
    notebook.expect_kernel("len(descent.path)", drawn)

    notebook.tell("descent.steps", 5)
    expect(widget.locator(".nj-gd-status")).to_contain_text("Step 5:")
    notebook.tell("descent.surface", "parabola")
    expect(widget.get_by_role("combobox", name="Surface")).to_have_value("parabola")


def test_batch_size_by_choice_and_from_python(notebook: Notebook) -> None:
    widget = notebook.widget("Batch size and the noise of gradient descent")
    widget.get_by_role("radio", name="16", exact=True).focus()
    notebook.page.keyboard.press("ArrowUp")
    notebook.expect_kernel("batches.batch_size", 4)
    widget.get_by_role("button", name="Play").click()
    status = widget.locator(".nj-bs-status")
    expect(status).to_contain_text("epochs")
    notebook.pause(widget)
    examples = re.search(r"([\d,]+) examples", status.inner_text())[1]
    notebook.expect_kernel("batches.examples", int(examples.replace(",", "")))
    w, b = notebook.ask("batches.path")[-1]
    expect(status).to_contain_text(f"w = {w:.2f}, b = {b:.2f}".replace("-", "−"))

    notebook.tell("batches.examples", 128)
    expect(status).to_contain_text("32 updates, 128 examples")


def test_the_next_cell_sees_what_the_reader_did(notebook: Notebook) -> None:
    notebook.widget("Fit a line").get_by_role("slider", name="Weight").press("End")
    notebook.widget("Gradient descent").get_by_role("button", name="Step").click()
    notebook.expect_kernel("descent.steps", 1)
    weight = notebook.ask("fit.weight_range")[1]
    notebook.expect_kernel("fit.weight", weight)
    cell = notebook.run("print(fit.weight, descent.steps)")
    expect(cell.locator(".jp-OutputArea-output")).to_have_text(f"{weight} 1")


def test_colours_follow_the_theme(notebook: Notebook) -> None:
    for theme, mode in [("JupyterLab Dark", "dark"), ("JupyterLab Light", "light")]:
        change = "(theme) => jupyterapp.commands.execute('apputils:change-theme', { theme })"
        notebook.page.evaluate(change, theme)
        expect(notebook.page.locator(f".nj-widget[data-mode={mode}]")).to_have_count(3)
        # JupyterLab stumbles over a second change while its splash of the first one is shown.
        expect(notebook.page.locator("#jupyterlab-splash")).to_have_count(0)
        paper, around = notebook.page.locator(".nj-widget").first.evaluate(
            """(root) => [getComputedStyle(root.querySelector(".nj-field")).backgroundColor,
                getComputedStyle(root.closest(".jp-Notebook")).backgroundColor]"""
        )
        assert paper == around
