"""The widget *gradient descent*: walk down a curve or a map, and see the loss fall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.nn import surfaces as costs
from helpers.nn.optimizers import Schedule, step_decay
from helpers.widgets._base import Number, Numbers, Widget, interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["GradientDescent"]

MOST_STEPS = 500
_SCHEDULES = ("constant", "step decay")
#: Not in the menu unless asked for: they want rates and patience that this widget has not.
_FOR_RACES = ("rosenbrock", "beale")


class GradientDescent(Widget):
    """Gradient descent on a cost of one or two weights.

    The reader chooses surface, start, learning rate and schedule, and plays or steps. The
    whole path follows from these at once, in the browser and here, so :attr:`path` and
    :attr:`loss` are what the reader sees.

    Parameters
    ----------
    surface : str or helpers.nn.surfaces.Surface
        A name out of :data:`helpers.nn.surfaces.SURFACES`, or a surface of your own, which
        is added to the menu.
    learning_rate : float, optional
        η; by default the surface's own.
    start : float or sequence of float, optional
        Where the path begins, one number per weight; by default the surface's own.
    steps : int
        How many steps have been taken, 0 to 500. The reader's Play goes on from there.
    schedule : {"constant", "step decay"}
        With step decay, η is multiplied by ``factor`` after every ``every`` steps.
    factor : float
        In [0.05, 1].
    every : int
        In 1 … 100.
    surfaces : sequence of str or helpers.nn.surfaces.Surface, optional
        The menu; by default all of the book's but Rosenbrock's and Beale's.
    rates : (float, float)
        The ends of the learning rate's slider, whose scale is logarithmic. They are moved
        outwards to hold ``learning_rate``.
    log_scale : bool
        Whether the loss is drawn on a logarithmic scale.
    name : str
        What a link to a preset calls this widget.

    Examples
    --------
    >>> w = GradientDescent(surface="parabola", learning_rate=0.25, start=2.0, steps=3)
    >>> w.path
    [[2.0], [1.0], [0.5], [0.25]]
    >>> w.learning_rate = 0.5
    >>> w.loss
    [4.0, 0.0, 0.0, 0.0]
    """

    surface = traitlets.Unicode("bowl").tag(sync=True)
    learning_rate = Number(0.1, low=0)
    start = Numbers()
    steps = traitlets.Int(0, min=0, max=MOST_STEPS).tag(sync=True)
    schedule = traitlets.Enum(_SCHEDULES, "constant").tag(sync=True)
    factor = Number(0.5, low=0.05, high=1)
    every = traitlets.Int(10, min=1, max=100).tag(sync=True)
    rates = Numbers()
    log_scale = traitlets.Bool(False).tag(sync=True)
    surfaces = traitlets.List().tag(sync=True)

    def __init__(
        self,
        surface: str | costs.Surface = "bowl",
        learning_rate: float | None = None,
        start: float | Sequence[float] | None = None,
        steps: int = 0,
        *,
        surfaces: Sequence[str | costs.Surface] | None = None,
        rates: tuple[float, float] = (0.005, 5.0),
        name: str = "gradient_descent",
        **traits: Any,
    ) -> None:
        chosen = costs.surface(surface)
        names = [name for name in costs.SURFACES if name not in _FOR_RACES]
        menu = [costs.surface(each) for each in (surfaces or names)]
        if chosen not in menu:
            menu.insert(0, chosen)
        self._surfaces = {each.name: each for each in menu}
        if len(self._surfaces) < len(menu):
            raise ValueError("two surfaces of the menu have the same name: rename one")
        rate = chosen.learning_rate if learning_rate is None else learning_rate
        low, high = interval("rates", rates)
        if low <= 0:
            raise ValueError(f"rates must be positive, since their scale is logarithmic: {rates!r}")
        if rate > 0:
            low, high = min(low, rate), max(high, rate)
        super().__init__(
            name=name,
            title="Gradient descent",
            alt=(
                "Left, a cost: a curve over one weight, or contours over two. Dots mark every step "
                "of gradient descent, and a green line shows the next one. Right, the cost after "
                "each step. Look for how the length of the steps changes along the path, for what "
                "a larger learning rate does, and for where the path stops making progress."
            ),
            height=(590, 1020),
            surfaces=[each.to_dict() for each in menu],
            surface=chosen.name,
            learning_rate=rate,
            start=[] if start is None else np.atleast_1d(np.asarray(start, dtype=float)),
            steps=steps,
            rates=[low, high],
            **traits,
        )

    @traitlets.validate("surface")
    def _known(self, proposal: dict[str, Any]) -> str:
        if proposal["value"] not in self._surfaces:
            raise traitlets.TraitError(
                f"surface must be one of the menu, {', '.join(self._surfaces)}; "
                f"not {proposal['value']!r}."
            )
        return proposal["value"]

    @traitlets.validate("start")
    def _fits(self, proposal: dict[str, Any]) -> list[float]:
        start = proposal["value"]
        if len(start) > 2:
            raise traitlets.TraitError(
                f"start must hold one number per weight, one or two; not {start!r}."
            )
        return start

    @property
    def cost(self) -> costs.Surface:
        """The surface that is shown."""
        return self._surfaces[self.surface]

    @property
    def rate(self) -> Schedule:
        """The learning rate as a function of the step, counted from 0."""
        if self.schedule == "constant":
            return lambda step: self.learning_rate
        return step_decay(initial=self.learning_rate, factor=self.factor, every=self.every)

    def _path(self) -> np.ndarray:
        # As in the browser: a start with another number of weights is the surface's own.
        start = self.start if len(self.start) == self.cost.dimension else self.cost.start
        return costs.descend(self.cost, start, learning_rate=self.rate, steps=self.steps)

    @property
    def path(self) -> list[list[float]]:
        """Every point of the path, the start included; it ends early if it diverges."""
        return self._path().tolist()

    @property
    def loss(self) -> list[float]:
        """The cost at every point of :attr:`path`."""
        return self.cost.value(self._path()).tolist()

    def still(self) -> Figure:
        """Draw the surface with its path, and the cost against the step.

        If no step has been taken yet, the figure shows thirty, for there is nothing to press
        on paper.
        """
        from matplotlib.figure import Figure

        from helpers.plot import COLOURS

        cost = self.cost
        start = self.start if len(self.start) == cost.dimension else cost.start
        path = costs.descend(cost, start, learning_rate=self.rate, steps=self.steps or 30)
        figure = Figure(figsize=(7.2, 3.4), layout="constrained")
        left, right = figure.subplots(1, 2)
        trail = {"color": COLOURS["orange"], "marker": "o", "markersize": 3, "linewidth": 1}
        if cost.dimension == 1:
            w = np.linspace(*cost.window[0], 241)
            heights = cost.value(w[:, None])
            left.plot(w, heights, color=COLOURS["blue"])
            left.plot(path[:, 0], cost.value(path), **trail)
            air = 0.05 * np.ptp(heights)
            left.set(xlim=cost.window[0], ylim=(heights.min() - air, heights.max() + air))
            left.set(xlabel="weight w", ylabel="cost")
        else:
            grid = np.stack(
                np.meshgrid(*(np.linspace(*side, 121) for side in cost.window)), axis=-1
            )
            heights = cost.value(grid)
            levels = heights.min() + np.ptp(heights) * ((np.arange(1, 15) - 0.5) / 14) ** 2
            left.contour(
                grid[..., 0], grid[..., 1], heights, levels, colors=COLOURS["blue"], linewidths=0.6
            )
            left.plot(*path.T, **trail)
            left.set(xlim=cost.window[0], ylim=cost.window[1])
            left.set(xlabel="w₁", ylabel="w₂", box_aspect=1)
        values = cost.value(path)
        right.plot(values, **trail)
        right.set(xlabel="step", ylabel="cost")
        if self.log_scale and (values > 0).all():
            right.set_yscale("log")
        else:
            right.set_ylim(min(0.0, values.min()), 1.06 * min(values.max(), 3 * values[0]) or 1.0)
        return figure
