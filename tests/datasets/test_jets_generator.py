"""How the jets are made: N-subjettiness, who is taken, files, and a few hundred real collisions."""

import functools
import itertools
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from helpers.datasets import jets_generator, read_jets
from helpers.datasets.jets import FILE, digest, split
from helpers.datasets.jets_generator import (
    generate,
    n_subjettiness,
    validation_plots,
    winner_take_all_axes,
    write,
)

HAVE_THEM = sys.platform == "linux" and os.uname().machine == "x86_64"  # as in pyproject.toml


@pytest.fixture
def programs():
    """Pythia and FastJet; where they come ready made, CI has them."""
    try:
        import fastjet
        import pythia8mc
    except ImportError:
        told = 'making jets needs Pythia and FastJet: pip install "neurons-to-jets[jets]"'
        (pytest.fail if os.environ.get("CI") and HAVE_THEM else pytest.skip)(told)
    return pythia8mc, fastjet


# --- N-subjettiness -----------------------------------------------------------------------------


def test_tau_of_three_particles_by_hand():
    # The two at the left are merged first, into the harder one; then the winner is the one at 1.
    pt, eta, phi = np.array([10.0, 20.0, 40.0]), np.array([0.0, 0.1, 1.0]), np.zeros(3)
    assert winner_take_all_axes(pt, eta, phi, most=3)[2].tolist() == [[0.1, 0.0], [1.0, 0.0]]
    assert winner_take_all_axes(pt, eta, phi, most=3)[1].tolist() == [[1.0, 0.0]]
    tau = n_subjettiness(pt, eta, phi, radius=0.5)
    assert tau == pytest.approx([(10 * 1.0 + 20 * 0.9) / (70 * 0.5), 10 * 0.1 / (70 * 0.5), 0])


def test_tau_counts_angles_across_pi():
    pt, eta = np.array([10.0, 20.0, 40.0]), np.array([0.0, 0.1, 1.0])
    phi = np.array([3.1, -3.1, 3.0])
    turned = (phi + 1 + np.pi) % (2 * np.pi) - np.pi
    assert n_subjettiness(pt, eta, phi) == pytest.approx(n_subjettiness(pt, eta, turned))


def test_tau_falls_with_the_number_of_axes_and_ignores_the_scale():
    rng = np.random.default_rng(1)
    for _ in range(20):
        pt, eta, phi = rng.exponential(5, 30), rng.normal(0, 0.3, 30), rng.normal(0, 0.3, 30)
        tau = n_subjettiness(pt, eta, phi, most=5)
        assert (np.diff(tau) < 0).all()
        assert n_subjettiness(7 * pt, eta, phi, most=5) == pytest.approx(tau)


def test_fewer_particles_than_axes():
    assert n_subjettiness(*np.ones((3, 1))).tolist() == [0, 0, 0]


def test_axes_are_those_of_fastjet(programs):
    _, fastjet = programs
    definition = fastjet.JetDefinition(fastjet.kt_algorithm, 999.0, fastjet.WTA_pt_scheme)
    rng = np.random.default_rng(1)
    for _ in range(30):
        pt, eta, phi = rng.exponential(5, 40), rng.normal(0, 0.3, 40), rng.normal(0, 0.3, 40)
        particles = []
        for one_pt, one_eta, one_phi in zip(pt, eta, phi, strict=True):
            particle = fastjet.PseudoJet()
            particle.reset_PtYPhiM(one_pt, one_eta, one_phi, 0.0)
            particles.append(particle)
        sequence = fastjet.ClusterSequence(particles, definition)
        ours = winner_take_all_axes(pt, eta, phi, most=3)
        for number in (1, 2, 3):
            theirs = sequence.exclusive_jets(number)
            expected = sorted((axis.rap(), axis.phi_std()) for axis in theirs)
            assert sorted(map(tuple, ours[number])) == pytest.approx(
                np.array(expected), abs=1e-9
            ), number


# --- who is taken -------------------------------------------------------------------------------


def batch_of(pt, events):
    """Return a batch of jets of one particle each."""
    rows = np.zeros((len(pt), 5))
    rows[:, 0] = pt
    return {
        "rows": rows,
        "events": np.array(events),
        "lengths": np.ones(len(pt), dtype=int),
        "particles": np.column_stack([pt, np.zeros((len(pt), 2))]),
    }


