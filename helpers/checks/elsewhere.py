"""An answer that runs in another process than its tests."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from helpers.checks.calls import Call

__all__ = ["Elsewhere"]


class Elsewhere(ABC):
    """A function of a notebook, seen from a test that runs somewhere else.

    :func:`helpers.checks.run` asks it for what a call gives, instead of calling it; a test can call
    it as well.
    """

    __name__: str

    @abstractmethod
    def supervised(self, call: Call, allow_warnings: bool) -> Any:
        """Return what :func:`helpers.checks.check.supervise` returned there, or raise it."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return what a call gives, in plain types."""
        return self.supervised(Call(args, kwargs), allow_warnings=False)
