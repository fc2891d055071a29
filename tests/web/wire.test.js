/**
 * The bytes of a message; docs/protocol.md's own example and each rule are in vectors.test.js.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { FORMATS } from "../../web/pixels.js";
import {
  MAX_PICTURE_BYTES,
  MAX_SIDE,
  NO_ACK,
  ProtocolError,
  checkSize,
  isPicture,
  parse,
} from "../../web/wire.js";
import { every, extension, format, message, random } from "./pictures.js";

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
    meta: null,
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

/** @param {Uint8Array[]} parts */
function meta(...parts) {
  const extensions = Uint8Array.from(parts.flatMap((part) => [...part]));
  const { segments, meta: said } = parse(message({ extensions }, TWO_PARTS));
  const start = 36 + extensions.length + 24;
  assert.deepEqual(
    segments.map((segment) => segment.start),
    [start, start + 8],
  );
  return said;
}

test("side data is what the program says of this picture", () => {
  for (const said of [{}, { a: 1 }, { exposure: 12.5, at: [3, 4], über: null, __proto__: null }]) {
    assert.deepEqual(meta(extension(1, JSON.stringify(said))), JSON.parse(JSON.stringify(said)));
    assert.deepEqual(
      meta(extension(1, JSON.stringify(said), 0xff)),
      JSON.parse(JSON.stringify(said)),
    );
  }
  const long = JSON.stringify({ a: "b".repeat(4096 - 8) });
  assert.equal(long.length, 4096);
  assert.deepEqual(meta(extension(1, long)), JSON.parse(long));
});

test("side data that is none counts as none, and the picture is right all the same", () => {
  const texts = [
    "",
    " ",
    "{",
    "[]",
    "1",
    '"a"',
    "null",
    "true",
    '{"a":NaN}',
    "{'a':1}",
    '\ufeff{"a":1}',
  ];
  for (const value of [...texts, `{"a":"${"b".repeat(4096 - 7)}"}`]) {
    assert.equal(meta(extension(1, value)), null, value);
  }
  assert.equal(meta(extension(1, Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d))), null);
});

test("extensions of a later version are skipped, before and after side data", () => {
  const later = extension(2, new Uint8Array(9).fill(7));
  assert.deepEqual(meta(extension(0, "x"), extension(1, '{"a":1}'), later), { a: 1 });
  assert.equal(meta(extension(32767, "")), null);
  assert.equal(meta(extension(7, new Uint8Array(65_488))), null);
});

/** @type {Record<string, Uint8Array[]>} */
const NO_EXTENSIONS = {
  "a critical one": [extension(32768, "")],
  "a critical one after side data": [extension(1, "{}"), extension(65535, "")],
  "one there twice": [extension(1, "{}"), extension(1, "{}")],
  "tags that descend": [extension(2, ""), extension(1, "{}")],
  "one that ends after the header": [Uint8Array.of(1, 0, 1, 0)],
  "one that ends far after the message": [Uint8Array.of(1, 0, 255, 255)],
  "one with a padding that does": [extension(1, "{}"), Uint8Array.of(2, 0, 1, 0)],
};

for (const [what, parts] of Object.entries(NO_EXTENSIONS)) {
  test(`refused: ${what}`, () => {
    const extensions = Uint8Array.from(parts.flatMap((part) => [...part]));
    assert.throws(() => parse(message({ extensions }, TWO_PARTS)), ProtocolError);
  });
}

test("flags that older viewers may ignore are ignored, critical ones are not", () => {
  for (const flags of [4, 8, 12, 15]) assert.ok(parse(message({ flags })));
  for (const flags of [16, 32, 64, 128, 255]) {
    assert.throws(() => parse(message({ flags })), ProtocolError, `${flags}`);
  }
});

test("a message whose first two bytes are 0 is of another type", () => {
  assert.ok(isPicture(message()));
  for (const first of [[36], [0, 1], [1, 0], [0], []]) assert.ok(isPicture(Uint8Array.from(first)));
  for (const rest of [[], [1], [1, 0], [0, 128, 3, 4]]) {
    assert.ok(!isPicture(Uint8Array.of(0, 0, ...rest)));
  }
});

test("without its flag the checksum has no meaning", () => {
  assert.equal(parse(message({ checksum: 5, flags: 0 })).checksum, null);
});

test("a picture may say that it need not be acknowledged, with a checksum or without", () => {
  assert.equal(parse(message({ flags: NO_ACK })).checksum, null);
  assert.equal(parse(message({ checksum: 5, flags: 1 | NO_ACK })).checksum, 5);
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
