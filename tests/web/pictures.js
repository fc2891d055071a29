/**
 * Makes pictures and messages for the tests, by hand rather than with the code under test.
 */

import { loadKernel } from "../../web/kernel/kernel.js";
import { inJavaScript } from "../../web/loops.js";
import "../../web/formats/raw.js";
import { BY_NAME } from "../../web/pixels.js";
import { COPY } from "../../web/wire.js";

/** @import { Announcement, Crop, Kernel, Picture, PixelFormat, Size } from "../../web/types.d.ts" */

const inWebAssembly = await loadKernel();
if (!inWebAssembly) throw new Error("this Node has no WebAssembly with SIMD");
/** The loops over pixels, in both languages. */
export const KERNELS = { JavaScript: inJavaScript, WebAssembly: inWebAssembly };

/** Of 2x3 pixels. @type {Announcement} */
export const ANNOUNCED = {
  type: "stream",
  name: "a",
  epoch: 7,
  format: "gray8",
  width: 2,
  height: 3,
  source: [2, 3],
  step: 1,
  crop: null,
  average: false,
  tolerance: 0,
  fps: 30,
  input: false,
};

/**
 * What is announced of a part of a source.
 * @param {Size} source @param {Crop | null} crop @param {number} step
 */
export function announced(source, crop, step) {
  const [width, height] = crop ? crop.slice(2) : source;
  const size = { width: Math.ceil(width / step), height: Math.ceil(height / step) };
  return { ...ANNOUNCED, ...size, source, crop, step };
}

/**
 * Any part of any source whose pixels lie in groups of two, as a step takes them.
 * @param {(limit: number) => number} next chance @param {string} name of the format
 */
export function anyGroups(next, name) {
  const { across, down } = format(name);
  const [width, height] = [across * (1 + next(40)), down * (1 + next(30))];
  const [x, y] = [across * next(9), down * next(9)];
  const source = /** @type {Size} */ ([x + width + 2 * next(5), y + height + 2 * next(5)]);
  const step = 1 + next(16);
  /** @param {number} length @param {number} group */
  const kept = (length, group) => group * Math.ceil(length / group / step);
  const size = { width: kept(width, across), height: kept(height, down) };
  const crop = /** @type {Crop} */ ([x, y, width, height]);
  return { ...ANNOUNCED, format: name, ...size, source, crop, step };
}

/** Any part of any source. @param {(limit: number) => number} next chance */
export function anyPart(next) {
  const source = /** @type {Size} */ ([1 + next(3000), 1 + next(2000)]);
  const [x, y] = [next(source[0]), next(source[1])];
  const crop = /** @type {Crop} */ ([x, y, 1 + next(source[0] - x), 1 + next(source[1] - y)]);
  return announced(source, next(2) ? crop : null, 1 + next(16));
}

/** @param {string} digits */
export function fromHex(digits) {
  return new Uint8Array(Buffer.from(digits, "hex"));
}

/** @param {Uint8Array} bytes */
export function toHex(bytes) {
  return Buffer.from(bytes).toString("hex");
}

