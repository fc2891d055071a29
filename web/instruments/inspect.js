/**
 * What lies at a pixel: its place in the source, its word as stored, its channels, and what is around.
 */

import { gridOf } from "../pixels.js";
import { toSourceBox } from "../source.js";

/** @import { Announcement, Picture } from "../types.d.ts" */
/** @import { Field, Pixel } from "./types.d.ts" */

/** @param {number[]} lows @param {number[]} lengths */
const rgb = (lows, lengths = [8, 8, 8]) =>
  lows.map((low, at) => ({ name: "RGB"[at], low, bits: lengths[at] }));

/** By the format's name; in the order in which they are shown. @type {Record<string, Field[]>} */
export const CHANNELS = {
  rgbx8888: rgb([0, 8, 16]),
  bgrx8888: rgb([16, 8, 0]),
  rgb888: rgb([0, 8, 16]),
  bgr888: rgb([16, 8, 0]),
  rgb565: rgb([11, 5, 0], [5, 6, 5]),
  gray8: [{ name: "Y", low: 0, bits: 8 }],
  rgb444: rgb([8, 4, 0], [4, 4, 4]),
  rgb332: rgb([5, 2, 0], [3, 3, 2]),
  gray16: [{ name: "Y", low: 0, bits: 16 }],
  xrgb2101010: rgb([20, 10, 0], [10, 10, 10]),
};

/**
 * The pixel at x, y of the picture held, or null outside.
 * @param {Picture} picture @param {Announcement} announced of it @param {number} x @param {number} y
 * @returns {Pixel | null}
 */
export function inspect(picture, announced, x, y) {
  const [rgba] = magnify(picture, x, y, 1);
  if (!rgba) return null;
  const { format, pixels, width } = picture;
  const { name, wide, bytesPerPixel } = format;
  const [columns] = gridOf(format, width, 1);
  const size = Math.max(1, wide) * bytesPerPixel;
  const at = (y * columns + Math.floor(x * wide)) * bytesPerPixel;
  const coloured = wide > 1 ? size : format.colourBytes;
  const bytes = pixels.subarray(at, at + coloured);
  const word = bytes.reduceRight((sum, byte) => 256 * sum + byte, 0);
  const channels = (CHANNELS[name] ?? [{ name: "raw", low: 0, bits: 8 * coloured }]).map(
    (channel, place) => ({
      ...channel,
      stored: Math.floor(word / 2 ** channel.low) % 2 ** channel.bits,
      shown: (rgba >> (8 * place)) & 255,
    }),
  );
  const said = sayWord(word, size, coloured);
  return { source: toSourceBox([x, y, 1, 1], announced), word, said, channels };
}

/** @param {number} word @param {number} bytes of a pixel @param {number} coloured those that travel */
function sayWord(word, bytes, coloured) {
  const hex = word.toString(16).padStart(2 * coloured, "0");
  const size = bytes === 1 ? "1 byte" : `${bytes} bytes, little-endian`;
  const padding = bytes > coloured ? ", the last is padding and does not travel" : "";
  return `0x${"--".repeat(bytes - coloured)}${hex} = ${word}, ${size}${padding}`;
}

/**
 * The size x size pixels around x, y, the middle one or the one right below the middle, as RGBA words;
 * 0 outside of the picture, where no pixel is transparent.
 * @param {Picture} picture @param {number} x @param {number} y @param {number} size
 */
export function magnify({ width, height, loops }, x, y, size) {
  const square = new Uint32Array(size * size);
  const left = x - (size >> 1);
  const top = y - (size >> 1);
  const first = Math.max(left, 0);
  const count = Math.min(left + size, width) - first;
  if (count <= 0) return square;
  for (let row = Math.max(top, 0); row < Math.min(top + size, height); row++) {
    const [begin, at] = [row * width, row * width + first];
    const drawn = loops.rgba.slice(begin, begin + width); // it may be shown otherwise
    loops.convert(begin, begin + width);
    square.set(loops.rgba.subarray(at, at + count), (row - top) * size + first - left);
    loops.rgba.set(drawn, begin);
  }
  return square;
}
