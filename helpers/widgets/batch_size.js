/**
 * Batch size: the noise of mini-batch gradient descent on the line y = wx + b.
 *
 * Whole runs are computed at once and kept until the learning rate, the start or the shuffle changes;
 * playing reveals them. Place along a run is counted in examples seen, which is what the
 * batch sizes have in common.
 */
import { button, clamp, contours, dots, format, h, linspace, player, plot, powersOfTen } from "./common.js";
import { random, s, select, set, shuffled, slider, through, toggle, uniqueId, widget } from "./common.js";

// ── The mathematics ────────────────────────────────────────────────────────────────────────
// The loss of a batch is the mean of its squared errors (wx + b − y)².

export const EPOCHS = 20; // the length of a run
export const RUNS = 24; // shuffles in the cloud
const SEEN = 2; // epochs before the picture is explained
const FAR = 1e6; // a run beyond this has diverged

/** Means of x², x, xy, y and y²: the loss over all points is a quadratic of these. */
export function moments(xs, ys) {
  const mean = (of) => xs.reduce((sum, x, k) => sum + of(x, ys[k]), 0) / xs.length;
  return {
    xx: mean((x) => x * x), x: mean((x) => x), xy: mean((x, y) => x * y), y: mean((x, y) => y),
    yy: mean((x, y) => y * y),
  };
}

/** Mean squared error of the line (w, b) over all points. */
export function loss(m, w, b) {
  return m.xx * w * w + 2 * m.x * w * b + b * b - 2 * m.xy * w - 2 * m.y * b + m.yy;
}

/** The least-squares line, [w, b]. */
export function bestFit(m) {
  const w = (m.xy - m.x * m.y) / (m.xx - m.x * m.x);
  return [w, m.y - w * m.x];
}

/** The orders in which the epochs of a run use the n examples, one epoch after the other. */
export function orders(seed, n, epochs) {
  const uniform = random(seed);
  const indices = Array.from({ length: n }, (_, k) => k);
  const all = new Uint32Array(n * epochs);
  for (let epoch = 0; epoch < epochs; epoch++) all.set(shuffled(indices, uniform), epoch * n);
  return all;
}

/**
 * Mini-batch gradient descent: the start and (w, b) after every update, as w, b, w, b, …
 *
 * Each epoch uses every example once, in the given order; a last short batch is kept. Once the
 * run has diverged, the rest is NaN.
 */
export function sgd(xs, ys, { batch, rate, order, start }) {
  const n = xs.length;
  const epochs = order.length / n;
  const run = new Float64Array(2 * (1 + Math.ceil(n / batch) * epochs)).fill(NaN);
  let [w, b] = start;
  run[0] = w;
  run[1] = b;
  let at = 2;
  for (let epoch = 0; epoch < order.length; epoch += n) {
    for (let from = 0; from < n; from += batch) {
      const to = Math.min(from + batch, n);
      let gw = 0;
      let gb = 0;
      for (let k = epoch + from; k < epoch + to; k++) {
        const x = xs[order[k]];
        const error = w * x + b - ys[order[k]];
        gw += error * x;
        gb += error;
      }
      w -= (rate * 2 * gw) / (to - from);
      b -= (rate * 2 * gb) / (to - from);
      if (!(Math.abs(w) < FAR && Math.abs(b) < FAR)) return run;
      run[at++] = w;
      run[at++] = b;
    }
  }
  return run;
}

/** How many updates have been made once so many examples have been seen. */
export function updatesAt(examples, n, batch) {
  const epoch = Math.floor(examples / n);
  return epoch * Math.ceil(n / batch) + Math.floor((examples - epoch * n) / batch);
}

/** How many examples have been seen after so many updates. */
export function examplesAt(updates, n, batch) {
  const each = Math.ceil(n / batch);
  return Math.floor(updates / each) * n + (updates % each) * batch;
}

/**
 * Standard deviation of the gradient of one batch at (w, b), over all batches that can be drawn:
 * that of one example's gradient, over √batch, times √((n − batch)/(n − 1)), because a batch is
 * drawn without putting back.
 */
export function gradientNoise(xs, ys, batch, [w, b]) {
  const n = xs.length;
  const gw = xs.map((x, k) => 2 * (w * x + b - ys[k]) * x);
  const gb = xs.map((x, k) => 2 * (w * x + b - ys[k]));
  const variance = (g) => {
    const mean = g.reduce((sum, v) => sum + v, 0) / n;
    return g.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n;
  };
  return Math.sqrt(((variance(gw) + variance(gb)) / batch) * ((n - batch) / (n - 1)));
}

