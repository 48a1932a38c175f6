// The operator's desk: what is up, what comes, and every order a thumb may give.

import { keepAwake } from "./awake.js";
import { age, EMPTY, health, isPedalKey, keyMessage, options, reduce } from "./core.js";
import { direction } from "./layout.js";
import { connect, liveAddress } from "./link.js";
import { say, whenPainted } from "./stage.js";

const PIN_KEY = "stagelyric-pin";
const FULL = 32; // ready lines that make the pool's bar full
const LOW = 4;

const find = (id) => document.getElementById(id);
const wanted = options(location.search);
document.documentElement.dataset.theme = wanted.theme;
const desk = find("desk");
let view = EMPTY;
let status = { up: false, since: Date.now() };
let displays = [];

// A PIN in the address is taken along and wiped away: an address bar is on show.
if (wanted.pin) {
  sessionStorage.setItem(PIN_KEY, wanted.pin);
  const clean = new URL(location.href);
  clean.searchParams.delete("pin");
  history.replaceState(null, "", clean);
}

const link = connect({
  url: () => liveAddress(location, "operator", wanted.name),
  onStatus(told) {
    status = told;
    desk.classList.toggle("lost", !told.up);
    tellLink();
    const pin = sessionStorage.getItem(PIN_KEY);
    if (told.up && pin) link.send({ pin });
  },
  onMessage(message) {
    const since = performance.now();
    if (message.type === "alert" || message.type === "error") warn(message.text);
    if (message.type === "access") tellAccess(message);
    if (message.type === "displays") {
      displays = message.displays;
      tellDisplays();
    }
    const before = view;
    view = reduce(view, message);
    if (view !== before) render();
    if (["cue", "clear", "state"].includes(message.type)) {
      const { number } = view;
      whenPainted(since, (ms) => link.send({ painted: number, ms: Math.round(ms * 10) / 10 }));
    }
  },
});

function order(what) {
  if (!link.send({ do: what })) warn("Not sent: there is no link to the show.");
}

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
  const tempo = find("tempo");
  tempo.hidden = !view.tempo;
  say(tempo, `${Math.round(view.tempo)} bpm`);
  const pool = find("pool");
  pool.classList.toggle("low", view.ready < LOW);
  say(pool.querySelector(".count"), `${view.ready} ready`);
  pool.querySelector("i").style.transform = `scaleX(${Math.min(1, view.ready / FULL)})`;
  tellDisplays();
}

function tellLink() {
  say(find("link"), status.up ? "live" : `no link · ${age(Date.now() - status.since)}`);
}

function tellDisplays() {
  const stages = displays.filter((display) => display.page !== "operator");
  const parts = stages.map((display) => {
    const how = health(display, view.number);
    const name = display.name || display.page || display.address;
    const told = how === "well" ? `${Math.round(display.ms)} ms` : how;
    return Object.assign(document.createElement("span"), { className: how, textContent: `${name} ${told}` });
  });
  const signature = parts.map((part) => part.textContent).join(", ");
  const box = find("displays");
  if (box.dataset.told === signature && signature) return;
  box.dataset.told = signature;
  box.replaceChildren(
    stages.length ? `${stages.length} ${stages.length === 1 ? "display" : "displays"}` : "no display yet",
    ...parts.flatMap((part) => [" · ", part]),
  );
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
  if (!pin) warn("This show has no PIN, so it can be changed from its own machine only.");
  find("pin-field").value = "";
}
dialog.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const pin = find("pin-field").value;
  sessionStorage.setItem(PIN_KEY, pin);
  link.send({ pin });
});
find("watch").addEventListener("click", () => dialog.close());

// -- the pads

/** A press counts when the finger lands, not when it lifts; keyboards and screen readers click. */
function press(button, act, release = () => {}) {
  let touched = false;
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    touched = true;
    button.classList.add("down");
    act();
  });
  const up = () => {
    if (button.classList.contains("down")) release();
    button.classList.remove("down");
  };
  for (const kind of ["pointerup", "pointercancel", "pointerleave"]) button.addEventListener(kind, up);
  button.addEventListener("click", () => {
    if (!touched) {
      act();
      release();
    }
    touched = false;
  });
  // A key held down on a button would press it over and over.
  button.addEventListener("keydown", (event) => event.repeat && event.preventDefault());
  button.addEventListener("contextmenu", (event) => event.preventDefault());
}

for (const button of document.querySelectorAll("[data-do]")) press(button, () => order(button.dataset.do));
press(find("speech"), () => order(view.speech ? "speech_off" : "speech_on"));
for (const pad of wanted.pads) {
  const button = Object.assign(document.createElement("button"), { textContent: pad });
  press(
    button,
    () => link.send({ pad, released: false }),
    () => link.send({ pad, released: true }),
  );
  find("pads").append(button);
}
find("pads").hidden = !wanted.pads.length;

const wildness = find("wildness");
wildness.addEventListener("input", () => {
  say(find("wild-value"), `${wildness.value}`);
  wildness.setAttribute("aria-valuetext", `${wildness.value} percent`);
});
wildness.addEventListener("change", () => order({ wildness: Number(wildness.value) / 100 }));

// -- keys: a pedal may hang on this machine too

function sendKey(event, released) {
  const pressing = event.target.closest?.("button") && (event.key === "Enter" || event.key === " ");
  if (pressing || event.target.closest?.("input, dialog")) return;
  const message = keyMessage(event, released);
  if (message && isPedalKey(event.key)) event.preventDefault();
  if (message) link.send(message);
}
addEventListener("keydown", (event) => sendKey(event, false));
addEventListener("keyup", (event) => sendKey(event, true));
addEventListener("online", link.retry);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") link.retry();
});
setInterval(tellLink, 1000);
keepAwake();
render();
