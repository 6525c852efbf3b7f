/**
 * Backprop stepper: a small graph, computed forward one node at a time and then differentiated
 * backward one edge at a time, with every product written out.
 */
import { button, clamp, h, player, s, select, set, slider, widget } from "./common.js";

// ── The mathematics ────────────────────────────────────────────────────────────────────────

/** The activations of the hidden neurons: value, slope, and the slope as a formula of a. */
const HIDDEN = {
  tanh: { value: Math.tanh, slope: (z) => 1 - Math.tanh(z) ** 2, formula: (z, a) => `1 − ${a}²` },
  sigmoid: {
    value: (z) => 1 / (1 + Math.exp(-z)),
    slope: (z) => { const a = 1 / (1 + Math.exp(-z)); return a * (1 - a); },
    formula: (z, a) => `${a}(1 − ${a})`,
  },
  relu: {
    value: (z) => Math.max(0, z), slope: (z) => (z > 0 ? 1 : 0),
    formula: (z) => `[${z} > 0]`,
  },
};

/**
 * What a node can do. `value` of its inputs; `local`, the derivative with respect to each of them;
 * the same in words, made of labels: `formulas` of the local derivatives, and what is `written` as computed.
 */
const OPS = {
  add: {
    value: ([u, v]) => u + v, local: () => [1, 1], formulas: () => ["1", "1"],
    written: ([u, v]) => `${u} + ${v}`,
  },
  mul: {
    value: ([u, v]) => u * v, local: ([u, v]) => [v, u], formulas: ([u, v]) => [v, u],
    written: ([u, v]) => `${u} · ${v}`,
  },
  weighted: { // of: input, weight, input, weight, bias
    value: ([x, w, y, v, b]) => x * w + y * v + b,
    local: ([x, w, y, v]) => [w, x, v, y, 1],
    formulas: ([x, w, y, v]) => [w, x, v, y, "1"],
    written: ([x, w, y, v, b]) => `${x} · ${w} + ${y} · ${v} + ${b}`,
  },
  squared: {
    value: ([p, y]) => (p - y) ** 2, local: ([p, y]) => [2 * (p - y), 2 * (y - p)],
    formulas: ([p, y]) => [`2(${p} − ${y})`, `2(${y} − ${p})`],
    written: ([p, y]) => `(${p} − ${y})²`,
  },
};

function operation(node, hidden) {
  if (node.op !== "hidden") return OPS[node.op];
  const { value, slope, formula } = HIDDEN[hidden];
  const name = hidden === "relu" ? "relu" : hidden === "sigmoid" ? "σ" : "tanh";
  return {
    value: ([z]) => value(z), local: ([z]) => [slope(z)],
    formulas: ([z], own) => [formula(z, own)], written: ([z]) => `${name}(${z.replace(/[()]/g, "")})`,
  };
}

/** The nodes that are given: inputs and parameters. */
export function leaves(graph) {
  return graph.nodes.filter(({ op }) => !op);
}

/** The numbers of the leaves: those that are given, then the graph's own. */
export function inputs(graph, numbers) {
  return leaves(graph).map(({ value }, i) => numbers[i] ?? value);
}

/** All values, {id: number}, and all local gradients, {id: one for each input}. */
export function forward(graph, numbers, hidden) {
  const given = inputs(graph, numbers);
  const values = Object.fromEntries(leaves(graph).map(({ id }, i) => [id, given[i]]));
  const local = {};
  for (const node of graph.nodes.filter(({ op }) => op)) {
    const { value, local: slopes } = operation(node, hidden);
    const of = node.of.map((id) => values[id]);
    values[node.id] = value(of);
    local[node.id] = slopes(of);
  }
  return { values, local };
}

/** All gradients, {id: number}, in one sweep from the result to the leaves. */
export function gradients(graph, numbers, hidden) {
  const { local } = forward(graph, numbers, hidden);
  const grads = Object.fromEntries(graph.nodes.map(({ id }) => [id, 0]));
  grads[graph.nodes.at(-1).id] = 1;
  for (const node of [...graph.nodes].reverse()) {
    node.of?.forEach((id, i) => { grads[id] += grads[node.id] * local[node.id][i]; });
  }
  return grads;
}

