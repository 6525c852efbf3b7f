"""A changed part of the package executes again the chapters that use it, and no others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from _ext.freshness import Package, code_of

ROOT = Path(__file__).parents[2]

FILES = {
    "__init__.py": "",
    "plot.py": "def draw(): pass\n",
    "nn/__init__.py": "",
    "nn/losses.py": "def mse(): pass\n",
    "nn/network.py": "from helpers.nn.losses import mse\nfrom . import layers\n",
    "nn/layers.py": "from .. import plot\n",
    "datasets/__init__.py": "from helpers.datasets.jets import jets\n",
    "datasets/jets.py": "def jets(): return open('data/j.npz')\n",
    "datasets/data/j.npz": "numbers",
    "widgets/__init__.py": "def __getattr__(name): ...\n",
    "widgets/_base.py": "COMMON = 'common.js'\n",
    "widgets/common.js": "//",
    "widgets/line.py": "from helpers.widgets._base import COMMON\nclass Line: pass\n",
    "widgets/line.js": "//",
    "widgets/curve.py": "class Curve: from ._base import COMMON\n",
    "widgets/curve.js": "//",
    "widgets/curve.css": "",
    "orphans/__init__.py": "",
    "orphans/one.py": "def one(): pass\n",
    "orphans/table.csv": "",
}  # fmt: skip


@pytest.fixture
def package(tmp_path) -> Path:
    root = tmp_path / "site" / "helpers"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


BASE = {"__init__.py"}
WIDGETS = BASE | {"widgets/__init__.py", "widgets/_base.py", "widgets/common.js"}
NN = BASE | {"nn/__init__.py"}
DATA = BASE | {"datasets/__init__.py", "datasets/jets.py", "datasets/data/j.npz"}


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("import numpy", set()),
        ("import helpers", BASE),
        ("from helpers import plot", BASE | {"plot.py"}),
        ("import helpers.nn.losses as l", NN | {"nn/losses.py"}),
        ("from helpers.nn import losses", NN | {"nn/losses.py"}),
        ("from helpers.nn.losses import mse", NN | {"nn/losses.py"}),
        ("def f():\n    from helpers.nn.losses import mse", NN | {"nn/losses.py"}),
        ("from helpers.nn.network import N",
         NN | {"nn/network.py", "nn/losses.py", "nn/layers.py", "plot.py"}),
        ("from helpers.datasets import jets", DATA),
        ("from helpers.widgets import Line", WIDGETS | {"widgets/line.py", "widgets/line.js"}),
        ("from helpers.widgets import Curve",
         WIDGETS | {"widgets/curve.py", "widgets/curve.js", "widgets/curve.css"}),
        ("from helpers.orphans import one",
         BASE | {"orphans/__init__.py", "orphans/one.py", "orphans/table.csv"}),
        ("this is no python", set()),
    ],
)  # fmt: skip
def test_files_behind_an_import(package, code, files):
    found = {path.relative_to(package).as_posix() for path in Package(package).files_for([code])}
    assert found == files


def test_name_that_no_module_defines_may_come_from_any(package):
    found = Package(package).files_for(["from helpers.widgets import Unknown"])
    assert package / "widgets" / "line.js" in found
    assert package / "widgets" / "curve.js" in found


def test_an_absolute_path_in_a_string_is_no_file_of_the_package(package, tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_text("not ours")
    for named in (outside, tmp_path / "site"):
        (package / "plot.py").write_text(f"HERE = {str(named)!r}\n")
        assert Package(package).files_for(["from helpers import plot"]) == {
            package / "__init__.py",
            package / "plot.py",
        }


def test_code_that_uses_the_package_must_parse(package):
    with pytest.raises(SyntaxError):
        Package(package).files_for(["from helpers import ("])


def test_digest_follows_contents_and_names(package):
    code = ["from helpers.widgets import Line"]
    digests = [Package(package).digest(code)]
    for name in ("widgets/line.js", "widgets/common.js", "widgets/_base.py"):
        (package / name).write_text((package / name).read_text() + " ")
        digests.append(Package(package).digest(code))
    (package / "widgets" / "line.css").write_text("")
    digests.append(Package(package).digest(code))
    assert len(set(digests)) == 5
    (package / "widgets" / "curve.js").write_text("changed")
    assert Package(package).digest(code) == digests[-1]


def test_the_books_own_package_is_followed():
    package = Package(ROOT / "helpers")
    names = {
        path.relative_to(ROOT / "helpers").as_posix()
        for path in package.files_for(["from helpers.widgets import FitLine"])
    }
    assert {"widgets/fit_line.js", "widgets/common.js", "widgets/common.css"} <= names
    assert {"datasets/houses.py", "plot.py"} <= names
    assert not {"widgets/gradient_descent.js", "nn/optimizers.py"} & names


def test_magics_are_no_python():
    cell = "%matplotlib inline\nif 1:\n    !ls\nimport helpers"
    assert code_of(cell) == "pass\nif 1:\n    pass\nimport helpers"
    assert code_of("%%time\nimport helpers") == "pass\nimport helpers"


CONF = """
extensions = ["myst_nb", "_ext.freshness"]
nb_execution_mode = "cache"
nb_execution_raise_on_error = True
exclude_patterns = []
"""
CHAPTER = """---
jupytext: {{text_representation: {{extension: .md, format_name: myst}}}}
kernelspec: {{display_name: Python 3, language: python, name: python3}}
---
# {name}

