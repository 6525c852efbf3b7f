"""Data sets of the book: small, embedded, the same every time.

Each loader is a function that returns NumPy arrays; its docstring states shapes, units,
source and licence. Nothing here touches the network, except `mnist` and `cifar10` when
they are first called.
"""

from helpers.datasets.breast_cancer import breast_cancer
from helpers.datasets.cifar10 import CIFAR10_NAMES, cifar10
from helpers.datasets.digits import digits
from helpers.datasets.drawings import drawn_digits
from helpers.datasets.houses import flats, houses
from helpers.datasets.jets import Jets, jets, jets_settings, read_jets
from helpers.datasets.mnist import mnist
from helpers.datasets.shapes20 import shapes20
from helpers.datasets.windows import windows

__all__ = [
    "CIFAR10_NAMES",
    "Jets",
    "breast_cancer",
    "cifar10",
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
