"""The widget *fit a line*: drag weight and bias, and see the squares of the errors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.widgets._base import Number, Numbers, Widget, interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["FitLine"]


class FitLine(Widget):
    """Fit a line by hand.

    On the left the data and the line weight · x + bias, each squared error drawn as a square; on
    the right the mean of the squares over weight and bias, and where the line is on that map.

    Parameters
    ----------
    x, y : sequence of float, shape (n,), optional
        Inputs and targets. Without them: the three houses, in 1000 sq ft and 1000 $.
    weight : float, optional
        Where the line starts; by default the sum of y over the sum of x, if that is finite.
    bias : float
        Likewise; 0 by default.
    x_label, y_label : str, optional
        Names of the axes, with units.
    weight_label, bias_label : str
        Names of the sliders and of the map's axes, with units if there are any.
    mse_unit : str
        The unit of the mean squared error.
    weight_range, bias_range : (float, float), optional
        The ends of the sliders and of the map. By default they hold the best line with a bias,
        the best line without, and the best constant.
    **traits
        Any other trait: ``through_origin``, ``show_best``, ``name``, ``height``, ``alt``.

    Attributes
    ----------
    weight, bias : float
        The line; read them after the reader has played, or set them.
    through_origin : bool
        If true, the bias counts as 0.
    show_best : bool
        Whether the line of least squares is shown.
    mse : float
        The mean squared error of the line, read-only; in the square of y's unit.

    Raises
    ------
    ValueError
        If x and y are not finite numbers of equal shape (n,), with two different x at least;
        or if a range is not increasing.
    traitlets.TraitError
        If a weight or a bias is not a finite number.

    Examples
    --------
    >>> w = FitLine(weight=180)
    >>> round(w.mse)
    2058
    >>> best_weight, best_bias = w.best()
    >>> w.weight, w.bias = best_weight, best_bias
    >>> bool(w.mse < 2058)
    True
    """

    name = traitlets.Unicode("fit_line").tag(sync=True)
    title = traitlets.Unicode("Fit a line").tag(sync=True)
    alt = traitlets.Unicode(
        "Two pictures side by side. On the left the data as points and a line that you move; the "
        "squared error of each point is drawn as a square between the point and the line. On the "
        "right a map of the mean squared error over weight and bias, a long narrow valley, with a "
        "dot for the present line. Look for how the squares shrink as the dot comes down into the "
        "valley, and for weight and bias that compensate each other along its floor."
    ).tag(sync=True)
    height = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(470, 1000)).tag(
        sync=True
    )

    x = Numbers()
    y = Numbers()
    weight = Number()
    bias = Number()
    x_label = traitlets.Unicode("x").tag(sync=True)
    y_label = traitlets.Unicode("y").tag(sync=True)
    weight_label = traitlets.Unicode("Weight w").tag(sync=True)
    bias_label = traitlets.Unicode("Bias b").tag(sync=True)
    mse_unit = traitlets.Unicode("").tag(sync=True)
    weight_range = Numbers()
    bias_range = Numbers()
    through_origin = traitlets.Bool(False).tag(sync=True)
    show_best = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        x: Sequence[float] | np.ndarray | None = None,
        y: Sequence[float] | np.ndarray | None = None,
        *,
        weight: float | None = None,
        bias: float = 0.0,
        x_label: str | None = None,
        y_label: str | None = None,
        weight_range: tuple[float, float] | None = None,
        bias_range: tuple[float, float] | None = None,
        **traits: Any,
    ):
        if (x is None) != (y is None):
            raise ValueError("give both x and y, or neither (then the houses are shown).")
        if x is None:
            from helpers.datasets import houses

            area, price = houses()
            x, y = area / 1000, price / 1000
            x_label = x_label or "area (1000 sq ft)"
            y_label = y_label or "price (1000 $)"
            traits = {
                "weight_label": "Weight w ($ per sq ft)",
                "bias_label": "Bias b (1000 $)",
                "mse_unit": "(1000 $)²",
            } | traits
        x, y = _checked(x, y)
        weights, biases = _ranges(x, y)
        weights = weights if weight_range is None else interval("weight_range", weight_range)
        biases = biases if bias_range is None else interval("bias_range", bias_range)
        if weight is None:
            weight = _start(x, y, weights)
        super().__init__(
            x=x,
            y=y,
            weight=weight,
            bias=bias,
            x_label=x_label or "x",
            y_label=y_label or "y",
            weight_range=weights,
            bias_range=biases,
            **traits,
        )

    @traitlets.validate("weight_range", "bias_range")
    def _valid_range(self, proposal: Any) -> list[float]:
        try:
            return interval(proposal.trait.name, proposal.value)
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from None

    @property
    def mse(self) -> float:
        """Mean squared error of the present line."""
        bias = 0.0 if self.through_origin else self.bias
        error = np.array(self.y) - (self.weight * np.array(self.x) + bias)
        return float(np.mean(error**2))

    def best(self) -> tuple[float, float]:
        """Return weight and bias of the line with the least mean squared error.

        Returns
        -------
        tuple of (float, float)
            Weight and bias; the bias is 0 while :attr:`through_origin` is true.

        Examples
        --------
        >>> weight, bias = FitLine([0, 1, 2], [1, 3, 5]).best()
        >>> round(weight, 6), round(bias, 6)
        (2.0, 1.0)
        """
        return _least_squares(np.array(self.x), np.array(self.y), self.through_origin)

    def still(self) -> Figure:
        """Draw data, line, squares and map as they are now.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from matplotlib.figure import Figure
        from matplotlib.patches import Rectangle

        from helpers.plot import COLOURS

        x, y = np.array(self.x), np.array(self.y)
        weight, bias = self.weight, 0.0 if self.through_origin else self.bias
        figure = Figure(figsize=(9, 4), layout="constrained")
        data, surface = figure.subplots(1, 2)
        data.set(xlabel=self.x_label, ylabel=self.y_label)
        data.set(xlim=_around(x), ylim=_around(y))
        data.set_title("Squared errors, as squares", fontsize=10)
        surface.set(xlabel=self.weight_label, ylabel=self.bias_label)
        surface.set(xlim=self.weight_range, ylim=self.bias_range)
        surface.set_title("Their mean, for every w and b", fontsize=10)

        figure.supxlabel(
            f"mean squared error: {self.mse:,.4g} {self.mse_unit}".rstrip(), fontsize=10
        )

        ends = np.array(data.get_xlim())
        data.plot(ends, weight * ends + bias, color=COLOURS["blue"], lw=2.5, zorder=3)
        data.plot(x, y, "o", color=COLOURS["ink"], zorder=4)
        figure.draw_without_rendering()  # settles the layout, which says what a square is
        box = data.get_window_extent()
        across = (np.ptp(ends) / box.width) / (np.ptp(data.get_ylim()) / box.height)
        for xi, yi in zip(x, y, strict=True):
            predicted = weight * xi + bias
            side = abs(yi - predicted) * across  # as wide on the page as it is high
            left = xi - side if (yi > predicted) == (weight >= 0) else xi
            corner = (left, min(yi, predicted))
            square = Rectangle(corner, side, abs(yi - predicted), ec=COLOURS["orange"])
            square.set_facecolor((*_rgb(COLOURS["orange"]), 0.16))
            data.add_patch(square)

        w, b = np.meshgrid(np.linspace(*self.weight_range, 121), np.linspace(*self.bias_range, 121))
        cost = np.mean((y[:, None, None] - (w * x[:, None, None] + b)) ** 2, axis=0)
        floor = float(cost.min())
        levels = floor + (float(cost.max()) - floor) * 0.5 ** (1.4 * np.arange(8, -1, -1) + 1)
        surface.contour(w, b, cost, levels=levels, colors=COLOURS["blue"], linewidths=0.8)
        surface.plot([weight], [bias], "o", color=COLOURS["orange"], ms=8)
        if self.show_best:
            best = _least_squares(x, y, self.through_origin)
            surface.plot(*([value] for value in best), "P", color=COLOURS["green"], ms=9)
            data.plot(ends, best[0] * ends + best[1], "--", color=COLOURS["green"])
        return figure


