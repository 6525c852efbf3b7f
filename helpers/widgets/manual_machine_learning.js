/**
 * Manual machine learning: the nine numbers of a 2-2-1 network, set by hand, and how far six prices are off.
 *
 * The order of the numbers is that of helpers.nn: weights into the hidden layer row by row (one row
 * for each input), its biases, weights into the output, its bias.
 */
import { button, clamp, facts, format, h, linspace, plot, s, set, slider, through, toggle, widget } from "./common.js";

// ── The mathematics ────────────────────────────────────────────────────────────────────────

/** Sums and outputs for one flat: z, h = max(0, z), and the price. */
export function predict(p, [area, baths]) {
  const z = [0, 1].map((k) => p[k] * area + p[2 + k] * baths + p[4 + k]);
  const hidden = z.map((each) => Math.max(0, each));
  return { z, hidden, price: p[6] * hidden[0] + p[7] * hidden[1] + p[8] };
}

/** The root mean squared error; a flat is [area, bathrooms, price]. */
export function rmse(p, flats) {
  return rootMean(flats.map((flat) => predict(p, flat).price - flat[2]));
}

function rootMean(errors) {
  return Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length);
}

/** For how many flats each hidden neuron gives more than 0. */
export function alive(p, flats) {
  return [0, 1].map((k) => flats.filter((flat) => predict(p, flat).z[k] > 0).length);
}

/** The linear function that the network is where these neurons are on: [area, bathrooms, constant]. */
export function asLinear(p, on = [true, true]) {
  return [0, 2, 4].map((at) => [0, 1].reduce((sum, k) => sum + (on[k] ? p[6 + k] * p[at + k] : 0), at === 4 ? p[8] : 0));
}

/** Least squares: [weight of the area, weight of the bathrooms, constant]. */
export function leastSquares(flats) {
  const mean = [0, 1, 2].map((j) => flats.reduce((sum, flat) => sum + flat[j], 0) / flats.length);
  const away = flats.map((flat) => flat.map((each, j) => each - mean[j]));
  const sum = (i, j) => away.reduce((total, flat) => total + flat[i] * flat[j], 0);
  const [aa, ab, bb, ay, by] = [sum(0, 0), sum(0, 1), sum(1, 1), sum(0, 2), sum(1, 2)];
  const det = aa * bb - ab * ab;
  const [u, v] = [(bb * ay - ab * by) / det, (aa * by - ab * ay) / det];
  return [u, v, mean[2] - u * mean[0] - v * mean[1]];
}

/** What others reach: the mean price, least squares, and nine numbers that fit exactly. */
export function possible(flats, exact) {
  const mean = flats.reduce((sum, flat) => sum + flat[2], 0) / flats.length;
  const [u, v, c] = leastSquares(flats);
  return [
    ["Always the mean price", [0, 0, 0, 0, 0, 0, 0, 0, mean]],
    ["The best linear function, by least squares", [u, 0, v, 0, c, 0, 1, 0, 0]],
    ["The best 2-2-1 network", exact],
  ].map(([name, parameters]) => ({ name, parameters, rmse: rmse(parameters, flats) }));
}

/** An error in thousand euros, with three digits or so. */
export function money(value) {
  return format(value, Math.abs(value) < 9.995 ? 2 : Math.abs(value) < 999.5 ? 1 : 0);
}

/** A number of the network: up to three decimals, no needless zeros. */
export function brief(x) {
  const size = [0, 1, 2].find((d) => Math.abs(Number(x.toFixed(d)) - x) < 5e-10) ?? 3;
  return format(x, size);
}

/** a · x with its sign, in the middle of a sum. */
const term = (a, text) => `${a < 0 ? "−" : "+"} ${brief(Math.abs(a))}${text}`;

