/**
 * The loops over a picture's pixels, in JavaScript; kernel/kernel.js has them in WebAssembly.
 */

import { crc32 } from "./crc32.js";
import { unpack } from "./lz4.js";
import { draw } from "./marks.js";
import { gridOf } from "./pixels.js";
import { contentLengths, groups } from "./wire.js";

/** @type {import("./types.d.ts").Kernel} */
export function inJavaScript(format, width, height) {
  const [columns, lines] = gridOf(format, width, height);
  const pixels = new Uint8Array(columns * lines * format.bytesPerPixel);
  const content = new Uint8Array(contentLengths(format, columns, lines)[1]);
  const places = new Uint32Array(lines * groups(columns));
  const sides = { width, height, palette: format.palette };
  const ground = { pixels, places, width: columns, format };
  /** @type {Uint32Array<ArrayBuffer> | null} */
  let rgba = null;
  const loops = {
    pixels,
    get rgba() {
      return (rgba ??= new Uint32Array(width * height));
    },
    /** @param {number} first @param {number} end */
    convert(first, end) {
      format.toRgba?.(pixels, loops.rgba, first, end, sides);
      return format.toRgba !== null;
    },
    /** @param {Uint8Array} bytes @param {number} start @param {number} end */
    take(bytes, start, end) {
      content.set(bytes.subarray(start, end));
      return end - start;
    },
    /** @param {Uint8Array} bytes @param {number} start @param {number} end @param {number} most */
    unpack: (bytes, start, end, most) => unpack(bytes, start, end, content, 0, most),
    /** @param {import("./marks.js").Rows} rows @param {number} length */
    draw: (rows, length) => draw(rows, content, length, ground),
    crc32: () => crc32(pixels),
  };
  return loops;
}
