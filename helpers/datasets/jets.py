"""Jets: W bosons and quarks or gluons, simulated, as lists of particles."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Jets", "jets", "jets_settings", "read_jets"]

FILE = Path(__file__).parent / "data" / "jets.npz"
SHA256 = (  # of the arrays: a zip of the same arrays may differ
    "7d35d5e6f0234b6e0612e06bf3b443275f4f09500075d693a95c7fedadd5d749"
)
ARRAYS = ("pt_steps", "delta_eta", "delta_phi", "columns", "labels")
COLUMNS = {"pt": 0.01, "eta": 0.001, "mass": 0.01, "tau21": 1e-4, "tau32": 1e-4, "n": 1.0}  # units
SHARES = (0.7, 0.1, 0.2)  # for training, validation and test
PT_UNIT, ANGLE_UNIT = 0.02, 0.01  # GeV, and a step of η or φ


class Jets(NamedTuple):
    """Some jets: their particles, six numbers for each, and where they come from.

    Attributes
    ----------
    constituents : numpy.ndarray of float32, shape (jets, most, 3)
        The particles of each jet, by falling pT: pT in GeV, Δη, Δφ. The angles are relative to the
        axis of the jet. Behind the last particle all is 0.
    pt : numpy.ndarray of float32, shape (jets,)
        Transverse momentum of the jet in GeV.
    eta : numpy.ndarray of float32, shape (jets,)
        Its pseudorapidity.
    mass : numpy.ndarray of float32, shape (jets,)
        Its mass in GeV.
    tau21, tau32 : numpy.ndarray of float32, shape (jets,)
        N-subjettiness ratios τ₂/τ₁ and τ₃/τ₂, with winner-take-all axes and the angular exponent 1.
    n : numpy.ndarray of int64, shape (jets,)
        How many particles it has.
    labels : numpy.ndarray of int64, shape (jets,)
        1 for the decay of a W boson (signal), 0 for a quark or a gluon (background).
    """

    constituents: np.ndarray
    pt: np.ndarray
    eta: np.ndarray
    mass: np.ndarray
    tau21: np.ndarray
    tau32: np.ndarray
    n: np.ndarray
    labels: np.ndarray

    def take(self, which: Any) -> Jets:
        """Return some of the jets: ``which`` is a slice, a mask, or an array of numbers."""
        return Jets(*(column[which] for column in self))


def jets() -> tuple[Jets, Jets, Jets]:
    """Return 20000 simulated jets: half from W bosons, half from quarks and gluons.

    Returns
    -------
    train, validation, test : Jets
        14000, 2000 and 4000 jets, half of each kind, in random order. The parts never change, and
        share no collision. Each is a :class:`Jets`, with arrays ``constituents``, ``pt``, ``eta``,
        ``mass``, ``tau21``, ``tau32``, ``n`` and ``labels``.

    Raises
    ------
    OSError
        If the file is missing, damaged or cut short, with what to do.

    Notes
    -----
    *Collisions.* Protons on protons at √s = 13 TeV, Pythia 8.317: default tune (Monash 2013) and
    parton densities, multiparton interactions, showers, hadronisation and decays. Signal: a heavy
    W′ of 600 GeV decays to W Z, both longitudinal, the W to two quarks and the Z to neutrinos.
    Background: all 2 → 2 processes of QCD in which the hard collision has a transverse momentum
    above 200 GeV. There is **no detector and no pile-up**: each visible particle is seen as it is.

    *Jets.* All visible stable particles with abs(η) < 5, taken as massless (E = abs(p)), are
    clustered by anti-kt with R = 1.0 (FastJet 3.5.2). Signal: the leading jet of a collision;
    background: the two leading ones. Each is trimmed: clustered anew by kt with R = 0.3, and small
    jets with less than 5 % of its pT are dropped. What is left must have

    - a transverse momentum of 250 to 300 GeV,
    - a mass of 65 to 95 GeV,
    - abs(η) < 2,

    the windows in pT and mass as in [6]_. W jets are taken such that in each 5 GeV of pT there are
    as many of them as background jets; so pT tells next to nothing, and no jet needs a weight.

    *Limits.* Real jets meet a detector, and dozens of other collisions at the same time. One
    program made all jets, and others describe the inside of jets differently. The floor of 200 GeV
    loses a fifth to a quarter of the background that would pass the cuts: softer hard collisions,
    lifted by radiation and by the underlying event. The leading jet is not matched to the W: in
    some 0.4 % of the signal it is another jet.

    *Numbers.* A particle's pT is stored in steps of 0.02 GeV, its angles in steps of 0.01; softer
    particles than 0.01 GeV are left out. ``mass`` comes from the particles before rounding, as
    ``pt``, ``eta`` and the τ do; the mass of what is stored differs from it by 0.2 GeV (standard
    deviation), and by less than 1 GeV in every jet. These columns are stored in steps of 0.01 GeV
    (``pt``, ``mass``), 0.001 (``eta``) and 0.0001 (τ). All settings of the simulation are in the
    file: :func:`jets_settings`.

    *Source.* ``helpers/datasets/jets_generator.py`` made the file (``make jets``). Licence: the
    events are ours, CC BY 4.0. If you use them elsewhere, cite the programs, [1]_ and [2]_.

    References
    ----------
    .. [1] Bierlich and others, *A comprehensive guide to the physics and usage of PYTHIA 8.3*,
       SciPost Phys. Codebases 8, 2022, https://arxiv.org/abs/2203.11601
    .. [2] Cacciari, Salam, Soyez, *FastJet user manual*, Eur. Phys. J. C 72, 1896, 2012,
       https://arxiv.org/abs/1111.6097
    .. [3] Cacciari, Salam, Soyez, *The anti-kt jet clustering algorithm*, JHEP 04, 063, 2008,
       https://arxiv.org/abs/0802.1189
    .. [4] Krohn, Thaler, Wang, *Jet trimming*, JHEP 02, 084, 2010,
       https://arxiv.org/abs/0912.1342
    .. [5] Thaler, Van Tilburg, *Identifying boosted objects with N-subjettiness*, JHEP 03, 015,
       2011, https://arxiv.org/abs/1011.2268
    .. [6] de Oliveira, Kagan, Mackey, Nachman, Schwartzman, *Jet-images: deep learning edition*,
       JHEP 07, 069, 2016, https://arxiv.org/abs/1511.05190

    Examples
    --------
    >>> train, validation, test = jets()
    >>> len(train.labels), len(validation.labels), len(test.labels)
    (14000, 2000, 4000)
    >>> pt, delta_eta, delta_phi = train.constituents[0, : train.n[0]].T
    >>> bool(pt[0] >= pt[1])
    True
    """
    return split(read_jets(FILE, SHA256))


def jets_settings(file: Path | str = FILE) -> dict[str, Any]:
    """Return how the jets of a file were made.

    Parameters
    ----------
    file : path
        A file that ``helpers.datasets.jets_generator`` made; the book's own without it.

    Returns
    -------
    dict
        Seed, versions of the programs, the lines that Pythia was given, cuts, numbers of events.

    Raises
    ------
    OSError
        As :func:`read_jets`.

    Examples
    --------
    >>> jets_settings()["mass in GeV"]
    [65.0, 95.0]
    """
    return json.loads(str(_load(Path(file))["settings"]))


def read_jets(file: Path | str, sha256: str | None = None) -> Jets:
    """Return the jets of a file, and make sure that they are those that it should hold.

    Parameters
    ----------
    file : path
        A file that ``helpers.datasets.jets_generator`` made.
    sha256 : str, optional
        The digest that the arrays must have; without it, only their form is checked.

    Returns
    -------
    Jets
        All jets, in the order of the file.

    Raises
    ------
    OSError
        If the file is missing, damaged or cut short, or holds something else. The message names
        the file and says what to do.
    """
    file = Path(file)
    arrays = _load(file)
    if sha256 is not None and (found := digest(arrays)) != sha256:
        raise _unusable(file, f"the SHA-256 of its arrays should be {sha256}, and is {found}")
    try:
        return _unpacked(arrays)
    except (ValueError, IndexError, TypeError) as error:
        raise _unusable(file, f"its arrays do not fit together ({error})") from error


def split(everything: Jets) -> tuple[Jets, Jets, Jets]:
    """Return the jets of a file as its three parts: training, validation and test."""
    first, second, _ = np.cumsum(np.rint(np.array(SHARES) * len(everything.labels)).astype(int))
    parts = slice(first), slice(first, second), slice(second, None)
    return tuple(everything.take(part) for part in parts)


def digest(arrays: Mapping[str, np.ndarray]) -> str:
    """Return the SHA-256 of the arrays of a file: names, types, shapes and bytes.

    What they were made with, ``settings``, is left out.
    """
    total = hashlib.sha256()
    for name in ARRAYS:
        array = np.ascontiguousarray(arrays[name])
        array = array.astype(array.dtype.newbyteorder("<"), copy=False)
        total.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        total.update(array.tobytes())
    return total.hexdigest()


def _load(file: Path) -> dict[str, np.ndarray]:
    """Return the arrays of a file, or say why that can't be."""
    if not file.exists():
        raise _unusable(file, "it is not there")
    try:
        # Opened here, as NumPy leaves a file open that it can't read.
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as loaded:
            arrays = {name: loaded[name] for name in loaded.files}
    # zlib.error is a plain Exception, and a flipped bit can bring NumPy to raise almost any.
    except Exception as error:
        raise _unusable(file, f"it can't be read ({type(error).__name__}: {error})") from error
    if missing := [name for name in (*ARRAYS, "settings") if name not in arrays]:
        raise _unusable(file, f"it has no {', '.join(missing)}")
    return arrays


