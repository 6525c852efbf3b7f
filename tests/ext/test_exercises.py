"""The card of an exercise: on its page, and in a chapter."""

import json
import shutil
from pathlib import Path

import pytest
from docutils import nodes
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]
CONF = """
import sys
sys.path.insert(0, {root!r})
extensions = ["myst_nb", "_ext.exercises"]
nb_execution_mode = "off"
suppress_warnings = ["config.cache"]
"""


@pytest.fixture
def book(tmp_path):
    """A book of one chapter, and the page of its exercise."""
    source = tmp_path / "book"
    shutil.copytree(ROOT / "exercises" / "line", source / "exercises" / "line")
    (source / "chapters").mkdir()
    (source / "conf.py").write_text(CONF.format(root=str(ROOT)))
    (source / "_config.yml").write_text(
        "repository:\n  url: https://github.com/ada/course\n  branch: main\n"
    )
    (source / "index.md").write_text(
        "# Book\n\n```{toctree}\nchapters/line\nexercises/line/line\n```\n"
    )
    (source / "chapters" / "line.md").write_text("# A line\n\n```{exercise-card} line\n```\n")
    return source


def build(source, monkeypatch):
    """Build the pages; return the application and its warnings."""
    import io

    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    monkeypatch.delenv("CI_PROJECT_URL", raising=False)
    warnings = io.StringIO()
    out = source.parent / "out"
    app = Sphinx(source, source, out, out / ".doctrees", "html", status=None, warning=warnings)
    app.build()
    return app, warnings.getvalue()


def cards(app, docname):
    tree = app.env.get_doctree(docname)
    return [node for node in tree.findall(nodes.admonition) if "exercise-card" in node["classes"]]


def facts():
    from helpers.exercises import details

    return details(json.loads((ROOT / "exercises/line/line.ipynb").read_text(encoding="utf-8")))


def test_cards_say_what_the_notebook_says_and_link(book, monkeypatch):
    app, warnings = build(book, monkeypatch)
    assert warnings == ""
    known = facts()
    takes = f"{known['points']} points · {known['tasks']} tasks · about {known['minutes']} minutes"
    for docname in ("chapters/line", "exercises/line/line"):
        (card,) = cards(app, docname)
        assert takes in card.astext()

    chapter = (Path(app.outdir) / "chapters/line.html").read_text(encoding="utf-8")
    page = (Path(app.outdir) / "exercises/line/line.html").read_text(encoding="utf-8")
    colab = (
        "https://colab.research.google.com/github/ada/course/blob/colab/exercises/line/line.ipynb"
    )
    for html in (chapter, page):
        assert f'href="{colab}"' in html
    assert 'href="../exercises/line/line.html"' in chapter
    assert 'href="../../chapters/line.html"' in page
    (copied,) = Path(app.outdir).glob("_downloads/*/line.ipynb")
    assert copied.read_bytes() == (book / "exercises/line/line.ipynb").read_bytes()


def test_page_shows_the_card_in_place_of_the_line_under_the_title(book, monkeypatch):
    app, _ = build(book, monkeypatch)
    section = next(app.env.get_doctree("exercises/line/line").findall(nodes.section))
    assert isinstance(section[0], nodes.title)
    assert "exercise-card" in section[1]["classes"]
    html = (Path(app.outdir) / "exercises/line/line.html").read_text(encoding="utf-8")
    assert html.count("45 minutes") == 1
    assert "Set-up: run this cell first" not in html
    assert "NotImplementedError" in html


def test_unknown_exercise_is_named_with_the_known_ones(book, monkeypatch):
    (book / "chapters" / "line.md").write_text("# A line\n\n```{exercise-card} lines\n```\n")
    _, warnings = build(book, monkeypatch)
    assert "There is no exercise 'lines': there are line." in warnings
