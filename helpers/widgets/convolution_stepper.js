/** A kernel that slides over a picture, the feature map that it leaves behind, and what deeper layers see. */

import { boxOf, clamp, format, h, keyedCell, player, raster } from "./common.js";
import { select, slider, stage, widget } from "./common.js";

export const SIZE = 12;
const KERNEL = 3;
const MOST = 9;
const RIM = 1; // pixels of room for padding around the picture that is drawn
const SPAN = SIZE + 2 * RIM;
const PADDINGS = { valid: "valid: none", same: "same: zeros around" };
const STRIDES = { 1: "1", 2: "2", 3: "3" };
const LAYERS = { 1: "one", 2: "two", 3: "three" };
const OWN = "own";
const TITLES = { house: "a house", seven: "a seven", ring: "a ring", edge: "an edge", dot: "one pixel", own: "your own" };

// ── Mathematics ────────────────────────────────────────────────────────────────────────────
// A map is { size, values }, its values row by row; the picture is map 0. A box is { top, left, bottom, right },
// in rows and columns, ends included. The state holds pixels, weights, stride, padding, layers.

/** Places along one side, and zeros before the map and in all, as in helpers/nn/convolution.py. */
export function places(stride, padding, size = SIZE) {
  if (padding === "valid") return { count: Math.max(0, Math.floor((size - KERNEL) / stride) + 1), before: 0, total: 0 };
  const count = Math.ceil(size / stride);
  const total = Math.max((count - 1) * stride + KERNEL - size, 0);
  return { count, before: Math.floor(total / 2), total };
}

/** The number at a row and a column, 0 outside. */
export function valueAt({ size, values }, row, column) {
  return row >= 0 && column >= 0 && row < size && column < size ? values[row * size + column] : 0;
}

/** The window of an output, counted row by row: where it begins, its nine numbers, and their weighted sum. */
export function output({ pixels, weights, stride, padding }, index, map = { size: SIZE, values: pixels }) {
  const { count, before } = places(stride, padding, map.size);
  const row = Math.floor(index / count) * stride - before;
  const column = (index % count) * stride - before;
  const seen = weights.map((_, k) => valueAt(map, row + Math.floor(k / KERNEL), column + (k % KERNEL)));
  return { row, column, seen, sum: seen.reduce((sum, value, k) => sum + value * weights[k], 0) };
}

/** The picture and the maps of all layers that fit: each has the same kernel, stride and padding. */
export function layerMaps(state) {
  const maps = [{ size: SIZE, values: state.pixels }];
  for (let layer = 1; layer <= state.layers; layer++) {
    const { count } = places(state.stride, state.padding, maps.at(-1).size);
    if (count === 0) break;
    maps.push({ size: count, values: Array.from({ length: count * count }, (_, index) => output(state, index, maps.at(-1)).sum) });
  }
  return maps;
}

/**
 * What a number of the last of these maps depends on: one box in every map, the picture's first. They end
 * where the maps end: zeros put around them depend on nothing.
 */
export function fieldBoxes({ stride, padding }, maps, index) {
  const last = maps.at(-1).size;
  const boxes = [boxOf(Math.floor(index / last), index % last)];
  for (let layer = maps.length - 2; layer >= 0; layer--) {
    const { size } = maps[layer];
    const { before } = places(stride, padding, size);
    const first = (at) => Math.max(0, at * stride - before);
    const final = (at) => Math.min(size - 1, at * stride - before + KERNEL - 1);
    const { top, left, bottom, right } = boxes[0];
    boxes.unshift({ top: first(top), left: first(left), bottom: final(bottom), right: final(right) });
  }
  return boxes;
}

/** Width of the receptive field of a neuron so many layers up, where no border cuts it off. */
export function fieldWidth(stride, layers) {
  let width = 1;
  for (let layer = 0; layer < layers; layer++) width += (KERNEL - 1) * stride ** layer;
  return width;
}

// ── Words ──────────────────────────────────────────────────────────────────────────────────

