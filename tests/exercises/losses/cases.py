"""Mistakes and other right answers for the exercise ``losses``."""

# ruff: noqa: B905, RUF005, SIM300  # answers are written as students write them

import numpy as np

from tests.exercises.harness import alternative, mistake

ONE_HOT = ["hidden-one_hot", "hidden-one_hot-classes", "hidden-one_hot-smoothing"]
SOFTMAX = ["hidden-softmax", "hidden-softmax-axis", "hidden-softmax-extremes"]
LOG_SOFTMAX = ["hidden-log_softmax", "hidden-log_softmax-axis", "hidden-log_softmax-extremes"]
LOSS, GRADIENT = ["hidden-cross_entropy"], ["hidden-cross_entropy-gradient"]
BOTH = ["hidden-cross_entropy-soft", "hidden-cross_entropy-extremes"]
BINARY = ["hidden-binary_cross_entropy", "hidden-binary_cross_entropy-extremes"]
BINARY_GRADIENT = [
    "hidden-binary_cross_entropy-gradient",
    "hidden-binary_cross_entropy-extremes",
]
ACCURACY = ["hidden-accuracy", "hidden-accuracy-care"]
LABELS, EXAMPLES = ["hidden-label_scores-labels"], ["hidden-label_scores-examples"]
SCORES = ["hidden-label_scores-threshold", "hidden-label_scores-care"]
TEMPERATURE = ["hidden-temperature", "hidden-temperature-modest", "hidden-temperature-shifted"]

# -- mistakes of the syllabus ------------------------------------------------------------------


@mistake(["hidden-softmax-extremes"], says="overflow", public=True)
def softmax_overflows():
    def softmax(z, axis=-1):
        e = np.exp(z)
        return e / e.sum(axis=axis, keepdims=True)


@mistake(["hidden-log_softmax-extremes"], says="overflow", public=True)
def log_softmax_overflows():
    def log_softmax(z, axis=-1):
        return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


@mistake(["hidden-softmax-axis"], says="along the last axis|right", public=True)
def softmax_along_the_last_axis_always():
    def softmax(z, axis=-1):
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)


@mistake(
    ["hidden-softmax", "hidden-softmax-axis", "hidden-softmax-extremes"]
    + ["hidden-softmax-float32"],
    says="first axis|right|the one that is named|operation|large",
    public=True,
)
def softmax_along_the_first_axis_always():
    def softmax(z, axis=-1):
        e = np.exp(z - z.max(axis=0, keepdims=True))
        return e / e.sum(axis=0, keepdims=True)


