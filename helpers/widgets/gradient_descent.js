/**
 * Gradient descent on a cost of one or two weights: the path, and the loss against the step.
 *
 * Everything shown follows from the traits: the path is computed anew from the surface, the start, the
 * learning rate and its schedule, and the number of steps taken, whenever one of them changes.
 */
import { chooser, clamp, concise, contours, costAt, dots, draggable, gaussian, gradientAt, h } from "./common.js";
import { handle, kept, linspace, monomialDerivative, player, plot, powersOfTen, rings, s, select, set } from "./common.js";
import { slider, through, toggle, widget, within } from "./common.js";

// ── The mathematics ──────────────────────────────────────────────────────────────────────
// A surface is data (see helpers/nn/surfaces.py): monomials [coefficient, power, …], Gaussian
// wells [depth, centre, width], and a window. A point is an array of one or two weights.

/** The matrix of second derivatives at w, as rows. */
export function hessian(surface, w) {
  return w.map((_, j) => w.map((_, k) => {
    let total = 0;
    for (const [c, ...powers] of surface.monomials) total += c * monomialDerivative(w, powers, [j, k]);
    for (const [depth, centre, width] of surface.wells) {
      const u = (w[j] - centre[j]) * (w[k] - centre[k]) / width ** 2;
      total += (depth / width ** 2) * gaussian(w, centre, width) * ((j === k ? 1 : 0) - u);
    }
    return total;
  }));
}

/** Smallest and largest eigenvalue of a symmetric 1 × 1 or 2 × 2 matrix. */
export function eigenvalues(matrix) {
  if (matrix.length === 1) return [matrix[0][0], matrix[0][0]];
  const [[a, b], [, d]] = matrix;
  const mean = (a + d) / 2;
  const radius = Math.hypot((a - d) / 2, b);
  return [mean - radius, mean + radius];
}

/** 2/λmax for a quadratic with a minimum, λmax the largest curvature; null for any other cost. */
export function stabilityLimit(surface) {
  const degree = Math.max(...surface.monomials.map(([, ...powers]) => powers.reduce((a, b) => a + b)));
  if (surface.wells.length || degree > 2) return null;
  const [low, high] = eigenvalues(hessian(surface, surface.window.map(() => 0)));
  return low > 0 ? 2 / high : null;
}

/** The learning rate of a step, counted from 0. */
export function rateAt(step, { learning_rate, schedule, factor, every }) {
  return schedule === "step decay" ? learning_rate * factor ** Math.floor(step / every) : learning_rate;
}

export const FAR = 1e6; // a path beyond this has diverged

/** Every point of the descent, the start included; cut after its first point beyond FAR. */
export function descend(surface, start, rate, steps) {
  const path = [start.slice()];
  for (let step = 0; step < steps; step++) {
    const w = path[step];
    const grad = gradientAt(surface, w);
    path.push(w.map((x, j) => x - rate(step) * grad[j]));
    if (path[step + 1].some((x) => !(Math.abs(x) <= FAR))) break;
  }
  return path;
}

/** What the point is, to second order: "minimum" or "saddle" when one lies within `near`. */
export function stationary(surface, w, near) {
  const grad = gradientAt(surface, w);
  const matrix = hessian(surface, w);
  const [low, high] = eigenvalues(matrix);
  if (low * high === 0 && Math.hypot(...grad) > 0) return null;
  // The Newton step leads to the stationary point of the local quadratic.
  let newton = grad.map((g) => g / matrix[0][0]);
  if (w.length === 2) {
    const [[a, b], [, d]] = matrix;
    const det = a * d - b * b;
    newton = [(d * grad[0] - b * grad[1]) / det, (a * grad[1] - b * grad[0]) / det];
  }
  if (!(Math.hypot(...newton) < near)) return null;
  if (low > 0) return "minimum";
  return high < 0 ? "maximum" : "saddle";
}

const MOST = 500; // steps
const NEAR = 1e-3; // this close to a minimum, the path has arrived

/** What has become of the path: "minimum" and the step that arrived there; or how it ends. */
export function verdict(surface, path) {
  const last = path[path.length - 1];
  if (last.some((x) => !(Math.abs(x) <= FAR))) return { end: "diverged", arrival: null };
  const end = stationary(surface, last, NEAR);
  if (end !== "minimum") return { end, arrival: null };
  return { end, arrival: path.findIndex((w) => stationary(surface, w, NEAR) === end) };
}

