// A walk through a run in slow motion: each worker's current line, in its colour, and the shared variables before
// and after the step. webapp/timeline/values.py documents the data.

import { countUpTo } from "./axis.js";
import { put } from "./marking.js";

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
    this.signs = names.map(() => new Map()); // of each worker, by the line at which it stood
    this.stand = names.map(() => 0);
    this.rows = [...(table?.querySelectorAll("[data-variable]") ?? [])];
    if (table) {
      table.hidden = false;
    }
  }

  // Takes its marks out of the source.
  leave() {
    for (const element of this.signs.flatMap((own) => [...own.values()])) {
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

  // Shows the state after the event with the index `at`; returns the line of each worker.
  show(at, acting) {
    const lines = this.lines(at);
    lines.forEach((line, lane) => {
      if (line !== this.stand[lane]) {
        this.move(lane, line);
      }
      this.signs[lane].get(line)?.classList.toggle("acting", lane === acting);
    });
    for (const row of this.rows) {
      this.fill(row, this.variables[row.dataset.variable], at);
    }
    return lines;
  }

  // The lines that are to be kept in sight.
  near(lines, acting) {
    return lines
      .filter((line) => Math.abs(line - lines[acting]) <= NEAR)
      .map((line) => this.place(line));
  }

  place(line) {
    return line ? document.getElementById(this.listing + line) : null;
  }

  // A sign stays where it was put, and is hidden when its worker has left: a loop soon inserts nothing more.
  move(lane, line) {
    const signs = this.signs[lane];
    const left = signs.get(this.stand[lane]);
    if (left) {
      left.hidden = true;
    }
    this.stand[lane] = line;
    const found = signs.get(line);
    const at = this.place(line);
    if (found) {
      found.hidden = false;
    } else if (at) {
      signs.set(line, sign(this.names[lane]));
      holder(at).append(signs.get(line));
    }
  }

  fill(row, { steps, deeds }, at) {
    const count = countUpTo(steps, at);
    const now = deeds.slice(Math.max(0, count - LAST), count);
    const last = now.at(-1);
    const touches = last?.step === at;
    const changes = touches && !last.reads;
    const hue = touches ? hueOf(this.names[this.data.steps[at][1]]) : "";
    setClass(row, touches ? `touched ${hue}` : "");
    put(row.cells[1], shown(changes ? last.before : last?.after));
    put(row.cells[2], shown(last?.after));
    row.cells[2].classList.toggle("changed", changes);
    const { children } = row.cells[3];
    while (children.length > now.length) {
      children[now.length].remove();
    }
    now.forEach((deed, place) => {
      this.write(children[place] ?? row.cells[3].appendChild(chip()), deed, at);
    });
  }

  // Writes into a chip what was done with a variable.
  write(chip, { step, reads, after, over }, at) {
    const { reads: read, writes: written, lost } = this.frame.querySelector("table").dataset;
    const name = this.names[this.data.steps[step][1]];
    setClass(chip, `deed ${hueOf(name)}`);
    const gone = over <= at;
    if (gone !== !!chip.querySelector("s")) {
      chip.children[1].replaceWith(document.createElement(gone ? "s" : "span"));
    }
    const [who, what, end] = chip.children;
    put(who, short(name));
    put(what, (reads ? read : written).replace("{value}", shown(after)));
    put(end, gone ? ` ${lost}` : "");
  }
}

function chip() {
  const made = document.createElement("span");
  const [who, what, end] = ["bdi", "span", "b"].map((tag) => document.createElement(tag));
  made.append(who, " ", what, end);
  return made;
}

function setClass(element, name) {
  if (element.className !== name) {
    element.className = name;
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
