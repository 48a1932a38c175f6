// The operator's panels: the set, tonight's log, the displays, the audience's words. Data in, orders out.

import { age, health } from "./core.js";
import { press } from "./press.js";
import { say } from "./stage.js";
import { typeset } from "./type.js";

const LOGGED = 150; // entries that are kept on the page

/** An element with a class, a text and attributes. */
export function make(tag, name = "", text = "", attributes = {}) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text) element.textContent = typeset(text);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** The songs and their sections, each a button that goes there. */
export function mountSet(root, order) {
  let songs = [];
  const places = []; // by song and section: the button and the mark of its ready lines

  function fill(told) {
    if (JSON.stringify(told) === JSON.stringify(songs)) return;
    songs = told;
    places.length = 0;
    root.replaceChildren(...songs.map(songRow));
  }

  function songRow(song, index) {
    const row = make("li");
    const title = make("button", "song-title", song.title);
    title.append(make("small", "", [song.key, `${Math.round(song.tempo)} bpm`].filter(Boolean).join(" · ")));
    press(title, () => order({ song: index + 1 }));
    const sections = make("div", "sections", "", { role: "group", "aria-label": `Sections of ${song.title}` });
    places.push(
      song.sections.map((name, place) => {
        const button = make("button", "", name);
        const ready = make("small");
        button.append(ready);
        press(button, () => {
          order({ song: index + 1 });
          order({ goto: place + 1 });
        });
        sections.append(button);
        return { button, ready };
      }),
    );
    row.append(title, sections);
    return row;
  }

  return {
    fill,
    /** Where the show is, how many lines each section has ready, and which have nothing to fall back on. */
    render(view, ready = [], bare = []) {
      songs.forEach((song, i) => {
        const here = song.title === view.song;
        root.children[i].classList.toggle("here", here);
        song.sections.forEach((name, j) => {
          const { button, ready: mark } = places[i][j];
          if (here && name === view.section) button.setAttribute("aria-current", "true");
          else button.removeAttribute("aria-current");
          const count = ready[i]?.[j];
          say(mark, count === undefined ? "" : String(count));
          const alone = bare.some(([song, section]) => song === i && section === j);
          mark.classList.toggle("low", count < 4);
          mark.classList.toggle("bare", alone);
          const told = [name, count === undefined ? "" : `${count} ready`, alone ? "nothing to fall back on" : ""];
          button.setAttribute("aria-label", told.filter(Boolean).join(", "));
          button.title = alone ? "nothing to fall back on: give it safety lines or lyrics" : "";
        });
      });
    },
  };
}

const JUDGED = { keep: "kept", veto: "vetoed", clear: "clear", alert: "!" };

/** Tonight's journal, the latest first. */
export function mountLog(root) {
  let last = 0;
  return {
    add(entries) {
      if (entries.length && entries[entries.length - 1].seq < last) {
        last = 0; // another show: the server was started anew
        root.replaceChildren();
      }
      for (const entry of entries) {
        if (entry.seq <= last) continue;
        last = entry.seq;
        root.prepend(logRow(entry));
      }
      while (root.children.length > LOGGED) root.lastChild.remove();
    },
  };
}

function logRow(entry) {
  const row = make("li", `kind-${entry.kind}`);
  const time = new Date(entry.wall * 1000);
  const clock = time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  row.append(make("time", "", clock, { datetime: time.toISOString() }));
  row.append(make("span", "what", entry.kind === "cue" ? `#${entry.number}` : JUDGED[entry.kind] ?? entry.kind));
  row.append(make("span", "text", entry.text ?? ""));
  if (entry.kind === "cue" && entry.origin !== "model") row.append(make("span", "origin", entry.origin));
  return row;
}

/** Every display: what it painted, how fast, and when it was last heard. */
export function mountScreens(root) {
  const rows = [];
  return {
    render(displays, number) {
      while (rows.length > displays.length) rows.pop().remove();
      displays.forEach((display, i) => {
        if (!rows[i]) {
          rows[i] = make("tr");
          const name = make("th", "", "", { scope: "row" });
          name.append(make("span"), make("small"));
          rows[i].append(name, ...Array.from({ length: 4 }, () => make("td")));
          root.append(rows[i]);
        }
        const [name, state, paint, trip, heard] = rows[i].children;
        const how = health(display, number);
        rows[i].className = how;
        say(name.firstChild, display.name || display.page || display.address);
        say(name.lastChild, display.name ? display.page : "");
        say(state, how === "behind" ? `behind by ${number - display.painted}` : how);
        say(paint, display.ms === null ? "–" : `${Math.round(display.ms)} ms`);
        say(trip, display.round_trip_ms === null ? "–" : `${Math.round(display.round_trip_ms)} ms`);
        say(heard, display.age < 2 ? "now" : age(display.age * 1000));
      });
    },
  };
}

/** The audience's words: each is let through or dismissed, by the operator alone. */
export function mountWords(root, send) {
  return {
    render(waiting) {
      if (!waiting.length) {
        root.replaceChildren(make("li", "none", "No word waits."));
        return;
      }
      root.replaceChildren(
        ...waiting.map(({ id, word, times }) => {
          const row = make("li");
          const through = make("button", "keep", "let through", { "aria-label": `Let ${word} through` });
          const not = make("button", "", "no", { "aria-label": `Dismiss ${word}` });
          press(through, () => send({ let: id }));
          press(not, () => send({ dismiss: id }));
          row.append(make("b", "", times > 1 ? `${word} ×${times}` : word), through, not);
          return row;
        }),
      );
    },
  };
}
