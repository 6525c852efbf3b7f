/** The largest or the mean of each window of a feature map, and what comes back to the pixels. */

import { clamp, format, h, player, random, s, select, set, slider, widget } from "./common.js";

export const SIZE = 8;
const FAR = 3;
const SPOTS = { spot: [[2, 2, 9]], spots: [[2, 2, 9], [2, 4, 7], [5, 3, 8]] };
const NUMBERS = { spot: "one spot", spots: "three spots", random: "random" };
const KINDS = { max: "the largest", average: "the mean" };

// ── Mathematics ────────────────────────────────────────────────────────────────────────────

/** The map, row by row, moved by so many pixels; what comes in is 0. */
export function featureMap({ numbers, seed, right, down }) {
  const values = new Array(SIZE * SIZE).fill(0);
  if (numbers === "random") {
    const uniform = random(seed);
    values.forEach((_, k) => { values[k] = Math.floor(10 * uniform()); });
  } else {
    for (const [row, column, value] of SPOTS[numbers]) values[row * SIZE + column] = value;
  }
  return values.map((_, k) => {
    const [row, column] = [Math.floor(k / SIZE) - down, (k % SIZE) - right];
    return row < 0 || column < 0 ? 0 : values[row * SIZE + column];
  });
}

/** Windows along one side. */
export const places = ({ window, stride }) => Math.floor((SIZE - window) / stride) + 1;

/** Which pixels a window sees, in the order in which the first of equals wins. */
export function seenBy(state, index) {
  const count = places(state);
  const [row, column] = [Math.floor(index / count) * state.stride, (index % count) * state.stride];
  return Array.from({ length: state.window ** 2 }, (_, k) =>
    (row + Math.floor(k / state.window)) * SIZE + column + (k % state.window));
}

/** The pooled numbers, the pixel that won each window, and the gradient of their sum. */
export function pool(values, state) {
  const back = new Array(SIZE * SIZE).fill(0);
  const pooled = [];
  const winners = [];
  for (let index = 0; index < places(state) ** 2; index++) {
    const seen = seenBy(state, index);
    const winner = seen.reduce((best, k) => (values[k] > values[best] ? k : best));
    winners.push(winner);
    if (state.kind === "max") {
      pooled.push(values[winner]);
      back[winner] += 1;
    } else {
      pooled.push(seen.reduce((sum, k) => sum + values[k], 0) / seen.length);
      for (const k of seen) back[k] += 1 / seen.length;
    }
  }
  return { pooled, winners, back };
}

/** Which shares of the map and of the pooled map differ from those without a move. */
export function changed(state) {
  const [before, after] = [{ ...state, right: 0, down: 0 }, state].map(featureMap);
  const share = (a, b) => a.filter((value, k) => value !== b[k]).length / a.length;
  return [share(before, after), share(pool(before, state).pooled, pool(after, state).pooled)];
}

// ── Words ──────────────────────────────────────────────────────────────────────────────────

const plain = (x) => format(x, Number.isInteger(x) ? 0 : Math.abs(10 * x - Math.round(10 * x)) < 1e-9 ? 1 : 2);

export function describe(state, steps) {
  const count = places(state);
  const size = `${Math.min(steps, count * count)} of ${count * count} windows; along each side ⌊(${SIZE} − ${state.window})/${state.stride}⌋ + 1 = ${count}.`;
  if (!state.right && !state.down) return `${size} Move the map, and see how much of each changes.`;
  const [map, pooled] = changed(state).map((share) => format(100 * share, share > 0 && share < 0.1 ? 1 : 0));
  return `${size} Moved by ${state.right} to the right and ${state.down} down: ${map}\u00a0% of the map has changed, and ${pooled}\u00a0% of the pooled map.`;
}

// ── Drawing ────────────────────────────────────────────────────────────────────────────────

const CELL = 30;
const SIDE = SIZE * CELL;

/** A square of numbers on coloured cells. */
function square(label, className, title, key) {
  const all = Array.from({ length: SIZE * SIZE }, () => {
    const [box, text] = [s("rect", { width: CELL, height: CELL }), s("text", { x: CELL / 2, y: CELL / 2 + 5 })];
    return { group: s("g", { class: "nj-po-cell" }, box, text), box, text };
  });
  const front = s("g");
  const svg = s("svg", { class: `nj-plot ${className}`, viewBox: `-2 -2 ${SIDE + 4} ${SIDE + 4}`, role: "img", "aria-label": label },
    ...all.map(({ group }) => group), front);
  const heading = h("p", { class: "nj-panel-title" }, title);
  return {
    element: h("div", { class: "nj-panel" }, heading, svg, h("p", { class: "nj-po-key" }, key)), front, heading,
    draw(values, shown = values.length, most = 9) {
      const count = Math.sqrt(values.length);
      const start = ((SIZE - count) / 2) * CELL;
      all.forEach(({ group, box, text }, k) => {
        group.style.display = k < values.length ? "" : "none";
        if (k >= values.length) return;
        const value = k < shown ? values[k] : 0;
        set(group, { transform: `translate(${start + (k % count) * CELL} ${start + Math.floor(k / count) * CELL})`, "data-zero": value === 0 });
        set(box, { "fill-opacity": (0.6 * clamp(value / most, 0, 1)).toFixed(3) });
        const written = k < shown ? plain(value) : "";
        if (text.textContent !== written) text.textContent = written;
      });
    },
  };
}

