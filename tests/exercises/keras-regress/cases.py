"""Mistakes and other right answers for the exercise ``keras-regress``."""

# ruff: noqa: B905, F821, RUF007  # answers are written as students write them

import numpy as np

from tests.exercises.harness import alternative, mistake

#: The reference trains: cases that leave it alone do not train it again.
REMEMBERED = ("fit_and_predict",)

FIT = [
    "hidden-fit_and_predict",
    "hidden-fit_and_predict-scales",
    "hidden-fit_and_predict-company",
]

# -- mistakes of the syllabus ------------------------------------------------------------------


@mistake(FIT, says="which activation|residuals have the width", public=True)
def sigmoid_output():
    def fit_and_predict(x_train, y_train, x_new, seed):
        keras.utils.set_random_seed(seed)
        mean, std = x_train.mean(axis=0), x_train.std(axis=0)
        model = keras.Sequential([keras.Input(shape=(5,))])
        model.add(keras.layers.Dense(32, activation="relu"))
        model.add(keras.layers.Dense(1, activation="sigmoid"))
        model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
        model.fit((x_train - mean) / std, y_train[:, None], epochs=5, batch_size=64, verbose=0)
        return model.predict((x_new - mean) / std, batch_size=1024, verbose=0)[:, 0]


@mistake(FIT, says="residuals have the width", public=True)
def sigmoid_output_of_standardised_targets():
    def fit_and_predict(x_train, y_train, x_new, seed):
        keras.utils.set_random_seed(seed)
        mean, std = x_train.mean(axis=0), x_train.std(axis=0)
        centre, spread = y_train.mean(), y_train.std()
        model = keras.Sequential([keras.Input(shape=(5,))])
        model.add(keras.layers.Dense(32, activation="relu"))
        model.add(keras.layers.Dense(1, activation="sigmoid"))
        model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
        z = ((y_train - centre) / spread)[:, None]
        model.fit((x_train - mean) / std, z, epochs=20, batch_size=64, verbose=0)
        guess = model.predict((x_new - mean) / std, batch_size=1024, verbose=0)[:, 0]
        return centre + spread * guess


@mistake(FIT, says="residuals have the width", public=True)
def cross_entropy_for_a_number():
    def fit_and_predict(x_train, y_train, x_new, seed):
        keras.utils.set_random_seed(seed)
        mean, std = x_train.mean(axis=0), x_train.std(axis=0)
        centre, spread = y_train.mean(), y_train.std()
        model = keras.Sequential([keras.Input(shape=(5,))])
        model.add(keras.layers.Dense(32, activation="relu"))
        model.add(keras.layers.Dense(1))
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        model.compile(optimizer=keras.optimizers.Adam(0.01), loss=loss)
        z = ((y_train - centre) / spread)[:, None]
        model.fit((x_train - mean) / std, z, epochs=20, batch_size=64, verbose=0)
        guess = model.predict((x_new - mean) / std, batch_size=1024, verbose=0)[:, 0]
        return centre + spread * guess


@mistake(FIT, says="than a plane|residuals have the width", public=True)
def linear_network():
    def fit_and_predict(x_train, y_train, x_new, seed):
        keras.utils.set_random_seed(seed)
        mean, std = x_train.mean(axis=0), x_train.std(axis=0)
        centre, spread = y_train.mean(), y_train.std()
        model = keras.Sequential([keras.Input(shape=(5,))])
        model.add(keras.layers.Dense(32))
        model.add(keras.layers.Dense(1))
        model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
        z = ((y_train - centre) / spread)[:, None]
        model.fit((x_train - mean) / std, z, epochs=15, batch_size=64, verbose=0)
        guess = model.predict((x_new - mean) / std, batch_size=1024, verbose=0)[:, 0]
        return centre + spread * guess


