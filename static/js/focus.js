// Who works with keys must never be left nowhere: when what has the focus goes away, as Stop does as soon as
// nothing is left to be stopped, the focus returns to the button that began it.

let last = null; // what has, or had, the focus
let begun = null;

document.addEventListener("focusin", ({ target }) => {
  last = target;
});

// Whoever presses beside it has left it.
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
