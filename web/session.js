/**
 * What one connection has brought: messages go in, replies come out. Knows nothing of sockets or
 * timers; times are passed in, in milliseconds of a clock that only moves forward.
 */

import { DeviceClock } from "./clock.js";
import { blank, decode } from "./codec.js";
import { parseControl } from "./control.js";
import { BY_NAME } from "./pixels.js";
import { ProtocolError, QUIET } from "./wire.js";

const QUESTION_EVERY = 10_000;
/** The server takes a viewer that says nothing for 15 s for dead. */
const SILENT_AT_MOST = 5000;

/** @import { Picture, Run } from "./codec.js" */
/** @import { PixelFormat } from "./pixels.js" */
/** @import { Announcement, Pace, Rendition } from "./control.js" */

/**
 * A control message to the server.
 * @typedef {{type: "resync"}
 *   | {type: "acknowledge", number: number}
 *   | {type: "clock", viewer_time: number}
 *   | {type: "rate", fps: number | null}
 *   | {type: "rendition"} & Rendition} Reply
 */

/**
 * What became of a message: rows it changed, whether it was news, why it was refused, a reply.
 * @typedef {{runs?: Run[], news?: boolean, error?: ProtocolError, reply?: Reply}} Outcome
 */

/** The state of one connection above the socket. */
export class Session {
  /** @type {Announcement | null} */
  announced = null;
  /** Number 0 is blank; null before the announcement. @type {Picture | null} */
  picture = null;
  /** @type {string | null} */
  problem = null;
  /** @type {Pace | null} */
  pace = null;
  /** There was a sign of a stream behind the connection. */
  isAlive = false;
  /** The device has said, since the last picture, that nothing changed. */
  isUnchanged = false;
  /** When something was last said; set by whoever says it. */
  saidAt = -Infinity;
  clock = new DeviceClock();

  /** A difference from blank was asked for and has not come. */
  #isResyncing = false;
  #received = 0;
  #drawn = 0;
  /** The newest picture to be acknowledged. */
  #awaited = 0;
  #questionAt = -Infinity;
  /** First answers are often slow: the clock is asked a few times. */
  #pauses = [200, 200];

  /**
   * Takes a message of the server, valid or not.
   * @param {string | ArrayBuffer} data @param {number} now @returns {Outcome}
   */
  receive(data, now) {
    try {
      return typeof data === "string" ? this.#heed(data, now) : this.#apply(new Uint8Array(data));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return typeof data === "string" ? { error } : this.#refuse(error);
    }
  }

  /**
   * Takes note of a picture that is on the screen. Null: it did not come here, or was before.
   * @param {number} number @returns {Outcome | null}
   */
  acknowledge(number) {
    if (!(number > this.#drawn && number <= this.#received)) return null;
    const isAwaited = this.#awaited > this.#drawn;
    this.#drawn = number;
    return isAwaited ? { reply: { type: "acknowledge", number } } : {};
  }

  /** A question of the time, or null when none is due. @param {number} now @returns {Reply | null} */
  question(now) {
    if (now < this.#questionAt) return null;
    this.#questionAt = now + (this.#pauses.pop() ?? QUESTION_EVERY);
    return { type: "clock", viewer_time: now };
  }

  /** @param {string} text @param {number} now @returns {Outcome} */
  #heed(text, now) {
    const message = parseControl(text);
    switch (message?.type) {
      case "stream":
        this.#announce(message);
        return { news: true };
      case "problem":
        this.problem = message.reason;
        return { news: true };
      case "pace":
        this.pace = message;
        return {};
      case "clock":
        this.clock.answered(message.viewer_time, message.time, now);
        return {};
      case "unchanged":
        this.isUnchanged = true;
        return this.#sign(0, now);
      case "waiting":
        return this.#sign(this.#drawn, now);
    }
    return {};
  }

  /** @param {Announcement} announcement */
  #announce(announcement) {
    const { epoch, format, width, height } = announcement;
    const known = /** @type {PixelFormat} */ (BY_NAME.get(format)); // parseControl has looked
    this.picture = blank({ epoch, format: known, width, height });
    this.announced = announcement;
    this.#isResyncing = false;
    this.#received = this.#drawn = this.#awaited = 0;
  }

  /**
   * Answers the server's sign of life. Timers of hidden pages are slow; its messages are not.
   * @param {number} number to repeat, or 0 @param {number} now @returns {Outcome}
   */
  #sign(number, now) {
    this.isAlive = true;
    // The server takes its answer to `resync` for received, but that one was refused as well.
    if (this.#isResyncing) return { reply: { type: "resync" } };
    if (now - this.saidAt < SILENT_AT_MOST) return {};
    const reply = number ? { type: "acknowledge", number } : { type: "clock", viewer_time: now };
    return { reply: /** @type {Reply} */ (reply) };
  }

  /** @param {Uint8Array} bytes @returns {Outcome} */
  #apply(bytes) {
    if (!this.picture) throw new ProtocolError("a picture before its announcement");
    const runs = decode(bytes, this.picture);
    this.isAlive = true;
    this.isUnchanged = false;
    this.#isResyncing = false;
    this.#received = this.picture.number;
    if (!(bytes[3] & QUIET)) this.#awaited = this.#received;
    return { runs };
  }

  /** @param {ProtocolError} error @returns {Outcome} */
  #refuse(error) {
    // What was on its way is refused too; asking each time could go round for ever.
    if (!this.picture || this.#isResyncing) return { error };
    this.#isResyncing = true;
    return { error, reply: { type: "resync" } };
  }
}
