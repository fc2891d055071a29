/**
 * Where pictures differ, against a look at all of their bytes.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Comparison, drawDifference, incomparable } from "../../../web/instruments/compare.js";
import { random } from "../pictures.js";

/** @import { Run } from "../../../web/types.d.ts" */

/** @param {Uint32Array} rgba */
const bytesOf = (rgba) => new Uint8Array(rgba.buffer);

/** @param {Uint32Array} a @param {Uint32Array} b @param {number} width */
function expected(a, b, width) {
  const [one, other] = [bytesOf(a), bytesOf(b)];
  /** @type {Set<number>} */
  const places = new Set();
  const largest = [0, 0, 0];
  for (let at = 0; at < one.length; at++) {
    if (at % 4 === 3 || one[at] === other[at]) continue;
    places.add(at >> 2);
    largest[at % 4] = Math.max(largest[at % 4], Math.abs(one[at] - other[at]));
  }
  const xs = [...places].map((at) => at % width);
  const ys = [...places].map((at) => Math.floor(at / width));
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const box = [left, top, Math.max(...xs) - left + 1, Math.max(...ys) - top + 1];
  return { count: places.size, box: places.size ? box : null, largest };
}

/** @param {(limit: number) => number} next @param {number} count */
const anyWords = (next, count) => Uint32Array.from({ length: count }, () => next(2 ** 32));

test("two equal pictures do not differ", () => {
  const rgba = anyWords(random(1), 20);
  const comparison = new Comparison({ width: 5, height: 4 });
  comparison.update(rgba, rgba.slice(), [[0, 4]]);
  assert.deepEqual(comparison.read(), { count: 0, box: null, largest: [0, 0, 0] });
});

test("pictures differ in as many pixels as all their bytes say, also after some rows changed", () => {
  const next = random(2);
  for (let round = 0; round < 200; round++) {
    const [width, height] = [1 + next(12), 1 + next(12)];
    const a = anyWords(next, width * height);
    const b = a.slice();
    const comparison = new Comparison({ width, height });
    comparison.update(a, b, [[0, height]]);
    for (let change = 0; change < 5; change++) {
      const [target, source] = next(2) ? [a, b] : [b, a];
      const first = next(height);
      const run = /** @type {Run} */ ([first, 1 + next(height - first)]);
      for (let left = next(4); left > 0; left--) {
        const at = (first + next(run[1])) * width + next(width);
        target[at] = next(3) ? source[at] ^ (1 << next(32)) : next(2 ** 32);
      }
      comparison.update(a, b, [run]);
      assert.deepEqual(comparison.read(), expected(a, b, width));
    }
  }
});

test("as wide as pictures may be, a row's differences are counted", () => {
  const a = new Uint32Array(16384);
  const comparison = new Comparison({ width: 16384, height: 1 });
  comparison.update(a, a.slice().fill(0xffffff), [[0, 1]]);
  assert.deepEqual(comparison.read(), {
    count: 16384,
    box: [0, 0, 16384, 1],
    largest: [255, 255, 255],
  });
});

test("the difference is drawn with a gain, clamped and opaque, only where it is asked for", () => {
  const next = random(3);
  for (const gain of [1, 2, 16, 255, 0.5]) {
    const [a, b] = [anyWords(next, 300), anyWords(next, 300)];
    for (let at = 0; at < 300; at += 3) b[at] = a[at] ^ next(4);
    const rgba = new Uint32Array(300).fill(9);
    drawDifference(a, b, gain, rgba, 10, 290);
    const [one, other, drawn] = [a, b, rgba].map(bytesOf);
    for (let at = 0; at < drawn.length; at++) {
      const pixel = at >> 2;
      const level = Math.min(gain * Math.abs(one[at] - other[at]), 255);
      if (pixel < 10 || pixel >= 290) assert.equal(rgba[pixel], 9);
      else if (at % 4 === 3) assert.equal(drawn[at], 255);
      else assert.ok(Math.abs(drawn[at] - level) <= 0.5, `${drawn[at]} for ${level}`);
    }
  }
});

test("black and white differ as much as can be", () => {
  const rgba = new Uint32Array(2);
  drawDifference(
    Uint32Array.of(0xff000000, 0xffffffff),
    Uint32Array.of(0xffffffff, 0),
    1,
    rgba,
    0,
    2,
  );
  assert.deepEqual([...rgba], [0xffffffff, 0xffffffff]);
});

test("pictures of two sizes are said to be none to compare", () => {
  const size = { width: 1024, height: 600 };
  assert.equal(incomparable(size, { ...size }), null);
  assert.equal(
    incomparable(size, { width: 1024, height: 601 }),
    "A is 1024 × 600 and B 1024 × 601: pictures of one size can be compared.",
  );
});
