// Learns a pedal from the operator's page: press it, choose what it does, and it is added to the setlist.

import { ACTIONS, offerActions } from "./pads.js";
import { say } from "./elements.js";

/** Mounts the form; `send` sends a message. Returns `{edit(on), hear(message)}`. */
export function mountLearn(form, send) {
  const status = form.querySelector("p");
  const choice = form.querySelector("select");
  const value = form.querySelector("input");
  const button = form.querySelector("button");
  const wants = offerActions(choice, value, ACTIONS);
  let state = "over";

  function show(next) {
    state = next;
    const found = state === "found";
    choice.hidden = !found;
    value.hidden = !found || !wants();
    button.textContent = found ? "write it down" : state === "waiting" ? "stop" : "learn a pedal";
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (state === "waiting") send({ learn: "stop" });
    else if (state !== "found") send({ learn: "start" });
    else if (wants() && !value.value.trim()) value.focus();
    else send({ learn: { do: wants() ? { [choice.value]: value.value.trim() } : choice.value } });
  });

  return {
    edit(on) {
      form.hidden = !on;
      // Presses belong to the show again as soon as edit mode is left.
      if (!on && (state === "waiting" || state === "found")) send({ learn: "stop" });
    },
    hear(message) {
      const does = typeof message.does === "string" ? message.does : Object.keys(message.does ?? {})[0];
      if (does && ACTIONS.some(([name]) => name === does)) choice.value = does;
      show(message.state);
      say(status, message.text);
    },
  };
}
