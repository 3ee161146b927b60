// A transcript scrolls with its last line, and marks the source line that printed the line under the pointer.

import { mark, reveal } from "./marking.js";

const NEAR_END = 24; // pixels

function isAtEnd(screen) {
  return screen.scrollHeight - screen.scrollTop - screen.clientHeight < NEAR_END;
}

// lanes.js listens to `look` and shows the moment at which the line was printed.
function look(transcript, line) {
  const source = line && document.getElementById(line.dataset.source);
  mark(transcript.id, line, source);
  reveal(source);
  transcript.dispatchEvent(new CustomEvent("look", { detail: line }));
}

function step(transcript, by) {
  const marked = transcript.querySelector(".line.marked");
  const sibling = by > 0 ? "nextElementSibling" : "previousElementSibling";
  let line = marked ? marked[sibling] : transcript.firstElementChild;
  while (line && !line.matches(".line")) {
    line = line[sibling];
  }
  if (line) {
    look(transcript, line);
    reveal(line);
  }
}

function isBeside(line, screen) {
  const listing = document.getElementById(line.dataset.source)?.closest(".panel-body");
  return listing && Math.abs(listing.offsetTop - screen.offsetTop) < NEAR_END;
}

function connect(screen) {
  const transcript = screen.querySelector(".lines");
  let follows = true;

  screen.addEventListener("scroll", () => {
    follows = isAtEnd(screen);
  });

  new MutationObserver(() => {
    if (follows || !transcript.childElementCount) {
      screen.scrollTop = screen.scrollHeight;
      follows = true;
    }
  }).observe(transcript, { childList: true });

  transcript.addEventListener("pointerover", (event) => {
    const line = event.target.closest(".line");
    if (line && !line.matches(".marked")) {
      look(transcript, line);
    }
  });

  // If the source is not beside the transcript, the link scrolls there.
  transcript.addEventListener("click", (event) => {
    const line = event.target.closest(".line");
    if (event.target.closest("a.time") && isBeside(line, screen)) {
      event.preventDefault();
      look(transcript, line);
    }
  });

  screen.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && transcript.querySelector(".line")) {
      event.preventDefault();
      step(transcript, by);
    }
  });
}

for (const screen of document.querySelectorAll(".screen")) {
  connect(screen);
}