const plain = (x) => format(x, Number.isInteger(x) ? 0 : Math.abs(x * 10 - Math.round(x * 10)) < 1e-9 ? 1 : 2);
const factor = (x) => (x < 0 ? `(${plain(x)})` : plain(x));

/** The sum with its terms; those of pixels that are 0 are left out. */
export function sumText({ seen, sum }, weights) {
  const terms = seen.map((pixel, k) => [pixel, weights[k]]).filter(([pixel]) => pixel !== 0);
  if (!terms.length) return "All nine pixels are 0: the sum is 0.";
  return `${terms.map(([pixel, weight]) => `${plain(pixel)}·${factor(weight)}`).join(" + ")} = ${plain(sum)}`;
}

/** How many outputs there are along a side, in symbols and in numbers. */
export function sizeText({ stride, padding }) {
  const { count, total } = places(stride, padding);
  return `⌊(n + p − k)/s⌋ + 1 = ⌊(${SIZE} + ${total} − ${KERNEL})/${stride}⌋ + 1 = ${count}`;
}

/** Where things stand: so many outputs are `done`, and number `index` of the last map is looked at. */
export function describe(state, done, index) {
  const { stride, layers } = state;
  if (layers === 1) {
    const { count } = places(stride, state.padding);
    const at = `row ${Math.floor(index / count) + 1}, column ${(index % count) + 1}`;
    return `${done} of ${count * count} outputs. The frame shows the window of ${at}.`;
  }
  const maps = layerMaps(state);
  const deep = maps.length - 1;
  const missing = deep < layers ? ` The next layer does not fit: its kernel is wider than a map of ${maps.at(-1).size} × ${maps.at(-1).size}.` : "";
  const steps = Array.from({ length: deep }, (_, layer) => `${KERNEL - 1}${stride > 1 && layer ? `·${stride ** layer}` : ""}`);
  const width = fieldWidth(stride, deep);
  const [{ top, left, bottom, right }] = fieldBoxes(state, maps, index);
  const [rows, columns] = [bottom - top + 1, right - left + 1];
  const last = maps.at(-1).size;
  const at = `row ${Math.floor(index / last) + 1}, column ${(index % last) + 1}`;
  const cut = rows < width || columns < width;
  return `${maps.map(({ size }) => size).join(" → ")} along a side. A number of layer ${deep} sees ${["1", ...steps].join(" + ")} = ${width} pixels along a side. `
    + `That in ${at} ${cut ? `lies at the border: ${rows} × ${columns} of them are in the picture.` : `sees the ${rows} × ${columns} in the frame.`}${missing}`;
}

// ── Drawing ────────────────────────────────────────────────────────────────────────────────

const INK = 0.85;
const square = (size) => `${size} × ${size}`;

/** Colours of a map: orange above 0, blue below; of `shown` numbers, the others are not known yet. */
function signed({ values }, shown = values.length, written = false) {
  const most = Math.max(...values.map(Math.abs), 1e-9);
  return values.map((value, k) => (k < shown
    ? { tone: value < 0 ? "minus" : "plus", weight: ((written ? 0.45 : 0.9) * Math.abs(value)) / most, ...(written && { text: plain(value) }) }
    : { tone: "none", weight: 0, ...(written && { text: "" }) }));
}

