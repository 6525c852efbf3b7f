"""Take the picture of README from the built book: ``make picture``.

The cover in Chromium, with the line partly fitted, reduced to a small palette.
"""

from __future__ import annotations

import io
import sys
import threading
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from helpers.book import open_server  # noqa: E402
from tests.conftest import NO_CHROMIUM, chromium  # noqa: E402

SIZE = {"width": 1180, "height": 760}
LINE = {"Weight": "150", "Bias": "50"}


def main() -> None:
    """Write ``.github/cover.png``."""
    executable = chromium()
    if executable is None:
        sys.exit(NO_CHROMIUM)
    with open_server(ROOT / "_build" / "html", 0) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=executable)
        page = browser.new_page(viewport=SIZE, color_scheme="light", reduced_motion="reduce")
        page.goto(f"http://127.0.0.1:{server.server_port}/intro.html")
        for name, value in LINE.items():
            number = page.get_by_role("spinbutton", name=name)
            number.fill(value)
            number.press("Enter")
        page.evaluate("document.activeElement.blur()")
        shot = page.screenshot()
        browser.close()
        server.shutdown()
    picture = Image.open(io.BytesIO(shot)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    picture.save(ROOT / ".github" / "cover.png", optimize=True)


if __name__ == "__main__":
    main()
