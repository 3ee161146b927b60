// A button on each block of code, which copies it. Without a clipboard there is none.

const { copy, copied } = document.querySelector("[data-copy]").dataset;

// Of a dialogue in a terminal only what one types.
function commands(text) {
  const typed = text.split("\n").filter((line) => line.startsWith("$ "));
  return typed.length ? typed.map((line) => line.slice(2)).join("\n") : text;
}

function button(block) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "copy-code";
  made.textContent = copy;
  made.setAttribute("aria-live", "polite");
  made.addEventListener("click", () => {
    navigator.clipboard.writeText(commands(block.textContent)).then(() => {
      made.textContent = copied;
    });
  });
  made.addEventListener("blur", () => {
    made.textContent = copy;
  });
  return made;
}

if (navigator.clipboard) {
  for (const block of document.querySelectorAll(".document .prose pre")) {
    const frame = document.createElement("div");
    frame.className = "copied";
    block.replaceWith(frame);
    frame.append(block, button(block));
  }
}
