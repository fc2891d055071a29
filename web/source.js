/**
 * Where in the device's picture lies what is shown of it, by crop and step.
 */

/** @import { Announcement, Crop } from "./types.d.ts" */

/** @typedef {{x: number, y: number}} Place */

/** The part of the source that is shown. @param {Announcement} announced @returns {Crop} */
export const partOf = ({ crop, source }) => crop ?? [0, 0, ...source];

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

/**
 * The source's pixels that these of the picture stand for: at the edge, a step may be cut off.
 * @param {Crop} box in the picture @param {Announcement} announced @returns {Crop}
 */
export function toSourceBox([x, y, width, height], announced) {
  const { step } = announced;
  const [left, top, across, down] = partOf(announced);
  const [first, end] = [x, x + width].map((at) => Math.min(at * step, across));
  const [firstRow, endRow] = [y, y + height].map((at) => Math.min(at * step, down));
  return [left + first, top + firstRow, end - first, endRow - firstRow];
}
