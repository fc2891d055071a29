/**
 * Requests of the viewer, as messages and in its address, and what was granted.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Requests } from "../../web/requests.js";
import { ANNOUNCED } from "./pictures.js";

const ADDRESS = "ws://device/stream/a";
const GRANTED = { fps: 5, announced: ANNOUNCED };

/** @param {Requests} requests */
const query = (requests) => Object.fromEntries(new URL(requests.address()).searchParams);

test("a request says what was given and nothing else, and counts", () => {
  const requests = new Requests(ADDRESS);
  assert.deepEqual(requests.request({}).message, { type: "request", id: 1 });
  assert.deepEqual(requests.request({ fps: 0 }).message, { type: "request", id: 2, fps: 0 });
  const { message } = requests.request({ step: 2, average: undefined, crop: null });
  assert.equal(JSON.stringify(message), '{"type":"request","id":3,"step":2,"crop":null}');
});

test("later connections hear it by their address, in the notation of queries", () => {
  const requests = new Requests(`${ADDRESS}?fps=10&formats=rgb565`);
  requests.request({
    step: 4,
    crop: [1, 2, 30, 40],
    average: true,
    tolerance: 8,
    depth: 16,
    fit: [240, 135],
    fps: 2.5,
  });
  assert.deepEqual(query(requests), {
    formats: "rgb565",
    step: "4",
    crop: "1,2,30,40",
    average: "true",
    tolerance: "8",
    depth: "16",
    fit: "240x135",
    fps: "2.5",
  });
});

test("null leaves it to the server, and what is left out stays", () => {
  const requests = new Requests(`${ADDRESS}?fps=10&step=2&acknowledge=no`);
  requests.request({ fps: null });
  requests.request({ crop: [0, 0, 5, 5] });
  requests.request({ fit: undefined, crop: null });
  assert.deepEqual(query(requests), { step: "2", acknowledge: "no", formats: "plain,raw" });
});

test("any rate stands in an address as decimal digits with a point and nine more at most", () => {
  for (const fps of [0, 1 / 3, 1e-6, 1e-9, 29.97, 999.9999999999, 1000, Math.PI]) {
    const requests = new Requests(ADDRESS);
    requests.request({ fps });
    assert.match(query(requests).fps, /^[0-9]{1,4}(\.[0-9]{1,9})?$/);
    assert.ok(Math.abs(Number(query(requests).fps) - fps) < 1e-6);
  }
});

test("it is answered by its id or a later one, with what was granted", async () => {
  const requests = new Requests(ADDRESS);
  const [first, second, third] = [1, 2, 4].map((step) => requests.request({ step }).granted);
  /** @type {unknown[]} */
  const heard = [];
  for (const granted of [first, second, third]) granted.then((value) => heard.push(value));
  requests.answer(null, GRANTED);
  await null;
  assert.deepEqual(heard, []);
  requests.answer(2, GRANTED);
  await first;
  assert.deepEqual(heard, [GRANTED, GRANTED]);
  requests.answer(Infinity, null);
  assert.equal(await third, null);
});

test("a connection that opens says what its address did not, if somebody waits for an answer", () => {
  const requests = new Requests(ADDRESS);
  requests.address();
  assert.equal(requests.opening(), null);
  requests.request({ step: 2, fps: 5 });
  requests.request({ fps: null, average: undefined });
  assert.deepEqual(requests.opening(), { type: "request", id: 2, step: 2, fps: null });
  requests.address();
  assert.deepEqual(requests.opening(), { type: "request", id: 2 });
  requests.answer(2, GRANTED);
  assert.equal(requests.opening(), null);
});
