/**
 * When kept pictures are due. Knows no timers: times are passed in, in ms; positions are microseconds.
 */

/** @import { Playing } from "../types.d.ts" */

/** What is shown now. @param {Playing} playing @param {number} now */
export const positionAt = ({ from, began, speed }, now) => from + 1000 * speed * (now - began);

/** When the picture of this position is to be shown. @param {Playing} playing @param {number} position */
export const dueAt = ({ from, began, speed }, position) =>
  began + (position - from) / (1000 * speed);

/** The same at another speed, from now on. @param {Playing} playing @param {number} speed @param {number} now @returns {Playing} */
export const atSpeed = (playing, speed, now) => {
  return { from: positionAt(playing, now), began: now, speed };
};
