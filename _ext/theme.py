"""Mend the theme: lighter pages, accessible controls, everything served by the site itself.

Jupyter Book sets the theme to ``sphinx_book_theme`` and that stays: it supplies the data of a
page. Its frame is replaced by ``_templates/layout.html``, its styles by ``assets/book.css`` and
its scripts by ``assets/book.js``, so a page carries a twentieth of what the theme's would. This
extension

- leaves out the style sheets and scripts that extensions add and the page does not need;
- folds ``:class: dropdown`` admonitions into ``<details>``, which needs no script;
- makes the cover the site's ``index.html``, in place of a redirect.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

#: Style sheets and scripts that our own replace: the theme's, and those of extensions.
REPLACED = (
    "basic.css",
    "clipboard.min.js",
    "copybutton.css",
    "copybutton.js",
    "design-tabs.js",
    "doctools.js",
    "documentation_options.js",
    "exercise.css",
    "mystnb.*.css",
    "proof.css",
    "scripts/*.js",
    "sphinx-thebe.*",
    "sphinx_highlight.js",
    "styles/*.css",
    "togglebutton.*",
)

#: Inline scripts that configure those.
REPLACED_INLINE = ("DOCUMENTATION_OPTIONS", "THEBE", "toggle")

#: Files that a page needs only when its HTML holds the text beside them.
NEEDED_BY = {
    "katex.min.css": 'class="katex',
    "sphinx-design.min.css": 'class="sd-',
}

#: What the theme and extensions copy into the site and no page uses.
UNUSED = (
    # styles, scripts and fonts of the theme
    *("basic.css", "locales", "scripts", "styles", "vendor", "*webpack-macros.html"),
    # of extensions: copying, folding, running cells, boxes, tabs
    *("check-solid.svg", "clipboard.min.js", "copy-button.svg", "copybutton*", "togglebutton.*"),
    *("sphinx-thebe.*", "mystnb.*.css", "exercise.css", "proof.css", "design-tabs.js", "images"),
    # of Sphinx's own theme
    *("file.png", "minus.png", "plus.png", "play-solid.svg"),
)


class Folds(HTMLParser):
    """Find the ``dropdown`` admonitions of a page: where each begins, and where its title ends.

    The positions refer to the text that was fed, so everything else stays byte for byte.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.line_starts = [0] + [at.end() for at in re.finditer("\n", html)]
        self.edits: list[tuple[int, int, str]] = []
        self._open: list[bool] = []  # one entry per open <div>: is it a fold?
        self._wants_title = False
        self._in_title = False
        self.feed(html)

    def _here(self) -> int:
        line, column = self.getpos()
        return self.line_starts[line - 1] + column

    def _replace(self, old: str, new: str) -> None:
        self.edits.append((self._here(), self._here() + len(old), new))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag_text = self.get_starttag_text() or ""
        classes = (dict(attrs).get("class") or "").split()
        if tag == "div":
            fold = {"admonition", "dropdown"} <= set(classes)
            self._open.append(fold)
            if fold:
                self._wants_title = True
                self._replace(tag_text, "<details" + tag_text.removeprefix("<div"))
        elif tag == "p" and self._wants_title and "admonition-title" in classes:
            self._wants_title, self._in_title = False, True
            self._replace(tag_text, "<summary" + tag_text.removeprefix("<p"))
        elif tag == "a" and self._in_title:  # a control within a control cannot be reached
            self._replace(tag_text, "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self._open and self._open.pop():
            self._replace("</div>", "</details>")
        elif tag == "p" and self._in_title:
            self._in_title = False
            self._replace("</p>", "</summary>")
        elif tag == "a" and self._in_title:
            self._replace("</a>", "")


def fold(html: str) -> str:
    """Return the page with its ``dropdown`` admonitions as ``<details>``.

    Examples
    --------
    >>> fold('<div class="admonition dropdown"><p class="admonition-title">A</p>b</div>')
    '<details class="admonition dropdown"><summary class="admonition-title">A</summary>b</details>'
    """
    for start, end, new in reversed(Folds(html).edits):
        html = html[:start] + new + html[end:]
    return html


def mend(html: str) -> str:
    """Return the text of a page with what its extensions get wrong put right."""
    # The label hides what the summary says, and speaks of "content" where it says "source".
    html = html.replace('<summary aria-label="Toggle hidden content">', "<summary>")
    # An entry of a role="list" is a list item; docutils' role for it is deprecated.
    html = html.replace('role="doc-biblioentry"', 'role="listitem"')
    # The corner above row titles is no heading of anything.
    html = re.sub(r'<th class="head( stub)?"><p></p></th>', "<td></td>", html)
    # Colours that rich (Keras' summaries) writes into its output suit neither colour mode.
    html = re.sub(r' style="color: (#\w{6}); text-decoration-color: \1"', "", html)
    # Running cells through thebe would need a server of others.
    html = re.sub(r'<script type="text/x-thebe-config">.*?</script>\s*', "", html, flags=re.DOTALL)
    return fold(html)


def contents(toctree: Callable[..., str], sections: str) -> str:
    """Return the book's table of contents, with the sections of the current page in it.

    Parameters
    ----------
    toctree : callable
        The function that Sphinx gives to templates.
    sections : str
        The current page's own table of contents, as HTML.
    """
    html = toctree(maxdepth=1, includehidden=True, titles_only=True) or ""
    html = re.sub(r'<p[^>]*class="caption"[^>]*>', '<p class="caption">', html)
    here = re.compile(r'<a class="current reference internal"(.*?</a>)')
    return here.sub(rf'<a aria-current="page"\1{outline(sections)}', html)


def outline(sections: str) -> str:
    """Return the first level below the title of a page's table of contents, or nothing."""
    kept, depth = [], 0
    for part in re.split(r"(</?ul>)", sections):
        depth += part == "<ul>"
        if depth == 2:
            kept.append(part)
        depth -= part == "</ul>"
    return "".join(kept)


def _needed(asset: Any, body: str) -> bool:
    """Tell whether a page with this text needs this style sheet or script."""
    if not asset.filename:
        return not any(word in str(asset.attributes.get("body")) for word in REPLACED_INLINE)
    path = Path(str(asset.filename).split("?")[0].removeprefix("_static/"))
    if any(path.match(pattern) for pattern in REPLACED):
        return False
    return NEEDED_BY.get(path.name, "") in body


def prepare_page(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Mend the text of a page and choose what it loads."""
    body = context["body"] = mend(context.get("body") or "")
    context["book_contents"] = contents(context["toctree"], context.get("toc") or "")
    for kind in ("css_files", "script_files"):
        context[kind] = [asset for asset in context[kind] if _needed(asset, body)]


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Put the cover at the site's address, and remove what no page uses."""
    if exception is not None or app.builder.name != "html":
        return
    site = Path(app.outdir)
    for path in [path for pattern in UNUSED for path in (site / "_static").glob(pattern)]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    cover = site / f"{app.config.root_doc}.html"
    if cover.name != "index.html":
        aside = site / "index.html.new"
        shutil.copyfile(cover, aside)
        aside.replace(site / "index.html")


def digest() -> str:
    """Return a short digest of the extensions that write pages."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    # A changed extension must rewrite every page, as a changed template does.
    app.add_config_value("frame_digest", digest(), "html", types=(str,))
    app.add_css_file("book.css", priority=900)
    app.add_js_file("book.js", loading_method="defer")
    app.connect("html-page-context", prepare_page, priority=900)
    app.connect("build-finished", finish, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
