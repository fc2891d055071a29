/**
 * Draws marked pixels; see docs/protocol.md.
 */

import { OPAQUE, wordsOf } from "./pixels.js";
import { contentLengths, groups } from "./wire.js";

/** @import { PixelFormat } from "./types.d.ts" */

/** @typedef {{firstRow: number, rows: number}} Rows */
/**
 * What is drawn on; `places` takes groups' first pixels.
 * @typedef {{pixels: Uint8Array, places: Uint32Array, width: number, format: PixelFormat}} Ground
 */

/** Bits set in a byte. */
const ONES = new Uint8Array(256);
for (let byte = 1; byte < 256; byte++) ONES[byte] = ONES[byte >> 1] + (byte & 1);

/**
 * Changes the marked pixels of these rows, whose content is the first bytes of `source`. False where
 * that is none: then nothing is changed.
 * @param {Rows} rows @param {Uint8Array} source @param {number} end @param {Ground} ground
 */
export function draw(rows, source, end, ground) {
  const found = locate(rows, source, end, ground);
  if (found) paint(found, source, ground);
  return found !== null;
}

/**
 * Checks the content and notes the places of groups; returns where masks and colours begin.
 * @param {Rows} rows @param {Uint8Array} source @param {number} end @param {Ground} ground
 */
function locate({ firstRow, rows }, source, end, { places, width, format }) {
  const perRow = groups(width);
  const count = rows * perRow;
  const masks = contentLengths(format, width, rows)[0];
  let marked = 0;
  for (let at = 0; at < masks; at++) marked += ONES[source[at]];
  const beyond = width % 8 ? -1 << (width % 8) : 0;
  let wrong = count % 8 ? source[masks - 1] >> (count % 8) : 0;
  let coloured = 0;
  let mask = masks;
  let nextRow = perRow;
  let offset = firstRow * width;
  for (let at = 0, group = 0; at < masks; at++, group += 8) {
    for (let left = source[at]; left; left &= left - 1) {
      const here = group + 31 - Math.clz32(left & -left);
      for (; here >= nextRow; nextRow += perRow) offset += width - 8 * perRow;
      const marks = source[mask];
      const literal = source[mask + marked];
      wrong |= marks ? literal & ~marks : 1;
      if (here === nextRow - 1) wrong |= marks & beyond;
      if (firstRow === 0 && here < perRow) wrong |= marks ^ literal;
      coloured += ONES[literal];
      places[mask++ - masks] = offset + 8 * here;
    }
  }
  // Content that ends too early was read beyond its end: then the sum differs, or is not a number.
  const colours = mask + marked;
  return !wrong && colours + coloured * format.colourBytes === end ? { masks, colours } : null;
}

/**
 * @param {{masks: number, colours: number}} found @param {Uint8Array} source @param {Ground} ground
 */
function paint({ masks, colours }, source, { pixels, places, width, format }) {
  const literals = (masks + colours) >> 1;
  const marked = literals - masks;
  const size = format.bytesPerPixel;
  const words = size === 4 ? wordsOf(pixels) : null;
  let from = colours;
  for (let i = 0; i < marked; i++) {
    const literal = source[literals + i];
    for (let left = source[masks + i]; left; left &= left - 1) {
      const bit = left & -left;
      const pixel = places[i] + 31 - Math.clz32(bit);
      if (words) {
        words[pixel] =
          literal & bit
            ? source[from++] | (source[from++] << 8) | (source[from++] << 16) | OPAQUE
            : words[pixel - width];
        continue;
      }
      for (let to = pixel * size; to < (pixel + 1) * size; to++) {
        pixels[to] = literal & bit ? source[from++] : pixels[to - width * size];
      }
    }
  }
}
