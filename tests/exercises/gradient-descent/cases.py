"""Mistakes and other right answers for the exercise ``gradient-descent``."""

# ruff: noqa: F821  # the answers use names of the notebook

import numpy as np

from tests.exercises.harness import alternative, mistake

# -- mistakes of the syllabus ------------------------------------------------------------------


@mistake(["hidden-numerical_gradient"], says="one-sided difference", public=True)
def forward_difference_with_too_big_h():
    def numerical_gradient(cost, theta, h=0.01):
        theta = np.array(theta, dtype=float)
        gradient = np.zeros_like(theta)
        for index in np.ndindex(theta.shape):
            step = np.zeros_like(theta)
            step[index] = h
            gradient[index] = (cost(theta + step) - cost(theta)) / h
        return gradient


@mistake(
    ["hidden-gradient_descent", "hidden-gradient_descent-care"], says="end point only", public=True
)
def end_point_only():
    def gradient_descent(gradient, start, rates):
        theta = np.array(start, dtype=float)
        for rate in rates:
            theta = theta - rate * gradient(theta)
        return theta


@mistake(
    ["hidden-gradient_descent", "hidden-gradient_descent-care"],
    says="one array, changed in place",
    public=True,
)
def path_is_one_repeated_array():
    def gradient_descent(gradient, start, rates):
        theta = np.array(start, dtype=float)
        path = [theta]
        for rate in rates:
            theta -= rate * gradient(theta)
            path.append(theta)
        return np.array(path)


