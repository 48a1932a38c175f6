// Unit tests of the pages' pure core, for node's own test runner.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import {
  adjust,
  age,
  backoff,
  barLine,
  barOf,
  beatsLeft,
  clockTime,
  EMPTY,
  flashGate,
  follow,
  health,
  hueOf,
  inBar,
  keyMessage,
  options,
  reduce,
  twice,
  withOptions,
} from "../../stagelyric/web/static/core.js";
import { typeset } from "../../stagelyric/web/static/type.js";
import { arrange, cutForSinging, direction, largest, pieces } from "../../stagelyric/web/static/layout.js";
import { connect, liveAddress } from "../../stagelyric/web/static/link.js";
import { recall, remember } from "../../stagelyric/web/static/memory.js";
import { listen } from "../../stagelyric/web/static/servers.js";

const cue = (number, text, song = "Harbour Lights") => ({ type: "cue", number, text, song, section: "verse" });
const after = (...messages) => messages.reduce(reduce, EMPTY);

test("a cue puts its line up and the line before it becomes the previous one", () => {
  const view = after(cue(1, "one"), cue(2, "two"));
  assert.equal(view.line, "two");
  assert.equal(view.previous, "one");
  assert.equal(view.number, 2);
});

test("a new song has no previous line, and the same line again keeps the one before", () => {
  assert.equal(after(cue(1, "one"), cue(2, "two", "Polly")).previous, "");
  assert.equal(after(cue(1, "one"), cue(2, "two"), cue(3, "two")).previous, "one");
});

test("the next line goes when it comes up", () => {
  const view = after(cue(1, "one"), { type: "next", text: "two" });
  assert.equal(view.next, "two");
  assert.equal(reduce(view, cue(2, "two")).next, "");
  assert.equal(reduce(view, cue(2, "other")).next, "two");
});

test("clear empties the stage and a cue fills it again", () => {
  const view = after(cue(1, "one"), { type: "clear", number: 2 });
  assert.deepEqual([view.line, view.previous, view.cleared, view.number], ["", "", true, 2]);
  assert.equal(reduce(view, cue(3, "three")).cleared, false);
});

test("a state is the whole truth, whatever was believed before", () => {
  const state = { type: "state", song: "Polly", section: "chorus", number: 3, line: "new", next: "soon", ready: 5, tempo: 90, held: true, cleared: false, speech: true, wildness: 0.7, beats_per_bar: 3, line_song: "Polly" };
  const { type, ...told } = state;
  assert.deepEqual(after(cue(40, "old"), state), { ...told, previous: "", alerts: [], beat: null, syllables: [], sung: -1, came: null, due: null, announced: false });
});

test("another song is announced until its first line, whoever has just come too", () => {
  const state = (song, line_song, number = 4, line = "up") => ({ type: "state", song, line_song, number, line });
  const told = (...messages) => after(...messages).announced;
  const [here, between] = [state("Polly", "Polly"), state("Leith", "Polly")];
  assert.equal(told(here), false);
  assert.equal(told(between), true);
  assert.equal(told(here, between, between), true);
  assert.equal(told(here, between, here), false); // back again
  assert.equal(told(here, between, cue(5, "new", "Leith")), false);
  assert.equal(told(here, state("Leith", "Leith", 9, "new")), false); // it was away meanwhile
  assert.equal(told(here, { type: "clear", number: 5 }, { ...between, line: "", cleared: true }), true);
  assert.equal(told(state("Leith", "", 0, "")), false); // before the first line
});

test("the last line of one song is not the line before the first of the next", () => {
  const here = { type: "state", song: "Polly", line_song: "Polly", number: 4, line: "up" };
  assert.equal(after(here, { ...here, song: "Leith" }, cue(5, "new", "Leith")).previous, "");
  assert.equal(after(here, cue(5, "new", "Polly")).previous, "up");
});

test("what is not for the view leaves it as it is", () => {
  const view = after(cue(1, "one"));
  assert.equal(reduce(view, { type: "alert", text: "x" }), view);
  assert.equal(reduce(view, { type: "something new" }), view);
});

