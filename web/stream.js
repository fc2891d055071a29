/**
 * One stream over one WebSocket: connects, applies pictures, acknowledges, reconnects, keeps
 * figures. The public API for JavaScript. Knows nothing of the page: it runs in workers as well.
 *
 *     const screen = new Screen(canvas, (number, time) => stream.acknowledge(number, time));
 *     const onpicture = (picture, runs) => screen.show(picture, runs);
 *     const stream = new Stream("ws://device:8000/stream/camera?fps=10", { onpicture });
 */

import { Session } from "./session.js";
import { Figures, limitedBy } from "./statistics.js";
import { ChecksumError, SUBPROTOCOL } from "./wire.js";

/** @import { Picture, Run } from "./codec.js" */
/** @import { Rendition } from "./control.js" */
/** @import { Reply } from "./session.js" */

// All times here are milliseconds of performance.now().

/** The server speaks every second: silent for so long, the picture may be old... */
const STALE_AFTER = 3000;
/** ...and the connection dead. */
const DEAD_AFTER = 10_000;
/** A slow stream is not called unchanged between two pictures. */
const UNCHANGED_AFTER = 3000;
const FIRST_RETRY = 500;
const LAST_RETRY = 10_000;
/** Late ticks tell of a busy page; they keep no step with usual displays. */
const TICK = 90;
/** The viewer's own fault; the server would say the same again. */
const REFUSALS = [1003, 1008, 1009];

/**
 * - `unchanged`: the device says that nothing changed for 3 s, or that there is no picture yet
 * - `stale`: nothing was heard for 3 s
 * - `lost`: the connection broke; it is tried again at `retryAt`
 * - `refused`: the server found a fault in this viewer; it is not tried again
 * @typedef {"connecting" | "live" | "unchanged" | "stale" | "lost" | "refused" | "closed"} State
 */

/**
 * - `onpicture`: these rows changed. Call `acknowledge` once they are drawn, or nothing more comes
 * - `onchange`: `state`, `announced` or `problem` changed
 * @typedef {{onpicture?: (picture: Picture, runs: Run[]) => void, onchange?: () => void}} Handlers
 */

/** A connection that is kept up, and the picture that comes over it. */
export class Stream {
  /** Why the connection was lost or refused, where that is known. */
  reason = "";
  /** When a lost connection is tried again. */
  retryAt = 0;
  /** Pictures that were not the ones their checksums named. */
  mismatches = 0;

  #url;
  #handlers;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #tickDue = performance.now();
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {"refused" | "closed" | null} */
  #end = null;
  #session = new Session();
  #figures = new Figures();
  /** @type {Partial<Rendition>} */
  #asked = {};
  /** To be said once the socket is open: its address is older. @type {Reply[]} */
  #unsaid = [];
  /** @type {State} */
  #reported = "connecting";
  /** Connections that broke since there was a stream. */
  #failures = 0;
  #heardAt = 0;
  #pictureAt = -Infinity;

  /** @param {string} url of a WebSocket @param {Handlers} [handlers] */
  constructor(url, handlers = {}) {
    this.#url = new URL(url);
    this.#handlers = handlers;
    this.#connect();
    this.#tick();
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

  /** What is coming; null before the server has said so. */
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

  /** Since the last picture came; Infinity before the first. */
  get unchangedFor() {
    return performance.now() - this.#pictureAt;
  }

  /** Since something was heard. */
  get silentFor() {
    return performance.now() - this.#heardAt;
  }

  /** Figures of the last two seconds, see `Figures` and `limitedBy`; what is not known is null. */
  statistics() {
    const figures = this.#figures.read(performance.now());
    const { pace, clock } = this.#session;
    const limit = this.state === "live" ? limitedBy(pace, figures) : null;
    return { ...figures, roundTrip: clock.roundTrip, limitedBy: limit };
  }

  /**
   * Says that picture `number`, taken at `time`, is on the screen. Numbers that did not come over
   * this connection are ignored.
   * @param {number} number @param {number} time
   */
  acknowledge(number, time) {
    const drawn = this.#session.acknowledge(number);
    if (!drawn) return;
    this.#send(drawn.reply);
    const now = performance.now();
    this.#figures.agesDrawn.add(this.#session.clock.age(time, now), now);
  }

  /** Asks for at most so many pictures per second; null: for all. @param {number | null} fps */
  limit(fps) {
    this.#ask({ type: "rate", fps }, { fps });
  }

  /** Another part or size of the picture; what is left out stays. @param {Partial<Rendition>} part */
  request(part) {
    this.#asked = { ...this.#asked, ...part };
    const { step = 1, crop = null, average = false } = { ...this.announced, ...this.#asked };
    this.#ask({ type: "rendition", step, crop, average }, part);
  }

  /** Tries a lost connection again now. */
  retry() {
    if (!this.#socket && !this.#end) this.#connect();
  }

  /** Ends the connection for good. */
  close() {
    this.#finish("closed", "");
  }

  /** @param {Reply} message @param {object} query the same for the next connection's address */
  #ask(message, query) {
    for (const [name, value] of Object.entries(query)) {
      if (value === null) this.#url.searchParams.delete(name);
      else this.#url.searchParams.set(name, String(value));
    }
    if (this.#socket?.readyState === WebSocket.CONNECTING) this.#unsaid.push(message);
    this.#send(message);
  }

  #connect() {
    const socket = new WebSocket(this.#url.href, [SUBPROTOCOL]);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code, reason }) => this.#closed(code, reason);
    this.#socket = socket;
    this.#unsaid = [];
    this.#heardAt = performance.now();
  }

  #opened() {
    this.#session = new Session();
    this.#figures = new Figures();
    for (const message of this.#unsaid) this.#send(message);
    this.#send(this.#session.question(performance.now()));
  }

  #tick() {
    const now = performance.now();
    this.#figures.delays.add(now - this.#tickDue, now);
    this.#tickDue = now + TICK;
    this.#timer = setTimeout(() => this.#tick(), TICK);
    if (!this.#socket) {
      if (now >= this.retryAt) this.#connect();
    } else if (this.silentFor >= DEAD_AFTER) {
      this.#lose("nothing was heard for 10 s");
    } else if (this.#socket.readyState === WebSocket.OPEN) {
      this.#send(this.#session.question(now));
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
      if (error instanceof ChecksumError) this.mismatches++;
      // Only pictures can be asked for again.
      if (typeof data === "string" || !session.picture) return this.#lose(error.message);
    }
    this.#send(reply);
    if (runs && session.picture && typeof data !== "string") {
      this.#pictureAt = now;
      this.#figures.sizes.add(data.byteLength, now);
      this.#figures.agesArrived.add(session.clock.age(session.picture.time, now), now);
      this.#handlers.onpicture?.(session.picture, runs);
    }
    this.#report(news);
  }

  /** @param {Reply | null | undefined} reply */
  #send(reply) {
    if (!reply || this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send(JSON.stringify(reply));
    this.#session.saidAt = performance.now();
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
    const longest = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** this.#failures++);
    // Viewers that lost a device together should not come back together.
    this.retryAt = performance.now() + longest * (1 - Math.random() / 2);
    this.#report();
  }

  /** @param {"refused" | "closed"} end @param {string} reason */
  #finish(end, reason) {
    this.#drop();
    clearTimeout(this.#timer);
    this.#end ??= end;
    this.reason = reason || this.reason;
    this.#report();
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    // A socket that was given up may still speak; nobody listens.
    if (socket) socket.onopen = socket.onmessage = socket.onclose = null;
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
