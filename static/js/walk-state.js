// What a walk needs from its first step on. It shows the workers' states, and how much is printed: all of it is
// worked out once. A step then looks it up, and changes only what differs: its work does not grow with the run.

import { countUpTo } from "./axis.js";
import { linesOf, put } from "./marking.js";

const STATE = 0;
const numbers = new Intl.NumberFormat(document.documentElement.lang, { useGrouping: false });

// The state of one worker, and what it holds and works on, from step to step.
class WorkerStates {
  constructor(spans, sentences, { before, after }) {
    this.starts = [];
    this.told = [];
    this.ends = Number.POSITIVE_INFINITY; // the step at which it is over
    let state = before;
    const beside = new Map(); // sentences, and how many spans say each of them now
    for (const [at, isFirst, kind, sentence, isLast] of changes(spans)) {
      const text = sentences[sentence];
      if (kind === STATE) {
        state = isFirst ? text : isLast ? after : state;
        if (isLast) {
          this.ends = at;
        }
      } else {
        const count = (beside.get(text) ?? 0) + (isFirst ? 1 : -1);
        beside.set(text, count);
        if (count === 0) {
          beside.delete(text);
        }
      }
      if (this.starts.at(-1) === at) {
        this.told.pop();
      } else {
        this.starts.push(at);
      }
      this.told.push([state, [...beside.keys()].join(", ")]);
    }
    this.first = [before, ""];
  }

  // After the event with the index `at`.
  after(at) {
    const count = countUpTo(this.starts, at);
    return count ? this.told[count - 1] : this.first;
  }
}

// The begin and the end of each span, in the order of the steps; an end comes before a begin at the same step.
function changes(spans) {
  const lasts = spans.filter(([, kind]) => kind === STATE).map(([, , , , end]) => end);
  const last = Math.max(-1, ...lasts.slice(-1));
  return spans
    .flatMap(([, kind, sentence, first, end]) => [
      [first, true, kind, sentence, false],
      [end, false, kind, sentence, end === last],
    ])
    .sort(([a, isFirst], [b, isAlsoFirst]) => a - b || isFirst - isAlsoFirst);
}

export class States {
  constructor(data, table, rows) {
    this.rows = rows;
    this.line = table.dataset.line;
    const spans = rows.map(() => []);
    for (const span of data.spans) {
      spans[span[0]].push(span);
    }
    this.workers = spans.map((own) => new WorkerStates(own, data.sentences, table.dataset));
  }

  // Fills in the table; `at` is the index of the last event that has happened, `lines` are the workers' lines.
  fill(at, lines) {
    this.rows.forEach((row, lane) => {
      const [state, beside] = this.workers[lane].after(at);
      const line = lines?.[lane];
      const place = this.line.replace("{line}", numbers.format(line ?? 0));
      put(row.cells[1], line ? `${state} · ${place}` : state);
      put(row.cells[2], beside);
    });
  }
}

// The printed lines of a transcript, of which those that are printed later than the step are pale.
export class Printed {
  constructor(transcript, steps) {
    this.transcript = transcript;
    this.counts = []; // lines that were printed until each step
    let count = 0;
    for (const [, , , begun] of steps) {
      count += begun >= 0;
      this.counts.push(count);
    }
  }

  // The lines by index. A long transcript hides some lines before its last ones.
  get lines() {
    const children = this.transcript?.childElementCount ?? 0;
    if (this.known !== children) {
      this.known = children;
      this.shown = null;
      this.found = linesOf(this.transcript);
    }
    return this.found;
  }

  dim(step) {
    const lines = this.lines;
    const count = step ? this.counts[step - 1] : 0;
    const from = this.shown === null ? 0 : Math.min(this.shown, count);
    const to = this.shown === null ? lines.length : Math.max(this.shown, count);
    for (let at = from; at < to; at += 1) {
      lines[at]?.classList.toggle("later", at >= count);
    }
    this.shown = count;
  }
}

// Plays a walk: its time goes on by itself, at the chosen speed.
export class Playing {
  constructor(lanes) {
    this.lanes = lanes;
    this.button = lanes.walk.querySelector("[data-walk=play]");
    this.speed = lanes.walk.querySelector("select");
    this.end = Number(lanes.dataset.end);
    this.frame = 0;
  }

  get isOn() {
    return this.frame !== 0;
  }

  toggle() {
    if (this.isOn) {
      this.pause();
      return;
    }
    const { lanes } = this;
    if (lanes.step >= lanes.data.steps.length || lanes.time >= this.end) {
      lanes.render(0);
      lanes.place(0);
    }
    let last = performance.now();
    const tick = (now) => {
      const time = Math.min(
        lanes.time + ((now - last) * 1000) / Number(this.speed.value),
        this.end,
      );
      last = now;
      const step = lanes.stepAt(time);
      if (step !== lanes.step) {
        lanes.render(step);
      }
      lanes.place(time);
      lanes.view.keep(time);
      this.goOn(time < this.end ? requestAnimationFrame(tick) : 0);
    };
    this.goOn(requestAnimationFrame(tick));
  }

  pause() {
    cancelAnimationFrame(this.frame);
    this.goOn(0);
  }

  goOn(frame) {
    this.frame = frame;
    this.button.setAttribute("aria-pressed", String(this.isOn));
  }
}