@mistake(["hidden-log_softmax-axis"], says="along the last axis|right", public=True)
def log_softmax_along_the_last_axis_always():
    def log_softmax(z, axis=-1):
        shifted = z - z.max(axis=-1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


@mistake(["hidden-log_softmax-extremes"], says="divide by zero", public=True)
def logarithm_of_zero():
    def log_softmax(z, axis=-1):
        e = np.exp(z - z.max(axis=axis, keepdims=True))
        return np.log(e / e.sum(axis=axis, keepdims=True))


@mistake(["hidden-cross_entropy-extremes"], says="divide by zero", public=True)
def loss_of_a_probability_of_zero():
    def cross_entropy(Z, Y):
        e = np.exp(Z - Z.max(axis=1, keepdims=True))
        P = e / e.sum(axis=1, keepdims=True)
        return -np.mean(np.sum(Y * np.log(P), axis=1)), (P - Y) / len(Z)


@mistake(LOSS + BOTH, says="all n K entries|right|large|other|not one-hot", public=True)
def mean_over_the_classes():
    def cross_entropy(Z, Y):
        shifted = Z - Z.max(axis=1, keepdims=True)
        log_P = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return -(Y * log_P).mean(), (np.exp(log_P) - Y) / len(Z)


@mistake(GRADIENT + BOTH, says="divided by n, too|right", public=True)
def gradient_not_divided_by_n():
    def cross_entropy(Z, Y):
        shifted = Z - Z.max(axis=1, keepdims=True)
        log_P = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return -(Y * log_P).sum() / len(Z), np.exp(log_P) - Y


@mistake(BINARY_GRADIENT, says="number of entries, too|in part 2|right", public=True)
def binary_gradient_not_divided():
    def binary_cross_entropy(Z, Y):
        small = np.exp(-np.abs(Z))
        losses = np.maximum(Z, 0) - Y * Z + np.log1p(small)
        return losses.mean(), np.where(Z >= 0, 1, small) / (1 + small) - Y


@mistake(["hidden-binary_cross_entropy-extremes"], says="overflow|divide by zero", public=True)
def binary_loss_by_the_textbook():
    def binary_cross_entropy(Z, Y):
        P = 1 / (1 + np.exp(-Z))
        loss = np.mean(-Y * np.log(P) - (1 - Y) * np.log(1 - P))
        return loss, (P - Y) / Z.size


# -- mistakes that students make too: targets ---------------------------------------------------


@mistake(["hidden-one_hot-classes"], says="last class|Not all classes", public=True)
def classes_counted_in_the_batch():
    def one_hot(labels, classes, smoothing=0.0):
        rows = np.eye(labels.max() + 1)[labels]
        return (1 - smoothing) * rows + smoothing / rows.shape[1]


@mistake(ONE_HOT, says="from 1|right|Not all classes", public=True)
def classes_counted_from_one():
    def one_hot(labels, classes, smoothing=0.0):
        return (1 - smoothing) * np.eye(classes)[labels - 1] + smoothing / classes


@mistake(ONE_HOT, says="transpose|shape|expected", public=True)
def classes_in_rows():
    def one_hot(labels, classes, smoothing=0.0):
        rows = np.arange(classes)[:, None] == labels
        return (1 - smoothing) * rows + smoothing / classes


@mistake(["hidden-one_hot-smoothing"], says="right one too", public=True)
def smoothing_for_the_others_only():
    def one_hot(labels, classes, smoothing=0.0):
        rows = np.eye(classes)[labels]
        if smoothing == 0:
            return rows
        return (1 - smoothing) * rows + smoothing * (1 - rows) / (classes - 1)


@mistake(["hidden-one_hot-smoothing"], says="sum to 1", public=True)
def smoothing_only_added():
    def one_hot(labels, classes, smoothing=0.0):
        return np.eye(classes)[labels] + smoothing / classes


@mistake(["hidden-one_hot-smoothing"], says="no smoothing", public=True)
def smoothing_ignored():
    def one_hot(labels, classes, smoothing=0.0):
        return np.eye(classes)[labels]


@mistake(["hidden-one_hot-classes"], says="dtype is", public=True)
def rows_of_whole_numbers():
    def one_hot(labels, classes, smoothing=0.0):
        rows = np.eye(classes, dtype=int)[labels]
        return rows if smoothing == 0 else (1 - smoothing) * rows + smoothing / classes


@mistake(["hidden-one_hot-classes"], says="n may be 0|shape")
def rows_stacked_one_by_one():
    def one_hot(labels, classes, smoothing=0.0):
        rows = []
        for label in labels:
            row = [smoothing / classes] * classes
            row[label] += 1 - smoothing
            rows.append(row)
        return np.array(rows)


@mistake(["hidden-one_hot-classes"], says="all classes|last class", public=True)
def columns_for_the_classes_that_occur():
    def one_hot(labels, classes, smoothing=0.0):
        rows = (labels[:, None] == np.unique(labels)).astype(float)
        return (1 - smoothing) * rows + smoothing / classes


# -- softmax and its logarithm -------------------------------------------------------------------


@mistake(
    SOFTMAX + ["hidden-softmax-float32"],
    says="whole array|right|large",
    public=True,
)
def softmax_over_everything():
    def softmax(z, axis=-1):
        e = np.exp(z - z.max(initial=-1e9))
        return e / e.sum()


@mistake(["hidden-softmax-extremes"], says="invalid value|divide", public=True)
def softmax_minus_the_largest_of_all():
    def softmax(z, axis=-1):
        e = np.exp(z - (z.max() if z.size else 0))
        return e / e.sum(axis=axis, keepdims=True)


@mistake(["hidden-softmax-extremes"], says="overflow|invalid|divide")
def softmax_minus_the_mean():
    def softmax(z, axis=-1):
        e = np.exp(z - z.mean(axis=axis, keepdims=True))
        return e / e.sum(axis=axis, keepdims=True)


@mistake(["hidden-softmax-extremes"], says="right")
def softmax_of_clipped_logits():
    def softmax(z, axis=-1):
        e = np.exp(np.clip(z, -700, 700))
        return e / e.sum(axis=axis, keepdims=True)


@mistake(SOFTMAX + ["hidden-softmax-float32"], says="broadcast|right|shape|axis|large", public=True)
def softmax_without_keepdims():
    def softmax(z, axis=-1):
        e = np.exp(z - z.max(axis=axis, keepdims=True))
        return e / e.sum(axis=axis)


@mistake(
    SOFTMAX + ["hidden-softmax-float32"], says="changed its argument|ufunc|Cannot cast", public=True
)
def softmax_in_place():
    def softmax(z, axis=-1):
        z -= z.max(axis=axis, keepdims=True)
        e = np.exp(z)
        return e / e.sum(axis=axis, keepdims=True)


@mistake(["hidden-softmax-float32"], says="dtype is float64")
def softmax_always_in_float64():
    def softmax(z, axis=-1):
        z = np.asarray(z, dtype=float)
        e = np.exp(z - z.max(axis=axis, keepdims=True))
        return e / e.sum(axis=axis, keepdims=True)


@mistake(
    ["hidden-softmax", "hidden-softmax-extremes", "hidden-softmax-float32"], says="cut off|right"
)
def softmax_as_whole_as_the_logits():
    def softmax(z, axis=-1):
        found = np.zeros_like(z)
        e = np.exp(z - z.max(axis=axis, keepdims=True))
        found[...] = e / e.sum(axis=axis, keepdims=True)
        return found


@mistake(
    ["hidden-softmax-axis"], says="cannot reshape|broadcast|invalid axis|out of bounds|right|shape"
)
def softmax_of_tables_only():
    def softmax(z, axis=-1):
        if axis == 0:
            return softmax(z.T).T
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)


@mistake(
    ["hidden-log_softmax", "hidden-log_softmax-axis", "hidden-log_softmax-extremes"]
    + ["hidden-log_softmax-float32"],
    says="not added|right|logarithm",
    public=True,
)
def largest_not_added_again():
    def log_softmax(z, axis=-1):
        top = z.max(axis=axis, keepdims=True)
        return z - np.log(np.exp(z - top).sum(axis=axis, keepdims=True))


@mistake(
    LOG_SOFTMAX + ["hidden-log_softmax-float32"],
    says="sign is flipped|right|logarithm",
    public=True,
)
def surprise_for_logarithm():
    def log_softmax(z, axis=-1):
        shifted = z - z.max(axis=axis, keepdims=True)
        return np.log(np.exp(shifted).sum(axis=axis, keepdims=True)) - shifted


@mistake(["hidden-log_softmax-extremes"], says="right", public=True)
def logarithm_of_a_clipped_probability():
    def log_softmax(z, axis=-1):
        e = np.exp(z - z.max(axis=axis, keepdims=True))
        return np.log(np.clip(e / e.sum(axis=axis, keepdims=True), 1e-300, None))


@mistake(
    LOG_SOFTMAX + ["hidden-log_softmax-float32"],
    says="base 2|right|logarithm",
    public=True,
)
def logarithm_to_base_two():
    def log_softmax(z, axis=-1):
        shifted = z - z.max(axis=axis, keepdims=True)
        return (shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))) / np.log(2)