def _unusable(file: Path, why: str) -> OSError:
    """Return the error for a file that does not hold what it should."""
    if file == FILE:
        cure = (
            "Install helpers anew, or, in a clone of the repository, run "
            f"`git checkout -- helpers/datasets/data/{file.name}`."
        )
    else:
        cure = (
            "Expected a file that `python -m helpers.datasets.jets_generator` made; make it anew."
        )
    return OSError(f"{file} does not hold the jets: {why}. {cure}")


def _unpacked(arrays: Mapping[str, np.ndarray]) -> Jets:
    """Return the jets that the arrays of a file stand for."""
    steps, delta_eta, delta_phi, table, labels = (arrays[name] for name in ARRAYS)
    if table.shape != (len(COLUMNS), len(labels)):
        raise ValueError(f"columns of shape {table.shape} for {len(labels)} labels")
    columns = {
        name: (values * unit).astype(np.float32)
        for (name, unit), values in zip(COLUMNS.items(), table, strict=True)
    }
    n = table[-1].astype(np.int64)
    if not len(steps) == len(delta_eta) == len(delta_phi) == n.sum():
        raise ValueError(f"{len(steps)} particles where the jets have {n.sum()}")
    seen = np.arange(n.max(initial=0)) < n[:, None]
    constituents = np.zeros((*seen.shape, 3), dtype=np.float32)
    constituents[seen, 1] = delta_eta * np.float32(ANGLE_UNIT)
    constituents[seen, 2] = delta_phi * np.float32(ANGLE_UNIT)
    # The file has the steps from each particle to the next harder one; see `_packed`.
    above = np.zeros(seen.shape, dtype=np.int64)
    above[seen] = steps
    above = above[:, ::-1].cumsum(axis=1)[:, ::-1]
    constituents[..., 0] = above * PT_UNIT
    return Jets(constituents, **(columns | {"n": n}), labels=labels.astype(np.int64))
