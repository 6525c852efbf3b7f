"""Which notebooks are run."""

import subprocess

import pytest

from helpers.colab.selection import changed, commit_count, files_changed_since, in_turn, named

NOTEBOOKS = [
    "chapters/gradient-descent.ipynb",
    "chapters/line.ipynb",
    "exercises/line/line.ipynb",
]


@pytest.fixture
def root(tmp_path):
    """A checkout whose chapter `line` uses plot, which uses colours."""
    texts = {
        "chapters/line.md": "from helpers import datasets, plot\n",
        "chapters/gradient-descent.md": "import helpers.nn.layers\n",
        "solutions/line/line.md": "from helpers.checks import check\n",
        "helpers/plot.py": "from helpers.colours import PALETTE\n",
        "helpers/colours.py": "PALETTE = []\n",
        "helpers/nn/layers.py": "",
        "helpers/checks.py": "",
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["line"], NOTEBOOKS[1:]),
        (["chapters/line"], NOTEBOOKS[1:2]),
        (["chapters/line.md"], NOTEBOOKS[1:2]),
        (["exercises/line"], NOTEBOOKS[2:]),
        (["exercises/line/line.ipynb"], NOTEBOOKS[2:]),
        (["line", "gradient-descent"], NOTEBOOKS),
    ],
)
def test_named(names, expected):
    assert named(names, NOTEBOOKS) == expected


def test_unknown_name_lists_those_that_exist():
    with pytest.raises(ValueError, match=r"no notebook 'lime'\. There are: gradient-descent, line"):
        named(["lime"], NOTEBOOKS)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([], []),
        (["README.md"], []),
        (["chapters/line.md"], ["chapters/line.ipynb"]),
        (["chapters/line-two.md"], []),
        (["solutions/line/line.md"], ["exercises/line/line.ipynb"]),
        (["exercises/line/line.ipynb"], ["exercises/line/line.ipynb"]),
        (["helpers/plot.py"], ["chapters/line.ipynb"]),
        (["helpers/colours.py"], ["chapters/line.ipynb"]),
        (["helpers/nn/layers.py"], ["chapters/gradient-descent.ipynb"]),
        (["helpers/checks.py"], ["exercises/line/line.ipynb"]),
        (["helpers/grading.py"], []),
        (["constraints-colab.txt"], NOTEBOOKS),
        (["helpers/colab/markdown.py"], NOTEBOOKS),
        (["helpers/__init__.py"], NOTEBOOKS),
    ],
)
def test_changed(root, files, expected):
    assert changed(files, NOTEBOOKS, root) == expected


def test_each_chapter_has_its_turn():
    chapters = ["chapters/b.ipynb", "chapters/a.ipynb", "chapters/c.ipynb"]
    assert [in_turn(chapters, count)[9] for count in range(4)] == ["a", "b", "c", "a"]


def test_changes_since_a_branch_count_commits_edits_and_new_files(root):
    def git(*command):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
        subprocess.run(["git", *identity, *command], cwd=root, check=True, capture_output=True)

    git("init", "-b", "main")
    git("add", "-A")
    git("commit", "-m", "one")
    git("switch", "-c", "work")
    (root / "helpers/checks.py").write_text("1\n")
    git("commit", "-am", "two")
    (root / "chapters/line.md").write_text("changed\n")
    (root / "chapters/new.md").write_text("new\n")
    git("switch", "-c", "later")
    assert commit_count(root) == 2
    assert sorted(files_changed_since("main", root)) == [
        "chapters/line.md",
        "chapters/new.md",
        "helpers/checks.py",
    ]
    with pytest.raises(ValueError, match="git merge-base nowhere HEAD failed"):
        files_changed_since("nowhere", root)
