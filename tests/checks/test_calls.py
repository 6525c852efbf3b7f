"""Formulas: text that can be called."""

import numpy as np

from helpers.checks import Formula
from helpers.checks.calls import show


def test_a_formula_finds_pythons_builtins():
    # Compiled code of NumPy imports what it needs through the frame that called it.
    assert Formula("__import__('math').floor(abs(theta[0]))")(np.array([-2.5])) == 2


def test_an_answer_cannot_change_a_constant():
    f = Formula("c * theta", c=np.array([1.0, 2.0]))
    f(np.ones(2))[:] = 9.0
    np.testing.assert_array_equal(f(np.ones(2)), [1.0, 2.0])


def test_long_lists_of_arrays_are_cut():
    assert show([np.zeros(2)] * 12) == "[arrays of shapes 12 × (2,)]"
    assert show([np.zeros(2)] * 100) == "[arrays of shapes 12 × (2,), …]"
    assert show([np.zeros((7, 3)), *[np.zeros(7)] * 5]) == "[arrays of shapes (7, 3), 5 × (7,)]"
    assert show([np.zeros(7)] * 4) == "[arrays of shapes (7,), (7,), (7,), (7,)]"
