// Pure functions on a song's draft, a list of lines: a text, GAP for a line still to be written, or "" between stanzas.

export const GAP = "…";
export const BREAK = "";

/** The stanza of line `at`, as [start, end) indices. */
export function stanzaOf(lines, at) {
  let start = at;
  while (start > 0 && lines[start - 1] !== BREAK) start -= 1;
  let end = at;
  while (end < lines.length && lines[end] !== BREAK) end += 1;
  return [start, end];
}

/** Where a line stands: of several that are alike the one nearest to `at`, -1 if it is gone. */
export function locate(lines, text, at) {
  let found = -1;
  lines.forEach((line, place) => {
    if (line === text && (found < 0 || Math.abs(place - at) < Math.abs(found - at))) found = place;
  });
  return found;
}

/** The lines with the one at `from` moved by `by` positions; unchanged if it can't go there. */
export function moved(lines, from, by) {
  const to = from + by;
  if (to < 0 || to >= lines.length) return lines;
  const made = [...lines];
  made.splice(to, 0, ...made.splice(from, 1));
  return made;
}

/** The lines without the one at `at`; a stanza break that would then be doubled or at an end is removed too. */
export function without(lines, at) {
  return tidy(lines.filter((_, place) => place !== at));
}

/** The lines with line `at` replaced by `text`; an empty text removes the line. */
export function changed(lines, at, text) {
  const cut = text.trim();
  return cut ? lines.map((line, place) => (place === at ? cut : line)) : without(lines, at);
}

/** The lines with `more` inserted after line `at`, or at the end. */
export function withLines(lines, more, at = lines.length - 1) {
  return [...lines.slice(0, at + 1), ...more, ...lines.slice(at + 1)];
}

/** Removes stanza breaks that are doubled or at an end. */
export function tidy(lines) {
  const kept = lines.filter((line, at) => line !== BREAK || (at > 0 && lines[at - 1] !== BREAK));
  if (kept.length && kept[0] === BREAK) kept.shift();
  while (kept.length && kept[kept.length - 1] === BREAK) kept.pop();
  return kept;
}

/** The number of lines, and of gaps among them. */
export function counted(lines) {
  const sung = lines.filter((line) => line !== BREAK);
  return { lines: sung.length, gaps: sung.filter((line) => line === GAP).length };
}

/**
 * What was changed between two versions, as one edit: at index `at` the lines `out` became the lines `put`; `prev` and
 * `next` are the lines around them, null at an end.
 */
export function editOf(old, made) {
  const least = Math.min(old.length, made.length);
  let at = 0;
  while (at < least && old[at] === made[at]) at += 1;
  let same = 0;
  while (same < least - at && old[old.length - 1 - same] === made[made.length - 1 - same]) same += 1;
  const out = old.slice(at, old.length - same);
  const put = made.slice(at, made.length - same);
  return { at, out, put, prev: old[at - 1] ?? null, next: old[old.length - same] ?? null };
}

/** Whether an edit only added a line that can be sung: so it is when a line is kept, on whatever page or pedal. */
export const isKept = ({ out, put }) => !out.length && put.length === 1 && put[0] !== GAP && put[0] !== BREAK;

/**
 * The lines with one edit taken back and everything else as it is, wherever its lines stand by now. Null if they are not
 * there any more, since somebody has changed them again; what was taken out always comes back.
 */
export function takenBack(lines, edit) {
  const { at, out, put } = edit;
  const place = put.length ? placeOf(lines, put, at) : gapFor(lines, edit);
  return place < 0 ? null : tidy([...lines.slice(0, place), ...out, ...lines.slice(place + put.length)]);
}

/** Where `some` stand in a row among the lines; of several places the one nearest to `at`, -1 if there is none. */
function placeOf(lines, some, at) {
  let found = -1;
  for (let place = 0; place + some.length <= lines.length; place++) {
    const here = some.every((line, index) => lines[place + index] === line);
    if (here && (found < 0 || Math.abs(place - at) < Math.abs(found - at))) found = place;
  }
  return found;
}

/** Where lines that were taken out belong: between those that they stood between, or next to one of the two. */
function gapFor(lines, { at, prev, next }) {
  let [found, best] = [Math.min(at, lines.length), 0];
  for (let place = 0; place <= lines.length; place++) {
    const score = Number((lines[place - 1] ?? null) === prev) + Number((lines[place] ?? null) === next);
    if (score > best || (score === best && score && Math.abs(place - at) < Math.abs(found - at))) [found, best] = [place, score];
  }
  return found;
}

/** Whether a value that was stored is an edit. */
export function isEdit(value) {
  const texts = (some) => Array.isArray(some) && some.every((line) => typeof line === "string");
  return Boolean(value) && Number.isInteger(value.at) && texts(value.out) && texts(value.put);
}