/** All that follows from the traits. */
export function derive(get) {
  const surfaces = get("surfaces");
  const surface = surfaces.find(({ name }) => name === get("surface")) ?? surfaces[0];
  const given = get("start");
  const start = given.length === surface.window.length ? given : surface.start;
  const settings = {};
  for (const key of ["learning_rate", "schedule", "factor"]) settings[key] = get(key);
  settings.every = clamp(get("every"), 1, 100); // a link may ask for anything
  const rate = (step) => rateAt(step, settings);
  const path = descend(surface, start, rate, clamp(get("steps"), 0, MOST));
  const costs = path.map((w) => costAt(surface, w));
  return { surface, start, rate, path, costs, limit: stabilityLimit(surface), ...verdict(surface, path) };
}

/** Whether the path is so far outside the window that more steps show nothing new. */
export function escaped({ surface, path }) {
  return path[path.length - 1].some((x, j) => {
    const [low, high] = surface.window[j];
    return !(Math.abs(x - (low + high) / 2) < 20 * (high - low));
  });
}

function outside(surface, w) {
  return w.some((x, j) => !(x >= surface.window[j][0] && x <= surface.window[j][1]));
}

// ── In words ───────────────────────────────────────────────────────────────────────────────

const NAMES = { 1: ["w"], 2: ["w₁", "w₂"] };
const place = (w) => w.map((x, j) => `${NAMES[w.length][j]} = ${concise(x)}`).join(", ");

/** One or two sentences about where the path stands. */
export function describe({ surface, path, costs, rate, limit, end, arrival }) {
  const n = path.length - 1;
  const w = path[n];
  const beyond = limit !== null && rate(n) > limit;
  if (n === 0) {
    return `Start at ${place(w)}, where the cost is ${concise(costs[0])}. `
      + "The green line is the next step. Click or drag on the plot to start elsewhere.";
  }
  if (end === "minimum") {
    return `Arrived in ${arrival} step${arrival === 1 ? "" : "s"}: within 0.001 of a minimum, at ${place(w)}.`;
  }
  if (end === "diverged" || outside(surface, w)) {
    const gone = path.findIndex((p) => outside(surface, p));
    const why = beyond
      ? "Beyond 2/λmax every step overshoots farther than the last."
      : "The steps are too long for so steep a slope.";
    return `Step ${gone} leaves the picture, step ${n} is at ${place(w)}. ${why}`;
  }
  const where = `Step ${n}: ${place(w)}, cost ${concise(costs[n])}.`;
  if (limit !== null && Math.abs(rate(n) / limit - 1) < 1e-9) {
    return `${where} Exactly at the limit 2/λmax the path neither settles nor escapes.`;
  }
  if (end === "saddle" || end === "maximum") {
    return `${where} The gradient vanishes here, but it is a ${end === "saddle" ? "saddle point" : "maximum"}, not a minimum.`;
  }
  return `${where} Length of the gradient ${concise(Math.hypot(...gradientAt(surface, w)))}.`;
}

// ── The picture ────────────────────────────────────────────────────────────────────────────

/** The left panel: the surface, the path, the next step and the start to take hold of. */
function landscape({ get, change }) {
  const start = handle("nj-gd-start");
  const ground = s("rect", { class: "nj-ground" });
  const [curve, contourLines] = [s("path", { class: "nj-curve" }), s("g")];
  const [trail, next, drop] = ["trail", "next", "drop"].map((c) => s("path", { class: `nj-gd-${c}` }));
  const points = s("path", { class: "nj-gd-points" });
  const [here, target] = [s("circle", { r: 6, class: "nj-gd-here" }), s("circle", { r: 5, class: "nj-gd-target" })];
  const box = h("div", { class: "nj-panel" });
  let chart = null;
  let drawn = null;

  const choose = {
    point: () => derive(get).start,
    window: () => derive(get).surface.window,
    move: (w) => change({ start: w }),
  };

  /** New axes and a new ground, when the surface is another. */
  function survey(surface) {
    const [x, y = reach(surface)] = surface.window;
    const flat = surface.window.length === 2;
    chart = plot({
      x, y, width: 340, height: 340, margin: { top: 8, right: 8, left: 46, bottom: 46 }, grid: !flat,
      xLabel: flat ? "w₁" : "weight w", yLabel: flat ? "w₂" : "cost",
    });
    set(chart.element, { class: "nj-plot nj-map nj-gd-map" });
    chooser(chart, ground, {
      ...choose, label: `${flat ? "Contours" : "Curve"} of the cost. Arrow keys move the start, with Shift faster.`,
    });
    if (flat) {
      const levels = rings(surface);
      contourLines.replaceChildren(...contours((u, v) => costAt(surface, [u, v]), chart.x, chart.y, levels, 80)
        .map((d) => s("path", { class: "nj-contour", d })));
    } else {
      set(curve, { d: through(linspace(...x, 241).map((w) => [w, costAt(surface, [w])]), chart.x, chart.y) });
    }
    chart.back.append(flat ? contourLines : curve, ground);
    chart.marks.append(drop, next, trail, points, target, here);
    chart.front.append(start);
    box.replaceChildren(chart.element);
  }

  draggable(start, { at: (event) => chart.at(event) }, { move: (w) => choose.move(within(choose.window(), w)) });

  return {
    element: box,
    draw(state) {
      const { surface, path, costs, rate, end } = state;
      if (drawn !== surface) survey(drawn = surface);
      const flat = surface.window.length === 2;
      const [x, y] = [kept(chart.x), kept(chart.y)];
      const at = flat ? (w) => w : (w) => [w[0], costAt(surface, w)];
      const seen = path.map(at);
      const n = path.length - 1;
      const put = (element, [a, b]) => set(element, { transform: `translate(${x(a).toFixed(1)} ${y(b).toFixed(1)})` });
      set(trail, { d: through(seen, x, y) });
      set(points, { d: dots(seen, x, y) });
      put(start, seen[0]);
      put(here, seen[n]);
      // The next step: along the tangent of a curve, then down to it; straight on a map.
      const done = end === "minimum" || outside(surface, path[n]);
      for (const element of [next, drop, target]) set(element, { visibility: done ? "hidden" : null });
      if (done) return;
      const grad = gradientAt(surface, path[n]);
      const to = path[n].map((w, j) => w - rate(n) * grad[j]);
      const along = flat ? to : [to[0], costs[n] + grad[0] * (to[0] - path[n][0])];
      set(next, { d: through([seen[n], along], x, y) });
      set(drop, { d: flat ? "" : through([along, at(to)], x, y) });
      put(target, at(to));
    },
  };
}

