"""A class of six hands in, is graded, reads its feedback: with nbgrader's own commands."""

import copy
import csv
import html
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell

from helpers.exercises import names, source_notebook
from tests.exercises import harness

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", params=names())
def course(request, tmp_path_factory):
    """Grade a class of six in a folder of its own, once for all tests."""
    name = request.param
    root = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    shutil.copytree(ROOT / "solutions" / name, root / "solutions" / name)
    nbformat.write(source_notebook(name), root / "solutions" / name / f"{name}.ipynb")
    nbgrader(root, "generate_assignment", name)
    for student, notebook in submissions(name).items():
        path = root / "submitted" / student / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    for file in hidden_files(name):  # who has heard of them hands in one of their own
        (root / "submitted" / "copied" / name / file).write_text("All jets are signal.")
    nbgrader(root, "autograde", name)
    nbgrader(root, "generate_feedback", name)
    nbgrader(root, "export", "--to", "grades.csv")
    return name, root


def nbgrader(root, *arguments):
    command = [sys.executable, "-m", "nbgrader", *arguments]
    # nbgrader calls its database's tool by name, so the environment's programs must be found.
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    ours = {"JUPYTER_PLATFORM_DIRS": "1", "PYTHONPATH": str(ROOT), "PATH": programs}
    environment = {**os.environ, **ours}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def hidden_files(name):
    """Return what lies beside a solution for its hidden tests."""
    return [path.name for path in sorted((ROOT / "solutions" / name).glob("hidden_*"))]


def submissions(name):
    """Return the notebooks of the six, made from what students get."""
    path = ROOT / "exercises" / name / f"{name}.ipynb"
    released = nbformat.read(path, as_version=4)
    reference = harness.solutions(name)
    half = dict(list(reference.items())[: len(reference) // 2])
    wrong = small_mistake(name)
    return {
        "reference": answered(released, reference),
        "untouched": answered(released, {}),
        "half": answered(released, half),
        "mistaken": answered(released, {**reference, **wrong.answers}),
        "copied": with_copies(answered(released, reference)),
        "curious": curious(answered(released, {**reference, **leaving(reference)})),
    }


def small_mistake(name):
    """Return the mistake that costs least: the rest of that student's work is right."""
    points = harness.points(name)
    mistakes = [case for case in harness.cases(name) if case.loses]
    return min(mistakes, key=lambda case: sum(points[cell] for cell in case.loses))


def leaving(reference):
    """Return the first answer such that it prints the test and leaves, as one in a notebook can."""
    name, source = next(iter(reference.items()))
    head, _, _ = source.partition('"""')
    return {name: f"{head}print(In[-1])\n    exit()"}


def curious(notebook):
    """Print the test in all other answers, and write down what one has heard of tests."""
    marked = (cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution"))
    next(marked)
    for cell in marked:
        cell.source = cell.source.replace('    """\n    ', '    """\n    print(In[-1])\n    ', 1)
        assert "print(In[-1])" in cell.source
    heard = new_markdown_cell("What does ### BEGIN HIDDEN TESTS mean?")
    notebook.cells.insert(-1, heard)
    return notebook


def answered(released, answers):
    notebook = copy.deepcopy(released)
    for cell in notebook.cells:
        cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    return notebook


def with_copies(notebook):
    """Copy an answer, its public checks and a hidden test cell, as one does with the mouse."""
    marked = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    for place, cell in enumerate(marked[1:4]):
        twin = copy.deepcopy(cell)
        twin.id = f"copy-{place}"
        notebook.cells.insert(notebook.cells.index(cell) + 1, twin)
    return notebook


def expected(name):
    points = harness.points(name)
    total = sum(points.values())
    wrong = small_mistake(name)
    reference = harness.solutions(name)
    stubs = harness.released(name)
    kept = list(reference)[: len(reference) // 2]
    half = {answer: stubs[answer] for answer in reference if answer not in kept}
    return {
        "reference": total,
        "untouched": 0,
        "half": harness.score(name, half).total,
        "mistaken": total - sum(points[cell] for cell in wrong.loses),
        "copied": total,
        "curious": harness.score(name, leaving(reference)).total,
    }


def feedback(root, name, student):
    return (root / "feedback" / student / name / f"{name}.html").read_text(encoding="utf-8")


def hidden_lines(name):
    """Return the telling lines of the hidden tests: those that students have not been given."""
    lines = set()
    for cell in source_notebook(name).cells:
        if "### BEGIN HIDDEN TESTS" in cell.source:
            region = cell.source.split("### BEGIN HIDDEN TESTS")[1].split("### END")[0]
            lines |= {line.strip() for line in region.splitlines() if len(line.strip()) > 30}
    assert len(lines) > 20
    released = (ROOT / "exercises" / name / f"{name}.ipynb").read_text(encoding="utf-8")
    given = "\n".join("".join(cell["source"]) for cell in json.loads(released)["cells"])
    given += "\n".join(harness.solutions(name).values())
    return {line for line in lines if line not in given}


def test_scores_are_deserved(course):
    name, root = course
    with (root / "grades.csv").open(newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    scores = {student: float(row["score"]) for student, row in rows.items()}
    wanted = expected(name)
    assert scores == wanted
    assert 0 < wanted["half"] < wanted["mistaken"] < wanted["reference"]
    maximum = sum(harness.points(name).values())
    assert {float(row["max_score"]) for row in rows.values()} == {maximum}


def test_nbgrader_releases_what_is_committed(course):
    name, root = course
    made = json.loads((root / "exercises" / name / f"{name}.ipynb").read_text())
    committed = json.loads((ROOT / "exercises" / name / f"{name}.ipynb").read_text())
    assert made["cells"] == committed["cells"]


def test_hidden_files_reach_no_student(course):
    # The notebooks ran beside them, or their tests would not have passed.
    name, root = course
    given = {path.name for path in (root / "exercises").rglob("*") if path.is_file()}
    assert given == {f"{name}.ipynb"}
    for folder in ("autograded", "feedback"):
        kept = {path.name for path in (root / folder).rglob("*") if path.is_file()}
        assert len(kept & {f"{name}.ipynb", f"{name}.html"}) == 1
        assert kept & set(hidden_files(name)) == set()


@pytest.mark.parametrize(
    "student", ["reference", "untouched", "half", "mistaken", "copied", "curious"]
)
def test_feedback_shows_no_hidden_test(course, student):
    name, root = course
    # Highlighting cuts lines into spans: compare the text, and the text of tracebacks.
    text = as_text(feedback(root, name, student))
    assert [line for line in hidden_lines(name) if line in text] == []
    assert text.count("BEGIN HIDDEN TESTS") == (student == "curious")  # in a cell of one's own
    assert "Traceback (most recent call last)" not in text


def test_autograded_notebooks_do_hold_the_hidden_tests(course):
    # Otherwise the test above would pass for a course without tests.
    name, root = course
    text = (root / "autograded" / "reference" / name / f"{name}.ipynb").read_text()
    cells = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    assert [line for line in hidden_lines(name) if line not in cells] == []


def test_feedback_says_what_went_wrong(course):
    name, root = course
    wrong = small_mistake(name)
    text = " ".join(as_text(feedback(root, name, "mistaken")).split())
    assert "CheckFailed" in text
    assert re.search(wrong.says, text)


def as_text(page):
    return html.unescape(re.sub(r"<[^>]+>", "", page))
