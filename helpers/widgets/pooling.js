/** The largest or the mean of each window of a feature map, what a move changes, and what comes back. */

import { boxOf, clamp, concise, format, gauge, h, keyedCell, player, random } from "./common.js";
import { raster, select, slider, stage, widget } from "./common.js";

export const SIZE = 8;
const FAR = 3;
const SPOTS = { spot: [[2, 2, 9]], spots: [[2, 2, 9], [2, 4, 7], [5, 3, 8]] };
const NUMBERS = { spot: "one spot", spots: "three spots", line: "a line", random: "random" };
const KINDS = { max: "the largest", average: "the mean" };
const VIEWS = { forward: "numbers, forward", back: "gradients, backward" };
const WINDOWS = { 2: "2 × 2", 3: "3 × 3" };
const STRIDES = { 1: "1", 2: "2", 3: "3" };

// ── Mathematics ────────────────────────────────────────────────────────────────────────────

/** The map, row by row, moved by so many pixels; what comes in is 0. */
export function featureMap({ numbers, seed, right, down }) {
  const values = new Array(SIZE * SIZE).fill(0);
  if (numbers === "random") {
    const uniform = random(seed);
    values.forEach((_, k) => { values[k] = Math.floor(10 * uniform()); });
  } else if (numbers === "line") {
    for (let row = 0; row < SIZE; row++) { // a line that leans
      const column = 1 + Math.floor(row / 3);
      values[row * SIZE + column] = 8;
      values[row * SIZE + column + 1] = 3;
    }
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

/**
 * The pooled numbers, the pixel that won each window, and the gradient of the sum of the first `steps` pooled
 * numbers (of all, if it is not given).
 */
export function pool(values, state, steps = Infinity) {
  const back = new Array(SIZE * SIZE).fill(0);
  const pooled = [];
  const winners = [];
  for (let index = 0; index < places(state) ** 2; index++) {
    const seen = seenBy(state, index);
    const winner = seen.reduce((best, k) => (values[k] > values[best] ? k : best));
    winners.push(winner);
    pooled.push(state.kind === "max" ? values[winner] : seen.reduce((sum, k) => sum + values[k], 0) / seen.length);
    if (index >= steps) continue;
    if (state.kind === "max") back[winner] += 1;
    else for (const k of seen) back[k] += 1 / seen.length;
  }
  return { pooled, winners, back };
}

/** How much the map and the pooled map differ from those without a move: mean size of the changes over mean number. */
export function changed(state) {
  const [before, after] = [{ ...state, right: 0, down: 0 }, state].map(featureMap);
  const total = (numbers) => numbers.reduce((sum, x) => sum + x, 0);
  const change = (a, b) => {
    const moved = total(a.map((x, k) => Math.abs(x - b[k])));
    return moved === 0 ? 0 : moved / total(a); // infinite if no window had seen anything
  };
  return [change(before, after), change(pool(before, state).pooled, pool(after, state).pooled)];
}

// ── Words ──────────────────────────────────────────────────────────────────────────────────

/** A number in at most three characters, as far as that goes: 0.25 is .25. */
export function short(x) {
  if (Math.abs(x - Math.round(x)) < 1e-9) return format(x);
  return x < 1 ? format(x, 2).slice(1) : format(x, 1);
}

/** What the window gives, or what it sends back. */
export function windowText(values, state, index) {
  const seen = seenBy(state, index).map((k) => values[k]);
  const sum = seen.reduce((a, b) => a + b, 0);
  const list = seen.map((x) => format(x)).join(state.kind === "max" ? ", " : " + ");
  if (state.view === "back") {
    if (state.kind === "max") return `A gradient of 1 goes back to the largest of the window, ${Math.max(...seen)}, and nothing to the others. Where several are equal, the first of them gets it.`;
    return `A gradient of 1 goes back in equal shares: 1/${seen.length} = ${concise(1 / seen.length)} for each of the ${seen.length}. Where windows overlap, shares add up.`;
  }
  if (state.kind === "max") return `The largest of ${list} is ${Math.max(...seen)}.`;
  return `The mean is (${list})/${seen.length} = ${sum}/${seen.length} = ${concise(sum / seen.length)}.`;
}

export function describe(state, steps) {
  const count = places(state);
  return `${Math.min(steps, count * count)} of ${count * count} windows; along each side ⌊(n − k)/s⌋ + 1 = ⌊(${SIZE} − ${state.window})/${state.stride}⌋ + 1 = ${count}.`;
}

/** What a move has changed. */
export function moveText(state) {
  if (!state.right && !state.down) return "Move the map by one pixel. How much of it changes, and how much of what is pooled?";
  const [map, pooled] = changed(state);
  if (pooled === 0) return "What is pooled is the same as before: no number has come into another window, or out of one.";
  if (pooled < map - 1e-9) return "The pooled map changes less than the map, but it does change: numbers have crossed the border of a window.";
  return "Here the pooled map changes as much as the map, or more: pooling forgives a move only within a window.";
}

// ── Drawing ────────────────────────────────────────────────────────────────────────────────

function draw(frame) {
  const { get, change, on, panels, controls, linked, signal, say } = frame;
  const now = () => ({
    numbers: get("numbers"), kind: get("kind"), view: get("view"),
    ...Object.fromEntries(["seed", "right", "down", "window", "stride"].map((trait) => [trait, Math.round(get(trait))])),
  });
  const all = () => places(now()) ** 2;
  const done = () => clamp(Math.round(get("steps")), 0, all());
  let pointed = null; // the pooled number under the pointer
  let chosen = null; // or at the keys

  const leave = () => { pointed = chosen = null; };
  const playback = player({
    signal, rate: 3, jump: SIZE * SIZE,
    step: () => {
      leave();
      if (done() >= all()) return false;
      change({ steps: done() + 1 });
      return true;
    },
    reset: () => { leave(); change({ steps: 0 }); refresh(); },
  });
  const looked = () => [pointed, chosen].find((k) => k !== null && k < all()) ?? done() - 1;
  const map = raster({ span: SIZE, className: "nj-po-map" });
  const pooled = raster({
    span: SIZE, className: "nj-po-pooled",
    visit: (row, column, how) => {
      const k = row === null ? null : row * places(now()) + column;
      if (k !== null && how !== "hover") {
        playback.pause();
        chosen = k;
      } else if (k === pointed) return;
      pointed = k;
      refresh();
    },
    press: (event) => {
      const to = keyedCell(event, Math.max(looked(), 0), places(now()));
      if (to === null) return;
      playback.pause();
      [pointed, chosen] = [null, to];
      refresh();
    },
  });
  const view = stage(map, pooled, [SIZE, SIZE]);
  const words = h("p", { class: "nj-po-words" });
  const status = h("p", { class: "nj-po-status" });
  const gauges = ["The map has changed by", "What is pooled, by"].map((label) => gauge({ label, unit: "%", digits: 0, max: 200 }));
  const look = h("p", { class: "nj-po-look" });

  const choices = [
    ["numbers", "Map", NUMBERS], ["kind", "Keep", KINDS], ["window", "Window", WINDOWS], ["stride", "Stride", STRIDES], ["view", "Show", VIEWS],
  ].map(([trait, label, options]) => [trait, select({
    label, options, value: get(trait),
    input: (value) => { leave(); change({ [trait]: typeof get(trait) === "number" ? Number(value) : value }); },
  })]);
  const sliders = [
    ["right", "Moved right", 0, FAR], ["down", "Moved down", 0, FAR], ["steps", "Windows done", 0, SIZE * SIZE], ["seed", "Seed", 1, 999],
  ].map(([trait, label, min, max]) => [trait, slider({
    label, min, max, step: 1, value: get(trait),
    input: (value) => {
      playback.pause();
      leave();
      change({ [trait]: trait === "steps" ? Math.min(Math.round(value), all()) : Math.round(value) });
    },
  })]);

  linked(() => { playback.pause(); leave(); });
  panels(h("div", { class: "nj-po-whole" },
    view.element,
    h("div", { class: "nj-po-told" }, words, status),
    h("div", { class: "nj-po-moved" }, ...gauges.map(({ element }) => element), look)));
  controls(h("div", { class: "nj-po-row" }, playback.element, ...choices.map(([, control]) => control.element)),
    ...sliders.map(([, control]) => control.element));

  function refresh() {
    const state = now();
    const steps = done();
    const count = places(state);
    const values = featureMap(state);
    const back = state.view === "back";
    const index = looked();
    const asked = index !== steps - 1;
    const found = pool(values, state, steps);
    const most = Math.max(1, ...found.back);
    map.draw(SIZE, (back ? found.back : values).map((x) => ({ tone: back ? "plus" : "minus", weight: (0.55 * x) / (back ? most : 9), text: short(x), quiet: x === 0 })));
    pooled.draw(count, found.pooled.map((x, k) => {
      if (back) return { tone: "plus", weight: k < steps ? 0.55 / most : 0, text: k < steps ? "1" : "" };
      return k < steps || k === index ? { tone: "minus", weight: (0.55 * x) / 9, text: short(x), quiet: x === 0 } : { tone: "none", weight: 0, text: "" };
    }));
    const at = [Math.floor(index / count), index % count];
    const window = index < 0 ? null : {
      top: at[0] * state.stride, left: at[1] * state.stride,
      bottom: at[0] * state.stride + state.window - 1, right: at[1] * state.stride + state.window - 1,
    };
    const won = found.winners[index];
    map.mark("window", window);
    map.mark("winner", window && state.kind === "max" ? boxOf(Math.floor(won / SIZE), won % SIZE) : null);
    pooled.mark("window", window && boxOf(...at));
    const from = back ? "The gradient that has come back to each number of the map" : "The feature map";
    map.element.setAttribute("aria-label", `${from}, 8 by 8 numbers${window ? `; the window begins in row ${window.top + 1}, column ${window.left + 1}` : ""}`);
    pooled.element.setAttribute("aria-label", `The pooled map, ${count} by ${count}. Arrow keys choose a number, and show its window`);
    view.titles(`${back ? "Sent back" : "Feature map"}, ${SIZE} × ${SIZE}`, `${back ? "Gradient" : state.kind === "max" ? "Largest" : "Mean"}, ${count} × ${count}`);
    view.beam(window, window && boxOf(...at));
    const told = index < 0 ? "Predict what the first window gives, then press Step." : windowText(values, state, index);
    if (words.textContent !== told) words.textContent = told;
    const where = describe(state, steps);
    if (status.textContent !== where) status.textContent = where;
    changed(state).forEach((share, k) => gauges[k].set(100 * share));
    const hint = moveText(state);
    if (look.textContent !== hint) look.textContent = hint;
    for (const [trait, control] of choices) control.value = String(state[trait]);
    for (const [trait, control] of sliders) control.value = trait === "steps" ? steps : state[trait];
    sliders.at(-1)[1].enable(state.numbers === "random");
    if (!playback.playing) {
      const [one, other] = changed(state).map((share) => format(100 * share));
      say(asked ? told : `${where} ${told} ${state.right || state.down ? `The map has changed by ${one} per cent, what is pooled by ${other} per cent.` : ""} ${hint}`);
    }
  }
  on(["numbers", "seed", "right", "down", "kind", "window", "stride", "steps", "view"], refresh);
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
  view: VIEWS,
}));