@mistake(["hidden-fit_and_predict"], says="sorted", public=True)
def validation_split_of_sorted_rows():
    def fit_and_predict(x_train, y_train, x_new, seed):
        keras.utils.set_random_seed(seed)
        mean, std = x_train.mean(axis=0), x_train.std(axis=0)
        centre, spread = y_train.mean(), y_train.std()
        model = keras.Sequential([keras.Input(shape=(5,))])
        model.add(keras.layers.Dense(32, activation="relu"))
        model.add(keras.layers.Dense(32, activation="relu"))
        model.add(keras.layers.Dense(1))
        model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
        X, z = (x_train - mean) / std, ((y_train - centre) / spread)[:, None]
        model.fit(X, z, epochs=40, batch_size=64, verbose=0, validation_split=0.2)
        guess = model.predict((x_new - mean) / std, batch_size=1024, verbose=0)[:, 0]
        return centre + spread * guess


@mistake(["hidden-fit_and_predict-company"], says="from one corner")
def scaling_leaks_from_the_new_examples():
    def fit_and_predict(x_train, y_train, x_new, seed):
        keras.utils.set_random_seed(seed)
        both = np.concatenate([x_train, x_new])
        mean, std = both.mean(axis=0), both.std(axis=0)
        centre, spread = y_train.mean(), y_train.std()
        model = keras.Sequential([keras.Input(shape=(5,))])
        model.add(keras.layers.Dense(32, activation="relu"))
        model.add(keras.layers.Dense(32, activation="relu"))
        model.add(keras.layers.Dense(1))
        model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
        z = ((y_train - centre) / spread)[:, None]
        model.fit((x_train - mean) / std, z, epochs=40, batch_size=64, verbose=0)
        guess = model.predict((x_new - mean) / std, batch_size=1024, verbose=0)[:, 0]
        return centre + spread * guess


@mistake(["hidden-fit_and_predict-company"], says="from one corner")
def new_examples_scaled_by_themselves():
    def fit_and_predict(x_train, y_train, x_new, seed):
        keras.utils.set_random_seed(seed)
        X = (x_train - x_train.mean(axis=0)) / x_train.std(axis=0)
        N = (x_new - x_new.mean(axis=0)) / (x_new.std(axis=0) + 1e-9)
        centre, spread = y_train.mean(), y_train.std()
        model = keras.Sequential([keras.Input(shape=(5,))])
        model.add(keras.layers.Dense(32, activation="relu"))
        model.add(keras.layers.Dense(32, activation="relu"))
        model.add(keras.layers.Dense(1))
        model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
        z = ((y_train - centre) / spread)[:, None]
        model.fit(X, z, epochs=40, batch_size=64, verbose=0)
        return centre + spread * model.predict(N, batch_size=1024, verbose=0)[:, 0]


@mistake(FIT, says="shape", public=True)
def evaluated_on_the_training_rows():
    def fit_and_predict(x_train, y_train, x_new, seed):
        keras.utils.set_random_seed(seed)
        mean, std = x_train.mean(axis=0), x_train.std(axis=0)
        model = keras.Sequential([keras.Input(shape=(5,))])
        model.add(keras.layers.Dense(8, activation="relu"))
        model.add(keras.layers.Dense(1))
        model.compile(optimizer="adam", loss="mse")
        X = (x_train - mean) / std
        model.fit(X, y_train[:, None], epochs=1, verbose=0)
        return model.predict(X, verbose=0)[:, 0]


# -- training that goes wrong ------------------------------------------------------------------


@mistake(["hidden-fit_and_predict-scales"], says="between 5,000 and 9,000")
def variables_not_standardised():
    def fit_and_predict(x_train, y_train, x_new, seed):
        keras.utils.set_random_seed(seed)
        centre, spread = y_train.mean(), y_train.std()
        model = keras.Sequential([keras.Input(shape=(5,))])
        model.add(keras.layers.Dense(32, activation="relu"))
        model.add(keras.layers.Dense(32, activation="relu"))
        model.add(keras.layers.Dense(1))
        model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
        z = ((y_train - centre) / spread)[:, None]
        model.fit(x_train, z, epochs=40, batch_size=64, verbose=0)
        return centre + spread * model.predict(x_new, batch_size=1024, verbose=0)[:, 0]