```{{code-cell}} ipython3
{code}
with open({log!r}, "a") as log:
    log.write("{name} ")
```
"""
CHAPTERS = {
    "line": "import helpers.widgets.line",
    "curve": "import helpers.widgets.curve",
    "network": "import helpers.nn.network",
    "plain": "import math",
}


class Book:
    """A book of four chapters; each writes its name down when it is executed."""

    def __init__(self, folder: Path):
        self.source, self.log = folder / "source", folder / "log"
        self.out = folder / "_build" / "html"
        self.path = os.pathsep.join([str(folder / "site"), str(ROOT)])
        self.source.mkdir()
        (self.source / "conf.py").write_text(CONF)
        toctree = "\n".join(CHAPTERS)
        (self.source / "index.md").write_text(f"# Book\n\n```{{toctree}}\n{toctree}\n```\n")
        for name in CHAPTERS:
            self.write(name)

    def write(self, name: str, more: str = "") -> None:
        text = CHAPTER.format(name=name, code=CHAPTERS[name], log=str(self.log))
        (self.source / f"{name}.md").write_text(text + more)

    def build(self) -> set[str]:
        """Build, and return which chapters were executed."""
        self.log.write_text("")
        command = [sys.executable, "-m", "sphinx", "-W", "-b", "html"]
        done = subprocess.run(
            [*command, str(self.source), str(self.out)],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": self.path},
            cwd=self.source,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return set(self.log.read_text().split())


@pytest.mark.slow
def test_exactly_what_uses_a_changed_file_is_executed(tmp_path, package):
    book = Book(tmp_path)
    assert book.build() == set(CHAPTERS)
    assert book.build() == set()

    book.write("line", more="\nProse.\n")
    assert book.build() == set()

    (package / "widgets" / "line.js").write_text("// edited")
    assert book.build() == {"line"}
    assert book.build() == set()

    (package / "widgets" / "common.js").write_text("// edited")
    (package / "plot.py").write_text("def draw(): return 1\n")  # through nn.layers
    assert book.build() == {"line", "curve", "network"}

    # Code, data and digest all agree again with what was executed first, but not what is kept.
    (package / "plot.py").write_text(FILES["plot.py"])
    assert book.build() == {"network"}
    assert book.build() == set()


@pytest.mark.slow
def test_failed_chapter_is_executed_again(tmp_path, package):
    book = Book(tmp_path)
    book.build()
    (package / "widgets" / "line.py").write_text("raise RuntimeError('planted')")
    with pytest.raises(AssertionError, match="Executing notebook failed"):
        book.build()
    (package / "widgets" / "line.py").write_text(FILES["widgets/line.py"])
    assert book.build() == {"line"}
