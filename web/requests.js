/**
 * What the viewer requests: by a message now, by the address of later connections. And what it was
 * granted.
 */

/** @import { Granted, Request, ViewerMessage } from "./types.d.ts" */

/** How a value stands in an address. @param {string} name @param {any} value */
function written(name, value) {
  if (name === "fit") return value.join("x");
  return String(name === "fps" ? Number(value.toFixed(6)) : value);
}

export class Requests {
  #url;
  #id = 0;
  /** What the last connection's address did not say. @type {Request} */
  #unsaid = {};
  /** @type {{id: number, resolve: (granted: Granted | null) => void}[]} */
  #unanswered = [];

  /** @param {string} url */
  constructor(url) {
    this.#url = new URL(url);
    const { searchParams } = this.#url;
    if (!searchParams.has("formats")) searchParams.set("formats", "plain,raw");
  }

  /** For a new connection: says all that was requested. */
  address() {
    this.#unsaid = {};
    return this.#url.href;
  }

  /** @param {Request} part what is left out stays */
  request(part) {
    const given = Object.entries(part).filter(([, value]) => value !== undefined);
    for (const [name, value] of given) {
      if (value === null) this.#url.searchParams.delete(name);
      else this.#url.searchParams.set(name, written(name, value));
    }
    Object.assign(this.#unsaid, Object.fromEntries(given));
    const id = ++this.#id;
    /** @type {Promise<Granted | null>} */
    const granted = new Promise((resolve) => {
      this.#unanswered.push({ id, resolve });
    });
    return { message: /** @type {ViewerMessage} */ ({ type: "request", id, ...part }), granted };
  }

  /** What a connection that has opened is to say: null if there is nothing to be answered. @returns {ViewerMessage | null} */
  opening() {
    return this.#unanswered.length ? { type: "request", id: this.#id, ...this.#unsaid } : null;
  }

  /** All up to the one of this id are. @param {number | null} upTo @param {Granted | null} granted */
  answer(upTo, granted) {
    const isAnswered = (/** @type {{id: number}} */ { id }) => id <= (upTo ?? 0);
    for (const { resolve } of this.#unanswered.filter(isAnswered)) resolve(granted);
    this.#unanswered = this.#unanswered.filter((one) => !isAnswered(one));
  }
}
