/**
 * Tapes as recordings; tests/recording/test_page.py reads them with the reader in Python as well.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { PICTURE, WHOLE, chunksOf, endOf } from "../../../web/instruments/chunks.js";
import { tapeOf } from "../../../web/instruments/reader.js";
import { Tape } from "../../../web/instruments/tape.js";
import { recordingOf } from "../../../web/instruments/writer.js";
import { FORMATS } from "../../../web/pixels.js";
import { BEGAN, allOf, film, oneAfterAnother } from "./films.js";

/** @import { Received, Shown } from "./films.js" */

/** @param {Iterable<Received>} received @param {number} [seconds] */
function taped(received, seconds) {
  const tape = new Tape({ seconds });
  /** @type {Shown[]} */
  const shown = [];
  for (const { data, picture, announced, received: at, shown: one } of received) {
    tape.add(data, picture, announced, at);
    shown.push(one);
  }
  return { tape, shown };
}

/** @param {Blob} file */
const bytesOf = async (file) => new Uint8Array(await file.arrayBuffer());

for (const { name } of FORMATS) {
  test(`${name}: a recording of any part has all its pictures, wherever it begins`, async () => {
    const { tape, shown } = taped(film(1, { name, count: 40, rows: 3 }));
    for (const [from, to] of [
      [0, 40],
      [0, 1],
      [7, 31],
      [39, 40],
      [-5, 99],
    ]) {
      const read = await tapeOf(recordingOf(tape, from, to));
      assert.deepEqual(allOf(read), shown.slice(Math.max(0, from), to));
      assert.equal(read.problem, null);
    }
  });
}

test("what a tape has left is recorded", async () => {
  const { tape, shown } = taped(film(2, { count: 500 }), 4);
  assert.ok(tape.first > 0);
  assert.deepEqual(allOf(await tapeOf(recordingOf(tape))), shown.slice(tape.first));
});

test("only the first picture is written anew; the other messages are as they were received", async () => {
  const { tape } = taped(film(3, { count: 60, rows: 2 }));
  const chunks = [...chunksOf(await bytesOf(recordingOf(tape, 20, 50)))];
  const [first, ...messages] = chunks.filter(({ kind }) => kind === PICTURE);
  assert.ok(first.payload.length > 0);
  messages.forEach(({ payload }, at) => assert.deepEqual(payload, tape.entry(21 + at)?.message));
});

test("positions begin at the first picture, and the last is shown until the next one came", async () => {
  const { tape } = taped(film(4, { count: 60, every: 40_000 }));
  const bytes = await bytesOf(recordingOf(tape, 20, 50));
  const chunks = [...chunksOf(bytes)].filter(({ kind }) => kind === PICTURE);
  assert.deepEqual(
    chunks.map(({ position }) => position),
    chunks.map((_, at) => at * 40_000),
  );
  assert.deepEqual(
    chunks.map(({ received }) => received),
    chunks.map((_, at) => tape.entry(20 + at)?.received),
  );
  assert.deepEqual(endOf(bytes), { position: 30 * 40_000, pictures: 30 });
});

test("whole pictures stand where much work is behind", async () => {
  const { tape, shown } = taped(
    film(5, { count: 600, rows: 1, width: 40, height: 40, resyncs: 999 }),
  );
  const file = recordingOf(tape);
  const chunks = [...chunksOf(await bytesOf(file))];
  const wholes = chunks.filter(({ kind }) => kind === WHOLE);
  assert.ok(wholes.length > 4 && wholes.length < 600 / 8 / 2, `${wholes.length}`);
  assert.deepEqual(allOf(await tapeOf(file)), shown);
});

test("another size and a lost connection are recorded, and why it was lost", async () => {
  const tape = new Tape();
  /** @type {Shown[]} */
  const shown = [];
  const all = oneAfterAnother(
    film(6, { count: 5 }),
    film(7, { count: 5, epoch: 8, width: 20, name: "rgb888", began: BEGAN + 1e6 }),
    film(8, { count: 5, epoch: 9, began: 0, late: BEGAN + 2e6 }),
  );
  for (const { data, picture, announced, received, shown: one } of all) {
    if (shown.length === 10) tape.lost("the cable");
    tape.add(data, picture, announced, received);
    shown.push(one);
  }
  const read = await tapeOf(recordingOf(tape, 2));
  assert.deepEqual(allOf(read), shown.slice(2));
  const gaps = allOf(read).map((_, id) => read.entry(id)?.gap);
  assert.deepEqual(gaps, [...Array(8).fill(null), "the cable", ...Array(4).fill(null)]);
  const widths = allOf(read).map((_, id) => read.entry(id)?.announced.width);
  assert.deepEqual(widths, [9, 9, 9, 20, 20, 20, 20, 20, 9, 9, 9, 9, 9]);
  const positions = (
    /** @type {import("../../../web/instruments/reel.js").Reel} */ reel,
    /** @type {number} */ first,
  ) => Array.from({ length: 13 }, (_, at) => reel.entry(first + at)?.position ?? NaN);
  const origin = positions(tape, 2)[0];
  assert.deepEqual(
    positions(read, 0),
    positions(tape, 2).map((position) => position - origin),
  );
});

test("a recording of a recording is the same", async () => {
  const { tape } = taped(film(9, { count: 100, rows: 2 }));
  const once = await bytesOf(recordingOf(tape));
  const twice = await bytesOf(recordingOf(await tapeOf(new Blob([once]))));
  assert.deepEqual(twice, once);
});
