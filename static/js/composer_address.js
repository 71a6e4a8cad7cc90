// Addresses as people say them, "example.org/news": what a browser would put before them stands there once the field is
// left. Anything else stays as it is written, and the server says what it makes of it.
const WITHOUT_SCHEME = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}{2,}(?:[/?#]\S*)?$/u;

export function attach(form) {
  form.elements.link.addEventListener("blur", ({ target }) => {
    const said = target.value.trim();
    if (!WITHOUT_SCHEME.test(said)) return;
    target.value = `https://${said}`;
    target.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
