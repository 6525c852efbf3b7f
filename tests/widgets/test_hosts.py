"""Hosts that cannot be started here: what VS Code and Colab put around a widget, and take away."""

import pytest

from helpers.widgets import BatchSize, FitLine, GradientDescent

pytestmark = pytest.mark.slow

#: A model with the methods that every host of anywidget has, and with no other.
SHOW = """async ({ esm, css, state }) => {
    const style = document.createElement("style");
    style.textContent = css;
    document.head.append(style);
    const address = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
    const { default: widget } = await import(address);
    window.heard = [];
    const model = {
        get: (trait) => state[trait],
        set: (trait, value) => { state[trait] = value; },
        save_changes: () => {},
        on: (event, listener) => { heard.push([event, listener]); },
        off: (event, listener) => {
            heard = heard.filter(([e, l]) => e !== event || l !== listener);
        },
    };
    window.cleanUp = await widget.render({ model, el: document.querySelector("#output") });
}"""

COUNT = "() => document.querySelectorAll('*').length"

#: style of the page, attributes of <html> and of <body>, style around the output; what is right.
HOSTS = {
    "vscode-dark": ("", "class=vscode-dark", "", "dark"),
    # github.com/microsoft/vscode-jupyter/issues/7161
    "vscode-dark-on-white": ("", "class=vscode-dark", "background: white", "light"),
    "vscode-light": ("", "class=vscode-light", "", "light"),
    "vscode-hover": ("", "class=vscode-dark", "background: rgba(255, 255, 255, 0.1)", "dark"),
    "colab-dark": ("theme=dark", "", "", "dark"),
    "colab-light": ("", "", "", "light"),
    "see-through-dark": ("", "style='color: #ddd'", "", "dark"),
}
STYLE = """
    body.vscode-dark { background: #1e1e1e; color: #ccc; }
    body.vscode-light { background: #fff; color: #3b3b3b; }
    html[theme=dark] { background: #383838; color: #e3e3e3; }
"""


@pytest.fixture
def show(new_page):
    """Return a function that shows a widget in a bare page, given its attributes."""

    def show(widget, html="", body="", around=""):
        page = new_page()
        page.set_content(
            f'<!doctype html><html lang="en" {html}><style>{STYLE}</style><body {body}>'
            f'<div style="{around}"><div id="output"></div></div></body></html>'
        )
        state = {k: v for k, v in widget.get_state().items() if not k.startswith("_")}
        page.elements = page.evaluate(COUNT)
        page.evaluate(SHOW, {"esm": widget._esm, "css": widget._css, "state": state})
        return page

    return show


@pytest.mark.parametrize("host", HOSTS)
def test_colours_stand_out_from_what_lies_behind(show, host):
    *attributes, mode = HOSTS[host]
    page = show(FitLine(), *attributes)
    assert page.locator(".nj-widget").get_attribute("data-mode") == mode


def test_a_change_of_theme_is_followed(show):
    page = show(FitLine(), body="class=vscode-light")
    page.evaluate("document.body.className = 'vscode-dark'")
    page.locator(".nj-widget[data-mode=dark]").wait_for()


@pytest.mark.parametrize("kind", [BatchSize, FitLine, GradientDescent])
def test_clean_up_leaves_nothing(show, kind):
    page = show(kind())
    assert page.evaluate("heard.length") > 0
    page.evaluate("cleanUp()")
    assert page.evaluate("heard.length") == 0
    assert page.evaluate(COUNT) == page.elements + 1  # the style that the host has put there
