/**
 * Optimiser race: several optimisers start from one point of a cost of two weights.
 *
 * Everything shown follows from the traits. The runs are kept, and grow as steps are taken, until a
 * trait changes that they follow from.
 */
import { button, chooser, clamp, concise, contours, costAt, draggable, gradientAt, h, handle, kept } from "./common.js";
import { normal, player, plot, powersOfTen, random, rings, s, select, set, slider, through } from "./common.js";
import { toggle, widget, within } from "./common.js";

// ── The mathematics ────────────────────────────────────────────────────────────────────────
// Step for step that of helpers.nn.optimizers, and so of Keras 3.

/** Who can run: the name, its family (one colour, one marker), and which settings it has. */
export const OPTIMIZERS = {
  gd: { title: "GD", family: 0, uses: [] },
  sgd: { title: "SGD", family: 0, second: true, uses: [] },
  momentum: { title: "Momentum", family: 1, uses: ["momentum"] },
  nesterov: { title: "Nesterov", family: 1, second: true, uses: ["momentum"] },
  adagrad: { title: "Adagrad", family: 2, uses: [] },
  adadelta: { title: "Adadelta", family: 2, second: true, uses: ["rho"] },
  rmsprop: { title: "RMSProp", family: 3, uses: ["rho"] },
  adam: { title: "Adam", family: 4, uses: ["beta_1", "beta_2"] },
  adamw: { title: "AdamW", family: 4, second: true, uses: ["beta_1", "beta_2", "weight_decay"] },
};
export const NAMES = Object.keys(OPTIMIZERS);
export const MOST = 2000; // steps
const EPSILON = 1e-7;
const FAR = 1e6; // helpers.nn.surfaces.FAR
const ESCAPE = 10; // windows away: whoever is so far outside has left

/** What an optimiser remembers before its first step, for d weights. */
export function memoryOf(name, d) {
  const first = name === "adagrad" ? 0.1 : 0;
  return { t: 0, m: new Array(d).fill(0), v: new Array(d).fill(first) };
}

/**
 * One step: `[w, memory]` after it. Nothing that is passed is changed.
 *
 * `w` and `g` are arrays, weights and gradient; `settings` holds `learning_rate` and what the
 * optimiser uses of `momentum`, `rho`, `beta_1`, `beta_2`, `weight_decay`. In the memory, `m` is a
 * velocity or an average of gradients (for Adadelta: of squared steps), `v` one of their squares.
 */
export function update(name, w, g, memory, settings) {
  const { learning_rate: rate, momentum, rho, beta_1, beta_2, weight_decay } = settings;
  const t = memory.t + 1;
  let { m, v } = memory;
  let next;
  if (name === "momentum" || name === "nesterov") {
    m = m.map((x, j) => momentum * x - rate * g[j]);
    next = name === "momentum" ? w.map((x, j) => x + m[j]) : w.map((x, j) => x + momentum * m[j] - rate * g[j]);
  } else if (name === "adagrad") {
    v = v.map((x, j) => x + g[j] ** 2);
    next = w.map((x, j) => x - (rate * g[j]) / Math.sqrt(v[j] + EPSILON));
  } else if (name === "adadelta") {
    v = v.map((x, j) => rho * x + (1 - rho) * g[j] ** 2);
    const delta = g.map((x, j) => (-Math.sqrt(m[j] + EPSILON) * x) / Math.sqrt(v[j] + EPSILON));
    m = m.map((x, j) => rho * x + (1 - rho) * delta[j] ** 2);
    next = w.map((x, j) => x + rate * delta[j]);
  } else if (name === "rmsprop") {
    v = v.map((x, j) => rho * x + (1 - rho) * g[j] ** 2);
    next = w.map((x, j) => x - (rate * g[j]) / Math.sqrt(v[j] + EPSILON));
  } else if (name === "adam" || name === "adamw") {
    const from = name === "adamw" ? w.map((x) => x - x * weight_decay * rate) : w;
    m = m.map((x, j) => x + (g[j] - x) * (1 - beta_1));
    v = v.map((x, j) => x + (g[j] ** 2 - x) * (1 - beta_2));
    const alpha = (rate * Math.sqrt(1 - beta_2 ** t)) / (1 - beta_1 ** t);
    next = from.map((x, j) => x - (m[j] * alpha) / (Math.sqrt(v[j]) + EPSILON));
  } else {
    next = w.map((x, j) => x - rate * g[j]);
  }
  return [next, { t, m, v }];
}

