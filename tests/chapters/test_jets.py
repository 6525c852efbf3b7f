"""What the chapter on jets says in words, checked in numbers."""

import itertools
import math
import re
from pathlib import Path
from urllib.parse import parse_qs

import matplotlib.pyplot as plt
import numpy as np
import pytest

import helpers.glue
from helpers import jets as tools
from helpers.datasets import jets, jets_settings
from helpers.datasets.jets_generator import n_subjettiness
from helpers.widgets import JetExplorer

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "chapters" / "jets.md").read_text(encoding="utf-8")
CELLS = re.findall(
    r"^```\{code-cell\} ipython3\n(?:---\n.*?^---\n|:tags:[^\n]*\n)?(.*?)^```$",
    TEXT,
    flags=re.DOTALL | re.MULTILINE,
)
CODE = "\n".join(CELLS) + "".join(re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL))


@pytest.fixture(scope="module")
def page():
    """Run the cells of the chapter; return its names, and as ``glued`` what it says in numbers."""
    names, glued = {}, {}
    patch = pytest.MonkeyPatch()
    patch.setattr(
        helpers.glue, "glue", lambda name, value, spec="": glued.update({name: (value, spec)})
    )
    try:
        for source in CELLS:
            exec(compile(source, "chapters/jets.md", "exec"), names)
    finally:
        patch.undo()
        plt.close("all")
    return names | {"glued": glued}


@pytest.fixture(scope="module")
def train():
    return jets()[0]


def mass(jet):
    """The mass of massless particles (pT, η, φ), by angles between momenta and nothing else."""
    pt, eta, phi = np.asarray(jet, dtype=float).T
    momentum = pt * np.cosh(eta)
    direction = np.stack([np.cos(phi) / np.cosh(eta), np.sin(phi) / np.cosh(eta), np.tanh(eta)])
    return math.sqrt(max(momentum @ (1 - direction.T @ direction) @ momentum, 0))


# ── The page ───────────────────────────────────────────────────────────────────────────────


def test_the_chapter_prints_none_of_the_graded_functions():
    assert "literalinclude" not in TEXT
    for words in (
        "bincount", "histogram2d", "np.floor", "np.add.at",  # images
        "pt * np.sinh", "** 2 - px",  # four-momenta
        "linalg", "svd", "np.cov", "np.average",  # preparing
        "np.sign(", "roc_curve", "roc_auc", "1 / eps", "np.sqrt(B",  # judging
        "LogisticRegression", "keras",  # tagging
    ):  # fmt: skip
        assert words not in CODE, words


def test_each_number_of_the_text_is_glued_once_and_used(page):
    used = set(re.findall(r"\{glue:text\}`([\w-]+)`", TEXT))
    assert used - set(page["glued"]) == set()
    assert set(page["glued"]) - used == set()


def test_each_citation_is_in_the_bibliography():
    keys = set(re.findall(r"^@\w+\{(\w+),", (ROOT / "references.bib").read_text(), re.MULTILINE))
    cited = {
        key.strip()
        for group in re.findall(r"\{cite:[pt]\}`([^`]+)`", TEXT)
        for key in group.split(",")
    }
    assert cited - keys == set()
    assert len(cited) > 20


def test_the_settings_are_told_as_they_are():
    settings = jets_settings()
    for line in ("HardQCD:all = on", "PhaseSpace:pTHatMin = 200."):
        assert line in settings["qcd"]
    for line in ("34:m0 = 600.", "Wprime:anglesWZ = 1.", "34:onIfMatch = 24 23"):
        assert line in settings["w"]
    assert "24:onIfAny = 1 2 3 4 5" in settings["w"]  # quarks
    assert "23:onIfAny = 12 14 16" in settings["w"]  # neutrinos
    assert "Beams:eCM = 13000." in settings["all"]
    assert settings["pt in GeV"] == [250, 300]
    assert "from 250 to 300 GeV" in TEXT
    assert settings["mass in GeV"] == [65, 95]
    assert "mass from 65 to 95 GeV" in TEXT
    assert settings["|eta| below"] == 2
    assert r"$\lvert\eta\rvert < 2$" in TEXT
    assert settings["visible |eta| below"] == 5
    assert r"$\lvert\eta\rvert < 5$" in TEXT
    assert settings["trimming"] == "kt, R = 0.3, fraction 0.05"
    assert settings["jet"].startswith("anti-kt, R = 1.0")
    assert settings["leading jets"] == {"qcd": 2, "w": 1}


