/**
 * XOR playground: a 2-m-1 network trained by gradient descent, while the reader watches what it
 * answers on the plane, where its hidden layer sends the points, and how the loss falls.
 *
 * Everything shown follows from the traits: the first weights come from the seed (or are given), and
 * the present ones from the number of steps taken. So a link to a trained network is a link to its
 * seed and its steps.
 */
import { SHADES, button, clamp, dots, format, h, linspace, player, plot, powersOfTen } from "./common.js";
import { random, s, select, set, shades, slider, through, widget } from "./common.js";

// ── The mathematics ────────────────────────────────────────────────────────────────────────
// The parameters are one list, in the order of helpers.nn: hidden weights (2 × n, row by row), hidden
// biases (n), output weights (n), output bias.

/** 1/(1 + e^-z), of whose two forms the one is taken whose power can't overflow. */
export function sigmoid(z) {
  const small = Math.exp(-Math.abs(z));
  return (z >= 0 ? 1 : small) / (1 + small);
}

/** σ′(z) of the sigmoid, without the cancellation of σ (1 − σ). */
function sigmoidSlope(z) {
  const small = Math.exp(-Math.abs(z));
  return small / (1 + small) ** 2;
}

const HIDDEN = {
  tanh: { value: Math.tanh, slope: (z) => 1 - Math.tanh(z) ** 2, range: [-1.15, 1.15] },
  sigmoid: { value: sigmoid, slope: sigmoidSlope, range: [-0.08, 1.08] },
  relu: { value: (z) => (z > 0 ? z : 0), slope: (z) => (z > 0 ? 1 : 0), range: null }, // no upper end
};

/** The first weights: Glorot's uniform ones from `random(seed)`, all biases 0, as in helpers.nn. */
export function initialWeights(seed, n) {
  const uniform = random(seed);
  const draw = (count, fans) => Array.from({ length: count }, () => Math.sqrt(6 / fans) * (2 * uniform() - 1));
  return [...draw(2 * n, 2 + n), ...new Array(n).fill(0), ...draw(n, n + 1), 0];
}

/** The activations of the hidden neurons at (x₁, x₂), and the weighted sum of the output neuron. */
export function forward(params, activation, x1, x2) {
  const n = (params.length - 1) / 4;
  const { value } = HIDDEN[activation];
  const hidden = new Array(n);
  let z = params[4 * n];
  for (let j = 0; j < n; j++) {
    hidden[j] = value(params[j] * x1 + params[n + j] * x2 + params[2 * n + j]);
    z += hidden[j] * params[3 * n + j];
  }
  return { hidden, z };
}

/** The output ŷ = σ(z), between 0 and 1. */
export function output(params, activation, x1, x2) {
  return sigmoid(forward(params, activation, x1, x2).z);
}

/** Mean squared error over the points, and its gradient, in the order of the parameters. */
export function lossAndGradient(params, activation, points, targets) {
  const n = (params.length - 1) / 4;
  const { value, slope } = HIDDEN[activation];
  const gradient = new Float64Array(params.length);
  const [z, a] = [new Float64Array(n), new Float64Array(n)];
  let loss = 0;
  for (let i = 0; i < points.length; i++) {
    const [x1, x2] = points[i];
    let total = params[4 * n];
    for (let j = 0; j < n; j++) {
      z[j] = params[j] * x1 + params[n + j] * x2 + params[2 * n + j];
      a[j] = value(z[j]);
      total += a[j] * params[3 * n + j];
    }
    const residual = sigmoid(total) - targets[i];
    loss += residual * residual;
    const back = ((2 * residual) / points.length) * sigmoidSlope(total);
    gradient[4 * n] += back;
    for (let j = 0; j < n; j++) {
      gradient[3 * n + j] += back * a[j];
      const behind = back * params[3 * n + j] * slope(z[j]);
      gradient[j] += behind * x1;
      gradient[n + j] += behind * x2;
      gradient[2 * n + j] += behind;
    }
  }
  return { loss: loss / points.length, gradient };
}

