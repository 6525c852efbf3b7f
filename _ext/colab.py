"""Write each chapter as a plain notebook, and point the page's buttons at it.

The builder ``notebooks`` writes them for ``make colab`` (:mod:`helpers.colab` lays them out in
``_build/colab``). A build of the pages writes the same notebooks into its folder ``notebooks/``,
for the download button, so a reader without a network has them too.

A directive that cannot be written as plain Markdown fails the build
(see :mod:`helpers.colab.markdown` for how an extension tells what to write).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urljoin

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.config import Config
from sphinx.errors import SphinxError
from sphinx.util import logging
from sphinx.util.display import status_iterator
from sphinx.util.math import get_node_equation_number
from sphinx.util.osutil import relative_uri
from sphinx.util.tags import Tags

from helpers.colab import Repository, notebook_path, repository
from helpers.colab.markdown import Block, UnknownConstructError, write_markdown
from helpers.colab.notebook import make_notebook, write_notebook
from helpers.colab.publish import write_pinned

LOGGER = logging.getLogger(__name__)
#: The folder of the published book that holds the notebooks.
FOLDER = "notebooks"
# Outputs are glued into the text only; the pictures come before their descriptions.
MIME_TYPES = [
    "image/svg+xml", "image/png", "image/jpeg", "image/gif", "text/html", "text/markdown",
    "text/latex", "text/plain", "application/javascript",
    "application/vnd.jupyter.widget-view+json",
]  # fmt: skip


class ColabError(SphinxError):
    """A chapter cannot be written as a plain notebook."""

    category = "Colab notebook"


class NotebookBuilder(Builder):
    """Write a plain notebook for every page with code."""

    name = "notebooks"
    format = "notebooks"
    epilog = "The notebooks are in %(outdir)s."
    supported_image_types = MIME_TYPES[:4]
    supported_remote_images = True
    supported_data_uri_images = True

    def init(self) -> None:
        """Find the addresses once, and choose what ``only`` directives show."""
        # Tags of our own, since they remember each condition that the pages' builder asked.
        pages = {"html", "format_html", "builder_html"}
        self.tags = Tags((set(self.app.tags) - pages) | {self.name})
        self.repository = repository(Path(self.confdir))

    def get_outdated_docs(self) -> list[str]:
        """Return every page with code: writing is quick, and numbers may have changed."""
        return chapters(self.env)

    def get_target_uri(self, docname: str, typ: str | None = None) -> str:
        """Return the address of a page, within the published book."""
        return f"{quote(docname)}.html"

    def get_relative_uri(self, from_: str, to: str, typ: str | None = None) -> str:
        """Return the absolute address of a page: a notebook is read far from the book."""
        return self.repository.page_url(to)

    def prepare_writing(self, docnames: set[str]) -> None:
        """Nothing to prepare."""

    def write(self, *_: Any) -> None:
        """Write all the notebooks aside, then put them in place of the old ones."""
        aside = Path(f"{self.outdir}.partial")
        shutil.rmtree(aside, ignore_errors=True)
        names = chapters(self.env)
        try:
            aside.mkdir(parents=True)
            for docname in status_iterator(names, "writing notebooks... ", "darkgreen", len(names)):
                self.write_doc_to(aside, docname)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        shutil.rmtree(self.outdir, ignore_errors=True)
        aside.replace(self.outdir)

    def write_doc_to(self, folder: Path, docname: str) -> None:
        """Write one chapter's notebook below a folder."""
        tree = self.env.get_and_resolve_doctree(docname, self)
        self.post_process_images(tree)
        book = SphinxBook(self, docname)
        try:
            blocks = write_markdown(tree, book)
            blocks += reference_list(self, docname, book)
        except UnknownConstructError as error:
            raise ColabError(
                f"chapter {docname!r} holds {error}, which cannot be written as plain Markdown "
                "for a notebook; use another construct, or give its node an attribute 'colab' "
                "(see helpers/colab/markdown.py)"
            ) from error
        notebook = make_notebook(
            with_origin(blocks, self.repository.page_url(docname), self.config.html_title),
            source_cells(self.env, docname),
            ref=self.repository.commit or None,
            name=docname,
        )
        write_notebook(folder / f"{docname}.ipynb", notebook)

    def finish(self) -> None:
        """Nothing is left to do."""


class SphinxBook:
    """Answers the Markdown writer's questions from Sphinx' environment."""

    def __init__(self, builder: NotebookBuilder, docname: str) -> None:
        self.builder = builder
        self.docname = docname
        self.repository: Repository = builder.repository
        self.macros = getattr(builder.config, "katex_macros", None) or {}

    def link(self, node: nodes.Element) -> str:
        """Return the absolute address that a reference points at."""
        page = self.repository.page_url(self.docname)
        if "refid" in node:
            return f"{page}#{node['refid']}"
        uri = node.get("refuri", "")
        if uri.startswith("#"):
            return page + uri
        return urljoin(page, uri) if uri else page

    def image(self, node: nodes.Element) -> str:
        """Return the address of an image in the published book."""
        uri = node["uri"]
        if uri.startswith(("http://", "https://", "data:")):
            return uri
        name = self.builder.images.get(uri)
        if name is None:
            raise UnknownConstructError(f"the image {uri!r}, whose file is missing")
        return f"{self.repository.pages_url}_images/{quote(name)}"

    def download(self, node: nodes.Element) -> str:
        """Return the address of a file to download from the published book."""
        if "filename" in node:
            return f"{self.repository.pages_url}_downloads/{quote(node['filename'])}"
        return node.get("refuri") or self.repository.page_url(self.docname)

    def number(self, kind: str, node: nodes.Element) -> str:
        """Return a node's number as the page shows it."""
        numbers = self.builder.env.toc_fignumbers.get(self.docname, {})
        if kind == "displaymath":
            builder = SimpleNamespace(name="html", config=self.builder.config, fignumbers=numbers)
            return str(get_node_equation_number(SimpleNamespace(builder=builder), node) or "")
        ids = [*node["ids"], ""]
        return ".".join(map(str, numbers.get(kind, {}).get(ids[0], ())))

    def numbered(self, kind: str, number: str) -> str:
        """Return a number with its word."""
        return self.builder.config.numfig_format[kind] % number


