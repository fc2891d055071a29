/**
 * Which pictures came and were drawn, by number, and which are to be acknowledged.
 */

/** @import { ViewerMessage } from "./control.js" */

export class Acknowledgements {
  drawn = 0;
  #received = 0;
  /** The newest picture that is not quiet. */
  #awaited = 0;

  /** @param {number} number @param {boolean} isQuiet */
  receive(number, isQuiet) {
    this.#received = number;
    if (!isQuiet) this.#awaited = number;
  }

  /**
   * The reply when a picture is drawn. Null: it did not come, or was drawn before.
   * @param {number} number @returns {{reply?: ViewerMessage} | null}
   */
  draw(number) {
    if (!(number > this.drawn && number <= this.#received)) return null;
    const isAwaited = this.#awaited > this.drawn;
    this.drawn = number;
    return isAwaited ? { reply: { type: "acknowledge", number } } : {};
  }
}
