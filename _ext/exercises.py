"""Pages, cards and links of the graded exercises.

The page of an exercise is its released notebook, which is not executed. A card at its top says
what it takes and earns, and where to solve it. The same card, with a link to that page, stands
in a chapter where it says

    ```{exercise-card} NAME
    ```

All numbers are read from the released notebook. Cards consist of ordinary nodes, so a chapter's
notebook for Colab shows them too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective

from helpers.colab import colab_url
from helpers.exercises import details

FOLDER = "exercises"
SEPARATOR = " · "


class ExerciseCard(SphinxDirective):
    """A card that invites to an exercise."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the card, or an error that names the exercises that there are."""
        name = self.arguments[0]
        root = Path(self.env.srcdir)
        if not _notebook(root, name).is_file():
            known = sorted(path.stem for path in (root / FOLDER).glob("*/*.ipynb"))
            raise self.error(
                f"There is no exercise '{name}': there are {', '.join(known) or 'none'}. "
                "`make exercises` makes them from solutions/."
            )
        facts = _facts(self.env, name)
        title = f"Graded {facts['title'][0].lower()}{facts['title'][1:]}"
        tasks = _page_link(self.env, f"{FOLDER}/{name}/{name}", "Read the tasks")
        return [_card(self.env, name, facts, title, [tasks])]


class CardOnPage(SphinxTransform):
    """Put the card at the top of an exercise's own page."""

    default_priority = 210  # early: links and downloads in the card are settled later

    def apply(self, **kwargs: Any) -> None:
        """Replace the notebook's own line about points and time."""
        folder, _, name = self.env.docname.rpartition("/")
        if folder != f"{FOLDER}/{name}":
            return
        section = next(self.document.findall(nodes.section), None)
        if section is None:
            return
        facts = _facts(self.env, name)
        chapter = _page_link(self.env, f"chapters/{facts['chapter']}", "To the chapter")
        card = _card(self.env, name, facts, "What it takes", [chapter])
        place = 1 if isinstance(section[0], nodes.title) else 0
        if place < len(section) and _is_facts_line(section[place]):
            section[place] = card
        else:
            section.insert(place, card)


def _notebook(root: Path, name: str) -> Path:
    return root / FOLDER / name / f"{name}.ipynb"


def _facts(env: BuildEnvironment, name: str) -> dict[str, Any]:
    """Return what the released notebook says about itself."""
    path = _notebook(Path(env.srcdir), name)
    env.note_dependency(str(path))
    return details(json.loads(path.read_text(encoding="utf-8")))


def _card(
    env: BuildEnvironment,
    name: str,
    facts: dict[str, Any],
    title: str,
    links: list[nodes.Node],
) -> nodes.Node:
    """Return a card: a title, what the exercise takes, and links."""
    takes = SEPARATOR.join(
        [
            f"{facts['points']} points",
            f"{facts['tasks']} tasks",
            f"about {facts['minutes']} minutes",
        ]
    )
    url = colab_url(f"{FOLDER}/{name}/{name}", Path(env.srcdir))
    if url:
        links = [*links, nodes.reference("", "Open in Colab", refuri=url, internal=False)]
    download = addnodes.download_reference(
        "",
        "",
        nodes.inline("", "Download the notebook"),
        reftarget=f"/{FOLDER}/{name}/{name}.ipynb",
        refdoc=env.docname,
        refexplicit=True,
    )
    line = nodes.paragraph("")
    for link in [*links, download]:
        if line.children:
            line += nodes.Text(SEPARATOR)
        line += link
    return nodes.admonition(
        "",
        nodes.title("", title),
        nodes.paragraph("", takes),
        line,
        classes=["important", "exercise-card"],
    )


def _page_link(env: BuildEnvironment, docname: str, text: str) -> addnodes.pending_xref:
    """Return a link to a page of the book, checked as any other."""
    return addnodes.pending_xref(
        "",
        nodes.inline("", text),
        refdomain="std",
        reftype="doc",
        reftarget=f"/{docname}",
        refdoc=env.docname,
        refexplicit=True,
        refwarn=True,
    )


def _is_facts_line(node: nodes.Node) -> bool:
    """Tell whether this is the line that the release writes under the title."""
    return (
        isinstance(node, nodes.paragraph)
        and len(node.children) == 1
        and isinstance(node[0], nodes.emphasis)
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.add_directive("exercise-card", ExerciseCard)
    app.add_transform(CardOnPage)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
