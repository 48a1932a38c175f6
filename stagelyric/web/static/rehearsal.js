// Rehearsing, on a page of its own or as a panel of the desk: the line that is up is kept, changed or vetoed, others
// like it are asked for, and what is kept grows into a draft of the song.

import { EMPTY } from "./core.js";
import * as drafts from "./draft.js";
import { make, say } from "./elements.js";
import { undoStore } from "./memory.js";
import { joined } from "./pin.js";
import { press } from "./press.js";
import { openBook } from "./rehearsal_book.js";
import { LOOK_AFTER, mountDraft } from "./rehearsal_draft.js";

const WISHES = { rhyme: "rhymes with it", answer: "answers it", stanza: "a whole stanza" };
const TITLES = { ...WISHES, line: "for the gap" };
const BAKED = "This show is baked: all its lines are written, so no others can be asked for.";
const RHYMES = { perfect: "rhymes", slant: "nearly rhymes", same: "the same word again" };

/**
 * Mounts what rehearsing wants in three elements: `about`, the controls of the line that is up; `choice`, lines to
 * choose from; `draft`. `order(do)`; `tell(text)`: says what went wrong; `askPin()`; `onLook({text, off})`: how the line
 * that is up fits. Returns `view(view)` and `hear(message)`, to be called with everything that the server tells, and
 * `hide(on)`: whether it can't be seen now, so that it asks for nothing.
 */
