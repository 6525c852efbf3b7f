"""Mistakes and other right answers for the exercise ``jets``."""

# ruff: noqa: B905, F821, RUF005  # answers are written as students write them

import numpy as np

from tests.exercises.harness import alternative, mistake
