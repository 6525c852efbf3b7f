"""Every chapter runs from a clean kernel, and twice the same."""

from pathlib import Path

import jupytext
import nbclient
import nbformat
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(
    path for path in (ROOT / "chapters").glob("*.md") if "jupytext:" in path.read_text()[:200]
)

# What a cell with this tag prints is a measurement, such as a time: it may differ.
MEASURED = "measured"


def outputs(path: Path, timeout: int = 180) -> list[tuple[str, str]]:
    """Execute a chapter and return what each cell shows, without what is random by design.

    A widget's view names its model by a random identifier, so views are left out; everything
    else, text and figures alike, counts.
    """
    notebook = nbformat.from_dict(jupytext.read(path))
    nbclient.NotebookClient(notebook, timeout=timeout, kernel_name="python3").execute()
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
    first, second = outputs(path), outputs(path)
    assert len(first) > 5
    for (source, one), (_, other) in zip(first, second, strict=True):
        assert one == other, f"this cell is not reproducible:\n{source}"
