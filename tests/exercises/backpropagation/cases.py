"""Mistakes and other right answers for the exercise ``backpropagation``."""

# ruff: noqa: B905, RUF005  # answers are written as students write them

import numpy as np

from tests.exercises.harness import alternative, mistake

# -- mistakes of the syllabus ------------------------------------------------------------------


# A network that goes back through the layer falls with it.
@mistake(
    ["hidden-dense_backward-weights", "hidden-dense_backward-shapes"]
    + ["hidden-network_gradients"]
    + ["hidden-network_gradients-shapes"],
    says="X must be transposed|matmul|beside each factor",
    public=True,
)
def missing_transpose_of_the_inputs():
    def dense_backward(X, W, G):
        return G @ W.T, X @ G, G.sum(axis=0)


@mistake(
    ["hidden-dense_backward-input", "hidden-dense_backward-shapes"]
    + ["hidden-network_gradients"]
    + ["hidden-network_gradients-shapes"],
    says="W must be transposed|matmul|right|shape",
    public=True,
)
def missing_transpose_of_the_weights():
    def dense_backward(X, W, G):
        return G @ W, X.T @ G, G.sum(axis=0)


@mistake(
    ["hidden-dense_backward-weights", "hidden-dense_backward-biases"]
    + ["hidden-dense_backward-shapes"]
    + ["hidden-network_gradients", "hidden-network_gradients-shapes"],
    says="do not divide|beside each factor|right",
    public=True,
)
def mean_in_every_layer():
    def dense_backward(X, W, G):
        n = max(len(X), 1)
        return G @ W.T, X.T @ G / n, G.sum(axis=0) / n


@mistake(
    ["hidden-mse_backward", "hidden-network_gradients", "hidden-network_gradients-shapes"],
    says="sum of the squares|right",
    public=True,
)
def sum_for_mean():
    def mse_backward(Y_hat, Y):
        return 2 * (Y_hat - Y)


@mistake(
    ["hidden-dense_backward-biases", "hidden-dense_backward-shapes"]
    + ["hidden-network_gradients"]
    + ["hidden-network_gradients-shapes"],
    says="used in every row|shape|beside",
    public=True,
)
def bias_gradient_not_summed():
    def dense_backward(X, W, G):
        return G @ W.T, X.T @ G, G


@mistake(
    ["hidden-gradients-fan-out", "hidden-gradients-order"], says="add up|all of it", public=True
)
def overwriting_instead_of_accumulating():
    class Value:
        def __init__(self, data, parents=(), local=()):
            self.data, self.parents, self.local = data, parents, local
            self.grad = 0.0

        def __add__(self, other):
            return Value(self.data + other.data, (self, other), (1.0, 1.0))

        def __mul__(self, other):
            return Value(self.data * other.data, (self, other), (other.data, self.data))

        def relu(self):
            return Value(max(self.data, 0.0), (self,), (float(self.data > 0),))

        def backward(self):
            order, seen = [], set()

            def visit(node):
                if id(node) not in seen:
                    seen.add(id(node))
                    for parent in node.parents:
                        visit(parent)
                    order.append(node)

            visit(self)
            self.grad = 1.0
            for node in reversed(order):
                for parent, local in zip(node.parents, node.local):
                    parent.grad = node.grad * local

    def gradients(expression, values):
        leaves = [Value(float(value)) for value in values]
        result = eval(expression, {**dict(zip("xyzw", leaves)), "relu": Value.relu})
        result.backward()
        return float(result.data), np.array([float(leaf.grad) for leaf in leaves])


@mistake(
    ["hidden-relu_backward", "hidden-network_gradients", "hidden-network_gradients-shapes"],
    says="mask comes from Z|right",
    public=True,
)
def mask_from_the_wrong_side():
    def relu_backward(Z, G):
        return G * (G > 0)


