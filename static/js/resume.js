// After a reload, Back or a change of language the page goes on with the run that it showed. The tab's own
// storage knows that run; a run that nobody follows any more is ended by the server after a moment.

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
  const run = controls.querySelector("[data-run]")?.dataset.run;
  try {
    if (run && run !== read().run) {
      sessionStorage.setItem(KEY, JSON.stringify({ run, place: asked }));
    } else if (controls.querySelector("[data-repetition]")) {
      sessionStorage.removeItem(KEY);
    }
  } catch {
    // forbidden, or full
  }
}

let asked = ""; // the place whose run is being shown

function resume() {
  const { run, place: at } = read();
  if (run && at === asked && !document.querySelector("#transcript .line")) {
    const address = `/${document.documentElement.lang}/runs/${encodeURIComponent(run)}/_panel`;
    htmx.ajax("GET", address, { source: form, target: "#result" });
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
