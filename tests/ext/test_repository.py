"""The repository's address: written once, and a fork's own in a fork."""

import subprocess
from types import SimpleNamespace

import pytest
from sphinx.errors import ConfigError

from _ext.repository import set_addresses
from helpers.colab import Repository, colab_url, notebook_path, repository

CONFIG = "repository:\n  url: https://github.com/Neurons/Jets\n  branch: main\n"
HEADER = "---\njupytext:\n  text_representation:\n    format_name: myst\n---\n\n# Line\n\n"
CELL = "```{code-cell} ipython3\n1\n```\n"


@pytest.fixture
def book(tmp_path):
    """A folder with a configuration, outside any git checkout."""
    (tmp_path / "_config.yml").write_text(CONFIG)
    return tmp_path


def test_address_comes_from_the_configuration(book):
    found = repository(book, {})
    assert found == Repository(
        "https://github.com/Neurons/Jets", "main", "", "https://neurons.github.io/Jets/"
    )
    assert (found.owner, found.name, found.host) == ("Neurons", "Jets", "github.com")
    assert found.page_url("chapters/line") == "https://neurons.github.io/Jets/chapters/line.html"


def test_github_fork_takes_its_own_address(book):
    environ = {
        "GITHUB_REPOSITORY": "ada/course",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_SHA": "c0ffee",
    }
    fork = repository(book, environ)
    assert fork.url == "https://github.com/ada/course"
    assert fork.commit == "c0ffee"
    assert fork.pages_url == "https://ada.github.io/course/"
    assert fork.archive_url(fork.commit) == "https://github.com/ada/course/archive/c0ffee.zip"
    assert (
        fork.colab_url("chapters/line.ipynb")
        == "https://colab.research.google.com/github/ada/course/blob/colab/chapters/line.ipynb"
    )


def test_github_server_url_is_optional(book):
    assert repository(book, {"GITHUB_REPOSITORY": "a/b"}).url == "https://github.com/a/b"


def test_gitlab_fork_has_archive_and_pages_but_no_colab(book):
    environ = {
        "CI_PROJECT_URL": "https://gitlab.com/uni/physics/course",
        "CI_COMMIT_SHA": "beef",
    }
    fork = repository(book, environ)
    assert (fork.owner, fork.name) == ("uni/physics", "course")
    assert fork.pages_url == "https://uni.gitlab.io/physics/course/"
    archive = "https://gitlab.com/uni/physics/course/-/archive/beef/course-beef.zip"
    assert fork.archive_url(fork.commit) == archive
    assert fork.colab_url("chapters/line.ipynb") is None


def test_gitlab_tells_its_own_pages_address(book):
    environ = {"CI_PROJECT_URL": "https://gitlab.uni.example/a/b", "CI_PAGES_URL": "https://p.uni"}
    assert repository(book, environ).pages_url == "https://p.uni/"


def test_site_repository_is_published_at_the_root(book):
    fork = repository(book, {"GITHUB_REPOSITORY": "Ada/ada.github.io"})
    assert fork.pages_url == "https://ada.github.io/"


@pytest.mark.parametrize(
    "extra",
    ["html:\n  baseurl: https://jets.org\n", "sphinx: {config: {html_baseurl: https://jets.org}}"],
)
def test_base_address_holds_for_the_original_and_not_for_a_fork(book, extra):
    (book / "_config.yml").write_text(CONFIG + extra)
    assert repository(book, {}).pages_url == "https://jets.org/"
    same = repository(book, {"GITHUB_REPOSITORY": "neurons/jets"})
    assert same.pages_url == "https://jets.org/"
    fork = repository(book, {"GITHUB_REPOSITORY": "ada/jets"})
    assert fork.pages_url == "https://ada.github.io/jets/"


def test_commit_is_the_checked_out_one(book):
    git = ["git", "-C", str(book), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "one"], check=True)
    head = subprocess.run(
        [*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True
    ).stdout.strip()
    assert repository(book, {}).commit == head
    assert len(head) == 40


def test_trailing_slash_and_git_suffix_are_dropped(book):
    (book / "_config.yml").write_text("repository: {url: 'https://github.com/a/b.git/'}")
    assert repository(book, {}).url == "https://github.com/a/b"


@pytest.mark.parametrize("url", ["git@github.com:a/b", "https://github.com/a", "", "http://x/a/b"])
def test_bad_address_is_refused_with_its_source(book, url):
    (book / "_config.yml").write_text(f"repository: {{url: '{url}'}}")
    with pytest.raises(ValueError, match=r"repository\.url in _config\.yml must be an address"):
        repository(book, {})


def test_bad_address_from_ci_names_the_variable(book):
    with pytest.raises(ValueError, match="GITHUB_REPOSITORY must be an address"):
        repository(book, {"GITHUB_REPOSITORY": "course"})


def test_missing_configuration_says_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no _config\.yml .* checkout of the book"):
        repository(tmp_path, {})


def test_only_pages_with_a_notebook_open_in_colab(book, monkeypatch):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    (book / "chapters").mkdir()
    (book / "chapters/line.md").write_text(HEADER + CELL)
    (book / "chapters/contributing.md").write_text("# How to\n\n````\n" + CELL + "````\n")
    (book / "chapters/glossary.md").write_text("# Glossary\n")
    (book / "exercises/line").mkdir(parents=True)
    (book / "exercises/line/line.ipynb").write_text("{}")
    base = "https://colab.research.google.com/github/Neurons/Jets/blob/colab/"
    assert colab_url("chapters/line", book) == base + "chapters/line.ipynb"
    assert colab_url("exercises/line", book) == base + "exercises/line/line.ipynb"
    assert colab_url("exercises/line/line", book) == base + "exercises/line/line.ipynb"
    (book / "intro.md").write_text(HEADER + CELL)
    assert notebook_path("intro", book) is None
    assert notebook_path("chapters/glossary", book) is None
    assert notebook_path("chapters/contributing", book) is None
    assert notebook_path("chapters/absent", book) is None
    assert colab_url("exercises/absent", book) is None


def _configured(book):
    """Run the Sphinx extension on an empty configuration of a book."""
    config = SimpleNamespace(html_theme_options={"navbar_persistent": []}, html_baseurl="")
    set_addresses(SimpleNamespace(confdir=str(book)), config)
    return config


def test_theme_gets_the_address(book, monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "ada/course")
    config = _configured(book)
    assert config.html_theme_options == {
        "navbar_persistent": [],
        "repository_url": "https://github.com/ada/course",
        "repository_branch": "main",
        "repository_provider": "github",
    }
    assert config.html_baseurl == "https://ada.github.io/course/"


def test_bad_address_stops_the_build(book, monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "course")
    with pytest.raises(ConfigError, match="GITHUB_REPOSITORY must be an address"):
        _configured(book)
