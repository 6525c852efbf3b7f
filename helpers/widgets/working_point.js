/**
 * A working point: a threshold on the score of a tagger, efficiencies, rejection and S/√B, and a
 * second tagger at the same signal efficiency.
 *
 * Each tagger is two histograms of its scores, which run from 0 to 1. Thresholds stand on edges of
 * bins, where the numbers are exact.
 */
import { button, clamp, concise, draggable, format, h, handle, linspace } from "./common.js";
import { plot, powersOfTen, s, select, set, slider, through, widget } from "./common.js";

// ── The mathematics ────────────────────────────────────────────────────────────────────────

/** How many lie at or above each edge: one more number than there are bins, the last one 0. */
export function passing(counts) {
  const above = [0];
  for (let k = counts.length - 1; k >= 0; k--) above.push(above[above.length - 1] + counts[k]);
  return above.reverse();
}

/** A tagger with what passes at each edge. */
export function prepared({ name, signal, background }) {
  return { name, counts: { signal, background }, signal: passing(signal), background: passing(background) };
}

/** The number of the edge at a threshold. */
export function edgeAt(tagger, threshold) {
  const bins = tagger.signal.length - 1;
  return clamp(Math.floor(threshold * bins + 0.5), 0, bins);
}

/** What a threshold does, with `ratio` background jets expected for each of `signalJets`. */
export function working(tagger, threshold, ratio, signalJets) {
  const k = edgeAt(tagger, threshold);
  const [signal, background] = [tagger.signal[k], tagger.background[k]];
  const signalEfficiency = signal / tagger.signal[0];
  const backgroundEfficiency = background / tagger.background[0];
  const [S, B] = [signalJets * signalEfficiency, ratio * signalJets * backgroundEfficiency];
  return {
    threshold: k / (tagger.signal.length - 1), signal, background, signalEfficiency, backgroundEfficiency,
    rejection: background ? 1 / backgroundEfficiency : Infinity,
    S, B, significance: signal === 0 ? 0 : background ? S / Math.sqrt(B) : Infinity,
  };
}

/** The highest threshold that lets through at least this share of the signal. */
export function matched(tagger, efficiency) {
  const needed = efficiency * tagger.signal[0] - 1e-9;
  let k = tagger.signal.length - 1;
  while (k > 0 && tagger.signal[k] < needed) k--;
  return k / (tagger.signal.length - 1);
}

/** The curve [[ε_S, log₁₀ 1/ε_B], …], as far as background jets pass. */
export function curve({ signal, background }) {
  return signal.flatMap((kept, k) => (background[k]
    ? [[kept / signal[0], Math.log10(background[0] / background[k])]] : []));
}

/** Shares in fewer, wider bins. */
export function shares(counts, bars) {
  const total = counts.reduce((a, b) => a + b, 0);
  const each = counts.length / bars;
  return linspace(0, bars - 1, bars).map((j) =>
    counts.slice(j * each, (j + 1) * each).reduce((a, b) => a + b, 0) / total);
}

// ── In words ───────────────────────────────────────────────────────────────────────────────

const percent = (share) => `${format(100 * share, share > 0 && share < 0.0995 ? 1 : 0)} %`;

/** A rejection as it is written: one decimal below 100. */
export function times(rejection) {
  return Number.isFinite(rejection) ? format(rejection, rejection < 99.95 ? 1 : 0) : "unknown";
}

/** What passes, and how well that is known. */
export function describe(point, before, tagger) {
  const { signal, background, rejection, S, B, significance } = point;
  const told = `At or above ${format(point.threshold, 3)}: ${format(signal)} of ${format(tagger.signal[0])} signal jets and ${format(background)} of ${format(tagger.background[0])} background jets pass.`;
  if (!background) return `${told} With no background jet left, the rejection can't be known from this sample.`;
  const error = 100 / Math.sqrt(background);
  const known = background === tagger.background[0] ? " Nothing is rejected."
    : ` One background jet in ${times(rejection)} is let through; ${format(background)} jets tell that to about ± ${format(error, error < 9.95 ? 1 : 0)} %.`;
  return `${told}${known} Expected: S = ${concise(S)} and B = ${concise(B)}, so S/√B = ${concise(significance)}; before the cut it was ${concise(before)}.`;
}

/** The second tagger beside the first. */
export function compare(point, other, otherName, name) {
  if (!point.background || !other.background) return "";
  const [a, b] = [point.rejection, other.rejection];
  const bound = 2 * Math.sqrt(1 / point.background + 1 / other.background);
  if (Math.abs(Math.log(b / a)) < bound) return `At this signal efficiency ${name} and ${otherName} can't be told apart by their counts alone.`;
  const [better, by] = b > a ? [otherName, b / a] : [name, a / b];
  return `At this signal efficiency ${better} rejects ${format(by, 1)} times as well.`;
}

