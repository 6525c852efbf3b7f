"""How well signal is told from background, and how well we know it.

Labels are 1 for signal and 0 for background; a higher score means more like signal. The area under
the ROC curve comes from scikit-learn; here is what it lacks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import ArrayLike

__all__ = ["bootstrap", "rejection", "roc_band"]


def rejection(labels: ArrayLike, scores: ArrayLike, efficiency: float = 0.5) -> float:
    r"""Return how many background jets there are for each one that passes.

    Parameters
    ----------
    labels : array_like, shape (n,)
        1 for signal, 0 for background.
    scores : array_like, shape (n,)
        Higher for what looks more like signal.
    efficiency : float
        Which share of the signal must pass, in (0, 1].

    Returns
    -------
    float
        1/ε_B at the highest threshold that lets through at least this share of the signal.
        Infinite if no background jet passes there.

    Raises
    ------
    ValueError
        If labels and scores do not fit together, a label is neither 0 nor 1, one of the two kinds
        is missing, a score is not finite, or the efficiency is not in (0, 1].

    Notes
    -----
    A jet passes if its score is *at least* the threshold, and the threshold is always the score of
    a signal jet. So jets with the same score pass together. Where scores are tied, ε_S can then be
    larger than what was asked for; nothing is interpolated.

    Examples
    --------
    >>> labels = [1, 1, 1, 1, 0, 0, 0, 0]
    >>> scores = [0.9, 0.8, 0.6, 0.3, 0.85, 0.5, 0.4, 0.1]
    >>> rejection(labels, scores, 0.5)  # the threshold is 0.8: one of four passes
    4.0
    >>> rejection(labels, scores, 0.25)  # the threshold is 0.9: none does
    inf
    """
    labels, scores = _checked(labels, scores)
    if scores.ndim != 1:
        raise ValueError(f"scores have shape {scores.shape}; expected one for each jet, (n,).")
    passing = _background_efficiency(labels, scores, np.array([efficiency]))[0]
    return float(1 / passing) if passing else float("inf")


def bootstrap(
    statistic: Callable[[np.ndarray, np.ndarray], Any],
    labels: ArrayLike,
    scores: ArrayLike,
    *,
    rng: np.random.Generator,
    repeats: int = 200,
) -> Any:
    """Return the standard error of a statistic, as far as it comes from the choice of jets.

    Parameters
    ----------
    statistic : callable
        ``statistic(labels, scores)`` returns a number, or an array of always the same shape:
        ``sklearn.metrics.roc_auc_score`` or :func:`rejection`, for instance.
    labels : array_like, shape (n,)
        1 for signal, 0 for background.
    scores : array_like, shape (n,) or (n, …)
        The scores of each jet. Several for each jet stay together: so the error of a *difference*
        of two taggers on the same jets can be found.
    rng : numpy.random.Generator
        Draws the jets.
    repeats : int
        How many samples are drawn. The error itself is then known to a part of about
        1/√(2 · repeats): 200 give it to 5 %.

    Returns
    -------
    float, or numpy.ndarray of the shape that the statistic has
        The standard deviation over the samples (divided by repeats − 1). Not a number where a
        sample gives no finite one, as a rejection with no background jet left.

    Raises
    ------
    ValueError
        As :func:`rejection`, or if there are fewer than two repeats.

    Notes
    -----
    Each sample has as many signal and as many background jets as there are, drawn with replacement
    from these. So the two numbers are held fixed, as they are among the book's jets. What the error
    does **not** have in it: that another training would give another tagger, and all that the
    simulation gets wrong.

    Examples
    --------
    The share of 400 background jets that pass; by the binomial distribution, √(0.1 · 0.9/400):

    >>> labels, scores = np.repeat([0, 1], 400), np.tile(np.arange(400) < 40, 2)
    >>> def passing(labels, scores):
    ...     return scores[labels == 0].mean()
    >>> error = bootstrap(passing, labels, scores, rng=np.random.default_rng(0))
    >>> round(error, 3), round((0.1 * 0.9 / 400) ** 0.5, 3)
    (0.015, 0.015)
    """
    if repeats < 2:
        raise ValueError(f"repeats is {repeats}; a spread needs at least 2.")
    labels, scores = _checked(labels, scores)
    found = np.array([statistic(*drawn) for drawn in _samples(labels, scores, rng, repeats)])
    known = np.isfinite(found).all(axis=0)
    error = np.where(known, np.where(known, found, 0).std(axis=0, ddof=1), np.nan)
    return float(error) if error.ndim == 0 else error


def roc_band(
    labels: ArrayLike,
    scores: ArrayLike,
    efficiencies: ArrayLike,
    *,
    rng: np.random.Generator,
    repeats: int = 100,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ROC curve at given signal efficiencies, with its standard error.

    Parameters
    ----------
    labels, scores : array_like, shape (n,)
        As for :func:`rejection`.
    efficiencies : array_like, shape (k,)
        Shares of the signal that must pass, in (0, 1].
    rng : numpy.random.Generator
        Draws the jets.
    repeats : int
        How many samples are drawn.

    Returns
    -------
    background : numpy.ndarray, shape (k,)
        ε_B, at the thresholds that :func:`rejection` takes.
    error : numpy.ndarray, shape (k,)
        Its standard error by :func:`bootstrap`, at the same signal efficiency. The values along
        the curve move together: this is no band that holds the whole curve.

    Raises
    ------
    ValueError
        As :func:`bootstrap`.

    Examples
    --------
    >>> labels = [1, 1, 1, 1, 0, 0, 0, 0]
    >>> scores = [0.9, 0.8, 0.6, 0.3, 0.85, 0.5, 0.4, 0.1]
    >>> roc_band(labels, scores, [0.25, 0.5, 1], rng=np.random.default_rng(0))[0]
    array([0.  , 0.25, 0.75])
    """
    labels, scores = _checked(labels, scores)
    if scores.ndim != 1:
        raise ValueError(f"scores have shape {scores.shape}; expected one for each jet, (n,).")
    efficiencies = np.asarray(efficiencies, dtype=np.float64)

    def curve(labels: np.ndarray, scores: np.ndarray) -> np.ndarray:
        return _background_efficiency(labels, scores, efficiencies)

    return curve(labels, scores), bootstrap(curve, labels, scores, rng=rng, repeats=repeats)


