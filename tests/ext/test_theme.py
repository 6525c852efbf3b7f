"""The frame of a page, its mathematics, and the list of what is kept for reading offline."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from _ext import mathematics, theme
from _ext.figures import DARK
from _ext.offline import files_to_keep, write_service_worker
from helpers.plot import COLOURS

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"


# ---- folding ----


def test_fold_keeps_everything_but_the_tags_byte_for_byte():
    page = (
        '<div class="cell"><p>α &lt; β</p></div>\n'
        '<div class="dropdown admonition" id="a">\n<p class="admonition-title">'
        'Solution to <a href="#b">Exercise 1</a></p>\n'
        '<div class="section"><p class="admonition-title">inner</p></div></div>\n<p>after</p>'
    )
    assert theme.fold(page) == (
        '<div class="cell"><p>α &lt; β</p></div>\n'
        '<details class="dropdown admonition" id="a">\n<summary class="admonition-title">'
        "Solution to Exercise 1</summary>\n"
        '<div class="section"><p class="admonition-title">inner</p></div></details>\n<p>after</p>'
    )


def test_fold_nests():
    box = '<div class="admonition dropdown"><p class="admonition-title">{}</p>{}</div>'
    folded = theme.fold(box.format("outer", box.format("inner", "text")))
    assert folded.count("<details") == folded.count("</details>") == 2
    assert folded.count("<summary") == folded.count("</summary>") == 2


def test_plain_admonitions_stay():
    page = '<div class="admonition"><p class="admonition-title">Note</p></div>'
    assert theme.mend(page) == page


def test_mend_puts_right_what_extensions_get_wrong():
    assert theme.mend('<summary aria-label="Toggle hidden content">') == "<summary>"
    assert theme.mend('<div role="doc-biblioentry">') == '<div role="listitem">'
    assert theme.mend('<th class="head stub"><p></p></th>') == "<td></td>"
    coloured = '<span style="color: #00d7ff; text-decoration-color: #00d7ff">None</span>'
    assert theme.mend(coloured) == "<span>None</span>"
    thebe = '<p>a</p><script type="text/x-thebe-config">\n{}\n</script>\n'
    assert theme.mend(thebe) == "<p>a</p>"


def test_outline_keeps_the_first_level_only():
    toc = (
        '<ul>\n<li><a href="#">Title</a><ul>\n<li><a href="#a">A</a><ul>\n'
        '<li><a href="#deep">Deep</a></li>\n</ul>\n</li>\n<li><a href="#b">B</a></li>\n</ul>\n'
        "</li>\n</ul>\n"
    )
    outline = theme.outline(toc)
    assert re.findall(r'href="(.*?)"', outline) == ["#a", "#b"]
    assert outline.count("<ul>") == outline.count("</ul>") == 1
    assert theme.outline("<ul>\n<li><a>Title</a></li>\n</ul>\n") == ""


# ---- colours ----


def _variables(block: str) -> dict[str, str]:
    return dict(re.findall(r"--colour-(\w+): (#[0-9a-f]{6});", block))


def test_style_sheet_and_figures_use_one_palette():
    css = (ASSETS / "book.css").read_text()
    light, dark = re.findall(r"\{\s*color-scheme: (?:light|dark);(.*?)\}", css, re.DOTALL)
    assert COLOURS.items() <= _variables(light).items()
    assert DARK.items() <= _variables(dark).items()
    assert _variables(light).keys() == _variables(dark).keys()


# ---- mathematics ----


@pytest.fixture(scope="module")
def renderer():
    """Return KaTeX, with a macro."""
    renderer = mathematics.Renderer({"\\target": "\\hat{y}"})
    yield renderer
    renderer.close()


def test_vendored_style_sheet_belongs_to_the_katex_that_renders():
    script = mathematics.find_katex().read_text()
    renders = re.search(r'version:"([\d.]+)"', script)[1]
    css = (ASSETS / "katex" / "katex.min.css").read_text()
    styles = re.search(r'\.katex-version:after\{content:"([\d.]+)"\}', css)[1]
    assert styles == renders, (
        f"sphinxcontrib-katex renders with KaTeX {renders}, assets/katex is of {styles}: replace "
        f"katex.min.css, fonts/*.woff2 and LICENSE by those of npm's katex@{renders}"
    )


def test_every_font_of_the_style_sheet_is_there():
    css = (ASSETS / "katex" / "katex.min.css").read_text()
    fonts = set(re.findall(r"url\((fonts/[\w-]+\.woff2)\)", css))
    assert fonts == {f"fonts/{path.name}" for path in (ASSETS / "katex" / "fonts").iterdir()}


def test_formula_carries_mathml_and_knows_the_books_macros(renderer):
    html = renderer.render(r"\target = wx", False)
    assert "<math" in html
    assert 'aria-hidden="true"' in html
    assert '<mover accent="true"><mi>y</mi>' in html


def test_formula_that_cannot_be_read_is_an_error(renderer):
    with pytest.raises(mathematics.FormulaError, match="Undefined control sequence"):
        renderer.render(r"\nosuchmacro", True)
    assert "<math" in renderer.render("x", True), "an error must not stop the next formula"


@pytest.mark.parametrize("latex", ["x", "x\ny", r"\text{naïve “quotes”}", "x" * 10_000])
def test_formula_may_be_anything_that_fits_in_a_line(renderer, latex):
    assert "<math" in renderer.render(latex, False)


def test_node_is_found_without_path(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert Path(mathematics.find_node()).is_file()


# ---- offline ----


def test_service_worker_lists_what_pages_use(tmp_path):
    for name in ("index.html", "chapters/a b.html", "_static/x.css", "_images/f.svg"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    for name in ("_sources/intro.md.html", "objects.inv", "service-worker.js", "data.npz"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    kept = files_to_keep(tmp_path)
    assert set(kept) == {"index.html", "chapters/a%20b.html", "_static/x.css", "_images/f.svg"}
    assert kept["index.html"] == hashlib.sha256(b"index.html").hexdigest()[:12]

    write_service_worker(tmp_path, (ASSETS / "service-worker.js").read_text())
    worker = (tmp_path / "service-worker.js").read_text()
    assert json.loads(re.search(r"const FILES = (\{.*?\});", worker, re.DOTALL)[1]) == kept


def test_service_worker_without_a_place_for_the_list_is_refused(tmp_path):
    with pytest.raises(ValueError, match="const FILES"):
        write_service_worker(tmp_path, "")
