"""Measure what a reader on a slow line and a slow machine waits for.

    python benchmarks/page.py _build/html

Serves the built book with gzip, as GitHub Pages does, opens each chapter in Chromium with an
empty cache, at 10 Mbit/s with 40 ms latency and a processor four times slower, and prints

- bytes: everything that a first view loads, compressed, headers included;
- requests: how many;
- paint: until the first text or image is painted (First Contentful Paint);
- widget: until the first widget has answered an input, that is, has drawn what it changed.

The last line is the size of the copy that is kept for reading offline, fetched when idle.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
from pathlib import Path

from _book import opened, squeezed
from playwright.sync_api import Browser

MEGABIT = 1_000_000 / 8

#: Moves the first control of the first widget as soon as there is one, and notes when the widget
#: has changed in answer.
PROBE = """
(() => {
  const changed = new MutationObserver(() => {
    const widget = document.querySelector(".nj-widget");
    const slider = widget?.querySelector("input[type=range]:not(:disabled)");
    if (!slider) return;
    changed.disconnect();
    const answered = new MutationObserver(() => {
      answered.disconnect();
      requestAnimationFrame(() => { window.widgetAnswered = performance.now(); });
    });
    requestAnimationFrame(() => {
      answered.observe(widget, {subtree: true, childList: true, attributes: true,
                                characterData: true});
      slider.stepUp(3);
      slider.dispatchEvent(new Event("input", {bubbles: true}));
    });
  });
  changed.observe(document, {subtree: true, childList: true});
})();
"""


def visit(browser: Browser, address: str, mbit: float, latency: float, slower: float) -> dict:
    """Open a page once with an empty cache and return what it cost."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, service_workers="block")
    page = context.new_page()
    page.add_init_script(PROBE)
    session = context.new_cdp_session(page)
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": latency,
            "downloadThroughput": mbit * MEGABIT,
            "uploadThroughput": mbit * MEGABIT,
        },
    )
    session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    page.goto(address, wait_until="networkidle")
    page.wait_for_timeout(1000)
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
    widget = page.evaluate("window.widgetAnswered ?? null")
    context.close()
    return {"bytes": sum(sizes), "requests": len(sizes), "paint": paint, "widget": widget}


def kept_offline(html: Path) -> tuple[int, int]:
    """Return how many files are kept for reading offline, and their compressed size."""
    worker = (html / "service-worker.js").read_text(encoding="utf-8")
    listed = json.loads(re.search(r"const FILES = (\{.*?\});", worker, re.DOTALL)[1])
    return len(listed), sum(len(squeezed(html / name)) for name in listed)


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("html", type=Path, nargs="?", default=Path("_build/html"))
    parser.add_argument("--mbit", type=float, default=10, help="Mbit/s (default 10)")
    parser.add_argument("--latency", type=float, default=40, help="ms (default 40)")
    parser.add_argument("--slower", type=float, default=4, help="times slower (default 4)")
    parser.add_argument("--repeat", type=int, default=3, help="visits; the median is shown")
    chosen = parser.parse_args(arguments)
    pages = [chosen.html / "index.html", *sorted((chosen.html / "chapters").glob("*.html"))]
    print(f"{chosen.mbit:g} Mbit/s, {chosen.latency:g} ms, processor {chosen.slower:g}x slower")
    print(f"{'page':32}{'bytes':>10}{'requests':>10}{'paint':>9}{'widget':>9}")
    with opened(chosen.html) as (site, browser):
        for path in pages:
            name = path.relative_to(chosen.html).as_posix()
            visits = [
                visit(browser, site + name, chosen.mbit, chosen.latency, chosen.slower)
                for _ in range(chosen.repeat)
            ]
            times = []
            for what in ("paint", "widget"):
                seen = [cost[what] for cost in visits if cost[what] is not None]
                times.append(f"{statistics.median(seen) / 1000:.2f} s" if seen else "–")
            size, requests = max((cost["bytes"], cost["requests"]) for cost in visits)
            print(f"{name:32}{size:>10,.0f}{requests:>10}{times[0]:>9}{times[1]:>9}")
    files, size = kept_offline(chosen.html)
    print(f"kept for reading offline: {files} files, {size:,} bytes")


if __name__ == "__main__":
    main()
