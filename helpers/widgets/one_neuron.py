"""The widget *one neuron*: toggle inputs, drag weights and threshold, watch it fire."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import traitlets

from helpers.widgets._base import Number, Numbers, Widget

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["OneNeuron"]

_FEWEST, _MOST = 2, 4
_WEIGHT, _THRESHOLD = 2.0, 4.0  # the largest sizes
#: Rounding is forgiven: 0.3 + 0.6 meets a threshold of 0.9, though the sum of the two floats is
#: less than that by 1e-16.
_ROUNDING = 1e-9
_SUBSCRIPTS = "₁₂₃₄"


def _goal(name: str, title: str, wanted: str, inputs: int, rule: Any) -> dict[str, Any]:
    answers = [int(rule(*x)) for x in product((0, 1), repeat=inputs)]
    return {"name": name, "title": title, "wanted": wanted, "inputs": inputs, "answers": answers}


#: What can be asked of the neuron. ``answers`` belong to the patterns 00, 01, 10, 11 and so on.
_GOALS: dict[str, dict[str, Any]] = {
    goal["name"]: goal
    for goal in [
        _goal("or", "OR", "Fire if at least one input is 1.", 2, lambda a, b: a or b),
        _goal("and", "AND", "Fire only if both inputs are 1.", 2, lambda a, b: a and b),
        _goal("nand", "not both (NAND)", "Fire unless both inputs are 1.", 2,
              lambda a, b: not (a and b)),
        _goal("two-of-three", "at least two of three", "Fire if two inputs are 1, or all three.",
              3, lambda a, b, c: a + b + c >= 2),
        _goal("veto", "veto", "Fire if x₁ or x₂ is 1, but never if x₃ is 1.", 3,
              lambda a, b, c: (a or b) and not c),
        _goal("chief", "one, or all the others",
              "Fire if x₁ is 1, or if all of x₂, x₃ and x₄ are 1.", 4,
              lambda a, b, c, d: a or (b and c and d)),
    ]
}  # fmt: skip


class OneNeuron(Widget):
    """An artificial neuron to play with: inputs 0 or 1, weights, a threshold, and its answer.

    It fires if the weighted sum of its inputs reaches the threshold, exactly at the threshold too.
    A table shows what it answers to every pattern of inputs, and whether that is what the goal
    asks.

    Parameters
    ----------
    **traits
        Any of the attributes below, and ``name``, ``height``, ``alt``.

    Attributes
    ----------
    weights : list of float
        A weight for each input, 2 to 4 of them, from -2 to 2. Their number is that of the inputs,
        unless the goal wants more inputs (those get the weight 0) or fewer.
    inputs : list of int
        What comes in, 0 or 1 each. Those that are missing are 0.
    threshold : float
        The sum at which the neuron fires, from -4 to 4.
    goal : str
        What the neuron should compute: "free" for nothing in particular, or "or", "and", "nand",
        "two-of-three", "veto", "chief". With a goal, all weights are 0 to begin with.
    patterns : list of tuple of int
        All patterns of inputs, 0…0 first; read-only.
    sum : float
        The weighted sum of the present inputs, read-only.
    output : int
        1 if the neuron fires, else 0; read-only.
    outputs : list of int
        The answers to :attr:`patterns`, read-only.
    solved : bool
        True if these are the answers that the goal asks for, read-only.

    Raises
    ------
    traitlets.TraitError
        If a value is not one of those listed above.

    Examples
    --------
    >>> neuron = OneNeuron(weights=[1, -1], inputs=[1, 0], threshold=1)
    >>> neuron.sum, neuron.output
    (1.0, 1)
    >>> neuron.outputs
    [0, 0, 1, 0]
    """

    name = traitlets.Unicode("one_neuron").tag(sync=True)
    title = traitlets.Unicode("One neuron").tag(sync=True)
    alt = traitlets.Unicode(
        "An artificial neuron, drawn from top to bottom: two to four inputs that are 0 or 1, an "
        "edge with a weight from each of them to the cell body, and the axon with the output "
        "below. Excitatory edges are blue and end in an arrow, inhibitory ones are orange and end "
        "in a bar; the larger the weight, the thicker the edge. The cell body is filled up to the "
        "weighted sum. Look for the moment when the level reaches the threshold line: the axon "
        "lights up and the output is 1. The table has a row for every pattern of inputs."
    ).tag(sync=True)
    height = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(668, 1270)).tag(
        sync=True
    )

    weights = Numbers()
    inputs = Numbers()
    threshold = Number(1.0, -_THRESHOLD, _THRESHOLD)
    goal = traitlets.Enum(("free", *_GOALS), default_value="free").tag(sync=True)
    goals = traitlets.List(list(_GOALS.values()), read_only=True).tag(sync=True)

    @traitlets.default("weights")
    def _first_weights(self) -> list[float]:
        return [0.8, 0.6, -1.0] if self.goal == "free" else [0.0] * _GOALS[self.goal]["inputs"]

    @traitlets.default("inputs")
    def _first_inputs(self) -> list[int]:
        return [1] + [0] * (self._count - 1) if self.goal == "free" else [0] * self._count

    @traitlets.validate("weights")
    def _small(self, proposal: dict[str, Any]) -> list[float]:
        weights = proposal["value"]
        if not _FEWEST <= len(weights) <= _MOST or any(abs(w) > _WEIGHT for w in weights):
            raise traitlets.TraitError(
                f"weights must be {_FEWEST} to {_MOST} numbers from {-_WEIGHT:g} to {_WEIGHT:g}, "
                f"not {weights!r}."
            )
        return weights

    @traitlets.validate("inputs")
    def _zero_or_one(self, proposal: dict[str, Any]) -> list[int]:
        inputs = proposal["value"]
        if len(inputs) > _MOST or not set(inputs) <= {0, 1}:
            raise traitlets.TraitError(
                f"inputs must be at most {_MOST} numbers, each 0 or 1, not {inputs!r}."
            )
        return [int(x) for x in inputs]

    @property
    def _count(self) -> int:
        return len(self.weights) if self.goal == "free" else _GOALS[self.goal]["inputs"]

    def _shown(self) -> tuple[list[int], list[float]]:
        """Return as many inputs and weights as there are to see."""
        d = self._count
        return [int(x) for x in (self.inputs + [0] * d)[:d]], (self.weights + [0.0] * d)[:d]

    def _sum_of(self, inputs: Any) -> float:
        return sum((x * w for x, w in zip(inputs, self._shown()[1], strict=True)), 0.0)

    def _answer(self, inputs: Any) -> int:
        return int(self._sum_of(inputs) - self.threshold >= -_ROUNDING)

    @property
    def patterns(self) -> list[tuple[int, ...]]:
        """Every pattern of inputs, in the order of the table."""
        return list(product((0, 1), repeat=self._count))

    @property
    def sum(self) -> float:
        """The weighted sum of the present inputs."""
        return self._sum_of(self._shown()[0])

    @property
    def output(self) -> int:
        """1 if the weighted sum reaches the threshold, else 0."""
        return self._answer(self._shown()[0])

    @property
    def outputs(self) -> list[int]:
        """The neuron's answer to each of the patterns."""
        return [self._answer(pattern) for pattern in self.patterns]

    @property
    def solved(self) -> bool:
        """Whether the goal is reached; never without a goal."""
        return self.goal != "free" and self.outputs == _GOALS[self.goal]["answers"]

    def still(self) -> Figure:
        """Draw the neuron in its present state, and its table.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from matplotlib.figure import Figure

        figure = Figure(figsize=(7.6, 4.7), layout="constrained")
        cell, table = figure.subplots(1, 2, width_ratios=[3, 2])
        self._draw_cell(cell)
        self._draw_table(table)
        return figure

    def _draw_cell(self, axes: Axes) -> None:
        from matplotlib.patches import Circle, FancyBboxPatch, Rectangle

        from helpers.plot import COLOURS

        ink, paper, grey = COLOURS["ink"], COLOURS["paper"], COLOURS["grey"]
        inputs, weights = self._shown()
        d, fires = len(weights), self.output
        axes.set(xlim=(0, 360), ylim=(440, 0), aspect="equal")
        axes.axis("off")

        def height(value: float) -> float:
            return 265 - 61 * max(-1, min(1, value / (_WEIGHT * d)))

        for i, (x, w) in enumerate(zip(inputs, weights, strict=True)):
            at = 180 + (i - (d - 1) / 2) * {2: 160, 3: 120, 4: 90}[d]
            end = 180 + 0.3 * (at - 180)
            colour = grey if w == 0 else COLOURS["blue" if w > 0 else "orange"]
            line = {"color": colour, "lw": 1 + 2.5 * abs(w), "ls": "-" if w else "--"}
            axes.plot([at, end], [34, 188 if w > 0 else 196], alpha=1 if x else 0.45, **line)
            axes.add_patch(
                Circle((at, 34), 20, facecolor=ink if x else paper, edgecolor=ink, zorder=3)
            )
            axes.text(at, 34, str(x), color=paper if x else ink, ha="center", va="center", zorder=4)
            axes.text(at - 25, 34, f"x{_SUBSCRIPTS[i]}", ha="right", va="center", color=ink)
            if w > 0:
                axes.plot([end], [190], marker="v", ms=9, color=colour, zorder=3)
            elif w < 0:
                axes.plot([end - 10, end + 10], [196, 196], color=colour, lw=4, zorder=3)
            middle = at + 0.31 * (end - at)
            axes.text(middle, 84, _number(w), color=colour, ha="center", va="center", fontsize=10,
                      bbox={"facecolor": paper, "edgecolor": colour, "boxstyle": "round"},
                      zorder=5)  # fmt: skip
        style = {"boxstyle": "round,pad=0,rounding_size=46"}
        soma = FancyBboxPatch((95, 200), 170, 130, facecolor=paper, edgecolor="none", **style)
        outline = FancyBboxPatch(
            (95, 200), 170, 130, facecolor="none", zorder=4, lw=2.5 if fires else 1.5,
            edgecolor=COLOURS["green"] if fires else grey, **style,
        )  # fmt: skip
        axes.add_patch(soma)
        axes.add_patch(outline)
        level = Rectangle(
            (95, height(self.sum)), 170, 330 - height(self.sum), color=COLOURS["purple"], alpha=0.4
        )
        axes.add_patch(level)
        level.set_clip_path(soma)
        axes.plot([95, 290], [height(self.threshold)] * 2, color=ink, lw=2, zorder=5)
        axes.plot([110, 250], [265, 265], color=grey, lw=1, ls=":", zorder=3)
        axes.text(293, height(self.threshold), f"θ {_number(self.threshold)}", va="center",
                  color=ink)  # fmt: skip
        axes.text(88, height(self.sum), f"sum {_number(self.sum)}", ha="right", va="center",
                  color=COLOURS["purple"])  # fmt: skip
        axon = COLOURS["green"] if fires else grey
        axes.plot([180, 180], [330, 392], color=axon, lw=4 if fires else 2)
        axes.add_patch(
            Circle((180, 412), 20, facecolor=axon if fires else paper, edgecolor=axon, zorder=3)
        )
        axes.text(180, 412, str(fires), color=paper if fires else ink, ha="center", va="center",
                  zorder=4)  # fmt: skip
        axes.text(208, 412, "fires" if fires else "silent", va="center", color=ink)

    def _draw_table(self, axes: Axes) -> None:
        from helpers.plot import COLOURS

        axes.axis("off")
        wanted = _GOALS[self.goal]["answers"] if self.goal != "free" else None
        heads = [*(f"x{_SUBSCRIPTS[i]}" for i in range(self._count)), "sum", "fires"]
        heads += ["asked"] if wanted else []
        rows = []
        for i, (x, answer) in enumerate(zip(self.patterns, self.outputs, strict=True)):
            row = [*map(str, x), _number(self._sum_of(x)), str(answer)]
            rows.append([*row, str(wanted[i])] if wanted else row)
        drawn = axes.table(rows, colLabels=heads, loc="center", cellLoc="center")
        drawn.auto_set_font_size(False)
        drawn.set_fontsize(9)
        for (row, column), cell in drawn.get_celld().items():
            cell.set(edgecolor=COLOURS["faint"], facecolor=COLOURS["paper"])
            agrees = not wanted or row == 0 or rows[row - 1][-1] == rows[row - 1][-2]
            last = column >= self._count + 1
            cell.get_text().set_color(COLOURS["ink" if agrees or not last else "red"])


def _number(value: float) -> str:
    """Return a number for people: at most two decimals, a real minus sign."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text.replace("-", "−")