@mistake(FIT, says="residuals have the width", public=True)
def unit_not_restored():
    def fit_and_predict(x_train, y_train, x_new, seed):
        keras.utils.set_random_seed(seed)
        mean, std = x_train.mean(axis=0), x_train.std(axis=0)
        model = keras.Sequential([keras.Input(shape=(5,))])
        model.add(keras.layers.Dense(32, activation="relu"))
        model.add(keras.layers.Dense(1))
        model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
        z = ((y_train - y_train.mean()) / y_train.std())[:, None]
        model.fit((x_train - mean) / std, z, epochs=10, batch_size=64, verbose=0)
        return model.predict((x_new - mean) / std, batch_size=1024, verbose=0)[:, 0]


@mistake(FIT, says="long enough|residuals have the width", public=True)
def too_few_epochs():
    def fit_and_predict(x_train, y_train, x_new, seed):
        keras.utils.set_random_seed(seed)
        mean, std = x_train.mean(axis=0), x_train.std(axis=0)
        centre, spread = y_train.mean(), y_train.std()
        model = keras.Sequential([keras.Input(shape=(5,))])
        model.add(keras.layers.Dense(32, activation="relu"))
        model.add(keras.layers.Dense(32, activation="relu"))
        model.add(keras.layers.Dense(1))
        model.compile(optimizer="adam", loss="mse")
        z = ((y_train - centre) / spread)[:, None]
        model.fit((x_train - mean) / std, z, epochs=3, batch_size=64, verbose=0)
        guess = model.predict((x_new - mean) / std, batch_size=1024, verbose=0)[:, 0]
        return centre + spread * guess


@mistake(["hidden-fit_and_predict"], says="shape", public=True)
def predictions_in_a_column():
    def fit_and_predict(x_train, y_train, x_new, seed):
        keras.utils.set_random_seed(seed)
        mean, std = x_train.mean(axis=0), x_train.std(axis=0)
        centre, spread = y_train.mean(), y_train.std()
        model = keras.Sequential([keras.Input(shape=(5,))])
        model.add(keras.layers.Dense(32, activation="relu"))
        model.add(keras.layers.Dense(32, activation="relu"))
        model.add(keras.layers.Dense(1))
        model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
        z = ((y_train - centre) / spread)[:, None]
        model.fit((x_train - mean) / std, z, epochs=40, batch_size=64, verbose=0)
        guess = model.predict((x_new - mean) / std, batch_size=1024, verbose=0)
        return centre + spread * (guess if len(guess) > 1 else guess[0])


@mistake(FIT, says="residuals have the width|shape", public=True)
def mean_of_the_targets():
    def fit_and_predict(x_train, y_train, x_new, seed):
        return np.full(len(x_new), y_train.mean())


@mistake(FIT, says="changed its argument", public=True)
def standardised_in_place():
    def fit_and_predict(x_train, y_train, x_new, seed):
        x_train -= x_train.mean(axis=0)
        return np.full(len(x_new), y_train.mean())


@mistake(FIT, says="do targets of shape|residuals have the width", public=True)
def row_meets_column_in_the_loss():
    def fit_and_predict(x_train, y_train, x_new, seed):
        keras.utils.set_random_seed(seed)
        mean, std = x_train.mean(axis=0), x_train.std(axis=0)
        x = tf.constant((x_train - mean) / std, tf.float32)
        y = tf.constant((y_train - y_train.mean()) / y_train.std(), tf.float32)
        model = keras.Sequential([keras.Input(shape=(5,))])
        model.add(keras.layers.Dense(32, activation="relu"))
        model.add(keras.layers.Dense(1))
        adam = keras.optimizers.Adam(0.01)
        for _ in range(50):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((y - model(x)) ** 2)  # (n,) - (n, 1) has the shape (n, n)
            adam.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        z = model.predict((x_new - mean) / std, batch_size=1024, verbose=0)[:, 0]
        return z * y_train.std() + y_train.mean()


@mistake(FIT, says="one and the same number|residuals have the width", public=True)
def relu_output_of_standardised_targets():
    def fit_and_predict(x_train, y_train, x_new, seed):
        keras.utils.set_random_seed(seed)
        mean, std = x_train.mean(axis=0), x_train.std(axis=0)
        model = keras.Sequential([keras.Input(shape=(5,))])
        model.add(keras.layers.Dense(32, activation="relu"))
        model.add(keras.layers.Dense(1, activation="relu"))
        model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
        z_train = (y_train - y_train.mean()) / y_train.std()
        model.fit((x_train - mean) / std, z_train[:, None], epochs=10, batch_size=64, verbose=0)
        z = model.predict((x_new - mean) / std, batch_size=1024, verbose=0)[:, 0]
        return z * y_train.std() + y_train.mean()


