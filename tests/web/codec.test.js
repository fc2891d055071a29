/**
 * Applying messages to the picture held, against a model that works byte by byte.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";

import { blank, decode } from "../../web/codec.js";
import { ChecksumError, MAX_SIDE, ProtocolError } from "../../web/wire.js";
import {
  KERNELS,
  every,
  extension,
  format,
  held,
  message,
  random,
  randomParts,
} from "./pictures.js";

const CODES = { rgbx8888: 1, rgb888: 3, rgb565: 5, gray8: 6 };
/** An LZ4 block that cannot be. */
const BROKEN = Uint8Array.of(0xff);

for (const [name, code] of Object.entries(CODES)) {
  for (const [language, kernel] of Object.entries(KERNELS)) {
    test(`${name}: copies and marks of any rows make the model's picture, in ${language}`, () => {
      const next = random(code);
      for (let round = 0; round < 300; round++) {
        const [width, height] = [1 + next(20), 1 + next(9)];
        const base = 6 * next(2);
        const picture = held({ format: name, width, height, kernel });
        const { pixels } = base
          ? picture
          : blank({ epoch: 7, format: picture.format, width, height }, kernel);
        if (picture.format.bytesPerPixel === 4) {
          pixels.forEach((_, at) => at % 4 === 3 && (pixels[at] = 255));
        }
        const expected = pixels.slice();
        const parts = randomParts(next, expected, width, height, picture.format);
        const checksum = crc32(expected);
        const runs = decode(message({ code, width, height, base, checksum }, parts), picture);
        assert.deepEqual(picture.pixels, expected);
        const changed = parts.map(({ firstRow, rows }) => [firstRow, rows]);
        assert.deepEqual(runs, base ? changed : [[0, height]]);
        assert.deepEqual([picture.number, picture.time], [7, 1e15]);
      }
    });
  }
}

/** Rows that look otherwise when those from 4 to before 6 of ten changed. @type {[string, number, number[]][]} */
const LOOKS = [
  ["gray8", 6, [4, 2]],
  ["nv12", 14, [4, 2]],
  ["bayer_rggb8", 16, [2, 6]],
];

for (const [name, code, expected] of LOOKS) {
  test(`${name}: as many rows around a change are drawn as are made of it`, () => {
    const picture = held({ format: name, width: 4, height: 10 });
    const payload = every(4, 2, Array(8).fill(200));
    const parts = [{ firstRow: 4, rows: 2, kind: 0, payload }];
    assert.deepEqual(decode(message({ code, width: 4, height: 10 }, parts), picture), [expected]);
  });
}

test("a message without segments is its base, with a new number and time", () => {
  const picture = held();
  const before = picture.pixels.slice();
  assert.deepEqual(decode(message({ checksum: crc32(before) }), picture), []);
  assert.deepEqual(picture.pixels, before);
  assert.deepEqual([picture.number, picture.time], [7, 1e15]);
});

test("a delta against blank is taken whatever is held, and whatever its number", () => {
  for (const number of [1, 5, 6, 7]) {
    const picture = held();
    const payload = every(2, 1, [1, 2]);
    const part = { firstRow: 1, rows: 1, kind: 0, payload };
    assert.deepEqual(decode(message({ number, base: 0 }, [part]), picture), [[0, 3]]);
    assert.deepEqual(picture.pixels, Uint8Array.of(0, 0, 1, 2, 0, 0));
    assert.equal(picture.number, number);
  }
});

test("side data is that of the picture held, and of no other", () => {
  const picture = held();
  decode(message({ extensions: extension(1, '{"exposure":5}') }), picture);
  assert.deepEqual(picture.meta, { exposure: 5 });
  decode(message({ number: 8, base: 7 }), picture);
  assert.equal(picture.meta, null);
  decode(message({ number: 9, base: 8, extensions: extension(1, '{"exposure":6}') }), picture);
  assert.throws(() => decode(message({ number: 11, base: 10 }), picture), ProtocolError);
  assert.equal(picture.meta, null);
});

/** What is wrong in exactly one way. @type {Record<string, Uint8Array>} */
const REFUSED = {
  "another epoch": message({ epoch: 8 }),
  "another width": message({ width: 1 }),
  "another height": message({ height: 2 }),
  "another format": message({ code: 5 }),
  "a base that is not held": message({ base: 5 }),
  "a base that is still to come": message({ number: 9, base: 7 }),
  "a good segment before a broken one": message({ width: 12, height: 3 }, [
    { firstRow: 0, rows: 1, kind: 0, payload: every(12, 1, new Uint8Array(12)) },
    { firstRow: 1, rows: 2, kind: 1, payload: BROKEN },
  ]),
  "a broken segment from blank": message({ width: 12, height: 3, base: 0 }, [
    { firstRow: 1, rows: 2, kind: 1, payload: BROKEN },
  ]),
};

for (const [name, bytes] of Object.entries(REFUSED)) {
  test(`refused, and blank afterwards: ${name}`, () => {
    for (const kernel of Object.values(KERNELS)) {
      const picture = held({ width: name.includes("segment") ? 12 : 2, kernel });
      assert.throws(() => decode(bytes, picture), ProtocolError);
      assert.deepEqual(picture.pixels, new Uint8Array(picture.pixels.length));
      assert.deepEqual([picture.number, picture.time], [0, 0]);
    }
  });
}

test("a picture that is not the one its checksum names is never held", () => {
  const payload = every(2, 1, [1, 2]);
  for (const base of [0, 6]) {
    const picture = held();
    const bytes = message({ base, checksum: 1 }, [{ firstRow: 1, rows: 1, kind: 0, payload }]);
    assert.throws(() => decode(bytes, picture), ChecksumError);
    assert.deepEqual(picture.pixels, new Uint8Array(6));
    assert.equal(picture.number, 0);
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
