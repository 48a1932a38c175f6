// Teleprompter, audience and desk side by side, for whoever meets the show for the first time.

import { options } from "./core.js";
import { find } from "./elements.js";

document.documentElement.dataset.theme = options(location.search).theme;
const prompter = find("prompter");
// Keys are the teleprompter's: a press of the space bar must count at once, wherever one has clicked.
prompter.addEventListener("load", () => prompter.contentWindow.focus());
window.addEventListener("focus", () => prompter.contentWindow.focus());
window.addEventListener("keydown", (event) => {
  if (event.key === "Tab") return;
  prompter.contentWindow.focus();
  prompter.contentWindow.dispatchEvent(new KeyboardEvent("keydown", { key: event.key, bubbles: true }));
  event.preventDefault();
});
window.stagelyricRuns = true; // see old.js
