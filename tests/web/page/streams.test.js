/**
 * What the page makes of the list of streams, whatever a device says.
 */

import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";

afterEach(() => mock.restoreAll());

let pages = 0;

/** What a page takes a device's answer for. @param {() => unknown} answer @returns {Promise<string[]>} the names */
async function names(answer) {
  mock.method(globalThis, "fetch", async () => ({ json: async () => answer() }));
  const page = `../../../web/page/streams.js?${++pages}`; // asks for itself
  const { ask } = await import(page);
  return (await ask()).map((/** @type {{name: string}} */ { name }) => name);
}

test("it has the names that the device says, in its order", async () => {
  const listed = [{ name: "b", width: 2, height: 3 }, { name: "a" }, { name: "a  b" }];
  assert.deepEqual(await names(() => listed), ["b", "a", "a  b"]);
});

test("what is no list of streams is none", async () => {
  for (const answer of [null, {}, "two", 7, [null], [[]], [{}, { name: 5 }, { name: null }]]) {
    assert.deepEqual(await names(() => answer), [], JSON.stringify(answer));
  }
});

test("a device that is away, or says no JSON, has none", async () => {
  const wrong = () => {
    throw new SyntaxError("no JSON");
  };
  assert.deepEqual(await names(wrong), []);
});

test("of a list without end, the page shows a part", async () => {
  const long = Array.from({ length: 100_000 }, (_, at) => ({ name: `${at}` }));
  assert.equal((await names(() => long)).length, 256);
});
