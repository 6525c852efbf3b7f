"""Every page, in four settings: accessible, self-contained, quiet and within its width."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page

pytestmark = pytest.mark.slow

AXE = Path(AXE_FILE_PATH).read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

#: axe reads no text in MathML, so it takes a heading that is a formula for an empty one.
RUN_AXE = """async (options) => {
    const isFormula = (node) => document.querySelector(node.target[0])?.querySelector("math");
    const { violations } = await axe.run(options);
    for (const rule of violations.filter((rule) => rule.id === "empty-table-header"))
        rule.nodes = rule.nodes.filter((node) => !isFormula(node));
    return violations;
}"""

#: Folded text must be right as well, so checks open everything first.
UNFOLD = "document.querySelectorAll('details').forEach((fold) => { fold.open = true })"

#: A first view of a page, everything counted, may weigh this much: 500 kB, compressed.
HEAVIEST = 500_000


#: Four fifths of axe's time, as it looks below every sign of every formula. Colours hang on the
#: colour mode and hardly on the width, so both modes at one width each are enough.
CONTRAST = "color-contrast"
CONTRAST_SETTINGS = {"1280-light", "390-dark"}


def violations(page: Page, contrast: bool = True) -> list[str]:
    """Return what axe-core finds on a page, one line per element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    rules = {CONTRAST: {"enabled": contrast}}
    options = {"runOnly": RULES, "resultTypes": ["violations"], "rules": rules}
    found = page.evaluate(RUN_AXE, options)
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:160]}"
        for rule in found
        for node in rule["nodes"]
    ]


def unfold(page):
    """Wait until a page has arrived, then open all that is folded: it must be right as well."""
    page.wait_for_selector("html[data-arrived]")
    page.evaluate(UNFOLD)
    # The page hears of what was opened before its next frame is drawn.
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def test_axe_finds_nothing(page, site, page_names, setting):
    contrast = str(setting) in CONTRAST_SETTINGS
    found = {}
    for name in page_names:
        page.goto(site + name)
        unfold(page)
        found[name] = violations(page, contrast)
    assert not any(found.values()), "\n".join(
        f"{k}: {line}" for k, v in found.items() for line in v
    )


def test_axe_sees_a_planted_fault(wide_page, site):
    wide_page.goto(site + "intro.html")
    wide_page.evaluate("document.querySelector('h1').style.color = '#eee'")
    assert any(line.startswith(CONTRAST) for line in violations(wide_page))
    assert not violations(wide_page, contrast=False)
    wide_page.evaluate("document.documentElement.removeAttribute('lang')")
    assert any(line.startswith("html-has-lang") for line in violations(wide_page, contrast=False))


def test_the_drawer_of_narrow_screens_is_accessible(new_page, site):
    page = new_page(390)
    page.goto(site + "intro.html")
    page.get_by_role("button", name="Contents").click()
    assert page.get_by_role("navigation", name="Book").is_visible()
    assert not violations(page)
    page.keyboard.press("Escape")
    assert not page.get_by_role("navigation", name="Book").is_visible()


