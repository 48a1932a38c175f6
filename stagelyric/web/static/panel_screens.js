// The displays: the health of each, and how to add another.

import { age, health } from "./core.js";
import { make, say } from "./elements.js";
import { joining } from "./join.js";

const PAGES = [
  ["/", "teleprompter"],
  ["/audience", "audience"],
  ["/audience?words=1", "word box"],
  ["/operator", "desk"],
];
const HEAD = ["display", "state", "paint", "trip", "heard"];

/** Mounts the table and the "join" card in `root`; `desk`: see panels.js. */
export function mountScreens(root, desk) {
  const table = root.appendChild(make("table", "screens"));
  table.append(make("caption", "unseen", "Displays: how long each takes to paint, and when it was last heard"));
  const head = table.createTHead().insertRow();
  head.append(...HEAD.map((text) => make("th", "", text, { scope: "col" })));
  const body = table.createTBody();
  body.id = "screens";
  const join = joinCard(root);
  let displays = [];
  let number = 0;

  function render() {
    const stages = displays.filter((display) => display.page !== "operator");
    const ill = stages.filter((display) => ["behind", "silent"].includes(health(display, number)));
    desk.badge("screens", displays.length ? String(stages.length) : "", ill.length > 0);
    if (!desk.isShown("screens")) return;
    while (body.rows.length > displays.length) body.lastChild.remove();
    displays.forEach((display, i) => fill(body.rows[i] || body.appendChild(emptyRow()), display, number));
  }

  return {
    hear(message) {
      if (message.type !== "displays") return;
      displays = message.displays;
      render();
    },
    view(told) {
      number = told.number;
      render();
    },
    shown() {
      render();
      join.open();
    },
  };
}

function emptyRow() {
  const row = make("tr");
  const name = make("th", "", "", { scope: "row" });
  name.append(make("span"), make("small"));
  row.append(name, ...Array.from({ length: 4 }, () => make("td")));
  return row;
}

function fill(row, display, number) {
  const [name, state, paint, trip, heard] = row.children;
  const how = health(display, number);
  row.className = how;
  say(name.firstChild, display.name || display.page || display.address);
  say(name.lastChild, display.name ? display.page : "");
  say(state, how === "behind" ? `behind by ${number - display.painted}` : how);
  say(paint, display.ms === null ? "–" : `${Math.round(display.ms)} ms`);
  say(trip, display.round_trip_ms === null ? "–" : `${Math.round(display.round_trip_ms)} ms`);
  say(heard, display.age < 2 ? "now" : age(display.age * 1000));
}

/** The address of one of the pages as a QR code, for joining with a phone or a tablet. */
function joinCard(root) {
  const card = root.appendChild(make("figure", "join"));
  const picture = make("img", "", "", { id: "join", alt: "", width: "160", height: "160" });
  const choice = make("select", "", "", { "aria-label": "Which page to join" });
  choice.append(...PAGES.map(([path, called]) => make("option", "", called, { value: path })));
  const how = make("em");
  const address = make("span", "", "", { id: "join-url" });
  const more = make("em");
  const text = make("figcaption");
  text.append(choice, how, address, more);
  card.append(picture, text);

  async function show() {
    const found = await joining(choice.value);
    if (!found) return;
    picture.hidden = found.alone;
    picture.src = found.picture;
    picture.alt = `QR code of ${found.url}`;
    say(how, found.alone ? "Only this machine can open the page:" : "Point a camera here.");
    say(address, found.url);
    say(more, found.alone ? "Start the show with --host 0.0.0.0 to let tablets in." : "");
  }
  choice.addEventListener("change", show);
  return { open: () => picture.getAttribute("src") || show() };
}
