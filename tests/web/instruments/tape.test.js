/**
 * The last seconds of a stream: every picture that is kept is the one that was shown, in bounded memory.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { OVERHEAD } from "../../../web/instruments/reel.js";
import { Tape } from "../../../web/instruments/tape.js";
import { FORMATS } from "../../../web/pixels.js";
import { random } from "../pictures.js";
import { BEGAN, allOf, film, oneAfterAnother, shownBy } from "./films.js";

/** @import { Received, Shown } from "./films.js" */

/** Adds all; returns what was shown. @param {Tape} tape @param {Iterable<Received>} received */
function feed(tape, received) {
  /** @type {Shown[]} */
  const shown = [];
  for (const { data, picture, announced, received: at, shown: one } of received) {
    tape.add(data, picture, announced, at);
    shown.push(one);
  }
  return shown;
}

for (const { name } of FORMATS) {
  test(`${name}: any picture, in any order, is the one that was shown`, () => {
    const tape = new Tape();
    const shown = feed(tape, film(1, { name, count: 80, rows: 2 }));
    assert.deepEqual(allOf(tape), shown);
    const next = random(2);
    for (let round = 0; round < 200; round++) {
      const id = next(80);
      assert.deepEqual(shownBy(tape.at(id)), shown[id]);
    }
    assert.ok(tape.chunks.length > 2, "some chunks, or this says little");
  });
}

test("a picture of its own: the stream's picture is not touched, nor is this one by the stream", () => {
  const tape = new Tape();
  const received = film(3, { count: 9 });
  const { data, picture, announced, received: at, shown } = received.next().value ?? assert.fail();
  tape.add(data, picture, announced, at);
  const looked = tape.at(0);
  feed(tape, received);
  assert.deepEqual(shownBy(looked), shown);
  const live = shownBy(picture);
  tape.at(3);
  assert.deepEqual(shownBy(picture), live);
});

test("the picture after one takes one message, and none where a chunk begins", () => {
  const tape = new Tape();
  /** @type {ArrayBuffer[]} */
  const messages = [];
  /** @type {Shown[]} */
  const shown = [];
  for (const one of film(4, { count: 60, rows: 1, resyncs: 1000 })) {
    messages.push(one.data);
    shown.push(...feed(tape, [one]));
  }
  for (let id = 0; id < 60; id++) {
    // What was decoded before is gone: messages are kept, not copied.
    if (id > 1 && !tape.entry(id - 1)?.isStart) new Uint8Array(messages[id - 1]).fill(0xff);
    assert.deepEqual(shownBy(tape.at(id)), shown[id]);
  }
  assert.ok(tape.chunks.length > 2);
});

test("a chunk weighs at most twice what its copy does, and a message", () => {
  const tape = new Tape();
  feed(tape, film(5, { count: 300, width: 40, height: 40, rows: 3 }));
  for (const { bytes, startBytes, entries } of tape.chunks.slice(0, -1)) {
    assert.ok(bytes >= 2 * startBytes);
    const last = entries[entries.length - 1].message.length + OVERHEAD;
    assert.ok(bytes - last < 2 * startBytes);
  }
});

test("another announcement begins a chunk of its own format and size", () => {
  const tape = new Tape();
  const all = oneAfterAnother(
    film(6, { count: 3 }),
    film(7, { count: 3, epoch: 8, began: BEGAN + 1e6, width: 33, name: "rgbx8888" }),
    film(6, { count: 3, began: BEGAN + 2e6 }),
  );
  const shown = feed(tape, all);
  assert.deepEqual(allOf(tape), shown);
  const widths = shown.map((_, id) => [tape.at(id)?.width, tape.entry(id)?.announced.width]);
  assert.deepEqual(
    widths,
    [9, 9, 9, 33, 33, 33, 9, 9, 9].map((width) => [width, width]),
  );
});

