/**
 * The JSON control messages of both sides; parses the server's. docs/protocol.md is the authority.
 */

import { BY_NAME } from "./pixels.js";
import { MAX_TIME, ProtocolError, check } from "./wire.js";

/**
 * What is sent of a picture: a part of it; of each `step` x `step` pixels one, or the average.
 * @typedef {{crop: [x: number, y: number, width: number, height: number] | null, step: number,
 *   average: boolean}} Rendition
 */

/**
 * What pictures come next; the viewer then holds the blank picture of this epoch, format and size.
 * @typedef {{type: "stream", name: string, epoch: number, format: string, width: number,
 *   height: number} & Partial<Rendition>} Announcement
 */

/**
 * Pictures in the last second; those skipped, as earlier ones were not acknowledged; whether the
 * device could not keep up.
 * @typedef {{type: "pace", published: number, skipped: number, device: boolean}} Pace
 */

/**
 * @typedef {Announcement | Pace
 *   | {type: "unchanged" | "waiting", number: number, time: number}
 *   | {type: "clock", viewer_time: number, time: number}
 *   | {type: "problem", reason: string | null}} Control
 */

/**
 * @typedef {{type: "resync"}
 *   | {type: "acknowledge", number: number}
 *   | {type: "clock", viewer_time: number}
 *   | {type: "rate", fps: number | null}
 *   | {type: "rendition"} & Rendition} ViewerMessage
 */

const MAX_LENGTH = 65_536;

/** @typedef {(value: any) => boolean} Check */

/** @type {Check} */
const isString = (value) => typeof value === "string";
/** @type {Check} */
const isAmount = (value) => Number.isFinite(value) && value >= 0;
/** @type {(limit: number) => Check} */
const isBelow = (limit) => (value) => Number.isInteger(value) && value >= 0 && value < limit;

const sign = { number: isBelow(2 ** 32), time: isBelow(MAX_TIME) };

/**
 * The members of each type that are read. The size is checked where memory is taken for it.
 * @type {Record<string, Record<string, Check>>}
 */
const MEMBERS = {
  stream: {
    name: isString,
    epoch: isBelow(2 ** 32),
    format: (value) => BY_NAME.has(value),
    width: Number.isInteger,
    height: Number.isInteger,
  },
  unchanged: sign,
  waiting: sign,
  pace: { published: isAmount, skipped: isAmount, device: (value) => typeof value === "boolean" },
  clock: { viewer_time: Number.isFinite, time: isBelow(MAX_TIME) },
  problem: { reason: (value) => value === null || isString(value) },
};

/**
 * Null for a type of a later version. May throw ProtocolError.
 * @param {string} text @returns {Control | null}
 */
export function parseControl(text) {
  check(text.length <= MAX_LENGTH, "a control message that is too long");
  let message;
  try {
    message = JSON.parse(text);
  } catch {
    throw new ProtocolError("a control message that is not JSON");
  }
  check(isString(message?.type), "a control message that is not an object with a type");
  if (!Object.hasOwn(MEMBERS, message.type)) return null;
  for (const [name, isValid] of Object.entries(MEMBERS[message.type])) {
    check(isValid(message[name]), `a '${message.type}' message without a valid '${name}'`);
  }
  return message;
}
