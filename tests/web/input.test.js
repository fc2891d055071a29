/**
 * What the user does, as events: how often, and what is released.
 */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { Input } from "../../web/input.js";
import { makeWorld } from "./world.js";

/** @import { InputEvent } from "../../web/types.d.ts" */

/** @type {ReturnType<typeof makeWorld>} */
let world;
/** @type {Input} */
let input;
/** Messages. @type {InputEvent[][]} */
let sent;

beforeEach(() => {
  world = makeWorld();
  sent = [];
  input = new Input((events) => sent.push(events));
});
afterEach(() => world.end());

/** All events since this was last asked. */
const said = () => sent.splice(0).flat();

test("of moves, at most 30 a second are sent, the newest", () => {
  for (let ms = 0; ms < 1000; ms++) {
    input.pointer({ x: ms, y: 1 }, 0);
    world.pass(1);
  }
  world.pass(1000);
  const moves = said();
  assert.ok(moves.length >= 28 && moves.length <= 31, `${moves.length}`);
  assert.deepEqual(moves[0], { kind: "pointer", x: 0, y: 1, buttons: 0 });
  assert.deepEqual(moves.at(-1), { kind: "pointer", x: 999, y: 1, buttons: 0 });
});

test("what is no move is sent at once, after the moves that wait", () => {
  input.pointer({ x: 1, y: 1 }, 0);
  said();
  input.pointer({ x: 2, y: 2 }, 0);
  input.key("a", "KeyA", true);
  assert.deepEqual(said(), [
    { kind: "pointer", x: 2, y: 2, buttons: 0 },
    { kind: "key", key: "a", code: "KeyA", down: true },
  ]);
  world.pass(100);
  assert.deepEqual(said(), []);
});

test("a button that goes down or up is never left out, nor moved", () => {
  input.pointer({ x: 1, y: 1 }, 0);
  for (const [x, buttons] of [
    [2, 0],
    [3, 1],
    [4, 1],
    [5, 1],
    [6, 3],
    [7, 2],
    [8, 0],
    [9, 0],
  ]) {
    input.pointer({ x, y: 1 }, buttons);
  }
  world.pass(100);
  const seen = said().map((event) => event.kind === "pointer" && [event.x, event.buttons]);
  assert.deepEqual(seen, [
    [1, 0],
    [3, 1],
    [6, 3],
    [7, 2],
    [8, 0],
    [9, 0],
  ]);
});

test("turns of the wheel add up, and none is lost or said twice", () => {
  input.pointer({ x: 1, y: 1 }, 0);
  input.pointer({ x: 1, y: 1 }, 0, [0, 10]);
  input.pointer({ x: 2, y: 1 }, 0, [3, 5]);
  input.pointer({ x: 3, y: 1 }, 0);
  input.pointer({ x: 3, y: 1 }, 1);
  input.pointer({ x: 3, y: 1 }, 1, [0, -7]);
  world.pass(100);
  assert.deepEqual(said(), [
    { kind: "pointer", x: 1, y: 1, buttons: 0 },
    { kind: "pointer", x: 3, y: 1, buttons: 1, wheel: [3, 15] },
    { kind: "pointer", x: 3, y: 1, buttons: 1, wheel: [0, -7] },
  ]);
});

test("fingers are told apart, and each one's newest place is sent", () => {
  const [one, other] = [70_000, 70_001];
  input.touch(one, "move", { x: 1, y: 1 }); // it came down before
  assert.deepEqual(said(), []);
  input.touch(one, "start", { x: 1, y: 1 });
  input.touch(other, "start", { x: 9, y: 9 });
  said();
  for (const x of [2, 3, 4]) {
    input.touch(one, "move", { x, y: 1 });
    input.touch(other, "move", { x: 9 + x, y: 9 });
  }
  input.touch(one, "end", { x: 4, y: 1 });
  const [touch, another] = [one & 0xffff, other & 0xffff];
  assert.deepEqual(said(), [
    { kind: "touch", touch, x: 4, y: 1, phase: "move" },
    { kind: "touch", touch: another, x: 13, y: 9, phase: "move" },
    { kind: "touch", touch, x: 4, y: 1, phase: "end" },
  ]);
  input.touch(one, "move", { x: 5, y: 1 });
  world.pass(100);
  assert.deepEqual(said(), []);
});