@mistake(["hidden-gradients-order"], says="when all of it has arrived", public=True)
def children_before_all_has_arrived():
    class Value:
        def __init__(self, data, parents=(), local=()):
            self.data, self.parents, self.local = data, parents, local
            self.grad = 0.0

        def __add__(self, other):
            return Value(self.data + other.data, (self, other), (1.0, 1.0))

        def __mul__(self, other):
            return Value(self.data * other.data, (self, other), (other.data, self.data))

        def relu(self):
            return Value(max(self.data, 0.0), (self,), (float(self.data > 0),))

        def backward(self):
            self.grad = 1.0
            waiting, seen = [self], {id(self)}
            while waiting:
                node = waiting.pop(0)
                for parent, local in zip(node.parents, node.local):
                    parent.grad += node.grad * local
                    if id(parent) not in seen:
                        seen.add(id(parent))
                        waiting.append(parent)

    def gradients(expression, values):
        leaves = [Value(float(value)) for value in values]
        result = eval(expression, {**dict(zip("xyzw", leaves)), "relu": Value.relu})
        result.backward()
        return float(result.data), np.array([float(leaf.grad) for leaf in leaves])


# -- mistakes that students make too -----------------------------------------------------------


@mistake(["hidden-graph_gradient"], says="what arrives adds up", public=True)
def one_path_only():
    def graph_gradient(x, y, z):
        p = x * z
        r = max(p, 0.0)
        return np.array([(x + y) * (p > 0) * z, r, (x + y) * (p > 0) * x])


@mistake(["hidden-graph_gradient"], says="relu is closed|through the relu", public=True)
def relu_always_open():
    def graph_gradient(x, y, z):
        r = max(x * z, 0.0)
        return np.array([r + (x + y) * z, r, (x + y) * x])


@mistake(
    ["hidden-dense_backward-biases", "hidden-dense_backward-shapes"],
    says="axis too many|one too many",
    public=True,
)
def bias_gradient_with_an_axis_too_many():
    def dense_backward(X, W, G):
        return G @ W.T, X.T @ G, G.sum(axis=0, keepdims=True)

    def network_gradients(X, Y, weights, biases):
        A, Z = [X], []
        for W, b in zip(weights, biases):
            Z.append(A[-1] @ W + b)
            A.append(np.maximum(Z[-1], 0))
        G = 2 * (Z[-1] - Y) / Y.size
        dW, db = [None] * len(weights), [None] * len(weights)
        for k in range(len(weights) - 1, -1, -1):
            dW[k], db[k] = A[k].T @ G, G.sum(axis=0)
            if k:
                G = (G @ weights[k].T) * (Z[k - 1] > 0)
        return dW, db


@mistake(
    ["hidden-relu_backward", "hidden-network_gradients", "hidden-network_gradients-shapes"],
    says="slope|right",
    public=True,
)
def relu_for_its_slope():
    def relu_backward(Z, G):
        return G * np.maximum(Z, 0)


@mistake(
    ["hidden-relu_backward", "hidden-network_gradients", "hidden-network_gradients-shapes"],
    says="changed its argument",
    public=True,
)
def gradient_changed_in_place():
    def relu_backward(Z, G):
        G[Z <= 0] = 0
        return G

    def network_gradients(X, Y, weights, biases):
        weights[0] *= 1
        biases.append(0)
        return weights, biases


# At a sum of exactly 0 in a network it goes wrong again.
@mistake(["hidden-relu_backward", "hidden-network_gradients-shapes"], says="At Z = 0|right|At 0")
def relu_open_at_zero():
    def relu_backward(Z, G):
        return G * (Z >= 0)


@mistake(["hidden-sigmoid_backward"], says="through the sigmoid already", public=True)
def sigmoid_twice():
    def sigmoid_backward(A, G):
        s = 1 / (1 + np.exp(-A))
        return G * s * (1 - s)


@mistake(["hidden-sigmoid_backward"], says="gradient that arrives is missing", public=True)
def local_slope_only():
    def sigmoid_backward(A, G):
        return A * (1 - A)


@mistake(
    ["hidden-mse_backward", "hidden-network_gradients", "hidden-network_gradients-shapes"],
    says="all n k entries|right",
    public=True,
)
def mean_over_rows_only():
    def mse_backward(Y_hat, Y):
        return 2 * (Y_hat - Y) / len(Y)


