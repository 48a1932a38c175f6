// The rehearsal page: lines that come up are kept, changed or vetoed, and the kept ones grow into a draft of the song.

import { keepAwake } from "./awake.js";
import { age, EMPTY, options as readOptions } from "./core.js";
import * as drafts from "./draft.js";
import { find, say } from "./elements.js";
import { direction } from "./layout.js";
import { joined, takeAlong, typed } from "./pin.js";
import { press } from "./press.js";
import { listen } from "./servers.js";

const LOOK_AFTER = 120; // ms without a key press after which the line being typed is checked
const TITLES = {
  rhyme: "rhymes with it",
  answer: "answers it",
  stanza: "a whole stanza",
  line: "for the gap",
};

const RHYMES = { perfect: "rhymes", slant: "nearly rhymes", same: "the same word again" };

const wanted = readOptions(location.search);
document.documentElement.dataset.theme = wanted.theme;
takeAlong(wanted.pin);

let view = EMPTY;
let status = { up: false, since: Date.now() };
let draft = { song: "", lines: [], revision: 0 };
let before = []; // earlier drafts, for undo
let asked = 0; // the number of the last request; late answers to earlier ones are ignored

const show = listen({
  page: "operator",
  name: wanted.name || "rehearsal",
  also: [],
  onStatus(told) {
    status = told;
    find("room").classList.toggle("lost", !told.up);
    tellLink();
    if (told.up) loadDraft();
  },
  ...joined,
  onMessage(message) {
    if (message.type === "access") return hearAccess(message);
    if (message.type === "error" || (message.type === "alert" && message.level !== "info")) return tell(message.text);
    if (message.type === "draft" && message.song === draft.song && message.revision > draft.revision) take(message);
  },
  onView(told) {
    const song = view.song;
    view = told;
    render();
    if (view.song !== song) loadDraft();
  },
});
const order = (what) => show.send({ do: what }) || tell("Not sent: there is no link to the show.");

function tellLink() {
  say(find("link"), status.up ? "live" : `no link · ${age(Date.now() - status.since)}`);
}
setInterval(tellLink, 1000);

function tell(text) {
  say(find("told"), text);
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => say(find("told"), ""), 6000);
}

// -- asking the server

async function ask(path, body) {
  const token = joined.tokenOf("");
  const headers = token ? { "X-Stagelyric-Token": token } : {};
  const sent = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  const response = await fetch(`/api/rehearsal/${path}`, sent);
  const told = await response.json();
  if (response.status === 403) askPin();
  return { status: response.status, told };
}

const here = () => ({ song: view.song, section: view.section });

function hearAccess(message) {
  if (!message.allowed) {
    if (message.pin) askPin();
    return;
  }
  if (!find("pin").open) return;
  find("pin").close();
  loadDraft();
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

// -- the line that is up

function render() {
  say(find("where"), [view.song, view.section].filter(Boolean).join(" · "));
  const up = find("up");
  say(up, view.line || "Press next line.");
  up.classList.toggle("quiet", !view.line);
  up.dir = direction(view.line);
  for (const id of ["keep", "edit-on", "veto"]) find(id).disabled = !view.line;
  for (const button of document.querySelectorAll("[data-wish]")) {
    button.disabled = !view.line && button.dataset.wish !== "stanza";
  }
  if (view.line !== render.line) {
    render.line = view.line;
    stopEditing();
    lookAt(view.line, find("up-look"));
  }
}

press(find("keep"), () => order("keep"));
press(find("veto"), () => order("veto"));
press(find("next-line"), () => order("next_line"));
for (const button of document.querySelectorAll("[data-do]")) press(button, () => order(button.dataset.do));

press(find("edit-on"), () => {
  find("edit").hidden = false;
  find("edit-field").value = view.line;
  find("edit-field").focus();
  lookAt(view.line, find("edit-look"));
});
press(find("edit-off"), stopEditing);
function stopEditing() {
  find("edit").hidden = true;
}
find("edit-field").addEventListener("input", () => soonLookAt(find("edit-field").value, find("edit-look")));
find("edit").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = find("edit-field").value.trim();
  if (text) put(drafts.withLines(draft.lines, [text]));
  stopEditing();
});

