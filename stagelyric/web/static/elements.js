// What every page makes its document with.

import { typeset } from "./type.js";

/** An element with a class, a text and attributes. */
export function make(tag, name = "", text = "", attributes = {}) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text) element.textContent = typeset(text);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** Sets the text of an element, in print's marks; only where it changed: screen readers announce what is touched. */
export function say(element, text) {
  const set = typeset(text);
  if (element.textContent !== set) element.textContent = set;
}

export const find = (id) => document.getElementById(id);
