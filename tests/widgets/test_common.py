"""The shared drawing code: its numbers in Node, and how it is joined to a widget's own."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from helpers.widgets import _base
from helpers.widgets._base import SEAM, bundle

WIDGETS = Path(_base.__file__).parent
MODULES = sorted(path for path in WIDGETS.glob("*.js") if path.name != "common.js")


def mulberry32(seed: int, count: int) -> list[float]:
    """The same generator, written again in Python."""
    mask, numbers, state = 0xFFFFFFFF, [], seed
    for _ in range(count):
        state = (state + 0x6D2B79F5) & mask
        t = ((state ^ (state >> 15)) * (state | 1)) & mask
        t = (t ^ (t + (((t ^ (t >> 7)) * (t | 61)) & mask))) & mask
        numbers.append(((t ^ (t >> 14)) & mask) / 2**32)
    return numbers


@pytest.mark.parametrize("seed", [0, 1, 12345, 2**32 - 1])
def test_random_numbers_are_those_of_mulberry32(run_js, seed):
    expression = "(r => Array.from({length: 50}, r))(m.random(a[0]))"
    assert run_js("common.js", expression, [seed]) == mulberry32(seed, 50)


def test_normal_numbers_are_normal(run_js):
    expression = "(r => Array.from({length: 20000}, () => m.normal(r)))(m.random(7))"
    drawn = np.array(run_js("common.js", expression))
    assert abs(drawn.mean()) < 5 / np.sqrt(len(drawn))
    assert abs(drawn.var() - 1) < 5 * np.sqrt(2 / len(drawn))


def test_shuffling_keeps_every_item_and_the_original(run_js):
    expression = "(x => [m.shuffled(x, m.random(3)), x])([...Array(20).keys()])"
    shuffled, original = run_js("common.js", expression)
    assert sorted(shuffled) == original == list(range(20))
    assert shuffled != original


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1234.56, 1, "1,234.6"),
        (-42, 0, "−42"),
        (-0.001, 1, "0.0"),
        (1234567, 0, "1,234,567"),
        (2.5e12, 0, "2.5 × 10¹²"),
        (0.1, 3, "0.100"),
    ],
)
def test_numbers_are_written_for_people(run_js, value, digits, text):
    assert run_js("common.js", "m.format(...a)", [value, digits]) == text


def test_what_is_no_number_is_named(run_js):
    written = run_js("common.js", "[NaN, Infinity, -Infinity].map(v => m.format(v))")
    assert written == ["not a number", "∞", "−∞"]


@pytest.mark.parametrize(("low", "high"), [(0, 500), (-70, 240), (0.1, 0.13), (-1e6, 1e6)])
def test_ticks_are_round_and_inside(run_js, low, high):
    ticks = np.array(run_js("common.js", "m.ticks(...a)", [low, high, 5]))
    assert 2 <= len(ticks) <= 8
    assert ticks.min() >= low - 1e-9 * abs(low)
    assert ticks.max() <= high + 1e-9 * abs(high)
    step = np.diff(ticks)[0]
    assert f"{step:.0e}"[0] in "125"
    np.testing.assert_allclose(ticks / step, np.round(ticks / step), atol=1e-9)


def test_scale_and_its_inverse(run_js):
    values = run_js(
        "common.js", "(s => [s(-1), s(3), s(1), s.invert(s(0.3))])(m.linear([-1, 3], [50, 10]))"
    )
    np.testing.assert_allclose(values, [50, 10, 30, 0.3])


def contour_points(path: str) -> np.ndarray:
    return np.array([[float(n) for n in at] for at in re.findall(r"([-\d.]+) ([-\d.]+)", path)])


def test_contour_lies_where_the_function_has_the_level(run_js):
    scales = "m.linear([-2, 2], [0, 400]), m.linear([-1, 1], [200, 0])"
    bowl = f"m.contours((u, v) => u * u + 4 * v * v, {scales}, [0.25, 1], 80)"
    for path, level in zip(run_js("common.js", bowl), [0.25, 1.0], strict=True):
        points = contour_points(path)
        u, v = points[:, 0] / 100 - 2, 1 - points[:, 1] / 100
        assert len(points) > 40
        # Linear interpolation within a cell of 0.05 is off by h²/8 times the curvature at most.
        np.testing.assert_allclose(u**2 + 4 * v**2, level, atol=0.02)
        assert path.count("M") == path.count("Z") == 1


def test_contours_of_two_wells_are_two_loops(run_js):
    scales = "m.linear([-2, 2], [0, 400]), m.linear([-1, 1], [200, 0])"
    [path] = run_js("common.js", f"m.contours((u, v) => (u*u - 1)**2 + v*v, {scales}, [0.3], 60)")
    assert path.count("M") == 2


def test_contour_that_leaves_the_plot_is_closed_outside_it(run_js):
    scales = "m.linear([0, 1], [0, 100]), m.linear([0, 1], [100, 0])"
    [path] = run_js("common.js", f"m.contours((u, v) => u, {scales}, [0.5], 10)")
    points = contour_points(path)
    inside = ((points > 1e-9) & (points < 100 - 1e-9)).all(axis=1)
    np.testing.assert_allclose(points[inside, 0], 50)
    assert points[:, 0].min() < 0  # the left seam is hidden by the clip


ALLOWED = '{w: [0, 2], p: [[-1, 1], [-1, 1]], k: {a: "A", b: "B"}, on: "boolean", n: "integer"}'


@pytest.mark.parametrize(
    ("hash_", "values"),
    [
        ("#widget=me&w=1.5&on=true&k=b&n=7&p=0.5,-0.5", {
            "w": 1.5, "p": [0.5, -0.5], "k": "b", "on": True, "n": 7,
        }),
        ("#widget=me&w=99", {"w": 2}),
        ("#widget=me&p=5", {"p": [1]}),
        ("#widget=me&w=abc&on=1&k=c&n=1.5&p=1,2,3&x=1", {}),
        ("#widget=me&w=&k=constructor&n=NaN&p=1,NaN", {}),
        ("#widget=other&w=1", None),
        ("#section", None),
        ("", None),
    ],
)  # fmt: skip
def test_link_sets_what_it_may_and_nothing_else(run_js, hash_, values):
    assert run_js("common.js", f"m.preset(a[0], 'me', {ALLOWED})", [hash_]) == values


def test_link_to_a_state_leads_back_to_it(run_js):
    state = {"w": 0.25, "p": [0.125, -1], "k": "b", "on": False, "n": 3}
    expression = f"m.preset(m.presetHash('me', {ALLOWED}, (t) => a[0][t]), 'me', {ALLOWED})"
    assert run_js("common.js", expression, [state]) == state


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_bundle_is_one_module_that_stands_alone(run_js, tmp_path, module):
    source = bundle(module)
    shared, own = source.split(SEAM)
    assert "export default" in own
    assert "export" not in shared.replace("each export", "")
    assert not re.search(r"^import\b", source, re.MULTILINE)
    # Names that clash, or are missing, would make the module fail to load.
    encoded = "data:text/javascript," + "".join(f"%{byte:02x}" for byte in source.encode())
    loaded = run_js("common.js", "Object.keys((await import(a[0])).default)", [encoded])
    assert loaded == ["render"]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ('import { nothing } from "./common.js";', "imports nothing, which common.js"),
        ('import { plot as axes } from "./common.js";', "imports plot as axes"),
        ('import d3 from "https://example.org/d3.js";', "cannot inline"),
        ('import { x } from "./other.js";', "cannot inline"),
    ],
)
def test_import_that_cannot_be_joined_is_refused(tmp_path, statement, message):
    module = tmp_path / "bad.js"
    module.write_text(f"{statement}\nexport default {{}};\n")
    with pytest.raises(ValueError, match=message):
        bundle(module)


def test_styles_do_not_leak_out_of_a_widget():
    for path in WIDGETS.glob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        selectors = [part.strip() for part in re.findall(r"([^{}]+)\{", text)]
        rules = [one for part in selectors if not part.startswith("@") for one in part.split("\n")]
        leaks = [rule for rule in rules if rule and not rule.strip().startswith(".nj-widget")]
        assert not leaks, f"{path.name}: {leaks}"


def test_loading_the_shared_code_touches_no_page(run_js):
    assert run_js("common.js", "typeof document") == "undefined"
