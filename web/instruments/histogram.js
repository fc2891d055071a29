/**
 * How often each level of red, green and blue is in a part of a picture, of RGBA words.
 */

/** @import { Crop } from "../types.d.ts" */
/** @import { Histogram, Levels } from "./types.d.ts" */

/** About so many pixels are looked at: a millisecond, whatever the picture. */
const MOST = 2 ** 18;

/**
 * Of a box, or the whole; null if none of it is in the picture.
 * @param {Uint32Array} rgba @param {number} width @param {Crop} [box] @returns {Histogram | null}
 */
export function histogram(rgba, width, box = [0, 0, width, rgba.length / width]) {
  const [left, top] = [Math.max(box[0], 0), Math.max(box[1], 0)];
  const right = Math.min(box[0] + box[2], width);
  const bottom = Math.min(box[1] + box[3], rgba.length / width);
  if (left >= right || top >= bottom) return null;
  const stride = Math.ceil(Math.sqrt(((right - left) * (bottom - top)) / MOST));
  const bins = [0, 1, 2].map(() => new Uint32Array(256));
  const [red, green, blue] = bins;
  let count = 0;
  for (let y = top; y < bottom; y += stride) {
    for (let at = y * width + left; at < y * width + right; at += stride) {
      const word = rgba[at];
      red[word & 255]++;
      green[(word >> 8) & 255]++;
      blue[(word >> 16) & 255]++;
      count++;
    }
  }
  return { stride, count, channels: bins.map((levels) => summed(levels, count)) };
}

/** @param {Uint32Array} bins @param {number} count @returns {Levels} */
function summed(bins, count) {
  return {
    bins,
    mean: bins.reduce((sum, pixels, level) => sum + pixels * level, 0) / count,
    least: bins.findIndex(Boolean),
    greatest: bins.findLastIndex(Boolean),
  };
}
