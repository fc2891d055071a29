/** @import { Picture, Run } from "./types.d.ts" */

/** A picture came: these rows of it changed. It is one object, changed in place. */
export class FrameEvent extends Event {
  /** @param {Picture} picture @param {Run[]} runs @param {ArrayBuffer} message as it came */
  constructor(picture, runs, message) {
    super("frame");
    this.picture = picture;
    this.runs = runs;
    this.message = message;
  }
}
