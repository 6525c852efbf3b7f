"""Shared by all tests."""

import os
import signal

# No window may open, and TensorFlow's start-up notes are not warnings of ours.
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# A runner may start the tests with Ctrl-C ignored, as shells do in the background; what a test
# starts and interrupts must not inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
