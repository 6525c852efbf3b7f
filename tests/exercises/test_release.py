"""From solutions/ to exercises/: what is released, and what never is."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from helpers import exercises
from helpers.exercises import ExerciseError, details, main, names, release, source_notebook

ROOT = Path(__file__).resolve().parents[2]


def read(name, root=ROOT):
    return nbformat.read(root / "exercises" / name / f"{name}.ipynb", as_version=4)


@pytest.fixture
def copy(tmp_path):
    """A copy of the solutions, nothing released."""
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions", ignore=lambda *_: {"x.ipynb"})
    return tmp_path


@pytest.fixture
def published(copy):
    """A copy of the solutions, and of what was released from them."""
    shutil.copytree(ROOT / "exercises", copy / "exercises")
    return copy


def edit(root, old, new, name="line"):
    path = root / "solutions" / name / f"{name}.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def files(root):
    return {path: path.read_bytes() for path in sorted((root / "exercises").rglob("*.ipynb"))}


def test_committed_exercises_are_in_step():
    assert release(check=True) == []


def test_release_gives_the_committed_bytes_everywhere(copy, monkeypatch):
    # a fork's CI, another time zone, another place
    monkeypatch.setenv("GITHUB_REPOSITORY", "ada/course")
    monkeypatch.setenv("GITHUB_SHA", "c0ffee")
    assert len(release(root=copy)) == len(names())
    made = {path.name: text for path, text in files(copy).items()}
    committed = {path.name: text for path, text in files(ROOT).items()}
    assert made == committed
    assert os.environ["GITHUB_REPOSITORY"] == "ada/course"
    assert release(root=copy) == []


def test_nothing_but_notebooks_is_released(copy):
    hidden = copy / "solutions" / "line" / "hidden_lines.npz"
    hidden.write_bytes(b"beside the solution, for the hidden tests")
    release(root=copy, source=True)
    for root in (copy, ROOT):
        given = {path for path in (root / "exercises").rglob("*") if path.is_file()}
        assert {path.suffix for path in given} == {".ipynb"}


@pytest.mark.parametrize("name", names())
def test_released_notebook_is_fit_for_students(name):
    notebook = read(name)
    nbformat.validate(notebook)
    cells = notebook.cells
    text = "\n".join(cell.source for cell in cells)
    assert "SOLUTION" not in text
    assert "HIDDEN TESTS" not in text
    assert [cell.outputs for cell in cells if cell.get("outputs")] == []
    assert {cell.get("execution_count") for cell in cells} <= {None}
    assert len({cell.id for cell in cells}) == len(cells)
    assert "setup" in cells[1].metadata.tags
    for cell in cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            assert cell.source.rstrip().endswith(
                'raise NotImplementedError("replace this line by your code")'
            )
            for section in ("Parameters", "----------"):
                assert section in cell.source or "():\n" in cell.source  # it takes nothing
            assert "Returns" in cell.source or "Yields" in cell.source
            compile(cell.source, name, "exec")


@pytest.mark.parametrize("name", names())
def test_nothing_of_a_solution_is_released(name):
    source = source_notebook(name)
    secret = set()
    for cell in source.cells:
        for kind in ("SOLUTION", "HIDDEN TESTS"):
            for region in cell.source.split(f"### BEGIN {kind}\n")[1:]:
                lines = region.split(f"### END {kind}")[0].splitlines()
                secret |= {line.strip() for line in lines if len(line.strip()) > 12}
    assert len(secret) > 50
    given = {
        line.strip()
        for cell in source.cells
        if "### BEGIN" not in cell.source
        for line in cell.source.splitlines()
    }
    released = {line.strip() for cell in read(name).cells for line in cell.source.splitlines()}
    assert (secret - given) & released == set()


@pytest.mark.parametrize("name", names())
def test_exercise_keeps_to_its_size(name):
    facts = details(read(name))
    chapter = ROOT / "chapters" / f"{facts['chapter']}.md"
    # Most exercises are called like their chapter; the chapter shows the card of each.
    assert f"{{exercise-card}} {name}\n" in chapter.read_text(encoding="utf-8")
    assert 4 <= facts["tasks"] <= 8
    assert 20 <= facts["minutes"] <= 90
    marks = [cell.metadata.get("nbgrader", {}) for cell in source_notebook(name).cells]
    assert facts["points"] == sum(mark["points"] for mark in marks if mark.get("grade"))
    first = read(name).cells[0].source
    assert (
        f"*{facts['points']} points, {facts['tasks']} tasks, about {facts['minutes']} min" in first
    )


@pytest.mark.parametrize("name", names())
def test_each_answer_has_public_checks_before_its_hidden_ones(name):
    kinds = []
    for cell in read(name).cells:
        mark = cell.metadata.get("nbgrader")
        if mark:
            kind = "answer" if mark["solution"] else "hidden" if mark["grade"] else "given"
            assert cell.metadata["deletable"] is False
            assert cell.metadata.get("editable", True) is mark["solution"]
            kinds += [kind] if kinds[-1:] != [kind] else []
    assert kinds == ["given", *["answer", "given", "hidden"] * details(read(name))["tasks"]]


def test_unknown_name_is_one_clear_line(capsys):
    assert main(["lines"]) == 1
    error = capsys.readouterr().err
    assert error == f"There is no exercise 'lines': there are {', '.join(names())}.\n"
    assert "losses, mlp, neurons" in error


def test_check_says_what_to_do_and_writes_nothing(copy, capsys):
    assert main(["--check", "line", "--root", str(copy)]) == 1
    assert "exercises/line/line.ipynb. Run: make exercises" in capsys.readouterr().err
    assert not (copy / "exercises").exists()


def test_only_the_named_exercise_is_written(copy, capsys):
    assert main(["line", "--root", str(copy)]) == 0
    assert [path.name for path in files(copy)] == ["line.ipynb"]
    assert main(["line", "--root", str(copy)]) == 0
    assert capsys.readouterr().out.endswith("The exercises are in step with their solutions.\n")


def test_notebooks_for_nbgrader_are_written_on_request(copy):
    written = release(["line"], copy, source=True)
    assert Path("solutions/line/line.ipynb") in written
    text = (copy / "solutions/line/line.ipynb").read_text(encoding="utf-8")
    assert "### BEGIN HIDDEN TESTS" in text


def test_released_notebook_without_solution_is_removed(published):
    shutil.rmtree(published / "solutions" / "line")
    assert release(root=published, check=True) == [Path("exercises/line/line.ipynb")]
    release(root=published)
    assert {path.stem for path in files(published)} == set(names()) - {"line"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  minutes: 45\n", "", "must begin with a title and state"),
        ("grade_id: hidden-predict,", "grade_id: predict,", "two cells are called 'predict'"),
        ("grade_id: hidden-predict,", "grade_id: hidden predict,", "is no grade_id"),
        ("    ### BEGIN SOLUTION\n", "", "neither"),
        (", solution: true}", ", locked: true}", "neither"),
        ("    ### END SOLUTION\n", "", "nbgrader cannot release"),
        ("points: 1}", "points: 0}", "needs points"),
        ("grade: true, points: 1}", "locked: true}", "neither"),
    ],
)
def test_source_that_would_be_graded_wrongly_is_refused(published, old, new, says):
    before = files(published)
    edit(published, old, new)
    with pytest.raises(ExerciseError, match=says) as caught:
        release(["line"], published)
    assert "solutions/line/line.md" in str(caught.value)
    assert files(published) == before


def test_failure_while_writing_leaves_the_old_notebook(published, monkeypatch):
    before = files(published)
    edit(published, "# Exercise: a line by hand", "# Exercise: another")

    def full_disk(*_):
        raise OSError("no space left")

    monkeypatch.setattr(exercises.os, "replace", full_disk)
    with pytest.raises(OSError, match="no space"):
        release(["line"], published)
    assert files(published) == before
    assert sorted(p.name for p in (published / "exercises/line").iterdir()) == ["line.ipynb"]


@pytest.mark.slow
def test_interrupted_run_leaves_nothing_half_written(published):
    before = files(published)
    edit(published, "# Exercise: a line by hand", "# Exercise: another")
    command = [sys.executable, "-m", "helpers.exercises", "--root", str(published)]
    for seconds in (0.3, 1.0, 1.7):
        process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
        time.sleep(seconds)
        process.send_signal(signal.SIGTERM)
        process.communicate()
        left = files(published)
        assert set(left) == set(before)
        for text in left.values():
            json.loads(text)
        assert [p for p in (published / "exercises").rglob("*") if "partial" in p.name] == []
