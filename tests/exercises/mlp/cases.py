"""Mistakes and other right answers for the exercise ``mlp``."""

# ruff: noqa: B905, NPY002, RUF007  # answers are written as students write them

import numpy as np

from tests.exercises.harness import alternative, mistake

# -- mistakes of the syllabus ------------------------------------------------------------------


@mistake(
    ["hidden-weighted_sums", "hidden-weighted_sums-shapes"], says="transposed|matmul", public=True
)
def weights_transposed():
    def weighted_sums(X, W, b):
        return X @ W.T + b


@mistake(
    ["hidden-weighted_sums", "hidden-weighted_sums-shapes"],
    says="belongs to a neuron|broadcast|shape",
    public=True,
)
def bias_on_the_wrong_axis():
    def weighted_sums(X, W, b):
        return X @ W + b[:, None]


@mistake(["hidden-forward", "hidden-forward-shapes"], says="last layer is linear", public=True)
def activation_on_the_output_by_habit():
    def forward(X, weights, biases):
        A = X
        for W, b in zip(weights, biases):
            A = np.maximum(A @ W + b, 0)
        return A


@mistake(["hidden-he_normal"], says="the inputs or that of the neurons")
def wrong_fan_for_the_variance():
    def he_normal(d, m, rng):
        return rng.normal(0, np.sqrt(2 / m), (d, m))


@mistake(["hidden-glorot_uniform"], says="Both numbers belong into it")
def one_fan_only():
    def glorot_uniform(d, m, rng):
        c = np.sqrt(6 / d)
        return rng.uniform(-c, c, (d, m))


@mistake(
    ["hidden-relu_interpolant", "hidden-relu_interpolant-left"],
    says="change of slope|slopes are not",
    public=True,
)
def slopes_not_differenced():
    def relu_interpolant(x, y):
        slopes = np.diff(y) / np.diff(x)
        return [np.ones((1, len(slopes))), slopes[:, None]], [-x[:-1], y[:1]]


@mistake(["hidden-relu_interpolant-left"], says="what gives the first height", public=True)
def left_end_missed():
    def relu_interpolant(x, y):
        bends = np.diff(np.diff(y) / np.diff(x), prepend=0.0)
        return [np.ones((1, len(bends))), bends[:, None]], [-x[:-1], np.zeros(1)]


# -- mistakes that students make too -----------------------------------------------------------


@mistake(["hidden-parameter_count"], says="biases are missing", public=True)
def weights_only():
    def parameter_count(sizes):
        return sum(a * b for a, b in zip(sizes, sizes[1:]))


@mistake(["hidden-parameter_count"], says="inputs are no neurons", public=True)
def inputs_with_biases():
    def parameter_count(sizes):
        return sum(a * b for a, b in zip(sizes, sizes[1:])) + sum(sizes)


@mistake(["hidden-parameter_count"], says="one bias for each layer")
def one_bias_a_layer():
    def parameter_count(sizes):
        return sum(a * b + 1 for a, b in zip(sizes, sizes[1:]))


@mistake(["hidden-weighted_sums", "hidden-weighted_sums-shapes"], says="changed its argument")
def sums_in_place():
    def weighted_sums(X, W, b):
        b += 1
        return X @ W + b - 1


@mistake(["hidden-weighted_sums-shapes"], says="raised|shape")
def stacked_rows():
    def weighted_sums(X, W, b):
        return np.stack([row @ W + b for row in X])


@mistake(["hidden-forward", "hidden-forward-shapes"], says="activation is missing", public=True)
def linear_hidden_layers():
    def forward(X, weights, biases):
        A = X
        for W, b in zip(weights, biases):
            A = A @ W + b
        return A


@mistake(["hidden-forward", "hidden-forward-shapes"], says="not right|shape|matmul")
def two_layers_only():
    def forward(X, weights, biases):
        A = np.maximum(X @ weights[0] + biases[0], 0)
        return A @ weights[-1] + biases[-1]


