"""What the chapter on reading handwriting says in words, checked in numbers."""

import itertools
import math
import re
from pathlib import Path

import jupytext
import nbclient
import nbformat
import numpy as np
import pytest

from helpers.datasets import digits
from helpers.nn.layers import Dense
from helpers.nn.losses import CategoricalCrossEntropy
from helpers.nn.network import Network
from helpers.nn.optimizers import Adam

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "chapters" / "digits.md"
TEXT = PAGE.read_text(encoding="utf-8")
CELLS = re.findall(
    r"^```\{code-cell\} ipython3\n(?:---\n.*?^---\n|:tags:[^\n]*\n)?(.*?)^```$",
    TEXT,
    flags=re.DOTALL | re.MULTILINE,
)


@pytest.fixture(scope="module")
def data():
    images, labels = digits()
    order = np.random.default_rng(0).permutation(1797)
    return images.reshape(-1, 64), labels, order[:1397], order[1397:]


def _network(hidden, rng):
    return Network([Dense(64, hidden, activation="relu", rng=rng), Dense(hidden, 10, rng=rng)])


def _trained(X, y, seed, hidden=32, epochs=20):
    rng = np.random.default_rng(seed)
    network = _network(hidden, rng)
    network.fit(
        X,
        y,
        loss=CategoricalCrossEntropy(),
        optimizer=Adam(learning_rate=0.003),
        epochs=epochs,
        batch_size=32,
        rng=rng,
    )
    return network


def _right(network, X, y):
    return np.mean(network.predict(X).argmax(axis=1) == y)


# ── The data and their division ────────────────────────────────────────────────────────────


def test_the_numbers_of_pictures_and_writers(data):
    from sklearn.datasets import load_digits

    pictures, _, development, test = data
    assert (len(pictures), len(development), len(test)) == (1797, 1397, 400)
    assert set(development).isdisjoint(test)
    described = " ".join(load_digits().DESCR.split())
    assert "From a total of 43 people, 30 contributed to the training set" in described
    assert "different 13 to the test set" in described
    assert 5620 - 1797 == 3823  # what UCI holds besides
    assert ":Number of Instances: 1797" in described
    assert len(np.unique(pictures)) == 17


def test_the_test_set_is_used_in_one_cell_of_numbers_and_looked_at_afterwards():
    using = [cell for cell in CELLS if re.search(r"\[test\b|\(test\)", cell)]
    first = next(k for k, cell in enumerate(CELLS) if "final.fit(" in cell)
    assert CELLS.index(using[0]) <= first  # len(test) is printed at the start
    for cell in CELLS[:first]:
        assert "[test]" not in cell, cell
    # Nothing is trained with it, and nothing is chosen by it.
    for cell in using:
        assert not re.search(r"fit\(\s*\w+\[test\]", cell)


def test_a_division_takes_all_development_pictures_once_and_differs_from_seed_to_seed(data):
    names = {"np": np, "validation_size": 300, "development": data[2]}
    (cell,) = [cell for cell in CELLS if "def split(seed)" in cell]
    exec(cell[: cell.index("\n\n\n")], names)
    learn, check = names["split"](3)
    assert (len(learn), len(check)) == (1097, 300)
    np.testing.assert_array_equal(np.sort([*learn, *check]), np.sort(data[2]))
    assert not np.array_equal(learn, names["split"](4)[0])
    assert math.ceil(1097 / 32) == 35  # steps in an epoch


# ── Statistics ─────────────────────────────────────────────────────────────────────────────


def test_the_sign_flips_are_the_t_of_each_row_by_the_book():
    rng = np.random.default_rng(0)
    seeds = 6
    results = {name: rng.normal(size=seeds) for name in "abc"}
    baseline = rng.normal(size=seeds)
    names = {
        "np": np, "itertools": itertools, "seeds": seeds, "results": results, "baseline": baseline,
    }  # fmt: skip
    (cell,) = [cell for cell in CELLS if "itertools.product([1, -1]" in cell]
    exec(cell, names)
    assert names["signs"].shape == (64, 6)
    for row, scores in enumerate(results.values()):
        for way in (0, 17, 63):
            d = (scores - baseline) * names["signs"][way]
            t = abs(d.mean()) / (d.std(ddof=1) / math.sqrt(seeds))
            np.testing.assert_allclose(names["distance"][row, way], t, rtol=1e-6)
    np.testing.assert_array_equal(names["signs"][0], 1)


def test_where_nothing_matters_the_limit_is_passed_in_one_of_twenty_studies():
    (cell,) = [cell for cell in CELLS if "itertools.product([1, -1]" in cell]
    code = compile(cell.replace("print(", "str("), "cell", "exec")
    rng = np.random.default_rng(1)
    passed, beyond_two = [], []
    for _ in range(200):
        # Twenty rows that share one baseline, ten seeds each, and no effect at all.
        names = {"np": np, "itertools": itertools, "seeds": 10, "baseline": rng.normal(size=10)}
        names["results"] = {k: rng.normal(size=10) for k in range(20)}
        exec(code, names)
        passed.append(names["distance"][:, 0].max() > names["limit"])
        beyond_two.append((names["distance"][:, 0] > 2).sum())
    assert 0.02 < np.mean(passed) < 0.10
    assert 1.0 < np.mean(beyond_two) < 2.2  # "one or two that have an effect"


