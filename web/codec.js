/**
 * Applies picture messages to the picture held.
 */

import { inJavaScript } from "./loops.js";
import { OPAQUE, gridOf, wordsOf } from "./pixels.js";
import {
  COPY,
  ChecksumError,
  MARKED_LZ4,
  check,
  checkSize,
  contentLengths,
  parse,
} from "./wire.js";

/** @import { Kernel, Message, Picture, PixelFormat, Run } from "./types.d.ts" */

/**
 * The picture before the first message. Throws ProtocolError when it is over the limits.
 * @param {{epoch: number, format: PixelFormat, width: number, height: number}} announced
 * @param {Kernel | null} [kernel] JavaScript's if there is none @returns {Picture}
 */
export function blank({ epoch, format, width, height }, kernel) {
  checkSize(format, width, height);
  const loops = (kernel ?? inJavaScript)(format, width, height);
  const { pixels } = loops;
  const picture = { epoch, number: 0, time: 0, meta: null, format, width, height, pixels, loops };
  return wipe(picture);
}

/** @param {Picture} picture becomes blank */
export function wipe(picture) {
  const { pixels, format } = picture;
  if (format.bytesPerPixel === 4) wordsOf(pixels).fill(OPAQUE);
  else pixels.fill(0);
  return Object.assign(picture, { number: 0, time: 0, meta: null });
}

/**
 * Applies a message to the picture; returns the rows that changed. Throws ProtocolError, or
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
  const { pixels, loops, width, height, format } = picture;
  check(message.format.code === format.code, "the format was not announced");
  for (const field of /** @type {const} */ (["epoch", "width", "height"])) {
    check(message[field] === picture[field], `the ${field} was not announced`);
  }
  check(base === 0 || base === picture.number, `a delta against ${base}, not ${picture.number}`);
  if (base === 0) wipe(picture);
  const [columns] = gridOf(format, width, height);
  const rowBytes = columns * format.bytesPerPixel;
  for (const segment of segments) {
    const { firstRow, rows, kind, shift, start, end } = segment;
    if (kind === COPY) {
      const from = (firstRow + shift) * rowBytes;
      pixels.copyWithin(firstRow * rowBytes, from, from + rows * rowBytes);
      continue;
    }
    const most = contentLengths(format, columns, rows)[1];
    const length =
      kind === MARKED_LZ4 ? loops.unpack(bytes, start, end, most) : loops.take(bytes, start, end);
    check(length >= 0 && loops.draw(segment, length), `row ${firstRow}: no valid marks`);
  }
  if (checksum !== null && checksum !== loops.crc32()) {
    throw new ChecksumError(`picture ${number} is not the one its checksum names`);
  }
  Object.assign(picture, { number, time, meta });
  const isAll = base === 0 || segments.some(({ firstRow, rows }) => firstRow + rows > height);
  if (isAll) return [[0, height]];
  const reach = format.down > 1 && format.high === 1 ? 2 : 0; // of what is interpolated: Bayer's squares
  return segments.map(({ firstRow, rows }) => {
    const first = Math.max(firstRow - reach, 0);
    return [first, Math.min(firstRow + rows + reach, height) - first];
  });
}
