"""Jet explorer in Chromium: every control, by keyboard and by pointer."""

from __future__ import annotations

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from helpers.widgets.jet_explorer import JetExplorer
from tests.widgets.shown import ShownWidget

pytestmark = pytest.mark.slow

# The axes of both panels run from 50 to 328 and from 286 up to 8.
LEFT, RIGHT, BOTTOM, TOP = 50, 328, 286, 8


def number(text: str) -> float:
    return float(text.replace("GeV", "").replace("−", "-").strip())


class Shown(ShownWidget):
    """What the reader sees, and where to take hold of it."""

    name = "jet_explorer"

    def __init__(self, page):
        super().__init__(page)
        self.status = page.locator(".nj-je-status")
        self.show = page.get_by_role("combobox", name="Show")
        self.jet = page.get_by_role("slider", name="Jet")

    def box(self, name):
        return self.page.get_by_role("checkbox", name=name)

    def facts(self) -> list[str]:
        self.settle()
        return self.page.locator(".nj-facts dd").all_text_contents()

    def expect(self, **traits) -> None:
        """Check all that is written and drawn against the class in Python."""
        python = JetExplorer(**traits)
        jet = python.jets[python.jet - 1]
        pt, mass, tau, count, now = self.facts()
        assert number(pt) == pytest.approx(jet["pt"], abs=0.051)
        assert number(mass) == pytest.approx(jet["mass"], abs=0.051)
        if python.show != "hidden":
            assert number(tau) == pytest.approx(jet["tau21"], abs=0.0051)
        assert int(count) == len(python.particles)
        assert number(now) == pytest.approx(python.mass, abs=0.051)
        circles = self.page.locator(".nj-je-particle").evaluate_all(
            "all => all.map(e => ['cx', 'cy', 'r'].map(name => Number(e.getAttribute(name))))"
        )
        pt, eta, phi = python.particles.T
        scale = (RIGHT - LEFT) / 2.5
        expected = np.column_stack(
            [LEFT + (eta + 1.25) * scale, BOTTOM - (phi + 1.25) * scale, 1.3 * np.sqrt(pt) + 0.6]
        )
        np.testing.assert_allclose(circles, expected, atol=0.06)
        shades = self.page.locator(".nj-je-pixel").evaluate_all(
            "all => all.map(e => Number(e.getAttribute('fill-opacity')))"
        )
        image = python.image.ravel()
        lit = image > 0
        np.testing.assert_array_equal(np.array(shades) > 0, lit)
        full = 1 + np.log10(image[lit] / (1 if python.normalise else 275)) / 4
        np.testing.assert_allclose(np.array(shades)[lit], full.clip(0.06, 1), atol=0.001)


@pytest.fixture
def show(page_of):
    return lambda **options: Shown(page_of(JetExplorer(), **options))


@pytest.fixture
def shown(show):
    return show()


def test_jets_come_one_after_the_other(shown):
    shown.expect()
    shown.button("Next").click()
    shown.expect(jet=2)
    shown.button("Previous").click()
    shown.button("Previous").click()
    shown.expect(jet=40)
    shown.jet.fill("12")
    shown.expect(jet=12)


def test_each_step_is_applied_and_taken_back(shown):
    for name in ("Centre", "Rotate", "Flip", "Normalise"):
        shown.box(name).check()
        shown.expect(**{name.lower(): True})
        shown.box(name).uncheck()
        shown.expect()
    for name in ("Centre", "Rotate", "Flip", "Normalise"):
        shown.box(name).check()
    shown.expect(centre=True, rotate=True, flip=True, normalise=True)
    shown.button("Next").click()
    shown.expect(centre=True, rotate=True, flip=True, normalise=True, jet=2)


@pytest.mark.parametrize(("kind", "label"), [("signal", 1), ("background", 0)])
def test_one_kind_alone(shown, kind, label):
    numbers = [i + 1 for i, jet in enumerate(JetExplorer().jets) if jet["label"] == label]
    shown.show.select_option(kind)
    shown.expect(jet=numbers[0], show=kind)
    shown.button("Next").click()
    shown.expect(jet=numbers[1], show=kind)
    assert kind in shown.status.text_content()


def test_guesses_are_judged_and_compared_with_tau(shown):
    jets, cut = JetExplorer().jets, JetExplorer().cut
    shown.show.select_option("hidden")
    assert shown.facts()[2] == "?"
    assert "is hidden: what is it?" in shown.status.text_content()
    right = tau = 0
    for i in range(5):
        shown.button("Signal" if i % 2 else "Background").click()
        right += jets[i]["label"] == i % 2
        tau += jets[i]["label"] == (jets[i]["tau21"] < cut)
        shown.settle()
        told = shown.status.text_content()
        assert f"you {right} of {i + 1}, a cut on τ₂₁ {tau} of {i + 1}" in told
        assert ("you were right" in told) == (jets[i]["label"] == i % 2)
        assert number(shown.facts()[2]) == pytest.approx(jets[i]["tau21"], abs=0.0051)
        assert not shown.button("Signal").is_visible()  # each jet once
        shown.button("Next").click()
    shown.show.select_option("both")
    shown.show.select_option("hidden")
    shown.settle()
    assert "So far" not in shown.status.text_content()


