/**
 * What one connection has brought: messages go in, replies come out. Knows nothing of sockets or
 * timers; times are passed in, in ms.
 */

import { Acknowledgements } from "./acknowledgements.js";
import { DeviceClock, clockQuestion } from "./clock.js";
import { blank, decode, wipe } from "./codec.js";
import { parseControl } from "./control.js";
import { formatOf } from "./pixels.js";
import { NO_ACK, ProtocolError, isPicture } from "./wire.js";

/**
 * @import { Announcement, Kernel, Outcome, Pace, Picture, Report, ViewerMessage } from "./types.d.ts"
 */

/** The server takes a viewer that says nothing for 15 s for dead. */
const SILENT_AT_MOST = 5000;

export class Session {
  /** Number 0 is blank; null before the announcement. @type {Picture | null} */
  picture = null;
  /** @type {string | null} */
  problem = null;
  /** @type {Pace | null} */
  pace = null;
  /** A picture or a report came. */
  isAlive = false;
  /** So the device has said since the last picture. */
  isUnchanged = false;
  /** When a message was last sent; set by the sender. */
  saidAt = -Infinity;
  clock = new DeviceClock();
  acknowledgements = new Acknowledgements();
  #kernel;
  /** A delta against blank was requested and has not come. */
  #isResyncing = false;

  /** @param {Kernel | null} [kernel] of the picture */
  constructor(kernel) {
    this.#kernel = kernel;
  }

  get announced() {
    return this.acknowledgements.announced;
  }

  /** @param {string | ArrayBuffer} data @param {number} now @returns {Outcome} */
  receive(data, now) {
    try {
      return typeof data === "string"
        ? this.#takeControl(data, now)
        : this.#takePicture(new Uint8Array(data));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      // Only pictures can be requested again.
      const isOver = typeof data === "string" || !this.picture;
      // Messages already on their way are refused too: asked once, the rest is up to reports.
      return { error, isOver, reply: isOver || this.#isResyncing ? null : this.resync() };
    }
  }

  /** Holds the blank picture from now on; null before there is one. @returns {ViewerMessage | null} */
  resync() {
    if (!this.picture) return null;
    wipe(this.picture);
    this.#isResyncing = true;
    return { type: "resync" };
  }

  /** @param {string} text @param {number} now @returns {Outcome} */
  #takeControl(text, now) {
    const message = parseControl(text);
    if (message?.type === "stream") return this.#announce(message);
    if (message?.type === "granted") {
      const { id, fps } = message;
      return { granted: { id, fps, announced: this.announced } };
    }
    if (message?.type === "clock") {
      return { isClockSet: !this.clock.answered(message.viewer_time, message.time, now) };
    }
    return message ? this.#takeReport(message, now) : {};
  }

  /** @param {Report} report @param {number} now @returns {Outcome} */
  #takeReport(report, now) {
    const { problem } = this;
    if (report.type === "problem") this.problem = report.reason;
    if (report.type === "pace") this.pace = report;
    this.isUnchanged = report.type === "unchanged";
    this.isAlive = true;
    return { news: this.problem !== problem, reply: this.#answer(now) };
  }

  /** @param {Announcement} announcement @returns {Outcome} */
  #announce(announcement) {
    const { epoch, width, height } = announcement;
    const format = formatOf(announcement);
    this.picture = blank({ epoch, format, width, height }, this.#kernel);
    this.acknowledgements.announce(announcement);
    this.#isResyncing = false;
    return { news: true };
  }

  /**
   * Timers of hidden pages are slow; reports are not.
   * @param {number} now @returns {ViewerMessage | null}
   */
  #answer(now) {
    // What answered the last `resync` was refused as well.
    if (this.#isResyncing) return { type: "resync" };
    return now - this.saidAt < SILENT_AT_MOST ? null : clockQuestion(now);
  }

  /** @param {Uint8Array} bytes @returns {Outcome} */
  #takePicture(bytes) {
    if (!isPicture(bytes)) return {};
    if (!this.picture) throw new ProtocolError("a picture before its announcement");
    const runs = decode(bytes, this.picture);
    this.isAlive = true;
    this.isUnchanged = false;
    this.#isResyncing = false;
    this.acknowledgements.receive(this.picture.number, !(bytes[3] & NO_ACK));
    return { runs };
  }
}
