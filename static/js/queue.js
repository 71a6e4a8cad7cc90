// The queue of a stream: dragging with mouse or finger does what the buttons do; the server gives the times.
const list = document.querySelector("[data-queue]");
const form = document.querySelector("[data-queue-order]");

if (list && form && window.Sortable) {
  list.classList.add("can-drag");
  window.Sortable.create(list, {
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
    delay: 200,
    delayOnTouchOnly: true,
    filter: "a, button, summary, form",
    preventOnFilter: false,
    ghostClass: "is-dragging",
    onEnd: (event) => {
      if (event.oldIndex === event.newIndex) return;
      form.elements.order.value = [...list.children].map((line) => line.dataset.id).join("+");
      form.requestSubmit();
    },
  });
}
// After a step the focus is where the post went.
document.querySelector("[data-queue] > :target")?.focus();
