/**
 * The bytes of a recording: its head, its chunks, and the checks that chain them. Knows nothing of what
 * the payloads mean. docs/recordings.md is the authority.
 */

import { crc32 } from "../crc32.js";
import { MAX_PICTURE_BYTES, MAX_TIME } from "../wire.js";

/** A file that is no recording, or none from some byte on. */
export class RecordingError extends Error {
  name = "RecordingError";
}

export const ANNOUNCEMENT = 1;
export const PICTURE = 2;
/** Kinds from this one on may be skipped. */
export const WHOLE = 128;
export const GAP = 131;
export const INDEX = 132;
export const END = 133;

const MAGIC = Uint8Array.of(0x89, 0x57, 0x53, 0x53, 0x0d, 0x0a, 0x1a, 0x0a);
const VERSION = 1;
const MAX_PAYLOAD = MAX_PICTURE_BYTES * 1.5;
const HEAD_LENGTH = 16;
const HEADER_LENGTH = 28;
const CHECK_LENGTH = 4;
const END_LENGTH = HEADER_LENGTH + 16 + CHECK_LENGTH;

/** What is said of what is no recording. */
const RIGHT = "right would be a file of ws-stream record, or one saved by this page";

/**
 * @typedef {{offset: number, kind: number, position: number, received: number,
 *   payload: Uint8Array<ArrayBuffer>}} Chunk
 */

/** Numbers of 4 bytes, or 8 as `[number]`. @param {(number | [number])[]} numbers */
export function packed(...numbers) {
  const words = numbers.flatMap((number) =>
    typeof number === "number" ? number : [number[0] % 2 ** 32, number[0] / 2 ** 32],
  );
  const view = new DataView(new ArrayBuffer(4 * words.length));
  words.forEach((word, at) => view.setUint32(4 * at, word, true));
  return new Uint8Array(view.buffer);
}

/** Chunks as the parts of a file, none of which is copied. */
export class ChunkWriter {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  parts = [];
  /** Bytes of all parts. */
  size = 0;
  /** Of all before. */
  check = 0;

  constructor() {
    this.#add(MAGIC);
    this.#add(packed(VERSION));
    this.#addCheck();
  }

  /** @param {number} kind @param {number} position @param {number} received @param {Uint8Array<ArrayBuffer>} payload */
  add(kind, position, received, payload) {
    this.#add(packed(kind, payload.length, [position], [received]));
    this.#addCheck();
    this.#add(payload);
    this.#addCheck();
  }

  /** @param {Uint8Array<ArrayBuffer>} part */
  #add(part) {
    this.check = crc32(part, this.check);
    this.parts.push(part);
    this.size += part.length;
  }

  #addCheck() {
    this.parts.push(packed(this.check));
    this.size += CHECK_LENGTH;
  }
}

/**
 * The chunks of a file, up to the last one that is whole. Throws RecordingError for what is no
 * recording, and at damage.
 * @param {Uint8Array<ArrayBuffer>} file @returns {Generator<Chunk, void>}
 */
export function* chunksOf(file) {
  const check = checkHead(file);
  yield* chunksFrom(file, HEAD_LENGTH, check);
}

/**
 * The position of the end of a file that was ended in order, and its pictures; null of any other.
 * @param {Uint8Array<ArrayBuffer>} file
 */
export function endOf(file) {
  const at = file.length - END_LENGTH;
  if (at < HEAD_LENGTH) return null;
  try {
    const [{ kind, position, payload }] = chunksFrom(file, at, u32(file, at - CHECK_LENGTH));
    return kind === END ? { position, pictures: u64(payload, 8) } : null;
  } catch {
    return null;
  }
}

/** @param {number} offset @param {string} what @returns {RecordingError} */
export const damage = (offset, what) =>
  new RecordingError(
    `this recording cannot be played from byte ${offset} on: ${what}; what is before it can be`,
  );

/** Its check. @param {Uint8Array<ArrayBuffer>} file */
function checkHead(file) {
  const length = file.length;
  if (MAGIC.some((byte, at) => at < length && byte !== file[at])) {
    throw new RecordingError(`this file is no recording: it does not begin as one; ${RIGHT}`);
  }
  if (length < HEAD_LENGTH) {
    const begins = "and a recording begins with 16";
    throw new RecordingError(`this file has ${length} bytes, ${begins}; ${RIGHT}`);
  }
  const check = crc32(file.subarray(0, HEAD_LENGTH - CHECK_LENGTH));
  if (check !== u32(file, HEAD_LENGTH - CHECK_LENGTH)) {
    throw new RecordingError(`this file is no recording: its first bytes are damaged; ${RIGHT}`);
  }
  const version = u32(file, 8) & 0xffff;
  if (version !== VERSION) {
    const what = `it is of version ${version}, and this page reads ${VERSION}`;
    throw new RecordingError(
      `this recording cannot be played: ${what}; right would be a newer page`,
    );
  }
  return check;
}

/**
 * @param {Uint8Array<ArrayBuffer>} file @param {number} offset @param {number} check of all before
 * @returns {Generator<Chunk, void>}
 */
function* chunksFrom(file, offset, check) {
  while (offset + HEADER_LENGTH <= file.length) {
    const start = offset + HEADER_LENGTH;
    const first = crc32(file.subarray(offset, start - CHECK_LENGTH), check);
    if (first !== u32(file, start - CHECK_LENGTH)) throw damage(offset, "it is damaged");
    const [kind, length] = [u32(file, offset), u32(file, offset + 4)];
    const [position, received] = [u64(file, offset + 8), u64(file, offset + 16)];
    if (length > MAX_PAYLOAD || Math.max(position, received) >= MAX_TIME) {
      throw damage(offset, "a number is over its limit");
    }
    if (kind < WHOLE && kind !== ANNOUNCEMENT && kind !== PICTURE) {
      throw damage(offset, `it is of a later version (kind ${kind})`);
    }
    const end = start + length;
    if (end + CHECK_LENGTH > file.length) return;
    const payload = file.subarray(start, end);
    check = crc32(payload, first);
    if (check !== u32(file, end)) throw damage(offset, "it is damaged");
    yield { offset, kind, position, received, payload };
    offset = end + CHECK_LENGTH;
  }
}

/** @param {Uint8Array} bytes @param {number} at */
const u32 = ({ buffer, byteOffset }, at) => new DataView(buffer, byteOffset).getUint32(at, true);

/** @param {Uint8Array} bytes @param {number} at */
const u64 = (bytes, at) => u32(bytes, at) + u32(bytes, at + 4) * 2 ** 32;
