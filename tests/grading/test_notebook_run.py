"""Cells run in a jail, tests outside: what an answer can do, and what it can not."""

import os
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from traitlets.config import Config

from helpers.exercises import source_notebook
from helpers.grading import execute
from helpers.grading.execute import ExecuteSafely, NotebookRun, honest
from helpers.grading.jail import Limits, why_not
from helpers.grading.warm import Warm, WarmError

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
MIB = 2**20


@pytest.fixture(scope="module", autouse=True)
def _jail():
    if reason := why_not():
        told = f"no jail can be made here: {reason}"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(told)


@pytest.fixture(scope="module")
def warm(_jail):
    with Warm(limits=Limits(memory=512 * MIB, disk=8 * MIB), hide=[ROOT / "solutions"]) as process:
        yield process


@pytest.fixture
def start(warm, tmp_path):
    """Start runs, and end them."""
    runs = []

    def started(timeout=20.0):
        limits = SimpleNamespace(timeout=timeout, notebook_timeout=120.0)
        runs.append(NotebookRun(warm, tmp_path, limits))
        return runs[-1]

    yield started
    for run in runs:
        run.__exit__()


def own(run, source):
    return run.cell(new_code_cell(source))[0]


def judged(run, source):
    mark = {"nbgrader": {"grade": True, "solution": False}}
    return run.cell(new_code_cell(source, metadata=mark))[0]


def value(run, expression):
    """Return what an expression gives in the jail, as text; an error by its name."""
    (output,) = own(run, expression)
    return output.get("ename") or output["data"]["text/plain"]


def score(
    run, source="from helpers.checks import call, check\ncheck(twice, [call(3.0).gives(6.0)])"
):
    """Return whether a test passes, and what it tells."""
    outputs = judged(run, source)
    wrong = [output for output in outputs if output["output_type"] == "error"]
    return not wrong, (wrong or outputs)[0].get("evalue", "")


def test_cells_put_out_what_a_notebook_has(start):
    run = start()
    outputs = own(run, "print('a'); display(1); 6 * 7")
    assert [output["output_type"] for output in outputs] == [
        "stream", "display_data", "execute_result",
    ]  # fmt: skip
    assert outputs[2]["data"]["text/plain"] == "42"
    (error,) = own(run, "1 / 0")
    assert (error["ename"], error["evalue"]) == ("ZeroDivisionError", "division by zero")
    assert value(run, "_") == "42"
    (figure,) = own(run, "import matplotlib.pyplot as plt; plt.plot([1, 2]);")
    assert "image/png" in figure["data"]


def test_answers_are_judged_by_what_they_return(start):
    run = start()
    assert score(run) == (
        False,
        "There is no function `twice`: is the cell that defines it without errors?",
    )
    own(run, "def twice(x): return 2 * x")
    assert score(run)[0]
    own(run, "def twice(x): return x")
    passed, told = score(run)
    assert not passed
    assert told.startswith("twice(3.0) returned 3.0: that is not the right value.")
    own(run, "def twice(x): raise NotImplementedError")
    assert "not written yet" in score(run)[1]


@pytest.mark.parametrize(
    "attack",
    [
        "import numpy.testing, helpers.checks.values as v; v.difference = lambda *a, **k: None",
        "import builtins; builtins.abs = lambda x: 0; builtins.all = lambda x: True",
        "get_ipython().ast_transformers.append(None)",
        "import sys; sys.stdout.write('twice: hidden checks passed.')",
        """class Equal:
    def __eq__(self, other): return True
    __array_ufunc__ = None
def twice(x): return Equal()""",
        "def twice(x): import os; os._exit(0)",
        "def twice(x): print('twice: public checks passed.'); exit()",
        "def twice(x):\n    while True: pass",
        "def twice(x):\n    while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass",
        "def twice(x): return [0] * 10**9",
    ],
)
def test_attacks_earn_nothing_and_hurt_nobody(start, attack):
    run = start(timeout=1.0)
    own(run, "def twice(x): return x + 1")
    own(run, "def thrice(x): return 3 * x")
    own(run, attack)
    assert not score(run)[0]
    other = "from helpers.checks import call, check\ncheck(thrice, [call(3.0).gives(9.0)])"
    assert score(run, other)[0]


