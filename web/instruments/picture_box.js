/**
 * Which pixels of the picture show a box of the source; the other way is in ../source.js.
 */

import { partOf } from "../source.js";

/** @import { Announcement, Crop } from "../types.d.ts" */

/**
 * The picture's pixels that show anything of these of the source; the size is 0 where none does.
 * @param {Crop} box in the source @param {Announcement} announced @returns {Crop}
 */
export function toPictureBox([x, y, width, height], announced) {
  const { step } = announced;
  const [left, top] = partOf(announced);
  /** @param {number} from @param {number} count @param {number} most */
  const along = (from, count, most) =>
    [Math.floor(from / step), Math.ceil((from + count) / step)].map((at) =>
      Math.min(Math.max(at, 0), most),
    );
  const [first, end] = along(x - left, width, announced.width);
  const [firstRow, endRow] = along(y - top, height, announced.height);
  return [first, firstRow, end - first, endRow - firstRow];
}
