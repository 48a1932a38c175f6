// The operator's own pads: fired in show mode, added and removed in edit mode, stored on this device.

import { make } from "./elements.js";
import { press } from "./press.js";

const KEY = "stagelyric-pads";
const MOST = 8;
/** The show's actions: `web/files.py` inserts the table here when it serves this file. */
export const ACTIONS = [];
/** The choices for a pad: [name, label, the kind of value that it takes]. */
const CHOICES = [["pad", "fires the setlist's trigger on this pad", null], ...ACTIONS];

/** The message of a pad; `released` matters only to the setlist's own triggers. */
export function padMessage({ label, action, value }, released = false) {
  if (action === "pad") return { pad: label, released };
  if (released) return null;
  return { do: value ? { [action]: value } : action };
}

/** Fills a list with actions; `value` is the input for those that take a value. Returns whether the chosen one does. */
export function offerActions(choice, value, actions = CHOICES) {
  choice.append(...actions.map(([name, called]) => make("option", "", called, { value: name })));
  const wants = () => actions.find(([name]) => name === choice.value)?.[2] ?? null;
  choice.addEventListener("change", () => {
    value.hidden = !wants();
  });
  return wants;
}

export function mountPads(root, form, { given, send, store = globalThis.localStorage }) {
  const [label, choice, value] = form.querySelectorAll("input, select");
  let pads = given.length ? given.map((name) => ({ label: name, action: "pad", value: "" })) : recall();
  let editing = false;
  const wants = offerActions(choice, value);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const made = { label: label.value.trim(), action: choice.value, value: wants() ? value.value.trim() : "" };
    const missing = !made.label ? label : wants() && !made.value ? value : null;
    if (missing || pads.length >= MOST) {
      missing?.focus();
      return;
    }
    pads = [...pads, made];
    form.reset();
    value.hidden = true;
    keep();
  });

  function recall() {
    try {
      const kept = JSON.parse(store.getItem(KEY)) ?? [];
      return kept.filter((pad) => pad.label && CHOICES.some(([name]) => name === pad.action)).slice(0, MOST);
    } catch {
      return [];
    }
  }

  function keep() {
    try {
      store.setItem(KEY, JSON.stringify(pads));
    } catch {
      // A private window stores nothing; the pads stay until it is closed.
    }
    render();
  }

  function render() {
    root.hidden = !pads.length;
    form.hidden = !editing;
    root.replaceChildren(
      ...pads.map((pad) => {
        const button = make("button", editing ? "removing" : "", pad.label);
        if (editing) {
          button.setAttribute("aria-label", `Take the pad ${pad.label} away`);
          button.addEventListener("click", () => {
            pads = pads.filter((other) => other !== pad);
            keep();
          });
          return button;
        }
        press(
          button,
          () => send(padMessage(pad)),
          () => {
            const message = padMessage(pad, true);
            if (message) send(message);
          },
        );
        return button;
      }),
    );
  }

  render();
  return {
    edit(on) {
      editing = on;
      render();
    },
  };
}
