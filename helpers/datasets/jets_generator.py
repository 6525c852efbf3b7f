"""Makes the jets of `helpers.datasets.jets`: simulates collisions, finds jets, selects, packs them.

`make jets` makes the committed file anew, in some twenty minutes. This makes others, for example
jets that nobody has seen, to grade with:

    python -m helpers.datasets.jets_generator --seed 2 --jets 2000 --out hidden.npz

It needs Pythia 8 and FastJet, which readers don't: `pip install "neurons-to-jets[jets]"`.

What is simulated
-----------------
Proton-proton collisions at 13 TeV with Pythia 8.317: its default tune (Monash 2013) and default
parton densities, with multiparton interactions, initial- and final-state showers, hadronisation and
decays. Signal: a heavy W′ of 600 GeV decays to W Z, the W to two quarks, the Z to neutrinos; both
bosons are longitudinal, as they are at high energy. Background: all 2 → 2 processes of QCD whose
transverse momentum in the hard collision is above 200 GeV. There is no detector and no pile-up.

How a jet is made
-----------------
1. All stable particles with |η| < 5 that are no neutrinos are taken, each as massless: it keeps its
   momentum, and its energy becomes |p|.
2. They are clustered by anti-kt with R = 1.0 (E-scheme). Signal: the leading jet in pT is taken.
   Background: the two leading jets.
3. The jet is trimmed: its particles are clustered anew by kt with R = 0.3, and these small jets are
   dropped if they carry less than 5 % of the pT of the jet.
4. What is left must have a pT of 250 to 300 GeV, a mass of 65 to 95 GeV, and |η| < 2.
5. Signal jets are taken until there are as many in every 5 GeV of pT as background jets, in each
   part (training, validation, test). So no jet needs a weight, and pT alone tells next to nothing.

How it stays the same
---------------------
Events come in batches, each from a generator of its own with a seed of its own, counted from
`--seed`. A batch is written aside and then renamed, so a run that was killed at any moment and is
started again goes on where it was and ends with the same arrays; so does one with more processes.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import multiprocessing
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from helpers.datasets.jets import (
    ANGLE_UNIT,
    COLUMNS,
    FILE,
    PT_UNIT,
    SHA256,
    SHARES,
    Jets,
    digest,
    read_jets,
    split,
)

__all__ = ["generate", "n_subjettiness", "validation_plots", "winner_take_all_axes"]

VERSIONS = {"pythia8mc": "8.317.2", "fastjet": "3.5.2.0"}  # other versions give other events
ALL = ("Beams:eCM = 13000.", "PartonLevel:MPI = on", "Print:quiet = on")
PROCESSES = {
    "qcd": ("HardQCD:all = on", "PhaseSpace:pTHatMin = 200."),
    "w": (
        "NewGaugeBoson:ffbar2Wprime = on",
        "34:m0 = 600.",
        "Wprime:coup2WZ = 1.",
        "Wprime:anglesWZ = 1.",  # longitudinal W and Z
        "34:onMode = off",
        "34:onIfMatch = 24 23",
        "24:onMode = off",
        "24:onIfAny = 1 2 3 4 5",
        "23:onMode = off",
        "23:onIfAny = 12 14 16",
    ),
}
LEADING = {"qcd": 2, "w": 1}  # how many of the leading jets of an event are looked at
BATCH = 2000  # events
RADIUS, TRIM_RADIUS, TRIM_FRACTION = 1.0, 0.3, 0.05
VISIBLE_ABS_ETA = 5.0
PT_RANGE, MASS_RANGE, MAX_ABS_ETA = (250.0, 300.0), (65.0, 95.0), 2.0  # GeV, GeV
PT_BIN = 5.0  # GeV
MOST_SEEDS, MOST_BATCHES = 4_000, 100_000  # so that no two runs share a seed below 900,000,000
WORK = Path("_build", "jets")
JETS, SEED = 10_000, 1  # of the book's own file


def winner_take_all_axes(
    pt: np.ndarray, eta: np.ndarray, phi: np.ndarray, *, most: int
) -> dict[int, np.ndarray]:
    """Return 1, 2, … axes inside a jet, by exclusive kt with winner-take-all recombination.

    The particles are merged two by two, always the pair with the smallest
    min(pT₁, pT₂)² (Δη² + Δφ²), until as many are left as axes are wanted. A merged pair has the sum
    of their pT, and the direction of the harder one.

    Parameters
    ----------
    pt, eta, phi : numpy.ndarray, shape (particles,)
        Massless particles; angles may be relative to any axis.
    most : int
        The largest number of axes.

    Returns
    -------
    dict of int to numpy.ndarray of float64, shape (number, 2)
        The η and φ of the axes, for each number from 1 to ``most`` (or to the number of particles).

    Notes
    -----
    These are the axes that FastJet finds with ``WTA_pt_scheme`` and ``exclusive_jets``.

    References
    ----------
    Larkoski, Neill, Thaler, *Jet shapes with the broadening axis*, JHEP 04 (2014) 017,
    https://arxiv.org/abs/1401.2158
    """
    pt, eta, phi = (np.array(values, dtype=np.float64) for values in (pt, eta, phi))
    turn = _wrapped(phi[:, None] - phi)
    distance = np.minimum(pt[:, None], pt) ** 2 * ((eta[:, None] - eta) ** 2 + turn**2)
    np.fill_diagonal(distance, np.inf)
    alive = np.ones(len(pt), dtype=bool)
    axes = {}
    for left in range(len(pt), 0, -1):
        if left <= most:
            axes[left] = np.column_stack([eta[alive], phi[alive]])
        if left == 1:
            break
        one, other = np.unravel_index(distance.argmin(), distance.shape)
        winner, loser = (one, other) if pt[one] >= pt[other] else (other, one)
        pt[winner] += pt[loser]
        alive[loser] = False
        distance[loser] = distance[:, loser] = np.inf
        angle2 = (eta - eta[winner]) ** 2 + _wrapped(phi - phi[winner]) ** 2
        row = np.where(alive, np.minimum(pt, pt[winner]) ** 2 * angle2, np.inf)
        row[winner] = np.inf
        distance[winner] = distance[:, winner] = row
    return axes


def n_subjettiness(
    pt: np.ndarray, eta: np.ndarray, phi: np.ndarray, *, most: int = 3, radius: float = RADIUS
) -> np.ndarray:
    r"""Return the N-subjettiness τ₁, τ₂, … of one jet: how badly N axes describe it.

    .. math:: \tau_N = \frac{\sum_i p_{T,i} \min_k \Delta R_{ik}^\beta}{\sum_i p_{T,i} R^\beta},
              \qquad \beta = 1

    Parameters
    ----------
    pt, eta, phi : numpy.ndarray, shape (particles,)
        The particles of the jet, as massless; angles may be relative to any axis.
    most : int
        The largest N.
    radius : float
        R of the jet. It cancels in ratios such as τ₂₁ = τ₂ / τ₁.

    Returns
    -------
    numpy.ndarray of float64, shape (most,)
        τ₁ to τ_most; 0 where there are no more particles than axes.

    Notes
    -----
    The axes are those of :func:`winner_take_all_axes`, and are not moved afterwards.

    References
    ----------
    Thaler, Van Tilburg, *Identifying boosted objects with N-subjettiness*, JHEP 03 (2011) 015,
    https://arxiv.org/abs/1011.2268

    Examples
    --------
    Two particles of the same pT, one unit of angle apart: the one axis lies along one of them, so
    half of the pT is at distance 1.

    >>> n_subjettiness(np.array([5.0, 5.0]), np.array([0.0, 1.0]), np.zeros(2), most=2)
    array([0.5, 0. ])
    """
    tau = np.zeros(most)
    for number, axes in winner_take_all_axes(pt, eta, phi, most=most).items():
        angle = np.hypot(eta[:, None] - axes[:, 0], _wrapped(phi[:, None] - axes[:, 1]))
        tau[number - 1] = pt @ angle.min(axis=1) / (pt.sum() * radius)
    return tau


def generate(
    *,
    jets: int,
    seed: int,
    work: Path = WORK,
    processes: int = 1,
    batch: int = BATCH,
    progress: bool = True,
) -> dict[str, np.ndarray]:
    """Simulate until there are so many jets of each kind, and return the arrays of the file.

    Parameters
    ----------
    jets : int
        How many W jets, and how many QCD jets. 70 % of them are for training, 10 % for validation,
        20 % for testing.
    seed : int
        From 1 to 3999. Two seeds share no event.
    work : pathlib.Path
        Where batches are kept, so that an interrupted run goes on. Batches of other seeds, settings
        or versions are told apart; remove the folder when you are done.
    processes : int
        How many batches are simulated at a time.
    batch : int
        How many events a batch has. Another number gives other events.
    progress : bool
        Whether to show a bar with the remaining time.

    Returns
    -------
    dict of str to numpy.ndarray
        What :func:`helpers.datasets.read_jets` reads, and ``settings``, a text in JSON.

    Raises
    ------
    ImportError
        If Pythia or FastJet is missing, or another version of them is installed.
    ValueError
        If the number of jets is below 10, or the seed out of its range.
    """
    _check_versions()
    if jets < 10:
        raise ValueError(f"jets is {jets}; expected 10 or more of each kind.")
    if not 1 <= seed < MOST_SEEDS:
        raise ValueError(f"seed is {seed}; expected 1 to {MOST_SEEDS - 1}.")
    settings = _settings(seed, batch)
    name = hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:12]
    folder = Path(work) / f"seed-{seed}-{name}"
    folder.mkdir(parents=True, exist_ok=True)
    sizes = _sizes(jets)
    with _batches("qcd", seed, folder, batch, processes) as batches:
        background, used = _take_background(batches, sizes, _bar("QCD jets, 1 of 2", progress))
    settings["events of QCD"] = used * batch
    with _batches("w", seed, folder, batch, processes) as batches:
        signal, used = _take_signal(batches, background, _bar("W jets, 2 of 2", progress))
    settings["events of W"] = used * batch
    settings["numpy"] = np.__version__
    rng = np.random.default_rng(seed)
    chosen = []
    for some, others in zip(background, signal, strict=True):
        part = [(0, jet) for jet in some] + [(1, jet) for jet in others]
        chosen += [part[i] for i in rng.permutation(len(part))]
    return _packed(chosen) | {"settings": np.array(json.dumps(settings, indent=1))}


def write(file: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write the arrays aside, then give the file its name: it is there whole or not at all.

    As `numpy.savez_compressed`, but pressed harder, and the same bytes whenever it is written.
    """
    aside = file.with_name(f".{file.stem}-{os.getpid()}.npz")
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, array in arrays.items():
                member = zipfile.ZipInfo(f"{name}.npy")  # dated 1980
                member.compress_type = zipfile.ZIP_DEFLATED
                with archive.open(member, "w", force_zip64=True) as stream:
                    np.lib.format.write_array(stream, np.asanyarray(array), allow_pickle=False)
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)