/** The seed of one of the shuffles that are shown together. */
export function seedOf(seed, run) {
  return seed * 1000 + run;
}

/** Root mean square distance of the runs from a point, after so many updates. */
export function spread(runs, updates, [w, b]) {
  let total = 0;
  for (const run of runs) total += (run[2 * updates] - w) ** 2 + (run[2 * updates + 1] - b) ** 2;
  return Math.sqrt(total / runs.length);
}

// ── The picture ────────────────────────────────────────────────────────────────────────────

const AXES = { epochs: "epochs", examples: "examples seen", updates: "updates" };
const COLOURS = ["orange", "purple", "green", "ink"].map((name) => `var(--nj-${name})`);
const LOWEST = 1e-6; // of the loss above its minimum, on the logarithmic scale

function pairs(run, updates) {
  const points = [];
  for (let k = 0; k <= updates && !Number.isNaN(run[2 * k]); k++) points.push([run[2 * k], run[2 * k + 1]]);
  return points;
}

/** Everything that follows from the data, the learning rate, the start and the seed. */
function laboratory(get) {
  const [xs, ys] = [get("x"), get("y")];
  const n = xs.length;
  const m = moments(xs, ys);
  const best = bestFit(m);
  const sizes = get("batch_sizes");
  const columns = [Float64Array.from(xs), Float64Array.from(ys)];
  let key = "";
  let runs = {};
  let shuffles = { seed: null };
  return {
    n, m, best, sizes, least: loss(m, ...best),
    noise: Object.fromEntries(sizes.map((batch) => [batch, gradientNoise(xs, ys, batch, best)])),
    colour: (batch) => COLOURS[sizes.indexOf(batch) % COLOURS.length],
    /** The runs of each batch size, the first of them the one whose path is drawn. */
    runs() {
      const [rate, start, seed] = [get("learning_rate"), get("start"), get("seed")];
      const now = JSON.stringify([rate, start, seed]);
      if (now !== key) {
        key = now;
        if (shuffles.seed !== seed) {
          shuffles = { seed, all: linspace(0, RUNS - 1, RUNS).map((r) => orders(seedOf(seed, r), n, EPOCHS)) };
        }
        runs = Object.fromEntries(sizes.map((batch) =>
          [batch, shuffles.all.map((order) => sgd(...columns, { batch, rate, start, order }))]));
      }
      return runs;
    },
  };
}

function landscape(lab, start) {
  const half = 1.15 * Math.max(...lab.best.map((c, j) => Math.abs(start[j] - c)), 0.5);
  const [xDomain, yDomain] = lab.best.map((c) => [c - half, c + half]);
  const chart = plot({
    x: xDomain, y: yDomain, width: 340, height: 340, margin: { top: 8, right: 8, left: 46, bottom: 46 }, grid: false,
    xLabel: "weight w", yLabel: "bias b",
    label: "Contours of the mean squared error over weight and bias, with the path and the minimum",
  });
  const top = loss(lab.m, xDomain[0], yDomain[0]);
  const levels = linspace(1, 12, 12).map((k) => lab.least + (top - lab.least) * ((k - 0.4) / 12) ** 2).reverse();
  chart.back.append(...contours((w, b) => loss(lab.m, w, b), chart.x, chart.y, levels)
    .map((d) => s("path", { class: "nj-contour", d })));
  const [x, y] = [chart.x(lab.best[0]), chart.y(lab.best[1])];
  const minimum = s("path", { class: "nj-bs-minimum", d: `M${x - 6} ${y}h12M${x} ${y - 6}v12` });
  const [trail, points, cloud] = ["trail", "points", "cloud"].map((c) => s("path", { class: `nj-bs-${c}` }));
  const halo = s("path", { class: "nj-bs-halo" });
  const here = s("circle", { r: 6, class: "nj-point" });
  chart.marks.append(trail, points, minimum, halo, cloud, here);
  const element = h("div", { class: "nj-panel nj-bs-map" }, chart.element);
  return {
    element,
    draw(runs, updates, many, colour) {
      element.style.setProperty("--nj-batch", colour);
      element.classList.toggle("nj-bs-many", many);
      const path = pairs(runs[0], updates);
      set(trail, { d: through(path, chart.x, chart.y) });
      set(points, { d: updates <= 200 ? dots(path, chart.x, chart.y) : "" });
      const ends = many ? runs.map((run) => [run[2 * updates], run[2 * updates + 1]]) : [];
      const d = dots(ends.filter(([w]) => !Number.isNaN(w)), chart.x, chart.y);
      for (const each of [halo, cloud]) set(each, { d });
      const [w, b] = path.at(-1);
      set(here, { transform: `translate(${chart.x(w).toFixed(1)} ${chart.y(b).toFixed(1)})` });
    },
  };
}

