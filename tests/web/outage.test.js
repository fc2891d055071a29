/**
 * When a connection is tried again, and which outages are final.
 */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Outage, isFinal } from "../../web/outage.js";

let luck = 0;
/** @type {Outage} */
let outage;

beforeEach(() => {
  luck = 0;
  mock.method(Math, "random", () => luck);
  outage = new Outage();
});
afterEach(() => mock.restoreAll());

test("before a connection broke there is no outage", () => {
  assert.deepEqual([outage.state, outage.reason, outage.retryAt], [null, "", 0]);
});

test("each failure doubles the delay, up to 2 s, until a sign of a stream", () => {
  const delays = [];
  for (let now = 0; now < 7; now++) {
    outage.begin(`reason ${now}`, now);
    assert.deepEqual([outage.state, outage.reason], ["lost", `reason ${now}`]);
    delays.push(outage.retryAt - now);
  }
  assert.deepEqual(delays, [500, 1000, 2000, 2000, 2000, 2000, 2000]);
  outage.end();
  assert.equal(outage.state, null);
  outage.begin("", 100);
  assert.equal(outage.retryAt, 600);
});

test("chance takes up to half of a delay", () => {
  luck = 1;
  outage.begin("", 1000);
  assert.equal(outage.retryAt, 1250);
});

test("a close code says by itself, or by its range, whether to try again", () => {
  const final = [1002, 1003, 1007, 1008, 1009, 1010, 4400, 4406, 4450, 4499];
  const others = [1000, 1001, 1004, 1005, 1006, 1011, 1012, 1013, 1014, 1015];
  for (const code of final) assert.ok(isFinal(code), `${code}`);
  for (const code of [...others, 3000, 3999, 4000, 4001, 4004, 4399, 4500, 4999]) {
    assert.ok(!isFinal(code), `${code}`);
  }
});

test("a stream that is not there is absent, anything else lost", () => {
  for (const [code, state] of /** @type {const} */ ([
    [4004, "absent"],
    [1006, "lost"],
    [undefined, "lost"],
  ])) {
    outage.begin("", 0, code);
    assert.deepEqual([outage.state, outage.isOver], [state, false]);
  }
});

test("the first end is final, whatever follows", () => {
  outage.begin("gone", 0);
  outage.finish("refused", "no such thing");
  outage.finish("closed", "");
  outage.end();
  assert.deepEqual(
    [outage.state, outage.reason, outage.isOver],
    ["refused", "no such thing", true],
  );
});

test("a connection that was silent makes the next be waited for twice as long, up to some minutes", () => {
  const patience = [];
  for (let silent = 0; silent < 7; silent++) {
    patience.push(outage.patience(true) / 1000);
    assert.equal(outage.patience(false), 10_000, "one that never opened says nothing of pictures");
    outage.wasSilent();
  }
  assert.deepEqual(patience, [10, 20, 40, 80, 160, 320, 320]);
});