def _settings(seed: int, batch: int = BATCH) -> dict[str, Any]:
    """Return all that decides what the jets are."""
    return {
        "seed": seed,
        "versions": VERSIONS,
        "all": list(ALL),
        **{kind: list(lines) for kind, lines in PROCESSES.items()},
        "events in a batch": batch,
        "seed of a batch": "200000 seed + 100000 (1 for W, 0 for QCD) + number of the batch",
        "visible |eta| below": VISIBLE_ABS_ETA,
        "jet": f"anti-kt, R = {RADIUS}, E-scheme",
        "leading jets": LEADING,
        "trimming": f"kt, R = {TRIM_RADIUS}, fraction {TRIM_FRACTION}",
        "pt in GeV": list(PT_RANGE),
        "mass in GeV": list(MASS_RANGE),
        "|eta| below": MAX_ABS_ETA,
        "bins of pt in GeV": PT_BIN,
    }


def _check_versions() -> None:
    """Refuse to run without Pythia and FastJet, or with other versions: they give other events."""
    for package, expected in VERSIONS.items():
        try:
            found = version(package)
        except PackageNotFoundError:
            found = "none"
        if found != expected:
            raise ImportError(
                f"making jets needs {package} {expected}, and found {found}. Install it with "
                '`pip install "neurons-to-jets[jets]"` (in the repository: `make jets` does), '
                "on Python 3.11, 3.12 or 3.13. Reading jets needs none of this."
            )


