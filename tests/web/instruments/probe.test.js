/**
 * What is told of a box, and how seldom.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Probe, Watch } from "../../../web/instruments/probe.js";
import { random } from "../pictures.js";

/** @param {number} red */
const picture = (red) => new Uint32Array(12).fill(0xff000000 + red);

test("a change is told with both colours and the picture that had it", () => {
  const probe = new Probe(10);
  const box = /** @type {[number, number, number, number]} */ ([1, 1, 2, 2]);
  assert.equal(probe.see(picture(100), 4, box, { time: 5, number: 1 }, 0), null);
  assert.equal(probe.see(picture(110), 4, box, { time: 6, number: 2 }, 10), null);
  const rgba = picture(100);
  for (const at of [5, 6, 9]) rgba[at] = 0xff0000ff;
  assert.deepEqual(probe.see(rgba, 4, box, { time: 7, number: 3 }, 20), {
    from: [100, 0, 0],
    to: [216.25, 0, 0],
    time: 7,
    number: 3,
  });
  assert.equal(probe.see(rgba, 4, box, { time: 8, number: 4 }, 30), null);
});

test("without a threshold nothing is told", () => {
  const probe = new Probe();
  for (const red of [0, 255, 0]) {
    assert.equal(probe.see(picture(red), 4, [0, 0, 1, 1], { time: 5, number: 1 }, 0), null);
  }
});

/** How often it tells something. @param {number} threshold @param {number[][]} seen */
function told(threshold, seen) {
  const watch = new Watch(threshold);
  return seen.filter((levels, number) => watch.see(levels, { time: 0, number })).length;
}

test("levels that stay within the threshold of each other tell one change at most", () => {
  const next = random(1);
  for (let round = 0; round < 200; round++) {
    const threshold = next(50);
    const before = Array.from({ length: next(20) }, () => [next(256), next(256), next(256)]);
    const base = [next(200), next(200), next(200)];
    const after = Array.from({ length: 100 }, () =>
      base.map((level) => level + next(threshold + 1)),
    );
    const more = told(threshold, [...before, ...after]) - told(threshold, before);
    assert.ok(more <= 1, `${more} of ${threshold}`);
  }
});

test("no more changes are told than the levels went thresholds, and slow ones are told too", () => {
  const next = random(2);
  for (let round = 0; round < 200; round++) {
    const threshold = 1 + next(30);
    const levels = [[128, 0, 0]];
    let way = 0;
    for (let at = 0; at < 300; at++) {
      const step = next(7) - 3;
      levels.push([levels[at][0] + step, 0, 0]);
      way += Math.abs(step);
    }
    assert.ok(told(threshold, levels) <= way / threshold);
    const slow = Array.from({ length: 256 }, (_, level) => [0, level, 0]);
    assert.equal(told(threshold, slow), Math.floor(255 / (threshold + 1)));
  }
});

test("its line is that of the last minute, in steps up to now", () => {
  const probe = new Probe();
  assert.deepEqual(probe.read(0), [[], [], []]);
  probe.see(picture(8), 4, [0, 0, 4, 3], { time: 0, number: 1 }, 30_000);
  probe.see(picture(20), 4, [0, 0, 4, 3], { time: 0, number: 2 }, 60_000);
  const [red, green] = probe.read(90_000);
  assert.deepEqual(red, [
    { at: 0, value: 8 },
    { at: 0.5, value: 8 },
    { at: 0.5, value: 20 },
    { at: 1, value: 20 },
    { at: 1, value: 20 },
  ]);
  assert.ok(green.every(({ value }) => value === 0));
  const still = probe.read(900_000)[0];
  assert.deepEqual(new Set(still.map(({ value }) => value)), new Set([20]));
  assert.deepEqual([still[0].at, still.at(-1)?.at], [0, 1]);
});

test("while its box is outside of the picture, it keeps what it had", () => {
  const probe = new Probe(1);
  probe.see(picture(8), 4, [0, 0, 1, 1], { time: 0, number: 1 }, 0);
  assert.equal(probe.see(picture(99), 4, [4, 0, 3, 3], { time: 0, number: 2 }, 1), null);
  assert.deepEqual(probe.levels, [8, 0, 0]);
});

test("however many pictures come, what it keeps has a bound", () => {
  const probe = new Probe();
  for (let now = 0; now < 120_000; now += 16) {
    probe.see(picture(now & 255), 4, [0, 0, 1, 1], { time: 0, number: 1 }, now);
  }
  assert.ok(probe.read(120_000)[0].length <= 2 * 602);
});