test("messages that were not kept leave no wrong picture behind", () => {
  const tape = new Tape();
  /** @type {Shown[]} */
  const shown = [];
  let count = 0;
  for (const one of film(8, { count: 60, rows: 1 })) {
    if (count++ % 5 < 2) shown.push(...feed(tape, [one]));
  }
  assert.equal(shown.length, 24);
  assert.deepEqual(allOf(tape), shown);
});

test("an entry says which picture it is, when it was taken, came, and lies on the tape", () => {
  const tape = new Tape();
  const received = film(9, { count: 2, resyncs: 1000 });
  const [before] = feed(tape, [received.next().value ?? assert.fail()]);
  const { data, picture, announced, shown } = received.next().value ?? assert.fail();
  tape.add(data, picture, announced, shown.time + 5000);
  const { number, time } = shown;
  const { message, ...rest } = tape.entry(1) ?? assert.fail();
  assert.deepEqual(rest, {
    announced,
    text: JSON.stringify(announced),
    number,
    time,
    base: before.number,
    received: time + 5000,
    position: 40_000,
    isStart: false,
    gap: null,
  });
  assert.equal(message.buffer, data);
});

test("positions follow the device's clock, and the receiver's over a lost connection", () => {
  const tape = new Tape();
  feed(tape, film(1, { count: 2, every: 1000 }));
  tape.lost("the cable");
  // A device that was started anew, without a clock.
  feed(tape, film(2, { count: 2, every: 1000, began: 0, late: BEGAN + 13_000 }));
  feed(tape, film(3, { count: 2, every: 1000, began: 0, late: 0 })); // a clock that steps back
  const positions = [0, 1, 2, 3, 4, 5].map((id) => tape.entry(id)?.position);
  assert.deepEqual(positions, [0, 1000, 8000, 9000, 9000, 10_000]);
  assert.deepEqual(
    [1, 2, 3].map((id) => tape.entry(id)?.gap),
    [null, "the cable", null],
  );
});

test("what is shown at a moment is found", () => {
  const tape = new Tape({ seconds: 1 });
  assert.equal(tape.idAt(0), 0);
  feed(tape, film(1, { count: 100, every: 40_000 }));
  assert.ok(tape.first > 0);
  const first = tape.entry(tape.first)?.position ?? 0;
  assert.deepEqual(
    [-1, first - 1, first].map((position) => tape.idAt(position)),
    Array(3).fill(tape.first),
  );
  for (let id = tape.first; id < 100; id++) {
    const { position } = tape.entry(id) ?? assert.fail();
    assert.equal(tape.idAt(position), id);
    assert.equal(tape.idAt(position + 39_999), id);
  }
  assert.equal(tape.idAt(1e12), 99);
});

test("the last seconds are kept, whole chunks of them, and ids stay what they are", () => {
  const tape = new Tape({ seconds: 4 });
  /** @type {Shown[]} */
  const shown = [];
  const size = { width: 200, height: 200, name: "gray8" };
  for (const one of film(2, { count: 400, every: 40_000, rows: 1, ...size })) {
    shown.push(...feed(tape, [one]));
    const most = 100 * (1 + 1 / 8) + 1;
    assert.ok(tape.length >= Math.min(100, tape.end) && tape.length <= most, `${tape.length}`);
  }
  assert.equal(tape.end, 400);
  assert.deepEqual(allOf(tape), shown.slice(tape.first));
  for (const id of [-1, 0, tape.first - 1, 400, 999.5, NaN]) {
    assert.deepEqual([tape.at(id), tape.entry(id)], [null, null]);
  }
});

test("a picture that is looked at may be dropped while new ones arrive", () => {
  const tape = new Tape({ seconds: 1 });
  const messages = film(3, { count: 300, every: 40_000 });
  /** @type {Shown[]} */
  const shown = [];
  for (const one of messages) {
    shown.push(...feed(tape, [one]));
    const id = tape.end - 20;
    if (id >= tape.first) assert.deepEqual(shownBy(tape.at(id)), shown[id]);
    if (tape.end % 30 === 0) assert.deepEqual(shownBy(tape.at(tape.first)), shown[tape.first]);
  }
});

