/**
 * Perceptron: points of two classes, and the line that Rosenblatt's rule turns, example by example.
 *
 * All that is shown follows from the points and from the number of examples taken: the whole course
 * is computed anew when one of them changes. Coordinates are eighths, so that every sum is exact.
 */
import { button, clamp, draggable, facts, format, h, player, plot, s, select, set, slider, through, widget } from "./common.js";

// ── The mathematics ────────────────────────────────────────────────────────────────────────
// An example is { x: [x1, x2], y }, y being +1 or −1. Weights are { w: [w1, w2], b }.

export const MOST = 2000; // examples taken
export const FULL = 30; // points
export const WINDOW = [-1.5, 2.5];
const GRID = 8;

/** On the grid and inside the window. */
export function snap(value) {
  return clamp(Math.round(GRID * value) / GRID, ...WINDOW) + 0;
}

/** The examples out of a list x1, x2, label, x1, …; a link may hold anything. */
export function examples(flat) {
  const count = Math.min(FULL, Math.floor(flat.length / 3));
  return Array.from({ length: count }, (_, i) => {
    const [u, v, label] = flat.slice(3 * i, 3 * i + 3);
    return { x: [snap(u), snap(v)], y: label < 0 ? -1 : 1 };
  });
}

/** Back into a list. */
export function flatten(points) {
  return points.flatMap(({ x, y }) => [...x, y]);
}

/** The weighted sum. */
export function weighted({ w, b }, x) {
  return w[0] * x[0] + w[1] * x[1] + b;
}

/** The answer: on the line it is +1. */
export function answer(weights, x) {
  return weighted(weights, x) >= 0 ? 1 : -1;
}

/** The weights after a mistake. */
export function update({ w, b }, { x, y }) {
  return { w: w.map((each, j) => each + y * x[j]), b: b + y };
}

/**
 * Take `steps` examples, one after the other, or fewer if an epoch without a mistake ends it.
 *
 * Returns `history`, the state after 0, 1, 2, … examples: the weights `w` and `b`; `index`, which
 * example was taken; the weighted sum `z` and the answer it got, before an update; whether it was
 * `wrong`; the `epoch`; the mistakes in this epoch; the updates so far. And `converged`; and `cycle`,
 * null or { from, to }: the first state that has been there before, in the same place of the epoch
 * and with updates in between, and where.
 */
export function learn(points, steps) {
  let state = { w: [0, 0], b: 0, index: -1, z: 0, answered: 0, wrong: false, epoch: 0, errors: 0, updates: 0 };
  const history = [state];
  const seen = new Map();
  let cycle = null;
  const n = points.length;
  const look = (k) => {
    if (cycle) return;
    const key = [k % n, ...state.w, state.b].join();
    if (!seen.has(key)) seen.set(key, k);
    else if (history[seen.get(key)].updates < state.updates) cycle = { from: seen.get(key), to: k };
  };
  if (n) look(0);
  for (let k = 0; n && k < steps; k++) {
    const index = k % n;
    const example = points[index];
    const z = weighted(state, example.x);
    const answered = z >= 0 ? 1 : -1;
    const wrong = answered !== example.y;
    const { w, b } = wrong ? update(state, example) : state;
    const first = index === 0;
    state = {
      w, b, index, z, answered, wrong,
      epoch: state.epoch + (first ? 1 : 0),
      errors: (first ? 0 : state.errors) + (wrong ? 1 : 0),
      updates: state.updates + (wrong ? 1 : 0),
    };
    history.push(state);
    if (index === n - 1 && state.errors === 0) return { history, converged: true, cycle: null };
    look(k + 1);
  }
  return { history, converged: false, cycle };
}

/** The part of the window where the answer is +1, a polygon; empty where there is none. */
export function positiveSide({ w, b }, [low, high] = WINDOW) {
  const corners = [[low, low], [high, low], [high, high], [low, high]];
  const heights = corners.map((corner) => weighted({ w, b }, corner));
  return corners.flatMap((corner, i) => {
    const [next, z, to] = [corners[(i + 1) % 4], heights[i], heights[(i + 1) % 4]];
    const kept = z >= 0 ? [corner] : [];
    if ((z >= 0) === (to >= 0)) return kept;
    const t = z / (z - to);
    return [...kept, corner.map((c, j) => c + t * (next[j] - c))];
  });
}

