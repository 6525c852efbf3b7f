r"""Lower a resolved document tree to Markdown that any notebook viewer shows.

The tree comes from Sphinx, after cross-references, numbers and citations are settled; so what
the notebook says is what the page says. Only what every viewer (Colab, JupyterLab, VS Code,
GitHub) understands is written: headings, lists, pipe tables, quotes, fenced code, ``$…$`` and
``$$…$$`` with ``\tag``, and a little HTML (``<details>``, ``<sup>``, ``<kbd>`` …).

An extension of the book that makes a node of its own gives it an attribute ``colab``: the
Markdown to write in its place (empty to leave it out). Any other unknown node is an error.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from docutils import nodes

__all__ = ["Book", "CodeCell", "UnknownConstructError", "escape", "expand_macros", "write_markdown"]


class UnknownConstructError(ValueError):
    """A chapter holds a construct that cannot be written as plain Markdown."""


@dataclass(frozen=True)
class CodeCell:
    """The place of a code cell among the Markdown blocks; its code is read from the source."""

    index: int


class Book(Protocol):
    """What the writer asks the book about: numbers, addresses and TeX macros."""

    macros: Mapping[str, str]

    def link(self, node: nodes.Element) -> str:
        """Return the absolute address that a reference points at, or ``""``."""

    def image(self, node: nodes.Element) -> str:
        """Return the absolute address of an image."""

    def download(self, node: nodes.Element) -> str:
        """Return the absolute address of a file to download."""

    def number(self, kind: str, node: nodes.Element) -> str:
        """Return a numbered node's number, or ``""``; kinds are those of ``numfig_format``."""

    def numbered(self, kind: str, number: str) -> str:
        """Return a number with its word, such as ``Fig. 1``."""


Block = str | CodeCell

_MARKDOWN = re.compile(r"([\\`*\[\]$~])")
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_LINE_START = re.compile(r"^([>+-](?=\s|$)|#+(?=\s)|=+$|-{3,}$)")

#: Titles of the admonitions that carry none of their own.
_KINDS = {
    "attention": "Attention",
    "caution": "Caution",
    "danger": "Danger",
    "error": "Error",
    "hint": "Hint",
    "important": "Important",
    "note": "Note",
    "seealso": "See also",
    "tip": "Tip",
    "warning": "Warning",
}
#: The proof family of sphinx-proof; each has a node class ``<name>_node``.
_THEOREMS = [
    "algorithm", "assumption", "axiom", "conjecture", "corollary", "criterion", "definition",
    "example", "lemma", "notation", "observation", "property", "proposition", "remark",
    "theorem", "unenumerable",
]  # fmt: skip
_ALIASES = {f"{name}_node": "theorem" for name in _THEOREMS}
_DARK = {"only-dark", "dark-only"}
_LANGUAGES = {"ipython3": "python", "ipython": "python", "python3": "python"}
_NO_LANGUAGE = {"default", "none", "text", "myst-ansi", "guess"}
# What notebook viewers strip or must not run: nothing a reader would miss in a notebook.
_SILENT_HTML = re.compile(r"<(script|style)\b.*?(</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_LIVE_HTML = re.compile(
    r"<\s*(iframe|object|embed|form|input|button|canvas|link|meta)\b|\son\w+\s*=|javascript:",
    re.IGNORECASE,
)


def write_markdown(tree: nodes.Element, book: Book) -> list[Block]:
    """Return a document's Markdown blocks and code cells, in reading order.

    Parameters
    ----------
    tree : docutils.nodes.Element
        A resolved document, or a part of one.
    book : Book
        Knows numbers and addresses.

    Returns
    -------
    list of str or CodeCell
        Blocks are separated by a blank line when they are joined.

    Raises
    ------
    UnknownConstructError
        When the tree holds a node that this module cannot write; the message names it.
    """
    return _Writer(book).blocks(tree.children)


def escape(text: str) -> str:
    r"""Return plain text as Markdown that shows just this text.

    Examples
    --------
    >>> print(escape("5 * x_1 costs $3 and _more_"))
    5 \* x_1 costs \$3 and \_more\_
    """
    text = _MARKDOWN.sub(r"\\\1", text)
    text = _UNDERSCORE.sub(r"\\_", text)
    return _ENTITY.sub("&amp;", text).replace("<", "&lt;")


