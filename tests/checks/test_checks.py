"""What the checks accept, refuse and say."""

import collections
import warnings

import numpy as np
import pytest

from helpers.checks import CheckFailed, Formula, Seed, call, check, passed, run
from helpers.checks.elsewhere import Elsewhere


def message(function, *calls, **options):
    with pytest.raises(CheckFailed) as caught:
        check(function, calls, **options)
    return str(caught.value)


# -- passing ------------------------------------------------------------------------------------


def test_pass_never_says_correct(capsys):
    check(abs, [call(-2.0).gives(2.0)])
    check(abs, [call(-2.0)], abs, hidden=True)
    printed = capsys.readouterr()
    assert printed.out == "abs: public checks passed.\nabs: hidden checks passed.\n"
    assert printed.err == ""


def test_tolerance_is_relative_to_the_largest_entry():
    right = np.array([1e6, 0.0])
    check(lambda: right + 1e-4, [call().gives(right)], rtol=1e-9)
    assert "not right" in message(lambda: right + 1e-2, call().gives(right), rtol=1e-9)


@pytest.mark.parametrize(
    "result", [3, 3.0, np.float64(3), np.array(3.0), np.int32(3), np.float32(3)]
)
def test_numbers_of_every_kind_are_numbers(result):
    check(lambda: result, [call().gives(3.0)])


@pytest.mark.parametrize("result", [(1.0, 2.0), [1, 2], np.array([1.0, 2.0]), iter([1.0, 2.0])])
def test_a_pair_may_come_in_any_container(result):
    check(lambda: result, [call().gives((1.0, 2.0))])


def test_dtypes_are_compared_on_request():
    right = np.array([0.0, 1.0], dtype=np.float32)
    pair = call().gives((right, right))
    check(lambda: [right, right], [pair], dtypes=True)
    check(lambda: np.stack([right, right]), [pair], dtypes=True)
    for kind in (bool, int, np.float16, float):
        wrong = right.astype(kind)
        check(lambda wrong=wrong: (right, wrong), [pair])
        told = message(lambda wrong=wrong: (right, wrong), pair, dtypes=True)
        assert f"in part 2, the dtype is {wrong.dtype}, where float32 was expected" in told
    # The values come first, and a dtype is not taken for one of the mistakes about values.
    late = call().gives((right, right)).but((right, 1 - right), "Reversed.")
    assert message(lambda: (right, np.array([1, 0])), late, dtypes=True).endswith("Reversed.")
    told = message(
        lambda x: x > 0,
        call(1.0),
        reference=lambda x: 1.0,
        mistakes={"It starts at zero.": lambda x: 1.0 * (x >= 0)},
        dtypes=True,
    )
    assert "It starts at zero" not in told


def test_single_precision_is_compared_to_five_digits():
    right = np.array([1.0, 3.0], dtype=np.float32)
    check(lambda: right * (1 + 3e-6), [call().gives(right)])
    assert "not right" in message(lambda: right * (1 + 3e-5), call().gives(right))
    # Only what is expected decides.
    assert "5–7 digits" in message(
        lambda: right * np.float32(1 + 3e-6), call().gives(1.0 * right.astype(float))
    )


def test_truth_values_are_shown_as_such():
    told = message(lambda: False, call().gives(True))
    assert "returned False" in told
    assert "Expected was True." in told
    check(lambda: 1, [call().gives(True)])


def test_namedtuple_is_a_pair():
    Slopes = collections.namedtuple("Slopes", "w b")
    check(lambda: Slopes(1.0, 2.0), [call().gives((1.0, 2.0))])
    assert "swapped" in message(lambda: Slopes(2.0, 1.0), call().gives((1.0, 2.0)))


def test_nan_and_infinity_are_compared():
    check(lambda: np.array([np.nan, np.inf, 1.0]), [call().gives(np.array([np.nan, np.inf, 1.0]))])
    assert "NaN" in message(lambda: float("nan"), call().gives(1.0))
    assert "not the right value" in message(lambda: -np.inf, call().gives(np.inf))


