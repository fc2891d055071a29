/**
 * Wheel, drag and pinch, on a stage that only dispatches and a place that only notes. tests/browser has
 * real ones.
 */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { Gestures } from "../../../web/page/gestures.js";

/** @type {EventTarget & {captured: number[], setPointerCapture: (id: number) => void}} */
let stage;
/** @type {Gestures} */
let gestures;
/** What the place was asked for. @type {any[][]} */
let asked;

beforeEach(() => {
  Object.assign(globalThis, { devicePixelRatio: 1 });
  asked = [];
  stage = Object.assign(new EventTarget(), {
    captured: /** @type {number[]} */ ([]),
    setPointerCapture: (/** @type {number} */ id) => stage.captured.push(id),
  });
  const place = {
    view: { scale: 2, x: 10, y: 20, isFit: false },
    point: (/** @type {any} */ { clientX: x, clientY: y }) => ({ x, y }),
    /** @param {...any} given */
    pan: (...given) => asked.push(["pan", ...given]),
    /** @param {...any} given */
    zoomTo: (...given) => asked.push(["zoomTo", ...given]),
  };
  gestures = new Gestures(/** @type {any} */ (stage), /** @type {any} */ (place));
});
afterEach(() => {
  Reflect.deleteProperty(globalThis, "devicePixelRatio");
});

/** @param {string} type @param {number} clientX @param {number} clientY @param {object} [more] */
function happen(type, clientX, clientY, more) {
  const event = new Event(type, { cancelable: true });
  stage.dispatchEvent(Object.assign(event, { clientX, clientY, button: 0, pointerId: 1, ...more }));
  return event;
}

/** @param {object} [more] */
function drag(more) {
  happen("pointerdown", 100, 100, more);
  happen("pointermove", 150, 120, more);
  happen("pointerup", 150, 120, more);
}

const now = () => asked.splice(0);

test("a drag pans, and a press that slips a little does not", () => {
  drag();
  assert.deepEqual([now(), stage.captured], [[["pan", 50, 20]], [1]]);
  happen("pointerdown", 100, 100);
  happen("pointermove", 102, 102);
  happen("pointerup", 102, 102);
  assert.deepEqual(now(), []);
});

test("other buttons, and moves without a press, are nothing", () => {
  drag({ button: 2 });
  happen("pointermove", 9, 9);
  assert.deepEqual(now(), []);
});

test("two fingers zoom by how far they go apart, around their middle", () => {
  happen("pointerdown", 100, 100, { pointerId: 1 });
  happen("pointerdown", 200, 100, { pointerId: 2 });
  happen("pointermove", 210, 100, { pointerId: 2 });
  happen("pointermove", 320, 100, { pointerId: 2 });
  assert.deepEqual(now(), [
    ["zoomTo", 2, { x: 155, y: 100 }],
    ["zoomTo", 4, { x: 210, y: 100 }],
  ]);
});

test("two fingers at one place have a scale too", () => {
  happen("pointerdown", 100, 100, { pointerId: 1 });
  happen("pointerdown", 110, 100, { pointerId: 2 });
  happen("pointermove", 100, 100, { pointerId: 2 });
  happen("pointermove", 130, 100, { pointerId: 2 });
  assert.ok(now().every(([, scale]) => scale > 0 && scale < Infinity));
});

test("a wheel zooms where the pointer is, in and out, and its small steps add up", () => {
  const wheel = (/** @type {number} */ deltaY) => happen("wheel", 5, 6, { deltaY, deltaMode: 0 });
  assert.ok(wheel(-100).defaultPrevented, "the page is not scrolled");
  for (let step = 0; step < 9; step++) wheel(-100);
  const scales = now().map(([, scale, at]) => {
    assert.deepEqual(at, { x: 5, y: 6 });
    return scale;
  });
  assert.ok(Math.abs(scales[9] - 2 * Math.exp(1.8)) < 1e-9, `${scales}`);
  wheel(0);
  assert.deepEqual(now(), []);
});

/** Boxes that were drawn. @type {any[][]} */
let boxes;
/** @param {string} name @returns {import("../../../web/page/gestures.js").Drag} */
const taker = (name) => (from, to, isEnd) => boxes.push([name, from, to, isEnd]);

test("who takes drags is told the picture's pixels, and the picture rests", () => {
  boxes = [];
  gestures.drags.push(taker("a"));
  drag();
  const [from, to] = [
    { x: 45, y: 40 },
    { x: 70, y: 50 },
  ];
  assert.deepEqual(boxes, [
    ["a", from, to, false],
    ["a", from, to, true],
  ]);
  assert.deepEqual(now(), []);
});

test("a drag that the system takes away ends without a box", () => {
  boxes = [];
  gestures.drags.push(taker("a"));
  happen("pointerdown", 100, 100);
  happen("pointermove", 150, 120);
  happen("pointercancel", 150, 120);
  assert.deepEqual(
    boxes.map(([, , , isEnd]) => isEnd),
    [false],
  );
});

test("what fingers did for a pinch is no drag, for whichever is lifted first", () => {
  for (const first of [1, 2]) {
    boxes = [];
    gestures.drags = [taker("a")];
    happen("pointerdown", 100, 100, { pointerId: 1 });
    happen("pointerdown", 200, 100, { pointerId: 2 });
    happen("pointermove", 300, 100, { pointerId: 2 });
    happen("pointermove", 50, 100, { pointerId: 1 });
    happen("pointerup", 0, 0, { pointerId: first });
    happen("pointerup", 0, 0, { pointerId: 3 - first });
    assert.deepEqual(boxes, []);
  }
});

test("while others take all, nothing happens; what went up meanwhile is up", () => {
  happen("pointerdown", 100, 100, { pointerId: 7 });
  gestures.areOff = true;
  drag();
  happen("wheel", 5, 6, { deltaY: 100, deltaMode: 0 });
  happen("pointerup", 100, 100, { pointerId: 7 });
  assert.deepEqual(now(), []);
  gestures.areOff = false;
  drag();
  assert.deepEqual(now(), [["pan", 50, 20]], "one finger, not two");
});
