"""Mistakes and other right answers for the exercise ``digits``."""

# ruff: noqa: B905, F821, RUF007  # answers are written as students write them, with the notebook's names

import numpy as np

from tests.exercises.harness import alternative, mistake

PREPARE = ["hidden-prepare-train", "hidden-prepare-new"]
CONFUSION = ["hidden-confusion", "hidden-confusion-classes"]
GRADIENTS = ["hidden-loss_and_gradients", "hidden-loss_and_gradients-extreme"]
TRAIN = ["hidden-train", "hidden-train-calls"]

# -- mistakes of the syllabus, and of its brief ------------------------------------------------


# What it does to `best` is found where other pictures are asked beside the same ones.
@mistake([*PREPARE, "hidden-best-alone"], says="leak into the training|company", public=True)
def new_pictures_used_to_normalise():
    def prepare(train_images, new_images, floor):
        X = train_images.reshape(len(train_images), -1)
        N = new_images.reshape(-1, X.shape[1])
        both = np.concatenate([X, N])
        mean, s = both.mean(axis=0), np.maximum(both.std(axis=0), floor)
        return (X - mean) / s, (N - mean) / s


@mistake(
    ["hidden-prepare-new", "hidden-best-alone"],
    says="of their own here|warned|company",
    public=True,
)
def another_ruler_for_new_pictures():
    def prepare(train_images, new_images, floor):
        def rows(images):
            X = images.reshape(-1, images.shape[1] * images.shape[2])
            return (X - X.mean(axis=0)) / np.maximum(X.std(axis=0), floor)

        return rows(train_images), rows(new_images)


@mistake(CONFUSION, says="Rows and columns are swapped|transpose", public=True)
def rows_and_columns_swapped():
    def confusion(labels, answers, classes):
        counts = np.zeros((classes, classes), dtype=int)
        for true, said in zip(labels, answers):
            counts[said, true] += 1
        return counts


@mistake(
    [*TRAIN, "hidden-best"], says="sorted training set|new random order|at least 83", public=True
)
def not_shuffled():
    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        d = X.shape[1]
        W1, b1 = rng.normal(0, np.sqrt(2 / d), (d, units)), np.zeros(units)
        W2, b2 = rng.normal(0, np.sqrt(2 / units), (units, 10)), np.zeros(10)
        params = [W1, b1, W2, b2]
        for _ in range(epochs):
            for i in range(0, len(X), batch_size):
                _, grads = loss_and_gradients(X[i : i + batch_size], y[i : i + batch_size], params)
                params = [p - learning_rate * g for p, g in zip(params, grads)]
        return params


@mistake([*TRAIN, "hidden-best"], says="Does the loss fall|elsewhere|at least 83", public=True)
def learning_rate_too_small():
    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        d = X.shape[1]
        W1, b1 = rng.normal(0, np.sqrt(2 / d), (d, units)), np.zeros(units)
        W2, b2 = rng.normal(0, np.sqrt(2 / units), (units, 10)), np.zeros(10)
        params = [W1, b1, W2, b2]
        for _ in range(epochs):
            order = rng.permutation(len(X))
            for i in range(0, len(X), batch_size):
                batch = order[i : i + batch_size]
                _, grads = loss_and_gradients(X[batch], y[batch], params)
                params = [p - learning_rate / 100 * g for p, g in zip(params, grads)]
        return params


@mistake(
    [*TRAIN, "hidden-best", "hidden-best-alone"],
    says="begin alike|same parameters|chance|variance|three different",
    public=True,
)
def weights_all_zero():
    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        d = X.shape[1]
        params = [np.zeros((d, units)), np.zeros(units), np.zeros((units, 10)), np.zeros(10)]
        for _ in range(epochs):
            order = rng.permutation(len(X))
            for i in range(0, len(X), batch_size):
                batch = order[i : i + batch_size]
                _, grads = loss_and_gradients(X[batch], y[batch], params)
                params = [p - learning_rate * g for p, g in zip(params, grads)]
        return params


@mistake([*TRAIN, "hidden-best"], says="off by one|elsewhere", public=True)
def labels_off_by_one():
    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        d = X.shape[1]
        W1, b1 = rng.normal(0, np.sqrt(2 / d), (d, units)), np.zeros(units)
        W2, b2 = rng.normal(0, np.sqrt(2 / units), (units, 10)), np.zeros(10)
        params = [W1, b1, W2, b2]
        for _ in range(epochs):
            order = rng.permutation(len(X))
            for i in range(0, len(X), batch_size):
                batch = order[i : i + batch_size]
                _, grads = loss_and_gradients(X[batch], y[batch] - 1, params)
                params = [p - learning_rate * g for p, g in zip(params, grads)]
        return params


@mistake(
    [*GRADIENTS, *TRAIN, "hidden-best", "hidden-best-alone"],
    says="those of the sum|sum where a mean|Does the loss fall|elsewhere|at least 83|warned",
    public=True,
)
def gradient_not_divided_by_n():
    def loss_and_gradients(X, y, params):
        W1, b1, W2, b2 = params
        A = np.maximum(X @ W1 + b1, 0)
        Z = A @ W2 + b2
        Z = Z - Z.max(axis=1, keepdims=True)
        P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
        log_p = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
        Y = np.eye(len(b2))[y]
        G = P - Y
        G1 = G @ W2.T * (A > 0)
        loss = -np.mean(log_p[np.arange(len(X)), y])
        return loss, [X.T @ G1, G1.sum(axis=0), A.T @ G, G.sum(axis=0)]


@mistake(["hidden-best"], says="at least 83", public=True)
def the_plain_network():
    def best(images, labels, new_images, seed):
        X, new = prepare(images, new_images, 0.1)
        W1, b1, W2, b2 = train(X, labels, 64, 30, 32, 0.1, seed)
        return (np.maximum(new @ W1 + b1, 0) @ W2 + b2).argmax(axis=1)


@mistake(["hidden-best"], says="prepared as the others", public=True)
def new_pictures_not_prepared():
    def best(images, labels, new_images, seed):
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
        copies = [padded[:, i : i + 8, j : j + 8] for i in range(3) for j in range(3)]
        X, _ = prepare(np.concatenate(copies), new_images, 0.1)
        W1, b1, W2, b2 = train(X, np.tile(labels, 9), 96, 10, 32, 0.15, seed)
        new = new_images.reshape(-1, 64)
        return (np.maximum(new @ W1 + b1, 0) @ W2 + b2).argmax(axis=1)


@mistake(["hidden-best-alone"], says="company|blank pages|warned", public=True)
def new_pictures_with_a_ruler_of_their_own_in_best():
    def best(images, labels, new_images, seed):
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
        copies = [padded[:, i : i + 8, j : j + 8] for i in range(3) for j in range(3)]
        X, _ = prepare(np.concatenate(copies), new_images, 0.1)
        W1, b1, W2, b2 = train(X, np.tile(labels, 9), 96, 10, 32, 0.15, seed)
        new = new_images.reshape(-1, 64)
        new = (new - new.mean(axis=0)) / (new.std(axis=0) + 0.01)
        return (np.maximum(new @ W1 + b1, 0) @ W2 + b2).argmax(axis=1)


