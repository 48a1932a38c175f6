// A draft of a song as pure functions over its lines: texts, GAP for a line still to be written, "" between stanzas.

export const GAP = "…";
export const BREAK = "";

/** Where line `at` belongs: the start and the end (one past it) of its stanza. */
export function stanzaOf(lines, at) {
  let start = at;
  while (start > 0 && lines[start - 1] !== BREAK) start -= 1;
  let end = at;
  while (end < lines.length && lines[end] !== BREAK) end += 1;
  return [start, end];
}

/** The lines with the one at `from` moved by `by` places; as they are where it cannot go there. */
export function moved(lines, from, by) {
  const to = from + by;
  if (to < 0 || to >= lines.length) return lines;
  const made = [...lines];
  made.splice(to, 0, ...made.splice(from, 1));
  return made;
}

/** The lines with `at` gone; a break that would then stand beside another or at an end goes too. */
export function without(lines, at) {
  return tidy(lines.filter((_, place) => place !== at));
}

/** The lines with `text` in the place of line `at`; an empty text takes the line away. */
export function changed(lines, at, text) {
  const cut = text.trim();
  return cut ? lines.map((line, place) => (place === at ? cut : line)) : without(lines, at);
}

/** The lines with `more` put behind line `at`, or at the end. */
export function withLines(lines, more, at = lines.length - 1) {
  return [...lines.slice(0, at + 1), ...more, ...lines.slice(at + 1)];
}

/** No two breaks in a row, and none at either end. */
export function tidy(lines) {
  const kept = lines.filter((line, at) => line !== BREAK || (at > 0 && lines[at - 1] !== BREAK));
  if (kept.length && kept[0] === BREAK) kept.shift();
  while (kept.length && kept[kept.length - 1] === BREAK) kept.pop();
  return kept;
}

/** How many lines there are, and how many gaps among them. */
export function counted(lines) {
  const sung = lines.filter((line) => line !== BREAK);
  return { lines: sung.length, gaps: sung.filter((line) => line === GAP).length };
}
