// A button that copies a run's link, and a list of the last runs, which only the browser stores.
// Either is hidden if the browser forbids it.

const KEY = "movazi-runs";
const MOST = 10;

const recent = document.getElementById("recent");
const result = document.getElementById("result");
const language = document.documentElement.lang;
const dates = new Intl.DateTimeFormat(language, {
  calendar: "gregory", // as on the pages of the runs
  dateStyle: "medium",
  timeStyle: "short",
});

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)).filter(
      (run) => run.id && run.titles && run.outcomes,
    );
  } catch {
    return []; // forbidden, empty, or not ours
  }
}

function write(runs) {
  try {
    localStorage.setItem(KEY, JSON.stringify(runs));
  } catch {
    // forbidden, or full
  }
}

function item(run) {
  const link = document.createElement("a");
  link.href = `/${language}/runs/${encodeURIComponent(run.id)}`;
  link.textContent = run.titles[language];
  const rest = document.createElement("span");
  rest.textContent = `${run.outcomes[language]} · ${dates.format(new Date(run.began))}`;
  const row = document.createElement("li");
  row.append(link, rest);
  return row;
}

function show() {
  const runs = read();
  recent.querySelector("ol").replaceChildren(...runs.map(item));
  recent.hidden = runs.length === 0;
}

// Only a run that the visitor has just made has `data-own`.
function note() {
  for (const own of result.querySelectorAll("[data-own^='{']")) {
    const run = JSON.parse(own.dataset.own);
    write([run, ...read().filter((other) => other.id !== run.id)].slice(0, MOST));
    show();
  }
}

async function copy(button) {
  await navigator.clipboard.writeText(button.parentElement.querySelector("a").href);
  button.textContent = button.dataset.copied;
}

document.documentElement.classList.toggle("can-copy", Boolean(navigator.clipboard));
document.addEventListener("click", ({ target }) => {
  if (target.matches(".kept .copy")) {
    copy(target);
  } else if (target.matches("#recent button")) {
    write([]);
    show();
    document.getElementById("content").focus({ preventScroll: true });
  }
});
addEventListener("storage", show); // another tab has made a run
new MutationObserver(note).observe(result, { childList: true });
show();
note();
