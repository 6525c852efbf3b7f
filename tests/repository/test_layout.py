"""The layout of the repository, and what must never get into it."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]

TOP_LEVEL = {
    ".ci", ".editorconfig", ".github", ".gitignore", "CITATION.cff", "LICENSE", "LICENSE-CODE",
    "Makefile", "README.md", "_config.yml", "_ext", "_templates", "_toc.yml", "assets",
    "benchmarks", "chapters", "constraints-colab.txt", "constraints.txt", "exercises", "helpers",
    "intro.md", "nbgrader_config.py", "pyproject.toml", "references.bib", "requirements.lock",
    "solutions", "tests",
}  # fmt: skip

TEXT = {
    "", ".bib", ".cff", ".cfg", ".css", ".html", ".ipynb", ".js", ".json", ".lock", ".md", ".mjs",
    ".py", ".svg", ".toml", ".txt", ".yaml", ".yml",
}  # fmt: skip

# Written in pieces, so that this file does not contain what it looks for.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3]) + r")\b")
THIS_MACHINE = re.compile(
    r"(?<!\w)(?:"
    + "|".join(["/wo" + "rk/", "/ro" + "ot/", r"/ho" + r"me/\w", "/tm" + "p/w/"])
    + ")"
)


def _toc_files():
    table = yaml.safe_load((ROOT / "_toc.yml").read_text())
    return [chapter["file"] for part in table["parts"] for chapter in part["chapters"]]


def _texts(files):
    for file in files:
        if file.suffix in TEXT and "vendor" not in file.as_posix():
            yield file, (ROOT / file).read_text(encoding="utf-8")


def test_nothing_unknown_lies_at_the_top(files):
    assert {file.parts[0] for file in files} - TOP_LEVEL == set()


def test_every_page_of_the_contents_exists_and_every_chapter_is_in_them(files):
    listed = _toc_files()
    assert len(listed) == len(set(listed))
    assert [name for name in listed if not (ROOT / f"{name}.md").is_file()] == []
    chapters = {f"chapters/{file.stem}" for file in files if file.match("chapters/*.md")}
    assert chapters - set(listed) == set()


def test_no_source_folder_is_called_static(files):
    # Jupyter Book would load every script and style in it on every page.
    assert [file for file in files if "_static" in file.parts] == []


def test_nothing_generated_is_kept_but_released_exercises(files):
    notebooks = [file for file in files if file.suffix == ".ipynb"]
    assert [file for file in notebooks if file.parts[0] != "exercises"] == []


def test_no_note_to_self_is_left(files):
    found = [
        f"{file}:{number}"
        for file, text in _texts(files)
        for number, line in enumerate(text.splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert found == []


def test_no_path_of_somebody_s_machine_is_left(files):
    found = [
        f"{file}: {match.group()}"
        for file, text in _texts(files)
        if (match := THIS_MACHINE.search(text))
    ]
    assert found == []


def test_files_are_light(files):
    heavy = [file for file in files if (ROOT / file).stat().st_size > 3_000_000]
    assert heavy == []


def test_text_licence_is_creative_commons_attribution_4():
    text = (ROOT / "LICENSE").read_text()
    assert text.startswith("Attribution 4.0 International")
    for section in range(1, 9):
        assert f"\nSection {section} -- " in text
    assert "NonCommercial" not in text
    assert "ShareAlike" not in text


def test_code_licence_is_bsd_3_clause():
    text = (ROOT / "LICENSE-CODE").read_text()
    assert text.startswith("BSD 3-Clause License")
    assert text.count("\n1. ") == text.count("\n2. ") == text.count("\n3. ") == 1
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["license"] == "BSD-3-Clause"


def test_citation_has_what_the_format_requires():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(citation)
    assert all(author.get("name") or author.get("family-names") for author in citation["authors"])
    assert citation["type"] in ("software", "dataset")
    assert citation["license"] == ["CC-BY-4.0", "BSD-3-Clause"]
    address = yaml.safe_load((ROOT / "_config.yml").read_text())["repository"]["url"]
    assert citation["repository-code"] == address


def test_citation_states_the_version_of_the_library():
    import helpers

    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == helpers.__version__


@pytest.mark.parametrize("module", ["helpers", "helpers.book"])
def test_importing_helpers_loads_nothing_but_python(module):
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    command = [
        sys.executable,
        "-I",
        "-X",
        "utf8",
        "-c",
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); " + code,
    ]
    loaded = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert "helpers" in loaded
    heavy = {
        "IPython",
        "anywidget",
        "keras",
        "matplotlib",
        "nbgrader",
        "numpy",
        "sklearn",
        "tensorflow",
    }
    assert loaded & heavy == set()


def test_check_of_python_can_be_read_by_an_old_one():
    # An old Python has to get as far as the message: no f-string, no annotation, no walrus.
    source = (ROOT / ".ci" / "check_python.py").read_text()
    tree = ast.parse(source)
    modern = (ast.JoinedStr, ast.NamedExpr, ast.AnnAssign, ast.Match, ast.AsyncFunctionDef)
    assert [node for node in ast.walk(tree) if isinstance(node, modern)] == []
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert [f.name for f in functions if f.returns or f.args.kwonlyargs or f.args.posonlyargs] == []
    assert source.isascii()


def test_tools_folders_are_no_part_of_the_book():
    # pytest puts a README into its cache, and a strict build would stumble over it.
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    assert {".*", "_build"} <= set(config["exclude_patterns"])


def _prose(text):
    """Yield the numbered lines that are no code; options such as ``:width: 80%`` are code."""
    code = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            code = not code and re.match(r"```(\{code|python|ipython)", line) is not None
        if not code and not line.lstrip().startswith(":"):
            yield number, line


def test_a_space_stands_before_every_per_cent_sign_of_the_text(files):
    tight = [
        f"{file}:{number}"
        for file, text in _texts(files)
        if file.suffix == ".md" and file.parts[0] in ("chapters", "solutions", "intro.md")
        for number, line in _prose(text)
        if re.search(r"\d%(?!\w)", line)
    ]
    assert tight == []
