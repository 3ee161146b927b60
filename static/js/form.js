// The address bar always holds the demo and its parameters, and so do the links to the same values.
// Errors in values stay until the next run.

const VISITOR = "run-visitor";
const PREDICT = "predict-";

// The address has Latin digits, whatever the fields have: webapp/lessons/values.py.
const DIGITS = "۰۱۲۳۴۵۶۷۸۹";
const SEPARATORS = { "٫": ".", "،": "," };
export const latin = (text) =>
  text
    .replace(/[۰-۹]/g, (digit) => DIGITS.indexOf(digit))
    .replace(/[٫،]/g, (one) => SEPARATORS[one]);

// Who follows the address shall predict for himself.
export function query(form) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (name !== VISITOR && !name.startsWith(PREDICT)) {
      fields.append(name, latin(value));
    }
  }
  return fields.toString();
}

function follow(form) {
  if (!form?.dataset.address) {
    return;
  }
  const search = query(form);
  const address = form.dataset.address + (search ? `?${search}` : "");
  history.replaceState(history.state, "", address);
  for (const link of document.querySelectorAll("a[data-follows-address]")) {
    link.search = search;
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.form;
  follow(form);
  form?.querySelector("a[aria-current]")?.removeAttribute("aria-current");
});

document.addEventListener("submit", (event) => follow(event.target));

// htmx ignores a button's `formaction`, which browsers use.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (ctx.request.method === "GET") {
    return;
  }
  ctx.request.action = ctx.request.submitter?.getAttribute("formaction") ?? ctx.request.action;
});

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const form = ctx.sourceElement;
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
  }
  for (const told of form.querySelectorAll(".problem, .refused")) {
    told.remove();
  }
});

// --- the result that is shown belongs to other values than those in the form, until they are the same again ---

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
