"""The first cell of every notebook: it installs ``helpers`` where that is missing."""

from __future__ import annotations

from typing import Any

from helpers.colab.address import repository

__all__ = ["is_setup_cell", "setup_cell_metadata", "setup_cell_source"]

_TITLE = "# @title Set-up: run this cell first"

# Plain ranges, no --upgrade: pip then leaves alone what Colab brings (NumPy, TensorFlow, …).
_SOURCE = """\
{title}
# It installs the book's library where that is missing, as in Colab. Elsewhere it does nothing.
import importlib.util
import sys

if importlib.util.find_spec("helpers") is None:
    import subprocess

    source = "{source}"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*pip, "neurons-to-jets @ " + source], capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stderr[-2000:])
        raise RuntimeError(
            "The book's library could not be installed. Check the network connection, then run "
            "this cell again. It comes from " + source
        )
    importlib.invalidate_caches()
if "google.colab" in sys.modules:
    from google.colab import output

    output.enable_custom_widget_manager()  # the book's widgets need it"""


def setup_cell_source(ref: str | None = None) -> str:
    """Return the code of the set-up cell of a chapter's or an exercise's notebook.

    Parameters
    ----------
    ref : str, optional
        The commit, tag or branch whose ``helpers`` the notebook needs; the default branch
        when left out.

    Examples
    --------
    >>> "archive/c0ffee.zip" in setup_cell_source("c0ffee")
    True
    """
    return _SOURCE.format(title=_TITLE, source=repository().archive_url(ref))


def setup_cell_metadata() -> dict[str, Any]:
    """Return the set-up cell's metadata: folded in Colab and in JupyterLab, with its tag."""
    return {"cellView": "form", "jupyter": {"source_hidden": True}, "tags": ["setup"]}


def is_setup_cell(source: str) -> bool:
    """Tell whether a cell's source is a set-up cell's, whatever version it installs."""
    return source.startswith(_TITLE)
