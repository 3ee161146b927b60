// Marks one line of a transcript and its line of the source. Two runs side by side have a mark each, and they
// may share a source.

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

// Writes into an element only what is new. It changes the text and inserts nothing: for a new node the browser
// looks again at all that depends on what an element :has().
export function put(element, text) {
  const [node, more] = element.childNodes;
  if (node instanceof Text && !more) {
    if (node.data !== text) {
      node.data = text;
    }
  } else {
    element.textContent = text;
  }
}

// Scrolls an element into view inside its panel, within the part of the panel that is in the window. The page
// itself does not scroll.
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

export function linesOf(transcript) {
  const lines = [];
  for (const item of transcript?.querySelectorAll(".line, [data-hidden]") ?? []) {
    lines.length += Number(item.dataset.hidden ?? 0);
    if (item.matches(".line")) {
      lines.push(item);
    }
  }
  return lines;
}
