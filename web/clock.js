/**
 * The device's clock, asked over the network. Its times are in microseconds, ours in ms.
 */

/** @import { ViewerMessage } from "./types.d.ts" */

/** Two clocks drift apart by at most so much of the time. */
const DRIFT = 250e-6;
/** While the time is known less well than this, in ms... */
const CERTAIN = 10;
/** ...the next question follows soon. */
const ASK_SOON = 1000;
const ASK_SELDOM = 10_000;

/** @param {number} now @returns {ViewerMessage} */
export const clockQuestion = (now) => ({ type: "clock", viewer_time: Math.floor(1000 * now) });

/** Knows how far the device's clock is ahead of ours: at least, and at most. */
export class DeviceClock {
  /** The last question's; null before the first answer. @type {number | null} */
  roundTrip = null;
  #least = -Infinity;
  #most = Infinity;
  #at = 0;
  #questionAt = -Infinity;
  /** Before the second and third question: first answers are often slow. */
  #pauses = [200, 200];

  /** Null while none is due. @param {number} now @returns {ViewerMessage | null} */
  question(now) {
    if (now < this.#questionAt) return null;
    const [least, most] = this.#ahead(now);
    const pause = most - least > 2 * CERTAIN ? ASK_SOON : ASK_SELDOM;
    this.#questionAt = now + (this.#pauses.pop() ?? pause);
    return clockQuestion(now);
  }

  /**
   * The device looked at its clock at some time after it was asked. An answer that contradicts all
   * that was known is of a clock that was set: only that is true then, and false is returned.
   * @param {number} viewerTime the question's @param {number} deviceTime @param {number} now
   */
  answered(viewerTime, deviceTime, now) {
    const asked = viewerTime / 1000;
    if (asked > now) return true; // nobody asked that
    this.roundTrip = now - asked;
    const slack = DRIFT * this.roundTrip;
    const least = deviceTime / 1000 - now - slack;
    const most = deviceTime / 1000 - asked + slack;
    const known = this.#ahead(now);
    const agrees = least <= known[1] && known[0] <= most;
    this.#least = agrees ? Math.max(least, known[0]) : least;
    this.#most = agrees ? Math.min(most, known[1]) : most;
    this.#at = now;
    return agrees;
  }

  /** By how much the device's clock seems ahead; Infinity before an answer. @param {number} now */
  offset(now) {
    const [least, most] = this.#ahead(now);
    return most === Infinity ? most : (least + most) / 2;
  }

  /**
   * How old a picture is, give or take the `uncertainty`; null until that is known, and for a time
   * to come. @param {number | null} lag our time less the picture's @param {number} now
   */
  age(lag, now) {
    if (lag === null) return null;
    const [least, most] = this.#ahead(now);
    const youngest = Math.max(0, lag + least);
    const oldest = lag + most;
    if (oldest < 0 || oldest === Infinity) return null;
    return { age: (youngest + oldest) / 2, uncertainty: (oldest - youngest) / 2 };
  }

  /** @param {number} now */
  #ahead(now) {
    const drift = DRIFT * (now - this.#at);
    return [this.#least - drift, this.#most + drift];
  }
}
