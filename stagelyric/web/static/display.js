// A display: a stage that follows the show. The teleprompter and the audience's page differ in look alone.

import { keepAwake, offerFullscreen } from "./awake.js";
import { EMPTY, isPedalKey, keyMessage, options, reduce } from "./core.js";
import { connect, liveAddress } from "./link.js";
import { mountStage, whenPainted } from "./stage.js";

/** Runs a display of the kind `page` in the document; `keys`: whether its keys are sent to the show. */
export function display(page, look, { keys = false, warnings = false } = {}) {
  const wanted = options(location.search);
  const stage = mountStage(document.getElementById("stage"), wanted, look);
  let view = EMPTY;

  const link = connect({
    url: () => liveAddress(location, page, wanted.name),
    onStatus: (status) => {
      stage.link(status);
      if (status.up && wanted.pin) link.send({ pin: wanted.pin });
    },
    onMessage: (message) => {
      const since = performance.now();
      if (warnings && (message.type === "alert" || message.type === "error")) stage.warn(message.text);
      const before = view;
      view = reduce(view, message);
      if (view === before) return;
      stage.render(view, { animate: message.type === "cue" });
      if (["cue", "clear", "state"].includes(message.type)) {
        const { number } = view;
        whenPainted(since, (ms) => link.send({ painted: number, ms: Math.round(ms * 10) / 10 }));
      }
    },
  });

  if (keys) {
    const send = (event, released) => {
      const message = keyMessage(event, released);
      if (isPedalKey(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) event.preventDefault();
      if (message) link.send(message);
    };
    addEventListener("keydown", (event) => send(event, false));
    addEventListener("keyup", (event) => send(event, true));
  }
  addEventListener("online", link.retry);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") link.retry();
  });
  keepAwake();
  offerFullscreen();
}
