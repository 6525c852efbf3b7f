"""The error of a failed check: one paragraph, no traceback."""

from __future__ import annotations

import textwrap

__all__ = ["CheckFailed", "NotWritten"]


class CheckFailed(AssertionError):
    """An answer did not pass; the message is for the student.

    Parameters
    ----------
    message : str
        One paragraph.
    about_data : bool
        Whether an error was raised that unusual data can lead to, even in a right formula.
    """

    def __init__(self, message: str = "", *, about_data: bool = False) -> None:
        super().__init__(message)
        self.about_data = about_data

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows in place of a traceback (its documented hook)."""
        text = f"{type(self).__name__}: {self}"
        return [textwrap.fill(line, 88) for line in text.splitlines()]


class NotWritten(CheckFailed):
    """The answer still raises ``NotImplementedError``."""
