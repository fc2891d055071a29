/**
 * Writes PNG files of exactly the pixels given: some browsers put noise into what a canvas gives.
 */

import { crc32 } from "../crc32.js";
import { printable } from "../words.js";

/** @import { Label } from "../types.d.ts" */

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const utf8 = new TextEncoder();

/**
 * A PNG of eight bits a channel. The pixels are gray (a byte each), RGB, or RGBA, as bytes or words,
 * whose alpha is left out. Throws RangeError when they are no picture of this size.
 * @param {Uint8Array | Uint8ClampedArray | Uint32Array} pixels
 * @param {number} width @param {number} height
 * @param {Record<string, string>} [texts] by their keywords
 * @returns {Promise<Blob>}
 */
export async function png(pixels, width, height, texts = {}) {
  const { buffer, byteOffset, byteLength } = pixels;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  const channels = bytes.length / (width * height);
  if (![1, 3, 4].includes(channels)) {
    throw new RangeError(`${bytes.length} bytes are no picture of ${width}x${height}`);
  }
  const rows = new Blob([scanlines(bytes, width, height, channels)]).stream();
  const packed = new Response(rows.pipeThrough(new CompressionStream("deflate")));
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint16(8, 0x800 + (channels === 1 ? 0 : 2)); // eight bits; gray, or colours
  const parts = [
    chunk("IHDR", new Uint8Array(header.buffer)),
    ...Object.entries(texts).map(([keyword, text]) => {
      return chunk("iTXt", utf8.encode(`${keyword}\0\0\0\0\0${printable(text)}`));
    }),
    chunk("IDAT", new Uint8Array(await packed.arrayBuffer())),
    chunk("IEND", new Uint8Array()),
  ];
  return new Blob([SIGNATURE, ...parts.flat()], { type: "image/png" });
}

/** What a file says of its picture. @param {string} name of the stream @param {Label} label */
export function aboutPicture(name, { number, time }) {
  return { "Creation Time": isoTime(time), Source: name, Number: `${number}` };
}

/**
 * A name for a file that every file system takes, whoever named the stream.
 * @param {string} name of the stream @param {number} time of the picture @param {number} number
 * @param {string} ending
 */
export function fileName(name, time, number, ending) {
  // Without points in it nothing is hidden, a parent folder, or a device of Windows.
  const safe =
    name
      .replace(/[^\w-]/g, "_")
      .replace(/^-+/, "")
      .slice(0, 64) || "stream";
  return `${safe}-${isoTime(time).replaceAll(":", "-")}-${number}.${ending}`;
}

/** @param {number} time in microseconds since 1970 */
const isoTime = (time) => new Date(time / 1000).toISOString();

/** Rows without a filter. @param {Uint8Array} bytes @param {number} width @param {number} height @param {number} channels */
function scanlines(bytes, width, height, channels) {
  const colours = Math.min(3, channels);
  const rows = new Uint8Array(height * (1 + width * colours));
  let to = 0;
  for (let from = 0; from < bytes.length; from += channels) {
    if (from % (width * channels) === 0) to++;
    for (let at = 0; at < colours; at++) rows[to++] = bytes[from + at];
  }
  return rows;
}

/** @param {string} type @param {Uint8Array<ArrayBuffer>} content */
function chunk(type, content) {
  const name = utf8.encode(type);
  const ends = new DataView(new ArrayBuffer(8));
  ends.setUint32(0, content.length);
  ends.setUint32(4, crc32(content, crc32(name)));
  return [ends.buffer.slice(0, 4), name, content, ends.buffer.slice(4)];
}