# -- messages -----------------------------------------------------------------------------------


def test_message_tells_call_result_and_expectation():
    def double(x):
        return x + 1.0

    text = message(double, call(np.array([1.0, 2.0])).gives(np.array([2.0, 4.0])))
    assert text.startswith("double(array([1., 2.])) returned array([2., 3.]): ")
    assert "Expected was array([2., 4.])." in text


def test_hidden_message_does_not_tell_the_expectation():
    text = message(lambda x: x + 7.0, call(1.0), reference=lambda x: x + 41.0, hidden=True)
    assert "returned 8.0" in text
    assert "42" not in text


def test_wrong_entry_of_a_large_array_is_pointed_at():
    right = np.arange(100.0)
    wrong = right.copy()
    wrong[41] = -1.0
    text = message(lambda: wrong, call().gives(right))
    assert "the entry [41] is -1.0, not 41.0" in text
    hidden = message(lambda: wrong, call(), reference=lambda: right, hidden=True)
    assert "the entry [41] is -1.0, which is not right" in hidden


def test_not_written():
    def todo(x):
        raise NotImplementedError

    assert message(todo, call(1.0).gives(1.0)).startswith("`todo` is not written yet.")


def test_what_is_not_written_is_named():
    def fit(x):
        raise NotImplementedError

    def predict(x):
        return fit(x)

    assert message(predict, call(1.0).gives(1.0)).startswith(
        "`predict` calls `fit`, which is not written yet."
    )


class Far(Elsewhere):
    """A function of another process: its result has passed the checks that are made there."""

    __name__ = "far"

    def supervised(self, call, allow_warnings):
        self.may_warn = allow_warnings
        if call.args == (0.0,):
            raise CheckFailed("far(0.0) raised ZeroDivisionError.", about_data=True)
        return np.array(2 * call.args[0])


def test_an_answer_elsewhere_is_asked_and_not_called():
    assert message(Far(), call(1.0).gives(3.0)).startswith("far(1.0) returned 2.0: ")
    far = Far()
    check(far, [call(1.0).gives(2.0)], allow_warnings=True)
    assert far.may_warn is True
    told = message(Far(), call(0.0).gives(1.0), remark="Mind the zero.")
    assert told == "far(0.0) raised ZeroDivisionError. Mind the zero."


def test_the_failure_of_an_answer_elsewhere_is_told_as_it_is():
    far = Far()
    text = message(lambda x: far(x) + 1, call(0.0).gives(1.0))
    assert text == "far(0.0) raised ZeroDivisionError."
    check(lambda x: far(x) + 1, [call(1.0).gives(3.0)])


def test_remark_is_about_data_only():
    def says(function, result=1.7):
        text = message(function, call(np.zeros(2)).gives(result), remark="Ask for more.")
        return text.endswith("Ask for more.")

    assert says(lambda x: np.linalg.inv(np.zeros((2, 2))))
    assert says(lambda x: np.array([5.0, 6.0]), np.array([1.7, 2.9]))
    assert not says(lambda x: np.array([5.0, 6.0, 1.0]), np.array([1.7, 2.9]))
    assert not says(lambda x: unknown_name)  # noqa: F821
    assert not says(lambda x: None)


def test_digits_are_shown_until_the_difference_is_seen():
    text = message(lambda: np.array([1.0, 2.00000003]), call().gives(np.array([1.0, 2.0])))
    assert "the entry [1] is 2.00000003, not 2.0" in text
    text = message(lambda: 2.9999999, call().gives(3.0), rtol=1e-9)
    assert "returned 2.9999999" in text
    text = message(lambda: 2.999999999999, call().gives(3.0), rtol=0.0, atol=0.0)
    assert "returned 2.999999999999" in text
    hidden = message(
        lambda: np.array([1.00000003]), call(), reference=lambda: np.ones(1), hidden=True
    )
    assert "the entry [0] is 1.00000003, which is not right" in hidden


