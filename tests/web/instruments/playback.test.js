/**
 * When kept pictures are due.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { atSpeed, dueAt, positionAt } from "../../../web/instruments/playback.js";

const SECOND = 1e6;

for (const speed of [1, 0.25, 2, 8, -1]) {
  test(`at speed ${speed} a picture is shown at the moment at which it is due`, () => {
    const playing = { from: 5 * SECOND, began: 1000, speed };
    assert.equal(positionAt(playing, 1000), 5 * SECOND);
    assert.equal(positionAt(playing, 3000), 5 * SECOND + 2 * speed * SECOND);
    for (const position of [0, 5 * SECOND, 7.5 * SECOND]) {
      assert.equal(positionAt(playing, dueAt(playing, position)), position);
    }
  });
}

test("another speed goes on from what is shown", () => {
  const playing = atSpeed({ from: 0, began: 1000, speed: 1 }, 4, 3000);
  assert.deepEqual(playing, { from: 2 * SECOND, began: 3000, speed: 4 });
  assert.equal(positionAt(playing, 4000), 6 * SECOND);
});
