// Unit tests of the draft that a page has of a song, for node's own test runner.

import assert from "node:assert/strict";
import test from "node:test";
import * as drafts from "../../stagelyric/web/static/draft.js";
import { openBook } from "../../stagelyric/web/static/rehearsal_book.js";

const settle = () => new Promise((done) => setImmediate(done));
const add = (...lines) => (now) => drafts.withLines(now, lines);

/** A server of one draft; `answer.next` is how it answers the next time, if not as usual. */
function server(lines = []) {
  const draft = { song: "Harbour Lights", lines, revision: 0 };
  const answer = { next: null, asked: 0 };
  const told = () => ({ ...draft, lines: [...draft.lines] });
  async function save({ lines: given, revision }) {
    answer.asked += 1;
    const { next } = answer;
    answer.next = null;
    if (next) return next();
    if (revision !== draft.revision) return { status: 409, told: told() };
    Object.assign(draft, { lines: given, revision: revision + 1 });
    return { status: 200, told: told() };
  }
  const other = (made) => Object.assign(draft, { lines: made(draft.lines), revision: draft.revision + 1 });
  return { save, told, answer, other, lines: () => draft.lines };
}

function opened(from) {
  const said = [];
  const book = openBook("Harbour Lights", { save: from.save, onLines: () => {}, onTrouble: (text) => said.push(text) });
  book.take(from.told(), true);
  return { book, said };
}

test("a change is shown at once, saved, and undone", async () => {
  const from = server(["one"]);
  const { book } = opened(from);
  book.change(add("two"));
  assert.deepEqual(book.lines(), ["one", "two"]);
  await settle();
  assert.deepEqual(from.lines(), ["one", "two"]);
  book.undo();
  await settle();
  assert.deepEqual(from.lines(), ["one"]);
});

test("what two change at once is both kept", async () => {
  const from = server(["one", "two"]);
  const { book, said } = opened(from);
  from.other(add("kept by the pedal"));
  book.change((lines) => drafts.changed(lines, drafts.locate(lines, "one", 0), "another one"));
  await settle();
  assert.deepEqual(from.lines(), ["another one", "two", "kept by the pedal"]);
  assert.deepEqual(book.lines(), from.lines());
  assert.deepEqual(said, []);
  book.undo(); // the last change, whoever made it
  await settle();
  assert.deepEqual(from.lines(), ["another one", "two"]);
});

test("what is changed while there is no link is saved when there is one again", async () => {
  const from = server(["one"]);
  const { book, said } = opened(from);
  from.answer.next = () => Promise.reject(new TypeError("no link"));
  book.change(add("two"));
  await settle();
  assert.equal(said.length, 1);
  from.other(add("meanwhile"));
  book.take(from.told(), true);
  book.flush();
  await settle();
  assert.deepEqual(from.lines(), ["one", "meanwhile", "two"]);
});

test("its own save, told by the socket before it is answered, does not double a line", async () => {
  const from = server([]);
  const { book } = opened(from);
  let answer;
  from.answer.next = () => new Promise((done) => (answer = done));
  book.change(add("one"));
  from.other(() => ["one"]);
  book.take(from.told());
  assert.deepEqual(book.lines(), ["one"]);
  answer({ status: 200, told: from.told() });
  await settle();
  assert.deepEqual(book.lines(), ["one"]);
});

test("what is refused is given up, and said", async () => {
  const from = server(["one"]);
  const { book, said } = opened(from);
  from.answer.next = () => ({ status: 400, told: { error: "lines: wanted up to 400 lines" } });
  book.change(add("two"));
  await settle();
  assert.deepEqual([book.lines(), said.length, from.answer.asked], [["one"], 1, 1]);
});

test("the server's newer drafts are taken, older ones only when asked for", () => {
  const from = server(["one"]);
  const { book } = opened(from);
  book.take({ song: "Harbour Lights", lines: ["new"], revision: 2 });
  book.take({ song: "Harbour Lights", lines: ["old"], revision: 1 });
  book.take({ song: "Night Ferry", lines: ["another song's"], revision: 9 });
  assert.deepEqual(book.lines(), ["new"]);
  book.take({ song: "Harbour Lights", lines: ["of the server's new start"], revision: 0 }, true);
  assert.deepEqual(book.lines(), ["of the server's new start"]);
});

test("of lines that are alike the nearest is meant", () => {
  const lines = ["…", "one", "…", "two"];
  assert.deepEqual([0, 1, 2, 3].map((at) => drafts.locate(lines, "…", at)), [0, 0, 2, 2]);
  assert.equal(drafts.locate(lines, "three", 1), -1);
});

