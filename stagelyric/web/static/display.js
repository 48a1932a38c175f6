// A display: a stage that follows the show. The teleprompter and the audience's page differ in looks only.

import { keepAwake, keepPage, offerFullscreen } from "./awake.js";
import { adjust, EMPTY, isPedalKey, keyMessage, options, withOptions } from "./core.js";
import { forget, recall, remember } from "./memory.js";
import { joined, takeAlong } from "./pin.js";
import { listen } from "./servers.js";
import { mountStage, whenPainted } from "./stage.js";

const PATIENCE = 1000; // ms to wait for a server before a reopened page shows what it showed last

/** Runs a display of the kind `page` in the document; `keys`: whether its key presses are sent to the show. */
export function display(page, look, { keys = false, onShow = () => {}, onMessage = () => {} } = {}) {
  let wanted = options(location.search);
  takeAlong(wanted.pin);
  const stage = mountStage(document.getElementById("stage"), wanted, look);
  let view = EMPTY;
  let wasUp = false;
  let replayed = false; // a night is shown again: its lines must not be taken for tonight's later

  const show = listen({
    page,
    name: wanted.name,
    also: wanted.also,
    onStatus: (status) => {
      wasUp = wasUp || status.up;
      stage.link(status);
    },
    ...joined,
    onMessage: (message) => {
      // Warnings about drivers or ports are for the operator's page; an answer is for whoever pressed a key here.
      if (message.type === "replay") {
        replayed = true;
        forget(page);
      }
      if (keys && message.type === "error") stage.warn(message.text);
      onMessage(message, show);
    },
    onView: (told, message) => {
      const since = performance.now();
      view = told;
      stage.render(view, { animate: message?.type === "cue" });
      onShow(view);
      if (message && !["cue", "clear", "state"].includes(message.type)) return;
      const painted = view;
      whenPainted(since, (ms) => {
        show.painted(painted, ms);
        if (!replayed) remember(page, painted);
      });
    },
  });

  setTimeout(() => {
    const last = wasUp ? null : recall(page);
    if (!last) return;
    stage.render({ ...EMPTY, ...last.view }, {});
    stage.link({ up: false, since: last.at });
  }, PATIENCE);

  if (keys) {
    const send = (event, released) => {
      const message = keyMessage(event, released);
      if (isPedalKey(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) event.preventDefault();
      if (message) show.send(message);
    };
    addEventListener("keydown", (event) => send(event, false));
    addEventListener("keyup", (event) => send(event, true));
  }
  addEventListener("keydown", (event) => {
    const changed = adjust(event, wanted);
    if (!Object.keys(changed).length) return;
    event.preventDefault();
    wanted = { ...wanted, ...changed };
    stage.adjust(wanted);
    history.replaceState(null, "", withOptions(location.search, changed));
  });
  addEventListener("online", show.retry);
  addEventListener("pageshow", show.retry);
  document.addEventListener("resume", show.retry);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") show.retry();
  });
  keepAwake();
  offerFullscreen();
  keepPage();
  return show;
}