/** The ends of the line z = 0 inside the window, two points; null if it is not seen. */
export function boundary({ w, b }, [low, high] = WINDOW) {
  const found = [];
  for (const j of [0, 1]) {
    const other = 1 - j;
    if (w[other] === 0) continue;
    for (const edge of [low, high]) {
      const at = -(b + w[j] * edge) / w[other];
      const point = j === 0 ? [edge, at] : [at, edge];
      if (at >= low && at <= high && !found.some((p) => Math.hypot(p[0] - point[0], p[1] - point[1]) < 1e-9)) found.push(point);
    }
  }
  return found.length < 2 ? null : found.slice(0, 2);
}

/** The corner of the window farthest on one side of the line; null if that side is not seen. */
export function farCorner(weights, side, [low, high] = WINDOW) {
  const corners = [[high, high], [low, low], [low, high], [high, low]];
  const heights = corners.map((corner) => weighted(weights, corner));
  const best = side > 0 ? Math.max(...heights) : Math.min(...heights);
  return (best >= 0) === (side > 0) ? corners[heights.indexOf(best)] : null;
}

/** A number without needless zeros, exact for eighths. */
export function brief(x) {
  const digits = [0, 1, 2, 3].find((d) => Number(x.toFixed(d)) === x) ?? 3;
  return format(x, digits);
}

const vector = (x) => `(${x.map(brief).join(", ")})`;
const signed = (y) => (y > 0 ? "+1" : "−1");
const many = (count, word) => `${format(count)} ${word}${count === 1 ? "" : "s"}`;

/** What happened in this step, and how things stand, in words. */
export function describe(points, { history, converged, cycle }) {
  const now = history.at(-1);
  const k = history.length - 1;
  if (points.length === 0) return { step: "There are no points yet.", verdict: "Click in the plane to place some." };
  if (k === 0) {
    return {
      step: "Weights and bias are zero, so z = 0 everywhere and every point is answered +1. There is no line yet.",
      verdict: "Step takes the first example.",
    };
  }
  const { x, y } = points[now.index];
  const before = history[k - 1];
  const sum = `Example ${now.index + 1}: x = ${vector(x)}, label ${signed(y)}. z = ${brief(now.z)}, so the answer is ${signed(now.answered)}: `;
  const step = sum + (now.wrong
    ? `wrong. w = ${vector(before.w)} ${y > 0 ? "+" : "−"} ${vector(x)} = ${vector(now.w)}, b = ${brief(before.b)} ${y > 0 ? "+" : "−"} 1 = ${brief(now.b)}.`
    : "right. Nothing changes.");
  return { step, verdict: outcome(points, { history, converged, cycle }) };
}

function outcome(points, { history, converged, cycle }) {
  const now = history.at(-1);
  const n = points.length;
  if (converged) {
    const line = boundary(now) || now.w.some((each) => each !== 0) ? "This line separates the classes." : "All points are of one class, so no line is needed.";
    return `Epoch ${now.epoch} passed without a mistake: done, after ${many(now.updates, "update")}. ${line}`;
  }
  if (cycle) {
    const { from, to } = cycle;
    const [again, back] = [history[to], history[from]];
    const period = (to - from) / n;
    const where = from === 0 ? "at the start" : `after example ${(from - 1) % n + 1} of epoch ${Math.floor((from - 1) / n) + 1}`;
    return `In epoch ${again.epoch} the weights were back where they had been ${where}, w = ${vector(back.w)}, b = ${brief(back.b)}, `
      + `with the same examples to come. So the same ${period === 1 ? "epoch" : `${period} epochs`} must follow again and again: it cycles for ever. No line separates these points.`;
  }
  if (history.length - 1 >= MOST) return `${format(MOST)} examples taken, and neither an end nor a cycle so far. This is where the picture stops.`;
  const wrong = points.filter(({ x, y }) => answer(now, x) !== y).length;
  return wrong
    ? `${many(wrong, "point")} of ${n} would now be answered wrongly.`
    : "All points are answered rightly now. The rule knows it after an epoch without a mistake.";
}

// ── The picture ────────────────────────────────────────────────────────────────────────────