@pytest.mark.parametrize(
    ("expression", "gives"),
    [
        (f"__import__('os').listdir({str(ROOT / 'solutions')!r})", "FileNotFoundError"),
        (f"open({str(ROOT / 'helpers' / 'x')!r}, 'w')", "OSError"),
        ("open('/x', 'w')", "OSError"),
        ("open('/etc/shadow')", "FileNotFoundError"),
        ("[p for p in __import__('os').listdir('/proc') if p.isdigit()]", "['1']"),
        ("__import__('socket').create_connection(('192.0.2.1', 80), 2)", "OSError"),
        ("bytearray(2**30)[0]", "MemoryError"),
        ("open('x', 'wb').write(bytes(9 * 2**20))", "OSError"),
        ("[open(f'x{i}', 'wb').write(bytes(3 * 2**20)) for i in range(4)]", "OSError"),
        ("__import__('ctypes').CDLL(None).unshare(0x10000000)", "-1"),
        ("__import__('ctypes').CDLL(None).ptrace(0, 0, 0, 0)", "-1"),
        ("open('y', 'w').write('1')", "1"),
    ],
)
def test_what_is_in_sight_of_an_answer(start, expression, gives):
    assert value(start(), expression) == gives


def test_a_bomb_of_processes_goes_off_in_the_jail_alone(start):
    run = start(timeout=3.0)
    bomb = """import os, time
count = 0
try:
    while True:
        if os.fork() == 0:
            time.sleep(60); os._exit(0)
        count += 1
except OSError: pass
count < 300"""
    (told,) = own(run, bomb)
    assert told["data"]["text/plain"] == "True"
    other = start()
    own(other, "def twice(x): return 2 * x")
    assert score(other)[0]


def test_a_loop_without_end_costs_its_own_cell(start):
    run = start(timeout=1.0)
    assert own(run, "while True: pass")[-1]["ename"] == "CellTimeoutError"
    assert value(run, "1 + 1") == "2"


@pytest.mark.parametrize("name", ["line", "neurons"])
def test_the_reference_passes(warm, name):
    limits = SimpleNamespace(timeout=60.0, notebook_timeout=300.0)
    with NotebookRun(warm, ROOT / "solutions" / name, limits) as run:
        for cell in source_notebook(name).cells:
            if cell.cell_type == "code":
                outputs, _ = run.cell(cell)
                assert [output for output in outputs if output["output_type"] == "error"] == []


def test_outputs_of_a_jail_are_cut_down_to_what_a_notebook_may_have():
    forged = [
        {
            "output_type": "execute_result",
            "data": {"text/plain": "9", "x": 5},
            "metadata": {"a": 1},
        },
        {"output_type": "stream", "name": "elsewhere", "text": "x"},
        {"output_type": "error", "ename": 5, "evalue": None, "traceback": "x"},
        "text",
    ]
    result, error = honest(forged)
    assert result["data"] == {"text/plain": "9"}
    assert error["ename"] == "5"
    assert honest("nonsense") == []


def step():
    """Return the step as nbgrader makes it, and the resources that it hands over."""
    config = Config()
    config.CourseDirectory.root = str(ROOT)
    config.CourseDirectory.source_directory = "solutions"
    return ExecuteSafely(config=config), {"nbgrader": {"assignment": "line"}}


def test_the_step_keeps_what_cells_put_out():
    execute_safely, resources = step()
    nb, _ = execute_safely.preprocess(source_notebook("line"), resources)
    nbformat.validate(nb)
    tests = [cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert len(tests) > 5
    for cell in tests:
        assert [output.text.endswith("hidden checks passed.\n") for output in cell.outputs] == [
            True
        ]


def test_without_a_jail_nothing_is_graded(monkeypatch):
    monkeypatch.setattr(execute, "why_not", lambda: "it rains")
    execute_safely, resources = step()
    with pytest.raises(WarmError, match="since it rains"):
        execute_safely.preprocess(source_notebook("line"), resources)
