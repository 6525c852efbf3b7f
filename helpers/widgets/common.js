/**
 * What every widget of the book shares: numbers, scales, drawing, controls and the frame.
 *
 * A widget's module imports what it needs from here; `helpers/widgets/_base.py` joins the two
 * files into the one module that anywidget wants. So: top-level declarations only, each export
 * written in front of its declaration, and nothing here may touch `document` when it is loaded
 * (Node runs the mathematics in the tests).
 */

// ── Numbers ────────────────────────────────────────────────────────────────────────────────

/** Seeded random numbers in [0, 1) (mulberry32): the same numbers every time, everywhere. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** One number from the standard normal distribution (Box and Muller), out of `random(seed)`. */
export function normal(uniform) {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A shuffled copy (Fisher and Yates). */
export function shuffled(items, uniform) {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [copy[i], copy[j]] = [copy[j], copy[i]];
  }
  return copy;
}

export function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

/** Numbers from `low` to `high`, both included. */
export function linspace(low, high, count) {
  return Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}

/** A number for people: thousands separated, a real minus sign, `digits` decimals. */
export function format(value, digits = 0) {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "not a number";
  const size = Math.abs(value);
  if (size >= 1e9) {
    const [mantissa, power] = size.toExponential(1).split("e+");
    const raised = [...power].map((d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]).join("");
    return `${value < 0 ? "−" : ""}${mantissa} × 10${raised}`;
  }
  const [whole, fraction] = size.toFixed(digits).split(".");
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (fraction ? `.${fraction}` : "");
  return (value < 0 && Number(size.toFixed(digits)) > 0 ? "−" : "") + text;
}

/** A number in three significant digits. */
export function concise(x) {
  if (!Number.isFinite(x)) return format(x);
  const size = Math.abs(x);
  if (size > 0 && size < 1e-3) {
    const [mantissa, power] = size.toExponential(1).split("e-");
    const raised = [...power].map((d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]).join("");
    return `${x < 0 ? "−" : ""}${mantissa} × 10⁻${raised}`;
  }
  return format(x, size === 0 ? 0 : clamp(2 - Math.floor(Math.log10(size)), 0, 4));
}

/** About `count` round numbers between `low` and `high`. */
export function ticks(low, high, count = 5) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= rough * 0.999) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

/** Decimals needed to tell these ticks apart. */
function tickDigits(values) {
  const step = values.length > 1 ? values[1] - values[0] : 1;
  return clamp(-Math.floor(Math.log10(step) + 1e-9), 0, 6);
}

/** A linear scale: `scale(value)` in pixels, `scale.invert(pixels)` back. */
export function linear(domain, range) {
  const [a, b] = domain;
  const [p, q] = range;
  const scale = (value) => p + ((value - a) / (b - a)) * (q - p);
  scale.invert = (pixels) => a + ((pixels - p) / (q - p)) * (b - a);
  scale.domain = domain;
  scale.range = range;
  return scale;
}

const SAFE = 1e5; // pixels: far outside the plot, near enough for any renderer

/** A scale that keeps far points at a distance that can be drawn. */
export function kept(scale) {
  return (v) => clamp(scale(v), -SAFE, SAFE);
}

/**
 * The regions where `f(x, y) < level`, one SVG path for each level, by marching squares.
 *
 * The paths are closed one cell outside the domains, where the plot's clip hides the seam, so
 * each can be filled and stroked. `x` and `y` are scales; `cells` is the grid along each axis.
 */
export function contours(f, x, y, levels, cells = 60) {
  const count = cells + 5; // one more ring of cells on each side, then a wall around it
  const place = (scale, i) => {
    const [low, high] = scale.domain;
    return low + ((i - 2) * (high - low)) / cells;
  };
  const xs = Float64Array.from({ length: count }, (_, i) => place(x, i));
  const ys = Float64Array.from({ length: count }, (_, i) => place(y, i));
  const heights = new Float64Array(count * count);
  for (let j = 0; j < count; j++) {
    for (let i = 0; i < count; i++) {
      const wall = i === 0 || j === 0 || i === count - 1 || j === count - 1;
      const height = wall ? Infinity : f(xs[i], ys[j]);
      heights[j * count + i] = Number.isFinite(height) ? height : 1e300;
    }
  }
  return levels.map((level) => contour(heights, count, xs, ys, x, y, level));
}

/** Corner bits: 1 = (i, j), 2 = (i+1, j), 4 = (i+1, j+1), 8 = (i, j+1); below the level: set.
 *  Entries: pairs of cell edges to join (0 = between corners 1 and 2, then around). */
const CELL_EDGES = [
  [], [[3, 0]], [[0, 1]], [[3, 1]], [[1, 2]], [[3, 0], [1, 2]], [[0, 2]], [[3, 2]],
  [[2, 3]], [[2, 0]], [[0, 1], [2, 3]], [[2, 1]], [[1, 3]], [[1, 0]], [[0, 3]], [],
];