@mistake(
    ["hidden-network_gradients", "hidden-network_gradients-shapes"],
    says="relu is forgotten|right",
    public=True,
)
def relu_forgotten_on_the_way_back():
    def network_gradients(X, Y, weights, biases):
        A, Z = [X], []
        for W, b in zip(weights, biases):
            Z.append(A[-1] @ W + b)
            A.append(np.maximum(Z[-1], 0))
        G = 2 * (Z[-1] - Y) / Y.size
        dW, db = [None] * len(weights), [None] * len(weights)
        for k in range(len(weights) - 1, -1, -1):
            dW[k], db[k] = A[k].T @ G, G.sum(axis=0)
            G = G @ weights[k].T
        return dW, db


@mistake(
    ["hidden-network_gradients", "hidden-network_gradients-shapes"],
    says="output layer is linear|right",
    public=True,
)
def relu_on_the_output():
    def network_gradients(X, Y, weights, biases):
        A, Z = [X], []
        for W, b in zip(weights, biases):
            Z.append(A[-1] @ W + b)
            A.append(np.maximum(Z[-1], 0))
        G = 2 * (A[-1] - Y) / Y.size
        dW, db = [None] * len(weights), [None] * len(weights)
        for k in range(len(weights) - 1, -1, -1):
            G = G * (Z[k] > 0)
            dW[k], db[k] = A[k].T @ G, G.sum(axis=0)
            G = G @ weights[k].T
        return dW, db


@mistake(
    ["hidden-network_gradients", "hidden-network_gradients-shapes"],
    says="wrong order|shape|right",
    public=True,
)
def last_layer_first():
    def network_gradients(X, Y, weights, biases):
        A, Z = [X], []
        for W, b in zip(weights, biases):
            Z.append(A[-1] @ W + b)
            A.append(np.maximum(Z[-1], 0))
        G = 2 * (Z[-1] - Y) / Y.size
        dW, db = [], []
        for k in range(len(weights) - 1, -1, -1):
            dW.append(A[k].T @ G)
            db.append(G.sum(axis=0))
            if k:
                G = (G @ weights[k].T) * (Z[k - 1] > 0)
        return dW, db


@mistake(
    ["hidden-gradient_is_right", "hidden-gradient_is_right-scale"],
    says="called right|relative",
)
def believes_everything():
    def gradient_is_right(f, gradient, theta):
        return True


@mistake(["hidden-gradient_is_right-scale"], says="relative to the size")
def absolute_tolerance():
    def gradient_is_right(f, gradient, theta):
        claimed, measured = gradient(theta), np.empty(len(theta))
        for j in range(len(theta)):
            step = np.zeros(len(theta))
            step[j] = 1e-5
            measured[j] = (f(theta + step) - f(theta - step)) / 2e-5
        return bool(np.max(np.abs(claimed - measured)) < 1e-4)


@mistake(
    ["hidden-gradient_is_right", "hidden-gradient_is_right-scale"],
    says="called wrong|relative",
)
def step_too_large():
    def gradient_is_right(f, gradient, theta):
        claimed, measured = gradient(theta), np.empty(len(theta))
        for j in range(len(theta)):
            step = np.zeros(len(theta))
            step[j] = 0.2
            measured[j] = (f(theta + step) - f(theta)) / 0.2
        return bool(np.max(np.abs(claimed - measured)) < 1e-4 * np.max(np.abs(measured)))


@mistake(["hidden-gradient_is_right"], says="called right")
def sizes_compared_only():
    def gradient_is_right(f, gradient, theta):
        claimed, measured = gradient(theta), np.empty(len(theta))
        for j in range(len(theta)):
            step = np.zeros(len(theta))
            step[j] = 1e-5
            measured[j] = (f(theta + step) - f(theta - step)) / 2e-5
        lengths = np.linalg.norm(claimed), np.linalg.norm(measured)
        return bool(abs(lengths[0] - lengths[1]) < 1e-4 * lengths[1])