# -- mistakes that students make too -----------------------------------------------------------


@mistake(PREPARE, says="floor is not added", public=True)
def floor_added():
    def prepare(train_images, new_images, floor):
        X = train_images.reshape(len(train_images), -1)
        N = new_images.reshape(-1, X.shape[1])
        mean, s = X.mean(axis=0), X.std(axis=0) + floor
        return (X - mean) / s, (N - mean) / s


@mistake(PREPARE, says="divide by n|nan|warned", public=True)
def deviation_with_n_minus_one():
    def prepare(train_images, new_images, floor):
        X = train_images.reshape(len(train_images), -1)
        N = new_images.reshape(-1, X.shape[1])
        mean, s = X.mean(axis=0), np.maximum(X.std(axis=0, ddof=1), floor)
        return (X - mean) / s, (N - mean) / s


@mistake(PREPARE, says="Each pixel has its own")
def one_ruler_for_all_pixels():
    def prepare(train_images, new_images, floor):
        X = train_images.reshape(len(train_images), -1)
        N = new_images.reshape(-1, X.shape[1])
        mean, s = X.mean(), max(X.std(), floor)
        return (X - mean) / s, (N - mean) / s


@mistake(PREPARE, says="root is asked", public=True)
def divided_by_the_variance():
    def prepare(train_images, new_images, floor):
        X = train_images.reshape(len(train_images), -1)
        N = new_images.reshape(-1, X.shape[1])
        mean, s = X.mean(axis=0), np.maximum(X.var(axis=0), floor)
        return (X - mean) / s, (N - mean) / s


@mistake(PREPARE, says="not only a 0|right", public=True)
def floor_for_constant_pixels_only():
    def prepare(train_images, new_images, floor):
        X = train_images.reshape(len(train_images), -1)
        N = new_images.reshape(-1, X.shape[1])
        mean, s = X.mean(axis=0), X.std(axis=0)
        s = np.where(s < 1e-12, floor, s)
        return (X - mean) / s, (N - mean) / s


@mistake(PREPARE, says="wrong order", public=True)
def pixels_column_by_column():
    def prepare(train_images, new_images, floor):
        size = train_images.shape[1] * train_images.shape[2]
        X = train_images.transpose(0, 2, 1).reshape(-1, size)
        N = new_images.transpose(0, 2, 1).reshape(-1, size)
        mean, s = X.mean(axis=0), np.maximum(X.std(axis=0), floor)
        return (X - mean) / s, (N - mean) / s


@mistake(PREPARE, says="changed its argument", public=True)
def pictures_changed_in_place():
    def prepare(train_images, new_images, floor):
        X = train_images.reshape(len(train_images), -1)
        N = new_images.reshape(-1, X.shape[1])
        mean, s = X.mean(axis=0), np.maximum(X.std(axis=0), floor)
        X -= mean
        return X / s, (N - mean) / s


@mistake(["hidden-prepare-new", "hidden-best-alone"], says="reshape array of size 0", public=True)
def fails_without_new_pictures():
    def prepare(train_images, new_images, floor):
        X = train_images.reshape(len(train_images), -1)
        N = new_images.reshape(len(new_images), -1)
        mean, s = X.mean(axis=0), np.maximum(X.std(axis=0), floor)
        return (X - mean) / s, (N - mean) / s


@mistake(CONFUSION, says="adds only once|any number of classes", public=True)
def what_happens_twice_counts_once():
    def confusion(labels, answers, classes):
        counts = np.zeros((classes, classes), dtype=int)
        counts[labels, answers] += 1
        return counts


@mistake(["hidden-confusion-classes"], says="any number of classes|zero-size|shape")
def classes_counted_in_the_data():
    def confusion(labels, answers, classes):
        K = max(labels.max(), answers.max()) + 1
        counts = np.zeros((K, K), dtype=int)
        for true, said in zip(labels, answers):
            counts[true, said] += 1
        return counts


@mistake(["hidden-confusion-classes"], says="any number of classes|shape|out of bounds")
def always_ten_classes():
    def confusion(labels, answers, classes=10):
        if classes == 10:
            return np.array(
                [[np.sum((labels == j) & (answers == k)) for k in range(10)] for j in range(10)]
            )
        counts = np.zeros((10, 10), dtype=int)
        np.add.at(counts, (labels, answers), 1)
        return counts[:3, :3] if classes == 3 else counts[:2, :2]


@mistake(CONFUSION, says="shares of each row|any number of classes", public=True)
def shares_instead_of_counts():
    def confusion(labels, answers, classes):
        counts = np.zeros((classes, classes))
        np.add.at(counts, (labels, answers), 1)
        return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


@mistake(["hidden-read_confusion-shares"], says="divides by the columns", public=True)
def shares_of_the_columns():
    def read_confusion(counts):
        totals = counts.sum(axis=0)
        shares = np.where(totals > 0, np.diag(counts) / np.maximum(totals, 1), np.nan)
        wrong = counts * (1 - np.eye(len(counts), dtype=int))
        return shares, np.unravel_index(wrong.argmax(), wrong.shape)


@mistake(["hidden-read_confusion-shares"], says="no share: nan", public=True)
def class_without_pictures_all_wrong():
    def read_confusion(counts):
        shares = np.diag(counts) / np.maximum(counts.sum(axis=1), 1)
        wrong = counts * (1 - np.eye(len(counts), dtype=int))
        return shares, np.unravel_index(wrong.argmax(), wrong.shape)


@mistake(["hidden-read_confusion-shares"], says="warned", public=True)
def warns_of_a_class_without_pictures():
    def read_confusion(counts):
        shares = np.diag(counts) / counts.sum(axis=1)
        wrong = counts * (1 - np.eye(len(counts), dtype=int))
        return shares, np.unravel_index(wrong.argmax(), wrong.shape)


@mistake(["hidden-read_confusion-pair"], says="beside it", public=True)
def diagonal_not_left_out():
    def read_confusion(counts):
        totals = counts.sum(axis=1)
        shares = np.where(totals > 0, np.diag(counts) / np.maximum(totals, 1), np.nan)
        return shares, np.unravel_index(counts.argmax(), counts.shape)


@mistake(["hidden-read_confusion-pair"], says="wrong way round|swapped", public=True)
def pair_the_wrong_way_round():
    def read_confusion(counts):
        totals = counts.sum(axis=1)
        shares = np.where(totals > 0, np.diag(counts) / np.maximum(totals, 1), np.nan)
        wrong = counts * (1 - np.eye(len(counts), dtype=int))
        j, k = np.unravel_index(wrong.argmax(), wrong.shape)
        return shares, (k, j)


