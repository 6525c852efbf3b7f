"""Re-execute a chapter when a part of the package ``helpers`` that it uses has changed.

jupyter-cache knows a chapter by its code alone, so an edited module, or a widget's edited
JavaScript, would leave the old outputs in the page. This extension follows a chapter's imports
through the package, without running anything, and keeps a digest of all files that it finds
inside the cache, beside the executed notebook. Before a build reads the chapters, those
whose digest no longer agrees are dropped from the cache, and so are executed again; and no others.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from jupyter_cache import get_cache
from jupyter_cache.cache.db import NbCacheRecord
from jupyter_cache.cache.main import JupyterCacheBase
from myst_nb.core.read import create_nb_reader
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)

PACKAGE = "helpers"
#: The file beside an executed notebook in the cache.
DIGEST_FILE = "helpers.sha256"


def _tree(code: str) -> ast.Module | None:
    try:
        return ast.parse(code)
    except SyntaxError:
        return None


def code_of(cell: str) -> str:
    r"""Return a cell without what only IPython understands, so that Python can parse it.

    Examples
    --------
    >>> code_of("%matplotlib inline\nimport helpers")
    'pass\nimport helpers'
    """
    lines = cell.splitlines()
    if lines and lines[0].startswith("%%"):
        lines[0] = "pass"
    for number, line in enumerate(lines):
        if line.lstrip().startswith(("%", "!")):
            lines[number] = line[: len(line) - len(line.lstrip())] + "pass"
    return "\n".join(lines)


class Package:
    """The files of a package, and which of them an import brings in.

    Parameters
    ----------
    root : pathlib.Path
        The package's folder, as of now: build a new object after an edit.

    Notes
    -----
    A module's part is its ``.py`` file; what lies beside it under the same stem
    (``fit_line.js``); files beside or below it that a string in it names
    (``HERE / "common.js"``); files of its folder that no module claims in these ways; and whatever
    it imports of the package, wherever the import stands.
    """

    def __init__(self, root: Path):
        self.root = root
        self.name = root.name
        self.parse = cache(lambda path: _tree(path.read_text(encoding="utf-8")))
        self.own_files = cache(self._own_files)
        self.claims = cache(self._claims)

    def files_for(self, code: Iterable[str]) -> set[Path]:
        """Return all files of the package on which these pieces of code depend.

        Parameters
        ----------
        code : iterable of str
            Python source, such as the code cells of a chapter.

        Raises
        ------
        SyntaxError
            If a piece mentions the package and cannot be parsed.
        """
        found: set[Path] = set()
        for piece in code:
            tree = _tree(piece)
            if tree is None:
                # Some cells show an error on purpose; one that uses the package must parse.
                if self.name in piece:
                    ast.parse(piece)
                continue
            for module in self.imports(tree, ()):
                self._follow(module, found)
        return {file for module in found for file in (module, *self.own_files(module))}

    def digest(self, code: Iterable[str]) -> str:
        """Return a digest of the contents and names of these files."""
        total = hashlib.sha256()
        for path in sorted(self.files_for(code)):
            name = path.relative_to(self.root).as_posix()
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            total.update(f"{name} {content}\n".encode())
        return total.hexdigest()

    def _follow(self, module: Path, found: set[Path]) -> None:
        waiting = [module]
        while waiting:
            path = waiting.pop()
            if path in found:
                continue
            found.add(path)
            inside = path.relative_to(self.root).parent.parts
            if tree := self.parse(path):
                waiting.extend(self.imports(tree, (self.name, *inside)))

    def imports(self, tree: ast.Module, inside: tuple[str, ...]) -> Iterator[Path]:
        """Yield the modules of the package that a source imports, packages above them too.

        Parameters
        ----------
        tree : ast.Module
            The source.
        inside : tuple of str
            The package it stands in, from the top; for relative imports.
        """
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield from self._modules(tuple(alias.name.split(".")))
            elif isinstance(node, ast.ImportFrom):
                start = inside[: len(inside) + 1 - node.level] if node.level else ()
                base = (*start, *(node.module.split(".") if node.module else ()))
                yield from self._modules(base)
                for alias in node.names:
                    yield from self._modules((*base, alias.name))

    def _modules(self, dotted: tuple[str, ...]) -> Iterator[Path]:
        if not dotted or dotted[0] != self.name:
            return
        folder = self.root
        yield from self._file(folder / "__init__.py")
        for part in dotted[1:]:
            if (folder / part / "__init__.py").is_file():
                folder = folder / part
                yield folder / "__init__.py"
            elif (folder / f"{part}.py").is_file():
                yield folder / f"{part}.py"
                return
            else:
                yield from self._lazy(folder, part)
                return

    @staticmethod
    def _file(path: Path) -> Iterator[Path]:
        if path.is_file():
            yield path

    def _lazy(self, folder: Path, name: str) -> Iterator[Path]:
        """Yield the modules behind a name that a package's ``__getattr__`` gives out."""
        tree = self.parse(folder / "__init__.py") if (folder / "__init__.py").is_file() else None
        if tree is None:
            return
        defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        if "__getattr__" not in defined:
            return
        modules = sorted(folder.glob("*.py"))
        exact = [path for path in modules if name in self._top_level(path)]
        yield from exact or modules

    def _top_level(self, path: Path) -> set[str]:
        tree = self.parse(path)
        defining = ast.FunctionDef | ast.ClassDef
        return {node.name for node in tree.body if isinstance(node, defining)} if tree else set()

    def _claims(self, module: Path) -> frozenset[Path]:
        """Return the files, other than modules, that a module has by stem or by name."""
        folder = module.parent
        claimed = {path for path in folder.glob(f"{module.stem}.*") if path.suffix != ".py"}
        tree = self.parse(module)
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
                if text.strip(" ./") and len(text) < 200 and "\n" not in text and "\0" not in text:
                    # Joined to a folder, "/tmp" is "/tmp": nothing of the package.
                    if Path(text).is_absolute():
                        continue
                    named = folder / text
                    claimed.update(_data(named) if named.is_dir() else self._file(named))
        return frozenset(path for path in claimed if path.suffix != ".py")

    def _own_files(self, module: Path) -> frozenset[Path]:
        """Return what a module claims, and what lies in its folder and nobody claims."""
        modules = module.parent.glob("*.py")
        claimed = frozenset().union(*(self.claims(other) for other in modules))
        return self.claims(module) | (frozenset(_data(module.parent)) - claimed)


