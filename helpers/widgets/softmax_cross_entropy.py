"""The widget *softmax and cross-entropy*: drag the logits, see what they cost and where they go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.nn.activations import softmax
from helpers.widgets._base import Number, Numbers, Widget

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["SoftmaxCrossEntropy"]

LIMIT = 8.0  # of a logit, both ways
FEWEST, MOST = 2, 5  # classes
NAMES = ("horse", "dog", "cat", "bird", "fish")


def _log_softmax(z: np.ndarray) -> np.ndarray:
    z = z - z.max()
    return z - np.log(np.exp(z).sum())


class SoftmaxCrossEntropy(Widget):
    r"""Drag logits, and see probabilities, loss and gradient; take steps against the gradient.

    Three panels: the logits, with arrows against the gradient; the probabilities, with the
    targets that the arrows lead to; the curve −log p, with a dot for every class and the loss as a
    dashed line. Play moves the logits by gradient descent.

    Parameters
    ----------
    **traits
        Any of the attributes below, and ``name``, ``height``, ``alt``.

    Attributes
    ----------
    logits : list of float, length K
        One logit z for each class, from -8 to 8. Two to five of them; their number is the
        number of classes. Dragging and steps change them.
    target : int
        The right class, counted from 0. A class's name is taken, too, and turned into its number.
        If there is no such class (any more), the last one is the target.
    temperature : float
        T, from 0.1 to 10: the probabilities are softmax(z/T).
    label_smoothing : float
        ε, from 0 to 0.5: the loss compares with (1 − ε) one-hot + ε/K, as in Keras.
    learning_rate : float
        η of a step, from 0.05 to 5.
    twice : bool
        A common mistake: the loss takes the softmax of what is a softmax already.
    names : list of str
        Names of the classes, two to five. The first K of them are shown. Set it when the widget
        is made, not later.
    probabilities : numpy.ndarray, shape (K,)
        What the loss gets: softmax(z/T), or with ``twice`` the softmax of that; read-only.
    targets : numpy.ndarray, shape (K,)
        The row that it is compared with, one-hot or smoothed; read-only.
    loss : float
        −Σ y log p, in nats; read-only.
    gradient : numpy.ndarray, shape (K,)
        Derivative of the loss with respect to the logits: (p − y)/T, unless ``twice``; read-only.
    floor : float
        What the loss cannot fall below, whatever the logits; read-only.

    Raises
    ------
    traitlets.TraitError
        If a value is not one of those listed above.

    Notes
    -----
    Where smoothing is on, no probabilities cost less than y itself, so the floor is its entropy.
    After two softmaxes, no class gets more than e/(e + K − 1): the inner one gives at most 1 to it
    and 0 to the others. So for a one-hot target the loss stays above log(1 + (K − 1)/e).

    Examples
    --------
    >>> w = SoftmaxCrossEntropy(logits=[1.0, 2.0, 0.5, -1.0], target="horse")
    >>> w.probabilities.round(3)
    array([0.224, 0.609, 0.136, 0.03 ])
    >>> round(w.loss, 3), w.gradient.round(3)
    (1.495, array([-0.776,  0.609,  0.136,  0.03 ]))
    >>> mistake = SoftmaxCrossEntropy(logits=[8, -8, -8, -8], twice=True)
    >>> round(mistake.loss, 3), round(mistake.floor, 3)
    (0.744, 0.744)
    """

    name = traitlets.Unicode("softmax_cross_entropy").tag(sync=True)
    title = traitlets.Unicode("Softmax and cross-entropy").tag(sync=True)
    alt = traitlets.Unicode(
        "Three panels. First: a logit for each class, as a bar that can be dragged up and down; "
        "arrows point against the gradient of the loss, and numbers below give the "
        "gradient, whose sum is zero. Second: the probabilities that the softmax makes of the "
        "logits, with a line at each target and an arrow from the probability to it. Third: "
        "the curve minus log p, with a dot for each class and the loss as a dashed line. Look for "
        "what one logit does to all probabilities, for how dear it is to be sure and wrong, and, "
        "while it plays, for the target's bar growing at the cost of the others."
    ).tag(sync=True)
    height = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(932, 1804)).tag(
        sync=True
    )

    names = traitlets.List(
        traitlets.Unicode(), default_value=list(NAMES), minlen=FEWEST, maxlen=MOST
    ).tag(sync=True)
    logits = Numbers(default_value=[1.0, 2.0, 0.5, -1.0])
    target = traitlets.Union(
        [traitlets.Int(min=0, max=MOST - 1), traitlets.Unicode()], default_value=0
    ).tag(sync=True)
    temperature = Number(1.0, low=0.1, high=10)
    label_smoothing = Number(0.0, low=0, high=0.5)
    learning_rate = Number(0.5, low=0.05, high=5)
    twice = traitlets.Bool(False).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        # The names come first: what the others may be depends on them.
        first = {"names": list(traits.pop("names"))} if "names" in traits else {}
        super().__init__(**first)
        for trait, value in traits.items():
            if not self.has_trait(trait):
                raise TypeError(
                    f"SoftmaxCrossEntropy has no {trait!r}; it takes logits, target, temperature, "
                    "label_smoothing, learning_rate, twice and names."
                )
            setattr(self, trait, value)
        if len(self.logits) > len(self.names):
            self.logits = self.logits[: len(self.names)]

    @traitlets.validate("logits")
    def _possible(self, proposal: dict[str, Any]) -> list[float]:
        logits = proposal["value"]
        few = FEWEST <= len(logits) <= MOST
        if not few or not all(abs(z) <= LIMIT for z in logits):
            raise traitlets.TraitError(
                f"logits must hold {FEWEST} to {MOST} numbers from -{LIMIT:g} to {LIMIT:g}, one "
                f"for each class; not {logits!r}."
            )
        return logits

    @traitlets.validate("target")
    def _known(self, proposal: dict[str, Any]) -> int:
        target = proposal["value"]
        if isinstance(target, str):
            if target not in self.names:
                raise traitlets.TraitError(
                    f"target must be the number of a class or one of {', '.join(self.names)}; "
                    f"not {target!r}."
                )
            return self.names.index(target)
        return target

    @property
    def targets(self) -> np.ndarray:
        """The row of targets, one-hot or smoothed, shape (K,)."""
        classes = len(self.logits)
        y = np.full(classes, self.label_smoothing / classes)
        y[min(self.target, classes - 1)] += 1 - self.label_smoothing
        return y

    @property
    def probabilities(self) -> np.ndarray:
        """What the loss gets, shape (K,)."""
        p = softmax(np.array(self.logits) / self.temperature)
        return softmax(p) if self.twice else p

    @property
    def loss(self) -> float:
        """The cross-entropy −Σ y log p, in nats."""
        z = np.array(self.logits) / self.temperature
        return float(-self.targets @ _log_softmax(softmax(z) if self.twice else z))

    @property
    def gradient(self) -> np.ndarray:
        """∂(loss)/∂(logits), shape (K,)."""
        difference = self.probabilities - self.targets
        if self.twice:
            p = softmax(np.array(self.logits) / self.temperature)
            difference = p * (difference - p @ difference)
        return difference / self.temperature

    @property
    def floor(self) -> float:
        """What the loss cannot fall below."""
        y = self.targets
        if self.twice:
            return float(np.log(np.e + len(y) - 1) - y.max())
        y = y[y > 0]
        return float(max(0.0, -y @ np.log(y)))

    def still(self) -> Figure:
        """Draw logits, probabilities and loss as they are now.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from matplotlib.figure import Figure

        from helpers.plot import COLOURS

        z, p, y = np.array(self.logits), self.probabilities, self.targets
        classes = np.arange(len(z))
        right = min(self.target, len(z) - 1)
        colours = [COLOURS["green" if k == right else "blue"] for k in classes]
        figure = Figure(figsize=(7.2, 2.9), layout="constrained")
        left, middle, curve = figure.subplots(1, 3)

        def arrow(axes: Any, k: int, start: float, end: float) -> None:
            axes.annotate(
                "",
                (k + 0.36, end),
                (k + 0.36, start),
                arrowprops={"arrowstyle": "->", "color": COLOURS["orange"], "linewidth": 1.8},
            )

        left.bar(classes, z, width=0.5, color=colours)
        left.axhline(0, color=COLOURS["grey"], linewidth=0.8)
        middle.bar(classes, p, width=0.5, color=colours)
        middle.hlines(y, classes - 0.33, classes + 0.33, color=COLOURS["ink"], linewidth=1.8)
        for k in classes:
            if abs(self.gradient[k]) > 0.02:
                arrow(left, k, z[k], z[k] - 3 * self.gradient[k])
            if abs(p[k] - y[k]) > 0.03:
                arrow(middle, k, p[k], y[k])
        reach = max(4.0, np.abs(z).max() + 3.5)
        left.set(ylim=(-reach, reach), title="Logits z")
        middle.set(ylim=(0, 1.04), title="Softmax twice" if self.twice else "Probabilities p")
        names = self.names[: len(z)]
        for axes, numbers in ((left, self.gradient), (middle, p)):
            axes.set_xticks(classes, [f"{n}\n{v:.2f}" for n, v in zip(names, numbers, strict=True)])
            axes.tick_params(axis="x", labelsize=8 if len(z) < 5 else 7)
            axes.grid(visible=False, axis="x")
        left.set_xlabel("below: the gradient")
        top = max(4.0, 1.15 * self.loss)
        costs = np.linspace(0, top, 200)
        curve.plot(np.exp(-costs), costs, color=COLOURS["blue"])
        curve.axhline(self.loss, color=COLOURS["ink"], linestyle="--", linewidth=1)
        if self.floor > 0:
            curve.axhline(self.floor, color=COLOURS["green"], linewidth=1.2)
        if p[right] >= np.exp(-top):
            curve.plot(p[right], -np.log(p[right]), "o", color=COLOURS["green"])
        curve.set(xlim=(0, 1), ylim=(0, top), xlabel="probability p", ylabel="−log p")
        curve.set_title(f"Loss {self.loss:.2f}")
        return figure
