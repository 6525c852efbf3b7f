"""Chapter and exercise notebooks for Colab; used when the book is built, never in a notebook.

``python -m helpers.colab --help`` lists the commands.
"""

from helpers.colab.address import Repository, colab_url, notebook_path, repository
from helpers.colab.setup_cell import is_setup_cell, setup_cell_metadata, setup_cell_source

__all__ = [
    "Repository",
    "colab_url",
    "is_setup_cell",
    "notebook_path",
    "repository",
    "setup_cell_metadata",
    "setup_cell_source",
]