function contour(heights, count, xs, ys, x, y, level) {
  const next = new Map(); // from the id of a grid edge to the next one along the line
  for (let j = 0; j < count - 1; j++) {
    for (let i = 0; i < count - 1; i++) {
      const corner = j * count + i;
      const code =
        (heights[corner] < level ? 1 : 0) |
        (heights[corner + 1] < level ? 2 : 0) |
        (heights[corner + count + 1] < level ? 4 : 0) |
        (heights[corner + count] < level ? 8 : 0);
      // An edge's id: twice its lower corner, plus 1 if it is vertical.
      const edge = [2 * corner, 2 * (corner + 1) + 1, 2 * (corner + count), 2 * corner + 1];
      for (const [from, to] of CELL_EDGES[code]) next.set(edge[from], edge[to]);
    }
  }
  const point = (id) => {
    const vertical = id & 1;
    const corner = id >> 1;
    const other = corner + (vertical ? count : 1);
    const t = clamp((level - heights[corner]) / (heights[other] - heights[corner]), 0, 1);
    const i = corner % count;
    const j = Math.floor(corner / count);
    const px = vertical ? xs[i] : xs[i] + t * (xs[i + 1] - xs[i]);
    const py = vertical ? ys[j] + t * (ys[j + 1] - ys[j]) : ys[j];
    return `${x(px).toFixed(1)} ${y(py).toFixed(1)}`;
  };
  let path = "";
  while (next.size) {
    let id = next.keys().next().value;
    const points = [];
    while (next.has(id)) {
      points.push(point(id));
      const following = next.get(id);
      next.delete(id);
      id = following;
    }
    path += `M${points.join("L")}Z`;
  }
  return path;
}

// ── Cost surfaces ──────────────────────────────────────────────────────────────────────────
// A surface is data (see helpers/nn/surfaces.py): monomials [coefficient, power, …], Gaussian
// wells [depth, centre, width], and a window. A point is an array of one or two weights.

/** The cost at w. */
export function costAt(surface, w) {
  let total = 0;
  for (const [c, ...powers] of surface.monomials) {
    total += powers.reduce((product, p, j) => product * w[j] ** p, c);
  }
  for (const [depth, centre, width] of surface.wells) total -= depth * gaussian(w, centre, width);
  return total;
}

/** The gradient at w: the direction of steepest increase. */
export function gradientAt(surface, w) {
  const grad = w.map(() => 0);
  for (const [c, ...powers] of surface.monomials) {
    for (let j = 0; j < w.length; j++) if (powers[j]) grad[j] += c * monomialDerivative(w, powers, [j]);
  }
  for (const [depth, centre, width] of surface.wells) {
    const scale = (depth / width ** 2) * gaussian(w, centre, width);
    for (let j = 0; j < w.length; j++) grad[j] += scale * (w[j] - centre[j]);
  }
  return grad;
}

/** exp(−|w − centre|²/2s²), one of the surface's wells of depth 1. */
export function gaussian(w, centre, width) {
  let square = 0;
  for (let j = 0; j < w.length; j++) square += (w[j] - centre[j]) ** 2;
  return Math.exp(-square / (2 * width ** 2));
}

/** w₁^p₁ w₂^p₂ differentiated once along each named axis. */
export function monomialDerivative(w, powers, along) {
  const left = powers.slice();
  let result = 1;
  for (const j of along) {
    result *= left[j];
    left[j] = Math.max(left[j] - 1, 0);
  }
  for (let j = 0; j < w.length; j++) result *= w[j] ** left[j];
  return result;
}

/**
 * Levels whose lines stand evenly on a parabola: dense where it is steep, never crowded. With
 * `byArea` the levels part the window's area instead, which is about the same on a round bowl, and shows
 * the valley of a cost whose walls are a thousand times as high.
 */
export function rings(surface, { count = 14, byArea = false } = {}) {
  const [us, vs] = surface.window.map((range) => linspace(...range, 61));
  const costs = us.flatMap((u) => vs.map((v) => costAt(surface, [u, v])));
  const [low, high] = [Math.min(...costs), Math.max(...costs)];
  const parts = linspace(1, count, count).map((k) => ((k - 0.5) / count) ** 2).reverse();
  if (!byArea) return parts.map((part) => low + (high - low) * part);
  costs.sort((a, b) => a - b);
  return parts.map((part) => {
    const at = part * (costs.length - 1);
    const k = Math.floor(at);
    return costs[k] + (at - k) * ((costs[k + 1] ?? costs[k]) - costs[k]);
  });
}

// ── Elements ───────────────────────────────────────────────────────────────────────────────

const SVG = "http://www.w3.org/2000/svg";

function build(element, attributes, children) {
  set(element, attributes);
  element.append(...children);
  return element;
}

/** An HTML element: `h("p", { class: "note" }, "text")`; `onclick` and the like are listeners. */
export function h(tag, attributes = {}, ...children) {
  return build(document.createElement(tag), attributes, children);
}

/** An SVG element, in the same way. */
export function s(tag, attributes = {}, ...children) {
  return build(document.createElementNS(SVG, tag), attributes, children);
}

/** Set attributes; false and null remove one; functions become listeners. Returns the element. */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else if (value === false || value == null) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : value);
  }
  return element;
}

/** Ids are unique on the page, also between widgets, each of which has its own copy of this. */
export function uniqueId() {
  globalThis.njCount = (globalThis.njCount ?? 0) + 1;
  return `nj-${globalThis.njCount}`;
}

/** The `d` of a path through points [[x, y], …], in the plot's units. */
export function through(points, x, y) {
  const parts = points.map(([a, b]) => `${x(a).toFixed(1)} ${y(b).toFixed(1)}`);
  return parts.length ? `M${parts.join("L")}` : "";
}

/** The `d` of a path that draws a dot at every point, given `stroke-linecap: round`: hundreds of
 *  dots in one element. */
export function dots(points, x, y) {
  return points.map(([a, b]) => `M${x(a).toFixed(1)} ${y(b).toFixed(1)}h0`).join("");
}

