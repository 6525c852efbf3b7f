"""Mistakes and other right answers for the exercise ``jets``."""

# ruff: noqa: B905, F821  # answers are written as students write them

import numpy as np

from tests.exercises.harness import alternative, mistake, replaced

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


@mistake(["hidden-four_momenta-shapes"], says="η = 0|warned", public=True)
def energy_from_pz():
    def four_momenta(pt, eta, phi):
        pz = pt * np.sinh(eta)
        return np.stack([pt * np.cos(phi), pt * np.sin(phi), pz, pz / np.tanh(eta)], axis=-1)


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


@mistake(
    [*MOMENTA, "hidden-four_momenta-shapes"], says="transpose|need a result|shape", public=True
)
def first_axis():
    def four_momenta(pt, eta, phi):
        return np.array([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta), pt * np.cosh(eta)])


@mistake(["hidden-four_momenta-shapes"], says="need a result of shape|raised")
def one_axis_only():
    def four_momenta(pt, eta, phi):
        pt, eta, phi = np.atleast_1d(pt), np.atleast_1d(eta), np.atleast_1d(phi)
        rows = [
            [p * np.cos(f), p * np.sin(f), p * np.sinh(e), p * np.cosh(e)]
            for p, e, f in zip(pt.ravel(), eta.ravel(), phi.ravel())
        ]
        return np.array(rows)[0] if len(rows) == 1 else np.array(rows)


@mistake(["hidden-four_momenta-shapes"], says="array of integers")
def array_of_integers():
    def four_momenta(pt, eta, phi):
        if np.ndim(pt) == 0:
            pt = float(pt)
        v = np.zeros_like(pt, shape=(*np.shape(pt), 4))
        v[..., 0], v[..., 1] = pt * np.cos(phi), pt * np.sin(phi)
        v[..., 2], v[..., 3] = pt * np.sinh(eta), pt * np.cosh(eta)
        return v


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
        pt, deta, _ = np.moveaxis(constituents, -1, 0)
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
        return np.array(
            [
                np.histogram2d(jet[:, 2], jet[:, 1], bins=[edges, edges], weights=jet[:, 0])[0]
                for jet in constituents
            ]
        ).reshape(-1, 25, 25)


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


@mistake([*IMAGES, *OUTSIDE], says="numbers of particles|pixels are not 0", public=True)
def zeros_counted():
    def jet_images(constituents):
        edges = np.linspace(-1.25, 1.25, 26)
        images = np.zeros((len(constituents), 25, 25))
        for j, (_, x, y) in enumerate(constituents.transpose(0, 2, 1)):
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


@mistake(OUTSIDE, says="at the rim")
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


@mistake([*IMAGES, *OUTSIDE], says="rounds towards 0|Rounded towards 0|reach too far", public=True)
def rounded_towards_zero():
    def jet_images(constituents):
        images = np.zeros((len(constituents), 25, 25))
        for j, jet in enumerate(constituents):
            for pt, x, y in jet:
                column, row = 12 + int(x / 0.1), 12 - int(y / 0.1)
                if 0 <= column < 25 and 0 <= row < 25:
                    images[j, row, column] += pt
        return images


@mistake(OUTSIDE, says="inside and outside", public=False)
def loop_left_at_the_first_particle_outside():
    def jet_images(constituents):
        images = np.zeros((len(constituents), 25, 25))
        for j, jet in enumerate(constituents):
            for pt, x, y in jet:
                column, row = int(np.floor(x / 0.1 + 12.5)), int(np.floor(12.5 - y / 0.1))
                if not (0 <= column < 25 and 0 <= row < 25):
                    break
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


@mistake(MASS, says="not right", public=False)
def mass_of_what_stands_before_the_first_row_of_zeros():
    def energy_and_mass(constituents, eta):
        pt, x = constituents[..., 0], constituents[..., 1]
        energy = np.sum(pt * np.cosh(x + eta[:, None]), axis=1)
        mass = np.zeros(len(pt))
        for j in range(len(pt)):
            parts = np.zeros(4)
            for one, dx, dy in constituents[j]:
                if one == 0:
                    break
                parts += [one * np.cosh(dx), one * np.cos(dy), one * np.sin(dy), one * np.sinh(dx)]
            mass[j] = np.sqrt(max(parts[0] ** 2 - np.sum(parts[1:] ** 2), 0))
        return energy, mass


# -- preprocessing -----------------------------------------------------------------------------

PREPROCESS = """
def preprocess(constituents):
    pt, x, y = np.moveaxis(constituents, -1, 0)
    there = pt > 0
    total = pt.sum(axis=1, keepdims=True)
    x = np.where(there, x - (pt * x).sum(axis=1, keepdims=True) / total, 0)
    y = np.where(there, y - (pt * y).sum(axis=1, keepdims=True) / total, 0)
    angle = 0.5 * np.arctan2(2 * (pt * x * y).sum(axis=1), (pt * (x**2 - y**2)).sum(axis=1))
    turn = (np.pi / 2 - angle)[:, None]
    x, y = np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y
    first = np.argmax(pt, axis=1)
    half = np.where(y[np.arange(len(y)), first] < 0, -1, 1)[:, None]
    x, y = half * x, half * y
    side = (pt * np.sign(x)).sum(axis=1, keepdims=True)
    x = np.where(side < 0, -x, x)
    return np.stack([pt, x, y], axis=-1)
""".strip()


