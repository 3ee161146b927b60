// Escape, or a click elsewhere, closes a menu. A menu that is higher than its sheet says that it can be scrolled,
// and opens at the current topic. The row of demos shows the current one.

const NEAR_END = 8; // pixels

function sayMore(sheet) {
  const more = sheet.querySelector(".menu-more");
  if (more) {
    more.hidden = true; // it takes room itself
    more.hidden = sheet.scrollHeight - sheet.scrollTop - sheet.clientHeight < NEAR_END;
  }
}

for (const sheet of document.querySelectorAll(".menu-sheet")) {
  sheet.parentElement.addEventListener("toggle", () => {
    const current = sheet.querySelector("[aria-current]");
    if (current) {
      sheet.scrollTop = current.offsetTop - sheet.clientHeight / 2;
    }
    sayMore(sheet);
  });
  sheet.addEventListener("scroll", () => sayMore(sheet), { passive: true });
}

const tabs = document.querySelector(".demos ul");
const tab = tabs?.querySelector("[aria-current]");
if (tab) {
  const [row, own] = [tabs, tab].map((one) => one.getBoundingClientRect());
  tabs.scrollLeft += (own.left + own.right - row.left - row.right) / 2;
}

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
