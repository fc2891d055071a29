/**
 * What the viewer requests: by a message now, by the address later.
 */

/** @import { Rendition, ViewerMessage } from "./control.js" */

export class Requests {
  #url;
  /** @type {Partial<Rendition>} */
  #rendition = {};

  /** @param {string} url */
  constructor(url) {
    this.#url = new URL(url);
  }

  get address() {
    return this.#url.href;
  }

  /** @param {number | null} fps @returns {ViewerMessage} */
  rate(fps) {
    this.#write({ fps });
    return { type: "rate", fps };
  }

  /**
   * @param {Partial<Rendition>} part @param {Partial<Rendition> | null} announced for what was never
   *   requested @returns {ViewerMessage}
   */
  rendition(part, announced) {
    this.#write(part);
    this.#rendition = { ...this.#rendition, ...part };
    const { step = 1, crop = null, average = false } = { ...announced, ...this.#rendition };
    return { type: "rendition", step, crop, average };
  }

  /** @param {object} query */
  #write(query) {
    for (const [name, value] of Object.entries(query)) {
      if (value === null) this.#url.searchParams.delete(name);
      else this.#url.searchParams.set(name, String(value));
    }
  }
}
