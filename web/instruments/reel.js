/**
 * Pictures kept as the messages that made them, and any of them again. Each has an id, which stays the
 * same when the oldest are dropped.
 *
 * Chunks of messages begin at a picture that is reached by itself: by a copy of its pixels, or by a
 * message against blank. So a picture costs at most the decoding of one chunk, and the one after it
 * one message.
 */

import { blank, decode } from "../codec.js";
import { formatOf } from "../pixels.js";
import { ProtocolError, parse } from "../wire.js";

/** @import { Announcement, Kept, Kernel, Picture } from "../types.d.ts" */

/** @typedef {{message: Uint8Array<ArrayBuffer>, position: number, received: number}} Entry */
/** What was announced, also as text. @typedef {{announced: Announcement, text: string}} Told */
/** How a chunk's first picture is reached. @typedef {{pixels: Uint8Array} | {whole: Uint8Array}} Start */
/** @typedef {{told: Told, gap: string | null, start: Start, first: number,
 *   startBytes: number, bytes: number, entries: Entry[]}} Chunk */

/** Bytes that a message takes beside its own, and a chunk (measured). */
export const OVERHEAD = 400;

export class Reel {
  /** What is kept, with what holds it; without the picture that `at` returns. */
  bytes = 0;
  /** The id after the newest. */
  end = 0;
  /** The position until which the newest is shown. */
  until = 0;
  /** What is wrong behind the last picture. @type {string | null} */
  problem = null;

  #kernel;
  /** @type {Chunk[]} */
  #chunks = [];
  /** That of the picture returned last. @type {Chunk | null} */
  #chunk = null;
  #index = 0;
  /** @type {Told | null} */
  #told = null;
  /** @type {Picture | null} */
  #picture = null;

  /** @param {{kernel?: Kernel | null}} [options] passed on to `blank` */
  constructor({ kernel } = {}) {
    this.#kernel = kernel;
  }

  /** The id of the oldest. */
  get first() {
    return this.#chunks[0]?.first ?? this.end;
  }

  get length() {
    return this.end - this.first;
  }

  /** @returns {readonly Chunk[]} */
  get chunks() {
    return this.#chunks;
  }

  /** What is known of a picture without decoding it; null if it is not kept. @param {number} id @returns {Kept | null} */
  entry(id) {
    const chunk = this.#chunkOf(id);
    if (!chunk) return null;
    const { first, told, entries } = chunk;
    const isStart = id === first;
    const entry = entries[id - first];
    return {
      ...told,
      ...entry,
      ...labelOf(entry.message),
      isStart,
      gap: isStart ? chunk.gap : null,
    };
  }

  /** The picture shown at a position; before the first, that one. @param {number} position @returns {number} its id */
  idAt(position) {
    const chunk =
      this.#chunks[lastOf(this.#chunks, ({ entries }) => entries[0].position <= position)];
    if (!chunk) return this.end;
    return chunk.first + lastOf(chunk.entries, (entry) => entry.position <= position);
  }

  /**
   * The picture as it was shown; null if it is not kept. The next call changes it in place. Throws
   * ProtocolError for a message of a file that cannot be right.
   * @param {number} id
   */
  at(id) {
    const chunk = this.#chunkOf(id);
    if (!chunk) return null;
    const index = id - chunk.first;
    try {
      if (this.#chunk !== chunk || this.#index > index) this.#rewind(chunk);
      const picture = /** @type {Picture} */ (this.#picture);
      while (this.#index < index) decode(chunk.entries[++this.#index].message, picture);
      return picture;
    } catch (error) {
      this.#chunk = null;
      if (!(error instanceof ProtocolError)) throw error;
      throw new ProtocolError(`this picture cannot be shown: ${error.message}; others may be`);
    }
  }

  /** A new chunk. @param {Told} told @param {string | null} gap @param {Start} start @param {Entry} entry */
  begin(told, gap, start, entry) {
    const size = startBytes(told, gap, "pixels" in start ? start.pixels.length : 0);
    const chunk = { told, gap, start, first: this.end, startBytes: size, bytes: 0, entries: [] };
    this.#chunks.push(chunk);
    this.#weigh(chunk, size);
    this.push(entry);
  }

  /** @param {Entry} entry of the newest chunk */
  push(entry) {
    const chunk = this.#chunks[this.#chunks.length - 1];
    chunk.entries.push(entry);
    this.#weigh(chunk, entry.message.length + OVERHEAD);
    this.until = entry.position;
    this.end++;
  }

  /** Lets a chunk begin with the newest picture, which this message makes. @param {Uint8Array} message */
  restart(message) {
    const chunk = this.#chunks[this.#chunks.length - 1];
    const entry = chunk.entries[chunk.entries.length - 1];
    if (chunk.entries.length < 2) return;
    chunk.entries.pop();
    this.#weigh(chunk, -entry.message.length - OVERHEAD);
    this.end--;
    this.begin(chunk.told, null, { whole: message }, entry);
  }

  /** Drops the oldest chunk. */
  drop() {
    const chunk = this.#chunks.shift();
    if (!chunk) return;
    this.bytes -= chunk.bytes;
    if (chunk === this.#chunk) this.#chunk = null;
  }

  /** @param {Chunk} chunk @param {number} bytes more */
  #weigh(chunk, bytes) {
    chunk.bytes += bytes;
    this.bytes += bytes;
  }

  /** @param {number} id */
  #chunkOf(id) {
    if (!Number.isInteger(id) || id < this.first || id >= this.end) return null;
    return this.#chunks[lastOf(this.#chunks, ({ first }) => first <= id)];
  }

  /** Holds the first picture of a chunk. @param {Chunk} chunk */
  #rewind(chunk) {
    const { told, start, entries } = chunk;
    if (told !== this.#told || !this.#picture) {
      const format = formatOf(told.announced);
      this.#picture = blank({ ...told.announced, format }, this.#kernel);
      this.#told = told;
    }
    if ("whole" in start) {
      decode(start.whole, this.#picture);
    } else {
      const { number, time, meta } = parse(entries[0].message);
      this.#picture.pixels.set(start.pixels);
      Object.assign(this.#picture, { number, time, meta });
    }
    this.#chunk = chunk;
    this.#index = 0;
  }
}

/** Bytes that a chunk takes without its messages. @param {Told} told @param {string | null} gap @param {number} copied of pixels */
export const startBytes = ({ text }, gap, copied) =>
  OVERHEAD + 4 * text.length + 2 * (gap ?? "").length + copied;

/** Of a picture message. @param {Uint8Array} message */
export function labelOf({ buffer, byteOffset }) {
  const view = new DataView(buffer, byteOffset);
  const [number, base] = [view.getUint32(8, true), view.getUint32(12, true)];
  return { number, base, time: view.getUint32(16, true) + view.getUint32(20, true) * 2 ** 32 };
}

/**
 * The index of the last item that is so, where none is after one that is not; 0 where none is.
 * @template T @param {readonly T[]} items @param {(item: T) => boolean} isSo
 */
function lastOf(items, isSo) {
  let [at, end] = [0, items.length];
  while (end - at > 1) {
    const middle = (at + end) >> 1;
    if (isSo(items[middle])) at = middle;
    else end = middle;
  }
  return at;
}