/** Where a page stores what can be undone; `text` is what a browser has of it. */
function storage() {
  const held = { text: "[]" };
  return { held, read: () => JSON.parse(held.text), write: (edits) => (held.text = JSON.stringify(edits)) };
}

function openedWith(from, store) {
  const said = [];
  const book = openBook("Harbour Lights", { save: from.save, onLines: () => {}, onTrouble: (text) => said.push(text), store });
  book.take(from.told(), true);
  return { book, said };
}

test("a draft that has just been opened can't be undone to nothing", () => {
  const { book } = opened(server(["one", "two"]));
  assert.equal(book.canUndo(), false);
  book.undo();
  assert.deepEqual(book.lines(), ["one", "two"]);
});

test("what another page has changed since stays when an edit is undone", async () => {
  const from = server(["one", "two", "three"]);
  const { book } = opened(from);
  book.change((lines) => drafts.changed(lines, 1, "two, retyped"));
  await settle();
  from.other((lines) => drafts.changed(drafts.moved(lines, 2, -1), 0, "one, by another"));
  book.take(from.told());
  book.undo();
  await settle();
  assert.deepEqual(from.lines(), ["one, by another", "three", "two"]);
  assert.equal(book.canUndo(), false, "the other's edits are the other's");
});

test("an edit whose line was changed again is left, and that is said", async () => {
  const from = server(["one", "two"]);
  const { book, said } = opened(from);
  book.change(add("three"));
  book.change((lines) => drafts.changed(lines, 0, "mine"));
  await settle();
  from.other((lines) => drafts.changed(lines, 0, "another's"));
  book.take(from.told());
  book.undo();
  assert.deepEqual([book.lines(), said.length], [["another's", "two", "three"], 1]);
  book.undo();
  await settle();
  assert.deepEqual(from.lines(), ["another's", "two"]);
});

test("what can be undone survives a restart of page and show", async () => {
  const [from, store] = [server(["one", "two"]), storage()];
  const first = openedWith(from, store).book;
  first.change((lines) => drafts.without(lines, 0));
  first.change(add("three"));
  first.change((lines) => drafts.moved(lines, 1, -1));
  await settle();
  assert.deepEqual(from.lines(), ["three", "two"]);
  Object.assign(from, server(from.lines())); // the show counts its revisions from 0 again
  const { book } = openedWith(from, store);
  const seen = [];
  while (book.canUndo()) {
    book.undo();
    await settle();
    seen.push(from.lines());
  }
  assert.deepEqual(seen, [["two", "three"], ["two"], ["one", "two"]]);
  assert.equal(store.held.text, "[]");
});

test("what was stored and is no edit is passed over", () => {
  const store = { read: () => [null, 1, { at: "0" }, { at: 0, out: [1], put: [] }, { at: 0, out: ["old"], put: ["one"] }], write() {} };
  const { book } = openedWith(server(["one"]), store);
  book.undo();
  assert.deepEqual([book.lines(), book.canUndo()], [["old"], false]);
});

test("any edits are undone to what there was, one after the other", async () => {
  let seed = 7;
  const random = (below) => (seed = (seed * 48271) % 2147483647) % below;
  for (let round = 0; round < 60; round++) {
    const from = server(["a", "b", "", "c", "d"]);
    const { book } = opened(from);
    const versions = [book.lines()];
    for (let edit = 0; edit < 12; edit++) {
      const at = random(book.lines().length);
      const by = random(2) || -1;
      const act = [
        add(`new ${edit}`),
        (now) => drafts.tidy(drafts.moved(now, at, by)),
        (now) => (now.length > 1 ? drafts.without(now, at) : now),
        (now) => (now[at] ? drafts.changed(now, at, `typed ${edit}`) : now),
      ][random(4)];
      book.change(act);
      if (String(book.lines()) !== String(versions.at(-1))) versions.push(book.lines());
    }
    await settle();
    from.other((lines) => [...lines, "", drafts.GAP]); // another's, which stays
    book.take(from.told());
    while (book.canUndo()) {
      versions.pop();
      book.undo();
      assert.deepEqual(book.lines(), [...versions.at(-1), "", drafts.GAP], `round ${round}`);
    }
    await settle();
    assert.deepEqual(from.lines(), ["a", "b", "", "c", "d", "", drafts.GAP]);
  }
});
