// Teleprompter, audience and operator's page side by side, for people who see the program for the first time.

import { options } from "./core.js";
import { find } from "./elements.js";

document.documentElement.dataset.theme = options(location.search).theme;
const prompter = find("prompter");
// Keys go to the teleprompter: the space bar must work at once, wherever one has clicked.
prompter.addEventListener("load", () => prompter.contentWindow.focus());
window.addEventListener("focus", () => prompter.contentWindow.focus());
window.addEventListener("keydown", (event) => {
  if (event.key === "Tab") return;
  prompter.contentWindow.focus();
  prompter.contentWindow.dispatchEvent(new KeyboardEvent("keydown", { key: event.key, bubbles: true }));
  event.preventDefault();
});
window.stagelyricRuns = true; // see old.js
