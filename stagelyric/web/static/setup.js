// The setup page: edits the setlist's file, checks it while one types, and saves it with its comments.

import { options as readOptions } from "./core.js";
import { find, make, say } from "./elements.js";
import * as data from "./setup_data.js";
import { field, idOf } from "./setup_fields.js";
import { triggers } from "./setup_triggers.js";

const LOAD_AGAIN = 2000; // ms
const LOOK_AFTER = 250; // ms without a key press after which the set is checked
const FIRST = ["title", "tempo", "time_signature", "key", "names", "themes", "wildness", "hand", "mood", "lyrics"];
const SHOWN = ["title", "seed", "family_friendly", "avoid"]; // fields that are always shown; the others are folded away

document.documentElement.dataset.theme = readOptions(location.search).theme;

let alone = false; // whether no show runs here
let form = null;
let revision = "";
let set = null; // the set as edited
let base = new Map(); // each table as it is in the file
let saved = ""; // the set as it is in the file
let before = []; // earlier sets, for undo
let chosen = -1; // index of the song that is shown; -1: the set itself
let looks = 0; // the number of the last check; late answers to earlier ones are ignored
let found = { faults: [], warnings: [], told: [], changes: [] };

// -- asking the server

async function ask(path, body) {
  const sent = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  try {
    const response = await fetch(`/api/setup${path}`, sent);
    alone = response.headers.has("X-Stagelyric-Alone");
    return { status: response.status, told: await response.json() };
  } catch {
    return { status: 0, told: { error: "There is no link to the show. What you typed is kept here." } };
  }
}

function tell(text) {
  say(find("told"), text);
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => say(find("told"), ""), 8000);
}

async function load() {
  const { status, told } = await ask("");
  if (status === 200) return take(told);
  say(find("file"), status === 0 ? "There is no link to the show; it is tried again." : told.error);
  if (status === 0 || status >= 500) setTimeout(load, LOAD_AGAIN); // a busy machine is slow to check a set
}

/** Shows the file as the server has it. */
function take(told) {
  form = told.form || form;
  say(find("file"), told.file);
  for (const link of document.querySelectorAll(".bar a")) link.hidden = alone;
  find("new").hidden = !told.new;
  for (const id of ["list", "main", "foot"]) find(id).hidden = Boolean(told.new);
  if (told.new) return;
  found = { faults: [], warnings: [], told: [], changes: [], unchecked: !told.faults, ...told };
  if (told.set) {
    revision = told.revision;
    set = told.set;
    saved = JSON.stringify(set);
    base = data.marked(set);
    before = [];
    chosen = Math.min(chosen, songs().length - 1);
    render();
  } else {
    find("panel").replaceChildren(make("p", "card means", "The file can’t be read. Mend it in an editor, then reload this page."));
  }
  showFound();
  if (found.unchecked) check();
}

// -- changes

const songs = () => (Array.isArray(set.songs) ? set.songs : []);

/**
 * Changes the set by `act`, and has it checked when the typing pauses. `group`: changes with the same group are undone
 * together.
 */
function touched(act, group = null) {
  if (group === null || group !== touched.group) before.push(JSON.stringify(set));
  touched.group = group;
  act();
  clearTimeout(touched.timer);
  touched.timer = setTimeout(check, LOOK_AFTER);
  showState();
}

function restructured(act, focus = null) {
  touched(act);
  render();
  const field = focus && document.getElementById(idOf(focus));
  if (field) field.focus();
}

async function check() {
  clearTimeout(touched.timer);
  touched.timer = 0;
  const mine = ++looks;
  const { status, told } = await ask("/check", { revision, set: data.abridged(set, base) });
  if (mine !== looks) return;
  if (status === 409) return stale(told);
  if (status !== 200) return tell(told.error);
  found = told;
  showFound();
}

async function save() {
  clearTimeout(touched.timer);
  touched.timer = 0;
  looks += 1;
  const { status, told } = await ask("/save", { revision, set: data.abridged(set, base) });
  if (status === 200) {
    take(told);
    return tell(`Saved in ${told.file}.${alone ? "" : " The show takes it up at its next start, and goes on where it was."}`);
  }
  if (status === 409) return stale(told);
  if (status === 422) {
    found = { ...found, ...told };
    showFound();
    find("faults-box").scrollIntoView({ block: "start" });
  }
  tell(told.error);
}