class _Writer:
    """Writes block nodes as lists of blocks, and inline nodes as text."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.level = 0
        self.in_table = False

    # -- dispatch ------------------------------------------------------------------------

    def blocks(self, children: Iterable[nodes.Node]) -> list[Block]:
        """Return the blocks of a run of nodes; neighbouring inline nodes form one paragraph."""
        found: list[Block] = []
        loose: list[str] = []

        def close_paragraph() -> None:
            text = _plain_line("".join(loose))
            loose.clear()
            if text:
                found.append(text)

        for node in children:
            if isinstance(node, nodes.Element) and "colab" in node:
                close_paragraph()
                found.extend([node["colab"]] if node["colab"] else [])
                continue
            if _left_out(node):
                continue
            method = self._method("block", node)
            if method is None:
                loose.append(self.inline_one(node))
            else:
                close_paragraph()
                found.extend(method(node))
        close_paragraph()
        return found

    def inline(self, children: Iterable[nodes.Node]) -> str:
        """Return a run of inline nodes as Markdown on one line."""
        return "".join(self.inline_one(node) for node in children)

    def inline_one(self, node: nodes.Node) -> str:
        """Return one inline node as Markdown."""
        if isinstance(node, nodes.Element) and "colab" in node:
            return node["colab"]
        if _left_out(node):
            return ""
        method = self._method("inline", node)
        if method is None:
            raise UnknownConstructError(_describe(node))
        return method(node)

    def _method(self, context: str, node: nodes.Node) -> Callable[[Any], Any] | None:
        """Return the method for a node's class, or for the nearest class it derives from."""
        for cls in type(node).__mro__:
            name = _ALIASES.get(cls.__name__, cls.__name__)
            method = getattr(self, f"{context}_{name}", None)
            if method is not None:
                return method
        return None

    def text(self, children: Iterable[nodes.Node]) -> str:
        """Return blocks joined to one text, where no code cell can stand."""
        blocks = self.blocks(children)
        if any(isinstance(block, CodeCell) for block in blocks):
            raise UnknownConstructError("a code cell inside a list, a table, a card or a figure")
        return "\n\n".join(blocks)

    # -- sections and text ---------------------------------------------------------------

    def block_section(self, node: nodes.Element) -> list[Block]:
        titled = isinstance(node[0], nodes.title) if len(node) else False
        self.level += titled
        found = self.blocks(node.children)
        self.level -= titled
        return found

    def block_title(self, node: nodes.Element) -> list[Block]:
        return ["#" * min(self.level, 6) + " " + _plain_line(self.inline(node.children))]

    def block_subtitle(self, node: nodes.Element) -> list[Block]:
        return [f"**{self.inline(node.children)}**"]

    def block_paragraph(self, node: nodes.Element) -> list[Block]:
        text = _plain_line(self.inline(node.children))
        return [text] if text else []

    block_attribution = block_paragraph

    def block_rubric(self, node: nodes.Element) -> list[Block]:
        return [f"**{self.inline(node.children)}**"]

    block_centered = block_rubric

    def block_transition(self, node: nodes.Element) -> list[Block]:
        return [] if "footnotes" in node["classes"] else ["---"]

    def block_block_quote(self, node: nodes.Element) -> list[Block]:
        *body, last = node.children
        if isinstance(last, nodes.attribution):
            said_by = nodes.paragraph("", "— ", *last.children)
            return _quote(self.blocks([*body, said_by]))
        return _quote(self.blocks(node.children))

    def block_line_block(self, node: nodes.Element) -> list[Block]:
        return ["<br>\n".join(self._lines(node))]

    def _lines(self, node: nodes.Element, indent: str = "") -> Iterator[str]:
        for child in node.children:
            if isinstance(child, nodes.line_block):
                yield from self._lines(child, indent + "&emsp;")
            else:
                yield indent + self.inline(child.children)

    def block_compound(self, node: nodes.Element) -> list[Block]:
        if "toctree-wrapper" in node["classes"]:
            return []
        return self.blocks(node.children)

    # -- lists ---------------------------------------------------------------------------

    def block_bullet_list(self, node: nodes.Element) -> list[Block]:
        return [self._items(node, lambda position: "- ")]

    def block_enumerated_list(self, node: nodes.Element) -> list[Block]:
        start = node.get("start", 1)
        return [self._items(node, lambda position: f"{start + position}. ")]

    def _items(self, node: nodes.Element, marker: Callable[[int], str]) -> str:
        items = [self.blocks(item.children) for item in node.children]
        if any(isinstance(block, CodeCell) for item in items for block in item):
            raise UnknownConstructError("a code cell inside a list")
        loose = any(len(item) > 1 and not _is_list(item[1]) for item in items)
        texts = []
        for position, item in enumerate(items):
            body = "\n\n".join(item) if loose else "\n".join(item)
            texts.append(_hang(marker(position), body))
        return ("\n\n" if loose else "\n").join(texts)

    def block_definition_list(self, node: nodes.Element) -> list[Block]:
        items = []
        for item in node.children:
            terms = [self.inline(c.children) for c in item.children if isinstance(c, nodes.term)]
            classifiers = [
                f"*{self.inline(c.children)}*" for c in item if isinstance(c, nodes.classifier)
            ]
            head = " : ".join([", ".join(f"**{t.strip()}**" for t in terms), *classifiers])
            parts = [child for c in item if isinstance(c, nodes.definition) for child in c]
            gap = ": " if parts and isinstance(parts[0], nodes.paragraph) else "\n\n"
            body = self.text(parts)
            items.append(_hang("- ", head + gap + body if body else head))
        return ["\n".join(items)]

    def block_glossary(self, node: nodes.Element) -> list[Block]:
        return self.blocks(node.children)

    def block_field_list(self, node: nodes.Element) -> list[Block]:
        items = []
        for name, body in (field.children for field in node.children):
            text = f"**{self.inline(name.children)}**: {self.text(body.children)}"
            items.append(_hang("- ", text))
        return ["\n".join(items)]

    def block_hlist(self, node: nodes.Element) -> list[Block]:
        return [block for column in node.children for block in self.blocks(column.children)]

    # -- code, mathematics, tables, figures ------------------------------------------------

    def block_literal_block(self, node: nodes.Element) -> list[Block]:
        language = node.get("language", "")
        if language == "default" and str(node.get("source", "")).endswith(".py"):
            language = "python"  # a literalinclude that names no language
        language = "" if language in _NO_LANGUAGE else _LANGUAGES.get(language, language)
        code = node.astext().rstrip("\n")
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
        return [f"{fence}{language}\n{code}\n{fence}"]

    def block_doctest_block(self, node: nodes.Element) -> list[Block]:
        return [f"```python\n{node.astext()}\n```"]

    def block_math_block(self, node: nodes.Element) -> list[Block]:
        number = self.book.number("displaymath", node) if node.get("label") else ""
        tag = rf" \tag{{{number}}}" if number else ""
        return [f"$${_display_math(self._tex(node))}{tag}$$"]

    def _tex(self, node: nodes.Element) -> str:
        return expand_macros(node.astext(), self.book.macros)

    def block_image(self, node: nodes.Element) -> list[Block]:
        return [self.inline_image(node)]

    def block_figure(self, node: nodes.Element) -> list[Block]:
        caption = ""
        found: list[Block] = []
        for child in node.children:
            if isinstance(child, nodes.caption):
                caption = self._caption("figure", node, child)
            elif isinstance(child, nodes.legend):
                found += [block for block in (caption, *self.blocks(child.children)) if block]
                caption = ""
            else:
                found += self.blocks([child])
        return [*found, caption] if caption else found

    def _caption(self, kind: str, node: nodes.Element, caption: nodes.Element) -> str:
        """Return a caption with its number in front, as in **Fig. 1.** What is seen."""
        number = self.book.number(kind, node)
        text = _plain_line(self.inline(caption.children))
        return f"**{escape(self.book.numbered(kind, number))}.** {text}" if number else text

    def block_table(self, node: nodes.Element) -> list[Block]:
        found: list[Block] = []
        for child in node.children:
            if isinstance(child, nodes.title):
                found.append(self._caption("table", node, child))
            elif isinstance(child, nodes.tgroup):
                found.append(self._pipe_table(child))
        return found

    def _pipe_table(self, group: nodes.Element) -> str:
        columns = sum(isinstance(child, nodes.colspec) for child in group.children)
        head = [row for part in group.findall(nodes.thead) for row in part.children]
        body = [row for part in group.findall(nodes.tbody) for row in part.children]
        align = [_alignment(entry) for entry in (head or body)[0].children]
        align += ["---"] * (columns - len(align))
        rows = [self._row(row, columns) for row in head] or [[""] * columns]
        if len(rows) > 1:
            raise UnknownConstructError("a table with more than one header row")
        rows += [align, *(self._row(row, columns) for row in body)]
        return "\n".join("| " + " | ".join(row) + " |" for row in rows)

    def _row(self, row: nodes.Element, columns: int) -> list[str]:
        cells: list[str] = []
        for entry in row.children:
            if entry.get("morerows"):
                raise UnknownConstructError("a table cell that spans several rows")
            cells += [self._cell(entry)] + [""] * entry.get("morecols", 0)
        return cells + [""] * (columns - len(cells))

    def _cell(self, entry: nodes.Element) -> str:
        """Return a table cell on one line; its bars must not end it."""
        self.in_table = True
        text = self.text(entry.children)
        self.in_table = False
        if "```" in text:
            raise UnknownConstructError("a code block inside a table")
        lines = [re.sub(r"^\s*[-*] ", "• ", line) for line in text.split("\n") if line.strip()]
        return "<br>".join(lines)

    # -- boxes ---------------------------------------------------------------------------

    def block_Admonition(self, node: nodes.Element) -> list[Block]:
        """Write a box as a quote, or folded where the page folds it."""
        kind = type(node).__name__
        if kind not in _KINDS and kind not in ("admonition", "versionmodified"):
            raise UnknownConstructError(_describe(node))
        title, body = _split_title(node)
        shown = self.inline(title.children) if title else _KINDS.get(kind, "")
        return self._box(shown, title or nodes.Text(shown), body, "dropdown" in node["classes"])

    def _box(
        self, title: str, title_node: nodes.Node, body: list[nodes.Node], folded: bool
    ) -> list[Block]:
        blocks = self.blocks(body)
        title = _plain_line(title)
        if any(isinstance(block, CodeCell) for block in blocks):
            # A code cell can stand in no quote and in no fold: the title alone is kept.
            return [f"**{title}**", *blocks] if title else blocks
        if folded:
            return _details(" ".join(self._summary(title_node).split()), blocks)
        return _quote([f"**{title}**", *blocks] if title else blocks)

    def _summary(self, node: nodes.Node) -> str:
        """Return a title as HTML, since viewers read no Markdown in a summary."""
        if isinstance(node, nodes.math):
            return f"${html.escape(_one_line(self._tex(node)), quote=False)}$"
        if isinstance(node, nodes.literal):
            return f"<code>{html.escape(node.astext(), quote=False)}</code>"
        if isinstance(node, nodes.Text):
            return html.escape(str(node), quote=False)
        return "".join(map(self._summary, node.children))

    def block_sidebar(self, node: nodes.Element) -> list[Block]:
        title, body = _split_title(node)
        shown = self.inline(title.children).strip() if title else ""
        return self._box(shown, title or nodes.Text(""), body, folded=False)

    def block_topic(self, node: nodes.Element) -> list[Block]:
        return [] if "contents" in node["classes"] else self.block_sidebar(node)

    def block_exercise_enumerable_node(self, node: nodes.Element) -> list[Block]:
        number = self.book.number("exercise", node)
        return self._named_box(node, self.book.numbered("exercise", number))

    def block_exercise_node(self, node: nodes.Element) -> list[Block]:
        title, _ = _split_title(node)
        word = "" if title and title.astext().strip().startswith("Exercise") else "Exercise"
        return self._named_box(node, word)

    def block_solution_node(self, node: nodes.Element) -> list[Block]:
        title, body = _split_title(node)
        title = title or nodes.title("", "Solution")
        return self._box(self.inline(title.children), title, body, folded=True)

    def block_theorem(self, node: nodes.Element) -> list[Block]:
        kind = node.get("realtype", "")
        number = self.book.number(node.get("countertype", kind), node)
        return self._named_box(node, f"{kind.title()} {number}".strip())

    def block_proof_node(self, node: nodes.Element) -> list[Block]:
        return self.blocks(node.children)

    def _named_box(self, node: nodes.Element, name: str) -> list[Block]:
        """Write a box whose title begins with its kind and number."""
        title, body = _split_title(node)
        whole = nodes.title("", "", nodes.Text(f"{name} "), *(title.children if title else []))
        return self._box(
            self.inline(whole.children).strip(), whole, body, "dropdown" in node["classes"]
        )

    # -- containers ----------------------------------------------------------------------

    def block_container(self, node: nodes.Element) -> list[Block]:
        if node.get("nb_element") == "cell_code":
            return [CodeCell(node["cell_index"]), *self._output_captions(node)]
        if node.get("literal_block"):
            return self._listing(node)
        if "toggle" in node["classes"]:
            return self._box("Show", nodes.Text("Show"), node.children, folded=True)
        component = str(node.get("design_component", "")).replace("-", "_")
        method = getattr(self, f"design_{component}", None) if component else None
        return method(node) if method else self.blocks(node.children)

    def _output_captions(self, cell: nodes.Element) -> list[Block]:
        """Return the captions of the figures that a cell draws: the drawing is its output."""
        return [
            self._caption("figure", figure, caption)
            for figure in cell.findall(nodes.figure)
            for caption in figure.children
            if isinstance(caption, nodes.caption)
        ]

    def _listing(self, node: nodes.Element) -> list[Block]:
        caption, *rest = node.children
        return [self._caption("code-block", node, caption), *self.blocks(rest)]

    def design_dropdown(self, node: nodes.Element) -> list[Block]:
        title, *body = node.children
        title = nodes.Text("Show") if not title.astext().strip() else title
        return self._box(title.astext(), title, body, folded=True)

    def block_dropdown_main(self, node: nodes.Element) -> list[Block]:
        return self.design_dropdown(node)

    def design_tab_item(self, node: nodes.Element) -> list[Block]:
        label, content = node.children
        return [f"**{self.inline(label.children)}**", *self.blocks(content.children)]

    def design_card(self, node: nodes.Element) -> list[Block]:
        """Write a card as a quote; the link that covers it goes onto its title."""
        cover = [r for r in node.findall(nodes.reference) if "sd-stretched-link" in r["classes"]]
        link = self.book.link(cover[0]) if cover else ""
        titles = [
            c for c in node.findall(nodes.container) if c.get("design_component") == "card-title"
        ]
        for reference in cover:
            reference.parent.remove(reference)
        shown = [self.inline(t.children) for t in titles[:1]]
        for title in titles[:1]:
            title.parent.remove(title)
        if link:
            shown = [f"[{(shown or [escape(cover[0].astext())])[0]}]({_target(link)})"]
        return _quote([*(f"**{text}**" for text in shown), *self.blocks(node.children)])

    def block_PassthroughTextElement(self, node: nodes.Element) -> list[Block]:
        return self.blocks(node.children)

    # -- HTML and footnotes -----------------------------------------------------------------

    def block_raw(self, node: nodes.Element) -> list[Block]:
        # A blank line would end the HTML block in Markdown.
        text = re.sub(r"\n\s*\n", "\n", self.inline_raw(node)).strip()
        return [text] if text else []

    def inline_raw(self, node: nodes.Element) -> str:
        if "html" not in node.get("format", "").split():
            return ""
        text = _SILENT_HTML.sub("", node.astext())
        if live := _LIVE_HTML.search(text):
            raise UnknownConstructError(
                f"raw HTML that a notebook does not run: {live[0].strip()!r}"
            )
        return text

    def block_footnote(self, node: nodes.Element) -> list[Block]:
        label, *body = node.children
        return [f"<sup>{escape(label.astext())}</sup> {self.text(body)}"]

    def block_citation(self, node: nodes.Element) -> list[Block]:
        _, *body = node.children
        return [f"- {self.text(body)}"]

    # -- inline ---------------------------------------------------------------------------

    def inline_Text(self, node: nodes.Text) -> str:
        text = escape(str(node).replace("\n", " "))
        return text.replace("|", r"\|") if self.in_table else text

    def inline_emphasis(self, node: nodes.Element) -> str:
        return _wrap("*", self.inline(node.children))

    inline_title_reference = inline_emphasis
    inline_literal_emphasis = inline_emphasis

    def inline_strong(self, node: nodes.Element) -> str:
        return _wrap("**", self.inline(node.children))

    inline_literal_strong = inline_strong
    inline_sd_badge = inline_strong

    def inline_literal(self, node: nodes.Element) -> str:
        code = node.astext().replace("\n", " ")
        if "kbd" in node["classes"]:
            return f"<kbd>{html.escape(code, quote=False)}</kbd>"
        fence = "`" * (1 + max(map(len, re.findall("`+", code)), default=0))
        pad = " " if code[:1] == "`" or code[-1:] == "`" else ""
        code = code.replace("|", r"\|") if self.in_table else code
        return f"{fence}{pad}{code}{pad}{fence}"

    def inline_math(self, node: nodes.Element) -> str:
        tex = _one_line(self._tex(node))
        if self.in_table:  # a bar would end the cell, and mathematics knows no escape for it
            tex = re.sub(r"\\\|", r"\\Vert ", tex).replace("|", r"\vert ")
        return f"${tex}$"

    def inline_subscript(self, node: nodes.Element) -> str:
        return f"<sub>{self.inline(node.children)}</sub>"

    def inline_superscript(self, node: nodes.Element) -> str:
        return f"<sup>{self.inline(node.children)}</sup>"

    def inline_abbreviation(self, node: nodes.Element) -> str:
        said = html.escape(node.get("explanation", ""))
        text = self.inline(node.children)
        return f'<abbr title="{said}">{text}</abbr>' if said else text

    def inline_inline(self, node: nodes.Element) -> str:
        text = self.inline(node.children)
        return _wrap("**", text) if {"guilabel", "menuselection"} & set(node["classes"]) else text

    inline_generated = inline_inline
    inline_PassthroughTextElement = inline_inline

    def inline_reference(self, node: nodes.Element) -> str:
        link = self.book.link(node)
        text = self.inline(node.children).strip()
        return f"[{text}]({_target(link)})" if link and text else text

    inline_number_reference = inline_reference

    def inline_download_reference(self, node: nodes.Element) -> str:
        return f"[{self.inline(node.children)}]({_target(self.book.download(node))})"

    def inline_footnote_reference(self, node: nodes.Element) -> str:
        return f"<sup>{escape(node.astext())}</sup>"

    def inline_image(self, node: nodes.Element) -> str:
        alt = escape(node.get("alt", "")).replace("\n", " ")
        link = self.book.image(node)
        width = node.get("width")
        if not width:
            return f"![{alt}]({_target(link)})"
        alt = html.escape(node.get("alt", "").replace("\n", " "))
        return f'<img src="{html.escape(link)}" alt="{alt}" width="{html.escape(width)}">'


