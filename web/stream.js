/**
 * A stream: its state, its pictures, its figures. The public API for JavaScript, in workers and Node
 * as well. Times are milliseconds.
 *
 *     const stream = new Stream("ws://device:8000/stream/camera?fps=10");
 *     const screen = new Screen(canvas, stream);
 *     stream.addEventListener("state", () => (title.textContent = stream.state));
 */

import { Connection } from "./connection.js";
import { FrameEvent } from "./frame_event.js";
import { Outage, isFinal } from "./outage.js";
import { Requests } from "./requests.js";
import { Session } from "./session.js";
import { Figures, limitedBy } from "./statistics.js";
import { ChecksumError } from "./wire.js";

/**
 * @import { InputEvent, Label, Options, Request, Shown, State, StreamTarget, ViewerMessage } from "./types.d.ts"
 */

/** The server speaks every second: silent for so long, the picture may be old. */
const STALE_AFTER = 3000;
/** A slow stream is not called unchanged between two pictures. */
const UNCHANGED_AFTER = 3000;
/** Late ticks show a busy page. No display's refresh keeps step with it. */
const TICK = 90;

/** Knows the events' types. */
const Target = /** @type {new () => StreamTarget} */ (EventTarget);

/**
 * Events: `frame` is a FrameEvent; acknowledge its picture once it is drawn, or nothing more comes.
 * `shown`: one was acknowledged. `state`: `state`, `announced` or `problem` changed.
 */
export class Stream extends Target {
  /** Pictures whose checksum did not match. */
  mismatches = 0;

  #options;
  #requests;
  #connection;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #outage = new Outage();
  #session;
  #figures = new Figures();
  /** @type {State} */
  #reported = "connecting";
  #pictureAt = -Infinity;

  /** @param {string} url of a WebSocket @param {Options} [options] */
  constructor(url, options = {}) {
    super();
    this.#options = options;
    this.#session = new Session(options.kernel);
    this.#requests = new Requests(url);
    this.#connection = this.#connect();
    this.#tick(performance.now());
  }

  /** In one word. @returns {State} */
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

  /** After which time a lost connection is tried again. */
  get retryIn() {
    return Math.max(this.#outage.retryAt - performance.now(), 0);
  }

  /** Null before the announcement. */
  get announced() {
    return this.#session.announced;
  }

  /** The picture held; null before the announcement. */
  get picture() {
    return this.#session.picture;
  }

  /** What was acknowledged last on this connection, and what was announced of it. */
  get shown() {
    return this.#session.acknowledgements.shown;
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

  /**
   * Figures of the last two seconds; null where unknown. The `age` may be off by the `uncertainty`;
   * `limitedBy` is "device", "source rate", "network" or "this browser".
   */
  statistics() {
    const { pace, clock } = this.#session;
    const figures = this.#figures.read(clock, performance.now());
    const limit = this.state === "live" ? limitedBy(pace, figures) : null;
    return { ...figures, roundTrip: clock.roundTrip, limitedBy: limit };
  }

  /** It is on the screen. @param {Omit<Label, "meta">} picture */
  acknowledge(picture) {
    const drawn = this.#session.acknowledgements.draw(picture);
    if (!drawn) return;
    this.#send(drawn.reply);
    this.#figures.note("drawn", picture.time, performance.now());
    this.dispatchEvent(new Event("shown"));
  }

  /**
   * Requests a part, a size or a rate of the pictures. What is left out stays. Resolves with what was
   * granted, on this connection or a later one; with null if the stream ends before.
   * @param {Request} part
   */
  request(part) {
    const { message, granted } = this.#requests.request(part);
    this.#send(message);
    if (this.#outage.isOver) this.#requests.answer(Infinity, null);
    return granted;
  }

  /** Requests the whole picture anew. */
  resync() {
    if (this.#connection.isOpen) this.#send(this.#session.resync());
  }

  /**
   * What the user did with a picture, 32 at most.
   * @param {InputEvent[]} events @param {Shown | null} [shown] the picture, if not the one shown now
   */
  input(events, shown = this.shown) {
    this.#send(this.#session.acknowledgements.input(events, shown));
  }

  /** Reconnects now, if the connection is lost. */
  retry() {
    if (this.#connection.isClosed && !this.#outage.isOver) this.#connection = this.#connect();
  }

  /** Ends the connection for good. */
  close() {
    this.#finish("closed", "");
  }

  #connect() {
    return new Connection(this.#requests.address(), this.#options.WebSocket ?? WebSocket, {
      onopen: () => this.#opened(),
      onmessage: (data) => this.#receive(data),
      onclose: (code, reason) =>
        isFinal(code) ? this.#finish("refused", reason) : this.#lose(reason, code),
    });
  }

  #opened() {
    this.#session = new Session(this.#options.kernel);
    this.#figures = new Figures();
    this.#send(this.#requests.opening());
    this.#send(this.#session.clock.question(performance.now()));
  }

  /** @param {number} due */
  #tick(due) {
    const now = performance.now();
    const { isOpen } = this.#connection;
    this.#figures.delays.add(now - due, now);
    this.#timer = setTimeout(() => this.#tick(now + TICK), TICK);
    if (this.#connection.isClosed) {
      if (now >= this.#outage.retryAt) this.retry();
    } else if (this.silentFor >= this.#outage.patience(isOpen)) {
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
    const { runs, news, granted, reply, isClockSet, error, isOver } = session.receive(data, now);
    if (isClockSet) this.#figures = new Figures();
    if (session.isAlive) this.#outage.end();
    if (error instanceof ChecksumError) this.mismatches++;
    if (error && isOver) return this.#lose(error.message);
    this.#send(reply);
    if (granted) this.#requests.answer(granted.id, granted);
    if (runs && session.picture && typeof data !== "string") {
      this.#pictureAt = now;
      this.#figures.sizes.add(data.byteLength, now);
      this.#figures.note("arrived", session.picture.time, now);
      this.dispatchEvent(new FrameEvent(session.picture, runs, data));
    }
    this.#report(news);
  }

  /** @param {ViewerMessage | null | undefined} message */
  #send(message) {
    if (!message || !this.#connection.isOpen) return;
    this.#connection.send(message);
    this.#session.saidAt = performance.now();
  }

  /** @param {string} reason @param {number} [code] */
  #lose(reason, code) {
    this.#connection.close();
    this.#outage.begin(reason, performance.now(), code);
    this.#report();
  }

  /** @param {"refused" | "closed"} end @param {string} reason */
  #finish(end, reason) {
    this.#connection.close();
    clearTimeout(this.#timer);
    this.#outage.finish(end, reason);
    this.#requests.answer(Infinity, null);
    this.#report();
  }

  /** @param {boolean} [news] */
  #report(news = false) {
    const { state } = this;
    if (state === this.#reported && !news) return;
    this.#reported = state;
    this.dispatchEvent(new Event("state"));
  }
}
