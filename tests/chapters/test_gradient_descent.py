"""What the chapter on gradient descent says in words, checked in numbers."""

import re
from pathlib import Path

import numpy as np
import pytest

from helpers.datasets import houses
from helpers.nn.optimizers import inverse_time_decay, step_decay
from helpers.nn.surfaces import SURFACES, descend

TEXT = (Path(__file__).parents[2] / "chapters" / "gradient-descent.md").read_text(encoding="utf-8")


def _hessian(column):
    X = np.column_stack([column, np.ones(len(column))])
    return 2 / len(X) * X.T @ X


def _arrival(rate, steps=400):
    """Return the step from which on the walker in the crater stays within 0.001 of the bottom."""
    path = abs(descend(SURFACES["crater"], [5.0], learning_rate=rate, steps=steps).ravel())
    outside = int(np.flatnonzero(path > 0.001)[-1])
    return outside + 1 if outside + 1 < len(path) else None


# ── The three walkers ──────────────────────────────────────────────────────────────────────


def test_walker_a_needs_75_steps():
    assert _arrival(0.1) == 75


def test_walker_b_has_not_arrived_after_10_steps_nor_ever():
    path = descend(SURFACES["crater"], [5.0], learning_rate=2.0, steps=2000).ravel()
    assert abs(path).min() > 1.6  # in no step has it come near
    np.testing.assert_allclose(abs(path[-2:]), np.sqrt(8 * np.log(30 / 19)), rtol=1e-12)
    assert path[-1] * path[-2] < 0


def test_walker_b_stands_still_at_two_equally_high_ends():
    crater = SURFACES["crater"]
    costs = crater.value(descend(crater, [5.0], learning_rate=2.0, steps=60))
    assert (np.diff(np.sign(np.diff(costs[2:10]))) != 0).all()  # up and down at first
    np.testing.assert_allclose(costs[30:], 2.29, atol=0.005)  # then flat


def test_walker_b_is_level_with_c_while_their_rates_agree():
    b = descend(SURFACES["crater"], [5.0], learning_rate=2.0, steps=4)
    schedule = step_decay(initial=2.0, factor=0.5, every=4)
    c = descend(SURFACES["crater"], [5.0], learning_rate=schedule, steps=4)
    np.testing.assert_array_equal(b, c)


def test_walker_c_needs_10_steps():
    assert _arrival(step_decay(initial=2.0, factor=0.5, every=4)) == 10


def test_the_crater_is_what_the_formula_says():
    w = np.linspace(-6, 6, 101)[:, None]
    crater = SURFACES["crater"]
    formula = 6 * (1 - np.exp(-(w**2) / 8)) + w**2 / 40
    np.testing.assert_allclose(crater.value(w), formula[:, 0], atol=1e-12)
    slope = 1.5 * w * np.exp(-(w**2) / 8) + w / 20
    np.testing.assert_allclose(crater.gradient(w), slope, atol=1e-12)
    np.testing.assert_allclose(crater.hessian([0.0]), [[1.55]])


def test_the_schedule_forgives_where_no_constant_rate_arrives():
    for eta in np.arange(1.3, 3.0001, 0.1):
        assert _arrival(eta) is None
        assert 5 <= _arrival(step_decay(initial=eta, factor=0.5, every=4)) <= 11
    assert _arrival(step_decay(initial=0.85, factor=0.5, every=4)) is None
    assert min(_arrival(eta) for eta in np.arange(0.5, 1.0, 0.01)) == 7


@pytest.mark.parametrize(("initial", "stop"), [(0.8, 0.005), (0.2, 3.7)])
def test_a_schedule_that_starts_too_low_stops_short(initial, stop):
    rate = step_decay(initial=initial, factor=0.5, every=4)
    end = descend(SURFACES["crater"], [5.0], learning_rate=rate, steps=300)[-1, 0]
    assert end == pytest.approx(stop, rel=0.05)


