/**
 * Build a function from hinges: a target and a sum of ReLU neurons on the left, with the error
 * between them shaded; on the right what each neuron adds. Kinks and slopes by hand or fitted.
 */
import { button, clamp, draggable, format, h, handle, linspace, player, plot } from "./common.js";
import { s, select, set, slider, through, toggle, widget } from "./common.js";

// ── The mathematics ────────────────────────────────────────────────────────────────────────
// A neuron here is a kink k, a slope a and a direction d = ±1: it adds a · max(0, d (x − k)).

export const X = [-2, 2];
export const MOST = 12; // neurons
const SAMPLES = 401; // where errors are measured and fits are made

const bump = (x, centre, width) => Math.exp(-width * (x - centre) ** 2);

export const TARGETS = {
  cubic: { title: "x³ + x² − x − 1", f: (x) => x ** 3 + x ** 2 - x - 1, y: [-4.5, 10] },
  sine: { title: "sin 3x", f: (x) => Math.sin(3 * x), y: [-2, 2] },
  absolute: { title: "|x|", f: Math.abs, y: [-1, 2.8] },
  step: { title: "a steep step, tanh 8x", f: (x) => Math.tanh(8 * x), y: [-2, 2] },
  bumps: {
    title: "three bumps",
    f: (x) => 1.2 * bump(x, -1.2, 6) + 0.8 * bump(x, 0, 20) + bump(x, 1.1, 8), y: [-0.8, 1.8],
  },
};

/** The lecture's six: signs, weights and biases as kinks, slopes and directions. */
export const SIX = {
  kinks: [-1.54, -1.3 / 1.2, -1 / 1.2, 0.2 / 1.2, 0.55, 1],
  slopes: [-5, -1.2, -1.2, 1.2, 2, 5],
  directions: [-1, -1, 1, 1, 1, 1],
  bias: 0,
};

/** The samples of x. */
export function grid() {
  return linspace(...X, SAMPLES);
}

/** The target called `name` at x. */
export function target(name, x) {
  return TARGETS[name].f(x);
}

/** What neuron j adds at x. */
export function hinge({ kinks, slopes, directions }, j, x) {
  return slopes[j] * Math.max(0, directions[j] * (x - kinks[j]));
}

/** The output at x: the bias and all hinges. */
export function output(net, x) {
  return net.kinks.reduce((sum, _, j) => sum + hinge(net, j, x), net.bias);
}

/** Root mean square and largest size of the error, and where that is. */
export function errors(net, name) {
  let [squares, largest, at] = [0, -1, 0];
  for (const x of grid()) {
    const error = output(net, x) - target(name, x);
    squares += error * error;
    if (Math.abs(error) > largest) [largest, at] = [Math.abs(error), x];
  }
  return { rms: Math.sqrt(squares / SAMPLES), largest, at };
}

/** Kinks in equal steps, the first at the left end. */
export function evenly(count) {
  return Array.from({ length: count }, (_, j) => X[0] + (j * (X[1] - X[0])) / count);
}

/** The best slopes and bias at the present kinks: least squares over the samples. */
export function leastSquares(net, name) {
  const xs = grid();
  const columns = [xs.map(() => 1),
    ...net.kinks.map((k, j) => xs.map((x) => Math.max(0, net.directions[j] * (x - k))))];
  const dot = (u, v) => u.reduce((sum, value, i) => sum + value * v[i], 0);
  // Gram and Schmidt, each column twice; one that the others already make up is left out.
  const kept = [];
  const count = columns.length;
  columns.forEach((column, j) => {
    const made = new Array(count).fill(0); // the orthogonal column, as a sum of the given ones
    made[j] = 1;
    const rest = [...column];
    for (let turn = 0; turn < 2; turn++) {
      for (const one of kept) {
        const part = dot(rest, one.q);
        one.q.forEach((value, i) => { rest[i] -= part * value; });
        one.made.forEach((value, i) => { made[i] -= part * value; });
      }
    }
    const size = Math.sqrt(dot(rest, rest));
    if (size <= 1e-8 * Math.max(1, Math.sqrt(dot(column, column)))) return;
    kept.push({ q: rest.map((v) => v / size), made: made.map((v) => v / size) });
  });
  let left = xs.map((x) => target(name, x));
  const solution = new Array(count).fill(0);
  for (const { q, made } of kept) {
    const part = dot(left, q);
    left = left.map((value, i) => value - part * q[i]);
    made.forEach((value, i) => { solution[i] += part * value; });
  }
  return { ...net, bias: solution[0], slopes: solution.slice(1) };
}