# -- helpers ------------------------------------------------------------------------------


def _left_out(node: nodes.Node) -> bool:
    """Tell whether a node shows nothing, or shows what a notebook has no use for."""
    if isinstance(node, nodes.Element) and _DARK & set(node.get("classes", ())):
        return True
    silent = {
        "HiddenCellNode",
        "comment",
        "exercise_end_node",
        "fontawesome",
        "index",
        "meta",
        "pending",
        "sd_icon",
        "solution_end_node",
        "substitution_definition",
        "target",
        "toctree",
    }
    if isinstance(node, nodes.target) and node.children:
        return False
    return type(node).__name__ in silent


def _describe(node: nodes.Node) -> str:
    """Name a node for an error message: its class and how it begins."""
    start = " ".join(node.astext().split())[:60]
    return f"<{type(node).__name__}>" + (f" that begins {start!r}" if start else "")


def _split_title(node: nodes.Element) -> tuple[nodes.Element | None, list[nodes.Node]]:
    if len(node) and isinstance(node[0], nodes.title):
        return node[0], node.children[1:]
    return None, list(node.children)


def _target(link: str) -> str:
    """Return an address that Markdown's brackets can hold."""
    return link.replace(" ", "%20").replace("(", "%28").replace(")", "%29")


def _plain_line(text: str) -> str:
    """Return a paragraph on one line that does not begin like a list or a heading."""
    text = " ".join(text.split())
    text = re.sub(r"^(\d+)(?=[.)]\s)", r"\1\\", text)
    return _LINE_START.sub(r"\\\1", text)