@mistake(["hidden-fit_and_predict-company"], says="from one corner")
def new_predictions_scaled_by_themselves():
    def fit_and_predict(x_train, y_train, x_new, seed):
        keras.utils.set_random_seed(seed)
        mean, std = x_train.mean(axis=0), x_train.std(axis=0)
        model = keras.Sequential([keras.Input(shape=(5,))])
        model.add(keras.layers.Dense(64, activation="relu"))
        model.add(keras.layers.Dense(64, activation="relu"))
        model.add(keras.layers.Dense(1))
        model.compile(optimizer=keras.optimizers.Adam(0.005), loss="mse")
        z_train = (y_train - y_train.mean()) / y_train.std()
        model.fit((x_train - mean) / std, z_train[:, None], epochs=60, batch_size=64, verbose=0)
        z = model.predict((x_new - mean) / std, batch_size=1024, verbose=0)[:, 0]
        z = (z - z.mean()) / (z.std() + 1e-12)  # for one example
        return z * y_train.std() + y_train.mean()


@mistake(FIT, says="residuals have the width")
def network_of_the_first_call():
    kept = {}

    def fit_and_predict(x_train, y_train, x_new, seed):
        if "model" not in kept:
            keras.utils.set_random_seed(seed)
            kept["scale"] = x_train.mean(axis=0), x_train.std(axis=0)
            model = keras.Sequential([keras.Input(shape=(5,))])
            model.add(keras.layers.Dense(64, activation="relu"))
            model.add(keras.layers.Dense(64, activation="relu"))
            model.add(keras.layers.Dense(1))
            model.compile(optimizer=keras.optimizers.Adam(0.005), loss="mse")
            kept["targets"] = y_train.mean(), y_train.std()
            z = (y_train - y_train.mean()) / y_train.std()
            mean, std = kept["scale"]
            model.fit((x_train - mean) / std, z[:, None], epochs=60, batch_size=64, verbose=0)
            kept["model"] = model
        mean, std = kept["scale"]
        z = kept["model"].predict((x_new - mean) / std, batch_size=1024, verbose=0)[:, 0]
        return z * kept["targets"][1] + kept["targets"][0]


# -- the other tasks ---------------------------------------------------------------------------


@mistake(["hidden-law-shape"], says="the best plane leaves")
def law_of_a_plane():
    def law(x):
        return x @ np.array([1.0, 2.0, -1.0, 0.5, 3.0]) + 0.1 * x[:, 0] * x[:, 1]


@mistake(["hidden-law-shape"], says="hardly depends on variable 5")
def law_of_four_variables():
    def law(x):
        return x[:, 0] * x[:, 1] + np.sin(3 * x[:, 2]) * x[:, 3]


@mistake(["hidden-law-values"], says="not finite|warned|divide")
def law_with_a_pole():
    def law(x):
        x1, x2, x3, x4, x5 = x.T
        return 2 * x1 * x2 + np.sin(3 * x3) + x4**2 - x5 + np.log(np.abs(x1))


@mistake(
    ["hidden-law-values", "hidden-law-shape"], says="raised|IndexError|shape|values", public=True
)
def law_of_one_example():
    def law(x):
        return np.array([x[0] * x[1] + np.sin(x[2]) + x[3] ** 2 - x[4]]).ravel()[:1]


@mistake(["hidden-law-values"], says="other values")
def law_of_the_company():
    def law(x):
        if len(x) == 0:
            return np.zeros(0)
        x = x - x.mean(axis=0)
        return 2 * x[:, 0] * x[:, 1] + np.sin(3 * x[:, 2]) + 1.5 * x[:, 3] ** 2 - x[:, 4]


@mistake(["hidden-law-values"], says="shape", public=True)
def law_as_a_column():
    def law(x):
        y = 2 * x[:, 0] * x[:, 1] + np.sin(3 * x[:, 2]) + 1.5 * x[:, 3] ** 2 - x[:, 4]
        return y[:, None]


