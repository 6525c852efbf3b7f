"""Figures for light and dark pages, and none without alternative text.

Authors give the text in the header of the cell that draws::

    ---
    mystnb:
      image:
        alt: Price against area of three houses, with the line that fits them best.
      figure:
        caption: Three houses and a line.
        name: fig-houses
    ---

A figure without it is a warning that names the chapter and the cell, so a strict build fails.

An SVG drawn with the colours of :data:`helpers.plot.COLOURS` gets a twin for dark pages, in which
each of them is replaced by its partner in :data:`DARK`; other colours, such as those of a colour
map, stay. The page holds both, loads each only when shown, and shows the one of its colour mode.
Pictures made of pixels get a light card on dark pages.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import imagesize
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from helpers.plot import COLOURS

LOGGER = logging.getLogger(__name__)

#: The palette on a dark page, by the same names as :data:`helpers.plot.COLOURS`.
DARK: dict[str, str] = {
    "blue": "#56b4e9",
    "orange": "#f0a04b",
    "green": "#35c79a",
    "purple": "#dd92c2",
    "red": "#f28b7d",
    "sky": "#8ccdf2",
    "ink": "#e6e9ec",
    "grey": "#9aa4ae",
    "faint": "#3a434d",
    "paper": "#14181d",
}

#: Every colour that a dark figure replaces, with what replaces it.
_PARTNERS = {light: DARK[name] for name, light in COLOURS.items()}
_PARTNERS |= {"#000000": DARK["ink"], "#000": DARK["ink"], "#fff": DARK["paper"]}
_COLOUR = re.compile(r"#(?:[0-9a-f]{6}|[0-9a-f]{3})(?![0-9a-f])", re.IGNORECASE)

_HELP = (
    "Say what there is to see, in the header of the cell: "
    "mystnb: {image: {alt: 'Price against area of three houses.'}}"
)


def darken(svg: str) -> str:
    """Return a figure for a dark page.

    Parameters
    ----------
    svg : str
        An SVG document.

    Examples
    --------
    >>> darken('<svg><path style="fill: #ffffff; stroke: #440154"/></svg>')
    '<svg fill="#e6e9ec"><path style="fill: #14181d; stroke: #440154"/></svg>'
    """
    dark = _COLOUR.sub(lambda at: _PARTNERS.get(at[0].lower(), at[0]), svg)
    # What names no colour is black by default; here it becomes ink.
    return dark.replace("<svg", f'<svg fill="{DARK["ink"]}"', 1)


def cell_of(node: nodes.Node) -> nodes.Element | None:
    """Return the code cell whose output holds this node, if any."""
    while node is not None and node.get("nb_element") != "cell_code":
        node = node.parent if isinstance(node.parent, nodes.Element) else None
    return node


def check_alt(image: nodes.image) -> None:
    """Warn about an image without alternative text, or with one that it shares."""
    alt, cell = (image.get("alt") or "").strip(), cell_of(image)
    if cell is None:
        if not alt:
            LOGGER.warning(
                "image %s has no alternative text: give it an alt that says what there is to see",
                image.get("uri"),
                location=image,
                type="figures",
            )
        return
    first = next(iter(cell.astext().strip().splitlines()), "")
    what = f"code cell {cell['cell_index'] + 1} ({first!r} …)"
    if not alt:
        LOGGER.warning(
            "%s draws a figure without alternative text. %s",
            what,
            _HELP,
            location=cell,
            type="figures",
        )
    elif image is not (first_image := next(iter(cell.findall(nodes.image)))) and alt == (
        first_image.get("alt") or ""
    ):
        LOGGER.warning(
            "%s draws several figures with one alternative text: draw each in a cell of its own",
            what,
            location=cell,
            type="figures",
        )


def size_in_pixels(path: Path) -> tuple[int, int] | None:
    """Return width and height of an image in CSS pixels, or None when it does not say."""
    if path.suffix == ".svg":
        head = path.read_text(encoding="utf-8")[:2000]
        found = re.search(r'<svg[^>]*?\swidth="([\d.]+)pt"[^>]*?\sheight="([\d.]+)pt"', head)
        return tuple(round(float(points) * 4 / 3) for points in found.groups()) if found else None
    width, height = imagesize.get(path)
    return (width, height) if width > 0 else None


def write_dark_twin(source: Path, target: Path) -> bool:
    """Write a figure for dark pages, or tell that it needs none, having no colour of ours."""
    svg = source.read_text(encoding="utf-8")
    if not any(colour.lower() in _PARTNERS for colour in _COLOUR.findall(svg)):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f"{target.name}.new")
    aside.write_text(darken(svg), encoding="utf-8")
    aside.replace(target)
    return True


def _with(tag: str, attributes: str) -> str:
    return tag.replace("<img", f"<img {attributes}", 1)


def _with_class(tag: str, name: str) -> str:
    if 'class="' in tag:
        return tag.replace('class="', f'class="{name} ', 1)
    return _with(tag, f'class="{name}"')


def visit_image(translator: HTML5Translator, node: nodes.image) -> None:
    """Write an image, lazily loaded, with its twin for dark pages where there is one."""
    check_alt(node)
    builder = translator.builder
    uri = node["uri"]
    source = Path(builder.srcdir, uri)
    start = len(translator.body)
    type(translator).visit_image(translator, node)
    html = "".join(translator.body[start:])
    tag = re.search(r"<img[^>]*>", html)
    if tag is None or uri not in builder.images:
        return
    light = _with(tag[0], 'loading="lazy"')
    if not {"width", "height", "scale"} & set(node.attributes) and (size := size_in_pixels(source)):
        light = _with(light, 'width="{}" height="{}"'.format(*size))
    if source.suffix != ".svg":
        both = light if cell_of(node) is None else _with_class(light, "on-paper")
    else:
        published = Path(builder.outdir, builder.imagedir, builder.images[uri])
        if write_dark_twin(source, published.with_suffix(".dark.svg")):
            twin = light.replace('.svg"', '.dark.svg"')
            both = _with_class(light, "only-light") + _with_class(twin, "only-dark")
        else:
            both = light
    translator.body[start:] = [html.replace(tag[0], both)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""

    def depart(translator: HTML5Translator, node: nodes.image) -> None:
        type(translator).depart_image(translator, node)

    app.add_node(nodes.image, override=True, html=(visit_image, depart))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
