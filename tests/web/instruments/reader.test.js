/**
 * Files as tapes: whatever was done to one, its pictures are right, and what is wrong is said in one
 * sentence.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";

import { RecordingError } from "../../../web/instruments/chunks.js";
import { tapeOf } from "../../../web/instruments/reader.js";
import { startBytes } from "../../../web/instruments/reel.js";
import { Tape } from "../../../web/instruments/tape.js";
import { recordingOf } from "../../../web/instruments/writer.js";
import { ProtocolError } from "../../../web/wire.js";
import { ANNOUNCED, every, message, random } from "../pictures.js";
import { BEGAN, allOf, film, oneAfterAnother, shownBy } from "./films.js";

/** @import { Shown } from "./films.js" */

/** @param {number} seed */
async function recorded(seed) {
  const tape = new Tape();
  /** @type {Shown[]} */
  const shown = [];
  const size = { count: 4, width: 3, height: 2, rows: 1 };
  const all = oneAfterAnother(
    film(seed, size),
    film(seed, { ...size, epoch: 8, name: "gray8", began: BEGAN + 1e6 }),
  );
  for (const { data, picture, announced, received, shown: one } of all) {
    tape.add(data, picture, announced, received);
    shown.push(one);
  }
  return { bytes: new Uint8Array(await recordingOf(tape).arrayBuffer()), shown };
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
const read = (bytes) => tapeOf(new Blob([bytes]));

/** A file of these chunks, with right checks. @param {[kind: number, payload: Uint8Array | string, position?: number][]} chunks */
function made(...chunks) {
  let check = 0;
  /** @type {Buffer[]} */
  const parts = [];
  /** @param {Uint8Array} bytes */
  const add = (bytes) => {
    check = crc32(bytes, check);
    const end = Buffer.alloc(4);
    end.writeUInt32LE(check);
    parts.push(Buffer.from(bytes), end);
  };
  add(Buffer.from("895753530d0a1a0a01000000", "hex"));
  for (const [kind, content, position = 0] of chunks) {
    const payload = Buffer.from(content);
    const header = Buffer.alloc(24);
    header.writeUInt32LE(kind, 0);
    header.writeUInt32LE(payload.length, 4);
    header.writeBigUInt64LE(BigInt(position), 8);
    header.writeBigUInt64LE(BigInt(BEGAN), 16);
    add(header);
    add(payload);
  }
  return Uint8Array.from(Buffer.concat(parts));
}

const STREAM = JSON.stringify(ANNOUNCED);
/** @param {number} number @param {number} base @param {Parameters<typeof message>[0]} [header] */
const picture = (number, base, header) => {
  const part = { firstRow: 0, rows: 1, kind: 0, payload: every(2, 1, [number, 9]) };
  return message({ number, base, ...header }, [part]);
};

/** What is no recording, or has no picture, and what is said of it. @type {Record<string, [Uint8Array<ArrayBuffer>, RegExp]>} */
const REFUSED = {
  "an empty file": [new Uint8Array(), /has 0 bytes, and a recording begins with 16; right/],
  "the beginning of the first bytes": [made().subarray(0, 9), /has 9 bytes/],
  "another kind of file": [
    Uint8Array.from(Buffer.from("\x89PNG\r\n\x1a\n and more")),
    /is no recording: it does not begin as one; right/,
  ],
  text: [Uint8Array.from(Buffer.from("hi")), /is no recording/],
  "first bytes that are damaged": [
    made().map((byte, at) => (at === 10 ? 1 : byte)),
    /its first bytes are damaged/,
  ],
  "no chunk": [made(), /holds no picture; right/],
  "no picture": [made([1, STREAM]), /holds no picture; right/],
  "a picture before the announcement": [
    made([2, picture(1, 0)]),
    /from byte 16 on: a picture before the announcement; what is before/,
  ],
  "a message that is none": [made([1, STREAM], [2, "x"]), /1 bytes are no whole header/],
  "an announcement of something else": [
    made([1, '{"type":"problem","reason":null}']),
    /of something else than a stream/,
  ],
  "an announcement of a later type": [made([1, '{"type":"x"}']), /of something else than a stream/],
  "an announcement that is not JSON": [made([1, "{"]), /that is not JSON/],
  "an announcement that is not UTF-8": [made([1, Uint8Array.of(255)]), /not UTF-8/],
  "a picture that takes too much memory": [
    made([1, STREAM.replace('"width":2', '"width":65535')]),
    /over the limits/,
  ],
  "a kind of a later version": [made([3, "x"]), /of a later version \(kind 3\)/],
  "a position over its limit": [made([1, STREAM, 2 ** 53]), /over its limit/],
  "a picture of another epoch": [
    made([1, STREAM], [2, picture(1, 0, { epoch: 8 })]),
    /not announced/,
  ],
  "a picture of another size": [
    made([1, STREAM], [2, picture(1, 0, { height: 2 })]),
    /not announced/,
  ],
  "a first picture that is a delta": [
    made([1, STREAM], [2, picture(2, 1)]),
    /a delta against 1, not 0/,
  ],
};

for (const [name, [bytes, sentence]] of Object.entries(REFUSED)) {
  test(`refused in a sentence: ${name}`, async () => {
    await assert.rejects(read(bytes), (error) => {
      assert.ok(error instanceof RecordingError);
      assert.match(error.message, sentence);
      return true;
    });
  });
}

test("a later version is refused, and its number said", async () => {
  const head = Buffer.from("895753530d0a1a0a02000000", "hex");
  const check = Buffer.alloc(4);
  check.writeUInt32LE(crc32(head));
  await assert.rejects(
    read(Uint8Array.from(Buffer.concat([head, check]))),
    /of version 2, and this page reads 1/,
  );
});

test("a file that is too large is refused before it is read", async () => {
  const file = /** @type {any} */ ({ size: 2 ** 30 + 1, arrayBuffer: () => assert.fail("read") });
  await assert.rejects(tapeOf(file), /has 1073741825 bytes, .* right would be a part of it/);
});

test("a file that cannot be read is a sentence, too", async () => {
  const file = /** @type {any} */ ({
    size: 99,
    arrayBuffer: () => Promise.reject(new Error("gone")),
  });
  await assert.rejects(
    tapeOf(file),
    new RecordingError("this file cannot be read: Error: gone; right would be to choose it again"),
  );
});

/** What stands behind a good picture, and what is said of it. @type {Record<string, [Parameters<typeof made>, RegExp]>} */
const BEHIND = {
  "a delta against another picture": [[[2, picture(3, 2)]], /a delta against 2, not 1/],
  "a whole picture of another one": [[[128, picture(2, 0)]], /a whole picture of another one/],
  "a delta against a picture before the announcement": [
    [
      [1, STREAM],
      [2, picture(2, 1)],
    ],
    /a delta against 1, not 0/,
  ],
  "a kind of a later version": [[[127, ""]], /later version/],
};

for (const [name, [chunks, sentence]] of Object.entries(BEHIND)) {
  test(`played up to there, and said: ${name}`, async () => {
    const reel = await read(made([1, STREAM], [2, picture(1, 0)], ...chunks));
    assert.equal(reel.length, 1);
    assert.match(reel.problem ?? "", sentence);
  });
}

test("why a connection was lost is said of the picture behind it, and of no other", async () => {
  /** @type {Parameters<typeof made>} */
  const before = [
    [1, STREAM],
    [2, picture(1, 0)],
    [131, "the cable"],
  ];
  const reel = await read(made(...before, [1, STREAM], [2, picture(1, 0)], [2, picture(2, 0)]));
  const gaps = [0, 1, 2].map((id) => reel.entry(id)?.gap);
  assert.deepEqual(gaps, [null, "the cable", null]);
});

test("what may be skipped is", async () => {
  const chunks = [129, 130, 132, 133, 200].map((kind) => [kind, "\0\0 anything"]);
  const reel = await read(
    made([1, STREAM], [2, picture(1, 0)], .../** @type {any} */ (chunks), [2, picture(2, 1)]),
  );
  assert.deepEqual([reel.length, reel.problem], [2, null]);
});

test("where a whole picture stands a chunk begins, and weighs what it takes", async () => {
  /** @type {Parameters<typeof made>} */
  const before = [
    [1, STREAM],
    [2, picture(1, 0)],
    [2, picture(2, 1)],
  ];
  const [one, two] = [
    await read(made(...before)),
    await read(made(...before, [128, picture(2, 0)])),
  ];
  assert.deepEqual([one.chunks.length, two.chunks.length, two.length], [1, 2, 2]);
  assert.deepEqual([one.entry(1)?.isStart, two.entry(1)?.isStart], [false, true]);
  assert.equal(two.bytes - one.bytes, startBytes({ announced: ANNOUNCED, text: STREAM }, null, 0));
});

test("positions never go back, and the last picture is shown until the end", async () => {
  const end = Buffer.alloc(16);
  end.writeUInt32LE(3, 8);
  const pictures = [5, 90, 7].map((position, at) => [2, picture(at + 1, at), position]);
  const reel = await read(made([1, STREAM], .../** @type {any} */ (pictures), [133, end, 300]));
  assert.deepEqual(
    [0, 1, 2].map((id) => reel.entry(id)?.position),
    [5, 90, 90],
  );
  assert.equal(reel.until, 300);
});

test("a message that is forged is one picture that cannot be shown, and no wrong one", async () => {
  const part = { firstRow: 0, rows: 3, kind: 1, payload: Uint8Array.of(0xff) };
  const forged = message({ number: 2, base: 1 }, [part]);
  const reel = await read(
    made([1, STREAM], [2, picture(1, 0)], [2, forged], [2, picture(3, 2)], [2, picture(4, 0)]),
  );
  const first = shownBy(reel.at(0));
  for (const id of [1, 2]) {
    assert.throws(
      () => reel.at(id),
      (error) => {
        assert.ok(error instanceof ProtocolError);
        assert.match(error.message, /^this picture cannot be shown: .*; others may be$/);
        return true;
      },
    );
  }
  assert.deepEqual(shownBy(reel.at(0)), first);
  assert.equal(reel.at(3)?.number, 4);
  assert.throws(() => recordingOf(reel, 2), ProtocolError);
});

test("a file cut anywhere plays up to the cut", async () => {
  const { bytes, shown } = await recorded(1);
  const lengths = new Set();
  for (let end = 16; end < bytes.length; end++) {
    const played = await read(bytes.subarray(0, end)).then(
      (reel) => {
        assert.equal(reel.problem, null);
        return allOf(reel);
      },
      (error) => {
        assert.match(error.message, /holds no picture/);
        return [];
      },
    );
    assert.deepEqual(played, shown.slice(0, played.length));
    lengths.add(played.length);
  }
  assert.deepEqual([...lengths], [0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

/** What may be done to the bytes of a file. @type {((bytes: Uint8Array<ArrayBuffer>, next: (limit: number) => number) => Uint8Array<ArrayBuffer>)[]} */
const HARMS = [
  (bytes, next) => {
    const at = next(bytes.length);
    return bytes.map((byte, here) => (here === at ? byte ^ (1 << next(8)) : byte));
  },
  (bytes, next) => bytes.fill(0, next(bytes.length), next(bytes.length)),
  (bytes, next) =>
    joined(bytes.subarray(0, next(bytes.length)), bytes.subarray(next(bytes.length))),
  (bytes, next) => {
    const at = next(bytes.length);
    return joined(
      bytes.subarray(0, at),
      Uint8Array.from({ length: next(60) }, () => next(256)),
      bytes.subarray(at),
    );
  },
  (bytes, next) => {
    new DataView(bytes.buffer).setUint32(
      next(bytes.length - 4),
      next(2) ? 2 ** 32 - 1 : next(2 ** 27),
      true,
    );
    return bytes;
  },
];

/** @param {Uint8Array[]} parts */
const joined = (...parts) => Uint8Array.from(Buffer.concat(parts));

test("law: of a file that was harmed only right pictures are shown, and the rest is a sentence", async () => {
  const files = await Promise.all([1, 2, 3].map(recorded));
  const next = random(20_261_129);
  let damaged = 0;
  for (let round = 0; round < 3000; round++) {
    const { bytes, shown } = files[next(3)];
    const harmed = HARMS[next(HARMS.length)](bytes.slice(), next);
    try {
      const reel = await read(harmed);
      const played = allOf(reel);
      assert.deepEqual(played, shown.slice(0, played.length));
      const isCut = harmed.length < bytes.length;
      assert.ok(played.length === shown.length || reel.problem !== null || isCut);
      if (reel.problem !== null) damaged++;
    } catch (error) {
      assert.ok(error instanceof RecordingError, String(error));
      assert.match(error.message, /; (right would be|what is before it can be)/);
    }
  }
  assert.ok(damaged > 1000);
});

test("where only what is behind the last picture is damaged, all is played and nothing said", async () => {
  const { bytes, shown } = await recorded(1);
  const index = bytes.length - 48 - 32; // within the last place
  bytes[index] ^= 1;
  // The end follows the check before it, which is as it was.
  const reel = await read(bytes);
  assert.deepEqual(allOf(reel), shown);
  assert.equal(reel.problem, null);
});
