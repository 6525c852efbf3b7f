"""Every chapter runs from a clean kernel, and twice the same."""

import os
from pathlib import Path

import jupytext
import nbclient
import nbformat
import pytest
from jupyter_cache import get_cache

ROOT = Path(__file__).parents[2]
CACHE = ROOT / "_build" / "work" / "_build" / ".jupyter_cache"
NOTEBOOKS = sorted(
    path for path in (ROOT / "chapters").glob("*.md") if "jupytext:" in path.read_text()[:200]
)

# What a cell with this tag prints is a measurement, such as a time: it may differ.
MEASURED = "measured"


def executed(path: Path, timeout: int = 180) -> nbformat.NotebookNode:
    """Execute a chapter, and show its figures, as a reader's notebook does."""
    notebook = nbformat.from_dict(jupytext.read(path))
    # Tests draw without a display and on one processor: a kernel that inherits this would show no
    # figure, and could round otherwise than a reader's.
    ours = {"MPLBACKEND", "OPENBLAS_NUM_THREADS"}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    client = nbclient.NotebookClient(notebook, timeout=timeout, kernel_name="python3")
    client.execute(env=environment)
    return notebook


def in_the_book(path: Path) -> nbformat.NotebookNode:
    """Return a chapter as a build has executed it, if we are told of one, or execute it."""
    if "BOOK_HTML" not in os.environ:
        return executed(path)
    notebook = nbformat.from_dict(jupytext.read(path))
    _, merged = get_cache(CACHE).merge_match_into_notebook(notebook)
    return merged


def outputs(notebook: nbformat.NotebookNode) -> list[tuple[str, str]]:
    """Return what each cell shows, without what is random by design.

    A widget's view names its model by a random identifier, so views are left out; everything
    else, text and figures alike, counts.
    """
    shown = []
    for cell in notebook.cells:
        if cell.cell_type != "code" or MEASURED in cell.metadata.get("tags", []):
            continue
        # What a cell prints arrives in one piece or in several, as a warning on stderr happens to
        # come between: so join the pieces.
        printed = [output.text for output in cell.outputs if output.get("name") == "stdout"]
        if printed:
            shown.append((cell.source, "".join(printed)))
        for output in cell.outputs:
            data = output.get("data", {})
            if "application/vnd.jupyter.widget-view+json" in data or "name" in output:
                continue
            shown.append((cell.source, str(sorted(data.items()))))
    return shown


def test_there_are_chapters_to_execute():
    assert {"line", "gradient-descent"} <= {path.stem for path in NOTEBOOKS}


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_chapter_runs_twice_the_same(path):
    first, second = outputs(in_the_book(path)), outputs(executed(path))
    assert len(first) > 5
    assert any("image/svg+xml" in shown for _, shown in first)
    for (source, one), (_, other) in zip(first, second, strict=True):
        assert one == other, f"this cell is not reproducible:\n{source}"


@pytest.mark.slow
def test_a_figure_left_to_chance_is_seen(tmp_path):
    chapter = tmp_path / "chance.md"
    cell = (
        "import matplotlib.pyplot as plt, numpy as np\nplt.plot(np.random.default_rng().random(9));"
    )
    chapter.write_text(f"```{{code-cell}} ipython3\n{cell}\n```\n", encoding="utf-8")
    one, other = outputs(executed(chapter)), outputs(executed(chapter))
    assert [source for source, _ in one] == [cell]
    assert one != other
    chapter.write_text(chapter.read_text().replace("rng()", "rng(0)"), encoding="utf-8")
    assert outputs(executed(chapter)) == outputs(executed(chapter))