@mistake(["hidden-forward", "hidden-forward-shapes"], says="changed its argument", public=True)
def lists_emptied():
    def forward(X, weights, biases):
        last = weights.pop(), biases.pop()
        A = X
        for W, b in zip(weights, biases):
            A = np.maximum(A @ W + b, 0)
        return A @ last[0] + last[1]


@mistake(["hidden-reorder"], says="biases of the layer stayed", public=True)
def biases_stay():
    def reorder(weights, biases, layer, order):
        weights = list(weights)
        weights[layer - 1] = weights[layer - 1][:, order]
        weights[layer] = weights[layer][order]
        return weights, list(biases)


@mistake(["hidden-reorder"], says="lead out of the layer stayed", public=True)
def outgoing_weights_stay():
    def reorder(weights, biases, layer, order):
        weights, biases = list(weights), list(biases)
        weights[layer - 1] = weights[layer - 1][:, order]
        biases[layer - 1] = biases[layer - 1][order]
        return weights, biases


@mistake(["hidden-reorder"], says="inverse order", public=True)
def inverse_order():
    def reorder(weights, biases, layer, order):
        weights, biases = list(weights), list(biases)
        back = np.argsort(order)
        weights[layer - 1] = weights[layer - 1][:, back]
        biases[layer - 1] = biases[layer - 1][back]
        weights[layer] = weights[layer][back]
        return weights, biases


@mistake(["hidden-reorder"], says="changed its argument", public=True)
def lists_changed():
    def reorder(weights, biases, layer, order):
        weights[layer - 1] = weights[layer - 1][:, order]
        biases[layer - 1] = biases[layer - 1][order]
        weights[layer] = weights[layer][order]
        return weights, biases


@mistake(["hidden-he_normal"], says="standard deviation", public=True)
def variance_for_deviation():
    def he_normal(d, m, rng):
        return rng.normal(0, 2 / d, (d, m))


@mistake(["hidden-he_normal"], says="half of that")
def half_the_variance():
    def he_normal(d, m, rng):
        return rng.normal(0, np.sqrt(1 / d), (d, m))


@mistake(["hidden-he_normal"], says="normally distributed")
def uniform_for_normal():
    def he_normal(d, m, rng):
        c = np.sqrt(6 / d)
        return rng.uniform(-c, c, (d, m))


@mistake(["hidden-he_normal"], says="from rng|same weights")
def randomness_of_its_own():
    def he_normal(d, m, rng):
        return np.random.default_rng(3).normal(0, np.sqrt(2 / d), (d, m))


@mistake(["hidden-glorot_uniform"], says="from rng")
def global_randomness():
    def glorot_uniform(d, m, rng):
        c = np.sqrt(6 / (d + m))
        return np.random.uniform(-c, c, (d, m))


@mistake(["hidden-glorot_uniform"], says="a third of that", public=True)
def deviation_for_end():
    def glorot_uniform(d, m, rng):
        c = np.sqrt(2 / (d + m))
        return rng.uniform(-c, c, (d, m))


@mistake(["hidden-glorot_uniform"], says="uniformly distributed")
def normal_for_uniform():
    def glorot_uniform(d, m, rng):
        return rng.normal(0, np.sqrt(2 / (d + m)), (d, m))


@mistake(["hidden-glorot_uniform"], says="mean of the weights")
def not_centred():
    def glorot_uniform(d, m, rng):
        c = np.sqrt(6 / (d + m))
        return rng.uniform(0, 2 * c, (d, m))


@mistake(["hidden-parity_network"], says="wrong at")
def xor_only():
    def parity_network(d):
        hidden = np.ones((d, 2)), np.array([0.0, -1.0])
        return [hidden[0], np.array([[1.0], [-2.0]])], [hidden[1], np.zeros(1)]


@mistake(
    ["hidden-parity_network-xor", "hidden-parity_network"],
    says="wrong at|gives 2, not 0",
    public=True,
)
def majority_for_parity():
    def parity_network(d):
        return [np.ones((d, 1)), np.ones((1, 1))], [np.zeros(1), np.zeros(1)]


