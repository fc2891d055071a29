/**
 * Figures of the last two seconds.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Recent } from "../../web/statistics.js";

test("nothing noted is a rate of 0 and no median", () => {
  assert.deepEqual(new Recent().read(5), { perSecond: 0, sumPerSecond: 0, median: null });
});

test("rates and the median are those of the last two seconds", () => {
  const recent = new Recent();
  recent.add(1_000_000, 0);
  recent.add(30, 1000);
  recent.add(1000, 1500);
  recent.add(20, 1900);
  assert.deepEqual(recent.read(2000), { perSecond: 1.5, sumPerSecond: 525, median: 30 });
  assert.equal(recent.read(3600).median, 20);
  assert.equal(recent.read(3900).median, null);
});