find("heard").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = find("heard-field").value.trim();
  if (!text) return;
  order({ heard: text });
  wish("answer", { text });
  find("heard-field").value = "";
});

let lookTimer = 0;
function soonLookAt(text, into, at = -1) {
  clearTimeout(lookTimer);
  lookTimer = setTimeout(() => lookAt(text, into, at), LOOK_AFTER);
}

/** Shows a line's syllable count, whether that fits its section, and whether it rhymes where it should. */
async function lookAt(text, into, at = -1) {
  if (!text.trim() || !view.section) return say(into, "");
  const { status: code, told } = await ask("look", { text, at, lines: draft.lines, ...here() }).catch(() => ({}));
  if (code !== 200) return say(into, "");
  const { syllables, fits, rhymes } = told;
  const count = `${syllables} syllable${syllables === 1 ? "" : "s"}`;
  const rhyme = rhymes === null ? "" : rhymes === "" ? "no rhyme" : RHYMES[rhymes];
  say(into, [fits ? count : `${count}, not as the section`, rhyme].filter(Boolean).join(" · "));
  into.classList.toggle("off", !fits || rhymes === "");
}

// -- lines to choose from

for (const button of document.querySelectorAll("[data-wish]")) {
  press(button, () => wish(button.dataset.wish, { text: view.line }));
}

async function wish(kind, { text = "", at = 0 } = {}) {
  const mine = ++asked;
  const box = find("options-box");
  box.hidden = false;
  say(find("options-title"), `${TITLES[kind]} …`);
  find("options").replaceChildren();
  const body = { kind, text, at, lines: kind === "line" ? draft.lines : [], ...here() };
  const { status: code, told } = await ask("options", body).catch(() => ({ told: { error: "There is no link." } }));
  if (mine !== asked) return;
  say(find("options-title"), TITLES[kind]);
  if (code !== 200) return tell(told.error);
  if (!told.options.length) return say(find("options-title"), `${TITLES[kind]}: nothing found, press once more`);
  const rows = told.options.map((line) => option(line, () => choose(kind, [line], at)));
  if (kind === "stanza") rows.push(option("all of it", () => choose(kind, told.options, at), "whole"));
  find("options").replaceChildren(...rows);
  box.scrollIntoView({ block: "nearest" });
  rows[0].querySelector("button").focus();
}

function option(text, act, name = "") {
  const row = document.createElement("li");
  const button = document.createElement("button");
  button.textContent = text;
  button.className = name;
  press(button, act);
  row.append(button);
  return row;
}

function choose(kind, lines, at) {
  if (kind === "line") put(drafts.changed(draft.lines, at, lines[0]));
  else if (lines.length > 1) put(drafts.tidy(drafts.withLines(draft.lines, [drafts.BREAK, ...lines])));
  else put(drafts.withLines(draft.lines, lines));
  if (kind !== "stanza" || lines.length > 1) closeOptions();
}

function closeOptions() {
  asked += 1;
  find("options-box").hidden = true;
}
press(find("options-off"), closeOptions);

// -- the draft

async function loadDraft() {
  if (!view.song) return;
  const song = view.song;
  const { status: code, told } = await ask(`draft?song=${encodeURIComponent(song)}`).catch(() => ({}));
  if (code === 200 && song === view.song) {
    if (told.song !== draft.song) before = [];
    take(told);
  }
}

/** Shows a draft as the server has it. */
function take(told) {
  draft = { song: told.song, lines: told.lines, revision: told.revision };
  renderDraft();
}

/** Shows changed lines at once and saves them; if somebody else saved first, theirs are kept. */
async function put(lines, undoing = false) {
  if (lines === draft.lines) return;
  if (!undoing) before.push(draft.lines);
  const { song, revision } = draft;
  draft = { ...draft, lines };
  renderDraft();
  const { status: code, told } = await ask("draft", { song, lines, revision }).catch(() => ({}));
  if (song !== draft.song) return;
  if (code === 200) return take(told);
  if (code === 409) {
    take(told);
    return tell("Somebody changed the draft meanwhile: look at it and press again.");
  }
  tell(told ? told.error : "Not written: there is no link to the show. It is kept here until there is one.");
}