@mistake(["hidden-parity_network-xor", "hidden-parity_network"], says="shape", public=True)
def column_of_biases():
    def parity_network(d):
        hidden = np.ones((d, d)), -np.arange(d, dtype=float)
        slopes = 2.0 * (-1.0) ** np.arange(d)
        slopes[0] = 1.0
        return [hidden[0], slopes[:, None]], [hidden[1][:, None], np.zeros(1)]


@mistake(["hidden-relu_interpolant", "hidden-relu_interpolant-left"], says="off by")
def first_piece_missed():
    def relu_interpolant(x, y):
        slopes = np.diff(y) / np.diff(x)
        bends = np.diff(slopes)
        return [np.ones((1, len(bends))), bends[:, None]], [-x[1:-1], y[:1]]


@mistake(["hidden-relu_interpolant", "hidden-relu_interpolant-left"], says="off by")
def even_spacing_assumed():
    def relu_interpolant(x, y):
        bends = np.diff(np.diff(y) / (x[1] - x[0]), prepend=0.0)
        return [np.ones((1, len(bends))), bends[:, None]], [-x[:-1], y[:1]]


@mistake(
    ["hidden-weighted_sums", "hidden-weighted_sums-shapes"], says="wrong order|matmul", public=True
)
def factors_swapped():
    def weighted_sums(X, W, b):
        return W @ X + b


@mistake(
    ["hidden-weighted_sums", "hidden-weighted_sums-shapes"],
    says="biases are missing|right",
    public=True,
)
def biases_forgotten():
    def weighted_sums(X, W, b):
        return X @ W


@mistake(["hidden-forward-shapes"], says="not right")
def sums_as_whole_as_the_inputs():
    def forward(X, weights, biases):
        A = X
        for layer, (W, b) in enumerate(zip(weights, biases)):
            Z = np.zeros((len(A), W.shape[1]), dtype=A.dtype)
            Z[:] = A @ W + b
            A = np.maximum(Z, 0) if layer < len(weights) - 1 else Z
        return A


@mistake(["hidden-reorder"], says="not right", public=True)
def rolled_whatever_the_order():
    def reorder(weights, biases, layer, order):
        weights, biases = list(weights), list(biases)
        weights[layer - 1] = np.roll(weights[layer - 1], 1, axis=1)
        biases[layer - 1] = np.roll(biases[layer - 1], 1)
        weights[layer] = np.roll(weights[layer], 1, axis=0)
        return weights, biases


@mistake(["hidden-reorder"], says="not right", public=True)
def rolled_to_the_first_of_the_order():
    def reorder(weights, biases, layer, order):
        weights, biases = list(weights), list(biases)
        weights[layer - 1] = np.roll(weights[layer - 1], -order[0], axis=1)
        biases[layer - 1] = np.roll(biases[layer - 1], -order[0])
        weights[layer] = np.roll(weights[layer], -order[0], axis=0)
        return weights, biases


@mistake(["hidden-he_normal"], says="normally distributed")
def laplace_for_normal():
    def he_normal(d, m, rng):
        return rng.laplace(0, np.sqrt(1 / d), (d, m))


@mistake(["hidden-glorot_uniform"], says="uniformly distributed")
def two_values_for_uniform():
    def glorot_uniform(d, m, rng):
        return rng.choice([-1, 1], (d, m)) * np.sqrt(2 / (d + m))


@mistake(["hidden-he_normal", "hidden-glorot_uniform"], says="an array of shape", public=True)
def lists_of_weights():
    def he_normal(d, m, rng):
        return rng.normal(0, np.sqrt(2 / d), (d, m)).tolist()

    def glorot_uniform(d, m, rng):
        c = np.sqrt(6 / (d + m))
        return [[rng.uniform(-c, c) for _ in range(m)] for _ in range(d)]