def test_how_large_a_drawer():
    variance = 0.975 * 0.025 + 0.98 * 0.02
    assert f"{variance:.4f}" == "0.0440"
    assert round(4 * round(variance, 4) / 0.005**2) == 7040
    assert f"{100 * math.sqrt(0.98 * 0.02 / 10_000):.2f}" == "0.14"
    assert f"{100 * math.sqrt(0.8 * 0.2 / 10):.0f}" == "13"  # ten tries of one's own
    assert 0.74**10 < 1 / 20 < 0.75**10  # ten of ten by luck


# ── What the network can't see ─────────────────────────────────────────────────────────────


def test_a_jigsaw_is_the_same_picture_to_it(data):
    pictures = data[0][:50]
    order = np.random.default_rng(9).permutation(64)
    network = _network(16, np.random.default_rng(1))
    before = network.predict(pictures)
    network.layers[0].weights = network.layers[0].weights[order]
    np.testing.assert_allclose(network.predict(pictures[:, order]), before, rtol=1e-12)


def test_weights_of_pixels_that_are_always_blank_never_move(data):
    pictures, labels, development, _ = data
    blank = (pictures[development] == 0).all(axis=0)
    assert blank.any()
    start = _network(32, np.random.default_rng(5)).layers[0].weights
    network = _trained(pictures[development], labels[development], seed=5, epochs=2)
    np.testing.assert_array_equal(network.layers[0].weights[blank], start[blank])


def test_one_pixel_to_the_side_and_it_reads_less_than_two_thirds(data):
    pictures, labels, development, _ = data
    learn, check = development[300:], development[:300]
    names = {"np": np, "side": 8}
    (cell,) = [cell for cell in CELLS if "def moved(" in cell]
    exec(cell[: cell.index("\n\n\n")], names)
    images = pictures[check].reshape(-1, 8, 8)
    right = names["moved"](images, 1)
    np.testing.assert_array_equal(right[:, :, 1:], images[:, :, :-1])
    np.testing.assert_array_equal(right[:, :, 0], 0)
    np.testing.assert_array_equal(names["moved"](images, 0), images)
    for seed in range(3):
        network = _trained(pictures[learn], labels[learn], seed)
        assert _right(network, pictures[check], labels[check]) > 0.93
        for dx in (-1, 1):
            moved = names["moved"](images, dx).reshape(-1, 64)
            assert _right(network, moved, labels[check]) < 0.67


def test_noise_gets_confident_answers_and_an_empty_page_does_not(data):
    from helpers.nn.activations import softmax

    pictures, labels, development, _ = data
    network = _trained(pictures[development], labels[development], seed=1, hidden=256)
    noise = np.random.default_rng(2).random((1000, 64))
    assert np.mean(softmax(network.predict(noise)).max(axis=1) > 0.9) > 0.3
    assert softmax(network.predict(np.zeros((1, 64)))).max() < 0.5


def test_disturbed_pictures_are_a_little_different_and_right_where_one_can_tell():
    (cell,) = [cell for cell in CELLS if "def disturbed(" in cell]
    source = cell[cell.index("def disturbed(") : cell.index("small, names")]
    names = {"np": np}
    exec(source, names)

    class Still:  # no turn, no zoom, no move, no ink
        def normal(self, mean, spread, shape):
            return np.full(shape, float(mean))

    images = digits()[0][:40]
    np.testing.assert_allclose(names["disturbed"](images, Still()), images, atol=1e-12)

    class Moved(Still):
        calls = 0

        def normal(self, mean, spread, shape):
            self.calls += 1
            return np.full(shape, 1.0 if self.calls == 3 else float(mean))

    moved = names["disturbed"](images, Moved())  # by one pixel, to the left
    np.testing.assert_allclose(moved[:, :, :-1], images[:, :, 1:], atol=1e-12)
    np.testing.assert_allclose(moved[:, :, -1], 0, atol=1e-12)
    new = names["disturbed"](images, np.random.default_rng(1))
    assert new.shape == images.shape
    assert 0 <= new.min() <= new.max() <= 1
    alike = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(new, images, strict=True)]
    assert np.median(alike) > 0.8
    assert max(alike) < 1


def test_parts_in_the_order_of_the_file_are_harder_and_less_alike(data):
    pictures, labels, development, _ = data
    in_order = np.sort(development)
    shares = []
    for seed in (100, 101):
        shuffled = np.random.default_rng(seed).permutation(in_order)
        for order in (in_order, shuffled):
            parts = np.array_split(order, 13)
            for k, part in enumerate(parts):
                others = np.concatenate(parts[:k] + parts[k + 1 :])
                network = _trained(pictures[others], labels[others], seed)
                shares.append(_right(network, pictures[part], labels[part]))
    apart, mixed = np.reshape(shares, (2, 2, 13)).mean(axis=0)
    assert apart.mean() < mixed.mean() - 0.008
    assert apart.std() > 1.3 * mixed.std()


