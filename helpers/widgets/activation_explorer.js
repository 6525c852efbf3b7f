/**
 * Activation explorer: one neuron a = σ(wx + b) with its slope on the left; on the right a chain of
 * such neurons, and how much of a gradient arrives after each of its layers, on a logarithmic axis.
 */
import { button, clamp, draggable, format, h, handle, linspace, plot, powersOfTen } from "./common.js";
import { s, select, set, slider, through, widget } from "./common.js";

// ── The mathematics ────────────────────────────────────────────────────────────────────────

const LEAK = 0.3; // slope of the leaky ReLU left of zero, as in helpers.nn.activations

/** 1/(1 + e^-z) = e^z/(1 + e^z): of the two, the one whose power can't overflow. */
function sigmoid(z) {
  const small = Math.exp(-Math.abs(z));
  return (z >= 0 ? 1 : small) / (1 + small);
}

/** The probability that a standard normal number is below z: to rounding, also far to the left. */
export function normalBelow(z) {
  const square = (z * z) / 2;
  if (Math.abs(z) < 3) { // Φ(z) = 1/2 + φ(z) (z + z³/3 + z⁵/15 + …)
    let [term, sum] = [z, z];
    for (let n = 3; Math.abs(term) > 1e-18; n += 2) sum += term *= (z * z) / n;
    return 0.5 + (sum * Math.exp(-square)) / Math.sqrt(2 * Math.PI);
  }
  let tail = 0; // a continued fraction: φ(z)/(z + 1/(z + 2/(z + 3/…)))
  for (let n = 120; n > 0; n--) tail = n / (Math.abs(z) + tail);
  tail = Math.exp(-square) / Math.sqrt(2 * Math.PI) / (Math.abs(z) + tail);
  return z < 0 ? tail : 1 - tail;
}

const FUNCTIONS = {
  linear: { title: "Linear", value: (z) => z, slope: () => 1 },
  step: { title: "Step", value: (z) => (z >= 0 ? 1 : 0), slope: () => 0 },
  sigmoid: {
    title: "Sigmoid", value: sigmoid, slope: (z) => sigmoid(z) * sigmoid(-z),
  },
  tanh: {
    title: "Tanh", value: Math.tanh,
    slope: (z) => 4 * sigmoid(2 * z) * sigmoid(-2 * z), // 1 − tanh², without its cancellation
  },
  arctan: { title: "Arctan", value: Math.atan, slope: (z) => 1 / (1 + z * z) },
  relu: { title: "ReLU", value: (z) => Math.max(0, z), slope: (z) => (z > 0 ? 1 : 0) },
  leaky_relu: {
    title: `Leaky ReLU (${LEAK})`, value: (z) => (z > 0 ? z : LEAK * z), slope: (z) => (z > 0 ? 1 : LEAK),
  },
  elu: { title: "ELU", value: (z) => (z > 0 ? z : Math.expm1(z)), slope: (z) => (z > 0 ? 1 : Math.exp(z)) },
  silu: {
    title: "SiLU (Swish)", value: (z) => z * sigmoid(z),
    slope: (z) => sigmoid(z) * (1 + z * sigmoid(-z)),
  },
  gelu: {
    title: "GELU", value: (z) => z * normalBelow(z),
    slope: (z) => normalBelow(z) + (z * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI),
  },
};

/** σ(z) of the function called `name`. */
export function value(name, z) {
  return FUNCTIONS[name].value(z);
}

/** σ′(z). */
export function derivative(name, z) {
  return FUNCTIONS[name].slope(z);
}

/**
 * A chain of neurons, each fed by the one before: a₀ = x, aₖ = σ(w aₖ₋₁ + b).
 *
 * `activations` a₀ … a_L; `slopes` daₖ/daₖ₋₁ = w σ′(zₖ); and `survives`, da_L/daₖ for k = 0 … L: what is
 * left at layer k of a derivative that is 1 at the output.
 */
export function chain(name, x, w, b, layers) {
  const activations = [x];
  const slopes = [];
  for (let k = 0; k < layers; k++) {
    const z = w * activations[k] + b;
    slopes.push(w * derivative(name, z));
    activations.push(value(name, z));
  }
  const survives = [1];
  for (const slope of [...slopes].reverse()) survives.unshift(survives[0] * slope);
  return { activations, slopes, survives };
}

// ── In words ───────────────────────────────────────────────────────────────────────────────