@mistake(["hidden-read_confusion-pair"], says="equally frequent")
def last_of_several():
    def read_confusion(counts):
        totals = counts.sum(axis=1)
        shares = np.where(totals > 0, np.diag(counts) / np.maximum(totals, 1), np.nan)
        best, most = (0, 1), 0
        for j in range(len(counts)):
            for k in range(len(counts)):
                if j != k and counts[j, k] >= most:
                    best, most = (j, k), counts[j, k]
        return shares, best


@mistake(["hidden-read_confusion-pair"], says="do not add them up", public=True)
def both_directions_added():
    def read_confusion(counts):
        totals = counts.sum(axis=1)
        shares = np.where(totals > 0, np.diag(counts) / np.maximum(totals, 1), np.nan)
        wrong = (counts + counts.T) * (1 - np.eye(len(counts), dtype=int))
        return shares, np.unravel_index(wrong.argmax(), wrong.shape)


@mistake(
    ["hidden-read_confusion-shares", "hidden-read_confusion-pair"],
    says="changed its argument",
    public=True,
)
def diagonal_of_the_argument_emptied():
    def read_confusion(counts):
        totals = counts.sum(axis=1)
        shares = np.where(totals > 0, np.diag(counts) / np.maximum(totals, 1), np.nan)
        np.fill_diagonal(counts, 0)
        return shares, np.unravel_index(counts.argmax(), counts.shape)


@mistake(
    [*GRADIENTS, *TRAIN, "hidden-best", "hidden-best-alone"],
    says="sign|sorted training set|Does the loss fall|downhill|at least 83|warned|three different",
    public=True,
)
def uphill():
    def loss_and_gradients(X, y, params):
        W1, b1, W2, b2 = params
        A = np.maximum(X @ W1 + b1, 0)
        Z = A @ W2 + b2
        Z = Z - Z.max(axis=1, keepdims=True)
        log_p = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
        G = (np.eye(len(b2))[y] - np.exp(log_p)) / len(X)
        G1 = G @ W2.T * (A > 0)
        loss = -np.mean(log_p[np.arange(len(X)), y])
        return loss, [X.T @ G1, G1.sum(axis=0), A.T @ G, G.sum(axis=0)]


@mistake(
    ["hidden-loss_and_gradients-extreme"], says="overflow|infinite|in the thousands", public=True
)
def overflow():
    def loss_and_gradients(X, y, params):
        W1, b1, W2, b2 = params
        A = np.maximum(X @ W1 + b1, 0)
        e = np.exp(A @ W2 + b2)
        P = e / e.sum(axis=1, keepdims=True)
        loss = -np.mean(np.log(P[np.arange(len(X)), y]))
        G = (P - np.eye(len(b2))[y]) / len(X)
        G1 = G @ W2.T * (A > 0)
        return loss, [X.T @ G1, G1.sum(axis=0), A.T @ G, G.sum(axis=0)]


@mistake(["hidden-loss_and_gradients-extreme"], says="divide by zero", public=True)
def logarithm_of_zero():
    def loss_and_gradients(X, y, params):
        W1, b1, W2, b2 = params
        A = np.maximum(X @ W1 + b1, 0)
        Z = A @ W2 + b2
        e = np.exp(Z - Z.max(axis=1, keepdims=True))
        P = e / e.sum(axis=1, keepdims=True)
        loss = -np.mean(np.log(P[np.arange(len(X)), y]))
        G = (P - np.eye(len(b2))[y]) / len(X)
        G1 = G @ W2.T * (A > 0)
        return loss, [X.T @ G1, G1.sum(axis=0), A.T @ G, G.sum(axis=0)]


@mistake(["hidden-loss_and_gradients-extreme"], says="in the thousands|right value", public=True)
def probability_clipped():
    def loss_and_gradients(X, y, params):
        W1, b1, W2, b2 = params
        A = np.maximum(X @ W1 + b1, 0)
        Z = A @ W2 + b2
        e = np.exp(Z - Z.max(axis=1, keepdims=True))
        P = e / e.sum(axis=1, keepdims=True)
        loss = -np.mean(np.log(np.maximum(P[np.arange(len(X)), y], 1e-12)))
        G = (P - np.eye(len(b2))[y]) / len(X)
        G1 = G @ W2.T * (A > 0)
        return loss, [X.T @ G1, G1.sum(axis=0), A.T @ G, G.sum(axis=0)]


# A network learns with it, but less well: enough for `train`, not for `best`.
@mistake(
    [*GRADIENTS, "hidden-best"],
    says="relu is forgotten|in the thousands|at least 83",
    public=True,
)
def relu_forgotten_on_the_way_back():
    def loss_and_gradients(X, y, params):
        W1, b1, W2, b2 = params
        A = np.maximum(X @ W1 + b1, 0)
        Z = A @ W2 + b2
        Z = Z - Z.max(axis=1, keepdims=True)
        log_p = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
        G = (np.exp(log_p) - np.eye(len(b2))[y]) / len(X)
        G1 = G @ W2.T
        loss = -np.mean(log_p[np.arange(len(X)), y])
        return loss, [X.T @ G1, G1.sum(axis=0), A.T @ G, G.sum(axis=0)]


@mistake(["hidden-loss_and_gradients-extreme"], says="exactly 0|in the thousands")
def slope_one_at_zero():
    def loss_and_gradients(X, y, params):
        W1, b1, W2, b2 = params
        S = X @ W1 + b1
        A = np.maximum(S, 0)
        Z = A @ W2 + b2
        Z = Z - Z.max(axis=1, keepdims=True)
        log_p = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
        G = (np.exp(log_p) - np.eye(len(b2))[y]) / len(X)
        G1 = G @ W2.T * (S >= 0)
        loss = -np.mean(log_p[np.arange(len(X)), y])
        return loss, [X.T @ G1, G1.sum(axis=0), A.T @ G, G.sum(axis=0)]


# The gradients earn their own points.
@mistake(
    ["hidden-loss_and_gradients-loss", "hidden-loss_and_gradients-extreme"],
    says="sum",
    public=True,
)
def loss_is_a_sum():
    def loss_and_gradients(X, y, params):
        W1, b1, W2, b2 = params
        A = np.maximum(X @ W1 + b1, 0)
        Z = A @ W2 + b2
        Z = Z - Z.max(axis=1, keepdims=True)
        log_p = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
        G = (np.exp(log_p) - np.eye(len(b2))[y]) / len(X)
        G1 = G @ W2.T * (A > 0)
        loss = -np.sum(log_p[np.arange(len(X)), y])
        return loss, [X.T @ G1, G1.sum(axis=0), A.T @ G, G.sum(axis=0)]


