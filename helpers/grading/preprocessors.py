"""Steps that nbgrader_config.py adds to nbgrader's own, at the seams that it offers."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, DeduplicateIds, NbGraderPreprocessor

__all__ = ["ForgetCopies", "HideTests", "ShortenTracebacks"]

Resources = dict[str, Any]


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
        """Remove the region of hidden tests from a cell, whatever kind of cell it is."""
        self._remove_hidden_test_region(cell)
        return cell, resources


class ShortenTracebacks(NbGraderPreprocessor):
    """Say of an error its name and message: a traceback quotes tests, and helps no reader."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, cell_index: int
    ) -> tuple[NotebookNode, Resources]:
        """Replace each traceback of a cell by one paragraph."""
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources
