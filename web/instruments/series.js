/**
 * Figures over the last minute, for lines: their values are means of equal stretches, so however many
 * there are, what is kept has a bound. Times are in ms.
 */

/** @import { Point } from "./types.d.ts" */

export class Series {
  #every;
  #span;
  /** @type {{stretch: number, sum: number, count: number}[]} */
  #stretches = [];

  /** @param {number} [every] the length of a stretch @param {number} [span] what is kept */
  constructor(every = 500, span = 60_000) {
    this.#every = every;
    this.#span = span;
  }

  /** @param {number | null} value null is not noted @param {number} now */
  add(value, now) {
    this.#forget(now);
    if (value === null) return;
    const stretch = Math.floor(now / this.#every);
    const last = this.#stretches.at(-1);
    if (last?.stretch === stretch) {
      last.sum += value;
      last.count++;
    } else this.#stretches.push({ stretch, sum: value, count: 1 });
  }

  /** The oldest first. @param {number} now @returns {Point[]} */
  read(now) {
    this.#forget(now);
    return this.#stretches.map(({ stretch, sum, count }) => {
      return { at: (stretch * this.#every - now) / this.#span + 1, value: sum / count };
    });
  }

  /** @param {number} now */
  #forget(now) {
    const least = (now - this.#span) / this.#every;
    while (this.#stretches.length && this.#stretches[0].stretch < least) this.#stretches.shift();
  }
}

/** The least of 1, 2, 5, 10, 20 ... and 0.5, 0.2 ... that is no less: where a scale ends. @param {number} value */
export function roundUp(value) {
  if (!(value > 0)) return 1;
  const power = Math.floor(Math.log10(value));
  // Powers below 1 are no exact numbers; their digits are.
  const round = (/** @type {number} */ digit) => Number(`${digit}e${power}`);
  return [1, 2, 5, 10].map(round).find((end) => end >= value) ?? value;
}

/**
 * The `points` of an SVG's polyline; values from 0, at the bottom, to `top`.
 * @param {Point[]} read @param {number} width @param {number} height @param {number} top
 */
export function polyline(read, width, height, top) {
  const places = read.map(({ at, value }) => {
    const share = Math.min(Math.max(value / top, 0), 1);
    return `${(at * width).toFixed(1)},${(height - share * height).toFixed(1)}`;
  });
  return places.join(" ");
}
