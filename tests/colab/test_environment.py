"""The environment made of Colab's versions, and notebooks run in it."""

import subprocess
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from helpers.colab import __main__ as command
from helpers.colab import environment
from helpers.colab.address import ROOT
from helpers.colab.environment import ColabError, Failure, make_environment, run_in
from helpers.colab.notebook import make_notebook, write_notebook


@pytest.fixture
def commands(monkeypatch):
    """Record the commands that would make an environment."""
    record = []
    monkeypatch.setattr(environment, "_run", lambda c, message: record.append(c))
    return record


@pytest.fixture
def constraints(tmp_path):
    path = tmp_path / "constraints.txt"
    path.write_text("numpy==2.1.3\n")
    (tmp_path / "venv").mkdir()
    return path


def test_environment_is_made_with_the_constraints_and_without_nbgrader(
    commands, constraints, tmp_path, monkeypatch
):
    monkeypatch.setattr(environment.shutil, "rmtree", lambda *a, **k: None)
    python = make_environment(tmp_path / "venv", constraints)
    make, install = commands
    assert make[1:3] == ["-m", "venv"]
    assert install[0] == str(python)
    assert install[install.index("--constraint") + 1] == str(constraints)
    assert {"ipywidgets", "anywidget", "keras", "nbclient"} <= set(install)
    assert not {"nbgrader", "jupyter-book", "myst-nb", "neurons-to-jets"} & set(install)


def test_environment_is_reused_until_the_constraints_change(
    commands, constraints, tmp_path, monkeypatch
):
    monkeypatch.setattr(environment.shutil, "rmtree", lambda *a, **k: None)
    for _ in range(2):
        make_environment(tmp_path / "venv", constraints)
    assert len(commands) == 2
    constraints.write_text("numpy==2.2.0\n")
    make_environment(tmp_path / "venv", constraints)
    assert len(commands) == 4


def test_interrupted_environment_is_made_anew(constraints, tmp_path, monkeypatch):
    def fail(command, message):
        (tmp_path / "venv").mkdir(exist_ok=True)
        if "install" in command:
            raise ColabError(message)

    monkeypatch.setattr(environment, "_run", fail)
    for _ in range(2):
        with pytest.raises(ColabError, match="is there a network connection"):
            make_environment(tmp_path / "venv", constraints)
    assert not (tmp_path / "venv/ready").exists()


def test_missing_constraints_are_named(tmp_path):
    with pytest.raises(ColabError, match="it holds Colab's versions"):
        make_environment(tmp_path / "venv", tmp_path / "none.txt")


def test_failing_command_shows_what_it_printed():
    with pytest.raises(ColabError, match=r"(?s)could not be made:.*no such luck"):
        environment._run(
            [sys.executable, "-c", "raise SystemExit('no such luck')"], "It could not be made"
        )


def test_failure_names_chapter_cell_error_and_code():
    text = str(Failure("chapters/line.ipynb", 7, "a = b\nc", "NameError: b"))
    assert text == "chapters/line.ipynb, cell 7: NameError: b\n    | a = b\n    | c"


def test_constraints_pin_what_the_book_itself_is_built_with():
    pinned = dict(
        line.split("==")
        for line in (ROOT / "constraints-colab.txt").read_text().splitlines()
        if "==" in line
    )
    ours = (ROOT / "constraints.txt").read_text().splitlines()
    shared = ["keras", "matplotlib", "numpy", "scikit-learn", "tensorflow", "tensorflow-cpu"]
    assert [
        f"{name}=={pinned[name]}" for name in shared if f"{name}=={pinned[name]}" not in ours
    ] == []


def run(tmp_path, *cells):
    """Run cells in this environment."""
    path = tmp_path / "n.ipynb"
    write_notebook(path, new_notebook(cells=list(cells)))
    return run_in(Path(sys.executable), path, "chapters/n")


@pytest.mark.slow
def test_good_notebook_runs_far_from_the_checkout(tmp_path):
    where = "import os\nassert os.path.basename(os.getcwd()) == 'content', os.getcwd()"
    alone = "import os\nassert os.listdir() == ['n.ipynb'], os.listdir()"
    shown = new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]})
    assert run(tmp_path, new_code_cell(where), new_code_cell(alone), shown) is None


@pytest.mark.slow
def test_set_up_cell_does_nothing_where_helpers_is_installed(tmp_path):
    path = tmp_path / "n.ipynb"
    write_notebook(path, make_notebook(["# N"], [new_code_cell("import helpers")], ref="nowhere"))
    assert run_in(Path(sys.executable), path, "chapters/n") is None


