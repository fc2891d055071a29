/**
 * PNG files read to their pixels: those that other programs wrote, and broken ones.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32, deflateSync } from "node:zlib";

import { png } from "../../../web/instruments/png.js";
import { readPng } from "../../../web/instruments/png_reader.js";
import { random } from "../pictures.js";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");

/** @param {string} name @param {Uint8Array} content */
function chunk(name, content) {
  const body = Buffer.concat([Buffer.from(name), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** @param {number} width @param {number} height @param {number} bits @param {number} type @param {number} [interlaced] */
function header(width, height, bits, type, interlaced = 0) {
  const content = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, bits, type, 0, 0, interlaced]);
  content.writeUInt32BE(width);
  content.writeUInt32BE(height, 4);
  return chunk("IHDR", content);
}

/** @param {...Uint8Array} parts behind the signature */
const file = (...parts) => new Blob([Buffer.concat([SIGNATURE, ...parts])]);
/** @param {number[]} rows */
const data = (...rows) => chunk("IDAT", deflateSync(Uint8Array.from(rows)));
const END = chunk("IEND", Buffer.alloc(0));

/** R, G and B of each pixel. @param {Blob} blob */
async function read(blob) {
  const { width, height, words } = await readPng(blob);
  const bytes = new Uint8Array(words.buffer);
  assert.ok(bytes.every((byte, at) => at % 4 < 3 || byte === 255));
  return { width, height, pixels: [...bytes.filter((_, at) => at % 4 < 3)] };
}

/** @param {number[]} levels */
const gray = (...levels) => levels.flatMap((level) => [level, level, level]);

test("what this page writes is read again, pixel by pixel", async () => {
  const next = random(1);
  const rgb = Uint8Array.from({ length: 3 * 37 * 11 }, () => next(256));
  assert.deepEqual(await read(await png(rgb, 37, 11)), { width: 37, height: 11, pixels: [...rgb] });
});

test("each filter gives back the bytes from which it was made", async () => {
  const [width, height] = [5, 10];
  const next = random(2);
  const pixels = Array.from({ length: height }, () =>
    Array.from({ length: 3 * width }, () => next(256)),
  );
  const paeth = (/** @type {number} */ a, /** @type {number} */ b, /** @type {number} */ c) =>
    [a, b, c].sort((one, other) => Math.abs(a + b - c - one) - Math.abs(a + b - c - other))[0];
  const rows = pixels.flatMap((row, y) => {
    const filtered = row.map((byte, at) => {
      const [a, b, c] = [row[at - 3] ?? 0, pixels[y - 1]?.[at] ?? 0, pixels[y - 1]?.[at - 3] ?? 0];
      return (byte - [0, a, b, (a + b) >> 1, paeth(a, b, c)][y % 5]) & 255;
    });
    return [y % 5, ...filtered];
  });
  const seen = await read(file(header(width, height, 8, 2), data(...rows), END));
  assert.deepEqual(seen.pixels, pixels.flat());
});

/** Width, bits, colour type, a row, what it shows. @type {Record<string, [number, number, number, number[], number[]]>} */
const KINDS = {
  "one bit of gray": [
    10,
    1,
    0,
    [0b10110010, 0b11000000],
    gray(255, 0, 255, 255, 0, 0, 255, 0, 255, 255),
  ],
  "two bits of gray": [5, 2, 0, [0b00011011, 0b10000000], gray(0, 85, 170, 255, 170)],
  "four bits of gray": [3, 4, 0, [0x0f, 0x80], gray(0, 255, 136)],
  "16 bits of gray": [2, 16, 0, [7, 200, 255, 0], gray(7, 255)],
  "gray with alpha": [2, 8, 4, [9, 0, 8, 255], gray(9, 8)],
  "colours with alpha": [1, 8, 6, [1, 2, 3, 0], [1, 2, 3]],
  "16 bits of colours": [1, 16, 2, [1, 99, 2, 99, 3, 99], [1, 2, 3]],
  "16 bits with alpha": [
    2,
    16,
    6,
    [1, 9, 2, 9, 3, 9, 0, 0, 4, 9, 5, 9, 6, 9, 0, 0],
    [1, 2, 3, 4, 5, 6],
  ],
  "two bits of a palette": [3, 2, 3, [0b01000100], [4, 5, 6, 1, 2, 3, 4, 5, 6]],
};
for (const [name, [width, bits, type, row, pixels]] of Object.entries(KINDS)) {
  test(`${name}: each sample has its colour`, async () => {
    const palette = chunk("PLTE", Uint8Array.of(1, 2, 3, 4, 5, 6));
    const blob = file(header(width, 1, bits, type), palette, data(0, ...row), END);
    assert.deepEqual(await read(blob), { width, height: 1, pixels });
  });
}

test("data in many chunks, and chunks that are not known, make no difference", async () => {
  const packed = deflateSync(Uint8Array.of(0, 7, 8, 9));
  const parts = [...packed].map((byte) => chunk("IDAT", Uint8Array.of(byte)));
  const blob = file(header(1, 1, 8, 2), chunk("gAMA", Buffer.alloc(4)), ...parts, END);
  assert.deepEqual((await read(blob)).pixels, [7, 8, 9]);
});

const ONE = header(1, 1, 8, 0);
const harmed = Buffer.from(ONE);
harmed[9] ^= 1;
/** @type {Record<string, [Blob, RegExp]>} */
const FAULTS = {
  "no PNG": [new Blob(["GIF89a"]), /this file is no picture; right would be a PNG/],
  nothing: [new Blob([]), /right would be a PNG/],
  "an end too soon": [file(ONE), /broken/],
  "half a chunk": [file(ONE.subarray(0, 20)), /broken/],
  "another sum": [file(harmed, data(0, 1), END), /broken/],
  "no header": [file(data(0, 1), END), /broken/],
  "no data": [file(ONE, END), /broken/],
  "too little data": [file(ONE, data(0), END), /broken/],
  "too much data": [file(ONE, data(0, 1, 2), END), /broken/],
  "what is not packed": [file(ONE, chunk("IDAT", Uint8Array.of(1, 2, 3)), END), /broken/],
  "a filter that is none": [file(ONE, data(5, 1), END), /broken/],
  "no palette": [file(header(1, 1, 8, 3), data(0, 0), END), /broken/],
  "no pixels": [file(header(0, 1, 8, 0), data(), END), /broken/],
  "three bits": [file(header(1, 1, 3, 0), data(0, 1), END), /broken/],
  "a type that is none": [file(header(1, 1, 8, 1), data(0, 1), END), /broken/],
  "two bits of colours": [file(header(1, 1, 2, 2), data(0, 1), END), /broken/],
  interlaced: [file(header(1, 1, 8, 0, 1), data(0, 1), END), /interlaced; right would be/],
  "a bomb": [file(header(2 ** 31, 2 ** 31, 8, 0), data(0, 1), END), /too large/],
  "a bomb of pixels that eight lie in a byte": [
    file(header(16384, 16384, 1, 0), data(0, 1), END),
    /too large/,
  ],
};
for (const [name, [blob, sentence]] of Object.entries(FAULTS)) {
  test(`${name} is said in a sentence`, async () => {
    await assert.rejects(readPng(blob), sentence);
  });
}

test("no memory is taken for pixels that there is no data for", async () => {
  const before = process.memoryUsage().arrayBuffers;
  await assert.rejects(readPng(file(header(16384, 4096, 8, 6), data(0, 1), END)), /broken/);
  assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 20);
});

test("as much is unpacked as a byte can hold", async () => {
  const rows = deflateSync(Buffer.alloc(2000 * 2001), { level: 9 });
  const blob = file(header(2000, 2000, 8, 0), chunk("IDAT", rows), END);
  assert.equal((await readPng(blob)).words.length, 2000 * 2000);
});
