/**
 * A stream: its state, its pictures, its figures. The public API for JavaScript, in workers as well.
 * Times are milliseconds of performance.now().
 *
 *     const screen = new Screen(canvas, (number, time) => stream.acknowledge(number, time));
 *     const onpicture = (picture, runs) => screen.show(picture, runs);
 *     const stream = new Stream("ws://device:8000/stream/camera?fps=10", { onpicture });
 */

import { Connection } from "./connection.js";
import { Outage } from "./outage.js";
import { Requests } from "./requests.js";
import { Session } from "./session.js";
import { Figures, limitedBy } from "./statistics.js";
import { ChecksumError } from "./wire.js";

/** @import { Picture, Run } from "./codec.js" */
/** @import { Rendition, ViewerMessage } from "./control.js" */

/** The server speaks every second: silent for so long, the picture may be old... */
const STALE_AFTER = 3000;
/** ...and a connection that has not opened yet dead. */
const DEAD_AFTER = 10_000;
/** A slow stream is not called unchanged between two pictures. */
const UNCHANGED_AFTER = 3000;
/** Late ticks show a busy page. No display's refresh keeps step with it. */
const TICK = 90;
/** Close codes for faults that this viewer would repeat. */
const REFUSALS = [1003, 1008, 1009];
const NO_STREAM = 4004;

/**
 * - `unchanged`: the device says that nothing changed for 3 s, or that it has no picture yet
 * - `stale`: no message came for 3 s
 * - `lost`: the connection broke; the next is tried at `retryAt`
 * - `absent`: the server has no such stream; it is asked again at `retryAt`
 * - `refused`: the server found a fault in this viewer; no other is tried
 * @typedef {"connecting" | "live" | "unchanged" | "stale" | "lost" | "absent" | "refused" | "closed"
 *   } State
 */

/**
 * - `onpicture`: these rows changed. Call `acknowledge` once they are drawn, or nothing more comes
 * - `onchange`: `state`, `announced` or `problem` changed
 * @typedef {{onpicture?: (picture: Picture, runs: Run[]) => void, onchange?: () => void}} Handlers
 */

export class Stream {
  /** Pictures whose checksum did not match. */
  mismatches = 0;

  #handlers;
  #requests;
  #connection;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #outage = new Outage();
  #session = new Session();
  #figures = new Figures();
  /** @type {State} */
  #reported = "connecting";
  #pictureAt = -Infinity;

  /** @param {string} url of a WebSocket @param {Handlers} [handlers] */
  constructor(url, handlers = {}) {
    this.#handlers = handlers;
    this.#requests = new Requests(url);
    this.#connection = this.#connect();
    this.#tick(performance.now());
  }

