"""What the test cells of the exercises call: compare an answer, and speak to the student.

A test cell calls :func:`check` with a function of the student's, or :func:`run` where there is
no single right result (shuffled batches, a learning rate that someone else could choose
differently). Both raise :class:`CheckFailed` with one short paragraph: which call, what came
back, what was expected unless that is hidden, and a hint where the mistake is a known one.

Test cells pass plain arguments only, and read plain results only: numbers, arrays, tuples and
lists of them, a :class:`Formula` for a function and a :class:`Seed` for a random generator. So an
answer can run in another process than its test.
"""

from helpers.checks.calls import Call, Formula, Seed, call
from helpers.checks.check import Run, check, passed, run
from helpers.checks.failure import CheckFailed
from helpers.checks.networks import relu_network, weights_and_bias

__all__ = [
    "Call",
    "CheckFailed",
    "Formula",
    "Run",
    "Seed",
    "call",
    "check",
    "passed",
    "relu_network",
    "run",
    "weights_and_bias",
]
