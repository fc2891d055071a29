/**
 * What is put on the canvas and when, on a canvas that only notes it. tests/browser looks at real ones.
 */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { FrameEvent } from "../../web/frame_event.js";
import { Screen } from "../../web/screen.js";
import { makeCanvas, makeDisplay } from "./display.js";
import { held } from "./pictures.js";

/** @import { Label, Picture, Run } from "../../web/types.d.ts" */

/** A stream as far as a screen knows it. */
class FakeStream extends EventTarget {
  /** @type {Picture | null} */
  picture = null;
  /** Numbers, and after how many refreshes. @type {number[][]} */
  acknowledged = [];
  #newest = 0;

  /** @param {Label} label */
  acknowledge({ epoch, number }) {
    if (epoch !== this.picture?.epoch || number <= this.#newest) return;
    this.#newest = number;
    this.acknowledged.push([number, refreshes]);
    this.dispatchEvent(new Event("shown"));
  }

  /** A message made the picture of this number, and changed these rows. @param {number} number @param {...Run} runs */
  bring(number, ...runs) {
    const picture = /** @type {Picture} */ (this.picture);
    picture.number = number;
    this.dispatchEvent(new FrameEvent(picture, runs, new ArrayBuffer()));
  }

  /** All numbers acknowledged since this was last asked. */
  replies() {
    return this.acknowledged.splice(0).map(([number]) => number);
  }
}

let refreshes = 0;
/** @type {ReturnType<typeof makeDisplay>} */
let display;
/** @type {ReturnType<typeof makeCanvas>} */
let canvas;
/** @type {FakeStream} */
let stream;
/** @type {Screen} */
let screen;

beforeEach(() => {
  refreshes = 0;
  display = makeDisplay();
  canvas = makeCanvas();
  stream = new FakeStream();
  stream.picture = held({ number: 0 });
  screen = new Screen(/** @type {any} */ (canvas), /** @type {any} */ (stream));
});
afterEach(() => display.end());

function refresh() {
  refreshes += 1;
  display.refresh();
}

/** The rows drawn since this was last asked. */
const drawn = () => canvas.context.rows.splice(0);

/** The red of each pixel that the canvas shows. */
const shown = () => [...canvas.context.words].map((word) => word & 255);

/** Draws a picture, so that the next one waits for the refresh. */
function keepWaiting() {
  stream.bring(1, [0, 3]);
  drawn();
  stream.replies();
}

/** Another picture than the stream's, all of one level. @param {number} level @param {object} [values] */
const other = (level, values) =>
  held({ epoch: 9, number: 3, pixels: new Uint8Array(6).fill(level), ...values });

test("only the changed rows are drawn, at once, and then acknowledged", () => {
  const label = { epoch: 7, number: 4, time: 9, meta: { exposure: 5 } };
  stream.picture = Object.assign(held({ width: 2, height: 5 }), label);
  assert.equal(screen.drawn, null);
  stream.bring(4, [0, 5]);
  assert.deepEqual([canvas.width, canvas.height], [2, 5]);
  assert.deepEqual([drawn(), stream.replies(), screen.drawn], [[[0, 5]], [4], label]);
  refresh();
  stream.picture.pixels.fill(7);
  stream.bring(5, [1, 1], [3, 1]);
  assert.deepEqual(drawn(), [
    [1, 1],
    [3, 1],
  ]);
  assert.deepEqual(shown(), [0, 37, 7, 7, 148, 185, 7, 7, 40, 77]);
  assert.deepEqual(stream.replies(), [5]);
});

test("a picture of another format is drawn wholly over the one before", () => {
  stream.bring(4, [0, 3]);
  refresh();
  const pixels = new Uint8Array(12).fill(255);
  stream.picture = held({ epoch: 8, format: "rgb565", pixels });
  stream.bring(5, [0, 3]);
  assert.ok(canvas.context.words.every((word) => word === 0xffffffff));
  assert.equal(screen.drawn?.epoch, 8);
});

test("pictures that come before the next refresh are drawn and acknowledged as one, at it", () => {
  stream.bring(4, [0, 3]);
  assert.deepEqual([drawn(), stream.replies()], [[[0, 3]], [4]]);
  stream.bring(5, [0, 1]);
  stream.bring(6, [2, 1]);
  assert.deepEqual([drawn(), stream.replies(), display.asked.length], [[], [], 1]);
  refresh();
  assert.deepEqual(drawn(), [
    [0, 1],
    [2, 1],
  ]);
  assert.deepEqual(stream.replies(), [6]);
});

test("however pictures come, a refresh is between each two drawings, and none is left", () => {
  let number = 0;
  for (const coming of [3, 0, 2, 1, 1, 5, 0, 0, 1, 2, 0, 0]) {
    for (let i = 0; i < coming; i++) stream.bring(++number, [0, 1]);
    refresh();
    assert.equal(screen.drawn?.number, number);
  }
  const after = stream.acknowledged.map(([, refreshed]) => refreshed);
  assert.ok(after.length > 5);
  assert.equal(new Set(after).size, after.length);
  assert.equal(display.asked.length, 0, "nothing comes, and a refresh is asked for");
});

test("while nothing is refreshed, one picture is drawn and the others wait, as no more rows than there are", () => {
  for (let number = 1; number < 5000; number++) stream.bring(number, [0, 2], [2, 1]);
  assert.deepEqual(stream.replies(), [1]);
  drawn();
  refresh();
  assert.deepEqual([drawn(), stream.replies()], [[[0, 3]], [4999]]);
});

test("on a hidden page nothing is drawn until it is seen again", () => {
  keepWaiting();
  refresh();
  display.page.hidden = true;
  stream.bring(4, [0, 1]);
  display.page.hidden = false; // its first refresh is yet to come
  stream.bring(5, [1, 1]);
  assert.deepEqual([drawn(), stream.replies()], [[], []]);
  refresh();
  assert.deepEqual(drawn(), [
    [0, 1],
    [1, 1],
  ]);
  assert.deepEqual(stream.replies(), [5]);
});

test("a picture that became blank before it was drawn is not drawn; the next one is, with its rows", () => {
  keepWaiting();
  stream.bring(4, [0, 1]);
  Object.assign(/** @type {Picture} */ (stream.picture), { number: 0 });
  refresh();
  assert.deepEqual([drawn(), stream.replies()], [[], []]);
  stream.bring(5, [1, 1]);
  refresh();
  assert.deepEqual(drawn(), [
    [0, 1],
    [1, 1],
  ]);
  assert.deepEqual(stream.replies(), [5]);
});

test("a picture of another size replaces the one that was not drawn yet", () => {
  keepWaiting();
  stream.bring(4, [2, 1]);
  stream.picture = held({ epoch: 8, width: 4, height: 2 });
  stream.bring(5, [0, 2]);
  refresh();
  assert.deepEqual(drawn(), [[0, 2]]);
  assert.deepEqual([canvas.width, canvas.height], [4, 2]);
});

test("a canvas that lost its content gets it back", () => {
  canvas.dispatchEvent(new Event("contextrestored"));
  assert.deepEqual(drawn(), []);
  keepWaiting();
  canvas.dispatchEvent(new Event("contextrestored"));
  assert.deepEqual(drawn(), [[0, 3]]);
});

test("a held picture is shown while the stream's are acknowledged unseen, each at once", () => {
  stream.bring(4, [0, 3]);
  refresh();
  screen.hold(other(200));
  assert.deepEqual(shown(), Array(6).fill(200));
  stream.replies();
  for (const number of [5, 6, 7]) {
    stream.bring(number, [0, 3]);
    assert.deepEqual(stream.replies(), [number]);
  }
  refresh();
  refresh();
  assert.deepEqual(shown(), Array(6).fill(200));
  assert.deepEqual([screen.drawn?.epoch, screen.drawn?.number], [9, 3]);
});

test("a picture that was due when another is held is acknowledged, so that the stream goes on", () => {
  keepWaiting();
  stream.bring(4, [0, 3]);
  assert.deepEqual(stream.replies(), []);
  screen.hold(other(200));
  assert.deepEqual(stream.replies(), [4]);
  refresh();
  assert.deepEqual(shown(), Array(6).fill(200));
});

test("who hears of such an acknowledgement finds the held picture, not one that was never seen", () => {
  keepWaiting();
  stream.bring(4, [0, 3]);
  const instead = other(200);
  /** @type {(Picture | null)[]} */
  const found = [];
  stream.addEventListener("shown", () => found.push(screen.picture));
  screen.hold(instead);
  assert.deepEqual(found, [instead]);
});

test("held pictures are never acknowledged, though they be of the stream's own epoch", () => {
  keepWaiting();
  const early = other(200, { epoch: 7, number: 60 });
  screen.hold(early);
  screen.hold(other(100, { epoch: 7, number: 61 })); // the first was still due
  refresh();
  screen.hold(null);
  refresh();
  assert.deepEqual(stream.replies(), []);
});

test("the release brings the newest picture, wholly", () => {
  stream.bring(4, [0, 3]);
  refresh();
  screen.hold(other(200, { width: 3, height: 2 }));
  refresh();
  /** @type {Picture} */ (stream.picture).pixels.fill(9);
  stream.bring(5, [1, 1]);
  assert.deepEqual([canvas.width, canvas.height], [3, 2]);
  drawn();
  screen.hold(null);
  assert.deepEqual([drawn(), shown()], [[[0, 3]], Array(6).fill(9)]);
  assert.deepEqual([canvas.width, canvas.height, screen.drawn?.number], [2, 3, 5]);
  refresh();
  stream.bring(6, [1, 1]);
  assert.deepEqual(drawn(), [[1, 1]]);
});

test("where the stream has no picture at the release, what was held stays until one comes", () => {
  screen.hold(other(200));
  refresh();
  screen.hold(null);
  refresh();
  assert.deepEqual(shown(), Array(6).fill(200));
  stream.bring(1, [0, 3]);
  assert.deepEqual(shown(), [0, 37, 74, 111, 148, 185]);
});

test("a look converts the pixels of the formats that it is for, at once and from then on", () => {
  stream.bring(4, [0, 3]);
  refresh();
  /** @type {import("../../web/types.d.ts").ToRgba} */
  const red = (pixels, rgba, first, end) => {
    for (let at = first; at < end; at++) rgba[at] = 0xff000000 | (255 - pixels[at]);
  };
  screen.look = ({ name }) => (name === "gray8" ? red : null);
  assert.deepEqual(shown(), [255, 218, 181, 144, 107, 70]);
  refresh();
  /** @type {Picture} */ (stream.picture).pixels.fill(5);
  stream.bring(5, [0, 1]);
  assert.deepEqual(shown(), [250, 250, 181, 144, 107, 70]);
  refresh();
  screen.hold(held({ format: "rgb332", pixels: new Uint8Array(6).fill(0xff) }));
  assert.deepEqual(shown(), Array(6).fill(255), "those of another format look as ever");
  refresh();
  screen.hold(null);
  assert.deepEqual(shown(), Array(6).fill(250));
  refresh();
  screen.look = null;
  assert.deepEqual(shown(), Array(6).fill(5));
});

test("a filter draws something else, in another size; without it, the picture is back", () => {
  stream.bring(4, [0, 3]);
  refresh();
  const image = new ImageData(1, 1);
  image.data.fill(99);
  /** @type {Run[][]} */
  const heard = [];
  screen.filter = (_, runs) => {
    heard.push(runs);
    return heard.length === 2 ? null : { image, runs: [[0, 1]] };
  };
  assert.deepEqual([canvas.width, shown()], [1, [99]]);
  refresh();
  stream.bring(5, [1, 1]);
  assert.deepEqual(heard, [[[0, 3]], [[1, 1]]]);
  refresh();
  screen.filter = null;
  assert.deepEqual([canvas.width, shown()], [2, [0, 37, 74, 111, 148, 185]]);
  assert.deepEqual(stream.replies(), [4, 5]);
});

test("where a filter leaves the picture as it is for once, all of it is drawn", () => {
  const image = new ImageData(2, 3);
  let isOn = true;
  screen.filter = () => (isOn ? { image, runs: [[0, 3]] } : null);
  stream.bring(4, [0, 3]);
  refresh();
  isOn = false;
  stream.bring(5, [1, 1]);
  assert.deepEqual(shown(), [0, 37, 74, 111, 148, 185]);
});

test("what the picture looks like is known once it was drawn, and not that of another", () => {
  assert.equal(screen.rgba, null);
  keepWaiting();
  assert.equal(screen.rgba?.[1], 0xff252525);
  const next = (stream.picture = other(3, { epoch: 8 }));
  assert.equal(screen.rgba, null, "announced, not drawn");
  stream.bring(4, [0, 3]);
  assert.equal(screen.rgba, null, "due, not drawn");
  refresh();
  assert.equal(screen.rgba, next.loops.rgba);
});

test("nothing is drawn before there is a picture, whatever is wished", () => {
  stream.picture = null;
  screen.look = () => null;
  screen.filter = () => null;
  screen.hold(null);
  screen.redraw();
  refresh();
  assert.deepEqual([drawn(), screen.picture, screen.rgba, screen.drawn], [[], null, null, null]);
});

test("closed, it draws and acknowledges nothing any more, and listens to nothing", () => {
  keepWaiting();
  stream.bring(4, [0, 3]); // waits for the refresh
  screen.close();
  refresh();
  stream.bring(5, [0, 3]);
  screen.hold(other(200));
  screen.look = () => null;
  screen.filter = () => null;
  screen.redraw();
  screen.hold(null);
  canvas.dispatchEvent(new Event("contextrestored"));
  refresh();
  assert.deepEqual([drawn(), stream.replies(), display.asked.length], [[], [], 0]);
});

test("a browser without 2D canvases is told of in a sentence", () => {
  const without = { ...canvas, getContext: () => null };
  assert.throws(
    () => new Screen(/** @type {any} */ (without), /** @type {any} */ (stream)),
    /^Error: this browser gives no 2D canvas$/,
  );
});
