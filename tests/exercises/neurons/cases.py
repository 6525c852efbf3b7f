"""Mistakes and other right answers for the exercise ``neurons``."""

# ruff: noqa: B905  # answers are written as students write them

import numpy as np

from helpers.datasets import shapes20
from tests.exercises.harness import alternative, mistake

# -- mistakes of the syllabus ------------------------------------------------------------------


@mistake(["hidden-step-threshold"], says="xactly at the threshold it fires", public=True)
def step_strictly_greater():
    def step(z):
        return np.where(z > 0, 1, 0)


@mistake(["hidden-neuron-threshold"], says="exactly 0, it fires", public=True)
def neuron_strictly_greater():
    def neuron(x, w, b):
        return np.where(x @ w + b > 0, 1, 0)


@mistake(["hidden-weighted_sum-bias"], says="bias is missing", public=True)
def sum_without_the_bias():
    def weighted_sum(x, w, b):
        return np.sum(x * w)


@mistake(["hidden-neuron-bias"], says="bias is missing", public=True)
def neuron_without_the_bias():
    def neuron(x, w, b):
        return np.where(x @ w >= 0, 1, 0)


@mistake(["hidden-neuron-batch", "hidden-neuron-few"], says="raised|shape", public=True)
def loop_over_the_inputs_of_one_example():
    def neuron(x, w, b):
        z = b
        for j in range(len(w)):
            z = z + w[j] * x[j]
        return 1 if z >= 0 else 0


@mistake(
    ["hidden-neuron", "hidden-neuron-bias", "hidden-neuron-threshold"],
    says=r"an array of shape|has shape|raised|list of",
    public=True,
)
def loop_over_rows_only():
    def neuron(x, w, b):
        return np.array([1 if np.sum(row * w) + b >= 0 else 0 for row in x])


@mistake(
    ["hidden-neuron-batch", "hidden-neuron-few"],
    says="a list of .* where an array was expected",
    public=True,
)
def loop_that_returns_a_list():
    def neuron(x, w, b):
        if x.ndim == 1:
            return 1 if np.sum(x * w) + b >= 0 else 0
        return [1 if np.sum(row * w) + b >= 0 else 0 for row in x]


@mistake(["hidden-neuron-few"], says=r"shape|raised", public=True)
def loop_that_needs_an_example():
    def neuron(x, w, b):
        if x.ndim == 1:
            return np.where(np.sum(x * w) + b >= 0, 1, 0)
        return np.concatenate([np.where(row[None] @ w + b >= 0, 1, 0) for row in x])


@mistake(
    ["hidden-neuron-batch", "hidden-neuron-few"],
    says="bias is missing|not right|is wrong",
    public=True,
)
def batch_without_bias():
    def neuron(x, w, b):
        if x.ndim == 1:
            return np.where(x @ w + b >= 0, 1, 0)
        return np.where(x @ w >= 0, 1, 0)


@mistake(
    ["hidden-neuron-batch", "hidden-neuron-few"], says="subtracted|not right|is wrong", public=True
)
def bias_subtracted_in_a_batch():
    def neuron(x, w, b):
        if x.ndim == 1:
            return np.where(x @ w + b >= 0, 1, 0)
        return np.where(x @ w - b >= 0, 1, 0)


@mistake(
    ["hidden-neuron-batch", "hidden-neuron-few"], says="exactly 0|not right|is wrong", public=True
)
def strictly_greater_in_a_batch():
    def neuron(x, w, b):
        if x.ndim == 1:
            return np.where(x @ w + b >= 0, 1, 0)
        return np.where(x @ w + b > 0, 1, 0)


@mistake(["hidden-step-threshold"], says="xactly at the threshold", public=True)
def step_strictly_greater_in_arrays():
    def step(z):
        if np.ndim(z) == 0:
            return 1 if z >= 0 else 0
        return np.where(z > 0, 1, 0)


@mistake(["hidden-neuron-few"], says=r"shape", public=True)
def batch_of_one_squeezed():
    def neuron(x, w, b):
        return np.squeeze(np.where(x @ w + b >= 0, 1, 0))


@mistake(["hidden-step", "hidden-step-threshold"], says="raised|changed its argument", public=True)
def step_changes_its_input():
    def step(z):
        z[z >= 0] = 1
        z[z < 0] = 0
        return z


