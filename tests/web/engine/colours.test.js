/**
 * Gray as colours, by the format of what is shown.
 */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import "../../../web/formats/raw.js";
import { makeServed } from "../served.js";

/** @type {ReturnType<typeof makeServed>} */
let served;
beforeEach(() => {
  served = makeServed();
});
afterEach(() => served.end());

/** @param {string} act @param {...unknown} given */
const colours = (act, ...given) => served.use("colours", act, ...given);

test("levels become a map's colours, between two of them", async () => {
  served.announce();
  served.bring(1, [0, 10, 15, 20, 30, 255]);
  served.rest();
  await colours("show", "inverted", 10, 20);
  served.rest();
  assert.deepEqual(served.shown(), [255, 255, 128, 0, 0, 0]);
  served.change(2, 10);
  served.rest();
  assert.deepEqual(served.shown(), [255, 255, 255, 255, 0, 0]);
  await colours("end");
  assert.deepEqual(served.shown(), [0, 10, 10, 10, 30, 255]);
});

test("a new epoch of another format has its own colours, and gray has the map's again", async () => {
  served.announce();
  await colours("show", "inverted", 0, 255);
  served.announce({ epoch: 8, format: "rgb888" });
  served.bring(1, 3);
  served.rest();
  assert.deepEqual(served.shown(), Array(6).fill(3));
  served.announce({ epoch: 9 });
  served.bring(1, 3);
  served.rest();
  assert.deepEqual(served.shown(), Array(6).fill(252));
});

test("a held picture has the colours of its format, whatever comes behind it", async () => {
  served.announce();
  served.bring(1, 3);
  await colours("show", "inverted", 0, 255);
  served.rest();
  await served.ask("freeze");
  served.announce({ epoch: 8, format: "rgb888" });
  served.bring(1, 5);
  served.rest();
  assert.deepEqual(served.shown(), Array(6).fill(252));
  await served.ask("release");
  served.rest();
  assert.deepEqual(served.shown(), Array(6).fill(5));
});

test("all 65,536 levels of gray can be told apart, and all of them at once are as ever", async () => {
  served.announce({ format: "gray16" });
  const levels = Uint16Array.of(0xff, 0x1234, 0x1235, 0x1236, 0x8000, 0xffff);
  served.bring(1, [...new Uint8Array(levels.buffer)]);
  served.rest();
  await colours("show", "gray", 0x1234, 0x1236, 65535);
  served.rest();
  assert.deepEqual(served.shown(), [0, 0, 128, 255, 255, 255]);
  await colours("show", "gray", 0, 65535, 65535);
  served.rest();
  assert.deepEqual(served.shown(), [0, 0x12, 0x12, 0x12, 0x80, 0xff]);
});

test("levels of eight bits are as far apart among those of sixteen", async () => {
  served.announce();
  served.bring(1, [0, 10, 15, 20, 30, 255]);
  await colours("show", "inverted", 10 * 257, 20 * 257, 65535);
  served.rest();
  assert.deepEqual(served.shown(), [255, 255, 128, 0, 0, 0]);
});