@mistake(
    [*TRAIN, "hidden-best", "hidden-best-alone"],
    says="sorted training set|Does the loss fall|chance|elsewhere|three different",
    public=True,
)
def labels_not_shuffled_with_the_pictures():
    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        d = X.shape[1]
        W1, b1 = rng.normal(0, np.sqrt(2 / d), (d, units)), np.zeros(units)
        W2, b2 = rng.normal(0, np.sqrt(2 / units), (units, 10)), np.zeros(10)
        params = [W1, b1, W2, b2]
        for _ in range(epochs):
            X = X[rng.permutation(len(X))]
            for i in range(0, len(X), batch_size):
                _, grads = loss_and_gradients(X[i : i + batch_size], y[i : i + batch_size], params)
                params = [p - learning_rate * g for p, g in zip(params, grads)]
        return params


@mistake([*TRAIN, "hidden-best"], says="Does the loss fall|elsewhere|at least 83", public=True)
def one_batch_in_each_epoch():
    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        d = X.shape[1]
        W1, b1 = rng.normal(0, np.sqrt(2 / d), (d, units)), np.zeros(units)
        W2, b2 = rng.normal(0, np.sqrt(2 / units), (units, 10)), np.zeros(10)
        params = [W1, b1, W2, b2]
        for _ in range(epochs):
            batch = rng.permutation(len(X))[:batch_size]
            _, grads = loss_and_gradients(X[batch], y[batch], params)
            params = [p - learning_rate * g for p, g in zip(params, grads)]
        return params


