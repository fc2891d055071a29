/**
 * A box that is watched: the mean of its colours over the last minute, and when they change.
 */

import { histogram } from "./histogram.js";
import { Series } from "./series.js";

/** @import { Crop, Label } from "../types.d.ts" */
/** @import { Change, Point } from "./types.d.ts" */

/** ms of a stretch, whose mean is kept: 600 of them. */
const STRETCH = 100;

/**
 * Tells changes from noise. Each is counted from the one told before it: levels that stay within the
 * threshold of each other tell one at most, and slow ones are told when they have gone as far.
 */
export class Watch {
  /** What was told last. @type {number[] | null} */
  #from = null;

  /** @param {number} threshold in levels; more is a change */
  constructor(threshold) {
    this.threshold = threshold;
  }

  /** @param {number[]} to @param {Pick<Label, "time" | "number">} picture @returns {Change | null} */
  see(to, { time, number }) {
    const from = (this.#from ??= to);
    if (to.every((level, at) => Math.abs(level - from[at]) <= this.threshold)) return null;
    this.#from = to;
    return { from, to, time, number };
  }
}

export class Probe {
  /** In the newest picture that had any of the box. @type {number[] | null} */
  levels = null;
  watch;
  #series = [0, 1, 2].map(() => new Series(STRETCH));

  /** @param {number} [threshold] of the change that is told, in levels */
  constructor(threshold = Infinity) {
    this.watch = new Watch(threshold);
  }

  /**
   * Looks at a picture that changed in the box; returns a change that is to be told.
   * @param {Uint32Array} rgba @param {number} width @param {Crop} box in it
   * @param {Pick<Label, "time" | "number">} label @param {number} now in ms
   */
  see(rgba, width, box, label, now) {
    const seen = histogram(rgba, width, box);
    if (!seen) return null;
    this.levels = seen.channels.map(({ mean }) => mean);
    for (const [at, series] of this.#series.entries()) series.add(this.levels[at], now);
    return this.watch.see(this.levels, label);
  }

  /**
   * The lines of red, green and blue up to now, in steps: while no picture comes, nothing changes.
   * @param {number} now @returns {Point[][]}
   */
  read(now) {
    const { levels } = this;
    if (!levels) return [[], [], []];
    return this.#series.map((series, channel) => {
      const kept = series.read(now);
      const value = levels[channel];
      const points = [...(kept.length ? kept : [{ at: 0, value }]), { at: 1, value }];
      return points.flatMap((point, at) =>
        at ? [{ at: point.at, value: points[at - 1].value }, point] : [point],
      );
    });
  }
}