/** An arrow as the `d` of a shaft and a head, between points in pixels. */
function arrow([x, y], [u, v]) {
  const long = Math.hypot(u - x, v - y);
  if (long < 0.5) return "";
  const head = Math.min(9, 0.6 * long);
  const [a, b] = [(u - x) / long, (v - y) / long];
  const wing = (side) => `${(u - head * a - side * 0.5 * head * b).toFixed(1)} ${(v - head * b + side * 0.5 * head * a).toFixed(1)}`;
  return `M${x.toFixed(1)} ${y.toFixed(1)}L${u.toFixed(1)} ${v.toFixed(1)}M${wing(1)}L${u.toFixed(1)} ${v.toFixed(1)}L${wing(-1)}`;
}

const SQUARE = { width: 340, height: 340, margin: { top: 8, right: 8, left: 46, bottom: 46 } };

/** The left panel: points, half planes, the line and its normal. */
function plane({ add, move, choose, press }) {
  const chart = plot({ x: WINDOW, y: WINDOW, ...SQUARE, xLabel: "x₁", yLabel: "x₂" });
  const [left, right] = chart.x.range;
  const [bottom, top] = chart.y.range;
  const box = { x: left, y: top, width: right - left, height: bottom - top };
  const back = s("rect", { class: "nj-pc-minus", ...box });
  const front = s("path", { class: "nj-pc-plus" });
  const ground = s("rect", { class: "nj-touch nj-pc-ground", ...box });
  const signs = [1, -1].map((y) => s("text", { class: "nj-pc-sign" }, `answer ${signed(y)}`));
  const ghost = s("path", { class: "nj-pc-ghost" });
  const line = s("path", { class: "nj-pc-line" });
  const normal = s("path", { class: "nj-pc-w" });
  const letter = s("text", { class: "nj-pc-letter" }, "w");
  const marks = s("g");
  chart.back.append(back, front, ...signs);
  chart.marks.append(ghost, line, normal, letter, ground); // above the grid, which would take the clicks
  chart.front.append(marks);
  set(chart.element, {
    role: "application", tabindex: 0, class: "nj-plot nj-pc-plane", onkeydown: press,
    onclick: (event) => { if (event.target === ground) add(chart.at(event)); },
  });
  const shown = [];

  /** One more marker, which knows its place in the list. */
  function marker(i) {
    const cross = s("path", { class: "nj-pc-wrong", d: "M10 -18l7 7m0 -7l-7 7" });
    const shape = s("path", { class: "nj-pc-shape" });
    const ring = s("circle", { r: 16, class: "nj-pc-ring" });
    const number = s("text", { class: "nj-pc-number", y: 4 }, String(i + 1));
    const group = s("g", { class: "nj-pc-point" }, s("circle", { r: 22, class: "nj-touch" }), ring, shape, number, cross);
    draggable(group, chart, {
      start: () => { choose(i); },
      move: (at) => move(i, at),
    });
    return { group, shape, ring, cross };
  }

  const at = (point) => [chart.x(point[0]), chart.y(point[1])];
  const segment = (weights) => {
    const ends = boundary(weights);
    return ends ? through(ends, chart.x, chart.y) : "";
  };

  return {
    element: h("div", { class: "nj-panel" }, h("p", { class: "nj-panel-title" }, "The points and the line"), chart.element,
      h("p", { class: "nj-pc-key" }, "Ring: the example just taken. Cross: answered wrongly by the present line. Dashed: the line before this update.")),
    draw(points, history, chosen, label) {
      const now = history.at(-1);
      set(chart.element, { "aria-label": label });
      while (shown.length < points.length) shown.push(marker(shown.length));
      if (marks.children.length !== points.length) {
        marks.replaceChildren(...shown.slice(0, points.length).map(({ group }) => group));
      }
      points.forEach(({ x, y }, i) => {
        const { group, shape, ring, cross } = shown[i];
        const [px, py] = at(x);
        const pair = points.some((other, j) => j < i && other.x[0] === x[0] && other.x[1] === x[1]);
        set(group, { transform: `translate(${px + (pair ? 5 : 0)} ${py + (pair ? 5 : 0)})`, "data-y": y, class: `nj-pc-point nj-draggable${i === chosen ? " nj-pc-chosen" : ""}${group.classList.contains("nj-dragging") ? " nj-dragging" : ""}` });
        set(shape, { d: y > 0 ? "M10 0A10 10 0 1 1 -10 0A10 10 0 1 1 10 0Z" : "M-9 -9H9V9H-9Z" });
        set(ring, { visibility: i === now.index ? null : "hidden" });
        set(cross, { visibility: answer(now, x) === y ? "hidden" : null });
      });
      const side = positiveSide(now);
      set(front, { d: side.length > 2 ? `${through(side, chart.x, chart.y)}Z` : "" });
      signs.forEach((text, i) => {
        const corner = farCorner(now, i ? -1 : 1);
        set(text, { visibility: corner ? null : "hidden" });
        if (!corner) return;
        const [px, py] = at(corner);
        set(text, { x: px + (px > 150 ? -8 : 8), y: py + (py > 150 ? -8 : 17), "text-anchor": px > 150 ? "end" : "start" });
      });
      set(line, { d: segment(now) });
      set(ghost, { d: now.wrong ? segment(history.at(-2)) : "" });
      const ends = boundary(now);
      set(letter, { visibility: ends ? null : "hidden" });
      if (!ends) return set(normal, { d: "" });
      const length = Math.hypot(...now.w);
      const way = [now.w[0] / length, -now.w[1] / length];
      // In the middle of the line, or where no point lies on it.
      const feet = [0.5, 0.38, 0.62, 0.26, 0.74].map((t) => at([0, 1].map((j) => ends[0][j] + t * (ends[1][j] - ends[0][j]))));
      const free = ([px, py]) => points.every(({ x }) => {
        const [u, v] = at(x);
        const along = clamp((u - px) * way[0] + (v - py) * way[1], 0, 48);
        return Math.hypot(u - px - along * way[0], v - py - along * way[1]) > 18;
      });
      const foot = feet.find(free) ?? feet[0];
      set(normal, { d: arrow(foot, foot.map((p, j) => p + 38 * way[j])) });
      set(letter, { x: foot[0] + 48 * way[0], y: foot[1] + 48 * way[1] + 4 });
    },
  };
}