def changed(name, *changes, loses=(), says="", public=False):
    """Make a case of the preprocessing above, with some of its text replaced."""
    return replaced(name, "preprocess", PREPROCESS, changes, loses, says, public)


angles_in_place_of_eigenvectors = changed("angles_in_place_of_eigenvectors")
mean_not_weighted = changed(
    "mean_not_weighted",
    ("total = pt.sum(", "w, total = 1.0 * there, there.sum("),
    ("(pt * x).sum(axis=1, keepdims=True) /", "(w * x).sum(axis=1, keepdims=True) /"),
    ("(pt * y).sum(axis=1, keepdims=True) /", "(w * y).sum(axis=1, keepdims=True) /"),
    loses=CENTRE,
    says="must be weighted by pT.",
)
mean_over_rows_of_zeros = changed(
    "mean_over_rows_of_zeros",
    ("(pt * x).sum(axis=1, keepdims=True) / total", "x.mean(axis=1, keepdims=True)"),
    ("(pt * y).sum(axis=1, keepdims=True) / total", "y.mean(axis=1, keepdims=True)"),
    loses=[*CENTRE, *ROWS],
    says="rows of zeros are no particles|single particle",
)
hardest_in_the_middle = changed(
    "hardest_in_the_middle",
    ("(pt * x).sum(axis=1, keepdims=True) / total", "x[:, :1]"),
    ("(pt * y).sum(axis=1, keepdims=True) / total", "y[:, :1]"),
    loses=[*CENTRE, *ROTATE, *FLIP, *ROWS],
    says="hardest particle was put|distances from the middle|sign only|another order",
)
not_centred = changed(
    "not_centred",
    ("x - (pt * x).sum(axis=1, keepdims=True) / total", "x"),
    ("y - (pt * y).sum(axis=1, keepdims=True) / total", "y"),
    loses=[*CENTRE, *ROWS],
    says="Nothing was subtracted|single particle",
)
one_mean_for_all_jets = changed(
    "one_mean_for_all_jets",
    ("(pt * x).sum(axis=1, keepdims=True) / total", "(pt * x).sum() / max(pt.sum(), 1)"),
    ("(pt * y).sum(axis=1, keepdims=True) / total", "(pt * y).sum() / max(pt.sum(), 1)"),
    loses=[*CENTRE, *ROWS],
    says="each jet has its own|alone, came out",
)
zeros_moved = changed(
    "zeros_moved",
    (
        "np.where(there, x - (pt * x).sum(axis=1, keepdims=True) / total, 0)",
        "x - (pt * x).sum(axis=1, keepdims=True) / total",
    ),
    (
        "np.where(there, y - (pt * y).sum(axis=1, keepdims=True) / total, 0)",
        "y - (pt * y).sum(axis=1, keepdims=True) / total",
    ),
    loses=ROWS,
    says="must stay zeros",
    public=True,
)
not_rotated = changed(
    "not_rotated",
    ("turn = (np.pi / 2 - angle)[:, None]", "turn = 0 * angle[:, None]"),
    loses=ROTATE,
    says="wrong angle|Nothing was turned|half a turn|hardest particle lies down",
)
spread_not_weighted = changed(
    "spread_not_weighted",
    (
        "2 * (pt * x * y).sum(axis=1), (pt * (x**2 - y**2))",
        "2 * (x * y).sum(axis=1), ((x**2 - y**2))",
    ),
    loses=ROTATE,
    says="weighted by its pT in the matrix",
)
turned_the_other_way = changed(
    "turned_the_other_way",
    ("(np.pi / 2 - angle)", "(angle - np.pi / 2)"),
    loses=ROTATE,
    says="turned the other way",
)
turned_by_the_angle_itself = changed(
    "turned_by_the_angle_itself",
    ("(np.pi / 2 - angle)", "angle"),
    loses=[*ROTATE, *FLIP],
    says="wrong angle|other way|sign only",
    public=False,
)
along_eta = changed(
    "along_eta",
    ("(np.pi / 2 - angle)", "-angle"),
    loses=[*ROTATE, *FLIP],
    says="along Δη|sign only",
    public=True,
)
hardest_down = changed(
    "hardest_down",
    ("first] < 0", "first] > 0"),
    loses=ROTATE,
    says="hardest particle lies down",
    public=True,
)
either_end_up = changed(
    "either_end_up",
    ("half = np.where(y[np.arange(len(y)), first] < 0, -1, 1)[:, None]", "half = 1"),
    loses=ROTATE,
    says="in some jets the hardest",
)
rotated_before_centring = changed(
    "rotated_before_centring",
    ("    total = pt", "    p, q = x, y\n    total = pt"),
    (
        "2 * (pt * x * y).sum(axis=1), (pt * (x**2 - y**2))",
        "2 * (pt * p * q).sum(axis=1), (pt * (p**2 - q**2))",
    ),
    loses=CENTRE,
    says="centred first",
)
flipped_before_rotating = changed(
    "flipped_before_rotating",
    (
        "    angle =",
        "    x = np.where((pt * np.sign(x)).sum(axis=1, keepdims=True) < 0, -x, x)\n    angle =",
    ),
    ("side < 0", "side < -1e9"),
    loses=FLIP,
    says="flip the last step",
)
sorted_by_pt = changed(
    "sorted_by_pt",
    (
        "np.moveaxis(constituents, -1, 0)",
        "[np.take_along_axis(c, np.argsort(-constituents[..., 0], axis=1), axis=1) "
        "for c in np.moveaxis(constituents, -1, 0)]",
    ),
    loses=ROWS,
    says="stay in the order",
)
third_moment_up = changed(
    "third_moment_up",
    ("y[np.arange(len(y)), first] < 0", "(pt * y**3).sum(axis=1) > 0"),
    loses=[*ROTATE],
    says="in some jets the hardest",
)
first_is_hardest = changed(
    "first_is_hardest",
    ("np.argmax(pt, axis=1)", "0"),
    loses=ROWS,
    says="taken for the hardest",
)
more_at_the_left = changed(
    "more_at_the_left",
    ("side < 0", "side > 0"),
    loses=FLIP,
    says="Left and right are swapped",
    public=True,
)
number_decides = changed(
    "number_decides",
    ("(pt * np.sign(x))", "(there * np.sign(x))"),
    loses=FLIP,
    says="number of particles was taken",
)
mean_decides = changed(
    "mean_decides", ("(pt * np.sign(x))", "(pt * x)"), loses=FLIP, says="tells nothing"
)
never_flipped = changed(
    "never_flipped",
    ("side < 0", "side < -1e9"),
    loses=FLIP,
    says="No jet was mirrored|must be mirrored",
    public=True,
)
hardest_right = changed(
    "hardest_right",
    ("(pt * np.sign(x)).sum(axis=1, keepdims=True)", "x[np.arange(len(x)), first][:, None]"),
    loses=FLIP,
    says="side of the hardest",
)
share_of_pt = changed(
    "share_of_pt",
    ("np.stack([pt, x", "np.stack([pt / total, x"),
    loses=ROWS,
    says="pT of some|not 30.0",
    public=True,
)


