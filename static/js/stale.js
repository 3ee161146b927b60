// Says that the result belongs to other values than those in the form, until they are the same again.

import { query } from "./form.js";

const status = document.getElementById("status");
const main = document.querySelector("main");

let shown = null; // the values of the run that is shown
let said = ""; // what the status said before

const form = () => document.getElementById("form");

function look() {
  const isStale = shown !== null && query(form()) !== shown;
  if (isStale === main.classList.contains("stale")) {
    return;
  }
  main.classList.toggle("stale", isStale);
  said = isStale ? status.textContent : said;
  status.textContent = isStale ? status.dataset.stale : said;
}

if (form()?.dataset.address) {
  document.addEventListener("input", ({ target }) => {
    if (target.form === form()) {
      look();
    }
  });
  document.addEventListener("htmx:sse:after:message", ({ target }) => {
    if (target.id === "form" && shown === null) {
      shown = query(target);
    }
  });
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (ctx.sourceElement.id === "form") {
      main.classList.remove("stale");
      shown = null;
    }
  });
  new MutationObserver(() => {
    if (document.querySelector("#result > .result:not([role])")) {
      shown ??= query(form());
    }
  }).observe(document.getElementById("result"), { childList: true });
}
