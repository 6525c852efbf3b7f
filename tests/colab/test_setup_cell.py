"""The set-up cell: installs where `helpers` is missing, does nothing elsewhere."""

import importlib.util
import subprocess
import sys
import types

import pytest

from helpers.colab import is_setup_cell, repository, setup_cell_metadata, setup_cell_source

CELL = setup_cell_source("c0ffee")


@pytest.fixture
def calls(monkeypatch):
    """Record the commands that the cell runs; let them fail by setting ``returncode``."""
    record = types.SimpleNamespace(commands=[], returncode=0)

    def run(command, **options):
        record.commands.append(command)
        return subprocess.CompletedProcess(command, record.returncode, "", "ERROR: no route")

    monkeypatch.setattr(subprocess, "run", run)
    return record


@pytest.fixture
def helpers_missing(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


def test_does_nothing_where_helpers_is_there(calls):
    exec(CELL, {})
    assert calls.commands == []


@pytest.mark.usefixtures("helpers_missing")
def test_installs_the_very_version_without_upgrading_anything(calls):
    exec(CELL, {})
    (command,) = calls.commands
    assert command[:4] == [sys.executable, "-m", "pip", "install"]
    requirement = command[-1]
    assert requirement.startswith("neurons-to-jets @ https://")
    assert requirement.endswith("/archive/c0ffee.zip")
    assert "--quiet" in command
    assert not {"-U", "--upgrade", "--force-reinstall"} & set(command)


@pytest.mark.usefixtures("helpers_missing")
def test_no_network_is_a_clear_error(calls, capsys):
    calls.returncode = 1
    with pytest.raises(RuntimeError, match=r"Check the network connection.*archive/c0ffee\.zip"):
        exec(CELL, {})
    assert "no route" in capsys.readouterr().out


def test_widgets_are_switched_on_in_colab_even_after_a_restart(calls, monkeypatch):
    enabled = []
    output = types.SimpleNamespace(enable_custom_widget_manager=lambda: enabled.append(True))
    colab = types.ModuleType("google.colab")
    colab.output = output
    google = types.ModuleType("google")
    google.colab = colab
    monkeypatch.setitem(sys.modules, "google", google)
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    exec(CELL, {})
    assert enabled == [True]
    assert calls.commands == []


def test_without_a_ref_it_installs_the_default_branch():
    assert repository().archive_url() in setup_cell_source()
    assert repository().archive_url().endswith("/main.zip")


def test_is_recognised_whatever_its_version():
    assert is_setup_cell(setup_cell_source("a"))
    assert is_setup_cell(setup_cell_source())
    assert not is_setup_cell("import numpy as np")


def test_is_folded_and_tagged():
    assert setup_cell_metadata() == {
        "cellView": "form",
        "jupyter": {"source_hidden": True},
        "tags": ["setup"],
    }


def test_is_one_cell_of_valid_short_lines():
    source = setup_cell_source("0" * 40)
    compile(source, "setup", "exec")
    code = [line for line in source.splitlines() if "archive/" not in line]
    assert max(map(len, code)) <= 100
