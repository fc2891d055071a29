/**
 * A kept picture beside what comes.
 */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { png } from "../../../web/instruments/png.js";
import { makeServed } from "../served.js";

/** @type {ReturnType<typeof makeServed>} */
let served;
beforeEach(() => {
  served = makeServed();
});
afterEach(() => served.end());

/** @param {string} act @param {...unknown} given */
const compare = (act, ...given) => served.use("compare", act, ...given);

/** Keeps one of the level 10, and shows the next of 10, but for row 1. */
async function differing() {
  served.announce();
  served.bring(1, 10);
  served.rest();
  await compare("take");
  await compare("show", "difference", 1);
  served.rest();
  await served.news("news", "compare");
  served.change(2, 13);
}

const counted = async () => (await served.news("news", "compare")).at(-1);

test("where pictures differ is counted, with the box around and the largest difference", async () => {
  await differing();
  const { count, box, largest } = await counted();
  assert.deepEqual([count, box, largest], [2, [0, 1, 2, 1], [3, 3, 3]]);
  assert.deepEqual(served.shown(), [0, 0, 3, 3, 0, 0]);
  served.rest();
  served.change(3, 10);
  assert.deepEqual([(await counted()).count, served.shown()], [0, Array(6).fill(0)]);
});

test("the gain makes differences seen, of all rows at once", async () => {
  await differing();
  served.rest();
  await compare("show", "difference", 16);
  assert.deepEqual(served.shown(), [0, 0, 48, 48, 0, 0]);
});

test("A and B are shown each, and what comes goes on being counted", async () => {
  await differing();
  served.rest();
  await compare("show", "a", 1);
  assert.deepEqual(served.shown(), Array(6).fill(10));
  served.rest();
  await compare("show", "b", 1);
  assert.deepEqual(served.shown(), [10, 10, 13, 13, 10, 10]);
  served.rest();
  served.change(3, 20);
  assert.deepEqual((await counted()).largest, [10, 10, 10]);
});

test("in turns, each is seen for half a second, until another is wished", async () => {
  await differing();
  served.rest();
  await compare("show", "blink", 1);
  const seen = [];
  for (let turn = 0; turn < 4; turn++) {
    served.rest();
    seen.push(served.shown()[2]);
    served.world.pass(500);
  }
  assert.deepEqual(seen, [13, 10, 13, 10]);
  await compare("show", "b", 1);
  served.rest();
  served.canvas.context.rows = [];
  served.world.pass(5000);
  served.rest();
  assert.deepEqual(served.canvas.context.rows, []);
});

test("pictures of different sizes are told of, and the newest is shown", async () => {
  await differing();
  served.rest();
  served.announce({ epoch: 8, width: 3, height: 2, source: [3, 2] });
  served.bring(1, 5);
  const { fault } = await counted();
  assert.equal(fault, "A is 2 × 3 and B 3 × 2: pictures of one size can be compared.");
  assert.deepEqual(served.shown(), Array(6).fill(5));
});

test("its end brings back what comes, and nothing more is counted", async () => {
  await differing();
  served.rest();
  await compare("end");
  assert.deepEqual(served.shown(), [10, 10, 13, 13, 10, 10]);
  await served.news("news", "compare");
  served.rest();
  served.change(3, 20);
  assert.equal(await counted(), undefined);
});

test("frozen, the held picture is compared", async () => {
  await differing();
  served.rest();
  await served.ask("freeze");
  served.rest();
  served.change(3, 99);
  served.rest();
  assert.deepEqual((await counted()).largest, [3, 3, 3]);
  await served.ask("release");
  served.rest();
  assert.deepEqual((await counted()).largest, [89, 89, 89]);
});

/** A file of this level. @param {number} level */
const file = (level) => png(new Uint8Array(6).fill(level), 2, 3);

test("a file is compared as well, and what is none is said", async () => {
  await differing();
  served.rest();
  await compare("load", await file(12));
  assert.deepEqual((await counted()).largest, [2, 2, 2]);
  assert.deepEqual(served.shown(), [2, 2, 1, 1, 2, 2]);
  await assert.rejects(compare("load", new Blob(["no picture"])), /right would be a PNG/);
  assert.deepEqual(served.shown(), [2, 2, 1, 1, 2, 2], "A is kept");
});

/** Files are unpacked when this is called. @type {() => void} */
let unpack;
const Unpacker = DecompressionStream;
afterEach(() => {
  globalThis.DecompressionStream = Unpacker;
});

/** From now on files are unpacked when they are to be. */
function holdFiles() {
  /** @type {Promise<void>} */
  const gate = new Promise((resolve) => {
    unpack = resolve;
  });
  globalThis.DecompressionStream = class {
    /** @param {CompressionFormat} kind */
    constructor(kind) {
      const { readable, writable } = new Unpacker(kind);
      /** @type {Transformer} */
      const late = { transform: (bytes, to) => gate.then(() => to.enqueue(bytes)) };
      this.readable = readable.pipeThrough(new TransformStream(late));
      this.writable = writable;
    }
  };
}

test("a file that was read too late is not kept: the user ended it, or took another picture", async () => {
  await differing();
  for (const act of ["end", "take"]) {
    holdFiles();
    const loading = compare("load", await file(12));
    await compare(act);
    unpack();
    await loading;
    served.rest();
    assert.deepEqual(served.shown(), act === "end" ? [10, 10, 13, 13, 10, 10] : Array(6).fill(0));
  }
});
