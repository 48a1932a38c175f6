// The operator's page (the desk): the present line, what comes next, and all controls for a thumb. Its parts are
// assembled here.

import { keepAwake, keepPage } from "./awake.js";
import { EMPTY, isPedalKey, keyMessage, options } from "./core.js";
import { find, say } from "./elements.js";
import { mountFitted } from "./fitted.js";
import { mountLearn } from "./learn.js";
import { mountOrders } from "./orders.js";
import { mountPads } from "./pads.js";
import { mountPanels } from "./panels.js";
import { joined, mountPin } from "./pin.js";
import { pressTwice } from "./press.js";
import { listen } from "./servers.js";
import { whenPainted } from "./stage.js";
import { mountStatus } from "./status.js";

const EDITING = 90000; // ms after which edit mode ends by itself, since the next song has begun by then

const wanted = options(location.search);
document.documentElement.dataset.theme = wanted.theme;
const desk = find("desk");
let view = EMPTY;
let show = null;

let alertTimer = 0;
/** Shows the answer to an action on this page. */
function warn(text) {
  say(find("alert"), "");
  say(find("alert"), text);
  clearTimeout(alertTimer);
  alertTimer = setTimeout(() => say(find("alert"), ""), 30000);
}
const send = (message) => show.send(message) || warn("Not sent: there is no link to the show.");
const order = (what) => send({ do: what });

const [up, coming] = [mountFitted(find("line")), mountFitted(find("next"))];
const orders = mountOrders(order);
const panels = mountPanels(document.querySelector("[role=tablist]"), find("say"), { send, order, tell: warn });
const status = mountStatus({ place: panels.set.place, openLog: () => panels.choose("log") });
const learn = mountLearn(find("learn"), send);
const pads = mountPads(find("pads"), find("pad-form"), { given: wanted.pads, send });
const pin = mountPin({
  given: wanted.pin,
  send: (message) => show.send(message),
  warn,
  onAllowed: () => find("next-line").focus({ preventScroll: true }),
});

show = listen({
  page: "operator",
  name: wanted.name,
  also: wanted.also,
  onStatus(told) {
    desk.classList.toggle("lost", !told.up);
    status.link(told);
  },
  ...joined,
  onMessage(message) {
    if (message.type === "error") warn(message.text);
    if (message.type === "learn") learn.hear(message);
    orders.hear(message);
    panels.hear(message);
    status.hear(message);
    pin.hear(message);
  },
  onView(told, message) {
    const since = performance.now();
    view = told;
    render();
    if (message && !["cue", "clear", "state"].includes(message.type)) return;
    const painted = view;
    whenPainted(since, (ms) => show.painted(painted, ms));
  },
});

function render() {
  // Between two songs the displays show the new one's title: the line is the last one's, here to be kept or vetoed.
  const over = view.announced && Boolean(view.line);
  say(find("up-label"), over ? `last of ${view.line_song}` : "up now");
  find("line").classList.toggle("quiet", !view.line || over);
  up.show(view.line || (view.cleared ? "The stage is empty." : "No line yet."));
  coming.show(view.next || "–");
  orders.view(view);
  panels.view(view);
  status.view(view);
}

// -- show mode and edit mode

const mode = find("mode");
let editTimer = 0;
function edit(on) {
  desk.classList.toggle("editing", on);
  mode.setAttribute("aria-pressed", String(on));
  mode.dataset.label = on ? "done" : "edit";
  mode.textContent = mode.dataset.label;
  mode.setAttribute("aria-label", on ? "Edit mode: done" : "Edit mode");
  pads.edit(on);
  learn.edit(on);
  if (on && !panels.isWide()) panels.choose("pads");
  clearTimeout(editTimer);
  if (on) editTimer = setTimeout(() => edit(false), EDITING);
}
const disarm = pressTwice(
  mode,
  "sure?",
  () => {
    if (!desk.classList.contains("editing")) return;
    disarm(); // outside edit mode one press is enough
    edit(false);
  },
  () => edit(true),
);

// -- keys: a pedal may be connected to this machine too

const down = new Set(); // keys whose press was sent: only their release is sent too
function sendKey(event, released) {
  const pressing = event.target.closest?.("button") && (event.key === "Enter" || event.key === " ");
  const typing = pressing || event.target.closest?.("input, textarea, select, dialog, [role=tablist]");
  const code = event.code || event.key;
  if (released ? !down.delete(code) : typing) return;
  if (!released) down.add(code);
  const message = keyMessage(event, released);
  if (message && isPedalKey(event.key)) event.preventDefault();
  if (message) show.send(message);
}
// After a click the button keeps the focus, and a pedal's Space would press it again, so the focus is removed. A button
// reached with the Tab key and pressed by a key gets a click with detail 0, and keeps the focus.
addEventListener("click", (event) => {
  const pressed = event.target.closest?.("button, summary, a, input[type=checkbox], input[type=radio], input[type=range]");
  if (pressed && event.detail > 0) pressed.blur();
});
addEventListener("change", (event) => event.target.closest?.("select") && event.target.blur());
addEventListener("keydown", (event) => sendKey(event, false));
addEventListener("keyup", (event) => sendKey(event, true));
addEventListener("online", show.retry);
addEventListener("pageshow", show.retry);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") show.retry();
});
keepAwake();
keepPage();
render();
window.stagelyricRuns = true; // see old.js
