/**
 * What an element says of its stream, in a word and a few more.
 */

import { describe, printable } from "../words.js";

/** @import { Label, Status } from "../types.d.ts" */

const OLD = ["stale", "lost", "absent", "refused"];
/** Units that are used from two of them on; the first from 0. */
const UNITS = /** @type {const} */ ([
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
]);

/** @param {number} ms */
export function ago(ms) {
  const [unit, one] = UNITS.find(([, size]) => ms >= 2 * size) ?? UNITS[2];
  return `${Math.floor(ms / one)} ${unit} ago`;
}

/**
 * `shape` is that of the light, `isOld` whether the picture may be another by now.
 * @param {Status | null} status null without a connection, for that `fault` if there is one
 * @param {Label | null} held
 * @param {number} age since the picture was last known to be current; Infinity where there is none
 * @param {string} fault
 */
export function say(status, held, age, fault) {
  const isFault = fault !== "";
  if (!status) return saying(isFault ? "refused" : "", isFault ? "no stream" : "", fault);
  if (status.failure) return saying("refused", "not running", printable(status.failure));
  const { state, word, detail } = describe(status, Date.now());
  if (held) return saying("held", "frozen", `${word} behind it`);
  const isProblem = state === "problem" || state === "closed";
  const why = printable((isProblem ? status.problem : status.reason) ?? "");
  const isOld = OLD.includes(state);
  if (!isOld) return saying(state, word, isProblem ? why : detail);
  const isSeen = age < Infinity && state !== "refused";
  return saying(state, word, (isSeen ? `last seen ${ago(age)}` : why) || detail, isOld);
}

/** @param {string} shape @param {string} word @param {string} detail */
const saying = (shape, word, detail, isOld = false) => ({ shape, word, detail, isOld });
