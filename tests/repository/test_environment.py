"""What is installed: ranges for readers, hashes for the book, and the versions of Colab."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements.lock").read_text()
SAME_AS_COLAB = ("keras", "matplotlib", "numpy", "scikit-learn", "tensorflow", "tensorflow-cpu")


def _locked():
    """Return every version in the lock file, by package."""
    versions = {}
    for line in re.findall(r"^[a-z0-9][^ \n]*==[^ \\\n]+", LOCK, flags=re.MULTILINE):
        name, version = line.split("==")
        versions.setdefault(canonicalize_name(name.partition("[")[0]), set()).add(version)
    return versions


def _pins(name):
    lines = (ROOT / name).read_text().splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def _requirements(*extras):
    wanted = [*PROJECT["dependencies"]]
    for extra in extras:
        wanted += PROJECT["optional-dependencies"][extra]
    return [Requirement(text) for text in wanted]


def test_every_requirement_is_locked_within_its_range():
    locked = _locked()
    missing = [
        str(wanted)
        for wanted in _requirements("book", "grading", "dev")
        if not any(
            wanted.specifier.contains(version, prereleases=True)
            for version in locked.get(canonicalize_name(wanted.name), ())
        )
    ]
    assert missing == [], "run `make lock`"


def test_every_locked_package_has_a_hash():
    entries = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE)
    assert len(entries) > 100
    assert [entry.split()[0] for entry in entries if entry and "--hash=sha256:" not in entry] == []


def test_lock_names_no_package_index():
    assert re.findall(r"https?://\S+|--\w*index\S*|--find-links\S*", LOCK) == []


def test_readers_get_ranges_never_pins():
    # Colab brings its own versions, and installing `helpers` must change none of them.
    assert [str(r) for r in _requirements() if any(s.operator == "==" for s in r.specifier)] == []


def test_library_accepts_what_colab_brings():
    colab = _pins("constraints-colab.txt")
    refused = [str(r) for r in _requirements() if not r.specifier.contains(colab[r.name])]
    assert refused == []


@pytest.mark.parametrize("package", SAME_AS_COLAB)
def test_book_is_built_with_colab_s_versions(package):
    colab = _pins("constraints-colab.txt")[package]
    assert _pins("constraints.txt")[package] == colab
    assert _locked()[package] == {colab}


def test_every_pin_holds_in_the_lock():
    locked = _locked()
    assert {name: locked.get(name) for name in _pins("constraints.txt")} == {
        name: {version} for name, version in _pins("constraints.txt").items()
    }
