// The operator page's panels, one tab each. To add one, write a file that mounts it and add a row to PANELS.

import { find, make, say } from "./elements.js";
import { mountLog } from "./panel_log.js";
import { mountRehearse } from "./panel_rehearse.js";
import { mountScreens } from "./panel_screens.js";
import { mountSet } from "./panel_set.js";
import { mountWords } from "./panel_words.js";
import { mountTabs } from "./press.js";

/**
 * Each panel's name and the function that mounts it. That gets its section and the desk, which has `send(message)`,
 * `order(do)`, `tell(text)`, `badge(panel, text, ill)` and `isShown(panel)`; it may return `hear(message)`, called with
 * every message from the server, `view(view)`, called with each new view, and `shown()` and `gone()`, called when its tab
 * is opened and when another one is.
 */
export const PANELS = [
  ["set", mountSet],
  ["log", mountLog],
  ["screens", mountScreens],
  ["words", mountWords],
  ["rehearse", mountRehearse],
];

// A wide screen has room for pads, set and a third panel side by side; then the first two need no tab.
const WIDE = "(min-width: 1200px) and (min-aspect-ratio: 4/3)";
const ALWAYS = ["pads", "set"];

/** Makes tabs and sections; the pads have theirs already. Returns the panels by name, and `hear`, `view`, `choose`. */
export function mountPanels(list, after, { send, order, tell }) {
  const wide = matchMedia(WIDE);
  const desk = {
    send,
    order,
    tell,
    badge(name, text, ill = false) {
      const mark = find(`tab-${name}`).querySelector("i");
      say(mark, text);
      mark.classList.toggle("ill", ill);
    },
    isShown: (name) => !find(`panel-${name}`).hidden || (wide.matches && ALWAYS.includes(name)),
  };
  const sections = new Map();
  for (const [name] of PANELS) {
    const tab = make("button", "", name, {
      role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}`, "aria-selected": "false", tabindex: "-1",
    }); // prettier-ignore
    tab.append(make("i"));
    list.append(tab);
    const section = make("section", "panel scrolls", "", {
      id: `panel-${name}`, role: "tabpanel", "aria-labelledby": `tab-${name}`, tabindex: "0", hidden: "",
    }); // prettier-ignore
    after.before(section);
    sections.set(name, section);
  }
  const panels = Object.fromEntries(PANELS.map(([name, mount]) => [name, mount(sections.get(name), desk) || {}]));
  const each = (what, ...about) => Object.values(panels).forEach((panel) => panel[what] && panel[what](...about));
  const call = (name, what) => panels[name] && panels[name][what] && panels[name][what]();
  let open = "pads";
  const tabs = mountTabs(list, (name) => {
    if (name !== open) call(open, "gone");
    open = name;
    find("desk").dataset.panel = name;
    call(name, "shown");
  });
  function spread() {
    if (wide.matches && ALWAYS.includes(tabs.chosen())) tabs.choose("log");
  }
  if (wide.addEventListener) wide.addEventListener("change", spread);
  spread();
  return {
    ...panels,
    hear: (message) => each("hear", message),
    view: (view) => each("view", view),
    choose: tabs.choose,
    isWide: () => wide.matches,
  };
}
