/**
 * Why there is no connection, and when the next is tried.
 */

const FIRST_RETRY = 500;
const LAST_RETRY = 2000;
const PATIENCE = 10_000;
const MOST_PATIENCE = 320_000;

/** Close codes for faults that this viewer would repeat. */
const FINAL = [1002, 1003, 1007, 1008, 1009, 1010];
/** Of a stream that may come. */
const NO_STREAM = 4004;

/** Whether no other connection is to be tried. @param {number} code */
export const isFinal = (code) => FINAL.includes(code) || (code >= 4400 && code < 4500);

export class Outage {
  reason = "";
  retryAt = 0;
  #patience = PATIENCE;
  /** Why none is tried again. @type {"refused" | "closed" | null} */
  #end = null;
  /** In a row, without a sign of a stream. */
  #failures = 0;
  #isAbsent = false;

  get state() {
    return this.#end ?? (this.#failures ? (this.#isAbsent ? "absent" : "lost") : null);
  }

  /** Whether no other connection is tried. */
  get isOver() {
    return this.#end !== null;
  }

  /** @param {string} reason @param {number} now @param {number} [code] of the close */
  begin(reason, now, code) {
    this.reason = reason;
    this.#isAbsent = code === NO_STREAM;
    const longest = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** this.#failures++);
    // Viewers that lost a device together should not come back together.
    this.retryAt = now + longest * (1 - Math.random() / 2);
  }

  /** How long a connection is silent before it counts as dead. @param {boolean} isOpen */
  patience(isOpen) {
    return isOpen ? this.#patience : PATIENCE;
  }

  /** It may have been a picture that took longer: browsers tell of whole messages only. */
  wasSilent() {
    this.#patience = Math.min(2 * this.#patience, MOST_PATIENCE);
  }

  end() {
    this.#failures = 0;
  }

  /** @param {"refused" | "closed"} end @param {string} reason */
  finish(end, reason) {
    this.#end ??= end;
    this.reason = reason || this.reason;
  }
}