/** Loss above its minimum for every batch size, the chosen one in front. */
function lossCurves(lab, ...below) {
  const chart = plot({
    x: [0, 1], y: [0, 1], width: 340, height: 256, margin: { top: 8, right: 12, left: 52, bottom: 46 },
    yLabel: "MSE above its minimum", label: "Loss of every batch size, the chosen one in front",
  });
  const lines = new Map(lab.sizes.map((batch) => [batch, s("path", { class: "nj-bs-line", style: `--nj-batch: ${lab.colour(batch)}` })]));
  chart.marks.append(...lines.values());
  const xLabel = chart.element.querySelector(".nj-axis-label");
  const ceiling = (start) => loss(lab.m, ...start) - lab.least;
  let shown = "";
  return {
    element: h("div", { class: "nj-panel" }, chart.element, ...below),
    draw(all, examples, chosen, axis, log, start) {
      const epochs = [1, 2, 5, 10, EPOCHS].find((most) => examples <= most * lab.n);
      const most = { epochs, examples: epochs * lab.n, updates: epochs * Math.ceil(lab.n / chosen) }[axis];
      const high = ceiling(start);
      const range = log ? [Math.log10(LOWEST), Math.ceil(Math.log10(high) + 0.3)] : [-0.04 * high, 1.3 * high];
      const key = JSON.stringify([axis, most, range]);
      if (key !== shown) {
        shown = key;
        chart.domain([0, most], range);
        if (log) powersOfTen(chart);
        xLabel.textContent = axis === "epochs" ? `epochs, ${lab.n} examples each` : AXES[axis];
      }
      for (const [batch, line] of lines) {
        const updates = updatesAt(examples, lab.n, batch);
        const unit = { epochs: batch / lab.n, examples: batch, updates: 1 }[axis];
        const points = pairs(all[batch][0], updates).map(([w, b], k) => {
          const excess = Math.max(loss(lab.m, w, b) - lab.least, 0);
          return [k * unit, log ? Math.log10(Math.max(excess, LOWEST / 10)) : excess];
        });
        set(line, { d: through(points, chart.x, chart.y), class: `nj-bs-line${batch === chosen ? " nj-bs-chosen" : ""}` });
      }
      chart.marks.append(lines.get(chosen)); // in front
    },
  };
}

/** The batch sizes to choose from, and in numbers what each of them does. */
function choice(lab, input) {
  const group = uniqueId();
  const biggest = Math.max(...Object.values(lab.noise)) || 1;
  const rows = lab.sizes.map((batch) => {
    const radio = h("input", {
      type: "radio", name: group, value: batch, class: "nj-box", onchange: () => input(batch),
      onkeydown: (event) => event.stopPropagation(),
    });
    const away = h("td", {});
    const row = h("tr", { style: `--nj-batch: ${lab.colour(batch)}` },
      h("th", { scope: "row" }, h("label", { class: "nj-toggle" }, radio, h("span", { class: "nj-bs-key" }), `${batch}`)),
      h("td", {}, format(Math.ceil(lab.n / batch))),
      h("td", { class: "nj-bs-noise" },
        h("span", { class: "nj-bs-bar", style: `width: calc((100% - 3rem) * ${lab.noise[batch] / biggest})` }),
        h("span", {}, format(lab.noise[batch], 2))),
      away);
    return { batch, radio, away, row };
  });
  return {
    element: h("table", { class: "nj-bs-table" },
      h("thead", {}, h("tr", {}, ...["Batch size", "Updates per epoch", "Noise of one gradient", `RMS distance, ${RUNS} shuffles`]
        .map((title) => h("th", { scope: "col" }, title)))),
      h("tbody", {}, ...rows.map(({ row }) => row))),
    draw(all, examples, chosen) {
      for (const { batch, radio, away, row } of rows) {
        radio.checked = batch === chosen;
        row.classList.toggle("nj-bs-picked", batch === chosen);
        const distance = spread(all[batch], updatesAt(examples, lab.n, batch), lab.best);
        away.textContent = Number.isNaN(distance) ? "diverged" : format(distance, 3);
      }
    },
  };
}