@pytest.mark.slow
def test_first_error_is_reported(tmp_path):
    found = run(tmp_path, new_code_cell("1"), new_code_cell("1 / 0"), new_code_cell("nonsense"))
    assert found == Failure("chapters/n", 2, "1 / 0", "ZeroDivisionError: division by zero")


@pytest.mark.slow
def test_dead_kernel_is_reported(tmp_path):
    found = run(tmp_path, new_code_cell("import os\nos._exit(3)"))
    assert found.cell == 1
    assert found.error.startswith("the kernel died")


def fake_tree(root):
    for name in ("chapters/line", "chapters/zeta", "exercises/line/line"):
        path = root / "_build/colab" / f"{name}.ipynb"
        write_notebook(path, make_notebook([f"# {name}"], [], name=name))
    (root / "constraints-colab.txt").write_text("numpy==2.1.3\n")


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout with notebooks; its environment and its runs are pretended."""
    fake_tree(tmp_path)
    ran = []

    def pretend(python, notebook, name):
        ran.append(name)
        return Failure(name, 2, "1 / 0", "ZeroDivisionError: x") if "zeta" in name else None

    monkeypatch.setattr(command, "make_environment", lambda folder, constraints: Path("python"))
    monkeypatch.setattr(command, "install_helpers", lambda python, root: None)
    monkeypatch.setattr(command, "run_in", pretend)
    return tmp_path, ran


def test_command_runs_what_is_named(checkout, capsys):
    root, ran = checkout
    status = command.main(["--root", str(root), "test", "--no-build", "chapters/line"])
    assert (status, ran) == (0, ["chapters/line.ipynb"])
    assert "1 of 1 notebooks run" in capsys.readouterr().out


def test_command_fails_loudly(checkout, capsys):
    root, _ = checkout
    assert command.main(["--root", str(root), "test", "--no-build", "chapters/line", "zeta"]) == 1
    assert "chapters/zeta.ipynb, cell 2: ZeroDivisionError: x" in capsys.readouterr().err


def test_command_needs_the_answers_of_an_exercise(checkout, capsys):
    root, _ = checkout
    assert command.main(["--root", str(root), "test", "--no-build", "exercises/line"]) == 1
    assert "solutions/line/line.md: the exercise's answers" in capsys.readouterr().err


def test_command_solves_an_exercise_before_it_runs_it(checkout, monkeypatch):
    root, _ = checkout
    seen = []

    def pretend(python, notebook, name):
        seen.append(notebook.read_text())

    monkeypatch.setattr(command, "run_in", pretend)
    answer = {"nbgrader": {"grade_id": "mse", "solution": True}}
    released = make_notebook([], [new_code_cell("raise NotImplementedError", metadata=answer)])
    write_notebook(root / "_build/colab/exercises/line/line.ipynb", released)
    source = root / "solutions/line/line.md"
    source.parent.mkdir(parents=True)
    source.write_text(
        "---\njupytext:\n  text_representation:\n    format_name: myst\nkernelspec:\n"
        "  display_name: Python 3\n  language: python\n  name: python3\n---\n\n"
        "```{code-cell} ipython3\n---\nnbgrader:\n  grade_id: mse\n  solution: true\n---\n"
        "x = 'solved'\n```\n"
    )
    assert command.main(["--root", str(root), "test", "--no-build", "exercises/line"]) == 0
    assert "x = 'solved'" in seen[0]
    assert "NotImplementedError" not in seen[0]


def test_unknown_name_is_told_before_anything_is_made(checkout, capsys):
    root, ran = checkout
    assert command.main(["--root", str(root), "test", "--no-build", "lime"]) == 1
    assert "There is no notebook 'lime'. There are: line, zeta." in capsys.readouterr().err
    assert ran == []


def test_changed_and_one_in_turn(checkout, monkeypatch):
    root, ran = checkout
    (root / "chapters").mkdir()
    for name in ("line", "zeta"):
        (root / "chapters" / f"{name}.md").write_text("text\n")
    for words in (["init", "-b", "main"], ["add", "chapters"], ["commit", "-m", "one"]):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
        subprocess.run(["git", *identity, *words], cwd=root, check=True, capture_output=True)
    (root / "chapters/line.md").write_text("changed\n")
    monkeypatch.setattr(command, "changed", lambda files, notebooks, root: ["chapters/line.ipynb"])
    assert command.main(["--root", str(root), "test", "--no-build", "--changed-since", "main"]) == 1
    assert ran == ["chapters/line.ipynb", "chapters/zeta.ipynb"]  # one commit: the second's turn


@pytest.mark.slow
def test_first_chapters_run_with_colabs_versions():
    names = ["chapters/line", "chapters/gradient-descent"]
    done = subprocess.run(
        [sys.executable, "-m", "helpers.colab", "test", *names],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "2 of 2 notebooks run with Colab's versions." in done.stdout
