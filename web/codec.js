/**
 * Applies picture messages to the picture held.
 */

import { crc32 } from "./crc32.js";
import { unpack } from "./lz4.js";
import { OPAQUE, wordsOf } from "./pixels.js";
import { COPY, ChecksumError, MARKED_LZ4, check, checkSize } from "./wire.js";
import { contentLengths, groups, parse } from "./wire.js";

/** @import { Message, Picture, PixelFormat, Run, Segment } from "./types.d.ts" */

/** Bits set in a byte. */
const ONES = new Uint8Array(256);
for (let byte = 1; byte < 256; byte++) ONES[byte] = ONES[byte >> 1] + (byte & 1);

/**
 * The picture before the first message. Throws ProtocolError when it is over the limits.
 * @param {{epoch: number, format: PixelFormat, width: number, height: number}} announced
 * @returns {Picture}
 */
export function blank({ epoch, format, width, height }) {
  checkSize(format, width, height);
  const scratch = new Uint8Array(contentLengths(format, width, height)[1]);
  const pixels = new Uint8Array(width * height * format.bytesPerPixel);
  const places = new Uint32Array(height * groups(width));
  const picture = { epoch, number: 0, time: 0, meta: null, format, width, height, pixels };
  return wipe({ ...picture, scratch, places });
}

/** @param {Picture} picture becomes blank */
export function wipe(picture) {
  const { pixels, format } = picture;
  if (format.bytesPerPixel === 4) wordsOf(pixels).fill(OPAQUE);
  else pixels.fill(0);
  return Object.assign(picture, { number: 0, time: 0, meta: null });
}

/**
 * Applies a message to the picture; returns the rows it changed. Throws ProtocolError, or
 * ChecksumError when the result is not what was sent: the picture is then blank.
 * @param {Uint8Array} bytes @param {Picture} picture @returns {Run[]}
 */
export function decode(bytes, picture) {
  try {
    return apply(parse(bytes), bytes, picture);
  } catch (error) {
    wipe(picture);
    throw error;
  }
}

/** @param {Message} message @param {Uint8Array} bytes @param {Picture} picture @returns {Run[]} */
function apply(message, bytes, picture) {
  const { base, number, time, meta, checksum, segments } = message;
  for (const field of /** @type {const} */ (["epoch", "format", "width", "height"])) {
    check(message[field] === picture[field], `the ${field} was not announced`);
  }
  check(base === 0 || base === picture.number, `a delta against ${base}, not ${picture.number}`);
  const { pixels, scratch, width, height, format } = picture;
  if (base === 0) wipe(picture);
  const rowBytes = width * format.bytesPerPixel;
  for (const segment of segments) {
    const { firstRow, rows, kind, shift, start, end } = segment;
    if (kind === COPY) {
      const from = (firstRow + shift) * rowBytes;
      pixels.copyWithin(firstRow * rowBytes, from, from + rows * rowBytes);
    } else if (kind === MARKED_LZ4) {
      const room = contentLengths(format, width, rows)[1];
      draw(segment, scratch, 0, unpack(bytes, start, end, scratch, 0, room), picture);
    } else {
      draw(segment, bytes, start, end, picture);
    }
  }
  if (checksum !== null && checksum !== crc32(pixels)) {
    throw new ChecksumError(`picture ${number} is not the one its checksum names`);
  }
  Object.assign(picture, { number, time, meta });
  return base === 0 ? [[0, height]] : segments.map(({ firstRow, rows }) => [firstRow, rows]);
}

/**
 * Checks the content and notes the places of groups; returns where masks and colours begin.
 * @param {Segment} segment @param {Uint8Array} source @param {number} bits @param {number} end
 * @param {Picture} picture
 */
function locate({ firstRow, rows }, source, bits, end, { places, width, format }) {
  const perRow = groups(width);
  const count = rows * perRow;
  const masks = bits + contentLengths(format, width, rows)[0];
  let marked = 0;
  for (let at = bits; at < masks; at++) marked += ONES[source[at]];
  const beyond = width % 8 ? -1 << (width % 8) : 0;
  let wrong = count % 8 ? source[masks - 1] >> (count % 8) : 0;
  let coloured = 0;
  let mask = masks;
  let nextRow = perRow;
  let offset = firstRow * width;
  for (let at = bits, group = 0; at < masks; at++, group += 8) {
    for (let left = source[at]; left; left &= left - 1) {
      const here = group + 31 - Math.clz32(left & -left);
      for (; here >= nextRow; nextRow += perRow) offset += width - 8 * perRow;
      const marks = source[mask];
      const literal = source[mask + marked];
      wrong |= marks ? literal & ~marks : 1;
      if (here === nextRow - 1) wrong |= marks & beyond;
      if (firstRow === 0 && here < perRow) wrong |= marks ^ literal;
      coloured += ONES[literal];
      places[mask++ - masks] = offset + 8 * here;
    }
  }
  // Content that ends too early was read beyond its end: then the sum differs, or is not a number.
  const colours = mask + marked;
  const isWhole = colours + coloured * format.colourBytes === end;
  check(!wrong && isWhole, `row ${firstRow}: no valid marks`);
  return [masks, colours];
}

/**
 * Changes marked pixels. Their content is `source[bits..end]`; it is broken if the end is -1.
 * @param {Segment} segment @param {Uint8Array} source @param {number} bits @param {number} end
 * @param {Picture} picture
 */
function draw(segment, source, bits, end, picture) {
  const [masks, colours] = locate(segment, source, bits, end, picture);
  const { pixels, places, width, format } = picture;
  const literals = (masks + colours) >> 1;
  const marked = literals - masks;
  const size = format.bytesPerPixel;
  const words = size === 4 ? wordsOf(pixels) : null;
  let from = colours;
  for (let i = 0; i < marked; i++) {
    const literal = source[literals + i];
    for (let left = source[masks + i]; left; left &= left - 1) {
      const bit = left & -left;
      const pixel = places[i] + 31 - Math.clz32(bit);
      if (words) {
        words[pixel] =
          literal & bit
            ? source[from++] | (source[from++] << 8) | (source[from++] << 16) | OPAQUE
            : words[pixel - width];
        continue;
      }
      for (let to = pixel * size; to < (pixel + 1) * size; to++) {
        pixels[to] = literal & bit ? source[from++] : pixels[to - width * size];
      }
    }
  }
}
