/**
 * Parses picture messages and holds their limits. docs/protocol.md is the authority.
 */

import { BY_CODE, gridOf } from "./pixels.js";

/** @import { Message, PixelFormat, Segment, SideData } from "./types.d.ts" */

export const SUBPROTOCOL = "ws-stream.v1";

/** Longest side of a picture: what browsers' canvases take. */
export const MAX_SIDE = 16384;
/** Largest picture: 4096 x 4096 pixels of four bytes. */
export const MAX_PICTURE_BYTES = 64 * 2 ** 20;
/** Times are below this: a number holds them exactly. */
export const MAX_TIME = 2 ** 53;

const HEADER_LENGTH = 36;
const SEGMENT_LENGTH = 12;
/** Flags, in byte 3. Those that are critical are of a later version. */
const HAS_CHECKSUM = 1;
export const NO_ACK = 2;
const CRITICAL_FLAGS = 0xf0;

/** Tags of extensions. All from the critical one on are of a later version. */
const SIDE_DATA = 1;
const CRITICAL_TAG = 32768;
const MAX_SIDE_DATA = 4096;
/** JSON has no mark of the byte order, which would be skipped. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Kinds of segments. Kind 0: marked, not packed. */
export const MARKED_LZ4 = 1;
export const COPY = 2;

/** A message that is invalid, or not for the picture held. */
export class ProtocolError extends Error {
  name = "ProtocolError";
}

/** A well-formed message that made another picture than was sent. */
export class ChecksumError extends ProtocolError {
  name = "ChecksumError";
}

/** Others are of a later version's type, and ignored. @param {Uint8Array} bytes */
export const isPicture = (bytes) => bytes[0] !== 0 || bytes[1] !== 0;

/**
 * Copies no payload. Throws ProtocolError for anything that docs/protocol.md does not allow; the
 * codec checks what depends on the picture held.
 * @param {Uint8Array} bytes @returns {Message}
 */
export function parse(bytes) {
  const total = bytes.length;
  check(total >= HEADER_LENGTH, `${total} bytes are no whole header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, total);
  const table = view.getUint16(0, true);
  const format = BY_CODE.get(view.getUint8(2));
  const flags = view.getUint8(3);
  const [epoch, number, base, low, high] = [4, 8, 12, 16, 20].map((at) => view.getUint32(at, true));
  const time = low + high * 2 ** 32;
  const width = view.getUint16(24, true);
  const height = view.getUint16(26, true);
  const checksum = flags & HAS_CHECKSUM ? view.getUint32(28, true) : null;
  const count = view.getUint32(32, true);

  const isTable = table >= HEADER_LENGTH && table % 4 === 0 && table <= total;
  check(isTable && !(flags & CRITICAL_FLAGS), `a header of ${table} bytes with flags ${flags}`);
  check(base < number && time < MAX_TIME, `picture ${number} of ${time}, based on ${base}`);
  if (!format) throw new ProtocolError("no pixel format has this code");
  checkSize(format, width, height);
  const meta = table > HEADER_LENGTH ? parseExtensions(view, table) : null;
  const grid = gridOf(format, width, height);
  const segments = parseSegments(view, table, count, { format, width: grid[0], height: grid[1] });
  return { format, epoch, number, base, time, width, height, checksum, meta, segments };
}

/** Returns the side data. @param {DataView} view @param {number} table where they end */
function parseExtensions(view, table) {
  let meta = null;
  let before = -1;
  for (let at = HEADER_LENGTH; at < table;) {
    const tag = view.getUint16(at, true);
    const start = at + 4;
    const length = view.getUint16(at + 2, true);
    at = aligned(start + length);
    check(tag > before && tag < CRITICAL_TAG && at <= table, `an extension of tag ${tag}`);
    if (tag === SIDE_DATA) meta = parseSideData(view, start, length);
    before = tag;
  }
  return meta;
}

/**
 * Null for what is none: the picture is right all the same.
 * @param {DataView} view @param {number} start @param {number} length @returns {SideData | null}
 */
function parseSideData({ buffer, byteOffset }, start, length) {
  if (length > MAX_SIDE_DATA) return null;
  try {
    const meta = JSON.parse(utf8.decode(new Uint8Array(buffer, byteOffset + start, length)));
    return typeof meta === "object" && !Array.isArray(meta) ? meta : null;
  } catch {
    return null;
  }
}

/**
 * @param {DataView} view @param {number} table where it starts @param {number} count of segments
 * @param {{format: PixelFormat, width: number, height: number}} picture
 */
function parseSegments(view, table, count, { format, width, height }) {
  const total = view.byteLength;
  let start = table + count * SEGMENT_LENGTH;
  check(count <= height && start <= total, `${count} segments do not fit`);
  /** @type {Segment[]} */
  const segments = [];
  let nextRow = 0;
  for (let entry = table; segments.length < count; entry += SEGMENT_LENGTH) {
    const firstRow = view.getUint16(entry, true);
    const rows = view.getUint16(entry + 2, true);
    const kind = view.getUint16(entry + 4, true);
    const shift = view.getInt16(entry + 6, true);
    const end = start + view.getUint32(entry + 8, true);
    const length = end - start;
    const read = firstRow + shift;
    const isCopy = kind === COPY;
    const isPlace = isCopy ? !nextRow && read >= 0 && read + rows <= height : !shift;
    const [least, most] = contentLengths(format, width, rows);
    const isLength = [length >= least && length <= most, length > 0 && length < most, !length];
    const isInside = firstRow >= nextRow && rows > 0 && firstRow + rows <= height && end <= total;
    check(isPlace && isInside && isLength[kind], `a segment of kind ${kind} at row ${firstRow}`);
    segments.push({ firstRow, rows, kind, shift, start, end });
    if (!isCopy) nextRow = firstRow + rows;
    start = aligned(end);
  }
  check(start === total, `${total} bytes where ${start} are due`);
  return segments;
}

/**
 * Throws ProtocolError when a picture of this size is over the limits, before memory is taken.
 * @param {PixelFormat} format @param {number} width @param {number} height
 */
export function checkSize(format, width, height) {
  const areSides = [width, height].every((side) => side >= 1 && side <= MAX_SIDE);
  const [columns, rows] = gridOf(format, width, height);
  const isSize = columns * rows * format.bytesPerPixel <= MAX_PICTURE_BYTES;
  const isWhole = width % format.across === 0 && height % format.down === 0;
  check(
    areSides && isSize && isWhole,
    `a picture of ${width}x${height} is none, or over the limits`,
  );
}

/** @param {number} at @returns {number} the next offset that is divisible by 4 */
const aligned = (at) => Math.ceil(at / 4) * 4;

/** Of eight cells in a row. @param {number} columns */
export const groups = (columns) => (columns + 7) >> 3;

/**
 * The least and the most bytes of the content of marked rows.
 * @param {PixelFormat} format @param {number} columns @param {number} rows
 */
export function contentLengths({ colourBytes }, columns, rows) {
  const count = rows * groups(columns);
  const least = (count + 7) >> 3;
  return [least, least + 2 * count + rows * columns * colourBytes];
}

/** @param {unknown} isRight @param {string} sentence thrown as a ProtocolError where it is not */
export function check(isRight, sentence) {
  if (!isRight) throw new ProtocolError(sentence);
}
