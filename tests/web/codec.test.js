/**
 * Applying messages to the picture held, against a model that works byte by byte.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";

import { blank, decode } from "../../web/codec.js";
import { COPY, ChecksumError, MAX_SIDE, ProtocolError, XOR } from "../../web/wire.js";
import { format, held, message, random } from "./pictures.js";

/** @import { Part } from "./pictures.js" */

const CODES = { rgbx8888: 1, rgb888: 3, rgb565: 5, gray8: 6 };
/** An LZ4 block that cannot be. */
const BROKEN = Uint8Array.of(0x00);

/**
 * The picture that stored segments and copies make of a base.
 * @param {Uint8Array} base
 * @param {Part[]} parts
 * @param {number} rowBytes
 */
function model(base, parts, rowBytes) {
  const made = base.slice();
  for (const { firstRow, rows, kind, payload } of parts) {
    if ((kind & 0xffff) === COPY) {
      const from = (firstRow + (kind >> 16)) * rowBytes;
      made.set(base.subarray(from, from + rows * rowBytes), firstRow * rowBytes);
    }
    payload.forEach((byte, at) => {
      made[firstRow * rowBytes + at] = kind === 2 ? made[firstRow * rowBytes + at] ^ byte : byte;
    });
  }
  return made;
}

/**
 * Stored segments and copies of random rows; the upper half of a kind is the shift.
 * @param {(limit: number) => number} next
 * @param {number} rowBytes
 * @param {number} height
 */
function randomParts(next, rowBytes, height) {
  /** @type {Part[]} */
  const parts = [];
  for (let firstRow = next(3); firstRow < height;) {
    const rows = 1 + next(Math.min(4, height - firstRow));
    const shift = next(height - rows + 1) - firstRow;
    const kind = [0, XOR, (shift << 16) | COPY][next(3)];
    const length = kind === 0 || kind === XOR ? rows * rowBytes : 0;
    parts.push({ firstRow, rows, kind, payload: Uint8Array.from({ length }, () => next(256)) });
    firstRow += rows + next(3);
  }
  return parts;
}

for (const [name, code] of Object.entries(CODES)) {
  test(`${name}: differences of any rows, whole, XOR or copied, make the model's picture`, () => {
    const next = random(code);
    for (let round = 0; round < 300; round++) {
      const [width, height] = [1 + next(9), 1 + next(9)];
      const rowBytes = width * format(name).bytesPerPixel;
      const picture = held({ format: name, width, height });
      const parts = randomParts(next, rowBytes, height);
      const expected = model(picture.pixels, parts, rowBytes);
      const checksum = crc32(expected);
      const runs = decode(message({ code, width, height, checksum }, parts), picture);
      assert.deepEqual(picture.pixels, expected);
      assert.deepEqual(
        runs,
        parts.map(({ firstRow, rows }) => [firstRow, rows]),
      );
      assert.deepEqual([picture.number, picture.time], [7, 1e15]);
    }
  });
}

test("from base 0 all that was held is forgotten, and every row counts as changed", () => {
  const next = random(4);
  for (let round = 0; round < 100; round++) {
    const [width, height] = [1 + next(9), 1 + next(9)];
    const picture = held({ width, height });
    const parts = randomParts(next, width, height);
    const expected = model(new Uint8Array(width * height), parts, width);
    const header = { width, height, base: 0, checksum: crc32(expected) };
    assert.deepEqual(decode(message(header, parts), picture), [[0, height]]);
    assert.deepEqual(picture.pixels, expected);
  }
});

test("what a dropped picture held does not matter: number 0 is blank", () => {
  const picture = held();
  picture.number = 0;
  const payload = Uint8Array.of(1, 2);
  decode(message({ base: 0 }, [{ firstRow: 1, rows: 1, kind: 2, payload }]), picture);
  assert.deepEqual([...picture.pixels], [0, 0, 1, 2, 0, 0]);
});

test("a message without segments is its base, with a new number and time", () => {
  const picture = held();
  const before = picture.pixels.slice();
  assert.deepEqual(decode(message({ checksum: crc32(before) }), picture), []);
  assert.deepEqual(picture.pixels, before);
  assert.deepEqual([picture.number, picture.time], [7, 1e15]);
});

/** What is wrong in exactly one way. @type {Record<string, Uint8Array>} */
const REFUSED = {
  "another epoch": message({ epoch: 8 }),
  "another width": message({ width: 1 }),
  "another height": message({ height: 2 }),
  "another format": message({ code: 5 }),
  "a base that is not held": message({ base: 5 }),
  "a base that is still to come": message({ number: 9, base: 7 }),
  "the number held": message({ number: 6, base: 0 }),
  "a number before the one held": message({ number: 5, base: 0 }),
  "a good segment before a broken one": message({ width: 12, height: 3 }, [
    { firstRow: 0, rows: 1, kind: 0, payload: new Uint8Array(12) },
    { firstRow: 1, rows: 2, kind: 1, payload: BROKEN },
  ]),
  "a broken segment from blank": message({ width: 12, height: 3, base: 0 }, [
    { firstRow: 1, rows: 2, kind: 3, payload: BROKEN },
  ]),
};

for (const [name, bytes] of Object.entries(REFUSED)) {
  test(`refused, and nothing is changed: ${name}`, () => {
    const picture = held({ width: name.includes("segment") ? 12 : 2 });
    const before = structuredClone({ ...picture, format: null, scratch: null });
    assert.throws(() => decode(bytes, picture), ProtocolError);
    assert.deepEqual({ ...picture, format: null, scratch: null }, before);
  });
}

test("a picture that is not the one its checksum names is never held", () => {
  const payload = Uint8Array.of(1, 2);
  for (const base of [0, 6]) {
    const picture = held();
    const before = picture.pixels.slice();
    const bytes = message({ base, checksum: 1 }, [{ firstRow: 1, rows: 1, kind: 2, payload }]);
    assert.throws(() => decode(bytes, picture), ChecksumError);
    assert.deepEqual(picture.pixels, before);
    assert.equal(picture.number, 6);
  }
});

test("memory is refused before it is taken", () => {
  for (const [width, height] of [
    [0, 1],
    [MAX_SIDE + 1, 1],
    [MAX_SIDE, MAX_SIDE],
  ]) {
    const announced = { epoch: 1, format: format("rgbx8888"), width, height };
    assert.throws(() => blank(announced), ProtocolError);
  }
});