def test_long_messages_of_an_answer_are_cut():
    # They could carry the hidden test itself into the feedback.
    def fails():
        raise ValueError("secret " * 1000)

    def warns():
        warnings.warn("secret " * 1000, UserWarning, stacklevel=1)
        return 1.0

    assert len(message(fails, call().gives(1.0))) < 400
    assert len(message(warns, call().gives(1.0))) < 400


def test_stopped_answer_is_told_like_any_other_failure():
    def endless():
        raise KeyboardInterrupt

    text = message(endless, call().gives(1.0))
    assert "endless() was stopped before it came to an end" in text


def test_lambda_has_the_name_that_it_was_given():
    namespace = {}
    exec("half = lambda x: x / 3", namespace)
    assert message(namespace["half"], call(3.0).gives(1.5)).startswith("half(3.0) returned 1.0")
    assert message(lambda: 1.0, call().gives(1.5)).startswith("your function() returned 1.0")


def test_remark_comes_with_failures_but_not_with_what_is_not_written():
    def todo(x):
        raise NotImplementedError

    assert "ask for more" not in message(todo, call(1.0).gives(1.0), remark="ask for more")
    assert message(lambda x: 1 / 0, call(1.0).gives(1.0), remark="Ask for more.").endswith("more.")
    assert message(lambda x: 5.0, call(1.0).gives(1.7), remark="Ask for more.").endswith("more.")


def test_error_is_told_with_its_line():
    def broken(x):
        return x / 0

    text = message(broken, call(1).gives(1.0))
    assert "broken(1) raised ZeroDivisionError: division by zero" in text
    assert "`return x / 0`" in text


def test_error_while_a_generator_runs_is_told():
    def batches():
        yield 1.0
        raise KeyError("gone")

    assert "raised KeyError: 'gone'" in message(batches, call().gives([1.0]))


def test_exit_does_not_end_the_kernel():
    assert "raised SystemExit" in message(lambda: exit(), call().gives(1.0))


def test_exit_of_a_notebook_does_not_end_the_kernel():
    from IPython.core.autocall import ExitAutocall

    leave = ExitAutocall()
    namespace = {"exit": leave, "quit": leave}
    exec("def f():\n    exit()\ndef g():\n    quit()", namespace)
    for name in "fg":
        assert "raised SystemExit" in message(namespace[name], call().gives(1.0))
    assert namespace["exit"] is leave
    assert namespace["quit"] is leave


def test_something_that_is_no_function():
    assert "Did a variable get the name" in message(3.5, call().gives(3.5))


def test_the_first_failure_is_told():
    def moody(x):
        if x > 1:
            raise ValueError("later")
        return 0.25

    assert "returned 0.25" in message(moody, call(1.0).gives(1.0), call(2.0).gives(2.0))


def test_a_test_cell_without_expectation_is_an_error_of_its_author():
    with pytest.raises(ValueError, match="neither a reference"):
        check(abs, [call(1.0)])


def test_ipython_shows_one_paragraph():
    lines = CheckFailed("word " * 60)._render_traceback_()
    assert all(isinstance(line, str) for line in lines)
    assert lines[0].startswith("CheckFailed: word word")
    assert max(len(part) for line in lines for part in line.splitlines()) <= 88


# -- hints --------------------------------------------------------------------------------------

