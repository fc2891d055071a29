/**
 * Figures of the last two seconds, and what is read off them.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { DeviceClock } from "../../web/clock.js";
import { Figures, Recent, limitedBy } from "../../web/statistics.js";

test("nothing noted is a rate of 0 and no median", () => {
  const { perSecond, sumPerSecond, ...others } = new Recent().read(5);
  assert.deepEqual([perSecond, sumPerSecond], [0, 0]);
  assert.deepEqual(new Set(Object.values(others)), new Set([null]));
});

test("rates and the median are those of the last two seconds", () => {
  const recent = new Recent();
  recent.add(1_000_000, 0);
  recent.add(30, 1000);
  recent.add(1000, 1500);
  recent.add(20, 1900);
  recent.add(null, 1900);
  assert.deepEqual(recent.read(2000), {
    perSecond: 1.5,
    sumPerSecond: 525,
    least: 20,
    quarter: 20,
    median: 30,
    upper: 1000,
  });
  assert.equal(recent.read(3600).median, 20);
  assert.equal(recent.read(3900).median, null);
});

test("three of four are the quarter or more, one of four the upper quarter or more", () => {
  const recent = new Recent();
  for (const value of [9, 1, 8, 7, 2, 6, 5, 4]) recent.add(value, 0);
  assert.equal(recent.read(0).quarter, 4);
  assert.equal(recent.read(0).upper, 7);
});

/** @param {number} ahead of ours */
function clockThatIs(ahead, now = 0) {
  const clock = new DeviceClock();
  clock.answered(1000 * now, 1000 * (now + ahead), now);
  return clock;
}

/** @param {Figures} figures @param {number} arrived @param {number} drawn @param {number} now */
function note(figures, arrived, drawn, now) {
  figures.arrived.add(arrived, now);
  figures.drawn.add(drawn, now);
}

test("transit counts from the youngest arrival there ever was, drawing from the arrival", () => {
  const figures = new Figures();
  note(figures, 80 - 500, 85 - 500, 0);
  assert.equal(figures.read(clockThatIs(500), 0).transit, 0);
  note(figures, 100 - 500, 130 - 500, 60_000);
  const { transit, drawing, age } = figures.read(clockThatIs(500, 60_000), 60_000);
  assert.deepEqual([transit, drawing, age], [20, 30, 130]);
});

test("ages are known as soon as the device's time is, and as well as that", () => {
  const figures = new Figures();
  const clock = new DeviceClock();
  note(figures, 30 - 500, 40 - 500, 0);
  const { age, uncertainty, transit } = figures.read(clock, 0);
  assert.deepEqual([age, uncertainty, transit], [null, null, 0]);
  clock.answered(0, 500_000, 0);
  assert.equal(figures.read(clock, 0).age, 40);
});

test("where no picture came or none was drawn lately, nothing is said to be slow", () => {
  const figures = new Figures();
  note(figures, 30 - 500, 40 - 500, 0);
  figures.read(clockThatIs(500), 0);
  const later = figures.read(clockThatIs(500, 9000), 9000);
  assert.deepEqual([later.age, later.transit, later.drawing], [null, 0, 0]);
  figures.arrived.add(30 - 500, 9000);
  assert.equal(figures.read(clockThatIs(500, 9000), 9000).drawing, 0);
});

test("a picture of a time to come does not slow the network for ever", () => {
  const figures = new Figures();
  note(figures, -1e9, -1e9, 0);
  assert.equal(figures.read(clockThatIs(0), 0).transit, 0);
  note(figures, 3, 4, 60_000);
  assert.equal(figures.read(clockThatIs(0, 60_000), 60_000).transit, 3);
});

const IDLE = { transit: 5, drawing: 9, delay: 0.3, late: 1 };

/** @type {[string, {published: number, skipped: number, device: boolean}, typeof IDLE, string][]} */
const LIMITS = [
  ["a device that lags", { published: 30, skipped: 20, device: true }, IDLE, "device"],
  ["no skipped picture", { published: 30, skipped: 0, device: false }, IDLE, "source rate"],
  ["few skipped", { published: 60, skipped: 3, device: false }, IDLE, "source rate"],
  ["nothing published", { published: 0, skipped: 0, device: false }, IDLE, "source rate"],
  ["slow drawing", { published: 60, skipped: 4, device: false }, IDLE, "this browser"],
  [
    "slow transit",
    { published: 60, skipped: 4, device: false },
    { transit: 40, drawing: 9, delay: 1, late: 2 },
    "network",
  ],
  [
    "slow transit to a page that is never idle",
    { published: 60, skipped: 4, device: false },
    { transit: 400, drawing: 9, delay: 20, late: 30 },
    "this browser",
  ],
  // As measured on loopback, where nothing is slow but the page.
  [
    "a page that has just become busy for 30 ms of each 40",
    { published: 60, skipped: 20, device: false },
    { transit: 17.3, drawing: 3.1, delay: 0.2, late: 24.9 },
    "this browser",
  ],
  [
    "a page with a task of 8 ms after the other",
    { published: 60, skipped: 20, device: false },
    { transit: 20.1, drawing: 1, delay: 2, late: 13.8 },
    "this browser",
  ],
  [
    "a slow network, and a page that stalls now and then",
    { published: 60, skipped: 20, device: false },
    { transit: 120, drawing: 12, delay: 0.3, late: 6 },
    "network",
  ],
];

for (const [what, pace, times, expected] of LIMITS) {
  test(`what limits with ${what}: ${expected}`, () => {
    assert.equal(limitedBy({ type: "pace", fps: 60, ...pace }, times), expected);
  });
}

test("before the server has said its pace, what limits is unknown", () => {
  assert.equal(limitedBy(null, IDLE), null);
});
