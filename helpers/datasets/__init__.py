"""Data sets of the book: small, embedded, the same every time.

Each loader is a function that returns NumPy arrays; its docstring states shapes, units,
source and licence. Nothing here touches the network, except `mnist` when it is first called.
"""

from helpers.datasets.breast_cancer import breast_cancer
from helpers.datasets.digits import digits
from helpers.datasets.drawings import drawn_digits
from helpers.datasets.houses import flats, houses
from helpers.datasets.jets import Jets, jets, jets_settings, read_jets
from helpers.datasets.mnist import mnist
from helpers.datasets.shapes20 import shapes20
from helpers.datasets.windows import windows

__all__ = [
    "Jets",
    "breast_cancer",
    "digits",
    "drawn_digits",
    "flats",
    "houses",
    "jets",
    "jets_settings",
    "mnist",
    "read_jets",
    "shapes20",
    "windows",
]