# ── Find the bug ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("seed", range(5))
def test_copies_before_the_split_are_too_good_to_be_true(data, seed):
    pictures, labels, development, _ = data
    few, fresh = development[:200], development[600:]
    rng = np.random.default_rng(seed)

    def copies(rows):
        X = pictures[rows].repeat(10, axis=0)
        return X + 0.1 * rng.normal(size=X.shape), labels[rows].repeat(10)

    X, y = copies(few)
    order = rng.permutation(len(X))
    train, valid = order[:1600], order[1600:]
    twins = np.isin(valid // 10, train // 10)
    assert twins.mean() > 0.99
    leaky = _trained(X[train], y[train], seed)
    assert _right(leaky, X[valid], y[valid]) > 0.985
    assert _right(leaky, pictures[fresh], labels[fresh]) < 0.965

    few = rng.permutation(few)
    X, y = copies(few[:160])
    honest = _trained(X, y, seed)
    right = _right(honest, pictures[fresh], labels[fresh])
    # Validation agrees with fresh pictures within three of its own errors.
    said = _right(honest, pictures[few[160:]], labels[few[160:]])
    assert abs(said - right) < 3 * math.sqrt(right * (1 - right) / 40)


# ── The page ───────────────────────────────────────────────────────────────────────────────


def test_the_page_says_which_figures_are_mnists():
    table = TEXT[TEXT.index("### And on MNIST?") : TEXT.index("(digits-confusion)=")]
    rows = re.findall(r"^\| ([^|]+) \| ([\d.]+) \| \{cite:t\}`(\w+)` \|$", table, re.MULTILINE)
    assert [(float(wrong), key) for _, wrong, key in rows] == [
        (12.0, "lecun1998gradient"),
        (5.0, "lecun1998gradient"),
        (4.7, "lecun1998gradient"),
        (0.95, "lecun1998gradient"),
        (0.35, "ciresan2010"),
    ]
    assert "Every figure that the page computes belongs to the embedded digits" in TEXT


def test_every_preset_is_a_drawing_that_the_widget_takes():
    from helpers.widgets import DrawADigit

    links = re.findall(r"\{button-link\} #widget=draw_a_digit&strokes=(\S+)", TEXT)
    assert len(links) == 3
    network = _network(16, np.random.default_rng(0))
    for link in links:
        widget = DrawADigit(network, strokes=[int(number) for number in link.split(",")])
        assert widget.picture.sum() > 5


def test_the_page_prints_no_answer_of_the_exercise():
    code = "".join(CELLS)
    assert "literalinclude" not in TEXT
    for answer in ("np.add.at", "bincount(10 *", "def confusion", "def normalise", "def fit"):
        assert answer not in code
    # Training is the library's or a framework's: no loop of its own with gradients in NumPy.
    assert ".backward(" not in code
    assert ".grad(" not in code


def test_code_is_narrow_enough_for_the_page():
    shown = re.findall(r"^```\{code-cell\} ipython3\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    for cell in shown:
        if "remove-cell" in cell:
            continue
        body = re.sub(r"\A---\n.*?^---\n", "", cell, flags=re.DOTALL | re.MULTILINE)
        assert max(map(len, body.splitlines())) <= 79


@pytest.mark.slow
def test_the_page_runs_on_mnist_after_one_line_is_changed():
    """There is no network here: the digits, blown up to 28 × 28, stand in for MNIST."""
    notebook = nbformat.from_dict(jupytext.read(PAGE))
    stand_in = """
import numpy as np
import helpers.datasets

def mnist():
    images, labels = helpers.datasets.digits()
    large = np.pad(np.kron(images, np.ones((1, 3, 3))), ((0, 0), (2, 2), (2, 2)))
    rng = np.random.default_rng(0)
    train, test = rng.choice(1400, 60_000), 1400 + rng.choice(397, 10_000)
    large = large.astype(np.float32)
    return (large[train], labels[train]), (large[test], labels[test])

helpers.datasets.mnist = mnist
"""
    notebook.cells.insert(0, nbformat.v4.new_code_cell(stand_in))
    changed = 0
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.startswith('DATA = "digits"'):
            cell.source = cell.source.replace('DATA = "digits"', 'DATA = "mnist"')
            changed += 1
        # Fewer seeds: here it is only asked whether everything runs.
        if "validation_size, seeds = 400, 6" in cell.source:
            cell.source = cell.source.replace("400, 6", "400, 2")
    assert changed == 1
    nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    printed = "".join(
        output.text
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.get("name") == "stdout"
    )
    assert "28 × 28 pixels" in printed
    assert "25,450 parameters" in printed
