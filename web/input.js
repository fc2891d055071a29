/**
 * What the user does with the picture, as events in the source's pixels: few moves, and in the end
 * all released that is down. Knows nothing of the page.
 */

import { partOf } from "./source.js";

/** @import { Announcement, InputEvent } from "./types.d.ts" */

/** @typedef {{x: number, y: number}} Place */

/** At least so many ms lie between moves. */
const PAUSE = 1000 / 30;
/** Events of a message. */
const MOST = 32;
/** Characters that are pasted at once: a server hears 8 kB a second. */
const MOST_PASTED = 8192;
/** Line ends and tabs are keys. Other control characters, and halves of any, are nothing. */
const PIECES = /(?<Enter>\r\n|[\r\n])|(?<Tab>\t)|[^\p{Cc}\p{Cs}]{1,256}/gu;
/** Fingers are counted from 0. */
const POINTER = -1;

/**
 * The place in the source that is shown at a place of the canvas, whose left or top is 0 and whose
 * right or bottom is 1. Of one outside, the nearest inside.
 * @param {Place} at @param {Announcement} announced what is shown @returns {Place}
 */
export function toSource(at, announced) {
  const { width, height, step } = announced;
  const [left, top, across, down] = partOf(announced);
  /** @param {number} first @param {number} share @param {number} pixels @param {number} most */
  const along = (first, share, pixels, most) =>
    Math.round(100 * (first + Math.min(Math.max(share, 0) * pixels * step, most))) / 100;
  return { x: along(left, at.x, width, across), y: along(top, at.y, height, down) };
}

export class Input {
  #send;
  /** The newest move of each. @type {Map<number, InputEvent>} */
  #moves = new Map();
  /** What the wheel turned by since the last message. */
  #wheel = [0, 0];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #sentAt = -Infinity;
  #pointer = { x: 0, y: 0, buttons: 0 };
  /** What is down: it goes up as it went down. @type {Map<string, {key: string, code: string}>} */
  #keys = new Map();
  /** @type {Map<number, Place>} */
  #fingers = new Map();

  /** @param {(events: InputEvent[]) => void} send */
  constructor(send) {
    this.#send = send;
  }

  /** @param {Place} place @param {number} buttons that are down @param {number[]} [wheel] */
  pointer({ x, y }, buttons, [right, down] = [0, 0]) {
    const isMove = buttons === this.#pointer.buttons;
    this.#pointer = { x, y, buttons };
    this.#wheel = [this.#wheel[0] + right, this.#wheel[1] + down];
    const wheel = this.#wheel.some(Number) ? { wheel: this.#wheel } : {};
    if (!isMove) this.#moves.delete(POINTER);
    this.#say({ kind: "pointer", x, y, buttons, ...wheel }, isMove ? POINTER : null);
  }

  /** @param {number} id @param {"start" | "move" | "end" | "cancel"} phase @param {Place} place */
  touch(id, phase, { x, y }) {
    const touch = id & 0xffff;
    if (phase !== "start" && !this.#fingers.has(touch)) return;
    this.#fingers.set(touch, { x, y });
    if (phase === "end" || phase === "cancel") this.#fingers.delete(touch);
    this.#say({ kind: "touch", touch, x, y, phase }, phase === "move" ? touch : null);
  }

  /** @param {string} key @param {string} code @param {boolean} down */
  key(key, code, down) {
    const place = code || key;
    const pressed = down ? { key, code } : this.#keys.get(place);
    if (!pressed) return;
    if (down) this.#keys.set(place, pressed);
    else this.#keys.delete(place);
    this.#say({ kind: "key", ...pressed, down });
    // A Mac does not tell what goes up while this key is down.
    if (pressed.key === "Meta" && !down) this.#releaseKeys();
  }

  /** Pasted or composed; what is held for that is released. @param {string} text */
  text(text) {
    this.#releaseKeys();
    for (const { 0: piece, groups } of text.slice(0, MOST_PASTED).matchAll(PIECES)) {
      const key = ["Enter", "Tab"].find((name) => groups?.[name]);
      if (key) for (const down of [true, false]) this.key(key, key, down);
      else this.#say({ kind: "text", text: piece });
    }
  }

  /** All that is down goes up. */
  release() {
    this.#releaseKeys();
    if (this.#pointer.buttons) this.pointer(this.#pointer, 0);
    for (const [touch, place] of this.#fingers) this.touch(touch, "cancel", place);
  }

  #releaseKeys() {
    for (const place of [...this.#keys.keys()].reverse()) this.key("", place, false);
  }

  /** @param {InputEvent} event @param {number | null} [mover] whose move it is, which may wait */
  #say(event, mover = null) {
    if (mover !== null) this.#moves.set(mover, event);
    const wait = this.#sentAt + PAUSE - performance.now();
    if (mover === null) this.#flush(event);
    else if (wait <= 0) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), wait);
  }

  /** @param {InputEvent[]} events */
  #flush(...events) {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const all = [...this.#moves.values(), ...events];
    this.#moves.clear();
    this.#wheel = [0, 0];
    this.#sentAt = performance.now();
    while (all.length) this.#send(all.splice(0, MOST));
  }
}