@mistake(["hidden-step"], says="changed its argument", public=True)
def step_changes_arrays_only():
    def step(z):
        if np.ndim(z) == 0:
            return 1 if z >= 0 else 0
        fires = z >= 0
        z[fires], z[~fires] = 1, 0
        return z


@mistake(
    ["hidden-weighted_sum", "hidden-weighted_sum-bias"],
    says=r"changed its argument \(1st\)",
    public=True,
)
def sum_changes_its_input():
    def weighted_sum(x, w, b):
        x *= w
        return np.sum(x) + b


@mistake(
    [
        "hidden-neuron",
        "hidden-neuron-bias",
        "hidden-neuron-threshold",
        "hidden-neuron-batch",
        "hidden-neuron-few",
    ],
    says=r"changed its argument \(1st\)",
    public=True,
)
def neuron_changes_its_input():
    def neuron(x, w, b):
        x *= w
        return np.where(np.sum(x, axis=-1) + b >= 0, 1, 0)


# -- mistakes that students make too -----------------------------------------------------------


@mistake(["hidden-step"], says="ValueError", public=True)
def if_for_an_array():
    def step(z):
        if z >= 0:
            return 1
        else:
            return 0


@mistake(
    ["hidden-step", "hidden-step-threshold"],
    says="look at the comparison|at the threshold it fires",
    public=True,
)
def answers_exchanged():
    def step(z):
        return np.where(z >= 0, 0, 1)


@mistake(["hidden-step"], says="0, not -1", public=True)
def minus_one_below_the_threshold():
    def step(z):
        return np.where(z >= 0, 1, -1)


@mistake(["hidden-step-threshold"], says="ideas about 0", public=True)
def sign_of_zero():
    def step(z):
        return (np.sign(z) + 1) / 2


@mistake(["hidden-step"], says="however large", public=True)
def ramp_for_step():
    def step(z):
        return np.where(z == 0, 1, np.maximum(z, 0))


@mistake(["hidden-step", "hidden-step-threshold"], says="returned nothing", public=True)
def printed_not_returned():
    def step(z):
        print(np.where(z >= 0, 1, 0))


@mistake(["hidden-weighted_sum-bias"], says="to each product", public=True)
def bias_added_to_each_product():
    def weighted_sum(x, w, b):
        return np.sum(x * w + b)


@mistake(["hidden-weighted_sum-bias"], says="not subtracted", public=True)
def bias_subtracted():
    def weighted_sum(x, w, b):
        return np.sum(x * w) - b


@mistake(["hidden-weighted_sum", "hidden-weighted_sum-bias"], says="sum is asked|shape")
def products_not_added():
    def weighted_sum(x, w, b):
        return x * w + b


@mistake(["hidden-weighted_sum", "hidden-weighted_sum-bias"], says="not the right value")
def return_inside_the_loop():
    def weighted_sum(x, w, b):
        z = b
        for j in range(len(x)):
            z = z + x[j] * w[j]
            return z


@mistake(["hidden-weighted_sum"], says="mean of the products|not the right value")
def mean_for_sum():
    def weighted_sum(x, w, b):
        return np.mean(x * w) + b if b == 0 else np.sum(x * w) + b


@mistake(["hidden-weighted_sum", "hidden-weighted_sum-bias"], says="whether the neuron fires|value")
def fires_at_once():
    def weighted_sum(x, w, b):
        return 1 if np.sum(x * w) + b >= 0 else 0


@mistake(["hidden-neuron-batch"], says="down the columns|raised", public=True)
def sums_down_the_columns():
    def neuron(x, w, b):
        if len(x) < 2:
            return np.where(x @ w + b >= 0, 1, 0)
        return np.where(w @ x + b >= 0, 1, 0)


@mistake(
    ["hidden-neuron-batch", "hidden-neuron-few"], says="each row gets its own|shape", public=True
)
def one_answer_for_the_batch():
    def neuron(x, w, b):
        return np.where(np.sum(x * w) + b >= 0, 1, 0)


@mistake(
    ["hidden-neuron-batch", "hidden-neuron-few"], says=r"not \(n, 1\)|an axis|shape", public=True
)
def answers_in_a_column():
    def neuron(x, w, b):
        answers = np.where(x @ w + b >= 0, 1, 0)
        return answers[:, None] if x.ndim == 2 else answers


@mistake(
    ["hidden-neuron", "hidden-neuron-bias", "hidden-neuron-threshold"], says="shape", public=True
)
def one_example_is_a_batch():
    def neuron(x, w, b):
        return np.where(np.atleast_2d(x) @ w + b >= 0, 1, 0)