/** How often each node is used, {id: count}. */
export function uses(graph) {
  const count = Object.fromEntries(graph.nodes.map(({ id }) => [id, 0]));
  for (const { of = [] } of graph.nodes) for (const id of of) count[id]++;
  return count;
}

/** How many steps a graph has. */
export function stepCount(graph) {
  return graph.nodes.length - leaves(graph).length + 1 + graph.back.length;
}

/**
 * What is known after `step` steps: `known` values, `grads` so far with the `parts` they are sums of,
 * and what the last step did: its `kind`, its `node`, and one of `rows` for each edge it went back.
 */
export function after(graph, numbers, hidden, step) {
  const { values, local } = forward(graph, numbers, hidden);
  const label = Object.fromEntries(graph.nodes.map((node) => [node.id, short(node)]));
  const order = graph.nodes.filter(({ op }) => op);
  const count = uses(graph);
  const state = { values, known: leaves(graph).map(({ id }) => id), grads: {}, parts: {}, count, kind: "start", rows: [] };
  const result = graph.nodes.at(-1).id;
  const of = (node) => node.of.map((id) => label[id]);
  for (let k = 0; k < Math.min(step, stepCount(graph)); k++) {
    const rows = [];
    state.rows = rows;
    if (k < order.length) {
      const node = order[k];
      const { written } = operation(node, hidden);
      state.known.push(node.id);
      Object.assign(state, { kind: "forward", node: node.id });
      state.written = `${label[node.id]} = ${written(of(node))} = ${written(node.of.map((id) => inBrackets(values[id])))} = ${brief(values[node.id])}`;
    } else if (k === order.length) {
      state.grads[result] = 1;
      Object.assign(state, { kind: "seed", node: result });
    } else {
      const [id, places] = graph.back[k - order.length - 1];
      const node = graph.nodes.find((one) => one.id === id);
      const formulas = operation(node, hidden).formulas(of(node), label[id]);
      Object.assign(state, { kind: "backward", node: id });
      for (const i of places) {
        const to = node.of[i];
        const sent = state.grads[id] * local[id][i];
        const parts = (state.parts[to] ??= []);
        parts.push(sent);
        state.grads[to] = parts.reduce((sum, part) => sum + part, 0);
        rows.push({ from: id, to, label: label[to], formula: formulas[i], local: local[id][i], arrives: state.grads[id], sent });
      }
    }
  }
  return state;
}

// ── In words ───────────────────────────────────────────────────────────────────────────────

/** A node's letter: of "q = x + y" it is "q". */
function short({ label }) {
  return label.split(" ")[0];
}

/** Three digits, no needless zeros, a real minus sign. */
export function brief(x) {
  if (!Number.isFinite(x)) return "not a number";
  const size = Math.abs(x);
  const rounded = size >= 1000 ? Math.round(x) : Number(x.toPrecision(3));
  if (rounded === 0) return "0";
  const [mantissa, power] = Math.abs(rounded).toExponential().split("e-");
  const text = Math.abs(rounded) < 1e-4
    ? `${mantissa} × 10⁻${[...power].map((d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]).join("")}`
    : Math.abs(rounded).toLocaleString("en-US", { maximumFractionDigits: 7 });
  return (rounded < 0 ? "−" : "") + text;
}

/** The same for the little room in a box. */
function fitting(x) {
  return x !== 0 && Math.abs(x) < 1e-4 ? "≈ 0" : brief(x);
}

function inBrackets(x) {
  return x < 0 ? `(${brief(x)})` : brief(x);
}

/** What the last step did: a headline, and sentences below it. */
export function describe(graph, state) {
  const [result, last] = [graph.result, graph.nodes.at(-1)];
  const name = (id) => short(graph.nodes.find((node) => node.id === id));
  if (state.kind === "start") {
    const shared = graph.nodes.filter(({ id, data }) => state.count[id] > 1 && !data).map(short);
    const twice = shared.length ? ` Ringed twice: ${shared.join(" and ")}, used in two places.` : "";
    return { head: "Before the first step", text: `Only what is given is known. Step forward.${twice}` };
  }
  if (state.kind === "forward") return { head: `Forward: compute ${name(state.node)}`, text: state.written };
  if (state.kind === "seed") {
    return { head: `The way back begins at ${result}`, text: `∂${result}/∂${result} = 1: if ${result} moves by a little, ${short(last)} moves by just that.` };
  }
  const sums = state.rows.filter(({ to }) => state.parts[to].length > 1).map(({ to, label }) =>
    `Fan-out: ${label} is used twice, so what arrives adds up: ${state.parts[to].map(inBrackets).join(" + ")} = ${brief(state.grads[to])}.`);
  const waiting = state.rows.filter(({ to }) => state.count[to] > state.parts[to].length).map(({ label }) =>
    `${label} is used twice: this is one part, another will come.`);
  const head = `Backward: from ${name(state.node)} to ${state.rows.map(({ label }) => label).join(" and ")}`;
  return { head, text: [...sums, ...waiting].join(" ") };
}

