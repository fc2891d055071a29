/**
 * Which pictures came and were shown, which are to be acknowledged, and what the user did with them.
 */

/** @import { Announcement, InputEvent, Shown, ViewerMessage } from "./types.d.ts" */

export class Acknowledgements {
  /** Also while one of a later epoch is on its way. @type {Shown | null} */
  shown = null;
  /** @type {Announcement | null} */
  announced = null;
  #received = 0;
  #drawn = 0;
  /** The newest picture that is to be acknowledged. */
  #awaited = 0;

  /** @param {Announcement} announced */
  announce(announced) {
    this.announced = announced;
    this.#received = this.#drawn = this.#awaited = 0;
  }

  /** @param {number} number @param {boolean} isAwaited whether it is to be acknowledged */
  receive(number, isAwaited) {
    // After a `resync` what was drawn may come again.
    if (number <= this.#received) this.#drawn = this.#awaited = 0;
    this.#received = number;
    if (isAwaited) this.#awaited = number;
  }

  /**
   * The reply when a picture is drawn. Null: it is none of this epoch, did not come, or was drawn
   * before.
   * @param {{epoch: number, number: number}} picture @returns {{reply?: ViewerMessage} | null}
   */
  draw({ epoch, number }) {
    const isNew = number > this.#drawn && number <= this.#received;
    if (epoch !== this.announced?.epoch || !isNew) return null;
    const isAwaited = this.#awaited > this.#drawn;
    this.#drawn = number;
    this.shown = { announced: this.announced, number };
    return isAwaited ? { reply: { type: "acknowledge", epoch, number } } : {};
  }

  /**
   * Null where nothing is shown, or the server does not hear it.
   * @param {InputEvent[]} events @param {Shown | null} [shown] what the user saw
   * @returns {ViewerMessage | null}
   */
  input(events, shown = this.shown) {
    if (!shown || !this.announced?.input) return null;
    return { type: "input", epoch: shown.announced.epoch, number: shown.number, events };
  }
}
