"""Dark figures, alternative text, and what a build says when it is missing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from docutils import nodes

from _ext import figures
from helpers.plot import COLOURS

ROOT = Path(__file__).resolve().parents[2]
HUES = sorted(set(COLOURS) - {"paper", "faint"})


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2 of a colour ``#rrggbb``."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    """Return the contrast ratio of WCAG 2.2 of two colours."""
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_known_pairs():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", HUES)
def test_colours_stand_out_on_both_pages(name):
    assert contrast(COLOURS[name], COLOURS["paper"]) >= 3
    assert contrast(figures.DARK[name], figures.DARK["paper"]) >= 3


def test_every_colour_has_its_own_partner():
    assert figures.DARK.keys() == COLOURS.keys()
    assert len(set(figures.DARK.values())) == len(COLOURS)


def test_darken_maps_the_palette_and_nothing_else():
    svg = "".join(f'<path style="fill: {c}; stroke: #440154"/>' for c in COLOURS.values())
    dark = figures.darken(f"<svg>{svg}</svg>")
    assert re.findall(r"fill: (#\w+)", dark) == [figures.DARK[name] for name in COLOURS]
    assert dark.count("#440154") == len(COLOURS)


def test_darken_knows_capitals_short_forms_and_what_names_no_colour():
    ink, paper = figures.DARK["ink"], figures.DARK["paper"]
    assert figures.darken('<svg><g fill="#FFF" stroke="#0072B2"/></svg>') == (
        f'<svg fill="{ink}"><g fill="{paper}" stroke="{figures.DARK["blue"]}"/></svg>'
    )
    assert "#1f2328ff" in figures.darken('<svg id="#1f2328ff"/>')  # eight digits: another colour


def test_figure_of_matplotlib_turns_dark(tmp_path):
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    from helpers.plot import axes, use_style

    with mpl.rc_context():
        use_style()
        ax = axes(xlabel="x", ylabel="y")
        ax.plot([0, 1], [0, 1])
        ax.figure.savefig(tmp_path / "a.svg")
        plt.close(ax.figure)
    assert figures.write_dark_twin(tmp_path / "a.svg", tmp_path / "dark" / "a.dark.svg")
    dark = (tmp_path / "dark" / "a.dark.svg").read_text()
    assert not set(re.findall(r"#[0-9a-f]{6}\b", dark)) & set(COLOURS.values())
    assert figures.DARK["paper"] in dark
    assert figures.size_in_pixels(tmp_path / "a.svg") == (614, 365)


def test_figure_without_the_palette_has_no_twin(tmp_path):
    (tmp_path / "a.svg").write_text('<svg><path fill="#d8622a"/></svg>')
    assert not figures.write_dark_twin(tmp_path / "a.svg", tmp_path / "a.dark.svg")
    assert not (tmp_path / "a.dark.svg").exists()


# ---- alternative text ----


@pytest.fixture
def warnings(monkeypatch):
    """Return the list that collects what check_alt says."""
    said: list[str] = []
    collect = SimpleNamespace(warning=lambda text, *args, **_: said.append(text % args))
    monkeypatch.setattr(figures, "LOGGER", collect)
    return said


def cell(*alts: str | None) -> nodes.container:
    """Return a code cell, as MyST-NB builds it, that draws figures with these texts."""
    code = nodes.container(nb_element="cell_code", cell_index=6)
    code += nodes.literal_block("", "ax = plot.axes()\nax.plot(x, y)")
    output = nodes.container(nb_element="cell_code_output")
    code += output
    for alt in alts:
        output += nodes.image(uri="f.svg") if alt is None else nodes.image(uri="f.svg", alt=alt)
    return code


def check(tree: nodes.Element) -> None:
    for image in tree.findall(nodes.image):
        figures.check_alt(image)


@pytest.mark.parametrize("alt", [None, "", "  "])
def test_figure_without_text_is_named(warnings, alt):
    check(cell(alt))
    assert len(warnings) == 1
    assert warnings[0].startswith("code cell 7 ('ax = plot.axes()' …) draws a figure without")
    assert "mystnb: {image: {alt:" in warnings[0]


def test_figures_with_texts_of_their_own_pass(warnings):
    check(cell("Three houses."))
    check(cell("Three houses.", "The same, with a line."))
    assert not warnings


def test_two_figures_with_one_text_are_named(warnings):
    check(cell("Three houses.", "Three houses."))
    assert len(warnings) == 1
    assert "several figures with one alternative text" in warnings[0]


def test_image_of_the_text_without_alt_is_named(warnings):
    check(nodes.section("", nodes.image(uri="images/neuron.svg")))
    assert warnings == [
        "image images/neuron.svg has no alternative text: "
        "give it an alt that says what there is to see"
    ]


BOOK = """\
import sys
sys.path.insert(0, {root!r})
project = "Book"
extensions = ["myst_nb", "_ext.figures"]
nb_execution_mode = "force"
"""
CHAPTER = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# Chapter

```{{code-cell}} ipython3
{header}from helpers import plot
plot.use_style()
ax = plot.axes()
ax.plot([0, 1]);
```
"""


def build(folder: Path, header: str) -> subprocess.CompletedProcess[str]:
    """Build a book of one chapter, strictly."""
    (folder / "conf.py").write_text(BOOK.format(root=str(ROOT)))
    (folder / "index.md").write_text(CHAPTER.format(header=header))
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-b", "html"]
    # A kernel must choose Matplotlib's inline backend, not the one of these tests.
    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    return subprocess.run(
        [*command, str(folder), str(folder / "out")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
    )


@pytest.mark.slow
def test_build_shows_a_figure_in_light_and_dark(tmp_path: Path):
    done = build(tmp_path, "---\nmystnb: {image: {alt: A line.}}\n---\n")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "out" / "index.html").read_text()
    assert page.count('alt="A line."') == 2
    names = re.findall(r'src="(_images/[^"]+\.svg)"', page)
    light, dark = ((tmp_path / "out" / name).read_text() for name in names)
    assert COLOURS["blue"] in light
    assert COLOURS["blue"] not in dark
    assert figures.DARK["blue"] in dark


@pytest.mark.slow
def test_build_fails_on_a_figure_without_text(tmp_path: Path):
    done = build(tmp_path, "")
    assert done.returncode != 0
    assert re.search(r"index\.md.*WARNING: code cell 2 \('from helpers", done.stderr), done.stderr
