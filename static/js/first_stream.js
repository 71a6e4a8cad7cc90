// A calendar without a stream waits for one: as soon as somebody makes one, or brings one back, there is a plan.
// What is told may be older than the page, so it is looked at before anything is loaded anew.
import { getText } from "./asking.js";
import "./live.js";

document.addEventListener("live:changes", async ({ detail }) => {
  if (!detail.lost && !detail.changes.some((one) => one.kind === "stream")) return;
  const page = await getText("/calendar?view=month");
  if (page !== null && !page.includes("data-no-plan")) location.reload();
});
