/**
 * What the page hears of the user and hands on; on elements that only dispatch. tests/browser looks at real ones.
 */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { operate } from "../../web/operate.js";
import { ANNOUNCED } from "./pictures.js";
import { makeWorld } from "./world.js";

/** @import { InputEvent } from "../../web/types.d.ts" */

/** @type {ReturnType<typeof makeWorld>} */
let world;
/** @type {EventTarget & {captured: number[]}} */
let canvas;
/** @type {EventTarget & {value: string, hidden: boolean, focused: number}} */
let keyboard;
/** @type {InputEvent[]} */
let said;
/** How often the user ended it by keys. */
let ended = 0;
/** @type {{shown: object | null, input: (events: InputEvent[]) => void}} */
let stream;
/** @type {() => void} */
let stop;

beforeEach(() => {
  world = makeWorld();
  said = [];
  ended = 0;
  canvas = Object.assign(new EventTarget(), {
    captured: /** @type {number[]} */ ([]),
    /** @param {number} id */
    setPointerCapture(id) {
      canvas.captured.push(id);
    },
  });
  keyboard = Object.assign(new EventTarget(), {
    value: "",
    hidden: true,
    focused: 0,
    focus() {
      keyboard.focused++;
    },
  });
  stream = {
    shown: { announced: ANNOUNCED, number: 4 },
    input: (events) => said.push(...events),
  };
  // Ten times as large, from 100, 50 on.
  const at = (/** @type {any} */ { clientX, clientY }) => {
    return { x: (clientX - 100) / 20, y: (clientY - 50) / 30 };
  };
  const page = /** @type {any} */ ({ canvas, keyboard, view: stream, at });
  stop = operate(page, () => ended++);
});
afterEach(() => world.end());

/** Whether the page's own answer to it was prevented. @param {EventTarget} target @param {string} type @param {object} values */
function happen(target, type, values) {
  const event = Object.assign(new Event(type, { cancelable: true }), values);
  return !target.dispatchEvent(event);
}

const PEN = { pointerType: "mouse", pointerId: 1, buttons: 0 };
const KEY = { ctrlKey: false, altKey: false, metaKey: false, isComposing: false };

/** @param {string} type @param {string} key @param {object} [more] */
const press = (type, key, more) =>
  happen(keyboard, type, { ...KEY, key, code: `Key${key}`, ...more });

test("it takes the keys from its start to its end", () => {
  assert.deepEqual([keyboard.hidden, keyboard.focused], [false, 1]);
  stop();
  assert.equal(keyboard.hidden, true);
  assert.equal(press("keydown", "a"), false);
  assert.equal(happen(canvas, "pointermove", { ...PEN, clientX: 100, clientY: 50 }), false);
  world.pass(100);
  assert.deepEqual(said, []);
});

test("a mouse is a pointer, held to the picture while a button is down", () => {
  assert.ok(happen(canvas, "pointermove", { ...PEN, clientX: 110, clientY: 65 }));
  assert.ok(happen(canvas, "pointerdown", { ...PEN, buttons: 1, clientX: 110, clientY: 65 }));
  assert.ok(happen(canvas, "pointerup", { ...PEN, clientX: 999, clientY: 0 }));
  assert.deepEqual(said, [
    { kind: "pointer", x: 1, y: 1.5, buttons: 0 },
    { kind: "pointer", x: 1, y: 1.5, buttons: 1 },
    { kind: "pointer", x: 2, y: 0, buttons: 0 },
  ]);
  assert.deepEqual([canvas.captured, keyboard.focused], [[1], 2]);
});

test("a finger is a touch, and brings no keyboard", () => {
  const finger = { ...PEN, pointerType: "touch", pointerId: 7, clientX: 110, clientY: 65 };
  for (const type of ["pointerdown", "pointermove", "pointerup"]) happen(canvas, type, finger);
  assert.deepEqual(
    said.map((event) => event.kind === "touch" && event.phase),
    ["start", "move", "end"],
  );
  assert.equal(keyboard.focused, 1);
});

test("a wheel turns by pixels, lines or pages, and scrolls no page", () => {
  for (const deltaMode of [0, 1, 2]) {
    const turn = { buttons: 0, clientX: 110, clientY: 65, deltaX: 0, deltaY: 2, deltaMode };
    assert.ok(happen(canvas, "wheel", turn));
    world.pass(100);
  }
  assert.deepEqual(
    said.map((event) => event.kind === "pointer" && event.wheel?.[1]),
    [2, 32, 800],
  );
  assert.ok(happen(canvas, "contextmenu", {}));
});

test("keys go to the device, and not to the page", () => {
  assert.ok(press("keydown", "f"));
  assert.ok(press("keyup", "f"));
  assert.ok(press("keydown", "Tab", { code: "Tab" }));
  assert.deepEqual(
    said.map((event) => event.kind === "key" && [event.key, event.code, event.down]),
    [
      ["f", "Keyf", true],
      ["f", "Keyf", false],
      ["Tab", "Tab", true],
    ],
  );
});

test("what is composed or pasted comes as text", () => {
  for (const key of ["Dead", "Process", "Unidentified"]) assert.equal(press("keydown", key), false);
  assert.equal(press("keydown", "a", { isComposing: true }), false);
  assert.equal(press("keydown", "v", { ctrlKey: true }), false);
  assert.equal(press("keydown", "V", { metaKey: true }), false);
  keyboard.value = "にほ";
  happen(keyboard, "input", { isComposing: true });
  assert.deepEqual(said, []);
  keyboard.value = "日本";
  happen(keyboard, "compositionend", {});
  happen(keyboard, "input", { isComposing: false });
  assert.deepEqual(said, [{ kind: "text", text: "日本" }]);
  assert.equal(keyboard.value, "");
});

test("Ctrl+Alt+Enter ends it, and does not reach the device", () => {
  press("keydown", "Control", { ctrlKey: true });
  press("keydown", "Alt", { ctrlKey: true, altKey: true });
  assert.ok(press("keydown", "Enter", { ctrlKey: true, altKey: true }));
  assert.equal(ended, 1);
  stop();
  assert.deepEqual(
    said.map((event) => event.kind === "key" && `${event.down}${event.key}`),
    ["trueControl", "trueAlt", "falseAlt", "falseControl"],
  );
});

test("what is down is released when the page loses the keys, and at the end", () => {
  press("keydown", "a");
  happen(keyboard, "blur", {});
  press("keydown", "b");
  stop();
  assert.deepEqual(
    said.map((event) => event.kind === "key" && `${event.down}${event.key}`),
    ["truea", "falsea", "trueb", "falseb"],
  );
});

test("while no picture is shown, places mean nothing", () => {
  stream.shown = null;
  happen(canvas, "pointerdown", { ...PEN, buttons: 1, clientX: 110, clientY: 65 });
  assert.deepEqual(said, []);
});
