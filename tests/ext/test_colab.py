"""The Sphinx side of the notebooks: buttons, and notebooks beside the pages."""

import io
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from _ext.colab import add_buttons
from helpers.colab import setup_cell_source

CHAPTER = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# Line

```{note}
Read.
```

```{only} html
Only on the page.
```

```{code-cell} ipython3
1
```
"""
CONFIG = """
extensions = ["myst_nb", "sphinx_book_theme", "_ext.repository", "_ext.colab"]
html_theme = "sphinx_book_theme"
nb_execution_mode = "off"
exclude_patterns = ["_build", "**/*.ipynb"]
"""
COLAB = "https://colab.research.google.com/github/a/b/blob/colab/"


@pytest.fixture
def book(tmp_path, monkeypatch):
    """The sources of a book with a chapter, an appendix and an exercise."""
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    monkeypatch.setenv("GITHUB_SHA", "c0ffee")
    source = tmp_path / "source"
    for folder in ("chapters", "exercises/line"):
        (source / folder).mkdir(parents=True)
    (source / "_config.yml").write_text("repository: {url: 'https://github.com/a/b'}\n")
    (source / "conf.py").write_text(CONFIG)
    toc = "chapters/line\nchapters/glossary\nexercises/line"
    (source / "index.md").write_text(f"# Book\n\n```{{toctree}}\n{toc}\n```\n")
    (source / "chapters/line.md").write_text(CHAPTER)
    (source / "chapters/glossary.md").write_text("# Glossary\n")
    (source / "exercises/line.md").write_text("# Exercise\n")
    notebook = new_notebook(cells=[new_code_cell(setup_cell_source())])
    nbformat.write(notebook, source / "exercises/line/line.ipynb")
    return source


def buttons_of(book, page, existing=()):
    """Return what a page's template gets."""
    builder = SimpleNamespace(get_target_uri=lambda name: f"{name}.html")
    app = SimpleNamespace(srcdir=str(book), confdir=str(book), builder=builder)
    context = {"header_buttons": list(existing)}
    add_buttons(app, page, "page.html", context, object())
    return context


def test_chapter_opens_its_own_notebook(book):
    context = buttons_of(book, "chapters/line")
    assert context["colab_url"] == COLAB + "chapters/line.ipynb"
    assert context["notebook_url"] == "../notebooks/chapters/line.ipynb"
    launch, download = context["header_buttons"]
    assert (launch["text"], launch["url"]) == ("Colab", COLAB + "chapters/line.ipynb")
    assert launch["label"] == "launch-colab"
    assert download["url"] == "../notebooks/chapters/line.ipynb"


def test_exercise_opens_the_released_notebook(book):
    context = buttons_of(book, "exercises/line")
    assert context["colab_url"] == COLAB + "exercises/line/line.ipynb"
    assert context["notebook_url"] == "../notebooks/exercises/line/line.ipynb"


@pytest.mark.parametrize("page", ["chapters/glossary", "index", "search", "genindex"])
def test_page_without_notebook_has_no_button(book, page):
    assert buttons_of(book, page) == {"header_buttons": []}


def test_fork_opens_its_own_notebook(book, monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "ada/course")
    address = buttons_of(book, "chapters/line")["colab_url"]
    assert address.startswith("https://colab.research.google.com/github/ada/course/blob/colab/")


def test_gitlab_has_the_download_but_no_colab_button(book, monkeypatch):
    monkeypatch.setenv("CI_PROJECT_URL", "https://gitlab.com/a/b")
    context = buttons_of(book, "chapters/line")
    assert context["colab_url"] is None
    assert [button["label"] for button in context["header_buttons"]] == ["download-notebook-button"]


def test_download_menu_offers_the_plain_notebook_first(book):
    executed = {"label": "download-notebook-button", "url": "_sources/line.ipynb"}
    text = {"label": "download-source-button", "url": "_sources/line.md"}
    menu = {"label": "download-buttons", "buttons": [executed, text]}
    group, launch = buttons_of(book, "chapters/line", [menu])["header_buttons"]
    assert [b["url"] for b in group["buttons"]] == ["../notebooks/chapters/line.ipynb", text["url"]]
    assert launch["label"] == "launch-colab"


@pytest.fixture
def pages(book, tmp_path):
    """The pages of the book, built."""
    out = tmp_path / "html"
    quiet = {"status": io.StringIO(), "warning": io.StringIO()}
    with patch_docutils(book), docutils_namespace():
        app = Sphinx(book, book, out, tmp_path / "doctrees", "html", **quiet)
        app.build()
    assert app.statuscode == 0, quiet["warning"].getvalue()
    assert app.builder.name == "html"
    assert app.tags.has("html")
    assert not app.tags.has("notebooks")
    return out


@pytest.mark.slow
def test_notebooks_stand_beside_the_pages(pages):
    found = sorted(
        p.relative_to(pages / "notebooks").as_posix()
        for p in pages.rglob("*.ipynb")
        if "notebooks" in p.parts
    )
    assert found == ["chapters/line.ipynb", "exercises/line/line.ipynb"]
    chapter = nbformat.read(pages / "notebooks/chapters/line.ipynb", 4)
    assert chapter.cells[0].source == setup_cell_source("c0ffee")
    assert chapter.cells[1].source.endswith("> **Note**\n>\n> Read.")
    exercise = nbformat.read(pages / "notebooks/exercises/line/line.ipynb", 4)
    assert exercise.cells[0].source == setup_cell_source("c0ffee")


@pytest.mark.slow
def test_page_links_its_notebook_and_the_repository(pages):
    page = (pages / "chapters/line.html").read_text()
    assert "Only on the page." in page
    assert f'href="{COLAB}chapters/line.ipynb"' in page
    assert 'href="../notebooks/chapters/line.ipynb"' in page
    assert '<link rel="canonical" href="https://a.github.io/b/chapters/line.html"' in page
    assert COLAB not in (pages / "chapters/glossary.html").read_text()
