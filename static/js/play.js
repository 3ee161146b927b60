// Keys of the page "You are the scheduler": a thread's number lets it go on, Backspace goes back.

document.addEventListener("keydown", (event) => {
  const writes = event.target.closest?.("input:not([type=radio])");
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || writes) {
    return;
  }
  const link = document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
  if (link) {
    event.preventDefault();
    link.click();
  }
});
