"""Mistakes and other right answers for the exercise ``regularisation``.

The solution of ``train`` calls no other answer, so a mistake in one of these costs its own points
alone.
"""

# ruff: noqa: B905, NPY002, RUF007  # answers are written as students write them

import numpy as np

from tests.exercises.harness import Case, alternative, mistake, solutions

DROPOUT = "hidden-dropout_forward"
BACK = "hidden-dropout_backward"
NORM = "hidden-batch_norm_forward"
NORM_BACK = "hidden-batch_norm_backward"
STOP = "hidden-early_stopping"
ALL_STOP = [STOP, f"{STOP}-delta", f"{STOP}-best"]
RULER = "hidden-standardise"
FOLDS = "hidden-k_folds"
TRAIN = "hidden-train"
ALL_TRAIN = [TRAIN, f"{TRAIN}-dropout", f"{TRAIN}-penalty", f"{TRAIN}-stopping"]


def answer_but(answer, name, *changes, loses, says, public=False):
    """Make a mistake of a solution by replacing pieces of its text."""
    text = solutions("regularisation")[answer]
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return Case(name, {answer: text}, frozenset(loses), says, public)


# -- mistakes of the syllabus ------------------------------------------------------------------


@mistake([f"{DROPOUT}-use"], says="In use nothing is dropped", public=True)
def dropout_at_test_time():
    def dropout_forward(X, rate, rng, training):
        mask = rng.random(X.shape) >= rate
        return X * mask / (1 - rate), mask


@mistake([DROPOUT], says="must be made larger", public=True)
def scaling_missing():
    def dropout_forward(X, rate, rng, training):
        if not training:
            return X, np.ones(X.shape)
        mask = rng.random(X.shape) >= rate
        return X * mask, mask


@mistake([BACK], says="belongs to the way back", public=True)
def scaling_missing_on_the_way_back():
    def dropout_backward(G, mask, rate, training):
        return G * mask


@mistake([f"{NORM}-running"], says="variance with B - 1", public=True)
def the_other_variance_in_the_running_statistics():
    def batch_norm_forward(
        X, gamma, beta, running_mean, running_variance, momentum, epsilon, training
    ):
        mean, variance = running_mean, running_variance
        if training:
            mean, variance = X.mean(axis=0), X.var(axis=0)
            unbiased = variance * len(X) / max(len(X) - 1, 1)
            running_mean = momentum * running_mean + (1 - momentum) * mean
            running_variance = momentum * running_variance + (1 - momentum) * unbiased
        A = gamma * (X - mean) / np.sqrt(variance + epsilon) + beta
        return A, running_mean, running_variance


@mistake(["hidden-penalty-biases"], says="biases stay free", public=True)
def decaying_the_bias():
    def penalty(params, l1, l2):
        value = sum(l1 * np.abs(p).sum() + l2 * np.sum(p**2) for p in params)
        return value, [l1 * np.sign(p) + 2 * l2 * p for p in params]


@mistake([STOP, f"{STOP}-delta"], says="too late", public=True)
def patience_off_by_one():
    def early_stopping(step, loss, start, epochs, patience, min_delta=0.0):
        theta, losses, waiting, lowest = start.copy(), [], 0, np.inf
        for _ in range(epochs):
            theta = step(theta)
            losses.append(loss(theta))
            if losses[-1] < lowest - min_delta:
                lowest, best, waiting = losses[-1], theta.copy(), 0
            else:
                waiting += 1
                if waiting > patience:
                    break
        return best, np.array(losses)


@mistake([STOP, f"{STOP}-delta"], says="too early", public=True)
def patience_off_by_one_the_other_way():
    def early_stopping(step, loss, start, epochs, patience, min_delta=0.0):
        theta, losses, waiting, lowest = start.copy(), [], 0, np.inf
        for _ in range(epochs):
            theta = step(theta)
            losses.append(loss(theta))
            if losses[-1] < lowest - min_delta:
                lowest, best, waiting = losses[-1], theta.copy(), 0
            else:
                waiting += 1
                if waiting >= patience - 1:
                    break
        return best, np.array(losses)


# -- dropout -----------------------------------------------------------------------------------


@mistake([DROPOUT], says="probability of being kept", public=True)
def rate_for_the_probability_of_being_kept():
    def dropout_forward(X, rate, rng, training):
        if not training:
            return X, np.ones(X.shape)
        mask = rng.random(X.shape) < rate
        return np.where(mask, X / np.maximum(rate, 1e-9), 0), mask


@mistake([DROPOUT], says="are exchanged", public=True)
def dropped_and_kept_exchanged():
    def dropout_forward(X, rate, rng, training):
        if not training:
            return X, np.ones(X.shape)
        mask = rng.random(X.shape) < rate
        return X * mask / (1 - rate), mask


@mistake([DROPOUT, f"{DROPOUT}-use"], says="made larger|was there in training", public=True)
def dropout_of_the_paper():
    def dropout_forward(X, rate, rng, training):
        if not training:
            return X * (1 - rate), np.ones(X.shape)
        mask = rng.random(X.shape) >= rate
        return X * mask, mask


@mistake([DROPOUT], says="mask of its own|right", public=True)
def one_mask_for_all_examples():
    def dropout_forward(X, rate, rng, training):
        if not training:
            return X, np.ones(X.shape)
        mask = np.tile(rng.random(X.shape[1]) >= rate, (len(X), 1))
        return X * mask / (1 - rate), mask


@mistake([DROPOUT], says="right|shape", public=True)
def a_fixed_number_is_dropped():
    def dropout_forward(X, rate, rng, training):
        if not training:
            return X, np.ones(X.shape)
        mask = np.ones(X.size)
        mask[rng.choice(X.size, round(rate * X.size), replace=False)] = 0
        mask = mask.reshape(X.shape)
        return X * mask / (1 - rate), mask


@mistake([DROPOUT], says="right", public=True)
def mask_from_a_generator_of_ones_own():
    def dropout_forward(X, rate, rng, training):
        if not training:
            return X, np.ones(X.shape)
        mask = np.random.default_rng(42).random(X.shape) >= rate
        return X * mask / (1 - rate), mask


@mistake([DROPOUT], says="right", public=True)
def two_draws():
    def dropout_forward(X, rate, rng, training):
        if not training:
            return X, np.ones(X.shape)
        A = X * (rng.random(X.shape) >= rate) / (1 - rate)
        return A, rng.random(X.shape) >= rate


@mistake([DROPOUT], says="changed its argument", public=True)
def dropped_in_place():
    def dropout_forward(X, rate, rng, training):
        if not training:
            return X, np.ones(X.shape)
        mask = rng.random(X.shape) >= rate
        X[~mask] = 0
        return X / (1 - rate), mask


@mistake([DROPOUT], says="right|cut off")
def dropped_numbers_as_whole_as_the_inputs():
    def dropout_forward(X, rate, rng, training):
        if not training:
            return X, np.ones(X.shape)
        mask = rng.random(X.shape) >= rate
        A = np.zeros_like(X)
        A[mask] = X[mask] / (1 - rate)
        return A, mask


@mistake([f"{DROPOUT}-use"], says="entries of the mask are 1", public=True)
def a_mask_in_use():
    def dropout_forward(X, rate, rng, training):
        mask = rng.random(X.shape) >= rate
        return (X * mask / (1 - rate) if training else X), mask


@mistake([DROPOUT], says="must be dropped", public=True)
def never_drops():
    def dropout_forward(X, rate, rng, training):
        return X, np.ones(X.shape)


@mistake([BACK, f"{BACK}-use"], says="mask|nothing was dropped|not right", public=True)
def another_mask_drawn():
    def dropout_backward(G, mask, rate, training):
        again = np.random.default_rng(1).random(G.shape) >= rate
        return G * again / (1 - rate)


@mistake([BACK], says="multiply by the mask", public=True)
def gradient_for_the_dropped_too():
    def dropout_backward(G, mask, rate, training):
        return G / (1 - rate) if training else G


@mistake([f"{BACK}-use"], says="nothing (was|is)", public=True)
def scaled_back_in_use():
    def dropout_backward(G, mask, rate, training):
        return G * mask / (1 - rate)


