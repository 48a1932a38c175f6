import { display } from "./display.js";

display("teleprompter", { leading: 1.17, cap: 0.15, font: "Bricolage Text", sing: true }, { keys: true });
window.stagelyricRuns = true; // see old.js