/** A network in training: `to(steps)` takes it there, and returns the same again for fewer steps. */
export function trainer(start, activation, points, targets, rate) {
  let params = Float64Array.from(start);
  let losses = [];
  let here = lossAndGradient(params, activation, points, targets);
  losses.push(here.loss);
  return {
    to(steps) {
      if (steps < losses.length - 1) {
        params = Float64Array.from(start);
        here = lossAndGradient(params, activation, points, targets);
        losses = [here.loss];
      }
      while (losses.length - 1 < steps) {
        for (let k = 0; k < params.length; k++) params[k] -= rate * here.gradient[k];
        here = lossAndGradient(params, activation, points, targets);
        losses.push(here.loss);
      }
      return { params: Array.from(params), losses };
    },
  };
}

/** The parameters and all losses after so many steps. */
export function train(start, activation, points, targets, rate, steps) {
  return trainer(start, activation, points, targets, rate).to(steps);
}

/** How many points lie on the right side: the output neuron fires where z ≥ 0, that is ŷ ≥ 1/2. */
export function correct(params, activation, points, targets) {
  return points.filter(([x1, x2], i) => (forward(params, activation, x1, x2).z >= 0) === (targets[i] === 1)).length;
}

/** The line p·x + q·y + c = 0 inside a box: its two ends, or null where it does not pass. */
export function crossing(p, q, c, [left, right], [low, high]) {
  const ends = [];
  const take = (x, y) => {
    const inside = x >= left - 1e-9 && x <= right + 1e-9 && y >= low - 1e-9 && y <= high + 1e-9;
    if (inside && !ends.some(([a, b]) => Math.hypot(x - a, y - b) < 1e-6)) ends.push([x, y]);
  };
  if (q !== 0) [left, right].forEach((x) => take(x, -(p * x + c) / q));
  if (p !== 0) [low, high].forEach((y) => take(-(q * y + c) / p, y));
  return ends.length >= 2 ? ends.slice(0, 2) : null;
}

/** Which of so many losses to draw: the first, the last, and evenly between. */
export function sampled(count, most = 300) {
  if (count <= most) return Array.from({ length: count }, (_, k) => k);
  return Array.from({ length: most }, (_, k) => Math.round((k * (count - 1)) / (most - 1)));
}

// ── The picture ────────────────────────────────────────────────────────────────────────────

const MOST = 10000; // steps
const NEURONS = [1, 8];
const RATES = [0.01, 20];
const SEEDS = [1, 999];
const GIVEN = [-100, 100]; // first weights in a link
const WINDOW = [-0.6, 1.6];
const LEVELS = SHADES.map((y) => Math.log(y / (1 - y))); // of z, the borders of ŷ
const ACTIVATIONS = { tanh: "tanh", sigmoid: "sigmoid", relu: "ReLU" };
/** The gates by hand: one neuron is OR, one NAND, and the output neuron their AND. */
export const GATES = [10, -10, 10, -10, -5, 15, 10, 10, -15];

const SEPARABLE = ["or", "and"]; // by one line in the plane

/** A small positive number with two or three digits, however small it is. */
function brief(value) {
  if (value >= 0.001 || value === 0) return format(value, 4);
  const power = Math.floor(Math.log10(value) + 1e-9);
  return `${format(value / 10 ** power, 1)} × 10⁻${[...String(-power)].map((d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]).join("")}`;
}

const whole = (value, [low, high]) => clamp(Math.round(value), low, high);
const sub = (k) => "₀₁₂₃₄₅₆₇₈"[k];

/** The network that the traits stand for; it goes on from where it was, if it can. */
function laboratory(get) {
  const sets = get("sets");
  let key = "";
  let run = null;
  return () => {
    const data = sets.find(({ name }) => name === get("data")) ?? sets[0];
    const n = whole(get("neurons"), NEURONS);
    const activation = Object.hasOwn(HIDDEN, get("activation")) ? get("activation") : "tanh";
    const [rate, seed, given] = [get("learning_rate"), get("seed"), get("first")];
    const byHand = given.length === 4 * n + 1;
    const now = JSON.stringify([data.name, n, activation, rate, byHand ? given : seed]);
    if (now !== key) {
      key = now;
      run = trainer(byHand ? given : initialWeights(seed, n), activation, data.points, data.targets, rate);
    }
    const steps = whole(get("steps"), [0, MOST]);
    const across = whole(get("across"), [1, n]);
    const up = get("up") >= 1 && get("up") <= n ? Math.round(get("up")) : 0; // 0: z
    return { data, n, activation, seed, byHand, steps, across, up, ...run.to(steps) };
  };
}