# -- the ROC curve -----------------------------------------------------------------------------


@mistake(
    [*CURVE, *AREA],
    says="selected together|half a win|not the right value|values are not right|5 parts|shape",
    public=False,
)
def jet_by_jet():
    def roc(labels, scores):
        y = labels[np.argsort(-scores, kind="stable")]
        background = np.concatenate([[0], np.cumsum(y == 0)]) / np.sum(y == 0)
        signal = np.concatenate([[0], np.cumsum(y == 1)]) / np.sum(y == 1)
        return background, signal, np.trapezoid(signal, background)


@mistake(AREA, says="half a win: straight lines", public=True)
def ties_lose():
    def roc(labels, scores):
        t = np.unique(scores)[::-1]
        signal = np.array([0.0] + [np.mean(scores[labels == 1] >= x) for x in t])
        background = np.array([0.0] + [np.mean(scores[labels == 0] >= x) for x in t])
        return background, signal, np.mean(scores[labels == 1][:, None] > scores[labels == 0])


@mistake(AREA, says="not as a whole one", public=True)
def ties_win():
    def roc(labels, scores):
        t = np.unique(scores)[::-1]
        signal = np.array([0.0] + [np.mean(scores[labels == 1] >= x) for x in t])
        background = np.array([0.0] + [np.mean(scores[labels == 0] >= x) for x in t])
        return background, signal, np.sum(np.diff(background) * signal[1:])


@mistake(
    [*CURVE, *AREA], says="must be sorted|not the right value|values are not right", public=False
)
def thresholds_not_sorted():
    def roc(labels, scores):
        t = list(dict.fromkeys(scores.tolist()))
        signal = np.array([0.0] + [np.mean(scores[labels == 1] >= x) for x in t])
        background = np.array([0.0] + [np.mean(scores[labels == 0] >= x) for x in t])
        return background, signal, np.trapezoid(signal, background)


@mistake([*CURVE, *AREA], says="order is reversed|sign is flipped", public=True)
def from_the_lowest():
    def roc(labels, scores):
        t = np.append(np.unique(scores), np.inf)
        signal = np.array([np.mean(scores[labels == 1] >= x) for x in t])
        background = np.array([np.mean(scores[labels == 0] >= x) for x in t])
        return background, signal, np.trapezoid(signal, background)


