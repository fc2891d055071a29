/**
 * Values of the last two seconds, and figures of them. Knows nothing of pictures; the clock is
 * passed in.
 */

/** Milliseconds: long enough for steady figures, short enough to see a change. */
const WINDOW = 2000;

/** Values that are forgotten after two seconds. */
export class Recent {
  /** @type {{at: number, value: number}[]} */
  #notes = [];

  /** @param {number} value @param {number} now milliseconds */
  add(value, now) {
    this.#forget(now);
    this.#notes.push({ at: now, value });
  }

  /** @param {number} now milliseconds */
  read(now) {
    this.#forget(now);
    const values = this.#notes.map(({ value }) => value).sort((a, b) => a - b);
    return {
      perSecond: (values.length * 1000) / WINDOW,
      sumPerSecond: (values.reduce((sum, value) => sum + value, 0) * 1000) / WINDOW,
      median: values.at(values.length >> 1) ?? null,
    };
  }

  /** @param {number} now */
  #forget(now) {
    this.#notes = this.#notes.filter(({ at }) => at > now - WINDOW);
  }
}