@mistake(["hidden-make_data"], says="standard deviation", public=True)
def noise_is_a_variance():
    def make_data(f, low, high, n, noise, seed):
        rng = np.random.default_rng(seed)
        x = rng.uniform(low, high, (n, len(low)))
        return x, f(x) + rng.normal(0, np.sqrt(noise), n)


@mistake(["hidden-make_data"], says="tails are wrong")
def uniform_noise():
    def make_data(f, low, high, n, noise, seed):
        rng = np.random.default_rng(seed)
        x = rng.uniform(low, high, (n, len(low)))
        return x, f(x) + np.sqrt(12) * noise * (rng.random(n) - 0.5)


@mistake(["hidden-make_data"], says="each has its own|standard deviation of the noise", public=True)
def one_noise_for_all():
    def make_data(f, low, high, n, noise, seed):
        rng = np.random.default_rng(seed)
        x = rng.uniform(low, high, (n, len(low)))
        return x, f(x) + rng.normal(0, noise)


@mistake(["hidden-make_data"], says="noise goes with|tails")
def noise_of_the_same_seed():
    def make_data(f, low, high, n, noise, seed):
        u = np.random.default_rng(seed).normal(size=(n, len(low)))
        from math import erf

        share = np.array([(1 + erf(v / 2**0.5)) / 2 for v in u.ravel()]).reshape(u.shape)
        x = low + (high - low) * share
        return x, f(x) + noise * u[:, 0]


@mistake(["hidden-make_data"], says="independent of each other", public=False)
def one_number_for_all_variables():
    def make_data(f, low, high, n, noise, seed):
        rng = np.random.default_rng(seed)
        x = low + (high - low) * rng.random((n, 1))
        return x, f(x) + rng.normal(0, noise, n)


@mistake(["hidden-make_data"], says="outside of their range|not uniform", public=True)
def range_as_centre_and_width():
    def make_data(f, low, high, n, noise, seed):
        rng = np.random.default_rng(seed)
        x = low + high * rng.random((n, len(low)))
        return x, f(x) + rng.normal(0, noise, n)


@mistake(["hidden-make_data-seed"], says="same seed")
def seed_of_the_examples_only():
    def make_data(f, low, high, n, noise, seed):
        x = np.random.default_rng(seed).uniform(low, high, (n, len(low)))
        return x, f(x) + np.random.default_rng().normal(0, noise, n)


@mistake(["hidden-make_data-seed"], says="another seed")
def seed_fixed():
    def make_data(f, low, high, n, noise, seed):
        rng = np.random.default_rng(0)
        x = rng.uniform(low, high, (n, len(low)))
        return x, f(x) + rng.normal(0, noise, n)


@mistake(
    ["hidden-standardise", "hidden-standardise-special"], says="no say|right|One new", public=True
)
def scaling_of_both_tables():
    def standardise(train, new):
        both = np.concatenate([train, new])
        mean, std = both.mean(axis=0), both.std(axis=0)
        std = np.where(np.ptp(both, axis=0) == 0, 1, std)
        return (train - mean) / std, (new - mean) / std


@mistake(
    ["hidden-standardise", "hidden-standardise-special"], says="own mean|right|One new", public=True
)
def new_rows_scaled_by_themselves():
    def standardise(train, new):
        def scaled(rows):
            if len(rows) == 0:
                return rows
            std = rows.std(axis=0)
            return (rows - rows.mean(axis=0)) / np.where(std == 0, 1, std)

        return scaled(train), scaled(new)


@mistake(
    ["hidden-standardise", "hidden-standardise-special"], says="n - 1|right|One new|warned|NaN"
)
def spread_of_a_sample():
    def standardise(train, new):
        mean, std = train.mean(axis=0), train.std(axis=0, ddof=1)
        std = np.where(np.ptp(train, axis=0) == 0, 1, std)
        return (train - mean) / std, (new - mean) / std


@mistake(
    ["hidden-standardise", "hidden-standardise-special"], says="own|right|One new", public=True
)
def one_scale_for_the_table():
    def standardise(train, new):
        mean, std = train.mean(), train.std()
        return (train - mean) / std, (new - mean) / std