/** Pieces that meet the target at both ends and at every kink but the first, which goes left. */
export function interpolant(net, name) {
  const inner = [...net.kinks].sort((a, b) => a - b).slice(1)
    .map((k) => clamp(k, X[0], X[1])).filter((k, i, all) => k > (i ? all[i - 1] : X[0]) + 1e-9 && k < X[1] - 1e-9);
  const knots = [X[0], ...inner, X[1]];
  const heights = knots.map((x) => target(name, x));
  const steep = knots.slice(1).map((x, i) => (heights[i + 1] - heights[i]) / (x - knots[i]));
  return {
    kinks: knots.slice(0, -1),
    slopes: steep.map((value, i) => value - (i ? steep[i - 1] : 0)),
    directions: steep.map(() => 1),
    bias: heights[0],
  };
}

/** The same function as weights and biases: w, b of the hidden layer, v, c of the output. */
export function toNetwork({ kinks, slopes, directions, bias }) {
  const size = slopes.map((a) => Math.max(Math.sqrt(Math.abs(a)), 0.3));
  const w = size.map((value, j) => value * directions[j]);
  return {
    w, b: kinks.map((k, j) => -w[j] * k), v: slopes.map((a, j) => a / size[j]), c: bias,
  };
}

/** And back. */
export function fromNetwork({ w, b, v, c }) {
  const solid = w.map((value) => (Math.abs(value) < 1e-9 ? 1e-9 : value));
  return {
    kinks: solid.map((value, j) => clamp(-b[j] / value, -1e6, 1e6)),
    slopes: solid.map((value, j) => v[j] * Math.abs(value)),
    directions: solid.map(Math.sign),
    bias: c,
  };
}

/** `steps` steps of gradient descent on the mean squared error over the samples, all at once. */
export function descend(network, name, rate, steps) {
  let { w, b, v, c } = network;
  const xs = grid();
  for (let step = 0; step < steps; step++) {
    const [gw, gb, gv] = [w, b, v].map((list) => list.map(() => 0));
    let gc = 0;
    for (const x of xs) {
      const z = w.map((value, j) => value * x + b[j]);
      const error = z.reduce((sum, value, j) => sum + v[j] * Math.max(0, value), c) - target(name, x);
      const pull = (2 * error) / SAMPLES;
      gc += pull;
      z.forEach((value, j) => {
        if (value <= 0) return;
        gv[j] += pull * value;
        gb[j] += pull * v[j];
        gw[j] += pull * v[j] * x;
      });
    }
    const move = (list, by) => list.map((value, j) => value - rate * by[j]);
    [w, b, v, c] = [move(w, gw), move(b, gb), move(v, gv), c - rate * gc];
  }
  return { w, b, v, c };
}

/** The list brought to `count` entries. */
function fitted(list, count, filler) {
  return Array.from({ length: count }, (_, j) => list[j] ?? filler);
}

/** A net from the traits, whatever their lengths. */
export function fromTraits(get) {
  const kinks = [...get("kinks")].slice(0, MOST);
  return {
    kinks, slopes: fitted(get("slopes"), kinks.length, 0),
    directions: fitted(get("directions"), kinks.length, 1).map((d) => (d < 0 ? -1 : 1)),
    bias: get("bias"),
  };
}

// ── The picture ────────────────────────────────────────────────────────────────────────────

const LIMIT = { kink: [-2, 2], slope: [-15, 15], bias: [-10, 10], rate: [0.0003, 0.3] };
const HEIGHTS = [1, 2, 4, 6, 10, 15, 20, 30, 50, 100, 200, 500, 1000, 1e4, 1e5, 1e6];
const UPDATES = 10; // of the descent, for one step of the player
const SHORT = 0.15; // an arm shorter than this has no handle to turn it by
const FARTHEST = 1.8; // where a new kink may lie, so that it has one

