/**
 * The pixel formats: names, how a pixel lies in memory, what it looks like on a canvas.
 */

/** @import { PixelFormat, ToRgba } from "./types.d.ts" */

export const OPAQUE = 0xff000000;

/**
 * Pixels of four bytes as words: little-endian, as is every machine that runs a browser.
 * @param {Uint8Array} pixels
 */
export const wordsOf = ({ buffer, byteOffset, length }) =>
  new Uint32Array(buffer, byteOffset, length >> 2);

/** @param {number} red @param {number} blue the lowest bits @returns {ToRgba} */
const from8888 = (red, blue) => (pixels, rgba, first, end) => {
  const words = wordsOf(pixels);
  for (let i = first; i < end; i++) {
    const word = words[i];
    rgba[i] = ((word >> red) & 255) | (word & 0xff00) | (((word >> blue) & 255) << 16) | OPAQUE;
  }
};

/** @param {number} red @param {number} blue where they lie @returns {ToRgba} */
const from888 = (red, blue) => (pixels, rgba, first, end) => {
  for (let i = first, at = 3 * first; i < end; i++, at += 3) {
    rgba[i] = pixels[at + red] | (pixels[at + 1] << 8) | (pixels[at + blue] << 16) | OPAQUE;
  }
};

/**
 * Looks words up in a table, made when first needed.
 * @param {8 | 16} size of a word, in bits @param {number[]} lows @param {number[]} lengths the
 *   lowest bit and the bits of red, green and blue @returns {ToRgba}
 */
function fromFields(size, lows, lengths) {
  /** @param {number} word */
  const widened = (word) =>
    lengths.reduce((rgba, length, channel) => {
      const top = ((word >> lows[channel]) << (8 - length)) & 0xff;
      // The bits are repeated, so that full intensity stays full.
      const wide = top | (top >> length) | (top >> (2 * length)) | (top >> (3 * length));
      return rgba | (wide << (8 * channel));
    }, OPAQUE);
  /** @type {Uint32Array<ArrayBufferLike>} */
  let table;
  return (pixels, rgba, first, end) => {
    table ??= Uint32Array.from({ length: 2 ** size }, (_, word) => widened(word));
    const words =
      size === 8 ? pixels : new Uint16Array(pixels.buffer, pixels.byteOffset, pixels.length >> 1);
    for (let i = first; i < end; i++) rgba[i] = table[words[i]];
  };
}

/** In the order of their codes, from 1. @type {[string, number, ToRgba][]} */
const TABLE = [
  ["rgbx8888", 4, from8888(0, 16)],
  ["bgrx8888", 4, from8888(16, 0)],
  ["rgb888", 3, from888(0, 2)],
  ["bgr888", 3, from888(2, 0)],
  ["rgb565", 2, fromFields(16, [11, 5, 0], [5, 6, 5])],
  ["gray8", 1, fromFields(8, [0, 0, 0], [8, 8, 8])],
  ["rgb444", 2, fromFields(16, [8, 4, 0], [4, 4, 4])],
  ["rgb332", 1, fromFields(8, [5, 2, 0], [3, 3, 2])],
];

/** @type {readonly PixelFormat[]} */
export const FORMATS = TABLE.map(([name, bytesPerPixel, toRgba], at) => {
  return { name, code: at + 1, bytesPerPixel, colourBytes: Math.min(3, bytesPerPixel), toRgba };
});
export const BY_CODE = new Map(FORMATS.map((format) => [format.code, format]));
export const BY_NAME = new Map(FORMATS.map((format) => [format.name, format]));