/** Range of the cost of one weight over its window, with a little air below. */
function reach(surface) {
  const costs = linspace(...surface.window[0], 241).map((w) => costAt(surface, [w]));
  const [low, high] = [Math.min(...costs), Math.max(...costs)];
  return [low - 0.06 * (high - low), high + 0.03 * (high - low)];
}

/** The right panel: cost against step. */
function lossCurve(...below) {
  const chart = plot({
    x: [0, 20], y: [0, 1], width: 340, height: 236, margin: { top: 8, right: 12, left: 52, bottom: 46 },
    xLabel: "step", yLabel: "cost", label: "Cost after each step",
  });
  const line = s("path", { class: "nj-gd-trail" });
  const points = s("path", { class: "nj-gd-points" });
  chart.marks.append(line, points);
  let shown = "";
  return {
    element: h("div", { class: "nj-panel" }, chart.element, ...below),
    draw({ costs }, log) {
      const n = costs.length - 1;
      const steps = [20, 50, 100, 200, MOST].find((most) => n <= most) ?? n;
      const floor = 1e-12;
      const heights = log ? costs.map((c) => Math.log10(Math.max(c, floor))) : costs;
      const finite = heights.filter(Number.isFinite);
      const [low, high] = [Math.min(...finite), Math.max(...finite)];
      const first = heights[0];
      // Room for the dots at the edges.
      const range = log
        ? [Math.min(Math.floor(low), Math.floor(first) - 2), Math.min(Math.ceil(high + 0.01), Math.ceil(first) + 4)]
        : [Math.min(0, low), Math.min(high, 3 * Math.max(first, 1e-9)) || 1];
      const air = log ? 0 : 0.04 * (range[1] - range[0]);
      const key = JSON.stringify([steps, range]);
      if (key !== shown) {
        chart.domain([-0.02 * steps, 1.02 * steps], [range[0] - air, range[1] + air]);
        if (log) powersOfTen(chart);
        shown = key;
      }
      const y = kept(chart.y);
      const seen = heights.map((cost, step) => [step, cost]);
      set(line, { d: through(seen, chart.x, y) });
      set(points, { d: dots(seen, chart.x, y) });
    },
  };
}

/** Below the slider of the learning rate: from where on a quadratic diverges. */
function limitMark([low, high]) {
  const zone = h("span", { class: "nj-gd-zone" });
  const text = h("span", { class: "nj-gd-limit-text" });
  const element = h("div", { class: "nj-gd-limit" }, zone);
  return {
    elements: [element, text],
    draw({ limit, rate, path }) {
      const part = limit === null ? 1 : clamp(Math.log(limit / low) / Math.log(high / low), 0, 1);
      element.style.setProperty("--nj-limit", part.toFixed(4));
      const now = rate(path.length - 1);
      zone.hidden = limit === null;
      set(text, { "data-beyond": limit !== null && now >= limit });
      if (limit === null) return text.replaceChildren("No single limit: the curvature changes from place to place.");
      const verdict = now < limit ? "" : now > limit ? ": this one diverges" : ": this one is on the edge";
      text.replaceChildren("Converges below 2/λ", h("sub", {}, "max"), ` = ${Number(limit.toPrecision(3))}${verdict}`);
    },
  };
}

