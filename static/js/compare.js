// Choosing another demo loads the page with its fields and its source. The walks through both runs move together,
// on one set of buttons.

const KEYS = ["a", "b"];

const page = document.querySelector(".compare-page");

page.addEventListener("change", (event) => {
  const { form, name } = event.target;
  if (form && KEYS.includes(name)) {
    // form.js must not put these fields into the address: they belong to the earlier demo.
    event.stopPropagation();
    const fields = new URLSearchParams(new FormData(form));
    fields.set("choose", name);
    location.assign(`${form.dataset.address}?${fields}`);
  }
});

const both = () => [...page.querySelectorAll(".compare-lanes run-lanes")];

// --- one moment: where one walk goes, the other follows ---

let following = false;

function move(lanes, time) {
  lanes.with(() => {
    const step = lanes.stepAt(time);
    following = true;
    if (step !== lanes.step) {
      lanes.render(step);
    }
    lanes.place(time);
    following = false;
  });
}

// To point at a line is to ask about that run only.
const pointsAtLine = () => page.querySelector(".screen:is(:hover, :focus)");

page.addEventListener("moment", ({ target, detail }) => {
  if (!following && !pointsAtLine()) {
    for (const other of both().filter((lanes) => lanes !== target)) {
      move(other, detail);
    }
  }
});

// --- one set of buttons: a step is the next event of either run ---

function go(lanes, where) {
  const times = lanes.flatMap(({ data }) => data.steps.map(([time]) => time));
  const now = lanes[0].time;
  const to = {
    on: () => Math.min(...times.filter((time) => time > now)),
    back: () => Math.max(0, ...times.filter((time) => time < now)),
    last: () => Math.max(...times),
  };
  const time = to[where]();
  for (const each of lanes.filter(() => Number.isFinite(time))) {
    each.playing.pause();
    move(each, time);
    each.view.keep(each.time);
  }
}

page.addEventListener(
  "click",
  (event) => {
    const where = event.target.closest(".compare-lanes [data-walk]")?.dataset.walk;
    if (["on", "back", "last"].includes(where)) {
      event.stopPropagation();
      const lanes = both();
      Promise.all(lanes.map((each) => each.load())).then(() => go(lanes, where));
    }
  },
  { capture: true },
);

page.addEventListener("click", (event) => {
  const zoom = event.target.closest(".compare-lanes [data-zoom]")?.dataset.zoom;
  if (zoom) {
    both()[1].press({ zoom });
  }
});