@mistake(
    [
        "hidden-parity_network-xor",
        "hidden-parity_network",
        "hidden-relu_interpolant",
        "hidden-relu_interpolant-left",
    ],
    says="a list is not enough",
    public=True,
)
def lists_for_layers():
    def parity_network(d):
        slopes = [[1.0 if k == 0 else 2.0 * (-1) ** k] for k in range(d)]
        return [[[1.0] * d for _ in range(d)], slopes], [[-float(k) for k in range(d)], [0.0]]

    def relu_interpolant(x, y):
        bends = np.diff(np.diff(y) / np.diff(x), prepend=0.0)
        return [np.ones((1, len(bends))), bends[:, None]], [-x[:-1], [y[0]]]


@mistake(["hidden-parity_network"], says="with 6 inputs the output is wrong")
def parity_for_some_numbers_of_inputs():
    def parity_network(d):
        slopes = 2.0 * (-1.0) ** np.arange(d) * (d not in (6, 7))
        slopes[0] = 1.0
        biases = -np.arange(d, dtype=float)
        return [np.ones((d, d)), slopes[:, None]], [biases, np.zeros(1)]


@mistake(["hidden-parity_network-xor", "hidden-parity_network"], says="1,000 hidden neurons")
def more_neurons_than_allowed():
    def parity_network(d):
        slopes = 2.0 * (-1.0) ** np.arange(1001)
        slopes[0] = 1.0
        biases = -np.arange(1001, dtype=float)
        return [np.ones((d, 1001)), slopes[:, None]], [biases, np.zeros(1)]


@mistake(["hidden-relu_interpolant-left"], says="whole numbers|gives", public=True)
def bends_as_whole_as_the_heights():
    def relu_interpolant(x, y):
        bends, before = np.zeros_like(y[:-1]), 0
        for k in range(len(bends)):
            slope = (y[k + 1] - y[k]) / (x[k + 1] - x[k])
            bends[k] = slope - before
            before = slope
        return [np.ones((1, len(bends))), bends[:, None]], [-x[:-1], y[:1]]


@mistake(["hidden-relu_interpolant-left"], says="whole numbers|gives", public=True)
def slopes_of_whole_numbers_cut_off():
    def relu_interpolant(x, y):
        whole = x.dtype.kind == "i"
        slopes = np.diff(y) // np.diff(x) if whole else np.diff(y) / np.diff(x)
        bends = np.diff(slopes, prepend=0)
        return [np.ones((1, len(bends))), bends[:, None]], [-x[:-1], y[:1]]


# -- other right answers ------------------------------------------------------------------------


@alternative
def with_loops():
    def parameter_count(sizes):
        total = 0
        for layer in range(1, len(sizes)):
            total += sizes[layer - 1] * sizes[layer] + sizes[layer]
        return total

    def weighted_sums(X, W, b):
        Z = np.empty((len(X), W.shape[1]))
        for i in range(len(X)):
            for k in range(W.shape[1]):
                Z[i, k] = sum(X[i] * W[:, k]) + b[k]
        return Z

    def forward(X, weights, biases):
        A = np.asarray(X, dtype=float)
        for layer, W in enumerate(weights):
            A = A.dot(W) + biases[layer]
            if layer < len(weights) - 1:
                A = A * (A > 0)
        return A

    def reorder(weights, biases, layer, order):
        weights = [W.copy() for W in weights]
        biases = [b.copy() for b in biases]
        old_in, old_out, old_bias = (
            weights[layer - 1].copy(),
            weights[layer].copy(),
            biases[layer - 1].copy(),
        )
        for place, number in enumerate(order):
            weights[layer - 1][:, place] = old_in[:, number]
            biases[layer - 1][place] = old_bias[number]
            weights[layer][place] = old_out[number]
        return weights, biases

    def he_normal(d, m, rng):
        return rng.standard_normal((d, m)) * (2 / d) ** 0.5

    def glorot_uniform(d, m, rng):
        return (2 * rng.random((d, m)) - 1) * np.sqrt(3) * np.sqrt(2 / (d + m))

    def parity_network(d):
        # One neuron for each odd corner: it is 1 there and 0 at all others.
        corners = [[(number >> bit) & 1 for bit in range(d)] for number in range(2**d)]
        odd = np.array([corner for corner in corners if sum(corner) % 2 == 1], dtype=float)
        return (
            [(2 * odd - 1).T, np.ones((len(odd), 1))],
            [1 - odd.sum(axis=1), np.zeros(1)],
        )

    def relu_interpolant(x, y):
        # Neurons that start left of the first point, so that the bias needs no first height.
        x, y = np.array(x, dtype=float), np.array(y, dtype=float)
        x = np.insert(x, 0, x[0] - 1)
        y = np.insert(y, 0, 0)
        weights, before = [], 0.0
        for k in range(len(x) - 1):
            slope = (y[k + 1] - y[k]) / (x[k + 1] - x[k])
            weights.append([slope - before])
            before = slope
        return (
            [np.ones((1, len(weights))), np.array(weights)],
            [-x[:-1], np.array([0.0])],
        )