/** A small number in the middle of a sentence. */
function inlineNumber({ label, min, max, step, input }) {
  const field = h("input", {
    type: "number", class: "nj-field nj-gd-inline", min, max, step, "aria-label": label,
    onkeydown: (event) => event.stopPropagation(),
    oninput: () => { if (field.checkValidity() && field.value !== "") input(field.valueAsNumber); },
  });
  return field;
}

const SEEN = 5; // steps before the picture is explained: first the reader predicts
const SCHEDULES = { constant: "constant", "step decay": "step decay" };

function menu(get) {
  const surfaces = get("surfaces");
  const mixed = new Set(surfaces.map(({ window }) => window.length)).size > 1;
  return Object.fromEntries(surfaces.map(({ name, title, window }) =>
    [name, mixed ? `${title} (${window.length}-D)` : title]));
}

function draw(frame) {
  const { get, change, on, panels, controls, linked, signal, say } = frame;
  const rates = get("rates");
  const map = landscape(frame);
  const status = h("p", { class: "nj-gd-status" });
  const look = h("p", { class: "nj-gd-look" });

  const surfaceList = select({
    label: "Surface", options: menu(get), value: get("surface"),
    input: (name) => {
      playback.pause();
      const { learning_rate } = get("surfaces").find((each) => each.name === name);
      change({ surface: name, start: [], steps: 0, learning_rate: clamp(learning_rate, ...rates) });
    },
  });
  const rate = slider({
    label: "Learning rate", symbol: "η", min: rates[0], max: rates[1], log: true, value: get("learning_rate"),
    input: (learning_rate) => change({ learning_rate }),
  });
  const mark = limitMark(rates);
  rate.element.append(...mark.elements);
  const schedules = select({
    label: "Schedule", options: SCHEDULES, value: get("schedule"), input: (schedule) => change({ schedule }),
  });
  const factor = inlineNumber({
    label: "Factor of the step decay", min: 0.05, max: 1, step: 0.05, input: (v) => change({ factor: v }),
  });
  const every = inlineNumber({
    label: "Steps between drops", min: 1, max: 100, step: 1, input: (v) => change({ every: v }),
  });
  const decay = h("span", { class: "nj-gd-decay" }, "× ", factor, " every ", every, " steps");
  const log = toggle({ label: "Cost on a log scale", value: get("log_scale"), input: (v) => change({ log_scale: v }) });
  const loss = lossCurve(log.element, status);
  const playback = player({
    signal, rate: 12, jump: MOST,
    step: () => {
      const state = derive(get);
      const steps = get("steps");
      if (state.end === "minimum" || escaped(state) || steps >= MOST) return false;
      change({ steps: steps + 1 });
      return true;
    },
    reset: () => change({ steps: 0 }),
  });

  linked(() => playback.pause());
  panels(map.element, loss.element);
  controls(
    h("div", { class: "nj-gd-row" }, playback.element, surfaceList.element),
    rate.element,
    h("div", { class: "nj-gd-row" }, schedules.element, decay),
    look,
  );

  on(["surface", "surfaces", "start", "steps", "learning_rate", "schedule", "factor", "every", "log_scale"], () => {
    const state = derive(get);
    map.draw(state);
    loss.draw(state, get("log_scale"));
    mark.draw(state);
    surfaceList.value = state.surface.name;
    rate.value = get("learning_rate");
    schedules.value = get("schedule");
    log.value = get("log_scale");
    set(decay, { hidden: get("schedule") !== "step decay" });
    for (const [field, trait] of [[factor, "factor"], [every, "every"]]) {
      if (field.valueAsNumber !== get(trait) && document.activeElement !== field) field.value = get(trait);
    }
    const words = describe(state);
    if (status.textContent !== words) status.textContent = words;
    const n = state.path.length - 1;
    const hint = n >= SEEN || (n > 0 && (state.end || escaped(state))) ? state.surface.look : "";
    if (look.textContent !== hint) look.textContent = hint;
    say(words);
  });
}

export default widget(draw, (get) => ({
  surface: menu(get),
  learning_rate: get("rates"),
  schedule: SCHEDULES,
  factor: [0.05, 1],
  every: "integer",
  start: [[-1e6, 1e6], [-1e6, 1e6]],
  steps: "integer",
  log_scale: "boolean",
}), ({ surface }, initial, get) => {
  // Start and learning rate of the first surface say nothing about another one.
  if (surface === undefined || surface === initial.surface) return {};
  const { learning_rate } = get("surfaces").find(({ name }) => name === surface);
  return { start: [], learning_rate: clamp(learning_rate, ...get("rates")) };
});
