"""The jets that come with the book: their form, their physics, and files that are not whole."""

import re
import sys
import warnings

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from helpers.datasets import jets, jets_generator, jets_settings, read_jets
from helpers.datasets.jets import ARRAYS, FILE, SHA256, digest
from helpers.datasets.jets_generator import n_subjettiness, write


@pytest.fixture(scope="module")
def parts():
    return jets()


@pytest.fixture(scope="module")
def everything():
    return read_jets(FILE)


@pytest.fixture
def arrays():
    with np.load(FILE) as loaded:
        return dict(loaded)


def test_parts_have_their_sizes_and_half_of_each_kind(parts):
    assert [len(part.labels) for part in parts] == [14_000, 2_000, 4_000]
    assert [part.labels.sum() for part in parts] == [7_000, 1_000, 2_000]


def test_order_tells_nothing(parts):
    for part in parts:
        first, second = np.array_split(part.labels, 2)
        assert abs(first.mean() - second.mean()) < 4 * np.sqrt(1 / len(part.labels))


def test_types_and_shapes_are_those_of_the_docstring(parts):
    for part in parts:
        jet_count = len(part.labels)
        assert part.constituents.shape == (jet_count, parts[0].constituents.shape[1], 3)
        for name in ("constituents", "pt", "eta", "mass", "tau21", "tau32"):
            assert getattr(part, name).dtype == np.float32
        for name in ("n", "labels"):
            assert getattr(part, name).dtype == np.int64
        assert all(len(column) == jet_count for column in part)


def test_every_jet_passes_the_cuts(everything):
    assert everything.pt.min() >= 250
    assert everything.pt.max() <= 300
    assert everything.mass.min() >= 65
    assert everything.mass.max() <= 95
    assert np.abs(everything.eta).max() <= 2
    assert everything.tau21.min() >= 0
    assert everything.tau21.max() <= 1


def test_particles_stand_by_falling_pt_and_behind_them_is_nothing(everything):
    pt = everything.constituents[..., 0]
    assert (np.diff(pt, axis=1) <= 0).all()
    assert ((pt > 0).sum(axis=1) == everything.n).all()
    assert everything.n.min() > 1
    assert (everything.constituents[pt == 0] == 0).all()


def test_particles_lie_around_the_axis(everything):
    pt, delta_eta, delta_phi = np.moveaxis(everything.constituents.astype(float), -1, 0)
    assert np.hypot(delta_eta, delta_phi).max() < 1.3  # trimming moves the axis a little
    along = (pt * np.exp(1j * delta_phi)).sum(axis=1)
    assert np.abs(np.angle(along)).max() < 0.005


def test_pt_and_mass_of_the_particles_are_those_of_the_jet(everything):
    pt, delta_eta, phi = np.moveaxis(everything.constituents.astype(float), -1, 0)
    eta = everything.eta[:, None] + delta_eta
    momentum = [(pt * part).sum(axis=1) for part in (np.cos(phi), np.sin(phi), np.sinh(eta))]
    energy = (pt * np.cosh(eta)).sum(axis=1)
    mass = np.sqrt(energy**2 - sum(part**2 for part in momentum))
    assert np.abs(np.hypot(*momentum[:2]) - everything.pt).max() < 0.3
    difference = mass - everything.mass
    assert abs(difference.mean()) < 0.05
    assert difference.std() == pytest.approx(0.2, abs=0.02)
    assert np.abs(difference).max() < 1


def test_tau_of_the_particles_is_that_of_the_jet(everything):
    difference = []
    for i in range(0, 20_000, 100):
        particles = everything.constituents[i, : everything.n[i]].astype(float)
        tau = n_subjettiness(*particles.T)
        known = everything.tau21[i], everything.tau32[i]
        difference.append(np.abs([tau[1] / tau[0], tau[2] / tau[1]] - np.array(known)))
    # Rounded angles can make another particle the winner, so a few differ by more.
    assert (np.median(difference, axis=0) < 0.01).all()
    assert (np.quantile(difference, 0.9, axis=0) < [0.02, 0.05]).all()


def test_no_jet_is_there_twice(everything):
    rows = np.column_stack([everything.pt, everything.eta, everything.mass, everything.tau21])
    assert len(np.unique(rows, axis=0)) == len(rows)


def test_parts_are_alike(parts):
    from scipy.stats import ks_2samp

    train, _, test = parts
    for label in (0, 1):
        for name in ("pt", "eta", "mass", "tau21", "tau32", "n"):
            some, others = (getattr(p, name)[p.labels == label] for p in (train, test))
            assert ks_2samp(some, others).pvalue > 1e-3, (label, name)