TABLE = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]])
VECTOR = np.array([1.5, -2.0, 4.25])


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda r: r.T, "transpose"),
        (lambda r: -r, "sign is flipped"),
        (lambda r: r / 2, "factor of two is missing"),
        (lambda r: 2 * r, "twice too large"),
        (lambda r: 3 * r, "looks like a sum"),
        (lambda r: r / 3, "divided by n once too often"),
        (lambda r: r * 3 / 2, "factor 2 and the factor 1/n"),
        (lambda r: r[-1], "end point only"),
        (lambda r: np.tile(r[-1], (2, 1)), "changed in place"),
        (lambda r: r[1:], "first row is missing"),
        (lambda r: r[:-1], "last row is missing"),
        (lambda r: r**2, "square root is missing"),
        (lambda r: r[:, None], "an axis is missing"),
        (lambda r: r.astype(np.float32) * np.float32(1 + 1e-7), "5–7 digits"),
        (lambda r: r[::-1], "reversed"),
        (lambda r: r + 100.0, ""),
    ],
)
def test_general_mistakes_are_recognised(change, hint):
    right = np.array([[1.1, 2.2, 3.3], [4.4, 5.5, 7.7]])
    text = message(
        lambda x: change(right), call(np.zeros(3)), reference=lambda x: right, hidden=True
    )
    if hint:
        assert hint in text
    else:
        assert text.endswith("right.")


@pytest.mark.parametrize("right", [np.array([1 / 3]), np.array([[1 / 3]])])
def test_change_that_cannot_be_seen_is_no_hint(right):
    # Reversed or transposed, one entry is what it was.
    text = message(lambda: right.astype(np.float32), call().gives(right))
    assert text.endswith("float32?")
    symmetric = np.array([[1.1, 2.2], [2.2, 1.1]])
    text = message(lambda: symmetric.astype(np.float32), call().gives(symmetric))
    assert text.endswith("float32?")


def test_hint_must_explain_every_failure():
    # Twice too large once, and something else once: no hint is better than a wrong one.
    text = message(
        lambda x: 2.0 * x if x == 1 else 99.0, call(1.0).gives(1.0), call(5.0).gives(5.0)
    )
    assert "twice" not in text


def test_a_mistake_that_gives_the_right_result_is_no_hint():
    # With a single number a sum is a mean: a slip of rounding has another reason.
    def told(numbers):
        return message(
            lambda x: np.mean(x) * (1 + 1e-8),
            call(numbers),
            reference=np.mean,
            mistakes={"A mean is asked, not a sum.": np.sum},
            hidden=True,
        )

    assert "not a sum" not in told(np.array([3.0]))


def test_hint_is_not_given_for_zeros():
    assert "sign" not in message(lambda: np.ones(2), call().gives(np.zeros(2)))


def test_mean_over_the_whole_table_is_recognised():
    calls = [call(table, table).gives(np.mean(table, axis=0)) for table in (TABLE, 3 * TABLE**2)]
    assert "over the whole table" in message(lambda x, y: np.mean(x), *calls)


def test_n_minus_one_is_recognised():
    calls = [call(x).gives(np.mean(x)) for x in (VECTOR, np.arange(1.0, 9.0))]
    assert "divided by n - 1" in message(lambda x: np.sum(x) / (len(x) - 1), *calls)


def test_cut_off_fraction_is_recognised():
    assert "integer division" in message(lambda: 180, call().gives(180.01))


def test_square_array_is_recognised():
    column = np.ones((3, 1)) * VECTOR
    assert "mixing the shapes (n,) and (n, 1)" in message(
        lambda x: column, call(VECTOR).gives(VECTOR)
    )


def test_mistakes_of_the_exercise_come_first():
    hints = {"Read the task again.": lambda x: 2 * x}
    text = message(lambda x: 2.0 * x, call(3.0), reference=float, mistakes=hints, hidden=True)
    assert text.endswith("Read the task again.")


def test_mistakes_that_cannot_be_made_are_no_explanation():
    hints = {"Divided.": lambda x: 1 / x}
    text = message(lambda x: 7.0, call(0), reference=lambda x: 2.3, mistakes=hints, hidden=True)
    assert "Divided" not in text


def test_mistake_told_by_a_call():
    text = message(lambda x: 2.5, call(0.0).gives(1.0).but(2.5, "The bias comes last."))
    assert text.endswith("The bias comes last.")