@mistake(
    ["hidden-gradients", "hidden-gradients-fan-out", "hidden-gradients-order"],
    says="right",
    public=True,
)
def local_derivatives_of_a_product_swapped():
    class Value:
        def __init__(self, data, parents=(), local=()):
            self.data, self.parents, self.local = data, parents, local
            self.grad = 0.0

        def __add__(self, other):
            return Value(self.data + other.data, (self, other), (1.0, 1.0))

        def __mul__(self, other):
            return Value(self.data * other.data, (self, other), (self.data, other.data))

        def relu(self):
            return Value(max(self.data, 0.0), (self,), (float(self.data > 0),))

        def backward(self, grad=1.0):
            self.grad += grad
            for parent, local in zip(self.parents, self.local):
                parent.backward(grad * local)

    def gradients(expression, values):
        leaves = [Value(float(value)) for value in values]
        result = eval(expression, {**dict(zip("xyzw", leaves)), "relu": Value.relu})
        result.backward()
        return float(result.data), np.array([float(leaf.grad) for leaf in leaves])


@mistake(["hidden-gradients"], says="At 0 the slope of relu is 0")
def value_of_relu_open_at_zero():
    class Value:
        def __init__(self, data, parents=(), local=()):
            self.data, self.parents, self.local = data, parents, local
            self.grad = 0.0

        def __add__(self, other):
            return Value(self.data + other.data, (self, other), (1.0, 1.0))

        def __mul__(self, other):
            return Value(self.data * other.data, (self, other), (other.data, self.data))

        def relu(self):
            return Value(max(self.data, 0.0), (self,), (float(self.data >= 0),))

        def backward(self):
            order, seen = [], set()

            def visit(node):
                if id(node) not in seen:
                    seen.add(id(node))
                    for parent in node.parents:
                        visit(parent)
                    order.append(node)

            visit(self)
            self.grad = 1.0
            for node in reversed(order):
                for parent, local in zip(node.parents, node.local):
                    parent.grad += node.grad * local

    def gradients(expression, values):
        leaves = [Value(float(value)) for value in values]
        result = eval(expression, {**dict(zip("xyzw", leaves)), "relu": Value.relu})
        result.backward()
        return float(result.data), np.array([float(leaf.grad) for leaf in leaves])


@mistake(["hidden-gradients"], says="right")
def differences_without_a_graph():
    class Value:
        pass

    def gradients(expression, values):
        def f(at):
            names = {**dict(zip("xyzw", at)), "relu": lambda number: max(number, 0.0)}
            return float(eval(expression, names))

        values = np.array(values, dtype=float)
        steps = 1e-4 * np.eye(4)
        slopes = [(f(values + step) - f(values - step)) / 2e-4 for step in steps]
        return f(values), np.array(slopes)


@mistake(
    ["hidden-gradients", "hidden-gradients-fan-out", "hidden-gradients-order"],
    says="Every node got 1|right|all of it",
    public=True,
)
def every_node_starts_again():
    class Value:
        def __init__(self, data, parents=(), local=()):
            self.data, self.parents, self.local = data, parents, local
            self.grad = 0.0

        def __add__(self, other):
            return Value(self.data + other.data, (self, other), (1.0, 1.0))

        def __mul__(self, other):
            return Value(self.data * other.data, (self, other), (other.data, self.data))

        def relu(self):
            return Value(max(self.data, 0.0), (self,), (float(self.data > 0),))

        def backward(self):
            self.grad = 1.0
            for parent, local in zip(self.parents, self.local):
                parent.grad += self.grad * local
                parent.backward()

    def gradients(expression, values):
        leaves = [Value(float(value)) for value in values]
        result = eval(expression, {**dict(zip("xyzw", leaves)), "relu": Value.relu})
        result.backward()
        return float(result.data), np.array([float(leaf.grad) for leaf in leaves])


