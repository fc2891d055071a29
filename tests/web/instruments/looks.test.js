/**
 * Colours of gray, by what the eye makes of them.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { MAP_NAMES, byTable, colourTable } from "../../../web/instruments/looks.js";
import "../../../web/formats/raw.js";
import { BY_NAME } from "../../../web/pixels.js";
import { random } from "../pictures.js";

/** Red, green, blue and alpha of each. @param {Uint32Array} words */
const coloursOf = (words) =>
  [...words].map((word) => [0, 8, 16, 24].map((low) => (word >>> low) & 255));

/** CIE L*, from 0 to 100, of an sRGB colour. @param {number[]} colour */
function lightness(colour) {
  const [red, green, blue] = colour.map((level) => {
    const share = level / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > 0.008856 ? 116 * Math.cbrt(luminance) - 16 : 903.3 * luminance;
}

test("gray as it is looks as without a table", () => {
  const levels = Uint8Array.from({ length: 256 }, (_, level) => level);
  const [own, plain] = [new Uint32Array(256), new Uint32Array(256)];
  byTable(colourTable("gray"))(levels, own, 0, 256);
  BY_NAME.get("gray8")?.toRgba?.(levels, plain, 0, 256);
  assert.deepEqual(own, plain);
  assert.deepEqual(colourTable("inverted"), colourTable("gray").reverse());
});

for (const name of MAP_NAMES) {
  test(`${name} is opaque, and grows lighter or darker with each level`, () => {
    const colours = coloursOf(colourTable(name));
    assert.ok(colours.every(([, , , alpha]) => alpha === 255));
    const lights = colours.map(lightness);
    const way = Math.sign(lights[255] - lights[0]);
    for (let at = 8; at < 256; at++) assert.ok(way * (lights[at] - lights[at - 8]) > 0, `${at}`);
  });
}

test("steps of viridis look about equally large", () => {
  const lights = coloursOf(colourTable("viridis")).map(lightness);
  const even = (lights[255] - lights[0]) / 8;
  for (let at = 32; at < 256; at += 32) {
    const step = lights[at] - lights[at - 32];
    assert.ok(step > 0.8 * even && step < 1.25 * even, `${step} at ${at}, not ${even}`);
  }
});

test("viridis and inferno begin, pass their middle and end as matplotlib has them", () => {
  /** @type {[import("../../../web/instruments/looks.js").MapName, number[][]][]} */
  const known = [
    ["viridis", [[68, 1, 84], [33, 145, 140], [253, 231, 37]]], // prettier-ignore
    ["inferno", [[0, 0, 4], [188, 55, 84], [252, 255, 164]]], // prettier-ignore
  ];
  for (const [name, expected] of known) {
    const colours = coloursOf(colourTable(name));
    for (const [at, level] of [0, 128, 255].entries()) {
      const off = expected[at].map((value, channel) => Math.abs(value - colours[level][channel]));
      assert.ok(Math.max(...off) <= 2, `${name} ${level}: ${colours[level]}`);
    }
  }
});

test("a window shows its levels in all colours, those below in the first, those above in the last", () => {
  const next = random(1);
  for (const length of [256, 65_536]) {
    for (let round = 0; round < 10; round++) {
      const low = next(length);
      const high = low + next(length - low);
      const grays = coloursOf(colourTable("gray", length, low, high)).map(([red]) => red);
      for (const level of [
        0,
        low,
        high,
        length - 1,
        ...Array.from({ length: 50 }, () => next(length)),
      ]) {
        const share = (level - low) / (high - low || 1);
        const expected = 255 * Math.min(Math.max(share, 0), 1);
        assert.ok(Math.abs(grays[level] - expected) <= 0.5 + 1e-9, `${grays[level]}`);
      }
    }
  }
});

test("a window of one level tells what is above it", () => {
  const grays = coloursOf(colourTable("gray", 256, 100, 100)).map(([red]) => red);
  assert.deepEqual([grays[99], grays[100], grays[101]], [0, 0, 255]);
});

test("gray of 16 bits needs only a longer table", () => {
  const next = random(2);
  const table = colourTable("viridis", 65_536, 1000, 40_000);
  const levels = Uint16Array.from({ length: 50 }, () => next(65_536));
  const rgba = new Uint32Array(50).fill(3);
  byTable(table)(new Uint8Array(levels.buffer), rgba, 10, 40);
  for (const [at, level] of levels.entries()) {
    assert.equal(rgba[at], at >= 10 && at < 40 ? table[level] : 3);
  }
});