/** What the hidden neurons do to these flats, in words. */
export function describe(p, flats) {
  const on = alive(p, flats);
  const n = flats.length;
  const names = ["h₁", "h₂"];
  const dead = names.filter((_, k) => on[k] === 0);
  const count = (k) => (on[k] === n ? `all ${n} flats` : `${on[k] || "none"} of the ${n} flats`);
  const counts = `h₁ is on for ${count(0)}, h₂ for ${count(1)}.`;
  if (dead.length === 2) return `${counts} Both are dead: the price is the last bias, ${brief(p[8])}, whatever the flat. Eight sliders do nothing.`;
  const lost = dead.length ? ` ${dead[0]} is dead for these flats: its two weights, its bias and the weight behind it do nothing.` : "";
  const bent = on.map((each) => each > 0 && each < n);
  if (bent.some((each, k) => each && p[6 + k] !== 0)) {
    return `${counts}${lost} ReLU cuts something off for some flats and not for others, so the price can have a kink.`;
  }
  const [a, b, c] = asLinear(p, on.map((each) => each === n));
  return `${counts}${lost} ${dead.length || bent.includes(true) ? "What is left is" : "No ReLU cuts anything off here, so for these flats the network is"} `
    + `linear: price = ${brief(a)}·area ${term(b, "·bathrooms")} ${term(c, "")}.`;
}

/** The ends of an axis that holds these values and 0 to 800. */
export function reach(values) {
  const up = (value) => {
    const power = 10 ** Math.floor(Math.log10(value));
    return power * [1, 1.5, 2, 3, 4, 5, 7, 10].find((m) => m * power >= value);
  };
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return [low < 0 ? -up(Math.max(-1.05 * low, 50)) : 0, high > 780 ? up(1.05 * high) : 800];
}

// ── The picture ────────────────────────────────────────────────────────────────────────────

const NODES = { area: [40, 66], baths: [40, 214], h1: [172, 66], h2: [172, 214], price: [304, 140] };
const LINKS = [["area", "h1", 0], ["area", "h2", 1], ["baths", "h1", 2], ["baths", "h2", 3], ["h1", "price", 6], ["h2", "price", 7]];

/** The network, with its numbers on it; a number can be clicked, which leads to its slider. */
function network(go) {
  const element = s("svg", { class: "nj-plot nj-mm-net", viewBox: "0 0 344 280", role: "img" });
  const tag = (index, x, y, prefix = "") => {
    const text = s("text", { class: "nj-mm-number", x, y });
    const group = s("g", { class: "nj-mm-tag", onclick: () => go(index) },
      s("rect", { class: "nj-touch", x: x - 26, y: y - 22, width: 52, height: 34 }), text);
    return { index, text, prefix, group };
  };
  const lines = LINKS.map(([from, to, index]) => {
    const [[x, y], [u, v]] = [NODES[from], NODES[to]];
    const t = index === 1 || index === 2 ? 0.36 : index > 4 ? 0.42 : 0.5;
    return { index, line: s("path", { class: "nj-mm-edge", d: `M${x} ${y}L${u} ${v}` }), tag: tag(index, x + t * (u - x), y + t * (v - y) + 5) };
  });
  const biases = [tag(4, 172, 26, "bias "), tag(5, 172, 264, "bias "), tag(8, 306, 94, "bias ")];
  const states = [[172, 66], [172, 214]].map(([x, y]) => s("text", { class: "nj-mm-on", x, y: y + 15 }));
  const boxes = Object.entries(NODES).map(([name, [x, y]]) => s("circle", { class: `nj-mm-node nj-mm-${name}`, cx: x, cy: y, r: 29 }));
  const label = (name, text, dy = 5) => s("text", { class: "nj-mm-name", x: NODES[name][0], y: NODES[name][1] + dy }, text);
  element.append(
    ...lines.map(({ line }) => line), ...boxes,
    label("area", "area"), label("baths", "baths"), label("h1", "h₁", 0), label("h2", "h₂", 0), label("price", "price"),
    ...states, ...lines.map((one) => one.tag.group), ...biases.map(({ group }) => group),
  );
  return {
    element,
    draw(p, flats, names, limits) {
      const on = alive(p, flats);
      for (const { index, line, tag: { text } } of lines) {
        text.textContent = brief(p[index]);
        set(line, { "data-sign": Math.sign(p[index]), "stroke-width": (1 + 5 * Math.sqrt(Math.abs(p[index]) / limits[index])).toFixed(2) });
      }
      for (const { index, text, prefix } of biases) text.textContent = prefix + brief(p[index]);
      states.forEach((text, k) => {
        text.textContent = on[k] ? `on ${on[k]}/${flats.length}` : "off";
        set(text, { "data-off": on[k] === 0 });
      });
      boxes.slice(2, 4).forEach((box, k) => set(box, { "data-off": on[k] === 0 }));
      set(element, { "aria-label": `The network: ${p.map((value, i) => `${names[i]} ${brief(value)}`).join("; ")}.` });
    },
  };
}