@mistake(
    ["hidden-gradients", "hidden-gradients-fan-out", "hidden-gradients-order"],
    says="stops at the direct parents|right|all of it",
    public=True,
)
def direct_parents_only():
    class Value:
        def __init__(self, data, parents=(), local=()):
            self.data, self.parents, self.local = data, parents, local
            self.grad = 0.0

        def __add__(self, other):
            return Value(self.data + other.data, (self, other), (1.0, 1.0))

        def __mul__(self, other):
            return Value(self.data * other.data, (self, other), (other.data, self.data))

        def relu(self):
            return Value(max(self.data, 0.0), (self,), (float(self.data > 0),))

        def backward(self):
            self.grad = 1.0
            for parent, local in zip(self.parents, self.local):
                parent.grad += self.grad * local

    def gradients(expression, values):
        leaves = [Value(float(value)) for value in values]
        result = eval(expression, {**dict(zip("xyzw", leaves)), "relu": Value.relu})
        result.backward()
        return float(result.data), np.array([float(leaf.grad) for leaf in leaves])


@mistake(["hidden-gradients-order"], says="when all of it has arrived", public=True)
def each_node_before_its_parents_only():
    class Value:
        def __init__(self, data, parents=(), local=()):
            self.data, self.parents, self.local = data, parents, local
            self.grad = 0.0

        def __add__(self, other):
            return Value(self.data + other.data, (self, other), (1.0, 1.0))

        def __mul__(self, other):
            return Value(self.data * other.data, (self, other), (other.data, self.data))

        def relu(self):
            return Value(max(self.data, 0.0), (self,), (float(self.data > 0),))

        def backward(self):
            order, seen = [], set()

            def visit(node):
                if id(node) not in seen:
                    seen.add(id(node))
                    order.append(node)
                    for parent in node.parents:
                        visit(parent)

            visit(self)
            self.grad = 1.0
            for node in order:
                for parent, local in zip(node.parents, node.local):
                    parent.grad += node.grad * local

    def gradients(expression, values):
        leaves = [Value(float(value)) for value in values]
        result = eval(expression, {**dict(zip("xyzw", leaves)), "relu": Value.relu})
        result.backward()
        return float(result.data), np.array([float(leaf.grad) for leaf in leaves])


@mistake(["hidden-network_gradients-shapes"], says="right|At 0", public=True)
def mask_of_the_network_open_at_zero():
    def network_gradients(X, Y, weights, biases):
        A, Z = [X], []
        for W, b in zip(weights, biases):
            Z.append(A[-1] @ W + b)
            A.append(np.maximum(Z[-1], 0))
        G = 2 * (Z[-1] - Y) / Y.size
        dW, db = [None] * len(weights), [None] * len(weights)
        for k in range(len(weights) - 1, -1, -1):
            dW[k], db[k] = A[k].T @ G, G.sum(axis=0)
            if k:
                G = (G @ weights[k].T) * (Z[k - 1] >= 0)
        return dW, db


@mistake(["hidden-network_gradients-shapes"], says="right", public=True)
def differences_for_the_network():
    def network_gradients(X, Y, weights, biases):
        weights = [W.astype(float) for W in weights]
        biases = [b.astype(float) for b in biases]

        def loss():
            A = X
            for W, b in zip(weights[:-1], biases[:-1]):
                A = np.maximum(A @ W + b, 0)
            return np.mean((A @ weights[-1] + biases[-1] - Y) ** 2)

        def slopes(array):
            found = np.zeros(array.shape)
            for place in np.ndindex(array.shape):
                before = array[place]
                array[place] = before + 1e-5
                up = loss()
                array[place] = before - 1e-5
                found[place] = (up - loss()) / 2e-5
                array[place] = before
            return found

        return [slopes(W) for W in weights], [slopes(b) for b in biases]


