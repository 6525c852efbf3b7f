"""The widget *working point*: a threshold on the score of a tagger, and what follows from it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import traitlets

from helpers.widgets._base import Number, Widget

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

__all__ = ["BINS", "Point", "WorkingPoint"]

BINS = 200  # of the scores, and so of the thresholds
SHOWN = 40  # bars of the histogram
NONE = "none"
MOST_TAGGERS = 8


class Point(NamedTuple):
    """What a threshold does.

    Attributes
    ----------
    threshold : float
        On the score, which runs from 0 to 1.
    signal, background : int
        How many jets of the sample pass.
    signal_efficiency, background_efficiency : float
        Which shares these are, ε_S and ε_B.
    rejection : float
        1/ε_B; infinite if no background jet passes.
    significance : float
        S/√B among the jets that are expected; infinite if no background jet passes, and 0 if
        neither does any signal jet.
    """

    threshold: float
    signal: int
    background: int
    signal_efficiency: float
    background_efficiency: float
    rejection: float
    significance: float


class WorkingPoint(Widget):
    r"""Move a threshold on the score of a tagger, and see what passes.

    Histograms of the scores of signal and background jets, with a threshold that can be moved;
    beside it the background rejection 1/ε_B against the signal efficiency ε_S, with the working
    point, and a second tagger to compare with, at the same signal efficiency.

    Parameters
    ----------
    scores : mapping of str to array_like, shape (n,), optional
        Up to 8 taggers by name: the score of each jet, higher for what looks more like signal. By
        default two of the book's simulated jets: τ₂₁ and the mass.
    labels : array_like, shape (n,), optional
        1 for signal, 0 for background.
    **traits
        Any of the attributes below, and ``name``, ``height``, ``alt``.

    Attributes
    ----------
    tagger : str
        Whose scores are shown; the first one unless told otherwise.
    other : str
        Whom it is compared with, or "none".
    threshold : float
        From 0 to 1, in steps of 1/200: at or above it a jet passes. By default where at least half
        of the signal does.
    ratio : float
        How many background jets there are for each signal jet before the cut, 1 to 10,000.
    signal_jets : int
        How many signal jets are expected before the cut.
    taggers : list of dict
        ``name``, ``signal`` and ``background`` of each: how many jets have their score in each of
        200 bins; read-only.

    Raises
    ------
    ValueError
        If scores and labels do not fit together.
    traitlets.TraitError
        If a value is not one of those listed above.

    Notes
    -----
    Scores are shifted and stretched to run from 0 to 1. That changes no order, and so neither ROC
    curve nor efficiencies. They are then counted in 200 bins, and thresholds stand on their edges:
    there the numbers are exact.

    Examples
    --------
    >>> labels = [1, 1, 1, 1, 0, 0, 0, 0]
    >>> w = WorkingPoint({"mine": [0.9, 0.8, 0.6, 0.3, 0.85, 0.5, 0.4, 0.1]}, labels)
    >>> w.point().signal_efficiency, w.point().rejection
    (0.5, 4.0)
    >>> w.threshold = 0.2
    >>> w.point().signal, w.point().background
    (4, 3)
    """

    name = traitlets.Unicode("working_point").tag(sync=True)
    title = traitlets.Unicode("Working point").tag(sync=True)
    alt = traitlets.Unicode(
        "First panel: histograms of the scores of signal jets, orange, and background jets, blue, "
        "with a vertical line, the threshold; what lies to its right passes. Second panel: the "
        "background rejection on a logarithmic axis against the signal efficiency, one curve for "
        "each tagger, with a dot at the working point. Below, a table of efficiencies, rejection "
        "and S/√B for both. Move the threshold to the right: the signal efficiency falls and the "
        "rejection grows. Look for how many background jets are left there to know it by."
    ).tag(sync=True)
    height = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(640, 1180)).tag(
        sync=True
    )

    tagger = traitlets.Unicode().tag(sync=True)
    other = traitlets.Unicode(NONE).tag(sync=True)
    threshold = Number(0.5, low=0, high=1)
    ratio = Number(100, low=1, high=10_000)
    signal_jets = traitlets.Int(100, min=1, max=1_000_000).tag(sync=True)
    taggers = traitlets.List(read_only=True).tag(sync=True)

    def __init__(
        self,
        scores: Mapping[str, ArrayLike] | None = None,
        labels: ArrayLike | None = None,
        **traits: Any,
    ) -> None:
        if (scores is None) != (labels is None):
            raise ValueError("give scores and labels together, or neither of them.")
        if scores is None:
            scores, labels = _examples()
        # Before the widget is made: the browser gets them with its first message.
        self._counted = _counted(scores, labels)
        self._names = [each["name"] for each in self._counted]
        traits.setdefault("tagger", self._names[0])
        if "other" not in traits and len(self._names) > 1:
            traits["other"] = next(name for name in self._names if name != traits["tagger"])
        super().__init__(**traits)
        if "threshold" not in traits:
            self.threshold = self.matched(self.tagger, 0.5)

    @traitlets.default("taggers")
    def _first_taggers(self) -> list[dict[str, Any]]:
        return self._counted

    @traitlets.validate("tagger", "other")
    def _known(self, proposal: dict[str, Any]) -> str:
        known = [*self._names, *([NONE] if proposal["trait"].name == "other" else [])]
        if proposal["value"] not in known:
            raise traitlets.TraitError(
                f"{proposal['trait'].name} must be one of {', '.join(known)}; "
                f"not {proposal['value']!r}."
            )
        return proposal["value"]

    def point(self, tagger: str | None = None, threshold: float | None = None) -> Point:
        """Return what a threshold does.

        Parameters
        ----------
        tagger : str, optional
            The one that is shown, without it.
        threshold : float, optional
            The present one, without it. It is taken to the nearest edge of a bin.

        Returns
        -------
        Point
        """
        signal, background = self._passing(self.tagger if tagger is None else tagger)
        k = _edge(self.threshold if threshold is None else threshold)
        kept, shares = (
            (signal[k], background[k]),
            (signal[k] / signal[0], background[k] / background[0]),
        )
        significance = 0.0
        if kept[0]:
            expected = self.ratio * self.signal_jets * shares[1]
            wanted = self.signal_jets * shares[0]
            significance = float(wanted / math.sqrt(expected)) if kept[1] else math.inf
        rejection = float(1 / shares[1]) if kept[1] else math.inf
        return Point(k / BINS, *map(int, kept), *map(float, shares), rejection, significance)

    def matched(self, tagger: str, efficiency: float) -> float:
        """Return the highest threshold that lets through at least this share of the signal.

        Parameters
        ----------
        tagger : str
            Its name.
        efficiency : float
            From 0 to 1.

        Returns
        -------
        float
            An edge of a bin, from 0 to 1.
        """
        signal, _ = self._passing(tagger)
        return int(np.flatnonzero(signal >= efficiency * signal[0] - 1e-9)[-1]) / BINS

    def _passing(self, tagger: str) -> np.ndarray:
        """Return how many jets lie at or above each edge, signal and background: (2, BINS + 1)."""
        counted = self.taggers[self._names.index(tagger)]
        counts = np.array([counted["signal"], counted["background"]])
        return np.pad(counts[:, ::-1].cumsum(axis=1)[:, ::-1], ((0, 0), (0, 1)))

    def still(self) -> Figure:
        """Draw the histograms with the threshold, and the curves with the working points.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from matplotlib.figure import Figure

        from helpers.plot import COLOURS

        figure = Figure(figsize=(7.2, 3.4), layout="constrained")
        left, right = figure.subplots(1, 2)
        counted = self.taggers[self._names.index(self.tagger)]
        edges = np.linspace(0, 1, SHOWN + 1)
        point = self.point()
        for kind, colour in (("background", "blue"), ("signal", "orange")):
            counts = np.array(counted[kind]).reshape(SHOWN, -1).sum(axis=1)
            shares = counts / counts.sum()
            left.stairs(shares, edges, color=COLOURS[colour], linewidth=1.8, label=kind)
            passes = edges[:-1] >= point.threshold - 1e-9
            left.stairs(
                np.where(passes, shares, 0), edges, color=COLOURS[colour], alpha=0.3, fill=True
            )
        left.axvline(point.threshold, color=COLOURS["ink"], linestyle="--")
        left.set(xlabel=f"score of {self.tagger}", ylabel="share of the jets", xlim=(0, 1))
        left.legend(frameon=False)
        for tagger, colour, marker, style in (
            (self.tagger, "ink", "o", "-"),
            (self.other, "purple", "D", "--"),
        ):
            if tagger == NONE:
                continue
            signal, background = self._passing(tagger)
            some = background > 0
            curve = signal[some] / signal[0], background[0] / background[some]
            right.plot(*curve, color=COLOURS[colour], linestyle=style, label=tagger)
            threshold = self.matched(tagger, point.signal_efficiency)
            at = point if tagger == self.tagger else self.point(tagger, threshold)
            if math.isfinite(at.rejection):
                right.plot(at.signal_efficiency, at.rejection, marker, color=COLOURS[colour])
        right.set(
            xlabel="signal efficiency", ylabel="background rejection", xlim=(0, 1), yscale="log"
        )
        right.legend(frameon=False)
        return figure


