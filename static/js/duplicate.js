// `d` makes a draft like the post that has the focus, or like all that are selected with it, one week later.
import { titleOf } from "./move_post.js";
import { chosenWith } from "./choosing.js";
import { take } from "./steps.js";
import { hasModifier, isTyping } from "./typing.js";

const WEEK = 7;

document.addEventListener("keydown", (event) => {
  if (event.key !== "d" || event.defaultPrevented || event.repeat || hasModifier(event) || isTyping(event)) return;
  const link = document.activeElement?.closest?.("#plan [data-post][data-version]");
  if (!link?.closest("[data-at]") || document.querySelector("dialog[open]") || !document.querySelector("[data-many]")) return;
  event.preventDefault();
  take(
    chosenWith(link).map(({ id, version }) => ({ do: "copy", id, version, days: WEEK })),
    { title: titleOf(link) },
  );
});