@mistake(["hidden-network_gradients-shapes"], says="right")
def gradients_as_whole_as_the_weights():
    def network_gradients(X, Y, weights, biases):
        A, Z = [X], []
        for W, b in zip(weights, biases):
            Z.append(A[-1] @ W + b)
            A.append(np.maximum(Z[-1], 0))
        G = 2 * (Z[-1] - Y) / Y.size
        dW, db = [np.zeros_like(W) for W in weights], [np.zeros_like(b) for b in biases]
        for k in range(len(weights) - 1, -1, -1):
            dW[k][:], db[k][:] = A[k].T @ G, G.sum(axis=0)
            if k:
                G = (G @ weights[k].T) * (Z[k - 1] > 0)
        return dW, db


# A network of whole numbers falls with it.
@mistake(["hidden-relu_backward", "hidden-network_gradients-shapes"], says="cut off|right")
def slope_of_relu_as_whole_as_the_sums():
    def relu_backward(Z, G):
        found = np.zeros_like(Z)
        found[Z > 0] = G[Z > 0]
        return found


@mistake(["hidden-dense_backward-shapes", "hidden-network_gradients-shapes"], says="beside|right")
def dense_gradients_as_whole_as_the_inputs():
    def dense_backward(X, W, G):
        dX, dW = np.zeros_like(X), np.zeros_like(W)
        dX[:], dW[:] = G @ W.T, X.T @ G
        return dX, dW, G.sum(axis=0)


@mistake(["hidden-sigmoid_backward"], says="right|cut off")
def slope_of_sigmoid_as_whole_as_the_gradient():
    def sigmoid_backward(A, G):
        found = np.zeros_like(G)
        found[...] = G * A * (1 - A)
        return found


@mistake(["hidden-mse_backward", "hidden-network_gradients-shapes"], says="cut off|right")
def loss_gradient_as_whole_as_the_predictions():
    def mse_backward(Y_hat, Y):
        found = np.zeros_like(Y_hat)
        found[:] = 2 * (Y_hat - Y) / Y.size
        return found


@mistake(["hidden-dense_backward-shapes"], says="and n may be 0")
def rows_one_by_one():
    def dense_backward(X, W, G):
        return np.array([W @ g for g in G]), X.T @ G, G.sum(axis=0)


@mistake(
    ["hidden-mse_backward", "hidden-network_gradients", "hidden-network_gradients-shapes"],
    says="mean over the rows|right|shape|broadcast|matmul",
    public=True,
)
def mean_over_the_columns_for_a_gradient():
    def mse_backward(Y_hat, Y):
        return 2 * (Y_hat - Y).mean(axis=0)


@mistake(["hidden-gradient_is_right-scale"], says="relative to the size")
def allclose_as_it_comes():
    def gradient_is_right(f, gradient, theta):
        steps = 1e-5 * np.eye(len(theta))
        measured = np.array([(f(theta + s) - f(theta - s)) / 2e-5 for s in steps])
        return bool(np.allclose(measured, gradient(theta)))


@mistake(["hidden-gradient_is_right"], says="called right")
def relative_to_the_function():
    def gradient_is_right(f, gradient, theta):
        steps = 1e-5 * np.eye(len(theta))
        measured = np.array([(f(theta + s) - f(theta - s)) / 2e-5 for s in steps])
        return bool(np.max(np.abs(measured - gradient(theta))) < 1e-4 * abs(f(theta)))


@mistake(["hidden-gradient_is_right"], says="called wrong")
def entry_by_entry():
    def gradient_is_right(f, gradient, theta):
        steps = 1e-5 * np.eye(len(theta))
        measured = np.array([(f(theta + s) - f(theta - s)) / 2e-5 for s in steps])
        return bool(np.allclose(measured, gradient(theta), rtol=1e-4, atol=0))


@mistake(["hidden-gradient_is_right"], says="called wrong")
def entry_by_entry_with_a_floor():
    def gradient_is_right(f, gradient, theta):
        steps = 1e-5 * np.eye(len(theta))
        measured = np.array([(f(theta + s) - f(theta - s)) / 2e-5 for s in steps])
        claimed = gradient(theta)
        size = np.maximum(1e-8, np.abs(claimed) + np.abs(measured))
        return bool(np.all(np.abs(claimed - measured) < 1e-4 * size))


