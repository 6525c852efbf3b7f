"""Each construct of a chapter, lowered to Markdown: one tiny page each, one build for all."""

import io
import re
import sys
from typing import ClassVar

import nbformat
import pytest
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.docutils import docutils_namespace, patch_docutils

from helpers.colab.markdown import (
    CodeCell,
    UnknownConstructError,
    escape,
    expand_macros,
    write_markdown,
)

BOOK = "https://a.github.io/b/"
HEADER = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# Title

"""
CELL = "\n\n```{code-cell} ipython3\nx = 1\n```\n"
CONFIG = """
extensions = ["myst_nb", "sphinx_exercise", "sphinx_proof", "sphinx_design",
              "sphinx_togglebutton", "sphinxcontrib.bibtex", "sphinx_book_theme", "_ext.colab"]
html_title = "Tiny"
numfig = True
nb_execution_mode = "off"
bibtex_bibfiles = ["references.bib"]
bibtex_reference_style = "author_year"
myst_enable_extensions = ["dollarmath", "amsmath", "deflist", "fieldlist", "colon_fence"]
exclude_patterns = ["_build"]


def setup(app):
    app.add_config_value("katex_macros", {}, "env")  # as _ext/mathematics.py does


katex_macros = {r"\\R": r"\\mathbb{R}", r"\\vec": r"\\boldsymbol{#1}"}
"""
BIBLIOGRAPHY = """
@article{rosenblatt1958, author={Frank Rosenblatt}, title={The perceptron},
  journal={Psychological Review}, year={1958}, volume={65}, pages={386--408}}
