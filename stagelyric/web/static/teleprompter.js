import { display } from "./display.js";

display("teleprompter", { leading: 1.17, cap: 0.19, sing: true }, { keys: true, warnings: true });
window.stagelyricRuns = true; // see old.js
