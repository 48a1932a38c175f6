// Unit tests of what the setup page holds, for node's own test runner.

import assert from "node:assert/strict";
import test from "node:test";
import { abridged, at, fresh, lines, marked, moved, number, put, shown } from "../../stagelyric/web/static/setup_data.js";

const set = () => ({
  title: "Friday",
  songs: [
    { title: "a", sections: [{ name: "verse", "#": "songs/0/sections/0" }], "#": "songs/0" },
    { title: "b", "#": "songs/1" },
  ],
});

test("what was not changed is sent by its mark alone", () => {
  const base = marked(set());
  assert.deepEqual([...base.keys()].sort(), ["songs/0", "songs/0/sections/0", "songs/1"]);
  assert.deepEqual(abridged(set(), base), { title: "Friday", songs: [{ "=": "songs/0" }, { "=": "songs/1" }] });
  const edited = set();
  put(edited, ["songs", 0, "tempo"], 90);
  edited.songs.push({ title: "b", "#": "songs/1" }, { title: "new" });
  assert.deepEqual(abridged(edited, base).songs, [
    { title: "a", sections: [{ "=": "songs/0/sections/0" }], "#": "songs/0", tempo: 90 },
    { "=": "songs/1" }, { "=": "songs/1" }, { title: "new" },
  ]);
});

test("a value is put, taken away and found by its keys", () => {
  const edited = set();
  put(edited, ["songs", 1, "tempo"], 90);
  assert.equal(at(edited, ["songs", 1, "tempo"]), 90);
  put(edited, ["songs", 1, "tempo"], undefined);
  assert.equal("tempo" in edited.songs[1], false);
  assert.equal(at(edited, ["songs", 7, "tempo"]), undefined);
});

test("what is typed is a number, a list, or what it is", () => {
  assert.deepEqual(["96", " 0,5 ", "-1", "9x", "", "1e5", "."].map(number), [96, 0.5, -1, "9x", undefined, "1e5", "."]);
  assert.deepEqual(lines(" a\n\n b "), ["a", "b"]);
  assert.equal(lines(" \n"), undefined);
  assert.deepEqual([undefined, null, 3, ["a", "b"]].map(shown), ["", "", "3", "a\nb"]);
});

test("members move, and titles are fresh", () => {
  assert.deepEqual(moved([1, 2, 3], 2, -1), [1, 3, 2]);
  assert.deepEqual(moved([1, 2, 3], 0, -1), [1, 2, 3]);
  assert.equal(fresh("a", ["a", "a 2"]), "a 3");
});
