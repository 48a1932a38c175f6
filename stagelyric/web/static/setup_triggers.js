// Triggers on the setup page, one row each: what fires it and what it does.

import { keyMessage } from "./core.js";
import { make, say } from "./elements.js";
import { connect, liveAddress } from "./link.js";
import * as data from "./setup_data.js";
import { choice, field, idOf } from "./setup_fields.js";

/**
 * The triggers of one table. `keys`: the path of its list; `list()` returns it, `change(list)` replaces it and shows it
 * again, `touched()` reports that a value in it has changed; `form`: the available kinds and actions; `places()`: names
 * of sections and songs for `goto` and `song`.
 */
export function triggers({ keys, list, change, touched, form, places, tell }) {
  const box = make("section", "triggers", "", { "aria-label": "Triggers", "data-keys": JSON.stringify(keys) });
  list().forEach((trigger, number) => {
    box.append(row({ trigger, number, keys: [...keys, number], list, change, touched, form, places, tell }));
  });
  const add = make("button", "add", "add a trigger", { type: "button" });
  add.addEventListener("click", () => change([...list(), { on: { key: "Space" }, do: "next_line" }], [...keys, list().length, "on"]));
  box.append(add);
  return box;
}

function row({ trigger, number, keys, list, change, touched, form, places, tell }) {
  const box = make("div", "trigger", "", { role: "group", "aria-label": `Trigger ${number + 1}`, "data-keys": JSON.stringify(keys) });
  const anew = () => change([...list()], [...keys, "on"]);
  const on = part("on", [...keys, "on"], onFields(trigger, keys, form, touched, anew));
  const learn = make("button", "small", "press it now", { type: "button" });
  learn.addEventListener("click", () => {
    learnPress(learn, tell, (found) => {
      trigger.on = found;
      anew();
    });
  });
  on.append(learn);
  const done = part("do", [...keys, "do"], doFields(trigger, keys, form, touched, anew, places));
  const when = field({ key: "quantize", kind: "mixed", means: "now, beat, bar, or a number of beats" }, [...keys, "quantize"],
    () => trigger.quantize, (value) => touched(() => data.put(trigger, ["quantize"], value)), "when");
  when.querySelector("input").placeholder = "now";
  const off = make("button", "small away", "delete", { type: "button", "aria-label": `Delete trigger ${number + 1}` });
  off.addEventListener("click", () => change(list().filter((one) => one !== trigger), keys.slice(0, -1)));
  box.append(on, done, when, more(trigger, keys, form, touched), off);
  return box;
}

function part(name, keys, fields) {
  const box = make("div", `part field ${name}`, "", { "data-keys": JSON.stringify(keys) });
  box.append(...fields, make("p", "fault", "", { id: `${idOf(keys)}-fault` }));
  return box;
}

function onFields(trigger, keys, form, touched, anew) {
  const on = trigger.on && typeof trigger.on === "object" ? trigger.on : {};
  const kind = form.kinds.find(({ name }) => on[name] !== undefined);
  const id = idOf([...keys, "on"]);
  const select = choice(id, form.kinds.map(({ name }) => [name, name]), kind && kind.name, (name) => {
    const { [kind ? kind.name : ""]: was, ...others } = on;
    touched(() => (trigger.on = { [name]: name === "osc" ? "/" : was === undefined ? "" : was, ...others }));
    anew();
  });
  select.setAttribute("aria-label", "What fires");
  if (kind) select.title = kind.means;
  const value = make("input", "", "", { id: `${id}-value`, "aria-label": kind ? kind.means : "which", autocomplete: "off", maxlength: "200", spellcheck: "false" });
  value.value = kind ? data.shown(on[kind.name]) : "";
  value.addEventListener("input", () => touched(() => {
    const read = kind.text ? value.value : data.number(value.value) ?? "";
    trigger.on = { ...on, ...trigger.on, [kind.name]: read };
  }));
  value.disabled = !kind;
  return [make("span", "word", "on"), select, value];
}

function doFields(trigger, keys, form, touched, anew, places) {
  const written = trigger.do;
  const name = written && typeof written === "object" ? Object.keys(written)[0] : written;
  const action = form.actions.find((one) => one.name === name);
  const id = idOf([...keys, "do"]);
  const select = choice(id, form.actions.map((one) => [one.name, one.label.toLowerCase()]), name, (chosen) => {
    const { takes } = form.actions.find((one) => one.name === chosen);
    const before = written && typeof written === "object" ? Object.values(written)[0] : "";
    touched(() => (trigger.do = takes === "nothing" ? chosen : { [chosen]: takes === "share" ? "value" : before }));
    anew();
  });
  select.setAttribute("aria-label", "What is done");
  if (action) select.title = action.means;
  const fields = [make("span", "word", "do"), select];
  if (action && action.takes !== "nothing") {
    const value = make("input", "", "", { id: `${id}-value`, "aria-label": `${action.label}: which`, autocomplete: "off", maxlength: "500" });
    value.value = data.shown(Object.values(written)[0]);
    const known = { goto: places.sections, song: places.titles }[name];
    if (known) {
      const names = make("datalist", "", "", { id: `${id}-names` });
      for (const one of known()) names.append(make("option", "", "", { value: one }));
      value.setAttribute("list", names.id);
      fields.push(names);
    }
    value.addEventListener("input", () => touched(() => {
      trigger.do = { [name]: action.takes === "text" ? value.value : data.number(value.value) ?? "" };
    }));
    fields.push(value);
  }
  return fields;
}

/** The fields that are rarely needed: channel, port, threshold … */
function more(trigger, keys, form, touched) {
  const on = trigger.on && typeof trigger.on === "object" ? trigger.on : {};
  const box = make("details", "more");
  const kinds = form.kinds.map(({ name }) => name);
  const rows = form.on.filter(({ key }) => !kinds.includes(key));
  box.open = rows.some(({ key }) => on[key] !== undefined);
  box.append(make("summary", "", "more"));
  const grid = make("div", "grid");
  for (const told of rows) {
    grid.append(field(told, [...keys, "on", told.key], () => on[told.key], (value) => touched(() => {
      trigger.on = { ...trigger.on };
      data.put(trigger.on, [told.key], value);
    })));
  }
  box.append(grid);
  return box;
}

let learning = null;

/** Has the show watch for a press, including keys on this page; `take(on)` gets what was pressed. */
function learnPress(button, tell, take) {
  if (learning) return learning.stop();
  const key = (event) => {
    const message = keyMessage({ key: event.key, repeat: event.repeat, target: document.body }, event.type === "keyup");
    if (message && link.send(message)) event.preventDefault();
  };
  const stop = () => {
    link.send({ learn: "stop" });
    for (const kind of ["keydown", "keyup"]) removeEventListener(kind, key, true);
    setTimeout(() => link.close(), 100);
    learning = null;
    say(button, "press it now");
  };
  let begun = false;
  const link = connect({
    url: () => liveAddress(location, "operator", "setup"),
    onStatus: () => {},
    onMessage: (message) => {
      if (!begun) begun = link.send({ learn: "start" });
      if (!learning) return;
      if (message.type === "error") {
        tell(message.text);
        return stop();
      }
      if (message.type !== "learn") return;
      tell(message.text);
      if (message.state === "found") {
        take(message.on);
        stop();
      } else if (message.state === "over" && learning) stop();
    },
  });
  for (const kind of ["keydown", "keyup"]) addEventListener(kind, key, true);
  learning = { stop };
  say(button, "stop");
  setTimeout(() => {
    if (learning && !begun) {
      tell("A pedal can be pressed where the show runs: stagelyric play.");
      stop();
    }
  }, 3000);
}
