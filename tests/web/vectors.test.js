/**
 * The vectors that belong to docs/protocol.md.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { decode } from "../../web/codec.js";
import { ProtocolError } from "../../web/wire.js";
import { format, fromHex, held, toHex } from "./pictures.js";

/**
 * @typedef {{epoch: number, number: number, format: string, width: number, height: number,
 *   pixels: string}} Base
 * @typedef {{name: string, about: string, base: Base, message: string,
 *   picture: {number: number, time: number, pixels: string}}} Vector
 */

/** @param {string} name @returns {Vector[]} */
function vectors(name) {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), "utf8"));
}

for (const { name, about, base, message, picture: expected } of vectors("valid.json")) {
  test(`valid: ${name}. ${about}`, () => {
    const picture = held({ ...base, pixels: fromHex(base.pixels) });
    decode(fromHex(message), picture);
    assert.equal(picture.number, expected.number);
    assert.equal(picture.time, expected.time);
    assert.equal(toHex(picture.pixels), expected.pixels);
  });
}

for (const { name, about, base, message } of vectors("invalid.json")) {
  test(`invalid: ${name}. ${about}`, () => {
    const picture = held({ ...base, pixels: fromHex(base.pixels) });
    assert.throws(() => decode(fromHex(message), picture), ProtocolError);
    assert.equal(picture.number, 0);
    const padding = format(base.format).bytesPerPixel === 4 ? 255 : 0;
    assert.ok(picture.pixels.every((byte, at) => byte === (at % 4 === 3 ? padding : 0)));
  });
}