/** The points of both classes in a plot, with a ring round those on the wrong side, and names. */
function crowd(chart) {
  const layers = [0, 1].map((target) => ["wrong", "halo", "dot"].map((kind) =>
    s("path", { class: `nj-xp-${kind}`, "data-class": target })));
  const names = s("g", {});
  chart.front.append(...layers.flat(), names);
  return (places, targets, right, labels) => {
    const large = places.length <= 4 ? "large" : "small";
    layers.forEach(([wrong, ...both], target) => {
      const of = places.filter((_, i) => targets[i] === target);
      const missed = places.filter((_, i) => targets[i] === target && !right[i]);
      set(wrong, { d: dots(missed, chart.x, chart.y), "data-size": large });
      for (const path of both) set(path, { d: dots(of, chart.x, chart.y), "data-size": large });
    });
    // Where points lie on one another they share a name: "01, 10".
    const groups = [];
    labels.forEach((label, i) => {
      const [x, y] = [chart.x(places[i][0]), chart.y(places[i][1])];
      const near = groups.find((group) => Math.hypot(group.x - x, group.y - y) < 20);
      if (near) near.text += `, ${label}`;
      else groups.push({ x, y, text: label });
    });
    while (names.children.length > groups.length) names.lastChild.remove();
    while (names.children.length < groups.length) names.append(s("text", { class: "nj-xp-name" }));
    groups.forEach(({ x, y, text }, k) => {
      const left = x > chart.width - 70;
      const name = names.children[k];
      set(name, { x: (left ? x - 12 : x + 12).toFixed(1), y: (y < 30 ? y + 18 : y - 8).toFixed(1), "text-anchor": left ? "end" : "start" });
      if (name.textContent !== text) name.textContent = text;
    });
  };
}

/** The colour of a hidden neuron: that of the axis on which it is shown beside. */
const axisOf = (j, { across, up }) => (j === across ? "across" : j === up ? "up" : "none");

/** The plane of the inputs: shades of the output, one line for every hidden neuron. */
function surface(...below) {
  const chart = plot({
    x: WINDOW, y: WINDOW, width: 340, height: 340, margin: { top: 8, right: 8, left: 46, bottom: 46 }, grid: false,
    xLabel: "x₁", yLabel: "x₂",
    label: "The plane of the inputs: output of the network in shades, a line for each hidden neuron, and the points",
  });
  const shade = shades(chart, LEVELS, 40);
  const lines = linspace(1, NEURONS[1], NEURONS[1]).map((j) => ({
    path: s("path", {}), name: s("text", { class: "nj-xp-neuron" }, `h${sub(j)}`),
  }));
  chart.marks.append(...lines.flatMap(({ path, name }) => [path, name]));
  const show = crowd(chart);
  return {
    element: h("div", { class: "nj-panel" }, h("p", { class: "nj-panel-title" }, "The plane"), chart.element, ...below),
    draw(state, right) {
      const { params, n, activation, data } = state;
      const { value } = HIDDEN[activation];
      shade((x1, x2) => {
        let z = params[4 * n];
        for (let j = 0; j < n; j++) z += params[3 * n + j] * value(params[j] * x1 + params[n + j] * x2 + params[2 * n + j]);
        return z;
      });
      lines.forEach(({ path, name }, j) => {
        const [p, q, c] = [params[j], params[n + j], params[2 * n + j]];
        const ends = j < n ? crossing(p, q, c, WINDOW, WINDOW) : null;
        name.style.display = ends ? "" : "none";
        if (!ends) return set(path, { d: "" });
        const [[ax, ay], [bx, by]] = ends.map(([x, y]) => [chart.x(x), chart.y(y)]);
        const long = Math.hypot(p, q);
        const [ux, uy] = [p / long, -q / long]; // on the screen, towards its positive side
        const along = 0.06 + 0.06 * (j % 4); // names of parallel lines stand apart
        const at = [ax + along * (bx - ax), ay + along * (by - ay)];
        const middle = [(ax + bx) / 2, (ay + by) / 2];
        const point = ([x, y], by = 0) => `${(x + by * ux).toFixed(1)} ${(y + by * uy).toFixed(1)}`;
        set(path, {
          d: `M${point([ax, ay])}L${point([bx, by])}M${point(middle)}L${point(middle, 9)}`,
          class: "nj-xp-line", "data-axis": axisOf(j + 1, state),
        });
        set(name, {
          x: clamp(at[0] + 13 * ux, 56, 322).toFixed(1), y: clamp(at[1] + 13 * uy + 5, 20, 288).toFixed(1),
          "data-axis": axisOf(j + 1, state),
        });
      });
      show(data.points, data.targets, right, data.labels);
    },
  };
}

