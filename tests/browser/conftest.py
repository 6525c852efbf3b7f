"""Fixtures for tests that open the published book in Chromium.

They build the book once (or take a built one), serve it as GitHub Pages does, below
``/neurons-to-jets/``, and open it in Debian's Chromium.

======================  =======================================================================
fixture                 what it gives
======================  =======================================================================
``book``                Path of the built HTML: the folder that the variable ``BOOK_HTML`` names,
                        or a fresh strict build in a temporary folder.
``site``                Address of that folder, served on a free port of 127.0.0.1; ends in "/".
``page_names``          Every page of the book: ``["chapters/line.html", …]``.
``browser``             Chromium, one for each module of tests (playwright's ``Browser``).
``setting``             ``Setting(width, scheme)``; a test that asks for it runs four times: 1280
                        and 390 px wide, light and dark.
``page``                A fresh page in that setting. The test fails when the page writes an error
                        to the console, throws, or asks anything of another host.
``wide_page``           The same, but once: 1280 px, light. For behaviour that no setting changes.
``new_page``            Function ``new_page(width=1280, scheme="light", **options)`` for tests that
                        need another viewport, touch, reduced motion …; guarded in the same way.
======================  =======================================================================

A widget's test looks like this::

    @pytest.mark.slow
    def test_arrow_key_moves_the_weight(wide_page, site):
        wide_page.goto(site + "chapters/line.html")
        slider = wide_page.get_by_role("slider", name="weight")
        slider.focus()
        wide_page.keyboard.press("ArrowRight")
        assert slider.input_value() == "0.1"

Environment
-----------
``BOOK_HTML``
    A built book to test, such as ``_build/html``; without it the book is built first.
``CHROMIUM``
    The browser's executable, where it isn't called chromium, chromium-browser or google-chrome.
``CI``
    When set, a missing browser is a failure; otherwise these tests are skipped with a line that
    says what to install.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from helpers.book import PageServer

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "/neurons-to-jets/"


@dataclass(frozen=True)
class Setting:
    """One way of looking at the book: width in CSS pixels, and colour scheme."""

    width: int
    scheme: str

    def __str__(self) -> str:
        return f"{self.width}-{self.scheme}"


SETTINGS = [Setting(width, scheme) for width in (1280, 390) for scheme in ("light", "dark")]


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the built book."""
    if named := os.environ.get("BOOK_HTML"):
        html = Path(named).resolve()
        if not (html / "intro.html").is_file():
            pytest.fail(f"BOOK_HTML is {named}, but there is no intro.html in it: build the book")
        return html
    out = tmp_path_factory.mktemp("book")
    jupyter_book = str(Path(sys.executable).with_name("jupyter-book"))
    strict = ["-W", "-n", "--keep-going", "--path-output", str(out)]
    command = [jupyter_book, "build", *strict, str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.fail("the book does not build:\n" + (done.stdout + done.stderr)[-4000:])
    return out / "_build" / "html"


class _Pages(SimpleHTTPRequestHandler):
    """Serves a folder below PREFIX, quietly, and nothing outside it."""

    protocol_version = "HTTP/1.1"

    def translate_path(self, path: str) -> str:
        inside = urlsplit(path).path.removeprefix(PREFIX)
        if inside.startswith("/"):  # the prefix is missing: not our site
            inside = "no-such-page"
        return super().translate_path("/" + inside)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="session")
def site_handler() -> type[SimpleHTTPRequestHandler]:
    """Return the request handler, for tests that run a server of their own."""
    return _Pages


@pytest.fixture(scope="session")
def site(book: Path) -> Iterator[str]:
    """Return the address at which the book is served."""
    handler = functools.partial(_Pages, directory=str(book))
    server = PageServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}{PREFIX}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def page_names(book: Path) -> list[str]:
    """Return every page of the book, relative to its root."""
    pages = sorted(path.relative_to(book).as_posix() for path in book.rglob("*.html"))
    return [name for name in pages if not name.startswith(("_static/", "_sources/"))]


@pytest.fixture
def new_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a guarded page; what the guards saw fails the test."""
    contexts, complaints = [], []

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"console error on {message.location.get('url')}: {message.text}")

    def on_request(sent: Request) -> None:
        address = urlsplit(sent.url)
        if address.scheme in ("http", "https", "ws") and address.hostname != "127.0.0.1":
            complaints.append(f"request to another host: {sent.url}")

    def open_page(width: int = 1280, scheme: str = "light", **options: Any) -> Page:
        viewport = {"width": width, "height": 844 if width < 600 else 800}
        options = {"viewport": viewport, "color_scheme": scheme} | options
        context = browser.new_context(**options)
        contexts.append(context)
        context.on("request", on_request)
        context.on("console", on_console)
        context.on("weberror", lambda thrown: complaints.append(f"uncaught: {thrown.error}"))
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    if complaints:
        pytest.fail("\n".join(complaints))


@pytest.fixture(params=SETTINGS, ids=str)
def setting(request: pytest.FixtureRequest) -> Setting:
    """Return one of the four settings in which a page must be right."""
    return request.param


@pytest.fixture
def page(new_page: Callable[..., Page], setting: Setting) -> Page:
    """Return a fresh, guarded page in each of the four settings."""
    return new_page(setting.width, setting.scheme)


@pytest.fixture
def wide_page(new_page: Callable[..., Page]) -> Page:
    """Return a fresh, guarded page: 1280 px wide, light."""
    return new_page()
