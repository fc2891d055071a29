/**
 * Back in time, as the page asks for it: what is held then, what is told, what is saved.
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

/** @param {string} act @param {...unknown} given */
const past = (act, ...given) => served.use("past", act, ...given);
const situation = () => past("situation");

/** Ten pictures, a second apart by the device's clock, of their numbers' levels. */
async function tape() {
  served.announce();
  served.bring(1, 1);
  await situation(); // keeps what comes from now on
  for (let number = 2; number <= 11; number++) {
    served.world.pass(1000);
    served.bring(number, number, 1e15 + 1e6 * number);
  }
}

/** The level that the canvas shows all over. */
function level() {
  served.rest();
  const [first, ...others] = served.shown();
  assert.ok(others.every((one) => one === first));
  return first;
}

test("pictures are kept from the first question on", async () => {
  await tape();
  const { at, first, end, position, length, isFile, isPlaying } = await situation();
  assert.deepEqual([at, first, end, position, length], [null, 0, 10, 9e6, 9e6]);
  assert.deepEqual([isFile, isPlaying], [false, false]);
});

test("a step back holds the picture before the newest, and further steps go both ways, to the ends", async () => {
  await tape();
  const seen = [];
  for (const by of [-1, -1, 1, -100, 1, 100]) {
    await past("step", by);
    seen.push(level());
  }
  assert.deepEqual(seen, [10, 9, 10, 2, 3, 11]);
  const told = await served.news("news", "past");
  assert.deepEqual(
    told.map(({ at }) => at),
    [8, 7, 8, 0, 1, 9],
  );
});

test("what is said to be shown is the picture gone back to, with its announcement", async () => {
  await tape();
  served.announce({ epoch: 8, width: 3, height: 2, source: [3, 2] });
  served.bring(1, 99);
  await served.news("shown");
  await past("step", -2);
  const [{ shown }] = await served.news("shown");
  assert.deepEqual([shown.number, shown.epoch, shown.announced.width], [10, 7, 2]);
  assert.deepEqual([served.canvas.width, level()], [2, 10]);
});

test("a place on the line is the picture shown then", async () => {
  await tape();
  for (const [position, shown] of [
    [0, 2],
    [999_999, 2],
    [1_000_000, 3],
    [5_500_000, 7],
    [99e6, 11],
    [-5, 2],
  ]) {
    await past("seek", position);
    assert.equal(level(), shown);
  }
  assert.equal((await situation()).position, 0);
});

test("it plays as it was, faster, and halts at the end", async () => {
  await tape();
  await past("step", -100);
  await past("play", 1);
  served.world.pass(2500);
  assert.deepEqual([level(), (await situation()).isPlaying], [4, true]);
  await past("play", 4);
  served.world.pass(1000);
  assert.equal(level(), 8);
  await past("pause");
  served.world.pass(5000);
  assert.deepEqual([level(), (await situation()).isPlaying], [8, false]);
  await past("play", 4);
  served.world.pass(5000);
  assert.deepEqual([level(), (await situation()).isPlaying], [11, false]);
  await past("play", 2);
  assert.equal(level(), 2, "again from the beginning");
});

test("live goes on behind it, and is back when asked", async () => {
  await tape();
  await past("step", -3);
  served.world.socket.replies();
  served.bring(12, 12);
  assert.deepEqual(served.world.socket.replies(), [{ type: "acknowledge", epoch: 7, number: 12 }]);
  assert.equal(level(), 8);
  await past("live");
  assert.equal(level(), 12);
  assert.equal((await situation()).at, null);
});

test("released by another hand, it plays no more, and is live", async () => {
  await tape();
  await past("step", -100);
  await past("play", 1);
  await served.ask("release");
  served.world.pass(5000);
  assert.equal(level(), 11);
  const { at, isPlaying } = await situation();
  assert.deepEqual([at, isPlaying], [null, false]);
  assert.equal((await served.news("news", "past")).at(-1).at, null);
});

test("its end releases what it holds, and not what was frozen", async () => {
  await tape();
  await past("step", -1);
  await past("end");
  assert.equal(level(), 11);
  await past("step", -4);
  await served.ask("freeze");
  await past("end");
  served.bring(12, 12);
  assert.equal(level(), 7);
});

test("what is saved opens again, to the same pictures; closing the file brings back the tape", async () => {
  await tape();
  await past("step", -5);
  const { blob, time, number } = await past("save");
  assert.deepEqual([time, number, level()], [1e15 + 2e6, 2, 6]);
  await past("open", blob);
  const { isFile, first, end, length } = await situation();
  assert.deepEqual([isFile, first, end, length], [true, 0, 10, 9e6]);
  const seen = [];
  for (let at = 0; at < 10; at++) {
    await past("seek", at * 1e6);
    seen.push(level());
  }
  assert.deepEqual(seen, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  await past("live");
  assert.deepEqual([level(), (await situation()).isFile], [11, false]);
});

test("a file that is none is told of, and what was shown stays", async () => {
  await tape();
  await past("step", -5);
  await assert.rejects(
    past("open", new Blob(["no recording"])),
    /^Error: this file is no recording/,
  );
  assert.equal(level(), 6);
});

test("a file that was read too late is not shown: the user went on", async () => {
  await tape();
  const { blob } = await past("save");
  const opening = past("open", blob);
  await past("live");
  await opening;
  assert.equal(level(), 11);
  const { at, isFile } = await situation();
  assert.deepEqual([at, isFile], [null, false]);
});

test("a picture that is kept no longer is said to be the oldest", async () => {
  await tape();
  await past("step", -100);
  for (let number = 12; number < 90; number++) {
    served.world.pass(1000);
    served.bring(number, number, 1e15 + 1e6 * number);
  }
  const { at, first, position } = await situation();
  assert.ok(first > 0);
  assert.deepEqual([at, position, level()], [first, 0, 2]);
});

test("years between two pictures are waited for without haste", async () => {
  await tape();
  served.bring(12, 12, 1e15 + 1e15);
  await past("seek", 9e6);
  await past("play", 1);
  const dues = [...served.world.timers].map(({ due }) => due - served.world.now);
  assert.ok(
    dues.every((due) => due < 2 ** 31),
    "browsers take longer times for none",
  );
});

test("a lost connection is a gap that is shown as any other time", async () => {
  await tape();
  served.world.socket.break();
  served.world.pass(1000);
  served.world.socket.open();
  served.announce({ epoch: 9 });
  served.bring(1, 77, 5e14);
  await past("step", -1);
  assert.equal(level(), 11);
  await past("step", 1);
  assert.equal(level(), 77);
  assert.equal((await situation()).length, 10e6);
});
