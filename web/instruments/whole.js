/**
 * Writes a picture that is held as a message against blank, which needs no picture before it.
 */

import { gridOf } from "../pixels.js";
import { contentLengths, groups } from "../wire.js";

/** @import { Picture } from "../types.d.ts" */

/**
 * All but the base and the segments is that of the message as which the picture came. Every pixel is
 * marked, and one like the pixel above it brings no colour; nothing is packed.
 * @param {Uint8Array} message @param {Picture} picture
 */
export function whole({ buffer, byteOffset }, picture) {
  const { format } = picture;
  const [width, height] = gridOf(format, picture.width, picture.height);
  const table = new DataView(buffer, byteOffset).getUint16(0, true);
  const start = table + 12;
  const bytes = new Uint8Array(start + contentLengths(format, width, height)[1] + 3);
  bytes.set(new Uint8Array(buffer, byteOffset, table));
  const end = start + draw(bytes.subarray(start), { ...picture, width, height });
  const view = new DataView(bytes.buffer);
  view.setUint32(12, 0, true); // the base
  view.setUint32(32, 1, true); // segments: one of kind 0, from row 0 on
  view.setUint16(table + 2, height, true);
  view.setUint32(table + 8, end - start, true);
  return bytes.slice(0, Math.ceil(end / 4) * 4);
}

/** Returns the bytes of the content. @param {Uint8Array} content @param {Picture} picture */
function draw(content, { pixels, format, width, height }) {
  const perRow = groups(width);
  const count = height * perRow;
  const masks = (count + 7) >> 3;
  const literals = masks + count;
  const { bytesPerPixel, colourBytes } = format;
  let to = literals + count;
  for (let group = 0; group < count; group++) {
    content[group >> 3] |= 1 << (group & 7);
    const row = Math.floor(group / perRow);
    const first = 8 * (group % perRow);
    const size = Math.min(8, width - first);
    content[masks + group] = 2 ** size - 1;
    for (let bit = 0; bit < size; bit++) {
      const from = (row * width + first + bit) * bytesPerPixel;
      if (row > 0 && isSame(pixels, from, from - width * bytesPerPixel, bytesPerPixel)) continue;
      content[literals + group] |= 1 << bit;
      for (let at = 0; at < colourBytes; at++) content[to++] = pixels[from + at];
    }
  }
  return to;
}

/** @param {Uint8Array} pixels @param {number} one @param {number} other @param {number} size */
function isSame(pixels, one, other, size) {
  for (let at = 0; at < size; at++) if (pixels[one + at] !== pixels[other + at]) return false;
  return true;
}
