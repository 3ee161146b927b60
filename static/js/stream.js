// Keeps a run's stream: takes it up again where it was lost, and says so.
//
// The stream is the answer to the form's own request. htmx's extension sends that request again when the
// connection breaks; as soon as the first message has named the run, the request is turned into one that
// takes that run up again (with Last-Event-ID) instead of starting another.

let request = null;
let current = null; // the connection that the page shows; an earlier one may still be ending
let run = "";

const controls = document.getElementById("controls");
const status = document.getElementById("status");

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
  } else if (!run || connection !== current) {
    event.preventDefault();
  } else {
    status.textContent = status.dataset.lost;
  }
});

document.addEventListener("htmx:sse:error", ({ detail }) => {
  // Whoever answers does not know the run any more: asking again would not help.
  if (detail.status >= 400 && detail.status < 500) {
    detail.connection.config.reconnectMaxAttempts = 0;
  }
});

document.addEventListener("htmx:sse:close", ({ detail: { connection, reason } }) => {
  if (reason !== "message" && connection === current) {
    const gone = controls.querySelector("[data-gone]") ?? status;
    status.textContent = gone.dataset.gone;
    controls.replaceChildren();
  }
});

// Pressing Run again ends the run that is on, at once: its place is for the new one.
function stopEarlier() {
  const stop = controls.querySelector("form");
  if (stop) {
    fetch(stop.action, { method: "POST", headers: { "HX-Request": "true" } });
  }
}
