// The draft of one song as a page shows it: as the server has it, with the changes made here that it has not taken yet.

const VERSIONS = 100; // earlier versions that can be undone

/**
 * `save(body)` sends `{song, lines, revision}` and returns `{status, told}`; it throws where there is no link. `onLines()`
 * is called when the lines have changed, `onTrouble(text)` when they could not be saved.
 *
 * A change is a function from lines to lines, so that it can be made again on what somebody else has saved meanwhile.
 */
export function openBook(song, { save, onLines, onTrouble }) {
  let saved = null; // as the server has it; null until it was loaded
  let waiting = []; // changes that the server has not taken
  let before = []; // earlier versions, for undo
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
    saved = told;
    if (same(old, lines())) return;
    if (foreign) remember(old);
    onLines();
  }

  function remember(old) {
    before.push(old);
    if (before.length > VERSIONS) before.shift();
  }

  function change(make, { undoing = false } = {}) {
    const old = lines();
    if (same(old, make(old))) return;
    if (!undoing) remember(old);
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
    /** Goes back to the version before the last change. */
    undo() {
      const version = before.pop();
      if (version) change(() => version, { undoing: true });
    },
    canUndo: () => before.length > 0,
  };
}

const same = (one, other) => one.length === other.length && one.every((line, at) => line === other[at]);
