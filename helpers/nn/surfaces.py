"""Cost surfaces of one or two weights, small enough to draw, to walk down on.

A :class:`Surface` is *data*: a polynomial, and perhaps a few Gaussian wells. So its value,
gradient and Hessian follow exactly from a handful of numbers, and a widget in the reader's
browser computes with the very same numbers as NumPy does here.

:data:`SURFACES` holds the book's own. Make another by writing down its numbers, or let
:func:`mse_surface` find those of a straight line's mean squared error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from helpers.nn.optimizers import Schedule

__all__ = ["FAR", "SURFACES", "Surface", "descend", "mse_surface", "surface"]


#: Beyond this distance from the origin a path has diverged: nothing is learned from the rest.
FAR = 1e6


@dataclass(frozen=True, eq=False)
class Surface:
    r"""A cost of one or two weights: a polynomial minus Gaussian wells.

    .. math::

        f(w) = \sum_k c_k \prod_j w_j^{p_{kj}}
               - \sum_m d_m \exp\left(-\frac{\lVert w - a_m\rVert^2}{2 s_m^2}\right)

    Parameters
    ----------
    name : str
        What code calls it, such as ``"bowl"``.
    title : str
        What a menu calls it.
    formula : str
        The cost as plain text, such as ``"w₁² + w₂²"``.
    monomials : mapping of tuple of int to float
        Coefficient of each monomial by its powers: ``{(2, 0): 1.0}`` is :math:`w_1^2`, and
        ``{(3,): 1.0}`` is :math:`w^3`. The number of powers is the number of weights.
    wells : sequence of (depth, centre, width)
        Gaussian wells; each centre has one number per weight.
    window : sequence of (low, high)
        The range of each weight that is worth drawing.
    start : sequence of float
        Where to start unless the reader chooses.
    learning_rate : float
        A learning rate that shows something.
    look : str
        What there was to see, in a sentence; the widget shows it after some steps.

    Examples
    --------
    >>> cubic = Surface("cubic", monomials={(3,): 1.0, (1,): -3.0}, window=[(-2, 2)], start=[-0.5])
    >>> float(cubic.value([1.0])), cubic.gradient([1.0])
    (-2.0, array([0.]))
    """

    name: str
    title: str = ""
    formula: str = ""
    monomials: Mapping[tuple[int, ...], float] = field(default_factory=dict)
    wells: tuple[tuple[float, tuple[float, ...], float], ...] = ()
    window: tuple[tuple[float, float], ...] = ()
    start: tuple[float, ...] = ()
    learning_rate: float = 0.1
    look: str = ""

    def __post_init__(self) -> None:
        d = len(self.window)
        if d not in (1, 2):
            raise ValueError(
                f"surface {self.name!r}: window must hold one or two (low, high) pairs, "
                f"one per weight; got {d}"
            )
        if not self.monomials and not self.wells:
            raise ValueError(f"surface {self.name!r} has neither monomials nor wells")
        object.__setattr__(self, "monomials", dict(self.monomials))
        for powers in self.monomials:
            if len(powers) != d or any(p < 0 or p != int(p) for p in powers):
                raise ValueError(
                    f"surface {self.name!r}: powers {powers} must be {d} whole number(s) ≥ 0, "
                    f"one per weight"
                )
        for low, high in self.window:
            if not low < high:
                raise ValueError(
                    f"surface {self.name!r}: window needs low < high, got ({low}, {high})"
                )
        for _, centre, width in self.wells:
            if len(centre) != d or width <= 0:
                raise ValueError(
                    f"surface {self.name!r}: a well is (depth, centre of {d} number(s), width > 0)"
                )
        if not len(self.start):
            middle = tuple(0.75 * low + 0.25 * high for low, high in self.window)
            object.__setattr__(self, "start", middle)
        if len(self.start) != d:
            raise ValueError(f"surface {self.name!r}: start needs {d} number(s)")
        object.__setattr__(self, "title", self.title or self.name)

    @property
    def dimension(self) -> int:
        """Number of weights, 1 or 2."""
        return len(self.window)

    def value(self, w: ArrayLike) -> np.ndarray:
        """Return the cost at ``w``.

        Parameters
        ----------
        w : array_like, shape (..., d)
            One or many points; the last axis holds the ``d`` weights.

        Returns
        -------
        numpy.ndarray of float64, shape (...)
        """
        w = self._points(w)
        total = np.zeros(w.shape[:-1])
        for powers, c in self.monomials.items():
            total = total + c * np.prod(w ** np.array(powers), axis=-1)
        for depth, centre, width in self.wells:
            total = total - depth * _bell(w - np.array(centre), width)
        return total

    def gradient(self, w: ArrayLike) -> np.ndarray:
        """Return the gradient at ``w``, the direction of steepest increase.

        Parameters
        ----------
        w : array_like, shape (..., d)

        Returns
        -------
        numpy.ndarray of float64, shape (..., d)
        """
        w = self._points(w)
        grad = np.zeros(w.shape)
        for powers, c in self.monomials.items():
            for j in range(self.dimension):
                grad[..., j] += c * _derivative(w, powers, [j])
        for depth, centre, width in self.wells:
            u = w - np.array(centre)
            grad += (depth / width**2) * _bell(u, width)[..., None] * u
        return grad

    def hessian(self, w: ArrayLike) -> np.ndarray:
        """Return the matrix of second derivatives at ``w``.

        Parameters
        ----------
        w : array_like, shape (..., d)

        Returns
        -------
        numpy.ndarray of float64, shape (..., d, d)
        """
        w = self._points(w)
        d = self.dimension
        hess = np.zeros((*w.shape, d))
        for powers, c in self.monomials.items():
            for j in range(d):
                for k in range(d):
                    hess[..., j, k] += c * _derivative(w, powers, [j, k])
        for depth, centre, width in self.wells:
            u = w - np.array(centre)
            outer = np.eye(d) - u[..., :, None] * u[..., None, :] / width**2
            hess += (depth / width**2) * _bell(u, width)[..., None, None] * outer
        return hess

    @property
    def is_quadratic(self) -> bool:
        """Whether the cost is a polynomial of degree two at most."""
        return not self.wells and all(sum(powers) <= 2 for powers in self.monomials)

    @property
    def stability_limit(self) -> float | None:
        r"""The learning rate from which gradient descent no longer converges, or None.

        For a quadratic with a minimum it is :math:`2/\lambda_{\max}`, where
        :math:`\lambda_{\max}` is the largest eigenvalue of the Hessian: along that
        eigenvector one step multiplies the distance to the minimum by
        :math:`1 - \eta \lambda_{\max}`, which is between −1 and 1 exactly if
        :math:`0 < \eta < 2/\lambda_{\max}`. For other costs there is no single limit.
        """
        if not self.is_quadratic:
            return None
        eigenvalues = np.linalg.eigvalsh(self.hessian(np.zeros(self.dimension)))
        return float(2 / eigenvalues[-1]) if eigenvalues[0] > 0 else None

    def to_dict(self) -> dict[str, Any]:
        """Return the surface as plain lists and numbers, ready for JSON."""
        return {
            "name": self.name,
            "title": self.title,
            "formula": self.formula,
            "monomials": [[float(c), *map(int, p)] for p, c in self.monomials.items()],
            "wells": [
                [float(depth), [float(a) for a in centre], float(width)]
                for depth, centre, width in self.wells
            ],
            "window": [[float(low), float(high)] for low, high in self.window],
            "start": [float(s) for s in self.start],
            "learning_rate": float(self.learning_rate),
            "look": self.look,
        }

    def _points(self, w: ArrayLike) -> np.ndarray:
        w = np.asarray(w, dtype=float)
        if w.ndim == 0 or w.shape[-1] != self.dimension:
            raise ValueError(
                f"surface {self.name!r} has {self.dimension} weight(s): the last axis of w "
                f"must have that length, got shape {w.shape}"
            )
        return w


def _bell(u: np.ndarray, width: float) -> np.ndarray:
    """Return exp(−|u|²/2s²) for displacements ``u`` of shape (..., d)."""
    return np.exp(-(u**2).sum(axis=-1) / (2 * width**2))


def _derivative(w: np.ndarray, powers: tuple[int, ...], along: list[int]) -> np.ndarray:
    """Differentiate the monomial w₁^p₁ w₂^p₂ once along each named axis."""
    factor, left = 1, list(powers)
    for j in along:
        factor *= left[j]
        left[j] = max(left[j] - 1, 0)
    return factor * np.prod(w ** np.array(left), axis=-1)


def descend(
    cost: Surface,
    start: ArrayLike,
    *,
    learning_rate: float | Schedule,
    steps: int,
) -> np.ndarray:
    """Walk downhill by gradient descent and return every point of the path.

    Parameters
    ----------
    cost : Surface
        What to descend on.
    start : array_like, shape (d,)
        The first point.
    learning_rate : float or Schedule
        The learning rate η, or a function that returns it for step 0, 1, 2, …
    steps : int
        How many steps to take. A path that diverges ends early, at its first point
        farther than :data:`FAR` from the origin.

    Returns
    -------
    numpy.ndarray of float64, shape (steps + 1, d)
        The path, the start included; fewer rows if it diverged.

    Examples
    --------
    >>> descend(SURFACES["parabola"], [2.0], learning_rate=0.25, steps=3).ravel()
    array([2.  , 1.  , 0.5 , 0.25])
    """
    if steps < 0:
        raise ValueError(f"steps must not be negative, got {steps}")
    rate = learning_rate if callable(learning_rate) else lambda step: learning_rate
    path = [cost._points(start)]
    for step in range(steps):
        path.append(path[-1] - rate(step) * cost.gradient(path[-1]))
        if np.abs(path[-1]).max() > FAR:
            break
    return np.array(path)


def mse_surface(x: ArrayLike, y: ArrayLike, **details: Any) -> Surface:
    """Return the mean squared error of the line y = w·x + b, as a surface over (w, b).

    Parameters
    ----------
    x, y : array_like, shape (n,)
        The data.
    **details
        Fields of :class:`Surface`: ``name``, ``title``, ``window``, ``start``, …
        Without a window, one is drawn round the minimum.

    Returns
    -------
    Surface
        A quadratic: the coefficients are means of x², x, xy, y and y².

    Examples
    --------
    >>> cost = mse_surface([0.0, 1.0, 2.0], [1.0, 3.0, 5.0])
    >>> round(float(cost.value([2.0, 1.0])), 12)  # the line y = 2x + 1 meets all three points
    0.0
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if x.ndim != 1 or x.shape != y.shape or not x.size:
        raise ValueError(
            f"x and y must be two lists of the same length, got shapes {x.shape} and {y.shape}"
        )
    monomials = {
        (2, 0): np.mean(x**2),
        (1, 1): 2 * np.mean(x),
        (0, 2): 1.0,
        (1, 0): -2 * np.mean(x * y),
        (0, 1): -2 * np.mean(y),
        (0, 0): np.mean(y**2),
    }
    if "window" not in details:
        design = np.column_stack([x, np.ones_like(x)])
        best = np.linalg.lstsq(design, y, rcond=None)[0]
        details["window"] = tuple((float(c) - 2.0, float(c) + 2.0) for c in best)
    fields = {"name": "mse", "title": "mean squared error", "formula": "mean (wx + b − y)²"}
    return Surface(monomials=monomials, **(fields | details))