/** A row of the product table as a sentence, for screen readers. */
function spoken({ label, local, arrives, sent }) {
  return `To ${label}: local gradient ${brief(local)} times ${brief(arrives)} is ${brief(sent)}.`;
}

// ── The picture ────────────────────────────────────────────────────────────────────────────

const WIDTH = 360;
const HEIGHT = 500;
const RANGE = [-5, 5];
const MOST = 12; // numbers that a graph takes

/** The edges to draw: a weight stands on the edge of its input. */
function edges(graph) {
  const node = Object.fromEntries(graph.nodes.map((one) => [one.id, one]));
  return graph.nodes.filter(({ op }) => op).flatMap((to) => to.of.map((id, i) => {
    const from = node[id];
    const weight = to.op === "weighted" && i % 2 === 1;
    return weight ? null : { from, to, places: to.op === "weighted" && i < 4 ? [i, i + 1] : [i] };
  }).filter(Boolean));
}

/** From the middle of one box to that of the other: the boxes lie above it. */
function line({ from, to }) {
  return `M${from.at[0]} ${from.at[1]}L${to.at[0]} ${to.at[1]}`;
}

/** An arrow head at the end of an edge, pointing forward or back. */
function head({ from, to }, back, boxes) {
  const [a, b] = back ? [to, from] : [from, to];
  const [dx, dy] = [b.at[0] - a.at[0], b.at[1] - a.at[1]];
  const long = Math.hypot(dx, dy);
  const [ux, uy] = [dx / long, dy / long];
  const [w, tall] = boxes(b);
  const stop = Math.min(w / Math.max(Math.abs(ux), 1e-9), tall / Math.max(Math.abs(uy), 1e-9)) + 1;
  const [x, y] = [b.at[0] - ux * stop, b.at[1] - uy * stop];
  const point = (along, across) => `${(x - ux * along - uy * across).toFixed(1)} ${(y - uy * along + ux * across).toFixed(1)}`;
  return `M${point(0, 0)}L${point(11, 6)}L${point(11, -6)}Z`;
}

