"""Mistakes and other right answers for the exercise ``perceptron``."""

# ruff: noqa: B905  # answers are written as students write them

import numpy as np

from tests.exercises.harness import alternative, mistake

# -- mistakes of the syllabus ------------------------------------------------------------------


@mistake(["hidden-fit-pass", "hidden-fit-end"], says="answered rightly|without any", public=True)
def updating_on_correct_examples():
    def fit(X, y, epochs):
        w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
        for _ in range(epochs):
            mistakes.append(0)
            for x_i, y_i in zip(X, y):
                w, b = w + y_i * x_i, b + y_i
                mistakes[-1] += 1
        return w, b, np.array(mistakes)


@mistake(
    ["hidden-fit-pass", "hidden-fit-end"],
    says="taken for 0 and 1|without any mistake",
    public=True,
)
def labels_taken_for_0_and_1():
    def fit(X, y, epochs):
        y = np.where(y > 0, 1, 0)
        w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
        for _ in range(epochs):
            mistakes.append(0)
            for x_i, y_i in zip(X, y):
                if (1 if w @ x_i + b >= 0 else -1) != y_i:
                    w, b = w + y_i * x_i, b + y_i
                    mistakes[-1] += 1
            if mistakes[-1] == 0:
                break
        return w, b, np.array(mistakes)


@mistake(["hidden-fit-pass", "hidden-fit-end"], says="bias learns too|without any", public=True)
def bias_not_updated():
    def fit(X, y, epochs):
        w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
        for _ in range(epochs):
            mistakes.append(0)
            for x_i, y_i in zip(X, y):
                if (1 if w @ x_i + b >= 0 else -1) != y_i:
                    w = w + y_i * x_i
                    mistakes[-1] += 1
            if mistakes[-1] == 0:
                break
        return w, b, np.array(mistakes)


@mistake(["hidden-fit-end"], says="stops too early")
def stopping_before_a_clean_epoch():
    def fit(X, y, epochs):
        w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
        for _ in range(epochs):
            mistakes.append(0)
            for x_i, y_i in zip(X, y):
                if (1 if w @ x_i + b >= 0 else -1) != y_i:
                    w, b = w + y_i * x_i, b + y_i
                    mistakes[-1] += 1
            if mistakes[-1] <= 1:
                break
        return w, b, np.array(mistakes)


# -- mistakes that students make too -----------------------------------------------------------


@mistake(["hidden-predict", "hidden-predict-line"], says="not 0 and 1", public=True)
def answers_0_and_1():
    def predict(X, w, b):
        return np.where(X @ w + b >= 0, 1, 0)


@mistake(["hidden-predict-line"], says=r"on the line the answer is \+1", public=True)
def strictly_greater():
    def predict(X, w, b):
        return np.where(X @ w + b > 0, 1, -1)


@mistake(["hidden-predict-line"], says="np.sign gives 0", public=True)
def sign_of_zero():
    def predict(X, w, b):
        return np.sign(X @ w + b)


@mistake(["hidden-predict"], says="bias is missing", public=True)
def no_bias():
    def predict(X, w, b):
        return np.where(X @ w >= 0, 1, -1)


@mistake(["hidden-predict", "hidden-predict-line"], says="weighted sum", public=True)
def sum_without_its_sign():
    def predict(X, w, b):
        return X @ w + b


@mistake(["hidden-predict-line"], says="just below it")
def nearly_on_the_line():
    def predict(X, w, b):
        return np.where(X @ w + b >= -1e-3, 1, -1)


@mistake(["hidden-fit-end"], says="after the first epoch|several epochs|without any", public=True)
def one_epoch_only():
    def fit(X, y, epochs):
        w, b, mistakes = np.zeros(X.shape[1]), 0.0, 0
        for x_i, y_i in zip(X, y):
            if (1 if w @ x_i + b >= 0 else -1) != y_i:
                w, b = w + y_i * x_i, b + y_i
                mistakes += 1
        return w, b, np.array([mistakes])


@mistake(["hidden-fit-pass", "hidden-fit-end"], says="wice too large|without any", public=True)
def error_for_label():
    def fit(X, y, epochs):
        w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
        for _ in range(epochs):
            mistakes.append(0)
            for x_i, y_i in zip(X, y):
                answer = 1 if w @ x_i + b >= 0 else -1
                w, b = w + (y_i - answer) * x_i, b + (y_i - answer)
                mistakes[-1] += answer != y_i
            if mistakes[-1] == 0:
                break
        return w, b, np.array(mistakes)


