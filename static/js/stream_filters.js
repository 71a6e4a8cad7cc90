// Ticking a stream in the rail shows or hides it at once; the address keeps the choice.
import { loadPlan, plan } from "./plan_load.js";

async function change(event) {
  const form = event.target.closest?.("[data-filters]");
  if (!form) return;
  const boxes = [...form.querySelectorAll("[name=streams]")];
  const ticked = boxes.filter((box) => box.checked).map((box) => box.value);
  const at = event.target.value;
  const url = new URL(plan().dataset.here, location.origin);
  url.searchParams.delete("streams");
  url.searchParams.delete("page");
  const streams = ticked.length === boxes.length ? "" : `&streams=${ticked.join("+")}`;
  const address = url.pathname + url.search + streams;
  if (!(await loadPlan(address))) return;
  history.replaceState(history.state, "", plan().dataset.here);
  // The rail came anew as well.
  if (event.target !== document.activeElement) document.querySelector(`[data-filters] [value="${CSS.escape(at)}"]`)?.focus({ preventScroll: true });
}

document.addEventListener("change", change);
