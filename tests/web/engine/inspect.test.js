/**
 * The pixel under the pointer, as it is stored.
 */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { makeServed } from "../served.js";

/** @type {ReturnType<typeof makeServed>} */
let served;
beforeEach(() => {
  served = makeServed();
});
afterEach(() => served.end());

/** @param {number} x @param {number} y */
const at = (x, y) => served.use("inspect", "at", x, y, 3);

test("a pixel is told with its place in the source, its word and what is around", async () => {
  served.announce({ format: "rgb565", step: 2, source: [4, 6] });
  served.bring(1, [0x1f, 0xf8, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0]);
  const { x, y, source, word, channels, square } = await at(0, 0);
  assert.deepEqual([x, y, source, word], [0, 0, [0, 0, 2, 2], 0xf81f]);
  const stored = channels.map((/** @type {any} */ channel) => channel.stored);
  assert.deepEqual(stored, [31, 0, 31]);
  assert.deepEqual([square.length, square[4]], [9, 0xffff00ff]);
});

test("outside and before there is no picture, there is none", async () => {
  assert.equal(await at(0, 0), null);
  served.announce();
  assert.equal(await at(0, 0), null);
  served.bring(1, 9);
  for (const [x, y] of [
    [-1, 0],
    [2, 0],
    [0, 3],
  ]) {
    assert.equal(await at(x, y), null);
  }
});

test("of a held picture, it is its own pixel and its own place", async () => {
  served.announce();
  served.bring(1, 9);
  await served.ask("freeze");
  served.announce({ epoch: 8, step: 4, source: [8, 12] });
  served.bring(1, 50);
  const { word, source } = await at(1, 1);
  assert.deepEqual([word, source], [9, [1, 1, 1, 1]]);
});
