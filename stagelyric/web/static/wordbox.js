// The audience's word box: one word at a time, to the operator.

import { say } from "./elements.js";

/** Puts a box below the stage in `root`, hidden while the operator keeps it closed. */
export function mountBox(root) {
  const form = document.createElement("form");
  form.className = "word-box";
  form.hidden = true;
  form.setAttribute("aria-label", "Word box");
  form.innerHTML = `
    <label for="word">One word for the band</label>
    <div><input id="word" maxlength="24" autocomplete="off" autocapitalize="off" enterkeyhint="send" spellcheck="false">
    <button>send</button></div>
    <p role="status"></p>`;
  const field = form.querySelector("input");
  const answer = form.querySelector("p");
  let offer = () => false;
  root.append(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const word = field.value.trim();
    if (word && !offer(word)) say(answer, "There is no link to the show.");
  });
  return {
    /** `sender(word)` sends a word and returns whether it could. */
    send(sender) {
      offer = sender;
    },
    hear(message) {
      if (message.type === "state") form.hidden = true; // if the box is open, a message follows at once
      if (message.type === "box") {
        form.hidden = !message.open;
        root.classList.toggle("has-box", message.open);
      }
      if (message.type !== "offered") return;
      say(answer, message.text);
      if (message.taken) field.value = "";
    },
  };
}
