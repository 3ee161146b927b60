// Draws the lanes of a run while it is running. The server sends only what has changed (see
// webapp/timeline/growing.py); between two messages the bars grow by the browser's own clock. At the end the
// server's picture takes the place of this one, so that both have the same sizes and classes (rows.py, svg.py).

import { AXIS, Axis, drawTicks, MICROSECONDS, SVG, UNITS } from "./axis.js";

const SHORTEST = 50_000; // microseconds of the axis at first, if the program has no ideal time
const CALM_TICK = 1000; // milliseconds, if the visitor prefers reduced motion
const MANY = 24; // lanes; if there are more, they are low
const TALL = { bar: 16, gap: 4, level: 14 };
const LOW = { bar: 10, gap: 2, level: 4 };
const NAME = 16; // pixels
const LEVELS = 3;
const THINGS = 6;
const WAITS = new Set("acquiring barrier putting getting signal result awaiting".split(" "));

const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const box = (start, end, top, height) =>
  `M${start} ${top}h${end - start}v${height}h${start - end}z`;

class Lane {
  constructor([name, hue, process, depth, start, thread], order) {
    Object.assign(this, { name, hue, process, depth, start, thread, order });
    this.told = start; // its states are known until here
    this.states = [];
    this.beside = [];
    this.now = null;
    this.held = [];
    this.end = null;
    this.lines = new Map(); // of held objects
    this.group = groupOf(`hue-${hue}`);
    this.paths = new Map();
    this.past = null; // what has ended, as paths by their classes
  }

  take(past, now, beside, held, end) {
    for (const [state, start, stop, object] of past) {
      this.runUntil(start);
      this.states.push([state, start, stop, object]);
      this.told = Math.max(this.told, stop);
    }
    this.beside.push(...beside);
    Object.assign(this, { now, held, end, past: null });
    const open = held.map(([state, start, object]) => [
      state,
      start,
      Number.POSITIVE_INFINITY,
      object,
    ]);
    for (const piece of [...beside, ...open].sort(([, a], [, b]) => a - b)) {
      this.place(piece);
    }
  }

  runUntil(time) {
    if (time > this.told) {
      this.states.push(["running", this.told, time, ""]);
      this.told = time;
    }
  }

  // Gives a held object the first line that is free when it is first held, else the last one.
  place([state, start, end, object]) {
    const name = state === "task" ? "" : object;
    let line = this.lines.get(name);
    if (!line) {
      const taken = [...this.lines.values()].filter(({ until }) => until > start);
      const free = [...Array(LEVELS).keys()].find((at) => !taken.some(({ level }) => level === at));
      line = { level: free ?? LEVELS - 1, until: 0 };
      this.lines.set(name, line);
    }
    line.until = Math.max(line.until, end);
  }

  get levels() {
    return 1 + Math.max(-1, ...[...this.lines.values()].map(({ level }) => level));
  }

  // What goes on, until a time.
  open(time) {
    const until = Math.max(this.told, this.end ?? time);
    const [state, start, object] = this.now ?? ["running", this.told, ""];
    const between = start > this.told ? [["running", this.told, start, ""]] : [];
    const last = [state, Math.max(start, this.told), until, object];
    return {
      states: until > this.told ? [...between, last] : [],
      beside: this.held.map(([kind, from, name]) => [kind, from, until, name]),
    };
  }

  draw(time, top, sizes, things) {
    if (this.past === null || this.top !== top) {
      this.top = top;
      this.past = this.looks(this, sizes, things);
    }
    const drawn = this.looks(this.open(time), sizes, things, new Map(this.past));
    for (const look of this.paths.keys()) {
      this.path(look).setAttribute("d", drawn.get(look) ?? "");
    }
    for (const [look, d] of drawn) {
      this.path(look).setAttribute("d", d);
    }
  }

  looks({ states, beside }, sizes, things, drawn = new Map()) {
    const add = (look, d) => drawn.set(look, (drawn.get(look) ?? "") + d);
    for (const [state, start, end, object] of states) {
      drawBar(add, state, start, end, this.top + sizes.gap, sizes.bar, colourOf(things, object));
    }
    for (const [state, start, end, object] of beside) {
      const { level } = this.lines.get(state === "task" ? "" : object) ?? { level: 0 };
      const y = this.top + sizes.gap + sizes.bar + level * sizes.level + 1;
      add(state + colourOf(things, object), box(start, end, y, sizes.level - 1));
    }
    return drawn;
  }

  path(look) {
    if (!this.paths.has(look)) {
      const path = this.group.appendChild(document.createElementNS(SVG, "path"));
      path.setAttribute("class", look);
      this.paths.set(look, path);
    }
    return this.paths.get(look);
  }
}

function drawBar(add, state, start, end, top, height, colour) {
  const line = `M${start} ${top + height / 2}H${end}`;
  if (state === "sleeping") {
    add("sleeping", box(start, end, top, height));
    add("hatch", line);
  } else if (state === "idle" || state === "loop") {
    add("idle", line);
  } else if (state === "ready") {
    add("ready", box(start, end, top + Math.floor(height / 2) - 3, 6));
  } else if (WAITS.has(state) || state === "joining") {
    const look = state === "joining" ? "joining" : "waiting";
    add(look + colour, box(start, end, top + 1, height - 2));
  } else {
    add(state, box(start, end, top, height));
  }
}

function groupOf(name) {
  const group = document.createElementNS(SVG, "g");
  group.setAttribute("class", name);
  return group;
}

