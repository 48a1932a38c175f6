// The draft of one song as a page shows it: as the server has it, with the changes made here that it has not taken yet.

import { editOf, isEdit, isKept, takenBack } from "./draft.js";

const EDITS = 100; // that can be undone
const CHANGED = "What was changed there has been changed again since: that is left as it is.";
const NOWHERE = { read: () => [], write: () => {} };

/**
 * `save(body)` sends `{song, lines, revision}` and returns `{status, told}`; it throws where there is no link. `onLines()`
 * is called when the lines have changed, `onTrouble(text)` when they could not be saved. `store` keeps what can be undone:
 * `read()` returns the edits that `write(edits)` was given last, also after the page was opened anew.
 *
 * A change is a function from lines to lines, so that it can be made again on what somebody else has saved meanwhile.
 */
export function openBook(song, { save, onLines, onTrouble, store = NOWHERE }) {
  let saved = null; // as the server has it; null until it was loaded
  let waiting = []; // changes that the server has not taken
  let edits = []; // that can be undone: those made here, and lines that were kept
  let busy = false;
  let later = null; // the newest draft told while a save is under way

  const lines = () => waiting.reduce((made, change) => change(made), saved ? saved.lines : []);

  /** Takes a draft from the server. `anew`: it was asked for, so it counts even if its revision is older (a server that
   * was restarted counts from 0), or under the first title of a song that the set has more than once. */
  function take(told, anew = false) {
    if (!anew && told.song !== (saved ? saved.song : song)) return;
    if (busy) later = told;
    else if (anew || !saved || told.revision > saved.revision) replace(told, true);
  }

  function replace(told, foreign) {
    const old = lines();
    const first = !saved;
    saved = told;
    if (first) edits = [...store.read().filter(isEdit), ...edits].slice(-EDITS);
    else if (foreign) remember(editOf(old, lines()), isKept);
    if (first || !same(old, lines())) onLines();
  }

  function remember(edit, counts = () => true) {
    if (!counts(edit)) return;
    edits.push(edit);
    if (edits.length > EDITS) edits.shift();
    store.write(edits);
  }

  function change(make, { undoing = false } = {}) {
    const old = lines();
    if (same(old, make(old))) return;
    if (!undoing) remember(editOf(old, make(old)));
    waiting.push(make);
    onLines();
    flush();
  }

  /** Saves what is waiting: on a conflict it is made again on the other's version. */
  async function flush() {
    if (busy || !saved) return;
    busy = true;
    try {
      while (waiting.length) {
        const sent = waiting.length;
        const { status, told } = await save({ song, lines: lines(), revision: saved.revision });
        if (status === 200) waiting = waiting.slice(sent);
        else if (status !== 409) {
          if (status === 400) waiting = waiting.slice(sent); // it would be refused again and again
          onLines();
          return onTrouble(told.error);
        }
        replace(told, status === 409);
      }
    } catch {
      onTrouble("Not written: there is no link to the show. It is kept here until there is one.");
    } finally {
      busy = false;
      const told = later;
      later = null;
      if (told) take(told);
    }
  }

  return {
    song,
    lines,
    take,
    change,
    flush,
    /** Takes back the last edit, and leaves alone what others have changed since. */
    undo() {
      const edit = edits.pop();
      if (!edit) return;
      store.write(edits);
      if (takenBack(lines(), edit) === null) {
        onLines();
        onTrouble(CHANGED);
      } else change((now) => takenBack(now, edit) ?? now, { undoing: true });
    },
    canUndo: () => edits.length > 0,
  };
}

const same = (one, other) => one.length === other.length && one.every((line, at) => line === other[at]);
