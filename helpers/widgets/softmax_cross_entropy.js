/**
 * Softmax and cross-entropy: logits that the reader drags, the probabilities made of them, the loss,
 * its gradient, and steps against the gradient.
 *
 * Everything shown follows from the traits. Only two things do not: where the last journey of steps
 * began (Reset leads back there), and the trail that it left on the curve.
 */
import { clamp, dots, draggable, format, gauge, h, handle, linspace } from "./common.js";
import { player, plot, s, select, set, slider, through, toggle, widget } from "./common.js";

// ── The mathematics ────────────────────────────────────────────────────────────────────────

/** log softmax: zₖ − log Σ exp zₘ, with the largest logit taken out first, so nothing overflows. */
export function logSoftmax(z) {
  const top = Math.max(...z);
  const log = top + Math.log(z.reduce((sum, one) => sum + Math.exp(one - top), 0));
  return z.map((one) => one - log);
}

/** softmax: positive numbers with the sum 1. */
export function softmax(z) {
  const top = Math.max(...z);
  const powers = z.map((one) => Math.exp(one - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((one) => one / sum);
}

/** The row that the loss compares with: one-hot, or smoothed, (1 − ε) one-hot + ε/K. */
export function targetRow(classes, target, smoothing) {
  return Array.from({ length: classes }, (_, k) => (k === target ? 1 - smoothing : 0) + smoothing / classes);
}

/**
 * All that follows from the logits: `p`, the softmax of z/T; `seen`, the probabilities that the loss
 * gets (p, or by mistake the softmax of p); the target row `y`; `costs`, −log of what is seen;
 * the loss Σ yₖ costsₖ; its gradient with respect to the logits; and the `floor`, below which the
 * loss cannot fall, whatever the logits.
 */
export function evaluate({ logits, temperature, target, label_smoothing: smoothing, twice }) {
  const count = logits.length;
  const scaled = logits.map((z) => z / temperature);
  const p = softmax(scaled);
  const seen = twice ? softmax(p) : p;
  const y = targetRow(count, target, smoothing);
  const costs = logSoftmax(twice ? p : scaled).map((log) => 0 - log);
  const weighted = (values) => values.reduce((sum, value, k) => sum + (y[k] && y[k] * value), 0);
  const difference = seen.map((one, k) => one - y[k]);
  // Through the first softmax once more: ∂pⱼ/∂zₖ = pⱼ (1[j = k] − pₖ) / T.
  const mean = difference.reduce((sum, d, k) => sum + p[k] * d, 0);
  const gradient = difference.map((d, k) => (twice ? p[k] * (d - mean) : d) / temperature);
  // Twice: p is at best one-hot. Once: seen = y, and the loss is the entropy of y.
  const floor = twice ? Math.log(Math.E + count - 1) - y[target] : weighted(y.map((one) => 0 - Math.log(one)));
  return { p, seen, y, costs, loss: weighted(costs), difference, gradient, floor };
}

/** The logits after one step of gradient descent. */
export function stepped(state) {
  const { gradient } = evaluate(state);
  return state.logits.map((z, k) => z - state.learning_rate * gradient[k]);
}

/** What a softmax of probabilities can give to a class, at least and at most. */
export function reach(classes) {
  return [1 / (Math.E + classes - 1), Math.E / (Math.E + classes - 1)];
}

// ── In words ───────────────────────────────────────────────────────────────────────────────

export const LIMIT = 8; // of a logit, both ways
const SMALL = 1e-3; // a gradient that moves nothing which can be seen

/** A chance as a percentage, with enough digits to see that it is neither 0 nor 1. */
export function percent(p) {
  const value = 100 * p;
  if (value >= 99.95 && value < 100) return value >= 99.995 ? "> 99.99 %" : `${format(value, 2)} %`;
  if (value >= 0.1 || value === 0) return `${format(value, 1)} %`;
  return value < 0.001 ? "< 0.001 %" : `${format(value, 3)} %`;
}

/** "one in 4.5". */
export function oneIn(loss) {
  const odds = Math.exp(loss);
  return `one in ${format(odds, odds < 9.95 ? 1 : 0)}`;
}

/** Two or three sentences about where the logits stand. */
export function describe(state, steps) {
  const { seen, loss, floor, gradient } = evaluate(state);
  const { names, target, logits, label_smoothing: smoothing, twice, learning_rate: rate } = state;
  const name = names[target];
  const best = seen.indexOf(Math.max(...seen));
  const tie = seen.filter((one) => Math.abs(one - seen[best]) < 1e-12).length > 1;
  const most = twice ? ` A softmax of probabilities never gives more than ${percent(reach(logits.length)[1])} to a class.` : "";
  const before = steps ? `${steps} step${steps === 1 ? "" : "s"}. ` : "";
  const right = tie ? "The first place is shared." : best === target ? "The largest probability is the right one."
    : `The largest probability is that of ${names[best]}: wrong.`;
  const odds = smoothing ? `, against smoothed labels; the lowest possible is ${format(floor, 3)}`
    : `, as for a right answer that was given a chance of ${oneIn(loss)}`;
  const size = Math.max(...gradient.map(Math.abs));
  const next = logits.map((z, k) => z - rate * gradient[k]);
  let end = "";
  if (next.some((z) => Math.abs(z) > LIMIT)) end = ` The next step would lead beyond ±${LIMIT}, where the picture ends.`;
  else if (size < SMALL && loss > floor + 0.05) {
    end = twice && best !== target ? " Wrong, and hardly a gradient: the first softmax is saturated, and nothing moves." : " There is hardly a gradient left, but the loss stands above its floor.";
  } else if (size < SMALL) end = " The gradient is below 0.001: there is little left to learn.";
  return `${before}${name} gets ${percent(seen[target])}. ${right} Loss ${format(loss, 3)} nats${odds}.${most}${end}`;
}

/** What the numbers under the logits are. */
function formula({ temperature, twice }) {
  if (twice) return "the gradient ∂L/∂z, through both softmaxes";
  return temperature === 1 ? "the gradient p − y" : "the gradient (p − y)/T";
}

// ── The picture ────────────────────────────────────────────────────────────────────────────

const TEMPERATURES = [0.1, 10];
const SMOOTHINGS = [0, 0.5];
const RATES = [0.05, 5];
const FEWEST = 2;
const ARROW = 52; // pixels for a gradient of 1
const LONGEST = 96;
const MOST_DOTS = 400; // of the trail

/** The state that the traits stand for, whatever a link has asked for. */
export function stateOf(get) {
  const names = get("names");
  const logits = get("logits").slice(0, names.length).map((z) => clamp(z, -LIMIT, LIMIT));
  while (logits.length < FEWEST) logits.push(0);
  const state = { names: names.slice(0, logits.length), logits };
  state.target = clamp(Math.round(get("target")), 0, logits.length - 1);
  for (const trait of ["temperature", "label_smoothing", "learning_rate", "twice"]) state[trait] = get(trait);
  return state;
}

/** A panel whose axis carries one column for each class, with a name and a number below it. */
function columns({ title, y, yLabel, label, most, extra = [] }) {
  const chart = plot({
    x: [0, 1], y, width: 340, height: 266, margin: { top: 8, right: 8, left: 46, bottom: 46 },
    xTicks: false, yLabel, label,
  });
  const each = linspace(1, most, most).map(() => {
    const parts = {
      group: s("g", { class: "nj-sc-column" }),
      bar: s("rect", { class: "nj-sc-bar" }),
      ghost: s("rect", { class: "nj-sc-ghost" }),
      mark: s("path", { class: "nj-sc-mark" }),
      arrow: s("path", { class: "nj-sc-arrow" }),
      name: s("text", { class: "nj-sc-name", y: 239 }),
      number: s("text", { class: "nj-sc-number", y: 258 }),
    };
    parts.group.append(parts.bar, parts.ghost, parts.mark, parts.arrow, parts.name, parts.number);
    return parts;
  });
  chart.front.append(...each.map(({ group }) => group));
  return {
    chart, each,
    element: h("div", { class: "nj-panel" }, h("p", { class: "nj-panel-title" }, title), chart.element, ...extra),
    /** Show as many columns as there are classes; `draw(parts, k, centre, width)` fills them. */
    draw({ names, target }, numbers, fill) {
      const [left, right] = chart.x.range;
      const width = (right - left) / names.length;
      each.forEach((parts, k) => {
        parts.group.style.display = k < names.length ? "" : "none";
        if (k >= names.length) return;
        const centre = left + (k + 0.5) * width;
        set(parts.group, { "data-target": k === target });
        for (const text of [parts.name, parts.number]) set(text, { x: centre.toFixed(1) });
        if (parts.name.textContent !== names[k]) parts.name.textContent = names[k];
        if (parts.number.textContent !== numbers[k]) parts.number.textContent = numbers[k];
        fill(parts, k, centre, Math.min(0.5 * width, 44));
      });
    },
  };
}

/** A bar between two heights, in pixels. */
const bar = (element, centre, width, from, to) => set(element, {
  x: (centre - width / 2).toFixed(1), y: Math.min(from, to).toFixed(1),
  width: width.toFixed(1), height: Math.abs(to - from).toFixed(1),
});

/** The `d` of an upright arrow; none if it is too short to be seen. */
export function arrow(x, from, to) {
  const long = Math.abs(to - from);
  if (long < 1) return "";
  const head = Math.min(7, long) * Math.sign(to - from);
  const side = Math.min(5, long);
  const at = (v) => v.toFixed(1);
  return `M${at(x)} ${at(from)}V${at(to)}M${at(x - side)} ${at(to - head)}L${at(x)} ${at(to)}L${at(x + side)} ${at(to - head)}`;
}

/** The logits, to take hold of, with arrows against the gradient. */
function logitPanel(most, grab, move, ...extra) {
  const panel = columns({
    title: "Logits z, and where a step pushes them", y: [-LIMIT, LIMIT], yLabel: "logit z", most, extra,
    label: "The logits as bars, with arrows against the gradient; the gradient in numbers below",
  });
  const { chart, each } = panel;
  const zero = chart.y(0);
  chart.marks.append(s("path", { class: "nj-sc-zero", d: `M${chart.x.range[0]} ${zero}H${chart.x.range[1]}` }));
  each.forEach((parts, k) => {
    parts.grip = handle("nj-sc-grip");
    parts.group.append(parts.grip);
    draggable(parts.grip, chart, {
      start: () => { grab(); return true; },
      move: ([, z]) => move(k, Number(clamp(z, -LIMIT, LIMIT).toFixed(1))),
    });
  });
  return {
    element: panel.element,
    draw(state, { gradient }) {
      const signed = gradient.map((g) => (g > 0.0005 ? "+" : "") + format(g, 3));
      panel.draw(state, signed, (parts, k, centre, width) => {
        const y = chart.y(state.logits[k]);
        bar(parts.bar, centre, width, zero, y);
        set(parts.grip, { transform: `translate(${centre.toFixed(1)} ${y.toFixed(1)})` });
        const [bottom, top] = chart.y.range;
        const end = clamp(y + clamp(ARROW * gradient[k], -LONGEST, LONGEST), top, bottom);
        set(parts.arrow, { d: arrow(centre + width / 2 + 6, y, end) });
      });
    },
  };
}

/** The probabilities, with the targets to which the arrows lead. */
function chancePanel(most, ...extra) {
  const panel = columns({
    title: "Probabilities p, and the target y", y: [0, 1], yLabel: "probability p", most, extra,
    label: "The probabilities as bars, a line at each target, and an arrow from the one to the other",
  });
  const { chart } = panel;
  const zero = chart.y(0);
  const title = panel.element.firstChild;
  return {
    element: panel.element,
    draw(state, { p, seen, y }) {
      const text = state.twice ? "Softmax of softmax, and the target y" : "Probabilities p, and the target y";
      if (title.textContent !== text) title.textContent = text;
      panel.draw(state, seen.map(percent), (parts, k, centre, width) => {
        bar(parts.bar, centre, width, zero, chart.y(seen[k]));
        bar(parts.ghost, centre, width, zero, chart.y(p[k]));
        parts.ghost.style.display = state.twice ? "" : "none";
        const at = chart.y(y[k]);
        set(parts.mark, { d: `M${(centre - width / 2 - 5).toFixed(1)} ${at.toFixed(1)}h${(width + 10).toFixed(1)}` });
        set(parts.arrow, { d: arrow(centre + width / 2 + 6, chart.y(seen[k]), at) });
      });
    },
  };
}

/** −log p against p: a dot for each class, as heavy as its target, and the trail of the steps. */
function lossPanel(most, ...extra) {
  const chart = plot({
    x: [0, 1], y: [0, 6], width: 340, height: 244, margin: { top: 8, right: 12, left: 46, bottom: 44 },
    xLabel: "probability p of a class", yLabel: "−log p", label: "The curve −log p, with a dot for each class; the loss as a dashed line",
  });
  const outside = [0, 1].map(() => s("rect", { class: "nj-sc-outside" }));
  const curve = s("path", { class: "nj-curve" });
  const floor = s("path", { class: "nj-sc-floor" });
  const level = s("path", { class: "nj-sc-level" });
  const trail = s("path", { class: "nj-sc-trail" });
  const points = linspace(1, most, most).map(() => s("circle", { class: "nj-sc-point" }));
  chart.back.append(...outside);
  chart.marks.append(curve, floor, level, trail);
  chart.front.append(...points);
  let shown = 0;
  return {
    element: h("div", { class: "nj-panel" }, h("p", { class: "nj-panel-title" }, "The loss"), chart.element, ...extra),
    draw(state, { seen, y, costs, loss, floor: low }, past) {
      const highest = Math.max(loss, ...costs.filter((_, k) => y[k] > 0), ...past.map(({ cost }) => cost));
      const top = [6, 12, 25, 50, 100, 200, 300].find((end) => highest <= 0.98 * end) ?? 400;
      if (top !== shown) {
        shown = top;
        chart.domain([0, 1], [0, top]);
        // Evenly in −log p where it is steep, evenly in p where it is flat.
        const places = [...linspace(top, 1, 80).map((c) => Math.exp(-c)), ...linspace(0.375, 1, 60)];
        set(curve, { d: through(places.map((p) => [p, 0 - Math.log(p)]), chart.x, chart.y) });
      }
      const [left, right] = chart.x.range;
      const across = (element, value) => set(element, { d: `M${left} ${chart.y(value).toFixed(1)}H${right}` });
      across(level, loss);
      across(floor, low);
      floor.style.display = low > 0 ? "" : "none";
      const [least, best] = reach(seen.length);
      [[0, least], [best, 1]].forEach(([from, to], i) => {
        outside[i].style.display = state.twice ? "" : "none";
        bar(outside[i], (chart.x(from) + chart.x(to)) / 2, chart.x(to) - chart.x(from), ...chart.y.range);
      });
      set(trail, { d: dots(past.map(({ p, cost }) => [p, cost]), chart.x, chart.y) });
      points.forEach((point, k) => {
        point.style.display = k < seen.length && costs[k] <= top ? "" : "none";
        if (k < seen.length) {
          set(point, {
            cx: chart.x(seen[k]).toFixed(1), cy: chart.y(Math.min(costs[k], top)).toFixed(1),
            r: (2.5 + 5 * Math.sqrt(y[k])).toFixed(1), "data-target": k === state.target, "data-idle": y[k] === 0,
          });
        }
      });
    },
  };
}

const same = (a, b) => a.length === b.length && a.every((one, k) => one === b[k]);

function draw(frame) {
  const { get, change, on, panels, controls, linked, signal, say } = frame;
  const names = get("names");
  const most = names.length;
  let journey = { origin: [], now: [], settings: "", steps: 0, past: [] };

  const move = (k, z) => {
    playback.pause();
    change({ logits: stateOf(get).logits.map((old, j) => (j === k ? z : old)) });
  };
  const playback = player({
    signal, rate: 6, jump: 60,
    step: () => {
      const state = stateOf(get);
      const next = stepped(state);
      const size = Math.max(...evaluate(state).gradient.map(Math.abs));
      if (next.some((z) => Math.abs(z) > LIMIT) || (playback.playing && size < SMALL)) return false;
      travel(state);
      if (!journey.past.length) remember(state);
      journey.now = next;
      journey.steps += 1;
      change({ logits: next });
      return true;
    },
    reset: () => {
      travel(stateOf(get));
      Object.assign(journey, { now: journey.origin, steps: 0, past: [] });
      change({ logits: journey.origin });
    },
  });

  /** Where the steps began: anew, if something else than a step has moved the logits. */
  function travel(state) {
    if (!same(journey.now, state.logits)) journey = { origin: state.logits, now: state.logits, steps: 0, past: [] };
    const settings = JSON.stringify([state.target, state.temperature, state.label_smoothing, state.twice]);
    if (settings !== journey.settings) Object.assign(journey, { settings, past: [] });
  }

  /** Where the target stands on the curve, for the trail. */
  function remember(state, { seen, costs } = evaluate(state)) {
    if (journey.past.length < MOST_DOTS) journey.past.push({ p: seen[state.target], cost: costs[state.target] });
  }

  const key = h("p", { class: "nj-sc-key" });
  const map = logitPanel(most, () => playback.pause(), move, playback.element, key);
  const sums = h("p", { class: "nj-sc-key" });
  const chances = chancePanel(most, sums);
  const curve = lossPanel(most);
  const total = gauge({ label: "Loss", unit: "nats", digits: 3, max: 6, markLabel: "lowest possible" });
  const status = h("p", { class: "nj-sc-status" });

  const sliders = names.map((name, k) => slider({
    label: `Logit of ${name}`, min: -LIMIT, max: LIMIT, step: 0.1, digits: 2, value: 0,
    input: (z) => move(k, z),
  }));
  for (const { element } of sliders) element.classList.add("nj-sc-logit");
  const target = select({ label: "Target", options: {}, value: "", input: (k) => change({ target: Number(k) }) });
  const counts = Object.fromEntries(linspace(FEWEST, most, most - FEWEST + 1).map((n) => [n, String(n)]));
  const classes = select({
    label: "Classes", options: counts, value: "",
    input: (n) => {
      playback.pause();
      const { logits } = stateOf(get);
      change({ logits: linspace(1, Number(n), Number(n)).map((k) => logits[k - 1] ?? 0), target: Math.min(get("target"), n - 1) });
    },
  });
  const temperature = slider({
    label: "Temperature", symbol: "T", min: TEMPERATURES[0], max: TEMPERATURES[1], log: true, value: get("temperature"),
    input: (value) => change({ temperature: value }),
  });
  const smoothing = slider({
    label: "Label smoothing", symbol: "ε", min: SMOOTHINGS[0], max: SMOOTHINGS[1], step: 0.01, value: get("label_smoothing"),
    input: (value) => change({ label_smoothing: value }),
  });
  const rate = slider({
    label: "Learning rate", symbol: "η", min: RATES[0], max: RATES[1], log: true, value: get("learning_rate"),
    input: (value) => change({ learning_rate: value }),
  });
  const twice = toggle({ label: "Softmax twice (a common mistake)", value: get("twice"), input: (on) => change({ twice: on }) });

  linked(() => playback.pause());
  panels(map.element, chances.element, curve.element,
    h("div", { class: "nj-sc-side" }, total.element, status));
  controls(
    h("div", { class: "nj-sc-row" }, target.element, classes.element, twice.element),
    ...sliders.map(({ element }) => element), temperature.element, smoothing.element, rate.element,
  );

  let listed = 0;
  function list(count) {
    if (count === listed) return;
    listed = count;
    target.element.querySelector("select").replaceChildren(
      ...names.slice(0, count).map((name, k) => h("option", { value: k }, name)));
    sliders.forEach(({ element }, k) => { element.hidden = k >= count; });
  }

  on(["logits", "target", "temperature", "label_smoothing", "learning_rate", "twice", "names"], () => {
    const state = stateOf(get);
    const found = evaluate(state);
    travel(state);
    if (journey.past.length) remember(state, found);
    list(state.logits.length);
    map.draw(state, found);
    chances.draw(state, found);
    curve.draw(state, found, journey.past);
    total.set(found.loss);
    total.mark(found.floor > 0 ? found.floor : null);
    target.value = state.target;
    classes.value = state.logits.length;
    state.logits.forEach((z, k) => { sliders[k].value = z; });
    temperature.value = state.temperature;
    smoothing.value = state.label_smoothing;
    rate.value = state.learning_rate;
    twice.value = state.twice;
    const sum = (values) => format(values.reduce((a, b) => a + b, 0), 3);
    const write = (element, text) => { if (element.textContent !== text) element.textContent = text; };
    write(key, `Drag the dots. Arrows point against the gradient. Numbers: ${formula(state)}; their sum is ${sum(found.gradient)}.`);
    write(sums, `Bars: ${state.twice ? "the softmax of p, with p in outline" : "the softmax of z/T"}; their sum is ${sum(found.seen)}. Bold lines: y. Arrows: from ${state.twice ? "the bar" : "p"} to y.`);
    const words = describe(state, journey.steps);
    write(status, words);
    say(words);
  });
}

export default widget(draw, (get) => ({
  logits: get("names").map(() => [-LIMIT, LIMIT]),
  target: [0, get("names").length - 1],
  temperature: TEMPERATURES,
  label_smoothing: SMOOTHINGS,
  learning_rate: RATES,
  twice: "boolean",
}));
