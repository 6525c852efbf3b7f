/**
 * Dropout: a trained 2-n-1 network whose hidden units flicker, the average over all masks so far,
 * and the network as it is evaluated, without a mask.
 *
 * Everything shown follows from the traits: the masks come from the seed, and the average from their
 * number. So a link to an average is a link to a seed and a count.
 */
import { SHADES, clamp, dots, format, gauge, h, linspace, player, plot, powersOfTen } from "./common.js";
import { random, s, select, set, shades, slider, through, toggle, widget } from "./common.js";

// ── The mathematics ────────────────────────────────────────────────────────────────────────
// The weights are one list, in the order of helpers.nn: hidden weights (2 × n, row by row), hidden
// biases (n), output weights (n), output bias.

/** 1/(1 + e^-z), of whose two forms the one is taken whose power can't overflow. */
export function sigmoid(z) {
  const small = Math.exp(-Math.abs(z));
  return (z >= 0 ? 1 : small) / (1 + small);
}

/** log(y/(1 − y)), the sum whose sigmoid is y, within ±30. */
export function logit(y) {
  return clamp(Math.log(y) - Math.log1p(-y), -30, 30);
}

export const units = (weights) => (weights.length - 1) / 4;

/** What every hidden unit says at every point, without a mask: a row of n for each point. */
export function hidden(weights, points) {
  const n = units(weights);
  const all = new Float64Array(points.length * n);
  points.forEach(([x1, x2], i) => {
    for (let j = 0; j < n; j++) all[i * n + j] = Math.tanh(weights[j] * x1 + weights[n + j] * x2 + weights[2 * n + j]);
  });
  return all;
}

/** One mask: who is kept, 1 or 0 for each of n units; dropped is whose number is below the rate. */
export function mask(uniform, n, rate) {
  return Array.from({ length: n }, () => (uniform() >= rate ? 1 : 0));
}

/**
 * The weighted sum of the output neuron at every point. `kept` is a mask, or null for none; `factor`
 * multiplies what is kept.
 */
export function sums(weights, activations, kept, factor) {
  const n = units(weights);
  const v = Float64Array.from({ length: n }, (_, j) => weights[3 * n + j] * (kept ? kept[j] * factor : 1));
  const z = new Float64Array(activations.length / n);
  for (let i = 0; i < z.length; i++) {
    let total = weights[4 * n];
    for (let j = 0; j < n; j++) total += activations[i * n + j] * v[j];
    z[i] = total;
  }
  return z;
}

/**
 * The averages over the masks of a seed: `to(masks)` goes there, and begins again for fewer masks.
 *
 * `points` is where the network is asked; the first `measured` of them are those on which the gap is
 * taken. Returned are the present mask `kept`, and at all points `z`, the masked sums; `average`, of
 * the answers or of the sums, as an answer; `evaluated`, the answer without a mask; and `gaps`, after
 * every mask the mean of |average − evaluated|.
 */
export function ensemble({ weights, rate, seed, scaled, average: what }, points, measured = points.length) {
  const n = units(weights);
  const activations = hidden(weights, points);
  const evaluated = sums(weights, activations, null, 1).map(sigmoid);
  const factor = scaled ? 1 / (1 - rate) : 1;
  let run;
  const start = () => {
    run = { uniform: random(seed), total: new Float64Array(points.length), gaps: [], kept: null, z: null };
  };
  start();
  const average = (i, count) => (what === "sums" ? sigmoid(run.total[i] / count) : run.total[i] / count);
  return {
    to(masks) {
      if (masks < run.gaps.length) start();
      while (run.gaps.length < masks) {
        run.kept = mask(run.uniform, n, rate);
        run.z = sums(weights, activations, run.kept, factor);
        const count = run.gaps.length + 1;
        let gap = 0;
        for (let i = 0; i < points.length; i++) {
          run.total[i] += what === "sums" ? run.z[i] : sigmoid(run.z[i]);
          if (i < measured) gap += Math.abs(average(i, count) - evaluated[i]);
        }
        run.gaps.push(gap / measured);
      }
      const { kept, z, gaps } = run;
      return { kept, z, gaps, evaluated, factor, average: run.total.map((_, i) => average(i, gaps.length)) };
    },
  };
}

const WINDOW = [-2, 2]; // in both directions
const CELLS = 36;