test("options come from the address and nonsense is put right", () => {
  assert.deepEqual(options(""), { mirror: false, flip: false, next: true, previous: true, light: "beat", size: 100, theme: "night", name: "", pin: "", pads: [], also: [], words: false, join: false });
  const wild = options("?mirror=1&flip=true&next=0&size=5&theme=PINK&pads=Lights, Intro,,");
  assert.deepEqual([wild.mirror, wild.flip, wild.next, wild.size, wild.theme], [true, true, false, 20, "night"]);
  assert.deepEqual(wild.pads, ["Lights", "Intro"]);
  assert.equal(options("?theme=Sea").theme, "sea");
  assert.deepEqual(options("?also=http://10.0.0.2:7740,10.0.0.3:7740").also, ["http://10.0.0.2:7740", "10.0.0.3:7740"]);
});

test("a syllable a beat lights up, from the first beat after the cue to the last syllable", () => {
  const beat = (number) => ({ type: "beat", beat: number, tempo: 96 });
  const sung = { ...cue(1, "Hold the water"), syllables: ["Hold", "the", "wa-", "ter"] };
  assert.equal(after(sung).sung, -1);
  assert.equal(after(sung, beat(33)).sung, 0);
  const end = after(sung, ...[33, 34, 35, 36, 37, 38].map(beat));
  assert.equal(end.sung, 3);
  assert.equal(reduce(end, { ...sung, number: 2 }).sung, -1);
  assert.equal(after(beat(1), cue(1, "no syllables"), beat(2)).sung, -1);
  const state = { type: "state", song: "Harbour Lights", line: "Hold the water", number: 1, line_song: "Harbour Lights" };
  assert.equal(reduce(end, state).sung, 3);
  assert.deepEqual(reduce(end, { ...state, line: "another" }).syllables, []);
});

test("the bar is counted from one, and there is none without a clock", () => {
  assert.deepEqual([0, 3.9, 4, 33].map((beat) => barOf(beat, 4)), [1, 1, 2, 9]);
  assert.equal(barOf(3, 3), 2);
  assert.deepEqual([barOf(null, 4), barOf(5, 0), barOf(-1, 4)], [null, null, null]);
});

test("the light is by the beat, by the bar or off", () => {
  assert.deepEqual(["", "?light=bar", "?light=OFF", "?light=0", "?light=disco"].map((query) => options(query).light), [
    "beat",
    "bar",
    "off",
    "off",
    "beat",
  ]);
  const alt = (light) => adjust({ altKey: true, code: "KeyL" }, { ...options(""), light });
  assert.deepEqual([alt("beat"), alt("bar"), alt("off")], [{ light: "bar" }, { light: "off" }, { light: "beat" }]);
  assert.deepEqual(adjust({ altKey: true, code: "KeyP" }, options("")), { previous: false });
});

test("by the bar a line fills the bar that it came with, or the next one", () => {
  assert.deepEqual([8, 8.2, 8.3, 11.9].map((came) => barLine(came, 4)), [8, 8, 12, 12]);
  const at = [7.9, 8, 8.6, 9, 11.99, 14].map((beat) => inBar(beat, 8, 4, 8));
  assert.deepEqual(at, [-1, 0, 1, 2, 7, 7]);
  assert.equal(inBar(9, 8, 4, 0), -1);
});

test("time in a song is told as a clock tells it", () => {
  assert.deepEqual([-1, 0, 42.9, 65, 725].map(clockTime), ["0:00", "0:00", "0:42", "1:05", "12:05"]);
});

test("the beats until a press are counted as a band counts", () => {
  const counted = [33, 34, 35, 36, 37].map((beat) => beatsLeft({ beat, due: 36 }));
  assert.deepEqual(counted, [3, 2, 1, 0, 0]);
  assert.equal(beatsLeft({ beat: 33, due: 33.5 }), 1);
  assert.deepEqual([beatsLeft({ beat: null, due: 36 }), beatsLeft({ beat: 33, due: null })], [0, 0]);
  const view = after({ type: "beat", beat: 33, tempo: 96 }, { type: "due", beat: 36 });
  assert.equal(beatsLeft(view), 3);
  assert.equal(beatsLeft(reduce(view, { type: "due", beat: null })), 0);
});

