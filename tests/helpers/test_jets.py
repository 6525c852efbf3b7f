"""Four-momenta, masses, preprocessing and pictures of jets."""

import numpy as np
import pytest

from helpers import jets

REPEATS = 50


def random_jets(rng, count=REPEATS, most=30):
    """Return jets of 3 to ``most`` particles, with zeros behind the last."""
    n = rng.integers(3, most, count)
    there = np.arange(most) < n[:, None]
    pt = np.sort(rng.exponential(5, (count, most)) * there, axis=1)[:, ::-1]
    angles = rng.normal(0, 0.3, (count, most, 2)) * there[..., None]
    return np.concatenate([pt[..., None], angles], axis=-1)


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def test_four_momenta_have_their_mass_and_direction(rng):
    pt, eta, phi, mass = rng.uniform(1, 100, (4, 20)) * [[1], [0.03], [0.03], [1]]
    energy, px, py, pz = jets.four_momenta(pt, eta, phi, mass).T
    assert np.sqrt(energy**2 - px**2 - py**2 - pz**2) == pytest.approx(mass)
    assert np.hypot(px, py) == pytest.approx(pt)
    assert np.arctan2(py, px) == pytest.approx(phi)
    assert -np.log(np.tan(np.arctan2(pt, pz) / 2)) == pytest.approx(eta)


def test_mass_ignores_shifts_in_phi_and_boosts_along_the_beam(rng):
    pt, eta, phi = np.moveaxis(random_jets(rng), -1, 0)
    mass = jets.invariant_mass(jets.four_momenta(pt, eta, phi))
    assert jets.invariant_mass(jets.four_momenta(pt, eta + 1, phi - 2)) == pytest.approx(mass)
    assert jets.invariant_mass(jets.four_momenta(3 * pt, eta, phi)) == pytest.approx(3 * mass)


def test_mass_of_two_particles_follows_the_formula(rng):
    pt, eta, phi = rng.uniform(1, 2, (3, 2))
    expected = np.sqrt(2 * pt.prod() * (np.cosh(eta[0] - eta[1]) - np.cos(phi[0] - phi[1])))
    assert jets.invariant_mass(jets.four_momenta(pt, eta, phi)) == pytest.approx(expected)


def test_mass_of_one_massless_particle_is_zero_not_nan():
    for eta in np.linspace(-2, 2, 41):
        assert jets.invariant_mass(jets.four_momenta([123.4], [eta], [0.7])) < 1e-4


def test_centred_jets_have_their_middle_at_zero(rng):
    pt, eta, phi = np.moveaxis(jets.centre(random_jets(rng)), -1, 0)
    assert (pt * eta).sum(axis=1) == pytest.approx(0, abs=1e-9)
    assert (pt * phi).sum(axis=1) == pytest.approx(0, abs=1e-9)


def test_turned_jets_spread_upwards_and_their_harder_end_is_up(rng):
    before = jets.centre(random_jets(rng))
    pt, eta, phi = np.moveaxis(jets.rotate(before), -1, 0)
    assert (pt * eta * phi).sum(axis=1) == pytest.approx(0, abs=1e-9)
    assert ((pt * phi**2).sum(axis=1) >= (pt * eta**2).sum(axis=1)).all()
    assert ((pt * phi**3).sum(axis=1) <= 1e-12).all()
    assert np.hypot(eta, phi) == pytest.approx(np.hypot(before[..., 1], before[..., 2]))


def test_mirrored_jets_lean_to_the_right(rng):
    before = random_jets(rng)
    pt, eta, _ = np.moveaxis(jets.flip(before), -1, 0)
    assert ((pt * (eta > 0)).sum(axis=1) >= (pt * (eta < 0)).sum(axis=1)).all()
    assert (np.abs(eta) == np.abs(before[..., 1])).all()
    assert (jets.flip(before)[..., 2] == before[..., 2]).all()


@pytest.mark.parametrize("mirror", [1, -1])
def test_preprocessed_jets_have_forgotten_place_orientation_and_mirror_image(rng, mirror):
    before = random_jets(rng)
    there = before[..., :1] > 0
    cosine, sine = np.cos(turn := rng.uniform(0, 2 * np.pi)), np.sin(turn)
    moved = before.copy()
    moved[..., 1:] = before[..., 1:] @ np.array([[cosine, sine], [-sine, cosine]])
    moved[..., 1] *= mirror
    moved[..., 1:] = np.where(there, moved[..., 1:] + rng.normal(0, 0.2, 2), 0)
    assert np.abs(jets.preprocess(before) - before).max() > 0.1
    assert jets.preprocess(moved) == pytest.approx(jets.preprocess(before), abs=1e-9)


def test_order_of_particles_and_padding_change_nothing(rng):
    before = random_jets(rng)
    order = rng.permutation(before.shape[1])
    longer = np.concatenate([before, np.zeros((len(before), 7, 3))], axis=1)
    expected = jets.preprocess(before)
    assert jets.preprocess(before[:, order]) == pytest.approx(expected[:, order])
    assert jets.preprocess(longer)[:, : before.shape[1]] == pytest.approx(expected)
    assert (jets.preprocess(longer)[:, before.shape[1] :] == 0).all()


def test_one_jet_alone_is_as_among_others(rng):
    many = random_jets(rng)
    for step in (jets.centre, jets.rotate, jets.flip, jets.preprocess, jets.images):
        assert step(many[3]) == pytest.approx(step(many)[3])


def test_input_stays_as_it_was(rng):
    before = random_jets(rng)
    kept = before.copy()
    jets.preprocess(before)
    jets.images(before)
    assert (before == kept).all()


def test_jets_without_particles_bring_no_warning():
    nothing = np.zeros((2, 5, 3))
    assert (jets.preprocess(nothing) == 0).all()
    assert (jets.normalise(jets.images(nothing)) == 0).all()
    assert jets.images(np.zeros((0, 5, 3))).shape == (0, 25, 25)
    assert jets.preprocess(np.zeros((0, 5, 3))).shape == (0, 5, 3)


def test_pictures_are_what_numpy_counts(rng):
    some = random_jets(rng)
    edges = np.linspace(-1.25, 1.25, 26)
    for jet, picture in zip(some, jets.images(some), strict=True):
        pt, eta, phi = jet.T
        expected, _, _ = np.histogram2d(phi, eta, bins=(edges, edges), weights=pt)
        assert picture == pytest.approx(expected[::-1])


def test_what_lies_outside_is_lost():
    jet = [[1.0, 0.0, 0.0], [2.0, 1.3, 0.0], [4.0, 0.0, -1.3], [8.0, -1.2, 1.2]]
    picture = jets.images(jet)
    assert picture.sum() == 9
    assert picture[0, 0] == 8


def test_normalised_pictures_sum_to_one(rng):
    pictures = jets.images(random_jets(rng))
    assert jets.normalise(pictures).sum(axis=(1, 2)) == pytest.approx(1)


@pytest.mark.parametrize("shape", [(3,), (5, 4), (2, 5, 2)])
def test_wrong_shapes_are_told(shape):
    for step in (jets.centre, jets.rotate, jets.flip, jets.images):
        with pytest.raises(ValueError, match=r"expected \(\.\.\., particles, 3\)"):
            step(np.zeros(shape))


def test_wrong_momenta_and_pixels_are_told():
    with pytest.raises(ValueError, match="momenta have shape"):
        jets.invariant_mass(np.zeros((5, 3)))
    for wrong in ({"pixels": 0}, {"half_width": 0.0}):
        with pytest.raises(ValueError, match="both must be above 0"):
            jets.images(np.zeros((5, 3)), **wrong)
