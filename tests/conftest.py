"""Shared by all tests."""

import os

# No window may open, and TensorFlow's start-up notes are not warnings of ours.
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