/** Somebody else has written the file: their version is not overwritten, and ours is not lost. */
function stale(told) {
  showChanges(told.changes || [], `${told.error}. This is what yours says otherwise:`);
  find("reload").hidden = false;
}

function undo() {
  if (!before.length) return;
  set = JSON.parse(before.pop());
  touched.group = null;
  chosen = Math.min(chosen, songs().length - 1);
  render();
  check();
  showState();
}

// -- what is shown of it

function showState() {
  const changed = JSON.stringify(set) !== saved;
  find("save").disabled = !changed || found.faults.length > 0;
  find("undo").disabled = !before.length;
  find("see").disabled = !changed;
  const count = found.faults.length;
  const state = find("state");
  state.classList.toggle("bad", count > 0);
  if (count) say(state, `${count} ${count === 1 ? "fault" : "faults"}: not to be saved yet`);
  else if (found.unchecked) say(state, "being checked …");
  else say(state, changed ? (found.stale ? "the file was changed by somebody else" : "good, and not saved yet") : "saved, and good");
}

function showFound() {
  const all = [...found.faults.map((one) => ({ ...one, bad: true })), ...(found.warnings || [])];
  find("faults-box").hidden = !all.length;
  const { length } = found.faults;
  say(find("faults-title"), length ? `${length} ${length === 1 ? "thing is" : "things are"} wrong` : "Look at this");
  find("faults").replaceChildren(...all.map((one) => {
    const item = make("li", one.bad ? "bad" : "");
    const button = make("button", "plain", "", { type: "button" });
    button.textContent = one.text;
    button.addEventListener("click", () => goTo(one.keys));
    item.append(button);
    return item;
  }));
  placeFaults();
  for (const button of find("songs").querySelectorAll("[data-song]")) {
    const number = Number(button.dataset.song);
    button.classList.toggle("bad", found.faults.some(({ keys }) => keys[0] === "songs" && keys[1] === number));
  }
  find("go-set").classList.toggle("bad", found.faults.some(({ keys }) => keys.length > 0 && keys[0] !== "songs"));
  showState();
}

/** Shows each error at the field it concerns: the innermost one that is on the page. */
function placeFaults() {
  const boxes = new Map([...find("panel").querySelectorAll("[data-keys]")].map((box) => [box.dataset.keys, box]));
  for (const box of boxes.values()) {
    const note = box.querySelector(":scope > .fault");
    if (note) note.textContent = "";
    box.classList.remove("wrong");
    for (const input of box.querySelectorAll("[aria-invalid]")) {
      input.removeAttribute("aria-invalid");
      input.setAttribute("aria-describedby", input.dataset.means || "");
    }
  }
  for (const { keys, short } of found.faults) {
    const box = boxFor(boxes, keys);
    const note = box && box.querySelector(":scope > .fault");
    if (!note) continue;
    note.textContent = note.textContent ? `${note.textContent} · ${short}` : short;
    box.classList.add("wrong");
    const inputs = box.matches(".field") ? box.querySelectorAll("input, select, textarea") : [];
    for (const input of inputs) {
      input.setAttribute("aria-invalid", "true");
      input.dataset.means = input.dataset.means || input.getAttribute("aria-describedby") || "";
      input.setAttribute("aria-describedby", `${note.id} ${input.dataset.means}`.trim());
    }
  }
}

function boxFor(boxes, keys) {
  for (let length = keys.length; length > 0; length -= 1) {
    const box = boxes.get(JSON.stringify(keys.slice(0, length)));
    if (box && box.querySelector(":scope > .fault")) return box;
  }
  return null;
}

function goTo(keys) {
  const wanted = keys[0] === "songs" && typeof keys[1] === "number" ? keys[1] : -1;
  if (wanted !== chosen) choose(wanted);
  const boxes = new Map([...find("panel").querySelectorAll("[data-keys]")].map((box) => [box.dataset.keys, box]));
  const box = boxFor(boxes, keys);
  if (!box) return;
  for (let outer = box.closest("details"); outer; outer = outer.parentElement.closest("details")) outer.open = true;
  const input = box.querySelector("input, select, textarea, button");
  if (input) input.focus();
  box.scrollIntoView({ block: "center" });
}

function showChanges(rows, title = "What saving changes in the file") {
  say(find("changes-title"), title);
  find("reload").hidden = true;
  find("changes-rows").replaceChildren(...rows.map((row) => {
    const line = make("span", row.startsWith("+") ? "new" : "gone");
    line.textContent = `${row}\n`;
    return line;
  }));
  if (!rows.length) find("changes-rows").textContent = "nothing";
  if (!find("changes").open) find("changes").showModal();
}