/** True if the reader asked their system for less motion. */
export function reducedMotion() {
  return globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
}

/** Returns a function that asks for `draw` in the next frame, however often it is called. */
export function scheduler(draw, signal) {
  let asked = 0;
  signal?.addEventListener("abort", () => cancelAnimationFrame(asked));
  return () => {
    if (asked || signal?.aborted) return;
    asked = requestAnimationFrame(() => {
      asked = 0;
      draw();
    });
  };
}

/** Returns a function that calls `action` once `delay` ms have passed without another call. */
function debounced(action, delay, signal) {
  let timer = 0;
  signal?.addEventListener("abort", () => clearTimeout(timer));
  return (...values) => {
    clearTimeout(timer);
    if (!signal?.aborted) timer = setTimeout(action, delay, ...values);
  };
}

// ── Plots ──────────────────────────────────────────────────────────────────────────────────

/**
 * Axes with ticks, a grid and labels, drawn in SVG.
 *
 * Options: `x`, `y` (domains [low, high]), `xLabel`, `yLabel`, `label` (what a screen reader
 * says), `width`, `height` (of the view box: one unit is about one pixel), `grid`, `margin`, and
 * `xTicks` (false: none, where columns with names stand on the axis).
 * Returns `element`; the scales `x` and `y`; three groups to draw in: `back` and `marks`, clipped
 * to the axes, and `front`, not clipped; `domain(x, y)` to change the domains; and
 * `at(event)`, where the pointer is, in the plot's units.
 */
export function plot(options) {
  const { width = 360, height = 300, label, xLabel = "", yLabel = "", grid = true } = options;
  const margin = { top: 10, right: 12, bottom: 44, left: 52, ...options.margin };
  const right = width - margin.right;
  const bottom = height - margin.bottom;
  const clip = uniqueId();
  const axes = s("g", { class: "nj-axes" });
  const clipped = () => s("g", { "clip-path": `url(#${clip})` });
  const middle = (margin.top + bottom) / 2;
  const self = { back: clipped(), marks: clipped(), front: s("g"), width, height };
  self.element = s(
    "svg",
    { class: "nj-plot", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label },
    s("clipPath", { id: clip }, s("rect", {
      x: margin.left, y: margin.top, width: right - margin.left, height: bottom - margin.top,
    })),
    self.back,
    axes,
    s("text", { class: "nj-axis-label", x: (margin.left + right) / 2, y: height - 6 }, xLabel),
    s("text", {
      class: "nj-axis-label",
      transform: `translate(13 ${middle}) rotate(-90)`,
    }, yLabel),
    self.marks,
    self.front,
  );

  self.domain = (xDomain, yDomain) => {
    self.x = linear(xDomain, [margin.left, right]);
    self.y = linear(yDomain, [bottom, margin.top]);
    const xTicks = options.xTicks === false ? [] : ticks(...xDomain, Math.floor(width / 70));
    const yTicks = ticks(...yDomain, Math.floor(height / 55));
    axes.replaceChildren(
      ...xTicks.flatMap((value) => [
        grid && s("path", { class: "nj-grid", d: `M${self.x(value)} ${margin.top}V${bottom}` }),
        s("text", { class: "nj-x-tick", x: self.x(value), y: bottom + 16 },
          format(value, tickDigits(xTicks))),
      ].filter(Boolean)),
      ...yTicks.flatMap((value) => [
        grid && s("path", { class: "nj-grid", d: `M${margin.left} ${self.y(value)}H${right}` }),
        s("text", { class: "nj-y-tick", x: margin.left - 7, y: self.y(value) + 4 },
          format(value, tickDigits(yTicks))),
      ].filter(Boolean)),
      s("path", { class: "nj-axis", d: `M${margin.left} ${margin.top}V${bottom}H${right}` }),
    );
  };
  self.domain(options.x, options.y);

  self.at = (event) => {
    const box = self.element.getBoundingClientRect();
    const scale = width / box.width;
    return [
      self.x.invert((event.clientX - box.left) * scale),
      self.y.invert((event.clientY - box.top) * scale),
    ];
  };
  return self;
}

/** Where the shades of a probability change: 0.5 is the border between two classes. */
export const SHADES = [0.1, 0.3, 0.5, 0.7, 0.9];

/**
 * Shades of a probability behind a plot, with a dashed border at 1/2. Returns `draw(f)`, with f(x, y)
 * at a place of the plot, or null for none; `levels` are f's where the probability is one of SHADES.
 */
export function shades(chart, levels, cells) {
  const rest = s("rect", { class: "nj-shade", x: 0, y: 0, width: chart.width, height: chart.height });
  const paths = levels.map(() => s("path", { class: "nj-shade" })).reverse();
  [rest, ...paths].forEach((path, k) => set(path, { "data-shade": levels.length - k }));
  const border = s("path", { class: "nj-border" });
  const group = s("g", {}, rest, ...paths, border);
  chart.back.append(group);
  return (f) => {
    group.style.display = f ? "" : "none";
    if (!f) return;
    const found = contours(f, chart.x, chart.y, levels, cells).reverse();
    paths.forEach((path, k) => set(path, { d: found[k] }));
    set(border, { d: found[(levels.length - 1) / 2] });
  };
}