@mistake(["hidden-gradient_is_right"], says="called wrong")
def size_of_the_largest_with_its_sign():
    def gradient_is_right(f, gradient, theta):
        steps = 1e-5 * np.eye(len(theta))
        measured = np.array([(f(theta + s) - f(theta - s)) / 2e-5 for s in steps])
        claimed = gradient(theta)
        return bool(np.all(np.abs(claimed - measured) < 1e-4 * np.max(claimed)))


@mistake(
    ["hidden-gradients", "hidden-gradients-fan-out", "hidden-gradients-order"],
    says="slope, 0 or 1|right",
    public=True,
)
def value_of_relu_for_its_slope():
    class Value:
        def __init__(self, data, parents=(), local=()):
            self.data, self.parents, self.local = data, parents, local
            self.grad = 0.0

        def __add__(self, other):
            return Value(self.data + other.data, (self, other), (1.0, 1.0))

        def __mul__(self, other):
            return Value(self.data * other.data, (self, other), (other.data, self.data))

        def relu(self):
            return Value(max(self.data, 0.0), (self,), (max(self.data, 0.0),))

        def backward(self, grad=1.0):
            self.grad += grad
            for parent, local in zip(self.parents, self.local):
                parent.backward(grad * local)

    def gradients(expression, values):
        leaves = [Value(float(value)) for value in values]
        result = eval(expression, {**dict(zip("xyzw", leaves)), "relu": Value.relu})
        result.backward()
        return float(result.data), np.array([float(leaf.grad) for leaf in leaves])


# -- other right answers ------------------------------------------------------------------------


@alternative
def index_by_index():
    def graph_gradient(x, y, z):
        if x * z <= 0:
            return np.zeros(3)
        return np.array([2 * x * z + y * z, x * z, x * (x + y)])  # f = (x + y) x z there

    def dense_backward(X, W, G):
        dX, dW, db = np.zeros(X.shape), np.zeros(W.shape), np.zeros(W.shape[1])
        for i in range(len(X)):
            for k in range(W.shape[1]):
                db[k] += G[i, k]
                for j in range(W.shape[0]):
                    dW[j, k] += X[i, j] * G[i, k]
                    dX[i, j] += W[j, k] * G[i, k]
        return dX, dW, db

    def relu_backward(Z, G):
        return np.where(Z > 0, G, 0)

    def sigmoid_backward(A, G):
        return (A - A**2) * G

    def mse_backward(Y_hat, Y):
        n, k = Y.shape
        return (Y_hat - Y) * 2 / (n * k)

    def network_gradients(X, Y, weights, biases):
        A, Z = [X], []
        for W, b in zip(weights, biases):
            Z.append(A[-1] @ W + b)
            A.append(np.maximum(Z[-1], 0))
        G = 2 * (Z[-1] - Y) / Y.size
        dW, db = [None] * len(weights), [None] * len(weights)
        for k in range(len(weights) - 1, -1, -1):
            dW[k], db[k] = A[k].T @ G, G.sum(axis=0)
            if k:
                G = (G @ weights[k].T) * (Z[k - 1] > 0)
        return dW, db

    def gradient_is_right(f, gradient, theta):
        g = gradient(theta)
        for j in range(len(theta)):
            up, down = theta.copy(), theta.copy()
            up[j] += 1e-6
            down[j] -= 1e-6
            slope = (f(up) - f(down)) / (up[j] - down[j])
            if abs(slope - g[j]) > 3e-4 * np.abs(g).max():
                return False
        return True

    class Value:
        # Each path on its own: slow for large graphs, and right.
        def __init__(self, data, parents=(), local=()):
            self.data, self.parents, self.local = data, parents, local
            self.grad = 0.0

        def __add__(self, other):
            return Value(self.data + other.data, (self, other), (1, 1))

        def __mul__(self, other):
            return Value(self.data * other.data, [self, other], [other.data, self.data])

        def relu(self):
            return self * Value(1.0 if self.data > 0 else 0.0)

        def backward(self, grad=1.0):
            self.grad += grad
            for parent, local in zip(self.parents, self.local):
                parent.backward(grad * local)

    def gradients(expression, values):
        leaves = [Value(float(value)) for value in values]
        result = eval(expression, {**dict(zip("xyzw", leaves)), "relu": Value.relu})
        result.backward()
        return float(result.data), np.array([float(leaf.grad) for leaf in leaves])


