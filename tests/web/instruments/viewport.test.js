/**
 * Laws of zoom and pan: for any picture, room and display.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  FIT,
  displayRoom,
  fitScale,
  pan,
  pictureAt,
  placed,
  sayShown,
  seen,
  settle,
  zoomBy,
  zoomTo,
} from "../../../web/instruments/viewport.js";
import { announced, random } from "../pictures.js";

/** @import { Stage, View } from "../../../web/instruments/types.d.ts" */

const RATIOS = [1, 1.25, 1.5, 2, 2.75, 3];

/** @param {(limit: number) => number} next @returns {Stage} */
const anyStage = (next) => ({
  picture: { width: 1 + next(2 ** (1 + next(11))), height: 1 + next(2 ** (1 + next(11))) },
  room: { width: 1 + next(2500), height: 1 + next(1500) },
});

/** A place in the room. @param {(limit: number) => number} next @param {Stage} stage */
const anyPlace = (next, { room }) => ({ x: next(room.width), y: next(room.height) });

/** What any user may have done. @param {(limit: number) => number} next @param {Stage} stage */
function anyView(next, stage) {
  let view = settle(FIT, stage);
  for (let left = next(6); left > 0; left--) view = anyMove(next, view, stage);
  return view;
}

/** @param {(limit: number) => number} next @param {View} view @param {Stage} stage */
function anyMove(next, view, stage) {
  const at = anyPlace(next, stage);
  return [
    () => zoomBy(view, (1 + next(40)) / 10, at, stage),
    () => zoomTo(view, 2 ** (next(1000) / 100 - 4), at, stage),
    () => pan(view, next(2000) - 1000, next(2000) - 1000, stage),
    () => settle(FIT, stage),
  ][next(4)]();
}

test("fit, an enlarged picture is as large as whole pixels allow", () => {
  const room = { width: 1280, height: 687 };
  for (const ratio of RATIOS) {
    for (const [width, height] of [
      [256, 150],
      [640, 480],
      [1, 1],
      [1280, 10],
    ]) {
      const picture = { width, height };
      const space = displayRoom(room, ratio);
      const scale = fitScale({ picture, room: space });
      assert.ok(Number.isInteger(scale) && scale >= 1, `${scale}`);
      const size = placed(settle(FIT, { picture, room: space }), picture, ratio);
      assert.ok(size.pixelated && size.width <= room.width && size.height <= room.height);
      const more = (scale + 1) / ratio;
      assert.ok(more * width > room.width || more * height > room.height, "there is room for more");
    }
  }
});

test("fit, a shrunk picture fills its room in one direction, and is smooth", () => {
  const stage = { picture: { width: 1024, height: 600 }, room: { width: 512, height: 600 } };
  assert.deepEqual(placed(settle(FIT, stage), stage.picture, 1), {
    left: 0,
    top: 150,
    width: 512,
    height: 300,
    pixelated: false,
  });
});

test("a room has the display's pixels that its CSS pixels cover", () => {
  assert.deepEqual(displayRoom({ width: 100, height: 801 }, 1.15), { width: 115, height: 921 });
  assert.deepEqual(displayRoom({ width: 411.43, height: 80 }, 1.75), { width: 720, height: 140 });
});

test("a picture whose room was hidden is whole again when it is seen", () => {
  const picture = { width: 1024, height: 600 };
  const [hidden, stage] = [0, 700].map((side) => ({
    picture,
    room: displayRoom({ width: side, height: side }, 1.5),
  }));
  const at = { x: 0, y: 0 };
  const view = zoomBy(pan(settle(FIT, hidden), 5, 5, hidden), 1.2, at, hidden);
  assert.ok(Object.values(settle(view, stage)).every((value) => !Number.isNaN(Number(value))));
  assert.deepEqual(settle(settle(FIT, hidden), stage), settle(FIT, stage));
});

