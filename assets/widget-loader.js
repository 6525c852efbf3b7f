// Shows the book's widgets (https://anywidget.dev) without a kernel, and without anything from
// elsewhere. _ext/widgets.py wrote the state that this reads.
//
// This is a classic script, deferred, and imports each widget's module from a blob: URL. A
// <script type="module"> would not do: a page opened from disk (file://) may not load one.
(() => {
  "use strict";
  const source = document.querySelector('[type="application/vnd.jupyter.widget-state+json"]');
  if (!source) return;
  const { parts, models } = JSON.parse(source.textContent);
  const views = document.querySelectorAll('[type="application/vnd.jupyter.widget-view+json"]');
  const once = new Map();

  /** What `make` returned when it was first called for this key. */
  const remember = (key, make) => {
    if (!once.has(key)) once.set(key, make());
    return once.get(key);
  };
  const text = (numbers) => numbers.map((number) => parts[number]).join("");
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
      const { model, widget } = await remember(id, () => start(models[id]));
      atTheEnd(await widget.render?.({ model, el, signal, experimental }));
    } catch (error) {
      el.textContent = `This widget could not start: ${error.message}`;
      console.error(error);
    }
  }

  views.forEach(show);
  // A page that the browser keeps, to come back to, stays as it is.
  addEventListener("pagehide", (event) => event.persisted || leaving.abort());
})();
