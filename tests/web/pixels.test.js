/**
 * What each format looks like, against a conversion written byte by byte from docs/protocol.md.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { BY_CODE, BY_NAME, FORMATS } from "../../web/pixels.js";
import { random } from "./pictures.js";

/** @param {number} low @param {number} high */
function from565(low, high) {
  const word = low + 256 * high;
  const [red, green, blue] = [Math.floor(word / 2048), Math.floor(word / 32) % 64, word % 32];
  const wide = [red * 8 + (red >> 2), green * 4 + (green >> 4), blue * 8 + (blue >> 2)];
  return wide;
}

/** Red, green and blue of the bytes of one pixel. @type {Record<string, (bytes: number[]) => number[]>} */
const MEANING = {
  rgbx8888: ([red, green, blue]) => [red, green, blue],
  bgrx8888: ([blue, green, red]) => [red, green, blue],
  rgb888: ([red, green, blue]) => [red, green, blue],
  bgr888: ([blue, green, red]) => [red, green, blue],
  rgb565: ([low, high]) => from565(low, high),
  gray8: ([gray]) => [gray, gray, gray],
};

test("the codes and names are those of the protocol", () => {
  assert.deepEqual(
    FORMATS.map(({ code, name, bytesPerPixel }) => [code, name, bytesPerPixel]),
    [
      [1, "rgbx8888", 4],
      [2, "bgrx8888", 4],
      [3, "rgb888", 3],
      [4, "bgr888", 3],
      [5, "rgb565", 2],
      [6, "gray8", 1],
    ],
  );
  for (const format of FORMATS) {
    assert.equal(BY_CODE.get(format.code), format);
    assert.equal(BY_NAME.get(format.name), format);
  }
});

for (const { name, bytesPerPixel, toRgba } of FORMATS) {
  test(`${name} becomes opaque RGBA, and only the pixels asked for`, () => {
    const next = random(3);
    for (const [count, first, end] of [
      [1, 0, 1],
      [7, 0, 7],
      [7, 3, 4],
      [64, 5, 59],
      [9, 4, 4],
    ]) {
      const pixels = Uint8Array.from({ length: count * bytesPerPixel }, () => next(256));
      const image = new Uint8ClampedArray(4 * count).fill(9);
      toRgba(pixels, new Uint32Array(image.buffer), first, end);
      for (let at = 0; at < count; at++) {
        const bytes = [...pixels.subarray(at * bytesPerPixel, (at + 1) * bytesPerPixel)];
        const expected = at >= first && at < end ? [...MEANING[name](bytes), 255] : [9, 9, 9, 9];
        assert.deepEqual([...image.subarray(4 * at, 4 * at + 4)], expected, `pixel ${at}`);
      }
    }
  });
}

test("every 16-bit word of rgb565 is widened by its top bits", () => {
  const words = Uint16Array.from({ length: 65536 }, (_, word) => word);
  const image = new Uint8ClampedArray(4 * 65536);
  const bytes = new Uint8Array(words.buffer);
  BY_NAME.get("rgb565")?.toRgba(bytes, new Uint32Array(image.buffer), 0, 65536);
  for (let word = 0; word < 65536; word++) {
    const [red, green, blue] = from565(word & 255, word >> 8);
    const at = 4 * word;
    const isRight = image[at] === red && image[at + 1] === green && image[at + 2] === blue;
    assert.ok(isRight && image[at + 3] === 255, `word ${word}`);
  }
  assert.deepEqual([...image.subarray(-4)], [255, 255, 255, 255]);
});
