// Buttons with data-theme-toggle turn away from what is shown now, and this browser remembers it.
const root = document.documentElement;

function isDark() {
  if (root.dataset.theme) return root.dataset.theme === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

function turn() {
  root.dataset.theme = isDark() ? "light" : "dark";
  try {
    localStorage.setItem("sluice-theme", root.dataset.theme);
  } catch {
    // Not kept; it holds for this page.
  }
}

for (const button of document.querySelectorAll("[data-theme-toggle]")) {
  button.hidden = false;
  button.addEventListener("click", turn);
}
