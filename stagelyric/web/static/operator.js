// The operator's desk: what is up, what comes, and every order a thumb may give.

import { keepAwake, keepPage } from "./awake.js";
import { age, barOf, EMPTY, health, isPedalKey, keyMessage, options } from "./core.js";
import { direction } from "./layout.js";
import { mountLearn } from "./learn.js";
import { mountPads } from "./pads.js";
import { make, mountLog, mountScreens, mountSet, mountWords } from "./panels.js";
import { mountTabs, press, pressTwice } from "./press.js";
import { listen } from "./servers.js";
import { say, whenPainted } from "./stage.js";

const PIN_KEY = "stagelyric-pin";
const FULL = 32; // ready lines that make the pool's bar full
const LOW = 4;
const EDITING = 90000; // ms after which edit mode ends by itself: the next song has begun

const find = (id) => document.getElementById(id);
const wanted = options(location.search);
document.documentElement.dataset.theme = wanted.theme;
const desk = find("desk");
let view = EMPTY;
let status = { up: false, since: Date.now() };
let displays = [];
let ready = [];
let bare = []; // places of sections that have nothing to fall back on

// A PIN in the address is taken along and wiped away: an address bar is on show.
if (wanted.pin) {
  sessionStorage.setItem(PIN_KEY, wanted.pin);
  const clean = new URL(location.href);
  clean.searchParams.delete("pin");
  history.replaceState(null, "", clean);
}

