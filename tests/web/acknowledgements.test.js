/**
 * Which of the pictures that are drawn are acknowledged.
 */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Acknowledgements } from "../../web/acknowledgements.js";

/** @type {Acknowledgements} */
let acknowledgements;

beforeEach(() => {
  acknowledgements = new Acknowledgements();
  acknowledgements.receive(4, false);
});

/** @param {number} number */
const acknowledging = (number) => ({ reply: { type: "acknowledge", number } });

test("a picture that came is acknowledged once, with all before it", () => {
  acknowledgements.receive(5, false);
  assert.equal(acknowledgements.drawn, 0);
  assert.deepEqual(acknowledgements.draw(5), acknowledging(5));
  for (const number of [6, 5, 4, 0, -1, NaN]) assert.equal(acknowledgements.draw(number), null);
  assert.equal(acknowledgements.drawn, 5);
});

test("a quiet picture is taken note of and not acknowledged", () => {
  acknowledgements.draw(4);
  acknowledgements.receive(5, true);
  assert.deepEqual(acknowledgements.draw(5), {});
  assert.equal(acknowledgements.drawn, 5);
  assert.equal(acknowledgements.draw(5), null);
});

test("a quiet picture does for one before it that was not drawn", () => {
  acknowledgements.receive(5, true);
  assert.deepEqual(acknowledgements.draw(5), acknowledging(5));
});

test("each picture that is drawn is acknowledged until the newest one that is not quiet is", () => {
  acknowledgements.receive(5, false);
  acknowledgements.receive(6, true);
  for (const number of [4, 5]) {
    assert.deepEqual(acknowledgements.draw(number), acknowledging(number));
  }
  assert.deepEqual(acknowledgements.draw(6), {});
});
