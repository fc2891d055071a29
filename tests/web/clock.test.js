/**
 * What the device's clock is taken to show.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { DeviceClock } from "../../web/clock.js";

test("nothing is known before an answer", () => {
  const clock = new DeviceClock();
  assert.equal(clock.roundTrip, null);
  assert.equal(clock.age(5, 5), null);
});

test("the device looked at its clock half way through the round trip", () => {
  const clock = new DeviceClock();
  clock.answered(1000, 5_000_000, 1040); // 5000 ms there when it was 1020 here
  assert.equal(clock.roundTrip, 40);
  assert.equal(clock.age(5_000_000, 1020), 0);
  assert.equal(clock.age(4_900_000, 1030), 110);
});

test("the shortest round trip of the last eight is trusted, not a slow or a forgotten one", () => {
  const clock = new DeviceClock();
  clock.answered(0, 1_000_000, 2);
  clock.answered(100, 9_000_000, 190);
  assert.equal(clock.age(1_000_000, 1), 0);
  for (let at = 1000; at < 9000; at += 1000) clock.answered(at, (at + 505) * 1000, at + 10);
  assert.equal(clock.roundTrip, 10);
  assert.equal(clock.age(2_000_000, 1500), 0);
});

test("the time is asked three times at once, and then every 10 s", () => {
  const clock = new DeviceClock();
  const asked = [];
  for (let now = 5; now < 21_000; now += 20) {
    const question = clock.question(now);
    if (question) asked.push(now);
    if (question) assert.deepEqual(question, { type: "clock", viewer_time: now });
  }
  assert.deepEqual(asked, [5, 205, 405, 10_405, 20_405]);
});