  /** @returns {State} */
  get state() {
    if (this.#outage.state) return this.#outage.state;
    if (!this.#session.isAlive) return "connecting";
    if (this.silentFor >= STALE_AFTER) return "stale";
    const isCalm = this.#session.isUnchanged && this.unchangedFor >= UNCHANGED_AFTER;
    return isCalm ? "unchanged" : "live";
  }

  /** Why the connection was lost or refused, where that is known. */
  get reason() {
    return this.#outage.reason;
  }

  /** When a lost connection is tried again. */
  get retryAt() {
    return this.#outage.retryAt;
  }

  /** Null before the announcement. */
  get announced() {
    return this.#session.announced;
  }

  /** The picture held; null before the announcement. */
  get picture() {
    return this.#session.picture;
  }

  /** Why the device gives no pictures; null when it does. */
  get problem() {
    return this.#session.problem;
  }

  /** Since the last picture; Infinity before the first. */
  get unchangedFor() {
    return performance.now() - this.#pictureAt;
  }

  /** Since the last message. */
  get silentFor() {
    return this.#connection.silentFor;
  }

  /** Figures of the last two seconds, see `Figures` and `limitedBy`; null where unknown. */
  statistics() {
    const { pace, clock } = this.#session;
    const figures = this.#figures.read(clock, performance.now());
    const limit = this.state === "live" ? limitedBy(pace, figures) : null;
    return { ...figures, roundTrip: clock.roundTrip, limitedBy: limit };
  }

  /**
   * Picture `number`, taken at `time`, is on the screen. One of an earlier connection is ignored.
   * @param {number} number @param {number} time
   */
  acknowledge(number, time) {
    const drawn = this.#session.acknowledgements.draw(number);
    if (!drawn) return;
    this.#send(drawn.reply);
    const now = performance.now();
    this.#figures.drawn.add(now - time / 1000, now);
  }

  /** Requests at most so many pictures per second; null: all. @param {number | null} fps */
  limit(fps) {
    this.#request(this.#requests.rate(fps));
  }

  /** Another part or size of the picture; what is left out stays. @param {Partial<Rendition>} part */
  request(part) {
    this.#request(this.#requests.rendition(part, this.announced));
  }

  /** Reconnects now, if the connection is lost. */
  retry() {
    const isOver = ["refused", "closed"].includes(this.state);
    if (this.#connection.isClosed && !isOver) this.#connection = this.#connect();
  }

  /** Ends the connection for good. */
  close() {
    this.#finish("closed", "");
  }

  #connect() {
    return new Connection(this.#requests.address, {
      onopen: () => this.#opened(),
      onmessage: (data) => this.#receive(data),
      onclose: (code, reason) =>
        REFUSALS.includes(code)
          ? this.#finish("refused", reason)
          : this.#lose(reason, code === NO_STREAM),
    });
  }

  #opened() {
    this.#session = new Session();
    this.#figures = new Figures();
    this.#send(this.#session.clock.question(performance.now()));
  }

  /** @param {number} due */
  #tick(due) {
    const now = performance.now();
    const { isOpen } = this.#connection;
    this.#figures.delays.add(now - due, now);
    this.#timer = setTimeout(() => this.#tick(now + TICK), TICK);
    if (this.#connection.isClosed) {
      if (now >= this.retryAt) this.retry();
    } else if (this.silentFor >= (isOpen ? this.#outage.patience : DEAD_AFTER)) {
      this.#lose(`nothing was heard for ${Math.floor(this.silentFor / 1000)} s`);
      if (isOpen) this.#outage.wasSilent();
    } else if (isOpen) {
      this.#send(this.#session.clock.question(now));
    }
    this.#report();
  }

  /** @param {string | ArrayBuffer} data */
  #receive(data) {
    const now = performance.now();
    const session = this.#session;
    const { runs, news, error, reply, isClockSet } = session.receive(data, now);
    if (isClockSet) this.#figures = new Figures();
    if (session.isAlive) this.#outage.end();
    if (error) {
      if (error instanceof ChecksumError) this.mismatches++;
      // Only pictures can be requested again.
      if (typeof data === "string" || !session.picture) return this.#lose(error.message);
    }
    this.#send(reply);
    if (runs && session.picture && typeof data !== "string") {
      this.#pictureAt = now;
      this.#figures.sizes.add(data.byteLength, now);
      this.#figures.arrived.add(now - session.picture.time / 1000, now);
      this.#handlers.onpicture?.(session.picture, runs);
    }
    this.#report(news);
  }

  /** @param {ViewerMessage} message */
  #request(message) {
    this.#connection.sendWhenOpened(message);
    this.#send(message);
  }

  /** @param {ViewerMessage | null | undefined} message */
  #send(message) {
    if (!message || !this.#connection.isOpen) return;
    this.#connection.send(message);
    this.#session.saidAt = performance.now();
  }

  /** @param {string} reason @param {boolean} [isAbsent] */
  #lose(reason, isAbsent = false) {
    this.#connection.close();
    this.#outage.begin(reason, performance.now(), isAbsent);
    this.#report();
  }

  /** @param {"refused" | "closed"} end @param {string} reason */
  #finish(end, reason) {
    this.#connection.close();
    clearTimeout(this.#timer);
    this.#outage.finish(end, reason);
    this.#report();
  }

  /** @param {boolean} [news] */
  #report(news = false) {
    const { state } = this;
    if (state === this.#reported && !news) return;
    this.#reported = state;
    this.#handlers.onchange?.();
  }
}
