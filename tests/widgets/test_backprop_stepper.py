"""Backprop stepper: the JavaScript's numbers against helpers.nn.autodiff, and the traits."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import traitlets

from helpers.nn.gradcheck import numerical_gradient
from helpers.widgets.backprop_stepper import _GRAPHS, BackpropStepper

MODULE = "backprop_stepper.js"
GRAPHS = [
    ("sum-product", "tanh"), ("two-products", "tanh"), ("fan-out", "tanh"),
    ("network", "tanh"), ("network", "sigmoid"), ("network", "relu"),
]  # fmt: skip


def numbers(graph: str, seed: int) -> list[float]:
    count = len(BackpropStepper(graph=graph).inputs)
    return np.random.default_rng(seed).uniform(-2, 2, count).round(3).tolist()


@pytest.mark.parametrize(("graph", "hidden"), GRAPHS)
@pytest.mark.parametrize("seed", [None, 0, 1, 2])
def test_values_and_gradients_are_those_of_autodiff(run_js, graph, hidden, seed):
    values = [] if seed is None else numbers(graph, seed)
    stepper = BackpropStepper(graph=graph, hidden=hidden, values=values)
    found = run_js(
        MODULE, "[m.forward(...a).values, m.gradients(...a)]", [_GRAPHS[graph], values, hidden]
    )
    expected = {name: node.data for name, node in stepper._nodes().items()}
    assert found[0] == pytest.approx(expected, rel=1e-12)
    assert found[1] == pytest.approx(stepper.gradients, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(("graph", "hidden"), GRAPHS)
def test_the_last_step_knows_all_gradients(run_js, graph, hidden):
    values = numbers(graph, 5)
    stepper = BackpropStepper(graph=graph, hidden=hidden, values=values)
    last = run_js(
        MODULE,
        "[m.stepCount(a[0]), m.after(...a, 99)]",
        [_GRAPHS[graph], values, hidden],
    )
    assert last[0] == stepper.last_step
    gradients = {
        name: g for name, g in stepper.gradients.items() if (graph, name) != ("network", "y")
    }
    assert last[1]["grads"] == pytest.approx(gradients, rel=1e-12)


@pytest.mark.parametrize(("graph", "hidden"), GRAPHS)
def test_every_step_uses_only_what_is_known(run_js, graph, hidden):
    stepper = BackpropStepper(graph=graph)
    states = run_js(
        MODULE,
        "Array.from({ length: a[3] + 1 }, (_, k) => m.after(a[0], a[1], a[2], k))",
        [_GRAPHS[graph], [], hidden, stepper.last_step],
    )
    nodes = {node["id"]: node for node in _GRAPHS[graph]["nodes"]}
    uses = {name: sum(node.get("of", ()).count(name) for node in nodes.values()) for name in nodes}
    for before, now in itertools.pairwise(states):
        if now["kind"] == "forward":
            assert set(nodes[now["node"]]["of"]) <= set(before["known"])
        elif now["kind"] == "backward":
            # A gradient is sent on only when all of it has arrived.
            assert now["node"] in before["grads"]
            assert len(before["parts"].get(now["node"], [])) == uses[now["node"]]
            for row in now["rows"]:
                assert row["sent"] == pytest.approx(row["local"] * row["arrives"])
                assert row["arrives"] == before["grads"][now["node"]]
        else:
            assert now["kind"] == "seed"
    assert [state["kind"] for state in states].count("seed") == 1


@pytest.mark.parametrize(("graph", "hidden"), GRAPHS[:-1])
def test_gradients_agree_with_differences(graph, hidden):
    point = np.array(numbers(graph, 3))
    stepper = BackpropStepper(graph=graph, hidden=hidden, values=point)

    def result(values):
        return BackpropStepper(graph=graph, hidden=hidden, values=values).result

    gradients = [stepper.gradients[name] for name in stepper.inputs]
    np.testing.assert_allclose(gradients, numerical_gradient(result, point), atol=1e-8)


def test_one_input_that_is_used_twice_gets_a_sum(run_js):
    state = run_js(MODULE, "m.after(...a)", [_GRAPHS["fan-out"], [3, -1], "tanh", 7])
    assert state["parts"]["x"] == [2, 3]
    assert state["grads"]["x"] == 5
    words = run_js(
        MODULE, "m.describe(a[0], m.after(...a))", [_GRAPHS["fan-out"], [3, -1], "tanh", 7]
    )
    assert "Fan-out" in words["text"]
    assert "2 + 3 = 5" in words["text"]


def test_each_row_writes_local_gradient_times_what_arrives(run_js):
    state = run_js(MODULE, "m.after(...a)", [_GRAPHS["sum-product"], [1, 2, -4], "tanh", 5])
    (row,) = state["rows"]
    assert (row["to"], row["formula"], row["local"], row["arrives"], row["sent"]) == (
        "q",
        "z",
        -4,
        1,
        -4,
    )
    state = run_js(MODULE, "m.after(...a)", [_GRAPHS["sum-product"], [1, 2, -4], "tanh", 1])
    assert state["written"] == "q = x + y = 1 + 2 = 3"


@pytest.mark.parametrize(
    ("x", "text"),
    [(0, "0"), (-4, "−4"), (0.25, "0.25"), (1 / 3, "0.333"), (-1234.6, "−1,235"),
     (1e-7, "1 × 10⁻⁷"), (-1.234e-12, "−1.23 × 10⁻¹²"), (0.00123, "0.00123")],
)  # fmt: skip
def test_numbers_are_written_for_people(run_js, x, text):
    assert run_js(MODULE, "m.brief(a)", x) == text


def test_every_use_of_a_number_has_one_step_back():
    for name, graph in _GRAPHS.items():
        edges = [(node["id"], i) for node in graph["nodes"] for i in range(len(node.get("of", ())))]
        if name == "network":
            edges.remove(("L", 1))  # the target is data: nobody asks for its gradient
        steps = [(node, place) for node, places in graph["back"] for place in places]
        assert sorted(steps) == sorted(edges)


def test_missing_values_are_the_graphs_own():
    stepper = BackpropStepper(graph="two-products", values=[7 / 2])
    assert stepper.inputs == {"x": 3.5, "y": 3.0, "w": -1.0, "z": 4.0}
    assert BackpropStepper(graph="fan-out", values=range(4)).inputs == {"x": 0.0, "y": 1.0}


@pytest.mark.parametrize(
    ("trait", "value"),
    [("graph", "sum"), ("hidden", "gelu"), ("values", [6]), ("values", [np.nan]),
     ("values", [0] * 13), ("step", -1)],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused(trait, value):
    with pytest.raises(traitlets.TraitError):
        BackpropStepper(**{trait: value})


@pytest.mark.parametrize("graph", _GRAPHS)
def test_still_shows_every_value_and_gradient(graph):
    stepper = BackpropStepper(graph=graph)
    texts = [text.get_text() for text in stepper.still().axes[0].texts]
    grads = [text for text in texts if text.startswith("grad ")]
    assert len(grads) == len(stepper.gradients) - (graph == "network")


def test_still_is_the_same_every_time():
    assert BackpropStepper().still_png() == BackpropStepper().still_png()
