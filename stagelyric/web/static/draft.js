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
