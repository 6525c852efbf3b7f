/**
 * Overfitting: a polynomial through noisy examples, with its training and validation error.
 *
 * Everything shown follows from the traits. What depends on the examples alone is kept until they
 * change; a fit then costs a few hundred multiplications.
 */
import { button, clamp, concise, dots, gauge, h, kept, linspace, normal, player, plot, powersOfTen } from "./common.js";
import { random, s, select, set, slider, through, toggle, widget } from "./common.js";

// ── The mathematics ────────────────────────────────────────────────────────────────────────
// The polynomial is Σ cₖ φₖ(x), φₖ = √(2k + 1) Pₖ with Legendre's Pₖ: over x from −1 to 1 the mean of
// φⱼφₖ is 1 for j = k and 0 otherwise. The cost is the mean squared error over the examples
// plus λ times the sum of the cₖ², c₀ left out.

export const MOST_DEGREE = 14;
export const SAMPLES = 20; // drawn at once in the view of many samples
export const VALIDATION = 60; // validation examples
const LAMBDAS = [1e-6, 10]; // the ends of the slider above 0
export const TARGETS = {
  sine: { title: "Sine: sin πx", f: (x) => Math.sin(Math.PI * x) },
  bump: { title: "Bump: 1.5 exp(−8x²) − 0.5", f: (x) => 1.5 * Math.exp(-8 * x * x) - 0.5 },
  line: { title: "Line: 0.8x", f: (x) => 0.8 * x },
};

/** φ₀(x), …, φ_degree(x). */
export function basis(x, degree) {
  const p = [1, x];
  for (let k = 1; k < degree; k++) p.push(((2 * k + 1) * x * p[k] - k * p[k - 1]) / (k + 1));
  return p.slice(0, degree + 1).map((value, k) => Math.sqrt(2 * k + 1) * value);
}

/** The sum of cₖ φₖ(x). */
export function predict(coefficients, x) {
  const phi = basis(x, coefficients.length - 1);
  let total = 0;
  for (let k = 0; k < coefficients.length; k++) total += coefficients[k] * phi[k];
  return total;
}

/** The seed of a sample: 0 … 19 of training examples (0 is the one shown), 20 the validation. */
export function seedOf(seed, sample) {
  return seed * 1000 + sample;
}

/** n examples {x, y}: one x at random in each of n equal slices of [−1, 1], y = f(x) + noise. */
export function examples(seed, n, noise, target) {
  const uniform = random(seed);
  const [xs, ys] = [[], []];
  for (let i = 0; i < n; i++) {
    const x = -1 + (2 * (i + uniform())) / n;
    xs.push(x);
    ys.push(TARGETS[target].f(x) + noise * normal(uniform));
  }
  return { xs, ys };
}

/**
 * Householder's triangle of the rows [A | b], at least as many as columns of A: `{ r, z }` with r
 * upper triangular and |Ac − b|² = |rc − z|² + a constant, for every c. The rows are used up.
 */
export function triangle(rows, columns) {
  const m = rows.length;
  for (let k = 0; k < columns; k++) {
    const active = [rows[k]]; // rows with a 0 here stay as they are: most of a penalty's
    for (let i = k + 1; i < m; i++) if (rows[i][k] !== 0) active.push(rows[i]);
    const v = active.map((row) => row[k]);
    const norm = Math.sqrt(v.reduce((total, each) => total + each * each, 0));
    if (norm === 0) continue;
    v[0] += v[0] > 0 ? norm : -norm;
    const square = v.reduce((total, each) => total + each * each, 0);
    for (let j = k; j <= columns; j++) {
      let dot = 0;
      for (let i = 0; i < v.length; i++) dot += v[i] * active[i][j];
      const scale = (2 * dot) / square;
      for (let i = 0; i < v.length; i++) active[i][j] -= scale * v[i];
    }
    for (let i = 1; i < v.length; i++) active[i][k] = 0;
  }
  return {
    r: rows.slice(0, columns).map((row) => row.slice(0, columns)),
    z: rows.slice(0, columns).map((row) => row[columns]),
  };
}