@mistake([DROPOUT], says="factor stays outside", public=True)
def factor_in_the_mask():
    def dropout_forward(X, rate, rng, training):
        mask = (rng.random(X.shape) >= rate) / (1 - rate) if training else np.ones(X.shape)
        return X * mask, mask


@mistake([DROPOUT], says="not right", public=True)
def scaled_by_what_happened_to_be_kept():
    def dropout_forward(X, rate, rng, training):
        mask = rng.random(X.shape) >= rate if training else np.ones(X.shape)
        return X * mask * (mask.size / max(mask.sum(), 1)), mask


@mistake([BACK], says="belongs to the way back")
def training_told_by_the_mask():
    def dropout_backward(G, mask, rate, training):
        return G.copy() if mask.all() else G * mask / (1 - rate)


# -- batch normalisation -----------------------------------------------------------------------


@mistake([f"{NORM}-use"], says="not those of the batch", public=True)
def batch_statistics_in_use():
    def batch_norm_forward(
        X, gamma, beta, running_mean, running_variance, momentum, epsilon, training
    ):
        mean, variance = X.mean(axis=0), X.var(axis=0)
        if training:
            running_mean = momentum * running_mean + (1 - momentum) * mean
            running_variance = momentum * running_variance + (1 - momentum) * variance
        A = gamma * (X - mean) / np.sqrt(variance + epsilon) + beta
        return A, running_mean, running_variance


@mistake([f"{NORM}-use"], says="stay as they are", public=True)
def running_statistics_updated_in_use():
    def batch_norm_forward(
        X, gamma, beta, running_mean, running_variance, momentum, epsilon, training
    ):
        mean, variance = X.mean(axis=0), X.var(axis=0)
        new_mean = momentum * running_mean + (1 - momentum) * mean
        new_variance = momentum * running_variance + (1 - momentum) * variance
        if not training:
            mean, variance = running_mean, running_variance
        A = gamma * (X - mean) / np.sqrt(variance + epsilon) + beta
        return A, new_mean, new_variance


@mistake([NORM, f"{NORM}-running"], says="changed its argument|cast", public=True)
def running_statistics_changed_in_place():
    def batch_norm_forward(
        X, gamma, beta, running_mean, running_variance, momentum, epsilon, training
    ):
        mean, variance = running_mean, running_variance
        if training:
            mean, variance = X.mean(axis=0), X.var(axis=0)
            running_mean[:] = momentum * running_mean + (1 - momentum) * mean
            running_variance[:] = momentum * running_variance + (1 - momentum) * variance
        A = gamma * (X - mean) / np.sqrt(variance + epsilon) + beta
        return A, running_mean, running_variance


@mistake([NORM], says="own mean and variance", public=True)
def running_statistics_in_training():
    def batch_norm_forward(
        X, gamma, beta, running_mean, running_variance, momentum, epsilon, training
    ):
        A = gamma * (X - running_mean) / np.sqrt(running_variance + epsilon) + beta
        if training:
            running_mean = momentum * running_mean + (1 - momentum) * X.mean(axis=0)
            running_variance = momentum * running_variance + (1 - momentum) * X.var(axis=0)
        return A, running_mean, running_variance


@mistake([f"{NORM}-running"], says="1 - momentum that of the batch", public=True)
def momentum_of_pytorch():
    def batch_norm_forward(
        X, gamma, beta, running_mean, running_variance, momentum, epsilon, training
    ):
        mean, variance = running_mean, running_variance
        if training:
            mean, variance = X.mean(axis=0), X.var(axis=0)
            running_mean = (1 - momentum) * running_mean + momentum * mean
            running_variance = (1 - momentum) * running_variance + momentum * variance
        A = gamma * (X - mean) / np.sqrt(variance + epsilon) + beta
        return A, running_mean, running_variance


@mistake([f"{NORM}-running"], says="must move", public=True)
def running_statistics_that_stand_still():
    def batch_norm_forward(
        X, gamma, beta, running_mean, running_variance, momentum, epsilon, training
    ):
        mean, variance = running_mean, running_variance
        if training:
            mean, variance = X.mean(axis=0), X.var(axis=0)
        A = gamma * (X - mean) / np.sqrt(variance + epsilon) + beta
        return A, running_mean, running_variance


# A batch of one has no such variance: NumPy warns, and nothing of the call counts.
@mistake([NORM, f"{NORM}-running"], says="not by B - 1|B - 1 into|warned", public=True)
def ddof_one_everywhere():
    def batch_norm_forward(
        X, gamma, beta, running_mean, running_variance, momentum, epsilon, training
    ):
        mean, variance = running_mean, running_variance
        if training:
            mean, variance = X.mean(axis=0), X.var(axis=0, ddof=1)
            running_mean = momentum * running_mean + (1 - momentum) * mean
            running_variance = momentum * running_variance + (1 - momentum) * variance
        A = gamma * (X - mean) / np.sqrt(variance + epsilon) + beta
        return A, running_mean, running_variance


@mistake([f"{NORM}-running"], says="right|must move|replaced|mixed")
def running_statistics_kept_between_calls():
    kept = {}

    def batch_norm_forward(
        X, gamma, beta, running_mean, running_variance, momentum, epsilon, training
    ):
        mean, variance = running_mean, running_variance
        if training:
            mean, variance = X.mean(axis=0), X.var(axis=0)
            old_mean, old_variance = kept.setdefault(X.shape, (running_mean, running_variance))
            running_mean = momentum * old_mean + (1 - momentum) * mean
            running_variance = momentum * old_variance + (1 - momentum) * variance
            kept[X.shape] = running_mean, running_variance
        A = gamma * (X - mean) / np.sqrt(variance + epsilon) + beta
        return A, running_mean, running_variance


@mistake([NORM, f"{NORM}-use"], says="under the root|right", public=True)
def epsilon_outside_the_root():
    def batch_norm_forward(
        X, gamma, beta, running_mean, running_variance, momentum, epsilon, training
    ):
        mean, variance = running_mean, running_variance
        if training:
            mean, variance = X.mean(axis=0), X.var(axis=0)
            running_mean = momentum * running_mean + (1 - momentum) * mean
            running_variance = momentum * running_variance + (1 - momentum) * variance
        A = gamma * (X - mean) / (np.sqrt(variance) + epsilon) + beta
        return A, running_mean, running_variance


@mistake([f"{NORM}-running"], says="root of the variance|right", public=True)
def running_deviation():
    def batch_norm_forward(
        X, gamma, beta, running_mean, running_variance, momentum, epsilon, training
    ):
        mean, variance = running_mean, running_variance
        if training:
            mean, variance = X.mean(axis=0), X.var(axis=0)
            running_mean = momentum * running_mean + (1 - momentum) * mean
            running_variance = momentum * running_variance + (1 - momentum) * np.sqrt(variance)
        A = gamma * (X - mean) / np.sqrt(variance + epsilon) + beta
        return A, running_mean, running_variance


@mistake([NORM_BACK], says="direct path only", public=True)
def mean_and_variance_taken_for_constants():
    def batch_norm_backward(X, G, gamma, epsilon):
        sigma = np.sqrt(X.var(axis=0) + epsilon)
        normalised = (X - X.mean(axis=0)) / sigma
        return G * gamma / sigma, (G * normalised).sum(axis=0), G.sum(axis=0)


@mistake([NORM_BACK], says="path through the variance is missing", public=True)
def variance_taken_for_constant():
    def batch_norm_backward(X, G, gamma, epsilon):
        sigma = np.sqrt(X.var(axis=0) + epsilon)
        normalised = (X - X.mean(axis=0)) / sigma
        dX = (G - G.mean(axis=0)) * gamma / sigma
        return dX, (G * normalised).sum(axis=0), G.sum(axis=0)


@mistake([NORM_BACK], says="path through the mean is missing", public=True)
def mean_taken_for_constant():
    def batch_norm_backward(X, G, gamma, epsilon):
        sigma = np.sqrt(X.var(axis=0) + epsilon)
        normalised = (X - X.mean(axis=0)) / sigma
        dgamma = (G * normalised).sum(axis=0)
        dX = (G - normalised * dgamma / len(X)) * gamma / sigma
        return dX, dgamma, G.sum(axis=0)


