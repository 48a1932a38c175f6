// The pages' pure core: server messages in, a view out. No DOM, no sockets, no clock.

/** The view before the server has sent anything. */
export const EMPTY = Object.freeze({
  song: "",
  section: "",
  number: 0,
  line: "",
  previous: "",
  next: "",
  ready: 0,
  tempo: 0,
  held: false,
  cleared: false,
  speech: false,
  wildness: 0.5,
  beats_per_bar: 4,
  alerts: Object.freeze([]), // present problems
  beat: null, // the clock's beat, while it runs
  syllables: Object.freeze([]),
  sung: -1, // the index of the syllable on the beat
  came: null, // the clock's beat when the line came up
  due: null, // the beat that an action waits for
  line_song: "", // the song of the last line that came up
  announced: false, // between two songs: another song has been chosen, and none of its lines has come yet
});

const STATE_FIELDS = [
  "song",
  "section",
  "number",
  "line",
  "next",
  "ready",
  "tempo",
  "held",
  "cleared",
  "speech",
  "wildness",
  "beats_per_bar",
  "alerts",
  "line_song",
];

/** The view after one of the server's messages; messages that don't concern it leave it unchanged. */
export function reduce(view, message) {
  switch (message.type) {
    case "state": {
      const told = Object.fromEntries(STATE_FIELDS.map((field) => [field, message[field] ?? EMPTY[field]]));
      const follows = told.line_song === view.line_song && told.number === view.number + 1;
      const same = told.line === view.line && told.line_song === view.line_song;
      const { syllables, sung, came } = same ? view : EMPTY;
      const previous = same ? view.previous : follows ? view.line : "";
      const announced = told.line_song !== "" && told.line_song !== told.song;
      return { ...told, syllables, sung, came, beat: view.beat, due: view.due, announced, previous };
    }
    case "cue": {
      const again = message.text === view.line;
      const previous = message.song === view.line_song ? (again ? view.previous : view.line) : "";
      return {
        ...view,
        number: message.number,
        line: message.text,
        song: message.song,
        section: message.section,
        previous,
        next: message.text === view.next ? "" : view.next,
        cleared: false,
        line_song: message.song,
        announced: false,
        syllables: message.syllables ?? [],
        sung: -1,
        came: message.beat ?? null,
      };
    }
    case "clear":
      return {
        ...view,
        number: message.number ?? view.number,
        line: "",
        previous: "",
        cleared: true,
        syllables: [],
        sung: -1,
      };
    case "next":
      return { ...view, next: message.text };
    case "due":
      return { ...view, due: message.beat };
    case "beat":
      // One syllable per beat, the first on the first beat after the cue, as OSC's /stagelyric/syllable counts.
      return {
        ...view,
        tempo: message.tempo,
        beat: message.beat,
        sung: Math.min(view.sung + 1, view.syllables.length - 1),
      };
    default:
      return view;
  }
}

/** The number (from 1) of the bar that contains a beat (quarter notes from 0); null if no clock runs. */
export function barOf(beat, beatsPerBar) {
  return beat === null || beat < 0 || !(beatsPerBar > 0) ? null : Math.floor(beat / beatsPerBar) + 1;
}

/** The number of beats until a waiting action, counted as a band counts; 0 if none waits. */
export function beatsLeft({ beat, due }) {
  return beat === null || due === null ? 0 : Math.max(0, Math.ceil(due - Math.floor(beat)));
}

/**
 * The bar line from which a line that came at beat `came` is counted; up to a quarter beat late still counts as on it.
 */
export const barLine = (came, beatsPerBar) => Math.ceil((came - 0.25) / beatsPerBar) * beatsPerBar;

/** The index of the syllable at `beat` if `count` syllables fill the bar that begins at `start`; −1 before the bar. */
export function inBar(beat, start, beatsPerBar, count) {
  if (beat < start || !count) return -1;
  return Math.min(count - 1, Math.floor(((beat - start) / beatsPerBar) * count + 1e-6));
}

/** Which of several servers is shown: the present one while it is up or none is; else the first that is up. */
export function follow(shown, up) {
  if (up[shown]) return shown;
  const first = up.indexOf(true);
  return first < 0 ? shown : first;
}

export const THEMES = ["night", "amber", "sea", "day"];
export const LIGHTS = ["beat", "bar", "off"];

/**
 * What the address says about one display:
 * ?mirror=1 ?flip=1 ?size= ?theme= ?next= ?previous= ?light= ?name= ?pin= ?pads= ?also= ?words=1 ?join=1
 */
