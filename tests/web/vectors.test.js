/**
 * The vectors that belong to docs/protocol.md; the others are run over conformance.js.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { decode } from "../../web/codec.js";
import { ProtocolError, isPicture } from "../../web/wire.js";
import { KERNELS, format, held, toHex } from "./pictures.js";
import { expanded, vectors } from "./vectors.js";

/** @param {any} base @param {import("../../web/types.d.ts").Kernel} kernel */
const holding = (base, kernel) => held({ ...base, pixels: expanded(base.pixels), kernel });

for (const [language, kernel] of Object.entries(KERNELS)) {
  test(`a valid message makes exactly the picture, in ${language}`, () => {
    for (const { name, base, message, picture: expected } of vectors("valid")) {
      const picture = holding(base, kernel);
      decode(expanded(message), picture);
      assert.deepEqual([picture.number, picture.time], [expected.number, expected.time], name);
      assert.deepEqual(picture.meta, expected.side, name);
      assert.equal(toHex(picture.pixels), toHex(expanded(expected.pixels)), name);
    }
  });

  test(`an invalid message is refused, and the picture is blank, in ${language}`, () => {
    for (const { name, base, message } of vectors("invalid")) {
      const picture = holding(base, kernel);
      assert.throws(() => decode(expanded(message), picture), ProtocolError, name);
      assert.equal(picture.number, 0, name);
      const padding = format(base.format).bytesPerPixel === 4 ? 255 : 0;
      const isBlank = picture.pixels.every((byte, at) => byte === (at % 4 === 3 ? padding : 0));
      assert.ok(isBlank, name);
    }
  });
}

test("messages of other binary types are no pictures", () => {
  for (const { name, message } of vectors("ignored")) {
    assert.ok(!isPicture(expanded(message)), name);
  }
});