# ── Limits and rates ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("curvatures", [(1.0, 1.0), (0.2, 4.0), (1.0, 250.0)])
def test_two_over_the_largest_curvature_is_the_limit(curvatures):
    limit = 2 / max(curvatures)
    factors = {share: abs(1 - share * limit * np.array(curvatures)) for share in (0.999, 1, 1.001)}
    assert factors[0.999].max() < 1
    assert factors[1].max() == 1
    assert factors[1.001].max() > 1


@pytest.mark.parametrize("kappa", [2.0, 25.0, 250.0])
def test_the_best_constant_rate(kappa):
    curvatures = np.array([1.0, kappa])
    best = 2 / curvatures.sum()

    def slowest(eta):
        return abs(1 - eta * curvatures).max()

    assert slowest(best) == pytest.approx((kappa - 1) / (kappa + 1))
    assert all(slowest(best) < slowest(best * change) for change in (0.99, 1.01))


def test_curvatures_of_the_houses_in_three_units():
    area, _ = houses()
    raw = np.linalg.eigvalsh(_hessian(area))
    thousands = np.linalg.eigvalsh(_hessian(area / 1000))
    standard = np.linalg.eigvalsh(_hessian((area - area.mean()) / area.std()))
    assert round(raw[1] / raw[0] / 1e6) == 166
    assert round(thousands[1] / thousands[0]) == 251
    np.testing.assert_allclose(standard, [2, 2])
    assert 5e6 < raw[1] < 1e7


def test_the_raw_houses_multiply_the_cost_by_seven_thousand_million():
    area, price = houses()
    X, theta, costs = np.column_stack([area, np.ones(3)]), np.zeros(2), []
    for _ in range(6):
        misses = X @ theta - price
        costs.append(np.mean(misses**2))
        theta = theta - 0.01 * 2 / 3 * X.T @ misses
    growth = np.array(costs[1:]) / costs[:-1]
    np.testing.assert_allclose(growth, 7.2e9, rtol=0.02)
    assert 0.01 * np.linalg.eigvalsh(_hessian(area))[1] == pytest.approx(85_000, rel=0.01)


def test_below_the_limit_the_raw_weight_is_that_of_a_line_without_a_bias():
    area, price = houses()
    X, theta = np.column_stack([area, np.ones(3)]), np.zeros(2)
    limit = 2 / np.linalg.eigvalsh(_hessian(area))[1]
    for _ in range(1000):
        theta = theta - 0.98 * limit * 2 / 3 * X.T @ (X @ theta - price)
    best = np.linalg.lstsq(X, price, rcond=None)[0]
    assert theta[0] == pytest.approx(area @ price / (area @ area), abs=0.01)
    assert theta[0] > 3 * best[0]
    assert theta[1] < best[1] / 10_000


def test_the_condition_number_of_the_hessian_is_the_square():
    area, _ = houses()
    kappa = np.linalg.cond(np.column_stack([area / 1000, np.ones(3)]))
    assert round(kappa, 2) == 15.83
    assert np.linalg.cond(_hessian(area / 1000)) == pytest.approx(kappa**2)


def test_steps_to_come_a_thousand_times_closer_are_three_and_a_half_kappa():
    for kappa in (100, 250, 1e8):
        steps = np.log(1e-3) / np.log1p(-2 / (kappa + 1))
        assert steps / kappa == pytest.approx(3.45, rel=0.01)


def test_the_descent_lemma_holds_in_the_crater():
    crater = SURFACES["crater"]
    w = np.linspace(-6, 6, 1201)[:, None]
    largest = crater.hessian(w).max()
    assert largest == pytest.approx(1.55)
    for eta in (0.3, 1 / largest, 1.2):
        gradient = crater.gradient(w)
        after = crater.value(w - eta * gradient)
        promised = eta * (1 - eta * largest / 2) * gradient[:, 0] ** 2
        assert (after <= crater.value(w) - promised + 1e-12).all()


# ── Saddles ────────────────────────────────────────────────────────────────────────────────