def _sizes(jets: int) -> list[int]:
    """Return how many of so many jets are for training, validation and test."""
    train, validation, _ = (round(share * jets) for share in SHARES)
    return [train, validation, jets - train - validation]


def _wrapped(angle: np.ndarray) -> np.ndarray:
    """Return an angle as one from -π to π."""
    return (angle + np.pi) % (2 * np.pi) - np.pi


# --- one batch ----------------------------------------------------------------------------------


def _simulate(kind: str, seed: int, *, events: int) -> dict[str, np.ndarray]:
    """Return the selected jets of one batch of events, and where each begins among particles."""
    import fastjet
    import pythia8mc

    pythia = pythia8mc.Pythia("", False)
    lines = [*ALL, *PROCESSES[kind], "Random:setSeed = on", f"Random:seed = {seed}"]
    for line in lines:
        if not pythia.readString(line):
            raise ValueError(f"Pythia does not know the setting {line!r}.")
    if not pythia.init():
        raise RuntimeError(f"Pythia could not start with the settings {lines}.")
    algorithm = fastjet.JetDefinition(fastjet.antikt_algorithm, RADIUS)
    trimmer = fastjet.Filter(
        fastjet.JetDefinition(fastjet.kt_algorithm, TRIM_RADIUS),
        fastjet.SelectorPtFractionMin(TRIM_FRACTION),
    )
    rows, numbers, lengths, particles = [], [], [], []
    for number in range(events):
        if not pythia.next():
            continue  # Pythia gives up on a few events in a million
        clusters = fastjet.ClusterSequence(_visible(pythia.event, fastjet.PseudoJet), algorithm)
        # Trimming can only make a jet softer.
        leading = fastjet.sorted_by_pt(clusters.inclusive_jets())[: LEADING[kind]]
        for jet in (trimmer(jet) for jet in leading if jet.pt() > PT_RANGE[0]):
            if not (
                PT_RANGE[0] < jet.pt() < PT_RANGE[1]
                and MASS_RANGE[0] < jet.m() < MASS_RANGE[1]
                and abs(jet.eta()) < MAX_ABS_ETA
            ):
                continue
            inside = np.array([(p.pt(), p.eta(), p.phi()) for p in jet.constituents()])
            inside = inside[inside[:, 0] >= PT_UNIT / 2]  # what the format would round to nothing
            inside = inside[np.argsort(-inside[:, 0], kind="stable")]
            inside[:, 1] -= jet.eta()
            inside[:, 2] = _wrapped(inside[:, 2] - jet.phi())
            tau = n_subjettiness(*inside.T)
            rows.append((jet.pt(), jet.eta(), jet.m(), tau[1] / tau[0], tau[2] / tau[1]))
            numbers.append(number)
            lengths.append(len(inside))
            particles.append(inside)
    return {
        "rows": np.array(rows).reshape(-1, 5),
        "events": np.array(numbers, dtype=np.int64),
        "lengths": np.array(lengths, dtype=np.int64),
        "particles": np.concatenate([np.empty((0, 3)), *particles]),
    }


