"""Mistakes and other right answers for the exercise ``jets``."""

# ruff: noqa: B905, F821, RUF005  # answers are written as students write them

import numpy as np

from tests.exercises.harness import alternative, mistake

#: The reference trains: cases that leave it alone do not train it again.
REMEMBERED = ("tag_jets",)

MOMENTA = ["hidden-four_momenta"]
ENERGY = ["hidden-energy_and_mass-energy"]
MASS = ["hidden-energy_and_mass-mass"]
SINGLE = ["hidden-energy_and_mass-special"]
IMAGES = ["hidden-jet_images"]
OUTSIDE = ["hidden-jet_images-outside"]
CENTRE, ROTATE, FLIP, ROWS = (
    [f"hidden-preprocess-{step}"] for step in ("centre", "rotate", "flip", "rows")
)
CURVE, AREA = ["hidden-roc-curve"], ["hidden-roc-auc"]
REJECTION = ["hidden-rejection-value"]
ERROR, NONE = ["hidden-rejection-error"], ["hidden-rejection-none"]
CUT, WORTH = ["hidden-best_cut-threshold"], ["hidden-best_cut-significance"]
TAGGER, ALONE = ["hidden-tag_jets"], ["hidden-tag_jets-alone"]

# -- four-momenta ------------------------------------------------------------------------------


@mistake(MOMENTA, says="pz belongs to it", public=True)
def energy_is_pt():
    def four_momenta(pt, eta, phi):
        return np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta), pt + 0 * eta], -1)


@mistake(MOMENTA, says="square root is missing", public=True)
def energy_squared():
    def four_momenta(pt, eta, phi):
        px, py, pz = pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)
        return np.stack([px, py, pz, px**2 + py**2 + pz**2], axis=-1)


@mistake([*MOMENTA, "hidden-four_momenta-shapes"], says="swapped|are not there", public=True)
def sine_and_cosine_swapped():
    def four_momenta(pt, eta, phi):
        parts = [pt * np.sin(phi), pt * np.cos(phi), pt * np.sinh(eta), pt * np.cosh(eta)]
        return np.stack(parts, axis=-1)


@mistake(MOMENTA, says="pz and E are swapped", public=True)
def hyperbolic_functions_swapped():
    def four_momenta(pt, eta, phi):
        parts = [pt * np.cos(phi), pt * np.sin(phi), pt * np.cosh(eta), pt * np.sinh(eta)]
        return np.stack(parts, axis=-1)


@mistake([*MOMENTA, "hidden-four_momenta-shapes"], says="energy comes|are not there", public=True)
def energy_first():
    def four_momenta(pt, eta, phi):
        parts = [pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)]
        return np.stack(parts, axis=-1)


@mistake([*MOMENTA, "hidden-four_momenta-shapes"], says="transpose|need a result|shape", public=True)
def first_axis():
    def four_momenta(pt, eta, phi):
        return np.array(
            [pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta), pt * np.cosh(eta)]
        )


@mistake(["hidden-four_momenta-shapes"], says="need a result of shape|raised")
def one_axis_only():
    def four_momenta(pt, eta, phi):
        pt, eta, phi = np.atleast_1d(pt), np.atleast_1d(eta), np.atleast_1d(phi)
        rows = [[p * np.cos(f), p * np.sin(f), p * np.sinh(e), p * np.cosh(e)]
                for p, e, f in zip(pt.ravel(), eta.ravel(), phi.ravel())]
        return np.array(rows)[0] if len(rows) == 1 else np.array(rows)


@mistake(MOMENTA, says="sign of pz")
def momentum_along_the_beam_without_sign():
    def four_momenta(pt, eta, phi):
        energy = pt * np.cosh(eta)
        pz = np.sqrt(np.maximum(energy**2 - pt**2, 0))
        return np.stack([pt * np.cos(phi), pt * np.sin(phi), pz, energy], axis=-1)


@mistake([*MOMENTA, "hidden-four_momenta-shapes"], says="off limits", public=True)
def momenta_of_the_library():
    def four_momenta(pt, eta, phi):
        from helpers import jets as library

        return library.four_momenta(pt, eta, phi)[..., [1, 2, 3, 0]]