def test_a_start_on_the_ridge_stays_and_beside_it_leaves():
    saddle = SURFACES["saddle"]
    stuck = descend(saddle, [-2.4, 0.0], learning_rate=0.2, steps=500)[-1]
    np.testing.assert_allclose(stuck, [0, 0], atol=1e-12)
    free = [
        np.argmax(descend(saddle, [-2.4, 10.0**-k], learning_rate=0.2, steps=500)[:, 1] >= 1)
        for k in (2, 4, 8, 16)
    ]
    np.testing.assert_allclose(np.diff(free) / [2, 4, 8], 12.6, rtol=0.02)
    np.testing.assert_allclose(saddle.hessian([0.0, 0.0]), [[1, 0], [0, -1]])


def test_near_the_saddle_the_cost_looks_as_if_it_had_finished():
    saddle = SURFACES["saddle"]
    costs = saddle.value(descend(saddle, [-2.4, 0.01], learning_rate=0.2, steps=60))
    assert 8 <= np.sum(abs(costs - 0.62) < 0.04) <= 12
    assert costs[-1] < 0.001


def test_the_watershed_and_the_limits_of_the_two_minima():
    surface = SURFACES["two-minima"]
    assert surface.gradient([0.1517, 0.0])[0] == pytest.approx(0, abs=1e-4)
    assert surface.hessian([0.1517, 0.0])[0, 0] < 0
    for low, curvature in ((-1.484, 4.61), (1.332, 3.32)):
        assert surface.hessian([low, 0.0])[0, 0] == pytest.approx(curvature, abs=0.01)
    ends = [descend(surface, [2.4, 2.0], learning_rate=eta, steps=200)[-1, 0] for eta in (0.1, 0.3)]
    np.testing.assert_allclose(ends, [1.332, -1.484], atol=0.001)


def test_two_starts_near_the_watershed_end_in_different_valleys():
    ends = [
        descend(SURFACES["two-minima"], [w, 2.2], learning_rate=0.1, steps=60)[-1]
        for w in (0.0, 0.3)
    ]
    assert ends[0][0] < -1
    assert ends[1][0] > 1
    assert SURFACES["two-minima"].value(ends[0]) < SURFACES["two-minima"].value(ends[1])


# ── Batches ────────────────────────────────────────────────────────────────────────────────


def test_noise_without_replacement_follows_the_formula_exactly():
    rng = np.random.default_rng(0)
    gradients = rng.normal(size=6)
    sigma = gradients.std()
    for B in (1, 2, 3, 5):
        subsets = [s for s in range(64) if s.bit_count() == B]
        means = [np.mean([gradients[i] for i in range(6) if s >> i & 1]) for s in subsets]
        assert np.std(means) == pytest.approx(sigma / np.sqrt(B) * np.sqrt((6 - B) / 5))


def test_bookkeeping():
    assert divmod(2000, 64) == (31, 16)
    assert divmod(60_000, 128) == (468, 96)
    assert 784 * 16 + 16 + 16 * 16 + 16 + 16 * 10 + 10 == 13_002


def test_the_clouds_of_the_widget_shrink_as_the_text_says():
    from helpers.widgets.batch_size import points, sgd_path

    x, y = points()
    best = np.polyfit(x, y, 1)

    def cloud(batch_size, learning_rate):
        ends = [
            sgd_path(
                x,
                y,
                batch_size=batch_size,
                learning_rate=learning_rate,
                start=(-0.6, 1.2),
                seed=1000 + shuffle,
                epochs=10,
            )[-1]
            for shuffle in range(24)
        ]
        return np.sqrt(np.mean(np.sum((np.array(ends) - best) ** 2, axis=1)))

    assert 1 / 4 < cloud(4, 0.1) / cloud(1, 0.1) < 1 / 3
    assert cloud(1, 0.05) / cloud(1, 0.1) == pytest.approx(0.5, abs=0.07)


