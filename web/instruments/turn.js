/**
 * Pictures that are shown rotated and mirrored.
 */

/** @import { Crop } from "../types.d.ts" */
/** @import { Place, Size, Turn } from "./types.d.ts" */

/** Clockwise; what is no multiple of 90 is none. @param {number} degrees */
export const quartersOf = (degrees) =>
  /** @type {Turn["quarters"]} */ (degrees % 90 ? 0 : (degrees / 90) & 3);

/** @param {Size} size of the picture @param {Turn} turn @returns {Size} as it is shown */
export const turnedSize = ({ width, height }, { quarters }) =>
  quarters % 2 ? { width: height, height: width } : { width, height };

/** Where a place of the picture is shown. @param {Place} at @param {Size} size of the picture @param {Turn} turn @returns {Place} */
export function toShown(at, { width, height }, { quarters, mirror }) {
  const x = mirror ? width - at.x : at.x;
  const { y } = at;
  return [
    { x, y },
    { x: height - y, y: x },
    { x: width - x, y: height - y },
    { x: y, y: width - x },
  ][quarters];
}

/** Which place of the picture is shown there. @param {Place} at @param {Size} size of the picture @param {Turn} turn @returns {Place} */
export function fromShown({ x, y }, { width, height }, { quarters, mirror }) {
  const turned = [
    { x, y },
    { x: y, y: height - x },
    { x: width - x, y: height - y },
    { x: width - y, y: x },
  ][quarters];
  return mirror ? { x: width - turned.x, y: turned.y } : turned;
}

/** The CSS `transform` from `transform-origin: 0 0`. @param {Size} size of the element, in CSS pixels @param {Turn} turn */
export function cssMatrix(size, turn) {
  const origin = toShown({ x: 0, y: 0 }, size, turn);
  const right = toShown({ x: 1, y: 0 }, size, turn);
  const down = toShown({ x: 0, y: 1 }, size, turn);
  const axes = [right, down].flatMap(({ x, y }) => [x - origin.x, y - origin.y].map(Math.round));
  return `matrix(${[...axes, origin.x, origin.y].join(", ")})`;
}

/** The box of the picture that is shown there. @param {Crop} box as it is shown @param {Size} size of the picture @param {Turn} turn @returns {Crop} */
export function unturnedBox([x, y, width, height], size, turn) {
  const one = fromShown({ x, y }, size, turn);
  const other = fromShown({ x: x + width, y: y + height }, size, turn);
  const [left, top] = [Math.min(one.x, other.x), Math.min(one.y, other.y)];
  return [left, top, Math.abs(one.x - other.x), Math.abs(one.y - other.y)];
}