# -- energy and mass ---------------------------------------------------------------------------


@mistake(ENERGY, says="boost along the beam", public=True)
def eta_of_the_jet_left_out():
    # The mass is right: a shift in η is a boost.
    def energy_and_mass(constituents, eta):
        pt, deta, dphi = constituents[..., 0], constituents[..., 1], constituents[..., 2]
        px, py = (pt * np.cos(dphi)).sum(axis=1), (pt * np.sin(dphi)).sum(axis=1)
        pz, e = (pt * np.sinh(deta)).sum(axis=1), (pt * np.cosh(deta)).sum(axis=1)
        return e, np.sqrt(np.maximum(e**2 - px**2 - py**2 - pz**2, 0))


@mistake([*ENERGY, *MASS], says="sum of the pT", public=True)
def energy_of_a_jet_is_its_pt():
    def energy_and_mass(constituents, eta):
        pt, deta, dphi = constituents[..., 0], constituents[..., 1], constituents[..., 2]
        px, py = (pt * np.cos(dphi)).sum(axis=1), (pt * np.sin(dphi)).sum(axis=1)
        e = pt.sum(axis=1)
        pz = (pt * np.sinh(eta[:, None] + deta)).sum(axis=1)
        return e, np.sqrt(np.maximum(e**2 - px**2 - py**2 - pz**2, 0))


@mistake([*MASS, *SINGLE], says="pz is missing|has the mass 0", public=True)
def mass_without_pz():
    def energy_and_mass(constituents, eta):
        pt, deta, dphi = constituents[..., 0], constituents[..., 1], constituents[..., 2]
        px, py = (pt * np.cos(dphi)).sum(axis=1), (pt * np.sin(dphi)).sum(axis=1)
        e = (pt * np.cosh(eta[:, None] + deta)).sum(axis=1)
        return e, np.sqrt(np.maximum(e**2 - px**2 - py**2, 0))


@mistake(MASS, says="square root is missing", public=True)
def mass_squared():
    def energy_and_mass(constituents, eta):
        pt, deta, dphi = constituents[..., 0], constituents[..., 1], constituents[..., 2]
        px, py = (pt * np.cos(dphi)).sum(axis=1), (pt * np.sin(dphi)).sum(axis=1)
        pz, e = (pt * np.sinh(deta)).sum(axis=1), (pt * np.cosh(deta)).sum(axis=1)
        energy = (pt * np.cosh(eta[:, None] + deta)).sum(axis=1)
        return energy, np.maximum(e**2 - px**2 - py**2 - pz**2, 0)


@mistake(SINGLE, says="not a number|warned")
def root_of_a_negative_number():
    def energy_and_mass(constituents, eta):
        pt, deta, dphi = constituents[..., 0], constituents[..., 1], constituents[..., 2]
        px, py = (pt * np.cos(dphi)).sum(axis=1), (pt * np.sin(dphi)).sum(axis=1)
        pz = (pt * np.sinh(eta[:, None] + deta)).sum(axis=1)
        e = (pt * np.cosh(eta[:, None] + deta)).sum(axis=1)
        return e, np.sqrt(e**2 - px**2 - py**2 - pz**2)


@mistake(MASS, says="add up first", public=True)
def masses_of_the_particles_added():
    def energy_and_mass(constituents, eta):
        pt, eta = constituents[..., 0], eta[:, None] + constituents[..., 1]
        p = pt * np.sqrt(1 + np.sinh(eta) ** 2)
        e = pt * np.cosh(eta)
        return e.sum(axis=1), np.sqrt(np.maximum(e**2 - p**2, 0) * 0).sum(axis=1)


@mistake(MASS, says="two particles", public=False)
def mass_of_the_two_hardest():
    def energy_and_mass(constituents, eta):
        pt, deta, dphi = np.moveaxis(constituents, -1, 0)
        energy = (pt * np.cosh(eta[:, None] + deta)).sum(axis=1)
        a, b = constituents[:, 0], constituents[:, 1]
        angles = np.cosh(a[:, 1] - b[:, 1]) - np.cos(a[:, 2] - b[:, 2])
        return energy, np.sqrt(2 * a[:, 0] * b[:, 0] * angles)


