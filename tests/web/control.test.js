/**
 * Control messages of the server.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { parseControl } from "../../web/control.js";
import { ProtocolError } from "../../web/wire.js";

const STREAM = { type: "stream", name: "a", epoch: 7, format: "gray8", width: 2, height: 3 };

const VALID = [
  STREAM,
  { ...STREAM, step: 1, crop: null, average: false, fps: 30, "of a later version": {} },
  { ...STREAM, epoch: 0 },
  { type: "unchanged", number: 0, time: 0 },
  { type: "unchanged", number: 2 ** 32 - 1, time: 2 ** 53 - 1 },
  { type: "waiting", number: 5, time: 5 },
  { type: "pace", published: 30, skipped: 0.5, device: false, fps: 30 },
  { type: "clock", viewer_time: -1.5, time: 5 },
  { type: "problem", reason: "the memory is gone" },
  { type: "problem", reason: null },
];

const INVALID = [
  { ...STREAM, name: 1 },
  { ...STREAM, name: undefined },
  { ...STREAM, epoch: -1 },
  { ...STREAM, epoch: 2 ** 32 },
  { ...STREAM, epoch: 1.5 },
  { ...STREAM, format: "jpeg" },
  { ...STREAM, format: "constructor" },
  { ...STREAM, width: "2" },
  { ...STREAM, width: 1.5 },
  { ...STREAM, height: null },
  { type: "unchanged", number: 2 ** 32, time: 0 },
  { type: "unchanged", number: 1, time: 2 ** 53 },
  { type: "waiting", number: -1, time: 0 },
  { type: "waiting", number: 1 },
  { type: "pace", published: -1, skipped: 0, device: false },
  { type: "pace", published: 30, skipped: "0", device: false },
  { type: "pace", published: 30, skipped: 0, device: 1 },
  { type: "clock", viewer_time: "5", time: 5 },
  { type: "clock", viewer_time: 5, time: 0.5 },
  { type: "problem", reason: 5 },
  { type: "problem" },
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

test("a message of any length beyond the limit is refused before it is read", () => {
  const problem = (/** @type {number} */ length) =>
    JSON.stringify({ type: "problem", reason: "a".repeat(length) });
  assert.ok(parseControl(problem(65_000)));
  assert.throws(() => parseControl(problem(65_536)), ProtocolError);
});