/** Predicted against true prices. */
function agreement(flats) {
  const chart = plot({
    x: [0, 800], y: [0, 800], width: 344, height: 280, margin: { top: 10, right: 12, left: 74, bottom: 44 },
    xLabel: "true price (1000 €)", yLabel: "predicted price (1000 €)", label: "Predicted against true prices, and the diagonal on which they agree",
  });
  const zero = s("path", { class: "nj-mm-zero" });
  const diagonal = s("path", { class: "nj-mm-diagonal" });
  const errors = s("path", { class: "nj-mm-error" });
  const points = flats.map((_, i) => s("g", {}, s("circle", { r: 8, class: "nj-mm-point" }), s("text", { class: "nj-mm-which", y: 4 }, String(i + 1))));
  chart.marks.append(zero, diagonal, errors);
  chart.front.append(...points);
  let shown = "";
  return {
    element: chart.element,
    draw(prices) {
      const range = reach(prices);
      if (shown !== range.join()) chart.domain([0, 800], range);
      shown = range.join();
      const line = (ends) => through(ends, chart.x, chart.y);
      set(zero, { d: line([[0, 0], [800, 0]]) });
      set(diagonal, { d: line(linspace(0, 800, 2).map((x) => [x, x])) });
      set(errors, { d: flats.map((flat, i) => line([[flat[2], flat[2]], [flat[2], prices[i]]])).join("") });
      flats.forEach((flat, i) => set(points[i], { transform: `translate(${chart.x(flat[2]).toFixed(1)} ${chart.y(prices[i]).toFixed(1)})` }));
    },
  };
}

/** The six flats, with what the network makes of them. */
function table(flats) {
  const cells = flats.map(() => [0, 1, 2, 3].map(() => h("td", {})));
  const head = ["", "m²", "baths", "h₁", "h₂", "says", "sold", "error"].map((text) => h("th", { scope: "col" }, text));
  head[0].append(h("span", { class: "nj-alt" }, "flat"));
  return {
    element: h("table", { class: "nj-mm-table" },
      h("thead", {}, h("tr", {}, ...head)),
      h("tbody", {}, ...flats.map(([area, baths, price], i) => {
        const [first, second, says, error] = cells[i];
        return h("tr", {}, h("th", { scope: "row" }, String(i + 1)), h("td", {}, brief(area)), h("td", {}, brief(baths)),
          first, second, says, h("td", {}, brief(price)), error);
      }))),
    draw(found) {
      found.forEach(({ z, hidden, price }, i) => {
        [...hidden, price, flats[i][2] - price].forEach((exact, j) => {
          const value = Math.round(10 * exact) / 10;
          cells[i][j].textContent = j < 2 && z[j] <= 0 ? "off" : format(value, Math.abs(value) < 100 && value % 1 ? 1 : 0);
          if (j < 2) set(cells[i][j], { "data-off": z[j] <= 0 });
        });
      });
    },
  };
}

const NAMES = [
  "area to h₁", "area to h₂", "bathrooms to h₁", "bathrooms to h₂", "bias of h₁", "bias of h₂",
  "h₁ to price", "h₂ to price", "bias of the price",
];
const GROUPS = [["First hidden neuron, h₁", [0, 2, 4]], ["Second hidden neuron, h₂", [1, 3, 5]], ["Output, the price", [6, 7, 8]]];

