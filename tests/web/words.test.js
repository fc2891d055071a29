/**
 * What the page says.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { bytesPerSecond, describe, duration, notice, sideData, titleOf } from "../../web/words.js";

/** @import { Status } from "../../web/types.d.ts" */

const NOON = new Date(2026, 10, 22, 12, 0, 0).getTime();

/** @param {Partial<Status>} values @returns {Status} */
function stream(values) {
  return {
    state: "live",
    problem: null,
    reason: "",
    announced: null,
    mismatches: 0,
    unchangedFor: 0,
    silentFor: 0,
    retryIn: 0,
    failure: null,
    ...values,
  };
}

/** @type {[Partial<Status>, string][]} */
const DESCRIPTIONS = [
  [{ state: "connecting" }, "connecting"],
  [{ state: "live" }, "live"],
  [{ state: "unchanged", unchangedFor: 59_999 }, "live unchanged for 59 s"],
  [{ state: "unchanged", unchangedFor: 60_000 }, "live unchanged since 11:59:00"],
  [{ state: "unchanged", unchangedFor: Infinity }, "waiting for the first picture"],
  [{ state: "stale", silentFor: 4200 }, "stale silent for 4 s"],
  [{ state: "lost", retryIn: 2001 }, "lost reconnecting in 3 s"],
  [{ state: "lost", retryIn: 0 }, "lost reconnecting"],
  [{ state: "absent", retryIn: 2001 }, "no such stream asking again in 3 s"],
  [{ state: "absent", retryIn: 0 }, "no such stream asking again"],
  [{ state: "refused" }, "refused"],
  [{ state: "live", problem: "gone" }, "no pictures from the device"],
  [{ state: "unchanged", problem: "gone" }, "no pictures from the device"],
  [{ state: "lost", problem: "gone", retryIn: 1 }, "lost reconnecting in 1 s"],
];

for (const [values, expected] of DESCRIPTIONS) {
  test(`the state is: ${expected}. ${JSON.stringify(values)}`, () => {
    const { word, detail } = describe(stream(values), NOON);
    assert.equal(`${word} ${detail}`.trim(), expected);
  });
}

test("the word, which screen readers speak, is the same while a screen changes now and then", () => {
  const states = /** @type {const} */ (["live", "unchanged", "live"]);
  const said = states.map((state) => describe(stream({ state, unchangedFor: 4000 }), NOON));
  assert.deepEqual(new Set(said.map(({ word }) => word)), new Set(["live"]));
  assert.deepEqual(new Set(said.map(({ state }) => state)), new Set(["live"]));
});

/** @type {[Partial<Status>, string][]} */
const NOTICES = [
  [{}, ""],
  [{ state: "unchanged", unchangedFor: 9000 }, ""],
  [{ problem: "The memory is gone." }, "The memory is gone."],
  [{ state: "stale", unchangedFor: 3999 }, "The picture may be 3 s old."],
  [{ state: "stale", unchangedFor: Infinity }, ""],
  [{ state: "stale", unchangedFor: 119 * 60_000 + 1 }, "The picture may be 119 min old."],
  [{ state: "stale", unchangedFor: 150 * 60_000 }, "The picture may be 2 h old."],
  [{ state: "refused", reason: "no such thing" }, "The server refused this page: no such thing."],
  [{ state: "absent", reason: "there is no a" }, "The server says: there is no a."],
  [{ state: "lost", unchangedFor: Infinity }, "There is no connection."],
  [
    { state: "lost", reason: "it is full", unchangedFor: Infinity },
    "There is no connection: it is full.",
  ],
  [
    { state: "lost", reason: "going away", unchangedFor: 1000 },
    "The connection was lost: going away. This is the picture of 11:59:59, 1 s old.",
  ],
];

for (const [values, expected] of NOTICES) {
  test(`the notice is: ${expected || "none"} ${JSON.stringify(values)}`, () => {
    assert.equal(notice(stream(values), NOON), expected);
  });
}

test("what another machine says is shown in one line, shortened, without what hides or turns it", () => {
  const notices = {
    ["gone\u202e\u200b"]: "gone\ufffd\ufffd",
    ["a\n b"]: "a b",
    ["\ud800"]: "\ufffd",
    ["a".repeat(201)]: `${"a".repeat(200)}…`,
  };
  for (const [problem, shown] of Object.entries(notices)) {
    assert.equal(notice(stream({ problem }), NOON), shown);
  }
  const { reason } = { reason: "no\u202esuch" };
  assert.match(notice(stream({ state: "refused", reason }), NOON), /no\ufffdsuch/);
});

test("the title has the state's shape, the stream's name, and the news that was asked for", () => {
  assert.equal(titleOf("live", "a", ""), "● a");
  assert.equal(titleOf("connecting", "", ""), "○ ws-stream");
  assert.equal(titleOf("lost", "a", "changed at 10:00"), "(changed at 10:00) ■ a");
  assert.equal(titleOf("stale", "a\u202egnp.\n", ""), "▲ a\ufffdgnp. ");
});

test("side data is a line of names and values, or nothing", () => {
  assert.equal(sideData(null), "");
  assert.equal(sideData(undefined), "");
  assert.equal(sideData({}), "");
  assert.equal(
    sideData({
      exposure: 12.5,
      pointer: [3, 4],
      mode: "night",
      lens: { f: 2.8 },
      on: true,
      x: null,
    }),
    'exposure: 12.5 · pointer: [3,4] · mode: night · lens: {"f":2.8} · on: true · x: null',
  );
  assert.equal(sideData({ a: "<b>\u001b[31m" }), "a: <b>\ufffd[31m");
  assert.equal([...sideData({ a: "b".repeat(4000) })].length, 201);
});

test("rates have three digits and a unit", () => {
  assert.deepEqual(
    [0, 1, 999, 1000, 9994, 9996, 99_940, 99_960, 999_400, 999_600, 12_345_678].map(bytesPerSecond),
    [
      "0 B/s",
      "1 B/s",
      "999 B/s",
      "1.00 kB/s",
      "9.99 kB/s",
      "10.0 kB/s",
      "99.9 kB/s",
      "100 kB/s",
    ].concat(["999 kB/s", "1.00 MB/s", "12.3 MB/s"]),
  );
});

test("how uncertain a duration is stands behind it, in its unit and where that shows", () => {
  /** @type {[number, number, string][]} */
  const durations = [
    [12, 5, "12 ms ±5"],
    [12, 0.4, "12 ms"],
    [150, 150, "150 ms ±150"],
    [3_600_000, 5, "3600.0 s"],
    [2000, 1900, "2.0 s ±1.9"],
  ];
  for (const [ms, off, said] of durations) assert.equal(duration(ms, off), said);
  assert.equal(duration(null, null), "–");
});

test("durations are in milliseconds, long ones in seconds", () => {
  const values = [null, 0, 23.6, 999, 1000, 61_000];
  const said = values.map((value) => duration(value));
  assert.deepEqual(said, ["–", "0 ms", "24 ms", "999 ms", "1.0 s", "61.0 s"]);
});
