/**
 * Whatever a file holds, it is a PNG or a sentence says what is wrong; and it takes no more memory than its
 * bytes can unpack to. Input: what stands behind the signature; the checks of its chunks are put right.
 */

import assert from "node:assert/strict";
import { crc32 } from "node:zlib";

import { readPng } from "../../../../web/instruments/png_reader.js";

/** That of 4096 bytes, which unpack to 1032 times as many, eight pixels in each. */
export const MOST_MEMORY = 160 * 2 ** 20;
const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");

/** @param {Uint8Array<ArrayBuffer>} data */
export async function check(data) {
  mend(data);
  try {
    const { width, height, words } = await readPng(new Blob([SIGNATURE, data]));
    assert.equal(words.length, width * height);
    assert.ok(words.every((word) => word >>> 24 === 255));
  } catch (error) {
    assert.ok(error instanceof Error);
    if (!/^this (PNG|file) [ -~]{5,100}$/.test(error.message)) throw error;
  }
}

/** @param {Uint8Array<ArrayBuffer>} data */
function mend(data) {
  const view = new DataView(data.buffer);
  for (let at = 0; at + 12 <= data.length;) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > data.length) return;
    view.setUint32(end, crc32(data.subarray(at + 4, end)));
    at = end + 4;
  }
}