test("what a keyboard has is set as print has it", () => {
  const set = [
    ["Don't say \"I'm fine\"", "Don’t say “I’m fine”"],
    ["'Cause the boys' boat's gone", "’Cause the boys’ boat’s gone"],
    ["He said 'row me home' to the rain", "He said ‘row me home’ to the rain"],
    ["rock 'n' roll in the '90s, 'til dawn", "rock ’n’ roll in the ’90s, ’til dawn"],
    ["Wait -- the tide - the tide--", "Wait – the tide – the tide—"],
    ["So...", "So…"],
    ["(\"Montréal\")", "(“Montréal”)"],
    ["start it with --pin, or half-asleep", "start it with --pin, or half-asleep"],
    ["http://10.0.0.2:7740/?also=http://10.0.0.3", "http://10.0.0.2:7740/?also=http://10.0.0.3"],
  ];
  for (const [typed, printed] of set) {
    assert.equal(typeset(typed), printed);
    assert.equal(typeset(printed), printed);
  }
});

test("the server that is shown stays while it lives", () => {
  assert.equal(follow(0, [true, true]), 0);
  assert.equal(follow(0, [false, true]), 1);
  assert.equal(follow(1, [true, true]), 1);
  assert.equal(follow(1, [false, false]), 1);
});

test("Alt and a key turn a display, whatever letter Alt makes of it", () => {
  const wanted = options("");
  const alt = (code, more = {}) => adjust({ altKey: true, code, key: "µ", ...more }, wanted);
  assert.deepEqual([alt("KeyM"), alt("KeyF"), alt("KeyN")], [{ mirror: true }, { flip: true }, { next: false }]);
  assert.deepEqual(alt("KeyT"), { theme: "amber" });
  assert.deepEqual([alt("Minus"), alt("Equal")], [{ size: 90 }, { size: 100 }]);
  assert.deepEqual([alt("KeyM", { ctrlKey: true }), alt("KeyM", { altKey: false }), alt("KeyQ")], [{}, {}, {}]);
  assert.equal(withOptions("?name=drums&mirror=0", { mirror: true, size: 90 }), "?name=drums&mirror=1&size=90");
});

test("a second press counts when it is neither a bounce nor too late", () => {
  const gate = twice({ soonest: 250, latest: 3000 });
  assert.deepEqual([0, 100, 400].map((now) => gate.press(now)), ["armed", "armed", "done"]);
  assert.deepEqual([1000, 4500, 5000].map((now) => gate.press(now)), ["armed", "armed", "done"]);
});

test("a title has one hue, and others have others", () => {
  const hues = ["Harbour Lights", "The Night Bus to Leith", "Second Song", ""].map(hueOf);
  assert.ok(new Set(hues).size > 1);
  assert.equal(hueOf("Harbour Lights"), hues[0]);
  assert.ok(hues.every((hue) => hue >= 0 && hue < 360));
});

test("what was shown last is recalled for a night", () => {
  const kept = new Map();
  const store = { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => kept.set(key, text) };
  assert.equal(recall("teleprompter", store, 1), null);
  remember("teleprompter", { ...EMPTY, line: "Hold the light", song: "Harbour Lights" }, store, 1000);
  assert.equal(recall("teleprompter", store, 61_000).view.line, "Hold the light");
  assert.equal(recall("audience", store, 61_000), null);
  assert.equal(recall("teleprompter", store, 1000 + 13 * 3600 * 1000), null);
  const full = { getItem: () => "{", setItem: () => { throw new Error("full"); } };
  remember("teleprompter", EMPTY, full, 1);
  assert.equal(recall("teleprompter", full, 1), null);
});

test("pedal keys are sent, repeats and shortcuts are not", () => {
  const event = { key: "PageDown", repeat: false };
  assert.deepEqual(keyMessage(event, false), { key: "PageDown", released: false });
  assert.deepEqual(keyMessage(event, true), { key: "PageDown", released: true });
  assert.equal(keyMessage({ ...event, repeat: true }, false), null);
  assert.equal(keyMessage({ ...event, ctrlKey: true }, false), null);
  assert.equal(keyMessage({ key: "F5" }, false), null);
  assert.deepEqual(keyMessage({ key: "ü" }, false), { key: "ü", released: false });
});

test("backoff grows to five seconds and is jittered by at most a half", () => {
  assert.equal(backoff(0, () => 1), 250);
  assert.equal(backoff(0, () => 0), 125);
  assert.equal(backoff(500, () => 1), 5000);
});

