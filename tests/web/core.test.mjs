// Unit tests of the pages' pure core, for node's own test runner.

import assert from "node:assert/strict";
import test from "node:test";
import { age, backoff, EMPTY, flashGate, health, keyMessage, options, reduce } from "../../stagelyric/web/static/core.js";
import { arrange, direction, largest, pieces } from "../../stagelyric/web/static/layout.js";
import { connect, liveAddress } from "../../stagelyric/web/static/link.js";

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
  const state = { type: "state", song: "Polly", section: "chorus", number: 3, line: "new", next: "soon", ready: 5, tempo: 90, held: true, cleared: false, speech: true };
  const { type, ...told } = state;
  assert.deepEqual(after(cue(40, "old"), state), { ...told, previous: "" });
});

test("what is not for the view leaves it as it is", () => {
  const view = after(cue(1, "one"));
  assert.equal(reduce(view, { type: "alert", text: "x" }), view);
  assert.equal(reduce(view, { type: "something new" }), view);
});

test("options come from the address and nonsense is put right", () => {
  assert.deepEqual(options(""), { mirror: false, flip: false, next: true, size: 100, theme: "night", name: "", pin: "", pads: [] });
  const wild = options("?mirror=1&flip=true&next=0&size=5&theme=PINK&pads=Lights, Intro,,");
  assert.deepEqual([wild.mirror, wild.flip, wild.next, wild.size, wild.theme], [true, true, false, 20, "night"]);
  assert.deepEqual(wild.pads, ["Lights", "Intro"]);
  assert.equal(options("?theme=Sea").theme, "sea");
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

test("backoff doubles to five seconds and is jittered by at most a half", () => {
  assert.equal(backoff(0, () => 1), 250);
  assert.equal(backoff(0, () => 0), 125);
  assert.equal(backoff(3, () => 1), 2000);
  assert.equal(backoff(500, () => 1), 5000);
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
  return { link, sockets, statuses, messages, pass };
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
  for (let tries = 1; tries < 6; tries++) {
    let waited = 0;
    while (sockets.length === tries) {
      pass(50);
      waited += 50;
    }
    gaps.push(waited);
    sockets.at(-1).onclose();
  }
  assert.ok(gaps[4] > gaps[0] * 4, gaps.join());
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

test("the socket's address follows the page's", () => {
  assert.equal(liveAddress({ protocol: "http:", host: "10.0.0.2:7740" }, "operator", ""), "ws://10.0.0.2:7740/live?page=operator");
  assert.equal(liveAddress({ protocol: "https:", host: "rig" }, "teleprompter", "drums & co"), "wss://rig/live?page=teleprompter&name=drums+%26+co");
});
