/**
 * What changed, laid over the picture on a canvas of its own.
 */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { makeCanvas } from "../display.js";
import { makeServed } from "../served.js";

/** @type {ReturnType<typeof makeServed>} */
let served;
beforeEach(() => {
  served = makeServed();
});
afterEach(() => served.end());

/** The canvas over the picture. @type {ReturnType<typeof makeCanvas>} */
let cover;
beforeEach(() => {
  cover = makeCanvas();
});

/** As a page without a worker gives it: canvases cannot be posted here. */
const on = () => served.acts.use("glow", "on", cover);

const counted = async () => (await served.news("news", "glow")).at(-1);
const glows = () => [...cover.context.words].map((word) => (word ? 1 : 0));

async function begin() {
  served.announce();
  served.bring(1, 10);
  served.rest();
  await on();
}

test("changed pixels glow, and fade within a second", async () => {
  await begin();
  assert.deepEqual([cover.width, cover.height], [2, 3]);
  served.change(2, 20);
  served.rest();
  assert.equal((await counted()).changed, 2);
  assert.deepEqual(glows(), [0, 0, 1, 1, 0, 0]);
  served.world.pass(1000);
  served.rest();
  assert.deepEqual(glows(), Array(6).fill(0));
  served.rest();
  assert.deepEqual(served.display.asked, [], "nothing glows, and a refresh is asked for");
});

test("rows that were sent again unchanged are named", async () => {
  await begin();
  for (const number of [2, 3, 4]) {
    served.change(number, 10);
    served.rest();
  }
  assert.deepEqual((await counted()).repeats, [1, 1, 3]);
});

test("a picture of another size has a cover of its size", async () => {
  await begin();
  served.change(2, 20);
  served.announce({ epoch: 8, width: 3, height: 2, source: [3, 2] });
  served.bring(1, 10);
  served.rest();
  assert.deepEqual([cover.width, cover.height, (await counted()).changed], [3, 2, 0]);
});

test("what changed while another picture was held glows at the release, however long that was", async () => {
  await begin();
  await served.ask("freeze");
  served.rest();
  for (let number = 2; number < 3000; number++) served.change(number, 20);
  await served.news("news", "glow");
  await served.ask("release");
  served.change(3000, 21);
  served.rest();
  assert.equal((await counted()).changed, 2);
});

test("off, nothing is looked at, and nothing is drawn", async () => {
  await begin();
  served.change(2, 20);
  served.rest();
  await served.use("glow", "off");
  await served.news("news", "glow");
  cover.context.rows = [];
  served.change(3, 30);
  served.world.pass(100);
  served.rest();
  served.rest();
  assert.deepEqual(
    [await counted(), cover.context.rows, served.display.asked],
    [undefined, [], []],
  );
});

test("closed while it fades, it draws no more", async () => {
  await begin();
  served.change(2, 20);
  served.rest();
  served.ask("close");
  await served.closed;
  await new Promise(setImmediate);
  cover.context.rows = [];
  served.world.pass(100);
  served.rest();
  assert.deepEqual([cover.context.rows, served.display.asked], [[], []]);
});
