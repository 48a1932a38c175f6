// The set as the setup page holds it: the file's data, where each table has a mark that identifies it in the file.
// Pure.

export const MARK = "#";
export const SAME = "=";

/** All marked tables of a set, as they came from the file, by mark. */
export function marked(table, found = new Map()) {
  for (const inner of Object.values(table)) {
    for (const one of Array.isArray(inner) ? inner : []) {
      if (one && typeof one === "object" && !Array.isArray(one)) {
        if (typeof one[MARK] === "string") found.set(one[MARK], JSON.stringify(one));
        marked(one, found);
      }
    }
  }
  return found;
}

/** The set to be sent: an unchanged table is sent as its mark only. */
export function abridged(set, base) {
  const short = (value) => {
    if (Array.isArray(value)) return value.map(short);
    if (!value || typeof value !== "object") return value;
    if (typeof value[MARK] === "string" && base.get(value[MARK]) === JSON.stringify(value)) return { [SAME]: value[MARK] };
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, short(inner)]));
  };
  return short(set);
}

/** The value at a path of keys; undefined if there is none. */
export function at(set, keys) {
  return keys.reduce((here, key) => (here === undefined || here === null ? undefined : here[key]), set);
}

/** Sets a value at a path of keys, or removes the key (undefined). */
export function put(set, keys, value) {
  const table = at(set, keys.slice(0, -1));
  const key = keys[keys.length - 1];
  if (value === undefined) delete table[key];
  else table[key] = value;
}

/** A list with one item moved up (-1) or down (1). */
export function moved(list, from, by) {
  const to = from + by;
  if (to < 0 || to >= list.length) return list;
  const out = [...list];
  [out[from], out[to]] = [out[to], out[from]];
  return out;
}

/** Parses what was typed into a number field: a number, or the unchanged text, on which the check reports an error. */
export function number(typed) {
  const text = typed.trim().replace(",", ".");
  if (text === "") return undefined;
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : typed.trim();
}

/** A text field's lines as a list; undefined if there are none. */
export function lines(typed) {
  const found = typed.split("\n").map((line) => line.trim()).filter(Boolean);
  return found.length ? found : undefined;
}

/** A value as text for a field. */
export function shown(value) {
  if (value === undefined || value === null) return "";
  return Array.isArray(value) ? value.join("\n") : String(value);
}

/** A title that no other song has. */
export function fresh(title, others) {
  let name = title;
  for (let count = 2; others.includes(name); count += 1) name = `${title} ${count}`;
  return name;
}
