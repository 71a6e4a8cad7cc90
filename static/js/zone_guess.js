// Whoever sets up an account mostly lives where this browser does: its time zone stands there, until another is typed.
const field = document.querySelector("input#timezone");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (field?.value === "UTC" && !field.hasAttribute("aria-invalid") && here) field.value = here;
