// The summary of what is wrong takes the focus; its links lead to the fields.
document.querySelector("[data-focus-first]")?.focus();
