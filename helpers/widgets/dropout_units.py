"""The widget *dropout*: hidden units that flicker, and the average of all that they answer."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.widgets._base import Number, Widget
from helpers.widgets.batch_size import mulberry32

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike


__all__ = ["DropoutUnits", "moons", "trained"]

MOST = 1000  # masks
FEWEST_UNITS, MOST_UNITS = 2, 16
MOST_RATE = 0.8
#: What the panels show, and a grid over it on which the gap is measured.
WINDOW = ((-2.0, 2.0), (-2.0, 2.0))
CELLS = 36


def moons(n: int, rng: np.random.Generator, noise: float = 0.12) -> tuple[np.ndarray, np.ndarray]:
    """Return points on two half circles that reach into one another, with noise.

    Parameters
    ----------
    n : int
        How many points, at least 2; half of them (rounded down) are of class 0.
    rng : numpy.random.Generator
        Draws the places along the half circles, then the noise.
    noise : float
        Standard deviation of the noise in both coordinates; the circles have radius 1.

    Returns
    -------
    x : numpy.ndarray of float64, shape (n, 2)
        The points, those of class 0 first. Both moons together are centred on (0, 0).
    y : numpy.ndarray of float64, shape (n, 1)
        Their classes, 0 and 1.

    Raises
    ------
    ValueError
        If ``n`` is less than 2, or the noise is negative.

    Examples
    --------
    >>> x, y = moons(4, np.random.default_rng(1), noise=0)
    >>> np.hypot(*(x[:2] + [0.5, 0.25]).T)  # class 0: on a circle round (−1/2, −1/4)
    array([1., 1.])
    >>> y.ravel()
    array([0., 0., 1., 1.])
    """
    if n < 2:
        raise ValueError(f"n is {n}; two moons need at least 2 points.")
    if not noise >= 0:
        raise ValueError(f"noise is {noise}; it is a standard deviation, at least 0.")
    half = n // 2
    angle = rng.uniform(0, np.pi, n)
    upper = np.column_stack([np.cos(angle[:half]), np.sin(angle[:half])]) - [0.5, 0.25]
    lower = [0.5, 0.25] - np.column_stack([np.cos(angle[half:]), np.sin(angle[half:])])
    x = np.concatenate([upper, lower]) + rng.normal(0, noise, (n, 2))
    return x, np.repeat([0.0, 1.0], [half, n - half])[:, None]


def trained(
    x: ArrayLike, y: ArrayLike, *, rate: float, units: int = 16, steps: int = 1500, seed: int = 2
) -> list[float]:
    """Train a 2-n-1 network, tanh hidden units with dropout behind them, and return its weights.

    Adam with learning rate 0.03 on the binary cross-entropy, all points in every step. The hidden
    weights begin four times as large as Glorot's, with random biases: their borders then lie
    all over the plane, and the bend between the moons is soon found.

    Parameters
    ----------
    x : array_like, shape (m, 2)
        The points.
    y : array_like, shape (m, 1)
        Their classes, 0 or 1.
    rate : float
        With which each unit is dropped in training, in [0, 1); 0 means no dropout.
    units : int
        Hidden units, n.
    steps : int
        Steps of Adam.
    seed : int
        Seed of the first weights and of the masks.

    Returns
    -------
    list of float, length 4 n + 1
        The hidden weights (first all that come from x₁, then all from x₂), the hidden biases, the
        output weights, the output bias, to four decimals.

    Examples
    --------
    >>> x, y = moons(40, np.random.default_rng(1))
    >>> len(trained(x, y, rate=0.5, units=4, steps=10))
    17
    """
    from helpers.nn.layers import Dense, Dropout
    from helpers.nn.losses import BinaryCrossEntropy
    from helpers.nn.network import Network
    from helpers.nn.optimizers import Adam

    rng = np.random.default_rng(seed)
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    hidden, output = Dense(2, units, activation="tanh", rng=rng), Dense(units, 1, rng=rng)
    hidden.weights *= 4
    hidden.biases += rng.uniform(-3, 3, units)
    network = Network([hidden, Dropout(rate, rng=rng), output])
    loss, optimizer = BinaryCrossEntropy(), Adam(learning_rate=0.03)
    for _ in range(steps):
        network.backward(loss.grad(network.forward(x, training=True), y))
        optimizer.step(network.params, network.grads)
    return np.concatenate([array.ravel() for array in network.params]).round(4).tolist()


@lru_cache(maxsize=1)
def _examples() -> tuple[np.ndarray, np.ndarray]:
    x, y = moons(120, np.random.default_rng(2))
    return x.round(3), y


@lru_cache(maxsize=1)
def _networks() -> dict[str, dict[str, Any]]:
    """Return the two networks of the menu."""
    x, y = _examples()
    return {
        name: {"name": name, "title": title, "weights": trained(x, y, rate=rate)}
        for name, title, rate in (
            ("dropout", "with dropout, rate 0.5", 0.5),
            ("plain", "without dropout", 0),
        )
    }


def _sigmoid(z: np.ndarray) -> np.ndarray:
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


class DropoutUnits(Widget):
    r"""Watch a trained network answer with a part of its hidden units, again and again.

    A 2-n-1 network with tanh hidden units, trained on two moons. Each mask drops every hidden
    unit with probability ``rate`` and multiplies the others by 1/(1 − rate). Beside the network
    with the present mask stand the average over all masks so far, and the network as it is
    evaluated, without a mask; a curve shows the mean gap between the last two.

    Parameters
    ----------
    weights : array_like, shape (4 n + 1,), optional
        A network of your own, 2 to 16 hidden units, shown first: hidden weights (2, n) row by row,
        hidden biases, output weights, output bias, which is the order of ``Network.params``.
    x, y : array_like, shapes (m, 2) and (m, 1) or (m,), optional
        The points to show with it, in [-2, 2]², and their classes 0 and 1; by default 120 of
        :func:`moons`.
    **traits
        Any of the attributes below, and ``name``, ``height``, ``alt``.

    Attributes
    ----------
    rate : float
        With which a unit is dropped, 0 to 0.8.
    masks : int
        Masks drawn so far, 1 to 1,000; the last one is the present one.
    seed : int
        Seed of the masks, 1 to 999.
    scaled : bool
        Whether what is kept is multiplied by 1/(1 − rate).
    average : str
        What is averaged over the masks: "sums", the weighted sums z of the output neuron, of
        whose average σ is then taken (which is the geometric mean of the odds), or "answers",
        the outputs ŷ.
    network : str
        "dropout" or "plain", the network trained with or without dropout; "yours" if ``weights``
        are given.
    networks : list of dict
        The menu: ``name``, ``title`` and ``weights`` of each network; read-only.
    points : list of [float, float, int]
        The points and their classes; read-only.
    weights : numpy.ndarray, shape (4 n + 1,)
        Those of the network that is shown; read-only.
    kept : numpy.ndarray of bool, shape (masks, n)
        All masks so far: who was kept; read-only.
    gaps : numpy.ndarray, shape (masks,)
        After every mask, the mean of \|average − evaluation\| over a grid on the window;
        read-only.
    gap : float
        The last of them; read-only.

    Raises
    ------
    ValueError
        If ``weights``, ``x`` or ``y`` do not fit.
    traitlets.TraitError
        If a value is not one of those listed above.

    Notes
    -----
    With the scaling, the mean of a kept-or-dropped activation over the masks is the activation
    itself. The output neuron's z is linear in these, so the average of z tends to its value
    without a mask, with a gap that falls like 1/√masks. ŷ = σ(z) is not linear: the average of
    the answers tends to something else, close by where z varies little between masks.

    Examples
    --------
    >>> w = DropoutUnits(rate=0.5, masks=400)
    >>> w.kept.shape
    (400, 16)
    >>> bool(w.gaps[0] > 2 * w.gap)
    True
    >>> w.gap < 0.01
    True
    >>> w.average = "answers"
    >>> w.gap > 0.02
    True
    """

    name = traitlets.Unicode("dropout_units").tag(sync=True)
    title = traitlets.Unicode("Dropout").tag(sync=True)
    alt = traitlets.Unicode(
        "A network with two inputs, a layer of hidden units and one output, trained on two moons "
        "of points. First panel: the network; a unit that is dropped is drawn as an empty dashed "
        "circle, and its lines fade. Second panel: the mean gap between average and evaluation "
        "against the number of masks, both axes logarithmic. Then three maps of the output over "
        "the plane, orange where it says 1 and blue where it says 0: with the present mask, "
        "averaged over all masks so far, and evaluated without a mask. Play, and look for the "
        "first map, which never rests, and for the second, which comes to look like the third."
    ).tag(sync=True)
    height = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(840, 1590)).tag(
        sync=True
    )

    rate = Number(0.5, low=0, high=MOST_RATE)
    masks = traitlets.Int(1, min=1, max=MOST).tag(sync=True)
    seed = traitlets.Int(5, min=1, max=999).tag(sync=True)
    scaled = traitlets.Bool(True).tag(sync=True)
    average = traitlets.Enum(("sums", "answers"), "sums").tag(sync=True)
    network = traitlets.Unicode("dropout").tag(sync=True)
    networks = traitlets.List(read_only=True).tag(sync=True)
    points = traitlets.List(read_only=True).tag(sync=True)

    def __init__(
        self,
        weights: ArrayLike | None = None,
        x: ArrayLike | None = None,
        y: ArrayLike | None = None,
        **traits: Any,
    ) -> None:
        if (x is None) != (y is None):
            raise ValueError("give x and y together, or neither of them.")
        menu = list(_networks().values())
        if weights is not None:
            yours = {"name": "yours", "title": "your network", "weights": _weights(weights)}
            menu.insert(0, yours)
            traits.setdefault("network", "yours")
        points = _points(*(_examples() if x is None else (x, y)))
        self._names = [each["name"] for each in menu]
        super().__init__(**traits)
        self.set_trait("networks", menu)
        self.set_trait("points", points)

    @traitlets.validate("network")
    def _known(self, proposal: dict[str, Any]) -> str:
        if proposal["value"] not in self._names:
            raise traitlets.TraitError(
                f"network must be one of {', '.join(self._names)}; not {proposal['value']!r}."
            )
        return proposal["value"]

    @property
    def weights(self) -> np.ndarray:
        """The weights and biases of the network that is shown, shape (4 n + 1,)."""
        return np.array(self.networks[self._names.index(self.network)]["weights"])

    @property
    def kept(self) -> np.ndarray:
        """Who was kept by each mask, shape (masks, n)."""
        units = (len(self.weights) - 1) // 4
        draws = list(islice(mulberry32(self.seed), self.masks * units))
        return np.array(draws).reshape(self.masks, units) >= self.rate

    def sums(self, x: ArrayLike, kept: ArrayLike | None = None) -> np.ndarray:
        """Return the weighted sum z of the output neuron, for every point and every mask.

        Parameters
        ----------
        x : array_like, shape (m, 2)
            The points.
        kept : array_like of bool, shape (masks, n), optional
            The masks. Without them the network is evaluated as it is.

        Returns
        -------
        numpy.ndarray, shape (m, masks), or (m,) without masks
        """
        w = self.weights
        n = (len(w) - 1) // 4
        hidden = np.tanh(np.asarray(x, dtype=float) @ w[: 2 * n].reshape(2, n) + w[2 * n : 3 * n])
        if kept is None:
            return hidden @ w[3 * n : 4 * n] + w[-1]
        factor = 1 / (1 - self.rate) if self.scaled else 1.0
        return hidden @ (w[3 * n : 4 * n] * factor * np.asarray(kept)).T + w[-1]

    def averaged(self, x: ArrayLike) -> np.ndarray:
        """Return ŷ averaged over the first 1, 2, … masks, shape (m, masks), for m points."""
        z = self.sums(x, self.kept)
        counts = np.arange(1, self.masks + 1)
        if self.average == "sums":
            return _sigmoid(np.cumsum(z, axis=1) / counts)
        return np.cumsum(_sigmoid(z), axis=1) / counts

    @property
    def gaps(self) -> np.ndarray:
        """The mean of |average − evaluation| over the grid, after every mask."""
        grid = _grid()
        return np.abs(self.averaged(grid) - _sigmoid(self.sums(grid))[:, None]).mean(axis=0)

    @property
    def gap(self) -> float:
        """The mean of |average − evaluation| over the grid as it is now."""
        return float(self.gaps[-1])

    def still(self) -> Figure:
        """Draw the three maps and the gap.

        If there is only one mask yet, the figure shows 100, for there is nothing to press on
        paper.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from matplotlib.colors import LinearSegmentedColormap
        from matplotlib.figure import Figure

        from helpers.plot import COLOURS

        before = self.masks
        with self.hold_trait_notifications():
            self.masks = 100 if before == 1 else before
            masks, gaps, grid = self.masks, self.gaps, _grid()
            maps = [
                _sigmoid(self.sums(grid, self.kept)[:, -1]),
                self.averaged(grid)[:, -1],
                _sigmoid(self.sums(grid)),
            ]
            self.masks = before
        shades = LinearSegmentedColormap.from_list(
            "classes", [COLOURS["blue"], COLOURS["paper"], COLOURS["orange"]]
        )
        figure = Figure(figsize=(7.2, 4.6), layout="constrained")
        top, bottom = figure.subfigures(2, 1, height_ratios=[3, 2])
        x, y, labels = np.array(self.points).T
        side = np.linspace(*WINDOW[0], CELLS + 1)
        titles = ("One mask", f"Average of {masks:,}", "Evaluated")
        for axes, values, title in zip(top.subplots(1, 3), maps, titles, strict=True):
            values = values.reshape(CELLS + 1, CELLS + 1)
            levels = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1]
            axes.contourf(side, side, values, levels, cmap=shades, alpha=0.45)
            axes.contour(side, side, values, [0.5], colors=COLOURS["ink"], linestyles="--")
            for label, marker, colour in ((0, "s", "blue"), (1, "o", "orange")):
                axes.plot(
                    x[labels == label],
                    y[labels == label],
                    marker,
                    color=COLOURS[colour],
                    markersize=2.5,
                )
            axes.set(xlim=WINDOW[0], ylim=WINDOW[1], box_aspect=1, title=title)
            axes.grid(visible=False)
        curve = bottom.subplots()
        curve.loglog(np.arange(1, masks + 1), np.maximum(gaps, 1e-6), color=COLOURS["orange"])
        curve.set(xlabel="masks", ylabel="mean gap")
        return figure


