/**
 * What a session makes of messages: the viewer's states of docs/protocol.md.
 */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { crc32 } from "node:zlib";

import { Session } from "../../web/session.js";
import { ChecksumError, NO_ACK, ProtocolError } from "../../web/wire.js";
import { ANNOUNCED, every, extension, message, random } from "./pictures.js";

const RESYNC = { type: "resync" };
/** What comes every second. */
const REPORTS = [
  { type: "pace", published: 30, skipped: 0, fps: 30, device: false },
  { type: "unchanged", number: 4, time: 5 },
  { type: "waiting", number: 4, time: 5 },
  { type: "problem", reason: "the memory is gone" },
  { type: "problem", reason: null },
];

/** @type {Session} */
let session;

beforeEach(() => {
  session = new Session();
  session.saidAt = 0;
  say(ANNOUNCED);
});

/** @param {object} control @param {number} now */
function say(control, now = 0) {
  return session.receive(JSON.stringify(control), now);
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
function bring(bytes) {
  return session.receive(bytes.slice().buffer, 0);
}

/** All rows, with a checksum. @param {number} number @param {Uint8Array} pixels */
function whole(number, pixels = new Uint8Array(6).fill(number)) {
  const part = { firstRow: 0, rows: 3, kind: 0, payload: every(2, 3, pixels) };
  return message({ number, base: 0, checksum: crc32(pixels) }, [part]);
}

/** @param {number} number @param {number} [epoch] */
function draw(number, epoch = 7) {
  return session.acknowledgements.draw({ epoch, number });
}

/** @param {number} number @param {number} [epoch] */
const acknowledging = (number, epoch = 7) => ({ reply: { type: "acknowledge", epoch, number } });

/** No rows. @param {number} number @param {number} base */
function same(number, base) {
  return message({ number, base });
}

test("an announcement is news, and makes a blank picture of its size", () => {
  assert.deepEqual(say({ ...ANNOUNCED, epoch: 8, format: "rgb888", width: 5 }), { news: true });
  assert.equal(session.picture?.pixels.length, 45);
  assert.deepEqual([session.picture.epoch, session.picture.number], [8, 0]);
});

test("a stream may change its format, and only pictures of the new one are taken", () => {
  bring(whole(4));
  say({ ...ANNOUNCED, epoch: 8, format: "rgb565" });
  assert.equal(session.picture?.format.name, "rgb565");
  assert.equal(session.picture.pixels.length, 12);
  assert.deepEqual(bring(message({ epoch: 8, number: 1, base: 0 })).reply, RESYNC);
  assert.deepEqual(bring(message({ epoch: 8, code: 5, number: 1, base: 0 })).runs, [[0, 3]]);
});

test("a picture of an epoch that is over is refused", () => {
  bring(whole(4));
  say({ ...ANNOUNCED, epoch: 8 });
  assert.deepEqual(bring(whole(5)).reply, RESYNC);
});

test("a picture that is not no-ack is to be acknowledged once it is drawn", () => {
  bring(whole(4));
  assert.deepEqual(draw(4), acknowledging(4));
  bring(message({ number: 5, base: 4, flags: NO_ACK }));
  assert.deepEqual(draw(5), {});
});

test("a binary message of another type is ignored, in every state", () => {
  const other = Uint8Array.of(0, 0, 1, 0, 9, 9, 9);
  assert.deepEqual(bring(other), {});
  bring(whole(4));
  assert.deepEqual(bring(other), {});
  assert.equal(session.picture?.number, 4);
  session = new Session();
  assert.deepEqual(bring(other), {});
});

test("what the device's program says of a picture comes with it", () => {
  bring(message({ number: 4, base: 0, extensions: extension(1, '{"a":1}') }));
  assert.deepEqual(session.picture?.meta, { a: 1 });
});

test("after a new announcement older pictures are not acknowledged", () => {
  bring(whole(4));
  say({ ...ANNOUNCED, epoch: 8 });
  assert.equal(draw(4), null);
});

test("after a new announcement numbers may begin anew", () => {
  bring(whole(4));
  draw(4);
  say({ ...ANNOUNCED, epoch: 8 });
  bring(message({ epoch: 8, number: 1, base: 0 }));
  assert.deepEqual(draw(1, 8), acknowledging(1, 8));
});

test("a picture that was drawn may still be acknowledged after another was refused", () => {
  bring(whole(4));
  bring(same(6, 5));
  assert.deepEqual(draw(4), acknowledging(4));
});

test("what is refused leaves a blank picture, and asks for a difference from blank", () => {
  bring(whole(4));
  const { error, reply } = bring(same(6, 5));
  assert.ok(error instanceof ProtocolError);
  assert.deepEqual(reply, RESYNC);
  assert.equal(session.picture?.number, 0);
  assert.deepEqual(session.picture.pixels, new Uint8Array(6));
});

test("what was on its way is refused without asking again, until a picture was right", () => {
  bring(whole(4));
  assert.deepEqual(bring(same(6, 5)).reply, RESYNC);
  for (const bytes of [same(7, 6), same(8, 4), whole(9).subarray(1)]) {
    const { error, reply } = bring(bytes);
    assert.ok(error);
    assert.equal(reply, null);
  }
  assert.deepEqual(bring(whole(8)), { runs: [[0, 3]] });
  assert.deepEqual(bring(same(10, 9)).reply, RESYNC);
});

for (const report of REPORTS) {
  const said = JSON.stringify(report);

  test(`while the answer was refused too, each report makes it ask once again: ${said}`, () => {
    bring(whole(4));
    bring(same(6, 5));
    for (let second = 0; second < 3; second++) {
      assert.deepEqual(say(report).reply, RESYNC);
      assert.equal(bring(whole(6).subarray(1)).reply, null);
    }
    bring(whole(6));
    assert.equal(say(report).reply, null);
  });

  test(`a report is a sign of life, and answered once nothing was said for 5 s: ${said}`, () => {
    for (const isAnnounced of [true, false]) {
      session = new Session();
      session.saidAt = 0;
      if (isAnnounced) say(ANNOUNCED);
      assert.equal(session.isAlive, false);
      assert.equal(say(report, 4999).reply, null);
      assert.equal(session.isAlive, true);
      assert.deepEqual(say(report, 5000).reply, { type: "clock", viewer_time: 5_000_000 });
      session.saidAt = 5000;
      assert.equal(say(report, 9999).reply, null);
    }
  });

  test(`only an unchanged picture is: ${said}`, () => {
    bring(whole(4));
    say({ type: "unchanged", number: 4, time: 5 });
    say(report);
    assert.equal(session.isUnchanged, report.type === "unchanged");
    bring(same(5, 4));
    assert.equal(session.isUnchanged, false);
  });
}

test("a problem is news when it is another", () => {
  const problem = { type: "problem", reason: "the memory is gone" };
  assert.equal(say(problem).news, true);
  assert.equal(say(problem).news, false);
  assert.equal(session.problem, "the memory is gone");
  assert.equal(say({ ...problem, reason: "the memory is too small" }).news, true);
  say({ type: "unchanged", number: 4, time: 5 });
  assert.equal(session.problem, "the memory is too small");
  assert.equal(say({ ...problem, reason: null }).news, true);
  assert.equal(session.problem, null);
});

test("what was granted comes with what was announced by then", () => {
  const granted = { type: "granted", id: 5, fps: 10 };
  assert.deepEqual(say(granted), { granted: { id: 5, fps: 10, announced: ANNOUNCED } });
  session = new Session();
  assert.deepEqual(say(granted), { granted: { id: 5, fps: 10, announced: null } });
  assert.equal(session.isAlive, false, "it is no report");
});

test("a viewer may ask for a whole picture at any time: it holds the blank one then", () => {
  bring(whole(4));
  draw(4);
  assert.deepEqual(session.resync(), RESYNC);
  assert.deepEqual(session.picture?.pixels, new Uint8Array(6));
  assert.deepEqual(session.resync(), RESYNC, "also again");
  const { error, reply } = bring(same(5, 4)); // it was on its way
  assert.ok(error);
  assert.equal(reply, null);
  assert.deepEqual(say(REPORTS[0]).reply, RESYNC);
  assert.deepEqual(bring(whole(4)), { runs: [[0, 3]] });
  assert.deepEqual(draw(4), acknowledging(4));
  assert.equal(say(REPORTS[0]).reply, null);
  assert.deepEqual(session.resync(), RESYNC);
});

test("an announcement ends the asking", () => {
  bring(same(6, 5));
  say({ ...ANNOUNCED, epoch: 8 });
  assert.equal(say(REPORTS[1]).reply, null);
  assert.deepEqual(bring(same(6, 5)).reply, RESYNC);
});

test("a whole picture is taken whatever is held, also with a number that was there before", () => {
  bring(whole(9));
  for (const number of [9, 4, 5]) {
    assert.deepEqual(bring(whole(number)), { runs: [[0, 3]] });
    assert.deepEqual(session.picture?.pixels, new Uint8Array(6).fill(number));
  }
});

test("a checksum that does not match is an error of its own", () => {
  const bytes = whole(4);
  bytes[28] ^= 1;
  const { error, reply } = bring(bytes);
  assert.ok(error instanceof ChecksumError);
  assert.deepEqual(reply, RESYNC);
});

test("a picture without an announcement ends the connection, as does a message that breaks its table", () => {
  bring(whole(4));
  assert.equal(bring(same(6, 5)).isOver, false);
  for (const broken of [{ type: "pace" }, { ...ANNOUNCED, width: 0 }]) {
    const { error, reply, isOver } = say(broken);
    assert.deepEqual([error instanceof ProtocolError, reply, isOver], [true, null, true]);
  }
  session = new Session();
  assert.equal(session.resync(), null);
  const { error, reply, isOver } = bring(whole(4));
  assert.deepEqual([error instanceof ProtocolError, reply, isOver], [true, null, true]);
});

/**
 * Brings a message by a bad way.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {Uint8Array<ArrayBuffer>[]} late
 * @param {(limit: number) => number} next
 */
function bringBadly(bytes, late, next) {
  // Epoch, number, base and time are in no checksum: a change of them can go unnoticed.
  const place = 24 + next(bytes.length - 24);
  const garbled = bytes.map((byte, at) => (at === place ? byte ^ (1 << next(8)) : byte));
  const ways = [
    [bytes.slice(0, next(bytes.length))],
    [garbled],
    [bytes, bytes],
    [],
    [...late, bytes],
  ];
  const way = next(12);
  if (way === 3) late.push(bytes);
  return (ways[way] ?? [bytes]).map(bring);
}

test("cut, garbled, repeated and reordered messages never make a wrong picture", () => {
  const next = random(6);
  const truth = new Map([[0, new Uint8Array(6)]]);
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const late = [];
  let base = 0;
  let right = 0;
  let wrong = 0;
  for (let number = 1; number <= 5000; number++) {
    const pixels = Uint8Array.from({ length: 6 }, () => next(256));
    const old = truth.get(base);
    assert.ok(old && session.picture);
    for (const at of pixels.keys()) if (next(2)) pixels[at] = old[at];
    const changed = [...pixels.keys()].filter((at) => pixels[at] !== old[at]);
    const marks = [0, 0, 0];
    for (const at of changed) marks[at >> 1] |= 1 << (at % 2);
    const bits = marks.reduce((byte, mask, row) => byte | (Number(mask > 0) << row), 0);
    const held = marks.filter((mask) => mask);
    const payload = Uint8Array.of(bits, ...held, ...held, ...changed.map((at) => pixels[at]));
    const part = { firstRow: 0, rows: 3, kind: 0, payload };
    const bytes = message({ number, base, checksum: crc32(pixels) }, [part]);
    truth.set(number, pixels);
    base = number; // the server trusts that it arrives
    const outcomes = [...bringBadly(bytes, late, next), say({ type: "waiting", number, time: 5 })];
    if (outcomes.some(({ reply }) => reply)) base = 0;
    wrong += outcomes.filter(({ error }) => error).length;
    right += outcomes.filter(({ runs }) => runs).length;
    const { number: shown, pixels: made } = session.picture;
    if (shown) assert.deepEqual(made, truth.get(shown));
  }
  assert.ok(right > 1000 && wrong > 1000, `${right} right and ${wrong} wrong are too few`);
  bring(whole(6000));
  assert.equal(session.picture?.number, 6000);
});