@pytest.fixture
def silent():
    return jets_generator._bar("", progress=False)


def test_both_jets_of_a_collision_fall_into_one_part(silent):
    batches = [batch_of([251, 252, 253, 254, 255], [0, 1, 1, 2, 3]), batch_of([256], [3])]
    parts, used = jets_generator._take_background(iter(batches), [2, 1, 1], silent)
    # The jet of 253 GeV is left out: its partner, of 252 GeV, was the last one for training.
    assert [[row[0] for row, _ in part] for part in parts] == [[251, 252], [254], [255]]
    assert used == 1


def test_same_number_of_another_batch_is_another_collision(silent):
    batches = [batch_of([251, 252], [0, 1]), batch_of([253, 254], [1, 2])]
    parts, used = jets_generator._take_background(iter(batches), [2, 1, 1], silent)
    assert [[row[0] for row, _ in part] for part in parts] == [[251, 252], [253], [254]]
    assert used == 2


def test_signal_gets_the_spectrum_of_the_background_in_every_part(silent):
    rng = np.random.default_rng(1)
    background = [
        [(np.array([pt]), None) for pt in rng.triangular(250, 250, 300, size)]
        for size in (200, 30, 60)
    ]
    batches = (batch_of(rng.uniform(250, 300, 100), range(100)) for _ in range(1000))
    signal, _ = jets_generator._take_signal(batches, background, silent)
    edges = np.arange(250, 301, 5.0)
    for some, others in zip(background, signal, strict=True):
        counts = [np.histogram([row[0] for row, _ in part], edges)[0] for part in (some, others)]
        assert counts[0].tolist() == counts[1].tolist()


# --- files --------------------------------------------------------------------------------------


def test_packed_jets_can_be_read(tmp_path):
    rng = np.random.default_rng(1)
    packed = []
    for label in (0, 1, 1):
        pt = np.sort(rng.exponential(5, 5 + label))[::-1] + 0.1
        inside = np.column_stack([pt, rng.normal(0, 0.3, (len(pt), 2))])
        packed.append((label, (np.array([270.123, -1.2344, 80.567, 0.43215, 0.7]), inside)))
    arrays = jets_generator._packed(packed) | {"settings": np.array(json.dumps({}))}
    write(tmp_path / "jets.npz", arrays)
    jets = read_jets(tmp_path / "jets.npz", digest(arrays))
    assert jets.n.tolist() == [5, 6, 6]
    assert jets.labels.tolist() == [0, 1, 1]
    columns = np.array([jets.pt, jets.eta, jets.mass, jets.tau21, jets.tau32])[:, 0]
    assert np.abs(columns - packed[0][1][0]) == pytest.approx(0, abs=0.0051)
    for found, (_, (_, inside)) in zip(jets.constituents, packed, strict=True):
        known = found[: len(inside)]
        assert known[:, 0] == pytest.approx(inside[:, 0], abs=0.0101)
        assert known[:, 1:] == pytest.approx(inside[:, 1:], abs=0.00501)
        assert (found[len(inside) :] == 0).all()


def test_what_does_not_fit_the_format_is_refused():
    row = np.array([270, 0, 80, 0.4, 0.7])
    for particle in ([2000.0, 0.0, 0.0], [100.0, 1.5, 0.0]):
        with pytest.raises(OverflowError, match="too hard or too far"):
            jets_generator._packed([(0, (row, np.array([particle])))])
    with pytest.raises(OverflowError, match="too large"):
        jets_generator._packed([(0, (row * 10, np.array([[100.0, 0.0, 0.0]])))])


def test_failed_writing_leaves_the_old_file(tmp_path):
    file = tmp_path / "jets.npz"
    file.write_bytes(b"old")
    with pytest.raises(ValueError, match="Object arrays"):
        write(file, {"a": np.zeros(3), "b": np.array([None])})
    assert [path.name for path in tmp_path.iterdir()] == ["jets.npz"]
    assert file.read_bytes() == b"old"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"jets": 9, "seed": 1}, "jets is 9; expected 10 or more"),
        ({"jets": 10, "seed": 0}, "seed is 0; expected 1 to 3999"),
        ({"jets": 10, "seed": 4000}, "seed is 4000; expected 1 to 3999"),
    ],
)
def test_impossible_wishes_are_told(monkeypatch, tmp_path, arguments, message):
    monkeypatch.setattr(jets_generator, "_check_versions", lambda: None)
    with pytest.raises(ValueError, match=message):
        generate(**arguments, work=tmp_path)
    assert not any(tmp_path.iterdir())