export function options(search) {
  const query = new URLSearchParams(search);
  const flag = (name, otherwise) => {
    const value = query.get(name);
    return value === null ? otherwise : !["0", "false", "no", "off"].includes(value.toLowerCase());
  };
  const list = (name, most) =>
    (query.get(name) ?? "")
      .split(",")
      .map((entry) => entry.trim())
      .filter(Boolean)
      .slice(0, most);
  const size = Number.parseFloat(query.get("size") ?? "");
  const one = (name, of) => {
    const value = (query.get(name) ?? "").toLowerCase();
    return of.includes(value) ? value : of[0];
  };
  return {
    mirror: flag("mirror", false),
    flip: flag("flip", false),
    next: flag("next", true),
    previous: flag("previous", true),
    light: flag("light", true) ? one("light", LIGHTS) : "off",
    // How much of the room the letters may take, in percent.
    size: Number.isFinite(size) ? clamp(size, 20, 100) : 100,
    theme: one("theme", THEMES),
    name: (query.get("name") ?? "").slice(0, 40),
    pin: query.get("pin") ?? "",
    pads: list("pads", 8),
    also: list("also", 3),
    words: flag("words", false),
    join: flag("join", false),
  };
}

const following = (all, one) => all[(all.indexOf(one) + 1) % all.length];
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/**
 * The options of one display that change when a key is pressed with Alt, as an object; {} for any other key. Uses the
 * key's position rather than its letter: on some keyboards Alt turns "m" into "µ".
 */
export function adjust(event, wanted) {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.repeat) return {};
  switch (event.code) {
    case "KeyM":
      return { mirror: !wanted.mirror };
    case "KeyF":
      return { flip: !wanted.flip };
    case "KeyN":
      return { next: !wanted.next };
    case "KeyP":
      return { previous: !wanted.previous };
    case "KeyL":
      return { light: following(LIGHTS, wanted.light) };
    case "KeyT":
      return { theme: following(THEMES, wanted.theme) };
    case "Equal":
    case "NumpadAdd":
      return { size: clamp(wanted.size + 10, 20, 100) };
    case "Minus":
    case "NumpadSubtract":
      return { size: clamp(wanted.size - 10, 20, 100) };
    default:
      return {};
  }
}

/** The query of an address with some options changed and the rest kept. */
export function withOptions(search, changed) {
  const query = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changed)) {
    query.set(name, typeof value === "boolean" ? String(Number(value)) : String(value));
  }
  return `?${query}`;
}

// Page-turner pedals are keyboards. The browser's own reaction to these keys is suppressed.
const PEDAL_KEYS = new Set([
  "PageDown",
  "PageUp",
  "ArrowDown",
  "ArrowUp",
  "ArrowLeft",
  "ArrowRight",
  " ",
  "Enter",
  "b",
  "B",
  ".",
]);

/**
 * The message for a key event, or null if the show ignores it: a repeat, a shortcut, or a key that is neither a pedal's
 * nor a plain character.
 */
export function keyMessage(event, released) {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null;
  if (!PEDAL_KEYS.has(event.key) && [...event.key].length !== 1) return null;
  return { key: event.key, released };
}

/** Whether the browser's own reaction to a key (scrolling, pressing a button) must be suppressed on a stage. */
export const isPedalKey = (key) => PEDAL_KEYS.has(key);

/**
 * Milliseconds before attempt number `attempt` (0, 1, …) to connect again: with random jitter, at most 5 s, and about a
 * fifth of the time that the show has been gone. A show that was killed is back within a second, and a page must not
 * come much later.
 */
export function backoff(attempt, random = Math.random) {
  const most = Math.min(5000, 250 * 1.2 ** Math.min(attempt, 20));
  return most / 2 + (random() * most) / 2;
}

/** "8 s", "3 min", "2 h": an age that can be read at a glance. */
export function age(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
}

/** "0:42", "12:05": seconds as a clock counts them. */
export function clockTime(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** A gate that opens at most three times a second: nothing on a stage may flash faster than that. */
export function flashGate(gap = 340) {
  let last = -Infinity;
  return (now) => {
    if (now - last < gap) return false;
    last = now;
    return true;
  };
}

/** A display's health in one word, given the number of the present cue. */
export function health(display, number) {
  if (display.age > 15) return "silent";
  if (display.painted === null) return "watching";
  return display.painted < number ? "behind" : "well";
}

// Hues for the stage, in degrees, without muddy greens and traffic-light colours.
const HUES = [12, 26, 40, 172, 188, 204, 222, 246, 268, 294, 322, 344];

/** The hue for the audience page's background: a title always gets the same one. */
export function hueOf(title) {
  let sum = 7;
  for (const letter of title) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return HUES[sum % HUES.length];
}

/**
 * A button that must be pressed twice. `press(now)` returns "armed", or "done" if the press follows the first by at
 * least `soonest` ms (so that a bouncing thumb does not confirm) and at most `latest` ms.
 */
export function twice({ soonest = 250, latest = 3000 } = {}) {
  let armed = -Infinity;
  return {
    press(now) {
      const gap = now - armed;
      if (gap < soonest) return "armed";
      armed = gap <= latest ? -Infinity : now;
      return gap <= latest ? "done" : "armed";
    },
    armed: (now) => now - armed <= latest,
    reset() {
      armed = -Infinity;
    },
  };
}
