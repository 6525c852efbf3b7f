"""nbgrader's settings: the book is the course, and its exercises are the assignments.

Only nbgrader's own seams are used, so its commands and its web pages work as documented.
"""

from pathlib import Path

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    GetGrades,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)

from helpers.grading.preprocessors import (
    HIDDEN_FILES,
    ExecuteWithHiddenFiles,
    ForgetCopies,
    HideTests,
    ShortenTracebacks,
)

c = get_config()  # noqa: F821  # nbgrader gives this file the function

c.CourseDirectory.root = str(Path(__file__).resolve().parent)
c.CourseDirectory.course_id = "neurons-to-jets"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
# nbgrader's own name for a folder of its own, `solution`, is too close to ours.
c.CourseDirectory.solution_directory = "solved"
# What lies beside a notebook is handed to students, unless it is listed here. Files called hidden_…
# belong to the hidden tests: ExecuteWithHiddenFiles lays them beside a notebook while it runs.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints", "*.pyc", "__pycache__", ".pytest_cache", "*.md", "*.partial",
    HIDDEN_FILES,
]  # fmt: skip

c.ClearSolutions.code_stub = {
    "python": 'raise NotImplementedError("replace this line by your code")'
}

# A copied cell carries the id of its original. nbgrader takes the id from all but the last, and
# then refuses the whole class for cells without one; ours takes all of nbgrader's marks from them.
c.Autograde.sanitize_preprocessors = [
    ClearOutput,
    ForgetCopies,
    OverwriteKernelspec,
    OverwriteCells,
    CheckCellMetadata,
]
c.Autograde.autograde_preprocessors = [
    ExecuteWithHiddenFiles,
    LimitOutput,
    SaveAutoGrades,
    CheckCellMetadata,
]
c.Execute.timeout = 60  # seconds for a cell; the slowest takes one

# The default feedback prints the hidden tests, as text and in the tracebacks of their errors.
c.GenerateFeedback.preprocessors = [
    GetGrades,
    HideTests,
    ShortenTracebacks,
    CSSHTMLHeaderPreprocessor,
]
