/**
 * What each format looks like, against a conversion written byte by byte from docs/protocol.md.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import "../../web/formats/raw.js";
import { BY_CODE, BY_NAME, FORMATS } from "../../web/pixels.js";
import { random } from "./pictures.js";

/**
 * Red, green and blue of a word whose binary digits are one letter each: repeating the digits of a
 * numeral widens it.
 * @param {string} letters @param {number} word
 */
function widened(letters, word) {
  const digits = word.toString(2).padStart(letters.length, "0");
  return [..."RGB"].map((letter) => {
    const field = [...digits].filter((_, at) => letters[at] === letter).join("");
    return parseInt(field.repeat(4).slice(0, 8), 2);
  });
}

/** The words of the protocol's table. @type {Record<string, string>} */
const LETTERS = {
  rgb565: "RRRRRGGGGGGBBBBB",
  rgb444: "xxxxRRRRGGGGBBBB",
  rgb332: "RRRGGGBB",
};

/** Red, green and blue of the bytes of one pixel. @type {Record<string, (bytes: number[]) => number[]>} */
const MEANING = {
  rgbx8888: ([red, green, blue]) => [red, green, blue],
  bgrx8888: ([blue, green, red]) => [red, green, blue],
  rgb888: ([red, green, blue]) => [red, green, blue],
  bgr888: ([blue, green, red]) => [red, green, blue],
  gray8: ([gray]) => [gray, gray, gray],
  rgb565: ([low, high]) => widened(LETTERS.rgb565, low + 256 * high),
  rgb444: ([low, high]) => widened(LETTERS.rgb444, low + 256 * high),
  rgb332: ([word]) => widened(LETTERS.rgb332, word),
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
      [7, "rgb444", 2],
      [8, "rgb332", 1],
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
      toRgba?.(pixels, new Uint32Array(image.buffer), first, end);
      for (let at = 0; at < count; at++) {
        const bytes = [...pixels.subarray(at * bytesPerPixel, (at + 1) * bytesPerPixel)];
        const expected = at >= first && at < end ? [...MEANING[name](bytes), 255] : [9, 9, 9, 9];
        assert.deepEqual([...image.subarray(4 * at, 4 * at + 4)], expected, `pixel ${at}`);
      }
    }
  });
}

for (const [name, letters] of Object.entries(LETTERS)) {
  test(`every word of ${name} is widened by its top bits, and the other bits are ignored`, () => {
    const count = 2 ** letters.length;
    const words = Array.from({ length: count }, (_, word) => word);
    const bytes =
      count === 256 ? Uint8Array.from(words) : new Uint8Array(Uint16Array.from(words).buffer);
    const image = new Uint8ClampedArray(4 * count);
    BY_NAME.get(name)?.toRgba?.(bytes, new Uint32Array(image.buffer), 0, count);
    for (const word of words) {
      const shown = image.subarray(4 * word, 4 * word + 4).join();
      assert.equal(shown, [...widened(letters, word), 255].join(), `word ${word}`);
    }
  });
}
