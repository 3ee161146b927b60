// A walk-through of a run: the cursor in the lanes, the marked lines of source and transcript, and the table
// of the workers' states move together. webapp/timeline/figure.py draws them; steps.py documents the data.
// After step k the first k events have happened.

import { Axis, countUpTo, MICROSECONDS, SVG, View } from "./axis.js";
import { linesOf, mark, put, reveal } from "./marking.js";

const { lang, dataset } = document.documentElement;
const [SECOND] = dataset.units.split(" ");
const numbers = new Intl.NumberFormat(lang);
const moments = new Intl.NumberFormat(lang, { minimumFractionDigits: 6, useGrouping: false });
const KEYS = { ArrowLeft: "back", ArrowRight: "on", Home: "first", End: "last" };

class RunLanes extends HTMLElement {
  connectedCallback() {
    this.walk = this.querySelector(".walk");
    if (!this.walk) {
      return;
    }
    this.board = this.querySelector(".lanes-time");
    this.slider = this.walk.querySelector("input");
    this.now = this.querySelector(".now-part");
    this.rows = [...this.now.querySelectorAll("tbody tr")];
    this.names = [...this.querySelectorAll(".lane-names li")];
    this.transcript = document.getElementById(this.dataset.transcript);
    const folds = this.dataset.folds.split(" ").filter(Boolean);
    this.axis = new Axis(
      Number(this.dataset.start),
      Number(this.dataset.stop),
      folds.map((fold) => fold.split("-").map(Number)),
    );
    this.view = new View(this.board, this.axis, this.dataset);
    this.step = 0;
    this.time = 0;
    this.cursor = this.board
      .querySelector(".shapes")
      .appendChild(document.createElementNS(SVG, "path"));
    this.cursor.classList.add("cursor");
    this.gone = new AbortController();
    this.listen();
    this.walk.hidden = false;
    this.now.hidden = false;
    if ("atEnd" in this.dataset) {
      this.with(() => this.go("last"));
    }
    this.begin();
    if (this.querySelector(".shared-values")) {
      this.with(() => this.turnTo(this.step)); // slow motion shows values from the beginning
    }
  }

  // Shows the first step that shows something. The page says which, so that nothing is fetched for it.
  begin() {
    if (!this.walk.dataset.begins) {
      return;
    }
    const [step, steps, time, lane, source, printed] = JSON.parse(this.walk.dataset.begins);
    this.step = step;
    this.slider.max = steps;
    this.slider.value = step;
    this.place(time);
    this.names[lane]?.classList.add("marked");
    mark(this.dataset.transcript, null, this.sourceLine(source));
    reveal(this.sourceLine(source));
    linesOf(this.transcript).forEach((line, at) => {
      line?.classList.toggle("later", at >= printed);
    });
    this.count(step, steps);
  }

  disconnectedCallback() {
    this.gone?.abort();
    this.slow?.leave();
    this.playing?.pause();
  }

  listen() {
    const listen = (target, type, listener) =>
      target?.addEventListener(type, listener, { signal: this.gone.signal });
    listen(this.walk, "click", (event) => this.press(event.target.closest("button")?.dataset));
    listen(this.slider, "input", () => this.with(() => this.show(Number(this.slider.value))));
    listen(this.slider, "focus", () => this.load());
    listen(this, "keydown", (event) => this.type(event));
    listen(this.board, "pointerdown", (event) => this.drag(event));
    listen(this.board, "pointermove", (event) => this.drag(event));
    listen(this.transcript, "look", ({ detail }) => this.showLine(detail));
  }

  // --- the data: in the page, or fetched at the first step ---

  load() {
    this.loaded ??= this.read()
      .then((data) => this.prepare(data))
      .catch((error) => {
        this.loaded = null; // the next press tries again
        throw error;
      });
    return this.loaded;
  }

  async prepare(data) {
    const { Playing, Printed, States } = await import("./walk-state.js");
    this.data = data;
    this.now.open = true; // from the first step on, until the visitor closes it
    this.slider.max = data.steps.length;
    this.times = data.steps.map(([time]) => time);
    this.lines = new Map(data.steps.map(([, , , line], at) => [line, at + 1]));
    this.playing = new Playing(this);
    this.printed = new Printed(this.transcript, data.steps);
    this.states = new States(data, this.now.querySelector(".now"), this.rows);
    this.slow = data.variables && (await this.slowMotion());
    this.dataset.loaded = "";
  }

  async slowMotion() {
    const { SlowMotion } = await import("./slow-motion.js");
    const { states, names, data } = this;
    const table = this.querySelector(".shared-values");
    return new SlowMotion(data, { lines: this.dataset.lines, states, names, table });
  }

  async read() {
    const embedded = this.querySelector("script[type='application/json']");
    if (embedded) {
      return JSON.parse(embedded.textContent);
    }
    const answer = await fetch(this.dataset.steps);
    if (!answer.ok) {
      throw new Error(`no steps: ${answer.status}`);
    }
    return answer.json();
  }

