"""How long the book takes to build: from nothing, with nothing changed, and one chapter.

Run it with ``make benchmarks`` or ``python benchmarks/book.py``. It builds in a folder of its own
and leaves the built book alone.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("_config.yml", "_toc.yml", "_ext", "_templates", "assets", "chapters", "exercises",
         "helpers", "intro.md", "pyproject.toml", "references.bib", "solutions")  # fmt: skip
PASSES = (
    ("from nothing, every cell run", ["build"]),
    ("again, no cell changed", ["build"]),
    ("one chapter, no cell changed", ["chapter", "line"]),
)


def main() -> int:
    """Print one line for each kind of build."""
    print(f"Book, on {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "book"
        root.mkdir()
        for name in filter(lambda name: (ROOT / name).exists(), PARTS):
            source, copy = ROOT / name, root / name
            shutil.copytree(source, copy) if source.is_dir() else shutil.copy(source, copy)
        for title, arguments in PASSES:
            start = time.perf_counter()
            command = [sys.executable, "-m", "helpers.book", *arguments]
            done = subprocess.run(command, cwd=root, capture_output=True, text=True)
            if done.returncode:
                print(done.stdout[-3000:], done.stderr[-3000:], sep="\n")
                return 1
            print(f"  {title:<30} {time.perf_counter() - start:6.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
