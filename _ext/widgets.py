"""Show the book's widgets without a kernel, and fail the build on a view that cannot be shown.

MyST-NB writes the state of all widgets into a page, and a script for each view. This extension

- keeps of the state what the page needs: the models that are shown, and each module once;
- has ``assets/widget-loader.js`` bring them to life, in place of scripts from other hosts;
- puts a frame around each view that reserves its height, and a still figure with the text
  alternative in it for readers without scripts;
- warns, so that a strict build fails, where the loader would have nothing to show.
"""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

from helpers.widgets._base import SEAM

LOGGER = logging.getLogger(__name__)

STATE_KEY = "ipywidgets_state"
_VIEW = re.compile(
    r'<script type="application/vnd\.jupyter\.widget-view\+json">(?P<view>.*?)</script>', re.DOTALL
)
#: What only a kernel's front end needs.
_KERNEL_ONLY = frozenset({"layout", "tabbable", "tooltip"})
_LOADER_KEYS = ("ipywidgets_0",)
#: Stands before the first view. Widgets say how high they are in columns of 672 and of 350 px, the
#: widths at 1280 and at 390 px; in between, two plots of 6:5 side by side or stacked set the slope.
HEAD = (
    "<style>.nj-view{{container-type:inline-size}}"
    ".nj-view>div{{min-height:calc(var(--wide) + .42*(min(100cqw,672px) - 672px))}}"
    "@container (max-width:575px){{"
    ".nj-view>div{{min-height:calc(var(--narrow) + 1.67*(100cqw - 350px))}}}}</style>"
    '<script type="application/vnd.jupyter.widget-state+json">{state}</script>'
)
_NOTE = "This figure moves and answers where scripts are allowed."


def problem_with(model_id: str, models: dict[str, Any]) -> str | None:
    """Say why the loader cannot show a view of this model, or None if it can.

    Parameters
    ----------
    model_id : str
        What the view refers to.
    models : dict
        The saved state of the page's widgets, by the id of the model.

    Examples
    --------
    >>> problem_with("m", {})
    'its state was not saved: was the chapter executed to the end?'
    >>> problem_with("m", {"m": {"model_name": "IntSliderModel", "state": {}}})
    'IntSliderModel is not an anywidget: without a kernel the page cannot show it'
    """
    if model_id not in models:
        return "its state was not saved: was the chapter executed to the end?"
    state = models[model_id].get("state", {})
    if models[model_id].get("model_module") != "anywidget" or not state.get("_esm"):
        name = models[model_id].get("model_name", "the model")
        return f"{name} is not an anywidget: without a kernel the page cannot show it"
    linked = [k for k, v in state.items() if k not in _KERNEL_ONLY and "IPY_MODEL_" in str(v)]
    linked = [name for name in linked if not name.startswith("_")]
    if linked:
        return f"its trait {linked[0]} is another widget, which the loader does not support"
    if not str(state.get("alt", "")).strip():
        return "it has no alt: say what there is to see and what to look for"
    return None


def slim(models: dict[str, Any], shown: list[str]) -> dict[str, Any]:
    """Return what the page needs: the shown models, and each part of a module once.

    Parameters
    ----------
    models : dict
        The saved state of the page's widgets.
    shown : list of str
        Ids of the models that have views.

    Returns
    -------
    dict
        ``parts``, a list of texts; and ``models``, where ``esm`` and ``css`` are lists
        of indices into it, ``state`` holds the traits, ``buffers`` the binary ones.

    Examples
    --------
    >>> page = slim({"m": {"state": {"_esm": "a", "w": 1.0, "layout": "…"}}}, ["m"])
    >>> page["parts"], page["models"]["m"]
    (['a'], {'esm': [0], 'css': [], 'state': {'w': 1.0}})
    """
    parts: list[str] = []

    def refer(text: str) -> list[int]:
        pieces = [piece for piece in text.split(SEAM) if piece.strip()]
        parts.extend(piece for piece in pieces if piece not in parts)
        return [parts.index(piece) for piece in pieces]

    kept = {}
    for model_id in dict.fromkeys(shown):
        state = models[model_id]["state"]
        traits = {k: v for k, v in state.items() if k[0] != "_" and k not in _KERNEL_ONLY}
        kept[model_id] = {
            "esm": refer(state["_esm"]),
            "css": refer(state.get("_css", "")),
            "state": traits,
        }
        if buffers := models[model_id].get("buffers"):
            kept[model_id]["buffers"] = buffers
    return {"parts": parts, "models": kept}