# ── Coordinates and showers ────────────────────────────────────────────────────────────────


def test_a_boost_adds_to_each_pseudorapidity(page):
    for beta, eta in itertools.product((0.5, 0.9), (-1.3, 0.0, 2.0)):
        E, pz = page["boosted"](np.cosh(eta), np.sinh(eta), beta)
        assert math.atanh(pz / E) == pytest.approx(eta + math.atanh(beta))
    assert page["glued"]["jets-boost-added"][0] == pytest.approx(math.atanh(0.9))
    before, after = (
        math.degrees(2 * math.atan(math.exp(-low)) - 2 * math.atan(math.exp(-low - 1)))
        for low in (0, math.atanh(0.9))
    )
    assert page["glued"]["jets-unboosted-angle"][0] == pytest.approx(before)
    assert page["glued"]["jets-boost-angle"][0] == pytest.approx(after)


def test_the_shower_ends_where_the_text_says(page):
    doublings = math.log2(50 / 0.0074)
    assert page["glued"]["jets-depth-50"][0] == pytest.approx(doublings * 0.56 * math.log(2))
    assert page["glued"]["jets-shower-50"][0] == pytest.approx(2**doublings)
    assert page["glued"]["jets-depth-more"][0] == pytest.approx(
        page["glued"]["jets-depth-500"][0] - page["glued"]["jets-depth-50"][0]
    )


# ── Finding and cleaning ───────────────────────────────────────────────────────────────────


def clustered(momenta, R, k):
    """Cluster by brute force: all distances anew in every round."""
    lots, done = [([i], P) for i, P in enumerate(momenta)], []
    while lots:
        place = [
            (math.hypot(P[1], P[2]), 0.5 * math.log((P[0] + P[3]) / (P[0] - P[3])),
             math.atan2(P[2], P[1]))
            for _, P in lots
        ]  # fmt: skip
        best = min((place[i][0] ** (2 * k), i, None) for i in range(len(lots)))
        for i, j in itertools.combinations(range(len(lots)), 2):
            turn = abs(place[i][2] - place[j][2])
            turn = min(turn, 2 * math.pi - turn)
            d = min(place[i][0] ** (2 * k), place[j][0] ** (2 * k))
            d *= ((place[i][1] - place[j][1]) ** 2 + turn**2) / R**2
            if d < best[0]:
                best = (d, i, j)
        _, i, j = best
        if j is None:
            done.append(frozenset(lots.pop(i)[0]))
        else:
            (second, Q), (first, P) = lots.pop(j), lots.pop(i)
            lots.append((first + second, P + Q))
    return set(done)


@pytest.mark.parametrize("k", [-1, 0, 1])
def test_the_jets_are_those_of_the_definition(page, k):
    rng = np.random.default_rng(5)
    for _ in range(5):
        pt, eta = rng.exponential(5, 40) + 0.1, rng.uniform(-2, 2, 40)
        P = tools.four_momenta(pt, eta, rng.uniform(-np.pi, np.pi, 40))
        found = {frozenset(jet) for jet in page["cluster"](P, R=0.8, k=k)}
        assert found == clustered(P, 0.8, k)
        assert len(found) > 3


def test_trimming_brings_the_masses_back(page):
    for kind in "wq":
        before, after, true = (
            page["glued"][f"jets-toy-{kind}-{name}"][0] for name in ("before", "after", "true")
        )
        assert before - true > 9
        assert abs(after - true) < (before - true) / 2
    for jet in page["found"][:2]:
        assert page["pt_of"](jet) > 250
    assert page["pt_of"](page["found"][2]) < 40


# ── Mass ───────────────────────────────────────────────────────────────────────────────────


