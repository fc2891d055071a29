/**
 * When a connection is tried again, and which outages are final.
 */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Outage } from "../../web/outage.js";

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

test("each failure doubles the delay, up to 10 s, until a sign of a stream", () => {
  const delays = [];
  for (let now = 0; now < 7; now++) {
    outage.begin(`reason ${now}`, now, false);
    assert.deepEqual([outage.state, outage.reason], ["lost", `reason ${now}`]);
    delays.push(outage.retryAt - now);
  }
  assert.deepEqual(delays, [500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  outage.end();
  assert.equal(outage.state, null);
  outage.begin("", 100, false);
  assert.equal(outage.retryAt, 600);
});

test("chance takes up to half of a delay", () => {
  luck = 1;
  outage.begin("", 1000, false);
  assert.equal(outage.retryAt, 1250);
});

test("the first end is final, whatever follows", () => {
  outage.begin("gone", 0, false);
  outage.finish("refused", "no such thing");
  outage.finish("closed", "");
  outage.end();
  assert.deepEqual([outage.state, outage.reason], ["refused", "no such thing"]);
});

test("a connection that was silent makes the next be waited for twice as long, up to some minutes", () => {
  const patience = [];
  for (let silent = 0; silent < 7; silent++) {
    patience.push(outage.patience / 1000);
    outage.wasSilent();
  }
  assert.deepEqual(patience, [10, 20, 40, 80, 160, 320, 320]);
});