/** A round number that is at least as large, so that an axis does not move all the time. */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-3)));
  return power * ([1, 2, 5, 10].find((m) => m * power >= value) ?? 10);
}

/** Lines of the plane that are sent to the hidden space: they show how it is folded. */
const LATTICE = (() => {
  const [places, fine] = [linspace(-0.6, 1.6, 12), linspace(-0.6, 1.6, 23)];
  return [...places.map((a) => fine.map((b) => [a, b])), ...places.map((a) => fine.map((b) => [b, a]))];
})();

/** Where the hidden layer sends the points: two of its activations, or one of them and z. */
function hiddenSpace(...below) {
  const chart = plot({
    x: [-1, 1], y: [-1, 1], width: 340, height: 340, margin: { top: 8, right: 8, left: 46, bottom: 46 }, grid: false, xLabel: "h", yLabel: "h",
    label: "The hidden space: where the hidden layer sends the points, and the border of the output neuron",
  });
  const shade = shades(chart, LEVELS, 2);
  const lattice = s("path", { class: "nj-xp-lattice" });
  chart.marks.append(lattice);
  const show = crowd(chart);
  const [xLabel, yLabel] = chart.element.querySelectorAll(".nj-axis-label");
  let shown = "";
  return {
    element: h("div", { class: "nj-panel" }, h("p", { class: "nj-panel-title" }, "The hidden space"), chart.element, ...below),
    draw(state, right) {
      const { params, n, activation, data, across, up } = state;
      const place = ([x1, x2]) => {
        const { hidden, z } = forward(params, activation, x1, x2);
        return [hidden[across - 1], up ? hidden[up - 1] : z];
      };
      const places = data.points.map(place);
      const most = (k) => roundUp(Math.max(0.5, ...places.map((one) => Math.abs(one[k]))) * 1.02);
      const range = (k, z) => (z ? [-most(k), most(k)] : HIDDEN[activation].range ?? [-0.08 * most(k), 1.08 * most(k)]);
      const domains = [range(0, false), range(1, up === 0)];
      const key = JSON.stringify([domains, across, up]);
      if (key !== shown) {
        shown = key;
        chart.domain(...domains);
        xLabel.textContent = `h${sub(across)}`;
        yLabel.textContent = up ? `h${sub(up)}` : "z, the weighted sum of the output neuron";
        set(xLabel, { "data-axis": "across" });
        set(yLabel, { "data-axis": up ? (up === across ? "across" : "up") : "none" });
      }
      const flat = up === 0 || (n === 2 && up !== across);
      const [v, w, c] = up === 0 ? [0, 1, 0] : [params[3 * n + across - 1], params[3 * n + up - 1], params[4 * n]];
      shade(flat ? (a, b) => v * a + w * b + c : null);
      set(lattice, { d: LATTICE.map((line) => through(line.map(place), chart.x, chart.y)).join("") });
      show(places, data.targets, right, data.labels);
    },
  };
}

/** The loss against the step, on a logarithmic axis. */
function lossCurve() {
  const chart = plot({
    x: [0, 50], y: [-3, 0], width: 340, height: 226, margin: { top: 8, right: 20, left: 52, bottom: 46 },
    xLabel: "step", yLabel: "mean squared error", label: "The loss against the step, on a logarithmic axis",
  });
  const curve = s("path", { class: "nj-trail nj-xp-loss" });
  const here = s("circle", { r: 5, class: "nj-point" });
  chart.marks.append(curve);
  chart.front.append(here);
  let shown = "";
  return {
    element: h("div", { class: "nj-panel" }, h("p", { class: "nj-panel-title" }, "The loss"), chart.element),
    draw({ losses, steps }) {
      const power = (k) => Math.log10(Math.max(losses[k], 1e-12));
      const points = sampled(losses.length).map((k) => [k, power(k)]);
      const low = Math.min(-3, Math.floor(Math.min(...points.map(([, y]) => y))));
      const most = [50, 100, 200, 500, 1000, 2000, 5000, MOST].find((end) => steps <= end);
      if (shown !== `${most} ${low}`) {
        shown = `${most} ${low}`;
        chart.domain([0, most], [low, 0]);
        powersOfTen(chart);
      }
      set(curve, { d: through(points, chart.x, chart.y) });
      set(here, { cx: chart.x(steps).toFixed(1), cy: chart.y(power(steps)).toFixed(1) });
    },
  };
}

