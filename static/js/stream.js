// Resumes a run's stream when the connection is lost, and says so.
//
// The stream is the answer to the form's request. htmx's extension repeats that request when the connection
// breaks. Once the first message has named the run, the request is changed into one that resumes that run
// (with Last-Event-ID), so that the repetition does not start another run.

let request = null;
let current = null; // the connection that the page shows; an earlier one may still be ending
let run = "";
let growing = null;

const controls = document.getElementById("controls");
const status = document.getElementById("status");

const ROOM = 160; // pixels, for some lines
const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;

const isForm = (element) => element?.id === "form";

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (isForm(ctx.sourceElement)) {
    stopEarlier();
    request = ctx.request;
    current = null;
    run = "";
  }
});

document.addEventListener("htmx:sse:after:message", () => {
  const panel = controls.querySelector("[data-run]");
  if (panel && request && panel.dataset.run !== run) {
    run = panel.dataset.run;
    request.action = panel.dataset.events;
    request.method = "GET";
    request.body = null;
  }
});

document.addEventListener("htmx:sse:before:connection", (event) => {
  const { connection } = event.detail;
  if (connection.attempt === 0) {
    current = connection;
    revealTranscript();
  } else if (!run || connection !== current) {
    event.preventDefault();
  } else {
    growing?.then(({ halt }) => halt());
    status.textContent = status.dataset.lost;
  }
});

document.addEventListener("htmx:sse:error", ({ detail }) => {
  // The server does not know the run any more, so do not reconnect.
  if (detail.status >= 400 && detail.status < 500) {
    detail.connection.config.reconnectMaxAttempts = 0;
  }
});

document.addEventListener("htmx:sse:close", ({ detail: { connection, reason } }) => {
  if (reason !== "message" && connection === current) {
    growing?.then(({ halt }) => halt());
    const gone = controls.querySelector("[data-gone]") ?? status;
    status.textContent = gone.dataset.gone;
    controls.replaceChildren();
  }
});

// A short run may be over when the drawing is loaded: then its picture stands, and nothing may replace it.
document.addEventListener("lanes", ({ detail: { data } }) =>
  grow(({ take }) => controls.querySelector("[data-run]") && take(JSON.parse(data))),
);

// Only a page on which a program is running needs the drawing of growing lanes. One promise keeps the messages
// in order while it is loaded.
function grow(act) {
  growing ??= import("./growing.js");
  growing.then(act);
}

// The request came to nothing: the status says so, and the earlier run stays.
document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (isForm(ctx?.sourceElement) && !current && status.dataset.unsent) {
    status.textContent = status.dataset.unsent;
  }
});

// A refusal is told in the status too, for its panel may be below the window.
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const refused = isForm(ctx.sourceElement) && ctx.response?.raw.status >= 400;
  const why = refused && document.querySelector("#result > [role=alert] strong, .refused p");
  if (why) {
    status.textContent = why.textContent;
  }
});

// On a phone Run is always in sight, and the transcript may be below the window.
function revealTranscript() {
  const panel = document.querySelector(".stage .run");
  const at = panel?.getBoundingClientRect();
  if (at && (at.top > innerHeight - ROOM || at.bottom < ROOM)) {
    panel.scrollIntoView({ behavior: isCalm ? "instant" : "smooth" });
  }
}

// A press of Run ends the live run at once, to free its seat for the new one.
function stopEarlier() {
  const stop = controls.querySelector("form");
  if (stop) {
    fetch(stop.action, { method: "POST", headers: { "HX-Request": "true" } });
  }
}