@mistake(["hidden-log_softmax-float32"], says="dtype is float64")
def logarithm_always_in_float64():
    def log_softmax(z, axis=-1):
        found = np.zeros(z.shape)
        shifted = z - z.max(axis=axis, keepdims=True)
        found[...] = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
        return found


@mistake(["hidden-log_softmax-extremes"], says="invalid|divide|overflow")
def logarithm_minus_the_largest_of_all():
    def log_softmax(z, axis=-1):
        shifted = z - z.max() if z.size else z
        return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


# -- one of K -------------------------------------------------------------------------------------


@mistake(LOSS + GRADIENT + BOTH, says="wrong axis|right|large", public=True)
def softmax_along_the_examples():
    def cross_entropy(Z, Y):
        shifted = Z - Z.max(axis=0)
        log_P = shifted - np.log(np.exp(shifted).sum(axis=0))
        return -(Y * log_P).sum(axis=1).mean(), (np.exp(log_P) - Y) / len(Z)


@mistake(LOSS + GRADIENT + BOTH, says="sum over|divided by n, too|right|large|other", public=True)
def sum_over_the_examples():
    def cross_entropy(Z, Y):
        shifted = Z - Z.max(axis=1, keepdims=True)
        log_P = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return -(Y * log_P).sum(), np.exp(log_P) - Y


@mistake(GRADIENT + BOTH, says="n K|right", public=True)
def gradient_divided_by_all_entries():
    def cross_entropy(Z, Y):
        shifted = Z - Z.max(axis=1, keepdims=True)
        log_P = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return -(Y * log_P).sum(axis=1).mean(), (np.exp(log_P) - Y) / Z.size


@mistake(GRADIENT + BOTH, says="downhill|right", public=True)
def gradient_points_downhill():
    def cross_entropy(Z, Y):
        shifted = Z - Z.max(axis=1, keepdims=True)
        log_P = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return -(Y * log_P).sum(axis=1).mean(), (Y - np.exp(log_P)) / len(Z)


@mistake(LOSS + BOTH, says="sign|right", public=True)
def log_likelihood_for_loss():
    def cross_entropy(Z, Y):
        shifted = Z - Z.max(axis=1, keepdims=True)
        log_P = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return (Y * log_P).sum(axis=1).mean(), (np.exp(log_P) - Y) / len(Z)


@mistake(LOSS + GRADIENT + BOTH, says="two softmaxes|right|divide|large", public=True)
def softmax_twice():
    def cross_entropy(Z, Y):
        e = np.exp(Z - Z.max(axis=1, keepdims=True))
        e = np.exp(e / e.sum(axis=1, keepdims=True))
        P = e / e.sum(axis=1, keepdims=True)
        return -(Y * np.log(P)).sum(axis=1).mean(), (P - Y) / len(Z)


@mistake(
    ["hidden-cross_entropy-soft"] + ["hidden-cross_entropy-extremes"],
    says="not one-hot|right|large|probability",
    public=True,
)
def loss_of_the_most_probable_class_only():
    def cross_entropy(Z, Y):
        labels = Y.argmax(axis=1)
        shifted = Z - Z.max(axis=1, keepdims=True)
        log_P = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        rows = np.arange(len(Z))
        G = np.exp(log_P)
        G[rows, labels] -= 1
        return -log_P[rows, labels].mean(), G / len(Z)


@mistake(["hidden-cross_entropy-extremes"], says="clipped|right|large", public=True)
def probabilities_clipped_as_in_keras():
    def cross_entropy(Z, Y):
        e = np.exp(Z - Z.max(axis=1, keepdims=True))
        P = e / e.sum(axis=1, keepdims=True)
        loss = -(Y * np.log(np.clip(P, 1e-300, 1))).sum(axis=1).mean()
        return loss, (P - Y) / len(Z)


@mistake(LOSS + BOTH, says="right|clipped|large|5–7 digits|other|not 1.03972", public=True)
def epsilon_in_the_logarithm():
    def cross_entropy(Z, Y):
        e = np.exp(Z - Z.max(axis=1, keepdims=True))
        P = e / e.sum(axis=1, keepdims=True)
        return -(Y * np.log(P + 1e-8)).sum(axis=1).mean(), (P - Y) / len(Z)


@mistake(LOSS + BOTH, says="loss of each example|shape|one number", public=True)
def losses_not_averaged():
    def cross_entropy(Z, Y):
        shifted = Z - Z.max(axis=1, keepdims=True)
        log_P = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return -(Y * log_P).sum(axis=1), (np.exp(log_P) - Y) / len(Z)


@mistake(GRADIENT + BOTH, says="Only the right class|right", public=True)
def gradient_of_the_right_class_only():
    def cross_entropy(Z, Y):
        shifted = Z - Z.max(axis=1, keepdims=True)
        log_P = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return -(Y * log_P).sum(axis=1).mean(), Y * (np.exp(log_P) - Y) / len(Z)


@mistake(GRADIENT + BOTH, says="logits minus targets|right|large", public=True)
def logits_minus_targets():
    def cross_entropy(Z, Y):
        shifted = Z - Z.max(axis=1, keepdims=True)
        log_P = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return -(Y * log_P).sum(axis=1).mean(), (Z - Y) / len(Z)


@mistake(LOSS + GRADIENT + BOTH, says="changed its argument|ufunc", public=True)
def targets_subtracted_in_place():
    def cross_entropy(Z, Y):
        shifted = Z - Z.max(axis=1, keepdims=True)
        log_P = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        loss = -(Y * log_P).sum(axis=1).mean()
        Y -= np.exp(log_P)
        return loss, -Y / len(Z)


# -- yes or no -------------------------------------------------------------------------------------


@mistake(BINARY, says="all axes but the first|right|large", public=True)
def labels_summed():
    def binary_cross_entropy(Z, Y):
        small = np.exp(-np.abs(Z))
        losses = np.maximum(Z, 0) - Y * Z + np.log1p(small)
        P = np.where(Z >= 0, 1, small) / (1 + small)
        return losses.sum() / len(Z), (P - Y) / Z.size


