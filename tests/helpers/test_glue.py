"""Numbers reach the prose as MyST-NB expects them, and nothing happens in a script."""

import ast

import IPython
import IPython.display
import pytest

from helpers.glue import glue


@pytest.fixture(name="shown")
def _shown(monkeypatch):
    """Collect what is displayed, as if in a notebook."""
    shown = []
    monkeypatch.setattr(IPython, "get_ipython", lambda: object())
    monkeypatch.setattr(
        IPython.display, "display", lambda data, **options: shown.append((data, options))
    )
    return shown


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (2057.7, ",.0f", "2,058"),
        (-10416.7, ",.0f", "−10,417"),
        (0.753, ".0%", "75\N{NO-BREAK SPACE}%"),
        ("seven", "", "seven"),
        (3, "", "3"),
    ],
)
def test_value_is_stored_as_text_under_its_name(shown, value, spec, text):
    glue("mse", value, spec)
    [(data, options)] = shown
    [(mime, literal)] = data.items()
    assert mime == "application/papermill.record/text/plain"
    assert ast.literal_eval(literal) == text
    assert options["metadata"]["scrapbook"] == {
        "name": "mse",
        "mime_prefix": "application/papermill.record/",
    }


def test_nothing_is_shown_outside_a_notebook(capsys):
    glue("mse", 1.0)
    assert capsys.readouterr().out == ""
