// Shows the book's widgets (https://anywidget.dev) without a kernel, and without anything from
// elsewhere. _ext/widgets.py wrote the state that this reads.
//
// This is a classic script, async: it runs while the page still arrives, and shows each widget once
// the page has come that far. It imports each widget's module from a blob: URL; a
// <script type="module"> would not do, for a page opened from disk (file://) may not load one.
(() => {
  "use strict";
  const STATE = '[type="application/vnd.jupyter.widget-state+json"]';
  const VIEWS = '[type="application/vnd.jupyter.widget-view+json"]';
  const once = new Map();

  /** What `make` returned when it was first called for this key. */
  const remember = (key, make) => {
    if (!once.has(key)) once.set(key, make());
    return once.get(key);
  };
  const page = () => remember("page", () => JSON.parse(document.querySelector(STATE).textContent));
  const text = (numbers) => numbers.map((number) => page().parts[number]).join("");
  const equal = (a, b) =>
    Object.is(a, b) || (Array.isArray(a) && JSON.stringify(a) === JSON.stringify(b));

  /** A model as anywidget's front-end modules expect it; there is no kernel to save to. */
  function createModel({ state, buffers }) {
    const listeners = {}; // by event
    const each = (names, action) => names.split(/\s+/).forEach(action);
    const emit = (name, ...values) => [...(listeners[name] ?? [])].forEach((f) => f(...values));
    for (const { path, data } of buffers ?? []) {
      const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
      const last = path.pop();
      path.reduce((place, key) => place[key], state)[last] = new DataView(bytes.buffer);
    }
    const model = {
      get: (name) => state[name],
      set(name, value) {
        if (typeof name === "object") return Object.entries(name).forEach((pair) => model.set(...pair));
        if (equal(state[name], value)) return;
        state[name] = value;
        emit(`change:${name}`, model, value);
        emit("change", model);
      },
      save_changes() {},
      send() {},
      on(names, listener) {
        each(names, (name) => (listeners[name] ??= new Set()).add(listener));
      },
      off(names, listener) {
        each(names ?? Object.keys(listeners).join(" "), (name) => {
          if (listener) listeners[name]?.delete(listener);
          else delete listeners[name];
        });
      },
    };
    return model;
  }

  const importModule = (code) => {
    const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    return import(url).finally(() => URL.revokeObjectURL(url));
  };

  const leaving = new AbortController();
  const { signal } = leaving;
  const experimental = { invoke: () => Promise.reject(new Error("There is no kernel here.")) };
  const atTheEnd = (cleanup) =>
    typeof cleanup === "function" && signal.addEventListener("abort", () => cleanup());

  /** The model and the widget, shared by all views of one model. */
  async function start({ esm, css, ...saved }) {
    remember(`css ${css}`, () => {
      const style = document.createElement("style");
      style.textContent = text(css);
      document.head.append(style);
    });
    const module = await remember(`esm ${esm}`, () => importModule(text(esm)));
    const found = module.default ?? module;
    const widget = typeof found === "function" ? await found() : found;
    const model = createModel(saved);
    atTheEnd(await widget.initialize?.({ model, signal, experimental }));
    return { model, widget };
  }

  async function show(view) {
    const el = document.createElement("div");
    view.after(el);
    try {
      const id = JSON.parse(view.textContent).model_id;
      const { model, widget } = await remember(id, () => start(page().models[id]));
      atTheEnd(await widget.render?.({ model, el, signal, experimental }));
    } catch (error) {
      el.textContent = `This widget could not start: ${error.message}`;
      console.error(error);
    }
  }

  const met = new Set();
  const arriving = () => document.readyState === "loading";
  /** Whether anything comes after it on the page; then all of it has arrived. */
  const followed = (node) => node && (node.nextSibling || followed(node.parentNode));
  /** Show the views that have come. */
  const look = () => {
    for (const view of document.querySelectorAll(VIEWS)) {
      if (met.has(view) || (arriving() && !followed(view))) continue;
      met.add(view);
      show(view);
    }
  };
  const arrivals = new MutationObserver(look);
  if (arriving()) arrivals.observe(document, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", () => {
    arrivals.disconnect();
    look();
  });
  look();
  // A page that the browser keeps, to come back to, stays as it is.
  addEventListener("pagehide", (event) => event.persisted || leaving.abort());
})();
