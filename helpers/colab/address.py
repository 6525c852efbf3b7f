"""Where the book lives: its repository, its published pages and its notebooks in Colab.

The address is written once, in ``_config.yml``. A fork needs no edit: its CI tells its own
address (GitHub Actions and GitLab CI set the variables that are read here).
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

__all__ = ["ROOT", "Repository", "colab_url", "notebook_path", "repository"]

#: The folder that holds ``_config.yml``: that of the checkout this module belongs to.
ROOT = Path(__file__).resolve().parents[2]

_HEADER = re.compile(r"---\n(?:(?!---\n).*\n)*?jupytext:")


@dataclass(frozen=True)
class Repository:
    """The addresses of one copy of the book.

    Attributes
    ----------
    url : str
        Of the repository, without a trailing slash.
    branch : str
        Where the text is edited.
    commit : str
        The commit being built, or ``""`` where there is none (an unpacked archive).
    pages_url : str
        Of the published book, with a trailing slash.
    colab_branch : str
        Where the publish workflow puts the generated notebooks.
    """

    url: str
    branch: str
    commit: str
    pages_url: str
    colab_branch: str = "colab"

    @property
    def host(self) -> str:
        """Host name, such as ``github.com``."""
        return urlsplit(self.url).netloc

    @property
    def owner(self) -> str:
        """Who owns the repository; on GitLab this may be a path of groups."""
        return _path(self.url).rpartition("/")[0]

    @property
    def name(self) -> str:
        """Last part of the address."""
        return _path(self.url).rpartition("/")[2]

    @property
    def provider(self) -> str:
        """``"gitlab"`` or ``"github"``: it decides the form of the links."""
        return "gitlab" if "gitlab" in self.host else "github"

    def archive_url(self, ref: str | None = None) -> str:
        """Return the address of a zip archive of one state of the repository.

        Parameters
        ----------
        ref : str, optional
            A commit, tag or branch; the default branch when left out.

        Examples
        --------
        >>> book = Repository("https://github.com/a/b", "main", "", "https://a.github.io/b/")
        >>> book.archive_url("v1")
        'https://github.com/a/b/archive/v1.zip'
        """
        ref = quote(ref or self.branch)
        if self.provider == "gitlab":
            return f"{self.url}/-/archive/{ref}/{self.name}-{ref.replace('/', '-')}.zip"
        return f"{self.url}/archive/{ref}.zip"

    def page_url(self, docname: str) -> str:
        """Return the address of a page of the published book.

        Examples
        --------
        >>> book = Repository("https://github.com/a/b", "main", "", "https://a.github.io/b/")
        >>> book.page_url("chapters/line")
        'https://a.github.io/b/chapters/line.html'
        """
        return f"{self.pages_url}{quote(docname)}.html"

    def colab_url(self, path: str) -> str | None:
        """Return the address that opens a notebook of the Colab branch in Colab.

        Parameters
        ----------
        path : str
            Of the notebook on that branch, such as ``"chapters/line.ipynb"``.

        Returns
        -------
        str or None
            None where Colab cannot read the repository: it opens notebooks of github.com only.

        Examples
        --------
        >>> book = Repository("https://github.com/a/b", "main", "", "https://a.github.io/b/")
        >>> book.colab_url("chapters/line.ipynb")
        'https://colab.research.google.com/github/a/b/blob/colab/chapters/line.ipynb'
        """
        if self.host != "github.com":
            return None
        where = f"{self.owner}/{self.name}/blob/{self.colab_branch}/{quote(path)}"
        return f"https://colab.research.google.com/github/{where}"


def repository(root: Path | None = None, environ: Mapping[str, str] | None = None) -> Repository:
    """Return the addresses of the copy of the book that is being built.

    Parameters
    ----------
    root : Path, optional
        The folder that holds ``_config.yml``; that of this checkout when left out.
    environ : Mapping, optional
        The environment, ``os.environ`` when left out. ``GITHUB_REPOSITORY`` (with
        ``GITHUB_SERVER_URL`` and ``GITHUB_SHA``) or ``CI_PROJECT_URL`` (with
        ``CI_PAGES_URL`` and ``CI_COMMIT_SHA``) override ``_config.yml``.

    Raises
    ------
    FileNotFoundError
        When there is no ``_config.yml``.
    ValueError
        When an address is not of the form ``https://host/owner/name``.

    Examples
    --------
    >>> fork = repository(environ={"GITHUB_REPOSITORY": "ada/neurons", "GITHUB_SHA": "c0ffee"})
    >>> fork.url, fork.pages_url
    ('https://github.com/ada/neurons', 'https://ada.github.io/neurons/')
    """
    root = ROOT if root is None else root
    environ = os.environ if environ is None else environ
    written_url, branch, base_url = _read_config(root / "_config.yml")
    url, source = _url_from_ci(environ)
    if not url:
        url, source = written_url, "repository.url in _config.yml"
    url = _checked(url, source)
    # The base address in the configuration is the original's: a fork has pages of its own.
    own_pages = base_url if url.lower() == written_url.lower().rstrip("/") else ""
    pages = own_pages or environ.get("CI_PAGES_URL") or _default_pages_url(url)
    commit = environ.get("GITHUB_SHA") or environ.get("CI_COMMIT_SHA") or _head(root)
    return Repository(url, branch, commit, pages.rstrip("/") + "/")


def notebook_path(docname: str, root: Path | None = None) -> str | None:
    """Return where a page's notebook lies on the Colab branch, or None if it has none.

    Parameters
    ----------
    docname : str
        The page: its path without the suffix, such as ``"chapters/line"`` or
        ``"exercises/line"``.
    root : Path, optional
        The folder that holds the book's sources; this checkout when left out.

    Examples
    --------
    >>> notebook_path("chapters/line")
    'chapters/line.ipynb'
    """
    root = ROOT if root is None else root
    folder, _, name = docname.rpartition("/")
    if folder.split("/")[0] == "exercises":
        path = f"exercises/{name}/{name}.ipynb"
        return path if (root / path).is_file() else None
    if folder.split("/")[0] != "chapters":
        return None  # the cover and other pages have nothing to work through
    source = root / f"{docname}.md"
    text = source.read_text(encoding="utf-8") if source.is_file() else ""
    # Without the header MyST-NB reads no notebook, whatever fences the page shows.
    return f"{docname}.ipynb" if _HEADER.match(text) and "```{code-cell}" in text else None


def colab_url(docname: str, root: Path | None = None) -> str | None:
    """Return the address that opens a page's notebook in Colab, or None if there is none.

    Parameters
    ----------
    docname : str
        The page, such as ``"chapters/line"`` or ``"exercises/line"``.
    root : Path, optional
        The folder that holds ``_config.yml``; this checkout when left out.
    """
    path = notebook_path(docname, root)
    return None if path is None else repository(root).colab_url(path)


def _read_config(path: Path) -> tuple[str, str, str]:
    """Return the repository's address, its branch and the pages' address as written."""
    import yaml

    if not path.is_file():
        raise FileNotFoundError(
            f"no {path.name} in {path.parent}: the repository's address is read from there; "
            "run this in a checkout of the book"
        )
    config = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    section = config.get("repository") or {}
    sphinx = (config.get("sphinx") or {}).get("config") or {}
    base = (config.get("html") or {}).get("baseurl") or sphinx.get("html_baseurl") or ""
    return str(section.get("url", "")), str(section.get("branch", "main")), str(base)


def _url_from_ci(environ: Mapping[str, str]) -> tuple[str, str]:
    """Return the repository's address as CI tells it, and the name of the variable."""
    if environ.get("GITHUB_REPOSITORY"):
        server = environ.get("GITHUB_SERVER_URL") or "https://github.com"
        return f"{server.rstrip('/')}/{environ['GITHUB_REPOSITORY']}", "GITHUB_REPOSITORY"
    return environ.get("CI_PROJECT_URL", ""), "CI_PROJECT_URL"


def _checked(url: str, source: str) -> str:
    """Return a repository's address in its plain form, or say what is wrong with it."""
    plain = url.strip().rstrip("/").removesuffix(".git")
    parts = urlsplit(plain)
    if parts.scheme != "https" or not parts.netloc or len(_path(plain).split("/")) < 2:
        raise ValueError(
            f"{source} must be an address such as https://github.com/owner/name, not {url!r}"
        )
    return plain


def _path(url: str) -> str:
    return urlsplit(url).path.strip("/")


def _default_pages_url(url: str) -> str:
    """Return where GitHub Pages or GitLab Pages publish a repository.

    Owner and name as in https://docs.github.com/pages; a repository that carries the name of
    the site itself is published at its root.
    """
    host = "gitlab.io" if "gitlab" in urlsplit(url).netloc else "github.io"
    owner, _, name = _path(url).partition("/")
    site = f"{owner.lower()}.{host}"
    return f"https://{site}/" if name.lower() == site else f"https://{site}/{name}/"


def _head(root: Path) -> str:
    """Return the checked-out commit, or an empty string outside a git checkout."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
