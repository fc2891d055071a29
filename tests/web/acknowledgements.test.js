/**
 * Which of the pictures that are drawn are acknowledged.
 */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Acknowledgements } from "../../web/acknowledgements.js";
import * as pictures from "./pictures.js";

const ANNOUNCED = { ...pictures.ANNOUNCED, input: true };

/** @type {Acknowledgements} */
let acknowledgements;

beforeEach(() => {
  acknowledgements = new Acknowledgements();
  acknowledgements.announce(ANNOUNCED);
  acknowledgements.receive(4, true);
});

/** @param {number} number @param {number} [epoch] */
const draw = (number, epoch = 7) => acknowledgements.draw({ epoch, number });

/** @param {number} number @param {number} [epoch] */
const acknowledging = (number, epoch = 7) => ({ reply: { type: "acknowledge", epoch, number } });

test("a picture that came is acknowledged once, with all before it", () => {
  acknowledgements.receive(5, true);
  assert.equal(acknowledgements.shown, null);
  assert.deepEqual(draw(5), acknowledging(5));
  for (const number of [6, 5, 4, 0, -1, NaN]) assert.equal(draw(number), null);
  assert.deepEqual(acknowledgements.shown, { announced: ANNOUNCED, number: 5 });
});

test("a no-ack picture is taken note of and not acknowledged", () => {
  draw(4);
  acknowledgements.receive(5, false);
  assert.deepEqual(draw(5), {});
  assert.equal(acknowledgements.shown?.number, 5);
  assert.equal(draw(5), null);
});

test("a no-ack picture does for one before it that was not drawn", () => {
  acknowledgements.receive(5, false);
  assert.deepEqual(draw(5), acknowledging(5));
});

test("each picture that is drawn is acknowledged until the newest one that is to be is", () => {
  acknowledgements.receive(5, true);
  acknowledgements.receive(6, false);
  for (const number of [4, 5]) assert.deepEqual(draw(number), acknowledging(number));
  assert.deepEqual(draw(6), {});
});

test("what comes again after a resync, or with a lower number, is acknowledged again", () => {
  draw(4);
  for (const number of [4, 2, 3]) {
    acknowledgements.receive(number, true);
    assert.deepEqual(draw(number), acknowledging(number));
    assert.equal(draw(number), null);
  }
});

test("a picture of another epoch is not acknowledged, whatever its number", () => {
  assert.equal(draw(4, 8), null);
  acknowledgements.announce({ ...ANNOUNCED, epoch: 8 });
  assert.equal(draw(4), null);
  assert.equal(draw(4, 8), null, "it has not come");
  acknowledgements.receive(1, true);
  assert.deepEqual(draw(1, 8), acknowledging(1, 8));
});

test("what the user did names the picture that was shown, also while another epoch is announced", () => {
  const events = /** @type {import("../../web/types.d.ts").InputEvent[]} */ ([
    { kind: "key", key: "a", code: "KeyA", down: true },
  ]);
  assert.equal(acknowledgements.input(events), null, "nothing is shown");
  draw(4);
  assert.deepEqual(acknowledgements.input(events), { type: "input", epoch: 7, number: 4, events });
  const other = { ...ANNOUNCED, epoch: 8, width: 1 };
  acknowledgements.announce(other);
  assert.deepEqual(acknowledgements.input(events), { type: "input", epoch: 7, number: 4, events });
  acknowledgements.receive(1, false);
  draw(1, 8);
  assert.deepEqual(acknowledgements.input(events), { type: "input", epoch: 8, number: 1, events });
  acknowledgements.announce({ ...other, input: false });
  assert.equal(acknowledgements.input(events), null, "it is not heard");
});