const show = listen({
  page: "operator",
  name: wanted.name,
  also: wanted.also,
  onStatus(told) {
    status = told;
    desk.classList.toggle("lost", !told.up);
    tellLink();
  },
  onUp(send) {
    const pin = sessionStorage.getItem(PIN_KEY);
    if (pin) send({ pin });
  },
  onMessage(message) {
    switch (message.type) {
      case "alert":
      case "error":
        return warn(message.text);
      case "access":
        return tellAccess(message);
      case "displays":
        displays = message.displays;
        return tellDisplays();
      case "set":
        songs.fill(message.songs);
        return songs.render(view, ready, bare);
      case "desk":
        return tellDesk(message);
      case "journal":
        return log.add(message.entries);
      case "words":
        return tellWords(message);
      case "learn":
        return learn.hear(message);
    }
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
const send = (message) => show.send(message) || warn("Not sent: there is no link to the show.");
const order = (what) => send({ do: what });

const songs = mountSet(find("set"), order);
const log = mountLog(find("log"));
const screens = mountScreens(find("screens"));
const words = mountWords(find("words"), send);
const learn = mountLearn(find("learn"), send);
const pads = mountPads(find("pads"), find("pad-form"), { given: wanted.pads, send });

function render() {
  say(find("where"), [view.song, view.section].filter(Boolean).join(" · "));
  say(find("number"), view.number ? `#${view.number}` : "");
  say(find("flags"), [view.held && "held", view.cleared && "cleared"].filter(Boolean).join(" · "));
  const line = find("line");
  say(line, view.line || (view.cleared ? "The stage is empty." : "No line yet."));
  line.classList.toggle("quiet", !view.line);
  line.dir = direction(view.line);
  say(find("next"), view.next || "–");
  find("next").dir = direction(view.next);
  find("hold").setAttribute("aria-pressed", String(view.held));
  find("speech").setAttribute("aria-checked", String(view.speech));
  const bar = barOf(view.beat, view.beats_per_bar);
  say(find("tempo"), [view.tempo && `${Math.round(view.tempo)} bpm`, bar && `bar ${bar}`].filter(Boolean).join(" · "));
  const pool = find("pool");
  pool.classList.toggle("low", view.ready < LOW);
  say(pool.querySelector(".count"), `${view.ready} ready`);
  pool.querySelector("i").style.transform = `scaleX(${Math.min(1, view.ready / FULL)})`;
  if (!turning) tellWildness(Math.round(view.wildness * 100));
  songs.render(view, ready, bare);
  tellDisplays();
}

function tellLink() {
  say(find("link"), status.up ? (status.shown ? "2nd server" : "live") : `no link · ${age(Date.now() - status.since)}`);
}

function tellDisplays() {
  const stages = displays.filter((display) => display.page !== "operator");
  const ill = stages.filter((display) => ["behind", "silent"].includes(health(display, view.number)));
  const count = find("tab-screens").querySelector("i");
  say(count, displays.length ? `${stages.length}` : "");
  count.classList.toggle("ill", ill.length > 0);
  if (tabs.chosen() === "screens") screens.render(displays, view.number);
}

// -- lights: who was heard just now

const LIGHTS = [
  ["midi", "MIDI"],
  ["osc", "OSC"],
];
const lights = new Map(
  LIGHTS.map(([kind, called]) => {
    const light = make("span", "light", called, { role: "img", "aria-label": `${called}: not heard yet` });
    find("lights").append(light);
    return [kind, { light, called, count: null, timer: 0 }];
  }),
);
/** Who leads of the machines that run in step, and when one of them last had to take another's place. */
function inStep({ leads, differed, machines }) {
  const when = (seconds) => (seconds ? `, out of step at ${new Date(seconds * 1000).toLocaleTimeString()}` : "");
  const others = machines.map((each) => `${each.name} ${each.up ? (each.leads ? "leads" : "follows") : "is away"}${when(each.differed)}`);
  return [`this machine ${leads ? "leads" : "follows"}${when(differed)}`, ...others].join(" · ");
}

function tellDesk({ heard = {}, stock, ready: told, bare: alone, wait, step }) {
  for (const [kind, lamp] of lights) {
    const count = heard[kind] ?? 0;
    if (lamp.count !== null && count !== lamp.count) {
      lamp.light.classList.add("on");
      clearTimeout(lamp.timer);
      lamp.timer = setTimeout(() => lamp.light.classList.remove("on"), 400);
    }
    if (count !== lamp.count) lamp.light.setAttribute("aria-label", `${lamp.called}: ${count} heard`);
    lamp.light.classList.toggle("known", count > 0);
    lamp.count = count;
  }
  if (stock) {
    const counts = Object.entries(stock).filter(([, count]) => count).map(([origin, count]) => `${count} ${origin}`);
    say(find("stock"), [...counts, wait ? `set ready in ${Math.ceil(wait)} s` : ""].filter(Boolean).join(" · "));
  }
  if (step !== undefined) say(find("machines"), step ? inStep(step) : "");
  if (told) {
    ready = told;
    bare = alone ?? [];
    songs.render(view, ready, bare);
  }
}

let alertTimer = 0;
function warn(text) {
  say(find("alert"), "");
  say(find("alert"), text);
  clearTimeout(alertTimer);
  alertTimer = setTimeout(() => say(find("alert"), ""), 30000);
}

// -- the PIN

const dialog = find("pin");
function tellAccess({ allowed, pin }) {
  desk.classList.toggle("watching", !allowed);
  if (allowed) {
    if (dialog.open) dialog.close();
    find("next-line").focus({ preventScroll: true });
    return;
  }
  sessionStorage.removeItem(PIN_KEY);
  if (pin && !dialog.open) dialog.showModal();
  if (!pin) warn("This show has no PIN, so it can be changed from its own machine only; start it with --pin.");
  find("pin-field").value = "";
}
dialog.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const pin = find("pin-field").value;
  sessionStorage.setItem(PIN_KEY, pin);
  show.send({ pin });
});
find("watch").addEventListener("click", () => dialog.close());

// -- the pads

for (const button of document.querySelectorAll("[data-do]")) press(button, () => order(button.dataset.do));
press(find("speech"), () => order(view.speech ? "speech_off" : "speech_on"));
// The second press is the hard stop: what speaks is silenced, and nothing goes up until the hold is released.
pressTwice(
  find("panic"),
  "again: hard stop",
  () => order("panic"),
  () => ["panic", "speech_off", "hold"].forEach(order),
);

let turning = false;
const wildness = find("wildness");
function tellWildness(percent) {
  wildness.value = percent;
  say(find("wild-value"), String(percent));
  wildness.setAttribute("aria-valuetext", `${percent} percent`);
}
wildness.addEventListener("input", () => {
  turning = true;
  say(find("wild-value"), wildness.value);
  wildness.setAttribute("aria-valuetext", `${wildness.value} percent`);
});
wildness.addEventListener("change", () => {
  order({ wildness: Number(wildness.value) / 100 });
  setTimeout(() => {
    turning = false;
  }, 500);
});

// -- show mode and edit mode

const mode = find("mode");
let editTimer = 0;
function edit(on) {
  desk.classList.toggle("editing", on);
  mode.setAttribute("aria-pressed", String(on));
  mode.dataset.label = on ? "done" : "edit";
  mode.textContent = mode.dataset.label;
  pads.edit(on);
  learn.edit(on);
  if (on && !wide.matches) tabs.choose("pads");
  clearTimeout(editTimer);
  if (on) editTimer = setTimeout(() => edit(false), EDITING);
}
const disarm = pressTwice(
  mode,
  "sure?",
  () => {
    if (!desk.classList.contains("editing")) return;
    disarm(); // out of edit mode one press will do
    edit(false);
  },
  () => edit(true),
);

// -- the panels

const tabs = mountTabs(document.querySelector("[role=tablist]"), (name) => {
  if (name !== "screens") return;
  screens.render(displays, view.number);
  if (!find("join").src) findJoin();
});
const wide = matchMedia("(min-width: 1200px) and (min-aspect-ratio: 4/3)");
function spread() {
  // On a wide desk the pads have a column of their own, and the other panels the one beside it.
  if (wide.matches && tabs.chosen() === "pads") tabs.choose("set");
}
wide.addEventListener("change", spread);
spread();

async function findJoin() {
  const answer = await fetch("/join.svg");
  const url = answer.headers.get("X-Url");
  if (!answer.ok || !url) return;
  const alone = /^http:\/\/(127\.|localhost|\[::1\])/.test(url);
  find("join").hidden = alone;
  find("join").src = "/join.svg";
  say(find("join-how"), alone ? "Only this machine can open the page:" : "Another display: point its camera here.");
  say(find("join-url"), url);
  say(find("join-more"), alone ? "Start the show with --host 0.0.0.0 to let tablets in." : "");
}

function tellWords({ open, waiting }) {
  find("words-open").setAttribute("aria-checked", String(open));
  say(find("tab-words").querySelector("i"), waiting.length ? String(waiting.length) : "");
  words.render(waiting);
}
press(find("words-open"), () => send({ words: find("words-open").getAttribute("aria-checked") !== "true" }));

// -- keys: a pedal may hang on this machine too

function sendKey(event, released) {
  const pressing = event.target.closest?.("button") && (event.key === "Enter" || event.key === " ");
  if (pressing || event.target.closest?.("input, select, dialog, [role=tablist]")) return;
  const message = keyMessage(event, released);
  if (message && isPedalKey(event.key)) event.preventDefault();
  if (message) show.send(message);
}
// A mouse or a finger leaves the focus on what it pressed; then a pedal's Space would press that again. A button that
// was reached by the Tab key is pressed by a click of detail 0, and keeps the focus.
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
setInterval(tellLink, 1000);
keepAwake();
keepPage();
render();
window.stagelyricRuns = true; // see old.js
