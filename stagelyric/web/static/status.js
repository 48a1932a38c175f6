// The top row of the operator's page: connection, place in the show, clocks, ready lines, active inputs, problems.

import { age, barOf, beatsLeft, clockTime } from "./core.js";
import { find, make, say } from "./elements.js";

const FULL = 32; // ready lines for a full bar
const LOW = 4;
const LIGHTS = [
  ["midi", "MIDI"],
  ["osc", "OSC"],
];

/** Mounts it. `place()`: returns the place in the set as text; `openLog()`: shows the problems. */
export function mountStatus({ place, openLog }) {
  let status = { up: false, since: Date.now() };
  let view = null;
  let ahead = 0; // ms by which this device's clock is ahead of the show's
  let baked = false; // whether the show is baked, so that no more lines will come
  let replay = false; // whether a night is shown again
  let songAt = null; // when the song began, by the show's clock, in seconds
  const lights = new Map(LIGHTS.map(([kind, called]) => [kind, mountLight(called)]));
  find("wrong").addEventListener("click", openLog);

  function tick() {
    const silence = age(Date.now() - status.since);
    say(find("link"), status.up ? (replay ? "replay" : status.shown ? "2nd server" : "live") : `no link · ${silence}`);
    say(find("clock"), new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }));
    say(find("song-time"), songAt === null ? "" : clockTime((Date.now() - ahead) / 1000 - songAt));
  }

  function render() {
    say(find("where"), [view.song, view.section].filter(Boolean).join(" · "));
    say(find("place"), place());
    say(find("number"), view.number ? `#${view.number}` : "");
    say(find("flags"), [view.held && "held", view.cleared && "cleared"].filter(Boolean).join(" · "));
    const bar = barOf(view.beat, view.beats_per_bar);
    say(find("tempo"), [view.tempo && `${Math.round(view.tempo)} bpm`, bar && `bar ${bar}`].filter(Boolean).join(" · "));
    const beats = beatsLeft(view);
    say(find("left"), beats ? `in ${beats}` : "");
    const pool = find("pool");
    pool.classList.toggle("low", view.ready < LOW);
    pool.classList.toggle("none", view.ready === 0);
    say(pool.querySelector(".count"), `${view.ready} ${baked ? "left" : "ready"}`);
    pool.querySelector("i").style.transform = `scaleX(${Math.min(1, view.ready / FULL)})`;
    const wrong = view.alerts.length;
    find("wrong").hidden = !wrong;
    say(find("wrong"), wrong ? `${wrong} wrong` : "");
  }

  function tellDesk({ heard = {}, stock, wait, step, song_at: began }) {
    for (const [kind, tell] of lights) tell(heard[kind] || 0);
    if (stock) {
      const counts = Object.entries(stock).filter(([, count]) => count).map(([origin, count]) => `${count} ${origin}`);
      say(find("stock"), [...counts, wait ? `set ready in ${Math.ceil(wait)} s` : ""].filter(Boolean).join(" · "));
    }
    if (step !== undefined) say(find("machines"), step ? inStep(step) : "");
    if (began !== undefined) songAt = began;
    tick();
  }

  setInterval(tick, 1000);
  return {
    link(told) {
      status = told;
      tick();
    },
    hear(message) {
      if (message.type === "replay" && !replay) {
        replay = true;
        tick();
      }
      if (message.type === "desk") tellDesk(message);
      if (message.type === "set") {
        baked = Boolean(message.baked);
        if (message.wall) ahead = Date.now() - message.wall * 1000;
        if (view) render();
      }
      if (message.type === "alert") say(find("announce"), message.text);
    },
    view(told) {
      view = told;
      render();
    },
  };
}

/** A lamp that lights up when its kind of input was active. */
function mountLight(called) {
  const light = make("span", "light", called, { role: "img", "aria-label": `${called}: not heard yet` });
  find("lights").append(light);
  let known = null;
  let timer = 0;
  return (count) => {
    if (known !== null && count !== known) {
      light.classList.add("on");
      clearTimeout(timer);
      timer = setTimeout(() => light.classList.remove("on"), 400);
    }
    if (count !== known) light.setAttribute("aria-label", count ? `${called}: ${count} heard` : `${called}: not heard yet`);
    light.classList.toggle("known", count > 0);
    known = count;
  };
}

/** Which of the machines in step leads, and when one of them last had to take over another's state. */
function inStep({ leads, differed, machines }) {
  const when = (seconds) => (seconds ? `, out of step at ${new Date(seconds * 1000).toLocaleTimeString()}` : "");
  const others = machines.map((each) => `${each.name} ${each.up ? (each.leads ? "leads" : "follows") : "is away"}${when(each.differed)}`);
  return [`this machine ${leads ? "leads" : "follows"}${when(differed)}`, ...others].join(" · ");
}