def test_mistake_told_by_a_later_call_does_not_explain_the_first():
    first = call(1.0).gives(2.0)
    later = call(0.0).gives(1.0).but(0.5, "Zero is special.")
    assert "special" not in message(lambda x: 0.5 + 7 * x, first, later)
    assert message(lambda x: 2.0 if x else 0.5, first, later).endswith("Zero is special.")


def test_labels_without_their_sign_are_no_squares():
    labels = np.array([1, -1, 1])
    assert "root" not in message(lambda: labels**2, call().gives(labels))
    assert "square root is missing" in message(lambda: 9, call().gives(3))


def test_parts_are_compared_on_their_own():
    check(lambda: (1.0, 99.0), [call()], lambda: (1.0, 2.0), part=0)
    wrong = {"swapped": lambda: (2.0, 1.0)}
    assert "swapped" in message(
        lambda: (2.0, 1.0), call(), reference=lambda: (1.0, 2.0), part=1, mistakes=wrong
    )
    for wrong, says in [
        (1.0, "one number, where a pair was expected"),
        (np.array(1.0), "one number, where a pair was expected"),
        (np.float64(1.0), "one number, where a pair was expected"),
        ((1.0, 2.0, 7.0), "has 3 parts, where a pair was expected"),
        ((1.0,), "has 1 part, where a pair was expected"),
    ]:
        text = message(lambda wrong=wrong: wrong, call(), reference=lambda: (1.0, 2.0), part=0)
        assert says in text
        assert says in message(lambda wrong=wrong: wrong, call().gives((1.0, 2.0)))


# -- supervision --------------------------------------------------------------------------------


def test_arguments_must_stay():
    def add(x, y):
        x += y
        return x

    text = message(add, call(np.ones(2), np.ones(2)).gives(np.full(2, 2.0)))
    assert "changed its argument (1st)" in text
    assert "changed its argument `y`" in message(
        lambda y: y.append(1) or 1.0, call(y=[1.0]).gives(1.0)
    )


def test_arguments_are_fresh_in_each_call():
    start = np.zeros(2)
    one = call(start).gives(np.zeros(2))
    args, _ = one.arguments()
    args[0] += 1
    assert one.args[0].tolist() == [0.0, 0.0]


def test_warnings_count_unless_they_are_allowed():
    def noisy(x):
        return np.log(x)

    minus = call(np.array([0.0])).gives(np.array([-np.inf]))
    text = message(noisy, minus)
    assert "warned: RuntimeWarning: divide by zero encountered in log (in line " in text
    assert text.endswith(" of your cell: `return np.log(x)`).")
    assert "in line" not in message(np.log, minus)
    check(noisy, [minus], allow_warnings=True)


def test_warnings_for_developers_do_not_count():
    def old():
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        return 1.0

    check(old, [call().gives(1.0)])


def test_stderr_stays_silent(capsys):
    def chatty():
        import sys

        print("hello", file=sys.stderr)
        return 1.0

    check(chatty, [call().gives(1.0)])
    assert capsys.readouterr().err == ""


# -- nonsense -----------------------------------------------------------------------------------


class Equal:
    """Equals everything, in every way that it can think of."""

    shape = ()
    ndim = 0
    dtype = np.dtype(float)

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0

    def __array__(self, dtype=None, copy=None):
        return np.array(1.0)

    def __float__(self):
        return 1.0

    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__

    def __abs__(self):
        return 0.0

    def __le__(self, other):
        return True

    def __repr__(self):
        return "1.0"


class EqualArray(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, bool)