def _grid() -> np.ndarray:
    """Return the points on which the gap is measured, shape ((CELLS + 1)², 2)."""
    horizontal, vertical = (np.linspace(*side, CELLS + 1) for side in WINDOW)
    return np.stack(np.meshgrid(horizontal, vertical), axis=-1).reshape(-1, 2)


def _weights(weights: ArrayLike) -> list[float]:
    found = np.asarray(weights, dtype=float)
    sizes = [4 * n + 1 for n in range(FEWEST_UNITS, MOST_UNITS + 1)]
    if found.ndim != 1 or len(found) not in sizes or not np.isfinite(found).all():
        raise ValueError(
            f"weights must hold 4 n + 1 finite numbers for n = {FEWEST_UNITS} to {MOST_UNITS} "
            f"hidden units, in one row; got shape {found.shape}. From a network: "
            "np.concatenate([array.ravel() for array in network.params])."
        )
    return found.tolist()


def _points(x: ArrayLike, y: ArrayLike) -> list[Sequence[float]]:
    x, y = np.asarray(x, dtype=float), np.asarray(y).reshape(-1)
    if x.ndim != 2 or x.shape[1] != 2 or len(x) != len(y) or not np.isin(y, (0, 1)).all():
        raise ValueError(
            "x must have shape (m, 2) and y one 0 or 1 for each of its rows; got shapes "
            f"{x.shape} and {np.shape(y)}."
        )
    return [[float(a), float(b), int(label)] for (a, b), label in zip(x, y, strict=True)]
