"""The widget *XOR playground*: a small network learns, and shows where it sends the points."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.widgets._base import Number, Numbers, Widget
from helpers.widgets.batch_size import mulberry32

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from helpers.nn.network import Network

__all__ = ["GATES", "XorPlayground", "first_weights"]

MOST = 10_000  # steps
NEURONS = 8
WINDOW = (-0.6, 1.6)
TITLES = {"tanh": "tanh", "sigmoid": "sigmoid", "relu": "ReLU"}
_CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]]
_NAMES = ["00", "01", "10", "11"]

#: The gates by hand, for two sigmoid neurons: one is OR, one NAND, the output neuron their AND.
GATES = (10.0, -10.0, 10.0, -10.0, -5.0, 15.0, 10.0, 10.0, -15.0)


def _gate(name: str, title: str, targets: list[int]) -> dict[str, Any]:
    return {
        "name": name,
        "title": title,
        "points": _CORNERS,
        "targets": targets,
        "labels": _NAMES,
    }


def _cloud(name: str, title: str, points: np.ndarray, targets: np.ndarray) -> dict[str, Any]:
    return {
        "name": name,
        "title": title,
        "points": points.round(3).tolist(),
        "targets": targets.tolist(),
        "labels": [],
    }


def _noisy() -> dict[str, Any]:
    """Return ten points round every corner of XOR."""
    rng = np.random.default_rng(6)
    points = np.repeat(np.array(_CORNERS, dtype=float), 10, axis=0)
    targets = np.repeat([0, 1, 1, 0], 10)
    return _cloud("noisy", "XOR, noisy", points + rng.normal(0, 0.14, points.shape), targets)


def _circle() -> dict[str, Any]:
    """Return a disc of class 1 and a ring of class 0 round it."""
    rng = np.random.default_rng(7)
    radius = np.concatenate([0.4 * np.sqrt(rng.uniform(size=20)), rng.uniform(0.65, 0.95, 28)])
    angle = rng.uniform(0, 2 * np.pi, radius.size)
    points = 0.5 + radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return _cloud("circle", "Disc in a ring", points, np.repeat([1, 0], [20, 28]))


_SETS: dict[str, dict[str, Any]] = {
    each["name"]: each
    for each in [
        _gate("xor", "XOR", [0, 1, 1, 0]),
        _gate("or", "OR", [0, 1, 1, 1]),
        _gate("and", "AND", [0, 0, 0, 1]),
        _noisy(),
        _circle(),
    ]
}


def first_weights(seed: int, neurons: int) -> list[float]:
    """Return the first weights and biases of a 2-m-1 network, the same ones as the browser's.

    The weights are Glorot's uniform ones, drawn from :func:`.mulberry32`; the biases are 0.

    Parameters
    ----------
    seed : int
        Seed of the generator.
    neurons : int
        Hidden neurons, n.

    Returns
    -------
    list of float, length 4 n + 1
        The hidden weights (first all that come from x₁, then all from x₂), the hidden biases, the
        output weights, the output bias.

    Examples
    --------
    >>> [round(w, 3) for w in first_weights(1, 2)]
    [0.311, -1.218, 0.067, 1.178, 0.0, 0.0, 1.325, -0.619, 0.0]
    """
    uniform = mulberry32(seed)

    def draw(count: int, fans: int) -> list[float]:
        limit = np.sqrt(6 / fans)
        return [float(limit * (2 * u - 1)) for u in islice(uniform, count)]

    hidden = draw(2 * neurons, 2 + neurons)
    return [*hidden, *[0.0] * neurons, *draw(neurons, neurons + 1), 0.0]


class XorPlayground(Widget):
    """Train a network with one hidden layer, and watch the plane fold until a line is enough.

    Two inputs, n hidden neurons, one sigmoid neuron as output. It learns by gradient descent on
    the mean squared error, with all points in every step. Three panels: the plane with the line
    of every hidden neuron, the hidden space, and the loss.

    Parameters
    ----------
    **traits
        Any of the attributes below, and ``name``, ``height``, ``alt``.

    Attributes
    ----------
    data : str
        "xor", "or", "and" (four points each), "noisy" (XOR with ten points round each corner) or
        "circle" (a disc in a ring).
    neurons : int
        Hidden neurons n, 1 to 8.
    activation : str
        Theirs: "tanh", "sigmoid" or "relu".
    learning_rate : float
        η, 0.01 to 20.
    seed : int
        Seed of the first weights, 1 to 999; see :func:`first_weights`.
    steps : int
        Steps taken, 0 to 10,000.
    first : list of float, length 4 n + 1
        First weights given by hand, each from -100 to 100, in the order of :func:`first_weights`.
        They replace those of the seed; a list of another length than 4 n + 1 is left aside.
    across, up : int
        The hidden neurons shown on the axes of the hidden space, counted from 1; ``up`` = 0, or
        one that does not exist, shows z, the weighted sum of the output neuron.
    weights : list of float, length 4 n + 1
        The present weights and biases, in the same order, read-only.
    loss : float
        The present mean squared error, read-only.
    correct : int
        Points on the right side: z ≥ 0 for class 1, z < 0 for class 0; read-only.

    Raises
    ------
    traitlets.TraitError
        If a value is not one of those listed above.

    Examples
    --------
    >>> trained = XorPlayground(seed=1, steps=1000)
    >>> round(trained.loss, 5), trained.correct
    (0.00045, 4)
    >>> trained.network().predict([[0, 1], [1, 1]]).round(2).ravel()
    array([0.98, 0.02])
    >>> XorPlayground(activation="sigmoid", first=GATES).correct  # set by hand
    4
    """

    name = traitlets.Unicode("xor_playground").tag(sync=True)
    title = traitlets.Unicode("XOR playground").tag(sync=True)
    alt = traitlets.Unicode(
        "A network with two inputs, a few hidden neurons and one output, in training. First panel: "
        "the plane of the inputs, shaded by the output, orange where it says 1 and blue where it "
        "says 0, with a line for every hidden neuron; orange discs are points of class 1, blue "
        "squares of class 0, and a dark rim marks those on the wrong side. Second panel: the same "
        "points where the hidden layer sends them, with the dashed border of the output neuron. "
        "Third panel: the loss against the step. Train it, and look for the hidden space: the "
        "points move until one straight border separates them. With other first weights the loss "
        "may stay on a plateau."
    ).tag(sync=True)
    height = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(964, 1876)).tag(
        sync=True
    )

    data = traitlets.Enum(tuple(_SETS), default_value="xor").tag(sync=True)
    neurons = traitlets.Int(2, min=1, max=NEURONS).tag(sync=True)
    activation = traitlets.Enum(tuple(TITLES), default_value="tanh").tag(sync=True)
    learning_rate = Number(2.0, low=0.01, high=20)
    seed = traitlets.Int(1, min=1, max=999).tag(sync=True)
    steps = traitlets.Int(0, min=0, max=MOST).tag(sync=True)
    first = Numbers()
    across = traitlets.Int(1, min=1, max=NEURONS).tag(sync=True)
    up = traitlets.Int(2, min=0, max=NEURONS).tag(sync=True)
    sets = traitlets.List(list(_SETS.values()), read_only=True).tag(sync=True)

    @traitlets.validate("first")
    def _possible(self, proposal: dict[str, Any]) -> list[float]:
        first = proposal["value"]
        lengths = [0, *(4 * n + 1 for n in range(1, NEURONS + 1))]
        if len(first) not in lengths or not all(abs(weight) <= 100 for weight in first):
            raise traitlets.TraitError(
                "first must hold 4 n + 1 numbers from -100 to 100: 9 for two hidden neurons; "
                f"not {first!r}."
            )
        return first

    @property
    def points(self) -> np.ndarray:
        """The points, shape (m, 2)."""
        return np.array(_SETS[self.data]["points"], dtype=float)

    @property
    def targets(self) -> np.ndarray:
        """Their classes, 0 or 1, shape (m, 1)."""
        return np.array(_SETS[self.data]["targets"], dtype=float)[:, None]

    @property
    def start(self) -> list[float]:
        """The first weights and biases: those given, or those of the seed."""
        given = len(self.first) == 4 * self.neurons + 1
        return list(self.first) if given else first_weights(self.seed, self.neurons)

    def network(self) -> Network:
        """Return the network as it is now, built and trained by :mod:`helpers.nn`."""
        return self._trained(self.steps)[0]

    def _trained(self, steps: int) -> tuple[Network, list[float]]:
        """Return the network after so many steps, and the loss before and after each."""
        from helpers.nn.layers import Dense
        from helpers.nn.losses import MeanSquaredError
        from helpers.nn.network import Network
        from helpers.nn.optimizers import SGD

        n, rng = self.neurons, np.random.default_rng(0)  # what it draws is replaced
        network = Network(
            [
                Dense(2, n, activation=self.activation, rng=rng),
                Dense(n, 1, activation="sigmoid", rng=rng),
            ]
        )
        hidden, output = network.layers
        start = np.array(self.start)
        hidden.weights, hidden.biases = start[: 2 * n].reshape(2, n), start[2 * n : 3 * n]
        output.weights, output.biases = start[3 * n : 4 * n, None], start[4 * n :]
        loss, optimizer = MeanSquaredError(), SGD(learning_rate=self.learning_rate)
        x, y = self.points, self.targets
        losses = []
        for _ in range(steps):
            predictions = network.forward(x, training=True)
            losses.append(loss.value(predictions, y))
            network.backward(loss.grad(predictions, y))
            optimizer.step(network.params, network.grads)
        losses.append(loss.value(network.predict(x), y))
        return network, losses

    @property
    def weights(self) -> list[float]:
        """All weights and biases as they are now."""
        return np.concatenate([array.ravel() for array in self.network().params]).tolist()

    @property
    def loss(self) -> float:
        """The mean squared error as it is now."""
        return self._trained(self.steps)[1][-1]

    @property
    def correct(self) -> int:
        """How many points lie on the right side of the border."""
        fires = self.network().predict(self.points) >= 0.5
        return int(np.sum(fires == (self.targets == 1)))

    def still(self) -> Figure:
        """Draw the plane, the hidden space and the loss.

        If nothing has been learned yet, the figure shows 1,000 steps, for there is nothing to press
        on paper.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from matplotlib.colors import LinearSegmentedColormap
        from matplotlib.figure import Figure

        from helpers.plot import COLOURS

        network, losses = self._trained(self.steps or (0 if self.first else 1000))
        hidden, output = network.layers
        n, x, y = self.neurons, self.points, self.targets.ravel() == 1
        across = min(self.across, n) - 1
        up = self.up - 1 if 1 <= self.up <= n else None
        shades = LinearSegmentedColormap.from_list(
            "classes", [COLOURS["blue"], COLOURS["paper"], COLOURS["orange"]]
        )
        figure = Figure(figsize=(7.2, 5.6), layout="constrained")
        (plane, space), (curve, text) = figure.subplots(2, 2, height_ratios=[3, 2])
        side = np.linspace(*WINDOW, 111)
        grid = np.stack(np.meshgrid(side, side), axis=-1)

        def shade(axes: Any, horizontal: np.ndarray, vertical: np.ndarray, z: np.ndarray) -> None:
            values = 1 / (1 + np.exp(-np.clip(z, -30, 30)))
            levels = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1]
            axes.contourf(horizontal, vertical, values, levels, cmap=shades, alpha=0.45)
            axes.contour(horizontal, vertical, z, [0], colors=COLOURS["ink"], linestyles="--")

        def dots(axes: Any, places: np.ndarray) -> None:
            size = 70 if len(places) <= 4 else 18
            axes.scatter(*places[y].T, s=size, c=COLOURS["orange"], edgecolors=COLOURS["paper"])
            axes.scatter(
                *places[~y].T, s=size, c=COLOURS["blue"], edgecolors=COLOURS["paper"], marker="s"
            )

        def place(points: np.ndarray) -> np.ndarray:
            activations = hidden.forward(points)
            z = (activations @ output.weights + output.biases)[:, 0]
            return np.column_stack(
                [activations[:, across], z if up is None else activations[:, up]]
            )

        flat = grid.reshape(-1, 2)
        z = (hidden.forward(flat) @ output.weights + output.biases)[:, 0]
        shade(plane, side, side, z.reshape(grid.shape[:2]))
        for j in range(n):
            (p, q), c = hidden.weights[:, j], hidden.biases[j]
            colour = "green" if j == across else "purple" if j == up else "grey"
            if max(abs(p), abs(q)) > 0:
                foot = -c * np.array([p, q]) / (p * p + q * q)
                plane.axline(foot, foot + np.array([-q, p]), color=COLOURS[colour], linewidth=1.4)
        dots(plane, x)
        plane.set(xlim=WINDOW, ylim=WINDOW, xlabel="$x_1$", ylabel="$x_2$", title="The plane")
        places = place(x)
        folded = place(flat).reshape(*grid.shape)
        for line in (*folded[::10], *folded.swapaxes(0, 1)[::10]):
            space.plot(*line.T, color=COLOURS["grey"], linewidth=0.4, alpha=0.6)
        low, high = places.min(axis=0), places.max(axis=0)
        margin = 0.12 * np.maximum(high - low, 0.5)
        ends = np.linspace(low - margin, high + margin, 61)
        if up is None or (n == 2 and up != across):
            v = [0, 1] if up is None else output.weights[[across, up], 0]
            bias = 0 if up is None else output.biases[0]
            shade(space, *ends.T, v[0] * ends[:, 0] + v[1] * ends[:, [1]] + bias)
        dots(space, places)
        space.set(
            xlim=ends[[0, -1], 0],
            ylim=ends[[0, -1], 1],
            xlabel=f"$h_{across + 1}$",
            ylabel="$z$" if up is None else f"$h_{up + 1}$",
            title="The hidden space",
        )
        curve.semilogy(losses, color=COLOURS["orange"], linewidth=1.4)
        curve.set(xlabel="step", ylabel="mean squared error", title="The loss")
        text.axis("off")
        fires = network.predict(x).ravel() >= 0.5
        text.text(
            0,
            0.9,
            f"2-{n}-1 network, {TITLES[self.activation]}\nlearning rate {self.learning_rate:g}\n"
            f"{len(losses) - 1:,} steps\nloss {losses[-1]:.4f}\n"
            f"{int(np.sum(fires == y))} of {len(x)} points right",
            va="top",
            linespacing=1.5,
        )
        return figure