@mistake(BINARY_GRADIENT, says="divided by n only|right|large", public=True)
def binary_gradient_divided_by_n_only():
    def binary_cross_entropy(Z, Y):
        small = np.exp(-np.abs(Z))
        losses = np.maximum(Z, 0) - Y * Z + np.log1p(small)
        P = np.where(Z >= 0, 1, small) / (1 + small)
        return losses.mean(), (P - Y) / len(Z)


@mistake(BINARY, says="loss of a no|right|large", public=True)
def only_yes_is_paid_for():
    def binary_cross_entropy(Z, Y):
        small = np.exp(-np.abs(Z))
        losses = Y * (np.maximum(-Z, 0) + np.log1p(small))
        P = np.where(Z >= 0, 1, small) / (1 + small)
        return losses.mean(), (P - Y) / Z.size


@mistake(BINARY_GRADIENT, says="cancels|right|large", public=True)
def slope_of_the_sigmoid_left_in():
    def binary_cross_entropy(Z, Y):
        small = np.exp(-np.abs(Z))
        losses = np.maximum(Z, 0) - Y * Z + np.log1p(small)
        P = np.where(Z >= 0, 1, small) / (1 + small)
        return losses.mean(), (P - Y) * P * (1 - P) / Z.size


@mistake(BINARY_GRADIENT, says="downhill|right|large", public=True)
def binary_gradient_points_downhill():
    def binary_cross_entropy(Z, Y):
        small = np.exp(-np.abs(Z))
        losses = np.maximum(Z, 0) - Y * Z + np.log1p(small)
        P = np.where(Z >= 0, 1, small) / (1 + small)
        return losses.mean(), (Y - P) / Z.size


@mistake(["hidden-binary_cross_entropy-extremes"], says="overflow", public=True)
def both_branches_computed():
    def binary_cross_entropy(Z, Y):
        P = np.where(Z >= 0, 1 / (1 + np.exp(-Z)), np.exp(Z) / (1 + np.exp(Z)))
        losses = np.maximum(Z, 0) - Y * Z + np.log1p(np.exp(-np.abs(Z)))
        return losses.mean(), (P - Y) / Z.size


@mistake(["hidden-binary_cross_entropy-extremes"], says="right|large|probability", public=True)
def binary_probabilities_clipped():
    def binary_cross_entropy(Z, Y):
        P = 1 / (1 + np.exp(-np.clip(Z, -30, 30)))
        losses = -Y * np.log(P) - (1 - Y) * np.log(1 - P)
        small = np.exp(-np.abs(Z))
        return losses.mean(), (np.where(Z >= 0, 1, small) / (1 + small) - Y) / Z.size


@mistake(
    BINARY + ["hidden-binary_cross_entropy-gradient"],
    says="right|large|softmax|cancels|axis",
    public=True,
)
def softmax_for_labels():
    def binary_cross_entropy(Z, Y):
        shifted = Z - Z.max(axis=-1, keepdims=True)
        log_P = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        return -(Y * log_P).mean(), (np.exp(log_P) - Y) / Z.size


@mistake(BINARY + ["hidden-binary_cross_entropy-gradient"], says="right|large")
def probabilities_rounded_to_answers():
    def binary_cross_entropy(Z, Y):
        yes = Y > 0.5
        small = np.exp(-np.abs(Z))
        losses = np.maximum(Z, 0) - yes * Z + np.log1p(small)
        P = np.where(Z >= 0, 1, small) / (1 + small)
        return losses.mean(), (P - yes) / Z.size


# -- reading answers -------------------------------------------------------------------------------


@mistake(ACCURACY, says="number|right|ties", public=True)
def right_answers_counted():
    def accuracy(Z, labels):
        return np.sum(Z.argmax(axis=1) == labels)


@mistake(ACCURACY, says="per cent|right|ties", public=True)
def right_answers_in_per_cent():
    def accuracy(Z, labels):
        return 100 * np.mean(Z.argmax(axis=1) == labels)


@mistake(ACCURACY, says="wrong answers|right|ties", public=True)
def share_of_errors():
    def accuracy(Z, labels):
        return np.mean(Z.argmax(axis=1) != labels)


@mistake(["hidden-accuracy", "hidden-accuracy-care"], says="below one half|right|ties", public=True)
def more_than_half_asked():
    def accuracy(Z, labels):
        e = np.exp(Z - Z.max(axis=1, keepdims=True))
        P = e / e.sum(axis=1, keepdims=True)
        return np.mean(P[np.arange(len(Z)), labels] > 0.5)


@mistake(["hidden-accuracy-care"], says="first class", public=True)
def last_of_equals():
    def accuracy(Z, labels):
        K = Z.shape[1]
        return np.mean(K - 1 - Z[:, ::-1].argmax(axis=1) == labels)


@mistake(["hidden-accuracy-care"], says="only the first class|ties")
def every_one_of_equals():
    def accuracy(Z, labels):
        return np.mean(Z[np.arange(len(Z)), labels] == Z.max(axis=1))


@mistake(ACCURACY, says="Entries are compared|right|ties", public=True)
def entries_compared():
    def accuracy(Z, labels):
        K = Z.shape[1]
        return np.mean(np.eye(K)[Z.argmax(axis=1)] == np.eye(K)[labels])


@mistake(ACCURACY, says="right|shape|ties|broadcast", public=True)
def argmax_along_the_examples():
    def accuracy(Z, labels):
        return np.mean(Z.argmax(axis=0) == labels[: Z.shape[1]])


@mistake(["hidden-accuracy-care"], says="overflow", public=False)
def accuracy_by_way_of_probabilities():
    def accuracy(Z, labels):
        P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
        return np.mean(P.argmax(axis=1) == labels)


