/**
 * What the attributes mean, as text and as properties; which address a source is.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { ATTRIBUTES, REQUESTED, streamAddress } from "../../../web/element/attributes.js";

/** @type {[name: string, text: string, value: unknown][]} */
const SAID = [
  ["src", "ws://device:8000/stream/a", "ws://device:8000/stream/a"],
  ["step", "4", 4],
  ["fps", "0", 0],
  ["fps", "2.5", 2.5],
  ["crop", "0,10,320,200", [0, 10, 320, 200]],
  ["average", "true", true],
  ["average", "false", false],
  ["tolerance", "8", 8],
  ["depth", "16", 16],
  ["fit", "320x200", [320, 200]],
  ["controls", "", true],
  ["rotate", "90", 90],
  ["mirror", "", true],
];

for (const [name, text, value] of SAID) {
  test(`${name}="${text}" is a value, and the value is written so`, () => {
    assert.deepEqual(ATTRIBUTES[name].read(text), value);
    assert.equal(ATTRIBUTES[name].write(value), text);
  });
}

test("an attribute that is not there is left to the server, and null takes it away", () => {
  for (const { read, write } of Object.values(REQUESTED)) {
    assert.equal(read(null), null);
    assert.equal(write(null), null);
    assert.equal(write(undefined), null);
  }
  assert.equal(ATTRIBUTES.src.read(null), "");
  assert.equal(ATTRIBUTES.controls.read(null), false);
  assert.equal(ATTRIBUTES.controls.write(false), null);
});

test("average is on where it stands alone, as it is for attributes that are or are not", () => {
  assert.equal(ATTRIBUTES.average.read(""), true);
});

test("what is none is read as null", () => {
  for (const name of ["step", "fps", "tolerance", "depth"]) {
    for (const text of ["", " ", "x", "4x", "NaN", "Infinity"]) {
      assert.equal(ATTRIBUTES[name].read(text), null, `${name}="${text}"`);
    }
  }
  for (const text of ["", "1", "1,2,3", "1,2,3,", "1,2,3,4,5", "a,b,c,d", "1x2x3x4"]) {
    assert.equal(ATTRIBUTES.crop.read(text), null, text);
  }
  for (const text of ["", "320", "320x", "320,200", "1x2x3"]) {
    assert.equal(ATTRIBUTES.fit.read(text), null, text);
  }
});

const BASE = "http://device:8000/panel/index.html";

/** @type {[src: string, address: string][]} */
const ADDRESSES = [
  ["ws://device:8000/stream/camera", "ws://device:8000/stream/camera"],
  ["wss://device/stream/camera?formats=gray8", "wss://device/stream/camera?formats=gray8"],
  ["ws://device:8000/stream", "ws://device:8000/stream"],
  ["/stream/camera", "ws://device:8000/stream/camera"],
  ["../stream/camera#x", "ws://device:8000/stream/camera"],
  ["//other:9000/stream/a", "ws://other:9000/stream/a"],
  ["https://device/stream/a", "wss://device/stream/a"],
  ["http://device:8000/", "ws://device:8000/stream"],
  ["http://device:8000", "ws://device:8000/stream"],
  ["http://device:8000/?stream=a%2Fb&step=2", "ws://device:8000/stream/a%2Fb?step=2"],
  ["https://proxy/device/?stream=a", "wss://proxy/device/stream/a"],
];

for (const [src, address] of ADDRESSES) {
  test(`src="${src}" is ${address}`, () => {
    assert.equal(streamAddress(src, BASE).href, address);
  });
}

test("a source that is no address is refused in a sentence", () => {
  for (const src of ["ftp://device/a", "http://", "data:,x", "ws://a b/"]) {
    assert.throws(() => streamAddress(src, BASE), {
      message: `src="${src}" is no stream; right would be ws://device:8000/stream/camera`,
    });
  }
});

test("what a page of https may not open is said before it is tried", () => {
  const page = "https://panel/";
  assert.throws(() => streamAddress("ws://device:8000/stream", page), {
    message:
      "a page of https may not open ws://device:8000; right would be wss://, as --tls-cert has it",
  });
  assert.throws(() => streamAddress("http://device/", page), /ws:\/\/device;/);
  for (const src of [
    "wss://device/",
    "https://device/",
    "/stream",
    "ws://localhost:8000/",
    "ws://127.0.0.1/",
  ]) {
    assert.doesNotThrow(() => streamAddress(src, page), src);
  }
});
