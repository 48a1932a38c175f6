import { display } from "./display.js";
import { songAndSection } from "./stage.js";

export const LOOK = { leading: 1.17, cap: 0.15, font: "Bricolage Text", title: 0.5, where: songAndSection, sing: true };

display("teleprompter", LOOK, { keys: true });
window.stagelyricRuns = true; // see old.js