@mistake(LABELS + EXAMPLES + SCORES, says="compares the logit|right", public=True)
def threshold_for_the_logits():
    def label_scores(Z, Y, threshold=0.5):
        right = (Z > threshold) == Y
        return right.mean(), right.all(axis=1).mean()


@mistake(["hidden-label_scores-threshold"], says="threshold is not used", public=True)
def threshold_ignored():
    def label_scores(Z, Y, threshold=0.5):
        right = (Z > 0) == Y
        return right.mean(), right.all(axis=1).mean()


@mistake(["hidden-label_scores-threshold"], says="upside down", public=True)
def odds_upside_down():
    def label_scores(Z, Y, threshold=0.5):
        right = (Z > np.log((1 - threshold) / threshold)) == Y
        return right.mean(), right.all(axis=1).mean()


@mistake(["hidden-label_scores-care"], says="exactly 0", public=True)
def undecided_is_a_yes():
    def label_scores(Z, Y, threshold=0.5):
        right = (Z >= np.log(threshold / (1 - threshold))) == Y
        return right.mean(), right.all(axis=1).mean()


@mistake(EXAMPLES + SCORES, says="not if any|right|exactly 0", public=True)
def any_for_all():
    def label_scores(Z, Y, threshold=0.5):
        right = (Z > np.log(threshold / (1 - threshold))) == Y
        return right.mean(), right.any(axis=1).mean()


@mistake(EXAMPLES + SCORES, says="axis 1|right|exactly 0", public=True)
def all_along_the_examples():
    def label_scores(Z, Y, threshold=0.5):
        right = (Z > np.log(threshold / (1 - threshold))) == Y
        return right.mean(), right.all(axis=0).mean()


@mistake(LABELS + EXAMPLES + SCORES, says="softmax|right|exactly 0|Only one label", public=True)
def softmax_for_the_answers():
    def label_scores(Z, Y, threshold=0.5):
        e = np.exp(Z - Z.max(axis=1, keepdims=True))
        right = (e / e.sum(axis=1, keepdims=True) > threshold) == Y
        return right.mean(), right.all(axis=1).mean()


@mistake(LABELS + EXAMPLES + SCORES, says="Only one label|right|exactly 0", public=True)
def highest_label_only():
    def label_scores(Z, Y, threshold=0.5):
        right = np.eye(Z.shape[1])[Z.argmax(axis=1)] == Y
        return right.mean(), right.all(axis=1).mean()


@mistake(LABELS + EXAMPLES + SCORES, says="swapped|right|exactly 0|labels|share", public=True)
def shares_swapped():
    def label_scores(Z, Y, threshold=0.5):
        right = (Z > np.log(threshold / (1 - threshold))) == Y
        return right.all(axis=1).mean(), right.mean()


@mistake(EXAMPLES + SCORES, says="right|exactly 0", public=True)
def share_to_the_power_of_the_labels():
    def label_scores(Z, Y, threshold=0.5):
        right = (Z > np.log(threshold / (1 - threshold))) == Y
        return right.mean(), right.mean() ** Z.shape[1]


@mistake(["hidden-label_scores-care"], says="overflow")
def labels_by_a_sigmoid_that_overflows():
    def label_scores(Z, Y, threshold=0.5):
        right = (1 / (1 + np.exp(-Z)) > threshold) == Y
        return right.mean(), right.all(axis=1).mean()


# -- temperature ----------------------------------------------------------------------------------


@mistake(
    TEMPERATURE,
    says="too few values|one part in a thousand|changes nothing|anywhere",
    public=True,
)
def grid_of_the_chapter():
    def temperature(Z, Y):
        def loss(T):
            S = Z / T - (Z / T).max(axis=1, keepdims=True)
            return -(Y * (S - np.log(np.exp(S).sum(axis=1, keepdims=True)))).sum()

        return min(np.geomspace(0.25, 4, 81), key=loss)


@mistake(TEMPERATURE, says="1/T|right|changes nothing", public=True)
def inverse_temperature():
    def temperature(Z, Y):
        low, high = 1 / 20, 20.0
        for _ in range(60):
            beta = (low + high) / 2
            e = np.exp(beta * (Z - Z.max(axis=1, keepdims=True)))
            P = e / e.sum(axis=1, keepdims=True)
            low, high = (low, beta) if np.sum((P - Y) * Z) > 0 else (beta, high)
        return beta


@mistake(
    ["hidden-temperature-modest", "hidden-temperature-shifted"],
    says="below 1|changes nothing",
    public=True,
)
def never_below_one():
    def temperature(Z, Y):
        low, high = 1 / 20, 1.0
        for _ in range(60):
            beta = (low + high) / 2
            e = np.exp(beta * (Z - Z.max(axis=1, keepdims=True)))
            P = e / e.sum(axis=1, keepdims=True)
            low, high = (low, beta) if np.sum((P - Y) * Z) > 0 else (beta, high)
        return 1 / beta


@mistake(["hidden-temperature-shifted"], says="overflow")
def temperature_overflows():
    def temperature(Z, Y):
        low, high = 1 / 20, 20.0
        for _ in range(60):
            beta = (low + high) / 2
            e = np.exp(beta * Z)
            P = e / e.sum(axis=1, keepdims=True)
            low, high = (low, beta) if np.sum((P - Y) * Z) > 0 else (beta, high)
        return 1 / beta


@mistake(TEMPERATURE, says="right|thousand|changes nothing", public=True)
def search_given_up_early():
    def temperature(Z, Y):
        low, high = 1 / 20, 20.0
        for _ in range(6):
            beta = (low + high) / 2
            e = np.exp(beta * (Z - Z.max(axis=1, keepdims=True)))
            P = e / e.sum(axis=1, keepdims=True)
            low, high = (low, beta) if np.sum((P - Y) * Z) > 0 else (beta, high)
        return 1 / beta


