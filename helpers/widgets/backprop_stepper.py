"""The widget *backprop stepper*: values forward, gradients backward, one edge at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from helpers.widgets._base import Numbers, Widget

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from helpers.nn.autodiff import Value

__all__ = ["BackpropStepper"]

_LOW, _HIGH = -5, 5
_HIDDEN = {"tanh": "tanh", "sigmoid": "sigmoid", "relu": "ReLU"}


def _leaf(name: str, label: str, at: tuple[float, float], value: float, **more: Any) -> dict:
    return {"id": name, "label": label, "at": at, "value": value, **more}


def _node(name: str, label: str, at: tuple[float, float], op: str, *of: str) -> dict:
    return {"id": name, "label": label, "at": at, "op": op, "of": of}


def _weight(name: str, label: str, at: tuple[float, float], value: float) -> dict:
    """Return a parameter: it is written on an edge and has no box."""
    return _leaf(name, label, at, value, small=True)


#: The graphs. Nodes stand in an order in which they can be computed, the result last. ``at`` is the
#: middle of a node in a picture of 360 × 500. ``back`` lists what one step back goes along: a
#: node, and the places in its ``of`` that get their gradient together.
_GRAPHS: dict[str, dict[str, Any]] = {
    graph["name"]: graph
    for graph in [
        {
            "name": "sum-product",
            "title": "(x + y) z",
            "result": "f",
            "nodes": [
                _leaf("x", "x", (75, 75), 1.0),
                _leaf("y", "y", (180, 75), 2.0),
                _leaf("z", "z", (285, 75), -4.0),
                _node("q", "q = x + y", (127, 240), "add", "x", "y"),
                _node("f", "f = q z", (206, 410), "mul", "q", "z"),
            ],
            "back": [["f", [1]], ["f", [0]], ["q", [1]], ["q", [0]]],
        },
        {
            "name": "two-products",
            "title": "x y + w z",
            "result": "f",
            "nodes": [
                _leaf("x", "x", (48, 75), 2.0),
                _leaf("y", "y", (136, 75), 3.0),
                _leaf("w", "w", (224, 75), -1.0),
                _leaf("z", "z", (312, 75), 4.0),
                _node("p", "p = x y", (92, 240), "mul", "x", "y"),
                _node("r", "r = w z", (268, 240), "mul", "w", "z"),
                _node("f", "f = p + r", (180, 410), "add", "p", "r"),
            ],
            "back": [
                ["f", [1]],
                ["f", [0]],
                ["r", [1]],
                ["r", [0]],
                ["p", [1]],
                ["p", [0]],
            ],
        },
        {
            "name": "fan-out",
            "title": "(x + y) x: x is used twice",
            "result": "f",
            "nodes": [
                _leaf("x", "x", (95, 75), 3.0),
                _leaf("y", "y", (265, 75), -1.0),
                _node("q", "q = x + y", (235, 240), "add", "x", "y"),
                _node("f", "f = q x", (150, 410), "mul", "q", "x"),
            ],
            "back": [["f", [1]], ["f", [0]], ["q", [1]], ["q", [0]]],
        },
        {
            "name": "network",
            "title": "2-2-1 network with its loss",
            "result": "L",
            "nodes": [
                _leaf("x1", "x₁", (100, 36), 1.0),
                _leaf("x2", "x₂", (260, 36), 2.0),
                _weight("w11", "w₁₁", (62, 112), 0.5),
                _weight("w12", "w₁₂", (141, 98), -1.0),
                _weight("w21", "w₂₁", (219, 98), 0.25),
                _weight("w22", "w₂₂", (298, 112), 0.75),
                _weight("b1", "b₁", (29, 176), -0.5),
                _weight("b2", "b₂", (331, 176), 0.25),
                _node("z1", "z₁", (100, 176), "weighted", "x1", "w11", "x2", "w21", "b1"),
                _node("z2", "z₂", (260, 176), "weighted", "x1", "w12", "x2", "w22", "b2"),
                _node("a1", "a₁", (100, 266), "hidden", "z1"),
                _node("a2", "a₂", (260, 266), "hidden", "z2"),
                _weight("v1", "v₁", (112, 332), 2.0),
                _weight("v2", "v₂", (248, 332), -1.0),
                _weight("c", "c", (106, 381), 0.5),
                _node("p", "ŷ", (180, 381), "weighted", "a1", "v1", "a2", "v2", "c"),
                _leaf("y", "y", (300, 465), 0.0, data=True),
                _node("L", "L", (180, 465), "squared", "p", "y"),
            ],
            "back": [
                ["L", [0]],
                ["p", [4]],
                ["p", [2, 3]],
                ["p", [0, 1]],
                ["a2", [0]],
                ["a1", [0]],
                ["z2", [4]],
                ["z2", [2, 3]],
                ["z2", [0, 1]],
                ["z1", [4]],
                ["z1", [2, 3]],
                ["z1", [0, 1]],
            ],
        },
    ]
}


class BackpropStepper(Widget):
    """Go through a graph forward, then backward, one edge at a time.

    The forward pass computes one node per step. Then the gradient of the result, 1, is set down at
    the result, and each further step takes it back along one edge: what arrives, times the local
    gradient. An edge of the network carries a weight, so that such a step fills in two gradients.

    Parameters
    ----------
    **traits
        Any of the attributes below, and ``name``, ``height``, ``alt``.

    Attributes
    ----------
    graph : str
        "sum-product", (x + y) z; "two-products", x y + w z; "fan-out", (x + y) x; or "network",
        two inputs, two hidden neurons, one output and the squared error.
    step : int
        How many steps have been taken, 0 to :attr:`last_step`; more is the last one.
    values : list of float
        The inputs (and for the network, parameters and target), in the order of
        :attr:`inputs`, each from -5 to 5. Those that are missing are the graph's own.
    hidden : str
        The activation of the hidden neurons: "tanh", "sigmoid" or "relu".
    inputs : dict from str to float
        What can be changed, with its present value; read-only.
    last_step : int
        The number of steps of this graph, read-only.
    result : float
        The value at the end of the forward pass, read-only.
    gradients : dict from str to float
        The derivative of the result with respect to every node, read-only.

    Raises
    ------
    traitlets.TraitError
        If a value is not one of those listed above.

    Examples
    --------
    >>> stepper = BackpropStepper(graph="sum-product", values=[1, 2, -4])
    >>> stepper.result
    -12.0
    >>> {name: stepper.gradients[name] for name in "xyz"}
    {'x': -4.0, 'y': -4.0, 'z': 3.0}
    """

    name = traitlets.Unicode("backprop_stepper").tag(sync=True)
    title = traitlets.Unicode("Backprop stepper").tag(sync=True)
    alt = traitlets.Unicode(
        "A graph drawn from top to bottom: inputs above, the result below, an edge for each use of "
        "a number. Each node shows its value in blue and, once it is known, its gradient in "
        "orange. Step through it: values are filled in downwards, then gradients upwards. Look for "
        "the product at every edge, the local gradient times what arrives, and for nodes that are "
        "used twice, where two gradients arrive and are added."
    ).tag(sync=True)
    height = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(560, 1100)).tag(
        sync=True
    )

    graph = traitlets.Enum(tuple(_GRAPHS), default_value="sum-product").tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)
    values = Numbers()
    hidden = traitlets.Enum(tuple(_HIDDEN), default_value="tanh").tag(sync=True)
    graphs = traitlets.List(list(_GRAPHS.values()), read_only=True).tag(sync=True)

    @traitlets.validate("values")
    def _inside(self, proposal: dict[str, Any]) -> list[float]:
        values = proposal["value"]
        most = max(len(_leaves(graph)) for graph in _GRAPHS.values())
        if len(values) > most or not all(_LOW <= value <= _HIGH for value in values):
            raise traitlets.TraitError(
                f"values must hold at most {most} numbers from {_LOW} to {_HIGH}; not {values!r}."
            )
        return values

    @property
    def inputs(self) -> dict[str, float]:
        """The numbers that can be changed, in the order of ``values``."""
        leaves = _leaves(_GRAPHS[self.graph])
        given = self.values[: len(leaves)]
        return {
            leaf["id"]: given[i] if i < len(given) else leaf["value"]
            for i, leaf in enumerate(leaves)
        }

    @property
    def last_step(self) -> int:
        """How many steps there are: forward, the gradient of the result itself, and back."""
        graph = _GRAPHS[self.graph]
        return len(graph["nodes"]) - len(_leaves(graph)) + 1 + len(graph["back"])

    def _nodes(self) -> dict[str, Value]:
        """Return all nodes of the graph, by the automatic differentiation of the library."""
        from helpers.nn.autodiff import Value

        nodes = {name: Value(number) for name, number in self.inputs.items()}
        for node in _GRAPHS[self.graph]["nodes"]:
            if "op" in node:
                nodes[node["id"]] = self._apply(node["op"], [nodes[name] for name in node["of"]])
        nodes[_GRAPHS[self.graph]["nodes"][-1]["id"]].backward()
        return nodes

    def _apply(self, op: str, of: list[Value]) -> Value:
        if op == "add":
            return of[0] + of[1]
        if op == "mul":
            return of[0] * of[1]
        if op == "weighted":
            return of[0] * of[1] + of[2] * of[3] + of[4]
        if op == "hidden":
            return getattr(of[0], self.hidden)()
        return (of[0] - of[1]) ** 2

    @property
    def result(self) -> float:
        """The value of the last node."""
        return self._nodes()[_GRAPHS[self.graph]["nodes"][-1]["id"]].data

    @property
    def gradients(self) -> dict[str, float]:
        """The derivative of the result with respect to each node."""
        return {name: node.grad for name, node in self._nodes().items()}

    def still(self) -> Figure:
        """Draw the graph with all values and all gradients.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from matplotlib.figure import Figure
        from matplotlib.patches import FancyBboxPatch

        from helpers.plot import COLOURS

        graph, found = _GRAPHS[self.graph], self._nodes()
        small_graph = len(graph["nodes"]) < 10
        half = (42, 38) if small_graph else (38, 28)
        size = 10 if small_graph else 8.5
        figure = Figure(figsize=(4.6, 6.2), layout="constrained")
        axes = figure.subplots()
        axes.set(xlim=(-12, 372), ylim=(505, -5))
        axes.axis("off")
        at = {node["id"]: node["at"] for node in graph["nodes"]}
        for node in graph["nodes"]:
            of = node.get("of", ())
            on_edges = of[1:4:2] if node.get("op") == "weighted" else ()  # weights
            for source in (name for name in of if name not in on_edges):
                axes.plot(
                    *zip(at[source], at[node["id"]], strict=True), color=COLOURS["grey"], lw=1
                )
        for node in graph["nodes"]:
            (x, y), name = node["at"], node["id"]
            value, grad = _number(found[name].data), f"grad {_number(found[name].grad)}"
            if node.get("small"):
                lines = [(f"{node['label']} {value}", -8, "blue"), (grad, 8, "orange")]
                box = (29, 17)
            else:
                lines = [(node["label"], -half[1] * 0.6, "ink"), (value, 1, "blue")]
                lines += [] if node.get("data") else [(grad, half[1] * 0.62, "orange")]
                box = half
            axes.add_patch(
                FancyBboxPatch(
                    (x - box[0], y - box[1]),
                    2 * box[0],
                    2 * box[1],
                    boxstyle="round,pad=0,rounding_size=6",
                    facecolor=COLOURS["paper"],
                    edgecolor=COLOURS["paper" if node.get("small") else "grey"],
                    zorder=2,
                )
            )
            for text, dy, colour in lines:
                axes.text(
                    x, y + dy, text, ha="center", va="center", fontsize=size, color=COLOURS[colour]
                )
        return figure


def _leaves(graph: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in graph["nodes"] if "op" not in node]


def _number(value: float) -> str:
    """Return a number for people: three digits, no needless zeros, a real minus sign."""
    text = f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else "0"
