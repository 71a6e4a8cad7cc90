// A calendar without a stream waits for one: as soon as somebody makes one, or brings one back, there is a plan.
import "./live.js";

document.addEventListener("live:changes", ({ detail }) => {
  if (detail.lost || detail.changes.some((one) => one.kind === "stream")) location.reload();
});
