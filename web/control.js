/**
 * The JSON control messages a server sends: parse and check. docs/protocol.md is the authority.
 * Knows nothing of sockets or of the picture held.
 */

import { BY_NAME } from "./pixels.js";
import { MAX_TIME, ProtocolError } from "./wire.js";

/**
 * What comes next; the viewer then holds the blank picture of this epoch, format and size.
 * @typedef {{type: "stream", name: string, epoch: number, format: string, width: number,
 *   height: number}} Announcement
 */

/**
 * - `unchanged`: picture `number` (0: none yet) is still what the device shows
 * - `waiting`: nothing is sent before the viewer acknowledges
 * - `clock`: the viewer's own value back, and the device's time
 * - `problem`: why the source gives no pictures; null when it does again
 * @typedef {Announcement
 *   | {type: "unchanged" | "waiting", number: number, time: number}
 *   | {type: "clock", viewer_time: number, time: number}
 *   | {type: "problem", reason: string | null}} Control
 */

/** @typedef {(value: any) => boolean} Check */

/** @type {Check} */
const isString = (value) => typeof value === "string";
/** @type {(limit: number) => Check} */
const isBelow = (limit) => (value) => Number.isInteger(value) && value >= 0 && value < limit;

const sign = { number: isBelow(2 ** 32), time: isBelow(MAX_TIME) };

/** What is read of each type. The size is checked where memory is taken for it. */
const MEMBERS = new Map(
  Object.entries({
    stream: {
      name: isString,
      epoch: isBelow(2 ** 32),
      format: /** @type {Check} */ ((value) => BY_NAME.has(value)),
      width: Number.isInteger,
      height: Number.isInteger,
    },
    unchanged: sign,
    waiting: sign,
    clock: { viewer_time: Number.isFinite, time: isBelow(MAX_TIME) },
    problem: { reason: /** @type {Check} */ ((value) => value === null || isString(value)) },
  }),
);

/**
 * A control message, or null for a type of a later version. Throws ProtocolError for what
 * docs/protocol.md does not allow.
 * @param {string} text
 * @returns {Control | null}
 */
export function parseControl(text) {
  let message;
  try {
    message = JSON.parse(text);
  } catch {
    throw new ProtocolError("a control message that is not JSON");
  }
  if (!isString(message?.type)) {
    throw new ProtocolError("a control message that is not an object with a type");
  }
  const members = MEMBERS.get(message.type);
  if (!members) return null;
  for (const [name, isValid] of Object.entries(members)) {
    if (!isValid(message[name])) {
      throw new ProtocolError(`a '${message.type}' message without a valid '${name}'`);
    }
  }
  return message;
}
