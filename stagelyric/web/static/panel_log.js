// Tonight's log, latest first, with the present problems above it.

import { make, say } from "./elements.js";

const LOGGED = 150; // entries kept on the page
const NAMED = { keep: "kept", veto: "vetoed", alert: "!" };
const SHOWN = new Set(["cue", "clear", "keep", "veto", "alert"]);

/** Mounts the log in `root`; `desk`: see panels.js. */
export function mountLog(root, desk) {
  const wrong = root.appendChild(make("ul", "wrong", "", { "aria-label": "Wrong now" }));
  const list = root.appendChild(make("ol", "log", "", { id: "log", reversed: "" }));
  let last = 0;
  let unread = 0; // alerts since the log was last opened

  function add(entries) {
    if (entries.length && entries[entries.length - 1].seq < last) {
      last = 0; // another show: the server was restarted
      list.replaceChildren();
    }
    for (const entry of entries) {
      if (entry.seq <= last) continue;
      last = entry.seq;
      if (SHOWN.has(entry.kind)) list.prepend(rowOf(entry));
    }
    while (list.children.length > LOGGED) list.lastChild.remove();
  }

  return {
    hear(message) {
      if (message.type === "journal") add(message.entries);
      if (message.type !== "alert" || desk.isShown("log")) return;
      unread += 1;
      desk.badge("log", String(unread), true);
    },
    view({ alerts }) {
      wrong.hidden = !alerts.length;
      const texts = alerts.map((alert) => alert.text);
      if (texts.join("\n") === wrong.dataset.told) return;
      wrong.dataset.told = texts.join("\n");
      wrong.replaceChildren(...texts.map((text) => make("li", "", text)));
    },
    shown() {
      unread = 0;
      desk.badge("log", "");
    },
  };
}

function rowOf(entry) {
  const row = make("li", `kind-${entry.kind}`);
  const time = new Date(entry.wall * 1000);
  const clock = time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  row.append(make("time", "", clock, { datetime: time.toISOString() }));
  const what = make("span", "what");
  say(what, NAMED[entry.kind] || `#${entry.number}`);
  row.append(what, make("span", "text", entry.kind === "clear" ? "cleared" : entry.text || ""));
  if (entry.kind === "cue" && !["model", "frame"].includes(entry.origin)) row.append(make("span", "origin", entry.origin));
  return row;
}
