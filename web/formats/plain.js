/**
 * What plain pixels look like, where no WebAssembly says it: twins of kernel/rgba.c.
 */

import { BY_NAME, OPAQUE, wordsOf } from "../pixels.js";

/** @import { ToRgba } from "../types.d.ts" */

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

/** @type {Record<string, ToRgba>} */
const CONVERSIONS = {
  rgbx8888: from8888(0, 16),
  bgrx8888: from8888(16, 0),
  rgb888: from888(0, 2),
  bgr888: from888(2, 0),
  rgb565: fromFields(16, [11, 5, 0], [5, 6, 5]),
  gray8: fromFields(8, [0, 0, 0], [8, 8, 8]),
  rgb444: fromFields(16, [8, 4, 0], [4, 4, 4]),
  rgb332: fromFields(8, [5, 2, 0], [3, 3, 2]),
};

/** Formats know from now on how they are converted. @param {Record<string, ToRgba>} conversions by name */
export function teach(conversions) {
  for (const [name, toRgba] of Object.entries(conversions)) {
    Object.assign(/** @type {object} */ (BY_NAME.get(name)), { toRgba });
  }
}

teach(CONVERSIONS);