/** A number in three digits: 0.000123 as 1.23 × 10⁻⁴. */
export function brief(x) {
  const size = Math.abs(x);
  if (size === 0 || !Number.isFinite(x)) return format(x);
  if (size >= 1e-3 && size < 1e4) return format(x, clamp(2 - Math.floor(Math.log10(size)), 0, 5));
  const [mantissa, power] = size.toExponential(2).split("e");
  const raised = [...power].map((d) => ({ "-": "⁻", "+": "" })[d] ?? "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]).join("");
  return `${x < 0 ? "−" : ""}${mantissa} × 10${raised}`;
}

/** What becomes of the gradient, in one sentence. */
export function verdict({ survives }) {
  const size = Math.abs(survives[0]);
  if (size === 0) return "Nothing arrives: a slope is zero, so the product is.";
  if (size < 1e-3) return "The gradient has vanished on its way.";
  if (size > 1e3) return "The gradient has exploded on its way.";
  return "";
}

/** The product written out: "0.25 · 0.25 = 0.0625", if it is short enough to read. */
export function product({ slopes, survives }) {
  const factors = [...slopes].reverse().map((slope) => (slope < 0 ? `(${brief(slope)})` : brief(slope)));
  return `${factors.join(" · ")}${slopes.length > 1 ? ` = ${brief(survives[0])}` : ""}`;
}

// ── The picture ────────────────────────────────────────────────────────────────────────────

const X = [-6, 6];
const Y = [-3.3, 3.3];
const POWERS = [-12, 6]; // the ends of the logarithmic axis
const MOST = 10; // layers
const RANGES = { w: [-3, 3], b: [-5, 5], x: X };

/** Points of a curve over the window, split where a step jumps: a list of runs. */
function runs(f, jump) {
  const grid = linspace(...X, 481);
  if (jump === null || jump <= X[0] || jump >= X[1]) return [grid.map((x) => [x, f(x)])];
  const [left, right] = [grid.filter((x) => x < jump), grid.filter((x) => x > jump)];
  const eps = 1e-9;
  return [
    [...left.map((x) => [x, f(x)]), [jump, f(jump - eps)]],
    [[jump, f(jump + eps)], ...right.map((x) => [x, f(x)])],
  ];
}

/** The left panel: the neuron, its slope, and a point to take hold of. */
function neuron({ get, change }) {
  const chart = plot({
    x: X, y: Y, width: 340, height: 280, margin: { top: 8, right: 10, left: 40, bottom: 44 },
    xLabel: "input x", label: "The output of the neuron, and its slope, against its input",
  });
  const [plain, curve, slope, tangent, drop] = ["plain", "value", "slope", "tangent", "drop"]
    .map((c) => s("path", { class: `nj-ae-${c}` }));
  const zero = s("path", { class: "nj-axis", d: `M${chart.x(X[0])} ${chart.y(0)}H${chart.x(X[1])}` });
  const here = handle("nj-ae-here");
  const foot = s("circle", { r: 5, class: "nj-ae-foot" });
  chart.back.append(zero, plain);
  chart.marks.append(drop, slope, curve, tangent, foot);
  chart.front.append(here);
  draggable(here, chart, { move: ([x]) => change({ x: Number(clamp(x, ...X).toFixed(2)) }) });
  return {
    element: h("div", { class: "nj-panel" },
      h("p", { class: "nj-panel-title" }, "One neuron"),
      h("p", { class: "nj-ae-keys" },
        h("span", { class: "nj-ae-key nj-ae-blue" }, "a = σ(wx + b)"), " ",
        h("span", { class: "nj-ae-key nj-ae-orange" }, "slope w σ′(wx + b)"), " ",
        h("span", { class: "nj-ae-key nj-ae-grey" }, "σ(x)")),
      chart.element),
    draw({ name, w, b, x }) {
      const far = (v) => clamp(chart.y(v), -1e4, 1e4);
      const f = (at) => value(name, w * at + b);
      const g = (at) => w * derivative(name, w * at + b);
      // Where the function or its slope jumps: at z = 0.
      const jump = ["step", "relu", "leaky_relu"].includes(name) && w !== 0 ? -b / w : null;
      const path = (function_, cut) => runs(function_, cut).map((run) => through(run, chart.x, far)).join("");
      set(plain, { d: runs((at) => value(name, at), name === "step" ? 0 : null)
        .map((run) => through(run, chart.x, far)).join("") });
      set(curve, { d: path(f, name === "step" ? jump : null) });
      set(slope, { d: path(g, jump) });
      const [height, tilt] = [f(x), g(x)];
      const reach = 1.6 / Math.hypot(1, tilt);
      set(tangent, { d: through([[x - reach, height - tilt * reach], [x + reach, height + tilt * reach]], chart.x, far) });
      set(drop, { d: `M${chart.x(x)} ${far(height)}V${far(tilt)}` });
      set(foot, { transform: `translate(${chart.x(x)} ${far(tilt)})` });
      set(here, { transform: `translate(${chart.x(x)} ${clamp(far(height), chart.y(Y[1]), chart.y(Y[0]))})` });
    },
  };
}

/** The right panel: what is left of the gradient at each layer. */
function survival() {
  const chart = plot({
    x: [-0.6, MOST + 0.6], y: POWERS, width: 340, height: 280, margin: { top: 8, right: 10, left: 46, bottom: 44 },
    xLabel: "input x, then layer 1, 2, … to the output", label: "What is left of the gradient at each layer, on a logarithmic axis", grid: true,
  });
  const bars = Array.from({ length: MOST + 1 }, () => s("path", { class: "nj-ae-bar" }));
  const names = Array.from({ length: MOST + 1 }, () => s("text", { class: "nj-ae-name" }));
  const one = s("path", { class: "nj-axis" });
  chart.marks.append(...bars, one);
  chart.front.append(...names);
  powersOfTen(chart);
  for (const tick of chart.element.querySelectorAll(".nj-x-tick")) tick.remove();
  for (const line of chart.element.querySelectorAll(".nj-grid")) {
    if (line.getAttribute("d").includes("V")) line.remove();
  }
  return {
    element: h("div", { class: "nj-panel" },
      h("p", { class: "nj-panel-title" }, "A chain of them: what is left of the gradient"),
      h("p", { class: "nj-ae-keys" }, "the slope of the last output with respect to each one before it"),
      chart.element),
    draw({ layers, survives }) {
      const wide = (chart.x(1) - chart.x(0)) * (MOST / Math.max(layers, 4));
      const at = (k) => chart.x(-0.6) + ((k + 0.5) * (chart.x(MOST + 0.6) - chart.x(-0.6))) / (layers + 1);
      const half = Math.min(0.36 * wide, 16);
      const base = chart.y(0);
      set(one, { d: `M${chart.x(-0.6)} ${base}H${chart.x(MOST + 0.6)}` });
      bars.forEach((bar, k) => {
        names[k].textContent = k > layers ? "" : k === 0 ? "x" : String(k);
        set(names[k], { x: at(Math.min(k, layers)), y: chart.y(POWERS[0]) + 16 });
        if (k > layers) return set(bar, { d: "" });
        const size = Math.abs(survives[k]);
        const power = size === 0 ? -Infinity : Math.log10(size);
        const end = chart.y(clamp(power, ...POWERS));
        // The bar of 1 is a thin line on the axis: it would have no height.
        const height = Math.abs(end - base) < 1.5 ? base - 1.5 : end;
        set(bar, {
          d: `M${(at(k) - half).toFixed(1)} ${base}V${height.toFixed(1)}H${(at(k) + half).toFixed(1)}V${base}Z`,
          class: `nj-ae-bar${size === 0 ? " nj-ae-none" : power < POWERS[0] || power > POWERS[1] ? " nj-ae-beyond" : ""}`,
        });
      });
    },
  };
}

function draw(frame) {
  const { get, change, on, panels, controls, say } = frame;
  const left = neuron(frame);
  const right = survival();
  const start = Object.fromEntries(["function", "w", "b", "x", "layers"].map((trait) => [trait, get(trait)]));
  const state = () => {
    const name = Object.hasOwn(FUNCTIONS, get("function")) ? get("function") : "sigmoid";
    const numbers = Object.fromEntries(Object.entries(RANGES).map(([trait, range]) => [trait, clamp(get(trait), ...range)]));
    const layers = clamp(Math.round(get("layers")), 1, MOST);
    return { name, layers, ...numbers, ...chain(name, numbers.x, numbers.w, numbers.b, layers) };
  };

  const list = select({
    label: "Function", value: get("function"),
    options: Object.fromEntries(Object.entries(FUNCTIONS).map(([name, { title }]) => [name, title])),
    input: (name) => change({ function: name }),
  });
  const number = (label, trait, step) => slider({
    label, symbol: trait === "layers" ? "" : trait, min: (RANGES[trait] ?? [1, MOST])[0], max: (RANGES[trait] ?? [1, MOST])[1],
    step, value: get(trait), input: (v) => change({ [trait]: v }),
  });
  const sliders = {
    w: number("Weight", "w", 0.05), b: number("Bias", "b", 0.05), x: number("Input", "x", 0.05),
    layers: number("Layers", "layers", 1),
  };
  const total = h("output", { class: "nj-ae-number" });
  const told = h("span", { class: "nj-ae-verdict" });
  const written = h("p", { class: "nj-ae-product" });
  const reset = button({ label: "Reset", press: () => change(start) });

  panels(left.element, right.element);
  controls(
    h("div", { class: "nj-ae-result" },
      h("p", { class: "nj-ae-line" }, h("span", {}, "Left of a gradient of 1, at x: "), total, " ", told),
      written),
    list.element, reset,
    h("div", { class: "nj-ae-sliders" }, ...Object.values(sliders).map(({ element }) => element)));

  on(["function", "w", "b", "x", "layers"], () => {
    const now = state();
    left.draw(now);
    right.draw(now);
    list.value = now.name;
    for (const [trait, control] of Object.entries(sliders)) control.value = now[trait];
    total.textContent = brief(now.survives[0]);
    told.textContent = verdict(now);
    written.textContent = `Slopes, last layer first: ${product(now)}`;
    const { title } = FUNCTIONS[now.name];
    say(`${title}, weight ${format(now.w, 2)}, bias ${format(now.b, 2)}, input ${format(now.x, 2)}: output `
      + `${brief(now.activations[1])}, slope ${brief(now.slopes[0])}. Through ${now.layers} `
      + `layer${now.layers === 1 ? "" : "s"} ${brief(now.survives[0])} of a gradient of 1 survives. ${verdict(now)}`);
  });
}

export default widget(draw, () => ({
  function: Object.fromEntries(Object.entries(FUNCTIONS).map(([name, { title }]) => [name, title])),
  w: RANGES.w,
  b: RANGES.b,
  x: RANGES.x,
  layers: [1, MOST],
}));