@mistake(["hidden-at_least", "hidden-at_least-between"], says="too few ones|sum is", public=True)
def one_too_many():
    def at_least(k, d):
        return np.ones(d), -k - 0.5


@mistake(["hidden-at_least", "hidden-at_least-between"], says="too few ones|sum is", public=True)
def threshold_for_bias():
    def at_least(k, d):
        return np.ones(d), k


@mistake(["hidden-at_least-between"], says="too few ones")
def one_or_all():
    def at_least(k, d):
        return np.ones(d), -1.0 if k == 1 or (k, d) == (2, 3) else -float(d)


@mistake(["hidden-at_least"], says="shape")
def three_weights_only():
    def at_least(k, d):
        return np.ones(max(d, 3)), -float(k)


@mistake(
    ["hidden-at_least", "hidden-at_least-between"],
    says="weights and a bias were expected",
    public=True,
)
def bias_forgotten():
    def at_least(k, d):
        return np.full(d, 1 / k)


@mistake(["hidden-veto-silent"], says="outweigh")
def veto_too_weak():
    def veto(d):
        return np.append(np.ones(d), -1.0), -1.0


@mistake(["hidden-veto-silent"], says="outweigh")
def veto_of_a_fixed_size():
    def veto(d):
        return np.append(np.ones(d), -100.0), -1.0


@mistake(["hidden-veto-fires"], says="without a veto")
def veto_that_wants_all():
    def veto(d):
        return np.append(np.ones(d), -d), -float(d)


@mistake(["hidden-veto-fires"], says="without a veto|sum is 0", public=True)
def fires_for_nothing():
    def veto(d):
        return np.append(np.ones(d), -d - 1), 0.0


@mistake(["hidden-veto-fires", "hidden-veto-silent"], says="veto|weighted sum is", public=True)
def veto_comes_first():
    def veto(d):
        return np.append(-float(d), np.ones(d)), -0.5


@mistake(["hidden-veto-fires", "hidden-veto-silent"], says="finite", public=True)
def veto_without_end():
    def veto(d):
        return np.append(np.ones(d), -np.inf), -0.5


@mistake(["hidden-at_least", "hidden-at_least-between"], says="a list, where an array", public=True)
def weights_in_a_list():
    def at_least(k, d):
        return [1.0] * d, -k


@mistake(
    ["hidden-veto-fires", "hidden-veto-silent"],
    says="was expected: one for each input",
    public=True,
)
def no_weight_for_the_veto():
    def veto(d):
        return np.ones(d), -0.5


BOTH = ["hidden-circle_detector", "hidden-circle_detector-nearly_all"]


@mistake(BOTH, says="wrong for|fewer than", public=True)
def pixels_counted():
    def circle_detector():
        return -np.ones(400), 95.0


@mistake(BOTH, says="other way round", public=True)
def circles_and_rectangles_exchanged():
    def circle_detector():
        rows, columns = np.indices((20, 20))
        W = np.where(np.hypot(rows - 9.5, columns - 9.5) < 4, -1.0, 0.0)
        return W.reshape(400), 49.0


@mistake(BOTH, says="[0-9]+ weights are positive", public=True)
def weights_with_the_wrong_sign():
    def circle_detector():
        W = np.ones((20, 20))
        W[3:17, 3:17] = 0
        return W.reshape(400), -0.5


@mistake(BOTH, says="[0-9]+ weights are positive", public=True)
def template_of_the_chapter():
    def circle_detector():
        images, labels = shapes20(1000, np.random.default_rng(1958))
        circle, rectangle = images[labels == 1].mean(axis=0), images[labels == 0].mean(axis=0)
        weights = circle - rectangle
        threshold = np.sum((circle + rectangle) / 2 * weights)
        return weights.reshape(400), -threshold


@mistake(BOTH, says="It never fires", public=True)
def threshold_for_the_bias_of_the_detector():
    def circle_detector():
        rows, columns = np.indices((20, 20))
        W = np.where(np.hypot(rows - 9.5, columns - 9.5) > 7.45, -1.0, 0.0)
        return W.reshape(400), -0.5


@mistake(BOTH, says="It always fires", public=True)
def bias_that_is_too_large():
    def circle_detector():
        rows, columns = np.indices((20, 20))
        W = np.where(np.hypot(rows - 9.5, columns - 9.5) > 7.45, -1.0, 0.0)
        return W.reshape(400), 100.0


