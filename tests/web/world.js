/**
 * A clock that moves by hand and WebSockets without a server, in the place of the real ones.
 */

import { mock } from "node:test";

/** @typedef {{call: () => void, due: number, every?: number}} Timer */

/** The end of a WebSocket that the stream holds, played by the test. */
export class FakeSocket {
  OPEN = 1;
  readyState = 0;
  binaryType = "";
  isClosed = false;
  /** Control messages that the stream sent. @type {Record<string, unknown>[]} */
  sent = [];
  /** @type {(() => void) | null} */
  onopen = null;
  /** @type {((event: {data: string | ArrayBuffer}) => void) | null} */
  onmessage = null;
  /** @type {((event: {code: number, reason: string}) => void) | null} */
  onclose = null;

  /** @param {string} url @param {string[]} protocols */
  constructor(url, protocols) {
    this.url = url;
    this.protocols = protocols;
  }

  /** @param {string} text */
  send(text) {
    if (this.readyState !== 1) throw new Error("sent on a socket that is not open");
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.isClosed = true;
    this.readyState = 3;
  }

  open() {
    this.readyState = 1;
    this.onopen?.();
  }

  /** @param {string | object} message */
  say(message) {
    this.onmessage?.({ data: typeof message === "string" ? message : JSON.stringify(message) });
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes */
  bring(bytes) {
    this.onmessage?.({ data: bytes.slice().buffer });
  }

  /** @param {number} [code] @param {string} [reason] */
  break(code = 1006, reason = "") {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }

  /** What was sent since this was last asked, but for questions of the time. */
  replies() {
    return this.sent.splice(0).filter(({ type }) => type !== "clock");
  }
}

/** Puts the clock and sockets of a test in the place of the real ones, until `end`. */
export function makeWorld() {
  let now = 1000;
  let luck = 0;
  /** @type {FakeSocket[]} */
  const sockets = [];
  /** @type {Set<Timer>} */
  const timers = new Set();
  const realSocket = globalThis.WebSocket;

  mock.method(performance, "now", () => now);
  mock.method(Math, "random", () => luck);
  mock.method(
    globalThis,
    "setTimeout",
    (/** @type {() => void} */ call, /** @type {number} */ after) => {
      const timer = { call, due: now + after };
      timers.add(timer);
      return timer;
    },
  );
  mock.method(globalThis, "clearTimeout", (/** @type {Timer} */ timer) => timers.delete(timer));
  mock.method(
    globalThis,
    "setInterval",
    (/** @type {() => void} */ call, /** @type {number} */ every) => {
      const timer = { call, due: now + every, every };
      timers.add(timer);
      return timer;
    },
  );
  mock.method(globalThis, "clearInterval", (/** @type {Timer} */ timer) => timers.delete(timer));
  Object.assign(globalThis, {
    WebSocket: class extends FakeSocket {
      /** @param {string} url @param {string[]} protocols */
      constructor(url, protocols) {
        super(url, protocols);
        sockets.push(this);
      }
    },
  });

  return {
    sockets,
    timers,
    /** The newest socket. */
    get socket() {
      return sockets[sockets.length - 1];
    },
    get now() {
      return now;
    },
    /** @param {number} value from 0 to below 1 */
    setLuck(value) {
      luck = value;
    },
    /** Lets time pass, and all that is due in it happen so late. @param {number} milliseconds @param {number} late */
    pass(milliseconds, late = 0) {
      const end = now + milliseconds;
      for (;;) {
        const [next] = [...timers].sort((a, b) => a.due - b.due);
        if (!next || next.due + late > end) break;
        now = next.due + late;
        if (next.every) next.due = now + next.every;
        else timers.delete(next);
        next.call();
      }
      now = end;
    },
    end() {
      mock.restoreAll();
      globalThis.WebSocket = realSocket;
    },
  };
}
