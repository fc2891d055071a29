/**
 * The loops over a picture's pixels, in WebAssembly: twins of ../loops.js, equal to the byte. Their C
 * source lies beside; it checks nothing that wire.js and codec.js have checked.
 */

import { inJavaScript } from "../loops.js";
import { gridOf } from "../pixels.js";
import { contentLengths } from "../wire.js";

/** @import { Kernel, PixelFormat } from "../types.d.ts" */

/** Of WebAssembly's memory. The first one is for the loops' stack. */
const PAGE = 65536;
/** Bytes behind each area that the loops may touch; as in kernel.h. */
const SLACK = 32;
/** Bytes of `nibbles` in kernel.h. */
const TABLE = 512;

/**
 * Fetches the kernel that lies beside this file. Null where the platform has no WebAssembly, no SIMD,
 * or forbids them to this page: pictures are then decoded in JavaScript.
 * @returns {Promise<Kernel | null>}
 */
export async function loadKernel() {
  try {
    return kernelOf(await WebAssembly.compile(await read(new URL("kernel.wasm", import.meta.url))));
  } catch {
    return null;
  }
}

/** @param {URL} url @returns {Promise<BufferSource>} */
async function read(url) {
  if (url.protocol !== "file:") return (await fetch(url)).arrayBuffer();
  const { readFile } = await import("node:fs/promises");
  return readFile(url);
}

/** @param {WebAssembly.Module} module @returns {Kernel} */
const kernelOf = (module) => (format, width, height) => {
  try {
    return inWebAssembly(module, format, width, height);
  } catch {
    return inJavaScript(format, width, height); // there was no room for one more memory
  }
};

/** Where each area begins, and where the last ends. @param {number[]} sizes */
function laidOut(sizes) {
  const starts = [PAGE];
  for (const size of sizes) {
    starts.push(starts[starts.length - 1] + Math.ceil((size + SLACK) / 64) * 64);
  }
  return starts;
}

/**
 * Each picture has an instance of its own, whose memory never grows: no view of it becomes stale.
 * Pages of it that are never written cost nothing.
 * @param {WebAssembly.Module} module @param {PixelFormat} format @param {number} width
 * @param {number} height @returns {import("../types.d.ts").Loops}
 */
function inWebAssembly(module, format, width, height) {
  const [columns, lines] = gridOf(format, width, height);
  const pixelBytes = columns * lines * format.bytesPerPixel;
  const most = contentLengths(format, columns, lines)[1];
  const sizes = [TABLE, pixelBytes, most, most, 4 * width * height];
  const [table, pixels, content, packed, rgba, used] = laidOut(sizes);
  const pages = Math.ceil(used / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const bytesAt = (/** @type {number} */ at, /** @type {number} */ size) =>
    new Uint8Array(memory.buffer, at, size);
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const kernel = /** @type {Record<string, (...numbers: number[]) => number>} */ (instance.exports);
  kernel.prepare(table, format.bytesPerPixel);
  const [contentBytes, packedBytes] = [content, packed].map((at) => bytesAt(at, most));
  const grid = bytesAt(pixels, pixelBytes);
  const words = new Uint32Array(memory.buffer, rgba, width * height);
  const sides = { width, height, palette: format.palette };
  return {
    pixels: grid,
    rgba: words,
    convert(first, last) {
      if (kernel.convert(format.code, pixels, rgba, first, last)) return true;
      format.toRgba?.(grid, words, first, last, sides);
      return format.toRgba !== null;
    },
    take(bytes, start, end) {
      contentBytes.set(bytes.subarray(start, end));
      return end - start;
    },
    unpack(bytes, start, end, room) {
      packedBytes.set(bytes.subarray(start, end));
      return kernel.unpack(packed, end - start, content, room);
    },
    draw: ({ firstRow, rows }, length) =>
      kernel.draw(table, pixels, format.bytesPerPixel, columns, firstRow, rows, content, length) ===
      1,
    crc32: () => kernel.crc32(pixels, pixelBytes) >>> 0,
  };
}