@mistake(["hidden-fit-pass", "hidden-fit-end"], says="counts at once|without any", public=True)
def update_after_the_epoch():
    def fit(X, y, epochs):
        w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
        for _ in range(epochs):
            wrong = np.where(X @ w + b >= 0, 1, -1) != y
            mistakes.append(int(wrong.sum()))
            if mistakes[-1] == 0:
                break
            w, b = w + y[wrong] @ X[wrong], b + float(y[wrong].sum())
        return w, b, np.array(mistakes)


@mistake(["hidden-fit-end"], says="its zero is missing", public=True)
def clean_epoch_not_counted():
    def fit(X, y, epochs):
        w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
        for _ in range(epochs):
            count = 0
            for x_i, y_i in zip(X, y):
                if (1 if w @ x_i + b >= 0 else -1) != y_i:
                    w, b = w + y_i * x_i, b + y_i
                    count += 1
            if count == 0:
                break
            mistakes.append(count)
        return w, b, np.array(mistakes, dtype=int)


@mistake(["hidden-fit-pass", "hidden-fit-end"], says="wrong way|without any", public=True)
def update_in_the_wrong_direction():
    def fit(X, y, epochs):
        w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
        for _ in range(epochs):
            mistakes.append(0)
            for x_i, y_i in zip(X, y):
                if (1 if w @ x_i + b >= 0 else -1) != y_i:
                    w, b = w - y_i * x_i, b - y_i
                    mistakes[-1] += 1
            if mistakes[-1] == 0:
                break
        return w, b, np.array(mistakes)


@mistake(["hidden-fit-end"], says="count reset|without any", public=True)
def count_not_reset():
    def fit(X, y, epochs):
        w, b, mistakes, count = np.zeros(X.shape[1]), 0.0, [], 0
        for _ in range(epochs):
            for x_i, y_i in zip(X, y):
                if (1 if w @ x_i + b >= 0 else -1) != y_i:
                    w, b = w + y_i * x_i, b + y_i
                    count += 1
            mistakes.append(count)
            if count == 0:
                break
        return w, b, np.array(mistakes)


@mistake(["hidden-fit-end"], says="count reset", public=True)
def all_epochs_counted_together():
    def fit(X, y, epochs):
        w, b, mistakes, count = np.zeros(X.shape[1]), 0.0, [], 0
        for _ in range(epochs):
            clean = True
            for x_i, y_i in zip(X, y):
                if (1 if w @ x_i + b >= 0 else -1) != y_i:
                    w, b, clean = w + y_i * x_i, b + y_i, False
                    count += 1
            mistakes.append(count)
            if clean:
                break
        return w, b, np.array(mistakes)


@mistake(["hidden-fit-end"], says="goes on after|is done after", public=True)
def never_stopping_early():
    def fit(X, y, epochs):
        w, b, mistakes = np.zeros(X.shape[1]), 0.0, np.zeros(epochs, dtype=int)
        for epoch in range(epochs):
            for x_i, y_i in zip(X, y):
                if (1 if w @ x_i + b >= 0 else -1) != y_i:
                    w, b = w + y_i * x_i, b + y_i
                    mistakes[epoch] += 1
        return w, b, mistakes


@mistake(["hidden-fit-end"], says="epochs are used up")
def giving_up_after_100_epochs():
    def fit(X, y, epochs):
        w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
        for _ in range(min(epochs, 100)):
            mistakes.append(0)
            for x_i, y_i in zip(X, y):
                if (1 if w @ x_i + b >= 0 else -1) != y_i:
                    w, b = w + y_i * x_i, b + y_i
                    mistakes[-1] += 1
            if mistakes[-1] == 0:
                break
        return w, b, np.array(mistakes)


@mistake(["hidden-fit-end"], says="epochs are used up|may be run", public=True)
def budget_ignored():
    def fit(X, y, epochs):
        w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
        for _ in range(300 if epochs > 1 else 1):
            mistakes.append(0)
            for x_i, y_i in zip(X, y):
                if (1 if w @ x_i + b >= 0 else -1) != y_i:
                    w, b = w + y_i * x_i, b + y_i
                    mistakes[-1] += 1
            if mistakes[-1] == 0:
                break
        return w, b, np.array(mistakes)


