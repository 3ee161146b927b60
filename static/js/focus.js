// Keyboard focus is never lost. When the focused element goes, as Run does when Stop takes its place, and
// Stop at the end of a run, the focus goes to the button that has taken its place.

let last = null; // what has, or had, the focus
let begun = null;

document.addEventListener("focusin", ({ target }) => {
  last = target;
});

// A click outside the focused element gives up its focus.
document.addEventListener("pointerdown", ({ target }) => {
  last = last?.contains(target) ? last : null;
});

document.addEventListener("submit", ({ target, submitter }) => {
  begun = target.id === "form" ? submitter : begun;
});

const isThere = (element) => element?.isConnected && element.checkVisibility();

new MutationObserver(() => {
  const held = document.activeElement;
  const isLost = held === document.body ? last && !isThere(last) : held === begun && !isThere(held);
  if (isLost) {
    const places = [begun, document.getElementById("run-button"), document.querySelector(".stop")];
    places.find(isThere)?.focus({ preventScroll: true });
  }
}).observe(document.body, { childList: true, subtree: true });