/** The nine weights, to be typed. */
function kernelFields(type) {
  let shown = [];
  const fields = Array.from({ length: KERNEL * KERNEL }, (_, k) => {
    const field = h("input", {
      type: "number", class: "nj-field", min: -MOST, max: MOST, step: "any", inputmode: "decimal",
      "aria-label": `Weight in row ${Math.floor(k / KERNEL) + 1}, column ${(k % KERNEL) + 1}`,
      onkeydown: (event) => event.stopPropagation(),
      oninput: () => {
        const typed = field.valueAsNumber;
        if (Math.abs(typed) <= MOST) type(k, typed);
      },
      onchange: () => {
        field.value = Number.isFinite(field.valueAsNumber) ? clamp(field.valueAsNumber, -MOST, MOST) : shown[k];
        type(k, field.valueAsNumber);
      },
    });
    return field;
  });
  return {
    element: h("div", { class: "nj-cs-kernel" }, ...fields),
    draw(weights) {
      shown = weights;
      const most = Math.max(...weights.map(Math.abs), 1e-9);
      weights.forEach((weight, k) => {
        const same = document.activeElement === fields[k] && fields[k].valueAsNumber === weight;
        if (!same) fields[k].value = Number(weight.toFixed(3));
        const colour = `var(--nj-${weight < 0 ? "blue" : "orange"}) ${Math.round((28 * Math.abs(weight)) / most)}%`;
        fields[k].style.backgroundColor = `color-mix(in srgb, ${colour}, var(--nj-paper))`;
      });
    },
  };
}

/** A small panel below the picture: for numbers of the window, and for the map of a layer in between. */
function slot(className) {
  const title = h("p", { class: "nj-panel-title" });
  const numbers = raster({ span: KERNEL });
  const map = raster({ span: SIZE, fit: true });
  return {
    element: h("div", { class: `nj-cs-slot ${className}` }, title, numbers.element, map.element),
    draw({ name = "", label = "", cells = null, layer = null, box = null }) {
      if (title.textContent !== name) title.textContent = name;
      numbers.element.style.display = layer ? "none" : "";
      map.element.style.display = layer ? "" : "none";
      numbers.element.style.visibility = cells ? "" : "hidden";
      (layer ? map : numbers).element.setAttribute("aria-label", label);
      if (cells) numbers.draw(KERNEL, cells);
      if (layer) map.draw(layer.size, signed(layer));
      map.mark("field", layer ? box : null);
    },
  };
}

/** What a link may leave out is 0. */
const filled = (numbers, count) => Array.from({ length: count }, (_, k) => numbers[k] ?? 0);

const sameNumbers = (a, b) => a.length === b.length && a.every((x, k) => x === b[k]);

