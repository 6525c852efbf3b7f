"""Automatic differentiation against derivatives by hand, finite differences, and GradientTape."""

import math
import operator

import numpy as np
import pytest

from helpers.nn.activations import ACTIVATIONS
from helpers.nn.autodiff import Value

# Each with a function of plain numbers, its derivative written down by hand, and points to try.
FUNCTIONS = {
    "neg": (lambda v: -v, operator.neg, lambda x: -1, (2.0, -3.0)),
    "square": (lambda v: v**2, lambda x: x**2, lambda x: 2 * x, (2.0, -3.0, 0.0)),
    "cube": (lambda v: v**3, lambda x: x**3, lambda x: 3 * x**2, (2.0, -3.0, 0.0)),
    "root": (lambda v: v**0.5, math.sqrt, lambda x: 0.5 / math.sqrt(x), (2.0, 9.0)),
    "inverse": (lambda v: v**-1, lambda x: 1 / x, lambda x: -1 / x**2, (2.0, -3.0)),
    "power 1": (lambda v: v**1, lambda x: x, lambda x: 1, (2.0, -3.0, 0.0)),
    "power 0": (lambda v: v**0, lambda x: 1, lambda x: 0, (2.0, -3.0, 0.0)),
    "exp": (Value.exp, math.exp, math.exp, (2.0, -3.0, 0.0)),
    "log": (Value.log, math.log, lambda x: 1 / x, (2.0, 0.5)),
    "tanh": (Value.tanh, math.tanh, lambda x: 1 / math.cosh(x) ** 2, (2.0, -3.0, 0.0)),
    "relu": (Value.relu, lambda x: max(x, 0), lambda x: 1 if x > 0 else 0, (2.0, -3.0, 0.0)),
    "sigmoid": (
        Value.sigmoid,
        lambda x: 1 / (1 + math.exp(-x)),
        lambda x: math.exp(-x) / (1 + math.exp(-x)) ** 2,
        (2.0, -3.0, 0.0),
    ),
}