/** Where a plot's y (or x) is a logarithm: label its ticks as what they stand for, whole powers only. */
export function powersOfTen(plot, axis = "y") {
  for (const tick of plot.element.querySelectorAll(`.nj-${axis}-tick`)) {
    const power = Number(tick.textContent.replace("−", "-"));
    const raised = [...String(power)].map((d) => (d === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[d])).join("");
    tick.textContent = Number.isInteger(power) ? `10${raised}` : "";
  }
}

/**
 * Let `target` (an element inside `plot`) be dragged: `move([x, y])` gets the plot's units.
 *
 * `start` is called first and may return false to refuse. The pointer's offset from where it
 * took hold is the caller's business. Dragging is a convenience: the same must be possible
 * by a slider, since the keyboard does not drag.
 */
export function draggable(target, plot, { start, move, end }) {
  let pointer = null;
  const stop = (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    target.classList.remove("nj-dragging");
    end?.();
  };
  target.classList.add("nj-draggable");
  set(target, {
    onpointerdown: (event) => {
      if (event.button !== 0 || pointer !== null) return;
      if (start?.(plot.at(event)) === false) return;
      event.preventDefault();
      event.stopPropagation();
      pointer = event.pointerId;
      target.setPointerCapture(pointer);
      target.classList.add("nj-dragging");
      if (!start) move(plot.at(event));
    },
    onpointermove: (event) => event.pointerId === pointer && move(plot.at(event)),
    onpointerup: stop,
    onpointercancel: stop,
  });
}

/** A point brought inside a window [[low, high], …], with as many decimals as can be seen. */
export function within(window, point) {
  return window.map(([low, high], j) => {
    const digits = Math.max(0, 3 - Math.floor(Math.log10(high - low)));
    return Number(clamp(point[j], low, high).toFixed(digits));
  });
}

/**
 * Let one point be chosen on a plot: by a click on `ground`, which is fitted to the axes and stands
 * in the plot's back, and by the arrow keys, with Shift faster. (For a handle, see `draggable`.)
 *
 * Options: `point()` and `window()` say where it is and how far it may go, `move(point)` sets it;
 * `label` is what a screen reader says. For a point of one number, all arrows move that one.
 */
export function chooser(plot, ground, { point, window, move, label }) {
  const keys = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
  const [left, right] = plot.x.range;
  const [bottom, top] = plot.y.range;
  set(ground, { x: left, y: top, width: right - left, height: bottom - top });
  set(plot.element, {
    role: "application", tabindex: 0, "aria-label": label,
    onclick: (event) => { if (event.target === ground) move(within(window(), plot.at(event))); },
    onkeydown: (event) => {
      const way = keys[event.key];
      if (!way || event.ctrlKey || event.altKey || event.metaKey) return;
      event.stopPropagation();
      event.preventDefault();
      const sides = window();
      const size = event.shiftKey ? 0.1 : 0.01;
      move(within(sides, point().map((x, j, all) => {
        const sign = all.length === 1 ? way[0] || way[1] : way[j];
        return x + sign * size * (sides[j][1] - sides[j][0]);
      })));
    },
  });
}

/** A round thing to take hold of: a visible dot in a target large enough for a finger. */
export function handle(className = "") {
  return s("g", { class: `nj-handle ${className}` },
    s("circle", { r: 22, class: "nj-touch" }), s("circle", { r: 7, class: "nj-dot" }));
}

// ── Pictures and maps of square cells ──────────────────────────────────────────────────────

const CELL_UNITS = 20; // units of the view box

/**
 * A square of cells, such as the pixels of a picture or the numbers of a feature map.
 *
 * `span`: cells along a side of what is shown; a smaller grid stands in the middle of it, or with `fit` fills it. With
 * `visit(row, column, how)` the cells can be reached: "press" where the pointer goes down, "drag" where it
 * is moved while down, "hover" where it is moved otherwise, and `visit(null)` when it has left. With
 * `press(event)` it takes the focus, and gets the keys.
 * Returns `element`; `draw(side, values)`, with one { tone, weight, text, quiet } for each cell, row by
 * row: `tone` is its data-tone, `weight` (0 to 1) how strong its colour is; `text` is optional, grey if `quiet`; `mark(name, box)` with a box
 * { top, left, bottom, right } in cells, ends included, or null; and `place(box)`, where it is in units of a cell.
 */