// -- the list of songs

function choose(number) {
  chosen = number;
  render();
  scrollTo({ top: 0 });
}

function renderList() {
  find("go-set").setAttribute("aria-current", String(chosen < 0));
  find("songs").replaceChildren(...songs().map((song, number) => {
    const item = document.createElement("li");
    const button = make("button", "entry", "", { type: "button", "data-song": number, "aria-current": String(chosen === number) });
    button.append(make("span", "title", data.shown(song.title) || "untitled"), make("span", "facts", facts(song)));
    button.addEventListener("click", () => choose(number));
    item.append(button);
    return item;
  }));
}

const facts = (song) => [song.key, song.tempo].filter((one) => one !== undefined).join(" · ");

// -- the set, or a song of it

const bind = (table, keys) => (told) =>
  field(told, [...keys, told.key], () => table[told.key], (value) => {
    touched(() => data.put(table, [told.key], value), [...keys, told.key].join("."));
    if (told.key === "title" && keys.length === 2) renderList();
  });

function render() {
  renderList();
  const song = songs()[chosen];
  find("panel").replaceChildren(...(song ? songPanel(song, chosen) : setPanel()));
  showFound();
}

function card(title, keys, ...inside) {
  const box = make("section", "card", "", { "aria-label": title, "data-keys": JSON.stringify(keys) });
  box.append(make("h2", "", title), make("p", "fault", "", { id: `${idOf(keys)}-fault` }), ...inside);
  return box;
}

function grid(rows, bound) {
  const box = make("div", "grid");
  box.append(...rows.map(bound));
  return box;
}

function folded(title, open, ...inside) {
  const box = make("details", "more");
  box.open = open;
  box.append(make("summary", "", title), ...inside);
  return box;
}

function tools(what, list, number, keys, change) {
  const box = make("div", "tools", "", { role: "group", "aria-label": what });
  const add = (text, label, act, off = false) => {
    const button = make("button", "small", text, { type: "button", "aria-label": `${label} ${what}` });
    button.disabled = off;
    button.addEventListener("click", act);
    box.append(button);
  };
  add("↑", "Move up", () => change(data.moved(list, number, -1), number - 1), number === 0);
  add("↓", "Move down", () => change(data.moved(list, number, 1), number + 1), number === list.length - 1);
  add("duplicate", "Duplicate", () => {
    const copy = JSON.parse(JSON.stringify(list[number]));
    if (copy.title !== undefined) copy.title = data.fresh(`${copy.title}`, list.map(({ title }) => title));
    change([...list.slice(0, number + 1), copy, ...list.slice(number + 1)], number + 1);
  });
  add("delete", "Delete", () => change(list.filter((_, other) => other !== number), Math.min(number, list.length - 2)));
  return box;
}

const places = {
  titles: () => songs().map(({ title }) => data.shown(title)),
  sections: () => {
    const those = songs()[chosen] ? [songs()[chosen]] : songs();
    return [...new Set(those.flatMap(({ sections }) => (Array.isArray(sections) ? sections.map(({ name }) => name) : [])))];
  },
};

function triggersOf(table, keys) {
  const list = () => (Array.isArray(table.triggers) ? table.triggers : []);
  const change = (changed, focus) => restructured(() => data.put(table, ["triggers"], changed.length ? changed : undefined), focus);
  return triggers({ keys: [...keys, "triggers"], list, change, touched: (act) => touched(act, keys.join(".")), form, places, tell });
}

function unknown(table, known, keys) {
  const odd = Object.keys(table).filter((key) => ![data.MARK, "songs", "sections", "triggers", ...known].includes(key));
  return odd.map((key) => {
    const box = make("div", "field odd", "", { "data-keys": JSON.stringify([...keys, key]) });
    const off = make("button", "small", `take out ${key}`, { type: "button" });
    off.addEventListener("click", () => restructured(() => data.put(table, [key], undefined)));
    box.append(off, make("p", "fault", "", { id: `${idOf([...keys, key])}-fault` }));
    return box;
  });
}

function setPanel() {
  const first = form.set.filter(({ key }) => SHOWN.includes(key));
  const rest = form.set.filter(({ key }) => !SHOWN.includes(key));
  const bound = bind(set, []);
  return [
    card("The set", [], grid(first, bound), ...unknown(set, form.set.map(({ key }) => key), []),
      folded("model, files, what was kept", rest.some(({ key }) => set[key] !== undefined && key !== "model"), grid(rest, bound))),
    card("What fires, in every song", ["triggers"], triggersOf(set, [])),
  ];
}

