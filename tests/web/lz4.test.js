/**
 * The block decoder against blocks written by hand. tests/ also compares it with liblz4 itself.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { unpack } from "../../web/lz4.js";
import { fromHex, random, toHex } from "./pictures.js";

/**
 * A block of sequences: literals, then a match of that offset and length; the last has no match.
 * @param {[literals: number[], offset?: number, length?: number][]} sequences
 */
function block(...sequences) {
  /** @type {number[]} */
  const bytes = [];
  /** @param {number} length */
  const more = (length) => {
    for (let left = length - 15; left >= 0; left -= 255) bytes.push(Math.min(left, 255));
  };
  for (const [literals, offset = 0, length = 4] of sequences) {
    bytes.push((Math.min(literals.length, 15) << 4) | Math.min(length - 4, 15));
    more(literals.length);
    for (const literal of literals) bytes.push(literal);
    if (sequences.at(-1)?.[0] === literals) break;
    bytes.push(offset & 255, offset >> 8);
    more(length - 4);
  }
  return Uint8Array.from(bytes);
}

/** Unpacks amid guard bytes that must stay. @param {Uint8Array} packed @param {number} size */
function unpacked(packed, size) {
  const source = new Uint8Array(packed.length + 7).fill(0x44);
  source.set(packed, 3);
  const target = new Uint8Array(size + 40).fill(0xa5);
  const length = unpack(source, 3, 3 + packed.length, target, 20, 20 + size);
  assert.ok(
    target.subarray(0, 20).every((byte) => byte === 0xa5),
    "wrote before the target",
  );
  assert.ok(
    target.subarray(20 + size).every((byte) => byte === 0xa5),
    "wrote behind the target",
  );
  return length === size ? target.slice(20, 20 + size) : null;
}

/** The meaning of a match, byte by byte. @param {number[]} start @param {number} offset @param {number} length */
function repeated(start, offset, length) {
  const bytes = [...start];
  for (let n = 0; n < length; n++) bytes.push(bytes[bytes.length - offset]);
  return bytes;
}

const START = Array.from({ length: 70 }, (_, at) => at + 1);
const TAIL = [201, 202, 203, 204, 205, 206, 207, 208, 209, 210, 211, 212];

test("a match repeats what is offset bytes before it, whatever offset and length", () => {
  for (const offset of [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 23, 24, 25, 31, 64, 70]) {
    for (const length of [4, 5, 18, 19, 20, 23, 24, 25, 48, 70, 273, 274, 529, 5000]) {
      const expected = [...repeated(START, offset, length), ...TAIL];
      const made = unpacked(block([START, offset, length], [TAIL]), expected.length);
      assert.deepEqual(made && [...made], expected, `offset ${offset}, length ${length}`);
    }
  }
});

test("literals of every length are copied", () => {
  for (const length of [0, 1, 14, 15, 16, 23, 24, 269, 270, 271, 524, 525, 526, 3000]) {
    const literals = Array.from({ length }, (_, at) => (at * 7) & 255);
    assert.deepEqual([...(unpacked(block([literals]), length) ?? [-1])], literals);
  }
});

test("an offset of 0 makes zeros, as with liblz4", () => {
  const made = unpacked(block([START, 0, 40], [TAIL]), START.length + 40 + TAIL.length);
  assert.deepEqual(made && [...made], [...START, ...new Array(40).fill(0), ...TAIL]);
});

test("a block that makes more than the target is refused", () => {
  const packed = block([START, 3, 30], [TAIL]);
  const size = START.length + 30 + TAIL.length;
  assert.ok(unpacked(packed, size));
  for (const wrong of [1, size - 12, size - 1]) {
    assert.equal(unpacked(packed, wrong), null, `${wrong} rather than ${size}`);
  }
});

test("a block cut anywhere is refused", () => {
  const packed = block([START, 3, 300], [TAIL]);
  for (let length = 0; length < packed.length; length++) {
    assert.equal(unpacked(packed.subarray(0, length), START.length + 300 + TAIL.length), null);
  }
});

test("a match may not reach before the target", () => {
  const size = START.length + 30 + TAIL.length;
  assert.ok(unpacked(block([START, 70, 30], [TAIL]), size));
  assert.equal(unpacked(block([START, 71, 30], [TAIL]), size), null);
  assert.equal(unpacked(block([START, 65535, 30], [TAIL]), size), null);
});

test("the last 5 bytes are literals, and no match begins in the last 12", () => {
  const five = TAIL.slice(0, 5);
  const four = TAIL.slice(0, 4);
  assert.ok(unpacked(block([START, 3, 20], [five]), START.length + 25));
  assert.equal(unpacked(block([START, 3, 20], [four]), START.length + 24), null);
  assert.ok(unpacked(block([START, 3, 7], [five]), START.length + 12));
  assert.equal(unpacked(block([START, 3, 6], [five]), START.length + 11), null);
});

test("where liblz4 does not look for the block's end, a match may end at it", () => {
  // 7 literals, 17 times the last; then 12 literals, a match of 18 and 3 literals at the very end.
  const packed = fromHex("7dff592eedc85e530100ce60c93ef3d57546d1101a69fb20003ffbee55");
  assert.equal(
    toHex(unpacked(packed, 57) ?? new Uint8Array()),
    "ff592eedc85e535353535353535353535353535353535353" +
      "60c93ef3d57546d1101a69fbc85e53535353535353535353535353535353fbee55",
  );
});

test("the longest sequence without length bytes may fill the target to its end", () => {
  const literals = START.slice(0, 14);
  const packed = Uint8Array.of(0xee, ...literals, 14, 0, 0);
  assert.deepEqual([...(unpacked(packed, 32) ?? [])], repeated(literals, 14, 18));
});

test("whatever bytes arrive, nothing outside of the target is written", () => {
  const next = random(2);
  for (let round = 0; round < 20_000; round++) {
    unpacked(
      Uint8Array.from({ length: 1 + next(60) }, () => next(256) & next(256)),
      1 + next(90),
    );
  }
});
