// A line on a stage: fitted before it is painted, and never moved while it is shown.

import { age, barLine, barOf, beatsLeft, flashGate, inBar } from "./core.js";
import { make, say } from "./elements.js";
import { arrange, cutForSinging, direction, largest } from "./layout.js";
import { fontsReady, typeset } from "./type.js";

/**
 * Song and section; the section alone where the song's title stands in the middle. `last`: the row below has the old
 * song's last line, and this says so.
 */
export const songAndSection = (view, title, last) =>
  last ? `last of ${view.line_song}` : (title ? [view.section] : [view.song, view.section]).filter(Boolean).join(" · ");

const part = (name, tag = "div", attributes = {}) => make(tag, name, "", attributes);

/**
 * The size of letters that are easy to read, as a share of the screen's height; no third row is added to make them
 * larger.
 */
const ENOUGH = 0.055;
// Pixels of the letters that are measured: so large that no system fits them to its pixels, which would decide where a
// line breaks whenever two ways are nearly as good.
const MEASURED = 1000;

/**
 * Puts a stage into `root`. `options`: see core.options; `look`: the typography: `leading` (the height of a row, in
 * letters) and `cap` (the largest letters, as a share of the screen), the cut of the `font`, whether syllables light up
 * (`sing`), how large a song's title is compared with a line (`title`), whether a title that comes between two songs
 * has an entrance (`announces`) and whether it is shown on a cleared stage too (`prepares`), which parts of the view are
 * shown in the head (`where`), and its entrance (`enter`: frames, milliseconds, and the delay of each row after the one
 * above; null: the line appears at once). Returns `{render(view, {animate}), link({up, since}), warn(text),
 * adjust(options)}`.
 */
