"""The built book, served as GitHub Pages does, and a browser: what several benchmarks share."""

from __future__ import annotations

import functools
import gzip
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from helpers.book import PageServer

TEXT = {".html", ".css", ".js", ".mjs", ".svg", ".json", ".txt"}


@functools.cache
def squeezed(path: Path) -> bytes:
    """Return the bytes of a file as the server sends them."""
    data = path.read_bytes()
    return gzip.compress(data, 6) if path.suffix in TEXT else data


class Compressing(SimpleHTTPRequestHandler):
    """Serves files with gzip and keeps connections open."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with a file, compressed if it is text."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        data = squeezed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(data)))
        if path.suffix in TEXT:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def opened(folder: Path) -> Iterator[tuple[str, Browser]]:
    """Serve a built book and open Chromium while the context lasts: gives address and browser.

    Ends the program with a sentence that says what to do if one of them is missing.
    """
    if not (folder / "intro.html").is_file():
        sys.exit(f"there is no built book in {folder}: run `make book` first")
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        sys.exit("no Chromium found: install it, or set CHROMIUM to its executable")
    handler = functools.partial(Compressing, directory=str(folder))
    server = PageServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        yield f"http://127.0.0.1:{server.server_port}/", browser
        browser.close()
    server.shutdown()