def test_masses_agree_with_each_other_and_with_the_file(page, train):
    for jet in range(0, 14000, 700):
        particles = train.constituents[jet, : train.n[jet]].astype(float)
        assert page["mass_by_pairs"](particles) == pytest.approx(mass(particles), rel=1e-6)
        assert page["computed"][jet] == pytest.approx(mass(particles), rel=1e-6)
    off, again = (page["glued"][f"jets-{name}"][0] for name in ("off", "again"))
    assert off == pytest.approx(again, rel=0.03)  # so it is the rounding
    assert 0.002 < off / 78 < 0.003  # a quarter of a per cent


def test_few_particles_make_the_mass_of_a_w(page):
    assert page["glued"]["jets-ten-w"][0] > page["glued"]["jets-ten-qcd"][0] + 0.2


def test_two_cores_are_as_far_apart_as_they_should(page, train):
    glued = page["glued"]
    assert glued["jets-dr-close"][0] > 0.75
    assert 0.9 < glued["jets-dr-low"][0] < 1
    assert glued["jets-dr-median"][0] == pytest.approx(glued["jets-dr-bound"][0], rel=0.03)
    share = page["share"][1]
    # Between 0.2 and 0.5 the density is that of the formula, by a χ² of six bins.
    edges = np.linspace(0.2, 0.5, 7)
    n, _ = np.histogram(share, edges)
    formula = np.diff(3 * edges**2 - 2 * edges**3)
    expected = n.sum() * formula / formula.sum()
    assert ((n - expected) ** 2 / expected).sum() < 15.1  # 1 % for five degrees of freedom
    assert glued["jets-soft-w"][0] < glued["jets-soft-formula"][0]
    assert glued["jets-soft-qcd"][0] > 3 * glued["jets-soft-w"][0]


# ── N-subjettiness and distributions ───────────────────────────────────────────────────────


def test_tau_by_hand_is_that_of_the_file(page, train):
    jet = train.n.argmin()
    assert train.n[jet] == 9
    assert train.labels[jet] == 1
    tau = n_subjettiness(*page["small"].T, most=2)
    assert [page["tau1"], page["tau2"]] == pytest.approx(tau, rel=1e-9)
    assert tau[1] / tau[0] == pytest.approx(train.tau21[jet], abs=0.005)


def test_the_distributions_are_as_described(page, train):
    counts = page["counts"]
    # Equal in each bin, but for jets at the borders: the file has pT in steps of 0.01.
    assert np.abs(counts["pt"][0] - counts["pt"][1]).max() <= 5
    w, q = counts["mass"]
    middle = page["shown"][1][2][:-1] + 1
    assert 78 <= middle[w.argmax()] <= 82
    assert 3 < (w / q).max() < 5
    assert 0.4 < q[-1] / q[0] < 0.8  # falls slowly
    for name, sign in (("n", 1), ("tau21", 1)):
        values = getattr(train, name)
        gap = values[train.labels == 0].mean() - values[train.labels == 1].mean()
        assert sign * gap > 0.8 * values[train.labels == 1].std()
    assert page["glued"]["jets-tau-right"][0] == pytest.approx(0.75, abs=0.01)


def test_the_links_to_the_explorer_set_what_is_there(page):
    allowed = {"widget", "jet", "show", "centre", "rotate", "flip", "normalise"}
    links = re.findall(r"\{button-link\} #(\S+)", TEXT)
    assert len(links) == 4
    for link in links:
        traits = {name: values[0] for name, values in parse_qs(link).items()}
        assert set(traits) <= allowed
        assert traits.pop("widget") == "jet_explorer"
        JetExplorer(
            **{
                name: int(value) if name == "jet" else value == "true" if name != "show" else value
                for name, value in traits.items()
            }
        )
    explorer = page["explorer"]
    assert explorer.cut == pytest.approx(page["best_cut"], abs=0.011)
    odd_w, odd_q = (page["glued"][f"jets-explorer-odd-{kind}"][0] for kind in "wq")
    assert odd_q < explorer.cut < odd_w - 0.2


# ── Images ─────────────────────────────────────────────────────────────────────────────────