function draw(frame) {
  const { get, change, on } = frame;
  const traits = ["target", "kinks", "slopes", "directions", "bias", "selected", "learning_rate"];
  const snapshot = () => structuredClone(Object.fromEntries(traits.map((t) => [t, get(t)])));
  const now = () => fromTraits(get);
  const nameOf = () => (Object.hasOwn(TARGETS, get("target")) ? get("target") : "cubic");
  const chosen = () => clamp(Math.round(get("selected")), 1, get("kinks").length) - 1;
  const tidy = (value, digits) => Number(value.toFixed(digits));
  const xs = linspace(...X, 241);
  let start = snapshot();
  let updates = 0;
  let diverged = false;

  // Left: the target, the sum, and the area between them.
  const chart = plot({
    x: X, y: TARGETS[nameOf()].y, width: 400, height: 290, margin: { top: 8, right: 12, left: 40, bottom: 44 },
    xLabel: "x", label: "The target, the sum of the hinges, and the area between them",
  });
  const area = s("path", { class: "nj-hg-area" });
  const goal = s("path", { class: "nj-hg-goal" });
  const curve = s("path", { class: "nj-curve" });
  const faint = s("path", { class: "nj-hg-faint" });
  const worst = s("path", { class: "nj-hg-worst" });
  chart.back.append(area, faint);
  chart.marks.append(goal, curve, worst);

  // Right: what each neuron adds.
  const parts = plot({
    x: X, y: [-6, 6], width: 400, height: 290, margin: { top: 8, right: 12, left: 40, bottom: 44 },
    xLabel: "x", label: "What each neuron adds; the chosen one is drawn strongly",
  });
  const lines = Array.from({ length: MOST }, () => s("path", { class: "nj-hg-hinge" }));
  const mine = s("path", { class: "nj-hg-mine" });
  const turn = handle("nj-hg-turn");
  parts.marks.append(...lines, mine);
  parts.front.append(turn);
  let height = 6;
  let held = false;

  const replace = (trait, j, value) => {
    const list = [...now()[trait]];
    list[j] = value;
    return { [trait]: list };
  };
  const handles = Array.from({ length: MOST }, (_, j) => {
    const grip = handle("nj-hg-kink");
    draggable(grip, chart, {
      start: () => { change({ selected: j + 1 }); },
      move: ([x]) => change(replace("kinks", j, tidy(clamp(x, ...X), 2))),
    });
    return grip;
  });
  chart.front.append(...handles);
  const arm = () => {
    const { kinks, directions } = now();
    const j = chosen();
    return directions[j] > 0 ? X[1] - kinks[j] : kinks[j] - X[0];
  };
  draggable(turn, parts, {
    start: () => { held = true; },
    move: ([, y]) => change(replace("slopes", chosen(), tidy(clamp(y / arm(), ...LIMIT.slope), 2))),
    end: () => { held = false; },
  });

  // Controls.
  const list = select({
    label: "Target", value: nameOf(),
    options: Object.fromEntries(Object.entries(TARGETS).map(([key, { title }]) => [key, title])),
    input: (name) => { descent.pause(); updates = 0; change({ target: name }); },
  });
  const picks = Array.from({ length: MOST }, (_, j) => button({
    label: String(j + 1), className: "nj-hg-pick", press: () => change({ selected: j + 1 }),
  }));
  const write = (net, more = {}) => change({ ...net, ...more });
  const add = button({
    label: "Add", press: () => {
      const net = now();
      if (net.kinks.length >= MOST) return;
      // Where it is needed most, with nothing added yet.
      const at = tidy(clamp(errors(net, nameOf()).at, -1.95, FARTHEST), 2);
      write({ kinks: [...net.kinks, at], slopes: [...net.slopes, 0], directions: [...net.directions, 1] },
        { selected: net.kinks.length + 1 });
    },
  });
  const remove = button({
    label: "Remove", press: () => {
      const net = now();
      if (net.kinks.length < 2) return;
      const j = chosen();
      const without = (values) => values.filter((_, i) => i !== j);
      write({ kinks: without(net.kinks), slopes: without(net.slopes), directions: without(net.directions) },
        { selected: Math.max(1, j) });
    },
  });
  const kink = slider({
    label: "Kink", symbol: "k", min: LIMIT.kink[0], max: LIMIT.kink[1], step: 0.01, value: now().kinks[chosen()],
    input: (value) => change(replace("kinks", chosen(), value)),
  });
  const slope = slider({
    label: "Slope", symbol: "a", min: LIMIT.slope[0], max: LIMIT.slope[1], step: 0.05, digits: 2,
    value: now().slopes[chosen()], input: (value) => change(replace("slopes", chosen(), value)),
  });
  const bias = slider({
    label: "Output bias", symbol: "c", min: LIMIT.bias[0], max: LIMIT.bias[1], step: 0.05, digits: 2, value: get("bias"),
    input: (value) => change({ bias: value }),
  });
  const left = toggle({
    label: "Rises to the left", value: now().directions[chosen()] < 0,
    input: (on) => change(replace("directions", chosen(), on ? -1 : 1)),
  });
  const fit = (label, make) => button({
    label, press: () => { descent.pause(); updates = 0; diverged = false; write(make(now(), nameOf())); },
  });
  const spread = fit("Spread evenly", (net) => ({ kinks: evenly(net.kinks.length) }));
  const best = fit("Best slopes", leastSquares);
  const join = fit("Interpolate", interpolant);
  const six = fit("The lecture's six", () => ({ ...SIX, target: "cubic" }));

  // The descent moves the weights and biases of the network; what is drawn follows from them.
  let network = null;
  let key = "";
  const keyOf = () => JSON.stringify([now(), nameOf()]);
  const step = () => {
    if (keyOf() !== key) network = toNetwork(now());
    const next = descend(network, nameOf(), get("learning_rate"), UPDATES);
    const all = [...next.w, ...next.b, ...next.v, next.c];
    diverged = !all.every((value) => Number.isFinite(value) && Math.abs(value) < 1e4);
    if (diverged) { show(); return false; }
    network = next;
    updates += UPDATES;
    write(fromNetwork(network));
    key = keyOf();
    return true;
  };
  const descent = player({
    step, signal: frame.signal, rate: 30, jump: 60,
    reset: () => { updates = 0; diverged = false; change(start); },
  });
  const rate = slider({
    label: "Learning rate", symbol: "η", min: LIMIT.rate[0], max: LIMIT.rate[1], log: true,
    value: get("learning_rate"), input: (value) => change({ learning_rate: value }),
  });
  frame.linked(() => {
    descent.pause();
    [start, updates, diverged] = [snapshot(), 0, false];
  });

  const rms = h("output", { class: "nj-hg-number" });
  const most = h("output", { class: "nj-hg-number" });
  const where = h("span", {});
  const told = h("span", { class: "nj-hg-told" });
  const panel = (title, keys, axes) => h("div", { class: "nj-panel" },
    h("p", { class: "nj-panel-title" }, title), h("p", { class: "nj-hg-keys" }, ...keys), axes.element);
  const legend = (name, text) => h("span", { class: `nj-hg-key nj-hg-${name}-key` }, text);
  frame.panels(
    panel("The sum and its target", [legend("goal", "target"), legend("sum", "sum of all neurons"), legend("area", "error")], chart),
    panel("What each neuron adds", [legend("mine", "the chosen one"), legend("hinge", "the others")], parts));
  const box = (title, ...children) => h("div", { class: "nj-hg-box", role: "group", "aria-label": title },
    h("span", { class: "nj-hg-title" }, title), ...children);
  frame.controls(
    h("p", { class: "nj-hg-result" },
      "Error: root mean square ", rms, ", largest ", most, where, told),
    list.element,
    box("Neuron", ...picks, add, remove),
    h("div", { class: "nj-hg-sliders" }, kink.element, slope.element, left.element, bias.element),
    box("Fit", spread, best, join, six),
    box("Gradient descent", descent.element, rate.element));

  const show = () => {
    const name = nameOf();
    const net = now();
    const count = net.kinks.length;
    const j = chosen();
    if (chart.y.domain.join() !== TARGETS[name].y.join()) chart.domain(X, TARGETS[name].y);
    const far = (axes) => (value) => clamp(axes.y(value), -3000, 3000);
    const goals = xs.map((x) => [x, target(name, x)]);
    const corners = net.kinks.filter((k) => k > X[0] && k < X[1]);
    const places = [...xs, ...corners].sort((a, b) => a - b);
    const sums = places.map((x) => [x, output(net, x)]);
    set(goal, { d: through(goals, chart.x, far(chart)) });
    set(curve, { d: through(sums, chart.x, far(chart)) });
    set(area, { d: `${through([...sums, ...goals.reverse()], chart.x, far(chart))}Z` });
    const bent = (i, axes) => through(
      [X[0], clamp(net.kinks[i], ...X), X[1]].map((x) => [x, hinge(net, i, x)]), axes.x, far(axes));
    set(faint, { d: net.kinks.map((_, i) => bent(i, chart)).join("") });

    const tallest = Math.max(...net.kinks.flatMap((_, i) => X.map((x) => Math.abs(hinge(net, i, x)))));
    if (!held && (tallest > 0.98 * height || tallest < 0.35 * height)) {
      height = HEIGHTS.find((value) => value >= 1.05 * tallest) ?? 1e6;
    }
    if (parts.y.domain[1] !== height) parts.domain(X, [-height, height]);
    lines.forEach((line, i) => set(line, { d: i < count && i !== j ? bent(i, parts) : "" }));
    set(mine, { d: bent(j, parts) });
    const end = net.directions[j] > 0 ? X[1] : X[0];
    set(turn, {
      transform: `translate(${parts.x(end)} ${parts.y(clamp(hinge(net, j, end), -height, height))})`,
      visibility: arm() < SHORT ? "hidden" : "visible",
    });
    handles.forEach((grip, i) => {
      const used = i < count && net.kinks[i] >= X[0] && net.kinks[i] <= X[1];
      set(grip, { visibility: used ? "visible" : "hidden" });
      if (!used) return;
      const y = clamp(output(net, net.kinks[i]), ...chart.y.domain);
      set(grip, { transform: `translate(${chart.x(net.kinks[i])} ${chart.y(y)})` });
      grip.classList.toggle("nj-hg-on", i === j);
      if (i === j && grip !== chart.front.lastChild && !grip.classList.contains("nj-dragging")) {
        chart.front.append(grip); // the chosen one on top, where kinks lie together
      }
    });

    const error = errors(net, name);
    set(worst, { d: `M${chart.x(error.at)} ${far(chart)(target(name, error.at))}V${far(chart)(output(net, error.at))}` });
    const digits = (value) => (value >= 100 ? 0 : value >= 1 ? 2 : value >= 1e-9 ? clamp(2 - Math.floor(Math.log10(value)), 3, 6) : 3);
    rms.textContent = format(error.rms, digits(error.rms));
    most.textContent = format(error.largest, digits(error.largest));
    where.textContent = ` at x = ${format(error.at, 2)}.`;
    told.textContent = diverged ? " The descent diverged: lower the rate."
      : updates ? ` After ${format(updates)} updates.` : "";
    list.value = name;
    picks.forEach((pick, i) => {
      pick.hidden = i >= count;
      set(pick, { "aria-pressed": String(i === j), "aria-label": `Neuron ${i + 1}` });
    });
    add.disabled = count >= MOST;
    remove.disabled = count < 2;
    kink.value = net.kinks[j];
    slope.value = net.slopes[j];
    left.value = net.directions[j] < 0;
    bias.value = net.bias;
    rate.value = get("learning_rate");
    frame.say(`${count} neurons: root mean square error ${format(error.rms, digits(error.rms))}, largest `
      + `${format(error.largest, digits(error.largest))} at x = ${format(error.at, 2)}. Neuron ${j + 1}: kink `
      + `${format(net.kinks[j], 2)}, slope ${format(net.slopes[j], 2)}, rises to the ${net.directions[j] < 0 ? "left" : "right"}.`
      + `${diverged ? " The descent diverged: lower the rate." : ""}`);
  };
  on(traits, show);
}

export default widget(draw, () => ({
  target: Object.fromEntries(Object.entries(TARGETS).map(([key, { title }]) => [key, title])),
  kinks: Array.from({ length: MOST }, () => [-1e6, 1e6]),
  slopes: Array.from({ length: MOST }, () => [-1e6, 1e6]),
  directions: Array.from({ length: MOST }, () => [-1, 1]),
  bias: [-1e6, 1e6],
  selected: [1, MOST],
  learning_rate: LIMIT.rate,
}));
