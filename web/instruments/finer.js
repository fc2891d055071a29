/**
 * Which part of the source is worth fetching finer than the overview that is seen.
 */

import { partOf, toSourceBox } from "../source.js";

/** @import { Announcement, Crop } from "../types.d.ts" */

/** Enlarged so far, the pixels that were left out are missed... */
const FETCH_AT = 2;
/** ...and to less than this, they are no longer. */
const LEAVE_AT = 1;
/** What is fetched around what is seen, of its size on each side; it begins and ends at multiples. */
const MARGIN = 1 / 4;
const ALIGNED = 16;

/**
 * The part of the source that is worth fetching finer than the overview, or null. `held`, the part
 * fetched last, is returned as long as it will do.
 * @param {Crop} part the overview's pixels that are seen @param {Announcement} overview
 * @param {number} scale of the overview @param {Crop | null} held @returns {Crop | null}
 */
export function finer(part, overview, scale, held) {
  const { step, width, height } = overview;
  if (step === 1 || scale < (held ? LEAVE_AT : FETCH_AT)) return null;
  // The server raises the step of what has more pixels than it gives.
  const stepOf = (/** @type {Crop} */ [, , across, down]) =>
    Math.ceil(Math.sqrt((across * down) / (width * height)));
  const needed = toSourceBox(part, overview);
  const wanted = around(needed, partOf(overview));
  if (held && contains(held, needed) && stepOf(held) <= stepOf(wanted)) return held;
  return scale >= FETCH_AT && stepOf(wanted) < step ? wanted : null;
}

/** @param {Crop} box @param {Crop} limits @returns {Crop} */
function around([x, y, width, height], [left, top, across, down]) {
  /** @param {number} at @param {number} size @param {number} least @param {number} most */
  const along = (at, size, least, most) => [
    Math.max(Math.floor((at - MARGIN * size) / ALIGNED) * ALIGNED, least),
    Math.min(Math.ceil((at + (1 + MARGIN) * size) / ALIGNED) * ALIGNED, most),
  ];
  const [first, end] = along(x, width, left, left + across);
  const [firstRow, endRow] = along(y, height, top, top + down);
  return [first, firstRow, end - first, endRow - firstRow];
}

/** @param {Crop} outer @param {Crop} inner */
const contains = ([x, y, width, height], [left, top, across, down]) =>
  x <= left && y <= top && left + across <= x + width && top + down <= y + height;