/** Pairs of normal numbers, the same at step t for everybody: `noise(seed)(t)`. */
export function noiseOf(seed) {
  const uniform = random(seed);
  const drawn = [];
  return (t) => {
    while (drawn.length <= t) drawn.push([normal(uniform), normal(uniform)]);
    return drawn[t];
  };
}

/**
 * A run that grows: `until(n)` makes sure that n steps are there, unless it has left before.
 *
 * `path` and `costs` begin with the start; `distances` are those to the nearest minimum.
 * Everybody but GD is told the gradient with noise of standard deviation `settings.noise` in each
 * component; AdamW's decay and the costs know nothing of it.
 */
export function run(name, surface, start, settings, noise) {
  const span = surface.window.map(([low, high]) => high - low);
  const middle = surface.window.map(([low, high]) => (low + high) / 2);
  const distance = (w) => Math.min(Infinity, ...surface.minima.map((p) => Math.hypot(w[0] - p[0], w[1] - p[1])));
  let memory = memoryOf(name, start.length);
  const self = {
    name, path: [start.slice()], costs: [costAt(surface, start)], distances: [distance(start)], left: false,
    until(n) {
      while (self.path.length <= n && !self.left) {
        const t = self.path.length - 1;
        const w = self.path[t];
        const g = gradientAt(surface, w);
        if (name !== "gd" && settings.noise > 0) {
          const extra = noise(t);
          for (let j = 0; j < g.length; j++) g[j] += settings.noise * extra[j];
        }
        let next;
        [next, memory] = update(name, w, g, memory, settings);
        self.path.push(next);
        self.costs.push(costAt(surface, next));
        self.distances.push(distance(next));
        self.left = next.some((x, j) => !(Math.abs(x - middle[j]) <= Math.min(ESCAPE * span[j], FAR)));
      }
      return self;
    },
  };
  return self;
}

/** The step since which a run has stayed within the tolerance up to step `at`; null if it has not. */
export function arrivalOf(distances, at, tolerance) {
  let k = at;
  while (k >= 0 && distances[k] <= tolerance) k--;
  return k < at ? k + 1 : null;
}

const SETTINGS = ["momentum", "rho", "beta_1", "beta_2", "weight_decay", "noise"];

/** The learning rate of a runner: that of all, its own, or the one that suits it on this surface. */
export function rateOf(name, surface, get) {
  const index = NAMES.indexOf(name);
  return get("learning_rate") || get("rates")[index] || surface.rates[index];
}

/** Returns `derive(get)`, all that follows from the traits; runs are kept from call to call. */
export function starter() {
  let runs = {};
  let key = "";
  let noise = null;
  return (get) => {
    const surfaces = get("surfaces");
    const surface = surfaces.find(({ name }) => name === get("surface")) ?? surfaces[0];
    const start = get("start").length === 2 ? get("start") : surface.start;
    const settings = Object.fromEntries(SETTINGS.map((trait) => [trait, get(trait)]));
    const now = JSON.stringify([surface.name, start, settings, get("seed")]);
    if (now !== key) {
      key = now;
      runs = {};
      noise = noiseOf(get("seed"));
    }
    const n = clamp(get("steps"), 0, MOST);
    const tolerance = get("tolerance");
    const runners = get("optimizers").map((name) => {
      const rate = rateOf(name, surface, get);
      if (runs[name]?.rate !== rate) {
        runs[name] = { rate, run: run(name, surface, start, { ...settings, learning_rate: rate }, noise) };
      }
      const { path, costs, distances, left } = runs[name].run.until(n);
      const at = Math.min(n, path.length - 1);
      const gone = left && path.length - 1 <= n;
      const arrival = gone ? null : arrivalOf(distances, at, tolerance);
      return {
        name, rate, path, costs, at, w: path[at], cost: costs[at], distance: distances[at],
        left: gone ? path.length - 1 : null, arrival,
      };
    });
    return { surface, start, n, tolerance, runners, noise: settings.noise };
  };
}

// ── In words ───────────────────────────────────────────────────────────────────────────────