def surface(which: str | Surface) -> Surface:
    """Return the surface of that name, or the surface itself.

    Examples
    --------
    >>> surface("bowl").dimension
    2
    """
    if isinstance(which, Surface):
        return which
    try:
        return SURFACES[which]
    except KeyError:
        raise ValueError(
            f"no surface is called {which!r}: choose one of {', '.join(SURFACES)}, "
            f"or pass a helpers.nn.surfaces.Surface of your own"
        ) from None


def _beale() -> dict[tuple[int, int], float]:
    """Multiply out the sum over k = 1, 2, 3 of (c − w₁ + w₁w₂ᵏ)², with c = 1.5, 2.25, 2.625."""
    monomials: dict[tuple[int, int], float] = {}
    for k, c in ((1, 1.5), (2, 2.25), (3, 2.625)):
        terms = {(0, 0): c, (1, 0): -1.0, (1, k): 1.0}
        for (p, q), a in terms.items():
            for (r, s), b in terms.items():
                monomials[p + r, q + s] = monomials.get((p + r, q + s), 0.0) + a * b
    return monomials


#: The book's surfaces by name, those of one weight first.
SURFACES: dict[str, Surface] = {
    each.name: each
    for each in (
        Surface(
            "parabola",
            title="Parabola",
            formula="w²",
            monomials={(2,): 1.0},
            window=((-3.0, 3.0),),
            start=(-2.5,),
            learning_rate=0.1,
            look="The steps get shorter although the learning rate stays the same, because the "
            "slope flattens. At a learning rate of 0.5 one step is enough; beyond 1 every step "
            "lands higher than the last.",
        ),
        Surface(
            "double-well",
            title="Two minima",
            formula="w⁴/4 − w² + 0.3w + 1.5",
            monomials={(4,): 0.25, (2,): -1.0, (1,): 0.3, (0,): 1.5},
            window=((-2.6, 2.6),),
            start=(2.4,),
            learning_rate=0.05,
            look="Where you start decides where you end: from the right the path stops in the "
            "higher of the two valleys. A larger learning rate can jump across the hill.",
        ),
        Surface(
            "plateau",
            title="Plateau",
            formula="1 + 0.002w² − exp(−w²/2)",
            monomials={(2,): 0.002, (0,): 1.0},
            wells=((1.0, (0.0,), 1.0),),
            window=((-6.0, 6.0),),
            start=(-4.6,),
            learning_rate=1.0,
            look="On the flat part the gradient is almost zero, so the steps are tiny and the "
            "loss curve seems to have finished. It has not: then it falls off the edge.",
        ),
        # tests/nn/test_surfaces.py counts these steps.
        Surface(
            "crater",
            title="Crater",
            formula="6 − 6exp(−w²/8) + w²/40",
            monomials={(2,): 0.025, (0,): 6.0},
            wells=((6.0, (0.0,), 2.0),),
            window=((-6.0, 6.0),),
            start=(5.0,),
            learning_rate=0.1,
            look="Gentle outside, steep inside. A small learning rate creeps down the slope. A "
            "large one crosses it in two strides and then bounces in the hollow for ever. Long "
            "steps first and short ones later arrive.",
        ),
        Surface(
            "bowl",
            title="Bowl",
            formula="w₁² + w₂²",
            monomials={(2, 0): 1.0, (0, 2): 1.0},
            window=((-3.0, 3.0), (-3.0, 3.0)),
            start=(-2.2, 1.6),
            learning_rate=0.1,
            look="The contours are circles, so the negative gradient points straight at the "
            "minimum and so does the path.",
        ),
        Surface(
            "ravine",
            title="Ravine",
            formula="0.1w₁² + 2w₂²",
            monomials={(2, 0): 0.1, (0, 2): 2.0},
            window=((-3.0, 3.0), (-3.0, 3.0)),
            start=(-2.6, 1.4),
            learning_rate=0.45,
            look="The path meets every contour at a right angle, so it zigzags between the steep "
            "walls and creeps along the floor. The steep direction alone sets the largest "
            "learning rate.",
        ),
        Surface(
            "two-minima",
            title="Two minima",
            formula="w₁⁴/4 − w₁² + 0.3w₁ + 0.8w₂² + 1.5",
            monomials={(4, 0): 0.25, (2, 0): -1.0, (1, 0): 0.3, (0, 2): 0.8, (0, 0): 1.5},
            window=((-2.6, 2.6), (-2.6, 2.6)),
            start=(0.4, 2.0),
            learning_rate=0.1,
            look="A watershed parts the plane: two starts close together can end in different "
            "valleys, and only the left one is the lowest.",
        ),
        Surface(
            "saddle",
            title="Saddle",
            formula="w₁²/2 − w₂²/2 + w₂⁴/10 + 5/8",
            monomials={(2, 0): 0.5, (0, 2): -0.5, (0, 4): 0.1, (0, 0): 0.625},
            window=((-3.0, 3.0), (-3.0, 3.0)),
            start=(-2.4, 0.01),
            learning_rate=0.2,
            look="The path runs straight to the saddle point in the middle, where the gradient "
            "vanishes, and lingers before it slides off to one side. Started exactly on the "
            "ridge, w₂ = 0, it stays there.",
        ),
        Surface(
            "rosenbrock",
            title="Rosenbrock's valley",
            formula="(1 − w₁)² + 100(w₂ − w₁²)²",
            # 1 − 2w₁ + w₁² + 100w₂² − 200w₁²w₂ + 100w₁⁴
            monomials={
                (0, 0): 1.0,
                (1, 0): -2.0,
                (2, 0): 1.0,
                (0, 2): 100.0,
                (2, 1): -200.0,
                (4, 0): 100.0,
            },
            window=((-2.0, 2.0), (-1.0, 3.0)),
            start=(-1.2, 1.0),
            learning_rate=0.001,
            look="A bent ravine. Its floor is reached in a few steps; along it the slope is so "
            "small that plain descent needs thousands of steps to the minimum at (1, 1).",
        ),
        Surface(
            "beale",
            title="Beale's function",
            formula="(1.5 − w₁ + w₁w₂)² + (2.25 − w₁ + w₁w₂²)² + (2.625 − w₁ + w₁w₂³)²",
            monomials=_beale(),
            window=((-1.0, 4.5), (-2.0, 2.0)),
            start=(1.0, 1.6),
            learning_rate=0.01,
            look="Steep walls at large w₂, a plateau in the middle and a narrow, flat valley that "
            "leads to the minimum at (3, 0.5): no single learning rate suits them all.",
        ),
    )
}
