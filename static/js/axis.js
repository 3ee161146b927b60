// The time axis of lanes, as webapp/timeline/scale.py draws it.

export const AXIS = 30; // pixels above the first lane
export const UNITS = 20000; // the picture's width in its own units
export const SVG = "http://www.w3.org/2000/svg";
export const MICROSECONDS = 1e6;
const FOLD = 600; // the width of a fold, in units
const TICKS = 6;
const LAST_TICK = 0.86; // of the width: the time of a later one would stick out
const CLOSE = 4; // times closer than the whole run: what was one band is drawn piece by piece
const NARROWEST = 20; // microseconds

// Maps times in microseconds to places in units. `folds` are intervals of time that are drawn narrow.
export class Axis {
  constructor(start, stop, folds = []) {
    Object.assign(this, { start, stop, folds });
    this.unfolded = Math.max(1, stop - start - folds.reduce((sum, [a, b]) => sum + b - a, 0));
    this.scale = (UNITS - FOLD * folds.length) / this.unfolded;
  }

  x(time) {
    let passed = time - this.start;
    let x = 0;
    for (const [start, stop] of this.folds) {
      const folded = Math.min(Math.max(time, start), stop) - start;
      passed -= folded;
      x += (FOLD * folded) / (stop - start);
    }
    return x + passed * this.scale;
  }

  time(x) {
    let before = 0;
    for (const [start, stop] of this.folds) {
      if (x < this.x(start)) {
        break;
      }
      if (x < this.x(stop)) {
        return start + ((x - this.x(start)) / FOLD) * (stop - start);
      }
      before += stop - start - FOLD / this.scale;
    }
    return this.start + before + x / this.scale;
  }

  isFolded(time) {
    return this.folds.some(([start, stop]) => start < time && time < stop);
  }
}

// Draws the ticks of what is in view, `width` units from `left` on. Their lines are `deep` pixels long.
export function drawTicks(picture, axis, { left, width }, deep) {
  const [start, stop] = [axis.time(left), axis.time(left + width)];
  const span = width / axis.scale;
  const step = tickStep(span);
  const times = [];
  for (let time = Math.ceil(start / step) * step; time <= stop; time += step) {
    if (!axis.isFolded(time)) {
      times.push(time);
    }
  }
  const lines = times.map((time) => `M${axis.x(time)} ${AXIS - 2}V${deep}`);
  picture.querySelector(".grid").setAttribute("d", lines.join(""));
  const told = times.filter((time) => axis.x(time) <= left + width * LAST_TICK);
  const texts = told.map((time) => {
    const text = document.createElementNS(SVG, "text");
    text.setAttribute("class", "tick");
    text.setAttribute("x", `${(axis.x(time) / UNITS) * 100}%`);
    text.setAttribute("y", "12");
    text.textContent = written(time, span);
    return text;
  });
  picture.querySelector(".ticks").replaceChildren(...texts);
}

function tickStep(span) {
  let step = 1;
  for (const factor of Array(12).fill([2, 2.5, 2]).flat()) {
    const longer = Math.round(step * factor);
    if (span < longer * TICKS) {
      break;
    }
    step = longer;
  }
  return step;
}

// The digits are those of the page's language.
function number(value, digits) {
  return value.toLocaleString(document.documentElement.lang, {
    maximumFractionDigits: digits,
    useGrouping: false,
  });
}

// The units are those of the page's language, too.
function written(time, span) {
  const [s, ms, µs] = document.documentElement.dataset.units.split(" ");
  if (span >= MICROSECONDS) {
    return `${number(time / MICROSECONDS, 6)} ${s}`;
  }
  return span >= 1000 ? `${number(time / 1000, 3)} ${ms}` : `${number(Math.round(time), 0)} ${µs}`;
}

// The number of entries of a sorted list that are at most `value`.
export function countUpTo(list, value) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] <= value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// The part of the axis that a picture shows: from `left` on, `width` units.
export class View {
  constructor(board, axis, { height, deep }) {
    Object.assign(this, { board, axis, height, deep, left: 0, width: UNITS });
  }

  // The time at a share of the picture's width.
  time(share) {
    return this.axis.time(this.left + share * this.width);
  }

  zoom(how, time) {
    const factor = { closer: 0.5, wider: 2 }[how];
    const wanted = factor ? this.width * factor : UNITS;
    this.look(time, Math.min(Math.max(wanted, NARROWEST * this.axis.scale), UNITS));
  }

  keep(time) {
    const x = this.axis.x(time);
    if (x < this.left || x > this.left + this.width) {
      this.look(time, this.width);
    }
  }

  // Shows so many units around a time.
  look(time, width) {
    const left = Math.min(Math.max(this.axis.x(time) - width / 2, 0), UNITS - width);
    Object.assign(this, { left, width });
    this.board
      .querySelector(".shapes")
      .setAttribute("viewBox", `${left} 0 ${width} ${this.height}`);
    const letters = this.board.querySelector(".letters");
    letters.setAttribute("width", `${(UNITS / width) * 100}%`);
    letters.setAttribute("x", `${(-left / width) * 100}%`);
    this.board.querySelector(".picture").classList.toggle("close", width <= UNITS / CLOSE);
    drawTicks(this.board, this.axis, this, this.deep);
  }
}