function draw(frame) {
  const { get, change, on, panels, controls, linked, signal, say } = frame;
  const now = () => ({
    numbers: get("numbers"), kind: get("kind"),
    ...Object.fromEntries(["seed", "right", "down", "window", "stride"].map((trait) => [trait, Math.round(get(trait))])),
  });
  const done = () => clamp(Math.round(get("steps")), 0, places(now()) ** 2);

  const playback = player({
    signal, rate: 4, jump: SIZE * SIZE,
    step: () => {
      if (done() >= places(now()) ** 2) return false;
      change({ steps: done() + 1 });
      return true;
    },
    reset: () => change({ steps: 0 }),
  });
  const map = square("The feature map", "nj-po-map", "Feature map", "The frame is the last window; with the maximum, its winner has a ring.");
  const pooled = square("The pooled map", "nj-po-pooled", "", "One number for each window.");
  const back = square("What comes back to each pixel", "nj-po-back", "Gradient back", "Each pooled number sends a 1 back. Where windows overlap, shares add up.");
  const window = s("rect", { class: "nj-po-window" });
  const winner = s("circle", { class: "nj-po-winner", r: CELL / 2 - 3 });
  const place = s("rect", { class: "nj-po-window", width: CELL, height: CELL });
  map.front.append(window, winner);
  pooled.front.append(place);
  const status = h("p", { class: "nj-po-status" });

  const numbers = select({ label: "Map", options: NUMBERS, value: get("numbers"), input: (value) => change({ numbers: value }) });
  const kind = select({ label: "Keep", options: KINDS, value: get("kind"), input: (value) => change({ kind: value }) });
  const sliders = [
    ["right", "Moved right", 0, FAR], ["down", "Moved down", 0, FAR], ["window", "Window width", 2, 3], ["stride", "Stride", 1, 3],
    ["steps", "Windows done", 0, SIZE * SIZE], ["seed", "Seed", 1, 999],
  ].map(([trait, label, min, max]) => [trait, slider({
    label, min, max, step: 1, value: get(trait),
    input: (value) => { playback.pause(); change({ [trait]: Math.round(value) }); },
  })]);

  linked(() => playback.pause());
  panels(h("div", { class: "nj-po-grid" }, map.element, pooled.element, back.element));
  controls(status, h("div", { class: "nj-po-row" }, playback.element, numbers.element, kind.element),
    ...sliders.map(([, control]) => control.element));

  on(["numbers", "seed", "right", "down", "kind", "window", "stride", "steps"], () => {
    const state = now();
    const steps = done();
    const values = featureMap(state);
    const found = pool(values, state);
    map.draw(values);
    pooled.draw(found.pooled, steps);
    pooled.heading.textContent = state.kind === "max" ? "Largest" : "Mean";
    back.draw(found.back, SIZE * SIZE, Math.max(1, ...found.back));
    for (const mark of [window, winner, place]) mark.style.display = steps ? "" : "none";
    if (steps) {
      const count = places(state);
      const [row, column] = [Math.floor((steps - 1) / count), (steps - 1) % count];
      const start = ((SIZE - count) / 2) * CELL;
      set(window, { x: column * state.stride * CELL, y: row * state.stride * CELL, width: state.window * CELL, height: state.window * CELL });
      set(place, { x: start + column * CELL, y: start + row * CELL });
      const won = found.winners[steps - 1];
      set(winner, { cx: ((won % SIZE) + 0.5) * CELL, cy: (Math.floor(won / SIZE) + 0.5) * CELL });
      winner.style.display = state.kind === "max" ? "" : "none";
    }
    numbers.value = state.numbers;
    kind.value = state.kind;
    for (const [trait, control] of sliders) control.value = trait === "steps" ? steps : state[trait];
    sliders.at(-1)[1].enable(state.numbers === "random");
    const words = describe(state, steps);
    if (status.textContent !== words) status.textContent = words;
    if (!playback.playing) say(words);
  });
}

export default widget(draw, () => ({
  numbers: NUMBERS,
  seed: [1, 999],
  right: [0, FAR],
  down: [0, FAR],
  kind: KINDS,
  window: [2, 3],
  stride: [1, 3],
  steps: [0, SIZE * SIZE],
}));
