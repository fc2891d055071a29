/**
 * What changed, as a glow over the picture that fades; and rows that were sent again unchanged.
 *
 * An update looks once at each pixel of the rows that a message touched, a fade once at each pixel of
 * the rows that glow: 5 ms for a million pixels. It keeps eight bytes of each. Times are in ms.
 */

import { OPAQUE } from "../pixels.js";

/** @import { Run } from "../types.d.ts" */

/** RGBA words; alpha is the heat that is left. Orange: changed. Blue: sent again for nothing. */
export const CHANGED = 0xff0080ff;
export const REPEATED = 0xffff6000;
/** ms until nothing is seen of a change. */
export const FADE = 1000;

export class Glow {
  /** To lay over the picture; 0 where nothing glows. */
  overlay;
  /** Pixels that the last update changed. */
  changed = 0;
  /** How often each row was sent again unchanged. */
  repeats;
  #before;
  #width;
  /** Rows whose overlay is to be drawn. */
  #due;
  #fadedAt = -Infinity;
  /** Of a step of alpha, which are whole. */
  #owed = 0;

  /** @param {Uint32Array} rgba the picture as it is @param {number} width */
  constructor(rgba, width) {
    const height = rgba.length / width;
    this.overlay = new Uint32Array(rgba.length);
    this.repeats = new Uint32Array(height);
    this.#before = rgba.slice();
    this.#width = width;
    this.#due = new Uint8Array(height);
  }

  /**
   * Unchanged rows between changed ones are sent along, so only a run in which nothing changed was sent
   * for nothing; one of all rows may be a whole picture that was due.
   * @param {Uint32Array} rgba the picture of the same size @param {Run[]} runs what a message touched
   * @param {number} now
   */
  update(rgba, runs, now) {
    for (const [first, rows] of this.fade(now)) this.#due.fill(1, first, first + rows);
    this.changed = 0;
    for (const [first, rows] of runs) {
      const changed = this.#compare(rgba, first, rows);
      this.changed += changed;
      if (!changed && rows < this.#due.length) this.#repeat(first, rows);
    }
  }

  /** @param {Uint32Array} rgba @param {number} first @param {number} rows */
  #compare(rgba, first, rows) {
    const { overlay } = this;
    const before = this.#before;
    const width = this.#width;
    let changed = 0;
    for (let row = first; row < first + rows; row++) {
      const earlier = changed;
      for (let at = row * width; at < (row + 1) * width; at++) {
        if (rgba[at] === before[at]) continue;
        before[at] = rgba[at];
        overlay[at] = CHANGED;
        changed++;
      }
      if (changed > earlier) this.#due[row] = 1;
    }
    return changed;
  }

  /** @param {number} first @param {number} rows */
  #repeat(first, rows) {
    for (let row = first; row < first + rows; row++) this.repeats[row]++;
    this.#due.fill(1, first, first + rows);
    for (let at = first * this.#width; at < (first + rows) * this.#width; at++) {
      // What changed a moment ago still glows.
      const word = this.overlay[at];
      if (!word || (word ^ REPEATED) << 8 === 0) this.overlay[at] = REPEATED;
    }
  }

  /** Fades by the time since the last call; returns the rows whose overlay is to be drawn. @param {number} now @returns {Run[]} */
  fade(now) {
    this.#owed += (255 * Math.min(now - this.#fadedAt, FADE)) / FADE;
    this.#fadedAt = now;
    const loss = Math.floor(this.#owed);
    this.#owed -= loss;
    /** @type {Run[]} */
    const runs = [];
    for (let row = 0; row < this.#due.length; row++) {
      if (!this.#due[row]) continue;
      this.#due[row] = this.#cool(row, loss);
      const last = runs.at(-1);
      if (last && last[0] + last[1] === row) last[1]++;
      else runs.push([row, 1]);
    }
    return runs;
  }

  /** Whether any heat is left. @param {number} row @param {number} loss of alpha */
  #cool(row, loss) {
    const { overlay } = this;
    const end = (row + 1) * this.#width;
    let isWarm = 0;
    for (let at = row * this.#width; at < end; at++) {
      const word = overlay[at];
      if (!word) continue;
      const left = (word >>> 24) - loss;
      overlay[at] = left > 0 ? (word & ~OPAQUE) | (left << 24) : 0;
      if (left > 0) isWarm = 1;
    }
    return isWarm;
  }
}