/** The examples reduced to the triangle from which every degree and every λ can be fitted. */
export function reduced({ xs, ys }, degree = MOST_DEGREE) {
  const root = Math.sqrt(xs.length);
  return triangle(xs.map((x, i) => [...basis(x, degree).map((value) => value / root), ys[i] / root]), degree + 1);
}

/** The coefficients of the best fit of this degree with this penalty. */
export function fit({ r, z }, degree, penalty) {
  const p = degree + 1;
  let [left, right] = [r, z]; // the leading block belongs to the lower degree
  if (penalty > 0) {
    const rows = r.slice(0, p).map((row, i) => [...row.slice(0, p), z[i]]);
    const root = Math.sqrt(penalty);
    for (let k = 1; k < p; k++) rows.push([...new Array(p).fill(0).map((_, j) => (j === k ? root : 0)), 0]);
    ({ r: left, z: right } = triangle(rows, p));
  }
  const c = new Array(p).fill(0);
  for (let i = degree; i >= 0; i--) {
    let rest = right[i];
    for (let j = i + 1; j < p; j++) rest -= left[i][j] * c[j];
    c[i] = rest / left[i][i];
  }
  return c;
}

/** Mean squared error. */
export function mse(coefficients, { xs, ys }) {
  let total = 0;
  for (let i = 0; i < xs.length; i++) total += (predict(coefficients, xs[i]) - ys[i]) ** 2;
  return total / xs.length;
}

export const GRID = linspace(-1, 1, 101);
export const PENALTIES = [0, ...linspace(-6, 1, 29).map((power) => 10 ** power)];
const DEGREES = linspace(0, MOST_DEGREE, MOST_DEGREE + 1);
const ON_GRID = GRID.map((x) => basis(x, MOST_DEGREE));

/** The means of φⱼφₖ over the grid. */
const GRAM = DEGREES.map((j) => DEGREES.map((k) => ON_GRID.reduce((total, phi) => total + phi[j] * phi[k], 0) / GRID.length));

/** The fit at every point of the grid. */
export function onGrid(c) {
  return ON_GRID.map((phi) => {
    let total = 0;
    for (let k = 0; k < c.length; k++) total += c[k] * phi[k];
    return total;
  });
}

/**
 * Squared bias and variance of fits to several samples, averaged over the grid: the mean fit's
 * squared distance from the true function, and the fits' mean squared distance from their mean.
 */
export function biasAndVariance(fits, truth) {
  const p = fits[0].length;
  const mean = fits[0].map((_, k) => fits.reduce((total, c) => total + c[k], 0) / fits.length);
  const curve = onGrid(mean);
  let [bias, variance] = [0, 0];
  for (let i = 0; i < curve.length; i++) bias += (curve[i] - truth[i]) ** 2 / curve.length;
  for (const c of fits) {
    for (let j = 0; j < p; j++) {
      for (let k = 0; k < p; k++) variance += ((c[j] - mean[j]) * GRAM[j][k] * (c[k] - mean[k])) / fits.length;
    }
  }
  return { bias, variance, mean: curve };
}

