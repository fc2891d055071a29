/**
 * The binary is what its source says.
 */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { build } from "../../../web/kernel/build.mjs";

const CHECKED_IN = new URL("../../../web/kernel/kernel.wasm", import.meta.url);

test("kernel.wasm is, to the byte, what the compiler makes of the source beside it", async () => {
  const built = Buffer.from(await build());
  assert.ok(built.equals(await readFile(CHECKED_IN)), "right would be: npm run kernel");
});

test("it is small enough to be a part of the page", async () => {
  assert.ok((await readFile(CHECKED_IN)).length < 8000);
});
