// When the session has run out, a request made by a script is answered 401: the page stays, the person signs in again
// in the same place they left.
document.addEventListener("htmx:response:error", (event) => {
  if (event.detail?.ctx?.response?.status === 401) signInAgain();
});

export function signInAgain() {
  location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
}