  with(act) {
    if ("loaded" in this.dataset) {
      act();
    } else {
      this.load().then(act);
    }
  }

  // --- from step to step ---

  press(data) {
    if (data?.zoom) {
      this.view.zoom(data.zoom, this.time);
    } else if (data?.walk) {
      this.with(() => this.go(data.walk));
    }
  }

  // The slider and the tables have the keys to themselves.
  type(event) {
    const walk = KEYS[event.key];
    if (walk && event.target.closest(".lanes, .tools") && !event.altKey && !event.ctrlKey) {
      event.preventDefault();
      this.press({ walk });
    }
  }

  go(where) {
    const last = this.data.steps.length;
    if (where === "play") {
      this.playing.toggle();
      return;
    }
    const to = { first: 0, back: this.step - 1, on: this.step + 1, last };
    this.show(Math.min(Math.max(to[where], 0), last));
  }

  show(step) {
    this.playing.pause();
    this.render(step);
    this.place(step ? this.data.steps[step - 1][0] : 0);
    this.view.keep(this.time);
  }

  render(step) {
    const [, lane, , , sentence] = this.row(step);
    this.say(step, lane, sentence);
    this.turnTo(step);
  }

  row(step) {
    return step ? this.data.steps[step - 1] : [0, -1, 0, -1, -1];
  }

  // Marks all that a step has changed. Its sentence is said apart.
  turnTo(step) {
    const [, lane, source, line] = this.row(step);
    this.step = step;
    this.slider.value = step;
    const lines = this.slow?.show(step - 1, lane);
    const marked = this.point(source, line);
    this.printed.dim(step);
    this.count(step, this.data.steps.length);
    this.states.fill(step - 1, lines);
    this.names.forEach((name, at) => {
      name.classList.toggle("marked", at === lane);
    });
    // The browser lays the page out for this: once, after all changes.
    const onward = this.onward?.hidden ? null : this.onward;
    for (const element of [...(this.slow?.near(lines, lane) ?? []), ...marked, onward]) {
      reveal(element);
    }
  }

  say(step, lane, sentence) {
    this.told ??= this.tell();
    const [time, name, what] = this.told;
    const moment = step ? this.data.steps[step - 1][0] : 0;
    put(time, `${moments.format(moment / MICROSECONDS)} ${SECOND}`);
    put(name, this.names[lane]?.textContent ?? "");
    name.className = this.rows[lane]?.className ?? "";
    put(what, this.data.sentences[sentence] ?? "");
  }

  // Makes the parts of the sentence: its time, the worker's name, and what it does.
  tell() {
    const time = document.createElement("bdi");
    time.className = "moment";
    const parts = [time, document.createElement("bdi"), document.createElement("span")];
    this.walk.querySelector(".walk-now").replaceChildren(time, " ", parts[1], " ", parts[2]);
    return parts;
  }

  // Marks a line of the source and one of the transcript; returns them.
  point(source, line) {
    const lines = [this.printed.lines[line] ?? null, this.sourceLine(source)];
    mark(this.dataset.transcript, ...lines);
    return lines;
  }

  sourceLine(number) {
    return number ? document.getElementById(this.dataset.lines + number) : null;
  }

  count(step, steps) {
    const told = this.walk.querySelector(".walk-count");
    const text = told.dataset.text.replace("{step}", numbers.format(step));
    put(told, text.replace("{steps}", numbers.format(steps)));
    this.leadOn(step === steps);
  }

  // A demo's page says where to go on after the last step.
  leadOn(isOver) {
    if (isOver && !this.onward) {
      const onward = document.getElementById("walk-on")?.content.firstElementChild;
      this.onward = onward && this.walk.appendChild(document.importNode(onward, true));
    }
    if (this.onward) {
      this.onward.hidden = !isOver;
    }
  }

  showLine(line) {
    if (!line || this.playing?.isOn) {
      return;
    }
    this.with(() => {
      const at = this.printed.lines.indexOf(line);
      const step = this.lines.get(at);
      if (step) {
        this.show(step);
      }
    });
  }

  // --- time ---

  drag(event) {
    if (event.buttons !== 1) {
      return;
    }
    event.preventDefault();
    if (event.type === "pointerdown") {
      this.board.setPointerCapture(event.pointerId);
    }
    const box = this.board.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
    const time = this.view.time(share);
    this.with(() => {
      this.playing.pause();
      this.render(this.stepAt(time));
      this.place(time);
    });
  }

  stepAt(time) {
    return countUpTo(this.times, time);
  }

  place(time) {
    this.time = time;
    this.cursor.setAttribute("d", `M${this.axis.x(time)} 0V${this.dataset.deep}`);
    this.dispatchEvent(new CustomEvent("moment", { detail: time, bubbles: true }));
  }
}

customElements.define("run-lanes", RunLanes);
