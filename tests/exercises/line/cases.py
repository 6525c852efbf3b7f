"""Mistakes and other right answers for the exercise ``line``."""

# ruff: noqa: F821  # the answers use names of the notebook

import numpy as np

from tests.exercises.harness import alternative, mistake

# -- mistakes of the syllabus ------------------------------------------------------------------


@mistake(["hidden-balanced_weight"], says="mean of the ratios", public=True)
def mean_of_ratios():
    def balanced_weight(x, y):
        return np.mean(y / x)


@mistake(["hidden-mse_gradient-w", "hidden-mse_gradient-b"], says="sign is flipped", public=True)
def sign_of_the_gradient():
    def mse_gradient(x, y, w, b):
        errors = y - (w * x + b)
        return 2 * np.mean(errors * x), 2 * np.mean(errors)


@mistake(
    ["hidden-mse_gradient-w", "hidden-mse_gradient-b"], says="factor of two is missing", public=True
)
def missing_factor_two():
    def mse_gradient(x, y, w, b):
        errors = w * x + b - y
        return np.mean(errors * x), np.mean(errors)


@mistake(["hidden-mse_gradient-w", "hidden-mse_gradient-b"], says="1/n is missing", public=True)
def missing_one_over_n():
    def mse_gradient(x, y, w, b):
        errors = w * x + b - y
        return 2 * np.sum(errors * x), 2 * np.sum(errors)


@mistake(["hidden-normal_equation-singular"], says="has no inverse")
def inverting_a_singular_matrix():
    def normal_equation(X, y):
        A = np.column_stack([X, np.ones(len(X))])
        return np.linalg.inv(A.T @ A) @ A.T @ y


@mistake(
    ["hidden-balanced_weight"],
    says="fractional part is cut off|cut down to a whole number",
    public=True,
)
def integer_division():
    def balanced_weight(x, y):
        return np.sum(y) // np.sum(x)


@mistake(["hidden-rmse"], says="wrong axis")
def rmse_of_the_wrong_axis():
    def rmse(y, y_hat):
        errors = np.asarray(y, dtype=float) - np.asarray(y_hat, dtype=float)
        return np.sqrt(np.mean(errors**2, axis=-1))


# -- mistakes that students make too -----------------------------------------------------------


@mistake(["hidden-predict", "hidden-predict-shapes"], says="bias is missing")
def no_bias():
    def predict(x, w, b):
        return w * x


@mistake(
    ["hidden-predict", "hidden-predict-shapes"], says=r"changed its argument \(1st\)", public=True
)
def input_changed():
    def predict(x, w, b):
        x *= w
        x += b
        return x


@mistake(["hidden-predict-shapes"], says="shape", public=False)
def one_axis_only():
    def predict(x, w, b):
        if np.ndim(x) == 0:
            return w * x + b
        return np.array([w * np.ravel(row)[0] + b for row in x])


@mistake(["hidden-mae"], says="cancel", public=True)
def errors_cancel():
    def mae(y, y_hat):
        return np.mean(np.asarray(y, dtype=float) - np.asarray(y_hat, dtype=float), axis=0)


@mistake(["hidden-mse"], says="32 bits", public=True)
def square_overflows():
    def mse(y, y_hat):
        return np.mean((y - y_hat) ** 2, axis=0)


@mistake(["hidden-rmse"], says="square root is missing", public=True)
def no_root():
    def rmse(y, y_hat):
        errors = np.asarray(y, dtype=float) - np.asarray(y_hat, dtype=float)
        return np.mean(errors**2, axis=0)


@mistake(["hidden-mse"], says="looks like a sum", public=True)
def sum_for_mean():
    def mse(y, y_hat):
        errors = np.asarray(y, dtype=float) - np.asarray(y_hat, dtype=float)
        return np.sum(errors**2, axis=0)


# The last task builds on this one, so it falls too.
@mistake(
    [
        "hidden-normal_equation",
        "hidden-normal_equation-singular",
        "hidden-leave_one_out",
        "hidden-leave_one_out-many",
    ],
    says="bias comes last|leave_one_out",
    public=True,
)
def bias_first():
    def normal_equation(X, y):
        return np.linalg.lstsq(np.column_stack([np.ones(len(X)), X]), y, rcond=None)[0]


@mistake(["hidden-mse_gradient-w"], says="inner derivative")
def inner_derivative_forgotten():
    def mse_gradient(x, y, w, b):
        slope = 2 * np.mean(w * x + b - y)
        return slope, slope


@mistake(["hidden-mse_gradient-w", "hidden-mse_gradient-b"], says="has 3 parts", public=True)
def cost_returned_too():
    def mse_gradient(x, y, w, b):
        errors = w * x + b - y
        return 2 * np.mean(errors * x), 2 * np.mean(errors), np.mean(errors**2)


@mistake(["hidden-mse_gradient-w", "hidden-mse_gradient-b"], says="swapped", public=True)
def derivatives_swapped():
    def mse_gradient(x, y, w, b):
        errors = w * x + b - y
        return 2 * np.mean(errors), 2 * np.mean(errors * x)


@mistake(["hidden-mse_gradient-w", "hidden-mse_gradient-b"], says="where a pair", public=True)
def one_derivative():
    def mse_gradient(x, y, w, b):
        return 2 * np.mean((w * x + b - y) * x)


