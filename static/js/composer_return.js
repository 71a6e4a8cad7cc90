// A step makes the page anew. Who pressed it by key finds the focus where it was, at what has become of the post, and
// the next step one Tab further; not at the top of the page.
const NAME = "sluice-step-taken";
const SOON = 10_000;

export function leaveFor() {
  try {
    sessionStorage.setItem(NAME, String(Date.now()));
  } catch {
    // A browser that keeps nothing begins at the top.
  }
}

export function comeBack(form) {
  let then = 0;
  try {
    then = Number(sessionStorage.getItem(NAME));
    sessionStorage.removeItem(NAME);
  } catch {
    return;
  }
  const taken = document.querySelector("[data-focus-first], [autofocus]") || document.activeElement !== document.body;
  if (!taken && Date.now() - then < SOON) form.querySelector(".send .state")?.focus({ preventScroll: true });
}
