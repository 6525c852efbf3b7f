"""What goes to the Colab branch."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers.colab import Repository, is_setup_cell, setup_cell_source
from helpers.colab.notebook import make_notebook, write_notebook
from helpers.colab.publish import lay_out, pin, with_answers

BOOK = Repository("https://github.com/a/b", "main", "c0ffee", "https://a.github.io/b/")


def answer(grade_id, source):
    metadata = {"nbgrader": {"grade_id": grade_id, "solution": True}}
    return new_code_cell(source, metadata=metadata)


@pytest.fixture
def folders(tmp_path):
    """Notebooks as Sphinx and nbgrader leave them."""
    chapters, exercises = tmp_path / "notebooks", tmp_path / "exercises"
    write_notebook(chapters / "chapters/line.ipynb", make_notebook(["# Line"], [], name="line"))
    (chapters / "_static").mkdir()
    (chapters / "_static/proof.css").write_text("")
    exercise = new_notebook(cells=[new_markdown_cell("# Line"), new_code_cell(setup_cell_source())])
    write_notebook(exercises / "line/line.ipynb", exercise)
    return chapters, exercises


def files(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_holds_chapters_exercises_and_a_readme_and_nothing_else(folders, tmp_path):
    target = tmp_path / "colab"
    names = lay_out(*folders, target, BOOK)
    assert names == ["chapters/line.ipynb", "exercises/line/line.ipynb"]
    assert files(target) == ["README.md", *names]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["colab", "exercises", "notebooks"]


def test_readme_says_that_the_notebooks_are_generated_and_from_what(folders, tmp_path):
    lay_out(*folders, tmp_path / "colab", BOOK)
    readme = (tmp_path / "colab/README.md").read_text()
    assert (
        "generated from [the text of the book](https://github.com/a/b), at commit c0ffee" in readme
    )
    assert "<https://a.github.io/b/>" in readme
    assert "colab.research.google.com/github/a/b/blob/colab/chapters/line.ipynb" in readme


def test_every_notebook_installs_the_commit_of_the_book(folders, tmp_path):
    for name in lay_out(*folders, tmp_path / "colab", BOOK):
        notebook = nbformat.read(tmp_path / "colab" / name, 4)
        first = next(cell for cell in notebook.cells if cell.cell_type == "code")
        assert first.source == setup_cell_source("c0ffee")


def test_old_notebooks_are_gone_and_sources_untouched(folders, tmp_path):
    target = tmp_path / "colab"
    (target / "chapters").mkdir(parents=True)
    (target / "chapters/renamed.ipynb").write_text("{}")
    before = (folders[1] / "line/line.ipynb").read_bytes()
    lay_out(*folders, target, BOOK)
    assert "chapters/renamed.ipynb" not in files(target)
    assert (folders[1] / "line/line.ipynb").read_bytes() == before


def test_no_exercises_yet_is_fine(folders, tmp_path):
    names = lay_out(folders[0], tmp_path / "none", tmp_path / "colab", BOOK)
    assert names == ["chapters/line.ipynb"]


def test_notebook_without_set_up_cell_is_refused_and_the_old_tree_stays(folders, tmp_path):
    target = tmp_path / "colab"
    lay_out(*folders, target, BOOK)
    write_notebook(folders[1] / "line/line.ipynb", new_notebook(cells=[new_code_cell("1")]))
    before = files(target)
    with pytest.raises(ValueError, match=r"line/line\.ipynb: the first code cell must be"):
        lay_out(*folders, target, BOOK)
    assert files(target) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["colab", "exercises", "notebooks"]


def test_pin_needs_a_set_up_cell():
    with pytest.raises(ValueError, match="must be the set-up cell"):
        pin(new_notebook(cells=[new_markdown_cell("x")]), "c0ffee")


def test_answers_replace_only_the_answer_cells():
    released = new_notebook(
        cells=[
            new_code_cell(setup_cell_source()),
            answer("mse", "raise NotImplementedError"),
            new_code_cell("mse(1)", metadata={"nbgrader": {"grade_id": "t", "solution": False}}),
        ]
    )
    solution = new_notebook(cells=[answer("mse", "def mse(x): return x"), answer("other", "1")])
    solved = with_answers(released, solution)
    assert is_setup_cell(solved.cells[0].source)
    assert [cell.source for cell in solved.cells[1:]] == ["def mse(x): return x", "mse(1)"]


def test_answer_that_the_solution_lacks_is_an_error():
    released = new_notebook(cells=[answer("mse", "raise NotImplementedError")])
    with pytest.raises(ValueError, match="'mse' of the release is not in the solution"):
        with_answers(released, new_notebook())
