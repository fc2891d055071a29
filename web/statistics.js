/**
 * Figures of the last two seconds, and what they say. Times are in ms.
 */

/** @import { DeviceClock } from "./clock.js" */
/** @import { Pace } from "./types.d.ts" */

const WINDOW = 2000;
/** A smaller share of skipped pictures limits nothing. */
const FEW = 0.05;
/** On a busy page three timers of four are later. */
const BUSY = 4;

/** Values that are forgotten after two seconds. */
export class Recent {
  /** @type {{at: number, value: number}[]} */
  #notes = [];

  /** @param {number | null} value null is not noted @param {number} now */
  add(value, now) {
    this.#forget(now);
    if (value !== null) this.#notes.push({ at: now, value });
  }

  /** @param {number} now */
  read(now) {
    this.#forget(now);
    const values = this.#notes.map(({ value }) => value).sort((a, b) => a - b);
    return {
      perSecond: (values.length * 1000) / WINDOW,
      sumPerSecond: (values.reduce((sum, value) => sum + value, 0) * 1000) / WINDOW,
      least: values.at(0) ?? null,
      quarter: values.at(values.length >> 2) ?? null,
      median: values.at(values.length >> 1) ?? null,
      upper: values.at(-1 - (values.length >> 2)) ?? null,
    };
  }

  /** @param {number} now */
  #forget(now) {
    while (this.#notes.length && this.#notes[0].at <= now - WINDOW) this.#notes.shift();
  }
}

/** What is measured of one connection. */
export class Figures {
  /** Bytes of messages. */
  sizes = new Recent();
  /** Our time less the picture's when it came, and when it was drawn. */
  arrived = new Recent();
  drawn = new Recent();
  /** How much later than due timers fired. */
  delays = new Recent();
  #youngest = Infinity;

  /** @param {"arrived" | "drawn"} what became of a picture @param {number} time of it @param {number} now */
  note(what, time, now) {
    this[what].add(now - time / 1000, now);
  }

  /**
   * The `age` may be off by the `uncertainty`. `transit` is how much longer than the fastest pictures were on their way, `drawing` the time
   * from there to the screen; three timers of four were `delay` late or later, one `late` or later.
   * @param {DeviceClock} clock @param {number} now
   */
  read(clock, now) {
    const { perSecond, sumPerSecond } = this.sizes.read(now);
    const { least, median } = this.arrived.read(now);
    const drawn = this.drawn.read(now).median;
    const { quarter, upper } = this.delays.read(now);
    const offset = clock.offset(now);
    // None arrives before it was taken; if it seems so, its time is not the device's.
    this.#youngest = Math.min(this.#youngest, Math.max((least ?? Infinity) + offset, 0));
    const { age, uncertainty } = clock.age(drawn, now) ?? { age: null, uncertainty: null };
    return {
      picturesPerSecond: perSecond,
      bytesPerSecond: sumPerSecond,
      age,
      uncertainty,
      transit: Math.max((median ?? NaN) + offset - this.#youngest, 0) || 0,
      drawing: Math.max((drawn ?? NaN) - (median ?? NaN), 0) || 0,
      delay: quarter ?? 0,
      late: upper ?? 0,
    };
  }
}

/**
 * What limits the pictures per second, or null. Messages that wait for a busy page seem late: for the
 * network speaks only what is far beyond what timers wait there.
 * @param {Pace | null} pace
 * @param {{transit: number, drawing: number, delay: number, late: number}} times
 */
export function limitedBy(pace, { transit, drawing, delay, late }) {
  if (!pace) return null;
  if (pace.device) return "device";
  if (pace.skipped <= FEW * pace.published) return "source rate";
  return delay > BUSY || drawing + 2 * late > transit ? "this browser" : "network";
}
