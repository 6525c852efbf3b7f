"""The book's figures: one style, safe for colour-blind readers, on light and dark pages.

Call :func:`use_style` once, in the first cell of a chapter. Every drawing function takes
Matplotlib Axes and returns them, so a reader can go on drawing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["COLOURS", "axes", "use_style"]

#: The palette, by role and by name. The hues are those of Okabe and Ito (2008), darkened until
#: each has a contrast of at least 3:1 on a white page; ``_ext/figures.py`` maps each of
#: them to a lighter one on a dark page, so draw with these and with nothing else.
COLOURS: dict[str, str] = {
    "blue": "#0072b2",
    "orange": "#b35900",
    "green": "#00805e",
    "purple": "#a8508a",
    "red": "#c03a2b",
    "sky": "#2e86c1",
    "ink": "#1f2328",
    "grey": "#6e7781",
    "faint": "#d0d7de",
    "paper": "#ffffff",
}


def use_style() -> None:
    """Make Matplotlib draw in the book's style from here on.

    Figures become SVG in a notebook, with a fixed salt for their identifiers, so that the
    same code gives the same file.

    Examples
    --------
    >>> use_style()
    """
    import matplotlib as mpl

    cycle = [COLOURS[name] for name in ("blue", "orange", "green", "purple", "red", "sky")]
    ink, grey, faint = COLOURS["ink"], COLOURS["grey"], COLOURS["faint"]
    mpl.rcParams.update(
        {
            "axes.prop_cycle": mpl.cycler(color=cycle),
            "axes.edgecolor": grey,
            "axes.labelcolor": ink,
            "axes.titlecolor": ink,
            "axes.titlesize": 12,
            "axes.labelsize": 11,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "grid.color": faint,
            "grid.linewidth": 0.6,
            "text.color": ink,
            "xtick.color": ink,
            "ytick.color": ink,
            "font.size": 11,
            "figure.figsize": (6.4, 3.8),
            "figure.constrained_layout.use": True,
            "figure.facecolor": COLOURS["paper"],
            "lines.linewidth": 2.0,
            "legend.frameon": False,
            "svg.fonttype": "path",
            "svg.hashsalt": "neurons-to-jets",
        }
    )
    try:
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:  # outside a notebook there is no inline backend to configure
        return
    from IPython import get_ipython

    if get_ipython() is not None:
        set_matplotlib_formats("svg", metadata={"Date": None})


def axes(width: float = 6.4, height: float = 3.8, columns: int = 1, **labels: Any) -> Axes | Any:
    """Return new Axes in the book's style, labelled in one line.

    Parameters
    ----------
    width, height : float
        Size of the figure, in inches.
    columns : int
        Number of Axes side by side.
    **labels
        Properties set on each Axes: ``xlabel``, ``ylabel``, ``title``, ``xscale``, …

    Returns
    -------
    matplotlib.axes.Axes or numpy.ndarray of Axes
        One Axes, or an array of shape ``(columns,)``.

    Examples
    --------
    >>> ax = axes(xlabel="area (sq ft)", ylabel="price ($)")
    >>> ax.get_xlabel()
    'area (sq ft)'
    """
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, columns, figsize=(width, height))
    for ax in figure.axes:
        ax.set(**labels)
    return panels