export function raster({ span, fit = false, visit, press, className = "" }) {
  const size = span * CELL_UNITS;
  const boxes = s("g", {});
  const texts = s("g", {});
  const front = s("g", { class: "nj-raster-front" });
  const element = s("svg", { class: `nj-raster ${className}`, viewBox: `0 0 ${size} ${size}`, role: press ? "application" : "img" }, boxes, texts, front);
  const marks = {};
  let [cells, shown, side, start] = [[], [], 0, 0];
  const at = (event) => {
    const box = element.getBoundingClientRect();
    const [column, row] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
      .map((part) => Math.floor(part * span - start));
    return row >= 0 && column >= 0 && row < side && column < side ? [row, column] : [null];
  };
  if (visit) {
    let pointer = null;
    const stop = (event) => { if (event.pointerId === pointer) pointer = null; };
    set(element, {
      onpointerdown: (event) => {
        if (event.button !== 0 || pointer !== null || at(event)[0] === null) return;
        pointer = event.pointerId;
        element.setPointerCapture(pointer);
        visit(...at(event), "press");
      },
      onpointermove: (event) => visit(...at(event), event.pointerId === pointer ? "drag" : "hover"),
      onpointerup: stop,
      onpointercancel: stop,
      onpointerleave: () => visit(null),
    });
  }
  if (press) set(element, { tabindex: 0, onkeydown: press });
  const place = ({ top, left, bottom, right }) => ({ top: start + top, left: start + left, bottom: start + bottom + 1, right: start + right + 1 });
  return {
    element, place,
    draw(count, values) {
      if (count !== side) {
        [side, start, shown] = [count, fit ? 0 : (span - count) / 2, []];
        if (fit) set(element, { viewBox: `0 0 ${count * CELL_UNITS} ${count * CELL_UNITS}` });
        cells = Array.from({ length: count * count }, (_, k) => {
          const [x, y] = [(start + (k % count)) * CELL_UNITS, (start + Math.floor(k / count)) * CELL_UNITS];
          return { box: s("rect", { class: "nj-cell", x, y, width: CELL_UNITS, height: CELL_UNITS }), text: s("text", { x: x + CELL_UNITS / 2, y: y + CELL_UNITS / 2 }) };
        });
        boxes.replaceChildren(...cells.map(({ box }) => box));
        texts.replaceChildren(...(values.some(({ text }) => text !== undefined) ? cells.map(({ text }) => text) : []));
      }
      // One size of letters for all: the longest must fit.
      set(texts, { "data-length": Math.max(...values.map(({ text = "" }) => text.length)) });
      values.forEach(({ tone, weight = 1, text = "", quiet = false }, k) => {
        const now = `${tone} ${weight.toFixed(3)} ${text} ${quiet}`;
        if (shown[k] === now) return;
        shown[k] = now;
        set(cells[k].box, { "data-tone": tone, "fill-opacity": weight.toFixed(3) });
        set(cells[k].text, { "data-quiet": quiet });
        cells[k].text.textContent = text;
      });
    },
    mark(name, box) {
      marks[name] ??= front.appendChild(s("rect", { class: `nj-mark nj-mark-${name}` }));
      marks[name].style.display = box ? "" : "none";
      if (!box) return;
      const { top, left, bottom, right } = place(box);
      set(marks[name], { x: left * CELL_UNITS, y: top * CELL_UNITS, width: (right - left) * CELL_UNITS, height: (bottom - top) * CELL_UNITS });
    },
  };
}

/**
 * Two rasters side by side, with a beam from a box of the left one to a box of the right one: what a number is
 * made of. Returns `element`, `titles(left, right)`, and `beam(from, to)` with boxes as of `mark`, null for none.
 */
export function stage(left, right, spans) {
  const GAP = 1.4; // cells
  const [width, height] = [(spans[0] + GAP + spans[1]) * CELL_UNITS, spans[0] * CELL_UNITS];
  const heads = [0, 1].map(() => h("p", { class: "nj-panel-title" }));
  const light = s("path", { class: "nj-beam" });
  const air = s("svg", { class: "nj-air", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, light);
  return {
    element: h("div", { class: "nj-stage", style: `grid-template-columns: ${spans[0]}fr ${GAP}fr ${spans[1]}fr` }, ...heads, left.element, right.element, air),
    titles(...texts) {
      heads.forEach((head, i) => { if (head.textContent !== texts[i]) head.textContent = texts[i]; });
    },
    beam(from, to) {
      light.style.display = from && to ? "" : "none";
      if (!from || !to) return;
      const [a, b] = [left.place(from), right.place(to)];
      const point = (x, y) => `${(x * CELL_UNITS).toFixed(1)} ${(y * CELL_UNITS).toFixed(1)}`;
      const far = spans[0] + GAP;
      set(light, { d: `M${point(a.right, a.top)}L${point(far + b.left, b.top)}V${(b.bottom * CELL_UNITS).toFixed(1)}L${point(a.right, a.bottom)}Z` });
    },
  };
}

/** The box of one cell. */
export function boxOf(row, column) {
  return { top: row, left: column, bottom: row, right: column };
}

/**
 * Keys that move over a square of `side` cells: the number of the cell that an arrow key, Home or End leads to
 * from number `k`; null for another key. What is used does not reach the notebook around the widget.
 */
export function keyedCell(event, k, side) {
  const ways = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [-side, -side], End: [side, side] };
  const way = ways[event.key];
  if (!way || event.ctrlKey || event.altKey || event.metaKey) return null;
  event.preventDefault();
  event.stopPropagation();
  const [row, column] = [Math.floor(k / side) + way[0], (k % side) + way[1]].map((each) => clamp(each, 0, side - 1));
  return row * side + column;
}

// ── Controls ───────────────────────────────────────────────────────────────────────────────

/** Keys typed in a control are its own: JupyterLab would take arrows and Enter for itself. */
function keepKeys(element) {
  element.addEventListener("keydown", (event) => event.stopPropagation());
  return element;
}

/**
 * A slider with a field for the number beside it.
 *
 * Options: `label`, `symbol` (a letter, shown in italics), `min`, `max`, `step`, `value`,
 * `unit`, `digits` (decimals shown), `log` (true: equal steps multiply), `zero` (true: the left end
 * of a logarithmic track is 0), `name` (of the field, for screen readers, if shorter than the
 * label), and `input(value)`.
 * Returns `element`, a property `value`, and `enable(boolean)`.
 */