def _wrap(mark: str, text: str) -> str:
    """Put marks around text; Markdown wants no blank beside them on the inside."""
    core = text.strip()
    if not core:
        return text
    start, end = text.index(core), text.index(core) + len(core)
    return text[:start] + mark + core + mark + text[end:]


def _is_list(block: Block) -> bool:
    return isinstance(block, str) and re.match(r"(- |\d+\. )", block) is not None


def _hang(marker: str, body: str) -> str:
    """Return a list item: its marker, and its further lines indented under the first."""
    lines = body.split("\n")
    indent = " " * len(marker)
    rest = [indent + line if line else "" for line in lines[1:]]
    return "\n".join([(marker + lines[0]).rstrip(), *rest])


def _quote(blocks: list[Block]) -> list[Block]:
    """Return blocks as one quote; a code cell interrupts it."""
    found: list[Block] = []
    run: list[str] = []

    def close() -> None:
        if run:
            lines = "\n\n".join(run).split("\n")
            found.append("\n".join(f"> {line}".rstrip() for line in lines))
            run.clear()

    for block in blocks:
        if isinstance(block, CodeCell):
            close()
            found.append(block)
        else:
            run.append(block)
    close()
    return found


def _details(summary: str, blocks: list[Block]) -> list[Block]:
    body = "\n\n".join(str(block) for block in blocks)
    return [f"<details>\n<summary><b>{summary}</b></summary>\n\n{body}\n\n</details>"]


