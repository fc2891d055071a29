/**
 * How often each level is in a picture, against a count of its bytes.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { histogram } from "../../../web/instruments/histogram.js";
import { random } from "../pictures.js";

test("every pixel of a box is counted, as its bytes say", () => {
  const next = random(1);
  for (let round = 0; round < 100; round++) {
    const [width, height] = [1 + next(20), 1 + next(20)];
    const rgba = Uint32Array.from({ length: width * height }, () => next(2 ** 32));
    const bytes = new Uint8Array(rgba.buffer);
    const [x, y] = [next(width + 4) - 4, next(height + 4) - 4];
    const [across, down] = [next(width + 8), next(height + 8)];
    const inside = [...rgba.keys()].filter((at) => {
      const [column, row] = [at % width, Math.floor(at / width)];
      return column >= x && column < x + across && row >= y && row < y + down;
    });
    const seen = histogram(rgba, width, [x, y, across, down]);
    if (!inside.length) {
      assert.equal(seen, null);
      continue;
    }
    assert.deepEqual([seen?.stride, seen?.count], [1, inside.length]);
    for (const [channel, { bins, mean, least, greatest }] of (seen?.channels ?? []).entries()) {
      const levels = inside.map((at) => bytes[4 * at + channel]);
      assert.deepEqual([least, greatest], [Math.min(...levels), Math.max(...levels)]);
      const sum = levels.reduce((total, level) => total + level, 0);
      assert.ok(Math.abs(mean - sum / levels.length) < 1e-9);
      for (const [level, count] of bins.entries()) {
        assert.equal(count, levels.filter((other) => other === level).length);
      }
    }
  }
});

test("without a box, the whole picture is", () => {
  assert.equal(histogram(new Uint32Array(35), 5)?.count, 35);
});

/** @type {[number, number][]} */
const LARGE = [
  [2048, 1024],
  [512, 513],
  [16384, 17],
];
for (const [width, height] of LARGE) {
  test(`of ${width} × ${height}, a bounded part is looked at, from all of it`, () => {
    const rgba = new Uint32Array(width * height);
    for (let at = 0; at < rgba.length; at++) rgba[at] = (at % width) >> 6;
    const seen = histogram(rgba, width);
    assert.ok(seen && seen.count <= 1.1 * 2 ** 18 && seen.count > 2 ** 15, `${seen?.count}`);
    assert.ok(seen.stride > 1);
    assert.deepEqual(seen.channels[0].least, 0);
    assert.deepEqual(seen.channels[0].greatest, ((width - 1) >> 6) & 255);
  });
}

test("of a small box in a large picture, all is looked at", () => {
  const seen = histogram(new Uint32Array(1024 * 1024), 1024, [1000, 1000, 20, 10]);
  assert.deepEqual([seen?.stride, seen?.count], [1, 200]);
});
