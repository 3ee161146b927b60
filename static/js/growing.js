// Draws the lanes of a run while it is running. The server sends only what has changed (see
// webapp/timeline/growing.py); between two messages the bars grow by the browser's own clock. At the end the
// server's picture takes the place of this one, so that both have the same sizes and classes (rows.py, svg.py).

import { AXIS, drawTicks, MICROSECONDS, SVG } from "./axis.js";

const SHORTEST = 50_000; // microseconds of the axis at first, if the program has no ideal time
const CALM_TICK = 1000; // milliseconds, if the visitor prefers reduced motion
const MANY = 24; // lanes; if there are more, they are low
const TALL = { bar: 14, gap: 6, level: 12 };
const LOW = { bar: 8, gap: 3, level: 4 };
const LEVELS = 3;
const WAITS = new Set("acquiring barrier putting getting signal result".split(" "));

const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const box = (start, end, top, height) =>
  `M${start} ${top}h${end - start}v${height}h${start - end}z`;

class Lane {
  constructor([name, hue, process, depth, start], order) {
    Object.assign(this, { name, hue, process, depth, start, order });
    this.told = start; // its states are known until here
    this.states = [];
    this.beside = [];
    this.now = null;
    this.held = [];
    this.end = null;
    this.lines = new Map(); // of held objects
    this.group = document.createElementNS(SVG, "g");
    this.group.setAttribute("class", `hue-${hue}`);
    this.paths = new Map();
  }

  take(past, now, beside, held, end) {
    for (const [state, start, stop] of past) {
      this.runUntil(start);
      this.states.push([state, Math.max(start, this.start), stop]);
      this.told = Math.max(this.told, stop);
    }
    this.beside.push(...beside);
    Object.assign(this, { now, held, end });
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
      this.states.push(["running", this.told, time]);
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

  // The pieces to draw until a time: those that have ended, then those that go on.
  pieces(time) {
    const until = Math.max(this.told, this.end ?? time);
    const [state, start] = this.now ?? ["running", this.told];
    const between = start > this.told ? [["running", this.told, start]] : [];
    const last = until > this.told ? [...between, [state, Math.max(start, this.told), until]] : [];
    const held = this.held.map(([kind, from, object]) => [kind, from, until, object]);
    return { states: [...this.states, ...last], beside: [...this.beside, ...held] };
  }

  draw(time, top, sizes) {
    const { states, beside } = this.pieces(time);
    const drawn = new Map();
    const add = (look, d) => drawn.set(look, (drawn.get(look) ?? "") + d);
    for (const [state, start, end] of states) {
      add(WAITS.has(state) ? "waiting" : state, bar(state, start, end, top + sizes.gap, sizes.bar));
    }
    for (const [state, start, end, object] of beside) {
      const { level } = this.lines.get(state === "task" ? "" : object) ?? { level: 0 };
      const y = top + sizes.gap + sizes.bar + (level + 1) * sizes.level - 3;
      add(state, box(start, end, y, state === "task" ? 2 : 3));
    }
    for (const [look, d] of drawn) {
      this.path(look).setAttribute("d", d);
    }
    for (const [look, path] of this.paths) {
      if (!drawn.has(look)) {
        path.setAttribute("d", "");
      }
    }
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

function bar(state, start, end, top, height) {
  if (state === "sleeping") {
    return box(start, end, top + height / 2 - 1, 2);
  }
  if (state === "idle") {
    return `M${start} ${top + height / 2}H${end}`;
  }
  return state === "running" || state === "mixed"
    ? box(start, end, top, height)
    : box(start, end, top + 1, height - 2);
}

// --- all lanes of a run ---

class Growing {
  constructor(panel) {
    this.panel = panel;
    this.lanes = []; // as the server numbers them
    this.ahead = Number.NEGATIVE_INFINITY; // the run's time minus the browser's, in microseconds
    this.ideal = Number(document.querySelector("#controls progress")?.max ?? 0) * MICROSECONDS;
    panel.innerHTML = `<figure class="lanes growing"><div class="lanes-board"><ol class="lane-names"></ol>
      <div class="lanes-time"><svg class="picture" width="100%" role="img"><svg class="shapes" width="100%"
      preserveAspectRatio="none"><path class="grid"/></svg><svg class="letters" width="100%" overflow="visible"><g
      class="ticks"></g></svg></svg></div></div></figure>`;
    this.names = panel.querySelector("ol");
    this.picture = panel.querySelector(".picture");
    this.picture.setAttribute("aria-label", panel.getAttribute("aria-label"));
    this.shapes = this.picture.querySelector(".shapes");
  }

  take({ time, workers, lanes }) {
    for (const worker of workers) {
      this.lanes.push(new Lane(worker, this.lanes.length));
    }
    for (const [number, ...news] of lanes) {
      this.lanes[number].take(...news);
    }
    this.ahead = Math.max(this.ahead, time - performance.now() * 1000);
    this.arrange();
    this.draw();
  }

  // Puts the lanes in order: each process before its threads.
  arrange() {
    const processes = [...new Set(this.lanes.map(({ process }) => process))];
    const place = ({ process, depth, order }) => [processes.indexOf(process), depth, order];
    this.rows = [...this.lanes].sort((one, other) => {
      const [a, b] = [place(one), place(other)];
      return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
    });
    const low = this.rows.length > MANY;
    this.sizes = low ? LOW : TALL;
    this.picture.closest("figure").classList.toggle("low", low);
    this.names.replaceChildren(...this.rows.map(nameOf));
    this.shapes.append(...this.rows.map(({ group }) => group));
    this.tops = [];
    this.height = AXIS;
    for (const { levels } of this.rows) {
      this.tops.push(this.height);
      const { gap, bar, level } = this.sizes;
      this.height += gap + bar + level * levels + Math.floor(gap / 2);
    }
    for (const svg of [this.picture, this.shapes, this.picture.querySelector(".letters")]) {
      svg.setAttribute("height", this.height);
    }
  }

  draw() {
    const now = performance.now() * 1000 + this.ahead;
    const stop = Math.max(now, this.ideal, SHORTEST);
    this.shapes.setAttribute("viewBox", `0 0 ${stop} ${this.height}`);
    const shareOf = (time) => time / stop;
    drawTicks(this.picture, { start: 0, stop, height: this.height, shareOf, placeOf: Math.round });
    this.rows.forEach((lane, at) => {
      lane.draw(now, this.tops[at], this.sizes);
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
  item.className = `hue-${hue} ${depth ? "thread" : "process"} levels-${levels}`;
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
