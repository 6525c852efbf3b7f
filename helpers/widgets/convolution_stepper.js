/** A kernel that slides over a picture, and the feature map that it leaves behind. */

import { clamp, format, h, player, s, select, set, slider, widget } from "./common.js";

export const SIZE = 12;
const KERNEL = 3;
const MOST = 9;
const RIM = 1; // pixels of room for padding around the picture that is drawn
const PADDINGS = { valid: "valid: none", same: "same: zeros around" };
const OWN = "own";
const TITLES = { house: "a house", seven: "a seven", ring: "a ring", edge: "an edge", dot: "one pixel", own: "your own" };

// ── Mathematics ────────────────────────────────────────────────────────────────────────────

/** Places along one side, and zeros before the picture, as in helpers/nn/convolution.py. */
export function places(stride, padding) {
  if (padding === "valid") return { count: Math.floor((SIZE - KERNEL) / stride) + 1, before: 0, total: 0 };
  const count = Math.ceil(SIZE / stride);
  const total = Math.max((count - 1) * stride + KERNEL - SIZE, 0);
  return { count, before: Math.floor(total / 2), total };
}

/** The pixel at a row and a column, 0 outside. */
export function pixelAt(pixels, row, column) {
  return row >= 0 && column >= 0 && row < SIZE && column < SIZE ? pixels[row * SIZE + column] : 0;
}

/** The window of an output, counted row by row: where it begins, its nine pixels, and their weighted sum. */
export function output({ pixels, weights, stride, padding }, index) {
  const { count, before } = places(stride, padding);
  const row = Math.floor(index / count) * stride - before;
  const column = (index % count) * stride - before;
  const seen = weights.map((_, k) => pixelAt(pixels, row + Math.floor(k / KERNEL), column + (k % KERNEL)));
  return { row, column, seen, sum: seen.reduce((sum, pixel, k) => sum + pixel * weights[k], 0) };
}

/** All outputs, row by row. */
export function featureMap(state) {
  const { count } = places(state.stride, state.padding);
  return Array.from({ length: count * count }, (_, index) => output(state, index).sum);
}

/** Width of the receptive field of a neuron so many layers up. */
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

export function describe({ stride, padding, layers }, done) {
  const { count, total } = places(stride, padding);
  const padded = total ? ` + ${total}` : "";
  const size = `⌊(${SIZE}${padded} − ${KERNEL})/${stride}⌋ + 1 = ${count}`;
  const field = fieldWidth(stride, layers);
  const far = layers === 1 ? "" : ` A neuron ${layers} such layers up, centred here, sees ${field} × ${field} pixels (dashed).`;
  return `${done} of ${count * count} outputs. Along each side: ${size}.${far}`;
}

// ── Drawing ────────────────────────────────────────────────────────────────────────────────

const CELL = 22;
const SIDE = (SIZE + 2 * RIM) * CELL;

function cells(count, group, className) {
  const all = Array.from({ length: count }, () => s("rect", { class: className, width: CELL, height: CELL }));
  group.append(...all);
  return all;
}

const frameOf = (row, column, width) => ({
  x: (column + RIM) * CELL, y: (row + RIM) * CELL, width: width * CELL, height: width * CELL,
});

