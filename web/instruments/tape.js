/**
 * The last seconds of a stream, in bounded memory: messages as they were received, and a copy of the
 * picture now and then.
 *
 *     const tape = new Tape({ seconds: 60 });
 *     tape.add(data, stream.picture, stream.announced, now); // of each message that made a picture
 *     tape.at(tape.end - 2); // the picture before the newest
 */

import { MAX_TIME } from "../wire.js";
import { OVERHEAD, Reel, labelOf, startBytes } from "./reel.js";

/** @import { Announcement, Picture } from "../types.d.ts" */
/** @import { Told } from "./reel.js" */

/** Bytes: some minutes of a screen of 1024x600, some seconds of noise. */
const MOST = 64 * 2 ** 20;
/** A chunk spans at most this part of the tape: what is dropped goes whole. */
const PART = 1 / 8;

/** Positions: by the device's clock from picture to picture, by the receiver's over a gap. */
class Timeline {
  #position = 0;
  /** Of the last picture; null before the first, and over a gap. @type {number | null} */
  #time = null;
  /** @type {number | null} */
  #received = null;

  /** @param {number} time @param {number} received */
  picture(time, received) {
    // Of a clock that steps back nothing is known.
    const forward =
      this.#time === null ? received - (this.#received ?? received) : time - this.#time;
    this.#position = Math.min(this.#position + Math.max(0, forward), MAX_TIME - 1);
    [this.#time, this.#received] = [time, received];
    return this.#position;
  }

  lost() {
    this.#time = null;
  }
}

export class Tape extends Reel {
  #most;
  /** In microseconds. */
  #span;
  #timeline = new Timeline();
  /** @type {Told | null} */
  #told = null;
  /** @type {string | null} */
  #gap = null;
  /** That of the newest picture. */
  #number = 0;

  /** @param {{bytes?: number, seconds?: number, kernel?: import("../types.d.ts").Kernel | null}} [options] */
  constructor({ bytes = MOST, seconds = 60, kernel } = {}) {
    super({ kernel });
    this.#most = bytes;
    this.#span = 1e6 * seconds;
  }

  /**
   * Keeps a message that was applied; the picture is what it made, and is copied where a chunk begins.
   * Of one that has no room nothing is kept.
   * @param {ArrayBuffer} data kept, not copied @param {Picture} picture @param {Announcement} announced
   * @param {number} received microseconds since 1970 by this machine's clock
   */
  add(data, picture, announced, received) {
    const { pixels, time, number } = picture;
    const now = Math.round(received);
    const position = this.#timeline.picture(time, now);
    const entry = { message: new Uint8Array(data), position, received: now };
    const told = this.#tell(announced);
    const size = data.byteLength + OVERHEAD;
    const alone = startBytes(told, this.#gap, pixels.length);
    let goesOn = this.#goesOn(entry.message, position);
    while (this.length && this.bytes + size + (goesOn ? 0 : alone) > this.#most) {
      this.drop();
      goesOn &&= this.length > 0;
    }
    if (goesOn) this.push(entry);
    else if (size + alone <= this.#most) {
      this.begin(told, this.#gap, { pixels: pixels.slice() }, entry);
    }
    this.#number = number;
    this.#gap = null;
    while (this.chunks[1]?.entries[0].position <= position - this.#span) this.drop();
  }

  /** The connection was lost: the device's clock may be another one from now on. @param {string} reason */
  lost(reason) {
    this.#gap = reason;
    this.#timeline.lost();
  }

  /** @param {Announcement} announced */
  #tell(announced) {
    if (this.#told?.announced !== announced) {
      this.#told = { announced, text: JSON.stringify(announced) };
    }
    return this.#told;
  }

  /** Whether the newest chunk does. @param {Uint8Array} message @param {number} position */
  #goesOn(message, position) {
    const chunk = this.chunks.at(-1);
    if (!chunk || chunk.told !== this.#told || this.#gap !== null) return false;
    const { base } = labelOf(message);
    const isNext = base === 0 || base === this.#number;
    const isLight = chunk.bytes < 2 * chunk.startBytes;
    return isNext && isLight && position - chunk.entries[0].position < PART * this.#span;
  }
}
