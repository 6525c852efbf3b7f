"""Automatic differentiation of numbers, in reverse: backpropagation in its smallest form.

A :class:`Value` is a number that remembers which numbers it was computed from, and how fast it
changes with each of them. An expression of values is therefore a graph, and ``backward()`` walks
it from the result to the inputs. The idea follows Andrej Karpathy's *micrograd* (2020),
https://github.com/karpathy/micrograd.
"""

from __future__ import annotations

import math
from numbers import Real

__all__ = ["Value"]


class Value:
    """A number that can be differentiated with respect to what it was computed from.

    It knows ``+``, ``-``, ``*``, ``/`` with other values and with plain numbers, ``**`` with a
    plain number as the exponent, and the methods below.

    Parameters
    ----------
    data : float
        The number.

    Attributes
    ----------
    data : float
        The number.
    grad : float
        After ``result.backward()``: the derivative of that result with respect to this number.

    Examples
    --------
    >>> x, y, z = Value(-2.0), Value(5.0), Value(-4.0)
    >>> f = (x + y) * z
    >>> f.backward()
    >>> f.data, x.grad, y.grad, z.grad
    (-12.0, -4.0, -4.0, 3.0)
    """

    __array_ufunc__ = None  # so that NumPy's numbers leave `number * value` to __rmul__

    def __init__(
        self,
        data: float,
        _inputs: tuple[Value, ...] = (),
        _local_grads: tuple[float, ...] = (),
    ) -> None:
        if not isinstance(data, Real):
            raise TypeError(f"a Value holds one real number, and got {data!r}.")
        self.data = float(data)
        self.grad = 0.0
        # What it was computed from, and its derivative with respect to each of those.
        self._inputs = _inputs
        self._local_grads = _local_grads

    def __repr__(self) -> str:
        return f"Value({self.data:g}, grad={self.grad:g})"

    def __add__(self, other: Value | float) -> Value:
        other = _value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other: Value | float) -> Value:
        other = _value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __sub__(self, other: Value | float) -> Value:
        other = _value(other)
        return Value(self.data - other.data, (self, other), (1.0, -1.0))

    def __truediv__(self, other: Value | float) -> Value:
        other = _value(other)
        quotient = self.data / other.data
        return Value(quotient, (self, other), (1 / other.data, -quotient / other.data))

    def __pow__(self, exponent: float) -> Value:
        if not isinstance(exponent, Real):
            raise TypeError(f"the exponent must be a plain number, and is {exponent!r}.")
        if self.data < 0 and exponent % 1 != 0:
            raise ValueError(f"{self.data:g} ** {exponent:g} is not a real number.")
        if self.data == 0 and exponent < 1 and exponent != 0:
            raise ValueError(f"0 ** {exponent:g} has no finite slope.")
        slope = exponent * self.data ** (exponent - 1) if exponent != 0 else 0.0
        return Value(self.data**exponent, (self,), (slope,))

    def __neg__(self) -> Value:
        return Value(-self.data, (self,), (-1.0,))

    def __radd__(self, other: float) -> Value:  # number + value, and so on
        return self + other

    def __rmul__(self, other: float) -> Value:
        return self * other

    def __rsub__(self, other: float) -> Value:
        return _value(other) - self

    def __rtruediv__(self, other: float) -> Value:
        return _value(other) / self

    def exp(self) -> Value:
        """Return e to the power of this number."""
        out = math.exp(self.data)
        return Value(out, (self,), (out,))

    def log(self) -> Value:
        """Return the natural logarithm; the number must be positive."""
        if self.data <= 0:
            raise ValueError(f"the logarithm needs a positive number, and got {self.data:g}.")
        return Value(math.log(self.data), (self,), (1 / self.data,))

    def tanh(self) -> Value:
        """Return the hyperbolic tangent."""
        out = math.tanh(self.data)
        return Value(out, (self,), (1 - out**2,))

    def relu(self) -> Value:
        """Return the number if it is positive, else 0."""
        return Value(max(self.data, 0.0), (self,), (1.0 if self.data > 0 else 0.0,))

    def sigmoid(self) -> Value:
        """Return 1 / (1 + exp(−x))."""
        e = math.exp(-abs(self.data))  # at most 1, so that nothing overflows
        return Value((1 if self.data >= 0 else e) / (1 + e), (self,), (e / (1 + e) ** 2,))

    def backward(self) -> None:
        """Put the derivative of this number into ``grad`` of every number that it came from.

        All those gradients are set to 0 first, so a second call gives the same once more.
        """
        order = self._in_order()
        for value in order:
            value.grad = 0.0
        self.grad = 1.0
        for value in reversed(order):
            for source, local_grad in zip(value._inputs, value._local_grads, strict=True):
                source.grad += local_grad * value.grad  # +=, as a number may be used twice

    def _in_order(self) -> list[Value]:
        """Return all values of the graph, each after those that it was computed from.

        A stack of our own instead of recursion, which Python stops at a depth of about 1000.
        """
        order: list[Value] = []
        seen: set[Value] = set()
        stack = [(self, False)]
        while stack:
            value, inputs_are_done = stack.pop()
            if inputs_are_done:
                order.append(value)
            elif value not in seen:
                seen.add(value)
                stack.append((value, True))
                stack.extend((source, False) for source in value._inputs)
        return order


def _value(number: Value | float) -> Value:
    return number if isinstance(number, Value) else Value(number)
