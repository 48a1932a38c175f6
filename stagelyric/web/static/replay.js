// A night again: teleprompter, audience and desk side by side, and the deck that pauses and moves the replay.

import { clockTime, options } from "./core.js";
import { find, make, say } from "./elements.js";
import { listen } from "./servers.js";

const SPEEDS = [0.5, 1, 2, 4, 8, 16, 32];
const SECONDS = 10; // that an arrow key goes back or on
const LONG = 3600; // seconds from which times are written with hours

const { theme } = options(location.search);
document.documentElement.dataset.theme = theme;
for (const frame of document.querySelectorAll("iframe")) frame.src = `${frame.dataset.page}?theme=${theme}`;

let replay = { at: 0, length: 1, speed: 1, playing: false, songs: [], steers: true };
let heard = 0; // when `replay` came, ms
let dragging = false;

const show = listen({
  page: "replay",
  name: "",
  onView: () => {},
  onStatus({ up }) {
    find("replay").classList.toggle("lost", !up);
    say(find("link"), up ? "" : "no link");
  },
  onMessage(message) {
    if (message.type === "error") tell(message.text);
    if (message.type === "replay") hear(message);
  },
});
const move = (wanted) => show.send({ replay: wanted }) || tell("Not moved: there is no link to the replay.");

function tell(text) {
  say(find("told"), text);
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => say(find("told"), ""), 6000);
}

/** Where the night is now, in seconds. */
function place() {
  const since = replay.playing ? ((performance.now() - heard) / 1000) * replay.speed : 0;
  return Math.min(replay.at + since, replay.length);
}

const written = (seconds) => {
  const rest = clockTime(seconds % LONG);
  return replay.length < LONG ? rest : `${Math.floor(seconds / LONG)}:${rest.padStart(5, "0")}`;
};

function hear(message) {
  const others = message.length !== replay.length || message.began !== replay.began;
  replay = { ...replay, ...message };
  heard = performance.now();
  if (others) {
    fillSongs();
    find("seek").max = Math.ceil(replay.length);
    say(find("title"), replay.title);
    const day = new Date(replay.began * 1000);
    say(find("when"), day.toLocaleString([], { dateStyle: "medium", timeStyle: "short" }));
    say(find("length"), written(replay.length));
  }
  for (const control of document.querySelectorAll(".deck :is(button, input, select)")) control.disabled = !replay.steers;
  say(find("play"), replay.playing ? "pause" : "play");
  fillSpeeds();
  if (!replay.steers) say(find("told"), "The replay is moved on the machine that it runs on.");
  render();
}

function fillSongs() {
  const named = ({ title }, index) => make("option", "", title, { value: String(index) });
  find("songs").replaceChildren(...replay.songs.map(named));
  const mark = ({ at }) => {
    const found = make("i");
    found.style.left = `${(100 * at) / replay.length}%`;
    return found;
  };
  find("marks").replaceChildren(...replay.songs.map(mark));
}

/** The usual speeds, and the present one if it is none of them. */
function fillSpeeds() {
  const all = [...new Set([...SPEEDS, replay.speed])].sort((one, other) => one - other);
  const choice = find("speed");
  if (choice.options.length !== all.length) {
    choice.replaceChildren(...all.map((speed) => make("option", "", `× ${Math.round(speed * 100) / 100}`, { value: String(speed) })));
  }
  choice.value = String(replay.speed);
}

function render() {
  const now = dragging ? Number(find("seek").value) : place();
  say(find("at"), written(now));
  const seek = find("seek");
  seek.setAttribute("aria-valuetext", `${written(now)} of ${written(replay.length)}`);
  if (!dragging) seek.value = String(now);
  const begun = replay.songs.filter(({ at }) => at <= now + 0.001);
  if (document.activeElement !== find("songs")) find("songs").value = String(Math.max(0, begun.length - 1));
}

find("play").addEventListener("click", () => move({ play: !replay.playing }));
find("back").addEventListener("click", () => move({ step: -1 }));
find("on").addEventListener("click", () => move({ step: 1 }));
find("seek").addEventListener("input", () => {
  dragging = true;
  render();
});
find("seek").addEventListener("change", () => {
  move({ to: Number(find("seek").value) });
  dragging = false;
});
find("songs").addEventListener("change", () => {
  const song = replay.songs[Number(find("songs").value)];
  if (song) move({ to: song.at });
  find("songs").blur();
});
find("speed").addEventListener("change", () => {
  move({ speed: Number(find("speed").value) });
  find("speed").blur();
});
addEventListener("click", (event) => event.detail > 0 && event.target.closest("button")?.blur());
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("button, input, select, a")) return;
  const wanted = {
    " ": { play: !replay.playing },
    ArrowLeft: { to: Math.max(0, place() - SECONDS) },
    ArrowRight: { to: place() + SECONDS },
    ArrowUp: { step: -1 },
    ArrowDown: { step: 1 },
  }[event.key];
  if (!wanted || !replay.steers) return;
  event.preventDefault();
  move(wanted);
});
setInterval(render, 250);
window.stagelyricRuns = true; // see old.js