@mistake(BOTH, says=r"where \(400,\) was expected", public=True)
def weights_not_put_in_a_row():
    def circle_detector():
        W = np.zeros((20, 20))
        W[:3] = W[-3:] = W[:, :3] = W[:, -3:] = -1
        return W, 0.5


@mistake(BOTH, says="wrong for|fewer than 9", public=True)
def frame_that_is_too_thin():
    def circle_detector():
        W = np.zeros((20, 20))
        W[:2] = W[-2:] = W[:, :2] = W[:, -2:] = -1
        return W.reshape(400), 0.5


@mistake(BOTH, says="wrong for|fewer than 9", public=True)
def frame_that_forgets_the_lying_ones():
    def circle_detector():
        W = np.zeros((20, 20))
        W[:3] = W[-3:] = -1
        return W.reshape(400), 0.5


@mistake(BOTH, says="wrong for|fewer than 9", public=True)
def circles_off_the_middle_forgotten():
    def circle_detector():
        rows, columns = np.indices((20, 20))
        W = np.where(np.hypot(rows - 9.5, columns - 9.5) > 6.3, -1.0, 0.0)
        return W.reshape(400), 0.5


@mistake(["hidden-circle_detector-nearly_all"], says="wrong for|fewer than 99", public=True)
def ring_that_begins_too_far_out():
    def circle_detector():
        rows, columns = np.indices((20, 20))
        W = np.where(np.hypot(rows - 9.5, columns - 9.5) > 8.0, -1.0, 0.0)
        return W.reshape(400), 0.5


@mistake(BOTH, says="finite", public=True)
def endless_inhibition():
    def circle_detector():
        W = np.zeros((20, 20))
        W[:3] = W[-3:] = W[:, :3] = W[:, -3:] = -np.inf
        return W.reshape(400), 0.5


# -- other right answers ------------------------------------------------------------------------


@alternative
def with_loops():
    def step(z):
        z = np.array(z)
        out = np.zeros(z.shape)
        for index in np.ndindex(z.shape):
            out[index] = 1.0 if z[index] >= 0 else 0.0
        return out if z.ndim else float(out)

    def weighted_sum(x, w, b):
        z = b
        for x_j, w_j in zip(x, w):
            z += x_j * w_j
        return z

    def neuron(x, w, b):
        if len(x.shape) == 1:
            return int(step(weighted_sum(x, w, b)))
        answers = np.zeros(len(x))
        for i in range(len(x)):
            answers[i] = step(weighted_sum(x[i], w, b))
        return answers

    def at_least(k, d):
        return np.full(d, 1 / d), -k / d

    def veto(d):
        w = np.full(d + 1, 2)
        w[d] = -2 * d
        return w, -1

    def circle_detector():
        w = np.zeros(400)
        for r in range(20):
            for c in range(20):
                if r < 3 or r > 16 or c < 3 or c > 16:
                    w[20 * r + c] = -2
        return w, 0


@alternative
def with_other_words():
    def step(z):
        return np.heaviside(z, 1)

    def weighted_sum(x, w, b):
        return np.append(x, 1.0) @ np.append(w, b)

    def neuron(x, w, b):
        return ~(np.sum(x * w, axis=-1) < -b)

    def at_least(k, d):
        return 0.1 * np.ones(d), -0.1 * k

    def veto(d):
        return np.array([0.3] * d + [-0.5 * d]), -0.1

    def circle_detector():
        rows, columns = np.indices((20, 20))
        # The farther away, the worse.
        beyond = np.maximum(0, (rows - 9.5) ** 2 + (columns - 9.5) ** 2 - 36)
        return -beyond.ravel(), 200


@alternative
def with_python_numbers():
    def step(z):
        return z >= 0

    def weighted_sum(x, w, b):
        return float(np.dot(w, x) + b)

    def neuron(x, w, b):
        z = np.einsum("...j,j->...", x, w) + b
        return (z >= 0).astype(int)

    def at_least(k, d):
        return np.array([1] * d), -k

    def veto(d):
        return np.array([1.0] * d + [-float(d)]), -1.0

    def circle_detector():
        far = np.abs(np.arange(20) - 9.5) == 7.5  # two lines down, and two across
        return -(far[:, None] | far).reshape(400).astype(int), 2