def _checked(x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    try:
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    except (TypeError, ValueError):
        raise ValueError("x and y must be sequences of numbers.") from None
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"x and y must have one shape, (n,); got {x.shape} and {y.shape}.")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("x and y must be finite; remove the missing values first.")
    if len(x) < 2 or np.ptp(x) == 0:
        raise ValueError(f"a line needs two points with different x at least; got x = {x}.")
    return x, y


def _least_squares(x: np.ndarray, y: np.ndarray, through_origin: bool) -> tuple[float, float]:
    columns = [x] if through_origin else [x, np.ones_like(x)]
    solution = np.linalg.lstsq(np.stack(columns, axis=1), y, rcond=None)[0]
    return float(solution[0]), 0.0 if through_origin else float(solution[1])


def _ranges(x: np.ndarray, y: np.ndarray) -> tuple[list[float], list[float]]:
    """Return ranges that hold the best line, the best one through 0, and the best constant."""
    weight, bias = _least_squares(x, y, through_origin=False)
    flat, _ = _least_squares(x, y, through_origin=True)
    return _padded([weight, flat, 0.0]), _padded([bias, 0.0, float(y.mean())])


def _padded(values: list[float]) -> list[float]:
    low, high = min(values), max(values)
    margin = 0.35 * (high - low) or 1.0
    unit = 10 ** math.floor(math.log10(margin))
    ends = math.floor((low - margin) / unit) * unit, math.ceil((high + margin) / unit) * unit
    return [round(end, 12) for end in ends]


def _start(x: np.ndarray, y: np.ndarray, weights: list[float]) -> float:
    """Return the ratio of totals, with three digits, within the range."""
    total = float(x.sum())
    ratio = float(f"{float(y.sum()) / total:.3g}") if total else 0.0
    return min(max(ratio, weights[0]), weights[1])


def _round_up(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    steps = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)
    return next(m for m in steps if m * power >= value * (1 - 1e-12)) * power


def _around(values: np.ndarray) -> tuple[float, float]:
    """Return the ends of an axis, as ``around`` in fit_line.js does."""
    low, high = min(0.0, values.min()), max(0.0, values.max())
    return (-_round_up(-1.2 * low) if low < 0 else 0.0, _round_up(1.2 * high) if high > 0 else 0.0)


def _rgb(colour: str) -> tuple[float, float, float]:
    from matplotlib.colors import to_rgb

    return to_rgb(colour)
