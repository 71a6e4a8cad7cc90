// The menu of further steps closes when one turns to something else; Escape closes it and gives the focus back.
function opened() {
  return document.querySelector("details.acts-more[open]");
}

document.addEventListener("click", (event) => {
  const menu = opened();
  if (menu && !menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = opened();
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
