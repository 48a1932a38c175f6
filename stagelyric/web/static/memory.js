// What this display showed last, for when it is opened anew and no server answers.

const KEY = "stagelyric-last";
const TOO_OLD = 12 * 3600 * 1000; // ms: last night's line is nobody's
const KEPT = ["song", "section", "line", "next", "cleared", "held"];

/** Keeps what of a view a stage without a server may still show. */
export function remember(page, view, store = globalThis.localStorage, now = Date.now()) {
  try {
    const kept = Object.fromEntries(KEPT.map((field) => [field, view[field]]));
    store.setItem(`${KEY}-${page}`, JSON.stringify({ view: kept, at: now }));
  } catch {
    // A browser that keeps nothing (a private window): then there is nothing to be recalled.
  }
}

/** `{view, at}`, or null where there is nothing, or nothing of tonight. */
export function recall(page, store = globalThis.localStorage, now = Date.now()) {
  try {
    const last = JSON.parse(store.getItem(`${KEY}-${page}`));
    return last && now - last.at < TOO_OLD ? last : null;
  } catch {
    return null;
  }
}
