"""The widget *convolution stepper*: a kernel slides over a picture, and a feature map fills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.widgets._base import Numbers, Widget

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

    from helpers.nn.convolution import Conv2D

__all__ = ["KERNELS", "PICTURES", "SIZE", "ConvolutionStepper"]

SIZE = 12  # pixels in a row, and in a column
KERNEL = 3
MOST = 9.0  # the largest weight

#: Small pictures: "#" is 1, "+" is ½, "." is 0.
PICTURES = {
    "house": """
        .....##.....
        ....####....
        ...######...
        ..########..
        .##########.
        .#........#.
        .#.##..##.#.
        .#.##..##.#.
        .#........#.
        .#.##.##..#.
        .#.##.##..#.
        .##########.
    """,
    "seven": """
        ............
        ..########..
        ..########..
        ........##..
        .......##...
        ......+##...
        ......##....
        .....+##....
        .....##.....
        ....+##.....
        ....##......
        ............
    """,
    "ring": """
        ............
        ....####....
        ..+##++##+..
        ..##....##..
        .##......##.
        .##......##.
        .##......##.
        .##......##.
        ..##....##..
        ..+##++##+..
        ....####....
        ............
    """,
    "edge": "......######\n" * SIZE,
    "dot": ("." * SIZE + "\n") * 5 + ".....#......\n" + ("." * SIZE + "\n") * 6,
}
KERNELS = {
    "right": ("upright edges", [-1, 0, 1, -1, 0, 1, -1, 0, 1]),
    "down": ("level edges", [-1, -1, -1, 0, 0, 0, 1, 1, 1]),
    "outline": ("outline", [-1, -1, -1, -1, 8, -1, -1, -1, -1]),
    "corner": ("upper left corner", [-1, -1, -1, -1, 1, 1, -1, 1, 1]),
    "blur": ("blur", [0.1, 0.1, 0.1, 0.1, 0.2, 0.1, 0.1, 0.1, 0.1]),
    "sharpen": ("sharpen", [0, -1, 0, -1, 5, -1, 0, -1, 0]),
    "same": ("leave it as it is", [0, 0, 0, 0, 1, 0, 0, 0, 0]),
}
OWN = "own"


def _pixels(drawing: str) -> list[float]:
    values = {"#": 1.0, "+": 0.5, ".": 0.0}
    return [values[mark] for mark in "".join(drawing.split())]


class ConvolutionStepper(Widget):
    r"""Let a 3 × 3 kernel slide over a picture of 12 × 12 pixels, one output at a time.

    Parameters
    ----------
    image : array_like, shape (12, 12), optional
        A picture of your own, from 0 to 1; shown as the picture "own".
    **traits
        Any of the attributes below, and ``name``, ``height``, ``alt``.

    Attributes
    ----------
    picture : str
        "house", "seven", "ring", "edge", "dot", or "own": what the reader has drawn.
    pixels : list of float
        The 144 pixels of the picture "own", row by row.
    weights : list of float
        The nine weights of the kernel, row by row, from -9 to 9.
    stride : int
        How far the kernel moves at a time, 1 to 3.
    padding : str
        "valid" or "same".
    steps : int
        How many outputs have been computed; the last one is shown in full.
    layers : int
        1 to 3 layers one upon the other, all with this kernel, stride and padding. With 1 the
        kernel slides; with more the map of the last one that fits is shown, and what its chosen
        number depends on.
    chosen : int
        Which number of the last map is looked at, counted row by row; -1 for the last output (with
        one layer) or the one in the middle.
    feature_map : numpy.ndarray, shape (n, n)
        All outputs of the first layer; read-only.
    maps : list of numpy.ndarray
        The outputs of each layer that fits, at most ``layers`` of them; read-only.
    field : int
        Width of the receptive field of the last of these, in pixels, where no border cuts it off;
        read-only.
    seen : numpy.ndarray of bool, shape (12, 12)
        The pixels on which the chosen number depends, if no weight is 0; read-only.

    Raises
    ------
    ValueError
        If ``image`` does not fit.
    traitlets.TraitError
        If a value is not one of those listed above.

    Notes
    -----
    After :math:`L` layers of kernels of width :math:`k` and stride :math:`s` a neuron sees
    :math:`1 + (k - 1)(1 + s + \dots + s^{L-1})` pixels in a row.

    Examples
    --------
    >>> w = ConvolutionStepper(picture="edge", stride=2)
    >>> w.feature_map[0]  # 0 0 0 0 0 0 1 1 1 1 1 1, three rows of it
    array([0., 0., 3., 0., 0.])
    >>> w.layers = 2
    >>> w.field
    7
    >>> w.seen[5]
    array([False, False, False, False,  True,  True,  True,  True,  True, True,  True, False])
    """

    name = traitlets.Unicode("convolution_stepper").tag(sync=True)
    title = traitlets.Unicode("Convolution stepper").tag(sync=True)
    alt = traitlets.Unicode(
        "Left, a picture of 12 by 12 pixels with a frame of 3 by 3 that moves over it; right, the "
        "feature map, filled with one number for each place of the frame, orange where it is "
        "positive and blue where it is negative. Below, the nine pixels in the frame, times the "
        "nine weights of the kernel, which can be typed, are nine products, whose sum is the "
        "number. Play, and look at which places of the picture make the map strong: a kernel that "
        "is negative at the left and positive at the right answers where ink begins and ends from "
        "left to right. Try a stride of 2 and padding, and count the numbers in the map. With two "
        "or three layers, choose a number of the last map and see how much of the picture it "
        "depends on."
    ).tag(sync=True)
    height = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(722, 940)).tag(
        sync=True
    )

    picture = traitlets.Enum((*PICTURES, OWN), "house").tag(sync=True)
    pixels = Numbers()
    weights = Numbers()
    stride = traitlets.Int(1, min=1, max=3).tag(sync=True)
    padding = traitlets.Enum(("valid", "same"), "valid").tag(sync=True)
    steps = traitlets.Int(1, min=0, max=SIZE**2).tag(sync=True)
    layers = traitlets.Int(1, min=1, max=3).tag(sync=True)
    chosen = traitlets.Int(-1, min=-1, max=SIZE**2 - 1).tag(sync=True)
    pictures = traitlets.Dict(read_only=True).tag(sync=True)
    kernels = traitlets.List(read_only=True).tag(sync=True)

    def __init__(self, image: ArrayLike | None = None, **traits: Any) -> None:
        if image is not None:
            image = np.asarray(image, dtype=float)
            if image.shape != (SIZE, SIZE):
                raise ValueError(f"image has shape {image.shape}; expected ({SIZE}, {SIZE}).")
            traits = {"picture": OWN, "pixels": image.ravel().tolist()} | traits
        super().__init__(**traits)

    @traitlets.default("pictures")
    def _first_pictures(self) -> dict[str, list[float]]:
        return {name: _pixels(drawing) for name, drawing in PICTURES.items()}

    @traitlets.default("kernels")
    def _first_kernels(self) -> list[dict[str, Any]]:
        return [
            {"name": name, "title": title, "weights": weights}
            for name, (title, weights) in KERNELS.items()
        ]

    @traitlets.default("pixels")
    def _first_pixels(self) -> list[float]:
        return [0.0] * SIZE**2

    @traitlets.default("weights")
    def _first_weights(self) -> list[float]:
        return [float(weight) for weight in KERNELS["right"][1]]

    @traitlets.validate("pixels")
    def _picture_fits(self, proposal: dict[str, Any]) -> list[float]:
        return _within(proposal, SIZE**2, 0, 1)

    @traitlets.validate("weights")
    def _kernel_fits(self, proposal: dict[str, Any]) -> list[float]:
        return _within(proposal, KERNEL**2, -MOST, MOST)

    @property
    def image(self) -> np.ndarray:
        """The picture that is shown, shape (12, 12)."""
        pixels = self.pixels if self.picture == OWN else self.pictures[self.picture]
        return np.reshape(pixels, (SIZE, SIZE))

    def _stack(self) -> list[tuple[Conv2D, np.ndarray]]:
        """Return the layers that fit, after they have seen the picture, and their maps."""
        from helpers.nn.convolution import Conv2D

        stack, x = [], self.image[None, :, :, None]
        for _ in range(self.layers):
            if self.padding == "valid" and x.shape[1] < KERNEL:
                break
            layer = Conv2D(
                1,
                1,
                kernel=KERNEL,
                stride=self.stride,
                padding=self.padding,
                rng=np.random.default_rng(0),  # what it draws is replaced
            )
            layer.kernels = np.reshape(self.weights, layer.kernels.shape)
            x = layer.forward(x)
            stack.append((layer, x[0, :, :, 0]))
        return stack

    @property
    def maps(self) -> list[np.ndarray]:
        """What each layer finds at each of its places."""
        return [found for _, found in self._stack()]

    @property
    def feature_map(self) -> np.ndarray:
        """What the kernel finds at each of its places."""
        return self.maps[0]

    @property
    def field(self) -> int:
        """Width of the receptive field of the last layer, in pixels, away from the borders."""
        return 1 + (KERNEL - 1) * sum(self.stride**layer for layer in range(len(self.maps)))

    @property
    def seen(self) -> np.ndarray:
        """The pixels to which a gradient of the chosen number comes back."""
        stack = self._stack()
        size = len(stack[-1][1])
        index = self.chosen
        if not 0 <= index < size**2:
            last = min(max(self.steps - 1, 0), size**2 - 1)
            index = last if self.layers == 1 else size // 2 * (size + 1)
        grad = np.zeros((1, size, size, 1))
        grad[0, index // size, index % size] = 1
        for layer, _ in reversed(stack):
            layer.kernels = np.ones(layer.kernels.shape)
            grad = layer.backward(grad)
        return grad[0, :, :, 0] > 0

    def still(self) -> Figure:
        """Draw the picture, the kernel and the feature map as far as it is filled.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from matplotlib.figure import Figure

        found = self.feature_map
        shown = np.where(np.arange(found.size).reshape(found.shape) < self.steps, found, np.nan)
        figure = Figure(figsize=(7.2, 2.8), layout="constrained")
        left, middle, right = figure.subplots(1, 3, width_ratios=[3, 1.6, 3])
        left.imshow(self.image, cmap="Greys", vmin=0, vmax=1.4)
        kernel = np.reshape(self.weights, (KERNEL, KERNEL))
        for axes, values in ((middle, kernel), (right, shown)):
            most = np.nanmax(np.abs(values), initial=1e-9)
            axes.imshow(values, cmap="PuOr_r", vmin=-1.3 * most, vmax=1.3 * most)
        for (row, column), weight in np.ndenumerate(kernel):
            middle.text(column, row, f"{weight:g}".replace("-", "−"), ha="center", va="center")
        for axes, title in ((left, "Picture"), (middle, "Kernel"), (right, "Feature map")):
            axes.set(title=title, xticks=[], yticks=[])
            axes.grid(visible=False)
        return figure


def _within(proposal: dict[str, Any], count: int, low: float, high: float) -> list[float]:
    values = proposal["value"]
    if len(values) != count or not all(low <= value <= high for value in values):
        raise traitlets.TraitError(
            f"{proposal['trait'].name} must be {count} numbers from {low:g} to {high:g}; got "
            f"{len(values)}, from {min(values, default=0):g} to {max(values, default=0):g}."
        )
    return values
