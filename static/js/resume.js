// After a reload, Back or a change of language the page goes on with what it showed: a run, thirty runs, or a
// comparison. The tab's own storage knows it; a run that nobody follows any more is ended by the server after a
// moment.

import { query } from "./form.js";

const KEY = "movazi-run";

const form = document.getElementById("form");
const controls = document.getElementById("controls");

// A demo's address without the language, and the values of its form.
function place() {
  const path = new URL(form.dataset.address, location).pathname.replace(/^\/[^/]+/, "");
  return `${path}?${query(form)}`;
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {}; // forbidden, or not ours
  }
}

function note() {
  const panel = controls.querySelector("[data-phase]");
  const panelAt = panel?.dataset.resume;
  const known = read();
  let began = known.panelAt === panelAt ? known.began : undefined;
  if (panel?.dataset.phase === "running") {
    began ??= Date.now();
    panel.dataset.began = began;
  }
  try {
    if (panelAt && (panelAt !== known.panelAt || began !== known.began)) {
      sessionStorage.setItem(KEY, JSON.stringify({ panelAt, place: asked, began }));
    } else if (panel && !panelAt) {
      sessionStorage.removeItem(KEY);
    }
  } catch {
    // forbidden, or full
  }
}

let asked = ""; // the place of what is being shown

function resume() {
  const { panelAt, place: at } = read();
  if (panelAt && at === asked && !document.querySelector(".lines > :is(.line, .run-line)")) {
    htmx.ajax("GET", `/${document.documentElement.lang}${panelAt}`, {
      source: form,
      target: "#result",
    });
  }
}

if (form?.dataset.address) {
  asked = place();
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (ctx.sourceElement.id === "form") {
      asked = place();
    }
  });
  new MutationObserver(note).observe(controls, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", resume);
}
