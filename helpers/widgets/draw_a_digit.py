"""The widget *draw a digit*: a small network reads what the reader draws, in the page."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.datasets.drawings import see
from helpers.widgets._base import Number, Widget

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

    from helpers.nn.network import Network

__all__ = ["EXAMPLES", "DrawADigit", "quantised"]

FULL = 1500  # numbers in a drawing
MOST = 14  # examples
_ACTIVATIONS = {"ReLU": "relu", "Tanh": "tanh", "Sigmoid": "sigmoid", "Linear": "linear"}

#: Examples to begin with, places in :func:`helpers.datasets.digits`: one of each digit, 0 to 9,
#: that is easy to read, and an 8, a 5, a 3 and a 9 that most small networks misread.
EXAMPLES = (1487, 982, 1625, 749, 1439, 1682, 1482, 283, 775, 1392, 1553, 1361, 1727, 1662)


def quantised(weights: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return weights as whole numbers of 8 bits, and what one of them is worth for each neuron.

    Parameters
    ----------
    weights : array_like, shape (inputs, outputs)
        The weights of a layer.

    Returns
    -------
    whole : numpy.ndarray of int8, shape (inputs, outputs)
        From -127 to 127; the largest weight of a neuron becomes one of these ends.
    scales : numpy.ndarray of float32, shape (outputs,)
        ``whole * scales`` is within half a scale of the weights, plus the rounding of float32.

    Raises
    ------
    ValueError
        If the weights are no finite matrix.

    Examples
    --------
    >>> whole, scales = quantised([[1.27, 0.0], [-0.5, 0.0]])
    >>> whole
    array([[127,   0], [-50,   0]], dtype=int8)
    >>> scales
    array([0.01, 0.  ], dtype=float32)
    """
    weights = np.asarray(weights, dtype=float)
    if weights.ndim != 2 or not np.isfinite(weights).all():
        raise ValueError(
            f"weights must be finite, of shape (inputs, outputs); got shape {weights.shape}."
        )
    scales = (np.abs(weights).max(axis=0) / 127).astype(np.float32)
    worth = scales.astype(float)
    whole = np.divide(weights, worth, out=np.zeros_like(weights), where=worth > 0)
    return np.rint(whole).clip(-127, 127).astype(np.int8), scales


def _encoded(arrays: Sequence[np.ndarray], kind: str) -> str:
    joined = np.concatenate([np.asarray(array).ravel() for array in arrays]).astype(kind)
    return base64.b64encode(joined.tobytes()).decode("ascii")


def _decoded(text: str, kind: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype=kind).astype(float)


def _dense(network: Network) -> list[Any]:
    """Return the layers, or say why this network can't be shown."""
    from helpers.nn import layers as kinds
    from helpers.nn.network import Network as Kind

    if not isinstance(network, Kind):
        raise TypeError(
            f"DrawADigit takes a helpers.nn.network.Network, not a {type(network).__name__}; "
            "build one: Network([Dense(64, 32, …), Dense(32, 10, …)])."
        )
    idle = getattr(kinds, "Dropout", ())  # does nothing when it is not training
    layers = [layer for layer in network.layers if not isinstance(layer, idle)]
    for layer in layers:
        if not isinstance(layer, kinds.Dense):
            raise TypeError(f"DrawADigit can show Dense layers only, and the network has {layer}.")
    names = [type(layer.activation).__name__ for layer in layers]
    for layer, name in zip(layers[:-1], names, strict=False):
        if name not in ("ReLU", "Tanh", "Sigmoid"):
            raise ValueError(f"a hidden layer must be ReLU, tanh or sigmoid, and {layer} is not.")
    if names[-1] != "Linear":
        raise ValueError(
            f"the last layer must be linear, for its outputs are logits, and it is {layers[-1]}; "
            "leave its activation out."
        )
    sizes = [layers[0].inputs, *(layer.outputs for layer in layers)]
    if sizes[0] != 64 or sizes[-1] != 10:
        raise ValueError(
            "the network must take 64 inputs, the 8 × 8 pixels, and give 10 outputs, "
            f"one for each digit; its sizes are {sizes}."
        )
    return layers


