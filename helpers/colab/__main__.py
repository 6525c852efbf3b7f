"""``python -m helpers.colab``: write the notebooks for Colab, and run them with its versions."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from helpers.colab import repository
from helpers.colab.address import ROOT
from helpers.colab.environment import (
    ColabError,
    Failure,
    install_helpers,
    make_environment,
    run_in,
)
from helpers.colab.selection import changed, commit_count, files_changed_since, in_turn, named

__all__ = ["build", "main", "run_notebooks"]


def build(root: Path = ROOT, target: Path | None = None) -> list[str]:
    """Write what the Colab branch holds: chapters, exercises and a README.

    Parameters
    ----------
    root : Path
        The checkout.
    target : Path, optional
        The folder to write, ``_build/colab`` when left out; it is replaced as a whole.

    Returns
    -------
    list of str
        The notebooks, as paths below the folder.

    Raises
    ------
    ColabError
        When the chapters cannot be written, or an exercise lacks its set-up cell.
    """
    from helpers import book
    from helpers.colab.publish import lay_out

    target = target or root / "_build" / "colab"
    try:
        written = book.build(root, "notebooks", builder="notebooks")
        return lay_out(written, root / "exercises", target, repository(root))
    except (book.BookError, ValueError) as error:
        raise ColabError(str(error)) from error


def run_notebooks(
    names: Sequence[str], since: str | None, root: Path = ROOT, rebuild: bool = True
) -> int:
    """Run notebooks from top to bottom with Colab's versions; return how many failed.

    Parameters
    ----------
    names : sequence of str
        Chapters or exercises; all when there are none.
    since : str, optional
        A branch or commit: run what changed since then, and one chapter in turn.
    root : Path
        The checkout.
    rebuild : bool
        Whether the notebooks are written first.

    Raises
    ------
    ColabError
        When the environment cannot be made, or when a name is unknown.
    """
    from tqdm import tqdm

    folder = root / "_build" / "colab"
    if rebuild or not folder.is_dir():
        build(root, folder)
    chosen = _choose(folder, names, since, root)
    python = make_environment(root / "_build" / "colab-venv", root / "constraints-colab.txt")
    install_helpers(python, root)
    failures: list[Failure] = []
    with tempfile.TemporaryDirectory() as aside:
        for name in (bar := tqdm(chosen, unit="notebook", disable=None)):
            bar.set_description(name.removesuffix(".ipynb"))
            failure = run_in(python, _runnable(folder / name, root, Path(aside)), name)
            if failure:
                failures.append(failure)
                tqdm.write(f"FAILED {failure}")
    print(f"{len(chosen) - len(failures)} of {len(chosen)} notebooks run with Colab's versions.")
    for failure in failures:
        print(f"FAILED {failure}", file=sys.stderr)
    return len(failures)


def _choose(folder: Path, names: Sequence[str], since: str | None, root: Path) -> list[str]:
    notebooks = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.ipynb"))
    if not notebooks:
        raise ColabError(f"There are no notebooks in {folder}: run make colab first.")
    try:
        if names:
            return named(names, notebooks)
        if since:
            chapters = [name for name in notebooks if name.startswith("chapters/")]
            turn = in_turn(chapters, commit_count(root))
            concerned = changed(files_changed_since(since, root), notebooks, root)
            return sorted({*concerned, turn})
    except ValueError as error:
        raise ColabError(str(error)) from error
    return notebooks


def _runnable(notebook: Path, root: Path, aside: Path) -> Path:
    """Return a chapter as it is, and an exercise as the student who solved it sees it."""
    if notebook.parent.parent.name != "exercises":
        return notebook
    import jupytext
    import nbformat

    from helpers.colab.notebook import write_notebook
    from helpers.colab.publish import with_answers

    source = root / "solutions" / notebook.stem / f"{notebook.stem}.md"
    if not source.is_file():
        raise ColabError(f"There is no {source}: the exercise's answers are read from there.")
    solution = jupytext.read(source, fmt="md:myst")
    try:
        solved = with_answers(nbformat.read(notebook, as_version=4), solution)
    except ValueError as error:
        raise ColabError(f"exercise {notebook.stem}: {error}") from error
    write_notebook(aside / notebook.name, solved)
    return aside / notebook.name


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    Examples
    --------
    >>> main(["test", "line"])  # doctest: +SKIP
    """
    parser = argparse.ArgumentParser(prog="python -m helpers.colab", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="the book's folder")
    commands = parser.add_subparsers(dest="command", required=True)
    writing = commands.add_parser("build", help="write the notebooks, as the Colab branch has them")
    writing.add_argument(
        "--output", type=Path, help="the folder to write; _build/colab if left out"
    )
    testing = commands.add_parser("test", help="run the notebooks with Colab's versions")
    testing.add_argument("names", nargs="*", metavar="NAME", help="a chapter or an exercise")
    testing.add_argument(
        "--changed-since", metavar="REF", help="what changed since REF, and one chapter in turn"
    )
    testing.add_argument("--no-build", action="store_true", help="run the notebooks as they are")
    options = parser.parse_args(argv)
    root = options.root.resolve()
    try:
        if options.command == "test":
            rebuild = not options.no_build
            return int(run_notebooks(options.names, options.changed_since, root, rebuild) > 0)
        names = build(root, options.output and options.output.resolve())
        print(f"{len(names)} notebooks are in {options.output or '_build/colab'}.")
    except ColabError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted: what was written before is as it was.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