BINARY = {
    operator.add: lambda x, y: (1, 1),
    operator.sub: lambda x, y: (1, -1),
    operator.mul: lambda x, y: (y, x),
    operator.truediv: lambda x, y: (1 / y, -x / y**2),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_one_number(name):
    function, plain, derivative, points = FUNCTIONS[name]
    for x in points:
        value = Value(x)
        out = function(value)
        out.backward()
        assert out.data == pytest.approx(plain(x), rel=1e-14)
        assert value.grad == pytest.approx(derivative(x), rel=1e-14, abs=1e-16)


@pytest.mark.parametrize("operation", BINARY)
@pytest.mark.parametrize("values", [(3.0, -2.0), (0.0, 7.0), (-1.5, 0.25)])
def test_operations_with_values_and_with_numbers_on_either_side(operation, values):
    x, y = values
    slopes = BINARY[operation](x, y)
    left, right = Value(x), Value(y)
    out = operation(left, right)
    out.backward()
    assert (out.data, left.grad, right.grad) == (operation(x, y), *map(pytest.approx, slopes))
    for number in (int, float, np.float64, np.float32):
        if number(x) == x:
            right = Value(y)
            out = operation(number(x), right)
            out.backward()
            assert isinstance(out, Value)
            assert (out.data, right.grad) == (operation(x, y), pytest.approx(slopes[1]))
        if number(y) == y:
            left = Value(x)
            out = operation(left, number(y))
            out.backward()
            assert (out.data, left.grad) == (operation(x, y), pytest.approx(slopes[0]))


def test_what_is_used_twice_collects_from_both():
    x = Value(3.0)
    (x + x).backward()
    assert x.grad == 2
    x = Value(3.0)
    (x * x * x).backward()
    assert x.grad == 27
    # b is used at two depths, so it must wait for both.
    a = Value(2.0)
    b = a * 3
    c = b + 1
    (b * c).backward()
    assert (c.grad, b.grad, a.grad) == (6, 13, 39)


def test_two_branches_that_meet_are_each_walked_once():
    # Each of the 60 values is used twice by the next: walked as a tree, 2⁶⁰ steps.
    x = value = Value(1.0)
    for _ in range(60):
        value = value + value
    value.backward()
    assert x.grad == 2.0**60


def test_a_second_backward_gives_the_same_once_more():
    x, y = Value(2.0), Value(5.0)
    f = x * y + x.exp()
    f.backward()
    first = x.grad, y.grad
    f.backward()
    assert (x.grad, y.grad) == first
    # Another result of the same numbers starts from 0 as well.
    (x + y).backward()
    assert (x.grad, y.grad) == (1, 1)


def test_a_chain_of_ten_thousand():
    x = value = Value(1.0)
    for _ in range(10_000):
        value = value + 0.5
    value.backward()
    assert (value.data, x.grad) == (5001, 1)


def test_what_the_result_does_not_depend_on_is_left_alone():
    x, other = Value(2.0), Value(3.0)
    unused = x * other
    (x * 4).backward()
    assert (x.grad, other.grad, unused.grad) == (4, 0, 0)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu"])
def test_the_functions_are_those_of_the_activations(name):
    for z in (-1000.0, -3.0, 0.0, 0.5, 1000.0):
        value = Value(z)
        out = getattr(value, name)()
        out.backward()
        found = out.data, value.grad
        expected = ACTIVATIONS[name].value(z), ACTIVATIONS[name].derivative(z)
        np.testing.assert_allclose(found, expected, rtol=1e-13, atol=0)


def test_bad_input_is_refused():
    for data in ("3", None, 1j, [1.0], np.ones(2), Value(1.0)):
        with pytest.raises(TypeError, match="one real number"):
            Value(data)
    for operation in BINARY:
        with pytest.raises(TypeError, match="one real number"):
            operation(Value(1.0), "3")
    with pytest.raises(TypeError, match="one real number"):
        np.ones(2) * Value(1.0)
    with pytest.raises(TypeError, match="exponent"):
        Value(2.0) ** Value(2.0)
    with pytest.raises(ValueError, match=r"-2 \*\* 0.5 is not a real number"):
        Value(-2.0) ** 0.5
    with pytest.raises(ValueError, match=r"0 \*\* 0.5 has no finite slope"):
        Value(0.0) ** 0.5
    with pytest.raises(ZeroDivisionError):
        1 / Value(0.0)
    for data in (0.0, -1.0):
        with pytest.raises(ValueError, match="positive"):
            Value(data).log()


def test_it_shows_its_number_and_its_gradient():
    x = Value(2)
    (x * 3).backward()
    assert repr(x) == "Value(2, grad=3)"


# A random expression: each step joins or changes values made before, so many are used again.
def random_expression(rng, leaves, *, tanh, sigmoid, relu, exp, log):
    pool = list(leaves)

    def pick():
        return pool[rng.integers(len(pool))]

    for _ in range(30):
        kind = rng.integers(11)
        a, b = pick(), pick()
        pool.append(
            [
                lambda a, b: a + b,
                lambda a, b: a - b,
                lambda a, b: tanh(a) * b,
                lambda a, b: a / (b**2 + 1),
                lambda a, b: 2 * tanh(a) ** 3,
                lambda a, b: 1 - sigmoid(a),
                lambda a, b: relu(a) + -b,
                lambda a, b: exp(tanh(a)),
                lambda a, b: log(b**2 + 0.5),
                lambda a, b: 0.5 / (sigmoid(b) + 1),
                lambda a, b: tanh(a * b),
            ][kind](a, b)
        )
    total = pool[0]
    for value in pool[1:]:
        total = total + value
    return total


OF_VALUES = {name: getattr(Value, name) for name in ("tanh", "sigmoid", "relu", "exp", "log")}


@pytest.mark.parametrize("seed", range(20))
def test_random_expressions_match_finite_differences(seed):
    from helpers.nn.gradcheck import gradient_error

    def build(numbers):
        leaves = [Value(x) for x in numbers]
        return leaves, random_expression(np.random.default_rng(seed), leaves, **OF_VALUES)

    point = np.random.default_rng(100 + seed).normal(size=4)
    leaves, out = build(point)
    out.backward()
    grads = np.array([leaf.grad for leaf in leaves])
    assert gradient_error(lambda v: build(v)[1].data, point, grads) < 1e-7


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_gradient_tape_agrees_on_random_expressions(seed):
    import tensorflow as tf

    numbers = np.random.default_rng(100 + seed).normal(size=4)
    leaves = [Value(x) for x in numbers]
    out = random_expression(np.random.default_rng(seed), leaves, **OF_VALUES)
    out.backward()

    variables = [tf.Variable(x, dtype=tf.float64) for x in numbers]
    with tf.GradientTape() as tape:
        theirs = random_expression(
            np.random.default_rng(seed),
            [tf.identity(v) for v in variables],
            tanh=tf.tanh,
            sigmoid=tf.sigmoid,
            relu=tf.nn.relu,
            exp=tf.exp,
            log=tf.math.log,
        )
    grads = tape.gradient(theirs, variables)
    assert out.data == pytest.approx(float(theirs), rel=1e-12)
    np.testing.assert_allclose([leaf.grad for leaf in leaves], grads, rtol=1e-11, atol=1e-13)
