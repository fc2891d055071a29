/**
 * The device's clock, asked over the network. Its times are in microseconds since 1970, ours in ms.
 */

/** @import { ViewerMessage } from "./control.js" */

const QUESTION_EVERY = 10_000;
/** Enough to meet a quiet network, few enough to follow a clock that is set. */
const ANSWERS_KEPT = 8;

/** Trusts the answer with the shortest round trip. */
export class DeviceClock {
  /** @type {{roundTrip: number, offset: number}[]} */
  #answers = [];
  #questionAt = -Infinity;
  /** Before the second and third question: first answers are often slow. */
  #pauses = [200, 200];

  /** Null while none is due. @param {number} now @returns {ViewerMessage | null} */
  question(now) {
    if (now < this.#questionAt) return null;
    this.#questionAt = now + (this.#pauses.pop() ?? QUESTION_EVERY);
    return { type: "clock", viewer_time: now };
  }

  /** @param {number} asked when @param {number} deviceTime the answer @param {number} now */
  answered(asked, deviceTime, now) {
    // The device is taken to have looked at its clock half way.
    const offset = deviceTime / 1000 - (asked + now) / 2;
    this.#answers = [...this.#answers, { roundTrip: now - asked, offset }].slice(-ANSWERS_KEPT);
  }

  /** Null before the first answer. */
  get roundTrip() {
    return this.#best?.roundTrip ?? null;
  }

  /** How long ago that time was, or null. @param {number} deviceTime @param {number} now */
  age(deviceTime, now) {
    const best = this.#best;
    return best ? now + best.offset - deviceTime / 1000 : null;
  }

  get #best() {
    return [...this.#answers].sort((a, b) => a.roundTrip - b.roundTrip).at(0);
  }
}