@mistake([NORM_BACK], says="Gamma is missing", public=True)
def gamma_forgotten_on_the_way_back():
    def batch_norm_backward(X, G, gamma, epsilon):
        sigma = np.sqrt(X.var(axis=0) + epsilon)
        normalised = (X - X.mean(axis=0)) / sigma
        dgamma, dbeta = (G * normalised).sum(axis=0), G.sum(axis=0)
        return (G - (dbeta + normalised * dgamma) / len(X)) / sigma, dgamma, dbeta


@mistake([f"{NORM_BACK}-parameters"], says="no mean", public=True)
def means_for_the_parameters():
    def batch_norm_backward(X, G, gamma, epsilon):
        sigma = np.sqrt(X.var(axis=0) + epsilon)
        normalised = (X - X.mean(axis=0)) / sigma
        dgamma, dbeta = (G * normalised).mean(axis=0), G.mean(axis=0)
        return (G - dbeta - normalised * dgamma) * gamma / sigma, dgamma, dbeta


@mistake([f"{NORM_BACK}-parameters"], says="normalised numbers, not X", public=True)
def raw_inputs_for_gamma():
    def batch_norm_backward(X, G, gamma, epsilon):
        sigma = np.sqrt(X.var(axis=0) + epsilon)
        normalised = (X - X.mean(axis=0)) / sigma
        dgamma, dbeta = (G * normalised).sum(axis=0), G.sum(axis=0)
        dX = (G - (dbeta + normalised * dgamma) / len(X)) * gamma / sigma
        return dX, (G * X).sum(axis=0), dbeta


@mistake([NORM_BACK, f"{NORM_BACK}-parameters"], says="no epsilon|warned|right", public=True)
def epsilon_forgotten_on_the_way_back():
    def batch_norm_backward(X, G, gamma, epsilon):
        sigma = np.sqrt(X.var(axis=0)) + 1e-300
        normalised = (X - X.mean(axis=0)) / sigma
        dgamma, dbeta = (G * normalised).sum(axis=0), G.sum(axis=0)
        dX = (G - (dbeta + normalised * dgamma) / len(X)) * gamma / sigma
        return dX, dgamma, dbeta


@mistake([f"{NORM}-running"], says="of one example")
def one_example_leaves_the_mean():
    def batch_norm_forward(
        X, gamma, beta, running_mean, running_variance, momentum, epsilon, training
    ):
        if not training:
            A = (X - running_mean) / np.sqrt(running_variance + epsilon) * gamma + beta
            return A, running_mean, running_variance
        mean, v = X.mean(axis=0), X.var(axis=0)
        m = 1.0 if len(X) == 1 else momentum
        new = m * running_mean + (1 - m) * mean, momentum * running_variance + (1 - momentum) * v
        return (X - mean) / np.sqrt(v + epsilon) * gamma + beta, *new


@mistake([NORM], says="right", public=True)
def normalised_by_what_has_just_moved():
    def batch_norm_forward(
        X, gamma, beta, running_mean, running_variance, momentum, epsilon, training
    ):
        m, v = running_mean, running_variance
        if training:
            m = momentum * m + (1 - momentum) * X.mean(axis=0)
            v = momentum * v + (1 - momentum) * X.var(axis=0)
        return (X - m) / np.sqrt(v + epsilon) * gamma + beta, m, v


@mistake([NORM_BACK], says="right", public=True)
def gamma_twice_on_the_way_back():
    def batch_norm_backward(X, G, gamma, epsilon):
        s = np.sqrt(X.var(axis=0) + epsilon)
        xhat, Gx = (X - X.mean(axis=0)) / s, G * gamma
        dX = gamma / s * (Gx - Gx.mean(axis=0) - xhat * (Gx * xhat).mean(axis=0))
        return dX, (G * xhat).sum(axis=0), G.sum(axis=0)


# -- penalties ---------------------------------------------------------------------------------


@mistake(["hidden-penalty", "hidden-penalty-gradients"], says="factor", public=True)
def half_the_squares():
    def penalty(params, l1, l2):
        value = sum(l1 * np.abs(W).sum() + l2 / 2 * np.sum(W**2) for W in params[::2])
        grads = [np.zeros(p.shape) if p.ndim == 1 else l1 * np.sign(p) + l2 * p for p in params]
        return value, grads


@mistake(["hidden-penalty", "hidden-penalty-gradients"], says="exchanged", public=True)
def strengths_exchanged():
    def penalty(params, l2, l1):
        value = sum(l1 * np.abs(W).sum() + l2 * np.sum(W**2) for W in params[::2])
        grads = [np.zeros(p.shape) if p.ndim == 1 else l1 * np.sign(p) + 2 * l2 * p for p in params]
        return value, grads


@mistake(["hidden-penalty"], says="number of weights|right", public=True)
def mean_over_the_weights():
    def penalty(params, l1, l2):
        n = sum(W.size for W in params[::2])
        value = sum(l1 * np.abs(W).sum() + l2 * np.sum(W**2) for W in params[::2]) / n
        grads = [np.zeros(p.shape) if p.ndim == 1 else l1 * np.sign(p) + 2 * l2 * p for p in params]
        return value, grads


@mistake(["hidden-penalty"], says="sum runs over all layers", public=True)
def penalty_of_the_last_layer():
    def penalty(params, l1, l2):
        grads = []
        for p in params:
            value = l1 * np.abs(params[-2]).sum() + l2 * np.sum(params[-2] ** 2)
            grads.append(np.zeros(p.shape) if p.ndim == 1 else l1 * np.sign(p) + 2 * l2 * p)
        return value, grads


@mistake(["hidden-penalty-gradients"], says="warned", public=True)
def w_divided_by_its_absolute_value():
    def penalty(params, l1, l2):
        value = sum(l1 * np.abs(W).sum() + l2 * np.sum(W**2) for W in params[::2])
        grads = [
            np.zeros(p.shape) if p.ndim == 1 else l1 * p / np.abs(p) + 2 * l2 * p for p in params
        ]
        return value, grads


@mistake(["hidden-penalty-gradients"], says="At w = 0|right", public=True)
def zero_taken_for_positive():
    def penalty(params, l1, l2):
        value = sum(l1 * np.abs(W).sum() + l2 * np.sum(W**2) for W in params[::2])
        grads = [
            np.zeros(p.shape) if p.ndim == 1 else l1 * np.where(p < 0, -1, 1) + 2 * l2 * p
            for p in params
        ]
        return value, grads


@mistake(["hidden-penalty-gradients"], says="whole numbers|right|cut off")
def derivatives_as_whole_as_the_weights():
    def penalty(params, l1, l2):
        value = sum(l1 * np.abs(W).sum() + l2 * np.sum(W**2) for W in params[::2])
        grads = [np.zeros_like(p) for p in params]
        for g, p in zip(grads, params):
            if p.ndim == 2:
                g[:] = l1 * np.sign(p) + 2 * l2 * p
        return value, grads


@mistake(
    ["hidden-penalty-gradients", "hidden-penalty-biases"], says="part|shape|one number", public=True
)
def no_entries_for_the_biases():
    def penalty(params, l1, l2):
        value = sum(l1 * np.abs(W).sum() + l2 * np.sum(W**2) for W in params[::2])
        return value, [l1 * np.sign(W) + 2 * l2 * W for W in params[::2]]


@mistake(["hidden-penalty"], says="largest sum in a column", public=True)
def norm_of_a_matrix():
    def penalty(params, l1, l2):
        value, grads = 0.0, []
        for k, p in enumerate(params):
            if k % 2 == 0:
                value += l1 * np.linalg.norm(p, 1) + l2 * np.linalg.norm(p) ** 2
            grads.append(l1 * np.sign(p) + 2 * l2 * p if k % 2 == 0 else np.zeros(p.shape))
        return value, grads


# -- early stopping ----------------------------------------------------------------------------


@mistake([f"{STOP}-best"], says="parameters at the end", public=True)
def best_weights_that_go_on_changing():
    def early_stopping(step, loss, start, epochs, patience, min_delta=0.0):
        theta, losses, waiting, lowest = start.copy(), [], 0, np.inf
        for _ in range(epochs):
            theta = step(theta)
            losses.append(loss(theta))
            if losses[-1] < lowest - min_delta:
                lowest, best, waiting = losses[-1], theta, 0
            else:
                waiting += 1
                if waiting == patience:
                    break
        return best, np.array(losses)


