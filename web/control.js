/**
 * Parses the JSON control messages of the server. docs/protocol.md is the authority.
 */

import { BY_NAME } from "./pixels.js";
import { MAX_TIME, ProtocolError, check } from "./wire.js";

/** @import { Check, Control } from "./types.d.ts" */

const MAX_LENGTH = 65_536;

/** @type {(least: number, below: number) => Check} */
const integer = (least, below) => (value) =>
  Number.isInteger(value) && value >= least && value < below;
/** @type {(most: number) => Check} */
const text = (most) => (value) => typeof value === "string" && [...value].length <= most;
/** @type {(...checks: Check[]) => Check} */
const list =
  (...checks) =>
  (value) =>
    Array.isArray(value) &&
    value.length === checks.length &&
    checks.every((isValid, at) => isValid(value[at]));

const side = integer(1, 2 ** 32);
const place = integer(0, 2 ** 31);
const extent = integer(1, 2 ** 31);

/** What the notation of a member allows. @type {Record<string, Check>} */
const NOTATION = {
  u16: integer(0, 2 ** 16),
  positive: integer(1, 2 ** 16),
  u32: integer(0, 2 ** 32),
  u53: integer(0, MAX_TIME),
  number: Number.isFinite,
  boolean: (value) => typeof value === "boolean",
  text64: text(64),
  text200: text(200),
  format: (value) => BY_NAME.has(value),
  palette: (value) =>
    value === undefined || (`${value}` === value && /^([0-9a-f]{6}){1,256}$/.test(value)),
  size: list(side, side),
  crop: list(place, place, extent, extent),
};

/**
 * The members of each type; "?" is "or null". The size is checked where memory is taken for it.
 * @type {Record<string, string>}
 */
const MEMBERS = {
  stream:
    "name text64, epoch u32, format format, width positive, height positive, source size, step positive, " +
    "crop crop?, average boolean, tolerance u16, fps number, input boolean, palette palette",
  granted: "id u32?, fps number",
  pace: "published number, skipped number, fps number, device boolean",
  unchanged: "number u32, time u53",
  waiting: "number u32, time u53",
  problem: "reason text200?",
  clock: "viewer_time u53, time u53",
};

/**
 * Null for a type of a later version. May throw ProtocolError.
 * @param {string} json @returns {Control | null}
 */
export function parseControl(json) {
  check(json.length <= MAX_LENGTH, "a control message that is too long");
  let message;
  try {
    message = JSON.parse(json);
  } catch {
    throw new ProtocolError("a control message that is not JSON");
  }
  check(typeof message?.type === "string", "a control message that is not an object with a type");
  if (!Object.hasOwn(MEMBERS, message.type)) return null;
  for (const member of MEMBERS[message.type].split(", ")) {
    const [, name, notation, orNull] = /** @type {string[]} */ (/(\w+) (\w+)(\??)/.exec(member));
    const isValid = (orNull && message[name] === null) || NOTATION[notation](message[name]);
    check(isValid, `a '${message.type}' message without a valid '${name}'`);
  }
  return message;
}
