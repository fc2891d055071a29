/**
 * The block decoder against blocks written by hand, and against the rules of docs/protocol.md as they read.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { unpack } from "../../web/lz4.js";
import { fromHex, random } from "./pictures.js";

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

/** How many bytes it makes in a room that may be larger. @param {Uint8Array} packed @param {number} room */
function lengthOf(packed, room) {
  return unpack(packed, 0, packed.length, new Uint8Array(room), 0, room);
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

test("a match of offset 0 is refused", () => {
  const size = START.length + 40 + TAIL.length;
  assert.ok(unpacked(block([START, 1, 40], [TAIL]), size));
  assert.equal(unpacked(block([START, 0, 40], [TAIL]), size), null);
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

test("the last match ends 5 bytes before the end or earlier, and starts 12 before it", () => {
  const five = TAIL.slice(0, 5);
  const four = TAIL.slice(0, 4);
  assert.ok(unpacked(block([START, 3, 20], [five]), START.length + 25));
  assert.equal(unpacked(block([START, 3, 20], [four]), START.length + 24), null);
  assert.ok(unpacked(block([START, 3, 7], [five]), START.length + 12));
  assert.equal(unpacked(block([START, 3, 6], [five]), START.length + 11), null);
});

test("that is so in whatever room, and of the last match only", () => {
  // 7 literals, 17 times the last; then 12 literals, a match of 18 and 3 literals: liblz4 takes it.
  assert.equal(
    unpacked(fromHex("7dff592eedc85e530100ce60c93ef3d57546d1101a69fb20003ffbee55"), 57),
    null,
  );
  for (const room of [0, 1, 12, 40]) {
    assert.equal(lengthOf(block([START, 3, 20], [[1, 2, 3, 4]]), START.length + 24 + room), -1);
    assert.equal(lengthOf(block([START, 3, 6], [TAIL.slice(0, 5)]), START.length + 11 + room), -1);
    const early = block([START, 3, 4], [[], 3, 7], [TAIL.slice(0, 5)]);
    assert.equal(lengthOf(early, START.length + 16 + room), START.length + 16);
  }
});

test("the last sequence has no match, and the bits for one mean nothing", () => {
  const literals = START.slice(0, 14);
  assert.equal(unpacked(Uint8Array.of(0xee, ...literals, 14, 0), 32), null);
  assert.equal(unpacked(Uint8Array.of(0xee, ...literals, 14, 0, 0), 32), null);
  for (let bits = 0; bits < 16; bits++) {
    assert.deepEqual([...(unpacked(Uint8Array.of(0x30 | bits, 1, 2, 3), 3) ?? [])], [1, 2, 3]);
  }
});

test("an empty block is refused", () => {
  assert.equal(lengthOf(new Uint8Array(), 9), -1);
});

/**
 * What the block means, written as docs/protocol.md has it; null if it is to be refused.
 * @param {Uint8Array} packed @param {number} room
 */
function meaning(packed, room) {
  /** @type {number[]} */
  const made = [];
  const bytes = [...packed];
  const next = () => {
    const byte = bytes.shift();
    if (byte === undefined) throw new RangeError("it ends within a sequence");
    return byte;
  };
  /** @param {number} bits */
  const extended = (bits) => {
    let [sum, more] = [bits, bits === 15 ? 255 : 0];
    while (more === 255) sum += more = next();
    return sum;
  };
  let [matchStart, matchEnd] = [-12, -5];
  try {
    for (;;) {
      const token = next();
      for (let literals = extended(token >> 4); literals > 0; literals--) made.push(next());
      if (!bytes.length) break;
      const offset = next() + 256 * next();
      let match = extended(token & 15) + 4;
      if (offset === 0 || offset > made.length) return null;
      matchStart = made.length;
      for (; match > 0 && made.length <= room; match--) made.push(made[made.length - offset]);
      matchEnd = made.length;
    }
  } catch {
    return null;
  }
  const isLate = made.length - matchStart < 12 || made.length - matchEnd < 5;
  return isLate || made.length > room ? null : made;
}

test("of random blocks, it takes those that keep the rules and makes what they mean", () => {
  const next = random(3);
  let taken = 0;
  for (let round = 0; round < 20_000; round++) {
    const sequences = Array.from({ length: 1 + next(3) }, () => {
      const literals = Array.from({ length: next(next(4) ? 18 : 40) }, () => next(256));
      return /** @type {[number[], number, number]} */ ([literals, next(20), 4 + next(30)]);
    });
    const whole = block(...sequences);
    const packed = next(4) ? whole : whole.subarray(0, next(whole.length));
    const room = 10 + next(120);
    const expected = meaning(packed, room);
    assert.equal(
      lengthOf(packed, room),
      expected?.length ?? -1,
      Buffer.from(packed).toString("hex"),
    );
    if (!expected) continue;
    taken++;
    assert.deepEqual([...(unpacked(packed, expected.length) ?? [])], expected);
  }
  assert.ok(taken > 2000 && taken < 18_000, `${taken} taken say little`);
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
