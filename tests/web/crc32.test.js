/**
 * CRC-32, against zlib's.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 as expected } from "node:zlib";

import { crc32 } from "../../web/crc32.js";
import { random } from "./pictures.js";

const BYTES = Uint8Array.from({ length: 300 }, random(5).bind(null, 256));

test("it is zlib's, for any run of bytes", () => {
  for (let start = 0; start < 9; start++) {
    for (let end = start; end < BYTES.length; end++) {
      assert.equal(crc32(BYTES.subarray(start, end)), expected(BYTES.subarray(start, end)));
    }
  }
});

test("it goes on from that of the bytes before", () => {
  for (let middle = 0; middle <= BYTES.length; middle++) {
    const before = crc32(BYTES.subarray(0, middle));
    assert.equal(crc32(BYTES.subarray(middle), before), expected(BYTES));
  }
});
