// Rehearsing on the desk: what the rehearsal page offers, beside the show's own controls.

import { make, say } from "./elements.js";
import { mountRehearsal } from "./rehearsal.js";

/** Mounts it in `root`; `desk`: see panels.js. */
export function mountRehearse(root, desk) {
  const label = root.appendChild(make("p", "label", "up now"));
  const look = label.appendChild(make("span", "look"));
  const [about, choice, draft] = ["This line", "To choose from", "Draft of the song"].map((label) =>
    root.appendChild(make("section", "rehearsal", "", { "aria-label": label })),
  );
  const rehearsal = mountRehearsal({
    about,
    choice,
    draft,
    order: desk.order,
    tell: desk.tell,
    askPin: () => {}, // the desk asks as soon as it joins
    onLook({ text, off }) {
      say(look, text);
      look.classList.toggle("off", off);
    },
  });
  rehearsal.hide(true);
  return {
    hear: rehearsal.hear,
    view: rehearsal.view,
    shown: () => rehearsal.hide(false),
    gone: () => rehearsal.hide(true),
  };
}