export function mountRehearsal({ about, choice, draft, order, tell, askPin, onLook }) {
  let view = EMPTY;
  let hidden = false;
  let set = null; // the set's title, once it was told
  const ask = asker(askPin);
  const here = () => ({ song: view.song, section: view.section });

  // -- the draft

  const books = new Map(); // by song: one that is left may still have something to save
  const label = draft.appendChild(make("p", "label"));
  label.append(make("span", "", "draft"), make("span", "title"), make("span", "count"));
  const list = mountDraft(draft, {
    change: (act) => book().change(act),
    look: (text, at) => look(text, at, book().lines()),
    fill: (at) => choose.wish("line", { at }),
  });
  const tools = rowOf(draft, "The draft", [
    ["gap", () => book().change((lines) => drafts.withLines(lines, [drafts.GAP]))],
    // A break at the very end would not be kept, so a gap follows it.
    ["new stanza", () => book().change((lines) => drafts.withLines(lines, [drafts.BREAK, drafts.GAP]))],
    ["undo", () => book().undo()],
    ["copy", copy],
  ]);

  function book() {
    const { song } = view;
    if (!books.has(song)) {
      const save = (body) => ask("draft", body);
      const store = { read: () => undoStore(set, song).read(), write: (edits) => undoStore(set, song).write(edits) };
      books.set(song, openBook(song, { save, store, onLines: () => song === view.song && render(), onTrouble: tell }));
    }
    return books.get(song);
  }

  async function load() {
    if (!view.song || set === null || hidden) return;
    const mine = book();
    const { status, told } = await ask(`draft?song=${encodeURIComponent(mine.song)}`).catch(() => ({}));
    if (status === 200) mine.take(told, true);
    mine.flush();
  }

  function render() {
    const lines = book().lines();
    list.show(lines);
    const { lines: count, gaps } = drafts.counted(lines);
    say(label.querySelector(".title"), view.song);
    say(label.querySelector(".count"), count ? `${count} line${count === 1 ? "" : "s"}${gaps ? `, ${gaps} to write` : ""}` : "");
    tools.buttons["new stanza"].disabled = !count;
    tools.buttons.undo.disabled = !book().canUndo();
  }

  async function copy() {
    try {
      await navigator.clipboard.writeText(book().lines().join("\n"));
      tell("Copied.");
    } catch {
      tell("This browser copies only over https or on the show’s own machine.");
    }
  }

  // -- a line looked at: its syllables, whether they fit the section, and whether it rhymes where it should

  async function look(text, at, lines) {
    if (!text.trim() || !view.section) return null;
    const { status, told } = await ask("look", { text, at, lines, ...here() }).catch(() => ({}));
    if (status !== 200) return null;
    const { syllables, fits, rhymes } = told;
    const count = `${syllables} syllable${syllables === 1 ? "" : "s"}`;
    const rhyme = rhymes === null ? "" : rhymes === "" ? "no rhyme" : RHYMES[rhymes];
    const words = [fits ? count : `${count}, not as the section`, rhyme].filter(Boolean).join(" · ");
    return { text: words, off: !fits || rhymes === "" };
  }

  /** A line looked at as the next one of the draft. */
  const lookAsNext = (text) => look(text, book().lines().length, [...book().lines(), text]);

  // -- the line that is up

  const edit = mountEdit(about, {
    look: lookAsNext,
    keep: (text) => book().change((lines) => drafts.withLines(lines, [text])),
  });
  const judge = rowOf(
    about,
    "This line",
    [
      ["keep", () => order("keep"), "keep"],
      ["edit", () => edit.open(view.line)],
      ["veto", () => order("veto"), "veto"],
    ],
    "judge",
  );
  const choose = mountChoice(choice, { ask, here, tell, book });
  const wishes = rowOf(
    about,
    "More like it",
    Object.entries(WISHES).map(([kind, title]) => [title, () => choose.wish(kind, { text: view.line }), "", { "data-wish": kind }]),
    "more",
  );
  const heard = mountHeard(about, (text) => {
    order({ heard: text });
    choose.wish("answer", { text });
  });
  const note = about.appendChild(make("p", "note", BAKED, { hidden: "" }));

  /** Offers what wants a writer only where there is one: a baked show has none. */
  function offer(written) {
    for (const part of [wishes.row, heard]) part.hidden = !written;
    note.hidden = written;
    list.offer(written);
    if (!written) choose.close();
  }

  async function lookAtLine() {
    if (hidden) return;
    const { line } = view;
    const told = await look(line, -1, []);
    if (line === view.line) onLook(told || { text: "", off: false });
  }

  function enable() {
    for (const button of Object.values(judge.buttons)) button.disabled = !view.line;
    for (const [title, button] of Object.entries(wishes.buttons)) button.disabled = !view.line && title !== WISHES.stanza;
  }
  enable();
  render();

  return {
    view(told) {
      const was = view;
      view = told;
      enable();
      if (told.line !== was.line) {
        edit.close();
        lookAtLine();
      }
      if (told.song === was.song) return;
      render();
      load();
    },
    hear(message) {
      if (message.type === "draft") book().take(message);
      if (message.type === "set") {
        offer(!message.baked);
        set = message.title;
        load();
      }
      if (message.type !== "access" || !message.allowed) return;
      load();
      lookAtLine();
    },
    hide(on) {
      const shown = hidden && !on;
      hidden = on;
      if (!shown) return;
      render();
      load();
      lookAtLine();
    },
  };
}

/** A function that asks this page's own server: `ask(path)` or, with a body, `ask(path, body)`. */
function asker(askPin) {
  return async (path, body) => {
    const token = joined.tokenOf("");
    const headers = token ? { "X-Stagelyric-Token": token } : {};
    const sent = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
    const response = await fetch(`/api/rehearsal/${path}`, sent);
    const told = await response.json();
    if (response.status === 403) askPin();
    return { status: response.status, told };
  };
}

/** A row of buttons, each [label, act, class, attributes]; returns the `row`, and its `buttons` by label. */
function rowOf(root, label, buttons, name = "") {
  const row = root.appendChild(make("div", `row ${name}`, "", { role: "group", "aria-label": label }));
  const made = {};
  for (const [text, act, kind = "", attributes = {}] of buttons) {
    made[text] = row.appendChild(make("button", kind, text, { type: "button", ...attributes }));
    press(made[text], act);
  }
  return { row, buttons: made };
}