def test_who_leads_after_an_epoch_and_after_ten_updates():
    from helpers.nn.surfaces import mse_surface
    from helpers.widgets.batch_size import points, sgd_path

    x, y = points()
    cost = mse_surface(x, y)
    after_epoch, after_ten = {}, {}
    for B in (1, 4, 16, 64):
        path = sgd_path(
            x, y, batch_size=B, learning_rate=0.1, start=(-0.6, 1.2), seed=1000, epochs=10
        )
        after_epoch[B], after_ten[B] = cost.value(path[64 // B]), cost.value(path[10])
    assert min(after_epoch, key=after_epoch.get) == 4
    assert min(after_ten, key=after_ten.get) == 64
    assert max(after_ten[16], after_ten[4]) < 1.15 * after_ten[64]


# ── Exercises ──────────────────────────────────────────────────────────────────────────────


def test_a_start_along_the_flat_eigenvector_converges_beyond_the_limit():
    code = re.search(r"```python\n(def steps_needed.*?)\n\n\nfor share", TEXT, re.DOTALL)[1]
    names = {"np": np}
    exec(code, names)
    curvatures = np.array([1 / 25, 1.0])
    counts = {
        start: [names["steps_needed"](curvatures, 2 * s, start) for s in (0.2, 0.9, 1.2)]
        for start in ((1.0, 0.0), (1.0, 1.0))
    }
    assert counts[1.0, 0.0] == [429, 93, 69]
    assert counts[1.0, 1.0][:2] == [407, 88]
    assert np.isnan(counts[1.0, 1.0][2])


def test_the_kink():
    def walk(rate, steps):
        path = [1.0]
        for t in range(steps):
            path.append(path[-1] - rate(t) * np.sign(path[-1]))
        return np.array(path)

    np.testing.assert_allclose(walk(lambda t: 0.3, 6), [1, 0.7, 0.4, 0.1, -0.2, 0.1, -0.2])
    assert abs(walk(lambda t: 1 / (t + 2), 5000)[-1]) < 1e-3
    assert walk(lambda t: 0.4 / 2**t, 60)[-1] == pytest.approx(0.2)


def test_two_schedules_and_their_sums():
    halving = step_decay(initial=2.0, factor=0.5, every=4)
    assert sum(map(halving, range(400))) == pytest.approx(8 * 2.0)
    slow = inverse_time_decay(initial=1.0, decay=1.0)
    assert sum(map(slow, range(20_000))) > 10  # it grows without bound, like a logarithm


# ── The page ───────────────────────────────────────────────────────────────────────────────


def test_links_set_widgets_to_what_they_have():
    from urllib.parse import parse_qs

    from helpers.widgets import BatchSize, GradientDescent

    links = re.findall(r"\{button-link\} #(\S+)", TEXT)
    assert len(links) >= 11
    classes = {"gradient_descent": GradientDescent, "batch_size": BatchSize}
    for link in links:
        wanted = {key: values[0] for key, values in parse_qs(link).items()}
        name = wanted.pop("widget")
        # A link without a start would leave that of the last surface.
        assert name != "gradient_descent" or "start" in wanted
        widget = classes[name]()
        for trait, text in wanted.items():
            kind = type(getattr(widget, trait))
            if kind is bool:
                value = text == "true"
            elif kind is list:
                value = [float(number) for number in text.split(",")]
            else:
                value = kind(text)
            setattr(widget, trait, value)  # the widget refuses what it cannot show
            assert getattr(widget, trait) == value
        if name == "gradient_descent":
            assert len(widget.start) == widget.cost.dimension


def test_the_links_of_the_walkers_show_the_walkers():
    from helpers.widgets import GradientDescent

    def end(**traits):
        return abs(GradientDescent(surface="crater", **traits).path[-1][0])

    assert end(learning_rate=0.1, steps=74) > 0.001 > end(learning_rate=0.1, steps=75)
    assert end(learning_rate=2.0, steps=10) > 1.8
    decay = {"schedule": "step decay", "learning_rate": 2.0, "factor": 0.5, "every": 4}
    assert end(steps=9, **decay) > 0.001 > end(steps=10, **decay)