/**
 * The places of a map, and of what it measures: first the grid over the window, row by row, then one
 * more ring round it, which the contours want. `index(x, y)` is the number of a place.
 */
export function places(cells = CELLS, [low, high] = WINDOW) {
  const width = (high - low) / cells;
  const inner = [];
  const ring = [];
  const numbers = new Int32Array((cells + 3) ** 2);
  for (let j = -1; j <= cells + 1; j++) {
    for (let i = -1; i <= cells + 1; i++) {
      const inside = i >= 0 && j >= 0 && i <= cells && j <= cells;
      (inside ? inner : ring).push([low + i * width, low + j * width]);
      numbers[(j + 1) * (cells + 3) + i + 1] = inside ? inner.length - 1 : (cells + 1) ** 2 + ring.length - 1;
    }
  }
  const at = (v) => Math.round((v - low) / width) + 1;
  return { points: [...inner, ...ring], measured: inner.length, index: (x, y) => numbers[at(y) * (cells + 3) + at(x)] };
}

// ── In words ───────────────────────────────────────────────────────────────────────────────

const AVERAGES = { sums: "weighted sums z", answers: "answers ŷ" };

/** Where things stand. */
export function describe({ kept, gaps, factor }, { scaled, rate }) {
  const on = kept.reduce((a, b) => a + b, 0);
  const times = !scaled ? "not scaled" : `each multiplied by ${format(factor, 2)}`;
  const gap = gaps.at(-1);
  return `Mask ${format(gaps.length)}: ${on} of ${kept.length} units are kept${rate > 0 ? `, ${times}` : ""}. `
    + `The mean gap between the average so far and the evaluated network is ${format(gap, gap < 0.01 ? 4 : 3)}.`;
}

/** What there is to say once something has been seen; before that the reader predicts. */
export function remark({ gaps }, { scaled, average, rate }) {
  const gap = gaps.at(-1);
  if (rate === 0) return "At rate 0 nothing is dropped: with every mask it is the evaluated network.";
  if (gaps.length < 50) return "";
  if (!scaled) return "Without the factor 1/(1 − rate), fewer units speak, and none speaks louder: the weighted sum shrinks towards the bias, and the average is not the evaluated network, however many masks there are.";
  if (average === "sums") {
    return gap < 0.01 ? "The average has come to be the evaluated network, which needs one pass instead of many. That is what the factor 1/(1 − rate) is for."
      : "The gap falls about as one over the root of the number of masks.";
  }
  return "The average of the answers comes near the evaluated network and stops at some distance, since σ is no straight line. Average the weighted sums to see that gap close.";
}

// ── The picture ────────────────────────────────────────────────────────────────────────────

const MOST = 1000; // masks
const RATES = [0, 0.8];
const SEEDS = [1, 999];

const whole = (value, [low, high]) => clamp(Math.round(value), low, high);

/** The state that the traits stand for, whatever a link has asked for. */
function stateOf(get) {
  const networks = get("networks");
  const network = networks.find(({ name }) => name === get("network")) ?? networks[0];
  const average = Object.hasOwn(AVERAGES, get("average")) ? get("average") : "sums";
  return {
    network: network.name, weights: network.weights, average, scaled: get("scaled"),
    rate: clamp(get("rate"), ...RATES), seed: whole(get("seed"), SEEDS), masks: whole(get("masks"), [1, MOST]),
  };
}

/** The averages that the traits stand for; they go on from where they were, if they can. */
function laboratory(get, all, measured) {
  let key = "";
  let run = null;
  return (state) => {
    const now = JSON.stringify([state.network, state.average, state.scaled, state.rate, state.seed]);
    if (now !== key) {
      key = now;
      run = ensemble(state, all, measured);
    }
    return run.to(state.masks);
  };
}

