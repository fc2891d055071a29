/**
 * What the device's clock is taken to show, and how well that is known.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { DeviceClock, clockQuestion } from "../../web/clock.js";

test("nothing is known before an answer", () => {
  const clock = new DeviceClock();
  assert.equal(clock.roundTrip, null);
  assert.equal(clock.age(5, 5), null);
  assert.equal(clock.age(null, 5), null);
});

/** Of a picture of that time. @param {DeviceClock} clock @param {number} time in us @param {number} now */
function age(clock, time, now) {
  const found = clock.age(now - time / 1000, now);
  return found && [Math.round(found.age), Math.round(found.uncertainty)];
}

test("the device looked at its clock at some time of the round trip", () => {
  const clock = new DeviceClock();
  clock.answered(1000_000, 5_000_000, 1040); // 5000 ms there when it was 1000 to 1040 here
  assert.equal(clock.roundTrip, 40);
  assert.deepEqual(age(clock, 4_900_000, 1030), [110, 20]);
});

test("a picture is not taken in the future: ages begin at 0", () => {
  const clock = new DeviceClock();
  clock.answered(1000_000, 5_000_000, 1400);
  assert.deepEqual(age(clock, 5_000_000, 1200), [100, 100]); // rather than 0, give or take 200
  assert.deepEqual(age(clock, 5_000_000, 1100), [50, 50]);
  assert.equal(age(clock, 5_600_000, 1100), null);
});

test("answers agree: what all of them say is known, whichever was the quickest", () => {
  const clock = new DeviceClock();
  assert.ok(clock.answered(0, 1_000_000, 100));
  assert.deepEqual(age(clock, 1_000_000, 100), [50, 50]);
  assert.ok(clock.answered(100_000, 1_250_000, 300)); // the question was slow
  assert.deepEqual(age(clock, 1_000_000, 300), [275, 25]);
  assert.ok(clock.answered(300_000, 1_280_000, 500)); // the answer was slow
  assert.deepEqual(age(clock, 1_000_000, 500), [465, 15]);
});

test("clocks drift apart: after a while it is known less well, and asked again", () => {
  const clock = new DeviceClock();
  clock.answered(1000_000, 5_000_000, 1002);
  assert.deepEqual(age(clock, 4_000_000, 1002), [1001, 1]);
  assert.deepEqual(age(clock, 4_000_000, 41_002), [41_001, 11]);
});

test("an answer that contradicts those before is of a clock that was set", () => {
  for (const step of [-3_600_000_000, -50_000, 50_000, 3_600_000_000]) {
    const clock = new DeviceClock();
    clock.answered(1000_000, 5e9, 1002);
    assert.equal(clock.answered(2000_000, 5e9 + 1e6 + step, 2002), false);
    assert.deepEqual(age(clock, 5e9 + 1e6 + step - 7000, 2001), [7, 1]);
  }
});

test("a question's time is a whole number of microseconds, and not of the future", () => {
  for (const now of [0, 0.0004, 1.23456, 1234.9999, 2 ** 40 + 0.5]) {
    const asked = clockQuestion(now);
    assert.ok(asked.type === "clock" && Number.isSafeInteger(asked.viewer_time));
    assert.ok(asked.viewer_time <= 1000 * now && asked.viewer_time > 1000 * now - 1);
  }
});

test("an answer to what was never asked says nothing", () => {
  const clock = new DeviceClock();
  assert.ok(clock.answered(2000_000, 5e9, 1000));
  assert.equal(clock.roundTrip, null);
  assert.equal(clock.age(5, 1000), null);
});

/** When it asks in the first while. @param {DeviceClock} clock @param {number} roundTrip */
function questions(clock, roundTrip) {
  const asked = [];
  for (let now = 5; now < 13_000; now += 20) {
    const question = clock.question(now);
    if (!question) continue;
    assert.deepEqual(question, { type: "clock", viewer_time: 1000 * now });
    asked.push(now);
    clock.answered(1000 * now, 1000 * now, now + roundTrip);
  }
  return asked;
}

test("the time is asked three times at once, and then every 10 s", () => {
  assert.deepEqual(questions(new DeviceClock(), 2), [5, 205, 405, 10_405]);
});

test("while it is known badly, it is asked every second", () => {
  assert.deepEqual(questions(new DeviceClock(), 60).slice(0, 5), [5, 205, 405, 1405, 2405]);
});

/** A device and a viewer whose clocks drift, over a network and a page that are slow by chance. */
class World {
  now = 0; // true time in ms
  drift = (Math.random() - 0.5) * 400e-6;
  ahead = Math.random() * 1e12;
  setAt = 0;
  clock = new DeviceClock();
  /** What is on its way, by when it arrives. @type {{at: number, what: () => void}[]} */
  #coming = [];

  /** By the device's clock, in us. */
  get deviceTime() {
    return Math.round(1000 * (this.now * (1 + this.drift) + this.ahead));
  }

  /** @param {() => void} what @param {number} after */
  later(what, after) {
    this.#coming.push({ at: this.now + after, what });
  }

  /** @param {number} until */
  pass(until) {
    for (;;) {
      this.#coming.sort((a, b) => a.at - b.at);
      if (!this.#coming.length || this.#coming[0].at > until) break;
      const { at, what } = /** @type {{at: number, what: () => void}} */ (this.#coming.shift());
      this.now = at;
      what();
    }
    this.now = until;
  }
}

test("whatever the delays, the drift and the steps of the device's clock, the truth is within the bounds", () => {
  for (let run = 0; run < 60; run++) {
    const world = new World();
    const { clock } = world;
    const slow = [0.5, 5, 100, 700][run % 4];
    const delay = () => slow * Math.random() ** 3 + 0.1;
    let unsure = Infinity; // until an answer to a question that was asked after the last step
    for (let tick = 0; tick < 2000; tick++) {
      world.pass(world.now + 90);
      if (Math.random() < 0.003) {
        world.ahead += (Math.random() < 0.5 ? -1 : 1) * 10 ** (4 + 5 * Math.random());
        unsure = Infinity;
      }
      const question = clock.question(world.now);
      if (question?.type === "clock") {
        world.later(() => {
          const time = world.deviceTime;
          const { ahead } = world;
          world.later(() => {
            clock.answered(question.viewer_time, time, world.now);
            if (ahead === world.ahead) unsure = 0;
          }, delay());
        }, delay());
      }
      const taken = world.deviceTime;
      const waited = Math.random() * 300;
      const { ahead, now } = world;
      world.pass(now + waited);
      const known = clock.age(world.now - taken / 1000, world.now);
      if (unsure || ahead !== world.ahead) continue;
      assert.ok(known, "it is known after one answer");
      assert.ok(Math.abs(known.age - waited) <= known.uncertainty + 0.1, `${run} ${tick}`);
      assert.ok(known.uncertainty < 2 * slow + 5);
    }
  }
});
