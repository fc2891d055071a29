/**
 * A picture as a message against blank.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";

import { blank, decode } from "../../../web/codec.js";
import { whole } from "../../../web/instruments/whole.js";
import { FORMATS } from "../../../web/pixels.js";
import { extension, message, random } from "../pictures.js";
import { shownBy } from "./films.js";

for (const format of FORMATS) {
  test(`${format.name}: it makes the same picture of the same number, time and side data`, () => {
    const next = random(format.code);
    for (let round = 0; round < 100; round++) {
      const announced = { epoch: 9, format, width: 1 + next(40), height: 1 + next(9) };
      const picture = blank(announced);
      // Few values, so that many pixels are like the ones above.
      picture.pixels.forEach((value, at, pixels) => {
        if (value !== 255) pixels[at] = next(2) * next(256);
      });
      const checksum = crc32(picture.pixels);
      const meta = { round };
      const extensions = extension(1, JSON.stringify(meta));
      const header = { ...announced, code: format.code, number: 41, base: 40, checksum };
      const { pixels } = Object.assign(picture, { number: 41, time: 1e15, meta });
      const made = blank(announced);
      decode(whole(message({ ...header, extensions }), picture), made);
      assert.deepEqual(shownBy(made), { pixels, number: 41, time: 1e15, meta });
    }
  });
}

test("a pixel like the one above brings no colour", () => {
  const format = FORMATS[0];
  const size = { width: 64, height: 64 };
  const picture = Object.assign(blank({ epoch: 7, format, ...size }), { number: 7 });
  const bytes = whole(message({ code: 1, ...size }), picture);
  assert.ok(bytes.length < (picture.pixels.length * 3) / 4 / 5);
});