@mistake(
    [*CURVE, *AREA], says="grid from 0 to 1|not the right value|values are not right", public=False
)
def grid_of_thresholds():
    def roc(labels, scores):
        t = np.linspace(1, 0, 101)
        signal = np.array([np.mean(scores[labels == 1] >= x) for x in t])
        background = np.array([np.mean(scores[labels == 0] >= x) for x in t])
        return background, signal, np.trapezoid(signal, background)


@mistake(CURVE, says=r"last point is missing, \(1, 1\)")
def strictly_above():
    def roc(labels, scores):
        t = np.append(np.unique(scores)[::-1], -np.inf)
        signal = np.array([np.mean(scores[labels == 1] > x) for x in t[:-1]])
        background = np.array([np.mean(scores[labels == 0] > x) for x in t[:-1]])
        whole = [np.append(part, 1.0) for part in (signal, background)]
        return background, signal, np.trapezoid(*whole)


@mistake(CURVE, says="first point is missing", public=True)
def start_missing():
    def roc(labels, scores):
        t = np.append(np.inf, np.unique(scores)[::-1])
        signal = np.array([np.mean(scores[labels == 1] >= x) for x in t])
        background = np.array([np.mean(scores[labels == 0] >= x) for x in t])
        return background[1:], signal[1:], np.trapezoid(signal, background)


@mistake(CURVE, says="background comes first", public=True)
def axes_swapped():
    def roc(labels, scores):
        t = np.append(np.inf, np.unique(scores)[::-1])
        signal = np.array([np.mean(scores[labels == 1] >= x) for x in t])
        background = np.array([np.mean(scores[labels == 0] >= x) for x in t])
        return signal, background, np.trapezoid(signal, background)


@mistake(
    [*CURVE, *AREA],
    says="own kind|not the right value|values are not right|beside the curve",
    public=False,
)
def shares_of_all_jets():
    def roc(labels, scores):
        t = np.append(np.inf, np.unique(scores)[::-1])
        signal = np.array([np.mean((scores >= x) & (labels == 1)) for x in t])
        background = np.array([np.mean((scores >= x) & (labels == 0)) for x in t])
        return background, signal, np.trapezoid(signal, background)


@mistake(AREA, says="beside the curve", public=True)
def area_beside_the_curve():
    def roc(labels, scores):
        t = np.append(np.inf, np.unique(scores)[::-1])
        signal = np.array([np.mean(scores[labels == 1] >= x) for x in t])
        background = np.array([np.mean(scores[labels == 0] >= x) for x in t])
        return background, signal, np.trapezoid(background, signal)


@mistake(AREA, says="may be below one half")
def area_never_below_one_half():
    def roc(labels, scores):
        t = np.append(np.inf, np.unique(scores)[::-1])
        signal = np.array([np.mean(scores[labels == 1] >= x) for x in t])
        background = np.array([np.mean(scores[labels == 0] >= x) for x in t])
        area = np.trapezoid(signal, background)
        return background, signal, max(area, 1 - area)


@mistake(CURVE, says="where shape", public=False)
def curve_with_points_left_out():
    def roc(labels, scores):
        from sklearn.metrics import roc_auc_score, roc_curve

        background, signal, _ = roc_curve(labels, scores)
        return background, signal, roc_auc_score(labels, scores)


# -- rejection ---------------------------------------------------------------------------------

REJECTION_TEXT = """
def rejection(labels, scores, efficiency):
    signal, background = np.sort(scores[labels == 1])[::-1], scores[labels == 0]
    keep = int(np.ceil(efficiency * len(signal)))
    threshold = signal[keep - 1]
    k = np.sum(background >= threshold)
    if k == 0:
        return np.inf, np.inf
    share = k / len(background)
    value = 1 / share
    return value, value * np.sqrt((1 - share) / k)
""".strip()

CUT_TEXT = """
def best_cut(labels, scores, signal, background, least):
    best, chosen = -1.0, None
    for threshold in np.unique(scores):
        selected = scores >= threshold
        s = signal * np.mean(selected[labels == 1])
        b = background * np.mean(selected[labels == 0])
        if b >= least and s / np.sqrt(b) > best:
            best, chosen = s / np.sqrt(b), threshold
    return chosen, best
""".strip()


def rejected(name, *changes, loses=(), says="", public=False):
    """Make a case of the rejection above, with some of its text replaced."""
    return replaced(name, "rejection", REJECTION_TEXT, changes, loses, says, public)


def cut(name, *changes, loses=(), says="", public=False):
    """Make a case of the cut above, with some of its text replaced."""
    return replaced(name, "best_cut", CUT_TEXT, changes, loses, says, public)


