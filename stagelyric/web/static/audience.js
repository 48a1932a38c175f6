import { hueOf, options } from "./core.js";
import { display } from "./display.js";
import { mountBox } from "./wordbox.js";

const box = options(location.search).words ? mountBox(document.body) : null;

const show = display(
  "audience",
  {
    leading: 1.2,
    cap: 0.15,
    font: "Bricolage Display",
    // Slower than any flash: half a second from a breath below to its place.
    enter: { frames: [{ opacity: 0, transform: "translateY(0.12em)" }, { opacity: 1, transform: "none" }], ms: 500 },
  },
  {
    onShow: (view) => document.documentElement.style.setProperty("--hue", String(hueOf(view.song))),
    onMessage: (message) => box?.hear(message),
  },
);
box?.send((word) => show.send({ offer: word }));
window.stagelyricRuns = true; // see old.js
