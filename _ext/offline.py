"""Let a reader who visited the book once read all of it offline.

The build writes ``service-worker.js`` at the root of the site: ``assets/service-worker.js`` with
the list of all files that pages use, each with a digest, so that a new build fetches only what
it changed. ``assets/book.js`` registers it; from disk (``file://``) there is none, nor need.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sphinx.application import Sphinx

NAME = "service-worker.js"

#: What pages are made of. Sources, notebooks and data sets are downloads and stay online.
KINDS = {".html", ".css", ".js", ".mjs", ".svg", ".png", ".jpg", ".gif", ".webp", ".woff2"}


def files_to_keep(site: Path) -> dict[str, str]:
    """Return the address of each file of the site that pages use, with its digest.

    Parameters
    ----------
    site : pathlib.Path
        The folder of the built book.
    """
    kept = {}
    for path in sorted(site.rglob("*")):
        address = path.relative_to(site).as_posix()
        if path.suffix in KINDS and not address.startswith("_sources/") and address != NAME:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
            kept[quote(address)] = digest
    return kept


def write_service_worker(site: Path, template: str) -> None:
    """Write the service worker of a built book.

    Parameters
    ----------
    site : pathlib.Path
        The folder of the built book.
    template : str
        The worker, with an empty list of files.

    Raises
    ------
    ValueError
        When the template has no place for the list.
    """
    empty = "const FILES = {};"
    if template.count(empty) != 1:
        raise ValueError(f"{NAME} must hold {empty!r} once, and does not")
    listed = json.dumps(files_to_keep(site), indent=0, separators=(",", ":"))
    aside = site / f"{NAME}.new"
    aside.write_text(template.replace(empty, f"const FILES = {listed};"), encoding="utf-8")
    aside.replace(site / NAME)


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write the service worker when everything else is in place."""
    if exception is not None or app.builder.name != "html":
        return
    site = Path(app.outdir)
    published = site / "_static" / NAME  # where Sphinx copied it, with all assets
    template = published.read_text(encoding="utf-8")
    published.unlink()
    write_service_worker(site, template)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.connect("build-finished", finish, priority=950)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
