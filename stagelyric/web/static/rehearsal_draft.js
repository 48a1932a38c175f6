// The draft of a song as a list: lines that are retyped, moved, taken out; gaps that are written; breaks.

import * as drafts from "./draft.js";
import { make, say } from "./elements.js";
import { direction } from "./layout.js";
import { press } from "./press.js";

export const LOOK_AFTER = 120; // ms without a key press after which a line being typed is checked

/**
 * Mounts the list in `root`. `change(make)`: changes the lines (see rehearsal_book.js); `look(text, at)`: what a text
 * would be as line `at`, as `{text, off}` or null; `fill(at)`: a gap is to be written. Returns `show(lines)`, and
 * `offer(on)`: whether gaps can be written.
 */
export function mountDraft(root, { change, look, fill }) {
  const list = root.appendChild(make("ol", "draft", "", { "aria-label": "Lines of the draft" }));
  const nothing = root.appendChild(make("p", "empty", "What you keep comes here."));
  let offered = true;
  let moving = false; // rows are being rearranged: what a field loses by that is not the user's doing

  const placeOf = (row) => [...list.children].indexOf(row);
  const textOf = new WeakMap(); // by row

  /** Changes one line, wherever it stands by the time the change is made; `lost`: if it is gone. */
  function changeLine(text, at, act, lost = (lines) => lines) {
    change((lines) => {
      const here = drafts.locate(lines, text, at);
      return here < 0 ? lost(lines) : act(lines, here);
    });
  }

  function makeRow(text) {
    const row = make("li", text === drafts.BREAK ? "break" : "");
    textOf.set(row, text);
    if (text === drafts.BREAK) row.append(make("span", "words", "new stanza"));
    else row.append(text === drafts.GAP ? gap(row) : field(row, text));
    row.append(tools(row));
    return row;
  }

  function gap(row) {
    const button = make("button", "words gap", "");
    press(button, () => fill(placeOf(row)));
    return offerOn(button);
  }

  function offerOn(button) {
    say(button, offered ? "write this line" : "to be written");
    button.disabled = !offered;
    return button;
  }

  function field(row, text) {
    const area = make("textarea", "words", "", { rows: "1", maxlength: "200", dir: direction(text) });
    area.value = text;
    let timer = 0;
    const check = async () => {
      const told = await look(area.value, placeOf(row));
      if (document.activeElement !== area) return;
      const box = row.querySelector(".look") || row.appendChild(make("span", "look"));
      say(box, told ? told.text : "");
      box.classList.toggle("off", Boolean(told && told.off));
    };
    area.addEventListener("input", () => {
      grow(area);
      clearTimeout(timer);
      timer = setTimeout(check, LOOK_AFTER);
    });
    area.addEventListener("focus", check);
    area.addEventListener("blur", () => !moving && row.querySelector(".look") && row.querySelector(".look").remove());
    area.addEventListener("keydown", (event) => {
      if (event.key === "Escape") area.value = textOf.get(row);
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      area.blur();
    });
    area.addEventListener("change", () => !moving && retype(row, area));
    return area;
  }

  function retype(row, area) {
    const [text, at, typed] = [textOf.get(row), placeOf(row), area.value.trim()];
    textOf.set(row, typed); // so that the row stays
    changeLine(text, at, (lines, here) => drafts.changed(lines, here, typed), (lines) => drafts.withLines(lines, [typed]));
  }

  function tools(row) {
    const box = make("span", "tools");
    const add = (sign, act) => {
      const button = make("button", "", sign);
      press(button, () => changeLine(textOf.get(row), placeOf(row), act));
      box.append(button);
    };
    add("↑", (lines, at) => drafts.moved(lines, at, -1));
    add("↓", (lines, at) => drafts.moved(lines, at, 1));
    add("×", (lines, at) => drafts.without(lines, at));
    return box;
  }

  function label(row, at, count) {
    const text = textOf.get(row);
    const named = text === drafts.BREAK ? `the break at ${at + 1}` : `line ${at + 1}`;
    const [up, down, out] = row.querySelectorAll(".tools button");
    up.setAttribute("aria-label", `Move up ${named}`);
    down.setAttribute("aria-label", `Move down ${named}`);
    out.setAttribute("aria-label", `Take out ${named}`);
    up.disabled = at === 0;
    down.disabled = at === count - 1;
    const area = row.querySelector("textarea");
    if (area) area.setAttribute("aria-label", `Line ${at + 1}`);
  }

  /** The rows for `lines`: those that stand already are used again, so that what is being typed in one stays. */
  function rowsFor(lines) {
    const free = [...list.children];
    return lines.map((text) => {
      const at = free.findIndex((row) => textOf.get(row) === text);
      return at < 0 ? makeRow(text) : free.splice(at, 1)[0];
    });
  }

  function show(lines) {
    const focused = list.contains(document.activeElement) ? document.activeElement : null;
    const old = focused && focused.closest("li");
    const place = focused ? placeOf(old) : -1;
    const typing = focused && focused.tagName === "TEXTAREA";
    const caret = typing ? [focused.selectionStart, focused.selectionEnd] : [];
    const rows = rowsFor(lines);
    const last = list.lastChild;
    moving = true;
    list.replaceChildren(...rows);
    moving = false;
    rows.forEach((row, at) => label(row, at, rows.length));
    list.querySelectorAll("textarea").forEach(grow);
    nothing.hidden = rows.length > 0;
    if (list.lastChild !== last) list.scrollTop = list.scrollHeight; // where the list scrolls by itself
    if (!focused) return;
    if (rows.includes(old) && !focused.disabled) {
      focused.focus();
      if (typing) focused.setSelectionRange(...caret);
      return;
    }
    // Somebody has taken out the line that is being retyped here: it becomes a line of its own.
    const typed = typing && !rows.includes(old) ? focused.value.trim() : "";
    if (typed && typed !== textOf.get(old)) change((now) => drafts.withLines(now, [typed]));
    else if (rows.length) rows[Math.min(place, rows.length - 1)].querySelector("textarea, button:not(:disabled)").focus();
  }

  addEventListener("resize", () => list.querySelectorAll("textarea").forEach(grow));
  return {
    show,
    offer(on) {
      offered = on;
      list.querySelectorAll(".gap").forEach(offerOn);
    },
  };
}

/** Gives a text field as many rows as its text needs. */
function grow(field) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}
