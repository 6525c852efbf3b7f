"""The book's figures: one style, safe for colour-blind readers, on light and dark pages.

Call :func:`use_style` once, in the first cell of a chapter. Every drawing function takes
Matplotlib Axes and returns them, so a reader can go on drawing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.axes import Axes

__all__ = ["COLOURS", "axes", "contours", "network", "pixels", "use_style"]

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


def axes(
    width: float = 6.4,
    height: float = 3.8,
    columns: int = 1,
    ax: Axes | None = None,
    **labels: Any,
) -> Axes | Any:
    """Return new Axes in the book's style, labelled in one line.

    Parameters
    ----------
    width, height : float
        Size of the figure, in inches.
    columns : int
        Number of Axes side by side.
    ax : matplotlib.axes.Axes, optional
        Label these instead of making new ones.
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

    if ax is not None:
        ax.set(**labels)
        return ax
    figure, panels = plt.subplots(1, columns, figsize=(width, height))
    for ax in figure.axes:
        ax.set(**labels)
    return panels


def contours(
    ax: Axes,
    function: Callable[[Any, Any], Any],
    levels: Sequence[float],
    samples: int = 201,
) -> Axes:
    """Draw lines of equal height of a function of two variables, over the whole Axes.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Its limits say where the function is evaluated; set them first.
    function : callable
        Takes two arrays of shape ``(samples, samples)`` and returns the heights, same shape.
    levels : sequence of float
        The heights to draw, increasing. Lower lines are drawn stronger.
    samples : int
        Grid points along each axis.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> ax = axes()
    >>> _ = ax.set(xlim=(-1, 1), ylim=(-1, 1))
    >>> ax is contours(ax, lambda x, y: x**2 + y**2, levels=[0.25, 0.5, 1.0])
    True
    """
    import numpy as np

    horizontal, vertical = np.meshgrid(
        np.linspace(*ax.get_xlim(), samples), np.linspace(*ax.get_ylim(), samples)
    )
    widths = np.linspace(1.6, 0.7, len(levels))
    ax.contour(
        horizontal,
        vertical,
        function(horizontal, vertical),
        levels=levels,
        colors=COLOURS["grey"],
        linewidths=widths,
    )
    ax.grid(visible=False)
    return ax


def network(
    layers: Sequence[Sequence[str]],
    weights: Mapping[tuple[str, str], str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a network as a graph: a column of units per layer, an edge per connection.

    Parameters
    ----------
    layers : sequence of sequences of str
        The label of every unit, layer by layer from the input. A unit called ``"1"`` is a
        constant input, the way a bias is drawn: nothing leads into it.
    weights : mapping from (str, str) to str, optional
        Labels of edges, by the labels of the units that they join.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new Axes if not given.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If a weight names two units that are not in neighbouring layers.

    Examples
    --------
    >>> ax = network([["x", "1"], ["y"]], {("x", "y"): "w", ("1", "y"): "b"})
    >>> [text.get_text() for text in ax.texts]
    ['w', 'b', 'x', '1', 'y']
    """
    labels = dict(weights or {})
    ax = axes(width=1.6 * len(layers) + 1.6, height=0.9 + 0.75 * max(map(len, layers)), ax=ax)
    ax.set_axis_off()
    place = {
        (column, unit): (2.0 * column, (len(units) - 1) / 2 - row)
        for column, units in enumerate(layers)
        for row, unit in enumerate(units)
    }
    for column, units in enumerate(layers[:-1]):
        for source in units:
            for target in (unit for unit in layers[column + 1] if unit != "1"):
                start, end = place[column, source], place[column + 1, target]
                ax.plot(*zip(start, end, strict=True), color=COLOURS["grey"], lw=1.5, zorder=1)
                if label := labels.pop((source, target), ""):
                    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
                    _label(ax, x, y, label, COLOURS["orange"], background=True)
    if labels:
        raise ValueError(f"no such connections: {sorted(labels)}; the layers are {layers}.")
    for (_column, unit), (x, y) in place.items():
        colour = COLOURS["grey"] if unit == "1" else COLOURS["blue"]
        ax.scatter([x], [y], s=1400, color=COLOURS["paper"], edgecolor=colour, lw=2, zorder=2)
        _label(ax, x, y, unit, COLOURS["ink"])
    ax.set_xlim(-0.6, 2.0 * (len(layers) - 1) + 0.6)
    tallest = max(map(len, layers))
    ax.set_ylim(-(tallest - 1) / 2 - 0.6, (tallest - 1) / 2 + 0.6)
    return ax


def pixels(
    ax: Axes,
    picture: Any,
    at: tuple[float, float] = (0.0, 0.0),
    largest: float | None = None,
    colours: tuple[str, str] = ("ink", "orange"),
) -> Axes:
    """Draw an array of numbers as squares: the larger the number, the larger the square.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw. The axis ``y`` should point down, as in ``ax.invert_yaxis()``, so that the
        first row is on top.
    picture : array_like, shape (rows, columns)
        The numbers. The area of a square is proportional to the size of its number, and a square
        of the largest size fills its pixel; zeros are left out.
    at : (float, float)
        Where the left upper corner of the picture lies.
    largest : float, optional
        The size that fills a pixel; the largest of this picture if not given.
    colours : (str, str)
        Names from :data:`COLOURS`, for positive and for negative numbers.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> ax = axes()
    >>> len(pixels(ax, [[1.0, 0.0], [-0.5, 1.0]]).patches)  # one shape for each sign
    2
    """
    import numpy as np
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    numbers = np.asarray(picture, dtype=float)
    full = largest or np.abs(numbers).max(initial=0.0) or 1.0
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) / 2
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    for sign, colour in zip((1, -1), colours, strict=True):
        rows, columns = np.nonzero(sign * numbers > 0)
        if len(rows) == 0:
            continue
        side = np.sqrt(np.minimum(np.abs(numbers[rows, columns]) / full, 1))
        middle = np.stack([at[0] + columns + 0.5, at[1] + rows + 0.5], axis=1)
        points = middle[:, None] + side[:, None, None] * corners
        path = Path(points.reshape(-1, 2), codes * len(rows))
        ax.add_patch(PathPatch(path, facecolor=COLOURS[colour], edgecolor="none", lw=0))
    return ax


def _label(ax: Axes, x: float, y: float, text: str, colour: str, background: bool = False) -> None:
    box = {"facecolor": COLOURS["paper"], "edgecolor": "none", "pad": 2} if background else None
    ax.text(x, y, text, color=colour, ha="center", va="center", fontsize=12, bbox=box, zorder=3)
