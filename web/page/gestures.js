/**
 * Wheel, drag and pinch over the stage.
 */

import { pictureAt } from "../instruments/viewport.js";

/** @import { Place } from "./place.js" */
/** @import { Place as Point } from "../instruments/types.d.ts" */

/** @typedef {(from: Point, to: Point, isEnd: boolean) => void} Drag */

/** CSS pixels a pointer moves before it drags. */
const SLIP = 4;
/** How much a wheel's CSS pixels zoom: one notch of 100 by about 1.2. */
const WHEEL = 0.0018;
/** ms after which a wheel begins anew. */
const REST = 400;
/** CSS pixels of what a wheel turns by: pixels, lines or pages. */
const NOTCH = [1, 16, 400];

export class Gestures {
  /** The last takes drags instead of panning: told the pixels, as turned, where each began and is. @type {Drag[]} */
  drags = [];
  /** Whether others take all. */
  areOff = false;
  #stage;
  #place;
  /** @type {Map<number, {from: Point, at: Point}>} */
  #down = new Map();
  /** @type {{scale: number, apart: number} | null} */
  #pinch = null;
  /** How far it has turned, and when. */
  #turned = { at: -Infinity, scale: 1 };

  /** @param {HTMLElement} stage @param {Place} place */
  constructor(stage, place) {
    this.#stage = stage;
    this.#place = place;
    /** @type {(type: any, act: (event: any) => void) => void} */
    const on = (type, act) => stage.addEventListener(type, act, { passive: false });
    on("wheel", (event) => this.areOff || this.#wheel(event));
    on("pointerdown", (event) => this.areOff || this.#press(event));
    on("pointermove", (event) => this.areOff || this.#move(event));
    // What is down goes up, whoever takes the rest by then.
    for (const type of ["pointerup", "pointercancel"]) on(type, (event) => this.#release(event));
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    // A touchpad's pinch comes as small steps with this key.
    const by = event.deltaY * NOTCH[event.deltaMode] * (event.ctrlKey ? 5 : 1);
    if (!by) return;
    // Small steps add up, though scales are whole.
    const { scale } = this.#place.view;
    const isGoingOn = event.timeStamp - this.#turned.at < REST;
    const wanted = (isGoingOn ? this.#turned.scale : scale) * Math.exp(-by * WHEEL);
    this.#turned = { at: event.timeStamp, scale: wanted };
    this.#place.zoomTo(wanted, this.#place.point(event));
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.button !== 0) return;
    const at = this.#place.point(event);
    this.#down.set(event.pointerId, { from: at, at });
    this.#pinch = null;
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const known = this.#down.get(event.pointerId);
    if (!known) return;
    const { at: earlier, from } = known;
    const at = this.#place.point(event);
    const slip = SLIP * devicePixelRatio;
    if (from === earlier && Math.hypot(at.x - from.x, at.y - from.y) < slip) return;
    this.#stage.setPointerCapture(event.pointerId);
    known.at = at;
    if (this.#down.size === 2) this.#pinchTo();
    else if (this.drags.length) this.#drag(known, false);
    else this.#place.pan(at.x - earlier.x, at.y - earlier.y);
  }

  #pinchTo() {
    const [{ at: one }, { at: other }] = this.#down.values();
    const apart = Math.max(Math.hypot(one.x - other.x, one.y - other.y), 1);
    this.#pinch ??= { scale: this.#place.view.scale, apart };
    const middle = { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
    this.#place.zoomTo((this.#pinch.scale * apart) / this.#pinch.apart, middle);
  }

  /** @param {PointerEvent} event */
  #release({ pointerId, type }) {
    const known = this.#down.get(pointerId);
    this.#down.delete(pointerId);
    const wasPinch = this.#pinch !== null;
    this.#pinch = null;
    // What a finger did for a pinch is no drag.
    if (wasPinch) for (const pointer of this.#down.values()) pointer.from = pointer.at;
    else if (known && known.from !== known.at && type === "pointerup") this.#drag(known, true);
  }

  /** @param {{from: Point, at: Point}} pointer @param {boolean} isEnd */
  #drag({ from, at }, isEnd) {
    const [start, end] = [from, at].map((point) => pictureAt(this.#place.view, point));
    this.drags.at(-1)?.(start, end, isEnd);
  }
}
