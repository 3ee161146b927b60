// Escape, or a click elsewhere, closes a menu.

const open = () => document.querySelectorAll(".menu[open]");

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
});

document.addEventListener("click", (event) => {
  for (const menu of open()) {
    menu.open &&= menu.contains(event.target);
  }
});
