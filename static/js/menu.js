// The menu of chapters closes as menus do: by Escape, or by pressing anywhere else.

const menu = document.querySelector(".chapters details");

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && menu.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("click", (event) => {
  if (!menu.contains(event.target)) {
    menu.open = false;
  }
});
