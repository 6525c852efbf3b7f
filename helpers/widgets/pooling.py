"""The widget *pooling*: the largest or the mean of each window, and what comes back."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import traitlets

from helpers.widgets._base import Widget
from helpers.widgets.batch_size import mulberry32

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["SIZE", "Pooling"]

SIZE = 8  # numbers in a row, and in a column
FAR = 3  # how far the map can be moved
SPOTS = {"spot": {(2, 2): 9}, "spots": {(2, 2): 9, (2, 4): 7, (5, 3): 8}}


class Pooling(Widget):
    """Pool a feature map of 8 × 8 numbers, move it by a pixel, and see what changes.

    Parameters
    ----------
    **traits
        Any of the attributes below, and ``name``, ``height``, ``alt``.

    Attributes
    ----------
    numbers : str
        What the map holds: "spot", one large number among zeros; "spots", three of them; "line",
        one that leans; or "random", whole numbers from 0 to 9.
    seed : int
        Seed of the random numbers, 1 to 999.
    right, down : int
        By how many pixels the map has been moved, 0 to 3; what comes in is 0.
    kind : str
        "max" or "average".
    window : int
        Width of the windows, 2 or 3.
    stride : int
        How far they are apart, 1 to 3.
    steps : int
        How many windows have been pooled; the last one is framed.
    view : str
        "forward", the numbers; or "back", the gradients: 1 for each window that has been pooled,
        and what has come back of them to each number of the map.
    feature_map : numpy.ndarray, shape (8, 8)
        The numbers, moved; read-only.
    pooled : numpy.ndarray, shape (n, n)
        All windows pooled; read-only.
    back : numpy.ndarray, shape (8, 8)
        The gradient of the sum of the numbers pooled so far; read-only.
    changed : tuple of (float, float)
        How much the map and the pooled map differ from those without a move: the mean size of the
        changes, divided by the mean of the numbers before (infinite if that is 0, and something
        has changed); read-only.

    Raises
    ------
    traitlets.TraitError
        If a value is not one of those listed above.

    Examples
    --------
    >>> w = Pooling(right=1)  # from the left pixel of its window to the right one
    >>> w.changed
    (2.0, 0.0)
    >>> w.right = 2
    >>> w.changed
    (2.0, 2.0)
    """

    name = traitlets.Unicode("pooling").tag(sync=True)
    title = traitlets.Unicode("Pooling").tag(sync=True)
    alt = traitlets.Unicode(
        "Two squares of numbers. Left: a feature map of 8 by 8 numbers with a window on it; "
        "with the maximum, its largest number has a ring. Right: the pooled map, one number for "
        "each window. Two bars say how much the map and the pooled map have changed since the map "
        "was moved. Move it to the right, pixel by pixel: which moves change the pooled map, and "
        "which do not? Then show the gradients: a 1 from every pooled number, which goes back to "
        "the winner or, with the mean, in equal shares to all."
    ).tag(sync=True)
    height = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(734, 1008)).tag(
        sync=True
    )

    numbers = traitlets.Enum(("spot", "spots", "line", "random"), "spot").tag(sync=True)
    seed = traitlets.Int(1, min=1, max=999).tag(sync=True)
    right = traitlets.Int(0, min=0, max=FAR).tag(sync=True)
    down = traitlets.Int(0, min=0, max=FAR).tag(sync=True)
    kind = traitlets.Enum(("max", "average"), "max").tag(sync=True)
    window = traitlets.Int(2, min=2, max=3).tag(sync=True)
    stride = traitlets.Int(2, min=1, max=3).tag(sync=True)
    steps = traitlets.Int(SIZE**2, min=0, max=SIZE**2).tag(sync=True)
    view = traitlets.Enum(("forward", "back"), "forward").tag(sync=True)

    def _map(self, right: int, down: int) -> np.ndarray:
        values = np.zeros((SIZE, SIZE))
        if self.numbers == "random":
            draws = np.array(list(islice(mulberry32(self.seed), SIZE**2)))
            values[:] = np.floor(10 * draws).reshape(SIZE, SIZE)
        elif self.numbers == "line":
            rows = np.arange(SIZE)
            values[rows, 1 + rows // 3] = 8
            values[rows, 2 + rows // 3] = 3
        else:
            for place, value in SPOTS[self.numbers].items():
                values[place] = value
        moved = np.zeros_like(values)
        moved[down:, right:] = values[: SIZE - down, : SIZE - right]
        return moved

    def _pool(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        from helpers.nn.convolution import AveragePool2D, MaxPool2D

        pool = {"max": MaxPool2D, "average": AveragePool2D}[self.kind]
        layer = pool(self.window, stride=self.stride)
        out = layer.forward(values[None, :, :, None])
        # A gradient of 1 from every window that has been pooled.
        grad = np.where(np.arange(out.size).reshape(out.shape) < self.steps, 1.0, 0.0)
        return out[0, :, :, 0], layer.backward(grad)[0, :, :, 0]

    @property
    def feature_map(self) -> np.ndarray:
        """The numbers, moved."""
        return self._map(self.right, self.down)

    @property
    def pooled(self) -> np.ndarray:
        """One number for each window."""
        return self._pool(self.feature_map)[0]

    @property
    def back(self) -> np.ndarray:
        """How much of a gradient of 1 from every window so far comes back to each pixel."""
        return self._pool(self.feature_map)[1]

    @property
    def changed(self) -> tuple[float, float]:
        """How much both maps differ from those without a move, in means of their numbers."""
        before = self._map(0, 0)
        maps = (before, self.feature_map), (self._pool(before)[0], self.pooled)
        moved = [(np.abs(one - other).sum(), one.sum()) for one, other in maps]
        return tuple(
            0.0 if change == 0 else float(change / total) if total else np.inf
            for change, total in moved
        )

    def still(self) -> Figure:
        """Draw the map, the pooled map as far as it is filled, and what comes back.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from matplotlib.figure import Figure

        out = self.pooled
        shown = np.where(np.arange(out.size).reshape(out.shape) < self.steps, out, np.nan)
        figure = Figure(figsize=(7.2, 2.8), layout="constrained")
        panels = zip(
            figure.subplots(1, 3),
            (self.feature_map, shown, self.back),
            ("Feature map", "Largest" if self.kind == "max" else "Mean", "Gradient back"),
            ("Blues", "Blues", "Oranges"),
            strict=True,
        )
        for axes, values, title, colours in panels:
            axes.imshow(
                values, cmap=colours, vmin=0, vmax=1.8 * max(np.nanmax(values, initial=0), 1)
            )
            for (row, column), value in np.ndenumerate(values):
                if value > 0:
                    axes.text(column, row, f"{value:.3g}", ha="center", va="center", fontsize=7)
            axes.set(title=title, xticks=[], yticks=[])
            axes.grid(visible=False)
        return figure
