// The pages' pure core: messages in, a view out. No DOM, no sockets, no clock.

/** What a page shows, before the server has said anything. */
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
});

const STATE_FIELDS = ["song", "section", "number", "line", "next", "ready", "tempo", "held", "cleared", "speech"];

/** The view after one of the server's messages; what is not for the view leaves it as it is. */
export function reduce(view, message) {
  switch (message.type) {
    case "state": {
      const told = Object.fromEntries(STATE_FIELDS.map((field) => [field, message[field] ?? EMPTY[field]]));
      const follows = told.song === view.song && told.number === view.number + 1;
      const same = told.line === view.line && told.song === view.song;
      return { ...told, previous: same ? view.previous : follows ? view.line : "" };
    }
    case "cue": {
      const again = message.text === view.line;
      const previous = message.song === view.song ? (again ? view.previous : view.line) : "";
      return {
        ...view,
        number: message.number,
        line: message.text,
        song: message.song,
        section: message.section,
        previous,
        next: message.text === view.next ? "" : view.next,
        cleared: false,
      };
    }
    case "clear":
      return { ...view, number: message.number ?? view.number, line: "", previous: "", cleared: true };
    case "next":
      return { ...view, next: message.text };
    case "beat":
      return { ...view, tempo: message.tempo };
    default:
      return view;
  }
}

export const THEMES = ["night", "amber", "sea", "day"];

/** What the address says about one display: ?mirror=1 ?flip=1 ?size= ?theme= ?next= ?name= ?pin= ?pads= */
export function options(search) {
  const query = new URLSearchParams(search);
  const flag = (name, otherwise) => {
    const value = query.get(name);
    return value === null ? otherwise : !["0", "false", "no", "off"].includes(value.toLowerCase());
  };
  const size = Number.parseFloat(query.get("size") ?? "");
  const theme = (query.get("theme") ?? "").toLowerCase();
  return {
    mirror: flag("mirror", false),
    flip: flag("flip", false),
    next: flag("next", true),
    // How much of the room the letters may take, in percent.
    size: Number.isFinite(size) ? Math.min(100, Math.max(20, size)) : 100,
    theme: THEMES.includes(theme) ? theme : THEMES[0],
    name: (query.get("name") ?? "").slice(0, 40),
    pin: query.get("pin") ?? "",
    pads: (query.get("pads") ?? "")
      .split(",")
      .map((pad) => pad.trim())
      .filter(Boolean)
      .slice(0, 8),
  };
}

// Page-turner pedals are keyboards. The browser's own use of these keys is taken from it.
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
 * The message for a key event, or null where it is none of the show's business: a repeat, a shortcut, or a key
 * that is neither a pedal's nor a plain character.
 */
export function keyMessage(event, released) {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null;
  if (!PEDAL_KEYS.has(event.key) && [...event.key].length !== 1) return null;
  return { key: event.key, released };
}

/** Whether the browser's own answer to a key (scrolling, pressing) is unwanted on a stage. */
export const isPedalKey = (key) => PEDAL_KEYS.has(key);

/** Milliseconds before try number `attempt` (0, 1, …) to connect again: doubling, at most 5 s, jittered. */
export function backoff(attempt, random = Math.random) {
  const most = Math.min(5000, 250 * 2 ** Math.min(attempt, 10));
  return most / 2 + (random() * most) / 2;
}

/** "8 s", "3 min", "2 h": an age to be read at a glance. */
export function age(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
}

/** A gate that opens at most three times a second: nothing on a stage may flash faster. */
export function flashGate(gap = 340) {
  let last = -Infinity;
  return (now) => {
    if (now - last < gap) return false;
    last = now;
    return true;
  };
}

/** How a display is doing, in one word, given the number of the cue that is up. */
export function health(display, number) {
  if (display.age > 15) return "silent";
  if (display.painted === null) return "watching";
  return display.painted < number ? "behind" : "well";
}
