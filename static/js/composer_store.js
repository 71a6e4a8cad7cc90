// Text that the server does not have yet, kept in this browser: one entry per person and post (or page of a new post).
// An entry: {at, fields, base, sent, title, landed}. `base` is what the server had of those fields, `sent` what was on its
// way to it, `landed` the version with which it took them while their page was being left.
const PREFIX = "sluice-unsaved";

export function storeOf(person) {
  const name = (post) => `${PREFIX}:${person}:${post}`;
  return {
    /** Whether the browser took it: storage may be full or switched off. */
    keep(post, entry) {
      try {
        localStorage.setItem(name(post), JSON.stringify(entry));
        return true;
      } catch {
        return false;
      }
    },
    read(post) {
      try {
        return JSON.parse(localStorage.getItem(name(post)) ?? "null");
      } catch {
        return null;
      }
    },
    forget(post) {
      try {
        localStorage.removeItem(name(post));
      } catch {
        // Then nothing was kept either.
      }
    },
    /** The keys of new posts that never reached the server. */
    unborn() {
      try {
        const start = name("new:");
        return Object.keys(localStorage).filter((key) => key.startsWith(start)).map((key) => key.slice(start.length));
      } catch {
        return [];
      }
    },
  };
}

/** The key of the new post that this tab writes: it outlives a reload, not the tab. */
export const tabKey = inTab("tab");
/** The post that this tab has just made of a new one: a reload that had begun before asks for the empty page again. */
export const tabBirth = inTab("birth");

function inTab(kind) {
  const name = (person) => `${PREFIX}-${kind}:${person}`;
  return {
    read: (person) => quietly(() => sessionStorage.getItem(name(person))),
    keep: (person, value) => quietly(() => sessionStorage.setItem(name(person), value)),
    forget: (person) => quietly(() => sessionStorage.removeItem(name(person))),
  };
}

function quietly(act) {
  try {
    return act();
  } catch {
    return null;
  }
}