/** The right panel: the weights as an arrow, and what the last update added to it. */
function arrows() {
  const chart = plot({ x: [-2, 2], y: [-2, 2], ...SQUARE, xLabel: "w₁", yLabel: "w₂", label: "The weights as an arrow from the origin" });
  const trail = s("path", { class: "nj-pc-trail" });
  const stops = s("path", { class: "nj-pc-stops" });
  const [was, added, is] = ["nj-pc-was", "nj-pc-added", "nj-pc-w"].map((name) => s("path", { class: name }));
  const word = s("text", { class: "nj-pc-word" });
  const letter = s("text", { class: "nj-pc-letter" }, "w");
  chart.marks.append(trail, stops, was, is, added, letter, word);
  let reach = 2;
  return {
    element: h("div", { class: "nj-panel" }, h("p", { class: "nj-panel-title" }, "The weights"), chart.element,
      h("p", { class: "nj-pc-key" }, "Green: w, from the origin. An update adds +x for a circle (orange) or −x for a square (blue). Grey: where w has been.")),
    draw(history, points) {
      const now = history.at(-1);
      const largest = Math.max(...history.flatMap(({ w }) => w.map(Math.abs)));
      const needed = 2 ** Math.max(1, Math.ceil(Math.log2(1.2 * largest || 1)));
      if (needed !== reach) chart.domain([-needed, needed], [-needed, needed]);
      reach = needed;
      const at = ([u, v]) => [chart.x(u), chart.y(v)];
      const path = history.filter(({ wrong }, i) => wrong || i === 0).map(({ w }) => w);
      set(trail, { d: through(path, chart.x, chart.y) });
      set(stops, { d: path.map((w) => `M${chart.x(w[0]).toFixed(1)} ${chart.y(w[1]).toFixed(1)}h0`).join("") });
      set(is, { d: arrow(at([0, 0]), at(now.w)) });
      const before = now.wrong ? history.at(-2) : now;
      set(was, { d: now.wrong ? arrow(at([0, 0]), at(before.w)) : "" });
      set(added, { d: now.wrong ? arrow(at(before.w), at(now.w)) : "", "data-y": now.wrong ? points[now.index].y : null });
      const long = Math.hypot(...now.w) / reach;
      const beside = 12 / (Math.hypot(...now.w) || 1);
      set(letter, {
        visibility: long > 0.1 ? null : "hidden",
        x: chart.x(0.5 * now.w[0]) + beside * now.w[1], y: chart.y(0.5 * now.w[1]) + beside * now.w[0] + 4,
      });
      const moved = now.wrong && now.w.some((each, j) => each !== before.w[j]);
      set(word, { visibility: moved ? null : "hidden" });
      if (!moved) return;
      word.textContent = points[now.index].y > 0 ? "+ x" : "− x";
      // Beside the middle of the arrow, on the side away from the origin.
      const [tail, tip, origin] = [at(before.w), at(now.w), at([0, 0])];
      const [dx, dy] = [tip[0] - tail[0], tip[1] - tail[1]];
      const [u, v] = [(tail[0] + tip[0]) / 2, (tail[1] + tip[1]) / 2];
      const out = (u - origin[0]) * -dy + (v - origin[1]) * dx < 0 ? -1 : 1;
      const far = (out * 15) / Math.hypot(dx, dy);
      set(word, { x: u - far * dy, y: v + far * dx + 5, "data-y": points[now.index].y });
    },
  };
}

