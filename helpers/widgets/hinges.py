"""The widget *build a function from hinges*: a hidden layer of ReLUs, kink by kink."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from helpers.widgets._base import Number, Numbers, Widget

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from helpers.nn.network import Network

__all__ = ["SIX_RELUS", "TARGETS", "Hinges"]

MOST = 12
INTERVAL = (-2.0, 2.0)
_SAMPLES = 401


def _bump(x: np.ndarray, centre: float, width: float) -> np.ndarray:
    return np.exp(-width * (x - centre) ** 2)


#: What can be built, on the interval from −2 to 2; functions of arrays.
TARGETS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "cubic": lambda x: x**3 + x**2 - x - 1,
    "sine": lambda x: np.sin(3 * x),
    "absolute": np.abs,
    "step": lambda x: np.tanh(8 * x),
    "bumps": lambda x: 1.2 * _bump(x, -1.2, 6) + 0.8 * _bump(x, 0.0, 20) + _bump(x, 1.1, 8),
}
_TITLES = {
    "cubic": "x³ + x² − x − 1",
    "sine": "sin 3x",
    "absolute": "|x|",
    "step": "a steep step, tanh 8x",
    "bumps": "three bumps",
}

#: The six ReLUs of the lecture that sum up to roughly x³ + x² − x − 1.
SIX_RELUS: dict[str, list[float]] = {
    "kinks": [-1.54, -1.3 / 1.2, -1 / 1.2, 0.2 / 1.2, 0.55, 1.0],
    "slopes": [-5.0, -1.2, -1.2, 1.2, 2.0, 5.0],
    "directions": [-1.0, -1.0, 1.0, 1.0, 1.0, 1.0],
}


class Hinges(Widget):
    """Build a function from hinges.

    Neuron j adds ``slopes[j] * max(0, directions[j] * (x - kinks[j]))``. The reader drags kinks,
    turns slopes, adds neurons, or lets the widget fit: the best slopes at the present kinks, the
    interpolant, or gradient descent on all weights and biases.

    Parameters
    ----------
    **traits
        Any of the attributes below, and ``name``, ``height``, ``alt``.

    Attributes
    ----------
    target : str
        One of "cubic", "sine", "absolute", "step", "bumps".
    kinks : list of float
        Where each neuron bends, 1 to 12 of them.
    slopes : list of float
        The slope of each behind its kink. Missing ones count as 0.
    directions : list of float
        1 for a neuron that rises to the right of its kink, -1 to the left. Missing ones are 1.
    bias : float
        The bias of the output.
    selected : int
        The neuron that the sliders move, counted from 1.
    learning_rate : float
        Of the descent, 0.0003 to 0.3.
    rms, largest_error : float
        Of the sum against the target on 401 points from −2 to 2, read-only.

    Raises
    ------
    traitlets.TraitError
        If a value is not one of those listed above.

    Examples
    --------
    >>> w = Hinges(target="absolute", kinks=[0, 0], slopes=[1, 1], directions=[-1, 1])
    >>> w.rms
    0.0
    >>> w.predict([-0.5, 2.0])
    array([0.5, 2. ])
    """

    name = traitlets.Unicode("hinges").tag(sync=True)
    title = traitlets.Unicode("Build a function from hinges").tag(sync=True)
    alt = traitlets.Unicode(
        "Two pictures side by side. On the left a target, dashed, and the sum of all neurons, "
        "a line with one kink per neuron that can be dragged; the area between the two is shaded. "
        "On the right what each neuron adds: flat on one side of its kink, a straight slope on the "
        "other. Look for how a kink bends the sum there and nowhere else, and for the places where "
        "the error stays large because no kink is near."
    ).tag(sync=True)
    height = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(670, 1360)).tag(
        sync=True
    )

    target = traitlets.Enum(tuple(TARGETS), default_value="cubic").tag(sync=True)
    kinks = Numbers()
    slopes = Numbers()
    directions = Numbers()
    bias = Number(0.0)
    selected = traitlets.Int(1, min=1, max=MOST).tag(sync=True)
    learning_rate = Number(0.01, 0.0003, 0.3)

    def __init__(self, **traits: Any) -> None:
        if "kinks" not in traits:
            traits = {**SIX_RELUS, **traits}
        super().__init__(**traits)

    @traitlets.validate("kinks")
    def _some(self, proposal: dict[str, Any]) -> list[float]:
        if not 1 <= len(proposal["value"]) <= MOST:
            raise traitlets.TraitError(
                f"kinks must hold 1 to {MOST} numbers, one per neuron; not {proposal['value']!r}."
            )
        return proposal["value"]

    @traitlets.validate("directions")
    def _signs(self, proposal: dict[str, Any]) -> list[float]:
        if any(abs(direction) != 1 for direction in proposal["value"]):
            raise traitlets.TraitError(
                f"directions must each be 1 (rises to the right) or -1; not {proposal['value']!r}."
            )
        return proposal["value"]

    def _neurons(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return kinks, slopes and directions, each of shape (n,), as the browser reads them."""
        n = len(self.kinks)
        slopes = (list(self.slopes) + n * [0.0])[:n]
        directions = (list(self.directions) + n * [1.0])[:n]
        return np.array(self.kinks), np.array(slopes), np.array(directions)

    def parts(self, x: ArrayLike) -> np.ndarray:
        """Return what each neuron adds, shape (n, len(x))."""
        kinks, slopes, directions = (column[:, None] for column in self._neurons())
        return slopes * np.maximum(0, directions * (np.asarray(x, dtype=float) - kinks))

    def predict(self, x: ArrayLike) -> np.ndarray:
        """Return the sum of the neurons and the bias at every x, shape (len(x),)."""
        return self.parts(x).sum(axis=0) + self.bias

    def network(self) -> Network:
        """Return the same function as a network with one hidden layer of ReLUs.

        Returns
        -------
        helpers.nn.network.Network
            ``Dense(1, n, "relu")`` and ``Dense(n, 1)``.
        """
        from helpers.nn.layers import Dense
        from helpers.nn.network import Network

        kinks, slopes, directions = self._neurons()
        rng = np.random.default_rng(0)  # what it draws is replaced at once
        hidden = Dense(1, len(kinks), activation="relu", rng=rng)
        output = Dense(len(kinks), 1, rng=rng)
        hidden.weights, hidden.biases = directions[None, :], -directions * kinks
        output.weights, output.biases = slopes[:, None], [self.bias]
        return Network([hidden, output])

    def _errors(self) -> np.ndarray:
        x = np.linspace(*INTERVAL, _SAMPLES)
        return self.predict(x) - TARGETS[self.target](x)

    @property
    def rms(self) -> float:
        """The root mean square error on the interval."""
        return float(np.sqrt(np.mean(self._errors() ** 2)))

    @property
    def largest_error(self) -> float:
        """The largest size of the error on the interval."""
        return float(np.max(np.abs(self._errors())))

    def still(self) -> Figure:
        """Draw target, sum and neurons as they are now.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from matplotlib.figure import Figure

        from helpers.plot import COLOURS

        figure = Figure(figsize=(8, 3.6), layout="constrained")
        left, right = figure.subplots(1, 2)
        x = np.linspace(*INTERVAL, _SAMPLES)
        goal, total, parts = TARGETS[self.target](x), self.predict(x), self.parts(x)
        air = 0.2 * np.ptp(goal)
        left.fill_between(x, goal, total, color=COLOURS["red"], alpha=0.22, lw=0)
        left.plot(x, goal, "--", color=COLOURS["ink"], lw=1.5)
        left.plot(x, total, color=COLOURS["blue"], lw=2.5)
        kinks = np.array([k for k in self.kinks if INTERVAL[0] <= k <= INTERVAL[1]])
        left.plot(kinks, self.predict(kinks), "o", color=COLOURS["blue"])
        left.set(xlim=INTERVAL, ylim=(goal.min() - air, goal.max() + air), xlabel="x")
        left.set_title(f"{_TITLES[self.target]} (dashed) and the sum", fontsize=10)
        right.plot(x, parts.T, color=COLOURS["grey"], lw=1)
        right.plot(x, parts[min(self.selected, len(parts)) - 1], color=COLOURS["orange"], lw=2.5)
        right.set(xlim=INTERVAL, xlabel="x")
        numbers = f"error {self.rms:.3g} rms, {self.largest_error:.3g} largest"
        right.set_title(f"What each neuron adds: {numbers}", fontsize=10)
        return figure