export function slider(options) {
  const { label, symbol, max, value, unit = "", log = false, zero = false, input } = options;
  const min = zero ? 0 : options.min;
  const step = options.step ?? (max - min) / 200;
  const digits = options.digits ?? clamp(-Math.floor(Math.log10(step) + 1e-9), 0, 6);
  const toTrack = log ? (v) => Math.log10(zero ? Math.max(v, options.min / 10) : v) : (v) => v;
  const fromTrack = log ? (v) => (zero && v < Math.log10(options.min) - 1e-9 ? 0 : 10 ** v) : (v) => v;
  const id = uniqueId();
  const track = keepKeys(h("input", {
    id, type: "range", class: "nj-track", step: log ? (toTrack(max) - toTrack(min)) / 200 : step,
    min: toTrack(min), max: toTrack(max),
  }));
  const field = keepKeys(h("input", {
    type: "number", class: "nj-field", min, max, step: log ? "any" : step,
    inputmode: "decimal", "aria-label": `${options.name ?? label}, as a number`,
  }));
  const shown = (v) => (log ? Number(v.toPrecision(3)) : Number(v.toFixed(digits)));
  let current = value;

  const show = (v, except) => {
    current = v;
    if (except !== track) track.value = toTrack(v);
    if (except !== field) field.value = shown(v);
    const spoken = `${zero ? concise(shown(v)) : format(shown(v), log ? 4 : digits)}${unit && ` ${unit}`}`;
    track.setAttribute("aria-valuetext", spoken);
    const filled = (toTrack(v) - toTrack(min)) / (toTrack(max) - toTrack(min));
    track.style.setProperty("--nj-filled", `${100 * clamp(filled, 0, 1)}%`);
  };
  const change = (v, except) => {
    show(v, except);
    input?.(v);
  };
  track.addEventListener("input", () => {
    // The ends of a logarithmic track, and the digits that are shown, are met exactly.
    change(clamp(shown(fromTrack(track.valueAsNumber)), min, max), track);
  });
  field.addEventListener("input", () => {
    const typed = field.valueAsNumber;
    if (typed >= min && typed <= max) change(typed, field);
  });
  field.addEventListener("change", () => {
    const typed = field.valueAsNumber;
    change(Number.isFinite(typed) ? clamp(typed, min, max) : current);
  });
  show(value);
  return {
    element: h("div", { class: "nj-slider" },
      h("label", { for: id }, label, symbol ? h("i", {}, ` ${symbol}`) : ""),
      track,
      field,
      ...(unit ? [h("span", { class: "nj-unit" }, unit)] : [])),
    get value() { return current; },
    set value(v) {
      if (v === current) return;
      // Never rewrite the field under the reader's fingers.
      show(v, document.activeElement === field && field.valueAsNumber === v ? field : null);
    },
    enable(on) {
      track.disabled = field.disabled = !on;
    },
  };
}

/** A choice among a few: `options` is {value: text}. Returns `element` and `value`. */
export function select({ label, options, value, input }) {
  const id = uniqueId();
  const list = keepKeys(h("select", { id, class: "nj-select" },
    ...Object.entries(options).map(([key, text]) => h("option", { value: key }, text))));
  list.value = value;
  list.addEventListener("change", () => input?.(list.value));
  return {
    element: h("div", { class: "nj-choice" }, h("label", { for: id }, label), list),
    get value() { return list.value; },
    set value(v) { list.value = v; },
  };
}

/** A checkbox with its label. Returns `element` and `value`. */
export function toggle({ label, value = false, input }) {
  const box = keepKeys(h("input", { type: "checkbox", class: "nj-box" }));
  box.checked = value;
  box.addEventListener("change", () => input?.(box.checked));
  return {
    element: h("label", { class: "nj-toggle" }, box, h("span", {}, label)),
    get value() { return box.checked; },
    set value(v) { box.checked = v; },
  };
}

/** A button; `name` is said by screen readers if it is longer than the text. */
export function button({ label, press, className = "" }) {
  return keepKeys(h("button", {
    type: "button", class: `nj-button ${className}`, onclick: () => press(),
  }, label));
}

/**
 * A number on a bar from 0 to `max`, with ticks; lengths go with its square root, so that small
 * values are told apart. Beyond `max` the bar's end is torn off. Returns `element`, `set(value)` and `mark(value)`.
 */
export function gauge({ label, unit = "", digits = 0, max, markLabel = "" }) {
  const bar = h("span", { class: "nj-gauge-bar" });
  const text = h("span", { class: "nj-gauge-value" });
  const mark = h("span", { class: "nj-gauge-mark", hidden: true });
  const marked = h("span", { class: "nj-gauge-marked" });
  const to = (value) => `${100 * Math.sqrt(clamp(value / max, 0, 1))}%`;
  const round = ticks(0, max, 4);
  const scale = round.filter((value) => value < 0.95 * max).map((value) =>
    h("span", { class: "nj-gauge-tick", style: `left: ${to(value)}` }, format(value, tickDigits(round))));
  return {
    element: h("div", { class: "nj-gauge" },
      h("span", { class: "nj-gauge-label" }, label),
      h("span", { class: "nj-gauge-number" }, marked, text, unit ? ` ${unit}` : ""),
      h("span", { class: "nj-gauge-track", "aria-hidden": "true" }, bar, ...scale, mark)),
    set(value) {
      bar.style.width = to(value);
      bar.classList.toggle("nj-beyond", value > max);
      text.textContent = format(value, digits);
    },
    /** A value to compare with, on the bar and as a number; null removes it. */
    mark(value) {
      mark.hidden = marked.hidden = value === null;
      if (value === null) return;
      mark.style.left = to(value);
      marked.textContent = `${markLabel} ${format(value, digits)} `;
    },
  };
}

