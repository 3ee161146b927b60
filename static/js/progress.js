// What a visitor has run, predicted and checked. Only the browser stores it, and a file can carry it to another
// one. Where storage is forbidden nothing is shown.
//
//   { version: 1, ran: { "lock/lost-update": true }, predicted: { "lock/lost-update": "right" },
//     checked: { lock: [right, all] } }

const KEY = "movazi-progress";
const VERSION = 1;
const MOST = 100_000; // characters of a file
const DEMO = /^[a-z0-9-]{1,64}\/[a-z0-9-]{1,64}$/;
const TOPIC = /^[a-z0-9-]{1,64}$/;

const result = document.getElementById("result");
const home = document.getElementById("progress");
const head = document.getElementById("topic-progress");
const numbers = new Intl.NumberFormat(document.documentElement.lang);

const isCount = (value) => Number.isInteger(value) && value >= 0 && value <= 99;
const isCheck = (value) =>
  Array.isArray(value) && value.length === 2 && value.every(isCount) && value[0] <= value[1];

function only(entries, name, isValue) {
  return Object.fromEntries(
    Object.entries(entries ?? {}).filter(([key, value]) => name.test(key) && isValue(value)),
  );
}

// What has been stored or imported, or null if it is not of this version. Anything may be in it.
function taken(text) {
  try {
    const found = JSON.parse(text);
    if (found?.version !== VERSION) {
      return null;
    }
    return {
      version: VERSION,
      ran: only(found.ran, DEMO, (value) => value === true),
      predicted: only(found.predicted, DEMO, (value) => ["right", "wrong"].includes(value)),
      checked: only(found.checked, TOPIC, isCheck),
    };
  } catch {
    return null;
  }
}

const nothing = () => ({ version: VERSION, ran: {}, predicted: {}, checked: {} });

function read() {
  try {
    return taken(localStorage.getItem(KEY)) ?? nothing();
  } catch {
    return nothing(); // forbidden
  }
}

function write(progress) {
  try {
    localStorage.setItem(KEY, JSON.stringify(progress));
  } catch {
    // forbidden, or full
  }
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => numbers.format(values[name]));
}

function isDone(progress, { topic, demos }) {
  const ran = Object.keys(progress.ran).filter((name) => name.startsWith(`${topic}/`)).length;
  const [right, all] = progress.checked[topic] ?? [0, 1];
  return ran >= demos || right === all;
}

function mark(link, text) {
  link.querySelector(".done-mark")?.remove();
  if (text) {
    const sign = document.createElement("span");
    sign.className = "done-mark";
    sign.textContent = "✓";
    sign.setAttribute("role", "img");
    sign.setAttribute("aria-label", text);
    link.append(sign);
  }
}

function showTopic(progress) {
  const links = [...document.querySelectorAll("[data-demo-link]")];
  let done = 0;
  for (const link of links) {
    const ran = Boolean(progress.ran[link.dataset.demoLink]);
    mark(link, ran ? head.dataset.ran : "");
    done += ran;
  }
  const check = progress.checked[head.dataset.topic];
  const said = done ? [filled(head.dataset.said, { done, all: links.length })] : [];
  if (check) {
    said.push(filled(head.dataset.checked, { right: check[0], all: check[1] }));
  }
  head.textContent = said.join(" · ");
  head.hidden = said.length === 0;
}

function showHome(progress) {
  const course = JSON.parse(home.dataset.course);
  const done = course.filter((topic) => isDone(progress, topic));
  for (const link of document.querySelectorAll(".topics a[href]")) {
    mark(
      link,
      done.some(({ address }) => address === link.getAttribute("href")) && home.dataset.ran,
    );
  }
  const said = home.querySelector(".progress-said");
  said.textContent = filled(home.dataset.said, { done: done.length, all: course.length });
  const next = course.find((topic) => !done.includes(topic));
  const on = home.querySelector(".progress-on");
  on.hidden = !next;
  if (next) {
    on.href = next.address;
    on.querySelector(".next-title").textContent = next.title;
  }
  home.hidden = false;
}

function show() {
  const progress = read();
  if (head) {
    showTopic(progress);
  }
  if (home) {
    showHome(progress);
  }
}

// Notes a run that the visitor has just made, and a check.
function note() {
  const progress = read();
  const answers = result?.querySelector(".result:has([data-own^='{']) .replies");
  if (answers) {
    progress.ran[answers.dataset.demo] = true;
    const states = answers.dataset.states.split(" ").filter((state) => /right|wrong/.test(state));
    if (states.length > 0) {
      progress.predicted[answers.dataset.demo] = states.includes("wrong") ? "wrong" : "right";
    }
  }
  const check = document.querySelector(".check-end");
  if (check) {
    progress.checked[check.dataset.topic] = [
      Number(check.dataset.right),
      Number(check.dataset.all),
    ];
    // The visitor has landed at the top of the page.
    document.querySelector(".check-top a").textContent = check.querySelector("h2").textContent;
  }
  if (answers || check) {
    write(progress);
  }
  show();
}

function save() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(read())], { type: "application/json" }));
  link.download = "movazi-progress.json";
  link.click();
  URL.revokeObjectURL(link.href);
}

async function load(file, status) {
  const found = file.size > MOST ? null : taken(await file.text());
  if (found) {
    const own = read();
    for (const part of ["ran", "predicted", "checked"]) {
      found[part] = { ...found[part], ...own[part] };
    }
    write(found);
  }
  status.textContent = found ? status.dataset.taken : status.dataset.refused;
  show();
}

if (home) {
  const file = home.querySelector("input[type=file]");
  const status = home.querySelector("[role=status]");
  home.querySelector(".progress-save").addEventListener("click", save);
  home.querySelector(".progress-load").addEventListener("click", () => file.click());
  home.querySelector(".progress-clear").addEventListener("click", () => {
    write(nothing());
    status.textContent = "";
    show();
  });
  file.addEventListener("change", async () => {
    if (file.files.length > 0) {
      await load(file.files[0], status);
      file.value = "";
    }
  });
}

addEventListener("storage", show); // another tab has made a run
if (result) {
  new MutationObserver(note).observe(result, { childList: true });
}
note();
