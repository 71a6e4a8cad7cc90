// The browser checks spelling, and screen readers speak, in the language that the text is said to be in.
const CODE = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i;
const WRITTEN = ["title", "text", "first_comment"].map((name) => `[name=${name}]`).join() + ", [name^=variant_], [name^=picture_alt_]";

export function attach(form) {
  // With every input: a picture may have come meanwhile, with a field for its words.
  form.addEventListener("input", () => {
    const code = form.elements.language.value.trim();
    if (!CODE.test(code)) return;
    for (const field of form.querySelectorAll(WRITTEN)) if (field.lang !== code) field.lang = code;
  });
}