def _checked(labels: ArrayLike, scores: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return both as arrays, or say why they can't be judged."""
    labels, scores = np.asarray(labels), np.asarray(scores)
    if labels.ndim != 1 or scores.shape[:1] != labels.shape:
        raise ValueError(
            f"labels have shape {labels.shape} and scores {scores.shape}; expected (n,) and (n, …)."
        )
    if not np.isin(labels, (0, 1)).all():
        raise ValueError("labels must be 1 for signal and 0 for background.")
    if (labels == 1).all() or (labels == 0).all():
        raise ValueError("there must be both signal and background, labels 1 and 0.")
    if not np.isfinite(scores).all():
        raise ValueError("all scores must be finite numbers.")
    return labels, scores


def _background_efficiency(
    labels: np.ndarray, scores: np.ndarray, efficiencies: np.ndarray
) -> np.ndarray:
    """Return the share of the background that passes where these shares of the signal do."""
    if not ((efficiencies > 0) & (efficiencies <= 1)).all():
        raise ValueError(f"an efficiency must be above 0 and at most 1; got {efficiencies}.")
    signal, background = np.sort(scores[labels == 1]), np.sort(scores[labels == 0])
    # Rounding must not ask for one jet more: 0.07 · 100 is 7.000000000000001.
    needed = np.ceil(efficiencies * len(signal) * (1 - 1e-12)).astype(int)
    thresholds = signal[len(signal) - needed]
    return 1 - np.searchsorted(background, thresholds, side="left") / len(background)


def _samples(
    labels: np.ndarray, scores: np.ndarray, rng: np.random.Generator, repeats: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield labels and scores of jets drawn with replacement, signal and background apart."""
    kinds = [np.flatnonzero(labels == kind) for kind in (0, 1)]
    for _ in range(repeats):
        drawn = np.concatenate([rng.choice(kind, len(kind)) for kind in kinds])
        yield labels[drawn], scores[drawn]
