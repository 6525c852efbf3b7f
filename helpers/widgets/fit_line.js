/**
 * Fit a line: data and line on the left, with every squared error drawn as a square; the mean of
 * the squares over weight and bias, as a map, on the right.
 */
import { button, clamp, contours, draggable, format, gauge, h, handle } from "./common.js";
import { plot, s, set, slider, through, toggle, widget } from "./common.js";

// ── The mathematics ────────────────────────────────────────────────────────────────────────

/** The mean of the squared errors of the line weight·x + bias. */
export function mse(x, y, weight, bias) {
  return x.reduce((sum, xi, i) => sum + (y[i] - (weight * xi + bias)) ** 2, 0) / x.length;
}

/** The line with the least MSE, [weight, bias]; with bias 0 if it has to pass the origin. */
export function leastSquares(x, y, throughOrigin = false) {
  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
  // Centred sums lose no digits when the data lie far from zero.
  const [cx, cy] = throughOrigin ? [0, 0] : [mean(x), mean(y)];
  const along = x.reduce((sum, xi, i) => sum + (xi - cx) * (y[i] - cy), 0);
  const spread = x.reduce((sum, xi) => sum + (xi - cx) ** 2, 0);
  const weight = along / spread;
  return [weight, cy - weight * cx];
}

/** Heights for the map: the distance from the valley's floor grows by equal factors. */
export function levels(x, y, weights, biases, count = 9) {
  const floor = mse(x, y, ...leastSquares(x, y));
  const corners = weights.flatMap((w) => biases.map((b) => mse(x, y, w, b)));
  const top = Math.max(...corners) - floor;
  return Array.from({ length: count }, (_, i) => floor + top * 0.5 ** (1.4 * (count - 1 - i) + 1));
}

/** A round number, at least `value`. */
export function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((m) => m * power >= value * (1 - 1e-12)) * power;
}

/** Where the plot of the data begins and ends: around the values, and 0 within. */
export function around(values) {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  return [low < 0 ? -roundUp(-1.2 * low) : 0, high > 0 ? roundUp(1.2 * high) : 0];
}

/** A step of about a three-hundredth of the range: 1, 2 or 5 times a power of ten. */
export function stepOf([low, high]) {
  const rough = (high - low) / 500;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].find((m) => m * power >= rough * (1 - 1e-12)) * power;
}

/** What two rectangles [left, top, right, bottom] have in common, or null. */
export function overlap(a, b) {
  const both = [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])];
  return both[0] < both[2] && both[1] < both[3] ? both : null;
}

/** The place of the line nearest to x = 0 that can be seen, [x, y]; its end nearest to the frame
 *  where none can. */
export function entry(weight, bias, xDomain, yDomain) {
  const height = clamp(bias, ...yDomain);
  if (height === bias) return [0, bias];
  const at = (height - bias) / weight;
  return at >= xDomain[0] && at <= xDomain[1] ? [at, height] : [0, height];
}

// ── The drawing ────────────────────────────────────────────────────────────────────────────

const TRAIL = 400;

/** The `d` of the sides along which a square is cut off. */
function edges([left, top, right, bottom], [from, above, to, below]) {
  return [
    left < from && `M${from} ${above}V${below}`, right > to && `M${to} ${above}V${below}`,
    top < above && `M${from} ${above}H${to}`, bottom > below && `M${from} ${below}H${to}`,
  ].filter(Boolean).join("");
}