def _visible(event: Any, make: Callable[..., Any]) -> list[Any]:
    """Return the visible stable particles of an event, massless, for FastJet."""
    steepest = np.tanh(VISIBLE_ABS_ETA)
    seen = []
    for particle in event:
        if particle.isFinal() and particle.isVisible():
            pz, momentum = particle.pz(), particle.pAbs()
            if abs(pz) < steepest * momentum:
                seen.append(make(particle.px(), particle.py(), pz, momentum))
    return seen


def _batch(task: tuple[str, int, Path, int, int]) -> dict[str, np.ndarray]:
    """Return a batch, from its file if that is there and whole."""
    kind, seed, folder, events, number = task
    file = folder / f"{kind}-{number:05}.npz"
    # Whatever is wrong with a file, its batch is simulated anew.
    with suppress(Exception), file.open("rb") as stream, np.load(stream) as loaded:
        return dict(loaded)
    first = 2 * MOST_BATCHES * seed + MOST_BATCHES * (kind == "w")
    batch = _simulate(kind, first + number, events=events)
    write(file, batch)
    return batch


@contextmanager
def _batches(
    kind: str, seed: int, folder: Path, events: int, processes: int
) -> Iterator[Iterator[Any]]:
    """Give batches without end, in their order, however many processes make them."""
    tasks = ((kind, seed, folder, events, number) for number in range(MOST_BATCHES))
    if processes == 1:
        yield map(_batch, tasks)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        waiting = [pool.apply_async(_batch, (task,)) for task in itertools.islice(tasks, processes)]

        def in_order() -> Iterator[Any]:
            for task in tasks:
                yield waiting.pop(0).get()
                waiting.append(pool.apply_async(_batch, (task,)))

        yield in_order()


