"""The widget *optimiser race*: nine optimisers, one start, and who arrives first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.nn import surfaces as costs
from helpers.nn.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, Optimizer, RMSprop
from helpers.widgets._base import Number, Numbers, Widget
from helpers.widgets.batch_size import mulberry32

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["OptimizerRace", "minima", "normals"]

MOST_STEPS = 2000
ESCAPE = 10

#: What the table calls each runner; the keys are what code and links call them.
TITLES = {
    "gd": "GD",
    "sgd": "SGD",
    "momentum": "Momentum",
    "nesterov": "Nesterov",
    "adagrad": "Adagrad",
    "adadelta": "Adadelta",
    "rmsprop": "RMSProp",
    "adam": "Adam",
    "adamw": "AdamW",
}

#: Learning rates by surface, in the order of :data:`TITLES`: those that suit, as the docstring of
#: :class:`OptimizerRace` says. tests/widgets/test_optimizer_race.py finds them again.
RATES: dict[str, tuple[float, ...]] = {
    "bowl": (0.5, 0.5, 0.002, 0.5, 2, 2, 0.02, 0.2, 0.2),
    "ravine": (0.2, 0.2, 0.02, 0.2, 2, 2, 0.02, 0.1, 0.1),
    "rosenbrock": (0.002, 0.002, 0.002, 0.001, 1, 0.2, 0.005, 0.05, 0.05),
    "saddle": (0.5, 0.5, 0.1, 0.5, 5, 2, 0.02, 0.1, 0.1),
    "beale": (0.02, 0.02, 0.002, 0.002, 2, 0.5, 0.02, 0.1, 0.1),
    "two-minima": (0.5, 0.5, 0.02, 0.2, 1, 2, 0.02, 0.05, 0.05),
}

_MENU = ("bowl", "ravine", "rosenbrock", "saddle", "beale", "two-minima")


def normals(seed: int) -> Iterator[float]:
    """Yield standard normal numbers (Box and Muller), as ``normal(random(seed))`` in JavaScript.

    Parameters
    ----------
    seed : int

    Yields
    ------
    float

    Examples
    --------
    >>> draw = normals(1)
    >>> numbers = np.array([next(draw) for _ in range(10_000)])
    >>> bool(abs(numbers.mean()) < 0.05), bool(abs(numbers.std() - 1) < 0.05)
    (True, True)
    """
    uniform = mulberry32(seed)
    while True:
        radius = np.sqrt(-2 * np.log(1 - next(uniform)))
        yield float(radius * np.cos(2 * np.pi * next(uniform)))


def minima(cost: costs.Surface) -> list[list[float]]:
    """Return the minima of a surface of two weights within its window.

    Newton's method from every low point of a grid; what it finds counts if the gradient vanishes
    there and the curvature is positive along every direction.

    Parameters
    ----------
    cost : helpers.nn.surfaces.Surface
        Of two weights.

    Returns
    -------
    list of [w₁, w₂]
        The lowest first.

    Examples
    --------
    >>> minima(costs.SURFACES["bowl"])
    [[0.0, 0.0]]
    """
    return [list(w) for w in _minima(cost)]


@cache
def _minima(cost: costs.Surface) -> tuple[tuple[float, float], ...]:
    low, high = np.array(cost.window).T
    axes = [np.linspace(a, b, 61) for a, b in cost.window]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    heights = np.pad(cost.value(grid), 1, constant_values=np.inf)
    around = [
        heights[1 + i : 62 + i, 1 + j : 62 + j] for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j
    ]
    points = grid[heights[1:-1, 1:-1] <= np.min(around, axis=0)]
    for _ in range(50):
        hess, grad = cost.hessian(points), cost.gradient(points)
        (a, b), (_, d) = np.moveaxis(hess, 0, -1)
        det = a * d - b * b
        usable = np.abs(det) > 1e-12
        newton = np.stack([d * grad[:, 0] - b * grad[:, 1], a * grad[:, 1] - b * grad[:, 0]], -1)
        points = points[usable] - newton[usable] / det[usable, None]
        # One that has run away will not come back to the window.
        points = points[(np.abs(points) <= costs.FAR).all(axis=-1)]
    still = np.linalg.norm(cost.gradient(points), axis=-1) < 1e-8
    inside = ((points >= low) & (points <= high)).all(axis=-1)
    convex = np.linalg.eigvalsh(cost.hessian(points))[:, 0] > 0
    found = {tuple((np.round(w, 8) + 0.0).tolist()) for w in points[still & inside & convex]}
    return tuple(sorted(found, key=lambda w: (float(cost.value(w)), w)))


class OptimizerRace(Widget):
    r"""Several optimisers descend on one cost from one start.

    The reader chooses surface, start, runners, learning rates and the other settings, and plays or
    steps. All runs follow from these at once, in the browser and here, so :attr:`paths`,
    :attr:`losses` and :attr:`arrivals` are what the reader sees.

    ``"gd"`` is told the exact gradient. All others are told the gradient plus noise, the same
    noise for everybody at the same step; with ``noise = 0``, ``"sgd"`` walks as ``"gd"`` does.
    The steps are those of :mod:`helpers.nn.optimizers`, and so of Keras, with its ε of 1e-7.

    Parameters
    ----------
    surface : str or helpers.nn.surfaces.Surface
        A surface of two weights: ``"bowl"``, ``"ravine"``, ``"rosenbrock"``, ``"saddle"``,
        ``"beale"``, ``"two-minima"``, or one of your own, which is added to the menu.
    optimizers : sequence of str
        Who runs, some of ``"gd"``, ``"sgd"``, ``"momentum"``, ``"nesterov"``, ``"adagrad"``,
        ``"adadelta"``, ``"rmsprop"``, ``"adam"``, ``"adamw"``; capitals do not matter.
    learning_rate : float or mapping of str to float, optional
        η: a number for all, or a number for each of some. Without it, each runner has the
        rate that suits it on the surface: the one out of 1, 2, 5 times a power of ten, at most
        10, with which it arrives soonest from the surface's own start without ever leaving the
        picture, the other settings being the defaults.
    start : sequence of float, optional
        (w₁, w₂); by default the surface's own.
    steps : int
        How many steps have been taken, 0 to 2000. The reader's Play goes on from there.
    momentum : float
        μ of Momentum and Nesterov, in [0, 0.99].
    rho : float
        ρ of RMSProp and Adadelta, in [0, 0.999]. (Keras' own default for Adadelta is 0.95.)
    beta_1, beta_2 : float
        β₁ and β₂ of Adam and AdamW, in [0, 0.99] and [0, 0.999].
    weight_decay : float
        λ of AdamW, in [0, 1]. 0.004 is Keras' default, and hardly seen here.
    noise : float
        σ, the standard deviation of the noise in each component of the gradient, in [0, 5].
    seed : int
        Of the noise.
    tolerance : float
        A runner has arrived once it stays this close to a minimum, in (w₁, w₂): the step since
        which it has done so is its arrival. One that flies past has not arrived.
    surfaces : sequence of str or helpers.nn.surfaces.Surface, optional
        The menu.
    name : str
        What a link to a preset calls it.

    Attributes
    ----------
    learning_rate : float
        η of all runners; 0 if each has its own.
    rates : list of float
        Their own η, nine numbers in the order above, each 0 for the one that suits; or empty.

    Examples
    --------
    >>> race = OptimizerRace("bowl", ["gd", "adam"], learning_rate=0.25, start=(2.0, 0.0), steps=2)
    >>> race.paths["gd"]
    [[2.0, 0.0], [1.0, 0.0], [0.5, 0.0]]
    >>> race.arrivals
    {'gd': None, 'adam': None}
    >>> race.steps = 200
    >>> race.arrivals["gd"]
    6
    """

    surface = traitlets.Unicode("bowl").tag(sync=True)
    optimizers = traitlets.List(traitlets.Unicode()).tag(sync=True)
    learning_rate = Number(0.0, low=0, high=10)
    rates = Numbers()
    start = Numbers()
    steps = traitlets.Int(0, min=0, max=MOST_STEPS).tag(sync=True)
    momentum = Number(0.9, low=0, high=0.99)
    rho = Number(0.9, low=0, high=0.999)
    beta_1 = Number(0.9, low=0, high=0.99)
    beta_2 = Number(0.999, low=0, high=0.999)
    weight_decay = Number(0.004, low=0, high=1)
    noise = Number(0.0, low=0, high=5)
    seed = traitlets.Int(1, min=0, max=2**31).tag(sync=True)
    tolerance = Number(0.05, low=1e-6, high=10)
    surfaces = traitlets.List().tag(sync=True)

    def __init__(
        self,
        surface: str | costs.Surface = "rosenbrock",
        optimizers: Sequence[str] = ("gd", "momentum", "rmsprop", "adam"),
        learning_rate: float | Mapping[str, float] | None = None,
        start: Sequence[float] | None = None,
        steps: int = 0,
        *,
        surfaces: Sequence[str | costs.Surface] | None = None,
        name: str = "optimizer_race",
        **traits: Any,
    ) -> None:
        chosen = costs.surface(surface)
        menu = [costs.surface(each) for each in (surfaces or _MENU)]
        if chosen not in menu:
            menu.insert(0, chosen)
        if flat := [each.name for each in menu if each.dimension != 2]:
            raise ValueError(f"a race needs surfaces of two weights; {', '.join(flat)} has one")
        self._surfaces = {each.name: each for each in menu}
        if len(self._surfaces) < len(menu):
            raise ValueError("two surfaces of the menu have the same name: rename one")
        if isinstance(learning_rate, Mapping):
            own = dict.fromkeys(TITLES, 0.0)
            for key, rate in learning_rate.items():
                own[_known(key)] = rate
            traits["rates"] = list(own.values())
        elif learning_rate is not None:
            traits["learning_rate"] = learning_rate
        super().__init__(
            name=name,
            title="Optimiser race",
            alt=(
                "Left, contours of a cost over two weights, with the path of every optimiser that "
                "runs, from one start; crosses mark the minima. Right, the cost of each after "
                "every step on a logarithmic axis. Below, a table: who runs, at which learning "
                "rate, and how it goes. Look for who zigzags, who overshoots and comes back, "
                "who creeps, and for whether the same one wins on another surface."
            ),
            height=(825, 1790),
            surfaces=[_described(each) for each in menu],
            surface=chosen.name,
            optimizers=list(optimizers),
            start=[] if start is None else start,
            steps=steps,
            **traits,
        )

    @traitlets.validate("surface")
    def _in_menu(self, proposal: dict[str, Any]) -> str:
        if proposal["value"] not in self._surfaces:
            raise traitlets.TraitError(
                f"surface must be one of the menu, {', '.join(self._surfaces)}; "
                f"not {proposal['value']!r}."
            )
        return proposal["value"]

    @traitlets.validate("optimizers")
    def _runners(self, proposal: dict[str, Any]) -> list[str]:
        chosen = {_known(each) for each in proposal["value"]}
        return [each for each in TITLES if each in chosen]

    @traitlets.validate("start")
    def _two(self, proposal: dict[str, Any]) -> list[float]:
        if len(proposal["value"]) not in (0, 2):
            raise traitlets.TraitError(
                f"start must hold two numbers, or none for the surface's own; "
                f"not {proposal['value']!r}."
            )
        return proposal["value"]

    @traitlets.validate("rates")
    def _nine(self, proposal: dict[str, Any]) -> list[float]:
        rates = proposal["value"]
        if len(rates) not in (0, len(TITLES)) or not all(0 <= rate <= 100 for rate in rates):
            raise traitlets.TraitError(
                f"rates must hold {len(TITLES)} numbers from 0 to 100, one for each of "
                f"{', '.join(TITLES)}, or none; not {rates!r}."
            )
        return rates

    @property
    def cost(self) -> costs.Surface:
        """The surface that is shown."""
        return self._surfaces[self.surface]

    @property
    def learning_rates(self) -> dict[str, float]:
        """The η of each runner, whether it runs or not."""
        own = self.rates or [0.0] * len(TITLES)
        suits = _rates(self.cost)
        return {name: self.learning_rate or own[k] or suits[k] for k, name in enumerate(TITLES)}

    def _path(self, name: str, steps: int) -> np.ndarray:
        cost, optimizer = self.cost, self._optimizer(name)
        low, high = np.array(cost.window).T
        draw = normals(self.seed)
        w = np.array(self.start if len(self.start) == 2 else cost.start, dtype=float)
        path = [w.copy()]
        for _ in range(steps):
            grad = cost.gradient(w)
            if name != "gd" and self.noise:
                grad += self.noise * np.array([next(draw), next(draw)])
            optimizer.step([w], [grad])
            path.append(w.copy())
            away = np.abs(w - (low + high) / 2)
            if not (away <= np.minimum(ESCAPE * (high - low), costs.FAR)).all():
                break
        return np.array(path)

    def _optimizer(self, name: str) -> Optimizer:
        rate = self.learning_rates[name]
        betas = {"beta_1": self.beta_1, "beta_2": self.beta_2}
        if name in ("momentum", "nesterov"):
            return SGD(learning_rate=rate, momentum=self.momentum, nesterov=name == "nesterov")
        if name == "adagrad":
            return Adagrad(learning_rate=rate)
        if name == "adadelta":
            return Adadelta(learning_rate=rate, rho=self.rho)
        if name == "rmsprop":
            return RMSprop(learning_rate=rate, rho=self.rho)
        if name == "adam":
            return Adam(learning_rate=rate, **betas)
        if name == "adamw":
            return AdamW(learning_rate=rate, weight_decay=self.weight_decay, **betas)
        return SGD(learning_rate=rate)

    @property
    def paths(self) -> dict[str, list[list[float]]]:
        """Every point of every runner's path, the start included; it ends early if it leaves."""
        return {name: self._path(name, self.steps).tolist() for name in self.optimizers}

    @property
    def losses(self) -> dict[str, list[float]]:
        """The cost at every point of :attr:`paths`."""
        return {name: self.cost.value(path).tolist() for name, path in self.paths.items()}

    @property
    def arrivals(self) -> dict[str, int | None]:
        """The step since which each has stayed within :attr:`tolerance` of a minimum, or None."""
        goals = np.array(minima(self.cost)).reshape(-1, 2)
        return {name: self._arrival(np.array(path), goals) for name, path in self.paths.items()}

    def _arrival(self, path: np.ndarray, goals: np.ndarray) -> int | None:
        distance = np.linalg.norm(path[:, None] - goals, axis=-1).min(axis=1, initial=np.inf)
        away = np.flatnonzero(~(distance <= self.tolerance))
        since = int(away[-1]) + 1 if away.size else 0
        return since if since < len(path) else None

    def still(self) -> Figure:
        """Draw the paths on the contours, and the costs against the step.

        If no step has been taken yet, the figure shows a hundred, for there is nothing to press
        on paper.
        """
        from matplotlib.figure import Figure

        from helpers.plot import COLOURS

        cost = self.cost
        figure = Figure(figsize=(7.2, 4.1), layout="constrained")
        left, right = figure.subplots(1, 2)
        axes = [np.linspace(*side, 121) for side in cost.window]
        grid = np.stack(np.meshgrid(*axes), axis=-1)
        left.contour(
            grid[..., 0], grid[..., 1], cost.value(grid), _levels(cost),
            colors=COLOURS["blue"], linewidths=0.5, alpha=0.6,
        )  # fmt: skip
        goals = np.array(minima(cost)).reshape(-1, 2)
        left.plot(*goals.T, "+", color=COLOURS["ink"], markersize=10)
        lowest = _lowest(cost)
        for name in self.optimizers:
            path = self._path(name, self.steps or 100)
            excess = np.maximum(cost.value(path) - lowest, 1e-10)
            for chart, x, y in ((left, *path.T), (right, np.arange(len(path)), excess)):
                chart.plot(x, y, **_STYLE[name], linewidth=1.2, label=TITLES[name])
                chart.plot(
                    x[-1:], y[-1:], color=_STYLE[name]["color"], marker=_MARKER[name], markersize=6,
                    markerfacecolor=None if _STYLE[name]["linestyle"] == "-" else COLOURS["paper"],
                )  # fmt: skip
        left.set(xlim=cost.window[0], ylim=cost.window[1], xlabel="w₁", ylabel="w₂", box_aspect=1)
        first = max(float(cost.value(self.start if len(self.start) == 2 else cost.start)), lowest)
        right.set(xlabel="step", ylabel="cost above the minimum", yscale="log")
        right.set_ylim(top=10 ** np.ceil(np.log10(max(first - lowest, 1e-9)) + 1))
        handles, labels = left.get_legend_handles_labels()
        if handles:
            figure.legend(handles, labels, loc="outside lower center", ncols=5, frameon=False)
        return figure


def _known(name: str) -> str:
    """Return the key of a runner, whatever its capitals."""
    key = str(name).lower()
    if key not in TITLES:
        raise traitlets.TraitError(f"{name!r} cannot run: choose among {', '.join(TITLES)}.")
    return key


def _rates(cost: costs.Surface) -> list[float]:
    """Return the learning rates that suit a surface, in the order of :data:`TITLES`."""
    if cost is costs.SURFACES.get(cost.name):
        return list(RATES[cost.name])
    plain, span = cost.learning_rate, min(high - low for low, high in cost.window)
    # A surface of the reader's own: nothing is tuned. Adaptive steps are about η long.
    return [plain, plain, plain / 5, plain / 5, span / 10, 10.0, *[span / 50] * 3]


def _lowest(cost: costs.Surface) -> float:
    """Return the cost at the lowest minimum; without one, a little less than in the window."""
    if found := minima(cost):
        return float(cost.value(found[0]))
    grid = np.stack(np.meshgrid(*(np.linspace(*side, 61) for side in cost.window)), axis=-1)
    heights = cost.value(grid)
    return float(heights.min() - 0.01 * np.ptp(heights))


def _levels(cost: costs.Surface, count: int = 14) -> np.ndarray:
    """Return the costs of the contour lines, as ``rings`` by area in common.js."""
    grid = np.stack(np.meshgrid(*(np.linspace(*side, 61) for side in cost.window)), axis=-1)
    parts = ((np.arange(1, count + 1) - 0.5) / count) ** 2
    return np.unique(np.quantile(cost.value(grid), parts))


def _described(cost: costs.Surface) -> dict[str, Any]:
    """Return a surface as the browser wants it: with its minima and the rates that suit."""
    return {
        **cost.to_dict(),
        "minima": minima(cost),
        "lowest": _lowest(cost),
        "rates": _rates(cost),
    }


_HUES = ("ink", "blue", "green", "orange", "purple")
_FAMILY = dict(zip(TITLES, (0, 0, 1, 1, 2, 2, 3, 4, 4), strict=True))
_SECOND = ("sgd", "nesterov", "adadelta", "adamw")


def _styles() -> dict[str, dict[str, Any]]:
    from helpers.plot import COLOURS

    return {
        name: {
            "color": COLOURS[_HUES[family]],
            "linestyle": (0, (4, 2)) if name in _SECOND else "-",
        }
        for name, family in _FAMILY.items()
    }


_STYLE = _styles()
_MARKER = {name: "os^D*"[family] for name, family in _FAMILY.items()}
