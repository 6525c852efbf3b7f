"""Every link within the book leads somewhere, and every image says what it shows."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

pytestmark = pytest.mark.slow


class Refs(HTMLParser):
    """The links, anchors and images of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.ids.add(named.get("id") or "")
        if tag == "a" and named.get("name"):
            self.ids.add(named["name"])
        self.links += [named[key] for key in ("href", "src") if named.get(key)]
        if tag == "img":
            self.images.append(named)


def broken(pages: dict[Path, Refs]) -> list[str]:
    """Return the links that lead nowhere, as "page: link"."""
    found = []
    for page, refs in pages.items():
        for link in refs.links:
            address, anchor = urldefrag(link)
            parts = urlsplit(address)
            if parts.scheme or parts.netloc or anchor.startswith("widget="):
                continue  # another site, or a preset that a widget reads
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            known = pages.get(target)
            if not target.is_file() or (anchor and known and unquote(anchor) not in known.ids):
                found.append(f"{page.name}: {link}")
    return found


@pytest.fixture(scope="module")
def pages(book, page_names) -> dict[Path, Refs]:
    """Return every page of the book, read."""
    return {book / name: Refs((book / name).read_text(encoding="utf-8")) for name in page_names}


def test_links_and_anchors_resolve(pages):
    assert not broken(pages)


def test_broken_links_are_seen(tmp_path):
    page = tmp_path / "a.html"
    page.write_text('<p id="here"><a href="#gone">x</a><a href="b.html">y</a><a href="#here">z</a>')
    assert broken({page: Refs(page.read_text())}) == ["a.html: #gone", "a.html: b.html"]


def test_images_have_alternative_text(pages):
    silent = [
        f"{page.name}: {image.get('src')}"
        for page, refs in pages.items()
        for image in refs.images
        if not image.get("alt") and "logo" not in (image.get("src") or "")
    ]
    assert not silent