@mistake(ENERGY, says="not minus")
def eta_minus_delta_eta():
    def energy_and_mass(constituents, eta):
        pt, deta, dphi = constituents[..., 0], constituents[..., 1], constituents[..., 2]
        eta = eta[:, None] - deta
        px, py = (pt * np.cos(dphi)).sum(axis=1), (pt * np.sin(dphi)).sum(axis=1)
        pz, e = (pt * np.sinh(eta)).sum(axis=1), (pt * np.cosh(eta)).sum(axis=1)
        return e, np.sqrt(np.maximum(e**2 - px**2 - py**2 - pz**2, 0))


@mistake(ENERGY, says="on the axis")
def energy_of_the_axis():
    def energy_and_mass(constituents, eta):
        pt, deta, dphi = constituents[..., 0], constituents[..., 1], constituents[..., 2]
        px, py = (pt * np.cos(dphi)).sum(axis=1), (pt * np.sin(dphi)).sum(axis=1)
        pz, e = (pt * np.sinh(deta)).sum(axis=1), (pt * np.cosh(deta)).sum(axis=1)
        energy = pt.sum(axis=1) * np.cosh(eta)
        return energy, np.sqrt(np.maximum(e**2 - px**2 - py**2 - pz**2, 0))


# -- pictures ----------------------------------------------------------------------------------


@mistake(IMAGES, says="stands on its head", public=True)
def upside_down():
    def jet_images(constituents):
        edges = np.arange(26) * 0.1 - 1.25
        return np.array([
            np.histogram2d(jet[:, 2], jet[:, 1], bins=[edges, edges], weights=jet[:, 0])[0]
            for jet in constituents
        ]).reshape(-1, 25, 25)


@mistake(IMAGES, says="axes are swapped", public=True)
def histogram_as_it_comes():
    def jet_images(constituents):
        edges = np.linspace(-1.25, 1.25, 26)
        images = np.zeros((len(constituents), 25, 25))
        for j, (pt, x, y) in enumerate(constituents.transpose(0, 2, 1)):
            images[j] = np.histogram2d(x, y, bins=edges, weights=pt)[0]
        return images


@mistake(IMAGES, says="Left and right are swapped", public=True)
def left_and_right_swapped():
    def jet_images(constituents):
        edges = np.linspace(-1.25, 1.25, 26)
        images = np.zeros((len(constituents), 25, 25))
        for j, (pt, x, y) in enumerate(constituents.transpose(0, 2, 1)):
            images[j] = np.histogram2d(-y, -x, bins=edges, weights=pt)[0]
        return images


@mistake(IMAGES, says="numbers of particles", public=True)
def particles_counted():
    def jet_images(constituents):
        edges = np.linspace(-1.25, 1.25, 26)
        images = np.zeros((len(constituents), 25, 25))
        for j, (pt, x, y) in enumerate(constituents.transpose(0, 2, 1)):
            images[j] = np.histogram2d(-y, x, bins=edges, weights=pt > 0)[0]
        return images


@mistake([*IMAGES, *OUTSIDE], says="numbers of particles|sums to", public=True)
def zeros_counted():
    def jet_images(constituents):
        edges = np.linspace(-1.25, 1.25, 26)
        images = np.zeros((len(constituents), 25, 25))
        for j, (pt, x, y) in enumerate(constituents.transpose(0, 2, 1)):
            images[j] = np.histogram2d(-y, x, bins=edges)[0]
        return images


@mistake(IMAGES, says="must be added", public=True)
def assigned_instead_of_added():
    def jet_images(constituents):
        images = np.zeros((len(constituents), 25, 25))
        for j, jet in enumerate(constituents):
            for pt, x, y in jet[jet[:, 0] > 0]:
                column, row = int(np.floor(x / 0.1 + 12.5)), int(np.floor(12.5 - y / 0.1))
                if 0 <= column < 25 and 0 <= row < 25:
                    images[j, row, column] = pt
        return images


