"""Answers that use the library are noticed; others are left alone."""

import functools

import pytest

from helpers.checks.guard import forbidden_use


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
}

ALLOWED = {
    "imported to compare with": "from helpers.nn import losses\ndef f(x):\n    return 2 * x",
    "a name that looks like it": "def f(nn):\n    return nn.losses",
    "another part of the package": "from helpers import plot, datasets\nimport helpers\n"
    "def f(x):\n    return plot, datasets, helpers.plot",
    "words in a docstring": "def f(x):\n    'Do not use helpers.nn here.'\n    return x",
    "numpy": "import numpy as np\nfrom numpy import mean\ndef f(x):\n    return mean(np.abs(x))",
    "itself": "def f(x):\n    return f(x - 1) if x else 0",
}


@pytest.mark.parametrize("source", FORBIDDEN.values(), ids=FORBIDDEN)
def test_use_is_noticed(source):
    assert forbidden_use(answer(source)).startswith("helpers.nn")


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
