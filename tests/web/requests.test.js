/**
 * Requests of the viewer, as messages and in its address.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Requests } from "../../web/requests.js";

const ADDRESS = "ws://device/stream/a";

test("a rate goes into the address, and null removes it", () => {
  const requests = new Requests(`${ADDRESS}?fps=10&acknowledge=no`);
  assert.deepEqual(requests.rate(0), { type: "rate", fps: 0 });
  assert.equal(requests.address, `${ADDRESS}?fps=0&acknowledge=no`);
  assert.deepEqual(requests.rate(null), { type: "rate", fps: null });
  assert.equal(requests.address, `${ADDRESS}?acknowledge=no`);
});

test("a rendition keeps what was requested before, then what was announced, then whole pictures", () => {
  const requests = new Requests(ADDRESS);
  const whole = { type: "rendition", step: 1, crop: null, average: false };
  assert.deepEqual(requests.rendition({}, null), whole);
  const announced = { step: 4, average: true };
  const crop = /** @type {[number, number, number, number]} */ ([1, 2, 30, 40]);
  assert.deepEqual(requests.rendition({ crop }, announced), { ...whole, ...announced, crop });
  assert.deepEqual(requests.rendition({ step: 2 }, announced), {
    ...whole,
    step: 2,
    crop,
    average: true,
  });
});

test("only what was requested goes into the address, not what was announced", () => {
  const requests = new Requests(ADDRESS);
  requests.rendition({ crop: [1, 2, 30, 40] }, { step: 4 });
  assert.equal(new URL(requests.address).search, "?crop=1%2C2%2C30%2C40");
  requests.rendition({ crop: null }, { step: 4 });
  assert.equal(requests.address, ADDRESS);
});