test("a page knocks again after a third of the time that the show has been gone for, or sooner", () => {
  for (const chance of [0, 1]) {
    let gone = 0;
    for (let attempt = 0; attempt < 40; attempt++) {
      const wait = backoff(attempt, () => chance);
      assert.ok(wait <= Math.max(250, gone / 3 + 250), `${wait} ms after ${gone} ms`);
      gone += wait;
    }
  }
});

test("ages are read at a glance", () => {
  assert.deepEqual([-5, 0, 12_900, 61_000, 7_300_000].map(age), ["0 s", "0 s", "12 s", "1 min", "2 h"]);
});

test("nothing flashes more than three times a second", () => {
  const gate = flashGate();
  let flashes = 0;
  for (let now = 0; now < 1000; now += 10) flashes += gate(now);
  assert.equal(flashes, 3);
});

test("a display's health in a word", () => {
  assert.equal(health({ age: 1, painted: 4 }, 4), "well");
  assert.equal(health({ age: 1, painted: 3 }, 4), "behind");
  assert.equal(health({ age: 1, painted: null }, 4), "watching");
  assert.equal(health({ age: 60, painted: 4 }, 4), "silent");
});

// -- layout: a letter of 1 px is half as wide as it is high here

const measure = (text) => [...text].length * 0.5;
const wide = { width: 1600, height: 600 };
const rows = (text, box = wide, limits = {}) => arrange(text, measure, box, limits).rows;

test("no word is lost, split or moved", () => {
  for (const text of ["Hold the light on the water, Polly Magnet", "Oh", "a b c d e f g h i j k l m n o p q r s t u v"]) {
    for (const box of [wide, { width: 300, height: 700 }, { width: 300, height: 40 }]) {
      assert.equal(rows(text, box).join(" "), text);
    }
  }
  assert.deepEqual(rows(""), []);
});

test("a line breaks where its phrases do", () => {
  const broken = rows("I sold my heart to the harbour, you sold yours to the sea", { width: 1600, height: 300 });
  assert.ok(broken.some((row) => row.endsWith("harbour,")), broken.join(" | "));
  for (const row of broken.slice(0, -1)) assert.doesNotMatch(row, /\b(the|to|my|a)$/);
});

test("a line of up to 46 letters stands in two rows at most on a wide screen", () => {
  const screen = { width: 1728, height: 800 };
  const limits = { cap: 162, enough: 59 };
  const lines = [
    "Polly Magnet is counting the rain on the glass", "A B C D E F G H I J K L M N O P Q R S T U V W",
    "Incomprehensibilities of the harbour watchmen", "Row me home", "She keeps the kettle for the morning after",
  ];
  for (const text of lines) assert.ok(rows(text, screen, limits).length <= 2, text);
  const wide = (text) => [...text].length; // letters as wide as a W
  assert.ok(arrange(lines[0], wide, screen, limits).rows.length <= 2);
  // Two rows of a dozen letters are no better than one of two dozen.
  assert.equal(rows("Nobody sails in the rain", screen, limits).length, 1);
});

test("a row begins with the word that opens its phrase", () => {
  const screen = { width: 1728, height: 800 };
  const set = (text) => rows(text, screen, { cap: 162, enough: 59 });
  assert.deepEqual(set("She keeps the kettle for the morning after"), ["She keeps the kettle", "for the morning after"]);
  assert.deepEqual(set("Smell leaves for a while and steer right"), ["Smell leaves for a while", "and steer right"]);
  assert.deepEqual(set("I left the light on and you walked right by it"), ["I left the light on", "and you walked right by it"]);
});

