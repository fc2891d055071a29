/**
 * What is kept of a minute, and how it becomes a line.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Series, polyline, roundUp } from "../../../web/instruments/series.js";
import { random } from "../pictures.js";

test("each half second has the mean of what came in it", () => {
  const series = new Series();
  series.add(2, 60_000);
  series.add(4, 60_499);
  series.add(9, 60_500);
  series.add(null, 60_600);
  assert.deepEqual(series.read(120_000), [
    { at: 0, value: 3 },
    { at: 1 - 59_500 / 60_000, value: 9 },
  ]);
});

test("what is a minute old is forgotten, however much comes", () => {
  const next = random(1);
  const series = new Series(500, 60_000);
  let now = 0;
  for (let round = 0; round < 20_000; round++) {
    now += next(40);
    series.add(next(100), now);
    if (round % 100) continue;
    const read = series.read(now);
    assert.ok(read.length <= 121, `${read.length}`);
    assert.ok(read.every(({ at }) => at >= 0 && at <= 1));
    assert.ok(read.every(({ at }, place) => !place || at > read[place - 1].at));
  }
  assert.deepEqual(series.read(now + 61_000), []);
});

test("a scale ends at 1, 2 or 5 of a power of ten, none of which would do below it", () => {
  const ends = [];
  for (let power = -6; power < 9; power++) {
    for (const digit of [1, 2, 5]) ends.push(Number(`${digit}e${power}`));
  }
  for (const [at, end] of ends.entries()) {
    assert.equal(roundUp(end), end);
    if (at) assert.equal(roundUp((end + ends[at - 1]) / 2), end);
    if (at) assert.equal(roundUp(ends[at - 1] * 1.000001), end);
  }
  for (const none of [0, -3, NaN]) assert.equal(roundUp(none), 1);
  assert.equal(roundUp(Infinity), Infinity);
});

test("a line goes from the left to the right, up from the bottom, and stays inside", () => {
  const read = [
    { at: 0, value: 0 },
    { at: 0.5, value: 5 },
    { at: 1, value: 20 },
  ];
  assert.equal(polyline(read, 100, 40, 10), "0.0,40.0 50.0,20.0 100.0,0.0");
  assert.equal(polyline([], 100, 40, 10), "");
});
