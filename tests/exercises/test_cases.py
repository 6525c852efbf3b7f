"""Tests of the tests: what each answer earns, and what its author is told."""

import functools
import re
import symtable

import pytest

from helpers.exercises import names
from tests.exercises import harness


def marks(name):
    """Exercises that train with Keras are left out of the fast tests."""
    return [pytest.mark.slow] if harness.remembered(name) else []


EXERCISES = [pytest.param(name, marks=marks(name)) for name in names()]
CASES = [
    pytest.param(name, case, id=f"{name}-{case.name}", marks=marks(name))
    for name in names()
    for case in harness.cases(name)
]
MISTAKES = [param for param in CASES if param.values[1].loses]
ALTERNATIVES = [param for param in CASES if not param.values[1].loses]


@functools.cache
def score_of(name, case_name):
    """Run each case once for all the tests that look at it."""
    case = next(case for case in harness.cases(name) if case.name == case_name)
    return harness.score(name, case.answers)


@pytest.mark.parametrize("name", EXERCISES)
def test_reference_earns_all_points(name):
    result = harness.score(name)
    assert result.errors == {}
    assert result.total == sum(harness.points(name).values())


@pytest.mark.parametrize("name", EXERCISES)
def test_hidden_tests_need_nothing_but_the_answers(name):
    # A safe grader runs them in a clean process, where the answers are stand-ins. And in any
    # notebook a name can mean something else by the time that a test is run.
    result = harness.score_apart(name)
    assert result.errors == {}
    assert result.total == sum(harness.points(name).values())
    assert harness.score_apart(name, harness.released(name)).total == 0


@pytest.mark.parametrize("name", EXERCISES)
def test_public_checks_take_no_name_from_an_answer(name):
    # A student's helper may be called `variance`, and a cell must not make a number of it.
    cells = harness.public(name)
    assert len(cells) >= len(harness.solutions(name))
    for cell, source in cells.items():
        table = symtable.symtable(source, cell, "exec")
        taken = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
        assert taken <= {"_public_checks"}, cell
        assert not taken or source.endswith("\n\n\n_public_checks()\ndel _public_checks"), cell
        assert "global " not in source, cell


@pytest.mark.parametrize("name", EXERCISES)
def test_untouched_notebook_earns_nothing_and_is_told_so(name):
    result = harness.score(name, harness.released(name))
    assert result.total == 0
    checks = {cell: text for cell, text in result.errors.items() if cell.startswith(("p", "h"))}
    assert set(harness.points(name)) < set(checks)
    for text in checks.values():
        assert re.match(r"NotWritten: `\w+` (calls `\w+`, which )?is not written yet", text)


@pytest.mark.parametrize(("name", "case"), MISTAKES)
def test_mistake_loses_exactly_its_points(name, case):
    result = score_of(name, case.name)
    assert result.lost == case.loses, result.errors
    kept = {cell: n for cell, n in harness.points(name).items() if cell not in case.loses}
    assert result.total == sum(kept.values())


@pytest.mark.parametrize(("name", "case"), MISTAKES)
def test_mistake_is_named(name, case):
    errors = score_of(name, case.name).errors
    for cell in case.loses:
        assert re.search(case.says, errors[cell]), errors[cell]
    public = [text for cell, text in errors.items() if cell.startswith("public-")]
    if case.public:
        assert [text for text in public if re.search(case.says, text)] != [], public
    for text in errors.values():
        assert len(text) < 700, "too long for a student in a hurry"


@pytest.mark.parametrize(("name", "case"), ALTERNATIVES)
def test_another_right_answer_earns_all_points(name, case):
    result = score_of(name, case.name)
    assert result.errors == {}
    assert result.total == sum(harness.points(name).values())


@pytest.mark.parametrize("name", EXERCISES)
def test_each_answer_has_two_other_right_ones(name):
    for answer in harness.solutions(name):
        others = {
            case.answers[answer]
            for case in harness.cases(name)
            if not case.loses and answer in case.answers
        }
        assert len(others - {harness.solutions(name)[answer]}) >= 2, answer


@pytest.mark.parametrize("name", EXERCISES)
def test_each_point_can_be_lost(name):
    lost = set().union(*(case.loses for case in harness.cases(name)))
    assert set(harness.points(name)) - lost == set()


@pytest.mark.parametrize("name", EXERCISES)
def test_hidden_messages_do_not_tell_what_was_expected(name):
    for case in harness.cases(name):
        errors = score_of(name, case.name).errors if case.loses else {}
        for cell in set(errors) & set(harness.points(name)):
            assert "Expected was" not in errors[cell]


def test_words_on_stderr_cost_a_cell_its_points():
    talkative = "import sys\n\ndef mae(y, y_hat):\n    ...\n\nprint('hm', file=sys.stderr)"
    assert "mae" in harness.score("line", {"mae": talkative}).errors


@pytest.mark.parametrize("name", EXERCISES)
def test_answer_cannot_switch_the_checks_off(name):
    off = "check = run = passed = lambda *args, **kwargs: None\n"
    first, *others = harness.solutions(name)
    answers = {answer: f"{answer} = None" for answer in others}
    assert harness.score(name, {**answers, first: f"{off}{first} = None"}).total == 0