test("whatever is done, enlarged pixels are whole and begin at one of the display's", () => {
  const next = random(1);
  for (let round = 0; round < 2000; round++) {
    const stage = anyStage(next);
    const view = anyView(next, stage);
    const ratio = RATIOS[next(RATIOS.length)];
    assert.ok(view.scale < 1 || Number.isInteger(view.scale), `${view.scale}`);
    assert.ok(Number.isInteger(view.x) && Number.isInteger(view.y));
    const origin = { x: next(1000) / 7, y: next(1000) / 7 };
    const { left, top, width, height, pixelated } = placed(view, stage.picture, ratio, origin);
    for (const edge of [origin.x + left, origin.y + top]) {
      assert.ok(Math.abs(edge * ratio - Math.round(edge * ratio)) < 1e-6, `${edge * ratio}`);
    }
    assert.equal(pixelated, view.scale >= 1);
    assert.ok(Math.abs((width * ratio) / view.scale - stage.picture.width) < 1e-6);
    assert.ok(Math.abs((height * ratio) / view.scale - stage.picture.height) < 1e-6);
  }
});

test("whatever is done, a picture fills its room, or is in the middle of it", () => {
  const next = random(2);
  for (let round = 0; round < 2000; round++) {
    const stage = anyStage(next);
    const view = anyView(next, stage);
    for (const [at, side] of /** @type {const} */ ([
      [view.x, "width"],
      [view.y, "height"],
    ])) {
      // prettier-ignore
      const size = stage.picture[side] * view.scale;
      const after = stage.room[side] - (at + size);
      if (size <= stage.room[side]) assert.ok(Math.abs(at - after) < 2, `${at} and ${after}`);
      else assert.ok(at <= 0 && after < 1e-6, `${at} and ${after}`);
    }
    assert.deepEqual(settle(view, stage), view, "it is settled");
  }
});

test("zooming keeps what is under the pointer there, unless an edge comes in", () => {
  const next = random(3);
  let kept = 0;
  for (let round = 0; round < 4000; round++) {
    const stage = anyStage(next);
    const before = anyView(next, stage);
    const at = anyPlace(next, stage);
    const after = zoomBy(before, (1 + next(40)) / 10, at, stage);
    const [was, is] = [pictureAt(before, at), pictureAt(after, at)];
    for (const [axis, side] of /** @type {const} */ ([
      ["x", "width"],
      ["y", "height"],
    ])) {
      // prettier-ignore
      const off = Math.abs(was[axis] - is[axis]) * after.scale;
      const spare = stage.room[side] - stage.picture[side] * after.scale;
      const atEdge = spare >= 0 || after[axis] === 0 || after[axis] <= Math.ceil(spare);
      assert.ok(off <= 0.5 + 1e-6 || atEdge, `${off}`);
      if (!atEdge) kept++;
    }
  }
  assert.ok(kept > 100, `${kept}`);
});

test("in and out go by a whole step at least, up to an end, and come back to where it fits", () => {
  const next = random(4);
  for (let round = 0; round < 500; round++) {
    const stage = anyStage(next);
    const fit = fitScale(stage);
    if (fit >= 64) continue;
    const at = anyPlace(next, stage);
    let view = settle(FIT, stage);
    const scales = [view.scale];
    for (let step = 0; step < 100; step++) {
      view = zoomBy(view, 1.2, at, stage);
      assert.ok(view.scale > scales[step] || view.scale >= 64, `${view.scale}`);
      scales.push(view.scale);
    }
    assert.equal(view.scale, 64);
    assert.ok(fit > 1 || scales.includes(1), "1:1 is not passed over");
    for (let step = 0; step < 200 && !view.isFit; step++) view = zoomBy(view, 1 / 1.2, at, stage);
    assert.deepEqual(view, settle(FIT, stage));
    for (let step = 0; step < 200; step++) {
      const smaller = zoomBy(view, 1 / 1.2, at, stage);
      assert.ok(smaller.scale < view.scale || view.scale === Math.min(fit, 1));
      view = smaller;
    }
  }
});

/** @type {[string, number, number, number, number][]} */
const STEPS = [
  ["a shrunk picture grows by the factor", 1000, 0.5, 1.2, 0.6],
  ["1:1 is not passed over on the way in", 1000, 0.9, 1.9, 1],
  ["nor on the way out", 1000, 2, 0.3, 1],
  ["a small factor is a whole step in", 1000, 2, 1.01, 3],
  ["a small factor is a whole step out", 1000, 3, 0.99, 2],
  ["a large one is as many as it says", 1000, 3, 2, 6],
  ["from 1:1 a shrunk one goes by the factor", 1000, 1, 0.8, 0.8],
  ["out beyond what fits is what fits", 1000, 0.6, 0.5, 0.5],
  ["where 5 times fits, it halts there", 100, 6, 0.5, 5],
  ["and from there goes on to 1:1", 100, 5, 0.2, 1],
  ["which is the least", 100, 1, 0.5, 1],
];

