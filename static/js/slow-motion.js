// A walk through a run in slow motion: each worker's current line, in its colour, and the shared variables before
// and after the step. webapp/timeline/values.py documents the data.

import { countUpTo } from "./axis.js";
import { reveal } from "./marking.js";
import { put } from "./walk-state.js";

const LAST = 4; // steps that are shown of a variable
const NEAR = 8; // lines: workers that stand so near to the one that steps are kept in sight

export class SlowMotion {
  // `states` knows when a worker is over, `names` are the workers' names in the lanes.
  constructor(data, { lines, states, names, table }) {
    this.data = data;
    this.listing = lines;
    this.states = states;
    this.names = names;
    this.frame = table;
    this.places = names.map(() => ({ steps: [], lines: [] }));
    data.steps.forEach(([, lane, line], at) => {
      if (line && lane >= 0) {
        this.places[lane].steps.push(at);
        this.places[lane].lines.push(line);
      }
    });
    this.variables = data.variables.map(() => ({ steps: [], deeds: [] }));
    const lost = new Map((data.lost ?? []).map(([step, over, name]) => [`${step} ${name}`, over]));
    for (const [step, reads, writes] of data.touched) {
      for (const [variable, value] of reads) {
        this.note(variable, step, { step, reads: true, before: value, after: value });
      }
      for (const [variable, before, after] of writes) {
        const over = lost.get(`${step} ${data.variables[variable][0]}`);
        this.note(variable, step, { step, reads: false, before, after, over });
      }
    }
    this.signs = names.map(sign);
    this.stand = names.map(() => 0);
    this.rows = [...(table?.querySelectorAll("[data-variable]") ?? [])];
    if (table) {
      table.hidden = false;
    }
  }

  // Takes its marks out of the source.
  leave() {
    for (const element of this.signs) {
      element.remove();
    }
  }

  note(variable, step, deed) {
    this.variables[variable].steps.push(step);
    this.variables[variable].deeds.push(deed);
  }

  // The current line of each worker after the event with the index `at`; 0: none.
  lines(at) {
    return this.places.map(({ steps, lines }, lane) => {
      const count = countUpTo(steps, at);
      return count && at < this.states.workers[lane].ends ? lines[count - 1] : 0;
    });
  }

  show(at, acting) {
    const lines = this.lines(at);
    lines.forEach((line, lane) => {
      if (line !== this.stand[lane]) {
        this.move(lane, line);
      }
      this.signs[lane].classList.toggle("acting", lane === acting);
    });
    for (const line of lines) {
      if (Math.abs(line - lines[acting]) <= NEAR) {
        reveal(this.place(line));
      }
    }
    for (const row of this.rows) {
      this.fill(row, this.variables[row.dataset.variable], at);
    }
    return lines;
  }

  place(line) {
    return line ? document.getElementById(this.listing + line) : null;
  }

  move(lane, line) {
    this.stand[lane] = line;
    const place = this.place(line);
    if (place) {
      holder(place).append(this.signs[lane]);
    } else {
      this.signs[lane].remove();
    }
  }

  fill(row, { steps, deeds }, at) {
    const count = countUpTo(steps, at);
    const now = deeds.slice(Math.max(0, count - LAST), count);
    const last = now.at(-1);
    const touches = last?.step === at;
    const changes = touches && !last.reads;
    row.classList.toggle("touched", touches);
    row.className = row.className.replace(/\bhue-\d+\b/, "").trim();
    if (touches) {
      row.classList.add(hueOf(this.names[this.data.steps[at][1]]));
    }
    put(row.cells[1], shown(changes ? last.before : last?.after));
    put(row.cells[2], shown(last?.after));
    row.cells[2].classList.toggle("changed", changes);
    row.cells[3].replaceChildren(...now.map((deed) => this.deed(deed, at)));
  }

  deed({ step, reads, after, over }, at) {
    const { reads: read, writes: written, lost } = this.frame.querySelector("table").dataset;
    const name = this.names[this.data.steps[step][1]];
    const chip = document.createElement("span");
    chip.className = `deed ${hueOf(name)}`;
    const who = document.createElement("bdi");
    who.textContent = short(name);
    const what = document.createElement(over <= at ? "s" : "span");
    what.textContent = (reads ? read : written).replace("{value}", shown(after));
    chip.append(who, " ", what);
    if (over <= at) {
      const gone = document.createElement("b");
      gone.textContent = ` ${lost}`;
      chip.append(gone);
    }
    return chip;
  }
}

function shown(value) {
  return value ?? "–";
}

// Python names a thread after its function, too: "Thread-1 (work)".
function short(name) {
  return (name?.textContent ?? "").replace(/ \(.*\)$/, "");
}

function hueOf(name) {
  return name?.className.match(/\bhue-\d+\b/)?.[0] ?? "hue-0";
}

// Where the workers of a line stand.
function holder(line) {
  let found = line.querySelector(":scope > .here-names");
  if (!found) {
    found = document.createElement("span");
    found.className = "here-names";
    found.setAttribute("aria-hidden", "true"); // the table of states says it
    line.append(found);
    line.closest(".code")?.classList.add("walked");
  }
  return found;
}

// A worker in few letters: T1 for Thread-1.
function sign(name) {
  const element = document.createElement("b");
  element.className = hueOf(name);
  element.title = name.textContent;
  element.textContent = short(name).replace(/^(.).*?(\d*)$/, "$1$2");
  return element;
}
