// Keyboard focus is never lost: when the focused element is removed, as Stop is at the end of a run, the
// focus returns to the button that started the run.

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

new MutationObserver(() => {
  if (document.activeElement === document.body && last && !last.isConnected) {
    const place = begun?.isConnected ? begun : document.getElementById("run-button");
    place?.focus({ preventScroll: true });
  }
}).observe(document.body, { childList: true, subtree: true });