/** Numbers that stand side by side, each below its label. Returns `element` and `set([text, …])`. */
export function facts(labels) {
  const values = labels.map(() => h("dd", {}));
  return {
    element: h("dl", { class: "nj-facts" },
      ...labels.map((label, i) => h("div", {}, h("dt", {}, label), values[i]))),
    set(texts) {
      values.forEach((value, i) => {
        if (value.textContent !== texts[i]) value.textContent = texts[i];
      });
    },
  };
}

/**
 * Play, step and reset.
 *
 * Options: `step()` makes one step and returns false when there is none left; `reset()`;
 * `rate`, steps per second; `signal`. Nothing ever plays by itself. Playing rests while the
 * widget is off the screen. Where the reader wants less motion, "Play" becomes "Run": `jump`
 * steps at once, and the result is shown.
 * Returns `element`, `playing`, `pause()` and a property `rate`.
 */
export function player({ step, reset, signal, rate = 20, jump = 50 }) {
  let playing = false;
  let visible = true;
  let request = 0;
  let due = 0;
  let last = 0;
  const still = reducedMotion();
  const idle = still ? "Run" : "Play";
  const self = {
    rate,
    get playing() { return playing; },
    pause() {
      playing = false;
      cancelAnimationFrame(request);
      request = 0;
      play.textContent = idle;
      play.classList.remove("nj-on");
    },
  };
  const frame = (now) => {
    request = 0;
    // After a pause (a hidden tab, a scroll) do not make up for the time that was lost.
    due = Math.min(due + ((now - last) / 1000) * self.rate, Math.max(2, self.rate / 10));
    last = now;
    for (; due >= 1; due--) if (step() === false) return self.pause();
    ask();
  };
  const ask = () => {
    if (playing && visible && !request && !signal?.aborted) request = requestAnimationFrame(frame);
  };
  const press = () => {
    if (playing) return self.pause();
    if (still) {
      for (let i = 0; i < jump; i++) if (step() === false) break;
      return;
    }
    playing = true;
    due = 1; // the first step at once
    last = performance.now();
    play.textContent = "Pause";
    play.classList.add("nj-on");
    ask();
  };
  const play = button({ label: idle, press, className: "nj-primary" });
  const once = button({ label: "Step", press: () => { self.pause(); step(); } });
  const again = button({ label: "Reset", press: () => { self.pause(); reset(); } });
  self.element = h("div", { class: "nj-player", role: "group", "aria-label": "Playback" },
    play, once, again);
  const observer = new IntersectionObserver(([entry]) => {
    visible = entry.isIntersecting;
    if (visible) last = performance.now();
    ask();
    if (!visible) request = cancelAnimationFrame(request) ?? 0;
  });
  observer.observe(self.element);
  signal?.addEventListener("abort", () => {
    observer.disconnect();
    self.pause();
  });
  return self;
}

// ── The frame around a widget ──────────────────────────────────────────────────────────────

/** Red, green, blue (0 to 255) and opacity (0 to 1) of a computed colour. */
function channelsOf(colour) {
  const [r = 0, g = 0, b = 0, alpha = 1] = colour.match(/[\d.]+/g)?.map(Number) ?? [];
  const unit = colour.startsWith("color(") ? 255 : 1; // color(srgb 0.1 0.1 0.1)
  return [r * unit, g * unit, b * unit, alpha];
}

/** The colour behind an element: the nearest background that can't be seen through. */
function backgroundOf(element) {
  for (let at = element; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (channelsOf(colour)[3] > 0.5 && colour !== "transparent") return colour;
  }
  return "";
}

/** Light or dark, in every theme of every host. What lies behind decides, since VS Code lays white
 *  behind widgets in its dark themes too; where nothing does, the host's text. */
function isDark(paper, host) {
  const [r, g, b] = channelsOf(paper || getComputedStyle(host).color);
  const bright = 0.299 * r + 0.587 * g + 0.114 * b > 140;
  return paper ? !bright : bright;
}

function followTheme(root, signal) {
  const update = () => {
    const host = root.parentElement;
    if (!host) return;
    const paper = backgroundOf(host);
    set(root, { "data-mode": isDark(paper, host) ? "dark" : "light" });
    root.style.setProperty("--nj-paper", paper);
  };
  const observer = new MutationObserver(update);
  const attributes = { attributes: true };
  observer.observe(document.documentElement, attributes);
  if (document.body) observer.observe(document.body, attributes);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", update, { signal });
  signal.addEventListener("abort", () => observer.disconnect());
  requestAnimationFrame(update); // once the element is in the page
  update();
}

/**
 * What `#widget=name&trait=value&…` asks of the widget called `name`; null if nothing.
 *
 * `allowed` says which traits may be set: {trait: [low, high]} for a number, a list of such pairs
 * for several (`start=1,-2`), {trait: {key: text, …}} for a choice, {trait: [key, …]} for some of
 * these keys (`optimizers=gd,adam`), {trait: "boolean"} or {trait: "integer"}.
 * Anything else in the address is ignored: it may come from anywhere. A trait that is not named
 * goes back to what it was when the page was opened, which is `widget`'s business.
 */