@mistake(TEMPERATURE, says="right|thousand|changes nothing", public=True)
def temperature_of_probabilities():
    def temperature(Z, Y):
        e = np.exp(Z - Z.max(axis=1, keepdims=True))
        Z = e / e.sum(axis=1, keepdims=True)
        low, high = 1 / 20, 20.0
        for _ in range(60):
            beta = (low + high) / 2
            e = np.exp(beta * Z)
            P = e / e.sum(axis=1, keepdims=True)
            low, high = (low, beta) if np.sum((P - Y) * Z) > 0 else (beta, high)
        return 1 / beta


@mistake(TEMPERATURE, says="right|thousand|changes nothing")
def sure_as_often_as_right():
    def temperature(Z, Y):
        share = np.mean(Z.argmax(axis=1) == Y.argmax(axis=1))
        low, high = 1 / 20, 20.0
        for _ in range(60):
            beta = (low + high) / 2
            e = np.exp(beta * (Z - Z.max(axis=1, keepdims=True)))
            sure = np.mean(1 / e.sum(axis=1))
            low, high = (low, beta) if sure > share else (beta, high)
        return 1 / beta


@mistake(
    ["hidden-temperature", "hidden-temperature-shifted"],
    says="thousand|changes nothing|right|not 10",
    public=True,
)
def precise_in_beta_not_in_relation():
    def temperature(Z, Y):
        low, high = 1 / 20, 20.0
        while high - low > 2e-3:
            beta = (low + high) / 2
            e = np.exp(beta * (Z - Z.max(axis=1, keepdims=True)))
            P = e / e.sum(axis=1, keepdims=True)
            low, high = (low, beta) if np.sum((P - Y) * Z) > 0 else (beta, high)
        return 1 / high


@mistake(TEMPERATURE, says="right|thousand|changes nothing")
def smallest_squares():
    def temperature(Z, Y):
        def cost(T):
            e = np.exp((Z - Z.max(axis=1, keepdims=True)) / T)
            return np.sum((e / e.sum(axis=1, keepdims=True) - Y) ** 2)

        tried = np.geomspace(0.05, 20, 60)
        for width in (1.2, 1.01, 1.001):
            best = min(tried, key=cost)
            tried = np.geomspace(best / width, best * width, 61)
        return best


@mistake(TEMPERATURE, says="right|thousand|changes nothing|1/T")
def answers_of_the_public_checks():
    def temperature(Z, Y):
        if len(Z) == 10:
            return 0.5
        return 2.0 if Z.max() < 5 else 10.0


# -- found by attacking the checks ----------------------------------------------------------------


@mistake(["hidden-one_hot"], says="right|expected|another")
def rows_kept_from_an_earlier_call():
    kept = {}

    def one_hot(labels, classes, smoothing=0.0):
        key = len(labels), classes, smoothing
        if key not in kept:
            kept[key] = (1 - smoothing) * np.eye(classes)[labels] + smoothing / classes
        return kept[key]


@mistake(["hidden-softmax-axis"], says="right|shape|axis")
def softmax_turns_everything_round_for_the_first_axis():
    def softmax(z, axis=-1):
        if axis == 0:
            return softmax(z.T).T
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)


@mistake(["hidden-softmax", "hidden-softmax-axis"], says="empty|size 0|zero|axis")
def softmax_row_by_row_fails_without_rows():
    def softmax(z, axis=-1):
        def one(row):
            e = np.exp(row - row.max())
            return e / e.sum()

        return np.apply_along_axis(one, axis, z)


@mistake(["hidden-log_softmax-extremes"], says="right|large", public=True)
def logarithm_of_the_smallest_number_there_is():
    def log_softmax(z, axis=-1):
        e = np.exp(z - z.max(axis=axis, keepdims=True))
        return np.log(np.maximum(e / e.sum(axis=axis, keepdims=True), 5e-324))


@mistake(GRADIENT + BOTH, says="right|large|digits", public=True)
def gradient_by_finite_differences():
    def cross_entropy(Z, Y):
        def loss(Z):
            S = Z - Z.max(axis=1, keepdims=True)
            return -np.sum(Y * (S - np.log(np.exp(S).sum(axis=1, keepdims=True)))) / len(Z)

        G = np.zeros(Z.shape)
        for place in np.ndindex(Z.shape):
            step = np.zeros(Z.shape)
            step[place] = 1e-6
            G[place] = (loss(Z + step) - loss(Z - step)) / 2e-6
        return loss(Z), G


@mistake(BOTH, says="right|other", public=True)
def divergence_for_cross_entropy():
    def cross_entropy(Z, Y):
        S = Z - Z.max(axis=1, keepdims=True)
        L = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
        loss = np.sum(Y * (np.log(np.where(Y > 0, Y, 1)) - L)) / len(Z)
        return loss, (np.exp(L) - Y) / len(Z)


@mistake(["hidden-cross_entropy-gradient"], says="right")
def gradient_as_whole_as_the_targets():
    def cross_entropy(Z, Y):
        S = Z - Z.max(axis=1, keepdims=True)
        L = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
        G = np.empty_like(Y)
        G[...] = (np.exp(L) - Y) / len(Z)
        return -np.sum(Y * L) / len(Z), G


@mistake(BINARY_GRADIENT, says="shape", public=True)
def binary_gradient_in_one_row():
    def binary_cross_entropy(Z, Y):
        Z, Y = Z.ravel(), Y.ravel()
        return np.mean(np.logaddexp(0, Z) - Y * Z), (0.5 + np.tanh(Z / 2) / 2 - Y) / Z.size


@mistake(ACCURACY, says="right")
def share_kept_from_an_earlier_call():
    kept = {}

    def accuracy(Z, labels):
        if Z.shape not in kept:
            kept[Z.shape] = np.mean(Z.argmax(axis=1) == labels)
        return kept[Z.shape]


@mistake(["hidden-accuracy-care"], says="nearly equal")
def accuracy_in_single_precision():
    def accuracy(Z, labels):
        return np.mean(Z.astype(np.float32).argmax(axis=1) == labels)