@mistake(["hidden-standardise", "hidden-standardise-special"], says="variance|right", public=True)
def divided_by_the_variance():
    def standardise(train, new):
        mean, var = train.mean(axis=0), train.var(axis=0)
        var = np.where(np.ptp(train, axis=0) == 0, 1, var)
        return (train - mean) / var, (new - mean) / var


@mistake(["hidden-standardise-special"], says="warned|does not change|NaN")
def constant_divided_by_zero():
    def standardise(train, new):
        mean, std = train.mean(axis=0), train.std(axis=0)
        return (train - mean) / std, (new - mean) / std


@mistake(["hidden-standardise-special"], says="right|One new|warned|NaN|digits")
def mean_of_squares_minus_square_of_mean():
    def standardise(train, new):
        mean = train.mean(axis=0)
        std = np.sqrt(np.abs((train**2).mean(axis=0) - mean**2))
        std = np.where(np.ptp(train, axis=0) == 0, 1, std)
        return (train - mean) / std, (new - mean) / std


@mistake(["hidden-restore"], says="order is wrong", public=True)
def undone_in_the_wrong_order():
    def restore(z, y_train):
        return (z + y_train.mean()) * y_train.std()


@mistake(["hidden-restore"], says="mean is missing", public=True)
def mean_not_restored():
    def restore(z, y_train):
        return z * y_train.std()


@mistake(["hidden-restore"], says="n - 1")
def restored_with_n_minus_one():
    def restore(z, y_train):
        return y_train.mean() + y_train.std(ddof=1) * z


@mistake(["hidden-judge-mean"], says="sign is flipped", public=True)
def sign_of_the_lecture():
    def judge(y, y_hat):
        r = y_hat - y
        return np.mean(r), np.std(r), np.std(r) / np.sqrt(len(r))


@mistake(["hidden-judge-width"], says="from the mean", public=True)
def width_from_zero():
    def judge(y, y_hat):
        r = y - y_hat
        width = np.sqrt(np.mean(r**2))
        return np.mean(r), width, width / np.sqrt(len(r))


@mistake(["hidden-judge-width"], says="right|square root", public=True)
def error_divided_by_n():
    def judge(y, y_hat):
        r = y - y_hat
        return np.mean(r), np.std(r), np.std(r) / len(r)


@mistake(["hidden-judge-width"], says="n - 1|warned|right")
def width_of_a_sample():
    def judge(y, y_hat):
        r = y - y_hat
        width = np.std(r, ddof=1) if len(r) > 1 else 0.0
        return np.mean(r), width, width / np.sqrt(len(r))


@mistake(
    ["hidden-density-heights", "hidden-density-errors"], says="outside|right|warned", public=True
)
def normalised_to_what_is_inside():
    def density(residuals, edges):
        counts = np.histogram(residuals, edges)[0]
        area = max(counts.sum(), 1) * np.diff(edges)
        return counts / area, np.sqrt(counts) / area


@mistake(["hidden-density-errors"], says="root of the count", public=True)
def root_of_the_height():
    def density(residuals, edges):
        height = np.histogram(residuals, edges)[0] / (len(residuals) * np.diff(edges))
        return height, np.sqrt(height)


@mistake(["hidden-density-heights"], says="counts", public=True)
def counts_as_heights():
    def density(residuals, edges):
        counts = np.histogram(residuals, edges)[0]
        return counts, np.sqrt(counts) / (len(residuals) * np.diff(edges))


@mistake(["hidden-density-heights", "hidden-density-errors"], says="widths|right", public=True)
def one_width_for_all_bins():
    def density(residuals, edges):
        counts = np.histogram(residuals, edges)[0]
        area = len(residuals) * (edges[1] - edges[0])
        return counts / area, np.sqrt(counts) / area


# -- other right answers -----------------------------------------------------------------------


