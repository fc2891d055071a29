/**
 * Where two pictures differ, row by row, so that only changed rows are looked at again. Pictures are
 * RGBA words; alpha is not compared.
 */

import { OPAQUE } from "../pixels.js";

/** @import { Crop, Run } from "../types.d.ts" */
/** @import { Difference, Size } from "./types.d.ts" */

/** What is kept of a row: pixels that differ, their first and last x, the largest R, G and B. */
const FIELDS = 6;

/** Why two pictures cannot be compared, or null. @param {Size} a @param {Size} b */
export const incomparable = (a, b) =>
  a.width === b.width && a.height === b.height
    ? null
    : `A is ${a.width} × ${a.height} and B ${b.width} × ${b.height}: pictures of one size can be compared.`;

export class Comparison {
  #width;
  #height;
  #rows;

  /** @param {Size} size of both */
  constructor({ width, height }) {
    this.#width = width;
    this.#height = height;
    this.#rows = new Uint16Array(FIELDS * height);
  }

  /** Compares these rows: at first all, then those that changed in either. @param {Uint32Array} a @param {Uint32Array} b @param {Run[]} runs */
  update(a, b, runs) {
    for (const [first, rows] of runs) {
      for (let row = first; row < first + rows; row++) {
        const at = row * this.#width;
        this.#rows.set(differences(a, b, at, at + this.#width), FIELDS * row);
      }
    }
  }

  /** @returns {Difference} */
  read() {
    let [count, left, right, top, bottom] = [0, Infinity, 0, 0, 0];
    let largest = [0, 0, 0];
    for (let row = 0; row < this.#height; row++) {
      const [here, first, last, ...most] = this.#rows.subarray(FIELDS * row, FIELDS * (row + 1));
      if (!here) continue;
      if (!count) top = row;
      count += here;
      left = Math.min(left, first);
      right = Math.max(right, last);
      bottom = row;
      largest = [0, 1, 2].map((at) => Math.max(largest[at], most[at]));
    }
    /** @type {Crop} */
    const box = [left, top, right - left + 1, bottom - top + 1];
    return { count, box: count ? box : null, largest };
  }
}

/** The fields of a row. @param {Uint32Array} a @param {Uint32Array} b @param {number} start @param {number} end */
function differences(a, b, start, end) {
  let [count, first, last, red, green, blue] = [0, 0, 0, 0, 0, 0];
  for (let at = start; at < end; at++) {
    const one = a[at];
    const other = b[at];
    if (!((one ^ other) & ~OPAQUE)) continue;
    last = at - start;
    if (!count++) first = last;
    red = Math.max(red, Math.abs((one & 0xff) - (other & 0xff)));
    green = Math.max(green, Math.abs((one & 0xff00) - (other & 0xff00)) >> 8);
    blue = Math.max(blue, Math.abs((one & 0xff0000) - (other & 0xff0000)) >> 16);
  }
  return [count, first, last, red, green, blue];
}

/**
 * Draws the difference of each channel times the gain, for the pixels `first` to before `end`.
 * @param {Uint32Array} a @param {Uint32Array} b @param {number} gain @param {Uint32Array} rgba
 * @param {number} first @param {number} end
 */
export function drawDifference(a, b, gain, rgba, first, end) {
  const table = Uint8ClampedArray.from({ length: 256 }, (_, level) => gain * level);
  for (let at = first; at < end; at++) {
    const one = a[at];
    const other = b[at];
    if (one === other) rgba[at] = OPAQUE;
    else {
      const red = table[Math.abs((one & 0xff) - (other & 0xff))];
      const green = table[Math.abs((one & 0xff00) - (other & 0xff00)) >> 8];
      const blue = table[Math.abs((one & 0xff0000) - (other & 0xff0000)) >> 16];
      rgba[at] = red | (green << 8) | (blue << 16) | OPAQUE;
    }
  }
}