def script_safe(value: Any) -> str:
    """Return JSON in which nothing can end or open a script."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def frame(view: nodes.raw, state: dict[str, Any], still: nodes.image | None) -> list[nodes.Node]:
    """Return the nodes that stand for a view: its frame, its script, its still figure."""
    wide, narrow = state.get("height") or (0, 0)
    start = f'<div class="nj-view"><div style="--wide:{wide}px;--narrow:{narrow}px">'
    script = view.astext()
    alt = state["alt"]
    picture: list[nodes.Node] = [nodes.raw(text=f"<p>{escape(alt)}</p>", format="html")]
    if still is not None:
        copy = still.deepcopy()
        copy["alt"] = still["alt"] = alt
        picture = [copy]
    return [
        nodes.raw(text=f"{start}{script}<noscript>", format="html"),
        *picture,
        nodes.raw(text=f"<p>{_NOTE}</p></noscript></div></div>", format="html"),
    ]


def _still_of(view: nodes.raw) -> nodes.image | None:
    """Return the picture that came with a view, as another type of the same output."""
    bundle = view.parent.parent
    if bundle is None or bundle.get("nb_element") != "mime_bundle":
        return None
    return next(iter(bundle.findall(nodes.image)), None)


def prepare(app: Sphinx, doctree: nodes.document) -> None:
    """Check and frame the views of a chapter, and keep of the state what they need."""
    docname = app.env.docname
    files = NbMetadataCollector.get_js_files(app.env, docname)
    _, options = files.get(STATE_KEY, (None, {}))
    models = json.loads(options.get("body", "{}")).get("state", {})
    found = []
    for node in list(doctree.findall(nodes.raw)):
        match = _VIEW.fullmatch(node.astext().strip())
        if match is None:
            continue
        model_id = json.loads(match["view"]).get("model_id", "")
        if problem := problem_with(model_id, models):
            LOGGER.warning(
                "a widget of this chapter cannot be shown: %s",
                problem,
                location=node,
                type="widgets",
            )
            continue
        found.append((node, model_id))
    for node, model_id in found:
        framed = frame(node, models[model_id]["state"], _still_of(node))
        if node is found[0][0]:
            state = script_safe(slim(models, [shown for _, shown in found]))
            framed.insert(0, nodes.raw(text=HEAD.format(state=state), format="html"))
        node.parent.replace(node, framed)
    # The state now stands in the page itself. Where nothing is shown, nothing is loaded.
    for key in [key for key in files if key == STATE_KEY or (not found and key in _LOADER_KEYS)]:
        del files[key]


def check_page(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Warn about a view that came into the page by another way than a cell's output."""
    body = context.get("body") or ""
    views = len(_VIEW.findall(body))
    if doctree is not None and views != body.count('<div class="nj-view">'):
        LOGGER.warning(
            "a widget of this chapter cannot be shown: display it as the output of a cell, "
            "it cannot be glued",
            location=page,
            type="widgets",
        )


def use_loader(app: Sphinx, config: Config) -> None:
    """Load our own script on pages with widgets, in place of MyST-NB's from other hosts."""
    config.nb_ipywidgets_js = {"widget-loader.js": {"async": "async"}}


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.connect("config-inited", use_loader)
    # Before Sphinx collects the images, so that the stills are among them.
    app.connect("doctree-read", prepare, priority=300)
    app.connect("html-page-context", check_page)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