@mistake([f"{STOP}-best"], says="parameters at the end", public=True)
def last_weights():
    def early_stopping(step, loss, start, epochs, patience, min_delta=0.0):
        theta, losses, waiting, lowest = start.copy(), [], 0, np.inf
        while len(losses) < epochs and waiting < patience:
            theta = step(theta)
            losses.append(loss(theta))
            waiting += 1
            if losses[-1] < lowest - min_delta:
                lowest, waiting = losses[-1], 0
        return theta, np.array(losses)


@mistake(ALL_STOP, says="changed its argument", public=True)
def start_not_copied():
    def early_stopping(step, loss, start, epochs, patience, min_delta=0.0):
        theta, losses, waiting, lowest = start, [], 0, np.inf
        for _ in range(epochs):
            theta = step(theta)
            losses.append(loss(theta))
            if losses[-1] < lowest - min_delta:
                lowest, best, waiting = losses[-1], theta.copy(), 0
            else:
                waiting += 1
                if waiting == patience:
                    break
        return best, np.array(losses)


@mistake([STOP, f"{STOP}-delta"], says="in a row|shape", public=True)
def patience_that_is_never_renewed():
    def early_stopping(step, loss, start, epochs, patience, min_delta=0.0):
        theta, losses, waiting, lowest = start.copy(), [], 0, np.inf
        for _ in range(epochs):
            theta = step(theta)
            losses.append(loss(theta))
            if losses[-1] < lowest - min_delta:
                lowest, best = losses[-1], theta.copy()
            else:
                waiting += 1
                if waiting == patience:
                    break
        return best, np.array(losses)


@mistake([STOP, f"{STOP}-delta"], says="not than the one before|smaller steps")
def better_than_the_epoch_before():
    def early_stopping(step, loss, start, epochs, patience, min_delta=0.0):
        theta, losses, waiting, lowest, before = start.copy(), [], 0, np.inf, np.inf
        for _ in range(epochs):
            theta = step(theta)
            losses.append(loss(theta))
            waiting = 0 if losses[-1] < before - min_delta else waiting + 1
            before = losses[-1]
            if losses[-1] < lowest - min_delta:
                lowest, best = losses[-1], theta.copy()
            if waiting == patience:
                break
        return best, np.array(losses)


@mistake([STOP, f"{STOP}-delta"], says="as good as the best|no improvement|not right", public=True)
def ties_count_as_improvements():
    def early_stopping(step, loss, start, epochs, patience, min_delta=0.0):
        theta, losses, waiting, lowest = start.copy(), [], 0, np.inf
        for _ in range(epochs):
            theta = step(theta)
            losses.append(loss(theta))
            if losses[-1] <= lowest - min_delta:
                lowest, best, waiting = losses[-1], theta.copy(), 0
            else:
                waiting += 1
                if waiting == patience:
                    break
        return best, np.array(losses)


@mistake([f"{STOP}-delta"], says="more than min_delta", public=True)
def min_delta_ignored():
    def early_stopping(step, loss, start, epochs, patience, min_delta=0.0):
        theta, losses, waiting, lowest = start.copy(), [], 0, np.inf
        for _ in range(epochs):
            theta = step(theta)
            losses.append(loss(theta))
            if losses[-1] < lowest:
                lowest, best, waiting = losses[-1], theta.copy(), 0
            else:
                waiting += 1
                if waiting == patience:
                    break
        return best, np.array(losses)


@mistake([f"{STOP}-delta"], says="smaller steps must not move it|not right", public=True)
def small_improvements_move_the_best():
    def early_stopping(step, loss, start, epochs, patience, min_delta=0.0):
        theta, losses, waiting, lowest = start.copy(), [], 0, np.inf
        for _ in range(epochs):
            theta = step(theta)
            losses.append(loss(theta))
            improved = losses[-1] < lowest - min_delta
            if losses[-1] < lowest:
                lowest, best = losses[-1], theta.copy()
            waiting = 0 if improved else waiting + 1
            if waiting == patience:
                break
        return best, np.array(losses)


@mistake([f"{STOP}-delta"], says="lower by less than min_delta", public=True)
def best_of_all_losses():
    def early_stopping(step, loss, start, epochs, patience, min_delta=0.0):
        theta, losses, kept, waiting, lowest = start.copy(), [], [], 0, np.inf
        for _ in range(epochs):
            theta = step(theta)
            losses.append(loss(theta))
            kept.append(theta.copy())
            waiting += 1
            if losses[-1] < lowest - min_delta:
                lowest, waiting = losses[-1], 0
            if waiting == patience:
                break
        return kept[int(np.argmin(losses))], np.array(losses)


@mistake([STOP], says="raised|right|shape")
def a_hundred_for_infinity():
    def early_stopping(step, loss, start, epochs, patience, min_delta=0.0):
        theta, losses, waiting, lowest = start.copy(), [], 0, 100.0
        best = theta.copy()
        for _ in range(epochs):
            theta = step(theta)
            losses.append(loss(theta))
            if losses[-1] < lowest - min_delta:
                lowest, best, waiting = losses[-1], theta.copy(), 0
            else:
                waiting += 1
                if waiting == patience:
                    break
        return best, np.array(losses)


@mistake(ALL_STOP, says="shape|right|start", public=True)
def start_taken_for_an_epoch():
    def early_stopping(step, loss, start, epochs, patience, min_delta=0.0):
        theta, best, waiting = start.copy(), start.copy(), 0
        losses = [loss(theta)]
        lowest = losses[0]
        for _ in range(epochs):
            theta = step(theta)
            losses.append(loss(theta))
            if losses[-1] < lowest - min_delta:
                lowest, best, waiting = losses[-1], theta.copy(), 0
            else:
                waiting += 1
                if waiting == patience:
                    break
        return best, np.array(losses)


@mistake([STOP, f"{STOP}-delta"], says="before the epochs are over|right|min_delta", public=True)
def never_stops():
    def early_stopping(step, loss, start, epochs, patience, min_delta=0.0):
        theta, losses, lowest = start.copy(), [], np.inf
        for _ in range(epochs):
            theta = step(theta)
            losses.append(loss(theta))
            if losses[-1] < lowest - min_delta:
                lowest, best = losses[-1], theta.copy()
        return best, np.array(losses)


def stopping_but(name, *changes, loses, says, public=False):
    """Make a mistake of the solution of ``early_stopping`` by replacing pieces of its text."""
    return answer_but("early_stopping", name, *changes, loses=loses, says=says, public=public)


best_weights_only_after_a_stop = stopping_but(
    "best_weights_only_after_a_stop",
    (
        "                break\n    return best",
        "                return best, np.array(losses)\n    return theta",
    ),
    loses=[f"{STOP}-best"],
    says="parameters at the end",
)
a_relative_min_delta = stopping_but(
    "a_relative_min_delta",
    ("lowest - min_delta", "(lowest if np.isinf(lowest) else lowest * (1 - min_delta))"),
    loses=[f"{STOP}-delta"],
    says="right|shape",
)
stops_not_before_the_third_epoch = stopping_but(
    "stops_not_before_the_third_epoch",
    ("waiting == patience", "waiting >= patience and len(losses) > 2"),
    loses=[STOP],
    says="shape",
)
parameters_before_the_step = stopping_but(
    "parameters_before_the_step",
    (
        "        theta = step(theta)\n",
        "        before = theta.copy()\n        theta = step(theta)\n",
    ),
    ("theta.copy(), 0\n", "before, 0\n"),
    loses=[f"{STOP}-best"],
    says="right|start",
    public=True,
)


# -- folds -------------------------------------------------------------------------------------


@mistake([f"{FOLDS}-rest"], says="left over", public=True)
def examples_that_are_left_over():
    def k_folds(n, k, rng):
        order, size = rng.permutation(n), n // k
        pairs = []
        for f in range(k):
            part = order[f * size : (f + 1) * size]
            pairs.append((np.setdiff1d(order, part), part))
        return pairs


