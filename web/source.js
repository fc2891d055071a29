/**
 * Where in the device's picture lies what is shown of it, by crop and step.
 */

import { formatOf } from "./pixels.js";

/** @import { Announcement, Crop } from "./types.d.ts" */

/** The part of the source that is shown. @param {Announcement} announced @returns {Crop} */
export const partOf = ({ crop, source }) => crop ?? [0, 0, ...source];

/**
 * The source's pixels that these of the picture stand for: at the edge, a step may be cut off. What a
 * step left out is the last one's of the group before it.
 * @param {Crop} box in the picture @param {Announcement} announced @returns {Crop}
 */
export function toSourceBox([x, y, width, height], announced) {
  const { step } = announced;
  const [left, top, mostX, mostY] = partOf(announced);
  const { across, down } = formatOf(announced); // of a group
  /** @param {number} at @param {number} group @param {number} most */
  const along = (at, group, most) => Math.min((at - (at % group)) * step + (at % group), most);
  const [first, end] = [x, x + width].map((at) => along(at, across, mostX));
  const [firstRow, endRow] = [y, y + height].map((at) => along(at, down, mostY));
  return [left + first, top + firstRow, end - first, endRow - firstRow];
}
