"""Run one notebook from top to bottom; called in the environment made of Colab's versions.

``python -m helpers.colab.execute NOTEBOOK RESULT`` writes a JSON object to ``RESULT``: empty
when every cell ran, else the number, the code and the error of the first that did not.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

__all__ = ["run_notebook"]


def run_notebook(path: Path, timeout: int = 600) -> dict[str, str | int]:
    """Run a notebook and return its first error, or nothing.

    Parameters
    ----------
    path : Path
        The notebook; it is not changed.
    timeout : int
        Of one cell, in seconds.

    Returns
    -------
    dict
        Empty, or ``cell`` (its number, from 1), ``code`` and ``error``. Errors in cells with the
        tag ``raises-exception`` are what their author wants to show.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=timeout, kernel_name="python3")
    running = [0]
    client.on_cell_start = lambda cell, cell_index: running.__setitem__(0, cell_index)
    error = ""
    try:
        client.execute(cwd=str(path.parent))
    except CellTimeoutError:
        error = f"ran for more than {timeout} seconds"
    except DeadKernelError as dead:
        error = f"the kernel died: {dead}"
    except CellExecutionError as failed:
        error = f"{failed.ename}: {failed.evalue}"
    if not error:
        return {}
    return {"cell": running[0] + 1, "code": notebook.cells[running[0]].source, "error": error}


if __name__ == "__main__":
    notebook_path, result_path = map(Path, sys.argv[1:])
    result_path.write_text(json.dumps(run_notebook(notebook_path)), encoding="utf-8")
