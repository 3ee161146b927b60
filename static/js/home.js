// The recorded run at the top of the home page is played once, and the time of the visitor's own run stands large
// beside the time of the sleeps one after the other.

import { latin } from "./form.js";

const MICROSECONDS = 1e6;

// --- the recorded run: the style sheet uncovers its lanes; here its lines are marked as they run ---

const hero = document.getElementById("hero");
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

function play({ steps }, lines, hues) {
  const began = performance.now();
  let at = 0;
  const tick = (now) => {
    for (; at < steps.length && steps[at][0] / MICROSECONDS <= (now - began) / 1000; at += 1) {
      const [, lane, source] = steps[at];
      const line = document.getElementById(lines + source);
      if (line) {
        hero.querySelector(".marked")?.classList.remove("marked");
        line.className = `code-line marked ${hues[lane]}`;
      }
    }
    if (at < steps.length) {
      requestAnimationFrame(tick);
    } else {
      hero.querySelector(".marked")?.classList.remove("marked");
    }
  };
  requestAnimationFrame(tick);
}

if (hero && !still) {
  const lanes = hero.querySelector("run-lanes");
  const names = [...lanes.querySelectorAll(".lane-names li")];
  const hues = names.map((name) => [...name.classList].find((word) => word.startsWith("hue-")));
  play(JSON.parse(lanes.querySelector("script").textContent), lanes.dataset.lines, hues);
}

// --- the visitor's own run ---

// Only a run has lanes to step through: the recorded one is a picture.
document.addEventListener("htmx:before:request", () => import("./lanes.js"), { once: true });

const [alone, versus] = document.querySelectorAll(".versus dd");

function follow(clock) {
  const seconds = Number.parseFloat(latin(clock.textContent));
  if (!Number.isNaN(seconds)) {
    const { lang } = document.documentElement;
    const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
    const number = seconds.toLocaleString(lang, digits);
    versus.querySelector("progress").value = seconds;
    // With the unit of the time beside it.
    const text = alone.textContent.trim().replace(/[\d۰-۹.٫]+/, number);
    versus.querySelector("span").textContent = text;
  }
}

if (versus) {
  const clock = document.getElementById("clock");
  new MutationObserver(() => follow(clock)).observe(clock, { childList: true });
}
