// The set: songs and sections, each a button that goes there, with a bar for its ready lines.

import { make, say } from "./elements.js";
import { pressTwice } from "./press.js";

const FULL = 32; // ready lines for a full bar
const LOW = 4;
const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** Mounts the list in `root`; `desk`: see panels.js. */
export function mountSet(root, desk) {
  const about = root.appendChild(make("p", "baked", "", { id: "baked", hidden: "" }));
  const list = root.appendChild(make("ol", "set", "", { id: "set" }));
  // The set can be edited only on the show's own machine; the page opens in a new tab, so that the desk stays open.
  const edit = make("a", "edit-set", "edit the set", { href: "/setup", target: "_blank", hidden: "" });
  root.append(edit);
  let songs = [];
  let places = []; // by song and section: the button, its count and its bar
  let ready = [];
  let bare = [];
  let baked = null; // for a baked show: how many lines each section was given
  let view = null;

  function fill(told) {
    if (JSON.stringify(told) === JSON.stringify(songs)) return;
    songs = told;
    places = [];
    list.replaceChildren(...songs.map(songRow));
    render();
    reveal();
  }

  function songRow(song, index) {
    const row = make("li");
    const title = make("button", "song-title");
    const about = [song.key, `${Math.round(song.tempo)} bpm`].filter(Boolean).join(" · ");
    title.append(make("b", "place", String(index + 1)), make("span", "", song.title), make("small", "", about));
    pressTwice(title, "sure?", () => {}, () => desk.order({ song: index + 1 }));
    const sections = make("div", "sections", "", { role: "group", "aria-label": `Sections of ${song.title}` });
    places.push(
      song.sections.map((name, place) => {
        const button = make("button");
        const [count, bar] = [make("small"), make("i", "stock-bar", "", { "aria-hidden": "true" })];
        button.append(make("span", "", name), " ", count, bar);
        const go = () => {
          if (!isHere(index)) desk.order({ song: index + 1 });
          desk.order({ goto: place + 1 });
        };
        // Within the song one press is enough; leaving it takes a second one.
        pressTwice(button, "sure?", () => {}, go, () => !isHere(index));
        sections.append(button);
        return { button, count, bar };
      }),
    );
    row.append(title, sections);
    return row;
  }

  const isHere = (index) => Boolean(view && songs[index].title === view.song);

  function render() {
    if (!view) return;
    songs.forEach((song, i) => {
      const here = isHere(i);
      list.children[i].classList.toggle("here", here);
      song.sections.forEach((name, j) => {
        const { button, count, bar } = places[i][j];
        const up = here && name === view.section;
        if (up) button.setAttribute("aria-current", "true");
        else button.removeAttribute("aria-current");
        // The number shown above is this section's, and newer than the list's.
        const lines = up ? view.ready : (ready[i] || [])[j];
        const full = baked ? (baked.of[i] || [])[j] : FULL;
        const counted = lines === undefined ? "" : baked ? `${lines} of ${full}` : String(lines);
        say(count, counted);
        const alone = bare.some(([song, section]) => song === i && section === j);
        button.classList.toggle("low", lines > 0 && lines < LOW);
        button.classList.toggle("none", lines === 0);
        button.classList.toggle("bare", alone);
        bar.style.transform = `scaleX(${lines === undefined ? 0 : lines === 0 ? 1 : Math.min(1, lines / (full || FULL))})`;
        // Begins with the visible text, so that people who control the page by voice can say what they read.
        const told = counted ? `${name} ${counted} ${baked ? "left" : "ready"}` : name;
        button.setAttribute("aria-label", alone ? `${told}, nothing to fall back on` : told);
        button.title = alone ? "nothing to fall back on: give it safety lines or lyrics" : "";
      });
    });
  }

  /** Scrolls the list to the present song, where it is out of sight. */
  function reveal() {
    const row = root.querySelector(".here");
    if (!row || !root.clientHeight) return;
    const [inside, outside] = [row.getBoundingClientRect(), root.getBoundingClientRect()];
    if (inside.top >= outside.top && inside.bottom <= outside.bottom) return;
    root.scrollTop += inside.top - outside.top - root.clientHeight / 4;
  }

  return {
    shown: reveal,
    hear(message) {
      if (message.type === "set") {
        baked = message.baked || null;
        about.hidden = !baked;
        edit.hidden = Boolean(baked) || !LOOPBACK.includes(location.hostname);
        if (baked) say(about, aboutBaked(baked));
        fill(message.songs);
      }
      if (message.type !== "desk" || !message.ready) return;
      ready = message.ready;
      bare = message.bare || [];
      render();
    },
    view(told) {
      const moved = !view || view.song !== told.song;
      view = told;
      render();
      if (moved) reveal();
    },
    /** "song 2 of 5", if the set is known. */
    place: () => {
      const at = songs.findIndex((_, index) => isHere(index));
      return at < 0 ? "" : `song ${at + 1} of ${songs.length}`;
    },
  };
}

/** A baked show has only its own lines: the note on what that means for a word that is asked for. */
function aboutBaked({ file, of, words, whole = true }) {
  const lines = of.reduce((sum, counts) => sum + counts.reduce((all, count) => all + count, 0), 0);
  const asked = words ? `${words} words have a line of their own; another takes a line that has it.` : "A word takes a line that has it.";
  return `Baked: ${file}, ${lines} lines${whole ? "" : ", not all that were wanted"}. ${asked}`;
}