def _data(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder that are not modules, and those of folders of data in it."""
    for path in folder.iterdir():
        if path.name == "__pycache__" or path.name.startswith("."):
            continue
        if path.is_dir():
            if not (path / "__init__.py").is_file():
                yield from _data(path)
        elif path.suffix != ".py":
            yield path


def package_folder() -> Path:
    """Return the folder of the package that the chapters' kernels will import."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise RuntimeError(
            f"the package {PACKAGE} is not installed: run `make` once, or `pip install -e .`"
        )
    return Path(spec.origin).parent


def _cells(env: BuildEnvironment, docname: str) -> Any:
    """Return a chapter as a notebook, as MyST-NB would read it, or None if it is none."""
    path = Path(env.doc2path(docname))
    text = path.read_text(encoding="utf-8")
    if PACKAGE not in text:
        return None
    reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
    return None if reader is None else reader.read(text)


def _digest_path(store: JupyterCacheBase, hashkey: str) -> Path:
    return Path(store.path, "executed", hashkey, DIGEST_FILE)


def _drop(store: JupyterCacheBase, hashkey: str) -> None:
    """Remove an executed notebook from the cache."""
    record = NbCacheRecord.record_from_hashkey(hashkey, store.db)
    try:
        store.remove_cache(record.pk)
    except KeyError:  # its file is gone already
        NbCacheRecord.remove_records([record.pk], store.db)


def drop_stale(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Drop what was executed with other files of the package, and have it read again."""
    app.helpers_digests = {}
    if env.mystnb_config.execution_mode != "cache":
        return []
    store = get_cache(env.mystnb_config.execution_cache_path)
    package = Package(package_folder())
    stale = []
    for docname in sorted(env.found_docs):
        notebook = _cells(env, docname)
        if notebook is None:
            continue
        cells = [code_of(cell.source) for cell in notebook.cells if cell.cell_type == "code"]
        digest = package.digest(cells)
        _, hashkey = store.create_hashed_notebook(notebook)
        app.helpers_digests[docname] = (hashkey, digest)
        try:
            NbCacheRecord.record_from_hashkey(hashkey, store.db)
        except KeyError:
            continue  # never executed in this form: nothing to drop
        kept = _digest_path(store, hashkey)
        if not kept.is_file() or kept.read_text() != digest:
            _drop(store, hashkey)
            stale.append(docname)
            LOGGER.info("%s: what it uses of %s has changed", docname, PACKAGE)
    return stale


def keep_digest(app: Sphinx, doctree: nodes.document) -> None:
    """Write down, once a chapter has been executed, with which files that was."""
    known = getattr(app, "helpers_digests", {}).get(app.env.docname)
    if known is None:
        return
    hashkey, digest = known
    path = _digest_path(get_cache(app.env.mystnb_config.execution_cache_path), hashkey)
    # The digest is of the files before the run: an edit during it counts as a change later.
    if path.parent.is_dir():
        aside = path.with_suffix(".new")
        aside.write_text(digest)
        aside.replace(path)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.connect("env-get-outdated", drop_stale)
    app.connect("doctree-read", keep_digest)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
