/**
 * One neuron: inputs that are 0 or 1, a weight on each edge, a threshold, and a table of what it
 * answers to every pattern of inputs.
 */
import { button, clamp, draggable, format, h, handle, linear, reducedMotion, s, select, set, slider, uniqueId, widget } from "./common.js";

// ── The mathematics ────────────────────────────────────────────────────────────────────────

/** Rounding is forgiven: 0.3 + 0.6 meets a threshold of 0.9. */
const ROUNDING = 1e-9;

export function weightedSum(inputs, weights) {
  return weights.reduce((sum, w, i) => sum + w * (inputs[i] ?? 0), 0);
}

/** 1 where the sum reaches the threshold, exactly at it too; else 0. */
export function fires(sum, threshold) {
  return sum - threshold >= -ROUNDING ? 1 : 0;
}

/** All patterns of `count` inputs, counted in binary: 00, 01, 10, 11. */
export function patterns(count) {
  return Array.from({ length: 2 ** count }, (_, k) =>
    Array.from({ length: count }, (_, i) => (k >> (count - 1 - i)) & 1));
}

/** The truth table: a row for each pattern. */
export function truth(weights, threshold) {
  return patterns(weights.length).map((inputs) => {
    const sum = weightedSum(inputs, weights);
    return { inputs, sum, output: fires(sum, threshold) };
  });
}

/** How many rows of the table are as the goal asks. */
export function agreeing(rows, goal) {
  return rows.filter(({ output }, i) => output === goal.answers[i]).length;
}

/** What the neuron computes, in words, if it is something with a name; else "". */
export function recognised(rows, goals) {
  const fired = rows.filter(({ output }) => output).length;
  if (fired === 0) return "It never fires.";
  if (fired === rows.length) return "It always fires.";
  const known = goals.find((goal) =>
    goal.answers.length === rows.length && agreeing(rows, goal) === rows.length);
  return known ? `It computes “${known.title}”.` : "";
}

/** `list` with `count` entries: cut, or filled up with zeros. */
export function sized(list, count) {
  return Array.from({ length: count }, (_, i) => list[i] ?? 0);
}

/** A number with at most two decimals, and no needless zeros. */
export function brief(value) {
  return format(value, 2).replace(/\.?0+$/, "");
}

/** A number as a factor or a summand: a negative one in brackets. */
function inBrackets(value) {
  return value < 0 && brief(value) !== "0" ? `(${brief(value)})` : brief(value);
}

/** The weighted sum written out, and how it compares with the threshold. */
export function written(inputs, weights, threshold) {
  const sum = weightedSum(inputs, weights);
  const products = weights.map((w, i) => `${inputs[i]} · ${inBrackets(w)}`).join(" + ");
  const answer = fires(sum, threshold);
  const close = answer && Math.abs(sum - threshold) <= ROUNDING;
  const sign = close ? "=" : answer ? ">" : "<";
  const told = close ? "exactly at the threshold, it fires" : answer ? "it fires" : "it is silent";
  return { sum: `${products} = ${brief(sum)}`, verdict: `${brief(sum)} ${sign} ${brief(threshold)}: ${told}.` };
}

// ── The picture ────────────────────────────────────────────────────────────────────────────

const WEIGHTS = [-2, 2];
const THRESHOLDS = [-4, 4];
const MOST = 4;
const SPACING = { 2: 160, 3: 120, 4: 90 };
const WIDTH = 360;
const HEIGHT = 440;
const MIDDLE = 180;
const [TOP, BOTTOM] = [200, 330]; // of the cell body
const TIP = 196; // where the edges end
const CHIP = 84; // the middle of a weight's label
const PER_UNIT = 45; // pixels of dragging for a weight of 1

const below = (i) => "₁₂₃₄"[i];
const tidy = (value, limits) => clamp(Number(value.toFixed(1)), ...limits);