class DrawADigit(Widget):
    """Draw a digit, and a network says at once which one it reads.

    Three panels: a canvas to draw on with a mouse, a finger or the keyboard; the picture of
    8 × 8 pixels that the network sees, made of the drawing by
    :func:`helpers.datasets.drawings.see`; and ten probabilities, the softmax of the network's
    outputs. The picture can be changed as well: pixel by pixel, shifted, with noise, or replaced by
    an example of the data.

    Parameters
    ----------
    network : Network
        A :class:`helpers.nn.network.Network` of ``Dense`` layers, 64 → … → 10, trained on the
        images of :func:`helpers.datasets.digits` as rows of 64 numbers from 0 to 1. Hidden layers
        are ReLU, tanh or sigmoid, the last one is linear. Dropout layers are left out.
    examples : sequence of int
        Which images of :func:`helpers.datasets.digits` stand below the panels, at most 14. Take
        them from those that the network was not trained on.
    **traits
        Any of the attributes below, and ``name``, ``height``, ``alt``.

    Attributes
    ----------
    strokes : list of int
        The drawing: the points x, y, x, y, … of the pen, from 0 to 255, y downwards; -1 where the
        pen is lifted. At most 1500 numbers.
    pen : float
        The width of the pen as a share of the canvas, 0.03 to 0.2.
    pixels : list of int
        64 pixels from 0 to 16, row by row, that stand in place of the drawing's: an example, or
        a picture changed by hand. Empty if the drawing counts.
    sizes : list of int
        The numbers of neurons in the layers, such as [64, 32, 10]; read-only, as what follows.
    activations : list of str
        One for each layer of weights: "relu", "tanh", "sigmoid" or "linear".
    weights : str
        The weights as int8 in base64: layer after layer, in each the weights from the first
        input, then those from the second, and so on (the order of ``Dense.weights.ravel()``).
    scales, biases : str
        One float32 (little-endian) for each neuron in base64, layer after layer. A weight is its
        whole number times the scale of the neuron that it leads to; see :func:`quantised`.
    examples : list of dict
        The examples: "label" and "pixels".

    Raises
    ------
    TypeError
        If ``network`` is no network of Dense layers.
    ValueError
        If its sizes or activations are others, a weight is not finite, or there is no such example.
    traitlets.TraitError
        If a trait is not as listed above.

    Notes
    -----
    A weight takes one byte, 4/3 letters in base64; a neuron eight bytes more. With 32 hidden
    neurons the network travels in 3.6 kB. :meth:`network` is the network that the page uses, so
    ``DrawADigit(network).network().predict(x)`` tells what the rounding of the weights costs.

    Examples
    --------
    >>> from helpers.nn.layers import Dense
    >>> from helpers.nn.network import Network
    >>> rng = np.random.default_rng(1)
    >>> network = Network([Dense(64, 32, activation="relu", rng=rng), Dense(32, 10, rng=rng)])
    >>> w = DrawADigit(network, strokes=[60, 40, 200, 40, 110, 220])  # a 7, and no training yet
    >>> w.picture.shape, w.probabilities.shape, w.answer in range(10)
    ((8, 8), (10,), True)
    >>> len(w.weights) + len(w.scales) + len(w.biases)
    3608
    """

    name = traitlets.Unicode("draw_a_digit").tag(sync=True)
    title = traitlets.Unicode("Draw a digit").tag(sync=True)
    alt = traitlets.Unicode(
        "A canvas to draw a digit on, and a network that reads it. Beside the canvas stands what "
        "the network sees, a picture of eight by eight grey pixels: however large or small you "
        "draw, the digit is stretched to fill it. Bars show the probability of each digit, 0 to "
        "9. Draw, and look how the bars move with every stroke. Then look for what the network "
        "cannot do: it must choose one of ten digits, whatever you draw, and it can be quite sure "
        "of a wrong one. Keys: on the canvas the arrows move the pen and the space bar lowers and "
        "lifts it; in the picture the arrows choose a pixel and the space bar turns it on or off."
    ).tag(sync=True)
    height = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(590, 1140)).tag(
        sync=True
    )

    strokes = traitlets.List(traitlets.Int()).tag(sync=True)
    pixels = traitlets.List(traitlets.Int()).tag(sync=True)
    pen = Number(0.07, low=0.03, high=0.2)
    sizes = traitlets.List(traitlets.Int(), read_only=True).tag(sync=True)
    activations = traitlets.List(traitlets.Unicode(), read_only=True).tag(sync=True)
    weights = traitlets.Unicode(read_only=True).tag(sync=True)
    scales = traitlets.Unicode(read_only=True).tag(sync=True)
    biases = traitlets.Unicode(read_only=True).tag(sync=True)
    examples = traitlets.List(read_only=True).tag(sync=True)

    def __init__(
        self, network: Network, *, examples: Sequence[int] = EXAMPLES, **options: Any
    ) -> None:
        layers = _dense(network)
        whole, scales = zip(*(quantised(layer.weights) for layer in layers), strict=True)
        biases = [layer.biases for layer in layers]
        if not all(np.isfinite(array).all() for array in biases):
            raise ValueError("a bias of the network is not finite; did its training diverge?")
        chosen = _chosen(examples)
        super().__init__(**options)
        self.set_trait("sizes", [64, *(layer.outputs for layer in layers)])
        names = [_ACTIVATIONS[type(layer.activation).__name__] for layer in layers]
        self.set_trait("activations", names)
        self.set_trait("weights", _encoded(whole, "int8"))
        self.set_trait("scales", _encoded(scales, "<f4"))
        self.set_trait("biases", _encoded(biases, "<f4"))
        self.set_trait("examples", chosen)

    @traitlets.validate("strokes")
    def _drawn(self, proposal: dict[str, Any]) -> list[int]:
        strokes = proposal["value"]
        if len(strokes) > FULL or not all(-1 <= each <= 255 for each in strokes):
            raise traitlets.TraitError(
                f"strokes must be at most {FULL} whole numbers from -1 to 255: x, y, x, y, …, with "
                f"-1 where the pen is lifted; not {strokes!r}."
            )
        try:
            see(strokes)
        except ValueError as error:
            raise traitlets.TraitError(f"strokes: {error}") from None
        return strokes

    @traitlets.validate("pixels")
    def _possible(self, proposal: dict[str, Any]) -> list[int]:
        pixels = proposal["value"]
        if len(pixels) not in (0, 64) or not all(0 <= each <= 16 for each in pixels):
            raise traitlets.TraitError(
                "pixels must be 64 whole numbers from 0 to 16, row by row, or none; "
                f"not {pixels!r}."
            )
        return pixels

    def network(self) -> Network:
        """Return the network that the page uses: the one given, with its weights rounded.

        Returns
        -------
        Network
            A new one, of ``Dense`` layers with float64 weights.
        """
        from helpers.nn.layers import Dense
        from helpers.nn.network import Network

        rng = np.random.default_rng(0)  # what it draws is replaced
        whole, scales = _decoded(self.weights, "int8"), _decoded(self.scales, "<f4")
        biases = _decoded(self.biases, "<f4")
        layers, weight, neuron = [], 0, 0
        for inputs, outputs, name in zip(
            self.sizes[:-1], self.sizes[1:], self.activations, strict=True
        ):
            layer = Dense(inputs, outputs, activation=name, rng=rng)
            rows = whole[weight : weight + inputs * outputs].reshape(inputs, outputs)
            layer.weights = rows * scales[neuron : neuron + outputs]
            layer.biases = biases[neuron : neuron + outputs]
            layers.append(layer)
            weight, neuron = weight + inputs * outputs, neuron + outputs
        return Network(layers)

    @property
    def picture(self) -> np.ndarray:
        """What the network sees, shape (8, 8), from 0 (paper) to 1 (ink)."""
        if self.pixels:
            return np.array(self.pixels).reshape(8, 8) / 16
        return see(self.strokes, pen=self.pen) / 16

    @property
    def probabilities(self) -> np.ndarray:
        """The network's probabilities of the digits 0 to 9, shape (10,)."""
        from helpers.nn.activations import softmax

        return softmax(self.network().predict(self.picture.reshape(1, 64)))[0]

    @property
    def answer(self) -> int | None:
        """The most probable digit; None as long as there is no ink."""
        return int(self.probabilities.argmax()) if self.picture.any() else None

    def still(self) -> Figure:
        """Draw the drawing, the picture and the probabilities.

        If nothing is drawn, the figure shows the first example, or a 7 if there are none: there
        is nothing to draw with on paper.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from matplotlib.colors import LinearSegmentedColormap
        from matplotlib.figure import Figure

        from helpers.nn.activations import softmax
        from helpers.plot import COLOURS

        strokes = list(self.strokes)
        picture = self.picture
        if not picture.any() and self.examples:
            picture = np.array(self.examples[0]["pixels"]).reshape(8, 8) / 16
        elif not picture.any():
            strokes = [60, 40, 200, 40, 110, 220]
            picture = see(strokes, pen=self.pen) / 16
        p = softmax(self.network().predict(picture.reshape(1, 64)))[0]
        figure = Figure(figsize=(7.2, 2.9), layout="constrained")
        canvas, grid, bars = figure.subplots(1, 3)
        for axes, title in ((canvas, "The drawing"), (grid, "What the network sees")):
            axes.set(title=title, xticks=[], yticks=[], aspect="equal")
            axes.grid(visible=False)
            for spine in axes.spines.values():
                spine.set(visible=True, color=COLOURS["grey"])
        canvas.set(xlim=(0, 255), ylim=(255, 0))
        for piece in np.split(strokes, np.flatnonzero(np.array(strokes) < 0)):
            x, y = piece[piece >= 0].reshape(-1, 2).T
            if len(x) == 0:
                continue
            width = 150 * self.pen  # of a canvas about 150 points wide
            canvas.plot(
                x, y, color=COLOURS["ink"], linewidth=width, solid_capstyle="round",
                solid_joinstyle="round",
            )  # fmt: skip
        if not strokes:
            words = "an example of the data" if picture.any() else "nothing is drawn"
            canvas.text(127, 127, words, ha="center", va="center", color=COLOURS["grey"])
        shades = LinearSegmentedColormap.from_list("ink", [COLOURS["paper"], COLOURS["ink"]])
        grid.imshow(picture, cmap=shades, vmin=0, vmax=1)
        best = int(p.argmax())
        colours = [COLOURS["orange"] if digit == best else COLOURS["blue"] for digit in range(10)]
        bars.barh(range(10), p, color=colours)
        bars.set(xlim=(0, 1), yticks=range(10), xlabel="probability", title=f"Its answer: {best}")
        bars.invert_yaxis()
        return figure


def _chosen(examples: Sequence[int]) -> list[dict[str, Any]]:
    """Return the label and the pixels of these images, or say why that is impossible."""
    from helpers.datasets import digits

    images, labels = digits()
    places = np.asarray(examples)
    if places.size == 0:
        return []
    if places.ndim != 1 or not np.issubdtype(places.dtype, np.integer) or places.size > MOST:
        raise ValueError(
            f"examples must be at most {MOST} places in helpers.datasets.digits(), whole numbers; "
            f"got {examples!r}."
        )
    if places.min() < 0 or places.max() >= len(labels):
        raise ValueError(f"examples must be from 0 to {len(labels) - 1}; got {examples!r}.")
    return [
        {"label": int(labels[i]), "pixels": np.rint(16 * images[i]).astype(int).ravel().tolist()}
        for i in places
    ]