const colourOf = (things, object) =>
  things.has(object) ? ` thing-${things.get(object) % THINGS}` : "";

// --- all lanes of a run ---

class Growing {
  constructor(panel) {
    this.panel = panel;
    this.lanes = []; // as the server numbers them
    this.things = new Map(); // the objects that are held or waited for, and their numbers
    this.ahead = Number.NEGATIVE_INFINITY; // the run's time minus the browser's, in microseconds
    this.ideal = Number(document.querySelector("#controls progress")?.max ?? 0) * MICROSECONDS;
    panel.innerHTML = `<div class="growing-lanes" dir="ltr"><figure class="lanes growing" tabindex="0"><div class="lanes-board"><ol class="lane-names"></ol>
      <div class="lanes-time"><svg class="picture" width="100%" role="img"><svg class="shapes" width="100%"
      preserveAspectRatio="none"><path class="grid"/><g class="all"></g></svg><svg class="letters" width="100%" overflow="visible"><g
      class="ticks"></g></svg></svg></div></div></figure></div>`;
    this.names = panel.querySelector("ol");
    this.picture = panel.querySelector(".picture");
    for (const named of [this.picture, this.picture.closest("figure")]) {
      named.setAttribute("aria-label", panel.getAttribute("aria-label"));
    }
    this.shapes = this.picture.querySelector(".shapes");
    this.all = this.picture.querySelector(".all");
  }

  take({ time, workers, lanes }) {
    for (const worker of workers) {
      this.lanes.push(new Lane(worker, this.lanes.length));
    }
    this.number(lanes);
    for (const [number, ...news] of lanes) {
      this.lanes[number].take(...news);
    }
    this.ahead = Math.max(this.ahead, time - performance.now() * 1000);
    this.arrange();
    this.draw();
  }

  // Numbers the objects in the order in which they are first held or waited for, for their colours.
  number(lanes) {
    const named = lanes.flatMap(([, past, now, beside, held]) => [
      ...[...past, ...beside].map(([state, start, , object]) => [state, start, object]),
      ...(now ? [now] : []),
      ...held,
    ]);
    for (const [state, , object] of named.sort(([, a], [, b]) => a - b)) {
      const counts = state === "holding" || (WAITS.has(state) && state !== "result");
      if (counts && object && !this.things.has(object)) {
        this.things.set(object, this.things.size);
      }
    }
  }

  // Puts the lanes in order: each process before its threads, each thread before its tasks.
  arrange() {
    const processes = [...new Set(this.lanes.map(({ process }) => process))];
    const place = ({ process, thread, order }) => [
      processes.indexOf(process),
      this.lanes[thread].depth,
      thread,
      order === thread ? -1 : order,
    ];
    this.rows = [...this.lanes].sort((one, other) => {
      const [a, b] = [place(one), place(other)];
      return a.map((own, at) => own - b[at]).find((difference) => difference) ?? 0;
    });
    const low = this.rows.length > MANY;
    this.sizes = low ? LOW : TALL;
    this.picture.closest("figure").classList.toggle("low", low);
    this.names.replaceChildren(...this.rows.map(nameOf));
    this.all.replaceChildren();
    let step = this.all;
    for (const { group } of this.rows) {
      step = low ? this.all : step.appendChild(groupOf("step"));
      step.append(group);
    }
    this.deep = low ? 0 : NAME * this.rows.length;
    this.tops = [];
    this.height = AXIS;
    for (const { levels } of this.rows) {
      this.tops.push(this.height);
      const { gap, bar, level } = this.sizes;
      this.height += gap + bar + level * levels + Math.floor(gap / 2);
    }
    this.deep += this.height;
    this.shapes.setAttribute("viewBox", `0 0 ${UNITS} ${this.height}`);
    for (const svg of [this.picture, this.shapes, this.picture.querySelector(".letters")]) {
      svg.setAttribute("height", this.height);
    }
  }

  draw() {
    const now = this.lanes.every(({ end }) => end !== null)
      ? Math.max(...this.lanes.map(({ end }) => end))
      : performance.now() * 1000 + this.ahead;
    const stop = Math.max(now, this.ideal, SHORTEST);
    this.all.setAttribute("transform", `scale(${UNITS / stop} 1)`);
    drawTicks(this.picture, new Axis(0, stop), { left: 0, width: UNITS }, this.deep);
    this.rows.forEach((lane, at) => {
      lane.draw(now, this.tops[at], this.sizes, this.things);
    });
  }

  // Draws until the server's picture has taken the place, or the stream has ended.
  grow() {
    if (this.picture.isConnected && !this.halted) {
      this.draw();
      if (calm) {
        setTimeout(() => this.grow(), CALM_TICK);
      } else {
        requestAnimationFrame(() => this.grow());
      }
    }
  }
}

function nameOf({ name, hue, depth, levels }) {
  const item = document.createElement("li");
  const kind = ["process", "thread", "thread task"][depth];
  item.className = `hue-${hue} ${kind} levels-${levels}`;
  item.title = name;
  item.appendChild(document.createElement("span")).textContent = name;
  return item;
}

let current = null;

export function take(message) {
  if (message.anew) {
    halt();
    current = new Growing(document.getElementById("lanes"));
    current.take(message);
    current.grow();
  } else if (current?.picture.isConnected) {
    current.take(message);
  }
}

// Without the server, nobody knows how the run goes on.
export function halt() {
  if (current) {
    current.halted = true;
  }
}