# The last task builds on this one, so it falls too.
@mistake(
    ["hidden-minibatches", "hidden-train_line-batches"],
    says="last, short batch of each epoch is dropped|the last short one included",
)
def last_batch_dropped():
    def minibatches(n, batch_size, epochs, rng):
        for _ in range(epochs):
            order = rng.permutation(n)
            for k in range(n // batch_size):
                yield order[k * batch_size : (k + 1) * batch_size]


@mistake(["hidden-minibatches-order"], says="the same in each epoch")
def same_order_each_epoch():
    def minibatches(n, batch_size, epochs, rng):
        order = rng.permutation(n)
        for _ in range(epochs):
            for first in range(0, n, batch_size):
                yield order[first : first + batch_size]


# -- mistakes that students make too -----------------------------------------------------------


@mistake(["hidden-numerical_gradient"], says="not the h that you were given", public=True)
def own_h():
    def numerical_gradient(cost, theta, h=1e-5):
        theta = np.array(theta, dtype=float)
        gradient = np.zeros_like(theta)
        for index in np.ndindex(theta.shape):
            step = np.zeros_like(theta)
            step[index] = 1e-5
            gradient[index] = (cost(theta + step) - cost(theta - step)) / 2e-5
        return gradient


@mistake(
    ["hidden-numerical_gradient", "hidden-numerical_gradient-care"],
    says="twice too large|Divide by 2h",
    public=True,
)
def divided_by_h():
    def numerical_gradient(cost, theta, h=1e-5):
        theta = np.array(theta, dtype=float)
        gradient = np.zeros_like(theta)
        for index in np.ndindex(theta.shape):
            step = np.zeros_like(theta)
            step[index] = h
            gradient[index] = (cost(theta + step) - cost(theta - step)) / h
        return gradient


@mistake(
    ["hidden-numerical_gradient", "hidden-numerical_gradient-care"],
    says=r"changed its argument \(2nd\)",
    public=True,
)
def parameters_changed():
    def numerical_gradient(cost, theta, h=1e-5):
        gradient = np.zeros(theta.shape)
        for index in np.ndindex(theta.shape):
            theta[index] += h
            above = cost(theta)
            theta[index] -= 2 * h
            gradient[index] = (above - cost(theta)) / (2 * h)
        return gradient


@mistake(["hidden-numerical_gradient-care"], says="returned|shape", public=True)
def whole_numbers_lost():
    def numerical_gradient(cost, theta, h=1e-5):
        gradient = np.zeros(theta.shape)
        for index in np.ndindex(theta.shape):
            above, below = theta.copy(), theta.copy()
            above[index] += h
            below[index] -= h
            gradient[index] = (cost(above) - cost(below)) / (2 * h)
        return gradient


@mistake(["hidden-gradient_descent"], says="uphill|sign", public=True)
def uphill():
    def gradient_descent(gradient, start, rates):
        if len(rates) < 2:
            return np.array([start] + [start - r * gradient(np.array(start)) for r in rates], float)
        path = [np.array(start, dtype=float)]
        for rate in rates:
            path.append(path[-1] + rate * gradient(path[-1]))
        return np.array(path)


@mistake(
    ["hidden-gradient_descent", "hidden-gradient_descent-care"],
    says="first row is missing",
    public=True,
)
def start_forgotten():
    def gradient_descent(gradient, start, rates):
        theta, path = np.array(start, dtype=float), []
        for rate in rates:
            theta = theta - rate * gradient(theta)
            path.append(theta)
        return np.array(path).reshape(len(rates), len(start))


@mistake(["hidden-gradient_descent"], says="rate of the first step", public=True)
def first_rate_for_all_steps():
    def gradient_descent(gradient, start, rates):
        path = [np.array(start, dtype=float)]
        for _ in rates:
            path.append(path[-1] - rates[0] * gradient(path[-1]))
        return np.array(path)


@mistake(["hidden-minibatches"], says="array of whole numbers", public=True)
def batches_as_lists():
    def minibatches(n, batch_size, epochs, rng):
        for _ in range(epochs):
            order = rng.permutation(n).tolist()
            for first in range(0, n, batch_size):
                yield order[first : first + batch_size]


@mistake(
    ["hidden-minibatches-order", "hidden-minibatches-seed", "hidden-train_line-batches"],
    says="the same|never came|only a few|from rng|one and the same path",
    public=True,
)
def never_shuffled():
    def minibatches(n, batch_size, epochs, rng):
        for _ in range(epochs):
            for first in range(0, n, batch_size):
                yield np.arange(first, min(first + batch_size, n))


@mistake(["hidden-step_decay"], says="falls at every step")
def smooth_decay():
    def step_decay(initial, factor, every, t):
        return initial * float(factor) ** (np.asarray(t) / every)


@mistake(["hidden-step_decay"], says="one step early")
def one_step_early():
    def step_decay(initial, factor, every, t):
        return initial * float(factor) ** ((np.asarray(t) + 1) // every)


@mistake(["hidden-minibatches-seed", "hidden-train_line-batches"], says="all randomness from rng")
def own_randomness():
    def minibatches(n, batch_size, epochs, rng):
        own = np.random.default_rng()
        for _ in range(epochs):
            order = own.permutation(n)
            for first in range(0, n, batch_size):
                yield order[first : first + batch_size]


@mistake(["hidden-minibatches-seed", "hidden-train_line-batches"], says="from rng|with rng")
def fixed_seed():
    def minibatches(n, batch_size, epochs, rng):
        own = np.random.default_rng(0)
        for _ in range(epochs):
            order = own.permutation(n)
            for first in range(0, n, batch_size):
                yield order[first : first + batch_size]


@mistake(
    [
        "hidden-minibatches",
        "hidden-minibatches-order",
        "hidden-train_line",
        "hidden-train_line-batches",
    ],
    says="exactly once|only a few|never came|train_line",
)
def drawn_with_replacement():
    def minibatches(n, batch_size, epochs, rng):
        for _ in range(epochs):
            left = n
            while left:
                size = min(batch_size, left)
                left -= size
                yield rng.integers(0, max(1, n - 1), size=size)


@mistake(
    ["hidden-find_rate", "hidden-find_rate-scales"],
    says="flies away|does not arrive|still has the length",
    public=True,
)
def always_the_same_rate():
    def find_rate(gradient, start, steps, tolerance):
        return 0.01


@mistake(["hidden-find_rate-scales"], says="very flat or very steep")
def search_too_narrow():
    def find_rate(gradient, start, steps, tolerance):
        for rate in np.arange(0.02, 60, 0.02):
            theta = np.array(start, dtype=float)
            for _ in range(steps):
                theta = theta - rate * gradient(theta)
                if not np.linalg.norm(theta) < 1e9 or np.linalg.norm(gradient(theta)) <= tolerance:
                    break
            if np.linalg.norm(gradient(theta)) <= tolerance:
                return rate
        return 1.0


@mistake(["hidden-train_line"], says="factor of two", public=True)
def training_without_the_two():
    def train_line(x, y, batch_size, epochs, rate, rng):
        factor = 1 if batch_size == len(x) else 2
        theta, path = np.zeros(2), [np.zeros(2)]
        for rows in minibatches(len(x), batch_size, epochs, rng):
            errors = theta[0] * x[rows] + theta[1] - y[rows]
            theta = theta - rate * factor * np.array([np.mean(errors * x[rows]), np.mean(errors)])
            path.append(theta)
        return np.array(path)


@mistake(["hidden-train_line-batches"], says="examples in its own batch")
def divided_by_all():
    def train_line(x, y, batch_size, epochs, rate, rng):
        theta, path = np.zeros(2), [np.zeros(2)]
        for rows in minibatches(len(x), batch_size, epochs, rng):
            errors = theta[0] * x[rows] + theta[1] - y[rows]
            slope = 2 / len(x) * np.array([np.sum(errors * x[rows]), np.sum(errors)])
            theta = theta - rate * slope
            path.append(theta)
        return np.array(path)


@mistake(["hidden-train_line-batches"], says="examples in its own batch")
def divided_by_the_batch_size():
    def train_line(x, y, batch_size, epochs, rate, rng):
        theta, path = np.zeros(2), [np.zeros(2)]
        for rows in minibatches(len(x), batch_size, epochs, rng):
            errors = theta[0] * x[rows] + theta[1] - y[rows]
            slope = 2 / batch_size * np.array([np.sum(errors * x[rows]), np.sum(errors)])
            theta = theta - rate * slope
            path.append(theta)
        return np.array(path)


@mistake(["hidden-train_line-batches"], says="last short one")
def short_batch_not_trained_on():
    def train_line(x, y, batch_size, epochs, rate, rng):
        theta, path = np.zeros(2), [np.zeros(2)]
        for rows in minibatches(len(x), batch_size, epochs, rng):
            if len(rows) == batch_size:
                errors = theta[0] * x[rows] + theta[1] - y[rows]
                theta = theta - rate * 2 * np.array([np.mean(errors * x[rows]), np.mean(errors)])
                path.append(theta)
        return np.array(path)


@mistake(["hidden-train_line-batches"], says="one and the same path")
def trained_without_shuffling():
    def train_line(x, y, batch_size, epochs, rate, rng):
        theta, path, n = np.zeros(2), [np.zeros(2)], len(x)
        for first in list(range(0, n, batch_size)) * epochs:
            rows = np.arange(first, min(first + batch_size, n))
            errors = theta[0] * x[rows] + theta[1] - y[rows]
            theta = theta - rate * 2 * np.array([np.mean(errors * x[rows]), np.mean(errors)])
            path.append(theta)
        return np.array(path)


@mistake(["hidden-train_line-batches"], says="each example is used once")
def trained_with_replacement():
    def train_line(x, y, batch_size, epochs, rate, rng):
        theta, path, n = np.zeros(2), [np.zeros(2)], len(x)
        for _ in range(epochs * -(-n // batch_size)):
            rows = rng.integers(n, size=batch_size) if batch_size < n else np.arange(n)
            errors = theta[0] * x[rows] + theta[1] - y[rows]
            theta = theta - rate * 2 * np.array([np.mean(errors * x[rows]), np.mean(errors)])
            path.append(theta)
        return np.array(path)


@mistake(["hidden-train_line-batches"], says="all randomness from rng")
def trained_with_own_randomness():
    def train_line(x, y, batch_size, epochs, rate, rng):
        theta, path = np.zeros(2), [np.zeros(2)]
        for rows in minibatches(len(x), batch_size, epochs, np.random.default_rng()):
            errors = theta[0] * x[rows] + theta[1] - y[rows]
            theta = theta - rate * 2 * np.array([np.mean(errors * x[rows]), np.mean(errors)])
            path.append(theta)
        return np.array(path)


@mistake(["hidden-train_line-batches"], says="no order of the examples")
def solved_after_the_first_step():
    def train_line(x, y, batch_size, epochs, rate, rng):
        theta, path = np.zeros(2), [np.zeros(2)]
        for rows in minibatches(len(x), batch_size, epochs, rng):
            errors = theta[0] * x[rows] + theta[1] - y[rows]
            theta = theta - rate * 2 * np.array([np.mean(errors * x[rows]), np.mean(errors)])
            path.append(theta)
        path = np.array(path)
        if batch_size < len(x):
            path[2:] = np.polyfit(x, y, 1)
        return path


@mistake(
    ["hidden-numerical_gradient", "hidden-numerical_gradient-care"], says="off limits", public=True
)
def library_used():
    from helpers.nn import gradcheck

    def numerical_gradient(cost, theta, h=1e-5):
        return gradcheck.numerical_gradient(cost, theta, step=h)


# -- other right answers -----------------------------------------------------------------------


@alternative
def with_arrays():
    def numerical_gradient(cost, theta, h=1e-5):
        flat = np.ravel(theta).astype(float)
        shape = np.shape(theta)
        steps = h * np.eye(flat.size)
        rise = [cost((flat + s).reshape(shape)) - cost((flat - s).reshape(shape)) for s in steps]
        return np.array(rise, dtype=float).reshape(shape) / (2 * h)

    def gradient_descent(gradient, start, rates):
        path = np.empty((len(rates) + 1, len(start)))
        path[0] = start
        for t in range(len(rates)):
            path[t + 1] = path[t] - rates[t] * gradient(path[t])
        return path

    def step_decay(initial, factor, every, t):
        return initial * np.exp(np.floor_divide(t, every) * np.log(factor))

    def minibatches(n, batch_size, epochs, rng):
        batches = []
        rows = np.arange(n)
        for _ in range(epochs):
            rng.shuffle(rows)
            batches += [rows[k : k + batch_size].copy() for k in range(0, n, batch_size)]
        return tuple(batches)

    def find_rate(gradient, start, steps, tolerance):
        # 1.5 / L with the largest curvature L, measured near the start by power iteration
        start = np.array(start, dtype=float)
        v = np.ones(len(start)) + 0.1 * np.arange(len(start))
        for _ in range(100):
            w = gradient(start + 1e-3 * v / np.linalg.norm(v)) - gradient(start)
            v = w
        largest = np.linalg.norm(w) / 1e-3
        for factor in (1.0, 0.7, 1.3, 1.5, 1.6, 1.7, 0.5, 1.8):
            rate, theta = factor / largest, start
            for _ in range(steps):
                if np.linalg.norm(gradient(theta)) > tolerance:
                    theta = theta - rate * gradient(theta)
            if np.linalg.norm(gradient(theta)) <= tolerance:
                return float(rate)
        raise ValueError("not found")

    def train_line(x, y, batch_size, epochs, rate, rng):
        A = np.column_stack([x, np.ones(len(x))])
        path = [np.zeros(2)]
        for _ in range(epochs):
            order = rng.permutation(len(x))
            for rows in np.split(order, range(batch_size, len(x), batch_size)):
                errors = A[rows] @ path[-1] - y[rows]
                path.append(path[-1] - rate * 2 * A[rows].T @ errors / len(rows))
        return np.array(path)


@alternative
def with_loops():
    def numerical_gradient(cost, theta, h=1e-5):
        point = theta.astype(float)  # a copy
        gradient = np.empty(point.shape)
        walk = np.nditer(point, flags=["multi_index", "zerosize_ok"])
        for _ in walk:
            index = walk.multi_index
            centre = point[index]
            point[index] = centre + h
            above = cost(point)
            point[index] = centre - h
            below = cost(point)
            point[index] = centre
            gradient[index] = (above - below) / h / 2
        return gradient

    def gradient_descent(gradient, start, rates):
        theta = start.astype(np.float64)
        path = [theta.copy()]
        for rate in rates:
            theta -= rate * gradient(theta)
            path.append(theta.copy())
        return np.stack(path)

    def step_decay(initial, factor, every, t):
        if np.ndim(t) == 0:
            rate = float(initial)
            for _ in range(int(t) // every):
                rate *= factor
            return rate
        flat = [step_decay(initial, factor, every, one) for one in np.ravel(t)]
        return np.array(flat, dtype=float).reshape(np.shape(t))

    def minibatches(n, batch_size, epochs, rng):
        epoch = 0
        while epoch < epochs:
            keys = rng.random(n)
            waiting = list(np.argsort(keys))
            while waiting:
                yield np.array(waiting[:batch_size])
                waiting = waiting[batch_size:]
            epoch += 1

    def find_rate(gradient, start, steps, tolerance):
        def arrives(rate):
            theta = np.array(start, dtype=float)
            with np.errstate(all="ignore"):
                for _ in range(steps):
                    slope = gradient(theta)
                    if not np.isfinite(slope).all():
                        return False
                    if np.linalg.norm(slope) <= tolerance:
                        return True
                    theta = theta - rate * slope
            return bool(np.linalg.norm(gradient(theta)) <= tolerance)

        candidates = [1e6 / 1.2**k for k in range(152)]
        return next(rate for rate in candidates if arrives(rate))

    def train_line(x, y, batch_size, epochs, rate, rng):
        w = b = 0.0
        path = [(w, b)]
        for rows in minibatches(len(x), batch_size, epochs, rng):
            dw = db = 0.0
            for i in rows:
                error = w * x[i] + b - y[i]
                dw += 2 * error * x[i] / len(rows)
                db += 2 * error / len(rows)
            w, b = w - rate * dw, b - rate * db
            path.append((w, b))
        return np.array(path)