test("names stay whole, and words beside those that they belong to", () => {
  const screen = { width: 1728, height: 800 };
  const set = (text) => rows(text, screen, { cap: 162, enough: 59 });
  assert.deepEqual(set("Whose coat was Mr Harbour’s brother in"), ["Whose coat was", "Mr Harbour’s brother in"]);
  assert.deepEqual(set("They never told Polly Magnet anything"), ["They never told", "Polly Magnet anything"]);
  assert.deepEqual(set("One left shoe, one brown and muddy boot"), ["One left shoe,", "one brown and muddy boot"]);
  assert.deepEqual(set("In Alice, four months overdue"), ["In Alice,", "four months overdue"]);
  assert.deepEqual(set("The beer boat’s in, band ashore again"), ["The beer boat’s in,", "band ashore again"]);
  // Where every word has a capital, none of them is a name.
  assert.deepEqual(set("We Walked The Road To Leith And Back Again"), ["We Walked The Road", "To Leith And Back Again"]);
  const phone = { width: 350, height: 560 };
  const onPhone = (text) => rows(text, phone, { cap: 126, enough: 46 });
  assert.ok(onPhone("Salt is the deck, the rope is wet").every((row) => !/ the$/.test(row)));
  assert.ok(onPhone("And split up before the ferry came").every((row) => !/^up/.test(row)));
});

const songbook = new URL("../../models/songbook/", import.meta.url);