export function preset(hash, name, allowed) {
  const wanted = new URLSearchParams(hash.replace(/^#/, ""));
  if (wanted.get("widget") !== name) return null;
  const values = {};
  for (const [trait, rule] of Object.entries(allowed)) {
    const text = wanted.get(trait);
    if (text === null || text.trim() === "") continue;
    const number = Number(text);
    if (Array.isArray(rule) && typeof rule[0] === "string") {
      const chosen = text.split(",");
      if (chosen.every((key) => rule.includes(key))) values[trait] = rule.filter((key) => chosen.includes(key));
    } else if (Array.isArray(rule?.[0])) {
      const several = text.split(",").map(Number);
      if (several.length <= rule.length && several.every(Number.isFinite)) {
        values[trait] = several.map((one, i) => clamp(one, ...rule[i]));
      }
    } else if (Array.isArray(rule)) {
      if (Number.isFinite(number)) values[trait] = clamp(number, ...rule);
    } else if (rule === "integer") {
      if (Number.isSafeInteger(number)) values[trait] = number;
    } else if (rule === "boolean") {
      if (text === "true" || text === "false") values[trait] = text === "true";
    } else if (Object.hasOwn(rule, text)) {
      values[trait] = text;
    }
  }
  return values;
}

/** The address that `preset` reads back: this page, this widget, in this state. */
export function presetHash(name, allowed, get) {
  const round = (value) => (typeof value === "number" ? Number(value.toPrecision(6)) : value);
  const wanted = new URLSearchParams({ widget: name });
  for (const trait of Object.keys(allowed)) {
    wanted.set(trait, [get(trait)].flat().map(round).join(","));
  }
  return `#${wanted}`;
}

/**
 * Make the object that anywidget wants from a function that draws.
 *
 * `draw(frame)` gets: `model`; `signal`, aborted when the widget goes away; `root`; and
 *   `get(trait)`
 *   `change({trait: value, …})`  set now, sent to Python a moment later
 *   `on([traits], action)`       now and whenever one of them changes, at most once a frame
 *   `panels(...elements)`, `controls(...elements)`  add to the upper and lower part
 *   `say(text)`                  for screen readers, once things have settled
 *   `linked(action)`             when a link has set the widget: pause, forget what was drawn
 * `share(get)` returns the traits that a link can set, in the form that `preset` takes. Those that
 * a link leaves out go back to what the page began with, or to what `follow(values, initial, get)`
 * returns for them.
 */
export function widget(draw, share = () => ({}), follow = () => ({})) {
  return {
    render({ model, el, signal: hostSignal }) {
      const control = new AbortController();
      const { signal } = control;
      hostSignal?.addEventListener("abort", () => control.abort());
      const get = (trait) => model.get(trait);
      const name = get("name");
      const alt = h("p", { class: "nj-alt", id: uniqueId() }, get("alt"));
      const live = h("p", { class: "nj-alt", "aria-live": "polite" });
      const panels = h("div", { class: "nj-panels" });
      const controls = h("div", { class: "nj-controls" });
      const root = h("div", {
        class: `nj-widget nj-${name}`, role: "group",
        "aria-label": get("title"), "aria-describedby": alt.id,
      }, alt, panels, controls, live);
      el.append(root);
      followTheme(root, signal);

      const save = debounced(() => model.save_changes(), 100, signal);
      const change = (values) => {
        for (const [trait, value] of Object.entries(values)) model.set(trait, value);
        save();
      };
      const on = (traits, action) => {
        const soon = scheduler(action, signal);
        for (const trait of traits) {
          model.on(`change:${trait}`, soon);
          signal.addEventListener("abort", () => model.off(`change:${trait}`, soon));
        }
        action();
      };

      const allowed = share(get);
      const initial = structuredClone(pick(Object.keys(allowed), get));
      const atLink = [];
      const applyPreset = () => {
        const values = preset(location.hash, name, allowed);
        if (values === null) return;
        // A link shows the same, whatever was played before.
        change({ ...initial, ...follow(values, initial, get), ...values });
        atLink.forEach((action) => action());
        root.scrollIntoView({ block: "center", behavior: reducedMotion() ? "auto" : "smooth" });
      };
      draw({
        model, signal, root, get, change, on,
        panels: (...elements) => panels.append(...elements),
        controls: (...elements) => controls.append(...elements),
        linked: (action) => atLink.push(action),
        say: debounced((text) => { live.textContent = text; }, 500, signal),
      });
      // A link to a state makes sense in the published page only, not in a notebook.
      if (el.closest(".nj-view")) {
        if (Object.keys(allowed).length) controls.append(linkButton(name, allowed, get, signal));
        window.addEventListener("hashchange", applyPreset, { signal });
        // The browser says nothing when the address is the same as before: a link used twice.
        document.addEventListener("click", (event) => {
          const link = event.target.closest?.("a[href*='#widget=']");
          if (link?.href === location.href && !event.defaultPrevented) applyPreset();
        }, { signal });
        applyPreset();
      }
      return () => {
        control.abort();
        root.remove();
      };
    },
  };
}

/** The present values of these traits. */
function pick(traits, get) {
  return Object.fromEntries(traits.map((trait) => [trait, get(trait)]));
}

function linkButton(name, allowed, get, signal) {
  const label = "Copy link to this state";
  const restore = debounced(() => { element.textContent = label; }, 2000, signal);
  const element = button({
    label,
    className: "nj-link",
    press: async () => {
      const address = new URL(presetHash(name, allowed, get), location.href).href;
      try {
        await navigator.clipboard.writeText(address);
        element.textContent = "Copied";
      } catch { // no permission, or the page was opened from disk: show it in the address bar
        history.replaceState(null, "", address);
        element.textContent = "See the address bar";
      }
      restore();
    },
  });
  element.setAttribute("aria-live", "polite");
  return element;
}