// ── The picture ────────────────────────────────────────────────────────────────────────────

const BARS = 40;
const TOP = 3.3; // of log₁₀ of the rejection
const RATIOS = [1, 10000];
const HALF = 0.5;

const panel = (className, title, ...rest) =>
  h("div", { class: `nj-panel ${className}` }, h("p", { class: "nj-panel-title" }, title), ...rest);

/** The outline of a histogram, or the area of its bars from an edge on. */
export function outline(heights, chart, from = 0) {
  const [x, y] = [chart.x, chart.y];
  const at = (v) => v.toFixed(1);
  let d = "";
  heights.forEach((height, j) => {
    const [left, right] = [Math.max(j / heights.length, from), (j + 1) / heights.length];
    if (left >= right) return;
    d += `${d ? "L" : `M${at(x(left))} ${at(y(0))}L`}${at(x(left))} ${at(y(height))}H${at(x(right))}`;
  });
  return d && `${d}V${at(y(0))}`;
}

/** Where the top of the histogram's axis stands. */
export function roof(highest) {
  return [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75].find((end) => highest <= 0.97 * end) ?? 1;
}

function draw(frame) {
  const { get, change, on, panels, controls, say } = frame;
  const taggers = Object.fromEntries(get("taggers").map((each) => [each.name, prepared(each)]));
  const names = Object.keys(taggers);
  const bins = get("taggers")[0].signal.length;
  const step = 1 / bins;
  const snapped = (t) => Number((Math.round(clamp(t, 0, 1) * bins) / bins).toFixed(6));

  // Scores
  const scores = plot({
    x: [0, 1], y: [0, 0.2], width: 360, height: 270, xLabel: "score, from 0 to 1", yLabel: "share of the jets",
    margin: { left: 50 }, label: "Histograms of the scores of signal and background, with the threshold",
  });
  const areas = {};
  const lines = {};
  for (const kind of ["background", "signal"]) {
    areas[kind] = s("path", { class: `nj-wp-area nj-wp-${kind}` });
    lines[kind] = s("path", { class: `nj-wp-line nj-wp-${kind}` });
    scores.marks.append(areas[kind], lines[kind]);
  }
  const rule = s("path", { class: "nj-wp-rule" });
  const grip = handle("nj-wp-grip");
  scores.front.append(rule, grip);
  draggable(grip, scores, { start: () => true, move: ([t]) => change({ threshold: snapped(t) }) });

  // Curves
  const roc = plot({
    x: [0, 1], y: [0, TOP], width: 360, height: 270, xLabel: "signal efficiency ε", yLabel: "background rejection",
    margin: { left: 50 }, label: "Background rejection against signal efficiency, one curve for each tagger",
  });
  powersOfTen(roc);
  roc.element.querySelector(".nj-axis-label").append(s("tspan", { dy: 4, "font-size": 10 }, "S"));
  const guide = s("path", { class: "nj-wp-guide" });
  const curves = [s("path", { class: "nj-wp-roc nj-wp-first" }), s("path", { class: "nj-wp-roc nj-wp-second" })];
  const spots = [s("circle", { class: "nj-wp-spot nj-wp-first", r: 6 }), s("rect", { class: "nj-wp-spot nj-wp-second", x: -5, y: -5, width: 10, height: 10 })];
  roc.marks.append(guide, curves[1], curves[0]);
  roc.front.append(spots[1], spots[0]);

  // Numbers
  const sub = (letter, index) => [letter, h("sub", {}, index)];
  const cell = () => h("td", {});
  const rows = ["first", "second"].map((place) => {
    const label = h("span", {});
    const values = linspace(1, 4, 4).map(cell);
    const head = h("th", { scope: "row" }, h("span", { class: `nj-wp-swatch nj-wp-${place}`, "aria-hidden": "true" }), label);
    return { label, values, element: h("tr", {}, head, ...values) };
  });
  const table = h("table", { class: "nj-wp-table" },
    h("thead", {}, h("tr", {}, h("td", {}), ...[sub("ε", "S"), sub("ε", "B"), ["1/", ...sub("ε", "B")], ["S/√B"]]
      .map((name) => h("th", { scope: "col" }, ...name)))),
    h("tbody", {}, ...rows.map(({ element }) => element)));
  const status = h("p", { class: "nj-wp-status" });
  const key = h("p", { class: "nj-wp-key" },
    h("span", { class: "nj-wp-word-signal" }, "Orange: signal."), " ",
    h("span", { class: "nj-wp-word-background" }, "Blue: background."), " What is filled passes.");

  // Controls
  const threshold = slider({
    label: "Threshold", min: 0, max: 1, step, digits: 3, value: get("threshold"),
    input: (t) => change({ threshold: snapped(t) }),
  });
  const ratio = slider({
    label: "Background jets for each signal jet", name: "Background to signal", min: RATIOS[0], max: RATIOS[1],
    log: true, value: get("ratio"), input: (value) => change({ ratio: value }),
  });
  ratio.element.classList.add("nj-stacked");
  const own = Object.fromEntries(names.map((name) => [name, name]));
  const efficiency = () => working(taggers[get("tagger")], get("threshold"), 1, 1).signalEfficiency;
  const tagger = select({
    label: "Tagger", options: own, value: get("tagger"),
    input: (name) => {
      const swap = get("other") === name ? { other: get("tagger") } : {};
      change({ tagger: name, threshold: snapped(matched(taggers[name], efficiency())), ...swap });
    },
  });
  const other = select({
    label: "Compare with", options: { none: "nothing", ...own }, value: get("other"),
    input: (name) => change({ other: name }),
  });
  const half = button({
    label: "Half of the signal",
    press: () => change({ threshold: snapped(matched(taggers[get("tagger")], HALF)) }),
  });
  panels(panel("nj-wp-scores", "Scores", scores.element, key), panel("nj-wp-curves", "Rejection", roc.element));
  controls(h("div", { class: "nj-wp-row" }, tagger.element, other.element, half), threshold.element, ratio.element,
    h("div", { class: "nj-wp-numbers" }, table, status));

  let shown = "";
  on(["tagger", "other", "threshold", "ratio", "signal_jets"], () => {
    const mine = taggers[get("tagger")] ?? taggers[names[0]];
    const second = get("other") === "none" ? null : taggers[get("other")];
    const expected = [get("ratio"), get("signal_jets")];
    const point = working(mine, get("threshold"), ...expected);
    const before = working(mine, 0, ...expected).significance;
    const heights = { signal: shares(mine.counts.signal, BARS), background: shares(mine.counts.background, BARS) };
    if (shown !== mine.name) {
      shown = mine.name;
      scores.domain([0, 1], [0, roof(Math.max(...heights.signal, ...heights.background))]);
    }
    for (const kind of ["signal", "background"]) {
      set(lines[kind], { d: outline(heights[kind], scores) });
      set(areas[kind], { d: outline(heights[kind], scores, point.threshold) });
    }
    const at = scores.x(point.threshold).toFixed(1);
    const [bottom, top] = scores.y.range;
    set(rule, { d: `M${at} ${bottom}V${top}` });
    set(grip, { transform: `translate(${at} ${top + 14})` });

    const shownAt = second && working(second, matched(second, point.signalEfficiency), ...expected);
    [[mine, point], [second, shownAt]].forEach(([one, its], i) => {
      for (const mark of [curves[i], spots[i]]) mark.style.display = one ? "" : "none";
      rows[i].element.style.visibility = one ? "" : "hidden"; // its place stays
      if (!one) return;
      set(curves[i], { d: through(curve(one), roc.x, roc.y) });
      const y = its.background ? Math.min(Math.log10(its.rejection), TOP) : TOP;
      set(spots[i], { transform: `translate(${roc.x(its.signalEfficiency).toFixed(1)} ${roc.y(y).toFixed(1)})`, "data-beyond": !its.background });
      const texts = [percent(its.signalEfficiency), percent(its.backgroundEfficiency), times(its.rejection), its.background ? concise(its.significance) : "unknown"];
      rows[i].values.forEach((value, j) => { if (value.textContent !== texts[j]) value.textContent = texts[j]; });
      rows[i].label.textContent = one.name;
    });
    set(guide, { d: `M${roc.x(point.signalEfficiency).toFixed(1)} ${roc.y.range[0]}V${roc.y.range[1]}` });
    const text = [describe(point, before, mine), shownAt && second !== mine ? compare(point, shownAt, second.name, mine.name) : ""].filter(Boolean).join(" ");
    if (status.textContent !== text) status.textContent = text;
    threshold.value = point.threshold;
    ratio.value = get("ratio");
    tagger.value = mine.name;
    other.value = get("other");
    say(text);
  });
}

/** A link to another tagger, without a threshold, lets the same share of the signal through. */
export function followed(values, initial, list) {
  const find = (name) => prepared(list.find((each) => each.name === name) ?? list[0]);
  if (!("tagger" in values) || values.tagger === initial.tagger) return {};
  const { signalEfficiency } = working(find(initial.tagger), initial.threshold, 1, 1);
  return { threshold: matched(find(values.tagger), signalEfficiency) };
}

export default widget(draw, (get) => {
  const own = Object.fromEntries(get("taggers").map(({ name }) => [name, name]));
  return { tagger: own, other: { none: "nothing", ...own }, threshold: [0, 1], ratio: RATIOS };
}, (values, initial, get) => followed(values, initial, get("taggers")));
