// An event that was only just ticked has no time yet, and that is no mistake: what is missing is said once its fields
// are left. Until then the post is saved without it.

export function attach(form) {
  const box = form.elements.has_event;
  const group = box?.closest("fieldset");
  if (!group) return;
  const isWhole = () => Boolean(form.elements.event_start_date.value && form.elements.event_start_time.value);
  // Before whoever saves or previews hears of it: they listen at the form.
  group.addEventListener("input", (event) => {
    if (event.target === box) group.toggleAttribute("data-begun", box.checked && !isWhole());
    else if (isWhole()) group.removeAttribute("data-begun");
  });
  group.addEventListener("focusout", (event) => {
    if (!group.hasAttribute("data-begun") || !event.relatedTarget || group.contains(event.relatedTarget)) return;
    group.removeAttribute("data-begun");
    box.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
