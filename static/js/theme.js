// Runs before the first paint: a theme that was chosen here comes back. Without a choice the system decides.
try {
  const chosen = localStorage.getItem("sluice-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage may be switched off: the system's theme it is.
}