@mistake(["hidden-train-calls"], says="the last and smaller one")
def last_batch_dropped():
    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        d = X.shape[1]
        W1, b1 = rng.normal(0, np.sqrt(2 / d), (d, units)), np.zeros(units)
        W2, b2 = rng.normal(0, np.sqrt(2 / units), (units, 10)), np.zeros(10)
        params = [W1, b1, W2, b2]
        for _ in range(epochs):
            order = rng.permutation(len(X))
            for k in range(max(len(X) // batch_size, 1)):
                batch = order[k * batch_size : (k + 1) * batch_size]
                _, grads = loss_and_gradients(X[batch], y[batch], params)
                params = [p - learning_rate * g for p, g in zip(params, grads)]
        return params


@mistake(["hidden-train-calls"], says="another seed gave the same")
def seed_not_used():
    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng(42)
        d = X.shape[1]
        W1, b1 = rng.normal(0, np.sqrt(2 / d), (d, units)), np.zeros(units)
        W2, b2 = rng.normal(0, np.sqrt(2 / units), (units, 10)), np.zeros(10)
        params = [W1, b1, W2, b2]
        for _ in range(epochs):
            order = rng.permutation(len(X))
            for i in range(0, len(X), batch_size):
                batch = order[i : i + batch_size]
                _, grads = loss_and_gradients(X[batch], y[batch], params)
                params = [p - learning_rate * g for p, g in zip(params, grads)]
        return params


# One generator for all calls: the second call goes on where the first one stopped.
@mistake(
    ["hidden-train-calls", "hidden-best-alone"],
    says="other parameters before|does not decide",
    public=True,
)
def one_generator_for_all_calls():
    generators = {}

    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = generators.setdefault(seed, np.random.default_rng(seed))
        d = X.shape[1]
        W1, b1 = rng.normal(0, np.sqrt(2 / d), (d, units)), np.zeros(units)
        W2, b2 = rng.normal(0, np.sqrt(2 / units), (units, 10)), np.zeros(10)
        params = [W1, b1, W2, b2]
        for _ in range(epochs):
            order = rng.permutation(len(X))
            for i in range(0, len(X), batch_size):
                batch = order[i : i + batch_size]
                _, grads = loss_and_gradients(X[batch], y[batch], params)
                params = [p - learning_rate * g for p, g in zip(params, grads)]
        return params


# In `best` only its own copies are spoilt.
@mistake(TRAIN, says="changed its argument", public=True)
def pictures_shuffled_in_place():
    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        d = X.shape[1]
        W1, b1 = rng.normal(0, np.sqrt(2 / d), (d, units)), np.zeros(units)
        W2, b2 = rng.normal(0, np.sqrt(2 / units), (units, 10)), np.zeros(10)
        params = [W1, b1, W2, b2]
        for _ in range(epochs):
            order = rng.permutation(len(X))
            X[:], y[:] = X[order], y[order]
            for i in range(0, len(X), batch_size):
                _, grads = loss_and_gradients(X[i : i + batch_size], y[i : i + batch_size], params)
                params = [p - learning_rate * g for p, g in zip(params, grads)]
        return params


@mistake(["hidden-train-calls"], says="variance 2 / inputs")
def weights_by_glorot():
    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        d = X.shape[1]
        W1, b1 = rng.normal(0, np.sqrt(2 / (d + units)), (d, units)), np.zeros(units)
        W2, b2 = rng.normal(0, np.sqrt(2 / (10 + units)), (units, 10)), np.zeros(10)
        params = [W1, b1, W2, b2]
        for _ in range(epochs):
            order = rng.permutation(len(X))
            for i in range(0, len(X), batch_size):
                batch = order[i : i + batch_size]
                _, grads = loss_and_gradients(X[batch], y[batch], params)
                params = [p - learning_rate * g for p, g in zip(params, grads)]
        return params


@mistake(["hidden-train-calls"], says="shapes of W1|matmul")
def made_for_64_pixels_only():
    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        W1, b1 = rng.normal(0, np.sqrt(2 / 64), (64, units)), np.zeros(units)
        W2, b2 = rng.normal(0, np.sqrt(2 / units), (units, 10)), np.zeros(10)
        params = [W1, b1, W2, b2]
        if X.shape[1] != 64:
            X = np.zeros((len(X), 64))
        for _ in range(epochs):
            order = rng.permutation(len(X))
            for i in range(0, len(X), batch_size):
                batch = order[i : i + batch_size]
                _, grads = loss_and_gradients(X[batch], y[batch], params)
                params = [p - learning_rate * g for p, g in zip(params, grads)]
        return params


@mistake(["hidden-best"], says="at least 83", public=True)
def larger_and_longer_and_a_vote_without_moved_pictures():
    def best(images, labels, new_images, seed):
        X, new = prepare(images, new_images, 0.1)
        votes = np.zeros((len(new), 10))
        for k in range(3):
            W1, b1, W2, b2 = train(X, labels, 256, 60, 32, 0.1, 10 * seed + k)
            votes += np.maximum(new @ W1 + b1, 0) @ W2 + b2
        return votes.argmax(axis=1)


@mistake(["hidden-best"], says="at least 83", public=True)
def labels_of_the_copies_in_another_order():
    def best(images, labels, new_images, seed):
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
        copies = [padded[:, i : i + 8, j : j + 8] for i in range(3) for j in range(3)]
        X, new = prepare(np.concatenate(copies), new_images, 0.1)
        W1, b1, W2, b2 = train(X, np.repeat(labels, 9), 96, 5, 32, 0.15, seed)
        return (np.maximum(new @ W1 + b1, 0) @ W2 + b2).argmax(axis=1)


@mistake(["hidden-best", "hidden-best-alone"], says="one digit was expected", public=True)
def logits_instead_of_digits():
    def best(images, labels, new_images, seed):
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
        copies = [padded[:, i : i + 8, j : j + 8] for i in range(3) for j in range(3)]
        X, new = prepare(np.concatenate(copies), new_images, 0.1)
        W1, b1, W2, b2 = train(X, np.tile(labels, 9), 96, 5, 32, 0.15, seed)
        return np.maximum(new @ W1 + b1, 0) @ W2 + b2


@mistake(["hidden-best", "hidden-best-alone"], says="whole numbers", public=True)
def largest_logit_instead_of_its_place():
    def best(images, labels, new_images, seed):
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
        copies = [padded[:, i : i + 8, j : j + 8] for i in range(3) for j in range(3)]
        X, new = prepare(np.concatenate(copies), new_images, 0.1)
        W1, b1, W2, b2 = train(X, np.tile(labels, 9), 96, 5, 32, 0.15, seed)
        return (np.maximum(new @ W1 + b1, 0) @ W2 + b2).max(axis=1)


@mistake(["hidden-best-alone"], says="one digit was expected")
def axis_lost_for_a_single_picture():
    def best(images, labels, new_images, seed):
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
        copies = [padded[:, i : i + 8, j : j + 8] for i in range(3) for j in range(3)]
        X, new = prepare(np.concatenate(copies), new_images, 0.1)
        Z = np.zeros((len(new), 10))
        for k in range(2):
            W1, b1, W2, b2 = train(X, np.tile(labels, 9), 96, 10, 32, 0.15, 1000 * seed + k)
            Z += np.maximum(new @ W1 + b1, 0) @ W2 + b2
        return np.squeeze(Z.argmax(axis=1))


@mistake(["hidden-best"], says="off by one", public=True)
def answers_count_from_one():
    def best(images, labels, new_images, seed):
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
        copies = [padded[:, i : i + 8, j : j + 8] for i in range(3) for j in range(3)]
        X, new = prepare(np.concatenate(copies), new_images, 0.1)
        W1, b1, W2, b2 = train(X, np.tile(labels, 9), 96, 10, 32, 0.15, seed)
        return (np.maximum(new @ W1 + b1, 0) @ W2 + b2).argmax(axis=1) + 1


# A network learns with these, too, but it is not what was asked.
@mistake(["hidden-train-calls"], says="as the first one did")
def same_order_in_every_epoch():
    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        d = X.shape[1]
        W1, b1 = rng.normal(0, np.sqrt(2 / d), (d, units)), np.zeros(units)
        W2, b2 = rng.normal(0, np.sqrt(2 / units), (units, 10)), np.zeros(10)
        params = [W1, b1, W2, b2]
        order = rng.permutation(len(X))
        for _ in range(epochs):
            for i in range(0, len(X), batch_size):
                batch = order[i : i + batch_size]
                _, grads = loss_and_gradients(X[batch], y[batch], params)
                params = [p - learning_rate * g for p, g in zip(params, grads)]
        return params


@mistake(["hidden-train-calls"], says="every picture is used once")
def pictures_drawn_with_replacement():
    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        d = X.shape[1]
        W1, b1 = rng.normal(0, np.sqrt(2 / d), (d, units)), np.zeros(units)
        W2, b2 = rng.normal(0, np.sqrt(2 / units), (units, 10)), np.zeros(10)
        params = [W1, b1, W2, b2]
        for _ in range(epochs):
            order = rng.integers(0, len(X), len(X))
            for i in range(0, len(X), batch_size):
                batch = order[i : i + batch_size]
                _, grads = loss_and_gradients(X[batch], y[batch], params)
                params = [p - learning_rate * g for p, g in zip(params, grads)]
        return params


@mistake(["hidden-train-calls"], says="lead elsewhere")
def batches_of_equal_size():
    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        d = X.shape[1]
        W1, b1 = rng.normal(0, np.sqrt(2 / d), (d, units)), np.zeros(units)
        W2, b2 = rng.normal(0, np.sqrt(2 / units), (units, 10)), np.zeros(10)
        params = [W1, b1, W2, b2]
        for _ in range(epochs):
            order = rng.permutation(len(X))
            for batch in np.array_split(order, -(-len(X) // batch_size)):
                _, grads = loss_and_gradients(X[batch], y[batch], params)
                params = [p - learning_rate * g for p, g in zip(params, grads)]
        return params


@mistake(["hidden-train-calls"], says="lead elsewhere")
def weights_decay():
    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        d = X.shape[1]
        W1, b1 = rng.normal(0, np.sqrt(2 / d), (d, units)), np.zeros(units)
        W2, b2 = rng.normal(0, np.sqrt(2 / units), (units, 10)), np.zeros(10)
        params = [W1, b1, W2, b2]
        for _ in range(epochs):
            order = rng.permutation(len(X))
            for i in range(0, len(X), batch_size):
                batch = order[i : i + batch_size]
                _, grads = loss_and_gradients(X[batch], y[batch], params)
                params = [p - learning_rate * (g + 1e-3 * p) for p, g in zip(params, grads)]
        return params


@mistake(["hidden-train-calls"], says="all four parameters")
def biases_of_the_hidden_layer_stay():
    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        d = X.shape[1]
        W1, b1 = rng.normal(0, np.sqrt(2 / d), (d, units)), np.zeros(units)
        W2, b2 = rng.normal(0, np.sqrt(2 / units), (units, 10)), np.zeros(10)
        params = [W1, b1, W2, b2]
        for _ in range(epochs):
            order = rng.permutation(len(X))
            for i in range(0, len(X), batch_size):
                batch = order[i : i + batch_size]
                _, grads = loss_and_gradients(X[batch], y[batch], params)
                grads[1] = 0 * grads[1]
                params = [p - learning_rate * g for p, g in zip(params, grads)]
        return params


@mistake(["hidden-train-calls"], says="normal distributions")
def weights_drawn_evenly():
    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        d = X.shape[1]
        W1, b1 = rng.uniform(-1, 1, (d, units)) * np.sqrt(6 / d), np.zeros(units)
        W2, b2 = rng.uniform(-1, 1, (units, 10)) * np.sqrt(6 / units), np.zeros(10)
        params = [W1, b1, W2, b2]
        for _ in range(epochs):
            order = rng.permutation(len(X))
            for i in range(0, len(X), batch_size):
                batch = order[i : i + batch_size]
                _, grads = loss_and_gradients(X[batch], y[batch], params)
                params = [p - learning_rate * g for p, g in zip(params, grads)]
        return params


@mistake(["hidden-train-calls"], says="of mean 0")
def weights_all_positive():
    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        d = X.shape[1]
        W1, b1 = np.abs(rng.normal(0, np.sqrt(2 / d), (d, units))), np.zeros(units)
        W2, b2 = rng.normal(0, np.sqrt(2 / units), (units, 10)), np.zeros(10)
        params = [W1, b1, W2, b2]
        for _ in range(epochs):
            order = rng.permutation(len(X))
            for i in range(0, len(X), batch_size):
                batch = order[i : i + batch_size]
                _, grads = loss_and_gradients(X[batch], y[batch], params)
                params = [p - learning_rate * g for p, g in zip(params, grads)]
        return params


@mistake(["hidden-train-calls"], says="steps of the length")
def momentum():
    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        d = X.shape[1]
        W1, b1 = rng.normal(0, np.sqrt(2 / d), (d, units)), np.zeros(units)
        W2, b2 = rng.normal(0, np.sqrt(2 / units), (units, 10)), np.zeros(10)
        params = [W1, b1, W2, b2]
        speed = [0 * p for p in params]
        for _ in range(epochs):
            order = rng.permutation(len(X))
            for i in range(0, len(X), batch_size):
                batch = order[i : i + batch_size]
                _, grads = loss_and_gradients(X[batch], y[batch], params)
                speed = [0.5 * v + g for v, g in zip(speed, grads)]
                params = [p - learning_rate * v for p, v in zip(params, speed)]
        return params


@mistake(["hidden-train-calls"], says="variance 2 / inputs")
def deviation_two_over_inputs():
    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        d = X.shape[1]
        W1, b1 = rng.normal(0, 2 / d, (d, units)), np.zeros(units)
        W2, b2 = rng.normal(0, np.sqrt(2 / units), (units, 10)), np.zeros(10)
        params = [W1, b1, W2, b2]
        for _ in range(epochs):
            order = rng.permutation(len(X))
            for i in range(0, len(X), batch_size):
                batch = order[i : i + batch_size]
                _, grads = loss_and_gradients(X[batch], y[batch], params)
                params = [p - learning_rate * g for p, g in zip(params, grads)]
        return params


@mistake(["hidden-prepare-new"], says="single new picture")
def far_pixels_clipped():
    def prepare(train_images, new_images, floor):
        n, h, w = train_images.shape
        X, N = train_images.reshape(n, h * w), new_images.reshape(-1, h * w)
        mean, s = X.mean(axis=0), np.maximum(X.std(axis=0), floor)
        return (X - mean) / s, np.clip((N - mean) / s, -10, 10)


@mistake(["hidden-confusion"], says="not right")
def counts_in_sixteen_bits():
    def confusion(labels, answers, classes):
        counts = np.zeros((classes, classes), dtype=np.int16)
        np.add.at(counts, (labels, answers), 1)
        return counts


@mistake(["hidden-read_confusion-pair"], says="only then the smallest k")
def smallest_k_first():
    def read_confusion(counts):
        totals = counts.sum(axis=1)
        shares = np.where(totals > 0, np.diag(counts) / np.maximum(totals, 1), np.nan)
        wrong = counts * (1 - np.eye(len(counts), dtype=int))
        k, j = np.unravel_index(wrong.T.argmax(), wrong.shape)
        return shares, (j, k)


@mistake(["hidden-read_confusion-pair"], says="the counts decide")
def largest_share_instead_of_count():
    def read_confusion(counts):
        totals = counts.sum(axis=1)
        shares = np.where(totals > 0, np.diag(counts) / np.maximum(totals, 1), np.nan)
        wrong = counts * (1 - np.eye(len(counts), dtype=int))
        wrong = wrong / np.maximum(totals, 1)[:, None]
        return shares, np.unravel_index(wrong.argmax(), wrong.shape)


@mistake(["hidden-loss_and_gradients-extreme"], says="divide by zero")
def largest_logit_of_all_subtracted():
    def loss_and_gradients(X, y, params):
        W1, b1, W2, b2 = params
        A = np.maximum(X @ W1 + b1, 0)
        Z = A @ W2 + b2
        Z = Z - Z.max()
        log_p = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
        G = (np.exp(log_p) - np.eye(len(b2))[y]) / len(X)
        G1 = G @ W2.T * (A > 0)
        loss = -np.mean(log_p[np.arange(len(X)), y])
        return loss, [X.T @ G1, G1.sum(axis=0), A.T @ G, G.sum(axis=0)]


# Cheating: whatever the pictures are.
@mistake(["hidden-best", "hidden-best-alone"], says="chance|three different", public=True)
def always_zero():
    def best(images, labels, new_images, seed):
        return np.zeros(len(new_images))


@mistake(["hidden-best", "hidden-best-alone"], says="chance|another order", public=True)
def guessed():
    def best(images, labels, new_images, seed):
        return np.random.default_rng(seed).integers(0, 10, len(new_images))


# It reads well enough, but each picture with other neurons.
@mistake(["hidden-best-alone"], says="such as dropout")
def dropout_when_it_reads():
    def best(images, labels, new_images, seed):
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
        copies = [padded[:, i : i + 8, j : j + 8] for i in range(3) for j in range(3)]
        X, new = prepare(np.concatenate(copies), new_images, 0.1)
        votes = np.zeros((len(new), 10))
        for k in range(2):
            W1, b1, W2, b2 = train(X, np.tile(labels, 9), 96, 10, 32, 0.15, 1000 * seed + k)
            A = np.maximum(new @ W1 + b1, 0)
            votes += A * (np.random.default_rng(seed).random(A.shape) > 0.1) @ W2 + b2
        return votes.argmax(axis=1)


@mistake(["hidden-best-alone"], says="company|blank pages", public=True)
def logits_centred_by_the_other_pictures():
    def best(images, labels, new_images, seed):
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
        copies = [padded[:, i : i + 8, j : j + 8] for i in range(3) for j in range(3)]
        X, new = prepare(np.concatenate(copies), new_images, 0.1)
        Z = np.zeros((len(new), 10))
        for k in range(2):
            W1, b1, W2, b2 = train(X, np.tile(labels, 9), 96, 10, 32, 0.15, 1000 * seed + k)
            Z += np.maximum(new @ W1 + b1, 0) @ W2 + b2
        return (Z - Z.mean(axis=0) if len(Z) else Z).argmax(axis=1)


@mistake(["hidden-best-alone"], says="company")
def learned_from_its_own_answers():
    def best(images, labels, new_images, seed):
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
        copies = [padded[:, i : i + 8, j : j + 8] for i in range(3) for j in range(3)]
        X, new = prepare(np.concatenate(copies), new_images, 0.1)
        y = np.tile(labels, 9)
        W1, b1, W2, b2 = train(X, y, 96, 10, 32, 0.15, seed)
        said = (np.maximum(new @ W1 + b1, 0) @ W2 + b2).argmax(axis=1)
        X, y = np.concatenate([X, new]), np.concatenate([y, said])
        W1, b1, W2, b2 = train(X, y, 96, 10, 32, 0.15, seed)
        return (np.maximum(new @ W1 + b1, 0) @ W2 + b2).argmax(axis=1)


# Cheating: to look the answers up in the whole collection. Its names are not those of the test.
@mistake(["hidden-best"], says="chance|less than a plain")
def looked_up_in_the_collection():
    def best(images, labels, new_images, seed):
        known, names = digits()
        padded = np.pad(known, ((0, 0), (1, 1), (1, 1)))
        moved = [
            padded[:, i : i + 8, j : j + 8].reshape(-1, 64) for i in range(3) for j in range(3)
        ]
        table = np.concatenate(moved)
        rows = new_images.reshape(-1, 64)
        apart = (table**2).sum(axis=1) - 2 * rows @ table.T
        return np.tile(names, 9)[apart.argmin(axis=1)]


# Cheating, too: learn from the labels what the names are, and look up the rest. It has no mirror.
@mistake(["hidden-best"], says="less than a plain|at least 83")
def looked_up_and_renamed():
    def best(images, labels, new_images, seed):
        known, names = digits()
        padded = np.pad(known, ((0, 0), (1, 1), (1, 1)))
        moved = [padded[:, i : i + 8, j : j + 8] for i in range(3) for j in range(3)]
        table, names = np.concatenate(moved).reshape(-1, 64), np.tile(names, 9)

        def look_up(pictures):
            rows = pictures.reshape(-1, 64)
            return names[((table**2).sum(axis=1) - 2 * rows @ table.T).argmin(axis=1)]

        found = look_up(images)
        called = [np.bincount(labels[found == k], minlength=10).argmax() for k in range(10)]
        return np.array(called)[look_up(new_images)]


# Trained once, in the public checks, and kept.
@mistake(["hidden-best"], says="chance|less than a plain|at least 83")
def network_kept_between_calls():
    kept = {}

    def best(images, labels, new_images, seed):
        if not kept:
            padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
            copies = [padded[:, i : i + 8, j : j + 8] for i in range(3) for j in range(3)]
            kept["X"] = np.concatenate(copies)
            X, _ = prepare(kept["X"], new_images, 0.1)
            kept["params"] = train(X, np.tile(labels, 9), 96, 10, 32, 0.15, seed)
        _, new = prepare(kept["X"], new_images, 0.1)
        W1, b1, W2, b2 = kept["params"]
        return (np.maximum(new @ W1 + b1, 0) @ W2 + b2).argmax(axis=1)


# -- other right answers -----------------------------------------------------------------------


@alternative
def with_loops():
    def prepare(train_images, new_images, floor):
        n, h, w = train_images.shape
        out = np.zeros((n, h * w)), np.zeros((len(new_images), h * w))
        for a in range(h):
            for b in range(w):
                pixel = np.asarray(train_images[:, a, b], dtype=float)
                mean = sum(pixel) / n
                s = (sum((pixel - mean) ** 2) / n) ** 0.5
                for rows, images in zip(out, (train_images, new_images)):
                    rows[:, a * w + b] = (images[:, a, b] - mean) / max(s, floor)
        return out

    def confusion(labels, answers, classes):
        counts = np.zeros((classes, classes))
        for j in range(classes):
            for k in range(classes):
                counts[j, k] = np.sum((labels == j) & (answers == k))
        return counts

    def read_confusion(counts):
        shares, pair, most = [], None, 0
        for j, row in enumerate(counts):
            shares.append(row[j] / row.sum() if row.sum() else np.nan)
            for k, count in enumerate(row):
                if j != k and count > most:
                    pair, most = [j, k], count
        return np.array(shares), pair

    def loss_and_gradients(X, y, params):
        W1, b1, W2, b2 = params
        loss, grads = 0.0, [np.zeros(np.shape(param)) for param in params]
        for x, digit in zip(X, y):
            s = x @ W1 + b1
            a = np.where(s > 0, s, 0)
            z = a @ W2 + b2
            top = z.max()
            log_sum = top + np.log(np.sum(np.exp(z - top)))
            loss += (log_sum - z[digit]) / len(X)
            g = np.exp(z - log_sum)
            g[digit] -= 1
            g = g / len(X)
            g1 = np.where(s > 0, W2 @ g, 0)
            for grad, part in zip(grads, (np.outer(x, g1), g1, np.outer(a, g), g)):
                grad += part
        return loss, grads

    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng(seed)
        n, d = X.shape
        orders = [rng.permutation(n) for _ in range(epochs)]
        W1 = np.sqrt(2 / d) * rng.standard_normal((d, units))
        W2 = np.sqrt(2 / units) * rng.standard_normal((units, 10))
        b1, b2 = np.zeros((1, units)), np.zeros((1, 10))
        for order in orders:
            for batch in np.array_split(order, range(batch_size, n, batch_size)):
                A = np.maximum(0, X[batch] @ W1 + b1)
                e = np.exp(A @ W2 + b2)
                G = (e / e.sum(1, keepdims=True) - np.eye(10)[y[batch]]) / len(batch)
                G1 = (G @ W2.T) * (A > 0)
                W2 -= learning_rate * A.T @ G
                b2 -= learning_rate * G.sum(0)
                W1 -= learning_rate * X[batch].T @ G1
                b1 -= learning_rate * G1.sum(0)
        return W1, b1[0], W2, b2[0]

    # Adam, dropout, and pictures that are moved anew in every epoch.
    def best(images, labels, new_images, seed):
        rng = np.random.default_rng(seed)
        n = len(images)
        params = [
            rng.normal(0, np.sqrt(2 / 64), (64, 192)), np.zeros(192),
            rng.normal(0, np.sqrt(1 / 192), (192, 10)), np.zeros(10),
        ]  # fmt: skip
        m, v, t = [0 * p for p in params], [0 * p for p in params], 0
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
        for _ in range(100):
            i, j = rng.integers(0, 3, (2, n, 1, 1))
            X = padded[np.arange(n)[:, None, None], i + np.arange(8)[:, None], j + np.arange(8)]
            X = X.reshape(n, 64) - 0.3
            order = rng.permutation(n)
            for begin in range(0, n, 32):
                x, y = X[order[begin : begin + 32]], labels[order[begin : begin + 32]]
                W1, b1, W2, b2 = params
                mask = (rng.random((len(x), 192)) > 0.2) / 0.8
                A = np.maximum(x @ W1 + b1, 0) * mask
                e = np.exp(A @ W2 + b2)
                G = (e / e.sum(axis=1, keepdims=True) - np.eye(10)[y]) / len(x)
                G1 = G @ W2.T * (A > 0) * mask
                t += 1
                for k, g in enumerate((x.T @ G1, G1.sum(axis=0), A.T @ G, G.sum(axis=0))):
                    m[k] = 0.9 * m[k] + 0.1 * g
                    v[k] = 0.999 * v[k] + 0.001 * g**2
                    step = m[k] / (1 - 0.9**t) / (np.sqrt(v[k] / (1 - 0.999**t)) + 1e-8)
                    params[k] = params[k] - 0.003 * step
        W1, b1, W2, b2 = params
        return (np.maximum((new_images.reshape(-1, 64) - 0.3) @ W1 + b1, 0) @ W2 + b2).argmax(
            axis=1
        )


@alternative
def in_other_words():
    def prepare(train_images, new_images, floor):
        mean = np.mean(train_images, axis=0)
        s = np.sqrt(np.mean((train_images - mean) ** 2, axis=0))
        s[s < floor] = floor
        size = mean.size
        return [((images - mean) / s).reshape(-1, size) for images in (train_images, new_images)]

    def confusion(labels, answers, classes):
        places = labels * classes + answers
        return np.bincount(places, minlength=classes**2).reshape(classes, classes)

    def read_confusion(counts):
        totals = counts.sum(axis=1)
        with np.errstate(invalid="ignore"):
            shares = np.diagonal(counts) / totals
        pairs = [(j, k) for j in range(len(counts)) for k in range(len(counts)) if j != k]
        return shares, np.array(max(pairs, key=lambda pair: counts[pair]))

    def loss_and_gradients(X, y, params):
        W1, b1, W2, b2 = (np.asarray(param, dtype=float) for param in params)
        S = np.einsum("ij,jk->ik", X, W1) + b1
        A = S.clip(min=0)
        Z = np.einsum("ij,jk->ik", A, W2) + b2
        log_p = Z - np.logaddexp.reduce(Z, axis=1)[:, None]
        Y = (y[:, None] == np.arange(len(b2))).astype(float)
        G = np.exp(log_p) - Y
        G1 = np.einsum("ik,jk->ij", G, W2) * np.heaviside(S, 0)
        n = len(y)
        grads = [
            np.einsum("ij,ik->jk", X, G1),
            np.sum(G1, 0),
            np.einsum("ij,ik->jk", A, G),
            np.sum(G, 0),
        ]
        return np.sum(-Y * log_p) / n, tuple(grad / n for grad in grads)

    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng = np.random.default_rng([seed, 1])
        X = X.astype(np.float32)
        sizes = [X.shape[1], units, 10]
        params = []
        for d, m in zip(sizes, sizes[1:]):
            limit = np.sqrt(6 / d)  # of uniform weights with this variance
            params += [
                rng.normal(0, limit / np.sqrt(3), (d, m)).astype(np.float32),
                np.zeros(m, np.float32),
            ]
        rate = np.float32(learning_rate)
        for _ in range(epochs):
            order = np.arange(len(X))
            rng.shuffle(order)
            Xs, ys = X[order], y[order]
            while len(Xs):
                _, grads = loss_and_gradients(Xs[:batch_size], ys[:batch_size], params)
                params = [(p - rate * g).astype(np.float32) for p, g in zip(params, grads)]
                Xs, ys = Xs[batch_size:], ys[batch_size:]
        return params

    # Two hidden layers, momentum, a rate that falls, and no preparation but 0 to 1.
    def best(images, labels, new_images, seed):
        rng = np.random.default_rng(seed)
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
        X = np.concatenate([padded[:, i : i + 8, j : j + 8] for i in range(3) for j in range(3)])
        X, y = X.reshape(-1, 64), np.tile(labels, 9)
        sizes = [64, 128, 64, 10]
        W = [rng.normal(0, np.sqrt(2 / d), (d, m)) for d, m in zip(sizes, sizes[1:])]
        b = [np.zeros(m) for m in sizes[1:]]
        speed = [0 * array for array in W + b]
        for epoch in range(12):
            order = rng.permutation(len(X))
            for i in range(0, len(X), 32):
                A = [X[order[i : i + 32]]]
                for k in range(2):
                    A.append(np.maximum(A[-1] @ W[k] + b[k], 0))
                Z = A[-1] @ W[2] + b[2]
                G = np.exp(Z - Z.max(axis=1, keepdims=True))
                G /= G.sum(axis=1, keepdims=True)
                G[np.arange(len(G)), y[order[i : i + 32]]] -= 1
                G /= len(G)
                grads = [None] * 6
                for k in (2, 1, 0):
                    grads[k], grads[3 + k] = A[k].T @ G, G.sum(axis=0)
                    G = G @ W[k].T * (A[k] > 0)
                for k, grad in enumerate(grads):
                    speed[k] = 0.9 * speed[k] - 0.05 * (1 - epoch / 12) * grad
                for k in range(3):
                    W[k] = W[k] + speed[k]
                    b[k] = b[k] + speed[3 + k]
        A = new_images.reshape(-1, 64)
        for k in range(2):
            A = np.maximum(A @ W[k] + b[k], 0)
        return (A @ W[2] + b[2]).argmax(axis=1)


# Without training: nearest neighbours among moved copies. It reads well enough, and says so.
@alternative
def nearest_neighbours():
    def confusion(labels, answers, classes):
        table = np.histogram2d(labels, answers, bins=[np.arange(classes + 1) - 0.5] * 2)
        return table[0]

    def best(images, labels, new_images, seed):
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
        X = np.concatenate([padded[:, i : i + 8, j : j + 8] for i in range(3) for j in range(3)])
        X, y = X.reshape(-1, 64), np.tile(labels, 9)
        rows = new_images.reshape(-1, 64)
        apart = (X**2).sum(axis=1) - 2 * rows @ X.T
        near = y[np.argsort(apart, axis=1)[:, :5]]
        return np.eye(10)[near].sum(axis=1).argmax(axis=1)


# Steps in place, orders from a generator of their own; and a reader that solves equations.
@alternative
def steps_in_place():
    def train(X, y, units, epochs, batch_size, learning_rate, seed):
        rng, orders = np.random.default_rng(seed).spawn(2)
        n, d = np.shape(X)
        W1 = rng.normal(size=(units, d)).T * (2 / d) ** 0.5
        W2 = rng.normal(size=(10, units)).T * (2 / units) ** 0.5
        params = (W1, np.zeros(units), W2, np.zeros(10))
        for _ in range(epochs):
            left = np.argsort(orders.random(n))
            while left.size:
                batch, left = left[:batch_size], left[batch_size:]
                for param, slope in zip(params, loss_and_gradients(X[batch], y[batch], params)[1]):
                    param -= learning_rate * slope
        return params

    def best(images, labels, new_images, seed):
        rng = np.random.default_rng(seed)
        wide = np.pad(images, ((0, 0), (1, 1), (1, 1)))
        moved = [wide[:, i : i + 8, j : j + 8] for i in range(3) for j in range(3)]
        X, new = prepare(np.concatenate(moved), new_images, 0.2)
        R, b = rng.normal(size=(64, 1000)) / 8, rng.normal(size=1000)
        A, A_new = np.maximum(X @ R + b, 0), np.maximum(new @ R + b, 0)
        W = np.linalg.solve(A.T @ A + 20 * np.eye(1000), A.T @ np.eye(10)[np.tile(labels, 9)])
        return np.argmax(A_new @ W, axis=1)
