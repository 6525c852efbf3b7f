/** One jet as particles and as an image, before and after each step of preprocessing. */

import { button, facts, format, h, plot, s, select, set, slider, toggle, widget } from "./common.js";

export const PIXELS = 25;
export const HALF_WIDTH = 1.25;
const UNITS = [0.02, 0.01, 0.01]; // of pT in GeV, Δη and Δφ
const STEPS = ["centre", "rotate", "flip"];
const SHOWN = { both: "both kinds", signal: "signal only", background: "background only", hidden: "let me guess" };
const KINDS = ["background: a quark or a gluon", "signal: a W boson"];

// ── Mathematics, as in helpers/jets.py. A particle is [pT, Δη, Δφ]. ─────────────────────────

export function unpack(numbers) {
  return Array.from({ length: numbers.length / 3 }, (_, i) => UNITS.map((unit, j) => numbers[3 * i + j] * unit));
}

const total = (particles, f) => particles.reduce((sum, particle) => sum + particle[0] * f(particle), 0);

/** Seen from their middle, weighted by pT. */
export function centred(particles) {
  const all = total(particles, () => 1) || 1;
  const eta = total(particles, ([, x]) => x) / all;
  const phi = total(particles, ([, , y]) => y) / all;
  return particles.map(([pt, x, y]) => [pt, x - eta, y - phi]);
}

/** Turned such that they spread most up and down, with the harder end up. */
export function upright(particles) {
  const xx = total(particles, ([, x]) => x * x);
  const yy = total(particles, ([, , y]) => y * y);
  const xy = total(particles, ([, x, y]) => x * y);
  const angle = 0.5 * Math.atan2(2 * xy, xx - yy); // of the principal axis
  let [eta, phi] = [Math.cos(angle), Math.sin(angle)];
  if (total(particles, ([, x, y]) => (x * eta + y * phi) ** 3) > 0) [eta, phi] = [-eta, -phi];
  return particles.map(([pt, x, y]) => [pt, x * phi - y * eta, x * eta + y * phi]);
}

/** Mirrored such that most pT lies at the right. */
export function mirrored(particles) {
  const sign = total(particles, ([, x]) => Math.sign(x)) < 0 ? -1 : 1;
  return particles.map(([pt, x, y]) => [pt, sign * x, y]);
}

const APPLY = { centre: centred, rotate: upright, flip: mirrored };

/** The particles of a jet after the steps that are switched on. */
export function prepared(jet, steps) {
  return STEPS.filter((step) => steps[step]).reduce((particles, step) => APPLY[step](particles), unpack(jet.particles));
}

/** How much pT falls into each pixel, row by row from the top. */
export function image(particles, normalise = false) {
  const pixels = new Array(PIXELS * PIXELS).fill(0);
  for (const [pt, x, y] of particles) {
    const [column, up] = [x, y].map((angle) => Math.floor((angle + HALF_WIDTH) * (PIXELS / (2 * HALF_WIDTH))));
    if (column < 0 || column >= PIXELS || up < 0 || up >= PIXELS) continue;
    pixels[(PIXELS - 1 - up) * PIXELS + column] += pt;
  }
  const sum = pixels.reduce((a, b) => a + b, 0);
  return normalise && sum > 0 ? pixels.map((value) => value / sum) : pixels;
}

/** The mass of massless particles around a jet at this pseudorapidity, in GeV. */
export function massOf(particles, eta) {
  const sums = [0, 0, 0, 0];
  for (const [pt, x, y] of particles) {
    [pt * Math.cosh(eta + x), pt * Math.cos(y), pt * Math.sin(y), pt * Math.sinh(eta + x)].forEach((part, i) => { sums[i] += part; });
  }
  const [energy, ...momentum] = sums;
  return Math.sqrt(Math.max(energy ** 2 - momentum.reduce((sum, p) => sum + p * p, 0), 0));
}

/** The next jet of a kind that is shown, forwards or backwards, from 1 and around. */
export function next(jets, jet, show, way) {
  const wanted = { signal: 1, background: 0 }[show];
  for (let i = 1; i <= jets.length; i++) {
    const other = ((jet - 1 + way * i) % jets.length + jets.length) % jets.length;
    if (wanted === undefined || jets[other].label === wanted) return other + 1;
  }
  return jet;
}