def test_missing_and_other_versions_are_told(monkeypatch, tmp_path):
    monkeypatch.setattr(jets_generator, "version", lambda package: "0.1")
    with pytest.raises(ImportError, match=r"needs pythia8mc 8\.317\.2, and found 0\.1"):
        generate(jets=10, seed=1, work=tmp_path)

    def missing(package):
        raise jets_generator.PackageNotFoundError

    monkeypatch.setattr(jets_generator, "version", missing)
    with pytest.raises(SystemExit, match="found none"):
        jets_generator.main(["--jets", "10", "--seed", "2", "--work", str(tmp_path)])


def test_two_runs_share_no_seed():
    def seeds(seed, kind):
        first = 2 * jets_generator.MOST_BATCHES * seed + jets_generator.MOST_BATCHES * kind
        return range(first, first + jets_generator.MOST_BATCHES)

    blocks = [seeds(seed, kind) for seed in range(1, jets_generator.MOST_SEEDS) for kind in (0, 1)]
    assert all(one.stop <= other.start for one, other in itertools.pairwise(blocks))
    assert blocks[-1].stop <= 900_000_000  # Pythia's limit


def test_plots_are_drawn(tmp_path):
    files = validation_plots(read_jets(FILE), tmp_path / "new")
    assert [file.name for file in files] == ["columns.png", "images.png", "curves.png"]
    assert all(file.stat().st_size > 10_000 for file in files)


# --- real collisions ----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "events"), [("qcd", 900), ("w", 300)])
def test_new_collisions_look_like_the_committed_ones(programs, kind, events):
    from scipy.stats import ks_2samp

    batch = jets_generator._simulate(kind, 899_000_000, events=events)
    known, _, _ = split(read_jets(FILE))
    known = known.take(known.labels == (kind == "w"))
    columns = dict(zip(("pt", "eta", "mass", "tau21", "tau32"), batch["rows"].T, strict=True))
    columns["n"] = batch["lengths"]
    if kind == "w":
        del columns["pt"]  # it was made that of the background
    assert len(batch["rows"]) > 30
    for name, values in columns.items():
        assert ks_2samp(values, getattr(known, name)).pvalue > 1e-3, name


@pytest.mark.slow
def test_killed_run_goes_on_and_ends_with_the_same_jets(programs, tmp_path):
    wish = {"jets": 10, "seed": 3999, "batch": 100, "progress": False}
    whole = generate(**wish, work=tmp_path)
    files = sorted(next(tmp_path.iterdir()).iterdir())
    assert len(files) > 3
    files[0].unlink()
    files[1].write_bytes(files[1].read_bytes()[:100])
    before = files[2].stat().st_mtime_ns
    again = generate(**wish, work=tmp_path)
    assert digest(again) == digest(whole)
    assert files[2].stat().st_mtime_ns == before


@pytest.mark.slow
def test_number_of_processes_changes_nothing_and_another_seed_all(programs, tmp_path):
    wish = {"jets": 10, "batch": 100, "progress": False}
    one = generate(**wish, seed=5, work=tmp_path / "one")
    two = generate(**wish, seed=5, work=tmp_path / "two", processes=2)
    other = generate(**wish, seed=6, work=tmp_path / "one")
    assert digest(one) == digest(two)
    assert not np.isin(one["columns"][0], other["columns"][0]).all()


@pytest.mark.slow
def test_command_makes_a_file(programs, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(jets_generator, "generate", functools.partial(generate, batch=100))
    jets_generator.main(["--jets", "10", "--seed", "5", "--plots", "plots"])
    told = capsys.readouterr()
    file = Path("_build", "jets", "jets-10-seed-5.npz")
    assert read_jets(file).labels.sum() == 10
    assert digest(dict(np.load(file))) in told.out
    assert "QCD jets, 1 of 2: 100%" in told.err
    assert Path("plots", "curves.png").exists()
