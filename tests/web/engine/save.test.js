/**
 * The picture shown, as a file of exactly its pixels.
 */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { inflateSync } from "node:zlib";

import { makeServed } from "../served.js";

/** @type {ReturnType<typeof makeServed>} */
let served;
beforeEach(() => {
  served = makeServed();
});
afterEach(() => served.end());

/** The RGB bytes of a PNG of one IDAT without filters. @param {Blob} blob */
async function pixelsOf(blob) {
  const bytes = Buffer.from(await blob.arrayBuffer());
  const width = bytes.readUInt32BE(16);
  const at = bytes.indexOf("IDAT");
  const rows = inflateSync(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at - 4)));
  return { width, height: bytes.readUInt32BE(20), rgb: rows.filter((_, i) => i % (3 * width + 1)) };
}

test("a file has exactly the pixels that were received, in eight bits a channel", async () => {
  served.announce({ format: "bgrx8888", width: 3, height: 1, source: [3, 1] });
  served.bring(1, [1, 2, 3, 250, 251, 252, 0, 128, 255]);
  const { blob, name } = await served.use("save", "png", "a");
  assert.equal(name, "a-2001-09-09T01-46-40.000Z-1.png");
  const { width, height, rgb } = await pixelsOf(blob);
  assert.deepEqual([width, height, [...rgb]], [3, 1, [3, 2, 1, 252, 251, 250, 255, 128, 0]]);
});

test("neither colours nor comparisons are in it", async () => {
  served.announce();
  served.bring(1, [1, 2, 3, 4, 5, 6]);
  await served.use("colours", "show", "inferno", 0, 9);
  await served.use("compare", "take");
  await served.use("compare", "show", "difference", 255);
  served.rest();
  const { rgb } = await pixelsOf((await served.use("save", "png", "a")).blob);
  assert.deepEqual([...rgb.filter((_, at) => at % 3 === 0)], [1, 2, 3, 4, 5, 6]);
});

test("frozen, it is the held picture, of its time", async () => {
  served.announce();
  served.bring(1, 9);
  await served.ask("freeze");
  served.bring(2, 50, 2e15);
  const { blob, name } = await served.use("save", "png", "../\u202ea");
  assert.match(name, /^[\w-]+-2001-09-09T01-46-40.000Z-1.png$/);
  assert.equal((await pixelsOf(blob)).rgb[0], 9);
});