function renderDraft() {
  const list = find("draft");
  const focused = document.activeElement && document.activeElement.closest("#draft li");
  const place = focused ? [...list.children].indexOf(focused) : -1;
  list.replaceChildren(...draft.lines.map(row));
  if (!draft.lines.length) list.append(empty());
  list.querySelectorAll("textarea").forEach(grow);
  if (place >= 0 && list.children[place]) list.children[place].querySelector("button, textarea").focus();
  const { lines, gaps } = drafts.counted(draft.lines);
  say(find("draft-title"), draft.song);
  say(find("draft-count"), lines ? `${lines} line${lines === 1 ? "" : "s"}${gaps ? `, ${gaps} to write` : ""}` : "");
  find("undo").disabled = !before.length;
  find("add-break").disabled = !lines || draft.lines[draft.lines.length - 1] === drafts.BREAK;
}

function empty() {
  const item = document.createElement("li");
  item.className = "empty";
  item.textContent = "What you keep comes here.";
  return item;
}

function row(text, at) {
  const item = document.createElement("li");
  if (text === drafts.BREAK) item.className = "break";
  const words = text === drafts.BREAK ? breakMark() : text === drafts.GAP ? gap(at) : line(text, at);
  item.append(words, tools(at, text));
  return item;
}

function breakMark() {
  const mark = document.createElement("span");
  mark.className = "words";
  mark.textContent = "new stanza";
  return mark;
}

function gap(at) {
  const button = document.createElement("button");
  button.className = "words gap";
  button.textContent = "write this line";
  press(button, () => wish("line", { at }));
  return button;
}

function line(text, at) {
  const field = document.createElement("textarea");
  field.rows = 1;
  field.className = "words";
  field.value = text;
  field.maxLength = 200;
  field.dir = direction(text);
  field.setAttribute("aria-label", `Line ${at + 1}`);
  field.addEventListener("input", () => {
    grow(field);
    soonLookAt(field.value, lookBox(field), at);
  });
  field.addEventListener("focus", () => lookAt(field.value, lookBox(field), at));
  field.addEventListener("blur", () => lookBox(field).remove());
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      field.blur();
    }
    if (event.key === "Escape") {
      field.value = text;
      field.blur();
    }
  });
  field.addEventListener("change", () => put(drafts.changed(draft.lines, at, field.value)));
  return field;
}

/** Gives a text field as many rows as its text needs. */
function grow(field) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}

function lookBox(field) {
  const item = field.closest("li");
  let box = item && item.querySelector(".look");
  if (!box) {
    box = document.createElement("span");
    box.className = "look";
    if (item) item.append(box);
  }
  return box;
}

function tools(at, text) {
  const box = document.createElement("span");
  box.className = "tools";
  const named = text === drafts.BREAK ? "the break" : `line ${at + 1}`;
  const make = (sign, label, act, off = false) => {
    const button = document.createElement("button");
    button.textContent = sign;
    button.setAttribute("aria-label", `${label} ${named}`);
    button.disabled = off;
    press(button, act);
    box.append(button);
  };
  make("↑", "Move up", () => put(drafts.moved(draft.lines, at, -1)), at === 0);
  make("↓", "Move down", () => put(drafts.moved(draft.lines, at, 1)), at === draft.lines.length - 1);
  make("×", "Take out", () => put(drafts.without(draft.lines, at)));
  return box;
}

press(find("add-gap"), () => put(drafts.withLines(draft.lines, [drafts.GAP])));
press(find("add-break"), () => {
  // A stanza break at the very end is removed unless something follows it, so a gap is added too.
  put(drafts.withLines(draft.lines, [drafts.BREAK, drafts.GAP]));
});
press(find("undo"), () => put(before.pop(), true));
press(find("copy"), async () => {
  const text = draft.lines.join("\n");
  try {
    await navigator.clipboard.writeText(text);
    tell("Copied.");
  } catch {
    tell("This browser copies only over https or on the show’s own machine.");
  }
});

window.addEventListener("resize", () => find("draft").querySelectorAll("textarea").forEach(grow));
keepAwake();
render();
renderDraft();
window.stagelyricRuns = true; // see old.js
