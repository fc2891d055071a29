/**
 * Writes what a tape holds as a recording. docs/recordings.md is the authority.
 */

import { ANNOUNCEMENT, ChunkWriter, END, GAP, INDEX, PICTURE, WHOLE, packed } from "./chunks.js";
import { labelOf } from "./reel.js";
import { whole } from "./whole.js";

/** @import { Announcement, Kept, Picture } from "../types.d.ts" */
/** @import { Reel } from "./reel.js" */

/** A whole picture is due when reaching one takes as much work as so many whole ones... */
const MOST_WORK = 8;
/** ...of which each message is so much beside its bytes. */
const PASS = 1 / 8;
const PLACE_LENGTH = 32;

const utf8 = new TextEncoder();

class Writer {
  #file = new ChunkWriter();
  #origin;
  /** Of the last picture: its position, and when it was received. @type {[number, number]} */
  #times = [0, 0];
  #number = 0;
  #pictures = 0;
  /** @type {Announcement | null} */
  #announced = null;
  #announcedAt = 0;
  /** Since the last whole picture, in whole pictures; and its bytes. */
  #work = 0;
  #wholeLength = 1;
  /** @type {Uint8Array<ArrayBuffer>[]} */
  #places = [];

  /** @param {number} origin */
  constructor(origin) {
    this.#origin = origin;
  }

  /** @param {Kept} kept @param {() => Uint8Array<ArrayBuffer>} make the picture as a message against blank */
  add(kept, make) {
    const { announced, gap, isStart, message, number, base, position, received } = kept;
    if (announced !== this.#announced || gap !== null) this.#announce(kept);
    const isNext = base === 0 || base === this.#number;
    this.#times = [Math.max(0, position - this.#origin), received];
    this.#number = number;
    this.#pictures++;
    this.#show(PICTURE, isNext ? message : make());
    if (isStart && this.#work >= MOST_WORK) this.#show(WHOLE, make());
  }

  /** @param {number} until the position until which the last picture was shown */
  end(until) {
    const [, received] = this.#times;
    const position = Math.max(this.#times[0], until - this.#origin);
    const index = new Uint8Array(this.#places.length * PLACE_LENGTH);
    this.#places.forEach((place, at) => index.set(place, at * PLACE_LENGTH));
    const indexAt = this.#file.size;
    this.#file.add(INDEX, position, received, index);
    this.#file.add(END, position, received, packed([indexAt], [this.#pictures]));
    return new Blob(this.#file.parts, { type: "application/octet-stream" });
  }

  /** @param {Kept} kept */
  #announce({ announced, text, gap }) {
    if (gap !== null && this.#pictures) this.#file.add(GAP, ...this.#times, utf8.encode(gap));
    this.#announced = announced;
    this.#announcedAt = this.#file.size;
    this.#number = 0;
    this.#file.add(ANNOUNCEMENT, ...this.#times, utf8.encode(text));
  }

  /** @param {number} kind @param {Uint8Array<ArrayBuffer>} message */
  #show(kind, message) {
    const at = this.#file.size;
    this.#file.add(kind, ...this.#times, message);
    if (labelOf(message).base) {
      this.#work += PASS + message.length / this.#wholeLength;
      return;
    }
    this.#work = 0;
    this.#wholeLength = message.length;
    const [position] = this.#times;
    /** @type {(number | [number])[]} */
    const place = [[this.#announcedAt], [at], [position], this.#pictures - 1, this.#file.check];
    this.#places.push(packed(...place));
  }
}

/**
 * A recording of the pictures `from` to before `to`: the first one whole, then the messages as they
 * were received. Changes the picture that `reel.at` returned.
 * @param {Reel} reel @param {number} [from] @param {number} [to] ids @returns {Blob}
 */
export function recordingOf(reel, from = reel.first, to = reel.end) {
  const first = Math.max(from, reel.first);
  const writer = new Writer(reel.entry(first)?.position ?? 0);
  for (let id = first; id < Math.min(to, reel.end); id++) {
    const kept = /** @type {Kept} */ (reel.entry(id));
    writer.add(kept, () => whole(kept.message, /** @type {Picture} */ (reel.at(id))));
  }
  return writer.end(reel.entry(to)?.position ?? reel.until);
}
