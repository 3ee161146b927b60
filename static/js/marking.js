// The moment that is looked at: one line of the transcript and one of the source are marked at a time.

export function mark(line, source) {
  for (const marked of document.querySelectorAll(".line.marked, .code-line.marked")) {
    marked.classList.remove("marked");
  }
  for (const element of [line, source]) {
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
