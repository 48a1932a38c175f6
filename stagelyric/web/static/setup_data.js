// The set as the setup page holds it: the file's data, each table with a mark by which the file knows it. Pure.

export const MARK = "#";
export const SAME = "=";

/** Each marked table of a set, as it came from the file, by its mark. */
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

/** The set as it is sent: a table that is as it was says no more than its mark. */
export function abridged(set, base) {
  const short = (value) => {
    if (Array.isArray(value)) return value.map(short);
    if (!value || typeof value !== "object") return value;
    if (typeof value[MARK] === "string" && base.get(value[MARK]) === JSON.stringify(value)) return { [SAME]: value[MARK] };
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, short(inner)]));
  };
  return short(set);
}

/** The value at the end of some keys; undefined where there is none. */
export function at(set, keys) {
  return keys.reduce((here, key) => (here === undefined || here === null ? undefined : here[key]), set);
}

/** Sets a value, or takes its key away (undefined). */
export function put(set, keys, value) {
  const table = at(set, keys.slice(0, -1));
  const key = keys[keys.length - 1];
  if (value === undefined) delete table[key];
  else table[key] = value;
}

/** A list with one member further up (-1) or down (1). */
export function moved(list, from, by) {
  const to = from + by;
  if (to < 0 || to >= list.length) return list;
  const out = [...list];
  [out[from], out[to]] = [out[to], out[from]];
  return out;
}

/** What is typed where a number is wanted: a number, or the text as it is, for the check to say what is wrong. */
export function number(typed) {
  const text = typed.trim().replace(",", ".");
  if (text === "") return undefined;
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : typed.trim();
}

/** Lines of a field as a list; nothing at all for none. */
export function lines(typed) {
  const found = typed.split("\n").map((line) => line.trim()).filter(Boolean);
  return found.length ? found : undefined;
}

/** A value as it is written into a field. */
export function shown(value) {
  if (value === undefined || value === null) return "";
  return Array.isArray(value) ? value.join("\n") : String(value);
}

/** A title that no other has. */
export function fresh(title, others) {
  let name = title;
  for (let count = 2; others.includes(name); count += 1) name = `${title} ${count}`;
  return name;
}