/** The network in formulas, one line for each neuron. */
export function formulas(params, activation) {
  const n = (params.length - 1) / 4;
  const sum = (terms, bias) => [...terms, [bias, ""]].map(([factor, name], k) => {
    const sign = factor < 0 ? "−" : "+";
    return `${k ? ` ${sign} ` : factor < 0 ? "−" : ""}${format(Math.abs(factor), 2)}${name && ` ${name}`}`;
  }).join("");
  const title = ACTIVATIONS[activation];
  return [
    ...Array.from({ length: n }, (_, j) =>
      `h${sub(j + 1)} = ${title}(${sum([[params[j], "x₁"], [params[n + j], "x₂"]], params[2 * n + j])})`),
    `ŷ = sigmoid(${sum(Array.from({ length: n }, (_, j) => [params[3 * n + j], `h${sub(j + 1)}`]), params[4 * n])})`,
  ];
}

/** What there is to say once something has been seen; before that the reader predicts. */
function remark({ n, steps, data, byHand }, right, steepness) {
  if (steps < 200 && !(byHand && right === data.points.length)) return "";
  if (right === data.points.length) {
    return SEPARABLE.includes(data.name) ? "All points are on their right side: here one line in the plane would have been enough." :
      "All points are on their right side. No line in the plane can do that, but in the hidden space one flat border does: the hidden layer has folded the plane.";
  }
  if (n === 1) return "One hidden neuron makes one line, and on the way across it ŷ only rises or only falls. Can one line separate these points?";
  if (steepness < 0.01) {
    return "The loss is almost flat here: a plateau, or the bottom of a valley that is not the deepest. From here, the one looks like the other. Go on for a while, or take new first weights.";
  }
  return "Not all points are on their right side yet.";
}