function listed(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** Who is first, who comes next, who has left: a few sentences. */
export function describe({ surface, start, n, tolerance, runners }) {
  const titled = (some) => listed(some.map(({ name }) => OPTIMIZERS[name].title));
  if (!runners.length) return "Nobody runs. Tick a name in the table.";
  if (n === 0) {
    return `The start: w₁ = ${concise(start[0])}, w₂ = ${concise(start[1])}, cost ${concise(costAt(surface, start))}. `
      + "Click, drag or use the arrow keys on the map to start elsewhere.";
  }
  const goal = `within ${Number(tolerance.toPrecision(3))} of ${surface.minima.length > 1 ? "a" : "the"} minimum`;
  const words = [`Step ${n}.`];
  const gone = runners.filter(({ left }) => left !== null);
  const racing = runners.filter(({ left }) => left === null);
  const home = runners.filter(({ arrival }) => arrival !== null).sort((a, b) => a.arrival - b.arrival);
  const first = home.filter(({ arrival }) => arrival === home[0].arrival);
  const later = home.slice(first.length);
  const rest = racing.filter(({ arrival }) => arrival === null).sort((a, b) => a.distance - b.distance);
  if (home.length) {
    words.push(`First to stay ${goal}: ${titled(first)}, since step ${home[0].arrival}`
      + `${later.length ? `; then ${listed(later.map(({ name, arrival }) => `${OPTIMIZERS[name].title} (${arrival})`))}` : ""}.`);
  } else if (surface.minima.length && racing.length) {
    words.push(`Nobody stays ${goal} yet.`);
  }
  if (rest.length && Number.isFinite(rest[0].distance)) {
    const who = home.length ? (rest.length > 1 ? "Nearest of the others" : "Still under way") : "Nearest";
    words.push(`${who}: ${OPTIMIZERS[rest[0].name].title}, ${concise(rest[0].distance)} away.`);
  }
  const outside = racing.filter(({ w }) => w.some((x, j) => !(x >= surface.window[j][0] && x <= surface.window[j][1])));
  if (outside.length) words.push(`Outside the picture: ${titled(outside)}.`);
  if (gone.length) {
    words.push(`Left for good, by steps too long for the slope: ${listed(gone.map(({ name, left }) => `${OPTIMIZERS[name].title} (step ${left})`))}.`);
  }
  return words.join(" ");
}

// ── The picture ────────────────────────────────────────────────────────────────────────────

/** Outlines of the markers, one for each family, about 11 pixels wide. */
const SHAPES = [
  "M-5 0A5 5 0 1 1 5 0A5 5 0 1 1 -5 0Z", "M-4.6 -4.6H4.6V4.6H-4.6Z", "M0 -6L5.6 4.4H-5.6Z", "M0 -6.4L6.4 0L0 6.4L-6.4 0Z",
  "M0 -6.6L1.9 -2.1L6.6 -1.8L3 1.2L4.1 5.8L0 3.3L-4.1 5.8L-3 1.2L-6.6 -1.8L-1.9 -2.1Z",
];

const classOf = (name) => `nj-or-family-${OPTIMIZERS[name].family}${OPTIMIZERS[name].second ? " nj-or-second" : ""}`;
const line = (name) => s("path", { class: `nj-or-line ${classOf(name)}` });
const marker = (name) => s("path", { class: `nj-or-marker ${classOf(name)}`, d: SHAPES[OPTIMIZERS[name].family] });

/**
 * Draws a path without the points that would lie on top of the last one drawn; what has been drawn
 * of it is kept, so that a longer path costs its new points only. Returns `d(path, at, x, y)`.
 */
function pen() {
  let drawn = { path: null };
  return (path, at, x, y) => {
    if (drawn.path !== path || drawn.at > at) drawn = { path, at: -1, d: "", from: [Infinity, Infinity] };
    let end = "";
    for (let k = drawn.at + 1; k <= at; k++) {
      const [a, b] = [x(path[k][0]), y(path[k][1])];
      const point = `${drawn.d ? "L" : "M"}${a.toFixed(1)} ${b.toFixed(1)}`;
      end = "";
      if (Math.abs(a - drawn.from[0]) < 0.7 && Math.abs(b - drawn.from[1]) < 0.7) end = point;
      else {
        drawn.d += point;
        drawn.from = [a, b];
      }
    }
    drawn.at = at;
    return drawn.d + end;
  };
}

/** Left: contours, minima, the start to take hold of, and everybody's path. */
function landscape({ get, change }) {
  const start = handle("nj-or-start");
  const ground = s("rect", { class: "nj-ground" });
  const [lines, goals, trails, places] = [s("g"), s("g"), s("g"), s("g")];
  const drawing = Object.fromEntries(NAMES.map((name) => [name, { trail: line(name), place: marker(name), pen: pen() }]));
  for (const { trail, place } of Object.values(drawing)) {
    trails.append(trail);
    places.append(place);
  }
  const box = h("div", { class: "nj-panel" });
  let chart = null;
  let drawn = null;
  const choose = {
    window: () => drawn.window,
    point: () => (get("start").length === 2 ? get("start") : drawn.start),
    move: (w) => change({ start: w }),
  };
  draggable(start, { at: (event) => chart.at(event) }, { move: (w) => choose.move(within(choose.window(), w)) });

  function survey(surface) {
    const [x, y] = surface.window;
    chart = plot({
      x, y, width: 340, height: 340, margin: { top: 8, right: 8, left: 46, bottom: 46 }, grid: false, xLabel: "w₁", yLabel: "w₂",
    });
    set(chart.element, { class: "nj-plot nj-map nj-or-map" });
    chooser(chart, ground, { ...choose, label: "Contours of the cost and the paths. Arrow keys move the start, with Shift faster." });
    lines.replaceChildren(...contours((u, v) => costAt(surface, [u, v]), chart.x, chart.y, rings(surface, { byArea: true }), 80)
      .map((d) => s("path", { class: "nj-contour", d })));
    goals.replaceChildren(...surface.minima.map(([a, b]) =>
      s("path", { class: "nj-or-goal", d: `M${chart.x(a) - 6} ${chart.y(b)}h12m-6 -6v12` })));
    chart.back.append(lines, ground);
    chart.marks.append(trails, goals, places);
    chart.front.append(start);
    box.replaceChildren(chart.element);
  }

  return {
    element: box,
    draw({ surface, start: from, runners }) {
      if (drawn !== surface) survey(drawn = surface);
      const [x, y] = [kept(chart.x), kept(chart.y)];
      set(start, { transform: `translate(${x(from[0]).toFixed(1)} ${y(from[1]).toFixed(1)})` });
      const running = Object.fromEntries(runners.map((each) => [each.name, each]));
      for (const name of NAMES) {
        const { trail, place, pen } = drawing[name];
        const each = running[name];
        set(trail, { d: each ? pen(each.path, each.at, x, y) : "" });
        set(place, {
          visibility: each && each.at ? null : "hidden",
          transform: each && `translate(${x(each.w[0]).toFixed(1)} ${y(each.w[1]).toFixed(1)})`,
        });
      }
    },
  };
}

const FLOOR = -10; // the lowest power of ten that the costs are drawn to

/** Right: cost above that of the lowest minimum against the step, on a logarithmic axis. */
function costCurves(...below) {
  const chart = plot({
    x: [0, 20], y: [0, 1], width: 340, height: 250, margin: { top: 8, right: 12, left: 52, bottom: 46 },
    xLabel: "step", yLabel: "cost above the minimum", label: "Cost of every runner after each step, on a logarithmic axis",
  });
  const drawing = Object.fromEntries(NAMES.map((name) => [name, { curve: line(name), place: marker(name) }]));
  chart.marks.append(...Object.values(drawing).flatMap(({ curve, place }) => [curve, place]));
  let shown = "";
  return {
    element: h("div", { class: "nj-panel" }, chart.element, ...below),
    draw({ surface, n, runners }) {
      const most = [20, 50, 100, 200, 500, 1000, MOST].find((steps) => n <= steps);
      const power = (cost) => clamp(Math.log10(Math.max(cost - surface.lowest, 10 ** FLOOR)), FLOOR, 300);
      const curves = Object.fromEntries(runners.map(({ name, costs, at }) => {
        const stride = Math.max(1, Math.ceil(most / 300));
        const points = [];
        for (let k = 0; k <= at; k += k + stride > at && k < at ? at - k : stride) points.push([k, power(costs[k])]);
        return [name, points];
      }));
      const first = runners.length ? power(runners[0].costs[0]) : 0;
      const least = Math.min(first - 3, ...Object.values(curves).flatMap((points) => points.map(([, y]) => y)));
      const range = [Math.max(FLOOR, Math.floor(least)), Math.ceil(first + 1)];
      const key = JSON.stringify([most, range]);
      if (key !== shown) {
        shown = key;
        chart.domain([-0.02 * most, 1.02 * most], range);
        powersOfTen(chart);
      }
      const y = kept(chart.y);
      for (const name of NAMES) {
        const points = curves[name];
        const { curve, place } = drawing[name];
        set(curve, { d: points ? through(points, chart.x, y) : "" });
        const [a, b] = points?.at(-1) ?? [0, 0];
        set(place, {
          visibility: points && n ? null : "hidden",
          transform: `translate(${chart.x(a).toFixed(1)} ${y(b).toFixed(1)})`,
        });
      }
    },
  };
}

/** The legend: who runs, at which learning rate, and how it goes. */
function table({ get, change }) {
  const rows = NAMES.map((name, index) => {
    const { title } = OPTIMIZERS[name];
    const swatch = s("svg", { class: "nj-or-swatch", viewBox: "0 0 44 16", "aria-hidden": "true" });
    const stroke = line(name);
    const place = marker(name);
    set(stroke, { d: "M1 8H43" });
    set(place, { transform: "translate(22 8)" });
    swatch.append(stroke, place);
    const box = h("input", {
      type: "checkbox", class: "nj-box", onkeydown: (event) => event.stopPropagation(),
      onchange: () => change({ optimizers: NAMES.filter((one) => (one === name ? box.checked : get("optimizers").includes(one))) }),
    });
    const field = h("input", {
      type: "number", class: "nj-field nj-or-rate", min: 0, max: 100, step: "any", inputmode: "decimal", "aria-label": `Learning rate of ${title}`,
      onkeydown: (event) => event.stopPropagation(),
      oninput: () => {
        const typed = field.valueAsNumber;
        if (!(typed > 0 && typed <= 100)) return;
        const surface = get("surfaces").find((each) => each.name === get("surface"));
        change({ rates: NAMES.map((one, k) => (k === index ? typed : rateOf(one, surface, get))) });
      },
      onchange: () => { field.value = shown(rows[index].rate); },
    });
    const [cost, result] = [h("td", { class: "nj-or-cost" }), h("td", { class: "nj-or-result" })];
    const row = h("tr", {},
      h("th", { scope: "row" }, h("label", { class: "nj-toggle" }, box, swatch, h("span", {}, title))),
      h("td", {}, field), cost, result);
    return { name, row, box, field, cost, result, rate: 0 };
  });
  const shown = (rate) => Number(rate.toPrecision(3));
  const put = (cell, text) => { if (cell.textContent !== text) cell.textContent = text; };
  return {
    element: h("table", { class: "nj-or-table" },
      h("thead", {}, h("tr", {},
        h("th", { scope: "col" }, "Runner"), h("th", { scope: "col" }, "Rate ", h("i", {}, "η")),
        h("th", { scope: "col", class: "nj-or-cost" }, "Cost"), h("th", { scope: "col" }, "Result"))),
      h("tbody", {}, ...rows.map(({ row }) => row))),
    draw({ surface, n, runners }) {
      for (const each of rows) {
        const found = runners.find(({ name }) => name === each.name);
        each.box.checked = Boolean(found);
        each.row.classList.toggle("nj-or-rests", !found);
        const rate = rateOf(each.name, surface, get);
        const another = rate !== each.rate;
        each.rate = rate;
        each.field.disabled = get("learning_rate") > 0;
        // Never rewrite the field under the reader's fingers.
        if (another && each.field.valueAsNumber !== rate) each.field.value = shown(rate);
        put(each.cost, found ? concise(found.cost) : "");
        put(each.result, !found || !n ? "" : found.left !== null ? `left at ${found.left}`
          : found.arrival !== null ? `since ${found.arrival}`
            : Number.isFinite(found.distance) ? `${concise(found.distance)} away` : "");
      }
    },
  };
}

function menu(get) {
  return Object.fromEntries(get("surfaces").map(({ name, title }) => [name, title]));
}

const FIRST_RATE = 0.05;

function draw(frame) {
  const { get, change, on, panels, controls, linked, signal, say } = frame;
  const derive = starter();
  const map = landscape(frame);
  const legend = table(frame);
  const status = h("p", { class: "nj-or-status" });
  const curves = costCurves(status);
  const surfaces = select({
    label: "Surface", options: menu(get), value: get("surface"),
    input: (surface) => {
      playback.pause();
      change({ surface, start: [], steps: 0, rates: [] });
    },
  });
  const same = toggle({
    label: "The same η for all", value: get("learning_rate") > 0,
    input: (all) => change({ learning_rate: all ? rate.value : 0 }),
  });
  const rate = slider({
    label: "Learning rate", symbol: "η", min: 0.0001, max: 10, log: true, value: get("learning_rate") || FIRST_RATE,
    input: (learning_rate) => change({ learning_rate }),
  });
  const part = (trait, label, symbol, max, step) => [trait, slider({
    label, symbol, min: 0, max, step, name: `${label} ${symbol}`, value: get(trait),
    input: (value) => change({ [trait]: value }),
  })];
  const parts = Object.fromEntries([
    part("momentum", "Momentum", "μ", 0.99, 0.01), part("rho", "RMSProp, Adadelta", "ρ", 0.999, 0.001),
    part("beta_1", "Adam", "β₁", 0.99, 0.01), part("beta_2", "Adam", "β₂", 0.999, 0.001),
    part("weight_decay", "AdamW, decay", "λ", 1, 0.001), part("noise", "Noise", "σ", 5, 0.1),
  ]);
  const again = button({ label: "New noise", press: () => change({ seed: get("seed") + 1 }) });
  let rested = false;
  const playback = player({
    signal, rate: 12, jump: 100,
    step: () => {
      const n = get("steps");
      const { runners } = derive(get);
      if (n >= MOST || runners.every(({ left }) => left !== null)) return false;
      // Playing rests once when everybody has arrived or left; pressed again, it goes on.
      const done = runners.every((each) => each.left !== null || (each.arrival !== null && n >= each.arrival + 50));
      if (!done) rested = false;
      else if (playback.playing && !rested) {
        rested = true;
        return false;
      }
      playback.rate = clamp(n / 3, 12, 120); // slow enough to see the first steps, quick enough to wait for the last
      change({ steps: n + 1 });
      return true;
    },
    reset: () => change({ steps: 0 }),
  });

  linked(() => playback.pause());
  panels(map.element, curves.element);
  controls(
    h("div", { class: "nj-or-row" }, playback.element, surfaces.element),
    h("div", { class: "nj-or-below" }, h("div", { class: "nj-or-lower" }, legend.element,
      h("div", { class: "nj-or-sliders" }, same.element, rate.element,
        ...Object.values(parts).map(({ element }) => element), again))),
  );

  on(["surface", "surfaces", "start", "steps", "optimizers", "learning_rate", "rates", "seed", "tolerance", ...SETTINGS], () => {
    const state = derive(get);
    map.draw(state);
    curves.draw(state);
    legend.draw(state);
    surfaces.value = state.surface.name;
    same.value = get("learning_rate") > 0;
    if (get("learning_rate") > 0) rate.value = get("learning_rate");
    rate.enable(get("learning_rate") > 0);
    for (const [trait, { enable }] of Object.entries(parts)) {
      parts[trait].value = get(trait);
      enable(trait === "noise" || state.runners.some(({ name }) => OPTIMIZERS[name].uses.includes(trait)));
    }
    again.disabled = !(get("noise") > 0);
    const words = describe(state);
    if (status.textContent !== words) status.textContent = words;
    say(words);
  });
}

export default widget(draw, (get) => ({
  surface: menu(get),
  optimizers: NAMES,
  learning_rate: [0, 10],
  rates: NAMES.map(() => [0, 100]),
  start: [[-1e6, 1e6], [-1e6, 1e6]],
  steps: "integer",
  momentum: [0, 0.99],
  rho: [0, 0.999],
  beta_1: [0, 0.99],
  beta_2: [0, 0.999],
  weight_decay: [0, 1],
  noise: [0, 5],
  seed: "integer",
  tolerance: [1e-6, 10],
}), ({ surface }, initial) => (
  // Start and learning rates of the first surface say nothing about another one.
  surface === undefined || surface === initial.surface ? {} : { start: [], rates: [] }
));
