// The time axis of lanes, as webapp/timeline/scale.py draws it.

export const AXIS = 24; // pixels above the first lane
export const SVG = "http://www.w3.org/2000/svg";
export const MICROSECONDS = 1e6;
const TICKS = 6;
const LAST_TICK = 0.95; // of the width: the time of a later one would stick out

// Draws the ticks of the interval from `start` to `stop`. `shareOf` is the place of a time in `letters`, and
// `placeOf` in the paths' units.
export function drawTicks(picture, { start, stop, height, shareOf, placeOf }) {
  const span = stop - start;
  const step = tickStep(span);
  const times = [];
  for (let time = Math.ceil(start / step) * step; time <= stop; time += step) {
    times.push(time);
  }
  const lines = times.map((time) => `M${placeOf(time)} ${AXIS - 6}V${height}`);
  picture.querySelector(".grid").setAttribute("d", lines.join(""));
  const told = times.filter((time) => time <= start + span * LAST_TICK);
  const texts = told.map((time) => {
    const text = document.createElementNS(SVG, "text");
    text.setAttribute("class", "tick");
    text.setAttribute("x", `${shareOf(time) * 100}%`);
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

function written(time, span) {
  if (span >= MICROSECONDS) {
    return `${Number((time / MICROSECONDS).toFixed(6))} s`;
  }
  return span >= 1000 ? `${Number((time / 1000).toFixed(3))} ms` : `${Math.round(time)} µs`;
}
