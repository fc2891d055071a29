/**
 * What is said of a pixel, against its word's binary digits read letter by letter.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { inspect, magnify } from "../../../web/instruments/inspect.js";
import "../../../web/formats/raw.js";
import { FORMATS } from "../../../web/pixels.js";
import { KERNELS, announced, held, random } from "../pictures.js";

const eight = (/** @type {string} */ letters) =>
  [...letters].map((letter) => letter.repeat(8)).join("");

/** Words as docs/protocol.md has them, the highest bit first. @type {Record<string, string>} */
const LETTERS = {
  rgbx8888: eight("xBGR"),
  bgrx8888: eight("xRGB"),
  rgb888: eight("BGR"),
  bgr888: eight("RGB"),
  rgb565: "RRRRRGGGGGGBBBBB",
  gray8: "YYYYYYYY",
  rgb444: "xxxxRRRRGGGGBBBB",
  rgb332: "RRRGGGBB",
};

/** The digits of a field. @param {string} name of the format @param {string} digits @param {string} letter */
const field = (name, digits, letter) =>
  [...digits].filter((_, at) => LETTERS[name][at] === letter).join("");

for (const { name, bytesPerPixel, colourBytes } of FORMATS) {
  test(`${name}: the word and each of its channels, as stored and as shown`, () => {
    const next = random(11);
    for (let round = 0; round < 200; round++) {
      const [width, height] = [1 + next(9), 1 + next(9)];
      const pixels = Uint8Array.from({ length: width * height * bytesPerPixel }, (_, at) =>
        at % bytesPerPixel < colourBytes ? next(256) : 255,
      );
      const picture = held({ format: name, width, height, pixels });
      const [x, y] = [next(width), next(height)];
      const pixel = inspect(picture, announced([width, height], null, 1), x, y);
      const bytes = [...pixels].slice((y * width + x) * bytesPerPixel).slice(0, bytesPerPixel);
      const digits = bytes.map((byte) => byte.toString(2).padStart(8, "0"));
      const word = digits.reverse().join("");
      const coloured = word.slice(-8 * colourBytes);
      assert.equal(pixel?.word, parseInt(coloured, 2));
      const letters = name === "gray8" ? "Y" : "RGB";
      assert.deepEqual(
        pixel.channels.map(({ name: letter, bits, stored, shown }) => [
          letter,
          bits,
          stored,
          shown,
        ]),
        [...letters].map((letter) => {
          const own = field(name, word, letter);
          const wide = own.repeat(4).slice(0, 8);
          return [letter, own.length, parseInt(own, 2), parseInt(wide, 2)];
        }),
      );
    }
  });
}

/** @type {[string, number[], string][]} */
const SAID = [
  ["gray8", [0x0a], "0x0a = 10, 1 byte"],
  ["rgb565", [0x10, 0x84], "0x8410 = 33808, 2 bytes, little-endian"],
  ["rgb444", [0x23, 0xf1], "0xf123 = 61731, 2 bytes, little-endian"],
  ["bgr888", [1, 2, 3], "0x030201 = 197121, 3 bytes, little-endian"],
  [
    "bgrx8888",
    [1, 2, 3, 255],
    "0x--030201 = 197121, 4 bytes, little-endian, the last is padding and does not travel",
  ],
];

for (const [name, bytes, expected] of SAID) {
  test(`the word of ${name} is said as ${expected}`, () => {
    const picture = held({ format: name, width: 1, height: 1, pixels: Uint8Array.from(bytes) });
    assert.equal(inspect(picture, announced([1, 1], null, 1), 0, 0)?.said, expected);
  });
}

test("a pixel stands for a place in the source, or several", () => {
  const picture = held({ width: 4, height: 3 });
  const whole = inspect(picture, announced([4, 3], null, 1), 3, 2);
  assert.deepEqual(whole?.source, [3, 2, 1, 1]);
  assert.deepEqual(inspect(picture, announced([4, 3], null, 1), 1, 1)?.source, [1, 1, 1, 1]);
  const part = inspect(picture, announced([99, 99], [10, 20, 11, 9], 3), 3, 2);
  assert.deepEqual(part?.source, [19, 26, 2, 3]);
});

test("outside there is no pixel", () => {
  const picture = held({ width: 4, height: 3 });
  for (const [x, y] of [
    [-1, 0],
    [0, -1],
    [4, 0],
    [0, 3],
  ]) {
    assert.equal(inspect(picture, announced([4, 3], null, 1), x, y), null);
  }
});

test("the magnifier shows what is around, and nothing outside of the picture", () => {
  const next = random(12);
  for (const { name, bytesPerPixel, toRgba } of FORMATS) {
    for (let round = 0; round < 100; round++) {
      const [width, height, size] = [1 + next(12), 1 + next(12), 1 + next(15)];
      const pixels = Uint8Array.from({ length: width * height * bytesPerPixel }, () => next(256));
      const picture = held({ format: name, width, height, pixels });
      const [x, y] = [next(width + 20) - 10, next(height + 20) - 10];
      const rgba = new Uint32Array(width * height);
      toRgba?.(picture.pixels, rgba, 0, rgba.length);
      const half = Math.floor(size / 2);
      const expected = Array.from({ length: size * size }, (_, at) => {
        const [column, row] = [x - half + (at % size), y - half + Math.floor(at / size)];
        const isInside = column >= 0 && column < width && row >= 0 && row < height;
        return isInside ? rgba[row * width + column] : 0;
      });
      assert.deepEqual([...magnify(picture, x, y, size)], expected);
    }
  }
});

for (const [language, kernel] of Object.entries(KERNELS)) {
  test(`a pixel is looked at without a change to how the picture is shown, in ${language}`, () => {
    const picture = held({ format: "gray8", width: 5, height: 4, kernel });
    picture.loops.rgba.fill(0xff123456); // as gray is, shown as colours
    assert.equal(magnify(picture, 2, 2, 3)[4], 0xff000000 + 0x010101 * ((12 * 37) & 255));
    assert.equal(inspect(picture, announced([5, 4], null, 1), 4, 3)?.word, (19 * 37) & 255);
    assert.ok(picture.loops.rgba.every((word) => word === 0xff123456));
  });
}
