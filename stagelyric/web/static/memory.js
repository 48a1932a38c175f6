// Remembers what this display showed last, for when it is reopened and no server answers.

const KEY = "stagelyric-last";
const UNDO = "stagelyric-undo";
const TOO_OLD = 12 * 3600 * 1000; // ms: nobody needs last night's line
const KEPT = ["song", "section", "line", "next", "cleared", "held", "announced"];

/** Stores the parts of a view that may be shown without a server. */
export function remember(page, view, store = globalThis.localStorage, now = Date.now()) {
  try {
    const kept = Object.fromEntries(KEPT.map((field) => [field, view[field]]));
    store.setItem(`${KEY}-${page}`, JSON.stringify({ view: kept, at: now }));
  } catch {
    // A browser that stores nothing (a private window) has nothing to recall later.
  }
}

/** `{view, at}`, or null if nothing was stored tonight. */
export function recall(page, store = globalThis.localStorage, now = Date.now()) {
  try {
    const last = JSON.parse(store.getItem(`${KEY}-${page}`));
    return last && now - last.at < TOO_OLD ? last : null;
  } catch {
    return null;
  }
}

/** Drops what `remember` stored. */
export function forget(page, store = globalThis.localStorage) {
  try {
    store.removeItem(`${KEY}-${page}`);
  } catch {
    // A browser that stores nothing has nothing to drop.
  }
}

/** A place for what can be undone in a song of a set: `read()` returns what `write(edits)` stored last, [] if nothing. */
export function undoStore(set, song, store = globalThis.localStorage) {
  const key = `${UNDO}-${JSON.stringify([set, song])}`;
  return {
    read() {
      try {
        const found = JSON.parse(store.getItem(key));
        return Array.isArray(found) ? found : [];
      } catch {
        return [];
      }
    },
    write(edits) {
      try {
        store.setItem(key, JSON.stringify(edits));
      } catch {
        // A browser that stores nothing undoes as far as this page remembers.
      }
    },
  };
}