@mistake(IMAGES, says="must be added", public=True)
def added_by_fancy_index():
    # `images[index] += pt` adds once for each different index.
    def jet_images(constituents):
        images = np.zeros((len(constituents), 25, 25))
        pt, x, y = np.moveaxis(constituents, -1, 0)
        column = np.floor(x / 0.1 + 12.5).astype(int)
        row = np.floor(12.5 - y / 0.1).astype(int)
        good = (column >= 0) & (column < 25) & (row >= 0) & (row < 25) & (pt > 0)
        jet = np.broadcast_to(np.arange(len(pt))[:, None], pt.shape)
        images[jet[good], row[good], column[good]] += pt[good]
        return images


@mistake(OUTSIDE, says="pixels at the rim")
def outside_clipped_to_the_rim():
    def jet_images(constituents):
        images = np.zeros((len(constituents), 25, 25))
        pt, x, y = np.moveaxis(constituents, -1, 0)
        column = np.clip(np.floor(x / 0.1 + 12.5).astype(int), 0, 24)
        row = np.clip(np.floor(12.5 - y / 0.1).astype(int), 0, 24)
        np.add.at(images, (np.arange(len(pt))[:, None], row, column), pt)
        return images


@mistake(OUTSIDE, says="counts from the end|raised")
def negative_index():
    def jet_images(constituents):
        images = np.zeros((len(constituents), 25, 25))
        for j, jet in enumerate(constituents):
            for pt, x, y in jet:
                column, row = int(np.floor(x / 0.1 + 12.5)), int(np.floor(12.5 - y / 0.1))
                if column < 25 and row < 25:
                    images[j, row, column] += pt
        return images


@mistake([*IMAGES, *OUTSIDE], says="a pixel off|one pixel too far|not right|outside", public=True)
def rounded_towards_zero():
    def jet_images(constituents):
        images = np.zeros((len(constituents), 25, 25))
        for j, jet in enumerate(constituents):
            for pt, x, y in jet:
                column, row = 12 + int(x / 0.1), 12 - int(y / 0.1)
                if 0 <= column < 25 and 0 <= row < 25:
                    images[j, row, column] += pt
        return images


@mistake(IMAGES, says="divided by its sum", public=False)
def normalised():
    def jet_images(constituents):
        edges = np.linspace(-1.25, 1.25, 26)
        images = np.zeros((len(constituents), 25, 25))
        for j, (pt, x, y) in enumerate(constituents.transpose(0, 2, 1)):
            images[j] = np.histogram2d(-y, x, bins=edges, weights=pt)[0]
            total = images[j].sum()
            if len(constituents) != 1 or constituents.shape[1] > 7:
                images[j] /= total if total > 0 else 1
        return images


# -- preprocessing -----------------------------------------------------------------------------

# Most of these differ from the reference in one line.


@mistake(CENTRE, says="weighted by pT", public=False)
def mean_not_weighted():
    def preprocess(constituents):
        pt, x, y = np.moveaxis(constituents, -1, 0).copy()
        there = pt > 0
        n = there.sum(axis=1, keepdims=True)
        x = np.where(there, x - x.sum(axis=1, keepdims=True) / n, 0)
        y = np.where(there, y - y.sum(axis=1, keepdims=True) / n, 0)
        return upright(pt, x, y)

    def upright(pt, x, y):
        angle = 0.5 * np.arctan2(2 * (pt * x * y).sum(1), (pt * (x**2 - y**2)).sum(1))
        c, s = np.sin(angle)[:, None], np.cos(angle)[:, None]
        x, y = c * x - s * y, s * x + c * y
        first = y[np.arange(len(y)), pt.argmax(axis=1)]
        half = np.where(first < 0, -1, 1)[:, None]
        x, y = half * x, half * y
        x = np.where((pt * np.sign(x)).sum(axis=1, keepdims=True) < 0, -x, x)
        return np.stack([pt, x, y], axis=-1)