for (const [what, side, from, factor, to] of STEPS) {
  test(`${what}: ${from} times ${factor} is ${to}`, () => {
    const stage = { picture: { width: side, height: side }, room: { width: 500, height: 500 } };
    const middle = { x: 250, y: 250 };
    const view = zoomTo(settle(FIT, stage), from, middle, stage);
    assert.equal(view.scale, from);
    assert.equal(zoomBy(view, factor, middle, stage).scale, to);
  });
}

test("a scale too small is what fits, or 1:1, and one too large the largest", () => {
  const room = { width: 500, height: 500 };
  for (const [side, least] of [
    [1000, 0.5],
    [100, 1],
  ]) {
    // prettier-ignore
    const stage = { picture: { width: side, height: side }, room };
    const scales = [0.01, 900].map((scale) => zoomTo(FIT, scale, { x: 0, y: 0 }, stage).scale);
    assert.deepEqual(scales, [least, 64]);
  }
});

test("the picture moves with the hand", () => {
  const stage = { picture: { width: 1000, height: 1000 }, room: { width: 500, height: 500 } };
  const view = zoomTo(settle(FIT, stage), 3, { x: 250, y: 250 }, stage);
  const { x, y } = pan(view, -10, 7, stage);
  assert.deepEqual([x, y], [view.x - 10, view.y + 7]);
});

test("fit stays fit in another room, and with another picture", () => {
  const next = random(5);
  for (let round = 0; round < 200; round++) {
    const [stage, other] = [anyStage(next), anyStage(next)];
    assert.deepEqual(settle(settle(FIT, stage), other), settle(FIT, other));
  }
});

test("what is seen are the pixels that have a part in the room, and all of those", () => {
  const next = random(6);
  for (let round = 0; round < 2000; round++) {
    const stage = anyStage(next);
    const view = anyView(next, stage);
    const [x, y, width, height] = seen(view, stage);
    for (const [first, count, at, side] of /** @type {const} */ ([
      [x, width, view.x, "width"],
      [y, height, view.y, "height"],
    ])) {
      const [pixels, space] = [stage.picture[side], stage.room[side]];
      assert.ok(count >= 1 && first >= 0 && first + count <= pixels);
      const [slack, scale] = [1e-6, view.scale];
      const begins = (/** @type {number} */ pixel) => at + pixel * scale;
      assert.ok(begins(first + 1) > -slack && begins(first + count - 1) < space + slack);
      assert.ok(first === 0 || begins(first) < scale * slack + slack);
      assert.ok(first + count === pixels || begins(first + count) > space - slack);
    }
  }
});

/** @type {[string, [number, number, number, number], ReturnType<typeof announced>, number][]} */
const SHOWN = [
  ["1024 × 600, at 1×", [0, 0, 1024, 600], announced([1024, 600], null, 1), 1],
  ["1024 × 600, every 3rd, at 2×", [0, 0, 342, 200], announced([1024, 600], null, 3), 2],
  [
    "108 × 66 of 1024 × 600, every 3rd, at 11×",
    [9, 9, 36, 22],
    announced([1024, 600], null, 3),
    11,
  ],
  [
    "1024 × 600, means of 2 × 2, at 0.42×",
    [0, 0, 512, 300],
    { ...announced([1024, 600], null, 2), average: true },
    0.4167,
  ],
  ["40 × 30 of 800 × 480, at 16×", [0, 0, 40, 30], announced([800, 480], [8, 8, 40, 30], 1), 16],
  ["800 × 480, every 22nd, at 4×", [0, 0, 37, 22], announced([800, 480], null, 22), 4],
  ["800 × 480, every 11th, at 4×", [0, 0, 73, 44], announced([800, 480], null, 11), 4],
];

for (const [expected, part, shown, scale] of SHOWN) {
  test(`what is shown is said: ${expected}`, () => {
    assert.equal(sayShown(part, shown, scale), expected);
  });
}
