/**
 * Which pixels of the picture show a box of the source; the other way is in ../source.js.
 */

import { formatOf } from "../pixels.js";
import { partOf } from "../source.js";

/** @import { Announcement, Crop } from "../types.d.ts" */

/**
 * The picture's pixels that show anything of these of the source; the size is 0 where none does.
 * @param {Crop} box in the source @param {Announcement} announced @returns {Crop}
 */
export function toPictureBox([x, y, width, height], announced) {
  const { step } = announced;
  const [left, top] = partOf(announced);
  const { across, down } = formatOf(announced); // of a group
  /** @param {number} from @param {number} count @param {number} group @param {number} most */
  const along = (from, count, group, most) => {
    const taken = group * step; // of the source, by the pixels of a group
    const [one, other] = [from, from + count].map((at) => Math.floor(at / taken));
    const first = one * group + Math.min(Math.floor(from - one * taken), group - 1);
    const end = other * group + Math.min(Math.ceil(from + count - other * taken), group);
    return [first, end].map((at) => Math.min(Math.max(at, 0), most));
  };
  const [first, end] = along(x - left, width, across, announced.width);
  const [firstRow, endRow] = along(y - top, height, down, announced.height);
  return [first, firstRow, end - first, endRow - firstRow];
}
