/**
 * All three colours of each pixel behind a colour filter, from those of its neighbours: twins of
 * ws_stream/pixels/demosaic.py. Beyond the picture's edge its pixels are mirrored.
 */

import { OPAQUE } from "../pixels.js";

/** @import { Sides, ToRgba } from "../types.d.ts" */

/** Two pixels on each side. */
const REACH = 2;

/**
 * The lines around a row, each wider by what lies beyond its ends.
 * @param {Uint8Array} pixels @param {number} y @param {Sides} sides
 */
function linesAround(pixels, y, { width, height }) {
  const lines = [];
  for (let row = y - REACH; row <= y + REACH; row++) {
    const from = mirrored(row, height) * width;
    const line = new Uint8Array(width + 2 * REACH);
    line.set(pixels.subarray(from, from + width), REACH);
    for (let beyond = 1; beyond <= REACH; beyond++) {
      line[REACH - beyond] = pixels[from + mirrored(-beyond, width)];
      line[REACH + width - 1 + beyond] = pixels[from + mirrored(width - 1 + beyond, width)];
    }
    lines.push(line);
  }
  return lines;
}

/** @param {number} at @param {number} length */
function mirrored(at, length) {
  if (length === 2) return at & 1;
  const inside = Math.abs(at);
  return inside < length ? inside : 2 * (length - 1) - inside;
}

/**
 * What is made at a pixel of the colour left and right of it, above and below, of the green on all
 * sides, and of the colour at the corners.
 * @typedef {(lines: Uint8Array[], x: number, made: Int32Array) => void} Formula
 */

/** The mean of the two or four nearest, rounded half up. @type {Formula} */
function means([, up, line, down], x, made) {
  const [across, along] = [line[x - 1] + line[x + 1], up[x] + down[x]];
  made[0] = (across + 1) >> 1;
  made[1] = (along + 1) >> 1;
  made[2] = (across + along + 2) >> 2;
  made[3] = (up[x - 1] + up[x + 1] + down[x - 1] + down[x + 1] + 2) >> 2;
}

/** Corrected by the pixel's own colour: Malvar, He and Cutler, 2004; weights times 16. @type {Formula} */
function corrected([top, up, line, down, bottom], x, made) {
  const own = line[x];
  const [across, along] = [line[x - 1] + line[x + 1], up[x] + down[x]];
  const [farAcross, farAlong] = [line[x - 2] + line[x + 2], top[x] + bottom[x]];
  const corners = up[x - 1] + up[x + 1] + down[x - 1] + down[x + 1];
  made[0] = rounded(10 * own + 8 * across - 2 * corners - 2 * farAcross + farAlong);
  made[1] = rounded(10 * own + 8 * along - 2 * corners - 2 * farAlong + farAcross);
  made[2] = rounded(8 * own + 4 * (across + along) - 2 * (farAcross + farAlong));
  made[3] = rounded(12 * own + 4 * corners - 3 * (farAcross + farAlong));
}

/** @param {number} sum */
const rounded = (sum) => Math.min(Math.max((sum + 8) >> 4, 0), 255);

/** @param {Formula} formula @param {number} red where it is in a group: left to right, then below @returns {ToRgba} */
const by = (formula, red) => (pixels, rgba, first, end, sides) => {
  const { width, height } = /** @type {Sides} */ (sides);
  const made = new Int32Array(4);
  const isGreen = (red === 1 || red === 2 ? 1 : 0) ^ 1; // whether x + y of a green pixel is odd
  for (let y = Math.floor(first / width); y < end / width; y++) {
    const lines = linesAround(pixels, y, { width, height });
    const isRedRow = (y & 1) === red >> 1;
    for (let x = 0, at = y * width; x < width; x++, at++) {
      formula(lines, x + REACH, made);
      const own = lines[REACH][x + REACH];
      let [one, green, other] = [own, made[2], made[3]];
      if (((x + y) & 1) === isGreen) [one, green, other] = [made[0], own, made[1]];
      rgba[at] = (isRedRow ? one | (other << 16) : other | (one << 16)) | (green << 8) | OPAQUE;
    }
  }
};

/** @param {number} red */
export const bilinear = (red) => by(means, red);
/** @param {number} red */
export const malvar = (red) => by(corrected, red);
