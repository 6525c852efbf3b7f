"""The jets that judge a tagger: made like those of the book, and none of them."""

import numpy as np

from helpers.datasets import jets, jets_settings, read_jets
from tests.exercises import harness

FILE = harness.ROOT / "solutions" / "jets" / "hidden_jets.npz"


def test_hidden_jets_are_made_like_the_others_from_another_seed():
    hidden, ours = jets_settings(FILE), jets_settings()
    assert (hidden["seed"], ours["seed"]) == (2, 1)
    different = {key for key in ours if hidden[key] != ours[key]}
    assert different == {"seed", "events of QCD", "events of W"}


def test_hidden_tests_read_just_these_jets():
    hidden = read_jets(FILE)
    assert np.bincount(hidden.labels).tolist() == [2000, 2000]
    cells = [text for cell, text in harness.hidden("jets").items() if "tag_jets" in cell]
    assert len(cells) == 2
    for text in cells:
        digest = text.split('"hidden_jets.npz", "')[1].split('"')[0]
        read_jets(FILE, digest)


def test_no_hidden_jet_is_in_the_book():
    def marks(some):
        return {tuple(row) for row in np.stack([some.pt, some.eta, some.mass, some.tau21], 1)}

    book = set().union(*map(marks, jets()))
    assert marks(read_jets(FILE)) & book == set()