function sungLines() {
  const folders = readdirSync(songbook, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const inside = folders.map(({ name }) => new URL(`${name}/`, songbook));
  const files = inside.flatMap((folder) => readdirSync(folder).map((name) => new URL(name, folder)));
  const text = files.filter(({ pathname }) => pathname.endsWith(".cho")).map((file) => readFileSync(file, "utf8")).join("\n");
  const lines = text.split("\n").filter((line) => line.trim() && !/^\s*[{#]/.test(line));
  return [...new Set(lines.map((line) => line.replace(/\[[^\]]*\]/g, "").trim()))].filter((line) => line.length <= 46);
}

test("over thousands of lines no row ends with an article or a form of address where there is room", () => {
  const lines = sungLines().filter((_, at) => at % 3 === 0);
  assert.ok(lines.length > 3000, String(lines.length));
  const torn = /(^|\s)(a|an|the|my|your|our|their|Mr|Mrs|Ms|Dr)$/;
  const screens = [
    { box: { width: 1728, height: 800 }, cap: 162, enough: 59, most: 0 },
    { box: { width: 920, height: 540 }, cap: 115, enough: 42, most: 0 },
    { box: { width: 970, height: 1330 }, cap: 288, enough: 105, most: 0.005 },
    { box: { width: 350, height: 560 }, cap: 126, enough: 46, most: 0.01 },
  ];
  for (const { box, most, ...limits } of screens) {
    const above = lines.flatMap((line) => arrange(line, measure, box, { leading: 1.17, ...limits }).rows.slice(0, -1));
    const bad = above.filter((row) => torn.test(row));
    assert.ok(bad.length <= most * above.length, `${box.width}: ${bad.length} of ${above.length}: ${bad.slice(0, 5)}`);
  }
});

test("letters are as large as the box and the cap allow", () => {
  const { size, rows } = arrange("Nobody sails", measure, wide, { cap: 150 });
  assert.equal(size, 150);
  assert.deepEqual(rows, ["Nobody sails"]);
  const long = arrange("word ".repeat(40), measure, wide);
  assert.ok(long.size * long.rows.length <= 600);
});

test("a word too long for its box is cut only where it would grow too small", () => {
  const word = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch";
  assert.deepEqual(rows(word), [word]);
  const cut = rows(word, { width: 300, height: 600 }, { floor: 30 });
  assert.ok(cut.length > 2 && cut.slice(0, -1).every((row) => row.endsWith("-")));
  assert.equal(cut.map((row) => row.replace(/-$/, "")).join(""), word);
});

test("scripts without spaces break between words and keep their stops", () => {
  const text = "港の灯りが雨に滲んで、君の名前を呼んでいる。";
  const parts = pieces(text);
  assert.ok(parts.length > 4);
  assert.equal(parts.map((piece) => piece.text).join(""), text);
  assert.ok(parts.every((piece) => !/^[、。]/u.test(piece.text)));
  assert.equal(rows(text, { width: 300, height: 800 }).join(""), text);
});

test("the direction is the first letter's", () => {
  assert.equal(direction("“הלילה” night"), "rtl");
  assert.equal(direction("ليل"), "rtl");
  assert.equal(direction("night הלילה"), "ltr");
  assert.equal(direction("123 —"), "ltr");
});

test("rows are cut at the syllables, and nowhere where these are not theirs", () => {
  const cut = cutForSinging(["Hold the", "water, Polly"], ["Hold", "the", "wa-", "ter,", "Pol-", "ly"]);
  assert.deepEqual(
    cut.map((row) => row.map(({ text, index }) => [text, index])),
    [
      [["Hold ", 0], ["the", 1]],
      [["wa", 2], ["ter, ", 3], ["Pol", 4], ["ly", 5]],
    ],
  );
  const torn = cutForSinging(["wall-pa-", "per, don’t — Montréal"], ["wall-", "pa-", "per,", "don’t", "Mon-", "tré-", "al"]);
  assert.equal(torn.map((row) => row.map((part) => part.text).join("")).join("|"), "wall-pa-|per, don’t — Montréal");
  assert.equal(cutForSinging(["another line"], ["Hold", "the"]), null);
  assert.equal(cutForSinging(["Oh"], []), null);
  assert.equal(cutForSinging(["ليل"], ["ليل"]), null);
});

test("largest finds the last size that fits", () => {
  assert.equal(largest(1, 100, (size) => size <= 42.5), 42.5);
  assert.equal(largest(1, 100, () => true), 100);
  assert.equal(largest(1, 100, () => false), 1);
});

// -- the link, on a clock of its own

function world() {
  const timers = [];
  const sockets = [];
  const statuses = [];
  const messages = [];
  const here = { time: 0 };
  const clock = {
    setTimeout: (run, ms) => timers.push({ run, at: here.time + ms, once: true }) - 1,
    clearTimeout: (id) => void (timers[id] = null),
    setInterval: (run, ms) => timers.push({ run, at: here.time + ms, every: ms }) - 1,
    clearInterval: (id) => void (timers[id] = null),
  };
  class Socket {
    readyState = 1;
    sent = [];
    constructor(url) {
      this.url = url;
      sockets.push(this);
    }
    send(text) {
      this.sent.push(JSON.parse(text));
    }
    close() {
      this.readyState = 3;
    }
    say(message) {
      this.onmessage({ data: JSON.stringify(message) });
    }
  }
  const pass = (ms) => {
    for (const end = here.time + ms; here.time < end; here.time += 50) {
      timers.forEach((timer, i) => {
        if (!timer || timer.at > here.time) return;
        if (timer.once) timers[i] = null;
        else timer.at += timer.every;
        timer.run();
      });
    }
  };
  const link = connect({
    url: () => "ws://here/live",
    onMessage: (message) => messages.push(message),
    onStatus: (status) => statuses.push(status.up),
    Socket,
    clock,
    now: () => here.time,
  });
  /** Time passes, and no timer runs in it. */
  const sleep = (ms) => {
    for (const timer of timers) if (timer) timer.at += ms;
    here.time += ms;
  };
  return { link, sockets, statuses, messages, pass, sleep };
}

test("the link is up with the first message, and what is pressed without one is not kept", () => {
  const { link, sockets, statuses, messages } = world();
  assert.equal(link.send({ do: "next_line" }), false);
  sockets[0].say({ type: "state" });
  assert.deepEqual(statuses, [false, true]);
  assert.deepEqual(messages, [{ type: "state" }]);
  assert.equal(link.send({ do: "next_line" }), true);
  assert.deepEqual(sockets[0].sent, [{ do: "next_line" }]);
});

test("a lost link is tried again and again, and later ones less often", () => {
  const { sockets, statuses, pass } = world();
  sockets[0].say({ type: "state" });
  sockets[0].onclose();
  assert.equal(statuses.at(-1), false);
  const gaps = [];
  for (let tries = 1; tries < 17; tries++) {
    let waited = 0;
    while (sockets.length === tries) {
      pass(50);
      waited += 50;
    }
    gaps.push(waited);
    sockets.at(-1).onclose();
  }
  assert.ok(gaps.at(-1) > gaps[0] * 4, gaps.join());
});

test("a link that has gone silent is asked, then given up", () => {
  const { sockets, statuses, pass } = world();
  sockets[0].say({ type: "state" });
  pass(5500);
  assert.deepEqual(sockets[0].sent[0], { ping: 1 });
  sockets[0].say({ type: "pong" });
  pass(3000);
  assert.equal(statuses.at(-1), true);
  pass(7000);
  assert.equal(statuses.at(-1), false);
  assert.ok(sockets.length > 1);
});

test("a page that comes back to the front does not wait for its turn", () => {
  const { link, sockets } = world();
  sockets[0].say({ type: "state" });
  sockets[0].onclose();
  link.retry();
  assert.equal(sockets.length, 2);
  link.close();
  link.retry();
  assert.equal(sockets.length, 2);
});

test("a page that was asleep does not trust its socket", () => {
  const { link, sockets, statuses, pass, sleep } = world();
  sockets[0].say({ type: "state" });
  pass(1000);
  link.retry();
  assert.equal(sockets.length, 1);
  sleep(3600_000);
  link.retry();
  assert.equal(sockets.length, 2);
  sockets[1].say({ type: "state", line: "what was sung meanwhile" });
  assert.equal(statuses.at(-1), true);
});

test("two servers are listened to, and the one that lives is shown", () => {
  const links = [];
  const told = [];
  const statuses = [];
  const show = listen({
    page: "teleprompter",
    also: ["10.0.0.2:7740"],
    location: { protocol: "http:", host: "10.0.0.1:7740" },
    onView: (view, message) => told.push([view.line, message?.type ?? "switched"]),
    onStatus: (status) => statuses.push([status.up, status.shown]),
    start(how) {
      const link = { ...how, sent: [], up: false, send: (message) => link.up && link.sent.push(message) > 0, retry() {} };
      how.onStatus({ up: false, since: 0 });
      links.push(link);
      return link;
    },
  });
  const rise = (link) => {
    link.up = true;
    link.onStatus({ up: true, since: 1 });
  };
  const fall = (link) => {
    link.up = false;
    link.onStatus({ up: false, since: 1 });
  };
  assert.deepEqual(links.map((link) => link.url()), [
    "ws://10.0.0.1:7740/live?page=teleprompter",
    "ws://10.0.0.2:7740/live?page=teleprompter&also=1",
  ]);
  links.forEach(rise);
  for (const link of links) link.onMessage(cue(1, "one"));
  assert.deepEqual(told, [["one", "cue"]]);
  show.painted({ number: 1, line: "one" }, 7.23);
  assert.deepEqual(links.map((link) => link.sent.at(-1)), [{ painted: 1, ms: 7.2 }, { painted: 1, ms: 7.2 }]);
  links[0].onMessage(cue(2, "late"));
  show.painted({ number: 2, line: "late" }, 8);
  assert.equal(links[1].sent.length, 1);
  links[1].onMessage({ type: "beat", bar: 1, beat: 1, tempo: 96 });
  assert.equal(links[1].sent.length, 1);
  links[1].onMessage(cue(2, "late")); // it says so after the other, and hears that it is up
  assert.deepEqual(links[1].sent.slice(1), [{ painted: 2, ms: 8 }]);
  links[1].onMessage(cue(3, "out of step"));
  assert.equal(links[1].sent.length, 2);
  for (const link of links) link.onMessage(cue(1, "one"));
  assert.equal(show.send({ key: "PageDown" }), true);
  assert.deepEqual(links.map((link) => link.sent.at(-1)), [{ key: "PageDown" }, { key: "PageDown" }]);
  fall(links[0]);
  assert.deepEqual([told.at(-1), statuses.at(-1)], [["one", "switched"], [true, 1]]);
  links[1].onMessage(cue(2, "two"));
  rise(links[0]);
  links[0].onMessage({ type: "state", song: "Harbour Lights", number: 0, line: "" });
  assert.deepEqual([told.at(-1), statuses.at(-1)], [["two", "cue"], [true, 1]]);
  links.forEach(fall);
  assert.deepEqual(statuses.at(-1), [false, 1]);
  assert.equal(show.send({ key: "PageDown" }), false);
});

test("the socket's address follows the page's", () => {
  assert.equal(liveAddress({ protocol: "http:", host: "10.0.0.2:7740" }, "operator", ""), "ws://10.0.0.2:7740/live?page=operator");
  assert.equal(liveAddress({ protocol: "https:", host: "rig" }, "teleprompter", "drums & co"), "wss://rig/live?page=teleprompter&name=drums+%26+co");
  assert.equal(liveAddress({ protocol: "http:", host: "a" }, "operator", "", "b:1", "t0"), "ws://b:1/live?page=operator&also=1&token=t0");
});