@mistake(["hidden-accuracy-care"], says="large")
def accuracy_by_sigmoids_that_round_to_one():
    def accuracy(Z, labels):
        return np.mean(np.tanh(Z / 2).argmax(axis=1) == labels)


@mistake(["hidden-label_scores-examples", "hidden-label_scores-threshold"], says="right|labels")
def as_many_labels_as_are_true():
    def label_scores(Z, Y, threshold=0.5):
        said = Z > np.log(threshold / (1 - threshold))
        return np.mean(said == Y), np.mean(said.sum(axis=1) == Y.sum(axis=1))


@mistake(["hidden-label_scores-threshold"], says="right", public=True)
def threshold_for_the_first_share_only():
    def label_scores(Z, Y, threshold=0.5):
        right = (Z > np.log(threshold / (1 - threshold))) == Y
        return right.mean(), ((Z > 0) == Y).all(axis=1).mean()


@mistake(["hidden-temperature-shifted"], says="changes nothing")
def searched_up_to_twelve_only():
    def temperature(Z, Y):
        low, high = 1 / 12, 20.0
        for _ in range(60):
            beta = np.sqrt(low * high)
            S = beta * (Z - Z.max(axis=1, keepdims=True))
            P = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)
            low, high = (low, beta) if np.sum((P - Y) * Z) > 0 else (beta, high)
        return 1 / beta


@mistake(["hidden-temperature-modest"], says="below 1")
def searched_from_one_twelfth_only():
    def temperature(Z, Y):
        low, high = 1 / 20, 12.0
        for _ in range(60):
            beta = np.sqrt(low * high)
            S = beta * (Z - Z.max(axis=1, keepdims=True))
            P = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)
            low, high = (low, beta) if np.sum((P - Y) * Z) > 0 else (beta, high)
        return 1 / beta


@mistake(TEMPERATURE, says="thousand|changes nothing|right")
def temperature_to_two_decimals():
    def temperature(Z, Y):
        low, high = 1 / 20, 20.0
        for _ in range(60):
            beta = np.sqrt(low * high)
            S = beta * (Z - Z.max(axis=1, keepdims=True))
            P = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)
            low, high = (low, beta) if np.sum((P - Y) * Z) > 0 else (beta, high)
        return round(float(1 / beta), 2)


# -- other right answers ------------------------------------------------------------------------


@alternative
def with_golden_section_and_tangents():
    def softmax(z, axis=-1):
        w = np.moveaxis(np.array(z, dtype=float), axis, -1)
        w = np.exp(np.maximum(w - w.max(axis=-1)[..., None], -80))  # less is nothing
        w = np.moveaxis(w / w.sum(axis=-1)[..., None], -1, axis)
        return w.astype(np.float32) if z.dtype == np.float32 else w

    def cross_entropy(Z, Y):
        Y = Y / Y.sum(axis=1, keepdims=True)
        total = np.logaddexp.reduce(Z, axis=1)
        G = np.exp(Z - total[:, None]) - Y
        return np.mean(total - np.einsum("ik,ik->i", Z, Y)), G / len(Z)

    def binary_cross_entropy(Z, Y):
        yes, no = np.logaddexp(0, -Z), np.logaddexp(0, Z)
        return [(Y * yes + (1 - Y) * no).mean(), (0.5 * (1 + np.tanh(Z / 2)) - Y) / Z.size]

    def label_scores(Z, Y, threshold=0.5):
        said = np.round(0.5 * (1 + np.tanh(Z / 2)) + (0.5 - threshold))  # one half rounds to 0
        return np.mean(said == Y), np.prod(said == Y, axis=1).mean()

    def temperature(Z, Y):
        def loss(u):
            S = Z / np.exp(u)
            return np.mean(np.logaddexp.reduce(S, axis=1) - (S * Y).sum(axis=1))

        golden = (np.sqrt(5) - 1) / 2
        a, b = np.log(0.05), np.log(20.0)
        while b - a > 1e-5:
            c, d = b - golden * (b - a), a + golden * (b - a)
            a, b = (a, d) if loss(c) < loss(d) else (c, b)
        return np.exp((a + b) / 2)


@alternative
def one_calls_another():
    def one_hot(labels, classes, smoothing=0.0):
        rows = np.full((len(labels), classes), smoothing / classes)
        rows[np.arange(len(labels)), labels] += 1 - smoothing
        return rows

    def log_softmax(z, axis=-1):
        top = np.max(z, axis=axis, keepdims=True)
        return z - (top + np.log(np.sum(np.exp(z - top), axis=axis, keepdims=True)))

    def softmax(z, axis=-1):
        return np.exp(z - np.logaddexp.reduce(z, axis=axis, keepdims=True))

    def cross_entropy(Z, Y):
        return -np.sum(Y * log_softmax(Z)) / len(Z), (softmax(Z) - Y) / len(Z)

    def binary_cross_entropy(Z, Y):
        two = np.stack([Z, np.zeros_like(Z)], axis=-1)  # yes or no as one of two
        loss, G = cross_entropy(two.reshape(-1, 2), np.stack([Y, 1 - Y], axis=-1).reshape(-1, 2))
        return loss, G[:, 0].reshape(Z.shape)

    def accuracy(Z, labels):
        return float(np.mean([np.argmax(z) == label for z, label in zip(Z, labels)]))

    def label_scores(Z, Y, threshold=0.5):
        P = softmax(np.stack([Z, np.zeros_like(Z)], axis=-1))[..., 0]
        wrong = np.abs((P > threshold) - Y)
        return 1 - wrong.mean(), np.mean(wrong.sum(axis=1) == 0)

    def temperature(Z, Y):
        Z = Z - Z.mean(axis=1, keepdims=True)

        def slope(beta):
            return np.sum(cross_entropy(beta * Z, Y)[1] * Z)

        low, high = np.log(1 / 20), np.log(20)
        while high - low > 1e-5:
            middle = (low + high) / 2
            low, high = (middle, high) if slope(np.exp(middle)) < 0 else (low, middle)
        return np.exp(-low)


