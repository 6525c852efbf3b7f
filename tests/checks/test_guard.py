"""Answers that use the library are noticed; others are left alone."""

import functools

import pytest

from helpers.checks.guard import forbidden_use, off_limits


def answer(source, name="f"):
    """Return a function as a notebook defines it."""
    namespace = {"__name__": "__main__"}
    exec(source, namespace)
    return namespace[name]


FORBIDDEN = {
    "import at the top": "from helpers.nn.losses import MeanSquaredError\n"
    "def f(x):\n    return MeanSquaredError().value(x, x)",
    "as a module": "import helpers.nn.losses as L\ndef f(x):\n    return L.MeanSquaredError",
    "through the package": "import helpers\nimport helpers.nn.losses\n"
    "def f(x):\n    return helpers.nn.losses.MeanSquaredError",
    "package by another name": "from helpers import nn as tools\ndef f(x):\n    return tools",
    "import inside": "def f(x):\n    from helpers.nn.losses import Loss\n    return Loss",
    "import of the package inside": "def f(x):\n    from helpers import nn\n    return nn",
    "plain import inside": "def f(x):\n    import helpers.nn.losses\n    return helpers",
    "importlib": "import importlib\ndef f(x):\n    return importlib.import_module('helpers.nn')",
    "a helper of one's own": "from helpers.nn import losses\ndef g(x):\n    return losses\n"
    "def f(x):\n    return g(x)",
    "an object made before": "from helpers.nn.optimizers import SGD\ns = SGD()\n"
    "def f(x):\n    return s",
    "a default value": "from helpers.nn.losses import MeanSquaredError\n"
    "def f(x, loss=MeanSquaredError):\n    return loss",
    "a closure": "from helpers.nn import losses\n"
    "def make(m):\n    def f(x):\n        return m\n    return f\nf = make(losses)",
    "a lambda inside": "from helpers.nn import losses\n"
    "def f(x):\n    return sorted(x, key=lambda v: losses)",
    "the library's own": "from helpers.nn.gradcheck import numerical_gradient as f",
    "a class of one's own": "from helpers.nn import losses\n"
    "class C:\n    def go(self):\n        return losses\ndef f(x):\n    return C().go()",
    "under a short name of the package": "import helpers as h\nimport helpers.nn.losses\n"
    "def f(x):\n    return h.nn.losses",
}

FORBIDDEN_JETS = {
    "import at the top": "from helpers.jets import images\ndef f(x):\n    return images(x)",
    "as a module": "from helpers import jets\ndef f(x):\n    return jets.images(x)",
    "through the package": "import helpers\nimport helpers.jets\n"
    "def f(x):\n    return helpers.jets.images(x)",
    "beside the data": "import helpers\nimport helpers.datasets\nimport helpers.jets\n"
    "def f(x):\n    return helpers.datasets.jets, helpers.jets.images(x)",
    "import inside": "def f(x):\n    from helpers.jets import centre\n    return centre(x)",
    "import of the module inside": "def f(x):\n    from helpers import jets\n    return jets",
    "plain import inside": "def f(x):\n    import helpers.jets as h\n    return h.flip(x)",
    "importlib": "import importlib\n"
    "def f(x):\n    return importlib.import_module('helpers.jets').rotate(x)",
    "the library's own": "from helpers.jets import preprocess as f",
    "a helper of one's own": "from helpers.jets import rotate\ndef g(x):\n    return rotate(x)\n"
    "def f(x):\n    return g(x)",
}

ALLOWED = {
    "imported to compare with": "from helpers.nn import losses\ndef f(x):\n    return 2 * x",
    "a name that looks like it": "def f(nn):\n    return nn.losses",
    "another part of the package": "from helpers import plot, datasets\nimport helpers\n"
    "def f(x):\n    return plot, datasets, helpers.plot",
    "words in a docstring": "def f(x):\n    'Do not use helpers.nn here.'\n    return x",
    "numpy": "import numpy as np\nfrom numpy import mean\ndef f(x):\n    return mean(np.abs(x))",
    "itself": "def f(x):\n    return f(x - 1) if x else 0",
    "jets as data": "from helpers.datasets import Jets, jets\n"
    "def f(x):\n    return jets, Jets, Jets(*x)",
    "jets as data, imported inside": "def f(x):\n    from helpers.datasets import jets\n"
    "    import helpers.datasets.jets\n    return jets()",
    "jets as data, through the package": "import helpers\nimport helpers.jets\n"
    "def f(x):\n    return helpers.datasets.jets()",
    "a variable called jets": "import helpers\ndef f(x):\n    jets = x\n    return jets.mean()",
}


@pytest.mark.parametrize("source", FORBIDDEN.values(), ids=FORBIDDEN)
def test_use_is_noticed(source):
    assert off_limits(forbidden_use(answer(source))) == "helpers.nn"


@pytest.mark.parametrize("source", FORBIDDEN_JETS.values(), ids=FORBIDDEN_JETS)
def test_use_of_the_jets_library_is_noticed(source):
    assert off_limits(forbidden_use(answer(source))) == "helpers.jets"


def test_use_of_the_metrics_is_noticed():
    source = "from helpers.metrics import rejection\ndef f(y, s): return rejection(y, s), 0.0"
    assert off_limits(forbidden_use(answer(source))) == "helpers.metrics"


@pytest.mark.parametrize("source", ALLOWED.values(), ids=ALLOWED)
def test_no_false_alarm(source):
    assert forbidden_use(answer(source)) is None


def test_wrapped_functions_are_looked_into():
    used = answer(FORBIDDEN["import at the top"])
    assert forbidden_use(functools.partial(used, 1))
    assert forbidden_use(functools.lru_cache(used))


def test_builtins_and_callable_objects_are_let_pass():
    assert forbidden_use(abs) is None
    assert forbidden_use(object()) is None