@mistake([f"{FOLDS}-rest"], says="one may have one more", public=True)
def the_last_fold_takes_the_rest():
    def k_folds(n, k, rng):
        order, size = rng.permutation(n), n // k
        ends = [f * size for f in range(k)] + [n]
        parts = [order[a:b] for a, b in zip(ends, ends[1:])]
        return [(np.setdiff1d(order, part), part) for part in parts]


@mistake([f"{FOLDS}-shuffled"], says="shuffle the examples")
def not_shuffled():
    def k_folds(n, k, rng):
        parts = np.array_split(np.arange(n), k)
        return [(np.concatenate(parts[:f] + parts[f + 1 :]), parts[f]) for f in range(k)]


@mistake([f"{FOLDS}-shuffled"], says="take all randomness from rng")
def shuffled_by_something_else():
    def k_folds(n, k, rng):
        parts = np.array_split(np.random.permutation(n), k)
        return [(np.concatenate(parts[:f] + parts[f + 1 :]), parts[f]) for f in range(k)]


@mistake([f"{FOLDS}-shuffled"], says="shuffle")
def only_the_folds_are_shuffled():
    def k_folds(n, k, rng):
        parts = np.array_split(np.arange(n), k)
        return [(np.concatenate(parts[:f] + parts[f + 1 :]), parts[f]) for f in rng.permutation(k)]


@mistake([FOLDS, f"{FOLDS}-rest"], says="exactly once|never validated", public=True)
def a_new_order_for_every_fold():
    def k_folds(n, k, rng):
        pairs = []
        for f in range(k):
            parts = np.array_split(rng.permutation(n), k)
            pairs.append((np.concatenate(parts[:f] + parts[f + 1 :]), parts[f]))
        return pairs


@mistake([FOLDS, f"{FOLDS}-rest"], says="exactly once|one may have one more|examples", public=True)
def a_fold_drawn_for_each_example():
    def k_folds(n, k, rng):
        fold = rng.integers(0, k, n)
        return [(np.flatnonzero(fold != f), np.flatnonzero(fold == f)) for f in range(k)]


@mistake([FOLDS, f"{FOLDS}-rest"], says="to validate on", public=True)
def validated_on_what_was_trained_on():
    def k_folds(n, k, rng):
        order = rng.permutation(n)
        return [(order, part) for part in np.array_split(order, k)]


@mistake([FOLDS, f"{FOLDS}-rest"], says="to validate on|exactly once", public=True)
def pairs_the_wrong_way_round():
    def k_folds(n, k, rng):
        parts = np.array_split(rng.permutation(n), k)
        return [(parts[f], np.concatenate(parts[:f] + parts[f + 1 :])) for f in range(k)]


@mistake([FOLDS, f"{FOLDS}-rest", f"{FOLDS}-shuffled"], says="numbers of examples", public=True)
def masks_for_numbers():
    def k_folds(n, k, rng):
        fold = rng.permutation(np.arange(n) % k)
        return [(fold != f, fold == f) for f in range(k)]


@mistake([FOLDS, f"{FOLDS}-rest", f"{FOLDS}-shuffled"], says="pair", public=True)
def folds_without_their_training_parts():
    def k_folds(n, k, rng):
        return np.array_split(rng.permutation(n), k)


@mistake([f"{FOLDS}-shuffled"], says="shuffle")
def turned_round_not_shuffled():
    def k_folds(n, k, rng):
        parts = np.array_split(np.roll(np.arange(n), rng.integers(n)), k)
        return [(np.concatenate(parts[:f] + parts[f + 1 :]), part) for f, part in enumerate(parts)]


@mistake([FOLDS, f"{FOLDS}-rest"], says="all (6 |other )?examples", public=True)
def trained_on_the_next_fold():
    def k_folds(n, k, rng):
        parts = np.array_split(rng.permutation(n), k)
        return [(parts[(f + 1) % k], parts[f]) for f in range(k)]


# -- standardising -----------------------------------------------------------------------------


@mistake([f"{RULER}-new"], says="mean of their own", public=True)
def a_mean_of_their_own():
    def standardise(X_train, X_new):
        def alone(X):
            if len(X) == 0:
                return X
            s = np.where(np.ptp(X, axis=0) == 0, 1.0, X.std(axis=0))
            return (X - X.mean(axis=0)) / s

        return alone(X_train), alone(X_new)


@mistake([RULER, f"{RULER}-new", f"{RULER}-constant"], says="leak|s = 1|right", public=True)
def mean_of_all_examples():
    def standardise(X_train, X_new):
        X = np.concatenate([X_train, X_new])
        s = np.where(np.ptp(X, axis=0) == 0, 1.0, X.std(axis=0))
        return (X_train - X.mean(axis=0)) / s, (X_new - X.mean(axis=0)) / s


@mistake([RULER, f"{RULER}-new"], says="divide by n|n - 1", public=True)
def n_minus_one_in_the_ruler():
    def standardise(X_train, X_new):
        mean = X_train.mean(axis=0)
        s = np.sqrt(((X_train - mean) ** 2).sum(axis=0) / max(len(X_train) - 1, 1))
        s = np.where(np.ptp(X_train, axis=0) == 0, 1.0, s)
        return (X_train - mean) / s, (X_new - mean) / s


@mistake([f"{RULER}-constant"], says="warned|NaN", public=True)
def constant_feature_divides_by_zero():
    def standardise(X_train, X_new):
        mean, s = X_train.mean(axis=0), X_train.std(axis=0)
        return (X_train - mean) / s, (X_new - mean) / s


@mistake([f"{RULER}-constant"], says="s = 1", public=True)
def constant_features_set_to_zero():
    def standardise(X_train, X_new):
        mean, constant = X_train.mean(axis=0), np.ptp(X_train, axis=0) == 0
        s = np.where(constant, np.inf, X_train.std(axis=0))
        return (X_train - mean) / s, (X_new - mean) / s


@mistake([f"{RULER}-constant"], says="tiny deviation")
def constant_if_the_deviation_is_exactly_zero():
    def standardise(X_train, X_new):
        mean, s = X_train.mean(axis=0), X_train.std(axis=0)
        s[s == 0] = 1
        return (X_train - mean) / s, (X_new - mean) / s


@mistake([f"{RULER}-constant"], says="not constant")
def constant_if_the_deviation_is_small():
    def standardise(X_train, X_new):
        mean, s = X_train.mean(axis=0), X_train.std(axis=0)
        s = np.where(s < 1e-8, 1.0, s)
        return (X_train - mean) / s, (X_new - mean) / s


@mistake(
    [RULER, f"{RULER}-new", f"{RULER}-constant"],
    says="small is added|tiny|not (const|right|-1)",
    public=True,
)
def something_small_added():
    def standardise(X_train, X_new):
        mean, s = X_train.mean(axis=0), X_train.std(axis=0) + 1e-8
        return (X_train - mean) / s, (X_new - mean) / s


@mistake([RULER, f"{RULER}-new", f"{RULER}-constant"], says="axis 0|s = 1|right", public=True)
def one_mean_for_all_features():
    def standardise(X_train, X_new):
        mean, s = X_train.mean(), X_train.std()
        s = 1.0 if np.ptp(X_train) == 0 else s
        return (X_train - mean) / s, (X_new - mean) / s


@mistake(
    [RULER, f"{RULER}-new", f"{RULER}-constant"], says="by the variance|not constant", public=True
)
def variance_for_the_deviation():
    def standardise(X_train, X_new):
        mean = X_train.mean(axis=0)
        v = np.where(np.ptp(X_train, axis=0) == 0, 1.0, X_train.var(axis=0))
        return (X_train - mean) / v, (X_new - mean) / v


@mistake(
    [RULER, f"{RULER}-new", f"{RULER}-constant"], says="changed its argument|cast", public=True
)
def standardised_in_place():
    def standardise(X_train, X_new):
        mean = X_train.mean(axis=0)
        s = np.where((X_train == X_train[0]).all(axis=0), 1.0, X_train.std(axis=0))
        X_train -= mean
        X_train /= s
        return X_train, (X_new - mean) / s


