// The transcript follows its last line, and points at the source line that printed each of its lines.

const NEAR_END = 24; // pixels

const screen = document.getElementById("screen");
const transcript = document.getElementById("transcript");
const listing = document.getElementById("listing");
let follows = true;

function isAtEnd() {
  return screen.scrollHeight - screen.scrollTop - screen.clientHeight < NEAR_END;
}

// Scrolls inside `box` only, to the part of it that is in the window: the page itself stays where
// the reader has put it.
function reveal(box, element) {
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

function mark(line) {
  for (const marked of document.querySelectorAll(".line.marked, .code-line.marked")) {
    marked.classList.remove("marked");
  }
  const source = line && document.getElementById(line.dataset.source);
  line?.classList.add("marked");
  if (source) {
    source.classList.add("marked");
    reveal(listing, source);
  }
}

function step(by) {
  const marked = transcript.querySelector(".line.marked");
  const sibling = by > 0 ? "nextElementSibling" : "previousElementSibling";
  let line = marked ? marked[sibling] : transcript.firstElementChild;
  while (line && !line.matches(".line")) {
    line = line[sibling];
  }
  if (line) {
    mark(line);
    reveal(screen, line);
  }
}

screen.addEventListener("scroll", () => {
  follows = isAtEnd();
});

new MutationObserver(() => {
  if (follows || !transcript.childElementCount) {
    screen.scrollTop = screen.scrollHeight;
    follows = true;
  }
}).observe(transcript, { childList: true });

transcript.addEventListener("pointerover", (event) => {
  const line = event.target.closest(".line");
  if (line) {
    mark(line);
  }
});
transcript.addEventListener("pointerleave", () => mark(null));

// On a narrow screen the source is elsewhere on the page, and the link goes there.
transcript.addEventListener("click", (event) => {
  const besides = Math.abs(listing.offsetTop - screen.offsetTop) < NEAR_END;
  if (event.target.closest("a.time") && besides) {
    event.preventDefault();
    mark(event.target.closest(".line"));
  }
});

screen.addEventListener("keydown", (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by && transcript.querySelector(".line")) {
    event.preventDefault();
    step(by);
  }
});
