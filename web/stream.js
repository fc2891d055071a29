/**
 * One stream over one WebSocket: connects, applies pictures, acknowledges, reconnects, keeps
 * figures. The public API for JavaScript. Knows nothing of the page: it runs in workers as well.
 *
 *     const screen = new Screen(canvas, (number, time) => stream.acknowledge(number, time));
 *     const stream = new Stream("ws://device:8000/stream/camera", {
 *       onpicture: (picture, runs) => screen.show(picture, runs),
 *       onchange: () => console.log(stream.state),
 *     });
 */

import { Session } from "./session.js";
import { Recent } from "./statistics.js";
import { ChecksumError, SUBPROTOCOL } from "./wire.js";

// All times here are milliseconds of performance.now(), which only moves forward.

/** The server says something every second; this long without a word, the picture may be old. */
const STALE_AFTER = 3000;
/** This long without a word, the connection is taken for dead. */
const DEAD_AFTER = 10_000;
/** Shorter pauses are still called live, so that the state of a slow stream does not flicker. */
const UNCHANGED_AFTER = 3000;
const FIRST_RETRY = 500;
const LAST_RETRY = 10_000;
const TICK = 200;
/** The viewer's own fault; the server would say the same again. */
const REFUSALS = [1003, 1008, 1009];

/** @import { Picture, Run } from "./codec.js" */
/** @import { Reply } from "./session.js" */

/**
 * - `connecting`: for the first time
 * - `live`: pictures come
 * - `unchanged`: the device says that its picture is the same for 3 s or more, or not there yet
 * - `stale`: nothing was heard for 3 s
 * - `lost`: the connection broke; it is tried again at `retryAt`
 * - `refused`: the server found a fault in this viewer; it is not tried again
 * - `closed`: by `close()`
 * @typedef {"connecting" | "live" | "unchanged" | "stale" | "lost" | "refused" | "closed"} State
 */

/**
 * Called when the stream's own properties are up to date; may call any of its methods.
 * @typedef {object} Handlers
 * @property {(picture: Picture, runs: Run[]) => void} [onpicture] these rows changed. Call
 *   `acknowledge` once they are drawn, or nothing more comes. The next message changes the picture
 * @property {() => void} [onchange] `state`, `announced` or `problem` changed
 */

/** A connection that is kept up, and the picture that comes over it. */
export class Stream {
  /** Why the connection was lost or refused, where that is known; otherwise empty. */
  reason = "";
  /** When the connection is tried again; has a meaning while the state is `lost`. */
  retryAt = 0;
  /** Messages that were not valid, or not for the picture held. */
  refused = 0;
  /** Pictures that were not the ones their checksums named. */
  mismatches = 0;

  #url;
  #handlers;
  #timer;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {"refused" | "closed" | null} */
  #end = null;
  #session = new Session();
  #sizes = new Recent();
  #ages = new Recent();
  /** @type {State} */
  #reported = "connecting";
  /** Connections that broke since the last one with a stream behind it. */
  #failures = 0;
  #heardAt = 0;
  #pictureAt = -Infinity;

  /**
   * Connects at once. Throws SyntaxError when `url` is no WebSocket address.
   * @param {string} url
   * @param {Handlers} [handlers]
   */
  constructor(url, handlers = {}) {
    this.#url = url;
    this.#handlers = handlers;
    this.#connect();
    this.#timer = setInterval(() => this.#tick(), TICK);
  }

