/**
 * The device's clock, as far as questions over the network can tell. Knows nothing of sockets.
 */

/** Enough to meet a quiet moment of the network, few enough to follow a clock that is set. */
const ANSWERS_KEPT = 8;

/** Trusts the answer whose round trip was the shortest of the last few. */
export class DeviceClock {
  /** @type {{roundTrip: number, offset: number}[]} */
  #answers = [];

  /**
   * @param {number} asked when the question left, in milliseconds of our own steady clock
   * @param {number} deviceTime the answer, in microseconds since 1970
   * @param {number} now when it came
   */
  answered(asked, deviceTime, now) {
    // The device is taken to have looked at its clock half way.
    const offset = deviceTime / 1000 - (asked + now) / 2;
    this.#answers = [...this.#answers, { roundTrip: now - asked, offset }].slice(-ANSWERS_KEPT);
  }

  /** Milliseconds, or null before the first answer. */
  get roundTrip() {
    return this.#best?.roundTrip ?? null;
  }

  /** Of something of that time, in milliseconds, or null. @param {number} deviceTime @param {number} now */
  age(deviceTime, now) {
    const best = this.#best;
    return best ? now + best.offset - deviceTime / 1000 : null;
  }

  get #best() {
    return [...this.#answers].sort((a, b) => a.roundTrip - b.roundTrip).at(0);
  }
}