def test_nothing_sticks_out_sideways(page, site, page_names, setting):
    wide = {}
    for name in page_names:
        page.goto(site + name)
        unfold(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > setting.width:
            wide[name] = width
    assert not wide, f"wider than {setting.width} px: {wide}"


def test_no_line_begins_with_the_full_stop_of_a_formula(new_page, site):
    page = new_page(390)
    page.goto(site + "chapters/generalisation.html")
    page.wait_for_selector("html[data-arrived]")
    apart = """() => [...document.querySelectorAll("article .together")].filter((whole) => {
        const mark = document.createRange();
        mark.selectNodeContents(whole.lastChild);
        const formula = [...whole.querySelectorAll(".katex-html .base")].at(-1);
        if (whole.lastChild.nodeType !== Node.TEXT_NODE || !formula?.offsetParent) return false;
        const [a, b] = [mark.getBoundingClientRect(), formula.getBoundingClientRect()];
        return a.bottom <= b.top || b.bottom <= a.top;
    }).length"""
    assert page.locator("article .together").count() > 50
    assert page.evaluate(apart) == 0
    # The rule in the style sheet does it: without it lines begin with full stops.
    page.add_style_tag(content=".together { white-space: normal !important }")
    assert page.evaluate(apart) > 0


def test_pages_load_everything_and_weigh_little(new_page, site, page_names, book):
    heavy = {}
    for name in page_names:
        page = new_page()
        missing: list[str] = []
        sizes: dict[str, int] = {}

        def count(response, missing=missing, sizes=sizes):
            if response.status >= 400:
                missing.append(response.url)
            path = book / urlsplit(response.url).path.removeprefix(urlsplit(site).path)
            if path.is_file():
                data = path.read_bytes()
                squeezed = path.suffix in {".html", ".css", ".js", ".mjs", ".svg", ".json"}
                sizes[response.url] = len(gzip.compress(data, 6) if squeezed else data)

        page.on("response", count)
        page.goto(site + name, wait_until="networkidle")
        assert not missing, f"{name} asks for what is not there: {missing}"
        if sum(sizes.values()) > HEAVIEST:
            heavy[name] = sizes
        page.close()
    assert not heavy, f"more than {HEAVIEST} bytes in a first view: {heavy}"


def test_no_script_of_the_theme_is_left(book, page_names):
    for name in page_names:
        html = (book / name).read_text(encoding="utf-8").lower()
        # What a page loads, not what its text speaks of: statisticians have a bootstrap as well.
        loads = " ".join(re.findall(r"<link\b[^>]*>|<script\b.*?</script>", html, re.DOTALL))
        assert "href=" in loads, name
        for heavy in ("fontawesome", "bootstrap", "thebe", "require.js", "mathjax.js", "cdn."):
            assert heavy not in loads, f"{name} loads {heavy}"


def test_mode_button_changes_colours_and_is_remembered(wide_page, site):
    wide_page.goto(site + "intro.html")
    colour = "getComputedStyle(document.documentElement).backgroundColor"
    assert wide_page.evaluate(colour) == "rgb(255, 255, 255)"
    button = wide_page.get_by_role("button", name="Colour mode")
    button.click()  # as the system → light
    button.click()  # light → dark
    assert wide_page.evaluate(colour) == "rgb(20, 24, 29)"
    wide_page.goto(site + "search.html")
    assert wide_page.evaluate(colour) == "rgb(20, 24, 29)"


def test_keyboard_skips_to_the_text_and_shows_where_it_is(wide_page, site):
    wide_page.goto(site + "intro.html")
    wide_page.keyboard.press("Tab")
    link = wide_page.get_by_role("link", name="Skip to the text")
    assert link.bounding_box()["y"] >= 0, "the skip link is not shown when it has the focus"
    wide_page.keyboard.press("Enter")
    assert wide_page.evaluate("document.activeElement.id") == "main"
    for _ in range(12):
        wide_page.keyboard.press("Tab")
        seen = wide_page.evaluate(
            """() => {
                const style = getComputedStyle(document.activeElement);
                return document.activeElement === document.body || style.outlineStyle !== "none";
            }"""
        )
        assert seen, wide_page.evaluate("document.activeElement.outerHTML")


def test_menu_of_the_page_opens_and_closes_by_keyboard(wide_page, site):
    wide_page.goto(site + "chapters/line.html")
    summary = wide_page.locator("details.menu summary")
    summary.focus()
    wide_page.keyboard.press("Enter")
    entries = wide_page.locator("details.menu li")
    assert entries.count() >= 3
    assert entries.first.is_visible()
    # Whatever an extension adds here must exist: a script of the theme would not.
    handlers = wide_page.locator("details.menu [onclick]").evaluate_all(
        "(buttons) => buttons.map((button) => button.getAttribute('onclick'))"
    )
    assert handlers == ["window.print()"]
    wide_page.keyboard.press("Escape")
    assert not entries.first.is_visible()


def test_reduced_motion_stops_smooth_scrolling(new_page, site):
    page = new_page(reduced_motion="reduce")
    page.goto(site + "intro.html")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_search_finds_a_word_and_leads_to_it(wide_page, site):
    wide_page.goto(site + "intro.html")
    assert wide_page.get_by_role("search").count() == 1
    wide_page.keyboard.press("Control+k")
    wide_page.keyboard.type("gradient descent")
    wide_page.keyboard.press("Enter")
    result = wide_page.locator("#search-results a", has_text="Gradient descent").first
    result.wait_for()
    result.click()
    wide_page.wait_for_url("**/gradient-descent.html*")


def test_code_can_be_copied(new_page, site):
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(site + "chapters/line.html")
    block = page.locator(".cell_input .highlight").first
    block.hover()
    block.get_by_role("button", name="Copy").click()
    block.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == block.locator("pre").inner_text().rstrip()


@pytest.mark.parametrize(("scheme", "other"), [("light", "dark"), ("dark", "light")])
def test_only_the_figures_of_the_colour_mode_are_loaded(new_page, site, scheme, other):
    page = new_page(scheme=scheme)
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    page.goto(site + "chapters/line.html")
    for image in page.locator(f"article img.only-{scheme}").all():
        image.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    shown, hidden = (
        set(page.locator(f"img.only-{name}").evaluate_all("images => images.map((i) => i.src)"))
        for name in (scheme, other)
    )
    assert shown
    assert shown <= asked
    assert not hidden & asked


def test_book_reads_from_disk(new_page, book):
    page = new_page()
    page.goto((book / "chapters" / "line.html").as_uri())
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px KaTeX_Main'))")
    page.get_by_role("link", name="Gradient descent").first.click()
    assert "Gradient descent" in page.locator("h1").inner_text()


def test_page_reads_without_scripts(new_page, site):
    page = new_page(java_script_enabled=False)
    page.goto(site + "chapters/line.html")
    assert page.locator("article .katex").first.is_visible()
    assert page.locator("article img.only-light").first.is_visible()


def test_a_place_in_a_long_page_is_met(new_page, site):
    page = new_page()
    page.goto(f"{site}chapters/gradient-descent.html#exercises")
    where = "Math.abs(document.getElementById('exercises').getBoundingClientRect().top) < 100"
    page.wait_for_function(where)
    page.goto(f"{site}chapters/gradient-descent.html")
    page.wait_for_selector("html[data-arrived]")
    page.evaluate("location.hash = 'exercises'")
    page.wait_for_function(where)
