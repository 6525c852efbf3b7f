// What a page does beyond being read: colour mode, copying code, keyboard access to what
// scrolls, the drawer, search by key, and reading offline. Nothing here is needed to read.
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector) => document.querySelectorAll(selector);

  // ---- colour mode: as the system, light, dark ----
  const NAMES = { auto: "as the system", light: "light", dark: "dark" };
  const system = matchMedia("(prefers-color-scheme: dark)");
  const button = document.querySelector(".mode-button");

  function setMode(mode) {
    root.dataset.mode = mode;
    root.dataset.theme = mode === "auto" ? (system.matches ? "dark" : "light") : mode;
    button.setAttribute("aria-label", `Colour mode: ${NAMES[mode]}`);
    button.title = `Colour mode: ${NAMES[mode]}`;
    try { localStorage.setItem("mode", mode); } catch { /* storage is off */ }
  }
  const modes = Object.keys(NAMES);
  button.hidden = false;
  button.addEventListener("click", () => {
    setMode(modes[(modes.indexOf(root.dataset.mode) + 1) % modes.length]);
  });
  system.addEventListener("change", () => setMode(root.dataset.mode));
  setMode(modes.includes(root.dataset.mode) ? root.dataset.mode : "auto");

  // ---- copying code ----
  async function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const area = document.body.appendChild(document.createElement("textarea")); // not on https
    area.value = text;
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  for (const pre of all("div[class*='highlight-']:not(.output) > .highlight > pre")) {
    const label = document.createElement("button");
    label.type = "button";
    label.className = "copy";
    label.textContent = "Copy";
    label.addEventListener("click", async () => {
      const done = await copy(pre.textContent.trimEnd()).then(() => true, () => false);
      label.textContent = done ? "Copied" : "Press Ctrl+C";
      setTimeout(() => { label.textContent = "Copy"; }, 1500);
    });
    pre.after(label);
  }

  // ---- what scrolls can be reached and scrolled by keyboard ----
  const scrollers = all("pre, .formula, .pst-scrollable-table-container, .cell_output");
  function markScrollers() {
    for (const box of scrollers) {
      const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
      if (scrolls && getComputedStyle(box).overflowX !== "visible") box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  }
  // Not before: laying out the whole page would hold up the widgets.
  function arrived() {
    delete root.dataset.arriving;
    document.fonts.ready.then(() => {
      markScrollers();
      root.dataset.arrived = "";
    });
  }
  addEventListener("load", () => { (globalThis.requestIdleCallback ?? setTimeout)(arrived); });
  addEventListener("resize", markScrollers);
  addEventListener("toggle", markScrollers, true); // what was folded may have had no size

  // ---- contents: where we are, and the drawer of narrow screens ----
  const sidebar = document.getElementById("contents");
  const entries = new Map();
  for (const link of sidebar.querySelectorAll("a[href^='#']")) {
    const section = link.hash && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (section) entries.set(section, link);
    link.addEventListener("click", () => { if (sidebar.matches(":popover-open")) sidebar.hidePopover(); });
  }
  const seen = new IntersectionObserver((changes) => {
    const now = changes.filter((change) => change.isIntersecting).pop();
    if (!now) return;
    for (const link of entries.values()) link.classList.remove("here");
    entries.get(now.target).classList.add("here");
  }, { rootMargin: "0px 0px -70% 0px" });
  for (const section of entries.keys()) seen.observe(section);
  const current = sidebar.querySelector("[aria-current]");
  addEventListener("load", () => {
    if (current && current.offsetTop > sidebar.clientHeight / 2) sidebar.scrollTop = current.offsetTop - 120;
  });

  // ---- small things ----
  const menu = document.querySelector("details.menu");
  const closeMenu = (event) => { if (menu && !menu.contains(event.target)) menu.open = false; };
  addEventListener("click", closeMenu);
  addEventListener("focusin", closeMenu);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu?.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      if (getComputedStyle(sidebar).display === "none") sidebar.showPopover();
      sidebar.querySelector("input").focus();
    }
  });
  addEventListener("beforeprint", () => { for (const fold of all("article details")) fold.open = true; });

  // ---- reading offline: only where the browser allows it (not from disk) ----
  if ("serviceWorker" in navigator && location.protocol.startsWith("http") && !navigator.connection?.saveData) {
    const worker = new URL(`${root.dataset.content_root}service-worker.js`, location.href);
    addEventListener("load", () => { navigator.serviceWorker.register(worker).catch(() => {}); });
  }
})();