const NAMES = { or: "OR", and: "AND", xor: "XOR", blobs: "Two clouds", custom: "Your own" };
const CLASSES = { 1: "+1, circle", "-1": "−1, square" };

function draw(frame) {
  const { get, change, on, panels, controls, linked, signal, say } = frame;
  let chosen = 0;
  let listed = -1;

  const points = () => examples(get("data") === "custom" ? get("points") : get("sets")[get("data")]);
  const steps = () => clamp(get("steps"), 0, MOST);
  const course = (to = steps()) => learn(points(), to);
  /** The points are others: learning starts again. */
  const edit = (changed) => {
    playback.pause();
    change({ data: "custom", points: flatten(changed), steps: 0 });
  };
  const replace = (i, values) => {
    const present = points();
    if (!present[i]) return;
    present[i] = { ...present[i], ...values };
    edit(present);
  };
  const add = (at) => {
    const present = points();
    if (present.length >= FULL) return;
    chosen = present.length;
    edit([...present, { x: at.map(snap), y: Number(fresh.value) }]);
  };
  const remove = () => {
    const present = points();
    if (!present.length) return;
    edit(present.filter((_, i) => i !== chosen));
    chosen = clamp(chosen, 0, Math.max(0, present.length - 2));
  };
  const choose = (i) => { chosen = i; refresh(); };
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
  const press = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const way = ways[event.key];
    const erase = event.key === "Delete" || event.key === "Backspace";
    if (!way && !erase) return;
    event.stopPropagation();
    event.preventDefault();
    const point = points()[chosen];
    if (erase) remove();
    else if (point) replace(chosen, { x: point.x.map((each, j) => snap(each + way[j] / GRID)) });
  };

  /** Go on to the first state that is `wanted`, to the end, or as far as it goes. */
  const go = (wanted) => {
    playback.pause();
    const from = steps();
    const { history } = course(MOST);
    const found = history.findIndex((state, k) => k > from && wanted(state));
    change({ steps: found < 0 ? history.length - 1 : found });
  };

  const map = plane({ add, choose, press, move: (i, at) => {
    const x = at.map(snap);
    const old = points()[i];
    if (old && (old.x[0] !== x[0] || old.x[1] !== x[1])) replace(i, { x });
  } });
  const compass = arrows();
  const numbers = facts(["Epoch", "Example", "Mistakes in this epoch", "Updates", "Weights w", "Bias b"]);
  const step = h("p", { class: "nj-pc-step" });
  const verdict = h("p", { class: "nj-pc-verdict" });
  const playback = player({
    signal, rate: 2, jump: MOST,
    step: () => {
      const { history, converged, cycle } = course();
      if (converged || history.length === 1 && !points().length || steps() >= MOST) return false;
      change({ steps: steps() + 1 });
      // Once it is known that it goes on for ever, stop and say so; Play goes on.
      return cycle !== null || course().cycle === null;
    },
    reset: () => change({ steps: 0 }),
  });
  const back = button({ label: "Back", press: () => { playback.pause(); change({ steps: Math.max(0, course().history.length - 2) }); } });
  const next = button({ label: "Next update", press: () => go(({ wrong }) => wrong) });
  const epoch = button({ label: "Epoch", press: () => { const last = points().length - 1; go(({ index }) => index === last); } });
  const [, once, again] = playback.element.children;
  playback.element.insertBefore(back, once);
  playback.element.insertBefore(next, again);
  playback.element.insertBefore(epoch, again);

  const data = select({
    label: "Points", options: NAMES, value: get("data"),
    input: (name) => {
      playback.pause();
      // Your own points begin as those that are shown.
      const first = name === "custom" && !get("points").length ? { points: flatten(points()) } : {};
      change({ data: name, steps: 0, ...first });
    },
  });
  const fresh = select({ label: "New points are", options: CLASSES, value: "1" });
  const which = select({ label: "Point", options: {}, value: "", input: (place) => choose(Number(place) - 1) });
  const list = which.element.querySelector("select");
  const kind = select({ label: "Class", options: CLASSES, value: "1", input: (y) => replace(chosen, { y: Number(y) }) });
  const place = [0, 1].map((j) => slider({
    label: "Place", symbol: ["x₁", "x₂"][j], name: ["x₁", "x₂"][j], min: WINDOW[0], max: WINDOW[1], step: 1 / GRID, digits: 3, value: 0,
    input: (value) => {
      const point = points()[chosen];
      if (point) replace(chosen, { x: point.x.map((each, i) => (i === j ? snap(value) : each)) });
    },
  }));
  const more = button({ label: "Add a point", press: () => add([0.5, 0.5]) });
  const less = button({ label: "Remove it", press: remove });
  const clear = button({ label: "Remove all", press: () => { chosen = 0; edit([]); } });

  linked(() => playback.pause());
  panels(
    h("div", { class: "nj-pc-row nj-pc-whole" }, playback.element, data.element),
    map.element,
    compass.element,
    h("div", { class: "nj-pc-whole nj-pc-told" }, numbers.element, h("div", { class: "nj-pc-words" }, step, verdict)),
  );
  controls(
    h("div", { class: "nj-pc-row" }, fresh.element, more, clear),
    h("div", { class: "nj-pc-row" }, which.element, kind.element, less),
    ...place.map(({ element }) => element),
  );

  function refresh() {
    const shown = points();
    const all = course();
    const { history } = all;
    const now = history.at(-1);
    const n = shown.length;
    playback.rate = n > 6 ? 6 : 2;
    chosen = clamp(chosen, 0, Math.max(0, n - 1));
    if (listed !== n) {
      list.replaceChildren(...shown.map((_, i) => h("option", { value: i + 1 }, String(i + 1))));
      listed = n;
    }
    map.draw(shown, history, chosen, `The plane with ${many(n, "point")}. A click places a new one. Arrow keys move point ${chosen + 1}, Delete removes it.`);
    compass.draw(history, shown);
    numbers.set([
      String(now.epoch), n ? `${now.index + 1} of ${n}` : "none", String(now.errors), format(now.updates), vector(now.w), brief(now.b),
    ]);
    const told = describe(shown, all);
    step.textContent = told.step;
    verdict.textContent = told.verdict;
    set(verdict, { "data-end": all.converged ? "done" : all.cycle ? "cycle" : null });
    data.value = get("data");
    which.value = String(chosen + 1);
    const point = shown[chosen];
    for (const control of [list, less, kind.element.querySelector("select")]) control.disabled = !point;
    place.forEach((control, j) => { control.enable(!!point); if (point) control.value = point.x[j]; });
    if (point) kind.value = String(point.y);
    more.disabled = n >= FULL;
    clear.disabled = n === 0;
    back.disabled = history.length === 1;
    for (const control of [once, next, epoch]) control.disabled = all.converged || n === 0 || history.length > MOST;
    say(`${told.step} ${told.verdict}`);
  }
  on(["data", "points", "steps", "sets"], refresh);
}

export default widget(draw, () => ({
  data: NAMES,
  points: Array.from({ length: FULL }, () => [WINDOW, WINDOW, [-1, 1]]).flat(),
  steps: "integer",
}), ({ data, points }, initial) => {
  // Other points: learning has not begun. Points that are given are those that are meant.
  if (points !== undefined && data === undefined) return { data: "custom", steps: 0 };
  return (data === undefined || data === initial.data) && points === undefined ? {} : { steps: 0 };
});