/** How many guesses are right: the reader's, and those of a cut on τ₂₁. */
export function scores(jets, guesses, cut) {
  const right = (ask) => guesses.filter((guess) => jets[guess[0] - 1].label === ask(guess)).length;
  return { reader: right(([, guess]) => guess), tau: right(([jet]) => Number(jets[jet - 1].tau21 < cut)), all: guesses.length };
}

// ── Drawing ────────────────────────────────────────────────────────────────────────────────

const AXES = {
  x: [-HALF_WIDTH, HALF_WIDTH], y: [-HALF_WIDTH, HALF_WIDTH], width: 340, height: 330,
  margin: { left: 50, right: 12, top: 8, bottom: 44 }, xLabel: "Δη", yLabel: "Δφ",
};

function particlePanel() {
  const chart = plot({ ...AXES, label: "The particles of the jet as circles in the plane of Δη and Δφ" });
  const ring = s("ellipse", {
    class: "nj-je-radius", cx: chart.x(0), cy: chart.y(0), rx: chart.x(1) - chart.x(0), ry: chart.y(0) - chart.y(1),
  });
  const group = s("g");
  chart.marks.append(ring, group);
  let shown = null;
  return {
    element: h("div", { class: "nj-panel" }, h("p", { class: "nj-panel-title" }, "Particles"), chart.element,
      h("p", { class: "nj-je-key" }, "A circle for each particle, its area as its pT. Dashed: the radius of the jet, R = 1.")),
    draw(jet, particles) {
      if (shown !== jet) {
        shown = jet; // others, not the same in another place
        group.replaceChildren(...particles.map(([pt]) => s("circle", { class: "nj-je-particle", r: (1.3 * Math.sqrt(pt) + 0.6).toFixed(2) })));
      }
      particles.forEach(([, x, y], i) => set(group.children[i], { cx: chart.x(x).toFixed(1), cy: chart.y(y).toFixed(1) }));
    },
  };
}

function imagePanel() {
  const chart = plot({ ...AXES, grid: false, label: "The jet as an image: the darker a pixel, the more pT" });
  const [left, right] = chart.x.range;
  const [bottom, top] = chart.y.range;
  const [width, height] = [(right - left) / PIXELS, (bottom - top) / PIXELS];
  const pixels = Array.from({ length: PIXELS * PIXELS }, (_, i) => s("rect", {
    class: "nj-je-pixel", width: width.toFixed(2), height: height.toFixed(2),
    x: (left + (i % PIXELS) * width).toFixed(2), y: (top + Math.floor(i / PIXELS) * height).toFixed(2),
  }));
  chart.marks.append(...pixels);
  const key = h("p", { class: "nj-je-key" });
  return {
    element: h("div", { class: "nj-panel" }, h("p", { class: "nj-panel-title" }, "Image"), chart.element, key),
    draw(values, normalised) {
      const highest = normalised ? 1 : 275; // one pixel that holds all of a typical jet
      values.forEach((value, i) => {
        // Four powers of ten, from nothing to full colour.
        const shade = value > 0 ? Math.min(1, Math.max(0.06, 1 + Math.log10(value / highest) / 4)) : 0;
        set(pixels[i], { "fill-opacity": shade.toFixed(3) });
      });
      const lit = values.filter((value) => value > 0).length;
      const most = Math.max(...values);
      const text = `${lit} of ${PIXELS * PIXELS} pixels are not empty; the fullest holds ${normalised ? `${format(100 * most, 1)} % of the pT` : `${format(most, 1)} GeV`}. Shades are logarithmic.`;
      if (key.textContent !== text) key.textContent = text;
    },
  };
}

