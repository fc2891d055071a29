/**
 * How often each level is in what is shown.
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

/** @param {[number, number, number, number]} [box] */
const read = (box) => served.use("levels", "read", box);

test("levels are counted of a box, or of all", async () => {
  served.announce();
  served.bring(1, [1, 2, 3, 4, 5, 6]);
  const { count, channels } = await read();
  assert.deepEqual(
    [count, channels[0].least, channels[0].greatest, channels[0].mean],
    [6, 1, 6, 3.5],
  );
  assert.equal((await read([0, 1, 1, 1])).channels[0].mean, 3);
  assert.equal(await read([5, 5, 1, 1]), null);
});

test("before a picture was drawn there are none", async () => {
  assert.equal(await read(), null);
  served.announce();
  assert.equal(await read(), null);
});

test("of a held picture, they are its own", async () => {
  served.announce();
  served.bring(1, 9);
  await served.ask("freeze");
  served.rest();
  served.bring(2, 200);
  served.rest();
  assert.equal((await read()).channels[0].greatest, 9);
});