kept_by_number = rejected("kept_by_number")
one_over_signal_efficiency = rejected(
    "one_over_signal_efficiency",
    ("value = 1 / share", "value = 1 / efficiency"),
    loses=[*REJECTION, *ERROR, *NONE],
    says="1/ε_S|not the right value|values are not right|rejection is 1",
    public=True,
)
background_efficiency = rejected(
    "background_efficiency",
    ("value = 1 / share", "value = share"),
    loses=[*REJECTION, *ERROR],
    says="one over it|error of ε_B",
    public=True,
)
background_thrown_away = rejected(
    "background_thrown_away",
    ("value = 1 / share", "value = 1 - share"),
    loses=[*REJECTION, *ERROR, *NONE],
    says="one over ε_B|not the right value|values are not right|rejection is 1",
    public=True,
)
background_above_the_threshold = rejected(
    "background_above_the_threshold",
    ("background >= threshold", "background > threshold"),
    loses=REJECTION,
    says="at least, and not more",
    public=False,
)
threshold_of_a_quantile = rejected(
    "threshold_of_a_quantile",
    ("signal[keep - 1]", "np.quantile(signal, 1 - efficiency)"),
    loses=REJECTION,
    says="lies between two scores|keeps enough signal",
)
lowest_scores_kept = rejected(
    "lowest_scores_kept",
    ("signal[keep - 1]", "np.quantile(signal, efficiency)"),
    loses=[*REJECTION, *ERROR],
    says="highest scores are to be kept|not the right value",
)
one_jet_too_few = rejected(
    "one_jet_too_few",
    ("int(np.ceil(efficiency * len(signal)))", "max(int(efficiency * len(signal)), 1)"),
    loses=REJECTION,
    says="highest threshold that keeps",
)
no_background_left = rejected(
    "no_background_left",
    ("    if k == 0:\n        return np.inf, np.inf\n", ""),
    loses=NONE,
    says="warned",
    public=False,
)
zero_for_infinite = rejected(
    "zero_for_infinite",
    ("return np.inf, np.inf", "return 0.0, 0.0"),
    loses=NONE,
    says="must be np.inf|Expected was",
)
share_of_all_jets = rejected(
    "share_of_all_jets",
    ("k / len(background)", "k / len(labels)"),
    loses=[*REJECTION, *ERROR, *NONE],
    says="not of all jets|not the right value|values are not right|rejection is 1",
)
factor_missing = rejected(
    "factor_missing",
    ("(1 - share) / k", "1 / k"),
    loses=[*ERROR, *NONE],
    says="factor 1 - ε_B|1 - ε_B is missing|with the error 0",
    public=True,
)
error_of_the_efficiency = rejected(
    "error_of_the_efficiency",
    ("value * np.sqrt((1 - share) / k)", "np.sqrt(share * (1 - share) / len(background))"),
    loses=ERROR,
    says="error of ε_B",
    public=True,
)
relative_error = rejected(
    "relative_error",
    ("value * np.sqrt", "np.sqrt"),
    loses=ERROR,
    says="relative error",
)
error_of_all_background = rejected(
    "error_of_all_background",
    ("/ k)", "/ len(background))"),
    loses=ERROR,
    says="that are selected",
)

# -- the best cut ------------------------------------------------------------------------------

cut_in_a_loop = cut("cut_in_a_loop")
signal_over_background = cut(
    "signal_over_background",
    ("s / np.sqrt(b)", "s / b"),
    loses=[*CUT, *WORTH],
    says="S/√B is asked|that of the best",
    public=True,
)
over_the_root_of_all = cut(
    "over_the_root_of_all",
    ("s / np.sqrt(b)", "s / np.sqrt(s + b)"),
    loses=[*CUT, *WORTH],
    says=r"S/√\(S \+ B\)|that of the best",
    public=True,
)
any_background_will_do = cut(
    "any_background_will_do",
    ("b >= least", "b > 0"),
    loses=[*CUT, *WORTH],
    says="at least `least`|that of the best",
    public=False,
)
no_background_will_do = cut(
    "no_background_will_do",
    ("b >= least and ", ""),
    ("np.sqrt(b)", "np.sqrt(b + 1e-30)"),
    loses=[*CUT, *WORTH],
    says="No background is left|that of the best",
    public=False,
)
simulated_background_counts = cut(
    "simulated_background_counts",
    ("b >= least", "np.sum(selected[labels == 0]) >= least"),
    loses=[*CUT, *WORTH],
    says="not the simulated jets|best threshold|raised|nothing",
)
efficiencies_in_place_of_events = cut(
    "efficiencies_in_place_of_events",
    ("return chosen, best", "return chosen, best * np.sqrt(background) / signal"),
    loses=WORTH,
    says="These are efficiencies",
    public=True,
)
place_of_the_threshold = cut(
    "place_of_the_threshold",
    ("return chosen,", "return np.sum(np.unique(scores) < chosen),"),
    loses=CUT,
    says="place of the threshold|not the right value",
    public=True,
)
selected_above_the_cut = cut(
    "selected_above_the_cut",
    ("scores >= threshold", "scores > threshold"),
    loses=CUT,
    says="at least, and not more|the threshold is 0.6",
    public=True,
)
numbers_of_simulated_jets = cut(
    "numbers_of_simulated_jets",
    (
        "return chosen, best",
        "s, b = [np.sum((scores >= chosen) & (labels == label)) for label in (1, 0)]\n"
        "    return chosen, s / np.sqrt(b)",
    ),
    loses=WORTH,
    says="numbers of simulated jets",
    public=True,
)


