"""Carry a number from the cell that computes it into the prose around it."""

from __future__ import annotations

from typing import Any

__all__ = ["glue"]

# The prefix that MyST-NB gives to outputs which are stored but not shown.
_HIDDEN = "application/papermill.record/"


def glue(name: str, value: Any, spec: str = "") -> None:
    """Store a value under a name, so that the text can print it with ``{glue:text}``.

    It does what ``myst_nb.glue(…, display=False)`` does, without needing MyST-NB, so that a
    chapter also runs where the book's tools are not installed, as in Colab.

    Parameters
    ----------
    name : str
        Unique within the chapter.
    value : object
        What to store; formatted at once by ``format(value, spec)``.
    spec : str
        A format specification such as ``",.0f"`` or ``".0%"``. The book writes 75 %, with a space
        at which no line breaks, where Python writes 75%.

    Examples
    --------
    >>> glue("mse", 2057.69, ",.0f")  # in the text: {glue:text}`mse` prints 2,058
    """
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is None:  # a plain script has no prose to carry the number to
        return
    text = str(value)
    if spec:
        text = format(value, spec).replace("-", "−").replace("%", "\N{NO-BREAK SPACE}%")
    display(
        # In quotes: MyST-NB evaluates the text, and would make a tuple of 378,720.
        {_HIDDEN + "text/plain": repr(text)},
        raw=True,
        metadata={"scrapbook": {"name": name, "mime_prefix": _HIDDEN}},
    )