@mistake([f"{RULER}-constant"], says="the same, not some")
def constant_if_two_neighbours_are_equal():
    def standardise(X_train, X_new):
        mean, s = X_train.mean(axis=0), X_train.std(axis=0)
        same = (np.diff(X_train, axis=0) == 0).any(axis=0) if len(X_train) > 1 else s == 0
        s = np.where(same, 1.0, s)
        return (X_train - mean) / s, (X_new - mean) / s


@mistake([f"{RULER}-constant"], says="the same, not some")
def constant_if_the_first_is_the_last():
    def standardise(X_train, X_new):
        mean = X_train.mean(axis=0)
        s = np.where(X_train[0] == X_train[-1], 1.0, X_train.std(axis=0))
        return (X_train - mean) / s, (X_new - mean) / s


@mistake([f"{RULER}-constant"], says="not constant")
def constant_if_the_deviation_is_small_beside_the_mean():
    def standardise(X_train, X_new):
        mean, s = X_train.mean(axis=0), X_train.std(axis=0)
        s = np.where(s <= 1e-12 * np.abs(mean), 1.0, s)
        return (X_train - mean) / s, (X_new - mean) / s


@mistake([f"{RULER}-constant"], says="differences from the mean|warned")
def mean_of_squares_minus_square_of_the_mean():
    def standardise(X_train, X_new):
        mean, constant = X_train.mean(axis=0), (X_train == X_train[0]).all(axis=0)
        s = np.sqrt(np.where(constant, 1.0, abs((X_train**2).mean(axis=0) - mean**2)))
        return (X_train - mean) / s, (X_new - mean) / s


# -- the network -------------------------------------------------------------------------------


def train_but(name, *changes, loses, says, public=False):
    """Make a mistake of the solution of ``train`` by replacing pieces of its text."""
    return answer_but("train", name, *changes, loses=loses, says=says, public=public)


FACTOR = "factor = (rng.random(S.shape) >= rate) / (1 - rate)"
BACKWARD = "G1 = G @ W2.T * factor * (S > 0)"
MEASURED = "losses.append([loss(X, labels), loss(X_val, labels_val)])"
HELD = "l2 * ((W1**2).sum() + (W2**2).sum())"
CALM = "P = probabilities(np.maximum(X @ W1 + b1, 0))"
STEP = """        W1, b1, W2, b2 = (
            W1 - learning_rate * (X.T @ G1 + 2 * l2 * W1),
            b1 - learning_rate * G1.sum(axis=0),
            W2 - learning_rate * (H.T @ G + 2 * l2 * W2),
            b2 - learning_rate * G.sum(axis=0),
        )
"""
IN_PLACE = """        W1 -= learning_rate * (X.T @ G1 + 2 * l2 * W1)
        b1 -= learning_rate * G1.sum(axis=0)
        W2 -= learning_rate * (H.T @ G + 2 * l2 * W2)
        b2 -= learning_rate * G.sum(axis=0)
"""
# What the four cells say of a mistake that no hint explains.
ANY = "right|rate and the penalty are 0|Dropout is on|penalty acts in the step|patience is used up"

network_not_scaled = train_but(
    "network_not_scaled",
    (FACTOR, "factor = rng.random(S.shape) >= rate"),
    loses=[f"{TRAIN}-dropout"],
    says="factor 1/",
    public=True,
)
network_measured_with_dropout = train_but(
    "network_measured_with_dropout",
    (
        CALM,
        "S = X @ W1 + b1; u = rng.random(S.shape)\n"
        "        P = probabilities(np.maximum(S, 0) * (u >= rate) / (1 - rate))",
    ),
    loses=[f"{TRAIN}-dropout"],
    says="network in use",
    public=True,
)
network_with_another_mask_on_the_way_back = train_but(
    "network_with_another_mask_on_the_way_back",
    (BACKWARD, f"{FACTOR}; {BACKWARD}"),
    loses=[f"{TRAIN}-dropout"],
    says="do not draw another",
    public=True,
)
network_without_a_mask_on_the_way_back = train_but(
    "network_without_a_mask_on_the_way_back",
    (BACKWARD, "G1 = G @ W2.T * (S > 0)"),
    loses=[f"{TRAIN}-dropout"],
    says="belongs to the way back",
    public=True,
)
network_with_one_mask_for_all_epochs = train_but(
    "network_with_one_mask_for_all_epochs",
    (
        FACTOR,
        "factor = (np.random.default_rng(rng.bit_generator.state['state']['inc'] % 97)"
        ".random(S.shape) >= rate) / (1 - rate)",
    ),
    loses=[f"{TRAIN}-dropout"],
    says=ANY,
    public=True,
)
network_keeps_with_the_rate = train_but(
    "network_keeps_with_the_rate",
    (FACTOR, "factor = (rng.random(S.shape) >= (1 - rate if rate else 0)) / (rate or 1)"),
    loses=[f"{TRAIN}-dropout"],
    says="dropped, not kept|not right",
    public=True,
)
network_decays_its_biases = train_but(
    "network_decays_its_biases",
    ("b1 - learning_rate * G1.sum(axis=0)", "b1 - learning_rate * (G1.sum(axis=0) + 2 * l2 * b1)"),
    ("b2 - learning_rate * G.sum(axis=0)", "b2 - learning_rate * (G.sum(axis=0) + 2 * l2 * b2)"),
    loses=[f"{TRAIN}-penalty"],
    says="not on the biases",
    public=True,
)
network_decays_by_half = train_but(
    "network_decays_by_half",
    ("2 * l2 * W1", "l2 * W1"),
    ("2 * l2 * W2", "l2 * W2"),
    loses=[f"{TRAIN}-penalty"],
    says="2w",
    public=True,
)
network_decays_one_layer = train_but(
    "network_decays_one_layer",
    ("(H.T @ G + 2 * l2 * W2)", "(H.T @ G)"),
    loses=[f"{TRAIN}-penalty"],
    says="both matrices|not right",
    public=True,
)
network_reports_the_penalty = train_but(
    "network_reports_the_penalty",
    (
        "return -np.mean(np.log(P[np.arange(len(X)), labels]))",
        "return -np.mean(np.log(P[np.arange(len(X)), labels]))"
        " + l2 * ((W1**2).sum() + (W2**2).sum())",
    ),
    loses=[f"{TRAIN}-penalty"],
    says="cross-entropy alone",
    public=True,
)
network_returns_the_last_weights = train_but(
    "network_returns_the_last_weights",
    ("return best, np.array(losses)", "return [W1, b1, W2, b2], np.array(losses)"),
    loses=[f"{TRAIN}-stopping"],
    says="parameters at the end",
    public=True,
)
network_whose_best_goes_on_changing = train_but(
    "network_whose_best_goes_on_changing",
    (STEP, IN_PLACE),
    loses=[f"{TRAIN}-stopping"],
    says="parameters at the end",
    public=True,
)
network_too_patient = train_but(
    "network_too_patient",
    ("waiting == patience", "waiting > patience"),
    loses=[f"{TRAIN}-stopping"],
    says="too late",
    public=True,
)
network_watches_the_training_loss = train_but(
    "network_watches_the_training_loss",
    ("losses[-1][1] < lowest", "losses[-1][0] < lowest"),
    ("lowest, best, waiting = losses[-1][1]", "lowest, best, waiting = losses[-1][0]"),
    loses=[f"{TRAIN}-stopping"],
    says="validation examples decides|shape",
    public=True,
)
network_measured_before_the_step = train_but(
    "network_measured_before_the_step",
    (f"        {MEASURED}\n", ""),
    ("        S = X @ W1 + b1\n", f"        {MEASURED}\n        S = X @ W1 + b1\n"),
    loses=ALL_TRAIN,
    says=f"after the step|{ANY}",
    public=True,
)
network_with_relu_open = train_but(
    "network_with_relu_open",
    (BACKWARD, "G1 = G @ W2.T * factor"),
    loses=ALL_TRAIN,
    says=ANY,
    public=True,
)
network_with_sums_for_means = train_but(
    "network_with_sums_for_means",
    ("(probabilities(H) - Y) / len(X)", "probabilities(H) - Y"),
    loses=ALL_TRAIN,
    says=f"mean over the examples|{ANY}",
    public=True,
)
network_of_new_and_old_weights = train_but(
    "network_of_new_and_old_weights",
    (f"        {BACKWARD}\n", ""),
    (
        STEP,
        "        W2 = W2 - learning_rate * (H.T @ G + 2 * l2 * W2)\n"
        "        b2 = b2 - learning_rate * G.sum(axis=0)\n"
        f"        {BACKWARD}\n"
        "        W1 = W1 - learning_rate * (X.T @ G1 + 2 * l2 * W1)\n"
        "        b1 = b1 - learning_rate * G1.sum(axis=0)\n",
    ),
    loses=ALL_TRAIN,
    says=ANY,
    public=True,
)
network_changed_in_place = train_but(
    "network_changed_in_place",
    ("(np.array(param, dtype=float) for param in params)", "params"),
    (STEP, IN_PLACE),
    loses=ALL_TRAIN,
    says="changed its argument|cast",
    public=True,
)
network_that_guesses_its_classes = train_but(
    "network_that_guesses_its_classes",
    ("np.eye(len(b2))[labels]", "np.eye(labels.max() + 1)[labels]"),
    loses=[TRAIN],
    says="broadcast",
)