@book{legendre1805, author={Adrien-Marie Legendre}, title={M\\'ethodes}, publisher={Didot},
  year={1805}}
"""
OTHER = """(sec-other)=
# Other

$$ a = b $$ (eq:other)

```{glossary}
weight
  A number.
```
"""

# Each: name, MyST, Markdown. «n» is the page's number, so its first figure is «n».1.
CONSTRUCTS = [
    ("plain", "One *two* **three** `four`\nfive.", "One *two* **three** `four` five."),
    ("escaped", r"5 \* 3, \$2, a\_b, \[c\], a < b.", r"5 \* 3, \$2, a_b, \[c\], a &lt; b."),
    ("line_start", "1\\. no list", "1\\. no list"),
    ("backticks", "``a`b``", "``a`b``"),
    ("inline_math", "Let $x_i$ and {math}`y`.", "Let $x_i$ and $y$."),
    ("macros", r"$x \in \R$, $\vec{x}$.", r"$x \in {\mathbb{R}}$, ${\boldsymbol{x}}$."),
    ("math", "$$\nL = 1 % why\n$$", "$$L = 1$$"),
    ("math_label", "$$ L = 1 $$ (eq:mse)", r"$$L = 1 \tag{«n».1}$$"),
    ("math_directive", "```{math}\n:label: eq:d\nz = 1\n```", r"$$z = 1 \tag{«n».1}$$"),
    (
        "math_lines",
        "$$\na &= b \\\\\nc &= d\n$$",
        r"$$\begin{aligned} a &= b \\ c &= d \end{aligned}$$",
    ),
    (
        "amsmath",
        "\\begin{align}\np &= q\n\\end{align}",
        r"$$\begin{aligned} p &= q \end{aligned} \tag{«n».1}$$",
    ),
    (
        "matrix_keeps_its_lines",
        "$$\n\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}\n$$",
        r"$$\begin{pmatrix} 1 \\ 2 \end{pmatrix}$$",
    ),
    (
        "eq",
        "$$ L = 1 $$ (eq:here)\n\nSee {eq}`eq:here`.",
        "$$L = 1 \\tag{«n».1}$$\n\nSee [(«n».1)](«page»#equation-eq-here).",
    ),
    ("eq_elsewhere", "{eq}`eq:other`", f"[(1.1)]({BOOK}chapters/other.html#equation-eq-other)"),
    (
        "numref",
        "{numref}`fig-n`, {numref}`Figure %s <fig-n>`\n\n"
        "```{figure} pic.svg\n:name: fig-n\n\nC.\n```",
        "[Fig. «n».1](«page»#fig-n), [Figure «n».1](«page»#fig-n)\n\n"
        f"![]({BOOK}_images/pic.svg)\n\n**Fig. «n».1.** C.",
    ),
    ("ref", "{ref}`sec-other`", f"[Other]({BOOK}chapters/other.html#sec-other)"),
    ("ref_words", "{ref}`words <sec-other>`", f"[words]({BOOK}chapters/other.html#sec-other)"),
    ("doc", "{doc}`other`", f"[Other]({BOOK}chapters/other.html)"),
    ("markdown_link", "[there](other.md)", f"[there]({BOOK}chapters/other.html)"),
    ("term", "{term}`weights <weight>`", f"[weights]({BOOK}chapters/other.html#term-weight)"),
    ("any", "{any}`sec-other`", f"[Other]({BOOK}chapters/other.html#sec-other)"),
    (
        "inner_link",
        "[below](#low)\n\n(low)=\n## Low",
        "[below](«page»#low)\n\n## Low",
    ),
    ("outer_link", "[x](https://x.y/a_(b))", "[x](https://x.y/a_%28b%29)"),
    (
        "cite_p",
        "A {cite:p}`rosenblatt1958`.",
        f"A \\[[Rosenblatt, 1958]({BOOK}chapters/bib.html#id2)\\].\n\n## References\n\n"
        "- Frank Rosenblatt. The perceptron. *Psychological Review*, 65:386–408, 1958.",
    ),
    (
        "cite_t",
        "{cite:t}`legendre1805`",
        f"Legendre \\[[1805]({BOOK}chapters/bib.html#id3)\\]\n\n## References\n\n"
        "- Adrien-Marie Legendre. *Méthodes*. Didot, 1805.",
    ),
    (
        "footnote",
        "A[^a].\n\n[^a]: The *note*.",
        "A<sup>1</sup>.\n\n<sup>1</sup> The *note*.",
    ),
    ("download", "{download}`code.py`", f"[`code.py`]({BOOK}_downloads/«hash»/code.py)"),
    ("subscript", "H{sub}`2`O m{sup}`2`", "H<sub>2</sub>O m<sup>2</sup>"),
    ("keyboard", "{kbd}`Ctrl+C`", "<kbd>Ctrl+C</kbd>"),
    ("abbreviation", "{abbr}`MSE (mean error)`", '<abbr title="mean error">MSE</abbr>'),
    ("guilabel", "{guilabel}`Run`", "**Run**"),
    ("badge", "{bdg}`new`", "**new**"),
    ("raw_inline", "A <b>c</b>.", "A <b>c</b>."),
    ("raw_block", "<div>\n<p>x</p>\n</div>", "<div>\n<p>x</p>\n</div>"),
    ("raw_script", "Keep.\n\n```{raw} html\n<script>x()</script>\n```", "Keep."),
    ("raw_latex", "Keep.\n\n```{raw} latex\n\\newpage\n```", "Keep."),
    ("comment_target_index", "% no\n\n(t)=\nKeep.\n\n```{index} foo\n```", "Keep."),
    ("transition", "a\n\n---\n\nb", "a\n\n---\n\nb"),
    ("hard_break", "a\\\nb", "a<br /> b"),
    ("headings", "## Two\n\n### Three", "## Two\n\n### Three"),
    ("bullets", "- a\n- b\n  - c\n    - d", "- a\n- b\n  - c\n    - d"),
    ("numbers", "3. a\n4. b\n   - c", "3. a\n4. b\n   - c"),
    ("loose_list", "- a\n\n  b\n- c", "- a\n\n  b\n\n- c"),
    ("definitions", "Term\n: One\n\n  Two", "- **Term**: One\n\n  Two"),
    (
        "glossary",
        "```{glossary}\nbias\n  A shift.\n\nepoch\n  A pass.\n```",
        "- **bias**: A shift.\n- **epoch**: A pass.",
    ),
    ("fields", ":time: an hour\n:needs: nothing", "- **time**: an hour\n- **needs**: nothing"),
    ("quote", "> one\n>\n> two", "> one\n>\n> two"),
    ("epigraph", "```{epigraph}\nWords.\n\n-- Ada\n```", "> Words.\n>\n> — Ada"),
    ("lines", "```{eval-rst}\n| a\n| b\n```", "a<br>\nb"),
    ("rubric", "```{rubric} Small\n```", "**Small**"),
    ("topic", "```{topic} T\nBody.\n```", "> **T**\n>\n> Body."),
    ("code", "```python\ny = 2\n```", "```python\ny = 2\n```"),
    (
        "code_block",
        "```{code-block} python\n:caption: Cap\nx = 1\n```",
        "**Listing «n».1.** Cap\n\n```python\nx = 1\n```",
    ),
    (
        "literalinclude",
        "```{literalinclude} code.py\n:pyobject: f\n```",
        "```python\ndef f():\n    return 1\n```",
    ),
    ("code_with_fence", "````text\n```\n````", "````\n```\n````"),
    ("image", "![alt](pic.svg)", f"![alt]({BOOK}_images/pic.svg)"),
    (
        "image_width",
        '```{image} pic.svg\n:alt: a "b"\n:width: 50%\n```',
        f'<img src="{BOOK}_images/pic.svg" alt="a &quot;b&quot;" width="50%">',
    ),
    ("image_remote", "![a](https://x.y/z.png)", "![a](https://x.y/z.png)"),
    (
        "image_dark",
        "```{image} pic.svg\n:alt: l\n:class: only-light\n```\n\n"
        "```{image} pic.svg\n:alt: d\n:class: only-dark\n```",
        f"![l]({BOOK}_images/pic.svg)",
    ),
    (
        "figure",
        "```{figure} pic.svg\n:alt: A square.\n\nCaption $x$.\n\nLegend.\n```",
        f"![A square.]({BOOK}_images/pic.svg)\n\n**Fig. «n».1.** Caption $x$.\n\nLegend.",
    ),
    (
        "table",
        "```{table} Cap\n| a | b | c |\n|---|:-:|--:|\n| 1 | $|x|$ | `p\\|q` |\n```".replace(
            "$|x|$", "$\\vert x$"
        ),
        "**Table «n».1.** Cap\n\n| a | b | c |\n| --- | :-: | --: |\n| 1 | $\\vert x$ | `p\\|q` |",
    ),
    (
        "list_table",
        "```{list-table} LT\n:header-rows: 1\n* - A\n  - B\n* - $|x|$\n  - 1 | 2\n```",
        "**Table «n».1.** LT\n\n| A | B |\n| --- | --- |\n| $\\vert x\\vert $ | 1 \\| 2 |",
    ),
    (
        "table_without_head",
        "```{list-table}\n* - A\n  - - one\n    - two\n```",
        "|  |  |\n| --- | --- |\n| A | • one<br>• two |",
    ),
    (
        "csv_table",
        '```{csv-table}\n:header: x, y\n\n1, "a, b"\n```',
        "| x | y |\n| --- | --- |\n| 1 | a, b |",
    ),
    *(
        (f"admonition_{kind}", f"```{{{kind}}}\nBody.\n```", f"> **{word}**\n>\n> Body.")
        for kind, word in [
            ("note", "Note"),
            ("tip", "Tip"),
            ("hint", "Hint"),
            ("important", "Important"),
            ("warning", "Warning"),
            ("caution", "Caution"),
            ("attention", "Attention"),
            ("danger", "Danger"),
            ("error", "Error"),
            ("seealso", "See also"),
        ]
    ),
    (
        "admonition_titled",
        "```{admonition} My *title* $x$\n:class: tip\nOne.\n\n$$a$$\n\n- two\n```",
        "> **My *title* $x$**\n>\n> One.\n>\n> $$a$$\n>\n> - two",
    ),
    (
        "admonition_folded",
        "```{admonition} A *b* < $c$\n:class: dropdown\nHidden.\n```",
        "<details>\n<summary><b>A b &lt; $c$</b></summary>\n\nHidden.\n\n</details>",
    ),
    (
        "dropdown",
        "~~~{dropdown} More `b`\nInside $x$.\n~~~",
        "<details>\n<summary><b>More <code>b</code></b></summary>\n\nInside $x$.\n\n</details>",
    ),
    (
        "toggle",
        "```{toggle}\nInside.\n```",
        "<details>\n<summary><b>Show</b></summary>\n\nInside.\n\n</details>",
    ),
    ("margin", "```{margin} Aside\nText.\n```", "> **Aside**\n>\n> Text."),
    ("margin_untitled", "```{margin}\nText.\n```", "> Text."),
    ("sidebar", "```{sidebar} Side\nText.\n```", "> **Side**\n>\n> Text."),
    (
        "tabs",
        "````{tab-set}\n```{tab-item} One\nT1\n```\n```{tab-item} Two\nT2\n```\n````",
        "**One**\n\nT1\n\n**Two**\n\nT2",
    ),
    (
        "cards",
        "````{grid} 2\n```{grid-item-card} Go\n:link: https://a.b\nBody.\n```\n"
        "```{grid-item-card} Stay\nHere.\n```\n````",
        "> **[Go](https://a.b)**\n>\n> Body.\n\n> **Stay**\n>\n> Here.",
    ),
    (
        "card_to_page",
        "```{card} Read\n:link: sec-other\n:link-type: ref\nBody.\n```",
        f"> **[Read]({BOOK}chapters/other.html#sec-other)**\n>\n> Body.",
    ),
    (
        "button",
        "```{button-ref} sec-other\nGo\n```",
        f"[Go]({BOOK}chapters/other.html#sec-other)",
    ),
    (
        "exercise",
        "```{exercise} Try\n:label: ex-a\nDo it.\n```\n\nSee {ref}`ex-a`.",
        "> **Exercise «n».1 (Try)**\n>\n> Do it.\n\nSee [Exercise «n».1](«page»#ex-a).",
    ),
    (
        "exercise_unnumbered",
        "```{exercise}\n:label: ex-u\n:nonumber:\nDo it.\n```",
        "> **Exercise**\n>\n> Do it.",
    ),
    (
        "solution",
        "```{exercise}\n:label: ex-s\nDo it.\n```\n\n```{solution} ex-s\nSo.\n```",
        "> **Exercise «n».1**\n>\n> Do it.\n\n<details>\n"
        "<summary><b>Solution to Exercise «n».1</b></summary>\n\nSo.\n\n</details>",
    ),
    *(
        (
            f"proof_{kind}",
            f"```{{prf:{kind}}} Name\n:label: l-{kind}\nText $x$.\n```",
            f"> **{kind.title()} «n».1 (Name)**\n>\n> Text $x$.",
        )
        for kind in ["theorem", "lemma", "definition", "corollary", "algorithm", "remark"]
    ),
    (
        "proof_unnumbered",
        "```{prf:axiom} Name\n:label: l-ax\n:nonumber:\nText.\n```",
        "> **Axiom (Name)**\n>\n> Text.",
    ),
    ("proof", "```{prf:proof}\nBecause.\n```", "> Proof. Because."),
    ("only_pages", "Keep.\n\n```{only} html\nGone.\n```", "Keep."),
    ("contents", "Keep.\n\n```{contents}\n:local:\n```", "Keep."),
    ("toctree", "Keep.\n\n```{toctree}\nsub\n```", "Keep."),
]
SOURCES = {name: source for name, source, _ in CONSTRUCTS}


def build(folder, pages):
    """Write the notebooks of a book of pages; return the Markdown of each without its frame."""
    source, out = folder / "source", folder / "out"
    chapters = source / "chapters"
    chapters.mkdir(parents=True)
    (source / "_config.yml").write_text("repository: {url: 'https://github.com/a/b'}\n")
    (source / "conf.py").write_text(CONFIG)
    (source / "references.bib").write_text(BIBLIOGRAPHY)
    (chapters / "pic.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    (chapters / "code.py").write_text("def f():\n    return 1\n\n\ndef g():\n    return 2\n")
    (chapters / "other.md").write_text(OTHER)
    (chapters / "sub.md").write_text("# Sub\n")
    (chapters / "bib.md").write_text("# Bib\n\n```{bibliography}\n```\n")
    order = "\n".join(f"chapters/{name}" for name in ["other", *pages, "bib"])
    (source / "index.md").write_text(f"# Book\n\n```{{toctree}}\n:numbered: 1\n{order}\n```\n")
    for name, text in pages.items():
        (chapters / f"{name}.md").write_text(HEADER + text + CELL)
    with patch_docutils(source), docutils_namespace():
        app = Sphinx(
            source,
            source,
            out,
            folder / "doctrees",
            "notebooks",
            status=io.StringIO(),
            warning=io.StringIO(),
        )
        app.build(force_all=True)
    return {name: nbformat.read(out / f"chapters/{name}.ipynb", 4) for name in pages}


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("GITHUB_REPOSITORY", raising=False)
        patch.setattr(sys, "dont_write_bytecode", True)
        return build(tmp_path_factory.mktemp("book"), SOURCES)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    return tmp_path


def markdown(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


@pytest.mark.parametrize(
    ("name", "expected"), [(n, e) for n, _, e in CONSTRUCTS], ids=list(SOURCES)
)
def test_construct(notebooks, name, expected):
    number = str(list(SOURCES).index(name) + 2)
    expected = expected.replace("«n»", number).replace("«page»", f"{BOOK}chapters/{name}.html")
    title, origin, body = (markdown(notebooks[name]) + "\n\n").split("\n\n", 2)
    assert title == "# Title"
    assert f"[Read it in the book]({BOOK}chapters/{name}.html)" in origin
    assert re.sub("[0-9a-f]{32}", "«hash»", body.strip()) == expected


def test_code_cells_keep_code_tags_and_order_and_have_no_outputs(folder):
    text = (
        "Before.\n\n```{code-cell} ipython3\n:tags: [hide-input, other]\na = 1\n```\n\nBetween.\n\n"
        "```{code-cell} ipython3\n:tags: [remove-cell]\nb = 2\n```\n\n"
        "```{code-cell} ipython3\nc = 3\n```\n\n## After\n"
    )
    cells = build(folder, {"page": text})["page"].cells
    assert [(cell.cell_type, cell.source) for cell in cells[2:]] == [
        ("code", "a = 1"),
        ("markdown", "Between."),
        ("code", "b = 2"),
        ("code", "c = 3"),
        ("markdown", "## After"),
        ("code", "x = 1"),
    ]
    assert cells[0].id == "setup"
    assert cells[2].metadata.tags == ["hide-input", "other"]
    assert cells[2].metadata.jupyter == {"source_hidden": True}
    assert cells[4].metadata.tags == ["remove-cell"]
    assert cells[5].metadata == {}
    assert all(
        c.outputs == [] and c.execution_count is None for c in cells if c.cell_type == "code"
    )


def test_code_cell_in_an_exercise_stands_between_its_texts(folder):
    text = (
        "````{exercise-start}\n:label: gated\n````\nDo this.\n\n"
        "```{code-cell} ipython3\na = 1\n```\n\nThen that.\n\n````{exercise-end}\n````\n"
    )
    cells = build(folder, {"page": text})["page"].cells
    assert cells[1].source.endswith("**Exercise 2.1**\n\nDo this.")
    assert [cell.source for cell in cells[2:]] == ["a = 1", "Then that.", "x = 1"]


def test_same_book_gives_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    written = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        written.append(build(tmp_path / name, {"page": "Text."})["page"])
    assert written[0] == written[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("```{raw} html\n<iframe src='x'></iframe>\n```", "raw HTML .* '<iframe'"),
        ("<p onclick='x()'>y</p>", "raw HTML"),
        ("```{py:function} f(x)\n```", "<desc>"),
        (
            "```{eval-rst}\n+---+---+\n| a | b |\n|   +---+\n|   | c |\n+---+---+\n```",
            "spans several",
        ),
    ],
)
def test_what_cannot_be_lowered_fails_and_names_chapter_and_node(folder, text, message):
    with pytest.raises(SphinxError, match=rf"chapter 'chapters/page' holds .*{message}"):
        build(folder, {"page": text})


def test_failed_build_leaves_the_old_notebooks(folder):
    build(folder, {"page": "Text."})
    (folder / "out/keep.ipynb").write_text("old")
    (folder / "source").rename(folder / "old")
    with pytest.raises(SphinxError):
        build(folder, {"page": "```{py:function} f(x)\n```"})
    assert (folder / "out/keep.ipynb").read_text() == "old"
    assert not (folder / "out.partial").exists()
    assert (folder / "out/chapters/page.ipynb").is_file()


class strange(nodes.General, nodes.Element):
    """A node of an extension that this module does not know."""


def test_unknown_node_fails_unless_it_says_what_to_write():
    with pytest.raises(UnknownConstructError, match=r"<strange> that begins 'hello'"):
        write_markdown(nodes.section("", strange("", nodes.Text("hello"))), None)
    told = nodes.section("", strange("", nodes.Text("hello"), colab="*Hello*"))
    assert write_markdown(told, None) == ["*Hello*"]
    silent = nodes.section("", strange("", colab=""))
    assert write_markdown(silent, None) == []


def test_unknown_admonition_fails():
    class todo(nodes.Admonition, nodes.Element):
        pass

    with pytest.raises(UnknownConstructError, match="<todo>"):
        write_markdown(nodes.section("", todo("", nodes.paragraph("", "x"))), None)


def test_code_cell_in_a_list_fails():
    cell = nodes.container(nb_element="cell_code", cell_index=1)
    tree = nodes.section("", nodes.bullet_list("", nodes.list_item("", cell)))
    with pytest.raises(UnknownConstructError, match="a code cell inside a list"):
        write_markdown(tree, None)


class Book:
    """Stands for the book in tests of single nodes."""

    macros: ClassVar = {}

    def image(self, node):
        return f"https://b/_images/{node['uri']}"

    def number(self, kind, node):
        return "3"

    def numbered(self, kind, number):
        return f"Fig. {number}"


def test_glued_text_and_figure():
    text = nodes.paragraph("", "It is ", nodes.inline("", "3.25", classes=["pasted-text"]))
    figure = nodes.figure("", nodes.image(uri="h.svg", alt="A"), nodes.caption("", "C"))
    assert write_markdown(nodes.section("", text, figure), Book()) == [
        "It is 3.25",
        "![A](https://b/_images/h.svg)",
        "**Fig. 3.** C",
    ]


def test_caption_of_a_figure_that_a_cell_draws_follows_the_cell():
    figure = nodes.figure("", nodes.image(uri="h.svg"), nodes.caption("", "What is seen."))
    output = nodes.container("", figure, nb_element="cell_code_output")
    cell = nodes.container("", output, nb_element="cell_code", cell_index=4)
    assert write_markdown(nodes.section("", cell), Book()) == [
        CodeCell(4),
        "**Fig. 3.** What is seen.",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*a* [b] `c` ~ \\", r"\*a\* \[b\] \`c\` \~ \\"),
        ("x_1 _y_", r"x_1 \_y\_"),
        ("R&D &amp; &#60; <b>", "R&D &amp;amp; &amp;#60; &lt;b>"),
        ("$3", r"\$3"),
    ],
)
def test_escape(text, expected):
    assert escape(text) == expected


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"\R^n \Rx", r"{\mathbb{R}}^n \Rx"),
        (r"\norm{a_{1}}", r"{\lVert a_{1} \rVert}"),
        (r"\norm x + \norm\R", r"{\lVert x \rVert} + {\lVert {\mathbb{R}} \rVert}"),
    ],
)
def test_expand_macros(tex, expected):
    macros = {r"\R": r"\mathbb{R}", r"\norm": r"\lVert #1 \rVert"}
    assert expand_macros(tex, macros) == expected


@pytest.mark.parametrize(
    ("tex", "macros", "message"),
    [
        (r"\a", {r"\a": r"\a"}, "calls itself"),
        (r"\a", {r"\a": "#1"}, "without its argument"),
        (r"\a{x", {r"\a": "#1"}, "open brace"),
    ],
)
def test_bad_macro_fails(tex, macros, message):
    with pytest.raises(UnknownConstructError, match=message):
        expand_macros(tex, macros)
