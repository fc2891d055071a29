/**
 * docs/picture.ksy, compiled, reads every valid message as web/wire.js does.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { compileFunction } from "node:vm";

import { parse } from "../../web/wire.js";
import { expanded, vectors } from "./vectors.js";

const require = createRequire(import.meta.url);
/** @type {any} */
const KaitaiStream = require("kaitai-struct/KaitaiStream");
const described = readFileSync(new URL("../../docs/picture.ksy", import.meta.url), "utf8");
const compiled = await require("kaitai-struct-compiler").compile(
  "javascript",
  require("yaml").parse(described),
  null,
  false,
);
/** @type {any} */
const generated = {};
compileFunction(compiled["Picture.js"], ["exports", "require"])(generated, require);

/** @param {Uint8Array} bytes @returns {any} */
const read = (bytes) => new generated.Picture(new KaitaiStream(Uint8Array.from(bytes).buffer));

/** What `picture.ksy` can tell by itself; the rest takes more than one field. */
const TOLD = [
  ...["short", "flags", "number", "time", "format", "side", "segment count", "table", "kind"],
  ...["critical", "payload", "end", "header length"],
];

test("reads the fields, extensions, segments and payloads of every valid message", () => {
  for (const { name, message, picture } of vectors("valid")) {
    const bytes = expanded(message);
    const { body } = read(bytes);
    const right = parse(bytes);
    for (const field of /** @type {const} */ (["epoch", "number", "base", "time", "width"])) {
      assert.equal(body[field], right[field], `${name}: ${field}`);
    }
    assert.equal(body.height, right.height, name);
    assert.equal(body.format, right.format.code, name);
    assert.equal(body.flags.hasChecksum ? body.checksum : null, right.checksum, name);
    assert.equal(body.flags.noAck, !picture.ack, name);
    assert.equal(body.segments.length, right.segments.length, name);
    right.segments.forEach(({ firstRow, rows, kind, shift, start, end }, at) => {
      const segment = body.segments[at];
      assert.deepEqual(
        [segment.firstRow, segment.numRows, segment.kind, segment.shift],
        [firstRow, rows, kind, shift],
        name,
      );
      assert.deepEqual(body.payloads[at].content, bytes.slice(start, end), name);
    });
    const side = body.extensions.entries.find((/** @type {any} */ entry) => entry.tag === 1);
    if (picture.side) {
      assert.deepEqual(JSON.parse(new TextDecoder().decode(side.value)), picture.side, name);
    }
  }
});

test("takes messages of other binary types for such", () => {
  for (const { name, message } of vectors("ignored")) {
    assert.deepEqual(read(expanded(message)).body.content, expanded(message).slice(2), name);
  }
});

test("refuses what a single field tells", () => {
  const seen = new Set();
  for (const { name, message } of vectors("invalid")) {
    const [rule] = name.split("/");
    if (!TOLD.includes(rule)) continue;
    seen.add(rule);
    assert.throws(() => read(expanded(message)), name);
  }
  assert.deepEqual([...seen].sort(), [...TOLD].sort());
});
