// The controls of the operator's page: buttons, sliders and text fields.

import { find, say } from "./elements.js";
import { press, pressTwice } from "./press.js";

const GUARDED = ["previous_song", "next_song"]; // these need a second press

/** Mounts the controls; `order(do)` sends an action. Returns a function that shows a view. */
export function mountOrders(order) {
  let view = null;
  for (const button of document.querySelectorAll("[data-do]")) {
    const go = () => order(button.dataset.do);
    if (GUARDED.includes(button.dataset.do)) pressTwice(button, "sure?", () => {}, go);
    else press(button, go);
  }
  press(find("speech"), () => order(view && view.speech ? "speech_off" : "speech_on"));
  // The second press is the hard stop: speech is silenced, and nothing is shown until the hold is released.
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

/** The field for the operator's own words: shown as they are, or within a line that is written for them. */
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
  // Keys belong to the show's pedals again, but only after this key's release, which would otherwise count as a
  // pedal's.
  field.addEventListener("keyup", (event) => ["Enter", "Escape"].includes(event.key) && field.blur());
}
