/**
 * The bytes of a message; docs/protocol.md's own example and each rule are in vectors.test.js.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { FORMATS } from "../../web/pixels.js";
import {
  MAX_PICTURE_BYTES,
  MAX_SIDE,
  ProtocolError,
  QUIET,
  checkSize,
  parse,
} from "../../web/wire.js";
import { every, format, message, random } from "./pictures.js";

const ROW = every(2, 1, [1, 2]);
const TWO_PARTS = [
  { firstRow: 0, rows: 1, kind: 0, payload: ROW },
  { firstRow: 2, rows: 1, kind: 1, payload: ROW.subarray(0, 1) },
];

test("every value of the header and the table is read", () => {
  const bytes = message(
    { epoch: 2 ** 32 - 1, number: 9, time: 2 ** 53 - 1, checksum: 5 },
    TWO_PARTS,
  );
  const { segments, ...header } = parse(bytes);
  assert.deepEqual(header, {
    format: format("gray8"),
    epoch: 2 ** 32 - 1,
    number: 9,
    base: 6,
    time: 2 ** 53 - 1,
    width: 2,
    height: 3,
    checksum: 5,
  });
  assert.deepEqual(segments, [
    { firstRow: 0, rows: 1, kind: 0, shift: 0, start: 60, end: 65 },
    { firstRow: 2, rows: 1, kind: 1, shift: 0, start: 68, end: 69 },
  ]);
});

test("a message is read the same wherever it lies in its buffer", () => {
  const bytes = message({}, TWO_PARTS);
  const shifted = new Uint8Array(bytes.length + 9).fill(0xff);
  shifted.set(bytes, 5);
  assert.deepEqual(parse(shifted.subarray(5, 5 + bytes.length)), parse(bytes));
});

test("a header of a later version is skipped", () => {
  const { segments } = parse(message({ headerLength: 44 }, TWO_PARTS));
  assert.deepEqual(
    segments.map(({ start }) => start),
    [68, 76],
  );
});

test("without its flag the checksum has no meaning", () => {
  assert.equal(parse(message({ checksum: 5, flags: 0 })).checksum, null);
});

test("a picture may say that it need not be acknowledged, with a checksum or without", () => {
  assert.equal(parse(message({ flags: QUIET })).checksum, null);
  assert.equal(parse(message({ checksum: 5, flags: 1 | QUIET })).checksum, 5);
});

test("a packed payload is at least 1 byte, and shorter than the longest content", () => {
  for (const length of [0, 5, 6]) {
    const part = { firstRow: 0, rows: 1, kind: 1, payload: new Uint8Array(length) };
    assert.throws(() => parse(message({}, [part])), ProtocolError, `${length} bytes`);
  }
});

test("a message cut anywhere, or with anything behind it, is refused", () => {
  const bytes = message({}, TWO_PARTS);
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => parse(bytes.subarray(0, length)), ProtocolError, `cut to ${length}`);
  }
  for (const extra of [1, 3, 4]) {
    assert.throws(() => parse(message({}, TWO_PARTS, extra)), ProtocolError, `${extra} more`);
  }
});

test("whatever bytes arrive, either a message or a ProtocolError", () => {
  const next = random(1);
  let parsed = 0;
  for (let round = 0; round < 20_000; round++) {
    const bytes = message({}, TWO_PARTS);
    for (let changes = 1 + next(3); changes > 0; changes--) bytes[next(bytes.length)] = next(256);
    try {
      const { segments } = parse(bytes);
      for (const { start, end } of segments) assert.ok(start <= end && end <= bytes.length);
      parsed++;
    } catch (error) {
      assert.ok(error instanceof ProtocolError, String(error));
    }
  }
  assert.ok(parsed > 1000, "the changes spared too few messages to mean anything");
});

test("sizes are allowed up to the limits and no further", () => {
  for (const known of FORMATS) {
    const rows = Math.floor(MAX_PICTURE_BYTES / (4096 * known.bytesPerPixel));
    if (rows <= MAX_SIDE) {
      checkSize(known, 4096, rows);
      assert.throws(() => checkSize(known, 4096, rows + 1), ProtocolError);
    }
    checkSize(known, MAX_SIDE, 1);
    checkSize(known, 1, MAX_SIDE);
    for (const [width, height] of [
      [0, 1],
      [1, 0],
      [MAX_SIDE + 1, 1],
      [1, MAX_SIDE + 1],
      [-1, 1],
      [NaN, 1],
    ]) {
      assert.throws(() => checkSize(known, width, height), ProtocolError);
    }
  }
});