@mistake(["hidden-fit-pass", "hidden-fit-end"], says="changed its argument", public=True)
def labels_changed():
    def fit(X, y, epochs):
        y[y == -1] = 0
        w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
        for _ in range(epochs):
            mistakes.append(0)
            for x_i, y_i in zip(X, y):
                error = y_i - (w @ x_i + b >= 0)
                w, b = w + error * x_i, b + error
                mistakes[-1] += error != 0
            if mistakes[-1] == 0:
                break
        return w, b, np.array(mistakes)


@mistake(["hidden-gate-and"], says="wrong at|should be -1", public=True)
def and_is_or():
    def gate(name):
        if name == "majority":
            return np.ones(3), -1.5
        return (np.ones(2), -0.5) if name == "and" else (-np.ones(2), 1.5)


@mistake(["hidden-gate-nand"], says="wrong at")
def nand_forgets_the_bias():
    def gate(name):
        if name == "majority":
            return np.ones(3), -1.5
        return (np.ones(2), -1.5) if name == "and" else (-np.ones(2), -1.5)


@mistake(["hidden-gate-majority"], says="three weights|wrong at")
def majority_of_all_three():
    def gate(name):
        if name == "majority":
            return np.ones(3), -2.5
        return (np.ones(2), -1.5) if name == "and" else (-np.ones(2), 1.5)


@mistake(["hidden-gate-nand"], says="wrong at")
def nand_on_the_line():
    def gate(name):
        if name == "majority":
            return np.ones(3), -2.0
        return (np.ones(2), -2.0) if name == "and" else (-np.ones(2), 2.0)


@mistake(
    ["hidden-gate-and", "hidden-gate-nand", "hidden-gate-majority"],
    says="weights are a list",
    public=True,
)
def weights_in_lists():
    def gate(name):
        if name == "majority":
            return [1, 1, 1], -1.5
        return ([1, 1], -1.5) if name == "and" else ([-1, -1], 1.5)


@mistake(
    ["hidden-gate-and", "hidden-gate-nand", "hidden-gate-majority"],
    says="bias must be one number",
    public=True,
)
def biases_in_arrays():
    def gate(name):
        if name == "majority":
            return np.ones(3), np.array([-1.5])
        sign = 1 if name == "and" else -1
        return sign * np.ones(2), np.array([-1.5 * sign])


@mistake(["hidden-margin", "hidden-margin-sign"], says="length of w is missing", public=True)
def no_distance():
    def margin(X, y, w, b):
        return np.min(y * (X @ w + b))


@mistake(["hidden-margin", "hidden-margin-sign"], says="square root is missing", public=True)
def length_squared():
    def margin(X, y, w, b):
        return np.min(y * (X @ w + b)) / (w @ w)


@mistake(["hidden-margin", "hidden-margin-sign"], says="bias is missing", public=True)
def distance_from_a_line_through_zero():
    def margin(X, y, w, b):
        return np.min(y * (X @ w)) / np.linalg.norm(w)


@mistake(["hidden-margin", "hidden-margin-sign"], says="smallest is asked|shape", public=True)
def all_distances():
    def margin(X, y, w, b):
        return y * (X @ w + b) / np.linalg.norm(w)


@mistake(["hidden-margin-sign"], says="length of w is missing", public=True)
def no_distance_on_the_wrong_side():
    def margin(X, y, w, b):
        smallest = np.min(y * (X @ w + b))
        return smallest / np.linalg.norm(w) if smallest > 0 else smallest


@mistake(["hidden-margin-sign"], says="not the right value")
def no_bias_on_the_wrong_side():
    def margin(X, y, w, b):
        z = y * (X @ w + b)
        return np.min(np.where(z >= 0, z, y * (X @ w))) / np.linalg.norm(w)


@mistake(["hidden-margin", "hidden-margin-sign"], says="no part of the length", public=True)
def bias_in_the_length():
    def margin(X, y, w, b):
        return np.min(y * (X @ w + b)) / np.linalg.norm(np.append(w, b))


@mistake(["hidden-margin-sign"], says="where do the labels come in", public=True)
def distance_without_sign():
    def margin(X, y, w, b):
        return np.min(np.abs(X @ w + b)) / np.linalg.norm(w)


@mistake(
    ["hidden-margin", "hidden-margin-sign"],
    says="mean of the distances|not the right value",
    public=True,
)
def mean_distance():
    def margin(X, y, w, b):
        return np.mean(y * (X @ w + b)) / np.linalg.norm(w)


@mistake(
    ["hidden-separates", "hidden-separates-budget"],
    says="says yes where|fit into the budget|returned True.* Expected was False",
    public=True,
)
def always_yes():
    def separates(X, y, epochs):
        return True