function songPanel(song, number) {
  const keys = ["songs", number];
  const bound = bind(song, keys);
  const known = form.song.map(({ key }) => key);
  const order = (one) => (FIRST.indexOf(one.key) + 1 || FIRST.length + 1);
  const rows = [...form.song].sort((one, other) => order(one) - order(other));
  const first = rows.filter(({ key }) => key !== "kept");
  const name = data.shown(song.title) || "untitled";
  const head = card(`Song ${number + 1}`, keys, grid(first, bound), ...unknown(song, known, keys),
    folded("more", song.kept !== undefined, grid(rows.filter(({ key }) => key === "kept"), bound)));
  head.prepend(tools(name, songs(), number, keys, (list, to) => {
    chosen = to;
    restructured(() => (set.songs = list), [...keys.slice(0, 1), Math.max(to, 0), "title"]);
  }));
  const sections = Array.isArray(song.sections) ? song.sections : [];
  const add = make("button", "add", "add a section", { type: "button" });
  add.addEventListener("click", () => {
    const made = { name: data.fresh(sections.length ? "chorus" : "verse", sections.map((one) => one.name)), syllables: [6, 9], rhyme: "ABCB" };
    restructured(() => (song.sections = [...sections, made]), [...keys, "sections", sections.length, "name"]);
  });
  const own = Array.isArray(song.triggers) ? song.triggers.length : 0;
  return [
    head,
    ...sections.map((section, place) => sectionCard(song, section, [...keys, "sections", place])),
    add,
    card("What fires in this song", [...keys, "triggers"], folded(own ? `${own} of its own, before the set’s` : "nothing of its own yet", own > 0, triggersOf(song, keys))),
  ];
}

function sectionCard(song, section, keys) {
  const place = keys[keys.length - 1];
  const bound = bind(section, keys);
  const rows = (names) => names.map((name) => form.section.find(({ key }) => key === name)).filter(Boolean);
  const own = Array.isArray(section.triggers) ? section.triggers.length : 0;
  const seldom = ["mood", "rhyme_kind", "elisions"];
  const safety = { ...rows(["safety"])[0], rows: 2 };
  const box = card(`Section ${place + 1}`, keys, grid(rows(["name", "syllables", "rhyme"]), bound), bound(safety),
    ...unknown(section, form.section.map(({ key }) => key), keys),
    folded("mood, kind of rhyme, triggers", own > 0 || seldom.some((key) => section[key] !== undefined), grid(rows(seldom), bound), triggersOf(section, keys)));
  box.classList.add("section");
  box.prepend(tools(data.shown(section.name) || "section", song.sections, place, keys, (list, to) =>
    restructured(() => data.put(song, ["sections"], list.length ? list : undefined), [...keys.slice(0, -1), Math.max(to, 0), "name"])));
  return box;
}

// -- buttons

find("go-set").addEventListener("click", () => choose(-1));
find("add-song").addEventListener("click", () => {
  const made = {
    title: data.fresh("New song", places.titles()), tempo: 120, themes: [],
    sections: [{ name: "verse", syllables: [6, 9], rhyme: "ABCB" }, { name: "chorus", syllables: [5, 8], rhyme: "AABB" }],
  };
  delete made.themes;
  chosen = songs().length;
  restructured(() => (set.songs = [...songs(), made]), ["songs", chosen, "title"]);
});
find("save").addEventListener("click", save);
find("undo").addEventListener("click", undo);
find("see").addEventListener("click", async () => {
  await check();
  if (!find("changes").open) showChanges(found.changes || []);
});
find("changes-off").addEventListener("click", () => find("changes").close());
find("reload").addEventListener("click", () => {
  find("changes").close();
  load();
});
find("new").addEventListener("submit", async (event) => {
  event.preventDefault();
  const words = find("new-words").value.split(",").map((word) => word.trim()).filter(Boolean);
  const { status, told } = await ask("/make", { title: find("new-title").value, words });
  if (status !== 200) return tell(told.error);
  take(told);
});
addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault();
    if (!find("save").disabled) save();
  }
});
addEventListener("beforeunload", (event) => {
  if (set && JSON.stringify(set) !== saved) event.preventDefault();
});

load();
window.stagelyricRuns = true; // see old.js