export function describe({ jet, number, show, guess, score, mass }) {
  const open = show !== "hidden" || guess !== undefined;
  const kind = open ? ` is ${KINDS[jet.label]}` : " is hidden: what is it";
  const change = Math.abs(mass - jet.mass) >= 0.5 ? ` The steps have moved its mass by ${format(mass - jet.mass, 1)} GeV.` : "";
  if (show !== "hidden") return `Jet ${number}${kind}.${change}`;
  const verdict = guess === undefined ? "?" : guess === jet.label ? ", and you were right." : ", and you were wrong.";
  const both = score.all ? ` So far: you ${score.reader} of ${score.all}, a cut on τ₂₁ ${score.tau} of ${score.all}.` : "";
  return `Jet ${number}${kind}${verdict}${both}`;
}

function draw(frame) {
  const { get, change, on, panels, controls, say } = frame;
  const jets = get("jets");
  const particles = particlePanel();
  const picture = imagePanel();
  const numbers = facts(["pT", "Mass", "τ₂₁", "Particles", "Mass as shown"]);
  const status = h("p", { class: "nj-je-status" });

  const go = (way) => change({ jet: next(jets, get("jet"), get("show"), way) });
  const walk = h("div", { class: "nj-player", role: "group", "aria-label": "Jets" },
    button({ label: "Previous", press: () => go(-1) }),
    button({ label: "Next", press: () => go(1), className: "nj-primary" }));
  const guess = (answer) => {
    if (get("guesses").some(([jet]) => jet === get("jet"))) return;
    change({ guesses: [...get("guesses"), [get("jet"), answer]] });
  };
  const ask = h("div", { class: "nj-player nj-je-guess", role: "group", "aria-label": "Your guess" },
    button({ label: "Signal", press: () => guess(1) }),
    button({ label: "Background", press: () => guess(0) }));
  const number = slider({
    label: "Jet", min: 1, max: jets.length, step: 1, value: get("jet"), input: (value) => change({ jet: Math.round(value) }),
  });
  const show = select({
    label: "Show", options: SHOWN, value: get("show"),
    input: (what) => {
      const wanted = { signal: 1, background: 0 }[what];
      const jet = wanted === undefined || jets[get("jet") - 1].label === wanted ? get("jet") : next(jets, get("jet"), what, 1);
      change({ show: what, jet, guesses: what === "hidden" ? [] : get("guesses") });
    },
  });
  const steps = [["centre", "Centre"], ["rotate", "Rotate"], ["flip", "Flip"], ["normalise", "Normalise"]].map(([trait, label]) =>
    [trait, toggle({ label, value: get(trait), input: (value) => change({ [trait]: value }) })]);

  panels(particles.element, picture.element, h("div", { class: "nj-je-words" }, numbers.element, status));
  controls(
    h("div", { class: "nj-je-row" }, walk, show.element, ask),
    h("div", { class: "nj-je-row" }, ...steps.map(([, control]) => control.element)),
    number.element,
  );

  on(["jet", "show", "centre", "rotate", "flip", "normalise", "guesses"], () => {
    const at = Math.min(Math.round(get("jet")), jets.length);
    const jet = jets[at - 1];
    const moved = prepared(jet, Object.fromEntries(STEPS.map((step) => [step, get(step)])));
    const mass = massOf(moved, jet.eta);
    const given = get("guesses").find(([other]) => other === at)?.[1];
    const hidden = get("show") === "hidden" && given === undefined;
    particles.draw(jet, moved);
    picture.draw(image(moved, get("normalise")), get("normalise"));
    numbers.set([
      `${format(jet.pt, 1)} GeV`, `${format(jet.mass, 1)} GeV`, hidden ? "?" : format(jet.tau21, 2),
      String(moved.length), `${format(mass, 1)} GeV`,
    ]);
    set(ask, { "data-open": hidden });
    number.value = at;
    show.value = get("show");
    for (const [trait, control] of steps) control.value = get(trait);
    const words = describe({ jet, number: at, show: get("show"), guess: given, score: scores(jets, get("guesses"), get("cut")), mass });
    if (status.textContent !== words) status.textContent = words;
    say(words);
  });
}

export default widget(draw, (get) => ({
  jet: [1, get("jets").length],
  show: SHOWN,
  centre: "boolean",
  rotate: "boolean",
  flip: "boolean",
  normalise: "boolean",
}), (values) => (values.show === "hidden" ? { guesses: [] } : {}));
