"""The widget *batch size*: how noisy the path of mini-batch gradient descent is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.nn.surfaces import FAR, mse_surface
from helpers.widgets._base import Number, Numbers, Widget, interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

__all__ = ["BatchSize", "mulberry32", "points", "sgd_path", "shuffled"]

EPOCHS = 20
RUNS = 24


def points(n: int = 64, *, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Return points scattered round a line, both columns standardised.

    Parameters
    ----------
    n : int
        How many, at least 3.
    seed : int
        Seed of ``numpy.random.default_rng``.

    Returns
    -------
    x, y : numpy.ndarray of float64, shape (n,)
        Mean 0 and standard deviation 1 each, and a correlation of about 0.8.
    """
    if n < 3:
        raise ValueError(f"n must be at least 3 points, got {n}")
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    y = 0.8 * x + 0.6 * rng.normal(size=n)
    return tuple((v - v.mean()) / v.std() for v in (x, y))


def mulberry32(seed: int) -> Iterator[float]:
    """Yield random numbers in [0, 1), the same ones as ``random(seed)`` in ``common.js``.

    The generator mulberry32 has 32 bits of state: enough to shuffle a picture, and written
    identically in two languages.

    Examples
    --------
    >>> [round(u, 6) for u, _ in zip(mulberry32(1), range(3))]
    [0.627074, 0.002736, 0.527447]
    """
    mask = 0xFFFFFFFF
    state = seed & mask
    while True:
        state = (state + 0x6D2B79F5) & mask
        t = ((state ^ (state >> 15)) * (state | 1)) & mask
        t ^= (t + ((t ^ (t >> 7)) * (t | 61) & mask)) & mask
        yield (t ^ (t >> 14)) / 2**32


def shuffled(n: int, uniform: Iterator[float]) -> np.ndarray:
    """Return 0 … n − 1 in the order that ``common.js`` shuffles them to (Fisher and Yates)."""
    order = np.arange(n)
    for i in range(n - 1, 0, -1):
        j = int(next(uniform) * (i + 1))
        order[[i, j]] = order[[j, i]]
    return order


def sgd_path(
    x: np.ndarray,
    y: np.ndarray,
    *,
    batch_size: int,
    learning_rate: float,
    start: Sequence[float],
    seed: int,
    epochs: int,
) -> np.ndarray:
    """Fit the line y = w·x + b by mini-batch gradient descent and return every point.

    Parameters
    ----------
    x, y : numpy.ndarray, shape (n,)
        The data.
    batch_size : int
        Examples per update; a last short batch is kept.
    learning_rate : float
        η, constant.
    start : (float, float)
        The first w and b.
    seed : int
        Seed of the shuffles, one for each epoch, from :func:`mulberry32`.
    epochs : int
        How often every example is used.

    Returns
    -------
    numpy.ndarray of float64, shape (updates + 1, 2)
        Fewer rows if the run diverged.
    """
    uniform = mulberry32(seed)
    path = [np.array(start, dtype=float)]
    for _ in range(epochs):
        order = shuffled(len(x), uniform)
        for first in range(0, len(x), batch_size):
            batch = order[first : first + batch_size]
            w, b = path[-1]
            error = w * x[batch] + b - y[batch]
            gradient = 2 * np.array([np.mean(error * x[batch]), np.mean(error)])
            path.append(path[-1] - learning_rate * gradient)
            if not (np.abs(path[-1]) < FAR).all():
                return np.array(path[:-1])
    return np.array(path)


