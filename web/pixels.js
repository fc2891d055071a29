/**
 * The pixel formats: names, and how pixels lie. What they look like is in formats/.
 */

/** @import { PixelFormat } from "./types.d.ts" */

export const OPAQUE = 0xff000000;

/**
 * Pixels of four bytes as words: little-endian, as is every machine that runs a browser.
 * @param {Uint8Array} pixels
 */
export const wordsOf = ({ buffer, byteOffset, length }) =>
  new Uint32Array(buffer, byteOffset, length >> 2);

/**
 * By code: names; bytes of a cell; its columns in a pixel, its rows in a row; what sides divide by.
 * @type {[string, number, number?, number?, number?, number?][]}
 */
const TABLE = [
  ["rgbx8888 bgrx8888", 4],
  ["rgb888 bgr888", 3],
  ["rgb565", 2],
  ["gray8", 1],
  ["rgb444", 2],
  ["rgb332", 1],
  ["gray16 rgb565be", 2],
  ["xrgb2101010", 2, 2],
  ["yuyv422 uyvy422", 2, 1, 1, 2],
  ["nv12 i420", 1, 1, 1.5, 2, 2],
  ["bayer_rggb8 bayer_bggr8 bayer_gbrg8 bayer_grbg8", 1, 1, 1, 2, 2],
  ["mono_msb mono_lsb", 1, 1 / 8],
  ["gray4", 1, 1 / 2],
  ["indexed8", 1],
];

/** @type {PixelFormat[]} */
const all = TABLE.flatMap(([names, bytesPerPixel, wide = 1, high = 1, across = 1, down = 1]) => {
  const sizes = {
    bytesPerPixel,
    colourBytes: Math.min(3, bytesPerPixel),
    wide,
    high,
    across,
    down,
  };
  return names.split(" ").map((name) => ({ name, code: 0, toRgba: null, ...sizes }));
}).map((format, at) => ({ ...format, code: at + 1 }));
/** The plain ones. @type {readonly PixelFormat[]} */
export const FORMATS = all.slice(0, 8);
export const BY_CODE = new Map(all.map((format) => [format.code, format]));
export const BY_NAME = new Map(all.map((format) => [format.name, format]));

/** Columns and rows of cells. @param {PixelFormat} format @param {number} width @param {number} height */
export const gridOf = ({ wide, high }, width, height) => [Math.ceil(width * wide), height * high];

/** @param {{format: string, palette?: string}} announced by `parseControl` @returns {PixelFormat} */
export function formatOf({ format, palette }) {
  const known = /** @type {PixelFormat} */ (BY_NAME.get(format));
  return palette ? Object.create(known, { palette: { value: palette } }) : known;
}
