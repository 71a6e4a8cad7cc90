// Ticking a stream in the rail shows or hides it at once; the address keeps the choice.
import { loadPlan, plan } from "./plan_load.js";

const form = document.querySelector("[data-filters]");

async function change() {
  const boxes = [...form.querySelectorAll("[name=streams]")];
  const ticked = boxes.filter((box) => box.checked).map((box) => box.value);
  const url = new URL(plan().dataset.here, location.origin);
  url.searchParams.delete("streams");
  url.searchParams.delete("page");
  const streams = ticked.length === boxes.length ? "" : `&streams=${ticked.join("+")}`;
  const address = url.pathname + url.search + streams;
  if (await loadPlan(address)) history.replaceState(history.state, "", plan().dataset.here);
}

form?.addEventListener("change", change);
