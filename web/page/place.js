/**
 * Where the picture lies on the stage: fitted, zoomed, panned, turned.
 */

import { cssMatrix, fromShown, turnedSize, unturnedBox } from "../instruments/turn.js";
import {
  FIT,
  displayRoom,
  pan,
  pictureAt,
  placed,
  seen,
  settle,
  zoomBy,
  zoomTo,
} from "../instruments/viewport.js";

/** @import { Crop } from "../types.d.ts" */
/** @import { Place as Point, Size, Turn, View } from "../instruments/types.d.ts" */

/** From this scale on, pixels have lines between them, if the user wanted them so large. */
const GRID_FROM = 8;

/** Events: `move`, when another part is seen or in another size. */
export class Place extends EventTarget {
  /** @type {View} */
  view = FIT;
  /** @type {Turn} */
  turn = { quarters: 0, mirror: false };
  /** How large pixels of what lies over the picture are, in its own. */
  #grain = 1;
  #stage;
  #sheet;
  #seen;
  /** @type {Size} */
  #picture = { width: 0, height: 0 };

  /** @param {HTMLElement} stage @param {HTMLElement} sheet with the canvas @param {HTMLElement} seenPart */
  constructor(stage, sheet, seenPart) {
    super();
    this.#stage = stage;
    this.#sheet = sheet;
    this.#seen = seenPart;
    new ResizeObserver(() => this.#settle()).observe(stage);
    addEventListener("resize", () => this.#settle()); // the ratio may have changed alone
  }

  /** The picture's part that is seen, in its pixels as they are turned. */
  get seen() {
    return seen(this.view, this.#space());
  }

  /** The same, not turned. @returns {Crop} */
  get seenPart() {
    return this.unturned(this.seen);
  }

  /** All of the picture, as it is turned. @returns {Crop} */
  get all() {
    const { width, height } = turnedSize(this.#picture, this.turn);
    return [0, 0, width, height];
  }

  /** @param {Crop} box of the picture as it is turned */
  unturned(box) {
    return unturnedBox(box, this.#picture, this.turn);
  }

  /** @param {Size} picture */
  resize({ width, height }) {
    const known = this.#picture;
    if (width === known.width && height === known.height) return;
    this.#picture = { width, height };
    // The same of the source, by another step.
    const scale = (this.view.scale * known.width) / width || 1;
    this.#set({ ...this.view, scale });
  }

  /** As a finer picture is laid over it, or no more. @param {number} grain in its pixels */
  set grain(grain) {
    if (grain === this.#grain) return;
    this.#grain = grain;
    this.#settle();
  }

  get grain() {
    return this.#grain;
  }

  /** @param {Turn} turn */
  rotate(turn) {
    this.turn = turn;
    this.#settle();
  }

  fit() {
    this.#set(FIT);
  }

  /** @param {number} scale @param {Point} [at] on the stage, in display pixels */
  zoomTo(scale, at = this.#middle()) {
    this.#set(zoomTo(this.view, scale, at, this.#space()));
  }

  /** @param {number} factor @param {Point} [at] */
  zoomBy(factor, at = this.#middle()) {
    this.#set(zoomBy(this.view, factor, at, this.#space()));
  }

  /** By display pixels. @param {number} right @param {number} down */
  pan(right, down) {
    this.#set(pan(this.view, right, down, this.#space()));
  }

  /** By shares of the stage. @param {number} right @param {number} down */
  panBy(right, down) {
    const { room } = this.#space();
    this.pan(right * room.width, down * room.height);
  }

  /** So that this part of the picture fills the stage. @param {Crop} box in shown pixels */
  show([x, y, width, height]) {
    const { room } = this.#space();
    const scale = Math.min(room.width / width, room.height / height);
    this.#set({
      scale,
      x: room.width / 2 - (x + width / 2) * scale,
      y: room.height / 2 - (y + height / 2) * scale,
      isFit: false,
    });
  }

  /** The picture's pixel under a pointer, not turned; it may lie outside. @param {{clientX: number, clientY: number}} event @returns {Point} */
  at(event) {
    return fromShown(pictureAt(this.view, this.point(event)), this.#picture, this.turn);
  }

  /** Where a place of the picture as it is turned is on the stage, in CSS pixels. @param {Crop} box */
  boxOf([x, y, width, height]) {
    const { scale } = this.view;
    const along = (/** @type {number} */ from, /** @type {number} */ at) =>
      (from + at * scale) / devicePixelRatio;
    return {
      left: `${along(this.view.x, x)}px`,
      top: `${along(this.view.y, y)}px`,
      width: `${along(0, width)}px`,
      height: `${along(0, height)}px`,
    };
  }

  #space() {
    // Not `clientWidth`, which is rounded.
    const room = displayRoom(this.#stage.getBoundingClientRect(), devicePixelRatio);
    return { picture: turnedSize(this.#picture, this.turn), room };
  }

  #middle() {
    const { width, height } = this.#space().room;
    return { x: width / 2, y: height / 2 };
  }

  /** On the stage, in display pixels. @param {{clientX: number, clientY: number}} event @returns {Point} */
  point({ clientX, clientY }) {
    const { left, top } = this.#stage.getBoundingClientRect();
    return { x: (clientX - left) * devicePixelRatio, y: (clientY - top) * devicePixelRatio };
  }

  /** @param {View} view */
  #set(view) {
    this.view = view;
    this.#settle();
  }

  #settle() {
    if (!this.#picture.width) return;
    const space = this.#space();
    this.view = settle(this.view, space);
    this.#put(space.picture);
    this.dispatchEvent(new Event("move"));
  }

  /** @param {Size} shown */
  #put(shown) {
    const ratio = devicePixelRatio;
    const { left, top } = this.#stage.getBoundingClientRect();
    const place = placed(this.view, shown, ratio, { x: left, y: top });
    const scale = this.view.scale / ratio;
    const size = { width: this.#picture.width * scale, height: this.#picture.height * scale };
    const isTurned = this.turn.quarters > 0 || this.turn.mirror;
    Object.assign(this.#sheet.style, {
      left: `${place.left}px`,
      top: `${place.top}px`,
      width: `${size.width}px`,
      height: `${size.height}px`,
      // Firefox blurs the edges of whatever is transformed.
      transform: isTurned ? cssMatrix(size, this.turn) : "none",
    });
    this.#sheet.classList.toggle("smooth", !place.pixelated);
    const box = this.seen;
    Object.assign(this.#seen.style, this.boxOf(box));
    const isLarge = !this.view.isFit && this.view.scale * this.#grain >= GRID_FROM;
    this.#seen.classList.toggle("grid", isLarge);
    this.#seen.style.setProperty("--pixel", `${scale * this.#grain}px`);
    this.#seen.style.setProperty("--hair", `${1 / ratio}px`);
  }
}
