"""A widget on a page in Chromium: where to take hold of it, whatever it shows."""

from __future__ import annotations

from typing import Any


class ShownWidget:
    """A subclass says what its widget is called in links, and checks what its reader sees."""

    name: str

    def __init__(self, page: Any) -> None:
        self.page = page

    def button(self, label: str) -> Any:
        return self.page.get_by_role("button", name=label, exact=True)

    def track(self, label: str) -> Any:
        return self.page.get_by_role("slider", name=label)

    def field(self, label: str) -> Any:
        return self.page.get_by_role("spinbutton", name=f"{label}, as a number")

    def settle(self) -> None:
        """Wait until what has changed is drawn."""
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def follow(self, link: str) -> None:
        """Open a link to a state of the widget."""
        self.page.evaluate("link => { location.hash = link }", f"#widget={self.name}&{link}")
        self.page.wait_for_timeout(60)
        self.settle()
