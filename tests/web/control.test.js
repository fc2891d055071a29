/**
 * Control messages of the server.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { parseControl } from "../../web/control.js";
import { ProtocolError } from "../../web/wire.js";
import { ANNOUNCED } from "./pictures.js";

const EXACT = { ...ANNOUNCED, crop: [1, 2, 1, 1], source: [1, 2 ** 32 - 1], average: true };
const PACE = { type: "pace", published: 30, skipped: 0.5, fps: 29.97, device: false };
/** A character of two halves. */
const WIDE = "\u{1f600}";

const VALID = [
  ANNOUNCED,
  EXACT,
  { ...EXACT, "of a later version": {}, toString: 1 },
  { ...ANNOUNCED, epoch: 0, name: "", tolerance: 2 ** 16 - 1, fps: 0.5 },
  { ...ANNOUNCED, epoch: 2 ** 32 - 1, name: WIDE.repeat(64), width: 2 ** 16 - 1 },
  { ...ANNOUNCED, crop: [2 ** 31 - 1, 0, 2 ** 31 - 1, 1] },
  { type: "granted", id: null, fps: 0 },
  { type: "granted", id: 2 ** 32 - 1, fps: 30 },
  { type: "unchanged", number: 0, time: 0 },
  { type: "unchanged", number: 2 ** 32 - 1, time: 2 ** 53 - 1 },
  { type: "waiting", number: 5, time: 5 },
  PACE,
  { ...PACE, device: true, fps: 30 },
  { type: "clock", viewer_time: 0, time: 2 ** 53 - 1 },
  { type: "problem", reason: "the memory is gone" },
  { type: "problem", reason: "\u00fc".repeat(200) },
  { type: "problem", reason: null },
  { type: "problem", reason: "what a sender should not write\n\u009b\ud800" },
];

/** What no member of each notation may be. @type {Record<string, unknown[]>} */
const ODD = {
  u16: [-1, 2 ** 16, 1.5, "2", null, true, [2], undefined],
  positive: [0, -1, 2 ** 16, 1.5, "2", null, undefined],
  u32: [-1, 2 ** 32, 1.5, "2", null, true, [2], undefined],
  u53: [-1, 2 ** 53, 1.5, "2", null, true, [2], undefined],
  number: ["2", null, true, [2], {}, undefined],
  boolean: [0, 1, "true", null, undefined],
  text: [1, null, ["a"], {}, undefined],
  size: [null, 2, "2x3", [], [2], [2, 3, 4], [0, 3], [2, 0], [2, 2 ** 32], [2, 1.5], {}, undefined],
  crop: [
    ...[[], [1, 2, 3], [1, 2, 3, 4, 5], [-1, 2, 3, 4], [1, 2, 0, 4], [1, 2, 3, 0], undefined],
    ...[[2 ** 31, 2, 3, 4], [1, 2, 3, 2 ** 31], [1, 2, 3, 4.5], [1, 2, 3, null], {}, 1, "1,2,3,4"],
  ],
};

/** @type {[object, Record<string, string>][]} */
const MEMBERS = [
  [
    EXACT,
    {
      name: "text",
      epoch: "u32",
      width: "positive",
      height: "positive",
      source: "size",
      step: "positive",
      crop: "crop",
      average: "boolean",
      tolerance: "u16",
      fps: "number",
      input: "boolean",
    },
  ],
  [{ type: "granted", id: 1, fps: 30 }, { fps: "number" }],
  [PACE, { published: "number", skipped: "number", fps: "number", device: "boolean" }],
  [
    { type: "unchanged", number: 1, time: 1 },
    { number: "u32", time: "u53" },
  ],
  [
    { type: "waiting", number: 1, time: 1 },
    { number: "u32", time: "u53" },
  ],
  [
    { type: "clock", viewer_time: 1, time: 1 },
    { viewer_time: "u53", time: "u53" },
  ],
];

const INVALID = [
  ...MEMBERS.flatMap(([message, members]) =>
    Object.entries(members).flatMap(([name, notation]) =>
      ODD[notation].map((value) => ({ ...message, [name]: value })),
    ),
  ),
  { ...ANNOUNCED, name: "a".repeat(65) },
  { ...ANNOUNCED, format: "jpeg" },
  { ...ANNOUNCED, format: "constructor" },
  { ...ANNOUNCED, format: 6 },
  ...ODD.u32.filter((value) => value !== null).map((id) => ({ type: "granted", id, fps: 30 })),
  ...ODD.text.filter((value) => value !== null).map((reason) => ({ type: "problem", reason })),
  { type: "problem", reason: "a".repeat(201) },
  { type: 5 },
  {},
  [],
  null,
  5,
];

for (const message of VALID) {
  const text = JSON.stringify(message);
  test(`read: ${text}`, () => assert.deepEqual(parseControl(text), message));
}

for (const text of [...INVALID.map((message) => JSON.stringify(message)), "", "{", "NaN"]) {
  test(`refused: ${text}`, () => assert.throws(() => parseControl(text), ProtocolError));
}

test("types of a later version are nothing, whatever their names", () => {
  for (const type of ["later", "constructor", "__proto__", "toString"]) {
    assert.equal(parseControl(JSON.stringify({ type })), null);
  }
});

test("a number that JSON can say and no machine can hold is refused", () => {
  const text = JSON.stringify(PACE).replace("29.97", "1e999");
  assert.throws(() => parseControl(text), ProtocolError);
});

test("a message of any length beyond the limit is refused before it is read", () => {
  const later = (/** @type {number} */ length) =>
    JSON.stringify({ ...PACE, later: "a".repeat(length) });
  assert.ok(parseControl(later(65_000)));
  assert.throws(() => parseControl(later(65_536)), ProtocolError);
});
