"""The widget *activation explorer*: one neuron and its slope, and a chain of such neurons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.widgets._base import Number, Widget

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ActivationExplorer"]

#: What the reader can choose, and what the figure calls it; the order is that of the list.
TITLES = {
    "linear": "Linear",
    "step": "Step",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "arctan": "Arctan",
    "relu": "ReLU",
    "leaky_relu": "Leaky ReLU",
    "elu": "ELU",
    "silu": "SiLU (Swish)",
    "gelu": "GELU",
}
_POWERS = (-12, 6)  # the ends of the logarithmic axis, as in activation_explorer.js


class ActivationExplorer(Widget):
    """Look at an activation function, its slope, and what is left of a gradient behind it.

    On the left one neuron, a = σ(w x + b), and its slope da/dx = w σ′(w x + b). On the right a
    chain of such neurons, all with the same weight and bias, and the derivative of the last
    output with respect to each output before it, on a logarithmic axis.

    Parameters
    ----------
    **traits
        Any of the attributes below, and ``name``, ``height``, ``alt``.

    Attributes
    ----------
    function : str
        One of "linear", "step", "sigmoid", "tanh", "arctan", "relu", "leaky_relu", "elu", "silu",
        "gelu".
    w, b : float
        Weight, from -3 to 3, and bias, from -5 to 5, of every neuron.
    x : float
        The input of the first neuron, from -6 to 6.
    layers : int
        Neurons in the chain, 1 to 10.
    slopes : numpy.ndarray, shape (layers,)
        w σ′(z) of each neuron, read-only, the first one first.
    survival : float
        Their product, read-only: the derivative of the chain's output with respect to x.

    Raises
    ------
    traitlets.TraitError
        If a value is not one of those listed above.

    Examples
    --------
    >>> chain = ActivationExplorer(function="sigmoid", layers=3, x=0.0)
    >>> float(chain.slopes[0])
    0.25
    >>> 0 < chain.survival < 0.25**3
    True
    """

    name = traitlets.Unicode("activation_explorer").tag(sync=True)
    title = traitlets.Unicode("Activation explorer").tag(sync=True)
    alt = traitlets.Unicode(
        "Two pictures side by side. On the left the output of one neuron against its input, with "
        "its slope as a dashed curve and a point that you move along it. On the right a chain of "
        "one to ten such neurons: one bar for each layer shows what is left of the gradient there, "
        "on a logarithmic axis on which the bar of 1 has no height. Look for bars that grow "
        "downwards towards the input, where the gradient vanishes, and upwards, where it explodes."
    ).tag(sync=True)
    height = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(585, 1120)).tag(
        sync=True
    )

    function = traitlets.Enum(tuple(TITLES), default_value="sigmoid").tag(sync=True)
    w = Number(1.0, -3, 3)
    b = Number(0.0, -5, 5)
    x = Number(1.0, -6, 6)
    layers = traitlets.Int(5, min=1, max=10).tag(sync=True)

    def _chain(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the outputs, shape (layers + 1,), and the slopes, shape (layers,)."""
        from helpers.nn.activations import activation

        sigma = activation(self.function)
        outputs, slopes = [self.x], []
        for _ in range(self.layers):
            z = np.array(self.w * outputs[-1] + self.b)
            slopes.append(self.w * float(sigma.derivative(z)))
            outputs.append(float(sigma.value(z)))
        return np.array(outputs), np.array(slopes)

    @property
    def slopes(self) -> np.ndarray:
        """The slope w σ′(z) of each neuron, from the input to the output."""
        return self._chain()[1]

    @property
    def survival(self) -> float:
        """The derivative of the chain's output with respect to its input."""
        return float(np.prod(self.slopes))

    def still(self) -> Figure:
        """Draw neuron, slope and bars as they are now.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from matplotlib.figure import Figure

        from helpers.nn.activations import activation
        from helpers.plot import COLOURS

        sigma = activation(self.function)
        figure = Figure(figsize=(8, 3.6), layout="constrained")
        left, right = figure.subplots(1, 2)
        left.set(xlabel="input x", xlim=(-6, 6), ylim=(-3.2, 3.2))
        left.set_title(f"{TITLES[self.function]}: output and slope (dashed)", fontsize=10)
        grid = np.linspace(-6, 6, 481)
        z = self.w * grid + self.b
        left.plot(grid, sigma.value(z), color=COLOURS["blue"], lw=2.5)
        left.plot(grid, self.w * sigma.derivative(z), "--", color=COLOURS["orange"])
        outputs, slopes = self._chain()
        left.plot(self.x, outputs[1], "o", color=COLOURS["blue"], ms=8)
        left.plot(self.x, slopes[0], "o", color=COLOURS["orange"], ms=6)

        survives = np.cumprod(np.append(1.0, slopes[::-1]))[::-1]  # of layer 0, …, of the output
        with np.errstate(divide="ignore"):
            heights = np.clip(np.log10(np.abs(survives)), *_POWERS)
        layers = np.arange(self.layers + 1)
        right.bar(layers, heights, width=0.7, color=COLOURS["blue"])
        right.axhline(0, color=COLOURS["grey"])
        right.set(ylim=_POWERS, xticks=layers, xlabel="input x, then layers 1, 2, …")
        right.set_xticklabels(["x", *map(str, layers[1:])])
        powers = range(_POWERS[0], _POWERS[1] + 1, 3)
        right.set_yticks(powers, [f"$10^{{{power}}}$" for power in powers])
        right.set_title(f"Left of the gradient at x: {_number(self.survival)}", fontsize=10)
        return figure


def _number(value: Any) -> str:
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return f"{value:.3g}".replace("-", "−")
    mantissa, power = f"{value:.2e}".split("e")
    return rf"${mantissa} \times 10^{{{int(power)}}}$"
