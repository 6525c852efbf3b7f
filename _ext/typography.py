"""Keep on one line what belongs together: 48 %, 0.5 ± 0.1, 8 × 8, and a formula with its full stop.

On a narrow page nearly every paragraph would otherwise break one of them somewhere. Authors type
plain spaces; what cells print and other code stays as it is.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

#: The class of what is kept together; ``assets/book.css`` forbids lines to end in it.
TOGETHER = "together"

_SPACE = "\N{NO-BREAK SPACE}"
#: A space between numbers and what belongs to them. A text can begin behind a number that a cell
#: has computed, or a formula, so the number isn't always in it.
_GLUED = re.compile(r" (?=%)|(?<=±) (?=[\d−]|$)| (?=±)|(?<=\d) (?=×)|(?<=×) (?=\d)")
_OPENING = re.compile(r"[(\[“‘]+$")
_CLOSING = re.compile(r"^[.,;:!?)\]”’]+")


def glued(text: str) -> str:
    r"""Return a text whose numbers keep their signs on the same line.

    Examples
    --------
    >>> glued("48 % of 8 × 8 pixels, ± 0.5")
    '48\xa0% of 8\xa0×\xa08 pixels,\xa0±\xa00.5'
    """
    return _GLUED.sub(_SPACE, text)


class KeepTogether(SphinxPostTransform):
    """Apply both rules to a page, once references and numbers are in their places."""

    default_priority = 900
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Change the page's text and wrap its formulas."""
        code = nodes.literal | nodes.FixedTextElement | nodes.raw | nodes.math | nodes.math_block
        for text in list(self.document.findall(nodes.Text)):
            if not isinstance(text.parent, code) and (new := glued(text.astext())) != text:
                text.parent.replace(text, nodes.Text(new))
        for formula in list(self.document.findall(nodes.math)):
            _with_its_marks(formula)


def _with_its_marks(formula: nodes.math) -> None:
    """Wrap a formula together with the brackets and the punctuation that touch it."""
    parent = formula.parent
    at = parent.index(formula)
    before, after = _cut(parent, at - 1, _OPENING), _cut(parent, at + 1, _CLOSING)
    if before or after:
        marks = nodes.Text(before), formula, nodes.Text(after)
        parent[at] = nodes.inline("", "", *marks, classes=[TOGETHER])


def _cut(parent: nodes.Element, at: int, marks: re.Pattern[str]) -> str:
    """Take marks out of the text at a place, if there is one, and return them."""
    text = parent[at] if 0 <= at < len(parent) else None
    found = marks.search(text) if isinstance(text, nodes.Text) else None
    if not found:
        return ""
    parent[at] = nodes.Text(text[: found.start()] + text[found.end() :])
    return found[0]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.add_post_transform(KeepTogether)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
