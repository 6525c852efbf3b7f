/**
 * Draw a digit: strokes of a pen, the 8 × 8 picture made of them, and a network that reads it.
 *
 * The picture is made as the data were: see `helpers/datasets/drawings.py`, which does the same in
 * the same order, so that both get the same pixels.
 */
import { button, clamp, format, h, normal, random, s, set, slider, toggle, widget } from "./common.js";

// ── The mathematics ────────────────────────────────────────────────────────────────────────
// A drawing is a list x, y, x, y, … from 0 to 255, y downwards, with −1 where the pen is lifted.
// A bitmap is a Uint8Array of 32 × 32; a picture a list of 64 whole numbers from 0 to 16.

export const CANVAS = 255;
export const MOST_NUMBERS = 1500;
const STRETCH = 3;

/** The strokes [[x, y], …] of a drawing; a link may hold anything. A dot has two equal points. */
export function strokesOf(drawing) {
  const strokes = [];
  let flat = [];
  const close = () => {
    const points = Array.from({ length: flat.length >> 1 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
    if (points.length) strokes.push(points.length > 1 ? points : [points[0], points[0]]);
    flat = [];
  };
  for (const each of drawing) {
    if (each < 0) close();
    else flat.push(each);
  }
  close();
  return strokes;
}

/** Back into a list, with whole numbers. */
export function drawingOf(strokes) {
  return strokes.flatMap((points, i) => [...(i ? [-1] : []), ...points.flat().map(Math.round)]);
}

/** Add the neighbours above, below, left and right of the dark pixels. */
function thicker(dark) {
  return dark.map((ink, k) => {
    const column = k % 32;
    return ink || (column > 0 && dark[k - 1]) || (column < 31 && dark[k + 1]) || dark[k - 32] || dark[k + 32] ? 1 : 0;
  });
}

/** Take away the dark pixels with such a neighbour that is white; all around is white. */
function thinner(dark) {
  return dark.map((ink, k) => {
    const column = k % 32;
    return ink && column > 0 && dark[k - 1] && column < 31 && dark[k + 1] && dark[k - 32] && dark[k + 32] ? 1 : 0;
  });
}

/** Shift the rows until the left ends of the third row and the third from below agree. */
function straightened(dark) {
  const left = Array.from({ length: 32 }, (_, row) => dark.subarray(32 * row, 32 * row + 32).indexOf(1));
  const first = left.findIndex((at) => at >= 0);
  const last = left.findLastIndex((at) => at >= 0);
  if (first < 0 || last - first < 5) return dark;
  const [top, bottom] = [first + 2, last - 2];
  if (left[top] < 0 || left[bottom] < 0) return dark;
  const slope = left[top] - left[bottom];
  const straight = new Uint8Array(1024);
  for (let row = 0; row < 32; row++) {
    const exact = ((row - 16) * slope) / (bottom - top);
    const shift = Math.sign(exact) * Math.floor(Math.abs(exact) + 0.5); // halves away from zero
    for (let column = 0; column < 32; column++) {
      const to = column + shift;
      if (to >= 0 && to < 32) straight[32 * row + to] = dark[32 * row + column];
    }
  }
  return straight;
}

/** The bitmap of a drawing: stretched to 20 × 32, of a limited thickness, upright. */
export function bitmap(drawing, pen) {
  const strokes = strokesOf(drawing);
  let dark = new Uint8Array(1024);
  if (!strokes.length) return dark;
  const radius = (CANVAS * pen) / 2;
  const bounds = [0, 1].map((j) => {
    let [low, high] = [Infinity, -Infinity];
    for (const points of strokes) {
      for (const point of points) {
        low = Math.min(low, point[j]);
        high = Math.max(high, point[j]);
      }
    }
    return [low - radius, high + radius];
  });
  const full = [20, 32].map((size, j) => size / (bounds[j][1] - bounds[j][0]));
  const scale = full.map((each, j) => Math.min(each, STRETCH * full[1 - j]));
  // The middle of each pixel, on the canvas: there is ink if a line passes near enough.
  const [xs, ys] = bounds.map(([low, high], j) => Float64Array.from({ length: 32 }, (_, i) => (low + high) / 2 + (i - 15.5) / scale[j]));
  const near = (j, a, b) => { // the pixels that the line can reach, and one more on each side
    const [low, high] = [Math.min(a, b) - radius, Math.max(a, b) + radius];
    const [first, step] = [(j ? ys : xs)[0], 1 / scale[j]];
    return [Math.max(0, Math.floor((low - first) / step) - 1), Math.min(31, Math.ceil((high - first) / step) + 1)];
  };
  for (const points of strokes) {
    for (let i = 1; i < points.length; i++) {
      const [a, b] = points[i - 1];
      const [c, d] = points[i];
      const length = (c - a) * (c - a) + (d - b) * (d - b);
      const [left, right] = near(0, a, c);
      const [above, below] = near(1, b, d);
      for (let row = above; row <= below; row++) {
        for (let column = left; column <= right; column++) {
          const along = ((xs[column] - a) * (c - a) + (ys[row] - b) * (d - b)) / (length || 1);
          const t = Math.min(1, Math.max(0, along));
          const u = xs[column] - (a + t * (c - a));
          const v = ys[row] - (b + t * (d - b));
          if (u * u + v * v <= radius * radius) dark[32 * row + column] = 1;
        }
      }
    }
  }
  const ink = dark.reduce((sum, each) => sum + each, 0);
  if (ink > 412) dark = ink > 560 ? thinner(thinner(dark)) : thinner(dark);
  else if (ink < 256) dark = ink < 108 ? thicker(thicker(dark)) : thicker(dark);
  return straightened(dark);
}

/** The picture of a drawing: how many pixels of each 4 × 4 block are dark. */
export function see(drawing, pen) {
  const dark = bitmap(drawing, pen);
  const counts = new Array(64).fill(0);
  for (let k = 0; k < 1024; k++) counts[8 * (k >> 7) + ((k & 31) >> 2)] += dark[k];
  return counts;
}

function bytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** Float32 numbers out of base64, little-endian wherever this runs. */
function floats(text) {
  const view = new DataView(bytes(text).buffer);
  return Float64Array.from({ length: view.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

/** The layers { weights, biases, activation, inputs, outputs } out of the traits. */
export function unpack({ sizes, activations, weights, scales, biases }) {
  const whole = new Int8Array(bytes(weights).buffer);
  const [worth, all] = [floats(scales), floats(biases)];
  let [weight, neuron] = [0, 0];
  return activations.map((activation, k) => {
    const [inputs, outputs] = [sizes[k], sizes[k + 1]];
    const layer = {
      activation, inputs, outputs,
      weights: Float64Array.from({ length: inputs * outputs }, (_, i) => whole[weight + i] * worth[neuron + (i % outputs)]),
      biases: all.slice(neuron, neuron + outputs),
    };
    weight += inputs * outputs;
    neuron += outputs;
    return layer;
  });
}

const SIGMA = {
  linear: (z) => z,
  relu: (z) => Math.max(0, z),
  tanh: Math.tanh,
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
};

/** The ten logits for a picture. */
export function forward(layers, picture) {
  let values = picture.map((ink) => ink / 16);
  for (const { weights, biases, activation, inputs, outputs } of layers) {
    const sums = Float64Array.from(biases);
    for (let i = 0; i < inputs; i++) {
      const value = values[i];
      if (value === 0) continue;
      for (let j = 0; j < outputs; j++) sums[j] += value * weights[i * outputs + j];
    }
    values = Array.from(sums, SIGMA[activation]);
  }
  return values;
}

/** Probabilities out of logits. */
export function softmaxOf(logits) {
  const largest = Math.max(...logits);
  const powers = logits.map((z) => Math.exp(z - largest));
  const sum = powers.reduce((total, each) => total + each, 0);
  return powers.map((each) => each / sum);
}

/** The picture moved by whole pixels; what leaves it is lost, what enters is paper. */
export function shifted(picture, right, down) {
  return picture.map((_, k) => {
    const [row, column] = [(k >> 3) - down, (k & 7) - right];
    return row >= 0 && row < 8 && column >= 0 && column < 8 ? picture[8 * row + column] : 0;
  });
}

/** The picture with normal noise on every pixel, of standard deviation 3 in 16. */
export function noisy(picture, uniform) {
  return picture.map((ink) => clamp(Math.round(ink + 3 * normal(uniform)), 0, 16));
}

/** A line with fewer points, nowhere farther than `tolerance` from the old one (Douglas and Peucker). */
export function simplified(points, tolerance = 0.8) {
  if (points.length < 3) return points;
  const [[a, b], [c, d]] = [points[0], points.at(-1)];
  const length = (c - a) ** 2 + (d - b) ** 2;
  let [far, worst] = [0, -1];
  for (let i = 1; i < points.length - 1; i++) {
    const [x, y] = points[i];
    const t = length ? clamp(((x - a) * (c - a) + (y - b) * (d - b)) / length, 0, 1) : 0;
    const off = Math.hypot(x - a - t * (c - a), y - b - t * (d - b));
    if (off > worst) [far, worst] = [i, off];
  }
  if (worst <= tolerance) return [points[0], points.at(-1)];
  return [...simplified(points.slice(0, far + 1), tolerance).slice(0, -1), ...simplified(points.slice(far), tolerance)];
}

/** Where the pen goes for a key, in steps; null for another key. Digits lie as on a number pad. */
export function direction(key) {
  const ways = {
    ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
    Home: [-1, -1], PageUp: [1, -1], End: [-1, 1], PageDown: [1, 1],
    7: [-1, -1], 8: [0, -1], 9: [1, -1], 4: [-1, 0], 6: [1, 0], 1: [-1, 1], 2: [0, 1], 3: [1, 1],
  };
  return ways[key] ?? null;
}

/** What the network says, in words. `label`: which digit an example is, or null. */
export function describe(picture, probabilities, label = null) {
  if (!picture.some((ink) => ink > 0)) return "Nothing is drawn yet.";
  const order = probabilities.map((p, digit) => [p, digit]).sort((one, other) => other[0] - one[0]);
  const [[p, best], [q, second]] = order;
  const number = (value) => (value > 0.995 ? "more than 0.99" : format(value, 2));
  const next = q < 0.005 ? "" : ` Next comes ${second}, with ${format(q, 2)}.`;
  const said = p >= 0.5
    ? `The network reads a ${best}, with probability ${number(p)}.${next}`
    : `The network is not sure: ${best} with probability ${format(p, 2)}, ${second} with ${format(q, 2)}.`;
  if (label === null) return said;
  return `${said} The example is ${label === 8 ? "an" : "a"} ${label}: ${label === best ? "right" : "wrong"}.`;
}

// ── The picture ────────────────────────────────────────────────────────────────────────────

/** The canvas: `drawn(strokes)` gets them while they grow; keys go to `press`. */
function sheet({ down, move, up, press, leave }) {
  const lines = s("path", { class: "nj-dd-line" });
  const hint = s("text", { class: "nj-dd-hint", x: 127.5, y: 132 }, "Draw a digit here");
  const cross = s("g", { class: "nj-dd-cross", visibility: "hidden" },
    s("circle", { r: 7 }), s("path", { d: "M-13 0H-7M7 0H13M0 -13V-7M0 7V13" }));
  const element = s("svg", {
    class: "nj-dd-sheet", viewBox: `0 0 ${CANVAS} ${CANVAS}`, role: "application", tabindex: 0,
    "aria-label": "Canvas to draw on. Arrow keys move the pen, with Shift in smaller steps; Home, Page Up, End and Page Down move it diagonally. Space lowers and lifts it. Backspace takes the last stroke away.",
  }, hint, lines, cross);
  let pointer = null;
  const at = (event) => {
    const box = element.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map((each) => clamp(Math.round(each * CANVAS), 0, CANVAS));
  };
  const stop = (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    up();
  };
  set(element, {
    onpointerdown: (event) => {
      if (event.button !== 0 || pointer !== null) return;
      event.preventDefault();
      pointer = event.pointerId;
      element.setPointerCapture(pointer);
      element.focus({ preventScroll: true });
      set(cross, { visibility: "hidden" });
      down(at(event));
    },
    onpointermove: (event) => {
      if (event.pointerId !== pointer) return;
      const all = event.getCoalescedEvents?.() ?? [];
      (all.length ? all : [event]).forEach((each) => move(at(each)));
    },
    onpointerup: stop,
    onpointercancel: stop,
    onkeydown: press,
    onblur: () => { set(cross, { visibility: "hidden" }); leave(); },
  });
  return {
    element,
    draw(strokes, pen, overruled) {
      set(lines, { d: strokes.map((points) => `M${points.map((point) => point.join(" ")).join("L")}`).join(""), "stroke-width": CANVAS * pen });
      set(element, { class: `nj-dd-sheet${overruled ? " nj-dd-overruled" : ""}` });
      set(hint, { visibility: strokes.length ? "hidden" : null });
    },
    cursor([x, y], lowered) {
      set(cross, { visibility: null, transform: `translate(${x} ${y})`, class: `nj-dd-cross${lowered ? " nj-dd-lowered" : ""}` });
    },
  };
}

/** The picture of 8 × 8 pixels: `paint(k)` is asked for each one that the pointer goes over. */
function pixels({ paint, press }) {
  const cells = Array.from({ length: 64 }, (_, k) => s("rect", { x: 10 * (k & 7), y: 10 * (k >> 3), width: 10, height: 10 }));
  const ring = s("rect", { class: "nj-dd-ring", width: 10, height: 10 });
  const element = s("svg", { class: "nj-dd-grid", viewBox: "0 0 80 80", role: "application", tabindex: 0 },
    s("g", { class: "nj-dd-cells" }, ...cells),
    s("path", { class: "nj-dd-mesh", d: [1, 2, 3, 4, 5, 6, 7].map((i) => `M${10 * i} 0V80M0 ${10 * i}H80`).join("") }), ring);
  let pointer = null;
  const at = (event) => {
    const box = element.getBoundingClientRect();
    const [column, row] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map((each) => Math.floor(8 * each));
    return row >= 0 && row < 8 && column >= 0 && column < 8 ? 8 * row + column : null;
  };
  const visit = (event) => {
    const k = at(event);
    if (k !== null) paint(k);
  };
  const stop = (event) => { if (event.pointerId === pointer) pointer = null; };
  set(element, {
    onpointerdown: (event) => {
      if (event.button !== 0 || pointer !== null) return;
      event.preventDefault();
      pointer = event.pointerId;
      element.setPointerCapture(pointer);
      element.focus({ preventScroll: true });
      visit(event);
    },
    onpointermove: (event) => { if (event.pointerId === pointer) visit(event); },
    onpointerup: stop,
    onpointercancel: stop,
    onkeydown: press,
  });
  let before = [];
  return {
    element,
    draw(picture, chosen) {
      picture.forEach((ink, k) => { if (ink !== before[k]) set(cells[k], { "fill-opacity": ink / 16, "data-ink": ink }); });
      before = picture;
      set(ring, { x: 10 * (chosen & 7), y: 10 * (chosen >> 3) });
      set(element, { "aria-label": `What the network sees, 8 by 8 pixels. Row ${(chosen >> 3) + 1}, column ${(chosen & 7) + 1}: ink ${picture[chosen]} of 16. Arrow keys choose a pixel, Space turns it on or off, plus and minus change it.` });
    },
  };
}

/** Ten bars, one for each digit. */
function bars() {
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const [bar, value] = [h("span", { class: "nj-dd-bar" }), h("span", { class: "nj-dd-value" })];
    const element = h("li", {}, h("span", { class: "nj-dd-digit" }, String(digit)), h("span", { class: "nj-dd-track", "aria-hidden": "true" }, bar), value);
    return { element, bar, value };
  });
  return {
    element: h("ul", { class: "nj-dd-bars", "aria-label": "Probability of each digit" }, ...rows.map(({ element }) => element)),
    draw(probabilities) {
      const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
      rows.forEach(({ element, bar, value }, digit) => {
        const p = probabilities ? probabilities[digit] : 0;
        bar.style.width = `${(100 * p).toFixed(1)}%`;
        const text = probabilities ? format(p, 2) : "–";
        if (value.textContent !== text) value.textContent = text;
        set(element, { class: digit === best ? "nj-dd-best" : null });
      });
    },
  };
}

/** A small picture of an example. */
function thumbnail(picture) {
  return s("svg", { viewBox: "0 0 8 8", "aria-hidden": "true" },
    ...picture.flatMap((ink, k) => (ink ? [s("rect", { x: k & 7, y: k >> 3, width: 1.02, height: 1.02, "fill-opacity": ink / 16 })] : [])));
}

const STEP = 16;
const TITLES = { relu: "ReLU", tanh: "tanh", sigmoid: "sigmoid" };

function draw(frame) {
  const { get, change, on, panels, controls, linked, say } = frame;
  const layers = unpack(Object.fromEntries(["sizes", "activations", "weights", "scales", "biases"].map((trait) => [trait, get(trait)])));
  const examples = get("examples");
  const uniform = random(1);
  let open = null; // the points of the stroke that is being drawn
  let cursor = [128, 128];
  let chosen = 27;
  let spoken = { text: "", until: 0 }; // where the keys have led, said before the answer

  const strokes = () => strokesOf(get("strokes"));
  const given = () => {
    const list = get("pixels");
    return list.length === 64 ? list.map((ink) => clamp(Math.round(ink), 0, 16)) : null;
  };
  const picture = () => given() ?? see(get("strokes"), get("pen"));
  const edit = (changed) => change({ pixels: changed });
  const labelled = () => {
    const list = given();
    return (list && examples.find(({ pixels: each }) => each.every((ink, k) => ink === list[k]))?.label) ?? null;
  };

  // A new stroke replaces an example, and goes on with a drawing, even if its picture was changed.
  const down = (at) => {
    const before = strokes();
    if (get("strokes").length + 5 > MOST_NUMBERS) return;
    open = [at];
    change({ strokes: drawingOf([...before, open]), pixels: [] });
  };
  const move = (at, apart = 4) => {
    if (!open || Math.hypot(at[0] - open.at(-1)[0], at[1] - open.at(-1)[1]) < apart) return;
    if (get("strokes").length + 2 > MOST_NUMBERS) return up();
    open.push(at);
    change({ strokes: [...get("strokes"), ...at] });
  };
  const up = () => {
    if (!open) return;
    const points = open.length > 1 ? simplified(open) : [open[0], open[0]];
    open = null;
    change({ strokes: drawingOf([...strokes().slice(0, -1), points]) });
  };
  const undo = () => {
    open = null;
    change({ strokes: drawingOf(strokes().slice(0, -1)), pixels: [] });
  };
  const clear = () => {
    open = null;
    change({ strokes: [], pixels: [] });
  };

  const keep = (event) => {
    event.stopPropagation();
    event.preventDefault();
  };
  const tell = (text) => {
    spoken = { text, until: performance.now() + 400 };
    refresh();
  };
  const pressSheet = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const way = direction(event.key);
    const toggles = event.key === " " || event.key === "Enter" || event.key === "5";
    if (way) {
      const step = event.shiftKey ? STEP / 4 : STEP;
      cursor = cursor.map((each, j) => clamp(each + step * way[j], STEP, CANVAS + 1 - STEP));
      move(cursor, 1);
    } else if (toggles) {
      if (open) up();
      else down(cursor);
    } else if (event.key === "Backspace" || event.key === "Delete") undo();
    else if (event.key === "Escape" && open) up();
    else return;
    keep(event);
    canvas.cursor(cursor, open !== null);
    const [column, row] = cursor.map((each) => Math.round(each / STEP));
    tell(`Pen ${open ? "down" : "up"}, column ${column}, row ${row} of 15. `);
  };
  const pressGrid = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const way = event.key.length > 1 ? direction(event.key) : null;
    const now = picture();
    const ink = now[chosen];
    const changed = { " ": ink > 8 ? 0 : 16, Enter: ink > 8 ? 0 : 16, "+": ink + 4, "-": ink - 4, Delete: 0, Backspace: 0 }[event.key];
    if (way) {
      const [column, row] = [(chosen & 7) + way[0], (chosen >> 3) + way[1]].map((each) => clamp(each, 0, 7));
      chosen = 8 * row + column;
    } else if (changed !== undefined) {
      now[chosen] = clamp(changed, 0, 16);
      edit(now);
    } else return;
    keep(event);
    tell(`Row ${(chosen >> 3) + 1}, column ${(chosen & 7) + 1}: ink ${picture()[chosen]} of 16. `);
  };

  const canvas = sheet({ down, move, up, press: pressSheet, leave: up });
  const grid = pixels({
    press: pressGrid,
    paint: (k) => {
      chosen = k;
      const now = picture();
      const ink = eraser.value ? 0 : 16;
      if (now[k] === ink) return refresh();
      now[k] = ink;
      edit(now);
    },
  });
  const chart = bars();
  const words = h("p", { class: "nj-dd-words" });
  const note = h("p", { class: "nj-dd-key" });
  const pen = slider({ label: "Pen", min: 0.03, max: 0.2, step: 0.005, digits: 3, value: get("pen"), name: "Pen", input: (value) => change({ pen: value, pixels: strokes().length ? [] : get("pixels") }) });
  const back = button({ label: "Undo stroke", press: undo });
  const wipe = button({ label: "Clear", press: clear });
  const eraser = toggle({ label: "Eraser" });
  const arrows = [["←", "left", -1, 0], ["↑", "up", 0, -1], ["↓", "down", 0, 1], ["→", "right", 1, 0]].map(([sign, name, right, down_]) => {
    const one = button({ label: sign, className: "nj-dd-arrow", press: () => edit(shifted(picture(), right, down_)) });
    one.setAttribute("aria-label", `Shift ${name}`);
    return one;
  });
  const noise = button({ label: "Add noise", press: () => edit(noisy(picture(), uniform)) });
  const known = examples.map(({ label, pixels: list }, i) => {
    const one = button({ label: "", className: "nj-dd-example", press: () => { open = null; change({ pixels: list, strokes: [] }); } });
    one.append(thumbnail(list));
    one.setAttribute("aria-label", `Example ${i + 1}: ${label === 8 ? "an" : "a"} ${label}`);
    return one;
  });
  const hidden = get("activations").slice(0, -1);
  const kinds = [...new Set(hidden.map((name) => TITLES[name]))].join(" and ");
  const size = h("p", { class: "nj-dd-key" }, `Network ${get("sizes").join("-")}${kinds ? `, ${kinds}` : ""}, its weights in 8 bits each.`);

  linked(() => { open = null; });
  panels(
    h("div", { class: "nj-dd-whole" },
      h("div", { class: "nj-dd-paper" }, h("p", { class: "nj-panel-title" }, "Your drawing"), canvas.element,
        h("div", { class: "nj-dd-row" }, back, wipe)),
      h("div", { class: "nj-dd-told" }, words, note),
      h("div", { class: "nj-dd-seen" }, h("p", { class: "nj-panel-title" }, "What the network sees"), grid.element,
        h("div", { class: "nj-dd-row" }, ...arrows), h("div", { class: "nj-dd-row" }, noise, eraser.element)),
      h("div", { class: "nj-dd-answer" }, h("p", { class: "nj-panel-title" }, "Its probabilities"), chart.element, size)),
  );
  controls(
    pen.element,
    ...(known.length ? [h("div", { class: "nj-dd-examples", role: "group", "aria-label": "Examples of the data" }, h("span", {}, "Examples"), ...known)] : []),
  );

  function refresh() {
    const lines = strokes();
    const now = picture();
    const inked = now.some((ink) => ink > 0);
    const probabilities = inked ? softmaxOf(forward(layers, now)) : null;
    const overruled = given() !== null;
    canvas.draw(lines, get("pen"), overruled);
    grid.draw(now, chosen);
    chart.draw(probabilities);
    const told = describe(now, probabilities ?? [], labelled());
    if (words.textContent !== told) words.textContent = told;
    const remark = get("strokes").length + 5 > MOST_NUMBERS ? "The canvas is full: clear it to go on."
      : !overruled ? "The drawing is stretched to the full height and to 20 pixels of 32 in width, then straightened, as the data were."
        : lines.length ? "The pixels were changed by hand. The next stroke begins from your drawing again."
          : labelled() !== null ? "An example of the data. Change its pixels, or draw one of your own."
            : "These pixels come from no drawing. The next stroke begins a new one.";
    if (note.textContent !== remark) note.textContent = remark;
    pen.value = get("pen");
    back.disabled = lines.length === 0;
    wipe.disabled = lines.length === 0 && !overruled;
    for (const control of [noise, ...arrows]) control.disabled = !inked;
    say(`${performance.now() < spoken.until ? spoken.text : ""}${told}`);
  }
  on(["strokes", "pixels", "pen"], refresh);
}

export default widget(draw, () => ({
  strokes: Array.from({ length: MOST_NUMBERS }, () => [-1, CANVAS]),
  pixels: Array.from({ length: 64 }, () => [0, 16]),
  pen: [0.03, 0.2],
}), () => {
  // A link that names a drawing or a picture, be it an empty one, leaves nothing of the other.
  const named = new URLSearchParams(location.hash.slice(1));
  return named.has("strokes") || named.has("pixels") ? { strokes: [], pixels: [] } : {};
});
