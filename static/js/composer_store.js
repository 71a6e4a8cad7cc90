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
export const tabKey = {
  read: (person) => quietly(() => sessionStorage.getItem(`${PREFIX}-tab:${person}`)),
  keep: (person, key) => quietly(() => sessionStorage.setItem(`${PREFIX}-tab:${person}`, key)),
  forget: (person) => quietly(() => sessionStorage.removeItem(`${PREFIX}-tab:${person}`)),
};

/** The post that this tab has just made of a new one: a reload that had begun before asks for the empty page again. */
export const tabBirth = {
  read: (person) => quietly(() => JSON.parse(sessionStorage.getItem(`${PREFIX}-birth:${person}`))),
  keep: (person, uuid) => quietly(() => sessionStorage.setItem(`${PREFIX}-birth:${person}`, JSON.stringify({ uuid, at: Date.now() }))),
  forget: (person) => quietly(() => sessionStorage.removeItem(`${PREFIX}-birth:${person}`)),
};

function quietly(act) {
  try {
    return act();
  } catch {
    return null;
  }
}