export function mountStage(root, options, look) {
  const head = part("head", "header");
  const where = part("where", "p");
  const left = part("left", "p");
  const bar = part("bar", "p");
  head.append(where, left, bar);
  const previous = part("previous", "p", { "aria-hidden": "true" });
  const box = part("box");
  const line = part("line", "p", { "aria-live": "polite", "aria-atomic": "true" });
  box.append(line);
  const next = part("next", "div", { role: "group", "aria-label": "next line" });
  const mark = part("mark", "p", { role: "status" });
  const notice = part("notice", "p", { role: "alert" });
  root.append(head, previous, box, next, mark, notice);

  const brush = document.createElement("canvas").getContext("2d");
  const mayFlash = flashGate();
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const enter = { frames: [{ opacity: 0.25 }, { opacity: 1 }], ms: 110, rows: null, ...look.enter };
  let shown = { text: null, title: false, syllables: [] };
  let sung = [];
  let lit = -1;
  let last = null;
  let beatAt = 0; // when the view's beat came
  let status = { up: false, since: Date.now() };

  function fit() {
    const { text, title } = shown;
    const room = { width: box.clientWidth, height: box.clientHeight };
    line.dir = direction(text ?? "");
    root.classList.toggle("titled", title);
    line.classList.toggle("title", title);
    sung = [];
    lit = -1;
    if (!text || !room.width || !room.height) return line.replaceChildren();
    const style = getComputedStyle(line);
    brush.font = `${style.fontWeight} ${MEASURED}px ${style.fontFamily}`;
    brush.textRendering = "geometricPrecision";
    const measure = (words) => brush.measureText(words).width / MEASURED;
    const share = (title ? look.title : 1) * (options.size / 100);
    const cap = look.cap * innerHeight * share;
    const enough = ENOUGH * innerHeight * share;
    const floor = 0.055 * Math.min(innerHeight, innerWidth * 0.8);
    const { rows, size } = arrange(text, measure, room, { leading: look.leading, cap, enough, floor });
    const cut = look.sing ? cutForSinging(rows, shown.syllables) : null;
    line.replaceChildren(...rows.flatMap((row, i) => [i ? " " : "", rowOf(cut ? cut[i] : row)]));
    const fits = (pixels) => {
      line.style.fontSize = `${pixels}px`;
      return line.offsetWidth <= room.width && line.offsetHeight <= room.height;
    };
    fits(largest(1, Math.min(cap, size * 1.1), fits));
  }

  function rowOf(row) {
    const element = part("row", "span");
    if (typeof row === "string") element.textContent = row;
    else {
      for (const { text, index } of row) {
        const piece = Object.assign(part("syllable", "span"), { textContent: text.trimEnd() });
        (sung[index] = sung[index] || []).push(piece);
        element.append(piece, text.slice(piece.textContent.length));
      }
    }
    return element;
  }

  let step = 0;
  /** Lights the syllables according to the display's option: one syllable per beat, or all of them within a bar. */
  function light(view) {
    clearTimeout(step);
    if (!look.sing || options.light === "off") return sing(-1);
    if (options.light === "beat") return sing(view.sung);
    if (view.beat === null || view.came === null || !sung.length) return sing(-1);
    const count = shown.syllables.length;
    const start = barLine(view.came, view.beats_per_bar);
    const pace = 60000 / view.tempo; // ms per beat
    const since = view === last ? performance.now() - beatAt : 0;
    const now = view.beat + since / pace;
    const place = inBar(now, start, view.beats_per_bar, count);
    sing(place);
    // Schedules the next syllable if it comes before the next beat, which calls this again.
    const next = start + ((place + 1) * view.beats_per_bar) / count;
    if (next > now && next < view.beat + 1) step = setTimeout(() => light(view), (next - now) * pace);
  }

  /** Lights the syllables up to `place` by colour alone, which moves nothing. */
  function sing(place) {
    // "1967" is one piece but six syllables: it stays lit until all of them are sung.
    while (place > 0 && shown.syllables[place] === "") place--;
    if (place === lit) return;
    for (const [index, pieces] of sung.entries()) {
      for (const piece of pieces ?? []) {
        piece.classList.toggle("sung", index < place);
        piece.classList.toggle("now", index === place);
      }
    }
    lit = place;
  }

  function render(view, { animate = false } = {}) {
    if (!last || view.beat !== last.beat) beatAt = performance.now();
    last = view;
    const between = view.announced && (!view.cleared || Boolean(look.prepares));
    const title = Boolean(view.song) && (between || (!view.line && !view.cleared));
    const text = typeset(title ? view.song : view.line);
    const empty = !text;
    root.classList.toggle("empty", empty);
    const syllables = title ? [] : view.syllables;
    const learned = !shown.syllables.length && syllables.length > 0;
    const another = text !== shown.text || title !== shown.title;
    if (another || learned) {
      shown = { text, title, syllables };
      fit();
    }
    light(view);
    const enters = animate || (another && title && look.announces);
    if (enters && !calm.matches && mayFlash(performance.now())) {
      (enter.rows === null ? [line] : [...line.children]).forEach((row, i) => {
        row.animate(enter.frames, { duration: enter.ms, delay: i * enter.rows, fill: "backwards", easing: "ease-out" });
      });
    }
    // Between two songs the old song's last line has gone up to the row of the line before.
    const before = title ? view.line : view.line && view.previous;
    say(where, look.where(view, title, Boolean(title && options.previous && before && view.line_song)));
    say(previous, options.previous ? before : "");
    previous.dir = direction(before);
    const coming = (view.cleared && !title) || !options.next ? "" : view.next;
    if (next.textContent !== typeset(coming)) {
      say(next, coming);
      next.dir = direction(coming);
      fitNext();
    }
    const beats = beatsLeft(view);
    say(left, beats ? `in ${beats}` : "");
    const number = barOf(view.beat, view.beats_per_bar);
    say(bar, number === null ? "" : `bar ${number}`);
  }

  function adjust(changed) {
    options = changed;
    root.classList.toggle("mirror", options.mirror);
    root.classList.toggle("flip", options.flip);
    root.classList.toggle("no-next", !options.next);
    root.classList.toggle("no-previous", !options.previous);
    document.documentElement.dataset.theme = options.theme;
    fit();
    if (last) render(last);
  }

  function link(told) {
    status = told;
    root.classList.toggle("lost", !told.up);
    tellAge();
  }

  function tellAge() {
    const silence = Date.now() - status.since;
    // A link that comes back within a second needs no warning.
    say(mark, status.up ? "" : silence < 1000 ? "" : `no link · ${age(silence)}`);
  }

  let noticeTimer = 0;
  function warn(text) {
    say(notice, text);
    clearTimeout(noticeTimer);
    noticeTimer = setTimeout(() => say(notice, ""), 8000);
  }

  /** The screen's size has changed: fits the same words again, and lights them as before. */
  function refit() {
    fit();
    fitNext();
    if (last) light(last);
  }

  /** Shows the next line in one row if it fits, else in two with smaller letters. */
  function fitNext() {
    next.classList.remove("long");
    next.classList.toggle("long", next.scrollHeight > next.clientHeight + 1 || next.scrollWidth > next.clientWidth + 1);
  }

  adjust(options);
  setInterval(tellAge, 1000);
  new ResizeObserver(refit).observe(box);
  fontsReady(look.font).then(refit);
  return { render, link, warn, adjust };
}

/** Calls `then(ms)` when the latest change has been painted, `ms` after `since`. */
export function whenPainted(since, then) {
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => then(performance.now() - since);
    port2.postMessage(null); // arrives after the next frame
  });
}