/** The network: dropped units are empty, and their lines fade. */
function diagram(most, ...below) {
  const [width, height] = [340, 252];
  const element = s("svg", { class: "nj-plot", viewBox: `0 0 ${width} ${height}`, role: "img" });
  const inputs = [[40, 84], [40, 168]];
  const output = [300, 126];
  const all = linspace(1, most, most).map(() => {
    const parts = { group: s("g", { class: "nj-du-unit" }), lines: [0, 1, 2].map(() => s("path", {})), circle: s("circle", {}) };
    parts.group.append(...parts.lines, parts.circle);
    return parts;
  });
  const node = ([x, y], text) => s("g", {},
    s("circle", { class: "nj-du-node", cx: x, cy: y, r: 16 }), s("text", { class: "nj-du-name", x, y: y + 5 }, text));
  element.append(...all.map(({ group }) => group), node(inputs[0], "x₁"), node(inputs[1], "x₂"), node(output, "ŷ"));
  let shown = null;
  return {
    element: h("div", { class: "nj-panel nj-du-net" }, h("p", { class: "nj-panel-title" }, "The network"), element, ...below),
    draw({ kept }, { weights }) {
      const n = units(weights);
      if (shown !== weights) {
        shown = weights;
        const largest = Math.max(...weights.map(Math.abs));
        const gap = Math.min(30, (height - 16) / n);
        all.forEach(({ group, lines, circle }, j) => {
          group.style.display = j < n ? "" : "none";
          if (j >= n) return;
          const place = [170, height / 2 + (j - (n - 1) / 2) * gap];
          set(circle, { cx: place[0], cy: place[1].toFixed(1), r: Math.min(9, 0.4 * gap).toFixed(1) });
          [[inputs[0], place, j], [inputs[1], place, n + j], [place, output, 3 * n + j]].forEach(([from, to, index], k) => set(lines[k], {
            d: `M${from[0]} ${from[1].toFixed(1)}L${to[0]} ${to[1].toFixed(1)}`, "data-sign": Math.sign(weights[index]),
            "stroke-width": (0.4 + 3 * Math.sqrt(Math.abs(weights[index]) / largest)).toFixed(2),
          }));
        });
      }
      kept.forEach((on, j) => set(all[j].group, { "data-off": !on }));
      const off = kept.flatMap((on, j) => (on ? [] : [j + 1]));
      set(element, { "aria-label": `The network with ${n} hidden units; dropped: ${off.length ? off.join(", ") : "none"}` });
    },
  };
}

/** A map of the output over the plane, with the points. */
function map(title, label, points, index) {
  const chart = plot({ x: WINDOW, y: WINDOW, width: 216, height: 212, margin: { top: 6, right: 6, left: 26, bottom: 22 }, grid: false, label });
  // A sum bends less within a cell than its sigmoid, so its contours are the better ones.
  const shade = shades(chart, SHADES.map(logit), CELLS);
  for (const target of [0, 1]) {
    const d = dots(points.filter(([, , label]) => label === target), chart.x, chart.y);
    for (const kind of ["halo", "dot"]) chart.marks.append(s("path", { class: `nj-du-${kind}`, "data-class": target, d }));
  }
  const heading = h("p", { class: "nj-panel-title" }, title);
  const right = h("p", { class: "nj-du-right" });
  return {
    element: h("div", { class: "nj-panel nj-du-map" }, heading, chart.element, right),
    /** `values` at the places of the map; `answers` at the points. */
    draw(values, answers, name = title) {
      shade((x, y) => logit(values[index(x, y)]));
      const good = points.filter(([, , target], i) => (answers[i] >= 0.5) === (target === 1)).length;
      const told = `${good} of ${points.length} points right`;
      if (right.textContent !== told) right.textContent = told;
      if (heading.textContent !== name) heading.textContent = name;
    },
  };
}

/** The mean gap against the number of masks, both on logarithmic axes. */
function gapCurve(...below) {
  const chart = plot({
    x: [0, 3], y: [-3, 0], width: 340, height: 226, margin: { top: 8, right: 14, left: 52, bottom: 46 },
    xLabel: "masks", yLabel: "mean gap",
    label: "The mean gap between average and evaluated network against the number of masks, both axes logarithmic",
  });
  const curve = s("path", { class: "nj-trail nj-du-gap" });
  const here = s("circle", { r: 5, class: "nj-point" });
  chart.marks.append(curve);
  chart.front.append(here);
  const axes = (low) => {
    chart.domain([0, 3], [low, 0]);
    powersOfTen(chart, "x");
    powersOfTen(chart);
  };
  let shown = -3;
  axes(shown);
  return {
    element: h("div", { class: "nj-panel nj-du-curve" }, h("p", { class: "nj-panel-title" }, "Average against evaluation"), chart.element, ...below),
    draw({ gaps }) {
      const points = gaps.map((gap, k) => [Math.log10(k + 1), Math.log10(Math.max(gap, 1e-6))]);
      const low = clamp(Math.floor(Math.min(...points.map(([, y]) => y))), -6, -3);
      if (low !== shown) axes(shown = low);
      set(curve, { d: through(points, chart.x, chart.y) });
      const [x, y] = points.at(-1);
      set(here, { cx: chart.x(x).toFixed(1), cy: chart.y(y).toFixed(1) });
    },
  };
}