/** The graph: boxes and edges of the present graph, and what the present step adds. */
function picture({ choose, press }) {
  const element = s("svg", { class: "nj-plot nj-bp-graph", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, tabindex: 0, role: "application", onkeydown: press });
  let drawn = null;
  let boxes = [];
  let lines = [];
  const half = (graph) => (node) => (node.small ? [29, 17] : graph.nodes.length < 10 ? [42, 38] : [38, 28]);

  function survey(graph) {
    const size = half(graph);
    const large = graph.nodes.length < 10;
    const count = uses(graph);
    lines = edges(graph).map((edge) => ({
      edge,
      path: s("path", { class: "nj-bp-edge", d: line(edge) }),
      tip: s("path", { class: "nj-bp-tip", d: "" }),
    }));
    boxes = graph.nodes.map((node) => {
      const [w, tall] = size(node);
      const [x, y] = node.at;
      const text = (dy, className) => s("text", { x, y: y + dy, class: className });
      const parts = node.small
        ? { name: text(-3, "nj-bp-value"), grad: text(13, "nj-bp-grad") }
        : { name: text(large ? -16 : -12, "nj-bp-name"), value: text(large ? 4 : 4, "nj-bp-value"), grad: text(large ? 25 : 20, "nj-bp-grad") };
      const box = s("rect", { x: x - w, y: y - tall, width: 2 * w, height: 2 * tall, rx: 8, class: "nj-bp-box" });
      // A finger needs 44 pixels.
      const touch = node.op ? [] : [s("rect", { class: "nj-touch", x: x - Math.max(w, 22), y: y - Math.max(tall, 22), width: 2 * Math.max(w, 22), height: 2 * Math.max(tall, 22) })];
      const ring = !node.small && count[node.id] > 1
        ? [s("rect", { x: x - w - 4, y: y - tall - 4, width: 2 * w + 8, height: 2 * tall + 8, rx: 11, class: "nj-bp-ring" })] : [];
      const group = s("g", {
        class: `nj-bp-node${node.small ? " nj-bp-small" : ""}${node.op ? "" : " nj-bp-leaf"}`,
        "data-id": node.id,
        ...(node.op ? {} : { onclick: () => choose(node.id) }),
      }, ...ring, box, ...Object.values(parts), ...touch);
      return { node, group, ...parts };
    });
    set(element, { "data-size": large ? "large" : "small" });
    element.replaceChildren(...lines.map(({ path }) => path), ...boxes.map(({ group }) => group), ...lines.map(({ tip }) => tip));
  }

  return {
    element,
    draw(graph, state, chosen, label) {
      if (drawn !== graph.name) survey(graph);
      drawn = graph.name;
      set(element, { "aria-label": label });
      const { known, grads, parts, count, kind, node: at, rows } = state;
      const targets = new Set(rows.map(({ to }) => to));
      for (const { node, group, name, value, grad } of boxes) {
        const shown = known.includes(node.id) ? fitting(state.values[node.id]) : "?";
        name.textContent = node.small ? `${short(node)} ${shown}` : node.label;
        if (value) value.textContent = shown;
        const waits = parts[node.id]?.length < count[node.id];
        const given = node.id in grads && !node.data ? fitting(grads[node.id]) : "";
        grad.textContent = given && (waits ? `${given} + …` : `grad ${given}`);
        group.classList.toggle("nj-bp-now", kind === "forward" && node.id === at);
        group.classList.toggle("nj-bp-got", targets.has(node.id) || (kind === "seed" && node.id === at));
        group.classList.toggle("nj-bp-sum", targets.has(node.id) && parts[node.id].length > 1);
        group.classList.toggle("nj-bp-chosen", node.id === chosen);
      }
      for (const { edge, path, tip } of lines) {
        const into = kind === "forward" && edge.to.id === at;
        const back = kind === "backward" && edge.to.id === at && targets.has(edge.from.id);
        path.setAttribute("class", `nj-bp-edge${into ? " nj-bp-into" : ""}${back ? " nj-bp-back" : ""}`);
        tip.setAttribute("class", `nj-bp-tip${into ? " nj-bp-into" : ""}${back ? " nj-bp-back" : ""}`);
        set(tip, { d: into || back ? head(edge, back, half(graph)) : "" });
      }
    },
  };
}

/** The step in words, with the product of each edge in a table. */
function explanation() {
  const number = h("p", { class: "nj-bp-number" });
  const title = h("p", { class: "nj-bp-title" });
  const body = h("tbody", {});
  const table = h("table", { class: "nj-bp-table" },
    h("thead", {}, h("tr", {}, ...["to", "local gradient", "× arrives", "= sent"].map((text) => h("th", { scope: "col" }, text)))), body);
  const text = h("p", { class: "nj-bp-text" });
  return {
    element: h("div", { class: "nj-bp-words" }, number, title, table, text),
    draw({ head, text: below }, rows, count) {
      number.textContent = count;
      title.textContent = head;
      text.textContent = below;
      table.hidden = rows.length === 0;
      body.replaceChildren(...rows.map(({ label, formula, local, arrives, sent }) => h("tr", {},
        h("th", { scope: "row" }, label),
        h("td", {}, formula === brief(local) ? formula : `${formula} = ${brief(local)}`),
        h("td", {}, `× ${inBrackets(arrives)}`),
        h("td", {}, h("b", {}, `= ${brief(sent)}`)))));
    },
  };
}

