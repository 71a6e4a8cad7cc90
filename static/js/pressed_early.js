// What only some presses need comes with the first of them: that press is held until it is there, and done then.

/**
 * A function that loads once and gives `act` what came, in the order of its calls; nothing where it cannot be reached,
 * and the next call tries again.
 */
export function once(load) {
  let coming = null;
  return (act = () => {}) => {
    coming ??= load();
    return coming.then(act, () => {
      coming = null;
    });
  };
}

/** `load` answers a promise; once it is kept, clicks on `selector` are heard by what was loaded. */
export function atFirstPress(selector, load) {
  let coming = null;
  const hold = async (event) => {
    const place = event.target.closest?.(selector);
    if (!place || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    coming ??= load();
    try {
      await coming;
      removeEventListener("click", hold, { capture: true });
      place.dispatchEvent(new MouseEvent("click", event));
    } catch {
      // Out of reach now: the next press asks again.
      coming = null;
    }
  };
  addEventListener("click", hold, { capture: true });
}