/** The form in which the line that is up is changed before it is kept. */
function mountEdit(root, { look, keep }) {
  const form = root.appendChild(make("form", "edit", "", { hidden: "", "aria-label": "Change the line" }));
  const field = make("input", "", "", {
    "aria-label": "The line, as you would sing it", maxlength: "200", autocomplete: "off",
    autocapitalize: "sentences", spellcheck: "true",
  }); // prettier-ignore
  const told = make("p", "look", "", { role: "status" });
  form.append(field, told, make("button", "keep", "keep this", { type: "submit" }));
  const leave = form.appendChild(make("button", "", "leave it", { type: "button" }));
  let timer = 0;
  async function check() {
    const text = field.value;
    const found = await look(text);
    if (text !== field.value) return;
    say(told, found ? found.text : "");
    told.classList.toggle("off", Boolean(found && found.off));
  }
  const close = () => {
    form.hidden = true;
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(check, LOOK_AFTER);
  });
  field.addEventListener("keydown", (event) => event.key === "Escape" && close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text) keep(text);
    close();
  });
  press(leave, close);
  return {
    open(text) {
      form.hidden = false;
      field.value = text;
      field.focus();
      check();
    },
    close,
  };
}

function mountHeard(root, hear) {
  const form = root.appendChild(make("form", "heard"));
  const label = form.appendChild(make("label", "", "just sung"));
  const field = make("input", "", "", { maxlength: "200", autocomplete: "off", placeholder: "type its words" });
  label.append(field);
  form.append(make("button", "", "answer", { type: "submit" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text) hear(text);
    field.value = "";
  });
  return form;
}

/** Lines to choose from for a wish; what is chosen goes into the draft. */
function mountChoice(root, { ask, here, tell, book }) {
  const label = root.appendChild(make("p", "label"));
  const title = label.appendChild(make("span", "", "", { role: "status" }));
  const off = label.appendChild(make("button", "small", "close", { type: "button" }));
  const list = root.appendChild(make("ol", "options"));
  let asked = 0; // the number of the last wish; late answers to earlier ones are ignored
  root.hidden = true;
  const close = () => {
    asked += 1;
    root.hidden = true;
  };
  press(off, close);

  async function wish(kind, { text = "", at = 0 } = {}) {
    const mine = ++asked;
    const from = document.activeElement;
    const lines = kind === "line" ? book().lines() : [];
    root.hidden = false;
    say(title, `${TITLES[kind]} …`);
    list.replaceChildren();
    const { status, told } = await ask("options", { kind, text, at, lines, ...here() }).catch(() => ({ told: { error: "There is no link." } }));
    if (mine !== asked) return;
    const none = status !== 200 || !told.options.length;
    say(title, none ? `${TITLES[kind]}: nothing found, press once more` : TITLES[kind]);
    if (status !== 200) return tell(told.error);
    if (none) return;
    const rows = told.options.map((line) => option(line, () => choose(kind, [line], at)));
    if (kind === "stanza") rows.push(option("all of it", () => choose(kind, told.options, at), "whole"));
    list.replaceChildren(...rows);
    root.scrollIntoView({ block: "nearest" });
    // By keyboard one goes on to choose. Elsewhere the focus stays away: a pedal's key must not press a button here.
    if (from !== document.body && from === document.activeElement) list.querySelector("button").focus();
  }

  function option(text, act, name = "") {
    const row = make("li");
    press(row.appendChild(make("button", name, text, { type: "button" })), act);
    return row;
  }

  function choose(kind, lines, at) {
    book().change((now) => {
      if (kind === "line") {
        const gap = drafts.locate(now, drafts.GAP, at);
        return gap < 0 ? drafts.withLines(now, lines) : drafts.changed(now, gap, lines[0]);
      }
      if (lines.length > 1) return drafts.tidy(drafts.withLines(now, [drafts.BREAK, ...lines]));
      return drafts.withLines(now, lines);
    });
    if (kind !== "stanza" || lines.length > 1) close();
  }

  return { wish, close };
}