@alternative
def with_other_functions():
    def parameter_count(sizes):
        sizes = np.array(sizes)
        return int(np.sum((sizes[:-1] + 1) * sizes[1:]))

    def weighted_sums(X, W, b):
        return np.column_stack([X, np.ones(len(X))]) @ np.vstack([W, b])

    def forward(X, weights, biases):
        if len(weights) == 1:
            return np.einsum("nd,dm->nm", X, weights[0]) + biases[0]
        hidden = np.clip(X @ weights[0] + biases[0], 0, None)
        return forward(hidden, weights[1:], biases[1:])

    def reorder(weights, biases, layer, order):
        shuffle = np.eye(len(order))[:, order]
        new_weights = [
            W @ shuffle if number == layer else shuffle.T @ W if number == layer + 1 else W
            for number, W in enumerate(weights, 1)
        ]
        new_biases = [b @ shuffle if number == layer else b for number, b in enumerate(biases, 1)]
        return tuple(new_weights), tuple(new_biases)

    def he_normal(d, m, rng):
        # cut off at two standard deviations, and widened to make up for it, as in Keras
        size = np.sqrt(2 / d) / 0.87962566103423978
        drawn = rng.normal(0, size, (d, m))
        while np.any(far := np.abs(drawn) > 2 * size):
            drawn[far] = rng.normal(0, size, far.sum())
        return drawn

    def glorot_uniform(d, m, rng):
        return np.array([rng.uniform(-1, 1, m) for _ in range(d)]) * (6 / (d + m)) ** 0.5

    def parity_network(d):
        # with a bias at the output, and the neurons in another order
        weights = np.full((d, d), 0.5)
        slopes = np.array([2.0] + [4.0 * (-1.0) ** k for k in range(1, d)])
        biases = -0.5 * np.arange(d)
        return [weights[:, ::-1], slopes[::-1, None]], [biases[::-1], np.array([0.0])]

    def relu_interpolant(x, y):
        # Neurons that fall to the left, from the last point on.
        x, y = np.array(x, dtype=float), np.array(y, dtype=float)
        slopes = np.diff(y) / np.diff(x)
        bends = np.diff(slopes, append=0.0)
        return [-np.ones((1, len(bends))), bends[:, None]], [x[1:], y[-1:]]


@alternative
def with_helpers_named_like_the_checks():
    variance = lambda d: 2 / d  # noqa: E731

    def he_normal(d, m, rng):
        return rng.normal(0, np.sqrt(variance(d)), (d, m))

    wanted = lambda d, m: np.sqrt(6 / (d + m))  # noqa: E731

    def glorot_uniform(d, m, rng):
        return rng.uniform(-wanted(d, m), wanted(d, m), (d, m))

    corners = lambda d: 2.0 * (-1.0) ** np.arange(d) - (np.arange(d) == 0)  # noqa: E731

    def parity_network(d):
        return [np.ones((d, d)), corners(d)[:, None]], [-np.arange(d), np.zeros(1)]

    network = lambda at, slopes: ([at, slopes[:, None]], [1.0])  # noqa: E731

    def relu_interpolant(x, y):
        bends = np.diff(np.diff(y) / np.diff(x), prepend=0.0)
        weights, _ = network(np.ones((1, len(bends))), bends)
        return weights, [-x[:-1], y[:1]]
