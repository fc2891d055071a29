/**
 * What is put on the canvas and when, on a canvas that only notes it. tests/ also looks at real ones.
 */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { Screen, fit } from "../../web/screen.js";
import { held } from "./pictures.js";

test("enlarged, each pixel covers a whole number of the display's", () => {
  const room = { width: 1280, height: 687 };
  for (const ratio of [1, 1.25, 1.5, 2, 2.75, 3]) {
    for (const [width, height] of [
      [256, 150],
      [640, 480],
      [1, 1],
      [1280, 10],
    ]) {
      const size = fit({ width, height }, room, ratio);
      const scale = (size.width / width) * ratio;
      assert.ok(size.pixelated);
      assert.ok(Math.abs(scale - Math.round(scale)) < 1e-9 && scale >= 1, `${scale}`);
      assert.ok(size.width <= room.width && size.height <= room.height);
      const next = (scale + 1) / ratio;
      assert.ok(next * width > room.width || next * height > room.height, "there is room for more");
    }
  }
});

test("shrunk, the picture fills its place in one direction, and is smooth", () => {
  assert.deepEqual(fit({ width: 1024, height: 600 }, { width: 512, height: 600 }, 1), {
    width: 512,
    height: 300,
    pixelated: false,
  });
});

/** Frames that were asked for. @type {(() => void)[]} */
let frames;
/** What the canvas was told. @type {string[]} */
let told;
/** Pictures that were reported as drawn. @type {number[][]} */
let drawn;
/** After how many refreshes. @type {number[]} */
let drawnAfter;
let refreshes = 0;
/** @type {Uint8ClampedArray} */
let shown;
/** The page. @type {{hidden: boolean}} */
let page;

beforeEach(() => {
  frames = [];
  told = [];
  drawn = [];
  drawnAfter = [];
  refreshes = 0;
  page = { hidden: false };
  Object.assign(globalThis, {
    document: page,
    devicePixelRatio: 1,
    addEventListener() {},
    requestAnimationFrame: (/** @type {() => void} */ call) => frames.push(call),
    ResizeObserver: class {
      observe() {}
    },
    ImageData: class {
      /** @param {number} width @param {number} height */
      constructor(width, height) {
        Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) });
      }
    },
  });
});

afterEach(() => {
  for (const name of [
    "document",
    "requestAnimationFrame",
    "ResizeObserver",
    "ImageData",
    "addEventListener",
  ]) {
    Reflect.deleteProperty(globalThis, name);
  }
});

function makeScreen() {
  const canvas = {
    parentElement: { clientWidth: 100, clientHeight: 100 },
    style: {},
    width: 0,
    height: 0,
    addEventListener() {},
    getContext: () => ({
      /** @param {ImageData} image @param {number[]} where */
      putImageData(image, ...where) {
        shown = image.data;
        told.push(where.join(" "));
      },
    }),
  };
  const screen = new Screen(/** @type {any} */ (canvas), ({ number, time }) => {
    drawn.push([number, time]);
    drawnAfter.push(refreshes);
  });
  return { canvas, screen };
}

function refresh() {
  refreshes += 1;
  for (const frame of frames.splice(0)) frame();
}

/** Draws a picture, so that the next waits for the refresh. @param {Screen} screen */
function keepWaiting(screen) {
  screen.show({ ...held({ width: 1, height: 1 }), number: 1 }, [[0, 1]]);
  told = [];
  drawn = [];
}

test("only the changed rows are drawn, at once, and then reported", () => {
  const { canvas, screen } = makeScreen();
  const label = { epoch: 7, number: 4, time: 9, meta: { exposure: 5 } };
  const picture = { ...held({ width: 2, height: 5 }), ...label };
  assert.equal(screen.drawn, null);
  screen.show(picture, [[0, 5]]);
  assert.deepEqual([canvas.width, canvas.height], [2, 5]);
  assert.deepEqual([told.splice(0), drawn, screen.drawn], [["0 0 0 0 2 5"], [[4, 9]], label]);
  refresh();
  picture.number = 5;
  picture.pixels.fill(7);
  screen.show(picture, [
    [1, 1],
    [3, 2],
  ]);
  assert.deepEqual(told, ["0 0 0 1 2 1", "0 0 0 3 2 2"]);
  assert.deepEqual([...shown.subarray(8, 12)], [7, 7, 7, 255]);
  assert.deepEqual([...shown.subarray(0, 4)], [0, 0, 0, 255]);
});

