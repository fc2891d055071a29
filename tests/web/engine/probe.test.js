/**
 * Boxes of the source that are watched.
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

/** @param {string} act @param {...unknown} given */
const probe = (act, ...given) => served.use("probe", act, ...given);
const changes = () => served.news("news", "probe");

/** A 4 x 4 source, whole or by steps of 2, of these levels. @param {number} epoch @param {number} step @param {number[]} levels */
function show(epoch, step, levels) {
  const side = 4 / step;
  served.announce({ epoch, step, width: side, height: side, source: [4, 4] });
  served.bring(1, levels);
  served.rest();
}
const WHOLE = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

test("a box of the picture is one of the source, and stays there when the step is another", async () => {
  show(7, 2, [0, 2, 8, 10]);
  assert.deepEqual(await probe("add", 1, [1, 1, 1, 1]), [2, 2, 2, 2]);
  show(8, 1, WHOLE);
  const [{ id, levels }] = await probe("read");
  assert.deepEqual([id, levels], [1, [12.5, 12.5, 12.5]]);
});

test("a change is told when it is more than was wished, with the picture's time", async () => {
  show(7, 2, [0, 2, 8, 10]);
  await probe("add", 1, [0, 0, 1, 1]);
  served.bring(2, [0, 2, 8, 10]);
  served.rest();
  served.bring(3, [200, 2, 8, 10]);
  served.rest();
  assert.deepEqual(await changes(), [], "nobody asked");
  await probe("tell", 1, 4);
  for (const [number, level] of [
    [4, 204],
    [5, 196],
    [6, 205],
  ]) {
    served.bring(number, [level, 2, 8, 10], 1e15 + number);
    served.rest();
  }
  const told = await changes();
  const seen = told.map(({ id, change }) => [id, change.from[0], change.to[0], change.number]);
  assert.deepEqual(seen.at(-1)?.slice(2), [205, 6]);
  assert.equal(told.at(-1).change.time, 1e15 + 6);
});

test("the first picture that comes is a change from the one that was shown when the box was drawn", async () => {
  show(7, 2, [0, 2, 8, 10]);
  await probe("add", 1, [0, 0, 1, 1]);
  assert.deepEqual((await probe("read"))[0].levels, [0, 0, 0]);
  await probe("tell", 1, 4);
  served.bring(2, [200, 2, 8, 10]);
  served.rest();
  const [{ change }] = await changes();
  assert.deepEqual([change.from[0], change.to[0]], [0, 200]);
});

test("of a part that the picture does not show, the last levels stay, and no change is told", async () => {
  show(7, 1, WHOLE);
  await probe("add", 1, [3, 3, 1, 1]);
  await probe("tell", 1, 0);
  served.announce({ epoch: 8, width: 2, height: 2, source: [4, 4], crop: [0, 0, 2, 2] });
  served.bring(1, 9);
  served.rest();
  assert.deepEqual((await probe("read"))[0].levels, [15, 15, 15]);
  assert.deepEqual(await changes(), []);
});

test("a box over a held picture is one of its own source's part", async () => {
  show(7, 1, WHOLE);
  await served.ask("freeze");
  show(8, 2, [0, 2, 8, 10]);
  assert.deepEqual(await probe("add", 1, [3, 3, 1, 1]), [3, 3, 1, 1]);
});

test("what is removed is watched no longer; before a picture there is no box", async () => {
  assert.equal(await probe("add", 1, [0, 0, 1, 1]), null);
  show(7, 1, WHOLE);
  await probe("add", 1, [0, 0, 1, 1]);
  await probe("remove", 1);
  await probe("tell", 1, 0);
  assert.deepEqual(await probe("read"), []);
});
