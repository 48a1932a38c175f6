// Helpers with which every page builds its document.

import { typeset } from "./type.js";

/** Creates an element with a class, a text and attributes. */
export function make(tag, name = "", text = "", attributes = {}) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text) element.textContent = typeset(text);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** Sets an element's text, with typographic quotes; only if it changed, since screen readers announce every update. */
export function say(element, text) {
  const set = typeset(text);
  if (element.textContent !== set) element.textContent = set;
}

export const find = (id) => document.getElementById(id);
