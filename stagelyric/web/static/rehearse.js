// The rehearsal page: the line that is up, large, and below it and beside it what rehearsing wants.

import { keepAwake } from "./awake.js";
import { age, options } from "./core.js";
import { find, say } from "./elements.js";
import { mountFitted } from "./fitted.js";
import { joined, takeAlong, typed } from "./pin.js";
import { press } from "./press.js";
import { mountRehearsal } from "./rehearsal.js";
import { listen } from "./servers.js";

const wanted = options(location.search);
document.documentElement.dataset.theme = wanted.theme;
takeAlong(wanted.pin);

let status = { up: false, since: Date.now() };
let show = null;
const up = mountFitted(find("up"), (element) => ({ width: element.clientWidth, height: element.clientHeight }));
const order = (what) => show.send({ do: what }) || tell("Not sent: there is no link to the show.");

const rehearsal = mountRehearsal({
  about: find("about"),
  choice: find("choice"),
  draft: find("draft-box"),
  order,
  tell,
  askPin,
  onLook({ text, off }) {
    say(find("up-look"), text);
    find("up-look").classList.toggle("off", off);
  },
});

show = listen({
  page: "operator",
  name: wanted.name || "rehearsal",
  also: [],
  onStatus(told) {
    status = told;
    find("room").classList.toggle("lost", !told.up);
    tellLink();
  },
  ...joined,
  onMessage(message) {
    if (message.type === "access") hearAccess(message);
    if (message.type === "error" || (message.type === "alert" && message.level !== "info")) tell(message.text);
    rehearsal.hear(message);
  },
  onView: render,
});

function tellLink() {
  say(find("link"), status.up ? "live" : `no link · ${age(Date.now() - status.since)}`);
}
setInterval(tellLink, 1000);

function tell(text) {
  say(find("told"), text);
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => say(find("told"), ""), 6000);
}

function hearAccess({ allowed, pin, why }) {
  if (why) tell(why);
  if (allowed && find("pin").open) find("pin").close();
  if (!allowed && pin) askPin();
}

function askPin() {
  const dialog = find("pin");
  if (!dialog.open && dialog.showModal) dialog.showModal();
}
find("pin").querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  typed(find("pin-field").value);
  show.send({ pin: find("pin-field").value });
  find("pin-field").value = "";
});

function render(view) {
  say(find("where"), [view.song, view.section].filter(Boolean).join(" · "));
  find("up").classList.toggle("quiet", !view.line);
  up.show(view.line || "Press next line.");
  say(find("then"), view.next);
  find("then").parentElement.hidden = !view.next;
  rehearsal.view(view);
}

for (const button of document.querySelectorAll("[data-do]")) press(button, () => order(button.dataset.do));
keepAwake();
window.stagelyricRuns = true; // see old.js