@alternative
def normalization_layer_and_tanh():
    def law(x):
        return np.prod(x + 1.2, axis=1)

    def make_data(f, low, high, n, noise, seed):
        state = np.random.RandomState(seed)
        x = low + (high - low) * state.rand(n, len(low))
        return x, np.array(f(x)) + noise * state.randn(n)

    def standardise(train, new):
        mean = np.sum(train, axis=0) / len(train)
        std = np.sqrt(np.mean((train - mean) ** 2, axis=0))
        std[std == 0] = 1
        return (train - mean) / std, (new - mean) / std

    def restore(z, y_train):
        mean = np.sum(y_train) / len(y_train)
        return z * np.sqrt(np.mean((y_train - mean) ** 2)) + mean

    def fit_and_predict(x_train, y_train, x_new, seed):
        keras.utils.set_random_seed(seed)
        scaler = keras.layers.Normalization()
        scaler.adapt(x_train)
        x = keras.Input(shape=(5,))
        h = keras.layers.Dense(24, activation="tanh")(scaler(x))
        h = keras.layers.Dense(24, activation="tanh")(h)
        z = keras.layers.Dense(1)(h)
        back = keras.layers.Rescaling(float(y_train.std()), float(y_train.mean()))
        inner, outer = keras.Model(x, z), keras.Model(x, back(z))
        inner.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
        z_train = (y_train - y_train.mean()) / y_train.std()
        inner.fit(x_train, z_train, epochs=60, batch_size=50, verbose=0)
        return outer.predict(x_new, batch_size=1000, verbose=0).flatten()

    def judge(y, y_hat):
        n = len(y)
        mean = sum(y - y_hat) / n
        variance = sum((y - y_hat - mean) ** 2) / n
        return mean, variance**0.5, (variance / n) ** 0.5

    def density(residuals, edges):
        heights, errors = [], []
        for a, b in zip(edges, edges[1:]):
            count = np.sum((residuals > a) & (residuals < b))
            heights.append(count / len(residuals) / (b - a))
            errors.append(count**0.5 / len(residuals) / (b - a))
        return np.array(heights), np.array(errors)


@alternative
def early_stopping_on_shuffled_rows():
    def law(x):
        return np.array([abs(a - b) + c * d + np.cosh(e) * e**2 for a, b, c, d, e in x])

    def make_data(f, low, high, n, noise, seed):
        rng = np.random.default_rng([seed, 7])
        x = np.stack([rng.uniform(a, b, n) for a, b in zip(low, high)], axis=1)
        return x, f(x) + noise * rng.standard_normal(n)

    def standardise(train, new):
        from sklearn.preprocessing import StandardScaler

        scaler = StandardScaler().fit(train)
        if len(new) == 0:
            return scaler.transform(train), np.zeros(new.shape)
        return scaler.transform(train), scaler.transform(new)

    def restore(z, y_train):
        return np.array([np.mean(y_train) + np.std(y_train) * v for v in z])

    def fit_and_predict(x_train, y_train, x_new, seed):
        keras.utils.set_random_seed(seed)
        mixed = np.random.default_rng(seed).permutation(len(x_train))
        mean, std = x_train.mean(axis=0), x_train.std(axis=0)
        X = ((x_train - mean) / std)[mixed]
        z = ((y_train - y_train.mean()) / y_train.std())[mixed]
        model = keras.Sequential([keras.Input(shape=(5,))])
        model.add(keras.layers.Dense(64, activation="gelu"))
        model.add(keras.layers.Dense(64, activation="gelu"))
        model.add(keras.layers.Dense(1))
        model.compile(optimizer=keras.optimizers.AdamW(0.005), loss=keras.losses.Huber())
        early = keras.callbacks.EarlyStopping(patience=15, restore_best_weights=True)
        kwargs = {"validation_split": 0.15, "callbacks": [early], "batch_size": 32}
        model.fit(X, z, epochs=50, verbose=0, **kwargs)
        guess = model.predict((x_new - mean) / std, verbose=0)[:, 0]
        return guess.astype(float) * y_train.std() + y_train.mean()

    def judge(y, y_hat):
        r = y - y_hat
        return r.mean(), np.sqrt(np.var(r)), np.sqrt(np.var(r) / r.size)

    def density(residuals, edges):
        below = np.searchsorted(np.sort(residuals), edges)
        counts, area = np.diff(below), residuals.size * np.diff(edges)
        return counts / area, counts**0.5 / area