function draw(frame) {
  const { get, change, on, panels, controls, linked, say } = frame;
  const flats = get("flats");
  const limits = get("limits");
  const start = get("parameters");
  const targets = possible(flats, get("exact"));
  const parameters = () => limits.map((limit, i) => clamp(get("parameters")[i] ?? get("first")[i], -limit, limit));
  let best = start;

  const sliders = NAMES.map((name, i) => slider({
    label: name, name, min: -limits[i], max: limits[i], step: limits[i] > 20 ? 1 : 0.1, digits: 3, value: start[i],
    input: (value) => change({ parameters: parameters().map((old, j) => (i === j ? value : old)) }),
  }));
  for (const { element } of sliders) element.classList.add("nj-stacked");
  const net = network((index) => sliders[index].element.querySelector(".nj-track").focus());
  const chart = agreement(flats);
  const rows = table(flats);
  const numbers = facts(["RMSE (1000 €)", "Improvement", "Best so far (1000 €)"]);
  const words = h("p", { class: "nj-mm-words" });
  const back = button({ label: "Back to the best", press: () => change({ parameters: best }) });
  const again = button({
    label: "Start again",
    press: () => { best = start; change({ parameters: start, show_possible: false }); },
  });
  const reveal = toggle({
    label: "Show what is possible", value: get("show_possible"), input: (v) => change({ show_possible: v }),
  });
  const marks = h("div", { class: "nj-mm-marks" },
    h("p", {}, "RMSE in thousand euros:"),
    h("ul", {}, ...targets.map((target) => {
      const use = button({ label: "Set", press: () => change({ parameters: target.parameters }) });
      use.setAttribute("aria-label", `Set: ${target.name}`);
      return h("li", {}, use, h("span", {}, `${target.name}: `, h("b", {}, money(target.rmse))));
    })),
    h("p", {}, "Nine numbers can hit six prices exactly. That says nothing about a seventh flat."));

  linked(() => { best = parameters(); });
  panels(
    h("div", { class: "nj-panel" }, h("p", { class: "nj-panel-title" }, "The network"), net.element,
      h("p", { class: "nj-mm-key" }, "Blue: positive weights. Orange, dashed: negative ones. “on 4/6”: above zero for 4 of the 6 flats.")),
    h("div", { class: "nj-panel" }, h("p", { class: "nj-panel-title" }, "Its prices against the true ones"), chart.element),
  );
  controls(
    numbers.element,
    h("div", { class: "nj-mm-groups" }, ...GROUPS.map(([title, members]) =>
      h("div", { class: "nj-mm-group", role: "group", "aria-label": title },
        h("p", { class: "nj-panel-title" }, title), ...members.map((i) => sliders[i].element)))),
    words,
    h("div", { class: "nj-mm-row" }, again, back, reveal.element),
    marks,
    rows.element,
  );

  on(["parameters", "baseline", "show_possible"], () => {
    const p = parameters();
    const found = flats.map((flat) => predict(p, flat));
    const error = rmse(p, flats);
    if (error < rmse(best, flats)) best = p;
    const improvement = `${format(100 * (1 - error / get("baseline")), 1)} %`;
    net.draw(p, flats, NAMES, limits);
    chart.draw(found.map(({ price }) => price));
    rows.draw(found);
    sliders.forEach((control, i) => { control.value = p[i]; });
    numbers.set([money(error), improvement, money(rmse(best, flats))]);
    back.disabled = rmse(best, flats) >= error;
    const told = describe(p, flats);
    if (words.textContent !== told) words.textContent = told;
    const shown = get("show_possible");
    reveal.value = shown;
    marks.hidden = !shown;
    say(`RMSE ${money(error)} thousand euros, improvement ${improvement}. ${told}`);
  });
}

export default widget(draw, (get) => ({
  parameters: get("limits").map((limit) => [-limit, limit]),
  show_possible: "boolean",
}));
