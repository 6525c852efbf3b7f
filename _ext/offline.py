"""Let a reader who visited the book once read all of it offline."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
