/**
 * Where in the source what is shown lies, and back.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { toSource } from "../../web/input.js";
import { toPictureBox } from "../../web/instruments/picture_box.js";
import { toSourceBox } from "../../web/source.js";
import { announced, anyGroups, anyPart, format, random } from "./pictures.js";

/** @import { Crop } from "../../web/types.d.ts" */

test("a place of the canvas is one of the source, by crop and step", () => {
  const whole = announced([800, 480], null, 1);
  assert.deepEqual(toSource({ x: 0, y: 0 }, whole), { x: 0, y: 0 });
  assert.deepEqual(toSource({ x: 1, y: 1 }, whole), { x: 800, y: 480 });
  assert.deepEqual(toSource({ x: 0.5, y: 0.25 }, whole), { x: 400, y: 120 });
  const part = announced([800, 480], [100, 50, 40, 20], 4);
  assert.deepEqual(toSource({ x: 0.5, y: 0.5 }, part), { x: 120, y: 60 });
});

test("boxes at the edge may be smaller: what they show of nothing is the source's edge", () => {
  const odd = announced([10, 7], null, 4); // 3 x 2 boxes of four pixels, shown equally large
  assert.deepEqual(toSource({ x: 2 / 3, y: 0.5 }, odd), { x: 8, y: 4 });
  assert.deepEqual(toSource({ x: 0.99, y: 0.99 }, odd), { x: 10, y: 7 });
});

test("whatever the canvas, crop and step, a place is in the part shown, and order is kept", () => {
  const next = random(4);
  for (let round = 0; round < 2000; round++) {
    const shown = anyPart(next);
    const [left, top, width, height] = shown.crop ?? [0, 0, ...shown.source];
    const shares = [-0.5, 0, next(1000) / 1000, 1, 1.5];
    for (const share of shares) {
      const place = toSource({ x: share, y: share }, shown);
      assert.ok(place.x >= left && place.x <= left + width, `${place.x}`);
      assert.ok(place.y >= top && place.y <= top + height, `${place.y}`);
      assert.ok(`${place.x}`.length <= "3000.25".length);
      const pixel = Math.floor(share * shown.width);
      if (share < 0 || pixel >= shown.width) continue;
      const first = left + pixel * shown.step; // of the source, shown as this pixel
      assert.ok(place.x >= first - 0.01 && place.x <= first + shown.step + 0.01);
    }
  }
});

test("a box of the picture stands for as many pixels of the source as its steps take", () => {
  const part = announced([800, 480], [100, 50, 41, 20], 4);
  assert.deepEqual(toSourceBox([0, 0, 1, 1], part), [100, 50, 4, 4]);
  assert.deepEqual(toSourceBox([2, 1, 3, 2], part), [108, 54, 12, 8]);
  assert.deepEqual(toSourceBox([10, 4, 1, 1], part), [140, 66, 1, 4], "cut off at the edge");
  assert.deepEqual(toPictureBox([107, 53, 2, 2], part), [1, 0, 2, 2]);
  assert.deepEqual(toPictureBox([0, 0, 800, 480], part), [0, 0, 11, 5]);
  assert.deepEqual(toPictureBox([0, 0, 100, 480], part), [0, 0, 0, 5], "nothing of it is shown");
});

test("boxes of one pixel cover the part that is shown, without gap or overlap", () => {
  const next = random(5);
  for (let round = 0; round < 50; round++) {
    const shown = anyPart(next);
    const [left, top, across, down] = shown.crop ?? [0, 0, ...shown.source];
    let [x, y] = [left, top];
    for (let at = 0; at < shown.width; at++) {
      const [first, , width] = toSourceBox([at, 0, 1, 1], shown);
      assert.ok(first === x && width >= 1 && width <= shown.step);
      x += width;
    }
    for (let at = 0; at < shown.height; at++) {
      const [, first, , height] = toSourceBox([0, at, 1, 1], shown);
      assert.ok(first === y && height >= 1 && height <= shown.step);
      y += height;
    }
    assert.deepEqual([x, y], [left + across, top + down]);
  }
});

test("a step of pixels that lie in groups takes every group that many, whole", () => {
  const pairs = { ...announced([32, 8], null, 4), format: "yuyv422" };
  const columns = [0, 1, 2, 3, 4, 5, 6, 7].map((x) => toSourceBox([x, 0, 1, 1], pairs));
  assert.deepEqual(
    columns.map(([x, , width]) => [x, width]),
    [0, 8, 16, 24].flatMap((x) => [
      [x, 1],
      [x + 1, 7],
    ]),
  );
  const next = random(7);
  for (const name of ["yuyv422", "uyvy422", "nv12", "i420", "bayer_rggb8"]) {
    for (let round = 0; round < 30; round++) checkGroups(next, name);
  }
});

/** @param {(limit: number) => number} next @param {string} name of the format */
function checkGroups(next, name) {
  const shown = anyGroups(next, name);
  const [left, top, width, height] = /** @type {Crop} */ (shown.crop);
  /** Those that are there, of all. @param {number} length @param {number} group */
  const taken = (length, group) =>
    [...Array(length).keys()].filter((at) => Math.floor(at / group) % shown.step === 0);
  const { across, down } = format(name);
  const columns = [...taken(width, across), width];
  const rows = [...taken(height, down), height];
  assert.deepEqual([columns.length - 1, rows.length - 1], [shown.width, shown.height]);
  for (let at = 0; at < 20; at++) {
    const [x, y] = [next(shown.width), next(shown.height)];
    const box = /** @type {Crop} */ ([x, y, 1 + next(shown.width - x), 1 + next(shown.height - y)]);
    const [endX, endY] = [x + box[2], y + box[3]];
    const source = [columns[endX] - columns[x], rows[endY] - rows[y]];
    const found = toSourceBox(box, shown);
    assert.deepEqual(found, [left + columns[x], top + rows[y], ...source]);
    assert.deepEqual(toPictureBox(found, shown), box);
  }
}

test("a box of the picture is shown where it came from, whatever the crop and step", () => {
  const next = random(6);
  for (let round = 0; round < 2000; round++) {
    const shown = anyPart(next);
    const [x, y] = [next(shown.width), next(shown.height)];
    const box = /** @type {Crop} */ ([x, y, 1 + next(shown.width - x), 1 + next(shown.height - y)]);
    assert.deepEqual(toPictureBox(toSourceBox(box, shown), shown), box);
  }
});
