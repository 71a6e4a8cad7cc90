// A button with data-copy="#id" puts the text of that element on the clipboard and says so.
import { say } from "./toast.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  const source = button && document.querySelector(button.dataset.copy);
  if (!source) return;
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    say(button.dataset.copied ?? "Copied");
  } catch {
    getSelection()?.selectAllChildren(source);
  }
});
