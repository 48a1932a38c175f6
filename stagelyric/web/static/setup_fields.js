// The fields of the setup page, each for one key of a table, made from the descriptions in the setlist's models.

import { make } from "./elements.js";
import * as data from "./setup_data.js";

/** The id of a key's field. */
export const idOf = (keys) => `f-${keys.join(".")}`;

const LEFT_OUT = "left out";

/**
 * A labelled field for `told` (a row of the form) at the path `keys` of the set. `get()` returns its value,
 * `set(value)` takes a new one, undefined for none. `label`: shown instead of the key.
 */
export function field(told, keys, get, set, label = told.key.replaceAll("_", " ")) {
  const id = idOf(keys);
  const box = make("div", `field is-${told.kind}`, "", { "data-keys": JSON.stringify(keys) });
  const named = make("label", "", label, { for: id });
  const means = make("p", "means", plain(told.means), { id: `${id}-means` });
  const input = INPUTS[told.kind] ? INPUTS[told.kind](told, id, get, set) : text(told, id, get, set);
  input.dataset.means = means.id;
  if (input.id !== id) named.htmlFor = input.querySelector("input, select, textarea").id;
  const first = input.matches("input, select, textarea") ? input : input.querySelector("input, select, textarea");
  first.setAttribute("aria-describedby", means.id);
  box.append(named, input, make("p", "fault", "", { id: `${id}-fault` }), means);
  return box;
}

/** A key's description without Markdown. */
function plain(means) {
  return means.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[`*]/g, "");
}

function bounds(told) {
  if (told.least !== undefined && told.most !== undefined) return `${told.least} to ${told.most}`;
  return "";
}

function hint(told) {
  if (told.default !== undefined && !Array.isArray(told.default)) return String(told.default);
  return told.needed ? "" : bounds(told) || (told.options ? told.options.join(", ") : LEFT_OUT);
}

function typed(input, read, set) {
  input.addEventListener("input", () => set(read(input.value)));
  return input;
}

function bareInput(id, value, placeholder, more = {}) {
  const input = make("input", "", "", { id, placeholder, autocomplete: "off", spellcheck: "false", ...more });
  input.value = value;
  return input;
}

function text(told, id, get, set) {
  const input = bareInput(id, data.shown(get()), hint(told), { maxlength: "300" });
  return typed(input, (value) => (value === "" && !told.needed ? undefined : value), set);
}

function amount(told, id, get, set) {
  return typed(bareInput(id, data.shown(get()), hint(told), { inputmode: "decimal", maxlength: "20" }), data.number, set);
}

function mixed(told, id, get, set) {
  const value = get();
  const input = bareInput(id, Array.isArray(value) ? value.join(" ") : data.shown(value), hint(told), { maxlength: "80" });
  return typed(input, data.number, set);
}

function yes(told, id, get, set) {
  const box = make("label", "check");
  const input = make("input", "", "", { id, type: "checkbox" });
  const was = get();
  input.checked = was === undefined ? told.default === true : was === true;
  input.addEventListener("change", () => set(was === undefined && input.checked === told.default ? undefined : input.checked));
  box.append(input);
  return box;
}

/** A list of choices. If the file has a value that is not one of them, it is added, so that the check can report it. */
export function choice(id, options, value, set, empty) {
  const select = make("select", "", "", { id });
  const names = options.map((option) => (Array.isArray(option) ? option : [option, option]));
  if (empty !== undefined) names.unshift(["", empty]);
  if (value !== undefined && !names.some(([name]) => name === value)) names.push([String(value), String(value)]);
  for (const [name, shown] of names) {
    const option = document.createElement("option");
    option.value = name;
    option.textContent = shown;
    select.append(option);
  }
  select.value = value === undefined ? "" : String(value);
  select.addEventListener("change", () => set(select.value === "" ? undefined : select.value));
  return select;
}

function oneOf(told, id, get, set) {
  const empty = told.default === undefined ? LEFT_OUT : `${told.default} (${LEFT_OUT})`;
  return choice(id, told.options, get(), set, empty);
}

/** A field with one text per line. */
function texts(told, id, get, set) {
  const area = make("textarea", "", "", { id, placeholder: "one a line", spellcheck: "true", autocomplete: "off" });
  area.value = data.shown(get());
  const fit = () => (area.rows = Math.min(12, Math.max(told.rows || 1, area.value.split("\n").length)));
  area.addEventListener("input", fit);
  fit();
  return typed(area, data.lines, set);
}

function several(told, id, get, set) {
  const box = make("span", "several");
  const chosen = () => told.options.filter((_, number) => box.querySelectorAll("input")[number].checked);
  told.options.forEach((option, number) => {
    const label = make("label");
    const input = make("input", "", "", { type: "checkbox", id: `${id}-${number}` });
    input.checked = (get() || []).includes(option);
    input.addEventListener("change", () => set(chosen().length ? chosen() : undefined));
    label.append(input, make("span", "", option));
    box.append(label);
  });
  return box;
}

function span(told, id, get, set) {
  const box = make("span", "two");
  const value = Array.isArray(get()) ? get() : [];
  const read = () => {
    const both = [...box.querySelectorAll("input")].map((input) => data.number(input.value));
    set(both.every((one) => one === undefined) ? undefined : both.map((one) => (one === undefined ? "" : one)));
  };
  ["fewest", "most"].forEach((name, number) => {
    const input = bareInput(`${id}-${number}`, data.shown(value[number]), String((told.default || [])[number] ?? ""), {
      "aria-label": name, inputmode: "numeric", maxlength: "4",
    });
    input.addEventListener("input", read);
    box.append(input);
    if (!number) box.append(make("span", "to", "to", { "aria-hidden": "true" }));
  });
  return box;
}

const INPUTS = { text, number: amount, whole: amount, mixed, bool: yes, choice: oneOf, texts, choices: several, span };