class BatchSize(Widget):
    """Mini-batch gradient descent on a line through points, for several batch sizes.

    The reader chooses a batch size, plays or steps, and compares paths and losses after the same
    number of examples or of updates. Data and shuffles are seeded: everybody sees the same.

    Parameters
    ----------
    batch_size : int
        Examples per update; one of ``batch_sizes``.
    learning_rate : float
        η, constant.
    epochs : float
        How far the run has got, 0 to 20. The reader's Play goes on from there.
    seed : int
        Seed of the shuffles. The reader's *New shuffle* takes the next one.
    cloud : bool
        Whether to show the end points of 24 shuffles at once.
    axis : {"epochs", "examples", "updates"}
        What the loss is drawn against.
    log_scale : bool
        Whether the loss is drawn on a logarithmic scale.
    x, y : array_like, shape (n,), optional
        The data; by default ``points(64)``.
    batch_sizes : sequence of int, optional
        What to choose from; by default 1, 4, 16 and all.
    start : (float, float)
        The first w and b.
    rates : (float, float)
        The ends of the learning rate's slider, whose scale is logarithmic.
    name : str
        What a link to a preset calls this widget.

    Examples
    --------
    >>> w = BatchSize(batch_size=16, epochs=2)
    >>> len(w.path)  # the start, and 4 updates in each epoch
    9
    """

    batch_size = traitlets.Int(1, min=1).tag(sync=True)
    learning_rate = Number(0.1, low=0)
    seed = traitlets.Int(1, min=0).tag(sync=True)
    examples = traitlets.Int(0, min=0).tag(sync=True)
    cloud = traitlets.Bool(False).tag(sync=True)
    axis = traitlets.Enum(("epochs", "examples", "updates"), "epochs").tag(sync=True)
    log_scale = traitlets.Bool(True).tag(sync=True)
    x = Numbers()
    y = Numbers()
    start = Numbers()
    rates = Numbers()
    batch_sizes = traitlets.List(traitlets.Int(min=1)).tag(sync=True)

    def __init__(
        self,
        batch_size: int = 1,
        learning_rate: float = 0.1,
        epochs: float = 0,
        *,
        x: ArrayLike | None = None,
        y: ArrayLike | None = None,
        batch_sizes: Sequence[int] | None = None,
        start: tuple[float, float] = (-0.6, 1.2),
        rates: tuple[float, float] = (0.005, 0.5),
        name: str = "batch_size",
        **traits: Any,
    ) -> None:
        if (x is None) != (y is None):
            raise ValueError("give both x and y, or neither")
        xs, ys = points() if x is None else (np.asarray(x, float), np.asarray(y, float))
        if xs.ndim != 1 or xs.shape != ys.shape or len(xs) < 3 or xs.std() == 0:
            raise ValueError(
                "x and y must be two lists of the same length, at least 3, and x must vary; "
                f"got shapes {xs.shape} and {ys.shape}"
            )
        n = len(xs)
        sizes = sorted({1, 4, 16, n} if batch_sizes is None else set(batch_sizes))
        sizes = [size for size in sizes if size <= n] if batch_sizes is None else sizes
        if not sizes or sizes[-1] > n or sizes[0] < 1:
            raise ValueError(f"batch_sizes must be from 1 to the number of points, {n}: {sizes}")
        if not 0 <= epochs <= EPOCHS:
            raise ValueError(f"epochs must be from 0 to {EPOCHS}, got {epochs}")
        low, high = interval("rates", rates)
        if low <= 0:
            raise ValueError(f"rates must be positive, since their scale is logarithmic: {rates!r}")
        if learning_rate > 0:
            low, high = min(low, learning_rate), max(high, learning_rate)
        super().__init__(
            name=name,
            title="Batch size and the noise of gradient descent",
            alt=(
                "Left, contours of the mean squared error of a line over its weight and bias, and "
                "the path of mini-batch gradient descent towards the minimum, a cross. Right, the "
                "loss of every batch size. A table gives for each the number of updates in an "
                "epoch, the noise of one gradient, and the distance from the minimum, as the root "
                "mean square over 24 shuffles. Look for how straight each path is, whether it "
                "comes to rest at the minimum, by what factor the noise shrinks from one batch "
                "size to the next, and which batch size is ahead after the same number of "
                "examples."
            ),
            height=(780, 1280),
            x=xs,
            y=ys,
            batch_sizes=sizes,
            batch_size=batch_size,
            learning_rate=learning_rate,
            start=start,
            examples=round(epochs * n),
            rates=[low, high],
            **traits,
        )

    @traitlets.validate("batch_size")
    def _offered(self, proposal: dict[str, Any]) -> int:
        if proposal["value"] not in self.batch_sizes:
            raise traitlets.TraitError(
                f"batch_size must be one of {self.batch_sizes}, not {proposal['value']}."
            )
        return proposal["value"]

    @traitlets.validate("start")
    def _pair(self, proposal: dict[str, Any]) -> list[float]:
        if len(proposal["value"]) != 2:
            raise traitlets.TraitError(f"start must be (w, b), not {proposal['value']!r}.")
        return proposal["value"]

    def _run(self, shuffle: int = 0) -> np.ndarray:
        n = len(self.x)
        examples = min(self.examples, EPOCHS * n)
        epochs, rest = divmod(examples, n)
        updates = epochs * -(-n // self.batch_size) + rest // self.batch_size
        run = sgd_path(
            np.array(self.x),
            np.array(self.y),
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            start=self.start,
            seed=1000 * self.seed + shuffle,
            epochs=epochs + (rest > 0),
        )
        return run[: updates + 1]

    @property
    def path(self) -> list[list[float]]:
        """Weight and bias at the start and after every update so far."""
        return self._run().tolist()

    @property
    def loss(self) -> list[float]:
        """Mean squared error over all points, at every point of :attr:`path`."""
        return mse_surface(self.x, self.y).value(self._run()).tolist()

    def still(self) -> Figure:
        """Draw the paths and the losses of all batch sizes.

        If nothing has been learned yet, the figure shows five epochs, for there is nothing to press
        on paper.
        """
        from matplotlib.figure import Figure

        from helpers.plot import COLOURS

        x, y = np.array(self.x), np.array(self.y)
        n = len(x)
        best = np.polyfit(x, y, 1)
        cost = mse_surface(x, y)
        figure = Figure(figsize=(7.2, 3.4), layout="constrained")
        left, right = figure.subplots(1, 2)
        half = 1.15 * max(*np.abs(np.array(self.start) - best), 0.5)
        grid = np.stack(np.meshgrid(*(np.linspace(c - half, c + half, 101) for c in best)), axis=-1)
        heights = cost.value(grid)
        least = float(cost.value(best))
        levels = least + (heights.max() - least) * ((np.arange(1, 13) - 0.4) / 12) ** 2
        left.contour(
            grid[..., 0], grid[..., 1], heights, levels, colors=COLOURS["faint"], linewidths=0.6
        )
        names = ("orange", "blue", "green", "ink", "purple", "red")
        for k, size in enumerate(self.batch_sizes):
            run = sgd_path(
                x,
                y,
                batch_size=size,
                learning_rate=self.learning_rate,
                start=self.start,
                seed=1000 * self.seed,
                epochs=max(1, round(self.examples / n)) if self.examples else 5,
            )
            colour = COLOURS[names[k % len(names)]]
            left.plot(*run.T, color=colour, linewidth=0.9)
            epochs = np.arange(len(run)) / -(-n // size)
            excess = np.maximum(cost.value(run) - least, 1e-6)
            right.plot(epochs, excess, color=colour, linewidth=1, label=f"{size}")
        left.plot(*best, "+", color=COLOURS["ink"], markersize=10)
        left.set(xlabel="weight w", ylabel="bias b", box_aspect=1)
        left.set(xlim=best[0] + half * np.array([-1, 1]), ylim=best[1] + half * np.array([-1, 1]))
        right.set(xlabel="epochs", ylabel="MSE above its minimum")
        if self.log_scale:
            right.set_yscale("log")
        right.legend(title="batch size", frameon=False)
        return figure