# --- which jets are taken -----------------------------------------------------------------------


def _jets_of(batch: dict[str, np.ndarray]) -> Iterator[tuple[int, tuple[np.ndarray, np.ndarray]]]:
    """Give the number of the event, and the row and the particles, of each jet of a batch."""
    inside = np.split(batch["particles"], np.cumsum(batch["lengths"])[:-1])
    for event, row, particles in zip(batch["events"], batch["rows"], inside, strict=False):
        yield int(event), (row, particles)


def _take_background(batches: Iterator[Any], sizes: list[int], bar: Any) -> tuple[list[list], int]:
    """Take the first jets for training, the next for validation, the next for testing."""
    parts: list[list] = [[] for _ in sizes]
    last = None
    with bar(sum(sizes)) as shown:
        for number, batch in enumerate(batches):
            before = sum(map(len, parts))
            for event, jet in _jets_of(batch):
                part = next((i for i, size in enumerate(sizes) if len(parts[i]) < size), None)
                # Both jets of an event belong into the same part.
                if part is None or last == (number, event, part - 1):
                    continue
                parts[part].append(jet)
                last = (number, event, part)
            shown.update(sum(map(len, parts)) - before)
            if len(parts[-1]) == sizes[-1]:
                return parts, number + 1
    raise RuntimeError("out of batches")