def test_both_kinds_have_the_same_spectrum_of_pt(parts):
    for part in parts:
        edges = np.arange(250, 301, 5.0)
        # A jet at an edge may have been rounded over it.
        difference = np.diff([np.histogram(part.pt[part.labels == k], edges)[0] for k in (0, 1)])
        counts = [np.histogram(part.pt[part.labels == k], edges)[0] for k in (0, 1)]
        assert np.abs(counts[0] - counts[1]).max() <= 5, difference


def test_what_tells_the_kinds_apart_and_what_does_not(everything):
    def area(score):
        return roc_auc_score(everything.labels, score)

    assert area(everything.pt) == pytest.approx(0.5, abs=0.02)
    assert area(np.abs(everything.eta)) == pytest.approx(0.5, abs=0.06)
    assert area(-np.abs(everything.mass - 80)) > 0.7
    assert area(-everything.tau21) > 0.8
    assert area(-everything.n) > 0.6


def test_settings_are_those_of_the_generator():
    settings = jets_settings()
    expected = jets_generator._settings(jets_generator.SEED)
    assert {key: settings[key] for key in expected} == expected
    assert settings["events of QCD"] > 100_000
    assert settings["events of W"] > 10_000


def test_file_is_small():
    assert FILE.stat().st_size < 3_000_000


def test_every_call_returns_fresh_arrays(parts):
    train, _, _ = jets()
    train.constituents[:] = 7
    assert (jets()[0].constituents == parts[0].constituents).all()


def test_take_picks_jets(everything):
    some = everything.take(everything.labels == 1)
    assert (some.labels == 1).all()
    assert len(some.constituents) == len(some.pt) == 10_000


def test_digest_is_of_the_arrays_alone(arrays, tmp_path):
    assert digest(arrays) == SHA256
    assert digest(arrays | {"settings": np.array("{}")}) == SHA256
    write(tmp_path / "again.npz", arrays)
    assert read_jets(tmp_path / "again.npz", SHA256).pt.shape == (20_000,)
    assert (tmp_path / "again.npz").read_bytes() == FILE.read_bytes()


@pytest.mark.parametrize("name", ARRAYS)
def test_one_changed_number_is_noticed(arrays, tmp_path, name):
    changed = arrays[name].copy()
    changed.flat[changed.size // 2] += 1
    write(tmp_path / "jets.npz", arrays | {name: changed})
    with pytest.raises(OSError, match=f"should be {SHA256}, and is "):
        read_jets(tmp_path / "jets.npz", SHA256)


def test_missing_file_is_told(tmp_path):
    with pytest.raises(OSError, match=re.escape("none.npz does not hold the jets: it is not ther")):
        read_jets(tmp_path / "none.npz")


@pytest.mark.parametrize("share", [0, 0.001, 0.5, 0.999])
def test_file_that_was_cut_short_is_told(tmp_path, share):
    whole = FILE.read_bytes()
    file = tmp_path / "short.npz"
    file.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(OSError, match=r"short\.npz does not hold the jets: .* make it anew"):
        read_jets(file, SHA256)


def test_flipped_bits_are_told(tmp_path):
    whole = bytearray(FILE.read_bytes())
    file = tmp_path / "flipped.npz"
    for place in np.linspace(0, len(whole) - 1, 60).astype(int):
        whole[place] ^= 0x10
        file.write_bytes(whole)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                assert digest(dict(np.load(file))) == SHA256  # a bit that nobody reads
            except Exception:
                with pytest.raises(OSError, match=r"flipped\.npz does not hold the jets"):
                    read_jets(file, SHA256)
        whole[place] ^= 0x10


def test_other_files_are_told(tmp_path, arrays):
    file = tmp_path / "other.npz"
    np.savez(file, x=np.zeros(3))
    with pytest.raises(OSError, match="it has no pt_steps, delta_eta"):
        read_jets(file)
    np.savez(file, **dict.fromkeys((*ARRAYS, "settings"), np.array([None])))  # pickled
    with pytest.raises(OSError, match="it can't be read"):
        read_jets(file)
    for name, wrong in {"labels": arrays["labels"][1:], "pt_steps": arrays["pt_steps"][1:]}.items():
        write(file, arrays | {name: wrong})
        with pytest.raises(OSError, match="do not fit together"):
            read_jets(file)


def test_damaged_file_of_the_book_is_told_what_to_do(monkeypatch, tmp_path):
    module = sys.modules["helpers.datasets.jets"]  # the package's `jets` is the function
    monkeypatch.setattr(module, "FILE", tmp_path / "jets.npz")
    with pytest.raises(OSError, match=r"git checkout -- helpers/datasets/data/jets\.npz"):
        jets()