def _edge(threshold: float) -> int:
    """Return the number of the edge nearest to a threshold, rounded as JavaScript does."""
    return math.floor(threshold * BINS + 0.5)


def _counted(scores: Mapping[str, ArrayLike], labels: ArrayLike) -> list[dict[str, Any]]:
    """Return how many jets lie in each bin, checked."""
    labels = np.asarray(labels)
    if labels.ndim != 1 or not np.isin(labels, (0, 1)).all() or len(np.unique(labels)) < 2:
        raise ValueError("labels must be 0 and 1, of shape (n,), and both must occur.")
    if not 1 <= len(scores) <= MOST_TAGGERS or NONE in scores or not all(scores):
        raise ValueError(
            f"scores must hold 1 to {MOST_TAGGERS} taggers by name, none of them called {NONE!r}; "
            f"got {list(scores)}."
        )
    counted = []
    for name, values in scores.items():
        values = np.asarray(values, dtype=float)
        if values.shape != labels.shape or not np.isfinite(values).all():
            raise ValueError(
                f"the scores of {name!r} must be finite numbers, one for each of the "
                f"{len(labels)} labels; their shape is {values.shape}."
            )
        low, high = values.min(), values.max()
        if not low < high:
            raise ValueError(f"the scores of {name!r} are all the same.")
        bins = np.minimum(((values - low) / (high - low) * BINS).astype(int), BINS - 1)
        both = [np.bincount(bins[labels == kind], minlength=BINS).tolist() for kind in (1, 0)]
        counted.append({"name": name, "signal": both[0], "background": both[1]})
    return counted


def _examples() -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return two scores of the book's jets for which nothing is trained."""
    from helpers.datasets import jets

    test = jets()[2]
    return {"τ₂₁": -test.tau21, "mass": -np.abs(test.mass - 80.4)}, test.labels
