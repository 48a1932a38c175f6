// Teleprompter, audience and operator's page side by side, for people who see the program for the first time.

import { options } from "./core.js";
import { find } from "./elements.js";

const { theme } = options(location.search);
document.documentElement.dataset.theme = theme;
// The frames name their page in `data-page`, so that each is loaded once, in the theme.
for (const frame of document.querySelectorAll("iframe")) frame.src = `${frame.dataset.page}?theme=${theme}`;
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
