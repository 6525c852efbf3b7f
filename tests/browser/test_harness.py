"""The guards of the browser fixtures must themselves be able to fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

FAULTS = {
    "console.error('planted')": "console error on",
    "setTimeout(() => { throw new Error('planted') })": "uncaught: planted",
    "fetch('http://localhost:9/', {mode: 'no-cors'}).catch(() => 0)": "request to another host",
}


@pytest.mark.parametrize("script", FAULTS)
def test_guard_sees_a_planted_fault(tmp_path: Path, script: str) -> None:
    here = Path(__file__).parent
    (tmp_path / "browser").mkdir()
    for conftest in ("conftest.py", "browser/conftest.py"):
        shutil.copy(here.parent / conftest, tmp_path / conftest)
    (tmp_path / "browser" / "test_planted.py").write_text(
        "def test_page(wide_page):\n"
        "    wide_page.goto('data:text/html,<p>')\n"
        f"    wide_page.evaluate({script!r})\n"
        "    wide_page.wait_for_timeout(200)\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout
    assert FAULTS[script] in done.stdout
