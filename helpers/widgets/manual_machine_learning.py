"""The widget *manual machine learning*: nine sliders, six flats, and one number to bring down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.datasets import flats
from helpers.widgets._base import Number, Numbers, Widget

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from helpers.nn.network import Network

__all__ = ["ManualMachineLearning"]

#: The network to begin with: area → h₁, area → h₂, bathrooms → h₁, bathrooms → h₂, the two biases,
#: h₁ → price, h₂ → price, the last bias. Its RMSE on the six flats is 3,731 thousand euros.
_START = (5.0, 4.0, 7.0, 1.0, -8.0, -2.0, 2.0, -9.0, -4.0)

#: Nine numbers that hit all six prices: h₁ is on for the 75, 85, 120 and 250 m², h₂ for the
#: other four of 60, 75, 85 and 90. Six equations; whoever solves them finds a whole family.
_EXACT = (0.7, -0.5, -11.0, 0.0, -41.0, 59.0, 5.0, -5.0, 245.0)

_LIMITS = (*4 * [15.0], *2 * [300.0], *2 * [15.0], 500.0)  # to both sides of zero


def _start_rmse() -> float:
    return _rmse(_network(_START))


def _network(parameters: Sequence[float]) -> Network:
    from helpers.nn.layers import Dense
    from helpers.nn.network import Network

    numbers = np.array(parameters, dtype=float)
    rng = np.random.default_rng(0)  # what it draws is replaced below
    hidden = Dense(2, 2, activation="relu", rng=rng)
    output = Dense(2, 1, rng=rng)
    hidden.weights, hidden.biases = numbers[:4].reshape(2, 2), numbers[4:6]
    output.weights, output.biases = numbers[6:8].reshape(2, 1), numbers[8:]
    return Network([hidden, output])


def _rmse(network: Network) -> float:
    features, price = flats()
    return float(np.sqrt(np.mean((network.predict(features)[:, 0] - price / 1000) ** 2)))


class ManualMachineLearning(Widget):
    """Set the nine numbers of a 2-2-1 network by hand.

    Two inputs (area in m², bathrooms), two hidden neurons with ReLU, a linear output (price in
    thousand euros), and the six flats of :func:`helpers.datasets.flats`.

    Parameters
    ----------
    parameters : sequence of float, shape (9,), optional
        In the order of ``network().params``: the weights into the hidden layer, row by row
        (area → h₁, area → h₂, bathrooms → h₁, bathrooms → h₂), its two biases, the
        weights h₁ → price and h₂ → price, the bias of the price. Weights lie from −15 to 15,
        hidden biases from −300 to 300, the last bias from −500 to 500. By default 5, 4, 7, 1,
        −8, −2, 2, −9, −4: h₁ = ReLU(5·area + 7·bathrooms − 8), h₂ = ReLU(4·area +
        1·bathrooms − 2), price = 2·h₁ − 9·h₂ − 4.
    baseline : float, optional
        The RMSE that counts as an improvement of 0 %, in thousand euros. By default that of
        the parameters above, 3,731.
    show_possible : bool
        Whether what other ways reach is shown.
    **traits
        ``name``, ``height`` or ``alt``.

    Raises
    ------
    traitlets.TraitError
        If there are not nine numbers within those limits.

    Examples
    --------
    >>> game = ManualMachineLearning()
    >>> round(game.rmse), game.improvement
    (3731, 0.0)
    >>> game.parameters = [0, 0, 0, 0, 0, 0, 0, 0, 286]
    >>> round(game.rmse), round(game.improvement, 1)
    (222, 94.1)
    """

    name = traitlets.Unicode("manual_machine_learning").tag(sync=True)
    title = traitlets.Unicode("Manual machine learning").tag(sync=True)
    alt = traitlets.Unicode(
        "A network with two inputs, two hidden neurons and one output, its nine numbers written on "
        "it; a plot of predicted against true price of six flats, with the diagonal on which they "
        "would agree; a slider for each number; the root mean squared error, and the improvement "
        "in per cent. Look for how all six prices move with every slider, and for hidden "
        "neurons that are off for all flats: then some sliders do nothing."
    ).tag(sync=True)
    height = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(975, 1720)).tag(
        sync=True
    )

    parameters = Numbers(default_value=list(_START))
    baseline = Number(1.0, low=1e-6)
    show_possible = traitlets.Bool(False).tag(sync=True)
    limits = traitlets.List(list(_LIMITS), read_only=True).tag(sync=True)
    first = traitlets.List(list(_START), read_only=True).tag(sync=True)
    exact = traitlets.List(list(_EXACT), read_only=True).tag(sync=True)
    flats = traitlets.List(read_only=True).tag(sync=True)

    def __init__(
        self,
        parameters: Sequence[float] = _START,
        baseline: float | None = None,
        **traits: Any,
    ) -> None:
        if baseline is None:
            baseline = _start_rmse()
        super().__init__(parameters=parameters, baseline=baseline, **traits)
        features, price = flats()
        self.set_trait("flats", np.column_stack([features, price / 1000]).tolist())

    @traitlets.validate("parameters")
    def _nine(self, proposal: dict[str, Any]) -> list[float]:
        values = proposal["value"]
        if len(values) != 9:
            raise traitlets.TraitError(f"parameters must hold nine numbers; got {len(values)}.")
        for i, (value, limit) in enumerate(zip(values, _LIMITS, strict=True)):
            if abs(value) > limit:
                raise traitlets.TraitError(
                    f"parameters[{i}] must be from {-limit:g} to {limit:g}; got {value:g}."
                )
        return values

    def network(self) -> Network:
        """Return this network of :mod:`helpers.nn`: area and bathrooms in, thousand euros out."""
        return _network(self.parameters)

    @property
    def predictions(self) -> list[float]:
        """The six prices that the network says, in thousand euros."""
        features, _ = flats()
        return self.network().predict(features)[:, 0].tolist()

    @property
    def rmse(self) -> float:
        """The root mean squared error of the six prices, in thousand euros."""
        return _rmse(self.network())

    @property
    def improvement(self) -> float:
        """How far the RMSE lies below the baseline, in per cent of the baseline."""
        return 100 * (1 - self.rmse / self.baseline)

    def still(self) -> Figure:
        """Draw the network with its nine numbers, and predicted against true prices.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from matplotlib.figure import Figure

        from helpers.plot import COLOURS

        p = [f"{number:.4g}".replace("-", "−") for number in self.parameters]
        figure = Figure(figsize=(7.2, 3.6), layout="constrained")
        left, right = figure.subplots(1, 2)
        left.axis("off")
        left.set(xlim=(-0.5, 2.5), ylim=(-0.7, 1.7))
        at = {"area": (0, 1), "baths": (0, 0), "h₁": (1, 1), "h₂": (1, 0), "price": (2, 0.5)}
        edges = [
            ("area", "h₁", p[0]), ("area", "h₂", p[1]), ("baths", "h₁", p[2]),
            ("baths", "h₂", p[3]), ("h₁", "price", p[6]), ("h₂", "price", p[7]),
        ]  # fmt: skip
        for start, end, text in edges:
            (x, y), (u, v) = at[start], at[end]
            left.plot([x, u], [y, v], color=COLOURS["grey"], lw=1, zorder=1)
            where = 0.33 if abs(y - v) == 1 else 0.5
            left.text(
                x + where * (u - x), y + where * (v - y), text, ha="center", va="center",
                fontsize=9, color=COLOURS["blue"], zorder=2,
                bbox={"facecolor": COLOURS["paper"], "edgecolor": "none", "pad": 1},
            )  # fmt: skip
        for name, (x, y) in at.items():
            left.scatter(
                [x], [y], s=1300, color=COLOURS["paper"], edgecolor=COLOURS["grey"], zorder=3
            )
            left.text(x, y, name, ha="center", va="center", fontsize=9, zorder=4)
        for (x, y), text in [((1, 1.42), p[4]), ((1, -0.42), p[5]), ((2, 0.92), p[8])]:
            left.text(x, y, f"bias {text}", ha="center", va="center", color=COLOURS["blue"])
        price = [flat[2] for flat in self.flats]
        right.plot([0, 800], [0, 800], color=COLOURS["green"], lw=1.5)
        right.vlines(price, price, self.predictions, color=COLOURS["orange"], lw=1)
        right.plot(price, self.predictions, "o", color=COLOURS["ink"])
        right.set(xlabel="true price (1000 €)", ylabel="predicted price (1000 €)", xlim=(0, 800))
        right.set_title(f"RMSE {self.rmse:,.0f} thousand €", fontsize=11)
        return figure
