"""Steps that nbgrader_config.py adds to nbgrader's own, at the seams that it offers."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import (
    ClearHiddenTests,
    DeduplicateIds,
    Execute,
    NbGraderPreprocessor,
)

__all__ = [
    "HIDDEN_FILES",
    "ExecuteWithHiddenFiles",
    "ForgetCopies",
    "HideTests",
    "ShortenTracebacks",
]

Resources = dict[str, Any]
#: Longer messages are cut: an answer writes them.
MOST_CHARACTERS = 1000
#: What the files in the folder of a solution are called that only its hidden tests read.
HIDDEN_FILES = "hidden_*"


class ExecuteWithHiddenFiles(Execute):
    """Run a notebook beside the files that its hidden tests read, and take them away again.

    nbgrader has one list of files to ignore, for what it hands out, takes in and gives back. Hidden
    files stand on it, so they reach no student by any of its commands or pages.
    """

    def preprocess(
        self, nb: NotebookNode, resources: Resources, **more: Any
    ) -> tuple[NotebookNode, Resources]:
        """Lay the files there, run, and remove them, come what may."""
        course = CourseDirectory(config=self.config)
        name = resources["nbgrader"]["assignment"]
        source = Path(course.format_path(course.source_directory, ".", name))
        here = Path(resources["metadata"]["path"])
        copies = []
        try:
            for file in sorted(source.glob(HIDDEN_FILES)):
                copies.append(Path(shutil.copy(file, here)))
            return super().preprocess(nb, resources, **more)
        finally:
            for copy in copies:
                copy.unlink(missing_ok=True)


class ForgetCopies(DeduplicateIds):
    """Turn a copied cell into an ordinary one, so that its notebook can be graded.

    The last of several cells with one id stays what it was. nbgrader's own step empties the
    metadata of the others, and what is empty fails its check of the metadata later on.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Forget that copies were nbgrader's."""
        nb, resources = super().preprocess(nb, resources)
        for cell in nb.cells:
            if cell.metadata.get("nbgrader") == {}:
                del cell.metadata["nbgrader"]
        return nb, resources


class HideTests(ClearHiddenTests):
    """Take hidden tests out of the feedback; the student sees that there were some."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, cell_index: int
    ) -> tuple[NotebookNode, Resources]:
        """Remove the region of hidden tests from a test cell, and what an answer printed there.

        A student's own cell may hold anything, the marks of a region too, and stays as it is.
        """
        mark = cell.metadata.get("nbgrader", {})
        if mark.get("grade") and not mark.get("solution"):
            self._remove_hidden_test_region(cell)
            outputs = cell.get("outputs", [])
            cell.outputs = [shown for output in outputs if (shown := _honest(output, mark))]
        return cell, resources


def _honest(output: NotebookNode, mark: NotebookNode) -> NotebookNode | None:
    """Return what a test cell itself can have put out: an error, or that the checks passed.

    An answer that is called there can print the test, or draw it.
    """
    if output.output_type == "error":
        return output
    answer = mark.grade_id.removeprefix("hidden-").partition("-")[0]
    line = f"{answer}: hidden checks passed."
    if output.output_type == "stream" and line in output.text.splitlines():
        return new_output("stream", name="stdout", text=line + "\n")
    return None


class ShortenTracebacks(NbGraderPreprocessor):
    """Say of an error its name and message: a traceback quotes tests, and helps no reader."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, cell_index: int
    ) -> tuple[NotebookNode, Resources]:
        """Replace each traceback of a cell by one paragraph."""
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.traceback = [_told(output)]
        return cell, resources


def _told(error: NotebookNode) -> str:
    # What nbgrader does with a cell that takes too long: interrupt it, and say so in an error.
    if error.ename in ("CellTimeoutError", "KeyboardInterrupt"):
        return "This cell took too long and was stopped: is there a loop that does not end?"
    text = f"{error.ename}: {error.evalue}"
    return text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + "…"
