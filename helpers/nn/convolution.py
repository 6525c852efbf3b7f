"""Convolution and pooling: layers that look at small windows of a picture, everywhere alike.

Pictures have the shape (B, height, width, channels), as in Keras: the channels stand last.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from helpers.nn import activations
from helpers.nn.layers import (
    Initialiser,
    Layer,
    _floats,
    _parameter,
    _shaped_like_outputs,
    glorot_uniform,
    require_generator,
    require_positive,
)

__all__ = ["AveragePool2D", "Conv2D", "Flatten", "MaxPool2D", "output_size", "padding_of"]

Padding = Literal["valid", "same"]
Pair = tuple[int, int]


def output_size(size: int, window: int, *, stride: int = 1, padding: Padding = "valid") -> int:
    r"""Return how many places a window has along one side of a picture.

    Parameters
    ----------
    size : int
        Pixels along the side, :math:`n`.
    window : int
        Pixels of the window (of a kernel, or of what is pooled) along it, :math:`k`.
    stride : int
        How far the window moves at a time, :math:`s`.
    padding : {"valid", "same"}
        Whether the window must stay inside the picture, or zeros are put around it such that with
        a stride of 1 as many places come out as there are pixels.

    Returns
    -------
    int
        0 if the window does not fit into the picture.

    Raises
    ------
    ValueError
        If a number is no positive whole number, or the padding has another name.

    Notes
    -----
    .. math::

        n_{\text{valid}} = \left\lfloor \frac{n - k}{s} \right\rfloor + 1, \qquad
        n_{\text{same}} = \left\lceil \frac{n}{s} \right\rceil

    References
    ----------
    Dumoulin, Visin, *A guide to convolution arithmetic for deep learning*, 2016,
    https://arxiv.org/abs/1603.07285

    Examples
    --------
    >>> output_size(28, 5), output_size(28, 5, padding="same"), output_size(28, 2, stride=2)
    (24, 28, 14)
    """
    before, after = padding_of(size, window, stride=stride, padding=padding)
    return max(0, (size + before + after - window) // stride + 1)


def padding_of(size: int, window: int, *, stride: int = 1, padding: Padding = "valid") -> Pair:
    r"""Return how many zeros are put before and behind a side of a picture.

    Parameters
    ----------
    size, window, stride, padding
        As in :func:`output_size`.

    Returns
    -------
    before, after : int
        At the left and at the right, or at the top and at the bottom. If the sum is odd, the one
        zero more stands behind, as in TensorFlow.

    Raises
    ------
    ValueError
        As in :func:`output_size`.

    Notes
    -----
    For "same", what the last window of :math:`\lceil n / s \rceil` lacks:
    :math:`p = \max((\lceil n / s \rceil - 1)\,s + k - n,\; 0)`. So with a stride above 1 it
    depends on the size of the picture. PyTorch takes numbers instead, the same at both ends, so it
    can differ from TensorFlow by a shift of one pixel.

    Examples
    --------
    >>> padding_of(28, 5, padding="same"), padding_of(28, 3, stride=2, padding="same")
    ((2, 2), (0, 1))
    """
    for value, name in ((size, "size"), (window, "window"), (stride, "stride")):
        require_positive(value, name)
    if padding not in ("valid", "same"):
        raise ValueError(f"padding is {padding!r}; it must be 'valid' or 'same'.")
    if padding == "valid":
        return 0, 0
    places = -(-size // stride)
    total = max((places - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


class _Windowed(Layer):
    """What convolution and pooling share: a window that moves over the picture."""

    def __init__(
        self, window: int | Pair, *, stride: int | Pair | None, padding: Padding, name: str
    ) -> None:
        self.window = _pair(window, name)
        self.stride = self.window if stride is None else _pair(stride, "stride")
        self.padding = padding
        padding_of(1, 1, padding=padding)  # refuses an unknown name
        self._padded_shape: tuple[int, ...] | None = None

    def _windows(self, x: np.ndarray, fill: float = 0.0) -> np.ndarray:
        """Return all windows of the padded pictures, as a view without a copy.

        The shape is (B, rows, columns, channels, window height, window width).
        """
        self._ends = [
            padding_of(size, window, stride=stride, padding=self.padding)
            for size, window, stride in zip(x.shape[1:3], self.window, self.stride, strict=True)
        ]
        padded = np.pad(x, [(0, 0), *self._ends, (0, 0)], constant_values=fill)
        if padded.shape[1] < self.window[0] or padded.shape[2] < self.window[1]:
            raise ValueError(
                f"the window of {self} does not fit into pictures of {x.shape[1]} × {x.shape[2]} "
                "pixels; take larger pictures, or padding='same'."
            )
        self._padded_shape = padded.shape
        down, right = self.stride
        return sliding_window_view(padded, self.window, axis=(1, 2))[:, ::down, ::right]

    def _put_back(self, pieces: np.ndarray) -> np.ndarray:
        """Add up what each window says of its pixels, where windows overlap; the way back.

        ``pieces`` has the shape (B, rows, columns, channels, window height, window width).
        """
        total = np.zeros(self._padded_shape, dtype=pieces.dtype)
        rows, columns = pieces.shape[1:3]
        down, right = self.stride
        for i in range(self.window[0]):
            for j in range(self.window[1]):
                # One pixel of every window at a time: no two of them are the same pixel.
                rows_there = slice(i, i + down * rows, down)
                columns_there = slice(j, j + right * columns, right)
                total[:, rows_there, columns_there] += pieces[..., i, j]
        (top, bottom), (left, right_end) = self._ends
        height, width = total.shape[1:3]
        return total[:, top : height - bottom, left : width - right_end]

    def _require_forward(self) -> None:
        if self._padded_shape is None:
            raise RuntimeError(f"{self} can't go backward before it went forward.")


class Conv2D(_Windowed):
    r"""A layer that looks for the same patterns everywhere in a picture.

    Parameters
    ----------
    channels_in : int
        How many numbers a pixel brings, :math:`C`.
    channels_out : int
        How many patterns are looked for, one kernel for each, :math:`F`.
    kernel : int or (int, int)
        Height and width of the window, :math:`k_h \times k_w`.
    stride : int or (int, int)
        How far the window moves at a time, down and to the right.
    padding : {"valid", "same"}
        As in :func:`output_size`.
    activation : str or Activation
        As for :class:`helpers.nn.layers.Dense`.
    rng : numpy.random.Generator
        Draws the first kernels. The first biases are 0.
    initialiser : Initialiser
        How they are drawn. The variance is that of a dense layer with as many inputs and outputs
        as a pixel has connections, :math:`k_h k_w C` and :math:`k_h k_w F`, as in Keras.

    Attributes
    ----------
    kernels : numpy.ndarray, shape (kernel height, kernel width, channels_in, channels_out)
        What is assigned must have this shape, and is copied.
    biases : numpy.ndarray, shape (channels_out,)
        Likewise.

    Notes
    -----
    Forward, with :math:`s` for the stride, on the padded picture:

    .. math::

        z_{b,i,j,f} = \sum_{u=0}^{k_h-1} \sum_{v=0}^{k_w-1} \sum_{c=0}^{C-1}
        x_{b,\,si+u,\,sj+v,\,c}\; w_{u,v,c,f} + b_f, \qquad a = \sigma(z)

    Mathematics calls this a *cross-correlation*: a convolution turns the kernel by 180°. All deep
    learning libraries leave it as it is, since the kernel is learned anyway.

    Every window becomes a row of :math:`k_h k_w C` numbers, so the whole is one matrix product of
    these rows with the kernels, and so is the gradient of the kernels. The gradient of the picture
    is put together from what the windows say of their pixels, added up where windows overlap:

    .. math::

        \frac{\partial L}{\partial w_{u,v,c,f}} =
        \sum_{b,i,j} x_{b,\,si+u,\,sj+v,\,c}\; \frac{\partial L}{\partial z_{b,i,j,f}}, \quad
        \frac{\partial L}{\partial b_f} =
        \sum_{b,i,j} \frac{\partial L}{\partial z_{b,i,j,f}}, \quad
        \frac{\partial L}{\partial x_{b,p,q,c}} =
        \sum_{\substack{si+u=p\\sj+v=q}} \sum_f w_{u,v,c,f}\,
        \frac{\partial L}{\partial z_{b,i,j,f}}

    Examples
    --------
    A kernel that finds where a picture gets brighter from left to right:

    >>> layer = Conv2D(1, 1, kernel=(1, 2), rng=np.random.default_rng(1))
    >>> layer.kernels = np.reshape([-1.0, 1.0], (1, 2, 1, 1))
    >>> picture = np.reshape([0.0, 0.0, 1.0, 1.0], (1, 1, 4, 1))
    >>> layer.forward(picture).ravel()
    array([0., 1., 0.])
    >>> layer.backward(np.ones((1, 1, 3, 1))).ravel()
    array([-1.,  0.,  0.,  1.])
    """

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        *,
        kernel: int | Pair,
        stride: int | Pair = 1,
        padding: Padding = "valid",
        activation: str | activations.Activation = "linear",
        rng: np.random.Generator,
        initialiser: Initialiser = glorot_uniform,
    ) -> None:
        super().__init__(kernel, stride=stride, padding=padding, name="kernel")
        self.channels_in = require_positive(channels_in, "channels_in")
        self.channels_out = require_positive(channels_out, "channels_out")
        self.activation = activations.activation(activation)
        seen = self.window[0] * self.window[1]
        # An initialiser knows the connections from the shape that it draws, so it draws too much.
        drawn = initialiser(seen * channels_in, seen * channels_out, require_generator(rng))
        self.kernels = drawn[:, :channels_out].reshape(self._kernel_shape)
        self.biases = np.zeros(self.channels_out)
        self._grads: list[np.ndarray] | None = None

    def __repr__(self) -> str:
        return f"Conv2D({self.channels_in}, {self.channels_out}, kernel={self.window})"

    @property
    def _kernel_shape(self) -> tuple[int, int, int, int]:
        return (*self.window, self.channels_in, self.channels_out)

    @property
    def kernels(self) -> np.ndarray:
        """The kernels, of shape (kernel height, kernel width, channels_in, channels_out)."""
        return self._kernels

    @kernels.setter
    def kernels(self, values: ArrayLike) -> None:
        self._kernels = _parameter(values, self._kernel_shape, "kernels", self)

    @property
    def biases(self) -> np.ndarray:
        """The biases, of shape (channels_out,)."""
        return self._biases

    @biases.setter
    def biases(self, values: ArrayLike) -> None:
        self._biases = _parameter(values, (self.channels_out,), "biases", self)

    @property
    def params(self) -> list[np.ndarray]:
        """The kernels and the biases."""
        return [self.kernels, self.biases]

    @property
    def grads(self) -> list[np.ndarray]:
        """The gradients of the kernels and of the biases, from the last backward pass."""
        if self._grads is None:
            raise RuntimeError(f"{self} has no gradients yet: call forward, then backward.")
        return self._grads

    def forward(self, x: ArrayLike, training: bool = False) -> np.ndarray:
        """Return the feature maps, of shape (B, rows, columns, channels_out).

        Raises
        ------
        ValueError
            If ``x`` does not have the shape (B, height, width, channels_in), or the window does not
            fit into it.
        """
        x = _pictures(x, self, self.channels_in)
        windows = self._windows(x)
        places = windows.shape[:3]
        # A copy: one row for each window. Its order is that of the kernels.
        kernels, biases = (array.astype(x.dtype, copy=False) for array in self.params)
        kernels = kernels.reshape(-1, self.channels_out)
        self._rows = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, len(kernels))
        flat = self._rows @ kernels + biases
        self._z = flat.reshape(*places, self.channels_out)
        return self.activation.value(self._z)

    def backward(self, grad: ArrayLike) -> np.ndarray:
        """Return ∂L/∂x, shaped like the pictures, from ∂L/∂a, shaped like the feature maps."""
        self._require_forward()
        z = self._z
        grad_z = _shaped_like_outputs(grad, z, self) * self.activation.derivative(z)
        flat = grad_z.reshape(-1, self.channels_out)
        self._grads = [(self._rows.T @ flat).reshape(self._kernel_shape), flat.sum(axis=0)]
        kernels = self.kernels.astype(z.dtype, copy=False).reshape(-1, self.channels_out)
        pieces = (flat @ kernels.T).reshape(*z.shape[:3], *self.window, self.channels_in)
        return self._put_back(pieces.transpose(0, 1, 2, 5, 3, 4))


class _Pool2D(_Windowed):
    """What both ways of pooling share."""

    def __init__(
        self,
        window: int | Pair = 2,
        *,
        stride: int | Pair | None = None,
        padding: Padding = "valid",
    ) -> None:
        super().__init__(window, stride=stride, padding=padding, name="window")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.window})"

    def backward(self, grad: ArrayLike) -> np.ndarray:
        """Return ∂L/∂x, shaped like the pictures, from ∂L/∂a, shaped like the outputs."""
        self._require_forward()
        grad = _shaped_like_outputs(grad, self._outputs, self)
        return self._put_back(grad[..., None, None] * self._shares())

    @abstractmethod
    def _shares(self) -> np.ndarray:
        """Return how the output of each window depends on each of its pixels."""


class MaxPool2D(_Pool2D):
    r"""A layer that keeps the largest number of each window, for each channel by itself.

    Parameters
    ----------
    window : int or (int, int)
        Height and width of the window.
    stride : int or (int, int), optional
        How far it moves at a time; by default its own size, so that windows do not overlap.
    padding : {"valid", "same"}
        As in :func:`output_size`. What is put around the picture never is the largest.

    Notes
    -----
    .. math:: a_{b,i,j,c} = \max_{u,v}\; x_{b,\,si+u,\,sj+v,\,c}

    The gradient goes back to the pixel that was the largest; to the first of them, row by row, if
    several were, as in TensorFlow on a CPU. Where windows overlap, gradients add up.

    Examples
    --------
    >>> layer = MaxPool2D(2)
    >>> picture = np.reshape([1.0, 5.0, 2.0, 2.0, 3.0, 4.0, 2.0, 0.0], (1, 2, 4, 1))
    >>> layer.forward(picture).ravel()
    array([5., 2.])
    >>> layer.backward(np.reshape([10.0, 20.0], (1, 1, 2, 1)))[0, ..., 0]
    array([[ 0., 10., 20.,  0.], [ 0.,  0.,  0.,  0.]])
    """

    def forward(self, x: ArrayLike, training: bool = False) -> np.ndarray:
        """Return the largest numbers, of shape (B, rows, columns, channels).

        Raises
        ------
        ValueError
            If ``x`` does not have the shape (B, height, width, channels), or the window does not
            fit into it.
        """
        windows = self._windows(_pictures(x, self), fill=-np.inf)
        flat = windows.reshape(*windows.shape[:4], self.window[0] * self.window[1])
        self._winner = flat.argmax(axis=-1)
        self._outputs = np.take_along_axis(flat, self._winner[..., None], axis=-1)[..., 0]
        return self._outputs

    def _shares(self) -> np.ndarray:
        pixels = np.arange(self.window[0] * self.window[1])
        won = self._winner[..., None] == pixels
        return won.reshape(*self._winner.shape, *self.window)


class AveragePool2D(_Pool2D):
    r"""A layer that keeps the mean of each window, for each channel by itself.

    Parameters
    ----------
    window, stride, padding
        As for :class:`MaxPool2D`. What is put around the picture is not part of the mean.

    Notes
    -----
    .. math:: a_{b,i,j,c} = \frac{1}{k_h k_w} \sum_{u,v} x_{b,\,si+u,\,sj+v,\,c}

    The gradient goes back in equal shares.

    Examples
    --------
    >>> layer = AveragePool2D(2)
    >>> layer.forward(np.reshape([1.0, 5.0, 3.0, 3.0], (1, 2, 2, 1))).ravel()
    array([3.])
    >>> layer.backward(np.ones((1, 1, 1, 1))).ravel()
    array([0.25, 0.25, 0.25, 0.25])
    """

    def forward(self, x: ArrayLike, training: bool = False) -> np.ndarray:
        """Return the means, of shape (B, rows, columns, channels).

        Raises
        ------
        ValueError
            As :meth:`MaxPool2D.forward`.
        """
        x = _pictures(x, self)
        # How many pixels of the picture each window sees.
        self._counts = self._windows(np.ones((1, *x.shape[1:3], 1), x.dtype)).sum(axis=(-2, -1))
        self._outputs = self._windows(x).sum(axis=(-2, -1)) / self._counts
        return self._outputs

    def _shares(self) -> np.ndarray:
        return np.broadcast_to(
            1 / self._counts[..., None, None], (*self._outputs.shape, *self.window)
        )


class Flatten(Layer):
    """A layer that writes all numbers of an example in one row, for a dense layer behind it.

    Notes
    -----
    Row by row of the picture, in each row pixel by pixel, in each pixel channel by channel.

    Examples
    --------
    >>> layer = Flatten()
    >>> layer.forward(np.zeros((7, 4, 5, 3))).shape
    (7, 60)
    >>> layer.backward(np.zeros((7, 60))).shape
    (7, 4, 5, 3)
    """

    def __init__(self) -> None:
        self._shape: tuple[int, ...] | None = None

    def __repr__(self) -> str:
        return "Flatten()"

    def forward(self, x: ArrayLike, training: bool = False) -> np.ndarray:
        """Return the batch in the shape (B, numbers of an example).

        Raises
        ------
        ValueError
            If ``x`` is a single number.
        """
        x = _floats(x)
        if x.ndim == 0:
            raise ValueError(f"{self} takes a batch of examples, and got a single number.")
        self._shape = x.shape
        return x.reshape(len(x), np.prod(x.shape[1:], dtype=int))

    def backward(self, grad: ArrayLike) -> np.ndarray:
        """Return the gradient in the shape that the examples had."""
        if self._shape is None:
            raise RuntimeError(f"{self} can't go backward before it went forward.")
        grad = _floats(grad)
        expected = (self._shape[0], int(np.prod(self._shape[1:], dtype=int)))
        if grad.shape != expected:
            raise ValueError(
                f"the outputs of {self} had shape {expected}, and so must their gradient; "
                f"it has {grad.shape}."
            )
        return grad.reshape(self._shape)


def _pair(value: int | Pair, name: str) -> Pair:
    """Return a height and a width, or say what is wrong with them."""
    values = tuple(value) if isinstance(value, tuple | list) else (value, value)
    if len(values) != 2:
        raise ValueError(f"{name} is {value!r}; it must be one whole number, or two.")
    return require_positive(values[0], name), require_positive(values[1], name)


def _pictures(x: ArrayLike, layer: Layer, channels: int | None = None) -> np.ndarray:
    """Return a batch of pictures as floats, or say what does not fit."""
    x = np.asarray(x)
    if x.ndim != 4 or (channels is not None and x.shape[3] != channels):
        raise ValueError(
            f"{layer} takes an array of shape (B, height, width, {channels or 'channels'}), and "
            f"got {x.shape}."
        )
    return _floats(x)