@mistake(
    ["hidden-separates", "hidden-separates-budget"],
    says="says no where|returned False",
    public=True,
)
def always_no():
    def separates(X, y, epochs):
        return False


@mistake(["hidden-separates"], says="gives up too early")
def no_patience():
    def separates(X, y, epochs):
        w, b = np.zeros(X.shape[1]), 0.0
        for _ in range(min(epochs, 100)):
            clean = True
            for x_i, y_i in zip(X, y):
                if (1 if w @ x_i + b >= 0 else -1) != y_i:
                    w, b, clean = w + y_i * x_i, b + y_i, False
            if clean:
                return True
        return False


@mistake(["hidden-separates-budget"], says="fit into the budget")
def weights_judged_at_the_end():
    def separates(X, y, epochs):
        w, b = np.zeros(X.shape[1]), 0.0
        for _ in range(epochs):
            for x_i, y_i in zip(X, y):
                if (1 if w @ x_i + b >= 0 else -1) != y_i:
                    w, b = w + y_i * x_i, b + y_i
        return np.all(np.where(X @ w + b >= 0, 1, -1) == y)


@mistake(["hidden-separates-budget"], says="too early", public=True)
def one_epoch_short():
    def separates(X, y, epochs):
        w, b = np.zeros(X.shape[1]), 0.0
        for _ in range(epochs - 1):
            clean = True
            for x_i, y_i in zip(X, y):
                if (1 if w @ x_i + b >= 0 else -1) != y_i:
                    w, b, clean = w + y_i * x_i, b + y_i, False
            if clean:
                return True
        return False


# -- other right answers ------------------------------------------------------------------------


@alternative
def with_a_constant_input():
    def predict(X, w, b):
        Z = np.column_stack([X, np.ones(len(X))])
        return 2 * (Z @ np.append(w, b) >= 0).astype(int) - 1

    def fit(X, y, epochs):
        Z = np.column_stack([X, np.ones(len(X))])
        theta, mistakes = np.zeros(Z.shape[1]), np.zeros(epochs, dtype=int)
        for epoch in range(epochs):
            for i in range(len(Z)):
                z = theta @ Z[i]
                if (z >= 0 and y[i] < 0) or (z < 0 and y[i] > 0):
                    theta = theta + y[i] * Z[i]
                    mistakes[epoch] += 1
            if mistakes[epoch] == 0:
                return theta[:-1], theta[-1], mistakes[: epoch + 1]
        return theta[:-1], theta[-1], mistakes

    def gate(name):
        weights = {"and": [1, 1], "nand": [-2, -1], "majority": [2, 3, 2]}
        biases = {"and": -2, "nand": 2, "majority": -4}
        return np.array(weights[name]), biases[name]

    def margin(X, y, w, b):
        length = np.sqrt(sum(weight**2 for weight in w))
        return min(y_i * (w @ x_i + b) / length for x_i, y_i in zip(X, y))

    def separates(X, y, epochs):
        return fit(X, y, epochs)[2][-1] == 0


@alternative
def with_other_words():
    def predict(X, w, b):
        return np.array([1.0 if sum(x * w) + b >= 0 else -1.0 for x in X])

    def fit(X, y, epochs):
        w, b, counts = np.zeros(X.shape[1]), 0.0, []
        while len(counts) < epochs and (not counts or counts[-1] > 0):
            count = 0
            for x_i, y_i in zip(X, y):
                answer = -1 + 2 * (x_i @ w + b >= 0)
                if answer * y_i < 0:
                    w += y_i * x_i
                    b += y_i
                    count += 1
            counts.append(count)
        return w, b, np.array(counts)

    def gate(name):
        if name == "and":
            return np.array([3.0, 4.0]), -6.5
        if name == "nand":
            return np.array([-3.0, -4.0]), 6.5
        return np.full(3, 10.0), -11.0

    def margin(X, y, w, b):
        unit = w / np.linalg.norm(w)
        foot = -b * w / (w @ w)  # the point of the line nearest to the origin
        return float(np.sort(((X - foot) @ unit) * y)[0])

    def separates(X, y, epochs):
        w, b = np.zeros(X.shape[1]), 0
        for _ in range(epochs):
            seen = 0
            for x_i, y_i in zip(X, y):
                answer = 1 if x_i @ w + b >= 0 else -1
                seen += answer != y_i
                if answer != y_i:
                    w = w + y_i * x_i
                    b = b + y_i
            if not seen:
                break
        return int(seen == 0)
