"""Commands: those that README names exist, CI runs the same, bad input gets a clear line."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest
import yaml

from helpers import book
from tests.repository.conftest import write_script

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MAKE = re.compile(r"(?:^|`|run: |exec |\$ )make ([a-z][a-z-]*)", flags=re.MULTILINE)


def _targets():
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def _error(done):
    """Return the error message of a failed `make`: all that it printed but its own last line."""
    assert done.returncode != 0
    lines = [line for line in done.stderr.splitlines() if not line.startswith("make: ***")]
    return "\n".join(lines + done.stdout.splitlines())


# --- one set of commands -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "file",
    ["README.md", ".ci/run", "Makefile", "chapters/contributing.md"]
    + [path.relative_to(ROOT).as_posix() for path in WORKFLOWS],
)
def test_every_make_command_that_is_named_exists(file):
    assert set(MAKE.findall((ROOT / file).read_text())) - _targets() == set()


def test_readme_names_the_two_commands():
    assert {"serve", "test"} <= set(MAKE.findall((ROOT / "README.md").read_text()))


def test_ci_runs_what_readme_says():
    steps = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text())["jobs"]["test"][
        "steps"
    ]
    assert [step["run"] for step in steps if "run" in step] == [".ci/run"]
    assert MAKE.findall((ROOT / ".ci" / "run").read_text())[-1] == "test"
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_every_target_is_explained(make):
    listed = make(ROOT, "help").stdout
    phony = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    names = set(phony.group(1).replace("\\", " ").split())
    assert set(re.findall(r"^make ([a-z-]+) +\S", listed, re.MULTILINE)) == names
    assert names == _targets()


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_workflow_is_pinned_and_has_few_rights(workflow):
    text = workflow.read_text()
    parsed = yaml.safe_load(text)
    assert parsed["permissions"] == {"contents": "read"}
    for job in parsed["jobs"].values():
        assert job["timeout-minutes"] <= 90
        assert "write-all" not in str(job.get("permissions"))
    used = re.findall(r"uses: (\S+)", text)
    assert [
        action for action in used if not re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", action)
    ] == []


def test_workflows_name_no_owner():
    # A fork runs them unchanged.
    assert [path.name for path in WORKFLOWS if "neurons-to-jets" in path.read_text()] == []


def test_three_pythons_are_tested():
    job = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text())["jobs"]["test"]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]


def _run_ci(checkout, programs):
    """Run .ci/run with stand-ins for programs; return what was called, and the run."""
    log = checkout / "log"
    folder = checkout / "programs"
    folder.mkdir()
    for name, code in programs.items():
        write_script(folder / name, f'echo "{name} $*" >> "{log}"', code)
    for name in ("dirname", "id"):
        (folder / name).symlink_to(shutil.which(name))
    bare = {"PATH": str(folder)}  # no Chromium, nothing of the environment we run in
    done = subprocess.run(
        [shutil.which("bash"), ".ci/run"], cwd=checkout, env=bare, capture_output=True, text=True
    )
    return (log.read_text().splitlines() if log.exists() else []), done


def test_ci_installs_the_browser_and_then_runs_make_test(checkout):
    programs = {"python3": "", "make": 'echo "CI=$CI"', "apt-get": "", "sudo": 'shift; "$@"'}
    called, done = _run_ci(checkout, programs)
    assert done.returncode == 0, done.stderr
    called = [line for line in called if not line.startswith(("python3", "sudo"))]
    assert called[0].startswith("apt-get update")
    assert called[1].startswith("apt-get install")
    assert " chromium " in called[1]
    assert called[2:] == ["make test PYTHON=python3"]
    assert done.stdout.splitlines()[-1] == "CI=true"


def test_ci_leaves_a_system_alone_that_has_everything(checkout):
    programs = {"python3": "", "make": "", "chromium": "", "apt-get": "exit 1"}
    called, done = _run_ci(checkout, programs)
    assert done.returncode == 0, done.stderr
    assert called[-1] == "make test PYTHON=python3"
    assert [line for line in called if line.startswith("apt-get")] == []


def test_ci_without_apt_names_what_is_missing(checkout):
    called, done = _run_ci(checkout, {"python3": "", "make": ""})
    assert done.returncode == 1
    assert done.stderr.startswith("Please install chromium fonts-dejavu-core with")
    assert [line for line in called if line.startswith("make")] == []


# --- bad input: the environment ----------------------------------------------------------------


@pytest.mark.parametrize("version", [(2, 7), (3, 8), (3, 10), (3, 14)])
def test_unsuitable_python_is_told_before_anything_else(make, checkout, python_that, version):
    python = python_that(f"sys.version_info = ({version[0]}, {version[1]}, 0, 'final', 0)")
    message = _error(make(checkout, "serve", f"PYTHON={python}"))
    assert message.startswith("The book needs Python 3.11, 3.12 or 3.13")
    assert f"this is {version[0]}.{version[1]}" in message
    assert "make PYTHON=" in message
    assert "\n" not in message
    assert not (checkout / ".venv").exists()


def test_missing_python_is_told(make, checkout):
    message = _error(make(checkout, "serve", "PYTHON=python-of-my-dreams"))
    assert message.startswith("There is no 'python-of-my-dreams' here. Install Python 3.11")
    assert "\n" not in message


def test_missing_venv_module_names_the_debian_package(make, checkout, python_that):
    python = python_that("sys.modules['ensurepip'] = None")
    message = _error(make(checkout, "book", f"PYTHON={python}"))
    minor = sys.version_info.minor
    assert f"sudo apt-get install python3.{minor}-venv" in message
    assert "\n" not in message


def test_interrupted_set_up_starts_anew(make, checkout, tmp_path):
    half = checkout / ".venv" / "half.txt"
    half.parent.mkdir()
    half.touch()  # a set-up without its stamp: it was interrupted
    log = tmp_path / "log"
    python = tmp_path / "python"
    installer = f'echo "$@" >> "{log}"'
    python.write_text(
        "#!/bin/sh\n"
        f'echo "$@" >> "{log}"\n'
        f'if [ "$2" = venv ]; then mkdir -p "$3/bin"; printf \'#!/bin/sh\\n{installer}\\n\''
        ' > "$3/bin/python"; chmod +x "$3/bin/python"; fi\n'
    )
    python.chmod(0o755)
    done = make(checkout, ".venv/ready", f"PYTHON={python}")
    assert done.returncode == 0, done.stderr
    assert not half.exists()
    assert (checkout / ".venv" / "ready").exists()
    steps = log.read_text().splitlines()
    assert steps[0] == ".ci/check_python.py"
    assert "--require-hashes" in steps[2]
    assert steps[3].endswith("--no-deps --no-build-isolation --editable .")
    assert make(checkout, ".venv/ready", f"PYTHON={python}").stdout.endswith("up to date.\n")


def test_set_up_that_fails_leaves_no_stamp(make, checkout, tmp_path):
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nif [ "$2" = venv ]; then mkdir .venv; exit 1; fi\n')
    python.chmod(0o755)
    assert make(checkout, "book", f"PYTHON={python}").returncode != 0
    assert not (checkout / ".venv" / "ready").exists()


# --- bad input: chapters and ports -------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "start"), [("lines", "There is no chapter 'lines'"), ("", "Name a")]
)
def test_unknown_chapter_lists_the_known_ones(make, ready, name, start):
    message = _error(make(ready, "chapter", f"NAME={name}"))
    assert message.startswith(start)
    assert "gradient-descent, line" in message
    assert "\n" not in message


@pytest.fixture
def taken():
    """A port on which somebody else listens."""
    with socket.create_server((book.HOST, 0)) as server:
        yield server.getsockname()[1]


def test_taken_port_that_was_asked_for_is_told_before_the_build(make, ready, taken):
    message = _error(make(ready, "serve", f"PORT={taken}"))
    assert message == f"Port {taken} is taken. Choose another: make serve PORT=9000"
    assert not (ready / "_build").exists()


def test_taken_default_port_gives_the_next_free_one(monkeypatch, tmp_path, taken):
    monkeypatch.setattr(book, "PORT", taken)
    with book.open_server(tmp_path) as server:
        assert taken < server.server_port < taken + 100


@pytest.mark.parametrize("port", [-1, 70_000])
def test_impossible_port_is_told(tmp_path, port):
    with pytest.raises(book.BookError, match=f"between 1 and 65535, but this is {port}"):
        book.open_server(tmp_path, port)


def test_server_gives_pages_of_its_folder_to_this_machine_only(tmp_path):
    (tmp_path / "index.html").write_text("Neurons")
    with book.open_server(tmp_path, 0) as server:
        assert server.server_address[0] == "127.0.0.1"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/") as answer:
            assert answer.read() == b"Neurons"
        server.shutdown()
        thread.join()


# --- builds ------------------------------------------------------------------------------------


@pytest.fixture
def tiny(tmp_path):
    """A book of two pages, with an extension that waits as long as a file tells it to."""
    root = tmp_path / "tiny book"
    (root / "chapters").mkdir(parents=True)
    (root / "intro.md").write_text("# A tiny book\n\n{doc}`chapters/line`\n")
    (root / "chapters/line.md").write_text("# A line\n\nFirst edition.\n")
    (root / "_toc.yml").write_text(
        "format: jb-book\nroot: intro\nchapters:\n- file: chapters/line\n"
    )
    (root / "_config.yml").write_text(
        "title: Tiny\nonly_build_toc_files: true\nexecute: {execute_notebooks: 'off'}\n"
        "sphinx: {local_extensions: {wait: .}}\n"
    )
    (root / "wait.py").write_text(
        "import pathlib, time\n"
        "def hold(app, *_):\n"
        "    here = pathlib.Path(app.confdir)\n"
        "    if (here / 'hold').exists():\n"
        "        (here / 'held').touch()\n"
        "        time.sleep(600)\n"
        "def setup(app):\n"
        "    app.connect('html-page-context', hold)\n"
        "    return {'parallel_read_safe': True}\n"
    )
    return root


def _start(root, *arguments):
    command = [sys.executable, "-m", "helpers.book", "--root", str(root), *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def _run(root, *arguments):
    process = _start(root, *arguments)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def _wait_for(path):
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.1)
    raise AssertionError(f"{path} did not appear")


def _tree(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.mark.slow
def test_interrupted_and_failed_builds_leave_the_last_book_as_it_was(tiny):
    status, out, err = _run(tiny, "build")
    assert status == 0, err
    assert out.splitlines()[-1].startswith("The book is built: ")
    pages = tiny / "_build" / "html"
    before = _tree(pages)
    assert b"First edition" in before[Path("chapters/line.html")]

    (tiny / "chapters/line.md").write_text("# A line\n\nSecond edition.\n")
    (tiny / "hold").touch()
    process = _start(tiny, "build")
    _wait_for(tiny / "held")
    # While one build runs, a second one says so.
    status, _, err = _run(tiny, "build")
    assert status == 1
    assert err.splitlines()[-1].startswith("Another build is running")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines()[-1] == "Interrupted: what was built before is as it was."
    assert _tree(pages) == before

    (tiny / "hold").unlink()
    (tiny / "chapters/line.md").write_text("# A line\n\n{doc}`no-such-page`\n")
    for _ in range(2):  # and a second try does not pass because the page was read before
        status, _, err = _run(tiny, "build")
        assert status == 1
        summary, cause = err.splitlines()
        assert summary.startswith("The build failed. The last good one is still in ")
        assert "chapters/line.md:3: WARNING: unknown document: 'no-such-page'" in cause
        assert _tree(pages) == before

    (tiny / "chapters/line.md").write_text("# A line\n\nThird edition.\n")
    assert _run(tiny, "build")[0] == 0
    assert b"Third edition" in (pages / "chapters/line.html").read_bytes()
    assert sorted(path.name for path in (tiny / "_build").iterdir()) == ["html", "lock", "work"]


@pytest.mark.slow
def test_chapter_is_built_alone_and_leaves_the_book_as_it_was(tiny):
    (tiny / "chapters/other.md").write_text("# Another\n\n{doc}`no-such-page`\n")
    (tiny / "chapters/glossary.md").write_text("# Glossary\n")
    status, out, err = _run(tiny, "chapter", "line")
    assert status == 0, err
    built = {path.name for path in (tiny / "_build/chapter/chapters").iterdir()}
    assert built == {"line.html", "glossary.html"}
    assert not (tiny / "_build/html").exists()
    assert "chapters/line.html is built. To read it: " in out.splitlines()[-1]


@pytest.mark.slow
def test_serve_builds_prints_the_address_and_answers(tiny):
    process = _start(tiny, "serve")
    for line in process.stdout:
        if match := re.match(r"The book is at (http://127\.0\.0\.1:\d+/) ", line):
            break
    with urllib.request.urlopen(match.group(1) + "chapters/line.html") as answer:
        assert b"First edition" in answer.read()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 0


def test_folder_without_a_book_is_told(tmp_path):
    status, _, err = _run(tmp_path, "build")
    assert status == 1
    assert err.startswith(f"There is no _config.yml in {tmp_path}")