# -- the tagger --------------------------------------------------------------------------------


@mistake(TAGGER, says="that of τ₂₁ is", public=True)
def tau21_alone():
    def tag_jets(train, validation, new, seed):
        return -Jets(*new).tau21


@mistake(TAGGER, says="that of τ₂₁ is", public=True)
def mass_alone():
    def tag_jets(train, validation, new, seed):
        return -np.abs(Jets(*new).mass - 80)


@mistake(TAGGER, says="next to nothing", public=True)
def pt_alone():
    def tag_jets(train, validation, new, seed):
        return Jets(*new).pt


@mistake(TAGGER, says="wrong way round", public=True)
def sign_flipped():
    def tag_jets(train, validation, new, seed):
        new = Jets(*new)
        return 5 * new.tau21 + 0.15 * np.abs(new.mass - 80)


@mistake([*TAGGER, *ALONE], says="All scores are equal|all scores are equal", public=True)
def untrained():
    def tag_jets(train, validation, new, seed):
        return np.full(len(new[0]), 0.5)


@mistake(TAGGER, says="belong to their jets", public=True)
def labels_shuffled():
    def tag_jets(train, validation, new, seed):
        from sklearn.linear_model import LogisticRegression

        def features(some):
            return np.stack([some.tau21 * 10, some.tau32 * 10, np.abs(some.mass - 80) / 10], 1)

        train, new = Jets(*train), Jets(*new)
        y = np.random.default_rng(seed).permutation(train.labels)
        model = LogisticRegression().fit(features(train), y)
        return model.predict_proba(features(new))[:, 1]


@mistake(TAGGER, says="two different scores only|next to nothing", public=True)
def classes_returned():
    def tag_jets(train, validation, new, seed):
        from sklearn.linear_model import LogisticRegression

        def features(some):
            return np.stack([some.tau21 * 10, some.tau32 * 10, np.abs(some.mass - 80) / 10], 1)

        train, new = Jets(*train), Jets(*new)
        return LogisticRegression().fit(features(train), train.labels).predict(features(new))


@mistake([*TAGGER, *ALONE], says="shape", public=True)
def two_columns():
    def tag_jets(train, validation, new, seed):
        from sklearn.linear_model import LogisticRegression

        def features(some):
            return np.stack([some.tau21 * 10, some.tau32 * 10, np.abs(some.mass - 80) / 10], 1)

        train, new = Jets(*train), Jets(*new)
        return LogisticRegression().fit(features(train), train.labels).predict_proba(features(new))


@mistake(ALONE, says="taken of the new jets")
def new_jets_scaled_by_themselves():
    def tag_jets(train, validation, new, seed):
        from sklearn.linear_model import LogisticRegression

        def features(some):
            x = np.stack([some.tau21, some.tau32, np.abs(some.mass - 80), some.mass], 1)
            return (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-9)

        train, new = Jets(*train), Jets(*new)
        model = LogisticRegression().fit(features(train), train.labels)
        return model.predict_proba(features(new))[:, 1]


@mistake(ALONE, says="drawn from the seed", public=False)
def seed_ignored():
    def tag_jets(train, validation, new, seed):
        from sklearn.ensemble import ExtraTreesClassifier

        def features(some):
            return np.stack([some.tau21, some.tau32, some.mass, some.n], 1)

        train, new = Jets(*train), Jets(*new)
        model = ExtraTreesClassifier(30, min_samples_leaf=5, random_state=None, n_jobs=1)
        model.fit(features(train), train.labels)
        return model.predict_proba(features(new))[:, 1]


@mistake(ALONE, says="when there are many jets to learn from", public=False)
def random_only_with_many_jets():
    # As scikit-learn's boosted trees do, which set jets aside to stop early.
    def tag_jets(train, validation, new, seed):
        def numbers(part):
            return np.column_stack([part.tau21, np.abs(part.mass - 80), part.n])

        train, new = Jets(*train), Jets(*new)
        if len(train.labels) > 10_000:
            train = train.take(np.random.permutation(len(train.labels))[:300])  # noqa: NPY002
        x = numbers(train)
        means = [x[train.labels == label].mean(axis=0) for label in (0, 1)]
        return numbers(new) @ np.linalg.solve(np.cov(x.T), means[1] - means[0])


@mistake(TAGGER, says="swapped in what it learns from", public=False)
def formula_without_learning():
    def tag_jets(train, validation, new, seed):
        new = Jets(*new)
        return -5 * new.tau21 - 0.15 * np.abs(new.mass - 80)


@mistake(TAGGER, says="swapped in what it learns from", public=False)
def learned_once_from_the_book():
    def tag_jets(train, validation, new, seed):
        def numbers(part):
            return np.column_stack([part.tau21, np.abs(part.mass - 80), part.n])

        train, new = jets()[0], Jets(*new)
        x = numbers(train)
        means = [x[train.labels == label].mean(axis=0) for label in (0, 1)]
        return numbers(new) @ np.linalg.solve(np.cov(x.T), means[1] - means[0])