network_that_stops_by_the_penalty = train_but(
    "network_that_stops_by_the_penalty",
    ("if losses[-1][1] < lowest", f"watched = losses[-1][1] + {HELD}\n        if watched < lowest"),
    ("lowest, best, waiting = losses[-1][1]", "lowest, best, waiting = watched"),
    loses=[f"{TRAIN}-penalty"],
    says="without the penalty",
)
network_whose_decay_follows_the_step = train_but(
    "network_whose_decay_follows_the_step",
    (
        "W1 - learning_rate * (X.T @ G1 + 2 * l2 * W1)",
        "(1 - 2 * learning_rate * l2) * (W1 - learning_rate * X.T @ G1)",
    ),
    (
        "W2 - learning_rate * (H.T @ G + 2 * l2 * W2)",
        "(1 - 2 * learning_rate * l2) * (W2 - learning_rate * H.T @ G)",
    ),
    loses=[f"{TRAIN}-penalty"],
    says="acts in the step|not right",
    public=True,
)
network_that_draws_to_measure = train_but(
    "network_that_draws_to_measure",
    (CALM, f"rng.random((len(X), len(b1))); {CALM}"),
    loses=[f"{TRAIN}-dropout"],
    says="draw for the step only",
)
network_that_returns_scaled_weights = train_but(
    "network_that_returns_scaled_weights",
    ("losses[-1][1], [W1, b1, W2, b2], 0", "losses[-1][1], [W1, b1, W2 * (1 - rate), b2], 0"),
    loses=[f"{TRAIN}-dropout"],
    says="return the weights as they are",
)
network_with_dropout_of_the_paper = train_but(
    "network_with_dropout_of_the_paper",
    (FACTOR, "factor = rng.random(S.shape) >= rate"),
    (CALM, "P = probabilities(np.maximum(X @ W1 + b1, 0) * (1 - rate))"),
    loses=[f"{TRAIN}-dropout"],
    says="not right|Dropout is on",
    public=True,
)
network_whose_patience_is_never_renewed = train_but(
    "network_whose_patience_is_never_renewed",
    ("[W1, b1, W2, b2], 0", "[W1, b1, W2, b2], waiting"),
    loses=[f"{TRAIN}-stopping"],
    says=f"{ANY}|shape",
)
network_better_than_the_epoch_before = train_but(
    "network_better_than_the_epoch_before",
    ("            waiting += 1", "            lowest, waiting = losses[-1][1], waiting + 1"),
    loses=[f"{TRAIN}-stopping"],
    says=f"{ANY}|shape",
)
network_with_a_slope_at_zero = train_but(
    "network_with_a_slope_at_zero",
    (BACKWARD, "G1 = G @ W2.T * factor * (S >= 0)"),
    loses=[TRAIN],
    says="right",
)


# -- other right answers ------------------------------------------------------------------------


@alternative
def number_by_number():
    def dropout_forward(X, rate, rng, training):
        A, M = np.zeros(X.shape), np.ones(X.shape)
        u = rng.random(X.shape) if training else M
        for at in np.ndindex(X.shape):
            if u[at] < rate:
                M[at] = 0
            else:
                A[at] = X[at] / (1 - rate) if training else X[at]
        return A, M

    def dropout_backward(G, mask, rate, training):
        scale = 1 / (1 - rate) if training else 1
        return np.where(mask == 1, scale * G, 0)

    def batch_norm_forward(
        X, gamma, beta, running_mean, running_variance, momentum, epsilon, training
    ):
        B, d = X.shape
        A, m, v = np.zeros((B, d)), np.zeros(d), np.zeros(d)
        for j in range(d):
            mean, variance = running_mean[j], running_variance[j]
            m[j], v[j] = mean, variance
            if training:
                mean = sum(X[:, j]) / B
                variance = sum((x - mean) ** 2 for x in X[:, j]) / B
                m[j] += (1 - momentum) * (mean - m[j])
                v[j] += (1 - momentum) * (variance - v[j])
            for i in range(B):
                A[i, j] = gamma[j] * (X[i, j] - mean) / (variance + epsilon) ** 0.5 + beta[j]
        return A, m, v

    def batch_norm_backward(X, G, gamma, epsilon):
        B, d = X.shape
        dX, dgamma, dbeta = np.zeros((B, d)), np.zeros(d), np.zeros(d)
        for j in range(d):
            mean = X[:, j].sum() / B
            sigma = np.sqrt(np.mean((X[:, j] - mean) ** 2) + epsilon)
            xhat = (X[:, j] - mean) / sigma
            for i in range(B):
                dgamma[j] += G[i, j] * xhat[i]
                dbeta[j] += G[i, j]
            jacobian = (np.eye(B) - 1 / B - np.outer(xhat, xhat) / B) / sigma
            dX[:, j] = jacobian @ (gamma[j] * G[:, j])
        return dX, dgamma, dbeta

    def penalty(params, l1, l2):
        value, grads = 0, []
        for k, p in enumerate(params):
            grad = np.zeros(p.shape)
            if k % 2 == 0:
                for at in np.ndindex(p.shape):
                    value += l1 * abs(p[at]) + l2 * p[at] * p[at]
                    slope = (p[at] > 0) - 1.0 * (p[at] < 0)
                    grad[at] = l1 * slope + l2 * (p[at] + p[at])
            grads.append(grad)
        return value, grads

    def early_stopping(step, loss, start, epochs, patience, min_delta=0.0):
        theta = np.array(start)
        kept, losses, best_epoch = [], [], 0
        for t in range(epochs):
            step(theta)  # in place
            kept.append(np.array(theta))
            losses.append(float(loss(theta)))
            if t == 0 or losses[best_epoch] - losses[t] > min_delta:
                best_epoch = t
            if t - best_epoch >= patience:
                break
        return kept[best_epoch], np.array(losses)

    def k_folds(n, k, rng):
        order = list(range(n))
        rng.shuffle(order)
        pairs = []
        for f in range(k):
            part = order[f::k]
            pairs.append((np.array([i for i in range(n) if i not in part]), np.array(part)))
        return pairs

    def standardise(X_train, X_new):
        n, d = X_train.shape
        Z, Z_new = np.zeros(X_train.shape), np.zeros(X_new.shape)
        for j in range(d):
            mean = sum(X_train[:, j]) / n
            s = np.sqrt(sum((x - mean) ** 2 for x in X_train[:, j]) / n)
            if min(X_train[:, j]) == max(X_train[:, j]):
                s = 1
            Z[:, j] = (X_train[:, j] - mean) / s
            Z_new[:, j] = (X_new[:, j] - mean) / s
        return Z, Z_new

    def train(X, labels, X_val, labels_val, params, rate, l2, learning_rate, epochs, patience, rng):
        params = [param.astype(float) for param in params]

        def cross_entropy(X, labels):
            W1, b1, W2, b2 = params
            total = 0.0
            for x, label in zip(X, labels):
                z = np.maximum(x @ W1 + b1, 0) @ W2 + b2
                total += np.log(np.sum(np.exp(z))) - z[label]
            return total / len(X)

        losses, kept, best = [], [], 0
        for t in range(epochs):
            W1, b1, W2, b2 = params
            S = X @ W1 + b1
            H, M = np.maximum(S, 0), np.ones(S.shape)
            if rate:
                M = np.where(rng.random(S.shape) < rate, 0, 1 / (1 - rate))
            Z = (M * H) @ W2 + b2
            P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
            for i, label in enumerate(labels):
                P[i, label] -= 1
            G = P / len(X)
            GH = G @ W2.T
            GS = np.where(S > 0, GH * M, 0)
            shrink = 1 - 2 * learning_rate * l2
            W2 = shrink * W2 - learning_rate * (M * H).T @ G
            W1 = shrink * W1 - learning_rate * X.T @ GS
            params = [W1, b1 - learning_rate * GS.sum(0), W2, b2 - learning_rate * G.sum(0)]
            losses.append([cross_entropy(X, labels), cross_entropy(X_val, labels_val)])
            kept.append(params)
            if losses[t][1] < losses[best][1]:
                best = t
            if t - best == patience:
                break
        return tuple(kept[best]), np.array(losses)