function picturePanel(paint) {
  const rim = s("rect", { class: "nj-cs-outside", x: 0.5, y: 0.5, width: SIDE - 1, height: SIDE - 1 });
  const group = s("g");
  const pixels = cells(SIZE * SIZE, group, "nj-cs-cell");
  pixels.forEach((pixel, k) => set(pixel, { x: ((k % SIZE) + RIM) * CELL, y: (Math.floor(k / SIZE) + RIM) * CELL }));
  const field = s("rect", { class: "nj-cs-field" });
  const frame = s("rect", { class: "nj-cs-window" });
  const cursor = s("rect", { class: "nj-cs-cursor", width: CELL, height: CELL });
  let at = [0, 0];
  const move = (row, column) => {
    at = [clamp(row, 0, SIZE - 1), clamp(column, 0, SIZE - 1)];
    set(cursor, { x: (at[1] + RIM) * CELL, y: (at[0] + RIM) * CELL });
  };
  move(0, 0);
  const ways = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const element = s("svg", {
    class: "nj-plot nj-cs-paper", viewBox: `0 0 ${SIDE} ${SIDE}`, role: "application", tabindex: 0,
    "aria-label": "The picture. Arrow keys move to a pixel, Space switches it on or off",
    onclick: (event) => {
      const box = element.getBoundingClientRect();
      const [column, row] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
        .map((part) => Math.floor(part * (SIZE + 2 * RIM)) - RIM);
      if (row < 0 || column < 0 || row >= SIZE || column >= SIZE) return;
      move(row, column);
      paint(row, column);
    },
    onkeydown: (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const way = ways[event.key];
      if (!way && event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      event.stopPropagation();
      if (way) move(at[0] + way[0], at[1] + way[1]);
      else paint(...at);
    },
  }, rim, group, field, frame, cursor);
  return {
    element: h("div", { class: "nj-panel" }, h("p", { class: "nj-panel-title" }, "Picture"), element,
      h("p", { class: "nj-cs-key" }, "Press a pixel to switch it on or off.")),
    draw(state, index) {
      const { total } = places(state.stride, state.padding);
      rim.style.display = total ? "" : "none";
      state.pixels.forEach((value, k) => set(pixels[k], { style: `fill: var(--nj-ink); fill-opacity: ${(0.85 * value).toFixed(2)}` }));
      const { row, column } = output(state, Math.max(index, 0));
      set(frame, frameOf(row, column, KERNEL));
      const width = fieldWidth(state.stride, state.layers);
      const outwards = (width - KERNEL) / 2;
      field.style.display = state.layers > 1 ? "" : "none";
      set(field, frameOf(row - outwards, column - outwards, width));
    },
  };
}

function mapPanel() {
  const group = s("g");
  const all = cells(SIZE * SIZE, group, "nj-cs-cell");
  const frame = s("rect", { class: "nj-cs-window", width: CELL, height: CELL });
  const svg = s("svg", {
    class: "nj-plot", viewBox: `0 0 ${SIDE} ${SIDE}`, role: "img",
    "aria-label": "The feature map, as far as it is filled: orange is positive, blue is negative",
  }, group, frame);
  return {
    element: h("div", { class: "nj-panel" }, h("p", { class: "nj-panel-title" }, "Feature map"), svg,
      h("p", { class: "nj-cs-key" }, "Orange: above 0, blue: below, the stronger the farther.")),
    draw(state, found, steps) {
      const { count } = places(state.stride, state.padding);
      const most = Math.max(...found.map(Math.abs), 1e-9);
      const start = ((SIDE / CELL - count) / 2) * CELL; // in the middle
      all.forEach((cell, k) => {
        cell.style.display = k < found.length ? "" : "none";
        if (k >= found.length) return;
        const value = k < steps ? found[k] : 0;
        set(cell, {
          x: start + (k % count) * CELL, y: start + Math.floor(k / count) * CELL,
          style: `fill: var(${value > 0 ? "--nj-orange" : "--nj-blue"}); fill-opacity: ${((0.9 * Math.abs(value)) / most).toFixed(3)}`,
          "data-value": k < steps ? String(Number(value.toFixed(6))) : null,
        });
      });
      frame.style.display = steps > 0 ? "" : "none";
      const last = Math.max(steps - 1, 0);
      set(frame, { x: start + (last % count) * CELL, y: start + Math.floor(last / count) * CELL });
    },
  };
}

function kernelPanel(type) {
  const fields = Array.from({ length: KERNEL * KERNEL }, (_, k) => {
    const field = h("input", {
      type: "number", class: "nj-field", min: -MOST, max: MOST, step: "any", inputmode: "decimal",
      "aria-label": `Weight in row ${Math.floor(k / KERNEL) + 1}, column ${(k % KERNEL) + 1}`,
      onkeydown: (event) => event.stopPropagation(),
      oninput: () => {
        const typed = field.valueAsNumber;
        if (Math.abs(typed) <= MOST) type(k, typed);
      },
      onchange: () => { field.value = Number.isFinite(field.valueAsNumber) ? clamp(field.valueAsNumber, -MOST, MOST) : shown[k]; type(k, field.valueAsNumber); },
    });
    return field;
  });
  let shown = [];
  const sum = h("p", { class: "nj-cs-sum" });
  return {
    element: h("div", { class: "nj-panel nj-cs-middle" }, h("p", { class: "nj-panel-title" }, "Kernel"),
      h("div", { class: "nj-cs-kernel" }, ...fields), sum),
    draw(weights, text) {
      shown = weights;
      weights.forEach((weight, k) => {
        const same = document.activeElement === fields[k] && fields[k].valueAsNumber === weight;
        if (!same) fields[k].value = Number(weight.toFixed(3));
      });
      if (sum.textContent !== text) sum.textContent = text;
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

  const playback = player({
    signal, rate: 6, jump: SIZE * SIZE,
    step: () => {
      if (done() >= all()) return false;
      change({ steps: done() + 1 });
      return true;
    },
    reset: () => change({ steps: 0 }),
  });
  const paint = (row, column) => {
    const pixels = [...now().pixels];
    pixels[row * SIZE + column] = pixels[row * SIZE + column] > 0 ? 0 : 1;
    change({ picture: OWN, pixels });
  };
  const picture = picturePanel(paint);
  const kernel = kernelPanel((k, weight) => change({ weights: now().weights.map((old, j) => (j === k ? weight : old)) }));
  const map = mapPanel();
  const status = h("p", { class: "nj-cs-status" });

  const pictures = select({ label: "Picture", options: TITLES, value: get("picture"), input: (name) => change({ picture: name }) });
  const chosen = select({
    label: "Kernel", options: { ...Object.fromEntries(kernels.map(({ name, title }) => [name, title])), [OWN]: "your own" }, value: "",
    input: (name) => { if (name !== OWN) change({ weights: kernels.find((one) => one.name === name).weights }); },
  });
  const padding = select({ label: "Padding", options: PADDINGS, value: get("padding"), input: (value) => change({ padding: value }) });
  const stride = slider({ label: "Stride", min: 1, max: 3, step: 1, value: get("stride"), input: (value) => change({ stride: Math.round(value) }) });
  const layers = slider({ label: "Layers up", min: 1, max: 3, step: 1, value: get("layers"), input: (value) => change({ layers: Math.round(value) }) });
  const steps = slider({
    label: "Outputs", min: 0, max: SIZE * SIZE, step: 1, value: get("steps"),
    input: (value) => { playback.pause(); change({ steps: Math.min(Math.round(value), all()) }); },
  });

  linked(() => playback.pause());
  panels(h("div", { class: "nj-cs-grid" }, picture.element, kernel.element, map.element));
  controls(status, h("div", { class: "nj-cs-row" }, playback.element, pictures.element, chosen.element, padding.element),
    steps.element, stride.element, layers.element);

  on(["picture", "pixels", "weights", "stride", "padding", "steps", "layers"], () => {
    const state = now();
    const count = done();
    picture.draw(state, count - 1);
    const last = output(state, Math.max(count - 1, 0));
    kernel.draw(state.weights, count ? sumText(last, state.weights) : "Press Step: the nine pixels in the frame are multiplied by the nine weights, and added up.");
    map.draw(state, featureMap(state), count);
    pictures.value = get("picture");
    chosen.value = kernels.find(({ weights }) => sameNumbers(weights, state.weights))?.name ?? OWN;
    padding.value = state.padding;
    stride.value = state.stride;
    layers.value = state.layers;
    steps.value = count;
    const words = describe(state, count);
    if (status.textContent !== words) status.textContent = words;
    if (!playback.playing) say(`${words} ${count ? `The last one: ${plain(last.sum)}.` : ""}`);
  });
}

export default widget(draw, (get) => ({
  picture: TITLES,
  pixels: get("pixels").map(() => [0, 1]),
  weights: get("weights").map(() => [-MOST, MOST]),
  stride: [1, 3],
  padding: PADDINGS,
  steps: [0, SIZE * SIZE],
  layers: [1, 3],
}));
