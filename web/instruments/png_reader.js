/**
 * Reads PNG files to exactly their pixels: some browsers put noise into what a canvas gives, or convert
 * colours on the way. By the PNG specification (W3C, third edition); interlaced ones are not read.
 */

import { crc32 } from "../crc32.js";
import { OPAQUE } from "../pixels.js";
import { MAX_PICTURE_BYTES, MAX_SIDE } from "../wire.js";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Samples of a pixel, by the colour type. @type {Record<number, number>} */
const SAMPLES = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const PALETTE = 3;
/** To how many bytes one of deflate unpacks at most. */
const MOST_UNPACKED = 1032;

/** @typedef {{width: number, height: number, bits: number, type: number}} Header */

/**
 * Its pixels as RGBA words, opaque: alpha is left out, of 16 bits the upper eight are taken. Throws Error
 * with a sentence that says what is wrong.
 * @param {Blob} file @returns {Promise<{width: number, height: number, words: Uint32Array<ArrayBuffer>}>}
 */
export async function readPng(file) {
  const { header, palette, packed } = chunks(new Uint8Array(await file.arrayBuffer()));
  const { width, height, bits, type } = header;
  const pitch = Math.ceil((width * bits * SAMPLES[type]) / 8);
  const rows = await inflated(packed, height * (pitch + 1));
  unfilter(rows, pitch, Math.max(1, (bits * SAMPLES[type]) >> 3));
  const words = new Uint32Array(width * height);
  for (let row = 0; row < height; row++) {
    const from = rows.subarray(row * (pitch + 1) + 1, (row + 1) * (pitch + 1));
    colour(from, header, palette, words.subarray(row * width, (row + 1) * width));
  }
  return { width, height, words };
}

/** @param {unknown} holds @param {string} [sentence] @returns {asserts holds} */
function check(holds, sentence = "this PNG is broken") {
  if (!holds) throw new Error(sentence);
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
function chunks(bytes) {
  const isPng = SIGNATURE.every((byte, at) => bytes[at] === byte);
  check(isPng, "this file is no picture; right would be a PNG");
  const view = new DataView(bytes.buffer);
  /** @type {Header | null} */
  let header = null;
  let palette = new Uint32Array();
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const packed = [];
  for (let at = SIGNATURE.length, isEnd = false; !isEnd;) {
    check(at + 12 <= bytes.length);
    const end = at + 8 + view.getUint32(at);
    check(end + 4 <= bytes.length && view.getUint32(end) === crc32(bytes.subarray(at + 4, end)));
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const content = bytes.subarray(at + 8, end);
    check(header || name === "IHDR");
    if (name === "IHDR") header = headerOf(content);
    else if (name === "PLTE") palette = paletteOf(content);
    else if (name === "IDAT") packed.push(content);
    isEnd = name === "IEND";
    at = end + 4;
  }
  check(header);
  return { header, palette, packed: new Blob(packed) };
}

/** @param {Uint8Array} content @returns {Header} */
function headerOf(content) {
  check(content.length === 13);
  const view = new DataView(content.buffer, content.byteOffset);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [bits, type, , , interlaced] = content.subarray(8);
  check(width && height && SAMPLES[type] && [1, 2, 4, 8, 16].includes(bits));
  check(type === 0 || type === PALETTE || bits >= 8);
  check(interlaced === 0, "this PNG is interlaced; right would be one that is not");
  const pixels = width * height;
  const size = pixels * SAMPLES[type] * (bits / 8);
  const isFit =
    Math.max(width, height) <= MAX_SIDE &&
    pixels <= MAX_PICTURE_BYTES &&
    size <= 4 * MAX_PICTURE_BYTES;
  check(isFit, `this PNG of ${width} x ${height} is too large; right would be a stream's picture`);
  return { width, height, bits, type };
}

/** No more than is due is unpacked, and no memory taken that it cannot fill. @param {Blob} packed @param {number} length of what it unpacks to */
async function inflated(packed, length) {
  check(length <= packed.size * MOST_UNPACKED);
  const bytes = new Uint8Array(length);
  const reader = packed.stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
    if (!value || done) break;
    check(at + value.length <= length);
    bytes.set(value, at);
    at += value.length;
  }
  check(at === length);
  return bytes;
}

/** What is left, above and above left of a byte says what is added to it. @type {((a: number, b: number, c: number) => number)[]} */
const FILTERS = [() => 0, (a) => a, (_, b) => b, (a, b) => (a + b) >> 1, paeth];

/** In place. @param {Uint8Array} rows each behind a byte that names its filter @param {number} pitch @param {number} pixel bytes of one */
function unfilter(rows, pitch, pixel) {
  for (let row = 0; row < rows.length; row += pitch + 1) {
    const filter = FILTERS[rows[row]];
    check(filter);
    for (let at = 1; at <= pitch; at++) {
      const isFirst = at <= pixel;
      const a = isFirst ? 0 : rows[row + at - pixel];
      const b = row ? rows[row + at - pitch - 1] : 0;
      const c = isFirst || !row ? 0 : rows[row + at - pixel - pitch - 1];
      rows[row + at] += filter(a, b, c);
    }
  }
}

/** @param {number} a @param {number} b @param {number} c */
function paeth(a, b, c) {
  const [byA, byB, byC] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  if (byA <= byB && byA <= byC) return a;
  return byB <= byC ? b : c;
}

/** A row of samples as words. @param {Uint8Array} row @param {Header} header @param {Uint32Array} palette @param {Uint32Array} words */
function colour(row, { bits, type }, palette, words) {
  const most = 2 ** bits - 1;
  const scale = bits < 8 ? 255 / most : 1;
  const [samples, step] = [SAMPLES[type], bits >> 3];
  for (let at = 0, from = 0; at < words.length; at++, from += samples * step) {
    if (samples > 2) {
      words[at] = row[from] | (row[from + step] << 8) | (row[from + 2 * step] << 16) | OPAQUE;
    } else {
      const shift = 8 - bits - ((at * bits) & 7);
      const level = step ? row[from] : (row[(at * bits) >> 3] >> shift) & most;
      check(type !== PALETTE || level < palette.length);
      words[at] = type === PALETTE ? palette[level] : (level * scale * 0x10101) | OPAQUE;
    }
  }
}

/** @param {Uint8Array} content */
const paletteOf = (content) =>
  Uint32Array.from({ length: content.length / 3 }, (_, at) => {
    const [red, green, blue] = content.subarray(3 * at, 3 * at + 3);
    return red | (green << 8) | (blue << 16) | OPAQUE;
  });