function draw(frame) {
  const { get, change, on, panels, controls, linked, signal, say } = frame;
  const drawn = get("pictures");
  const kernels = get("kernels");
  const now = () => ({
    pixels: get("picture") === OWN ? filled(get("pixels"), SIZE * SIZE) : drawn[get("picture")],
    weights: filled(get("weights"), KERNEL * KERNEL), stride: Math.round(get("stride")), padding: get("padding"), layers: Math.round(get("layers")),
  });
  const all = () => places(Math.round(get("stride")), get("padding")).count ** 2;
  const done = () => clamp(Math.round(get("steps")), 0, all());
  let pointed = null; // the number of the map under the pointer
  let cursor = 0; // the pixel that the keys are at
  let ink = 1; // what a stroke of the pointer paints

  const playback = player({
    signal, rate: 4, jump: SIZE * SIZE,
    step: () => {
      if (done() >= all()) return false;
      playback.rate = done() < 10 ? 4 : 12; // slow enough to follow the first ones
      change({ steps: done() + 1, chosen: -1 });
      return true;
    },
    reset: () => change({ steps: 0, chosen: -1 }),
  });

  const paint = (k, value) => {
    const pixels = [...now().pixels];
    if (pixels[k] === value) return;
    pixels[k] = value;
    change({ picture: OWN, pixels });
  };
  const toggled = (k) => (now().pixels[k] > 0 ? 0 : 1);
  const picture = raster({
    span: SPAN, className: "nj-cs-paper",
    visit: (row, column, how) => {
      if (row === null || how === "hover") return;
      const k = row * SIZE + column;
      cursor = k;
      if (how === "press") ink = toggled(k);
      paint(k, ink);
      refresh();
    },
    press: (event) => {
      const to = keyedCell(event, cursor, SIZE);
      if (to !== null) {
        cursor = to;
        return refresh();
      }
      if ((event.key !== " " && event.key !== "Enter") || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      paint(cursor, toggled(cursor));
    },
  });
  const map = raster({
    span: SPAN, className: "nj-cs-map",
    visit: (row, column, how) => {
      const k = row === null ? null : row * layerMaps(now()).at(-1).size + column;
      if (k !== null && how !== "hover") {
        playback.pause();
        change({ chosen: k });
      }
      if (k === pointed) return;
      pointed = k;
      refresh();
    },
    press: (event) => {
      const maps = layerMaps(now());
      const to = keyedCell(event, looked(maps), maps.at(-1).size);
      if (to !== null) {
        playback.pause();
        pointed = null;
        change({ chosen: to });
      }
    },
  });
  /** The number of the last map that is looked at. */
  const looked = (maps) => {
    const { size, values } = maps.at(-1);
    const chosen = Math.round(get("chosen"));
    for (const k of [pointed, chosen]) if (k !== null && k >= 0 && k < values.length) return k;
    return maps.length === 2 && get("layers") === 1 ? Math.max(done() - 1, 0) : Math.floor(size / 2) * (size + 1);
  };

  const view = stage(picture, map, [SPAN, SPAN]);
  const size = h("p", { class: "nj-cs-size" });
  const kernel = kernelFields((k, weight) => change({ weights: now().weights.map((old, j) => (j === k ? weight : old)) }));
  const [before, after] = [slot("nj-cs-before"), slot("nj-cs-after")];
  const signs = ["×", "="].map((sign) => h("span", { class: "nj-cs-sign", "aria-hidden": "true" }, sign));
  const sum = h("p", { class: "nj-cs-sum" });
  const status = h("p", { class: "nj-cs-status" });

  const pictures = select({ label: "Picture", options: TITLES, value: get("picture"), input: (name) => change({ picture: name }) });
  const chosen = select({
    label: "Kernel", options: { ...Object.fromEntries(kernels.map(({ name, title }) => [name, title])), [OWN]: "your own" }, value: "",
    input: (name) => { if (name !== OWN) change({ weights: kernels.find((one) => one.name === name).weights }); else refresh(); },
  });
  const padding = select({ label: "Padding", options: PADDINGS, value: get("padding"), input: (value) => change({ padding: value, chosen: -1 }) });
  const stride = select({ label: "Stride", options: STRIDES, value: get("stride"), input: (value) => change({ stride: Number(value), chosen: -1 }) });
  const layers = select({ label: "Layers", options: LAYERS, value: get("layers"), input: (value) => { playback.pause(); change({ layers: Number(value), chosen: -1 }); } });
  const steps = slider({
    label: "Outputs", min: 0, max: SIZE * SIZE, step: 1, value: get("steps"),
    input: (value) => { playback.pause(); change({ steps: Math.min(Math.round(value), all()), chosen: -1 }); },
  });
  const buttons = [...playback.element.children];

  linked(() => { playback.pause(); pointed = null; });
  panels(h("div", { class: "nj-cs-whole" },
    view.element, size,
    h("div", { class: "nj-cs-work" },
      h("div", { class: "nj-cs-sums" }, before.element, signs[0],
        h("div", { class: "nj-cs-slot" }, h("p", { class: "nj-panel-title" }, "Kernel"), kernel.element), signs[1], after.element),
      sum, status)));
  controls(h("div", { class: "nj-cs-row" }, playback.element, steps.element),
    pictures.element, chosen.element, stride.element, layers.element, padding.element);

  function refresh() {
    const state = now();
    const single = state.layers === 1;
    const count = done();
    const maps = layerMaps(state);
    const last = maps.at(-1);
    const index = looked(maps);
    const asked = pointed !== null || get("chosen") >= 0;
    const boxes = fieldBoxes(state, maps, index);
    const { row, column, seen } = output(state, single ? index : 0);
    const found = { seen, sum: output(state, index).sum };
    const known = single && (count > 0 || asked);
    const { before: above, total } = places(state.stride, state.padding);
    const framed = single ? { top: row, left: column, bottom: row + KERNEL - 1, right: column + KERNEL - 1 } : boxes[0];
    const one = boxOf(Math.floor(index / last.size), index % last.size);

    picture.draw(SIZE, state.pixels.map((value) => ({ tone: "ink", weight: INK * value })));
    picture.mark("pad", total ? { top: -above, left: -above, bottom: SIZE - 1 + total - above, right: SIZE - 1 + total - above } : null);
    picture.mark("window", single ? framed : null);
    picture.mark("field", single ? null : framed);
    picture.mark("cursor", boxOf(Math.floor(cursor / SIZE), cursor % SIZE));
    picture.element.setAttribute("aria-label", `The picture. Arrow keys move to a pixel, Space switches it on or off. Row ${Math.floor(cursor / SIZE) + 1}, column ${(cursor % SIZE) + 1} is ${plain(state.pixels[cursor])}`);
    map.draw(last.size, signed(last, single ? count : last.values.length));
    map.mark("window", known || !single ? one : null);
    map.element.setAttribute("aria-label", `The map of ${single ? "the layer" : `layer ${maps.length - 1}`}: orange is positive, blue is negative. Arrow keys choose a number, and show what it is made of`);
    view.titles(`Picture, ${square(SIZE)}`, single ? `Feature map, ${square(last.size)}` : `Layer ${maps.length - 1}, ${square(last.size)}`);
    view.beam(framed, known || !single ? one : null);
    const told = `Size of the ${single ? "" : "first "}map along a side: ${sizeText(state)}`;
    if (size.textContent !== told) size.textContent = told;

    kernel.draw(state.weights);
    for (const sign of signs) sign.style.visibility = single ? "" : "hidden";
    if (single) {
      const products = known ? seen.map((value, k) => value * state.weights[k]) : null;
      before.draw({ name: "Window", label: `Pixels in the window: ${seen.map(plain).join(", ")}`, cells: seen.map((value) => ({ tone: "ink", weight: 0.3 * value, text: plain(value) })) });
      after.draw({
        name: "Products", label: products ? `Products: ${products.map(plain).join(", ")}` : "Products, not computed yet",
        cells: products ? signed({ values: products }, KERNEL * KERNEL, true) : seen.map(() => ({ tone: "none", weight: 0, text: "?" })),
      });
    } else {
      [before, after].forEach((one, i) => {
        const layer = i + 1 < maps.length - 1 ? maps[i + 1] : null;
        one.draw(layer ? { name: `Layer ${i + 1}`, label: `The map of layer ${i + 1}, ${square(layer.size)}, and the part of it that counts`, layer, box: boxes[i + 1] } : {});
      });
    }
    const written = !single ? "Every layer has the same kernel, stride and padding. Green: all that the chosen number depends on."
      : known ? sumText(found, state.weights) : "Nine pixels in the frame times nine weights, added up: predict the sum, then press Step.";
    if (sum.textContent !== written) sum.textContent = written;

    for (const control of buttons) control.disabled = !single;
    steps.enable(single);
    pictures.value = get("picture");
    chosen.value = kernels.find(({ weights }) => sameNumbers(weights, state.weights))?.name ?? OWN;
    padding.value = state.padding;
    stride.value = String(state.stride);
    layers.value = String(state.layers);
    steps.value = count;
    const words = describe(state, count, index);
    if (status.textContent !== words) status.textContent = words;
    if (!playback.playing) say(single ? `${words} ${known ? `Its sum: ${plain(found.sum)}.` : ""}` : words);
  }
  on(["picture", "pixels", "weights", "stride", "padding", "steps", "layers", "chosen"], refresh);
}

export default widget(draw, (get) => ({
  picture: TITLES,
  pixels: get("pixels").map(() => [0, 1]),
  weights: get("weights").map(() => [-MOST, MOST]),
  stride: [1, 3],
  padding: PADDINGS,
  steps: [0, SIZE * SIZE],
  layers: [1, 3],
  chosen: [-1, SIZE * SIZE - 1],
}));