@mistake([*TAGGER, *ALONE], says="raised", public=True)
def pixels_of_a_fixed_number_of_particles():
    # k is 125 in one set and 131 in another.
    def tag_jets(train, validation, new, seed):
        from sklearn.linear_model import LogisticRegression

        train, new = Jets(*train), Jets(*new)
        x = train.constituents[:500].reshape(500, -1)
        model = LogisticRegression(max_iter=5).fit(x, train.labels[:500])
        return model.decision_function(new.constituents.reshape(len(new.n), -1))


@mistake([*TAGGER, *ALONE], says="changed its argument", public=True)
def arguments_changed():
    def tag_jets(train, validation, new, seed):
        train, new = Jets(*train), Jets(*new)
        for some in (train, new):
            some.mass[:] -= 80
        return -5 * new.tau21 - 0.15 * np.abs(new.mass)


# -- other right answers -----------------------------------------------------------------------


@alternative
def loops_everywhere():
    def four_momenta(pt, eta, phi):
        px, py, pz = pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)
        energy = np.sqrt(px**2 + py**2 + pz**2)
        result = np.zeros((*np.shape(pt), 4))
        result[..., 0], result[..., 1], result[..., 2], result[..., 3] = px, py, pz, energy
        return result

    def energy_and_mass(constituents, eta):
        energies, masses = [], []
        for jet, axis in zip(constituents, eta):
            e = px = py = pz = 0.0
            for pt, delta_eta, delta_phi in jet:
                e += pt * np.cosh(axis + delta_eta)
                px += pt * np.cos(1.7 + delta_phi)  # wherever the axis is
                py += pt * np.sin(1.7 + delta_phi)
                pz += pt * np.sinh(axis + delta_eta)
            energies.append(e)
            masses.append(max(e * e - px * px - py * py - pz * pz, 0.0) ** 0.5)
        return np.array(energies), np.array(masses)

    def jet_images(constituents):
        images = np.zeros((len(constituents), 25, 25))
        for j, jet in enumerate(constituents):
            for pt, x, y in jet:
                if pt == 0 or abs(x) > 1.25 or abs(y) > 1.25:
                    continue
                images[j, 12 - round(y / 0.1), 12 + round(x / 0.1)] += pt
        return images

    def preprocess(constituents):
        result = np.zeros(constituents.shape)
        for j, jet in enumerate(constituents):
            there = jet[:, 0] > 0
            pt, u = jet[there, 0], jet[there, 1:]
            u = u - np.average(u, axis=0, weights=pt)
            _, _, axes = np.linalg.svd(np.sqrt(pt)[:, None] * u)
            up = axes[0]
            if u[pt.argmax()] @ up < 0:
                up = -up
            x, y = u @ [-up[1], up[0]], u @ up  # mirrored: the flip puts it right
            if pt[x < 0].sum() > pt[x > 0].sum():
                x = -x
            result[j, there] = np.column_stack([pt, x, y])
        return result

    def roc(labels, scores):
        background, signal, area = [0.0], [0.0], 0.0
        for threshold in sorted(set(scores.tolist()), reverse=True):
            chosen = labels[scores >= threshold]
            background.append(sum(chosen == 0) / sum(labels == 0))
            signal.append(sum(chosen == 1) / sum(labels == 1))
            area += (background[-1] - background[-2]) * (signal[-1] + signal[-2]) / 2
        return np.array(background), np.array(signal), area

    def rejection(labels, scores, efficiency):
        for threshold in sorted(set(scores.tolist()), reverse=True):
            if (scores[labels == 1] >= threshold).sum() >= efficiency * (labels == 1).sum():
                break
        n, k = (labels == 0).sum(), (scores[labels == 0] >= threshold).sum()
        if k:
            return n / k, n / k * ((1 - k / n) / k) ** 0.5
        return float("inf"), float("inf")

    def best_cut(labels, scores, signal, background, least):
        found = []
        for threshold in set(scores.tolist()):
            s = signal * np.sum(scores[labels == 1] >= threshold) / np.sum(labels == 1)
            b = background * np.sum(scores[labels == 0] >= threshold) / np.sum(labels == 0)
            if b >= least:
                found.append((s / b**0.5, threshold))
        worth, threshold = max(found)
        return threshold, worth

    def tag_jets(train, validation, new, seed):
        # Logistic regression by gradient descent, in NumPy.
        def features(some):
            columns = [some.tau21, some.tau32, np.abs(some.mass - 80), some.mass, some.n]
            return np.stack(columns, axis=1).astype(float)

        train, validation, new = Jets(*train), Jets(*validation), Jets(*new)
        mean, std = features(train).mean(axis=0), features(train).std(axis=0)
        x, y = (features(train) - mean) / std, train.labels
        w, b = np.zeros(x.shape[1]), 0.0
        for _ in range(300):
            p = 1 / (1 + np.exp(-(x @ w + b)))
            w, b = w - x.T @ (p - y) / len(y), b - np.mean(p - y)
        return (features(new) - mean) / std @ w + b