def test_the_pixel_by_hand(page):
    pt, eta, phi = page["small"][0]
    assert (eta, phi) == pytest.approx((0.21, 0.09))
    assert (int((eta + 1.25) / 0.1), 24 - int((phi + 1.25) / 0.1)) == (14, 11)
    columns, rows = np.floor((page["small"][:, 1:].T + 1.25) / 0.1)
    assert np.sum((columns == 14) & (24 - rows == 11)) == 6
    assert page["picture"][11, 14] > pt
    assert page["picture"].sum() == pytest.approx(page["small"][:, 0].sum())


def test_images_are_sparse_and_span_orders_of_magnitude(page, train):
    pictures = page["pictures"]
    assert np.mean(pictures > 0) < 0.05
    share = pictures[pictures > 0].reshape(-1) / 275
    assert np.quantile(share, 0.99) / np.quantile(share, 0.1) > 300
    outside = 1 - pictures.sum() / train.constituents[..., 0].sum()
    assert outside < 1e-6


def test_what_each_step_of_preparing_does_to_the_mass(page):
    start, centred, turned, mirrored = page["mass_at"].values()
    assert np.abs(centred - start).max() < 1e-9
    assert np.abs(mirrored - turned).max() < 1e-9
    assert (turned - start).mean() < -1
    assert np.mean(turned <= start + 0.01) > 0.9
    pt, eta, _ = np.moveaxis(page["stages"]["flipped"], -1, 0)
    assert ((pt * np.sign(eta)).sum(axis=1) >= 0).all()  # more at the right
    assert page["gap"].max() < 1e-12
    mass_window, scaled_window = (
        page["glued"][f"jets-window-{name}"][0] for name in ("mass", "scaled")
    )
    assert mass_window > scaled_window + 0.03


def test_the_average_images_are_as_described(page):
    w, q = page["averages"]["prepared"]
    column = w[:, 11:14].sum(axis=1)  # down the middle
    lobes = [i for i in range(1, 24) if column[i] > column[i - 1] and column[i] > column[i + 1]]
    assert len(lobes) == 2
    assert lobes[0] < 12 < lobes[1]
    column = q[:, 11:14].sum(axis=1)
    cores = [i for i in range(1, 24) if column[i] > column[i - 1] and column[i] > column[i + 1]]
    assert column[cores[0]] > 2.5 * column[13:].max()  # one core, and a trail
    w, q = page["averages"]["as they were"]
    assert q[12, 12] > w[12, 12]
    ring = np.hypot(page["grid_eta"], page["grid_phi"])
    assert (w - q)[(ring > 0.25) & (ring < 0.4)].sum() > 0
    assert page["glued"]["jets-tau-right"][0] > page["glued"]["jets-template"][0] > 0.6


# ── Quiz and exercises ─────────────────────────────────────────────────────────────────────


def test_the_solutions():
    assert -math.log(math.tan(math.radians(5))) == pytest.approx(2.4, abs=0.05)
    pair = [[137.5, 0, 0.3], [137.5, 0, -0.3]]
    assert mass(pair) == pytest.approx(81.3, abs=0.05)
    assert mass([[pt, phi, eta] for pt, eta, phi in pair]) == pytest.approx(83.7, abs=0.05)
    assert pytest.approx(0.03) == 0.6**2 / 12
    assert pytest.approx(0.58, abs=0.005) == 2 * 80.4 / 275
    jet = np.array([[60, 0, 0], [30, 0.6, 0], [10, 0.3, 0]])
    axes = np.array([[0, 0], [0.6, 0]])

    def tau(jet, axes):
        away = np.hypot(jet[:, 1:2] - axes[:, 0], jet[:, 2:3] - axes[:, 1]).min(axis=1)
        return jet[:, 0] @ away / jet[:, 0].sum()

    assert (tau(jet, axes[:1]), tau(jet, axes)) == pytest.approx((0.21, 0.03))
    jet[2, 0] = 1
    assert tau(jet, axes) / tau(jet, axes[:1]) == pytest.approx(0.016, abs=0.0005)