def chapters(env: Any) -> list[str]:
    """Return the pages with code, in alphabetical order."""
    root = Path(env.srcdir)
    return [
        name
        for name in sorted(env.found_docs)
        if not name.startswith("exercises/") and notebook_path(name, root)
    ]


def source_cells(env: Any, docname: str) -> list[nbformat.NotebookNode]:
    """Return the cells of a chapter's source, numbered as in its document tree."""
    from myst_nb.core.read import create_nb_reader

    path = env.doc2path(docname)
    text = Path(path).read_text(encoding="utf-8")
    reader = create_nb_reader(path, env.myst_config, env.mystnb_config, text)
    if reader is None:
        raise ColabError(
            f"chapter {docname!r} has code cells but no 'jupytext' header, so it is not read as "
            "a notebook; begin it like the other chapters"
        )
    return reader.read(text).cells


def with_origin(blocks: list[Block], page: str, title: str) -> list[Block]:
    """Say under a notebook's title where it comes from."""
    origin = f"*A chapter of {title}. [Read it in the book]({page}), with its widgets and links.*"
    if blocks and isinstance(blocks[0], str) and blocks[0].startswith("# "):
        return [blocks[0], origin, *blocks[1:]]
    return [origin, *blocks]


def reference_list(builder: NotebookBuilder, docname: str, book: SphinxBook) -> list[Block]:
    """Return the heading and the list of what a chapter cites."""
    if "cite" not in builder.env.domains:
        return []
    domain: Any = builder.env.get_domain("cite")
    cited = {t.key for r in domain.citation_refs if r.docname == docname for t in r.targets}
    entries = {c.key: c.formatted_entry for c in domain.citations if c.key in cited}
    items = [
        nodes.list_item("", nodes.paragraph("", "", *entry.text.render(domain.backend)))
        for entry in entries.values()
    ]
    if not items:
        return []
    return [
        "## References",
        *write_markdown(nodes.container("", nodes.bullet_list("", *items)), book),
    ]


# -- the pages' own build ----------------------------------------------------------------------


@contextmanager
def in_place_of(app: Sphinx, builder: Builder) -> Iterator[None]:
    """Let a second builder resolve the trees; transforms ask the application which one runs."""
    pages_builder = app.builder
    app.builder = builder
    try:
        yield
    finally:
        app.builder = pages_builder


def write_beside_pages(app: Sphinx, error: Exception | None) -> None:
    """Write the notebooks into the folder of the pages, once those are written."""
    if error is not None or app.builder.name != "html":
        return
    tags = set(app.tags)
    builder = NotebookBuilder(app, app.env)
    for tag in set(app.tags) - tags:
        app.tags.remove(tag)
    builder.outdir = type(app.outdir)(Path(app.outdir) / FOLDER)
    with in_place_of(app, builder):
        builder.init()
        builder.write()
    for source in sorted(Path(app.srcdir, "exercises").glob("*/*.ipynb")):
        target = Path(builder.outdir, "exercises", source.parent.name, source.name)
        try:
            write_pinned(source, target, builder.repository.commit or None)
        except ValueError as problem:
            raise ColabError(str(problem)) from problem


def add_buttons(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], tree: nodes.document | None
) -> None:
    """Give a page with a notebook its Colab button and its download button."""
    root = Path(app.srcdir)
    path = notebook_path(pagename, root) if tree is not None else None
    if path is None:
        return
    book = repository(Path(app.confdir))
    here = app.builder.get_target_uri(pagename)
    context["colab_url"] = book.colab_url(path)
    context["notebook_url"] = relative_uri(here, f"{FOLDER}/{path}")
    buttons = context.setdefault("header_buttons", [])
    if context["colab_url"]:
        buttons.append(
            {
                "type": "link",
                "text": "Colab",
                "tooltip": "Open this page in Colab",
                "icon": "fas fa-rocket",
                "url": context["colab_url"],
                "label": "launch-colab",
            }
        )
    add_download(buttons, context["notebook_url"])


def add_download(buttons: list[dict[str, Any]], url: str) -> None:
    """Put the plain notebook first in the theme's download menu."""
    entry = {
        "type": "link",
        "url": url,
        "text": ".ipynb",
        "icon": "fas fa-code",
        "tooltip": "Download notebook file",
        "label": "download-notebook-button",
    }
    for group in buttons:
        if group.get("label") == "download-buttons":
            others = [b for b in group["buttons"] if b.get("label") != entry["label"]]
            group["buttons"] = [entry, *others]
            return
    buttons.append(entry)


def choose_outputs(app: Sphinx, config: Config) -> None:
    """Tell MyST-NB which form of a glued output a notebook shows."""
    ours = [("notebooks", kind, 10 * place) for place, kind in enumerate(MIME_TYPES, 1)]
    config.nb_mime_priority_overrides = [*config.nb_mime_priority_overrides, *ours]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.add_builder(NotebookBuilder)
    app.connect("config-inited", choose_outputs)
    app.connect("html-page-context", add_buttons, priority=800)  # after the theme's own buttons
    app.connect("build-finished", write_beside_pages)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
