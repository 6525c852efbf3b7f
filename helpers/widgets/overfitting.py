"""The widget *overfitting*: a polynomial through noisy examples, and its two errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets
from numpy.polynomial import legendre
from numpy.typing import ArrayLike

from helpers.widgets._base import Number, Widget
from helpers.widgets.batch_size import mulberry32

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Overfitting", "basis", "examples", "ridge"]

MOST_DEGREE = 14
SAMPLES = 20
VALIDATION = 60

#: The true functions, from x in [−1, 1].
TARGETS = {
    "sine": lambda x: np.sin(np.pi * np.asarray(x)),
    "bump": lambda x: 1.5 * np.exp(-8 * np.asarray(x) ** 2) - 0.5,
    "line": lambda x: 0.8 * np.asarray(x),
}


def basis(x: ArrayLike, degree: int) -> np.ndarray:
    r"""Return Legendre's polynomials, scaled to mean square 1 on [−1, 1].

    Parameters
    ----------
    x : array_like, shape (n,)
        Points in [−1, 1].
    degree : int
        The highest degree, 0 or more.

    Returns
    -------
    numpy.ndarray of float64, shape (n, degree + 1)
        :math:`\varphi_k(x) = \sqrt{2k + 1}\, P_k(x)` in column k.

    Examples
    --------
    >>> basis([-1.0, 1.0], 1).round(3)
    array([[ 1.   , -1.732],
           [ 1.   ,  1.732]])
    """
    return legendre.legvander(np.asarray(x, dtype=float), degree) * np.sqrt(
        2 * np.arange(degree + 1) + 1
    )


def examples(
    seed: int, n: int, *, noise: float, target: str = "sine"
) -> tuple[np.ndarray, np.ndarray]:
    """Return noisy examples of a function, the same as the widget draws.

    Parameters
    ----------
    seed : int
        Of :func:`.mulberry32`.
    n : int
        How many: one x at random in each of n equal slices of [−1, 1].
    noise : float
        Standard deviation of the normal noise in y.
    target : {"sine", "bump", "line"}
        The true function.

    Returns
    -------
    x, y : numpy.ndarray of float64, shape (n,)

    Examples
    --------
    >>> x, y = examples(1, 15, noise=0.0, target="line")
    >>> bool(np.all(np.diff(x) > 0)), bool(np.allclose(y, 0.8 * x))
    (True, True)
    """
    uniform = mulberry32(seed)
    u = np.array([[next(uniform) for _ in range(3)] for _ in range(n)])
    x = -1 + 2 * (np.arange(n) + u[:, 0]) / n
    normal = np.sqrt(-2 * np.log(1 - u[:, 1])) * np.cos(2 * np.pi * u[:, 2])
    return x, TARGETS[target](x) + noise * normal


def ridge(x: ArrayLike, y: ArrayLike, *, degree: int, penalty: float = 0.0) -> np.ndarray:
    r"""Return the coefficients of the best polynomial, in the scaled Legendre basis.

    They minimise :math:`\frac1n \sum_i (y_i - \sum_k c_k \varphi_k(x_i))^2
    + \lambda \sum_{k \ge 1} c_k^2`: the constant is not penalised.

    Parameters
    ----------
    x, y : array_like, shape (n,)
        The examples.
    degree : int
        Of the polynomial; less than n, if there is no penalty.
    penalty : float
        λ, zero or more.

    Returns
    -------
    numpy.ndarray of float64, shape (degree + 1,)

    Examples
    --------
    >>> ridge([-1.0, 0.0, 1.0], [1.0, 2.0, 3.0], degree=1).round(3)  # 2 + x, and φ₁ = √3 x
    array([2.   , 0.577])
    """
    design = basis(x, degree) / np.sqrt(np.size(x))
    target = np.asarray(y, dtype=float) / np.sqrt(np.size(x))
    keep = np.sqrt(penalty) * np.eye(degree + 1)[1:]
    design, target = np.vstack([design, keep]), np.concatenate([target, np.zeros(degree)])
    return np.linalg.lstsq(design, target, rcond=None)[0]


class Overfitting(Widget):
    r"""A polynomial fitted to noisy examples of a known function.

    The reader sets degree, penalty, noise and number of examples, and sees the error on the
    training examples beside the error on :math:`60` validation examples that the fit never saw,
    against the degree or against the penalty. With ``many``, fits to 20 samples lie on top of
    each other, with their mean: bias is the mean's distance from the true function, variance
    the fits' distance from their mean.

    The polynomial is the one of :func:`ridge`. All errors are mean squared errors.

    Parameters
    ----------
    degree : int
        Of the polynomial, 0 to 14.
    penalty : float
        λ, 0 to 10; 0 is no penalty.
    noise : float
        s, the standard deviation of the noise in y, 0 to 1.
    examples : int
        How many training examples, 15 to 100.
    target : {"sine", "bump", "line"}
        The true function: sin πx, 1.5 exp(−8x²) − 0.5 or 0.8x.
    seed : int
        Of the samples.
    against : {"degree", "penalty"}
        What the errors are drawn against.
    many : bool
        Whether fits to 20 samples are shown instead of one.
    name : str
        What a link to a preset calls it.

    Examples
    --------
    >>> w = Overfitting(degree=14, examples=15)
    >>> round(w.training_error, 6)  # the curve meets every example
    0.0
    >>> w.validation_error > 1
    True
    """

    degree = traitlets.Int(3, min=0, max=MOST_DEGREE).tag(sync=True)
    penalty = Number(0.0, low=0, high=10)
    noise = Number(0.3, low=0, high=1)
    examples = traitlets.Int(20, min=15, max=100).tag(sync=True)
    target = traitlets.Enum(tuple(TARGETS), "sine").tag(sync=True)
    seed = traitlets.Int(1, min=0, max=2**21).tag(sync=True)
    against = traitlets.Enum(("degree", "penalty"), "degree").tag(sync=True)
    many = traitlets.Bool(False).tag(sync=True)

    def __init__(self, degree: int = 3, *, name: str = "overfitting", **traits: Any) -> None:
        super().__init__(
            name=name,
            title="Overfitting",
            alt=(
                "Left, noisy training examples as dots, validation examples as small rings, the "
                "true function dashed, and the fitted polynomial. Right, training and validation "
                "error against the degree or the penalty, on a logarithmic axis. Look for how the "
                "training error only falls as the degree grows, while the validation error falls "
                "and then rises: and for what more examples or a penalty do to the rise."
            ),
            height=(660, 1300),
            degree=degree,
            **traits,
        )

    def sample(self, number: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Return one of the 20 samples of training examples; number 0 is the one shown.

        Parameters
        ----------
        number : int
            0 to 19.

        Returns
        -------
        x, y : numpy.ndarray of float64, shape (n,)
        """
        if not 0 <= number < SAMPLES:
            raise ValueError(f"number must be 0 to {SAMPLES - 1}, got {number}")
        return self._drawn(number, self.examples)

    def _drawn(self, number: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        return examples(1000 * self.seed + number, n, noise=self.noise, target=self.target)

    @property
    def training(self) -> tuple[np.ndarray, np.ndarray]:
        """The training examples that are shown: x and y, each of shape (n,)."""
        return self.sample()

    @property
    def validation(self) -> tuple[np.ndarray, np.ndarray]:
        """The validation examples: x and y, each of shape (60,)."""
        return self._drawn(SAMPLES, VALIDATION)

    @property
    def coefficients(self) -> np.ndarray:
        """The coefficients of the fit in the basis of :func:`basis`, shape (degree + 1,)."""
        return ridge(*self.training, degree=self.degree, penalty=self.penalty)

    def predict(self, x: ArrayLike) -> np.ndarray:
        """Return the fitted polynomial at ``x``.

        Parameters
        ----------
        x : array_like, shape (n,)

        Returns
        -------
        numpy.ndarray of float64, shape (n,)
        """
        return basis(x, self.degree) @ self.coefficients

    @property
    def training_error(self) -> float:
        """Mean squared error on the training examples."""
        return self.errors(self.degree, self.penalty)[0]

    @property
    def validation_error(self) -> float:
        """Mean squared error on the validation examples."""
        return self.errors(self.degree, self.penalty)[1]

    def errors(self, degree: int, penalty: float = 0.0) -> tuple[float, float]:
        """Return training and validation error of another degree and penalty, same examples.

        Parameters
        ----------
        degree : int
        penalty : float

        Returns
        -------
        (float, float)
        """
        c = ridge(*self.training, degree=degree, penalty=penalty)
        both = (self.training, self.validation)
        training, validation = (np.mean((basis(x, degree) @ c - y) ** 2) for x, y in both)
        return float(training), float(validation)

    def bias_and_variance(
        self, degree: int | None = None, penalty: float | None = None
    ) -> tuple[float, float]:
        """Return squared bias and variance, measured over the 20 samples.

        Both are means over 101 points from −1 to 1: of the squared distance of the mean fit from
        the true function, and of the fits' mean squared distance from their mean.

        Parameters
        ----------
        degree, penalty : optional
            By default, those shown.

        Returns
        -------
        (float, float)
        """
        fits = self._fits(
            self.degree if degree is None else degree,
            self.penalty if penalty is None else penalty,
        )
        truth = TARGETS[self.target](_GRID)
        bias = np.mean((fits.mean(axis=0) - truth) ** 2)
        return float(bias), float(np.mean(fits.var(axis=0)))

    def _fits(self, degree: int, penalty: float) -> np.ndarray:
        samples = [self.sample(k) for k in range(SAMPLES)]
        fits = [ridge(*sample, degree=degree, penalty=penalty) for sample in samples]
        return np.array(fits) @ basis(_GRID, degree).T

    def still(self) -> Figure:
        """Draw examples, true function and fit, and the errors against degree or penalty."""
        from matplotlib.figure import Figure

        from helpers.plot import COLOURS

        figure = Figure(figsize=(7.2, 3.5), layout="constrained")
        left, right = figure.subplots(1, 2)
        if self.many:
            fits = self._fits(self.degree, self.penalty)
            left.plot(_GRID, fits.T, color=COLOURS["blue"], alpha=0.35, linewidth=0.8)
            left.plot(_GRID, fits.mean(axis=0), color=COLOURS["purple"], linewidth=2.5)
        else:
            left.plot(*self.validation, "o", color=COLOURS["green"], mfc="none", markersize=3.5)
            left.plot(_GRID, self.predict(_GRID), color=COLOURS["blue"], linewidth=2)
            left.plot(*self.training, "o", color=COLOURS["orange"], markersize=6)
        left.plot(_GRID, TARGETS[self.target](_GRID), "--", color=COLOURS["ink"])
        left.set(xlim=(-1, 1), ylim=(-2.2, 2.2), xlabel="x", ylabel="y")
        degrees = np.arange(MOST_DEGREE + 1)
        penalties = 10 ** np.linspace(-6, 1, 29)
        by_degree = self.against == "degree"
        x = degrees if by_degree else penalties
        settings = [(d, self.penalty) if by_degree else (self.degree, d) for d in x]
        if self.many:
            parts = np.array([self.bias_and_variance(*setting) for setting in settings])
            curves = {
                "bias²": (parts[:, 0], "blue", "-"),
                "variance": (parts[:, 1], "purple", "--"),
                "sum with s²": (parts.sum(axis=1) + self.noise**2, "ink", "-"),
            }
        else:
            parts = np.array([self.errors(*setting) for setting in settings])
            curves = {
                "training": (parts[:, 0], "orange", "-"),
                "validation": (parts[:, 1], "green", "--"),
            }
        for label, (values, colour, dash) in curves.items():
            right.plot(x, np.maximum(values, 1e-12), dash, color=COLOURS[colour], label=label)
        here = self.degree if by_degree else self.penalty
        if by_degree or here:  # 0 has no place on the logarithmic axis
            right.axvline(here, color=COLOURS["faint"], zorder=0)
        right.set(yscale="log", ylim=(1e-4, 1e2), ylabel="mean squared error")
        right.set_xlabel("degree" if by_degree else "penalty λ")
        if not by_degree:
            right.set_xscale("log")
        right.legend(frameon=False)
        return figure


_GRID = np.linspace(-1, 1, 101)
