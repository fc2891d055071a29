/**
 * `decode`: applies a message to the picture held. Knows nothing of sockets, screens or time.
 */

import { crc32 } from "./crc32.js";
import { unpack } from "./lz4.js";
import { ChecksumError, PACKED, ProtocolError, XOR, checkSize, parse } from "./wire.js";

/** @import { PixelFormat } from "./pixels.js" */
/** @import { Message } from "./wire.js" */

/**
 * The one picture a viewer holds, changed in place. `time` is in microseconds since 1970 by the
 * device's clock, `pixels` are as on the wire, `scratch` means nothing between two calls.
 *
 * Number 0 is the blank picture, whatever the pixels are: a difference from it never reads them.
 * @typedef {{epoch: number, number: number, time: number, format: PixelFormat, width: number,
 *   height: number, pixels: Uint8Array, scratch: Uint8Array}} Picture
 */

/** @typedef {[firstRow: number, rows: number]} Run */

/**
 * What a viewer holds before the first picture. Throws ProtocolError when it is over the limits.
 * @param {{epoch: number, format: PixelFormat, width: number, height: number}} announced
 * @returns {Picture}
 */
export function blank({ epoch, format, width, height }) {
  checkSize(format, width, height);
  const size = width * height * format.bytesPerPixel;
  const [pixels, scratch] = [new Uint8Array(size), new Uint8Array(size)];
  return { epoch, number: 0, time: 0, format, width, height, pixels, scratch };
}

/**
 * Applies a message to the picture and returns the runs of rows it changed.
 *
 * Throws ProtocolError for an invalid message or one that is not for this picture, and ChecksumError
 * when the result would not be the picture that was sent; the picture is then as it was.
 * @param {Uint8Array} bytes @param {Picture} picture @returns {Run[]}
 */
export function decode(bytes, picture) {
  const message = parse(bytes);
  checkBase(message, picture);
  const runs = compose(message, bytes, picture);
  if (message.checksum !== null && message.checksum !== checksum(picture, runs)) {
    throw new ChecksumError(`picture ${message.number} is not the one its checksum names`);
  }
  const rowBytes = picture.width * picture.format.bytesPerPixel;
  for (const [firstRow, rows] of runs) {
    const start = firstRow * rowBytes;
    picture.pixels.set(picture.scratch.subarray(start, start + rows * rowBytes), start);
  }
  picture.number = message.number;
  picture.time = message.time;
  return runs;
}

/** @param {Message} message @param {Picture} picture */
function checkBase(message, picture) {
  if (message.epoch !== picture.epoch) {
    throw new ProtocolError(`a picture of epoch ${message.epoch}, not ${picture.epoch}`);
  }
  const { format, width, height } = message;
  if (format !== picture.format || width !== picture.width || height !== picture.height) {
    throw new ProtocolError(`a picture of ${width}x${height} ${format.name} was not announced`);
  }
  if (message.base !== 0 && message.base !== picture.number) {
    throw new ProtocolError(`a difference from picture ${message.base}, not ${picture.number}`);
  }
  if (message.number <= picture.number) {
    throw new ProtocolError(`picture ${message.number} is not newer than ${picture.number}`);
  }
}

/**
 * Makes the new rows in the scratch memory, each where it lies in the picture, and says which.
 * @param {Message} message @param {Uint8Array} bytes @param {Picture} picture @returns {Run[]}
 */
function compose(message, bytes, { pixels, scratch, width, height, format }) {
  const fromBlank = message.base === 0;
  if (fromBlank) scratch.fill(0);
  const rowBytes = width * format.bytesPerPixel;
  for (const { firstRow, rows, kind, start, end } of message.segments) {
    const first = firstRow * rowBytes;
    const last = first + rows * rowBytes;
    if (!(kind & PACKED)) {
      scratch.set(bytes.subarray(start, end), first);
    } else if (!unpack(bytes, start, end, scratch, first, last)) {
      throw new ProtocolError(`the LZ4 block at row ${firstRow} is broken`);
    }
    if (kind & XOR && !fromBlank) xor(scratch, pixels, first, last);
  }
  // Rows in no segment are black when the base is blank, whatever was held.
  if (fromBlank) return [[0, height]];
  return message.segments.map(({ firstRow, rows }) => [firstRow, rows]);
}

/**
 * target ^= source from byte `start` to `end`; both begin at a multiple of 4 in their buffers.
 * @param {Uint8Array} target @param {Uint8Array} source @param {number} start @param {number} end
 */
function xor(target, source, start, end) {
  const firstWord = (start + 3) >> 2;
  const endWord = end >> 2;
  const to = new Int32Array(target.buffer, target.byteOffset, endWord);
  const from = new Int32Array(source.buffer, source.byteOffset, endWord);
  for (let i = firstWord; i < endWord; i++) to[i] ^= from[i];
  // Rows of odd lengths begin and end within words.
  for (let at = start; at < Math.min(4 * firstWord, end); at++) target[at] ^= source[at];
  for (let at = 4 * Math.max(firstWord, endWord); at < end; at++) target[at] ^= source[at];
}

/** Of the picture as it will be: runs are in the scratch memory. @param {Picture} picture @param {Run[]} runs */
function checksum({ pixels, scratch, width, format }, runs) {
  const rowBytes = width * format.bytesPerPixel;
  let crc = 0;
  let at = 0;
  for (const [firstRow, rows] of runs) {
    const start = firstRow * rowBytes;
    const end = start + rows * rowBytes;
    crc = crc32(pixels, at, start, crc);
    crc = crc32(scratch, start, end, crc);
    at = end;
  }
  return crc32(pixels, at, pixels.length, crc);
}
