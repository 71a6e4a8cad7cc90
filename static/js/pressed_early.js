// What only some presses need comes with the first of them: that press is held until it is there, and done then.

/**
 * A function that loads once and gives `act` what came, in the order of its calls. Where it cannot be reached,
 * `otherwise` is called, and the next call tries again.
 */
export function once(load, otherwise = () => {}) {
  let coming = null;
  return (act = () => {}) => {
    coming ??= load();
    return coming.then(act, () => {
      coming = null;
      otherwise();
    });
  };
}
