"""Measure how smoothly widgets move on a slow machine.

    python benchmarks/frames.py _build/html

Opens each chapter of the built book in Chromium with a processor four times slower and moves every
widget: it plays, or its first slider is drawn to and fro, or a pointer draws on it. Prints the
median time from one frame to the next in the same page at rest and moving, both measured in this
run, and their ratio: 1 is as smooth as this machine can be.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from _book import opened
from playwright.sync_api import Browser

#: Heavier pictures than those that the chapters open with: address within the book → what it is.
HEAVY = {
    "chapters/mlp.html#widget=xor_playground&data=circle&neurons=8&steps=2000": "eight neurons",
    "chapters/losses.html#widget=softmax_cross_entropy&logits=1,2,3,4,5&twice=true": "five classes",
    "chapters/generalisation.html#widget=dropout_units&masks=300": "300 masks",
    "chapters/convolutions.html#widget=convolution_stepper&padding=same&layers=3": "three layers",
    "chapters/convolutions.html#widget=pooling&numbers=random&window=3&stride=1": "36 windows",
    "chapters/perceptron.html#widget=perceptron&data=xor&steps=1500": "1500 steps",
}

#: Median time between frames, in ms, while `move(i)` is called before each; and how it was moved.
MEASURE = """async ([place, moving]) => {
  const widget = document.querySelectorAll(".nj-widget")[place];
  widget.scrollIntoView({block: "center"});
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const button = (name) => [...widget.querySelectorAll("button")]
    .find((one) => one.textContent === name && !one.disabled);
  const slider = widget.querySelector("input[type=range]:not(:disabled)");
  const sheet = widget.querySelector("svg, canvas");
  const point = (kind, i) => {
    const box = sheet.getBoundingClientRect();
    sheet.dispatchEvent(new PointerEvent(kind, {
      pointerId: 1, button: 0, buttons: 1, bubbles: true,
      clientX: box.left + box.width * (0.5 + 0.3 * Math.sin(i / 5)),
      clientY: box.top + box.height * (0.5 + 0.3 * Math.cos(i / 7)),
    }));
  };
  let move = () => {}, end = () => {}, how = "still";
  if (moving && button("Play")) {
    how = "plays";
    // What has come to its end is started again.
    move = () => {
      if (button("Pause")) return;
      button("Play")?.click();
      if (!button("Pause")) { button("Reset")?.click(); button("Play")?.click(); }
    };
    end = () => button("Pause")?.click();
  } else if (moving && slider) {
    how = "slider";
    const before = slider.value;
    const input = () => slider.dispatchEvent(new Event("input", {bubbles: true}));
    move = (i) => { i % 20 < 10 ? slider.stepUp() : slider.stepDown(); input(); };
    end = () => { slider.value = before; input(); };
  } else if (moving && sheet) {
    how = "pointer";
    sheet.setPointerCapture = () => {};
    point("pointerdown", 0);
    move = (i) => point("pointermove", i);
    end = () => point("pointerup", 0);
  }
  const times = [];
  for (let i = 0; i < 90; i++) { move(i); times.push(await frame()); }
  end();
  const between = times.slice(1).map((time, i) => time - times[i]).sort((a, b) => a - b);
  return [how, between[Math.floor(between.length / 2)]];
}"""


def rows(browser: Browser, address: str, slower: float) -> list[tuple[str, str, float, float]]:
    """Return name, how it was moved, and ms per frame at rest and moving, for a page's widgets."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(address, wait_until="networkidle")
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    found = []
    for place in range(page.locator(".nj-widget").count()):
        widget = page.locator(".nj-widget").nth(place)
        name = widget.evaluate("element => element.classList[1].slice(3)")  # nj-widget nj-NAME
        _, rest = page.evaluate(MEASURE, [place, False])
        how, moving = page.evaluate(MEASURE, [place, True])
        found.append((name, how, rest, moving))
    page.close()
    return found


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("html", type=Path, nargs="?", default=Path("_build/html"))
    parser.add_argument("--slower", type=float, default=4, help="times slower (default 4)")
    chosen = parser.parse_args(arguments)
    pages = [f"chapters/{path.name}" for path in sorted((chosen.html / "chapters").glob("*.html"))]
    print(f"processor {chosen.slower:g}x slower; ms from frame to frame")
    print(f"{'page':28}{'widget':44}{'moved by':10}{'rest':>7}{'moving':>8}{'ratio':>7}")
    with opened(chosen.html) as (site, browser):
        for address in [*pages, *HEAVY]:
            for name, how, rest, moving in rows(browser, site + address, chosen.slower):
                if "#" in address and f"#widget={name}&" not in address:
                    continue
                title = address.partition("#")[0].removeprefix("chapters/").removesuffix(".html")
                named = f"{name}, {HEAVY[address]}" if address in HEAVY else name
                print(
                    f"{title:28}{named:26}{how:10}{rest:>7.1f}{moving:>8.1f}{moving / rest:>7.1f}"
                )


if __name__ == "__main__":
    main()
