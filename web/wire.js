/**
 * The bytes of a picture message: parse, limits. docs/protocol.md is the authority. Knows nothing
 * of pixels, LZ4 or sockets.
 */

import { BY_CODE } from "./pixels.js";

/** @import { PixelFormat } from "./pixels.js" */

export const SUBPROTOCOL = "ws-stream.v1";

/** Longest side of a picture: what browsers' canvases take. */
export const MAX_SIDE = 16384;
/** Largest picture: 4096 x 4096 pixels of four bytes. */
export const MAX_PICTURE_BYTES = 64 * 2 ** 20;
/** Capture times are below this, so that a number holds them exactly. */
export const MAX_TIME = 2 ** 53;

const HEADER_LENGTH = 36;
const SEGMENT_LENGTH = 12;
const HAS_CHECKSUM = 1;

/** What a segment's payload is: two bits that combine freely. */
export const PACKED = 1;
export const XOR = 2;

/** A message that is not valid, or not for the picture held; the picture is untouched. */
export class ProtocolError extends Error {
  name = "ProtocolError";
}

/** A well-formed message that made another picture than was sent. */
export class ChecksumError extends ProtocolError {
  name = "ChecksumError";
}

/**
 * A run of rows; its payload is the message's bytes from `start` to before `end`.
 * @typedef {{firstRow: number, rows: number, kind: number, start: number, end: number}} Segment
 */

/**
 * A picture message, its payloads still packed; `time` is in microseconds since 1970.
 * @typedef {{format: PixelFormat, epoch: number, number: number, base: number, time: number,
 *   width: number, height: number, checksum: number | null, segments: Segment[]}} Message
 */

/**
 * A message from its bytes; never copies a payload. Throws ProtocolError for anything that
 * docs/protocol.md does not allow; what depends on the picture held is for the codec to judge.
 * @param {Uint8Array} bytes @returns {Message}
 */
export function parse(bytes) {
  const total = bytes.length;
  if (total < HEADER_LENGTH) throw new ProtocolError(`${total} bytes are no whole header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, total);
  const table = view.getUint16(0, true);
  const format = BY_CODE.get(view.getUint8(2));
  const flags = view.getUint8(3);
  const epoch = view.getUint32(4, true);
  const number = view.getUint32(8, true);
  const base = view.getUint32(12, true);
  const time = view.getUint32(16, true) + view.getUint32(20, true) * 2 ** 32;
  const width = view.getUint16(24, true);
  const height = view.getUint16(26, true);
  const checksum = flags & HAS_CHECKSUM ? view.getUint32(28, true) : null;
  const count = view.getUint32(32, true);

  const isTable = table >= HEADER_LENGTH && table % 4 === 0 && table <= total;
  if (!isTable) throw new ProtocolError(`a header of ${table} bytes in a message of ${total}`);
  if (flags & ~HAS_CHECKSUM) throw new ProtocolError(`flags ${flags} are of a later version`);
  if (base >= number) throw new ProtocolError(`picture ${number} is based on ${base}`);
  if (time >= MAX_TIME) throw new ProtocolError(`capture time ${time} is not below 2^53`);
  if (!format) throw new ProtocolError(`${view.getUint8(2)} is no pixel format's code`);
  checkSize(format, width, height);
  if (count > height) throw new ProtocolError(`${count} segments for ${height} rows`);
  const segments = parseSegments(view, table, count, width * format.bytesPerPixel, height);
  return { format, epoch, number, base, time, width, height, checksum, segments };
}

/**
 * Throws ProtocolError when a picture of this size is over the limits; nobody then takes memory.
 * @param {PixelFormat} format @param {number} width @param {number} height
 */
export function checkSize(format, width, height) {
  const areSides = [width, height].every((side) => side >= 1 && side <= MAX_SIDE);
  if (!areSides) throw new ProtocolError(`${width}x${height}; a side is 1 to ${MAX_SIDE}`);
  const size = width * height * format.bytesPerPixel;
  if (size > MAX_PICTURE_BYTES) {
    throw new ProtocolError(`a picture of ${size} bytes is over the limit`);
  }
}

/**
 * @param {DataView} view @param {number} table @param {number} count @param {number} rowBytes
 * @param {number} height
 */
function parseSegments(view, table, count, rowBytes, height) {
  const total = view.byteLength;
  /** @type {Segment[]} */
  const segments = [];
  let start = table + count * SEGMENT_LENGTH;
  if (start > total) throw new ProtocolError(`${count} segments do not fit the message`);
  let nextRow = 0;
  for (let entry = table; segments.length < count; entry += SEGMENT_LENGTH) {
    const firstRow = view.getUint16(entry, true);
    const rows = view.getUint16(entry + 2, true);
    const kind = view.getUint32(entry + 4, true);
    const length = view.getUint32(entry + 8, true);
    const end = start + length;
    const unpacked = rows * rowBytes;
    const isRun = firstRow >= nextRow && rows > 0 && firstRow + rows <= height;
    if (!isRun) throw new ProtocolError(`a segment of ${rows} rows from row ${firstRow} on`);
    if (kind > (PACKED | XOR)) throw new ProtocolError(`row ${firstRow}: ${kind} is no kind`);
    const isLength = kind & PACKED ? length > 0 && length < unpacked : length === unpacked;
    if (!isLength) throw new ProtocolError(`row ${firstRow}: ${length} bytes for ${unpacked}`);
    if (end > total) throw new ProtocolError(`row ${firstRow}: the payload leaves the message`);
    segments.push({ firstRow, rows, kind, start, end });
    nextRow = firstRow + rows;
    start = Math.ceil(end / 4) * 4;
  }
  if (start !== total) throw new ProtocolError(`${total} bytes where ${start} are due`);
  return segments;
}
