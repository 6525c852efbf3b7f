"""What the chapter on telling signal from background says in words, checked in numbers."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from helpers.datasets import jets
from helpers.jets import centre, images, normalise, preprocess
from helpers.metrics import bootstrap, rejection

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "chapters" / "jet-classification.md"
TEXT = PAGE.read_text(encoding="utf-8")
CELLS = re.findall(
    r"^```\{code-cell\} ipython3\n(?:---\n.*?^---\n|:tags:[^\n]*\n)?(.*?)^```$",
    TEXT,
    flags=re.DOTALL | re.MULTILINE,
)


@pytest.fixture(scope="module")
def parts():
    return jets()


def defined(*names, **given):
    """The functions of the chapter with these names, each from the cell that defines it."""
    space = {"np": np, "W_MASS": 80.4, "HistGradientBoostingClassifier": None, **given}
    for name in names:
        (cell,) = [cell for cell in CELLS if f"def {name}(" in cell]
        start = cell.index(f"def {name}(")
        body = re.match(r"def .*?(?=\n\S|\Z)", cell[start:], flags=re.DOTALL)[0]
        exec(body, space)
    return [space[name] for name in names]


# ── The data ───────────────────────────────────────────────────────────────────────────────


def test_the_split_and_the_selection_are_as_told(parts):
    assert [len(part.labels) for part in parts] == [14_000, 2000, 4000]
    for part in parts:
        assert part.labels.mean() == 0.5
        assert part.pt.min() >= 249.9
        assert part.pt.max() <= 300.1
        assert part.mass.min() >= 64.9
        assert part.mass.max() <= 95.1
    train = parts[0]
    assert abs(roc_auc_score(train.labels, train.pt) - 0.5) < 0.015  # "the same distribution"
    assert train.pt.std() / train.pt.mean() == pytest.approx(0.05, abs=0.005)
    assert round(0.05 * 80.4) == 4


def test_the_test_jets_are_used_once_and_nothing_is_fitted_to_them():
    drawer = next(k for k, cell in enumerate(CELLS) if "y_test = test.labels" in cell)
    using = [k for k, cell in enumerate(CELLS) if re.search(r"\btest\b(?!_)|y_test", cell)]
    before = [CELLS[k] for k in using if k < drawer]
    assert len(before) == 1  # loaded, and counted
    assert "len(part.labels)" in before[0]
    assert not re.search(r"\.fit\([^)]*test", TEXT)
    later = [CELLS[k] for k in using if k > drawer]
    assert not any("trained(" in cell or "boosted_trees(" in cell for cell in later)
    (joined,) = [cell for cell in CELLS if "joined = cross_val_predict" in cell]
    assert "test" not in joined  # "judged on validation jets"
    (sizes,) = [cell for cell in CELLS if cell.startswith("SIZES")]
    assert "test" not in sizes


# ── By hand ────────────────────────────────────────────────────────────────────────────────


def test_the_table_of_pairs():
    signal, background = [0.9, 0.7, 0.4], [0.8, 0.5, 0.3, 0.1]
    wins = [sum(s > b for b in background) for s in signal]
    assert wins == [4, 3, 2]
    for s, won in zip(signal, wins, strict=True):
        row = next(line for line in TEXT.splitlines() if line.startswith(f"| {s} |"))
        answers = [cell.strip() for cell in row.strip("|").split("|")]
        assert answers[1:5] == ["yes" if s > b else "no" for b in background]
        assert answers[5] == str(won)
    assert sum(wins) / 12 == roc_auc_score([1] * 3 + [0] * 4, signal + background) == 0.75


def test_the_answers_to_quiz_and_exercises():
    labels, scores = [1, 1, 1, 0, 0], [3, 2, 2, 2, 1]
    assert roc_auc_score(labels, scores) == pytest.approx(5 / 6)
    assert rejection(labels, scores, 0.5) == 2
    assert 2000 / 40 == 50
    assert round(100 / math.sqrt(40)) == 16
    assert round(50 / math.sqrt(40)) == 8
    assert 2000 / 400 == 5
    assert round(100 / math.sqrt(5)) == 45
    needed = 1 / 0.05**2
    assert [round(needed / 0.04), round(needed * 1000)] == [10_000, 400_000]


def test_the_error_of_a_share_is_the_one_of_the_rejection():
    rng = np.random.default_rng(0)
    labels = np.repeat([1, 0], [100, 5000])
    scores = np.concatenate([np.full(100, 0.9), rng.uniform(size=5000)])  # a fixed threshold
    error = bootstrap(rejection, labels, scores, rng=rng, repeats=400)
    k = (scores[labels == 0] >= 0.9).sum()
    assert error / rejection(labels, scores) == pytest.approx(1 / math.sqrt(k), rel=0.15)


def test_half_of_the_signal_and_the_best_threshold_do_not_depend_on_the_mixture():
    rng = np.random.default_rng(1)
    signal, background = rng.normal(1, 1, 5000), rng.normal(0, 1, 5000)
    cuts = np.linspace(-1, 2, 61)
    shares = [[np.mean(kind >= cut) for cut in cuts] for kind in (signal, background)]
    S, B = np.array(shares)
    best = {np.argmax(100 * S / np.sqrt(ratio * 100 * B)) for ratio in (1, 100, 1000)}
    assert len(best) == 1
    np.testing.assert_allclose(
        (100 * S / np.sqrt(5e4 * B)) / (100 / math.sqrt(5e4)), S / np.sqrt(B), rtol=1e-12
    )


# ── Deep sets ──────────────────────────────────────────────────────────────────────────────


def test_deep_sets_see_no_order_and_no_padding(parts):
    by_hand, particles = defined("by_hand", "particles", preprocess=preprocess)
    rng = np.random.default_rng(2)
    shapes = [(6, 8), (8, 8), (8, 8), (8, 8), (8, 8), (8, 1)]
    weights = [
        one for shape in shapes for one in (rng.normal(size=shape), rng.normal(size=shape[1]))
    ]
    x = particles(parts[1].constituents[:30]).astype(float)
    answer = by_hand(x, weights)
    np.testing.assert_allclose(by_hand(x[:, rng.permutation(40)], weights), answer, rtol=1e-9)
    longer = np.concatenate([x, np.zeros((30, 7, 6))], axis=1)
    np.testing.assert_allclose(by_hand(longer, weights), answer, rtol=1e-9)
    assert np.ptp(answer) > 0


def test_lists_hold_the_hardest_particles_and_nothing_behind_them(parts):
    (particles,) = defined("particles", preprocess=preprocess)
    some = parts[1].take(slice(200))
    x = particles(some.constituents)
    assert x.shape == (200, 40, 6)
    np.testing.assert_array_equal(x[..., 5].sum(axis=1), np.minimum(some.n, 40))
    assert not x[x[..., 5] == 0].any()
    np.testing.assert_allclose(x[..., 1].sum(axis=1), 3, rtol=1e-5)  # shares, times 3
    np.testing.assert_allclose(np.exp(2 * x[0, :3, 0]), some.constituents[0, :3, 0], rtol=1e-4)
    few = x[some.n < 40]
    assert len(few) > 20
    np.testing.assert_allclose((few[..., 1:2] * few[..., 2:4]).sum(axis=1), 0, atol=1e-3)


def test_plain_sums_forget_and_sums_of_squares_nearly_know_the_mass(parts):
    some = parts[1].take(slice(500))
    jet = centre(some.constituents)
    share = jet[..., :1] / jet[..., :1].sum(axis=1, keepdims=True)
    sums = np.concatenate([share, share * jet[..., 1:]], axis=2).sum(axis=1)
    np.testing.assert_allclose(sums, [[1, 0, 0]] * 500, atol=1e-9)
    width = (share[..., 0] * (jet[..., 1:] ** 2).sum(axis=2)).sum(axis=1)
    ratio = width / (some.mass / some.pt) ** 2
    assert np.median(ratio) == pytest.approx(1, abs=0.05)
    assert np.quantile(np.abs(ratio - 1), 0.9) < 0.1


def test_pictures_are_roots_of_shares(parts):
    (pictures,) = defined("pictures", images=images, normalise=normalise, preprocess=preprocess)
    found = pictures(parts[1].constituents[:50])
    assert found.shape == (50, 25, 25, 1)
    assert found.dtype == np.float32
    np.testing.assert_allclose((found**2).sum(axis=(1, 2, 3)), 1, rtol=1e-5)


# ── Trees, the mass, and what they do to the background ────────────────────────────────────


def test_trees_carve_a_peak_and_lose_without_the_mass(parts):
    train, validation, _ = parts
    (five_numbers,) = defined("five_numbers")

    def scores(columns):
        trees = HistGradientBoostingClassifier(
            max_iter=200, learning_rate=0.05, max_leaf_nodes=15, early_stopping=False
        )
        trees.fit(five_numbers(train)[:, columns], train.labels)
        return trees.decision_function(five_numbers(validation)[:, columns])

    every, blind = scores([0, 1, 2, 3, 4]), scores([1, 2, 3, 4])
    y, mass = validation.labels, validation.mass
    assert roc_auc_score(y, every) > roc_auc_score(y, blind) + 0.02
    near = np.abs(mass - 80) < 5
    quiet = y == 0
    share = {"all": near[quiet].mean()}
    for name, score in (("every", every), ("blind", blind)):
        kept = quiet & (score >= np.quantile(score[y == 1], 0.2))
        share[name] = near[kept].mean()
    assert share["every"] > 1.6 * share["all"]
    assert share["blind"] == pytest.approx(share["all"], abs=0.08)


def test_the_mass_spectrum_of_the_background_falls_gently(parts):
    mass = np.concatenate([part.mass[part.labels == 0] for part in parts])
    counts = np.histogram(mass, np.linspace(65, 95, 7))[0]
    assert counts[0] > counts[2] > counts[5] > 0.5 * counts[0]


def test_the_crude_detector_is_as_told(parts):
    (crude_detector,) = defined("crude_detector")
    jet = parts[1].constituents[:300]
    before = jet.copy()
    seen = crude_detector(jet, np.random.default_rng(0))
    np.testing.assert_array_equal(jet, before)
    there = seen[..., 0] > 0
    assert seen[there][:, 0].min() > 1
    assert not seen[~there].any()
    assert 0.3 < there.sum() / (jet[..., 0] > 0).sum() < 0.95
    assert (np.diff(seen[..., 0], axis=1) <= 0).all()  # the hardest first
    alone = np.broadcast_to([50.0, 0.2, -0.3], (5000, 1, 3))
    seen = crude_detector(alone, np.random.default_rng(1)) - alone
    assert np.std(seen[..., 0]) == pytest.approx(5.0, rel=0.1)
    assert np.std(seen[..., 1:], axis=(0, 1)) == pytest.approx([0.05, 0.05], rel=0.1)


# ── The page ───────────────────────────────────────────────────────────────────────────────


def test_links_to_the_widget_name_taggers_that_it_shows():
    (cell,) = [cell for cell in CELLS if "WorkingPoint({" in cell]
    known = set(re.findall(r'"([^"]+)": scores\[', cell))
    links = re.findall(r"#widget=working_point(&[^\s]*)", TEXT)
    assert len(links) == 3
    for link in links:
        for name in re.findall(r"&(?:tagger|other)=([^&]+)", link):
            assert name.replace("%20", " ") in known


def test_every_number_in_the_text_is_stored_and_every_stored_one_that_is_named_is_used():
    used = set(re.findall(r"\{glue:text\}`([^`]+)`", TEXT))
    stored = set()
    for name in re.findall(r'glue\(f?"([^"]+)"', TEXT):
        stored.add(re.compile(re.sub(r"\{[^}]*\}", "[a-z0-9-]+", name)))
    for name in used:
        assert any(pattern.fullmatch(name) for pattern in stored), name
    assert len(used) > 40
