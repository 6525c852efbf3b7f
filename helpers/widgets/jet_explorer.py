"""The widget *jet explorer*: one jet as particles and as an image, step by step."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.widgets._base import Widget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from helpers.datasets import Jets

__all__ = ["JetExplorer"]

EACH = 20  # jets of each kind
PT_UNIT, ANGLE_UNIT = 0.02, 0.01  # those of the data set: the page holds whole numbers
SHOWN = ("both", "signal", "background", "hidden")


@lru_cache(maxsize=1)
def _examples() -> tuple[Any, float]:
    """Return some jets of the test part, and where to cut on τ₂₁ to be right most often."""
    from helpers.datasets import jets

    train, _, test = jets()
    first = [np.flatnonzero(test.labels == label)[:EACH] for label in (0, 1)]
    return test.take(np.sort(np.concatenate(first))), _best_cut(train.tau21, train.labels)


def _best_cut(tau21: np.ndarray, labels: np.ndarray) -> float:
    """Return the threshold, to two decimals, below which "signal" is right most often."""
    cuts = np.arange(1, 100) / 100
    right = [((tau21 < cut) == labels).mean() for cut in cuts]
    return float(cuts[np.argmax(right)])


class JetExplorer(Widget):
    """Look at jets one by one: as particles, as an image, before and after each preprocessing step.

    Parameters
    ----------
    jets : Jets, optional
        Jets of your own, 1 to 100, such as a part of :func:`helpers.datasets.jets`; by default 20
        W jets and 20 QCD jets of its test part.
    **traits
        Any of the attributes below, and ``name``, ``height``, ``alt``.

    Attributes
    ----------
    jet : int
        Which one is shown, from 1.
    show : str
        "both" kinds, "signal", "background", or "hidden": both, and the reader guesses.
    centre, rotate, flip, normalise : bool
        Which steps are applied, in this order: those of :mod:`helpers.jets`.
    guesses : list of [int, int]
        The reader's guesses: number of the jet, and 1 for signal or 0 for background.
    cut : float
        Below this τ₂₁ a jet is taken for signal, where τ₂₁ guesses too; read-only.
    jets : list of dict
        ``label``, ``pt``, ``eta``, ``mass``, ``tau21`` and ``particles`` of each jet, the last as
        whole numbers: pT in 0.02 GeV, Δη and Δφ in 0.01; read-only.
    particles : numpy.ndarray of float64, shape (n, 3)
        pT, Δη and Δφ after the steps; read-only.
    image : numpy.ndarray of float64, shape (25, 25)
        The image of them; read-only.
    mass : float
        Of the particles after the steps, in GeV; read-only.
    score, tau_score : int
        How many guesses are right, the reader's, and those of τ₂₁ on the same jets; read-only.

    Raises
    ------
    ValueError
        If there are no jets, or more than 100.
    traitlets.TraitError
        If a value is not one of those listed above.

    Examples
    --------
    >>> w = JetExplorer(jet=3)
    >>> before = w.mass
    >>> w.centre = True
    >>> bool(abs(w.mass - before) < 1e-6)  # a boost along the beam and a turn about it
    True
    >>> w.rotate = True
    >>> bool(abs(w.mass - before) > 1e-3)  # no symmetry of nature
    True
    """

    name = traitlets.Unicode("jet_explorer").tag(sync=True)
    title = traitlets.Unicode("Jet explorer").tag(sync=True)
    alt = traitlets.Unicode(
        "Two panels, both with Δη to the right and Δφ upwards. Left: the particles of one jet as "
        "circles; the larger the area, the larger the pT. Right: the same jet as an image of 25 "
        "by 25 pixels, the darker the more pT. Below stand its numbers. Switch the steps on one "
        "by one: the jet moves to the middle, turns upright with its harder end up, and is "
        "mirrored. Compare signal, often two cores of similar weight, with background, often "
        "one core in a wide spray, and look for jets that would deceive you."
    ).tag(sync=True)
    height = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(626, 1320)).tag(
        sync=True
    )

    jet = traitlets.Int(1, min=1).tag(sync=True)
    show = traitlets.Enum(SHOWN, "both").tag(sync=True)
    centre = traitlets.Bool(False).tag(sync=True)
    rotate = traitlets.Bool(False).tag(sync=True)
    flip = traitlets.Bool(False).tag(sync=True)
    normalise = traitlets.Bool(False).tag(sync=True)
    guesses = traitlets.List().tag(sync=True)
    cut = traitlets.Float(read_only=True).tag(sync=True)
    jets = traitlets.List(read_only=True).tag(sync=True)

    def __init__(self, jets: Jets | None = None, **traits: Any) -> None:
        examples, self._cut = _examples()
        chosen = examples if jets is None else jets
        if not 1 <= len(chosen.labels) <= 100:
            raise ValueError(f"there are {len(chosen.labels)} jets; give 1 to 100.")
        # Before the widget is made: the browser gets them with its first message.
        self._jets = [_entry(chosen, i) for i in range(len(chosen.labels))]
        super().__init__(**traits)

    @traitlets.default("jets")
    def _first_jets(self) -> list[dict[str, Any]]:
        return self._jets

    @traitlets.default("cut")
    def _first_cut(self) -> float:
        return self._cut

    @traitlets.validate("jet")
    def _there(self, proposal: dict[str, Any]) -> int:
        if proposal["value"] > len(self._jets):
            raise traitlets.TraitError(
                f"jet is {proposal['value']}; there are {len(self._jets)}, counted from 1."
            )
        return proposal["value"]

    @traitlets.validate("guesses")
    def _guessable(self, proposal: dict[str, Any]) -> list[Sequence[int]]:
        for guess in proposal["value"]:
            if len(guess) != 2 or not 1 <= guess[0] <= len(self._jets) or guess[1] not in (0, 1):
                raise traitlets.TraitError(
                    "a guess is [number of the jet, 1 for signal or 0 for background]; "
                    f"not {guess!r}."
                )
        return proposal["value"]

    @property
    def particles(self) -> np.ndarray:
        """The particles after the steps that are switched on."""
        from helpers import jets

        numbers = np.reshape(self.jets[self.jet - 1]["particles"], (-1, 3))
        particles = numbers * [PT_UNIT, ANGLE_UNIT, ANGLE_UNIT]
        for step in ("centre", "rotate", "flip"):
            if getattr(self, step):
                particles = getattr(jets, step)(particles)
        return particles

    @property
    def image(self) -> np.ndarray:
        """Their image: GeV in each pixel, or shares of the pT if they are normalised."""
        from helpers.jets import images, normalise

        image = images(self.particles)
        return normalise(image) if self.normalise else image

    @property
    def mass(self) -> float:
        """The mass of the particles as they are now."""
        from helpers.jets import four_momenta, invariant_mass

        pt, eta, phi = self.particles.T
        eta = eta + self.jets[self.jet - 1]["eta"]
        return float(invariant_mass(four_momenta(pt, eta, phi)))

    @property
    def score(self) -> int:
        """How many of the reader's guesses are right."""
        return sum(self.jets[jet - 1]["label"] == guess for jet, guess in self.guesses)

    @property
    def tau_score(self) -> int:
        """How many of the same jets a cut on τ₂₁ gets right."""
        seen = [self.jets[jet - 1] for jet, _ in self.guesses]
        return sum(jet["label"] == (jet["tau21"] < self.cut) for jet in seen)

    def still(self) -> Figure:
        """Draw the jet as particles and as an image.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from matplotlib.figure import Figure

        from helpers.jets import HALF_WIDTH
        from helpers.plot import COLOURS

        jet = self.jets[self.jet - 1]
        figure = Figure(figsize=(7.2, 3.6), layout="constrained")
        left, right = figure.subplots(1, 2)
        pt, eta, phi = self.particles.T
        left.scatter(eta, phi, s=6 * pt, color=COLOURS["blue"], alpha=0.5)
        image = np.where(self.image > 0, self.image, np.nan)
        extent = (-HALF_WIDTH, HALF_WIDTH) * 2
        right.imshow(
            np.log10(image), extent=extent, cmap="Blues", vmin=-5 if self.normalise else -2
        )
        kind = "" if self.show == "hidden" else f"{('background', 'signal')[jet['label']]}, "
        left.set_title(f"Jet {self.jet}: {kind}mass {self.mass:.1f} GeV")
        right.set_title("image" + (", normalised" if self.normalise else ""))
        for axes in (left, right):
            axes.set(xlim=extent[:2], ylim=extent[:2], aspect="equal", xlabel="Δη", ylabel="Δφ")
        return figure


def _entry(jets: Jets, i: int) -> dict[str, Any]:
    """Return one jet as the page holds it."""
    particles = jets.constituents[i, : jets.n[i]] / [PT_UNIT, ANGLE_UNIT, ANGLE_UNIT]
    numbers = {
        name: round(float(getattr(jets, name)[i]), digits)
        for name, digits in (("pt", 2), ("eta", 3), ("mass", 2), ("tau21", 4))
    }
    whole = np.rint(particles).astype(int).ravel().tolist()
    return {"label": int(jets.labels[i]), **numbers, "particles": whole}
