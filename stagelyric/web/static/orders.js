// The orders of the desk: what a thumb presses, what a hand turns and what fingers type.

import { find, say } from "./elements.js";
import { press, pressTwice } from "./press.js";

const GUARDED = ["previous_song", "next_song"]; // from a thumb that wants "keep"

/** Mounts them; `order(do)` sends one. Returns `view(view)`. */
export function mountOrders(order) {
  let view = null;
  for (const button of document.querySelectorAll("[data-do]")) {
    const go = () => order(button.dataset.do);
    if (GUARDED.includes(button.dataset.do)) pressTwice(button, "sure?", () => {}, go);
    else press(button, go);
  }
  press(find("speech"), () => order(view && view.speech ? "speech_off" : "speech_on"));
  // The second press is the hard stop: what speaks is silenced, and nothing goes up until the hold is released.
  pressTwice(
    find("panic"),
    "again: hard stop",
    () => order("panic"),
    () => ["panic", "speech_off", "hold"].forEach(order),
  );
  const wildness = mountWildness(order);
  mountSay(order);
  return {
    hear(message) {
      if (message.type !== "set") return;
      find("wildness").disabled = Boolean(message.baked);
      find("wildness").title = message.baked ? "a baked show is as wild as it was written" : "";
    },
    view(told) {
      view = told;
      find("hold").setAttribute("aria-pressed", String(view.held));
      find("speech").setAttribute("aria-checked", String(view.speech));
      wildness(view);
    },
  };
}

function mountWildness(order) {
  let turning = false;
  const wildness = find("wildness");
  const tell = (percent) => {
    say(find("wild-value"), String(percent));
    wildness.setAttribute("aria-valuetext", `${percent} percent`);
  };
  wildness.addEventListener("input", () => {
    turning = true;
    tell(wildness.value);
  });
  wildness.addEventListener("change", () => {
    order({ wildness: Number(wildness.value) / 100 });
    setTimeout(() => {
      turning = false;
    }, 500);
  });
  return (view) => {
    if (turning) return;
    wildness.value = Math.round(view.wildness * 100);
    tell(wildness.value);
  };
}

/** The field for words of the operator's own: shown as they are, or in a line that is written around them. */
function mountSay(order) {
  const form = find("say");
  const field = form.querySelector("input");
  const go = (action) => {
    const text = field.value.trim();
    if (!text) return field.focus();
    order({ [action]: text });
    field.value = "";
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go("say");
  });
  find("say-word").addEventListener("click", () => go("word"));
  // A pedal's keys are the show's again; with the key's end, which would be taken for a pedal's if it came after.
  field.addEventListener("keyup", (event) => ["Enter", "Escape"].includes(event.key) && field.blur());
}