@mistake(
    ["hidden-leave_one_out", "hidden-leave_one_out-many"],
    says="has seen all the examples",
    public=True,
)
def nothing_left_out():
    def leave_one_out(X, y):
        theta = normal_equation(X, y)
        return X @ theta[:-1] + theta[-1]


@mistake(["hidden-rmse"], says="off limits", public=True)
def library_used():
    def rmse(y, y_hat):
        from helpers.nn.losses import MeanSquaredError

        return np.sqrt(MeanSquaredError().value(y, y_hat))


@mistake(["hidden-mae"], says="returned nothing", public=True)
def no_return():
    def mae(y, y_hat):
        np.mean(np.abs(y - y_hat), axis=0)


@mistake(
    ["hidden-mae"],
    says=r"raised AttributeError.*in line 2 of your cell: `return sum\(abs\(y",
    public=True,
)
def raises():
    def mae(y, y_hat):
        return sum(abs(y - y_hat)) / y.length()


@mistake(["hidden-mae"], says="whole table", public=True)
def mean_of_the_whole_table():
    def mae(y, y_hat):
        return np.mean(np.abs(y.astype(float) - y_hat))


@mistake(["hidden-mse"], says="wrong axis|shape")
def mse_of_the_wrong_axis():
    def mse(y, y_hat):
        return np.mean((y.astype(float) - y_hat) ** 2, axis=-1)


@mistake(["hidden-mse"], says="divided by n - 1")
def divided_by_n_minus_one():
    def mse(y, y_hat):
        return np.sum((y.astype(float) - y_hat) ** 2, axis=0) / max(len(y) - 1, 1)


@mistake(["hidden-leave_one_out-many"], says="returned|raised", public=True)
def deleted_from_the_flat_table():
    def leave_one_out(X, y):
        predictions = []
        for i in range(len(y)):
            others = np.delete(X, i)[: len(y) - 1, None]
            theta = normal_equation(others, np.delete(y, i))
            predictions.append(X[i, 0] * theta[0] + theta[1])
        return np.array(predictions)


# -- other right answers -----------------------------------------------------------------------


@alternative
def loops_and_lists():
    def predict(x, w, b):
        x = np.asarray(x, dtype=float)
        out = np.empty(x.shape)
        for index in np.ndindex(x.shape):
            out[index] = x[index] * w + b
        return out if x.ndim else float(out)

    def balanced_weight(x, y):
        return float(sum(float(v) for v in y) / sum(float(v) for v in x))

    def mae(y, y_hat):
        total = 0.0
        for a, b in zip(y, y_hat, strict=True):
            total = total + abs(a * 1.0 - b * 1.0)
        return total / len(y)

    def mse(y, y_hat):
        total = 0.0
        for a, b in zip(y, y_hat, strict=True):
            total = total + (a * 1.0 - b * 1.0) ** 2
        return total / len(y)

    def rmse(y, y_hat):
        return mse(y, y_hat) ** 0.5

    def normal_equation(X, y):
        return np.linalg.pinv(np.hstack([X, np.ones((X.shape[0], 1))])) @ y

    def mse_gradient(x, y, w, b):
        dw = db = 0.0
        for x_i, y_i in zip(x, y, strict=True):
            dw += 2.0 * float(x_i) * (w * float(x_i) + b - float(y_i)) / len(x)
            db += 2.0 * (w * float(x_i) + b - float(y_i)) / len(x)
        return np.array([dw, db])

    def leave_one_out(X, y):
        rows, result = np.arange(len(y)), []
        for i in rows:
            theta = normal_equation(X[rows != i], y[rows != i])
            result.append(float(np.append(X[i], 1.0) @ theta))
        return np.array(result)


@alternative
def other_formulas():
    def predict(x, w, b):
        return np.add(np.multiply(x, w), b)

    def balanced_weight(x, y):
        return np.mean(y) / np.mean(x)

    def mae(y, y_hat):
        return np.average(np.abs(np.subtract(y, y_hat, dtype=np.float64)), axis=0)

    def mse(y, y_hat):
        e = np.subtract(y, y_hat, dtype=np.float64)
        return np.einsum("i...,i...->...", e, e) / len(e)

    def rmse(y, y_hat):
        e = np.subtract(y, y_hat, dtype=np.float64)
        return np.linalg.norm(e, axis=0) / np.sqrt(len(e))

    def normal_equation(X, y):
        A = np.concatenate([X, np.ones_like(X[:, :1], dtype=float)], axis=1)
        u, s, vt = np.linalg.svd(A, full_matrices=False)
        inverse = np.where(s > 1e-12 * s[0], 1 / np.where(s > 0, s, 1), 0)
        return vt.T @ (inverse * (u.T @ y))

    def mse_gradient(x, y, w, b):
        A = np.column_stack([x, np.ones(len(x))])
        dw, db = 2 / len(x) * A.T @ (A @ np.array([w, b]) - y)
        return dw, db

    def leave_one_out(X, y):
        # the shortcut with the hat matrix: no loop, and no fit of its own for each example
        A = np.column_stack([X, np.ones(len(X))])
        hat = A @ np.linalg.pinv(A)
        leverage = np.diag(hat)
        return y - (y - hat @ y) / (1 - leverage)