test("law: whatever comes, the bound is held, and the newest pictures are those that were shown", () => {
  for (let seed = 0; seed < 20; seed++) {
    const next = random(seed);
    const most = 2000 + next(60_000);
    const tape = new Tape({ bytes: most, seconds: 1 + next(100) });
    let kept = 0;
    for (let epoch = 0; epoch < 6; epoch++) {
      if (!next(3)) tape.lost("x".repeat(next(500)));
      const [width, height] = [1 + next(60), 1 + next(60)];
      const { name } = FORMATS[next(8)];
      const size = width * height * FORMATS.filter((one) => one.name === name)[0].bytesPerPixel;
      for (const one of film(seed, { epoch, width, height, name, count: 1 + next(40) })) {
        feed(tape, [one]);
        const copies = tape.chunks.map(({ told, start, gap }) => {
          const copied = "pixels" in start ? start.pixels.byteLength : 0;
          return OVERHEAD + copied + 4 * told.text.length + 2 * (gap?.length ?? 0);
        });
        const entries = tape.chunks.flatMap((chunk) => chunk.entries);
        const messages = entries.map(({ message }) => message.buffer.byteLength + OVERHEAD);
        const held = [...copies, ...messages].reduce((sum, part) => sum + part, 0);
        assert.equal(tape.bytes, held);
        assert.ok(held <= most);
        if (tape.length) assert.deepEqual(shownBy(tape.at(tape.end - 1)), one.shown);
        else assert.ok(size + one.data.byteLength > most - 4000, "it would have had room");
        kept += tape.length;
      }
    }
    assert.ok(kept);
  }
});

test("what is dropped is let go, also when it was looked at", async () => {
  setFlagsFromString("--expose_gc");
  /** @type {() => void} */
  const collect = runInNewContext("gc");
  const tape = new Tape({ bytes: 20_000 });
  /** @type {WeakRef<ArrayBuffer>[]} */
  const messages = [];
  for (const one of film(1, { count: 300 })) {
    tape.add(...parts(one));
    messages.push(new WeakRef(one.data));
    if (tape.end === 100) tape.at(99);
  }
  await new Promise(setImmediate);
  collect();
  const held = messages.filter((message) => message.deref());
  assert.equal(held.length, tape.length);
  assert.ok(tape.length > 1 && tape.length < 100);
});

/** @param {Received} one @returns {Parameters<Tape["add"]>} */
const parts = ({ data, picture, announced, received }) => [data, picture, announced, received];

test("a picture that has no room is not kept, and costs no copy", () => {
  const tape = new Tape({ bytes: 5000 });
  feed(tape, film(1, { count: 5 }));
  const [large] = film(2, { width: 100, height: 100, epoch: 8, count: 1 });
  Object.defineProperty(large.picture.pixels, "slice", { value: () => assert.fail("copied") });
  tape.add(...parts(large));
  assert.deepEqual([tape.length, tape.bytes, tape.at(tape.first)], [0, 0, null]);
  const shown = feed(tape, film(3, { count: 4, epoch: 9 }));
  assert.deepEqual(allOf(tape), shown);
});

test("only where a chunk begins is the picture touched", () => {
  const tape = new Tape();
  let copies = 0;
  for (const one of film(1, { count: 200, rows: 1, width: 50, height: 50 })) {
    const { pixels } = one.picture;
    const slice = () => {
      copies++;
      return Uint8Array.prototype.slice.call(pixels);
    };
    const proxy = { length: pixels.length, slice };
    tape.add(...parts({ ...one, picture: { ...one.picture, pixels: /** @type {any} */ (proxy) } }));
  }
  assert.equal(copies, tape.chunks.length);
  assert.ok(copies < 20);
});