function draw(frame) {
  const { get, change, on, panels, controls, linked, signal, say } = frame;
  const data = get("points");
  const { points, measured, index } = places();
  const ask = laboratory(get, [...points, ...data.map(([x1, x2]) => [x1, x2])], measured);
  const answers = (values) => values.slice(points.length);

  const playback = player({
    // Five masks a second can be watched; the average gathers more and more of them.
    signal, rate: 5, jump: 200,
    step: () => {
      const { masks } = stateOf(get);
      if (masks >= MOST) return false;
      const count = playback.playing ? clamp(Math.floor(masks / 15), 1, 50) : 1;
      change({ masks: Math.min(masks + count, MOST) });
      return true;
    },
    reset: () => change({ masks: 1 }),
  });
  playback.element.children[1].textContent = "New mask";
  const most = Math.max(...get("networks").map(({ weights }) => units(weights)));
  const net = diagram(most, playback.element);
  const gap = gauge({ label: "Mean gap", digits: 3, max: 0.4 });
  const curve = gapCurve(gap.element);
  const masked = map("This mask", "The output with the present mask over the plane", data, index);
  const averaged = map("Average", "The output averaged over all masks so far", data, index);
  const evaluated = map("Evaluated, no mask", "The output of the network without a mask", data, index);
  const status = h("p", { class: "nj-du-status" });
  const look = h("p", { class: "nj-du-look" });
  const key = h("p", { class: "nj-du-key" }, h("b", { class: "nj-du-one" }, "● class 1"), ", ",
    h("b", { class: "nj-du-zero" }, "■ class 0"), ". Shades: the output ŷ, dashed where it is ½. Dropped units are drawn empty.");

  const titles = Object.fromEntries(get("networks").map(({ name, title }) => [name, title]));
  const rate = slider({
    label: "Dropout rate", min: RATES[0], max: RATES[1], step: 0.05, value: get("rate"),
    input: (value) => change({ rate: value }),
  });
  const seed = slider({
    label: "Seed of the masks", min: SEEDS[0], max: SEEDS[1], step: 1, value: get("seed"),
    input: (value) => change({ seed: Math.round(value) }),
  });
  const network = select({ label: "Trained", options: titles, value: "", input: (name) => change({ network: name }) });
  const average = select({ label: "Average of the", options: AVERAGES, value: "", input: (what) => change({ average: what }) });
  const scaled = toggle({ label: "Multiply what is kept by 1/(1 − rate)", input: (on) => change({ scaled: on }) });

  linked(() => playback.pause());
  panels(h("div", { class: "nj-du-grid" }, net.element, masked.element, averaged.element, evaluated.element,
    key, h("div", { class: "nj-du-words" }, status, look), curve.element));
  controls(rate.element, seed.element, network.element, average.element, scaled.element);

  on(["rate", "masks", "seed", "scaled", "average", "network", "networks"], () => {
    const state = stateOf(get);
    const found = ask(state);
    const one = found.z.map(sigmoid);
    net.draw(found, state);
    masked.draw(one, answers(one));
    averaged.draw(found.average, answers(found.average), `Average of ${format(state.masks)}`);
    evaluated.draw(found.evaluated, answers(found.evaluated));
    curve.draw(found);
    gap.set(found.gaps.at(-1));
    rate.value = state.rate;
    seed.value = state.seed;
    network.value = state.network;
    average.value = state.average;
    scaled.value = state.scaled;
    const told = describe(found, state);
    if (status.textContent !== told) status.textContent = told;
    const hint = remark(found, state);
    if (look.textContent !== hint) look.textContent = hint;
    say(`${told} ${hint}`);
  });
}

export default widget(draw, (get) => ({
  rate: RATES,
  masks: [1, MOST],
  seed: SEEDS,
  scaled: "boolean",
  average: AVERAGES,
  network: Object.fromEntries(get("networks").map(({ name, title }) => [name, title])),
}));
