"""The widget *perceptron*: Rosenblatt's rule, one example at a time, on points of your own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.widgets._base import Numbers, Widget

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Perceptron"]

MOST_STEPS = 2000
MOST_POINTS = 30
_LOW, _HIGH = -1.5, 2.5  # the window, along both axes
_GRID = 8  # points lie on eighths, so that no sum is ever rounded
_CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
_GATES = {
    "or": [-1, 1, 1, 1],
    "and": [-1, -1, -1, 1],
    "xor": [-1, 1, 1, -1],
}
_DATA = (*_GATES, "blobs", "custom")


def _blobs(seed: int) -> np.ndarray:
    """Return fourteen points (x1, x2, label) of two clouds, with a gap between them."""
    rng = np.random.default_rng(seed)
    angle = rng.uniform(0, 2 * np.pi)
    across = np.array([np.cos(angle), np.sin(angle)])
    middle = rng.uniform(0.3, 0.7, 2)
    labels = np.array([1, -1] * 7)
    rng.shuffle(labels)
    found = np.empty((0, 2))
    while len(found) < len(labels):
        label = labels[len(found)]
        x = np.round(_GRID * rng.normal(middle + 0.6 * label * across, 0.6)) / _GRID
        inside = (x > _LOW + 0.1).all() and (x < _HIGH - 0.1).all()
        apart = (np.hypot(*(found - x).T) > 0.3).all()  # or their markers would overlap
        if inside and apart and label * (x - middle) @ across >= 0.15:
            found = np.vstack([found, x])
    return np.column_stack([found, labels])


def _tidy(points: list[float]) -> list[float]:
    """Return the points on the grid and inside the window, each label -1 or +1."""
    table = np.array(points, dtype=float).reshape(-1, 3)
    table[:, :2] = np.clip(np.floor(_GRID * table[:, :2] + 0.5) / _GRID, _LOW, _HIGH)
    return (table + 0.0).ravel().tolist()  # + 0.0: no negative zero


class Perceptron(Widget):
    """Watch a perceptron learn a line, example by example.

    A perceptron with two inputs answers +1 where z = w·x + b ≥ 0, and −1 elsewhere. It starts
    with zeros and takes the examples in their order, again and again. After a wrong answer,
    w grows by y x and b by y. An epoch without a mistake ends it. What is shown follows
    from the points and from the number of examples that were taken.

    Parameters
    ----------
    data : str
        "or", "and", "xor", "blobs" (two clouds with a gap) or "custom".
    points : sequence of float, optional
        The examples of "custom", one after the other: x₁, x₂, label, x₁, x₂, label, …, at most
        30 of them. Labels are −1 or +1, the other numbers lie from −1.5 to 2.5 and are
        rounded to eighths: sums of eighths are exact, here and in the browser, so that no
        rounding ever decides an answer.
    steps : int
        How many examples have been taken, 0 to 2000.
    seed : int
        Of the clouds.
    **traits
        ``name``, ``height`` or ``alt``.

    Raises
    ------
    traitlets.TraitError
        If a value is not one of those described above.

    Examples
    --------
    >>> p = Perceptron(data="and", steps=100)
    >>> p.converged, p.updates, p.weights, p.bias
    (True, 11, [2.0, 1.0], -3.0)
    >>> Perceptron(data="xor", steps=100).cycles
    True
    """

    name = traitlets.Unicode("perceptron").tag(sync=True)
    title = traitlets.Unicode("Perceptron").tag(sync=True)
    alt = traitlets.Unicode(
        "Left, points of two classes in the plane, circles for +1 and squares for −1, the line "
        "on which the weighted sum is zero, and an arrow at right angles to it, which points to "
        "the side that is answered +1. Right, the weights as an arrow from the origin, and what "
        "an update adds to it. Look for how the line turns with each update, for the epoch without "
        "a mistake that ends it, and for XOR, where the weights come back to where they were."
    ).tag(sync=True)
    height = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(830, 1680)).tag(
        sync=True
    )

    data = traitlets.Enum(_DATA, default_value="or").tag(sync=True)
    points = Numbers()
    steps = traitlets.Int(0, min=0, max=MOST_STEPS).tag(sync=True)
    sets = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(
        self,
        data: str = "or",
        points: Any = (),
        steps: int = 0,
        *,
        seed: int = 6,
        **traits: Any,
    ) -> None:
        tables = {name: np.column_stack([_CORNERS, y]) for name, y in _GATES.items()}
        tables["blobs"] = _blobs(seed)
        super().__init__(data=data, points=points, steps=steps, **traits)
        self.set_trait("sets", {name: table.ravel().tolist() for name, table in tables.items()})

    @traitlets.validate("points")
    def _triples(self, proposal: dict[str, Any]) -> list[float]:
        points = proposal["value"]
        if len(points) % 3 or len(points) > 3 * MOST_POINTS:
            raise traitlets.TraitError(
                "points must hold three numbers for each example, x1, x2 and label, of at most "
                f"{MOST_POINTS} examples; got {len(points)} numbers."
            )
        table = np.reshape(points, (-1, 3))
        if not np.isin(table[:, 2], (-1, 1)).all():
            raise traitlets.TraitError(
                f"the labels in points must be -1 or +1; got {table[:, 2].tolist()}."
            )
        if ((table[:, :2] < _LOW) | (table[:, :2] > _HIGH)).any():
            raise traitlets.TraitError(
                f"x1 and x2 in points must lie from {_LOW:g} to {_HIGH:g}; got {points!r}."
            )
        return _tidy(points)

    @property
    def examples(self) -> tuple[np.ndarray, np.ndarray]:
        """The points that are shown, shape (n, 2), and their labels −1 and +1, shape (n,)."""
        points = self.points if self.data == "custom" else self.sets[self.data]
        table = np.reshape(points, (-1, 3)).astype(float)
        return table[:, :2], table[:, 2]

    def _learn(self) -> dict[str, Any]:
        """Take the examples one after the other, as the browser does."""
        x, y = self.examples
        w, b, n = np.zeros(2), 0.0, len(x)
        path = [(0.0, 0.0, 0.0)]
        mistakes: list[int] = []
        seen = {(0, *path[0]): 0}  # place in the epoch, weights and bias: updates until then
        updates, converged, cycles = 0, False, False
        for step in range(self.steps if n else 0):
            i = step % n
            if i == 0:
                mistakes.append(0)
            if (1 if w @ x[i] + b >= 0 else -1) != y[i]:
                w, b = w + y[i] * x[i], b + y[i]
                mistakes[-1] += 1
                updates += 1
                path.append((*w.tolist(), float(b)))
            if i == n - 1 and mistakes[-1] == 0:
                converged = True
                break
            place = ((step + 1) % n, *w.tolist(), float(b))
            if place not in seen:
                seen[place] = updates
            elif seen[place] < updates:
                cycles = True
        return {"path": path, "mistakes": mistakes, "converged": converged, "cycles": cycles}

    @property
    def weights(self) -> list[float]:
        """The two weights, after the examples taken so far."""
        return list(self._learn()["path"][-1][:2])

    @property
    def bias(self) -> float:
        """The bias, after the examples taken so far."""
        return self._learn()["path"][-1][2]

    @property
    def updates(self) -> int:
        """How often the weights have changed."""
        return len(self._learn()["path"]) - 1

    @property
    def mistakes(self) -> list[int]:
        """The number of mistakes in each epoch; the last one may not have ended yet."""
        return self._learn()["mistakes"]

    @property
    def converged(self) -> bool:
        """Whether an epoch has passed without a mistake."""
        return self._learn()["converged"]

    @property
    def cycles(self) -> bool:
        """Whether weights and bias have come back, after updates, at the same place in the epoch.

        From there on everything repeats, so that no line separates the classes.
        """
        return self._learn()["cycles"]

    def still(self) -> Figure:
        """Draw the points with the line, and the path of the weights.

        If no example has been taken yet, the figure shows what comes of two hundred, for there
        is nothing to press on paper.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from matplotlib.figure import Figure

        from helpers.plot import COLOURS

        shown = self
        if self.steps == 0:
            shown = Perceptron(data="custom", points=self._flat(), steps=200)
        (x, y), path = shown.examples, np.array(shown._learn()["path"])
        *w, b = path[-1]
        figure = Figure(figsize=(7.2, 3.7), layout="constrained")
        left, right = figure.subplots(1, 2)
        grid = np.stack(np.meshgrid(*2 * [np.linspace(_LOW, _HIGH, 301)]), axis=-1)
        z = grid @ np.array(w) + b
        left.contourf(
            grid[..., 0], grid[..., 1], z >= 0, levels=[0.5, 1.5], colors=[COLOURS["faint"]]
        )
        if np.any(w):
            left.contour(grid[..., 0], grid[..., 1], z, levels=[0], colors=[COLOURS["green"]])
        for label, marker, colour in [(1, "o", "orange"), (-1, "s", "blue")]:
            left.plot(
                *x[y == label].T,
                marker,
                color=COLOURS[colour],
                markersize=8,
                label="+1" if label > 0 else "−1".replace("-", "−"),
            )
        left.set(xlim=(_LOW, _HIGH), ylim=(_LOW, _HIGH), xlabel="x₁", ylabel="x₂", box_aspect=1)
        left.legend(loc="upper right", fontsize=8)
        right.plot(path[:, 0], path[:, 1], "o-", color=COLOURS["grey"], markersize=3, lw=0.8)
        reach = 1.2 * max(1.0, np.abs(path[:, :2]).max())
        if np.any(w):
            right.annotate(
                "", w, (0, 0), arrowprops={"arrowstyle": "-|>", "color": COLOURS["green"], "lw": 2}
            )
        right.set(xlim=(-reach, reach), ylim=(-reach, reach), xlabel="w₁", ylabel="w₂")
        right.set(box_aspect=1, title=f"{len(path) - 1} updates, b = {b:g}".replace("-", "−"))
        return figure

    def _flat(self) -> list[float]:
        x, y = self.examples
        return np.column_stack([x, y]).ravel().tolist()