def _take_signal(
    batches: Iterator[Any], background: list[list], bar: Any
) -> tuple[list[list], int]:
    """Take jets until they have the spectrum of pT that the background has, part by part."""

    def bin_of(jet: tuple[np.ndarray, np.ndarray]) -> int:
        return int((jet[0][0] - PT_RANGE[0]) // PT_BIN)

    bins = round((PT_RANGE[1] - PT_RANGE[0]) / PT_BIN)
    wanted = np.array([np.bincount([*map(bin_of, some)], minlength=bins) for some in background])
    parts: list[list] = [[] for _ in background]
    with bar(int(wanted.sum())) as shown:
        for number, batch in enumerate(batches):
            before = wanted.sum()
            for _, jet in _jets_of(batch):
                for part in np.flatnonzero(wanted[:, bin_of(jet)])[:1]:
                    wanted[part, bin_of(jet)] -= 1
                    parts[part].append(jet)
            shown.update(int(before - wanted.sum()))
            if not wanted.any():
                return parts, number + 1
    raise RuntimeError("out of batches")


def _packed(jets: list[tuple[int, tuple[np.ndarray, np.ndarray]]]) -> dict[str, np.ndarray]:
    """Return the arrays of the file, all of small integers."""
    particles = np.concatenate([inside for _, (_, inside) in jets])
    lengths = np.array([len(inside) for _, (_, inside) in jets])
    pt = np.rint(particles[:, 0] / PT_UNIT).astype(np.int64)
    # From each particle to the next harder one: small numbers, which compress well.
    step = pt - np.append(pt[1:], 0)
    last = np.cumsum(lengths) - 1
    step[last] = pt[last]
    angles = np.rint(particles[:, 1:] / ANGLE_UNIT)
    if step.max() > np.iinfo(np.uint16).max or np.abs(angles).max() > np.iinfo(np.int8).max:
        raise OverflowError("a particle is too hard or too far from its jet for the format.")
    table = np.column_stack([np.array([row for _, (row, _) in jets]), lengths])
    table = np.rint(table / np.array(list(COLUMNS.values()))).T
    if np.abs(table).max() > np.iinfo(np.int16).max:
        raise OverflowError("a jet has a number that is too large for the format.")
    return {
        "pt_steps": step.astype(np.uint16),
        "delta_eta": angles[:, 0].astype(np.int8),
        "delta_phi": angles[:, 1].astype(np.int8),
        "columns": table.astype(np.int16),
        "labels": np.array([label for label, _ in jets], dtype=np.uint8),
    }


def _bar(title: str, progress: bool) -> Callable[[int], Any]:
    """Return what makes a progress bar for a number of jets, or something as silent as it."""
    if not progress:

        class Silent:
            def update(self, more: int) -> None:
                pass

        return lambda total: nullcontext(Silent())
    from tqdm import tqdm

    return lambda total: tqdm(total=total, desc=title, unit=" jets", smoothing=0.05)


# --- does it look right? ------------------------------------------------------------------------


def validation_plots(everything: Jets, folder: Path) -> list[Path]:
    """Draw what a physicist looks at first, and return the files.

    Parameters
    ----------
    everything : Jets
        The jets of a file, of all three parts.
    folder : pathlib.Path
        Where the pictures go: ``columns.png`` (each column for W and QCD, with the ratio of the
        test part to the training part), ``images.png`` (average images, and one jet each), and
        ``curves.png`` (background rejection of τ₂₁, of the distance to the mass of the W, and of
        pT, with which nothing should be told).
    """
    import matplotlib.pyplot as plt
    from sklearn.metrics import roc_auc_score, roc_curve

    folder.mkdir(parents=True, exist_ok=True)
    kinds = {1: ("W", "C0"), 0: ("QCD", "C1")}
    train, _, test = split(everything)
    ranges = {
        "pt": (*PT_RANGE, "pT [GeV]"),
        "eta": (-MAX_ABS_ETA, MAX_ABS_ETA, "η"),
        "mass": (*MASS_RANGE, "mass [GeV]"),
        "tau21": (0, 1, "τ₂₁"),
        "tau32": (0, 1, "τ₃₂"),
        "n": (0, 140, "particles"),
    }
    figure, axes = plt.subplots(
        4, 3, figsize=(12, 11), height_ratios=[3, 1, 3, 1], layout="constrained"
    )
    for i, (column, (low, high, title)) in enumerate(ranges.items()):
        above, below = axes[2 * (i // 3) : 2 * (i // 3) + 2, i % 3]
        edges = np.linspace(low, high, 31 if column != "pt" else 11)
        middles = (edges[1:] + edges[:-1]) / 2
        for label, (name, colour) in kinds.items():
            counts = []
            for part in (train, test):
                values = getattr(part, column)[part.labels == label]
                counts.append(np.histogram(values, edges)[0])
            counts = np.array(counts, dtype=float)
            total = counts.sum(axis=1, keepdims=True)
            share, error = counts / total, np.sqrt(counts) / total
            above.stairs(share[0], edges, color=colour, label=f"{name}, training")
            above.errorbar(
                middles, share[1], error[1], fmt=".", color=colour, label=f"{name}, test"
            )
            seen = (counts > 0).all(axis=0)
            ratio = share[1, seen] / share[0, seen]
            below.errorbar(
                middles[seen],
                ratio,
                ratio * np.sqrt((1 / counts[:, seen]).sum(axis=0)),
                fmt=".",
                color=colour,
            )
        above.set(ylabel="share of jets")
        below.set(xlabel=title, ylabel="test / training", ylim=(0.5, 1.5), xlim=above.get_xlim())
        below.axhline(1, color="grey", lw=0.8)
    axes[0, 0].legend()
    files = [folder / "columns.png"]
    figure.savefig(files[-1], dpi=110)

    figure, axes = plt.subplots(2, 2, figsize=(9, 8), layout="constrained")
    edges = np.linspace(-1.25, 1.25, 26)
    for row, (label, (name, _)) in zip(axes, kinds.items(), strict=True):
        chosen = train.constituents[train.labels == label]
        for axis, some, title in ((row[0], chosen, "average"), (row[1], chosen[:1], "one jet")):
            pt, eta, phi = some.reshape(-1, 3).T
            image, *_ = np.histogram2d(eta, phi, bins=(edges, edges), weights=pt / len(some))
            drawn = axis.pcolormesh(edges, edges, np.where(image > 0, image, np.nan).T, norm="log")
            figure.colorbar(drawn, label="pT [GeV]")
            axis.set(title=f"{name}, {title}", xlabel="Δη", ylabel="Δφ", aspect="equal")
    files.append(folder / "images.png")
    figure.savefig(files[-1], dpi=110)

    figure, axis = plt.subplots(figsize=(6, 5), layout="constrained")
    scores = {"−τ₂₁": -test.tau21, "−|m − 80 GeV|": -np.abs(test.mass - 80), "pT": test.pt}
    for name, score in scores.items():
        passed, kept, _ = roc_curve(test.labels, score)
        area = roc_auc_score(test.labels, score)
        with np.errstate(divide="ignore"):
            axis.plot(kept, 1 / passed, label=f"{name}: AUC {area:.3f}")
    axis.set(xlabel="signal efficiency", ylabel="background rejection", yscale="log")
    axis.set(xlim=(0, 1), ylim=(1, 1000))
    axis.legend()
    files.append(folder / "curves.png")
    figure.savefig(files[-1], dpi=110)
    plt.close("all")
    return files


def main(arguments: list[str] | None = None) -> None:
    """Make a file of jets, or draw one."""
    parser = argparse.ArgumentParser(
        prog="python -m helpers.datasets.jets_generator", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--jets", type=int, default=JETS, help=f"of each kind ({JETS})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"another, other events ({SEED})")
    parser.add_argument("--processes", type=int, default=1, help="batches at a time (1)")
    parser.add_argument("--out", type=Path, help="the file; the book's own if all is as it was")
    parser.add_argument("--work", type=Path, default=WORK, help=f"where batches are kept ({WORK})")
    parser.add_argument("--plots", type=Path, help="draw the file into this folder as well")
    asked = parser.parse_args(arguments)
    own = (asked.jets, asked.seed) == (JETS, SEED)
    out = asked.out or (FILE if own else WORK / f"jets-{asked.jets}-seed-{asked.seed}.npz")
    try:
        arrays = generate(
            jets=asked.jets, seed=asked.seed, work=asked.work, processes=asked.processes
        )
    except (ImportError, ValueError) as error:
        sys.exit(str(error))
    write(out, arrays)
    print(f"{out}: {out.stat().st_size:,} bytes, SHA-256 of the arrays:\n{digest(arrays)}")
    if out == FILE and digest(arrays) != SHA256:
        print(f"It was {SHA256}: change it in helpers/datasets/jets.py if that is meant.")
    if asked.plots:
        print(*validation_plots(read_jets(out), asked.plots), sep="\n")


if __name__ == "__main__":
    main()
