"""A reader who opened one page while online reads the whole book offline."""

from __future__ import annotations

import functools
import shutil
import threading

import pytest
from playwright.sync_api import expect

from _ext.offline import write_service_worker
from helpers.book import PageServer

pytestmark = pytest.mark.slow

READY = "navigator.serviceWorker.ready.then((found) => found.active.state)"


class Served:
    """A copy of the book on a server that can be stopped and started again."""

    def __init__(self, folder, handler):
        self.folder = folder
        self._handler = functools.partial(handler, directory=str(folder))
        self._server = None
        self.port = 0
        self.start()

    def start(self):
        self._server = PageServer(("127.0.0.1", self.port), self._handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def served(book, tmp_path, site_handler):
    """Return a copy of the book, served, with which a test may do as it likes."""
    folder = tmp_path / "html"
    shutil.copytree(book, folder, ignore=shutil.ignore_patterns("_sources"))
    copy = Served(folder, site_handler)
    yield copy
    copy.stop()


@pytest.fixture
def address(served):
    """Return the address of the copy, ending in "/"."""
    return f"http://127.0.0.1:{served.port}/neurons-to-jets/"


def visit(page, address):
    """Open a page and wait until the whole book is kept."""
    page.goto(address)
    assert page.evaluate(READY) in ("activating", "activated")


def test_pages_never_visited_open_offline(served, address, new_page):
    page = new_page()
    visit(page, address + "intro.html")
    served.stop()
    page.reload()
    expect(page.locator("h1")).to_contain_text("Neurons to Jets")
    page.goto(address + "chapters/line.html")
    expect(page.locator("article .katex").first).to_be_visible()
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px KaTeX_Main'))")
    figure = page.locator("article img.only-light").first
    figure.scroll_into_view_if_needed()
    figure.evaluate("(image) => image.decode()")
    page.goto(address)
    expect(page.locator("h1")).to_contain_text("Neurons to Jets")
    served.start()


def test_a_new_build_replaces_what_was_kept(served, address, new_page, book):
    page = new_page()
    visit(page, address + "intro.html")

    intro = served.folder / "intro.html"
    intro.write_text(intro.read_text().replace("<h1>", "<h1>Second edition of "))
    template = served.folder.parent / "template.js"
    worker = (served.folder / "service-worker.js").read_text()
    head, rest = worker.split("const FILES = {", 1)
    template.write_text(head + "const FILES = {};" + rest.split("};", 1)[1])
    write_service_worker(served.folder, template.read_text())

    page.reload()  # online: new at once
    expect(page.locator("h1")).to_contain_text("Second edition")
    page.evaluate(
        """async () => {
            const found = await navigator.serviceWorker.ready;
            await found.update();
            const fresh = found.installing || found.waiting;
            if (fresh) await new Promise((done) => fresh.addEventListener("statechange",
                () => { if (fresh.state === "activated") done(); }));
        }"""
    )
    served.stop()
    page.reload()  # offline: new as well
    expect(page.locator("h1")).to_contain_text("Second edition")
    kept = page.evaluate(
        "caches.keys().then(async ([name]) => (await (await caches.open(name)).keys()).length)"
    )
    listed = worker.count('":"')
    assert kept == listed, "files of the old build are still kept"
    served.start()