  /** @returns {State} */
  get state() {
    if (this.#end) return this.#end;
    if (this.#failures) return "lost";
    if (!this.#session.isAlive) return "connecting";
    if (this.silentFor >= STALE_AFTER) return "stale";
    const isCalm = this.#session.isUnchanged && this.unchangedFor >= UNCHANGED_AFTER;
    return isCalm ? "unchanged" : "live";
  }

  /** What is coming: name, epoch, format, width, height; null before the server has said so. */
  get announced() {
    return this.#session.announced;
  }

  /** The picture held, or null before the announcement. Number 0 is blank. */
  get picture() {
    return this.#session.picture;
  }

  /** Why the device gives no pictures, in a sentence; null when it does. */
  get problem() {
    return this.#session.problem;
  }

  /** How long ago the last picture came; Infinity before the first. */
  get unchangedFor() {
    return performance.now() - this.#pictureAt;
  }

  /** How long nothing was heard. */
  get silentFor() {
    return performance.now() - this.#heardAt;
  }

  /**
   * Figures of the last two seconds. `age` is the time from the taking of a picture to its drawing
   * by the device's clock, the median; null when unknown, and so is `roundTrip`.
   */
  statistics() {
    const now = performance.now();
    const { perSecond, sumPerSecond } = this.#sizes.read(now);
    return {
      picturesPerSecond: perSecond,
      bytesPerSecond: sumPerSecond,
      age: this.#ages.read(now).median,
      roundTrip: this.#session.clock.roundTrip,
    };
  }

  /**
   * Says that picture `number`, and so all before it, is on the screen. Numbers that did not come
   * over this connection, or were acknowledged before, are ignored.
   * @param {number} number
   * @param {number} time the picture's, for the figures
   */
  acknowledge(number, time) {
    const reply = this.#session.acknowledge(number);
    if (!reply) return;
    this.#send(reply);
    const now = performance.now();
    const age = this.#session.clock.age(time, now);
    if (age !== null) this.#ages.add(age, now);
  }

  /** Ends the connection for good. */
  close() {
    this.#finish("closed", "");
  }

  #connect() {
    const socket = new WebSocket(this.#url, [SUBPROTOCOL]);
    socket.binaryType = "arraybuffer";
    // A socket that was given up may still speak; nobody listens.
    /** @param {() => void} handle */
    const ifCurrent = (handle) => {
      if (socket === this.#socket) handle();
    };
    socket.onopen = () => ifCurrent(() => this.#opened());
    socket.onmessage = ({ data }) => ifCurrent(() => this.#receive(data));
    socket.onclose = ({ code, reason }) => ifCurrent(() => this.#closed(code, reason));
    this.#socket = socket;
    this.#heardAt = performance.now();
  }

  #opened() {
    this.#session = new Session();
    this.#tick();
  }

  #tick() {
    if (!this.#socket) {
      if (performance.now() >= this.retryAt) this.#connect();
    } else if (this.silentFor >= DEAD_AFTER) {
      this.#lose("nothing was heard for 10 s");
    } else if (this.#socket.readyState === WebSocket.OPEN) {
      this.#send(this.#session.question(performance.now()));
    }
    this.#report();
  }

  /** @param {string | ArrayBuffer} data */
  #receive(data) {
    const now = performance.now();
    this.#heardAt = now;
    const session = this.#session;
    const { runs, news, error, reply } = session.receive(data, now);
    if (session.isAlive) this.#failures = 0;
    if (error) {
      this.refused++;
      if (error instanceof ChecksumError) this.mismatches++;
      // Only pictures can be asked for again.
      if (typeof data === "string" || !session.picture) return this.#lose(error.message);
    }
    this.#send(reply);
    if (runs && session.picture && typeof data !== "string") {
      this.#pictureAt = now;
      this.#sizes.add(data.byteLength, now);
      this.#handlers.onpicture?.(session.picture, runs);
    }
    this.#report(news);
  }

  /** @param {Reply | null | undefined} reply */
  #send(reply) {
    if (reply && this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify(reply));
    }
  }

  /** @param {number} code @param {string} reason */
  #closed(code, reason) {
    if (REFUSALS.includes(code)) this.#finish("refused", reason);
    else this.#lose(reason);
  }

  /** @param {string} reason */
  #lose(reason) {
    this.#drop();
    this.reason = reason;
    const longest = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** this.#failures);
    // Viewers that lost a device together should not come back together.
    this.retryAt = performance.now() + longest * (1 - Math.random() / 2);
    this.#failures++;
    this.#report();
  }

  /** @param {"refused" | "closed"} end @param {string} reason */
  #finish(end, reason) {
    this.#drop();
    clearInterval(this.#timer);
    this.#end ??= end;
    this.reason = reason || this.reason;
    this.#report();
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  /** @param {boolean} [news] */
  #report(news = false) {
    const { state } = this;
    if (state === this.#reported && !news) return;
    this.#reported = state;
    this.#handlers.onchange?.();
  }
}
