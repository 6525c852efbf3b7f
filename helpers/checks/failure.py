"""The error of a failed check: one paragraph, no traceback."""

from __future__ import annotations

import textwrap

__all__ = ["CheckFailed", "NotWritten"]


class CheckFailed(AssertionError):
    """An answer did not pass; the message is for the student."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows in place of a traceback (its documented hook)."""
        text = f"{type(self).__name__}: {self}"
        return [textwrap.fill(line, 88) for line in text.splitlines()]


class NotWritten(CheckFailed):
    """The answer still raises ``NotImplementedError``."""
