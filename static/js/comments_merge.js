// A fresh panel of comments flows into the one that is shown: what is the same is not touched, and a form in which
// somebody types, or has typed, stays where it is with all that is in it.

/** Answers whether anything is different now. Who had the focus keeps it, and what they look at stays in its place. */
export function merge(panel, html) {
  const fresh = Object.assign(document.createElement("template"), { innerHTML: html }).content;
  const focus = panel.contains(document.activeElement) ? document.activeElement : null;
  const ways = focus ? waysTo(focus, panel) : [];
  const mark = focus ?? [...panel.querySelectorAll(".said")].find(isSeen);
  const before = mark?.getBoundingClientRect().top;
  const changed = flow(panel, fresh);
  if (focus && !focus.isConnected) document.getElementById(ways.find((id) => document.getElementById(id)))?.focus({ preventScroll: true });
  if (changed && mark?.isConnected) scrollerOf(mark).scrollBy(0, mark.getBoundingClientRect().top - before);
  return changed;
}

/** Children of `fresh` become those of `old`; each finds the one that it was before. */
function flow(old, fresh) {
  const left = [...old.childNodes];
  let at = old.firstChild;
  let changed = false;
  for (const wanted of [...fresh.childNodes]) {
    const found = left.find((one) => isSame(one, wanted));
    if (!found) {
      old.insertBefore(wanted, at);
      changed = true;
      continue;
    }
    left.splice(left.indexOf(found), 1);
    if (found !== at) put(old, found, at);
    at = found.nextSibling;
    changed = renew(found, wanted) || changed;
  }
  for (const gone of left.filter((one) => !isHeld(one))) {
    if (gone.nodeType === Node.ELEMENT_NODE || gone.data.trim()) changed = true;
    gone.remove();
  }
  return changed;
}

function renew(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data === fresh.data) return false;
    old.data = fresh.data;
    return Boolean(`${old.data}${fresh.data}`.trim());
  }
  if (isBusy(old)) return false;
  const changed = renewAttributes(old, fresh);
  return flow(old, fresh) || changed;
}

// What scripts and people set, the server does not know.
const OURS = new Set(["open", "hidden", "style"]);

function renewAttributes(old, fresh) {
  let changed = false;
  for (const { name, value } of [...fresh.attributes]) {
    if (OURS.has(name) || old.getAttribute(name) === value) continue;
    old.setAttribute(name, value);
    // A form's token is another each second and means the same.
    changed = changed || fresh.name !== "csrf_token";
  }
  for (const { name } of [...old.attributes]) {
    if (OURS.has(name) || fresh.hasAttribute(name)) continue;
    old.removeAttribute(name);
  }
  return changed;
}

function isSame(one, other) {
  if (one.nodeType !== other.nodeType) return false;
  return one.nodeType !== Node.ELEMENT_NODE || (one.tagName === other.tagName && one.id === other.id && one.className === other.className);
}

/** What has the focus is not moved, which would take it away: the others go round it. */
function put(parent, node, at) {
  if (!node.contains(document.activeElement)) {
    parent.insertBefore(node, at);
    return;
  }
  const after = node.nextSibling;
  for (let one = at; one !== node; ) {
    const next = one.nextSibling;
    parent.insertBefore(one, after);
    one = next;
  }
}

/** A form that somebody is in, or in which something is written or chosen. */
function isBusy(node) {
  if (!node.matches?.(".talk-form")) return false;
  const written = [...node.querySelectorAll("textarea")].some((one) => one.value !== one.defaultValue);
  return written || node.contains(document.activeElement) || Boolean(node.querySelector("[data-quote]")?.value);
}

function isHeld(node) {
  return node.nodeType === Node.ELEMENT_NODE && (isBusy(node) || [...node.querySelectorAll(".talk-form")].some(isBusy));
}

/** Ids of what the element lies in, the nearest first. */
function waysTo(element, panel) {
  const found = [];
  for (let one = element; one && one !== panel; one = one.parentElement) if (one.id) found.push(one.id);
  return found;
}

function isSeen(element) {
  const { top, height } = element.getBoundingClientRect();
  return height > 0 && top >= 0 && top < innerHeight;
}

function scrollerOf(element) {
  for (let one = element.parentElement; one; one = one.parentElement) {
    if (one.scrollHeight > one.clientHeight && /auto|scroll/.test(getComputedStyle(one).overflowY) && one !== document.body) return one;
  }
  return document.scrollingElement;
}
