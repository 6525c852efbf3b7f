"""Shared by all tests."""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    from typing import Any

    from playwright.sync_api import Browser

# No window may open, and TensorFlow's start-up notes are not warnings of ours.
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# NumPy's matrix products on all processors in each of several processes wait for one another.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# A runner may start the tests with Ctrl-C ignored, as shells do in the background; what a test
# starts and interrupts must not inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

NO_CHROMIUM = (
    "browser tests need Chromium: `apt-get install chromium` (Debian, Ubuntu), or set the variable "
    "CHROMIUM to the executable of Chromium or Chrome"
)


class LoadExerciseScheduling(LoadFileScheduling):
    """Give a process whole files, as fixtures of a file are dear, but one exercise's cases alone.

    The tests of all exercises stand in one file and take a quarter of the time.
    """

    def _split_scope(self, nodeid: str) -> str:
        """Return the name of the group that a test belongs to; xdist asks a subclass for it."""
        return exercise_or_file(nodeid)


def exercise_or_file(nodeid: str) -> str:
    """Return a test's file, and the exercise as well if it is one of its cases."""
    from helpers.exercises import names

    file, _, test = nodeid.partition("::")
    if file.endswith("test_cases.py") and (case := re.search(r"\[(.+)\]", test)):
        exercises = sorted(names(), key=len, reverse=True)  # the longest name that fits
        return file + "::" + next(filter(case[1].startswith, exercises), "")
    return file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """Let two processes share the exercises when they share the files."""
    by_file = config.getvalue("dist") == "loadfile"
    return LoadExerciseScheduling(config, log) if by_file else None


def chromium() -> str | None:
    """Return the browser's executable, or None."""
    if named := os.environ.get("CHROMIUM"):
        return named
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


# Not for the session: two of playwright's loops cannot run at once in one process.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return one Chromium for all tests of a module."""
    from playwright.sync_api import sync_playwright

    executable = chromium()
    if executable is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_CHROMIUM)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable)
        yield running
        running.close()