function draw(frame) {
  const { get, change } = frame;
  const [xs, ys] = [get("x"), get("y")];
  const [weights, biases] = [get("weight_range"), get("bias_range")];
  const line = () => [get("weight"), get("through_origin") ? 0 : get("bias")];
  const start = { weight: get("weight"), bias: get("bias"), through_origin: get("through_origin") };
  const held = (range, value) => clamp(value, ...range);
  // Dragging lands on values that the fields can show.
  const digitsOf = (range) => clamp(1 - Math.floor(Math.log10(stepOf(range)) + 1e-9), 0, 6);
  const round = (range, value) => Number(held(range, value).toFixed(digitsOf(range)));

  // Left: the data, the line, the squares.
  const data = plot({
    x: around(xs), y: around(ys), xLabel: get("x_label"), yLabel: get("y_label"),
    label: "The data, the line, and the squared errors as squares.",
  });
  const { x, y } = data;
  const fine = clamp(2 - Math.floor(Math.log10(y.domain[1] - y.domain[0])), 0, 6);
  const squares = xs.map(() => s("rect", { class: "nj-square" }));
  const labels = xs.map(() => s("text", { class: "nj-square-label" }));
  const mean = s("rect", { class: "nj-mean" });
  const meanLabel = s("text", { class: "nj-mean-label" }, "mean");
  const bestLine = s("path", { class: "nj-best nj-fade" });
  const curve = s("path", { class: "nj-curve" });
  const grip = s("path", { class: "nj-grip" });
  const dots = xs.map((value, i) =>
    s("circle", { class: "nj-point", cx: x(value), cy: y(ys[i]), r: 5 }));
  const [low, high] = [handle("nj-low"), handle("nj-high")];
  const cut = s("path", { class: "nj-cut" });
  data.back.append(mean, ...squares, cut);
  data.marks.append(bestLine, curve, grip, ...dots, meanLabel, ...labels);
  data.front.append(low, high);

  // The line and its left end move the bias, the right end turns the line: one hand, one number.
  let offset = 0;
  const moveBias = {
    start: ([, at]) => {
      offset = get("bias") - at;
      return !get("through_origin");
    },
    move: ([, at]) => change({ bias: round(biases, at + offset) }),
  };
  draggable(grip, data, moveBias);
  draggable(low, data, moveBias);
  let arm = 1;
  draggable(high, data, {
    start: ([, at]) => {
      arm = handleAt();
      offset = get("weight") * arm + line()[1] - at;
    },
    move: ([, at]) => change({ weight: round(weights, (at + offset - line()[1]) / arm) }),
  });

  /** Where on the x axis the right handle sits: near the end, but on the visible line. */
  function handleAt() {
    const [weight, bias] = line();
    const [xLow, xHigh] = x.domain;
    const far = xHigh > 0 ? 0.93 * xHigh : 0.93 * xLow;
    const [bottom, top] = y.domain;
    const inside = clamp(weight * far + bias, bottom + 0.05 * (top - bottom),
      top - 0.05 * (top - bottom));
    const crossing = (inside - bias) / weight;
    return Number.isFinite(crossing) && crossing / far > 0.25 ? Math.min(crossing / far, 1) * far
      : 0.25 * far;
  }

  // Right: the cost, seen from above.
  const map = plot({
    x: weights, y: biases, xLabel: get("weight_label"), yLabel: get("bias_label"), grid: false,
    label: "The mean squared error over weight and bias, as contours, and where the line is.",
  });
  const ground = s("rect", {
    class: "nj-ground", x: map.x(weights[0]), y: map.y(biases[1]),
    width: map.x(weights[1]) - map.x(weights[0]), height: map.y(biases[0]) - map.y(biases[1]),
    onclick: (event) => {
      const [weight, bias] = map.at(event);
      change({ weight: round(weights, weight),
        ...(get("through_origin") ? {} : { bias: round(biases, bias) }) });
    },
  });
  const heights = levels(xs, ys, weights, biases);
  const axis = s("path", {
    class: "nj-through nj-fade", d: `M${map.x(weights[0])} ${map.y(0)}H${map.x(weights[1])}`,
  });
  const trail = s("path", { class: "nj-trail" });
  const star = s("path", { class: "nj-star nj-fade", d: "M-8 0H8M0-8V8" });
  const here = handle("nj-here");
  map.back.append(
    ...contours((w, b) => mse(xs, ys, w, b), map.x, map.y, heights, 80)
      .map((d) => s("path", { class: "nj-contour", d })),
    axis, ground);
  map.marks.append(trail, star);
  map.front.append(here);
  draggable(here, map, {
    move: ([weight, bias]) => change({
      weight: round(weights, weight),
      ...(get("through_origin") ? {} : { bias: round(biases, bias) }),
    }),
  });

  // Controls.
  const number = (name, trait, range) => slider({
    name, label: get(`${trait}_label`), min: range[0], max: range[1], step: stepOf(range), digits: digitsOf(range),
    value: get(trait), input: (value) => change({ [trait]: value }),
  });
  const weight = number("Weight", "weight", weights);
  const bias = number("Bias", "bias", biases);
  // Labels with units are long: each stands above its slider.
  for (const { element } of [weight, bias]) element.classList.add("nj-stacked");
  const origin = toggle({
    label: "Through the origin", value: get("through_origin"),
    input: (on) => change({ through_origin: on }),
  });
  const reveal = toggle({
    label: "Show the best possible", value: get("show_best"),
    input: (on) => change({ show_best: on }),
  });
  const [flat] = leastSquares(xs, ys, true);
  const most = roundUp(25 * Math.max(mse(xs, ys, flat, 0), 1e-12));
  const digits = clamp(3 - Math.floor(Math.log10(most)), 0, 6);
  const cost = gauge({
    label: "Mean squared error", unit: get("mse_unit"), digits, max: most, markLabel: "best",
  });
  let path = [];
  const reset = button({
    label: "Reset",
    press: () => {
      path = [];
      change({ ...start, show_best: false });
    },
  });

  frame.linked(() => { path = []; });

  const figure = (title, axes) =>
    h("div", { class: "nj-panel" }, h("p", { class: "nj-panel-title" }, title), axes.element);
  frame.panels(
    figure("Squared errors, as squares", data),
    figure("Their mean, for every w and b", map));
  frame.controls(weight.element, bias.element, cost.element, origin.element, reveal.element,
    reset);

  frame.on(["weight", "bias", "through_origin", "show_best"], () => {
    const [w, b] = line();
    const fixed = get("through_origin");
    const shown = get("show_best");
    const value = mse(xs, ys, w, b);
    const best = leastSquares(xs, ys, fixed);
    const least = mse(xs, ys, ...best);
    const ends = (slope, height) =>
      through(x.domain.map((at) => [at, slope * at + height]), x, y);

    set(curve, { d: ends(w, b) });
    set(grip, { d: ends(w, b) });
    const [right, bottom] = [x(x.domain[1]), y(y.domain[0])];
    const window = [x(x.domain[0]), y(y.domain[1]), right, bottom];
    const boxes = xs.map((at, i) => {
      const [predicted, actual] = [y(w * at + b), y(ys[i])];
      const side = Math.abs(predicted - actual);
      // The square lies on the side of its error that the line does not cross.
      const left = (actual < predicted) === (w >= 0);
      set(squares[i], {
        x: left ? x(at) - side : x(at), y: Math.min(predicted, actual), width: side, height: side,
      });
      const from = left ? x(at) - side : x(at);
      const top = Math.min(predicted, actual);
      return [from, top, from + side, top + side];
    });
    // A label stands in the middle of what is seen of its square, if it has that place for itself.
    const visible = boxes.map((box) => overlap(box, window));
    visible.forEach((box, i) => {
      const text = `${format(Math.abs(ys[i] - w * xs[i] - b), fine)}²`;
      const [across, down] = box ? [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2] : [0, 0];
      const place = [across - 4 * text.length, down - 9, across + 4 * text.length, down + 9];
      const fits = box && box[2] - box[0] > 8 * text.length && box[3] - box[1] > 22;
      const alone = visible.every((other, k) => k === i || !other || !overlap(place, other));
      labels[i].textContent = fits && alone ? text : "";
      set(labels[i], { x: across, y: down + 4 });
    });
    set(cut, { d: boxes.map((box, i) => visible[i] ? edges(box, visible[i]) : "").join("") });
    const side = Math.abs(y(Math.sqrt(value)) - y(0));
    set(mean, { x: right - side - 6, y: bottom - side - 6, width: side, height: side });
    // Never out of the frame, however small or large the square.
    set(meanLabel, {
      x: clamp(right - 6 - side / 2, window[0] + 22, right - 22),
      y: Math.max(bottom - side - 12, window[1] + 14),
    });
    const [enterX, enterY] = entry(w, b, x.domain, y.domain);
    set(low, { transform: `translate(${x(enterX)} ${y(enterY)})`,
      class: `nj-handle nj-low nj-draggable${fixed ? " nj-off" : ""}` });
    const reach = handleAt();
    set(high, { transform: `translate(${x(reach)} ${clamp(y(w * reach + b), 0, bottom)})` });

    const last = path.at(-1);
    if (!last || last[0] !== w || last[1] !== b) path = [...path.slice(1 - TRAIL), [w, b]];
    set(trail, { d: through(path, map.x, map.y) });
    set(here, { transform: `translate(${map.x(held(weights, w))} ${map.y(held(biases, b))})` });

    set(bestLine, { d: ends(...best), opacity: shown ? 1 : 0 });
    set(star, { transform: `translate(${map.x(best[0])} ${map.y(best[1])})`,
      opacity: shown ? 1 : 0 });
    set(axis, { opacity: fixed ? 1 : 0 });

    weight.value = w;
    bias.value = b;
    bias.enable(!fixed);
    origin.value = fixed;
    reveal.value = shown;
    cost.set(value);
    cost.mark(shown ? least : null);
    const told = `Weight ${format(w, 1)}, bias ${format(b, 1)}: mean squared error `
      + `${format(value, digits)}.`;
    frame.say(shown ? `${told} The best possible is ${format(least, digits)}, with weight `
      + `${format(best[0], 1)} and bias ${format(best[1], 1)}.` : told);
  });
}

export default widget(draw, (get) => ({
  weight: get("weight_range"),
  bias: get("bias_range"),
  through_origin: "boolean",
  show_best: "boolean",
}));
