/**
 * When the part that is seen is fetched finer, and when that is left alone.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { finer } from "../../../web/instruments/finer.js";
import { toSourceBox } from "../../../web/source.js";
import { announced, anyPart, random } from "../pictures.js";

/** @import { Crop } from "../../../web/types.d.ts" */

const OVERVIEW = announced([1920, 1080], null, 3); // 640 x 360
/** @type {Crop} */
const PART = [100, 100, 80, 60];

test("what is enlarged of every 3rd pixel is fetched, with a margin, at multiples of 16", () => {
  assert.deepEqual(finer(PART, OVERVIEW, 8, null), [240, 240, 368, 288]);
});

test("twice as large is enlarged enough, and every 2nd is no full resolution", () => {
  assert.deepEqual(
    finer([0, 0, 80, 60], announced([1920, 1080], null, 2), 2, null),
    [0, 0, 208, 160],
  );
});

test("a picture that has all pixels, and one that is hardly enlarged, is fine enough", () => {
  const exact = announced([640, 360], null, 1);
  assert.equal(finer(PART, exact, 8, null), null);
  assert.equal(finer(PART, exact, 8, [0, 0, 640, 360]), null);
  assert.equal(finer(PART, OVERVIEW, 1, null), null);
});

test("a part that the server would give no finer is not fetched", () => {
  assert.equal(finer([0, 0, 640, 360], OVERVIEW, 2, null), null);
});

test("what is held is kept while it has all that is seen, also enlarged a little less", () => {
  const held = finer(PART, OVERVIEW, 8, null);
  assert.equal(finer([110, 95, 80, 60], OVERVIEW, 8, held), held);
  assert.equal(finer([110, 95, 40, 30], OVERVIEW, 16, held), held);
  assert.equal(finer([90, 90, 100, 80], OVERVIEW, 1, held), held);
  for (const [x, y] of [
    [130, 100],
    [70, 100],
    [100, 130],
    [100, 70],
  ]) {
    assert.notDeepEqual(finer([x, y, 80, 60], OVERVIEW, 8, held), held, `${x}, ${y}`);
  }
  assert.equal(finer(PART, OVERVIEW, 0.9, held), null);
});

test("a part that came coarser is fetched anew when less of it is seen", () => {
  const held = finer([100, 100, 250, 160], OVERVIEW, 3, null);
  assert.deepEqual(held, [112, 176, 1136, 736]); // more than 640 x 360: every 2nd
  assert.deepEqual(finer(PART, OVERVIEW, 8, held), [240, 240, 368, 288]);
});

test("whatever is seen, what is fetched has it, is in the source, finer, and asked for once", () => {
  const next = random(1);
  let fetched = 0;
  for (let round = 0; round < 5000; round++) {
    const overview = anyPart(next);
    const [x, y] = [next(overview.width), next(overview.height)];
    const part = /** @type {Crop} */ ([
      ...[x, y],
      ...[1 + next(overview.width - x), 1 + next(overview.height - y)],
    ]);
    const scale = 1 + next(8);
    const wanted = finer(part, overview, scale, null);
    if (!wanted) continue;
    fetched++;
    const [left, top, across, down] = wanted;
    const [first, row, width, height] = toSourceBox(part, overview);
    assert.ok(left <= first && top <= row);
    assert.ok(left + across >= first + width && top + down >= row + height);
    const [limitX, limitY, most, mostRows] = overview.crop ?? [0, 0, ...overview.source];
    assert.ok(left >= limitX && top >= limitY);
    assert.ok(left + across <= limitX + most && top + down <= limitY + mostRows);
    const coarser = Math.max(1, overview.step - 1);
    const size = Math.ceil(across / coarser) * Math.ceil(down / coarser);
    assert.ok(overview.step > 1 && scale >= 2);
    assert.ok(across * down <= coarser ** 2 * overview.width * overview.height, `${size}`);
    assert.equal(finer(part, overview, scale, wanted), wanted);
  }
  assert.ok(fetched > 100, `${fetched}`);
});
