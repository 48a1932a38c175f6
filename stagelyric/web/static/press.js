// Buttons for a stage: they act when the finger lands, and some only on the second press.

import { twice } from "./core.js";

/** A press counts when the finger lands, not when it lifts. Keyboards and screen readers send a click instead. */
export function press(button, act, release = () => {}) {
  let touched = false;
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    touched = true;
    button.classList.add("down");
    act();
  });
  const up = () => {
    if (button.classList.contains("down")) release();
    button.classList.remove("down");
  };
  for (const kind of ["pointerup", "pointercancel", "pointerleave"]) button.addEventListener(kind, up);
  button.addEventListener("click", () => {
    if (!touched) {
      act();
      release();
    }
    touched = false;
  });
  // A key held down on a button would press it repeatedly.
  button.addEventListener("keydown", (event) => event.repeat && event.preventDefault());
  button.addEventListener("contextmenu", (event) => event.preventDefault());
}

/**
 * A button whose second press within three seconds does more than its first. In between its label is `sure`. The
 * presses call `first()` and `second()`; if `needed()` is false, one press calls `second()` at once. Returns `reset()`,
 * which disarms the button.
 */
export function pressTwice(button, sure, first, second, needed = () => true) {
  const gate = twice();
  let timer = 0;
  let held = null; // the label while it is not armed
  function reset() {
    clearTimeout(timer);
    gate.reset();
    button.classList.remove("armed");
    if (held) button.replaceChildren(...held.content);
    if (held && held.label) button.setAttribute("aria-label", held.label);
    if (button.dataset.label) button.textContent = button.dataset.label;
    held = null;
  }
  press(button, () => {
    const now = performance.now();
    const fresh = !gate.armed(now);
    if (fresh && !needed()) return second();
    if (gate.press(now) === "done") {
      reset();
      second();
      return;
    }
    if (!fresh) return;
    held = { content: [...button.childNodes], label: button.getAttribute("aria-label") };
    button.classList.add("armed");
    button.replaceChildren(sure);
    if (held.label) button.setAttribute("aria-label", `${held.label}: ${sure}`);
    timer = setTimeout(reset, 3000);
    first();
  });
  return reset;
}

/** Tabs that follow the accessibility rules for keyboards and screen readers; `choose(name)` selects one. */
export function mountTabs(list, onChoose = () => {}) {
  const tabs = [...list.querySelectorAll("[role=tab]")];
  function choose(tab, focus = false) {
    for (const other of tabs) {
      const on = other === tab;
      other.setAttribute("aria-selected", String(on));
      other.tabIndex = on ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = !on;
    }
    if (focus) tab.focus();
    onChoose(tab.id.replace("tab-", ""));
  }
  for (const tab of tabs) tab.addEventListener("click", () => choose(tab));
  list.addEventListener("keydown", (event) => {
    const shown = tabs.filter((tab) => tab.offsetParent);
    const here = shown.indexOf(document.activeElement);
    const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (here < 0 || to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    choose(shown[(to + shown.length) % shown.length], true);
  });
  return { choose: (name) => choose(document.getElementById(`tab-${name}`)), chosen: () => tabs.find((tab) => tab.tabIndex === 0).id.replace("tab-", "") };
}