@alternative
def in_other_words():
    def graph_gradient(x, y, z):
        open_ = 1.0 if x * z > 0 else 0.0
        ds, dp = x * z * open_, (x + y) * open_
        return np.array([ds, ds, 0.0]) + dp * np.array([z, 0.0, x])

    def dense_backward(X, W, G):
        return [
            np.einsum("nm,dm->nd", G, W),
            np.einsum("nd,nm->dm", X, G),
            np.ones(len(G)) @ G,
        ]

    def relu_backward(Z, G):
        return np.heaviside(Z, 0) * G

    def sigmoid_backward(A, G):
        return np.multiply(np.multiply(A, 1 - A), G)

    def mse_backward(Y_hat, Y):
        return np.subtract(Y_hat, Y) / (0.5 * Y_hat.size)

    def network_gradients(X, Y, weights, biases):
        def back(A, layer):
            # Returns the gradient with respect to A, and fills the lists on the way.
            Z = A @ weights[layer] + biases[layer]
            if layer == len(weights) - 1:
                G = 2 * (Z - Y) / Z.size
            else:
                G = back(np.maximum(Z, 0), layer + 1) * (Z > 0)
            weight_grads[layer] = A.T @ G
            bias_grads[layer] = G.sum(0)
            return G @ weights[layer].T

        weight_grads, bias_grads = [0] * len(weights), [0] * len(weights)
        back(X, 0)
        return tuple(weight_grads), tuple(bias_grads)

    def gradient_is_right(f, gradient, theta):
        steps = 1e-4 * np.eye(len(theta))
        measured = np.array([(f(theta + s) - f(theta - s)) / 2e-4 for s in steps])
        difference = np.linalg.norm(measured - gradient(theta))
        return difference < 5e-4 * np.linalg.norm(measured)

    class Value:
        # Counts what is still to come, and goes on when nothing is.
        def __init__(self, data, parents=(), local=()):
            self.data, self.parents, self.local = data, parents, local
            self.grad, self.uses = 0.0, 0
            for parent in parents:
                parent.uses += 1

        def __add__(self, other):
            return Value(self.data + other.data, (self, other), (1.0, 1.0))

        def __mul__(self, other):
            return Value(self.data * other.data, (self, other), (other.data, self.data))

        def relu(self):
            return Value(
                self.data if self.data > 0 else 0.0, (self,), (1.0 if self.data > 0 else 0.0,)
            )

        def backward(self):
            self.grad = 1.0
            ready = [self]
            while ready:
                node = ready.pop()
                for parent, local in zip(node.parents, node.local):
                    parent.grad += local * node.grad
                    parent.uses -= 1
                    if parent.uses == 0:
                        ready.append(parent)

    def gradients(expression, values):
        leaves = [Value(float(value)) for value in values]
        result = eval(expression, {**dict(zip("xyzw", leaves)), "relu": Value.relu})
        result.backward()
        return float(result.data), np.array([float(leaf.grad) for leaf in leaves])


@alternative
def with_helpers_named_like_the_checks():
    right = lambda G, W: G @ W.T  # noqa: E731

    def dense_backward(X, W, G):
        return right(G, W), right(X.T, G.T), G.sum(axis=0)

    values = lambda at, j: np.where(np.arange(len(at)) == j, 1e-5, 0.0)  # noqa: E731

    def gradient_is_right(f, gradient, theta):
        steps = [values(theta, j) for j in range(len(theta))]
        measured = np.array([(f(theta + s) - f(theta - s)) / 2e-5 for s in steps])
        return np.abs(gradient(theta) - measured).max() < 1e-4 * np.abs(measured).max()
