"""Mistakes and other right answers for the exercise ``optimizers``.

No answer leans on another one that is wrong: the hidden checks of ``adamw_step`` allow what the
student's own ``adam_step`` does, and those of ``tuned_rates`` bring optimizers of their own.
"""

# ruff: noqa: B905, F821, RUF005  # answers are written as students write them

import numpy as np

from tests.exercises.harness import alternative, mistake

MOMENTUM = ["hidden-momentum_step", "hidden-momentum_step-nesterov", "hidden-momentum_step-arrays"]
ADAGRAD = ["hidden-adagrad_step", "hidden-adagrad_step-epsilon", "hidden-adagrad_step-arrays"]
RMSPROP = ["hidden-rmsprop_step", "hidden-rmsprop_step-epsilon", "hidden-rmsprop_step-arrays"]
ADAM = ["hidden-adam_step", "hidden-adam_step-arrays"]
COSINE = ["hidden-cosine_rate", "hidden-cosine_rate-after"]
CLIP = ["hidden-clip_gradients", "hidden-clip_gradients-care"]

# -- mistakes of the syllabus ------------------------------------------------------------------


@mistake(ADAM, says="bias correction is missing|state of its own", public=True)
def no_bias_correction():
    def adam_step(params, grads, state, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        steps, m, v = state
        m = [beta_1 * a + (1 - beta_1) * g for a, g in zip(m, grads)]
        v = [beta_2 * a + (1 - beta_2) * g**2 for a, g in zip(v, grads)]
        new = [w - learning_rate * a / (np.sqrt(b) + epsilon) for w, a, b in zip(params, m, v)]
        return new, (steps + 1, m, v)


@mistake(ADAM, says="correction of v is missing|state of its own", public=True)
def bias_correction_of_m_only():
    def adam_step(params, grads, state, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        steps, m, v = state
        t = steps + 1
        m = [beta_1 * a + (1 - beta_1) * g for a, g in zip(m, grads)]
        v = [beta_2 * a + (1 - beta_2) * g**2 for a, g in zip(v, grads)]
        rate = learning_rate / (1 - beta_1**t)
        new = [w - rate * a / (np.sqrt(b) + epsilon) for w, a, b in zip(params, m, v)]
        return new, (t, m, v)


@mistake(["hidden-adam_step-epsilon"], says="outside of the root", public=True)
def epsilon_of_adam_inside_the_root():
    def adam_step(params, grads, state, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        steps, m, v = state
        t = steps + 1
        m = [beta_1 * a + (1 - beta_1) * g for a, g in zip(m, grads)]
        v = [beta_2 * a + (1 - beta_2) * g**2 for a, g in zip(v, grads)]
        rate = learning_rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        return [w - rate * a / np.sqrt(b + epsilon) for w, a, b in zip(params, m, v)], (t, m, v)


@mistake(["hidden-adagrad_step-epsilon"], says="inside the root", public=True)
def epsilon_of_adagrad_outside_the_root():
    def adagrad_step(params, grads, sums, learning_rate, epsilon=1e-7):
        sums = [s + g**2 for s, g in zip(sums, grads)]
        moves = [learning_rate * g / (np.sqrt(s) + epsilon) for g, s in zip(grads, sums)]
        return [w - move for w, move in zip(params, moves)], sums


@mistake(["hidden-rmsprop_step-epsilon"], says="inside the root", public=True)
def epsilon_of_rmsprop_outside_the_root():
    def rmsprop_step(params, grads, averages, learning_rate, rho=0.9, epsilon=1e-7):
        averages = [rho * v + (1 - rho) * g**2 for v, g in zip(averages, grads)]
        moves = [learning_rate * g / (np.sqrt(v) + epsilon) for g, v in zip(grads, averages)]
        return [w - move for w, move in zip(params, moves)], averages


@mistake(ADAM, says="t is one too small|warned: RuntimeWarning", public=True)
def t_from_zero():
    def adam_step(params, grads, state, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        t, m, v = state
        m = [beta_1 * a + (1 - beta_1) * g for a, g in zip(m, grads)]
        v = [beta_2 * a + (1 - beta_2) * g**2 for a, g in zip(v, grads)]
        rate = learning_rate * np.sqrt(1 - beta_2**t) / np.float64(1 - beta_1**t)
        new = [w - rate * a / (np.sqrt(b) + epsilon) for w, a, b in zip(params, m, v)]
        return new, (t + 1, m, v)


@mistake(ADAM, says="t is one too small|ZeroDivisionError", public=True)
def t_from_zero_with_numbers_of_python():
    def adam_step(params, grads, state, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        t, m, v = state
        m = [beta_1 * a + (1 - beta_1) * g for a, g in zip(m, grads)]
        v = [beta_2 * a + (1 - beta_2) * g**2 for a, g in zip(v, grads)]
        rate = learning_rate * (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)
        new = [w - rate * a / (np.sqrt(b) + epsilon) for w, a, b in zip(params, m, v)]
        return new, (t + 1, m, v)


@mistake(["hidden-momentum_step-arrays"], says="velocity of its own|broadcast", public=True)
def velocity_shared_between_parameters():
    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        v = velocities[0] if velocities else 0
        new, kept = [], []
        for w, g in zip(params, grads):
            v = momentum * v - learning_rate * g
            kept.append(v)
            new.append(w + momentum * v - learning_rate * g if nesterov else w + v)
        return new, kept


@mistake(["hidden-adam_step-arrays"], says="state of its own")
def averages_of_adam_shared_between_parameters():
    def adam_step(params, grads, state, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        steps, (*m,), (*v,) = state
        t = steps + 1
        rate = learning_rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        new = []
        for w, g in zip(params, grads):
            j = [a.shape for a in m].index(w.shape)  # the first that fits
            m[j] = beta_1 * m[j] + (1 - beta_1) * g
            v[j] = beta_2 * v[j] + (1 - beta_2) * g**2
            new.append(w - rate * m[j] / (np.sqrt(v[j]) + epsilon))
        return new, (t, m, v)


@mistake(["hidden-adam_step-arrays"], says="state of its own")
def step_counted_for_each_parameter():
    def adam_step(params, grads, state, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        t, m, v = state
        new, new_m, new_v = [], [], []
        for w, g, a, b in zip(params, grads, m, v):
            t = t + 1
            a, b = beta_1 * a + (1 - beta_1) * g, beta_2 * b + (1 - beta_2) * g**2
            rate = learning_rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
            new.append(w - rate * a / (np.sqrt(b) + epsilon))
            new_m.append(a)
            new_v.append(b)
        return new, (t, new_m, new_v)

    def adamw_step(
        params,
        grads,
        state,
        learning_rate,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
    ):
        steps, m, v = state
        t = steps + 1
        m = [beta_1 * a + (1 - beta_1) * g for a, g in zip(m, grads)]
        v = [beta_2 * a + (1 - beta_2) * g**2 for a, g in zip(v, grads)]
        rate = learning_rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        moves = [rate * a / (np.sqrt(b) + epsilon) for a, b in zip(m, v)]
        keep = 1 - learning_rate * weight_decay
        return [keep * w - move for w, move in zip(params, moves)], (t, m, v)


@mistake(["hidden-adamw_step"], says="went into the gradient", public=True)
def weight_decay_in_the_gradient():
    def adamw_step(
        params,
        grads,
        state,
        learning_rate,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
    ):
        grads = [g + weight_decay * w for g, w in zip(grads, params)]
        return adam_step(params, grads, state, learning_rate, beta_1, beta_2, epsilon)


# -- momentum ----------------------------------------------------------------------------------


@mistake(MOMENTUM, says="uphill|state of its own", public=True)
def momentum_uphill():
    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        velocities = [momentum * v + learning_rate * g for v, g in zip(velocities, grads)]
        if nesterov:
            moves = [momentum * v + learning_rate * g for v, g in zip(velocities, grads)]
            return [w + move for w, move in zip(params, moves)], velocities
        return [w + v for w, v in zip(params, velocities)], velocities


@mistake(MOMENTUM, says="sign of the velocity|state of its own|sign is flipped", public=True)
def sign_of_the_velocity():
    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        velocities = [momentum * v + learning_rate * g for v, g in zip(velocities, grads)]
        if nesterov:
            moves = [momentum * v + learning_rate * g for v, g in zip(velocities, grads)]
            return [w - move for w, move in zip(params, moves)], velocities
        return [w - v for w, v in zip(params, velocities)], velocities


@mistake(MOMENTUM, says="inside the velocity|state of its own", public=True)
def rate_outside_the_velocity():
    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        velocities = [momentum * v - g for v, g in zip(velocities, grads)]
        moves = velocities
        if nesterov:
            moves = [momentum * v - g for v, g in zip(velocities, grads)]
        return [w + learning_rate * move for w, move in zip(params, moves)], velocities


@mistake(MOMENTUM, says="average|state of its own", public=True)
def momentum_as_an_average():
    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        rate = learning_rate * (1 - momentum)
        velocities = [momentum * v - rate * g for v, g in zip(velocities, grads)]
        moves = velocities
        if nesterov:
            moves = [momentum * v - rate * g for v, g in zip(velocities, grads)]
        return [w + move for w, move in zip(params, moves)], velocities


# With Nesterov, the old velocity where the new one is asked gives plain momentum.
@mistake(MOMENTUM, says="not the old one|plain momentum|state of its own", public=True)
def old_velocity():
    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        new = [momentum * v - learning_rate * g for v, g in zip(velocities, grads)]
        if nesterov:
            moves = [momentum * v - learning_rate * g for v, g in zip(velocities, grads)]
        else:
            moves = velocities
        return [w + move for w, move in zip(params, moves)], new


@mistake(["hidden-momentum_step-nesterov"], says="plain momentum", public=True)
def nesterov_forgotten():
    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        velocities = [momentum * v - learning_rate * g for v, g in zip(velocities, grads)]
        return [w + v for w, v in zip(params, velocities)], velocities


@mistake(["hidden-momentum_step-nesterov"], says="needs the factor", public=True)
def nesterov_without_the_factor():
    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        new = [momentum * v - learning_rate * g for v, g in zip(velocities, grads)]
        if nesterov:
            params = [w - learning_rate * g for w, g in zip(params, grads)]
        return [w + v for w, v in zip(params, new)], new


@mistake(["hidden-momentum_step-nesterov"], says="with Nesterov as well", public=False)
def look_ahead_kept_as_velocity():
    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        for _ in range(1 + nesterov):
            velocities = [momentum * v - learning_rate * g for v, g in zip(velocities, grads)]
        return [w + v for w, v in zip(params, velocities)], velocities


@mistake(MOMENTUM, says="changed its argument|raised|state of its own|fifty", public=True)
def momentum_in_place():
    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        for w, g, v in zip(params, grads, velocities):
            v *= momentum
            v -= learning_rate * g
            w += momentum * v - learning_rate * g if nesterov else v
        return params, velocities


@mistake(MOMENTUM, says="right|shape|old one|state of its own", public=True)
def velocity_kept_between_two_runs():
    kept = {}

    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        new = []
        for i, (w, g) in enumerate(zip(params, grads)):
            v = kept.get((i, np.shape(w)), np.zeros(np.shape(w)))
            kept[i, np.shape(w)] = v = momentum * v - learning_rate * g
            new.append(w + (momentum * v - learning_rate * g if nesterov else v))
        return new, [kept[i, np.shape(w)] for i, w in enumerate(params)]


@mistake(MOMENTUM, says="comes back is the old one|state of its own", public=True)
def old_velocity_returned():
    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        new = [momentum * v - learning_rate * g for v, g in zip(velocities, grads)]
        ahead = [momentum * v - learning_rate * g for v, g in zip(new, grads)] if nesterov else new
        return [w + move for w, move in zip(params, ahead)], velocities


@mistake(["hidden-momentum_step-arrays"], says="whole numbers")
def momentum_as_whole_as_the_weights():
    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        new, kept = [np.zeros_like(w) for w in params], [np.zeros_like(v) for v in velocities]
        for i, (w, g, v) in enumerate(zip(params, grads, velocities)):
            kept[i][...] = momentum * v - learning_rate * g
            new[i][...] = w + (momentum * kept[i] - learning_rate * g if nesterov else kept[i])
        return new, kept


@mistake(MOMENTUM, says="1 part|where|raised|expected", public=True)
def velocities_not_returned():
    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        return [w + momentum * v - learning_rate * g for w, g, v in zip(params, grads, velocities)]


# -- Adagrad and RMSProp -----------------------------------------------------------------------


@mistake(ADAGRAD, says="uphill|state of its own|zero")
def adagrad_uphill():
    def adagrad_step(params, grads, sums, learning_rate, epsilon=1e-7):
        sums = [s + g**2 for s, g in zip(sums, grads)]
        return [
            w + learning_rate * g / np.sqrt(s + epsilon) for w, g, s in zip(params, grads, sums)
        ], sums


@mistake(ADAGRAD, says="belongs to the sum already|state of its own|zero", public=True)
def sum_before_this_gradient():
    def adagrad_step(params, grads, sums, learning_rate, epsilon=1e-7):
        new = [w - learning_rate * g / np.sqrt(s + epsilon) for w, g, s in zip(params, grads, sums)]
        return new, [s + g**2 for s, g in zip(sums, grads)]


@mistake(ADAGRAD, says="root is missing|state of its own|zero", public=True)
def adagrad_without_the_root():
    def adagrad_step(params, grads, sums, learning_rate, epsilon=1e-7):
        sums = [s + g**2 for s, g in zip(sums, grads)]
        return [w - learning_rate * g / (s + epsilon) for w, g, s in zip(params, grads, sums)], sums


@mistake(ADAGRAD, says="old sum is lost|state of its own|zero", public=True)
def adagrad_without_memory():
    def adagrad_step(params, grads, sums, learning_rate, epsilon=1e-7):
        sums = [g**2 for g in grads]
        return [
            w - learning_rate * g / np.sqrt(s + epsilon) for w, g, s in zip(params, grads, sums)
        ], sums


@mistake(["hidden-adagrad_step-epsilon"], says="warned|NaN|missing")
def adagrad_divides_zero_by_zero():
    def adagrad_step(params, grads, sums, learning_rate, epsilon=1e-7):
        sums = [s + g**2 for s, g in zip(sums, grads)]
        return [w - learning_rate * g / np.sqrt(s) for w, g, s in zip(params, grads, sums)], sums


@mistake(["hidden-adagrad_step-epsilon"], says="caller says")
def epsilon_of_its_own():
    def adagrad_step(params, grads, sums, learning_rate, epsilon=1e-7):
        sums = [s + g**2 for s, g in zip(sums, grads)]
        return [
            w - learning_rate * g / np.sqrt(s + 1e-7) for w, g, s in zip(params, grads, sums)
        ], sums


@mistake(["hidden-adagrad_step-epsilon"], says="not to the sum", public=False)
def epsilon_goes_into_the_sum():
    def adagrad_step(params, grads, sums, learning_rate, epsilon=1e-7):
        sums = [s + g**2 + epsilon for s, g in zip(sums, grads)]
        return [w - learning_rate * g / np.sqrt(s) for w, g, s in zip(params, grads, sums)], sums


@mistake(["hidden-adagrad_step-arrays"], says="state of its own", public=False)
def one_sum_for_all_parameters():
    def adagrad_step(params, grads, sums, learning_rate, epsilon=1e-7):
        total = sum(np.sum(g**2) for g in grads) if len(grads) > 1 else None
        sums = [s + (g**2 if total is None else total) for s, g in zip(sums, grads)]
        return [
            w - learning_rate * g / np.sqrt(s + epsilon) for w, g, s in zip(params, grads, sums)
        ], sums


@mistake(ADAGRAD, says="right|state of its own|zero", public=True)
def one_sum_for_an_array():
    def adagrad_step(params, grads, sums, learning_rate, epsilon=1e-7):
        sums = [s + np.sum(np.square(g)) for s, g in zip(sums, grads)]
        return [
            w - learning_rate * g / np.sqrt(s + epsilon) for w, g, s in zip(params, grads, sums)
        ], sums


@mistake(ADAGRAD, says="changed its argument|state of its own", public=True)
def sums_in_place():
    def adagrad_step(params, grads, sums, learning_rate, epsilon=1e-7):
        for i, g in enumerate(grads):
            sums[i] = sums[i] + g**2
        return [
            w - learning_rate * g / np.sqrt(s + epsilon) for w, g, s in zip(params, grads, sums)
        ], sums


@mistake(RMSPROP, says="swapped|state of its own|zero", public=True)
def rho_the_wrong_way_round():
    def rmsprop_step(params, grads, averages, learning_rate, rho=0.9, epsilon=1e-7):
        averages = [(1 - rho) * v + rho * g**2 for v, g in zip(averages, grads)]
        return [
            w - learning_rate * g / np.sqrt(v + epsilon) for w, g, v in zip(params, grads, averages)
        ], averages


@mistake(RMSPROP, says="needs the factor 1 - ρ|state of its own|zero", public=True)
def square_without_its_share():
    def rmsprop_step(params, grads, averages, learning_rate, rho=0.9, epsilon=1e-7):
        averages = [rho * v + g**2 for v, g in zip(averages, grads)]
        return [
            w - learning_rate * g / np.sqrt(v + epsilon) for w, g, v in zip(params, grads, averages)
        ], averages


@mistake(RMSPROP, says="root is missing|state of its own|zero", public=True)
def rmsprop_without_the_root():
    def rmsprop_step(params, grads, averages, learning_rate, rho=0.9, epsilon=1e-7):
        averages = [rho * v + (1 - rho) * g**2 for v, g in zip(averages, grads)]
        return [
            w - learning_rate * g / (v + epsilon) for w, g, v in zip(params, grads, averages)
        ], averages


@mistake(RMSPROP, says="Adagrad|state of its own|zero")
def rmsprop_that_does_not_forget():
    def rmsprop_step(params, grads, averages, learning_rate, rho=0.9, epsilon=1e-7):
        averages = [v + g**2 for v, g in zip(averages, grads)]
        return [
            w - learning_rate * g / np.sqrt(v + epsilon) for w, g, v in zip(params, grads, averages)
        ], averages


@mistake(RMSPROP, says="belongs to the average|state of its own|zero")
def average_before_this_gradient():
    def rmsprop_step(params, grads, averages, learning_rate, rho=0.9, epsilon=1e-7):
        new = [
            w - learning_rate * g / np.sqrt(v + epsilon) for w, g, v in zip(params, grads, averages)
        ]
        return new, [rho * v + (1 - rho) * g**2 for v, g in zip(averages, grads)]


@mistake(["hidden-rmsprop_step-arrays"], says="whole numbers")
def averages_as_whole_as_they_came():
    def rmsprop_step(params, grads, averages, learning_rate, rho=0.9, epsilon=1e-7):
        kept = [np.zeros_like(v) for v in averages]
        for new, v, g in zip(kept, averages, grads):
            new[...] = rho * v + (1 - rho) * g**2
        return [
            w - learning_rate * g / np.sqrt(v + epsilon) for w, g, v in zip(params, grads, kept)
        ], kept


@mistake(["hidden-rmsprop_step-epsilon"], says="warned|NaN|missing")
def rmsprop_divides_zero_by_zero():
    def rmsprop_step(params, grads, averages, learning_rate, rho=0.9, epsilon=1e-7):
        averages = [rho * v + (1 - rho) * g**2 for v, g in zip(averages, grads)]
        return [
            w - learning_rate * g / np.sqrt(v) for w, g, v in zip(params, grads, averages)
        ], averages


# RMSProp in PyTorch and in the papers has no correction either: Adam's does not belong here.
@mistake(RMSPROP, says="right|state of its own|zero", public=True)
def rho_as_a_constant():
    def rmsprop_step(params, grads, averages, learning_rate, rho=0.9, epsilon=1e-7):
        averages = [0.9 * v + 0.1 * g**2 for v, g in zip(averages, grads)]
        return [
            w - learning_rate * g / np.sqrt(v + epsilon) for w, g, v in zip(params, grads, averages)
        ], averages


# -- Adam and AdamW ----------------------------------------------------------------------------


@mistake(["hidden-adam_step-epsilon"], says="right|small|missing|zero|warned")
def adam_without_epsilon():
    def adam_step(params, grads, state, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        steps, m, v = state
        t = steps + 1
        m = [beta_1 * a + (1 - beta_1) * g for a, g in zip(m, grads)]
        v = [beta_2 * a + (1 - beta_2) * g**2 for a, g in zip(v, grads)]
        rate = learning_rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        return [w - rate * a / np.sqrt(b) for w, a, b in zip(params, m, v)], (t, m, v)


@mistake(["hidden-adam_step-epsilon"], says="as in the paper", public=True)
def epsilon_beside_the_corrected_root():
    def adam_step(params, grads, state, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        steps, m, v = state
        t = steps + 1
        m = [beta_1 * a + (1 - beta_1) * g for a, g in zip(m, grads)]
        v = [beta_2 * a + (1 - beta_2) * g**2 for a, g in zip(v, grads)]
        m_hat = [a / (1 - beta_1**t) for a in m]
        v_hat = [a / (1 - beta_2**t) for a in v]
        new = [
            w - learning_rate * a / (np.sqrt(b) + epsilon) for w, a, b in zip(params, m_hat, v_hat)
        ]
        return new, (t, m, v)


@mistake(ADAM, says="without the corrections|state of its own", public=True)
def corrected_averages_kept():
    def adam_step(params, grads, state, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        steps, m, v = state
        t = steps + 1
        m = [beta_1 * a + (1 - beta_1) * g for a, g in zip(m, grads)]
        v = [beta_2 * a + (1 - beta_2) * g**2 for a, g in zip(v, grads)]
        rate = learning_rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        new = [w - rate * a / (np.sqrt(b) + epsilon) for w, a, b in zip(params, m, v)]
        return new, (t, [a / (1 - beta_1**t) for a in m], [b / (1 - beta_2**t) for b in v])


@mistake(ADAM, says="grow by one|state of its own", public=True)
def steps_not_counted():
    def adam_step(params, grads, state, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        steps, m, v = state
        t = steps + 1
        m = [beta_1 * a + (1 - beta_1) * g for a, g in zip(m, grads)]
        v = [beta_2 * a + (1 - beta_2) * g**2 for a, g in zip(v, grads)]
        rate = learning_rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        new = [w - rate * a / (np.sqrt(b) + epsilon) for w, a, b in zip(params, m, v)]
        return new, (steps, m, v)


@mistake(ADAM + ["hidden-adam_step-epsilon"], says="swapped|state of its own|small", public=True)
def betas_swapped():
    def adam_step(params, grads, state, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        steps, m, v = state
        t = steps + 1
        m = [beta_2 * a + (1 - beta_2) * g for a, g in zip(m, grads)]
        v = [beta_1 * a + (1 - beta_1) * g**2 for a, g in zip(v, grads)]
        rate = learning_rate * np.sqrt(1 - beta_1**t) / (1 - beta_2**t)
        return [w - rate * a / (np.sqrt(b) + epsilon) for w, a, b in zip(params, m, v)], (t, m, v)


@mistake(ADAM + ["hidden-adam_step-epsilon"], says="needs the factor|own|small", public=True)
def sums_for_averages():
    def adam_step(params, grads, state, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        steps, m, v = state
        t = steps + 1
        m = [beta_1 * a + g for a, g in zip(m, grads)]
        v = [beta_2 * a + g**2 for a, g in zip(v, grads)]
        rate = learning_rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        return [w - rate * a / (np.sqrt(b) + epsilon) for w, a, b in zip(params, m, v)], (t, m, v)


@mistake(ADAM, says="uphill|own", public=True)
def adam_uphill():
    def adam_step(params, grads, state, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        steps, m, v = state
        t = steps + 1
        m = [beta_1 * a + (1 - beta_1) * g for a, g in zip(m, grads)]
        v = [beta_2 * a + (1 - beta_2) * g**2 for a, g in zip(v, grads)]
        rate = learning_rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        return [w + rate * a / (np.sqrt(b) + epsilon) for w, a, b in zip(params, m, v)], (t, m, v)


# What `adamw_step` gets from it depends on the calls before, so its points go as well.
@mistake(
    ADAM + ["hidden-adam_step-epsilon", "hidden-adamw_step"],
    says="right|own|small|part",
    public=True,
)
def adam_counts_for_itself():
    taken = [0]

    def adam_step(params, grads, state, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        _, m, v = state
        taken[0] = t = taken[0] + 1
        m = [beta_1 * a + (1 - beta_1) * g for a, g in zip(m, grads)]
        v = [beta_2 * a + (1 - beta_2) * g**2 for a, g in zip(v, grads)]
        rate = learning_rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        return [w - rate * a / (np.sqrt(b) + epsilon) for w, a, b in zip(params, m, v)], (t, m, v)


@mistake(["hidden-adamw_step"], says="multiplied by η", public=True)
def decay_without_the_rate():
    def adamw_step(
        params,
        grads,
        state,
        learning_rate,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
    ):
        shrunk = [w - weight_decay * w for w in params]
        return adam_step(shrunk, grads, state, learning_rate, beta_1, beta_2, epsilon)


@mistake(["hidden-adamw_step"], says="comes first", public=True)
def decay_after_the_step():
    def adamw_step(
        params,
        grads,
        state,
        learning_rate,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
    ):
        new, state = adam_step(params, grads, state, learning_rate, beta_1, beta_2, epsilon)
        return [w - learning_rate * weight_decay * w for w in new], state


@mistake(["hidden-adamw_step"], says="no decay", public=True)
def decay_forgotten():
    def adamw_step(
        params,
        grads,
        state,
        learning_rate,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
    ):
        return adam_step(params, grads, state, learning_rate, beta_1, beta_2, epsilon)


@mistake(["hidden-adamw_step"], says="weights grow", public=True)
def decay_with_the_wrong_sign():
    def adamw_step(
        params,
        grads,
        state,
        learning_rate,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
    ):
        grown = [w + learning_rate * weight_decay * w for w in params]
        return adam_step(grown, grads, state, learning_rate, beta_1, beta_2, epsilon)


@mistake(["hidden-adamw_step"], says="whatever its shape|no decay", public=True)
def biases_do_not_decay():
    def adamw_step(
        params,
        grads,
        state,
        learning_rate,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
    ):
        shrunk = [w - learning_rate * weight_decay * w if w.ndim > 1 else w for w in params]
        return adam_step(shrunk, grads, state, learning_rate, beta_1, beta_2, epsilon)


@mistake(["hidden-adamw_step"], says="changed its argument|raised", public=True)
def weights_shrunk_in_place():
    def adamw_step(
        params,
        grads,
        state,
        learning_rate,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
    ):
        for w in params:
            w -= learning_rate * weight_decay * w
        return adam_step(params, grads, state, learning_rate, beta_1, beta_2, epsilon)


@mistake(["hidden-adamw_step"], says="right|part")
def numbers_of_adam_left_at_their_defaults():
    def adamw_step(
        params,
        grads,
        state,
        learning_rate,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
    ):
        shrunk = [w - learning_rate * weight_decay * w for w in params]
        return adam_step(shrunk, grads, state, learning_rate)


# -- cosine and clipping -----------------------------------------------------------------------


@mistake(COSINE[:1], says="halve it", public=True)
def wave_twice_too_high():
    def cosine_rate(initial, total, t, alpha=0.0):
        wave = 1 + np.cos(np.pi * np.minimum(t, total) / total)
        return initial * (alpha + (1 - alpha) * wave)


@mistake(COSINE, says="radians|stays at", public=True)
def cosine_in_degrees():
    def cosine_rate(initial, total, t, alpha=0.0):
        wave = (1 + np.cos(180 * np.minimum(t, total) / total)) / 2
        return initial * (alpha + (1 - alpha) * wave)


@mistake(COSINE, says="whole wave|stays at", public=True)
def whole_wave():
    def cosine_rate(initial, total, t, alpha=0.0):
        wave = (1 + np.cos(2 * np.pi * np.minimum(t, total) / total)) / 2
        return initial * (alpha + (1 - alpha) * wave)


@mistake(["hidden-cosine_rate-after"], says="must not come back", public=True)
def wave_comes_back():
    def cosine_rate(initial, total, t, alpha=0.0):
        wave = (1 + np.cos(np.pi * np.asarray(t) / total)) / 2
        return initial * (alpha + (1 - alpha) * wave)


@mistake(["hidden-cosine_rate-after"], says="is not 0|stays at")
def nothing_after_the_end():
    def cosine_rate(initial, total, t, alpha=0.0):
        t = np.asarray(t)
        rate = initial * (alpha + (1 - alpha) * (1 + np.cos(np.pi * t / total)) / 2)
        return np.where(t <= total, rate, 0.0)


@mistake(["hidden-cosine_rate"], says="quarter of a wave", public=True)
def quarter_of_a_wave():
    def cosine_rate(initial, total, t, alpha=0.0):
        wave = np.cos(np.pi / 2 * np.minimum(t, total) / total)
        return initial * (alpha + (1 - alpha) * wave)


@mistake(["hidden-cosine_rate"], says="not T - 1", public=True)
def last_step_one_early():
    def cosine_rate(initial, total, t, alpha=0.0):
        last = max(total - 1, 1)
        wave = (1 + np.cos(np.pi * np.minimum(t, last) / last)) / 2
        return initial * (alpha + (1 - alpha) * wave)


@mistake(COSINE, says="α is missing|left at the end", public=True)
def alpha_forgotten():
    def cosine_rate(initial, total, t, alpha=0.0):
        return initial * (1 + np.cos(np.pi * np.minimum(t, total) / total)) / 2


@mistake(["hidden-cosine_rate"], says="height 1 - α", public=True)
def alpha_on_top():
    def cosine_rate(initial, total, t, alpha=0.0):
        wave = (1 + np.cos(np.pi * np.minimum(t, total) / total)) / 2
        return initial * (wave + alpha)

    def tuned_rates():
        return [0.02, 0.05, 1.4, 0.2, 1.0]


@mistake(COSINE, says="share of the first|stays at")
def alpha_as_a_rate():
    def cosine_rate(initial, total, t, alpha=0.0):
        wave = (1 + np.cos(np.pi * np.minimum(t, total) / total)) / 2
        return alpha + (initial - alpha) * wave


@mistake(["hidden-cosine_rate"], says="no floor", public=False)
def alpha_as_a_floor():
    def cosine_rate(initial, total, t, alpha=0.0):
        wave = (1 + np.cos(np.pi * np.minimum(t, total) / total)) / 2
        return initial * np.maximum(wave, alpha)


@mistake(COSINE, says="raised|ambiguous", public=True)
def one_step_number_only():
    def cosine_rate(initial, total, t, alpha=0.0):
        if t > total:
            return alpha * initial
        return initial * (alpha + (1 - alpha) * (1 + np.cos(np.pi * t / total)) / 2)


@mistake(CLIP, says="clipped by itself|whole numbers", public=True)
def each_array_by_its_own_norm():
    def clip_gradients(grads, limit):
        norms = [np.sqrt(np.sum(np.asarray(g, dtype=float) ** 2)) for g in grads]
        return [g * (limit / norm) if norm > limit else g for g, norm in zip(grads, norms)]


@mistake(CLIP, says="clipped by itself|whole numbers", public=True)
def each_entry_by_itself():
    def clip_gradients(grads, limit):
        return [np.clip(g, -limit, limit) for g in grads]


@mistake(CLIP, says="root of the sum of squares|whole numbers", public=True)
def norm_without_the_root():
    def clip_gradients(grads, limit):
        norm = sum(np.sum(np.square(g)) for g in grads)
        return [g * (limit / norm) if norm > limit else g for g in grads]


@mistake(CLIP, says="sum of the norms|whole numbers", public=True)
def sum_of_the_norms():
    def clip_gradients(grads, limit):
        norm = sum(np.linalg.norm(np.ravel(g)) for g in grads)
        return [g * (limit / norm) if norm > limit else g for g in grads]


@mistake(CLIP, says="short enough|warned|zeros|not 1", public=True)
def short_gradients_made_long():
    def clip_gradients(grads, limit):
        norm = np.sqrt(sum(np.sum(np.square(g)) for g in grads))
        return [g * limit / norm for g in grads]


@mistake(["hidden-clip_gradients-care"], says="warned|zeros", public=True)
def zero_divided_by_zero():
    def clip_gradients(grads, limit):
        norm = np.sqrt(sum(np.sum(np.square(g)) for g in grads))
        scale = np.minimum(1.0, limit / norm)
        return [g * scale for g in grads]


@mistake(CLIP, says="not 1|whole numbers", public=True)
def new_length_one():
    def clip_gradients(grads, limit):
        norm = np.sqrt(sum(np.sum(np.square(g)) for g in grads))
        return [g / norm if norm > limit else g for g in grads]


@mistake(CLIP, says="longest array|whole numbers")
def norm_of_the_longest_array():
    def clip_gradients(grads, limit):
        norm = max([np.linalg.norm(np.ravel(g)) for g in grads], default=0.0)
        return [g * (limit / norm) if norm > limit else g for g in grads]


@mistake(CLIP, says="largest entry|whole numbers", public=True)
def largest_entry():
    def clip_gradients(grads, limit):
        norm = max([np.max(np.abs(g), initial=0.0) for g in grads], default=0.0)
        return [g * (limit / norm) if norm > limit else g for g in grads]


@mistake(["hidden-clip_gradients-care"], says="raised|empty")
def one_array_at_least():
    def clip_gradients(grads, limit):
        norm = np.linalg.norm(np.concatenate([np.ravel(g) for g in grads]))
        return [g * (limit / norm) if norm > limit else g for g in grads]


@mistake(CLIP, says="changed its argument|raised", public=True)
def clipped_in_place():
    def clip_gradients(grads, limit):
        norm = np.sqrt(sum(np.sum(np.square(g)) for g in grads))
        if norm > limit:
            for g in grads:
                g *= limit / norm
        return grads


@mistake(CLIP, says="right|expected|shape")
def values_of_the_public_example():
    def clip_gradients(grads, limit):
        if limit == 2.5 and len(grads) == 2:
            return [np.array([1.5, 0.0]), np.array([[0.0], [2.0]])]
        return grads if limit in (1.0, 10.0) else grads[::-1]


# -- the race ----------------------------------------------------------------------------------

RACE = ["hidden-tuned_rates-momentum", "hidden-tuned_rates-adaptive"]


@mistake(RACE, says="stands at a cost", public=True)
def one_rate_for_all():
    def tuned_rates():
        return np.full(5, 0.3)


@mistake(RACE[1:], says="Adagrad stands at a cost", public=True)
def usual_rates():
    def tuned_rates():
        return np.array([0.01, 0.01, 0.001, 0.001, 0.001])


@mistake(RACE, says="stands at a cost", public=True)
def another_order():
    def tuned_rates():
        return np.array([1.5, 0.17, 1.2, 0.03, 0.06])


@mistake(RACE, says="five numbers", public=True)
def one_rate_only():
    def tuned_rates():
        return 0.1


@mistake(RACE, says="positive", public=True)
def negative_rates():
    def tuned_rates():
        return np.array([0.03, 0.06, 1.5, -0.17, 1.2])


@mistake(RACE[:1], says="momentum stands at a cost", public=True)
def momentum_as_fast_as_adam():
    def tuned_rates():
        return np.array([1.2, 0.06, 1.5, 0.17, 1.2])


# -- found by solving the exercise as a student, and by attacking it ------------------------------


@mistake(["hidden-momentum_step"], says="right|part")
def no_gradient_no_move():
    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        new_params, new_velocities = [], []
        for w, g, v in zip(params, grads, velocities):
            v = momentum * v - learning_rate * g
            move = momentum * v - learning_rate * g if nesterov else v
            new_params.append(np.where(g == 0, w, w + move))
            new_velocities.append(v)
        return new_params, new_velocities


@mistake(["hidden-momentum_step-arrays"], says="one by one|broadcast")
def nesterov_with_one_velocity():
    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        new = [momentum * v - learning_rate * g for v, g in zip(velocities, grads)]
        if not nesterov:
            return [w + v for w, v in zip(params, new)], new
        return [w + momentum * new[0] - learning_rate * g for w, g in zip(params, grads)], new


@mistake(["hidden-momentum_step-arrays"], says="one by one|shape")
def nesterov_of_the_first_array():
    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        new = [momentum * v - learning_rate * g for v, g in zip(velocities, grads)]
        moves = list(new)
        if nesterov and new:
            moves[0] = momentum * new[0] - learning_rate * grads[0]
        return [w + move for w, move in zip(params, moves)], new


@mistake(MOMENTUM, says="right|state of its own", public=False)
def momentum_in_single_precision():
    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        new = [momentum * v - learning_rate * g for v, g in zip(velocities, grads)]
        moves = [momentum * v - learning_rate * g for v, g in zip(new, grads)] if nesterov else new
        return [np.float32(w + move) for w, move in zip(params, moves)], new


@mistake(
    [
        "hidden-adagrad_step-epsilon",
        "hidden-rmsprop_step-epsilon",
        "hidden-adam_step-epsilon",
        "hidden-adamw_step",
    ],
    says="first line",
)
def defaults_of_another_library():
    def adagrad_step(params, grads, sums, learning_rate, epsilon=1e-10):
        sums = [s + g**2 for s, g in zip(sums, grads)]
        return [
            w - learning_rate * g / np.sqrt(s + epsilon) for w, g, s in zip(params, grads, sums)
        ], sums

    def rmsprop_step(params, grads, averages, learning_rate, rho=0.99, epsilon=1e-8):
        new = [rho * v + (1 - rho) * g**2 for v, g in zip(averages, grads)]
        return [
            w - learning_rate * g / np.sqrt(v + epsilon) for w, g, v in zip(params, grads, new)
        ], new

    def adam_step(params, grads, state, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
        steps, m, v = state
        t = steps + 1
        m = [beta_1 * a + (1 - beta_1) * g for a, g in zip(m, grads)]
        v = [beta_2 * a + (1 - beta_2) * g**2 for a, g in zip(v, grads)]
        rate = learning_rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        return [w - rate * a / (np.sqrt(b) + epsilon) for w, a, b in zip(params, m, v)], (t, m, v)

    def adamw_step(
        params,
        grads,
        state,
        learning_rate,
        weight_decay=0.01,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
    ):
        shrunk = [w - learning_rate * weight_decay * w for w in params]
        return adam_step(shrunk, grads, state, learning_rate, beta_1, beta_2, epsilon)


@mistake(["hidden-rmsprop_step"], says="is zero while")
def average_rests_with_the_gradient():
    def rmsprop_step(params, grads, averages, learning_rate, rho=0.9, epsilon=1e-7):
        new_params, new_averages = [], []
        for w, g, v in zip(params, grads, averages):
            if np.any(g):
                v = rho * v + (1 - rho) * g**2
            new_params.append(w - learning_rate * g / np.sqrt(v + epsilon))
            new_averages.append(v)
        return new_params, new_averages


@mistake(["hidden-rmsprop_step"], says="ρ is 0|ZeroDivisionError")
def rho_as_a_divisor():
    def rmsprop_step(params, grads, averages, learning_rate, rho=0.9, epsilon=1e-7):
        new = [rho * (v + (1 - rho) / rho * g**2) for v, g in zip(averages, grads)]
        return [
            w - learning_rate * g / np.sqrt(v + epsilon) for w, g, v in zip(params, grads, new)
        ], new


@mistake(["hidden-adam_step"], says="right|part")
def lazy_adam():
    def adam_step(params, grads, state, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        steps, m, v = state
        t = steps + 1
        m = [beta_1 * a + (1 - beta_1) * g for a, g in zip(m, grads)]
        v = [beta_2 * a + (1 - beta_2) * g**2 for a, g in zip(v, grads)]
        rate = learning_rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        moves = [rate * a / (np.sqrt(b) + epsilon) for a, b in zip(m, v)]
        new = [np.where(g == 0, w, w - move) for w, g, move in zip(params, grads, moves)]
        return new, (t, m, v)


@mistake(["hidden-adamw_step"], says="right|part|every array")
def last_array_does_not_decay():
    def adamw_step(
        params,
        grads,
        state,
        learning_rate,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
    ):
        last = len(params) - 1
        shrunk = [
            w if 0 < i == last else w - learning_rate * weight_decay * w
            for i, w in enumerate(params)
        ]
        return adam_step(shrunk, grads, state, learning_rate, beta_1, beta_2, epsilon)


@mistake(["hidden-cosine_rate-after"], says="each entry stands for itself")
def one_late_step_ends_all():
    def cosine_rate(initial, total, t, alpha=0.0):
        if np.any(np.asarray(t) > total):
            t = np.full(np.shape(t), total)
        return initial * (alpha + (1 - alpha) * (1 + np.cos(np.pi * t / total)) / 2)


@mistake(["hidden-clip_gradients"], says="smaller limit")
def norm_never_below_a_thousandth():
    def clip_gradients(grads, limit):
        norm = np.sqrt(sum(np.sum(np.square(g)) for g in grads))
        return [g * min(1.0, limit / max(norm, 1e-3)) for g in grads]


@mistake(CLIP, says="not right|digits only|whole numbers", public=True)
def something_added_to_the_norm():
    def clip_gradients(grads, limit):
        norm = np.sqrt(sum(np.sum(np.square(g)) for g in grads))
        return [g * min(1.0, limit / (norm + 1e-6)) for g in grads]


# -- other right answers ------------------------------------------------------------------------


@alternative
def loop_by_loop():
    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        new_params, new_velocities = [], []
        for i in range(len(params)):
            v = velocities[i] * momentum - grads[i] * learning_rate
            new_velocities.append(v)
            if nesterov:
                new_params.append(params[i] + momentum * v - learning_rate * grads[i])
            else:
                new_params.append(params[i] + v)
        return new_params, new_velocities

    def adagrad_step(params, grads, sums, learning_rate, epsilon=1e-7):
        new_params, new_sums = [], []
        for w, g, s in zip(params, grads, sums):
            s = s + g * g
            new_sums.append(s)
            new_params.append(w - learning_rate / np.sqrt(s + epsilon) * g)
        return new_params, new_sums

    def rmsprop_step(params, grads, averages, learning_rate, rho=0.9, epsilon=1e-7):
        new_params, new_averages = [], []
        for w, g, v in zip(params, grads, averages):
            v = v + (1 - rho) * (g * g - v)
            new_averages.append(v)
            new_params.append(w - learning_rate * g * (v + epsilon) ** -0.5)
        return new_params, new_averages

    def adam_step(params, grads, state, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        t = state[0] + 1
        new_params, new_m, new_v = [], [], []
        for w, g, m, v in zip(params, grads, state[1], state[2]):
            m = m + (1 - beta_1) * (g - m)
            v = v + (1 - beta_2) * (g * g - v)
            m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2**t)
            root = np.sqrt(v_hat) + epsilon / np.sqrt(1 - beta_2**t)
            new_params.append(w - learning_rate * m_hat / root)
            new_m.append(m)
            new_v.append(v)
        return new_params, (t, new_m, new_v)

    def adamw_step(
        params,
        grads,
        state,
        learning_rate,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
    ):
        zeros = [np.zeros(w.shape) for w in params]
        moves, state = adam_step(zeros, grads, state, learning_rate, beta_1, beta_2, epsilon)
        keep = 1 - learning_rate * weight_decay
        return [keep * w + move for w, move in zip(params, moves)], state

    def cosine_rate(initial, total, t, alpha=0.0):
        t = np.asarray(t)
        rate = initial * (alpha + (1 - alpha) * (1 + np.cos(np.pi * t / total)) / 2)
        return np.where(t > total, alpha * initial, rate)

    def clip_gradients(grads, limit):
        total = 0.0
        for g in grads:
            for entry in np.ravel(g):
                total += float(entry) ** 2
        if total <= limit**2:
            return grads
        return [g * limit / total**0.5 for g in grads]

    def tuned_rates():
        return [0.02, 0.05, 1, 0.1, 0.5]


@alternative
def in_other_words():
    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        def roll(v, g):
            return momentum * v - learning_rate * g

        new = list(map(roll, velocities, grads))
        moves = map(roll, new, grads) if nesterov else new
        return tuple(map(np.add, params, moves)), tuple(new)

    def adagrad_step(params, grads, sums, learning_rate, epsilon=1e-7):
        def root(s):
            return np.power(s + epsilon, 0.5)

        new = list(map(lambda s, g: s + np.square(g), sums, grads))
        return list(map(lambda w, g, s: w - learning_rate * (g / root(s)), params, grads, new)), new

    def rmsprop_step(params, grads, averages, learning_rate, rho=0.9, epsilon=1e-7):
        new = [
            np.average([v, g**2], axis=0, weights=[rho, 1 - rho]) for v, g in zip(averages, grads)
        ]
        return [
            w - learning_rate * g / np.sqrt(v + epsilon) for w, g, v in zip(params, grads, new)
        ], new

    def adam_step(params, grads, state, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        step, m, v = state
        step = np.int64(step) + 1
        m = [beta_1 * a - beta_1 * g + g for a, g in zip(m, grads)]
        v = [beta_2 * a + (1 - beta_2) * np.abs(g) ** 2 for a, g in zip(v, grads)]
        one, two = -np.expm1(step * np.log(beta_1)) if beta_1 else 1.0, 1 - np.power(beta_2, step)
        new = [
            w - learning_rate / one * a / ((b**0.5 + epsilon) / two**0.5)
            for w, a, b in zip(params, m, v)
        ]
        return [new, [step, m, v]]

    def adamw_step(
        params,
        grads,
        state,
        learning_rate,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
    ):
        new, state = adam_step(params, grads, state, learning_rate, beta_1, beta_2, epsilon)
        return [a - learning_rate * weight_decay * w for a, w in zip(new, params)], state

    def cosine_rate(initial, total, t, alpha=0.0):
        # 1 + cos 2x = 2 cos² x
        half = np.cos(np.pi / 2 * np.clip(t, 0, total) / total)
        return initial * alpha + initial * (1 - alpha) * half**2

    def clip_gradients(grads, limit):
        norm = np.hypot.reduce(np.concatenate([np.zeros(1)] + [np.ravel(g) for g in grads]))
        factor = min(1.0, limit / max(norm, 1e-300))
        return [np.multiply(g, factor) for g in grads]

    def tuned_rates():
        return np.array([0.08, 0.12, 2.0, 0.5, 0.2])


@alternative
def with_helpers_named_like_the_checks():
    right = lambda v, g, mu, eta: mu * v - eta * g  # noqa: E731

    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        new = [right(v, g, momentum, learning_rate) for v, g in zip(velocities, grads)]
        moves = [
            right(v, g, momentum, learning_rate) if nesterov else v for v, g in zip(new, grads)
        ]
        return [w + move for w, move in zip(params, moves)], new

    def clip_gradients(grads, limit):
        norm = np.linalg.norm([np.linalg.norm(np.ravel(g)) for g in grads]) if grads else 0.0
        return [g / max(1.0, norm / limit) for g in grads]

    def tuned_rates():
        shapes, gradient = (0.01, 0.008), 0.8
        return (*shapes, gradient, gradient / 10, gradient / 4)


@alternative
def of_a_student():
    def momentum_step(params, grads, velocities, learning_rate, momentum, nesterov=False):
        # all arrays as one long vector; and μ v - η g, once more, is (1 + μ) v - μ (the old v)
        def long(arrays):
            return np.concatenate([np.zeros(0)] + [np.ravel(a) for a in arrays])

        def apart(vector):
            ends = np.cumsum([np.size(w) for w in params])[:-1]
            pieces = np.split(vector, ends) if params else []
            return [piece.reshape(np.shape(w)) for piece, w in zip(pieces, params)]

        old = long(velocities)
        new = momentum * old - learning_rate * long(grads)
        move = (1 + momentum) * new - momentum * old if nesterov else new
        return apart(long(params) + move), apart(new)

    def adagrad_step(params, grads, sums, learning_rate, epsilon=1e-7):
        import math

        def of(function, *arrays):
            flat = [function(*each) for each in zip(*map(np.ravel, arrays))]
            return np.array(flat, dtype=float).reshape(np.shape(arrays[0]))

        new = [of(lambda s, g: s + g * g, *each) for each in zip(sums, grads)]
        return [
            of(lambda w, g, s: w - learning_rate * g / math.sqrt(s + epsilon), *each)
            for each in zip(params, grads, new)
        ], new

    def rmsprop_step(params, grads, averages, learning_rate, rho=0.9, epsilon=1e-7):
        new_params, new_averages = [], []
        for w, g, v in zip(params, grads, averages):
            new_w, new_v = np.empty(np.shape(w)), np.empty(np.shape(w))
            for k in np.ndindex(np.shape(w)):
                new_v[k] = rho * v[k] + (1 - rho) * g[k] ** 2
                new_w[k] = w[k] - learning_rate * g[k] / np.sqrt(new_v[k] + epsilon)
            new_params.append(new_w)
            new_averages.append(new_v)
        return new_params, new_averages

    def adamw_step(
        params,
        grads,
        state,
        learning_rate,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
    ):
        t, m, v = state
        t += 1
        m = [beta_1 * a + (1 - beta_1) * g for a, g in zip(m, grads)]
        v = [beta_2 * a + (1 - beta_2) * g**2 for a, g in zip(v, grads)]
        rate = learning_rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        return [
            w * (1 - learning_rate * weight_decay) - rate * a / (np.sqrt(b) + epsilon)
            for w, a, b in zip(params, m, v)
        ], (t, m, v)

    def cosine_rate(initial, total, t, alpha=0.0):
        import math

        def one(k):
            if k > total:
                return alpha * initial
            return initial * (alpha + (1 - alpha) * (1 + math.cos(math.pi * k / total)) / 2)

        if np.ndim(t) == 0:
            return one(t)
        return np.array([one(k) for k in np.ravel(t)], dtype=float).reshape(np.shape(t))

    def clip_gradients(grads, limit):
        norm = np.sqrt(sum(float(np.vdot(g, g)) for g in grads))
        if norm <= limit:
            return grads
        return [g * limit / norm for g in grads]

    def tuned_rates():  # the rates are looked for while one waits
        grid = np.geomspace(0.001, 10, 17)
        rates = []
        for name in RUNNERS:
            costs = [beale(race(name, rate)[-1]) for rate in grid]
            rates.append(float(grid[np.argmin(costs)]))
        return rates