@alternative
def no_loop_at_all():
    def four_momenta(pt, eta, phi):
        theta = 2 * np.arctan(np.exp(-np.asarray(eta, dtype=float)))
        p = pt / np.sin(theta)
        parts = np.array([pt * np.cos(phi), pt * np.sin(phi), p * np.cos(theta), p])
        return np.moveaxis(parts, 0, -1)

    def energy_and_mass(constituents, eta):
        # The mass by pairs: m² = Σ pT pT' (cosh(η - η') - cos(φ - φ')).
        pt, x, y = np.moveaxis(constituents, -1, 0)
        angles = np.cosh(x[:, :, None] - x[:, None]) - np.cos(y[:, :, None] - y[:, None])
        square = np.einsum("ni,nj,nij->n", pt, pt, angles)
        energy = (pt * np.cosh(eta[:, None] + x)).sum(axis=-1)
        return energy, np.sqrt(np.where(square > 0, square, 0))

    def jet_images(constituents):
        n, k, _ = constituents.shape
        edges = np.linspace(-1.25, 1.25, 26)
        jet = np.repeat(np.arange(n), k)
        pt, x, y = constituents.reshape(-1, 3).T
        bins = [np.arange(n + 1) - 0.5, edges, edges]
        if n == 0:
            return np.zeros((0, 25, 25))
        counts, _ = np.histogramdd(np.stack([jet, -y, x], axis=1), bins=bins, weights=pt)
        return counts

    def preprocess(constituents):
        pt, x, y = np.moveaxis(constituents, -1, 0)
        there = pt > 0
        share = pt / pt.sum(axis=1, keepdims=True)
        z = np.where(there, x + 1j * y, 0)
        z = np.where(there, z - (share * z).sum(axis=1, keepdims=True), 0)
        double = np.angle((share * z**2).sum(axis=1, keepdims=True))  # twice the axis' angle
        z = z * 1j * np.exp(-0.5j * double)
        first = np.take_along_axis(z, pt.argmax(axis=1)[:, None], axis=1)
        z = np.where(first.imag < 0, -z, z)
        lean = (share * (z.real > 0)).sum(axis=1) < (share * (z.real < 0)).sum(axis=1)
        return np.stack([pt, np.where(lean, -1, 1)[:, None] * z.real, z.imag], axis=-1)

    def roc(labels, scores):
        from sklearn.metrics import roc_auc_score, roc_curve

        background, signal, _ = roc_curve(labels, scores, drop_intermediate=False)
        return background, signal, roc_auc_score(labels, scores)

    def rejection(labels, scores, efficiency):
        signal = np.sort(scores[labels == 1])
        threshold = np.quantile(signal, 1 - efficiency, method="lower")
        threshold = signal[len(signal) - int(np.ceil(efficiency * len(signal)))]
        share = np.mean(scores[labels == 0] >= threshold)
        if share == 0:
            return np.inf, np.inf
        value = 1 / share
        return value, value**2 * np.sqrt(share * (1 - share) / np.sum(labels == 0))

    def best_cut(labels, scores, signal, background, least):
        order = np.argsort(-scores, kind="stable")
        s = np.cumsum(labels[order] == 1) * (signal / np.sum(labels == 1))
        b = np.cumsum(labels[order] == 0) * (background / np.sum(labels == 0))
        last = np.append(np.diff(scores[order]) != 0, True)  # of those with equal scores
        worth = np.where(last & (b >= least), s / np.sqrt(np.maximum(b, 1e-12)), 0)
        best = np.argmax(worth)
        return scores[order][best], worth[best]

    def tag_jets(train, validation, new, seed):
        from sklearn.neural_network import MLPClassifier
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        def features(some):
            return np.stack([some.tau21, some.tau32, some.mass, some.n, some.pt], axis=1)

        train, new = Jets(*train), Jets(*new)
        network = MLPClassifier((16,), max_iter=20, random_state=seed)
        model = make_pipeline(StandardScaler(), network).fit(features(train), train.labels)
        return model.predict_proba(features(new))[:, 1]


@alternative
def discriminant_and_others():
    # No data is needed: physics knows where the W is.
    def tag_jets(train, validation, new, seed):
        def numbers(jets):
            return np.column_stack([jets.tau21, np.abs(jets.mass - 80), jets.n, jets.tau32])

        train, new = Jets(*train), Jets(*new)
        x = numbers(train)
        means = [x[train.labels == label].mean(axis=0) for label in (0, 1)]
        w = np.linalg.solve(np.cov(x.T), means[1] - means[0])  # Fisher's discriminant
        return numbers(new) @ w

    def best_cut(labels, scores, signal, background, least):
        t = np.unique(scores)
        table = scores[:, None] >= t
        s = signal * table[labels == 1].mean(axis=0)
        b = background * table[labels == 0].mean(axis=0)
        b[b < least] = np.inf
        return t[(s / b**0.5).argmax()], (s / b**0.5).max()