function draw(frame) {
  const { get, change, on, panels, controls, linked, signal, say } = frame;
  const network = laboratory(get);
  const restart = (values) => change({ steps: 0, ...values });
  const across = select({ label: "Horizontal", options: {}, value: "", input: (j) => change({ across: Number(j) }) });
  const up = select({ label: "Vertical", options: {}, value: "", input: (j) => change({ up: Number(j) }) });
  const space = hiddenSpace(h("div", { class: "nj-xp-row" }, across.element, up.element));
  const curve = lossCurve();
  const key = h("p", { class: "nj-xp-key" },
    h("b", { class: "nj-xp-one" }, "● class 1"), ", ", h("b", { class: "nj-xp-zero" }, "■ class 0"),
    "; dark rim: on the wrong side. Shades: the output ŷ, dashed where it is ½. "
    + "On its line the weighted sum of a hidden neuron is 0; it is positive on the side of the tick. "
    + "With m > 2, choose z as the vertical axis to see the border of the output.");
  const status = h("p", { class: "nj-xp-status" });
  const look = h("p", { class: "nj-xp-look" });

  const advance = (count) => {
    const steps = whole(get("steps"), [0, MOST]);
    if (steps >= MOST) return false;
    change({ steps: Math.min(steps + count, MOST) });
    return true;
  };
  const playback = player({
    signal, rate: 60, jump: 500,
    // The first steps one by one, later ones faster, so that a run takes seconds.
    step: () => advance(playback.playing ? clamp(Math.floor(get("steps") / 60), 1, 10) : 1),
    reset: () => change({ steps: 0 }),
  });
  const hundred = button({ label: "100 steps", press: () => { playback.pause(); advance(100); } });
  playback.element.insertBefore(hundred, playback.element.lastChild);
  const plane = surface(playback.element);
  const another = button({ label: "New first weights", press: () => restart({ seed: (get("seed") % SEEDS[1]) + 1, first: [] }) });
  const byHand = button({
    label: "By hand: OR, NAND, AND",
    press: () => {
      playback.pause();
      restart({ data: "xor", neurons: 2, activation: "sigmoid", first: GATES, across: 1, up: 2 });
    },
  });

  const titles = Object.fromEntries(get("sets").map(({ name, title }) => [name, title]));
  const data = select({ label: "Points", options: titles, value: get("data"), input: (name) => restart({ data: name }) });
  const activation = select({
    label: "Hidden activation", options: ACTIVATIONS, value: get("activation"),
    input: (name) => restart({ activation: name }),
  });
  const neurons = slider({
    label: "Hidden neurons", symbol: "m", min: NEURONS[0], max: NEURONS[1], step: 1, value: get("neurons"),
    input: (n) => restart({ neurons: Math.round(n), first: [] }),
  });
  const rate = slider({
    label: "Learning rate", symbol: "η", min: RATES[0], max: RATES[1], log: true, value: get("learning_rate"),
    input: (learning_rate) => restart({ learning_rate }),
  });
  const seed = slider({
    label: "First weights", name: "Seed of the first weights", min: SEEDS[0], max: SEEDS[1], step: 1, value: get("seed"),
    input: (number) => restart({ seed: Math.round(number), first: [] }),
  });
  const numbers = h("div", { class: "nj-xp-formulas" });
  const weights = h("details", { class: "nj-xp-weights", ontoggle: () => refresh() }, h("summary", { onkeydown: (event) => event.stopPropagation() }, "The network in numbers"), numbers);

  linked(() => playback.pause());
  panels(plane.element, space.element, curve.element,
    h("div", { class: "nj-xp-side" }, another, byHand, status, look, key));
  controls(data.element, activation.element, neurons.element, rate.element, seed.element, weights);

  let listed = 0;
  function list(n) {
    if (n === listed) return;
    listed = n;
    const options = linspace(1, 8, 8).slice(0, n).map((j) => h("option", { value: j }, `h${sub(j)}`));
    across.element.querySelector("select").replaceChildren(...options.map((option) => option.cloneNode(true)));
    up.element.querySelector("select").replaceChildren(...options, h("option", { value: 0 }, "z"));
  }

  function refresh() {
    const state = network();
    const { params, n, steps, losses } = state;
    const { points, targets } = state.data;
    const right = points.map(([x1, x2], i) => (forward(params, state.activation, x1, x2).z >= 0) === (targets[i] === 1));
    const good = right.filter(Boolean).length;
    const steepness = Math.hypot(...lossAndGradient(params, state.activation, points, targets).gradient);
    plane.draw(state, right);
    space.draw(state, right);
    curve.draw(state);
    list(n);
    across.value = state.across;
    up.value = state.up;
    data.value = state.data.name;
    activation.value = state.activation;
    neurons.value = n;
    rate.value = get("learning_rate");
    seed.value = get("seed");
    const told = `Step ${format(steps)}: loss ${brief(losses.at(-1))}, ${good} of ${points.length} points right. `
      + `Length of the gradient ${brief(steepness)}. ${state.byHand ? "First weights given." : `First weights: seed ${state.seed}.`}`;
    if (status.textContent !== told) status.textContent = told;
    const hint = remark(state, good, steepness);
    if (look.textContent !== hint) look.textContent = hint;
    if (weights.open) {
      const answers = state.data.labels.map((label, i) => `${label} → ${format(output(params, state.activation, ...points[i]), 2)}`);
      numbers.replaceChildren(...formulas(params, state.activation).concat(answers.length ? `ŷ: ${answers.join(", ")}` : [])
        .map((line) => h("div", {}, line)));
    }
    say(`${told} ${hint}`);
  }
  on(["data", "neurons", "activation", "learning_rate", "seed", "steps", "first", "across", "up"], refresh);
}

export default widget(draw, (get) => ({
  data: Object.fromEntries(get("sets").map(({ name, title }) => [name, title])),
  neurons: NEURONS,
  activation: ACTIVATIONS,
  learning_rate: RATES,
  seed: SEEDS,
  steps: [0, MOST],
  across: NEURONS,
  up: [0, NEURONS[1]],
  first: Array.from({ length: 4 * NEURONS[1] + 1 }, () => GIVEN),
}), ({ seed, neurons, first }) => (first === undefined && (seed !== undefined || neurons !== undefined) ? { first: [] } : {}));
