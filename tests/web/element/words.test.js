/**
 * What an element says: a shape and a word for each state, how old the picture is, why there is none.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { ago, say } from "../../../web/element/words.js";

/** @import { Status } from "../../../web/types.d.ts" */

/** @type {Status} */
const LIVE = {
  state: "live",
  reason: "",
  problem: null,
  announced: null,
  mismatches: 0,
  unchangedFor: 0,
  silentFor: 0,
  retryIn: 0,
  failure: null,
};
const HELD = { epoch: 1, number: 7, time: 0, meta: null };

test("a picture that may be old says since when, in a word and a shape of its own", () => {
  for (const [state, shape, word] of /** @type {const} */ ([
    ["stale", "stale", "stale"],
    ["lost", "lost", "lost"],
    ["absent", "absent", "no such stream"],
  ])) {
    const said = say({ ...LIVE, state, reason: "why" }, null, 14_900, "");
    assert.deepEqual(said, { shape, word, detail: "last seen 14 s ago", isOld: true });
  }
});

test("ages are words of whole seconds, then minutes, then hours", () => {
  const ages = [0, 999, 119_999, 120_000, 7_199_999, 7_200_000, 1e9].map(ago);
  assert.deepEqual(ages, [
    "0 s ago",
    "0 s ago",
    "119 s ago",
    "2 min ago",
    "119 min ago",
    "2 h ago",
    "277 h ago",
  ]);
});

test("without a picture it says why there is none", () => {
  const lost = say({ ...LIVE, state: "lost", retryIn: 2500 }, null, Infinity, "");
  assert.deepEqual(lost, {
    shape: "lost",
    word: "lost",
    detail: "reconnecting in 3 s",
    isOld: true,
  });
  const absent = say({ ...LIVE, state: "absent", reason: "there\nis none" }, null, Infinity, "");
  assert.equal(absent.detail, "there is none");
});

test("what the server refuses is said, whenever it does", () => {
  const refused = say({ ...LIVE, state: "refused", reason: "step=99 cannot be" }, null, 5000, "");
  assert.deepEqual(refused, {
    shape: "refused",
    word: "refused",
    detail: "step=99 cannot be",
    isOld: true,
  });
});

test("a picture that is current is not called old, whatever the device's problem", () => {
  const problem = say({ ...LIVE, problem: "no signal" }, null, 0, "");
  assert.deepEqual(problem, {
    shape: "problem",
    word: "no pictures",
    detail: "no signal",
    isOld: false,
  });
  const calm = say({ ...LIVE, state: "unchanged", unchangedFor: 5000 }, null, 0, "");
  assert.deepEqual(calm, {
    shape: "live",
    word: "live",
    detail: "unchanged for 5 s",
    isOld: false,
  });
});

test("a frozen picture says what the stream behind it does", () => {
  const said = say({ ...LIVE, state: "lost" }, HELD, 5000, "");
  assert.deepEqual(said, { shape: "held", word: "frozen", detail: "lost behind it", isOld: false });
});

test("without a connection it says nothing, or what is wrong with its address", () => {
  assert.deepEqual(say(null, null, Infinity, ""), {
    shape: "",
    word: "",
    detail: "",
    isOld: false,
  });
  assert.deepEqual(say(null, null, Infinity, "src is no stream"), {
    shape: "refused",
    word: "no stream",
    detail: "src is no stream",
    isOld: false,
  });
});

test("a browser in which it does not run is said, whatever the stream does", () => {
  const said = say({ ...LIVE, failure: "no canvas" }, HELD, 0, "");
  assert.deepEqual(said, {
    shape: "refused",
    word: "not running",
    detail: "no canvas",
    isOld: false,
  });
  const closed = say({ ...LIVE, state: "closed", problem: "no engine" }, null, 0, "");
  assert.deepEqual([closed.word, closed.detail], ["closed", "no engine"]);
});