@alternative
def in_other_words():
    def dropout_forward(X, rate, rng, training):
        kept = ~(rng.random(X.shape) < rate) if training else np.full(X.shape, True)
        return np.where(kept, X, 0) * (1 / (1 - rate) if training else 1.0), kept

    dropout_scale = lambda rate, training: (1 - rate) ** -1.0 if training else 1.0  # noqa: E731

    def dropout_backward(G, mask, rate, training):
        return dropout_scale(rate, training) * mask * G

    def batch_norm_forward(
        X, gamma, beta, running_mean, running_variance, momentum, epsilon, training
    ):
        statistics = [running_mean, running_variance]
        new = statistics
        if training:
            mean = np.average(X, axis=0)
            statistics = [mean, np.average((X - mean) ** 2, axis=0)]
            new = [old + (1 - momentum) * (s - old) for old, s in zip(new, statistics)]
        slope = gamma / np.sqrt(statistics[1] + epsilon)
        return [slope * X + (beta - slope * statistics[0]), *new]

    def batch_norm_backward(X, G, gamma, epsilon):
        # Step by step through the graph, as in the paper.
        B = len(X)
        centred = X - X.mean(axis=0)
        v = np.mean(centred**2, axis=0)
        inverse = (v + epsilon) ** -0.5
        Gx = G * gamma
        Gv = np.sum(Gx * centred, axis=0) * -0.5 * (v + epsilon) ** -1.5
        Gmean = -np.sum(Gx * inverse, axis=0) - 2 * Gv * np.mean(centred, axis=0)
        dX = Gx * inverse + Gv * 2 * centred / B + Gmean / B
        return dX, np.einsum("bd,bd->d", G, centred * inverse), np.ones(B) @ G

    def penalty(params, l1, l2):
        weights = np.concatenate([p.ravel() for p in params if p.ndim == 2])
        value = l1 * np.linalg.norm(weights, 1) + l2 * np.dot(weights, weights)
        is_weight = [float(p.ndim == 2) for p in params]
        return value, tuple(w * (l1 * np.sign(p) + 2.0 * l2 * p) for w, p in zip(is_weight, params))

    def early_stopping(step, loss, start, epochs, patience, min_delta=0.0):
        theta = step(start.copy())
        losses, best = [loss(theta)], theta.copy()
        lowest, left = losses[0], patience
        while left > 0 and len(losses) < epochs:
            theta = step(theta)
            losses += [loss(theta)]
            left -= 1
            if losses[-1] + min_delta < lowest:
                lowest, best, left = losses[-1], theta.copy(), patience
        return best, np.asarray(losses)

    def k_folds(n, k, rng):
        fold = rng.permutation(np.arange(n) % k)
        return [(np.where(fold != f)[0], np.where(fold == f)[0]) for f in range(k)]

    def standardise(X_train, X_new):
        mean = np.mean(X_train, axis=0)
        s = np.sqrt(np.mean(np.square(X_train - mean), axis=0))
        s[np.ptp(X_train, axis=0) == 0] = 1
        return tuple((X - mean) / s for X in (X_train, X_new))

    def train(X, labels, X_val, labels_val, params, rate, l2, learning_rate, epochs, patience, rng):
        # Of the other answers: dropout there and back, the penalty, early stopping.
        shapes = [p.shape for p in params]
        ends = np.cumsum([p.size for p in params])[:-1]

        def unpack(theta):
            return [part.reshape(s) for part, s in zip(np.split(theta, ends), shapes)]

        def log_probabilities(H, W2, b2):
            Z = H @ W2 + b2
            return Z - np.logaddexp.reduce(Z, axis=1, keepdims=True)

        def measure(theta, X, labels):
            W1, b1, W2, b2 = unpack(theta)
            H, _ = dropout_forward(np.maximum(X @ W1 + b1, 0), rate, rng, False)
            return -log_probabilities(H, W2, b2)[np.arange(len(labels)), labels].mean()

        def step(theta):
            W1, b1, W2, b2 = unpack(theta)
            S = X @ W1 + b1
            H, mask = dropout_forward(np.maximum(S, 0), rate, rng, True)
            G = np.exp(log_probabilities(H, W2, b2))
            G[np.arange(len(X)), labels] -= 1
            G /= len(X)
            GS = dropout_backward(G @ W2.T, mask, rate, True) * (S > 0)
            _, held = penalty([W1, b1, W2, b2], 0.0, l2)
            grads = [X.T @ GS, GS.sum(axis=0), H.T @ G, G.sum(axis=0)]
            flat = np.concatenate([(g + h).ravel() for g, h in zip(grads, held)])
            theta -= learning_rate * flat
            seen.append(measure(theta, X, labels))
            return theta

        seen = []
        start = np.concatenate([np.ravel(p) for p in params]).astype(float)
        best, watched = early_stopping(
            step, lambda theta: measure(theta, X_val, labels_val), start, epochs, patience
        )
        return unpack(best), np.column_stack([seen, watched])


@alternative
def with_helpers_named_like_the_checks():
    right = lambda X, M, rate: np.divide(X * M, 1 - rate)  # noqa: E731

    def dropout_forward(X, rate, rng, training):
        if training:
            mask = (rate <= rng.random(X.shape)).astype(np.float32)
            return right(X, mask, rate), mask
        return np.array(X), np.ones_like(X)

    stops = lambda losses, patience: losses[:patience]  # noqa: E731

    def k_folds(n, k, rng):
        order = np.argsort(rng.random(n))
        cuts = [round(f * n / k) for f in range(k + 1)]
        return [
            (np.delete(order, np.s_[a:b]), stops(order[a:], b - a)) for a, b in zip(cuts, cuts[1:])
        ]


@alternative
def by_a_closed_form():
    def dropout_forward(X, rate, rng, training):
        A = np.array(X, dtype=float)
        if not training:
            return A, np.ones_like(X)
        dropped = rng.uniform(size=X.shape) < rate
        A[dropped] = 0
        A *= 1 / (1 - rate)
        return A, 1 - dropped

    def batch_norm_backward(X, G, gamma, epsilon):
        B, s = len(X), np.sqrt(X.var(axis=0) + epsilon)
        xhat = (X - X.mean(axis=0)) / s
        J = np.eye(B)[:, :, None] - 1 / B - np.einsum("id,jd->ijd", xhat, xhat) / B
        dX = np.einsum("ijd,jd,d->id", J, G, gamma / s)
        return dX, np.einsum("id,id->d", G, xhat), G.sum(axis=0)

    def k_folds(n, k, rng):
        order = rng.permutation(n).astype(np.uint16)
        parts = np.array_split(order, k)
        return [[np.setdiff1d(order, part), part] for part in parts]

    def standardise(X_train, X_new):
        Z, Z_new = np.zeros(X_train.shape), np.zeros(X_new.shape)
        for j, column in enumerate(X_train.T):
            s = np.std(column) if len(np.unique(column)) > 1 else 1.0
            Z[:, j] = (column - column.mean()) / s
            Z_new[:, j] = (X_new[:, j] - column.mean()) / s
        return Z, Z_new
