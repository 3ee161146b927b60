// A clock during a run, and a progress bar that fills in the run's ideal time. When a page goes on with a run,
// resume.js says when the run began.

const { lang, dataset } = document.documentElement;
const [UNIT] = dataset.units.split(" ");
const TENTHS = { minimumFractionDigits: 1, maximumFractionDigits: 1, useGrouping: false };
const TICK = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1000 : 100;

const controls = document.getElementById("controls");
const clock = document.getElementById("clock");
let began = 0;
let timer = 0;

function tick() {
  const panel = controls.querySelector("[data-began]");
  const seconds = (Date.now() - (panel?.dataset.began || began)) / 1000;
  clock.textContent = `${seconds.toLocaleString(lang, TENTHS)} ${UNIT}`;
  const bar = controls.querySelector(".progress:not(.counted) progress");
  if (bar) {
    bar.value = Math.min(seconds, bar.max);
  }
}

// The server adds the panel when a run begins, sets its phase, and removes it when the run ends.
function look() {
  const panel = controls.querySelector("[data-phase]");
  const running = panel?.dataset.phase === "running";
  const { compared, resume, search } = panel?.dataset ?? {};
  const id = compared ?? resume ?? search;
  if (running && (!timer || id !== clock.dataset.of)) {
    clearInterval(timer);
    clock.dataset.of = id;
    began = Date.now();
    timer = setInterval(tick, TICK);
  } else if (!running) {
    clearInterval(timer);
    timer = 0;
  }
}

new MutationObserver(look).observe(controls, { childList: true });