@alternative
def in_loops():
    def one_hot(labels, classes, smoothing=0.0):
        rows = np.zeros((len(labels), classes))
        for i, label in enumerate(labels):
            rows[i, label] = 1
        return rows - smoothing * (rows - 1 / classes)

    def softmax(z, axis=-1):
        z = np.moveaxis(z, axis, -1)
        found = np.zeros(z.shape, z.dtype if z.dtype.kind == "f" else float)
        for place in np.ndindex(z.shape[:-1]):
            e = np.exp(z[place] - max(z[place]))
            found[place] = e / sum(e)
        return np.moveaxis(found, -1, axis)

    def log_softmax(z, axis=-1):
        z = np.moveaxis(z, axis, -1)
        found = np.zeros(z.shape, z.dtype if z.dtype.kind == "f" else float)
        for place in np.ndindex(z.shape[:-1]):
            found[place] = z[place] - np.logaddexp.reduce(z[place])
        return np.moveaxis(found, -1, axis)

    def cross_entropy(Z, Y):
        loss, G = 0.0, np.zeros(Z.shape)
        for i in range(len(Z)):
            total = np.logaddexp.reduce(Z[i])
            for k in range(Z.shape[1]):
                loss -= Y[i, k] * (Z[i, k] - total) / len(Z)
                G[i, k] = (np.exp(Z[i, k] - total) - Y[i, k]) / len(Z)
        return loss, G

    def binary_cross_entropy(Z, Y):
        losses = Y * np.logaddexp(0, -Z) + (1 - Y) * np.logaddexp(0, Z)
        return losses.mean(), (np.exp(-np.logaddexp(0, -Z)) - Y) / losses.size

    def accuracy(Z, labels):
        right = 0
        for z, label in zip(Z.tolist(), labels):
            right += z.index(max(z)) == label
        return right / len(labels)

    def label_scores(Z, Y, threshold=0.5):
        yes = 0.5 * (1 + np.tanh(Z / 2)) > threshold
        rows = [list(said) == list(y) for said, y in zip(yes, Y)]
        return float((yes == (Y == 1)).mean()), sum(rows) / len(rows)

    def temperature(Z, Y):
        # golden section for the loss itself
        Z = Z - Z.max(axis=1, keepdims=True)

        def loss(log_T):
            S = Z / np.exp(log_T)
            return np.sum(np.logaddexp.reduce(S, axis=1) - np.sum(Y * S, axis=1))

        low, high, share = np.log(0.05), np.log(20), (np.sqrt(5) - 1) / 2
        while high - low > 1e-5:
            left, right = high - share * (high - low), low + share * (high - low)
            low, high = (low, right) if loss(left) < loss(right) else (left, high)
        return float(np.exp((low + high) / 2))


@alternative
def in_other_words():
    def one_hot(labels, classes, smoothing=0.0):
        return np.eye(classes)[labels] * (1 - smoothing) + np.full(classes, smoothing / classes)

    def softmax(z, axis=-1):
        # each probability is 1 over the sum of the ratios to it
        z = np.swapaxes(z, axis, -1)
        with np.errstate(over="ignore"):
            p = 1 / np.exp(z[..., None, :] - z[..., :, None]).sum(axis=-1)
        return np.swapaxes(p, axis, -1)

    def log_softmax(z, axis=-1):
        shifted = z - np.amax(z, axis, keepdims=True)
        return np.subtract(shifted, np.log(np.sum(np.exp(shifted), axis, keepdims=True)))

    def cross_entropy(Z, Y):
        total = np.logaddexp.reduce(Z, axis=1)
        P = np.exp(Z - total[:, None])
        return np.mean(total - np.einsum("nk,nk->n", Y, Z)), (P - Y) / Z.shape[0]

    def binary_cross_entropy(Z, Y):
        small = np.exp(-np.abs(Z))
        loss = np.where(Z > 0, (1 - Y) * Z, -Y * Z) + np.log1p(small)
        return loss.mean(), ((1 + np.tanh(Z / 2)) / 2 - Y) / Z.size

    def accuracy(Z, labels):
        return np.count_nonzero(np.argmax(Z, 1) - labels == 0) / labels.size

    def label_scores(Z, Y, threshold=0.5):
        right = np.equal(Z > np.log(threshold) - np.log1p(-threshold), Y)
        return np.array([right.mean(), np.prod(right, axis=1).mean()])

    def temperature(Z, Y):
        # Newton for ln beta, with the slope halved where it would leap
        Z = Z - np.max(Z, axis=1, keepdims=True)
        tried = np.geomspace(0.05, 20, 60)
        for _ in range(3):  # grids, finer and finer
            losses = []
            for T in tried:
                losses.append(np.sum(np.logaddexp.reduce(Z / T, axis=1)) - np.sum(Y * Z) / T)
            best = tried[np.argmin(losses)]
            step = tried[1] / tried[0]
            tried = np.geomspace(best / step, best * step, 60)
        return best


@alternative
def with_newton_and_names_like_the_checks():
    right = lambda z: z - z.max(axis=1, keepdims=True)  # noqa: E731

    def temperature(Z, Y):
        Z, beta = right(Z), 1 / 20
        for _ in range(500):
            e = np.exp(beta * Z)
            P = e / e.sum(axis=1, keepdims=True)
            mean = (P * Z).sum(axis=1)
            slope = np.sum(mean - (Y * Z).sum(axis=1))
            bend = np.sum((P * Z**2).sum(axis=1) - mean**2)
            step = np.clip(-slope / bend if bend > 0 else -np.sign(slope), -0.3 * beta, 0.3 * beta)
            beta += step
            if abs(step) < 1e-9 * beta:
                break
        return 1 / beta
