// The moment that is looked at: one line of a transcript and one of its source are marked at a time. Where two
// runs stand side by side, each has a moment of its own; they may share a source.

const marked = new Map(); // by the transcript's id

export function mark(transcript, line, source) {
  for (const element of marked.get(transcript) ?? []) {
    element?.classList.remove("marked");
  }
  marked.set(transcript, [line, source]);
  for (const element of [...marked.values()].flat()) {
    element?.classList.add("marked");
  }
}

// Scrolls inside an element's own panel only, to the part of it that is in the window: the page itself
// stays where the reader has put it.
export function reveal(element) {
  const box = element?.closest(".panel-body");
  if (!box) {
    return;
  }
  const outer = box.getBoundingClientRect();
  const inner = element.getBoundingClientRect();
  const top = Math.max(outer.top, 0);
  const bottom = Math.min(outer.bottom, innerHeight);
  if (inner.top < top) {
    box.scrollTop -= top - inner.top;
  } else if (inner.bottom > bottom) {
    box.scrollTop += inner.bottom - bottom;
  }
}