/** The same numbers in each run. @param {number} seed */
export function random(seed) {
  let state = seed;
  /** @param {number} limit */
  return (limit) => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** @param {string} name */
export function format(name) {
  const found = BY_NAME.get(name);
  if (!found) throw new Error(`no format ${name}`);
  return found;
}

/**
 * A picture that a viewer holds.
 * @param {{epoch?: number, number?: number, format?: string, width?: number, height?: number,
 *   pixels?: Uint8Array, kernel?: Kernel}} [values]
 * @returns {Picture}
 */
export function held(values = {}) {
  const { epoch = 7, number = 6, width = 2, height = 3 } = values;
  const known = format(values.format ?? "gray8");
  const size = width * height * known.bytesPerPixel;
  // Not by `blank`: some vectors are for a picture that it would refuse.
  const loops = (values.kernel ?? inJavaScript)(known, width, height);
  const { pixels } = loops;
  pixels.set(values.pixels ?? Uint8Array.from({ length: size }, (_, at) => (at * 37) & 255));
  return {
    epoch,
    number,
    time: 0,
    meta: null,
    format: known,
    width,
    height,
    pixels,
    loops,
  };
}

/**
 * The content of rows all of whose pixels bring their colours, which are given.
 * @param {number} width @param {number} rows @param {Iterable<number>} colours
 */
export function every(width, rows, colours) {
  const perRow = Math.ceil(width / 8);
  const bits = Array.from({ length: Math.ceil((perRow * rows) / 8) }, (_, byte) => {
    return 2 ** Math.min(8, perRow * rows - 8 * byte) - 1;
  });
  const masks = Array.from({ length: perRow * rows }, (_, group) => {
    return 2 ** Math.min(8, width - 8 * (group % perRow)) - 1;
  });
  return Uint8Array.of(...bits, ...masks, ...masks, ...colours);
}

/**
 * @typedef {{firstRow: number, rows: number, kind: number, payload: Uint8Array,
 *   length?: number}} Part
 */

/** An extension of a header, and what it is padded with. @param {number} tag @param {Uint8Array | string} value @param {number} [padding] */
export function extension(tag, value, padding = 0) {
  const content = typeof value === "string" ? new TextEncoder().encode(value) : value;
  const bytes = new Uint8Array(4 + Math.ceil(content.length / 4) * 4).fill(padding);
  new DataView(bytes.buffer).setUint32(0, (content.length << 16) | tag, true);
  bytes.set(content, 4);
  return bytes;
}

/**
 * The bytes of a message; every value may be wrong.
 * @param {{headerLength?: number, code?: number, flags?: number, epoch?: number, number?: number,
 *   base?: number, time?: number, width?: number, height?: number, checksum?: number,
 *   count?: number, extensions?: Uint8Array}} [header]
 * @param {Part[]} [parts]
 * @param {number} [extra] bytes that follow the last padding
 */
export function message(header = {}, parts = [], extra = 0) {
  const { code = 6, epoch = 7, number = 7, base = 6, time = 1e15 } = header;
  const { extensions = new Uint8Array(), headerLength = 36 + extensions.length } = header;
  const { width = 2, height = 3, checksum, flags = checksum === undefined ? 0 : 1 } = header;
  const padded = parts.map(({ payload }) => Math.ceil(payload.length / 4) * 4);
  const table = Math.max(headerLength, 36);
  const payloads = table + 12 * parts.length;
  const bytes = new Uint8Array(payloads + padded.reduce((sum, n) => sum + n, 0) + extra);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, headerLength, true);
  bytes.set([code, flags], 2);
  [epoch, number, base].forEach((value, at) => view.setUint32(4 + 4 * at, value, true));
  view.setBigUint64(16, BigInt(time), true);
  view.setUint16(24, width, true);
  view.setUint16(26, height, true);
  view.setUint32(28, checksum ?? 0, true);
  view.setUint32(32, header.count ?? parts.length, true);
  bytes.set(extensions, 36);
  let at = payloads;
  parts.forEach(({ firstRow, rows, kind, payload, length = payload.length }, index) => {
    const entry = table + 12 * index;
    view.setUint16(entry, firstRow, true);
    view.setUint16(entry + 2, rows, true);
    view.setUint32(entry + 4, kind, true);
    view.setUint32(entry + 8, length, true);
    bytes.set(payload, at);
    at += padded[index];
  });
  return bytes;
}

/**
 * Copies, then the marks of random rows; applies them pixel by pixel to `made` as well.
 * @param {(limit: number) => number} next @param {Uint8Array} made @param {number} width
 * @param {number} height @param {PixelFormat} format
 */
export function randomParts(next, made, width, height, { bytesPerPixel, colourBytes }) {
  /** @type {Part[]} */
  const parts = [];
  const rowBytes = width * bytesPerPixel;
  for (let copies = height > 4 ? next(3) : 0; copies > 0; copies--) {
    const firstRow = next(height);
    const rows = 1 + next(height - firstRow);
    const shift = next(height - rows + 1) - firstRow;
    const from = (firstRow + shift) * rowBytes;
    made.copyWithin(firstRow * rowBytes, from, from + rows * rowBytes);
    parts.push({ firstRow, rows, kind: (shift << 16) | COPY, payload: new Uint8Array() });
  }
  for (let firstRow = parts.length ? 0 : 2 * next(2); firstRow < height;) {
    if (parts.length >= height) break;
    const rows = 1 + next(Math.min(4, height - firstRow));
    const perRow = Math.ceil(width / 8);
    const bits = new Uint8Array(Math.ceil((rows * perRow) / 8));
    /** @type {number[][]} */
    const [masks, literals, colours] = [[], [], []];
    for (let group = 0; group < rows * perRow; group++) {
      const row = firstRow + Math.floor(group / perRow);
      const start = 8 * (group % perRow);
      const mask = next(3) ? next(2 ** Math.min(8, width - start)) : 0;
      const literal = row === 0 ? mask : mask & next(256);
      if (!mask) continue;
      bits[group >> 3] |= 1 << (group % 8);
      masks.push(mask);
      literals.push(literal);
      for (let bit = 0; bit < 8; bit++) {
        const to = row * rowBytes + (start + bit) * bytesPerPixel;
        if (!((mask >> bit) & 1)) continue;
        for (let byte = 0; byte < colourBytes; byte++) {
          const isLiteral = (literal >> bit) & 1;
          made[to + byte] = isLiteral ? next(256) : made[to + byte - rowBytes];
          if (isLiteral) colours.push(made[to + byte]);
        }
      }
    }
    const payload = Uint8Array.of(...bits, ...masks, ...literals, ...colours);
    parts.push({ firstRow, rows, kind: 0, payload });
    firstRow += rows + next(3);
  }
  return parts;
}
