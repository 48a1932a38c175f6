// One proposal at a time, in its lines: kept or struck. What is decided is in the file before the answer comes.
import { typeset } from "./type.js";

const at = (id) => document.getElementById(id);
const main = at("thumb");

let frame = null; // as the server last told it
let chosen = 0; // which of its proposals is asked about
let reading = false; // three fillings are shown instead of the lines

function make(kind, text, name) {
  const made = document.createElement(kind);
  if (text !== undefined) made.textContent = typeset(text);
  if (name) made.className = name;
  return made;
}

async function ask(path, body) {
  const options = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  let told;
  try {
    const answer = await fetch(path, options);
    told = await answer.json();
    if (!answer.ok) throw new Error(told.error || "That could not be done.");
  } catch (fault) {
    at("fault").textContent = fault instanceof TypeError ? "The program behind this page has ended: start it again." : fault.message;
    return null;
  }
  at("fault").textContent = "";
  return told;
}

const place = () => Math.max(0, parseInt(location.hash.slice(1), 10) - 1 || 0);
const current = () => frame.proposals[chosen];

function show(told, which) {
  frame = told;
  chosen = Math.min(Math.max(0, which), Math.max(0, frame.proposals.length - 1));
  reading = false;
  history.replaceState(null, "", `#${frame.n + 1}`);
  draw();
}

function draw() {
  const one = current();
  at("title").textContent = frame.title || `Frame ${frame.n + 1}`;
  at("title").title = [frame.title, ...frame.guessed.map((tag) => `guessed: ${tag}`)].join("\n");
  const left = frame.waiting === 0 ? "all decided" : `${frame.waiting} left`;
  at("progress").textContent = `${frame.n + 1} of ${frame.count} · ${left}`;
  at("lines").replaceChildren(...(one ? one.lines.map(marked) : frame.lines.map((line) => make("li", line))));
  at("beside").textContent = one ? `instead of “${one.beside}”` : frame.waiting ? "Nothing waits in this frame." : "Nothing waits in this file.";
  at("chips").replaceChildren(...frame.proposals.map(chip));
  at("lines").hidden = at("beside").hidden = reading;
  at("read").hidden = !reading;
  at("fillings").setAttribute("aria-pressed", String(reading));
  at("keep").disabled = at("strike").disabled = !one;
  at("undo").disabled = !frame.undo;
  at("previous").disabled = frame.n === 0;
  at("next").disabled = frame.n + 1 === frame.count;
  main.dataset.state = "ready";
}

function marked(parts) {
  const line = make("li");
  parts.forEach(([text, asked], i) => {
    if (i) line.append(" ");
    line.append(asked ? make("mark", text) : typeset(text));
  });
  return line;
}

function chip(proposal, i) {
  const made = make("button", proposal.text);
  made.setAttribute("aria-pressed", String(i === chosen));
  made.addEventListener("click", () => {
    chosen = i;
    reading = false;
    draw();
    at("chips").children[i].focus();
  });
  return made;
}

let busy = false;
async function alone(doing) {
  if (busy || !frame) return;
  busy = true;
  try {
    await doing();
  } finally {
    busy = false;
  }
}

const decide = (keep) =>
  alone(async () => {
    const one = current();
    if (!one) return;
    const told = await ask("/api/decide", { n: frame.n, row: one.row, at: one.at, text: one.text, keep });
    if (!told) return reload();
    // The frame is done: on to the next one that has something waiting, round the end of the file if need be.
    const further = told.proposals.length ? -1 : told.left.find((n) => n > told.n) ?? told.left[0] ?? -1;
    if (further < 0) return show(told, chosen);
    const other = await ask(`/api/frame?n=${further}`);
    if (other) show({ ...other, undo: told.undo }, 0);
  });

const undo = () =>
  alone(async () => {
    const told = await ask("/api/undo", {});
    if (told) show(told, told.n === frame.n ? chosen : 0);
  });

const go = (step) =>
  alone(async () => {
    const n = frame.n + step;
    if (n < 0 || n >= frame.count) return;
    const told = await ask(`/api/frame?n=${n}`);
    if (told) show(told, 0);
  });

const read = () =>
  alone(async () => {
    if (reading) {
      reading = false;
      return draw();
    }
    const one = current();
    const which = one ? `&row=${one.row}&at=${one.at}` : "";
    const told = await ask(`/api/fillings?n=${frame.n}${which}`);
    if (!told) return;
    const heading = one ? `As it would be sung with “${one.text}”` : "As it would be sung";
    at("read").replaceChildren(make("h2", heading), ...told.fillings.map((lines) => make("p", lines.join("\n"))));
    reading = true;
    draw();
    at("read").scrollTop = 0;
    at("read").focus();
  });

async function reload() {
  const fault = at("fault").textContent;
  const told = await ask(`/api/frame?n=${frame ? frame.n : place()}`);
  if (!told) return;
  show(told, chosen);
  at("fault").textContent = fault;
}

async function begin() {
  const told = await ask("/api/frames");
  if (!told) return;
  document.title = `${told.file} · stagelyric`;
  const waits = told.frames.findIndex((one) => one.waiting);
  const wanted = location.hash ? Math.min(place(), told.frames.length - 1) : Math.max(0, waits);
  const first = await ask(`/api/frame?n=${wanted}`);
  if (first) show(first, 0);
}

const KEYS = {
  k: () => decide(true),
  arrowright: () => decide(true),
  x: () => decide(false),
  arrowleft: () => decide(false),
  u: undo,
  r: read,
  n: () => go(1),
  arrowdown: () => go(1),
  p: () => go(-1),
  arrowup: () => go(-1),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key === "Escape" && reading) return void read();
  const act = KEYS[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});
at("keep").addEventListener("click", () => decide(true));
at("strike").addEventListener("click", () => decide(false));
at("undo").addEventListener("click", undo);
at("fillings").addEventListener("click", read);
at("previous").addEventListener("click", () => go(-1));
at("next").addEventListener("click", () => go(1));
begin();

window.stagelyricRuns = true; // see old.js