def test_the_kind_stays_hidden_until_it_is_guessed(shown):
    shown.follow("show=hidden&jet=3&rotate=true")
    assert shown.facts()[2] == "?"
    shown.page.wait_for_timeout(700)  # until it is said
    text = shown.page.locator(".nj-widget").inner_text().replace("background only", "")
    assert "a W boson" not in text
    assert "a gluon" not in text
    assert "gluon" not in shown.page.locator("p[aria-live=polite]").text_content()


def test_every_control_is_reached_and_moved_by_keys(shown):
    shown.show.select_option("hidden")
    shown.page.evaluate("document.body.addEventListener('keydown', () => { window.taken = true; })")
    shown.button("Previous").focus()
    reached = []
    for _ in range(12):
        reached.append(shown.page.evaluate(
            "(e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent)"
            "(document.activeElement)"))  # fmt: skip
        shown.page.keyboard.press("Tab")
    assert reached == [
        "Previous", "Next", "Show", "Signal", "Background", "Centre", "Rotate", "Flip",
        "Normalise", "Jet", "Jet, as a number", "Copy link to this state",
    ]  # fmt: skip
    shown.show.select_option("both")
    shown.jet.press("ArrowRight")
    shown.box("Rotate").press("Space")
    shown.button("Next").press("Enter")
    shown.expect(jet=3, rotate=True)
    assert shown.page.evaluate("window.taken") is None


def test_a_link_sets_the_widget_and_nothing_foreign(shown):
    shown.follow("jet=9&centre=true&rotate=true&flip=true&normalise=true&show=both")
    shown.expect(jet=9, centre=True, rotate=True, flip=True, normalise=True)
    shown.follow("jet=900&centre=maybe&show=all&guesses=1&cut=0")
    shown.expect(jet=40)
    shown.follow("jet=2.4")
    shown.expect(jet=2)


def test_the_link_button_copies_the_state(shown):
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.button("Next").click()
    shown.settle()
    shown.button("Copy link to this state").click()
    shown.button("Copied").wait_for()
    copied = shown.page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(
        "#widget=jet_explorer&jet=2&show=both&centre=false&rotate=false&flip=false&normalise=false"
    )


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_particles_glide_unless_less_motion_is_wanted(show, motion, moves):
    shown = show(reduced_motion=motion)
    particle = shown.page.locator(".nj-je-particle").first
    wanted = particle.evaluate("e => getComputedStyle(e).transitionDuration")
    assert (wanted.split(",")[0] == "0.4s") == moves


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_is_accessible_and_fits(widget_page, new_page, served, width, scheme):
    widget_page(JetExplorer(jet=3), JetExplorer(show="hidden", name="second"))
    page = new_page(width, color_scheme=scheme)
    page.goto(served + "page.html")
    page.locator(f".nj-widget[data-mode={scheme}]").nth(1).wait_for()
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 350])  # columns of 672 and 350 px
def test_the_height_is_reserved_whatever_is_shown(show, width):
    shown = show(width=width, has_touch=width < 600, is_mobile=width < 600)
    frame = shown.page.locator(".nj-view > div")
    reserved = float(frame.evaluate("e => parseFloat(getComputedStyle(e).minHeight)"))
    tallest = 0
    for link in ("", "jet=2&rotate=true", "show=hidden&jet=3", "show=signal&jet=11&normalise=true",
                 "jet=31&rotate=true&show=background"):  # fmt: skip
        shown.follow(link)
        if "hidden" in link:
            shown.button("Background").click()
            shown.settle()
        tallest = max(tallest, shown.page.locator(".nj-widget").bounding_box()["height"])
        assert frame.bounding_box()["height"] == pytest.approx(reserved, abs=0.5), link
    assert reserved - 60 < tallest, tallest


def test_targets_are_large_enough_for_fingers(show):
    shown = show(width=390, has_touch=True, is_mobile=True)
    for one in shown.page.locator(".nj-track, .nj-field, .nj-button, .nj-select, .nj-toggle").all():
        assert one.bounding_box()["height"] >= 44


def test_what_is_removed_stops_listening(shown):
    shown.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: false}))")
    assert shown.page.locator(".nj-widget").count() == 0
