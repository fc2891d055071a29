/**
 * What raw pixels look like: those of sensors and panels. Loaded when the first is to be drawn, with all
 * that knows other formats; twins of ws_stream/pixels/plain.py, equal to the bit. Converts whole rows.
 */

import { OPAQUE } from "../pixels.js";
import { bilinear } from "./bayer.js";
import { teach } from "./plain.js";

/** @import { Picture, Sides, ToRgba } from "../types.d.ts" */

/** ITU-R BT.601, 16 to 235 and 16 to 240: times 2^20, as OpenCV rounds them. */
const SHIFT = 20;
const [LUMA, U_BLUE, U_GREEN, V_GREEN, V_RED] = [1220542, 2116026, -409993, -852492, 1673527];
const HALF = 1 << (SHIFT - 1);

/** @param {number} value */
const clipped = (value) => (value < 0 ? 0 : value > 255 ? 255 : value);

/** Two pixels side by side share chroma. @param {Uint32Array} rgba @param {number} to @param {number} one @param {number} other luma @param {number} u @param {number} v */
function pair(rgba, to, one, other, u, v) {
  const red = V_RED * (v - 128) + HALF;
  const green = V_GREEN * (v - 128) + U_GREEN * (u - 128) + HALF;
  const blue = U_BLUE * (u - 128) + HALF;
  for (let at = 0, y = one; at < 2; at++, y = other) {
    const luma = y < 16 ? 0 : (y - 16) * LUMA;
    rgba[to + at] =
      clipped((luma + red) >> SHIFT) |
      (clipped((luma + green) >> SHIFT) << 8) |
      (clipped((luma + blue) >> SHIFT) << 16) |
      OPAQUE;
  }
}

/** @param {number} luma where it stands: 0 or 1 @returns {ToRgba} */
const ofPairs = (luma) => (pixels, rgba, first, end) => {
  const chroma = 1 - luma;
  for (let at = first; at < end; at += 2) {
    const from = 2 * at;
    const [u, v] = [pixels[from + chroma], pixels[from + chroma + 2]];
    pair(rgba, at, pixels[from + luma], pixels[from + luma + 2], u, v);
  }
};

/** @param {number} apart from one sample of a plane to the next: 2 where pairs lie together @returns {ToRgba} */
const ofPlanes = (apart) => (pixels, rgba, first, end, sides) => {
  const { width, height } = /** @type {Sides} */ (sides);
  const plane = apart === 2 ? 1 : (width * height) / 4;
  for (let at = first; at < end; at += 2) {
    const y = Math.floor(at / width);
    const samples = ((y >> 1) * width) / 2 + (at - y * width) / 2;
    const u = width * height + samples * apart;
    pair(rgba, at, pixels[at], pixels[at + 1], pixels[u], pixels[u + plane]);
  }
};

/** Several in a byte. @param {number} bits of a pixel @param {boolean} isHighFirst @returns {ToRgba} */
const ofParts = (bits, isHighFirst) => (pixels, rgba, first, end, sides) => {
  const { width } = /** @type {Sides} */ (sides);
  const each = 8 / bits;
  const most = (1 << bits) - 1;
  const columns = Math.ceil(width / each);
  for (let at = first; at < end; at++) {
    const y = Math.floor(at / width);
    const x = at - y * width;
    const place = isHighFirst ? each - 1 - (x % each) : x % each;
    const level = (pixels[y * columns + Math.floor(x / each)] >> (place * bits)) & most;
    rgba[at] = ((level * 255) / most) * 0x010101 + OPAQUE;
  }
};

/** Of palettes, by the sides of the pictures that have them. @type {WeakMap<Sides, Uint32Array>} */
const tables = new WeakMap();

/** @param {Sides} sides */
function tableOf(sides) {
  const known = tables.get(sides);
  if (known) return known;
  const colours = sides.palette?.match(/.{6}/g)?.map((digits) => parseInt(digits, 16));
  const table = Uint32Array.from({ length: 256 }, (_, index) => {
    const colour = colours ? (colours[index] ?? 0) : index * 0x010101;
    return ((colour >> 16) & 255) | (colour & 0xff00) | ((colour & 255) << 16) | OPAQUE;
  });
  tables.set(sides, table);
  return table;
}

/** @type {ToRgba} */
const ofIndices = (pixels, rgba, first, end, sides) => {
  const table = tableOf(/** @type {Sides} */ (sides));
  for (let at = first; at < end; at++) rgba[at] = table[pixels[at]];
};

/** @type {ToRgba} */
const ofGray16 = (pixels, rgba, first, end) => {
  for (let at = first; at < end; at++) rgba[at] = pixels[2 * at + 1] * 0x010101 + OPAQUE;
};

/** @type {ToRgba} */
const ofBigEndian = (pixels, rgba, first, end) => {
  for (let at = first; at < end; at++) {
    const word = (pixels[2 * at] << 8) | pixels[2 * at + 1];
    const [red, green, blue] = [word >> 11, (word >> 5) & 63, word & 31];
    rgba[at] =
      (red << 3) |
      (red >> 2) |
      (((green << 2) | (green >> 4)) << 8) |
      (((blue << 3) | (blue >> 2)) << 16) |
      OPAQUE;
  }
};

/** @type {ToRgba} */
const ofThirtyBits = (pixels, rgba, first, end) => {
  const words = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length >> 2);
  for (let at = first; at < end; at++) {
    const word = words[at];
    rgba[at] =
      ((word >> 22) & 255) | (((word >> 12) & 255) << 8) | (((word >> 2) & 255) << 16) | OPAQUE;
  }
};

/** @type {Record<string, ToRgba>} */
const CONVERSIONS = {
  gray16: ofGray16,
  rgb565be: ofBigEndian,
  xrgb2101010: ofThirtyBits,
  yuyv422: ofPairs(0),
  uyvy422: ofPairs(1),
  nv12: ofPlanes(2),
  i420: ofPlanes(1),
  bayer_rggb8: bilinear(0),
  bayer_bggr8: bilinear(3),
  bayer_gbrg8: bilinear(2),
  bayer_grbg8: bilinear(1),
  mono_msb: ofParts(1, true),
  mono_lsb: ofParts(1, false),
  gray4: ofParts(4, true),
  indexed8: ofIndices,
};
teach(CONVERSIONS);

/**
 * What all of a picture looks like, for programs without a screen: RGBA words, bytes R, G, B, 255.
 * @param {Picture} picture
 */
export function rgbaOf({ pixels, format, width, height }) {
  const rgba = new Uint32Array(width * height);
  const sides = { width, height, palette: format.palette };
  format.toRgba?.(pixels, rgba, 0, rgba.length, sides); // each has one now
  return rgba;
}