def _alignment(entry: nodes.Element) -> str:
    classes = set(entry.get("classes", ()))
    if "text-right" in classes:
        return "--:"
    return ":-:" if "text-center" in classes else "---"


def _one_line(tex: str) -> str:
    """Return TeX on one line, its comments left out, and no ``<`` that looks like a tag."""
    tex = re.sub(r"(?<!\\)%.*$", "", tex, flags=re.MULTILINE)
    return re.sub(r"<(?=[A-Za-z/!])", "< ", " ".join(tex.split()))


def expand_macros(tex: str, macros: Mapping[str, str]) -> str:
    r"""Return TeX with the book's own macros written out: a notebook does not know them.

    Parameters
    ----------
    tex : str
        What to expand.
    macros : Mapping of str to str
        As KaTeX takes them: ``{r"\vec": r"\boldsymbol{#1}"}``.

    Raises
    ------
    UnknownConstructError
        When a macro misses an argument or calls itself.

    Examples
    --------
    >>> print(expand_macros(r"x \in \R^n", {r"\R": r"\mathbb{R}"}))
    x \in {\mathbb{R}}^n
    """
    if not macros:
        return tex
    names = "|".join(re.escape(name.lstrip("\\")) for name in macros)
    pattern = re.compile(rf"\\({names})(?![A-Za-z])")
    for _ in range(50):
        found = pattern.search(tex)
        if found is None:
            return tex
        name = "\\" + found[1]
        body = macros.get(name) or macros[found[1]]
        rest = tex[found.end() :]
        for number in range(1, max(map(int, re.findall(r"#(\d)", body)), default=0) + 1):
            argument, rest = _argument(rest, name)
            body = body.replace(f"#{number}", argument)
        tex = f"{tex[: found.start()]}{{{body}}}{rest}"
    raise UnknownConstructError(f"a TeX macro that calls itself, in {tex[:60]!r}")