/** Returns `derive(get)`, all that follows from the traits; what the examples give is kept. */
export function laboratory() {
  let key = "";
  let seen = {};
  let errors = { key: "" };
  return (get) => {
    const n = clamp(get("examples"), 15, 100);
    const [noise, target, seed, penalty] = [get("noise"), get("target"), get("seed"), get("penalty")];
    const degree = clamp(get("degree"), 0, MOST_DEGREE);
    const now = JSON.stringify([n, noise, target, seed]);
    if (now !== key) {
      key = now;
      const training = examples(seedOf(seed, 0), n, noise, target);
      const validation = examples(seedOf(seed, SAMPLES), VALIDATION, noise, target);
      seen = { training, validation, parts: [reduced(training)], truth: GRID.map(TARGETS[target].f) };
    }
    const { training, validation, parts, truth } = seen;
    const many = get("many");
    for (let sample = parts.length; many && sample < SAMPLES; sample++) {
      parts.push(reduced(examples(seedOf(seed, sample), n, noise, target)));
    }
    const c = fit(parts[0], degree, penalty);
    const fits = many ? parts.slice(0, SAMPLES).map((part) => fit(part, degree, penalty)) : [];
    const against = get("against");
    const fixed = JSON.stringify([now, many, against, against === "degree" ? penalty : degree]);
    if (fixed !== errors.key) {
      const settings = against === "degree" ? DEGREES.map((d) => [d, penalty]) : PENALTIES.map((p) => [degree, p]);
      errors = { key: fixed, training: [], validation: [], bias: [], variance: [] };
      for (const setting of settings) {
        const one = fit(parts[0], ...setting);
        errors.training.push(mse(one, training));
        errors.validation.push(mse(one, validation));
        if (!many) continue;
        const { bias, variance } = biasAndVariance(parts.map((part) => fit(part, ...setting)), truth);
        errors.bias.push(bias);
        errors.variance.push(variance);
      }
    }
    return {
      n, noise, target, degree, penalty, many, against, training, validation, truth, errors,
      curve: onGrid(c), coefficients: c, trainingError: mse(c, training), validationError: mse(c, validation),
      spread: many ? biasAndVariance(fits, truth) : null, curves: fits.map(onGrid),
    };
  };
}

// ── In words ───────────────────────────────────────────────────────────────────────────────

const lambda = (penalty) => (penalty < 1e-3 ? concise(penalty) : `${Number(penalty.toPrecision(3))}`);

/** What the two errors are, and where the validation error, or bias² + variance, is lowest. */
export function describe({ n, noise, degree, penalty, many, against, errors, trainingError, validationError, spread }) {
  const where = `Degree ${degree}, λ = ${lambda(penalty)}, ${n} examples: `;
  const lowest = (values) => {
    const k = values.indexOf(Math.min(...values));
    const place = against === "degree" ? `degree ${DEGREES[k]}` : `λ = ${lambda(PENALTIES[k])}`;
    return `lowest at ${place}, ${concise(values[k])}`;
  };
  const all = against === "degree" ? `Of all degrees with λ = ${lambda(penalty)}` : `Of all λ with degree ${degree}`;
  if (many) {
    const { bias, variance } = spread;
    const sums = errors.bias.map((each, k) => each + errors.variance[k] + noise ** 2);
    return `${where}over ${SAMPLES} samples bias² ${concise(bias)}, variance ${concise(variance)}, noise s² ${concise(noise ** 2)}: `
      + `together ${concise(bias + variance + noise ** 2)}, the error to expect on a new example. ${all} it is ${lowest(sums)}.`;
  }
  return `${where}training error ${concise(trainingError)}, validation error ${concise(validationError)}. `
    + `${all} the validation error is ${lowest(errors.validation)}.`;
}

// ── The picture ────────────────────────────────────────────────────────────────────────────

const AGAINST = { degree: "degree", penalty: "penalty λ" };
const RANGE = [-4, 2]; // powers of ten of the errors drawn
const ZERO = -7; // where λ = 0 stands among the powers of ten

