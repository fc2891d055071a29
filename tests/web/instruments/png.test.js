/**
 * PNG files, read by hand with zlib.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32, inflateSync } from "node:zlib";

import { aboutPicture, fileName, png } from "../../../web/instruments/png.js";
import { BEGAN } from "./films.js";
import { random } from "../pictures.js";

/** The chunks of a file, each with a right length and CRC. @param {Blob} file */
async function chunks(file) {
  const bytes = Buffer.from(await file.arrayBuffer());
  assert.equal(bytes.subarray(0, 8).toString("latin1"), "\x89PNG\r\n\x1a\n");
  /** @type {[string, Buffer][]} */
  const found = [];
  for (let at = 8; at < bytes.length;) {
    const end = at + 8 + bytes.readUInt32BE(at);
    assert.equal(bytes.readUInt32BE(end), crc32(bytes.subarray(at + 4, end)));
    found.push([bytes.toString("latin1", at + 4, at + 8), bytes.subarray(at + 8, end)]);
    at = end + 4;
  }
  return found;
}

/** Size, colour type and pixels. @param {Blob} file */
async function read(file) {
  const [[first, header], ...rest] = await chunks(file);
  assert.equal(first, "IHDR");
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth, type, ...methods] = header.subarray(8);
  assert.deepEqual([depth, ...methods], [8, 0, 0, 0]);
  const [, packed] = rest[rest.length - 2];
  assert.deepEqual(
    rest.map(([name]) => name),
    [...Array(rest.length - 2).fill("iTXt"), "IDAT", "IEND"],
  );
  const rows = inflateSync(packed);
  const length = rows.length / height;
  const pixels = Array.from({ length: height }, (_, row) => {
    assert.equal(rows[row * length], 0, "no filter");
    return [...rows.subarray(row * length + 1, (row + 1) * length)];
  });
  return { width, height, type, pixels: pixels.flat() };
}

const SIZES = [
  [1, 1],
  [7, 3],
  [3, 7],
  [256, 150],
];

for (const [width, height] of SIZES) {
  test(`every pixel of ${width}x${height} is there, from words, RGBA, RGB and gray`, async () => {
    const next = random(width);
    const rgba = Uint8Array.from({ length: 4 * width * height }, () => next(256));
    const rgb = rgba.filter((_, at) => at % 4 < 3);
    const gray = rgba.filter((_, at) => at % 4 === 0);
    const colours = { width, height, type: 2, pixels: [...rgb] };
    for (const pixels of [new Uint32Array(rgba.buffer), new Uint8ClampedArray(rgba), rgba, rgb]) {
      assert.deepEqual(await read(await png(pixels, width, height)), colours);
    }
    const expected = { width, height, type: 0, pixels: [...gray] };
    assert.deepEqual(await read(await png(gray, width, height)), expected);
  });
}

test("pixels that lie within a larger buffer are the ones that are written", async () => {
  const words = Uint32Array.of(0, 0xff030201, 0).subarray(1, 2);
  assert.deepEqual((await read(await png(words, 1, 1))).pixels, [1, 2, 3]);
});

test("pixels of another size are refused in a sentence", async () => {
  for (const [length, width, height] of [
    [5, 2, 1],
    [8, 4, 1],
    [4, 0, 1],
    [0, 1, 1],
  ]) {
    await assert.rejects(
      () => png(new Uint8Array(length), width, height),
      new RangeError(`${length} bytes are no picture of ${width}x${height}`),
    );
  }
});

test("a file says when its picture was taken, of what, and which it is", async () => {
  const texts = aboutPicture("Küche\0\u202e", { epoch: 7, number: 12, time: BEGAN, meta: null });
  const found = await chunks(await png(Uint8Array.of(1), 1, 1, texts));
  const said = found.filter(([name]) => name === "iTXt").map(([, text]) => text.toString());
  assert.deepEqual(said, [
    "Creation Time\0\0\0\0\x002025-10-09T08:53:20.000Z",
    "Source\0\0\0\0\0Küche\ufffd\ufffd",
    "Number\0\0\0\0\x0012",
  ]);
});

test("a file's name says of what, when and which", () => {
  const time = Date.UTC(2026, 10, 29, 8, 35, 41, 123) * 1000 + 456;
  const expected = "camera-2026-11-29T08-35-41.123Z-12.png";
  assert.equal(fileName("camera", time, 12, "png"), expected);
});

const NAMES = {
  "../../etc/passwd": "______etc_passwd",
  "C:\\Windows\\a": "C__Windows_a",
  "con.b": "con_b",
  ".hidden": "_hidden",
  "-rf": "rf",
  "---": "stream",
  "": "stream",
  "a\0b\nc\u202ed": "a_b_c_d",
  "Küche 🎥": "K_che___",
  "a<b>|?*\"'`$(c)": "a_b_________c_",
  [`${"x".repeat(5000)}`]: "x".repeat(64),
};

for (const [name, safe] of Object.entries(NAMES)) {
  test(`no file system minds a stream called ${JSON.stringify(name.slice(0, 20))}`, () => {
    const given = fileName(name, 2 ** 53 - 1, 2 ** 32 - 1, "wss");
    assert.equal(given, `${safe}-2255-06-05T23-47-34.740Z-4294967295.wss`);
    assert.match(given, /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/);
    assert.ok(given.length <= 120);
  });
}
