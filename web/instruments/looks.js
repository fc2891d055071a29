/**
 * How a picture is shown: levels of gray as colours.
 */

import { OPAQUE } from "../pixels.js";

/** @import { ToRgba } from "../types.d.ts" */

/**
 * Colours at equal distances, six digits each; between them, they are mixed. Viridis, of which each
 * step looks equally large, and inferno, which glows, are every sixteenth colour of matplotlib's
 * (https://bids.github.io/colormap/, CC0), off by 6 levels at most.
 */
const MAPS = {
  gray: "000000ffffff",
  inverted: "ffffff000000",
  viridis:
    "44015448186a472d7b4240863b528b33638d2c728e26818e21908c1f9f8828ae803ebc745dc96382d34cabdc32d5e21afde725",
  inferno:
    "0000040b0724210c4a3c096557106d70196e89226aa32b61bb3755d14644e35932f1711ef98d0afcab0ff9ca32f2e865fcffa4",
};

/** @typedef {keyof typeof MAPS} MapName */
export const MAP_NAMES = /** @type {MapName[]} */ (Object.keys(MAPS));

/**
 * The RGBA word of each level: those up to `low` have the map's first colour, those from `high` on its
 * last. 16-bit gray has 65,536 of them.
 * @param {MapName} name @param {number} [length] @param {number} [low] @param {number} [high]
 */
export function colourTable(name, length = 256, low = 0, high = length - 1) {
  const colours = (MAPS[name].match(/../g) ?? []).map((digits) => parseInt(digits, 16));
  const last = colours.length / 3 - 1;
  return Uint32Array.from({ length }, (_, level) => {
    const share = Math.min(Math.max((level - low) / Math.max(high - low, 1), 0), 1);
    const before = 3 * Math.min(Math.floor(share * last), last - 1);
    const part = share * last - before / 3;
    return [0, 1, 2].reduce((word, at) => {
      const [one, other] = [colours[before + at], colours[before + 3 + at]];
      return word | (Math.round(one + part * (other - one)) << (8 * at));
    }, OPAQUE);
  });
}

/** Shows pixels of one gray channel by a table. @param {Uint32Array} table @returns {ToRgba} */
export const byTable = (table) => (pixels, rgba, first, end) => {
  const { buffer, byteOffset, length } = pixels;
  const levels = table.length > 256 ? new Uint16Array(buffer, byteOffset, length >> 1) : pixels;
  for (let at = first; at < end; at++) rgba[at] = table[levels[at]];
};