/** Left: the examples, the true function, the fit; or the fits to many samples and their mean. */
function picture() {
  const chart = plot({
    x: [-1, 1], y: [-2.2, 2.2], width: 340, height: 310, margin: { top: 8, right: 8, left: 40, bottom: 44 },
    xLabel: "x", yLabel: "y", label: "The examples, the true function and the fitted polynomial",
  });
  const [truth, line, mean, halo, points] = ["truth", "line", "mean", "halo", "points"].map((c) => s("path", { class: `nj-ov-${c}` }));
  const crowd = linspace(1, SAMPLES, SAMPLES).map(() => s("path", { class: "nj-ov-one" }));
  const unseen = s("g");
  chart.marks.append(unseen, ...crowd, line, mean, truth, halo, points);
  const validation = linspace(1, VALIDATION, VALIDATION).map(() => s("circle", { r: 2.6, class: "nj-ov-unseen" }));
  unseen.append(...validation);
  const key = (name, text) => h("span", { class: `nj-ov-key nj-ov-${name}-key` }, text);
  const own = h("p", { class: "nj-ov-keys" }, key("points", "training"), key("unseen", "validation"), key("line", "fit"), key("truth", "true"));
  const others = h("p", { class: "nj-ov-keys" }, key("one", `${SAMPLES} fits`), key("mean", "their mean"), key("truth", "true"));
  const shape = (heights) => through(heights.map((y, i) => [GRID[i], y]), chart.x, kept(chart.y));
  return {
    element: h("div", { class: "nj-panel" }, chart.element, own, others),
    draw({ training, validation: held, truth: heights, curve, curves, many, spread }) {
      const show = (elements, on) => elements.forEach((each) => set(each, { visibility: on ? null : "hidden" }));
      show([line, halo, points, unseen], !many);
      show([mean, ...crowd], many);
      own.hidden = many;
      others.hidden = !many;
      set(truth, { d: shape(heights) });
      if (many) {
        set(mean, { d: shape(spread.mean) });
        crowd.forEach((one, k) => set(one, { d: shape(curves[k]) }));
        return;
      }
      const y = kept(chart.y);
      set(line, { d: shape(curve) });
      const d = dots(training.xs.map((x, i) => [x, training.ys[i]]), chart.x, y);
      for (const each of [halo, points]) set(each, { d });
      held.xs.forEach((x, i) => set(validation[i], { cx: chart.x(x).toFixed(1), cy: y(held.ys[i]).toFixed(1) }));
    },
  };
}

/** Right: the errors against the degree or the penalty, on a logarithmic axis. */
function errorCurves(...below) {
  const chart = plot({
    x: [0, 1], y: RANGE, width: 340, height: 230, margin: { top: 8, right: 12, left: 48, bottom: 44 },
    yLabel: "mean squared error", label: "Training and validation error, or bias and variance, on logarithmic axes",
  });
  const names = ["training", "validation", "bias", "variance", "sum"];
  const lines = Object.fromEntries(names.map((name) => [name, s("path", { class: `nj-ov-${name}` })]));
  const [here, floor, marks] = [s("path", { class: "nj-ov-here" }), s("path", { class: "nj-ov-floor" }), s("path", { class: "nj-ov-dots" })];
  chart.back.append(here, floor);
  chart.marks.append(...Object.values(lines), marks);
  const xLabel = chart.element.querySelector(".nj-axis-label");
  const key = (name, text) => h("span", { class: `nj-ov-key nj-ov-${name}-key` }, text);
  const own = h("p", { class: "nj-ov-keys" }, key("training", "training"), key("validation", "validation"), key("floor", "noise s²"));
  const others = h("p", { class: "nj-ov-keys" }, key("bias", "bias²"), key("variance", "variance"), key("sum", "sum with s²"), key("floor", "s²"));
  let shown = "";
  return {
    element: h("div", { class: "nj-panel" }, chart.element, own, others, ...below),
    draw({ against, degree, penalty, noise, many, errors }) {
      if (against !== shown) {
        shown = against;
        chart.domain(against === "degree" ? [-0.5, MOST_DEGREE + 0.5] : [ZERO - 0.3, 1.3], RANGE);
        powersOfTen(chart);
        if (against === "penalty") {
          powersOfTen(chart, "x");
          const tick = chart.element.querySelector(".nj-x-tick").cloneNode();
          set(tick, { x: chart.x(ZERO) });
          tick.textContent = "0";
          chart.element.querySelector(".nj-axes").append(tick);
        }
        xLabel.textContent = against === "degree" ? "degree" : "penalty λ";
      }
      own.hidden = many;
      others.hidden = !many;
      const xs = against === "degree" ? DEGREES : PENALTIES.map(place);
      const y = kept(chart.y);
      const power = (error) => Math.log10(Math.max(error, 1e-12));
      const all = { ...errors, sum: errors.bias.map((bias, k) => bias + errors.variance[k] + noise ** 2) };
      const visible = many ? ["bias", "variance", "sum"] : ["training", "validation"];
      for (const name of names) {
        const points = visible.includes(name) ? all[name].map((error, k) => [xs[k], power(error)]) : [];
        set(lines[name], { d: through(points, chart.x, y) });
      }
      set(marks, {
        d: against === "degree" ? dots(visible.flatMap((name) => all[name].map((error, k) => [xs[k], power(error)])), chart.x, y) : "",
      });
      const x = chart.x(against === "degree" ? degree : place(penalty)).toFixed(1);
      set(here, { d: `M${x} ${chart.y.range[0]}V${chart.y.range[1]}` });
      const level = y(power(noise ** 2)).toFixed(1);
      set(floor, { d: noise > 0 ? `M${chart.x.range[0]} ${level}H${chart.x.range[1]}` : "" });
    },
  };
}

