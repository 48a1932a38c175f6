import { display } from "./display.js";
import { songAndSection } from "./stage.js";

export const LOOK = {
  leading: 1.17,
  cap: 0.15,
  font: "Bricolage Text",
  title: 0.5,
  prepares: true, // who sings sees which song comes, also while the room sees nothing
  where: songAndSection,
  sing: true,
};

display("teleprompter", LOOK, { keys: true });
window.stagelyricRuns = true; // see old.js