/** Where input `i` of `count` stands, where its edge ends, and where its weight is written. */
function place(i, count) {
  const x = MIDDLE + (i - (count - 1) / 2) * SPACING[count];
  const end = MIDDLE + 0.3 * (x - MIDDLE);
  const middle = x + ((CHIP - 34) / (TIP - 34)) * (end - x);
  return { x, end, middle };
}

/** The end of an edge: an arrow head excites, a bar inhibits, as physiologists draw synapses. */
function synapse({ x, end }, weight) {
  const [dx, dy] = [end - x, TIP - 34];
  const long = Math.hypot(dx, dy);
  const [ux, uy] = [dx / long, dy / long];
  const point = (along, across) => `${(end - ux * along - uy * across).toFixed(1)} ${(TIP - uy * along + ux * across).toFixed(1)}`;
  if (weight > 0) return `M${point(0, 0)}L${point(16, 9)}L${point(16, -9)}Z`;
  return weight < 0 ? `M${point(0, -12)}L${point(0, 12)}L${point(6, 12)}L${point(6, -12)}Z` : "";
}

/** The neuron. `flip(i)`, `weigh(i, w)` and `limit(threshold)` are what the reader does. */
function picture({ flip, weigh, limit }) {
  const clip = uniqueId();
  const body = { x: 95, y: TOP, width: 170, height: BOTTOM - TOP, rx: 46 };
  const edges = s("g");
  const level = s("rect", { class: "nj-on-level", x: 95, width: 170, height: 140 });
  const rest = s("path", { class: "nj-on-rest", d: `M103 265H257` });
  const soma = s("rect", { class: "nj-on-soma", ...body });
  const bar = s("path", { class: "nj-on-threshold", d: "M95 0H282" });
  const grip = handle("nj-on-grip");
  const theta = s("text", { class: "nj-on-strong nj-on-theta", x: 299 });
  const total = s("text", { class: "nj-on-sum", x: 87 });
  const axon = s("path", { class: "nj-on-axon", d: `M${MIDDLE} ${BOTTOM + 1}V392` });
  const pulse = s("circle", { class: "nj-on-pulse", cx: MIDDLE, cy: BOTTOM + 2, r: 8 });
  const ball = s("circle", { class: "nj-on-output", cx: MIDDLE, cy: 412, r: 20 });
  const answer = s("text", { class: "nj-on-digit", x: MIDDLE, y: 418 });
  const trace = s("path", { class: "nj-on-trace" });
  const told = s("text", { class: "nj-on-strong", x: 212, y: 425 });
  const element = s(
    "svg",
    { class: "nj-plot nj-on-cell", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": "The neuron: its inputs are switches" },
    s("clipPath", { id: clip }, s("rect", body)),
    edges, axon, pulse,
    s("rect", { class: "nj-on-paper", ...body }),
    s("g", { "clip-path": `url(#${clip})` }, level),
    rest, soma, s("text", { class: "nj-on-zero", x: 252, y: 261 }, "0"),
    bar, grip, theta, total, ball, answer, trace, told,
    s("text", { class: "nj-on-axon-label", x: 168, y: 366 }, "axon"),
  );
  const at = (event) => {
    const box = element.getBoundingClientRect();
    const scale = WIDTH / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  };
  let drawn = 0;
  let nodes = [];
  let state = null; // what is shown
  let height = linear([-4, 4], [326, 204]);

  let hold = 0; // where the pointer took hold, beside the line
  draggable(grip, { at }, {
    start: ([, y]) => { hold = y - height(state.threshold); },
    move: ([, y]) => limit(tidy(height.invert(y - hold), THRESHOLDS)),
  });

  function survey(count) {
    const reach = WEIGHTS[1] * count;
    height = linear([-reach, reach], [326, 204]);
    nodes = Array.from({ length: count }, (_, i) => {
      const spot = place(i, count);
      const line = s("path", { class: "nj-on-edge", d: `M${spot.x} 34L${spot.end.toFixed(1)} ${TIP - 6}` });
      const tip = s("path", { class: "nj-on-tip" });
      const digit = s("text", { class: "nj-on-digit", x: spot.x, y: 40 });
      const press = (event) => {
        if (event.key !== " " && event.key !== "Enter") return;
        event.preventDefault();
        event.stopPropagation();
        if (!event.repeat) flip(i);
      };
      const input = s("g", {
        class: "nj-on-input", role: "switch", tabindex: 0, "aria-label": `Input x${below(i)}`,
        onclick: () => flip(i), onkeydown: press,
      }, s("circle", { class: "nj-touch", cx: spot.x, cy: 34, r: 26 }),
      s("circle", { class: "nj-on-ball", cx: spot.x, cy: 34, r: 20 }), digit);
      const weight = s("text", { class: "nj-on-weight", x: spot.middle, y: CHIP + 5 });
      const chip = s("g", { class: "nj-on-chip" },
        s("rect", { class: "nj-touch", x: spot.middle - 34, y: CHIP - 23, width: 68, height: 48 }),
        s("rect", { class: "nj-on-plate", x: spot.middle - 33, y: CHIP - 13, width: 66, height: 26, rx: 13 }), weight);
      let from = [0, 0];
      draggable(chip, { at }, {
        start: ([x]) => { from = [x, state.weights[i]]; },
        move: ([x]) => weigh(i, tidy(from[1] + (x - from[0]) / PER_UNIT, WEIGHTS)),
      });
      const name = s("text", { class: "nj-on-name", x: spot.x - 26, y: 39 }, `x${below(i)}`);
      return { spot, line, tip, input, digit, chip, weight, group: s("g", { class: "nj-on-synapse" }, s("g", { class: "nj-on-link" }, line, tip), name, input, chip) };
    });
    edges.replaceChildren(...nodes.map(({ group }) => group));
    drawn = count;
  }

  return {
    element,
    draw(next) {
      const { inputs, weights, threshold } = next;
      // The keyboard stays where it was, if there are as many inputs as before.
      if (drawn !== weights.length) survey(weights.length);
      const sum = weightedSum(inputs, weights);
      const output = fires(sum, threshold);
      nodes.forEach(({ spot, line, tip, input, digit, weight, group }, i) => {
        const w = weights[i];
        set(group, { "data-kind": w > 0 ? "excites" : w < 0 ? "inhibits" : "nothing", "data-on": inputs[i] });
        set(input, { "aria-checked": inputs[i] ? "true" : "false" });
        set(line, { "stroke-width": (1.2 + 2.6 * Math.abs(w)).toFixed(2) });
        set(tip, { d: synapse(spot, w) });
        digit.textContent = inputs[i];
        weight.textContent = `w${below(i)} ${brief(w)}`;
      });
      const y = height(clamp(sum, ...height.domain));
      set(level, { y: y.toFixed(1) });
      set(total, { y: (y + 5).toFixed(1) });
      total.textContent = `sum ${brief(sum)}`;
      const line = height(threshold);
      set(bar, { transform: `translate(0 ${line.toFixed(1)})` });
      set(grip, { transform: `translate(286 ${line.toFixed(1)})` });
      set(theta, { y: (line + 5).toFixed(1) });
      theta.textContent = `θ ${brief(threshold)}`;
      set(element, { "data-fires": output });
      answer.textContent = output;
      told.textContent = output ? "fires" : "silent";
      set(trace, { d: output ? "M212 404h12l5 -24l6 32l4 -8h17" : "M212 404h44" });
      // A spike for each new reason to fire: not while a weight is dragged far above the threshold.
      const again = state && (!fires(weightedSum(state.inputs, state.weights), state.threshold) || String(state.inputs) !== String(inputs));
      if (output && again && !reducedMotion()) {
        pulse.getAnimations().forEach((one) => one.cancel());
        pulse.animate([
          { opacity: 1, transform: "translateY(0)" },
          { opacity: 1, transform: "translateY(54px)", offset: 0.9 },
          { opacity: 0, transform: "translateY(60px)" },
        ], { duration: 550, easing: "ease-in" });
      }
      state = next;
    },
  };
}

/** The truth table, in two halves if it is long; the row of the present inputs is marked. */
function truthTable() {
  const element = h("div", { class: "nj-on-tables" });
  let shape = "";
  let lines = [];
  const build = (count, goal) => {
    const all = patterns(count);
    const halves = all.length > 8 ? [all.slice(0, 8), all.slice(8)] : [all];
    lines = [];
    const tables = halves.map((rows, part) => {
      const heads = [...sized([], count).map((_, i) => `x${below(i)}`), "sum", "fires", ...(goal ? ["asked"] : [])];
      const label = `What the neuron answers to every pattern of inputs${halves.length > 1 ? `, part ${part + 1} of 2` : ""}`;
      return h("table", { class: "nj-on-table", "aria-label": label },
        h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", { scope: "col" }, text)))),
        h("tbody", {}, ...rows.map((pattern) => {
          const cells = { sum: h("td", {}), output: h("td", { class: "nj-on-answer" }), wanted: h("td", { class: "nj-on-asked" }) };
          const row = h("tr", {}, ...pattern.map((x) => h("td", { class: "nj-on-bit" }, String(x))),
            cells.sum, cells.output, ...(goal ? [cells.wanted] : []));
          lines.push({ row, ...cells });
          return row;
        })));
    });
    set(element, { "data-halves": halves.length });
    element.replaceChildren(...tables);
  };
  return {
    element,
    draw(rows, inputs, goal) {
      const wanted = `${inputs.length} ${goal?.name}`;
      if (wanted !== shape) {
        build(inputs.length, goal);
        shape = wanted;
      }
      rows.forEach((found, i) => {
        const { row, sum, output, wanted } = lines[i];
        const wrong = goal && goal.answers[i] !== found.output;
        row.classList.toggle("nj-on-now", String(found.inputs) === String(inputs));
        row.classList.toggle("nj-on-wrong", Boolean(wrong));
        sum.textContent = brief(found.sum);
        output.textContent = found.output;
        if (goal) wanted.textContent = `${goal.answers[i]} ${wrong ? "✗" : "✓"}`;
      });
    },
  };
}

function draw(frame) {
  const { get, change, on, panels, controls, say } = frame;
  const traits = ["goal", "weights", "inputs", "threshold"];
  const start = structuredClone(Object.fromEntries(traits.map((trait) => [trait, get(trait)])));
  const goals = get("goals");
  const goal = () => goals.find(({ name }) => name === get("goal"));
  const count = () => goal()?.inputs ?? clamp(get("weights").length, 2, MOST);
  const inputs = () => sized(get("inputs"), count()).map((x) => (x >= 0.5 ? 1 : 0));
  const weights = () => sized(get("weights"), count()).map((w) => clamp(w, ...WEIGHTS));
  const threshold = () => clamp(get("threshold"), ...THRESHOLDS);

  const flip = (i) => change({ inputs: inputs().map((x, k) => (k === i ? 1 - x : x)), weights: weights() });
  const weigh = (i, value) => change({ weights: weights().map((w, k) => (k === i ? value : w)) });
  const limit = (value) => change({ threshold: value });
  const cell = picture({ flip, weigh, limit });
  const table = truthTable();
  const goalList = select({
    label: "Goal", options: { free: "free play", ...Object.fromEntries(goals.map(({ name, title }) => [name, title])) },
    value: get("goal"), input: (name) => begin(name),
  });
  const counts = select({
    label: "Inputs", options: { 2: "2", 3: "3", 4: "4" }, value: String(count()),
    input: (number) => change({ goal: "free", weights: sized(weights(), Number(number)), inputs: sized(inputs(), Number(number)) }),
  });
  // A goal begins with a neuron that knows nothing.
  const begin = (name) => {
    const wanted = goals.find((one) => one.name === name);
    if (name === start.goal) change(structuredClone(start));
    else if (wanted) change({ goal: name, ...blank(wanted.inputs) });
    else change({ goal: name, weights: weights(), inputs: inputs() });
  };
  const sliders = Array.from({ length: MOST }, (_, i) => slider({
    label: "Weight", symbol: `w${below(i)}`, name: `Weight w${below(i)}`, min: WEIGHTS[0], max: WEIGHTS[1], step: 0.1, digits: 2,
    value: 0, input: (value) => weigh(i, Number(value.toFixed(2))),
  }));
  const limits = slider({
    label: "Threshold", symbol: "θ", min: THRESHOLDS[0], max: THRESHOLDS[1], step: 0.1, digits: 2,
    value: threshold(), input: (value) => limit(Number(value.toFixed(2))),
  });
  const again = button({ label: "Start again", press: () => begin(get("goal")) });
  const ask = h("p", { class: "nj-on-ask" });
  const sign = h("p", { class: "nj-on-sign" });
  const products = h("p", { class: "nj-on-products" });
  const verdict = h("p", { class: "nj-on-verdict" });

  panels(
    h("div", { class: "nj-panel nj-on-left" }, cell.element),
    h("div", { class: "nj-panel nj-on-side" },
      h("div", { class: "nj-on-row" }, goalList.element, counts.element, again),
      ask, h("div", { class: "nj-on-words" }, products, verdict), table.element, sign),
  );
  controls(...sliders.map(({ element }) => element), limits.element,
    h("p", { class: "nj-on-key" },
      h("span", { class: "nj-on-blue" }, "Blue with an arrow: excites (w > 0)."), " ",
      h("span", { class: "nj-on-orange" }, "Orange with a bar: inhibits (w < 0)."),
      " Click an input to switch it. Drag a weight sideways, or the threshold up and down."));

  on(traits, () => {
    const present = { inputs: inputs(), weights: weights(), threshold: threshold() };
    const asked = goal();
    const rows = truth(present.weights, present.threshold);
    const told = written(present.inputs, present.weights, present.threshold);
    cell.draw(present);
    table.draw(rows, present.inputs, asked);
    goalList.value = get("goal");
    counts.value = String(count());
    sliders.forEach((one, i) => {
      one.element.hidden = i >= count();
      if (i < count()) one.value = present.weights[i];
    });
    limits.value = present.threshold;
    products.textContent = told.sum;
    verdict.textContent = told.verdict;
    const right = asked ? agreeing(rows, asked) : 0;
    const solved = asked && right === rows.length;
    ask.textContent = asked ? asked.wanted : "Build what you like. What does this neuron compute?";
    sign.textContent = solved ? `✓ Solved: all ${rows.length} rows are as asked.`
      : asked ? `${right} of ${rows.length} rows are as asked.` : recognised(rows, goals);
    sign.classList.toggle("nj-on-solved", Boolean(solved));
    say(`Sum ${told.verdict} ${sign.textContent}`);
  });
}

/** A neuron of `number` inputs that knows nothing. */
function blank(number) {
  return { weights: sized([], number), inputs: sized([], number), threshold: 1 };
}

export default widget(draw, (get) => ({
  goal: { free: "free play", ...Object.fromEntries(get("goals").map(({ name, title }) => [name, title])) },
  weights: Array.from({ length: MOST }, () => WEIGHTS),
  inputs: Array.from({ length: MOST }, () => [0, 1]),
  threshold: THRESHOLDS,
}), ({ goal, weights }, initial, get) => {
  const wanted = get("goals").find(({ name }) => name === goal);
  if (wanted && goal !== initial.goal) return blank(wanted.inputs);
  return weights ? { inputs: sized([], weights.length) } : {};
});
