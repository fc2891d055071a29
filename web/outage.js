/**
 * Why there is no connection, and when the next is tried.
 */

const FIRST_RETRY = 500;
const LAST_RETRY = 10_000;
const PATIENCE = 10_000;
const MOST_PATIENCE = 320_000;

export class Outage {
  reason = "";
  retryAt = 0;
  /** How long an open connection is silent before it counts as dead. */
  patience = PATIENCE;
  /** Why none is tried again. @type {"refused" | "closed" | null} */
  #end = null;
  /** In a row, without a sign of a stream. */
  #failures = 0;
  #isAbsent = false;

  get state() {
    return this.#end ?? (this.#failures ? (this.#isAbsent ? "absent" : "lost") : null);
  }

  /** @param {string} reason @param {number} now @param {boolean} isAbsent */
  begin(reason, now, isAbsent) {
    this.reason = reason;
    this.#isAbsent = isAbsent;
    const longest = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** this.#failures++);
    // Viewers that lost a device together should not come back together.
    this.retryAt = now + longest * (1 - Math.random() / 2);
  }

  /** It may have been a picture that took longer: browsers tell of whole messages only. */
  wasSilent() {
    this.patience = Math.min(2 * this.patience, MOST_PATIENCE);
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