test("a picture of another format is drawn wholly over the one before", () => {
  const { screen } = makeScreen();
  screen.show({ ...held(), number: 4 }, [[0, 3]]);
  refresh();
  const pixels = new Uint8Array(12).fill(255);
  screen.show({ ...held({ format: "rgb565", pixels }), number: 1 }, [[0, 3]]);
  assert.ok(shown.every((value) => value === 255));
  assert.deepEqual(drawn.at(-1), [1, 0]);
});

test("pictures that come before the next refresh are drawn and reported as one, at it", () => {
  const { screen } = makeScreen();
  const picture = { ...held(), number: 4 };
  screen.show(picture, [[1, 1]]);
  assert.deepEqual([told.splice(0), drawn.splice(0)], [["0 0 0 1 2 1"], [[4, 0]]]);
  picture.number = 5;
  screen.show(picture, [[0, 1]]);
  picture.number = 6;
  screen.show(picture, [[2, 1]]);
  assert.deepEqual([told, drawn, frames.length], [[], [], 1]);
  refresh();
  assert.deepEqual(told, ["0 0 0 0 2 1", "0 0 0 2 2 1"]);
  assert.deepEqual(drawn, [[6, 0]]);
});

test("however pictures come, a refresh is between each two drawings, and none is left", () => {
  const { screen } = makeScreen();
  const picture = held();
  for (const coming of [3, 0, 2, 1, 1, 5, 0, 0, 1, 2, 0, 0]) {
    for (let i = 0; i < coming; i++) {
      picture.number += 1;
      screen.show(picture, [[0, 1]]);
    }
    refresh();
    assert.equal(screen.drawn?.number, picture.number);
  }
  assert.ok(drawnAfter.length > 5);
  assert.equal(new Set(drawnAfter).size, drawnAfter.length);
  assert.equal(frames.length, 0, "nothing comes, and a refresh is asked for");
});

test("while nothing is refreshed, one picture is drawn and the others wait", () => {
  const { screen } = makeScreen();
  const picture = held();
  for (picture.number = 1; picture.number < 50; picture.number++) {
    screen.show(picture, [[0, 1]]);
  }
  assert.deepEqual(drawn, [[1, 0]]);
});

test("on a hidden page nothing is drawn until it is seen again", () => {
  const { screen } = makeScreen();
  const picture = { ...held(), number: 4 };
  page.hidden = true;
  screen.show(picture, [[0, 1]]);
  picture.number = 5;
  page.hidden = false; // its first refresh is yet to come
  screen.show(picture, [[1, 1]]);
  assert.deepEqual([told, drawn], [[], []]);
  refresh();
  assert.deepEqual(told, ["0 0 0 0 2 1", "0 0 0 1 2 1"]);
  assert.deepEqual(drawn, [[5, 0]]);
});

test("a picture that became blank before it was drawn is not drawn; the next one is, with its rows", () => {
  const { screen } = makeScreen();
  keepWaiting(screen);
  const picture = { ...held(), number: 4 };
  screen.show(picture, [[0, 3]]);
  picture.number = 0;
  refresh();
  assert.deepEqual(drawn, []);
  picture.number = 5;
  screen.show(picture, [[1, 1]]);
  refresh();
  assert.deepEqual(drawn, [[5, 0]]);
});

test("a picture of another size replaces the one that was not drawn yet", () => {
  const { canvas, screen } = makeScreen();
  keepWaiting(screen);
  screen.show(held(), [[2, 1]]);
  screen.show(held({ width: 4, height: 2 }), [[0, 2]]);
  refresh();
  assert.deepEqual(told, ["0 0 0 0 4 2"]);
  assert.deepEqual([canvas.width, canvas.height], [4, 2]);
});