class EqualFloat(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


@pytest.mark.parametrize(
    "nonsense",
    [
        Equal(),
        (Equal(),),
        np.array([Equal()], dtype=object),
        np.ones(1).view(EqualArray),
        EqualFloat(1.0),
        None,
        "1.0",
        {"y": 1.0},
        1j,
        np.array([1j]),
        np.ma.array([1.0]),
        np.array(["1.0"]),
        abs,
        10**400,
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_plain_numbers_are_compared(nonsense):
    shape = np.ones(1) if isinstance(nonsense, np.ndarray) else 1.0
    text = message(lambda: nonsense, call().gives(shape))
    assert "returned" in text
    assert "right" not in text, "refused for what it is, before any comparison"
    assert len(text) < 300


def test_endless_generator_ends():
    def endless():
        while True:
            yield 1.0

    assert "does not end" in message(endless, call().gives([1.0]))


def test_missing_return_is_named():
    assert message(lambda: None, call().gives(1.0)).endswith("(None): is there a `return`?")

    def batches():
        """Yield batches.

        Yields
        ------
        float
        """

    assert message(batches, call().gives([1.0])).endswith("(None): is there a `yield`?")


def test_what_is_no_number_is_told_with_its_place():
    text = message(lambda: (1.0, None), call().gives((1.0, 2.0)))
    assert text.endswith("returned a value whose part 2 is nothing (None).")
    assert message(lambda: "a", call().gives(1.0)).endswith("'a', where numbers were expected.")
    for function in (np.mean, np.add, print, lambda: 1.0):
        text = message(lambda function=function: function, call().gives(1.0))
        assert text.endswith("did you forget to call it?")


# -- run ----------------------------------------------------------------------------------------


def test_run_gives_the_result_in_plain_types():
    assert run(np.float32, call(0.1)).value.dtype == np.float32
    assert run(np.longdouble, call(0.1)).value.dtype == np.float64
    assert run(np.uint8, call(7)).value.dtype == np.int64
    done = run(lambda n, rng: (rng.permutation(n) for _ in range(2)), call(3, Seed(1)))
    assert isinstance(done.value, list)
    assert [batch.dtype for batch in done.value] == [np.dtype(np.int64)] * 2
    again = run(lambda n, rng: [rng.permutation(n), rng.permutation(n)], call(3, Seed(1)))
    np.testing.assert_array_equal(done.value, again.value)


def test_require_tells_the_call():
    done = run(abs, call(-2.0))
    done.require(True, "never")
    with pytest.raises(CheckFailed, match=r"^abs\(-2\.0\) returned 2\.0: too small\.$"):
        done.require(False, "too small.")


def test_passed_names_what_has_no_name(capsys):
    class Proxy:
        def __call__(self):
            return 1.0

    check(Proxy(), [call().gives(1.0)])
    passed(Proxy(), hidden=True)
    assert capsys.readouterr().out == "Proxy: public checks passed.\nProxy: hidden checks passed.\n"


# -- formulas -----------------------------------------------------------------------------------


def test_formula_cannot_be_changed_by_an_answer():
    matrix = Formula("A", A=np.eye(2))
    matrix(0.0)[0, 0] = 9.0
    assert matrix(0.0)[0, 0] == 1.0


def test_formula_is_shown_with_its_constants():
    assert repr(Formula("c * theta", c=2.0)) == "Formula('c * theta', c=2.0)"


# -- lists of arrays: the weights of layers, their gradients ---------------------------------------


def weights_of(change=lambda array: array):
    return [change(np.arange(1.0, 7.0).reshape(2, 3)), (change(np.arange(1.0, 4.0)), 4)]


def test_nested_results_are_compared_part_by_part():
    check(weights_of, [call().gives(weights_of())])
    told = message(lambda: [*weights_of()[:1], (np.ones(3), 5)], call().gives(weights_of()))
    assert "in part 2, in part 1, the values are not right" in told


def test_mistakes_are_recognised_in_lists_of_arrays():
    assert "sign is flipped" in message(
        lambda: weights_of(np.negative)[:1], call().gives(weights_of()[:1])
    )
    two = [np.eye(2), np.ones(3)]
    assert "The two are swapped" in message(lambda: two[::-1], call().gives(two))
    layers = [np.eye(2), np.eye(2)[:1]]
    assert "changed its argument" in message(lambda W: W[0].fill(2) or 1.0, call(layers).gives(1.0))
