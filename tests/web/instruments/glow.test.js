/**
 * What glows, how long, and what that costs.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { CHANGED, FADE, Glow, REPEATED } from "../../../web/instruments/glow.js";
import { random } from "../pictures.js";

/** @import { Run } from "../../../web/types.d.ts" */

const [WIDTH, HEIGHT] = [6, 8];

/** A glow over a black picture, and the picture. */
function makeGlow() {
  const rgba = new Uint32Array(WIDTH * HEIGHT).fill(0xff000000);
  return { rgba, glow: new Glow(rgba, WIDTH) };
}

/** Colours without heat, by place. @param {Glow} glow */
const glowing = ({ overlay }) =>
  new Map(
    [...overlay.entries()].filter(([, word]) => word).map(([at, word]) => [at, word & 0xffffff]),
  );

/** The heat that is left. @param {Glow} glow @param {number} at */
const heat = ({ overlay }, at) => overlay[at] >>> 24;

/** @param {Run[]} runs */
const rowsOf = (runs) =>
  runs.flatMap(([first, rows]) => [...Array(rows).keys()].map((at) => first + at));

test("pixels that changed glow, no others do, and they are counted", () => {
  const { rgba, glow } = makeGlow();
  rgba[13] = rgba[20] = 0xff0000ff;
  glow.update(rgba, [[2, 2]], 0);
  const orange = CHANGED & 0xffffff;
  assert.deepEqual([...glowing(glow)], [[13, orange], [20, orange]]); // prettier-ignore
  assert.equal(glow.changed, 2);
  rgba[7 * WIDTH] = rgba[0] = 1;
  glow.update(rgba, [[7, 1]], 0);
  assert.equal(glow.changed, 1);
  assert.equal(heat(glow, 7 * WIDTH), 255);
  assert.equal(heat(glow, 0), 0, "its row was not touched yet");
});

test("a glow fades evenly and is gone after its time, however often it is looked at", () => {
  const next = random(1);
  for (let round = 0; round < 50; round++) {
    const { rgba, glow } = makeGlow();
    const start = next(10_000);
    rgba[3] = 1;
    glow.update(rgba, [[0, 1]], start);
    assert.deepEqual(glow.fade(start), [[0, 1]]);
    let now = start;
    let drawn = null;
    while (now < start + FADE) {
      now = Math.min(now + 1 + next(round < 25 ? 20 : 900), start + FADE);
      const even = 255 * (1 - (now - start) / FADE);
      drawn = glow.fade(now);
      assert.ok(Math.abs(heat(glow, 3) - even) <= 1.01, `${heat(glow, 3)}, not ${even}`);
    }
    now += FADE / 100; // a step of the display
    if (glow.overlay[3]) drawn = glow.fade(now);
    assert.equal(glow.overlay[3], 0);
    assert.deepEqual(drawn, [[0, 1]], "its end is drawn, too");
    assert.deepEqual(glow.fade(now + 1), [], "then it costs nothing");
  }
});

test("what changes again glows anew, and others go on fading", () => {
  const { rgba, glow } = makeGlow();
  rgba[0] = rgba[1] = 1;
  glow.update(rgba, [[0, 1]], 0);
  rgba[1] = 2;
  glow.update(rgba, [[0, 1]], FADE / 2);
  assert.equal(heat(glow, 1), 255);
  assert.ok(Math.abs(heat(glow, 0) - 127) <= 1);
});

test("time in which nothing glowed does not count", () => {
  const { rgba, glow } = makeGlow();
  glow.fade(0);
  rgba[0] = 1;
  glow.update(rgba, [[0, 1]], 100 * FADE);
  glow.fade(100 * FADE);
  assert.equal(heat(glow, 0), 255);
});

test("rows that were sent again unchanged are marked and counted, each time", () => {
  const { rgba, glow } = makeGlow();
  rgba[0] = 1;
  for (const run of /** @type {Run[]} */ ([[2, 2], [3, 1]])) glow.update(rgba, [[0, 1], run], 0); // prettier-ignore
  // In the second message the first row was unchanged as well.
  assert.deepEqual([...glow.repeats], [1, 0, 1, 2, 0, 0, 0, 0]);
  const colours = glowing(glow);
  for (let at = 2 * WIDTH; at < 4 * WIDTH; at++) assert.equal(colours.get(at), REPEATED & 0xffffff);
  assert.equal(colours.get(0), CHANGED & 0xffffff, "what changed a moment ago still says so");
  assert.equal(colours.get(1), REPEATED & 0xffffff);
  assert.deepEqual(glow.fade(0), [[0, 1], [2, 2]]); // prettier-ignore
});

test("rows that were sent along with changed ones, and whole pictures, are nobody's fault", () => {
  const { rgba, glow } = makeGlow();
  rgba[WIDTH] = 1;
  glow.update(rgba, [[1, 3]], 0);
  assert.deepEqual(glow.fade(0), [[1, 1]]);
  glow.update(rgba, [[0, HEIGHT]], 0);
  assert.ok(glow.repeats.every((count) => count === 0));
  assert.equal(glowing(glow).size, 1);
});

test("whatever comes, exactly the rows whose overlay changed since they were drawn are told", () => {
  const next = random(2);
  const { rgba, glow } = makeGlow();
  const drawn = glow.overlay.slice();
  let now = 0;
  for (let round = 0; round < 2000; round++) {
    now += next(100);
    if (next(3)) {
      const first = next(HEIGHT);
      const rows = 1 + next(HEIGHT - first);
      if (next(2)) rgba[(first + next(rows)) * WIDTH + next(WIDTH)] = next(1000);
      glow.update(rgba, [[first, rows]], now);
      continue;
    }
    const rows = rowsOf(glow.fade(now));
    assert.equal(new Set(rows).size, rows.length);
    for (const row of rows) {
      const at = row * WIDTH;
      drawn.set(glow.overlay.subarray(at, at + WIDTH), at);
    }
    assert.deepEqual(drawn, glow.overlay);
  }
});
