/**
 * Pictures turned: by what CSS makes of them.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  cssMatrix,
  fromShown,
  quartersOf,
  toShown,
  turnedSize,
  unturnedBox,
} from "../../../web/instruments/turn.js";
import { random } from "../pictures.js";

/** @import { Turn } from "../../../web/instruments/types.d.ts" */

/** @type {Turn[]} */
const TURNS = [false, true].flatMap((mirror) =>
  /** @type {const} */ ([0, 1, 2, 3]).map((quarters) => ({ quarters, mirror })),
);

for (const turn of TURNS) {
  const name = `turned by ${90 * turn.quarters}°${turn.mirror ? ", mirrored" : ""}`;

  test(`${name}, each place of the picture has one of its own in the room, and is found there`, () => {
    const next = random(3);
    for (let round = 0; round < 200; round++) {
      const size = { width: 1 + next(100), height: 1 + next(100) };
      const shown = turnedSize(size, turn);
      const at = { x: (next(1001) / 1000) * size.width, y: (next(1001) / 1000) * size.height };
      const there = toShown(at, size, turn);
      assert.ok(there.x >= 0 && there.x <= shown.width && there.y >= 0 && there.y <= shown.height);
      const back = fromShown(there, size, turn);
      assert.ok(Math.hypot(back.x - at.x, back.y - at.y) < 1e-9);
    }
  });

  test(`${name}, CSS puts each place where it is looked for`, () => {
    const size = { width: 30, height: 20.5 };
    const [a, b, c, d, e, f] = (cssMatrix(size, turn).match(/-?[\d.]+/g) ?? []).map(Number);
    for (const { x, y } of [
      { x: 0, y: 0 },
      { x: 30, y: 0 },
      { x: 7, y: 20.5 },
      { x: 3.25, y: 9 },
    ]) {
      // prettier-ignore
      const expected = toShown({ x, y }, size, turn);
      assert.deepEqual({ x: a * x + c * y + e, y: b * x + d * y + f }, expected);
    }
  });
}

test("quarters go clockwise, and mirrored is left for right", () => {
  const size = { width: 40, height: 20 };
  const corner = { x: 0, y: 0 };
  assert.deepEqual(toShown(corner, size, { quarters: 1, mirror: false }), { x: 20, y: 0 });
  assert.deepEqual(toShown(corner, size, { quarters: 2, mirror: false }), { x: 40, y: 20 });
  assert.deepEqual(toShown(corner, size, { quarters: 3, mirror: false }), { x: 0, y: 40 });
  assert.deepEqual(toShown(corner, size, { quarters: 0, mirror: true }), { x: 40, y: 0 });
  assert.equal(cssMatrix(size, { quarters: 0, mirror: false }), "matrix(1, 0, 0, 1, 0, 0)");
});

test("the box of the picture that is shown somewhere is shown there", () => {
  const next = random(4);
  for (const turn of TURNS) {
    const size = { width: 1 + next(90), height: 1 + next(90) };
    const [x, y] = [next(size.width), next(size.height)];
    const box = /** @type {const} */ ([x, y, 1 + next(size.width - x), 1 + next(size.height - y)]);
    const one = toShown({ x: box[0], y: box[1] }, size, turn);
    const other = toShown({ x: box[0] + box[2], y: box[1] + box[3] }, size, turn);
    const [left, top] = [Math.min(one.x, other.x), Math.min(one.y, other.y)];
    const shown = [left, top, Math.abs(one.x - other.x), Math.abs(one.y - other.y)];
    assert.deepEqual(unturnedBox(/** @type {any} */ (shown), size, turn), box);
  }
});

test("degrees are quarters, and what is no multiple of 90 is none", () => {
  const said = [0, 90, 180, 270, 360, -90, 45, 135, NaN, Infinity].map(quartersOf);
  assert.deepEqual(said, [0, 1, 2, 3, 0, 3, 0, 0, 0, 0]);
});