function draw(frame) {
  const { get, change, on, panels, controls, linked, signal, say } = frame;
  const start = Object.fromEntries(["graph", "values", "hidden"].map((trait) => [trait, get(trait)]));
  const graph = () => get("graphs").find(({ name }) => name === get("graph")) ?? get("graphs")[0];
  const step = () => clamp(get("step"), 0, stepCount(graph()));
  const go = (to) => { playback.pause(); change({ step: clamp(to, 0, stepCount(graph())) }); };
  let chosen = "x";
  let listed = "";

  const choose = (id) => { chosen = id; refresh(); };
  const press = (event) => {
    const ways = { ArrowRight: step() + 1, ArrowDown: step() + 1, ArrowLeft: step() - 1, ArrowUp: step() - 1, Home: 0, End: Infinity };
    if (!Object.hasOwn(ways, event.key) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.stopPropagation();
    event.preventDefault();
    go(ways[event.key]);
  };
  const map = picture({ choose, press });
  const words = explanation();
  const playback = player({
    signal, rate: 0.9, jump: 40,
    step: () => {
      if (step() >= stepCount(graph())) return false;
      change({ step: step() + 1 });
      return true;
    },
    reset: () => change({ step: 0 }),
  });
  const back = button({ label: "Back", press: () => go(step() - 1) });
  const end = button({ label: "End", press: () => go(Infinity) });
  const [, once, again] = playback.element.children;
  playback.element.insertBefore(back, once);
  playback.element.insertBefore(end, again);
  const titles = Object.fromEntries(get("graphs").map(({ name, title }) => [name, title]));
  const graphList = select({
    label: "Graph", options: titles, value: get("graph"),
    input: (name) => { playback.pause(); change({ graph: name, values: [], step: 0 }); },
  });
  const hiddenList = select({
    label: "Hidden neurons", options: { tanh: "tanh", sigmoid: "sigmoid", relu: "ReLU" }, value: get("hidden"),
    input: (hidden) => change({ hidden }),
  });
  const chooser = select({ label: "Change", options: {}, value: "", input: choose });
  const list = chooser.element.querySelector("select");
  const value = slider({
    label: "Value", min: RANGE[0], max: RANGE[1], step: 0.05, value: 0,
    input: (number) => {
      const numbers = inputs(graph(), get("values"));
      numbers[leaves(graph()).findIndex(({ id }) => id === chosen)] = number;
      change({ values: numbers });
    },
  });
  const restore = button({
    label: "Original values",
    press: () => change({ values: get("graph") === start.graph ? start.values : [], hidden: start.hidden }),
  });

  linked(() => playback.pause());
  panels(map.element, h("div", { class: "nj-bp-side" },
    words.element, playback.element,
    graphList.element, h("div", { class: "nj-bp-row" }, chooser.element, restore), value.element,
    hiddenList.element));
  controls(h("p", { class: "nj-bp-key" },
    h("span", { class: "nj-bp-blue" }, "Blue: values, computed downwards."), " ",
    h("span", { class: "nj-bp-orange" }, "Orange, “grad”: the derivative of the result with respect to this node, computed upwards.")));

  function refresh() {
    const shown = graph();
    const numbers = get("values").map((number) => clamp(number, ...RANGE));
    const given = leaves(shown);
    if (!given.some(({ id }) => id === chosen)) chosen = given[0].id;
    if (listed !== shown.name) {
      list.replaceChildren(...given.map((node) => h("option", { value: node.id }, short(node))));
      listed = shown.name;
    }
    const state = after(shown, numbers, get("hidden"), step());
    const told = describe(shown, state);
    const count = `Step ${step()} of ${stepCount(shown)}`;
    const result = shown.nodes.at(-1).id;
    const summary = state.known.includes(result) ? ` ${short(shown.nodes.at(-1))} = ${brief(state.values[result])}.` : "";
    map.draw(shown, state, chosen, `The graph of ${shown.title}. Arrow keys step forward and back, Home and End jump.`);
    words.draw(told, state.rows, count);
    graphList.value = shown.name;
    hiddenList.value = get("hidden");
    hiddenList.element.style.visibility = shown.name === "network" ? "" : "hidden";
    chooser.value = chosen;
    value.value = inputs(shown, numbers)[given.findIndex(({ id }) => id === chosen)];
    back.disabled = step() === 0;
    say(`${count}. ${told.head}. ${state.rows.map(spoken).join(" ")} ${told.text}${summary}`);
  }
  on(["graph", "step", "values", "hidden"], refresh);
}

export default widget(draw, (get) => ({
  graph: Object.fromEntries(get("graphs").map(({ name, title }) => [name, title])),
  step: "integer",
  values: Array.from({ length: MOST }, () => RANGE),
  hidden: { tanh: "tanh", sigmoid: "sigmoid", relu: "ReLU" },
}), ({ graph }, initial) => (graph === undefined || graph === initial.graph ? {} : { values: [] }));
