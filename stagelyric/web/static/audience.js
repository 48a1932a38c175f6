// The audience's page: the line as typography, the song's title between two songs, and a card with the address for
// joining.

import { hueOf, options } from "./core.js";
import { display } from "./display.js";
import { mountJoin } from "./join.js";
import { mountBox } from "./wordbox.js";

const wanted = options(location.search);
const box = wanted.words ? mountBox(document.body) : null;
const join = wanted.join ? mountJoin(document.body) : null;

export const LOOK = {
  leading: 1.06,
  cap: 0.18,
  font: "Bricolage Display",
  title: 1.3,
  announces: true,
  where: (view, title) => (title ? "" : view.song),
  // Slow enough not to flash: each row rises a little for half a second, one after the other.
  enter: { frames: [{ opacity: 0, transform: "translateY(0.22em)" }, { opacity: 1, transform: "none" }], ms: 520, rows: 140 },
};

const show = display("audience", LOOK, {
  onShow: (view) => document.documentElement.style.setProperty("--hue", String(hueOf(view.song))),
  onMessage: (message) => {
    if (box) box.hear(message);
    if (join) join.hear(message);
  },
});
if (box) box.send((word) => show.send({ offer: word }));
window.stagelyricRuns = true; // see old.js