function describe(lab, run, updates, examples, batch) {
  const path = pairs(run, updates);
  const [w, b] = path.at(-1);
  const plural = (count, what) => `${format(count)} ${what}${count === 1 ? "" : "s"}`;
  if (updates === 0) {
    return `Start at w = ${format(w, 2)}, b = ${format(b, 2)}. An update here takes ${plural(batch, "example")}. Press Play or Step.`;
  }
  if (path.length <= updates) return `Diverged after ${plural(path.length - 1, "update")}: the learning rate is too large for this batch size.`;
  const seen = examplesAt(updates, lab.n, batch);
  return `${plural(updates, "update")}, ${plural(seen, "example")}, ${format(seen / lab.n, 2)} epochs: w = ${format(w, 2)}, `
    + `b = ${format(b, 2)}, MSE ${format(loss(lab.m, w, b), 3)}; its minimum is ${format(lab.least, 3)}.`;
}

function draw(frame) {
  const { get, change, on, panels, controls, linked, signal, say } = frame;
  const lab = laboratory(get);
  const most = EPOCHS * lab.n;
  const map = landscape(lab, get("start"));
  const status = h("p", { class: "nj-bs-status" });
  const axis = select({ label: "Against", options: AXES, value: get("axis"), input: (v) => change({ axis: v }) });
  const log = toggle({ label: "log scale", value: get("log_scale"), input: (v) => change({ log_scale: v }) });
  const curves = lossCurves(lab, h("div", { class: "nj-bs-row" }, axis.element, log.element));
  const table = choice(lab, (batch_size) => change({ batch_size }));
  const rates = get("rates");
  const rate = slider({
    label: "Learning rate", symbol: "η", min: rates[0], max: rates[1], log: true, value: get("learning_rate"),
    input: (learning_rate) => change({ learning_rate }),
  });
  const many = toggle({ label: `${RUNS} shuffles at once`, value: get("cloud"), input: (cloud) => change({ cloud }) });
  const again = button({ label: "New shuffle", press: () => change({ seed: get("seed") + 1 }) });
  const playback = player({
    signal, rate: 30, jump: most,
    step: () => {
      const batch = get("batch_size");
      const seen = clamp(get("examples"), 0, most);
      if (seen >= most) return false;
      // One update; but playing never takes more than about a minute for a run.
      const updates = updatesAt(seen, lab.n, batch) + (playback.playing ? Math.ceil(Math.sqrt(lab.n / batch) / 2) : 1);
      change({ examples: Math.min(examplesAt(updates, lab.n, batch), most) });
      return true;
    },
    reset: () => change({ examples: 0 }),
  });
  const look = h("p", { class: "nj-bs-look" });
  const seen = // only after some epochs: first the reader predicts
    "Each fourfold batch about halves the noise of a gradient: it shrinks as 1/√batch, and is gone when the batch is everything. "
    + "A constant learning rate never lets a noisy path settle: it ends as a cloud round the minimum. "
    + "Compare the batch sizes after the same number of examples, then after the same number of updates.";

  linked(() => playback.pause());
  panels(map.element, curves.element);
  controls(
    status,
    h("div", { class: "nj-bs-row" }, playback.element, again, many.element),
    table.element,
    rate.element,
    look,
  );

  on(["batch_size", "learning_rate", "start", "seed", "examples", "cloud", "axis", "log_scale"], () => {
    const batch = lab.sizes.includes(get("batch_size")) ? get("batch_size") : lab.sizes[0];
    const examples = clamp(get("examples"), 0, most);
    const all = lab.runs();
    const updates = updatesAt(examples, lab.n, batch);
    playback.rate = batch >= lab.n ? 6 : 30;
    map.draw(all[batch], updates, get("cloud"), lab.colour(batch));
    curves.draw(all, examples, batch, get("axis"), get("log_scale"), get("start"));
    table.draw(all, examples, batch);
    rate.value = get("learning_rate");
    many.value = get("cloud");
    axis.value = get("axis");
    log.value = get("log_scale");
    const words = describe(lab, all[batch][0], updates, examples, batch);
    if (status.textContent !== words) status.textContent = words;
    const hint = examples >= SEEN * lab.n ? seen : "";
    if (look.textContent !== hint) look.textContent = hint;
    say(words);
  });
}

export default widget(draw, (get) => ({
  batch_size: "integer",
  learning_rate: get("rates"),
  seed: "integer",
  examples: "integer",
  cloud: "boolean",
  axis: AXES,
  log_scale: "boolean",
}));