function place(penalty) {
  return penalty > 0 ? Math.max(Math.log10(penalty), ZERO + 0.5) : ZERO;
}

const titles = () => Object.fromEntries(Object.entries(TARGETS).map(([key, { title }]) => [key, title]));

function draw(frame) {
  const { get, change, on, panels, controls, linked, signal, say } = frame;
  const derive = laboratory();
  const left = picture();
  const meters = {
    trainingError: gauge({ label: "Training error", digits: 3, max: 1 }),
    validationError: gauge({ label: "Validation error", digits: 3, max: 1 }),
  };
  meters.trainingError.element.classList.add("nj-ov-training-meter");
  meters.validationError.element.classList.add("nj-ov-validation-meter");
  const right = errorCurves(...Object.values(meters).map(({ element }) => element));
  const status = h("p", { class: "nj-ov-status" });
  const sliders = {
    degree: slider({ label: "Degree", symbol: "d", min: 0, max: MOST_DEGREE, step: 1, value: get("degree"), input: (degree) => change({ degree }) }),
    penalty: slider({
      label: "Penalty", symbol: "λ", min: LAMBDAS[0], max: LAMBDAS[1], log: true, zero: true, value: get("penalty"),
      input: (penalty) => change({ penalty }),
    }),
    examples: slider({ label: "Examples", symbol: "n", min: 15, max: 100, step: 1, value: get("examples"), input: (examples) => change({ examples }) }),
    noise: slider({ label: "Noise", symbol: "s", min: 0, max: 1, step: 0.01, value: get("noise"), input: (noise) => change({ noise }) }),
  };
  const target = select({ label: "True function", options: titles(), value: get("target"), input: (v) => change({ target: v }) });
  const against = select({ label: "Errors against", options: AGAINST, value: get("against"), input: (v) => change({ against: v }) });
  const many = toggle({ label: `${SAMPLES} samples at once`, value: get("many"), input: (v) => change({ many: v }) });
  const again = button({ label: "New sample", press: () => change({ seed: get("seed") + 1 }) });
  const playback = player({
    signal, rate: 2, jump: MOST_DEGREE + 1,
    step: () => {
      if (get("degree") >= MOST_DEGREE) return false;
      change({ degree: get("degree") + 1 });
      return true;
    },
    reset: () => change({ degree: 0 }),
  });
  playback.element.setAttribute("aria-label", "Playback of the degree");

  linked(() => playback.pause());
  panels(left.element, right.element);
  controls(
    status,
    h("div", { class: "nj-ov-row" }, playback.element, again, many.element),
    h("div", { class: "nj-ov-row" }, target.element, against.element),
    h("div", { class: "nj-ov-sliders" }, ...Object.values(sliders).map(({ element }) => element)),
  );

  on(["degree", "penalty", "examples", "noise", "seed", "target", "against", "many"], () => {
    const state = derive(get);
    left.draw(state);
    right.draw(state);
    for (const [name, meter] of Object.entries(meters)) meter.set(state[name]);
    for (const trait of Object.keys(sliders)) sliders[trait].value = get(trait);
    target.value = state.target;
    against.value = state.against;
    many.value = state.many;
    const words = describe(state);
    if (status.textContent !== words) status.textContent = words;
    say(words);
  });
}

export default widget(draw, () => ({
  degree: "integer",
  penalty: [0, LAMBDAS[1]],
  examples: "integer",
  noise: [0, 1],
  target: titles(),
  against: AGAINST,
  many: "boolean",
  seed: "integer",
}));