def _argument(tex: str, macro: str) -> tuple[str, str]:
    """Split TeX after its first argument: a group in braces, a command or a sign."""
    tex = tex.lstrip()
    if not tex.startswith("{"):
        found = re.match(r"\\[A-Za-z]+|\\?.", tex)
        if found is None:
            raise UnknownConstructError(f"the TeX macro {macro} without its argument")
        return found[0], tex[found.end() :]
    depth = 0
    for place, sign in enumerate(tex):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if depth == 0:
            return tex[1:place], tex[place + 1 :]
    raise UnknownConstructError(f"the TeX macro {macro} with an open brace")


def _display_math(tex: str) -> str:
    r"""Return a displayed equation that MathJax and KaTeX both number with ``\tag``.

    The environments that number by themselves become their inner forms; several lines
    without an environment are aligned, as Sphinx does it.
    """
    tex = _one_line(re.sub(r"\\label\{[^}]*\}", "", tex))
    for outer, inner in (("align", "aligned"), ("gather", "gathered"), ("alignat", "alignedat")):
        tex = re.sub(rf"\\(begin|end)\{{{outer}\*?\}}", rf"\\\1{{{inner}}}", tex)
    tex = re.sub(r"\\(begin|end)\{(equation|multline)\*?\}", "", tex).strip()
    if _breaks_outside_environments(tex):
        tex = rf"\begin{{aligned}} {tex} \end{{aligned}}"
    return tex


def _breaks_outside_environments(tex: str) -> bool:
    depth = 0
    for token in re.findall(r"\\begin\b|\\end\b|\\\\", tex):
        depth += {r"\begin": 1, r"\end": -1}.get(token, 0)
        if token == r"\\" and depth == 0:
            return True
    return False
