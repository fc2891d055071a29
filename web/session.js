/**
 * What one connection has brought: messages go in, replies come out. Knows nothing of sockets or
 * timers; times are passed in, in ms.
 */

import { Acknowledgements } from "./acknowledgements.js";
import { DeviceClock } from "./clock.js";
import { blank, decode } from "./codec.js";
import { parseControl } from "./control.js";
import { BY_NAME } from "./pixels.js";
import { ProtocolError, QUIET } from "./wire.js";

/** The server takes a viewer that says nothing for 15 s for dead. */
const SILENT_AT_MOST = 5000;

/**
 * @import { Picture, Run } from "./codec.js"
 * @import { Announcement, Pace, ViewerMessage } from "./control.js"
 * @import { PixelFormat } from "./pixels.js"
 */

/**
 * What a message led to: changed rows, whether there is news to show, an error, a reply; whether
 * the device's time is another.
 * @typedef {{runs?: Run[], news?: boolean, error?: ProtocolError, reply?: ViewerMessage,
 *   isClockSet?: boolean}} Outcome
 */

export class Session {
  /** @type {Announcement | null} */
  announced = null;
  /** Number 0 is blank; null before the announcement. @type {Picture | null} */
  picture = null;
  /** @type {string | null} */
  problem = null;
  /** @type {Pace | null} */
  pace = null;
  /** A picture or a sign of life came. */
  isAlive = false;
  /** So the device has said since the last picture. */
  isUnchanged = false;
  /** When a message was last sent; set by the sender. */
  saidAt = -Infinity;
  clock = new DeviceClock();
  acknowledgements = new Acknowledgements();
  /** A delta against blank was requested and has not come. */
  #isResyncing = false;

  /** @param {string | ArrayBuffer} data @param {number} now @returns {Outcome} */
  receive(data, now) {
    try {
      return typeof data === "string"
        ? this.#takeControl(data, now)
        : this.#takePicture(new Uint8Array(data));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return typeof data === "string" ? { error } : this.#refuse(error);
    }
  }

  /** @param {string} text @param {number} now @returns {Outcome} */
  #takeControl(text, now) {
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
        break;
      case "clock":
        return { isClockSet: !this.clock.answered(message.viewer_time, message.time, now) };
      case "unchanged":
        this.isUnchanged = true;
        return this.#signOfLife(0, now);
      case "waiting":
        return this.#signOfLife(this.acknowledgements.drawn, now);
    }
    return {};
  }

  /** @param {Announcement} announcement */
  #announce(announcement) {
    const { epoch, format, width, height } = announcement;
    const known = /** @type {PixelFormat} */ (BY_NAME.get(format)); // parseControl has looked
    this.picture = blank({ epoch, format: known, width, height });
    this.announced = announcement;
    this.acknowledgements = new Acknowledgements();
    this.#isResyncing = false;
  }

  /**
   * Answers the server's sign of life with our own. Timers of hidden pages are slow; messages are not.
   * @param {number} drawn to acknowledge again, or 0 @param {number} now @returns {Outcome}
   */
  #signOfLife(drawn, now) {
    this.isAlive = true;
    // The server's answer to the first `resync` was refused as well.
    if (this.#isResyncing) return { reply: { type: "resync" } };
    if (now - this.saidAt < SILENT_AT_MOST) return {};
    if (drawn) return { reply: { type: "acknowledge", number: drawn } };
    return { reply: { type: "clock", viewer_time: now } };
  }

  /** @param {Uint8Array} bytes @returns {Outcome} */
  #takePicture(bytes) {
    if (!this.picture) throw new ProtocolError("a picture before its announcement");
    const runs = decode(bytes, this.picture);
    this.isAlive = true;
    this.isUnchanged = false;
    this.#isResyncing = false;
    this.acknowledgements.receive(this.picture.number, (bytes[3] & QUIET) !== 0);
    return { runs };
  }

  /** @param {ProtocolError} error @returns {Outcome} */
  #refuse(error) {
    // Messages already on their way are refused too; one request does for all.
    if (!this.picture || this.#isResyncing) return { error };
    this.#isResyncing = true;
    return { error, reply: { type: "resync" } };
  }
}