test("a key goes up as it went down, whatever it means by then, and only if it is down", () => {
  input.key("A", "KeyA", true);
  input.key("A", "KeyA", true);
  input.key("a", "KeyA", false);
  input.key("a", "KeyA", false);
  input.key("Backspace", "", true); // of a phone
  input.key("Backspace", "", false);
  assert.deepEqual(said(), [
    { kind: "key", key: "A", code: "KeyA", down: true },
    { kind: "key", key: "A", code: "KeyA", down: true },
    { kind: "key", key: "A", code: "KeyA", down: false },
    { kind: "key", key: "Backspace", code: "", down: true },
    { kind: "key", key: "Backspace", code: "", down: false },
  ]);
});

/** Keys as "+a -a". */
const keys = () =>
  said().map((event) => event.kind === "key" && `${event.down ? "+" : "-"}${event.key}`);

test("what goes up while a Mac's command key is down goes up with it", () => {
  input.key("Meta", "MetaLeft", true);
  input.key("c", "KeyC", true);
  input.key("Meta", "MetaLeft", false);
  assert.deepEqual(keys(), ["+Meta", "+c", "-Meta", "-c"]);
});

test("text is entered as a whole, with keys for its lines, and without what is held for it", () => {
  input.key("Control", "ControlLeft", true);
  said();
  input.text("one\r\ntwo\tthree\n\u0007\ud800");
  assert.deepEqual(
    said().map((event) => (event.kind === "text" ? event.text : event.kind === "key" && event.key)),
    ["Control", "one", "Enter", "Enter", "two", "Tab", "Tab", "three", "Enter", "Enter"],
  );
  input.key("Control", "ControlLeft", false);
  input.text("");
  assert.deepEqual(said(), []);
});

test("long text comes in pieces that a server takes, and has an end", () => {
  const wide = "\u{1f600}"; // four bytes
  input.text(wide.repeat(1000));
  assert.ok(sent.every((events) => events.length === 1));
  for (const events of sent) assert.ok(Buffer.byteLength(JSON.stringify(events)) < 4000);
  const texts = said().map((event) => (event.kind === "text" ? event.text : ""));
  assert.equal(texts.join(""), wide.repeat(1000));
  assert.ok(texts.every((text) => [...text].length <= 256));
  input.text("a".repeat(100_000));
  assert.equal(said().length, 32);
});

test("all that is down is released, once", () => {
  input.key("Shift", "ShiftLeft", true);
  input.key("A", "KeyA", true);
  input.pointer({ x: 5, y: 6 }, 1);
  input.touch(3, "start", { x: 1, y: 1 });
  input.touch(3, "move", { x: 2, y: 2 });
  said();
  input.release();
  assert.deepEqual(said(), [
    { kind: "touch", touch: 3, x: 2, y: 2, phase: "move" },
    { kind: "key", key: "A", code: "KeyA", down: false },
    { kind: "key", key: "Shift", code: "ShiftLeft", down: false },
    { kind: "pointer", x: 5, y: 6, buttons: 0 },
    { kind: "touch", touch: 3, x: 2, y: 2, phase: "cancel" },
  ]);
  input.release();
  world.pass(100);
  assert.deepEqual(said(), []);
});

test("a message has at most 32 events", () => {
  for (let finger = 0; finger < 40; finger++) input.touch(finger, "start", { x: 0, y: 0 });
  said();
  for (let finger = 0; finger < 40; finger++) input.touch(finger, "move", { x: 1, y: 1 });
  world.pass(100);
  assert.deepEqual(
    sent.map((events) => events.length),
    [32, 8],
  );
});
